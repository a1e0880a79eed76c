/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test.h"

#include "nn/oto-activation.h"
#include "nn/oto-gwrp.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Microseconds per class of a clip of global weighted rank pooling, one thread, on masks of several
 * kinds: forward with an order; the gradient of the logits in two steps, over a map of its own;
 * that in place, with the order and without. Usage: bench-gwrp [RUNS] */

enum { ROW_LEN = 311 * 64, N_CLASSES = 10 };

typedef struct
{
  float   *masks, *work;                 /* (K, M) */
  guint32 *order;                        /* (K, M) */
  void    *scratch;
  float    y[N_CLASSES], d_y[N_CLASSES];
} Bench;

typedef void (*Measured) (Bench  *self,
                          double  decay);

/* Processor time of this thread, so that other programs hardly count. */
static double
get_time_us (void)
{
  struct timespec now;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now);
  return now.tv_sec * 1e6 + now.tv_nsec * 1e-3;
}

static int
compare (const void *a,
         const void *b)
{
  const double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

static void
run_forward (Bench  *self,
             double  decay)
{
  oto_gwrp_forward (self->masks, N_CLASSES, ROW_LEN, decay, self->y, self->order, self->scratch);
}

static void
run_backward (Bench  *self,
              double  decay)
{
  const size_t len = (size_t) N_CLASSES * ROW_LEN;

  memset (self->work, 0, len * sizeof (float));
  oto_gwrp_backward (self->d_y, self->order, N_CLASSES, ROW_LEN, decay, self->work,
                     self->scratch);
  oto_activation_sigmoid_backward (self->masks, self->work, len, self->work);
}

static void
run_in_place (Bench  *self,
              double  decay)
{
  oto_gwrp_backward_logits (self->d_y, self->work, self->order, N_CLASSES, ROW_LEN, decay,
                            self->work, self->scratch);
}

static void
run_in_place_sorting (Bench  *self,
                      double  decay)
{
  oto_gwrp_backward_logits (self->d_y, self->work, NULL, N_CLASSES, ROW_LEN, decay,
                            self->work, self->scratch);
}

static double
measure (Bench    *self,
         Measured  measured,
         double    decay,
         int       n_runs)
{
  g_autofree double *times = g_new (double, n_runs);

  for (int run = -1; run < n_runs; run++)
    {
      double begin;

      /* What works in place finds masks there. */
      memcpy (self->work, self->masks, (size_t) N_CLASSES * ROW_LEN * sizeof (float));
      begin = get_time_us ();
      measured (self, decay);
      if (run >= 0)
        times[run] = (get_time_us () - begin) / N_CLASSES;
    }
  qsort (times, n_runs, sizeof *times, compare);
  return times[n_runs / 2];
}

/* Sigmoids of logits that are about normal: the sum of twelve uniform numbers in [-1, 1) has a
 * standard deviation of 2. */
static void
fill_masks (float *masks,
            float  mean,
            float  deviation)
{
  const size_t len = (size_t) N_CLASSES * ROW_LEN;
  g_autofree float *uniform = g_new (float, len);

  for (size_t i = 0; i < len; i++)
    masks[i] = mean;
  for (int j = 0; j < 12; j++)
    {
      oto_test_fill (uniform, len, 1 + j);
      for (size_t i = 0; i < len; i++)
        masks[i] += deviation / 2.f * uniform[i];
    }
  oto_activation_sigmoid (masks, len, masks);
}

static void
bench_masks (Bench      *self,
             const char *name,
             int         n_runs)
{
  static const double decays[] = { 0.0, 0.5, 0.9, 0.99, 0.999, 0.9998, 1.0 };

  for (guint d = 0; d < G_N_ELEMENTS (decays); d++)
    {
      const double decay = decays[d];
      const double forward = measure (self, run_forward, decay, n_runs);

      g_print ("%-10s %6g %6" G_GSIZE_FORMAT " %9.1f %9.1f %9.1f %9.1f\n", name, decay,
               oto_gwrp_get_n_ranks (ROW_LEN, decay), forward,
               measure (self, run_backward, decay, n_runs),
               measure (self, run_in_place, decay, n_runs),
               measure (self, run_in_place_sorting, decay, n_runs));
    }
}

int
main (int   argc,
      char *argv[])
{
  const int n_runs = argc > 1 ? MAX (1, atoi (argv[1])) : 21;
  const size_t len = (size_t) N_CLASSES * ROW_LEN;
  Bench bench = {
    .masks = g_new (float, len),
    .work = g_new (float, len),
    .order = g_new (guint32, len),
    .scratch = g_malloc (oto_gwrp_get_scratch_bytes (ROW_LEN)),
  };

  for (int k = 0; k < N_CLASSES; k++)
    bench.d_y[k] = 1.f;

  g_print ("311 x 64, us per class on one thread\n");
  g_print ("masks       decay  ranks   forward  backward  in place  and sorts\n");
  fill_masks (bench.masks, -4.f, 2.f);
  bench_masks (&bench, "usual", n_runs);
  fill_masks (bench.masks, 0.f, 40.f);
  bench_masks (&bench, "saturated", n_runs);
  fill_masks (bench.masks, -4.f, 0.f);
  bench_masks (&bench, "equal", n_runs);

  g_free (bench.masks);
  g_free (bench.work);
  g_free (bench.order);
  g_free (bench.scratch);
  return 0;
}
