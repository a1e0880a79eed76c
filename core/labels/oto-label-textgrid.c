/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "base/oto-error.h"
#include "labels/oto-label-format-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

/* Praat's TextGrid, in its long and its short form: a row of strings, numbers and flags; all other
 * words are there for people.
 * Source: Praat manual, “TextGrid file formats”. */

typedef struct
{
  const char *at;
  const char *end;
  guint       line;
  gboolean    is_bad;            /* something else stood where a value was wanted */
} Reader;

typedef enum
{
  TOKEN_END,
  TOKEN_NUMBER,
  TOKEN_STRING,
} Token;

static void
step (Reader *reader)
{
  if (*reader->at == '\n' || (*reader->at == '\r' && reader->at[1] != '\n'))
    reader->line++;
  reader->at++;
}

/* Takes what stands between quotes, of which two mean one. */
static Token
read_string (Reader   *reader,
             GString  *text)
{
  step (reader);
  while (reader->at < reader->end)
    {
      if (*reader->at == '"')
        {
          step (reader);
          if (reader->at == reader->end || *reader->at != '"')
            return TOKEN_STRING;
        }
      g_string_append_c (text, *reader->at);
      step (reader);
    }
  return TOKEN_END;
}

/* Finds the next string or number that stands alone. */
static Token
read_token (Reader  *reader,
            GString *text,
            double  *ret_value)
{
  g_string_truncate (text, 0);
  while (reader->at < reader->end)
    {
      const char *word;

      if (g_ascii_isspace (*reader->at))
        {
          step (reader);
          continue;
        }
      if (*reader->at == '"')
        return read_string (reader, text);
      if (*reader->at == '!')
        {
          while (reader->at < reader->end && *reader->at != '\n' && *reader->at != '\r')
            step (reader);
          continue;
        }
      for (word = reader->at; reader->at < reader->end && !g_ascii_isspace (*reader->at);)
        step (reader);
      g_string_append_len (text, word, reader->at - word);
      if ((g_ascii_isdigit (*word) || *word == '-' || *word == '.')
          && oto_label_parse_number (text->str, ret_value))
        return TOKEN_NUMBER;
      g_string_truncate (text, 0);
    }
  return TOKEN_END;
}

static double
read_number (Reader *reader)
{
  g_autoptr (GString) text = g_string_new (NULL);
  double value = 0.0;

  if (read_token (reader, text, &value) != TOKEN_NUMBER)
    reader->is_bad = TRUE;
  return value;
}

static char *
dup_string (Reader *reader)
{
  GString *text = g_string_new (NULL);
  double value;

  if (read_token (reader, text, &value) != TOKEN_STRING)
    reader->is_bad = TRUE;
  g_strstrip (text->str);
  return g_string_free (text, FALSE);
}

/* Reads an interval or, of a tier of points, a point. Those without text are gaps. */
static void
read_interval (Reader       *reader,
               gboolean      is_point,
               const char   *tier,
               OtoLabelFile *file)
{
  const double onset_s = read_number (reader);
  const guint line = reader->line;
  const double offset_s = is_point ? onset_s : read_number (reader);
  g_autofree char *label = dup_string (reader);
  OtoEvent *event;

  if (reader->is_bad || label[0] == '\0')
    return;
  if (onset_s < 0.0 || offset_s < onset_s)
    {
      oto_label_file_add_problem (file, line, _("the offset is before the onset"));
      return;
    }
  event = oto_event_new (NULL, label, onset_s, offset_s, NAN);
  event->fields = g_new0 (char *, 2);
  event->fields[0] = g_strdup (tier);
  oto_label_file_set_line (file, line);
  oto_label_file_add_event (file, event);
  oto_label_file_add_good (file);
}

static void
read_tier (Reader       *reader,
           OtoLabelFile *file)
{
  g_autofree char *kind = dup_string (reader);
  g_autofree char *name = dup_string (reader);
  const gboolean is_point = strcmp (kind, "TextTier") == 0;
  double n;

  if (!is_point && strcmp (kind, "IntervalTier") != 0)
    reader->is_bad = TRUE;
  read_number (reader);
  read_number (reader);
  n = read_number (reader);
  for (double i = 0.0; i < n && !reader->is_bad; i++)
    read_interval (reader, is_point, name, file);
}

static gboolean
sniff_textgrid (const OtoLabelSource *source)
{
  const char *type = g_strstr_len (source->text, MIN (source->len, 80), "\"ooTextFile");

  return type != NULL
         && g_strstr_len (source->text, MIN (source->len, 200), "\"TextGrid\"") != NULL;
}

static gboolean
read_textgrid (const OtoLabelSource  *source,
               OtoLabelFile          *file,
               GError               **error)
{
  Reader reader = { source->text, source->text + source->len, 1, FALSE };
  g_autofree char *type = dup_string (&reader);
  g_autofree char *kind = dup_string (&reader);
  double n_tiers;

  if (strcmp (kind, "TextGrid") != 0)
    reader.is_bad = TRUE;
  read_number (&reader);
  read_number (&reader);
  n_tiers = read_number (&reader);
  oto_label_file_add_column (file, "tier");
  for (double i = 0.0; i < n_tiers && !reader.is_bad; i++)
    read_tier (&reader, file);
  if (reader.is_bad)
    {
      g_set_error (error, OTO_IO_ERROR, OTO_IO_ERROR_CORRUPT,
                   _("“%s”, line %u: something of a TextGrid is missing here. Save it anew as text "
                     "in Praat."), source->name, reader.line);
      return FALSE;
    }
  return TRUE;
}

const OtoLabelFormat oto_label_textgrid =
{
  .name = "textgrid",
  .title = "TextGrid of Praat",
  .endings = (const char * const[]) { ".textgrid", NULL },
  .is_text = TRUE,
  .is_of_clip = TRUE,
  .sniff = sniff_textgrid,
  .read = read_textgrid,
};
