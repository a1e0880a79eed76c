/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "analysis/oto-analyzer.h"

OTO_BEGIN_DECLS

/**
 * OtoMaskCheck:
 * @mix_prob: what the model says of the clip
 * @masked_in_prob: of the class's stem alone
 * @masked_out_prob: of the clip without that stem
 *
 * Whether a mask holds what the model hears (interface.md C5): where it does, the class is there
 * within the mask and not without. All are clip probabilities of that class.
 */
typedef struct
{
  double mix_prob;
  double masked_in_prob;
  double masked_out_prob;
} OtoMaskCheck;

gboolean oto_mask_check_run (OtoAnalyzer      *analyzer,
                             OtoAnalysis      *analysis,
                             int               class_index,
                             OtoMaskCheck     *ret_check,
                             OtoProgressFunc   progress,
                             gpointer          user_data,
                             GCancellable     *cancellable,
                             GError          **error);

OTO_END_DECLS
