/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test.h"

#include <math.h>

static void
test_pools_clips_class_by_class (void)
{
  const float scores[] = { 0.9f, 0.05f, 0.3f }, targets[] = { 1.f, 0.f, 0.f };
  const float more_targets[] = { 1.f, 0.f };
  g_autoptr (OtoCellScore) self = oto_cell_score_new (2);
  OtoCellScores all, mean;

  oto_cell_score_add (self, 0, scores, targets, 3);
  oto_cell_score_add (self, 0, NULL, more_targets, 2);
  oto_cell_score_add (self, 1, scores, more_targets + 1, 1);
  oto_cell_score_get_class (self, 0, 0.1, &all);
  g_assert_cmpuint (all.f1.n_hits, ==, 1);
  g_assert_cmpuint (all.f1.n_false, ==, 1);
  g_assert_cmpuint (all.f1.n_missed, ==, 1);
  /* Of six pairs one is lost twice and one tied. */
  g_assert_cmpfloat_with_epsilon (all.auc, 3.5 / 6.0, 1e-12);
  g_assert_cmpfloat_with_epsilon (all.ap, 0.5 * 1.0 + 0.5 * 2.0 / 5.0, 1e-12);

  /* The other class does not occur, and enters no mean. */
  g_assert_cmpuint (oto_cell_score_get_mean (self, 0.1, &mean), ==, 1);
  g_assert_cmpfloat (mean.f1.f1, ==, all.f1.f1);
  g_assert_cmpfloat (mean.auc, ==, all.auc);
  g_assert_cmpfloat (mean.ap, ==, all.ap);
}

static void
test_without_cells_is_undefined (void)
{
  g_autoptr (OtoCellScore) self = oto_cell_score_new (1);
  OtoCellScores mean;

  g_assert_cmpuint (oto_cell_score_get_mean (self, 0.1, &mean), ==, 0);
  g_assert_true (isnan (mean.f1.f1) && isnan (mean.auc) && isnan (mean.ap));
}

static void
test_fills_frames (void)
{
  const OtoInterval events[] = { { 0.25, 0.75, 0 }, { 1.9, 1e300, 0 }, { 0.0, 9.0, 1 } };
  const float expected[] = { 0.f, 1.f, 1.f, 1.f, 0.f, 0.f, 0.f, 1.f, 1.f };
  float targets[9];

  oto_cell_score_fill_frames (events, 3, 0, 4.0, 9, targets);
  g_assert_cmpmem (targets, sizeof targets, expected, sizeof expected);
}

/* Bins against the ideal binary mask: an oracle is right everywhere, the limit counts as scene. */
static void
test_bins_of_an_ideal_mask (void)
{
  const float events_mag[] = { 1.f, 0.f, 2.f, 0.1f }, scene_mag[] = { 0.5f, 1.f, 0.f, 1.f };
  g_autoptr (OtoCellScore) self = oto_cell_score_new (1);
  OtoCellScores scores;
  float mask[4];

  oto_mask_fill_ideal_binary (events_mag, scene_mag, 4, mask);
  oto_cell_score_add (self, 0, mask, mask, 4);
  oto_cell_score_get_class (self, 0, 0.1, &scores);
  g_assert_cmpuint (scores.f1.n_hits, ==, 2);
  g_assert_cmpfloat (scores.f1.f1, ==, 1.0);
  g_assert_cmpfloat (scores.auc, ==, 1.0);
  g_assert_cmpfloat (scores.ap, ==, 1.0);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/metrics/cell-score/pools-clips-class-by-class",
                   test_pools_clips_class_by_class);
  g_test_add_func ("/metrics/cell-score/without-cells-is-undefined",
                   test_without_cells_is_undefined);
  g_test_add_func ("/metrics/cell-score/fills-frames", test_fills_frames);
  g_test_add_func ("/metrics/cell-score/bins-of-an-ideal-mask", test_bins_of_an_ideal_mask);
  return g_test_run ();
}
