/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test.h"
#include "training/oto-sgd.h"

#include <string.h>

#define N       101
#define N_STEPS 7

static void
check_matches_naive (double momentum,
                     double weight_decay)
{
  g_auto (OtoSgd) sgd = { 0 };
  float params[N], grads[N], expected[N];
  double p[N], velocity[N] = { 0 };

  g_assert_true (oto_sgd_init (&sgd, N, 0.1, momentum, NULL));
  sgd.weight_decay = weight_decay;
  oto_test_fill (params, N, 51);
  for (int i = 0; i < N; i++)
    p[i] = params[i];

  for (int step = 1; step <= N_STEPS; step++)
    {
      oto_test_fill (grads, N, 100 + step);
      sgd.lr = 0.1 / step;
      oto_sgd_step_range (&sgd, grads, 0, N, params);
      for (int i = 0; i < N; i++)
        {
          velocity[i] = momentum * velocity[i] + grads[i] + weight_decay * p[i];
          p[i] -= 0.1 / step * velocity[i];
          expected[i] = (float) p[i];
        }
      oto_assert_abs_below (params, expected, N, 5e-7);
    }
}

static void
test_matches_naive (void)
{
  check_matches_naive (0.9, 0.0);
}

static void
test_weight_decay (void)
{
  check_matches_naive (0.9, 0.01);
}

static void
test_without_momentum (void)
{
  check_matches_naive (0.0, 0.0);
}

static void
test_ranges_agree (void)
{
  g_auto (OtoSgd) whole = { 0 }, parts = { 0 };
  float grads[N], whole_params[N], parts_params[N];

  g_assert_true (oto_sgd_init (&whole, N, 0.1, 0.9, NULL));
  g_assert_true (oto_sgd_init (&parts, N, 0.1, 0.9, NULL));
  oto_test_fill (whole_params, N, 52);
  memcpy (parts_params, whole_params, sizeof parts_params);
  for (int step = 0; step < N_STEPS; step++)
    {
      oto_test_fill (grads, N, 200 + step);
      oto_sgd_step_range (&whole, grads, 0, N, whole_params);
      oto_sgd_step_range (&parts, grads, 37, N, parts_params);
      oto_sgd_step_range (&parts, grads, 0, 3, parts_params);
      oto_sgd_step_range (&parts, grads, 3, 37, parts_params);
    }
  g_assert_cmpmem (parts_params, sizeof parts_params, whole_params, sizeof whole_params);
}

static void
test_too_large_is_an_error (void)
{
  g_autoptr (GError) error = NULL;
  OtoSgd sgd;

  g_assert_false (oto_sgd_init (&sgd, G_MAXSIZE / 2, 0.1, 0.9, &error));
  g_assert_error (error, OTO_BASE_ERROR, OTO_BASE_ERROR_MEMORY);
  g_assert_null (sgd.velocity);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/training/sgd/step/matches-naive", test_matches_naive);
  g_test_add_func ("/training/sgd/step/weight-decay", test_weight_decay);
  g_test_add_func ("/training/sgd/step/without-momentum", test_without_momentum);
  g_test_add_func ("/training/sgd/step/ranges-agree", test_ranges_agree);
  g_test_add_func ("/training/sgd/init/too-large-is-an-error", test_too_large_is_an_error);
  return g_test_run ();
}
