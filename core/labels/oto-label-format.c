/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "labels/oto-label-format-private.h"

#include "base/oto-error.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

/* In the order in which they are sought in a file: what is sure comes first. */
static const OtoLabelFormat * const formats[] =
{
  &oto_label_jams,
  &oto_label_textgrid,
  &oto_label_elan,
  &oto_label_raven,
  &oto_label_one_hot,
  &oto_label_audacity,
  &oto_label_list,
  &oto_label_weak_list,
  &oto_label_tsv,
  &oto_label_csv,
  NULL,
};

/**
 * oto_label_format_list:
 *
 * Returns: (transfer none) (array zero-terminated=1): all formats
 */
const OtoLabelFormat * const *
oto_label_format_list (void)
{
  return formats;
}

/**
 * oto_label_format_find:
 * @name: name of a format
 * @error: return location for a #GError
 *
 * Returns: (transfer none) (nullable): the format; %NULL with %OTO_IO_ERROR_FORMAT
 */
const OtoLabelFormat *
oto_label_format_find (const char  *name,
                       GError     **error)
{
  g_autoptr (GString) names = g_string_new (NULL);

  g_return_val_if_fail (name != NULL, NULL);

  for (guint i = 0; formats[i] != NULL; i++)
    {
      if (g_ascii_strcasecmp (formats[i]->name, name) == 0)
        return formats[i];
      g_string_append_printf (names, "%s%s", i > 0 ? ", " : "", formats[i]->name);
    }
  g_set_error (error, OTO_IO_ERROR, OTO_IO_ERROR_FORMAT,
               _("There is no format of labels “%s”. Choose one of %s."), name, names->str);
  return NULL;
}

/**
 * oto_label_format_guess:
 * @path: name of a file that is to be written
 *
 * Returns: (transfer none) (nullable): the format that its ending stands for
 */
const OtoLabelFormat *
oto_label_format_guess (const char *path)
{
  g_autofree char *lower = NULL;
  const OtoLabelFormat *found = NULL;
  size_t longest = 0;

  g_return_val_if_fail (path != NULL, NULL);

  lower = g_ascii_strdown (path, -1);
  for (guint i = 0; formats[i] != NULL; i++)
    for (guint e = 0; formats[i]->endings[e] != NULL; e++)
      {
        const char *ending = formats[i]->endings[e];

        if (formats[i]->write == NULL || strlen (ending) <= longest
            || !g_str_has_suffix (lower, ending))
          continue;
        longest = strlen (ending);
        found = formats[i];
      }
  return found;
}

/**
 * oto_label_format_get_name:
 * @self: a format
 *
 * Returns: (transfer none): the name that oto_label_format_find() knows
 */
const char *
oto_label_format_get_name (const OtoLabelFormat *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->name;
}

/**
 * oto_label_format_get_title:
 * @self: a format
 *
 * Returns: (transfer none): what it is, in words
 */
const char *
oto_label_format_get_title (const OtoLabelFormat *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->title;
}

/**
 * oto_label_format_can_write:
 * @self: a format
 *
 * Returns: whether oto_label_file_save() can write it
 */
gboolean
oto_label_format_can_write (const OtoLabelFormat *self)
{
  g_return_val_if_fail (self != NULL, FALSE);

  return self->write != NULL;
}

/**
 * oto_label_format_is_of_clip:
 * @self: a format
 *
 * Returns: whether its files hold the labels of one clip, without the clip's name
 */
gboolean
oto_label_format_is_of_clip (const OtoLabelFormat *self)
{
  g_return_val_if_fail (self != NULL, FALSE);

  return self->is_of_clip;
}

/**
 * oto_label_parse_number:
 * @text: a number, with a point or a comma before its decimals
 * @ret_value: (out): the number
 *
 * Returns: whether @text is a finite number
 */
gboolean
oto_label_parse_number (const char *text,
                        double     *ret_value)
{
  char copy[64];
  const size_t len = strlen (text);
  char *end, *comma;
  double value;

  if (len == 0 || len >= sizeof copy)
    return FALSE;
  memcpy (copy, text, len + 1);
  comma = strchr (copy, ',');
  if (comma != NULL && strchr (copy, '.') == NULL)
    *comma = '.';
  value = g_ascii_strtod (copy, &end);
  while (g_ascii_isspace (*end))
    end++;
  if (end == copy || *end != '\0' || !isfinite (value))
    return FALSE;
  *ret_value = value;
  return TRUE;
}

/**
 * oto_label_parse_seconds:
 * @text: a time: seconds, or hours, minutes and seconds with colons between
 * @ret_seconds: (out): the time in seconds
 *
 * Returns: whether @text is a time of at least 0
 */
gboolean
oto_label_parse_seconds (const char *text,
                         double     *ret_seconds)
{
  double total = 0.0, value;
  const char *colon;

  for (int part = 0; part < 2 && (colon = strchr (text, ':')) != NULL; part++)
    {
      guint64 whole;
      g_autofree char *digits = g_strndup (text, colon - text);

      if (!g_ascii_string_to_unsigned (digits, 10, 0, G_MAXINT32, &whole, NULL))
        return FALSE;
      total = 60.0 * (total + (double) whole);
      text = colon + 1;
    }
  if (!oto_label_parse_number (text, &value) || value < 0.0)
    return FALSE;
  *ret_seconds = total + value;
  return TRUE;
}

/**
 * oto_label_dup_cell:
 * @csv: a table
 * @row: a row
 * @column: a column, or -1
 *
 * Returns: (transfer full): the cell without space around; "" where there is none
 */
char *
oto_label_dup_cell (OtoCsv *csv,
                    guint   row,
                    int     column)
{
  return g_strstrip (g_strdup (oto_csv_get (csv, row, column)));
}

/**
 * oto_label_append_number:
 * @text: what is written
 * @value: a number; NaN: nothing is written
 * @n_decimals: at least so many
 *
 * Appends a number to the millionth.
 */
void
oto_label_append_number (GString *text,
                         double   value,
                         int      n_decimals)
{
  char number[G_ASCII_DTOSTR_BUF_SIZE + 320];
  size_t len;

  if (isnan (value))
    return;
  g_ascii_formatd (number, sizeof number, "%.6f", value);
  len = strlen (number);
  for (int extra = 6 - n_decimals; extra > 0 && number[len - 1] == '0'; extra--)
    len--;
  g_string_append_len (text, number, len);
}

/**
 * oto_label_append_cell:
 * @text: what is written
 * @cell: text of a cell
 * @separator: comma or tab
 *
 * Appends a cell. Many programs know no quotes between tabs: there control characters become
 * spaces, and only what begins with a quote is quoted.
 */
void
oto_label_append_cell (GString    *text,
                       const char *cell,
                       char        separator)
{
  g_autofree char *quoted = NULL;

  if (separator == ',')
    {
      quoted = oto_csv_quote (cell);
      g_string_append (text, quoted);
      return;
    }
  if (cell[0] == '"')
    g_string_append_c (text, '"');
  for (const char *c = cell; *c != '\0'; c++)
    {
      if (cell[0] == '"' && *c == '"')
        g_string_append_c (text, '"');
      g_string_append_c (text, g_ascii_iscntrl (*c) ? ' ' : *c);
    }
  if (cell[0] == '"')
    g_string_append_c (text, '"');
}
