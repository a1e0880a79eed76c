/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "layers/oto-graph.h"
#include "nn/oto-batch-norm.h"

G_BEGIN_DECLS

/* Batch normalisation of an edge, as the layer that writes the edge does it: statistics while rows
 * are in cache, then scale and shift of the edge's prologue. */
struct _OtoNorm
{
  int            n_channels;
  double         eps, momentum;
  size_t         gamma_pos, beta_pos;    /* in the parameter block */
  size_t         mean_pos, var_pos;      /* in the buffer block */
  gboolean       has_bias;       /* a bias stands before it, which training statistics remove */
  size_t         bias_pos;
  gboolean       is_frozen;      /* always by the running statistics, which stay */

  float         *scale, *shift;  /* (C): of this pass */
  double        *mean, *inv_std; /* (C): likewise */
  OtoBatchStats *stats;          /* one per thread */
  double       **d_sums;         /* training, one per thread: (2, C): d_gamma, d_beta */
  gboolean       has_sums;       /* a reader has made the sums of this backward pass */
};

void   oto_norm_init               (OtoNorm                 *self,
                                    OtoLayer                *layer,
                                    const char              *name,
                                    int                      n_channels,
                                    double                   eps,
                                    double                   momentum);
void   oto_norm_share              (OtoNorm                 *self,
                                    const OtoNorm           *other);
void   oto_norm_clear              (OtoNorm                 *self);
void   oto_norm_plan               (OtoNorm                 *self,
                                    OtoLayer                *layer,
                                    OtoGraphPlan            *plan);
gboolean oto_norm_wants_stats      (const OtoNorm           *self,
                                    const OtoPass           *pass);
void   oto_norm_begin_stats        (OtoNorm                 *self,
                                    int                      thread);
void   oto_norm_take_stats         (OtoNorm                 *self,
                                    OtoPass                 *pass,
                                    int                      n_active);
void   oto_norm_begin_sums         (OtoNorm                 *self,
                                    int                      thread);
void   oto_norm_add_sums           (OtoNorm                 *self,
                                    int                      thread,
                                    const OtoConv2dPrologue *prologue,
                                    const float             *x,
                                    const float             *d_y,
                                    size_t                   n_rows);
void   oto_norm_take_sums          (OtoNorm                 *self,
                                    OtoPass                 *pass,
                                    int                      n_active);
void   oto_norm_backward           (const OtoNorm           *self,
                                    const OtoConv2dPrologue *prologue,
                                    const float             *x,
                                    const float             *d_y,
                                    size_t                   n_rows,
                                    double                   n_total,
                                    float                   *ret_d_x);

size_t oto_prologue_get_scratch_len (const OtoMapShape      *shape);
void   oto_prologue_resolve         (const OtoConv2dPrologue *self,
                                     const OtoMapShape      *shape,
                                     const float            *x,
                                     int                     row_begin,
                                     int                     row_end,
                                     float                  *ret_y,
                                     float                  *scratch);

G_END_DECLS
