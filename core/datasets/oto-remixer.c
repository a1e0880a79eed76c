/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "datasets/oto-remixer.h"

#include "audio/oto-clip.h"
#include "audio/oto-resampler.h"
#include "audio/oto-shaper.h"
#include "base/oto-arena.h"
#include "base/oto-error.h"
#include "base/oto-rng.h"
#include "base/oto-workers.h"
#include "datasets/oto-augment.h"
#include "datasets/oto-dataset.h"
#include "datasets/oto-feature-cache.h"
#include "datasets/oto-remix-private.h"
#include "features/oto-front-end.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

/* Sounds are kept in 16 bits, at this peak. */
#define PEAK             32767.f

/* Mixtures that the features are standardised by. */
#define N_SCALER_CLIPS   128

/* Steps of the scaler's clips have an epoch of their own. */
#define SCALER_EPOCH     0

typedef struct
{
  gint16 *samples;
  gint64  n_samples;
  guint   class_index;           /* of an event */
} Sound;

/* The clips of the next step, on their way or ready. */
typedef struct
{
  int     epoch, step;
  int     n_clips;               /* 0: none */
  float  *logmel;                /* (N, T, F) */
  float  *y;                     /* (N, K) */
  int     n_left;                /* guarded by the remixer's lock, as @error is */
  GError *error;
} Batch;

struct _OtoRemixer
{
  OtoAugment       augment;
  OtoFeatureCache *cache;
  GArray          *events;           /* Sound */
  GArray          *scenes;           /* Sound: of OTO_REMIX_CLIP_LEN */
  GArray         **class_events;     /* (K): guint32, indices of events */
  GArray          *heard_classes;    /* guint32: those that have events */
  OtoScalerRule    scaler_rule;
  guint            n_classes;
  int              n_window_frames;
  int              n_mels;
  int              n_max_clips;
  guint64          seed;
  gint64           n_bytes;
  guint64          wait_us;
  gboolean         background;

  GThreadPool     *pool;
  GMutex           lock;
  GCond            ready;
  Batch            batch;
};

static void
sound_clear (gpointer data)
{
  oto_free (((Sound *) data)->samples);
}

/* --- sounds -------------------------------------------------------------------------------- */

static gboolean
add_sound (OtoRemixer  *self,
           GArray      *sounds,
           const float *samples,
           gint64       n_samples,
           guint        class_index,
           gint64       budget_bytes,
           GError     **error)
{
  Sound sound = { .n_samples = n_samples, .class_index = class_index };
  float peak = 0.f;

  self->n_bytes += n_samples * (gint64) sizeof *sound.samples;
  if (self->n_bytes > budget_bytes)
    {
      g_set_error (error, OTO_BASE_ERROR, OTO_BASE_ERROR_MEMORY,
                   _("The events and scenes need more than the %d MiB that the run may still take. "
                     "Allow more memory, or make a list of fewer."), (int) (budget_bytes >> 20));
      return FALSE;
    }
  sound.samples = oto_try_alloc (n_samples, sizeof *sound.samples, error);
  if (sound.samples == NULL)
    return FALSE;
  for (gint64 i = 0; i < n_samples; i++)
    peak = fmaxf (peak, fabsf (samples[i]));
  for (gint64 i = 0; i < n_samples; i++)
    sound.samples[i] = (gint16) lrintf (samples[i] * (PEAK / fmaxf (peak, FLT_MIN)));
  g_array_append_val (sounds, sound);
  return TRUE;
}

static gboolean
add_event (OtoRemixer             *self,
           const OtoRemixPlaces   *places,
           const OtoMixtureEvent  *event,
           guint                   class_index,
           gint64                  budget_bytes,
           GError                **error)
{
  g_autofree float *samples = NULL;
  const guint32 index = self->events->len;
  gint64 n_samples;

  samples = oto_remix_load_event (places, event, &n_samples, error);
  if (samples == NULL)
    return FALSE;
  if (!oto_remix_set_rms (samples, n_samples, 1.0))
    return oto_remix_fail_silent (event->audio_name, error);
  if (!add_sound (self, self->events, samples, n_samples, class_index, budget_bytes, error))
    return FALSE;
  if (self->class_events[class_index]->len == 0)
    g_array_append_val (self->heard_classes, class_index);
  g_array_append_val (self->class_events[class_index], index);
  return TRUE;
}

static gboolean
add_scene (OtoRemixer            *self,
           const OtoRemixPlaces  *places,
           const char            *audio_name,
           gint64                 budget_bytes,
           GError               **error)
{
  g_autofree float *samples = g_new (float, OTO_REMIX_CLIP_LEN);

  if (!oto_remix_load_scene (places, audio_name, samples, error))
    return FALSE;
  if (!oto_remix_set_rms (samples, OTO_REMIX_CLIP_LEN, 1.0))
    return oto_remix_fail_silent (audio_name, error);
  return add_sound (self, self->scenes, samples, OTO_REMIX_CLIP_LEN, 0, budget_bytes, error);
}

static guint
find_class (OtoDataset *dataset,
            const char *label)
{
  const char * const *names = oto_dataset_get_class_names (dataset);
  guint k = 0;

  while (strcmp (names[k], label) != 0)
    k++;
  return k;
}

/* Each sound that the mixtures of these clips name, once. */
static gboolean
load_sounds (OtoRemixer       *self,
             OtoDataset       *dataset,
             GArray           *clips,
             gint64            budget_bytes,
             OtoProgressFunc   progress,
             gpointer          user_data,
             GCancellable     *cancellable,
             GError          **error)
{
  g_autoptr (GHashTable) known = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  char *dir = (char *) oto_dataset_get_dir (dataset);
  const OtoRemixPlaces places = { dir, dir };

  for (guint i = 0; i < clips->len; i++)
    {
      const OtoMixture *mixture =
        oto_dataset_get_mixture (dataset, g_array_index (clips, guint32, i));

      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      if (g_hash_table_add (known, g_strconcat ("scene/", mixture->scene_name, NULL))
          && !add_scene (self, &places, mixture->scene_name, budget_bytes, error))
        return FALSE;
      for (guint e = 0; e < mixture->n_events; e++)
        {
          const OtoMixtureEvent *event = &mixture->events[e];

          if (g_hash_table_add (known, g_strconcat ("event/", event->label, "/", event->audio_name,
                                                    NULL))
              && !add_event (self, &places, event, find_class (dataset, event->label),
                             budget_bytes, error))
            return FALSE;
        }
      if (progress != NULL)
        progress ((i + 1.0) / clips->len, user_data);
    }
  return TRUE;
}

/* --- mixing -------------------------------------------------------------------------------- */

static double
get (OtoRemixer     *self,
     OtoAugmentKind  kind)
{
  return self->augment.values[kind];
}

static void
read_sound (const Sound *sound,
            gint64       first,
            float       *ret_samples)
{
  for (gint64 i = 0; i < sound->n_samples; i++)
    ret_samples[i] = (float) sound->samples[(first + i) % sound->n_samples] / PEAK;
}

/* Faster is higher, as of a tape: the sound is taken for one of another rate. */
static float *
change_speed (OtoRemixer  *self,
              OtoRng      *rng,
              float       *samples,
              gint64      *n_samples,
              GError     **error)
{
  const double share = get (self, OTO_AUGMENT_SPEED);
  const double speed = exp (oto_rng_range (rng, -1.0, 1.0) * log1p (share));
  float *changed;

  if (share == 0.0)
    return samples;
  changed = oto_resample (samples, *n_samples, 1, (int) lrint (OTO_REMIX_RATE_HZ * speed),
                          OTO_REMIX_RATE_HZ, n_samples, error);
  g_free (samples);
  return changed;
}

static float *
draw_event (OtoRemixer  *self,
            OtoRng      *rng,
            guint       *ret_class,
            gint64      *ret_n_samples,
            GError     **error)
{
  const guint k = g_array_index (self->heard_classes, guint32,
                                 oto_rng_below (rng, self->heard_classes->len));
  const GArray *of_class = self->class_events[k];
  const guint index = g_array_index (of_class, guint32, oto_rng_below (rng, of_class->len));
  const Sound *sound = &g_array_index (self->events, Sound, index);
  float *samples = g_new (float, MAX (sound->n_samples, 1));

  *ret_class = k;
  *ret_n_samples = sound->n_samples;
  read_sound (sound, 0, samples);
  samples = change_speed (self, rng, samples, ret_n_samples, error);
  if (samples == NULL)
    return NULL;
  if (get (self, OTO_AUGMENT_EQUALISER) > 0.0)
    oto_shaper_equalise (rng, get (self, OTO_AUGMENT_EQUALISER), OTO_REMIX_RATE_HZ,
                         *ret_n_samples, samples);
  if (oto_rng_uniform (rng) < get (self, OTO_AUGMENT_ROOM))
    {
      const gint64 tail_len = oto_shaper_get_tail_len (OTO_REMIX_RATE_HZ);
      float *in_room = g_new (float, *ret_n_samples + tail_len);

      oto_shaper_reverberate (rng, OTO_REMIX_RATE_HZ, samples, *ret_n_samples, in_room);
      *ret_n_samples += tail_len;
      g_free (samples);
      samples = in_room;
    }
  return samples;
}

/* A scene begins anywhere and comes round; another one may be behind it. */
static void
draw_scene (OtoRemixer *self,
            OtoRng     *rng,
            float      *ret_scene)
{
  const gboolean has_second = oto_rng_uniform (rng) < get (self, OTO_AUGMENT_SECOND_SCENE);
  g_autofree float *second = has_second ? g_new (float, OTO_REMIX_CLIP_LEN) : NULL;

  for (int i = 0; i <= has_second; i++)
    {
      const Sound *sound = &g_array_index (self->scenes, Sound,
                                           oto_rng_below (rng, self->scenes->len));
      float *samples = i == 0 ? ret_scene : second;

      read_sound (sound, (gint64) oto_rng_below (rng, OTO_REMIX_CLIP_LEN), samples);
      if (get (self, OTO_AUGMENT_EQUALISER) > 0.0)
        oto_shaper_equalise (rng, get (self, OTO_AUGMENT_EQUALISER), OTO_REMIX_RATE_HZ,
                             OTO_REMIX_CLIP_LEN, samples);
      oto_remix_set_rms (samples, OTO_REMIX_CLIP_LEN, i == 0 ? 1.0 : oto_rng_uniform (rng));
    }
  for (gint64 i = 0; has_second && i < OTO_REMIX_CLIP_LEN; i++)
    ret_scene[i] += second[i];
  oto_remix_set_rms (ret_scene, OTO_REMIX_CLIP_LEN, 1.0);
}

static gboolean
add_events (OtoRemixer  *self,
            OtoRng      *rng,
            float       *events,
            float       *ret_y,
            GError     **error)
{
  const int min = (int) get (self, OTO_AUGMENT_EVENTS_MIN);
  const int max = (int) get (self, OTO_AUGMENT_EVENTS_MAX);
  const guint n = (guint) (min + (int) oto_rng_below (rng, (guint64) (max - min) + 1));
  double durations_s[OTO_AUGMENT_MAX_EVENTS], onsets_s[OTO_AUGMENT_MAX_EVENTS];
  g_autoptr (GPtrArray) sounds = g_ptr_array_new_with_free_func (g_free);

  for (guint e = 0; e < n; e++)
    {
      const double snr_db = oto_rng_range (rng, get (self, OTO_AUGMENT_SNR_MIN),
                                           get (self, OTO_AUGMENT_SNR_MAX));
      gint64 n_samples;
      guint k;
      float *samples = draw_event (self, rng, &k, &n_samples, error);

      if (samples == NULL)
        return FALSE;
      g_ptr_array_add (sounds, samples);
      durations_s[e] = MIN ((double) n_samples / OTO_REMIX_RATE_HZ, OTO_REMIX_EVENT_MAX_S);
      /* What an equaliser leaves nothing of is not there. */
      if (oto_remix_set_rms (samples, n_samples, pow (10.0, snr_db / 20.0)))
        ret_y[k] = 1.f;
    }
  oto_remix_draw_onsets (rng, durations_s, n, onsets_s);
  for (guint e = 0; e < n; e++)
    {
      const float *samples = g_ptr_array_index (sounds, e);
      const gint64 begin = (gint64) (onsets_s[e] * OTO_REMIX_RATE_HZ);
      const gint64 len = MIN ((gint64) (durations_s[e] * OTO_REMIX_RATE_HZ),
                              OTO_REMIX_CLIP_LEN - begin);

      for (gint64 i = 0; i < len; i++)
        events[begin + i] += samples[i];
    }
  return TRUE;
}

/**
 * oto_remixer_mix:
 * @self: a remixer
 * @rng: draws everything
 * @ret_samples: (out caller-allocates): a clip of 10 s at 32 kHz, (320000, 2): events, scene
 * @ret_y: (out caller-allocates): (K): 1 for classes that occur, 0 for others
 * @error: return location for a #GError
 *
 * Mixes one clip as the remix recipe does (systems.md 7.1), of what is drawn: classes alike often,
 * an event of the class, its level, onset and sound; a scene. Safe from any thread.
 *
 * Returns: %FALSE with %OTO_BASE_ERROR_MEMORY
 */
gboolean
oto_remixer_mix (OtoRemixer  *self,
                 OtoRng      *rng,
                 float       *ret_samples,
                 float       *ret_y,
                 GError     **error)
{
  g_autofree float *scene = g_new (float, OTO_REMIX_CLIP_LEN);
  g_autofree float *events = g_new0 (float, OTO_REMIX_CLIP_LEN);
  double gain;

  memset (ret_y, 0, self->n_classes * sizeof *ret_y);
  draw_scene (self, rng, scene);
  if (!add_events (self, rng, events, ret_y, error))
    return FALSE;
  oto_remix_finish (events, scene, ret_samples);
  gain = pow (10.0, -oto_rng_range (rng, 0.0, get (self, OTO_AUGMENT_LEVEL)) / 20.0);
  for (gint64 i = 0; i < 2 * OTO_REMIX_CLIP_LEN; i++)
    ret_samples[i] *= (float) gain;
  return TRUE;
}

/* --- steps --------------------------------------------------------------------------------- */

/* The generator of a clip follows from seed, epoch, step and place. */
static void
init_rng (OtoRemixer *self,
          int         epoch,
          int         step,
          int         index,
          OtoRng     *ret_rng)
{
  OtoRng seeds;

  oto_rng_init (&seeds, self->seed);
  oto_rng_init (&seeds, oto_rng_next (&seeds) + ((guint64) epoch << 32) + (guint64) step);
  oto_rng_init (ret_rng, oto_rng_next (&seeds) + (guint64) index);
  oto_rng_next (ret_rng);
}

static void
run_job (gpointer data,
         gpointer user_data)
{
  OtoRemixer *self = user_data;
  Batch *batch = &self->batch;
  const size_t index = GPOINTER_TO_SIZE (data) - 1;
  const size_t n_bins = (size_t) self->n_window_frames * self->n_mels;
  g_autofree float *samples = g_new (float, 2 * OTO_REMIX_CLIP_LEN);
  g_autoptr (OtoClip) clip = NULL;
  g_autoptr (GError) error = NULL;
  float *logmel = NULL;
  gint64 n_frames;
  guint64 n_invalid;
  OtoRng rng;

  if (self->background)
    oto_workers_lower_priority ();
  init_rng (self, batch->epoch, batch->step, (int) index, &rng);
  if (oto_remixer_mix (self, &rng, samples, batch->y + index * self->n_classes, &error))
    {
      clip = oto_clip_new_from_samples ("mixture", samples, OTO_REMIX_CLIP_LEN, 2,
                                        OTO_REMIX_RATE_HZ);
      logmel = oto_feature_cache_compute (self->cache, clip, &n_frames, &n_invalid, &error);
    }
  if (logmel != NULL)
    memcpy (batch->logmel + index * n_bins, logmel, n_bins * sizeof (float));
  oto_free (logmel);

  g_mutex_lock (&self->lock);
  if (error != NULL && batch->error == NULL)
    batch->error = g_steal_pointer (&error);
  if (--batch->n_left == 0)
    g_cond_signal (&self->ready);
  g_mutex_unlock (&self->lock);
}

static void
wait_for_batch (OtoRemixer *self)
{
  g_mutex_lock (&self->lock);
  while (self->batch.n_left > 0)
    g_cond_wait (&self->ready, &self->lock);
  g_mutex_unlock (&self->lock);
}

/**
 * oto_remixer_request:
 * @self: a remixer
 * @epoch: from 1
 * @step: from 0
 * @n_clips: of that step, at most as many as were said
 *
 * Begins to mix the clips of a step. What was requested and not taken gives way.
 */
void
oto_remixer_request (OtoRemixer *self,
                     int         epoch,
                     int         step,
                     int         n_clips)
{
  Batch *batch = &self->batch;

  if (batch->epoch == epoch && batch->step == step && batch->n_clips == n_clips)
    return;
  wait_for_batch (self);
  g_clear_error (&batch->error);
  batch->epoch = epoch;
  batch->step = step;
  batch->n_clips = batch->n_left = n_clips;
  for (int i = 0; i < n_clips; i++)
    g_thread_pool_push (self->pool, GSIZE_TO_POINTER ((size_t) i + 1), NULL);
}

/**
 * oto_remixer_take:
 * @self: a remixer
 * @epoch: from 1
 * @step: from 0
 * @n_clips: N
 * @scaler: applied to the features
 * @ret_x: (out caller-allocates): (N, T, F)
 * @ret_y: (out caller-allocates): (N, K)
 * @error: return location for a #GError
 *
 * Waits for the clips of a step, whether or not they were requested.
 *
 * Returns: %FALSE with %OTO_BASE_ERROR_MEMORY
 */
gboolean
oto_remixer_take (OtoRemixer       *self,
                  int               epoch,
                  int               step,
                  int               n_clips,
                  const OtoScaler  *scaler,
                  float            *ret_x,
                  float            *ret_y,
                  GError          **error)
{
  const gint64 begin_us = g_get_monotonic_time ();

  oto_remixer_request (self, epoch, step, n_clips);
  wait_for_batch (self);
  self->wait_us += (guint64) (g_get_monotonic_time () - begin_us);
  if (self->batch.error != NULL)
    {
      g_propagate_error (error, g_error_copy (self->batch.error));
      return FALSE;
    }
  oto_scaler_apply (scaler, self->batch.logmel, (gint64) n_clips * self->n_window_frames, ret_x);
  memcpy (ret_y, self->batch.y, (size_t) n_clips * self->n_classes * sizeof *ret_y);
  return TRUE;
}

/**
 * oto_remixer_fit_scaler:
 * @self: a remixer
 * @scaler: (out caller-allocates): standardises the features of its mixtures
 * @error: return location for a #GError
 *
 * Fits a scaler to 128 mixtures that no step gets, by the front end's rule.
 *
 * Returns: %FALSE with %OTO_BASE_ERROR_MEMORY
 */
gboolean
oto_remixer_fit_scaler (OtoRemixer  *self,
                        OtoScaler   *scaler,
                        GError     **error)
{
  oto_scaler_init (scaler, self->n_mels);
  for (int begin = 0; begin < N_SCALER_CLIPS; begin += self->n_max_clips)
    {
      const int n = MIN (self->n_max_clips, N_SCALER_CLIPS - begin);

      oto_remixer_request (self, SCALER_EPOCH, begin, n);
      wait_for_batch (self);
      if (self->batch.error != NULL)
        {
          g_propagate_error (error, g_error_copy (self->batch.error));
          return FALSE;
        }
      oto_scaler_add_by_rule (scaler, self->scaler_rule, self->batch.logmel,
                              (gint64) n * self->n_window_frames);
    }
  oto_scaler_finish (scaler);
  return TRUE;
}

/* --- life ---------------------------------------------------------------------------------- */

static gboolean
open_pool (OtoRemixer  *self,
           int          n_threads,
           GError     **error)
{
  const size_t n_bins = (size_t) self->n_window_frames * self->n_mels;
  const int n = n_threads > 0 ? n_threads : oto_workers_get_n_cores ();

  self->batch.logmel = oto_try_alloc (self->n_max_clips * n_bins, sizeof (float), error);
  if (self->batch.logmel == NULL)
    return FALSE;
  self->batch.y = oto_try_alloc ((size_t) self->n_max_clips * self->n_classes, sizeof (float),
                                 error);
  if (self->batch.y == NULL)
    return FALSE;
  /* The threads are the pool's own, so that their lower priority ends with them. */
  self->pool = g_thread_pool_new (run_job, self, n, TRUE, NULL);
  return g_thread_pool_get_num_threads (self->pool) > 0 || oto_workers_fail_refused (error);
}

/**
 * oto_remixer_new:
 * @dataset: a list of mixtures, of oto_dataset_load_mixtures()
 * @clips: (element-type guint32): those whose events and scenes are drawn
 * @config: what is mixed and how
 * @progress: (nullable): told the share of sounds loaded, from the caller's thread
 * @user_data: for @progress
 * @cancellable: (nullable): looked at between clips
 * @error: return location for a #GError
 *
 * Loads the sounds.
 *
 * Returns: (transfer full): the remixer, or %NULL when a sound cannot be read or they need more
 *   memory than they may
 */
OtoRemixer *
oto_remixer_new (OtoDataset              *dataset,
                 GArray                  *clips,
                 const OtoRemixerConfig  *config,
                 OtoProgressFunc          progress,
                 gpointer                 user_data,
                 GCancellable            *cancellable,
                 GError                 **error)
{
  g_autoptr (OtoRemixer) self = g_new0 (OtoRemixer, 1);
  const OtoFrontEnd *row = oto_front_end_find_by_config (config->front_end);

  g_mutex_init (&self->lock);
  g_cond_init (&self->ready);
  self->augment = *config->augment;
  self->n_classes = oto_dataset_get_n_classes (dataset);
  self->n_window_frames = config->n_window_frames;
  self->n_mels = config->front_end->n_mels;
  self->scaler_rule = row != NULL ? row->scaler_rule : OTO_SCALER_RULE_ALL_FRAMES;
  self->n_max_clips = config->n_max_clips;
  self->seed = config->seed;
  self->background = config->background;
  self->events = g_array_new (FALSE, FALSE, sizeof (Sound));
  self->scenes = g_array_new (FALSE, FALSE, sizeof (Sound));
  g_array_set_clear_func (self->events, sound_clear);
  g_array_set_clear_func (self->scenes, sound_clear);
  self->heard_classes = g_array_new (FALSE, FALSE, sizeof (guint32));
  self->class_events = g_new (GArray *, self->n_classes);
  for (guint k = 0; k < self->n_classes; k++)
    self->class_events[k] = g_array_new (FALSE, FALSE, sizeof (guint32));

  self->cache = oto_feature_cache_new (config->front_end, config->n_window_frames, error);
  if (self->cache == NULL
      || !load_sounds (self, dataset, clips, config->budget_bytes, progress, user_data,
                       cancellable, error)
      || !open_pool (self, config->n_threads, error))
    return NULL;
  if (self->heard_classes->len == 0)
    {
      g_set_error_literal (error, OTO_DATASETS_ERROR, OTO_DATASETS_ERROR_FOLD,
                           _("The mixtures of the other folds name no event. Make a longer list."));
      return NULL;
    }
  return g_steal_pointer (&self);
}

void
oto_remixer_free (OtoRemixer *self)
{
  if (self == NULL)
    return;
  if (self->pool != NULL)
    g_thread_pool_free (self->pool, FALSE, TRUE);
  for (guint k = 0; k < self->n_classes; k++)
    g_array_unref (self->class_events[k]);
  g_free (self->class_events);
  g_array_unref (self->heard_classes);
  g_array_unref (self->events);
  g_array_unref (self->scenes);
  oto_feature_cache_free (self->cache);
  oto_free (self->batch.logmel);
  oto_free (self->batch.y);
  g_clear_error (&self->batch.error);
  g_cond_clear (&self->ready);
  g_mutex_clear (&self->lock);
  g_free (self);
}

/**
 * oto_remixer_get_n_bytes:
 * @self: a remixer
 *
 * Returns: memory that its sounds take
 */
gint64
oto_remixer_get_n_bytes (OtoRemixer *self)
{
  return self->n_bytes;
}

/**
 * oto_remixer_get_wait_us:
 * @self: a remixer
 *
 * Returns: microseconds that oto_remixer_take() has waited in all
 */
guint64
oto_remixer_get_wait_us (OtoRemixer *self)
{
  return self->wait_us;
}
