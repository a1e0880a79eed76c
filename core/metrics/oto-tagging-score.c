/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "metrics/oto-tagging-score.h"

#include "metrics/oto-auc.h"
#include "metrics/oto-average-precision.h"

#include <math.h>

static gboolean
occurs (const float *targets,
        size_t       n_clips,
        size_t       n_classes)
{
  for (size_t n = 0; n < n_clips; n++)
    if (targets[n * n_classes] > 0.5f)
      return TRUE;
  return FALSE;
}

/**
 * oto_tagging_score_compute:
 * @probs: (N, K): clip probabilities
 * @targets: (N, K), 0 or 1
 * @n_clips: N
 * @n_classes: K
 * @ret_score: (out caller-allocates): the score
 * @ret_class_ap: (out caller-allocates) (optional): (K); NaN for classes that do not occur
 *
 * Computes what training and evaluation report.
 */
void
oto_tagging_score_compute (const float     *probs,
                           const float     *targets,
                           size_t           n_clips,
                           size_t           n_classes,
                           OtoTaggingScore *ret_score,
                           double          *ret_class_ap)
{
  OtoTaggingScore score = { .micro_ap = NAN, .macro_ap = NAN, .auc = NAN };
  double ap_sum = 0.0, auc_sum = 0.0;
  int n_aucs = 0;

  for (size_t k = 0; k < n_classes; k++)
    {
      double ap = NAN, auc = oto_auc (probs + k, targets + k, n_clips, n_classes);

      if (occurs (targets + k, n_clips, n_classes))
        {
          ap = oto_average_precision (probs + k, targets + k, n_clips, n_classes);
          ap_sum += ap;
          score.n_classes++;
        }
      if (!isnan (auc))
        {
          auc_sum += auc;
          n_aucs++;
        }
      if (ret_class_ap != NULL)
        ret_class_ap[k] = ap;
    }

  if (score.n_classes > 0)
    {
      score.micro_ap = oto_average_precision_micro (probs, targets, n_clips, n_classes);
      score.macro_ap = ap_sum / score.n_classes;
    }
  if (n_aucs > 0)
    score.auc = auc_sum / n_aucs;
  *ret_score = score;
}
