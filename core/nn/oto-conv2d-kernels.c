/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "nn/oto-conv2d-kernels.h"

#include <stdlib.h>
#include <string.h>

/* Vectors of 8 and 16 floats anywhere in memory. Where a processor has no such register, GCC uses several. */
typedef float Vec8 __attribute__ ((vector_size (32), aligned (4), may_alias));
typedef float Vec16 __attribute__ ((vector_size (64), aligned (4), may_alias));

#define ALWAYS_INLINE __attribute__ ((always_inline))
#define UNROLL _Pragma ("GCC unroll 64")
/* max (0, value): a comparison yields a mask of ones or zeros. */
#define RECTIFY(Vector, value) ((Vector) ((__typeof__ ((value) > 0.f)) (value) & ((value) > 0.f)))
#define PASTE_NAME(name, ending) name##_##ending

#if defined (__x86_64__)

/* 32 registers of 16 floats. */
#pragma GCC push_options
#pragma GCC target ("arch=x86-64-v4")
#define KERNEL(name) PASTE_NAME (name, v4)
#define KERNEL_NAME "x86-64-v4"
#define WIDE 1
#define BLOCK_ROWS 8
#define TRANSPOSED_ROWS 8
#include "nn/oto-conv2d-kernels-template.h"
#undef KERNEL
#undef KERNEL_NAME
#undef WIDE
#undef BLOCK_ROWS
#undef TRANSPOSED_ROWS
#pragma GCC pop_options

/* 16 registers of 8 floats. */
#pragma GCC push_options
#pragma GCC target ("arch=x86-64-v3")
#define KERNEL(name) PASTE_NAME (name, v3)
#define KERNEL_NAME "x86-64-v3"
#define WIDE 0
#define BLOCK_ROWS 6
#define TRANSPOSED_ROWS 6
#include "nn/oto-conv2d-kernels-template.h"
#undef KERNEL
#undef KERNEL_NAME
#undef WIDE
#undef BLOCK_ROWS
#undef TRANSPOSED_ROWS
#pragma GCC pop_options

#endif

/* Any processor. */
#define KERNEL(name) PASTE_NAME (name, portable)
#define KERNEL_NAME "portable"
#define WIDE 0
#define BLOCK_ROWS 4
#define TRANSPOSED_ROWS 4
#include "nn/oto-conv2d-kernels-template.h"
#undef KERNEL
#undef KERNEL_NAME
#undef WIDE
#undef BLOCK_ROWS
#undef TRANSPOSED_ROWS

/* OTO_PORTABLE=1 in the environment asks for the kernels that every processor runs. */
const OtoConv2dKernels *
oto_conv2d_get_kernels (void)
{
#if defined (__x86_64__)
  const char *portable = getenv ("OTO_PORTABLE");

  if (portable == NULL || strcmp (portable, "1") != 0)
    {
      if (__builtin_cpu_supports ("avx512f") && __builtin_cpu_supports ("avx512vl") &&
          __builtin_cpu_supports ("avx512bw") && __builtin_cpu_supports ("avx512dq") &&
          __builtin_cpu_supports ("avx512cd"))
        return &kernels_v4;
      if (__builtin_cpu_supports ("avx2") && __builtin_cpu_supports ("fma") && __builtin_cpu_supports ("bmi2"))
        return &kernels_v3;
    }
#endif
  return &kernels_portable;
}
