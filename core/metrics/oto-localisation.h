/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "metrics/oto-interval.h"

OTO_BEGIN_DECLS

/**
 * OtoLocalisation:
 * @n_frames: frames of the clip
 * @n_inside: frames inside an event of the class
 * @counts: whether there are frames both inside and outside; of a pair that does not count, all
 *   else means nothing
 * @arg_max: frame of the largest time attention, the first of equals
 * @hit: whether it is inside
 * @mass: attention inside over all attention; NaN when there is none
 * @mass_times_uniform: @mass over the share of frames inside: 1 for even attention
 * @first_inside: mean first-step output inside
 * @first_outside: and outside
 *
 * Where a network's attention falls: one pair of a clip and a class with an event in it.
 */
typedef struct
{
  size_t   n_frames;
  size_t   n_inside;
  gboolean counts;
  size_t   arg_max;
  gboolean hit;
  double   mass;
  double   mass_times_uniform;
  double   first_inside;
  double   first_outside;
} OtoLocalisation;

/**
 * OtoLocalisationMean:
 * @n_pairs: pairs that count
 * @pointing: share of them whose largest attention is inside: the pointing game
 * @chance: mean share of frames inside, which @pointing is by chance
 * @mass: mean of the pairs in which it is a number
 * @mass_times_uniform: the same
 * @first_ratio: mean first-step output inside over that outside
 *
 * Means over pairs; NaN where there is none.
 */
typedef struct
{
  guint  n_pairs;
  double pointing;
  double chance;
  double mass;
  double mass_times_uniform;
  double first_ratio;
} OtoLocalisationMean;

void oto_localisation_compute  (const float           *time_att,
                                const float           *first_step,
                                size_t                 n_frames,
                                double                 hop_len,
                                double                 window_len,
                                double                 rate_hz,
                                const OtoInterval     *refs,
                                guint                  n_refs,
                                int                    class_index,
                                OtoLocalisation       *ret_localisation);
void oto_localisation_get_mean (const OtoLocalisation *pairs,
                                guint                  n_pairs,
                                OtoLocalisationMean   *ret_mean);

OTO_END_DECLS
