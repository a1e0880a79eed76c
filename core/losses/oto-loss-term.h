/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "layers/oto-graph.h"

G_BEGIN_DECLS

/* OtoLossTerm: one named part of what a training makes small. The trainer, the log, the checkpoint
 * and the curves loop over the terms of a network and know none of them. */

typedef struct _OtoLossTerm OtoLossTerm;

#define OTO_LOSS_TERM_MAX_EDGES 8

/**
 * OtoLossFuncs:
 * @compute: the term's value, a mean over the batch. Where the weight is not 0 it also begins the
 *   gradients of its edges (oto_edge_begin_d()), times the weight
 *
 * A kind of loss.
 */
typedef struct
{
  double (*compute) (const OtoLossTerm *self,
                     OtoPass           *pass);
} OtoLossFuncs;

/**
 * OtoLossTerm:
 * @funcs: the kind
 * @name: what log and curves call it; a static string
 * @weight: of its value in the total
 * @edges: what it reads
 * @n_edges: their number
 * @form: of a kind that has several
 * @constant: of a kind that has one (k, epsilon)
 */
struct _OtoLossTerm
{
  const OtoLossFuncs *funcs;
  const char         *name;
  double              weight;
  OtoEdge            *edges[OTO_LOSS_TERM_MAX_EDGES];
  guint               n_edges;
  int                 form;
  double              constant;
};

/* Whether a gradient is wanted of an edge, and whether it is added to. */
static inline gboolean
oto_loss_term_begin_d (const OtoLossTerm *self,
                       guint              edge,
                       gboolean          *ret_adds)
{
  return self->weight != 0.0 && oto_edge_begin_d (self->edges[edge], ret_adds);
}

G_END_DECLS
