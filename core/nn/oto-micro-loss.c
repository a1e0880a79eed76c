/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "nn/oto-micro-loss.h"

#include "nn/oto-bce-private.h"

/* Attention's factor on the weight of a label: on all of it, or on its positive share. */
static double
get_att_weight (OtoMicroForm         form,
                const OtoBceWeights *weights,
                double               att,
                int                  k,
                double               y)
{
  const double positive = weights->positive != NULL ? weights->positive[k] : 1.0;
  const double negative = weights->negative != NULL ? weights->negative[k] : 1.0;
  const double att_of_negative = form == OTO_MICRO_RELEASED ? 1.0 : att;

  return att * y * positive + att_of_negative * (1.0 - y) * negative;
}

/**
 * oto_micro_loss_get_n_total:
 * @form: which form
 * @n_clips: clips of the batch (N)
 * @n_classes: classes (K)
 * @n_segments: segments of a clip (T)
 * @n_channels: channels of the attention (C), which is what it sums to over a clip
 *
 * Returns: what the passes take as n_total
 */
double
oto_micro_loss_get_n_total (OtoMicroForm form,
                            int          n_clips,
                            int          n_classes,
                            int          n_segments,
                            int          n_channels)
{
  return (double) n_clips * n_classes * (form == OTO_MICRO_PAPER ? n_channels : n_segments);
}

/**
 * oto_micro_loss_forward:
 * @form: which form
 * @weights: of the classes
 * @logits: (array): (T, K): raw scores of a clip's segments
 * @y: (array length=n_classes): its labels
 * @att: (array length=n_segments): its attention
 * @n_segments: segments (T)
 * @n_classes: classes (K)
 * @n_total: oto_micro_loss_get_n_total()
 *
 * With p = sigmoid (logit) and w the weight of the label as in oto_weighted_bce_prob_forward():
 *
 * |[
 * music, paper:  sum_tk -att[t] w (y ln p + (1 - y) ln (1 - p)) / n_total
 * released:      the same with att[t] on the positive part of w alone
 * ]|
 *
 * Source: Chou et al., Learning to Recognize Transient Sound Events Using Attentional Supervision,
 * eq. 7, where label and prediction are exchanged; its released trainers.
 *
 * Returns: this clip's share of the loss; not finite where a logit is not
 */
double
oto_micro_loss_forward (OtoMicroForm         form,
                        const OtoBceWeights *weights,
                        const float         *logits,
                        const float         *y,
                        const float         *att,
                        int                  n_segments,
                        int                  n_classes,
                        double               n_total)
{
  double sum = 0.0;

  g_return_val_if_fail (n_total > 0.0, NAN);

  for (int t = 0; t < n_segments; t++)
    for (int k = 0; k < n_classes; k++)
      sum += get_att_weight (form, weights, att[t], k, y[k])
             * oto_bce_get_cost (logits[(size_t) t * n_classes + k], y[k]);
  return sum / n_total;
}

/**
 * oto_micro_loss_backward:
 * @form: as in the forward pass
 * @weights: as in the forward pass
 * @logits: (array): (T, K): as in the forward pass
 * @y: (array length=n_classes): as in the forward pass
 * @att: (array length=n_segments): as in the forward pass
 * @n_segments: as in the forward pass
 * @n_classes: as in the forward pass
 * @n_total: as in the forward pass
 * @weight: of this loss in the total
 * @d_logits: (array): (T, K): added to
 * @d_att: (array length=n_segments) (nullable): added to by %OTO_MICRO_PAPER; the other forms take
 *   attention for a constant
 *
 * The gradient of @weight times oto_micro_loss_forward().
 */
void
oto_micro_loss_backward (OtoMicroForm         form,
                         const OtoBceWeights *weights,
                         const float         *logits,
                         const float         *y,
                         const float         *att,
                         int                  n_segments,
                         int                  n_classes,
                         double               n_total,
                         double               weight,
                         float               *d_logits,
                         float               *d_att)
{
  const double factor = weight / n_total;

  g_return_if_fail (n_total > 0.0);

  for (int t = 0; t < n_segments; t++)
    {
      const float *x = logits + (size_t) t * n_classes;
      float *d_x = d_logits + (size_t) t * n_classes;
      double sum = 0.0;

      for (int k = 0; k < n_classes; k++)
        d_x[k] += (float) (factor * get_att_weight (form, weights, att[t], k, y[k])
                           * oto_bce_get_slope (x[k], y[k]));

      if (form != OTO_MICRO_PAPER || d_att == NULL)
        continue;
      for (int k = 0; k < n_classes; k++)
        sum += oto_bce_get_weight (weights->positive, weights->negative, (size_t) k, y[k])
               * oto_bce_get_cost (x[k], y[k]);
      d_att[t] += (float) (factor * sum);
    }
}
