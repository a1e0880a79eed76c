/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "nn/oto-time-pool.h"

#include "base/oto-vector.h"
#include "nn/oto-columns-private.h"

/* y[c] = mean_t x[t,c]
 *
 * x      (T, C)  read
 * ret_y  (C)     written
 */
OTO_VECTORISED (void, oto_time_pool_mean_forward,
                (const float *x,
                 int          n_frames,
                 int          n_channels,
                 float       *ret_y),
                (x, n_frames, n_channels, ret_y))
{
  for (int begin = 0; begin < n_channels; begin += OTO_COLUMNS_LEN)
    {
      const int width = oto_columns_get_width (n_channels, begin);
      const float *row = x + begin;
      double sum[OTO_COLUMNS_LEN];

      oto_columns_fill (sum, width, 0.0);
      for (int t = 0; t < n_frames; t++, row += n_channels)
#pragma GCC ivdep
        for (int c = 0; c < width; c++)
          sum[c] += row[c];
      for (int c = 0; c < width; c++)
        ret_y[begin + c] = (float) (sum[c] / n_frames);
    }
}

/* d_x[t,c] = d_y[c] / T
 *
 * d_y  (C)     read
 * d_x  (T, C)  written or added to
 */
OTO_VECTORISED (void, oto_time_pool_mean_backward,
                (const float *d_y,
                 int          n_frames,
                 int          n_channels,
                 gboolean     is_added,
                 float       *d_x),
                (d_y, n_frames, n_channels, is_added, d_x))
{
  const float share = 1.f / (float) n_frames;

  for (int t = 0; t < n_frames; t++, d_x += n_channels)
#pragma GCC ivdep
    for (int c = 0; c < n_channels; c++)
      d_x[c] = oto_columns_add (is_added, d_x, c, share * d_y[c]);
}

/* y[c] = max_t x[t,c]; NaN counts as the largest.
 *
 * x          (T, C)  read
 * ret_y      (C)     written
 * ret_index  (C)     written, unless NULL: the frame of the first maximum
 */
OTO_VECTORISED (void, oto_time_pool_max_forward,
                (const float *x,
                 int          n_frames,
                 int          n_channels,
                 float       *ret_y,
                 guint32     *ret_index),
                (x, n_frames, n_channels, ret_y, ret_index))
{
  for (int begin = 0; begin < n_channels; begin += OTO_COLUMNS_LEN)
    {
      const int width = oto_columns_get_width (n_channels, begin);
      const float *row = x + begin;
      float max[OTO_COLUMNS_LEN];
      uint32_t at[OTO_COLUMNS_LEN] = { 0 };

      memcpy (max, row, width * sizeof *max);
      for (int t = 1; t < n_frames; t++)
        {
          row += n_channels;
#pragma GCC ivdep
          for (int c = 0; c < width; c++)
            {
              const int is_larger = !(row[c] <= max[c]) & (max[c] == max[c]);

              max[c] = is_larger ? row[c] : max[c];
              at[c] = is_larger ? (uint32_t) t : at[c];
            }
        }
      memcpy (ret_y + begin, max, width * sizeof *max);
      if (ret_index != NULL)
        memcpy (ret_index + begin, at, width * sizeof *at);
    }
}

/* d_x[t,c] = d_y[c] at the first maximum, 0 elsewhere
 *
 * d_y    (C)     read
 * index  (C)     read, of the forward pass
 * d_x    (T, C)  written or added to
 */
void
oto_time_pool_max_backward (const float   *d_y,
                            const guint32 *index,
                            int            n_frames,
                            int            n_channels,
                            gboolean       is_added,
                            float         *d_x)
{
  if (!is_added)
    memset (d_x, 0, (size_t) n_frames * n_channels * sizeof *d_x);
  for (int c = 0; c < n_channels; c++)
    d_x[(size_t) index[c] * n_channels + c] += d_y[c];
}

static inline float
clamp_prob (float prob)
{
  prob = prob < OTO_TIME_POOL_PROB_MIN ? OTO_TIME_POOL_PROB_MIN : prob;
  return prob > OTO_TIME_POOL_PROB_MAX ? OTO_TIME_POOL_PROB_MAX : prob;
}

/* prob = clamp (prob, 1e-7, 1 - 1e-7), as the linear pooling reads it when it is told to.
 *
 * prob      (n)  read
 * ret_prob  (n)  written; prob itself is allowed, but the backward pass wants what was not clamped
 */
OTO_VECTORISED (void, oto_time_pool_clamp,
                (const float *prob,
                 size_t       n,
                 float       *ret_prob),
                (prob, n, ret_prob))
{
#pragma GCC ivdep
  for (size_t i = 0; i < n; i++)
    ret_prob[i] = clamp_prob (prob[i]);
}

/* The sums of p and p^2 over the frames of a piece of channels. */
static inline void
sum_powers (const float *prob,
            int          n_frames,
            int          n_channels,
            int          width,
            gboolean     is_clamped,
            double      *sum,
            double      *square_sum)
{
  oto_columns_fill (sum, width, 0.0);
  oto_columns_fill (square_sum, width, 0.0);
  for (int t = 0; t < n_frames; t++, prob += n_channels)
#pragma GCC ivdep
    for (int c = 0; c < width; c++)
      {
        const double p = is_clamped ? clamp_prob (prob[c]) : prob[c];

        sum[c] += p;
        square_sum[c] += p * p;
      }
}

/* Linear softmax pooling: y[c] = sum_t p[t,c]^2 / sum_t p[t,c], p being prob or, clamped,
 * clamp (prob, 1e-7, 1 - 1e-7). A channel of zeros, which only happens without the clamp, has 0.
 *
 * prob   (T, C)  read, in [0, 1]
 * ret_y  (C)     written, in [0, 1]
 *
 * Source: TALNet, Wang et al., and the author's program (clamped; not in its small network).
 */
OTO_VECTORISED (void, oto_time_pool_linear_forward,
                (const float *prob,
                 int          n_frames,
                 int          n_channels,
                 gboolean     is_clamped,
                 float       *ret_y),
                (prob, n_frames, n_channels, is_clamped, ret_y))
{
  for (int begin = 0; begin < n_channels; begin += OTO_COLUMNS_LEN)
    {
      const int width = oto_columns_get_width (n_channels, begin);
      double sum[OTO_COLUMNS_LEN], square_sum[OTO_COLUMNS_LEN];

      sum_powers (prob + begin, n_frames, n_channels, width, is_clamped, sum, square_sum);
      for (int c = 0; c < width; c++)
        ret_y[begin + c] = sum[c] == 0.0 ? 0.f : (float) (square_sum[c] / sum[c]);
    }
}

/* d_prob[t,c] = d_y[c] (2 p[t,c] - y[c]) / sum_i p[i,c], and 0 where the clamp acts
 *
 * prob    (T, C)  read: of the forward pass, not clamped
 * d_y     (C)     read
 * d_prob  (T, C)  written or added to
 */
OTO_VECTORISED (void, oto_time_pool_linear_backward,
                (const float *prob,
                 const float *d_y,
                 int          n_frames,
                 int          n_channels,
                 gboolean     is_clamped,
                 gboolean     is_added,
                 float       *d_prob),
                (prob, d_y, n_frames, n_channels, is_clamped, is_added, d_prob))
{
  for (int begin = 0; begin < n_channels; begin += OTO_COLUMNS_LEN)
    {
      const int width = oto_columns_get_width (n_channels, begin);
      double sum[OTO_COLUMNS_LEN], square_sum[OTO_COLUMNS_LEN];
      float y[OTO_COLUMNS_LEN], slope[OTO_COLUMNS_LEN];

      sum_powers (prob + begin, n_frames, n_channels, width, is_clamped, sum, square_sum);
      for (int c = 0; c < width; c++)
        {
          y[c] = sum[c] == 0.0 ? 0.f : (float) (square_sum[c] / sum[c]);
          slope[c] = sum[c] == 0.0 ? 0.f : (float) (d_y[begin + c] / sum[c]);
        }

      for (int t = 0; t < n_frames; t++)
        {
          const float *row = prob + (size_t) t * n_channels + begin;
          float *d_row = d_prob + (size_t) t * n_channels + begin;

#pragma GCC ivdep
          for (int c = 0; c < width; c++)
            {
              const float p = row[c];
              const int is_outside = (p < OTO_TIME_POOL_PROB_MIN) | (p > OTO_TIME_POOL_PROB_MAX);
              const float d = slope[c] * (2.f * p - y[c]);

              d_row[c] = oto_columns_add (is_added, d_row, c, is_clamped & is_outside ? 0.f : d);
            }
        }
    }
}
