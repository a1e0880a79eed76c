/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "analysis/oto-stem-mix.h"

#include "analysis/oto-stem-stream.h"
#include "audio/oto-clip.h"

#include <math.h>

#define COPY_LEN 65536

/* The strips that differ from Background, and the block that they are being added to. */
typedef struct
{
  OtoAnalysis    *analysis;
  double          background_gain;
  GArray         *classes;       /* of int */
  GArray         *gains;         /* of double: less that of Background */
  GArray         *block;         /* of float, interleaved */
  gint64          pos;           /* of the block */
  double          peak;
  OtoAudioWriter *writer;
} Mix;

/* Begins a block with the whole clip at Background's gain. */
static gboolean
begin_block (Mix     *self,
             gint64   n_samples,
             GError **error)
{
  OtoClip *clip = oto_analysis_get_clip (self->analysis);
  float *values;

  g_array_set_size (self->block, (guint) (n_samples * oto_clip_get_n_channels (clip)));
  values = (float *) (gpointer) self->block->data;
  if (!oto_clip_read (clip, self->pos, n_samples, values, error))
    return FALSE;
  for (guint i = 0; i < self->block->len && self->background_gain != 1.0; i++)
    values[i] = (float) (self->background_gain * values[i]);
  return TRUE;
}

static gboolean
end_block (Mix     *self,
           gint64   n_samples,
           GError **error)
{
  const float *values = (const float *) (gpointer) self->block->data;

  for (guint i = 0; i < self->block->len; i++)
    self->peak = fmax (self->peak, fabs (values[i]));
  self->pos += n_samples;
  return oto_audio_writer_write (self->writer, values, n_samples, error);
}

static gboolean
add_stem (guint         stem,
          const float  *samples,
          gint64        n_samples,
          gpointer      user_data,
          GError      **error)
{
  Mix *self = user_data;
  const double gain = g_array_index (self->gains, double, stem);
  float *values;

  if (stem == 0 && !begin_block (self, n_samples, error))
    return FALSE;
  values = (float *) (gpointer) self->block->data;
  for (guint i = 0; i < self->block->len; i++)
    values[i] += (float) (gain * samples[i]);
  return stem + 1 < self->classes->len || end_block (self, n_samples, error);
}

/* All strips alike: the clip itself. */
static gboolean
copy_clip (Mix           *self,
           GCancellable  *cancellable,
           GError       **error)
{
  const gint64 n_samples = oto_clip_get_n_samples (oto_analysis_get_clip (self->analysis));

  while (self->pos < n_samples)
    {
      const gint64 n = MIN (COPY_LEN, n_samples - self->pos);

      if (g_cancellable_set_error_if_cancelled (cancellable, error)
          || !begin_block (self, n, error) || !end_block (self, n, error))
        return FALSE;
    }
  return TRUE;
}

static void
mix_clear (Mix *self)
{
  g_array_unref (self->classes);
  g_array_unref (self->gains);
  g_array_unref (self->block);
  oto_audio_writer_free (self->writer);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Mix, mix_clear)

static void
mix_init (Mix               *self,
          OtoAnalysis       *analysis,
          double             background_gain,
          const OtoStemGain *gains,
          guint              n_gains)
{
  *self = (Mix) { .analysis = analysis, .background_gain = background_gain };
  self->classes = g_array_new (FALSE, FALSE, sizeof (int));
  self->gains = g_array_new (FALSE, FALSE, sizeof (double));
  self->block = g_array_new (FALSE, FALSE, sizeof (float));
  for (guint i = 0; i < n_gains; i++)
    {
      const double gain = gains[i].gain - background_gain;

      if (gain == 0.0)
        continue;
      g_array_append_val (self->classes, gains[i].class_index);
      g_array_append_val (self->gains, gain);
    }
}

/**
 * oto_stem_mix_save:
 * @analysis: an analysis
 * @background_gain: of everything else than @gains, as a factor
 * @gains: (array length=n_gains): of classes, each once
 * @n_gains: their number
 * @path: an audio file, which appears when it is whole
 * @format: its format; what is no float is clipped at [-1, 1]
 * @comment: (nullable): how it was made, kept in the file
 * @ret_peak: (out) (optional): largest value, before it was clipped
 * @progress: (nullable) (scope call): called on this thread
 * @user_data: for @progress
 * @cancellable: (nullable): cancels
 * @error: set on failure, %OTO_ANALYSIS_ERROR_PANEL where the model has no mask
 *
 * Writes what #OtoMixer plays at these gains, at the clip's rate and channels and as long as the
 * clip: background_gain x clip + sum over k of (gain_k - background_gain) x stem_k. Where all gains
 * are 1 that is the clip to the bit.
 *
 * Returns: whether it was written
 */
gboolean
oto_stem_mix_save (OtoAnalysis        *analysis,
                   double              background_gain,
                   const OtoStemGain  *gains,
                   guint               n_gains,
                   const char         *path,
                   OtoAudioFormat      format,
                   const char         *comment,
                   double             *ret_peak,
                   OtoProgressFunc     progress,
                   gpointer            user_data,
                   GCancellable       *cancellable,
                   GError            **error)
{
  g_auto (Mix) mix = { NULL };
  gboolean is_done;
  OtoClip *clip;

  mix_init (&mix, analysis, background_gain, gains, n_gains);
  g_return_val_if_fail (OTO_IS_ANALYSIS (analysis) && path != NULL, FALSE);

  clip = oto_analysis_get_clip (analysis);
  if (!oto_analysis_check_mask (analysis, OTO_MASK_LISTENING, error))
    return FALSE;
  mix.writer = oto_audio_writer_new (path, format, oto_clip_get_rate_hz (clip),
                                     oto_clip_get_n_channels (clip), error);
  if (mix.writer == NULL)
    return FALSE;
  if (comment != NULL)
    oto_audio_writer_set_comment (mix.writer, comment);
  is_done = mix.classes->len == 0
              ? copy_clip (&mix, cancellable, error)
              : oto_stem_stream_run (analysis, OTO_MASK_LISTENING,
                                     (const int *) (gpointer) mix.classes->data,
                                     mix.classes->len, FALSE, add_stem, &mix, progress, user_data,
                                     cancellable, error);
  if (!is_done || !oto_audio_writer_close (g_steal_pointer (&mix.writer), error))
    return FALSE;
  if (ret_peak != NULL)
    *ret_peak = mix.peak;
  return TRUE;
}
