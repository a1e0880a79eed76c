/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stddef.h>
#include <glib.h>

G_BEGIN_DECLS

/* 2-D convolution, stride 1, on channels-last maps of one clip, x (T, F, C_in) and y (T_out, F_out,
 * C_out). With "same" zero padding, T_out = T and F_out = F. Weights in files are (C_out, C_in,
 * kernel_frames, kernel_mels). A 1-D convolution along time is one of maps with a single bin, (T,
 * 1, C), and kernel_mels = 1. A depthwise layer has weights (C, 1, 3, 3); output channel c reads
 * input channel c only.
 * The functions are single-threaded and touch only what they are given; the caller splits clips or
 * rows over threads. One function chooses the path. */

/* Zeros around the input, on each axis. A kernel reaches (kernel - 1) dilation places beyond one:
 * maps shrink or grow by as much where the padding is not SAME. */
typedef enum
{
  OTO_CONV2D_SAME,               /* half of what it reaches on either side; odd kernels only */
  OTO_CONV2D_VALID,              /* none: T_out = T - (kernel_frames - 1) dilation, F_out alike */
  OTO_CONV2D_FULL,               /* all that it reaches on either side: the adjoint of VALID */
} OtoConv2dPadding;

typedef struct
{
  int n_frames;                  /* T */
  int n_mels;                    /* F */
  int c_in;
  int c_out;
  int kernel_frames;             /* along T: 1, 3 or 5; even ones only without SAME padding */
  int kernel_mels;               /* along F: likewise */
  int dilation;                  /* of both */
  gboolean is_depthwise;         /* C_in = C_out, kernel 3 x 3: channels are on their own */
  OtoConv2dPadding padding;      /* depthwise: SAME */
} OtoConv2dShape;

typedef enum
{
  OTO_CONV2D_DIRECT,             /* any kernel: products of the frames as they stand */
  OTO_CONV2D_WINOGRAD,           /* F(4x4, 3x3), channels by eights */
  OTO_CONV2D_DEPTHWISE,          /* 3x3, each channel on its own */
} OtoConv2dPath;

/* Applied to x as it is read, before the zero padding: max (0, scale[c] x + shift[c]), the batch
 * norm and ReLU of the layer before, or scale[c] x + shift[c], without the ReLU; then average
 * pooling 3x3 as oto_pool2d_average3() does it. NULL: as it is. */
typedef struct
{
  const float *scale;            /* (C_in) */
  const float *shift;            /* (C_in) */
  gboolean     has_pool;
  gboolean     is_linear;        /* without the ReLU */
} OtoConv2dPrologue;

/* Called for one range of rows of y after the other, while they are in cache: when they have been
 * written, or before they are read. */
typedef void (*OtoConv2dRowsFunc) (int      row_begin,
                                   int      row_end,
                                   gpointer user_data);

int            oto_conv2d_get_out_frames     (const OtoConv2dShape    *shape);
int            oto_conv2d_get_out_mels       (const OtoConv2dShape    *shape);
OtoConv2dShape oto_conv2d_get_adjoint_shape  (const OtoConv2dShape    *shape);

OtoConv2dPath oto_conv2d_choose_path         (const OtoConv2dShape    *shape);
const char   *oto_conv2d_get_kernel_set      (void);

size_t        oto_conv2d_get_filters_len     (const OtoConv2dShape    *shape);
size_t        oto_conv2d_get_scratch_len     (const OtoConv2dShape    *shape);
int           oto_conv2d_get_row_grain       (const OtoConv2dShape    *shape);

void          oto_conv2d_prepare             (const OtoConv2dShape    *shape,
                                              const float             *weights,
                                              int                      in_begin,
                                              int                      in_end,
                                              float                   *ret_filters);
void          oto_conv2d_prepare_adjoint     (const OtoConv2dShape    *shape,
                                              const float             *weights,
                                              int                      in_begin,
                                              int                      in_end,
                                              float                   *ret_filters);
void          oto_conv2d_forward             (const OtoConv2dShape    *shape,
                                              const float             *filters,
                                              const OtoConv2dPrologue *prologue,
                                              const float             *x,
                                              int                      row_begin,
                                              int                      row_end,
                                              float                   *ret_y,
                                              OtoConv2dRowsFunc        finish_rows,
                                              gpointer                 user_data,
                                              float                   *scratch);
void          oto_conv2d_backward_weights    (const OtoConv2dShape    *shape,
                                              const OtoConv2dPrologue *prologue,
                                              const float             *x,
                                              const float             *d_y,
                                              int                      row_begin,
                                              int                      row_end,
                                              OtoConv2dRowsFunc        fill_rows,
                                              gpointer                 user_data,
                                              float                   *d_filters,
                                              float                   *scratch);
void          oto_conv2d_finish_weights      (const OtoConv2dShape    *shape,
                                              const float             *d_filters,
                                              int                      in_begin,
                                              int                      in_end,
                                              float                   *d_weights);

G_END_DECLS
