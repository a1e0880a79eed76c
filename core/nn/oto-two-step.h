/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/oto-types.h"

G_BEGIN_DECLS

/* Two-step attention pooling of one clip: mel bins first, then frames.
 *
 * Four linear maps L (x) = x W^T + b, W (out, in) as in files. In the published pooling
 * (oto_two_step_*) the mel maps are F x F and act along mel, the time maps T x T and act along
 * time, shared by all classes. In the local one (oto_two_step_local_*) all four are K x K and act
 * over the classes, the same at every place. */

/**
 * OtoPoolingForm:
 * @OTO_POOLING_FORM_RELEASED: softmax of the attention logits, sigmoid of the values (the authors'
 *   program)
 * @OTO_POOLING_FORM_EQUATIONS: softmax of the sigmoid of the attention logits, values linear (the
 *   paper's equations)
 *
 * Where the sigmoid of two-step attention sits.
 */
typedef enum { OTO_POOLING_FORM_RELEASED, OTO_POOLING_FORM_EQUATIONS } OtoPoolingForm;

/**
 * OtoTwoStepParams:
 * @mel_att_w: (F, F), local (K, K): logits of the frequency attention
 * @mel_att_b: (F), local (K)
 * @mel_prob_w: like @mel_att_w: values of the first step
 * @mel_prob_b: like @mel_att_b
 * @time_att_w: (T, T), local (K, K): logits of the time attention
 * @time_att_b: (T), local (K)
 * @time_prob_w: like @time_att_w: values of the second step
 * @time_prob_b: like @time_att_b
 */
typedef struct
{
  const float *mel_att_w, *mel_att_b;
  const float *mel_prob_w, *mel_prob_b;
  const float *time_att_w, *time_att_b;
  const float *time_prob_w, *time_prob_b;
} OtoTwoStepParams;

/* Gradients with respect to the fields of OtoTwoStepParams of the same name; added to. */
typedef struct
{
  float *mel_att_w, *mel_att_b;
  float *mel_prob_w, *mel_prob_b;
  float *time_att_w, *time_att_b;
  float *time_prob_w, *time_prob_b;
} OtoTwoStepGrads;

/**
 * OtoTwoStepMaps:
 * @mel_att: (K, T, F), local (T, F, K): frequency attention, sums to one over F
 * @mel_prob: like @mel_att: values of the first step
 * @mel_x: (K, T), local (T, K): output of the first step, the sum over F of attention times value
 * @time_att: like @mel_x: time attention, sums to one over T
 * @time_prob: like @mel_x: values of the second step
 * @clip_raw: (K): the sum over T of attention times value
 * @clip: (K): the same, clamped to [0, 1]
 *
 * What the forward pass writes and the backward pass reads. The arrays are the caller's. Where
 * memory is short, @mel_att and @mel_prob are both %NULL: the forward pass does not keep them and
 * the backward pass computes them again, block by block.
 */
typedef struct
{
  float *mel_att, *mel_prob;
  float *mel_x, *time_att, *time_prob;
  float *clip_raw, *clip;
} OtoTwoStepMaps;

/* Floats of scratch per thread, for either pooling. */
size_t oto_two_step_get_scratch_len (int                     n_classes,
                                     int                     n_frames,
                                     int                     n_mels);

/* class_logits and d_class_logits are (K, T, F). */
void   oto_two_step_forward         (OtoPoolingForm          form,
                                     int                     n_classes,
                                     int                     n_frames,
                                     int                     n_mels,
                                     const OtoTwoStepParams *params,
                                     const float            *class_logits,
                                     const OtoTwoStepMaps   *maps,
                                     float                  *scratch);
void   oto_two_step_forward_mel     (OtoPoolingForm          form,
                                     int                     n_classes,
                                     int                     n_frames,
                                     int                     n_mels,
                                     const OtoTwoStepParams *params,
                                     const float            *class_logits,
                                     const OtoTwoStepMaps   *maps,
                                     float                  *scratch);
void   oto_two_step_forward_time    (OtoPoolingForm          form,
                                     int                     n_classes,
                                     int                     n_frames,
                                     const OtoTwoStepParams *params,
                                     const OtoTwoStepMaps   *maps,
                                     float                  *scratch);
void   oto_two_step_backward        (OtoPoolingForm          form,
                                     int                     n_classes,
                                     int                     n_frames,
                                     int                     n_mels,
                                     const OtoTwoStepParams *params,
                                     const float            *class_logits,
                                     const OtoTwoStepMaps   *maps,
                                     const float            *d_clip,
                                     float                  *ret_d_class_logits,
                                     const OtoTwoStepGrads  *grads,
                                     float                  *scratch);

/* class_logits and d_class_logits are (T, F, K). */
void   oto_two_step_local_forward   (int                     n_classes,
                                     int                     n_frames,
                                     int                     n_mels,
                                     const OtoTwoStepParams *params,
                                     const float            *class_logits,
                                     const OtoTwoStepMaps   *maps,
                                     float                  *scratch);
/* Frames of a block of the first step; parts of a clip that are cut between blocks give the same
 * bits as the whole. */
size_t oto_two_step_local_get_block_frames (int               n_classes,
                                            int               n_mels);
void   oto_two_step_local_forward_mel (int                     n_classes,
                                       int                     n_frames,
                                       int                     n_mels,
                                       const OtoTwoStepParams *params,
                                       const float            *class_logits,
                                       const OtoTwoStepMaps   *maps,
                                       float                  *scratch);
void   oto_two_step_local_forward_time (int                     n_classes,
                                        int                     n_frames,
                                        const OtoTwoStepParams *params,
                                        const OtoTwoStepMaps   *maps,
                                        float                  *scratch);
void   oto_two_step_local_backward  (int                     n_classes,
                                     int                     n_frames,
                                     int                     n_mels,
                                     const OtoTwoStepParams *params,
                                     const float            *class_logits,
                                     const OtoTwoStepMaps   *maps,
                                     const float            *d_clip,
                                     float                  *ret_d_class_logits,
                                     const OtoTwoStepGrads  *grads,
                                     float                  *scratch);

G_END_DECLS
