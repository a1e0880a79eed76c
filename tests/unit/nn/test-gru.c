/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "nn/oto-gru.h"
#include "oto-test.h"

#include <math.h>
#include <string.h>

#define LIMIT      5e-6
#define GRAD_LIMIT 2e-5

static const int sizes[][4] = {          /* clips, frames, inputs, units */
  { 1, 1, 1, 1 }, { 1, 1, 3, 5 }, { 2, 7, 5, 3 }, { 3, 4, 1, 9 }, { 1, 5, 6, 17 },
  { 13, 3, 4, 8 },
};

/* Too large for slopes. */
static const int large_size[4] = { 13, 11, 40, 70 };

#define N_KINDS (OTO_GRU_KIND_KERAS_TANH + 1)

/* In the order of OtoGruParams. */
enum { W, U, B, B2, N_PARAMS };

/* A layer, a group of clips and all that comes of them. y and d_y are the second half of rows of
 * 2 u + 1 floats. */
typedef struct
{
  OtoGruConfig config;
  int n_clips, n_frames, stride;
  size_t lens[N_PARAMS], x_len, y_len;
  float *params[N_PARAMS], *grads[N_PARAMS];
  float *x, *d_x, *y, *d_y, *prepared, *kept, *scratch;
} Layer;

static void
layer_init (Layer      *self,
            OtoGruKind  kind,
            gboolean    is_reverse,
            const int  *size)
{
  const size_t n_rows = (size_t) size[0] * size[1], u = size[3];
  const OtoGruConfig config = { kind, is_reverse, size[2], size[3] };

  *self = (Layer) {
    .config = config,
    .n_clips = size[0],
    .n_frames = size[1],
    .stride = 2 * size[3] + 1,
    .lens = { 3 * u * size[2], 3 * u * u, 3 * u, kind == OTO_GRU_KIND_TORCH ? 3 * u : 0 },
    .x_len = n_rows * size[2],
  };
  self->y_len = n_rows * self->stride;
  for (int i = 0; i < N_PARAMS; i++)
    {
      self->params[i] = self->lens[i] > 0 ? g_new (float, self->lens[i]) : NULL;
      self->grads[i] = self->lens[i] > 0 ? g_new0 (float, self->lens[i]) : NULL;
      oto_test_fill (self->params[i], self->lens[i], 10 + i);
      /* Large enough that some of Keras' gates are clipped; a state does not explode. */
      for (size_t j = 0; j < self->lens[i]; j++)
        self->params[i][j] *= i == U ? 1.5f / sqrtf (u) : 2.f;
    }
  self->x = g_new (float, self->x_len);
  self->d_x = g_new0 (float, self->x_len);
  self->y = g_new (float, self->y_len);
  self->d_y = g_new (float, self->y_len);
  oto_test_fill (self->x, self->x_len, 1);
  oto_test_fill (self->y, self->y_len, 2);
  oto_test_fill (self->d_y, self->y_len, 3);
  self->prepared = g_new (float, oto_gru_get_prepared_len (&config, TRUE));
  self->kept = g_new (float, oto_gru_get_kept_len (&config, size[0], size[1]));
  self->scratch = g_new (float, oto_gru_get_scratch_len (&config, size[0], size[1], TRUE));
}

static void
layer_clear (Layer *self)
{
  for (int i = 0; i < N_PARAMS; i++)
    {
      g_free (self->params[i]);
      g_free (self->grads[i]);
    }
  g_free (self->x);
  g_free (self->d_x);
  g_free (self->y);
  g_free (self->d_y);
  g_free (self->prepared);
  g_free (self->kept);
  g_free (self->scratch);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Layer, layer_clear)

static OtoGruParams
get_params (const Layer *self)
{
  return (OtoGruParams) { self->params[W], self->params[U], self->params[B], self->params[B2] };
}

static void
layer_forward (Layer *self)
{
  const OtoGruParams params = get_params (self);

  oto_gru_prepare (&self->config, &params, TRUE, self->prepared);
  oto_gru_forward (&self->config, self->prepared, self->n_clips, self->n_frames, self->x,
                   self->y + self->config.n_units, self->stride, self->kept, self->scratch);
}

static void
layer_backward (Layer    *self,
                gboolean  adds_d_x)
{
  const OtoGruParams params = get_params (self);
  const OtoGruGrads grads = {
    self->grads[W], self->grads[U], self->grads[B], self->grads[B2],
  };

  oto_gru_backward (&self->config, &params, self->prepared, self->n_clips, self->n_frames,
                    self->x, self->y + self->config.n_units, self->stride,
                    self->d_y + self->config.n_units, self->stride, self->kept, adds_d_x,
                    self->d_x, &grads, self->scratch);
}

static double
logistic (double v)
{
  return 1.0 / (1.0 + exp (-v));
}

/* Row @row of a matrix (rows, n) times a vector. */
static double
multiply_row (const double *matrix,
              int           row,
              const double *vector,
              int           n)
{
  double sum = 0.0;

  for (int i = 0; i < n; i++)
    sum += matrix[row * n + i] * vector[i];
  return sum;
}

static double
activate_naive (OtoGruKind kind,
                double     v)
{
  switch (kind)
    {
    case OTO_GRU_KIND_KERAS_LINEAR:
      return v;
    case OTO_GRU_KIND_KERAS_SIGMOID:
      return logistic (v);
    case OTO_GRU_KIND_TORCH:
    case OTO_GRU_KIND_KERAS_TANH:
      return tanh (v);
    }
  g_assert_not_reached ();
}

/* h after a frame of input x (C). */
static void
step_naive (const OtoGruConfig  *config,
            double *const       *params,
            const double        *x,
            double              *h)
{
  const int u = config->n_units;
  const gboolean is_torch = config->kind == OTO_GRU_KIND_TORCH;
  g_autofree double *gates = g_new (double, 2 * u), *reset_h = g_new (double, u);
  g_autofree double *after = g_new (double, u);
  const double *update = gates + (is_torch ? u : 0), *reset = gates + (is_torch ? 0 : u);

  for (int i = 0; i < 2 * u; i++)
    {
      const double v = multiply_row (params[W], i, x, config->n_inputs) + params[B][i] +
                       multiply_row (params[U], i, h, u) + (is_torch ? params[B2][i] : 0.0);

      gates[i] = is_torch ? logistic (v) : CLAMP (0.2 * v + 0.5, 0.0, 1.0);
    }
  for (int i = 0; i < u; i++)
    reset_h[i] = reset[i] * h[i];

  for (int i = 0; i < u; i++)
    {
      const int row = 2 * u + i;
      const double of_x = multiply_row (params[W], row, x, config->n_inputs) + params[B][row];
      const double of_h = is_torch
                          ? reset[i] * (multiply_row (params[U], row, h, u) + params[B2][row])
                          : multiply_row (params[U], row, reset_h, u);

      after[i] = update[i] * h[i] + (1.0 - update[i]) * activate_naive (config->kind, of_x + of_h);
    }
  memcpy (h, after, u * sizeof *h);
}

/* y is (N, T, u) without gaps. */
static void
forward_naive (const Layer   *self,
               double *const *params,
               const double  *x,
               double        *ret_y)
{
  const int u = self->config.n_units, n_frames = self->n_frames;
  g_autofree double *h = g_new (double, u);

  for (int n = 0; n < self->n_clips; n++)
    {
      memset (h, 0, u * sizeof *h);
      for (int s = 0; s < n_frames; s++)
        {
          const int t = n * n_frames + (self->config.is_reverse ? n_frames - 1 - s : s);

          step_naive (&self->config, params, x + t * self->config.n_inputs, h);
          memcpy (ret_y + t * u, h, u * sizeof *h);
        }
    }
}

static double *
dup_double (const float *values,
            size_t       n)
{
  double *copy = g_new (double, MAX (n, 1));

  for (size_t i = 0; i < n; i++)
    copy[i] = (double) values[i];
  return copy;
}

/* The parameters and the input in double. */
typedef struct
{
  double *params[N_PARAMS], *x, *y;
} Naive;

static void
naive_init (Naive       *self,
            const Layer *layer)
{
  for (int i = 0; i < N_PARAMS; i++)
    self->params[i] = dup_double (layer->params[i], layer->lens[i]);
  self->x = dup_double (layer->x, layer->x_len);
  self->y = g_new (double, layer->n_clips * layer->n_frames * layer->config.n_units);
}

static void
naive_clear (Naive *self)
{
  for (int i = 0; i < N_PARAMS; i++)
    g_free (self->params[i]);
  g_free (self->x);
  g_free (self->y);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Naive, naive_clear)

/* sum (d_y y) */
static double
compute_loss (const Layer *layer,
              Naive       *naive)
{
  const int u = layer->config.n_units;
  double loss = 0.0;

  forward_naive (layer, naive->params, naive->x, naive->y);
  for (int r = 0; r < layer->n_clips * layer->n_frames; r++)
    for (int i = 0; i < u; i++)
      loss += (double) layer->d_y[r * layer->stride + u + i] * naive->y[r * u + i];
  return loss;
}

static void
check_slopes (const Layer *layer,
              Naive       *naive,
              double      *values,
              const float *grads,
              size_t       n)
{
  const double step = 1e-6;
  g_autofree float *expected = g_new (float, MAX (n, 1));

  for (size_t i = 0; i < n; i++)
    {
      const double value = values[i];
      double loss;

      values[i] = value + step;
      loss = compute_loss (layer, naive);
      values[i] = value - step;
      expected[i] = (float) ((loss - compute_loss (layer, naive)) / (2.0 * step));
      values[i] = value;
    }
  if (n > 0)
    oto_assert_rel_below (grads, expected, n, GRAD_LIMIT);
}

/* All kinds in both directions at one size. */
static void
for_each_layer (const int *size,
                void     (*check) (Layer *layer))
{
  for (OtoGruKind kind = 0; kind < N_KINDS; kind++)
    for (int is_reverse = 0; is_reverse < 2; is_reverse++)
      {
        g_auto (Layer) layer = { 0 };

        layer_init (&layer, kind, is_reverse, size);
        check (&layer);
      }
}

static void
check_forward (Layer *layer)
{
  const int u = layer->config.n_units;
  g_auto (Naive) naive = { 0 };
  g_autofree float *expected = g_memdup2 (layer->y, layer->y_len * sizeof (float));

  naive_init (&naive, layer);
  forward_naive (layer, naive.params, naive.x, naive.y);
  for (int r = 0; r < layer->n_clips * layer->n_frames; r++)
    for (int i = 0; i < u; i++)
      expected[r * layer->stride + u + i] = (float) naive.y[r * u + i];

  layer_forward (layer);
  oto_assert_rel_below (layer->y, expected, layer->y_len, LIMIT);
  /* What lies between the rows is as it was. */
  for (int r = 0; r < layer->n_clips * layer->n_frames; r++)
    for (int i = 0; i < layer->stride; i++)
      if (i < u || i >= 2 * u)
        g_assert_cmpfloat (layer->y[r * layer->stride + i], ==,
                           expected[r * layer->stride + i]);
}

static void
test_forward (void)
{
  for (guint s = 0; s < G_N_ELEMENTS (sizes); s++)
    for_each_layer (sizes[s], check_forward);
  for_each_layer (large_size, check_forward);
}

static void
check_gradients (Layer *layer)
{
  g_auto (Naive) naive = { 0 };

  naive_init (&naive, layer);
  layer_forward (layer);
  layer_backward (layer, FALSE);
  check_slopes (layer, &naive, naive.x, layer->d_x, layer->x_len);
  for (int i = 0; i < N_PARAMS; i++)
    check_slopes (layer, &naive, naive.params[i], layer->grads[i], layer->lens[i]);
}

static void
test_gradients (void)
{
  for (guint s = 0; s < G_N_ELEMENTS (sizes); s++)
    for_each_layer (sizes[s], check_gradients);
}

/* Both sides of the clipping are met by the sizes above. */
static void
test_some_gates_are_clipped (void)
{
  g_auto (Layer) layer = { 0 };
  const int u = sizes[2][3], n_rows = sizes[2][0] * sizes[2][1];
  int n_clipped = 0;

  layer_init (&layer, OTO_GRU_KIND_KERAS_TANH, FALSE, sizes[2]);
  layer_forward (&layer);
  for (int r = 0; r < n_rows; r++)
    for (int i = 0; i < 2 * u; i++)
      {
        const float gate = layer.kept[r * 4 * u + i];

        n_clipped += gate == 0.f || gate == 1.f;
      }
  g_assert_cmpint (n_clipped, >, 2 * u * n_rows / 50);
  g_assert_cmpint (n_clipped, <, 2 * u * n_rows / 2);
}

/* A state that is never let go stays 0 and passes nothing on. */
static void
test_clipped_update_holds_state (void)
{
  g_auto (Layer) layer = { 0 };
  const int u = sizes[2][3];

  layer_init (&layer, OTO_GRU_KIND_KERAS_LINEAR, FALSE, sizes[2]);
  for (int i = 0; i < u; i++)
    layer.params[B][i] = 100.f;
  layer_forward (&layer);
  layer_backward (&layer, FALSE);
  for (int r = 0; r < layer.n_clips * layer.n_frames; r++)
    for (int i = 0; i < u; i++)
      g_assert_cmpfloat (layer.y[r * layer.stride + u + i], ==, 0.f);
  for (size_t i = 0; i < layer.lens[W]; i++)
    g_assert_cmpfloat (layer.grads[W][i], ==, 0.f);
  for (size_t i = 0; i < layer.x_len; i++)
    g_assert_cmpfloat (layer.d_x[i], ==, 0.f);
}

/* Turns the frames of every clip round. */
static void
reverse_frames (float *values,
                int    n_clips,
                int    n_frames,
                int    row_len)
{
  for (int n = 0; n < n_clips; n++, values += n_frames * row_len)
    for (int t = 0; t < n_frames / 2; t++)
      for (int l = 0; l < row_len; l++)
        {
          float *a = &values[t * row_len + l], *b = &values[(n_frames - 1 - t) * row_len + l];
          const float value = *a;

          *a = *b;
          *b = value;
        }
}

static void
test_reverse_is_reversed_input (void)
{
  for (OtoGruKind kind = 0; kind < N_KINDS; kind++)
    {
      g_auto (Layer) forward = { 0 }, reverse = { 0 };
      const int *size = sizes[2];

      layer_init (&forward, kind, FALSE, size);
      layer_init (&reverse, kind, TRUE, size);
      reverse_frames (forward.x, size[0], size[1], size[2]);
      reverse_frames (forward.y, size[0], size[1], forward.stride);
      reverse_frames (forward.d_y, size[0], size[1], forward.stride);
      layer_forward (&forward);
      layer_forward (&reverse);
      layer_backward (&forward, FALSE);
      layer_backward (&reverse, FALSE);
      reverse_frames (forward.y, size[0], size[1], forward.stride);
      reverse_frames (forward.d_x, size[0], size[1], size[2]);
      g_assert_cmpmem (forward.y, forward.y_len * sizeof (float),
                       reverse.y, reverse.y_len * sizeof (float));
      oto_assert_rel_below (forward.d_x, reverse.d_x, forward.x_len, 1e-6);
      for (int i = 0; i < N_PARAMS; i++)
        if (forward.lens[i] > 0)
          oto_assert_rel_below (forward.grads[i], reverse.grads[i], forward.lens[i], 2e-6);
    }
}

static void
check_inference (Layer *layer)
{
  const OtoGruConfig *config = &layer->config;
  const OtoGruParams params = get_params (layer);
  g_autofree float *prepared = g_new (float, oto_gru_get_prepared_len (config, FALSE));
  g_autofree float *y = g_memdup2 (layer->y, layer->y_len * sizeof (float));
  g_autofree float *scratch = g_new (float, oto_gru_get_scratch_len (config, layer->n_clips,
                                                                     layer->n_frames, FALSE));

  oto_gru_prepare (config, &params, FALSE, prepared);
  oto_gru_forward (config, prepared, layer->n_clips, layer->n_frames, layer->x,
                   y + config->n_units, layer->stride, NULL, scratch);
  layer_forward (layer);
  g_assert_cmpmem (y, layer->y_len * sizeof *y, layer->y, layer->y_len * sizeof *y);
}

static void
test_inference_keeps_nothing (void)
{
  for_each_layer (sizes[2], check_inference);
}

/* The same layer, given some of the clips, computes the same bits for them. */
static void
check_clips (const Layer *whole,
             int          first,
             int          n_clips)
{
  const size_t x_pos = whole->x_len / whole->n_clips * first;
  const size_t y_pos = whole->y_len / whole->n_clips * first;
  const int size[4] = { n_clips, whole->n_frames, whole->config.n_inputs, whole->config.n_units };
  g_auto (Layer) part = { 0 };

  layer_init (&part, whole->config.kind, whole->config.is_reverse, size);
  memcpy (part.x, whole->x + x_pos, part.x_len * sizeof (float));
  memcpy (part.y, whole->y + y_pos, part.y_len * sizeof (float));
  memcpy (part.d_y, whole->d_y + y_pos, part.y_len * sizeof (float));
  layer_forward (&part);
  layer_backward (&part, FALSE);
  g_assert_cmpmem (part.y, part.y_len * sizeof (float),
                   whole->y + y_pos, part.y_len * sizeof (float));
  g_assert_cmpmem (part.d_x, part.x_len * sizeof (float),
                   whole->d_x + x_pos, part.x_len * sizeof (float));
}

static void
check_groups (Layer *layer)
{
  layer_forward (layer);
  layer_backward (layer, FALSE);
  for (int n = 0; n < layer->n_clips; n++)
    check_clips (layer, n, 1);
  check_clips (layer, 0, 8);
  check_clips (layer, 8, 5);
}

static void
test_groups_do_not_matter (void)
{
  for_each_layer (sizes[5], check_groups);
  for_each_layer (large_size, check_groups);
}

static void
check_added (Layer *layer)
{
  g_auto (Layer) twice = { 0 };
  const int size[4] = {
    layer->n_clips, layer->n_frames, layer->config.n_inputs, layer->config.n_units,
  };

  layer_init (&twice, layer->config.kind, layer->config.is_reverse, size);
  layer_forward (layer);
  layer_backward (layer, FALSE);

  oto_test_fill (twice.d_x, twice.x_len, 4);
  for (int i = 0; i < 2; i++)
    {
      layer_forward (&twice);
      layer_backward (&twice, i > 0);
    }

  for (size_t i = 0; i < layer->x_len; i++)
    layer->d_x[i] *= 2.f;
  oto_assert_rel_below (twice.d_x, layer->d_x, layer->x_len, 1e-6);
  for (int i = 0; i < N_PARAMS; i++)
    for (size_t j = 0; j < layer->lens[i]; j++)
      layer->grads[i][j] *= 2.f;
  for (int i = 0; i < N_PARAMS; i++)
    if (layer->lens[i] > 0)
      oto_assert_rel_below (twice.grads[i], layer->grads[i], layer->lens[i], 1e-6);
}

static void
test_gradients_are_added (void)
{
  for_each_layer (sizes[2], check_added);
}

static void
check_nan (Layer *layer)
{
  const size_t clip_len = layer->y_len / layer->n_clips;
  const int u = layer->config.n_units, t = layer->config.is_reverse ? 0 : layer->n_frames - 1;

  layer->x[layer->x_len / layer->n_clips] = NAN;
  layer->x[2 * layer->x_len / layer->n_clips - 1] = NAN;
  layer_forward (layer);
  for (size_t i = 0; i < layer->y_len; i++)
    if (i < clip_len || i >= 2 * clip_len)
      g_assert_true (isfinite (layer->y[i]));
  for (int i = 0; i < u; i++)
    g_assert_true (isnan (layer->y[clip_len + t * layer->stride + u + i]));
}

/* What is not a number is seen by the loss, and stays in its clip. */
static void
test_nan_stays_in_clip (void)
{
  for_each_layer (sizes[3], check_nan);
}

/* PyTorch's layers without a second bias are those where it is 0. */
static void
test_second_bias_is_optional (void)
{
  g_auto (Layer) with = { 0 }, without = { 0 };

  layer_init (&with, OTO_GRU_KIND_TORCH, FALSE, sizes[2]);
  layer_init (&without, OTO_GRU_KIND_TORCH, FALSE, sizes[2]);
  memset (with.params[B2], 0, with.lens[B2] * sizeof (float));
  g_clear_pointer (&without.params[B2], g_free);
  g_clear_pointer (&without.grads[B2], g_free);
  layer_forward (&with);
  layer_forward (&without);
  layer_backward (&with, FALSE);
  layer_backward (&without, FALSE);
  g_assert_cmpmem (with.y, with.y_len * sizeof (float), without.y, with.y_len * sizeof (float));
  g_assert_cmpmem (with.d_x, with.x_len * sizeof (float),
                   without.d_x, with.x_len * sizeof (float));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_true (oto_blas_init (NULL));
  g_test_add_func ("/nn/gru/forward/matches-naive", test_forward);
  g_test_add_func ("/nn/gru/backward/matches-slopes", test_gradients);
  g_test_add_func ("/nn/gru/backward/gradients-are-added", test_gradients_are_added);
  g_test_add_func ("/nn/gru/keras/some-gates-are-clipped", test_some_gates_are_clipped);
  g_test_add_func ("/nn/gru/keras/clipped-update-holds-state", test_clipped_update_holds_state);
  g_test_add_func ("/nn/gru/torch/second-bias-is-optional", test_second_bias_is_optional);
  g_test_add_func ("/nn/gru/reverse-is-reversed-input", test_reverse_is_reversed_input);
  g_test_add_func ("/nn/gru/inference-keeps-nothing", test_inference_keeps_nothing);
  g_test_add_func ("/nn/gru/groups-do-not-matter", test_groups_do_not_matter);
  g_test_add_func ("/nn/gru/nan-stays-in-clip", test_nan_stays_in_clip);
  return g_test_run ();
}
