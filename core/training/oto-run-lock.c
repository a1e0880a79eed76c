/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "training/oto-run-lock.h"

#include "base/oto-error.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_HOLDER_BYTES 300
#define MAX_ATTEMPTS     100

struct _OtoRunLock
{
  char     *dir;
  char     *path;
  int       fd;
  gboolean  made_dir;
};

static gboolean
fail (const char  *dir,
      int          cause,
      GError     **error)
{
  g_set_error (error, OTO_TRAINING_ERROR, OTO_TRAINING_ERROR_RUN,
               _("The run folder “%s” cannot be written: %s. Choose another one, or make room on "
                 "the disk."), dir, g_strerror (cause));
  return FALSE;
}

/* Names the process that wrote itself into the file. */
static gboolean
fail_held (const char  *dir,
           int          fd,
           GError     **error)
{
  char text[MAX_HOLDER_BYTES + 1] = { 0 };
  const ssize_t n = pread (fd, text, MAX_HOLDER_BYTES, 0);
  g_autofree char *holder = g_utf8_make_valid (text, MAX (n, 0));

  g_strdelimit (g_strstrip (holder), "\n\r", ' ');
  g_set_error (error, OTO_TRAINING_ERROR, OTO_TRAINING_ERROR_RUN,
               _("The run in “%s” is being trained already, by %s. Wait until it has ended, or "
                 "choose another folder."), dir,
               *holder != '\0' ? holder : _("another program"));
  return FALSE;
}

/* Whether @fd is still what @path names: who ends a run removes its file. */
static gboolean
is_current (int         fd,
            const char *path)
{
  struct stat own, named;

  return fstat (fd, &own) == 0 && lstat (path, &named) == 0
         && own.st_dev == named.st_dev && own.st_ino == named.st_ino;
}

static gboolean
take (OtoRunLock  *self,
      GError     **error)
{
  for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++)
    {
      int fd = open (self->path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0666);

      if (fd < 0)
        return fail (self->dir, errno, error);
      if (flock (fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
        {
          fail_held (self->dir, fd, error);
          close (fd);
          return FALSE;
        }
      /* A file system without locks keeps nobody out. */
      if (is_current (fd, self->path))
        {
          self->fd = fd;
          return TRUE;
        }
      close (fd);
    }
  return fail (self->dir, EAGAIN, error);
}

/**
 * oto_run_lock_new:
 * @dir: the folder of a run; made if it is missing
 * @error: return location for a #GError
 *
 * Takes the right to write into a folder.
 *
 * Returns: (transfer full): the lock, or %NULL with %OTO_TRAINING_ERROR_RUN when another trainer
 *   has it, which the message names, or the folder cannot be written
 */
OtoRunLock *
oto_run_lock_new (const char  *dir,
                  GError     **error)
{
  g_autoptr (OtoRunLock) self = g_new0 (OtoRunLock, 1);
  g_autofree char *holder = NULL;

  g_return_val_if_fail (dir != NULL, NULL);

  self->dir = g_strdup (dir);
  self->path = g_build_filename (dir, OTO_RUN_LOCK_NAME, NULL);
  self->fd = -1;
  self->made_dir = !g_file_test (dir, G_FILE_TEST_EXISTS);
  if (g_mkdir_with_parents (dir, 0777) != 0)
    {
      fail (dir, errno, error);
      return NULL;
    }
  if (!take (self, error))
    return NULL;

  /* Translators: a process number and the name of a computer. */
  holder = g_strdup_printf (_("process %ld on %s"), (long) getpid (), g_get_host_name ());
  if (ftruncate (self->fd, 0) != 0
      || pwrite (self->fd, holder, strlen (holder), 0) != (ssize_t) strlen (holder))
    {
      fail (dir, errno, error);
      return NULL;
    }
  return g_steal_pointer (&self);
}

/**
 * oto_run_lock_free:
 * @self: (transfer full) (nullable): a lock
 *
 * Gives the right back. A folder that it was made for goes, if nothing was written into it.
 */
void
oto_run_lock_free (OtoRunLock *self)
{
  if (self == NULL)
    return;
  if (self->fd >= 0)
    {
      g_unlink (self->path);
      close (self->fd);
    }
  if (self->made_dir)
    g_rmdir (self->dir);
  g_free (self->path);
  g_free (self->dir);
  g_free (self);
}
