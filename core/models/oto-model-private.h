/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "models/oto-model-config-private.h"
#include "models/oto-model.h"
#include "models/oto-network.h"

G_BEGIN_DECLS

struct _OtoModel
{
  OtoModelConfig  config;
  OtoNetwork     *network;
  OtoPass         pass;
  float          *params;
  float          *grads;         /* NULL before a training reserve */
  float          *buffers;
  size_t          params_len;
  size_t          buffers_len;
  float          *class_weights; /* (nullable) (2, K): of positive and of negative examples */

  gboolean        has_memory;
  gboolean        has_forward;   /* whether there is a forward pass to look at */
  gboolean        has_recon;     /* whether its decoder ran */
  gboolean        runs_idle;     /* for tests: also what has no weight in the loss */
};

/* For tests: what the network computed on its way (oto-model-look.c). */
void   oto_model_keep_edges (OtoModel   *self);
float *oto_model_dup_look   (OtoModel   *self,
                             const char *name,
                             int         n,
                             size_t     *ret_len);

G_END_DECLS
