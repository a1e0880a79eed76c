/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "datasets/oto-dataset-summary.h"

OTO_BEGIN_DECLS

#define OTO_DATASET_CHECK_SHORT_S 0.1

OtoDatasetSummary *oto_dataset_check (const char       *dir,
                                      double            short_s,
                                      OtoProgressFunc   progress,
                                      gpointer          user_data,
                                      GCancellable     *cancellable,
                                      GError          **error) G_GNUC_WARN_UNUSED_RESULT;

OTO_END_DECLS
