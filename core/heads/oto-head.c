/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "heads/oto-head.h"

#include "heads/oto-contribution.h"

/**
 * oto_head_get_maps: (skip)
 * @self: a head
 *
 * Returns: the #OtoMap flags that it can show: its kind's, and what is made of them
 */
guint
oto_head_get_maps (const OtoHead *self)
{
  const guint maps = self->funcs->maps;

  return (maps & OTO_CONTRIBUTION_PARTS) == OTO_CONTRIBUTION_PARTS ? maps | OTO_MAP_CONTRIBUTION
                                                                   : maps;
}

static void
get_contribution (const OtoHead *self,
                  OtoPass       *pass,
                  int            n,
                  int            k,
                  float         *ret_values)
{
  const OtoMapShape *shape = &oto_graph_get_input (self->clip_prob->writer->graph)->shape;
  g_autofree float *step1 = g_new (float, shape->n_frames);
  g_autofree float *time_att = g_new (float, shape->n_frames);
  float clip_prob;

  oto_head_get_class_map (self, pass, OTO_MAP_CLIP_PROB, n, k, &clip_prob);
  oto_head_get_class_map (self, pass, OTO_MAP_STEP1, n, k, step1);
  oto_head_get_class_map (self, pass, OTO_MAP_TIME_ATT, n, k, time_att);
  oto_head_get_class_map (self, pass, OTO_MAP_FREQ_ATT, n, k, ret_values);
  oto_contribution_fill (ret_values, step1, time_att,
                         oto_contribution_get_gain (step1, time_att, shape->n_frames, clip_prob),
                         shape->n_frames, shape->n_mels, ret_values);
}

/**
 * oto_head_get_class_map: (skip)
 * @self: a head
 * @pass: the last pass, for which oto_head_want() wanted @map
 * @map: one of oto_head_get_maps()
 * @n: a clip of the batch
 * @k: a class
 * @ret_values: (out caller-allocates): (T, F), (T), (F) or one value
 *
 * Copies one class of a map.
 */
void
oto_head_get_class_map (const OtoHead *self,
                        OtoPass       *pass,
                        OtoMap         map,
                        int            n,
                        int            k,
                        float         *ret_values)
{
  if (map == OTO_MAP_CLIP_PROB)
    *ret_values = self->clip_prob->plain[oto_edge_get_clip_pos (self->clip_prob, n) + k];
  else if (map == OTO_MAP_CONTRIBUTION)
    get_contribution (self, pass, n, k, ret_values);
  else
    self->funcs->get_class_map (self, pass, map, n, k, ret_values);
}
