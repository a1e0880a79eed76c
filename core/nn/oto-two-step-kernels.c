/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "nn/oto-two-step-kernels.h"

#include "base/oto-vector.h"
#include "nn/oto-gemm.h"

/* att = exp (att + att_b - max), prob = sigmoid (prob + prob_b), on one row. */
static inline void
activate_released (const float *att_b,
                   const float *prob_b,
                   size_t       row_len,
                   float       *att,
                   float       *prob)
{
  float max;

#pragma GCC ivdep
  for (size_t l = 0; l < row_len; l++)
    att[l] += att_b[l];

  /* The largest logit comes off first, so that nothing overflows. */
  max = oto_vector_max (att, row_len);

#pragma GCC ivdep
  for (size_t l = 0; l < row_len; l++)
    {
      att[l] = oto_vector_exp (att[l] - max);
      prob[l] = oto_vector_sigmoid (prob[l] + prob_b[l]);
    }
}

/* att = exp (sigmoid (att + att_b)), prob = prob + prob_b, on one row. */
static inline void
activate_equations (const float *att_b,
                    const float *prob_b,
                    size_t       row_len,
                    float       *att,
                    float       *prob)
{
#pragma GCC ivdep
  for (size_t l = 0; l < row_len; l++)
    {
      att[l] = oto_vector_exp (oto_vector_sigmoid (att[l] + att_b[l]));
      prob[l] += prob_b[l];
    }
}

/* Attention pooling of rows: one step of the published two-step attention.
 *
 *   a = att_logits + att_b     c = prob_logits + prob_b
 *   released:   att = softmax (a)             prob = sigmoid (c)
 *   equations:  att = softmax (sigmoid (a))   prob = c
 *   y[r] = sum_l att[r,l] prob[r,l]
 *
 * att_b, prob_b  (L)     read
 * att            (R, L)  in: att_logits, out: att; the backward pass reads it
 * prob           (R, L)  in: prob_logits, out: prob; the backward pass reads it
 * ret_y          (R)     written
 *
 * Step 1 pools mel bins: R = K T, L = F. Step 2 pools frames: R = K, L = T. Source: Deshmukh et
 * al., arXiv:2008.07085, eqs. 7 to 14 (equations), and the authors' program (released).
 */
OTO_VECTORISED (void, oto_two_step_pool_rows_forward,
                (bool         is_released,
                 size_t       n_rows,
                 size_t       row_len,
                 const float *att_b,
                 const float *prob_b,
                 float       *att,
                 float       *prob,
                 float       *ret_y),
                (is_released, n_rows, row_len, att_b, prob_b, att, prob, ret_y))
{
  for (size_t r = 0; r < n_rows; r++, att += row_len, prob += row_len)
    {
      float inv_sum;

      if (is_released)
        activate_released (att_b, prob_b, row_len, att, prob);
      else
        activate_equations (att_b, prob_b, row_len, att, prob);

      inv_sum = 1.f / oto_vector_sum (att, row_len);
      for (size_t l = 0; l < row_len; l++)
        att[l] *= inv_sum;
      ret_y[r] = oto_vector_dot (att, prob, row_len);
    }
}

/* Gradients of the logits of oto_two_step_pool_rows_forward().
 *
 *   d_a = att (prob - y) d_y      the softmax passes on what is above the mean y
 *   released:   d_att = d_a                d_prob = d_y att prob (1 - prob)
 *   equations:  d_att = d_a s (1 - s)      d_prob = d_y att     s = sigmoid (att_logits + att_b)
 *
 * att_b       (L)     read
 * att, prob   (R, L)  read, of the forward pass
 * y, d_y      (R)     read
 * d_att       (R, L)  written; in the equations form it holds att_logits at first
 * ret_d_prob  (R, L)  written
 */
OTO_VECTORISED (void, oto_two_step_pool_rows_backward,
                (bool         is_released,
                 size_t       n_rows,
                 size_t       row_len,
                 const float *att_b,
                 const float *att,
                 const float *prob,
                 const float *y,
                 const float *d_y,
                 float       *d_att,
                 float       *ret_d_prob),
                (is_released, n_rows, row_len, att_b, att, prob, y, d_y, d_att, ret_d_prob))
{
  for (size_t r = 0; r < n_rows; r++)
    {
      const size_t begin = r * row_len;
      const float y_r = y[r], d_y_r = d_y[r];

      if (is_released)
#pragma GCC ivdep
        for (size_t i = begin; i < begin + row_len; i++)
          {
            const float d_value = d_y_r * att[i];

            d_att[i] = d_value * (prob[i] - y_r);
            ret_d_prob[i] = d_value * prob[i] * (1.f - prob[i]);
          }
      else
#pragma GCC ivdep
        for (size_t l = 0; l < row_len; l++)
          {
            const float s = oto_vector_sigmoid (d_att[begin + l] + att_b[l]);
            const float d_value = d_y_r * att[begin + l];

            d_att[begin + l] = d_value * (prob[begin + l] - y_r) * s * (1.f - s);
            ret_d_prob[begin + l] = d_value;
          }
    }
}

/* Attention pooling of columns: one step of the local two-step attention.
 *
 *   att[:,k] = softmax_l (att_logits[:,k])     prob = sigmoid (prob_logits + prob_b)
 *   y[k] = sum_l att[l,k] prob[l,k]
 *
 * prob_b   (K)     read
 * att      (L, K)  in: att_logits, out: att; the backward pass reads it
 * prob     (L, K)  in: prob_logits, out: prob; the backward pass reads it
 * ret_y    (K)     written
 * scratch  (2 K)   overwritten
 *
 * A bias of the attention logits would be the same along a column and cancel in the softmax: it is
 * left out. Step 1 pools the mel bins of a frame: L = F. Step 2 pools frames: L = T.
 */
OTO_VECTORISED (void, oto_two_step_pool_columns_forward,
                (size_t       n_rows,
                 size_t       n_classes,
                 const float *prob_b,
                 float       *att,
                 float       *prob,
                 float       *ret_y,
                 float       *scratch),
                (n_rows, n_classes, prob_b, att, prob, ret_y, scratch))
{
  float *max = scratch, *sum = scratch + n_classes;

  memcpy (max, att, n_classes * sizeof *max);
  for (size_t l = 1; l < n_rows; l++)
#pragma GCC ivdep
    for (size_t k = 0; k < n_classes; k++)
      max[k] = att[l * n_classes + k] > max[k] ? att[l * n_classes + k] : max[k];

  for (size_t l = 0; l < n_rows; l++)
#pragma GCC ivdep
    for (size_t k = 0; k < n_classes; k++)
      {
        att[l * n_classes + k] -= max[k];
        prob[l * n_classes + k] += prob_b[k];
      }

#pragma GCC ivdep
  for (size_t i = 0; i < n_rows * n_classes; i++)
    {
      att[i] = oto_vector_exp (att[i]);
      prob[i] = oto_vector_sigmoid (prob[i]);
    }

  for (size_t k = 0; k < n_classes; k++)
    sum[k] = 0.f;
  oto_gemm_add_column_sums (att, n_classes, n_rows, n_classes, sum);

  for (size_t k = 0; k < n_classes; k++)
    {
      sum[k] = 1.f / sum[k];
      ret_y[k] = 0.f;
    }
  for (size_t l = 0; l < n_rows; l++)
#pragma GCC ivdep
    for (size_t k = 0; k < n_classes; k++)
      {
        att[l * n_classes + k] *= sum[k];
        ret_y[k] += att[l * n_classes + k] * prob[l * n_classes + k];
      }
}

/* Gradients of the logits of oto_two_step_pool_columns_forward().
 *
 *   d_att[l,k] = d_y[k] att (prob - y[k])     d_prob[l,k] = d_y[k] att prob (1 - prob)
 *
 * att, prob              (L, K)  read, of the forward pass
 * y, d_y                 (K)     read
 * ret_d_att, ret_d_prob  (L, K)  written
 */
OTO_VECTORISED (void, oto_two_step_pool_columns_backward,
                (size_t       n_rows,
                 size_t       n_classes,
                 const float *att,
                 const float *prob,
                 const float *y,
                 const float *d_y,
                 float       *ret_d_att,
                 float       *ret_d_prob),
                (n_rows, n_classes, att, prob, y, d_y, ret_d_att, ret_d_prob))
{
  for (size_t l = 0; l < n_rows; l++)
#pragma GCC ivdep
    for (size_t k = 0; k < n_classes; k++)
      {
        const size_t i = l * n_classes + k;
        const float d_value = d_y[k] * att[i];

        ret_d_att[i] = d_value * (prob[i] - y[k]);
        ret_d_prob[i] = d_value * prob[i] * (1.f - prob[i]);
      }
}
