/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "base/oto-workers.h"

#include "base/oto-error.h"

#include <glib/gi18n-lib.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#define BACKGROUND_NICE 10

typedef struct
{
  OtoWorkers *workers;
  int         thread;
} Member;

struct _OtoWorkers
{
  int            n_threads;
  int            n_helpers;      /* threads of ours: all, or all but the first */
  int            n_started;      /* those that the system did not refuse */
  gboolean       background;
  GThread      **helpers;
  Member        *members;

  GMutex         run_lock;       /* held for one job: callers take turns */

  GMutex         lock;           /* guards the fields below */
  GCond          start;
  GCond          done;
  guint          job;            /* counts the jobs, so that a helper knows a new one */
  int            n_busy;
  gboolean       ending;
  size_t         n_items;
  OtoWorkersFunc func;
  gpointer       user_data;
};

static void
run_range (int            thread,
           int            n_threads,
           size_t         n_items,
           OtoWorkersFunc func,
           gpointer       user_data)
{
  size_t share = n_items / n_threads;
  size_t n_longer = n_items % n_threads;
  size_t begin = thread * share + MIN ((size_t) thread, n_longer);
  size_t end = begin + share + ((size_t) thread < n_longer);

  if (begin < end)
    func (thread, begin, end, user_data);
}

/**
 * oto_workers_lower_priority:
 *
 * Puts the calling thread behind what the user is waiting for; it still gets what is left of the
 * processor. A second call changes nothing. On Linux this is the priority of the one thread, and
 * that of the process is its first thread's. A failure leaves it where it was, which only costs
 * fluency.
 */
void
oto_workers_lower_priority (void)
{
  const int own = getpriority (PRIO_PROCESS, (id_t) getpid ());

  setpriority (PRIO_PROCESS, (id_t) syscall (SYS_gettid), own + BACKGROUND_NICE);
}

static gpointer
helper_worker (gpointer data)
{
  Member *member = data;
  OtoWorkers *self = member->workers;
  guint seen = 0;

  if (self->background)
    oto_workers_lower_priority ();

  g_mutex_lock (&self->lock);
  for (;;)
    {
      OtoWorkersFunc func;
      gpointer user_data;
      size_t n_items;

      while (self->job == seen && !self->ending)
        g_cond_wait (&self->start, &self->lock);
      if (self->ending)
        break;

      seen = self->job;
      func = self->func;
      user_data = self->user_data;
      n_items = self->n_items;
      g_mutex_unlock (&self->lock);

      run_range (member->thread, self->n_threads, n_items, func, user_data);

      g_mutex_lock (&self->lock);
      if (--self->n_busy == 0)
        g_cond_signal (&self->done);
    }
  g_mutex_unlock (&self->lock);
  return NULL;
}

/**
 * oto_workers_get_n_cores:
 *
 * Returns: the number of processors this program may use
 */
int
oto_workers_get_n_cores (void)
{
  return (int) g_get_num_processors ();
}

/**
 * oto_workers_fail_refused: (skip)
 * @error: return location for a #GError
 *
 * Says that the system starts no more threads, where there is no way without one.
 *
 * Returns: %FALSE, with %OTO_BASE_ERROR_THREAD
 */
gboolean
oto_workers_fail_refused (GError **error)
{
  g_set_error_literal (error, OTO_BASE_ERROR, OTO_BASE_ERROR_THREAD,
                       _("The system starts no more threads for this program. End other programs, "
                         "or raise the limit of processes (ulimit -u)."));
  return FALSE;
}

/**
 * oto_workers_new: (skip)
 * @n_threads: threads of a job, or 0 for as many as there are cores
 * @background: whether all of them run at reduced priority
 *
 * In the foreground the caller of oto_workers_run() is one of the threads; in the background it
 * only waits. Threads that the system refuses are missed but by the clock: the caller does their
 * ranges too, so that the numbers are the same.
 *
 * Returns: (transfer full): a pool; oto_workers_free()
 */
OtoWorkers *
oto_workers_new (int      n_threads,
                 gboolean background)
{
  OtoWorkers *self;

  g_return_val_if_fail (n_threads >= 0, NULL);

  self = g_new0 (OtoWorkers, 1);
  self->n_threads = n_threads > 0 ? n_threads : oto_workers_get_n_cores ();
  self->n_helpers = background ? self->n_threads : self->n_threads - 1;
  self->background = background;
  self->helpers = g_new0 (GThread *, self->n_helpers + 1);
  self->members = g_new0 (Member, self->n_helpers + 1);
  g_mutex_init (&self->run_lock);
  g_mutex_init (&self->lock);
  g_cond_init (&self->start);
  g_cond_init (&self->done);

  for (int i = 0; i < self->n_helpers; i++)
    {
      self->members[i].workers = self;
      self->members[i].thread = self->n_threads - self->n_helpers + i;
      self->helpers[i] = g_thread_try_new ("oto-worker", helper_worker, &self->members[i], NULL);
      if (self->helpers[i] == NULL)
        break;
      self->n_started++;
    }
  return self;
}

/**
 * oto_workers_free: (skip)
 * @self: (nullable) (transfer full): a pool on which no job runs
 */
void
oto_workers_free (OtoWorkers *self)
{
  if (self == NULL)
    return;

  g_mutex_lock (&self->lock);
  self->ending = TRUE;
  g_cond_broadcast (&self->start);
  g_mutex_unlock (&self->lock);
  for (int i = 0; i < self->n_started; i++)
    g_thread_join (self->helpers[i]);

  g_cond_clear (&self->done);
  g_cond_clear (&self->start);
  g_mutex_clear (&self->lock);
  g_mutex_clear (&self->run_lock);
  g_free (self->members);
  g_free (self->helpers);
  g_free (self);
}

/**
 * oto_workers_get_n_threads: (skip)
 * @self: a pool
 *
 * Returns: how many ranges a job is cut into, at most; the function's thread argument is below it
 */
int
oto_workers_get_n_threads (OtoWorkers *self)
{
  g_return_val_if_fail (self != NULL, 1);

  return self->n_threads;
}

/**
 * oto_workers_run: (skip)
 * @self: a pool
 * @n_items: length of the job; 0 does nothing
 * @func: called once per thread whose range is not empty, on several threads at once
 * @user_data: for @func
 *
 * Cuts the items into contiguous ranges whose lengths differ by one at most, thread 0 having the
 * first, and returns when all are done. Threads that call this at the same time take turns. @func
 * must not call it on the same pool.
 */
void
oto_workers_run (OtoWorkers     *self,
                 size_t          n_items,
                 OtoWorkersFunc  func,
                 gpointer        user_data)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (func != NULL);

  if (n_items == 0)
    return;

  g_mutex_lock (&self->run_lock);
  if (self->n_started > 0)
    {
      g_mutex_lock (&self->lock);
      self->func = func;
      self->user_data = user_data;
      self->n_items = n_items;
      self->n_busy = self->n_started;
      self->job++;
      g_cond_broadcast (&self->start);
      g_mutex_unlock (&self->lock);
    }

  if (self->n_helpers < self->n_threads)
    run_range (0, self->n_threads, n_items, func, user_data);
  for (int i = self->n_started; i < self->n_helpers; i++)
    run_range (self->n_threads - self->n_helpers + i, self->n_threads, n_items, func, user_data);

  if (self->n_started > 0)
    {
      g_mutex_lock (&self->lock);
      while (self->n_busy > 0)
        g_cond_wait (&self->done, &self->lock);
      g_mutex_unlock (&self->lock);
    }
  g_mutex_unlock (&self->run_lock);
}
