/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test.h"

#include <string.h>

static const OtoRecipe *
find (const char *name)
{
  const OtoRecipe *recipe = oto_recipe_find (name);

  g_assert_nonnull (recipe);
  return recipe;
}

static void
test_found_by_name (void)
{
  g_autofree char *names = oto_recipe_dup_names ();
  g_auto (GStrv) parts = g_strsplit (names, ", ", -1);
  guint n = 0;

  for (; oto_recipe_get (n) != NULL; n++)
    {
      const OtoRecipe *recipe = oto_recipe_get (n);

      g_assert_true (oto_recipe_find (recipe->name) == recipe);
      g_assert_cmpstr (parts[n], ==, recipe->name);
      g_assert_cmpuint (strlen (recipe->title), >, 0);
      g_assert_cmpuint (strlen (recipe->source), >, 0);
    }
  g_assert_cmpuint (n, ==, g_strv_length (parts));
  g_assert_null (oto_recipe_find ("t-003"));
}

static void
check_schedule (const OtoScheduleConfig *schedule)
{
  switch (schedule->kind)
    {
    case OTO_SCHEDULE_CONSTANT:
      break;
    case OTO_SCHEDULE_UPDATES:
    case OTO_SCHEDULE_EPOCHS:
      g_assert_cmpint (schedule->every, >, 0);
      g_assert_true (schedule->factor > 0.0 && schedule->factor < 1.0);
      break;
    case OTO_SCHEDULE_PLATEAU:
      g_assert_cmpint (schedule->patience, >, 0);
      g_assert_cmpfloat (schedule->threshold, >, 0.0);
      g_assert_true (schedule->factor > 0.0 && schedule->factor < 1.0);
      break;
    }
}

static void
check_optimizer (const OtoOptimizerConfig *optimizer)
{
  g_assert_cmpfloat (optimizer->lr, >, 0.0);
  if (optimizer->kind == OTO_OPTIMIZER_SGD)
    {
      g_assert_true (optimizer->momentum >= 0.0 && optimizer->momentum < 1.0);
      return;
    }
  g_assert_true (optimizer->beta1 == 0.9 && optimizer->beta2 == 0.999);
  g_assert_cmpfloat (optimizer->eps, >, 0.0);
}

/* What no recipe may say, whatever its numbers. */
static void
test_rows_hold_together (void)
{
  for (guint i = 0; oto_recipe_get (i) != NULL; i++)
    {
      const OtoRecipe *recipe = oto_recipe_get (i);

      g_assert_true ((recipe->n_epochs > 0) != (recipe->n_updates > 0));
      g_assert_cmpint (recipe->batch, >, 0);
      check_optimizer (&recipe->optimizer);
      check_schedule (&recipe->schedule);
      /* Only a shuffled epoch ends by itself. */
      if (recipe->sampling != OTO_SAMPLING_SHUFFLE)
        g_assert_cmpint (recipe->n_epoch_updates, >, 0);
      if (recipe->keep == OTO_KEEP_MEAN)
        g_assert_true (recipe->keep_first >= 1 && recipe->keep_first <= recipe->keep_last
                       && recipe->keep_last <= recipe->n_epochs);
      if (recipe->keep == OTO_KEEP_BEST && recipe->schedule.kind == OTO_SCHEDULE_PLATEAU)
        g_assert_cmpint (recipe->keep_watch, ==, recipe->schedule.watch);
      g_assert_true (recipe->class_weight == OTO_CLASS_WEIGHT_NONE
                     || recipe->class_weight_beta > 0.0);
    }
}

/* What the papers and programs say. */
static void
test_published_lengths (void)
{
  /* 6000 clips of three folds are exactly 250 batches. */
  g_assert_cmpint (oto_recipe_get_n_epoch_updates (find ("T-000"), 6000), ==, 250);
  g_assert_cmpint (oto_recipe_get_n_updates (find ("T-000"), 6000), ==, 20000);
  g_assert_cmpint (oto_recipe_get_n_updates (find ("T-003"), 6000), ==, 10000);
  g_assert_cmpint (oto_recipe_get_n_updates (find ("seed-001"), 1578), ==, 10000);
  g_assert_cmpint (oto_recipe_get_n_updates (find ("xu-native"), 51172), ==, 2900);
  g_assert_cmpint (oto_recipe_get_n_updates (find ("talnet-native"), 51172), ==, 30000);
  g_assert_cmpint (oto_recipe_get_n_updates (find ("talnet-small-native"), 51172), ==, 25000);
  /* 51 172 = 799 * 64 + 36: the incomplete batch is dropped. */
  g_assert_cmpint (oto_recipe_get_n_updates (find ("mmnet"), 51172), ==, 79900);
  g_assert_cmpint (oto_recipe_get_n_updates (find ("dnn-native"), 2001), ==, 200);
}

static void
test_incomplete_batches (void)
{
  g_assert_cmpint (oto_recipe_get_n_epoch_updates (find ("T-000"), 25), ==, 2);
  g_assert_cmpint (oto_recipe_get_n_epoch_updates (find ("T-000"), 3), ==, 1);
  g_assert_cmpint (oto_recipe_get_n_epoch_updates (find ("mmnet"), 127), ==, 1);
  g_assert_cmpint (oto_recipe_get_n_epoch_updates (find ("mmnet"), 128), ==, 2);
  g_assert_cmpint (oto_recipe_get_n_epoch_updates (find ("mmnet"), 3), ==, 1);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/models/recipe/found-by-name", test_found_by_name);
  g_test_add_func ("/models/recipe/rows-hold-together", test_rows_hold_together);
  g_test_add_func ("/models/recipe/published-lengths", test_published_lengths);
  g_test_add_func ("/models/recipe/incomplete-batches", test_incomplete_batches);
  return g_test_run ();
}
