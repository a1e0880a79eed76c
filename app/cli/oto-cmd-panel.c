/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "cli/oto-cli.h"

#include <math.h>
#include <string.h>

typedef struct
{
  const char *name;
  OtoMap      map;               /* 0: the log-mel spectrogram */
  gboolean    is_of_class;       /* (T, F) of one class */
  gboolean    is_over_bins;      /* columns are mel bins, else classes */
  const char *title;
} Panel;

static const Panel panels[] = {
  { "mel", 0, FALSE, TRUE, "log-mel spectrogram" },
  { "recon", OTO_MAP_RECON, FALSE, TRUE, "reconstruction" },
  { "freq-att", OTO_MAP_FREQ_ATT, TRUE, TRUE, "frequency attention" },
  { "step1", OTO_MAP_STEP1, FALSE, FALSE, "first-step output" },
  { "time-att", OTO_MAP_TIME_ATT, FALSE, FALSE, "time attention" },
  { "mask", OTO_MAP_MASK, TRUE, TRUE, "mask" },
};

/* A panel as a table: a row a frame, a column a mel bin or a class. */
typedef struct
{
  const Panel *panel;
  int          class_index;
  double       hop_s;
  gint64       n_rows;
  int          n_columns;
  char       **heads;
  float       *values;           /* (rows, columns) */
} Table;

static void
table_clear (Table *self)
{
  g_strfreev (self->heads);
  oto_free (self->values);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Table, table_clear)

static const Panel *
find_panel (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (panels); i++)
    if (strcmp (panels[i].name, name) == 0)
      return &panels[i];
  return NULL;
}

static void
fill_heads (Table       *self,
            OtoAnalysis *analysis)
{
  OtoModelSnapshot *model = oto_analysis_get_model (analysis);
  const OtoLogmelConfig *front_end = oto_model_snapshot_get_front_end (model);

  self->heads = g_new0 (char *, self->n_columns + 1);
  for (int i = 0; i < self->n_columns; i++)
    if (self->panel->is_over_bins)
      {
        double center_hz = oto_mel_bank_get_center_hz (front_end->n_mels, front_end->min_hz,
                                                       front_end->max_hz, i);

        self->heads[i] = g_strdup_printf ("%.1f Hz", center_hz);
      }
    else
      self->heads[i] = g_strdup (oto_model_snapshot_get_class_names (model)[i]);
}

static gboolean
fill_values (Table        *self,
             OtoAnalysis  *analysis,
             GError      **error)
{
  const float *source = NULL;
  gsize n = self->n_rows * self->n_columns;

  if (self->panel->is_of_class)
    return oto_analysis_read_map (analysis, self->panel->map, self->class_index, 0, self->n_rows,
                                  self->values, oto_cli_watch_interrupt (), error);

  if (self->panel->is_over_bins)
    {
      source = self->panel->map == 0 ? oto_analysis_get_logmel (analysis)
                                     : oto_analysis_get_recon (analysis);
      memcpy (self->values, source, n * sizeof *source);
      return TRUE;
    }
  source = self->panel->map == OTO_MAP_STEP1 ? oto_analysis_get_step1 (analysis)
                                             : oto_analysis_get_time_att (analysis);
  for (gint64 t = 0; t < self->n_rows; t++)
    for (int k = 0; k < self->n_columns; k++)
      self->values[t * self->n_columns + k] = source[k * self->n_rows + t];
  return TRUE;
}

static gboolean
table_init (Table        *self,
            OtoAnalysis  *analysis,
            GError      **error)
{
  if (self->panel->map != 0 && !oto_analysis_has_map (analysis, self->panel->map))
    {
      g_set_error (error, OTO_ANALYSIS_ERROR, OTO_ANALYSIS_ERROR_PANEL,
                   "The model “%s” has no %s. “oto info MODEL” lists its panels.",
                   oto_model_snapshot_get_name (oto_analysis_get_model (analysis)),
                   self->panel->title);
      return FALSE;
    }

  self->hop_s = oto_analysis_get_hop_s (analysis);
  self->n_rows = oto_analysis_get_n_frames (analysis);
  self->n_columns = self->panel->is_over_bins ? oto_analysis_get_n_mels (analysis)
                                              : oto_analysis_get_n_classes (analysis);
  self->values = oto_try_alloc (self->n_rows, self->n_columns * sizeof (float), error);
  if (self->values == NULL)
    return FALSE;
  fill_heads (self, analysis);
  return fill_values (self, analysis, error);
}

/* Values that are not finite leave their cell empty. */
static GBytes *
table_to_csv (const Table *self)
{
  GString *text = g_string_new ("time (s)");

  for (int i = 0; i < self->n_columns; i++)
    {
      g_autofree char *head = oto_csv_quote (self->heads[i]);

      g_string_append_printf (text, ",%s", head);
    }
  g_string_append_c (text, '\n');
  for (gint64 t = 0; t < self->n_rows; t++)
    {
      g_string_append_printf (text, "%.6f", t * self->hop_s);
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

static void
print_json (const Table *self,
            const char  *class_name)
{
  g_autoptr (JsonBuilder) json = json_builder_new ();

  json_builder_begin_object (json);
  oto_cli_json_add_string (json, "panel", self->panel->name);
  oto_cli_json_add_string (json, "class", class_name);
  oto_cli_json_add_number (json, "hop_s", self->hop_s);
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
  if (!table_init (table, analysis, error))
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
                 const char  *format)
{
  const Panel *panel = arguments[0] != NULL ? find_panel (arguments[0]) : NULL;

  if (arguments[0] == NULL)
    oto_cli_error ("Name a panel first: mel, recon, freq-att, step1, time-att or mask.");
  else if (panel == NULL)
    oto_cli_error ("There is no panel “%s”. Choose mel, recon, freq-att, step1, time-att or mask.",
                   arguments[0]);
  else if (arguments[1] == NULL || arguments[2] != NULL)
    oto_cli_error ("Name one clip after the panel.");
  else if (panel->is_of_class && class_name == NULL)
    oto_cli_error ("The panel “%s” is that of one class. Name it with --class.", panel->name);
  else if (format != NULL && strcmp (format, "csv") != 0 && strcmp (format, "npy") != 0)
    oto_cli_error ("There is no format “%s”. Choose csv or npy.", format);
  else
    return TRUE;
  return FALSE;
}

/* oto panel: panels 1 to 7 as numbers. */
int
oto_cmd_panel (int    argc,
               char **argv)
{
  g_autofree char *model = NULL, *class_name = NULL, *format = NULL, *path = NULL;
  g_auto (GStrv) arguments = NULL;
  g_autoptr (OtoAnalyzer) analyzer = NULL;
  g_autoptr (GError) error = NULL;
  OtoModelSnapshot *snapshot;
  g_auto (Table) table = { .class_index = -1 };
  OtoCliOptions options;
  int n_threads = 0;
  const GOptionEntry entries[] = {
    { "model", 'm', 0, G_OPTION_ARG_FILENAME, &model, "Model: a path or a name", "M" },
    { "class", 'c', 0, G_OPTION_ARG_STRING, &class_name, "Class, for freq-att and mask", "C" },
    { "format", 'f', 0, G_OPTION_ARG_STRING, &format, "csv or npy", "F" },
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &path, "File; without it standard output", "FILE" },
    { "threads", 0, 0, G_OPTION_ARG_INT, &n_threads, "Threads; 0: as many as cores", "N" },
    G_OPTION_ENTRY_NULL
  };

  if (!oto_cli_parse (&argc, &argv, entries, "PANEL CLIP",
                      "Writes a panel as numbers: mel, recon, freq-att, step1, time-att or mask.",
                      "CSV: a heading row, a row a frame; first the frame's time, then a column\n"
                      "for each mel bin (headed by its centre) or class. NPY: the same without\n"
                      "times, float32 (frames, columns). mel and recon are natural logarithms.\n\n"
                      "Examples:\n"
                      "  oto panel mel dog.wav > mel.csv\n"
                      "  oto panel mask --class Bark --format npy -o mask.npy dog.wav",
                      &options, &arguments)
      || !check_arguments (arguments, class_name, format))
    return OTO_CLI_USAGE;

  table.panel = find_panel (arguments[0]);
  analyzer = oto_cli_need_analyzer (model, table.panel->map, n_threads);
  if (analyzer == NULL)
    return OTO_CLI_FAILED;
  snapshot = oto_analyzer_get_model (analyzer);
  if (table.panel->is_of_class)
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
