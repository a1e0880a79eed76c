/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "layers/oto-pass.h"

/**
 * oto_pass_begin: (skip)
 * @self: a pass
 * @n_batch: clips of it (N), at most what the memory holds
 *
 * Decides how the clips of this pass are cut into items.
 */
void
oto_pass_begin (OtoPass *self,
                int      n_batch)
{
  g_assert (n_batch > 0 && n_batch <= self->max_batch);

  self->was_cancelled = FALSE;
  self->n_batch = n_batch;
  self->n_parts = n_batch % self->n_threads == 0 ? 1 : self->n_threads;
}

/**
 * oto_pass_is_cancelled: (skip)
 * @self: a pass
 *
 * Returns: whether it should end now
 */
gboolean
oto_pass_is_cancelled (OtoPass *self)
{
  /* Once seen, it is so until the pass has ended: a layer that has left its work half done is
   * followed by none. */
  if (self->was_cancelled)
    return TRUE;
  self->n_checks++;
  self->was_cancelled = self->n_checks == self->cancelled_at
                        || (self->cancellable != NULL
                         && g_cancellable_is_cancelled (self->cancellable));
  return self->was_cancelled;
}

/**
 * oto_pass_run: (skip)
 * @self: a pass
 * @n_items: length of the job
 * @func: called once per thread whose range is not empty
 * @user_data: for @func
 *
 * Runs a job on the engine, when its turn has come.
 */
void
oto_pass_run (OtoPass        *self,
              size_t          n_items,
              OtoWorkersFunc  func,
              gpointer        user_data)
{
  oto_engine_run (self->engine, self->priority, n_items, func, user_data);
}

/**
 * oto_pass_get_n_items: (skip)
 * @self: a pass
 *
 * Returns: items of a job that works on rows
 */
size_t
oto_pass_get_n_items (const OtoPass *self)
{
  return (size_t) self->n_batch * self->n_parts;
}

/**
 * oto_pass_get_n_active: (skip)
 * @self: a pass
 * @n_items: length of a job
 *
 * Returns: how many threads, the first ones, have a part in it
 */
int
oto_pass_get_n_active (const OtoPass *self,
                       size_t         n_items)
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
 * oto_pass_add_up: (skip)
 * @self: a pass
 * @parts: (array length=n_parts): partial sums, one per thread; the first one becomes the total
 * @n_parts: how many
 * @len: length of each
 *
 * Adds up what the threads have summed, in their order.
 */
void
oto_pass_add_up (OtoPass *self,
                 float  **parts,
                 int      n_parts,
                 size_t   len)
{
  AddUpJob job = { parts, n_parts };

  if (n_parts > 1)
    oto_pass_run (self, len, add_up_worker, &job);
}

/* First row of part @part of a clip. */
static int
get_part_row (const OtoFrameRuns *self,
              int                 part)
{
  if (part == self->n_parts)
    return self->n_frames;
  return (int) ((gint64) self->n_frames * part / self->n_parts) / self->grain * self->grain;
}

/**
 * oto_frame_runs_init: (skip)
 * @self: (out caller-allocates): runs
 * @pass: whose items they are
 * @n_frames: rows of a clip of the map that is walked through
 * @begin: first item of this thread
 * @end: item behind its last
 * @grain: row ranges begin at multiples of this
 *
 * Begins to walk through the rows of the items.
 */
void
oto_frame_runs_init (OtoFrameRuns  *self,
                     const OtoPass *pass,
                     int            n_frames,
                     size_t         begin,
                     size_t         end,
                     int            grain)
{
  *self = (OtoFrameRuns) {
    .n_parts = pass->n_parts, .n_frames = n_frames, .grain = grain, .pos = begin, .end = end,
  };
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
  while (self->pos < self->end)
    {
      const int part = (int) (self->pos % self->n_parts);
      const size_t n_joined = MIN ((size_t) (self->n_parts - part), self->end - self->pos);

      self->clip = (int) (self->pos / self->n_parts);
      self->row_begin = get_part_row (self, part);
      self->row_end = get_part_row (self, part + (int) n_joined);
      self->pos += n_joined;
      /* Few rows leave some parts without any. */
      if (self->row_begin < self->row_end)
        return TRUE;
    }
  return FALSE;
}
