/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "datasets/oto-demo.h"

#include "audio/oto-synth.h"
#include "base/oto-rng.h"
#include "detection/oto-event-list.h"
#include "io/oto-audio-file.h"
#include "io/oto-draft.h"
#include "labels/oto-label-file.h"

#include <math.h>
#include <string.h>

#define RATE_HZ       32000
#define CLIP_S        10
#define N_EVENTS      3
#define EVENT_MAX_S   2.0               /* as in the remix recipe */
#define PEAK          0.7f

/* Every class once or twice, every background, and levels from easy to hard. */
static const struct
{
  const char         *classes[N_EVENTS];
  OtoSynthBackground  background;
  double              snr_db;
} clips[] = {
  { { "Rooster",     "Church_bell", "Meow"        }, OTO_SYNTH_WIND,    20.0 },
  { { "Bark",        "Car_horn",    "Laughter"    }, OTO_SYNTH_TRAFFIC, 15.0 },
  { { "Clock_tick",  "Clock_alarm", "Sneeze"      }, OTO_SYNTH_ROOM,    20.0 },
  { { "Sheep",       "Cow",         "Crow"        }, OTO_SYNTH_WIND,    15.0 },
  { { "Frog",        "Chainsaw",    "Bark"        }, OTO_SYNTH_STREAM,  12.0 },
  { { "Knock",       "Laughter",    "Clock_alarm" }, OTO_SYNTH_ROOM,    18.0 },
  { { "Siren",       "Church_bell", "Sneeze"      }, OTO_SYNTH_RAIN,    10.0 },
  { { "Meow",        "Knock",       "Rooster"     }, OTO_SYNTH_ROOM,    15.0 },
  { { "Car_horn",    "Siren",       "Crow"        }, OTO_SYNTH_TRAFFIC, 10.0 },
  { { "Cow",         "Chainsaw",    "Sheep"       }, OTO_SYNTH_STREAM,  15.0 },
};

/**
 * oto_demo_get_n_clips:
 *
 * Returns: number of clips that the demo has
 */
guint
oto_demo_get_n_clips (void)
{
  return G_N_ELEMENTS (clips);
}

static float
rms_of (const float *samples,
        gint64       n_samples)
{
  double energy = 0.0;

  for (gint64 i = 0; i < n_samples; i++)
    energy += (double) samples[i] * samples[i];
  return (float) sqrt (energy / (double) n_samples);
}

/* Adds one event at a random place of its third of the clip, at the level of the remix recipe:
 * the event's RMS over the background's is the signal-to-noise ratio. */
static OtoEvent *
add_event (float      *samples,
           const char *filename,
           const char *class_name,
           int         slot,
           guint64     seed,
           double      snr_db,
           OtoRng     *rng)
{
  g_autofree float *event = NULL;
  gint64 n_samples, begin;
  double free_s;
  float gain;
  const double slot_s = (CLIP_S - 0.6) / N_EVENTS;

  event = oto_synth_event (class_name, seed, RATE_HZ, &n_samples);
  gain = (float) pow (10.0, snr_db / 20.0) / rms_of (event, n_samples);
  n_samples = MIN (n_samples, (gint64) (EVENT_MAX_S * RATE_HZ));
  free_s = slot_s - 0.2 - (double) n_samples / RATE_HZ;
  begin = (gint64) ((0.3 + slot * slot_s + oto_rng_uniform (rng) * free_s) * RATE_HZ);
  for (gint64 i = 0; i < n_samples; i++)
    samples[begin + i] += gain * event[i];
  return oto_event_new (filename, class_name, (double) begin / RATE_HZ,
                        (double) (begin + n_samples) / RATE_HZ, NAN);
}

static gboolean
write_clip (guint         index,
            const char   *dir,
            guint64       seed,
            OtoEventList *labels,
            GError      **error)
{
  const gint64 n_samples = (gint64) CLIP_S * RATE_HZ;
  g_autofree float *samples = g_new (float, n_samples);
  g_autofree char *filename = g_strdup_printf ("demo_%02u.wav", index + 1);
  g_autofree char *path = g_build_filename (dir, filename, NULL);
  const guint64 clip_seed = OTO_SYNTH_FIRST_DEMO_SEED + seed * 1000 + index * 10;
  float peak = 0.f;
  OtoRng rng;

  oto_rng_init (&rng, clip_seed);
  oto_synth_background (clips[index].background, clip_seed, RATE_HZ, n_samples, samples);
  for (gint64 i = 0; i < n_samples; i++)
    samples[i] *= 10.f;                 /* RMS 1 */
  for (int e = 0; e < N_EVENTS; e++)
    {
      OtoEvent *event = add_event (samples, filename, clips[index].classes[e], e,
                                   clip_seed + 1 + (guint64) e, clips[index].snr_db, &rng);

      oto_event_list_add (labels, event);
    }

  for (gint64 i = 0; i < n_samples; i++)
    peak = fmaxf (peak, fabsf (samples[i]));
  for (gint64 i = 0; i < n_samples; i++)
    samples[i] *= PEAK / peak;
  return oto_audio_file_save (path, OTO_AUDIO_FORMAT_WAV_PCM16, samples, n_samples, 1, RATE_HZ,
                              error);
}

/**
 * oto_demo_write:
 * @dir: a folder, made if it is not there
 * @seed: OTO_DEMO_SEED for the demo as it ships; another for other clips of the same kind
 * @progress: (nullable): called after each clip
 * @user_data: for @progress
 * @cancellable: (nullable): looked at between clips
 * @error: return location for an error
 *
 * Writes the demo's clips, demo_01.wav and so on, and labels.tsv (filename, onset, offset,
 * event_label). The same seed gives the same bytes. No model is ever trained on these seeds.
 *
 * Returns: whether all was written
 */
gboolean
oto_demo_write (const char       *dir,
                guint64           seed,
                OtoProgressFunc   progress,
                gpointer          user_data,
                GCancellable     *cancellable,
                GError          **error)
{
  g_autoptr (OtoEventList) labels = oto_event_list_new ();
  g_autoptr (OtoDraft) draft = NULL;
  g_autofree char *labels_path = NULL;

  g_return_val_if_fail (dir != NULL, FALSE);

  draft = oto_draft_new_folder (dir, error);
  if (draft == NULL)
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (clips); i++)
    {
      if (g_cancellable_set_error_if_cancelled (cancellable, error)
          || !write_clip (i, oto_draft_get_path (draft), seed, labels, error))
        return FALSE;
      if (progress != NULL)
        progress ((i + 1.0) / G_N_ELEMENTS (clips), user_data);
    }
  labels_path = g_build_filename (oto_draft_get_path (draft), "labels.tsv", NULL);
  return oto_label_file_save_events (labels, labels_path, error)
         && oto_draft_publish (g_steal_pointer (&draft), error);
}
