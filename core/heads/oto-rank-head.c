/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "heads/oto-rank-head.h"

#include "nn/oto-activation.h"
#include "nn/oto-gwrp.h"

#include <string.h>

/* Masks and their global weighted rank pooling, of which max and average pooling are the ends. */

typedef struct
{
  OtoLayer  parent;
  double    decay;               /* (r) */
  float    *order;               /* training: (N, K, n ranks) of guint32: places by rank */
} OtoRankLayer;

static size_t
get_n_bins (const OtoLayer *layer)
{
  const OtoMapShape *shape = &layer->inputs[0]->shape;

  return (size_t) shape->n_frames * shape->n_mels;
}

static size_t
get_scratch_len (const OtoLayer *layer)
{
  return oto_gwrp_get_scratch_bytes (get_n_bins (layer)) / sizeof (float) + 1;
}

static void
plan (OtoLayer     *layer,
      OtoGraphPlan *graph_plan)
{
  OtoRankLayer *self = (OtoRankLayer *) layer;
  const size_t n_ranks = oto_gwrp_get_n_ranks (get_n_bins (layer), self->decay);

  self->order = NULL;
  if (oto_graph_plan_has_backward (graph_plan))
    oto_graph_plan_take (graph_plan, layer, OTO_STORE_KEPT,
                         (size_t) oto_graph_plan_get_max_batch (graph_plan) *
                         layer->out.shape.n_channels * n_ranks, &self->order);
}

typedef struct
{
  OtoRankLayer *layer;
  OtoPass      *pass;
} RankJob;

static guint32 *
get_order (const OtoRankLayer *self,
           size_t              item)
{
  const size_t n_ranks = oto_gwrp_get_n_ranks (get_n_bins (&self->parent), self->decay);

  return self->order != NULL ? (guint32 *) (void *) self->order + item * n_ranks : NULL;
}

/* An item is one class of one clip. */
static void
forward_worker (int      thread,
                size_t   begin,
                size_t   end,
                gpointer user_data)
{
  const RankJob *job = user_data;
  const OtoRankLayer *self = job->layer;
  const size_t n_bins = get_n_bins (&self->parent);
  float *masks = self->parent.inputs[0]->data + begin * n_bins;

  oto_activation_sigmoid (masks, (end - begin) * n_bins, masks);
  oto_gwrp_forward (masks, (int) (end - begin), n_bins, self->decay, self->parent.out.data + begin,
                    get_order (self, begin), job->pass->scratch[thread]);
}

static void
forward (OtoLayer *layer,
         OtoPass  *pass)
{
  RankJob job = { (OtoRankLayer *) layer, pass };

  oto_pass_run (pass, (size_t) pass->n_batch * layer->out.shape.n_channels, forward_worker, &job);
}

static void
backward_worker (int      thread,
                 size_t   begin,
                 size_t   end,
                 gpointer user_data)
{
  const RankJob *job = user_data;
  const OtoLayer *layer = &job->layer->parent;
  const size_t n_bins = get_n_bins (layer);

  oto_gwrp_backward_logits (layer->out.d + begin, layer->inputs[0]->data + begin * n_bins,
                            get_order (job->layer, begin), (int) (end - begin), n_bins,
                            job->layer->decay, layer->inputs[0]->d + begin * n_bins,
                            job->pass->scratch[thread]);
}

static void
backward (OtoLayer *layer,
          OtoPass  *pass)
{
  RankJob job = { (OtoRankLayer *) layer, pass };
  gboolean adds;

  if (!oto_edge_begin_d (layer->inputs[0], &adds))
    return;
  g_assert (!adds);
  oto_pass_run (pass, (size_t) pass->n_batch * layer->out.shape.n_channels, backward_worker, &job);
}

static const OtoLayerFuncs rank_layer_funcs =
{
  .name = "rank pooling",
  .instance_size = sizeof (OtoRankLayer),
  .get_scratch_len = get_scratch_len,
  .plan = plan,
  .forward = forward,
  .backward = backward,
};

/* --- what it shows ------------------------------------------------------------------------- */

static void
get_implied_time_att (const OtoRankLayer *self,
                      OtoPass            *pass,
                      const float        *mask,
                      float              *ret_weights)
{
  const OtoMapShape *shape = &self->parent.inputs[0]->shape;
  const size_t n_bins = get_n_bins (&self->parent);
  g_autofree guint32 *order = g_new (guint32, n_bins);
  float y;

  oto_gwrp_forward (mask, 1, n_bins, self->decay, &y, order, pass->scratch[0]);
  oto_gwrp_fill_implied_weights (order, 1, shape->n_frames, shape->n_mels, self->decay,
                                 ret_weights, pass->scratch[0]);
}

/* Mean over mel of a class's mask. */
static void
get_mask_scores (const OtoMapShape *shape,
                 const float       *mask,
                 float             *ret_scores)
{
  for (int t = 0; t < shape->n_frames; t++)
    {
      double sum = 0.0;

      for (int f = 0; f < shape->n_mels; f++)
        sum += mask[(size_t) t * shape->n_mels + f];
      ret_scores[t] = CLAMP ((float) (sum / shape->n_mels), 0.f, 1.f);
    }
}

static void
get_class_map (const OtoHead *head,
               OtoPass       *pass,
               OtoMap         map,
               int            n,
               int            k,
               float         *ret_values)
{
  const OtoRankLayer *self = (const OtoRankLayer *) head->layer;
  const OtoEdge *masks = head->layer->inputs[0];
  const size_t n_bins = get_n_bins (head->layer);
  const float *mask = masks->data + oto_edge_get_clip_pos (masks, n) + k * n_bins;

  switch ((guint) map)
    {
    case OTO_MAP_MASK:
      memcpy (ret_values, mask, n_bins * sizeof (float));
      break;
    case OTO_MAP_STEP1:
      get_mask_scores (&masks->shape, mask, ret_values);
      break;
    case OTO_MAP_TIME_ATT:
      get_implied_time_att (self, pass, mask, ret_values);
      break;
    default:
      g_assert_not_reached ();
    }
}

static const OtoHeadFuncs rank_head_funcs =
{
  .name = "rank",
  .maps = OTO_MAP_MASK | OTO_MAP_STEP1 | OTO_MAP_TIME_ATT | OTO_MAP_CLIP_PROB,
  .has_exact_positions = TRUE,
  .get_class_map = get_class_map,
};

/**
 * oto_rank_head_add: (skip)
 * @graph: a graph
 * @logits: (K, T, F) in planes: class maps, of which it becomes the only reader; its masks take
 *   their place
 * @decay: weight of a rank as a share of the one above (r): 0 is max pooling, 1 average pooling
 *
 * Masks = σ (logits), pooled by global weighted rank pooling (arXiv:1804.04715, section III).
 *
 * Returns: the head
 */
OtoHead
oto_rank_head_add (OtoGraph *graph,
                   OtoEdge  *logits,
                   double    decay)
{
  OtoRankLayer *self;

  g_assert (logits->layout == OTO_LAYOUT_PLANES);

  self = oto_graph_add_layer (graph, &rank_layer_funcs, "", &logits, 1,
                              (OtoMapShape) { 1, 1, logits->shape.n_channels });
  self->decay = decay;
  self->parent.traits = OTO_LAYER_KEEPS_INPUTS | OTO_LAYER_SHOWS_INPUTS | OTO_LAYER_IN_PLACE;
  return (OtoHead) { &rank_head_funcs, &self->parent, &self->parent.out };
}
