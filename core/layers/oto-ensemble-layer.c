/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "layers/oto-ensemble-layer.h"

#include "nn/oto-time-attention.h"

/* Ensemble prediction (EP) of M&mnet:
 *
 *   w = softmax (att) over time
 *   y[k] = m clip[k] + (1 - m) sum_t w[t] steps[t,k]
 *
 * of logits, as in the released program, or of probabilities, as in the paper (equation 9). */

typedef struct
{
  OtoLayer  parent;
  float     clip_share;          /* m: mu in the paper */
  float    *weights;             /* (N, T): w */
  float    *pooled;              /* (N, K): the sum over t */
} OtoEnsembleLayer;

enum { CLIP, STEPS, ATT, N_INPUTS };

static int
get_n_steps (const OtoLayer *layer)
{
  return layer->inputs[STEPS]->shape.n_frames;
}

/* The gradients of the sum and of the weights. */
static size_t
get_scratch_len (const OtoLayer *layer)
{
  return (size_t) layer->out.shape.n_channels + get_n_steps (layer);
}

static void
plan (OtoLayer     *layer,
      OtoGraphPlan *graph_plan)
{
  OtoEnsembleLayer *self = (OtoEnsembleLayer *) layer;
  const size_t max_batch = oto_graph_plan_get_max_batch (graph_plan);

  oto_graph_plan_take (graph_plan, layer, OTO_STORE_KEPT, max_batch * get_n_steps (layer),
                       &self->weights);
  oto_graph_plan_take (graph_plan, layer, OTO_STORE_FORWARD,
                       max_batch * layer->out.shape.n_channels, &self->pooled);
}

static void
forward_items (const OtoLayerJob *job,
               int                thread,
               size_t             begin,
               size_t             end)
{
  const OtoEnsembleLayer *self = (const OtoEnsembleLayer *) job->layer;
  const OtoLayer *layer = &self->parent;
  const OtoEdge *steps = layer->inputs[STEPS];
  const int n_steps = get_n_steps (layer), n_classes = layer->out.shape.n_channels;

  for (size_t n = begin; n < end; n++)
    {
      const float *clip = layer->inputs[CLIP]->plain + n * n_classes;
      float *weights = self->weights + n * n_steps, *pooled = self->pooled + n * n_classes;
      float *y = layer->out.data + n * n_classes;

      oto_time_attention_softmax_forward (layer->inputs[ATT]->plain + n * n_steps, n_steps, 1,
                                          weights);
      oto_time_attention_sum_forward (weights, TRUE,
                                      steps->plain + oto_edge_get_clip_pos (steps, (int) n),
                                      n_steps, n_classes, pooled);
      for (int k = 0; k < n_classes; k++)
        y[k] = self->clip_share * clip[k] + (1.f - self->clip_share) * pooled[k];
    }
}

static void
backward_items (const OtoLayerJob *job,
                int                thread,
                size_t             begin,
                size_t             end)
{
  const OtoEnsembleLayer *self = (const OtoEnsembleLayer *) job->layer;
  const OtoLayer *layer = &self->parent;
  OtoEdge *clip = layer->inputs[CLIP], *steps = layer->inputs[STEPS], *att = layer->inputs[ATT];
  const int n_steps = get_n_steps (layer), n_classes = layer->out.shape.n_channels;
  float *d_pooled = job->pass->scratch[thread], *d_weights = d_pooled + n_classes;

  for (size_t n = begin; n < end; n++)
    {
      const size_t pos = oto_edge_get_clip_pos (steps, (int) n);
      const float *d_y = layer->out.d + n * n_classes;
      const float *weights = self->weights + n * n_steps;

      for (int k = 0; k < n_classes; k++)
        d_pooled[k] = (1.f - self->clip_share) * d_y[k];
      oto_time_attention_sum_backward (weights, TRUE, steps->plain + pos, d_pooled, n_steps,
                                       n_classes, FALSE, job->wants[ATT] ? d_weights : NULL,
                                       job->adds[STEPS],
                                       job->wants[STEPS] ? steps->d + pos : NULL);
      if (job->wants[ATT])
        oto_time_attention_softmax_backward (weights, d_weights, n_steps, 1, job->adds[ATT],
                                             att->d + n * n_steps);
      for (int k = 0; k < n_classes && job->wants[CLIP]; k++)
        clip->d[n * n_classes + k] = (job->adds[CLIP] ? clip->d[n * n_classes + k] : 0.f) +
                                     self->clip_share * d_y[k];
    }
}

static size_t
look (const OtoLayer *layer,
      const char     *name,
      const float   **ret_values)
{
  const OtoEnsembleLayer *self = (const OtoEnsembleLayer *) layer;

  if (g_str_equal (name, "ep_weight"))
    {
      *ret_values = self->weights;
      return get_n_steps (layer);
    }
  if (g_str_equal (name, "ep_logits"))
    {
      *ret_values = self->pooled;
      return layer->out.shape.n_channels;
    }
  return 0;
}

static const OtoLayerFuncs ensemble_layer_funcs =
{
  .name = "ensemble",
  .instance_size = sizeof (OtoEnsembleLayer),
  .get_scratch_len = get_scratch_len,
  .plan = plan,
  .item = OTO_ITEM_CLIP,
  .forward_items = forward_items,
  .backward_items = backward_items,
  .look = look,
};

/**
 * oto_ensemble_layer_add: (skip)
 * @graph: a graph
 * @clip: (1, 1, K): what the clip as a whole says
 * @steps: (T, 1, K): what its steps say: logits, or probabilities, as @clip
 * @att: (T, 1, 1): weights of the steps before the softmax that is taken here
 * @clip_share: of @clip in the output, in [0, 1]
 *
 * Returns: (transfer none): (1, 1, K)
 */
OtoEdge *
oto_ensemble_layer_add (OtoGraph *graph,
                        OtoEdge  *clip,
                        OtoEdge  *steps,
                        OtoEdge  *att,
                        double    clip_share)
{
  OtoEdge *const inputs[N_INPUTS] = { clip, steps, att };
  OtoEnsembleLayer *self = oto_graph_add_layer (graph, &ensemble_layer_funcs, "", inputs, N_INPUTS,
                                                clip->shape);

  g_assert (clip->shape.n_frames == 1 && clip->shape.n_mels == 1);
  g_assert (steps->shape.n_mels == 1 && steps->shape.n_channels == clip->shape.n_channels);
  g_assert (att->shape.n_frames == steps->shape.n_frames);
  g_assert (att->shape.n_mels == 1 && att->shape.n_channels == 1);
  g_assert (clip_share >= 0.0 && clip_share <= 1.0);

  self->clip_share = (float) clip_share;
  self->parent.traits = OTO_LAYER_KEEPS_INPUTS;
  return &self->parent.out;
}
