/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "models/oto-engine-private.h"
#include "models/oto-model-config.h"

G_BEGIN_DECLS

/* OtoHead: the class convolution 1x1 and the pooling of its maps to one value a class and clip. */

typedef struct
{
  OtoEngine        *engine;
  OtoHeadKind       kind;
  OtoPoolingForm    form;
  double            decay;
  int               n_classes;   /* K */
  OtoConv2dShape    shape;
  OtoConv2dShape    adjoint_shape;
  size_t            weight_pos, bias_pos;        /* in the parameter block */
  size_t            att_pos, att_len;            /* the four linear maps of two-step attention */
  size_t            linear_pos[8];               /* in that part; the order of OtoTwoStepParams */

  float            *filters, *adjoint;           /* prepared */
  float            *logits;      /* (N, T, F, K); with bias only where the pooling is local */
  float            *maps;        /* (N, K, T, F): logits of the published two-step pooling, masks of
                                  * the others; NULL where the pooling is local */
  float            *d_logits;    /* training: (N, T, F, K), in the place of logits unless kept */
  float            *d_maps;      /* training: (N, K, T, F), in the place of maps unless kept */
  guint32          *order;       /* training: (N, K, n ranks): places, or NULL */
  int               n_kept;      /* clips whose first step is kept: N, or 1 for a look at it */
  int               shown_clip;  /* whose first step was looked at last, or -1 */
  float            *mel_att, *mel_prob;  /* OtoTwoStepMaps of so many clips */
  float            *mel_x, *time_att, *time_prob;
  float            *clip_raw;
  float            *clip;        /* (N, K) */
  float            *d_clip;      /* training: (N, K) */
  float            *d_mel_x;     /* (N, K, T) where the engine keeps gradients */
  const float      *params;      /* of the last forward pass: the network's parameter block */
  float           **d_att;       /* training, one per thread: (att_len) */
  double          **d_bias;      /* training, one per thread: (K) */
} OtoHead;

void     oto_head_init            (OtoHead              *self,
                                   OtoEngine            *engine,
                                   const OtoModelConfig *config,
                                   const OtoParam       *params,
                                   guint                 n_params);
void     oto_head_clear           (OtoHead              *self);
size_t   oto_head_get_scratch_len (const OtoHead        *self);
size_t   oto_head_get_filters_len (const OtoHead        *self);
void     oto_head_plan            (OtoHead              *self,
                                   OtoPlan              *plan);
size_t   oto_head_get_logits_len  (const OtoHead        *self);
void     oto_head_place_logits    (OtoHead              *self,
                                   float                *logits);
void     oto_head_prepare         (OtoHead              *self,
                                   const float          *params);
gboolean oto_head_forward         (OtoHead              *self,
                                   const OtoFeatureMap  *x,
                                   const float          *params);
gboolean oto_head_backward        (OtoHead              *self,
                                   const OtoFeatureMap  *x,
                                   const float          *params,
                                   gboolean              adds_d_x,
                                   float                *grads);
void     oto_head_get_class_map   (OtoHead              *self,
                                   OtoMap                map,
                                   int                   n,
                                   int                   k,
                                   float                *ret_values);

G_END_DECLS
