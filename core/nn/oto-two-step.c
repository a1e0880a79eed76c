/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "nn/oto-two-step.h"

#include "nn/oto-gemm.h"
#include "nn/oto-two-step-kernels.h"
#include "nn/oto-two-step-private.h"

/**
 * oto_two_step_get_scratch_len:
 * @n_classes: K
 * @n_frames: T
 * @n_mels: F
 *
 * Returns: floats of scratch that any of the functions below needs; one scratch per thread
 */
size_t
oto_two_step_get_scratch_len (int n_classes,
                              int n_frames,
                              int n_mels)
{
  const size_t longest = MAX ((size_t) n_frames * MAX (n_classes, n_mels),
                              (size_t) n_mels * n_classes);

  /* Attention, values, outputs and the two gradients of a block, the gradients of the clip outputs
   * and of the first step's, and two rows of classes. */
  return OTO_TWO_STEP_N_ARRAYS * MAX (OTO_TWO_STEP_BLOCK_LEN, longest) +
         (size_t) n_classes * (n_frames + 3);
}

/* One block of a step of the published pooling: x (R, L) -> att, prob (R, L), y (R). */
static void
forward_block (OtoPoolingForm           form,
               int                      n_rows,
               int                      row_len,
               const OtoPoolStepParams *params,
               const float             *x,
               float                   *att,
               float                   *prob,
               float                   *y)
{
  /* (R, L) = (R, L) (L, L)^T */
  oto_gemm_nt (n_rows, row_len, row_len, x, row_len, params->att_w, row_len, FALSE, att, row_len);
  oto_gemm_nt (n_rows, row_len, row_len, x, row_len, params->prob_w, row_len, FALSE, prob, row_len);
  oto_two_step_pool_rows_forward (form == OTO_POOLING_FORM_RELEASED, n_rows, row_len,
                                  params->att_b, params->prob_b, att, prob, y);
}

/* One step of the published pooling; att and prob NULL: they are not kept. Blocks have the same
 * rows whatever else there is, as a product's rounding may depend on its size. */
static void
forward_step (OtoPoolingForm           form,
              size_t                   n_rows,
              int                      row_len,
              size_t                   block_rows,
              const OtoPoolStepParams *params,
              const float             *x,
              float                   *att,
              float                   *prob,
              float                   *y,
              float                   *scratch)
{
  const OtoTwoStepBlock block = oto_two_step_divide_scratch (scratch, block_rows * row_len);

  for (size_t r = 0; r < n_rows; r += block_rows)
    {
      const int n = (int) MIN (block_rows, n_rows - r);
      const size_t pos = r * row_len;

      forward_block (form, n, row_len, params, x + pos, att != NULL ? att + pos : block.att,
                     prob != NULL ? prob + pos : block.prob, y + r);
    }
}

/* The products of a block's gradients with the input and the weights, as both poolings need them:
 * d_x (R, L) written, d_w (L, L) added to. */
void
oto_two_step_multiply_gradients (int                      n_rows,
                                 int                      row_len,
                                 const OtoPoolStepParams *params,
                                 const OtoPoolStepGrads  *grads,
                                 const float             *x,
                                 const float             *d_att,
                                 const float             *d_prob,
                                 float                   *ret_d_x)
{
  /* (L, L) += (R, L)^T (R, L) */
  oto_gemm_tn (row_len, n_rows, row_len, d_att, row_len, x, row_len, TRUE,
               grads->att_w, row_len);
  oto_gemm_tn (row_len, n_rows, row_len, d_prob, row_len, x, row_len, TRUE,
               grads->prob_w, row_len);
  /* (R, L) = (R, L) (L, L) */
  oto_gemm_nn (n_rows, row_len, row_len, d_att, row_len, params->att_w, row_len, FALSE,
               ret_d_x, row_len);
  oto_gemm_nn (n_rows, row_len, row_len, d_prob, row_len, params->prob_w, row_len, TRUE,
               ret_d_x, row_len);
}

static void
backward_step (OtoPoolingForm           form,
               size_t                   n_rows,
               int                      row_len,
               size_t                   block_rows,
               const OtoPoolStepParams *params,
               const float             *x,
               const float             *att,
               const float             *prob,
               const float             *y,
               const float             *d_y,
               float                   *ret_d_x,
               const OtoPoolStepGrads  *grads,
               float                   *scratch)
{
  const OtoTwoStepBlock block = oto_two_step_divide_scratch (scratch, block_rows * row_len);

  for (size_t r = 0; r < n_rows; r += block_rows)
    {
      const int n = (int) MIN (block_rows, n_rows - r);
      const size_t pos = r * row_len;

      if (att == NULL)
        forward_block (form, n, row_len, params, x + pos, block.att, block.prob, block.y);
      /* The sigmoid under the softmax was not kept. */
      if (form == OTO_POOLING_FORM_EQUATIONS)
        oto_gemm_nt (n, row_len, row_len, x + pos, row_len, params->att_w, row_len, FALSE,
                     block.d_att, row_len);

      oto_two_step_pool_rows_backward (form == OTO_POOLING_FORM_RELEASED, n, row_len,
                                       params->att_b, att != NULL ? att + pos : block.att,
                                       att != NULL ? prob + pos : block.prob, y + r, d_y + r,
                                       block.d_att, block.d_prob);
      oto_gemm_add_column_sums (block.d_att, row_len, n, row_len, grads->att_b);
      oto_gemm_add_column_sums (block.d_prob, row_len, n, row_len, grads->prob_b);
      oto_two_step_multiply_gradients (n, row_len, params, grads, x + pos, block.d_att,
                                       block.d_prob, ret_d_x + pos);
    }
}

/**
 * oto_two_step_forward:
 * @form: where the sigmoids are
 * @n_classes: K
 * @n_frames: T
 * @n_mels: F
 * @params: the linear maps, (F, F) and (T, T)
 * @class_logits: (K, T, F)
 * @maps: every array written; mel_att and mel_prob may be %NULL
 * @scratch: oto_two_step_get_scratch_len() floats
 *
 * Two-step attention pooling of one clip, with L (x) = x W^T + b along the pooled axis.
 *
 * |[
 * released:  mel_att = softmax_f (L_mel_att (class_logits))
 *            mel_prob = sigmoid (L_mel_prob (class_logits))     mel_x = sum_f mel_att mel_prob
 *            time_att = softmax_t (L_time_att (mel_x))
 *            time_prob = sigmoid (L_time_prob (mel_x))          clip_raw = sum_t time_att time_prob
 *            clip = min (max (clip_raw, 0), 1)
 * equations: the sigmoid is inside the softmax instead of around the values
 * ]|
 *
 * Source: Deshmukh et al., arXiv:2008.07085, eqs. 7 to 14, and the authors' program. The matrices
 * mix all bins (frames), so that an index of the attention is a place in name only.
 */
void
oto_two_step_forward (OtoPoolingForm          form,
                      int                     n_classes,
                      int                     n_frames,
                      int                     n_mels,
                      const OtoTwoStepParams *params,
                      const float            *class_logits,
                      const OtoTwoStepMaps   *maps,
                      float                  *scratch)
{
  oto_two_step_forward_mel (form, n_classes, n_frames, n_mels, params, class_logits, maps, scratch);
  oto_two_step_forward_time (form, n_classes, n_frames, params, maps, scratch);
}

/**
 * oto_two_step_forward_mel:
 * @form: where the sigmoids are
 * @n_classes: some of the clip's classes
 * @n_frames: T
 * @n_mels: F
 * @params: the linear maps
 * @class_logits: (K, T, F), from the first of these classes on
 * @maps: mel_att, mel_prob and mel_x are written, likewise
 * @scratch: oto_two_step_get_scratch_len() floats
 *
 * The first step of oto_two_step_forward(), which knows one class at a time.
 */
void
oto_two_step_forward_mel (OtoPoolingForm          form,
                          int                     n_classes,
                          int                     n_frames,
                          int                     n_mels,
                          const OtoTwoStepParams *params,
                          const float            *class_logits,
                          const OtoTwoStepMaps   *maps,
                          float                  *scratch)
{
  const OtoPoolStepParams mel = oto_two_step_get_mel_params (params);

  g_return_if_fail (n_classes > 0 && n_frames > 0 && n_mels > 0);

  forward_step (form, (size_t) n_classes * n_frames, n_mels, n_frames, &mel, class_logits,
                maps->mel_att, maps->mel_prob, maps->mel_x, scratch);
}

/**
 * oto_two_step_forward_time:
 * @form: where the sigmoids are
 * @n_classes: K
 * @n_frames: T
 * @params: the linear maps
 * @maps: mel_x is read; time_att, time_prob, clip_raw and clip are written
 * @scratch: oto_two_step_get_scratch_len() floats
 *
 * The second step of oto_two_step_forward().
 */
void
oto_two_step_forward_time (OtoPoolingForm          form,
                           int                     n_classes,
                           int                     n_frames,
                           const OtoTwoStepParams *params,
                           const OtoTwoStepMaps   *maps,
                           float                  *scratch)
{
  const OtoPoolStepParams time = oto_two_step_get_time_params (params);

  g_return_if_fail (n_classes > 0 && n_frames > 0);

  forward_step (form, n_classes, n_frames, oto_two_step_get_block_rows (n_frames), &time,
                maps->mel_x, maps->time_att, maps->time_prob, maps->clip_raw, scratch);
  oto_two_step_clamp_clip (n_classes, maps->clip_raw, maps->clip);
}

/**
 * oto_two_step_backward:
 * @form: as in the forward pass
 * @n_classes: K
 * @n_frames: T
 * @n_mels: F
 * @params: as in the forward pass
 * @class_logits: (K, T, F): as in the forward pass
 * @maps: as the forward pass wrote them; without mel_att and mel_prob they are computed again
 * @d_clip: (array length=n_classes): gradient of the clamped clip output
 * @ret_d_class_logits: (out caller-allocates): (K, T, F); @class_logits itself is allowed
 * @grads: added to
 * @scratch: oto_two_step_get_scratch_len() floats
 *
 * The gradients of oto_two_step_forward(). Outside [0, 1] the clamp passes nothing on.
 */
void
oto_two_step_backward (OtoPoolingForm          form,
                       int                     n_classes,
                       int                     n_frames,
                       int                     n_mels,
                       const OtoTwoStepParams *params,
                       const float            *class_logits,
                       const OtoTwoStepMaps   *maps,
                       const float            *d_clip,
                       float                  *ret_d_class_logits,
                       const OtoTwoStepGrads  *grads,
                       float                  *scratch)
{
  const OtoPoolStepParams mel = oto_two_step_get_mel_params (params);
  const OtoPoolStepParams time = oto_two_step_get_time_params (params);
  const OtoPoolStepGrads d_mel = oto_two_step_get_mel_grads (grads);
  const OtoPoolStepGrads d_time = oto_two_step_get_time_grads (grads);
  float *d_mel_x = scratch;
  float *d_clip_raw = d_mel_x + (size_t) n_classes * n_frames;
  float *step_scratch = d_clip_raw + n_classes;

  g_return_if_fail (n_classes > 0 && n_frames > 0 && n_mels > 0);

  for (int k = 0; k < n_classes; k++)
    d_clip_raw[k] = maps->clip_raw[k] < 0.f || maps->clip_raw[k] > 1.f ? 0.f : d_clip[k];

  backward_step (form, n_classes, n_frames, oto_two_step_get_block_rows (n_frames), &time,
                 maps->mel_x, maps->time_att, maps->time_prob, maps->clip_raw, d_clip_raw,
                 d_mel_x, &d_time, step_scratch);
  backward_step (form, (size_t) n_classes * n_frames, n_mels, n_frames, &mel, class_logits,
                 maps->mel_att, maps->mel_prob, maps->mel_x, d_mel_x,
                 ret_d_class_logits, &d_mel, step_scratch);
}
