/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "losses/oto-mask-loss.h"

#include "nn/oto-class-selection.h"

typedef struct
{
  const OtoLossTerm *term;
  OtoPass           *pass;
  OtoMaskLossFunc    func;
  gboolean           wants_d, adds;
  double            *values;     /* (N) */
} MaskLossJob;

static int
select_classes (const MaskLossJob *job,
                size_t             n,
                int               *ret_selected)
{
  const OtoEdge *clip_prob = job->term->edges[OTO_MASK_LOSS_CLIP_PROB];
  const int n_classes = clip_prob->shape.n_channels, n_top = (int) job->term->constant;

  return n_top > 0 ? oto_class_selection_of_top (clip_prob->plain + n * n_classes, n_classes, n_top,
                                                 ret_selected)
                   : oto_class_selection_of_labels (job->pass->y + n * n_classes, n_classes,
                                                    ret_selected);
}

/* An item is a clip. */
static void
worker (int      thread,
        size_t   begin,
        size_t   end,
        gpointer user_data)
{
  const MaskLossJob *job = user_data;
  const OtoEdge *masks = job->term->edges[OTO_MASK_LOSS_MASKS];
  const int n_classes = masks->shape.n_channels;
  int *selected = g_newa (int, n_classes);

  for (size_t n = begin; n < end; n++)
    {
      const size_t pos = oto_edge_get_clip_pos (masks, (int) n);

      job->values[n] = job->func (job->term, &(OtoMaskLossClip) {
        .masks = masks->plain + pos, .d_masks = job->wants_d ? masks->d + pos : NULL,
        .adds = job->adds, .n_bins = oto_map_shape_get_len (&masks->shape) / n_classes,
        .n_classes = n_classes, .selected = selected,
        .n_selected = select_classes (job, n, selected), .n_batch = job->pass->n_batch,
      });
    }
}

/**
 * oto_mask_loss_compute: (skip)
 * @term: a term on masks
 * @pass: after a forward pass, with labels where they select the classes
 * @func: called for every clip, in several threads
 *
 * Begins the gradient of the masks if it is wanted; the clips are added up in their order.
 *
 * Returns: the value of @term
 */
double
oto_mask_loss_compute (const OtoLossTerm *term,
                       OtoPass           *pass,
                       OtoMaskLossFunc    func)
{
  MaskLossJob job = { term, pass, func, FALSE, FALSE, g_newa (double, pass->n_batch) };
  double loss = 0.0;

  job.wants_d = oto_loss_term_begin_d (term, OTO_MASK_LOSS_MASKS, &job.adds);
  oto_pass_run (pass, pass->n_batch, worker, &job);
  for (int n = 0; n < pass->n_batch; n++)
    loss += job.values[n];
  return loss;
}
