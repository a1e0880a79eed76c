/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "nn/oto-conv2d-kernels.h"

#include "base/oto-processor.h"

/* Vectors of floats that may stand anywhere in memory. */
typedef float Vec1 __attribute__ ((may_alias));
typedef float Vec4 __attribute__ ((vector_size (16), aligned (4), may_alias));
typedef float Vec8 __attribute__ ((vector_size (32), aligned (4), may_alias));
typedef float Vec16 __attribute__ ((vector_size (64), aligned (4), may_alias));

#define ALWAYS_INLINE __attribute__ ((always_inline))
#define UNROLL _Pragma ("GCC unroll 64")
#define PASTE(name, ending) name##_##ending
#define JOIN(name, ending) PASTE (name, ending)
#define QUOTE(name) #name
#define STRING(name) QUOTE (name)

/* The rows of G, formula in oto-conv2d-winograd.c: a factor times the powers of a point. */
#define SQUARE_A ((double) OTO_WINOGRAD_A * OTO_WINOGRAD_A)
#define SQUARE_B ((double) OTO_WINOGRAD_B * OTO_WINOGRAD_B)
#define FACTOR_A (1.0 / (2.0 * SQUARE_A * (SQUARE_A - SQUARE_B)))
#define FACTOR_B (1.0 / (2.0 * SQUARE_B * (SQUARE_B - SQUARE_A)))

static const double winograd_g[6][3] =
{
  { 1.0 / (SQUARE_A * SQUARE_B), 0.0, 0.0 },
  { FACTOR_A, FACTOR_A * OTO_WINOGRAD_A, FACTOR_A * SQUARE_A },
  { FACTOR_A, -FACTOR_A * OTO_WINOGRAD_A, FACTOR_A * SQUARE_A },
  { FACTOR_B, FACTOR_B * OTO_WINOGRAD_B, FACTOR_B * SQUARE_B },
  { FACTOR_B, -FACTOR_B * OTO_WINOGRAD_B, FACTOR_B * SQUARE_B },
  { 0.0, 0.0, 1.0 },
};

#if defined (OTO_PROCESSOR_HAS_LEVELS)

/* 32 registers of 16 floats. */
#pragma GCC push_options
#pragma GCC target ("arch=x86-64-v4")
#define PROCESSOR avx512
#define LANES 16
#define BLOCK_ROWS 8
#include "nn/oto-conv2d-kernels.inc"
#pragma GCC pop_options

/* 16 registers of 8 floats. */
#pragma GCC push_options
#pragma GCC target ("arch=x86-64-v3")
#define PROCESSOR avx2
#define LANES 8
#define BLOCK_ROWS 6
#include "nn/oto-conv2d-kernels.inc"
#pragma GCC pop_options

#endif

/* Any processor; x86-64 has at least 16 registers of 4 floats. */
#define PROCESSOR portable
#define LANES 4
#define BLOCK_ROWS 4
#include "nn/oto-conv2d-kernels.inc"

const OtoConv2dKernels *
oto_conv2d_get_kernels (void)
{
#if defined (OTO_PROCESSOR_HAS_LEVELS)
  switch (oto_processor_get_level ())
    {
    case OTO_PROCESSOR_AVX512:
      return &kernels_avx512;
    case OTO_PROCESSOR_AVX2:
      return &kernels_avx2;
    case OTO_PROCESSOR_PORTABLE:
      break;
    }
#endif
  return &kernels_portable;
}
