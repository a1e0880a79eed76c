/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "audio/oto-synth.h"

#include "base/oto-rng.h"

#include <math.h>
#include <string.h>

#define MAX_EVENT_S      2.2
#define MAX_HARMONICS    64
#define CONTROL_S        0.004          /* how often a voice's harmonic amplitudes are computed */

/* What an event is drawn on. */
typedef struct
{
  float  *samples;
  gint64  n_samples;
  int     rate_hz;
  OtoRng  rng;
} Canvas;

/* A resonance of a vocal tract, at the start and at the end of the sound. */
typedef struct
{
  double from_hz;
  double to_hz;
  double width_hz;
  double gain;
} Formant;

typedef struct
{
  double         onset_s;
  double         duration_s;
  const double  *f0_hz;                 /* evenly spaced points of the pitch contour */
  int            n_f0;
  const Formant *formants;
  int            n_formants;
  double         tilt;                  /* harmonic h falls as h^-tilt */
  double         vibrato_hz;
  double         vibrato;               /* relative depth of pitch */
  double         roughness_hz;
  double         roughness;             /* depth of amplitude modulation, 0 to 1 */
  double         breath;                /* noise beside the harmonics */
  double         attack_s;
  double         release_s;
  double         gain;
} Voice;

static double
between (Canvas *canvas,
         double  low,
         double  high)
{
  return oto_rng_range (&canvas->rng, low, high);
}

static int
count_between (Canvas *canvas,
               int     low,
               int     high)
{
  return low + (int) oto_rng_below (&canvas->rng, (guint64) (high - low + 1));
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
formant_gain (const Voice *voice,
              double       hz,
              double       x)
{
  double gain = voice->n_formants == 0 ? 1.0 : 0.015;

  for (int i = 0; i < voice->n_formants; i++)
    {
      const Formant *f = &voice->formants[i];
      double center_hz = f->from_hz + (f->to_hz - f->from_hz) * x;
      double distance = (hz - center_hz) / f->width_hz;

      gain += f->gain / (1.0 + distance * distance);
    }
  return gain;
}

/* Amplitudes of the harmonics of @f0_hz below the Nyquist rate; returns how many there are. */
static int
fill_harmonics (const Voice *voice,
                int          rate_hz,
                double       f0_hz,
                double       x,
                double      *ret_amplitudes)
{
  int n = (int) MIN ((double) MAX_HARMONICS, 0.48 * rate_hz / f0_hz);

  for (int h = 1; h <= n; h++)
    ret_amplitudes[h - 1] = formant_gain (voice, h * f0_hz, x) * pow (h, -voice->tilt);
  return n;
}

/* Sum of harmonics of one phase, by the recurrence sin (h p) = 2 cos p sin ((h - 1) p) - sin ((h - 2) p). */
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

/* A pitched source through moving formants: animals, people, horns. */
static void
add_voice (Canvas      *canvas,
           const Voice *voice)
{
  const gint64 begin = (gint64) (voice->onset_s * canvas->rate_hz);
  const gint64 len = MIN ((gint64) (voice->duration_s * canvas->rate_hz), canvas->n_samples - begin);
  const int control_len = MAX (1, (int) (CONTROL_S * canvas->rate_hz));
  double amplitudes[MAX_HARMONICS];
  double phase = between (canvas, 0.0, 2.0 * G_PI), jitter = 0.0, breath = 0.0, f0_hz = 0.0;
  int n_harmonics = 0;

  for (gint64 i = 0; i < len; i++)
    {
      double t_s = (double) i / canvas->rate_hz, x = t_s / voice->duration_s;
      double level, rough;

      if (i % control_len == 0)
        {
          jitter = 0.8 * jitter + 0.004 * oto_rng_normal (&canvas->rng);
          f0_hz = contour_at (voice->f0_hz, voice->n_f0, x) * (1.0 + jitter)
                  * (1.0 + voice->vibrato * sin (2.0 * G_PI * voice->vibrato_hz * t_s));
          n_harmonics = fill_harmonics (voice, canvas->rate_hz, f0_hz, x, amplitudes);
        }
      phase = fmod (phase + 2.0 * G_PI * f0_hz / canvas->rate_hz, 2.0 * G_PI);
      rough = 1.0 - voice->roughness * (0.5 + 0.5 * sin (2.0 * G_PI * voice->roughness_hz * t_s));
      breath = 0.6 * breath + 0.4 * oto_rng_normal (&canvas->rng);
      level = voice->gain * envelope_at (t_s, voice->duration_s, voice->attack_s, voice->release_s) * rough;
      canvas->samples[begin + i] +=
        (float) (level * (sum_harmonics (amplitudes, n_harmonics, phase) + voice->breath * breath));
    }
}

/* Noise through a two-pole resonance that may move; the level falls by e every @decay_s (0: not at all). */
static void
add_noise (Canvas *canvas,
           double  onset_s,
           double  duration_s,
           double  from_hz,
           double  to_hz,
           double  width_hz,
           double  attack_s,
           double  decay_s,
           double  gain)
{
  const gint64 begin = (gint64) (onset_s * canvas->rate_hz);
  const gint64 len = MIN ((gint64) (duration_s * canvas->rate_hz), canvas->n_samples - begin);
  const double radius = exp (-G_PI * width_hz / canvas->rate_hz);
  double y1 = 0.0, y2 = 0.0;

  for (gint64 i = 0; i < len; i++)
    {
      double t_s = (double) i / canvas->rate_hz;
      double hz = MIN (from_hz + (to_hz - from_hz) * t_s / duration_s, 0.45 * canvas->rate_hz);
      double y = (1.0 - radius) * oto_rng_normal (&canvas->rng)
                 + 2.0 * radius * cos (2.0 * G_PI * hz / canvas->rate_hz) * y1 - radius * radius * y2;
      double fall = decay_s > 0.0 ? exp (-t_s / decay_s) : 1.0;

      y2 = y1;
      y1 = y;
      canvas->samples[begin + i] +=
        (float) (gain * 4.0 * y * fall * envelope_at (t_s, duration_s, attack_s, 0.1 * duration_s));
    }
}

/* A struck mode: a sinusoid that decays by e every @decay_s. */
static void
add_mode (Canvas *canvas,
          double  onset_s,
          double  hz,
          double  decay_s,
          double  gain)
{
  const gint64 begin = (gint64) (onset_s * canvas->rate_hz);
  const gint64 len = MIN ((gint64) (7.0 * decay_s * canvas->rate_hz), canvas->n_samples - begin);
  const double phase = between (canvas, 0.0, 2.0 * G_PI);

  if (hz >= 0.48 * canvas->rate_hz)
    return;
  for (gint64 i = 0; i < len; i++)
    {
      double t_s = (double) i / canvas->rate_hz;

      canvas->samples[begin + i] += (float) (gain * exp (-t_s / decay_s) * MIN (1.0, t_s / 0.0008)
                                             * sin (phase + 2.0 * G_PI * hz * t_s));
    }
}

/* "Cock-a-doodle-doo": three short syllables, then a long one that rises, stays and falls. */
static void
draw_rooster (Canvas *canvas)
{
  static const double shapes[4][4] = {
    { 0.85, 1.00, 1.00, 0.90 }, { 1.05, 1.20, 1.15, 1.10 }, { 1.10, 1.45, 1.45, 1.30 }, { 1.20, 1.60, 1.50, 0.95 },
  };
  static const double durations_s[4] = { 0.17, 0.15, 0.28, 0.85 };
  const double base_hz = between (canvas, 430.0, 640.0), tempo = between (canvas, 0.85, 1.15);
  const Formant formants[] = { { 1100, 1500, 500, 1.0 }, { 2600, 2900, 700, 0.7 }, { 4200, 4200, 900, 0.25 } };
  double onset_s = 0.0;

  for (int s = 0; s < 4; s++)
    {
      double f0_hz[4];
      Voice voice = { onset_s, durations_s[s] * tempo, f0_hz, 4, formants, 3, 0.35, 0, 0,
                      between (canvas, 40, 70), s == 3 ? 0.25 : 0.1, 0.08, 0.02, 0.06, s == 3 ? 1.0 : 0.8 };

      for (int i = 0; i < 4; i++)
        f0_hz[i] = base_hz * shapes[s][i] * between (canvas, 0.97, 1.03);
      add_voice (canvas, &voice);
      onset_s += voice.duration_s + 0.03 * tempo;
    }
}

/* Rough, falling caws. */
static void
draw_crow (Canvas *canvas)
{
  const double base_hz = between (canvas, 420.0, 580.0);
  const int n_caws = count_between (canvas, 2, 4);
  const double duration_s = between (canvas, 0.26, 0.4), gap_s = between (canvas, 0.12, 0.25);
  const double center_hz = between (canvas, 1250.0, 1750.0);
  const Formant formants[] = { { center_hz, center_hz * 0.9, 350, 1.0 }, { 2700, 2500, 700, 0.4 } };

  for (int c = 0; c < n_caws; c++)
    {
      const double f0_hz[] = { base_hz * 0.92, base_hz * 1.05, base_hz, base_hz * 0.8 };
      Voice voice = { c * (duration_s + gap_s), duration_s, f0_hz, 4, formants, 2, 0.1, 0, 0,
                      between (canvas, 75, 120), 0.7, 0.55, 0.02, 0.09, 1.0 };

      add_voice (canvas, &voice);
    }
}

static void
draw_bark (Canvas *canvas)
{
  const double size = between (canvas, 0.7, 1.4);         /* a small dog is above one */
  const int n_barks = count_between (canvas, 2, 4);
  const double period_s = between (canvas, 0.3, 0.5);
  const Formant formants[] = { { 650 * size, 900 * size, 220, 1.0 }, { 1500 * size, 1300 * size, 350, 0.7 },
                               { 2900 * size, 2700 * size, 700, 0.25 } };

  for (int b = 0; b < n_barks; b++)
    {
      const double top_hz = 520.0 * size * between (canvas, 0.94, 1.06);
      const double f0_hz[] = { top_hz * 0.6, top_hz, top_hz * 0.85, top_hz * 0.5 };
      const double duration_s = between (canvas, 0.13, 0.2);
      Voice voice = { b * period_s, duration_s, f0_hz, 4, formants, 3, 0.3, 0, 0,
                      between (canvas, 50, 90), 0.35, 0.3, 0.012, 0.08, 1.0 };

      add_voice (canvas, &voice);
      add_noise (canvas, b * period_s, 0.06, 1400 * size, 1000 * size, 900, 0.004, 0.03, 0.5);
    }
}

static void
draw_meow (Canvas *canvas)
{
  const double base_hz = between (canvas, 480.0, 720.0), duration_s = between (canvas, 0.7, 1.25);
  const double f0_hz[] = { base_hz * 0.85, base_hz * 1.15, base_hz * 1.25, base_hz * 1.1, base_hz * 0.8 };
  const Formant formants[] = { { 800, 1500, 350, 1.0 }, { 2600, 1900, 450, 0.8 }, { 4200, 3600, 700, 0.3 } };
  const int n_meows = duration_s < 0.9 ? count_between (canvas, 1, 2) : 1;

  for (int m = 0; m < n_meows; m++)
    {
      Voice voice = { m * (duration_s + 0.2), duration_s, f0_hz, 5, formants, 3, 0.45,
                      between (canvas, 4, 7), 0.012, 0, 0, 0.06, 0.12, 0.25, 1.0 };

      add_voice (canvas, &voice);
    }
}

/* Partials of a church bell, relative to the prime: hum, prime, tierce, quint, nominal and above. */
static void
draw_church_bell (Canvas *canvas)
{
  static const double ratios[] = { 0.5, 1.0, 1.2, 1.5, 2.0, 2.51, 2.66, 3.01, 4.17, 5.43, 6.8 };
  static const double gains[] = { 0.55, 0.7, 0.9, 0.3, 1.0, 0.35, 0.4, 0.55, 0.4, 0.25, 0.15 };
  const double prime_hz = between (canvas, 210.0, 520.0), ring_s = between (canvas, 0.9, 1.5);
  const int n_strikes = count_between (canvas, 1, 2);

  for (int s = 0; s < n_strikes; s++)
    {
      double onset_s = s * between (canvas, 0.75, 1.0);

      for (guint p = 0; p < G_N_ELEMENTS (ratios); p++)
        add_mode (canvas, onset_s, prime_hz * ratios[p] * between (canvas, 0.996, 1.004),
                  ring_s / (0.6 + 0.35 * ratios[p]), gains[p]);
      add_noise (canvas, onset_s, 0.03, 3500, 2500, 2500, 0.001, 0.008, 0.5);
    }
}

/* Wail, yelp or two tones. */
static void
draw_siren (Canvas *canvas)
{
  enum { N = 41 };
  double f0_hz[N];
  const int kind = count_between (canvas, 0, 2);
  const double low_hz = between (canvas, 480.0, 680.0), span = kind == 2 ? 1.333 : between (canvas, 1.7, 2.3);
  const double rate_hz = kind == 0 ? between (canvas, 0.35, 0.7) : kind == 1 ? between (canvas, 2.5, 4.0) : between (canvas, 0.9, 1.4);
  const double start = between (canvas, 0.0, 1.0);
  const Formant formants[] = { { 1000, 1000, 700, 1.0 }, { 2400, 2400, 900, 0.6 } };
  Voice voice = { 0.0, between (canvas, 1.6, 2.0), f0_hz, N, formants, 2, 0.6, 0, 0, 0, 0, 0.01, 0.05, 0.05, 1.0 };

  for (int i = 0; i < N; i++)
    {
      double cycle = start + rate_hz * voice.duration_s * i / (N - 1);
      double x = cycle - floor (cycle);

      f0_hz[i] = low_hz * (kind == 2 ? (x < 0.5 ? 1.0 : span) : pow (span, x < 0.5 ? 2.0 * x : 2.0 - 2.0 * x));
    }
  add_voice (canvas, &voice);
}

static void
draw_car_horn (Canvas *canvas)
{
  const double low_hz = between (canvas, 320.0, 440.0), ratio = between (canvas, 1.18, 1.27);
  const int n_honks = count_between (canvas, 1, 3);
  const double honk_s = n_honks == 1 ? between (canvas, 0.9, 1.6) : between (canvas, 0.2, 0.5);
  const Formant formants[] = { { 900, 900, 700, 0.8 }, { 2300, 2300, 900, 1.0 }, { 3600, 3600, 900, 0.5 } };

  for (int h = 0; h < n_honks; h++)
    for (int tone = 0; tone < 2; tone++)
      {
        const double f0_hz[] = { low_hz * (tone == 0 ? 1.0 : ratio) };
        Voice voice = { h * (honk_s + 0.14), honk_s, f0_hz, 1, formants, 3, 0.15, 0, 0, 0, 0, 0.01, 0.015, 0.03, 1.0 };

        add_voice (canvas, &voice);
      }
}

/* An electronic alarm's groups of beeps, or a hammer between two bells. */
static void
draw_clock_alarm (Canvas *canvas)
{
  const gboolean electronic = count_between (canvas, 0, 2) > 0;
  const double hz = electronic ? between (canvas, 1900.0, 3300.0) : between (canvas, 2200.0, 3600.0);
  const double strike_s = 1.0 / between (canvas, 15.0, 24.0);
  const double beep_s = between (canvas, 0.05, 0.11), group_s = between (canvas, 0.55, 0.9);
  const double f0_hz[] = { hz };

  if (electronic)
    for (double group = 0.0; group < 1.7; group += group_s)
      for (int b = 0; b < 4 && (b + 1) * 1.8 * beep_s < group_s; b++)
        {
          Voice voice = { group + b * 1.8 * beep_s, beep_s, f0_hz, 1, NULL, 0, 1.2, 0, 0, 0, 0, 0, 0.003, 0.004, 1.0 };

          add_voice (canvas, &voice);
        }
  else
    for (double t_s = 0.0; t_s < 1.7; t_s += strike_s)
      for (int mode = 0; mode < 4; mode++)
        add_mode (canvas, t_s, hz * (1.0 + 0.62 * mode) * between (canvas, 0.999, 1.001), 0.12 / (1 + mode), 0.8 / (1 + mode));
}

static void
draw_knock (Canvas *canvas)
{
  const int n_knocks = count_between (canvas, 3, 6);
  const double period_s = between (canvas, 0.14, 0.3), wood_hz = between (canvas, 150.0, 330.0);

  for (int k = 0; k < n_knocks; k++)
    {
      double onset_s = k * period_s * between (canvas, 0.97, 1.03), level = between (canvas, 0.75, 1.0);

      add_mode (canvas, onset_s, wood_hz, 0.03, level);
      add_mode (canvas, onset_s, wood_hz * 2.3, 0.02, 0.7 * level);
      add_mode (canvas, onset_s, wood_hz * 4.1, 0.012, 0.4 * level);
      add_noise (canvas, onset_s, 0.02, 1800, 900, 1500, 0.001, 0.006, 0.8 * level);
    }
}

/* "Ha-ha-ha": syllables that begin with breath and sink in pitch. */
static void
draw_laughter (Canvas *canvas)
{
  const double base_hz = between (canvas, 170.0, 420.0), period_s = 1.0 / between (canvas, 4.2, 6.0);
  const int n_syllables = count_between (canvas, 5, 8);
  const double tract = base_hz > 280.0 ? 1.15 : 1.0;
  const Formant formants[] = { { 760 * tract, 700 * tract, 130, 1.0 }, { 1250 * tract, 1200 * tract, 170, 0.6 },
                               { 2600 * tract, 2600 * tract, 300, 0.2 } };

  for (int s = 0; s < n_syllables; s++)
    {
      const double top_hz = base_hz * (1.25 - 0.07 * s) * between (canvas, 0.97, 1.03);
      const double f0_hz[] = { top_hz, top_hz * 1.06, top_hz * 0.8 };
      Voice voice = { s * period_s + 0.06, period_s * 0.55, f0_hz, 3, formants, 3, 0.5, 0, 0, 0, 0, 0.06, 0.02, 0.05,
                      1.0 - 0.07 * s };

      add_noise (canvas, s * period_s, 0.08, 1500, 1300, 1200, 0.02, 0, 0.25);
      add_voice (canvas, &voice);
    }
}

/* A two-stroke engine that revs: pulses of broad noise and their harmonics. */
static void
draw_chainsaw (Canvas *canvas)
{
  const double idle_hz = between (canvas, 75.0, 120.0), rev = between (canvas, 1.1, 1.6);
  const double f0_hz[] = { idle_hz, idle_hz * rev, idle_hz * rev * between (canvas, 0.95, 1.05), idle_hz * rev };
  const Formant formants[] = { { 500, 700, 500, 0.8 }, { 1900, 2300, 900, 0.9 }, { 4300, 4600, 1400, 0.6 } };
  Voice voice = { 0.0, between (canvas, 1.6, 2.0), f0_hz, 4, formants, 3, 0.05, between (canvas, 9, 14), 0.02,
                  idle_hz * rev, 0.5, 1.1, 0.1, 0.1, 1.0 };

  add_voice (canvas, &voice);
  add_noise (canvas, 0.0, voice.duration_s, 3200, 3900, 2600, 0.1, 0, 0.7);
}

/* A breath in, then the burst, then what is left of the voice. */
static void
draw_sneeze (Canvas *canvas)
{
  const double inhale_s = between (canvas, 0.15, 0.35), base_hz = between (canvas, 190.0, 380.0);
  const double burst_s = between (canvas, 0.22, 0.38);
  const double f0_hz[] = { base_hz * 1.3, base_hz, base_hz * 0.7 };
  const Formant formants[] = { { 500, 350, 150, 1.0 }, { 1700, 1100, 250, 0.5 } };
  Voice voice = { inhale_s + 0.07, burst_s, f0_hz, 3, formants, 2, 0.5, 0, 0, 0, 0, 0.3, 0.03, 0.15, 0.5 };

  add_noise (canvas, 0.0, inhale_s, 1200, 2400, 1500, 0.8 * inhale_s, 0, 0.18);
  add_noise (canvas, inhale_s + 0.03, burst_s, 5200, 3000, 2400, 0.008, 0.12, 1.6);
  add_noise (canvas, inhale_s + 0.03, burst_s, 1900, 1200, 900, 0.008, 0.1, 0.8);
  add_voice (canvas, &voice);
}

/* Pulses of a resonance, grouped into croaks. */
static void
draw_frog (Canvas *canvas)
{
  const int n_croaks = count_between (canvas, 2, 4);
  const double croak_s = between (canvas, 0.22, 0.4), period_s = croak_s + between (canvas, 0.1, 0.25);
  const double pulse_hz = between (canvas, 35.0, 70.0), tone_hz = between (canvas, 700.0, 1500.0);

  for (int c = 0; c < n_croaks; c++)
    for (double t_s = 0.0; t_s < croak_s; t_s += 1.0 / pulse_hz)
      {
        double level = 0.4 + 0.6 * sin (G_PI * t_s / croak_s);

        add_mode (canvas, c * period_s + t_s, tone_hz * (1.0 + 0.15 * t_s / croak_s), 0.008, level);
        add_mode (canvas, c * period_s + t_s, tone_hz * 2.1, 0.005, 0.5 * level);
      }
}

static void
draw_clock_tick (Canvas *canvas)
{
  const double period_s = between (canvas, 0.22, 0.5), tick_hz = between (canvas, 2200.0, 4200.0);
  const double tock = between (canvas, 0.72, 0.9);

  for (int t = 0; t * period_s < 1.9; t++)
    {
      double hz = t % 2 == 0 ? tick_hz : tick_hz * tock;

      for (int mode = 0; mode < 4; mode++)
        add_mode (canvas, t * period_s, hz * (1.0 + 0.47 * mode), 0.010 / (1 + 0.4 * mode), 0.8 / (1 + 0.5 * mode));
      add_noise (canvas, t * period_s, 0.012, 6000, 5000, 4000, 0.0008, 0.003, 0.6);
    }
}

/* A bleat: a tremolo of about ten beats a second. */
static void
draw_sheep (Canvas *canvas)
{
  const double base_hz = between (canvas, 230.0, 420.0), duration_s = between (canvas, 0.7, 1.2);
  const double f0_hz[] = { base_hz * 1.02, base_hz * 1.08, base_hz, base_hz * 0.93 };
  const Formant formants[] = { { 650, 750, 200, 0.9 }, { 1750, 1650, 300, 1.0 }, { 2900, 2900, 450, 0.4 } };
  const double beat_hz = between (canvas, 8.0, 12.0);
  Voice voice = { 0.0, duration_s, f0_hz, 4, formants, 3, 0.35, beat_hz, 0.03, beat_hz, 0.7, 0.15, 0.08, 0.2, 1.0 };

  add_voice (canvas, &voice);
  if (duration_s < 0.9)
    {
      voice.onset_s = duration_s + 0.2;
      add_voice (canvas, &voice);
    }
}

static void
draw_cow (Canvas *canvas)
{
  const double base_hz = between (canvas, 95.0, 170.0), duration_s = between (canvas, 1.3, 1.9);
  const double f0_hz[] = { base_hz * 0.85, base_hz * 1.1, base_hz * 1.2, base_hz * 1.1, base_hz * 0.8 };
  const Formant formants[] = { { 280, 620, 110, 1.0 }, { 800, 1050, 180, 0.55 }, { 2100, 2300, 400, 0.15 } };
  Voice voice = { 0.0, duration_s, f0_hz, 5, formants, 3, 0.3, 5.0, 0.008, between (canvas, 25, 40), 0.15, 0.05, 0.2, 0.35, 1.0 };

  add_voice (canvas, &voice);
}

/* Sorted; the names are those of the recordings' class lists. */
static const struct
{
  const char *name;
  void      (*draw) (Canvas *canvas);
} models[] = {
  { "Bark",        draw_bark },
  { "Car_horn",    draw_car_horn },
  { "Chainsaw",    draw_chainsaw },
  { "Church_bell", draw_church_bell },
  { "Clock_alarm", draw_clock_alarm },
  { "Clock_tick",  draw_clock_tick },
  { "Cow",         draw_cow },
  { "Crow",        draw_crow },
  { "Frog",        draw_frog },
  { "Knock",       draw_knock },
  { "Laughter",    draw_laughter },
  { "Meow",        draw_meow },
  { "Rooster",     draw_rooster },
  { "Sheep",       draw_sheep },
  { "Siren",       draw_siren },
  { "Sneeze",      draw_sneeze },
};

static int
find_model (const char *class_name)
{
  for (guint i = 0; i < G_N_ELEMENTS (models); i++)
    if (g_str_equal (models[i].name, class_name))
      return (int) i;
  return -1;
}

/**
 * oto_synth_get_class_names:
 *
 * Returns: (transfer none) (array zero-terminated=1): the classes that can be synthesised, sorted
 */
const char * const *
oto_synth_get_class_names (void)
{
  static const char *names[G_N_ELEMENTS (models) + 1];
  static gsize once = 0;

  if (g_once_init_enter (&once))
    {
      for (guint i = 0; i < G_N_ELEMENTS (models); i++)
        names[i] = models[i].name;
      g_once_init_leave (&once, 1);
    }
  return names;
}

gboolean
oto_synth_has_class (const char *class_name)
{
  g_return_val_if_fail (class_name != NULL, FALSE);

  return find_model (class_name) >= 0;
}

/* Cuts the silence after the last sound, fades both ends over 5 ms and sets the peak. */
static gint64
finish_event (Canvas *canvas)
{
  const gint64 fade_len = canvas->rate_hz / 200;
  gint64 len = canvas->n_samples;
  float peak = 0.f;

  for (gint64 i = 0; i < canvas->n_samples; i++)
    peak = fmaxf (peak, fabsf (canvas->samples[i]));
  while (len > 2 * fade_len && fabsf (canvas->samples[len - 1]) < 0.005f * peak)
    len--;
  for (gint64 i = 0; i < len; i++)
    {
      float fade = (float) MIN (1.0, (double) MIN (i + 1, len - i) / (double) fade_len);

      canvas->samples[i] *= fade * 0.9f / peak;
    }
  return len;
}

/**
 * oto_synth_event:
 * @class_name: one of oto_synth_get_class_names()
 * @seed: everything random about it
 * @rate_hz: at least 8000
 * @ret_n_samples: (out): its length, at most 2.2 s
 *
 * Returns: (transfer full) (array): one channel with its peak at 0.9; g_free() it
 */
float *
oto_synth_event (const char *class_name,
                 guint64     seed,
                 int         rate_hz,
                 gint64     *ret_n_samples)
{
  int model = find_model (class_name);
  Canvas canvas = { .rate_hz = rate_hz, .n_samples = (gint64) (MAX_EVENT_S * rate_hz) };

  g_return_val_if_fail (model >= 0, NULL);
  g_return_val_if_fail (rate_hz >= 8000, NULL);

  canvas.samples = g_new0 (float, canvas.n_samples);
  oto_rng_init (&canvas.rng, seed * 64 + (guint64) model);
  models[model].draw (&canvas);
  *ret_n_samples = finish_event (&canvas);
  return canvas.samples;
}

const char *
oto_synth_get_background_name (OtoSynthBackground kind)
{
  static const char * const names[] = { "wind", "rain", "room", "traffic", "stream" };

  g_return_val_if_fail (kind < OTO_SYNTH_N_BACKGROUNDS, NULL);

  return names[kind];
}

/* Noise that falls by 3 dB an octave (three poles and zeros after Paul Kellet's economy filter). */
static double
next_pink (OtoRng *rng,
           double  state[3])
{
  double white = oto_rng_normal (rng);

  state[0] = 0.99765 * state[0] + white * 0.0990460;
  state[1] = 0.96300 * state[1] + white * 0.2965164;
  state[2] = 0.57000 * state[2] + white * 1.0526913;
  return 0.25 * (state[0] + state[1] + state[2] + white * 0.1848);
}

/* How one kind of background is coloured: a pink and a white part through a one-pole low pass, slow swells, and what is added on top. */
static const struct
{
  double pink, white;
  double cutoff_hz;
  double swell_hz, swell;
  double drops_per_s;                   /* short damped tones */
  double drop_low_hz, drop_high_hz, drop_s, drop_gain;
  double hum_gain;                      /* mains hum and its harmonics */
} backgrounds[] = {
  [OTO_SYNTH_WIND]    = { 1.0, 0.0,   900, 0.35, 0.75,    0,    0,     0, 0.000, 0.0, 0.00 },
  [OTO_SYNTH_RAIN]    = { 0.3, 0.8, 12000, 0.10, 0.15,  240, 1500,  7000, 0.003, 1.2, 0.00 },
  [OTO_SYNTH_ROOM]    = { 1.0, 0.1,  3000, 0.05, 0.10,  0.6,  400,  1800, 0.010, 0.8, 0.25 },
  [OTO_SYNTH_TRAFFIC] = { 1.0, 0.0,   500, 0.15, 0.60,    0,    0,     0, 0.000, 0.0, 0.08 },
  [OTO_SYNTH_STREAM]  = { 0.5, 0.3,  6000, 0.20, 0.15,  150,  500,  2600, 0.012, 0.9, 0.00 },
};

/**
 * oto_synth_background:
 * @kind: what kind of place
 * @seed: everything random about it
 * @rate_hz: at least 8000
 * @n_samples: how long
 * @ret_samples: (out caller-allocates) (array length=n_samples): one channel, RMS 0.1
 */
void
oto_synth_background (OtoSynthBackground  kind,
                      guint64             seed,
                      int                 rate_hz,
                      gint64              n_samples,
                      float              *ret_samples)
{
  Canvas canvas = { .samples = ret_samples, .n_samples = n_samples, .rate_hz = rate_hz };
  double pink[3] = { 0 }, low = 0.0, energy = 0.0;
  double coefficient, swell_phase, hum_phase;

  g_return_if_fail (kind < OTO_SYNTH_N_BACKGROUNDS && rate_hz >= 8000 && n_samples > 0 && ret_samples != NULL);

  oto_rng_init (&canvas.rng, seed * 8 + (guint64) kind);
  coefficient = 1.0 - exp (-2.0 * G_PI * backgrounds[kind].cutoff_hz * between (&canvas, 0.7, 1.4) / rate_hz);
  swell_phase = between (&canvas, 0.0, 2.0 * G_PI);
  hum_phase = between (&canvas, 0.0, 2.0 * G_PI);
  for (gint64 i = 0; i < n_samples; i++)
    {
      double t_s = (double) i / rate_hz;
      double noise = backgrounds[kind].pink * next_pink (&canvas.rng, pink)
                     + backgrounds[kind].white * 0.3 * oto_rng_normal (&canvas.rng);
      double swell = 1.0 + backgrounds[kind].swell * sin (swell_phase + 2.0 * G_PI * backgrounds[kind].swell_hz * t_s);

      low += coefficient * (noise - low);
      ret_samples[i] = (float) (low * swell);
      for (int h = 1; h <= 4; h++)
        ret_samples[i] += (float) (backgrounds[kind].hum_gain / (h * h) * sin (h * (hum_phase + 2.0 * G_PI * 50.0 * t_s)));
    }
  for (double t_s = 0.0; backgrounds[kind].drops_per_s > 0.0 && t_s < (double) n_samples / rate_hz - 0.2;
       t_s -= log (1.0 - oto_rng_uniform (&canvas.rng)) / backgrounds[kind].drops_per_s)
    add_mode (&canvas, t_s, between (&canvas, backgrounds[kind].drop_low_hz, backgrounds[kind].drop_high_hz),
              backgrounds[kind].drop_s, backgrounds[kind].drop_gain * between (&canvas, 0.1, 0.6));

  for (gint64 i = 0; i < n_samples; i++)
    energy += (double) ret_samples[i] * ret_samples[i];
  for (gint64 i = 0; i < n_samples; i++)
    ret_samples[i] *= (float) (0.1 / sqrt (energy / (double) n_samples + 1e-20));
}
