/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "losses/oto-pseudo-label-loss.h"

#include "layers/oto-pseudo-label-layer.h"
#include "nn/oto-weighted-bce.h"

#include <string.h>

enum { LOGITS, LABELS, N_EDGES };

static double
compute (const OtoLossTerm *self,
         OtoPass           *pass)
{
  const OtoEdge *logits = self->edges[LOGITS], *labels = self->edges[LABELS];
  const OtoBceWeights weights = { pass->class_weights, NULL };
  const size_t n_classes = logits->shape.n_channels;
  const size_t n = pass->n_batch * oto_map_shape_get_len (&logits->shape);
  gboolean adds;

  oto_pseudo_label_layer_fill (labels->writer, pass);
  if (oto_loss_term_begin_d (self, LOGITS, &adds))
    {
      if (!adds)
        memset (logits->d, 0, n * sizeof (float));
      oto_weighted_bce_logit_backward (&weights, logits->plain, labels->plain, n / n_classes, 1,
                                       n_classes, (double) n, self->weight, logits->d);
    }
  return oto_weighted_bce_logit_forward (&weights, logits->plain, labels->plain, n / n_classes, 1,
                                         n_classes, (double) n);
}

static const OtoLossFuncs pseudo_label_loss_funcs = { compute };

/* Documented in the header. */
OtoLossTerm
oto_pseudo_label_loss (const char *name,
                       OtoEdge    *logits,
                       OtoEdge    *labels)
{
  return (OtoLossTerm) {
    &pseudo_label_loss_funcs, name, 1.0, { logits, labels }, N_EDGES, 0, 0.0,
  };
}
