/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/oto-types.h"

OTO_BEGIN_DECLS

/* OtoRng: SplitMix64, for everything of ours. 16 bytes that a checkpoint can hold. */
struct _OtoRng
{
  guint64 state;
};

/* Constants of SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators). */
#define OTO_RNG_STEP  G_GUINT64_CONSTANT (0x9E3779B97F4A7C15)
#define OTO_RNG_MIX_1 G_GUINT64_CONSTANT (0xBF58476D1CE4E5B9)
#define OTO_RNG_MIX_2 G_GUINT64_CONSTANT (0x94D049BB133111EB)

/* What oto_rng_next() returns after @pos draws from a generator begun with @seed: draws whose order
 * does not matter, as of threads that share an array. Vectorises. */
static inline guint64
oto_rng_draw_at (guint64 seed,
                 guint64 pos)
{
  guint64 z = seed + (pos + 1) * OTO_RNG_STEP;

  z = (z ^ (z >> 30)) * OTO_RNG_MIX_1;
  z = (z ^ (z >> 27)) * OTO_RNG_MIX_2;
  return z ^ (z >> 31);
}

void    oto_rng_init    (OtoRng  *self,
                         guint64  seed);
guint64 oto_rng_next    (OtoRng  *self);
double  oto_rng_uniform (OtoRng  *self);
double  oto_rng_range   (OtoRng  *self,
                         double   low,
                         double   high);
guint64 oto_rng_below   (OtoRng  *self,
                         guint64  n);
double  oto_rng_normal  (OtoRng  *self);
void    oto_rng_shuffle (OtoRng  *self,
                         guint32 *items,
                         size_t   n_items);

/* OtoMersenne: the 32-bit Mersenne Twister as NumPy's legacy RandomState seeds and draws from it;
 * the published remix recipe is written in terms of it. */
typedef struct
{
  guint32 state[624];
  int     pos;
} OtoMersenne;

void    oto_mersenne_init    (OtoMersenne *self,
                              guint32      seed);
guint32 oto_mersenne_next    (OtoMersenne *self);
void    oto_mersenne_shuffle (OtoMersenne *self,
                              guint32     *items,
                              size_t       n_items);

OTO_END_DECLS
