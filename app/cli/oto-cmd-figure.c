/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "cli/oto-cli.h"

#include "io/oto-file.h"
#include "paint/oto-figure-file.h"
#include "paint/oto-figure.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Lines of a label file that are told; a whole file of other lines is not. */
#define MAX_PROBLEMS 20

static const char description[] =
  "Draws what a model hears in a clip, after Fig. 3 of the paper: (a) log-mel input,\n"
  "(b) reconstruction, (c) to (e) frequency attention of the three likeliest classes,\n"
  "(f) frame scores (the output of the first step), (g) time attention, events and, with\n"
  "--labels, the reference, (h) clip probabilities. With --layout all also (i) weights of\n"
  "mel bins. What a model cannot show is told in one line.\n"
  "\n"
  "The ending of FILE chooses PDF, SVG or PNG. In PDF and SVG words stay text. The same\n"
  "inputs give the same bytes; the file says which clip, model and command made it.\n"
  "SOURCE_DATE_EPOCH dates a PDF.\n"
  "\n"
  "Examples:\n"
  "  oto figure clip.wav -o clip.pdf\n"
  "  oto figure --labels labels.tsv --range 2:6 --theme dark clip.wav -o clip.png --scale 3\n"
  "  oto figure --model 2apae --classes Bark,Siren clip.wav -o clip.svg\n"
  "  oto figure --format png clip.wav -o - | display\n";

static const char render_description[] =
  "Draws some of the panels on one time axis, by the numbers that they have in the window:\n"
  "1 log-mel spectrogram, 2 reconstruction, 3 to 5 frequency attention of the three\n"
  "likeliest classes (with --contribution what they bring to their probabilities), 6 frame\n"
  "scores, 7 time attention, 8 clip probabilities, 9 weights of mel bins; and the events.\n"
  "--size counts points, --scale pixels a point. All else is as “oto figure --help” says.\n"
  "\n"
  "Examples:\n"
  "  oto render --panels 1,3,6 --range 2:5 --size 1600x900 --scale 2 clip.wav -o clip.png\n"
  "  oto render --panels 1,3,4,5 --contribution clip.wav -o clip.svg\n";

#define RENDER_WIDTH  1280.0
#define RENDER_HEIGHT 720.0

typedef struct
{
  const char   *command;         /* "figure" or "render" */
  char         *layout;
  char         *panels;
  char         *model;
  char         *labels;
  char         *labels_format;
  char         *classes;
  char         *range;
  char         *theme;
  char         *size;
  char         *format;
  char         *output;
  gboolean      contribution;
  double        scale;
  double        default_scale;
  int           n_threads;
  OtoTimeRange  time_range;      /* from 0 to 0: all */
  int           numbers[OTO_FIGURE_N_PANELS];
} Options;

static void
clear_options (Options *options)
{
  g_free (options->layout);
  g_free (options->panels);
  g_free (options->model);
  g_free (options->labels);
  g_free (options->labels_format);
  g_free (options->classes);
  g_free (options->range);
  g_free (options->theme);
  g_free (options->size);
  g_free (options->format);
  g_free (options->output);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, clear_options)

/* "1,3,6" */
static gboolean
parse_panels (Options       *options,
              OtoFigureSpec *spec)
{
  g_auto (GStrv) parts = g_strsplit (options->panels != NULL ? options->panels
                                                             : "1,2,3,4,5,6,7,8", ",", -1);

  spec->numbers = options->numbers;
  for (guint i = 0; parts[i] != NULL; i++)
    {
      guint64 number;

      if (spec->n_numbers == G_N_ELEMENTS (options->numbers)
          || !g_ascii_string_to_unsigned (g_strstrip (parts[i]), 10, 1, OTO_FIGURE_N_PANELS,
                                          &number, NULL))
        {
          oto_cli_error ("“--panels %s” are none. Give numbers from 1 to %d, as 1,3,6.",
                         options->panels, OTO_FIGURE_N_PANELS);
          return FALSE;
        }
      options->numbers[spec->n_numbers++] = (int) number;
    }
  return TRUE;
}

/* Everything that can be wrong before a file is read. */
static gboolean
check_options (Options        *options,
               char          **files,
               OtoFigureSpec  *spec)
{
  if (g_strv_length (files) != 1)
    oto_cli_error ("Give one clip to draw. “oto %s --help” shows examples.", options->command);
  else if (options->layout != NULL && strcmp (options->layout, "fig3") != 0
           && strcmp (options->layout, "all") != 0)
    oto_cli_error ("There is no layout “%s”. Choose fig3 or all.", options->layout);
  else if (options->output == NULL)
    oto_cli_error ("Say where the picture goes: -o FILE.pdf, FILE.svg or FILE.png.");
  else if (options->format != NULL && strcmp (options->format, "pdf") != 0
           && strcmp (options->format, "svg") != 0 && strcmp (options->format, "png") != 0)
    oto_cli_error ("There is no format “%s”. Choose pdf, svg or png.", options->format);
  else if (options->format == NULL && !oto_figure_file_has_format (options->output))
    oto_cli_error ("“%s” does not say which kind of picture it is. Give it a name that ends in "
                   ".pdf, .svg or .png, or add --format.", options->output);
  else if (options->theme != NULL && strcmp (options->theme, "light") != 0
           && strcmp (options->theme, "dark") != 0)
    oto_cli_error ("There is no theme “%s”. Choose light or dark.", options->theme);
  else if (options->size != NULL
           && (!oto_cli_parse_pair (options->size, 'x', &spec->width, &spec->height)
               || spec->width < 100.0 || spec->height < 100.0 || spec->width > 14400.0
               || spec->height > 14400.0))
    oto_cli_error ("“--size %s” is no size. Give width and height in points, each from 100 to "
                   "14400, as 640x920.", options->size);
  else if (!(options->scale >= 0.1 && options->scale <= 20.0))
    oto_cli_error ("--scale must be from 0.1 to 20 pixels a point.");
  else
    return oto_cli_take_range ("--range", options->range, &options->time_range)
           && (g_str_equal (options->command, "figure") || parse_panels (options, spec));
  return FALSE;
}

/* "--classes": indices in the order given. */
static int *
find_classes (OtoAnalysis *analysis,
              const char  *text,
              guint       *ret_n)
{
  g_auto (GStrv) names = g_strsplit (text, ",", -1);
  g_autofree int *classes = g_new (int, g_strv_length (names) + 1);
  const char * const *known =
    oto_model_snapshot_get_class_names (oto_analysis_get_model (analysis));
  guint n = 0;

  for (guint i = 0; names[i] != NULL; i++)
    {
      const char *name = g_strstrip (names[i]), *near;

      classes[n] = oto_analysis_find_class (analysis, name);
      if (classes[n] >= 0)
        {
          n++;
          continue;
        }
      near = oto_cli_find_near (name, known);
      if (near != NULL)
        oto_cli_error ("The model has no class “%s”. Did you mean “%s”?", name, near);
      else
        oto_cli_error ("The model has no class “%s”. “oto info MODEL” lists its classes.", name);
      return NULL;
    }
  *ret_n = n;
  return g_steal_pointer (&classes);
}

/* Tells the labels that are no class of the model. */
static void
report_unknown (OtoEventList *reference,
                OtoAnalysis  *analysis)
{
  g_autoptr (GHashTable) unknown = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GString) list = g_string_new (NULL);

  for (guint i = 0; i < oto_event_list_get_n (reference); i++)
    {
      const char *label = oto_event_list_get (reference, i)->label;

      if (!g_hash_table_contains (unknown, label) && oto_analysis_find_class (analysis, label) < 0)
        {
          g_hash_table_add (unknown, (char *) label);
          g_string_append_printf (list, "%s%s", list->len > 0 ? ", " : "", label);
        }
    }
  if (list->len > 0)
    oto_cli_error ("The model does not know these labels: %s. None of its events can be theirs.",
                   list->str);
}

/* The labels of this clip; what is wrong with single lines of the file is told and passed over. */
static gboolean
load_reference (const Options  *options,
                const char     *clip_path,
                OtoAnalysis    *analysis,
                OtoEventList  **ret_reference,
                GError        **error)
{
  OtoClip *clip = oto_analysis_get_clip (analysis);
  const OtoLabelFormat *format = NULL;
  g_autoptr (OtoLabelFile) labels = NULL;
  g_autofree char *name = oto_file_dup_display_name (options->labels);
  g_autofree char *problems = NULL;

  if (options->labels_format != NULL)
    {
      format = oto_label_format_find (options->labels_format, error);
      if (format == NULL)
        return FALSE;
    }
  labels = oto_label_file_load (options->labels, format, error);
  if (labels == NULL)
    return FALSE;
  problems = oto_label_file_describe_problems (labels, MAX_PROBLEMS);
  if (problems != NULL)
    fprintf (stderr, "%s", problems);

  *ret_reference = oto_label_file_find_events (labels, clip_path);
  if (oto_event_list_get_n (*ret_reference) == 0)
    oto_cli_error ("“%s” has no labels of “%s”; the reference stays empty.", name,
                   oto_clip_get_name (clip));
  else if (oto_event_list_is_behind (*ret_reference, oto_clip_get_duration_s (clip)))
    oto_cli_error ("All labels of “%s” begin behind the clip's end, at %.3f s. Its times must be "
                   "seconds of this clip, not milliseconds or frames.", name,
                   oto_clip_get_duration_s (clip));
  return TRUE;
}

/* The command that makes this figure again, without folders: those are nobody else's business. */
static char *
describe_command (const Options       *options,
                  const OtoCliOptions *cli,
                  const char          *clip_path)
{
  GString *command = g_string_new ("oto ");
  char scale[G_ASCII_DTOSTR_BUF_SIZE];

  g_string_append (command, options->command);
  if (g_str_equal (options->command, "figure"))
    oto_cli_command_add (command, "--layout", options->layout != NULL ? options->layout : "fig3");
  oto_cli_command_add (command, "--panels", options->panels);
  if (options->contribution)
    g_string_append (command, " --contribution");
  oto_cli_command_add_path (command, "--model", options->model);
  oto_cli_command_add_path (command, "--labels", options->labels);
  oto_cli_command_add (command, "--labels-format", options->labels_format);
  oto_cli_command_add (command, "--classes", options->classes);
  oto_cli_command_add (command, "--range", options->range);
  oto_cli_command_add (command, "--theme", options->theme);
  oto_cli_command_add (command, "--size", options->size);
  oto_cli_command_add (command, "--format", options->format);
  if (options->scale != options->default_scale)
    oto_cli_command_add (command, "--scale",
                         g_ascii_formatd (scale, sizeof scale, "%g", options->scale));
  oto_cli_command_add (command, "--channel", cli->channel_text);
  oto_cli_command_add_path (command, "", clip_path);
  oto_cli_command_add_path (command, "-o", options->output);
  return g_string_free (command, FALSE);
}

static gboolean
write_figure (OtoFigure      *figure,
              const Options  *options,
              GError        **error)
{
  g_autofree char *name = options->format != NULL ? g_strconcat ("figure.", options->format, NULL)
                                                  : g_strdup (options->output);
  g_autoptr (GBytes) bytes = oto_figure_render (figure, name, error);

  if (bytes == NULL)
    return FALSE;
  if (strcmp (options->output, "-") != 0)
    return oto_file_save (options->output, bytes, error);
  if (fwrite (g_bytes_get_data (bytes, NULL), 1, g_bytes_get_size (bytes), stdout)
      != g_bytes_get_size (bytes) || fflush (stdout) != 0)
    {
      g_set_error (error, OTO_IO_ERROR, OTO_IO_ERROR_WRITE,
                   "The figure could not be written to standard output.");
      return FALSE;
    }
  return TRUE;
}

static void
progress_cb (double   fraction,
             gpointer user_data)
{
  oto_cli_progress (user_data, "Analysing", fraction);
}

static OtoAnalysis *
analyse (Options              *options,
         const char           *path,
         const OtoCliOptions  *cli,
         GError              **error)
{
  OtoTimeRange *range = options->range != NULL ? &options->time_range : NULL;
  g_autoptr (OtoAnalyzer) analyzer = NULL;
  g_autoptr (OtoClip) clip = NULL;
  OtoAnalysis *analysis;

  analyzer = oto_cli_open_analyzer (options->model, ~0u, options->n_threads, error);
  if (analyzer == NULL)
    return NULL;
  clip = oto_cli_open_clip (cli, path, error);
  if (clip == NULL || (range != NULL && !oto_time_range_fit (range, clip, error)))
    return NULL;
  analysis = oto_analyzer_analyze_range (analyzer, clip, range, progress_cb, (gpointer) cli,
                                         oto_cli_watch_interrupt (), error);
  oto_cli_progress_end (cli);
  if (analysis != NULL)
    oto_cli_report_clip (path, clip);
  return analysis;
}

static void
print_json (OtoAnalysis   *analysis,
            const Options *options)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "clip");
  json_builder_add_string_value (builder, oto_clip_get_name (oto_analysis_get_clip (analysis)));
  json_builder_set_member_name (builder, "model");
  json_builder_add_string_value (builder,
                                 oto_model_snapshot_get_name (oto_analysis_get_model (analysis)));
  json_builder_set_member_name (builder, "figure");
  json_builder_add_string_value (builder, options->output);
  json_builder_end_object (builder);
  oto_cli_print_json (builder);
}

/* Returns an exit code; %OTO_CLI_FAILED with @error unset has been explained already. */
static int
make_figure (Options              *options,
             OtoFigureSpec        *spec,
             const char           *path,
             const OtoCliOptions  *cli,
             GError              **error)
{
  g_autoptr (OtoAnalysis) analysis = analyse (options, path, cli, error);
  g_autoptr (OtoEventList) reference = NULL;
  g_autofree int *classes = NULL;
  g_autofree char *command = describe_command (options, cli, path);
  g_autoptr (OtoFigure) figure = NULL;

  if (analysis == NULL)
    return OTO_CLI_FAILED;
  if (options->range != NULL)
    {
      spec->start_s = options->time_range.start_s;
      spec->end_s = options->time_range.end_s;
    }
  if (options->classes != NULL)
    {
      classes = find_classes (analysis, options->classes, &spec->n_classes);
      if (classes == NULL)
        return OTO_CLI_FAILED;
    }
  if (options->labels != NULL
      && !load_reference (options, path, analysis, &reference, error))
    return OTO_CLI_FAILED;
  if (reference != NULL && !cli->quiet)
    report_unknown (reference, analysis);

  spec->classes = classes;
  spec->reference = reference;
  spec->command = command;
  spec->theme = g_strcmp0 (options->theme, "dark") == 0 ? &oto_theme_dark : &oto_theme_light;
  spec->scale = options->scale;
  spec->has_mel_weights = g_strcmp0 (options->layout, "all") == 0;
  spec->has_contribution = options->contribution;
  figure = oto_figure_new (analysis, spec, oto_cli_watch_interrupt (), error);
  if (figure == NULL || !write_figure (figure, options, error))
    return OTO_CLI_FAILED;
  if (cli->json && strcmp (options->output, "-") != 0)
    print_json (analysis, options);
  return OTO_CLI_DONE;
}

static int
run (int         argc,
     char      **argv,
     Options    *options,
     gboolean    is_render)
{
  g_autofree char *channel = NULL;
  g_auto (GStrv) files = NULL;
  g_autoptr (GError) error = NULL;
  OtoFigureSpec spec = { 0 };
  OtoCliOptions cli;
  int code;
  /* The first is the command's own. */
  const GOptionEntry entries[] = {
    is_render
      ? (GOptionEntry) { "panels", 0, 0, G_OPTION_ARG_STRING, &options->panels,
                         "Numbers of panels (1,2,3,4,5,6,7,8)", "N,N" }
      : (GOptionEntry) { "layout", 0, 0, G_OPTION_ARG_STRING, &options->layout,
                         "Which panels: fig3, or all with weights of mel bins (fig3)", "LAYOUT" },
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &options->output,
      "Where it goes; “-” with --format is standard output", "FILE" },
    { "model", 'm', 0, G_OPTION_ARG_FILENAME, &options->model,
      "Model file, run folder or name (the bundled default)", "MODEL" },
    { "labels", 0, 0, G_OPTION_ARG_FILENAME, &options->labels,
      "Labels to show beside the events", "FILE" },
    { "labels-format", 0, 0, G_OPTION_ARG_STRING, &options->labels_format,
      "What FILE is (what it looks like); “oto labels --help” lists formats", "FORMAT" },
    { "classes", 0, 0, G_OPTION_ARG_STRING, &options->classes,
      "Classes that come first, instead of the likeliest", "A,B,C" },
    { "contribution", 0, 0, G_OPTION_ARG_NONE, &options->contribution,
      "Show what bins bring to the probability, not frequency attention", NULL },
    { "range", 0, 0, G_OPTION_ARG_STRING, &options->range,
      "Seconds to read and to show (all)", "A:B" },
    { "theme", 0, 0, G_OPTION_ARG_STRING, &options->theme, "light or dark (light)", "THEME" },
    { "size", 0, 0, G_OPTION_ARG_STRING, &options->size,
      is_render ? "Width and height in points (1280x720)"
                : "Width and height in points (640x920)", "WxH" },
    { "scale", 0, 0, G_OPTION_ARG_DOUBLE, &options->scale,
      is_render ? "Pixels a point in PNG (1)" : "Pixels a point in PNG (2)", "N" },
    { "format", 0, 0, G_OPTION_ARG_STRING, &options->format,
      "pdf, svg or png (by the ending of FILE)", "FORMAT" },
    { "threads", 0, 0, G_OPTION_ARG_INT, &options->n_threads, "Number of threads (all cores)",
      "N" },
    OTO_CLI_CHANNEL_ENTRY (&channel),
    G_OPTION_ENTRY_NULL
  };

  if (is_render)
    {
      spec.width = RENDER_WIDTH;
      spec.height = RENDER_HEIGHT;
    }
  options->scale = options->default_scale = is_render ? 1.0 : 2.0;
  if (!oto_cli_parse (&argc, &argv, entries, "CLIP",
                      is_render ? "Draws panels of a clip, by number."
                                : "Draws what a model hears in a clip, after Fig. 3 of the paper.",
                      is_render ? render_description : description, &cli, &files)
      || !oto_cli_take_channel (channel, &cli)
      || !check_options (options, files, &spec))
    return OTO_CLI_USAGE;

  code = make_figure (options, &spec, files[0], &cli, &error);
  if (error != NULL)
    oto_cli_gerror (error);
  return code;
}

/**
 * oto_cmd_figure:
 * @argc: number of arguments
 * @argv: the command and its arguments
 *
 * `oto figure`: Fig. 3 of a clip as PDF, SVG or PNG.
 *
 * Returns: an exit code
 */
int
oto_cmd_figure (int    argc,
                char **argv)
{
  g_auto (Options) options = { .command = "figure" };

  return run (argc, argv, &options, FALSE);
}

/**
 * oto_cmd_render:
 * @argc: number of arguments
 * @argv: the command and its arguments
 *
 * `oto render`: panels of a clip by number, in the same formats.
 *
 * Returns: an exit code
 */
int
oto_cmd_render (int    argc,
                char **argv)
{
  g_auto (Options) options = { .command = "render" };

  return run (argc, argv, &options, TRUE);
}
