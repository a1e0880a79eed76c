/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "cli/oto-cli.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COPY_LEN 65536

/* The folder that holds what came from standard input, until the program ends. */
static char *input_dir = NULL;

static void
remove_input (void)
{
  g_autofree char *path = g_build_filename (input_dir, "stdin", NULL);

  g_unlink (path);
  g_rmdir (input_dir);
}

/* Copies standard input to a file, as audio cannot be sought in a pipe. */
static char *
save_input (GError **error)
{
  g_autofree char *path = NULL;
  g_autofree char *buffer = g_malloc (COPY_LEN);
  gboolean failed;
  FILE *file;
  size_t n;

  if (input_dir == NULL)
    {
      input_dir = g_dir_make_tmp ("oto-XXXXXX", error);
      if (input_dir == NULL)
        return NULL;
      atexit (remove_input);
    }

  path = g_build_filename (input_dir, "stdin", NULL);
  file = g_fopen (path, "wb");
  failed = file == NULL;
  while (!failed && (n = fread (buffer, 1, COPY_LEN, stdin)) > 0)
    failed = fwrite (buffer, 1, n, file) != n;
  if (file != NULL && fclose (file) != 0)
    failed = TRUE;
  if (!failed)
    return g_steal_pointer (&path);

  g_set_error (error, OTO_IO_ERROR, OTO_IO_ERROR_WRITE,
               "Standard input cannot be kept in “%s”: %s. Free some room there.", input_dir,
               g_strerror (errno));
  return NULL;
}

/**
 * oto_cli_take_channel:
 * @text: (nullable): what the user gave to --channel
 * @options: takes it
 *
 * Returns: %FALSE after printing what could be given; return %OTO_CLI_USAGE then
 */
gboolean
oto_cli_take_channel (const char    *text,
                      OtoCliOptions *options)
{
  options->channel_text = text;
  if (text == NULL || oto_channel_parse (text, &options->channel))
    return TRUE;

  oto_cli_error ("“--channel %s” is none. Give mean, left, right, mid, side or a number from 1.",
                 text);
  return FALSE;
}

/**
 * oto_cli_open_clip:
 * @options: the command's options
 * @file: an audio file, or "-" for standard input
 * @error: set on failure
 *
 * Opens a clip, which Ctrl-C stops, and says on standard error what of it is missing.
 *
 * Returns: (transfer full) (nullable): the clip, or the channel of it that was asked for
 */
OtoClip *
oto_cli_open_clip (const OtoCliOptions *options,
                   const char          *file,
                   GError             **error)
{
  g_autofree char *path = strcmp (file, "-") == 0 ? save_input (error) : g_strdup (file);
  g_autoptr (OtoClip) clip = NULL;
  g_autofree char *problem = NULL;

  if (path != NULL)
    clip = oto_audio_file_open_full (path, oto_cli_watch_interrupt (), error);
  if (clip == NULL)
    return NULL;
  problem = oto_clip_dup_problem (clip);
  if (problem != NULL)
    oto_cli_error ("%s", problem);
  return oto_channel_take (clip, options->channel, error);
}

/**
 * oto_cli_open_analyzer:
 * @model: (nullable): a path or a name; %NULL is the bundled default
 * @wanted_maps: #OtoMap flags of what the command shows beside clip probabilities
 * @n_threads: threads of the engine; 0: as many as there are cores
 * @error: set on failure
 *
 * Returns: (transfer full) (nullable): an analyzer
 */
OtoAnalyzer *
oto_cli_open_analyzer (const char  *model,
                       guint        wanted_maps,
                       int          n_threads,
                       GError     **error)
{
  g_autoptr (OtoModelSnapshot) snapshot = oto_model_snapshot_find (model, error);
  g_autoptr (OtoEngine) engine = oto_engine_new (n_threads, FALSE);

  return snapshot != NULL ? oto_analyzer_new_for_maps (snapshot, wanted_maps, engine, error)
                          : NULL;
}

/**
 * oto_cli_find_model:
 * @model: (nullable): a path or a name; %NULL is the bundled default
 * @is_published: whether what was found on validation data is to be left out
 * @error: set on failure
 *
 * Returns: (transfer full) (nullable): the model
 */
OtoModelSnapshot *
oto_cli_find_model (const char  *model,
                    gboolean     is_published,
                    GError     **error)
{
  g_autoptr (OtoModelSnapshot) snapshot = oto_model_snapshot_find (model, error);

  if (snapshot == NULL || !is_published)
    return g_steal_pointer (&snapshot);
  return oto_model_snapshot_with_tuning (snapshot, NULL);
}

/**
 * oto_cli_need_analyzer:
 * @model: (nullable): a path or a name; %NULL is the bundled default
 * @map: what the command shows, which the model must have; 0: clip probabilities alone
 * @n_threads: threads of the engine; 0: as many as there are cores
 *
 * Opens the analyzer of a command that is about to use it, which Ctrl-C ends from here on. Says
 * why there is none, or why it is of no use.
 *
 * Returns: (transfer full) (nullable): an analyzer
 */
OtoAnalyzer *
oto_cli_need_analyzer (const char *model,
                       OtoMap      map,
                       int         n_threads)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (OtoModelSnapshot) snapshot = oto_model_snapshot_find (model, &error);

  if (snapshot != NULL)
    return oto_cli_need_analyzer_of (snapshot, map, map, n_threads);
  oto_cli_gerror (error);
  return NULL;
}

/**
 * oto_cli_need_analyzer_of:
 * @snapshot: a model
 * @wanted_maps: #OtoMap flags of what its analyses are to hold
 * @map: that of them which the model must have
 * @n_threads: threads of the engine; 0: as many as there are cores
 *
 * As oto_cli_need_analyzer(), of a model that is open.
 *
 * Returns: (transfer full) (nullable): an analyzer
 */
OtoAnalyzer *
oto_cli_need_analyzer_of (OtoModelSnapshot *snapshot,
                          guint             wanted_maps,
                          OtoMap            map,
                          int               n_threads)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (OtoEngine) engine = oto_engine_new (n_threads, FALSE);
  g_autoptr (OtoAnalyzer) analyzer = NULL;
  const guint maps = oto_model_config_get_maps (oto_model_snapshot_get_config (snapshot));

  oto_cli_watch_interrupt ();
  if ((map & ~(maps | OTO_MAP_LOGMEL)) != 0)
    {
      oto_cli_error ("The model “%s” has no %s. “oto info MODEL” lists what it can show.",
                     oto_model_snapshot_get_name (snapshot), oto_map_info_find (map)->noun);
      return NULL;
    }
  analyzer = oto_analyzer_new_for_maps (snapshot, wanted_maps, engine, &error);
  if (analyzer == NULL)
    oto_cli_gerror (error);
  return g_steal_pointer (&analyzer);
}

/**
 * oto_cli_take_mask:
 * @text: (nullable): what --mask said
 * @kind: (inout): the mask that it names; what it was without @text
 *
 * Says what is wrong with @text.
 *
 * Returns: whether nothing is
 */
gboolean
oto_cli_take_mask (const char  *text,
                   OtoMaskKind *kind)
{
  if (text == NULL || oto_mask_kind_parse (text, kind))
    return TRUE;
  oto_cli_error ("There is no mask “%s”. Choose listening or published.", text);
  return FALSE;
}

/**
 * oto_cli_need_mask_analyzer:
 * @model: (nullable): a path or a name; %NULL is the bundled default
 * @kind: which mask the command shows, or lets hear
 * @n_threads: threads of the engine; 0: as many as there are cores
 *
 * As oto_cli_need_analyzer(), for a mask.
 *
 * Returns: (transfer full) (nullable): an analyzer
 */
OtoAnalyzer *
oto_cli_need_mask_analyzer (const char  *model,
                            OtoMaskKind  kind,
                            int          n_threads)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (OtoModelSnapshot) snapshot = oto_model_snapshot_find (model, &error);

  if (snapshot != NULL)
    return oto_cli_need_analyzer_of (snapshot, oto_analysis_get_mask_maps (kind),
                                     kind == OTO_MASK_PUBLISHED ? OTO_MAP_MASK : 0, n_threads);
  oto_cli_gerror (error);
  return NULL;
}

/**
 * oto_cli_get_exit_code:
 * @n_done: clips that worked
 * @n_failed: clips that did not
 *
 * Returns: done, partly done or failed
 */
int
oto_cli_get_exit_code (guint n_done,
                       guint n_failed)
{
  if (n_failed == 0)
    return OTO_CLI_DONE;
  return n_done > 0 ? OTO_CLI_PARTLY : OTO_CLI_FAILED;
}

/**
 * oto_cli_json_begin_clips:
 *
 * Returns: (transfer full): a tree that stands inside {"clips": [
 */
JsonBuilder *
oto_cli_json_begin_clips (void)
{
  JsonBuilder *builder = json_builder_new ();

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "clips");
  json_builder_begin_array (builder);
  return builder;
}

/**
 * oto_cli_json_add_string:
 * @builder: the tree
 * @name: member name
 * @value: (nullable): its value
 */
void
oto_cli_json_add_string (JsonBuilder *builder,
                         const char  *name,
                         const char  *value)
{
  json_builder_set_member_name (builder, name);
  if (value != NULL)
    json_builder_add_string_value (builder, value);
  else
    json_builder_add_null_value (builder);
}

/**
 * oto_cli_json_add_number:
 * @builder: the tree
 * @name: member name
 * @value: its value, null when not finite
 */
void
oto_cli_json_add_number (JsonBuilder *builder,
                         const char  *name,
                         double       value)
{
  json_builder_set_member_name (builder, name);
  oto_cli_json_number (builder, value);
}

/**
 * oto_cli_json_add_int:
 * @builder: the tree
 * @name: member name
 * @value: its value
 */
void
oto_cli_json_add_int (JsonBuilder *builder,
                      const char  *name,
                      gint64       value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_int_value (builder, value);
}

/**
 * oto_cli_json_begin_clip:
 * @builder: the tree
 * @file: the clip's file as the user named it
 * @error: (nullable): what went wrong with it
 *
 * Begins an object with "file" and, if need be, "error".
 */
void
oto_cli_json_begin_clip (JsonBuilder  *builder,
                         const char   *file,
                         const GError *error)
{
  g_autofree char *name = g_filename_display_name (file);

  json_builder_begin_object (builder);
  oto_cli_json_add_string (builder, "file", name);
  if (error != NULL)
    oto_cli_json_add_string (builder, "error", error->message);
}

/**
 * oto_cli_json_end_clips:
 * @builder: the tree
 *
 * Ends what oto_cli_json_begin_clips() began, and prints it.
 */
void
oto_cli_json_end_clips (JsonBuilder *builder)
{
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  oto_cli_print_json (builder);
}

typedef struct
{
  const OtoCliOptions *options;
  char                *what;
  double               begin;
  double               share;
} Progress;

static void
progress_cb (double   fraction,
             gpointer user_data)
{
  Progress *self = user_data;

  oto_cli_progress (self->options, self->what, self->begin + self->share * fraction);
}

/**
 * oto_cli_report_clip:
 * @file: the clip's file as the user named it
 * @clip: a clip that was read from its start
 *
 * Says on standard error how many values were no sound and were therefore read as silence, and
 * whether channels cancel each other.
 */
void
oto_cli_report_clip (const char *file,
                     OtoClip    *clip)
{
  g_autofree char *name = g_filename_display_basename (file);
  guint64 n_invalid = oto_clip_get_n_invalid (clip);

  if (n_invalid > 0)
    {
      g_autofree char *notice = oto_clip_format_invalid (name, n_invalid);

      oto_cli_error ("%s", notice);
    }
  if (oto_clip_is_cancelling (clip))
    oto_cli_error ("The channels of “%s” cancel each other, so that their mean, which is heard, is "
                   "next to silent. Choose one: --channel left.", name);
}

/**
 * oto_cli_report_alike:
 * @dataset: a data set
 *
 * Says on standard error which of its classes differ in nothing but spelling.
 */
void
oto_cli_report_alike (OtoDataset *dataset)
{
  g_auto (GStrv) alike = oto_class_map_list_alike (oto_dataset_get_class_names (dataset));

  for (guint i = 0; alike[i] != NULL; i++)
    oto_cli_error ("The data set has classes that differ in case, spaces, underscores or hyphens "
                   "alone: %s. They count as different ones; if they are not, give them one name "
                   "in labels.tsv.", alike[i]);
}

/* All of a clip, or the range of it that was asked for. */
static OtoAnalysis *
analyze_clip (const OtoCliOptions  *options,
              OtoAnalyzer          *analyzer,
              OtoClip              *clip,
              Progress             *progress,
              GError              **error)
{
  OtoTimeRange range = options->range;

  if (options->has_range && !oto_time_range_fit (&range, clip, error))
    return NULL;
  return oto_analyzer_analyze_range (analyzer, clip, options->has_range ? &range : NULL,
                                     progress_cb, progress, oto_cli_watch_interrupt (), error);
}

/**
 * oto_cli_for_each_clip:
 * @options: the command's options
 * @analyzer: runs the model
 * @files: (array zero-terminated=1): audio files; "-" is standard input
 * @func: (scope call): takes each outcome in order
 * @user_data: for @func
 *
 * Analyses clips one after the other. One bad file does not stop the rest; Ctrl-C does.
 *
 * Returns: the exit code
 */
int
oto_cli_for_each_clip (const OtoCliOptions *options,
                       OtoAnalyzer         *analyzer,
                       char               **files,
                       OtoCliClipFunc       func,
                       gpointer             user_data)
{
  GCancellable *cancellable = oto_cli_watch_interrupt ();
  guint n_files = g_strv_length (files), n_failed = 0;

  for (guint i = 0; i < n_files; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (OtoClip) clip = oto_cli_open_clip (options, files[i], &error);
      g_autoptr (OtoAnalysis) analysis = NULL;
      g_autofree char *what = g_filename_display_basename (files[i]);
      Progress progress = { options, what, (double) i / n_files, 1.0 / n_files };
      gboolean is_done;

      if (clip != NULL)
        analysis = analyze_clip (options, analyzer, clip, &progress, &error);
      is_done = analysis != NULL;
      if (g_cancellable_is_cancelled (cancellable))
        {
          oto_cli_error ("Interrupted.");
          return OTO_CLI_FAILED;
        }
      if (is_done)
        oto_cli_report_clip (files[i], clip);
      if (is_done)
        is_done = func (files[i], analysis, NULL, user_data, &error);
      else
        func (files[i], NULL, error, user_data, NULL);
      if (!is_done)
        {
          oto_cli_gerror (error);
          n_failed++;
        }
    }
  oto_cli_progress_end (options);
  return oto_cli_get_exit_code (n_files - n_failed, n_failed);
}

/**
 * oto_cli_find_class:
 * @model: a model
 * @name: what the user typed
 * @error: set on failure, with the names there are
 *
 * Returns: the class's index, or -1
 */
int
oto_cli_find_class (OtoModelSnapshot  *model,
                    const char        *name,
                    GError           **error)
{
  int class_index = oto_analysis_find_model_class (model, name);
  const char * const *names = oto_model_snapshot_get_class_names (model);
  g_autofree char *list = NULL;
  const char *near;

  if (class_index >= 0)
    return class_index;

  near = oto_cli_find_near (name, names);
  list = g_strjoinv (", ", (char **) names);
  if (near != NULL)
    g_set_error (error, OTO_ANALYSIS_ERROR, OTO_ANALYSIS_ERROR_CLASS,
                 "The model “%s” has no class “%s”. Did you mean “%s”? It has: %s.",
                 oto_model_snapshot_get_name (model), name, near, list);
  else
    g_set_error (error, OTO_ANALYSIS_ERROR, OTO_ANALYSIS_ERROR_CLASS,
                 "The model “%s” has no class “%s”. It has: %s.",
                 oto_model_snapshot_get_name (model), name, list);
  return -1;
}

/**
 * oto_cli_parse_classes:
 * @model: a model
 * @text: "all", or class names with commas between them
 * @error: set on failure, with the names there are
 *
 * Returns: (transfer full) (nullable) (element-type int): the classes, each once
 */
GArray *
oto_cli_parse_classes (OtoModelSnapshot  *model,
                       const char        *text,
                       GError           **error)
{
  g_autoptr (GArray) classes = g_array_new (FALSE, FALSE, sizeof (int));
  g_auto (GStrv) names = NULL;
  int n_classes = oto_model_snapshot_get_config (model)->n_classes;

  if (g_ascii_strcasecmp (text, "all") == 0)
    {
      for (int k = 0; k < n_classes; k++)
        g_array_append_val (classes, k);
      return g_steal_pointer (&classes);
    }

  /* A name may hold a comma itself. */
  names = oto_analysis_find_model_class (model, text) >= 0 ? g_strsplit (text, "\n", -1)
                                                           : g_strsplit (text, ",", -1);
  for (guint i = 0; names[i] != NULL; i++)
    {
      int k = oto_cli_find_class (model, g_strstrip (names[i]), error);
      gboolean is_known = FALSE;

      if (k < 0)
        return NULL;
      for (guint j = 0; j < classes->len; j++)
        is_known = is_known || g_array_index (classes, int, j) == k;
      if (!is_known)
        g_array_append_val (classes, k);
    }
  return g_steal_pointer (&classes);
}
