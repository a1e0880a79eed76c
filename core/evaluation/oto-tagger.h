/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "datasets/oto-batcher.h"
#include "models/oto-model.h"

G_BEGIN_DECLS

/* Returning FALSE ends the work. */
typedef gboolean (*OtoTaggerFunc) (double   fraction,
                                   gpointer user_data);

gboolean oto_tagger_run (OtoModel         *model,
                         OtoBatcher       *batcher,
                         const OtoScaler  *scaler,
                         int               n_batch,
                         OtoTaggerFunc     func,
                         gpointer          user_data,
                         float            *ret_prob,
                         GError          **error);
double   oto_tagger_get_bce (const float *prob,
                             const float *targets,
                             size_t       len);

G_END_DECLS
