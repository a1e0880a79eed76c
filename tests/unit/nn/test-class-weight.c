/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "nn/oto-class-weight.h"
#include "oto-test.h"

#include <math.h>

#define K 5

static const guint counts[K] = { 40, 3, 17, 1, 9 };

/* The README's formulas, in its words. */
static double
compute_weight (double p,
                double mean,
                double beta,
                gboolean is_released)
{
  const double rest = (1.0 - mean) / (1.0 - p);

  return pow (mean / p * (is_released ? rest : 1.0 / rest), beta);
}

static void
check_form (OtoClassWeightForm form,
            double             whole,
            double             beta)
{
  float weights[K];

  oto_class_weight_compute (form, beta, counts, K, 50, weights);
  for (int k = 0; k < K; k++)
    g_assert_cmpfloat_with_epsilon (weights[k],
                                    compute_weight (counts[k] / whole, 70.0 / K / whole, beta,
                                                    form == OTO_CLASS_WEIGHT_RELEASED), 1e-6);
}

static void
test_matches_naive (void)
{
  check_form (OTO_CLASS_WEIGHT_RELEASED, 70.0, OTO_CLASS_WEIGHT_BETA);
  check_form (OTO_CLASS_WEIGHT_PRINTED, 70.0, OTO_CLASS_WEIGHT_BETA);
  check_form (OTO_CLASS_WEIGHT_PRINTED_CLIPS, 50.0, OTO_CLASS_WEIGHT_BETA);
  check_form (OTO_CLASS_WEIGHT_PRINTED_CLIPS, 50.0, 1.0);
}

static void
test_none_and_beta_0_are_1 (void)
{
  float none[K], flat[K];

  oto_class_weight_compute (OTO_CLASS_WEIGHT_NONE, OTO_CLASS_WEIGHT_BETA, counts, K, 50, none);
  oto_class_weight_compute (OTO_CLASS_WEIGHT_RELEASED, 0.0, counts, K, 50, flat);
  for (int k = 0; k < K; k++)
    {
      g_assert_cmpfloat (none[k], ==, 1.f);
      g_assert_cmpfloat (flat[k], ==, 1.f);
    }
}

static void
test_rare_classes_weigh_more (void)
{
  static const OtoClassWeightForm forms[] = {
    OTO_CLASS_WEIGHT_RELEASED, OTO_CLASS_WEIGHT_PRINTED, OTO_CLASS_WEIGHT_PRINTED_CLIPS,
  };

  for (guint i = 0; i < G_N_ELEMENTS (forms); i++)
    {
      float weights[K];

      oto_class_weight_compute (forms[i], OTO_CLASS_WEIGHT_BETA, counts, K, 50, weights);
      for (int a = 0; a < K; a++)
        for (int b = 0; b < K; b++)
          if (counts[a] < counts[b])
            g_assert_cmpfloat (weights[a], >, weights[b]);
    }
}

/* Without positives, with nothing but positives, without any label: 1, and the others finite. */
static void
test_without_balance_is_1 (void)
{
  static const guint gaps[3] = { 0, 8, 2 }, alone[2] = { 6, 0 }, none[2] = { 0, 0 };
  static const OtoClassWeightForm forms[] = {
    OTO_CLASS_WEIGHT_RELEASED, OTO_CLASS_WEIGHT_PRINTED, OTO_CLASS_WEIGHT_PRINTED_CLIPS,
  };
  float weights[3];

  for (guint i = 0; i < G_N_ELEMENTS (forms); i++)
    {
      oto_class_weight_compute (forms[i], 0.3, gaps, 3, 8, weights);
      g_assert_cmpfloat (weights[0], ==, 1.f);
      g_assert_true (isfinite (weights[1]) && weights[1] > 0.f);
      g_assert_true (isfinite (weights[2]) && weights[2] > 0.f);

      oto_class_weight_compute (forms[i], 0.3, alone, 2, 6, weights);
      g_assert_cmpfloat (weights[0], ==, 1.f);
      g_assert_cmpfloat (weights[1], ==, 1.f);

      oto_class_weight_compute (forms[i], 0.3, none, 2, 0, weights);
      g_assert_cmpfloat (weights[0], ==, 1.f);
      g_assert_cmpfloat (weights[1], ==, 1.f);
    }
}

static void
test_negative_is_never_below_0 (void)
{
  float weights[4] = { 1.f, 0.75f, 2.f, 3.5f };

  oto_class_weight_compute_negative (weights, 4, weights);
  g_assert_cmpfloat (weights[0], ==, 1.f);
  g_assert_cmpfloat (weights[1], ==, 1.25f);
  g_assert_cmpfloat (weights[2], ==, 0.f);
  g_assert_cmpfloat (weights[3], ==, 0.f);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/nn/class-weight/matches-naive", test_matches_naive);
  g_test_add_func ("/nn/class-weight/none-and-beta-0-are-1", test_none_and_beta_0_are_1);
  g_test_add_func ("/nn/class-weight/rare-classes-weigh-more", test_rare_classes_weigh_more);
  g_test_add_func ("/nn/class-weight/without-balance-is-1", test_without_balance_is_1);
  g_test_add_func ("/nn/class-weight/negative-is-never-below-0", test_negative_is_never_below_0);
  return g_test_run ();
}
