/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "nn/oto-conv2d-kernels.h"
#include "nn/oto-conv2d.h"

G_BEGIN_DECLS

/* The frames of a map (T, F, C) as a layer sees them: after the prologue, with zeros beyond the
 * borders. The last few are kept, each in a slot, so that a frame passes the prologue once and
 * stays in cache while the frames around it need it. */
typedef struct
{
  const OtoConv2dKernels *kernels;
  int    n_frames;               /* T */
  size_t row_len;                /* F C */
  size_t margin_len;             /* zeros on either side of a row */
  int    n_slots;
  int    first_row;              /* row t stands in slot (t - first_row) mod n_slots */
  int    next_row;               /* the first that is not loaded */
  float *slots;                  /* (n_slots, margin + F + margin, C) */
  const OtoConv2dPrologue *prologue;     /* (nullable) */
  int    n_channels;             /* C */
  size_t period;                 /* of the scales: channels, several times where they are few */
  float *scale;                  /* (period), of a prologue without pooling */
  float *shift;                  /* (period) */
  float *pool_row;               /* scratch of a prologue with pooling */
} OtoConv2dFrames;

size_t       oto_conv2d_frames_get_scratch_len (const OtoConv2dShape    *shape,
                                                int                      n_slots,
                                                int                      margin);
void         oto_conv2d_frames_init            (OtoConv2dFrames         *self,
                                                const OtoConv2dShape    *shape,
                                                const OtoConv2dPrologue *prologue,
                                                int                      n_slots,
                                                int                      margin,
                                                int                      first_row,
                                                float                   *scratch);
void         oto_conv2d_frames_restart         (OtoConv2dFrames         *self,
                                                int                      first_row);
void         oto_conv2d_frames_advance         (OtoConv2dFrames         *self,
                                                const float             *x,
                                                int                      row);
const float *oto_conv2d_frames_get_row         (const OtoConv2dFrames   *self,
                                                int                      row);

G_END_DECLS
