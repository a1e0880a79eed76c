/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "cli/oto-cli.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>

/* The large maps are not among the files. */
#define MAPS_IN_FILES (OTO_MAP_RECON | OTO_MAP_STEP1 | OTO_MAP_TIME_ATT | OTO_MAP_MEL_WEIGHTS)

/* What became of a clip. */
typedef enum
{
  OUTCOME_NONE,                  /* never begun */
  OUTCOME_DONE,
  OUTCOME_KEPT,                  /* was there already */
  OUTCOME_FAILED,
} Outcome;

typedef struct
{
  const char *file;
  char       *arrays_path;       /* NULL where another clip has that name */
  char       *events_path;
  Outcome     outcome;
  char       *message;           /* of a failure */
} Item;

typedef struct
{
  const OtoCliOptions *options;
  OtoModelSnapshot    *model;
  int                  n_threads;        /* of each job's engine */
  GCancellable        *cancellable;

  Item                *items;
  guint                n_items;
  int                  next;             /* atomic */

  GMutex               lock;             /* guards the fields below and the terminal */
  guint                n_finished;
} Batch;

static void
item_clear (Item *self)
{
  g_free (self->arrays_path);
  g_free (self->events_path);
  g_free (self->message);
}

/* Whether the results are those of this clip and model. */
static gboolean
is_finished (const Item       *item,
             OtoClip          *clip,
             OtoModelSnapshot *model,
             GCancellable     *cancellable)
{
  g_autoptr (OtoSafetensors) file = NULL;
  g_autofree char *hash = NULL;

  if (!g_file_test (item->arrays_path, G_FILE_TEST_IS_REGULAR)
      || !g_file_test (item->events_path, G_FILE_TEST_IS_REGULAR))
    return FALSE;
  file = oto_safetensors_load (item->arrays_path, NULL);
  if (file == NULL
      || g_strcmp0 (oto_safetensors_get_meta (file, "model_hash"),
                    oto_model_snapshot_get_hash (model)) != 0)
    return FALSE;
  hash = oto_clip_dup_hash (clip, cancellable, NULL);
  return hash != NULL && g_strcmp0 (oto_safetensors_get_meta (file, "clip_hash"), hash) == 0;
}

/* The arrays come last: they tell that a clip is finished. */
static gboolean
analyse (Batch        *batch,
         Item         *item,
         OtoAnalyzer  *analyzer,
         GError      **error)
{
  g_autoptr (OtoClip) clip = oto_cli_open_clip (batch->options, item->file, error);
  g_autoptr (OtoAnalysis) analysis = NULL;
  g_autofree OtoBinarizer *binarizers = NULL;
  g_autoptr (OtoEventList) events = NULL;

  if (clip == NULL)
    return FALSE;
  if (is_finished (item, clip, batch->model, batch->cancellable))
    {
      item->outcome = OUTCOME_KEPT;
      return TRUE;
    }

  analysis = oto_analyzer_analyze (analyzer, clip, NULL, NULL, batch->cancellable, error);
  if (analysis == NULL)
    return FALSE;
  oto_cli_report_clip (item->file, clip);
  binarizers = oto_model_snapshot_dup_binarizers (batch->model);
  events = oto_analysis_find_class_events (analysis, binarizers);
  if (!oto_label_file_save_events (events, item->events_path, error)
      || !oto_analysis_save (analysis, item->arrays_path, error))
    return FALSE;
  item->outcome = OUTCOME_DONE;
  return TRUE;
}

static gpointer
batch_worker (gpointer data)
{
  Batch *batch = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (OtoEngine) engine = oto_engine_new (batch->n_threads, FALSE);
  g_autoptr (OtoAnalyzer) analyzer = oto_analyzer_new_for_maps (batch->model, MAPS_IN_FILES,
                                                                engine, &error);
  guint i;

  if (analyzer != NULL)
    oto_analyzer_set_priority (analyzer, OTO_PRIORITY_BATCH);
  while ((i = g_atomic_int_add (&batch->next, 1)) < batch->n_items
         && !g_cancellable_is_cancelled (batch->cancellable))
    {
      Item *item = &batch->items[i];
      g_autoptr (GError) item_error = NULL;
      gboolean is_done = item->message == NULL && analyzer != NULL
                         && analyse (batch, item, analyzer, &item_error);

      g_mutex_lock (&batch->lock);
      batch->n_finished++;
      if (!is_done)
        {
          item->outcome = OUTCOME_FAILED;
          if (item->message == NULL)
            item->message = g_strdup (item_error != NULL ? item_error->message : error->message);
          if (!g_cancellable_is_cancelled (batch->cancellable))
            oto_cli_error ("%s", item->message);
        }
      oto_cli_progress (batch->options, "Analysis", (double) batch->n_finished / batch->n_items);
      g_mutex_unlock (&batch->lock);
    }
  return NULL;
}

/* Results are named after clips; those of one name tell their folders. */
static void
name_results (Batch      *batch,
              char      **files,
              const char *dir)
{
  g_autoptr (GHashTable) used = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_auto (GStrv) names = oto_file_names_dup ((const char * const *) files);

  for (guint i = 0; i < batch->n_items; i++)
    {
      Item *item = &batch->items[i];
      g_autofree char *name =
        strcmp (files[i], "-") == 0
          ? g_strdup ("stdin")
          : g_filename_display_name (names[i]);
      g_autofree char *stem = oto_stems_dup_safe_stem (name);

      item->file = files[i];
      item->arrays_path = g_strdup_printf ("%s/%s.safetensors", dir, stem);
      item->events_path = g_strdup_printf ("%s/%s.events.tsv", dir, stem);
      if (!g_hash_table_add (used, g_utf8_casefold (stem, -1)))
        item->message = g_strdup_printf ("The results of “%s” would overwrite those of another "
                                         "clip. Choose another folder for them.", name);
    }
}

static void
run_jobs (Batch *batch,
          guint  n_jobs)
{
  g_autofree GThread **threads = g_new (GThread *, n_jobs);

  for (guint i = 0; i < n_jobs; i++)
    threads[i] = g_thread_try_new ("oto-analyse", batch_worker, batch, NULL);
  /* A thread that the system refuses leaves its clips to the others. */
  if (threads[0] == NULL)
    batch_worker (batch);
  for (guint i = 0; i < n_jobs; i++)
    if (threads[i] != NULL)
      g_thread_join (threads[i]);
  oto_cli_progress_end (batch->options);
}

static void
print_text (Batch *batch)
{
  puts ("file\tresult\tarrays\tevents");
  for (guint i = 0; i < batch->n_items; i++)
    {
      const Item *item = &batch->items[i];
      const char *fields[] = { item->file, item->outcome == OUTCOME_KEPT ? "kept" : "done",
                               item->arrays_path, item->events_path };

      if (item->outcome != OUTCOME_DONE && item->outcome != OUTCOME_KEPT)
        continue;
      for (guint j = 0; j < G_N_ELEMENTS (fields); j++)
        {
          g_autofree char *field = g_filename_display_name (fields[j]);

          oto_cli_print_field (field);
          putchar (j + 1 < G_N_ELEMENTS (fields) ? '\t' : '\n');
        }
    }
}

static void
print_json (Batch *batch)
{
  g_autoptr (JsonBuilder) json = oto_cli_json_begin_clips ();

  for (guint i = 0; i < batch->n_items; i++)
    {
      const Item *item = &batch->items[i];

      if (item->outcome == OUTCOME_NONE)
        continue;
      oto_cli_json_begin_clip (json, item->file, NULL);
      if (item->outcome == OUTCOME_FAILED)
        oto_cli_json_add_string (json, "error", item->message);
      else
        {
          oto_cli_json_add_string (json, "result", item->outcome == OUTCOME_KEPT ? "kept" : "done");
          oto_cli_json_add_string (json, "arrays", item->arrays_path);
          oto_cli_json_add_string (json, "events", item->events_path);
        }
      json_builder_end_object (json);
    }
  oto_cli_json_end_clips (json);
}

static int
run_batch (const OtoCliOptions *options,
           OtoModelSnapshot    *model,
           char               **files,
           const char          *dir,
           int                  n_jobs)
{
  Batch batch = {
    .options = options,
    .model = model,
    .n_threads = MAX (1, oto_workers_get_n_cores () / n_jobs),
    .cancellable = oto_cli_watch_interrupt (),
    .n_items = g_strv_length (files),
  };
  guint n_failed = 0;

  g_mutex_init (&batch.lock);
  batch.items = g_new0 (Item, batch.n_items);
  name_results (&batch, files, dir);
  run_jobs (&batch, MIN ((guint) n_jobs, batch.n_items));

  if (options->json)
    print_json (&batch);
  else
    print_text (&batch);
  for (guint i = 0; i < batch.n_items; i++)
    {
      if (batch.items[i].outcome == OUTCOME_FAILED || batch.items[i].outcome == OUTCOME_NONE)
        n_failed++;
      item_clear (&batch.items[i]);
    }
  g_free (batch.items);
  g_mutex_clear (&batch.lock);
  if (g_cancellable_is_cancelled (batch.cancellable))
    oto_cli_error ("Interrupted. The same command goes on where it stopped.");
  return oto_cli_get_exit_code (batch.n_items - n_failed, n_failed);
}

/* oto analyse: everything about many clips, in files. */
int
oto_cmd_analyse (int    argc,
                 char **argv)
{
  g_autofree char *channel = NULL;
  g_autofree char *model_name = NULL, *dir = NULL;
  g_auto (GStrv) files = NULL;
  g_autoptr (OtoModelSnapshot) model = NULL;
  g_autoptr (GError) error = NULL;
  OtoCliOptions options;
  int n_jobs = 1;
  const GOptionEntry entries[] = {
    { "model", 'm', 0, G_OPTION_ARG_FILENAME, &model_name, "Model: a path or a name", "M" },
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &dir, "Folder for the files", "DIR" },
    { "jobs", 'j', 0, G_OPTION_ARG_INT, &n_jobs, "Clips at the same time (1)", "N" },
    OTO_CLI_CHANNEL_ENTRY (&channel),
    G_OPTION_ENTRY_NULL
  };

  if (!oto_cli_parse (&argc, &argv, entries, "CLIP…",
                      "Writes NAME.safetensors and NAME.events.tsv for each clip.",
                      "The arrays are logmel, recon (frames, bins), step1, time_att (classes,\n"
                      "frames), mel_weights (classes, bins), clip_prob (classes), window_frame\n"
                      "and window_prob; those that the model has. Without frame scores there are\n"
                      "no events, and the table of them is empty. Clips whose\n"
                      "results are there are kept, so that the command goes on where it was\n"
                      "stopped. Columns: file, result (done or kept), arrays, events.\n\n"
                      "Example:\n"
                      "  oto analyse --jobs 2 -o results recordings/*.flac",
                      &options, &files)
      || !oto_cli_take_channel (channel, &options)
      || !oto_cli_need_files (files, "clip"))
    return OTO_CLI_USAGE;
  if (dir == NULL || n_jobs < 1 || n_jobs > 256)
    {
      oto_cli_error (dir == NULL ? "Say where to write the results with -o."
                                 : "--jobs must be from 1 to 256.");
      return OTO_CLI_USAGE;
    }

  oto_cli_watch_interrupt ();
  model = oto_model_snapshot_find (model_name, &error);
  if (model == NULL)
    {
      oto_cli_gerror (error);
      return OTO_CLI_FAILED;
    }
  if (g_mkdir_with_parents (dir, 0777) != 0)
    {
      oto_cli_error ("The folder “%s” cannot be made: %s.", dir, g_strerror (errno));
      return OTO_CLI_FAILED;
    }
  return run_batch (&options, model, files, dir, n_jobs);
}
