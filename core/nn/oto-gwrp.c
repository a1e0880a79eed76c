/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "nn/oto-gwrp.h"

#include "nn/oto-gwrp-private.h"

#include <string.h>

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

/**
 * oto_gwrp_get_n_ranks:
 * @row_len: M
 * @decay: decay (r), in [0, 1]
 *
 * How many ranks of a row have a weight that can be seen in a float, and so a place in its order:
 * with a decay of 0 the first, between 0 and 1 the least n for which r^n <= 2^-30, or M. With a
 * decay of 1 no rank differs from another, and no order is needed.
 *
 * What forgetting the others changes is below what a float holds: the pooled value by at most
 * 2^-30 of the largest magnitude among them, and in a row without negative values by less than a
 * sixtieth of the distance between two floats; see oto-gwrp-kernels.c. Of 19904 values a decay of
 * 0.9 leaves 198 and the published 0.9998 all.
 *
 * Returns: the n of the (K, n) indices of an order
 */
size_t
oto_gwrp_get_n_ranks (size_t row_len,
                      double decay)
{
  if (decay == 0.0)
    return MIN (row_len, 1);
  if (decay == 1.0)
    return 0;
  return oto_gwrp_count_ranks (row_len, decay);
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
        ret_order[k] = (guint32) i;
    }
}

/**
 * oto_gwrp_forward:
 * @map: (K, M): class maps of one clip
 * @n_classes: K
 * @row_len: M; below 2^32
 * @decay: decay (r), in [0, 1]
 * @ret_y: (out caller-allocates): (K)
 * @ret_order: (out caller-allocates) (nullable): (K, n), n = oto_gwrp_get_n_ranks(): index of each
 *   rank, for the backward pass and the implied weights
 * @scratch: oto_gwrp_get_scratch_bytes() bytes
 *
 * Global weighted rank pooling: y = sum_j r^j v[j] / sum_j r^j, where v is the row in descending
 * order and j counts from 0. A decay of 0 gives the maximum, exactly, and 1 the mean. Of equal
 * values the first has the better rank. Where a decay between 0 and 1 leaves n < M ranks, only they
 * are sorted and summed; oto_gwrp_get_n_ranks() tells how little that changes. NaN counts as
 * larger than any value, unless the decay is 0: then it never is the maximum. Source: Kong et al.,
 * Sound Event Detection and Time-Frequency Segmentation from Weakly Labelled Data.
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
  const size_t n_ranks = oto_gwrp_get_n_ranks (row_len, decay);

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

  oto_gwrp_fill_weights (row_len, n_ranks, decay, parts.weights);
  for (int k = 0; k < n_classes; k++)
    {
      const guint64 *keys = oto_gwrp_sort_row (map + k * row_len, row_len, n_ranks,
                                               parts.keys, parts.spare, parts.counts);

      ret_y[k] = oto_gwrp_weigh_row (keys, n_ranks, parts.weights);
      if (ret_order != NULL)
        for (size_t j = 0; j < n_ranks; j++)
          ret_order[k * n_ranks + j] = (guint32) keys[j];
    }
}

/**
 * oto_gwrp_backward:
 * @d_y: (array length=n_classes): gradient of the pooled values
 * @order: (nullable): (K, n): as the forward pass wrote it; not read with a decay of 1
 * @n_classes: K
 * @row_len: M
 * @decay: as in the forward pass
 * @d_map: (K, M): added to
 * @scratch: oto_gwrp_get_scratch_bytes() bytes
 *
 * The gradient of oto_gwrp_forward(): each value gets d_y times the weight of its rank, and
 * nothing when it is not among the first n.
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
  const size_t n_ranks = oto_gwrp_get_n_ranks (row_len, decay);

  g_return_if_fail (row_len > 0 && row_len <= G_MAXUINT32);
  g_return_if_fail (decay >= 0.0 && decay <= 1.0);
  g_return_if_fail (order != NULL || decay == 1.0);

  if (decay > 0.0 && decay < 1.0)
    oto_gwrp_fill_weights (row_len, n_ranks, decay, weights);

  for (int k = 0; k < n_classes; k++)
    {
      float *d_row = d_map + k * row_len;

      if (decay == 0.0)
        d_row[order[k]] += d_y[k];
      else if (decay == 1.0)
        for (size_t i = 0; i < row_len; i++)
          d_row[i] += d_y[k] / (float) row_len;
      else
        for (size_t j = 0; j < n_ranks; j++)
          d_row[order[k * n_ranks + j]] += d_y[k] * weights[j];
    }
}

static void
backward_logits_max (float          d_y,
                     const float   *mask,
                     const guint32 *order,
                     size_t         row_len,
                     float         *d_logits)
{
  const size_t i = *order;
  const float value = mask[i];

  memset (d_logits, 0, row_len * sizeof *d_logits);
  d_logits[i] = d_y * value * (1.f - value);
}

static void
backward_logits_ranks (float          d_y,
                       const float   *mask,
                       const guint32 *order,
                       size_t         row_len,
                       size_t         n_ranks,
                       const Scratch *parts,
                       float         *d_logits)
{
  float *kept = (float *) parts->keys;

  oto_gwrp_fill_slopes (mask, row_len, d_y, d_logits);
  if (n_ranks == row_len)
    {
      for (size_t j = 0; j < n_ranks; j++)
        d_logits[order[j]] *= parts->weights[j];
      return;
    }

  for (size_t j = 0; j < n_ranks; j++)
    kept[j] = d_logits[order[j]] * parts->weights[j];
  memset (d_logits, 0, row_len * sizeof *d_logits);
  for (size_t j = 0; j < n_ranks; j++)
    d_logits[order[j]] = kept[j];
}

/**
 * oto_gwrp_backward_logits:
 * @d_y: (array length=n_classes): gradient of the pooled values
 * @masks: (K, M): what the forward pass read, sigmoids of logits
 * @order: (nullable): (K, n): as the forward pass wrote it; not read with a decay of 1
 * @n_classes: K
 * @row_len: M
 * @decay: as in the forward pass
 * @ret_d_logits: (out caller-allocates): (K, M), written; @masks itself is allowed
 * @scratch: oto_gwrp_get_scratch_bytes() bytes
 *
 * The gradient of the pooled sigmoids, d_logits = d_y weight[rank] mask (1 - mask). It is what
 * oto_gwrp_backward() on zeros and oto_activation_sigmoid_backward() give together.
 */
void
oto_gwrp_backward_logits (const float   *d_y,
                          const float   *masks,
                          const guint32 *order,
                          int            n_classes,
                          size_t         row_len,
                          double         decay,
                          float         *ret_d_logits,
                          void          *scratch)
{
  const Scratch parts = divide_scratch (scratch, row_len);
  const size_t n_ranks = oto_gwrp_get_n_ranks (row_len, decay);

  g_return_if_fail (row_len > 0 && row_len <= G_MAXUINT32);
  g_return_if_fail (decay >= 0.0 && decay <= 1.0);
  g_return_if_fail (order != NULL || decay == 1.0);

  if (decay > 0.0 && decay < 1.0)
    oto_gwrp_fill_weights (row_len, n_ranks, decay, parts.weights);

  for (int k = 0; k < n_classes; k++)
    {
      const float *mask = masks + k * row_len;
      const guint32 *row_order = order != NULL ? order + k * n_ranks : NULL;
      float *d_logits = ret_d_logits + k * row_len;

      if (decay == 0.0)
        backward_logits_max (d_y[k], mask, row_order, row_len, d_logits);
      else if (decay == 1.0)
        oto_gwrp_fill_slopes (mask, row_len, d_y[k] / (float) row_len, d_logits);
      else
        backward_logits_ranks (d_y[k], mask, row_order, row_len, n_ranks, &parts, d_logits);
    }
}

/**
 * oto_gwrp_fill_implied_weights:
 * @order: (nullable): (K, n): as the forward pass wrote it; not read with a decay of 1
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
  const size_t n_ranks = oto_gwrp_get_n_ranks (row_len, decay);
  float *weights = divide_scratch (scratch, row_len).weights;

  g_return_if_fail (n_frames > 0 && n_mels > 0);
  g_return_if_fail (decay >= 0.0 && decay <= 1.0);
  g_return_if_fail (order != NULL || decay == 1.0);

  if (decay > 0.0 && decay < 1.0)
    oto_gwrp_fill_weights (row_len, n_ranks, decay, weights);

  for (int k = 0; k < n_classes; k++)
    {
      const guint32 *row_order = order != NULL ? order + k * n_ranks : NULL;
      float *frame_weights = ret_weights + (size_t) k * n_frames;

      for (int t = 0; t < n_frames; t++)
        frame_weights[t] = decay == 1.0 ? 1.f / (float) n_frames : 0.f;

      if (decay == 0.0)
        frame_weights[row_order[0] / n_mels] = 1.f;
      else if (decay < 1.0)
        for (size_t j = 0; j < n_ranks; j++)
          frame_weights[row_order[j] / n_mels] += weights[j];
    }
}
