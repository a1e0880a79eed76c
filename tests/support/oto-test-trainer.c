/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test-trainer.h"

#include <math.h>

#define RATE_HZ  8000
#define CLIP_LEN 32000

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

void
oto_test_trainer_write_lists (OtoTestTrainer *self,
                              int             n_clips)
{
  g_autoptr (GString) labels = g_string_new ("filename\tevent_labels\n");
  g_autoptr (GString) folds = g_string_new ("filename\tfold\n");
  g_autofree char *labels_path = g_build_filename (self->data, "labels.tsv", NULL);
  g_autofree char *folds_path = g_build_filename (self->data, "folds.tsv", NULL);

  for (int i = 0; i < n_clips; i++)
    {
      save_clip (self->data, i);
      g_string_append_printf (labels, "c%d.wav\t%s\n", i, i % 2 == 0 ? "Whistle" : "Hiss");
      g_string_append_printf (folds, "c%d.wav\t%d\n", i, i < 2 ? 2 : 1);
    }
  g_assert_true (g_file_set_contents (labels_path, labels->str, -1, NULL));
  g_assert_true (g_file_set_contents (folds_path, folds->str, -1, NULL));
}

void
oto_test_trainer_set_up (OtoTestTrainer *self,
                         gconstpointer   data)
{
  g_autofree char *audio = NULL;

  self->dir = oto_test_make_dir ();
  self->cache = oto_test_make_dir ();
  g_setenv ("XDG_CACHE_HOME", self->cache, TRUE);
  self->data = g_build_filename (self->dir, "data", NULL);
  audio = g_build_filename (self->data, "audio", NULL);
  g_assert_cmpint (g_mkdir_with_parents (audio, 0777), ==, 0);
  oto_test_trainer_write_lists (self, OTO_TEST_TRAINER_N_CLIPS);

  oto_trainer_config_init (&self->config);
  self->config.data_dir = g_strdup (self->data);
  self->config.run_dir = g_build_filename (self->dir, "run", NULL);
  self->config.fold = 2;
  self->config.n_epochs = 4;
  self->config.batch = 4;
  self->config.width = 0.03;
  self->config.n_threads = 2;
}

void
oto_test_trainer_tear_down (OtoTestTrainer *self,
                            gconstpointer   data)
{
  oto_trainer_config_clear (&self->config);
  g_free (self->data);
  oto_test_remove_dir (self->dir);
  oto_test_remove_dir (self->cache);
}

OtoTrainer *
oto_test_trainer_new (OtoTestTrainer *self,
                      const char     *run)
{
  g_autoptr (GError) error = NULL;
  OtoTrainer *trainer;

  g_free (self->config.run_dir);
  self->config.run_dir = g_build_filename (self->dir, run, NULL);
  trainer = oto_trainer_new (&self->config, &error);
  g_assert_no_error (error);
  return trainer;
}

OtoTrainer *
oto_test_trainer_resume (OtoTestTrainer *self)
{
  g_autoptr (GError) error = NULL;
  OtoTrainer *trainer = oto_trainer_new_resumed (self->config.run_dir, 0, 0, FALSE, 0, &error);

  g_assert_no_error (error);
  return trainer;
}

void
oto_test_trainer_run (OtoTrainer      *trainer,
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
stop_after_cb (OtoTrainer *trainer,
               int         epoch,
               gpointer    user_data)
{
  if (epoch == GPOINTER_TO_INT (user_data))
    oto_trainer_stop (trainer);
}

void
oto_test_trainer_run_until (OtoTrainer *trainer,
                            int         epoch)
{
  g_signal_connect (trainer, "epoch", G_CALLBACK (stop_after_cb), GINT_TO_POINTER (epoch));
  oto_test_trainer_run (trainer, OTO_TRAINER_STOPPED);
}

guint
oto_test_trainer_get_n_steps (OtoTrainer *trainer)
{
  g_autoptr (GArray) losses = oto_trainer_dup_step_losses (trainer);

  return losses->len;
}

OtoModelSnapshot *
oto_test_trainer_load (OtoTestTrainer *self,
                       const char     *run,
                       const char     *name)
{
  g_autofree char *path = g_build_filename (self->dir, run, name, NULL);
  g_autoptr (GError) error = NULL;
  OtoModelSnapshot *model = oto_model_snapshot_load (path, &error);

  g_assert_no_error (error);
  return model;
}

/* What a checkpoint has beside the model, but the times in its state. */
static void
assert_same_tensors (OtoSafetensors *a,
                     OtoSafetensors *b)
{
  guint n_train = 0;

  g_assert_cmpuint (oto_safetensors_get_n (a), ==, oto_safetensors_get_n (b));
  for (guint i = 0; i < oto_safetensors_get_n (a); i++)
    {
      const OtoSafetensor *tensor = oto_safetensors_get (a, i);
      const OtoSafetensor *other = oto_safetensors_find (b, tensor->name);
      const size_t size = tensor->dtype == OTO_DTYPE_F64 ? 8 : 4;

      g_assert_nonnull (other);
      g_assert_cmpint (tensor->dtype, ==, other->dtype);
      g_assert_cmpmem (tensor->data, tensor->len * size, other->data, other->len * size);
      n_train += g_str_has_prefix (tensor->name, "train.");
    }
  g_assert_cmpuint (n_train, >=, 2);
}

static void
assert_same_records (const char *dir_a,
                     const char *dir_b)
{
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) names = NULL;
  g_autoptr (GArray) records_a = oto_run_log_load (dir_a, &names, &error);
  g_autoptr (GArray) records_b = oto_run_log_load (dir_b, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (records_a->len, >, 0);
  g_assert_cmpuint (records_a->len, ==, records_b->len);
  for (guint i = 0; i < records_a->len; i++)
    {
      const OtoEpochRecord *a = &g_array_index (records_a, OtoEpochRecord, i);
      const OtoEpochRecord *b = &g_array_index (records_b, OtoEpochRecord, i);

      g_assert_cmpfloat (a->loss, ==, b->loss);
      for (guint j = 0; names[j] != NULL; j++)
        g_assert_cmpfloat (a->terms[j], ==, b->terms[j]);
      g_assert_cmpfloat (a->val_loss, ==, b->val_loss);
      g_assert_cmpfloat (a->micro_ap, ==, b->micro_ap);
      g_assert_cmpfloat (a->auc, ==, b->auc);
      g_assert_cmpfloat (a->lr, ==, b->lr);
    }
}

void
oto_test_trainer_assert_same (OtoTestTrainer *self,
                              const char     *run_a,
                              const char     *run_b)
{
  g_autofree char *dir_a = g_build_filename (self->dir, run_a, NULL);
  g_autofree char *dir_b = g_build_filename (self->dir, run_b, NULL);
  g_autofree char *path_a = g_build_filename (dir_a, "checkpoint.safetensors", NULL);
  g_autofree char *path_b = g_build_filename (dir_b, "checkpoint.safetensors", NULL);
  g_autofree char *best_a = g_build_filename (dir_a, "best.safetensors", NULL);
  g_autofree char *best_b = g_build_filename (dir_b, "best.safetensors", NULL);
  g_autofree char *text_a = NULL, *text_b = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (OtoSafetensors) file_a = oto_safetensors_load (path_a, &error);
  g_autoptr (OtoSafetensors) file_b = oto_safetensors_load (path_b, &error);
  size_t len_a, len_b;

  g_assert_no_error (error);
  assert_same_tensors (file_a, file_b);
  assert_same_records (dir_a, dir_b);
  g_assert_true (g_file_get_contents (best_a, &text_a, &len_a, NULL));
  g_assert_true (g_file_get_contents (best_b, &text_b, &len_b, NULL));
  g_assert_cmpmem (text_a, len_a, text_b, len_b);
}

static void
epoch_cb (OtoTrainer *trainer,
          int         epoch,
          gpointer    user_data)
{
  ((OtoTestHeard *) user_data)->n_epochs++;
}

static void
finished_cb (OtoTrainer   *trainer,
             const GError *error,
             gpointer      user_data)
{
  OtoTestHeard *heard = user_data;

  heard->n_finished++;
  heard->message = error != NULL ? g_strdup (error->message) : NULL;
}

void
oto_test_trainer_start (OtoTrainer   *trainer,
                        OtoTestHeard *ret_heard)
{
  *ret_heard = (OtoTestHeard) { 0 };
  g_signal_connect (trainer, "epoch", G_CALLBACK (epoch_cb), ret_heard);
  g_signal_connect (trainer, "finished", G_CALLBACK (finished_cb), ret_heard);
  oto_trainer_start (trainer);
}

typedef struct
{
  gboolean          is_done;
  OtoModelSnapshot *snapshot;
  GError           *error;
} Wait;

static void
snapshot_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  Wait *wait = user_data;

  wait->snapshot = oto_trainer_ref_snapshot_finish (OTO_TRAINER (source), result, &wait->error);
  wait->is_done = TRUE;
}

OtoModelSnapshot *
oto_test_trainer_ref_snapshot (OtoTrainer  *trainer,
                               GError     **error)
{
  Wait wait = { 0 };

  oto_trainer_ref_snapshot_async (trainer, NULL, snapshot_cb, &wait);
  while (!wait.is_done)
    g_main_context_iteration (NULL, TRUE);
  if (wait.error != NULL)
    g_propagate_error (error, wait.error);
  return wait.snapshot;
}

gboolean
oto_test_trainer_start_and_stop (OtoTrainer *trainer,
                                 guint       n_steps)
{
  OtoTrainerProgress progress;
  OtoTestHeard heard;
  guint n_last = 0;

  oto_test_trainer_start (trainer, &heard);
  do
    {
      oto_trainer_get_progress (trainer, &progress);
      if (progress.state == OTO_TRAINER_RUNNING && n_last == 0)
        n_last = oto_test_trainer_get_n_steps (trainer) + n_steps;
      if (n_last > 0 && oto_test_trainer_get_n_steps (trainer) >= n_last)
        oto_trainer_stop (trainer);
      g_main_context_iteration (NULL, FALSE);
      g_usleep (200);
    }
  while (heard.n_finished == 0);
  g_assert_null (heard.message);
  oto_trainer_get_progress (trainer, &progress);
  return progress.state == OTO_TRAINER_DONE;
}
