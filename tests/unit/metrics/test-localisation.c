/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test.h"

#include <math.h>

static void
test_attention_inside_and_outside (void)
{
  /* Centres at 0.5, 1.5, … s; the event holds the second and third. */
  const OtoInterval refs[] = { { 1.5, 3.0, 0 }, { 0.0, 9.0, 1 } };
  const float att[] = { 0.1f, 0.4f, 0.4f, 0.1f }, first[] = { 0.1f, 0.4f, 0.8f, 0.2f };
  OtoLocalisation pairs[2];
  OtoLocalisationMean mean;

  oto_localisation_compute (att, first, 4, 10.0, 10.0, 10.0, refs, 2, 0, &pairs[0]);
  g_assert_true (pairs[0].counts && pairs[0].hit);
  g_assert_cmpuint (pairs[0].arg_max, ==, 1);
  g_assert_cmpfloat_with_epsilon (pairs[0].mass, 0.8, 1e-7);
  g_assert_cmpfloat_with_epsilon (pairs[0].mass_times_uniform, 1.6, 1e-7);

  /* The other class lasts throughout, and enters no mean. */
  oto_localisation_compute (att, first, 4, 10.0, 10.0, 10.0, refs, 2, 1, &pairs[1]);
  g_assert_false (pairs[1].counts);
  oto_localisation_get_mean (pairs, 2, &mean);
  g_assert_cmpuint (mean.n_pairs, ==, 1);
  g_assert_cmpfloat (mean.pointing, ==, 1.0);
  g_assert_cmpfloat (mean.chance, ==, 0.5);
  g_assert_cmpfloat_with_epsilon (mean.first_ratio, 4.0, 1e-6);
}

static void
test_without_pairs_is_undefined (void)
{
  OtoLocalisation pair;
  OtoLocalisationMean mean;

  oto_localisation_compute (NULL, NULL, 0, 1.0, 1.0, 1.0, NULL, 0, 0, &pair);
  g_assert_false (pair.counts);
  oto_localisation_get_mean (&pair, 1, &mean);
  g_assert_cmpuint (mean.n_pairs, ==, 0);
  g_assert_true (isnan (mean.pointing) && isnan (mean.chance) && isnan (mean.mass)
                 && isnan (mean.mass_times_uniform) && isnan (mean.first_ratio));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/metrics/localisation/attention-inside-and-outside",
                   test_attention_inside_and_outside);
  g_test_add_func ("/metrics/localisation/without-pairs-is-undefined",
                   test_without_pairs_is_undefined);
  return g_test_run ();
}
