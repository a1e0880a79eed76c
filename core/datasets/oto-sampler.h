/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/oto-types.h"
#include "models/oto-recipe.h"

OTO_BEGIN_DECLS

/* OtoSampler: which clips make an epoch of training, and in which order: a function of seed and
 * epoch, so that a run resumes without a saved state. Clips count from 0, epochs from 1. Not for
 * several threads at once. */
typedef struct _OtoSampler OtoSampler;

OtoSampler *oto_sampler_new             (OtoSampling    sampling,
                                         guint          n_classes,
                                         guint          n_clips,
                                         const guint   *label_ends,
                                         const guint   *labels,
                                         guint64        seed,
                                         GError       **error) G_GNUC_WARN_UNUSED_RESULT;
OtoSampler *oto_sampler_new_for_dataset (OtoSampling    sampling,
                                         OtoDataset    *dataset,
                                         GArray        *clips,
                                         guint64        seed,
                                         GError       **error) G_GNUC_WARN_UNUSED_RESULT;
void        oto_sampler_free            (OtoSampler    *self);
void        oto_sampler_fill_epoch      (OtoSampler    *self,
                                         guint          epoch,
                                         size_t         n_items,
                                         guint32       *ret_order);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OtoSampler, oto_sampler_free)

OTO_END_DECLS
