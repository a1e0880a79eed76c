/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test.h"

#include "base/oto-workers.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { MAX_ITEMS = 100, MAX_THREADS = 8 };

typedef struct
{
  int    visits[MAX_ITEMS];
  size_t begin[MAX_THREADS];
  size_t end[MAX_THREADS];
  int    n_calls;
  int    niceness;               /* the least of all threads that ran */
} Record;

static void
record_worker (int      thread,
               size_t   begin,
               size_t   end,
               gpointer user_data)
{
  Record *record = user_data;
  int niceness = getpriority (PRIO_PROCESS, (id_t) syscall (SYS_gettid));

  g_assert_cmpint (thread, <, MAX_THREADS);
  g_assert_cmpuint (begin, <, end);
  for (size_t i = begin; i < end; i++)
    g_atomic_int_inc (&record->visits[i]);
  record->begin[thread] = begin;
  record->end[thread] = end;
  g_atomic_int_inc (&record->n_calls);
  while (TRUE)
    {
      int least = g_atomic_int_get (&record->niceness);

      if (niceness >= least
          || g_atomic_int_compare_and_exchange (&record->niceness, least, niceness))
        break;
    }
}

static int n_allowed = G_MAXINT;

/* In the place of the C library's: the system refuses threads after so many. */
int
pthread_create (pthread_t             *ret_thread,
                const pthread_attr_t  *attributes,
                void                  *(*func) (void *),
                void                  *data)
{
  static int (*create) (pthread_t *, const pthread_attr_t *, void *(*) (void *), void *) = NULL;

  if (create == NULL)
    *(void **) &create = dlsym (RTLD_NEXT, "pthread_create");
  if (n_allowed <= 0)
    return EAGAIN;
  n_allowed--;
  return create (ret_thread, attributes, func, data);
}

static void
check_ranges (void)
{
  for (int background = 0; background < 2; background++)
    for (int n_threads = 1; n_threads <= 5; n_threads++)
      {
        g_autoptr (OtoWorkers) workers = oto_workers_new (n_threads, background);

        g_assert_cmpint (oto_workers_get_n_threads (workers), ==, n_threads);
        for (size_t n_items = 0; n_items <= MAX_ITEMS; n_items += n_items < 12 ? 1 : 11)
          {
            Record record = { .niceness = 100 };
            size_t pos = 0;

            oto_workers_run (workers, n_items, record_worker, &record);
            g_assert_cmpint (record.n_calls, ==, (int) MIN ((size_t) n_threads, n_items));
            for (size_t i = 0; i < MAX_ITEMS; i++)
              g_assert_cmpint (record.visits[i], ==, i < n_items);
            for (int thread = 0; thread < record.n_calls; thread++)
              {
                size_t len = record.end[thread] - record.begin[thread];

                g_assert_cmpuint (record.begin[thread], ==, pos);
                g_assert_cmpuint (len, >=, n_items / n_threads);
                g_assert_cmpuint (len, <=, n_items / n_threads + 1);
                pos = record.end[thread];
              }
          }
      }
}

static void
test_background_is_nicer (void)
{
  g_autoptr (OtoWorkers) foreground = oto_workers_new (3, FALSE);
  g_autoptr (OtoWorkers) background = oto_workers_new (3, TRUE);
  Record record = { .niceness = 100 };
  int own = getpriority (PRIO_PROCESS, 0);

  oto_workers_run (foreground, 3, record_worker, &record);
  g_assert_cmpint (record.niceness, ==, own);
  record.niceness = 100;
  oto_workers_run (background, 3, record_worker, &record);
  g_assert_cmpint (record.niceness, ==, MIN (own + 10, 19));
  g_assert_cmpint (getpriority (PRIO_PROCESS, 0), ==, own);
}

static void
add_worker (int      thread,
            size_t   begin,
            size_t   end,
            gpointer user_data)
{
  int *counter = user_data;

  for (size_t i = begin; i < end; i++)
    g_atomic_int_inc (counter);
}

typedef struct
{
  OtoWorkers *workers;
  int         counter;
} Caller;

static gpointer
call_worker (gpointer data)
{
  Caller *caller = data;

  for (int i = 0; i < 200; i++)
    oto_workers_run (caller->workers, 7, add_worker, &caller->counter);
  return NULL;
}

static void
test_callers_take_turns (void)
{
  g_autoptr (OtoWorkers) workers = oto_workers_new (3, FALSE);
  Caller callers[4];
  GThread *threads[4];

  for (int i = 0; i < 4; i++)
    {
      callers[i] = (Caller) { .workers = workers };
      threads[i] = g_thread_new ("caller", call_worker, &callers[i]);
    }
  for (int i = 0; i < 4; i++)
    {
      g_thread_join (threads[i]);
      g_assert_cmpint (callers[i].counter, ==, 200 * 7);
    }
}

static void
test_zero_means_all_cores (void)
{
  g_autoptr (OtoWorkers) workers = oto_workers_new (0, FALSE);

  g_assert_cmpint (oto_workers_get_n_cores (), >=, 1);
  g_assert_cmpint (oto_workers_get_n_threads (workers), ==, oto_workers_get_n_cores ());
}

static void
test_ranges_cover_once (void)
{
  check_ranges ();
}

/* The same ranges, whoever does them. */
static void
test_refused_threads (void)
{
  for (int i = 0; i < 5; i++)
    {
      n_allowed = i;
      check_ranges ();
    }
  n_allowed = G_MAXINT;
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/workers/run/ranges-cover-once", test_ranges_cover_once);
  g_test_add_func ("/base/workers/run/refused-threads-are-done-without", test_refused_threads);
  g_test_add_func ("/base/workers/run/background-is-nicer", test_background_is_nicer);
  g_test_add_func ("/base/workers/run/callers-take-turns", test_callers_take_turns);
  g_test_add_func ("/base/workers/new/zero-means-all-cores", test_zero_means_all_cores);
  return g_test_run ();
}
