/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "heads/oto-map.h"
#include "layers/oto-graph.h"

G_BEGIN_DECLS

/* OtoHead: the end of a network, where class maps become clip probabilities, and what can be seen
 * of the way there. Nothing outside a head's file asks which head it is. */

typedef struct _OtoHead OtoHead;

#define OTO_HEAD_MAX_SHOWN 10

/**
 * OtoHeadFuncs:
 * @name: of the kind
 * @maps: #OtoMap flags that it can show; what is made of others, as the contribution, is none of
 *   its own
 * @has_learned_time_att: whether the time attention is learned, or implied by the pooling
 * @has_shared_time_att: whether all classes share one time attention
 * @has_exact_positions: whether an index of the attention is a mel bin or frame, or only nominally
 *   so (systems.md 6.0)
 * @get_class_map: (nullable): copies one class of a map of clip @n of the last pass: (T, F), (T) or
 *   (F); not asked for clip probabilities, which every head has in @clip_prob
 *
 * A kind of head.
 */
typedef struct
{
  const char *name;
  guint       maps;
  gboolean    has_learned_time_att;
  gboolean    has_shared_time_att;
  gboolean    has_exact_positions;
  void      (*get_class_map) (const OtoHead *self,
                              OtoPass       *pass,
                              OtoMap         map,
                              int            n,
                              int            k,
                              float         *ret_values);
} OtoHeadFuncs;

/**
 * OtoHead:
 * @funcs: the kind
 * @layer: (nullable): the layer that pools
 * @clip_prob: (1, 1, K): what it comes to
 * @shown: (nullable): edges besides, from which maps are read; oto_graph_show_edge() is the
 *   caller's
 * @step_frames: frames between the beginnings of two of its steps; 0: derived
 * @support_frames: frames that a step covers; 0: those until the next
 *
 * The head of one network.
 */
struct _OtoHead
{
  const OtoHeadFuncs *funcs;
  OtoLayer           *layer;
  OtoEdge            *clip_prob;
  OtoEdge            *shown[OTO_HEAD_MAX_SHOWN];
  int                 step_frames, support_frames;
};

guint oto_head_get_maps      (const OtoHead *self);
void  oto_head_get_class_map (const OtoHead *self,
                              OtoPass       *pass,
                              OtoMap         map,
                              int            n,
                              int            k,
                              float         *ret_values);

/* Wants what a look at some maps needs. */
static inline void
oto_head_want (const OtoHead *self,
               guint          maps)
{
  OtoGraph *graph = self->clip_prob->writer->graph;

  oto_graph_want (graph, self->clip_prob);
  for (guint i = 0; i < OTO_HEAD_MAX_SHOWN && (maps & ~OTO_MAP_CLIP_PROB) != 0; i++)
    if (self->shown[i] != NULL)
      oto_graph_want (graph, self->shown[i]);
}

/* Frames between the beginnings of two of so many steps. Poolings whose windows make 2^k frames,
 * and drop what does not fill one, leave from 2^k up to 2^(k + 1) - 1 frames for each step. */
static inline int
oto_head_get_frames_of_step (const OtoHead *self,
                             int            n_steps)
{
  const int n_frames = oto_graph_get_input (self->clip_prob->writer->graph)->shape.n_frames;
  int step_frames = 1;

  if (self->step_frames > 0)
    return self->step_frames;
  while (2 * step_frames <= n_frames / n_steps)
    step_frames *= 2;
  return step_frames;
}

/* The same of the shortest steps that it shows: 1 where each frame has its own score. What has one
 * value for the whole window is no step. */
static inline int
oto_head_get_step_frames (const OtoHead *self)
{
  int n_steps = 0;

  for (guint i = 0; i < OTO_HEAD_MAX_SHOWN; i++)
    if (self->shown[i] != NULL && self->shown[i]->shape.n_frames > 1)
      n_steps = MAX (n_steps, self->shown[i]->shape.n_frames);
  return n_steps > 0 ? oto_head_get_frames_of_step (self, n_steps) : MAX (self->step_frames, 1);
}

G_END_DECLS
