/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "cli/oto-cli.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define PROGRESS_MS 200

static const char description[] =
  "Trains a network on all folds of a data set but one, which is held out to\n"
  "validate every epoch. RUN gets config.json, metrics.csv (a row an epoch),\n"
  "checkpoint.safetensors, best.safetensors (the model with the best micro\n"
  "average precision) and log.txt. Ctrl-C saves and stops; --resume goes on from\n"
  "there. CONFIG is the config.json of a run, which other options then change.\n"
  "\n"
  "One line an epoch: epoch, loss, tagging loss, reconstruction loss, tagging\n"
  "loss on the held-out fold, micro and macro average precision, ROC AUC,\n"
  "learning rate, seconds, clips a second. With --json each is an object on a\n"
  "line of its own.\n"
  "\n"
  "Examples:\n"
  "  oto train --system 2apae-local --data data --fold 4 --epochs 50 --width 0.25 -o run\n"
  "  oto train --system 2apae --pooling-form equations --alpha 0.01 --data data \\\n"
  "            --fold 1 -o run-eq\n"
  "  oto train --resume run\n"
  "  oto train run/config.json --seed 2 -o run-2\n";

typedef struct
{
  const OtoCliOptions *options;
  OtoTrainer          *trainer;
  GMainLoop           *loop;
  gboolean             has_heading;
  gboolean             failed;
} Session;

static void
add_number (JsonBuilder *builder,
            const char  *name,
            double       value)
{
  json_builder_set_member_name (builder, name);
  oto_cli_json_number (builder, value);
}

static void
print_json_line (const OtoEpochRecord *record)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;
  g_autofree char *text = NULL;

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "epoch");
  json_builder_add_int_value (builder, record->epoch);
  add_number (builder, "loss", record->loss);
  add_number (builder, "bce", record->bce);
  add_number (builder, "mse", record->mse);
  add_number (builder, "val_bce", record->val_bce);
  add_number (builder, "micro_ap", record->micro_ap);
  add_number (builder, "macro_ap", record->macro_ap);
  add_number (builder, "auc", record->auc);
  add_number (builder, "lr", record->lr);
  add_number (builder, "seconds", record->seconds);
  add_number (builder, "clips_per_s", record->clips_per_s);
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  text = json_to_string (root, FALSE);
  puts (text);
}

static void
epoch_cb (OtoTrainer *trainer,
          int         epoch,
          gpointer    user_data)
{
  Session *session = user_data;
  g_autoptr (GArray) records = oto_trainer_dup_records (trainer);
  const OtoEpochRecord *record = &g_array_index (records, OtoEpochRecord, epoch - 1);

  oto_cli_progress_end (session->options);
  if (session->options->json)
    print_json_line (record);
  else
    {
      if (!session->has_heading)
        puts ("epoch     loss      bce      mse  val_bce micro_ap macro_ap      auc       lr "
              " seconds  clips/s");
      session->has_heading = TRUE;
      printf ("%5d %8.5f %8.5f %8.5f %8.5f %8.4f %8.4f %8.4f %8.2g %8.1f %8.2f\n", record->epoch,
              record->loss, record->bce, record->mse, record->val_bce, record->micro_ap,
              record->macro_ap, record->auc, record->lr, record->seconds, record->clips_per_s);
    }
  fflush (stdout);
}

static void
finished_cb (OtoTrainer   *trainer,
             const GError *error,
             gpointer      user_data)
{
  Session *session = user_data;

  oto_cli_progress_end (session->options);
  if (error != NULL)
    oto_cli_gerror ((GError *) error);
  session->failed = error != NULL;
  g_main_loop_quit (session->loop);
}

static gboolean
progress_cb (gpointer user_data)
{
  Session *session = user_data;
  g_autofree char *what = NULL;
  OtoTrainerProgress p;

  oto_trainer_get_progress (session->trainer, &p);
  if (p.state == OTO_TRAINER_PREPARING)
    oto_cli_progress (session->options, "Preparing features", p.prepare_fraction);
  else if (p.state == OTO_TRAINER_RUNNING)
    {
      what = g_strdup_printf ("Epoch %d/%d, step %d/%d, loss %.4f, %.1f clips/s", p.epoch,
                              p.n_epochs, p.step, p.n_steps, p.loss, p.clips_per_s);
      oto_cli_progress (session->options, what,
                        (p.epoch - 1 + (double) p.step / p.n_steps) / p.n_epochs);
    }
  return G_SOURCE_CONTINUE;
}

/* Ctrl-C: the run saves at its next step. */
static void
interrupted_cb (GCancellable *cancellable,
                gpointer      trainer)
{
  oto_trainer_stop (trainer);
}

static int
train (OtoTrainer          *trainer,
       const OtoCliOptions *options)
{
  GCancellable *interrupt = oto_cli_watch_interrupt ();
  Session session = { .options = options, .trainer = trainer };
  OtoTrainerProgress progress;
  gulong handler;
  guint timeout;

  session.loop = g_main_loop_new (NULL, FALSE);
  g_signal_connect (trainer, "epoch", G_CALLBACK (epoch_cb), &session);
  g_signal_connect (trainer, "finished", G_CALLBACK (finished_cb), &session);
  timeout = g_timeout_add (PROGRESS_MS, progress_cb, &session);
  oto_trainer_start (trainer);
  handler = g_cancellable_connect (interrupt, G_CALLBACK (interrupted_cb), trainer, NULL);
  g_main_loop_run (session.loop);
  g_cancellable_disconnect (interrupt, handler);
  g_source_remove (timeout);
  g_main_loop_unref (session.loop);
  if (session.failed)
    return OTO_CLI_FAILED;

  oto_trainer_get_progress (trainer, &progress);
  if (progress.state == OTO_TRAINER_STOPPED && !options->quiet)
    fprintf (stderr, "Stopped. “oto train --resume %s” goes on.\n",
             oto_trainer_get_config (trainer)->run_dir);
  return OTO_CLI_DONE;
}

static gboolean
set_form (OtoTrainerConfig *config,
          const char       *form)
{
  if (form == NULL)
    return TRUE;
  if (strcmp (form, "released") != 0 && strcmp (form, "equations") != 0)
    {
      oto_cli_error ("“--pooling-form %s” is not known. Choose released or equations.", form);
      return FALSE;
    }
  config->pooling_form = strcmp (form, "equations") == 0 ? OTO_POOLING_FORM_EQUATIONS
                                                         : OTO_POOLING_FORM_RELEASED;
  return TRUE;
}

static void
replace (char **target,
         char **text)
{
  if (*text == NULL)
    return;
  g_free (*target);
  *target = g_steal_pointer (text);
}

int
oto_cmd_train (int    argc,
               char **argv)
{
  g_auto (GStrv) files = NULL;
  g_autofree char *system = NULL, *data = NULL, *form = NULL, *run = NULL, *resume = NULL;
  g_autoptr (OtoTrainer) trainer = NULL;
  g_autoptr (GError) error = NULL;
  /* Zero and less: not given. */
  int fold = 0, epochs = 0, batch = 0, threads = 0;
  double width = 0.0, alpha = -1.0, lr = 0.0;
  gint64 seed = -1;
  gboolean nice = FALSE;
  OtoTrainerConfig config;
  OtoCliOptions options;
  const GOptionEntry entries[] = {
    { "system", 0, 0, G_OPTION_ARG_STRING, &system, "A name of “oto systems” (2apae-local)",
      "NAME" },
    { "data", 0, 0, G_OPTION_ARG_FILENAME, &data, "Data set", "DIR" },
    { "fold", 0, 0, G_OPTION_ARG_INT, &fold, "Fold held out (1)", "N" },
    { "epochs", 0, 0, G_OPTION_ARG_INT, &epochs, "Number of epochs (50)", "N" },
    { "batch", 0, 0, G_OPTION_ARG_INT, &batch, "Clips of a step (24)", "N" },
    { "width", 0, 0, G_OPTION_ARG_DOUBLE, &width, "Factor on the numbers of channels (1)", "X" },
    { "alpha", 0, 0, G_OPTION_ARG_DOUBLE, &alpha,
      "Weight of the reconstruction loss (the system's)", "X" },
    { "lr", 0, 0, G_OPTION_ARG_DOUBLE, &lr, "Learning rate (0.001)", "X" },
    { "seed", 0, 0, G_OPTION_ARG_INT64, &seed, "Of weights and order (1)", "N" },
    { "threads", 0, 0, G_OPTION_ARG_INT, &threads, "Number of threads (all cores)", "N" },
    { "pooling-form", 0, 0, G_OPTION_ARG_STRING, &form, "Form of two-step attention",
      "released|equations" },
    { "nice", 0, 0, G_OPTION_ARG_NONE, &nice, "Run at reduced priority", NULL },
    { "resume", 0, 0, G_OPTION_ARG_FILENAME, &resume, "Go on with a run", "RUN" },
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &run, "Folder of the new run", "RUN" },
    G_OPTION_ENTRY_NULL
  };

  if (!oto_cli_parse (&argc, &argv, entries, "[CONFIG]", "Trains a network.", description, &options,
                      &files))
    return OTO_CLI_USAGE;
  if (resume != NULL)
    {
      if (run != NULL || files[0] != NULL || data != NULL || system != NULL)
        {
          oto_cli_error ("A run goes on with its own settings. Give --resume RUN alone, or with "
                         "--threads and --nice.");
          return OTO_CLI_USAGE;
        }
      trainer = oto_trainer_new_resumed (resume, threads, nice, &error);
      if (trainer != NULL)
        return train (trainer, &options);
      oto_cli_gerror (error);
      return OTO_CLI_FAILED;
    }

  oto_trainer_config_init (&config);
  if (!set_form (&config, form))
    {
      oto_trainer_config_clear (&config);
      return OTO_CLI_USAGE;
    }
  if (files[0] != NULL && !oto_trainer_config_load (&config, files[0], &error))
    {
      oto_cli_gerror (error);
      oto_trainer_config_clear (&config);
      return OTO_CLI_FAILED;
    }
  set_form (&config, form);
  replace (&config.system, &system);
  replace (&config.data_dir, &data);
  replace (&config.run_dir, &run);
  config.fold = fold != 0 ? fold : config.fold;
  config.n_epochs = epochs != 0 ? epochs : config.n_epochs;
  config.batch = batch != 0 ? batch : config.batch;
  config.width = width != 0.0 ? width : config.width;
  config.alpha = alpha >= 0.0 ? alpha : config.alpha;
  config.lr = lr != 0.0 ? lr : config.lr;
  config.seed = seed >= 0 ? (guint64) seed : config.seed;
  config.n_threads = threads != 0 ? threads : config.n_threads;
  config.background = nice || config.background;
  if (config.data_dir == NULL || config.run_dir == NULL)
    {
      oto_cli_error ("Give a data set (--data DIR) and a folder for the run (-o RUN). “oto train "
                     "--help” shows examples.");
      oto_trainer_config_clear (&config);
      return OTO_CLI_USAGE;
    }
  trainer = oto_trainer_new (&config, &error);
  oto_trainer_config_clear (&config);
  if (trainer != NULL)
    return train (trainer, &options);
  oto_cli_gerror (error);
  return OTO_CLI_FAILED;
}
