/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "io/oto-json.h"

#include "base/oto-error.h"
#include "io/oto-file.h"

#include <string.h>

#define MAX_BYTES (1000 * 1000)

/* json-glib descends by calling itself. */
#define MAX_DEPTH 64

static gboolean
is_shallow (const char *text,
            gsize       len)
{
  gboolean in_string = FALSE;
  int depth = 0;

  for (gsize i = 0; i < len; i++)
    {
      if (in_string && text[i] == '\\')
        i++;
      else if (text[i] == '"')
        in_string = !in_string;
      else if (!in_string && (text[i] == '[' || text[i] == '{') && ++depth > MAX_DEPTH)
        return FALSE;
      else if (!in_string && (text[i] == ']' || text[i] == '}'))
        depth--;
    }
  return TRUE;
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
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  g_autoptr (GError) json_error = NULL;
  g_autofree char *name = NULL;
  const char *text;
  gsize len;

  g_return_val_if_fail (path != NULL, NULL);

  bytes = oto_file_load (path, MAX_BYTES, error);
  if (bytes == NULL)
    return NULL;
  text = g_bytes_get_data (bytes, &len);
  name = oto_file_dup_display_name (path);
  if (len > 0 && is_shallow (text, len)
      && json_parser_load_from_data (parser, text, (gssize) len, &json_error)
      && json_parser_get_root (parser) != NULL
      && JSON_NODE_HOLDS_OBJECT (json_parser_get_root (parser)))
    return json_node_copy (json_parser_get_root (parser));
  g_set_error (error, OTO_IO_ERROR, OTO_IO_ERROR_FORMAT,
               "“%s” is not a JSON object%s%s. Correct it or choose another file.", name,
               json_error != NULL ? ": " : "", json_error != NULL ? json_error->message : "");
  return NULL;
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
  g_autofree char *pretty = json_to_string (node, TRUE);
  char *text = g_strconcat (pretty, "\n", NULL);
  g_autoptr (GBytes) bytes = g_bytes_new_take (text, strlen (text));

  return oto_file_save (path, bytes, error);
}
