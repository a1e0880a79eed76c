/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* What kernels may use of the processor. Plain C only. */

/* Whether a function can be compiled for a level with __attribute__ ((target)) or a pragma. */
#if defined (__x86_64__) && defined (__GNUC__) && !defined (__clang__)
#define OTO_PROCESSOR_HAS_LEVELS
#endif

/* In ascending order: a processor of one level runs the code of those before it. */
typedef enum
{
  OTO_PROCESSOR_PORTABLE,        /* what every processor of this architecture has */
  OTO_PROCESSOR_AVX2,            /* x86-64-v3 */
  OTO_PROCESSOR_AVX512,          /* x86-64-v4 */
} OtoProcessorLevel;

/* What OTO_PORTABLE in the environment allows, and the level at which kernels run: the lower one
 * of that and what the processor has. Both are found out at the first call and stay. */
OtoProcessorLevel oto_processor_get_limit (void);
OtoProcessorLevel oto_processor_get_level (void);
