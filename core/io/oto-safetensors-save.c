/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "io/oto-safetensors.h"

#include "io/oto-file.h"
#include "io/oto-safetensors-private.h"

#include <json-glib/json-glib.h>
#include <string.h>

static void
build_metadata (OtoSafetensors *self,
                JsonBuilder    *builder)
{
  g_autoptr (GList) keys = g_list_sort (g_hash_table_get_keys (self->metadata),
                                        (GCompareFunc) strcmp);

  if (keys == NULL)
    return;

  json_builder_set_member_name (builder, OTO_SAFETENSORS_METADATA_KEY);
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
      const OtoSafetensorEntry *entry = g_ptr_array_index (entries, i);
      const OtoSafetensor *tensor = &entry->tensor;

      json_builder_set_member_name (builder, tensor->name);
      json_builder_begin_object (builder);
      json_builder_set_member_name (builder, "dtype");
      json_builder_add_string_value (builder, oto_dtype_get_info (tensor->dtype)->name);
      json_builder_set_member_name (builder, "shape");
      json_builder_begin_array (builder);
      for (int d = 0; d < tensor->n_dims; d++)
        json_builder_add_int_value (builder, tensor->shape[d]);
      json_builder_end_array (builder);
      json_builder_set_member_name (builder, "data_offsets");
      json_builder_begin_array (builder);
      json_builder_add_int_value (builder, pos);
      pos += tensor->len * oto_dtype_get_info (tensor->dtype)->item_bytes;
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
 * Returns: (transfer full) (nullable): the contents of a file; %NULL if there was no memory for a
 *   tensor
 */
GBytes *
oto_safetensors_to_bytes (OtoSafetensors *self)
{
  g_autoptr (GPtrArray) entries = g_ptr_array_new ();
  g_autoptr (GByteArray) contents = g_byte_array_new ();
  g_autofree char *header = NULL;
  guint64 header_bytes, length;

  g_return_val_if_fail (self != NULL, NULL);

  if (self->problem != NULL)
    return NULL;

  for (int item_bytes = 8; item_bytes > 0; item_bytes /= 2)
    for (guint i = 0; i < self->tensors->len; i++)
      {
        OtoSafetensorEntry *entry = g_ptr_array_index (self->tensors, i);

        if (oto_dtype_get_info (entry->tensor.dtype)->item_bytes == item_bytes)
          g_ptr_array_add (entries, entry);
      }

  header = build_header (self, entries);
  header_bytes = strlen (header);
  length = GUINT64_TO_LE ((header_bytes + 7) / 8 * 8);
  g_byte_array_append (contents, (const guint8 *) &length, OTO_SAFETENSORS_LENGTH_BYTES);
  g_byte_array_append (contents, (const guint8 *) header, (guint) header_bytes);
  g_byte_array_append (contents, (const guint8 *) "       ", (guint) (-header_bytes & 7));
  for (guint i = 0; i < entries->len; i++)
    {
      const OtoSafetensorEntry *entry = g_ptr_array_index (entries, i);
      const OtoSafetensor *tensor = &entry->tensor;

      g_byte_array_append (contents, tensor->data,
                           (guint) (tensor->len * oto_dtype_get_info (tensor->dtype)->item_bytes));
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
 * Returns: %TRUE; %FALSE with %OTO_IO_ERROR_WRITE, or with %OTO_BASE_ERROR_MEMORY where a tensor
 *   could not be added
 */
gboolean
oto_safetensors_save (OtoSafetensors  *self,
                      const char      *path,
                      GError         **error)
{
  g_autoptr (GBytes) bytes = NULL;

  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (path != NULL, FALSE);

  if (self->problem != NULL)
    {
      g_propagate_error (error, g_error_copy (self->problem));
      return FALSE;
    }
  bytes = oto_safetensors_to_bytes (self);
  return oto_file_save (path, bytes, error);
}
