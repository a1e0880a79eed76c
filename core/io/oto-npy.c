/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "io/oto-npy.h"

#include <string.h>

/* Magic, version 1.0 and the header's length come first; data begin at a multiple of 64. */
#define PREFIX "\x93NUMPY\x01\x00"
#define PREFIX_BYTES 8
#define LENGTH_BYTES 2
#define ALIGNMENT_BYTES 64

/**
 * oto_npy_to_bytes:
 * @values: (array): the values, last axis fastest
 * @n_dims: number of axes
 * @shape: (array length=n_dims): their lengths
 *
 * Packs an array as NPY 1.0, type '<f4', C order.
 *
 * Returns: (transfer full): the contents of a file
 */
GBytes *
oto_npy_to_bytes (const float  *values,
                  int           n_dims,
                  const gint64 *shape)
{
  g_autoptr (GString) header = NULL;
  GByteArray *contents;
  guint16 length;
  gint64 len = 1;

  g_return_val_if_fail (n_dims >= 0, NULL);

  header = g_string_new ("{'descr': '<f4', 'fortran_order': False, 'shape': (");
  for (int i = 0; i < n_dims; i++)
    {
      g_string_append_printf (header, "%s%" G_GINT64_FORMAT, i > 0 ? ", " : "", shape[i]);
      len *= shape[i];
    }
  g_string_append (header, n_dims == 1 ? ",), }" : "), }");
  while ((PREFIX_BYTES + LENGTH_BYTES + header->len + 1) % ALIGNMENT_BYTES != 0)
    g_string_append_c (header, ' ');
  g_string_append_c (header, '\n');

  contents = g_byte_array_new ();
  length = GUINT16_TO_LE ((guint16) header->len);
  g_byte_array_append (contents, (const guint8 *) PREFIX, PREFIX_BYTES);
  g_byte_array_append (contents, (const guint8 *) &length, LENGTH_BYTES);
  g_byte_array_append (contents, (const guint8 *) header->str, (guint) header->len);
  for (gint64 i = 0; i < len; i++)
    {
      guint32 bits;

      memcpy (&bits, values + i, sizeof bits);
      bits = GUINT32_TO_LE (bits);
      g_byte_array_append (contents, (const guint8 *) &bits, sizeof bits);
    }
  return g_byte_array_free_to_bytes (contents);
}
