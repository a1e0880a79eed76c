/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "io/oto-csv.h"

#include "base/oto-arena.h"
#include "base/oto-error.h"
#include "io/oto-file.h"
#include "io/oto-text-file.h"

#include <glib/gi18n-lib.h>
#include <string.h>

typedef struct
{
  guint first_cell;
  guint n_cells;
  guint line;             /* from 1 */
} Row;

struct _OtoCsv
{
  char      *text;        /* cells, each ended by NUL, at or before where they stood */
  GPtrArray *cells;       /* (transfer none) into text */
  GArray    *rows;        /* Row; the heading first if there is one */
  GPtrArray *names;       /* (transfer full) cells that were given another text; or NULL */
  guint      n_headings;  /* rows of headings: 0 or 1 */
  guint      n_columns;   /* of the longest row */
  char       separator;
};

/* Where reading is; text is overwritten behind it. */
typedef struct
{
  char  *in;
  char  *out;
  char  *end;
  char   separator;
  guint  line;
} Reader;

static gboolean
at_line_end (const Reader *reader)
{
  return reader->in == reader->end || *reader->in == '\n' || *reader->in == '\r';
}

static void
skip_line_end (Reader *reader)
{
  if (reader->in < reader->end && *reader->in == '\r')
    reader->in++;
  else if (reader->in < reader->end && *reader->in == '\n')
    {
      reader->in++;
      reader->line++;
      return;
    }
  else
    return;

  if (reader->in < reader->end && *reader->in == '\n')
    reader->in++;
  reader->line++;
}

/* Takes what stands between quotes; a double quote means one. FALSE if no quote closes it. */
static gboolean
read_quoted (Reader *reader)
{
  reader->in++;
  while (reader->in < reader->end)
    {
      char c = *reader->in++;

      if (c == '"')
        {
          if (reader->in == reader->end || *reader->in != '"')
            return TRUE;
          reader->in++;
        }
      else if (c == '\n')
        reader->line++;
      *reader->out++ = c;
    }
  return FALSE;
}

/* Whether a cell that begins with a quote is quoted. Between tabs that is a matter of taste: it is
 * if the quote that closes it ends the cell on the same line; else the quote is text. */
static gboolean
is_quoted (const Reader *reader)
{
  const char *c = reader->in + 1;

  if (reader->separator != '\t')
    return TRUE;
  for (; c < reader->end && *c != '\n' && *c != '\r'; c++)
    {
      if (*c != '"')
        continue;
      if (c + 1 == reader->end || c[1] == '\t' || c[1] == '\n' || c[1] == '\r')
        return TRUE;
      if (c[1] != '"')
        return FALSE;
      c++;
    }
  return FALSE;
}

/* Passes spaces that stand before a quote. */
static void
skip_indent (Reader *reader)
{
  char *c = reader->in;

  while (c < reader->end && *c == ' ')
    c++;
  if (c < reader->end && *c == '"' && reader->separator != '\t')
    reader->in = c;
}

/* Reads a cell and stops at the separator or the end of the line, which is not yet passed. */
static gboolean
read_cell (Reader *reader)
{
  skip_indent (reader);
  if (reader->in < reader->end && *reader->in == '"' && is_quoted (reader)
      && !read_quoted (reader))
    return FALSE;

  while (!at_line_end (reader) && *reader->in != reader->separator)
    *reader->out++ = *reader->in++;
  return TRUE;
}

static gboolean
read_row (OtoCsv *self,
          Reader *reader)
{
  Row row = { self->cells->len, 0, reader->line };

  for (;;)
    {
      char *cell = reader->out;
      gboolean more;

      if (!read_cell (reader))
        return FALSE;

      more = !at_line_end (reader);
      if (more)
        reader->in++;
      else
        skip_line_end (reader);

      /* The character just passed, or the spare byte at the end, makes room for this NUL. */
      *reader->out++ = '\0';
      g_ptr_array_add (self->cells, cell);
      row.n_cells++;
      if (!more)
        break;
    }

  /* An empty line is no row. */
  if (row.n_cells == 1 && *(char *) g_ptr_array_index (self->cells, row.first_cell) == '\0')
    g_ptr_array_set_size (self->cells, row.first_cell);
  else
    {
      g_array_append_val (self->rows, row);
      self->n_columns = MAX (self->n_columns, row.n_cells);
    }
  return TRUE;
}

/* By the first line: tabs before all, and semicolons where there are not more commas, which then
 * are decimal ones. Between commas a semicolon may join names. */
static char
guess_separator (const char *text,
                 size_t      len)
{
  guint n_commas = 0, n_semicolons = 0;

  for (size_t i = 0; i < len && text[i] != '\n' && text[i] != '\r'; i++)
    {
      if (text[i] == '\t')
        return '\t';
      n_commas += text[i] == ',';
      n_semicolons += text[i] == ';';
    }
  if (n_semicolons > 0 && n_semicolons >= n_commas && (n_semicolons > 1 || n_commas == 0))
    return ';';
  return ',';
}

/**
 * oto_csv_parse:
 * @text: (transfer full): what oto_text_file_load() gave
 * @len: its length
 * @separator: a comma, a semicolon, a tab, or 0: what the first line has
 * @has_header: whether the first row names the columns
 * @name: the table's name, for messages
 * @error: return location for a #GError
 *
 * Reads a table. Empty lines are left out.
 *
 * Returns: (transfer full) (nullable): the table, or %NULL with an error of %OTO_IO_ERROR
 */
OtoCsv *
oto_csv_parse (char        *text,
               size_t       len,
               char         separator,
               gboolean     has_header,
               const char  *name,
               GError     **error)
{
  g_autoptr (OtoCsv) self = NULL;
  Reader reader;

  g_return_val_if_fail (text != NULL, NULL);
  g_return_val_if_fail (separator == 0 || strchr (",;\t", separator) != NULL, NULL);

  self = g_new0 (OtoCsv, 1);
  self->text = text;
  self->cells = g_ptr_array_new ();
  self->rows = g_array_new (FALSE, FALSE, sizeof (Row));
  self->n_headings = has_header ? 1 : 0;
  self->separator = separator != 0 ? separator : guess_separator (text, len);

  reader.in = reader.out = text;
  reader.end = text + len;
  reader.separator = self->separator;
  reader.line = 1;
  while (reader.in < reader.end)
    {
      guint line = reader.line;

      if (read_row (self, &reader))
        continue;
      g_set_error (error, OTO_IO_ERROR, OTO_IO_ERROR_CORRUPT,
                   _("“%s”, line %u: a quote is opened and never closed. Close it."), name, line);
      return NULL;
    }

  if (self->rows->len < self->n_headings)
    {
      g_set_error (error, OTO_IO_ERROR, OTO_IO_ERROR_EMPTY,
                   _("“%s” is empty. Its first line must name the columns."), name);
      return NULL;
    }
  for (guint i = 0; has_header && i < g_array_index (self->rows, Row, 0).n_cells; i++)
    g_strstrip (g_ptr_array_index (self->cells, i));
  return g_steal_pointer (&self);
}

/**
 * oto_csv_load:
 * @path: a file
 * @separator: a comma, a semicolon, a tab, or 0: what the first line has
 * @has_header: whether the first row names the columns
 * @error: return location for a #GError
 *
 * Reads a table as oto_csv_parse() does.
 *
 * Returns: (transfer full) (nullable): the table, or %NULL with an error of %OTO_IO_ERROR
 */
OtoCsv *
oto_csv_load (const char  *path,
              char         separator,
              gboolean     has_header,
              GError     **error)
{
  g_autofree char *name = NULL;
  size_t len = 0;
  char *text;

  g_return_val_if_fail (path != NULL, NULL);

  text = oto_text_file_load (path, OTO_CSV_MAX_BYTES, &len, error);
  if (text == NULL)
    return NULL;
  name = oto_file_dup_display_name (path);
  return oto_csv_parse (text, len, separator, has_header, name, error);
}

/**
 * oto_csv_free:
 * @self: (transfer full) (nullable): a table
 *
 * Frees a table and its texts.
 */
void
oto_csv_free (OtoCsv *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->cells);
  g_array_unref (self->rows);
  g_clear_pointer (&self->names, g_ptr_array_unref);
  oto_free (self->text);
  g_free (self);
}

/**
 * oto_csv_get_n_rows:
 * @self: a table
 *
 * Returns: number of rows below the heading
 */
guint
oto_csv_get_n_rows (OtoCsv *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->rows->len - self->n_headings;
}

/**
 * oto_csv_get_n_columns:
 * @self: a table
 *
 * Returns: number of columns of the heading, or else of the longest row
 */
guint
oto_csv_get_n_columns (OtoCsv *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->n_headings > 0 ? g_array_index (self->rows, Row, 0).n_cells : self->n_columns;
}

/**
 * oto_csv_get_n_cells:
 * @self: a table
 * @row: below oto_csv_get_n_rows()
 *
 * Returns: how many cells the row has, 1 at least
 */
guint
oto_csv_get_n_cells (OtoCsv *self,
                     guint   row)
{
  g_return_val_if_fail (self != NULL, 0);
  g_return_val_if_fail (row < oto_csv_get_n_rows (self), 0);

  return g_array_index (self->rows, Row, row + self->n_headings).n_cells;
}

/**
 * oto_csv_get_separator:
 * @self: a table
 *
 * Returns: what stands between its cells
 */
char
oto_csv_get_separator (OtoCsv *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->separator;
}

/**
 * oto_csv_get_heading:
 * @self: a table with a heading row
 * @column: index of a column
 *
 * Returns: (transfer none): its heading; empty beyond the last
 */
const char *
oto_csv_get_heading (OtoCsv *self,
                     int     column)
{
  g_return_val_if_fail (self != NULL && self->n_headings > 0, "");

  if (column < 0 || (guint) column >= g_array_index (self->rows, Row, 0).n_cells)
    return "";
  return g_ptr_array_index (self->cells, column);
}

/**
 * oto_csv_find:
 * @self: a table
 * @column: a heading
 *
 * Returns: index of the first column of that name, or -1
 */
int
oto_csv_find (OtoCsv     *self,
              const char *column)
{
  g_return_val_if_fail (self != NULL, -1);
  g_return_val_if_fail (column != NULL, -1);

  if (self->n_headings == 0)
    return -1;
  for (guint i = 0; i < g_array_index (self->rows, Row, 0).n_cells; i++)
    if (strcmp (g_ptr_array_index (self->cells, i), column) == 0)
      return (int) i;
  return -1;
}

/**
 * oto_csv_get:
 * @self: a table
 * @row: below oto_csv_get_n_rows()
 * @column: index of a column, or -1
 *
 * Returns: (transfer none): the cell's text, "" where the row is too short or @column is -1
 */
const char *
oto_csv_get (OtoCsv *self,
             guint   row,
             int     column)
{
  const Row *found;

  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (row < oto_csv_get_n_rows (self), NULL);

  found = &g_array_index (self->rows, Row, row + self->n_headings);
  if (column < 0 || (guint) column >= found->n_cells)
    return "";
  return g_ptr_array_index (self->cells, found->first_cell + (guint) column);
}

/**
 * oto_csv_get_line:
 * @self: a table
 * @row: below oto_csv_get_n_rows()
 *
 * Returns: number of the line at which the row begins, from 1
 */
guint
oto_csv_get_line (OtoCsv *self,
                  guint   row)
{
  g_return_val_if_fail (self != NULL, 0);
  g_return_val_if_fail (row < oto_csv_get_n_rows (self), 0);

  return g_array_index (self->rows, Row, row + self->n_headings).line;
}

/**
 * oto_csv_rename:
 * @self: a table
 * @row: below oto_csv_get_n_rows()
 * @column: below oto_csv_get_n_cells()
 * @name: what the cell holds from now on
 *
 * Gives a column another name, in a row that names them.
 */
void
oto_csv_rename (OtoCsv     *self,
                guint       row,
                guint       column,
                const char *name)
{
  char *copy;

  g_return_if_fail (self != NULL && name != NULL);
  g_return_if_fail (row < oto_csv_get_n_rows (self) && column < oto_csv_get_n_cells (self, row));

  if (self->names == NULL)
    self->names = g_ptr_array_new_with_free_func (g_free);
  copy = g_strdup (name);
  g_ptr_array_add (self->names, copy);
  self->cells->pdata[g_array_index (self->rows, Row, row + self->n_headings).first_cell + column] =
    copy;
}

/**
 * oto_csv_add_heading:
 * @self: a table without a heading row
 *
 * Puts a row before the others, in which the columns are called 1, 2 and so on.
 */
void
oto_csv_add_heading (OtoCsv *self)
{
  Row row = { 0, 0, 1 };

  g_return_if_fail (self != NULL && self->n_headings == 0);

  row.first_cell = self->cells->len;
  row.n_cells = self->n_columns;
  for (guint column = 0; column < row.n_cells; column++)
    g_ptr_array_add (self->cells, (gpointer) "");
  g_array_prepend_val (self->rows, row);
  for (guint column = 0; column < row.n_cells; column++)
    {
      g_autofree char *name = g_strdup_printf ("%u", column + 1);

      oto_csv_rename (self, 0, column, name);
    }
}

/**
 * oto_csv_quote:
 * @field: text of a cell
 *
 * Returns: (transfer full): the text as it must stand between commas
 */
char *
oto_csv_quote (const char *field)
{
  GString *quoted;

  g_return_val_if_fail (field != NULL, NULL);

  if (field[strcspn (field, ",;\"\r\n\t")] == '\0' && field[0] != ' ')
    return g_strdup (field);

  quoted = g_string_new ("\"");
  for (const char *c = field; *c != '\0'; c++)
    {
      if (*c == '"')
        g_string_append_c (quoted, '"');
      g_string_append_c (quoted, *c);
    }
  g_string_append_c (quoted, '"');
  return g_string_free (quoted, FALSE);
}
