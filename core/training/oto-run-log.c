/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "training/oto-run-log.h"

#include "base/oto-error.h"
#include "io/oto-csv.h"
#include "io/oto-draft.h"
#include "io/oto-file.h"
#include "training/oto-epoch-record.h"
#include "training/oto-run-lock.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct _OtoRunLog
{
  char  *dir;
  char **term_names;
  FILE  *metrics;
  FILE  *log;
};

/* A longer table is not one of a run. */
#define MAX_BYTES (256 * 1000 * 1000)

char *
oto_run_log_dup_path (const char *dir,
                      const char *name)
{
  return g_build_filename (dir, name, NULL);
}

static gboolean G_GNUC_PRINTF (2, 3)
fail (GError     **error,
      const char  *format,
      ...)
{
  g_autofree char *message = NULL;
  va_list args;

  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error_literal (error, OTO_TRAINING_ERROR, OTO_TRAINING_ERROR_RUN, message);
  return FALSE;
}

/**
 * oto_run_log_check_free:
 * @dir: a folder, there or not
 * @error: return location for a #GError
 *
 * Returns: %FALSE when the folder holds a run or anything else already
 */
gboolean
oto_run_log_check_free (const char  *dir,
                        GError     **error)
{
  static const char * const names[] = { "config.json", "checkpoint.safetensors", "best.safetensors",
                                        "metrics.csv" };
  g_autoptr (GDir) existing = NULL;
  const char *name;

  if (!g_file_test (dir, G_FILE_TEST_EXISTS))
    return TRUE;
  if (!g_file_test (dir, G_FILE_TEST_IS_DIR))
    return fail (error, _("The run folder “%s” is a file. Choose another name."), dir);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = oto_run_log_dup_path (dir, names[i]);

      if (g_file_test (path, G_FILE_TEST_EXISTS))
        return fail (error, _("The run folder “%s” holds a run already. Resume it, or choose "
                              "another folder."), dir);
    }

  /* A run that was killed before it had begun. */
  oto_draft_sweep (dir);
  existing = g_dir_open (dir, 0, NULL);
  if (existing == NULL)
    return fail (error, _("The run folder “%s” cannot be read. Check its permissions."), dir);
  while ((name = g_dir_read_name (existing)) != NULL)
    if (strcmp (name, OTO_RUN_LOCK_NAME) != 0)
      return fail (error, _("The run folder “%s” holds other files. Choose a new or an empty "
                            "folder."), dir);
  return TRUE;
}

/* Undefined is an empty field. */
static void
append_number (GString *text,
               double   value)
{
  char number[G_ASCII_DTOSTR_BUF_SIZE];

  g_string_append_c (text, ',');
  if (isfinite (value))
    g_string_append (text, g_ascii_formatd (number, sizeof number, "%.9g", value));
}

static void
append_row (GString              *text,
            const char * const   *term_names,
            const OtoEpochRecord *record)
{
  const guint n_columns = oto_epoch_record_get_n_columns (term_names);
  double row[OTO_EPOCH_RECORD_N_FIXED + OTO_MODEL_MAX_TERMS];

  oto_epoch_record_get_row (record, n_columns, row);
  g_string_append_printf (text, "%d", record->epoch);
  for (guint i = 1; i < n_columns; i++)
    append_number (text, row[i]);
  g_string_append_c (text, '\n');
}

static GString *
make_table (const char * const *term_names,
            GArray             *records)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < oto_epoch_record_get_n_columns (term_names); i++)
    g_string_append_printf (text, "%s%s", i > 0 ? "," : "",
                            oto_epoch_record_get_column_name (term_names, i));
  g_string_append_c (text, '\n');
  for (guint i = 0; i < records->len; i++)
    append_row (text, term_names, &g_array_index (records, OtoEpochRecord, i));
  return text;
}

/* Opens the files of a folder, the table with the rows in @records. */
static OtoRunLog *
open_files (const char          *dir,
            const char * const  *term_names,
            GArray              *records,
            GError             **error)
{
  g_autoptr (OtoRunLog) self = g_new0 (OtoRunLog, 1);
  g_autoptr (GString) text = make_table (term_names, records);
  g_autofree char *metrics_path = oto_run_log_dup_path (dir, "metrics.csv");
  g_autofree char *log_path = oto_run_log_dup_path (dir, "log.txt");
  g_autoptr (GBytes) bytes = NULL;

  self->dir = g_strdup (dir);
  self->term_names = g_strdupv ((char **) term_names);
  bytes = g_bytes_new (text->str, text->len);
  if (!oto_file_save (metrics_path, bytes, error))
    return NULL;
  self->metrics = g_fopen (metrics_path, "ae");
  self->log = g_fopen (log_path, "ae");
  if (self->metrics == NULL || self->log == NULL)
    {
      fail (error, _("The run folder “%s” cannot be written. Check its permissions."), dir);
      return NULL;
    }
  return g_steal_pointer (&self);
}

/**
 * oto_run_log_create:
 * @config: the settings of a new run
 * @term_names: (array zero-terminated=1): of the terms of its loss
 * @error: return location for a #GError
 *
 * Begins the files of a run in its folder, which the caller has locked.
 *
 * Returns: (transfer full): the log, or %NULL
 */
OtoRunLog *
oto_run_log_create (const OtoTrainerConfig  *config,
                    const char * const      *term_names,
                    GError                 **error)
{
  g_autoptr (GArray) none = g_array_new (FALSE, FALSE, sizeof (OtoEpochRecord));
  g_autofree char *config_path = oto_run_log_dup_path (config->run_dir, "config.json");

  if (!oto_run_log_check_free (config->run_dir, error))
    return NULL;
  if (!oto_trainer_config_save (config, config_path, error))
    return NULL;
  return open_files (config->run_dir, term_names, none, error);
}

static double
get_number (OtoCsv     *csv,
            guint       row,
            const char *name)
{
  const int column = oto_csv_find (csv, name);
  const char *text = column >= 0 ? oto_csv_get (csv, row, column) : "";

  return *text != '\0' ? g_ascii_strtod (text, NULL) : NAN;
}

/* Rows up to the first that is not in order, with the values of these terms. */
static GArray *
read_records (OtoCsv             *csv,
              const char * const *term_names)
{
  GArray *records = g_array_new (FALSE, TRUE, sizeof (OtoEpochRecord));
  const guint n_columns = oto_epoch_record_get_n_columns (term_names);

  for (guint row = 0; row < oto_csv_get_n_rows (csv); row++)
    {
      double values[OTO_EPOCH_RECORD_N_FIXED + OTO_MODEL_MAX_TERMS];
      OtoEpochRecord record;

      values[0] = atoi (oto_csv_get (csv, row, 0));
      for (guint i = 1; i < n_columns; i++)
        values[i] = get_number (csv, row, oto_epoch_record_get_column_name (term_names, i));
      if (!oto_epoch_record_set_row (&record, n_columns, values) || record.epoch != (int) row + 1)
        break;
      g_array_append_val (records, record);
    }
  return records;
}

/* What stands between the loss and its value on the held-out fold. */
static char **
dup_term_names (OtoCsv *csv)
{
  static const char * const none[] = { NULL };
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();
  const int begin = oto_csv_find (csv, "loss") + 1;
  const int end = MIN (oto_csv_find (csv, oto_epoch_record_get_column_name (none, 2)),
                       begin + OTO_MODEL_MAX_TERMS);

  for (int column = begin; column < end; column++)
    g_strv_builder_add (names, oto_csv_get_heading (csv, column));
  return g_strv_builder_end (names);
}

/**
 * oto_run_log_load:
 * @dir: the folder of a run
 * @ret_term_names: (out) (optional) (transfer full) (array zero-terminated=1): of the terms of its
 *   loss
 * @error: return location for a #GError
 *
 * Reads metrics.csv by the names of its columns.
 *
 * Returns: (transfer full) (element-type OtoEpochRecord): its rows up to the first that is not in
 *   order
 */
GArray *
oto_run_log_load (const char   *dir,
                  char       ***ret_term_names,
                  GError      **error)
{
  g_autofree char *path = oto_run_log_dup_path (dir, "metrics.csv");
  g_autoptr (OtoCsv) csv = oto_csv_load (path, ',', TRUE, error);
  g_auto (GStrv) term_names = NULL;
  GArray *records;

  if (csv == NULL)
    return NULL;
  term_names = dup_term_names (csv);
  records = read_records (csv, (const char * const *) term_names);
  if (ret_term_names != NULL)
    *ret_term_names = g_steal_pointer (&term_names);
  return records;
}

/* --- a table that a kill or a power cut left ------------------------------------------------ */

/* Gives a file another name, which says what it is. */
static gboolean
set_aside (const char  *path,
           char       **ret_name,
           GError     **error)
{
  g_autofree char *aside = g_strconcat (path, ".damaged", NULL);

  for (guint i = 2; g_file_test (aside, G_FILE_TEST_EXISTS | G_FILE_TEST_IS_SYMLINK); i++)
    {
      g_free (aside);
      aside = g_strdup_printf ("%s.damaged-%u", path, i);
    }
  if (g_rename (path, aside) != 0)
    return fail (error, _("“%s” is damaged and cannot be renamed: %s. Remove it, and resume the "
                          "run."), path, g_strerror (errno));
  *ret_name = oto_file_dup_display_name (aside);
  return TRUE;
}

/* Nothing but whole rows. */
static gboolean
is_whole (const char *contents,
          size_t      n_bytes)
{
  return n_bytes > 0 && contents[n_bytes - 1] == '\n' && memchr (contents, '\0', n_bytes) == NULL;
}

static gboolean
save_whole_rows (const char  *path,
                 const char  *contents,
                 size_t       n_bytes,
                 GError     **error)
{
  size_t len = n_bytes > 0 ? strnlen (contents, n_bytes) : 0;
  g_autoptr (GBytes) bytes = NULL;

  while (len > 0 && contents[len - 1] != '\n')
    len--;
  bytes = g_bytes_new (contents, len);
  return oto_file_save (path, bytes, error);
}

/* The checkpoint is of a version that kept no records: what can be read of the table is all there
 * is. Epochs whose rows are lost have empty ones. */
static void
take_records (GArray *found,
              guint   n_epochs,
              GArray *records)
{
  g_array_set_size (records, 0);
  g_array_append_vals (records, found->data, MIN (found->len, n_epochs));
  while (records->len < n_epochs)
    {
      OtoEpochRecord record;

      oto_epoch_record_init_lost (&record, (int) records->len + 1);
      g_array_append_val (records, record);
    }
}

/* The checkpoint does not keep times: those of rows that are its own. */
static void
take_times (GArray *found,
            GArray *records)
{
  for (guint i = 0; i < MIN (found->len, records->len); i++)
    {
      const OtoEpochRecord *row = &g_array_index (found, OtoEpochRecord, i);
      OtoEpochRecord *record = &g_array_index (records, OtoEpochRecord, i);

      if (!(fabs (row->loss - record->loss) <= 1e-6 * fabs (record->loss)))
        continue;
      record->seconds = row->seconds;
      record->clips_per_s = row->clips_per_s;
    }
}

/* Reads what there is of the table; one that is not whole is kept under another name. */
static gboolean
load_table (const char   *path,
            GBytes      **ret_bytes,
            char        **ret_aside,
            GError      **error)
{
  g_autoptr (GBytes) bytes = oto_file_load (path, MAX_BYTES, NULL);
  const char *contents = NULL;
  size_t n_bytes = 0;

  if (bytes != NULL)
    contents = g_bytes_get_data (bytes, &n_bytes);
  if (n_bytes == 0 || !is_whole (contents, n_bytes))
    return set_aside (path, ret_aside, error) && save_whole_rows (path, contents, n_bytes, error);
  *ret_bytes = g_steal_pointer (&bytes);
  return TRUE;
}

/* Completes the records, and sees to it that the table can be written again and nothing of it is
 * lost. */
static gboolean
check_table (const char          *path,
             const char * const  *term_names,
             guint                n_epochs,
             GArray              *records,
             char               **ret_aside,
             GError             **error)
{
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (OtoCsv) csv = NULL;
  g_autoptr (GArray) found = NULL;
  g_autoptr (GString) expected = NULL;
  const gboolean is_kept = records->len >= n_epochs;

  if (!load_table (path, &bytes, ret_aside, error))
    return FALSE;
  csv = oto_csv_load (path, ',', TRUE, NULL);
  found = csv != NULL ? read_records (csv, term_names)
                      : g_array_new (FALSE, FALSE, sizeof (OtoEpochRecord));
  if (!is_kept)
    {
      take_records (found, n_epochs, records);
      return TRUE;
    }
  take_times (found, records);
  expected = make_table (term_names, records);
  return bytes == NULL
         || (g_bytes_get_size (bytes) >= expected->len
             && memcmp (g_bytes_get_data (bytes, NULL), expected->str, expected->len) == 0)
         || set_aside (path, ret_aside, error);
}

/**
 * oto_run_log_reopen:
 * @dir: the folder of a run
 * @term_names: (array zero-terminated=1): of the terms of its loss
 * @n_epochs: epochs that its checkpoint has done
 * @records: (inout) (element-type OtoEpochRecord): those of the checkpoint; fewer than @n_epochs,
 *   where it is of a version that kept none: they are read from the table
 * @ret_notice: (out) (nullable) (transfer full): what was wrong with the table
 * @error: return location for a #GError
 *
 * Goes on with a run. Times of the records are taken from the table, which is then made again,
 * without rows beyond them, as their epochs will be done again; one that is damaged is kept under
 * another name.
 *
 * Returns: (transfer full): the log, or %NULL
 */
OtoRunLog *
oto_run_log_reopen (const char          *dir,
                    const char * const  *term_names,
                    guint                n_epochs,
                    GArray              *records,
                    char               **ret_notice,
                    GError             **error)
{
  g_autofree char *path = oto_run_log_dup_path (dir, "metrics.csv");
  g_autofree char *aside = NULL;
  const gboolean is_there = g_file_test (path, G_FILE_TEST_EXISTS | G_FILE_TEST_IS_SYMLINK);
  OtoRunLog *self;

  if (is_there && !check_table (path, term_names, n_epochs, records, &aside, error))
    return NULL;
  if (!is_there && records->len < n_epochs)
    {
      g_autoptr (GArray) none = g_array_new (FALSE, FALSE, sizeof (OtoEpochRecord));

      take_records (none, n_epochs, records);
    }
  self = open_files (dir, term_names, records, error);
  if (self == NULL)
    return NULL;
  if (aside != NULL)
    *ret_notice = g_strdup_printf (_("metrics.csv was damaged and has been made again; what was "
                                     "found is in %s."), aside);
  else if (!is_there)
    *ret_notice = g_strdup (_("metrics.csv was missing and has been made again."));
  return self;
}

void
oto_run_log_free (OtoRunLog *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->metrics, fclose);
  g_clear_pointer (&self->log, fclose);
  g_strfreev (self->term_names);
  g_free (self->dir);
  g_free (self);
}

/**
 * oto_run_log_add_epoch:
 * @self: a log
 * @record: a finished epoch
 * @error: return location for a #GError
 *
 * Adds a row to metrics.csv, and flushes it to the disk.
 *
 * Returns: %FALSE when it cannot be written
 */
gboolean
oto_run_log_add_epoch (OtoRunLog             *self,
                       const OtoEpochRecord  *record,
                       GError               **error)
{
  g_autoptr (GString) row = g_string_new (NULL);

  append_row (row, (const char * const *) self->term_names, record);
  if (fputs (row->str, self->metrics) < 0 || fflush (self->metrics) != 0
      || fdatasync (fileno (self->metrics)) != 0)
    return fail (error, _("The run folder “%s” cannot be written: %s. Make room on the disk and "
                          "resume the run."), self->dir, g_strerror (errno));
  return TRUE;
}

/**
 * oto_run_log_print:
 * @self: a log
 * @format: one line
 * @...: for @format
 *
 * Adds a line with the time to log.txt.
 */
void
oto_run_log_print (OtoRunLog  *self,
                   const char *format,
                   ...)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autofree char *time = g_date_time_format (now, "%F %T");
  g_autofree char *line = NULL;
  va_list args;

  va_start (args, format);
  line = g_strdup_vprintf (format, args);
  va_end (args);
  fprintf (self->log, "%s  %s\n", time, line);
  fflush (self->log);
}
