/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "datasets/oto-dataset.h"

#include "audio/oto-clip.h"
#include "base/oto-arena.h"
#include "base/oto-error.h"
#include "datasets/oto-clip-finder.h"
#include "datasets/oto-fold-list.h"
#include "datasets/oto-remix-private.h"
#include "detection/oto-event-list.h"
#include "io/oto-audio-file.h"
#include "labels/oto-label-file.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#define MAX_CLASSES     10000
#define N_NAMED         3           /* of many missing files, so many are named */

struct _OtoDataset
{
  GObject       parent_instance;

  char         *dir;
  char         *audio_dir;          /* audio/, or the folder itself */
  GPtrArray    *filenames;          /* relative to audio_dir, sorted */
  OtoClipFinder *finder;
  GHashTable   *renamed;            /* names in lists that were found in that one alone */
  char         *note;               /* of these; or NULL */
  int          *folds;              /* (clips) */
  int           n_folds;
  GPtrArray    *class_names;        /* sorted, ended by NULL */
  guint8       *labels;             /* (clips, K) */
  guint         n_unlabelled;
  OtoEventList *events;             /* NULL for weak labels */
  GPtrArray    *mixtures;           /* (nullable) OtoMixture: clips that are no files */
  guint32      *clip_events;        /* indices of events, clip by clip */
  guint32      *clip_begins;        /* (clips + 1): where those of a clip begin */
  gboolean      has_parts;
};

G_DEFINE_FINAL_TYPE (OtoDataset, oto_dataset, G_TYPE_OBJECT)

static void
oto_dataset_finalize (GObject *object)
{
  OtoDataset *self = OTO_DATASET (object);

  g_free (self->dir);
  g_free (self->audio_dir);
  g_clear_pointer (&self->finder, oto_clip_finder_free);
  g_clear_pointer (&self->renamed, g_hash_table_unref);
  g_free (self->note);
  g_clear_pointer (&self->filenames, g_ptr_array_unref);
  g_free (self->folds);
  g_clear_pointer (&self->class_names, g_ptr_array_unref);
  oto_free (self->labels);
  g_clear_pointer (&self->events, oto_event_list_unref);
  g_clear_pointer (&self->mixtures, g_ptr_array_unref);
  g_free (self->clip_events);
  g_free (self->clip_begins);
  G_OBJECT_CLASS (oto_dataset_parent_class)->finalize (object);
}

static void
oto_dataset_class_init (OtoDatasetClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = oto_dataset_finalize;
}

static void
oto_dataset_init (OtoDataset *self)
{
  self->renamed = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->class_names = g_ptr_array_new_with_free_func (g_free);
}

static gboolean G_GNUC_PRINTF (3, 4)
fail (OtoDataset  *self,
      GError     **error,
      const char  *format,
      ...)
{
  g_autofree char *message = NULL;
  va_list args;

  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error (error, OTO_DATASETS_ERROR, OTO_DATASETS_ERROR_LAYOUT,
               /* Translators: a folder, then what is wrong with it, in small letters. */
               _("The data set “%s”: %s"), self->dir, message);
  return FALSE;
}

/* --- clips --------------------------------------------------------------------------------- */

static void
set_fold (OtoDataset *self,
          guint       clip,
          int         fold)
{
  self->folds[clip] = fold;
  self->n_folds = MAX (self->n_folds, fold);
}

static int
compare_strings (gconstpointer a,
                 gconstpointer b)
{
  return strcmp (*(const char * const *) a, *(const char * const *) b);
}

static gboolean
find_clips (OtoDataset  *self,
            GError     **error)
{
  g_autofree char *labels = g_build_filename (self->dir, "labels.tsv", NULL);

  if (!g_file_test (self->dir, G_FILE_TEST_IS_DIR))
    return fail (self, error, _("there is no such folder. Check the path."));
  /* Before the clips are sought: a folder that is no data set can be anything, and be large. */
  if (!g_file_test (labels, G_FILE_TEST_EXISTS))
    return fail (self, error, _("there is no labels.tsv in it. Add one with the columns filename, "
                                "onset, offset, event_label, or filename, event_labels."));

  self->audio_dir = g_build_filename (self->dir, "audio", NULL);
  if (!g_file_test (self->audio_dir, G_FILE_TEST_IS_DIR))
    {
      g_free (self->audio_dir);
      self->audio_dir = g_strdup (self->dir);
    }
  self->filenames = oto_audio_file_list (self->audio_dir);
  if (self->filenames->len == 0)
    return fail (self, error, _("“%s” holds no audio files. Put the clips there."),
                 self->audio_dir);

  self->finder = oto_clip_finder_new (self->filenames);
  return TRUE;
}

static int
compare_mixtures (gconstpointer a,
                  gconstpointer b)
{
  return strcmp ((*(const OtoMixture * const *) a)->name, (*(const OtoMixture * const *) b)->name);
}

/* The clips of a list of mixtures, which nobody has made. */
static gboolean
find_mixtures (OtoDataset  *self,
               const char  *path,
               GError     **error)
{
  self->mixtures = oto_mixture_load_list (path, error);
  if (self->mixtures == NULL || !oto_remix_check_list (self->mixtures, path, error))
    return FALSE;
  if (self->mixtures->len == 0)
    return fail (self, error, _("the list holds no mixtures. Make it again."));

  g_ptr_array_sort (self->mixtures, compare_mixtures);
  self->filenames = g_ptr_array_new_with_free_func (g_free);
  self->folds = g_new0 (int, self->mixtures->len);
  for (guint i = 0; i < self->mixtures->len; i++)
    {
      const OtoMixture *mixture = g_ptr_array_index (self->mixtures, i);

      g_ptr_array_add (self->filenames, g_strdup (mixture->name));
      set_fold (self, i, mixture->fold);
    }
  self->finder = oto_clip_finder_new (self->filenames);
  return TRUE;
}

/* Index of a clip that a list names, from 1; 0 if it is not there. Lists come without endings, and
 * from systems that write accents in another way. */
static guint
find_clip (OtoDataset *self,
           const char *filename)
{
  OtoClipFinderMatch match;
  const int clip = oto_clip_finder_find (self->finder, filename, OTO_CLIP_FINDER_ALIKE, NULL,
                                         &match);

  if (clip < 0)
    return 0;
  if (match == OTO_CLIP_FINDER_EXACT)
    return (guint) clip + 1;
  if (self->note == NULL)
    self->note = g_strdup_printf ("“%s” → “%s”", filename,
                                  (char *) g_ptr_array_index (self->filenames, clip));
  g_hash_table_add (self->renamed, g_strdup (filename));
  return (guint) clip + 1;
}

/* Says which names were taken for others. */
static void
complete_note (OtoDataset *self)
{
  const guint n = g_hash_table_size (self->renamed);
  g_autofree char *example = g_steal_pointer (&self->note);

  if (n > 0)
    self->note = g_strdup_printf (
      /* Translators: a number, a folder, then a name and the file that it was taken for. */
      g_dngettext (GETTEXT_PACKAGE,
                   "%u name in the lists of “%s” was taken for that of a file which differs in its "
                   "ending or in how accents are written: %s.",
                   "%u names in the lists of “%s” were taken for those of files which differ in "
                   "their ending or in how accents are written, as %s.", n),
      n, self->dir, example);
}

/* --- labels.tsv ---------------------------------------------------------------------------- */

static OtoEventList *
load_events (OtoDataset  *self,
             GError     **error)
{
  g_autofree char *path = g_build_filename (self->dir, "labels.tsv", NULL);
  g_autoptr (OtoLabelFile) labels = oto_label_file_load (path, NULL, error);
  guint line;

  if (labels == NULL)
    return NULL;
  if (oto_label_file_get_n_problems (labels) > 0)
    {
      const char *problem = oto_label_file_get_problem (labels, 0, &line);

      fail (self, error, _("labels.tsv, line %u: %s. Correct the line or remove it."), line,
            problem);
      return NULL;
    }
  return oto_event_list_ref (oto_label_file_get_events (labels));
}

/* Every file that a list names must be there. */
static gboolean
check_files (OtoDataset    *self,
             OtoEventList  *events,
             GError       **error)
{
  g_autoptr (GHashTable) missing = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GString) names = g_string_new (NULL);

  for (guint i = 0; i < oto_event_list_get_n (events); i++)
    {
      const char *filename = oto_event_list_get (events, i)->filename;

      if (filename == NULL)
        return fail (self, error, _("labels.tsv has no file names. Its first column must be "
                                    "filename."));
      if (find_clip (self, filename) == 0 && g_hash_table_add (missing, (gpointer) filename)
          && g_hash_table_size (missing) <= N_NAMED)
        g_string_append_printf (names, "%s“%s”", names->len > 0 ? ", " : "", filename);
    }
  if (g_hash_table_size (missing) > 0)
    return fail (self, error,
                 g_dngettext (GETTEXT_PACKAGE,
                              "labels.tsv names %u file that “%s” does not hold: %s%s. Add it or "
                              "remove its lines.",
                              "labels.tsv names %u files that “%s” does not hold: %s%s. Add them "
                              "or remove their lines.", g_hash_table_size (missing)),
                 g_hash_table_size (missing), self->audio_dir, names->str,
                 /* Translators: after a list of files. */
                 g_hash_table_size (missing) > N_NAMED ? _(" and others") : "");
  return TRUE;
}

static gboolean
collect_classes (OtoDataset    *self,
                 OtoEventList  *events,
                 GHashTable    *classes,
                 GError       **error)
{
  for (guint i = 0; i < oto_event_list_get_n (events); i++)
    {
      const char *label = oto_event_list_get (events, i)->label;

      if (g_hash_table_add (classes, (gpointer) label))
        g_ptr_array_add (self->class_names, g_strdup (label));
    }
  if (self->class_names->len == 0)
    return fail (self, error, _("labels.tsv holds no labels. Add at least one."));
  if (self->class_names->len > MAX_CLASSES)
    return fail (self, error, _("it has %u classes, more than %d. Check the label column."),
                 self->class_names->len, MAX_CLASSES);

  g_ptr_array_sort (self->class_names, compare_strings);
  g_hash_table_remove_all (classes);
  for (guint k = 0; k < self->class_names->len; k++)
    g_hash_table_insert (classes, g_ptr_array_index (self->class_names, k), GUINT_TO_POINTER (k));
  g_ptr_array_add (self->class_names, NULL);
  return TRUE;
}

/* Which events are a clip's: counted, then put one behind the other. */
static void
index_events (OtoDataset   *self,
              OtoEventList *events)
{
  const guint n_events = oto_event_list_get_n (events);
  g_autofree guint32 *clips = g_new (guint32, n_events + 1);
  g_autofree guint32 *ends = NULL;

  self->clip_events = g_new (guint32, n_events + 1);
  self->clip_begins = g_new0 (guint32, self->filenames->len + 1);
  for (guint i = 0; i < n_events; i++)
    {
      clips[i] = find_clip (self, oto_event_list_get (events, i)->filename) - 1;
      self->clip_begins[clips[i] + 1]++;
    }
  for (guint n = 0; n < self->filenames->len; n++)
    self->clip_begins[n + 1] += self->clip_begins[n];
  ends = g_memdup2 (self->clip_begins, (self->filenames->len + 1) * sizeof (guint32));
  for (guint i = 0; i < n_events; i++)
    self->clip_events[ends[clips[i]]++] = i;
}

static gboolean
read_labels (OtoDataset  *self,
             GError     **error)
{
  g_autoptr (OtoEventList) events = self->mixtures != NULL ? oto_remix_list_labels (self->mixtures)
                                                           : load_events (self, error);
  g_autoptr (GHashTable) classes = g_hash_table_new (g_str_hash, g_str_equal);
  g_autofree guint8 *labelled = NULL;
  gboolean is_strong = FALSE;
  guint n_classes;

  if (events == NULL || !check_files (self, events, error)
      || !collect_classes (self, events, classes, error))
    return FALSE;

  n_classes = oto_dataset_get_n_classes (self);
  self->labels = oto_try_alloc ((size_t) self->filenames->len * n_classes, 1, error);
  if (self->labels == NULL)
    return FALSE;
  labelled = g_new0 (guint8, self->filenames->len);
  for (guint i = 0; i < oto_event_list_get_n (events); i++)
    {
      const OtoEvent *event = oto_event_list_get (events, i);
      guint clip = find_clip (self, event->filename) - 1;
      guint k = GPOINTER_TO_UINT (g_hash_table_lookup (classes, event->label));

      self->labels[(size_t) clip * n_classes + k] = 1;
      labelled[clip] = 1;
      is_strong = is_strong || !isnan (event->onset_s);
    }
  for (guint i = 0; i < self->filenames->len; i++)
    self->n_unlabelled += !labelled[i];
  if (is_strong)
    {
      index_events (self, events);
      self->events = g_steal_pointer (&events);
    }
  return TRUE;
}

/* --- folds.tsv ----------------------------------------------------------------------------- */

static gboolean
read_folds (OtoDataset  *self,
            GError     **error)
{
  g_autofree char *path = g_build_filename (self->dir, "folds.tsv", NULL);
  g_autoptr (GArray) rows = NULL;

  self->folds = g_new0 (int, self->filenames->len);
  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    {
      for (guint i = 0; i < self->filenames->len; i++)
        set_fold (self, i, oto_fold_list_guess (g_ptr_array_index (self->filenames, i)));
      return TRUE;
    }

  rows = oto_fold_list_load (path, error);
  if (rows == NULL)
    return FALSE;
  for (guint i = 0; i < rows->len; i++)
    {
      const OtoFoldRow *row = &g_array_index (rows, OtoFoldRow, i);
      const guint clip = find_clip (self, row->filename);

      if (row->fold == 0)
        return fail (self, error, _("folds.tsv, line %u: “%s” is no fold. Its columns are filename "
                                    "and fold, a number from 1."), row->line, row->text);
      if (clip == 0)
        return fail (self, error, _("folds.tsv, line %u: “%s” holds no “%s”. Add it or remove the "
                                    "line."), row->line, self->audio_dir, row->filename);
      if (self->folds[clip - 1] != 0 && self->folds[clip - 1] != row->fold)
        return fail (self, error, _("folds.tsv, line %u: “%s” is in two folds. Remove one line."),
                     row->line, row->filename);
      set_fold (self, clip - 1, row->fold);
    }
  for (guint i = 0; i < self->filenames->len; i++)
    if (self->folds[i] == 0)
      return fail (self, error, _("folds.tsv has no line for “%s”. Add one, or remove folds.tsv."),
                   (const char *) g_ptr_array_index (self->filenames, i));
  return TRUE;
}

/**
 * oto_dataset_load:
 * @dir: a data set's folder
 * @error: return location for a #GError
 *
 * Reads what a data set's lists say; audio is opened later, by who needs it. Audio that no line of
 * the labels names is a clip without events.
 *
 * Returns: (transfer full): the data set, or %NULL with an #OtoDatasetsError or #OtoIoError
 */
OtoDataset *
oto_dataset_load (const char  *dir,
                  GError     **error)
{
  g_autoptr (OtoDataset) self = NULL;
  g_autofree char *list = NULL;

  g_return_val_if_fail (dir != NULL, NULL);

  self = g_object_new (OTO_TYPE_DATASET, NULL);
  self->dir = g_strdup (dir);
  if (!find_clips (self, error) || !read_labels (self, error) || !read_folds (self, error))
    return NULL;
  complete_note (self);
  list = g_build_filename (dir, "mixture.yaml", NULL);
  self->has_parts = g_file_test (list, G_FILE_TEST_IS_REGULAR);
  return g_steal_pointer (&self);
}

/**
 * oto_dataset_load_mixtures:
 * @path: a list of mixtures, as oto_remix_run() writes them, that lies beside the audio it names
 * @error: return location for a #GError
 *
 * Reads a data set of clips that are no files: oto_dataset_open_clip() mixes them.
 *
 * Returns: (transfer full): the data set, or %NULL with an #OtoDatasetsError or #OtoIoError
 */
OtoDataset *
oto_dataset_load_mixtures (const char  *path,
                           GError     **error)
{
  g_autoptr (OtoDataset) self = NULL;

  g_return_val_if_fail (path != NULL, NULL);

  self = g_object_new (OTO_TYPE_DATASET, NULL);
  self->dir = g_path_get_dirname (path);
  self->audio_dir = g_strdup (self->dir);
  self->has_parts = TRUE;
  if (!find_mixtures (self, path, error) || !read_labels (self, error))
    return NULL;
  return g_steal_pointer (&self);
}

/**
 * oto_dataset_get_mixture:
 * @self: a data set
 * @clip: which
 *
 * Returns: (transfer none) (nullable): how the clip is made; %NULL for a clip that is a file
 */
const OtoMixture *
oto_dataset_get_mixture (OtoDataset *self,
                         guint       clip)
{
  g_return_val_if_fail (OTO_IS_DATASET (self) && clip < self->filenames->len, NULL);

  return self->mixtures != NULL ? g_ptr_array_index (self->mixtures, clip) : NULL;
}

/**
 * oto_dataset_open_clip:
 * @self: a data set
 * @clip: which
 * @error: return location for a #GError
 *
 * Returns: (transfer full): the clip, opened or mixed, or %NULL when it cannot be
 */
OtoClip *
oto_dataset_open_clip (OtoDataset  *self,
                       guint        clip,
                       GError     **error)
{
  const OtoMixture *mixture = oto_dataset_get_mixture (self, clip);
  const OtoRemixPlaces places = { self->dir, self->dir };
  g_autofree char *path = NULL;
  g_autofree float *samples = NULL;

  if (mixture == NULL)
    {
      path = oto_dataset_dup_path (self, clip);
      return oto_audio_file_open (path, error);
    }
  samples = g_new (float, 2 * OTO_REMIX_CLIP_LEN);
  if (!oto_remix_render (&places, mixture, oto_remix_config_default.snr_min_db, samples, error))
    return NULL;
  return oto_clip_new_from_samples (mixture->name, samples, OTO_REMIX_CLIP_LEN, 2,
                                    OTO_REMIX_RATE_HZ);
}

/**
 * oto_dataset_get_dir:
 * @self: a data set
 *
 * Returns: (transfer none): its folder; that of the list where its clips are mixtures
 */
const char *
oto_dataset_get_dir (OtoDataset *self)
{
  g_return_val_if_fail (OTO_IS_DATASET (self), NULL);

  return self->dir;
}

guint
oto_dataset_get_n_clips (OtoDataset *self)
{
  g_return_val_if_fail (OTO_IS_DATASET (self), 0);

  return self->filenames->len;
}

/**
 * oto_dataset_get_n_unlabelled:
 * @self: a data set
 *
 * Returns: how many clips have no event
 */
guint
oto_dataset_get_n_unlabelled (OtoDataset *self)
{
  g_return_val_if_fail (OTO_IS_DATASET (self), 0);

  return self->n_unlabelled;
}

/**
 * oto_dataset_get_note:
 * @self: a data set
 *
 * Returns: (transfer none) (nullable): a sentence on what was not taken as it stands in the lists
 */
const char *
oto_dataset_get_note (OtoDataset *self)
{
  g_return_val_if_fail (OTO_IS_DATASET (self), NULL);

  return self->note;
}

/**
 * oto_dataset_get_filename:
 * @self: a data set
 * @clip: which
 *
 * Returns: (transfer none): the clip's file, relative to audio/, or to the
 *   data set's folder where there is no audio/
 */
const char *
oto_dataset_get_filename (OtoDataset *self,
                          guint       clip)
{
  g_return_val_if_fail (OTO_IS_DATASET (self) && clip < self->filenames->len, NULL);

  return g_ptr_array_index (self->filenames, clip);
}

char *
oto_dataset_dup_path (OtoDataset *self,
                      guint       clip)
{
  g_return_val_if_fail (OTO_IS_DATASET (self) && clip < self->filenames->len, NULL);

  return g_build_filename (self->audio_dir, g_ptr_array_index (self->filenames, clip), NULL);
}

/**
 * oto_dataset_get_fold:
 * @self: a data set
 * @clip: which
 *
 * Returns: its fold, from 1; without folds.tsv there are four, by a hash of the file's name
 */
int
oto_dataset_get_fold (OtoDataset *self,
                      guint       clip)
{
  g_return_val_if_fail (OTO_IS_DATASET (self) && clip < self->filenames->len, 0);

  return self->folds[clip];
}

int
oto_dataset_get_n_folds (OtoDataset *self)
{
  g_return_val_if_fail (OTO_IS_DATASET (self), 0);

  return self->n_folds;
}

/**
 * oto_dataset_list_clips:
 * @self: a data set
 * @fold: a fold; 0: none
 * @inside: whether the clips of the fold are meant, or all others
 * @error: return location for a #GError
 *
 * Returns: (transfer full) (element-type guint32): at least one clip, ascending, or %NULL with
 *   %OTO_DATASETS_ERROR_FOLD
 */
GArray *
oto_dataset_list_clips (OtoDataset  *self,
                        int          fold,
                        gboolean     inside,
                        GError     **error)
{
  g_autoptr (GArray) clips = NULL;

  g_return_val_if_fail (OTO_IS_DATASET (self), NULL);

  clips = g_array_new (FALSE, FALSE, sizeof (guint32));
  for (guint32 i = 0; i < self->filenames->len; i++)
    if ((self->folds[i] == fold) == (inside != FALSE))
      g_array_append_val (clips, i);
  if (clips->len == 0)
    {
      g_set_error (error, OTO_DATASETS_ERROR, OTO_DATASETS_ERROR_FOLD,
                   inside ? _("The data set “%s” has no clip in fold %d; its folds are 1 to %d. "
                              "Choose another.")
                          : _("The data set “%s” has no clip outside fold %d; its folds are 1 to "
                              "%d. Choose another."), self->dir, fold, self->n_folds);
      return NULL;
    }
  return g_steal_pointer (&clips);
}

guint
oto_dataset_get_n_classes (OtoDataset *self)
{
  g_return_val_if_fail (OTO_IS_DATASET (self), 0);

  return self->class_names->len - 1;
}

/**
 * oto_dataset_get_class_names:
 * @self: a data set
 *
 * Returns: (transfer none) (array zero-terminated=1): sorted
 */
const char * const *
oto_dataset_get_class_names (OtoDataset *self)
{
  g_return_val_if_fail (OTO_IS_DATASET (self), NULL);

  return (const char * const *) self->class_names->pdata;
}

gboolean
oto_dataset_has_label (OtoDataset *self,
                       guint       clip,
                       guint       class_index)
{
  guint n_classes;

  g_return_val_if_fail (OTO_IS_DATASET (self) && clip < self->filenames->len, FALSE);

  n_classes = oto_dataset_get_n_classes (self);
  g_return_val_if_fail (class_index < n_classes, FALSE);
  return self->labels[(size_t) clip * n_classes + class_index];
}

/**
 * oto_dataset_fill_targets:
 * @self: a data set
 * @clip: which
 * @ret_y: (out caller-allocates): (K): 1 for classes that occur in the clip, 0 for others
 */
void
oto_dataset_fill_targets (OtoDataset *self,
                          guint       clip,
                          float      *ret_y)
{
  guint n_classes = oto_dataset_get_n_classes (self);

  g_return_if_fail (clip < self->filenames->len);

  for (guint k = 0; k < n_classes; k++)
    ret_y[k] = self->labels[(size_t) clip * n_classes + k];
}

/**
 * oto_dataset_get_events:
 * @self: a data set
 *
 * Returns: (transfer none) (nullable): strong labels; %NULL where they are weak
 */
OtoEventList *
oto_dataset_get_events (OtoDataset *self)
{
  g_return_val_if_fail (OTO_IS_DATASET (self), NULL);

  return self->events;
}

/**
 * oto_dataset_get_clip_events:
 * @self: a data set with strong labels
 * @clip: which
 * @ret_n: (out): how many events it has
 *
 * Returns: (transfer none) (array length=ret_n): which of oto_dataset_get_events() are those of the
 *   clip, in the order of the list
 */
const guint32 *
oto_dataset_get_clip_events (OtoDataset *self,
                             guint       clip,
                             guint      *ret_n)
{
  g_return_val_if_fail (OTO_IS_DATASET (self) && clip < self->filenames->len, NULL);
  g_return_val_if_fail (self->events != NULL, NULL);

  *ret_n = self->clip_begins[clip + 1] - self->clip_begins[clip];
  return self->clip_events + self->clip_begins[clip];
}

/**
 * oto_dataset_has_parts:
 * @self: a data set
 *
 * Returns: whether it was mixed here, as its mixture.yaml says: of its clips with two channels the
 *   first holds the events alone, the second the scene
 */
gboolean
oto_dataset_has_parts (OtoDataset *self)
{
  g_return_val_if_fail (OTO_IS_DATASET (self), FALSE);

  return self->has_parts;
}
