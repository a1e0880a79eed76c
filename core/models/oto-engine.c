/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "models/oto-engine-private.h"

/**
 * oto_plan_take: (skip)
 * @self: a plan
 * @n_floats: how many
 *
 * Returns: (nullable): the memory; %NULL while the plan only counts
 */
float *
oto_plan_take (OtoPlan *self,
               size_t   n_floats)
{
  self->len += oto_arena_round_up (n_floats);
  return self->arena != NULL ? oto_arena_take (self->arena, n_floats) : NULL;
}

/**
 * oto_plan_take_doubles: (skip)
 * @self: a plan
 * @n_doubles: how many
 *
 * Returns: (nullable): the memory; %NULL while the plan only counts
 */
double *
oto_plan_take_doubles (OtoPlan *self,
                       size_t   n_doubles)
{
  return (double *) (void *) oto_plan_take (self, n_doubles * (sizeof (double) / sizeof (float)));
}

/**
 * oto_engine_get_map_len: (skip)
 * @self: an engine
 * @n_channels: C
 *
 * Returns: floats of a map (N, T, F, C) of the largest batch, in whole pieces of an arena
 */
size_t
oto_engine_get_map_len (const OtoEngine *self,
                        int              n_channels)
{
  return oto_arena_round_up ((size_t) self->max_batch * self->n_frames * self->n_mels * n_channels);
}

/**
 * oto_engine_get_gradient: (skip)
 * @self: an engine with memory for training
 * @n_channels: C
 *
 * The gradients of maps are never needed at the same time: all end at the same place, and reach
 * back over the outputs of layers whose backward pass is over.
 *
 * Returns: (transfer none): the gradient (N, T, F, C) of the map that the backward pass is at
 */
float *
oto_engine_get_gradient (const OtoEngine *self,
                         int              n_channels)
{
  return self->gradients_end - oto_engine_get_map_len (self, n_channels);
}

/**
 * oto_engine_begin: (skip)
 * @self: an engine
 * @n_batch: clips of the pass (N), at most what was reserved
 *
 * Decides how the clips of this pass are cut into items.
 */
void
oto_engine_begin (OtoEngine *self,
                  int        n_batch)
{
  g_assert (n_batch > 0 && n_batch <= self->max_batch);

  self->n_batch = n_batch;
  self->n_parts = n_batch % self->n_threads == 0 ? 1 : self->n_threads;
}

/**
 * oto_engine_is_cancelled: (skip)
 * @self: an engine
 *
 * Returns: whether the pass should end now
 */
gboolean
oto_engine_is_cancelled (OtoEngine *self)
{
  self->n_checks++;
  return self->n_checks == self->cancelled_at ||
         (self->cancellable != NULL && g_cancellable_is_cancelled (self->cancellable));
}

/**
 * oto_engine_get_n_items: (skip)
 * @self: an engine
 *
 * Returns: items of a job that works on rows
 */
size_t
oto_engine_get_n_items (OtoEngine *self)
{
  return (size_t) self->n_batch * self->n_parts;
}

/**
 * oto_engine_get_n_active: (skip)
 * @self: an engine
 * @n_items: length of a job
 *
 * Returns: how many threads, the first ones, have a part in it
 */
int
oto_engine_get_n_active (OtoEngine *self,
                         size_t     n_items)
{
  return (int) MIN ((size_t) self->n_threads, n_items);
}

typedef struct
{
  float **parts;
  int     n_parts;
} AddUpJob;

static void
add_up_worker (int      thread,
               size_t   begin,
               size_t   end,
               gpointer user_data)
{
  const AddUpJob *job = user_data;
  float *sum = job->parts[0];

  for (int p = 1; p < job->n_parts; p++)
    {
      const float *part = job->parts[p];

      for (size_t i = begin; i < end; i++)
        sum[i] += part[i];
    }
}

/**
 * oto_engine_add_up: (skip)
 * @self: an engine
 * @parts: (array length=n_parts): partial sums, one per thread; the first one becomes the total
 * @n_parts: how many
 * @len: length of each
 *
 * Adds up what the threads have summed, in their order.
 */
void
oto_engine_add_up (OtoEngine *self,
                   float    **parts,
                   int        n_parts,
                   size_t     len)
{
  AddUpJob job = { parts, n_parts };

  if (n_parts > 1)
    oto_workers_run (self->workers, len, add_up_worker, &job);
}

/* First row of part @part of a clip. */
static int
get_part_row (const OtoFrameRuns *self,
              int             part)
{
  const int n_parts = self->engine->n_parts, n_frames = self->engine->n_frames;

  if (part == n_parts)
    return n_frames;
  return (int) ((gint64) n_frames * part / n_parts) / self->grain * self->grain;
}

/**
 * oto_frame_runs_init: (skip)
 * @self: (out caller-allocates): runs
 * @engine: whose pass it is
 * @begin: first item of this thread
 * @end: item behind its last
 * @grain: row ranges begin at multiples of this
 *
 * Begins to walk through the rows of the items.
 */
void
oto_frame_runs_init (OtoFrameRuns    *self,
                     const OtoEngine *engine,
                     size_t           begin,
                     size_t           end,
                     int              grain)
{
  *self = (OtoFrameRuns) { .engine = engine, .pos = begin, .end = end, .grain = grain };
}

/**
 * oto_frame_runs_next: (skip)
 * @self: runs
 *
 * Goes to the next run: all parts of one clip that the thread has.
 *
 * Returns: whether there is one
 */
gboolean
oto_frame_runs_next (OtoFrameRuns *self)
{
  const int n_parts = self->engine->n_parts;

  while (self->pos < self->end)
    {
      const int part = (int) (self->pos % n_parts);
      const size_t n_joined = MIN ((size_t) (n_parts - part), self->end - self->pos);

      self->clip = (int) (self->pos / n_parts);
      self->row_begin = get_part_row (self, part);
      self->row_end = get_part_row (self, part + (int) n_joined);
      self->pos += n_joined;
      /* Few rows leave some parts without any. */
      if (self->row_begin < self->row_end)
        return TRUE;
    }
  return FALSE;
}
