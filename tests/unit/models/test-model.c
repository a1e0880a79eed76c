/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "encoders/oto-vgg8.h"
#include "models/oto-model-private.h"
#include "oto-test-graph.h"
#include "oto-test-model.h"

#include <math.h>
#include <string.h>

/* A small batch for a configuration. */
typedef struct
{
  OtoModelConfig config;
  int            n_batch;
  float         *x;              /* (N, T, F) */
  float         *y;              /* (N, K) */
} Batch;

/* In some form of a system, whose windows have at least that size. */
static void
batch_init_form (Batch      *self,
                 const char *system,
                 guint       form,
                 int         n_batch,
                 int         n_classes,
                 int         n_frames,
                 int         n_mels,
                 double      width)
{
  size_t n_bins;

  oto_test_init_small_config (&self->config, system, form, n_classes, n_frames, n_mels, width);
  n_bins = (size_t) self->config.n_frames * self->config.n_mels;
  self->n_batch = n_batch;
  self->x = g_new (float, n_batch * n_bins);
  self->y = g_new0 (float, n_batch * n_classes);
  oto_test_fill (self->x, n_batch * n_bins, 11);
  for (int i = 0; i < n_batch * n_classes; i += 2)
    self->y[i] = 1.f;
}

static void
batch_init (Batch      *self,
            const char *system,
            int         n_batch,
            int         n_classes,
            int         n_frames,
            int         n_mels,
            double      width)
{
  batch_init_form (self, system, 0, n_batch, n_classes, n_frames, n_mels, width);
}

static void
batch_clear (Batch *self)
{
  g_clear_pointer (&self->x, g_free);
  g_clear_pointer (&self->y, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Batch, batch_clear)

static OtoModel *
make_model (const Batch  *batch,
            int           n_threads,
            OtoModelMode  mode)
{
  g_autoptr (GError) error = NULL;
  OtoModel *model = oto_model_new (&batch->config, 5, oto_test_get_engine (n_threads),
                                   OTO_PRIORITY_BATCH, &error);

  g_assert_no_error (error);
  oto_model_reserve (model, batch->n_batch, mode, &error);
  g_assert_no_error (error);
  return model;
}

static double
get_loss (OtoModel    *model,
          const Batch *batch)
{
  OtoModelLoss loss;
  double total = 0.0;

  oto_model_weights_changed (model);
  g_assert_true (oto_model_train_step (model, batch->x, batch->y, batch->n_batch, &loss));
  g_assert_cmpuint (loss.n_terms, ==, oto_model_get_n_terms (model));
  for (guint i = 0; i < loss.n_terms; i++)
    total += model->network->terms[i].weight * loss.terms[i];
  g_assert_cmpfloat (loss.total, ==, total);
  return loss.total;
}

/* --- gradients ------------------------------------------------------------------------------ */

/* Weights on a line through what they were. */
typedef struct
{
  OtoModel     *model;
  const Batch  *batch;
  const float  *kept;            /* the weights on the line at 0 */
  const float  *kept_buffers;
  const double *direction;
  size_t        pos, len;        /* of the weights that move */
} Line;

/* What is smaller drowns in the rounding of the loss. */
#define ROUNDING 1e-6

static double
get_loss_along (double   h,
                gpointer user_data)
{
  const Line *line = user_data;
  float *params = line->model->params + line->pos;
  double loss;

  for (size_t i = 0; i < line->len; i++)
    params[i] = (float) (line->kept[i] + h * line->direction[i]);
  memcpy (line->model->buffers, line->kept_buffers, line->model->buffers_len * sizeof (float));
  loss = get_loss (line->model, line->batch);
  memcpy (params, line->kept, line->len * sizeof (float));
  return loss;
}

static double
get_length (const float *values,
            size_t       len)
{
  double sum = 0.0;

  for (size_t i = 0; i < len; i++)
    sum += (double) values[i] * values[i];
  return sqrt (sum);
}

/* A step to either side in each dimension, and some share of the gradient, along which the loss
 * moves; length 1. */
static void
draw_direction (OtoRng      *rng,
                const float *grads,
                size_t       len,
                double       share,
                double      *direction)
{
  const double length = get_length (grads, len);
  double sum = 0.0;

  for (size_t i = 0; i < len; i++)
    {
      direction[i] = (oto_rng_range (rng, -1.0, 1.0) < 0.0 ? -1.0 : 1.0) / sqrt ((double) len);
      /* A single step the other way would leave nothing. */
      if (length > 0.0)
        direction[i] = (1.0 - share) * (len > 1 ? direction[i] : 0.0) + share * grads[i] / length;
      sum += direction[i] * direction[i];
    }
  for (size_t i = 0; i < len; i++)
    direction[i] /= sqrt (sum);
}

/* Compares the loss's slope along a line with what the gradient says. */
static gboolean
check_line (Line        *line,
            const float *grads)
{
  const double length = get_length (grads, line->len);
  const double loss = get_loss_along (0.0, line);
  /* A step that moves the loss by far more than its rounding does, but not the weights by more than
   * themselves. */
  const double h = MIN (2e-3 * loss / length, 0.05 * (1.0 + get_length (line->kept, line->len)));
  double slope = 0.0;

  for (size_t i = 0; i < line->len; i++)
    slope += grads[i] * line->direction[i];
  return oto_test_is_slope (get_loss_along, line, slope, h, 0.02 * length + ROUNDING * loss / h);
}

typedef struct
{
  guint n_slopes, n_flat;
} Count;

/* A tensor without gradient has no influence, however far it moves: it stands before a norm or a
 * softmax that removes it, or nothing reads it. A backward pass that forgets it is found here. */
static gboolean
check_flat (Line *line)
{
  const double loss = get_loss_along (0.0, line);

  for (int i = 0; i < 2; i++)
    {
      const double h = (i == 0 ? 0.3 : -0.7) * sqrt ((double) line->len);
      const double moved = get_loss_along (h, line);

      if (fabs (moved - loss) > 10.0 * ROUNDING * loss)
        {
          g_test_message ("without gradient, but the loss goes from %.9g to %.9g", loss, moved);
          return FALSE;
        }
    }
  return TRUE;
}

/* Tensors that the loss takes for constants, as the released program does, though they move it. */
static gboolean
is_constant (const OtoSystem *system,
             const OtoParam  *param)
{
  static const struct { const char *system, *tensor; } rows[] =
  {
    { "mmnet", "att1.weight" }, { "mmnet", "att2.weight" },
    { "mmnet-ms", "att1.weight" }, { "mmnet-ms", "att2.weight" },
    { "mmnet-ms", "att4.weight" }, { "mmnet-ms", "att5.weight" },
    { "mmnet-ms-released", "att1.weight" }, { "mmnet-ms-released", "att2.weight" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (g_str_equal (rows[i].system, system->name) && g_str_equal (rows[i].tensor, param->name))
      return TRUE;
  return FALSE;
}

/* What rounding leaves of a gradient that something removes, as a share of the whole one. */
#define REMOVED 1e-5

/* Half along the gradient. Another direction may be clear where a kink of a deep network, or a
 * change of maximum, is near to all steps along the first. */
static gboolean
check_slopes (Line        *line,
              const float *grads,
              OtoRng      *rng,
              double      *direction)
{
  for (int i = 0; i < 3; i++)
    {
      draw_direction (rng, grads, line->len, 0.5, direction);
      if (check_line (line, grads))
        return TRUE;
    }
  return FALSE;
}

static void
check_tensor (Line           *line,
              const OtoParam *param,
              const float    *grads,
              OtoRng         *rng,
              Count          *count)
{
  g_autofree double *direction = g_new (double, param->len);
  g_autofree float *kept = g_memdup2 (line->model->params + param->pos,
                                      param->len * sizeof (float));
  const double length = get_length (grads + param->pos, param->len);
  gboolean is_flat = FALSE;

  line->pos = param->pos;
  line->len = param->len;
  line->kept = kept;
  line->direction = direction;
  if (is_constant (line->model->config.system, param))
    {
      g_assert_cmpfloat (length, ==, 0.0);
      count->n_flat++;
      return;
    }
  if (length < REMOVED * get_length (grads, line->model->params_len))
    {
      draw_direction (rng, grads + param->pos, param->len, 0.5, direction);
      is_flat = check_flat (line);
    }
  count->n_flat += is_flat;
  count->n_slopes += !is_flat;
  if (!is_flat
      && (length == 0.0 || !check_slopes (line, grads + param->pos, rng, direction)))
    {
      g_test_message ("%s, gradient of length %.6g", param->name, length);
      g_test_fail ();
    }
}

/* Along random directions of all weights at once. */
static void
check_all (Line        *line,
           const float *grads,
           OtoRng      *rng)
{
  const size_t len = line->model->params_len;
  g_autofree double *direction = g_new (double, len);
  g_autofree float *kept = g_memdup2 (line->model->params, len * sizeof (float));

  line->pos = 0;
  line->len = len;
  line->kept = kept;
  line->direction = direction;
  for (int i = 0; i < 6; i++)
    {
      draw_direction (rng, grads, len, i % 2 * 0.5, direction);
      if (!check_line (line, grads))
        {
          g_test_message ("Direction %d of all weights", i);
          g_test_fail ();
        }
    }
}

/* Values of options that show more of a gradient than published ones do. */
static void
set_telling_options (OtoModelConfig *config)
{
  static const struct { const char *name; double value; } rows[] =
  {
    { "alpha", 0.5 }, { "decay", 0.9 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (oto_model_config_has_option (config, rows[i].name))
      oto_model_config_set_option (config, rows[i].name, rows[i].value, NULL);
}

/* Probabilities near 0 and 1 would leave few digits of the loss: what makes classes is smaller.
 * Where a norm shifts by 0, channels without variance stand exactly on the kink of their ReLU:
 * shifts and scales move. */
static void
move_weights (OtoModel *model)
{
  guint n;
  const OtoParam *list = oto_graph_get_params (model->network->graph, &n);
  OtoRng rng;

  oto_rng_init (&rng, 17);
  for (guint i = 0; i < n; i++)
    {
      float *values = model->params + list[i].pos;
      const gboolean makes_classes = list[i].n_dims > 1
                                     && list[i].shape[0] == model->config.n_classes;

      for (size_t j = 0; j < list[i].len && !list[i].is_buffer; j++)
        if (list[i].init == OTO_PARAM_INIT_CONSTANT)
          values[j] += (float) oto_rng_range (&rng, -0.2, 0.2);
        else if (makes_classes)
          values[j] *= 0.25f;
    }
}

static void
check_gradients (const OtoSystem *system,
                 guint            form)
{
  g_auto (Batch) batch = { 0 };
  g_autoptr (OtoModel) model = NULL;
  g_autofree float *grads = NULL;
  g_autofree float *buffers = NULL;
  g_autofree char *name = oto_test_dup_form_name (system, form);
  Line line = { .batch = &batch };
  Count count = { 0 };
  const OtoParam *list;
  guint n, n_tensors = 0;
  OtoRng rng;

  batch_init_form (&batch, system->name, form, 3, 3, 9, 6, 0.1);
  set_telling_options (&batch.config);
  model = make_model (&batch, 1, OTO_MODEL_TRAIN);
  move_weights (model);
  buffers = g_memdup2 (model->buffers, (model->buffers_len + 1) * sizeof (float));
  line.model = model;
  line.kept_buffers = buffers;

  get_loss (model, &batch);
  grads = g_memdup2 (model->grads, model->params_len * sizeof (float));
  list = oto_graph_get_params (model->network->graph, &n);
  oto_rng_init (&rng, 31);
  check_all (&line, grads, &rng);
  /* Other forms change little: what they have of their own is part of all weights. */
  if (form > 0 || OTO_TEST_IS_SANITIZED)
    return;
  for (guint i = 0; i < n; i++)
    if (!list[i].is_buffer)
      {
        check_tensor (&line, &list[i], grads, &rng, &count);
        n_tensors++;
      }

  g_test_message ("%s: %u tensors with gradient, %u without", name, count.n_slopes, count.n_flat);
  g_assert_cmpuint (count.n_slopes + count.n_flat, ==, n_tensors);
  g_assert_cmpuint (count.n_flat, <, count.n_slopes);
}

static void
test_gradients (void)
{
  const OtoSystem *system;

  for (guint i = 0; (system = oto_systems_get (i)) != NULL; i++)
    for (guint form = 0; form < oto_test_count_forms (system); form++)
      check_gradients (system, form);
}

/* --- the same numbers ----------------------------------------------------------------------- */

/* A step of plain descent, of at most that length: a longer one throws a deep network so far that
 * roundings decide where it lands. */
static void
descend (OtoModel *model,
         double    step)
{
  const double scale = step / MAX (1.0, get_length (model->grads, model->params_len));

  for (size_t i = 0; i < model->params_len; i++)
    model->params[i] -= (float) (scale * model->grads[i]);
}

/* Three steps of plain descent; weights and statistics afterwards. */
static float *
dup_trained (const Batch *batch,
             int          n_threads,
             size_t      *ret_len)
{
  g_autoptr (OtoModel) model = make_model (batch, n_threads, OTO_MODEL_TRAIN);
  const size_t params_len = model->params_len, buffers_len = model->buffers_len;
  float *values = g_new (float, params_len + buffers_len);

  for (int step = 0; step < 3; step++)
    {
      get_loss (model, batch);
      descend (model, 0.02);
    }
  memcpy (values, model->params, params_len * sizeof (float));
  memcpy (values + params_len, model->buffers, buffers_len * sizeof (float));
  *ret_len = params_len + buffers_len;
  return values;
}

static void
test_same_numbers (void)
{
  const OtoSystem *system;

  if (OTO_TEST_IS_SANITIZED)
    {
      g_test_skip ("it is about bits; other tests take the same steps");
      return;
    }
  for (guint i = 0; (system = oto_systems_get (i)) != NULL; i++)
    for (int n_threads = 1; n_threads <= 3; n_threads++)
      {
        g_auto (Batch) batch = { 0 };
        g_autofree float *first = NULL;
        g_autofree float *second = NULL;
        g_autofree float *alone = NULL;
        size_t len;

        batch_init (&batch, system->name, 4, 3, 20, 8, 0.125);
        first = dup_trained (&batch, n_threads, &len);
        second = dup_trained (&batch, n_threads, &len);
        g_assert_cmpmem (first, len * sizeof (float), second, len * sizeof (float));

        /* Another order of sums, over three steps: some hundred roundings of 6e-8. */
        alone = dup_trained (&batch, 1, &len);
        oto_assert_rel_below (first, alone, len, 2e-5);
      }
}

static const OtoMap all_maps[] =
{
  OTO_MAP_RECON, OTO_MAP_MASK, OTO_MAP_FREQ_ATT, OTO_MAP_STEP1, OTO_MAP_TIME_ATT, OTO_MAP_CLIP_PROB,
  OTO_MAP_MEL_WEIGHTS, OTO_MAP_CONTRIBUTION,
};

static size_t
get_map_len (const OtoModelConfig *config,
             OtoMap                map)
{
  const size_t n_bins = (size_t) config->n_frames * config->n_mels;

  if (map == OTO_MAP_RECON)
    return n_bins;
  if (map == OTO_MAP_CLIP_PROB)
    return config->n_classes;
  if (map == OTO_MAP_MEL_WEIGHTS)
    return (size_t) config->n_classes * config->n_mels;
  if (map == OTO_MAP_STEP1 || map == OTO_MAP_TIME_ATT)
    return (size_t) config->n_classes * config->n_frames;
  return config->n_classes * n_bins;
}

static float *
dup_map (OtoModel *model,
         OtoMap    map,
         int       n)
{
  float *values = g_new0 (float, get_map_len (&model->config, map));

  oto_model_get_map (model, map, n, values);
  return values;
}

/* Both look the same, to the bit. */
static void
assert_same_maps (OtoModel *model,
                  OtoModel *other,
                  int       n)
{
  const guint maps = oto_model_config_get_maps (&model->config);
  guint n_maps = 0;

  for (guint m = 0; m < G_N_ELEMENTS (all_maps); m++)
    {
      g_autofree float *expected = NULL;
      g_autofree float *values = NULL;
      const size_t n_bytes = get_map_len (&model->config, all_maps[m]) * sizeof (float);

      if ((maps & all_maps[m]) == 0)
        continue;
      expected = dup_map (model, all_maps[m], n);
      values = dup_map (other, all_maps[m], n);
      g_assert_cmpmem (values, n_bytes, expected, n_bytes);
      n_maps++;
    }
  g_assert_cmpuint (n_maps, >, 0);
}

static void
forward_all (OtoModel    *model,
             const Batch *batch)
{
  g_assert_true (oto_model_forward (model, batch->x, batch->n_batch, OTO_MODEL_EVAL,
                                    oto_model_config_get_maps (&batch->config)));
}

/* Inference must not depend on how its rows are cut, nor on whether training's memory is there. */
static void
test_row_split (void)
{
  const OtoSystem *system;

  for (guint i = 0; (system = oto_systems_get (i)) != NULL; i++)
    {
      g_auto (Batch) batch = { 0 };
      g_autoptr (OtoModel) whole = NULL;
      const struct { int n_threads; OtoModelMode mode; } others[] =
      {
        { 2, OTO_MODEL_EVAL }, { 3, OTO_MODEL_EVAL }, { 7, OTO_MODEL_EVAL }, { 2, OTO_MODEL_TRAIN },
      };

      /* Large enough for Winograd's transforms, and no multiple of their rows; so many classes that
       * the local pooling works on a few frames at a time. */
      batch_init (&batch, system->name, 1, 50, 67, 64, 0.25);
      whole = make_model (&batch, 1, OTO_MODEL_EVAL);
      forward_all (whole, &batch);

      for (guint j = 0; j < G_N_ELEMENTS (others); j++)
        {
          g_autoptr (OtoModel) split = make_model (&batch, others[j].n_threads, others[j].mode);

          forward_all (split, &batch);
          assert_same_maps (whole, split, 0);
        }
    }
}

/* Memory given back and taken again, for another batch and another mode, changes nothing. */
static void
test_reserve_again (void)
{
  const OtoSystem *system;

  for (guint i = 0; (system = oto_systems_get (i)) != NULL; i++)
    {
      g_auto (Batch) batch = { 0 };
      g_autoptr (OtoModel) model = NULL;
      g_autoptr (OtoModel) moved = NULL;
      g_autoptr (GError) error = NULL;

      batch_init (&batch, system->name, 2, 3, 20, 8, 0.125);
      model = make_model (&batch, 2, OTO_MODEL_TRAIN);
      moved = make_model (&batch, 2, OTO_MODEL_TRAIN);
      forward_all (moved, &batch);
      g_assert_true (oto_model_reserve (moved, 5, OTO_MODEL_EVAL, &error));
      forward_all (moved, &batch);
      forward_all (model, &batch);
      assert_same_maps (model, moved, 1);

      g_assert_true (oto_model_reserve (moved, 3, OTO_MODEL_TRAIN, &error));
      g_assert_cmpfloat (get_loss (model, &batch), ==, get_loss (moved, &batch));
      g_assert_cmpmem (model->grads, model->params_len * sizeof (float),
                       moved->grads, moved->params_len * sizeof (float));
      g_assert_cmpmem (model->buffers, model->buffers_len * sizeof (float),
                       moved->buffers, moved->buffers_len * sizeof (float));
    }
}

/* The planner lays values over each other whose times do not meet. In a network whose edges all
 * stay until the end, hardly any share memory: the same numbers must come out, also when nothing in
 * memory was written before the pass. */
static void
test_shared_memory (void)
{
  const OtoSystem *system;

  for (guint i = 0; (system = oto_systems_get (i)) != NULL; i++)
    for (guint form = 0; form < oto_test_count_forms (system); form++)
      {
        g_auto (Batch) batch = { 0 };
        g_autoptr (OtoModel) model = NULL;
        g_autoptr (OtoModel) kept = NULL;
        g_autoptr (OtoModel) inference = NULL;
        g_autoptr (GError) error = NULL;
        OtoGraph *graph;

        batch_init_form (&batch, system->name, form, 2, 3, 20, 8, 0.125);
        set_telling_options (&batch.config);
        model = make_model (&batch, 2, OTO_MODEL_TRAIN);
        inference = make_model (&batch, 2, OTO_MODEL_EVAL);
        kept = oto_model_new (&batch.config, 5, oto_test_get_engine (2), OTO_PRIORITY_BATCH,
                              &error);
        g_assert_no_error (error);
        graph = kept->network->graph;
        for (guint j = 0; j <= oto_graph_get_n_layers (graph); j++)
          oto_graph_keep_edge (graph, oto_graph_get_edge (graph, j));
        g_assert_true (oto_model_reserve (kept, 2, OTO_MODEL_TRAIN, &error));
        g_assert_cmpuint (oto_arena_get_len (graph->arena), >,
                          oto_arena_get_len (model->network->graph->arena));

        for (int step = 0; step < 2; step++)
          {
            oto_test_graph_fill_memory (model->network->graph);
            oto_test_graph_fill_memory (graph);
            g_assert_cmpfloat (get_loss (model, &batch), ==, get_loss (kept, &batch));
            g_assert_cmpmem (model->grads, model->params_len * sizeof (float),
                             kept->grads, kept->params_len * sizeof (float));
          }
        memcpy (inference->buffers, model->buffers, model->buffers_len * sizeof (float));
        oto_test_graph_fill_memory (inference->network->graph);
        oto_test_graph_fill_memory (model->network->graph);
        oto_test_graph_fill_memory (graph);
        forward_all (inference, &batch);
        forward_all (model, &batch);
        forward_all (kept, &batch);
        assert_same_maps (inference, kept, 1);
        assert_same_maps (model, kept, 1);
      }
}

/* A clip's result in inference is its own: not that of the batch, its place in it or its size. */
static void
test_batch (void)
{
  const OtoSystem *system;

  for (guint i = 0; (system = oto_systems_get (i)) != NULL; i++)
    {
      g_auto (Batch) batch = { 0 };
      g_autoptr (OtoModel) model = NULL;
      float expected[3][4];
      size_t n_bins;

      batch_init (&batch, system->name, 3, 4, 21, 8, 0.125);
      n_bins = (size_t) batch.config.n_frames * batch.config.n_mels;
      model = make_model (&batch, 2, OTO_MODEL_EVAL);
      g_assert_true (oto_model_forward (model, batch.x, 3, OTO_MODEL_EVAL, 0));
      for (int n = 0; n < 3; n++)
        oto_model_get_map (model, OTO_MAP_CLIP_PROB, n, expected[n]);
      for (int n = 0; n < 3; n++)
        {
          float values[4];

          g_assert_true (oto_model_forward (model, batch.x + n * n_bins, 1, OTO_MODEL_EVAL, 0));
          oto_model_get_map (model, OTO_MAP_CLIP_PROB, 0, values);
          g_assert_cmpmem (values, sizeof values, expected[n], sizeof expected[n]);
        }
    }
}

static void
check_rows_sum_to_one (const float *values,
                       size_t       n_rows,
                       size_t       row_len)
{
  for (size_t r = 0; r < n_rows; r++)
    {
      double sum = 0.0;

      for (size_t i = 0; i < row_len; i++)
        {
          g_assert_cmpfloat (values[r * row_len + i], >=, 0.f);
          sum += values[r * row_len + i];
        }
      g_assert_cmpfloat (fabs (sum - 1.0), <, 1e-5);
    }
}

/* A mask of two-step attention peaks at the first step's output, one of rank pooling has it as its
 * mean. */
static void
check_mask (const OtoModel *model,
            const float    *mask,
            const float    *step1)
{
  const OtoModelConfig *config = &model->config;
  const gboolean is_mean = g_str_has_prefix (model->network->head.funcs->name, "rank");
  const gboolean is_peak = g_str_has_prefix (model->network->head.funcs->name, "two-step");

  for (int r = 0; r < config->n_classes * config->n_frames && (is_mean || is_peak); r++)
    {
      double largest = 0.0, sum = 0.0;

      for (int f = 0; f < config->n_mels; f++)
        {
          largest = MAX (largest, mask[r * config->n_mels + f]);
          sum += mask[r * config->n_mels + f];
        }
      g_assert_cmpfloat (fabs ((is_mean ? sum / config->n_mels : largest) - step1[r]), <, 1e-5);
    }
}

/* The product of three other maps, of one scale in a class, whose sum is the clip probability. */
static void
check_contribution (OtoModel *model,
                    int       n)
{
  const OtoModelConfig *config = &model->config;
  g_autofree float *contribution = dup_map (model, OTO_MAP_CONTRIBUTION, n);
  g_autofree float *freq_att = dup_map (model, OTO_MAP_FREQ_ATT, n);
  g_autofree float *step1 = dup_map (model, OTO_MAP_STEP1, n);
  g_autofree float *time_att = dup_map (model, OTO_MAP_TIME_ATT, n);
  g_autofree float *clip_prob = dup_map (model, OTO_MAP_CLIP_PROB, n);
  const int n_frames = config->n_frames, n_mels = config->n_mels;

  for (int k = 0; k < config->n_classes; k++)
    {
      double sum = 0.0, product_sum = 0.0;

      for (int t = 0; t < n_frames; t++)
        for (int f = 0; f < n_mels; f++)
          {
            const size_t i = ((size_t) k * n_frames + t) * n_mels + f;

            sum += contribution[i];
            product_sum += (double) freq_att[i] * step1[k * n_frames + t]
                           * time_att[k * n_frames + t];
          }
      g_assert_cmpfloat_with_epsilon (sum, product_sum > 0.0 ? clip_prob[k] : 0.0, 1e-5);
      for (int t = 0; t < n_frames && product_sum > 0.0; t++)
        for (int f = 0; f < n_mels; f++)
          {
            const size_t i = ((size_t) k * n_frames + t) * n_mels + f;
            const double product = (double) freq_att[i] * step1[k * n_frames + t]
                                   * time_att[k * n_frames + t];

            g_assert_cmpfloat_with_epsilon (contribution[i], product * clip_prob[k] / product_sum,
                                            1e-6);
          }
    }
}

/* What holds of every system's maps. */
static void
check_clip_maps (OtoModel *model,
                 int       n)
{
  static const OtoMap probs[] = { OTO_MAP_MASK, OTO_MAP_STEP1, OTO_MAP_CLIP_PROB };
  const OtoModelConfig *config = &model->config;
  const guint maps = oto_model_config_get_maps (config);

  for (guint m = 0; m < G_N_ELEMENTS (probs); m++)
    if (maps & probs[m])
      {
        g_autofree float *values = dup_map (model, probs[m], n);

        for (size_t i = 0; i < get_map_len (config, probs[m]); i++)
          g_assert_true (values[i] >= 0.f && values[i] <= 1.f);
      }
  if (maps & OTO_MAP_TIME_ATT)
    {
      g_autofree float *time_att = dup_map (model, OTO_MAP_TIME_ATT, n);

      check_rows_sum_to_one (time_att, config->n_classes, config->n_frames);
    }
  if (maps & OTO_MAP_FREQ_ATT)
    {
      g_autofree float *mel_att = dup_map (model, OTO_MAP_FREQ_ATT, n);

      check_rows_sum_to_one (mel_att, (size_t) config->n_classes * config->n_frames,
                             config->n_mels);
    }
  g_assert_cmpint ((maps & OTO_MAP_CONTRIBUTION) != 0, ==, (maps & OTO_MAP_FREQ_ATT) != 0);
  if (maps & OTO_MAP_CONTRIBUTION)
    check_contribution (model, n);
  if ((maps & OTO_MAP_MASK) && (maps & OTO_MAP_STEP1))
    {
      g_autofree float *mask = dup_map (model, OTO_MAP_MASK, n);
      g_autofree float *step1 = dup_map (model, OTO_MAP_STEP1, n);

      check_mask (model, mask, step1);
    }
}

/* A class's map is its part of all classes' map. */
static void
check_class_maps (OtoModel *model,
                  int       n)
{
  const int n_classes = model->config.n_classes;

  for (guint m = 0; m < G_N_ELEMENTS (all_maps); m++)
    {
      const size_t len = get_map_len (&model->config, all_maps[m]) / n_classes;
      g_autofree float *all = NULL;
      g_autofree float *class_map = g_new (float, len + 1);

      if (all_maps[m] == OTO_MAP_RECON
          || (oto_model_config_get_maps (&model->config) & all_maps[m]) == 0)
        continue;
      all = dup_map (model, all_maps[m], n);
      for (int k = 0; k < n_classes; k++)
        {
          oto_model_get_class_map (model, all_maps[m], n, k, class_map);
          g_assert_cmpmem (class_map, len * sizeof (float), all + k * len, len * sizeof (float));
        }
    }
}

static void
test_maps (void)
{
  const OtoSystem *system;

  for (guint i = 0; (system = oto_systems_get (i)) != NULL; i++)
    for (guint form = 0; form < oto_test_count_forms (system); form++)
      {
        g_auto (Batch) batch = { 0 };
        g_autoptr (OtoModel) model = NULL;

        batch_init_form (&batch, system->name, form, 2, 3, 20, 8, 0.125);
        model = make_model (&batch, 2, OTO_MODEL_EVAL);
        forward_all (model, &batch);
        g_assert_true (oto_model_config_get_maps (&batch.config) & OTO_MAP_CLIP_PROB);
        for (int n = 0; n < 2; n++)
          {
            check_clip_maps (model, n);
            check_class_maps (model, n);
          }
      }
}

/* Max: 1 at the frame of the largest value; average: 1 / T. */
static void
test_implied_weights (void)
{
  for (int is_max = 0; is_max < 2; is_max++)
    {
      g_auto (Batch) batch = { 0 };
      g_autoptr (OtoModel) model = NULL;
      g_autofree float *mask = NULL;
      g_autofree float *weights = NULL;

      batch_init (&batch, is_max ? "gmp" : "gap", 1, 3, 20, 8, 0.125);
      model = make_model (&batch, 1, OTO_MODEL_EVAL);
      g_assert_true (oto_model_forward (model, batch.x, 1, OTO_MODEL_EVAL, OTO_MAP_TIME_ATT));
      mask = dup_map (model, OTO_MAP_MASK, 0);
      weights = dup_map (model, OTO_MAP_TIME_ATT, 0);
      for (int k = 0; k < 3; k++)
        {
          const float *values = mask + k * 20 * 8;
          int first = 0;

          for (int i = 1; i < 20 * 8; i++)
            if (values[i] > values[first])
              first = i;
          for (int t = 0; t < 20; t++)
            g_assert_cmpfloat (fabs (weights[k * 20 + t] -
                                     (!is_max ? 1.0 / 20 : t == first / 8 ? 1.0 : 0.0)), <, 1e-6);
        }
    }
}

static double
get_term (OtoModel           *model,
          const OtoModelLoss *loss,
          const char         *name)
{
  for (guint i = 0; i < loss->n_terms; i++)
    if (g_str_equal (oto_model_get_term_name (model, i), name))
      return loss->terms[i];
  g_assert_not_reached ();
}

static void
test_idle_decoder (void)
{
  g_auto (Batch) batch = { 0 };
  g_autoptr (OtoModel) trained = NULL;
  g_autoptr (OtoModel) idle = NULL;
  OtoModelLoss trained_loss, loss;
  g_autofree float *buffers = NULL;
  const OtoParam *list;
  guint n, n_checked = 0;

  batch_init (&batch, "2apae", 2, 3, 20, 8, 0.125);
  trained = make_model (&batch, 1, OTO_MODEL_TRAIN);
  g_assert_true (oto_model_train_step (trained, batch.x, batch.y, 2, &trained_loss));
  g_assert_cmpfloat (get_term (trained, &trained_loss, "mse"), >, 0.0);

  g_assert_true (oto_model_config_set_option (&batch.config, "alpha", 0.0, NULL));
  idle = make_model (&batch, 1, OTO_MODEL_TRAIN);
  buffers = g_memdup2 (idle->buffers, idle->buffers_len * sizeof (float));
  g_assert_true (oto_model_train_step (idle, batch.x, batch.y, 2, &loss));
  g_assert_cmpfloat (get_term (idle, &loss, "mse"), ==, 0.0);
  g_assert_cmpfloat (loss.total, ==, get_term (trained, &trained_loss, "bce"));
  list = oto_graph_get_params (idle->network->graph, &n);
  for (guint i = 0; i < n; i++)
    {
      const OtoParam *param = &list[i];

      if (!g_str_has_prefix (param->name, "dec."))
        continue;
      for (size_t j = param->pos; j < param->pos + param->len; j++)
        if (param->is_buffer)
          g_assert_cmpfloat (idle->buffers[j], ==, buffers[j]);
        else
          g_assert_cmpfloat (idle->grads[j], ==, 0.f);
      n_checked++;
    }
  /* Eight convolutions with their norms. */
  g_assert_cmpuint (n_checked, ==, 8 * 5);
}

static void
test_cancel (void)
{
  const OtoSystem *system;

  for (guint i = 0; (system = oto_systems_get (i)) != NULL; i++)
    {
      g_auto (Batch) batch = { 0 };
      g_autoptr (GCancellable) cancellable = g_cancellable_new ();
      g_autoptr (OtoModel) model = NULL;
      OtoModelLoss loss;

      batch_init (&batch, system->name, 2, 3, 20, 8, 0.125);
      model = make_model (&batch, 2, OTO_MODEL_TRAIN);
      oto_model_set_cancellable (model, cancellable);
      g_assert_true (oto_model_train_step (model, batch.x, batch.y, 2, &loss));
      g_cancellable_cancel (cancellable);
      g_assert_false (oto_model_forward (model, batch.x, 2, OTO_MODEL_EVAL, 0));
      g_assert_false (oto_model_train_step (model, batch.x, batch.y, 2, &loss));
      oto_model_set_cancellable (model, NULL);
      g_assert_true (oto_model_forward (model, batch.x, 2, OTO_MODEL_EVAL, 0));
    }
}

/* Whenever it is cancelled, a pass ends there: it looks before every layer, forward and back, and
 * no more after. What was left half done does not show in the next pass. */
static void
test_cancel_anywhere (void)
{
  /* Where a step is left does not depend on what computes it. */
  const int stride = OTO_TEST_IS_SANITIZED || g_getenv ("OTO_PORTABLE") != NULL ? 7 : 1;
  const OtoSystem *system;

  for (guint i = 0; (system = oto_systems_get (i)) != NULL; i++)
    {
      g_auto (Batch) batch = { 0 };
      g_autoptr (OtoModel) model = NULL;
      g_autofree float *grads = NULL;
      OtoModelLoss loss;
      int n_checks;

      batch_init (&batch, system->name, 2, 3, 20, 8, 0.125);
      model = make_model (&batch, 2, OTO_MODEL_TRAIN);
      model->pass.n_checks = 0;
      g_assert_true (oto_model_train_step (model, batch.x, batch.y, 2, &loss));
      grads = g_memdup2 (model->grads, model->params_len * sizeof (float));
      n_checks = model->pass.n_checks;
      g_assert_cmpint (n_checks, >, (int) oto_graph_get_n_layers (model->network->graph));
      /* Both stacks and the head forward, and back to weights and to inputs. */
      if (g_str_equal (system->name, "2apae-local"))
        g_assert_cmpint (n_checks, >=, 3 * (2 * 2 * OTO_VGG8_N_BLOCKS + 1) - 1);

      for (int j = 1; j <= n_checks; j += stride)
        {
          model->pass.n_checks = 0;
          model->pass.cancelled_at = j;
          g_assert_false (oto_model_train_step (model, batch.x, batch.y, 2, &loss));
          g_assert_cmpint (model->pass.n_checks, ==, j);
        }
      model->pass.cancelled_at = 0;
      g_assert_true (oto_model_train_step (model, batch.x, batch.y, 2, &loss));
      g_assert_cmpmem (model->grads, model->params_len * sizeof (float),
                       grads, model->params_len * sizeof (float));
    }
}

static void
test_workspace (void)
{
  g_auto (Batch) batch = { 0 };
  g_autoptr (OtoModel) model = NULL;
  g_autoptr (GError) error = NULL;

  batch_init (&batch, "2apae", 2, 3, 20, 8, 0.125);
  for (int mode = OTO_MODEL_EVAL; mode <= OTO_MODEL_TRAIN; mode++)
    {
      g_clear_pointer (&model, oto_model_free);
      model = make_model (&batch, 2, mode);
      g_assert_cmpuint (oto_model_config_get_workspace_bytes (&batch.config, 2, 2, mode), ==,
                        oto_arena_get_len (model->network->graph->arena) * sizeof (float));
    }

  /* What does not fit is refused, and a smaller batch goes on. */
  g_assert_false (oto_model_reserve (model, G_MAXINT, OTO_MODEL_TRAIN, &error));
  g_assert_error (error, OTO_BASE_ERROR, OTO_BASE_ERROR_MEMORY);
  g_assert_nonnull (strstr (error->message, "batch"));
  g_clear_error (&error);
  oto_model_reserve (model, 2, OTO_MODEL_TRAIN, &error);
  g_assert_no_error (error);
  get_loss (model, &batch);
}

/* What a clip takes besides what all clips share, in MB. */
static double
get_clip_megabytes (const OtoModelConfig *config,
                    OtoModelMode          mode)
{
  const double few = (double) oto_model_config_get_workspace_bytes (config, 4, 2, mode);
  const double many = (double) oto_model_config_get_workspace_bytes (config, 8, 2, mode);

  return (many - few) / 4.0 / 1e6;
}

/* What the network took when each of its maps had a place chosen by hand. */
static void
test_clip_bytes (void)
{
  OtoModelConfig config;

  g_assert_true (oto_model_config_init (&config, oto_systems_find ("2apae"), 41, 311, 64, 1.0,
                                        NULL));
  g_assert_cmpfloat (get_clip_megabytes (&config, OTO_MODEL_TRAIN), <=, 118.5);
  g_assert_true (oto_model_config_init (&config, oto_systems_find ("2apae"), 41, 311, 64, 0.25,
                                        NULL));
  g_assert_cmpfloat (get_clip_megabytes (&config, OTO_MODEL_EVAL), <=, 20.7);
}

/* A network learns which classes there are: the loss of plain descent goes down. */
static void
test_descent (void)
{
  const OtoSystem *system;

  if (OTO_TEST_IS_SANITIZED)
    {
      g_test_skip ("it is about numbers; other tests take the same steps");
      return;
    }
  for (guint i = 0; (system = oto_systems_get (i)) != NULL; i++)
    {
      g_auto (Batch) batch = { 0 };
      g_autoptr (OtoModel) model = NULL;
      double first, last = 0.0;

      batch_init (&batch, system->name, 2, 3, 20, 8, 0.125);
      for (int j = 0; j < 2 * 3; j++)
        batch.y[j] = j % 3 == 0;
      model = make_model (&batch, 2, OTO_MODEL_TRAIN);
      first = get_loss (model, &batch);
      for (int step = 0; step < 20; step++)
        {
          descend (model, 0.02);
          last = get_loss (model, &batch);
        }
      g_assert_cmpfloat (last, <, 0.99 * first);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/models/model/gradients-are-slopes", test_gradients);
  g_test_add_func ("/models/model/same-seed-and-threads-same-numbers", test_same_numbers);
  g_test_add_func ("/models/model/rows-split-as-whole", test_row_split);
  g_test_add_func ("/models/model/reserve-again-same-numbers", test_reserve_again);
  g_test_add_func ("/models/model/shared-memory-same-numbers", test_shared_memory);
  g_test_add_func ("/models/model/batch-as-single-clips", test_batch);
  g_test_add_func ("/models/model/maps-are-what-they-say", test_maps);
  g_test_add_func ("/models/model/implied-weights", test_implied_weights);
  g_test_add_func ("/models/model/alpha-zero-leaves-decoder-alone", test_idle_decoder);
  g_test_add_func ("/models/model/cancel", test_cancel);
  g_test_add_func ("/models/model/cancel-anywhere", test_cancel_anywhere);
  g_test_add_func ("/models/model/workspace-is-planned", test_workspace);
  g_test_add_func ("/models/model/workspace-of-a-clip", test_clip_bytes);
  g_test_add_func ("/models/model/loss-goes-down", test_descent);

  return g_test_run ();
}
