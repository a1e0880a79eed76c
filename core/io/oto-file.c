/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "io/oto-file.h"

#include "base/oto-arena.h"
#include "base/oto-error.h"
#include "io/oto-draft.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <sys/stat.h>
#include <unistd.h>

/**
 * oto_file_dup_display_name:
 * @path: a path in the encoding of the file system
 *
 * Returns: (transfer full): its last part, as valid UTF-8
 */
char *
oto_file_dup_display_name (const char *path)
{
  g_return_val_if_fail (path != NULL, NULL);

  return g_filename_display_basename (path);
}

/**
 * oto_file_open:
 * @path: a path
 * @ret_n_bytes: (out) (optional): size of the file
 * @error: return location for a #GError
 *
 * Opens a regular file for reading. Anything else is refused, without waiting for it.
 *
 * Returns: a file descriptor, or -1 with %OTO_IO_ERROR_MISSING or %OTO_IO_ERROR_FORMAT
 */
int
oto_file_open (const char  *path,
               gint64      *ret_n_bytes,
               GError     **error)
{
  g_autofree char *name = NULL;
  struct stat info;
  int fd;

  g_return_val_if_fail (path != NULL, -1);

  name = oto_file_dup_display_name (path);
  fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (fd < 0 || fstat (fd, &info) < 0)
    {
      int saved_errno = errno;

      g_set_error (error, OTO_IO_ERROR, OTO_IO_ERROR_MISSING,
                   _("“%s” cannot be opened: %s. Check the name and that you may read it."),
                   name, g_strerror (saved_errno));
      if (fd >= 0)
        close (fd);
      return -1;
    }

  if (!S_ISREG (info.st_mode))
    {
      g_set_error (error, OTO_IO_ERROR, OTO_IO_ERROR_FORMAT,
                   S_ISDIR (info.st_mode) ? _("“%s” is a folder. Choose a file.")
                                          : _("“%s” is not a regular file. Choose a file."), name);
      close (fd);
      return -1;
    }

  if (ret_n_bytes != NULL)
    *ret_n_bytes = info.st_size;
  return fd;
}

/**
 * oto_file_load:
 * @path: a path
 * @max_bytes: a larger file is refused
 * @error: return location for a #GError
 *
 * Reads a whole file into memory aligned to 64 bytes.
 *
 * Returns: (transfer full) (nullable): its contents
 */
GBytes *
oto_file_load (const char  *path,
               gint64       max_bytes,
               GError     **error)
{
  g_autofree char *name = NULL;
  gint64 n_bytes = 0, pos = 0;
  guint8 *contents;
  int fd;

  g_return_val_if_fail (path != NULL, NULL);

  fd = oto_file_open (path, &n_bytes, error);
  if (fd < 0)
    return NULL;

  name = oto_file_dup_display_name (path);
  if (n_bytes > max_bytes)
    {
      g_set_error (error, OTO_IO_ERROR, OTO_IO_ERROR_FORMAT,
                   _("“%s” has %.1f MB; files of this kind have at most %.1f MB. Choose another "
                     "file."), name, n_bytes / 1e6, max_bytes / 1e6);
      close (fd);
      return NULL;
    }

  contents = oto_try_alloc (n_bytes, 1, error);
  if (contents == NULL)
    {
      g_prefix_error (error, _("“%s” cannot be read. "), name);
      close (fd);
      return NULL;
    }

  while (pos < n_bytes)
    {
      ssize_t n = read (fd, contents + pos, n_bytes - pos);

      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        {
          g_set_error (error, OTO_IO_ERROR, OTO_IO_ERROR_MISSING,
                       _("“%s” cannot be read: %s. Check the disk and try again."),
                       name, n < 0 ? g_strerror (errno) : _("it became shorter"));
          close (fd);
          oto_free (contents);
          return NULL;
        }
      pos += n;
    }

  close (fd);
  return g_bytes_new_with_free_func (contents, n_bytes, oto_free, contents);
}

/**
 * oto_file_keep_standard:
 *
 * Opens standard input, output and error onto nothing where they are closed: the next file that is
 * opened would get their number, and everything that is printed. To be called first of all.
 */
void
oto_file_keep_standard (void)
{
  int fd;

  do
    fd = open ("/dev/null", O_RDWR);
  while (fd >= 0 && fd <= STDERR_FILENO);
  if (fd >= 0)
    close (fd);
}

/**
 * oto_file_check_target:
 * @path: where something is to be written beside and renamed
 * @error: return location for a #GError
 *
 * Renaming would put a plain file in the place of a device, a pipe or a folder.
 *
 * Returns: %FALSE with %OTO_IO_ERROR_WRITE if there is one of those
 */
gboolean
oto_file_check_target (const char  *path,
                       GError     **error)
{
  g_autofree char *name = NULL;
  struct stat info;

  g_return_val_if_fail (path != NULL, FALSE);

  if (stat (path, &info) != 0 || S_ISREG (info.st_mode))
    return TRUE;

  name = oto_file_dup_display_name (path);
  g_set_error (error, OTO_IO_ERROR, OTO_IO_ERROR_WRITE,
               _("“%s” is not a plain file and would be replaced. Choose another name."), name);
  return FALSE;
}

/**
 * oto_file_save:
 * @path: where to
 * @bytes: the contents
 * @error: return location for a #GError
 *
 * Writes a file as a draft: see #OtoDraft. On failure the old file, if any, stays and nothing else
 * is left behind.
 *
 * Returns: %TRUE, or %FALSE with %OTO_IO_ERROR_WRITE
 */
gboolean
oto_file_save (const char  *path,
               GBytes      *bytes,
               GError     **error)
{
  g_autoptr (OtoDraft) draft = NULL;
  gconstpointer contents;
  size_t n_bytes;

  g_return_val_if_fail (path != NULL, FALSE);
  g_return_val_if_fail (bytes != NULL, FALSE);

  contents = g_bytes_get_data (bytes, &n_bytes);
  draft = oto_draft_new (path, error);
  return draft != NULL && oto_draft_write (draft, contents, n_bytes, error)
         && oto_draft_publish (g_steal_pointer (&draft), error);
}
