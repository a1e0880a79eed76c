/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "base/oto-machine-kernels.h"

#include "base/oto-processor.h"

/* Enough independent sums to hide the latency of a multiply-add, few enough for the registers. */
#define N_SUMS 12
#define UNROLL _Pragma ("GCC unroll 12")

/* The factors are those of a sequence with a limit, so that the values stay ordinary numbers. The
 * empty assembly keeps each sum in a register of its own. */
#define DEFINE_MULTIPLY_ADD(name, lanes, attributes) \
  typedef float Vector##lanes __attribute__ ((vector_size (4 * lanes))); \
  attributes static double \
  name (size_t n, float *ret_value) \
  { \
    Vector##lanes sums[N_SUMS], factor, term, sum = { 0 }; \
    for (int l = 0; l < lanes; l++) \
      { \
        factor[l] = 0.5f; \
        term[l] = 0.25f * (float) (l + 1); \
      } \
    UNROLL for (int i = 0; i < N_SUMS; i++) \
      sums[i] = term * (float) (i + 1); \
    for (size_t step = 0; step < n; step++) \
      UNROLL for (int i = 0; i < N_SUMS; i++) \
        { \
          sums[i] = sums[i] * factor + term; \
          __asm__ volatile ("" : REGISTER (sums[i])); \
        } \
    UNROLL for (int i = 0; i < N_SUMS; i++) \
      sum += sums[i]; \
    *ret_value = sum[0]; \
    return 2.0 * lanes * N_SUMS * (double) n; \
  }

#if defined (OTO_PROCESSOR_HAS_LEVELS)
#define REGISTER(value) "+v" (value)
DEFINE_MULTIPLY_ADD (multiply_add_avx512, 16, __attribute__ ((target ("arch=x86-64-v4"))))
DEFINE_MULTIPLY_ADD (multiply_add_avx2, 8, __attribute__ ((target ("arch=x86-64-v3"))))
#undef REGISTER
#endif

#if defined (__x86_64__)
#define REGISTER(value) "+x" (value)
#elif defined (__aarch64__)
#define REGISTER(value) "+w" (value)
#else
#define REGISTER(value) "+m" (value)
#endif
DEFINE_MULTIPLY_ADD (multiply_add_portable, 4, )

double
oto_machine_multiply_add (size_t  n,
                          float  *ret_value)
{
#if defined (OTO_PROCESSOR_HAS_LEVELS)
  switch (oto_processor_get_level ())
    {
    case OTO_PROCESSOR_AVX512:
      return multiply_add_avx512 (n, ret_value);
    case OTO_PROCESSOR_AVX2:
      return multiply_add_avx2 (n, ret_value);
    case OTO_PROCESSOR_PORTABLE:
      break;
    }
#endif
  return multiply_add_portable (n, ret_value);
}
