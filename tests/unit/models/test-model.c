/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "models/oto-model-private.h"
#include "oto-test.h"

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

static void
batch_init (Batch      *self,
            const char *system,
            int         n_batch,
            int         n_classes,
            int         n_frames,
            int         n_mels,
            double      width)
{
  g_autoptr (GError) error = NULL;

  oto_model_config_init (&self->config, oto_systems_find (system), n_classes, n_frames, n_mels,
                         width, &error);
  g_assert_no_error (error);
  self->n_batch = n_batch;
  self->x = g_new (float, n_batch * n_frames * n_mels);
  self->y = g_new0 (float, n_batch * n_classes);
  oto_test_fill (self->x, n_batch * n_frames * n_mels, 11);
  for (int i = 0; i < n_batch * n_classes; i += 2)
    self->y[i] = 1.f;
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
  OtoModel *model = oto_model_new (&batch->config, 5, n_threads, FALSE, &error);

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

  oto_model_weights_changed (model);
  g_assert_true (oto_model_train_step (model, batch->x, batch->y, batch->n_batch, &loss));
  g_assert_cmpfloat (loss.total, ==, loss.bce + batch->config.alpha * loss.mse);
  return loss.total;
}

/* Along the gradient of one tensor, the loss rises by the gradient's length. */
static void
check_tensor_gradient (OtoModel       *model,
                       const Batch    *batch,
                       const OtoParam *param,
                       const float    *grads)
{
  const float *g = grads + param->pos;
  float *p = model->params + param->pos;
  g_autofree float *kept = g_memdup2 (p, param->len * sizeof (float));
  double length = 0.0, slopes[3] = { 0.0, 0.0, 0.0 };

  for (size_t i = 0; i < param->len; i++)
    length += (double) g[i] * g[i];
  length = sqrt (length);
  /* What is smaller drowns in the rounding of the loss. */
  if (length < 2e-3)
    return;

  /* A step across a kink of a ReLU or a change of maximum tells nothing; a shorter one is clear. */
  for (int trial = 0; trial < 3; trial++)
    {
      const double h = trial == 0 ? 1e-3 : trial == 1 ? 2.5e-4 : 6e-5;
      double loss[2];

      for (int side = 0; side < 2; side++)
        {
          for (size_t i = 0; i < param->len; i++)
            p[i] = (float) (kept[i] + (side == 0 ? h : -h) * g[i] / length);
          loss[side] = get_loss (model, batch);
        }
      memcpy (p, kept, param->len * sizeof (float));
      slopes[trial] = (loss[0] - loss[1]) / (2.0 * h);
      if (fabs (slopes[trial] - length) < 0.02 * length)
        return;
    }
  g_test_message ("%s of %s: slopes %.6g, %.6g, %.6g, gradient %.6g", param->name,
                  batch->config.system->name, slopes[0], slopes[1], slopes[2], length);
  g_test_fail ();
}

static void
check_gradients (const char     *system,
                 OtoPoolingForm  form)
{
  g_auto (Batch) batch = { 0 };
  g_autoptr (OtoModel) model = NULL;
  g_autofree float *grads = NULL;

  batch_init (&batch, system, 3, 3, 9, 6, 0.1);
  batch.config.pooling_form = form;
  batch.config.alpha = batch.config.alpha > 0.0 ? 0.5 : 0.0;
  if (batch.config.system->head == OTO_HEAD_GWRP)
    batch.config.gwrp_decay = 0.9;
  model = make_model (&batch, 2, OTO_MODEL_TRAIN);
  /* Probabilities near 1 would leave few digits of the loss. */
  for (size_t i = 0; i < (size_t) batch.config.n_classes * batch.config.enc_channels[3]; i++)
    model->params[model->head.weight_pos + i] *= 0.25f;

  get_loss (model, &batch);
  grads = g_memdup2 (model->grads, model->params_len * sizeof (float));
  for (guint i = 0; i < model->n_list; i++)
    if (!model->list[i].is_buffer)
      check_tensor_gradient (model, &batch, &model->list[i], grads);
}

static void
test_gradients (void)
{
  const OtoSystem *system;

  for (guint i = 0; (system = oto_systems_get (i)) != NULL; i++)
    check_gradients (system->name, OTO_POOLING_FORM_RELEASED);
  check_gradients ("2apae", OTO_POOLING_FORM_EQUATIONS);
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
      for (size_t i = 0; i < params_len; i++)
        model->params[i] -= 0.05f * model->grads[i];
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
  if (map == OTO_MAP_STEP1 || map == OTO_MAP_TIME_ATT)
    return (size_t) config->n_classes * config->n_frames;
  return config->n_classes * n_bins;
}

static float *
dup_map (OtoModel *model,
         OtoMap    map,
         int       n)
{
  float *values = g_new (float, get_map_len (&model->config, map));

  oto_model_get_map (model, map, n, values);
  return values;
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
      g_assert_true (oto_model_forward (whole, batch.x, 1, OTO_MODEL_EVAL, system->maps));

      for (guint j = 0; j < G_N_ELEMENTS (others); j++)
        {
          g_autoptr (OtoModel) split = make_model (&batch, others[j].n_threads, others[j].mode);

          g_assert_true (oto_model_forward (split, batch.x, 1, OTO_MODEL_EVAL, system->maps));
          for (guint m = 0; m < G_N_ELEMENTS (all_maps); m++)
            {
              g_autofree float *expected = NULL;
              g_autofree float *values = NULL;
              const size_t n_bytes = get_map_len (&batch.config, all_maps[m]) * sizeof (float);

              if ((system->maps & all_maps[m]) == 0)
                continue;
              expected = dup_map (whole, all_maps[m], 0);
              values = dup_map (split, all_maps[m], 0);
              g_assert_cmpmem (values, n_bytes, expected, n_bytes);
            }
        }
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

      batch_init (&batch, system->name, 3, 4, 21, 8, 0.125);
      model = make_model (&batch, 2, OTO_MODEL_EVAL);
      g_assert_true (oto_model_forward (model, batch.x, 3, OTO_MODEL_EVAL, 0));
      for (int n = 0; n < 3; n++)
        oto_model_get_map (model, OTO_MAP_CLIP_PROB, n, expected[n]);
      for (int n = 0; n < 3; n++)
        {
          float values[4];

          g_assert_true (oto_model_forward (model, batch.x + n * 21 * 8, 1, OTO_MODEL_EVAL, 0));
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

/* A mask of two-step attention peaks at the first step's output, one of the others has it as its
 * mean; both lie in [0, 1]. */
static void
check_mask (const OtoModelConfig *config,
            const float          *mask,
            const float          *step1)
{
  const gboolean is_mean = config->system->encoder == OTO_ENCODER_VGG8;

  for (int r = 0; r < config->n_classes * config->n_frames; r++)
    {
      double largest = 0.0, sum = 0.0;

      for (int f = 0; f < config->n_mels; f++)
        {
          const float value = mask[r * config->n_mels + f];

          g_assert_true (value >= 0.f && value <= 1.f);
          largest = MAX (largest, value);
          sum += value;
        }
      g_assert_true (step1[r] >= 0.f && step1[r] <= 1.f);
      g_assert_cmpfloat (fabs ((is_mean ? sum / config->n_mels : largest) - step1[r]), <, 1e-5);
    }
}

static void
check_maps (const char     *system,
            OtoPoolingForm  form)
{
  g_auto (Batch) batch = { 0 };
  g_autoptr (OtoModel) model = NULL;
  const OtoModelConfig *config = &batch.config;

  batch_init (&batch, system, 2, 3, 20, 8, 0.125);
  batch.config.pooling_form = form;
  model = make_model (&batch, 2, OTO_MODEL_EVAL);
  g_assert_true (oto_model_forward (model, batch.x, 2, OTO_MODEL_EVAL, config->system->maps));

  for (int n = 0; n < 2; n++)
    {
      g_autofree float *mask = dup_map (model, OTO_MAP_MASK, n);
      g_autofree float *step1 = dup_map (model, OTO_MAP_STEP1, n);
      g_autofree float *time_att = dup_map (model, OTO_MAP_TIME_ATT, n);
      g_autofree float *class_map = g_new (float, 20 * 8);

      check_mask (config, mask, step1);
      check_rows_sum_to_one (time_att, 3, 20);
      for (int k = 0; k < 3; k++)
        {
          oto_model_get_class_map (model, OTO_MAP_MASK, n, k, class_map);
          g_assert_cmpmem (class_map, 20 * 8 * sizeof (float), mask + k * 20 * 8,
                           20 * 8 * sizeof (float));
        }
      if (config->system->maps & OTO_MAP_FREQ_ATT)
        {
          g_autofree float *mel_att = dup_map (model, OTO_MAP_FREQ_ATT, n);

          check_rows_sum_to_one (mel_att, 3 * 20, 8);
        }
    }
}

static void
test_maps (void)
{
  const OtoSystem *system;

  for (guint i = 0; (system = oto_systems_get (i)) != NULL; i++)
    check_maps (system->name, OTO_POOLING_FORM_RELEASED);
  check_maps ("2apae", OTO_POOLING_FORM_EQUATIONS);
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

static void
test_idle_decoder (void)
{
  g_auto (Batch) batch = { 0 };
  g_autoptr (OtoModel) trained = NULL;
  g_autoptr (OtoModel) idle = NULL;
  OtoModelLoss trained_loss, loss;
  g_autofree float *buffers = NULL;

  batch_init (&batch, "2apae", 2, 3, 20, 8, 0.125);
  trained = make_model (&batch, 1, OTO_MODEL_TRAIN);
  g_assert_true (oto_model_train_step (trained, batch.x, batch.y, 2, &trained_loss));
  g_assert_cmpfloat (trained_loss.mse, >, 0.0);

  batch.config.alpha = 0.0;
  idle = make_model (&batch, 1, OTO_MODEL_TRAIN);
  buffers = g_memdup2 (idle->buffers, idle->buffers_len * sizeof (float));
  g_assert_true (oto_model_train_step (idle, batch.x, batch.y, 2, &loss));
  g_assert_cmpfloat (loss.mse, ==, 0.0);
  g_assert_cmpfloat (loss.total, ==, trained_loss.bce);
  for (guint i = 0; i < idle->n_list; i++)
    {
      const OtoParam *param = &idle->list[i];

      if (!g_str_has_prefix (param->name, "dec."))
        continue;
      for (size_t j = param->pos; j < param->pos + param->len; j++)
        if (param->is_buffer)
          g_assert_cmpfloat (idle->buffers[j], ==, buffers[j]);
        else
          g_assert_cmpfloat (idle->grads[j], ==, 0.f);
    }
}

static void
test_cancel (void)
{
  g_auto (Batch) batch = { 0 };
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (OtoModel) model = NULL;
  OtoModelLoss loss;

  batch_init (&batch, "2apae-local", 2, 3, 20, 8, 0.125);
  model = make_model (&batch, 2, OTO_MODEL_TRAIN);
  oto_model_set_cancellable (model, cancellable);
  g_assert_true (oto_model_train_step (model, batch.x, batch.y, 2, &loss));
  g_cancellable_cancel (cancellable);
  g_assert_false (oto_model_forward (model, batch.x, 2, OTO_MODEL_EVAL, 0));
  g_assert_false (oto_model_train_step (model, batch.x, batch.y, 2, &loss));
  oto_model_set_cancellable (model, NULL);
  g_assert_true (oto_model_forward (model, batch.x, 2, OTO_MODEL_EVAL, 0));
}

/* Whenever it is cancelled, a pass ends there: it looks before every layer, and no more after. */
static void
test_cancel_anywhere (void)
{
  g_auto (Batch) batch = { 0 };
  g_autoptr (OtoModel) model = NULL;
  OtoModelLoss loss;
  int n_checks;

  batch_init (&batch, "2apae-local", 2, 3, 20, 8, 0.125);
  model = make_model (&batch, 2, OTO_MODEL_TRAIN);
  model->engine.n_checks = 0;
  g_assert_true (oto_model_train_step (model, batch.x, batch.y, 2, &loss));
  n_checks = model->engine.n_checks;
  /* Both stacks and the head forward, and back to weights and to inputs. */
  g_assert_cmpint (n_checks, >=, 3 * (2 * OTO_CONV_STACK_N_LAYERS + 1) - 1);

  for (int i = 1; i <= n_checks; i++)
    {
      model->engine.n_checks = 0;
      model->engine.cancelled_at = i;
      g_assert_false (oto_model_train_step (model, batch.x, batch.y, 2, &loss));
      g_assert_cmpint (model->engine.n_checks, ==, i);
    }
  model->engine.cancelled_at = 0;
  g_assert_true (oto_model_train_step (model, batch.x, batch.y, 2, &loss));
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
                        oto_arena_get_len (model->arena) * sizeof (float));
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

/* A network learns which classes there are: the loss of plain descent goes down. */
static void
test_descent (void)
{
  const OtoSystem *system;

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
          for (size_t j = 0; j < model->params_len; j++)
            model->params[j] -= 0.02f * model->grads[j];
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
  g_test_add_func ("/models/model/batch-as-single-clips", test_batch);
  g_test_add_func ("/models/model/maps-are-what-they-say", test_maps);
  g_test_add_func ("/models/model/implied-weights", test_implied_weights);
  g_test_add_func ("/models/model/alpha-zero-leaves-decoder-alone", test_idle_decoder);
  g_test_add_func ("/models/model/cancel", test_cancel);
  g_test_add_func ("/models/model/cancel-anywhere", test_cancel_anywhere);
  g_test_add_func ("/models/model/workspace-is-planned", test_workspace);
  g_test_add_func ("/models/model/loss-goes-down", test_descent);

  return g_test_run ();
}
