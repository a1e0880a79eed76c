/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "io/oto-safetensors.h"

#include "base/oto-error.h"
#include "io/oto-file.h"
#include "io/oto-safetensors-private.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <json-glib/json-glib.h>
#include <string.h>
#include <unistd.h>

/* The format's own limit of the header. */
#define MAX_HEADER_BYTES (100 * 1000 * 1000)
/* A header nests three deep; json-glib recurses, so deeper ones are refused before it sees them. */
#define MAX_HEADER_DEPTH 8
/* A tensor has six commas. Parsed JSON takes about 250 bytes an item: a header takes less than
 * 4 times its text and 50 MB. */
#define MAX_HEADER_COMMAS 200000

G_GNUC_PRINTF (3, 4)
static gboolean
fail (const char  *name,
      GError     **error,
      const char  *format,
      ...)
{
  g_autofree char *cause = NULL;
  va_list args;

  va_start (args, format);
  cause = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error (error, OTO_IO_ERROR, OTO_IO_ERROR_CORRUPT,
               _("“%s” is damaged: %s. Fetch or export the file again."), name, cause);
  return FALSE;
}

static gboolean
check_header_text (const char  *header,
                   size_t       n_bytes,
                   const char  *name,
                   GError     **error)
{
  gboolean in_string = FALSE;
  int depth = 0, n_commas = 0;

  if (n_bytes == 0 || header[0] != '{' || !g_utf8_validate_len (header, n_bytes, NULL))
    return fail (name, error, _("its header is not JSON text"));

  for (size_t i = 0; i < n_bytes; i++)
    {
      char c = header[i];

      if (in_string)
        {
          if (c == '\\')
            i++;
          else if (c == '"')
            in_string = FALSE;
        }
      else if (c == '"')
        in_string = TRUE;
      else if (c == '{' || c == '[')
        depth++;
      else if (c == '}' || c == ']')
        depth--;
      else if (c == ',')
        n_commas++;

      if (depth > MAX_HEADER_DEPTH)
        return fail (name, error, _("its header nests more than %d deep"), MAX_HEADER_DEPTH);
      if (n_commas > MAX_HEADER_COMMAS)
        return fail (name, error, _("its header has more than %d items"), MAX_HEADER_COMMAS);
    }
  return TRUE;
}

static gboolean
get_integer (JsonNode *node,
             gint64   *ret_value)
{
  if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_INT64)
    return FALSE;
  *ret_value = json_node_get_int (node);
  return *ret_value >= 0;
}

static JsonArray *
get_array (JsonObject *object,
           const char *key)
{
  JsonNode *node = json_object_get_member (object, key);

  return node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
}

static const char *
get_string (JsonNode *node)
{
  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node)
      || json_node_get_value_type (node) != G_TYPE_STRING)
    return NULL;
  return json_node_get_string (node);
}

static gboolean
read_shape (JsonObject     *object,
            OtoSafetensor  *tensor,
            const char     *name,
            GError        **error)
{
  JsonArray *shape = get_array (object, "shape");
  guint n_dims;

  if (shape == NULL)
    return fail (name, error, _("tensor “%s” has no shape"), tensor->name);

  n_dims = json_array_get_length (shape);
  if (n_dims > OTO_SAFETENSORS_MAX_DIMS)
    return fail (name, error, _("tensor “%s” has %u dimensions, more than %d"),
                 tensor->name, n_dims, OTO_SAFETENSORS_MAX_DIMS);

  tensor->n_dims = (int) n_dims;
  tensor->len = 1;
  for (guint i = 0; i < n_dims; i++)
    if (!get_integer (json_array_get_element (shape, i), &tensor->shape[i])
        || __builtin_mul_overflow (tensor->len, tensor->shape[i], &tensor->len))
      return fail (name, error, _("tensor “%s” has an impossible shape"), tensor->name);
  return TRUE;
}

static gboolean
read_dtype (JsonObject     *object,
            OtoSafetensor  *tensor,
            const char     *name,
            GError        **error)
{
  const char *dtype = get_string (json_object_get_member (object, "dtype"));

  for (OtoDtype i = 0; dtype != NULL && i < OTO_N_DTYPES; i++)
    if (strcmp (dtype, oto_dtype_get_info (i)->name) == 0)
      {
        tensor->dtype = i;
        return TRUE;
      }

  g_set_error (error, OTO_IO_ERROR, OTO_IO_ERROR_FORMAT,
               _("“%s” holds tensor “%s” of type “%s”, which cannot be read. Convert it to F32."),
               name, tensor->name, dtype != NULL ? dtype : _("none"));
  return FALSE;
}

static gboolean
read_entry (OtoSafetensorEntry  *entry,
            JsonObject          *object,
            gint64               data_bytes,
            const char          *name,
            GError             **error)
{
  OtoSafetensor *tensor = &entry->tensor;
  JsonArray *offsets;
  gint64 n_bytes;

  if (!read_dtype (object, tensor, name, error) || !read_shape (object, tensor, name, error))
    return FALSE;

  offsets = get_array (object, "data_offsets");
  if (offsets == NULL || json_array_get_length (offsets) != 2
      || !get_integer (json_array_get_element (offsets, 0), &entry->begin)
      || !get_integer (json_array_get_element (offsets, 1), &entry->end)
      || entry->begin > entry->end || entry->end > data_bytes)
    return fail (name, error, _("the data of tensor “%s” lie outside the file"), tensor->name);

  if (__builtin_mul_overflow (tensor->len, oto_dtype_get_info (tensor->dtype)->item_bytes, &n_bytes)
      || n_bytes != entry->end - entry->begin)
    return fail (name, error, _("the data of tensor “%s” do not fill its shape"), tensor->name);
  return TRUE;
}

static gboolean
read_metadata (OtoSafetensors  *self,
               JsonNode        *node,
               const char      *name,
               GError         **error)
{
  JsonObjectIter iter;
  const char *key;
  JsonNode *value;

  if (!JSON_NODE_HOLDS_OBJECT (node))
    return fail (name, error, _("its metadata are not a list of texts"));

  json_object_iter_init (&iter, json_node_get_object (node));
  while (json_object_iter_next (&iter, &key, &value))
    {
      const char *text = get_string (value);

      if (text == NULL)
        return fail (name, error, _("its metadata “%s” are not text"), key);
      oto_safetensors_set_meta (self, key, text);
    }
  return TRUE;
}

static void
count_member_cb (JsonParser *parser,
                 JsonObject *object,
                 const char *member,
                 guint64    *n_members)
{
  (*n_members)++;
}

/* json-glib keeps the last of equal names; what it announced more often than it kept was double. */
static gboolean
check_no_doubles (JsonObject  *root,
                  guint64      n_announced,
                  const char  *name,
                  GError     **error)
{
  guint64 n_kept = json_object_get_size (root);
  JsonObjectIter iter;
  JsonNode *value;

  json_object_iter_init (&iter, root);
  while (json_object_iter_next (&iter, NULL, &value))
    if (JSON_NODE_HOLDS_OBJECT (value))
      n_kept += json_object_get_size (json_node_get_object (value));

  if (n_kept != n_announced)
    return fail (name, error, _("a name stands in its header twice, or its header nests too deep"));
  return TRUE;
}

static int
compare_positions (gconstpointer a,
                   gconstpointer b)
{
  const OtoSafetensorEntry *left = *(OtoSafetensorEntry * const *) a;
  const OtoSafetensorEntry *right = *(OtoSafetensorEntry * const *) b;

  if (left->begin != right->begin)
    return left->begin < right->begin ? -1 : 1;
  return left->end < right->end ? -1 : left->end > right->end;
}

/* The tensors must fill the data section without gap or overlap. */
static gboolean
place_entries (OtoSafetensors  *self,
               const guint8    *data,
               gint64           data_bytes,
               const char      *name,
               GError         **error)
{
  gint64 pos = 0;

  g_ptr_array_sort (self->tensors, compare_positions);
  for (guint i = 0; i < self->tensors->len; i++)
    {
      OtoSafetensorEntry *entry = g_ptr_array_index (self->tensors, i);

      if (entry->begin != pos)
        return fail (name, error, _("the data of tensor “%s” overlap others or leave a gap"),
                     entry->name);
      entry->tensor.data = data + entry->begin;
      pos = entry->end;
    }

  if (pos != data_bytes)
    return fail (name, error, g_dngettext (GETTEXT_PACKAGE,
                                           "%lld byte at its end belongs to no tensor",
                                           "%lld bytes at its end belong to no tensor",
                                           (gulong) ABS (data_bytes - pos)),
                 (long long) (data_bytes - pos));
  return TRUE;
}

static gboolean
read_header (OtoSafetensors  *self,
             const char      *header,
             size_t           header_bytes,
             gint64           data_bytes,
             const char      *name,
             GError         **error)
{
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  guint64 n_announced = 0;
  JsonObjectIter iter;
  JsonObject *root;
  const char *key;
  JsonNode *node;

  if (!check_header_text (header, header_bytes, name, error))
    return FALSE;

  g_signal_connect (parser, "object-member", G_CALLBACK (count_member_cb), &n_announced);
  if (!json_parser_load_from_data (parser, header, (gssize) header_bytes, NULL))
    return fail (name, error, _("its header is not valid JSON"));

  node = json_parser_get_root (parser);
  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
    return fail (name, error, _("its header is not a JSON object"));
  root = json_node_get_object (node);
  if (!check_no_doubles (root, n_announced, name, error))
    return FALSE;

  json_object_iter_init_ordered (&iter, root);
  while (json_object_iter_next_ordered (&iter, &key, &node))
    {
      OtoSafetensorEntry *entry;

      if (strcmp (key, OTO_SAFETENSORS_METADATA_KEY) == 0)
        {
          if (!read_metadata (self, node, name, error))
            return FALSE;
          continue;
        }

      if (!JSON_NODE_HOLDS_OBJECT (node))
        return fail (name, error, _("tensor “%s” has no description"), key);

      entry = oto_safetensors_add_entry (self, key);
      if (!read_entry (entry, json_node_get_object (node), data_bytes, name, error))
        return FALSE;
    }
  return TRUE;
}

/* What the first bytes tell of a file of @n_bytes: whether it is one, and where its header ends. */
static gboolean
check_head (const guint8  *head,
            size_t         n_head_bytes,
            guint64        n_bytes,
            const char    *name,
            guint64       *ret_header_bytes,
            GError       **error)
{
  guint64 header_bytes;

  if (n_head_bytes < OTO_SAFETENSORS_LENGTH_BYTES + 2 || head[OTO_SAFETENSORS_LENGTH_BYTES] != '{')
    {
      g_set_error (error, OTO_IO_ERROR, OTO_IO_ERROR_FORMAT,
                   _("“%s” is not a safetensors file. Choose a model or a checkpoint."), name);
      return FALSE;
    }

  memcpy (&header_bytes, head, OTO_SAFETENSORS_LENGTH_BYTES);
  header_bytes = GUINT64_FROM_LE (header_bytes);
  if (header_bytes > MAX_HEADER_BYTES || header_bytes > n_bytes - OTO_SAFETENSORS_LENGTH_BYTES)
    return fail (name, error, _("its header claims %llu bytes, the file has %llu"),
                 (unsigned long long) header_bytes, (unsigned long long) n_bytes);
  *ret_header_bytes = header_bytes;
  return TRUE;
}

/* A large file that is something else is not read whole to find that out. */
static gboolean
check_file (const char  *path,
            const char  *name,
            GError     **error)
{
  guint8 head[OTO_SAFETENSORS_LENGTH_BYTES + 2];
  guint64 header_bytes;
  gint64 n_bytes;
  int fd = oto_file_open (path, &n_bytes, error);
  ssize_t n;

  if (fd < 0)
    return FALSE;
  do
    n = read (fd, head, sizeof head);
  while (n < 0 && errno == EINTR);
  close (fd);
  return check_head (head, (size_t) MAX (n, 0), (guint64) n_bytes, name, &header_bytes, error);
}

/**
 * oto_safetensors_load_bytes:
 * @bytes: contents of a file; kept
 * @name: what to call it in messages
 * @error: return location for a #GError
 *
 * Reads tensors from memory. Every length, type and position is checked; values are not, as NaN may
 * be meant.
 *
 * Returns: (transfer full) (nullable): the tensors, or %NULL with %OTO_IO_ERROR_FORMAT or
 *   %OTO_IO_ERROR_CORRUPT
 */
OtoSafetensors *
oto_safetensors_load_bytes (GBytes      *bytes,
                            const char  *name,
                            GError     **error)
{
  g_autoptr (OtoSafetensors) self = NULL;
  const guint8 *contents, *header;
  guint64 header_bytes = 0;
  gint64 data_bytes;
  size_t n_bytes;

  g_return_val_if_fail (bytes != NULL, NULL);
  g_return_val_if_fail (name != NULL, NULL);

  contents = g_bytes_get_data (bytes, &n_bytes);
  if (!check_head (contents, n_bytes, n_bytes, name, &header_bytes, error))
    return NULL;
  self = oto_safetensors_new ();
  self->bytes = g_bytes_ref (bytes);
  data_bytes = (gint64) (n_bytes - OTO_SAFETENSORS_LENGTH_BYTES - header_bytes);
  header = contents + OTO_SAFETENSORS_LENGTH_BYTES;
  if (!read_header (self, (const char *) header, header_bytes, data_bytes, name, error)
      || !place_entries (self, header + header_bytes, data_bytes, name, error))
    return NULL;
  return g_steal_pointer (&self);
}

/**
 * oto_safetensors_load:
 * @path: a file
 * @error: return location for a #GError
 *
 * Reads a file; see oto_safetensors_load_bytes().
 *
 * Returns: (transfer full) (nullable): the tensors, or %NULL with an error
 */
OtoSafetensors *
oto_safetensors_load (const char  *path,
                      GError     **error)
{
  g_autoptr (GBytes) bytes = NULL;
  g_autofree char *name = NULL;

  g_return_val_if_fail (path != NULL, NULL);

  name = oto_file_dup_display_name (path);
  if (!check_file (path, name, error))
    return NULL;
  bytes = oto_file_load (path, G_MAXINT64, error);
  if (bytes == NULL)
    return NULL;
  return oto_safetensors_load_bytes (bytes, name, error);
}
