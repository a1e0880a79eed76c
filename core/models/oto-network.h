/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "heads/oto-head.h"
#include "losses/oto-loss-term.h"
#include "models/oto-model-config.h"

G_BEGIN_DECLS

#define OTO_NETWORK_MAX_TERMS OTO_MODEL_MAX_TERMS

/* OtoNetwork: what a system's builder makes of a configuration: layers, head and losses. It has no
 * weights and, before its graph is given any, no memory. */
struct _OtoNetwork
{
  OtoGraph    *graph;
  OtoEdge     *x;                /* (T, F, 1): standardised log-mel features */
  OtoHead      head;
  OtoEdge     *recon;            /* (nullable) (T, F, 1) */
  OtoLossTerm  terms[OTO_NETWORK_MAX_TERMS];
  guint        n_terms;
};

OtoNetwork *oto_network_new      (const OtoModelConfig *config) G_GNUC_WARN_UNUSED_RESULT;
void        oto_network_free     (OtoNetwork           *self);
void        oto_network_add_term (OtoNetwork           *self,
                                  OtoLossTerm           term);
void        oto_network_set_recon (OtoNetwork          *self,
                                   OtoEdge             *recon);
guint       oto_network_get_maps (const OtoNetwork     *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OtoNetwork, oto_network_free)

G_END_DECLS
