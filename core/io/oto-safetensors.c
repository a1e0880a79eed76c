/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "io/oto-safetensors.h"

#include "base/oto-arena.h"
#include "base/oto-error.h"
#include "io/oto-file.h"

#include <json-glib/json-glib.h>
#include <string.h>

/* The format's own limit of the header. */
#define MAX_HEADER_BYTES (100 * 1000 * 1000)
/* A header nests three deep; json-glib recurses, so deeper ones are refused before it sees them. */
#define MAX_HEADER_DEPTH 8
/* A tensor has six commas. Parsed JSON takes far more memory than its text. */
#define MAX_HEADER_COMMAS 1000000
#define LENGTH_BYTES 8
#define METADATA_KEY "__metadata__"

struct _OtoSafetensors
{
  gatomicrefcount  ref_count;
  GBytes          *bytes;         /* of the file, which the tensors point into; or NULL */
  GPtrArray       *tensors;       /* Entry */
  GHashTable      *index;         /* name to Entry */
  GHashTable      *metadata;      /* string to string */
};

typedef struct
{
  OtoSafetensor  tensor;
  char          *name;
  gpointer       values;          /* of a tensor that was added; else NULL */
  gint64         begin;           /* in the data section */
  gint64         end;
} Entry;

typedef struct
{
  const char *name;
  int         item_bytes;
} DtypeInfo;

static const DtypeInfo dtype_infos[] = {
  [OTO_DTYPE_F64] = { "F64", 8 },
  [OTO_DTYPE_F32] = { "F32", 4 },
  [OTO_DTYPE_F16] = { "F16", 2 },
  [OTO_DTYPE_BF16] = { "BF16", 2 },
  [OTO_DTYPE_I64] = { "I64", 8 },
  [OTO_DTYPE_I32] = { "I32", 4 },
  [OTO_DTYPE_I16] = { "I16", 2 },
  [OTO_DTYPE_I8] = { "I8", 1 },
  [OTO_DTYPE_U8] = { "U8", 1 },
  [OTO_DTYPE_BOOL] = { "BOOL", 1 },
};

static void
entry_free (gpointer data)
{
  Entry *entry = data;

  g_free (entry->name);
  oto_free (entry->values);
  g_free (entry);
}

/* Half precision: sign, 5 bits of exponent, 10 bits of fraction. */
static float
float_from_half (guint16 half)
{
  guint32 sign = (guint32) (half & 0x8000) << 16;
  guint32 exponent = (half >> 10) & 0x1f;
  guint32 fraction = half & 0x3ff;
  guint32 bits;
  float value;

  if (exponent == 0)
    {
      value = (float) fraction * 0x1p-24f;
      return sign != 0 ? -value : value;
    }

  bits = sign | (exponent == 0x1f ? 0xffu : exponent + 112) << 23 | fraction << 13;
  memcpy (&value, &bits, sizeof value);
  return value;
}

/* Rounds to nearest, ties to even; what is too large becomes infinite. */
static guint16
half_from_float (float value)
{
  guint32 bits, magnitude, sign;

  memcpy (&bits, &value, sizeof bits);
  sign = (bits >> 16) & 0x8000;
  magnitude = bits & 0x7fffffff;

  if (magnitude > 0x7f800000)
    return (guint16) (sign | 0x7e00);
  if (magnitude >= 0x477ff000)
    return (guint16) (sign | 0x7c00);
  if (magnitude < 0x38800000)
    {
      /* Below 2^-14 steps are 2^-24 wide; adding 0.5 makes float's own last place that step. */
      float shifted = (sign != 0 ? -value : value) + 0.5f;

      memcpy (&bits, &shifted, sizeof bits);
      return (guint16) (sign | (bits - 0x3f000000));
    }

  magnitude += 0xfff + ((magnitude >> 13) & 1);
  return (guint16) (sign | ((magnitude - (112u << 23)) >> 13));
}

static guint16
bfloat_from_float (float value)
{
  guint32 bits;

  memcpy (&bits, &value, sizeof bits);
  if ((bits & 0x7fffffff) > 0x7f800000)
    return (guint16) ((bits >> 16) | 0x40);
  return (guint16) ((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
}

static double
read_value (OtoDtype      dtype,
            const guint8 *item)
{
  guint64 bits64;
  guint32 bits32;
  guint16 bits16;
  double f64;
  float f32;

  switch (dtype)
    {
    case OTO_DTYPE_F64:
      memcpy (&bits64, item, 8);
      bits64 = GUINT64_FROM_LE (bits64);
      memcpy (&f64, &bits64, 8);
      return f64;
    case OTO_DTYPE_I64:
      memcpy (&bits64, item, 8);
      return (double) (gint64) GUINT64_FROM_LE (bits64);
    case OTO_DTYPE_F32:
      memcpy (&bits32, item, 4);
      bits32 = GUINT32_FROM_LE (bits32);
      memcpy (&f32, &bits32, 4);
      return f32;
    case OTO_DTYPE_I32:
      memcpy (&bits32, item, 4);
      return (gint32) GUINT32_FROM_LE (bits32);
    case OTO_DTYPE_F16:
      memcpy (&bits16, item, 2);
      return float_from_half (GUINT16_FROM_LE (bits16));
    case OTO_DTYPE_BF16:
      memcpy (&bits16, item, 2);
      bits32 = (guint32) GUINT16_FROM_LE (bits16) << 16;
      memcpy (&f32, &bits32, 4);
      return f32;
    case OTO_DTYPE_I16:
      memcpy (&bits16, item, 2);
      return (gint16) GUINT16_FROM_LE (bits16);
    case OTO_DTYPE_I8:
      return (gint8) *item;
    case OTO_DTYPE_U8:
      return *item;
    case OTO_DTYPE_BOOL:
      return *item != 0;
    }
  g_assert_not_reached ();
}

/**
 * oto_safetensors_new:
 *
 * Returns: (transfer full): a collection without tensors
 */
OtoSafetensors *
oto_safetensors_new (void)
{
  OtoSafetensors *self = g_new0 (OtoSafetensors, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->tensors = g_ptr_array_new_with_free_func (entry_free);
  self->index = g_hash_table_new (g_str_hash, g_str_equal);
  self->metadata = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return self;
}

/**
 * oto_safetensors_ref:
 * @self: a collection
 *
 * Returns: (transfer full): a new reference
 */
OtoSafetensors *
oto_safetensors_ref (OtoSafetensors *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

/**
 * oto_safetensors_unref:
 * @self: (transfer full) (nullable): a collection
 *
 * Drops a reference.
 */
void
oto_safetensors_unref (OtoSafetensors *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_hash_table_unref (self->metadata);
  g_hash_table_unref (self->index);
  g_ptr_array_unref (self->tensors);
  g_clear_pointer (&self->bytes, g_bytes_unref);
  g_free (self);
}

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
               "“%s” is damaged: %s. Fetch or export the file again.", name, cause);
  return FALSE;
}

static gboolean
check_header_text (const char  *header,
                   gsize        n_bytes,
                   const char  *name,
                   GError     **error)
{
  gboolean in_string = FALSE;
  int depth = 0, n_commas = 0;

  if (n_bytes == 0 || header[0] != '{' || !g_utf8_validate_len (header, n_bytes, NULL))
    return fail (name, error, "its header is not JSON text");

  for (gsize i = 0; i < n_bytes; i++)
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
        return fail (name, error, "its header nests more than %d deep", MAX_HEADER_DEPTH);
      if (n_commas > MAX_HEADER_COMMAS)
        return fail (name, error, "its header has more than %d items", MAX_HEADER_COMMAS);
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
    return fail (name, error, "tensor “%s” has no shape", tensor->name);

  n_dims = json_array_get_length (shape);
  if (n_dims > OTO_SAFETENSORS_MAX_DIMS)
    return fail (name, error, "tensor “%s” has %u dimensions, more than %d",
                 tensor->name, n_dims, OTO_SAFETENSORS_MAX_DIMS);

  tensor->n_dims = (int) n_dims;
  tensor->len = 1;
  for (guint i = 0; i < n_dims; i++)
    if (!get_integer (json_array_get_element (shape, i), &tensor->shape[i])
        || __builtin_mul_overflow (tensor->len, tensor->shape[i], &tensor->len))
      return fail (name, error, "tensor “%s” has an impossible shape", tensor->name);
  return TRUE;
}

static gboolean
read_dtype (JsonObject     *object,
            OtoSafetensor  *tensor,
            const char     *name,
            GError        **error)
{
  const char *dtype = get_string (json_object_get_member (object, "dtype"));

  for (guint i = 0; dtype != NULL && i < G_N_ELEMENTS (dtype_infos); i++)
    if (strcmp (dtype, dtype_infos[i].name) == 0)
      {
        tensor->dtype = i;
        return TRUE;
      }

  g_set_error (error, OTO_IO_ERROR, OTO_IO_ERROR_FORMAT,
               "“%s” holds tensor “%s” of type “%s”, which cannot be read. Convert it to F32.",
               name, tensor->name, dtype != NULL ? dtype : "none");
  return FALSE;
}

static gboolean
read_entry (Entry       *entry,
            JsonObject  *object,
            gint64       data_bytes,
            const char  *name,
            GError     **error)
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
    return fail (name, error, "the data of tensor “%s” lie outside the file", tensor->name);

  if (__builtin_mul_overflow (tensor->len, (gint64) dtype_infos[tensor->dtype].item_bytes, &n_bytes)
      || n_bytes != entry->end - entry->begin)
    return fail (name, error, "the data of tensor “%s” do not fill its shape", tensor->name);
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
    return fail (name, error, "its metadata are not a list of texts");

  json_object_iter_init (&iter, json_node_get_object (node));
  while (json_object_iter_next (&iter, &key, &value))
    {
      const char *text = get_string (value);

      if (text == NULL)
        return fail (name, error, "its metadata “%s” are not text", key);
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
    return fail (name, error, "a name stands in its header twice, or its header nests too deep");
  return TRUE;
}

static int
compare_positions (gconstpointer a,
                   gconstpointer b)
{
  const Entry *left = *(Entry *const *) a;
  const Entry *right = *(Entry *const *) b;

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
      Entry *entry = g_ptr_array_index (self->tensors, i);

      if (entry->begin != pos)
        return fail (name, error, "the data of tensor “%s” overlap others or leave a gap",
                     entry->name);
      entry->tensor.data = data + entry->begin;
      pos = entry->end;
    }

  if (pos != data_bytes)
    return fail (name, error, "%" G_GINT64_FORMAT " bytes at its end belong to no tensor",
                 data_bytes - pos);
  return TRUE;
}

static gboolean
read_header (OtoSafetensors  *self,
             const char      *header,
             gsize            header_bytes,
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
    return fail (name, error, "its header is not valid JSON");

  node = json_parser_get_root (parser);
  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
    return fail (name, error, "its header is not a JSON object");
  root = json_node_get_object (node);
  if (!check_no_doubles (root, n_announced, name, error))
    return FALSE;

  json_object_iter_init_ordered (&iter, root);
  while (json_object_iter_next_ordered (&iter, &key, &node))
    {
      Entry *entry;

      if (strcmp (key, METADATA_KEY) == 0)
        {
          if (!read_metadata (self, node, name, error))
            return FALSE;
          continue;
        }

      if (!JSON_NODE_HOLDS_OBJECT (node))
        return fail (name, error, "tensor “%s” has no description", key);

      entry = g_new0 (Entry, 1);
      entry->name = g_strdup (key);
      entry->tensor.name = entry->name;
      g_ptr_array_add (self->tensors, entry);
      g_hash_table_insert (self->index, entry->name, entry);
      if (!read_entry (entry, json_node_get_object (node), data_bytes, name, error))
        return FALSE;
    }
  return TRUE;
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
  const guint8 *contents;
  guint64 header_bytes;
  gint64 data_bytes;
  gsize n_bytes;

  g_return_val_if_fail (bytes != NULL, NULL);
  g_return_val_if_fail (name != NULL, NULL);

  contents = g_bytes_get_data (bytes, &n_bytes);
  if (n_bytes < LENGTH_BYTES + 2 || contents[LENGTH_BYTES] != '{')
    {
      g_set_error (error, OTO_IO_ERROR, OTO_IO_ERROR_FORMAT,
                   "“%s” is not a safetensors file. Choose a model or a checkpoint.", name);
      return NULL;
    }

  memcpy (&header_bytes, contents, LENGTH_BYTES);
  header_bytes = GUINT64_FROM_LE (header_bytes);
  if (header_bytes > MAX_HEADER_BYTES || header_bytes > n_bytes - LENGTH_BYTES)
    {
      fail (name, error, "its header claims %" G_GUINT64_FORMAT " bytes, the file has %"
            G_GSIZE_FORMAT, header_bytes, n_bytes);
      return NULL;
    }

  self = oto_safetensors_new ();
  self->bytes = g_bytes_ref (bytes);
  data_bytes = (gint64) (n_bytes - LENGTH_BYTES - header_bytes);
  if (!read_header (self, (const char *) contents + LENGTH_BYTES, header_bytes, data_bytes, name,
                    error)
      || !place_entries (self, contents + LENGTH_BYTES + header_bytes, data_bytes, name, error))
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

  bytes = oto_file_load (path, G_MAXINT64, error);
  if (bytes == NULL)
    return NULL;

  name = oto_file_dup_display_name (path);
  return oto_safetensors_load_bytes (bytes, name, error);
}

/**
 * oto_safetensors_get_n:
 * @self: a collection
 *
 * Returns: number of tensors
 */
guint
oto_safetensors_get_n (OtoSafetensors *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->tensors->len;
}

/**
 * oto_safetensors_get:
 * @self: a collection
 * @i: below oto_safetensors_get_n()
 *
 * Returns: (transfer none): tensor @i, in the order of the data
 */
const OtoSafetensor *
oto_safetensors_get (OtoSafetensors *self,
                     guint           i)
{
  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (i < self->tensors->len, NULL);

  return &((Entry *) g_ptr_array_index (self->tensors, i))->tensor;
}

/**
 * oto_safetensors_find:
 * @self: a collection
 * @name: name of a tensor
 *
 * Returns: (transfer none) (nullable): the tensor
 */
const OtoSafetensor *
oto_safetensors_find (OtoSafetensors *self,
                      const char     *name)
{
  Entry *entry;

  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (name != NULL, NULL);

  entry = g_hash_table_lookup (self->index, name);
  return entry != NULL ? &entry->tensor : NULL;
}

/**
 * oto_safetensors_get_meta:
 * @self: a collection
 * @key: a key
 *
 * Returns: (transfer none) (nullable): its text
 */
const char *
oto_safetensors_get_meta (OtoSafetensors *self,
                          const char     *key)
{
  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (key != NULL, NULL);

  return g_hash_table_lookup (self->metadata, key);
}

/**
 * oto_safetensors_get_metadata:
 * @self: a collection
 *
 * Returns: (transfer none): all metadata, string to string
 */
GHashTable *
oto_safetensors_get_metadata (OtoSafetensors *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->metadata;
}

static const OtoSafetensor *
find_with_len (OtoSafetensors  *self,
               const char      *name,
               gint64           len,
               GError         **error)
{
  const OtoSafetensor *tensor = oto_safetensors_find (self, name);

  if (tensor == NULL)
    g_set_error (error, OTO_IO_ERROR, OTO_IO_ERROR_CORRUPT,
                 "There is no tensor “%s”. Choose a file that has it.", name);
  else if (tensor->len != len)
    {
      g_set_error (error, OTO_IO_ERROR, OTO_IO_ERROR_CORRUPT,
                   "Tensor “%s” has %" G_GINT64_FORMAT " values instead of %" G_GINT64_FORMAT
                   ". Choose a file that fits.", name, tensor->len, len);
      return NULL;
    }
  return tensor;
}

/**
 * oto_safetensors_copy_float:
 * @self: a collection
 * @name: name of a tensor of any type
 * @len: number of values it must have
 * @ret_values: (out caller-allocates) (array length=len): the values, rounded to float
 * @error: return location for a #GError
 *
 * Copies a tensor. Values may be NaN or infinite.
 *
 * Returns: %TRUE, or %FALSE if it is missing or has another length
 */
gboolean
oto_safetensors_copy_float (OtoSafetensors  *self,
                            const char      *name,
                            gint64           len,
                            float           *ret_values,
                            GError         **error)
{
  const OtoSafetensor *tensor;
  const guint8 *data;
  int item_bytes;

  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (name != NULL, FALSE);
  g_return_val_if_fail (ret_values != NULL || len == 0, FALSE);

  tensor = find_with_len (self, name, len, error);
  if (tensor == NULL)
    return FALSE;

  data = tensor->data;
  item_bytes = dtype_infos[tensor->dtype].item_bytes;
  if (tensor->dtype == OTO_DTYPE_F32 && G_BYTE_ORDER == G_LITTLE_ENDIAN && len > 0)
    memcpy (ret_values, data, (size_t) len * sizeof (float));
  else
    for (gint64 i = 0; i < len; i++)
      ret_values[i] = (float) read_value (tensor->dtype, data + i * item_bytes);
  return TRUE;
}

/**
 * oto_safetensors_copy_double:
 * @self: a collection
 * @name: name of a tensor of any type
 * @len: number of values it must have
 * @ret_values: (out caller-allocates) (array length=len): the values
 * @error: return location for a #GError
 *
 * Copies a tensor. Values may be NaN or infinite.
 *
 * Returns: %TRUE, or %FALSE if it is missing or has another length
 */
gboolean
oto_safetensors_copy_double (OtoSafetensors  *self,
                             const char      *name,
                             gint64           len,
                             double          *ret_values,
                             GError         **error)
{
  const OtoSafetensor *tensor;
  const guint8 *data;

  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (name != NULL, FALSE);
  g_return_val_if_fail (ret_values != NULL || len == 0, FALSE);

  tensor = find_with_len (self, name, len, error);
  if (tensor == NULL)
    return FALSE;

  data = tensor->data;
  for (gint64 i = 0; i < len; i++)
    ret_values[i] = read_value (tensor->dtype, data + i * dtype_infos[tensor->dtype].item_bytes);
  return TRUE;
}

/**
 * oto_safetensors_set_meta:
 * @self: a collection
 * @key: a key
 * @value: its text
 *
 * Sets or replaces a piece of metadata.
 */
void
oto_safetensors_set_meta (OtoSafetensors *self,
                          const char     *key,
                          const char     *value)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (key != NULL);
  g_return_if_fail (value != NULL);

  g_hash_table_replace (self->metadata, g_strdup (key), g_strdup (value));
}

/* Little-endian items from the host's. */
static void
pack_values (OtoDtype       dtype,
             gconstpointer  values,
             size_t         len,
             guint8        *ret_data)
{
  const int item_bytes = dtype_infos[dtype].item_bytes;
  const guint8 *items = values;

  if (dtype == OTO_DTYPE_F16 || dtype == OTO_DTYPE_BF16)
    for (size_t i = 0; i < len; i++)
      {
        float value = ((const float *) values)[i];
        guint16 bits = GUINT16_TO_LE (dtype == OTO_DTYPE_F16 ? half_from_float (value)
                                                             : bfloat_from_float (value));

        memcpy (ret_data + 2 * i, &bits, sizeof bits);
      }
  else if (G_BYTE_ORDER == G_LITTLE_ENDIAN)
    {
      if (len > 0)
        memcpy (ret_data, items, len * item_bytes);
    }
  else
    for (size_t i = 0; i < len * item_bytes; i++)
      ret_data[i] = items[i - i % item_bytes + item_bytes - 1 - i % item_bytes];
}

/**
 * oto_safetensors_add:
 * @self: a collection
 * @name: a name that it does not have yet
 * @dtype: type in the file
 * @n_dims: at most %OTO_SAFETENSORS_MAX_DIMS
 * @shape: (array length=n_dims): sizes
 * @values: (array): copied; float for F32, F16 and BF16 (rounded to nearest even), else the C type
 *   of @dtype
 *
 * Adds a tensor.
 */
void
oto_safetensors_add (OtoSafetensors *self,
                     const char     *name,
                     OtoDtype        dtype,
                     int             n_dims,
                     const gint64   *shape,
                     gconstpointer   values)
{
  Entry *entry;

  g_return_if_fail (self != NULL);
  g_return_if_fail (name != NULL && strcmp (name, METADATA_KEY) != 0);
  g_return_if_fail (!g_hash_table_contains (self->index, name));
  g_return_if_fail (n_dims >= 0 && n_dims <= OTO_SAFETENSORS_MAX_DIMS);

  entry = g_new0 (Entry, 1);
  entry->name = g_strdup (name);
  entry->tensor.name = entry->name;
  entry->tensor.dtype = dtype;
  entry->tensor.n_dims = n_dims;
  entry->tensor.len = 1;
  for (int i = 0; i < n_dims; i++)
    {
      entry->tensor.shape[i] = shape[i];
      entry->tensor.len *= shape[i];
    }

  entry->values = oto_try_alloc (entry->tensor.len, dtype_infos[dtype].item_bytes, NULL);
  if (entry->values == NULL)
    g_error ("Out of memory");
  pack_values (dtype, values, (size_t) entry->tensor.len, entry->values);
  entry->tensor.data = entry->values;
  g_ptr_array_add (self->tensors, entry);
  g_hash_table_insert (self->index, entry->name, entry);
}

static void
build_metadata (OtoSafetensors *self,
                JsonBuilder    *builder)
{
  g_autoptr (GList) keys = g_list_sort (g_hash_table_get_keys (self->metadata),
                                        (GCompareFunc) strcmp);

  if (keys == NULL)
    return;

  json_builder_set_member_name (builder, METADATA_KEY);
  json_builder_begin_object (builder);
  for (GList *l = keys; l != NULL; l = l->next)
    {
      json_builder_set_member_name (builder, l->data);
      json_builder_add_string_value (builder, g_hash_table_lookup (self->metadata, l->data));
    }
  json_builder_end_object (builder);
}

static char *
build_header (OtoSafetensors *self,
              GPtrArray      *entries)
{
  g_autoptr (JsonBuilder) builder = json_builder_new_immutable ();
  g_autoptr (JsonGenerator) generator = json_generator_new ();
  g_autoptr (JsonNode) root = NULL;
  gint64 pos = 0;

  json_builder_begin_object (builder);
  build_metadata (self, builder);
  for (guint i = 0; i < entries->len; i++)
    {
      const OtoSafetensor *tensor = &((Entry *) g_ptr_array_index (entries, i))->tensor;

      json_builder_set_member_name (builder, tensor->name);
      json_builder_begin_object (builder);
      json_builder_set_member_name (builder, "dtype");
      json_builder_add_string_value (builder, dtype_infos[tensor->dtype].name);
      json_builder_set_member_name (builder, "shape");
      json_builder_begin_array (builder);
      for (int d = 0; d < tensor->n_dims; d++)
        json_builder_add_int_value (builder, tensor->shape[d]);
      json_builder_end_array (builder);
      json_builder_set_member_name (builder, "data_offsets");
      json_builder_begin_array (builder);
      json_builder_add_int_value (builder, pos);
      pos += tensor->len * dtype_infos[tensor->dtype].item_bytes;
      json_builder_add_int_value (builder, pos);
      json_builder_end_array (builder);
      json_builder_end_object (builder);
    }
  json_builder_end_object (builder);

  root = json_builder_get_root (builder);
  json_generator_set_root (generator, root);
  return json_generator_to_data (generator, NULL);
}

/**
 * oto_safetensors_to_bytes:
 * @self: a collection
 *
 * Packs tensors as a file: widest types first, which aligns all of them without gaps, otherwise in
 * the order in which they were added. Equal collections give equal bytes.
 *
 * Returns: (transfer full): the contents of a file
 */
GBytes *
oto_safetensors_to_bytes (OtoSafetensors *self)
{
  g_autoptr (GPtrArray) entries = g_ptr_array_new ();
  g_autoptr (GByteArray) contents = g_byte_array_new ();
  g_autofree char *header = NULL;
  guint64 header_bytes, length;

  g_return_val_if_fail (self != NULL, NULL);

  for (int item_bytes = 8; item_bytes > 0; item_bytes /= 2)
    for (guint i = 0; i < self->tensors->len; i++)
      {
        Entry *entry = g_ptr_array_index (self->tensors, i);

        if (dtype_infos[entry->tensor.dtype].item_bytes == item_bytes)
          g_ptr_array_add (entries, entry);
      }

  header = build_header (self, entries);
  header_bytes = strlen (header);
  length = GUINT64_TO_LE ((header_bytes + 7) / 8 * 8);
  g_byte_array_append (contents, (const guint8 *) &length, LENGTH_BYTES);
  g_byte_array_append (contents, (const guint8 *) header, (guint) header_bytes);
  g_byte_array_append (contents, (const guint8 *) "       ", (guint) (-header_bytes & 7));
  for (guint i = 0; i < entries->len; i++)
    {
      const OtoSafetensor *tensor = &((Entry *) g_ptr_array_index (entries, i))->tensor;

      g_byte_array_append (contents, tensor->data,
                           (guint) (tensor->len * dtype_infos[tensor->dtype].item_bytes));
    }
  return g_byte_array_free_to_bytes (g_steal_pointer (&contents));
}

/**
 * oto_safetensors_save:
 * @self: a collection
 * @path: where to
 * @error: return location for a #GError
 *
 * Writes a file beside the target and renames it.
 *
 * Returns: %TRUE, or %FALSE with %OTO_IO_ERROR_WRITE
 */
gboolean
oto_safetensors_save (OtoSafetensors  *self,
                      const char      *path,
                      GError         **error)
{
  g_autoptr (GBytes) bytes = NULL;

  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (path != NULL, FALSE);

  bytes = oto_safetensors_to_bytes (self);
  return oto_file_save (path, bytes, error);
}
