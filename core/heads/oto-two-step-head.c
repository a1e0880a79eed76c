/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "heads/oto-two-step-head.h"

#include <math.h>
#include <string.h>

/* Two-step attention, as published and in our local form. They differ in what their linear maps
 * act on, and so in the layout of class maps: planes (K, T, F) as published, rows (T, F, K) in the
 * local form. */

#define N_LINEARS 8

typedef struct
{
  OtoLayer       parent;
  gboolean       is_local;
  OtoPoolingForm form;
  int            n_classes, n_frames, n_mels;
  size_t         pos;            /* of the linear maps, which stand together */
  size_t         len;
  size_t         linear_pos[N_LINEARS];  /* behind pos; the order of OtoTwoStepParams */
  gboolean       keeps_first_step;       /* of all clips; else there is room to look at one */
  int            shown_clip;     /* whose first step that is; -1: nobody's */

  float         *mel_att, *mel_prob;
  float         *mel_x, *time_att, *time_prob;
  float         *clip_raw;
  float         *d_mel_x;        /* where things are kept: what the backward pass found */
} OtoTwoStepLayer;

static size_t
get_clip_len (const OtoTwoStepLayer *self)
{
  return oto_map_shape_get_len (&self->parent.inputs[0]->shape);
}

/* --- parameters ---------------------------------------------------------------------------- */

/* One of the four linear maps, (size, size) and (size). */
static void
add_linear (OtoTwoStepLayer *self,
            const char      *name,
            gboolean         is_att,
            gboolean         is_second_step,
            size_t          *ret_pos)
{
  OtoLayer *layer = &self->parent;
  const int size = self->is_local ? self->n_classes
                                  : is_second_step ? self->n_frames : self->n_mels;
  const gint64 shape[2] = { size, size };
  const double bound = 1.0 / sqrt (size);
  g_autofree char *weight = g_strdup_printf ("fc_%s.weight", name);
  g_autofree char *bias = g_strdup_printf ("fc_%s.bias", name);

  if (self->is_local)
    {
      /* systems.md 6.0: A = I + noise, B = 4 I + noise, and classes that start out unlikely. */
      ret_pos[0] = oto_layer_add_param (layer, weight, OTO_PARAM_INIT_IDENTITY,
                                        is_second_step ? 4.0 : 1.0, 2, shape);
      ret_pos[1] = oto_layer_add_vector (layer, bias, is_att ? 0.0 : -2.0, size);
    }
  else
    {
      ret_pos[0] = oto_layer_add_param (layer, weight, OTO_PARAM_INIT_UNIFORM, bound, 2, shape);
      ret_pos[1] = oto_layer_add_param (layer, bias, OTO_PARAM_INIT_UNIFORM, bound, 1, shape);
    }
}

static void
add_linears (OtoTwoStepLayer *self)
{
  size_t *pos = self->linear_pos;

  self->pos = oto_graph_get_params_len (self->parent.graph);
  add_linear (self, "mel_prob", FALSE, FALSE, pos + 2);
  add_linear (self, "mel_att", TRUE, FALSE, pos);
  add_linear (self, "time_prob", FALSE, TRUE, pos + 6);
  add_linear (self, "time_att", TRUE, TRUE, pos + 4);
  self->len = oto_graph_get_params_len (self->parent.graph) - self->pos;
  for (int i = 0; i < N_LINEARS; i++)
    pos[i] -= self->pos;
}

static OtoTwoStepParams
get_linears (const OtoTwoStepLayer *self,
             const OtoPass         *pass)
{
  const float *base = pass->params + self->pos;
  const size_t *pos = self->linear_pos;

  return (OtoTwoStepParams) {
    .mel_att_w = base + pos[0], .mel_att_b = base + pos[1],
    .mel_prob_w = base + pos[2], .mel_prob_b = base + pos[3],
    .time_att_w = base + pos[4], .time_att_b = base + pos[5],
    .time_prob_w = base + pos[6], .time_prob_b = base + pos[7],
  };
}

/* --- memory -------------------------------------------------------------------------------- */

static size_t
get_scratch_len (const OtoLayer *layer)
{
  const OtoTwoStepLayer *self = (const OtoTwoStepLayer *) layer;

  return oto_two_step_get_scratch_len (self->n_classes, self->n_frames, self->n_mels);
}

static size_t
get_partials_len (const OtoLayer *layer)
{
  return ((const OtoTwoStepLayer *) layer)->len;
}

static void
plan (OtoLayer     *layer,
      OtoGraphPlan *graph_plan)
{
  OtoTwoStepLayer *self = (OtoTwoStepLayer *) layer;
  const size_t n = oto_graph_plan_get_max_batch (graph_plan);
  const size_t n_scores = n * self->n_classes * self->n_frames;
  size_t n_kept;

  /* A training step computes the first step again; for a look there is room for one clip. */
  self->keeps_first_step = !oto_graph_plan_has_backward (graph_plan) || layer->out.is_kept
                           || n == 1;
  n_kept = self->keeps_first_step ? n : 1;
  self->d_mel_x = NULL;
  oto_graph_plan_take (graph_plan, layer, OTO_STORE_SHOWN, n_kept * get_clip_len (self),
                       &self->mel_att);
  oto_graph_plan_take (graph_plan, layer, OTO_STORE_SHOWN, n_kept * get_clip_len (self),
                       &self->mel_prob);
  oto_graph_plan_take (graph_plan, layer, OTO_STORE_SHOWN, n_scores, &self->mel_x);
  oto_graph_plan_take (graph_plan, layer, OTO_STORE_SHOWN, n_scores, &self->time_att);
  oto_graph_plan_take (graph_plan, layer, OTO_STORE_SHOWN, n_scores, &self->time_prob);
  oto_graph_plan_take (graph_plan, layer, OTO_STORE_SHOWN, n * self->n_classes, &self->clip_raw);
  if (layer->out.is_kept)
    oto_graph_plan_take (graph_plan, layer, OTO_STORE_KEPT, n_scores, &self->d_mel_x);
}

static OtoTwoStepMaps
get_maps (const OtoTwoStepLayer *self,
          int                    n)
{
  const size_t n_scores = (size_t) self->n_classes * self->n_frames;
  const size_t clip_pos = n * get_clip_len (self);

  return (OtoTwoStepMaps) {
    .mel_att = self->keeps_first_step ? self->mel_att + clip_pos : NULL,
    .mel_prob = self->keeps_first_step ? self->mel_prob + clip_pos : NULL,
    .mel_x = self->mel_x + n * n_scores,
    .time_att = self->time_att + n * n_scores,
    .time_prob = self->time_prob + n * n_scores,
    .clip_raw = self->clip_raw + (size_t) n * self->n_classes,
    .clip = self->parent.out.data + (size_t) n * self->n_classes,
  };
}

/* --- forward pass -------------------------------------------------------------------------- */

typedef struct
{
  OtoTwoStepLayer *layer;
  OtoPass         *pass;
} TwoStepJob;

/* Where a part of a clip begins: a class, or a frame where the pooling is local. Frames are cut
 * into whole blocks, so that products have the same sizes whatever the cut. */
static int
get_part_begin (const OtoTwoStepLayer *self,
                int                    part,
                int                    n_parts)
{
  const size_t block = oto_two_step_local_get_block_frames (self->n_classes, self->n_mels);

  if (!self->is_local)
    return (int) ((gint64) self->n_classes * part / n_parts);
  if (part == n_parts)
    return self->n_frames;
  return (int) ((size_t) self->n_frames * part / n_parts / block * block);
}

/* The first step of some classes, or of some frames where the pooling is local. */
static void
pool_mel (const OtoTwoStepLayer *self,
          const OtoPass         *pass,
          int                    n,
          int                    part,
          int                    n_parts,
          const OtoTwoStepMaps  *maps,
          float                 *scratch)
{
  const OtoTwoStepParams linears = get_linears (self, pass);
  const int begin = get_part_begin (self, part, n_parts);
  const int len = get_part_begin (self, part + 1, n_parts) - begin;
  const size_t score_pos = (size_t) begin * (self->is_local ? self->n_classes : self->n_frames);
  const size_t map_pos = score_pos * self->n_mels;
  const float *logits = self->parent.inputs[0]->data + n * get_clip_len (self) + map_pos;
  const OtoTwoStepMaps shifted = {
    .mel_att = maps->mel_att != NULL ? maps->mel_att + map_pos : NULL,
    .mel_prob = maps->mel_prob != NULL ? maps->mel_prob + map_pos : NULL,
    .mel_x = maps->mel_x + score_pos,
  };

  if (len == 0)
    return;
  if (self->is_local)
    oto_two_step_local_forward_mel (self->n_classes, len, self->n_mels, &linears, logits, &shifted,
                                    scratch);
  else
    oto_two_step_forward_mel (self->form, len, self->n_frames, self->n_mels, &linears, logits,
                              &shifted, scratch);
}

/* An item is a part of a clip. */
static void
mel_worker (int      thread,
            size_t   begin,
            size_t   end,
            gpointer user_data)
{
  const TwoStepJob *job = user_data;
  const int n_parts = job->pass->n_parts;

  for (size_t i = begin; i < end; i++)
    {
      const int n = (int) (i / n_parts);
      const OtoTwoStepMaps maps = get_maps (job->layer, n);

      pool_mel (job->layer, job->pass, n, (int) (i % n_parts), n_parts, &maps,
                job->pass->scratch[thread]);
    }
}

/* An item is a clip. */
static void
time_worker (int      thread,
             size_t   begin,
             size_t   end,
             gpointer user_data)
{
  const TwoStepJob *job = user_data;
  const OtoTwoStepLayer *self = job->layer;
  const OtoTwoStepParams linears = get_linears (self, job->pass);

  for (size_t n = begin; n < end; n++)
    {
      const OtoTwoStepMaps maps = get_maps (self, (int) n);

      if (self->is_local)
        oto_two_step_local_forward_time (self->n_classes, self->n_frames, &linears, &maps,
                                         job->pass->scratch[thread]);
      else
        oto_two_step_forward_time (self->form, self->n_classes, self->n_frames, &linears, &maps,
                                   job->pass->scratch[thread]);
    }
}

static void
forward (OtoLayer *layer,
         OtoPass  *pass)
{
  TwoStepJob job = { (OtoTwoStepLayer *) layer, pass };

  job.layer->shown_clip = -1;
  oto_pass_run (pass, oto_pass_get_n_items (pass), mel_worker, &job);
  oto_pass_run (pass, pass->n_batch, time_worker, &job);
}

/* --- backward pass ------------------------------------------------------------------------- */

static void
backward_worker (int      thread,
                 size_t   begin,
                 size_t   end,
                 gpointer user_data)
{
  const TwoStepJob *job = user_data;
  const OtoTwoStepLayer *self = job->layer;
  const OtoEdge *x = self->parent.inputs[0];
  const OtoTwoStepParams linears = get_linears (self, job->pass);
  const size_t n_scores = (size_t) self->n_classes * self->n_frames;
  const size_t *pos = self->linear_pos;
  float *base = job->pass->partials[thread], *scratch = job->pass->scratch[thread];
  const OtoTwoStepGrads grads = {
    .mel_att_w = base + pos[0], .mel_att_b = base + pos[1],
    .mel_prob_w = base + pos[2], .mel_prob_b = base + pos[3],
    .time_att_w = base + pos[4], .time_att_b = base + pos[5],
    .time_prob_w = base + pos[6], .time_prob_b = base + pos[7],
  };

  memset (base, 0, self->len * sizeof (float));
  for (size_t n = begin; n < end; n++)
    {
      const OtoTwoStepMaps maps = get_maps (self, (int) n);
      const float *d_clip = self->parent.out.d + n * self->n_classes;
      const size_t clip_pos = n * get_clip_len (self);

      if (self->is_local)
        oto_two_step_local_backward (self->n_classes, self->n_frames, self->n_mels, &linears,
                                     x->data + clip_pos, &maps, d_clip, x->d + clip_pos, &grads,
                                     scratch);
      else
        oto_two_step_backward (self->form, self->n_classes, self->n_frames, self->n_mels, &linears,
                               x->data + clip_pos, &maps, d_clip, x->d + clip_pos, &grads,
                               scratch);

      /* What the published pooling leaves at the beginning of its scratch. */
      if (self->d_mel_x != NULL && !self->is_local)
        memcpy (self->d_mel_x + n * n_scores, scratch, n_scores * sizeof (float));
    }
}

static void
backward (OtoLayer *layer,
          OtoPass  *pass)
{
  OtoTwoStepLayer *self = (OtoTwoStepLayer *) layer;
  TwoStepJob job = { self, pass };
  gboolean adds;

  if (!oto_edge_begin_d (layer->inputs[0], &adds))
    return;
  g_assert (!adds);
  oto_pass_run (pass, pass->n_batch, backward_worker, &job);
  oto_pass_add_up (pass, pass->partials, oto_pass_get_n_active (pass, pass->n_batch), self->len);
  for (size_t i = 0; i < self->len; i++)
    pass->grads[self->pos + i] += pass->partials[0][i];
}

static size_t
look (const OtoLayer  *layer,
      const char      *name,
      const float    **ret_values)
{
  const OtoTwoStepLayer *self = (const OtoTwoStepLayer *) layer;
  const size_t n_scores = (size_t) self->n_classes * self->n_frames;
  const struct { const char *name; const float *values; size_t len; } stores[] =
  {
    { "mel_probs", self->mel_prob, get_clip_len (self) },
    { "mel_attw", self->mel_att, get_clip_len (self) },
    { "mel_x", self->mel_x, n_scores },
    { "time_probs", self->time_prob, n_scores },
    { "time_attw", self->time_att, n_scores },
    { "time_x_unclamped", self->clip_raw, self->n_classes },
    { "grad.mel_x", self->d_mel_x, n_scores },
  };

  for (guint i = 0; i < G_N_ELEMENTS (stores); i++)
    if (g_str_equal (stores[i].name, name))
      {
        *ret_values = stores[i].values;
        return stores[i].len;
      }
  return 0;
}

/* The first step runs over every bin, the second over every frame; the published maps once for
 * each class. */
static guint64
count_macs (const OtoLayer *layer)
{
  const OtoTwoStepLayer *self = (const OtoTwoStepLayer *) layer;
  const guint64 n_classes = self->n_classes, n_frames = self->n_frames, n_mels = self->n_mels;

  if (self->is_local)
    return 2 * n_classes * n_classes * (n_frames * n_mels + n_frames);
  return 2 * n_classes * (n_frames * n_mels * n_mels + n_frames * n_frames);
}

static const OtoLayerFuncs two_step_layer_funcs =
{
  .name = "two-step attention",
  .instance_size = sizeof (OtoTwoStepLayer),
  .get_scratch_len = get_scratch_len,
  .get_partials_len = get_partials_len,
  .plan = plan,
  .forward = forward,
  .backward = backward,
  .look = look,
  .count_macs = count_macs,
};

/* --- what it shows ------------------------------------------------------------------------- */

/* Copies class @k out of (L, K) when the pooling is local, out of (K, L) otherwise. */
static void
copy_class (const OtoTwoStepLayer *self,
            const float           *values,
            size_t                 len,
            int                    k,
            float                 *ret_values)
{
  if (!self->is_local)
    memcpy (ret_values, values + k * len, len * sizeof (float));
  else
    for (size_t i = 0; i < len; i++)
      ret_values[i] = values[i * self->n_classes + k];
}

/* The maps of a clip, for a look. Memory for training has not kept the first step: it is computed
 * again, once for all classes of the clip. */
static OtoTwoStepMaps
get_shown_maps (OtoTwoStepLayer *self,
                OtoPass         *pass,
                int              n)
{
  OtoTwoStepMaps maps = get_maps (self, n);

  if (maps.mel_att != NULL)
    return maps;
  maps.mel_att = self->mel_att;
  maps.mel_prob = self->mel_prob;
  if (self->shown_clip != n)
    pool_mel (self, pass, n, 0, 1, &maps, pass->scratch[0]);
  self->shown_clip = n;
  return maps;
}

/* The mask: q_k(t) c / max_f c, c = value times weight of the first step. */
static void
get_mask (OtoTwoStepLayer *self,
          OtoPass         *pass,
          int              n,
          int              k,
          float           *ret_mask)
{
  const int n_frames = self->n_frames, n_mels = self->n_mels;
  const OtoTwoStepMaps maps = get_shown_maps (self, pass, n);
  const size_t stride = self->is_local ? self->n_classes : 1;
  const size_t first = self->is_local ? (size_t) k : (size_t) k * n_frames * n_mels;
  const float *att = maps.mel_att + first, *prob = maps.mel_prob + first;

  for (int t = 0; t < n_frames; t++)
    {
      float *row = ret_mask + (size_t) t * n_mels;
      float sum = 0.f, largest = 0.f;

      for (int f = 0; f < n_mels; f++)
        {
          const size_t i = ((size_t) t * n_mels + f) * stride;

          row[f] = att[i] * prob[i];
          sum += row[f];
          largest = MAX (largest, row[f]);
        }
      /* The form of the equations does not bound its values: a negative one opens nothing. */
      sum = CLAMP (sum, 0.f, 1.f);
      for (int f = 0; f < n_mels; f++)
        row[f] = largest > 0.f ? sum * MAX (row[f], 0.f) / largest : 0.f;
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
  OtoTwoStepLayer *self = (OtoTwoStepLayer *) head->layer;
  const size_t n_frames = self->n_frames, n_bins = n_frames * self->n_mels;

  switch ((guint) map)
    {
    case OTO_MAP_MASK:
      get_mask (self, pass, n, k, ret_values);
      break;
    case OTO_MAP_FREQ_ATT:
      copy_class (self, get_shown_maps (self, pass, n).mel_att, n_bins, k, ret_values);
      break;
    case OTO_MAP_STEP1:
      copy_class (self, get_maps (self, n).mel_x, n_frames, k, ret_values);
      /* The form of the equations does not bound its values. */
      for (size_t t = 0; t < n_frames; t++)
        ret_values[t] = CLAMP (ret_values[t], 0.f, 1.f);
      break;
    case OTO_MAP_TIME_ATT:
      copy_class (self, get_maps (self, n).time_att, n_frames, k, ret_values);
      break;
    default:
      g_assert_not_reached ();
    }
}

#define MAPS (OTO_MAP_MASK | OTO_MAP_FREQ_ATT | OTO_MAP_STEP1 | OTO_MAP_TIME_ATT | \
              OTO_MAP_CLIP_PROB)

static const OtoHeadFuncs two_step_head_funcs =
{
  .name = "two-step attention",
  .maps = MAPS,
  .has_learned_time_att = TRUE,
  .get_class_map = get_class_map,
};

static const OtoHeadFuncs two_step_local_head_funcs =
{
  .name = "two-step attention over classes",
  .maps = MAPS,
  .has_learned_time_att = TRUE,
  .has_exact_positions = TRUE,
  .get_class_map = get_class_map,
};

static OtoTwoStepLayer *
add_layer (OtoGraph       *graph,
           OtoEdge        *logits,
           gboolean        is_local,
           OtoPoolingForm  form)
{
  OtoTwoStepLayer *self;

  self = oto_graph_add_layer (graph, &two_step_layer_funcs, "dsa", &logits, 1,
                              (OtoMapShape) { 1, 1, logits->shape.n_channels });
  self->is_local = is_local;
  self->form = form;
  self->n_classes = logits->shape.n_channels;
  self->n_frames = logits->shape.n_frames;
  self->n_mels = logits->shape.n_mels;
  self->parent.traits = OTO_LAYER_KEEPS_INPUTS | OTO_LAYER_SHOWS_INPUTS | OTO_LAYER_IN_PLACE;
  add_linears (self);
  return self;
}

/**
 * oto_two_step_head_add: (skip)
 * @graph: a graph
 * @logits: (K, T, F) in planes: class maps, of which it becomes the only reader
 * @form: where its sigmoid sits
 *
 * Two-step attention as published: its linear maps act along mel and along time (arXiv:2008.07085,
 * equations 7 to 14).
 *
 * Returns: the head
 */
OtoHead
oto_two_step_head_add (OtoGraph       *graph,
                       OtoEdge        *logits,
                       OtoPoolingForm  form)
{
  OtoTwoStepLayer *self = add_layer (graph, logits, FALSE, form);

  g_assert (logits->layout == OTO_LAYOUT_PLANES);

  return (OtoHead) { &two_step_head_funcs, &self->parent, &self->parent.out };
}

/**
 * oto_two_step_local_head_add: (skip)
 * @graph: a graph
 * @logits: (T, F, K) in rows: class maps, of which it becomes the only reader
 *
 * Two-step attention in our form: its linear maps act over classes, the same at every place, so
 * that positions keep their meaning (systems.md 6.0).
 *
 * Returns: the head
 */
OtoHead
oto_two_step_local_head_add (OtoGraph *graph,
                             OtoEdge  *logits)
{
  OtoTwoStepLayer *self = add_layer (graph, logits, TRUE, OTO_POOLING_FORM_RELEASED);

  g_assert (logits->layout == OTO_LAYOUT_ROWS);

  return (OtoHead) { &two_step_local_head_funcs, &self->parent, &self->parent.out };
}
