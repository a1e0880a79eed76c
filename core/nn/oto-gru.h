/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/oto-types.h"

G_BEGIN_DECLS

/* One direction of a layer of gated recurrent units, over a group of clips.
 *
 * A bidirectional layer is two of these, which write halves of one map (N, T, 2 u). Everything runs
 * on the calling thread, which may be given a direction, a group of clips or both. The bits of the
 * outputs and of the input's gradients do not depend on how clips are grouped; those of the
 * parameters' gradients, which are sums over the group, do. Before all: oto_blas_init(). */

/**
 * OtoGruKind:
 * @OTO_GRU_KIND_TORCH: PyTorch's: rows r, z, n; two biases; the reset gate acts after the recurrent
 *   product; logistic gates, candidate by tanh
 * @OTO_GRU_KIND_KERAS_LINEAR: Keras 2's: rows z, r, h; one bias; the reset gate acts before the
 *   recurrent product; gates by clip (0.2 v + 0.5, 0, 1), candidate linear
 * @OTO_GRU_KIND_KERAS_SIGMOID: the same with a logistic candidate
 * @OTO_GRU_KIND_KERAS_TANH: the same with a candidate by tanh
 *
 * Whose convention a layer follows.
 */
typedef enum
{
  OTO_GRU_KIND_TORCH,
  OTO_GRU_KIND_KERAS_LINEAR,
  OTO_GRU_KIND_KERAS_SIGMOID,
  OTO_GRU_KIND_KERAS_TANH,
} OtoGruKind;

/**
 * OtoGruConfig:
 * @kind: the convention
 * @is_reverse: whether it runs from the last frame to the first; y stands in the frames' order
 * @n_inputs: channels of the input (C)
 * @n_units: u
 */
typedef struct
{
  OtoGruKind kind;
  gboolean   is_reverse;
  int        n_inputs;
  int        n_units;
} OtoGruConfig;

/**
 * OtoGruParams:
 * @w: (3 u, C): weights of the input, rows in the order of the convention
 * @u: (3 u, u): weights of the state before
 * @b: (3 u): biases
 * @b2: (nullable): (3 u): biases of the recurrent products; Keras 2's have none
 *
 * As in PyTorch's files; Keras stores the transposes.
 */
typedef struct
{
  const float *w, *u, *b, *b2;
} OtoGruParams;

/* Gradients with respect to the fields of OtoGruParams of the same name; added to. */
typedef struct
{
  float *w, *u, *b, *b2;
} OtoGruGrads;

/* Weights as the products read them; to be prepared again after each change. */
size_t oto_gru_get_prepared_len (const OtoGruConfig *config,
                                 gboolean            is_training);
void   oto_gru_prepare          (const OtoGruConfig *config,
                                 const OtoGruParams *params,
                                 gboolean            is_training,
                                 float              *ret_prepared);

/* Floats that the forward pass leaves for the backward pass, which overwrites them. */
size_t oto_gru_get_kept_len     (const OtoGruConfig *config,
                                 int                 n_clips,
                                 int                 n_frames);

/* Floats of scratch per thread; in training for both passes. */
size_t oto_gru_get_scratch_len  (const OtoGruConfig *config,
                                 int                 n_clips,
                                 int                 n_frames,
                                 gboolean            is_training);

/* x (N, T, C); y and d_y are (N, T, u) in rows of y_stride and d_y_stride floats. */
void   oto_gru_forward          (const OtoGruConfig *config,
                                 const float        *prepared,
                                 int                 n_clips,
                                 int                 n_frames,
                                 const float        *x,
                                 float              *ret_y,
                                 int                 y_stride,
                                 float              *ret_kept,  /* (nullable) */
                                 float              *scratch);
void   oto_gru_backward         (const OtoGruConfig *config,
                                 const OtoGruParams *params,
                                 const float        *prepared,
                                 int                 n_clips,
                                 int                 n_frames,
                                 const float        *x,
                                 const float        *y,
                                 int                 y_stride,
                                 const float        *d_y,
                                 int                 d_y_stride,
                                 float              *kept,
                                 gboolean            adds_d_x,
                                 float              *d_x,
                                 const OtoGruGrads  *grads,
                                 float              *scratch);

G_END_DECLS
