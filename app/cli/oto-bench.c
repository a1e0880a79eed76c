/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "cli/oto-bench.h"

#include "base/oto-machine.h"
#include "layers/oto-conv-layer.h"
#include "models/oto-network.h"
#include "nn/oto-conv2d-kernels.h"
#include "nn/oto-conv2d.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Products are measured at the size of the default front end. */
#define N_FRAMES 311
#define N_MELS 64
#define N_SAMPLES 320000

/* A measurement lasts about so long, but has at least three runs. */
#define MEASURE_S 1.5
#define MEASURE_GEMM_S 0.4
#define MIN_RUNS 3
#define MAX_RUNS 200

/* Values are drawn for so many and then repeated: drawing takes longer than what is measured. */
#define N_DRAWN 65536

static int
compare_doubles (gconstpointer a,
                 gconstpointer b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

static double
get_time_s (const OtoBenchResult *result)
{
  struct timespec now;

  clock_gettime (result->is_cpu_time ? CLOCK_PROCESS_CPUTIME_ID : CLOCK_MONOTONIC, &now);
  return now.tv_sec + now.tv_nsec * 1e-9;
}

/**
 * oto_bench_measure:
 * @func: what to measure
 * @data: for @func
 * @n_clips: clips that one call takes
 * @wanted_s: about how long the runs should last together
 * @result: (inout): says which time counts, gets the times
 *
 * Runs @func once to warm up, then again and again.
 *
 * Returns: %FALSE when @func fails
 */
gboolean
oto_bench_measure (OtoBenchFunc    func,
                   gpointer        data,
                   int             n_clips,
                   double          wanted_s,
                   OtoBenchResult *result)
{
  double seconds[MAX_RUNS], sum = 0.0;
  int n = 0;

  if (!func (data))
    return FALSE;
  while (n < MAX_RUNS && (n < MIN_RUNS || sum < wanted_s))
    {
      const double begin_s = get_time_s (result);

      if (!func (data))
        return FALSE;
      seconds[n] = get_time_s (result) - begin_s;
      sum += seconds[n++];
    }

  qsort (seconds, n, sizeof *seconds, compare_doubles);
  result->n_runs = n;
  result->median_s = 0.5 * (seconds[(n - 1) / 2] + seconds[n / 2]) / n_clips;
  result->min_s = seconds[0] / n_clips;
  result->max_s = seconds[n - 1] / n_clips;
  result->peak_mib = oto_machine_get_peak_memory_mib ();
  return TRUE;
}

/**
 * oto_bench_fill:
 * @values: (out caller-allocates): (len)
 * @len: how many
 *
 * Fills memory with values like standardised ones, so that its pages are there and no number is
 * special.
 */
void
oto_bench_fill (float  *values,
                size_t  len)
{
  const size_t n_drawn = MIN (len, N_DRAWN);
  OtoRng rng;

  oto_rng_init (&rng, 1);
  for (size_t i = 0; i < n_drawn; i++)
    values[i] = (float) oto_rng_normal (&rng);
  for (size_t i = n_drawn; i < len; i++)
    values[i] = values[i - n_drawn];
}

/* --- networks --- */

gboolean
oto_bench_network_infer (gpointer data)
{
  OtoBenchNetwork *network = data;

  return oto_model_forward (network->model, network->x, network->batch, OTO_MODEL_EVAL,
                            network->wanted_maps);
}

gboolean
oto_bench_network_train (gpointer data)
{
  OtoBenchNetwork *network = data;
  OtoModelLoss loss;
  size_t len;
  float *params = oto_model_get_params (network->model, &len);

  if (!oto_model_train_step (network->model, network->x, network->y, network->batch, &loss))
    return FALSE;
  oto_adam_begin_step (&network->adam);
  oto_adam_step_range (&network->adam, oto_model_get_grads (network->model), 0, len, params);
  oto_model_weights_changed (network->model);
  return TRUE;
}

/* Three events a clip. */
static void
fill_targets (OtoBenchNetwork *network)
{
  const int n_classes = network->config.n_classes;
  OtoRng rng;

  oto_rng_init (&rng, 1);
  memset (network->y, 0, (size_t) network->batch * n_classes * sizeof (float));
  for (int n = 0; n < network->batch; n++)
    for (int i = 0; i < 3; i++)
      network->y[n * n_classes + oto_rng_below (&rng, n_classes)] = 1.f;
}

/**
 * oto_bench_network_open:
 * @network: (out caller-allocates): a network with a batch; to be closed in any case
 * @settings: its system and width
 * @batch: its clips
 * @n_threads: its threads
 * @training: whether it must be able to train
 * @error: set on failure
 *
 * Returns: whether there is memory for it
 */
gboolean
oto_bench_network_open (OtoBenchNetwork         *network,
                        const OtoBenchSettings  *settings,
                        int                      batch,
                        int                      n_threads,
                        gboolean                 training,
                        GError                 **error)
{
  OtoModelConfig *config = &network->config;
  size_t len, x_len, y_len;

  *network = (OtoBenchNetwork) { .batch = batch };
  if (!oto_model_config_init_published (config, settings->system, settings->width, error))
    return FALSE;
  x_len = (size_t) batch * config->n_frames * config->n_mels;
  y_len = (size_t) batch * config->n_classes;
  network->engine = oto_engine_new (n_threads, FALSE);
  network->model = oto_model_new (config, 1, network->engine, OTO_PRIORITY_BATCH, error);
  if (network->model == NULL)
    return FALSE;
  oto_model_get_params (network->model, &len);
  if (!oto_model_reserve (network->model, batch, training ? OTO_MODEL_TRAIN : OTO_MODEL_EVAL,
                          error)
      || !oto_adam_init (&network->adam, training ? len : 1, 1e-3, error)
      || (network->x = oto_try_alloc (x_len, sizeof (float), error)) == NULL
      || (network->y = oto_try_alloc (y_len, sizeof (float), error)) == NULL)
    return FALSE;
  oto_bench_fill (network->x, x_len);
  fill_targets (network);
  return TRUE;
}

void
oto_bench_network_close (OtoBenchNetwork *network)
{
  oto_free (network->x);
  oto_free (network->y);
  oto_adam_clear (&network->adam);
  oto_model_free (network->model);
  oto_engine_unref (network->engine);
}

/**
 * oto_bench_network:
 * @bench: what to measure, and where results go
 * @what: "infer", the whole network; "probs", all but the decoder; or "train"
 * @error: set on failure
 *
 * Inference or training steps of the network in the settings.
 *
 * Returns: whether there was memory for it
 */
gboolean
oto_bench_network (OtoBench    *bench,
                   const char  *what,
                   GError     **error)
{
  const OtoBenchSettings *settings = bench->settings;
  const gboolean training = g_str_equal (what, "train");
  const int batch = settings->batch > 0 ? settings->batch : training ? 8 : 1;
  OtoBenchResult result = { what, settings->system->name,
                            settings->width, batch, settings->n_threads };
  OtoBenchNetwork network;
  gboolean ok;

  oto_machine_reset_peak_memory ();
  ok = oto_bench_network_open (&network, settings, batch, settings->n_threads, training, error);
  if (ok)
    {
      network.wanted_maps = g_str_equal (what, "infer") ? ~0u : 0;
      ok = oto_bench_measure (training ? oto_bench_network_train : oto_bench_network_infer,
                              &network, batch, MEASURE_S, &result);
      g_assert (ok);
      oto_bench_take_result (bench, &result);
    }
  oto_bench_network_close (&network);
  return ok;
}

/* --- features --- */

typedef struct
{
  OtoLogmel *logmel;
  float     *samples;
  float     *features;
} LogmelRun;

static gboolean
logmel_once (gpointer data)
{
  LogmelRun *run = data;

  oto_logmel_compute (run->logmel, run->samples, N_SAMPLES, run->features);
  return TRUE;
}

/* Features of noise. */
gboolean
oto_bench_logmel (OtoBench  *bench,
                  GError   **error)
{
  const OtoLogmelConfig *config = &oto_logmel_config_default;
  OtoBenchResult result = { .what = "logmel", .batch = 1, .n_threads = 1, .is_cpu_time = TRUE };
  LogmelRun run;
  OtoRng rng;

  oto_machine_reset_peak_memory ();
  run.logmel = oto_logmel_new (config, error);
  if (run.logmel == NULL)
    return FALSE;

  run.samples = g_new (float, N_SAMPLES);
  run.features = g_new (float, oto_logmel_get_n_frames (run.logmel, N_SAMPLES) * config->n_mels);
  oto_rng_init (&rng, 1);
  for (int i = 0; i < N_SAMPLES; i++)
    run.samples[i] = (float) oto_rng_range (&rng, -0.5, 0.5);
  oto_bench_measure (logmel_once, &run, 1, MEASURE_S, &result);
  oto_bench_take_result (bench, &result);

  g_free (run.samples);
  g_free (run.features);
  oto_logmel_free (run.logmel);
  return TRUE;
}

/* --- convolutions and their products --- */

/* Tiles whose products are worked on together, and points of a tile; 311 x 64 are 1248 tiles. */
#define BLOCK_TILES 32
#define N_BLOCKS 39
#define N_POINTS 36

typedef struct
{
  OtoConv2dShape shape;
  gboolean       use_blas;
  float         *x, *y;          /* (T, F, C_in), (T, F, C_out) */
  float         *filters;
  float         *scratch;
} LayerRun;

static gboolean
layer_once (gpointer data)
{
  LayerRun *run = data;

  oto_conv2d_forward (&run->shape, run->filters, NULL, run->x, 0, N_FRAMES, run->y, NULL, NULL,
                      run->scratch);
  return TRUE;
}

/* The 36 products of every block of a clip, as Winograd's transform needs them. */
static gboolean
products_once (gpointer data)
{
  LayerRun *run = data;
  const OtoConv2dKernels *kernels = oto_conv2d_get_kernels ();
  const int c_in = run->shape.c_in, c_out = run->shape.c_out;

  for (int block = 0; block < N_BLOCKS; block++)
    for (int p = 0; p < N_POINTS; p++)
      {
        const float *a = run->x + (size_t) p * BLOCK_TILES * c_in;
        const float *b = run->filters + (size_t) p * c_in * c_out;
        float *c = run->y + (size_t) p * BLOCK_TILES * c_out;
        const OtoConv2dRows rows = { { a }, 1, c_in, c_in };

        if (run->use_blas)
          oto_blas_gemm (FALSE, FALSE, BLOCK_TILES, c_out, c_in, 1.f, a, c_in, b, c_out,
                         0.f, c, c_out);
        else
          kernels->multiply (&rows, BLOCK_TILES, c_out, b, c, c_out);
      }
  return TRUE;
}

static void
measure_layer (OtoBench     *bench,
               const char   *what,
               OtoBenchFunc  func,
               LayerRun     *run,
               double        flops)
{
  OtoBenchResult result = { .what = what, .width = bench->settings->width, .batch = 1,
                            .n_threads = 1, .c_in = run->shape.c_in, .c_out = run->shape.c_out,
                            .is_cpu_time = TRUE };

  oto_bench_measure (func, run, 1, MEASURE_GEMM_S, &result);
  result.gflops = flops / result.median_s * 1e-9;
  result.peak_share = result.gflops / bench->core_peak_gflops;
  oto_bench_take_result (bench, &result);
}

static gboolean
bench_layer (OtoBench  *bench,
             int        c_in,
             int        c_out,
             GError   **error)
{
  const size_t n_places = (size_t) N_FRAMES * N_MELS;
  const size_t n_weights = (size_t) c_in * c_out;
  const double products_flops = 2.0 * N_BLOCKS * BLOCK_TILES * N_POINTS * n_weights;
  LayerRun run = { .shape = { N_FRAMES, N_MELS, c_in, c_out, 3, 3, 1 } };
  const size_t filters_len = MAX (oto_conv2d_get_filters_len (&run.shape), N_POINTS * n_weights);
  const size_t scratch_len = oto_conv2d_get_scratch_len (&run.shape);
  gboolean ok;

  oto_machine_reset_peak_memory ();
  ok = (run.x = oto_try_alloc (n_places * c_in, sizeof (float), error)) != NULL
       && (run.y = oto_try_alloc (n_places * c_out, sizeof (float), error)) != NULL
       && (run.filters = oto_try_alloc (filters_len, sizeof (float), error)) != NULL
       && (run.scratch = oto_try_alloc (scratch_len, sizeof (float), error)) != NULL;
  if (ok)
    {
      oto_bench_fill (run.x, n_places * c_in);
      oto_bench_fill (run.filters, filters_len);
      measure_layer (bench, "layer", layer_once, &run, 18.0 * n_places * n_weights);
      if (oto_conv2d_choose_path (&run.shape) == OTO_CONV2D_WINOGRAD)
        {
          measure_layer (bench, "gemm", products_once, &run, products_flops);
          run.use_blas = TRUE;
          measure_layer (bench, "openblas", products_once, &run, products_flops);
        }
    }

  oto_free (run.scratch);
  oto_free (run.filters);
  oto_free (run.y);
  oto_free (run.x);
  return ok;
}

/* The 3x3 convolutions of the network, each pair of channels once. */
gboolean
oto_bench_gemm (OtoBench  *bench,
                GError   **error)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);
  g_autoptr (OtoNetwork) network = NULL;
  OtoModelConfig config;

  if (!oto_model_config_init_published (&config, bench->settings->system, bench->settings->width,
                                        error))
    return FALSE;

  network = oto_network_new (&config);
  for (guint i = 0; i < oto_graph_get_n_layers (network->graph); i++)
    {
      const OtoConv2dShape *shape =
        oto_conv_layer_get_shape (oto_graph_get_layer (network->graph, i));

      if (shape == NULL || shape->kernel_frames != 3 || shape->kernel_mels != 3
          || !g_hash_table_add (seen, GINT_TO_POINTER (shape->c_in << 16 | shape->c_out)))
        continue;
      oto_cli_progress (bench->options, "Convolutions",
                        (double) i / oto_graph_get_n_layers (network->graph));
      if (!bench_layer (bench, shape->c_in, shape->c_out, error))
        return FALSE;
    }
  return TRUE;
}
