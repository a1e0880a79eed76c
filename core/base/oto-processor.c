/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "base/oto-processor.h"

#include <stdlib.h>
#include <string.h>

/* Values that are not found out yet. Several threads may find them out at once; they agree. */
#define UNKNOWN (-1)

static OtoProcessorLevel
read_limit (void)
{
  const char *portable = getenv ("OTO_PORTABLE");

  if (portable == NULL || strcmp (portable, "") == 0 || strcmp (portable, "0") == 0)
    return OTO_PROCESSOR_AVX512;
  if (strcmp (portable, "avx2") == 0)
    return OTO_PROCESSOR_AVX2;
  return OTO_PROCESSOR_PORTABLE;
}

/* The operating system counts too: it must save the registers. Compilers that know no levels know
 * these of their features; OpenBLAS is told, whatever our own kernels were compiled for. */
static OtoProcessorLevel
detect_level (void)
{
#if defined (__x86_64__)
  __builtin_cpu_init ();
  if (__builtin_cpu_supports ("avx512f") && __builtin_cpu_supports ("avx512vl")
      && __builtin_cpu_supports ("avx512bw") && __builtin_cpu_supports ("avx512dq")
      && __builtin_cpu_supports ("avx512cd"))
    return OTO_PROCESSOR_AVX512;
  if (__builtin_cpu_supports ("avx2") && __builtin_cpu_supports ("fma")
      && __builtin_cpu_supports ("bmi") && __builtin_cpu_supports ("bmi2"))
    return OTO_PROCESSOR_AVX2;
#endif
  return OTO_PROCESSOR_PORTABLE;
}

OtoProcessorLevel
oto_processor_get_limit (void)
{
  static _Atomic int known = UNKNOWN;
  int limit = known;

  if (limit == UNKNOWN)
    known = limit = (int) read_limit ();
  return (OtoProcessorLevel) limit;
}

OtoProcessorLevel
oto_processor_get_level (void)
{
  static _Atomic int known = UNKNOWN;
  int level = known;

  if (level == UNKNOWN)
    {
      const OtoProcessorLevel limit = oto_processor_get_limit (), detected = detect_level ();

      known = level = (int) (detected < limit ? detected : limit);
    }
  return (OtoProcessorLevel) level;
}
