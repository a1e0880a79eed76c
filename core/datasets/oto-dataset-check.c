/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "datasets/oto-dataset-check.h"

#include "audio/oto-clip.h"
#include "base/oto-error.h"
#include "datasets/oto-clip-finder.h"
#include "datasets/oto-dataset.h"
#include "datasets/oto-fold-list.h"
#include "detection/oto-event-list.h"
#include "io/oto-audio-file.h"
#include "labels/oto-label-file.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

/* Nothing is heard below; the last bit of 16 is at -90 dB. */
#define SILENT_PEAK 1e-4f

/* What a converter or a limiter cut off: so many equal samples at least, near full scale, and so
 * many of them in all. The top of a sine has fewer. */
#define CLIPPED_LEVEL 0.98f
#define CLIPPED_RUN   4
#define N_CLIPPED     8

#define BLOCK_SAMPLES 65536

/* A file of the folder. */
typedef struct
{
  OtoEventList *labels;
  int           fold;                /* 0: unknown */
  gboolean      is_named;            /* by a list */
} Item;

typedef struct
{
  const char        *dir;
  char              *audio_dir;
  GPtrArray         *filenames;
  OtoClipFinder     *finder;
  Item              *items;          /* one a file */
  GHashTable        *hashes;         /* of contents -> GArray of guint: files */
  OtoDatasetSummary *summary;
  double             short_s;
} Check;

static void
check_clear (Check *check)
{
  for (guint i = 0; check->items != NULL && i < check->filenames->len; i++)
    oto_event_list_unref (check->items[i].labels);
  g_free (check->items);
  g_free (check->audio_dir);
  g_clear_pointer (&check->filenames, g_ptr_array_unref);
  g_clear_pointer (&check->finder, oto_clip_finder_free);
  g_hash_table_unref (check->hashes);
  oto_dataset_summary_free (check->summary);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Check, check_clear)

/* --- lists --------------------------------------------------------------------------------- */

/* The file that a list names; NULL, which is noted once, if there is none. */
static Item *
find_item (Check      *check,
           GHashTable *missing,
           const char *name)
{
  const int place = oto_clip_finder_find (check->finder, name, OTO_CLIP_FINDER_ALIKE, NULL, NULL);

  if (place >= 0)
    return &check->items[place];
  if (g_hash_table_add (missing, g_strdup (name)))
    oto_dataset_summary_add_problem (check->summary,
                                     place == OTO_CLIP_FINDER_AMBIGUOUS ? OTO_DATASET_AMBIGUOUS
                                                                        : OTO_DATASET_MISSING,
                                     name, NULL);
  return NULL;
}

static gboolean
read_labels (Check       *check,
             GHashTable  *missing,
             GError     **error)
{
  g_autofree char *path = g_build_filename (check->dir, "labels.tsv", NULL);
  g_autoptr (OtoLabelFile) labels = oto_label_file_load (path, NULL, error);
  const char * const *empty;

  if (labels == NULL)
    return FALSE;
  for (guint i = 0; i < oto_label_file_get_n_problems (labels); i++)
    {
      guint line;
      const char *problem = oto_label_file_get_problem (labels, i, &line);
      g_autofree char *place = g_strdup_printf ("labels.tsv:%u", line);

      oto_dataset_summary_add_problem (check->summary, OTO_DATASET_BAD_LINE, place, problem);
    }
  for (guint i = 0; i < oto_event_list_get_n (oto_label_file_get_events (labels)); i++)
    {
      const OtoEvent *event = oto_event_list_get (oto_label_file_get_events (labels), i);
      Item *item = event->filename != NULL ? find_item (check, missing, event->filename) : NULL;

      if (item == NULL)
        continue;
      item->is_named = TRUE;
      oto_event_list_add (item->labels, oto_event_copy (event));
    }
  for (empty = oto_label_file_get_empty_files (labels); *empty != NULL; empty++)
    {
      Item *item = find_item (check, missing, *empty);

      if (item != NULL)
        item->is_named = TRUE;
    }
  return TRUE;
}

/* What is wrong with the list is told by who loads the data set. */
static void
read_folds (Check      *check,
            GHashTable *missing)
{
  g_autofree char *path = g_build_filename (check->dir, "folds.tsv", NULL);
  g_autoptr (GArray) rows = NULL;

  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    {
      for (guint i = 0; i < check->filenames->len; i++)
        check->items[i].fold = oto_fold_list_guess (g_ptr_array_index (check->filenames, i));
      return;
    }
  rows = oto_fold_list_load (path, NULL);
  for (guint i = 0; rows != NULL && i < rows->len; i++)
    {
      const OtoFoldRow *row = &g_array_index (rows, OtoFoldRow, i);
      Item *item = find_item (check, missing, row->filename);

      if (item != NULL)
        item->fold = row->fold;
    }
}

/* --- audio --------------------------------------------------------------------------------- */

/* What the samples of a clip show. */
typedef struct
{
  float   peak;
  guint64 n_clipped;                 /* samples */
} Levels;

/* Adds the runs of equal samples near full scale of one channel. */
static guint64
count_clipped (const float *samples,
               gint64       n_samples,
               int          n_channels)
{
  guint64 n_clipped = 0, run = 0;

  for (gint64 i = 0; i <= n_samples; i++)
    {
      const float value = i < n_samples ? samples[i * n_channels] : 0.f;

      if (run > 0 && value == samples[(i - 1) * n_channels])
        run++;
      else
        {
          n_clipped += run >= CLIPPED_RUN ? run : 0;
          run = fabsf (value) >= CLIPPED_LEVEL;
        }
    }
  return n_clipped;
}

static gboolean
measure (OtoClip       *clip,
         Levels        *ret_levels,
         GCancellable  *cancellable,
         GError       **error)
{
  const gint64 n_samples = oto_clip_get_n_samples (clip);
  const int n_channels = oto_clip_get_n_channels (clip);
  g_autofree float *block = g_new (float, (size_t) BLOCK_SAMPLES * n_channels);

  *ret_levels = (Levels) { 0.f, 0 };
  for (gint64 first = 0; first < n_samples; first += BLOCK_SAMPLES)
    {
      const gint64 n = MIN (BLOCK_SAMPLES, n_samples - first);

      if (g_cancellable_set_error_if_cancelled (cancellable, error)
          || !oto_clip_read (clip, first, n, block, error))
        return FALSE;
      for (gint64 i = 0; i < n * n_channels; i++)
        ret_levels->peak = fmaxf (ret_levels->peak, fabsf (block[i]));
      for (int c = 0; c < n_channels; c++)
        ret_levels->n_clipped += count_clipped (block + c, n, n_channels);
    }
  return TRUE;
}

/* Notes what is odd about the sound of a clip. */
static void
note_sound (Check        *check,
            const char   *name,
            OtoClip      *clip,
            const Levels *levels)
{
  const double duration_s = oto_clip_get_duration_s (clip);
  g_autofree char *text = NULL;

  if (oto_clip_get_n_invalid (clip) > 0)
    {
      g_autofree char *invalid = oto_clip_format_invalid (name, oto_clip_get_n_invalid (clip));

      oto_dataset_summary_add_problem (check->summary, OTO_DATASET_INVALID, name, invalid);
    }
  if (levels->peak < SILENT_PEAK)
    oto_dataset_summary_add_problem (check->summary, OTO_DATASET_SILENT, name, NULL);
  else if (oto_clip_is_cancelling (clip))
    oto_dataset_summary_add_problem (check->summary, OTO_DATASET_CANCELLING, name, NULL);
  if (levels->n_clipped >= N_CLIPPED)
    {
      g_autofree char *clipped =
        g_strdup_printf (_("%llu samples"), (unsigned long long) levels->n_clipped);

      oto_dataset_summary_add_problem (check->summary, OTO_DATASET_CLIPPED, name, clipped);
    }
  if (duration_s >= check->short_s)
    return;
  text = g_strdup_printf (_("%.3f s"), duration_s);
  oto_dataset_summary_add_problem (check->summary, OTO_DATASET_SHORT, name, text);
}

/* Reads a clip. FALSE if that was cancelled. */
static gboolean
check_clip (Check         *check,
            guint          i,
            GCancellable  *cancellable,
            GError       **error)
{
  const char *name = g_ptr_array_index (check->filenames, i);
  const Item *item = &check->items[i];
  g_autofree char *path = g_build_filename (check->audio_dir, name, NULL);
  g_autofree char *fold = item->fold > 0 ? g_strdup_printf ("%d", item->fold) : NULL;
  g_autofree char *hash = NULL;
  g_autoptr (GError) problem = NULL;
  g_autoptr (OtoClip) clip = oto_audio_file_open_full (path, cancellable, &problem);
  GArray *same;
  Levels levels;

  if (clip != NULL)
    hash = oto_clip_dup_hash (clip, cancellable, &problem);
  if (hash != NULL && !measure (clip, &levels, cancellable, &problem))
    g_clear_pointer (&hash, g_free);
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;
  if (hash == NULL)
    {
      oto_dataset_summary_add_problem (check->summary, OTO_DATASET_UNREADABLE, name,
                                       problem->message);
      return TRUE;
    }

  oto_dataset_summary_add_clip (check->summary, name, clip, fold, item->labels);
  if (!item->is_named)
    oto_dataset_summary_add_problem (check->summary, OTO_DATASET_UNLABELLED, name, NULL);
  note_sound (check, name, clip, &levels);
  /* Silence is told already, and is the same everywhere. */
  if (levels.peak < SILENT_PEAK)
    return TRUE;
  same = g_hash_table_lookup (check->hashes, hash);
  if (same == NULL)
    {
      same = g_array_new (FALSE, FALSE, sizeof (guint));
      g_hash_table_insert (check->hashes, g_steal_pointer (&hash), same);
    }
  g_array_append_val (same, i);
  return TRUE;
}

/* --- the same sound ------------------------------------------------------------------------ */

static int
compare_strings (gconstpointer a,
                 gconstpointer b)
{
  return g_strcmp0 (*(const char * const *) a, *(const char * const *) b);
}

/* The classes of a clip in one text. */
static char *
join_classes (const Item *item)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < oto_event_list_get_n (item->labels); i++)
    g_ptr_array_add (names, oto_event_list_get (item->labels, i)->label);
  g_ptr_array_sort (names, compare_strings);
  for (guint i = 0; i < names->len; i++)
    if (i == 0 || strcmp (names->pdata[i], names->pdata[i - 1]) != 0)
      g_string_append_printf (text, "%s%s", text->len > 0 ? ", " : "", (char *) names->pdata[i]);
  return g_string_free (text, FALSE);
}

static void
note_same (Check  *check,
           GArray *same)
{
  const guint first = g_array_index (same, guint, 0);
  const char *first_name = g_ptr_array_index (check->filenames, first);
  g_autofree char *first_classes = join_classes (&check->items[first]);

  for (guint i = 1; i < same->len; i++)
    {
      const guint place = g_array_index (same, guint, i);
      const Item *item = &check->items[place];
      const gboolean is_leak = item->fold != check->items[first].fold;
      g_autofree char *classes = join_classes (item);
      g_autofree char *text =
        /* Translators: a file, a fold, a fold. */
        is_leak ? g_strdup_printf (_("the same as “%s” of fold %d, in fold %d"), first_name,
                                   check->items[first].fold, item->fold)
                : g_strdup_printf (_("the same as “%s”"), first_name);

      oto_dataset_summary_add_problem (check->summary,
                                       is_leak ? OTO_DATASET_LEAK : OTO_DATASET_DUPLICATE,
                                       g_ptr_array_index (check->filenames, place), text);
      if (strcmp (classes, first_classes) != 0)
        {
          g_autofree char *labels =
            g_strdup_printf (_("%s; “%s” has %s"), classes[0] != '\0' ? classes : "–", first_name,
                             first_classes[0] != '\0' ? first_classes : "–");

          oto_dataset_summary_add_problem (check->summary, OTO_DATASET_LABELS_DIFFER,
                                           g_ptr_array_index (check->filenames, place), labels);
        }
    }
}

static void
find_same (Check *check)
{
  GHashTableIter iter;
  gpointer same;

  g_hash_table_iter_init (&iter, check->hashes);
  while (g_hash_table_iter_next (&iter, NULL, &same))
    note_same (check, same);
}

/* --- the whole ----------------------------------------------------------------------------- */

/* What training would say. */
static void
note_loading (Check *check)
{
  g_autoptr (GError) problem = NULL;
  g_autoptr (OtoDataset) dataset = oto_dataset_load (check->dir, &problem);

  if (dataset == NULL)
    oto_dataset_summary_add_problem (check->summary, OTO_DATASET_UNLOADABLE, NULL,
                                     problem->message);
  else if (oto_dataset_get_note (dataset) != NULL)
    oto_dataset_summary_add_problem (check->summary, OTO_DATASET_RENAMED, NULL,
                                     oto_dataset_get_note (dataset));
}

static gboolean
begin (Check       *check,
       GError     **error)
{
  g_autoptr (GHashTable) missing = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  check->audio_dir = g_build_filename (check->dir, "audio", NULL);
  if (!g_file_test (check->audio_dir, G_FILE_TEST_IS_DIR))
    {
      g_free (check->audio_dir);
      check->audio_dir = g_strdup (check->dir);
    }
  check->filenames = oto_audio_file_list (check->audio_dir);
  check->finder = oto_clip_finder_new (check->filenames);
  check->items = g_new0 (Item, check->filenames->len + 1);
  for (guint i = 0; i < check->filenames->len; i++)
    check->items[i].labels = oto_event_list_new ();
  if (check->filenames->len == 0)
    {
      g_set_error (error, OTO_DATASETS_ERROR, OTO_DATASETS_ERROR_LAYOUT,
                   _("“%s” holds no audio files. Choose the folder of a data set."), check->dir);
      return FALSE;
    }
  if (!read_labels (check, missing, error))
    return FALSE;
  read_folds (check, missing);
  return TRUE;
}

/**
 * oto_dataset_check:
 * @dir: a data set's folder, as oto_dataset_load() reads it
 * @short_s: clips that are shorter are told
 * @progress: (nullable): told how far the work is, on the caller's thread
 * @user_data: for @progress
 * @cancellable: (nullable): to stop it
 * @error: return location for a #GError
 *
 * Reads all of a data set, and looks for what makes results wrong: missing and damaged files,
 * sounds that are in several folds, labels behind the end of their clip; and what should be known
 * besides.
 *
 * Returns: (transfer full) (nullable): what was found; %NULL with an #OtoDatasetsError or
 *   #OtoIoError if there is no data set, or %G_IO_ERROR_CANCELLED
 */
OtoDatasetSummary *
oto_dataset_check (const char       *dir,
                   double            short_s,
                   OtoProgressFunc   progress,
                   gpointer          user_data,
                   GCancellable     *cancellable,
                   GError          **error)
{
  g_auto (Check) check = { .dir = dir, .short_s = short_s };

  g_return_val_if_fail (dir != NULL, NULL);

  check.summary = oto_dataset_summary_new ();
  check.hashes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                        (GDestroyNotify) g_array_unref);
  if (!begin (&check, error))
    return NULL;
  for (guint i = 0; i < check.filenames->len; i++)
    {
      if (!check_clip (&check, i, cancellable, error))
        return NULL;
      if (progress != NULL)
        progress ((i + 1.0) / check.filenames->len, user_data);
    }
  find_same (&check);
  note_loading (&check);
  oto_dataset_summary_complete (check.summary);
  return g_steal_pointer (&check.summary);
}
