/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "features/oto-scaler.h"

#include <math.h>

/* A bin that never changes is not blown up to noise. */
#define MIN_STD 1e-6f

/**
 * oto_scaler_init:
 * @self: (out caller-allocates): a scaler
 * @n_mels: number of mel bins (F), at most %OTO_SCALER_MAX_MELS
 *
 * Starts a scaler that changes nothing until it is fitted or set.
 */
void
oto_scaler_init (OtoScaler *self,
                 int        n_mels)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (n_mels > 0 && n_mels <= OTO_SCALER_MAX_MELS);

  *self = (OtoScaler) { .n_mels = n_mels };
  for (int f = 0; f < n_mels; f++)
    self->std_f[f] = 1.f;
}

/**
 * oto_scaler_add:
 * @self: a scaler
 * @logmel: (array): (T, F)
 * @n_frames: number of frames (T)
 *
 * Takes frames into the statistics. Each call's own mean and squares are merged with those before
 * (Chan, Golub, LeVeque: Updating formulae), which loses no digits however many clips there are.
 */
void
oto_scaler_add (OtoScaler   *self,
                const float *logmel,
                gint64       n_frames)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (logmel != NULL || n_frames == 0);

  if (n_frames <= 0)
    return;

  for (int f = 0; f < self->n_mels; f++)
    {
      const double n = (double) n_frames;
      const double n_total = self->n_frames + n;
      double mean = 0.0, m2 = 0.0, delta;

      for (gint64 t = 0; t < n_frames; t++)
        mean += logmel[t * self->n_mels + f];
      mean /= n;
      for (gint64 t = 0; t < n_frames; t++)
        {
          double distance = logmel[t * self->n_mels + f] - mean;

          m2 += distance * distance;
        }

      delta = mean - self->mean[f];
      self->mean[f] += delta * n / n_total;
      self->m2[f] += m2 + delta * delta * self->n_frames * n / n_total;
    }
  self->n_frames += (double) n_frames;
}

static gboolean
is_zero (const float *frame,
         int          n_mels)
{
  for (int f = 0; f < n_mels; f++)
    if (frame[f] != 0.f)
      return FALSE;
  return TRUE;
}

/**
 * oto_scaler_add_by_rule:
 * @self: a scaler
 * @rule: which frames count
 * @logmel: (array): (T, F)
 * @n_frames: number of frames (T)
 *
 * Takes those frames into the statistics that the rule lets through.
 */
void
oto_scaler_add_by_rule (OtoScaler     *self,
                        OtoScalerRule  rule,
                        const float   *logmel,
                        gint64         n_frames)
{
  g_return_if_fail (self != NULL);

  switch (rule)
    {
    case OTO_SCALER_RULE_ALL_FRAMES:
      oto_scaler_add (self, logmel, n_frames);
      break;
    case OTO_SCALER_RULE_NON_ZERO_FRAMES:
      /* Each run of frames between zeros is one part of the statistics. */
      for (gint64 begin = 0, t = 0; t <= n_frames; t++)
        if (t == n_frames || is_zero (logmel + t * self->n_mels, self->n_mels))
          {
            oto_scaler_add (self, logmel + begin * self->n_mels, t - begin);
            begin = t + 1;
          }
      break;
    case OTO_SCALER_RULE_NONE:
      break;
    }
}

/**
 * oto_scaler_finish:
 * @self: a scaler
 *
 * Makes what was added take effect.
 */
void
oto_scaler_finish (OtoScaler *self)
{
  g_return_if_fail (self != NULL);

  for (int f = 0; f < self->n_mels && self->n_frames > 0.0; f++)
    {
      self->mean_f[f] = (float) self->mean[f];
      self->std_f[f] = fmaxf ((float) sqrt (self->m2[f] / self->n_frames), MIN_STD);
    }
}

/**
 * oto_scaler_set:
 * @self: (out caller-allocates): a scaler
 * @n_mels: number of mel bins (F)
 * @mean: (array length=n_mels): means
 * @std: (array length=n_mels): deviations; at least 1e-6 is used
 *
 * Sets a scaler to stored statistics.
 */
void
oto_scaler_set (OtoScaler   *self,
                int          n_mels,
                const float *mean,
                const float *std)
{
  g_return_if_fail (mean != NULL && std != NULL);

  oto_scaler_init (self, n_mels);
  for (int f = 0; f < n_mels; f++)
    {
      self->mean_f[f] = mean[f];
      self->std_f[f] = fmaxf (std[f], MIN_STD);
    }
}

/**
 * oto_scaler_apply:
 * @self: a scaler
 * @logmel: (array): (T, F)
 * @n_frames: number of frames (T)
 * @ret_x: (out caller-allocates): (T, F), may be @logmel
 *
 * Standardises features: (logmel - mean) / std.
 */
void
oto_scaler_apply (const OtoScaler *self,
                  const float     *logmel,
                  gint64           n_frames,
                  float           *ret_x)
{
  g_return_if_fail (self != NULL);

  for (gint64 t = 0; t < n_frames; t++)
    for (int f = 0; f < self->n_mels; f++)
      {
        size_t i = (size_t) t * self->n_mels + f;

        ret_x[i] = (logmel[i] - self->mean_f[f]) / self->std_f[f];
      }
}

/**
 * oto_scaler_invert:
 * @self: a scaler
 * @x: (array): (T, F)
 * @n_frames: number of frames (T)
 * @ret_logmel: (out caller-allocates): (T, F), may be @x
 *
 * Undoes oto_scaler_apply(), for a reconstruction: x * std + mean.
 */
void
oto_scaler_invert (const OtoScaler *self,
                   const float     *x,
                   gint64           n_frames,
                   float           *ret_logmel)
{
  g_return_if_fail (self != NULL);

  for (gint64 t = 0; t < n_frames; t++)
    for (int f = 0; f < self->n_mels; f++)
      {
        size_t i = (size_t) t * self->n_mels + f;

        ret_logmel[i] = x[i] * self->std_f[f] + self->mean_f[f];
      }
}
