/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/oto-types.h"
#include "models/oto-systems.h"
#include "nn/oto-two-step.h"
#include "nn/oto-two-step.h"

G_BEGIN_DECLS

/* OtoModelConfig: everything that fixes a network's shape and loss. A value type; @system is a row
 * of the table. */
struct _OtoModelConfig
{
  const OtoSystem *system;
  OtoPoolingForm   pooling_form;
  int              n_classes;            /* K */
  int              n_frames;             /* T of one window */
  int              n_mels;               /* F */
  double           width;                /* what the channels were made with; for people */
  int              enc_channels[4];
  int              dec_channels[4];      /* 0 without decoder; the last is 1 */
  double           alpha;                /* reconstruction weight; 0: decoder not trained */
  double           gwrp_decay;
};

/* One tensor of a network: its name in files (the released checkpoints' names), shape as in
 * PyTorch, place in the block. */
typedef struct
{
  char     name[64];
  int      n_dims;
  gint64   shape[4];
  size_t   pos;                  /* first element, in the parameter or the buffer block */
  size_t   len;
  gboolean is_buffer;            /* BN running statistics: saved, not trained */
  int      init;                 /* private */
  double   init_bound;           /* private */
} OtoParam;

gboolean  oto_model_config_init        (OtoModelConfig       *self,
                                        const OtoSystem      *system,
                                        int                   n_classes,
                                        int                   n_frames,
                                        int                   n_mels,
                                        double                width,
                                        GError              **error);
gboolean  oto_model_config_validate    (const OtoModelConfig *self,
                                        GError              **error);
gboolean  oto_model_config_has_decoder (const OtoModelConfig *self);
guint     oto_model_config_get_maps    (const OtoModelConfig *self);
guint64   oto_model_config_get_n_macs  (const OtoModelConfig *self);
OtoParam *oto_model_config_list_params (const OtoModelConfig *self,
                                        guint                *ret_n,
                                        size_t               *ret_params_len,
                                        size_t               *ret_buffers_len);

G_END_DECLS
