/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "audio/oto-mixer.h"

#include <string.h>

typedef struct
{
  int     strip;
  GBytes *stem;
  double  gain;                  /* of the sample to come */
  double  target;
} MixerStrip;

struct _OtoMixer
{
  int               n_channels;
  gint64            n_samples;
  gint64            ramp_len;
  OtoMixerReadFunc  read;
  gpointer          user_data;
  GDestroyNotify    destroy;

  /* Guarded by the lock: all that follows. */
  GMutex            lock;
  GArray           *strips;      /* of MixerStrip: those with a stem */
  double            background;
  double            background_target;
  double            volume;
  double            volume_target;
  gint64            ramp_left;   /* samples until every gain is its target */
  gint64            loop_begin;
  gint64            loop_end;
  gint64            pos;
};

static void
strip_clear (gpointer data)
{
  MixerStrip *strip = data;

  g_clear_pointer (&strip->stem, g_bytes_unref);
}

/**
 * oto_mixer_new:
 * @n_channels: of the mix and of every stem
 * @rate_hz: samples a second
 * @n_samples: length of the mix
 * @read: reads the mix; called on the thread that fills, without a lock
 * @user_data: for @read
 * @destroy: (nullable): frees @user_data
 *
 * Returns: (transfer full): a mixer at position 0 with all gains at 1
 */
OtoMixer *
oto_mixer_new (int               n_channels,
               int               rate_hz,
               gint64            n_samples,
               OtoMixerReadFunc  read,
               gpointer          user_data,
               GDestroyNotify    destroy)
{
  OtoMixer *self;

  g_return_val_if_fail (n_channels > 0, NULL);
  g_return_val_if_fail (rate_hz > 0, NULL);
  g_return_val_if_fail (n_samples >= 0, NULL);
  g_return_val_if_fail (read != NULL, NULL);

  self = g_new0 (OtoMixer, 1);
  self->n_channels = n_channels;
  self->n_samples = n_samples;
  self->ramp_len = MAX (1, (gint64) (OTO_MIXER_RAMP_S * rate_hz));
  self->read = read;
  self->user_data = user_data;
  self->destroy = destroy;
  self->background = self->background_target = 1;
  self->volume = self->volume_target = 1;
  self->strips = g_array_new (FALSE, FALSE, sizeof (MixerStrip));
  g_array_set_clear_func (self->strips, strip_clear);
  g_mutex_init (&self->lock);

  return self;
}

/**
 * oto_mixer_free:
 * @self: (transfer full) (nullable): a mixer that nobody fills any more
 */
void
oto_mixer_free (OtoMixer *self)
{
  if (self == NULL)
    return;

  if (self->destroy != NULL)
    self->destroy (self->user_data);

  g_array_unref (self->strips);
  g_mutex_clear (&self->lock);
  g_free (self);
}

static MixerStrip *
find_strip (OtoMixer *self,
            int       strip)
{
  for (guint i = 0; i < self->strips->len; i++)
    if (g_array_index (self->strips, MixerStrip, i).strip == strip)
      return &g_array_index (self->strips, MixerStrip, i);

  return NULL;
}

/**
 * oto_mixer_set_stem:
 * @self: a mixer
 * @strip: number of a class
 * @stem: floats, interleaved, as many as the mix has
 *
 * Gives a strip its stem. Until its gain is set it follows Background.
 */
void
oto_mixer_set_stem (OtoMixer *self,
                    int       strip,
                    GBytes   *stem)
{
  MixerStrip new_strip = { strip, NULL, 0, 0 };

  g_return_if_fail (self != NULL);
  g_return_if_fail (strip >= 0);
  g_return_if_fail (stem != NULL);
  g_return_if_fail (g_bytes_get_size (stem) == (size_t) (self->n_samples * self->n_channels)
                                               * sizeof (float));

  g_mutex_lock (&self->lock);
  if (find_strip (self, strip) == NULL)
    {
      new_strip.stem = g_bytes_ref (stem);
      new_strip.gain = self->background;
      new_strip.target = self->background_target;
      g_array_append_val (self->strips, new_strip);
    }
  g_mutex_unlock (&self->lock);
}

/**
 * oto_mixer_has_stem:
 * @self: a mixer
 * @strip: number of a class
 *
 * Returns: whether @strip has its stem
 */
gboolean
oto_mixer_has_stem (OtoMixer *self,
                    int       strip)
{
  gboolean has;

  g_return_val_if_fail (self != NULL, FALSE);

  g_mutex_lock (&self->lock);
  has = find_strip (self, strip) != NULL;
  g_mutex_unlock (&self->lock);

  return has;
}

/**
 * oto_mixer_set_gains:
 * @self: a mixer
 * @background_gain: linear gain of Background and of every class not named
 * @strips: (array length=n_strips): classes with a gain of their own; each has its stem
 * @gains: (array length=n_strips): their linear gains
 * @n_strips: their number
 *
 * All gains reach their new values together, on a linear ramp that begins with the next sample.
 */
void
oto_mixer_set_gains (OtoMixer     *self,
                     double        background_gain,
                     const int    *strips,
                     const double *gains,
                     guint         n_strips)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (n_strips == 0 || (strips != NULL && gains != NULL));

  g_mutex_lock (&self->lock);

  self->background_target = background_gain;
  for (guint i = 0; i < self->strips->len; i++)
    g_array_index (self->strips, MixerStrip, i).target = background_gain;

  for (guint i = 0; i < n_strips; i++)
    {
      MixerStrip *strip = find_strip (self, strips[i]);

      if (strip != NULL)
        strip->target = gains[i];
    }

  self->ramp_left = self->ramp_len;
  g_mutex_unlock (&self->lock);
}

/**
 * oto_mixer_set_volume:
 * @self: a mixer
 * @volume: linear gain of all that is heard
 */
void
oto_mixer_set_volume (OtoMixer *self,
                      double    volume)
{
  g_return_if_fail (self != NULL);

  g_mutex_lock (&self->lock);
  self->volume_target = volume;
  self->ramp_left = self->ramp_len;
  g_mutex_unlock (&self->lock);
}

/**
 * oto_mixer_set_loop:
 * @self: a mixer
 * @begin: first sample of the loop
 * @end: first sample past it; not above @begin: no loop
 */
void
oto_mixer_set_loop (OtoMixer *self,
                    gint64    begin,
                    gint64    end)
{
  g_return_if_fail (self != NULL);

  g_mutex_lock (&self->lock);
  self->loop_begin = CLAMP (begin, 0, self->n_samples);
  self->loop_end = CLAMP (end, 0, self->n_samples);
  g_mutex_unlock (&self->lock);
}

/**
 * oto_mixer_seek:
 * @self: a mixer
 * @pos: the next sample to fill
 *
 * Gains have their new values at once: nothing goes on there that a jump could break.
 */
void
oto_mixer_seek (OtoMixer *self,
                gint64    pos)
{
  g_return_if_fail (self != NULL);

  g_mutex_lock (&self->lock);
  self->pos = CLAMP (pos, 0, self->n_samples);
  self->ramp_left = 0;
  self->background = self->background_target;
  self->volume = self->volume_target;
  for (guint i = 0; i < self->strips->len; i++)
    {
      MixerStrip *strip = &g_array_index (self->strips, MixerStrip, i);

      strip->gain = strip->target;
    }
  g_mutex_unlock (&self->lock);
}

/**
 * oto_mixer_get_pos:
 * @self: a mixer
 *
 * Returns: the next sample to fill
 */
gint64
oto_mixer_get_pos (OtoMixer *self)
{
  gint64 pos;

  g_return_val_if_fail (self != NULL, 0);

  g_mutex_lock (&self->lock);
  pos = self->pos;
  g_mutex_unlock (&self->lock);

  return pos;
}

static double
step_towards (double *value,
              double  target,
              gint64  n_left)
{
  double now = *value;

  *value = n_left > 1 ? now + (target - now) / n_left : target;

  return now;
}

/* One sample of all channels: adds the stems whose gain differs from Background's. */
static void
mix_sample (OtoMixer *self,
            gint64    pos,
            float    *out)
{
  const gint64 n_left = MAX (self->ramp_left, 1);
  double background = step_towards (&self->background, self->background_target, n_left);
  double volume = step_towards (&self->volume, self->volume_target, n_left);

  for (int c = 0; c < self->n_channels; c++)
    out[c] *= (float) background;

  for (guint i = 0; i < self->strips->len; i++)
    {
      MixerStrip *strip = &g_array_index (self->strips, MixerStrip, i);
      double gain = step_towards (&strip->gain, strip->target, n_left) - background;
      const float *stem = g_bytes_get_data (strip->stem, NULL);

      if (gain != 0)
        for (int c = 0; c < self->n_channels; c++)
          out[c] += (float) gain * stem[pos * self->n_channels + c];
    }

  for (int c = 0; c < self->n_channels; c++)
    out[c] *= (float) volume;

  if (self->ramp_left > 0)
    self->ramp_left--;
}

/**
 * oto_mixer_fill:
 * @self: a mixer
 * @n_samples: room in @ret_samples, per channel
 * @ret_samples: (out caller-allocates): interleaved
 * @ret_first: (out) (nullable): position of the first sample
 *
 * Fills what comes next and moves on. Ends early at the end of the loop or of the mix.
 *
 * Returns: samples filled, per channel; 0 at the end
 */
gint64
oto_mixer_fill (OtoMixer *self,
                gint64    n_samples,
                float    *ret_samples,
                gint64   *ret_first)
{
  gint64 first, end, n;

  g_return_val_if_fail (self != NULL, 0);
  g_return_val_if_fail (n_samples > 0, 0);
  g_return_val_if_fail (ret_samples != NULL, 0);

  g_mutex_lock (&self->lock);
  end = self->n_samples;
  if (self->loop_end > self->loop_begin)
    {
      if (self->pos >= self->loop_end)
        self->pos = self->loop_begin;
      end = self->loop_end;
    }
  first = self->pos;
  n = MIN (n_samples, end - first);
  g_mutex_unlock (&self->lock);

  if (n <= 0)
    return 0;

  /* The file is read without the lock, so that a slow disk never holds up whoever turns a knob. */
  if (!self->read (first, n, ret_samples, self->user_data))
    memset (ret_samples, 0, (size_t) (n * self->n_channels) * sizeof (float));

  g_mutex_lock (&self->lock);
  for (gint64 i = 0; i < n; i++)
    mix_sample (self, first + i, ret_samples + i * self->n_channels);
  if (self->pos == first)
    self->pos = first + n;
  g_mutex_unlock (&self->lock);

  if (ret_first != NULL)
    *ret_first = first;

  return n;
}
