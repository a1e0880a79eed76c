/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/oto-types.h"

G_BEGIN_DECLS

/**
 * OtoProbMean:
 * @n: values
 * @n_added: how many times
 * @sum: (n): in double
 *
 * The mean of the probabilities that several checkpoints of a run give: of the probabilities, not
 * of the logits or weights.
 */
typedef struct
{
  size_t  n;
  guint   n_added;
  double *sum;
} OtoProbMean;

gboolean oto_prob_mean_init  (OtoProbMean        *self,
                              size_t              n,
                              GError            **error);
void     oto_prob_mean_clear (OtoProbMean        *self);
void     oto_prob_mean_add   (OtoProbMean        *self,
                              const float        *prob);
void     oto_prob_mean_fill  (const OtoProbMean  *self,
                              float              *ret_prob);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (OtoProbMean, oto_prob_mean_clear)

G_END_DECLS
