/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "heads/oto-map.h"

G_BEGIN_DECLS

/* The contribution map: how much of a class's clip probability each bin brings. It is made of three
 * other maps, so that every head that shows those has it. */

#define OTO_CONTRIBUTION_PARTS (OTO_MAP_FREQ_ATT | OTO_MAP_STEP1 | OTO_MAP_TIME_ATT)

/* The same flags, with what the contribution is made of where it is one of them. */
static inline guint
oto_contribution_add_parts (guint maps)
{
  return (maps & OTO_MAP_CONTRIBUTION) != 0 ? maps | OTO_CONTRIBUTION_PARTS : maps;
}

float oto_contribution_get_gain (const float *step1,
                                 const float *time_att,
                                 gint64       n_frames,
                                 float        clip_prob);
void  oto_contribution_fill     (const float *freq_att,
                                 const float *step1,
                                 const float *time_att,
                                 float        gain,
                                 gint64       n_frames,
                                 int          n_mels,
                                 float       *ret_values);

G_END_DECLS
