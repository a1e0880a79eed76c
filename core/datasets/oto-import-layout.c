/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "datasets/oto-import-layout.h"

#include "base/oto-error.h"
#include "io/oto-audio-file.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define MAX_DEPTH 4                  /* of folders in which lists are sought */

/* Names of lists and folders as the data sets are published: github.com/karolpiczak/ESC-50,
 * urbansounddataset.weebly.com, zenodo.org/records/4060432 (FSD50K), /2552860 (FSDKaggle2018),
 * /3612637 (FSDKaggle2019), github.com/turpaultn/DESED and DCASE 2019 to 2024 task 4,
 * github.com/ankitshah009/Task-4-Large-scale-weakly-supervised-sound-event-detection-for-smart-cars
 * (DCASE 2017 task 4), research.google.com/audioset. Where a data set has no folds, its parts are:
 * training is the first. */
static const OtoImportLayout layouts[] =
{
  {
    "esc50", "ESC-50", OTO_CLIP_FINDER_LOOSE, NULL,
    { { "esc50.csv", "audio", NULL, 0 } },
  },
  {
    "urbansound8k", "UrbanSound8K", OTO_CLIP_FINDER_LOOSE, NULL,
    { { "UrbanSound8K.csv", "audio", NULL, OTO_IMPORT_WHOLE } },
  },
  {
    "fsd50k", "FSD50K", OTO_CLIP_FINDER_LOOSE, NULL,
    {
      { "*ground_truth/dev.csv", "dev", NULL, 0 },
      { "*ground_truth/eval.csv", "eval", "test", 0 },
    },
  },
  {
    "fsdkaggle2018", "FSDKaggle2018", OTO_CLIP_FINDER_LOOSE, NULL,
    {
      { "train_post_competition.csv", "train", "train", 0 },
      { "test_post_competition_scoring_clips.csv", "test", "test", 0 },
    },
  },
  {
    "fsdkaggle2019", "FSDKaggle2019", OTO_CLIP_FINDER_LOOSE, NULL,
    {
      { "train_curated_post_competition.csv", "curated", "train-curated", 0 },
      { "train_curated.csv", "curated", "train-curated", OTO_IMPORT_ELSE },
      { "train_noisy_post_competition.csv", "noisy", "train-noisy", 0 },
      { "train_noisy.csv", "noisy", "train-noisy", OTO_IMPORT_ELSE },
      { "test_post_competition.csv", "test", "test", 0 },
    },
  },
  {
    "desed", "DESED", OTO_CLIP_FINDER_YOUTUBE, NULL,
    {
      { "train/weak.?sv", "train/weak", "train", 0 },
      { "train/audioset_strong.?sv", "train/strong", "train", 0 },
      { "train/synthetic*/soundscapes.?sv", "train/synthetic", "train", 0 },
      { "train/synthetic*.?sv", "train/synthetic", "train", OTO_IMPORT_ELSE },
      { "validation/validation.?sv", "validation", "validation", 0 },
      { "validation/synthetic*/soundscapes.?sv", "validation/synthetic", "validation", 0 },
      { "eval/public.?sv", "public", "test", 0 },
    },
  },
  {
    "dcase2017-task4", "DCASE 2017 task 4", OTO_CLIP_FINDER_YOUTUBE, NULL,
    {
      { "groundtruth_weak_label_training_set.csv", "train", "train", OTO_IMPORT_WHOLE },
      { "groundtruth_strong_label_testing_set.csv", "test", "test", 0 },
      { "groundtruth_weak_label_testing_set.csv", "test", "test",
        OTO_IMPORT_WHOLE | OTO_IMPORT_ELSE },
      { "groundtruth_strong_label_evaluation_set.csv", "eval", "evaluation", 0 },
      { "groundtruth_weak_label_evaluation_set.csv", "eval", "evaluation",
        OTO_IMPORT_WHOLE | OTO_IMPORT_ELSE },
    },
  },
  {
    "audioset", "AudioSet segments", OTO_CLIP_FINDER_YOUTUBE, "class_labels_indices.csv",
    {
      { "balanced_train_segments.csv", "balanced", "train", OTO_IMPORT_WHOLE },
      { "unbalanced_train_segments.csv", "unbalanced", "train", OTO_IMPORT_WHOLE },
      { "eval_segments.csv", "eval", "test", OTO_IMPORT_WHOLE },
    },
  },
  {
    "audioset-strong", "AudioSet strong", OTO_CLIP_FINDER_YOUTUBE, "mid_to_display_name.tsv",
    {
      { "audioset_train_strong.tsv", "train", "train", 0 },
      { "audioset_eval_strong.tsv", "eval", "test", 0 },
    },
  },
};

const OtoImportLayout oto_import_folders =
{
  "folders", N_("a folder per class"), OTO_CLIP_FINDER_EXACT, NULL, { { NULL, NULL, NULL, 0 } },
};

const OtoImportLayout oto_import_list =
{
  "list", N_("a list of labels"), OTO_CLIP_FINDER_LOOSE, NULL, { { NULL, NULL, NULL, 0 } },
};

/**
 * oto_import_layout_find:
 * @name: name of a layout
 * @error: return location for a #GError
 *
 * Returns: (transfer none) (nullable): the layout; %NULL with %OTO_DATASETS_ERROR_LAYOUT
 */
const OtoImportLayout *
oto_import_layout_find (const char  *name,
                        GError     **error)
{
  g_autoptr (GString) names = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (layouts); i++)
    {
      if (g_ascii_strcasecmp (layouts[i].name, name) == 0)
        return &layouts[i];
      g_string_append_printf (names, "%s, ", layouts[i].name);
    }
  if (g_ascii_strcasecmp (oto_import_folders.name, name) == 0)
    return &oto_import_folders;
  if (g_ascii_strcasecmp (oto_import_list.name, name) == 0)
    return &oto_import_list;
  g_set_error (error, OTO_DATASETS_ERROR, OTO_DATASETS_ERROR_LAYOUT,
               _("There is no layout of data sets “%s”. Choose one of %s%s, %s."), name, names->str,
               oto_import_folders.name, oto_import_list.name);
  return NULL;
}

/* Whether the end of a path is as a pattern says. */
static gboolean
is_match (const char *pattern,
          const char *path)
{
  g_autofree char *inner = g_strconcat ("*/", pattern, NULL);

  return g_pattern_match_simple (pattern, path) || g_pattern_match_simple (inner, path);
}

/**
 * oto_import_layout_match:
 * @pattern: of a list
 * @tables: (element-type filename): tables of a folder, sorted
 *
 * Returns: (transfer none) (nullable): the one that is least deep, of these the first
 */
const char *
oto_import_layout_match (const char *pattern,
                         GPtrArray  *tables)
{
  const char *found = NULL;
  size_t best = G_MAXSIZE;

  for (guint i = 0; i < tables->len; i++)
    {
      const char *path = g_ptr_array_index (tables, i);
      size_t n_slashes = 0;

      for (const char *c = path; *c != '\0'; c++)
        n_slashes += *c == '/';
      if (n_slashes >= best || !is_match (pattern, path))
        continue;
      best = n_slashes;
      found = path;
    }
  return found;
}

/**
 * oto_import_layout_sniff:
 * @tables: (element-type filename): tables of a folder, sorted
 *
 * Returns: (transfer none) (nullable): the published layout that has one of them
 */
const OtoImportLayout *
oto_import_layout_sniff (GPtrArray *tables)
{
  for (guint i = 0; i < G_N_ELEMENTS (layouts); i++)
    for (guint k = 0; k < OTO_IMPORT_MAX_LISTS && layouts[i].lists[k].pattern != NULL; k++)
      if (oto_import_layout_match (layouts[i].lists[k].pattern, tables) != NULL)
        return &layouts[i];
  return NULL;
}

static void
list_folder (GPtrArray  *tables,
             const char *dir,
             const char *prefix,
             int         depth)
{
  g_autoptr (GDir) listing = g_dir_open (dir, 0, NULL);
  const char *name;

  while (listing != NULL && (name = g_dir_read_name (listing)) != NULL)
    {
      g_autofree char *lower = g_ascii_strdown (name, -1);
      const char *ending = strrchr (lower, '.');
      const gboolean is_table = g_strcmp0 (ending, ".csv") == 0 || g_strcmp0 (ending, ".tsv") == 0;
      g_autofree char *path = NULL;

      /* Files of audio are many; what is none may be a folder. */
      if (name[0] == '.' || oto_audio_file_has_name (name))
        continue;
      path = g_build_filename (dir, name, NULL);
      if (is_table && g_file_test (path, G_FILE_TEST_IS_REGULAR))
        g_ptr_array_add (tables, g_strconcat (prefix, name, NULL));
      else if (!is_table && depth < MAX_DEPTH && g_file_test (path, G_FILE_TEST_IS_DIR))
        {
          g_autofree char *inner = g_strconcat (prefix, name, "/", NULL);

          list_folder (tables, path, inner, depth + 1);
        }
    }
}

static int
compare_strings (gconstpointer a,
                 gconstpointer b)
{
  return strcmp (*(const char * const *) a, *(const char * const *) b);
}

/**
 * oto_import_list_tables:
 * @dir: a folder
 *
 * Returns: (transfer full) (element-type filename): what may be lists in it and in folders within,
 *   relative to @dir, sorted
 */
GPtrArray *
oto_import_list_tables (const char *dir)
{
  GPtrArray *tables = g_ptr_array_new_with_free_func (g_free);

  list_folder (tables, dir, "", 0);
  g_ptr_array_sort (tables, compare_strings);
  return tables;
}
