/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test-model.h"
#include "oto-test.h"
#include "paint/oto-class-name.h"
#include "state/oto-class-locks.h"

static OtoAnalysis *
analysis_new (int     n_classes,
              guint64 seed)
{
  g_autoptr (OtoModelSnapshot) model = oto_test_make_snapshot ("gap", n_classes, seed);
  g_autoptr (OtoAnalyzer) analyzer = oto_analyzer_new (model, oto_test_get_engine (2), NULL);
  g_autoptr (OtoClip) clip = oto_test_make_clip (1.0, 32000, 1);
  g_autoptr (GError) error = NULL;
  OtoAnalysis *analysis = oto_analyzer_analyze (analyzer, clip, NULL, NULL, NULL, &error);

  g_assert_no_error (error);
  return analysis;
}

static void
count_cb (guint *n)
{
  (*n)++;
}

/* Without locks the first classes have the panels; a locked one keeps its place under any ranking,
 * and those that are not locked fill the others. */
static void
test_places (void)
{
  g_autoptr (OtoAnalysis) first = analysis_new (5, 311);
  g_autoptr (OtoAnalysis) second = analysis_new (5, 312);
  OtoClassLocks *locks = oto_class_locks_new ();
  const int *ranking = oto_analysis_get_ranking (first);
  g_autofree char *name = oto_class_name_dup (first, ranking[1]);
  int classes[OTO_N_FOCUS];
  guint n = 0;

  g_signal_connect_swapped (locks, "changed", G_CALLBACK (count_cb), &n);
  oto_class_locks_arrange (locks, first, classes);
  for (int i = 0; i < OTO_N_FOCUS; i++)
    g_assert_cmpint (classes[i], ==, ranking[i]);

  oto_class_locks_toggle (locks, first, ranking[1]);
  g_assert_cmpuint (n, ==, 1);
  g_assert_true (oto_class_locks_has (locks, name));
  oto_class_locks_arrange (locks, second, classes);
  g_assert_cmpint (classes[1], ==, ranking[1]);
  g_assert_cmpint (classes[0], !=, classes[1]);
  g_assert_cmpint (classes[2], !=, classes[1]);
  g_assert_cmpint (classes[0], !=, classes[2]);

  /* One that has no panel gets the last; when all are taken, only its row is first. */
  oto_class_locks_toggle (locks, first, ranking[4]);
  oto_class_locks_arrange (locks, first, classes);
  g_assert_cmpint (classes[0], ==, ranking[0]);
  g_assert_cmpint (classes[1], ==, ranking[1]);
  g_assert_cmpint (classes[2], ==, ranking[4]);
  oto_class_locks_toggle (locks, first, ranking[0]);
  oto_class_locks_toggle (locks, first, ranking[3]);
  oto_class_locks_arrange (locks, first, classes);
  g_assert_cmpint (classes[2], ==, ranking[4]);

  oto_class_locks_toggle (locks, first, ranking[4]);
  oto_class_locks_arrange (locks, first, classes);
  g_assert_cmpint (classes[2], !=, ranking[4]);
  g_assert_finalize_object (locks);
}

static void
test_rows (void)
{
  g_autoptr (OtoAnalysis) analysis = analysis_new (5, 311);
  OtoClassLocks *locks = oto_class_locks_new ();
  const int *ranking = oto_analysis_get_ranking (analysis);
  g_autofree int *rows = NULL;
  guint n;

  oto_class_locks_toggle (locks, analysis, ranking[3]);
  rows = oto_class_locks_dup_rows (locks, analysis, 3, &n);
  g_assert_cmpuint (n, ==, 3);
  g_assert_cmpint (rows[0], ==, ranking[3]);
  g_assert_cmpint (rows[1], ==, ranking[0]);
  g_assert_finalize_object (locks);
}

/* A model with fewer classes does without those that it does not know. */
static void
test_other_model (void)
{
  g_autoptr (OtoAnalysis) large = analysis_new (5, 311);
  g_autoptr (OtoAnalysis) small = analysis_new (2, 311);
  OtoClassLocks *locks = oto_class_locks_new ();
  OtoClassLocks *copy = oto_class_locks_new ();
  g_autoptr (GVariant) state = NULL;
  int classes[OTO_N_FOCUS], again[OTO_N_FOCUS];

  oto_class_locks_toggle (locks, large, 4);
  oto_class_locks_toggle (locks, large, 1);
  oto_class_locks_arrange (locks, small, classes);
  g_assert_true (classes[0] == 1 || classes[1] == 1 || classes[2] == 1);
  for (int i = 0; i < OTO_N_FOCUS; i++)
    g_assert_cmpint (classes[i], <, 2);

  state = g_variant_ref_sink (oto_class_locks_save (locks));
  oto_class_locks_restore (copy, state);
  oto_class_locks_arrange (copy, small, again);
  g_assert_cmpmem (classes, sizeof classes, again, sizeof again);
  g_assert_finalize_object (locks);
  g_assert_finalize_object (copy);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/state/class-locks/places", test_places);
  g_test_add_func ("/state/class-locks/rows", test_rows);
  g_test_add_func ("/state/class-locks/other-model", test_other_model);

  return g_test_run ();
}
