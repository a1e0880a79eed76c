/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/oto-types.h"

G_BEGIN_DECLS

/* Attention over all bins of one clip's channels-last logits (T, F, K): one map says how much a bin
 * counts for a class, another what it says of it. */

/* Between these the attention of a bin is clamped. */
#define OTO_ATT2D_MIN      0.1f
#define OTO_ATT2D_MAX      0.9f

/* What Ren et al. add to the attention before the clamp; the other programs add nothing. */
#define OTO_ATT2D_OFFSET   0.1f

/* What is averaged, and what becomes of the average. */
typedef enum
{
  OTO_ATT2D_LOG_SOFTMAX,         /* as released: log softmax over classes, then a sigmoid, which is
                                  * at most 1/2 */
  OTO_ATT2D_SOFTMAX,             /* softmax over classes: a mean of class posteriors */
  OTO_ATT2D_SIGMOID,             /* sigmoid: a mean of independent probabilities */
} OtoAtt2dForm;

typedef struct
{
  int n_frames;                  /* T */
  int n_mels;                    /* F */
  int n_classes;                 /* K */
  OtoAtt2dForm form;
  gboolean has_offset;           /* OTO_ATT2D_OFFSET is added */
} OtoAtt2dShape;

/**
 * OtoAtt2dMaps:
 * @att: (T, F, K): clamped attention, not normalised; the logits' own memory is allowed
 * @cla: (T, F, K): what is averaged; the logits' own memory is allowed
 * @att_sum: (K): the sum of @att over all bins
 * @score: (K): the average of @cla under @att
 * @clip: (K): the clip's scores
 *
 * What the forward pass writes and the backward pass reads.
 */
typedef struct
{
  float *att;
  float *cla;
  float *att_sum;
  float *score;
  float *clip;
} OtoAtt2dMaps;

void oto_att2d_forward           (const OtoAtt2dShape *shape,
                                  const float         *att_logits,
                                  const float         *cla_logits,
                                  const OtoAtt2dMaps  *maps);
void oto_att2d_backward          (const OtoAtt2dShape *shape,
                                  const OtoAtt2dMaps  *maps,
                                  const float         *d_clip,
                                  float               *ret_d_att_logits,
                                  float               *ret_d_cla_logits,
                                  float               *scratch);           /* (K) */
void oto_att2d_fill_norm_att     (const OtoAtt2dShape *shape,
                                  const OtoAtt2dMaps  *maps,
                                  float               *ret_norm_att);      /* (T, F, K) */
void oto_att2d_fill_contribution (const OtoAtt2dShape *shape,
                                  const OtoAtt2dMaps  *maps,
                                  float               *ret_contribution);  /* (T, F, K) */
void oto_att2d_fill_frames       (const OtoAtt2dShape *shape,
                                  const OtoAtt2dMaps  *maps,
                                  float               *ret_frames,         /* (T, K) */
                                  float               *ret_time_att);      /* (T, K) */

G_END_DECLS
