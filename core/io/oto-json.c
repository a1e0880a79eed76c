/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "io/oto-json.h"

#include "base/oto-error.h"
#include "io/oto-file.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#define MAX_BYTES (1000 * 1000)

/* json-glib takes about 100 bytes for a value, were it only a digit: what a text takes is then less
 * than 4 times its size and 10 MB. */
#define MAX_VALUES 100000

/* json-glib descends by calling itself. */
#define MAX_DEPTH 64

/* Whether a text neither nests deep nor has many values. */
static gboolean
is_modest (const char *text,
           size_t      len)
{
  gboolean in_string = FALSE;
  int depth = 0, n_values = 0;

  for (size_t i = 0; i < len; i++)
    {
      if (in_string && text[i] == '\\')
        i++;
      else if (text[i] == '"')
        in_string = !in_string;
      else if (!in_string && (text[i] == '[' || text[i] == '{') && ++depth > MAX_DEPTH)
        return FALSE;
      else if (!in_string && (text[i] == ']' || text[i] == '}'))
        depth--;
      n_values += !in_string && strchr ("[{,:", text[i]) != NULL && text[i] != '\0';
      if (n_values > MAX_VALUES)
        return FALSE;
    }
  return TRUE;
}

/**
 * oto_json_parse:
 * @text: (array length=len): JSON text, without a zero at its end
 * @len: its length in bytes
 * @error: return location for a #GError
 *
 * Reads JSON that anyone may have written; text that nests too deep or has more than 100000 values
 * is refused.
 *
 * Returns: (transfer full): its root, or %NULL with %OTO_IO_ERROR_FORMAT
 */
JsonNode *
oto_json_parse (const char  *text,
                size_t       len,
                GError     **error)
{
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  g_autoptr (GError) json_error = NULL;

  g_return_val_if_fail (text != NULL || len == 0, NULL);

  if (len > 0 && len <= G_MAXSSIZE && is_modest (text, len)
      && json_parser_load_from_data (parser, text, (gssize) len, &json_error)
      && json_parser_get_root (parser) != NULL)
    return json_parser_steal_root (parser);

  g_set_error (error, OTO_IO_ERROR, OTO_IO_ERROR_FORMAT, _("It is not JSON: %s"),
               json_error != NULL ? json_error->message
                                  : _("it is empty, nests too deep or has too many values"));
  return NULL;
}

/**
 * oto_json_load:
 * @path: a file
 * @error: return location for a #GError
 *
 * Reads a JSON file that holds an object.
 *
 * Returns: (transfer full): its root, or %NULL with an #OtoIoError
 */
JsonNode *
oto_json_load (const char  *path,
               GError     **error)
{
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (JsonNode) root = NULL;
  g_autoptr (GError) cause = NULL;
  g_autofree char *name = NULL;
  const char *text;
  size_t len;

  g_return_val_if_fail (path != NULL, NULL);

  bytes = oto_file_load (path, MAX_BYTES, error);
  if (bytes == NULL)
    return NULL;

  text = g_bytes_get_data (bytes, &len);
  root = oto_json_parse (text, len, &cause);
  if (root != NULL && JSON_NODE_HOLDS_OBJECT (root))
    return g_steal_pointer (&root);

  name = oto_file_dup_display_name (path);
  g_set_error (error, OTO_IO_ERROR, OTO_IO_ERROR_FORMAT,
               _("“%s” cannot be read. %s. Correct it or choose another file."), name,
               cause != NULL ? cause->message : _("It is not a JSON object"));
  return NULL;
}

/**
 * oto_json_format_number:
 * @value: a number
 *
 * Returns: (transfer full): the shortest decimal that reads back as @value; "null" when it is not
 *   finite, as JSON has no such number
 */
char *
oto_json_format_number (double value)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  if (!isfinite (value))
    return g_strdup ("null");

  g_ascii_formatd (text, sizeof text, "%.15g", value);
  if (g_ascii_strtod (text, NULL) != value)
    g_ascii_formatd (text, sizeof text, "%.16g", value);
  if (g_ascii_strtod (text, NULL) != value)
    g_ascii_formatd (text, sizeof text, "%.17g", value);
  return g_strdup (text);
}

static void append_node (GString  *text,
                         JsonNode *node,
                         gboolean  pretty,
                         int       depth);

static void
append_line_end (GString  *text,
                 gboolean  pretty,
                 int       depth)
{
  if (pretty)
    g_string_append_printf (text, "\n%*s", 2 * depth, "");
}

static void
append_value (GString  *text,
              JsonNode *node)
{
  g_autofree char *value = NULL;

  if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_DOUBLE)
    value = oto_json_format_number (json_node_get_double (node));
  else
    value = json_to_string (node, FALSE);
  g_string_append (text, value);
}

static void
append_object (GString    *text,
               JsonObject *object,
               gboolean    pretty,
               int         depth)
{
  g_autoptr (GList) names = json_object_get_members (object);

  g_string_append_c (text, '{');
  for (GList *l = names; l != NULL; l = l->next)
    {
      g_autoptr (JsonNode) name = json_node_init_string (json_node_alloc (), l->data);

      append_line_end (text, pretty, depth + 1);
      append_value (text, name);
      g_string_append (text, pretty ? ": " : ":");
      append_node (text, json_object_get_member (object, l->data), pretty, depth + 1);
      if (l->next != NULL)
        g_string_append_c (text, ',');
    }
  if (names != NULL)
    append_line_end (text, pretty, depth);
  g_string_append_c (text, '}');
}

static void
append_array (GString   *text,
              JsonArray *array,
              gboolean   pretty,
              int        depth)
{
  const guint n = json_array_get_length (array);

  g_string_append_c (text, '[');
  for (guint i = 0; i < n; i++)
    {
      append_line_end (text, pretty, depth + 1);
      append_node (text, json_array_get_element (array, i), pretty, depth + 1);
      if (i + 1 < n)
        g_string_append_c (text, ',');
    }
  if (n > 0)
    append_line_end (text, pretty, depth);
  g_string_append_c (text, ']');
}

/* One value, without indent in front and line end behind. */
static void
append_node (GString  *text,
             JsonNode *node,
             gboolean  pretty,
             int       depth)
{
  if (JSON_NODE_HOLDS_OBJECT (node))
    append_object (text, json_node_get_object (node), pretty, depth);
  else if (JSON_NODE_HOLDS_ARRAY (node))
    append_array (text, json_node_get_array (node), pretty, depth);
  else
    append_value (text, node);
}

/**
 * oto_json_to_text:
 * @node: what to write
 * @pretty: whether to indent, for people to read
 *
 * Writes JSON that is valid for every number, as json-glib's is not: 1.6 makes 1e-08 the invalid
 * 1e-08.0. Numbers that are not finite become null.
 *
 * Returns: (transfer full): the text, without a line end behind
 */
char *
oto_json_to_text (JsonNode *node,
                  gboolean  pretty)
{
  GString *text;

  g_return_val_if_fail (node != NULL, NULL);

  text = g_string_new (NULL);
  append_node (text, node, pretty, 0);
  return g_string_free (text, FALSE);
}

/**
 * oto_json_format_strings:
 * @strings: (array zero-terminated=1): UTF-8 strings
 *
 * Returns: (transfer full): a JSON array of them
 */
char *
oto_json_format_strings (const char * const *strings)
{
  g_autoptr (JsonArray) array = json_array_new ();
  GString *text;

  g_return_val_if_fail (strings != NULL, NULL);

  for (; *strings != NULL; strings++)
    json_array_add_string_element (array, *strings);
  text = g_string_new (NULL);
  append_array (text, array, FALSE, 0);
  return g_string_free (text, FALSE);
}

/**
 * oto_json_save:
 * @node: what to write
 * @path: where to
 * @error: return location for a #GError
 *
 * Writes JSON for people to read, whole or not at all.
 *
 * Returns: %FALSE with %OTO_IO_ERROR_WRITE
 */
gboolean
oto_json_save (JsonNode    *node,
               const char  *path,
               GError     **error)
{
  g_autoptr (GBytes) bytes = NULL;
  g_autofree char *pretty = NULL;
  char *text;

  g_return_val_if_fail (node != NULL, FALSE);
  g_return_val_if_fail (path != NULL, FALSE);

  pretty = oto_json_to_text (node, TRUE);
  text = g_strconcat (pretty, "\n", NULL);
  bytes = g_bytes_new_take (text, strlen (text));
  return oto_file_save (path, bytes, error);
}
