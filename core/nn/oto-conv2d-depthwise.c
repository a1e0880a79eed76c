/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "nn/oto-conv2d-frames.h"
#include "nn/oto-conv2d-private.h"

#include <string.h>

/* Depthwise 3x3 convolution: every channel has a kernel of its own.
 *
 *   y[t,f,c] = sum_{i,j} x[t + (i - 1) d, f + (j - 1) d, c] w[c,i,j]        d = dilation
 *
 * Nine products a value are few beside reading and writing it, so all that matters is to touch the
 * maps once: the frames around the one that is computed wait in cache, after the prologue and with
 * zeros on either side.
 *
 * Filters: (3, 3, C), for loops over channels. */

#define N_TAPS 9

static int
get_n_slots (const OtoConv2dShape *shape)
{
  return 2 * shape->dilation + 1;
}

static gboolean
is_possible (const OtoConv2dShape *shape)
{
  return shape->is_depthwise && shape->c_in == shape->c_out && shape->padding == OTO_CONV2D_SAME
         && shape->kernel_frames == 3 && shape->kernel_mels == 3;
}

static size_t
get_filters_len (const OtoConv2dShape *shape)
{
  return N_TAPS * (size_t) shape->c_in;
}

static size_t
get_scratch_len (const OtoConv2dShape *shape)
{
  return oto_conv2d_frames_get_scratch_len (shape, get_n_slots (shape), shape->dilation);
}

static void
prepare (const OtoConv2dShape   *shape,
         const OtoConv2dWeights *weights,
         int                     in_begin,
         int                     in_end,
         float                  *ret_filters)
{
  for (int i = 0; i < 3; i++)
    for (int j = 0; j < 3; j++)
      for (int c = in_begin; c < in_end; c++)
        ret_filters[(3 * i + j) * shape->c_in + c] =
          weights->weights[c * weights->out_stride + i * weights->time_stride +
                           j * weights->mel_stride];
}

/* What frame @row is computed from. */
static void
load_taps (const OtoConv2dShape *shape,
           OtoConv2dFrames      *frames,
           const float          *x,
           int                   row,
           OtoConv2dTaps        *ret_taps)
{
  const int dilation = shape->dilation;

  oto_conv2d_frames_advance (frames, x, row + dilation);
  ret_taps->n_mels = shape->n_mels;
  ret_taps->n_channels = shape->c_in;
  ret_taps->dilation = dilation;
  for (int i = 0; i < 3; i++)
    ret_taps->rows[i] = oto_conv2d_frames_get_row (frames, row + (i - 1) * dilation) -
                        (size_t) dilation * shape->c_in;
}

static void
forward (const OtoConv2dShape    *shape,
         const float             *filters,
         const OtoConv2dPrologue *prologue,
         const float             *x,
         int                      row_begin,
         int                      row_end,
         float                   *ret_y,
         OtoConv2dRowsFunc        finish_rows,
         gpointer                 user_data,
         float                   *scratch)
{
  const OtoConv2dKernels *kernels = oto_conv2d_get_kernels ();
  const size_t row_len = (size_t) shape->n_mels * shape->c_in;
  OtoConv2dFrames frames;
  OtoConv2dTaps taps;

  oto_conv2d_frames_init (&frames, shape, prologue, get_n_slots (shape), shape->dilation,
                          row_begin - shape->dilation, scratch);
  for (int row = row_begin; row < row_end; row++)
    {
      load_taps (shape, &frames, x, row, &taps);
      kernels->depthwise_forward (&taps, filters, ret_y + row * row_len);
      if (finish_rows != NULL)
        finish_rows (row, row + 1, user_data);
    }
}

static void
backward_weights (const OtoConv2dShape    *shape,
                  const OtoConv2dPrologue *prologue,
                  const float             *x,
                  const float             *d_y,
                  int                      row_begin,
                  int                      row_end,
                  OtoConv2dRowsFunc        fill_rows,
                  gpointer                 user_data,
                  float                   *d_filters,
                  float                   *scratch)
{
  const OtoConv2dKernels *kernels = oto_conv2d_get_kernels ();
  const size_t row_len = (size_t) shape->n_mels * shape->c_in;
  OtoConv2dFrames frames;
  OtoConv2dTaps taps;

  oto_conv2d_frames_init (&frames, shape, prologue, get_n_slots (shape), shape->dilation,
                          row_begin - shape->dilation, scratch);
  for (int row = row_begin; row < row_end; row++)
    {
      if (fill_rows != NULL)
        fill_rows (row, row + 1, user_data);
      load_taps (shape, &frames, x, row, &taps);
      kernels->depthwise_backward (&taps, d_y + row * row_len, d_filters);
    }
}

static void
finish_weights (const OtoConv2dShape *shape,
                const float          *d_filters,
                int                   in_begin,
                int                   in_end,
                float                *d_weights)
{
  for (int c = in_begin; c < in_end; c++)
    for (int k = 0; k < N_TAPS; k++)
      d_weights[(size_t) c * N_TAPS + k] += d_filters[(size_t) k * shape->c_in + c];
}

const OtoConv2dFuncs oto_conv2d_depthwise =
{
  "depthwise",
  is_possible,
  get_filters_len,
  get_scratch_len,
  prepare,
  forward,
  backward_weights,
  finish_weights,
};
