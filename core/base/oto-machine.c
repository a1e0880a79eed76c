/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "base/oto-machine.h"

#include "base/oto-blas.h"
#include "base/oto-machine-kernels.h"
#include "base/oto-workers.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

/* The best of a few runs is what the machine can do; the others met something else at work. */
#define N_RUNS 5

/* Longer than a third-level cache, and copied from one half to the other. */
#define COPY_BYTES (64 * 1024 * 1024)

/* Columns of a product that OpenBLAS cuts into blocks. */
#define GEMM_LEN 512

#define N_MULTIPLY_ADDS 1000000

typedef struct
{
  char  **memory;                /* (n_threads) */
  double *rates;                 /* (n_threads): best so far, operations or bytes a second */
} Job;

/**
 * oto_machine_dup_cpu_name:
 *
 * Returns: (transfer full): the processor's name as the system tells it, or "unknown"
 */
char *
oto_machine_dup_cpu_name (void)
{
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;

  if (!g_file_get_contents ("/proc/cpuinfo", &text, NULL, NULL))
    return g_strdup ("unknown");

  lines = g_strsplit (text, "\n", -1);
  for (char **line = lines; *line != NULL; line++)
    if (g_str_has_prefix (*line, "model name") && strchr (*line, ':') != NULL)
      return g_strdup (g_strstrip (strchr (*line, ':') + 1));
  return g_strdup ("unknown");
}

/* Processor time of this thread, so that other programs hardly count. */
static double
get_thread_time_s (void)
{
  struct timespec now;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now);
  return now.tv_sec + now.tv_nsec * 1e-9;
}

static void
take_rate (Job    *job,
           int     thread,
           double  work,
           double  begin_s)
{
  const double seconds = MAX (1e-9, get_thread_time_s () - begin_s);

  job->rates[thread] = MAX (job->rates[thread], work / seconds);
}

/* The best run of each thread, while all are at work; their sum in billions a second. */
static double
measure (OtoWorkers     *workers,
         OtoWorkersFunc  func,
         Job            *job)
{
  const int n_threads = oto_workers_get_n_threads (workers);
  g_autofree double *rates = g_new0 (double, n_threads);
  double sum = 0.0;

  job->rates = rates;
  for (int run = 0; run < N_RUNS; run++)
    oto_workers_run (workers, n_threads, func, job);
  for (int i = 0; i < n_threads; i++)
    sum += rates[i];
  return sum * 1e-9;
}

static void
multiply_add_worker (int      thread,
                     size_t   begin,
                     size_t   end,
                     gpointer user_data)
{
  const double begin_s = get_thread_time_s ();
  float value;

  take_rate (user_data, thread, oto_machine_multiply_add (N_MULTIPLY_ADDS, &value), begin_s);
}

/**
 * oto_machine_measure_peak_gflops: (skip)
 * @workers: the threads to measure
 *
 * Returns: multiply-adds on registers alone, each counted as two operations, in billions a second
 */
double
oto_machine_measure_peak_gflops (OtoWorkers *workers)
{
  Job job = { 0 };

  g_return_val_if_fail (workers != NULL, 0.0);

  return measure (workers, multiply_add_worker, &job);
}

static void
copy_worker (int      thread,
             size_t   begin,
             size_t   end,
             gpointer user_data)
{
  Job *job = user_data;
  char *memory = job->memory[thread];
  const double begin_s = get_thread_time_s ();

  memcpy (memory, memory + COPY_BYTES / 2, COPY_BYTES / 2);
  take_rate (job, thread, COPY_BYTES, begin_s);
}

/* Fresh memory of every thread, @len bytes that are not zero, so that the pages are there. */
static char **
make_memory (OtoWorkers *workers,
             size_t      len)
{
  const int n_threads = oto_workers_get_n_threads (workers);
  char **memory = g_new0 (char *, n_threads + 1);

  for (int i = 0; i < n_threads; i++)
    {
      memory[i] = g_malloc (len);
      memset (memory[i], 1, len);
    }
  return memory;
}

/**
 * oto_machine_measure_copy_gbs: (skip)
 * @workers: the threads to measure
 *
 * Returns: memory read plus memory written while copying, in 10^9 bytes a second
 */
double
oto_machine_measure_copy_gbs (OtoWorkers *workers)
{
  g_auto (GStrv) memory = NULL;
  Job job;

  g_return_val_if_fail (workers != NULL, 0.0);

  job.memory = memory = make_memory (workers, COPY_BYTES);
  return measure (workers, copy_worker, &job);
}

static void
gemm_worker (int      thread,
             size_t   begin,
             size_t   end,
             gpointer user_data)
{
  Job *job = user_data;
  float *a = (float *) job->memory[thread];
  float *b = a + GEMM_LEN * GEMM_LEN, *c = b + GEMM_LEN * GEMM_LEN;
  const double begin_s = get_thread_time_s ();

  oto_blas_gemm (FALSE, FALSE, GEMM_LEN, GEMM_LEN, GEMM_LEN, 1.f, a, GEMM_LEN, b, GEMM_LEN,
                 0.f, c, GEMM_LEN);
  take_rate (job, thread, 2.0 * GEMM_LEN * GEMM_LEN * GEMM_LEN, begin_s);
}

/**
 * oto_machine_measure_gemm_gflops: (skip)
 * @workers: the threads to measure
 *
 * OpenBLAS must be loaded: oto_blas_init().
 *
 * Returns: speed of matrix products, one on each thread, in 10^9 operations a second
 */
double
oto_machine_measure_gemm_gflops (OtoWorkers *workers)
{
  g_auto (GStrv) memory = NULL;
  Job job;

  g_return_val_if_fail (workers != NULL, 0.0);

  job.memory = memory = make_memory (workers, 3 * GEMM_LEN * GEMM_LEN * sizeof (float));
  return measure (workers, gemm_worker, &job);
}

/**
 * oto_machine_get_memory_bytes:
 *
 * Returns: the machine's memory; %SIZE_MAX when the system does not tell
 */
size_t
oto_machine_get_memory_bytes (void)
{
  long n_pages = sysconf (_SC_PHYS_PAGES);
  long page_bytes = sysconf (_SC_PAGESIZE);

  if (n_pages <= 0 || page_bytes <= 0)
    return SIZE_MAX;
  return (size_t) n_pages * (size_t) page_bytes;
}

/**
 * oto_machine_reset_peak_memory:
 *
 * Forgets how much memory this program has used at most, where the system allows that.
 */
void
oto_machine_reset_peak_memory (void)
{
  int fd = open ("/proc/self/clear_refs", O_WRONLY | O_CLOEXEC);

  if (fd < 0)
    return;
  /* 5 resets the high-water mark. A system that refuses keeps the old mark, which is still true. */
  if (write (fd, "5", 1) != 1)
    g_debug ("The peak of memory cannot be reset");
  close (fd);
}

/**
 * oto_machine_get_peak_memory_mib:
 *
 * Returns: the most memory that this program has held since the start or the last reset, in MiB
 */
double
oto_machine_get_peak_memory_mib (void)
{
  g_autofree char *text = NULL;
  const char *line = NULL;
  struct rusage usage;

  if (g_file_get_contents ("/proc/self/status", &text, NULL, NULL))
    line = strstr (text, "\nVmHWM:");
  if (line != NULL)
    return g_ascii_strtod (line + strlen ("\nVmHWM:"), NULL) / 1024.0;

  getrusage (RUSAGE_SELF, &usage);
  return usage.ru_maxrss / 1024.0;
}
