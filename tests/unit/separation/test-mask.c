/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test.h"

static void
test_limit_sum (void)
{
  float mask[] = {
    0.2f, 0.9f, 0.0f, 1.0f,
    0.3f, 0.6f, 0.0f, 1.0f,
    0.1f, 0.3f, 0.0f, 0.0f,
  };
  const float expected[] = {
    0.2f, 0.5f, 0.0f, 0.5f,
    0.3f, 0.6f / 1.8f, 0.0f, 0.5f,
    0.1f, 0.3f / 1.8f, 0.0f, 0.0f,
  };

  oto_mask_limit_sum (mask, 3, 4);
  oto_assert_abs_below (mask, expected, 12, 1e-7);
}

static void
test_ideal (void)
{
  const float events[] = { 1.0f, 0.5f, 0.0f, 0.0f, 1.0f };
  const float scene[] = { 1.0f, 1.0f, 1.0f, 0.0f, 0.0f };
  const float binary[] = { 1.0f, 0.0f, 0.0f, 0.0f, 1.0f };
  const float ratio[] = { 0.5f, 1.0f / 3.0f, 0.0f, 0.0f, 1.0f };
  float mask[5];

  oto_mask_fill_ideal_binary (events, scene, 5, mask);
  oto_assert_abs_below (mask, binary, 5, 0.0);
  oto_mask_fill_ideal_ratio (events, scene, 5, mask);
  oto_assert_abs_below (mask, ratio, 5, 1e-7);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/separation/mask/limit-sum/leaves-background", test_limit_sum);
  g_test_add_func ("/separation/mask/ideal/values", test_ideal);

  return g_test_run ();
}
