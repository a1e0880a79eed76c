/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "base/oto-rng.h"

#include <math.h>

/* Constants of MT19937 (Matsumoto, Nishimura: Mersenne Twister). */
#define MERSENNE_LEN 624
#define MERSENNE_MIDDLE 397
#define MERSENNE_TWIST 0x9908b0dfu

/**
 * oto_rng_init:
 * @self: (out caller-allocates): a generator
 * @seed: any number; equal seeds give equal draws
 *
 * Starts a generator.
 */
void
oto_rng_init (OtoRng  *self,
              guint64  seed)
{
  self->state = seed;
}

/**
 * oto_rng_next:
 * @self: a generator
 *
 * Returns: 64 random bits
 */
guint64
oto_rng_next (OtoRng *self)
{
  const guint64 draw = oto_rng_draw_at (self->state, 0);

  self->state += OTO_RNG_STEP;
  return draw;
}

/**
 * oto_rng_uniform:
 * @self: a generator
 *
 * Returns: a number in [0, 1), a multiple of 2^-53
 */
double
oto_rng_uniform (OtoRng *self)
{
  return (double) (oto_rng_next (self) >> 11) * 0x1p-53;
}

/**
 * oto_rng_range:
 * @self: a generator
 * @low: lower end
 * @high: upper end
 *
 * Returns: a number in [@low, @high)
 */
double
oto_rng_range (OtoRng *self,
               double  low,
               double  high)
{
  return low + (high - low) * oto_rng_uniform (self);
}

/**
 * oto_rng_below:
 * @self: a generator
 * @n: at least 1
 *
 * Returns: an integer in [0, @n), each equally likely
 */
guint64
oto_rng_below (OtoRng  *self,
               guint64  n)
{
  guint64 rest, draw;

  g_assert (n > 0);

  /* Draws below 2^64 mod n would favour the small results. */
  rest = -n % n;
  do
    draw = oto_rng_next (self);
  while (draw < rest);
  return draw % n;
}

/**
 * oto_rng_normal:
 * @self: a generator
 *
 * Draws twice and keeps nothing, so that the state stays one number.
 *
 * Returns: a draw from the normal distribution with mean 0 and deviation 1
 */
double
oto_rng_normal (OtoRng *self)
{
  /* The logarithm wants (0, 1]. */
  double radius = sqrt (-2.0 * log (1.0 - oto_rng_uniform (self)));

  return radius * cos (2.0 * G_PI * oto_rng_uniform (self));
}

/**
 * oto_rng_shuffle:
 * @self: a generator
 * @items: (array length=n_items): shuffled in place
 * @n_items: how many
 *
 * Brings items into a random order, all orders equally likely.
 */
void
oto_rng_shuffle (OtoRng  *self,
                 guint32 *items,
                 size_t   n_items)
{
  for (size_t i = n_items; i > 1; i--)
    {
      size_t j = (size_t) oto_rng_below (self, i);
      guint32 item = items[i - 1];

      items[i - 1] = items[j];
      items[j] = item;
    }
}

/**
 * oto_mersenne_init:
 * @self: (out caller-allocates): a generator
 * @seed: as given to numpy.random.RandomState
 *
 * Starts a Mersenne Twister from one number.
 */
void
oto_mersenne_init (OtoMersenne *self,
                   guint32      seed)
{
  self->state[0] = seed;
  for (guint32 i = 1; i < MERSENNE_LEN; i++)
    self->state[i] = 1812433253u * (self->state[i - 1] ^ (self->state[i - 1] >> 30)) + i;
  self->pos = MERSENNE_LEN;
}

static void
mersenne_refill (OtoMersenne *self)
{
  guint32 *state = self->state;

  for (int i = 0; i < MERSENNE_LEN; i++)
    {
      guint32 y = (state[i] & 0x80000000u) | (state[(i + 1) % MERSENNE_LEN] & 0x7fffffffu);

      state[i] = state[(i + MERSENNE_MIDDLE) % MERSENNE_LEN] ^ (y >> 1)
                 ^ ((y & 1) != 0 ? MERSENNE_TWIST : 0);
    }
  self->pos = 0;
}

/**
 * oto_mersenne_next:
 * @self: a generator
 *
 * Returns: 32 random bits
 */
guint32
oto_mersenne_next (OtoMersenne *self)
{
  guint32 y;

  if (self->pos >= MERSENNE_LEN)
    mersenne_refill (self);

  y = self->state[self->pos++];
  y ^= y >> 11;
  y ^= (y << 7) & 0x9d2c5680u;
  y ^= (y << 15) & 0xefc60000u;
  return y ^ (y >> 18);
}

/**
 * oto_mersenne_shuffle:
 * @self: a generator
 * @items: (array length=n_items): shuffled in place
 * @n_items: how many, below 2^32
 *
 * Shuffles as numpy.random.RandomState.shuffle() does: from the top down, item i changes places
 * with item j, drawn from [0, i] by masking 32 bits and rejecting what is larger.
 */
void
oto_mersenne_shuffle (OtoMersenne *self,
                      guint32     *items,
                      size_t       n_items)
{
  g_assert (n_items <= G_MAXUINT32);

  for (guint32 i = (guint32) MAX (n_items, 1) - 1; i > 0; i--)
    {
      guint32 mask = G_MAXUINT32 >> __builtin_clz (i);
      guint32 j, item;

      do
        j = oto_mersenne_next (self) & mask;
      while (j > i);

      item = items[i];
      items[i] = items[j];
      items[j] = item;
    }
}
