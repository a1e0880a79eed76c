/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "io/oto-draft.h"

#include "base/oto-error.h"
#include "io/oto-file.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* A draft of “a.wav” is “.a.wav.0123abcd.oto-draft”. Long names are cut, so that it fits into the
 * 255 bytes of a file name. */
#define ENDING         ".oto-draft"
#define MAX_NAME_BYTES 200
#define MAX_ATTEMPTS   100

struct _OtoDraft
{
  char     *target;
  char     *path;             /* NULL once there is nothing to remove */
  int       fd;               /* of the file or the folder: holds the lock */
  guint64   n_written;        /* by oto_draft_write() */
  gboolean  is_folder;
  gboolean  merges;           /* the folder's files go into one that has others */
  gboolean  is_volatile;
};

static gboolean
fail (const char  *target,
      int          cause,
      GError     **error)
{
  g_autofree char *name = oto_file_dup_display_name (target);

  g_set_error (error, OTO_IO_ERROR, OTO_IO_ERROR_WRITE,
               _("“%s” cannot be written: %s. Check the folder and the room on the disk."), name,
               g_strerror (cause));
  return FALSE;
}

static void
remove_tree (const char *path)
{
  g_autoptr (GDir) dir = NULL;
  const char *name;

  if (!g_file_test (path, G_FILE_TEST_IS_SYMLINK))
    dir = g_dir_open (path, 0, NULL);
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      remove_tree (child);
    }
  g_remove (path);
}

/* --- what killed programs left ------------------------------------------------------------- */

/* Whether @fd is locked now, and still what @path names. A file system without locks locks nothing:
 * then nobody's draft is taken for a dead one. */
static gboolean
try_lock (int         fd,
          const char *path)
{
  struct stat own, named;

  if (flock (fd, LOCK_EX | LOCK_NB) != 0)
    return FALSE;
  if (fstat (fd, &own) == 0 && lstat (path, &named) == 0
      && own.st_dev == named.st_dev && own.st_ino == named.st_ino)
    return TRUE;
  errno = ENOENT;
  return FALSE;
}

static void
remove_if_dead (const char *path)
{
  int fd = open (path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  struct stat info;

  if (fd < 0)
    return;
  if (fstat (fd, &info) == 0 && info.st_uid == geteuid ()
      && (S_ISREG (info.st_mode) || S_ISDIR (info.st_mode)) && try_lock (fd, path))
    remove_tree (path);
  close (fd);
}

/* Once for each folder in the life of the program: a data set may have a million files. */
static gboolean
is_swept (const char *dir_path)
{
  static GMutex lock;
  static GHashTable *swept = NULL;
  struct stat info;
  gboolean is_new;

  if (stat (dir_path, &info) != 0)
    return TRUE;
  g_mutex_lock (&lock);
  if (swept == NULL)
    swept = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  /* A number is given to another folder when its own is removed. */
  is_new = g_hash_table_add (swept, g_strdup_printf ("%" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT
                                                     " %s", (guint64) info.st_dev,
                                                     (guint64) info.st_ino, dir_path));
  g_mutex_unlock (&lock);
  return !is_new;
}

/**
 * oto_draft_sweep:
 * @dir_path: a folder, there or not
 *
 * Removes the drafts in it that killed programs left. Who asks whether a folder is empty does this
 * first.
 */
void
oto_draft_sweep (const char *dir_path)
{
  g_autoptr (GDir) dir = g_dir_open (dir_path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (name[0] == '.' && g_str_has_suffix (name, ENDING))
      {
        g_autofree char *path = g_build_filename (dir_path, name, NULL);

        remove_if_dead (path);
      }
}

/**
 * oto_draft_check_new_folder:
 * @path: where a folder is to be that holds nothing else
 * @error: return location for a #GError
 *
 * Returns: %FALSE with %OTO_IO_ERROR_WRITE if there is something
 */
gboolean
oto_draft_check_new_folder (const char  *path,
                            GError     **error)
{
  g_autoptr (GDir) existing = NULL;

  g_return_val_if_fail (path != NULL, FALSE);

  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    return TRUE;
  oto_draft_sweep (path);
  existing = g_dir_open (path, 0, NULL);
  if (existing != NULL && g_dir_read_name (existing) == NULL)
    return TRUE;
  g_set_error (error, OTO_IO_ERROR, OTO_IO_ERROR_WRITE,
               existing != NULL
                 ? _("“%s” is already there and not empty. Choose another folder, or remove it.")
                 : _("“%s” is already there and not a folder. Choose another folder, or remove "
                     "it."), path);
  return FALSE;
}

/* --- beginning ----------------------------------------------------------------------------- */

static char *
dup_draft_path (const char *dir,
                const char *name)
{
  size_t len = MIN (strlen (name), MAX_NAME_BYTES);
  g_autofree char *draft_name = NULL;

  while (len > 0 && ((guchar) name[len] & 0xc0) == 0x80)
    len--;
  draft_name = g_strdup_printf (".%.*s.%08x" ENDING, (int) len, name, g_random_int ());
  return g_build_filename (dir, draft_name, NULL);
}

/* Makes the draft in @dir and locks it; one whose new name a sweep took for a dead one is made
 * again. */
static gboolean
create (OtoDraft   *self,
        const char *dir)
{
  g_autofree char *name = g_path_get_basename (self->target);

  for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++)
    {
      g_autofree char *path = dup_draft_path (dir, name);
      int fd = -1;

      if (!self->is_folder)
        fd = open (path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
      else if (g_mkdir (path, 0777) == 0)
        fd = open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
      if (fd < 0 && errno != EEXIST && errno != ENOENT)
        return FALSE;
      if (fd >= 0 && (try_lock (fd, path) || (errno != EWOULDBLOCK && errno != ENOENT)))
        {
          self->path = g_steal_pointer (&path);
          self->fd = fd;
          return TRUE;
        }
      if (fd >= 0)
        close (fd);
      else if (errno == ENOENT && !g_file_test (dir, G_FILE_TEST_IS_DIR))
        {
          errno = ENOENT;
          return FALSE;
        }
    }
  errno = EEXIST;
  return FALSE;
}

static OtoDraft *
begin (const char  *path,
       gboolean     is_folder,
       gboolean     merges,
       GError     **error)
{
  g_autoptr (OtoDraft) self = g_new0 (OtoDraft, 1);
  g_autofree char *dir = merges ? g_strdup (path) : g_path_get_dirname (path);

  self->target = g_strdup (path);
  self->is_folder = is_folder;
  self->merges = merges;
  self->fd = -1;
  if (!is_swept (dir))
    oto_draft_sweep (dir);
  if (create (self, dir))
    return g_steal_pointer (&self);
  fail (path, errno, error);
  return NULL;
}

/**
 * oto_draft_new:
 * @path: where a file is to be
 * @error: return location for a #GError
 *
 * Begins a file.
 *
 * Returns: (transfer full) (nullable): a draft, or %NULL with %OTO_IO_ERROR_WRITE when there can be
 *   no file, or there is something that is none
 */
OtoDraft *
oto_draft_new (const char  *path,
               GError     **error)
{
  OtoDraft *self;
  struct stat info;

  g_return_val_if_fail (path != NULL, NULL);

  if (!oto_file_check_target (path, error))
    return NULL;
  self = begin (path, FALSE, FALSE, error);
  /* What is replaced may be private. */
  if (self != NULL && stat (path, &info) == 0)
    fchmod (self->fd, info.st_mode & 0777);
  return self;
}

/**
 * oto_draft_new_folder:
 * @path: where a folder is to be; it, and those that it is in, are made
 * @error: return location for a #GError
 *
 * Begins a folder, whose files are to be written as drafts of their own. Where there is one
 * already, the draft's files will go into it, in place of those of the same names, all or none.
 *
 * Returns: (transfer full) (nullable): a draft, or %NULL with %OTO_IO_ERROR_WRITE
 */
OtoDraft *
oto_draft_new_folder (const char  *path,
                      GError     **error)
{
  g_autofree char *target = NULL, *parent = NULL;

  g_return_val_if_fail (path != NULL, NULL);

  /* No “.” or “/” at its end: it has a name. */
  target = g_canonicalize_filename (path, NULL);
  parent = g_path_get_dirname (target);
  if (g_mkdir_with_parents (parent, 0777) != 0)
    {
      g_set_error (error, OTO_IO_ERROR, OTO_IO_ERROR_WRITE,
                   _("The folder “%s” cannot be made: %s. Choose another folder."), path,
                   g_strerror (errno));
      return NULL;
    }
  if (g_file_test (target, G_FILE_TEST_EXISTS) && !g_file_test (target, G_FILE_TEST_IS_DIR))
    {
      g_set_error (error, OTO_IO_ERROR, OTO_IO_ERROR_WRITE,
                   _("“%s” is already there and not a folder. Choose another folder, or remove "
                     "it."), path);
      return NULL;
    }
  return begin (target, TRUE, g_file_test (target, G_FILE_TEST_EXISTS), error);
}

/**
 * oto_draft_free:
 * @self: (transfer full) (nullable): a draft
 *
 * Gives a draft up: what was written is removed.
 */
void
oto_draft_free (OtoDraft *self)
{
  if (self == NULL)
    return;
  if (self->path != NULL)
    remove_tree (self->path);
  if (self->fd >= 0)
    close (self->fd);
  g_free (self->path);
  g_free (self->target);
  g_free (self);
}

/* --- writing ------------------------------------------------------------------------------- */

/**
 * oto_draft_set_volatile:
 * @self: a draft
 *
 * Lets the draft be published without waiting for the disk: for what can be made again, and whose
 * reader finds out whether it is whole.
 */
void
oto_draft_set_volatile (OtoDraft *self)
{
  g_return_if_fail (self != NULL);

  self->is_volatile = TRUE;
}

/**
 * oto_draft_get_path:
 * @self: a draft
 *
 * Returns: (transfer none): where it is while it is written
 */
const char *
oto_draft_get_path (OtoDraft *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->path;
}

/**
 * oto_draft_get_fd:
 * @self: a draft of a file
 *
 * Returns: its descriptor, for reading and writing; the draft's own
 */
int
oto_draft_get_fd (OtoDraft *self)
{
  g_return_val_if_fail (self != NULL && !self->is_folder, -1);

  return self->fd;
}

/**
 * oto_draft_write:
 * @self: a draft of a file
 * @bytes: (array length=n_bytes): what comes next
 * @n_bytes: its length
 * @error: return location for a #GError
 *
 * Returns: %FALSE with %OTO_IO_ERROR_WRITE when it was not all written
 */
gboolean
oto_draft_write (OtoDraft       *self,
                 gconstpointer   bytes,
                 size_t          n_bytes,
                 GError        **error)
{
  const char *pos = bytes;

  g_return_val_if_fail (self != NULL && !self->is_folder, FALSE);

  for (size_t n_left = n_bytes; n_left > 0;)
    {
      ssize_t n = write (self->fd, pos, n_left);

      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        return fail (self->target, n < 0 ? errno : ENOSPC, error);
      pos += n;
      n_left -= (size_t) n;
    }
  self->n_written += n_bytes;
  return TRUE;
}

/* --- publishing ---------------------------------------------------------------------------- */

/* Some file systems cannot flush a folder; they say so. */
static gboolean
flush (int fd)
{
  return fsync (fd) == 0 || errno == EINVAL || errno == ENOTSUP || errno == EROFS;
}

static gboolean
flush_folder (const char *path)
{
  int fd = open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), saved_errno;
  gboolean done;

  if (fd < 0)
    return FALSE;
  done = flush (fd);
  saved_errno = errno;
  close (fd);
  errno = saved_errno;
  return done;
}

/* The folders of a tree; its files are on the disk. */
static gboolean
flush_tree (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      if (!g_file_test (child, G_FILE_TEST_IS_SYMLINK) && g_file_test (child, G_FILE_TEST_IS_DIR)
          && !flush_tree (child))
        return FALSE;
    }
  return flush_folder (path);
}

/* A file from the draft's folder, and its place. */
typedef struct
{
  char     *from, *to;
  gboolean  is_moved;
  gboolean  is_exchanged;     /* @from is the old file now */
} Move;

static void
move_free (Move *self)
{
  g_free (self->from);
  g_free (self->to);
  g_free (self);
}

/* The old file is kept until all new ones are there, where the file system can exchange two. */
static gboolean
make_move (Move *self)
{
  if (g_file_test (self->to, G_FILE_TEST_EXISTS | G_FILE_TEST_IS_SYMLINK))
    self->is_exchanged = renameat2 (AT_FDCWD, self->from, AT_FDCWD, self->to, RENAME_EXCHANGE) == 0;
  self->is_moved = self->is_exchanged || g_rename (self->from, self->to) == 0;
  return self->is_moved;
}

static void
take_back (Move *self)
{
  if (self->is_exchanged)
    renameat2 (AT_FDCWD, self->from, AT_FDCWD, self->to, RENAME_EXCHANGE);
  else if (self->is_moved)
    g_rename (self->to, self->from);
}

static GPtrArray *
list_moves (OtoDraft  *self,
            GError   **error)
{
  g_autoptr (GPtrArray) moves = g_ptr_array_new_with_free_func ((GDestroyNotify) move_free);
  g_autoptr (GDir) dir = g_dir_open (self->path, 0, error);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      Move *move = g_new0 (Move, 1);

      g_ptr_array_add (moves, move);
      move->from = g_build_filename (self->path, name, NULL);
      move->to = g_build_filename (self->target, name, NULL);
      if (!oto_file_check_target (move->to, error))
        return NULL;
    }
  return dir != NULL ? g_steal_pointer (&moves) : NULL;
}

static gboolean
merge (OtoDraft  *self,
       GError   **error)
{
  g_autoptr (GPtrArray) moves = list_moves (self, error);
  int cause = 0;

  if (moves == NULL)
    return FALSE;
  for (guint i = 0; i < moves->len && cause == 0; i++)
    if (!make_move (g_ptr_array_index (moves, i)))
      cause = errno;
  if (cause == 0 && !flush_folder (self->target))
    cause = errno;
  if (cause == 0)
    return TRUE;
  for (guint i = moves->len; i > 0; i--)
    take_back (g_ptr_array_index (moves, i - 1));
  return fail (self->target, cause, error);
}

/* A file that is shorter than what was written to it was cut by somebody, or by a full disk. */
static gboolean
is_whole (OtoDraft *self)
{
  struct stat info;

  if (self->is_folder || self->n_written == 0)
    return TRUE;
  if (fstat (self->fd, &info) != 0)
    return FALSE;
  errno = ENOSPC;
  return (guint64) info.st_size >= self->n_written;
}

/**
 * oto_draft_publish:
 * @self: (transfer full): a draft, freed in any case
 * @error: return location for a #GError
 *
 * Gives a draft its name: first it is flushed to the disk, last the folder that it is in.
 *
 * Returns: %TRUE, or %FALSE with %OTO_IO_ERROR_WRITE; then nothing is left of it and what was there
 *   before still is, unless it is the folder that could not be flushed
 */
gboolean
oto_draft_publish (OtoDraft  *self,
                   GError   **error)
{
  g_autoptr (OtoDraft) owned = self;
  g_autofree char *parent = NULL;

  g_return_val_if_fail (self != NULL, FALSE);

  if (!is_whole (self)
      || (!self->is_volatile && !(self->is_folder ? flush_tree (self->path) : flush (self->fd))))
    return fail (self->target, errno, error);
  if (self->merges)
    return merge (self, error);

  if (g_rename (self->path, self->target) != 0)
    return fail (self->target, errno, error);
  g_clear_pointer (&self->path, g_free);
  parent = g_path_get_dirname (self->target);
  return self->is_volatile || flush_folder (parent) || fail (self->target, errno, error);
}
