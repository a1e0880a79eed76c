/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/oto-types.h"

G_BEGIN_DECLS

/* Frequency-dependent auto-pooling of one clip's masks, channels-last (T, F, K) as the layer before
 * leaves them: in this order the frame scores are sums of rows, and the pooling over time is one of
 * the columns (F, K). The parameters are in the order of a model file, (K, F), and are turned at
 * every call. */

/* The published text leaves open what exactly it is; these are its readings. */
typedef enum
{
  OTO_FAP_FORM_FRAMES,           /* A: auto-pool of the frame scores, alpha (K), w a softmax */
  OTO_FAP_FORM_FREE,             /* B: auto-pool of the frame scores, alpha (K), w as it is */
  OTO_FAP_FORM_BANDS,            /* C: auto-pool in each bin, alpha (K, F), w a softmax */
} OtoFapForm;

typedef struct
{
  int n_frames;                  /* T */
  int n_mels;                    /* F */
  int n_classes;                 /* K */
  OtoFapForm form;
} OtoFapShape;

/**
 * OtoFapMaps:
 * @weights: (F, K): what the bins of a class count, softmax over F of w, or w
 * @frames: (T, K): scores of frames
 * @bands: (F, K): pooled bins; with %OTO_FAP_FORM_BANDS only, else not looked at
 * @peak: (oto_fap_get_n_pooled()): as of oto_auto_pool_forward()
 * @inv_sum: (oto_fap_get_n_pooled()): as of oto_auto_pool_forward()
 * @clip: (K): the clip's scores
 *
 * What the forward pass writes and the backward pass reads.
 */
typedef struct
{
  float *weights;
  float *frames;
  float *bands;
  float *peak;
  float *inv_sum;
  float *clip;
} OtoFapMaps;

size_t oto_fap_get_n_pooled    (const OtoFapShape *shape);       /* values of alpha */
size_t oto_fap_get_scratch_len (const OtoFapShape *shape);      /* floats, for any below */
void   oto_fap_forward         (const OtoFapShape *shape,
                                const float       *masks,
                                const float       *alpha,
                                const float       *w,
                                const OtoFapMaps  *maps,
                                float             *scratch);
void   oto_fap_backward        (const OtoFapShape *shape,
                                const float       *masks,
                                const float       *alpha,
                                const OtoFapMaps  *maps,
                                const float       *d_clip,
                                const float       *d_frames,     /* (nullable) */
                                gboolean           is_added,
                                float             *d_masks,
                                float             *d_alpha,
                                float             *d_w,
                                float             *scratch);
void   oto_fap_fill_time_att   (const OtoFapShape *shape,
                                const float       *masks,
                                const float       *alpha,
                                const OtoFapMaps  *maps,
                                float             *ret_time_att, /* (T, K) */
                                float             *scratch);

G_END_DECLS
