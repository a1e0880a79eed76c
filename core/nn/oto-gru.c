/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "nn/oto-gru.h"

#include "nn/oto-gemm.h"
#include "nn/oto-gru-kernels.h"

#include <string.h>

/* Values of a frame and unit that are kept: the gates, the candidate, and what the reset gate and
 * the state make together. */
#define N_KEPT 4

/* The arrays that share the prepared weights. */
typedef struct
{
  float *b;                      /* (3 u), PyTorch's b2_r and b2_z added */
  float *b2_n;                   /* (u), of PyTorch */
  float *w;                      /* W^T (C, 3 u), packed as all that follow */
  float *u;                      /* PyTorch: U^T (u, 3 u). Keras: U_zr^T (u, 2 u) */
  float *u_h;                    /* Keras: U_h^T (u, u) */
  float *back_u;                 /* in training, PyTorch: U (3 u, u). Keras: U_zr (2 u, u) */
  float *back_u_h;               /* in training, Keras: U_h (u, u) */
} Prepared;

static inline gboolean
is_torch (const OtoGruConfig *config)
{
  return config->kind == OTO_GRU_KIND_TORCH;
}

/* Gates whose products are of the state itself, which come first. */
static inline int
count_joint_rows (const OtoGruConfig *config)
{
  return (is_torch (config) ? 3 : 2) * config->n_units;
}

static OtoGruCandidate
get_candidate (const OtoGruConfig *config)
{
  switch (config->kind)
    {
    case OTO_GRU_KIND_KERAS_LINEAR:
      return OTO_GRU_CANDIDATE_LINEAR;
    case OTO_GRU_KIND_KERAS_SIGMOID:
      return OTO_GRU_CANDIDATE_SIGMOID;
    case OTO_GRU_KIND_TORCH:
    case OTO_GRU_KIND_KERAS_TANH:
      return OTO_GRU_CANDIDATE_TANH;
    }
  g_assert_not_reached ();
}

/* Returns the length of all, too; @prepared may be NULL for that. */
static size_t
divide_prepared (const OtoGruConfig *config,
                 gboolean            is_training,
                 float              *prepared,
                 Prepared           *ret_parts)
{
  const int u = config->n_units, n_joint = count_joint_rows (config);
  size_t pos = 4 * (size_t) u;
  size_t w, joint, joint_h, back, back_h;

  w = pos;
  pos += oto_gemm_get_packed_len (config->n_inputs, 3 * u);
  joint = pos;
  pos += oto_gemm_get_packed_len (u, n_joint);
  joint_h = pos;
  pos += is_torch (config) ? 0 : oto_gemm_get_packed_len (u, u);
  back = pos;
  pos += is_training ? oto_gemm_get_packed_len (n_joint, u) : 0;
  back_h = pos;
  pos += is_training && !is_torch (config) ? oto_gemm_get_packed_len (u, u) : 0;

  if (prepared != NULL)
    *ret_parts = (Prepared) {
      .b = prepared,
      .b2_n = prepared + 3 * u,
      .w = prepared + w,
      .u = prepared + joint,
      .u_h = prepared + joint_h,
      .back_u = prepared + back,
      .back_u_h = prepared + back_h,
    };
  return pos;
}

/**
 * oto_gru_get_prepared_len: (skip)
 * @config: the layer
 * @is_training: whether there will be a backward pass
 *
 * Returns: floats that oto_gru_prepare() fills
 */
size_t
oto_gru_get_prepared_len (const OtoGruConfig *config,
                          gboolean            is_training)
{
  return divide_prepared (config, is_training, NULL, NULL);
}

/**
 * oto_gru_prepare: (skip)
 * @config: the layer
 * @params: its parameters
 * @is_training: whether there will be a backward pass
 * @ret_prepared: oto_gru_get_prepared_len() floats, written
 *
 * Packs the weights for the products of both passes. Threads may share what is prepared.
 */
void
oto_gru_prepare (const OtoGruConfig *config,
                 const OtoGruParams *params,
                 gboolean            is_training,
                 float              *ret_prepared)
{
  const int u = config->n_units, n_joint = count_joint_rows (config);
  const float *u_h = params->u + (size_t) 2 * u * u;
  Prepared parts;

  g_return_if_fail (config->n_inputs > 0 && u > 0);
  g_return_if_fail (is_torch (config) || params->b2 == NULL);

  divide_prepared (config, is_training, ret_prepared, &parts);
  memcpy (parts.b, params->b, 3 * u * sizeof *parts.b);
  memset (parts.b2_n, 0, u * sizeof *parts.b2_n);
  if (params->b2 != NULL)
    {
      oto_gemm_add_to_rows (params->b2, 1, 2 * u, parts.b, 2 * u);
      memcpy (parts.b2_n, params->b2 + 2 * u, u * sizeof *parts.b2_n);
    }

  oto_gemm_pack_transposed (config->n_inputs, 3 * u, params->w, config->n_inputs, parts.w);
  oto_gemm_pack_transposed (u, n_joint, params->u, u, parts.u);
  if (!is_torch (config))
    oto_gemm_pack_transposed (u, u, u_h, u, parts.u_h);
  if (is_training)
    oto_gemm_pack (n_joint, u, params->u, u, parts.back_u);
  if (is_training && !is_torch (config))
    oto_gemm_pack (u, u, u_h, u, parts.back_u_h);
}

/**
 * oto_gru_get_kept_len: (skip)
 * @config: the layer
 * @n_clips: clips of a group
 * @n_frames: T
 *
 * Returns: floats that the forward pass keeps for a group
 */
size_t
oto_gru_get_kept_len (const OtoGruConfig *config,
                      int                 n_clips,
                      int                 n_frames)
{
  return (size_t) N_KEPT * config->n_units * n_clips * n_frames;
}

/**
 * oto_gru_get_scratch_len: (skip)
 * @config: the layer
 * @n_clips: clips of a group
 * @n_frames: T
 * @is_training: whether the forward pass is given memory to keep
 *
 * Returns: floats of scratch for a group
 */
size_t
oto_gru_get_scratch_len (const OtoGruConfig *config,
                         int                 n_clips,
                         int                 n_frames,
                         gboolean            is_training)
{
  /* A row of zeros, the three products of a frame, and the gates where they are not kept. */
  return (size_t) config->n_units * (1 + 3 * (size_t) n_clips) +
         (is_training ? 0 : oto_gru_get_kept_len (config, n_clips, n_frames));
}

/* A group of clips at one frame. */
typedef struct
{
  const OtoGruConfig *config;
  int                 n_clips, n_frames;
  float              *gates;     /* (N, T, 4 u) */
  const float        *y;         /* (N, T, u) */
  int                 y_stride;
  const float        *zeros;     /* (u) */
} Group;

/* The frame at step s, 0 for the first that is computed. */
static inline int
get_frame (const Group *self,
           int          step)
{
  return self->config->is_reverse ? self->n_frames - 1 - step : step;
}

static OtoGruFrame
get_rows (const Group *self,
          int          step)
{
  const size_t gates_len = N_KEPT * (size_t) self->config->n_units;
  OtoGruFrame rows = {
    .n_clips = self->n_clips,
    .n_units = self->config->n_units,
    .gates = self->gates + get_frame (self, step) * gates_len,
    .gates_stride = self->n_frames * gates_len,
    .h_prev = self->zeros,
  };

  if (step > 0)
    {
      rows.h_prev = self->y + (size_t) get_frame (self, step - 1) * self->y_stride;
      rows.h_prev_stride = (size_t) self->n_frames * self->y_stride;
    }
  return rows;
}

/* The group's rows are multiplied together: (N, k) (k, n). */
static inline void
multiply_rows (const OtoGruFrame *rows,
               const float       *a,
               size_t             a_stride,
               int                k,
               int                n,
               const float       *packed,
               float             *ret_products)
{
  oto_gemm_packed ((int) rows->n_clips, k, n, a, (int) a_stride, packed, ret_products, n);
}

static void
forward_frame (const Group    *self,
               const Prepared *parts,
               int             step,
               float          *ret_h,
               float          *products)
{
  const OtoGruFrame rows = get_rows (self, step);
  const size_t h_stride = (size_t) self->n_frames * self->y_stride;
  const int u = self->config->n_units, n_joint = count_joint_rows (self->config);

  /* The state before the first frame is 0, and so are its products. */
  if (step == 0)
    memset (products, 0, (size_t) n_joint * self->n_clips * sizeof *products);
  else
    multiply_rows (&rows, rows.h_prev, rows.h_prev_stride, u, n_joint, parts->u, products);

  if (is_torch (self->config))
    {
      oto_gru_torch_forward (&rows, parts->b, parts->b2_n, products, ret_h, h_stride);
      return;
    }

  oto_gru_keras_forward_gates (&rows, parts->b, products);
  multiply_rows (&rows, rows.gates + 3 * u, rows.gates_stride, u, u, parts->u_h, products);
  oto_gru_keras_forward_state (&rows, get_candidate (self->config), parts->b + 2 * u, products,
                               ret_h, h_stride);
}

/**
 * oto_gru_forward: (skip)
 * @config: the layer
 * @prepared: its weights, as oto_gru_prepare() wrote them
 * @n_clips: clips of the group (N)
 * @n_frames: T
 * @x: (N, T, C), read
 * @ret_y: (N, T, u), written; @y_stride floats from frame to frame, T times that from clip to clip
 * @y_stride: at least u
 * @ret_kept: (nullable): oto_gru_get_kept_len() floats for the backward pass; %NULL in inference
 * @scratch: oto_gru_get_scratch_len() floats
 *
 * Runs the layer over all frames of a group, from a state h = 0:
 *
 * |[
 * PyTorch:  r = sigmoid (W_r x + b_r + U_r h + b2_r)     z likewise
 *           n = tanh (W_n x + b_n + r (U_n h + b2_n))    h = (1 - z) n + z h
 * Keras 2:  z = hs (W_z x + b_z + U_z h)                 r likewise
 *           c = act (W_h x + b_h + U_h (r h))            h = z h + (1 - z) c
 * ]|
 *
 * with hs (v) = clip (0.2 v + 0.5, 0, 1); y is h after each frame. Products: W x for all clips and
 * frames at once, (N T, C, 3 u), and at each frame U h for all clips, (N, u, 3 u) or, by Keras,
 * (N, u, 2 u) and (N, u, u).
 */
void
oto_gru_forward (const OtoGruConfig *config,
                 const float        *prepared,
                 int                 n_clips,
                 int                 n_frames,
                 const float        *x,
                 float              *ret_y,
                 int                 y_stride,
                 float              *ret_kept,
                 float              *scratch)
{
  const int u = config->n_units;
  float *products = scratch + u;
  const Group group = {
    .config = config,
    .n_clips = n_clips,
    .n_frames = n_frames,
    .gates = ret_kept != NULL ? ret_kept : products + (size_t) 3 * u * n_clips,
    .y = ret_y,
    .y_stride = y_stride,
    .zeros = scratch,
  };
  Prepared parts;

  g_return_if_fail (n_clips > 0 && n_frames > 0 && y_stride >= u);

  /* What the forward pass reads lies alike whether there is a backward pass or not. */
  divide_prepared (config, FALSE, (float *) prepared, &parts);
  memset (scratch, 0, u * sizeof *scratch);
  oto_gemm_packed (n_clips * n_frames, config->n_inputs, 3 * u, x, config->n_inputs, parts.w,
                   group.gates, N_KEPT * u);
  for (int step = 0; step < n_frames; step++)
    forward_frame (&group, &parts, step,
                   ret_y + (size_t) get_frame (&group, step) * y_stride, products);
}

/* The gradients of one frame; d_h and d_products go from frame to frame. */
static void
backward_frame (const Group    *self,
                const Prepared *parts,
                int             step,
                const float    *d_y,
                size_t          d_y_stride,
                float          *d_h,
                float          *d_products,
                float          *d_reset_h)
{
  const OtoGruFrame rows = get_rows (self, step);
  const int u = self->config->n_units, n_joint = count_joint_rows (self->config);

  if (is_torch (self->config))
    oto_gru_torch_backward (&rows, d_y, d_y_stride, d_products, d_h);
  else
    {
      oto_gru_keras_backward_candidate (&rows, get_candidate (self->config), d_y, d_y_stride,
                                        d_products, d_h);
      multiply_rows (&rows, rows.gates + 2 * u, rows.gates_stride, u, u, parts->back_u_h,
                     d_reset_h);
      oto_gru_keras_backward_gates (&rows, d_reset_h, d_h);
    }

  if (step > 0)
    multiply_rows (&rows, rows.gates, rows.gates_stride, n_joint, u, parts->back_u, d_products);
}

/* The gradients of the recurrent weights. A clip's frames meet the states one before them, so that
 * clips are taken one by one: d_U (rows, u) += (T - 1, rows)^T (T - 1, u). */
static void
add_recurrent_gradients (const Group *self,
                         float       *d_u)
{
  const int u = self->config->n_units, n_joint = count_joint_rows (self->config);
  const int is_reverse = self->config->is_reverse ? 1 : 0;
  const size_t gates_len = N_KEPT * (size_t) u;

  for (int i = 0; i < self->n_clips && self->n_frames > 1; i++)
    {
      const size_t first = (size_t) i * self->n_frames;

      oto_gemm_tn (n_joint, self->n_frames - 1, u,
                   self->gates + (first + !is_reverse) * gates_len, (int) gates_len,
                   self->y + (first + is_reverse) * self->y_stride, self->y_stride,
                   TRUE, d_u, u);
    }

  /* What the candidate's products read was kept. */
  if (!is_torch (self->config))
    oto_gemm_tn (u, self->n_clips * self->n_frames, u, self->gates + 2 * u, (int) gates_len,
                 self->gates + 3 * u, (int) gates_len, TRUE, d_u + (size_t) 2 * u * u, u);
}

/* The gradients of the weights of the input and of the biases, all frames at once: d_W (rows, C)
 * += (N T, rows)^T (N T, C). Of PyTorch's gates the third is that of the recurrent product, the
 * fourth the candidate's. */
static void
add_input_gradients (const Group       *self,
                     const float       *x,
                     const OtoGruGrads *grads)
{
  const int u = self->config->n_units, n_inputs = self->config->n_inputs;
  const int gates_len = N_KEPT * u, n_rows = self->n_clips * self->n_frames;
  const float *d_n = self->gates + (is_torch (self->config) ? 3 : 2) * u;

  oto_gemm_tn (2 * u, n_rows, n_inputs, self->gates, gates_len, x, n_inputs,
               TRUE, grads->w, n_inputs);
  oto_gemm_tn (u, n_rows, n_inputs, d_n, gates_len, x, n_inputs,
               TRUE, grads->w + (size_t) 2 * u * n_inputs, n_inputs);
  oto_gemm_add_column_sums (self->gates, gates_len, n_rows, 2 * u, grads->b);
  oto_gemm_add_column_sums (d_n, gates_len, n_rows, u, grads->b + 2 * u);
  if (grads->b2 != NULL)
    oto_gemm_add_column_sums (self->gates, gates_len, n_rows, 3 * u, grads->b2);
}

/* The gradients of the input: d_x (T, C) (+)= (T, 3 u) (3 u, C), clip by clip, as a product's
 * rounding may depend on its size. */
static void
multiply_input_gradients (const Group *self,
                          const float *w,
                          gboolean     adds_d_x,
                          float       *d_x)
{
  const int u = self->config->n_units, n_inputs = self->config->n_inputs;
  const int gates_len = N_KEPT * u;
  const int pos_n = (is_torch (self->config) ? 3 : 2) * u;

  for (int i = 0; i < self->n_clips; i++)
    {
      const float *gates = self->gates + (size_t) i * self->n_frames * gates_len;
      float *d_clip = d_x + (size_t) i * self->n_frames * n_inputs;

      oto_gemm_nn (self->n_frames, 2 * u, n_inputs, gates, gates_len, w, n_inputs,
                   adds_d_x, d_clip, n_inputs);
      oto_gemm_nn (self->n_frames, u, n_inputs, gates + pos_n, gates_len,
                   w + (size_t) 2 * u * n_inputs, n_inputs, TRUE, d_clip, n_inputs);
    }
}

/**
 * oto_gru_backward: (skip)
 * @config: the layer
 * @params: its parameters
 * @prepared: its weights, as oto_gru_prepare() wrote them for training
 * @n_clips: clips of the group (N)
 * @n_frames: T
 * @x: (N, T, C), read
 * @y: (N, T, u), read: of the forward pass
 * @y_stride: floats of @y from frame to frame
 * @d_y: (N, T, u), read
 * @d_y_stride: the same for @d_y
 * @kept: of the forward pass; overwritten
 * @adds_d_x: whether the gradients of the input are added to @d_x or written
 * @d_x: (N, T, C), written or added to
 * @grads: added to; b2 is %NULL where the parameter is
 * @scratch: oto_gru_get_scratch_len() floats
 *
 * The gradients of oto_gru_forward(), backward through time. Products: at each frame (N, 3 u, u)
 * or, by Keras, (N, 2 u, u) and (N, u, u); then, over all frames, those of the weights and the
 * input. Where a gate of Keras' is clipped nothing is passed on.
 */
void
oto_gru_backward (const OtoGruConfig *config,
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
                  float              *scratch)
{
  const size_t states_len = (size_t) config->n_units * n_clips;
  float *d_h = scratch + config->n_units;
  float *d_products = d_h + states_len, *d_reset_h = d_products + states_len;
  const Group group = {
    .config = config,
    .n_clips = n_clips,
    .n_frames = n_frames,
    .gates = kept,
    .y = y,
    .y_stride = y_stride,
    .zeros = scratch,
  };
  Prepared parts;

  g_return_if_fail (n_clips > 0 && n_frames > 0);
  g_return_if_fail (y_stride >= config->n_units && d_y_stride >= config->n_units);

  divide_prepared (config, TRUE, (float *) prepared, &parts);

  /* Behind the last frame nothing is passed back. */
  memset (scratch, 0, (config->n_units + 2 * states_len) * sizeof *scratch);
  for (int step = n_frames - 1; step >= 0; step--)
    backward_frame (&group, &parts, step, d_y + (size_t) get_frame (&group, step) * d_y_stride,
                    (size_t) n_frames * d_y_stride, d_h, d_products, d_reset_h);

  add_recurrent_gradients (&group, grads->u);
  add_input_gradients (&group, x, grads);
  multiply_input_gradients (&group, params->w, adds_d_x, d_x);
}
