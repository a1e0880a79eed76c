/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "separation/oto-separation-score.h"

#include <math.h>

/* What is smaller than the signal by so much is rounding. */
#define NOTHING 1e-20

static double
dot (const float *a,
     const float *b,
     size_t       n)
{
  double sum = 0.0;

  for (size_t i = 0; i < n; i++)
    sum += (double) a[i] * b[i];
  return sum;
}

/**
 * oto_separation_score_si_sdr_db:
 * @estimate: (array length=n_samples): a stem
 * @reference: (array length=n_samples): the event alone
 * @n_samples: how many
 *
 * Scale-invariant signal to distortion ratio, without removing means: with a = <x, s> / <s, s>,
 * 10 log10 (|a s|² / |x - a s|²) (Le Roux et al., arXiv:1811.02508).
 *
 * Returns: decibels; infinite for a scaled copy, minus infinity for silence or what has nothing of
 *   the reference, NaN when the reference is silent
 */
double
oto_separation_score_si_sdr_db (const float *estimate,
                                const float *reference,
                                size_t       n_samples)
{
  const double energy = dot (reference, reference, n_samples);
  const double total = dot (estimate, estimate, n_samples);
  double scale, target, residual = 0.0;

  if (energy == 0.0)
    return NAN;
  scale = dot (estimate, reference, n_samples) / energy;
  target = scale * scale * energy;
  if (total == 0.0 || target <= NOTHING * total)
    return -INFINITY;
  for (size_t i = 0; i < n_samples; i++)
    {
      double d = estimate[i] - scale * reference[i];

      residual += d * d;
    }
  return residual <= NOTHING * target ? INFINITY : 10.0 * log10 (target / residual);
}

/**
 * oto_separation_score_level_db:
 * @estimate: (array length=n_samples): a stem
 * @reference: (array length=n_samples): the event alone
 * @n_samples: how many
 *
 * Returns: how much louder the estimate is, in decibels; minus infinity when it is silent, NaN when
 *   the reference is
 */
double
oto_separation_score_level_db (const float *estimate,
                               const float *reference,
                               size_t       n_samples)
{
  const double energy = dot (reference, reference, n_samples);

  return energy > 0.0 ? 10.0 * log10 (dot (estimate, estimate, n_samples) / energy) : NAN;
}

/**
 * oto_separation_score_inside:
 * @samples: (array length=n_samples): a stem
 * @n_samples: how many
 * @begin: first sample of the event
 * @end: one past its last; both are cut to the signal
 *
 * Returns: the share of its energy that lies inside the event; NaN for silence
 */
double
oto_separation_score_inside (const float *samples,
                             size_t       n_samples,
                             gint64       begin,
                             gint64       end)
{
  const gint64 n = (gint64) n_samples;
  const double energy = dot (samples, samples, n_samples);

  begin = CLAMP (begin, 0, n);
  end = CLAMP (end, begin, n);
  return energy > 0.0 ? dot (samples + begin, samples + begin, (size_t) (end - begin)) / energy
                      : NAN;
}

/**
 * oto_separation_score_to_sample:
 * @time_s: a time, below 2^62 samples
 * @rate_hz: sample rate
 *
 * Returns: the nearest sample, floor (time rate + 0.5) in double
 */
gint64
oto_separation_score_to_sample (double time_s,
                                double rate_hz)
{
  return (gint64) floor (time_s * rate_hz + 0.5);
}
