/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "io/oto-text-file.h"

#include "base/oto-arena.h"
#include "base/oto-error.h"
#include "io/oto-file.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* The two forms of UTF-16, and what makes one probable where no mark says so: text of programs is
 * mostly ASCII, whose other byte is 0. */
static const char *
guess_encoding (const guint8 *bytes,
                size_t        n_bytes)
{
  if (n_bytes < 2 || n_bytes % 2 != 0)
    return NULL;
  if ((bytes[0] == 0xff && bytes[1] == 0xfe) || (bytes[0] != 0 && bytes[1] == 0))
    return "UTF-16LE";
  if ((bytes[0] == 0xfe && bytes[1] == 0xff) || (bytes[0] == 0 && bytes[1] != 0))
    return "UTF-16BE";
  return NULL;
}

/**
 * oto_text_file_load:
 * @path: a path
 * @max_bytes: a larger file is refused
 * @ret_len: (out): length of the text in bytes
 * @error: return location for a #GError
 *
 * Reads a text. A byte order mark is left out; what is neither UTF-8 nor UTF-16, or holds a zero,
 * is refused.
 *
 * Returns: (transfer full) (nullable): UTF-8 with a zero behind, for oto_free(); %NULL with an
 *   #OtoIoError
 */
char *
oto_text_file_load (const char  *path,
                    gint64       max_bytes,
                    size_t      *ret_len,
                    GError     **error)
{
  g_autoptr (GBytes) bytes = NULL;
  g_autofree char *converted = NULL;
  const char *text, *encoding;
  char *copy;
  size_t len;

  g_return_val_if_fail (path != NULL, NULL);
  g_return_val_if_fail (ret_len != NULL, NULL);

  bytes = oto_file_load (path, max_bytes, error);
  if (bytes == NULL)
    return NULL;

  text = g_bytes_get_data (bytes, &len);
  encoding = guess_encoding ((const guint8 *) text, len);
  if (encoding != NULL)
    {
      text = converted = g_convert (text, (gssize) len, "UTF-8", encoding, NULL, &len, NULL);
      g_clear_pointer (&bytes, g_bytes_unref);
    }
  if (text == NULL ? encoding != NULL : !g_utf8_validate_len (text, len, NULL))
    {
      g_autofree char *name = oto_file_dup_display_name (path);

      g_set_error (error, OTO_IO_ERROR, OTO_IO_ERROR_FORMAT,
                   _("“%s” is not text in UTF-8 or UTF-16. Save it as text in UTF-8."), name);
      return NULL;
    }

  if (len >= 3 && memcmp (text, "\xef\xbb\xbf", 3) == 0)
    {
      text += 3;
      len -= 3;
    }
  copy = oto_try_alloc (len + 1, 1, error);
  if (copy == NULL)
    return NULL;
  if (len > 0)
    memcpy (copy, text, len);
  copy[len] = '\0';
  *ret_len = len;
  return copy;
}
