/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "cli/oto-cli.h"

#include "io/oto-file.h"
#include "io/oto-json.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <math.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Progress stands on one line of the terminal; this is how much of it was drawn. */
static int progress_percent = -1;

/**
 * oto_cli_parse:
 * @argc: (inout): number of arguments; what the options leave
 * @argv: (inout): the arguments, argv[0] being the command's name
 * @entries: (nullable): the command's own options, ended by an empty entry
 * @parameters: (nullable): what follows the options, for the usage line
 * @summary: one line on what the command does
 * @description: (nullable): long text with examples
 * @ret_options: (out): the options of every command
 * @ret_files: (out) (transfer full): remaining arguments, never %NULL
 *
 * Parses @entries plus --json, --quiet and --help, which prints its text and ends the program.
 *
 * Returns: %FALSE after printing the reason; return %OTO_CLI_USAGE then
 */
gboolean
oto_cli_parse (int                 *argc,
               char              ***argv,
               const GOptionEntry  *entries,
               const char          *parameters,
               const char          *summary,
               const char          *description,
               OtoCliOptions       *ret_options,
               char              ***ret_files)
{
  g_autoptr (GOptionContext) context = g_option_context_new (parameters);
  g_autoptr (GError) error = NULL;
  g_autofree char *program = g_strconcat ("oto ", (*argv)[0], NULL);
  gboolean json = FALSE, quiet = FALSE;
  char **files = NULL;
  const GOptionEntry common[] = {
    { "json", 0, 0, G_OPTION_ARG_NONE, &json, "Write results as JSON", NULL },
    { "quiet", 'q', 0, G_OPTION_ARG_NONE, &quiet, "Write no progress", NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &files, NULL, NULL },
    G_OPTION_ENTRY_NULL
  };

  g_set_prgname (program);
  if (entries != NULL)
    g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_add_main_entries (context, common, NULL);
  g_option_context_set_summary (context, summary);
  g_option_context_set_description (context, description);
  if (!g_option_context_parse (context, argc, argv, &error))
    {
      oto_cli_error ("%s. “%s --help” lists the options.", error->message, program);
      g_strfreev (files);
      return FALSE;
    }

  *ret_options = (OtoCliOptions) { .json = json, .quiet = quiet };
  *ret_files = files != NULL ? files : g_new0 (char *, 1);
  return TRUE;
}

/**
 * oto_cli_need_files:
 * @files: the remaining arguments
 * @what: what they should be, in one word
 *
 * Returns: %FALSE after printing that there are none; return %OTO_CLI_USAGE then
 */
gboolean
oto_cli_need_files (char       **files,
                    const char  *what)
{
  if (files[0] != NULL)
    return TRUE;

  oto_cli_error ("Name a %s. “%s --help” shows how.", what, g_get_prgname ());
  return FALSE;
}

/**
 * oto_cli_parse_bytes:
 * @text: a size: bytes, or a number with K, M, G or T (also KiB to TiB: powers of 1024; KB to TB:
 *   powers of 1000)
 * @ret_n_bytes: (out): the size
 *
 * Returns: whether @text is a size of at least a byte
 */
gboolean
oto_cli_parse_bytes (const char *text,
                     gint64     *ret_n_bytes)
{
  static const char units[] = "KMGT";
  double n_bytes, factor = 1024.0;
  const char *unit;
  char *end;

  if (!g_ascii_isdigit (*text))
    return FALSE;
  n_bytes = g_ascii_strtod (text, &end);
  unit = *end != '\0' ? strchr (units, g_ascii_toupper (*end)) : NULL;
  if (unit != NULL)
    {
      end++;
      if (g_ascii_strcasecmp (end, "B") == 0)
        factor = 1000.0;
      if (g_ascii_strcasecmp (end, "B") == 0 || g_ascii_strcasecmp (end, "iB") == 0)
        end += strlen (end);
      n_bytes *= pow (factor, (double) (unit - units + 1));
    }
  if (*end != '\0' || !(n_bytes >= 1.0 && n_bytes < 9007199254740992.0))
    return FALSE;
  *ret_n_bytes = (gint64) n_bytes;
  return TRUE;
}

/**
 * oto_cli_error:
 * @format: a message that ends in a full stop
 *
 * Prints "oto: message" on standard error.
 */
void
oto_cli_error (const char *format,
               ...)
{
  g_autofree char *message = NULL;
  va_list args;

  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);

  oto_cli_progress_end (NULL);
  fprintf (stderr, "oto: %s\n", message);
}

/**
 * oto_cli_gerror:
 * @error: what went wrong
 *
 * Prints the message of @error on standard error; Ctrl-C is called by its name.
 */
void
oto_cli_gerror (GError *error)
{
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    oto_cli_error ("Interrupted.");
  else
    oto_cli_error ("%s", error->message);
}

/**
 * oto_cli_progress:
 * @options: the command's options
 * @what: a few words on the job
 * @fraction: how much is done, in [0, 1]
 *
 * Draws progress on standard error, if that is a terminal and the user wants it.
 */
void
oto_cli_progress (const OtoCliOptions *options,
                  const char          *what,
                  double               fraction)
{
  int percent = (int) (100.0 * CLAMP (fraction, 0.0, 1.0));

  if (options->quiet || percent == progress_percent || !isatty (STDERR_FILENO))
    return;

  fprintf (stderr, "\r\033[K%s %3d %%", what, percent);
  fflush (stderr);
  progress_percent = percent;
}

/**
 * oto_cli_progress_end:
 * @options: (nullable): the command's options
 *
 * Takes the progress line away.
 */
void
oto_cli_progress_end (const OtoCliOptions *options)
{
  if (progress_percent < 0)
    return;

  fputs ("\r\033[K", stderr);
  fflush (stderr);
  progress_percent = -1;
}

/**
 * oto_cli_format_number:
 * @value: a finite number
 *
 * Returns: (transfer full): the shortest decimal, with a point, that reads back as @value; values
 *   that are a float are written as a float needs it
 */
char *
oto_cli_format_number (double value)
{
  gboolean is_float = (double) (float) value == value;
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  /* "%g" leaves out the zeros of numbers that need fewer digits; nine are enough for any float. */
  for (int digits = 6; is_float && digits <= 9; digits++)
    {
      char format[8];

      g_snprintf (format, sizeof format, "%%.%dg", digits);
      g_ascii_formatd (text, sizeof text, format, value);
      if ((float) g_ascii_strtod (text, NULL) == (float) value)
        return g_strdup (text);
    }
  return oto_json_format_number (value);
}

/**
 * oto_cli_print_json:
 * @builder: a finished tree
 *
 * Prints it on standard output, indented; numbers that are not finite become null.
 */
void
oto_cli_print_json (JsonBuilder *builder)
{
  g_autoptr (JsonNode) root = json_builder_get_root (builder);
  g_autofree char *text = oto_json_to_text (root, TRUE);

  puts (text);
}

/**
 * oto_cli_json_number:
 * @builder: the tree
 * @value: a number, null when not finite; one that is a float is rounded to the decimal that a
 *   float needs
 */
void
oto_cli_json_number (JsonBuilder *builder,
                     double       value)
{
  g_autofree char *text = NULL;

  if (!isfinite (value))
    {
      json_builder_add_null_value (builder);
      return;
    }
  text = oto_cli_format_number (value);
  json_builder_add_double_value (builder, g_ascii_strtod (text, NULL));
}

/* A terminal that is closed ends the program as Ctrl-C does, unless nohup wants otherwise. */
static void
init_signals (sigset_t *signals)
{
  struct sigaction hang_up;

  sigemptyset (signals);
  sigaddset (signals, SIGINT);
  sigaddset (signals, SIGTERM);
  if (sigaction (SIGHUP, NULL, &hang_up) == 0 && hang_up.sa_handler != SIG_IGN)
    sigaddset (signals, SIGHUP);
}

static gpointer
interrupt_worker (gpointer data)
{
  GCancellable *cancellable = data;
  sigset_t signals;
  int which;

  init_signals (&signals);
  sigwait (&signals, &which);
  g_cancellable_cancel (cancellable);

  /* Who asks twice does not want to wait. */
  sigwait (&signals, &which);
  _exit (128 + which);
}

/**
 * oto_cli_watch_interrupt:
 *
 * From the first call on, Ctrl-C, SIGTERM and SIGHUP cancel instead of killing; a second one ends
 * the program. To be called before other threads start. Without a thread that waits for them, they
 * kill.
 *
 * Returns: (transfer none): what Ctrl-C cancels
 */
GCancellable *
oto_cli_watch_interrupt (void)
{
  static GCancellable *cancellable = NULL;

  if (cancellable == NULL)
    {
      sigset_t signals;
      GThread *thread;

      cancellable = g_cancellable_new ();
      init_signals (&signals);
      pthread_sigmask (SIG_BLOCK, &signals, NULL);
      thread = g_thread_try_new ("oto-interrupt", interrupt_worker, cancellable, NULL);
      if (thread != NULL)
        g_thread_unref (thread);
      else
        pthread_sigmask (SIG_UNBLOCK, &signals, NULL);
    }
  return cancellable;
}

/* Levenshtein distance without regard to case, of bytes; "_" and " " are the same. */
static guint
get_edit_distance (const char *a,
                   const char *b)
{
  size_t n = strlen (b);
  g_autofree guint *row = g_new (guint, n + 1);

  for (size_t j = 0; j <= n; j++)
    row[j] = j;
  for (size_t i = 0; a[i] != '\0'; i++)
    {
      guint diagonal = row[0];

      row[0] = i + 1;
      for (size_t j = 0; j < n; j++)
        {
          char x = a[i] == '_' ? ' ' : g_ascii_tolower (a[i]);
          char y = b[j] == '_' ? ' ' : g_ascii_tolower (b[j]);
          guint best = diagonal + (x != y);

          diagonal = row[j + 1];
          row[j + 1] = MIN (best, MIN (diagonal, row[j]) + 1);
        }
    }
  return row[n];
}

/**
 * oto_cli_find_near:
 * @word: what the user typed
 * @candidates: (array zero-terminated=1): what there is
 *
 * Returns: (transfer none) (nullable): the candidate that @word may have meant
 */
const char *
oto_cli_find_near (const char         *word,
                   const char * const *candidates)
{
  const char *nearest = NULL;
  guint least = MAX (2, strlen (word) / 3) + 1;

  for (; *candidates != NULL; candidates++)
    {
      guint distance = get_edit_distance (word, *candidates);

      if (g_ascii_strncasecmp (word, *candidates, MAX (3, strlen (word))) == 0)
        distance = MIN (distance, 1);
      if (distance < least)
        {
          least = distance;
          nearest = *candidates;
        }
    }
  return nearest;
}

/**
 * oto_cli_print_field:
 * @field: text for a column of tab-separated output
 *
 * Prints it on standard output; control characters become spaces, as nothing can quote them.
 */
void
oto_cli_print_field (const char *field)
{
  for (const char *c = field; *c != '\0'; c++)
    putchar (g_ascii_iscntrl (*c) ? ' ' : *c);
}

/**
 * oto_cli_save:
 * @path: (nullable): a file, written whole or not at all; %NULL or "-" is standard output, and a
 *   device or a pipe is written to as it is
 * @bytes: what to write
 * @error: set on failure
 *
 * Returns: whether it was written
 */
gboolean
oto_cli_save (const char  *path,
              GBytes      *bytes,
              GError     **error)
{
  size_t n_bytes;
  const char *data = g_bytes_get_data (bytes, &n_bytes);
  gboolean is_stdout = path == NULL || strcmp (path, "-") == 0;
  gboolean is_done;
  FILE *file;

  if (!is_stdout && (!g_file_test (path, G_FILE_TEST_EXISTS)
                     || g_file_test (path, G_FILE_TEST_IS_REGULAR | G_FILE_TEST_IS_DIR)))
    return oto_file_save (path, bytes, error);

  file = is_stdout ? stdout : g_fopen (path, "wb");
  is_done = file != NULL && fwrite (data, 1, n_bytes, file) == n_bytes && fflush (file) == 0;
  if (file != NULL && !is_stdout && fclose (file) != 0)
    is_done = FALSE;
  if (!is_done)
    g_set_error (error, OTO_IO_ERROR, OTO_IO_ERROR_WRITE, "“%s” cannot be written: %s.",
                 is_stdout ? "standard output" : path, g_strerror (errno));
  return is_done;
}
