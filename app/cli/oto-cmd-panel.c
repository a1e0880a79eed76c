/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "cli/oto-cli.h"

#include <math.h>
#include <string.h>

/* A panel as a table: a row a frame, or a class, and a column a mel bin or a class. */
typedef struct
{
  const OtoMapInfo *info;
  OtoMaskKind       kind;                /* of a mask */
  int               class_index;
  OtoModelSnapshot *model;       /* borrowed */
  gint64            first_row;   /* frame of the clip, or class */
  gint64            n_rows;
  int               n_columns;
  char            **heads;
  float            *values;      /* (rows, columns) */
} Table;

static void
table_clear (Table *self)
{
  g_strfreev (self->heads);
  oto_free (self->values);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Table, table_clear)

static const OtoMapInfo *
find_panel (const char *name)
{
  const OtoMapInfo *info = oto_map_info_find_by_name (name);

  return info != NULL && info->axes != OTO_MAP_AXES_K ? info : NULL;
}

static gboolean
is_of_class (const OtoMapInfo *info)
{
  return info->axes == OTO_MAP_AXES_KTF;
}

static void
fill_heads (Table *self)
{
  const OtoLogmelConfig *front_end = oto_model_snapshot_get_front_end (self->model);

  self->heads = g_new0 (char *, self->n_columns + 1);
  for (int i = 0; i < self->n_columns; i++)
    if (oto_map_info_has_mels (self->info))
      {
        double center_hz = oto_mel_bank_get_center_hz (front_end->n_mels, front_end->min_hz,
                                                       front_end->max_hz, i);

        self->heads[i] = g_strdup_printf ("%.1f Hz", center_hz);
      }
    else
      self->heads[i] = g_strdup (oto_model_snapshot_get_class_names (self->model)[i]);
}

static const float *
get_source (OtoAnalysis *analysis,
            OtoMap       map)
{
  switch (map)
    {
    case OTO_MAP_LOGMEL:
      return oto_analysis_get_logmel (analysis);
    case OTO_MAP_RECON:
      return oto_analysis_get_recon (analysis);
    case OTO_MAP_STEP1:
      return oto_analysis_get_step1 (analysis);
    case OTO_MAP_TIME_ATT:
      return oto_analysis_get_time_att (analysis);
    case OTO_MAP_MEL_WEIGHTS:
      return oto_analysis_get_mel_weights (analysis);
    case OTO_MAP_MASK:
    case OTO_MAP_FREQ_ATT:
    case OTO_MAP_CONTRIBUTION:
    case OTO_MAP_CLIP_PROB:
      break;
    }
  g_return_val_if_reached (NULL);
}

static gboolean
is_mask (const OtoMapInfo *info)
{
  return info->map == OTO_MAP_MASK;
}

static gboolean
fill_values (Table        *self,
             OtoAnalysis  *analysis,
             GError      **error)
{
  const gint64 n_frames = oto_analysis_get_n_frames (analysis);
  const float *source;

  if (is_mask (self->info))
    return oto_analysis_read_mask (analysis, self->kind, self->class_index, self->first_row,
                                   self->n_rows, self->values, oto_cli_watch_interrupt (), error);
  if (is_of_class (self->info))
    return oto_analysis_read_map (analysis, self->info->map, self->class_index, self->first_row,
                                  self->n_rows, self->values, oto_cli_watch_interrupt (), error);

  source = get_source (analysis, self->info->map);
  if (self->info->axes != OTO_MAP_AXES_KT)
    memcpy (self->values, source + self->first_row * self->n_columns,
            self->n_rows * self->n_columns * sizeof *source);
  else
    for (gint64 t = 0; t < self->n_rows; t++)
      for (int k = 0; k < self->n_columns; k++)
        self->values[t * self->n_columns + k] = source[k * n_frames + self->first_row + t];
  return TRUE;
}

/* Frames of the range that was asked for, or all; classes are always all. */
static void
choose_rows (Table               *self,
             OtoAnalysis         *analysis,
             const OtoCliOptions *options)
{
  self->n_rows = oto_map_info_has_frames (self->info) ? oto_analysis_get_n_frames (analysis)
                                                      : oto_analysis_get_n_classes (analysis);
  if (!options->has_range || !oto_map_info_has_frames (self->info))
    return;
  self->first_row = oto_analysis_get_frame_at (analysis, options->range.start_s);
  self->n_rows = oto_analysis_get_frame_at (analysis, options->range.end_s) - self->first_row + 1;
}

static gboolean
table_init (Table                *self,
            OtoAnalysis          *analysis,
            const OtoCliOptions  *options,
            GError              **error)
{
  if (is_mask (self->info) ? !oto_analysis_check_mask (analysis, self->kind, error)
                           : !oto_analysis_check_map (analysis, self->info->map, error))
    return FALSE;

  self->model = oto_analysis_get_model (analysis);
  choose_rows (self, analysis, options);
  self->n_columns = oto_map_info_has_mels (self->info) ? oto_analysis_get_n_mels (analysis)
                                                       : oto_analysis_get_n_classes (analysis);
  self->values = oto_try_alloc (self->n_rows, self->n_columns * sizeof (float), error);
  if (self->values == NULL)
    return FALSE;
  fill_heads (self);
  return fill_values (self, analysis, error);
}

static double
get_hop_s (const Table *self)
{
  const OtoLogmelConfig *front_end = oto_model_snapshot_get_front_end (self->model);

  return (double) front_end->hop_len / front_end->sample_rate_hz;
}

/* What stands before the values of a row: where the frame begins on a time axis, or the class. */
static char *
dup_row_head (const Table *self,
              gint64       row)
{
  const OtoLogmelConfig *front_end = oto_model_snapshot_get_front_end (self->model);

  return oto_map_info_has_frames (self->info)
         ? g_strdup_printf ("%.6f", oto_logmel_config_get_frame_begin_s (front_end,
                                                                      self->first_row + row))
         : oto_csv_quote (oto_model_snapshot_get_class_names (self->model)[row]);
}

/* Values that are not finite leave their cell empty. */
static GBytes *
table_to_csv (const Table *self)
{
  GString *text = g_string_new (oto_map_info_has_frames (self->info) ? "time (s)" : "class");

  for (int i = 0; i < self->n_columns; i++)
    {
      g_autofree char *head = oto_csv_quote (self->heads[i]);

      g_string_append_printf (text, ",%s", head);
    }
  g_string_append_c (text, '\n');
  for (gint64 t = 0; t < self->n_rows; t++)
    {
      g_autofree char *row_head = dup_row_head (self, t);

      g_string_append (text, row_head);
      for (int i = 0; i < self->n_columns; i++)
        {
          float value = self->values[t * self->n_columns + i];
          g_autofree char *number = isfinite (value) ? oto_cli_format_number (value) : NULL;

          g_string_append_printf (text, ",%s", number != NULL ? number : "");
        }
      g_string_append_c (text, '\n');
    }
  return g_string_free_to_bytes (text);
}

static GBytes *
table_to_npy (const Table *self)
{
  const gint64 shape[] = { self->n_rows, self->n_columns };

  return oto_npy_to_bytes (self->values, 2, shape);
}

static const char *
get_unit (const Table *self)
{
  switch (self->info->unit)
    {
    case OTO_MAP_UNIT_LEVEL:
      return oto_logmel_config_get_unit (oto_model_snapshot_get_front_end (self->model));
    case OTO_MAP_UNIT_PROB:
      return "probability";
    case OTO_MAP_UNIT_WEIGHT:
      return "weight";
    case OTO_MAP_UNIT_SHARE:
      return "share of clip probability";
    }
  g_return_val_if_reached (NULL);
}

/* What the values are; of rows that are frames, where they lie. */
static void
add_meaning (JsonBuilder *json,
             const Table *self)
{
  const OtoModelConfig *config = oto_model_snapshot_get_config (self->model);
  const OtoLogmelConfig *front_end = oto_model_snapshot_get_front_end (self->model);
  const gboolean is_time_att = self->info->map == OTO_MAP_TIME_ATT;

  oto_cli_json_add_string (json, "unit", get_unit (self));
  if (!oto_map_info_has_frames (self->info))
    {
      json_builder_set_member_name (json, "rows");
      json_builder_begin_array (json);
      for (int k = 0; k < config->n_classes; k++)
        json_builder_add_string_value (json, oto_model_snapshot_get_class_names (self->model)[k]);
      json_builder_end_array (json);
      return;
    }
  oto_cli_json_add_number (json, "hop_s", get_hop_s (self));
  oto_cli_json_add_number (json, "centre_s",
                           oto_logmel_config_get_frame_centre_s (front_end, self->first_row));
  if (self->info->axes == OTO_MAP_AXES_KT)
    oto_cli_json_add_int (json, "step_frames", oto_model_config_get_step_frames (config));
  if (is_time_att)
    {
      json_builder_set_member_name (json, "learned");
      json_builder_add_boolean_value (json, oto_model_config_has_learned_time_att (config));
      json_builder_set_member_name (json, "shared");
      json_builder_add_boolean_value (json, oto_model_config_has_shared_time_att (config));
    }
}

static void
print_json (const Table *self,
            const char  *class_name)
{
  g_autoptr (JsonBuilder) json = json_builder_new ();

  json_builder_begin_object (json);
  oto_cli_json_add_string (json, "panel", self->info->name);
  if (is_mask (self->info))
    oto_cli_json_add_string (json, "mask", oto_mask_kind_get_name (self->kind));
  oto_cli_json_add_string (json, "class", class_name);
  add_meaning (json, self);
  json_builder_set_member_name (json, "columns");
  json_builder_begin_array (json);
  for (int i = 0; i < self->n_columns; i++)
    json_builder_add_string_value (json, self->heads[i]);
  json_builder_end_array (json);
  json_builder_set_member_name (json, "values");
  json_builder_begin_array (json);
  for (gint64 t = 0; t < self->n_rows; t++)
    {
      json_builder_begin_array (json);
      for (int i = 0; i < self->n_columns; i++)
        oto_cli_json_number (json, self->values[t * self->n_columns + i]);
      json_builder_end_array (json);
    }
  json_builder_end_array (json);
  json_builder_end_object (json);
  oto_cli_print_json (json);
}

typedef struct
{
  Table               *table;
  const OtoCliOptions *options;
  const char          *format;
  const char          *path;
} Output;

static gboolean
write_clip (const char    *file,
            OtoAnalysis   *analysis,
            const GError  *analysis_error,
            gpointer       user_data,
            GError       **error)
{
  Output *output = user_data;
  Table *table = output->table;
  g_autoptr (GBytes) bytes = NULL;

  if (analysis == NULL)
    return FALSE;
  if (!table_init (table, analysis, output->options, error))
    return FALSE;

  if (output->options->json)
    {
      OtoModelSnapshot *model = oto_analysis_get_model (analysis);

      print_json (table, table->class_index >= 0
                           ? oto_model_snapshot_get_class_names (model)[table->class_index] : NULL);
      return TRUE;
    }
  bytes = strcmp (output->format, "npy") == 0 ? table_to_npy (table) : table_to_csv (table);
  return oto_cli_save (output->path, bytes, error);
}

/* The arguments that only make sense together. */
static gboolean
check_arguments (char       **arguments,
                 const char  *class_name,
                 const char  *format,
                 const char  *mask)
{
  const OtoMapInfo *info = arguments[0] != NULL ? find_panel (arguments[0]) : NULL;
  g_autofree char *names = oto_map_info_dup_names ();

  if (arguments[0] == NULL)
    oto_cli_error ("Name a panel first: one of %s.", names);
  else if (info == NULL)
    oto_cli_error ("There is no panel “%s”. Choose one of %s.", arguments[0], names);
  else if (arguments[1] == NULL || arguments[2] != NULL)
    oto_cli_error ("Name one clip after the panel.");
  else if (is_of_class (info) && class_name == NULL)
    oto_cli_error ("The panel “%s” is that of one class. Name it with --class.", info->name);
  else if (mask != NULL && !is_mask (info))
    oto_cli_error ("“--mask” says which mask; the panel “%s” is none.", info->name);
  else if (format != NULL && strcmp (format, "csv") != 0 && strcmp (format, "npy") != 0)
    oto_cli_error ("There is no format “%s”. Choose csv or npy.", format);
  else
    return TRUE;
  return FALSE;
}

/* oto panel: what a model hears as numbers. */
int
oto_cmd_panel (int    argc,
               char **argv)
{
  g_autofree char *channel = NULL, *range = NULL;
  g_autofree char *model = NULL, *class_name = NULL, *format = NULL, *path = NULL, *mask = NULL;
  g_auto (GStrv) arguments = NULL;
  g_autoptr (OtoAnalyzer) analyzer = NULL;
  g_autoptr (GError) error = NULL;
  OtoModelSnapshot *snapshot;
  g_auto (Table) table = { .class_index = -1, .kind = OTO_MASK_PUBLISHED };
  OtoCliOptions options;
  int n_threads = 0;
  const GOptionEntry entries[] = {
    { "model", 'm', 0, G_OPTION_ARG_FILENAME, &model, "Model: a path or a name", "M" },
    { "class", 'c', 0, G_OPTION_ARG_STRING, &class_name,
      "Class, for freq-att, contribution and mask", "C" },
    { "mask", 0, 0, G_OPTION_ARG_STRING, &mask, "Of the panel mask: published (default), the "
      "model's own, or listening, what stems are made with", "MASK" },
    { "format", 'f', 0, G_OPTION_ARG_STRING, &format, "csv or npy", "F" },
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &path, "File; without it standard output", "FILE" },
    { "threads", 0, 0, G_OPTION_ARG_INT, &n_threads, "Threads; 0: as many as cores", "N" },
    OTO_CLI_RANGE_ENTRY (&range),
    OTO_CLI_CHANNEL_ENTRY (&channel),
    G_OPTION_ENTRY_NULL
  };

  if (!oto_cli_parse (&argc, &argv, entries, "PANEL CLIP",
                      "Writes a panel as numbers: mel, recon, freq-att, step1 (frame scores),\n"
                      "time-att, contribution, mask or mel-weights.",
                      "CSV: a heading row, a row a frame; first the frame's time, then a column\n"
                      "for each mel bin (headed by its centre) or class. mel-weights, which are\n"
                      "the same at all times, have a row a class. NPY: the same without times and\n"
                      "headings, float32 (rows, columns). mel and recon are as the model hears\n"
                      "them: natural logarithms, or what its front end has in their place; JSON\n"
                      "names the unit. contribution is freq-att times step1 times time-att, on a\n"
                      "scale where a window sums to the class's probability: where it is heard.\n"
                      "Which panels a model has, “oto info MODEL” tells.\n\n"
                      "Examples:\n"
                      "  oto panel mel dog.wav > mel.csv\n"
                      "  oto panel mask --class Bark --format npy -o mask.npy dog.wav\n"
                      "  oto panel mask --mask listening --class Bark dog.wav > mask.csv",
                      &options, &arguments)
      || !oto_cli_take_channel (channel, &options)
      || !oto_cli_take_clip_range (range, &options)
      || !check_arguments (arguments, class_name, format, mask)
      || !oto_cli_take_mask (mask, &table.kind))
    return OTO_CLI_USAGE;

  table.info = find_panel (arguments[0]);
  analyzer = is_mask (table.info)
               ? oto_cli_need_mask_analyzer (model, table.kind, n_threads)
               : oto_cli_need_analyzer (model, table.info->map, n_threads);
  if (analyzer == NULL)
    return OTO_CLI_FAILED;
  snapshot = oto_analyzer_get_model (analyzer);
  if (is_of_class (table.info))
    {
      table.class_index = oto_cli_find_class (snapshot, class_name, &error);
      if (table.class_index < 0)
        {
          oto_cli_gerror (error);
          return OTO_CLI_USAGE;
        }
    }

  Output output = { &table, &options, format != NULL ? format : "csv", path };
  return oto_cli_for_each_clip (&options, analyzer, arguments + 1, write_clip, &output);
}
