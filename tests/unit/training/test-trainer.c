/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test-trainer.h"
#include "training/oto-checkpoint.h"

#include <math.h>
#include <string.h>

static void
test_learns (OtoTestTrainer *fixture,
             gconstpointer   data)
{
  g_autoptr (OtoTrainer) trainer = NULL;
  g_autoptr (GArray) records = NULL;
  g_autoptr (OtoModelSnapshot) model = NULL, best = NULL;
  g_autoptr (GError) error = NULL;
  const OtoEpochRecord *first, *last;

  fixture->config.n_epochs = 10;
  fixture->config.width = 0.06;
  fixture->config.lr = 1e-2;
  trainer = oto_test_trainer_new (fixture, "a");
  oto_test_trainer_run (trainer, OTO_TRAINER_DONE);
  records = oto_trainer_dup_records (trainer);
  first = &g_array_index (records, OtoEpochRecord, 0);
  last = &g_array_index (records, OtoEpochRecord, 9);
  g_assert_cmpfloat (last->loss, <, 0.7 * first->loss);
  g_assert_cmpuint (oto_trainer_get_n_terms (trainer), ==, 2);
  g_assert_cmpstr (oto_trainer_get_term_name (trainer, 0), ==, "bce");
  g_assert_cmpstr (oto_trainer_get_term_name (trainer, 1), ==, "mse");
  g_assert_cmpfloat (last->terms[0], >, 0.0);
  g_assert_cmpfloat (last->terms[1], >, 0.0);
  model = oto_test_trainer_ref_snapshot (trainer, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (oto_model_snapshot_get_class_names (model)[1], ==, "Whistle");
  best = oto_model_snapshot_load (fixture->config.run_dir, &error);
  g_assert_no_error (error);
  g_assert_nonnull (strstr (oto_model_snapshot_get_training_json (best), "\"micro_ap\""));
}

static void
test_pause_snapshot_cancel (OtoTestTrainer *fixture,
                            gconstpointer   data)
{
  g_autoptr (OtoTrainer) trainer = NULL;
  g_autoptr (OtoModelSnapshot) none = NULL, first = NULL, second = NULL;
  g_autoptr (GError) error = NULL;
  OtoTrainerProgress progress;
  guint n_steps;
  OtoTestHeard heard;

  fixture->config.n_epochs = 100000;
  trainer = oto_test_trainer_new (fixture, "a");
  none = oto_test_trainer_ref_snapshot (trainer, &error);
  g_assert_null (none);
  g_assert_error (error, OTO_TRAINING_ERROR, OTO_TRAINING_ERROR_RUN);
  oto_test_trainer_start (trainer, &heard);
  while (oto_test_trainer_get_n_steps (trainer) == 0)
    g_usleep (500);
  oto_trainer_set_paused (trainer, TRUE);
  /* Served between steps, so none is under way afterwards. */
  first = oto_test_trainer_ref_snapshot (trainer, NULL);
  n_steps = oto_test_trainer_get_n_steps (trainer);
  g_usleep (50000);
  second = oto_test_trainer_ref_snapshot (trainer, NULL);
  g_assert_cmpuint (oto_test_trainer_get_n_steps (trainer), <=, n_steps + 1);
  g_assert_nonnull (first);
  g_assert_nonnull (second);

  oto_trainer_set_paused (trainer, FALSE);
  while (oto_test_trainer_get_n_steps (trainer) < n_steps + 3)
    g_usleep (500);
  oto_trainer_cancel (trainer);
  while (heard.n_finished == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_null (heard.message);
  oto_trainer_get_progress (trainer, &progress);
  g_assert_cmpint (progress.state, ==, OTO_TRAINER_STOPPED);
  g_assert_finalize_object (g_steal_pointer (&trainer));
}

static void
test_thrown_away_while_running (OtoTestTrainer *fixture,
                                gconstpointer   data)
{
  OtoTrainer *trainer;
  OtoTestHeard heard;

  fixture->config.n_epochs = 100000;
  trainer = oto_test_trainer_new (fixture, "a");
  oto_test_trainer_start (trainer, &heard);
  while (oto_test_trainer_get_n_steps (trainer) == 0)
    g_usleep (500);
  g_assert_finalize_object (trainer);
  g_assert_cmpuint (heard.n_finished, ==, 0);
}

/* Weights near the end of the float range overflow in the first layers. */
static void
test_divergence_keeps_the_last_good_model (OtoTestTrainer *fixture,
                                           gconstpointer   data)
{
  g_autoptr (OtoTrainer) trainer = NULL, resumed = NULL;
  g_autoptr (OtoModelSnapshot) model = NULL, huge = NULL;
  g_autoptr (GArray) losses = g_array_new (FALSE, FALSE, sizeof (double));
  g_autoptr (GArray) records = g_array_new (FALSE, FALSE, sizeof (OtoEpochRecord));
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL, *before = NULL, *after = NULL, *params = NULL;
  g_auto (OtoOptimizer) optimizer = { 0 };
  static const char * const terms[] = { "bce", "mse", NULL };
  OtoTrainingState state;
  OtoCheckpoint checkpoint = { .recipe = "T-000", .term_names = terms, .state = &state,
                               .optimizer = &optimizer, .step_losses = losses, .records = records };
  const float *values;
  size_t len, len_after;
  size_t n;

  trainer = oto_test_trainer_new (fixture, "a");
  oto_test_trainer_run_until (trainer, 2);
  path = g_build_filename (fixture->dir, "a", "checkpoint.safetensors", NULL);
  model = oto_test_trainer_load (fixture, "a", "checkpoint.safetensors");
  oto_model_snapshot_get_params (model, &n);
  g_assert_true (oto_optimizer_init (&optimizer, &oto_recipe_find ("T-000")->optimizer, n, NULL));
  g_assert_true (oto_checkpoint_load (&checkpoint, path, &error));
  oto_model_snapshot_unref (checkpoint.snapshot);
  values = oto_model_snapshot_get_params (model, &n);
  params = g_malloc (n * sizeof (float));
  for (size_t i = 0; i < n; i++)
    ((float *) (gpointer) params)[i] = values[i] < 0.f ? -3e38f : 3e38f;
  huge = oto_model_snapshot_new (oto_model_snapshot_get_config (model),
                                 oto_model_snapshot_get_class_names (model),
                                 oto_model_snapshot_get_front_end (model),
                                 oto_model_snapshot_get_scaler (model),
                                 (const float *) (gpointer) params,
                                 oto_model_snapshot_get_buffers (model, NULL), NULL, "huge",
                                 NULL);
  checkpoint.snapshot = huge;
  g_assert_true (oto_checkpoint_save (&checkpoint, path, &error));
  g_assert_true (g_file_get_contents (path, &before, &len, NULL));

  resumed = oto_test_trainer_resume (fixture);
  g_assert_false (oto_trainer_run (resumed, &error));
  g_assert_error (error, OTO_TRAINING_ERROR, OTO_TRAINING_ERROR_DIVERGED);
  g_assert_nonnull (strstr (error->message, "epoch 3, step 1"));
  g_assert_true (g_file_get_contents (path, &after, &len_after, NULL));
  g_assert_cmpmem (before, len, after, len_after);
}

static void
test_unreadable_clip_is_named (OtoTestTrainer *fixture,
                               gconstpointer   data)
{
  g_autofree char *path = g_build_filename (fixture->data, "audio", "c5.wav", NULL);
  g_autofree char *run_config = NULL;
  g_autoptr (OtoTrainer) trainer = oto_test_trainer_new (fixture, "a");
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_set_contents (path, "RIFF", -1, NULL));
  g_assert_false (oto_trainer_run (trainer, &error));
  g_assert_nonnull (error);
  g_assert_nonnull (strstr (error->message, "c5.wav"));
  /* Nothing was begun, so nothing is in the way of the next attempt. */
  run_config = g_build_filename (fixture->dir, "a", "config.json", NULL);
  g_assert_false (g_file_test (run_config, G_FILE_TEST_EXISTS));
}

typedef struct
{
  guint             n_asked;
  guint             n_got;
  OtoModelSnapshot *last;
} Asked;

static void
asked_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  Asked *asked = user_data;

  g_clear_pointer (&asked->last, oto_model_snapshot_unref);
  asked->last = oto_trainer_ref_snapshot_finish (OTO_TRAINER (source), result, NULL);
  g_assert_nonnull (asked->last);
  asked->n_got++;
}

static void
ask_cb (OtoTrainer *trainer,
        int         epoch,
        gpointer    user_data)
{
  ((Asked *) user_data)->n_asked++;
  oto_trainer_ref_snapshot_async (trainer, NULL, asked_cb, user_data);
}

/* A handler that runs in the training thread asks and is answered at the next step, or with the
 * last model: nothing waits. */
static void
test_snapshot_in_epoch_handler (OtoTestTrainer *fixture,
                                gconstpointer   data)
{
  g_autoptr (OtoTrainer) trainer = oto_test_trainer_new (fixture, "a");
  g_autoptr (OtoModelSnapshot) checkpoint = NULL;
  Asked asked = { 0 };

  g_signal_connect (trainer, "epoch", G_CALLBACK (ask_cb), &asked);
  oto_test_trainer_run (trainer, OTO_TRAINER_DONE);
  g_assert_cmpuint (asked.n_asked, ==, 4);
  while (asked.n_got < asked.n_asked)
    g_main_context_iteration (NULL, TRUE);
  checkpoint = oto_test_trainer_load (fixture, "a", "checkpoint.safetensors");
  g_assert_cmpstr (oto_model_snapshot_get_hash (asked.last), ==,
                   oto_model_snapshot_get_hash (checkpoint));
  oto_model_snapshot_unref (asked.last);
  g_assert_finalize_object (g_steal_pointer (&trainer));
}

/* The same numbers as on an engine of its own with as many threads. */
static void
test_shared_engine (OtoTestTrainer *fixture,
                    gconstpointer   data)
{
  g_autoptr (OtoTrainer) own = NULL, sharing = NULL;
  g_autoptr (GError) error = NULL;

  fixture->config.n_epochs = 2;
  own = oto_test_trainer_new (fixture, "a");
  oto_test_trainer_run (own, OTO_TRAINER_DONE);
  fixture->config.n_threads = 1;
  sharing = oto_test_trainer_new (fixture, "b");
  g_assert_true (oto_trainer_set_engine (sharing, oto_test_get_engine (2), &error));
  g_assert_no_error (error);
  oto_test_trainer_run (sharing, OTO_TRAINER_DONE);
  g_assert_cmpint (oto_trainer_get_config (sharing)->n_threads, ==, 2);
  oto_test_trainer_assert_same (fixture, "a", "b");
}
#define ADD(name, func) \
  g_test_add ("/training/trainer/" name, OtoTestTrainer, NULL, oto_test_trainer_set_up, func, \
              oto_test_trainer_tear_down)

/* The largest difference between two models' tensors of a name, of some rows. */
static double
get_difference (OtoModelSnapshot *a,
                OtoModelSnapshot *b,
                const char       *name,
                size_t            begin,
                size_t            end)
{
  g_autoptr (OtoSafetensors) file_a = oto_model_snapshot_to_safetensors (a, FALSE);
  g_autoptr (OtoSafetensors) file_b = oto_model_snapshot_to_safetensors (b, FALSE);
  const OtoSafetensor *x = oto_safetensors_find (file_a, name);
  const OtoSafetensor *y = oto_safetensors_find (file_b, name);

  g_assert_nonnull (x);
  g_assert_cmpuint (x->len, ==, y->len);
  return oto_test_abs_error ((const float *) x->data + begin, (const float *) y->data + begin,
                             MIN (end, x->len) - begin);
}

/* With a rate of almost nothing a run ends with what it began with. */
static void
test_begins_with_model (OtoTestTrainer *fixture,
                        gconstpointer   data)
{
  g_autoptr (OtoTrainer) first = NULL, second = NULL, other = NULL;
  g_autoptr (OtoModelSnapshot) model = NULL, begun = NULL, random = NULL;

  fixture->config.n_epochs = 1;
  first = oto_test_trainer_new (fixture, "a");
  oto_test_trainer_run (first, OTO_TRAINER_DONE);
  model = oto_test_trainer_load (fixture, "a", "best.safetensors");
  fixture->config.init = g_build_filename (fixture->dir, "a", "best.safetensors", NULL);
  fixture->config.lr = 1e-12;
  fixture->config.seed = 99;
  second = oto_test_trainer_new (fixture, "b");
  oto_test_trainer_run (second, OTO_TRAINER_DONE);
  begun = oto_test_trainer_load (fixture, "b", "best.safetensors");
  g_clear_pointer (&fixture->config.init, g_free);
  other = oto_test_trainer_new (fixture, "c");
  oto_test_trainer_run (other, OTO_TRAINER_DONE);
  random = oto_test_trainer_load (fixture, "c", "best.safetensors");

  for (int i = 0; i < 2; i++)
    {
      const char *name = i == 0 ? "enc.cb1.conv1.weight" : "enc.cb2.conv2.weight";

      g_assert_cmpfloat (get_difference (model, begun, name, 0, G_MAXSIZE), <, 1e-6);
      g_assert_cmpfloat (get_difference (model, random, name, 0, G_MAXSIZE), >, 1e-3);
    }
  g_assert_cmpmem (oto_model_snapshot_get_scaler (model)->mean_f, 64 * sizeof (float),
                   oto_model_snapshot_get_scaler (begun)->mean_f, 64 * sizeof (float));
}

/* Classes keep their rows by name, wherever they stand. */
static void
test_classes_keep_rows (OtoTestTrainer *fixture,
                        gconstpointer   data)
{
  g_autofree char *labels = g_build_filename (fixture->data, "labels.tsv", NULL);
  g_autoptr (OtoTrainer) first = NULL, second = NULL;
  g_autoptr (OtoModelSnapshot) model = NULL, begun = NULL;
  g_autoptr (OtoSafetensors) old_file = NULL, new_file = NULL;
  g_autoptr (GString) text = g_string_new ("filename\tevent_labels\n");
  guint n_moved = 0;

  fixture->config.n_epochs = 1;
  first = oto_test_trainer_new (fixture, "a");
  oto_test_trainer_run (first, OTO_TRAINER_DONE);
  model = oto_test_trainer_load (fixture, "a", "best.safetensors");
  /* Hiss, Whistle become A, Hiss, Whistle. */
  for (int i = 0; i < OTO_TEST_TRAINER_N_CLIPS; i++)
    g_string_append_printf (text, "c%d.wav\t%s\n", i,
                            i < 4 ? i % 2 == 0 ? "whistle" : "A" : i % 2 == 0 ? "whistle" : "Hiss");
  g_assert_true (g_file_set_contents (labels, text->str, -1, NULL));
  fixture->config.init = g_build_filename (fixture->dir, "a", "best.safetensors", NULL);
  fixture->config.lr = 1e-12;
  second = oto_test_trainer_new (fixture, "b");
  oto_test_trainer_run (second, OTO_TRAINER_DONE);
  begun = oto_test_trainer_load (fixture, "b", "best.safetensors");

  old_file = oto_model_snapshot_to_safetensors (model, FALSE);
  new_file = oto_model_snapshot_to_safetensors (begun, FALSE);
  for (guint i = 0; i < oto_safetensors_get_n (old_file); i++)
    {
      const OtoSafetensor *old = oto_safetensors_get (old_file, i);
      const OtoSafetensor *new = oto_safetensors_find (new_file, old->name);
      const float *values = new->data, *expected = old->data;

      if (new->len == 9 && old->len == 4)
        for (int k = 0; k < 4; k++)
          g_assert_cmpfloat_with_epsilon (values[(k / 2 + 1) * 3 + k % 2 + 1], expected[k], 1e-6);
      else if (new->len * 2 == old->len * 3)
        g_assert_cmpfloat (oto_test_abs_error (values + old->len / 2, expected, old->len), <, 1e-6);
      else
        continue;
      n_moved++;
    }
  g_assert_cmpuint (n_moved, >=, 8);
}

static void
test_begins_with_nothing_that_fits (OtoTestTrainer *fixture,
                                    gconstpointer   data)
{
  g_autoptr (OtoTrainer) trainer = NULL;
  g_autoptr (GError) error = NULL;

  fixture->config.init = g_strdup ("no-such-model");
  trainer = oto_test_trainer_new (fixture, "a");
  g_assert_false (oto_trainer_run (trainer, &error));
  g_assert_nonnull (strstr (error->message, "no-such-model"));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("learns", test_learns);
  ADD ("pause-snapshot-cancel", test_pause_snapshot_cancel);
  ADD ("snapshot-in-epoch-handler", test_snapshot_in_epoch_handler);
  ADD ("shared-engine", test_shared_engine);
  ADD ("thrown-away-while-running", test_thrown_away_while_running);
  ADD ("divergence-keeps-the-last-good-model", test_divergence_keeps_the_last_good_model);
  ADD ("unreadable-clip-is-named", test_unreadable_clip_is_named);
  ADD ("begins-with-model", test_begins_with_model);
  ADD ("classes-keep-rows", test_classes_keep_rows);
  ADD ("begins-with-nothing-that-fits", test_begins_with_nothing_that_fits);
  return g_test_run ();
}
