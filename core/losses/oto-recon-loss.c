/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "losses/oto-recon-loss.h"

#include "nn/oto-loss.h"

static double
compute (const OtoLossTerm *self,
         OtoPass           *pass)
{
  const OtoEdge *recon = self->edges[0], *x = self->edges[1];
  const size_t n = pass->n_batch * oto_map_shape_get_len (&recon->shape);
  gboolean adds;

  /* The target is a constant: no gradient of x. */
  if (oto_edge_begin_d (self->edges[0], &adds))
    {
      g_assert (!adds);
      oto_loss_mse_backward (recon->plain, x->plain, n, (double) n, self->weight, recon->d);
    }
  return oto_loss_mse_forward (recon->plain, x->plain, n, (double) n);
}

static const OtoLossFuncs recon_loss_funcs = { compute };

/**
 * oto_recon_loss: (skip)
 * @recon: (T, F, 1): what the decoder wrote
 * @x: (T, F, 1): the network's input
 * @alpha: weight of the term
 *
 * REC of systems.md 5 (arXiv:2008.07085, equation 5).
 *
 * Returns: the term
 */
OtoLossTerm
oto_recon_loss (OtoEdge *recon,
                OtoEdge *x,
                double   alpha)
{
  return (OtoLossTerm) { &recon_loss_funcs, "mse", alpha, { recon, x }, 2, 0, 0.0 };
}
