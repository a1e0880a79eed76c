/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test.h"

#include "nn/oto-gru.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Milliseconds per clip of one direction of recurrent layers, one thread: inference, the forward
 * and the backward pass of training, and the packing of the weights, which is done once for each
 * step. Usage: bench-gru [RUNS] */

typedef struct
{
  const char  *name;
  OtoGruConfig config;
  int          n_frames;
} Case;

/* TALNet's layer, that of its smaller sibling, and the gated CRNN's. */
static const Case cases[] = {
  { "talnet", { OTO_GRU_KIND_TORCH, FALSE, 1024, 512 }, 77 },
  { "talnet-small", { OTO_GRU_KIND_TORCH, FALSE, 1024, 100 }, 311 },
  { "gated-crnn", { OTO_GRU_KIND_KERAS_SIGMOID, FALSE, 256, 128 }, 311 },
};

static const int groups[] = { 1, 4, 12 };

typedef struct
{
  OtoGruConfig config;
  OtoGruParams params;
  OtoGruGrads  grads;
  int          n_clips, n_frames;
  float       *values, *d_values;        /* of all parameters */
  float       *x, *d_x, *y, *d_y, *prepared, *kept, *scratch;
} Bench;

typedef void (*Measured) (Bench *self);

/* Processor time of this thread, so that other programs hardly count. */
static double
get_time_ms (void)
{
  struct timespec now;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now);
  return now.tv_sec * 1e3 + now.tv_nsec * 1e-6;
}

static int
compare (const void *a,
         const void *b)
{
  const double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

static void
run_prepare (Bench *self)
{
  oto_gru_prepare (&self->config, &self->params, TRUE, self->prepared);
}

static void
run_inference (Bench *self)
{
  oto_gru_forward (&self->config, self->prepared, self->n_clips, self->n_frames, self->x, self->y,
                   self->config.n_units, NULL, self->scratch);
}

static void
run_forward (Bench *self)
{
  oto_gru_forward (&self->config, self->prepared, self->n_clips, self->n_frames, self->x, self->y,
                   self->config.n_units, self->kept, self->scratch);
}

static void
run_backward (Bench *self)
{
  oto_gru_backward (&self->config, &self->params, self->prepared, self->n_clips, self->n_frames,
                    self->x, self->y, self->config.n_units, self->d_y, self->config.n_units,
                    self->kept, FALSE, self->d_x, &self->grads, self->scratch);
}

static double
measure (Bench    *self,
         Measured  measured,
         int       n_runs)
{
  g_autofree double *times = g_new (double, n_runs);

  for (int run = -1; run < n_runs; run++)
    {
      double begin;

      /* The backward pass overwrites what the forward pass keeps. */
      run_forward (self);
      begin = get_time_ms ();
      measured (self);
      if (run >= 0)
        times[run] = get_time_ms () - begin;
    }
  qsort (times, n_runs, sizeof *times, compare);
  return times[n_runs / 2];
}

static float *
fill_new (size_t  n,
          guint64 seed,
          float   scale)
{
  float *values = g_new (float, n);

  oto_test_fill (values, n, seed);
  for (size_t i = 0; i < n; i++)
    values[i] *= scale;
  return values;
}

static void
bench_init (Bench      *self,
            const Case *bench_case,
            int         n_clips)
{
  const OtoGruConfig config = bench_case->config;
  const size_t c = config.n_inputs, u = config.n_units;
  const size_t n_rows = (size_t) n_clips * bench_case->n_frames;
  const size_t n_params = 3 * u * (c + u + 2);
  float *v, *d;

  *self = (Bench) { .config = config, .n_clips = n_clips, .n_frames = bench_case->n_frames };
  v = self->values = fill_new (n_params, 1, 0.05f);
  d = self->d_values = g_new0 (float, n_params);
  self->params = (OtoGruParams) { v, v + 3 * u * c, v + 3 * u * (c + u), NULL };
  self->grads = (OtoGruGrads) { d, d + 3 * u * c, d + 3 * u * (c + u), NULL };
  self->x = fill_new (n_rows * c, 2, 1.f);
  self->d_x = g_new (float, n_rows * c);
  self->y = g_new (float, n_rows * u);
  self->d_y = fill_new (n_rows * u, 3, 1.f);
  self->prepared = g_new (float, oto_gru_get_prepared_len (&config, TRUE));
  self->kept = g_new (float, oto_gru_get_kept_len (&config, n_clips, self->n_frames));
  self->scratch = g_new (float, oto_gru_get_scratch_len (&config, n_clips, self->n_frames, FALSE));
}

static void
bench_clear (Bench *self)
{
  g_free (self->values);
  g_free (self->d_values);
  g_free (self->x);
  g_free (self->d_x);
  g_free (self->y);
  g_free (self->d_y);
  g_free (self->prepared);
  g_free (self->kept);
  g_free (self->scratch);
}

static void
bench_group (const Case *bench_case,
             int         n_clips,
             int         n_runs)
{
  const double macs = 3.0 * bench_case->config.n_units * bench_case->n_frames *
                      (bench_case->config.n_inputs + bench_case->config.n_units);
  double inference, forward, backward;
  Bench bench;

  bench_init (&bench, bench_case, n_clips);
  run_prepare (&bench);
  inference = measure (&bench, run_inference, n_runs) / n_clips;
  forward = measure (&bench, run_forward, n_runs) / n_clips;
  backward = measure (&bench, run_backward, n_runs) / n_clips;
  g_print ("%-13s %5d %10.2f %10.1f %10.2f %10.2f %10.2f\n", bench_case->name, n_clips,
           inference, macs / inference * 1e-6, forward, backward,
           measure (&bench, run_prepare, n_runs));
  bench_clear (&bench);
}

int
main (int   argc,
      char *argv[])
{
  const int n_runs = argc > 1 ? MAX (1, atoi (argv[1])) : 7;
  g_autoptr (GError) error = NULL;

  if (!oto_blas_init (&error))
    {
      g_printerr ("%s\n", error->message);
      return 1;
    }

  g_print ("one direction, ms per clip on one thread\n");
  g_print ("layer         clips  inference      GMAC/s    forward   backward    prepare\n");
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    for (guint j = 0; j < G_N_ELEMENTS (groups); j++)
      bench_group (&cases[i], groups[j], n_runs);
  return 0;
}
