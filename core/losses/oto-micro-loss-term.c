/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "losses/oto-micro-loss-term.h"

#include <string.h>

enum { DET, ATT, N_EDGES };

typedef struct
{
  const OtoLossTerm *term;
  OtoPass           *pass;
  OtoBceWeights      weights;
  double             n_total;
  gboolean           wants[N_EDGES], adds[N_EDGES];
} MicroJob;

/* Where a thread leaves its share of the value. */
static double *
get_share (const OtoPass *pass,
           int            thread)
{
  return (double *) (void *) pass->scratch[thread];
}

/* Where the gradient of an edge begins for a clip; NULL: it is not wanted. */
static float *
begin_clip (const MicroJob *job,
            int             i,
            size_t          clip)
{
  const OtoEdge *edge = job->term->edges[i];
  const size_t len = oto_map_shape_get_len (&edge->shape);

  if (!job->wants[i])
    return NULL;
  if (!job->adds[i])
    memset (edge->d + clip * len, 0, len * sizeof (float));
  return edge->d + clip * len;
}

/* An item is a clip. */
static void
worker (int      thread,
        size_t   begin,
        size_t   end,
        gpointer user_data)
{
  const MicroJob *job = user_data;
  const OtoLossTerm *term = job->term;
  const OtoEdge *det = term->edges[DET], *att = term->edges[ATT];
  const int n_steps = det->shape.n_frames, n_classes = det->shape.n_channels;
  double share = 0.0;

  for (size_t n = begin; n < end; n++)
    {
      const float *logits = det->plain + oto_edge_get_clip_pos (det, (int) n);
      const float *y = job->pass->y + n * n_classes, *weights = att->plain + n * n_steps;
      float *d_logits = begin_clip (job, DET, n), *d_att = begin_clip (job, ATT, n);

      share += oto_micro_loss_forward (term->form, &job->weights, logits, y, weights, n_steps,
                                       n_classes, job->n_total);
      if (d_logits != NULL)
        oto_micro_loss_backward (term->form, &job->weights, logits, y, weights, n_steps, n_classes,
                                 job->n_total, term->weight, d_logits, d_att);
    }
  *get_share (job->pass, thread) = share;
}

static double
compute (const OtoLossTerm *self,
         OtoPass           *pass)
{
  const OtoEdge *det = self->edges[DET];
  const int n_active = oto_pass_get_n_active (pass, pass->n_batch);
  double sum = 0.0;
  MicroJob job = {
    .term = self, .pass = pass,
    .weights = { pass->class_weights,
                 self->form == OTO_MICRO_MUSIC ? pass->negative_weights : NULL },
    .n_total = oto_micro_loss_get_n_total (self->form, pass->n_batch, det->shape.n_channels,
                                           det->shape.n_frames, (int) self->constant),
  };

  job.wants[DET] = oto_loss_term_begin_d (self, DET, &job.adds[DET]);
  /* The released programs take attention for a constant. */
  if (self->form == OTO_MICRO_PAPER)
    job.wants[ATT] = oto_loss_term_begin_d (self, ATT, &job.adds[ATT]);
  g_assert (job.wants[DET] || !job.wants[ATT]);

  oto_pass_run (pass, pass->n_batch, worker, &job);
  for (int i = 0; i < n_active; i++)
    sum += *get_share (pass, i);
  return sum;
}

static const OtoLossFuncs micro_loss_funcs = { compute };

/**
 * oto_micro_loss_term: (skip)
 * @name: what log and curves call it; a static string
 * @det: (T, 1, K): logits of the segments
 * @att: (T, 1, 1): the attention that all classes share
 * @n_channels: what @att sums to over a clip: the channels that it was made of
 * @form: which of the published forms
 * @weight: lambda
 *
 * MICRO of systems.md 5, with positives weighted by class (#OtoPass.class_weights), and negatives,
 * too, in %OTO_MICRO_MUSIC (#OtoPass.negative_weights).
 *
 * Returns: the term
 */
OtoLossTerm
oto_micro_loss_term (const char   *name,
                     OtoEdge      *det,
                     OtoEdge      *att,
                     int           n_channels,
                     OtoMicroForm  form,
                     double        weight)
{
  g_assert (det->layout == OTO_LAYOUT_ROWS && det->shape.n_mels == 1);
  g_assert (att->shape.n_frames == det->shape.n_frames);
  g_assert (att->shape.n_mels == 1 && att->shape.n_channels == 1);

  return (OtoLossTerm) {
    &micro_loss_funcs, name, weight, { det, att }, N_EDGES, form, n_channels,
  };
}
