/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "audio/oto-shaper.h"

#include "base/oto-rng.h"

#include <math.h>
#include <string.h>

/* An equaliser's bands: an octave apart, from here up to where the rate ends. */
#define FIRST_BAND_HZ     62.5
#define BAND_Q            1.0
#define HIGHEST_SHARE     0.45          /* of the rate */

/* Rooms from a closet to a hall: time in which a sound falls by 60 dB. */
#define ROOM_MIN_S        0.1
#define ROOM_MAX_S        0.8
#define ROOM_PREDELAY_S   0.02          /* at most */
#define ROOM_DRY_WET_DB   15.0          /* reverberation stands 0 to 15 dB below the sound */
#define PULSES_PER_S      1500.0
#define DECAY_60_DB       6.907755      /* ln 1000 */

/* Where a room's sound is no longer followed. */
#define TAIL_S            0.6

typedef struct
{
  double b0, b1, b2, a1, a2;
} Biquad;

/* A peak of an equaliser (R. Bristow-Johnson: Cookbook formulae for audio EQ biquad filters). */
static Biquad
make_peak (double hz,
           double gain_db,
           int    rate_hz)
{
  const double gain = pow (10.0, gain_db / 40.0);
  const double angle = 2.0 * G_PI * hz / rate_hz;
  const double alpha = sin (angle) / (2.0 * BAND_Q);
  const double a0 = 1.0 + alpha / gain;

  return (Biquad) {
    .b0 = (1.0 + alpha * gain) / a0,
    .b1 = -2.0 * cos (angle) / a0,
    .b2 = (1.0 - alpha * gain) / a0,
    .a1 = -2.0 * cos (angle) / a0,
    .a2 = (1.0 - alpha / gain) / a0,
  };
}

static void
run_biquad (const Biquad *filter,
            gint64        n_samples,
            float        *samples)
{
  double z1 = 0.0, z2 = 0.0;

  for (gint64 i = 0; i < n_samples; i++)
    {
      const double x = samples[i];
      const double y = filter->b0 * x + z1;

      z1 = filter->b1 * x - filter->a1 * y + z2;
      z2 = filter->b2 * x - filter->a2 * y;
      samples[i] = (float) y;
    }
}

/**
 * oto_shaper_equalise:
 * @rng: draws a gain for every octave
 * @gain_db: the gains lie in [-@gain_db, @gain_db], at most %OTO_SHAPER_MAX_GAIN_DB
 * @rate_hz: of the samples
 * @n_samples: length of @samples
 * @samples: (inout): changed in place; the level is not restored
 *
 * Colours a sound: a peak filter at every octave from 62.5 Hz.
 */
void
oto_shaper_equalise (OtoRng *rng,
                     double  gain_db,
                     int     rate_hz,
                     gint64  n_samples,
                     float  *samples)
{
  g_return_if_fail (gain_db >= 0.0 && gain_db <= OTO_SHAPER_MAX_GAIN_DB && rate_hz > 0);

  for (double hz = FIRST_BAND_HZ; hz < HIGHEST_SHARE * rate_hz; hz *= 2.0)
    {
      const Biquad peak = make_peak (hz, oto_rng_range (rng, -gain_db, gain_db), rate_hz);

      run_biquad (&peak, n_samples, samples);
    }
}

/**
 * oto_shaper_get_tail_len:
 * @rate_hz: a rate
 *
 * Returns: by how many samples oto_shaper_reverberate() makes a sound longer
 */
gint64
oto_shaper_get_tail_len (int rate_hz)
{
  return (gint64) (TAIL_S * rate_hz);
}

/**
 * oto_shaper_reverberate:
 * @rng: draws the room
 * @rate_hz: of the samples
 * @samples: (array length=n_samples): a sound
 * @n_samples: its length
 * @ret_samples: (out caller-allocates): the sound in a room, longer by oto_shaper_get_tail_len()
 *
 * Puts a sound into a synthetic room: the sound itself and a tail of sparse pulses of random sign
 * whose level falls exponentially ("velvet noise": Karjalainen and Järveläinen, Reverberation
 * modeling using velvet noise, 2007).
 */
void
oto_shaper_reverberate (OtoRng      *rng,
                        int          rate_hz,
                        const float *samples,
                        gint64       n_samples,
                        float       *ret_samples)
{
  const gint64 tail_len = oto_shaper_get_tail_len (rate_hz);
  const double room_s = oto_rng_range (rng, ROOM_MIN_S, ROOM_MAX_S);
  const double begin_s = oto_rng_range (rng, 0.0, ROOM_PREDELAY_S);
  const double level = pow (10.0, -oto_rng_range (rng, 0.0, ROOM_DRY_WET_DB) / 20.0);
  const double end_s = MIN (begin_s + room_s, TAIL_S);
  /* Of all pulses together: a sum of squares, for sounds that do not resemble themselves. */
  const double energy = PULSES_PER_S * room_s / (2.0 * DECAY_60_DB);

  g_return_if_fail (rate_hz > 0 && n_samples >= 0);

  memcpy (ret_samples, samples, n_samples * sizeof *samples);
  memset (ret_samples + n_samples, 0, tail_len * sizeof *samples);
  for (double slot_s = begin_s; slot_s < end_s; slot_s += 1.0 / PULSES_PER_S)
    {
      const double t_s = MIN (slot_s + oto_rng_uniform (rng) / PULSES_PER_S, end_s);
      const double decay = exp (-DECAY_60_DB * (t_s - begin_s) / room_s);
      const double sign = oto_rng_uniform (rng) < 0.5 ? -1.0 : 1.0;
      const float gain = (float) (sign * level * decay / sqrt (energy));
      float *out = ret_samples + MIN ((gint64) (t_s * rate_hz), tail_len);

      for (gint64 i = 0; i < n_samples; i++)
        out[i] += gain * samples[i];
    }
}
