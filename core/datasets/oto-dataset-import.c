/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "datasets/oto-dataset-import-private.h"

#include "audio/oto-clip.h"
#include "base/oto-error.h"
#include "io/oto-audio-file.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* --- what was found ------------------------------------------------------------------------ */

static void
clip_free (gpointer data)
{
  OtoImportClip *clip = data;

  g_free (clip->path);
  g_free (clip->name);
  g_free (clip->fold_name);
  oto_event_list_unref (clip->labels);
  g_free (clip);
}

/**
 * oto_dataset_import_free:
 * @self: (nullable) (transfer full): what was found
 *
 * Frees it.
 */
void
oto_dataset_import_free (OtoDatasetImport *self)
{
  if (self == NULL)
    return;
  g_free (self->source);
  g_free (self->audio_dir);
  g_clear_pointer (&self->finder, oto_clip_finder_free);
  g_clear_pointer (&self->filenames, g_ptr_array_unref);
  g_hash_table_unref (self->by_path);
  g_ptr_array_unref (self->clips);
  g_clear_pointer (&self->classes, g_hash_table_unref);
  g_ptr_array_unref (self->fold_names);
  oto_dataset_summary_free (self->summary);
  g_free (self);
}

/**
 * oto_dataset_import_get_title:
 * @self: what was found
 *
 * Returns: (transfer none): what the data set is, in words
 */
const char *
oto_dataset_import_get_title (const OtoDatasetImport *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return _(self->layout->title);
}

/**
 * oto_dataset_import_get_summary:
 * @self: what was found
 *
 * Returns: (transfer none): what the training folder will hold, and what is left out of it
 */
const OtoDatasetSummary *
oto_dataset_import_get_summary (const OtoDatasetImport *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->summary;
}

/**
 * oto_dataset_import_get_fold_names:
 * @self: what was found
 *
 * Returns: (transfer none) (array zero-terminated=1): what folds are called as published, from fold
 *   1; nothing if there are none
 */
const char * const *
oto_dataset_import_get_fold_names (const OtoDatasetImport *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return (const char * const *) self->fold_names->pdata;
}

/* --- looking at the clips ------------------------------------------------------------------ */

/* Opens a clip. FALSE if that was cancelled. */
static gboolean
look_at_clip (OtoDatasetImport  *self,
              OtoImportClip     *clip,
              GCancellable      *cancellable,
              GError           **error)
{
  g_autoptr (GError) problem = NULL;
  g_autoptr (OtoClip) audio = oto_audio_file_open_full (clip->path, cancellable, &problem);
  g_autofree char *fold = clip->fold > 0 ? g_strdup_printf ("%d", clip->fold) : NULL;

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;
  clip->is_good = audio != NULL;
  if (audio == NULL)
    {
      oto_dataset_summary_add_problem (self->summary, OTO_DATASET_UNREADABLE, clip->name,
                                       problem->message);
      return TRUE;
    }
  oto_dataset_summary_add_clip (self->summary, clip->name, audio, fold, clip->labels);
  return TRUE;
}

static void
add_unlabelled (OtoDatasetImport *self)
{
  for (guint i = 0; i < self->filenames->len; i++)
    {
      const char *name = g_ptr_array_index (self->filenames, i);
      g_autofree char *path = g_build_filename (self->audio_dir, name, NULL);

      if (!g_hash_table_contains (self->by_path, path))
        oto_dataset_summary_add_problem (self->summary, OTO_DATASET_UNLABELLED, name, NULL);
    }
}

static gboolean
look_at_clips (OtoDatasetImport  *self,
               OtoProgressFunc    progress,
               gpointer           user_data,
               GCancellable      *cancellable,
               GError           **error)
{
  for (guint i = 0; i < self->clips->len; i++)
    {
      if (!look_at_clip (self, g_ptr_array_index (self->clips, i), cancellable, error))
        return FALSE;
      if (progress != NULL)
        progress ((i + 1.0) / self->clips->len, user_data);
    }
  add_unlabelled (self);
  oto_dataset_summary_complete (self->summary);
  if (oto_dataset_summary_get_n_clips (self->summary) > 0)
    return TRUE;
  g_set_error (error, OTO_DATASETS_ERROR, OTO_DATASETS_ERROR_LAYOUT,
               _("Of “%s” no file with labels can be used: %u are not there, %u cannot be read. "
                 "Name the folder of the audio, or what the columns of the list hold."),
               self->source, oto_dataset_summary_count (self->summary, OTO_DATASET_MISSING),
               oto_dataset_summary_count (self->summary, OTO_DATASET_UNREADABLE));
  return FALSE;
}

/* --- finding out what it is ---------------------------------------------------------------- */

/* Whether each file is in a folder of its own kind, and there is no list. */
static gboolean
has_folders (const OtoDatasetImport *self,
             GPtrArray              *tables)
{
  for (guint i = 0; i < self->filenames->len; i++)
    if (strchr (g_ptr_array_index (self->filenames, i), '/') == NULL)
      return FALSE;
  return tables->len == 0 && self->filenames->len > 0;
}

static gboolean
find_layout (OtoDatasetImport               *self,
             const OtoDatasetImportOptions  *options,
             GError                        **error)
{
  g_autoptr (GPtrArray) tables = NULL;

  if (options->layout != NULL)
    self->layout = oto_import_layout_find (options->layout, error);
  else if (!g_file_test (options->source, G_FILE_TEST_IS_DIR) || options->columns != NULL)
    self->layout = &oto_import_list;
  else
    {
      tables = oto_import_list_tables (options->source);
      self->layout = oto_import_layout_sniff (tables);
      if (self->layout == NULL)
        self->layout = has_folders (self, tables) ? &oto_import_folders : &oto_import_list;
    }
  return self->layout != NULL;
}

static gboolean
find_files (OtoDatasetImport               *self,
            const OtoDatasetImportOptions  *options,
            GError                        **error)
{
  if (!g_file_test (options->source, G_FILE_TEST_EXISTS))
    {
      g_set_error (error, OTO_DATASETS_ERROR, OTO_DATASETS_ERROR_LAYOUT,
                   _("There is no “%s”. Name the folder of a data set, or a list of labels."),
                   options->source);
      return FALSE;
    }
  self->source = g_strdup (options->source);
  if (options->audio_dir != NULL)
    self->audio_dir = g_canonicalize_filename (options->audio_dir, NULL);
  else
    {
      g_autofree char *dir = g_file_test (options->source, G_FILE_TEST_IS_DIR)
                               ? g_strdup (options->source) : g_path_get_dirname (options->source);

      self->audio_dir = g_canonicalize_filename (dir, NULL);
    }
  self->filenames = oto_audio_file_list (self->audio_dir);
  self->finder = oto_clip_finder_new (self->filenames);
  return TRUE;
}

/**
 * oto_dataset_import_new:
 * @options: what to look at
 * @progress: (nullable): told how far the work is, on the caller's thread
 * @user_data: for @progress
 * @cancellable: (nullable): to stop it
 * @error: return location for a #GError
 *
 * Reads a data set's lists, and opens each of its clips.
 *
 * Returns: (transfer full) (nullable): what was found; %NULL with an #OtoDatasetsError if it cannot
 *   be recognised or holds no clip that can be used, an #OtoIoError or %G_IO_ERROR_CANCELLED
 */
OtoDatasetImport *
oto_dataset_import_new (const OtoDatasetImportOptions  *options,
                        OtoProgressFunc                 progress,
                        gpointer                        user_data,
                        GCancellable                   *cancellable,
                        GError                        **error)
{
  g_autoptr (OtoDatasetImport) self = NULL;
  gboolean is_read;

  g_return_val_if_fail (options != NULL && options->source != NULL, NULL);

  self = g_new0 (OtoDatasetImport, 1);
  self->clips = g_ptr_array_new_with_free_func (clip_free);
  self->by_path = g_hash_table_new (g_str_hash, g_str_equal);
  self->fold_names = g_ptr_array_new_with_free_func (g_free);
  self->summary = oto_dataset_summary_new ();
  if (!find_files (self, options, error) || !find_layout (self, options, error))
    return NULL;
  is_read = self->layout == &oto_import_folders
              ? oto_dataset_import_read_folders (self, error)
              : oto_dataset_import_read_lists (self, options, error);
  if (!is_read || !oto_dataset_import_number_folds (self, error)
      || !look_at_clips (self, progress, user_data, cancellable, error))
    return NULL;
  return g_steal_pointer (&self);
}
