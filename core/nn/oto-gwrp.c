/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "nn/oto-gwrp.h"

#include "nn/oto-gwrp-private.h"

/* The arrays that share the scratch. */
typedef struct
{
  guint64 *keys, *spare;         /* (M) */
  guint32 *counts;               /* (passes, buckets) */
  float   *weights;              /* (M) */
} Scratch;

static Scratch
divide_scratch (void   *scratch,
                size_t  row_len)
{
  Scratch self;

  self.keys = scratch;
  self.spare = self.keys + row_len;
  self.counts = (guint32 *) (self.spare + row_len);
  self.weights = (float *) (self.counts + OTO_GWRP_N_PASSES * OTO_GWRP_N_BUCKETS);
  return self;
}

/**
 * oto_gwrp_get_scratch_bytes:
 * @row_len: M
 *
 * Returns: bytes of scratch, aligned to 8, that any of the functions below needs; one scratch per
 *   thread
 */
size_t
oto_gwrp_get_scratch_bytes (size_t row_len)
{
  return row_len * (2 * sizeof (guint64) + sizeof (float))
         + OTO_GWRP_N_PASSES * OTO_GWRP_N_BUCKETS * sizeof (guint32);
}

static void
forward_max (const float *map,
             int          n_classes,
             size_t       row_len,
             float       *ret_y,
             guint32     *ret_order)
{
  for (int k = 0; k < n_classes; k++)
    {
      const size_t i = oto_gwrp_find_max (map + k * row_len, row_len);

      ret_y[k] = map[k * row_len + i];
      if (ret_order != NULL)
        ret_order[k * row_len] = (guint32) i;
    }
}

/**
 * oto_gwrp_forward:
 * @map: (K, M): class maps of one clip
 * @n_classes: K
 * @row_len: M; below 2^32
 * @decay: decay (r), in [0, 1]
 * @ret_y: (out caller-allocates): (K)
 * @ret_order: (out caller-allocates) (nullable): (K, M): index of each rank, for the backward pass
 *   and the implied weights. With a decay of 0 only the first of a row is written, the first
 *   maximum; with 1 nothing is.
 * @scratch: oto_gwrp_get_scratch_bytes() bytes
 *
 * Global weighted rank pooling: y = sum_j r^j v[j] / sum_j r^j, where v is the row in descending
 * order and j counts from 0. A decay of 0 gives the maximum, exactly, and 1 the mean. Of equal
 * values the first has the better rank. Source: Kong et al., Sound Event Detection and
 * Time-Frequency Segmentation from Weakly Labelled Data.
 */
void
oto_gwrp_forward (const float *map,
                  int          n_classes,
                  size_t       row_len,
                  double       decay,
                  float       *ret_y,
                  guint32     *ret_order,
                  void        *scratch)
{
  const Scratch parts = divide_scratch (scratch, row_len);

  g_return_if_fail (row_len > 0 && row_len <= G_MAXUINT32);
  g_return_if_fail (decay >= 0.0 && decay <= 1.0);

  if (decay == 0.0)
    {
      forward_max (map, n_classes, row_len, ret_y, ret_order);
      return;
    }
  if (decay == 1.0)
    {
      for (int k = 0; k < n_classes; k++)
        ret_y[k] = oto_gwrp_average_row (map + k * row_len, row_len);
      return;
    }

  oto_gwrp_fill_weights (row_len, decay, parts.weights);
  for (int k = 0; k < n_classes; k++)
    {
      const guint64 *keys = oto_gwrp_sort_row (map + k * row_len, row_len,
                                               parts.keys, parts.spare, parts.counts);

      ret_y[k] = oto_gwrp_weigh_row (keys, row_len, parts.weights);
      if (ret_order != NULL)
        for (size_t j = 0; j < row_len; j++)
          ret_order[k * row_len + j] = (guint32) keys[j];
    }
}

/**
 * oto_gwrp_backward:
 * @d_y: (array length=n_classes): gradient of the pooled values
 * @order: (nullable): (K, M): as the forward pass wrote it; not read with a decay of 1
 * @n_classes: K
 * @row_len: M
 * @decay: as in the forward pass
 * @d_map: (K, M): added to
 * @scratch: oto_gwrp_get_scratch_bytes() bytes
 *
 * The gradient of oto_gwrp_forward(): each value gets d_y times the weight of its rank.
 */
void
oto_gwrp_backward (const float   *d_y,
                   const guint32 *order,
                   int            n_classes,
                   size_t         row_len,
                   double         decay,
                   float         *d_map,
                   void          *scratch)
{
  float *weights = divide_scratch (scratch, row_len).weights;

  g_return_if_fail (row_len > 0 && row_len <= G_MAXUINT32);
  g_return_if_fail (decay >= 0.0 && decay <= 1.0);
  g_return_if_fail (order != NULL || decay == 1.0);

  if (decay > 0.0 && decay < 1.0)
    oto_gwrp_fill_weights (row_len, decay, weights);

  for (int k = 0; k < n_classes; k++)
    {
      float *d_row = d_map + k * row_len;

      if (decay == 0.0)
        d_row[order[k * row_len]] += d_y[k];
      else if (decay == 1.0)
        for (size_t i = 0; i < row_len; i++)
          d_row[i] += d_y[k] / (float) row_len;
      else
        for (size_t j = 0; j < row_len; j++)
          d_row[order[k * row_len + j]] += d_y[k] * weights[j];
    }
}

void
oto_gwrp_backward_logits (const float   *d_y,
                          const float   *mask,
                          const guint32 *order,
                          int            n_classes,
                          size_t         row_len,
                          double         decay,
                          float         *ret_d_logits,
                          void          *scratch)
{
  float *weights = divide_scratch (scratch, row_len).weights;

  oto_gwrp_fill_weights (row_len, decay, weights);
  for (int k = 0; k < n_classes; k++)
    {
      const float *m = mask + k * row_len;
      float *d = ret_d_logits + k * row_len;
      const guint32 *places = order + k * row_len;

      if (decay == 0.0)
        {
          const guint32 top = places[0];
          const float value = d_y[k] * m[top] * (1.f - m[top]);

          for (size_t i = 0; i < row_len; i++)
            d[i] = 0.f;
          d[top] = value;
        }
      else if (decay == 1.0)
        for (size_t i = 0; i < row_len; i++)
          d[i] = d_y[k] / (float) row_len * m[i] * (1.f - m[i]);
      else
        for (size_t j = 0; j < row_len; j++)
          {
            const guint32 i = places[j];

            d[i] = d_y[k] * weights[j] * m[i] * (1.f - m[i]);
          }
    }
}

/**
 * oto_gwrp_fill_implied_weights:
 * @order: (nullable): (K, T F): as the forward pass wrote it; not read with a decay of 1
 * @n_classes: K
 * @n_frames: T
 * @n_mels: F
 * @decay: as in the forward pass
 * @ret_weights: (out caller-allocates): (K, T), a row sums to one
 * @scratch: oto_gwrp_get_scratch_bytes() bytes
 *
 * The weight that the pooling gives a frame without having learned it: the sum over its mel bins
 * of decay^rank over the sum of all. With a decay of 0 the frame of the maximum has it all; with 1
 * each frame has 1 / T.
 */
void
oto_gwrp_fill_implied_weights (const guint32 *order,
                               int            n_classes,
                               int            n_frames,
                               int            n_mels,
                               double         decay,
                               float         *ret_weights,
                               void          *scratch)
{
  const size_t row_len = (size_t) n_frames * n_mels;
  float *weights = divide_scratch (scratch, row_len).weights;

  g_return_if_fail (n_frames > 0 && n_mels > 0);
  g_return_if_fail (decay >= 0.0 && decay <= 1.0);
  g_return_if_fail (order != NULL || decay == 1.0);

  if (decay > 0.0 && decay < 1.0)
    oto_gwrp_fill_weights (row_len, decay, weights);

  for (int k = 0; k < n_classes; k++)
    {
      const guint32 *row_order = order != NULL ? order + k * row_len : NULL;
      float *frame_weights = ret_weights + (size_t) k * n_frames;

      for (int t = 0; t < n_frames; t++)
        frame_weights[t] = decay == 1.0 ? 1.f / (float) n_frames : 0.f;

      if (decay == 0.0)
        frame_weights[row_order[0] / n_mels] = 1.f;
      else if (decay < 1.0)
        for (size_t j = 0; j < row_len; j++)
          frame_weights[row_order[j] / n_mels] += weights[j];
    }
}
