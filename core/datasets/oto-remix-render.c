/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "datasets/oto-remix-private.h"

#include "audio/oto-clip.h"
#include "audio/oto-resampler.h"
#include "audio/oto-synth.h"
#include "base/oto-arena.h"
#include "base/oto-error.h"
#include "io/oto-audio-file.h"
#include "io/oto-file.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

/* An event's level is that of its whole file, which is read at once. */
#define MAX_EVENT_FILE_S 600.0

/* More of a scene than the clip needs, so that the resampler's end lies outside it. */
#define SCENE_MARGIN_S   0.1

/* Below this there is nothing to set a level by; 16-bit audio cannot hold it. */
#define SILENCE_RMS      1e-7

/* Splits “synth/NAME/SEED”. */
static gboolean
parse_synthesised (const char  *audio_name,
                   char       **ret_what,
                   guint64     *ret_seed)
{
  const char *what = audio_name + strlen (OTO_REMIX_SYNTH_PREFIX);
  const char *slash;
  char *end;

  if (!g_str_has_prefix (audio_name, OTO_REMIX_SYNTH_PREFIX))
    return FALSE;
  slash = strchr (what, '/');
  if (slash == NULL || !g_ascii_isdigit (slash[1]))
    return FALSE;
  *ret_seed = g_ascii_strtoull (slash + 1, &end, 10);
  if (*end != '\0')
    return FALSE;
  *ret_what = g_strndup (what, slash - what);
  return TRUE;
}

/* The audio is at its name beside the list, or in the folders that its kind usually has. */
static char *
find_audio (const char          *dir,
            const char          *audio_name,
            const char * const  *subfolders,
            GError             **error)
{
  GString *tried = g_string_new (NULL);

  for (guint i = 0; subfolders[i] != NULL; i++)
    {
      g_autofree char *path = g_build_filename (dir, subfolders[i], audio_name, NULL);

      if (g_file_test (path, G_FILE_TEST_IS_REGULAR))
        {
          g_string_free (tried, TRUE);
          return g_steal_pointer (&path);
        }
      g_string_append_printf (tried, "%s“%s/”", i > 0 ? ", " : "",
                              *subfolders[i] != '\0' ? subfolders[i] : ".");
    }
  g_set_error (error, OTO_DATASETS_ERROR, OTO_DATASETS_ERROR_LAYOUT,
               _("“%s” is listed but not there; it was sought in “%s”, folders %s. Add it, or "
                 "remove it from the list."), audio_name, dir, tried->str);
  g_string_free (tried, TRUE);
  return NULL;
}

static char *
find_event (const OtoRemixPlaces *places,
            const char           *audio_name,
            const char           *label,
            GError              **error)
{
  g_autofree char *of_class = g_build_filename ("events", label, NULL);
  const char *subfolders[] = { "", of_class, "audio_train", NULL };

  return find_audio (places->events_dir, audio_name, subfolders, error);
}

static char *
find_scene (const OtoRemixPlaces *places,
            const char           *audio_name,
            GError              **error)
{
  const char *subfolders[] = { "", "scenes", "audio", NULL };

  return find_audio (places->scenes_dir, audio_name, subfolders, error);
}

static OtoClip *
open_event (const OtoRemixPlaces *places,
            const char           *audio_name,
            const char           *label,
            GError              **error)
{
  g_autofree char *path = find_event (places, audio_name, label, error);
  g_autoptr (OtoClip) clip = NULL;

  if (path == NULL || (clip = oto_audio_file_open (path, error)) == NULL)
    return NULL;
  if (oto_clip_get_duration_s (clip) > MAX_EVENT_FILE_S)
    {
      g_set_error (error, OTO_DATASETS_ERROR, OTO_DATASETS_ERROR_LAYOUT,
                   _("“%s” lasts longer than 10 minutes, which no event does. Cut it, or remove it "
                     "from the list."), audio_name);
      return NULL;
    }
  return g_steal_pointer (&clip);
}

/* The first @n_samples of a clip, mono, at the data set's rate. */
static float *
read_mono (OtoClip  *clip,
           gint64    n_samples,
           gint64   *ret_n_samples,
           GError  **error)
{
  float *samples = oto_try_alloc (n_samples, sizeof (float), error);
  float *resampled = NULL;

  if (samples != NULL && oto_clip_read_mono (clip, 0, n_samples, samples, error))
    resampled = oto_resample (samples, n_samples, 1, oto_clip_get_rate_hz (clip),
                              OTO_REMIX_RATE_HZ, ret_n_samples, error);
  oto_free (samples);
  return resampled;
}

/* Scales to an RMS; FALSE for silence, which has no level. */
gboolean
oto_remix_set_rms (float  *samples,
                   gint64  n_samples,
                   double  target)
{
  double energy = 0.0, rms;

  for (gint64 i = 0; i < n_samples; i++)
    energy += (double) samples[i] * samples[i];
  rms = n_samples > 0 ? sqrt (energy / (double) n_samples) : 0.0;
  if (rms < SILENCE_RMS)
    return FALSE;
  for (gint64 i = 0; i < n_samples; i++)
    samples[i] = (float) (samples[i] * (target / rms));
  return TRUE;
}

gboolean
oto_remix_fail_silent (const char  *audio_name,
                       GError     **error)
{
  g_set_error (error, OTO_DATASETS_ERROR, OTO_DATASETS_ERROR_LAYOUT,
               _("“%s” is silent, so it cannot be brought to a level. Remove it from the list."),
               audio_name);
  return FALSE;
}

static gboolean
fail_synthesis (const char  *audio_name,
                GError     **error)
{
  g_set_error (error, OTO_DATASETS_ERROR, OTO_DATASETS_ERROR_LAYOUT,
               _("“%s” names a sound that this version cannot synthesise. Make the list again."),
               audio_name);
  return FALSE;
}

/* Its whole file, mono, at OTO_REMIX_RATE_HZ. */
float *
oto_remix_load_event (const OtoRemixPlaces   *places,
                      const OtoMixtureEvent  *event,
                      gint64                 *ret_n_samples,
                      GError                **error)
{
  g_autoptr (OtoClip) clip = NULL;
  g_autofree char *class_name = NULL;
  guint64 seed;

  if (parse_synthesised (event->audio_name, &class_name, &seed))
    {
      if (oto_synth_has_class (class_name))
        return oto_synth_event (class_name, seed, OTO_REMIX_RATE_HZ, ret_n_samples);
      fail_synthesis (event->audio_name, error);
      return NULL;
    }
  clip = open_event (places, event->audio_name, event->label, error);
  if (clip == NULL)
    return NULL;
  return read_mono (clip, oto_clip_get_n_samples (clip), ret_n_samples, error);
}

/* Exactly one clip of a scene: its beginning, or as often as it takes. */
gboolean
oto_remix_load_scene (const OtoRemixPlaces  *places,
                      const char            *audio_name,
                      float                 *ret_samples,
                      GError               **error)
{
  g_autofree char *path = NULL, *kind_name = NULL;
  g_autofree float *samples = NULL;
  g_autoptr (OtoClip) clip = NULL;
  gint64 n_samples, n_wanted;
  guint64 seed;

  if (parse_synthesised (audio_name, &kind_name, &seed))
    {
      for (int kind = 0; kind < OTO_SYNTH_N_BACKGROUNDS; kind++)
        if (strcmp (oto_synth_get_background_name (kind), kind_name) == 0)
          {
            oto_synth_background (kind, seed, OTO_REMIX_RATE_HZ, OTO_REMIX_CLIP_LEN, ret_samples);
            return TRUE;
          }
      return fail_synthesis (audio_name, error);
    }

  path = find_scene (places, audio_name, error);
  if (path == NULL || (clip = oto_audio_file_open (path, error)) == NULL)
    return FALSE;
  n_wanted = (gint64) ((OTO_REMIX_CLIP_S + SCENE_MARGIN_S) * oto_clip_get_rate_hz (clip));
  samples = read_mono (clip, MIN (n_wanted, oto_clip_get_n_samples (clip)), &n_samples, error);
  if (samples == NULL)
    return FALSE;
  if (n_samples == 0)
    return oto_remix_fail_silent (audio_name, error);
  for (gint64 i = 0; i < OTO_REMIX_CLIP_LEN; i++)
    ret_samples[i] = samples[i % n_samples];
  return TRUE;
}

/**
 * oto_remix_get_event_len:
 * @places: where the audio is
 * @audio_name: an event's file, or synthesis
 * @label: its class
 * @ret_duration_s: (out): how long it is
 * @error: return location for a #GError
 *
 * Returns: %FALSE when it cannot be read
 */
gboolean
oto_remix_get_event_len (const OtoRemixPlaces  *places,
                         const char            *audio_name,
                         const char            *label,
                         double                *ret_duration_s,
                         GError               **error)
{
  g_autoptr (OtoClip) clip = NULL;

  if (g_str_has_prefix (audio_name, OTO_REMIX_SYNTH_PREFIX))
    {
      const OtoMixtureEvent event = { .audio_name = (char *) audio_name, .label = (char *) label };
      g_autofree float *samples = NULL;
      gint64 n_samples;

      samples = oto_remix_load_event (places, &event, &n_samples, error);
      if (samples == NULL)
        return FALSE;
      *ret_duration_s = (double) n_samples / OTO_REMIX_RATE_HZ;
      return TRUE;
    }

  clip = open_event (places, audio_name, label, error);
  if (clip == NULL)
    return FALSE;
  *ret_duration_s = oto_clip_get_duration_s (clip);
  return TRUE;
}

/* The two channels of a clip, scaled to a peak of 1 together. */
void
oto_remix_finish (const float *events,
                  const float *scene,
                  float       *ret_samples)
{
  float peak = 0.f;

  for (gint64 i = 0; i < OTO_REMIX_CLIP_LEN; i++)
    peak = fmaxf (peak, fmaxf (fabsf (events[i]), fabsf (scene[i])));
  for (gint64 i = 0; i < OTO_REMIX_CLIP_LEN; i++)
    {
      ret_samples[2 * i] = events[i] / peak;
      ret_samples[2 * i + 1] = scene[i] / peak;
    }
}

/**
 * oto_remix_render:
 * @places: where the audio is
 * @mixture: what to mix
 * @snr_db: level of the events, where the mixture has none of its own
 * @ret_samples: (out caller-allocates): (OTO_REMIX_CLIP_LEN, 2): events, scene
 * @error: return location for a #GError
 *
 * Makes one clip: the scene at an RMS of 1; each event at an RMS of 10^(SNR/20), that of its whole
 * file, cut to its place in the list; the pair then scaled to a peak of 1.
 *
 * Returns: %FALSE when a file cannot be used
 */
gboolean
oto_remix_render (const OtoRemixPlaces  *places,
                  const OtoMixture      *mixture,
                  double                 snr_db,
                  float                 *ret_samples,
                  GError               **error)
{
  g_autofree float *scene = g_new (float, OTO_REMIX_CLIP_LEN);
  g_autofree float *events = g_new0 (float, OTO_REMIX_CLIP_LEN);
  const double level_db = isnan (mixture->snr_db) ? snr_db : mixture->snr_db;

  if (!oto_remix_load_scene (places, mixture->scene_name, scene, error))
    return FALSE;
  if (!oto_remix_set_rms (scene, OTO_REMIX_CLIP_LEN, 1.0))
    return oto_remix_fail_silent (mixture->scene_name, error);

  for (guint e = 0; e < mixture->n_events; e++)
    {
      const OtoMixtureEvent *event = &mixture->events[e];
      const gint64 begin = (gint64) (event->onset_s * OTO_REMIX_RATE_HZ);
      gint64 end = (gint64) (event->offset_s * OTO_REMIX_RATE_HZ);
      g_autofree float *samples = NULL;
      gint64 n_samples;

      samples = oto_remix_load_event (places, event, &n_samples, error);
      if (samples == NULL)
        return FALSE;
      if (!oto_remix_set_rms (samples, n_samples, pow (10.0, level_db / 20.0)))
        return oto_remix_fail_silent (event->audio_name, error);
      end = MIN (end, MIN (begin + n_samples, OTO_REMIX_CLIP_LEN));
      for (gint64 i = begin; i < end; i++)
        events[i] += samples[i - begin];
    }

  oto_remix_finish (events, scene, ret_samples);
  return TRUE;
}
