/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "audio/oto-synth.h"

#include "audio/oto-synth-canvas.h"

#include <math.h>

#define MAX_EVENT_S 2.2

/* "Cock-a-doodle-doo": three short syllables, then a long one that rises, stays and falls. */
static void
draw_rooster (OtoCanvas *self)
{
  static const double shapes[4][4] = {
    { 0.85, 1.00, 1.00, 0.90 },
    { 1.05, 1.20, 1.15, 1.10 },
    { 1.10, 1.45, 1.45, 1.30 },
    { 1.20, 1.60, 1.50, 0.95 },
  };
  static const double durations_s[4] = { 0.17, 0.15, 0.28, 0.85 };
  const double base_hz = oto_canvas_between (self, 430.0, 640.0);
  const double tempo = oto_canvas_between (self, 0.85, 1.15);
  const OtoFormant formants[] = {
    { 1100.0, 1500.0, 500.0, 1.0 }, { 2600.0, 2900.0, 700.0, 0.7 }, { 4200.0, 4200.0, 900.0, 0.25 },
  };
  double onset_s = 0.0;

  for (int s = 0; s < 4; s++)
    {
      double f0_hz[4];
      OtoVoice voice = {
        .onset_s = onset_s, .duration_s = durations_s[s] * tempo, .f0_hz = f0_hz, .n_f0 = 4,
        .formants = formants, .n_formants = 3, .tilt = 0.35,
        .roughness_hz = oto_canvas_between (self, 40.0, 70.0), .roughness = s == 3 ? 0.25 : 0.1,
        .breath = 0.08, .attack_s = 0.02, .release_s = 0.06, .gain = s == 3 ? 1.0 : 0.8,
      };

      for (int i = 0; i < 4; i++)
        f0_hz[i] = base_hz * shapes[s][i] * oto_canvas_between (self, 0.97, 1.03);
      oto_canvas_add_voice (self, &voice);
      onset_s += voice.duration_s + 0.03 * tempo;
    }
}

/* Rough, falling caws. */
static void
draw_crow (OtoCanvas *self)
{
  const double base_hz = oto_canvas_between (self, 420.0, 580.0);
  const int n_caws = oto_canvas_count_between (self, 2, 4);
  const double duration_s = oto_canvas_between (self, 0.26, 0.4);
  const double gap_s = oto_canvas_between (self, 0.12, 0.25);
  const double center_hz = oto_canvas_between (self, 1250.0, 1750.0);
  const double f0_hz[] = { base_hz * 0.92, base_hz * 1.05, base_hz, base_hz * 0.8 };
  const OtoFormant formants[] = {
    { center_hz, center_hz * 0.9, 350.0, 1.0 }, { 2700.0, 2500.0, 700.0, 0.4 },
  };

  for (int c = 0; c < n_caws; c++)
    {
      OtoVoice voice = {
        .onset_s = c * (duration_s + gap_s), .duration_s = duration_s, .f0_hz = f0_hz, .n_f0 = 4,
        .formants = formants, .n_formants = 2, .tilt = 0.1,
        .roughness_hz = oto_canvas_between (self, 75.0, 120.0), .roughness = 0.7,
        .breath = 0.55, .attack_s = 0.02, .release_s = 0.09, .gain = 1.0,
      };

      oto_canvas_add_voice (self, &voice);
    }
}

static void
draw_bark (OtoCanvas *self)
{
  const double size = oto_canvas_between (self, 0.7, 1.4);      /* a small dog is above one */
  const int n_barks = oto_canvas_count_between (self, 2, 4);
  const double period_s = oto_canvas_between (self, 0.3, 0.5);
  const OtoFormant formants[] = {
    { 650.0 * size, 900.0 * size, 220.0, 1.0 },
    { 1500.0 * size, 1300.0 * size, 350.0, 0.7 },
    { 2900.0 * size, 2700.0 * size, 700.0, 0.25 },
  };

  for (int b = 0; b < n_barks; b++)
    {
      const double top_hz = 520.0 * size * oto_canvas_between (self, 0.94, 1.06);
      const double f0_hz[] = { top_hz * 0.6, top_hz, top_hz * 0.85, top_hz * 0.5 };
      OtoVoice voice = {
        .onset_s = b * period_s, .duration_s = oto_canvas_between (self, 0.13, 0.2),
        .f0_hz = f0_hz, .n_f0 = 4, .formants = formants, .n_formants = 3, .tilt = 0.3,
        .roughness_hz = oto_canvas_between (self, 50.0, 90.0), .roughness = 0.35,
        .breath = 0.3, .attack_s = 0.012, .release_s = 0.08, .gain = 1.0,
      };
      OtoNoise noise = {
        .onset_s = b * period_s, .duration_s = 0.06, .from_hz = 1400.0 * size,
        .to_hz = 1000.0 * size, .width_hz = 900.0, .attack_s = 0.004, .decay_s = 0.03, .gain = 0.5,
      };

      oto_canvas_add_voice (self, &voice);
      oto_canvas_add_noise (self, &noise);
    }
}

static void
draw_meow (OtoCanvas *self)
{
  const double base_hz = oto_canvas_between (self, 480.0, 720.0);
  const double duration_s = oto_canvas_between (self, 0.7, 1.25);
  const double f0_hz[] = {
    base_hz * 0.85, base_hz * 1.15, base_hz * 1.25, base_hz * 1.1, base_hz * 0.8,
  };
  const OtoFormant formants[] = {
    { 800.0, 1500.0, 350.0, 1.0 }, { 2600.0, 1900.0, 450.0, 0.8 }, { 4200.0, 3600.0, 700.0, 0.3 },
  };
  const int n_meows = duration_s < 0.9 ? oto_canvas_count_between (self, 1, 2) : 1;

  for (int m = 0; m < n_meows; m++)
    {
      OtoVoice voice = {
        .onset_s = m * (duration_s + 0.2), .duration_s = duration_s, .f0_hz = f0_hz, .n_f0 = 5,
        .formants = formants, .n_formants = 3, .tilt = 0.45,
        .vibrato_hz = oto_canvas_between (self, 4.0, 7.0), .vibrato = 0.012,
        .breath = 0.06, .attack_s = 0.12, .release_s = 0.25, .gain = 1.0,
      };

      oto_canvas_add_voice (self, &voice);
    }
}

static void
draw_church_bell (OtoCanvas *self)
{
  /* Relative to the prime: hum, prime, tierce, quint, nominal and the partials above. */
  static const double ratios[] = { 0.5, 1.0, 1.2, 1.5, 2.0, 2.51, 2.66, 3.01, 4.17, 5.43, 6.8 };
  static const double gains[] = { 0.55, 0.7, 0.9, 0.3, 1.0, 0.35, 0.4, 0.55, 0.4, 0.25, 0.15 };
  const double prime_hz = oto_canvas_between (self, 210.0, 520.0);
  const double ring_s = oto_canvas_between (self, 0.9, 1.5);
  const double period_s = oto_canvas_between (self, 0.75, 1.0);
  const int n_strikes = oto_canvas_count_between (self, 1, 2);

  for (int s = 0; s < n_strikes; s++)
    {
      OtoNoise clapper = {
        .onset_s = s * period_s, .duration_s = 0.03, .from_hz = 3500.0, .to_hz = 2500.0,
        .width_hz = 2500.0, .attack_s = 0.001, .decay_s = 0.008, .gain = 0.5,
      };

      for (guint p = 0; p < G_N_ELEMENTS (ratios); p++)
        oto_canvas_add_mode (self, s * period_s,
                             prime_hz * ratios[p] * oto_canvas_between (self, 0.996, 1.004),
                             ring_s / (0.6 + 0.35 * ratios[p]), gains[p]);
      oto_canvas_add_noise (self, &clapper);
    }
}

static void
draw_siren (OtoCanvas *self)
{
  enum { WAIL, YELP, TWO_TONES, N_POINTS = 41 };
  double f0_hz[N_POINTS];
  const int kind = oto_canvas_count_between (self, WAIL, TWO_TONES);
  const double low_hz = oto_canvas_between (self, 480.0, 680.0);
  const double span = kind == TWO_TONES ? 4.0 / 3.0 : oto_canvas_between (self, 1.7, 2.3);
  const double rate_hz = kind == WAIL   ? oto_canvas_between (self, 0.35, 0.7)
                         : kind == YELP ? oto_canvas_between (self, 2.5, 4.0)
                                        : oto_canvas_between (self, 0.9, 1.4);
  const double start = oto_canvas_between (self, 0.0, 1.0);
  const OtoFormant formants[] = { { 1000.0, 1000.0, 700.0, 1.0 }, { 2400.0, 2400.0, 900.0, 0.6 } };
  OtoVoice voice = {
    .duration_s = oto_canvas_between (self, 1.6, 2.0), .f0_hz = f0_hz, .n_f0 = N_POINTS,
    .formants = formants, .n_formants = 2, .tilt = 0.6,
    .breath = 0.01, .attack_s = 0.05, .release_s = 0.05, .gain = 1.0,
  };

  for (int i = 0; i < N_POINTS; i++)
    {
      double cycle = start + rate_hz * voice.duration_s * i / (N_POINTS - 1);
      double x = cycle - floor (cycle);

      if (kind == TWO_TONES)
        f0_hz[i] = low_hz * (x < 0.5 ? 1.0 : span);
      else
        f0_hz[i] = low_hz * pow (span, x < 0.5 ? 2.0 * x : 2.0 - 2.0 * x);
    }
  oto_canvas_add_voice (self, &voice);
}

static void
draw_car_horn (OtoCanvas *self)
{
  const double low_hz = oto_canvas_between (self, 320.0, 440.0);
  const double ratio = oto_canvas_between (self, 1.18, 1.27);
  const int n_honks = oto_canvas_count_between (self, 1, 3);
  const double honk_s = n_honks == 1 ? oto_canvas_between (self, 0.9, 1.6)
                                     : oto_canvas_between (self, 0.2, 0.5);
  const OtoFormant formants[] = {
    { 900.0, 900.0, 700.0, 0.8 }, { 2300.0, 2300.0, 900.0, 1.0 }, { 3600.0, 3600.0, 900.0, 0.5 },
  };

  for (int h = 0; h < n_honks; h++)
    for (int tone = 0; tone < 2; tone++)
      {
        const double f0_hz[] = { low_hz * (tone == 0 ? 1.0 : ratio) };
        OtoVoice voice = {
          .onset_s = h * (honk_s + 0.14), .duration_s = honk_s, .f0_hz = f0_hz, .n_f0 = 1,
          .formants = formants, .n_formants = 3, .tilt = 0.15,
          .breath = 0.01, .attack_s = 0.015, .release_s = 0.03, .gain = 1.0,
        };

        oto_canvas_add_voice (self, &voice);
      }
}

/* Groups of four electronic beeps. */
static void
draw_beeps (OtoCanvas *self)
{
  const double f0_hz[] = { oto_canvas_between (self, 1900.0, 3300.0) };
  const double beep_s = oto_canvas_between (self, 0.05, 0.11);
  const double group_s = oto_canvas_between (self, 0.55, 0.9);

  for (double group = 0.0; group < 1.7; group += group_s)
    for (int b = 0; b < 4 && (b + 1) * 1.8 * beep_s < group_s; b++)
      {
        OtoVoice voice = {
          .onset_s = group + b * 1.8 * beep_s, .duration_s = beep_s, .f0_hz = f0_hz, .n_f0 = 1,
          .tilt = 1.2, .attack_s = 0.003, .release_s = 0.004, .gain = 1.0,
        };

        oto_canvas_add_voice (self, &voice);
      }
}

/* An electronic alarm, or a hammer between two bells. */
static void
draw_clock_alarm (OtoCanvas *self)
{
  const gboolean electronic = oto_canvas_count_between (self, 0, 2) > 0;
  const double hz = oto_canvas_between (self, 2200.0, 3600.0);
  const double strike_s = 1.0 / oto_canvas_between (self, 15.0, 24.0);

  if (electronic)
    {
      draw_beeps (self);
      return;
    }
  for (double t_s = 0.0; t_s < 1.7; t_s += strike_s)
    for (int mode = 0; mode < 4; mode++)
      oto_canvas_add_mode (self, t_s, hz * (1.0 + 0.62 * mode),
                           0.12 / (1 + mode), 0.8 / (1 + mode));
}

static void
draw_knock (OtoCanvas *self)
{
  const int n_knocks = oto_canvas_count_between (self, 3, 6);
  const double period_s = oto_canvas_between (self, 0.14, 0.3);
  const double wood_hz = oto_canvas_between (self, 150.0, 330.0);

  for (int k = 0; k < n_knocks; k++)
    {
      double onset_s = k * period_s * oto_canvas_between (self, 0.97, 1.03);
      double level = oto_canvas_between (self, 0.75, 1.0);
      OtoNoise contact = {
        .onset_s = onset_s, .duration_s = 0.02, .from_hz = 1800.0, .to_hz = 900.0,
        .width_hz = 1500.0, .attack_s = 0.001, .decay_s = 0.006, .gain = 0.8 * level,
      };

      oto_canvas_add_mode (self, onset_s, wood_hz, 0.03, level);
      oto_canvas_add_mode (self, onset_s, wood_hz * 2.3, 0.02, 0.7 * level);
      oto_canvas_add_mode (self, onset_s, wood_hz * 4.1, 0.012, 0.4 * level);
      oto_canvas_add_noise (self, &contact);
    }
}

/* "Ha-ha-ha": syllables that begin with breath and sink in pitch. */
static void
draw_laughter (OtoCanvas *self)
{
  const double base_hz = oto_canvas_between (self, 170.0, 420.0);
  const double period_s = 1.0 / oto_canvas_between (self, 4.2, 6.0);
  const int n_syllables = oto_canvas_count_between (self, 5, 8);
  const double tract = base_hz > 280.0 ? 1.15 : 1.0;    /* a shorter one has higher formants */
  const OtoFormant formants[] = {
    { 760.0 * tract, 700.0 * tract, 130.0, 1.0 },
    { 1250.0 * tract, 1200.0 * tract, 170.0, 0.6 },
    { 2600.0 * tract, 2600.0 * tract, 300.0, 0.2 },
  };

  for (int s = 0; s < n_syllables; s++)
    {
      const double top_hz = base_hz * (1.25 - 0.07 * s) * oto_canvas_between (self, 0.97, 1.03);
      const double f0_hz[] = { top_hz, top_hz * 1.06, top_hz * 0.8 };
      OtoVoice voice = {
        .onset_s = s * period_s + 0.06, .duration_s = period_s * 0.55, .f0_hz = f0_hz, .n_f0 = 3,
        .formants = formants, .n_formants = 3, .tilt = 0.5,
        .breath = 0.06, .attack_s = 0.02, .release_s = 0.05, .gain = 1.0 - 0.07 * s,
      };
      OtoNoise breath = {
        .onset_s = s * period_s, .duration_s = 0.08, .from_hz = 1500.0, .to_hz = 1300.0,
        .width_hz = 1200.0, .attack_s = 0.02, .gain = 0.25,
      };

      oto_canvas_add_noise (self, &breath);
      oto_canvas_add_voice (self, &voice);
    }
}

/* A two-stroke engine that revs: rough harmonics of its firing rate, and broad noise. */
static void
draw_chainsaw (OtoCanvas *self)
{
  const double idle_hz = oto_canvas_between (self, 75.0, 120.0);
  const double fast_hz = idle_hz * oto_canvas_between (self, 1.1, 1.6);
  const double f0_hz[] = {
    idle_hz, fast_hz, fast_hz * oto_canvas_between (self, 0.95, 1.05), fast_hz,
  };
  const OtoFormant formants[] = {
    { 500.0, 700.0, 500.0, 0.8 }, { 1900.0, 2300.0, 900.0, 0.9 }, { 4300.0, 4600.0, 1400.0, 0.6 },
  };
  OtoVoice voice = {
    .duration_s = oto_canvas_between (self, 1.6, 2.0), .f0_hz = f0_hz, .n_f0 = 4,
    .formants = formants, .n_formants = 3, .tilt = 0.05,
    .vibrato_hz = oto_canvas_between (self, 9.0, 14.0), .vibrato = 0.02,
    .roughness_hz = fast_hz, .roughness = 0.5,
    .breath = 1.1, .attack_s = 0.1, .release_s = 0.1, .gain = 1.0,
  };
  OtoNoise exhaust = {
    .duration_s = voice.duration_s, .from_hz = 3200.0, .to_hz = 3900.0, .width_hz = 2600.0,
    .attack_s = 0.1, .gain = 0.7,
  };

  oto_canvas_add_voice (self, &voice);
  oto_canvas_add_noise (self, &exhaust);
}

/* A breath in, then the burst, then what is left of the voice. */
static void
draw_sneeze (OtoCanvas *self)
{
  const double inhale_s = oto_canvas_between (self, 0.15, 0.35);
  const double burst_s = oto_canvas_between (self, 0.22, 0.38);
  const double base_hz = oto_canvas_between (self, 190.0, 380.0);
  const double f0_hz[] = { base_hz * 1.3, base_hz, base_hz * 0.7 };
  const OtoFormant formants[] = { { 500.0, 350.0, 150.0, 1.0 }, { 1700.0, 1100.0, 250.0, 0.5 } };
  const OtoNoise noises[] = {
    { .duration_s = inhale_s, .from_hz = 1200.0, .to_hz = 2400.0, .width_hz = 1500.0,
      .attack_s = 0.8 * inhale_s, .gain = 0.18 },
    { .onset_s = inhale_s + 0.03, .duration_s = burst_s, .from_hz = 5200.0, .to_hz = 3000.0,
      .width_hz = 2400.0, .attack_s = 0.008, .decay_s = 0.12, .gain = 1.6 },
    { .onset_s = inhale_s + 0.03, .duration_s = burst_s, .from_hz = 1900.0, .to_hz = 1200.0,
      .width_hz = 900.0, .attack_s = 0.008, .decay_s = 0.1, .gain = 0.8 },
  };
  OtoVoice voice = {
    .onset_s = inhale_s + 0.07, .duration_s = burst_s, .f0_hz = f0_hz, .n_f0 = 3,
    .formants = formants, .n_formants = 2, .tilt = 0.5,
    .breath = 0.3, .attack_s = 0.03, .release_s = 0.15, .gain = 0.5,
  };

  for (guint n = 0; n < G_N_ELEMENTS (noises); n++)
    oto_canvas_add_noise (self, &noises[n]);
  oto_canvas_add_voice (self, &voice);
}

/* Pulses of a resonance, grouped into croaks. */
static void
draw_frog (OtoCanvas *self)
{
  const int n_croaks = oto_canvas_count_between (self, 2, 4);
  const double croak_s = oto_canvas_between (self, 0.22, 0.4);
  const double period_s = croak_s + oto_canvas_between (self, 0.1, 0.25);
  const double pulse_hz = oto_canvas_between (self, 35.0, 70.0);
  const double tone_hz = oto_canvas_between (self, 700.0, 1500.0);

  for (int c = 0; c < n_croaks; c++)
    for (double t_s = 0.0; t_s < croak_s; t_s += 1.0 / pulse_hz)
      {
        double onset_s = c * period_s + t_s, x = t_s / croak_s;
        double level = 0.4 + 0.6 * sin (G_PI * x);

        oto_canvas_add_mode (self, onset_s, tone_hz * (1.0 + 0.15 * x), 0.008, level);
        oto_canvas_add_mode (self, onset_s, tone_hz * 2.1, 0.005, 0.5 * level);
      }
}

static void
draw_clock_tick (OtoCanvas *self)
{
  const double period_s = oto_canvas_between (self, 0.22, 0.5);
  const double tick_hz = oto_canvas_between (self, 2200.0, 4200.0);
  const double tock_hz = tick_hz * oto_canvas_between (self, 0.72, 0.9);

  for (int t = 0; t * period_s < 1.9; t++)
    {
      double hz = t % 2 == 0 ? tick_hz : tock_hz;
      OtoNoise click = {
        .onset_s = t * period_s, .duration_s = 0.012, .from_hz = 6000.0, .to_hz = 5000.0,
        .width_hz = 4000.0, .attack_s = 0.0008, .decay_s = 0.003, .gain = 0.6,
      };

      for (int mode = 0; mode < 4; mode++)
        oto_canvas_add_mode (self, t * period_s, hz * (1.0 + 0.47 * mode),
                             0.010 / (1 + 0.4 * mode), 0.8 / (1 + 0.5 * mode));
      oto_canvas_add_noise (self, &click);
    }
}

/* A bleat: a tremolo of about ten beats a second. */
static void
draw_sheep (OtoCanvas *self)
{
  const double base_hz = oto_canvas_between (self, 230.0, 420.0);
  const double duration_s = oto_canvas_between (self, 0.7, 1.2);
  const double beat_hz = oto_canvas_between (self, 8.0, 12.0);
  const double f0_hz[] = { base_hz * 1.02, base_hz * 1.08, base_hz, base_hz * 0.93 };
  const OtoFormant formants[] = {
    { 650.0, 750.0, 200.0, 0.9 }, { 1750.0, 1650.0, 300.0, 1.0 }, { 2900.0, 2900.0, 450.0, 0.4 },
  };
  OtoVoice voice = {
    .duration_s = duration_s, .f0_hz = f0_hz, .n_f0 = 4,
    .formants = formants, .n_formants = 3, .tilt = 0.35,
    .vibrato_hz = beat_hz, .vibrato = 0.03, .roughness_hz = beat_hz, .roughness = 0.7,
    .breath = 0.15, .attack_s = 0.08, .release_s = 0.2, .gain = 1.0,
  };

  oto_canvas_add_voice (self, &voice);
  if (duration_s < 0.9)
    {
      voice.onset_s = duration_s + 0.2;
      oto_canvas_add_voice (self, &voice);
    }
}

static void
draw_cow (OtoCanvas *self)
{
  const double base_hz = oto_canvas_between (self, 95.0, 170.0);
  const double f0_hz[] = {
    base_hz * 0.85, base_hz * 1.1, base_hz * 1.2, base_hz * 1.1, base_hz * 0.8,
  };
  const OtoFormant formants[] = {
    { 280.0, 620.0, 110.0, 1.0 }, { 800.0, 1050.0, 180.0, 0.55 }, { 2100.0, 2300.0, 400.0, 0.15 },
  };
  OtoVoice voice = {
    .duration_s = oto_canvas_between (self, 1.3, 1.9), .f0_hz = f0_hz, .n_f0 = 5,
    .formants = formants, .n_formants = 3, .tilt = 0.3, .vibrato_hz = 5.0, .vibrato = 0.008,
    .roughness_hz = oto_canvas_between (self, 25.0, 40.0), .roughness = 0.15,
    .breath = 0.05, .attack_s = 0.2, .release_s = 0.35, .gain = 1.0,
  };

  oto_canvas_add_voice (self, &voice);
}

/* Sorted; the names are those of the recordings' class lists. */
static const struct
{
  const char *name;
  void      (*draw) (OtoCanvas *self);
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
  static size_t once = 0;

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
finish_event (OtoCanvas *self)
{
  const gint64 fade_len = self->rate_hz / 200;
  gint64 len = self->n_samples;
  float peak = 0.f;

  for (gint64 i = 0; i < self->n_samples; i++)
    peak = fmaxf (peak, fabsf (self->samples[i]));
  while (len > 2 * fade_len && fabsf (self->samples[len - 1]) < 0.005f * peak)
    len--;
  for (gint64 i = 0; i < len; i++)
    {
      float fade = (float) MIN (1.0, (double) MIN (i + 1, len - i) / (double) fade_len);

      self->samples[i] *= fade * 0.9f / peak;
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
  OtoCanvas canvas = { .rate_hz = rate_hz, .n_samples = (gint64) (MAX_EVENT_S * rate_hz) };

  g_return_val_if_fail (model >= 0, NULL);
  g_return_val_if_fail (rate_hz >= 8000, NULL);

  canvas.samples = g_new0 (float, canvas.n_samples);
  oto_rng_init (&canvas.rng, seed * 64 + (guint64) model);
  models[model].draw (&canvas);
  *ret_n_samples = finish_event (&canvas);
  return canvas.samples;
}
