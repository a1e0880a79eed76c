/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "nn/oto-att2d-private.h"

#include "base/oto-vector.h"
#include "nn/oto-columns-private.h"

/* att = clamp (sigmoid (logits) + offset, 0.1, 0.9), offset being 0.1 or 0.
 *
 * logits   (n)  read
 * ret_att  (n)  written; logits itself is allowed
 */
OTO_VECTORISED (void, oto_att2d_clamp_attention,
                (const float *logits,
                 size_t       n,
                 gboolean     has_offset,
                 float       *ret_att),
                (logits, n, has_offset, ret_att))
{
  const float offset = has_offset ? OTO_ATT2D_OFFSET : 0.f;

#pragma GCC ivdep
  for (size_t i = 0; i < n; i++)
    {
      const float att = oto_vector_sigmoid (logits[i]) + offset;
      const float above = att < OTO_ATT2D_MIN ? OTO_ATT2D_MIN : att;

      ret_att[i] = above > OTO_ATT2D_MAX ? OTO_ATT2D_MAX : above;
    }
}

/* sum_l exp (x[l] - max) */
static inline float
sum_exp (const float *x,
         size_t       n,
         float        max)
{
  float partial[OTO_VECTOR_LEN] = { 0.f };
  size_t i = 0;

  for (; i + OTO_VECTOR_LEN <= n; i += OTO_VECTOR_LEN)
    for (int l = 0; l < OTO_VECTOR_LEN; l++)
      partial[l] += oto_vector_exp (x[i + l] - max);
  for (int l = 0; i < n; i++, l++)
    partial[l] += oto_vector_exp (x[i] - max);
  return oto_vector_add_up (partial);
}

/* y[r,l] = x[r,l] - log (sum_i exp (x[r,i]))
 *
 * x      (R, L)  read
 * ret_y  (R, L)  written; x itself is allowed
 */
OTO_VECTORISED (void, oto_att2d_log_softmax_rows,
                (const float *x,
                 size_t       n_rows,
                 size_t       row_len,
                 float       *ret_y),
                (x, n_rows, row_len, ret_y))
{
  for (size_t r = 0; r < n_rows; r++, x += row_len, ret_y += row_len)
    {
      /* The largest comes off first, so that nothing overflows and x - max loses no digits. */
      const float max = oto_vector_max (x, row_len);
      const float log_sum = logf (sum_exp (x, row_len, max));

#pragma GCC ivdep
      for (size_t l = 0; l < row_len; l++)
        ret_y[l] = (x[l] - max) - log_sum;
    }
}

/* att_sum[k] = sum_r att[r,k]     score[k] = sum_r att[r,k] cla[r,k] / att_sum[k]
 *
 * att, cla     (R, K)  read, R = T F
 * ret_att_sum  (K)     written
 * ret_score    (K)     written
 */
OTO_VECTORISED (void, oto_att2d_average_columns,
                (const float *att,
                 const float *cla,
                 size_t       n_rows,
                 int          n_classes,
                 float       *ret_att_sum,
                 float       *ret_score),
                (att, cla, n_rows, n_classes, ret_att_sum, ret_score))
{
  for (int begin = 0; begin < n_classes; begin += OTO_COLUMNS_LEN)
    {
      const int width = oto_columns_get_width (n_classes, begin);
      double sum[OTO_COLUMNS_LEN], cla_sum[OTO_COLUMNS_LEN];

      oto_columns_fill (sum, width, 0.0);
      oto_columns_fill (cla_sum, width, 0.0);
      for (size_t r = 0; r < n_rows; r++)
        {
          const size_t pos = r * n_classes + begin;

#pragma GCC ivdep
          for (int k = 0; k < width; k++)
            {
              sum[k] += att[pos + k];
              cla_sum[k] += (double) att[pos + k] * cla[pos + k];
            }
        }
      for (int k = 0; k < width; k++)
        {
          ret_att_sum[begin + k] = (float) sum[k];
          ret_score[begin + k] = (float) (cla_sum[k] / sum[k]);
        }
    }
}

/* d_logits[r,k] = slope[k] (cla[r,k] - score[k]) s (1 - s), s = att[r,k] - offset, and 0 where att
 * is at a bound, since there the clamp acts.
 *
 * att, cla      (R, K)  read, of the forward pass
 * score         (K)     read, of the forward pass
 * slope         (K)     read: the gradient of score over att_sum
 * ret_d_logits  (R, K)  written; att itself is allowed
 */
OTO_VECTORISED (void, oto_att2d_backward_attention,
                (const float *att,
                 const float *cla,
                 const float *score,
                 const float *slope,
                 size_t       n_rows,
                 int          n_classes,
                 gboolean     has_offset,
                 float       *ret_d_logits),
                (att, cla, score, slope, n_rows, n_classes, has_offset, ret_d_logits))
{
  const float offset = has_offset ? OTO_ATT2D_OFFSET : 0.f;

  for (size_t r = 0; r < n_rows; r++, att += n_classes, cla += n_classes, ret_d_logits += n_classes)
#pragma GCC ivdep
    for (int k = 0; k < n_classes; k++)
      {
        const int is_clamped = (att[k] <= OTO_ATT2D_MIN) | (att[k] >= OTO_ATT2D_MAX);
        const float sigmoid = att[k] - offset;
        const float d_att = slope[k] * (cla[k] - score[k]);

        ret_d_logits[k] = is_clamped ? 0.f : d_att * sigmoid * (1.f - sigmoid);
      }
}

/* sum_l x[l] y[l] z[l] */
static inline float
sum_products (const float *x,
              const float *y,
              const float *z,
              size_t       n)
{
  float partial[OTO_VECTOR_LEN] = { 0.f };
  size_t i = 0;

  for (; i + OTO_VECTOR_LEN <= n; i += OTO_VECTOR_LEN)
    for (int l = 0; l < OTO_VECTOR_LEN; l++)
      partial[l] += x[i + l] * y[i + l] * z[i + l];
  for (int l = 0; i < n; i++, l++)
    partial[l] += x[i] * y[i] * z[i];
  return oto_vector_add_up (partial);
}

/* Gradients of what is averaged, g[r,k] = slope[k] att[r,k], with respect to its logits.
 *
 *   log softmax:  d_logits[r,k] = g[r,k] - exp (cla[r,k]) sum_i g[r,i]
 *   softmax:      d_logits[r,k] = cla[r,k] (g[r,k] - sum_i cla[r,i] g[r,i])
 *   sigmoid:      d_logits[r,k] = g[r,k] cla[r,k] (1 - cla[r,k])
 *
 * att, cla      (R, K)  read, of the forward pass
 * slope         (K)     read, as for the attention
 * ret_d_logits  (R, K)  written; cla itself is allowed
 */
OTO_VECTORISED (void, oto_att2d_backward_classes,
                (OtoAtt2dForm form,
                 const float *att,
                 const float *cla,
                 const float *slope,
                 size_t       n_rows,
                 int          n_classes,
                 float       *ret_d_logits),
                (form, att, cla, slope, n_rows, n_classes, ret_d_logits))
{
  for (size_t r = 0; r < n_rows; r++, att += n_classes, cla += n_classes, ret_d_logits += n_classes)
    {
      float sum;

      switch (form)
        {
        case OTO_ATT2D_LOG_SOFTMAX:
          sum = oto_vector_dot (slope, att, n_classes);
#pragma GCC ivdep
          for (int k = 0; k < n_classes; k++)
            ret_d_logits[k] = slope[k] * att[k] - oto_vector_exp (cla[k]) * sum;
          break;
        case OTO_ATT2D_SOFTMAX:
          sum = sum_products (slope, att, cla, n_classes);
#pragma GCC ivdep
          for (int k = 0; k < n_classes; k++)
            ret_d_logits[k] = cla[k] * (slope[k] * att[k] - sum);
          break;
        case OTO_ATT2D_SIGMOID:
#pragma GCC ivdep
          for (int k = 0; k < n_classes; k++)
            ret_d_logits[k] = slope[k] * att[k] * cla[k] * (1.f - cla[k]);
          break;
        }
    }
}

/* What a bin says of a class, in [0, 1]. */
static inline float
get_prob (OtoAtt2dForm form,
          float        cla)
{
  return form == OTO_ATT2D_LOG_SOFTMAX ? oto_vector_exp (cla) : cla;
}

/* contribution[r,k] = att[r,k] prob[r,k] / att_sum[k], prob being cla or, of a log softmax, its
 * exponential.
 *
 * att, cla          (R, K)  read, of the forward pass
 * att_sum           (K)     read, of the forward pass
 * ret_contribution  (R, K)  written
 */
OTO_VECTORISED (void, oto_att2d_weigh_bins,
                (OtoAtt2dForm form,
                 const float *att,
                 const float *cla,
                 const float *att_sum,
                 size_t       n_rows,
                 int          n_classes,
                 float       *ret_contribution),
                (form, att, cla, att_sum, n_rows, n_classes, ret_contribution))
{
  for (size_t r = 0; r < n_rows; r++)
    {
      const size_t pos = r * n_classes;

#pragma GCC ivdep
      for (int k = 0; k < n_classes; k++)
        ret_contribution[pos + k] = att[pos + k] * get_prob (form, cla[pos + k]) / att_sum[k];
    }
}

/* frames[t,k] = sum_f att[t,f,k] prob[t,f,k] / sum_f att[t,f,k]
 * time_att[t,k] = sum_f att[t,f,k] / att_sum[k]
 *
 * att, cla      (T, F, K)  read, of the forward pass
 * att_sum       (K)        read, of the forward pass
 * ret_frames    (T, K)     written, in [0, 1]
 * ret_time_att  (T, K)     written, each class sums to one over time
 */
OTO_VECTORISED (void, oto_att2d_score_frames,
                (OtoAtt2dForm form,
                 const float *att,
                 const float *cla,
                 const float *att_sum,
                 int          n_frames,
                 int          n_mels,
                 int          n_classes,
                 float       *ret_frames,
                 float       *ret_time_att),
                (form, att, cla, att_sum, n_frames, n_mels, n_classes, ret_frames, ret_time_att))
{
  for (int t = 0; t < n_frames; t++, ret_frames += n_classes, ret_time_att += n_classes)
    {
      memset (ret_frames, 0, n_classes * sizeof *ret_frames);
      memset (ret_time_att, 0, n_classes * sizeof *ret_time_att);
      for (int f = 0; f < n_mels; f++, att += n_classes, cla += n_classes)
#pragma GCC ivdep
        for (int k = 0; k < n_classes; k++)
          {
            ret_frames[k] += att[k] * get_prob (form, cla[k]);
            ret_time_att[k] += att[k];
          }
#pragma GCC ivdep
      for (int k = 0; k < n_classes; k++)
        {
          ret_frames[k] /= ret_time_att[k];
          ret_time_att[k] /= att_sum[k];
        }
    }
}
