/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "nn/oto-two-step.h"

#include "nn/oto-gemm.h"
#include "nn/oto-two-step-kernels.h"
#include "nn/oto-two-step-private.h"

/* One block of a step of the local pooling: x (G, L, K) -> att, prob (G, L, K), y (G, K). */
static void
forward_local_block (size_t                   n_groups,
                     int                      group_len,
                     int                      n_classes,
                     const OtoPoolStepParams *params,
                     const float             *x,
                     float                   *att,
                     float                   *prob,
                     float                   *y,
                     float                   *class_rows)
{
  const size_t group_size = (size_t) group_len * n_classes;
  const int n_rows = (int) n_groups * group_len;

  /* (rows, K) = (rows, K) (K, K)^T */
  oto_gemm_nt (n_rows, n_classes, n_classes, x, n_classes, params->att_w, n_classes, FALSE,
               att, n_classes);
  oto_gemm_nt (n_rows, n_classes, n_classes, x, n_classes, params->prob_w, n_classes, FALSE,
               prob, n_classes);
  for (size_t g = 0; g < n_groups; g++)
    oto_two_step_pool_columns_forward (group_len, n_classes, params->prob_b,
                                       att + g * group_size, prob + g * group_size,
                                       y + g * n_classes, class_rows);
}

/* One step of the local pooling; att and prob NULL: they are not kept. */
static void
forward_local_step (size_t                   n_groups,
                    int                      group_len,
                    int                      n_classes,
                    const OtoPoolStepParams *params,
                    const float             *x,
                    float                   *att,
                    float                   *prob,
                    float                   *y,
                    float                   *scratch)
{
  const size_t group_size = (size_t) group_len * n_classes;
  const size_t block_groups = oto_two_step_get_block_rows (group_size);
  const OtoTwoStepBlock block = oto_two_step_divide_scratch (scratch, block_groups * group_size);
  float *class_rows = scratch + OTO_TWO_STEP_N_ARRAYS * block_groups * group_size;

  for (size_t g = 0; g < n_groups; g += block_groups)
    {
      const size_t n = MIN (block_groups, n_groups - g), pos = g * group_size;

      forward_local_block (n, group_len, n_classes, params, x + pos,
                           att != NULL ? att + pos : block.att,
                           prob != NULL ? prob + pos : block.prob, y + g * n_classes, class_rows);
    }
}

static void
backward_local_step (size_t                   n_groups,
                     int                      group_len,
                     int                      n_classes,
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
  const size_t group_size = (size_t) group_len * n_classes;
  const size_t block_groups = oto_two_step_get_block_rows (group_size);
  const OtoTwoStepBlock block = oto_two_step_divide_scratch (scratch, block_groups * group_size);
  float *class_rows = scratch + OTO_TWO_STEP_N_ARRAYS * block_groups * group_size;

  for (size_t begin = 0; begin < n_groups; begin += block_groups)
    {
      const size_t end = MIN (begin + block_groups, n_groups);
      const size_t pos = begin * group_size;
      const int n = (int) (end - begin) * group_len;
      const float *block_att = block.att, *block_prob = block.prob;

      if (att == NULL)
        forward_local_block (end - begin, group_len, n_classes, params, x + pos, block.att,
                             block.prob, block.y, class_rows);
      else
        {
          block_att = att + pos;
          block_prob = prob + pos;
        }
      for (size_t g = begin; g < end; g++)
        {
          const size_t group = (g - begin) * group_size;

          oto_two_step_pool_columns_backward (group_len, n_classes,
                                              block_att + group, block_prob + group,
                                              y + g * n_classes, d_y + g * n_classes,
                                              block.d_att + group, block.d_prob + group);
        }
      oto_gemm_add_column_sums (block.d_prob, n_classes, n, n_classes, grads->prob_b);
      oto_two_step_multiply_gradients (n, n_classes, params, grads, x + pos, block.d_att,
                                       block.d_prob, ret_d_x + pos);
    }
}

/**
 * oto_two_step_local_forward:
 * @n_classes: K
 * @n_frames: T
 * @n_mels: F
 * @params: the linear maps, all (K, K)
 * @class_logits: (T, F, K)
 * @maps: every array written, channels-last; mel_att and mel_prob may be %NULL
 * @scratch: oto_two_step_get_scratch_len() floats
 *
 * Two-step attention pooling of one clip whose linear maps act over the classes, the same at every
 * place:
 *
 * |[
 * mel_att = softmax_f (L_mel_att (class_logits))
 * mel_prob = sigmoid (L_mel_prob (class_logits))     mel_x = sum_f mel_att mel_prob
 * time_att = softmax_t (L_time_att (mel_x))
 * time_prob = sigmoid (L_time_prob (mel_x))          clip_raw = sum_t time_att time_prob
 * clip = min (max (clip_raw, 0), 1)
 * ]|
 *
 * The attention biases cancel in the softmax: they are not read and get no gradient. The clamp
 * only takes off rounding. Ours, after Deshmukh et al., arXiv:2008.07085; here an index of the
 * attention is a mel bin or a frame.
 */
void
oto_two_step_local_forward (int                     n_classes,
                            int                     n_frames,
                            int                     n_mels,
                            const OtoTwoStepParams *params,
                            const float            *class_logits,
                            const OtoTwoStepMaps   *maps,
                            float                  *scratch)
{
  oto_two_step_local_forward_mel (n_classes, n_frames, n_mels, params, class_logits, maps, scratch);
  oto_two_step_local_forward_time (n_classes, n_frames, params, maps, scratch);
}

/**
 * oto_two_step_local_get_block_frames:
 * @n_classes: K
 * @n_mels: F
 *
 * Returns: the frames that the first step works on together
 */
size_t
oto_two_step_local_get_block_frames (int n_classes,
                                     int n_mels)
{
  return oto_two_step_get_block_rows ((size_t) n_mels * n_classes);
}

/**
 * oto_two_step_local_forward_mel:
 * @n_classes: K
 * @n_frames: frames of a part of the clip
 * @n_mels: F
 * @params: the linear maps
 * @class_logits: (T, F, K), from the part's first frame on
 * @maps: mel_att, mel_prob and mel_x are written, likewise
 * @scratch: oto_two_step_get_scratch_len() floats
 *
 * The first step of oto_two_step_local_forward(), which knows one frame at a time.
 */
void
oto_two_step_local_forward_mel (int                     n_classes,
                                int                     n_frames,
                                int                     n_mels,
                                const OtoTwoStepParams *params,
                                const float            *class_logits,
                                const OtoTwoStepMaps   *maps,
                                float                  *scratch)
{
  const OtoPoolStepParams mel = oto_two_step_get_mel_params (params);

  g_return_if_fail (n_classes > 0 && n_frames > 0 && n_mels > 0);

  forward_local_step (n_frames, n_mels, n_classes, &mel, class_logits,
                      maps->mel_att, maps->mel_prob, maps->mel_x, scratch);
}

/**
 * oto_two_step_local_forward_time:
 * @n_classes: K
 * @n_frames: T
 * @params: the linear maps
 * @maps: mel_x is read; time_att, time_prob, clip_raw and clip are written
 * @scratch: oto_two_step_get_scratch_len() floats
 *
 * The second step of oto_two_step_local_forward().
 */
void
oto_two_step_local_forward_time (int                     n_classes,
                                 int                     n_frames,
                                 const OtoTwoStepParams *params,
                                 const OtoTwoStepMaps   *maps,
                                 float                  *scratch)
{
  const OtoPoolStepParams time = oto_two_step_get_time_params (params);

  g_return_if_fail (n_classes > 0 && n_frames > 0);

  forward_local_step (1, n_frames, n_classes, &time, maps->mel_x,
                      maps->time_att, maps->time_prob, maps->clip_raw, scratch);
  oto_two_step_clamp_clip (n_classes, maps->clip_raw, maps->clip);
}

/**
 * oto_two_step_local_backward:
 * @n_classes: K
 * @n_frames: T
 * @n_mels: F
 * @params: as in the forward pass
 * @class_logits: (T, F, K): as in the forward pass
 * @maps: as the forward pass wrote them; without mel_att and mel_prob they are computed again
 * @d_clip: (array length=n_classes): gradient of the clip output
 * @ret_d_class_logits: (out caller-allocates): (T, F, K); @class_logits itself is allowed
 * @grads: added to, but for the attention biases, whose gradient is 0
 * @scratch: oto_two_step_get_scratch_len() floats
 *
 * The gradients of oto_two_step_local_forward().
 */
void
oto_two_step_local_backward (int                     n_classes,
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
  float *step_scratch = d_mel_x + (size_t) n_classes * n_frames;

  g_return_if_fail (n_classes > 0 && n_frames > 0 && n_mels > 0);

  backward_local_step (1, n_frames, n_classes, &time, maps->mel_x,
                       maps->time_att, maps->time_prob, maps->clip_raw, d_clip,
                       d_mel_x, &d_time, step_scratch);
  backward_local_step (n_frames, n_mels, n_classes, &mel, class_logits,
                       maps->mel_att, maps->mel_prob, maps->mel_x, d_mel_x,
                       ret_d_class_logits, &d_mel, step_scratch);
}
