/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "nn/oto-gru-kernels.h"

#include "base/oto-vector.h"

/* One frame in PyTorch's convention.
 *
 *   r = sigmoid (x_r + b_r + p_r)     z = sigmoid (x_z + b_z + p_z)     g = p_n + b2_n
 *   n = tanh (x_n + b_n + r g)        h = (1 - z) n + z h_prev
 *
 * x = W x_t are the products of the frame's input, p = U h_prev those of the state.
 *
 * gates     (clips, 4 u)  in: x_r, x_z, x_n, anything; out: r, z, g, n, which backward reads
 * b         (3 u)         read: b_r + b2_r, b_z + b2_z, b_n
 * b2_n      (u)           read
 * products  (clips, 3 u)  read: p_r, p_z, p_n
 * ret_h     (clips, u)    written
 *
 * Source: PyTorch, torch.nn.GRU.
 */
OTO_VECTORISED (void, oto_gru_torch_forward,
                (const OtoGruFrame *frame,
                 const float       *b,
                 const float       *b2_n,
                 const float       *products,
                 float             *ret_h,
                 size_t             h_stride),
                (frame, b, b2_n, products, ret_h, h_stride))
{
  const size_t u = frame->n_units;

  for (size_t i = 0; i < frame->n_clips; i++)
    {
      float *gates = frame->gates + i * frame->gates_stride;
      const float *h_prev = frame->h_prev + i * frame->h_prev_stride;
      const float *p = products + i * 3 * u;
      float *h = ret_h + i * h_stride;

#pragma GCC ivdep
      for (size_t l = 0; l < u; l++)
        {
          const float r = oto_vector_sigmoid (gates[l] + b[l] + p[l]);
          const float z = oto_vector_sigmoid (gates[u + l] + b[u + l] + p[u + l]);
          const float g = p[2 * u + l] + b2_n[l];
          const float n = oto_vector_tanh (gates[2 * u + l] + b[2 * u + l] + r * g);

          gates[l] = r;
          gates[u + l] = z;
          gates[2 * u + l] = g;
          gates[3 * u + l] = n;
          h[l] = n + z * (h_prev[l] - n);
        }
    }
}

/* Gradients of oto_gru_torch_forward().
 *
 *   d = d_y + d_h + d_products              what reaches h
 *   d_n = d (1 - z) (1 - n^2)               d_g = d_n r
 *   d_r = d_n g r (1 - r)                   d_z = d (h_prev - n) z (1 - z)
 *   d_h = d z                               d_products of the frame before: (d_r, d_z, d_g) U
 *
 * gates       (clips, 4 u)  in: r, z, g, n; out: d_r, d_z, d_g, d_n, the gradients of what the
 *                           activations are applied to, and of g
 * d_y         (clips, u)    read
 * d_products  (clips, u)    read: what reaches h through the products of the next frame
 * d_h         (clips, u)    in: what reaches h past them; out: the same for h_prev
 */
OTO_VECTORISED (void, oto_gru_torch_backward,
                (const OtoGruFrame *frame,
                 const float       *d_y,
                 size_t             d_y_stride,
                 const float       *d_products,
                 float             *d_h),
                (frame, d_y, d_y_stride, d_products, d_h))
{
  const size_t u = frame->n_units;

  for (size_t i = 0; i < frame->n_clips; i++, d_y += d_y_stride, d_products += u, d_h += u)
    {
      float *gates = frame->gates + i * frame->gates_stride;
      const float *h_prev = frame->h_prev + i * frame->h_prev_stride;

#pragma GCC ivdep
      for (size_t l = 0; l < u; l++)
        {
          const float r = gates[l], z = gates[u + l], g = gates[2 * u + l], n = gates[3 * u + l];
          const float d = d_y[l] + d_h[l] + d_products[l];
          const float d_n = d * (1.f - z) * (1.f - n * n);

          gates[l] = d_n * g * r * (1.f - r);
          gates[u + l] = d * (h_prev[l] - n) * z * (1.f - z);
          gates[2 * u + l] = d_n * r;
          gates[3 * u + l] = d_n;
          d_h[l] = d * z;
        }
    }
}

/* clip (0.2 x + 0.5, 0, 1); NaN stays NaN. */
static inline float
hard_sigmoid (float x)
{
  const float y = 0.2f * x + 0.5f;

  return y < 0.f ? 0.f : y > 1.f ? 1.f : y;
}

/* Its slope from its value: 0 where it is clipped. */
static inline float
hard_sigmoid_slope (float y)
{
  return y > 0.f && y < 1.f ? 0.2f : 0.f;
}

/* One frame in Keras 2's convention, the gates.
 *
 *   z = hs (x_z + b_z + p_z)     r = hs (x_r + b_r + p_r)     hs (v) = clip (0.2 v + 0.5, 0, 1)
 *
 * x = W x_t are the products of the frame's input, p = U_zr h_prev those of the state.
 *
 * gates     (clips, 4 u)  in: x_z, x_r, x_h, anything; out: z, r, x_h, r h_prev
 * b         (3 u)         read: b_z, b_r
 * products  (clips, 2 u)  read: p_z, p_r
 *
 * Source: Keras 2, keras.layers.GRU with reset_after=False and its first defaults.
 */
OTO_VECTORISED (void, oto_gru_keras_forward_gates,
                (const OtoGruFrame *frame,
                 const float       *b,
                 const float       *products),
                (frame, b, products))
{
  const size_t u = frame->n_units;

  for (size_t i = 0; i < frame->n_clips; i++)
    {
      float *gates = frame->gates + i * frame->gates_stride;
      const float *h_prev = frame->h_prev + i * frame->h_prev_stride;
      const float *p = products + i * 2 * u;

#pragma GCC ivdep
      for (size_t l = 0; l < u; l++)
        {
          const float r = hard_sigmoid (gates[u + l] + b[u + l] + p[u + l]);

          gates[l] = hard_sigmoid (gates[l] + b[l] + p[l]);
          gates[u + l] = r;
          gates[3 * u + l] = r * h_prev[l];
        }
    }
}

static inline float
activate (OtoGruCandidate candidate,
          float           x)
{
  switch (candidate)
    {
    case OTO_GRU_CANDIDATE_LINEAR:
      return x;
    case OTO_GRU_CANDIDATE_SIGMOID:
      return oto_vector_sigmoid (x);
    case OTO_GRU_CANDIDATE_TANH:
      return oto_vector_tanh (x);
    }
  return x;
}

/* The slope of an activation from its value; choices instead of branches, so that it vectorises. */
static inline float
get_slope (OtoGruCandidate candidate,
           float           c)
{
  const float curved = candidate == OTO_GRU_CANDIDATE_SIGMOID ? c * (1.f - c) : 1.f - c * c;

  return candidate == OTO_GRU_CANDIDATE_LINEAR ? 1.f : curved;
}

static inline void
compute_state (OtoGruCandidate candidate,
               size_t          n_units,
               const float    *b_h,
               const float    *p,
               const float    *z,
               const float    *h_prev,
               float          *c,
               float          *h)
{
#pragma GCC ivdep
  for (size_t l = 0; l < n_units; l++)
    {
      c[l] = activate (candidate, c[l] + b_h[l] + p[l]);
      h[l] = c[l] + z[l] * (h_prev[l] - c[l]);
    }
}

/* One frame in Keras 2's convention, after the gates.
 *
 *   c = act (x_h + b_h + p_h)     h = z h_prev + (1 - z) c     p_h = U_h (r h_prev)
 *
 * gates     (clips, 4 u)  in: z, r, x_h, r h_prev; out: z, r, c, r h_prev, which backward reads
 * b_h       (u)           read
 * products  (clips, u)    read: p_h
 * ret_h     (clips, u)    written
 */
OTO_VECTORISED (void, oto_gru_keras_forward_state,
                (const OtoGruFrame *frame,
                 OtoGruCandidate    candidate,
                 const float       *b_h,
                 const float       *products,
                 float             *ret_h,
                 size_t             h_stride),
                (frame, candidate, b_h, products, ret_h, h_stride))
{
  const size_t u = frame->n_units;

  for (size_t i = 0; i < frame->n_clips; i++, products += u, ret_h += h_stride)
    {
      float *gates = frame->gates + i * frame->gates_stride;
      const float *h_prev = frame->h_prev + i * frame->h_prev_stride;

      /* The branches hold three loops, each for one activation. */
      switch (candidate)
        {
        case OTO_GRU_CANDIDATE_LINEAR:
          compute_state (OTO_GRU_CANDIDATE_LINEAR, u, b_h, products, gates, h_prev,
                         gates + 2 * u, ret_h);
          break;
        case OTO_GRU_CANDIDATE_SIGMOID:
          compute_state (OTO_GRU_CANDIDATE_SIGMOID, u, b_h, products, gates, h_prev,
                         gates + 2 * u, ret_h);
          break;
        case OTO_GRU_CANDIDATE_TANH:
          compute_state (OTO_GRU_CANDIDATE_TANH, u, b_h, products, gates, h_prev,
                         gates + 2 * u, ret_h);
          break;
        }
    }
}

/* Gradients of oto_gru_keras_forward_state().
 *
 *   d = d_y + d_h + d_products              what reaches h
 *   d_c = d (1 - z) act' (c)                d_z = d (h_prev - c) hs' (z)
 *   d_h = d z
 *
 * gates       (clips, 4 u)  in: z, r, c, r h_prev; out: d_z, r, d_c, r h_prev, the gradients of
 *                           what the activations are applied to
 * d_y         (clips, u)    read
 * d_products  (clips, u)    read: what reaches h through the gates of the next frame
 * d_h         (clips, u)    in: what reaches h past them; out: a part of the same for h_prev
 */
OTO_VECTORISED (void, oto_gru_keras_backward_candidate,
                (const OtoGruFrame *frame,
                 OtoGruCandidate    candidate,
                 const float       *d_y,
                 size_t             d_y_stride,
                 const float       *d_products,
                 float             *d_h),
                (frame, candidate, d_y, d_y_stride, d_products, d_h))
{
  const size_t u = frame->n_units;

  for (size_t i = 0; i < frame->n_clips; i++, d_y += d_y_stride, d_products += u, d_h += u)
    {
      float *gates = frame->gates + i * frame->gates_stride;
      const float *h_prev = frame->h_prev + i * frame->h_prev_stride;

#pragma GCC ivdep
      for (size_t l = 0; l < u; l++)
        {
          const float z = gates[l], c = gates[2 * u + l];
          const float d = d_y[l] + d_h[l] + d_products[l];

          gates[l] = d * (h_prev[l] - c) * hard_sigmoid_slope (z);
          gates[2 * u + l] = d * (1.f - z) * get_slope (candidate, c);
          d_h[l] = d * z;
        }
    }
}

/* Gradients of oto_gru_keras_forward_gates().
 *
 *   d_r = d_reset_h h_prev hs' (r)     d_h += d_reset_h r     d_reset_h = d_c U_h
 *
 * gates      (clips, 4 u)  in: d_z, r, d_c, r h_prev; out: d_z, d_r, d_c, r h_prev
 * d_reset_h  (clips, u)    read: the gradient of r h_prev
 * d_h        (clips, u)    added to
 */
OTO_VECTORISED (void, oto_gru_keras_backward_gates,
                (const OtoGruFrame *frame,
                 const float       *d_reset_h,
                 float             *d_h),
                (frame, d_reset_h, d_h))
{
  const size_t u = frame->n_units;

  for (size_t i = 0; i < frame->n_clips; i++, d_reset_h += u, d_h += u)
    {
      float *reset = frame->gates + i * frame->gates_stride + u;
      const float *h_prev = frame->h_prev + i * frame->h_prev_stride;

#pragma GCC ivdep
      for (size_t l = 0; l < u; l++)
        {
          const float r = reset[l];

          d_h[l] += d_reset_h[l] * r;
          reset[l] = d_reset_h[l] * h_prev[l] * hard_sigmoid_slope (r);
        }
    }
}
