/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "nn/oto-conv2d-frames.h"
#include "nn/oto-conv2d-private.h"

#include <string.h>

/* The convolution as one product per frame: row f of the left-hand matrix is the patch around
 * (t, f), and as maps are channels-last, a patch is one run of kernel_mels * C_in floats per frame
 * of the kernel (per tap, where it is dilated). So nothing is gathered: the runs are read where
 * they stand, in copies of the frames with zeros on either side.
 *
 *   y[t,f,co] = sum_{i,j,ci} x[t + i d - h, f + j d - g, ci] w[co,ci,i,j]        d = dilation
 *   h = (kernel_frames - 1) d times 1/2, 0 or 1 for SAME, VALID or FULL padding, g likewise
 *
 * A product of few rows reads its filters too often. Where frames have few bins, a block of them is
 * one product: its rows are (t, f), and the runs are gathered for each bin of each frame, so that
 * one stride leads from row to row across frames. A kernel of a single bin needs no gathering.
 *
 * Filters: packed (kernel_frames * kernel_mels * C_in, C_out), rows in the order (i, j, ci). */

/* Input channels whose gradients are turned together. */
#define BLOCK_CHANNELS 16

/* Rows of a product that are enough. */
#define PRODUCT_ROWS 128

/* Frames of so many bins are products of their own, unless the kernel has a single bin. */
#define MIN_MELS 16

static gboolean
is_blocked (const OtoConv2dShape *shape)
{
  return shape->kernel_mels == 1 || oto_conv2d_get_out_mels (shape) < MIN_MELS;
}

/* Frames that are worked on together. */
static int
get_block_frames (const OtoConv2dShape *shape)
{
  return is_blocked (shape) ? CLAMP (PRODUCT_ROWS / oto_conv2d_get_out_mels (shape),
                                     1, oto_conv2d_get_out_frames (shape))
                            : 1;
}

/* Frames that the kernel reads besides one. */
static int
get_n_reached (const OtoConv2dShape *shape)
{
  return (shape->kernel_frames - 1) * shape->dilation;
}

/* Zeros before an axis, of those that the kernel reaches. */
static int
get_n_before (const OtoConv2dShape *shape,
              int                   kernel)
{
  switch (shape->padding)
    {
    case OTO_CONV2D_SAME:
      break;
    case OTO_CONV2D_VALID:
      return 0;
    case OTO_CONV2D_FULL:
      return (kernel - 1) * shape->dilation;
    }
  return (kernel - 1) / 2 * shape->dilation;
}

/* Patches of a map, a block of frames at a time. */
typedef struct
{
  const OtoConv2dShape *shape;
  OtoConv2dFrames frames;
  gboolean is_plain;             /* without a prologue */
  int      n_reached;            /* frames that the kernel reads besides one */
  int      halo;                 /* how many of them are before it */
  int      margin;               /* zero bins on either side of a frame */
  float   *runs;                 /* (block frames + n_reached, F_out, kernel_mels C_in) */
} Patches;

/* Frames that are kept: those of a block and around it, unless their runs are. */
static int
get_n_slots (const OtoConv2dShape *shape)
{
  if (is_blocked (shape) && shape->kernel_mels > 1)
    return 1;
  return get_block_frames (shape) + get_n_reached (shape);
}

static size_t
get_runs_len (const OtoConv2dShape *shape)
{
  if (!is_blocked (shape) || shape->kernel_mels == 1)
    return 0;
  return (size_t) (get_block_frames (shape) + get_n_reached (shape)) *
         oto_conv2d_get_out_mels (shape) * shape->kernel_mels * shape->c_in;
}

static size_t
get_frames_len (const OtoConv2dShape *shape)
{
  return oto_conv2d_frames_get_scratch_len (shape, get_n_slots (shape),
                                            get_n_before (shape, shape->kernel_mels));
}

static size_t
get_filters_len (const OtoConv2dShape *shape)
{
  return (size_t) shape->kernel_frames * shape->kernel_mels * shape->c_in *
         oto_conv2d_pad (shape->c_out);
}

static size_t
get_scratch_len (const OtoConv2dShape *shape)
{
  return get_frames_len (shape) + get_runs_len (shape) +
         (size_t) get_block_frames (shape) * oto_conv2d_get_out_mels (shape) *
         oto_conv2d_pad (shape->c_out);
}

/* One panel of output channels of the filters of an input channel, whose weights stand together. */
static void
prepare_panel (const OtoConv2dShape   *shape,
               const OtoConv2dWeights *weights,
               int                     ci,
               int                     first,
               float                  *ret_filters)
{
  const int kernel_mels = shape->kernel_mels;
  const int n_k = shape->kernel_frames * kernel_mels * shape->c_in;
  const int end = MIN (first + OTO_CONV2D_PANEL, oto_conv2d_pad (shape->c_out));

  for (int i = 0; i < shape->kernel_frames; i++)
    for (int j = 0; j < kernel_mels; j++)
      {
        const int k = (i * kernel_mels + j) * shape->c_in + ci;
        const float *from = weights->weights + ci * weights->in_stride +
                            i * weights->time_stride + j * weights->mel_stride;
        float *to = ret_filters + oto_conv2d_packed_pos (k, first, n_k, shape->c_out);

        for (int co = first; co < end; co++)
          to[co - first] = co < shape->c_out ? from[co * weights->out_stride] : 0.f;
      }
}

static void
prepare (const OtoConv2dShape   *shape,
         const OtoConv2dWeights *weights,
         int                     in_begin,
         int                     in_end,
         float                  *ret_filters)
{
  for (int first = 0; first < oto_conv2d_pad (shape->c_out); first += OTO_CONV2D_PANEL)
    for (int ci = in_begin; ci < in_end; ci++)
      prepare_panel (shape, weights, ci, first, ret_filters);
}

static void
patches_init (Patches                 *self,
              const OtoConv2dShape    *shape,
              const OtoConv2dPrologue *prologue,
              int                      row_begin,
              float                   *scratch)
{
  self->shape = shape;
  self->is_plain = prologue == NULL;
  self->n_reached = get_n_reached (shape);
  self->halo = get_n_before (shape, shape->kernel_frames);
  self->margin = get_n_before (shape, shape->kernel_mels);
  self->runs = scratch + get_frames_len (shape);
  oto_conv2d_frames_init (&self->frames, shape, prologue, get_n_slots (shape), self->margin,
                          row_begin - self->halo, scratch);
}

/* The patches of one frame, in the frames as they stand. */
static void
patches_load_frame (Patches       *self,
                    const float   *x,
                    int            row,
                    OtoConv2dRows *ret_rows)
{
  const int c_in = self->shape->c_in, dilation = self->shape->dilation;
  const int kernel_mels = self->shape->kernel_mels;
  const int n_runs = dilation == 1 ? 1 : kernel_mels;
  const int first = row - self->halo;

  oto_conv2d_frames_advance (&self->frames, x, first + self->n_reached);
  ret_rows->n_segments = 0;
  ret_rows->segment_len = c_in * kernel_mels / n_runs;
  ret_rows->stride = c_in;
  for (int i = 0; i < self->shape->kernel_frames; i++)
    {
      const float *from = oto_conv2d_frames_get_row (&self->frames, first + i * dilation);

      for (int j = 0; j < n_runs; j++)
        ret_rows->segments[ret_rows->n_segments++] = from + (j * dilation - self->margin) * c_in;
    }
}

/* Gathers the runs of frames @begin to @end. */
static void
patches_gather (Patches     *self,
                const float *x,
                int          begin,
                int          end)
{
  const OtoConv2dShape *shape = self->shape;
  const size_t c_in = shape->c_in, step = shape->dilation * c_in;
  const int n_mels = oto_conv2d_get_out_mels (shape);
  float *to = self->runs;

  oto_conv2d_frames_restart (&self->frames, begin);
  for (int row = begin; row < end; row++)
    {
      const float *from;

      oto_conv2d_frames_advance (&self->frames, x, row);
      from = oto_conv2d_frames_get_row (&self->frames, row) - self->margin * c_in;
      for (int f = 0; f < n_mels; f++, from += c_in)
        for (int j = 0; j < shape->kernel_mels; j++, to += c_in)
          memcpy (to, from + j * step, c_in * sizeof (float));
    }
}

/* The patches of frames @begin to @end, one block. */
static void
patches_load (Patches       *self,
              const float   *x,
              int            begin,
              int            end,
              OtoConv2dRows *ret_rows)
{
  const OtoConv2dShape *shape = self->shape;
  const int run_len = shape->kernel_mels * shape->c_in;
  const int n_mels = oto_conv2d_get_out_mels (shape);
  const int first = begin - self->halo, last = end - 1 - self->halo + self->n_reached;
  const float *runs = self->runs;

  if (!is_blocked (shape))
    {
      patches_load_frame (self, x, begin, ret_rows);
      return;
    }

  if (shape->kernel_mels > 1)
    patches_gather (self, x, first, last + 1);
  else if (self->is_plain && first >= 0 && last < shape->n_frames)
    runs = x + (size_t) first * shape->n_mels * shape->c_in;
  else
    {
      oto_conv2d_frames_restart (&self->frames, first);
      oto_conv2d_frames_advance (&self->frames, x, last);
      runs = oto_conv2d_frames_get_row (&self->frames, first);
    }

  ret_rows->n_segments = shape->kernel_frames;
  ret_rows->segment_len = run_len;
  ret_rows->stride = run_len;
  for (int i = 0; i < shape->kernel_frames; i++)
    ret_rows->segments[i] = runs + (size_t) i * shape->dilation * n_mels * run_len;
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
  const int n_mels = oto_conv2d_get_out_mels (shape);
  const size_t row_len = (size_t) n_mels * shape->c_out;
  const int block_frames = get_block_frames (shape);
  OtoConv2dRows rows;
  Patches patches;

  patches_init (&patches, shape, prologue, row_begin, scratch);
  for (int begin = row_begin; begin < row_end; begin += block_frames)
    {
      const int end = MIN (begin + block_frames, row_end);

      patches_load (&patches, x, begin, end, &rows);
      kernels->multiply (&rows, (end - begin) * n_mels, shape->c_out, filters,
                         ret_y + begin * row_len, shape->c_out);
      if (finish_rows != NULL)
        finish_rows (begin, end, user_data);
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
  const int n_mels = oto_conv2d_get_out_mels (shape);
  const size_t row_len = (size_t) n_mels * shape->c_out;
  const int padded = oto_conv2d_pad (shape->c_out);
  const int block_frames = get_block_frames (shape);
  float *gradient = scratch + get_frames_len (shape) + get_runs_len (shape);
  OtoConv2dRows rows;
  Patches patches;

  patches_init (&patches, shape, prologue, row_begin, scratch);
  if (padded != shape->c_out)
    memset (gradient, 0, (size_t) block_frames * n_mels * padded * sizeof (float));

  for (int begin = row_begin; begin < row_end; begin += block_frames)
    {
      const int end = MIN (begin + block_frames, row_end);
      const int n_places = (end - begin) * n_mels;
      const float *d = d_y + begin * row_len;

      if (fill_rows != NULL)
        fill_rows (begin, end, user_data);
      patches_load (&patches, x, begin, end, &rows);
      if (padded != shape->c_out)
        {
          for (int m = 0; m < n_places; m++)
            for (int co = 0; co < shape->c_out; co++)
              gradient[m * padded + co] = d[m * shape->c_out + co];
          d = gradient;
        }
      kernels->multiply_transposed (&rows, n_places, padded, d, padded, d_filters);
    }
}

static void
finish_weights (const OtoConv2dShape *shape,
                const float          *d_filters,
                int                   in_begin,
                int                   in_end,
                float                *d_weights)
{
  const int n_taps = shape->kernel_frames * shape->kernel_mels;
  const int n_k = n_taps * shape->c_in;

  /* A block of a panel of filters stays in the first cache while it is turned: rows of weights
   * often lie a power of two apart, and would push each other out. */
  for (int first = 0; first < shape->c_out; first += OTO_CONV2D_PANEL)
    for (int begin = in_begin; begin < in_end; begin += BLOCK_CHANNELS)
      {
        const int end = MIN (begin + BLOCK_CHANNELS, in_end);

        for (int co = first; co < MIN (first + OTO_CONV2D_PANEL, shape->c_out); co++)
          for (int ci = begin; ci < end; ci++)
            for (int tap = 0; tap < n_taps; tap++)
              d_weights[((size_t) co * shape->c_in + ci) * n_taps + tap] +=
                d_filters[oto_conv2d_packed_pos (tap * shape->c_in + ci, co, n_k, shape->c_out)];
      }
}

static gboolean
is_possible (const OtoConv2dShape *shape)
{
  const gboolean is_odd = shape->kernel_frames % 2 == 1 && shape->kernel_mels % 2 == 1;

  return !shape->is_depthwise && (is_odd || shape->padding != OTO_CONV2D_SAME)
         && oto_conv2d_get_out_frames (shape) > 0 && oto_conv2d_get_out_mels (shape) > 0
         && shape->kernel_frames * shape->kernel_mels <= OTO_CONV2D_MAX_SEGMENTS;
}

const OtoConv2dFuncs oto_conv2d_direct =
{
  "direct",
  is_possible,
  get_filters_len,
  get_scratch_len,
  prepare,
  forward,
  backward_weights,
  finish_weights,
};
