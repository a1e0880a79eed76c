/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "nn/oto-att2d.h"

#include "nn/oto-activation.h"
#include "nn/oto-att2d-private.h"

#include <string.h>

static size_t
get_n_bins (const OtoAtt2dShape *shape)
{
  return (size_t) shape->n_frames * shape->n_mels;
}

/**
 * oto_att2d_forward:
 * @shape: sizes and form
 * @att_logits: (T, F, K), read
 * @cla_logits: (T, F, K), read
 * @maps: written; see OtoAtt2dMaps
 *
 * att = clamp (sigmoid (att_logits) [+ 0.1], 0.1, 0.9)
 * cla = log softmax, softmax (over classes) or sigmoid of cla_logits
 * score[k] = sum_{t,f} att[t,f,k] cla[t,f,k] / sum_{t,f} att[t,f,k]
 * clip = sigmoid (score) after the log softmax, else score
 *
 * Source: Ren et al. 2019, attention over time and frequency, as the authors' program of the
 * two-step paper has it for its baseline.
 */
void
oto_att2d_forward (const OtoAtt2dShape *shape,
                   const float         *att_logits,
                   const float         *cla_logits,
                   const OtoAtt2dMaps  *maps)
{
  const size_t n_bins = get_n_bins (shape), len = n_bins * shape->n_classes;

  oto_att2d_clamp_attention (att_logits, len, shape->has_offset, maps->att);
  switch (shape->form)
    {
    case OTO_ATT2D_LOG_SOFTMAX:
      oto_att2d_log_softmax_rows (cla_logits, n_bins, shape->n_classes, maps->cla);
      break;
    case OTO_ATT2D_SOFTMAX:
      oto_activation_softmax_rows (cla_logits, n_bins, shape->n_classes, maps->cla);
      break;
    case OTO_ATT2D_SIGMOID:
      oto_activation_sigmoid (cla_logits, len, maps->cla);
      break;
    }

  oto_att2d_average_columns (maps->att, maps->cla, n_bins, shape->n_classes, maps->att_sum,
                             maps->score);
  if (shape->form == OTO_ATT2D_LOG_SOFTMAX)
    oto_activation_sigmoid (maps->score, shape->n_classes, maps->clip);
  else
    memcpy (maps->clip, maps->score, shape->n_classes * sizeof (float));
}

/**
 * oto_att2d_backward:
 * @shape: as in the forward pass
 * @maps: read, of the forward pass
 * @d_clip: (K), read
 * @ret_d_att_logits: (T, F, K), written; not in place
 * @ret_d_cla_logits: (T, F, K), written; the @cla of @maps is allowed
 * @scratch: K floats
 *
 * Gradients of oto_att2d_forward(). Where the clamp acts the attention has none.
 */
void
oto_att2d_backward (const OtoAtt2dShape *shape,
                    const OtoAtt2dMaps  *maps,
                    const float         *d_clip,
                    float               *ret_d_att_logits,
                    float               *ret_d_cla_logits,
                    float               *scratch)
{
  const size_t n_bins = get_n_bins (shape);

  for (int k = 0; k < shape->n_classes; k++)
    {
      const float clip = maps->clip[k];
      const float d_score = shape->form == OTO_ATT2D_LOG_SOFTMAX ? d_clip[k] * clip * (1.f - clip)
                                                                 : d_clip[k];

      scratch[k] = d_score / maps->att_sum[k];
    }

  oto_att2d_backward_attention (maps->att, maps->cla, maps->score, scratch, n_bins,
                                shape->n_classes, shape->has_offset, ret_d_att_logits);
  oto_att2d_backward_classes (shape->form, maps->att, maps->cla, scratch, n_bins,
                              shape->n_classes, ret_d_cla_logits);
}

/**
 * oto_att2d_fill_norm_att:
 * @shape: as in the forward pass
 * @maps: read, of the forward pass
 * @ret_norm_att: (T, F, K), written; each class sums to one over all bins
 *
 * How much each bin counts.
 */
void
oto_att2d_fill_norm_att (const OtoAtt2dShape *shape,
                         const OtoAtt2dMaps  *maps,
                         float               *ret_norm_att)
{
  const size_t n_bins = get_n_bins (shape);

  for (size_t i = 0; i < n_bins; i++)
    for (int k = 0; k < shape->n_classes; k++)
      ret_norm_att[i * shape->n_classes + k] = maps->att[i * shape->n_classes + k]
                                               / maps->att_sum[k];
}

/**
 * oto_att2d_fill_contribution:
 * @shape: as in the forward pass
 * @maps: read, of the forward pass
 * @ret_contribution: (T, F, K), written
 *
 * How much each bin counts times the probability that it gives the class. Its sum over the bins is
 * the clip's score, except in the released form, whose score is an average of logarithms.
 */
void
oto_att2d_fill_contribution (const OtoAtt2dShape *shape,
                             const OtoAtt2dMaps  *maps,
                             float               *ret_contribution)
{
  oto_att2d_weigh_bins (shape->form, maps->att, maps->cla, maps->att_sum, get_n_bins (shape),
                        shape->n_classes, ret_contribution);
}

/**
 * oto_att2d_fill_frames:
 * @shape: as in the forward pass
 * @maps: read, of the forward pass
 * @ret_frames: (T, K), written, in [0, 1]
 * @ret_time_att: (T, K), written; each class sums to one over time
 *
 * Scores of frames, each the average of its bins' probabilities under their attention, and how much
 * each frame counts.
 */
void
oto_att2d_fill_frames (const OtoAtt2dShape *shape,
                       const OtoAtt2dMaps  *maps,
                       float               *ret_frames,
                       float               *ret_time_att)
{
  oto_att2d_score_frames (shape->form, maps->att, maps->cla, maps->att_sum, shape->n_frames,
                          shape->n_mels, shape->n_classes, ret_frames, ret_time_att);
}
