/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "base/oto-engine.h"

struct _OtoEngine
{
  gatomicrefcount  ref_count;
  int              n_threads;
  gboolean         background;

  GMutex           lock;         /* guards the fields below */
  GCond            free;         /* a job has ended */
  gboolean         is_busy;
  guint            n_waiting[OTO_N_PRIORITIES];
  OtoWorkers      *workers;
  OtoWorkers      *background_workers;   /* of trainings, where they step behind */
};

/**
 * oto_engine_new: (skip)
 * @n_threads: threads of a job, or 0 for as many as there are cores
 * @background: whether trainings run at reduced priority, behind everything else on the machine
 *
 * Returns: (transfer full): an engine; its threads start with its first job
 */
OtoEngine *
oto_engine_new (int      n_threads,
                gboolean background)
{
  OtoEngine *self;

  g_return_val_if_fail (n_threads >= 0, NULL);

  self = g_new0 (OtoEngine, 1);
  g_atomic_ref_count_init (&self->ref_count);
  self->n_threads = n_threads > 0 ? n_threads : oto_workers_get_n_cores ();
  self->background = background;
  g_mutex_init (&self->lock);
  g_cond_init (&self->free);
  return self;
}

/**
 * oto_engine_ref: (skip)
 * @self: an engine
 *
 * Returns: (transfer full): a new reference
 */
OtoEngine *
oto_engine_ref (OtoEngine *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

/**
 * oto_engine_unref: (skip)
 * @self: (nullable) (transfer full): an engine
 *
 * Drops a reference; the last one ends the threads.
 */
void
oto_engine_unref (OtoEngine *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->ref_count))
    return;

  oto_workers_free (self->workers);
  oto_workers_free (self->background_workers);
  g_cond_clear (&self->free);
  g_mutex_clear (&self->lock);
  g_free (self);
}

/**
 * oto_engine_get_n_threads: (skip)
 * @self: an engine
 *
 * Returns: how many ranges a job is cut into, at most
 */
int
oto_engine_get_n_threads (OtoEngine *self)
{
  g_return_val_if_fail (self != NULL, 1);

  return self->n_threads;
}

/* With the lock held: whether somebody more urgent waits. */
static gboolean
is_behind (const OtoEngine *self,
           OtoPriority      priority)
{
  for (int p = 0; p < (int) priority; p++)
    if (self->n_waiting[p] > 0)
      return TRUE;
  return FALSE;
}

/* With the lock held: the threads of a priority. */
static OtoWorkers *
get_workers (OtoEngine   *self,
             OtoPriority  priority)
{
  const gboolean steps_behind = self->background && priority == OTO_PRIORITY_TRAINING;
  OtoWorkers **workers = steps_behind ? &self->background_workers : &self->workers;

  if (*workers == NULL)
    *workers = oto_workers_new (self->n_threads, steps_behind);
  return *workers;
}

/**
 * oto_engine_run: (skip)
 * @self: an engine
 * @priority: who goes first when several wait
 * @n_items: length of the job; 0 does nothing
 * @func: called once per thread whose range is not empty
 * @user_data: for @func
 *
 * Runs a job as oto_workers_run() does, when its turn has come. May be called from any thread, but
 * not from a job.
 */
void
oto_engine_run (OtoEngine      *self,
                OtoPriority     priority,
                size_t          n_items,
                OtoWorkersFunc  func,
                gpointer        user_data)
{
  OtoWorkers *workers;

  g_return_if_fail (self != NULL);
  g_return_if_fail (priority < OTO_N_PRIORITIES);

  if (n_items == 0)
    return;

  g_mutex_lock (&self->lock);
  self->n_waiting[priority]++;
  while (self->is_busy || is_behind (self, priority))
    g_cond_wait (&self->free, &self->lock);
  self->n_waiting[priority]--;
  self->is_busy = TRUE;
  workers = get_workers (self, priority);
  g_mutex_unlock (&self->lock);

  oto_workers_run (workers, n_items, func, user_data);

  g_mutex_lock (&self->lock);
  self->is_busy = FALSE;
  g_cond_broadcast (&self->free);
  g_mutex_unlock (&self->lock);
}
