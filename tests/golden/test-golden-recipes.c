/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-golden.h"

#include "training/oto-optimizer.h"
#include "training/oto-prob-mean.h"

#include <math.h>
#include <string.h>

/* The arithmetic of the optimisers once more, in double. */
#define REAL      double
#define REAL_SQRT sqrt
#include "training/oto-adam.inc"
#include "training/oto-sgd.inc"

/* The reference README's limits: for doubles, and for optimisers that work in float. */
#define DOUBLE_LIMIT 1e-12
#define FLOAT_LIMIT  1e-6

/* --- JSON ----------------------------------------------------------------------------------- */

static double *
dup_numbers (JsonArray *array,
             guint     *ret_n)
{
  const guint n = json_array_get_length (array);
  double *numbers = g_new (double, n + 1);

  for (guint i = 0; i < n; i++)
    numbers[i] = json_array_get_double_element (array, i);
  if (ret_n != NULL)
    *ret_n = n;
  return numbers;
}

/* A matrix by rows. */
static double *
dup_rows (JsonObject *object,
          const char *name,
          guint      *ret_n_rows)
{
  JsonArray *rows = json_object_get_array_member (object, name);
  const guint n_rows = json_array_get_length (rows);
  const guint n = json_array_get_length (json_array_get_array_element (rows, 0));
  double *numbers = g_new (double, n_rows * n + 1);

  for (guint r = 0; r < n_rows; r++)
    {
      JsonArray *row = json_array_get_array_element (rows, r);

      g_assert_cmpuint (json_array_get_length (row), ==, n);
      for (guint i = 0; i < n; i++)
        numbers[r * n + i] = json_array_get_double_element (row, i);
    }
  if (ret_n_rows != NULL)
    *ret_n_rows = n_rows;
  return numbers;
}

/* Largest difference over largest magnitude. */
static void
check (const char   *what,
       const double *values,
       const double *expected,
       size_t        n,
       double        limit)
{
  double largest = 0.0, difference = 0.0;

  for (size_t i = 0; i < n; i++)
    {
      g_assert_true (isfinite (values[i]));
      largest = fmax (largest, fabs (expected[i]));
      difference = fmax (difference, fabs (values[i] - expected[i]));
    }
  g_assert_cmpfloat (largest, >, 0.0);
  if (difference / largest > limit)
    g_test_fail_printf ("%s: relative error %.3g exceeds %.3g", what, difference / largest, limit);
  else
    g_test_message ("%s: relative error %.3g of %.3g", what, difference / largest, limit);
}

static void
check_number (const char *what,
              double      value,
              double      expected)
{
  if (!(fabs (value - expected) <= DOUBLE_LIMIT * fabs (expected)))
    g_test_fail_printf ("%s: %.17g, expected %.17g", what, value, expected);
}

/* --- schedules ------------------------------------------------------------------------------ */

/* Rates of the recipe's schedule at the stored updates or epochs. */
static void
check_schedule (JsonObject *root,
                const char *key,
                const char *recipe_name,
                gboolean    by_epoch)
{
  JsonArray *points = json_object_get_array_member (root, key);
  const OtoRecipe *recipe = oto_recipe_find (recipe_name);

  g_assert_cmpuint (json_array_get_length (points), >, 0);
  for (guint i = 0; i < json_array_get_length (points); i++)
    {
      JsonObject *point = json_array_get_object_element (points, i);
      const gint64 epoch = by_epoch ? json_object_get_int_member (point, "epoch") : 1;
      const gint64 update = by_epoch ? 1 : json_object_get_int_member (point, "update");
      OtoSchedule schedule;

      oto_schedule_init (&schedule, recipe->optimizer.lr);
      oto_schedule_begin_update (&schedule, &recipe->schedule, recipe->optimizer.lr,
                                 (guint) epoch, (guint64) update);
      check_number (key, schedule.lr, json_object_get_double_member (point, "lr"));
    }
}

static void
test_schedules (const char *path)
{
  g_autoptr (JsonNode) node = oto_golden_load_json (path);
  JsonObject *root = json_node_get_object (node);

  check_schedule (root, "t003_every_200", "T-003", FALSE);
  check_schedule (root, "seed001_every_1000", "seed-001", FALSE);
  check_schedule (root, "mmnet_epochs", "mmnet", TRUE);
}

static void
check_plateau (JsonObject *object)
{
  const gboolean is_min = g_str_equal (json_object_get_string_member (object, "mode"), "min");
  const OtoScheduleConfig config = {
    .kind = OTO_SCHEDULE_PLATEAU,
    .factor = json_object_get_double_member (object, "factor"),
    .watch = is_min ? OTO_WATCH_LOSS : OTO_WATCH_MICRO_AP,
    .patience = (int) json_object_get_int_member (object, "patience"),
    .cooldown = (int) json_object_get_int_member (object, "cooldown"),
    .threshold = json_object_get_double_member (object, "threshold"),
    .min_lr = json_object_get_double_member (object, "min_lr"),
  };
  guint n, n_rates;
  g_autofree double *metric = dup_numbers (json_object_get_array_member (object, "metric"), &n);
  g_autofree double *rates = dup_numbers (json_object_get_array_member (object, "lr_after"),
                                          &n_rates);
  OtoSchedule schedule;

  g_assert_cmpuint (n, ==, n_rates);
  oto_schedule_init (&schedule, json_object_get_double_member (object, "lr_start"));
  for (guint i = 0; i < n; i++)
    {
      const double before = schedule.lr;
      const gboolean reduced = oto_schedule_end_epoch (&schedule, &config, metric[i]);

      check_number ("plateau", schedule.lr, rates[i]);
      g_assert_cmpint (reduced, ==, schedule.lr < before);
    }
}

static void
test_plateaus (const char *path)
{
  g_autoptr (JsonNode) node = oto_golden_load_json (path);
  JsonArray *cases = json_object_get_array_member (json_node_get_object (node), "plateau");

  g_assert_cmpuint (json_array_get_length (cases), >, 0);
  for (guint i = 0; i < json_array_get_length (cases); i++)
    check_plateau (json_array_get_object_element (cases, i));
}

/* --- optimisers ----------------------------------------------------------------------------- */

/* The engine's steps, in float, from @p0 with @grads (steps, n). */
static void
check_engine (const char               *what,
              const OtoOptimizerConfig *config,
              const double             *p0,
              const double             *grads,
              const double             *lr,
              guint                     epoch_len,
              guint                     n_steps,
              guint                     n,
              const double             *expected)
{
  g_auto (OtoOptimizer) optimizer = { 0 };
  g_autofree float *params = g_new (float, n);
  g_autofree float *single = g_new (float, n);
  g_autofree double *after = g_new (double, n_steps * n);

  g_assert_true (oto_optimizer_init (&optimizer, config, n, NULL));
  for (guint i = 0; i < n; i++)
    params[i] = (float) p0[i];
  for (guint step = 0; step < n_steps; step++)
    {
      for (guint i = 0; i < n; i++)
        single[i] = (float) grads[step * n + i];
      if (step % epoch_len == 0)
        oto_optimizer_begin_epoch (&optimizer);
      optimizer.lr = lr[step];
      oto_optimizer_begin_step (&optimizer);
      oto_optimizer_step_range (&optimizer, single, 0, n, params);
      for (guint i = 0; i < n; i++)
        after[step * n + i] = params[i];
    }
  check (what, after, expected, n_steps * n, FLOAT_LIMIT);
}

/* The same formulas in double. */
static void
check_adam_in_double (const char               *what,
                      const OtoOptimizerConfig *config,
                      const double             *p0,
                      const double             *grads,
                      guint                     n_steps,
                      guint                     n,
                      const double             *expected)
{
  OtoAdam adam = {
    .form = config->kind == OTO_OPTIMIZER_ADAM_KERAS ? OTO_ADAM_KERAS : OTO_ADAM_TORCH,
    .lr = config->lr, .beta1 = config->beta1, .beta2 = config->beta2, .eps = config->eps, .n = n,
  };
  g_autofree double *params = g_memdup2 (p0, n * sizeof *p0);
  g_autofree double *m = g_new0 (double, n);
  g_autofree double *v = g_new0 (double, n);
  g_autofree double *v_max = g_new0 (double, n);
  g_autofree double *after = g_new (double, n_steps * n);

  for (guint step = 0; step < n_steps; step++)
    {
      StepConstants constants;

      adam.t++;
      set_constants (&adam, &constants);
      if (config->has_amsgrad)
        update_range_by_max (&constants, grads + step * n, 0, n, m, v, v_max, params);
      else
        update_range (&constants, grads + step * n, 0, n, m, v, params);
      memcpy (after + step * n, params, n * sizeof *params);
    }
  check (what, after, expected, n_steps * n, DOUBLE_LIMIT);
}

static void
check_adam (JsonObject              *object,
            const char              *key,
            OtoOptimizerKind         kind,
            double                   eps,
            gboolean                 has_amsgrad)
{
  const OtoOptimizerConfig config = {
    .kind = kind, .lr = json_object_get_double_member (object, "lr"), .beta1 = 0.9,
    .beta2 = 0.999, .eps = eps, .has_amsgrad = has_amsgrad,
  };
  guint n, n_steps;
  g_autofree double *p0 = dup_numbers (json_object_get_array_member (object, "p0"), &n);
  g_autofree double *grads = dup_rows (object, "grads", &n_steps);
  g_autofree double *expected = dup_rows (object, key, NULL);
  g_autofree double *lr = g_new (double, n_steps);

  for (guint i = 0; i < n_steps; i++)
    lr[i] = config.lr;
  check_adam_in_double (key, &config, p0, grads, n_steps, n, expected);
  check_engine (key, &config, p0, grads, lr, n_steps, n_steps, n, expected);
}

static void
test_adam (const char *path)
{
  g_autoptr (JsonNode) node = oto_golden_load_json (path);
  JsonObject *object = json_object_get_object_member (json_node_get_object (node), "adam");

  check_adam (object, "torch_eps_1e-8", OTO_OPTIMIZER_ADAM, 1e-8, FALSE);
  check_adam (object, "torch_eps_1e-8_amsgrad", OTO_OPTIMIZER_ADAM, 1e-8, TRUE);
  check_adam (object, "keras_eps_1e-8", OTO_OPTIMIZER_ADAM_KERAS, 1e-8, FALSE);
  check_adam (object, "keras_eps_1e-7", OTO_OPTIMIZER_ADAM_KERAS, 1e-7, FALSE);
}

static void
check_sgd (JsonObject *object,
           const char *key,
           gboolean    restarts)
{
  const OtoOptimizerConfig config = {
    .kind = OTO_OPTIMIZER_SGD,
    .momentum = json_object_get_double_member (object, "momentum"),
    .weight_decay = json_object_get_double_member (object, "weight_decay"), .restarts = restarts,
  };
  const guint epoch_len = (guint) json_object_get_int_member (object, "epoch_length");
  guint n, n_steps;
  g_autofree double *p0 = dup_numbers (json_object_get_array_member (object, "p0"), &n);
  g_autofree double *lr = dup_numbers (json_object_get_array_member (object, "lr"), NULL);
  g_autofree double *grads = dup_rows (object, "grads", &n_steps);
  g_autofree double *expected = dup_rows (object, key, NULL);
  g_autofree double *params = g_memdup2 (p0, n * sizeof *p0);
  g_autofree double *velocity = g_new0 (double, n);
  g_autofree double *after = g_new (double, n_steps * n);
  OtoSgd sgd = { .momentum = config.momentum, .weight_decay = config.weight_decay, .n = n };

  for (guint step = 0; step < n_steps; step++)
    {
      if (restarts && step % epoch_len == 0)
        memset (velocity, 0, n * sizeof *velocity);
      sgd.lr = lr[step];
      descend_range (&sgd, grads + step * n, 0, n, velocity, params);
      memcpy (after + step * n, params, n * sizeof *params);
    }
  check (key, after, expected, n_steps * n, DOUBLE_LIMIT);
  check_engine (key, &config, p0, grads, lr, epoch_len, n_steps, n, expected);
}

static void
test_sgd (const char *path)
{
  g_autoptr (JsonNode) node = oto_golden_load_json (path);
  JsonObject *object = json_object_get_object_member (json_node_get_object (node), "sgd");

  check_sgd (object, "momentum_kept", FALSE);
  check_sgd (object, "momentum_restarted", TRUE);
}

/* --- means over checkpoints ----------------------------------------------------------------- */

static void
test_checkpoint_average (const char *path)
{
  g_autoptr (JsonNode) node = oto_golden_load_json (path);
  JsonObject *object = json_object_get_object_member (json_node_get_object (node),
                                                      "checkpoint_average");
  JsonArray *checkpoints = json_object_get_array_member (object, "probabilities");
  guint n_clips;
  g_autofree double *expected = dup_rows (object, "mean", &n_clips);
  JsonArray *first = json_array_get_array_element (checkpoints, 0);
  const guint n_classes = json_array_get_length (json_array_get_array_element (first, 0));
  const guint n = n_clips * n_classes;
  g_auto (OtoProbMean) mean = { 0 };
  g_autofree float *prob = g_new (float, n);
  g_autofree double *values = g_new (double, n);

  g_assert_true (oto_prob_mean_init (&mean, n, NULL));
  for (guint c = 0; c < json_array_get_length (checkpoints); c++)
    {
      JsonArray *clips = json_array_get_array_element (checkpoints, c);

      for (guint i = 0; i < n; i++)
        prob[i] = (float) json_array_get_double_element (
          json_array_get_array_element (clips, i / n_classes), i % n_classes);
      oto_prob_mean_add (&mean, prob);
    }
  for (guint i = 0; i < n; i++)
    values[i] = mean.sum[i] / mean.n_added;
  check ("checkpoint_average", values, expected, n, DOUBLE_LIMIT);

  oto_prob_mean_fill (&mean, prob);
  for (guint i = 0; i < n; i++)
    values[i] = prob[i];
  check ("checkpoint_average in float", values, expected, n, FLOAT_LIMIT);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  oto_golden_add ("/golden/recipes/schedules", "recipes*.json", test_schedules);
  oto_golden_add ("/golden/recipes/plateaus", "recipes*.json", test_plateaus);
  oto_golden_add ("/golden/recipes/adam", "recipes*.json", test_adam);
  oto_golden_add ("/golden/recipes/sgd", "recipes*.json", test_sgd);
  oto_golden_add ("/golden/recipes/checkpoint-average", "recipes*.json", test_checkpoint_average);
  return g_test_run ();
}
