/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "cli/oto-cli.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char description[] =
  "convert writes the labels of IN as another program wants them; the ending of OUT\n"
  "or --to says how: .tsv, .csv, .txt (Audacity), .selections.txt (Raven), .jams.\n"
  "Times are kept to the microsecond, frequencies to the hundredth of a hertz, and\n"
  "columns that are not understood as they are. What OUT has no place for is told.\n"
  "check lists the lines of IN that are no labels, with their numbers, and counts\n"
  "the others; with --clips it compares files and times with the clips in DIR.\n"
  "\n"
  "What IN is, is seen from its content, or said by --format:\n"
  "%s"
  "A table's heading may use the names that the field uses (filename, fname, path,\n"
  "Begin File …; onset, start, start_time, Begin Time (s) …; label, class, category,\n"
  "species …), in any case and order; other columns are kept. Other headings are told\n"
  "by --columns, as filename=Datei,onset=von,offset=bis,label=Art; numbers stand for\n"
  "columns where there is no heading.\n"
  "\n"
  "With --json convert prints {\"in\", \"out\", \"format\", \"events\", \"lost\": [text]}\n"
  "and check {\"file\", \"format\", \"n_good\", \"n_bad\", \"problems\": [{\"line\", \"text\"}],\n"
  "\"events\", \"weak_labels\", \"files\", \"classes\", \"missing\", \"unreadable\",\n"
  "\"unlabelled\", \"behind\", \"past_end\"}. check fails when anything is wrong.\n"
  "\n"
  "Examples:\n"
  "  oto labels convert street.txt street.tsv --clip street.wav\n"
  "  oto labels convert labels.tsv - --to raven > labels.selections.txt\n"
  "  oto labels check labels.csv --clips audio\n";

/* Names that a text lists of many. */
#define MAX_LISTED 20

typedef struct
{
  const OtoCliOptions  *options;
  const OtoLabelFormat *from;    /* nullable: what it looks like */
  const OtoLabelFormat *to;      /* nullable: by the ending */
  const char           *clip;    /* nullable */
  const char           *clips;   /* nullable */
  const char           *columns; /* nullable */
} Settings;

static char *
describe_formats (void)
{
  const OtoLabelFormat * const *formats = oto_label_format_list ();
  GString *text = g_string_new (NULL);

  for (; *formats != NULL; formats++)
    g_string_append_printf (text, "  %-10s %s%s\n", oto_label_format_get_name (*formats),
                            oto_label_format_get_title (*formats),
                            oto_label_format_can_write (*formats) ? "" : "; read only");
  return g_string_free (text, FALSE);
}

static void
add_strings (JsonBuilder        *json,
             const char         *member,
             const char * const *strings)
{
  json_builder_set_member_name (json, member);
  json_builder_begin_array (json);
  for (; *strings != NULL; strings++)
    json_builder_add_string_value (json, *strings);
  json_builder_end_array (json);
}

/* --- convert ------------------------------------------------------------------------------- */

static const OtoLabelFormat *
find_target (const Settings *settings,
             const char     *path)
{
  const OtoLabelFormat *format =
    settings->to != NULL ? settings->to : oto_label_format_guess (path);

  if (format == NULL)
    oto_cli_error ("“%s” does not say which kind of labels it is to be. Give it a name that ends "
                   "in .tsv, .csv, .txt, .selections.txt or .jams, or add --to.", path);
  else if (!oto_label_format_can_write (format))
    {
      oto_cli_error ("Labels cannot be written as %s. Choose tsv, csv, audacity, raven or jams.",
                     oto_label_format_get_name (format));
      format = NULL;
    }
  return format;
}

static void
report_conversion (const Settings       *settings,
                   const char           *in,
                   const char           *out,
                   const OtoLabelFormat *format,
                   const OtoLabelFile   *labels)
{
  g_auto (GStrv) lost = oto_label_file_list_losses (labels, format);
  g_autofree char *problems = oto_label_file_describe_problems (labels, MAX_LISTED);
  g_autoptr (JsonBuilder) json = NULL;

  if (problems != NULL)
    fprintf (stderr, "%s", problems);
  for (guint i = 0; lost[i] != NULL; i++)
    oto_cli_error ("%s", lost[i]);
  if (!settings->options->json || strcmp (out, "-") == 0)
    return;

  json = json_builder_new ();
  json_builder_begin_object (json);
  oto_cli_json_add_string (json, "in", in);
  oto_cli_json_add_string (json, "out", out);
  oto_cli_json_add_string (json, "format", oto_label_format_get_name (format));
  oto_cli_json_add_int (json, "events", oto_event_list_get_n (oto_label_file_get_events (labels)));
  add_strings (json, "lost", (const char * const *) lost);
  json_builder_end_object (json);
  oto_cli_print_json (json);
}

static int
convert (const Settings  *settings,
         char           **files)
{
  const OtoLabelFormat *format;
  g_autoptr (OtoLabelFile) all = NULL, labels = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;
  char *text = NULL;

  if (g_strv_length (files) != 2)
    {
      oto_cli_error ("Name the labels and what to make of them: oto labels convert IN OUT.");
      return OTO_CLI_USAGE;
    }
  format = find_target (settings, files[1]);
  if (format == NULL)
    return OTO_CLI_USAGE;

  all = oto_label_file_load_full (files[0], settings->from, settings->columns, &error);
  if (all != NULL)
    {
      labels = oto_label_file_select (all, settings->clip);
      text = oto_label_file_to_text (labels, format, &error);
    }
  if (text != NULL)
    bytes = g_bytes_new_take (text, strlen (text));
  if (bytes == NULL || !oto_cli_save (files[1], bytes, &error))
    {
      oto_cli_gerror (error);
      return OTO_CLI_FAILED;
    }
  report_conversion (settings, files[0], files[1], format, labels);
  return oto_label_file_get_n_problems (labels) > 0 ? OTO_CLI_PARTLY : OTO_CLI_DONE;
}

/* --- check --------------------------------------------------------------------------------- */

/* What a list holds. */
typedef struct
{
  guint n_events;
  guint n_weak;
  GStrv classes;                 /* sorted */
  guint n_files;
} Contents;

static void
clear_contents (Contents *contents)
{
  g_strfreev (contents->classes);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Contents, clear_contents)

static int
compare_strings (gconstpointer a,
                 gconstpointer b)
{
  return strcmp (*(const char * const *) a, *(const char * const *) b);
}

static void
count_contents (const OtoLabelFile *labels,
                Contents           *contents)
{
  OtoEventList *events = oto_label_file_get_events (labels);
  const char * const *empty = oto_label_file_get_empty_files (labels);
  g_autoptr (GHashTable) files = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GPtrArray) classes = g_ptr_array_new ();

  for (guint i = 0; i < oto_event_list_get_n (events); i++)
    {
      const OtoEvent *event = oto_event_list_get (events, i);

      contents->n_weak += isnan (event->onset_s) != 0;
      if (event->filename != NULL)
        g_hash_table_add (files, event->filename);
      if (g_hash_table_add (seen, event->label))
        g_ptr_array_add (classes, g_strdup (event->label));
    }
  for (; *empty != NULL; empty++)
    g_hash_table_add (files, (char *) *empty);
  g_ptr_array_sort (classes, compare_strings);
  g_ptr_array_add (classes, NULL);
  contents->n_events = oto_event_list_get_n (events) - contents->n_weak;
  contents->n_files = g_hash_table_size (files);
  contents->classes = (GStrv) g_ptr_array_steal (classes, NULL);
}

static void
print_list (const char         *what,
            const char * const *names)
{
  const guint n = g_strv_length ((char **) names);

  if (n == 0)
    return;
  printf ("%s: %u\n", what, n);
  for (guint i = 0; i < MIN (n, MAX_LISTED); i++)
    printf ("  %s\n", names[i]);
  if (n > MAX_LISTED)
    puts ("  …");
}

static void
print_past_end (const char          *file,
                const OtoLabelFile  *labels,
                const OtoLabelCheck *check)
{
  for (guint i = 0; i < oto_label_check_get_n_past_end (check); i++)
    {
      const guint place = oto_label_check_get_past_end (check, i);
      const OtoEvent *event = oto_event_list_get (oto_label_file_get_events (labels), place);

      printf ("%s:%u: “%s” ends at %.3f s, behind the end of “%s”\n", file,
              oto_label_file_get_event_line (labels, place), event->label, event->offset_s,
              event->filename);
    }
}

static void
print_check (const char          *file,
             const OtoLabelFile  *labels,
             const OtoLabelCheck *check)
{
  g_auto (Contents) contents = { 0 };
  const OtoLabelFormat *format = oto_label_file_get_format (labels);
  g_auto (GStrv) alike = NULL;

  count_contents (labels, &contents);
  alike = oto_class_map_list_alike ((const char * const *) contents.classes);
  for (guint i = 0; i < oto_label_file_get_n_problems (labels); i++)
    {
      guint line;
      const char *problem = oto_label_file_get_problem (labels, i, &line);

      printf ("%s:%u: %s\n", file, line, problem);
    }
  if (check != NULL)
    {
      print_past_end (file, labels, check);
      print_list ("Labels all behind the end of the clip (milliseconds?)",
                  oto_label_check_get_behind (check));
      print_list ("Clips that are not there", oto_label_check_get_missing (check));
      print_list ("Clips that cannot be read", oto_label_check_get_unreadable (check));
      print_list ("Clips that the list does not name", oto_label_check_get_unlabelled (check));
    }
  print_list ("Classes that differ in case, spaces, underscores or hyphens alone",
              (const char * const *) alike);
  printf ("%s: %s, %u good, %u bad; events: %u, labels without times: %u, files: %u, "
          "classes: %u\n",
          file, format != NULL ? oto_label_format_get_name (format) : "empty",
          oto_label_file_get_n_good (labels), oto_label_file_get_n_problems (labels),
          contents.n_events, contents.n_weak, contents.n_files,
          g_strv_length (contents.classes));
}

static void
print_check_json (const char          *file,
                  const OtoLabelFile  *labels,
                  const OtoLabelCheck *check)
{
  g_autoptr (JsonBuilder) json = json_builder_new ();
  g_auto (Contents) contents = { 0 };
  const OtoLabelFormat *format = oto_label_file_get_format (labels);

  count_contents (labels, &contents);
  json_builder_begin_object (json);
  oto_cli_json_add_string (json, "file", file);
  oto_cli_json_add_string (json, "format",
                           format != NULL ? oto_label_format_get_name (format) : "");
  oto_cli_json_add_int (json, "n_good", oto_label_file_get_n_good (labels));
  oto_cli_json_add_int (json, "n_bad", oto_label_file_get_n_problems (labels));
  json_builder_set_member_name (json, "problems");
  json_builder_begin_array (json);
  for (guint i = 0; i < oto_label_file_get_n_problems (labels); i++)
    {
      guint line;
      const char *problem = oto_label_file_get_problem (labels, i, &line);

      json_builder_begin_object (json);
      oto_cli_json_add_int (json, "line", line);
      oto_cli_json_add_string (json, "text", problem);
      json_builder_end_object (json);
    }
  json_builder_end_array (json);
  oto_cli_json_add_int (json, "events", contents.n_events);
  oto_cli_json_add_int (json, "weak_labels", contents.n_weak);
  oto_cli_json_add_int (json, "files", contents.n_files);
  add_strings (json, "classes", (const char * const *) contents.classes);
  if (check != NULL)
    {
      add_strings (json, "missing", oto_label_check_get_missing (check));
      add_strings (json, "unreadable", oto_label_check_get_unreadable (check));
      add_strings (json, "unlabelled", oto_label_check_get_unlabelled (check));
      add_strings (json, "behind", oto_label_check_get_behind (check));
      json_builder_set_member_name (json, "past_end");
      json_builder_begin_array (json);
      for (guint i = 0; i < oto_label_check_get_n_past_end (check); i++)
        json_builder_add_int_value (json,
          oto_label_file_get_event_line (labels, oto_label_check_get_past_end (check, i)));
      json_builder_end_array (json);
    }
  json_builder_end_object (json);
  oto_cli_print_json (json);
}

static void
progress_cb (double   fraction,
             gpointer user_data)
{
  oto_cli_progress (user_data, "Checking", fraction);
}

/* Clips without labels may be meant; all else is wrong. */
static gboolean
is_good (const OtoLabelFile  *labels,
         const OtoLabelCheck *check)
{
  return oto_label_file_get_n_problems (labels) == 0
         && (check == NULL || (oto_label_check_get_missing (check)[0] == NULL
                               && oto_label_check_get_unreadable (check)[0] == NULL
                               && oto_label_check_get_behind (check)[0] == NULL
                               && oto_label_check_get_n_past_end (check) == 0));
}

static int
check_labels (const Settings  *settings,
              char           **files)
{
  g_autoptr (OtoLabelFile) labels = NULL;
  g_autoptr (OtoLabelCheck) check = NULL;
  g_autoptr (GError) error = NULL;

  if (g_strv_length (files) != 1)
    {
      oto_cli_error ("Name the labels: oto labels check IN.");
      return OTO_CLI_USAGE;
    }
  labels = oto_label_file_load_full (files[0], settings->from, settings->columns, &error);
  if (labels != NULL && settings->clips != NULL)
    check = oto_label_check_new (labels, settings->clips, progress_cb,
                                 (gpointer) settings->options, oto_cli_watch_interrupt (), &error);
  oto_cli_progress_end (settings->options);
  if (error != NULL)
    {
      oto_cli_gerror (error);
      return OTO_CLI_FAILED;
    }
  if (settings->options->json)
    print_check_json (files[0], labels, check);
  else
    print_check (files[0], labels, check);
  return is_good (labels, check) ? OTO_CLI_DONE : OTO_CLI_FAILED;
}

static gboolean
find_format (const char            *name,
             const OtoLabelFormat **ret_format)
{
  g_autoptr (GError) error = NULL;

  if (name == NULL)
    return TRUE;
  *ret_format = oto_label_format_find (name, &error);
  if (*ret_format == NULL)
    oto_cli_gerror (error);
  return *ret_format != NULL;
}

/**
 * oto_cmd_labels:
 * @argc: number of arguments
 * @argv: the command and its arguments
 *
 * `oto labels`: converts and checks files of labels.
 *
 * Returns: an exit code
 */
int
oto_cmd_labels (int    argc,
                char **argv)
{
  g_autofree char *from = NULL, *to = NULL, *clip = NULL, *clips = NULL, *columns = NULL;
  g_autofree char *formats = describe_formats ();
  g_autofree char *help = g_strdup_printf (description, formats);
  g_auto (GStrv) files = NULL;
  OtoCliOptions options;
  Settings settings = { &options };
  const GOptionEntry entries[] = {
    { "format", 'f', 0, G_OPTION_ARG_STRING, &from, "What IN is (what it looks like)", "FORMAT" },
    { "columns", 'c', 0, G_OPTION_ARG_STRING, &columns,
      "What columns of IN hold that are called otherwise", "WHAT=HEADING,…" },
    { "to", 't', 0, G_OPTION_ARG_STRING, &to, "What OUT becomes (by its ending)", "FORMAT" },
    { "clip", 0, 0, G_OPTION_ARG_FILENAME, &clip,
      "Convert the labels of one clip; those without a file name get it", "FILE" },
    { "clips", 0, 0, G_OPTION_ARG_FILENAME, &clips, "Check against the clips in a folder", "DIR" },
    G_OPTION_ENTRY_NULL
  };

  if (!oto_cli_parse (&argc, &argv, entries, "convert IN OUT | check IN",
                      "Converts labels from one format to another, or checks them.", help, &options,
                      &files)
      || !find_format (from, &settings.from) || !find_format (to, &settings.to))
    return OTO_CLI_USAGE;
  settings.clip = clip;
  settings.clips = clips;
  settings.columns = columns;
  if (g_strcmp0 (files[0], "convert") == 0)
    return convert (&settings, files + 1);
  if (g_strcmp0 (files[0], "check") == 0)
    return check_labels (&settings, files + 1);
  oto_cli_error ("Say what to do: oto labels convert IN OUT, or oto labels check IN.");
  return OTO_CLI_USAGE;
}
