/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "nn/oto-class-weight.h"

#include <math.h>

/**
 * oto_class_weight_compute:
 * @form: which formula
 * @beta: 0: all weights are 1; 1: the whole imbalance
 * @counts: (array length=n_classes): training clips that have each class
 * @n_classes: classes (K)
 * @n_clips: training clips; only shares of clips need it
 * @ret_weights: (out caller-allocates) (array length=n_classes): weights of positives
 *
 * Weights that raise rare classes. With p the share of a class and m the mean of all shares:
 *
 * |[
 * released:  w = ((m / p) ((1 - m) / (1 - p)))^beta
 * printed:   w = ((m / p) ((1 - p) / (1 - m)))^beta
 * ]|
 *
 * A class that no clip has, or that is all there is, has no imbalance that a weight could mend: it
 * gets 1, which leaves its terms as they are. It still counts in the mean share. Source: Chou et
 * al., Learning to Recognize Transient Sound Events Using Attentional Supervision, eq. 11, and its
 * released trainer.
 */
void
oto_class_weight_compute (OtoClassWeightForm  form,
                          double              beta,
                          const guint        *counts,
                          guint               n_classes,
                          guint               n_clips,
                          float              *ret_weights)
{
  double n_labels = 0.0, whole, mean;

  g_return_if_fail (n_classes > 0);

  for (guint k = 0; k < n_classes; k++)
    n_labels += counts[k];
  whole = form == OTO_CLASS_WEIGHT_PRINTED_CLIPS ? n_clips : n_labels;
  mean = n_labels / n_classes / whole;

  for (guint k = 0; k < n_classes; k++)
    {
      const double p = counts[k] / whole;
      const double rest = form == OTO_CLASS_WEIGHT_RELEASED ? (1.0 - mean) / (1.0 - p)
                                                            : (1.0 - p) / (1.0 - mean);

      /* Without any label p is NaN, which is not above 0 either. */
      ret_weights[k] = form != OTO_CLASS_WEIGHT_NONE && p > 0.0 && p < 1.0
                       ? (float) pow (mean / p * rest, beta) : 1.f;
    }
}

/**
 * oto_class_weight_compute_negative:
 * @weights: (array length=n_classes): weights of positives
 * @n_classes: classes (K)
 * @ret_weights: (out caller-allocates) (array length=n_classes): weights of negatives; @weights is
 *   allowed
 *
 * What the released music trainer gives to negatives: 2 - w. A class so rare that w exceeds 2 gets
 * 0, where the program would reward false alarms.
 */
void
oto_class_weight_compute_negative (const float *weights,
                                   guint        n_classes,
                                   float       *ret_weights)
{
  for (guint k = 0; k < n_classes; k++)
    ret_weights[k] = MAX (2.f - weights[k], 0.f);
}
