/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/oto-types.h"

G_BEGIN_DECLS

/* OtoRng: SplitMix64, for everything of ours. 16 bytes that a checkpoint can hold. */
struct _OtoRng
{
  guint64 state;
};

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

G_END_DECLS
