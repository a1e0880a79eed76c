/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test.h"
#include "training/oto-optimizer.h"

#include <math.h>
#include <string.h>

#define N       19
#define N_STEPS 5

static const OtoOptimizerConfig configs[] = {
  { .kind = OTO_OPTIMIZER_ADAM, .lr = 1e-2, .beta1 = 0.8, .beta2 = 0.99, .eps = 1e-4,
    .weight_decay = 0.01 },
  { .kind = OTO_OPTIMIZER_ADAM, .lr = 1e-2, .beta1 = 0.9, .beta2 = 0.999, .eps = 1e-8,
    .has_amsgrad = TRUE },
  { .kind = OTO_OPTIMIZER_ADAM_KERAS, .lr = 1e-2, .beta1 = 0.9, .beta2 = 0.999, .eps = 1e-4 },
  { .kind = OTO_OPTIMIZER_SGD, .lr = 0.1, .momentum = 0.9, .weight_decay = 1e-2 },
};

/* Steps @first to @last, numbered from 1, in two ranges. */
static void
run (OtoOptimizer *optimizer,
     int           first,
     int           last,
     float        *params)
{
  float grads[N];

  for (int step = first; step <= last; step++)
    {
      oto_test_fill (grads, N, 100 + step);
      optimizer->lr = optimizer->config.lr / step;
      oto_optimizer_begin_step (optimizer);
      oto_optimizer_step_range (optimizer, grads, 7, N, params);
      oto_optimizer_step_range (optimizer, grads, 0, 7, params);
    }
}

/* The same with the optimiser itself. */
static void
run_directly (const OtoOptimizerConfig *config,
              float                    *params)
{
  g_auto (OtoAdam) adam = { 0 };
  g_auto (OtoSgd) sgd = { 0 };
  float grads[N];

  g_assert_true (oto_adam_init (&adam, N, config->lr, NULL));
  g_assert_true (!config->has_amsgrad || oto_adam_add_amsgrad (&adam, NULL));
  g_assert_true (oto_sgd_init (&sgd, N, config->lr, config->momentum, NULL));
  adam.form = config->kind == OTO_OPTIMIZER_ADAM_KERAS ? OTO_ADAM_KERAS : OTO_ADAM_TORCH;
  adam.beta1 = config->beta1;
  adam.beta2 = config->beta2;
  adam.eps = config->eps;
  adam.weight_decay = sgd.weight_decay = config->weight_decay;
  for (int step = 1; step <= N_STEPS; step++)
    {
      oto_test_fill (grads, N, 100 + step);
      adam.lr = sgd.lr = config->lr / step;
      oto_adam_begin_step (&adam);
      if (config->kind == OTO_OPTIMIZER_SGD)
        oto_sgd_step_range (&sgd, grads, 0, N, params);
      else
        oto_adam_step_range (&adam, grads, 0, N, params);
    }
}

static void
test_is_the_configured_one (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (configs); i++)
    {
      g_auto (OtoOptimizer) optimizer = { 0 };
      float params[N], expected[N];

      oto_test_fill (params, N, 51);
      memcpy (expected, params, sizeof expected);
      g_assert_true (oto_optimizer_init (&optimizer, &configs[i], N, NULL));
      g_assert_cmpfloat (optimizer.lr, ==, configs[i].lr);
      run (&optimizer, 1, N_STEPS, params);
      run_directly (&configs[i], expected);
      g_assert_cmpmem (params, sizeof params, expected, sizeof expected);
      g_assert_cmpuint (optimizer.t, ==, N_STEPS);
    }
}

/* Arrays and t are the whole state: a run goes on from copies of them. */
static void
test_resumes_from_its_arrays (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (configs); i++)
    {
      g_auto (OtoOptimizer) first = { 0 }, second = { 0 };
      float params[N], resumed[N];

      oto_test_fill (params, N, 51);
      g_assert_true (oto_optimizer_init (&first, &configs[i], N, NULL));
      g_assert_true (oto_optimizer_init (&second, &configs[i], N, NULL));
      run (&first, 1, 2, params);
      memcpy (resumed, params, sizeof resumed);
      for (guint a = 0; a < oto_optimizer_get_n_arrays (&first); a++)
        memcpy (oto_optimizer_get_array (&second, a, NULL),
                oto_optimizer_get_array (&first, a, NULL), N * sizeof (float));
      second.t = first.t;

      run (&first, 3, N_STEPS, params);
      run (&second, 3, N_STEPS, resumed);
      g_assert_cmpmem (resumed, sizeof resumed, params, sizeof params);
    }
}

static void
test_reset_is_as_new (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (configs); i++)
    {
      g_auto (OtoOptimizer) used = { 0 }, fresh = { 0 };
      float params[N], expected[N];

      oto_test_fill (params, N, 51);
      g_assert_true (oto_optimizer_init (&used, &configs[i], N, NULL));
      g_assert_true (oto_optimizer_init (&fresh, &configs[i], N, NULL));
      run (&used, 1, 3, params);
      memcpy (expected, params, sizeof expected);
      oto_optimizer_reset (&used);
      g_assert_cmpuint (used.t, ==, 0);
      run (&used, 1, 2, params);
      run (&fresh, 1, 2, expected);
      g_assert_cmpmem (params, sizeof params, expected, sizeof expected);
    }
}

static void
test_epoch_restarts_only_if_told (void)
{
  for (int restarts = 0; restarts < 2; restarts++)
    {
      g_auto (OtoOptimizer) optimizer = { 0 };
      OtoOptimizerConfig config = configs[3];
      float params[N];
      const float *velocity;

      config.restarts = restarts;
      oto_test_fill (params, N, 51);
      g_assert_true (oto_optimizer_init (&optimizer, &config, N, NULL));
      run (&optimizer, 1, 2, params);
      oto_optimizer_begin_epoch (&optimizer);
      velocity = oto_optimizer_get_array (&optimizer, 0, NULL);
      g_assert_cmpint (velocity[0] == 0.f, ==, restarts);
      g_assert_cmpuint (optimizer.t, ==, restarts ? 0 : 2);
    }
}

static void
test_array_names (void)
{
  static const char *const names[G_N_ELEMENTS (configs)][4] = {
    { "m", "v", NULL }, { "m", "v", "v_max", NULL }, { "m", "v", NULL }, { "velocity", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (configs); i++)
    {
      g_auto (OtoOptimizer) optimizer = { 0 };
      guint n = 0;

      g_assert_true (oto_optimizer_init (&optimizer, &configs[i], N, NULL));
      for (; names[i][n] != NULL; n++)
        {
          const char *name;

          g_assert_nonnull (oto_optimizer_get_array (&optimizer, n, &name));
          g_assert_cmpstr (name, ==, names[i][n]);
        }
      g_assert_cmpuint (oto_optimizer_get_n_arrays (&optimizer), ==, n);
    }
}

/* First moments and velocities may be negative, second moments not; nothing may be infinite. */
static void
test_soundness (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (configs); i++)
    {
      g_auto (OtoOptimizer) optimizer = { 0 };

      g_assert_true (oto_optimizer_init (&optimizer, &configs[i], N, NULL));
      g_assert_true (oto_optimizer_is_sound (&optimizer));
      for (guint a = 0; a < oto_optimizer_get_n_arrays (&optimizer); a++)
        {
          float *array = oto_optimizer_get_array (&optimizer, a, NULL);

          array[N - 1] = -1.f;
          g_assert_cmpint (oto_optimizer_is_sound (&optimizer), ==, a == 0);
          array[N - 1] = INFINITY;
          g_assert_false (oto_optimizer_is_sound (&optimizer));
          array[N - 1] = NAN;
          g_assert_false (oto_optimizer_is_sound (&optimizer));
          array[N - 1] = 1.f;
          g_assert_true (oto_optimizer_is_sound (&optimizer));
        }
    }
}

static void
test_too_large_is_an_error (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (configs); i++)
    {
      g_autoptr (GError) error = NULL;
      OtoOptimizer optimizer;

      g_assert_false (oto_optimizer_init (&optimizer, &configs[i], G_MAXSIZE / 2, &error));
      g_assert_error (error, OTO_BASE_ERROR, OTO_BASE_ERROR_MEMORY);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/training/optimizer/is-the-configured-one", test_is_the_configured_one);
  g_test_add_func ("/training/optimizer/resumes-from-its-arrays", test_resumes_from_its_arrays);
  g_test_add_func ("/training/optimizer/reset-is-as-new", test_reset_is_as_new);
  g_test_add_func ("/training/optimizer/epoch-restarts-only-if-told",
                   test_epoch_restarts_only_if_told);
  g_test_add_func ("/training/optimizer/array-names", test_array_names);
  g_test_add_func ("/training/optimizer/soundness", test_soundness);
  g_test_add_func ("/training/optimizer/too-large-is-an-error", test_too_large_is_an_error);
  return g_test_run ();
}
