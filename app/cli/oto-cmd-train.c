/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "cli/oto-cli.h"

#include "io/oto-json.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define PROGRESS_MS 200

static const char description[] =
  "Trains a network on all folds of a data set but one, which is held out to\n"
  "validate every epoch. RUN gets config.json, metrics.csv (a row an epoch),\n"
  "checkpoint.safetensors, best.safetensors (the model that the recipe keeps:\n"
  "that of the best epoch, or the last) and log.txt. Ctrl-C saves and stops;\n"
  "--resume goes on from there. CONFIG is the config.json of a run, which other\n"
  "options then change.\n"
  "A run that needs more than --memory, or than the machine has, is refused before\n"
  "it begins; features that do not fit in what is left are read again from files.\n"
  "\n"
  "A system has a recipe (optimiser, learning rate, order of clips, batch, length,\n"
  "which weights are kept) and a front end; --recipe and --front-end take others:\n"
  "%s\n"
  "One line an epoch: epoch, loss, its terms without weights, cross-entropy on the\n"
  "held-out fold, micro and macro average precision, ROC AUC, learning rate,\n"
  "seconds, clips a second. With --json each is an object on a line of its own.\n"
  "\n"
  "Examples:\n"
  "  oto train --system 2apae-local --data data --fold 4 --epochs 50 --width 0.25 -o run\n"
  "  oto train --system 2apae --pooling-form equations --alpha 0.01 --data data \\\n"
  "            --fold 1 -o run-eq\n"
  "  oto train --system gap --recipe T-003 --updates 2000 --data data -o run-gap\n"
  "  oto remix --events events.csv --scenes scenes.csv --onsets random --snr 0:20 \\\n"
  "            --events-per-clip 0:4 --list-only -o list.yaml\n"
  "  oto train --data list.yaml --remix --augment speed=0.1 --augment room=0.3 -o run\n"
  "  oto train --init 2apae-local --width 0.25 --data data --epochs 10 -o run-mine\n"
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
print_json_line (OtoTrainer           *trainer,
                 const OtoEpochRecord *record)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;
  g_autofree char *text = NULL;

  json_builder_begin_object (builder);
  oto_cli_json_add_int (builder, "epoch", record->epoch);
  oto_cli_json_add_number (builder, "loss", record->loss);
  for (guint i = 0; i < oto_trainer_get_n_terms (trainer); i++)
    oto_cli_json_add_number (builder, oto_trainer_get_term_name (trainer, i), record->terms[i]);
  oto_cli_json_add_number (builder, "val_bce", record->val_loss);
  oto_cli_json_add_number (builder, "micro_ap", record->micro_ap);
  oto_cli_json_add_number (builder, "macro_ap", record->macro_ap);
  oto_cli_json_add_number (builder, "auc", record->auc);
  oto_cli_json_add_number (builder, "lr", record->lr);
  oto_cli_json_add_number (builder, "seconds", record->seconds);
  oto_cli_json_add_number (builder, "clips_per_s", record->clips_per_s);
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  text = oto_json_to_text (root, FALSE);
  puts (text);
}

static void
print_heading (OtoTrainer *trainer)
{
  printf ("epoch     loss");
  for (guint i = 0; i < oto_trainer_get_n_terms (trainer); i++)
    printf (" %8s", oto_trainer_get_term_name (trainer, i));
  puts ("  val_bce micro_ap macro_ap      auc       lr  seconds  clips/s");
}

/* A column is as wide as the longest name needs. */
static void
print_line (OtoTrainer           *trainer,
            const OtoEpochRecord *record)
{
  printf ("%5d %8.5f", record->epoch, record->loss);
  for (guint i = 0; i < oto_trainer_get_n_terms (trainer); i++)
    printf (" %*.5f", MAX (8, (int) strlen (oto_trainer_get_term_name (trainer, i))),
            record->terms[i]);
  printf (" %8.5f %8.4f %8.4f %8.4f %8.2g %8.1f %8.2f\n", record->val_loss, record->micro_ap,
          record->macro_ap, record->auc, record->lr, record->seconds, record->clips_per_s);
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
    print_json_line (trainer, record);
  else
    {
      if (!session->has_heading)
        print_heading (trainer);
      session->has_heading = TRUE;
      print_line (trainer, record);
    }
  fflush (stdout);
}

static void
notice_cb (OtoTrainer *trainer,
           const char *text,
           gpointer    user_data)
{
  Session *session = user_data;

  oto_cli_progress_end (session->options);
  oto_cli_error ("%s", text);
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
  g_signal_connect (trainer, "notice", G_CALLBACK (notice_cb), &session);
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
set_all (OtoTrainerConfig *config,
         const char       *flag,
         char            **settings,
         void            (*set) (OtoTrainerConfig *config,
                                 const char       *name,
                                 const char       *value))
{
  for (guint i = 0; settings != NULL && settings[i] != NULL; i++)
    {
      const char *equals = strchr (settings[i], '=');
      g_autofree char *name = NULL;

      if (equals == NULL || equals == settings[i])
        {
          oto_cli_error ("“--%s %s” names no value. Write it as --%s name=value.", flag,
                         settings[i], flag);
          return FALSE;
        }
      name = g_strndup (settings[i], equals - settings[i]);
      set (config, name, equals + 1);
    }
  return TRUE;
}

/* Options of the system: --set name=value, and the older short forms of two of them. */
static gboolean
set_options (OtoTrainerConfig *config,
             char            **settings,
             const char       *form,
             double            alpha)
{
  if (!set_all (config, "set", settings, oto_trainer_config_set_option))
    return FALSE;
  if (form != NULL)
    oto_trainer_config_set_option (config, "form", form);
  if (alpha >= 0.0)
    {
      char number[G_ASCII_DTOSTR_BUF_SIZE];

      g_ascii_dtostr (number, sizeof number, alpha);
      oto_trainer_config_set_option (config, "alpha", number);
    }
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

/* What the user gave; zero and less is not given. */
typedef struct
{
  char     *system, *recipe, *front_end, *init, *data, *form, *run, *resume, *memory;
  char    **settings, **augmentations;
  int       fold, n_epochs, n_updates, n_epoch_updates, batch, n_threads;
  double    width, alpha, lr;
  gint64    seed, memory_cap_bytes;
  gboolean  nice, remix;
} Arguments;

static void
arguments_clear (Arguments *self)
{
  g_free (self->system);
  g_free (self->recipe);
  g_free (self->front_end);
  g_free (self->init);
  g_free (self->data);
  g_free (self->form);
  g_free (self->run);
  g_free (self->resume);
  g_free (self->memory);
  g_strfreev (self->settings);
  g_strfreev (self->augmentations);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Arguments, arguments_clear)

/* Another system or recipe brings its own rate, batch and length. */
static void
forget_recipe (const Arguments  *arguments,
               OtoTrainerConfig *config)
{
  if (arguments->system != NULL && g_strcmp0 (arguments->system, config->system) != 0)
    {
      g_clear_pointer (&config->recipe, g_free);
      g_clear_pointer (&config->front_end, g_free);
    }
  else if (arguments->recipe == NULL || g_strcmp0 (arguments->recipe, config->recipe) == 0)
    return;
  config->n_epochs = config->n_updates = config->n_epoch_updates = config->batch = 0;
  config->lr = 0.0;
}

static void
apply_arguments (Arguments        *arguments,
                 OtoTrainerConfig *config)
{
  forget_recipe (arguments, config);
  replace (&config->system, &arguments->system);
  replace (&config->recipe, &arguments->recipe);
  replace (&config->front_end, &arguments->front_end);
  replace (&config->init, &arguments->init);
  replace (&config->data_dir, &arguments->data);
  replace (&config->run_dir, &arguments->run);
  config->fold = arguments->fold != 0 ? arguments->fold : config->fold;
  if (arguments->n_epochs != 0 || arguments->n_updates != 0)
    {
      config->n_epochs = arguments->n_epochs;
      config->n_updates = arguments->n_updates;
    }
  if (arguments->n_epoch_updates != 0)
    config->n_epoch_updates = arguments->n_epoch_updates;
  config->batch = arguments->batch != 0 ? arguments->batch : config->batch;
  config->width = arguments->width != 0.0 ? arguments->width : config->width;
  config->lr = arguments->lr != 0.0 ? arguments->lr : config->lr;
  config->seed = arguments->seed >= 0 ? (guint64) arguments->seed : config->seed;
  config->n_threads = arguments->n_threads != 0 ? arguments->n_threads : config->n_threads;
  config->remix = arguments->remix || config->remix;
  config->background = arguments->nice || config->background;
  if (arguments->memory_cap_bytes > 0)
    config->memory_cap_bytes = arguments->memory_cap_bytes;
}

static int
train_anew (Arguments           *arguments,
            const char          *config_path,
            const OtoCliOptions *options)
{
  g_auto (OtoTrainerConfig) config = { 0 };
  g_autoptr (OtoTrainer) trainer = NULL;
  g_autoptr (GError) error = NULL;

  oto_trainer_config_init (&config);
  if (config_path != NULL && !oto_trainer_config_load (&config, config_path, &error))
    {
      oto_cli_gerror (error);
      return OTO_CLI_FAILED;
    }
  if (!set_options (&config, arguments->settings, arguments->form, arguments->alpha)
      || !set_all (&config, "augment", arguments->augmentations,
                   oto_trainer_config_set_augmentation))
    return OTO_CLI_USAGE;
  apply_arguments (arguments, &config);
  if (config.data_dir == NULL || config.run_dir == NULL)
    {
      oto_cli_error ("Give a data set (--data DIR) and a folder for the run (-o RUN). “oto train "
                     "--help” shows examples.");
      return OTO_CLI_USAGE;
    }

  trainer = oto_trainer_new (&config, &error);
  if (trainer != NULL)
    return train (trainer, options);
  oto_cli_gerror (error);
  return OTO_CLI_FAILED;
}

static int
train_on (const Arguments     *arguments,
          const char          *config_path,
          const OtoCliOptions *options)
{
  g_autoptr (OtoTrainer) trainer = NULL;
  g_autoptr (GError) error = NULL;

  if (arguments->run != NULL || config_path != NULL || arguments->data != NULL
      || arguments->init != NULL || arguments->system != NULL || arguments->recipe != NULL
      || arguments->front_end != NULL
      || arguments->form != NULL || arguments->settings != NULL || arguments->fold != 0
      || arguments->n_updates != 0 || arguments->n_epoch_updates != 0 || arguments->batch != 0
      || arguments->width != 0.0 || arguments->alpha >= 0.0
      || arguments->lr != 0.0 || arguments->seed >= 0 || arguments->remix
      || arguments->augmentations != NULL)
    {
      oto_cli_error ("A run goes on with its own settings. Give --resume RUN alone, or with "
                     "--epochs, --threads, --memory and --nice.");
      return OTO_CLI_USAGE;
    }

  trainer = oto_trainer_new_resumed (arguments->resume, arguments->n_epochs, arguments->n_threads,
                                     arguments->nice, arguments->memory_cap_bytes, &error);
  if (trainer != NULL)
    return train (trainer, options);
  oto_cli_gerror (error);
  return OTO_CLI_FAILED;
}

/* Recipes, front ends and augmentations, one a line. */
static char *
dup_names (void)
{
  GString *text = g_string_new (NULL);
  const OtoRecipe *recipe;
  const OtoFrontEnd *front_end;
  const OtoOption *option;

  for (guint i = 0; (recipe = oto_recipe_get (i)) != NULL; i++)
    g_string_append_printf (text, "  %-20s %s\n", recipe->name, recipe->title);
  for (guint i = 0; (front_end = oto_front_end_get (i)) != NULL; i++)
    g_string_append_printf (text, "  %-20s %s\n", front_end->name, front_end->title);
  g_string_append (text,
                   "\n"
                   "With --remix DATA is a list of mixtures (“oto remix --list-only”) beside the\n"
                   "audio that it names. Those of the held-out fold validate; of the events and\n"
                   "scenes of the others new clips are mixed in every epoch. --augment changes\n"
                   "clips at random:\n");
  for (guint i = 0; (option = oto_augment_get_option (i)) != NULL; i++)
    {
      g_autofree char *name = g_strdup_printf ("%s=%g", option->name, option->value);

      g_string_append_printf (text, "  %-15s %s\n", name, option->help);
    }
  return g_string_free (text, FALSE);
}

/* oto train: a network on a data set. */
int
oto_cmd_train (int    argc,
               char **argv)
{
  g_auto (GStrv) files = NULL;
  g_auto (Arguments) given = { .alpha = -1.0, .seed = -1 };
  g_autofree char *names = dup_names ();
  g_autofree char *help = g_strdup_printf (description, names);
  OtoCliOptions options;
  const GOptionEntry entries[] = {
    { "system", 0, 0, G_OPTION_ARG_STRING, &given.system, "A name of “oto systems” (2apae-local)",
      "NAME" },
    { "recipe", 0, 0, G_OPTION_ARG_STRING, &given.recipe, "How it is trained (the system's)",
      "NAME" },
    { "front-end", 0, 0, G_OPTION_ARG_STRING, &given.front_end, "What it hears (the system's)",
      "NAME" },
    { "init", 0, 0, G_OPTION_ARG_FILENAME, &given.init,
      "Begin with the weights of a model, where they fit: for classes of one's own", "MODEL" },
    { "data", 0, 0, G_OPTION_ARG_FILENAME, &given.data, "Data set", "DIR" },
    { "remix", 0, 0, G_OPTION_ARG_NONE, &given.remix,
      "Mix new clips in every epoch; DATA is a list of mixtures", NULL },
    { "augment", 0, 0, G_OPTION_ARG_STRING_ARRAY, &given.augmentations,
      "Change clips at random; may be repeated", "NAME=VALUE" },
    { "fold", 0, 0, G_OPTION_ARG_INT, &given.fold, "Fold held out (4)", "N" },
    { "epochs", 0, 0, G_OPTION_ARG_INT, &given.n_epochs,
      "Number of epochs (the recipe's); with --resume a new total", "N" },
    { "updates", 0, 0, G_OPTION_ARG_INT, &given.n_updates,
      "Length in updates instead (the recipe's)", "N" },
    { "epoch-updates", 0, 0, G_OPTION_ARG_INT, &given.n_epoch_updates,
      "Updates of an epoch (the recipe's, or a pass)", "N" },
    { "batch", 0, 0, G_OPTION_ARG_INT, &given.batch, "Clips of a step (the recipe's)", "N" },
    { "width", 0, 0, G_OPTION_ARG_DOUBLE, &given.width, "Factor on the numbers of channels (1)",
      "X" },
    { "set", 0, 0, G_OPTION_ARG_STRING_ARRAY, &given.settings,
      "Option of the system; may be repeated", "NAME=VALUE" },
    { "alpha", 0, 0, G_OPTION_ARG_DOUBLE, &given.alpha,
      "Weight of the reconstruction loss (the system's)", "X" },
    { "lr", 0, 0, G_OPTION_ARG_DOUBLE, &given.lr, "Learning rate (the recipe's)", "X" },
    { "seed", 0, 0, G_OPTION_ARG_INT64, &given.seed, "Of weights and order (the recipe's)", "N" },
    { "threads", 0, 0, G_OPTION_ARG_INT, &given.n_threads, "Number of threads (all cores)", "N" },
    { "pooling-form", 0, 0, G_OPTION_ARG_STRING, &given.form, "Form of two-step attention",
      "released|equations" },
    { "memory", 0, 0, G_OPTION_ARG_STRING, &given.memory,
      "What the run may take, as 2G, 500M or bytes (the machine's)", "SIZE" },
    { "nice", 0, 0, G_OPTION_ARG_NONE, &given.nice, "Run at reduced priority", NULL },
    { "resume", 0, 0, G_OPTION_ARG_FILENAME, &given.resume, "Go on with a run", "RUN" },
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &given.run, "Folder of the new run", "RUN" },
    G_OPTION_ENTRY_NULL
  };

  if (!oto_cli_parse (&argc, &argv, entries, "[CONFIG]", "Trains a network.", help, &options,
                      &files))
    return OTO_CLI_USAGE;
  if (given.memory != NULL && !oto_cli_parse_bytes (given.memory, &given.memory_cap_bytes))
    {
      oto_cli_error ("“--memory %s” is no size. Give one like 2G, 500M, 1.5GiB or a number of "
                     "bytes.", given.memory);
      return OTO_CLI_USAGE;
    }
  /* Before threads of a trainer could take a signal and end with it. */
  oto_cli_watch_interrupt ();
  return given.resume != NULL ? train_on (&given, files[0], &options)
                              : train_anew (&given, files[0], &options);
}
