/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test.h"

#include <math.h>

static void
test_absent_class_is_left_out (void)
{
  const float probs[6] = { 0.9f, 0.3f, 0.5f,
                           0.2f, 0.4f, 0.6f };
  const float targets[6] = { 1.f, 0.f, 1.f,
                             0.f, 0.f, 1.f };
  OtoTaggingScore score;
  double class_ap[3];

  oto_tagging_score_compute (probs, targets, 2, 3, &score, class_ap);
  g_assert_cmpint (score.n_classes, ==, 2);
  g_assert_cmpfloat (class_ap[0], ==, 1.0);
  g_assert_true (isnan (class_ap[1]));
  g_assert_cmpfloat (class_ap[2], ==, 1.0);
  g_assert_cmpfloat (score.macro_ap, ==, 1.0);
  /* The third class is in every clip: it has no ROC curve. */
  g_assert_cmpfloat (score.auc, ==, 1.0);
  g_assert_cmpfloat (score.micro_ap, ==, 1.0);
}

static void
test_no_labels_is_undefined (void)
{
  const float probs[2] = { 0.9f, 0.3f }, targets[2] = { 0.f, 0.f };
  OtoTaggingScore score;

  oto_tagging_score_compute (probs, targets, 1, 2, &score, NULL);
  g_assert_cmpint (score.n_classes, ==, 0);
  g_assert_true (isnan (score.micro_ap));
  g_assert_true (isnan (score.macro_ap));
  g_assert_true (isnan (score.auc));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/metrics/tagging-score/absent-class-is-left-out",
                   test_absent_class_is_left_out);
  g_test_add_func ("/metrics/tagging-score/no-labels-is-undefined", test_no_labels_is_undefined);
  return g_test_run ();
}
