/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "models/oto-conv-stack.h"
#include "models/oto-head.h"
#include "models/oto-model.h"

G_BEGIN_DECLS

struct _OtoModel
{
  OtoModelConfig  config;
  OtoParam       *list;
  guint           n_list;
  float          *params;
  float          *grads;         /* NULL before a training reserve */
  float          *buffers;
  size_t          params_len;
  size_t          buffers_len;

  OtoEngine       engine;
  OtoConvStack    encoder;
  OtoConvStack    decoder;       /* when the configuration has one */
  OtoHead         head;
  OtoArena       *arena;         /* NULL before the first reserve */
  gboolean        has_filters;   /* whether the prepared filters are those of the weights */
  gboolean        has_decoder_filters;   /* likewise, of the decoder */
  gboolean        has_forward;   /* whether there is a forward pass to look at */
  gboolean        has_recon;     /* whether its decoder ran */
  float          *recon;         /* (N, T, F) */

  /* For tests, as engine.keeps_gradients is; set before oto_model_reserve (). */
  gboolean        runs_idle_decoder;     /* also where alpha is 0 */
  float          *d_x;           /* (N, T, F) where the engine keeps gradients */
  float          *d_encoded;     /* (N, T, F, C) likewise */
  float          *d_recon;       /* (N, T, F) likewise */

  const float    *x;             /* of the last forward pass; the caller's */
};

static inline gboolean
oto_model_has_decoder (const OtoModel *self)
{
  return oto_model_config_has_decoder (&self->config);
}

void   oto_model_clear_parts      (OtoModel   *self);
float *oto_model_dup_intermediate (OtoModel   *self,
                                   const char *name,
                                   int         n,
                                   size_t     *ret_len);

G_END_DECLS
