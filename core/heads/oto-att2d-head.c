/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "heads/oto-att2d-head.h"

#include <math.h>

/* Attention over all bins of a map at once. It sums to one over time and mel bins together; what is
 * shown is its two factors: the share of a frame (time attention), and within each frame the share
 * of a bin (frequency attention). */

typedef struct
{
  OtoLayer       parent;
  OtoAtt2dShape  shape;
  float         *att_sum;        /* (N, K) */
  float         *score;          /* (N, K) */
  float         *frames;         /* (T, K): of the clip that was looked at last */
  float         *time_att;       /* (T, K): likewise */
  int            shown_clip;     /* -1: none */
} OtoAtt2dLayer;

static size_t
get_scratch_len (const OtoLayer *layer)
{
  return ((const OtoAtt2dLayer *) layer)->shape.n_classes;
}

static void
plan (OtoLayer     *layer,
      OtoGraphPlan *graph_plan)
{
  OtoAtt2dLayer *self = (OtoAtt2dLayer *) layer;
  const size_t n_classes = self->shape.n_classes;
  const size_t n = oto_graph_plan_get_max_batch (graph_plan) * n_classes;
  const size_t n_scores = self->shape.n_frames * n_classes;

  oto_graph_plan_take (graph_plan, layer, OTO_STORE_SHOWN, n, &self->att_sum);
  oto_graph_plan_take (graph_plan, layer, OTO_STORE_SHOWN, n, &self->score);
  oto_graph_plan_take (graph_plan, layer, OTO_STORE_SHOWN, n_scores, &self->frames);
  oto_graph_plan_take (graph_plan, layer, OTO_STORE_SHOWN, n_scores, &self->time_att);
}

/* Attention and classes stand where their logits did. */
static OtoAtt2dMaps
get_maps (const OtoAtt2dLayer *self,
          size_t               n)
{
  const OtoEdge *att = self->parent.inputs[0], *cla = self->parent.inputs[1];
  const size_t n_classes = self->shape.n_classes;

  return (OtoAtt2dMaps) {
    .att = att->data + oto_edge_get_clip_pos (att, (int) n),
    .cla = cla->data + oto_edge_get_clip_pos (cla, (int) n),
    .att_sum = self->att_sum + n * n_classes,
    .score = self->score + n * n_classes,
    .clip = self->parent.out.data + n * n_classes,
  };
}

typedef struct
{
  OtoAtt2dLayer *layer;
  OtoPass       *pass;
} Att2dJob;

/* An item is a clip. */
static void
forward_worker (int      thread,
                size_t   begin,
                size_t   end,
                gpointer user_data)
{
  const Att2dJob *job = user_data;

  for (size_t n = begin; n < end; n++)
    {
      const OtoAtt2dMaps maps = get_maps (job->layer, n);

      oto_att2d_forward (&job->layer->shape, maps.att, maps.cla, &maps);
    }
}

static void
forward (OtoLayer *layer,
         OtoPass  *pass)
{
  Att2dJob job = { (OtoAtt2dLayer *) layer, pass };

  job.layer->shown_clip = -1;
  oto_pass_run (pass, pass->n_batch, forward_worker, &job);
}

/* An item is a clip. */
static void
backward_worker (int      thread,
                 size_t   begin,
                 size_t   end,
                 gpointer user_data)
{
  const Att2dJob *job = user_data;
  const OtoAtt2dLayer *self = job->layer;
  const OtoEdge *att = self->parent.inputs[0], *cla = self->parent.inputs[1];

  for (size_t n = begin; n < end; n++)
    {
      const OtoAtt2dMaps maps = get_maps (self, n);

      oto_att2d_backward (&self->shape, &maps, self->parent.out.d + n * self->shape.n_classes,
                          att->d + oto_edge_get_clip_pos (att, (int) n),
                          cla->d + oto_edge_get_clip_pos (cla, (int) n),
                          job->pass->scratch[thread]);
    }
}

static void
backward (OtoLayer *layer,
          OtoPass  *pass)
{
  Att2dJob job = { (OtoAtt2dLayer *) layer, pass };
  gboolean adds[2];

  for (int i = 0; i < 2; i++)
    if (!oto_edge_begin_d (layer->inputs[i], &adds[i]))
      return;
  g_assert (!adds[0] && !adds[1]);
  oto_pass_run (pass, pass->n_batch, backward_worker, &job);
}

static size_t
look (const OtoLayer  *layer,
      const char      *name,
      const float    **ret_values)
{
  const OtoAtt2dLayer *self = (const OtoAtt2dLayer *) layer;

  if (!g_str_equal (name, "score"))
    return 0;
  *ret_values = self->score;
  return self->shape.n_classes;
}

static const OtoLayerFuncs att2d_layer_funcs =
{
  .name = "attention over bins",
  .instance_size = sizeof (OtoAtt2dLayer),
  .get_scratch_len = get_scratch_len,
  .plan = plan,
  .forward = forward,
  .backward = backward,
  .look = look,
};

/* --- what it shows ------------------------------------------------------------------------- */

/* What a bin says of the class times how much it counts, neither of them divided: in [0, 1]. */
static void
get_contribution (const OtoAtt2dLayer *self,
                  const OtoAtt2dMaps  *maps,
                  int                  k,
                  float               *ret_mask)
{
  const size_t n_bins = (size_t) self->shape.n_frames * self->shape.n_mels;

  for (size_t i = 0; i < n_bins; i++)
    {
      const float cla = maps->cla[i * self->shape.n_classes + k];
      const float prob = self->shape.form == OTO_ATT2D_LOG_SOFTMAX ? expf (cla) : cla;

      ret_mask[i] = maps->att[i * self->shape.n_classes + k] * prob;
    }
}

/* The attention, divided by its sum over the bins of the same frame. */
static void
get_freq_att (const OtoAtt2dLayer *self,
              const OtoAtt2dMaps  *maps,
              int                  k,
              float               *ret_att)
{
  const int n_mels = self->shape.n_mels;
  const float *att = maps->att + k;

  for (int t = 0; t < self->shape.n_frames; t++, ret_att += n_mels)
    {
      float sum = 0.f;

      for (int f = 0; f < n_mels; f++, att += self->shape.n_classes)
        sum += ret_att[f] = *att;
      for (int f = 0; f < n_mels; f++)
        ret_att[f] /= sum;
    }
}

/* Class @k of scores or weights of frames (T, K), which are filled for a whole clip. */
static void
get_frames (OtoAtt2dLayer      *self,
            const OtoAtt2dMaps *maps,
            const float        *values,
            int                 n,
            int                 k,
            float              *ret_values)
{
  if (self->shown_clip != n)
    oto_att2d_fill_frames (&self->shape, maps, self->frames, self->time_att);
  self->shown_clip = n;
  for (int t = 0; t < self->shape.n_frames; t++)
    ret_values[t] = CLAMP (values[(size_t) t * self->shape.n_classes + k], 0.f, 1.f);
}

static void
get_class_map (const OtoHead *head,
               OtoPass       *pass,
               OtoMap         map,
               int            n,
               int            k,
               float         *ret_values)
{
  OtoAtt2dLayer *self = (OtoAtt2dLayer *) head->layer;
  const OtoAtt2dMaps maps = get_maps (self, n);

  switch ((guint) map)
    {
    case OTO_MAP_MASK:
      get_contribution (self, &maps, k, ret_values);
      break;
    case OTO_MAP_FREQ_ATT:
      get_freq_att (self, &maps, k, ret_values);
      break;
    case OTO_MAP_STEP1:
      get_frames (self, &maps, self->frames, n, k, ret_values);
      break;
    case OTO_MAP_TIME_ATT:
      get_frames (self, &maps, self->time_att, n, k, ret_values);
      break;
    default:
      g_assert_not_reached ();
    }
}

static const OtoHeadFuncs att2d_head_funcs =
{
  .name = "attention over bins",
  .maps = OTO_MAP_MASK | OTO_MAP_FREQ_ATT | OTO_MAP_STEP1 | OTO_MAP_TIME_ATT | OTO_MAP_CLIP_PROB,
  .has_learned_time_att = TRUE,
  .has_exact_positions = TRUE,
  .get_class_map = get_class_map,
};

/**
 * oto_att2d_head_add: (skip)
 * @graph: a graph
 * @att_logits: (T, F, K) in rows, of which it becomes the only reader; the attention takes their
 *   place
 * @cla_logits: (T, F, K) in rows, of which it becomes the only reader; what is averaged takes their
 *   place
 * @form: what is averaged
 * @has_offset: whether 0.1 is added to the attention before it is clamped
 *
 * Attention over time and frequency (Ren et al. 2019).
 *
 * Returns: the head
 */
OtoHead
oto_att2d_head_add (OtoGraph     *graph,
                    OtoEdge      *att_logits,
                    OtoEdge      *cla_logits,
                    OtoAtt2dForm  form,
                    gboolean      has_offset)
{
  OtoEdge *const inputs[2] = { att_logits, cla_logits };
  const OtoMapShape *shape = &att_logits->shape;
  OtoAtt2dLayer *self;

  for (int i = 0; i < 2; i++)
    g_assert (inputs[i]->layout == OTO_LAYOUT_ROWS && !inputs[i]->is_pending);

  self = oto_graph_add_layer (graph, &att2d_layer_funcs, "", inputs, 2,
                              (OtoMapShape) { 1, 1, shape->n_channels });
  self->shape = (OtoAtt2dShape) {
    shape->n_frames, shape->n_mels, shape->n_channels, form, has_offset,
  };
  self->parent.traits = OTO_LAYER_KEEPS_INPUTS | OTO_LAYER_KEEPS_OUTPUT | OTO_LAYER_SHOWS_INPUTS;
  return (OtoHead) {
    .funcs = &att2d_head_funcs, .layer = &self->parent, .clip_prob = &self->parent.out,
  };
}
