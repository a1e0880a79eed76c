/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "nn/oto-dropout.h"

#include "base/oto-rng.h"
#include "base/oto-vector.h"
#include "nn/oto-columns-private.h"

/**
 * oto_dropout_init:
 * @self: (out caller-allocates): a dropout
 * @prob: the probability that an element is dropped (p), in [0, 1)
 * @seed: of the run
 * @layer: which of the network's dropouts this is
 * @step: which step of training this is
 *
 * Makes the key of one layer in one step. Any other seed, layer or step drops other elements.
 */
void
oto_dropout_init (OtoDropout *self,
                  double      prob,
                  guint64     seed,
                  guint64     layer,
                  guint64     step)
{
  g_return_if_fail (prob >= 0.0 && prob < 1.0);

  /* Each part is mixed before the next, or seed 1 in step 2 would equal seed 2 in step 1. */
  self->key = oto_rng_draw_at (oto_rng_draw_at (oto_rng_draw_at (seed, 0) ^ layer, 0) ^ step, 0);
  self->threshold = (guint32) MIN (prob * 0x1p32 + 0.5, (double) G_MAXUINT32);
  self->scale = (float) (1.0 / (1.0 - prob));
}

/* y[i] = x[i] / (1 - p) where a draw of the key at first + i is not below the threshold, else 0.
 *
 * first  the place of x[0] among all elements of the layer, clips one after the other
 * x      (n)  read; in the backward pass d_y
 * y      (n)  written, where x itself is allowed, or added to; in the backward pass d_x
 *
 * A product and not a choice, so that NaN is not dropped. Source: Srivastava et al. 2014, scaled in
 * training as the published programs do it.
 */
OTO_VECTORISED (void, oto_dropout_apply,
                (const OtoDropout *self,
                 guint64           first,
                 const float      *x,
                 size_t            n,
                 gboolean          is_added,
                 float            *y),
                (self, first, x, n, is_added, y))
{
  const guint64 key = self->key;
  const guint32 threshold = self->threshold;
  const float scale = self->scale;

#pragma GCC ivdep
  for (size_t i = 0; i < n; i++)
    {
      const guint32 draw = (guint32) (oto_rng_draw_at (key, first + i) >> 32);
      const float factor = draw >= threshold ? scale : 0.f;

      y[i] = oto_columns_add (is_added, y, i, factor * x[i]);
    }
}

/* y[i] = keep[i] x[i] / (1 - p): the same with a mask of the caller's.
 *
 * keep  (n)  read, 0 or 1
 * x     (n)  read; in the backward pass d_y
 * y     (n)  written, where x itself is allowed, or added to; in the backward pass d_x
 */
OTO_VECTORISED (void, oto_dropout_apply_mask,
                (const OtoDropout *self,
                 const float      *keep,
                 const float      *x,
                 size_t            n,
                 gboolean          is_added,
                 float            *y),
                (self, keep, x, n, is_added, y))
{
  const float scale = self->scale;

#pragma GCC ivdep
  for (size_t i = 0; i < n; i++)
    y[i] = oto_columns_add (is_added, y, i, scale * keep[i] * x[i]);
}
