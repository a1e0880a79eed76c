/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test.h"

#include "nn/oto-conv2d-private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Milliseconds per clip of every layer of the encoder, one thread, forward and gradient of the
 * weights, on both paths, and the path that is chosen. The gradient of the input is the forward
 * pass of the layer with channels exchanged. GFLOP/s are those of the direct sum, whatever the
 * path. Usage: bench-conv2d [WIDTH [RUNS]] */

enum { N_FRAMES = 311, N_MELS = 64 };

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

typedef struct
{
  const OtoConv2dShape *shape;
  OtoConv2dPrologue     prologue;
  float                *x;
  float                *y;
  float                *filters;
  float                *scratch;
} Layer;

static double
measure (Layer   *layer,
         gboolean winograd,
         gboolean weights,
         int      n_runs)
{
  g_autofree double *times = g_new (double, n_runs);
  const OtoConv2dShape *shape = layer->shape;
  const OtoConv2dPrologue *prologue = &layer->prologue;
  const float *filters = layer->filters, *x = layer->x;
  float *y = layer->y, *scratch = layer->scratch;

  if (winograd && !oto_conv2d_winograd_is_possible (shape))
    return NAN;
  for (int run = -1; run < n_runs; run++)
    {
      const double begin = get_time_ms ();

      if (winograd && weights)
        oto_conv2d_winograd_backward_weights (shape, prologue, x, y, 0, N_FRAMES, NULL,
                                              NULL, layer->filters, scratch);
      else if (winograd)
        oto_conv2d_winograd_forward (shape, filters, prologue, x, 0, N_FRAMES, y, NULL, NULL,
                                     scratch);
      else if (weights)
        oto_conv2d_direct_backward_weights (shape, prologue, x, y, 0, N_FRAMES, NULL, NULL,
                                            layer->filters, scratch);
      else
        oto_conv2d_direct_forward (shape, filters, prologue, x, 0, N_FRAMES, y, NULL, NULL,
                                     scratch);
      if (run >= 0)
        times[run] = get_time_ms () - begin;
    }
  qsort (times, n_runs, sizeof *times, compare);
  return times[n_runs / 2];
}

static void
print_times (double   direct,
             double   winograd,
             gboolean winograd_chosen,
             double   flops)
{
  const double chosen = winograd_chosen ? winograd : direct;

  g_print (" %9.3f%s %9.3f%s %7.0f", direct, winograd_chosen ? " " : "*",
           winograd, winograd_chosen ? "*" : " ", flops / chosen * 1e-6);
}

static double
bench_layer (int c_in,
             int c_out,
             int n_runs)
{
  const OtoConv2dShape shape = { N_FRAMES, N_MELS, c_in, c_out, 3, 1 };
  const size_t n_places = (size_t) N_FRAMES * N_MELS;
  const size_t filters_len = MAX (oto_conv2d_get_filters_len (&shape), 36 * (size_t) c_in * c_out);
  const double flops = 2.0 * 9 * c_in * c_out * n_places;
  const gboolean is_winograd = oto_conv2d_choose_path (&shape) == OTO_CONV2D_WINOGRAD;
  g_autofree float *ones = g_new (float, c_in);
  g_autofree float *zeros = g_new0 (float, c_in);
  Layer layer = { &shape, { ones, zeros } };
  double direct[2], winograd[2];

  for (int i = 0; i < c_in; i++)
    ones[i] = 1.f;
  layer.x = oto_try_alloc (n_places * c_in, sizeof (float), NULL);
  layer.y = oto_try_alloc (n_places * c_out, sizeof (float), NULL);
  layer.filters = oto_try_alloc (filters_len, sizeof (float), NULL);
  layer.scratch = oto_try_alloc (oto_conv2d_get_scratch_len (&shape), sizeof (float), NULL);
  oto_test_fill (layer.x, n_places * c_in, 1);
  oto_test_fill (layer.filters, filters_len, 2);

  for (int weights = 0; weights < 2; weights++)
    {
      direct[weights] = measure (&layer, FALSE, weights, n_runs);
      winograd[weights] = measure (&layer, TRUE, weights, n_runs);
    }
  g_print ("%4d -> %-4d", c_in, c_out);
  print_times (direct[0], winograd[0], is_winograd, flops);
  print_times (direct[1], winograd[1],
               oto_conv2d_choose_weights_path (&shape) == OTO_CONV2D_WINOGRAD, flops);
  g_print ("\n");

  oto_free (layer.x);
  oto_free (layer.y);
  oto_free (layer.filters);
  oto_free (layer.scratch);
  return is_winograd ? winograd[0] : direct[0];
}

int
main (int   argc,
      char *argv[])
{
  const double width = argc > 1 ? g_ascii_strtod (argv[1], NULL) : 0.25;
  const int n_runs = argc > 2 ? MAX (1, atoi (argv[2])) : 5;
  const int channels[8] = { 32, 32, 64, 64, 128, 128, 256, 256 };
  double sum = 0.0;
  int c_in = 1;

  g_print ("311 x 64, kernels %s, ms per clip on one thread, * is chosen\n",
           oto_conv2d_get_kernel_set ());
  g_print ("                forward                      gradient of the weights\n");
  g_print ("              direct   winograd  GFLOP/s     direct   winograd  GFLOP/s\n");
  for (int i = 0; i < 8; i++)
    {
      const int c_out = MAX (1, (int) (channels[i] * width + 0.5));

      sum += bench_layer (c_in, c_out, n_runs);
      if (c_in != c_out)
        bench_layer (c_out, c_in, n_runs);
      c_in = c_out;
    }
  g_print ("the encoder forward: %.2f ms\n", sum);
  return 0;
}
