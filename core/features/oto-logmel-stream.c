/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "features/oto-logmel-stream.h"

#include "audio/oto-clip.h"
#include "audio/oto-resampler.h"

#include <math.h>
#include <string.h>

/* Samples per channel that are read at once. */
#define BLOCK_LEN 65536
/* -90 dBFS. */
#define SILENCE_PEAK 3.1623e-5f
#define PROGRESS_INTERVAL_US (G_USEC_PER_SEC / 10)
/* Samples at the features' rate after which a resampler has forgotten where it began. */
#define RESAMPLER_MARGIN_LEN 4096

struct _OtoLogmelStream
{
  OtoLogmel       *extractor;
  OtoLogmelConfig  config;
  OtoResampler    *resampler;
  GArray          *samples;      /* of float, at the features' rate */
  gint64           first_sample; /* where in the clip they begin; before it: mirrored */
  gint64           n_samples;    /* of the clip, so far */
  gint64           n_frames;     /* pulled so far, without padding */
  gboolean         has_begun;    /* the mirrored beginning stands in front of the samples */
  gboolean         has_ended;    /* the mirrored end stands behind them */
};

/**
 * oto_logmel_stream_new:
 * @extractor: computes the frames; it must outlive the stream, and can serve many in turn
 * @rate_hz: rate of the samples
 * @error: return location for a #GError
 *
 * Makes a stream for one clip.
 *
 * Returns: (transfer full) (nullable): a stream, or %NULL with an error of oto_resampler_new()
 */
OtoLogmelStream *
oto_logmel_stream_new (OtoLogmel  *extractor,
                       int         rate_hz,
                       GError    **error)
{
  const OtoLogmelConfig *config;
  OtoLogmelStream *self;
  OtoResampler *resampler;

  g_return_val_if_fail (extractor != NULL, NULL);

  config = oto_logmel_get_config (extractor);
  resampler = oto_resampler_new (rate_hz, config->sample_rate_hz, 1, error);
  if (resampler == NULL)
    return NULL;

  self = g_new0 (OtoLogmelStream, 1);
  self->extractor = extractor;
  self->config = *config;
  self->resampler = resampler;
  self->samples = g_array_new (FALSE, FALSE, sizeof (float));
  self->has_begun = oto_logmel_config_get_lead_len (config) == 0;
  return self;
}

/**
 * oto_logmel_stream_free:
 * @self: (transfer full) (nullable): a stream
 *
 * Frees a stream.
 */
void
oto_logmel_stream_free (OtoLogmelStream *self)
{
  if (self == NULL)
    return;
  oto_resampler_free (self->resampler);
  g_array_unref (self->samples);
  g_free (self);
}

/* Samples at @pos of the clip, mirrored where it has none. They are among those at hand: half a
 * window and one sample from either end. */
static void
mirror (OtoLogmelStream *self,
        gint64           pos,
        int              len,
        float           *ret_samples)
{
  const float *samples = (const float *) (gpointer) self->samples->data;

  for (int i = 0; i < len; i++)
    ret_samples[i] = samples[oto_stft_reflect (pos + i, self->n_samples) - self->first_sample];
}

static void
mirror_begin (OtoLogmelStream *self)
{
  const int lead_len = oto_logmel_config_get_lead_len (&self->config);
  g_autofree float *lead = g_new (float, lead_len);

  mirror (self, -lead_len, lead_len, lead);
  g_array_prepend_vals (self->samples, lead, (guint) lead_len);
  self->first_sample = -lead_len;
  self->has_begun = TRUE;
}

static void
mirror_end (OtoLogmelStream *self)
{
  const int lead_len = oto_logmel_config_get_lead_len (&self->config);
  g_autofree float *trail = g_new (float, lead_len);

  mirror (self, self->n_samples, lead_len, trail);
  g_array_append_vals (self->samples, trail, (guint) lead_len);
}

/**
 * oto_logmel_stream_push:
 * @self: a stream
 * @samples: (array length=n_samples) (nullable): one channel; %NULL ends the clip
 * @n_samples: length of this part; 0 with %NULL
 *
 * Takes the next part of the clip.
 */
void
oto_logmel_stream_push (OtoLogmelStream *self,
                        const float     *samples,
                        gint64           n_samples)
{
  guint n_before;

  g_return_if_fail (self != NULL);
  g_return_if_fail (!self->has_ended);

  n_before = self->samples->len;
  oto_resampler_push (self->resampler, samples, n_samples, self->samples);
  self->n_samples += self->samples->len - n_before;
  self->has_ended = samples == NULL;

  /* The mirrored beginning ends with the sample half a window behind the first. */
  if (!self->has_begun && self->n_samples > 0
      && (self->has_ended || self->n_samples > oto_logmel_config_get_lead_len (&self->config)))
    mirror_begin (self);
  if (self->has_ended && self->n_samples > 0)
    mirror_end (self);
}

/* Where among the samples the next frame begins. */
static gint64
get_next_pos (OtoLogmelStream *self)
{
  return self->n_frames * self->config.hop_len
         - oto_logmel_config_get_lead_len (&self->config) - self->first_sample;
}

/* Forgets what no frame needs, and the end's mirror neither. */
static void
trim (OtoLogmelStream *self)
{
  const int lead_len = oto_logmel_config_get_lead_len (&self->config);
  gint64 n = get_next_pos (self);

  if (lead_len > 0 && !self->has_ended)
    n = MIN (n, (gint64) self->samples->len - lead_len - 1);
  n = MIN (n, self->samples->len);
  if (n <= 0)
    return;
  g_array_remove_range (self->samples, 0, (guint) n);
  self->first_sample += n;
}

/* Computes the next frames, whose samples are all at hand. */
static void
compute_frames (OtoLogmelStream *self,
                gint64           n_frames,
                float           *ret_logmel)
{
  for (gint64 t = 0; t < n_frames; t++)
    {
      const float *frame = &g_array_index (self->samples, float, get_next_pos (self));

      oto_logmel_compute_frame (self->extractor, frame, ret_logmel + t * self->config.n_mels);
      self->n_frames++;
    }
  trim (self);
}

/**
 * oto_logmel_stream_pull:
 * @self: a stream
 * @max_frames: how many @ret_logmel has room for
 * @ret_logmel: (out caller-allocates): (max_frames, F)
 *
 * Takes the next frames of the clip that can be told from what was pushed.
 *
 * Returns: number of frames (T) that were written; fewer than @max_frames: no more for now, or at
 *   all, if the clip has ended
 */
gint64
oto_logmel_stream_pull (OtoLogmelStream *self,
                        gint64           max_frames,
                        float           *ret_logmel)
{
  gint64 n_frames, n_complete;

  g_return_val_if_fail (self != NULL, 0);

  if (!self->has_begun)
    return 0;
  n_complete = oto_stft_get_n_frames (self->samples->len - get_next_pos (self),
                                      self->config.window_len, self->config.hop_len);
  n_frames = oto_logmel_config_get_n_frames (&self->config, self->n_samples) - self->n_frames;
  n_frames = CLAMP (MIN (n_frames, n_complete), 0, MAX (max_frames, 0));
  compute_frames (self, n_frames, ret_logmel);
  return n_frames;
}

/**
 * oto_logmel_stream_pull_padding:
 * @self: a stream whose clip has ended and whose frames were all pulled
 * @n_frames: number of frames (T)
 * @ret_logmel: (out caller-allocates): (T, F)
 *
 * Takes the frames behind the clip.
 */
void
oto_logmel_stream_pull_padding (OtoLogmelStream *self,
                                gint64           n_frames,
                                float           *ret_logmel)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (self->has_ended);
  g_return_if_fail (self->n_frames >= oto_logmel_config_get_n_frames (&self->config,
                                                                      self->n_samples));

  /* Frames that still reach into the clip. */
  while (n_frames > 0 && self->config.framing == OTO_FRAMING_INSIDE
         && get_next_pos (self) < self->samples->len)
    {
      const guint len = self->samples->len;
      g_autofree float *frame = g_new0 (float, self->config.window_len);
      const gint64 pos = get_next_pos (self);

      memcpy (frame, &g_array_index (self->samples, float, pos), (len - pos) * sizeof (float));
      oto_logmel_compute_frame (self->extractor, frame, ret_logmel);
      self->n_frames++;
      ret_logmel += self->config.n_mels;
      n_frames--;
    }
  oto_logmel_fill_silence (self->extractor, n_frames, ret_logmel);
}

/* --- a whole clip -------------------------------------------------------------------------- */

/* A clip on its way. */
typedef struct
{
  OtoLogmelStream *stream;
  float           *logmel;
  gint64           n_skipped;    /* that come before those wanted */
  gint64           n_frames;     /* wanted */
  gint64           n_done;
  gboolean         stops_early;  /* nothing but what they need is read */
  float            peak;
  OtoProgressFunc  progress;
  gpointer         progress_data;
  gint64           progress_time_us;
} Reading;

/* Reports progress, but not too often. */
static void
report (Reading *reading,
        double   fraction)
{
  gint64 now_us = g_get_monotonic_time ();

  if (reading->progress == NULL
      || now_us < reading->progress_time_us + PROGRESS_INTERVAL_US)
    return;
  reading->progress_time_us = now_us;
  reading->progress (fraction, reading->progress_data);
}

static void
pull_all (Reading *reading)
{
  const int n_mels = reading->stream->config.n_mels;

  while (reading->n_skipped > 0
         && oto_logmel_stream_pull (reading->stream, 1, reading->logmel) == 1)
    reading->n_skipped--;
  if (reading->n_skipped > 0)
    return;
  reading->n_done += oto_logmel_stream_pull (reading->stream,
                                             reading->n_frames - reading->n_done,
                                             reading->logmel + reading->n_done * n_mels);
}

static gboolean
read_samples (Reading       *reading,
              OtoClip       *clip,
              gint64         first_sample,
              GCancellable  *cancellable,
              GError       **error)
{
  const gint64 n_samples = oto_clip_get_n_samples (clip);
  g_autofree float *block = g_new (float, BLOCK_LEN);

  for (gint64 pos = first_sample; pos < n_samples; pos += BLOCK_LEN)
    {
      gint64 n = MIN (BLOCK_LEN, n_samples - pos);

      if (g_cancellable_set_error_if_cancelled (cancellable, error)
          || !oto_clip_read_mono (clip, pos, n, block, error))
        return FALSE;
      for (gint64 i = 0; i < n; i++)
        reading->peak = fmaxf (reading->peak, fabsf (block[i]));
      oto_logmel_stream_push (reading->stream, block, n);
      pull_all (reading);
      if (reading->stops_early && reading->n_done == reading->n_frames)
        return TRUE;
      report (reading, MAX ((double) (pos + n - first_sample) / (n_samples - first_sample),
                            (double) reading->n_done / reading->n_frames));
    }
  oto_logmel_stream_push (reading->stream, NULL, 0);
  pull_all (reading);
  return TRUE;
}

/**
 * oto_logmel_stream_get_n_clip_frames:
 * @config: settings
 * @clip: a clip, of any rate
 *
 * Returns: number of the clip's own frames (T), 0 where it is shorter than one
 */
gint64
oto_logmel_stream_get_n_clip_frames (const OtoLogmelConfig *config,
                                     OtoClip               *clip)
{
  gint64 n_samples;

  g_return_val_if_fail (config != NULL, 0);
  g_return_val_if_fail (OTO_IS_CLIP (clip), 0);

  n_samples = oto_resampler_get_output_len (oto_clip_get_n_samples (clip),
                                            oto_clip_get_rate_hz (clip), config->sample_rate_hz);
  return oto_logmel_config_get_n_frames (config, n_samples);
}

/* The frame with which reading begins, so that frames from @first_frame on are those of the whole
 * clip: at a whole sample of the clip, and so far before that neither the resampler's beginning nor
 * a mirror reaches into them. */
static gint64
find_begin (const OtoLogmelConfig *config,
            int                    rate_hz,
            gint64                 first_frame,
            gint64                *ret_first_sample)
{
  const gint64 margin = (RESAMPLER_MARGIN_LEN + oto_logmel_config_get_lead_len (config))
                        / config->hop_len + 1;
  const gint64 hop_product = (gint64) config->hop_len * rate_hz;
  gint64 period = config->sample_rate_hz, rest = hop_product % period, frame;

  /* Frames between two that begin with a whole sample: rate / gcd (hop x clip's rate, rate). */
  while (rest != 0)
    {
      const gint64 next = period % rest;

      period = rest;
      rest = next;
    }
  period = config->sample_rate_hz / period;
  frame = MAX (first_frame - margin, 0) / period * period;
  *ret_first_sample = frame * hop_product / config->sample_rate_hz;
  return frame;
}

/**
 * oto_logmel_stream_read_frames:
 * @extractor: computes the frames; one per thread
 * @clip: a clip, of any rate and number of channels
 * @first_frame: first frame wanted
 * @n_frames: T wanted; those behind the clip's own are padding
 * @ret_logmel: (out caller-allocates): (T, F)
 * @ret_is_silent: (out) (optional): whether the peak of what was read is below -90 dBFS
 * @progress: (nullable) (scope call): called on this thread
 * @user_data: for @progress
 * @cancellable: (nullable): cancels between blocks of samples
 * @error: return location for a #GError
 *
 * Computes some frames of a clip: the mean of its channels, resampled. What lies before and behind
 * them is not read. They are those of oto_logmel_stream_read_clip() to the bit; where the clip is
 * resampled, but for rounding.
 *
 * Returns: %TRUE, or %FALSE with an error of reading or resampling, or %G_IO_ERROR_CANCELLED; then
 *   @ret_logmel may be written in part
 */
gboolean
oto_logmel_stream_read_frames (OtoLogmel        *extractor,
                               OtoClip          *clip,
                               gint64            first_frame,
                               gint64            n_frames,
                               float            *ret_logmel,
                               gboolean         *ret_is_silent,
                               OtoProgressFunc   progress,
                               gpointer          user_data,
                               GCancellable     *cancellable,
                               GError          **error)
{
  g_autoptr (OtoLogmelStream) stream = NULL;
  Reading reading = { .logmel = ret_logmel, .n_frames = n_frames, .progress = progress,
                      .progress_data = user_data };
  const OtoLogmelConfig *config;
  gint64 first_sample;

  g_return_val_if_fail (extractor != NULL, FALSE);
  g_return_val_if_fail (OTO_IS_CLIP (clip), FALSE);
  g_return_val_if_fail (first_frame >= 0 && n_frames > 0, FALSE);

  config = oto_logmel_get_config (extractor);
  stream = oto_logmel_stream_new (extractor, oto_clip_get_rate_hz (clip), error);
  if (stream == NULL)
    return FALSE;
  reading.stream = stream;
  reading.stops_early = first_frame + n_frames
                        < oto_logmel_stream_get_n_clip_frames (config, clip);
  reading.n_skipped = first_frame - find_begin (config, oto_clip_get_rate_hz (clip), first_frame,
                                                &first_sample);
  if (!read_samples (&reading, clip, first_sample, cancellable, error))
    return FALSE;

  if (reading.n_done < n_frames)
    oto_logmel_stream_pull_padding (stream, n_frames - reading.n_done,
                                    ret_logmel + reading.n_done * config->n_mels);
  if (ret_is_silent != NULL)
    *ret_is_silent = reading.peak < SILENCE_PEAK;
  return TRUE;
}

/**
 * oto_logmel_stream_read_clip:
 * @extractor: computes the frames; one per thread
 * @clip: a clip, of any rate and number of channels
 * @n_frames: T wanted, at least oto_logmel_stream_get_n_clip_frames(); those beyond are padding
 * @ret_logmel: (out caller-allocates): (T, F)
 * @ret_is_silent: (out) (optional): whether the clip's peak is below -90 dBFS
 * @progress: (nullable) (scope call): called on this thread
 * @user_data: for @progress
 * @cancellable: (nullable): cancels between blocks of samples
 * @error: return location for a #GError
 *
 * Computes the features of a clip as oto_logmel_stream_read_frames() does, and reads all of it.
 * Beside @ret_logmel it takes little memory, however long the clip is.
 *
 * Returns: %TRUE, or %FALSE with an error of reading or resampling, or %G_IO_ERROR_CANCELLED; then
 *   @ret_logmel may be written in part
 */
gboolean
oto_logmel_stream_read_clip (OtoLogmel        *extractor,
                             OtoClip          *clip,
                             gint64            n_frames,
                             float            *ret_logmel,
                             gboolean         *ret_is_silent,
                             OtoProgressFunc   progress,
                             gpointer          user_data,
                             GCancellable     *cancellable,
                             GError          **error)
{
  g_return_val_if_fail (extractor != NULL, FALSE);
  g_return_val_if_fail (OTO_IS_CLIP (clip), FALSE);
  g_return_val_if_fail (n_frames >= oto_logmel_stream_get_n_clip_frames (
                          oto_logmel_get_config (extractor), clip), FALSE);

  return oto_logmel_stream_read_frames (extractor, clip, 0, n_frames, ret_logmel, ret_is_silent,
                                        progress, user_data, cancellable, error);
}
