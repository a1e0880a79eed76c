/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test.h"
#include "training/oto-checkpoint.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#define N_CLIPS  8
#define RATE_HZ  8000
#define CLIP_LEN 32000

typedef struct
{
  char             *dir;
  char             *data;
  OtoTrainerConfig  config;
} Fixture;

/* Odd clips hiss, even ones whistle. */
static void
save_clip (const char *dir,
           int         index)
{
  g_autofree char *name = g_strdup_printf ("c%d.wav", index);
  g_autofree char *path = g_build_filename (dir, "audio", name, NULL);
  g_autofree float *samples = g_new (float, CLIP_LEN);

  oto_test_fill (samples, CLIP_LEN, index);
  for (int i = 0; i < CLIP_LEN && index % 2 == 0; i++)
    samples[i] = sinf (0.1f * (float) i * (float) (2 + index)) + 0.01f * samples[i];
  g_assert_true (oto_audio_file_save (path, OTO_AUDIO_FORMAT_WAV_FLOAT, samples, CLIP_LEN, 1,
                                      RATE_HZ, NULL));
}

static void
write_lists (Fixture *fixture,
             int      n_clips)
{
  g_autoptr (GString) labels = g_string_new ("filename\tevent_labels\n");
  g_autoptr (GString) folds = g_string_new ("filename\tfold\n");
  g_autofree char *labels_path = g_build_filename (fixture->data, "labels.tsv", NULL);
  g_autofree char *folds_path = g_build_filename (fixture->data, "folds.tsv", NULL);

  for (int i = 0; i < n_clips; i++)
    {
      save_clip (fixture->data, i);
      g_string_append_printf (labels, "c%d.wav\t%s\n", i, i % 2 == 0 ? "Whistle" : "Hiss");
      g_string_append_printf (folds, "c%d.wav\t%d\n", i, i < 2 ? 2 : 1);
    }
  g_assert_true (g_file_set_contents (labels_path, labels->str, -1, NULL));
  g_assert_true (g_file_set_contents (folds_path, folds->str, -1, NULL));
}

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  g_autofree char *audio = NULL;

  fixture->dir = oto_test_make_dir ();
  fixture->data = g_build_filename (fixture->dir, "data", NULL);
  audio = g_build_filename (fixture->data, "audio", NULL);
  g_assert_cmpint (g_mkdir_with_parents (audio, 0777), ==, 0);
  write_lists (fixture, N_CLIPS);

  oto_trainer_config_init (&fixture->config);
  fixture->config.data_dir = g_strdup (fixture->data);
  fixture->config.run_dir = g_build_filename (fixture->dir, "run", NULL);
  fixture->config.fold = 2;
  fixture->config.n_epochs = 4;
  fixture->config.batch = 4;
  fixture->config.width = 0.03;
  fixture->config.n_threads = 2;
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  oto_trainer_config_clear (&fixture->config);
  g_free (fixture->data);
  oto_test_remove_dir (fixture->dir);
}

static OtoTrainer *
new_trainer (Fixture    *fixture,
             const char *run)
{
  g_autoptr (GError) error = NULL;
  OtoTrainer *trainer;

  g_free (fixture->config.run_dir);
  fixture->config.run_dir = g_build_filename (fixture->dir, run, NULL);
  trainer = oto_trainer_new (&fixture->config, &error);
  g_assert_no_error (error);
  return trainer;
}

static OtoTrainer *
resume (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;
  OtoTrainer *trainer = oto_trainer_new_resumed (fixture->config.run_dir, 0, 0, FALSE, 0, &error);

  g_assert_no_error (error);
  return trainer;
}

static void
run (OtoTrainer      *trainer,
     OtoTrainerState  expected)
{
  g_autoptr (GError) error = NULL;
  OtoTrainerProgress progress;

  oto_trainer_run (trainer, &error);
  g_assert_no_error (error);
  oto_trainer_get_progress (trainer, &progress);
  g_assert_cmpint (progress.state, ==, expected);
}

static void
assert_same_file (Fixture    *fixture,
                  const char *run_a,
                  const char *run_b,
                  const char *name)
{
  g_autofree char *path_a = g_build_filename (fixture->dir, run_a, name, NULL);
  g_autofree char *path_b = g_build_filename (fixture->dir, run_b, name, NULL);
  g_autofree char *text_a = NULL, *text_b = NULL;
  gsize len_a, len_b;

  g_assert_true (g_file_get_contents (path_a, &text_a, &len_a, NULL));
  g_assert_true (g_file_get_contents (path_b, &text_b, &len_b, NULL));
  g_assert_cmpmem (text_a, len_a, text_b, len_b);
}

/* Everything but the times. */
static void
assert_same_run (Fixture    *fixture,
                 const char *run_a,
                 const char *run_b)
{
  static const char * const tensors[] = { "train.m", "train.v", "train.step_losses" };
  g_autofree char *dir_a = g_build_filename (fixture->dir, run_a, NULL);
  g_autofree char *dir_b = g_build_filename (fixture->dir, run_b, NULL);
  g_autofree char *path_a = g_build_filename (dir_a, "checkpoint.safetensors", NULL);
  g_autofree char *path_b = g_build_filename (dir_b, "checkpoint.safetensors", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (OtoModelSnapshot) model_a = oto_model_snapshot_load (path_a, &error);
  g_autoptr (OtoModelSnapshot) model_b = oto_model_snapshot_load (path_b, &error);
  g_autoptr (OtoSafetensors) file_a = oto_safetensors_load (path_a, &error);
  g_autoptr (OtoSafetensors) file_b = oto_safetensors_load (path_b, &error);
  g_autoptr (GArray) records_a = oto_run_log_load (dir_a, &error);
  g_autoptr (GArray) records_b = oto_run_log_load (dir_b, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (oto_model_snapshot_get_hash (model_a), ==,
                   oto_model_snapshot_get_hash (model_b));
  for (guint i = 0; i < G_N_ELEMENTS (tensors); i++)
    {
      const OtoSafetensor *a = oto_safetensors_find (file_a, tensors[i]);
      const OtoSafetensor *b = oto_safetensors_find (file_b, tensors[i]);

      g_assert_cmpmem (a->data, a->len * 4, b->data, b->len * 4);
    }
  assert_same_file (fixture, run_a, run_b, "best.safetensors");

  g_assert_cmpuint (records_a->len, ==, fixture->config.n_epochs);
  g_assert_cmpuint (records_b->len, ==, fixture->config.n_epochs);
  for (guint i = 0; i < records_a->len; i++)
    {
      const OtoEpochRecord *a = &g_array_index (records_a, OtoEpochRecord, i);
      const OtoEpochRecord *b = &g_array_index (records_b, OtoEpochRecord, i);

      g_assert_cmpfloat (a->loss, ==, b->loss);
      g_assert_cmpfloat (a->val_bce, ==, b->val_bce);
      g_assert_cmpfloat (a->micro_ap, ==, b->micro_ap);
      g_assert_cmpfloat (a->auc, ==, b->auc);
      g_assert_cmpfloat (a->lr, ==, b->lr);
    }
}

static void
stop_after_second_cb (OtoTrainer *trainer,
                      int         epoch,
                      gpointer    user_data)
{
  if (epoch == 2)
    oto_trainer_stop (trainer);
}

static void
test_resumed_is_unbroken (Fixture       *fixture,
                          gconstpointer  data)
{
  g_autoptr (OtoTrainer) unbroken = new_trainer (fixture, "a");
  g_autoptr (OtoTrainer) first = NULL, second = NULL;
  g_autoptr (GArray) records = NULL, losses = NULL;

  run (unbroken, OTO_TRAINER_DONE);
  first = new_trainer (fixture, "b");
  g_signal_connect (first, "epoch", G_CALLBACK (stop_after_second_cb), NULL);
  run (first, OTO_TRAINER_STOPPED);
  records = oto_trainer_dup_records (first);
  g_assert_cmpuint (records->len, ==, 2);
  second = resume (fixture);
  run (second, OTO_TRAINER_DONE);
  assert_same_run (fixture, "a", "b");
  losses = oto_trainer_dup_step_losses (second);
  g_assert_cmpuint (losses->len, ==, 4 * 2);
}

/* A finished run that is given more epochs goes on as if it had been meant to. */
static void
test_extended_is_unbroken (Fixture       *fixture,
                           gconstpointer  data)
{
  const int n_epochs = fixture->config.n_epochs;
  g_autoptr (OtoTrainer) unbroken = new_trainer (fixture, "a");
  g_autoptr (OtoTrainer) first = NULL, second = NULL;
  g_autoptr (GError) error = NULL;

  run (unbroken, OTO_TRAINER_DONE);
  fixture->config.n_epochs = n_epochs / 2;
  first = new_trainer (fixture, "b");
  run (first, OTO_TRAINER_DONE);
  second = oto_trainer_new_resumed (fixture->config.run_dir, n_epochs, 0, FALSE, 0, &error);
  g_assert_no_error (error);
  run (second, OTO_TRAINER_DONE);
  fixture->config.n_epochs = n_epochs;
  assert_same_run (fixture, "a", "b");
}

static OtoModelSnapshot *
load_checkpoint (Fixture    *fixture,
                 const char *run)
{
  g_autofree char *path = g_build_filename (fixture->dir, run, "checkpoint.safetensors", NULL);
  g_autoptr (GError) error = NULL;
  OtoModelSnapshot *model = oto_model_snapshot_load (path, &error);

  g_assert_no_error (error);
  return model;
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
test_same_seed_same_weights (Fixture       *fixture,
                             gconstpointer  data)
{
  g_autoptr (OtoTrainer) first = NULL, second = NULL, alone = NULL;
  g_autoptr (OtoModelSnapshot) model = NULL, other = NULL;

#if defined (__SANITIZE_ADDRESS__)
  g_test_skip ("it is about bits; the other runs are about memory");
  return;
#endif
  fixture->config.width = 0.25;
  fixture->config.n_epochs = 2;
  first = new_trainer (fixture, "a");
  run (first, OTO_TRAINER_DONE);
  second = new_trainer (fixture, "b");
  run (second, OTO_TRAINER_DONE);
  assert_same_run (fixture, "a", "b");

  fixture->config.n_threads = 1;
  alone = new_trainer (fixture, "c");
  run (alone, OTO_TRAINER_DONE);
  model = load_checkpoint (fixture, "a");
  other = load_checkpoint (fixture, "c");
  assert_close_weights (model, other);
}

typedef struct
{
  guint n_epochs;
  guint n_finished;
  char *message;
} Heard;

static void
epoch_cb (OtoTrainer *trainer,
          int         epoch,
          gpointer    user_data)
{
  ((Heard *) user_data)->n_epochs++;
}

static void
finished_cb (OtoTrainer   *trainer,
             const GError *error,
             gpointer      user_data)
{
  Heard *heard = user_data;

  heard->n_finished++;
  heard->message = error != NULL ? g_strdup (error->message) : NULL;
}

static void
start (OtoTrainer *trainer,
       Heard      *heard)
{
  *heard = (Heard) { 0 };
  g_signal_connect (trainer, "epoch", G_CALLBACK (epoch_cb), heard);
  g_signal_connect (trainer, "finished", G_CALLBACK (finished_cb), heard);
  oto_trainer_start (trainer);
}

static guint
get_n_steps (OtoTrainer *trainer)
{
  g_autoptr (GArray) losses = oto_trainer_dup_step_losses (trainer);

  return losses->len;
}

/* Wherever steps are interrupted, the run is the same in the end. */
static void
test_stopped_anywhere_is_unbroken (Fixture       *fixture,
                                   gconstpointer  data)
{
  g_autoptr (OtoTrainer) unbroken = NULL;
  OtoTrainerProgress progress;
  guint n_epochs = 0, n_sessions = 0;

  fixture->config.batch = 2;
  fixture->config.n_epochs = 2;
  unbroken = new_trainer (fixture, "a");
  run (unbroken, OTO_TRAINER_DONE);
  do
    {
      g_autoptr (OtoTrainer) trainer = n_sessions == 0 ? new_trainer (fixture, "b")
                                                       : resume (fixture);
      guint n_before = 0;
      Heard heard;

      start (trainer, &heard);
      do
        {
          oto_trainer_get_progress (trainer, &progress);
          if (progress.state == OTO_TRAINER_RUNNING && n_before == 0)
            n_before = get_n_steps (trainer) + 1;
          if (n_before > 0 && get_n_steps (trainer) >= n_before)
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
  assert_same_run (fixture, "a", "b");
}

static void
test_learns (Fixture       *fixture,
             gconstpointer  data)
{
  g_autoptr (OtoTrainer) trainer = NULL;
  g_autoptr (GArray) records = NULL;
  g_autoptr (OtoModelSnapshot) model = NULL, best = NULL;
  g_autoptr (GError) error = NULL;
  const OtoEpochRecord *first, *last;

  fixture->config.n_epochs = 10;
  fixture->config.width = 0.06;
  fixture->config.lr = 1e-2;
  trainer = new_trainer (fixture, "a");
  run (trainer, OTO_TRAINER_DONE);
  records = oto_trainer_dup_records (trainer);
  first = &g_array_index (records, OtoEpochRecord, 0);
  last = &g_array_index (records, OtoEpochRecord, 9);
  g_assert_cmpfloat (last->loss, <, 0.7 * first->loss);
  g_assert_cmpfloat (last->mse, >, 0.0);
  model = oto_trainer_ref_snapshot (trainer);
  g_assert_nonnull (model);
  g_assert_cmpstr (oto_model_snapshot_get_class_names (model)[1], ==, "Whistle");
  best = oto_model_snapshot_load (fixture->config.run_dir, &error);
  g_assert_no_error (error);
  g_assert_nonnull (strstr (oto_model_snapshot_get_training_json (best), "\"micro_ap\""));
}

static void
test_pause_snapshot_cancel (Fixture       *fixture,
                            gconstpointer  data)
{
  g_autoptr (OtoTrainer) trainer = NULL;
  g_autoptr (OtoModelSnapshot) first = NULL, second = NULL;
  OtoTrainerProgress progress;
  guint n_steps;
  Heard heard;

  fixture->config.n_epochs = 100000;
  trainer = new_trainer (fixture, "a");
  g_assert_null (oto_trainer_ref_snapshot (trainer));
  start (trainer, &heard);
  while (get_n_steps (trainer) == 0)
    g_usleep (500);
  oto_trainer_set_paused (trainer, TRUE);
  /* Served between steps, so none is under way afterwards. */
  first = oto_trainer_ref_snapshot (trainer);
  n_steps = get_n_steps (trainer);
  g_usleep (50000);
  second = oto_trainer_ref_snapshot (trainer);
  g_assert_cmpuint (get_n_steps (trainer), <=, n_steps + 1);
  g_assert_nonnull (first);
  g_assert_nonnull (second);

  oto_trainer_set_paused (trainer, FALSE);
  while (get_n_steps (trainer) < n_steps + 3)
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
test_thrown_away_while_running (Fixture       *fixture,
                                gconstpointer  data)
{
  OtoTrainer *trainer;
  Heard heard;

  fixture->config.n_epochs = 100000;
  trainer = new_trainer (fixture, "a");
  start (trainer, &heard);
  while (get_n_steps (trainer) == 0)
    g_usleep (500);
  g_assert_finalize_object (trainer);
  g_assert_cmpuint (heard.n_finished, ==, 0);
}

/* Weights near the end of the float range overflow in the first layers. */
static void
test_divergence_keeps_the_last_good_model (Fixture       *fixture,
                                           gconstpointer  data)
{
  g_autoptr (OtoTrainer) trainer = NULL, resumed = NULL;
  g_autoptr (OtoModelSnapshot) model = NULL, huge = NULL;
  g_autoptr (GArray) losses = g_array_new (FALSE, FALSE, sizeof (double));
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL, *before = NULL, *after = NULL, *params = NULL;
  g_auto (OtoAdam) adam = { 0 };
  OtoTrainingState state;
  const float *values;
  gsize len, len_after;
  size_t n;

  trainer = new_trainer (fixture, "a");
  g_signal_connect (trainer, "epoch", G_CALLBACK (stop_after_second_cb), NULL);
  run (trainer, OTO_TRAINER_STOPPED);
  path = g_build_filename (fixture->dir, "a", "checkpoint.safetensors", NULL);
  g_assert_true (oto_checkpoint_load (path, &model, &adam, &state, losses, &error));
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
                                 &error);
  g_assert_true (oto_checkpoint_save (path, huge, &adam, &state, losses, &error));
  g_assert_true (g_file_get_contents (path, &before, &len, NULL));

  resumed = resume (fixture);
  g_assert_false (oto_trainer_run (resumed, &error));
  g_assert_error (error, OTO_TRAINING_ERROR, OTO_TRAINING_ERROR_DIVERGED);
  g_assert_nonnull (strstr (error->message, "epoch 3, step 1"));
  g_assert_true (g_file_get_contents (path, &after, &len_after, NULL));
  g_assert_cmpmem (before, len, after, len_after);
}

static void
assert_new_fails (Fixture    *fixture,
                  const char *says)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (oto_trainer_new (&fixture->config, &error));
  g_assert_nonnull (error);
  if (strstr (error->message, says) == NULL)
    g_error ("“%s” does not say “%s”", error->message, says);
}

static void
test_settings_are_checked (Fixture       *fixture,
                           gconstpointer  data)
{
  OtoTrainerConfig *config = &fixture->config;
  g_autofree char *config_path = g_build_filename (config->run_dir, "config.json", NULL);

  config->fold = 7;
  assert_new_fails (fixture, "fold 7");
  config->fold = 2;
  config->lr = NAN;
  assert_new_fails (fixture, "learning rate");
  config->lr = 1e-3;
  config->batch = 0;
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
  oto_trainer_config_set_option (config, "form", "equations");
  assert_new_fails (fixture, "form");
  g_clear_pointer (&config->options, g_strfreev);
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
test_run_folder_is_its_own (Fixture       *fixture,
                            gconstpointer  data)
{
  OtoTrainerConfig *config = &fixture->config;
  g_autofree char *note = g_build_filename (config->run_dir, "note.txt", NULL);
  g_autofree char *labels = g_build_filename (fixture->data, "labels.tsv", NULL);
  g_autoptr (OtoTrainer) trainer = NULL;

  g_assert_cmpint (g_mkdir (config->run_dir, 0777), ==, 0);
  trainer = new_trainer (fixture, "run");
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
test_unreadable_clip_is_named (Fixture       *fixture,
                               gconstpointer  data)
{
  g_autofree char *path = g_build_filename (fixture->data, "audio", "c5.wav", NULL);
  g_autofree char *run_config = NULL;
  g_autoptr (OtoTrainer) trainer = new_trainer (fixture, "a");
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_set_contents (path, "RIFF", -1, NULL));
  g_assert_false (oto_trainer_run (trainer, &error));
  g_assert_nonnull (error);
  g_assert_nonnull (strstr (error->message, "c5.wav"));
  /* Nothing was begun, so nothing is in the way of the next attempt. */
  run_config = g_build_filename (fixture->dir, "a", "config.json", NULL);
  g_assert_false (g_file_test (run_config, G_FILE_TEST_EXISTS));
}

static void
assert_resume_fails (Fixture    *fixture,
                     const char *says)
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
test_resume_needs_the_same_run (Fixture       *fixture,
                                gconstpointer  data)
{
  g_autofree char *checkpoint = NULL, *config_path = NULL, *extra = NULL, *text = NULL;
  g_autoptr (OtoTrainer) trainer = NULL;
  gsize len;

  assert_resume_fails (fixture, "holds no run");
  trainer = new_trainer (fixture, "a");
  g_signal_connect (trainer, "epoch", G_CALLBACK (stop_after_second_cb), NULL);
  run (trainer, OTO_TRAINER_STOPPED);
  checkpoint = g_build_filename (fixture->dir, "a", "checkpoint.safetensors", NULL);
  config_path = g_build_filename (fixture->dir, "a", "config.json", NULL);

  write_lists (fixture, N_CLIPS + 1);
  assert_resume_fails (fixture, "have changed");
  write_lists (fixture, N_CLIPS);
  extra = g_build_filename (fixture->data, "audio", "c8.wav", NULL);
  g_assert_cmpint (g_remove (extra), ==, 0);

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

static void
test_config_is_kept (Fixture       *fixture,
                     gconstpointer  data)
{
  g_autofree char *path = g_build_filename (fixture->dir, "c.json", NULL);
  g_autoptr (GError) error = NULL;
  OtoTrainerConfig loaded;

  oto_trainer_config_set_option (&fixture->config, "alpha", "0.25");
  fixture->config.lr = 1.5e-4;
  fixture->config.seed = 123456789012345;
  fixture->config.background = TRUE;
  fixture->config.memory_cap_bytes = 123456789012;
  oto_trainer_config_set_option (&fixture->config, "form", "equations");
  g_assert_true (oto_trainer_config_save (&fixture->config, path, &error));
  oto_trainer_config_init (&loaded);
  g_assert_cmpint (loaded.fold, ==, 4);
  g_assert_true (oto_trainer_config_load (&loaded, path, &error));
  g_assert_no_error (error);
  g_assert_cmpstr (loaded.system, ==, fixture->config.system);
  g_assert_cmpstr (loaded.data_dir, ==, fixture->config.data_dir);
  g_assert_cmpint (g_strv_length (loaded.options), ==, 2);
  g_assert_true (g_strv_contains ((const char *const *) loaded.options, "form=equations"));
  g_assert_cmpint (loaded.fold, ==, 2);
  g_assert_cmpint (loaded.n_epochs, ==, 4);
  g_assert_cmpint (loaded.batch, ==, 4);
  g_assert_cmpfloat (loaded.width, ==, 0.03);
  g_assert_true (g_strv_contains ((const char *const *) loaded.options, "alpha=0.25"));
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

static guint64
get_need (const OtoTrainerConfig *config,
          const OtoModelConfig   *model)
{
  return oto_trainer_config_get_memory_bytes (config, model, 100, 20);
}

static void
test_memory_need (Fixture       *fixture,
                  gconstpointer  data)
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
test_memory_is_checked_first (Fixture       *fixture,
                              gconstpointer  data)
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

/* Without room for features they are read again, with the same numbers; the cap is part of the run,
 * and a resumed run may be given another one. */
static void
test_memory_without_features (Fixture       *fixture,
                              gconstpointer  data)
{
  OtoTrainerConfig *config = &fixture->config;
  g_autoptr (OtoTrainer) roomy = NULL;
  g_autoptr (OtoTrainer) tight = NULL;
  g_autoptr (OtoTrainer) resumed = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;
  OtoModelConfig model;

  config->n_epochs = 2;
  roomy = new_trainer (fixture, "roomy");
  run (roomy, OTO_TRAINER_DONE);

  g_assert_true (oto_trainer_config_make_model (config, 2, &model, NULL));
  config->memory_cap_bytes =
    (gint64) oto_trainer_config_get_memory_bytes (config, &model, N_CLIPS - 2, 2);
  tight = new_trainer (fixture, "tight");
  run (tight, OTO_TRAINER_DONE);
  assert_same_run (fixture, "roomy", "tight");

  resumed = resume (fixture);
  g_assert_cmpint (oto_trainer_get_config (resumed)->memory_cap_bytes, ==,
                   config->memory_cap_bytes);
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

#define ADD(name, func) \
  g_test_add ("/training/trainer/" name, Fixture, NULL, set_up, func, tear_down)

int
main (int    argc,
      char **argv)
{
  char *cache;
  int status;

  g_test_init (&argc, &argv, NULL);
  cache = oto_test_make_dir ();
  g_setenv ("XDG_CACHE_HOME", cache, TRUE);
  ADD ("same-seed-same-weights", test_same_seed_same_weights);
  ADD ("resumed-is-unbroken", test_resumed_is_unbroken);
  ADD ("extended-is-unbroken", test_extended_is_unbroken);
  ADD ("stopped-anywhere-is-unbroken", test_stopped_anywhere_is_unbroken);
  ADD ("memory-need", test_memory_need);
  ADD ("memory-is-checked-first", test_memory_is_checked_first);
  ADD ("memory-without-features", test_memory_without_features);
  ADD ("learns", test_learns);
  ADD ("pause-snapshot-cancel", test_pause_snapshot_cancel);
  ADD ("thrown-away-while-running", test_thrown_away_while_running);
  ADD ("divergence-keeps-the-last-good-model", test_divergence_keeps_the_last_good_model);
  ADD ("settings-are-checked", test_settings_are_checked);
  ADD ("run-folder-is-its-own", test_run_folder_is_its_own);
  ADD ("unreadable-clip-is-named", test_unreadable_clip_is_named);
  ADD ("resume-needs-the-same-run", test_resume_needs_the_same_run);
  ADD ("config-is-kept", test_config_is_kept);
  status = g_test_run ();
  oto_test_remove_dir (cache);
  return status;
}
