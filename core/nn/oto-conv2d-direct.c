/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

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

/* A period of the prologue's scales is at least this long, so that few channels make a good loop,
 * too. */
#define MIN_PERIOD 64

typedef struct
{
  const OtoConv2dShape *shape;
  int    halo;                   /* frames or mel bins that the kernel reaches to either side */
  int    n_slots;                /* frames kept: slot of frame t is t mod n_slots */
  size_t slot_len;
  float *slots;                  /* (n_slots, F + 2 halo, C_in) */
  int    next_row;               /* the first frame that is not loaded */
  size_t period;
  float *scale;                  /* (period), NULL without a prologue */
  float *shift;
  float *gradient;               /* (F, C_out padded) */
} Frames;

static size_t
round_up (size_t n)
{
  return (n + 15) / 16 * 16;
}

static size_t
get_period (int c_in)
{
  return c_in * (size_t) ((MIN_PERIOD + c_in - 1) / c_in);
}

static size_t
get_slot_len (const OtoConv2dShape *shape)
{
  return round_up ((size_t) (shape->n_mels + (shape->kernel - 1) * shape->dilation) * shape->c_in);
}

size_t
oto_conv2d_direct_get_filters_len (const OtoConv2dShape *shape)
{
  return (size_t) shape->kernel * shape->kernel * shape->c_in * oto_conv2d_pad (shape->c_out);
}

size_t
oto_conv2d_direct_get_scratch_len (const OtoConv2dShape *shape)
{
  const size_t n_slots = (size_t) (shape->kernel - 1) * shape->dilation + 1;

  return n_slots * get_slot_len (shape) + 2 * round_up (get_period (shape->c_in)) +
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

static void
frames_init (Frames                  *self,
             const OtoConv2dShape    *shape,
             const OtoConv2dPrologue *prologue,
             int                      row_begin,
             float                   *scratch)
{
  self->shape = shape;
  self->halo = (shape->kernel - 1) / 2 * shape->dilation;
  self->n_slots = 2 * self->halo + 1;
  self->slot_len = get_slot_len (shape);
  self->slots = scratch;
  self->next_row = row_begin - self->halo;
  self->period = get_period (shape->c_in);
  self->scale = NULL;
  self->shift = scratch + self->n_slots * self->slot_len + round_up (self->period);
  self->gradient = self->shift + round_up (self->period);
  memset (self->slots, 0, self->n_slots * self->slot_len * sizeof (float));

  if (prologue != NULL)
    {
      self->scale = self->slots + self->n_slots * self->slot_len;
      for (size_t i = 0; i < self->period; i++)
        {
          self->scale[i] = prologue->scale[i % shape->c_in];
          self->shift[i] = prologue->shift[i % shape->c_in];
        }
    }
}

static float *
frames_get_slot (Frames *self,
                 int     row)
{
  /* Frames before the first one have slots, too. */
  return self->slots + (size_t) ((row + self->n_slots) % self->n_slots) * self->slot_len;
}

/* Loads every frame up to @row + halo; those outside the map are zeros. */
static void
frames_advance (Frames                 *self,
                const OtoConv2dKernels *kernels,
                const float            *x,
                int                     row)
{
  const OtoConv2dShape *shape = self->shape;
  const size_t len = (size_t) shape->n_mels * shape->c_in;

  for (; self->next_row <= row + self->halo; self->next_row++)
    {
      float *to = frames_get_slot (self, self->next_row) + self->halo * shape->c_in;
      const float *from = x + self->next_row * (ptrdiff_t) len;

      if (self->next_row < 0 || self->next_row >= shape->n_frames)
        memset (to, 0, len * sizeof (float));
      else if (self->scale != NULL)
        kernels->scale_and_rectify (from, len, self->scale, self->shift, self->period, to);
      else
        memcpy (to, from, len * sizeof (float));
    }
}

/* The patches of frame @row. */
static void
frames_get_rows (Frames        *self,
                 int            row,
                 OtoConv2dRows *ret_rows)
{
  const OtoConv2dShape *shape = self->shape;
  const int n_runs = shape->dilation == 1 ? 1 : shape->kernel;

  ret_rows->n_segments = 0;
  ret_rows->segment_len = shape->c_in * shape->kernel / n_runs;
  ret_rows->stride = shape->c_in;
  for (int i = 0; i < shape->kernel; i++)
    {
      const float *slot = frames_get_slot (self, row - self->halo + i * shape->dilation);

      for (int j = 0; j < n_runs; j++)
        ret_rows->segments[ret_rows->n_segments++] = slot + j * shape->dilation * shape->c_in;
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
                           float                   *scratch)
{
  const OtoConv2dKernels *kernels = oto_conv2d_get_kernels ();
  const size_t row_len = (size_t) shape->n_mels * shape->c_out;
  OtoConv2dRows rows;
  Frames frames;

  /* Without neighbours all frames are one matrix. */
  if (shape->kernel == 1 && prologue == NULL)
    {
      rows = (OtoConv2dRows) { { x + (size_t) row_begin * shape->n_mels * shape->c_in }, 1,
                               shape->c_in, shape->c_in };
      kernels->multiply (&rows, (row_end - row_begin) * shape->n_mels, shape->c_out, filters,
                         ret_y + row_begin * row_len, shape->c_out);
      return;
    }

  frames_init (&frames, shape, prologue, row_begin, scratch);
  for (int row = row_begin; row < row_end; row++)
    {
      frames_advance (&frames, kernels, x, row);
      frames_get_rows (&frames, row, &rows);
      kernels->multiply (&rows, shape->n_mels, shape->c_out, filters, ret_y + row * row_len,
                         shape->c_out);
    }
}

void
oto_conv2d_direct_backward_weights (const OtoConv2dShape    *shape,
                                    const OtoConv2dPrologue *prologue,
                                    const float             *x,
                                    const float             *d_y,
                                    int                      row_begin,
                                    int                      row_end,
                                    float                   *d_filters,
                                    float                   *scratch)
{
  const OtoConv2dKernels *kernels = oto_conv2d_get_kernels ();
  const size_t row_len = (size_t) shape->n_mels * shape->c_out;
  const int padded = oto_conv2d_pad (shape->c_out);
  OtoConv2dRows rows;
  Frames frames;

  frames_init (&frames, shape, prologue, row_begin, scratch);
  if (padded != shape->c_out)
    memset (frames.gradient, 0, (size_t) shape->n_mels * padded * sizeof (float));

  for (int row = row_begin; row < row_end; row++)
    {
      const float *d_row = d_y + row * row_len;

      frames_advance (&frames, kernels, x, row);
      frames_get_rows (&frames, row, &rows);
      if (padded != shape->c_out)
        {
          for (int f = 0; f < shape->n_mels; f++)
            for (int co = 0; co < shape->c_out; co++)
              frames.gradient[f * padded + co] = d_row[f * shape->c_out + co];
          d_row = frames.gradient;
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
