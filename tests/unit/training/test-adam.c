/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test.h"
#include "training/oto-adam.h"

#include <math.h>
#include <string.h>

#define N       101
#define N_STEPS 7

static void
fill_grads (float *grads,
            int    step)
{
  oto_test_fill (grads, N, 100 + step);
  for (int i = 0; i < N; i++)
    grads[i] *= powf (10.f, (float) (i % 9) - 6.f);
  grads[N / 2] = 0.f;
}

static void
check_matches_naive (OtoAdamForm form,
                     gboolean    has_amsgrad,
                     double      eps,
                     double      weight_decay)
{
  g_auto (OtoAdam) adam = { 0 };
  float params[N], grads[N], expected[N];
  double p[N], m[N] = { 0 }, v[N] = { 0 }, v_max[N] = { 0 };

  g_assert_true (oto_adam_init (&adam, N, 1e-3, NULL));
  g_assert_true (!has_amsgrad || oto_adam_add_amsgrad (&adam, NULL));
  adam.form = form;
  adam.eps = eps;
  adam.weight_decay = weight_decay;
  oto_test_fill (params, N, 51);
  for (int i = 0; i < N; i++)
    p[i] = params[i];

  for (int step = 1; step <= N_STEPS; step++)
    {
      fill_grads (grads, step);
      oto_adam_begin_step (&adam);
      oto_adam_step_range (&adam, grads, 0, N, params);
      for (int i = 0; i < N; i++)
        {
          const double g = grads[i] + weight_decay * p[i];

          m[i] = 0.9 * m[i] + 0.1 * g;
          v[i] = 0.999 * v[i] + 0.001 * g * g;
          v_max[i] = has_amsgrad ? fmax (v_max[i], v[i]) : v[i];
          if (form == OTO_ADAM_KERAS)
            p[i] -= 1e-3 * sqrt (1.0 - pow (0.999, step)) / (1.0 - pow (0.9, step)) * m[i]
                    / (sqrt (v_max[i]) + eps);
          else
            p[i] -= 1e-3 / (1.0 - pow (0.9, step)) * m[i]
                    / (sqrt (v_max[i]) / sqrt (1.0 - pow (0.999, step)) + eps);
          expected[i] = (float) p[i];
        }
      oto_assert_abs_below (params, expected, N, 1e-6);
    }
  g_assert_cmpuint (adam.t, ==, N_STEPS);
}

static void
test_matches_naive (void)
{
  check_matches_naive (OTO_ADAM_TORCH, FALSE, 1e-8, 0.0);
}

static void
test_weight_decay (void)
{
  check_matches_naive (OTO_ADAM_TORCH, FALSE, 1e-8, 0.01);
}

/* A large eps tells where it is added. */
static void
test_forms (void)
{
  check_matches_naive (OTO_ADAM_TORCH, FALSE, 1e-3, 0.0);
  check_matches_naive (OTO_ADAM_KERAS, FALSE, 1e-3, 0.0);
  check_matches_naive (OTO_ADAM_KERAS, FALSE, 1e-7, 0.01);
}

static void
test_amsgrad (void)
{
  check_matches_naive (OTO_ADAM_TORCH, TRUE, 1e-8, 0.0);
  check_matches_naive (OTO_ADAM_KERAS, TRUE, 1e-3, 0.01);
}

/* The first step is the learning rate against the sign, whatever the size of the gradient. */
static void
test_first_step_is_lr (void)
{
  g_auto (OtoAdam) adam = { 0 };
  const float grads[3] = { 1e-4f, -20.f, 3.f };
  float params[3] = { 0.f, 0.f, 0.f };

  g_assert_true (oto_adam_init (&adam, 3, 1e-3, NULL));
  oto_adam_begin_step (&adam);
  oto_adam_step_range (&adam, grads, 0, 3, params);
  g_assert_cmpfloat_with_epsilon (params[0], -1e-3, 1e-6);
  g_assert_cmpfloat_with_epsilon (params[1], 1e-3, 1e-8);
  g_assert_cmpfloat_with_epsilon (params[2], -1e-3, 1e-8);
}

static void
test_ranges_agree (void)
{
  g_auto (OtoAdam) whole = { 0 }, parts = { 0 };
  float grads[N], whole_params[N], parts_params[N];

  g_assert_true (oto_adam_init (&whole, N, 1e-2, NULL));
  g_assert_true (oto_adam_init (&parts, N, 1e-2, NULL));
  oto_test_fill (whole_params, N, 52);
  memcpy (parts_params, whole_params, sizeof parts_params);
  for (int step = 0; step < N_STEPS; step++)
    {
      fill_grads (grads, step);
      oto_adam_begin_step (&whole);
      oto_adam_step_range (&whole, grads, 0, N, whole_params);
      oto_adam_begin_step (&parts);
      oto_adam_step_range (&parts, grads, 37, N, parts_params);
      oto_adam_step_range (&parts, grads, 0, 3, parts_params);
      oto_adam_step_range (&parts, grads, 3, 37, parts_params);
    }
  g_assert_cmpmem (parts_params, sizeof parts_params, whole_params, sizeof whole_params);
}

static void
test_zero_gradient_changes_nothing (void)
{
  g_auto (OtoAdam) adam = { 0 };
  float grads[N], params[N];
  float before;

  g_assert_true (oto_adam_init (&adam, N, 1e-3, NULL));
  oto_test_fill (params, N, 53);
  before = params[N / 2];
  for (int step = 0; step < N_STEPS; step++)
    {
      fill_grads (grads, step);
      oto_adam_begin_step (&adam);
      oto_adam_step_range (&adam, grads, 0, N, params);
    }
  g_assert_cmpmem (params + N / 2, sizeof *params, &before, sizeof before);
}

static void
test_too_large_is_an_error (void)
{
  g_autoptr (GError) error = NULL;
  OtoAdam adam;

  g_assert_false (oto_adam_init (&adam, G_MAXSIZE / 2, 1e-3, &error));
  g_assert_error (error, OTO_BASE_ERROR, OTO_BASE_ERROR_MEMORY);
  g_assert_null (adam.m);
  g_assert_null (adam.v);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/training/adam/step/matches-naive", test_matches_naive);
  g_test_add_func ("/training/adam/step/weight-decay", test_weight_decay);
  g_test_add_func ("/training/adam/step/forms", test_forms);
  g_test_add_func ("/training/adam/step/amsgrad", test_amsgrad);
  g_test_add_func ("/training/adam/step/first-is-lr", test_first_step_is_lr);
  g_test_add_func ("/training/adam/step/ranges-agree", test_ranges_agree);
  g_test_add_func ("/training/adam/step/zero-gradient-changes-nothing",
                   test_zero_gradient_changes_nothing);
  g_test_add_func ("/training/adam/init/too-large-is-an-error", test_too_large_is_an_error);
  return g_test_run ();
}
