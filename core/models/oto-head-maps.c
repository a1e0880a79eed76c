/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "models/oto-head-private.h"
#include "nn/oto-gwrp.h"

#include <string.h>

/* Copies class @k out of (L, K) when the pooling is local, out of (K, L) otherwise. */
static void
copy_class (const OtoHead *self,
            const float   *values,
            size_t         len,
            int            k,
            float         *ret_values)
{
  if (!oto_head_is_local (self))
    memcpy (ret_values, values + k * len, len * sizeof (float));
  else
    for (size_t i = 0; i < len; i++)
      ret_values[i] = values[i * self->n_classes + k];
}

static void
clamp (float  *values,
       size_t  len)
{
  for (size_t i = 0; i < len; i++)
    values[i] = CLAMP (values[i], 0.f, 1.f);
}

/* The maps of a clip, for a look. A workspace for training has not kept the first step: it is
 * computed again, once for all classes of the clip. */
static OtoTwoStepMaps
get_shown_maps (OtoHead *self,
                int      n)
{
  OtoTwoStepMaps maps = oto_head_get_maps (self, n);

  if (maps.mel_att != NULL)
    return maps;
  maps.mel_att = self->mel_att;
  maps.mel_prob = self->mel_prob;
  if (self->shown_clip != n)
    oto_head_pool_mel (self, self->params, n, 0, 1, &maps, self->engine->scratch[0]);
  self->shown_clip = n;
  return maps;
}

/* The mask of two-step attention: q_k(t) c / max_f c, c = value times weight of the first step. */
static void
get_two_step_mask (OtoHead *self,
                   int      n,
                   int      k,
                   float   *ret_mask)
{
  const int n_frames = self->engine->n_frames, n_mels = self->engine->n_mels;
  const OtoTwoStepMaps maps = get_shown_maps (self, n);
  const size_t stride = oto_head_is_local (self) ? self->n_classes : 1;
  const size_t first = oto_head_is_local (self) ? (size_t) k : k * oto_head_get_n_bins (self);
  const float *att = maps.mel_att + first, *prob = maps.mel_prob + first;

  for (int t = 0; t < n_frames; t++)
    {
      float *row = ret_mask + (size_t) t * n_mels;
      float sum = 0.f, largest = 0.f;

      for (int f = 0; f < n_mels; f++)
        {
          const size_t i = ((size_t) t * n_mels + f) * stride;

          row[f] = att[i] * prob[i];
          sum += row[f];
          largest = MAX (largest, row[f]);
        }
      /* The form of the equations does not bound its values: a negative one opens nothing. */
      sum = CLAMP (sum, 0.f, 1.f);
      for (int f = 0; f < n_mels; f++)
        row[f] = largest > 0.f ? sum * MAX (row[f], 0.f) / largest : 0.f;
    }
}

static void
get_implied_time_att (OtoHead *self,
                      int      n,
                      int      k,
                      float   *ret_weights)
{
  const size_t n_bins = oto_head_get_n_bins (self);
  const float *mask = self->maps + n * oto_head_get_clip_len (self) + k * n_bins;
  float *scratch = self->engine->scratch[0];
  g_autofree guint32 *order = g_new (guint32, n_bins);
  float y;

  oto_gwrp_forward (mask, 1, n_bins, self->decay, &y, order, scratch);
  oto_gwrp_fill_implied_weights (order, 1, self->engine->n_frames, self->engine->n_mels,
                                 self->decay, ret_weights, scratch);
}

/* Mean over mel of a class's mask. */
static void
get_mask_scores (const OtoHead *self,
                 int            n,
                 int            k,
                 float         *ret_scores)
{
  const int n_mels = self->engine->n_mels;
  const float *mask = self->maps + n * oto_head_get_clip_len (self)
                      + k * oto_head_get_n_bins (self);

  for (int t = 0; t < self->engine->n_frames; t++)
    {
      double sum = 0.0;

      for (int f = 0; f < n_mels; f++)
        sum += mask[(size_t) t * n_mels + f];
      ret_scores[t] = (float) (sum / n_mels);
    }
}

/**
 * oto_head_get_class_map: (skip)
 * @self: a head, after a forward pass
 * @map: one that the head can show
 * @n: a clip of the batch
 * @k: a class
 * @ret_values: (out caller-allocates): (T, F), (T) or one value
 *
 * Copies one class of a map.
 */
void
oto_head_get_class_map (OtoHead *self,
                        OtoMap   map,
                        int      n,
                        int      k,
                        float   *ret_values)
{
  const size_t n_bins = oto_head_get_n_bins (self), n_frames = self->engine->n_frames;

  switch (map)
    {
    case OTO_MAP_MASK:
      if (oto_head_is_two_step (self))
        get_two_step_mask (self, n, k, ret_values);
      else
        copy_class (self, self->maps + n * oto_head_get_clip_len (self), n_bins, k, ret_values);
      break;
    case OTO_MAP_FREQ_ATT:
      copy_class (self, get_shown_maps (self, n).mel_att, n_bins, k, ret_values);
      break;
    case OTO_MAP_STEP1:
      if (oto_head_is_two_step (self))
        copy_class (self, oto_head_get_maps (self, n).mel_x, n_frames, k, ret_values);
      else
        get_mask_scores (self, n, k, ret_values);
      /* The form of the equations does not bound its values. */
      clamp (ret_values, n_frames);
      break;
    case OTO_MAP_TIME_ATT:
      if (oto_head_is_two_step (self))
        copy_class (self, oto_head_get_maps (self, n).time_att, n_frames, k, ret_values);
      else
        get_implied_time_att (self, n, k, ret_values);
      break;
    case OTO_MAP_CLIP_PROB:
      *ret_values = self->clip[(size_t) n * self->n_classes + k];
      break;
    case OTO_MAP_RECON:
    default:
      g_assert_not_reached ();
    }
}
