/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "io/oto-safetensors.h"

#include "base/oto-arena.h"
#include "base/oto-error.h"
#include "io/oto-safetensors-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

static const OtoDtypeInfo dtype_infos[] = {
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

/* Documented in the private header. */
const OtoDtypeInfo *
oto_dtype_get_info (OtoDtype dtype)
{
  return &dtype_infos[dtype];
}

static void
entry_free (gpointer data)
{
  OtoSafetensorEntry *entry = data;

  g_free (entry->name);
  oto_free (entry->values);
  g_free (entry);
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
  g_clear_error (&self->problem);
  g_free (self);
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

  return &((OtoSafetensorEntry *) g_ptr_array_index (self->tensors, i))->tensor;
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
  OtoSafetensorEntry *entry;

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
                 _("There is no tensor “%s”. Choose a file that has it."), name);
  else if (tensor->len != len)
    {
      g_set_error (error, OTO_IO_ERROR, OTO_IO_ERROR_CORRUPT,
                   _("Tensor “%s” has %lld values instead of %lld. Choose a file that fits."),
                   name, (long long) tensor->len, (long long) len);
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
      ret_values[i] = (float) oto_safetensors_read_value (tensor->dtype, data + i * item_bytes);
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
  int item_bytes;

  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (name != NULL, FALSE);
  g_return_val_if_fail (ret_values != NULL || len == 0, FALSE);

  tensor = find_with_len (self, name, len, error);
  if (tensor == NULL)
    return FALSE;

  data = tensor->data;
  item_bytes = dtype_infos[tensor->dtype].item_bytes;
  for (gint64 i = 0; i < len; i++)
    ret_values[i] = oto_safetensors_read_value (tensor->dtype, data + i * item_bytes);
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

/* Documented in the private header. */
OtoSafetensorEntry *
oto_safetensors_add_entry (OtoSafetensors *self,
                           const char     *name)
{
  OtoSafetensorEntry *entry = g_new0 (OtoSafetensorEntry, 1);

  entry->name = g_strdup (name);
  entry->tensor.name = entry->name;
  g_ptr_array_add (self->tensors, entry);
  g_hash_table_insert (self->index, entry->name, entry);
  return entry;
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
 * Adds a tensor. If there is no memory for it, oto_safetensors_save() says so.
 */
void
oto_safetensors_add (OtoSafetensors *self,
                     const char     *name,
                     OtoDtype        dtype,
                     int             n_dims,
                     const gint64   *shape,
                     gconstpointer   values)
{
  OtoSafetensorEntry *entry;

  g_return_if_fail (self != NULL);
  g_return_if_fail (name != NULL && strcmp (name, OTO_SAFETENSORS_METADATA_KEY) != 0);
  g_return_if_fail (!g_hash_table_contains (self->index, name));
  g_return_if_fail (n_dims >= 0 && n_dims <= OTO_SAFETENSORS_MAX_DIMS);

  entry = oto_safetensors_add_entry (self, name);
  entry->tensor.dtype = dtype;
  entry->tensor.n_dims = n_dims;
  entry->tensor.len = 1;
  for (int i = 0; i < n_dims; i++)
    {
      entry->tensor.shape[i] = shape[i];
      entry->tensor.len *= shape[i];
    }

  entry->values = oto_try_alloc (entry->tensor.len, dtype_infos[dtype].item_bytes,
                                 self->problem == NULL ? &self->problem : NULL);
  if (entry->values == NULL)
    {
      entry->tensor.len = 0;
      return;
    }
  oto_safetensors_pack_values (dtype, values, (size_t) entry->tensor.len, entry->values);
  entry->tensor.data = entry->values;
}
