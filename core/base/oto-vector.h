/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/oto-processor.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

/* Loops that the compiler vectorises, for kernels. Plain C only. */

/* Defines a function that is compiled once for each level of processors and runs the version that
 * suits this one. Functions that it calls are compiled with it if their bodies are in sight.
 *
 *   OTO_VECTORISED (float, sum_squares,
 *                   (const float *x,
 *                    size_t       n),
 *                   (x, n))
 *   {
 *     ...
 *   }
 *
 * A static one is "static OTO_VECTORISED (...)". The compiler's own clones would be chosen before
 * the program can read OTO_PORTABLE. */
#if defined (OTO_PROCESSOR_HAS_LEVELS)
#define OTO_VECTORISED(type, name, params, args) \
  type name params; \
  static inline __attribute__ ((always_inline)) type name##_body params; \
  OTO_VECTORISED_VERSION (type, name, avx512, params, args, \
                          __attribute__ ((target ("arch=x86-64-v4")))) \
  OTO_VECTORISED_VERSION (type, name, avx2, params, args, \
                          __attribute__ ((target ("arch=x86-64-v3")))) \
  OTO_VECTORISED_VERSION (type, name, portable, params, args, ) \
  type \
  name params \
  { \
    switch (oto_processor_get_level ()) \
      { \
      case OTO_PROCESSOR_AVX512: \
        return name##_avx512 args; \
      case OTO_PROCESSOR_AVX2: \
        return name##_avx2 args; \
      case OTO_PROCESSOR_PORTABLE: \
        break; \
      } \
    return name##_portable args; \
  } \
  static inline type \
  name##_body params

/* Not inlined itself, or a function that calls another of these would hold every pair of them. */
#define OTO_VECTORISED_VERSION(type, name, level, params, args, target) \
  target __attribute__ ((flatten, noinline)) static type \
  name##_##level params \
  { \
    return name##_body args; \
  }
#else
#define OTO_VECTORISED(type, name, params, args) \
  type name params; \
  type \
  name params
#endif

/* exp (x) by 2^n exp (r), |r| <= ln 2 / 2, and a polynomial of degree 7 in r. Relative error below
 * 2e-7 in [-87, 88]; 0 below that and exp (88) above it; NaN stays NaN. Vectorises. */
static inline float
oto_vector_exp (float x)
{
  const float round_to_int = 12582912.f;   /* 1.5 * 2^23: the sum has its unit in the last bit */
  float bounded, shifted, n, r, p, power;
  int32_t bits;

  x = x > 88.f ? 88.f : x;
  bounded = x < -87.f ? -87.f : x;
  shifted = bounded * 1.44269504f + round_to_int;
  n = shifted - round_to_int;
  r = bounded - n * 0.693359375f;          /* ln 2 in two parts, the first exact in 10 bits */
  r = r + n * 2.12194440e-4f;

  /* Minimax coefficients of (exp (r) - 1 - r) / r^2 (Cephes, expf). */
  p = 1.9875691500e-4f;
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * r * r + r + 1.f;

  memcpy (&bits, &shifted, sizeof bits);
  bits = (int32_t) (((uint32_t) bits << 23) + 0x3f800000u);
  memcpy (&power, &bits, sizeof power);
  return x < -87.f ? 0.f : p * power;
}

/* 1 / (1 + exp (-x)); relative error below 4e-7 in [-87, 87], in [0, 1] everywhere. Vectorises. */
static inline float
oto_vector_sigmoid (float x)
{
  return 1.f / (1.f + oto_vector_exp (-x));
}

/* tanh (x): near 0 an odd polynomial (Cephes, tanhf), elsewhere by exp. Relative error below 4e-7,
 * in [-1, 1]; NaN stays NaN. Vectorises. */
static inline float
oto_vector_tanh (float x)
{
  const float magnitude = fabsf (x), square = x * x;
  const float far = 1.f - 2.f / (oto_vector_exp (2.f * magnitude) + 1.f);
  float p;

  p = -5.70498872745e-3f;
  p = p * square + 2.06390887954e-2f;
  p = p * square - 5.37397155531e-2f;
  p = p * square + 1.33314422036e-1f;
  p = p * square - 3.33332819422e-1f;
  p = p * square * x + x;
  return magnitude < 0.625f ? p : x < 0.f ? -far : far;
}

/* Reductions of a row. The order of the sums is fixed: sixteen partial sums, added in pairs. */
#define OTO_VECTOR_LEN 16

static inline float
oto_vector_add_up (float partial[OTO_VECTOR_LEN])
{
  for (int half = OTO_VECTOR_LEN / 2; half > 0; half /= 2)
    for (int l = 0; l < half; l++)
      partial[l] += partial[l + half];
  return partial[0];
}

static inline float
oto_vector_sum (const float *x,
                size_t       n)
{
  float partial[OTO_VECTOR_LEN] = { 0.f };
  size_t i = 0;

  for (; i + OTO_VECTOR_LEN <= n; i += OTO_VECTOR_LEN)
    for (int l = 0; l < OTO_VECTOR_LEN; l++)
      partial[l] += x[i + l];
  for (int l = 0; i < n; i++, l++)
    partial[l] += x[i];
  return oto_vector_add_up (partial);
}

static inline float
oto_vector_dot (const float *x,
                const float *y,
                size_t       n)
{
  float partial[OTO_VECTOR_LEN] = { 0.f };
  size_t i = 0;

  for (; i + OTO_VECTOR_LEN <= n; i += OTO_VECTOR_LEN)
    for (int l = 0; l < OTO_VECTOR_LEN; l++)
      partial[l] += x[i + l] * y[i + l];
  for (int l = 0; i < n; i++, l++)
    partial[l] += x[i] * y[i];
  return oto_vector_add_up (partial);
}

/* The largest value; NaN never is. */
static inline float
oto_vector_max (const float *x,
                size_t       n)
{
  float partial[OTO_VECTOR_LEN];
  size_t i = 0;

  for (int l = 0; l < OTO_VECTOR_LEN; l++)
    partial[l] = -INFINITY;
  for (; i + OTO_VECTOR_LEN <= n; i += OTO_VECTOR_LEN)
    for (int l = 0; l < OTO_VECTOR_LEN; l++)
      partial[l] = x[i + l] > partial[l] ? x[i + l] : partial[l];
  for (int l = 0; i < n; i++, l++)
    partial[l] = x[i] > partial[l] ? x[i] : partial[l];
  for (int half = OTO_VECTOR_LEN / 2; half > 0; half /= 2)
    for (int l = 0; l < half; l++)
      partial[l] = partial[l + half] > partial[l] ? partial[l + half] : partial[l];
  return partial[0];
}
