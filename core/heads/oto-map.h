/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/oto-types.h"

OTO_BEGIN_DECLS

/* What a network can show for a clip. Shapes are per clip; (K, T) maps of a system whose own steps
 * are longer than a frame hold each step's value over its frames. */
typedef enum
{
  OTO_MAP_RECON       = 1 << 0,  /* (T, F), standardised */
  OTO_MAP_MASK        = 1 << 1,  /* (K, T, F) in [0, 1], not yet divided by the sum over classes */
  OTO_MAP_FREQ_ATT    = 1 << 2,  /* (K, T, F), sums to one over F */
  OTO_MAP_STEP1       = 1 << 3,  /* (K, T): frame scores in [0, 1] */
  OTO_MAP_TIME_ATT    = 1 << 4,  /* (K, T), sums to one over T; learned or implied */
  OTO_MAP_CLIP_PROB   = 1 << 5,  /* (K) */
  OTO_MAP_MEL_WEIGHTS = 1 << 6,  /* (K, F): what a class hears in each bin, the same at all times */
} OtoMap;

OTO_END_DECLS
