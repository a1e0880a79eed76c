/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test-trainer.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

static void
assert_new_fails (OtoTestTrainer *fixture,
                  const char     *says)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (oto_trainer_new (&fixture->config, &error));
  g_assert_nonnull (error);
  if (strstr (error->message, says) == NULL)
    g_error ("“%s” does not say “%s”", error->message, says);
}

static void
test_settings_are_checked (OtoTestTrainer *fixture,
                           gconstpointer   data)
{
  OtoTrainerConfig *config = &fixture->config;
  g_autofree char *config_path = g_build_filename (config->run_dir, "config.json", NULL);

  config->fold = 7;
  assert_new_fails (fixture, "fold 7");
  config->fold = 2;
  config->lr = NAN;
  assert_new_fails (fixture, "learning rate");
  config->lr = -1.0;
  assert_new_fails (fixture, "learning rate");
  config->lr = 0.0;
  config->batch = -1;
  assert_new_fails (fixture, "batch");
  config->batch = 4;
  config->width = -1.0;
  assert_new_fails (fixture, "width");
  config->width = 0.03;
  g_free (config->system);
  config->system = g_strdup ("gap");
  oto_trainer_config_set_option (config, "alpha", "0.1");
  assert_new_fails (fixture, "alpha");
  g_clear_pointer (&config->options, g_strfreev);
  config->recipe = g_strdup ("T-1000");
  assert_new_fails (fixture, "T-003");
  g_clear_pointer (&config->recipe, g_free);
  config->front_end = g_strdup ("F-Z");
  assert_new_fails (fixture, "F-K");
  g_clear_pointer (&config->front_end, g_free);
  config->n_updates = 10;
  assert_new_fails (fixture, "not in both");
  config->n_updates = 0;
  g_free (config->system);
  config->system = g_strdup ("perceptron");
  assert_new_fails (fixture, "2apae-local");
  g_free (config->system);
  config->system = g_strdup ("gap");

  g_assert_cmpint (g_mkdir_with_parents (config->run_dir, 0777), ==, 0);
  g_assert_true (g_file_set_contents (config_path, "{}", -1, NULL));
  assert_new_fails (fixture, "holds a run already");
}

/* A run among other files would be hard to tell from them, above all in the data set itself. */
static void
test_run_folder_is_its_own (OtoTestTrainer *fixture,
                            gconstpointer   data)
{
  OtoTrainerConfig *config = &fixture->config;
  g_autofree char *note = g_build_filename (config->run_dir, "note.txt", NULL);
  g_autofree char *labels = g_build_filename (fixture->data, "labels.tsv", NULL);
  g_autoptr (OtoTrainer) trainer = NULL;

  g_assert_cmpint (g_mkdir (config->run_dir, 0777), ==, 0);
  trainer = oto_test_trainer_new (fixture, "run");
  g_assert_true (g_file_set_contents (note, "x", -1, NULL));
  assert_new_fails (fixture, "holds other files");

  g_free (config->run_dir);
  config->run_dir = g_strdup (fixture->data);
  assert_new_fails (fixture, "holds other files");
  g_free (config->run_dir);
  config->run_dir = g_strdup (labels);
  assert_new_fails (fixture, "is a file");
}

static void
test_config_is_kept (OtoTestTrainer *fixture,
                     gconstpointer   data)
{
  g_autofree char *path = g_build_filename (fixture->dir, "c.json", NULL);
  g_autoptr (GError) error = NULL;
  OtoTrainerConfig loaded;

  oto_trainer_config_set_option (&fixture->config, "alpha", "0.25");
  oto_trainer_config_set_option (&fixture->config, "form", "equations");
  fixture->config.recipe = g_strdup ("mmnet");
  fixture->config.front_end = g_strdup ("F-T");
  fixture->config.n_updates = 12;
  fixture->config.lr = 1.5e-4;
  fixture->config.seed = 123456789012345;
  fixture->config.background = TRUE;
  fixture->config.memory_cap_bytes = 123456789012;
  g_assert_true (oto_trainer_config_save (&fixture->config, path, &error));
  oto_trainer_config_init (&loaded);
  g_assert_cmpint (loaded.fold, ==, 4);
  g_assert_true (oto_trainer_config_load (&loaded, path, &error));
  g_assert_no_error (error);
  g_assert_cmpstr (loaded.system, ==, fixture->config.system);
  g_assert_cmpstr (loaded.data_dir, ==, fixture->config.data_dir);
  g_assert_cmpstr (loaded.recipe, ==, "mmnet");
  g_assert_cmpstr (loaded.front_end, ==, "F-T");
  g_assert_cmpuint (g_strv_length (loaded.options), ==, 2);
  g_assert_true (g_strv_contains ((const char * const *) loaded.options, "alpha=0.25"));
  g_assert_true (g_strv_contains ((const char * const *) loaded.options, "form=equations"));
  g_assert_cmpint (loaded.fold, ==, 2);
  g_assert_cmpint (loaded.n_epochs, ==, 4);
  g_assert_cmpint (loaded.n_updates, ==, 12);
  g_assert_cmpint (loaded.batch, ==, 4);
  g_assert_cmpfloat (loaded.width, ==, 0.03);
  g_assert_cmpfloat (loaded.lr, ==, 1.5e-4);
  g_assert_cmpuint (loaded.seed, ==, 123456789012345);
  g_assert_cmpint (loaded.n_threads, ==, 2);
  g_assert_true (loaded.background);
  g_assert_cmpint (loaded.memory_cap_bytes, ==, 123456789012);

  g_assert_true (g_file_set_contents (path, "{\"batch\": \"many\"}", -1, NULL));
  g_assert_false (oto_trainer_config_load (&loaded, path, &error));
  g_assert_error (error, OTO_TRAINING_ERROR, OTO_TRAINING_ERROR_CONFIG);
  oto_trainer_config_clear (&loaded);
}

/* A config.json of version 0.1.0, with two options on their own and no recipe. */
static void
test_older_file (OtoTestTrainer *fixture,
                 gconstpointer   data)
{
  static const char text[] =
    "{\"system\": \"2apae\", \"data\": \"data\", \"fold\": 2, \"epochs\": 3, \"batch\": 4, "
    "\"width\": 0.03, \"alpha\": 0.01, \"lr\": 0.002, \"seed\": 5, \"threads\": 2, "
    "\"background\": 0, \"pooling_form\": \"equations\"}";
  g_autofree char *path = g_build_filename (fixture->dir, "c.json", NULL);
  g_auto (OtoTrainerConfig) config = { 0 };
  g_autoptr (OtoTrainer) trainer = NULL;
  g_autoptr (OtoModelSnapshot) model = NULL;
  g_autoptr (GError) error = NULL;
  const OtoModelConfig *model_config;

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  oto_trainer_config_init (&config);
  g_assert_true (oto_trainer_config_load (&config, path, &error));
  g_assert_no_error (error);
  config.run_dir = g_build_filename (fixture->dir, "old", NULL);
  trainer = oto_trainer_new (&config, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (oto_trainer_get_config (trainer)->recipe, ==, "T-000");
  g_assert_cmpint (oto_trainer_get_config (trainer)->n_epochs, ==, 3);
  g_assert_cmpfloat (oto_trainer_get_config (trainer)->lr, ==, 0.002);
  oto_test_trainer_run (trainer, OTO_TRAINER_DONE);

  model = oto_test_trainer_load (fixture, "old", "best.safetensors");
  model_config = oto_model_snapshot_get_config (model);
  g_assert_cmpfloat (oto_model_config_get_option (model_config, "alpha"), ==, 0.01);
  g_assert_cmpfloat (oto_model_config_get_option (model_config, "form"), ==, 1.0);
}

/* What recipe and system decide stands in the settings of a trainer and in config.json. */
static void
test_is_filled_in (OtoTestTrainer *fixture,
                   gconstpointer   data)
{
  g_auto (OtoTrainerConfig) config = { 0 };
  g_autoptr (GError) error = NULL;
  OtoRecipe recipe;

  oto_trainer_config_init (&config);
  g_assert_true (oto_trainer_config_resolve (&config, &error));
  g_assert_cmpstr (config.recipe, ==, oto_systems_find (config.system)->recipe);
  g_assert_cmpstr (config.front_end, ==, "F-K");
  g_assert_cmpint (config.n_epochs, ==, 80);
  g_assert_cmpint (config.n_updates, ==, 0);
  g_assert_cmpint (config.batch, ==, 24);
  g_assert_cmpfloat (config.lr, ==, 1e-3);
  g_assert_cmpuint (config.seed, ==, 1);
  oto_trainer_config_clear (&config);

  oto_trainer_config_init (&config);
  config.recipe = g_strdup ("T-003");
  config.lr = 0.5;
  g_assert_true (oto_trainer_config_resolve (&config, &error));
  g_assert_cmpint (config.n_epochs, ==, 0);
  g_assert_cmpint (config.n_updates, ==, 10000);
  g_assert_cmpfloat (config.lr, ==, 0.5);
  g_assert_cmpuint (config.seed, ==, 1234);
  config.n_updates = 0;
  config.n_epochs = 2;
  g_assert_true (oto_trainer_config_make_recipe (&config, &recipe, &error));
  g_assert_cmpint (recipe.n_epochs, ==, 2);
  g_assert_cmpint (recipe.n_updates, ==, 0);
  oto_trainer_config_clear (&config);

  /* 2000 frames are six windows of 311 and a half. */
  oto_trainer_config_init (&config);
  config.recipe = g_strdup ("dnn-native");
  g_assert_true (oto_trainer_config_make_recipe (&config, &recipe, &error));
  g_assert_cmpint (recipe.batch, ==, 6);
  g_assert_cmpint (recipe.batch_unit, ==, OTO_BATCH_CLIPS);
}
#define ADD(name, func) \
  g_test_add ("/training/trainer-config/" name, OtoTestTrainer, NULL, oto_test_trainer_set_up, \
              func, oto_test_trainer_tear_down)

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("settings-are-checked", test_settings_are_checked);
  ADD ("run-folder-is-its-own", test_run_folder_is_its_own);
  ADD ("is-kept", test_config_is_kept);
  ADD ("older-file", test_older_file);
  ADD ("is-filled-in", test_is_filled_in);
  return g_test_run ();
}
