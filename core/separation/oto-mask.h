/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/oto-types.h"

OTO_BEGIN_DECLS

/* Masks over T-F units: which of a class there are, ideal ones from known parts, and what keeps
 * Background from going below 0. */

typedef enum
{
  OTO_MASK_PUBLISHED,            /* what the model has as its mask, as its paper defines it */
  OTO_MASK_LISTENING,            /* what sounds best: see #OtoListeningMask */
} OtoMaskKind;

const char *oto_mask_kind_get_name (OtoMaskKind  kind);
gboolean    oto_mask_kind_parse    (const char  *name,
                                    OtoMaskKind *ret_kind);

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
