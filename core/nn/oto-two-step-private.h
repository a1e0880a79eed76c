/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "nn/oto-two-step.h"

G_BEGIN_DECLS

/* What the published and the local pooling share: a step's arrays, cut into blocks. */

/* Rows are taken in blocks of about so many values, which stay in the second-level cache between
 * the passes. */
#define OTO_TWO_STEP_BLOCK_LEN 16384

/* Arrays of a block in the scratch: d_att, d_prob, and, where the maps of the first step are not
 * kept, att, prob and y. */
#define OTO_TWO_STEP_N_ARRAYS 5

/* The four arrays of one step: step 1 pools mel bins, step 2 frames. */
typedef struct
{
  const float *att_w, *att_b, *prob_w, *prob_b;
} OtoPoolStepParams;

typedef struct
{
  float *att_w, *att_b, *prob_w, *prob_b;
} OtoPoolStepGrads;

static inline OtoPoolStepParams
oto_two_step_get_mel_params (const OtoTwoStepParams *self)
{
  return (OtoPoolStepParams) {
    self->mel_att_w, self->mel_att_b, self->mel_prob_w, self->mel_prob_b,
  };
}

static inline OtoPoolStepParams
oto_two_step_get_time_params (const OtoTwoStepParams *self)
{
  return (OtoPoolStepParams) {
    self->time_att_w, self->time_att_b, self->time_prob_w, self->time_prob_b,
  };
}

static inline OtoPoolStepGrads
oto_two_step_get_mel_grads (const OtoTwoStepGrads *self)
{
  return (OtoPoolStepGrads) {
    self->mel_att_w, self->mel_att_b, self->mel_prob_w, self->mel_prob_b,
  };
}

static inline OtoPoolStepGrads
oto_two_step_get_time_grads (const OtoTwoStepGrads *self)
{
  return (OtoPoolStepGrads) {
    self->time_att_w, self->time_att_b, self->time_prob_w, self->time_prob_b,
  };
}

static inline size_t
oto_two_step_get_block_rows (size_t row_len)
{
  return MAX (1, OTO_TWO_STEP_BLOCK_LEN / row_len);
}

/* The arrays of one block in the scratch. */
typedef struct
{
  float *d_att, *d_prob;
  float *att, *prob, *y;
} OtoTwoStepBlock;

static inline OtoTwoStepBlock
oto_two_step_divide_scratch (float  *scratch,
                             size_t  block_len)
{
  return (OtoTwoStepBlock) {
    .d_att = scratch,
    .d_prob = scratch + block_len,
    .att = scratch + 2 * block_len,
    .prob = scratch + 3 * block_len,
    .y = scratch + 4 * block_len,
  };
}

static inline void
oto_two_step_clamp_clip (int          n_classes,
                         const float *clip_raw,
                         float       *ret_clip)
{
  for (int k = 0; k < n_classes; k++)
    ret_clip[k] = CLAMP (clip_raw[k], 0.f, 1.f);
}

void oto_two_step_multiply_gradients (int                      n_rows,
                                      int                      row_len,
                                      const OtoPoolStepParams *params,
                                      const OtoPoolStepGrads  *grads,
                                      const float             *x,
                                      const float             *d_att,
                                      const float             *d_prob,
                                      float                   *ret_d_x);

G_END_DECLS
