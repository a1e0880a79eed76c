/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "losses/oto-silent-loss-term.h"

#include "nn/oto-class-selection.h"
#include "nn/oto-silent-loss.h"

typedef struct
{
  const OtoLossTerm *term;
  OtoPass           *pass;
  gboolean           wants_d, adds;
  double            *values;     /* (N) */
} SilentJob;

/* The classes that do not sound. Which they are is a constant of the gradient. */
static int
select_classes (const SilentJob *job,
                size_t           n,
                int             *scratch,
                int             *ret_silent)
{
  const OtoEdge *clip_prob = job->term->edges[1];
  const int n_classes = clip_prob->shape.n_channels, n_top = (int) job->term->constant;
  const int n_selected =
    n_top > 0 ? oto_class_selection_of_top (clip_prob->plain + n * n_classes, n_classes, n_top,
                                            scratch)
              : oto_class_selection_of_labels (job->pass->y + n * n_classes, n_classes, scratch);

  return oto_class_selection_invert (scratch, n_selected, n_classes, ret_silent);
}

/* An item is a clip. */
static void
clips_worker (int      thread,
              size_t   begin,
              size_t   end,
              gpointer user_data)
{
  const SilentJob *job = user_data;
  const OtoEdge *masks = job->term->edges[0];
  const int n_classes = masks->shape.n_channels;
  const size_t clip_len = oto_map_shape_get_len (&masks->shape), n_bins = clip_len / n_classes;
  int *selected = g_newa (int, n_classes), *silent = g_newa (int, n_classes);
  float *scratch = g_newa (float, n_classes);

  for (size_t n = begin; n < end; n++)
    {
      const int n_silent = select_classes (job, n, selected, silent);

      job->values[n] =
        oto_silent_loss_compute (masks->plain + n * clip_len, n_bins, n_classes, silent, n_silent,
                                 job->pass->n_batch, job->term->weight, job->adds,
                                 job->wants_d ? masks->d + n * clip_len : NULL, scratch);
    }
}

static double
compute (const OtoLossTerm *self,
         OtoPass           *pass)
{
  SilentJob job = { self, pass, FALSE, FALSE, g_newa (double, pass->n_batch) };
  double loss = 0.0;

  job.wants_d = oto_loss_term_begin_d (self, 0, &job.adds);
  oto_pass_run (pass, pass->n_batch, clips_worker, &job);
  for (int n = 0; n < pass->n_batch; n++)
    loss += job.values[n];
  return loss;
}

static const OtoLossFuncs silent_loss_funcs = { compute };

/**
 * oto_silent_loss_term: (skip)
 * @masks: (T, F, K) in rows
 * @clip_prob: (1, 1, K): of which no gradient is wanted
 * @n_top: classes that are taken to sound (k); 0: those of the labels
 * @weight: of the term
 *
 * SIL of systems.md 5: the sum over silent classes of the mean of their masks.
 *
 * Returns: the term
 */
OtoLossTerm
oto_silent_loss_term (OtoEdge *masks,
                      OtoEdge *clip_prob,
                      int      n_top,
                      double   weight)
{
  return (OtoLossTerm) {
    &silent_loss_funcs, "silent", weight, { masks, clip_prob }, 2, 0, n_top,
  };
}
