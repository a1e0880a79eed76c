/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* What happens at one frame of a recurrent layer between the products; see oto-gru-kernels.c. */

typedef enum
{
  OTO_GRU_CANDIDATE_LINEAR,
  OTO_GRU_CANDIDATE_SIGMOID,
  OTO_GRU_CANDIDATE_TANH,
} OtoGruCandidate;

/* Rows of n_clips clips at one frame; a stride is the floats from clip to clip, and 0 where all
 * read the same row. */
typedef struct
{
  size_t       n_clips;
  size_t       n_units;          /* u */
  float       *gates;            /* (n_clips, 4 u) */
  size_t       gates_stride;
  const float *h_prev;           /* (n_clips, u): the state before the frame */
  size_t       h_prev_stride;
} OtoGruFrame;

void oto_gru_torch_forward            (const OtoGruFrame *frame,
                                       const float       *b,
                                       const float       *b2_n,
                                       const float       *products,
                                       float             *ret_h,
                                       size_t             h_stride);
void oto_gru_torch_backward           (const OtoGruFrame *frame,
                                       const float       *d_y,
                                       size_t             d_y_stride,
                                       const float       *d_products,
                                       float             *d_h);
void oto_gru_keras_forward_gates      (const OtoGruFrame *frame,
                                       const float       *b,
                                       const float       *products);
void oto_gru_keras_forward_state      (const OtoGruFrame *frame,
                                       OtoGruCandidate    candidate,
                                       const float       *b_h,
                                       const float       *products,
                                       float             *ret_h,
                                       size_t             h_stride);
void oto_gru_keras_backward_candidate (const OtoGruFrame *frame,
                                       OtoGruCandidate    candidate,
                                       const float       *d_y,
                                       size_t             d_y_stride,
                                       const float       *d_products,
                                       float             *d_h);
void oto_gru_keras_backward_gates     (const OtoGruFrame *frame,
                                       const float       *d_reset_h,
                                       float             *d_h);
