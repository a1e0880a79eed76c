/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "audio/oto-synth-canvas.h"

#include <math.h>

#define MAX_HARMONICS    64
#define CONTROL_S        0.004          /* how often a voice's harmonic amplitudes are computed */

/* A value of the range, uniformly. */
double
oto_canvas_between (OtoCanvas *self,
                    double     low,
                    double     high)
{
  return oto_rng_range (&self->rng, low, high);
}

int
oto_canvas_count_between (OtoCanvas *self,
                          int        low,
                          int        high)
{
  return low + (int) oto_rng_below (&self->rng, (guint64) (high - low + 1));
}

/* A value of an evenly spaced contour at position x in [0, 1]. */
static double
contour_at (const double *points,
            int           n_points,
            double        x)
{
  double pos = CLAMP (x, 0.0, 1.0) * (n_points - 1);
  int i = MIN ((int) pos, n_points - 2);

  if (n_points == 1)
    return points[0];
  return points[i] + (points[i + 1] - points[i]) * (pos - i);
}

static double
envelope_at (double t_s,
             double duration_s,
             double attack_s,
             double release_s)
{
  double rise = attack_s > 0.0 ? MIN (1.0, t_s / attack_s) : 1.0;
  double fall = release_s > 0.0 ? CLAMP ((duration_s - t_s) / release_s, 0.0, 1.0) : 1.0;

  return sin (G_PI_2 * rise) * sin (G_PI_2 * fall);
}

static double
formant_gain (const OtoVoice *voice,
              double          hz,
              double          x)
{
  double gain = voice->n_formants == 0 ? 1.0 : 0.015;

  for (int i = 0; i < voice->n_formants; i++)
    {
      const OtoFormant *f = &voice->formants[i];
      double center_hz = f->from_hz + (f->to_hz - f->from_hz) * x;
      double distance = (hz - center_hz) / f->width_hz;

      gain += f->gain / (1.0 + distance * distance);
    }
  return gain;
}

/* Amplitudes of the harmonics of @f0_hz below the Nyquist rate; returns how many there are. */
static int
fill_harmonics (const OtoVoice *voice,
                int             rate_hz,
                double          f0_hz,
                double          x,
                double         *ret_amplitudes)
{
  int n = (int) MIN ((double) MAX_HARMONICS, 0.48 * rate_hz / f0_hz);

  for (int h = 1; h <= n; h++)
    ret_amplitudes[h - 1] = formant_gain (voice, h * f0_hz, x) * pow (h, -voice->tilt);
  return n;
}

/* Sum of harmonics of one phase, by the recurrence
 *   sin (h p) = 2 cos p sin ((h - 1) p) - sin ((h - 2) p). */
static double
sum_harmonics (const double *amplitudes,
               int           n_harmonics,
               double        phase)
{
  double before = 0.0, now = sin (phase), sum = 0.0;
  const double twice_cos = 2.0 * cos (phase);

  for (int h = 0; h < n_harmonics; h++)
    {
      double next = twice_cos * now - before;

      sum += amplitudes[h] * now;
      before = now;
      now = next;
    }
  return sum;
}

/* Adds a pitched source through moving formants: animals, people, horns. */
void
oto_canvas_add_voice (OtoCanvas      *self,
                      const OtoVoice *voice)
{
  const gint64 begin = (gint64) (voice->onset_s * self->rate_hz);
  const gint64 len = MIN ((gint64) (voice->duration_s * self->rate_hz), self->n_samples - begin);
  const int control_len = MAX (1, (int) (CONTROL_S * self->rate_hz));
  double amplitudes[MAX_HARMONICS];
  double phase = oto_canvas_between (self, 0.0, 2.0 * G_PI);
  double jitter = 0.0, breath = 0.0, f0_hz = 0.0;
  int n_harmonics = 0;

  for (gint64 i = 0; i < len; i++)
    {
      double t_s = (double) i / self->rate_hz, x = t_s / voice->duration_s;
      double level, rough;

      if (i % control_len == 0)
        {
          jitter = 0.8 * jitter + 0.004 * oto_rng_normal (&self->rng);
          f0_hz = contour_at (voice->f0_hz, voice->n_f0, x) * (1.0 + jitter)
                  * (1.0 + voice->vibrato * sin (2.0 * G_PI * voice->vibrato_hz * t_s));
          n_harmonics = fill_harmonics (voice, self->rate_hz, f0_hz, x, amplitudes);
        }
      phase = fmod (phase + 2.0 * G_PI * f0_hz / self->rate_hz, 2.0 * G_PI);
      rough = 1.0 - voice->roughness * (0.5 + 0.5 * sin (2.0 * G_PI * voice->roughness_hz * t_s));
      breath = 0.6 * breath + 0.4 * oto_rng_normal (&self->rng);
      level = voice->gain * rough
              * envelope_at (t_s, voice->duration_s, voice->attack_s, voice->release_s);
      self->samples[begin + i] +=
        (float) (level * (sum_harmonics (amplitudes, n_harmonics, phase) + voice->breath * breath));
    }
}

/* Adds noise through a two-pole resonance that may move. */
void
oto_canvas_add_noise (OtoCanvas      *self,
                      const OtoNoise *noise)
{
  const gint64 begin = (gint64) (noise->onset_s * self->rate_hz);
  const gint64 len = MIN ((gint64) (noise->duration_s * self->rate_hz), self->n_samples - begin);
  const double radius = exp (-G_PI * noise->width_hz / self->rate_hz);
  double y1 = 0.0, y2 = 0.0;

  for (gint64 i = 0; i < len; i++)
    {
      double t_s = (double) i / self->rate_hz, x = t_s / noise->duration_s;
      double hz = MIN (noise->from_hz + (noise->to_hz - noise->from_hz) * x, 0.45 * self->rate_hz);
      double y = (1.0 - radius) * oto_rng_normal (&self->rng)
                 + 2.0 * radius * cos (2.0 * G_PI * hz / self->rate_hz) * y1 - radius * radius * y2;
      double fall = noise->decay_s > 0.0 ? exp (-t_s / noise->decay_s) : 1.0;
      double envelope = envelope_at (t_s, noise->duration_s, noise->attack_s,
                                     0.1 * noise->duration_s);

      y2 = y1;
      y1 = y;
      self->samples[begin + i] += (float) (4.0 * noise->gain * y * fall * envelope);
    }
}

/* Adds a struck mode: a sinusoid that decays by e every @decay_s. */
void
oto_canvas_add_mode (OtoCanvas *self,
                     double     onset_s,
                     double     hz,
                     double     decay_s,
                     double     gain)
{
  const gint64 begin = (gint64) (onset_s * self->rate_hz);
  const gint64 len = MIN ((gint64) (7.0 * decay_s * self->rate_hz), self->n_samples - begin);
  const double phase = oto_canvas_between (self, 0.0, 2.0 * G_PI);

  if (hz >= 0.48 * self->rate_hz)
    return;
  for (gint64 i = 0; i < len; i++)
    {
      double t_s = (double) i / self->rate_hz;

      self->samples[begin + i] += (float) (gain * exp (-t_s / decay_s) * MIN (1.0, t_s / 0.0008)
                                           * sin (phase + 2.0 * G_PI * hz * t_s));
    }
}
