/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "losses/oto-bce-loss.h"

#include "nn/oto-loss.h"

static double
compute (const OtoLossTerm *self,
         OtoPass           *pass)
{
  const OtoEdge *prob = self->edges[0];
  const size_t n = pass->n_batch * oto_map_shape_get_len (&prob->shape);
  gboolean adds;

  if (oto_loss_term_begin_d (self, 0, &adds))
    {
      g_assert (!adds && self->weight == 1.0);
      oto_loss_bce_backward (prob->plain, pass->y, n, (double) n, prob->d);
    }
  return oto_loss_bce_forward (prob->plain, pass->y, n, (double) n);
}

static const OtoLossFuncs bce_loss_funcs = { compute };

/**
 * oto_bce_loss: (skip)
 * @clip_prob: (1, 1, K)
 *
 * The first term of most systems; weight 1.
 *
 * Returns: the term
 */
OtoLossTerm
oto_bce_loss (OtoEdge *clip_prob)
{
  return (OtoLossTerm) { &bce_loss_funcs, "bce", 1.0, { clip_prob }, 1, 0, 0.0 };
}
