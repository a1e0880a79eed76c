/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test.h"

#include "nn/oto-conv2d-private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Milliseconds per clip, one thread, forward and gradient of the weights. The gradient of the input
 * is the forward pass of the layer with channels exchanged. First the layers of the encoder on both
 * paths, and the path that is chosen; then the kinds of layers that other networks have, on the
 * path that is chosen. GFLOP/s are those of the direct sum, whatever the path; GB/s count every
 * value of the layer's two maps once. Usage: bench-conv2d [WIDTH [RUNS]] */

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
  const OtoConv2dFuncs *path;       /* that run_path_… take */
  OtoConv2dPrologue     prologue;
  int                   n_frames;   /* of y */
  size_t                x_len;
  size_t                y_len;
  float                *x;
  float                *y;
  float                *filters;
  float                *scratch;
} Layer;

static size_t
get_n_places (const OtoConv2dShape *shape)
{
  return (size_t) oto_conv2d_get_out_frames (shape) * oto_conv2d_get_out_mels (shape);
}

static void
layer_init (Layer                *self,
            const OtoConv2dShape *shape)
{
  size_t filters_len = oto_conv2d_get_filters_len (shape);
  size_t scratch_len = oto_conv2d_get_scratch_len (shape);
  float *scale = g_new (float, shape->c_in);

  for (int i = 0; i < shape->c_in; i++)
    scale[i] = 1.f;

  /* Paths that are not chosen are measured, too. */
  if (!shape->is_depthwise)
    {
      filters_len = MAX (filters_len, oto_conv2d_direct.get_filters_len (shape));
      scratch_len = MAX (scratch_len, oto_conv2d_direct.get_scratch_len (shape));
    }
  if (oto_conv2d_winograd.is_possible (shape))
    {
      filters_len = MAX (filters_len, oto_conv2d_winograd.get_filters_len (shape));
      scratch_len = MAX (scratch_len, oto_conv2d_winograd.get_scratch_len (shape));
    }
  *self = (Layer) {
    .shape = shape,
    .prologue = { scale, g_new0 (float, shape->c_in) },
    .x_len = (size_t) shape->n_frames * shape->n_mels * shape->c_in,
    .y_len = get_n_places (shape) * shape->c_out,
  };
  self->n_frames = oto_conv2d_get_out_frames (shape);
  self->x = oto_try_alloc (self->x_len, sizeof (float), NULL);
  self->y = oto_try_alloc (self->y_len, sizeof (float), NULL);
  self->filters = oto_try_alloc (filters_len, sizeof (float), NULL);
  self->scratch = oto_try_alloc (scratch_len, sizeof (float), NULL);
  oto_test_fill (self->x, self->x_len, 1);
  oto_test_fill (self->filters, filters_len, 2);
}

static void
layer_clear (Layer *self)
{
  g_free ((float *) self->prologue.scale);
  g_free ((float *) self->prologue.shift);
  oto_free (self->x);
  oto_free (self->y);
  oto_free (self->filters);
  oto_free (self->scratch);
}

static void
run_path_forward (Layer *layer)
{
  layer->path->forward (layer->shape, layer->filters, &layer->prologue, layer->x,
                        0, layer->n_frames, layer->y, NULL, NULL, layer->scratch);
}

static void
run_path_weights (Layer *layer)
{
  layer->path->backward_weights (layer->shape, &layer->prologue, layer->x, layer->y,
                                 0, layer->n_frames, NULL, NULL, layer->filters,
                                 layer->scratch);
}

static void
run_forward (Layer *layer)
{
  oto_conv2d_forward (layer->shape, layer->filters, &layer->prologue, layer->x,
                      0, layer->n_frames, layer->y, NULL, NULL, layer->scratch);
}

/* As the gradient of the input is computed: without a prologue. */
static void
run_plain (Layer *layer)
{
  oto_conv2d_forward (layer->shape, layer->filters, NULL, layer->x,
                      0, layer->n_frames, layer->y, NULL, NULL, layer->scratch);
}

static void
run_weights (Layer *layer)
{
  oto_conv2d_backward_weights (layer->shape, &layer->prologue, layer->x, layer->y,
                               0, layer->n_frames, NULL, NULL, layer->filters,
                               layer->scratch);
}

static void
run_copy (Layer *layer)
{
  memcpy (layer->y, layer->x, MIN (layer->x_len, layer->y_len) * sizeof (float));
}

static double
measure (Layer *layer,
         void (*run) (Layer *layer),
         int    n_runs)
{
  g_autofree double *times = g_new (double, n_runs);

  for (int i = -1; i < n_runs; i++)
    {
      const double begin = get_time_ms ();

      run (layer);
      if (i >= 0)
        times[i] = get_time_ms () - begin;
    }
  qsort (times, n_runs, sizeof *times, compare);
  return times[n_runs / 2];
}

static double
get_flops (const OtoConv2dShape *shape)
{
  return 2.0 * shape->kernel_frames * shape->kernel_mels *
         (shape->is_depthwise ? 1 : shape->c_in) * shape->c_out * get_n_places (shape);
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

/* Forward and gradient of the weights, or NAN where the path cannot take the layer. */
static void
measure_path (Layer                *layer,
              const OtoConv2dFuncs *path,
              gboolean              is_possible,
              int                   n_runs,
              double                times[2])
{
  layer->path = path;
  times[0] = is_possible ? measure (layer, run_path_forward, n_runs) : NAN;
  times[1] = is_possible ? measure (layer, run_path_weights, n_runs) : NAN;
}

static double
bench_paths (const OtoConv2dShape *shape,
             int                   n_runs)
{
  const gboolean chosen = oto_conv2d_choose_path (shape) == OTO_CONV2D_WINOGRAD;
  double direct[2], winograd[2];
  Layer layer;

  layer_init (&layer, shape);
  measure_path (&layer, &oto_conv2d_direct, TRUE, n_runs, direct);
  measure_path (&layer, &oto_conv2d_winograd, oto_conv2d_winograd.is_possible (shape), n_runs,
                winograd);
  layer_clear (&layer);

  g_print ("%4d x %-3d %4d -> %-4d", shape->n_frames, shape->n_mels, shape->c_in, shape->c_out);
  for (int i = 0; i < 2; i++)
    print_times (direct[i], winograd[i], chosen, get_flops (shape));
  g_print ("\n");
  return chosen ? winograd[0] : direct[0];
}

static double
bench_encoder_layer (int c_in,
                     int c_out,
                     int n_runs)
{
  return bench_paths (&(OtoConv2dShape) { N_FRAMES, N_MELS, c_in, c_out, 3, 3, 1 }, n_runs);
}

static void
bench_encoder (double width,
               int    n_runs)
{
  const int channels[8] = { 32, 32, 64, 64, 128, 128, 256, 256 };
  double sum = 0.0;
  int c_in = 1;

  g_print ("                           forward                      gradient of the weights\n");
  g_print ("                         direct   winograd  GFLOP/s     direct   winograd  GFLOP/s\n");
  for (int i = 0; i < 8; i++)
    {
      const int c_out = MAX (1, (int) (channels[i] * width + 0.5));

      sum += bench_encoder_layer (c_in, c_out, n_runs);
      if (c_in != c_out)
        bench_encoder_layer (c_out, c_in, n_runs);
      c_in = c_out;
    }
  g_print ("the encoder forward: %.2f ms\n\n", sum);
}

/* The deep layers of CNN14: fewer bins with every pooling, and twice the channels. */
static void
bench_deep (double width,
            int    n_runs)
{
  int n_frames = 250, n_mels = 16, c_in = MAX (1, (int) (128 * width + 0.5));

  for (int b = 0; b < 4; b++, c_in *= 2)
    {
      bench_paths (&(OtoConv2dShape) { n_frames, n_mels, c_in, 2 * c_in, 3, 3, 1 }, n_runs);
      bench_paths (&(OtoConv2dShape) { n_frames, n_mels, 2 * c_in, 2 * c_in, 3, 3, 1 }, n_runs);
      n_frames /= 2;
      n_mels /= 2;
    }
  g_print ("\n");
}

static void
bench_layer (const OtoConv2dShape *shape,
             int                   n_runs)
{
  Layer layer;
  double flops, bytes;

  layer_init (&layer, shape);
  flops = get_flops (shape);
  bytes = (layer.x_len + layer.y_len) * sizeof (float);
  g_print ("%4d x %-3d %4d -> %-4d %dx%d %d", shape->n_frames, shape->n_mels,
           shape->c_in, shape->c_out, shape->kernel_frames, shape->kernel_mels, shape->dilation);
  for (int i = 0; i < 3; i++)
    {
      const double ms = measure (&layer, i == 0 ? run_forward : i == 1 ? run_plain : run_weights,
                                 n_runs);

      g_print ("  %8.3f %5.0f %5.1f", ms, flops / ms * 1e-6, bytes / ms * 1e-6);
    }
  layer_clear (&layer);
  g_print ("\n");
}

static void
bench_copy (int n_channels,
            int n_runs)
{
  const OtoConv2dShape shape = { N_FRAMES, N_MELS, n_channels, n_channels, 1, 1, 1 };
  double ms;
  Layer layer;

  layer_init (&layer, &shape);
  ms = measure (&layer, run_copy, n_runs);
  g_print ("copying %d x %d x %d: %.3f ms, %.1f GB/s\n", N_FRAMES, N_MELS, n_channels, ms,
           (layer.x_len + layer.y_len) * sizeof (float) / ms * 1e-6);
  layer_clear (&layer);
}

/* T, F, C_in, C_out, kernel along T and F, dilation, whether depthwise, padding. */
static const OtoConv2dShape other_layers[] =
{
  /* Dilated, of Atrous: the last two at a quarter of their width. */
  { 311, 64, 1, 64, 5, 5, 1 },     { 311, 64, 64, 128, 5, 5, 2 },
  { 311, 64, 32, 64, 5, 5, 4 },    { 311, 64, 64, 128, 5, 5, 8 },

  /* Few bins, as after pooling. */
  { 155, 32, 32, 64, 3, 3, 1 },    { 77, 16, 64, 128, 3, 3, 1 },
  { 77, 8, 128, 256, 3, 3, 1 },    { 77, 4, 256, 256, 3, 3, 1 },
  { 77, 2, 256, 512, 3, 3, 1 },    { 311, 4, 64, 256, 3, 3, 1 },
  { 155, 32, 32, 64, 5, 5, 1 },    { 14, 2, 512, 1024, 2, 2, 1, FALSE, OTO_CONV2D_VALID },

  /* Along time, mel bins as channels. */
  { 896, 1, 128, 128, 3, 1, 1 },   { 896, 1, 128, 256, 1, 1, 1 },
  { 224, 1, 384, 384, 3, 1, 1 },   { 56, 1, 384, 384, 3, 1, 1 },
  { 56, 1, 1024, 1024, 1, 1, 1 },

  /* Depthwise separable, of DDC. */
  { 311, 64, 32, 32, 3, 3, 1, TRUE },   { 311, 64, 64, 64, 3, 3, 2, TRUE },
  { 311, 64, 128, 128, 3, 3, 1, TRUE }, { 311, 64, 128, 128, 3, 3, 8, TRUE },
  { 311, 64, 64, 128, 1, 1, 1 },        { 311, 64, 128, 41, 1, 1, 1 },
};

int
main (int   argc,
      char *argv[])
{
  const double width = argc > 1 ? g_ascii_strtod (argv[1], NULL) : 0.25;
  const int n_runs = argc > 2 ? MAX (1, atoi (argv[2])) : 5;

  g_print ("Kernels %s, ms per clip on one thread\n\n", oto_conv2d_get_kernel_set ());
  g_print ("The encoder at %d x %d, * is chosen\n", N_FRAMES, N_MELS);
  bench_encoder (width, n_runs);
  g_print ("Deep layers\n");
  bench_deep (width, n_runs);

  bench_copy (128, n_runs);
  g_print ("                              forward                without prologue       "
           "gradient of the weights\n"
           "                                    ms GFLOP  GB/s        ms GFLOP  GB/s"
           "        ms GFLOP  GB/s\n");
  for (guint i = 0; i < G_N_ELEMENTS (other_layers); i++)
    bench_layer (&other_layers[i], n_runs);
  return 0;
}
