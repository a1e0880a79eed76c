/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "datasets/oto-remix.h"

#include "base/oto-error.h"
#include "base/oto-workers.h"
#include "datasets/oto-remix-private.h"
#include "detection/oto-event-list.h"
#include "io/oto-audio-file.h"
#include "io/oto-draft.h"
#include "io/oto-file.h"
#include "labels/oto-label-file.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#define MAX_CLIPS    1000000
#define MAX_EVENTS   20
#define MAX_SNR_DB   100.0

/* Four places of fixed onsets fit a clip. */
#define FIXED_EVENTS 4

/* Of 16-bit stereo: the events' channel is silent most of the time, and noise packs badly. */
#define PACKED_SHARE 0.6

#define PROGRESS_MS  100

/* The published recipe; a level and a number of clips must be chosen. */
const OtoRemixConfig oto_remix_config_default = {
  .n_clips = 8000,
  .seed = 1234,
  .snr_min_db = 10.0,
  .snr_max_db = 10.0,
  .events_min = 3,
  .events_max = 3,
};

/* One run: the pool's threads and the caller share it. */
typedef struct
{
  const OtoRemixPlaces *places;
  GPtrArray            *mixtures;
  double                snr_db;
  char                 *audio_dir;
  GCancellable         *cancellable;

  GMutex                lock;        /* guards what follows */
  GCond                 advanced;
  guint                 n_done;
  GError               *error;       /* of the first mixture, in order, that failed */
  guint                 error_index;
} Run;

static gboolean
validate (const OtoRemixConfig  *config,
          GError               **error)
{
  const char *problem = NULL;

  if (config->list_yaml == NULL && (config->events_csv == NULL || config->scenes_csv == NULL))
    problem = _("Give a list of events and a list of scenes, or a list of mixtures.");
  else if (config->n_clips < 4 || config->n_clips > MAX_CLIPS)
    problem = _("The number of clips must be from 4 to 1000000.");
  else if (config->events_min < 0 || config->events_max < config->events_min
           || config->events_max < 1 || config->events_max > MAX_EVENTS)
    problem = _("The number of events in a clip must be from 0 to 20, the lower one first.");
  else if (!config->random_onsets && config->events_max > FIXED_EVENTS)
    problem = _("Fixed onsets leave room for four events. Choose random onsets for more.");
  else if (!(fabs (config->snr_min_db) <= MAX_SNR_DB && fabs (config->snr_max_db) <= MAX_SNR_DB
             && config->snr_min_db <= config->snr_max_db))
    problem = _("The level of the events must be from -100 to 100 dB, the lower one first.");
  else if (!(config->synthetic >= 0.0 && config->synthetic <= 1.0))
    problem = _("The share of synthesised sounds must be from 0 to 1.");

  if (problem != NULL)
    g_set_error_literal (error, OTO_DATASETS_ERROR, OTO_DATASETS_ERROR_LAYOUT, problem);
  return problem == NULL;
}

/* --- the folder ---------------------------------------------------------------------------- */

static gboolean
check_space (const char  *dir,
             guint        n_clips,
             GError     **error)
{
  const guint64 needed = (guint64) (n_clips * (OTO_REMIX_CLIP_LEN * 4.0 * PACKED_SHARE));
  g_autoptr (GFile) file = g_file_new_for_path (dir);
  g_autoptr (GFileInfo) info = NULL;
  guint64 available;

  info = g_file_query_filesystem_info (file, G_FILE_ATTRIBUTE_FILESYSTEM_FREE, NULL, NULL);
  if (info == NULL || !g_file_info_has_attribute (info, G_FILE_ATTRIBUTE_FILESYSTEM_FREE))
    return TRUE;
  available = g_file_info_get_attribute_uint64 (info, G_FILE_ATTRIBUTE_FILESYSTEM_FREE);
  if (available < needed)
    {
      g_autofree char *needed_text = g_format_size (needed);
      g_autofree char *available_text = g_format_size (available);

      g_set_error (error, OTO_DATASETS_ERROR, OTO_DATASETS_ERROR_SPACE,
                   _("%u clips need about %s, but only %s are free there. Choose another disk, or "
                     "fewer clips."), n_clips, needed_text, available_text);
      return FALSE;
    }
  return TRUE;
}

/* --- rendering ----------------------------------------------------------------------------- */

static void
finish_one (Run    *run,
            guint   index,
            GError *error)
{
  g_mutex_lock (&run->lock);
  run->n_done++;
  if (error != NULL && (run->error == NULL || index < run->error_index))
    {
      g_clear_error (&run->error);
      run->error = g_steal_pointer (&error);
      run->error_index = index;
    }
  g_cond_signal (&run->advanced);
  g_mutex_unlock (&run->lock);
  g_clear_error (&error);
}

static void
render_worker (gpointer data,
               gpointer user_data)
{
  Run *run = user_data;
  const guint index = GPOINTER_TO_UINT (data) - 1;
  const OtoMixture *mixture = g_ptr_array_index (run->mixtures, index);
  GError *error = NULL;
  gboolean failed;

  g_mutex_lock (&run->lock);
  failed = run->error != NULL;
  g_mutex_unlock (&run->lock);
  if (!failed && !g_cancellable_set_error_if_cancelled (run->cancellable, &error))
    {
      g_autofree char *path = g_build_filename (run->audio_dir, mixture->name, NULL);
      g_autofree float *samples = g_new (float, 2 * OTO_REMIX_CLIP_LEN);

      if (oto_remix_render (run->places, mixture, run->snr_db, samples, &error))
        oto_audio_file_save (path, OTO_AUDIO_FORMAT_FLAC_PCM16, samples, OTO_REMIX_CLIP_LEN, 2,
                             OTO_REMIX_RATE_HZ, &error);
      if (error != NULL)
        g_prefix_error (&error, _("Clip %s: "), mixture->name);
    }
  finish_one (run, index, error);
}

static gboolean
render_all (Run              *run,
            int               n_threads,
            OtoProgressFunc   progress,
            gpointer          user_data,
            GError          **error)
{
  GThreadPool *pool = g_thread_pool_new (render_worker, run,
                                         n_threads > 0 ? n_threads : oto_workers_get_n_cores (),
                                         TRUE, NULL);
  guint n_done = 0;

  /* Some are enough. */
  if (g_thread_pool_get_num_threads (pool) == 0)
    {
      g_thread_pool_free (pool, TRUE, FALSE);
      return oto_workers_fail_refused (error);
    }
  for (guint i = 0; i < run->mixtures->len; i++)
    g_thread_pool_push (pool, GUINT_TO_POINTER (i + 1), NULL);

  while (n_done < run->mixtures->len)
    {
      gint64 deadline = g_get_monotonic_time () + PROGRESS_MS * 1000;

      g_mutex_lock (&run->lock);
      while (run->n_done < run->mixtures->len
             && g_cond_wait_until (&run->advanced, &run->lock, deadline))
        ;
      n_done = run->n_done;
      g_mutex_unlock (&run->lock);
      if (progress != NULL)
        progress ((double) n_done / run->mixtures->len, user_data);
    }
  g_thread_pool_free (pool, FALSE, TRUE);

  if (run->error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&run->error));
      return FALSE;
    }
  return TRUE;
}

/* --- the lists ----------------------------------------------------------------------------- */

/* A list may come from anywhere: its names must stay inside the folder, and its events inside the
 * clip. Names get the ending of what is written. */
gboolean
oto_remix_check_list (GPtrArray   *mixtures,
                      const char  *path,
                      GError     **error)
{
  g_autoptr (GHashTable) names = g_hash_table_new (g_str_hash, g_str_equal);
  g_autofree char *list_name = oto_file_dup_display_name (path);

  for (guint i = 0; i < mixtures->len; i++)
    {
      OtoMixture *mixture = g_ptr_array_index (mixtures, i);
      char *dot = strrchr (mixture->name, '.');
      char *name = g_strdup_printf ("%.*s.flac", dot != NULL ? (int) (dot - mixture->name) : 255,
                                    mixture->name);

      g_free (mixture->name);
      mixture->name = name;
      if (name[0] == '.' || strpbrk (name, "/\\\n\t\r") != NULL)
        {
          g_set_error (error, OTO_DATASETS_ERROR, OTO_DATASETS_ERROR_LAYOUT,
                       _("“%s”: “%s” cannot be the name of a clip. Use a plain file name."),
                       list_name, name);
          return FALSE;
        }
      if (!g_hash_table_add (names, name))
        {
          g_set_error (error, OTO_DATASETS_ERROR, OTO_DATASETS_ERROR_LAYOUT,
                       _("“%s”: two clips are called “%s”. Give each its own name."),
                       list_name, name);
          return FALSE;
        }
      for (guint e = 0; e < mixture->n_events; e++)
        if (mixture->events[e].onset_s >= OTO_REMIX_CLIP_S)
          {
            g_set_error (error, OTO_DATASETS_ERROR, OTO_DATASETS_ERROR_LAYOUT,
                         _("“%s”: an event of “%s” begins after the clip's 10 s. Correct its "
                           "onset."),
                         list_name, name);
            return FALSE;
          }
    }
  return TRUE;
}

OtoEventList *
oto_remix_list_labels (GPtrArray *mixtures)
{
  OtoEventList *labels = oto_event_list_new ();

  for (guint i = 0; i < mixtures->len; i++)
    {
      const OtoMixture *mixture = g_ptr_array_index (mixtures, i);

      for (guint e = 0; e < mixture->n_events; e++)
        {
          const OtoMixtureEvent *event = &mixture->events[e];

          oto_event_list_add (labels, oto_event_new (mixture->name, event->label, event->onset_s,
                                                     MIN (event->offset_s, OTO_REMIX_CLIP_S), NAN));
        }
    }
  return labels;
}

static gboolean
save_lists (GPtrArray   *mixtures,
            const char  *dir,
            GError     **error)
{
  g_autofree char *labels_path = g_build_filename (dir, "labels.tsv", NULL);
  g_autofree char *folds_path = g_build_filename (dir, "folds.tsv", NULL);
  g_autofree char *mixture_path = g_build_filename (dir, "mixture.yaml", NULL);
  g_autoptr (OtoEventList) labels = oto_remix_list_labels (mixtures);
  g_autoptr (GString) folds = g_string_new ("filename\tfold\n");
  g_autoptr (GBytes) bytes = NULL;

  for (guint i = 0; i < mixtures->len; i++)
    {
      const OtoMixture *mixture = g_ptr_array_index (mixtures, i);

      g_string_append_printf (folds, "%s\t%d\n", mixture->name, mixture->fold);
    }
  bytes = g_bytes_new (folds->str, folds->len);
  return oto_label_file_save_events (labels, labels_path, error)
         && oto_file_save (folds_path, bytes, error)
         && oto_mixture_save_list (mixtures, mixture_path, error);
}

static gboolean
make_audio_dir (const char  *path,
                GError     **error)
{
  if (g_mkdir (path, 0777) == 0)
    return TRUE;
  g_set_error (error, OTO_IO_ERROR, OTO_IO_ERROR_WRITE,
               _("“%s” cannot be made: %s. Choose another folder."), path, g_strerror (errno));
  return FALSE;
}

static gboolean
fill_folder (Run                   *run,
             const OtoRemixConfig  *config,
             const char            *dir,
             OtoProgressFunc        progress,
             gpointer               user_data,
             GError               **error)
{
  g_autoptr (OtoDraft) draft = oto_draft_new_folder (dir, error);
  const char *part;
  gboolean done;

  if (draft == NULL)
    return FALSE;
  part = oto_draft_get_path (draft);
  run->audio_dir = g_build_filename (part, "audio", NULL);
  done = make_audio_dir (run->audio_dir, error)
         && check_space (part, run->mixtures->len, error)
         && render_all (run, config->n_threads, progress, user_data, error)
         && save_lists (run->mixtures, part, error);
  g_clear_pointer (&run->audio_dir, g_free);
  return done && oto_draft_publish (g_steal_pointer (&draft), error);
}

static char *
dup_folder (const char *csv,
            const char *list_yaml)
{
  return g_path_get_dirname (csv != NULL ? csv : list_yaml);
}

/**
 * oto_remix_run:
 * @config: what to make
 * @dir: the data set's folder: not there yet, or empty
 * @progress: (nullable): told the share of clips done, from the caller's thread
 * @user_data: for @progress
 * @cancellable: (nullable): looked at between clips
 * @error: return location for a #GError
 *
 * Makes a data set: “audio/NNNNN.flac” (stereo: events, scene; 32 kHz, 16 bit), “labels.tsv”,
 * “folds.tsv” and “mixture.yaml”. The same settings and sources give the same files, whatever the
 * number of threads. Should it fail or be cancelled, nothing is left behind.
 *
 * Returns: %FALSE on failure, with an #OtoDatasetsError, an #OtoIoError or %G_IO_ERROR_CANCELLED
 */
gboolean
oto_remix_run (const OtoRemixConfig  *config,
               const char            *dir,
               OtoProgressFunc        progress,
               gpointer               user_data,
               GCancellable          *cancellable,
               GError               **error)
{
  g_autoptr (GPtrArray) mixtures = NULL;
  g_autofree char *target = NULL;
  OtoRemixPlaces places;
  Run run = { .places = &places, .snr_db = config->snr_min_db, .cancellable = cancellable };
  gboolean done = FALSE;

  g_return_val_if_fail (config != NULL && dir != NULL, FALSE);

  target = g_canonicalize_filename (dir, NULL);
  if (!validate (config, error) || !oto_draft_check_new_folder (target, error))
    return FALSE;

  places.events_dir = dup_folder (config->events_csv, config->list_yaml);
  places.scenes_dir = dup_folder (config->scenes_csv, config->list_yaml);
  if (config->list_yaml != NULL)
    mixtures = oto_mixture_load_list (config->list_yaml, error);
  else
    mixtures = oto_remix_plan (config, &places, cancellable, error);
  if (mixtures != NULL
      && (config->list_yaml == NULL || oto_remix_check_list (mixtures, config->list_yaml, error)))
    {
      run.mixtures = mixtures;
      g_mutex_init (&run.lock);
      g_cond_init (&run.advanced);
      done = fill_folder (&run, config, target, progress, user_data, error);
      g_cond_clear (&run.advanced);
      g_mutex_clear (&run.lock);
    }
  g_free (places.events_dir);
  g_free (places.scenes_dir);
  return done;
}

/**
 * oto_remix_save_list:
 * @config: what would be made; no list of mixtures
 * @path: where the list goes: beside the audio, for oto_dataset_load_mixtures()
 * @cancellable: (nullable): looked at between clips
 * @error: return location for a #GError
 *
 * Makes the list of mixtures alone, without their audio.
 *
 * Returns: %FALSE on failure, as oto_remix_run()
 */
gboolean
oto_remix_save_list (const OtoRemixConfig  *config,
                     const char            *path,
                     GCancellable          *cancellable,
                     GError               **error)
{
  g_autoptr (GPtrArray) mixtures = NULL;
  g_autofree char *events_dir = NULL, *scenes_dir = NULL;

  g_return_val_if_fail (config != NULL && config->list_yaml == NULL && path != NULL, FALSE);

  if (!validate (config, error))
    return FALSE;
  events_dir = dup_folder (config->events_csv, NULL);
  scenes_dir = dup_folder (config->scenes_csv, NULL);
  mixtures = oto_remix_plan (config, &(OtoRemixPlaces) { events_dir, scenes_dir }, cancellable,
                             error);
  return mixtures != NULL && oto_mixture_save_list (mixtures, path, error);
}
