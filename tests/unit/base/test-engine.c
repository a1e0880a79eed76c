/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test.h"

#include "base/oto-engine.h"

#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { MAX_ITEMS = 40 };

typedef struct
{
  int    visits[MAX_ITEMS];
  size_t ends[8];
  int    n_calls;
} Record;

static void
record_worker (int      thread,
               size_t   begin,
               size_t   end,
               gpointer user_data)
{
  Record *record = user_data;

  g_assert_cmpuint (begin, <, end);
  for (size_t i = begin; i < end; i++)
    g_atomic_int_inc (&record->visits[i]);
  record->ends[thread] = end;
  g_atomic_int_inc (&record->n_calls);
}

/* Every item once, in ranges that depend on their number and that of the threads alone. */
static void
test_ranges (void)
{
  for (int n_threads = 1; n_threads <= 5; n_threads++)
    {
      g_autoptr (OtoEngine) engine = oto_engine_new (n_threads, FALSE);

      g_assert_cmpint (oto_engine_get_n_threads (engine), ==, n_threads);
      for (size_t n_items = 0; n_items <= MAX_ITEMS; n_items += 3)
        {
          Record first = { .n_calls = 0 };

          oto_engine_run (engine, OTO_PRIORITY_BATCH, n_items, record_worker, &first);
          g_assert_cmpint (first.n_calls, ==, (int) MIN ((size_t) n_threads, n_items));
          for (size_t i = 0; i < MAX_ITEMS; i++)
            g_assert_cmpint (first.visits[i], ==, i < n_items);
          for (int priority = 0; priority < OTO_N_PRIORITIES; priority++)
            {
              Record record = { .n_calls = 0 };

              oto_engine_run (engine, priority, n_items, record_worker, &record);
              g_assert_cmpmem (&record, sizeof record, &first, sizeof first);
            }
        }
    }
}

static void
test_all_cores (void)
{
  g_autoptr (OtoEngine) engine = oto_engine_new (0, FALSE);
  OtoEngine *second = oto_engine_ref (engine);

  g_assert_cmpint (oto_engine_get_n_threads (engine), ==, oto_workers_get_n_cores ());
  oto_engine_unref (second);
  oto_engine_unref (NULL);
}

/* --- several callers ------------------------------------------------------------------------- */

typedef struct
{
  OtoEngine   *engine;
  OtoPriority  priority;
  int          n_visits;
} Caller;

static void
add_worker (int      thread,
            size_t   begin,
            size_t   end,
            gpointer user_data)
{
  Caller *caller = user_data;

  g_atomic_int_add (&caller->n_visits, (int) (end - begin));
}

static gpointer
call_engine (gpointer data)
{
  Caller *caller = data;

  for (int i = 0; i < 300; i++)
    {
      oto_engine_run (caller->engine, caller->priority, 7, add_worker, caller);
      /* All of it is done when the call returns. */
      g_assert_cmpint (g_atomic_int_get (&caller->n_visits), ==, (i + 1) * 7);
    }
  return NULL;
}

static void
test_callers (void)
{
  g_autoptr (OtoEngine) engine = oto_engine_new (3, FALSE);
  Caller callers[6];
  GThread *threads[6];

  for (int i = 0; i < 6; i++)
    {
      callers[i] = (Caller) { .engine = engine, .priority = i % OTO_N_PRIORITIES };
      threads[i] = g_thread_new ("caller", call_engine, &callers[i]);
    }
  for (int i = 0; i < 6; i++)
    {
      g_thread_join (threads[i]);
      g_assert_cmpint (callers[i].n_visits, ==, 300 * 7);
    }
}

/* --- one job at a time ----------------------------------------------------------------------- */

typedef struct
{
  int n_running, n_most;         /* jobs of one range */
  int n_jobs;
} Crowd;

static void
crowd_worker (int      thread,
              size_t   begin,
              size_t   end,
              gpointer user_data)
{
  Crowd *crowd = user_data;
  const int n = g_atomic_int_add (&crowd->n_running, 1) + 1;

  if (n > g_atomic_int_get (&crowd->n_most))
    g_atomic_int_set (&crowd->n_most, n);
  g_atomic_int_inc (&crowd->n_jobs);
  g_usleep (20);
  g_atomic_int_add (&crowd->n_running, -1);
}

typedef struct
{
  OtoEngine   *engine;
  OtoPriority  priority;
  Crowd       *crowd;
} CrowdCaller;

static gpointer
call_crowd (gpointer data)
{
  const CrowdCaller *caller = data;

  for (int i = 0; i < 100; i++)
    oto_engine_run (caller->engine, caller->priority, 1, crowd_worker, caller->crowd);
  return NULL;
}

/* Threads are not shared between jobs: they take turns, also those that step behind. */
static void
test_turns (void)
{
  for (int background = 0; background < 2; background++)
    {
      g_autoptr (OtoEngine) engine = oto_engine_new (2, background);
      Crowd crowd = { 0 };
      CrowdCaller callers[OTO_N_PRIORITIES];
      GThread *threads[OTO_N_PRIORITIES];

      for (int i = 0; i < OTO_N_PRIORITIES; i++)
        {
          callers[i] = (CrowdCaller) { engine, i, &crowd };
          threads[i] = g_thread_new ("caller", call_crowd, &callers[i]);
        }
      for (int i = 0; i < OTO_N_PRIORITIES; i++)
        g_thread_join (threads[i]);
      g_assert_cmpint (crowd.n_jobs, ==, 100 * OTO_N_PRIORITIES);
      g_assert_cmpint (crowd.n_most, ==, 1);
    }
}

/* --- priorities ------------------------------------------------------------------------------ */

typedef struct
{
  OtoEngine   *engine;
  OtoPriority  priority;
  int         *clock;            /* shared: counts jobs */
  int          turn;             /* when this one's turn came */
  int          tid;              /* of the waiting thread, once it is about to wait */
} Waiter;

static void
take_turn (int      thread,
           size_t   begin,
           size_t   end,
           gpointer user_data)
{
  Waiter *waiter = user_data;

  waiter->turn = g_atomic_int_add (waiter->clock, 1);
}

static gpointer
wait_for_turn (gpointer data)
{
  Waiter *waiter = data;

  g_atomic_int_set (&waiter->tid, (int) syscall (SYS_gettid));
  oto_engine_run (waiter->engine, waiter->priority, 1, take_turn, waiter);
  return NULL;
}

/* Until the kernel says that the thread sleeps, which is in its wait for the engine. */
static void
await_sleep (Waiter *waiter)
{
  while (TRUE)
    {
      const int tid = g_atomic_int_get (&waiter->tid);
      g_autofree char *path = g_strdup_printf ("/proc/self/task/%d/stat", tid);
      g_autofree char *text = NULL;
      const char *name_end;

      if (tid != 0 && g_file_get_contents (path, &text, NULL, NULL))
        {
          name_end = strrchr (text, ')');
          if (name_end != NULL && name_end[2] == 'S')
            return;
        }
      g_usleep (500);
    }
}

enum { N_WAITERS = 6 };

typedef struct
{
  Waiter   waiters[N_WAITERS];
  GThread *threads[N_WAITERS];
} Queue;

/* While a job runs, others begin to wait for its end, the least urgent first. */
static void
queue_worker (int      thread,
              size_t   begin,
              size_t   end,
              gpointer user_data)
{
  static const OtoPriority order[N_WAITERS] =
  {
    OTO_PRIORITY_TRAINING, OTO_PRIORITY_BATCH, OTO_PRIORITY_INTERACTIVE,
    OTO_PRIORITY_TRAINING, OTO_PRIORITY_BATCH, OTO_PRIORITY_INTERACTIVE,
  };
  Queue *queue = user_data;

  for (int i = 0; i < N_WAITERS; i++)
    {
      queue->waiters[i].priority = order[i];
      queue->threads[i] = g_thread_new ("waiter", wait_for_turn, &queue->waiters[i]);
      await_sleep (&queue->waiters[i]);
    }
}

/* Whoever is more urgent goes first, whenever he came. */
static void
test_priorities (void)
{
  for (int background = 0; background < 2; background++)
    {
      g_autoptr (OtoEngine) engine = oto_engine_new (2, background);
      Queue queue = { 0 };
      int clock = 0;

      for (int i = 0; i < N_WAITERS; i++)
        queue.waiters[i] = (Waiter) { .engine = engine, .clock = &clock };
      oto_engine_run (engine, OTO_PRIORITY_BATCH, 1, queue_worker, &queue);
      for (int i = 0; i < N_WAITERS; i++)
        g_thread_join (queue.threads[i]);
      for (int i = 0; i < N_WAITERS; i++)
        g_assert_cmpint (queue.waiters[i].turn / 2, ==, (int) queue.waiters[i].priority);
    }
}

static void
nice_worker (int      thread,
             size_t   begin,
             size_t   end,
             gpointer user_data)
{
  int *niceness = user_data;

  niceness[thread] = getpriority (PRIO_PROCESS, (id_t) syscall (SYS_gettid));
}

/* Trainings step behind everything else on the machine where they are asked to; nothing else
 * does. */
static void
test_background (void)
{
  const int own = getpriority (PRIO_PROCESS, 0);

  for (int background = 0; background < 2; background++)
    for (int priority = 0; priority < OTO_N_PRIORITIES; priority++)
      {
        g_autoptr (OtoEngine) engine = oto_engine_new (3, background);
        const gboolean is_behind = background && priority == OTO_PRIORITY_TRAINING;
        int niceness[3] = { 100, 100, 100 };

        oto_engine_run (engine, priority, 3, nice_worker, niceness);
        for (int i = 0; i < 3; i++)
          g_assert_cmpint (niceness[i], ==, is_behind ? MIN (own + 10, 19) : own);
      }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/base/engine/ranges-cover-once", test_ranges);
  g_test_add_func ("/base/engine/zero-means-all-cores", test_all_cores);
  g_test_add_func ("/base/engine/callers-get-their-own", test_callers);
  g_test_add_func ("/base/engine/one-job-at-a-time", test_turns);
  g_test_add_func ("/base/engine/urgent-first", test_priorities);
  g_test_add_func ("/base/engine/background-is-for-training", test_background);

  return g_test_run ();
}
