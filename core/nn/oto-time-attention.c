/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "nn/oto-time-attention.h"

#include "base/oto-vector.h"
#include "nn/oto-columns-private.h"

/* att[t,c] = exp (logits[t,c]) / sum_i exp (logits[i,c])
 *
 * logits   (T, C)  read
 * ret_att  (T, C)  written, each channel sums to one over T; logits itself is allowed
 */
OTO_VECTORISED (void, oto_time_attention_softmax_forward,
                (const float *logits,
                 int          n_frames,
                 int          n_channels,
                 float       *ret_att),
                (logits, n_frames, n_channels, ret_att))
{
  for (int begin = 0; begin < n_channels; begin += OTO_COLUMNS_LEN)
    {
      const int width = oto_columns_get_width (n_channels, begin);
      double sum[OTO_COLUMNS_LEN];
      float max[OTO_COLUMNS_LEN], inv_sum[OTO_COLUMNS_LEN];
      float *att = ret_att + begin;

      /* The largest comes off first, so that nothing overflows. */
      oto_columns_find_max (logits + begin, n_frames, n_channels, width, max);
      oto_columns_fill (sum, width, 0.0);
      for (int t = 0; t < n_frames; t++)
        {
          const float *row = logits + (size_t) t * n_channels + begin;

          att = ret_att + (size_t) t * n_channels + begin;
#pragma GCC ivdep
          for (int c = 0; c < width; c++)
            att[c] = oto_vector_exp (row[c] - max[c]);
#pragma GCC ivdep
          for (int c = 0; c < width; c++)
            sum[c] += att[c];
        }

      for (int c = 0; c < width; c++)
        inv_sum[c] = (float) (1.0 / sum[c]);
      att = ret_att + begin;
      for (int t = 0; t < n_frames; t++, att += n_channels)
#pragma GCC ivdep
        for (int c = 0; c < width; c++)
          att[c] *= inv_sum[c];
    }
}

/* d_logits[t,c] = att[t,c] (d_att[t,c] - sum_i att[i,c] d_att[i,c])
 *
 * att       (T, C)  read, of the forward pass
 * d_att     (T, C)  read
 * d_logits  (T, C)  written or added to; when it is written, d_att itself is allowed
 */
OTO_VECTORISED (void, oto_time_attention_softmax_backward,
                (const float *att,
                 const float *d_att,
                 int          n_frames,
                 int          n_channels,
                 gboolean     is_added,
                 float       *d_logits),
                (att, d_att, n_frames, n_channels, is_added, d_logits))
{
  for (int begin = 0; begin < n_channels; begin += OTO_COLUMNS_LEN)
    {
      const int width = oto_columns_get_width (n_channels, begin);
      double sum[OTO_COLUMNS_LEN];
      float dot[OTO_COLUMNS_LEN];

      oto_columns_fill (sum, width, 0.0);
      for (int t = 0; t < n_frames; t++)
        {
          const size_t pos = (size_t) t * n_channels + begin;

#pragma GCC ivdep
          for (int c = 0; c < width; c++)
            sum[c] += (double) att[pos + c] * d_att[pos + c];
        }
      for (int c = 0; c < width; c++)
        dot[c] = (float) sum[c];

      for (int t = 0; t < n_frames; t++)
        {
          const size_t pos = (size_t) t * n_channels + begin;
          float *d_row = d_logits + pos;

#pragma GCC ivdep
          for (int c = 0; c < width; c++)
            d_row[c] = oto_columns_add (is_added, d_row, c,
                                        att[pos + c] * (d_att[pos + c] - dot[c]));
        }
    }
}

/* Sums of att x and, unless clipped_sum is NULL, of clip (att, 1e-7, 1) over the frames of a piece
 * of channels. */
static inline void
weigh_columns (const float *att,
               gboolean     is_shared,
               const float *x,
               int          n_frames,
               int          n_channels,
               int          width,
               double      *sum,
               double      *clipped_sum)
{
  oto_columns_fill (sum, width, 0.0);
  if (clipped_sum != NULL)
    oto_columns_fill (clipped_sum, width, 0.0);

  for (int t = 0; t < n_frames; t++, att += is_shared ? 1 : n_channels, x += n_channels)
    {
#pragma GCC ivdep
      for (int c = 0; c < width; c++)
        sum[c] += (double) att[is_shared ? 0 : c] * x[c];
      if (clipped_sum == NULL)
        continue;

#pragma GCC ivdep
      for (int c = 0; c < width; c++)
        {
          const float above = att[c] < OTO_TIME_ATTENTION_CLIP ? OTO_TIME_ATTENTION_CLIP : att[c];

          clipped_sum[c] += above > 1.f ? 1.f : above;
        }
    }
}

/* y[c] = sum_t att[t,c] x[t,c], or, with shared weights, sum_t att[t] x[t,c]
 *
 * att    (T, C) or (T)  read
 * x      (T, C)         read
 * ret_y  (C)            written
 */
OTO_VECTORISED (void, oto_time_attention_sum_forward,
                (const float *att,
                 gboolean     is_shared,
                 const float *x,
                 int          n_frames,
                 int          n_channels,
                 float       *ret_y),
                (att, is_shared, x, n_frames, n_channels, ret_y))
{
  for (int begin = 0; begin < n_channels; begin += OTO_COLUMNS_LEN)
    {
      const int width = oto_columns_get_width (n_channels, begin);
      double sum[OTO_COLUMNS_LEN];

      if (is_shared)
        weigh_columns (att, TRUE, x + begin, n_frames, n_channels, width, sum, NULL);
      else
        weigh_columns (att + begin, FALSE, x + begin, n_frames, n_channels, width, sum, NULL);
      for (int c = 0; c < width; c++)
        ret_y[begin + c] = (float) sum[c];
    }
}

static inline void
scale_row (const float *x,
           const float *scale,
           int          width,
           gboolean     is_added,
           float       *y)
{
#pragma GCC ivdep
  for (int c = 0; c < width; c++)
    y[c] = oto_columns_add (is_added, y, c, scale[c] * x[c]);
}

static inline void
scale_row_evenly (float        x,
                  const float *scale,
                  int          width,
                  gboolean     is_added,
                  float       *y)
{
#pragma GCC ivdep
  for (int c = 0; c < width; c++)
    y[c] = oto_columns_add (is_added, y, c, scale[c] * x);
}

/* d_att[t,c] = d_y[c] x[t,c], or, with shared weights, d_att[t] = sum_c d_y[c] x[t,c]
 * d_x[t,c] = d_y[c] att[t,c], or d_y[c] att[t]
 *
 * att    (T, C) or (T)  read, of the forward pass
 * x      (T, C)         read, of the forward pass
 * d_y    (C)            read
 * d_att  (T, C) or (T)  written or added to, unless NULL
 * d_x    (T, C)         written or added to, unless NULL
 */
OTO_VECTORISED (void, oto_time_attention_sum_backward,
                (const float *att,
                 gboolean     is_shared,
                 const float *x,
                 const float *d_y,
                 int          n_frames,
                 int          n_channels,
                 gboolean     is_att_added,
                 float       *d_att,
                 gboolean     is_x_added,
                 float       *d_x),
                (att, is_shared, x, d_y, n_frames, n_channels, is_att_added, d_att, is_x_added,
                 d_x))
{
  for (int t = 0; t < n_frames; t++)
    {
      const size_t pos = (size_t) t * n_channels;
      const float *row = x + pos;

      if (d_att != NULL && is_shared)
        d_att[t] = oto_columns_add (is_att_added, d_att, t,
                                    oto_vector_dot (d_y, row, n_channels));
      else if (d_att != NULL)
        scale_row (row, d_y, n_channels, is_att_added, d_att + pos);

      if (d_x != NULL && is_shared)
        scale_row_evenly (att[t], d_y, n_channels, is_x_added, d_x + pos);
      else if (d_x != NULL)
        scale_row (att + pos, d_y, n_channels, is_x_added, d_x + pos);
    }
}

/* A mean whose divisor alone is clipped:
 *
 *   y[c] = sum_t att[t,c] x[t,c] / sum_t clip (att[t,c], 1e-7, 1)
 *
 * att    (T, C)  read, in [0, 1]
 * x      (T, C)  read
 * ret_y  (C)     written
 *
 * Source: the program of Xu et al. 2018, where att is a softmax over the channels.
 */
OTO_VECTORISED (void, oto_time_attention_mean_forward,
                (const float *att,
                 const float *x,
                 int          n_frames,
                 int          n_channels,
                 float       *ret_y),
                (att, x, n_frames, n_channels, ret_y))
{
  for (int begin = 0; begin < n_channels; begin += OTO_COLUMNS_LEN)
    {
      const int width = oto_columns_get_width (n_channels, begin);
      double sum[OTO_COLUMNS_LEN], divisor[OTO_COLUMNS_LEN];

      weigh_columns (att + begin, FALSE, x + begin, n_frames, n_channels, width, sum, divisor);
      for (int c = 0; c < width; c++)
        ret_y[begin + c] = (float) (sum[c] / divisor[c]);
    }
}

static inline void
clipped_mean_backward_att (const float *att,
                           const float *x,
                           const float *y,
                           const float *slope,
                           int          width,
                           gboolean     is_added,
                           float       *d_att)
{
#pragma GCC ivdep
  for (int c = 0; c < width; c++)
    {
      const int is_clipped = (att[c] < OTO_TIME_ATTENTION_CLIP) | (att[c] > 1.f);

      d_att[c] = oto_columns_add (is_added, d_att, c,
                                  slope[c] * (x[c] - (is_clipped ? 0.f : y[c])));
    }
}

/* Gradients of the clipped mean.
 *
 *   s[c] = d_y[c] / sum_t clip (att[t,c], 1e-7, 1)
 *   d_x[t,c] = s[c] att[t,c]
 *   d_att[t,c] = s[c] (x[t,c] - y[c]), or s[c] x[t,c] where the clip acts
 *
 * att, x  (T, C)  read, of the forward pass
 * d_y     (C)     read
 * d_att   (T, C)  written or added to, unless NULL
 * d_x     (T, C)  written or added to, unless NULL
 */
OTO_VECTORISED (void, oto_time_attention_mean_backward,
                (const float *att,
                 const float *x,
                 const float *d_y,
                 int          n_frames,
                 int          n_channels,
                 gboolean     is_att_added,
                 float       *d_att,
                 gboolean     is_x_added,
                 float       *d_x),
                (att, x, d_y, n_frames, n_channels, is_att_added, d_att, is_x_added, d_x))
{
  for (int begin = 0; begin < n_channels; begin += OTO_COLUMNS_LEN)
    {
      const int width = oto_columns_get_width (n_channels, begin);
      double sum[OTO_COLUMNS_LEN], divisor[OTO_COLUMNS_LEN];
      float y[OTO_COLUMNS_LEN], slope[OTO_COLUMNS_LEN];

      weigh_columns (att + begin, FALSE, x + begin, n_frames, n_channels, width, sum, divisor);
      for (int c = 0; c < width; c++)
        {
          y[c] = (float) (sum[c] / divisor[c]);
          slope[c] = (float) (d_y[begin + c] / divisor[c]);
        }

      for (int t = 0; t < n_frames; t++)
        {
          const size_t pos = (size_t) t * n_channels + begin;
          const float *weights = att + pos, *row = x + pos;

          if (d_att != NULL)
            clipped_mean_backward_att (weights, row, y, slope, width, is_att_added, d_att + pos);
          if (d_x != NULL)
            scale_row (weights, slope, width, is_x_added, d_x + pos);
        }
    }
}

/* joined[t] = scale sum_c att[t,c]
 *
 * att         (T, C)  read
 * ret_joined  (T)     written
 *
 * Source: M&mnet and its relatives, where att is a softmax over time of each of C channels; with a
 * scale of 1 the joined weights sum to C over time, with 1 / C to one.
 */
OTO_VECTORISED (void, oto_time_attention_join_forward,
                (const float *att,
                 int          n_frames,
                 int          n_channels,
                 float        scale,
                 float       *ret_joined),
                (att, n_frames, n_channels, scale, ret_joined))
{
  for (int t = 0; t < n_frames; t++, att += n_channels)
    ret_joined[t] = scale * oto_vector_sum (att, n_channels);
}

/* d_att[t,c] = scale d_joined[t]
 *
 * d_joined  (T)     read
 * d_att     (T, C)  written or added to
 */
OTO_VECTORISED (void, oto_time_attention_join_backward,
                (const float *d_joined,
                 int          n_frames,
                 int          n_channels,
                 float        scale,
                 gboolean     is_added,
                 float       *d_att),
                (d_joined, n_frames, n_channels, scale, is_added, d_att))
{
  for (int t = 0; t < n_frames; t++, d_att += n_channels)
#pragma GCC ivdep
    for (int c = 0; c < n_channels; c++)
      d_att[c] = oto_columns_add (is_added, d_att, c, scale * d_joined[t]);
}
