/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "nn/oto-conv2d-frames.h"
#include "nn/oto-conv2d-private.h"

#include <string.h>

/* The convolution as one product per frame: row f of the left-hand matrix is the patch around
 * (t, f), and as maps are channels-last, a patch is one run of kernel * C_in floats per frame of
 * the kernel (per tap, where it is dilated). So nothing is gathered: the runs are read where they
 * stand, in copies of the frames with zeros on either side.
 *
 *   y[t,f,co] = sum_{i,j,ci} x[t + (i - h) d, f + (j - h) d, ci] w[co,ci,i,j]
 *   h = (kernel - 1) / 2, d = dilation
 *
 * Filters: packed (kernel * kernel * C_in, C_out), rows in the order (i, j, ci). */

/* Frames or mel bins that the kernel reaches to either side. */
static int
get_halo (const OtoConv2dShape *shape)
{
  return (shape->kernel - 1) / 2 * shape->dilation;
}

size_t
oto_conv2d_direct_get_filters_len (const OtoConv2dShape *shape)
{
  return (size_t) shape->kernel * shape->kernel * shape->c_in * oto_conv2d_pad (shape->c_out);
}

size_t
oto_conv2d_direct_get_scratch_len (const OtoConv2dShape *shape)
{
  const int halo = get_halo (shape);

  return oto_conv2d_frames_get_scratch_len (shape, 2 * halo + 1, halo) +
         (size_t) shape->n_mels * oto_conv2d_pad (shape->c_out);
}

void
oto_conv2d_direct_prepare (const OtoConv2dShape   *shape,
                           const OtoConv2dWeights *weights,
                           float                  *ret_filters)
{
  const int kernel = shape->kernel;
  const int n_k = kernel * kernel * shape->c_in;

  memset (ret_filters, 0, oto_conv2d_direct_get_filters_len (shape) * sizeof (float));
  for (int i = 0; i < kernel; i++)
    for (int j = 0; j < kernel; j++)
      for (int ci = 0; ci < shape->c_in; ci++)
        for (int co = 0; co < shape->c_out; co++)
          {
            const int k = (i * kernel + j) * shape->c_in + ci;

            ret_filters[oto_conv2d_packed_pos (k, co, n_k, shape->c_out)] =
              weights->weights[co * weights->out_stride + ci * weights->in_stride +
                               i * weights->time_stride + j * weights->mel_stride];
          }
}

/* The patches of frame @row. */
static void
get_patches (const OtoConv2dShape  *shape,
             const OtoConv2dFrames *frames,
             int                    row,
             OtoConv2dRows         *ret_rows)
{
  const int halo = get_halo (shape), dilation = shape->dilation, c_in = shape->c_in;
  const int n_runs = dilation == 1 ? 1 : shape->kernel;

  ret_rows->n_segments = 0;
  ret_rows->segment_len = c_in * shape->kernel / n_runs;
  ret_rows->stride = c_in;
  for (int i = 0; i < shape->kernel; i++)
    {
      const float *from = oto_conv2d_frames_get_row (frames, row - halo + i * dilation);

      for (int j = 0; j < n_runs; j++)
        ret_rows->segments[ret_rows->n_segments++] = from + (j * dilation - halo) * c_in;
    }
}

void
oto_conv2d_direct_forward (const OtoConv2dShape    *shape,
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
  const size_t row_len = (size_t) shape->n_mels * shape->c_out;
  const int halo = get_halo (shape);
  OtoConv2dRows rows;
  OtoConv2dFrames frames;

  /* Without neighbours all frames are one matrix. */
  if (shape->kernel == 1 && prologue == NULL)
    {
      rows = (OtoConv2dRows) { { x + (size_t) row_begin * shape->n_mels * shape->c_in }, 1,
                               shape->c_in, shape->c_in };
      kernels->multiply (&rows, (row_end - row_begin) * shape->n_mels, shape->c_out, filters,
                         ret_y + row_begin * row_len, shape->c_out);
      if (finish_rows != NULL)
        finish_rows (row_begin, row_end, user_data);
      return;
    }

  oto_conv2d_frames_init (&frames, shape, prologue, 2 * halo + 1, halo, row_begin - halo, scratch);
  for (int row = row_begin; row < row_end; row++)
    {
      oto_conv2d_frames_advance (&frames, x, row + halo);
      get_patches (shape, &frames, row, &rows);
      kernels->multiply (&rows, shape->n_mels, shape->c_out, filters, ret_y + row * row_len,
                         shape->c_out);
      if (finish_rows != NULL)
        finish_rows (row, row + 1, user_data);
    }
}

void
oto_conv2d_direct_backward_weights (const OtoConv2dShape    *shape,
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
  const size_t row_len = (size_t) shape->n_mels * shape->c_out;
  const int padded = oto_conv2d_pad (shape->c_out);
  const int halo = get_halo (shape);
  float *gradient = scratch + oto_conv2d_frames_get_scratch_len (shape, 2 * halo + 1, halo);
  OtoConv2dRows rows;
  OtoConv2dFrames frames;

  oto_conv2d_frames_init (&frames, shape, prologue, 2 * halo + 1, halo, row_begin - halo, scratch);
  if (padded != shape->c_out)
    memset (gradient, 0, (size_t) shape->n_mels * padded * sizeof (float));

  for (int row = row_begin; row < row_end; row++)
    {
      const float *d_row = d_y + row * row_len;

      if (fill_rows != NULL)
        fill_rows (row, row + 1, user_data);
      oto_conv2d_frames_advance (&frames, x, row + halo);
      get_patches (shape, &frames, row, &rows);
      if (padded != shape->c_out)
        {
          for (int f = 0; f < shape->n_mels; f++)
            for (int co = 0; co < shape->c_out; co++)
              gradient[f * padded + co] = d_row[f * shape->c_out + co];
          d_row = gradient;
        }
      kernels->multiply_transposed (&rows, shape->n_mels, padded, d_row, padded, d_filters);
    }
}

void
oto_conv2d_direct_finish_weights (const OtoConv2dShape *shape,
                                  const float          *d_filters,
                                  float                *d_weights)
{
  const int n_taps = shape->kernel * shape->kernel;
  const int n_k = n_taps * shape->c_in;

  for (int tap = 0; tap < n_taps; tap++)
    for (int ci = 0; ci < shape->c_in; ci++)
      for (int co = 0; co < shape->c_out; co++)
        d_weights[((size_t) co * shape->c_in + ci) * n_taps + tap] +=
          d_filters[oto_conv2d_packed_pos (tap * shape->c_in + ci, co, n_k, shape->c_out)];
}
