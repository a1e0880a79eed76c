/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "audio/oto-synth.h"

#include "audio/oto-synth-canvas.h"

#include <math.h>

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

/* How one kind of background is coloured: a pink and a white part through a one-pole low pass,
 * slow swells, and what is added on top. */
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

/* Fills in the steady part: coloured noise with slow swells, and mains hum. */
static void
draw_bed (OtoCanvas          *self,
          OtoSynthBackground  kind)
{
  const double cutoff_hz = backgrounds[kind].cutoff_hz * oto_canvas_between (self, 0.7, 1.4);
  const double coefficient = 1.0 - exp (-2.0 * G_PI * cutoff_hz / self->rate_hz);
  const double swell_phase = oto_canvas_between (self, 0.0, 2.0 * G_PI);
  const double hum_phase = oto_canvas_between (self, 0.0, 2.0 * G_PI);
  double pink[3] = { 0 }, low = 0.0;

  for (gint64 i = 0; i < self->n_samples; i++)
    {
      double t_s = (double) i / self->rate_hz, hum = 0.0;
      double noise = backgrounds[kind].pink * next_pink (&self->rng, pink)
                     + backgrounds[kind].white * 0.3 * oto_rng_normal (&self->rng);
      double swell = sin (swell_phase + 2.0 * G_PI * backgrounds[kind].swell_hz * t_s);

      low += coefficient * (noise - low);
      for (int h = 1; h <= 4; h++)
        hum += sin (h * (hum_phase + 2.0 * G_PI * 50.0 * t_s)) / (h * h);
      self->samples[i] = (float) (low * (1.0 + backgrounds[kind].swell * swell)
                                  + backgrounds[kind].hum_gain * hum);
    }
}

/* Adds drops at random times, as many a second as the kind has. */
static void
add_drops (OtoCanvas          *self,
           OtoSynthBackground  kind)
{
  const double rate_hz = backgrounds[kind].drops_per_s;
  const double end_s = (double) self->n_samples / self->rate_hz;
  double t_s = 0.0;

  if (rate_hz == 0.0)
    return;
  while ((t_s -= log (1.0 - oto_rng_uniform (&self->rng)) / rate_hz) < end_s)
    {
      double hz = oto_canvas_between (self, backgrounds[kind].drop_low_hz,
                                      backgrounds[kind].drop_high_hz);

      oto_canvas_add_mode (self, t_s, hz, backgrounds[kind].drop_s,
                           backgrounds[kind].drop_gain * oto_canvas_between (self, 0.1, 0.6));
    }
}

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
  OtoCanvas canvas = { .samples = ret_samples, .n_samples = n_samples, .rate_hz = rate_hz };
  double energy = 0.0;

  g_return_if_fail (kind < OTO_SYNTH_N_BACKGROUNDS && rate_hz >= 8000);
  g_return_if_fail (n_samples > 0 && ret_samples != NULL);

  oto_rng_init (&canvas.rng, seed * 8 + (guint64) kind);
  draw_bed (&canvas, kind);
  add_drops (&canvas, kind);

  for (gint64 i = 0; i < n_samples; i++)
    energy += (double) ret_samples[i] * ret_samples[i];
  for (gint64 i = 0; i < n_samples; i++)
    ret_samples[i] *= (float) (0.1 / sqrt (energy / (double) n_samples + 1e-20));
}
