/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "losses/oto-segment-loss.h"

#include "nn/oto-class-selection.h"

#include <string.h>

typedef struct
{
  const OtoLossTerm *term;
  OtoPass           *pass;
  gboolean           wants_d, adds;
  double            *values;     /* (N) */
} SegmentJob;

/* The classes that sound. Which they are is a constant of the gradient. */
static int
select_classes (const SegmentJob *job,
                size_t            n,
                int              *ret_selected)
{
  const OtoEdge *clip_prob = job->term->edges[1];
  const int n_classes = clip_prob->shape.n_channels, n_top = (int) job->term->constant;

  return n_top > 0 ? oto_class_selection_of_top (clip_prob->plain + n * n_classes, n_classes, n_top,
                                                 ret_selected)
                   : oto_class_selection_of_labels (job->pass->y + n * n_classes, n_classes,
                                                    ret_selected);
}

/* An item is a clip. */
static void
clips_worker (int      thread,
              size_t   begin,
              size_t   end,
              gpointer user_data)
{
  const SegmentJob *job = user_data;
  const OtoEdge *masks = job->term->edges[0];
  const int n_classes = masks->shape.n_channels;
  const size_t clip_len = oto_map_shape_get_len (&masks->shape), n_bins = clip_len / n_classes;
  int *selected = g_newa (int, n_classes);
  double *scratch = g_newa (double, oto_dice_loss_get_n_scratch (n_classes));

  for (size_t n = begin; n < end; n++)
    {
      const int n_selected = select_classes (job, n, selected);
      float *d_masks = job->wants_d ? masks->d + n * clip_len : NULL;

      if (d_masks != NULL && !job->adds)
        memset (d_masks, 0, clip_len * sizeof (float));
      job->values[n] =
        oto_dice_loss_compute ((OtoDiceForm) job->term->form, masks->plain + n * clip_len, n_bins,
                               n_classes, selected, n_selected, job->pass->n_batch,
                               job->term->weight, d_masks, scratch);
    }
}

static double
compute (const OtoLossTerm *self,
         OtoPass           *pass)
{
  SegmentJob job = { self, pass, FALSE, FALSE, g_newa (double, pass->n_batch) };
  double loss = 0.0;

  job.wants_d = oto_loss_term_begin_d (self, 0, &job.adds);
  oto_pass_run (pass, pass->n_batch, clips_worker, &job);
  for (int n = 0; n < pass->n_batch; n++)
    loss += job.values[n];
  return loss;
}

static const OtoLossFuncs segment_loss_funcs = { compute };

/**
 * oto_segment_loss: (skip)
 * @masks: (T, F, K) in rows
 * @clip_prob: (1, 1, K): of which no gradient is wanted
 * @n_top: classes that are taken to sound (k); 0: those of the labels
 * @form: sum or mean over pairs of classes
 * @weight: of the term
 *
 * DICE-L and DICE-k of systems.md 5; clips with fewer than two such classes count as 0.
 *
 * Returns: the term
 */
OtoLossTerm
oto_segment_loss (OtoEdge     *masks,
                  OtoEdge     *clip_prob,
                  int          n_top,
                  OtoDiceForm  form,
                  double       weight)
{
  return (OtoLossTerm) {
    &segment_loss_funcs, "segment", weight, { masks, clip_prob }, 2, form, n_top,
  };
}
