/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "metrics/oto-localisation.h"

#include <math.h>

static gboolean
is_inside (const OtoInterval *refs,
           guint              n_refs,
           int                class_index,
           double             time_s)
{
  for (guint i = 0; i < n_refs; i++)
    if (refs[i].class_index == class_index
        && refs[i].onset_s <= time_s && time_s < refs[i].offset_s)
      return TRUE;
  return FALSE;
}

/**
 * oto_localisation_compute:
 * @time_att: (array length=n_frames): time attention of the class, at least 0
 * @first_step: (array length=n_frames): its first-step output
 * @n_frames: T
 * @hop_len: distance between frames, in samples
 * @window_len: window of a frame, in samples; the frame stands at its centre
 * @rate_hz: sample rate
 * @refs: (array length=n_refs): the clip's reference; half-open intervals
 * @n_refs: how many
 * @class_index: the class
 * @ret_localisation: (out caller-allocates): what it comes to
 */
void
oto_localisation_compute (const float       *time_att,
                          const float       *first_step,
                          size_t             n_frames,
                          double             hop_len,
                          double             window_len,
                          double             rate_hz,
                          const OtoInterval *refs,
                          guint              n_refs,
                          int                class_index,
                          OtoLocalisation   *ret_localisation)
{
  OtoLocalisation self = { .n_frames = n_frames };
  double att_inside = 0.0, att = 0.0, inside = 0.0, outside = 0.0;

  for (size_t t = 0; t < n_frames; t++)
    {
      const double centre_s = ((double) t * hop_len + window_len / 2.0) / rate_hz;
      const gboolean is_in = is_inside (refs, n_refs, class_index, centre_s);

      if (t == 0 || time_att[t] > time_att[self.arg_max])
        {
          self.arg_max = t;
          self.hit = is_in;
        }
      self.n_inside += is_in;
      att += time_att[t];
      att_inside += is_in ? time_att[t] : 0.0;
      *(is_in ? &inside : &outside) += first_step[t];
    }
  self.counts = self.n_inside > 0 && self.n_inside < n_frames;
  self.mass = att > 0.0 ? att_inside / att : NAN;
  self.mass_times_uniform = self.mass * (double) n_frames / (double) self.n_inside;
  self.first_inside = inside / (double) self.n_inside;
  self.first_outside = outside / (double) (n_frames - self.n_inside);
  *ret_localisation = self;
}

/**
 * oto_localisation_get_mean:
 * @pairs: (array length=n_pairs): pairs of clips and classes; those that do not count are left out
 * @n_pairs: how many
 * @ret_mean: (out caller-allocates): their means
 */
void
oto_localisation_get_mean (const OtoLocalisation *pairs,
                           guint                  n_pairs,
                           OtoLocalisationMean   *ret_mean)
{
  OtoLocalisationMean mean = { 0 };
  double inside = 0.0, outside = 0.0;
  guint n_masses = 0;

  for (guint i = 0; i < n_pairs; i++)
    {
      if (!pairs[i].counts)
        continue;
      mean.n_pairs++;
      mean.pointing += pairs[i].hit;
      mean.chance += (double) pairs[i].n_inside / (double) pairs[i].n_frames;
      inside += pairs[i].first_inside;
      outside += pairs[i].first_outside;
      if (!isnan (pairs[i].mass))
        {
          mean.mass += pairs[i].mass;
          mean.mass_times_uniform += pairs[i].mass_times_uniform;
          n_masses++;
        }
    }
  mean.pointing = mean.n_pairs > 0 ? mean.pointing / mean.n_pairs : NAN;
  mean.chance = mean.n_pairs > 0 ? mean.chance / mean.n_pairs : NAN;
  mean.mass = n_masses > 0 ? mean.mass / n_masses : NAN;
  mean.mass_times_uniform = n_masses > 0 ? mean.mass_times_uniform / n_masses : NAN;
  mean.first_ratio = outside > 0.0 ? inside / outside : NAN;
  *ret_mean = mean;
}
