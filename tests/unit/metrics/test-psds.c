/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test.h"

#include <math.h>

#define N_CLASSES 3
#define N_FRAMES  48
#define N_CLIPS   4
#define HOP_S     0.25

typedef struct
{
  OtoInterval refs[5];
  double      scores[N_CLASSES * N_FRAMES];
} Clip;

static void
fill_clip (Clip    *clip,
           guint64  seed)
{
  float random[N_CLASSES * N_FRAMES];
  OtoRng rng;

  oto_rng_init (&rng, seed);
  for (int i = 0; i < 5; i++)
    {
      clip->refs[i].onset_s = (double) oto_rng_below (&rng, 80) * 0.125;
      clip->refs[i].offset_s = clip->refs[i].onset_s + 0.5
                               + (double) oto_rng_below (&rng, 16) * 0.125;
      clip->refs[i].class_index = (int) oto_rng_below (&rng, N_CLASSES);
    }
  oto_test_fill (random, N_CLASSES * N_FRAMES, seed + 1000);
  for (int i = 0; i < N_CLASSES * N_FRAMES; i++)
    clip->scores[i] = round (fabs (random[i]) * 16.0) / 16.0;
}

/* The definition: runs of frames above a threshold, clip by clip. */
static void
count_runs (const Clip            *clips,
            const OtoPsdsConfig   *config,
            double                 threshold,
            OtoIntersectionCounts *counts,
            guint64               *cross)
{
  for (int n = 0; n < N_CLIPS; n++)
    {
      g_autoptr (GArray) runs = g_array_new (FALSE, FALSE, sizeof (OtoInterval));

      for (int k = 0; k < N_CLASSES; k++)
        for (int t = 0; t < N_FRAMES; t++)
          if (clips[n].scores[k * N_FRAMES + t] > threshold)
            {
              OtoInterval frame = { t * HOP_S, (t + 1) * HOP_S, k };

              g_array_append_val (runs, frame);
            }
      oto_intersection_add_clip (&config->criteria, N_CLASSES, clips[n].refs, 5,
                                 (OtoInterval *) runs->data, runs->len, counts, cross);
    }
}

static void
test_counts_of_every_threshold (void)
{
  const OtoPsdsConfig *configs[] = { &oto_psds_scenario_1, &oto_psds_scenario_2 };

  for (int i = 0; i < 2; i++)
    {
      g_autoptr (OtoPsds) psds = oto_psds_new (configs[i], N_CLASSES);
      Clip clips[N_CLIPS];

      for (int n = 0; n < N_CLIPS; n++)
        {
          fill_clip (&clips[n], 10 * i + n);
          oto_psds_add_clip (psds, N_FRAMES * HOP_S, clips[n].refs, 5, clips[n].scores, N_FRAMES,
                             HOP_S);
        }
      for (double threshold = -0.1; threshold < 1.1; threshold += 0.04)
        {
          OtoIntersectionCounts expected[N_CLASSES] = { { 0 } }, counts;
          guint64 expected_cross[N_CLASSES * N_CLASSES] = { 0 }, cross[N_CLASSES];

          count_runs (clips, configs[i], threshold, expected, expected_cross);
          for (int k = 0; k < N_CLASSES; k++)
            {
              oto_psds_get_counts (psds, k, threshold, &counts, cross);
              g_assert_cmpmem (&counts, sizeof counts, &expected[k], sizeof counts);
              g_assert_cmpmem (cross, sizeof cross, expected_cross + k * N_CLASSES, sizeof cross);
            }
        }
    }
}

static void
test_oracle_is_one (void)
{
  const OtoInterval refs[] = { { 1.0, 3.0, 0 }, { 5.0, 6.0, 1 } };
  double scores[2 * N_FRAMES];
  g_autoptr (OtoPsds) psds = oto_psds_new (&oto_psds_scenario_2, 2);
  g_auto (OtoPsdsResult) result = { 0 };

  for (int k = 0; k < 2; k++)
    for (int t = 0; t < N_FRAMES; t++)
      scores[k * N_FRAMES + t] = t * HOP_S >= refs[k].onset_s && t * HOP_S < refs[k].offset_s;
  oto_psds_add_clip (psds, N_FRAMES * HOP_S, refs, 2, scores, N_FRAMES, HOP_S);
  oto_psds_compute (psds, NULL, 0, &result);
  g_assert_cmpfloat (result.psds, ==, 1.0);
  g_assert_cmpfloat (result.class_psds[1], ==, 1.0);
}

static void
test_without_reference_is_undefined (void)
{
  const double scores[] = { 0.1, NAN, 0.3 };
  g_autoptr (OtoPsds) psds = oto_psds_new (&oto_psds_scenario_1, 1);
  g_auto (OtoPsdsResult) result = { 0 };
  OtoIntersectionCounts counts;

  oto_psds_add_clip (psds, 0.0, NULL, 0, scores, 3, HOP_S);
  oto_psds_add_clip (psds, 0.6, NULL, 0, scores, 3, HOP_S);
  oto_psds_compute (psds, NULL, 0, &result);
  g_assert_true (isnan (result.psds) && isnan (result.class_psds[0]));
  oto_psds_get_counts (psds, 0, 0.0, &counts, NULL);
  g_assert_cmpuint (counts.n_false, ==, 2);
}

/* An hour of frames takes no longer than their number says. */
static void
test_long_clip (void)
{
  const size_t n = 100000;
  const OtoInterval ref = { 0.0, 3000.0, 0 };
  g_autofree float *random = g_new (float, n);
  g_autofree double *scores = g_new (double, n);
  g_autoptr (OtoPsds) psds = oto_psds_new (&oto_psds_scenario_1, 1);
  g_auto (OtoPsdsResult) result = { 0 };

  oto_test_fill (random, n, 3);
  for (size_t t = 0; t < n; t++)
    scores[t] = random[t];
  oto_psds_add_clip (psds, n * 0.032, &ref, 1, scores, n, 0.032);
  oto_psds_compute (psds, NULL, 0, &result);
  g_assert_cmpfloat (result.psds, ==, 1.0);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/metrics/psds/counts-of-every-threshold", test_counts_of_every_threshold);
  g_test_add_func ("/metrics/psds/oracle-is-one", test_oracle_is_one);
  g_test_add_func ("/metrics/psds/without-reference-is-undefined",
                   test_without_reference_is_undefined);
  g_test_add_func ("/metrics/psds/long-clip", test_long_clip);
  return g_test_run ();
}
