/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test-trainer.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

static void
test_resumed_is_unbroken (OtoTestTrainer *fixture,
                          gconstpointer   data)
{
  g_autoptr (OtoTrainer) unbroken = oto_test_trainer_new (fixture, "a");
  g_autoptr (OtoTrainer) first = NULL, second = NULL;
  g_autoptr (GArray) records = NULL, losses = NULL;

  oto_test_trainer_run (unbroken, OTO_TRAINER_DONE);
  first = oto_test_trainer_new (fixture, "b");
  oto_test_trainer_run_until (first, 2);
  records = oto_trainer_dup_records (first);
  g_assert_cmpuint (records->len, ==, 2);
  second = oto_test_trainer_resume (fixture);
  oto_test_trainer_run (second, OTO_TRAINER_DONE);
  oto_test_trainer_assert_same (fixture, "a", "b");
  losses = oto_trainer_dup_step_losses (second);
  g_assert_cmpuint (losses->len, ==, 4 * 2);
}

/* A list of mixtures of the fixture's clips instead of a folder, and changes of sounds and of
 * features. */
static void
use_mixtures (OtoTestTrainer *fixture)
{
  static const char scenes[] = "filename,fold\nc0.wav,2\nc3.wav,1\n";
  g_autoptr (GString) events = g_string_new ("fname,label,fold\n");
  g_autofree char *events_csv = g_build_filename (fixture->data, "audio", "events.csv", NULL);
  g_autofree char *scenes_csv = g_build_filename (fixture->data, "audio", "scenes.csv", NULL);
  g_autofree char *list = g_build_filename (fixture->data, "audio", "list.yaml", NULL);
  OtoRemixConfig remix = oto_remix_config_default;
  g_autoptr (GError) error = NULL;
  const OtoOption *option;

  for (int i = 0; i < OTO_TEST_TRAINER_N_CLIPS; i++)
    g_string_append_printf (events, "c%d.wav,%s,%d\n", i, i % 2 == 0 ? "Whistle" : "Hiss",
                            i < 2 ? 2 : 1);
  g_assert_true (g_file_set_contents (events_csv, events->str, -1, NULL));
  g_assert_true (g_file_set_contents (scenes_csv, scenes, -1, NULL));
  remix.events_csv = events_csv;
  remix.scenes_csv = scenes_csv;
  remix.random_onsets = TRUE;
  remix.events_min = remix.events_max = 1;
  remix.n_clips = 12;
  oto_remix_save_list (&remix, list, NULL, &error);
  g_assert_no_error (error);

  g_free (fixture->config.data_dir);
  fixture->config.data_dir = g_steal_pointer (&list);
  fixture->config.remix = TRUE;
  for (guint i = 0; (option = oto_augment_get_option (i)) != NULL; i++)
    if (option->value == 0.0 && option->kind == OTO_OPTION_NUMBER
        && strcmp (option->name, "room") != 0)
      oto_trainer_config_set_augmentation (&fixture->config, option->name, "0.4");
}

/* Mixtures are drawn anew in every epoch, and come back when a run is broken off within one. */
static void
test_resumed_remix_is_unbroken (OtoTestTrainer *fixture,
                                gconstpointer   data)
{
  g_autoptr (OtoTrainer) unbroken = NULL, first = NULL, second = NULL;
  g_autoptr (GArray) losses = NULL;

  if (OTO_TEST_IS_SANITIZED)
    {
      g_test_skip ("it is about bits; the remixer's tests mix as much");
      return;
    }
  use_mixtures (fixture);
  unbroken = oto_test_trainer_new (fixture, "a");
  oto_test_trainer_run (unbroken, OTO_TRAINER_DONE);
  first = oto_test_trainer_new (fixture, "b");
  g_assert_false (oto_test_trainer_start_and_stop (first, 3));
  second = oto_test_trainer_resume (fixture);
  oto_test_trainer_run (second, OTO_TRAINER_DONE);
  oto_test_trainer_assert_same (fixture, "a", "b");

  losses = oto_trainer_dup_step_losses (unbroken);
  for (guint i = 1; i < losses->len; i++)
    g_assert_cmpfloat (g_array_index (losses, double, i), !=,
                       g_array_index (losses, double, i - 1));
}

static void
notice_cb (OtoTrainer *trainer,
           const char *text,
           char      **ret_text)
{
  g_free (*ret_text);
  *ret_text = g_strdup (text);
}

/* As a power cut leaves a table whose last blocks were not written. */
static void
test_damaged_table (OtoTestTrainer *fixture,
                    gconstpointer   data)
{
  static const char zeros[600];
  g_autoptr (OtoTrainer) unbroken = oto_test_trainer_new (fixture, "a");
  g_autoptr (OtoTrainer) first = NULL, second = NULL;
  g_autofree char *path = NULL, *log_path = NULL, *text = NULL, *notice = NULL;

  oto_test_trainer_run (unbroken, OTO_TRAINER_DONE);
  first = oto_test_trainer_new (fixture, "b");
  path = g_build_filename (fixture->config.run_dir, "metrics.csv", NULL);
  log_path = g_build_filename (fixture->config.run_dir, "log.txt", NULL);
  oto_test_trainer_run_until (first, 2);
  g_clear_object (&first);
  g_assert_true (g_file_set_contents (path, zeros, sizeof zeros, NULL));
  second = oto_test_trainer_resume (fixture);
  g_signal_connect (second, "notice", G_CALLBACK (notice_cb), &notice);
  oto_test_trainer_run (second, OTO_TRAINER_DONE);
  oto_test_trainer_assert_same (fixture, "a", "b");
  g_assert_nonnull (notice);
  g_assert_nonnull (strstr (notice, "metrics.csv.damaged"));
  g_assert_true (g_file_get_contents (log_path, &text, NULL, NULL));
  g_assert_nonnull (strstr (text, notice));
}

/* A finished run that is given more epochs goes on as if it had been meant to. */
static void
test_extended_is_unbroken (OtoTestTrainer *fixture,
                           gconstpointer   data)
{
  const int n_epochs = fixture->config.n_epochs;
  g_autoptr (OtoTrainer) unbroken = oto_test_trainer_new (fixture, "a");
  g_autoptr (OtoTrainer) first = NULL, second = NULL;
  g_autoptr (GError) error = NULL;

  oto_test_trainer_run (unbroken, OTO_TRAINER_DONE);
  fixture->config.n_epochs = n_epochs / 2;
  first = oto_test_trainer_new (fixture, "b");
  oto_test_trainer_run (first, OTO_TRAINER_DONE);
  second = oto_trainer_new_resumed (fixture->config.run_dir, n_epochs, 0, FALSE, 0, &error);
  g_assert_no_error (error);
  oto_test_trainer_run (second, OTO_TRAINER_DONE);
  fixture->config.n_epochs = n_epochs;
  oto_test_trainer_assert_same (fixture, "a", "b");
}

/* Another number of threads adds in another order. Adam moves a weight whose gradient is near zero
 * by up to the learning rate with the sign of a rounding error, so that two limits are needed: they
 * are those of the reference data for a few steps of Adam. */
static void
assert_close_weights (OtoModelSnapshot *model,
                      OtoModelSnapshot *other)
{
  size_t n, n_other, n_far = 0;
  const float *params = oto_model_snapshot_get_params (model, &n);
  const float *others = oto_model_snapshot_get_params (other, &n_other);

  g_assert_cmpuint (n, ==, n_other);
  for (size_t i = 0; i < n; i++)
    {
      g_assert_cmpfloat_with_epsilon (params[i], others[i], 1.5e-3);
      n_far += fabsf (params[i] - others[i]) > 5e-5f;
    }
  g_test_message ("%zu of %zu weights are more than 5e-5 apart", n_far, n);
  g_assert_cmpuint (n_far, <=, n / 200);
}

/* Wide enough for the transforms of the convolutions: the same seed and threads give the same bits,
 * whole runs long. */
static void
test_same_seed_same_weights (OtoTestTrainer *fixture,
                             gconstpointer   data)
{
  g_autoptr (OtoTrainer) first = NULL, second = NULL, alone = NULL;
  g_autoptr (OtoModelSnapshot) model = NULL, other = NULL;

#if defined (__SANITIZE_ADDRESS__)
  g_test_skip ("it is about bits; the other runs are about memory");
  return;
#endif
  fixture->config.width = 0.25;
  fixture->config.n_epochs = 2;
  first = oto_test_trainer_new (fixture, "a");
  oto_test_trainer_run (first, OTO_TRAINER_DONE);
  second = oto_test_trainer_new (fixture, "b");
  oto_test_trainer_run (second, OTO_TRAINER_DONE);
  oto_test_trainer_assert_same (fixture, "a", "b");

  fixture->config.n_threads = 1;
  alone = oto_test_trainer_new (fixture, "c");
  oto_test_trainer_run (alone, OTO_TRAINER_DONE);
  model = oto_test_trainer_load (fixture, "a", "checkpoint.safetensors");
  other = oto_test_trainer_load (fixture, "c", "checkpoint.safetensors");
  assert_close_weights (model, other);
}

/* Wherever steps are interrupted, the run is the same in the end. */
static void
test_stopped_anywhere_is_unbroken (OtoTestTrainer *fixture,
                                   gconstpointer   data)
{
  g_autoptr (OtoTrainer) unbroken = NULL;
  OtoTrainerProgress progress;
  guint n_epochs = 0, n_sessions = 0;

  fixture->config.batch = 2;
  fixture->config.n_epochs = 2;
  unbroken = oto_test_trainer_new (fixture, "a");
  oto_test_trainer_run (unbroken, OTO_TRAINER_DONE);
  do
    {
      g_autoptr (OtoTrainer) trainer = n_sessions == 0 ? oto_test_trainer_new (fixture, "b")
                                                       : oto_test_trainer_resume (fixture);
      guint n_before = 0;
      OtoTestHeard heard;

      oto_test_trainer_start (trainer, &heard);
      do
        {
          oto_trainer_get_progress (trainer, &progress);
          if (progress.state == OTO_TRAINER_RUNNING && n_before == 0)
            n_before = oto_test_trainer_get_n_steps (trainer) + 1;
          if (n_before > 0 && oto_test_trainer_get_n_steps (trainer) >= n_before)
            oto_trainer_stop (trainer);
          g_main_context_iteration (NULL, FALSE);
          g_usleep (200);
        }
      while (heard.n_finished == 0);
      g_assert_null (heard.message);
      n_epochs += heard.n_epochs;
      oto_trainer_get_progress (trainer, &progress);
    }
  while (progress.state == OTO_TRAINER_STOPPED && ++n_sessions < 20);
  g_assert_cmpint (progress.state, ==, OTO_TRAINER_DONE);
  g_assert_cmpuint (n_epochs, ==, 2);
  oto_test_trainer_assert_same (fixture, "a", "b");
}

static void
assert_resume_fails (OtoTestTrainer *fixture,
                     const char     *says)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (OtoTrainer) trainer = oto_trainer_new_resumed (fixture->config.run_dir, 0, 0, FALSE, 0,
                                                            &error);

  if (trainer != NULL)
    g_assert_false (oto_trainer_run (trainer, &error));
  g_assert_nonnull (error);
  if (strstr (error->message, says) == NULL)
    g_error ("“%s” does not say “%s”", error->message, says);
}

static void
test_resume_needs_the_same_run (OtoTestTrainer *fixture,
                                gconstpointer   data)
{
  g_autofree char *checkpoint = NULL, *config_path = NULL, *extra = NULL, *text = NULL;
  g_autofree char *labels_path = NULL;
  g_autoptr (OtoTrainer) trainer = NULL;
  size_t len;

  assert_resume_fails (fixture, "holds no run");
  trainer = oto_test_trainer_new (fixture, "a");
  oto_test_trainer_run_until (trainer, 2);
  checkpoint = g_build_filename (fixture->dir, "a", "checkpoint.safetensors", NULL);
  config_path = g_build_filename (fixture->dir, "a", "config.json", NULL);

  oto_test_trainer_write_lists (fixture, OTO_TEST_TRAINER_N_CLIPS + 1);
  assert_resume_fails (fixture, "have changed");
  oto_test_trainer_write_lists (fixture, OTO_TEST_TRAINER_N_CLIPS);
  extra = g_build_filename (fixture->data, "audio", "c8.wav", NULL);
  g_assert_cmpint (g_remove (extra), ==, 0);

  /* Other labels of the same clips and classes. */
  labels_path = g_build_filename (fixture->data, "labels.tsv", NULL);
  g_assert_true (g_file_set_contents (labels_path, "filename\tevent_labels\nc0.wav\tHiss\n"
                                                   "c1.wav\tWhistle\n", -1, NULL));
  assert_resume_fails (fixture, "labels of its data set have changed");
  oto_test_trainer_write_lists (fixture, OTO_TEST_TRAINER_N_CLIPS);

  fixture->config.width = 0.05;
  g_assert_true (oto_trainer_config_save (&fixture->config, config_path, NULL));
  assert_resume_fails (fixture, "another network");
  fixture->config.width = 0.03;
  g_assert_true (oto_trainer_config_save (&fixture->config, config_path, NULL));

  g_assert_true (g_file_get_contents (checkpoint, &text, &len, NULL));
  g_assert_true (g_file_set_contents (checkpoint, text, (gssize) len - 100, NULL));
  assert_resume_fails (fixture, "checkpoint.safetensors");
  g_assert_true (g_file_set_contents (config_path, "[[[[", -1, NULL));
  assert_resume_fails (fixture, "config.json");
}

static gboolean
is_like_another (const OtoRecipe *recipe)
{
  const OtoRecipe *other;

  for (guint i = 0; (other = oto_recipe_get (i)) != recipe; i++)
    if (other->optimizer.kind == recipe->optimizer.kind && other->keep == recipe->keep)
      return TRUE;
  return FALSE;
}

/* Recipe number *@ret_i, counted up, or %NULL after the last. Under the address sanitizer only the
 * first with each optimiser and way to keep. */
static const OtoRecipe *
next_recipe (guint *ret_i)
{
  const OtoRecipe *recipe = oto_recipe_get ((*ret_i)++);

  while (OTO_TEST_IS_SANITIZED && recipe != NULL && is_like_another (recipe))
    recipe = oto_recipe_get ((*ret_i)++);
  return recipe;
}

/* With the moments of its optimiser, the turns of its classes, its schedule and what it keeps. The
 * run ends within its last epoch and is taken up again at the beginning or in the middle of one. */
static void
test_every_recipe_is_unbroken (OtoTestTrainer *fixture,
                               gconstpointer   data)
{
  const OtoRecipe *recipe;

  fixture->config.n_epochs = 0;
  fixture->config.n_updates = 7;
  fixture->config.batch = 2;
  for (guint i = 0; (recipe = next_recipe (&i)) != NULL;)
    {
      g_autofree char *whole = g_strdup_printf ("%s-whole", recipe->name);
      g_autofree char *broken = g_strdup_printf ("%s-broken", recipe->name);
      g_autoptr (OtoTrainer) unbroken = NULL, first = NULL;
      guint n_sessions = 0;

      g_test_message ("%s", recipe->name);
      g_free (fixture->config.recipe);
      fixture->config.recipe = g_strdup (recipe->name);
      unbroken = oto_test_trainer_new (fixture, whole);
      oto_test_trainer_run (unbroken, OTO_TRAINER_DONE);
      g_assert_cmpuint (oto_test_trainer_get_n_steps (unbroken), ==, 7);

      first = oto_test_trainer_new (fixture, broken);
      oto_test_trainer_start_and_stop (first, 2);
      for (gboolean is_done = FALSE; !is_done; n_sessions++)
        {
          g_autoptr (OtoTrainer) trainer = oto_test_trainer_resume (fixture);

          is_done = oto_test_trainer_start_and_stop (trainer, 2);
        }
      g_test_message ("taken up again %u times", n_sessions);
      oto_test_trainer_assert_same (fixture, whole, broken);
    }
}

/* A checkpoint of the old format says so, one of another recipe too. */
static void
test_older_versions (OtoTestTrainer *fixture,
                     gconstpointer   data)
{
  g_autoptr (OtoTrainer) trainer = oto_test_trainer_new (fixture, "a");
  g_autofree char *checkpoint = g_build_filename (fixture->config.run_dir, "checkpoint.safetensors",
                                                  NULL);
  g_autofree char *config = g_build_filename (fixture->config.run_dir, "config.json", NULL);
  g_autoptr (OtoModelSnapshot) model = NULL;
  g_autoptr (OtoSafetensors) file = NULL;
  OtoTrainerConfig changed;

  oto_test_trainer_run_until (trainer, 1);
  oto_trainer_config_copy (oto_trainer_get_config (trainer), &changed);
  g_free (changed.recipe);
  changed.recipe = g_strdup ("mmnet");
  g_assert_true (oto_trainer_config_save (&changed, config, NULL));
  assert_resume_fails (fixture, "with recipe “T-000”, not “mmnet”");
  oto_trainer_config_clear (&changed);
  g_assert_true (oto_trainer_config_save (oto_trainer_get_config (trainer), config, NULL));

  model = oto_test_trainer_load (fixture, "a", "best.safetensors");
  file = oto_model_snapshot_to_safetensors (model, FALSE);
  oto_safetensors_set_meta (file, "train.state", "2 0 5381 2 0.001 -inf 0 nan 0 0 0 0");
  g_assert_true (oto_safetensors_save (file, checkpoint, NULL));
  assert_resume_fails (fixture, "older version");
}
#define ADD(name, func) \
  g_test_add ("/training/trainer-resume/" name, OtoTestTrainer, NULL, oto_test_trainer_set_up, \
              func, oto_test_trainer_tear_down)

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("same-seed-same-weights", test_same_seed_same_weights);
  ADD ("resumed-is-unbroken", test_resumed_is_unbroken);
  ADD ("resumed-remix-is-unbroken", test_resumed_remix_is_unbroken);
  ADD ("damaged-table-is-made-again", test_damaged_table);
  ADD ("extended-is-unbroken", test_extended_is_unbroken);
  ADD ("every-recipe-is-unbroken", test_every_recipe_is_unbroken);
  ADD ("stopped-anywhere-is-unbroken", test_stopped_anywhere_is_unbroken);
  ADD ("resume-needs-the-same-run", test_resume_needs_the_same_run);
  ADD ("older-versions-are-named", test_older_versions);
  return g_test_run ();
}
