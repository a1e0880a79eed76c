/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test-trainer.h"

#include <stdio.h>
#include <string.h>

static guint64
get_need (const OtoTrainerConfig *config,
          const OtoModelConfig   *model)
{
  return oto_trainer_config_get_memory_bytes (config, model, 100, 20);
}

static void
test_memory_need (OtoTestTrainer *fixture,
                  gconstpointer   data)
{
  OtoTrainerConfig *config = &fixture->config;
  g_autoptr (GError) error = NULL;
  g_autofree char *expected = NULL;
  OtoModelConfig model;
  guint64 left, previous = 0;

  config->width = 0.25;
  g_assert_true (oto_trainer_config_make_model (config, 41, &model, NULL));
  for (config->batch = 1; config->batch <= 64; config->batch *= 2)
    {
      guint64 need = get_need (config, &model);

      g_assert_cmpuint (need, >, previous);
      g_assert_cmpuint (need, >, oto_model_config_get_workspace_bytes (&model, config->batch, 2,
                                                                       OTO_MODEL_TRAIN));
      previous = need;
    }

  /* A cap just for 6 clips: they fit to the byte, 7 do not, and the message says so. */
  config->batch = 6;
  config->memory_cap_bytes = (gint64) get_need (config, &model);
  g_assert_true (oto_trainer_config_check_memory (config, &model, 100, 20, &left, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (left, ==, 0);
  for (config->batch = 7; config->batch <= 24; config->batch += 17)
    {
      g_assert_false (oto_trainer_config_check_memory (config, &model, 100, 20, &left, &error));
      g_assert_error (error, OTO_BASE_ERROR, OTO_BASE_ERROR_MEMORY);
      g_assert_nonnull (strstr (error->message, "The largest batch that fits is 6."));
      g_clear_error (&error);
    }

  /* Where not one clip fits, a smaller width is named whose batch does. */
  config->batch = 1;
  config->memory_cap_bytes = (gint64) get_need (config, &model) - 1;
  g_assert_false (oto_trainer_config_check_memory (config, &model, 100, 20, &left, &error));
  g_assert_nonnull (strstr (error->message, "No batch fits at width 0.25; at width 0.125"));
  g_clear_error (&error);
  config->memory_cap_bytes = 1000;
  g_assert_false (oto_trainer_config_check_memory (config, &model, 100, 20, &left, &error));
  g_assert_nonnull (strstr (error->message, "Allow more memory."));
}

/* Refused before there is a run folder; without a cap the machine's memory is one. */
static void
test_memory_is_checked_first (OtoTestTrainer *fixture,
                              gconstpointer   data)
{
  OtoTrainerConfig *config = &fixture->config;
  g_autoptr (GError) error = NULL;

  config->memory_cap_bytes = 1 << 20;
  g_assert_null (oto_trainer_new (config, &error));
  g_assert_error (error, OTO_BASE_ERROR, OTO_BASE_ERROR_MEMORY);
  g_assert_nonnull (strstr (error->message, "may take only 1.0 MiB"));
  g_assert_false (g_file_test (config->run_dir, G_FILE_TEST_EXISTS));
  g_clear_error (&error);

  config->memory_cap_bytes = 0;
  config->batch = OTO_TRAINER_MAX_BATCH;
  config->width = 8.0;
  g_assert_null (oto_trainer_new (config, &error));
  g_assert_error (error, OTO_BASE_ERROR, OTO_BASE_ERROR_MEMORY);
  g_assert_nonnull (strstr (error->message, "this machine has only"));
  g_assert_false (g_file_test (config->run_dir, G_FILE_TEST_EXISTS));
}

/* Whatever width a message names, it is one that is accepted, with the batch that it names. */
static void
test_way_out (OtoTestTrainer *fixture,
              gconstpointer   data)
{
  static const double widths[] = { 16.0, 1.0, 0.1, 0.03, 0.012, 0.0123456789, 0.002, 0.001 };
  OtoTrainerConfig *config = &fixture->config;

  config->batch = OTO_TRAINER_MAX_BATCH;
  for (guint i = 0; i < G_N_ELEMENTS (widths); i++)
    for (gint64 cap_bytes = 1 << 20; cap_bytes < G_GINT64_CONSTANT (1) << 40; cap_bytes *= 2)
      {
        g_autoptr (GError) error = NULL;
        OtoTrainerConfig trial = *config;
        const char *found;
        OtoModelConfig model;
        guint64 left_bytes;

        trial.width = widths[i];
        trial.memory_cap_bytes = cap_bytes;
        if (!oto_trainer_config_make_model (&trial, 2, &model, NULL)
            || oto_trainer_config_check_memory (&trial, &model, 6, 2, &left_bytes, &error))
          break;
        found = strstr (error->message, "; at width ");
        if (found == NULL)
          continue;
        g_assert_cmpint (sscanf (found, "; at width %lf the largest one is %d", &trial.width,
                                 &trial.batch), ==, 2);
        g_assert_true (oto_trainer_config_validate (&trial, NULL));
        g_assert_true (oto_trainer_config_make_model (&trial, 2, &model, NULL));
        g_assert_true (oto_trainer_config_check_memory (&trial, &model, 6, 2, &left_bytes, NULL));
      }
}

/* Without room for features they are read again, with the same numbers; the cap is part of the run,
 * and a resumed run may be given another one. */
static void
test_memory_without_features (OtoTestTrainer *fixture,
                              gconstpointer   data)
{
  OtoTrainerConfig *config = &fixture->config;
  g_autoptr (OtoTrainer) roomy = NULL;
  g_autoptr (OtoTrainer) tight = NULL;
  g_autoptr (OtoTrainer) resumed = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;
  OtoModelConfig model;

  config->n_epochs = 2;
  roomy = oto_test_trainer_new (fixture, "roomy");
  oto_test_trainer_run (roomy, OTO_TRAINER_DONE);

  g_assert_true (oto_trainer_config_make_model (config, 2, &model, NULL));
  config->memory_cap_bytes =
    (gint64) oto_trainer_config_get_memory_bytes (config, &model, OTO_TEST_TRAINER_N_CLIPS - 2, 2);
  tight = oto_test_trainer_new (fixture, "tight");
  oto_test_trainer_run (tight, OTO_TRAINER_DONE);
  oto_test_trainer_assert_same (fixture, "roomy", "tight");

  resumed = oto_test_trainer_resume (fixture);
  g_assert_cmpint (oto_trainer_get_config (resumed)->memory_cap_bytes, ==,
                   config->memory_cap_bytes);
  g_clear_object (&resumed);
  g_assert_null (oto_trainer_new_resumed (config->run_dir, 0, 0, FALSE,
                                          config->memory_cap_bytes - 1, &error));
  g_assert_error (error, OTO_BASE_ERROR, OTO_BASE_ERROR_MEMORY);
  g_clear_error (&error);

  config->memory_cap_bytes--;
  path = g_build_filename (config->run_dir, "config.json", NULL);
  g_assert_true (oto_trainer_config_save (config, path, NULL));
  g_assert_null (oto_trainer_new_resumed (config->run_dir, 0, 0, FALSE, 0, &error));
  g_assert_error (error, OTO_BASE_ERROR, OTO_BASE_ERROR_MEMORY);
}

/* More threads need more memory: an engine for which there is none is refused, and the run keeps
 * what it had. */
static void
test_memory_of_engine (OtoTestTrainer *fixture,
                       gconstpointer   data)
{
  OtoTrainerConfig *config = &fixture->config;
  g_autoptr (OtoTrainer) trainer = NULL;
  g_autoptr (GError) error = NULL;
  OtoModelConfig model;
  guint64 need;

  config->n_epochs = 1;
  config->n_threads = 1;
  g_assert_true (oto_trainer_config_make_model (config, 2, &model, NULL));
  need = oto_trainer_config_get_memory_bytes (config, &model, OTO_TEST_TRAINER_N_CLIPS - 2, 2);
  config->memory_cap_bytes = (gint64) need;
  trainer = oto_test_trainer_new (fixture, "engine");

  g_assert_false (oto_trainer_set_engine (trainer, oto_test_get_engine (3), &error));
  g_assert_error (error, OTO_BASE_ERROR, OTO_BASE_ERROR_MEMORY);
  g_assert_cmpint (oto_trainer_get_config (trainer)->n_threads, ==, 1);
  g_clear_error (&error);
  g_assert_true (oto_trainer_set_engine (trainer, oto_test_get_engine (1), &error));
  g_assert_no_error (error);
  oto_test_trainer_run (trainer, OTO_TRAINER_DONE);
}

/* Every array of the optimiser is as long as the parameters, and three times in memory while it is
 * saved. */
static void
test_memory_optimizer (OtoTestTrainer *fixture,
                       gconstpointer   data)
{
  OtoTrainerConfig *config = &fixture->config;
  OtoModelConfig model;
  guint64 adam, sgd;

  config->width = 0.25;
  g_assert_true (oto_trainer_config_make_model (config, 41, &model, NULL));
  config->recipe = g_strdup ("T-003");
  adam = get_need (config, &model);
  g_free (config->recipe);
  config->recipe = g_strdup ("mmnet");
  sgd = get_need (config, &model);
  g_assert_cmpuint (adam - sgd, ==, 3 * oto_model_config_get_n_params (&model) * sizeof (float));
}
#define ADD(name, func) \
  g_test_add ("/training/trainer-memory/" name, OtoTestTrainer, NULL, oto_test_trainer_set_up, \
              func, oto_test_trainer_tear_down)

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("way-out-is-accepted", test_way_out);
  ADD ("need", test_memory_need);
  ADD ("optimizer", test_memory_optimizer);
  ADD ("checked-first", test_memory_is_checked_first);
  ADD ("without-features", test_memory_without_features);
  ADD ("of-engine", test_memory_of_engine);
  return g_test_run ();
}
