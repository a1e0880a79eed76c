/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "nn/oto-conv2d-frames.h"

#include "base/oto-arena.h"
#include "nn/oto-pool2d.h"

#include <string.h>

/* A period of the prologue's scales is at least this long, so that few channels make a good loop,
 * too. */
#define MIN_PERIOD 64

static size_t
get_period (int n_channels)
{
  return n_channels * (size_t) ((MIN_PERIOD + n_channels - 1) / n_channels);
}

static size_t
get_slot_len (const OtoConv2dShape *shape,
              int                   margin)
{
  return (size_t) (shape->n_mels + 2 * margin) * shape->c_in;
}

/**
 * oto_conv2d_frames_get_scratch_len: (skip)
 * @shape: the layer that reads the map
 * @n_slots: frames that are kept
 * @margin: zero bins on either side of a frame
 *
 * Returns: floats of memory that the frames need, a multiple of 16
 */
size_t
oto_conv2d_frames_get_scratch_len (const OtoConv2dShape *shape,
                                   int                   n_slots,
                                   int                   margin)
{
  return oto_arena_round_up (n_slots * get_slot_len (shape, margin)) +
         oto_arena_round_up (MAX (2 * oto_arena_round_up (get_period (shape->c_in)),
                                  oto_pool2d_get_scratch_len (shape->n_mels, shape->c_in)));
}

/**
 * oto_conv2d_frames_init: (skip)
 * @self: (out caller-allocates): frames
 * @shape: the layer that reads the map
 * @prologue: (nullable): what is done to every value first
 * @n_slots: frames that are kept: as many as are looked at together
 * @margin: zero bins on either side of a frame
 * @first_row: the first frame that will be asked for; may lie before the map
 * @scratch: oto_conv2d_frames_get_scratch_len() floats, in use as long as @self is
 */
void
oto_conv2d_frames_init (OtoConv2dFrames         *self,
                        const OtoConv2dShape    *shape,
                        const OtoConv2dPrologue *prologue,
                        int                      n_slots,
                        int                      margin,
                        int                      first_row,
                        float                   *scratch)
{
  const size_t slot_len = get_slot_len (shape, margin);

  self->kernels = oto_conv2d_get_kernels ();
  self->n_frames = shape->n_frames;
  self->row_len = (size_t) shape->n_mels * shape->c_in;
  self->margin_len = (size_t) margin * shape->c_in;
  self->n_slots = n_slots;
  self->slots = scratch;
  self->prologue = prologue;
  self->n_channels = shape->c_in;
  oto_conv2d_frames_restart (self, first_row);

  /* The margins are never written again. */
  for (int i = 0; i < n_slots && margin > 0; i++)
    {
      float *slot = self->slots + i * slot_len;

      memset (slot, 0, self->margin_len * sizeof (float));
      memset (slot + self->margin_len + self->row_len, 0, self->margin_len * sizeof (float));
    }

  if (prologue != NULL && prologue->has_pool)
    self->pool_row = scratch + oto_arena_round_up (n_slots * slot_len);
  else if (prologue != NULL)
    {
      self->period = get_period (shape->c_in);
      self->scale = scratch + oto_arena_round_up (n_slots * slot_len);
      self->shift = self->scale + oto_arena_round_up (self->period);
      for (size_t i = 0; i < self->period; i++)
        {
          self->scale[i] = prologue->scale[i % shape->c_in];
          self->shift[i] = prologue->shift[i % shape->c_in];
        }
    }
}

/**
 * oto_conv2d_frames_restart: (skip)
 * @self: frames
 * @first_row: the first frame that will be asked for; may lie before the map
 *
 * Forgets what is loaded. Afterwards the slots of as many frames as are kept, from @first_row on,
 * stand one after the other in memory.
 */
void
oto_conv2d_frames_restart (OtoConv2dFrames *self,
                           int              first_row)
{
  self->first_row = first_row;
  self->next_row = first_row;
}

static float *
get_slot (const OtoConv2dFrames *self,
          int                    row)
{
  const size_t slot = (row - self->first_row) % self->n_slots;

  return self->slots + slot * (self->row_len + 2 * self->margin_len) + self->margin_len;
}

static void
load_row (const OtoConv2dFrames *self,
          const float           *x,
          int                    row,
          float                 *to)
{
  const float *from = x + row * (ptrdiff_t) self->row_len;
  const OtoConv2dPrologue *prologue = self->prologue;

  if (row < 0 || row >= self->n_frames)
    memset (to, 0, self->row_len * sizeof (float));
  else if (prologue == NULL)
    memcpy (to, from, self->row_len * sizeof (float));
  else if (prologue->has_pool && prologue->is_linear)
    oto_pool2d_average3_linear (x, self->n_frames, (int) (self->row_len / self->n_channels),
                                self->n_channels, prologue->scale, prologue->shift, row, row + 1,
                                to, self->pool_row);
  else if (prologue->has_pool)
    oto_pool2d_average3 (x, self->n_frames, (int) (self->row_len / self->n_channels),
                         self->n_channels, prologue->scale, prologue->shift, row, row + 1, to,
                         self->pool_row);
  else
    self->kernels->scale_and_limit (from, self->row_len, self->scale, self->shift, self->period,
                                    prologue->is_linear ? OTO_CONV2D_LINEAR
                                                        : OTO_CONV2D_RECTIFIED,
                                    to);
}

/**
 * oto_conv2d_frames_advance: (skip)
 * @self: frames
 * @x: (T, F, C), read: the map, the same from call to call
 * @row: the last frame to load; may lie behind the map
 *
 * Loads the frames up to @row, the last of which push out the first; those outside the map are
 * zeros.
 */
void
oto_conv2d_frames_advance (OtoConv2dFrames *self,
                           const float     *x,
                           int              row)
{
  for (; self->next_row <= row; self->next_row++)
    load_row (self, x, self->next_row, get_slot (self, self->next_row));
}

/**
 * oto_conv2d_frames_get_row: (skip)
 * @self: frames
 * @row: one of the last that were loaded
 *
 * Returns: (transfer none): its bin 0, (F, C); the margins are zeros before and behind it
 */
const float *
oto_conv2d_frames_get_row (const OtoConv2dFrames *self,
                           int                    row)
{
  return get_slot (self, row);
}
