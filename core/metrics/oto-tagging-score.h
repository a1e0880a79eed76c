/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/oto-types.h"

OTO_BEGIN_DECLS

/**
 * OtoTaggingScore:
 * @micro_ap: average precision of all clip and class pairs pooled
 * @macro_ap: mean average precision of the classes that occur
 * @auc: mean area under the ROC curve of the classes that occur and are absent somewhere
 * @n_classes: classes that occur, which @macro_ap averages
 *
 * How well clip probabilities rank the classes of a set of clips. Undefined values are NaN: a
 * held-out fold that lacks a class says nothing about it.
 */
typedef struct
{
  double micro_ap;
  double macro_ap;
  double auc;
  int    n_classes;
} OtoTaggingScore;

void oto_tagging_score_compute (const float     *probs,
                                const float     *targets,
                                size_t           n_clips,
                                size_t           n_classes,
                                OtoTaggingScore *ret_score,
                                double          *ret_class_ap);

OTO_END_DECLS
