/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test.h"
#include "training/oto-prob-mean.h"

static void
test_mean (void)
{
  static const float probs[3][2] = { { 0.25f, 1.f }, { 0.5f, 0.f }, { 0.75f, 0.5f } };
  g_auto (OtoProbMean) mean = { 0 };
  float values[2];

  g_assert_true (oto_prob_mean_init (&mean, 2, NULL));
  for (int i = 0; i < 3; i++)
    oto_prob_mean_add (&mean, probs[i]);
  oto_prob_mean_fill (&mean, values);
  g_assert_cmpfloat (values[0], ==, 0.5f);
  g_assert_cmpfloat (values[1], ==, 0.5f);
}

/* A float's sum would stand still at 2^24. */
static void
test_many_checkpoints (void)
{
  g_auto (OtoProbMean) mean = { 0 };
  const float prob = 0x1p-24f;
  const float one = 1.f;
  float value;

  g_assert_true (oto_prob_mean_init (&mean, 1, NULL));
  oto_prob_mean_add (&mean, &one);
  for (int i = 0; i < 1023; i++)
    oto_prob_mean_add (&mean, &prob);
  oto_prob_mean_fill (&mean, &value);
  g_assert_cmpfloat (value, ==, (float) ((1.0 + 1023.0 * 0x1p-24) / 1024.0));
  g_assert_cmpfloat (value, !=, 1.f / 1024.f);
}

static void
test_too_large_is_an_error (void)
{
  g_autoptr (GError) error = NULL;
  OtoProbMean mean;

  g_assert_false (oto_prob_mean_init (&mean, G_MAXSIZE / 2, &error));
  g_assert_error (error, OTO_BASE_ERROR, OTO_BASE_ERROR_MEMORY);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/training/prob-mean/mean", test_mean);
  g_test_add_func ("/training/prob-mean/many-checkpoints", test_many_checkpoints);
  g_test_add_func ("/training/prob-mean/too-large-is-an-error", test_too_large_is_an_error);
  return g_test_run ();
}
