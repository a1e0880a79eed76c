/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "cli/oto-bench.h"

#include "base/oto-machine.h"
#include "layers/oto-conv-layer.h"
#include "models/oto-network.h"
#include "nn/oto-conv2d.h"

#include <string.h>

/* Of one pass of one layer. */
#define MEASURE_S 0.2
/* Of the whole network, which the layers are compared with. */
#define MEASURE_PASS_S 1.0

/* One convolution of the network, and what it reads and writes: maps of one clip. */
typedef struct
{
  OtoConv2dShape    shape, adjoint_shape;
  OtoConv2dPrologue prologue;
  gboolean          has_prologue;
  float            *weights, *d_weights;
  float            *filters, *adjoint, *d_filters;       /* prepared */
  float            *scale, *shift;                       /* (C_in) */
  float            *x, *d_x;                             /* (T, F, C_in) */
  float            *y;                                   /* (T, F, C_out), and its gradient */
  float            *scratch;
} Layer;

static void
layer_clear (Layer *self)
{
  oto_free (self->weights);
  oto_free (self->d_weights);
  oto_free (self->filters);
  oto_free (self->adjoint);
  oto_free (self->d_filters);
  oto_free (self->scale);
  oto_free (self->shift);
  oto_free (self->x);
  oto_free (self->d_x);
  oto_free (self->y);
  oto_free (self->scratch);
}

/* Floats of what a layer reads. */
static size_t
get_map_len (const OtoConv2dShape *shape)
{
  return (size_t) shape->n_frames * shape->n_mels * shape->c_in;
}

static gboolean
alloc_floats (float  **ret_memory,
              size_t   len,
              GError **error)
{
  *ret_memory = oto_try_alloc (len, sizeof (float), error);
  if (*ret_memory == NULL)
    return FALSE;
  oto_bench_fill (*ret_memory, len);
  return TRUE;
}

/* A convolution of the network, with the prologue that it applies. */
static gboolean
layer_init (Layer           *self,
            const OtoLayer  *layer,
            GError         **error)
{
  const OtoEdge *input = layer->inputs[0];
  const OtoConv2dShape *shape = oto_conv_layer_get_shape (layer);
  const int c_out = shape->c_out, c_in = shape->c_in;
  const size_t n_weights = (size_t) c_out * (shape->is_depthwise ? 1 : c_in) *
                           shape->kernel_frames * shape->kernel_mels;
  size_t filters_len, adjoint_len;

  *self = (Layer) { .has_prologue = input->is_pending, .shape = *shape };
  self->adjoint_shape = oto_conv2d_get_adjoint_shape (shape);
  filters_len = oto_conv2d_get_filters_len (&self->shape);
  adjoint_len = oto_conv2d_get_filters_len (&self->adjoint_shape);
  if (!alloc_floats (&self->weights, n_weights, error)
      || !alloc_floats (&self->d_weights, n_weights, error)
      || !alloc_floats (&self->filters, filters_len, error)
      || !alloc_floats (&self->adjoint, adjoint_len, error)
      || !alloc_floats (&self->d_filters, filters_len, error)
      || !alloc_floats (&self->scale, c_in, error)
      || !alloc_floats (&self->shift, c_in, error)
      || !alloc_floats (&self->x, get_map_len (shape), error)
      || !alloc_floats (&self->d_x, get_map_len (shape), error)
      || !alloc_floats (&self->y, get_map_len (&self->adjoint_shape), error)
      || !alloc_floats (&self->scratch, MAX (oto_conv2d_get_scratch_len (&self->shape),
                                             oto_conv2d_get_scratch_len (&self->adjoint_shape)),
                        error))
    return FALSE;
  self->prologue = input->prologue;
  self->prologue.scale = self->scale;
  self->prologue.shift = self->shift;
  oto_conv2d_prepare (&self->shape, self->weights, 0, self->shape.c_in, self->filters);
  oto_conv2d_prepare_adjoint (&self->shape, self->weights, 0, self->shape.c_out, self->adjoint);
  return TRUE;
}

static const OtoConv2dPrologue *
get_prologue (const Layer *self)
{
  return self->has_prologue ? &self->prologue : NULL;
}

static gboolean
forward_once (gpointer data)
{
  Layer *self = data;

  oto_conv2d_forward (&self->shape, self->filters, get_prologue (self), self->x, 0,
                      self->adjoint_shape.n_frames, self->y, NULL, NULL, self->scratch);
  return TRUE;
}

static gboolean
grad_x_once (gpointer data)
{
  Layer *self = data;

  oto_conv2d_forward (&self->adjoint_shape, self->adjoint, NULL, self->y, 0,
                      self->shape.n_frames, self->d_x, NULL, NULL, self->scratch);
  return TRUE;
}

static gboolean
grad_w_once (gpointer data)
{
  Layer *self = data;

  memset (self->d_filters, 0, oto_conv2d_get_filters_len (&self->shape) * sizeof (float));
  oto_conv2d_backward_weights (&self->shape, get_prologue (self), self->x, self->y, 0,
                               self->adjoint_shape.n_frames, NULL, NULL, self->d_filters,
                               self->scratch);
  oto_conv2d_finish_weights (&self->shape, self->d_filters, 0, self->shape.c_in,
                             self->d_weights);
  return TRUE;
}

/* Sums over the layers, and the whole passes that they are part of. */
typedef struct
{
  double infer_s, train_s;
  double forward_s, all_s;
} Passes;

/* Where the row stands under the roof: of one core, as the layers run on one. Each of the three
 * passes multiplies as often as the forward one, and moves the maps of both sides. */
static void
place_under_roof (const OtoBench *bench,
                  const Layer    *layer,
                  OtoBenchResult *result)
{
  const OtoConv2dShape *shape = &layer->shape;
  const double peak = bench->core_peak_gflops, copy = bench->core_copy_gbs;
  const double n_written = (double) get_map_len (&layer->adjoint_shape);
  const double flops = 2.0 * n_written * shape->kernel_frames * shape->kernel_mels
                       * (shape->is_depthwise ? 1 : shape->c_in);
  const double n_bytes = sizeof (float) * ((double) get_map_len (shape) + n_written);

  result->gflops = flops / result->median_s * 1e-9;
  result->peak_share = result->gflops / peak;
  result->intensity = flops / n_bytes;
  result->is_memory_bound = result->intensity * copy < peak;
  result->roof_gflops = MIN (peak, result->intensity * copy);
}

static void
measure_pass (OtoBench     *bench,
              const char   *what,
              const char   *name,
              OtoBenchFunc  func,
              Layer        *layer,
              Passes       *passes)
{
  const gboolean is_forward = func == forward_once;
  OtoBenchResult result = { .what = what, .system = bench->settings->system->name,
                            .width = bench->settings->width, .batch = 1, .n_threads = 1,
                            .c_in = layer->shape.c_in, .c_out = layer->shape.c_out,
                            .is_cpu_time = TRUE };

  g_strlcpy (result.layer, name, sizeof result.layer);
  oto_bench_measure (func, layer, 1, MEASURE_S, &result);
  place_under_roof (bench, layer, &result);
  result.pass_share = result.median_s / (is_forward ? passes->infer_s : passes->train_s);
  passes->forward_s += is_forward ? result.median_s : 0.0;
  passes->all_s += result.median_s;
  oto_bench_take_result (bench, &result);
}

/* The network on one core with one clip, the decoder included. */
static gboolean
measure_network (OtoBench       *bench,
                 gboolean        training,
                 OtoBenchResult *ret_result,
                 GError        **error)
{
  OtoBenchNetwork network;
  gboolean ok;

  *ret_result = (OtoBenchResult) {
    .what = training ? "pass_train" : "pass_infer", .system = bench->settings->system->name,
    .width = bench->settings->width, .batch = 1, .n_threads = 1, .is_cpu_time = TRUE,
  };
  oto_machine_reset_peak_memory ();
  ok = oto_bench_network_open (&network, bench->settings, 1, 1, training, error);
  if (ok)
    {
      network.wanted_maps = OTO_MAP_RECON;
      ok = oto_bench_measure (training ? oto_bench_network_train : oto_bench_network_infer,
                              &network, 1, MEASURE_PASS_S, ret_result);
      g_assert (ok);
      ret_result->pass_share = 1.0;
    }
  oto_bench_network_close (&network);
  return ok;
}

/* What is not convolution: batch norm, pooling in training, attention, losses, optimiser. */
static void
take_rest (OtoBench             *bench,
           const OtoBenchResult *whole,
           const char           *what,
           double                layers_s)
{
  OtoBenchResult rest = *whole;

  oto_bench_take_result (bench, whole);
  rest.what = what;
  rest.median_s = rest.min_s = rest.max_s = whole->median_s - layers_s;
  rest.pass_share = rest.median_s / whole->median_s;
  oto_bench_take_result (bench, &rest);
}

static gboolean
measure_layers (OtoBench              *bench,
                const OtoModelConfig  *config,
                Passes                *passes,
                GError               **error)
{
  g_autoptr (OtoNetwork) network = oto_network_new (config);
  const guint n = oto_graph_get_n_layers (network->graph);

  for (guint i = 0; i < n; i++)
    {
      const OtoLayer *source = oto_graph_get_layer (network->graph, i);
      Layer layer;
      gboolean ok;

      if (oto_conv_layer_get_shape (source) == NULL)
        continue;
      oto_cli_progress (bench->options, "Layers", (double) i / n);
      oto_machine_reset_peak_memory ();
      ok = layer_init (&layer, source, error);
      if (ok)
        {
          measure_pass (bench, "layer_forward", source->name, forward_once, &layer, passes);
          /* Nobody asks for the gradient of the features. */
          if (source->inputs[0]->writer != NULL)
            measure_pass (bench, "layer_grad_x", source->name, grad_x_once, &layer, passes);
          measure_pass (bench, "layer_grad_w", source->name, grad_w_once, &layer, passes);
        }
      layer_clear (&layer);
      if (!ok)
        return FALSE;
    }
  return TRUE;
}

/**
 * oto_bench_layers:
 * @bench: a benchmark whose machine is measured
 * @error: set on failure
 *
 * Measures every convolution of the network, encoder, classes and decoder, on one core: forward,
 * gradient of the input, gradient of the weights.
 *
 * Returns: %FALSE when memory is short
 */
gboolean
oto_bench_layers (OtoBench  *bench,
                  GError   **error)
{
  OtoBenchResult infer, train;
  OtoModelConfig config;
  Passes passes = { 0 };

  if (!oto_model_config_init_published (&config, bench->settings->system, bench->settings->width,
                                        error)
      || !measure_network (bench, FALSE, &infer, error)
      || !measure_network (bench, TRUE, &train, error))
    return FALSE;
  passes.infer_s = infer.median_s;
  passes.train_s = train.median_s;
  if (!measure_layers (bench, &config, &passes, error))
    return FALSE;
  take_rest (bench, &infer, "rest_infer", passes.forward_s);
  take_rest (bench, &train, "rest_train", passes.all_s);
  return TRUE;
}
