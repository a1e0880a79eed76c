/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test-trainer.h"

#include "io/oto-json.h"
#include "training/oto-trainer-private.h"

#include <math.h>
#include <string.h>

static void
set_recipe (OtoTestTrainer *fixture,
            const char     *name)
{
  g_free (fixture->config.recipe);
  fixture->config.recipe = g_strdup (name);
}

static void
set_system (OtoTestTrainer *fixture,
            const char     *name)
{
  g_free (fixture->config.system);
  fixture->config.system = g_strdup (name);
}

/* The record of the training of a run's model. */
static JsonNode *
load_training (OtoTestTrainer *fixture,
               const char     *run,
               const char     *name)
{
  g_autoptr (OtoModelSnapshot) model = oto_test_trainer_load (fixture, run, name);
  const char *text = oto_model_snapshot_get_training_json (model);
  g_autoptr (GError) error = NULL;
  JsonNode *root = oto_json_parse (text, strlen (text), &error);

  g_assert_no_error (error);
  return root;
}

static double
get_mean (GArray *values,
          guint   begin,
          guint   end)
{
  double sum = 0.0;

  for (guint i = begin; i < end; i++)
    sum += g_array_index (values, double, i);
  return sum / (end - begin);
}

/* Whatever the optimiser, the schedule, the order and what is kept. */
static void
test_every_recipe_learns (OtoTestTrainer *fixture,
                          gconstpointer   data)
{
  const OtoRecipe *recipe;

  if (OTO_TEST_IS_SANITIZED)
    {
      g_test_skip ("it is about numbers; trainer-resume takes the same steps");
      return;
    }
  fixture->config.n_epochs = 0;
  fixture->config.n_updates = 16;
  fixture->config.width = 0.06;
  for (guint i = 0; (recipe = oto_recipe_get (i)) != NULL; i++)
    {
      g_autofree char *best = g_build_filename (recipe->name, "best.safetensors", NULL);
      g_autoptr (OtoTrainer) trainer = NULL;
      g_autoptr (GArray) losses = NULL, records = NULL;
      g_autoptr (JsonNode) training = NULL;
      JsonObject *object;

      set_recipe (fixture, recipe->name);
      fixture->config.lr = recipe->optimizer.kind == OTO_OPTIMIZER_SGD ? 0.0 : 1e-2;
      trainer = oto_test_trainer_new (fixture, recipe->name);
      oto_test_trainer_run (trainer, OTO_TRAINER_DONE);
      losses = oto_trainer_dup_step_losses (trainer);
      records = oto_trainer_dup_records (trainer);
      g_test_message ("%s: %u epochs, loss from %.4f to %.4f", recipe->name, records->len,
                      get_mean (losses, 0, 4), get_mean (losses, 12, 16));
      g_assert_cmpuint (losses->len, ==, 16);
      g_assert_cmpfloat (get_mean (losses, 12, 16), <, 0.9 * get_mean (losses, 0, 4));

      training = load_training (fixture, recipe->name, "best.safetensors");
      object = json_node_get_object (training);
      g_assert_cmpstr (json_object_get_string_member (object, "recipe"), ==, recipe->name);
      if (recipe->keep != OTO_KEEP_BEST)
        g_assert_cmpint (json_object_get_int_member (object, "updates"), ==, 16);
      g_assert_cmpint (json_object_has_member (object, "class_weights"), ==,
                       recipe->class_weight != OTO_CLASS_WEIGHT_NONE);
    }
}

static const OtoEpochRecord *
get_record (GArray *records,
            guint   i)
{
  g_assert_cmpuint (i, <, records->len);
  return &g_array_index (records, OtoEpochRecord, i);
}

/* Four clips of six a step: a whole pass is two steps, the last of which has two clips, and one
 * step where the rest is dropped. A recipe with a length of its own has that. */
static void
test_length (OtoTestTrainer *fixture,
             gconstpointer   data)
{
  static const struct { const char *recipe; int n_updates, n_steps, n_epochs, n_last; } runs[] =
  {
    { "T-000", 5, 2, 3, 1 }, { "mmnet", 3, 1, 3, 1 }, { "xu-native", 5, 5, 1, 5 },
    { "T-003", 4, 2, 2, 2 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (runs); i++)
    {
      g_autofree char *name = g_strdup_printf ("run-%u", i);
      g_autoptr (OtoTrainer) trainer = NULL;
      g_autoptr (GArray) records = NULL;
      OtoTrainerProgress progress;

      set_recipe (fixture, runs[i].recipe);
      fixture->config.n_epochs = 0;
      fixture->config.n_updates = runs[i].n_updates;
      trainer = oto_test_trainer_new (fixture, name);
      oto_trainer_get_progress (trainer, &progress);
      g_assert_cmpint (progress.n_epochs, ==, runs[i].n_epochs);
      g_assert_cmpint (progress.n_steps, ==, runs[i].n_steps);
      oto_test_trainer_run (trainer, OTO_TRAINER_DONE);
      g_assert_cmpuint (oto_test_trainer_get_n_steps (trainer), ==, runs[i].n_updates);
      records = oto_trainer_dup_records (trainer);
      g_assert_cmpuint (records->len, ==, runs[i].n_epochs);
      oto_trainer_get_progress (trainer, &progress);
      g_assert_cmpint (progress.n_steps, ==, runs[i].n_last);
      g_assert_cmpint (progress.step, ==, runs[i].n_last);
    }

  /* A length in epochs, whatever the recipe. */
  set_recipe (fixture, "T-003");
  fixture->config.n_epochs = 3;
  fixture->config.n_updates = 0;
  {
    g_autoptr (OtoTrainer) trainer = oto_test_trainer_new (fixture, "epochs");

    oto_test_trainer_run (trainer, OTO_TRAINER_DONE);
    g_assert_cmpuint (oto_test_trainer_get_n_steps (trainer), ==, 6);
  }
}

/* The rate falls by the number of updates or of epochs: with the numbers of the published recipes a
 * run would be long. */
static void
test_schedule (OtoTestTrainer *fixture,
               gconstpointer   data)
{
  static const struct { const char *recipe; double factor; int n_after[4]; } runs[] =
  {
    { "T-003", 0.9, { 0, 1, 1, 2 } },        /* two updates an epoch: after 3 and after 6 */
    { "mmnet", 0.1, { 0, 0, 1, 1 } },        /* in epoch 3 */
  };

  for (guint i = 0; i < G_N_ELEMENTS (runs); i++)
    {
      g_autoptr (OtoTrainer) trainer = NULL;
      g_autoptr (GArray) records = NULL;

      set_recipe (fixture, runs[i].recipe);
      fixture->config.lr = 1e-3;
      trainer = oto_test_trainer_new (fixture, runs[i].recipe);
      trainer->recipe.schedule.every = 3;
      oto_test_trainer_run (trainer, OTO_TRAINER_DONE);
      records = oto_trainer_dup_records (trainer);
      for (guint e = 0; e < 4; e++)
        g_assert_cmpfloat_with_epsilon (get_record (records, e)->lr,
                                        1e-3 * pow (runs[i].factor, runs[i].n_after[e]), 1e-12);
    }
}

/* The last epoch's weights, not the best ones. */
static void
test_keeps_last (OtoTestTrainer *fixture,
                 gconstpointer   data)
{
  g_autoptr (OtoTrainer) trainer = NULL;
  g_autoptr (OtoModelSnapshot) best = NULL, checkpoint = NULL;

  set_recipe (fixture, "T-003");
  trainer = oto_test_trainer_new (fixture, "a");
  oto_test_trainer_run (trainer, OTO_TRAINER_DONE);
  best = oto_test_trainer_load (fixture, "a", "best.safetensors");
  checkpoint = oto_test_trainer_load (fixture, "a", "checkpoint.safetensors");
  g_assert_cmpstr (oto_model_snapshot_get_hash (best), ==,
                   oto_model_snapshot_get_hash (checkpoint));
}

/* A talnet-small run watches the loss of the held-out fold: the kept model is of its smallest. */
static void
test_keeps_best_loss (OtoTestTrainer *fixture,
                      gconstpointer   data)
{
  g_autoptr (OtoTrainer) trainer = NULL;
  g_autoptr (GArray) records = NULL;
  g_autoptr (JsonNode) training = NULL;
  guint best = 1;

  set_recipe (fixture, "talnet-small-native");
  fixture->config.n_epochs = 6;
  fixture->config.n_epoch_updates = 2;
  fixture->config.lr = 0.05;
  trainer = oto_test_trainer_new (fixture, "b");
  oto_test_trainer_run (trainer, OTO_TRAINER_DONE);
  records = oto_trainer_dup_records (trainer);
  g_assert_cmpuint (records->len, ==, 6);
  for (guint i = 1; i < records->len; i++)
    if (get_record (records, i)->val_loss < get_record (records, best - 1)->val_loss)
      best = i + 1;
  training = load_training (fixture, "b", "best.safetensors");
  g_assert_cmpint (json_object_get_int_member (json_node_get_object (training), "epoch"), ==, best);
}

/* Probabilities of the held-out clips by a model of the run. */
static void
add_probabilities (OtoTestTrainer *fixture,
                   const char     *name,
                   double         *sum)
{
  g_autoptr (OtoModelSnapshot) snapshot = oto_test_trainer_load (fixture, "a", name);
  g_autoptr (GError) error = NULL;
  g_autoptr (OtoDataset) dataset = oto_dataset_load (fixture->data, &error);
  g_autoptr (GArray) clips = oto_dataset_list_clips (dataset, 2, TRUE, &error);
  const OtoModelConfig *config = oto_model_snapshot_get_config (snapshot);
  g_autoptr (OtoBatcher) batcher =
    oto_batcher_new (dataset, clips, oto_model_snapshot_get_front_end (snapshot), config->n_frames,
                     OTO_BATCHER_BUDGET_BYTES, 2, FALSE, NULL, NULL, NULL, &error);
  g_autoptr (OtoModel) model =
    oto_model_new_from_snapshot (snapshot, oto_test_get_engine (2), OTO_PRIORITY_BATCH, &error);
  g_autofree float *x = g_new (float, (size_t) config->n_frames * config->n_mels);
  float prob[2];

  g_assert_no_error (error);
  g_assert_true (oto_model_reserve (model, 1, OTO_MODEL_EVAL, &error));
  for (guint i = 0; i < clips->len; i++)
    {
      g_assert_true (oto_batcher_fill (batcher, i, oto_batcher_get_window (batcher, i, 0),
                                       oto_model_snapshot_get_scaler (snapshot), x, &error));
      g_assert_true (oto_model_forward (model, x, 1, OTO_MODEL_EVAL, 0));
      oto_model_get_map (model, OTO_MAP_CLIP_PROB, 0, prob);
      for (int k = 0; k < 2; k++)
        sum[2 * i + k] += prob[k];
    }
}

/* The mean of the probabilities of pinned models, by hand: the first held-out clip is a whistle,
 * the second a hiss; classes are by name. The run is short, so that the epochs of the recipe are
 * not reached, then goes on to them. */
static void
test_keeps_mean (OtoTestTrainer *fixture,
                 gconstpointer   data)
{
  static const int targets[] = { 0, 1, 1, 0 };
  g_autofree char *pinned = g_build_filename (fixture->dir, "a", "pinned", NULL);
  g_autoptr (OtoTrainer) trainer = NULL, longer = NULL;
  g_autoptr (OtoModelSnapshot) best = NULL, last = NULL;
  g_autoptr (GArray) records = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) training = NULL;
  double sum[4] = { 0.0 }, loss = 0.0;

  set_recipe (fixture, "xu-native");
  fixture->config.n_epochs = 3;
  fixture->config.n_epoch_updates = 2;
  fixture->config.batch = 2;
  trainer = oto_test_trainer_new (fixture, "a");
  oto_test_trainer_run (trainer, OTO_TRAINER_DONE);
  g_assert_true (g_file_test (pinned, G_FILE_TEST_IS_DIR));
  best = oto_test_trainer_load (fixture, "a", "pinned/0003.safetensors");
  g_clear_pointer (&best, oto_model_snapshot_unref);

  longer = oto_trainer_new_resumed (fixture->config.run_dir, 22, 0, FALSE, 0, &error);
  g_assert_no_error (error);
  oto_test_trainer_run (longer, OTO_TRAINER_DONE);
  records = oto_trainer_dup_records (longer);
  for (int epoch = 20; epoch <= 22; epoch++)
    {
      g_autofree char *name = g_strdup_printf ("pinned/%04d.safetensors", epoch);

      add_probabilities (fixture, name, sum);
    }
  for (int i = 0; i < 4; i++)
    loss -= log (targets[i] ? sum[i] / 3.0 : 1.0 - sum[i] / 3.0) / 4.0;
  g_assert_cmpfloat_with_epsilon (get_record (records, 21)->val_loss, loss, 1e-5);

  best = oto_test_trainer_load (fixture, "a", "best.safetensors");
  last = oto_test_trainer_load (fixture, "a", "pinned/0022.safetensors");
  g_assert_cmpstr (oto_model_snapshot_get_hash (best), ==, oto_model_snapshot_get_hash (last));
  training = load_training (fixture, "a", "best.safetensors");
  g_assert_nonnull (strstr (json_object_get_string_member (json_node_get_object (training),
                                                           "chosen_by"), "epochs 20 to 22"));
}

/* Rare classes count more, by the labels of the training clips. */
static void
test_class_weights (OtoTestTrainer *fixture,
                    gconstpointer   data)
{
  g_autofree char *labels_path = g_build_filename (fixture->data, "labels.tsv", NULL);
  g_autoptr (GString) labels = g_string_new ("filename\tevent_labels\n");
  g_autoptr (OtoTrainer) trainer = NULL;
  g_autoptr (JsonNode) training = NULL;
  static const char * const names[] = {
    "Whistle", "Hiss", "Bark", "Whistle", "Whistle", "Hiss", "Hiss", "Hiss"
  };
  const guint counts[] = { 1, 3, 2 };
  JsonArray *array;
  float weights[3];

  for (int i = 0; i < OTO_TEST_TRAINER_N_CLIPS; i++)
    g_string_append_printf (labels, "c%d.wav\t%s\n", i, names[i]);
  g_assert_true (g_file_set_contents (labels_path, labels->str, -1, NULL));
  set_recipe (fixture, "mmnet");
  fixture->config.n_epochs = 1;
  trainer = oto_test_trainer_new (fixture, "a");
  oto_test_trainer_run (trainer, OTO_TRAINER_DONE);

  oto_class_weight_compute (OTO_CLASS_WEIGHT_RELEASED, OTO_CLASS_WEIGHT_BETA, counts, 3, 6,
                            weights);
  training = load_training (fixture, "a", "best.safetensors");
  array = json_object_get_array_member (json_node_get_object (training), "class_weights");
  g_assert_cmpuint (json_array_get_length (array), ==, 3);
  for (guint k = 0; k < 3; k++)
    g_assert_cmpfloat_with_epsilon (json_array_get_double_element (array, k), weights[k], 1e-6);
  g_assert_cmpfloat (weights[0], >, weights[1]);
}

/* A loss of several terms: each has a column, and their weighted sum is the loss. */
static void
test_terms (OtoTestTrainer *fixture,
            gconstpointer   data)
{
  g_autofree char *path = g_build_filename (fixture->dir, "a", "metrics.csv", NULL);
  g_autofree char *text = NULL;
  g_autoptr (OtoTrainer) trainer = NULL;
  g_autoptr (GArray) records = NULL;
  OtoTrainerProgress progress;

  set_system (fixture, "2apae");
  oto_trainer_config_set_option (&fixture->config, "alpha", "0.5");
  fixture->config.n_epochs = 2;
  trainer = oto_test_trainer_new (fixture, "a");
  g_assert_cmpuint (oto_trainer_get_n_terms (trainer), ==, 2);
  oto_test_trainer_run (trainer, OTO_TRAINER_DONE);
  records = oto_trainer_dup_records (trainer);
  for (guint i = 0; i < records->len; i++)
    {
      const OtoEpochRecord *record = get_record (records, i);

      g_assert_cmpfloat (record->terms[1], >, 0.0);
      g_assert_cmpfloat_with_epsilon (record->loss, record->terms[0] + 0.5 * record->terms[1],
                                      1e-6);
    }
  oto_trainer_get_progress (trainer, &progress);
  g_assert_cmpfloat_with_epsilon (progress.loss, progress.terms[0] + 0.5 * progress.terms[1], 1e-6);

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_true (g_str_has_prefix (text, "epoch,loss,bce,mse,val_bce,micro_ap,macro_ap,auc,lr,"
                                         "seconds,clips_per_s\n1,"));
}

/* Another front end makes another window, and stands in the model. */
static void
test_front_end (OtoTestTrainer *fixture,
                gconstpointer   data)
{
  g_autoptr (OtoTrainer) trainer = NULL;
  g_autoptr (OtoModelSnapshot) model = NULL;
  const OtoFrontEnd *front_end = oto_front_end_find ("F-T");

  fixture->config.front_end = g_strdup ("F-T");
  fixture->config.n_epochs = 1;
  trainer = oto_test_trainer_new (fixture, "a");
  oto_test_trainer_run (trainer, OTO_TRAINER_DONE);
  model = oto_test_trainer_load (fixture, "a", "best.safetensors");
  g_assert_true (oto_logmel_config_is_equal (oto_model_snapshot_get_front_end (model),
                                             &front_end->config));
  g_assert_cmpint (oto_model_snapshot_get_config (model)->n_frames, ==, 400);
}

#define ADD(name, func) \
  g_test_add ("/training/trainer-recipes/" name, OtoTestTrainer, NULL, oto_test_trainer_set_up, \
              func, oto_test_trainer_tear_down)

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("every-recipe-learns", test_every_recipe_learns);
  ADD ("length", test_length);
  ADD ("schedule", test_schedule);
  ADD ("keeps-last", test_keeps_last);
  ADD ("keeps-best-loss", test_keeps_best_loss);
  ADD ("keeps-mean", test_keeps_mean);
  ADD ("class-weights", test_class_weights);
  ADD ("terms", test_terms);
  ADD ("front-end", test_front_end);
  return g_test_run ();
}
