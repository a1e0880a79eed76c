/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/oto-types.h"

OTO_BEGIN_DECLS

/* Masks over T-F units: ideal ones from known parts, and what keeps Background from going below
 * 0. */

void oto_mask_fill_ideal_binary (const float *events_mag,
                                 const float *scene_mag,
                                 size_t       n_units,
                                 float       *ret_mask);
void oto_mask_fill_ideal_ratio  (const float *events_mag,
                                 const float *scene_mag,
                                 size_t       n_units,
                                 float       *ret_mask);
void oto_mask_limit_sum         (float       *mask,
                                 int          n_classes,
                                 size_t       n_units);

OTO_END_DECLS
