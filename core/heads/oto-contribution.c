/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "heads/oto-contribution.h"

/**
 * oto_contribution_get_gain: (skip)
 * @step1: (T): frame scores of a class
 * @time_att: (T): its time attention
 * @n_frames: T, of one window
 * @clip_prob: what the window says of the class
 *
 * Frame scores times time attention sum to the clip probability only where the second step is a
 * plain weighted mean; the published one has a linear map between. Their product is therefore
 * scaled to it.
 *
 * Returns: what the product of the three maps is multiplied with, so that all of the window sums to
 *   @clip_prob; 0 where no frame has a score, NaN where a value is not finite
 */
float
oto_contribution_get_gain (const float *step1,
                           const float *time_att,
                           gint64       n_frames,
                           float        clip_prob)
{
  double sum = 0.0;

  for (gint64 t = 0; t < n_frames; t++)
    sum += (double) step1[t] * time_att[t];
  return sum == 0.0 ? 0.f : (float) (clip_prob / sum);
}

/**
 * oto_contribution_fill: (skip)
 * @freq_att: (T, F): frequency attention of a class
 * @step1: (T): its frame scores
 * @time_att: (T): its time attention
 * @gain: see oto_contribution_get_gain()
 * @n_frames: T
 * @n_mels: F
 * @ret_values: (T, F): written; may be @freq_att
 *
 *   contribution[t,f] = gain * freq_att[t,f] * step1[t] * time_att[t]
 */
void
oto_contribution_fill (const float *freq_att,
                       const float *step1,
                       const float *time_att,
                       float        gain,
                       gint64       n_frames,
                       int          n_mels,
                       float       *ret_values)
{
  for (gint64 t = 0; t < n_frames; t++)
    {
      const float frame = gain * step1[t] * time_att[t];

      for (int f = 0; f < n_mels; f++)
        ret_values[t * n_mels + f] = frame * freq_att[t * n_mels + f];
    }
}
