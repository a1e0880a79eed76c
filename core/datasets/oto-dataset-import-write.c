/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "datasets/oto-dataset-import-private.h"

#include "base/oto-error.h"
#include "io/oto-draft.h"
#include "io/oto-file.h"
#include "labels/oto-label-file.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define COPY_BYTES (1024 * 1024)

/* What is written now. */
typedef struct
{
  const OtoDatasetImport *self;
  const char             *dir;       /* of the draft */
  size_t                  n_common;  /* bytes that all names begin with: folders */
  GHashTable             *names;     /* that are taken */
  OtoEventList           *labels;
  GString                *folds;
} Writing;

/* --- names --------------------------------------------------------------------------------- */

/* Length of the folders in which all clips are. */
static size_t
count_common (GPtrArray *clips)
{
  const char *first = NULL;
  size_t len = 0;

  for (guint i = 0; i < clips->len; i++)
    {
      const OtoImportClip *clip = g_ptr_array_index (clips, i);
      size_t n = 0;

      if (!clip->is_good)
        continue;
      if (first == NULL)
        {
          first = clip->name;
          len = strlen (first);
        }
      while (n < len && first[n] == clip->name[n])
        n++;
      len = n;
    }
  while (len > 0 && first[len - 1] != '/')
    len--;
  return len;
}

/* What a clip is called in the new folder: as in the old, in characters that lists can hold. A path
 * that leads elsewhere loses its folders; of equal names the later get a number before. */
static char *
dup_name (Writing             *writing,
          const OtoImportClip *clip)
{
  const char *rest = clip->name + writing->n_common;
  g_autofree char *inner =
    g_path_is_absolute (clip->name) || strstr (clip->name, "..") != NULL
      ? g_path_get_basename (clip->name) : g_strdup (rest);
  g_autofree char *shown = g_filename_display_name (inner);
  char *name;

  for (char *c = shown; *c != '\0'; c++)
    if (g_ascii_iscntrl (*c) || *c == '\\')
      *c = '_';
  name = g_strdup (shown);
  for (guint n = 2; !g_hash_table_add (writing->names, g_strdup (name)); n++)
    {
      g_free (name);
      name = g_strdup_printf ("%u/%s", n, shown);
    }
  return name;
}

/* --- files --------------------------------------------------------------------------------- */

static gboolean
fail (const char  *path,
      int          cause,
      GError     **error)
{
  g_autofree char *name = oto_file_dup_display_name (path);

  g_set_error (error, OTO_IO_ERROR, OTO_IO_ERROR_WRITE,
               _("“%s” cannot be written: %s. Check the folder and the room on the disk."), name,
               g_strerror (cause));
  return FALSE;
}

static gboolean
copy_file (const char    *from,
           const char    *to,
           GCancellable  *cancellable,
           GError       **error)
{
  g_autofree char *bytes = g_malloc (COPY_BYTES);
  g_autoptr (OtoDraft) draft = oto_draft_new (to, error);
  int fd = draft != NULL ? oto_file_open (from, NULL, error) : -1;
  ssize_t n = 1;
  gboolean done = fd >= 0;

  while (done && n > 0)
    {
      n = read (fd, bytes, COPY_BYTES);
      if (n < 0 && errno == EINTR)
        n = 1;
      else if (n < 0)
        done = fail (to, errno, error);
      else
        done = oto_draft_write (draft, bytes, (size_t) n, error)
               && !g_cancellable_set_error_if_cancelled (cancellable, error);
    }
  if (fd >= 0)
    close (fd);
  return done && oto_draft_publish (g_steal_pointer (&draft), error);
}

static gboolean
put_file (const char    *from,
          const char    *to,
          gboolean       copies,
          GCancellable  *cancellable,
          GError       **error)
{
  g_autofree char *folder = g_path_get_dirname (to);

  if (g_mkdir_with_parents (folder, 0777) != 0)
    return fail (folder, errno, error);
  if (copies)
    return copy_file (from, to, cancellable, error);
  return symlink (from, to) == 0 || fail (to, errno, error);
}

/* --- lists --------------------------------------------------------------------------------- */

static void
add_labels (Writing             *writing,
            const OtoImportClip *clip,
            const char          *name)
{
  for (guint i = 0; i < oto_event_list_get_n (clip->labels); i++)
    {
      OtoEvent *event = oto_event_copy (oto_event_list_get (clip->labels, i));

      g_free (event->filename);
      event->filename = g_strdup (name);
      g_clear_pointer (&event->fields, g_strfreev);
      oto_event_list_add (writing->labels, event);
    }
  if (clip->fold > 0)
    g_string_append_printf (writing->folds, "%s\t%d\n", name, clip->fold);
}

static gboolean
save_text (const char  *dir,
           const char  *name,
           GString     *text,
           GError     **error)
{
  g_autofree char *path = g_build_filename (dir, name, NULL);
  g_autoptr (GBytes) bytes = g_bytes_new_static (text->str, text->len);

  return oto_file_save (path, bytes, error);
}

/* What is not in the folder, and why: a list that is longer than a message can be. */
static gboolean
save_left_out (const Writing  *writing,
               GError        **error)
{
  static const OtoDatasetProblemKind kinds[] =
    { OTO_DATASET_BAD_LINE, OTO_DATASET_MISSING, OTO_DATASET_AMBIGUOUS, OTO_DATASET_UNREADABLE };
  const GArray *problems = oto_dataset_summary_get_problems (writing->self->summary);
  g_autoptr (GString) text = g_string_new ("filename\tproblem\ttext\n");
  gboolean is_empty = TRUE;

  for (guint i = 0; i < problems->len; i++)
    {
      const OtoDatasetProblem *problem = &g_array_index (problems, OtoDatasetProblem, i);
      const char *cells[] = { problem->name, oto_dataset_problem_kind_get_name (problem->kind),
                              problem->text };
      gboolean is_left_out = FALSE;

      for (guint k = 0; k < G_N_ELEMENTS (kinds); k++)
        is_left_out = is_left_out || problem->kind == kinds[k];
      for (guint k = 0; is_left_out && k < G_N_ELEMENTS (cells); k++)
        {
          g_autofree char *cell = g_strdup (cells[k] != NULL ? cells[k] : "");

          g_string_append (text, g_strdelimit (cell, "\t\r\n", ' '));
          g_string_append_c (text, k + 1 < G_N_ELEMENTS (cells) ? '\t' : '\n');
        }
      is_empty = is_empty && !is_left_out;
    }
  return is_empty || save_text (writing->dir, "left-out.tsv", text, error);
}

static gboolean
write_all (Writing          *writing,
           gboolean          copies,
           OtoProgressFunc   progress,
           gpointer          user_data,
           GCancellable     *cancellable,
           GError          **error)
{
  GPtrArray *clips = writing->self->clips;
  g_autofree char *labels_path = g_build_filename (writing->dir, "labels.tsv", NULL);

  for (guint i = 0; i < clips->len; i++)
    {
      const OtoImportClip *clip = g_ptr_array_index (clips, i);
      g_autofree char *name = NULL, *path = NULL;

      if (!clip->is_good)
        continue;
      name = dup_name (writing, clip);
      path = g_build_filename (writing->dir, "audio", name, NULL);
      if (g_cancellable_set_error_if_cancelled (cancellable, error)
          || !put_file (clip->path, path, copies, cancellable, error))
        return FALSE;
      add_labels (writing, clip, name);
      if (progress != NULL)
        progress ((i + 1.0) / clips->len, user_data);
    }
  return oto_label_file_save_events (writing->labels, labels_path, error)
         && (writing->self->fold_names->pdata[0] == NULL
             || save_text (writing->dir, "folds.tsv", writing->folds, error))
         && save_left_out (writing, error);
}

/**
 * oto_dataset_import_write:
 * @self: what was found
 * @dir: the training folder, new or empty
 * @copies: whether audio is copied; otherwise there are links to it
 * @progress: (nullable): told how far the work is, on the caller's thread
 * @user_data: for @progress
 * @cancellable: (nullable): to stop it
 * @error: return location for a #GError
 *
 * Makes a folder that oto_dataset_load() reads: audio/, labels.tsv, folds.tsv where the data set
 * has folds, and left-out.tsv (filename, problem, text) where something had to be left out. It
 * appears when it is whole.
 *
 * Returns: %FALSE with %OTO_IO_ERROR_WRITE, another #OtoIoError or %G_IO_ERROR_CANCELLED; then
 *   nothing is there
 */
gboolean
oto_dataset_import_write (const OtoDatasetImport  *self,
                          const char              *dir,
                          gboolean                 copies,
                          OtoProgressFunc          progress,
                          gpointer                 user_data,
                          GCancellable            *cancellable,
                          GError                 **error)
{
  g_autoptr (OtoDraft) draft = NULL;
  g_autoptr (GHashTable) names = NULL;
  g_autoptr (OtoEventList) labels = NULL;
  g_autoptr (GString) folds = NULL;

  g_return_val_if_fail (self != NULL && dir != NULL, FALSE);

  if (!oto_draft_check_new_folder (dir, error))
    return FALSE;
  draft = oto_draft_new_folder (dir, error);
  if (draft == NULL)
    return FALSE;
  names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  labels = oto_event_list_new ();
  folds = g_string_new ("filename\tfold\n");
  return write_all (&(Writing) { self, oto_draft_get_path (draft), count_common (self->clips),
                                 names, labels, folds },
                    copies, progress, user_data, cancellable, error)
         && oto_draft_publish (g_steal_pointer (&draft), error);
}
