/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "heads/oto-fap-head.h"

#include <string.h>

/* Masks pooled over time and mel bins with learned weights of both. */

typedef struct
{
  OtoLayer     parent;
  OtoFapShape  shape;
  size_t       alpha_pos, w_pos;

  float       *weights;          /* (N, F, K) */
  float       *frames;           /* (N, T, K) */
  float       *bands;            /* (N, F, K): of the form that has them */
  float       *peak, *inv_sum;   /* (N, pooled columns) */
  float       *clip_raw;         /* (N, K): of the form that is not bounded, before the clamp */
  float       *time_att;         /* (T, K): of the clip that was looked at last */
  int          shown_clip;       /* -1: none */
} OtoFapLayer;

static size_t
get_n_weights (const OtoFapLayer *self)
{
  return (size_t) self->shape.n_mels * self->shape.n_classes;
}

static size_t
get_n_scores (const OtoFapLayer *self)
{
  return (size_t) self->shape.n_frames * self->shape.n_classes;
}

static gboolean
is_bounded (const OtoFapLayer *self)
{
  return self->shape.form != OTO_FAP_FORM_FREE;
}

/* --- memory -------------------------------------------------------------------------------- */

/* The pooling's own, and the gradient of a clip's scores before the clamp. */
static size_t
get_scratch_len (const OtoLayer *layer)
{
  const OtoFapLayer *self = (const OtoFapLayer *) layer;

  return oto_fap_get_scratch_len (&self->shape) + self->shape.n_classes;
}

static size_t
get_partials_len (const OtoLayer *layer)
{
  const OtoFapLayer *self = (const OtoFapLayer *) layer;

  return oto_fap_get_n_pooled (&self->shape) + get_n_weights (self);
}

static void
plan (OtoLayer     *layer,
      OtoGraphPlan *graph_plan)
{
  OtoFapLayer *self = (OtoFapLayer *) layer;
  const size_t n = oto_graph_plan_get_max_batch (graph_plan);
  const size_t n_pooled = oto_fap_get_n_pooled (&self->shape);
  const OtoStoreUse use = OTO_STORE_SHOWN;

  self->bands = self->clip_raw = NULL;
  oto_graph_plan_take (graph_plan, layer, use, n * get_n_weights (self), &self->weights);
  oto_graph_plan_take (graph_plan, layer, use, n * get_n_scores (self), &self->frames);
  oto_graph_plan_take (graph_plan, layer, use, n * n_pooled, &self->peak);
  oto_graph_plan_take (graph_plan, layer, use, n * n_pooled, &self->inv_sum);
  oto_graph_plan_take (graph_plan, layer, use, get_n_scores (self), &self->time_att);
  if (self->shape.form == OTO_FAP_FORM_BANDS)
    oto_graph_plan_take (graph_plan, layer, use, n * get_n_weights (self), &self->bands);
  if (!is_bounded (self))
    oto_graph_plan_take (graph_plan, layer, use, n * self->shape.n_classes, &self->clip_raw);
}

static OtoFapMaps
get_maps (const OtoFapLayer *self,
          size_t             n)
{
  const size_t n_pooled = oto_fap_get_n_pooled (&self->shape);
  float *clip = is_bounded (self) ? self->parent.out.data : self->clip_raw;

  return (OtoFapMaps) {
    .weights = self->weights + n * get_n_weights (self),
    .frames = self->frames + n * get_n_scores (self),
    .bands = self->bands != NULL ? self->bands + n * get_n_weights (self) : NULL,
    .peak = self->peak + n * n_pooled,
    .inv_sum = self->inv_sum + n * n_pooled,
    .clip = clip + n * self->shape.n_classes,
  };
}

/* --- passes -------------------------------------------------------------------------------- */

typedef struct
{
  OtoFapLayer *layer;
  OtoPass     *pass;
  gboolean     adds;
} FapJob;

/* An item is a clip. */
static void
forward_worker (int      thread,
                size_t   begin,
                size_t   end,
                gpointer user_data)
{
  const FapJob *job = user_data;
  const OtoFapLayer *self = job->layer;
  const OtoEdge *masks = self->parent.inputs[0];
  const int n_classes = self->shape.n_classes;

  for (size_t n = begin; n < end; n++)
    {
      const OtoFapMaps maps = get_maps (self, n);
      float *clip = self->parent.out.data + n * n_classes;

      oto_fap_forward (&self->shape, masks->plain + oto_edge_get_clip_pos (masks, (int) n),
                       job->pass->params + self->alpha_pos, job->pass->params + self->w_pos,
                       &maps, job->pass->scratch[thread]);
      for (int k = 0; k < n_classes && !is_bounded (self); k++)
        clip[k] = CLAMP (maps.clip[k], 0.f, 1.f);
    }
}

static void
forward (OtoLayer *layer,
         OtoPass  *pass)
{
  FapJob job = { (OtoFapLayer *) layer, pass, FALSE };

  job.layer->shown_clip = -1;
  oto_pass_run (pass, pass->n_batch, forward_worker, &job);
}

/* Where the clamp acts there is no gradient. */
static const float *
get_d_clip (const OtoFapLayer *self,
            size_t             n,
            float             *scratch)
{
  const int n_classes = self->shape.n_classes;
  const float *d_clip = self->parent.out.d + n * n_classes;
  const float *raw = self->clip_raw + n * n_classes;

  if (is_bounded (self))
    return d_clip;
  for (int k = 0; k < n_classes; k++)
    scratch[k] = raw[k] >= 0.f && raw[k] <= 1.f ? d_clip[k] : 0.f;
  return scratch;
}

/* An item is a clip. */
static void
backward_worker (int      thread,
                 size_t   begin,
                 size_t   end,
                 gpointer user_data)
{
  const FapJob *job = user_data;
  const OtoFapLayer *self = job->layer;
  const OtoEdge *masks = self->parent.inputs[0];
  float *scratch = job->pass->scratch[thread];
  float *d_alpha = job->pass->partials[thread];
  float *d_w = d_alpha + oto_fap_get_n_pooled (&self->shape);

  memset (d_alpha, 0, get_partials_len (&self->parent) * sizeof (float));
  for (size_t n = begin; n < end; n++)
    {
      const OtoFapMaps maps = get_maps (self, n);
      const size_t pos = oto_edge_get_clip_pos (masks, (int) n);

      oto_fap_backward (&self->shape, masks->plain + pos, job->pass->params + self->alpha_pos,
                        &maps, get_d_clip (self, n, scratch), NULL, job->adds, masks->d + pos,
                        d_alpha, d_w, scratch + self->shape.n_classes);
    }
}

static void
backward (OtoLayer *layer,
          OtoPass  *pass)
{
  OtoFapLayer *self = (OtoFapLayer *) layer;
  const size_t n_pooled = oto_fap_get_n_pooled (&self->shape);
  FapJob job = { self, pass, FALSE };
  const float *partial = pass->partials[0];

  if (!oto_edge_begin_d (layer->inputs[0], &job.adds))
    return;
  oto_pass_run (pass, pass->n_batch, backward_worker, &job);
  oto_pass_add_up (pass, pass->partials, oto_pass_get_n_active (pass, pass->n_batch),
                   get_partials_len (layer));
  for (size_t i = 0; i < n_pooled; i++)
    pass->grads[self->alpha_pos + i] += partial[i];
  for (size_t i = 0; i < get_n_weights (self); i++)
    pass->grads[self->w_pos + i] += partial[n_pooled + i];
}

/* Places before classes, as the kernels have them. */
static size_t
look (const OtoLayer  *layer,
      const char      *name,
      const float    **ret_values)
{
  const OtoFapLayer *self = (const OtoFapLayer *) layer;
  const struct { const char *name; const float *values; size_t len; } stores[] =
  {
    { "w", self->weights, get_n_weights (self) },
    { "frames", self->frames, get_n_scores (self) },
    { "bands", self->bands, get_n_weights (self) },
  };

  for (guint i = 0; i < G_N_ELEMENTS (stores); i++)
    if (stores[i].values != NULL && g_str_equal (stores[i].name, name))
      {
        *ret_values = stores[i].values;
        return stores[i].len;
      }
  return 0;
}

static const OtoLayerFuncs fap_layer_funcs =
{
  .name = "frequency-dependent auto-pooling",
  .instance_size = sizeof (OtoFapLayer),
  .get_scratch_len = get_scratch_len,
  .get_partials_len = get_partials_len,
  .plan = plan,
  .forward = forward,
  .backward = backward,
  .look = look,
};

/* --- what it shows ------------------------------------------------------------------------- */

/* Class @k of (L, K). */
static void
copy_class (const OtoFapLayer *self,
            const float       *values,
            size_t             len,
            int                k,
            float             *ret_values)
{
  for (size_t i = 0; i < len; i++)
    ret_values[i] = values[i * self->shape.n_classes + k];
}

/* The weights of a class's bins, the same in every frame. */
static void
repeat_weights (const OtoFapLayer *self,
                const OtoFapMaps  *maps,
                int                k,
                float             *ret_att)
{
  const size_t n_mels = self->shape.n_mels;

  copy_class (self, maps->weights, n_mels, k, ret_att);
  for (int t = 1; t < self->shape.n_frames; t++)
    memcpy (ret_att + t * n_mels, ret_att, n_mels * sizeof (float));
}

static void
get_time_att (OtoFapLayer *self,
              OtoPass     *pass,
              const float *masks,
              int          n,
              int          k,
              float       *ret_weights)
{
  const OtoFapMaps maps = get_maps (self, n);

  if (self->shown_clip != n)
    oto_fap_fill_time_att (&self->shape, masks, pass->params + self->alpha_pos, &maps,
                           self->time_att, pass->scratch[0]);
  self->shown_clip = n;
  copy_class (self, self->time_att, self->shape.n_frames, k, ret_weights);
}

static void
get_class_map (const OtoHead *head,
               OtoPass       *pass,
               OtoMap         map,
               int            n,
               int            k,
               float         *ret_values)
{
  OtoFapLayer *self = (OtoFapLayer *) head->layer;
  const OtoEdge *edge = head->layer->inputs[0];
  const float *masks = edge->plain + oto_edge_get_clip_pos (edge, n);
  const int n_frames = self->shape.n_frames, n_mels = self->shape.n_mels;
  const OtoFapMaps maps = get_maps (self, n);

  switch ((guint) map)
    {
    case OTO_MAP_MASK:
      copy_class (self, masks, (size_t) n_frames * n_mels, k, ret_values);
      break;
    case OTO_MAP_FREQ_ATT:
      repeat_weights (self, &maps, k, ret_values);
      break;
    case OTO_MAP_MEL_WEIGHTS:
      copy_class (self, maps.weights, n_mels, k, ret_values);
      break;
    case OTO_MAP_STEP1:
      copy_class (self, maps.frames, n_frames, k, ret_values);
      /* Rounding, and all of the form whose weights are free, may leave the bounds. */
      for (int t = 0; t < n_frames; t++)
        ret_values[t] = CLAMP (ret_values[t], 0.f, 1.f);
      break;
    case OTO_MAP_TIME_ATT:
      get_time_att (self, pass, masks, n, k, ret_values);
      break;
    default:
      g_assert_not_reached ();
    }
}

#define MAPS (OTO_MAP_MASK | OTO_MAP_MEL_WEIGHTS | OTO_MAP_STEP1 | OTO_MAP_TIME_ATT | \
              OTO_MAP_CLIP_PROB)

static const OtoHeadFuncs fap_head_funcs =
{
  .name = "frequency-dependent auto-pooling",
  .maps = MAPS | OTO_MAP_FREQ_ATT,
  .has_learned_time_att = TRUE,
  .has_exact_positions = TRUE,
  .get_class_map = get_class_map,
};

/* Weights that are free need not sum to one, nor be positive: they are no attention. */
static const OtoHeadFuncs fap_free_head_funcs =
{
  .name = "frequency-dependent auto-pooling with free weights",
  .maps = MAPS,
  .has_learned_time_att = TRUE,
  .has_exact_positions = TRUE,
  .get_class_map = get_class_map,
};

static void
add_tensors (OtoFapLayer *self)
{
  const gint64 n_classes = self->shape.n_classes, n_mels = self->shape.n_mels;
  const gint64 shape[2] = { n_classes, n_mels };
  const int n_alpha_dims = self->shape.form == OTO_FAP_FORM_BANDS ? 2 : 1;

  self->alpha_pos = oto_layer_add_param (&self->parent, "fap_alpha", OTO_PARAM_INIT_CONSTANT, 0.0,
                                         n_alpha_dims, shape);
  self->w_pos = oto_layer_add_param (&self->parent, "fap_w", OTO_PARAM_INIT_CONSTANT,
                                     is_bounded (self) ? 0.0 : 1.0 / (double) n_mels, 2, shape);
}

/**
 * oto_fap_head_add: (skip)
 * @graph: a graph
 * @masks: (T, F, K) in rows, in [0, 1]; losses may read them, too
 * @form: which reading of the paper
 *
 * Frequency-dependent auto-pooling. It begins as the mean of a mask. Clip probabilities of the form
 * with free weights are clamped to [0, 1].
 *
 * Returns: the head
 */
OtoHead
oto_fap_head_add (OtoGraph   *graph,
                  OtoEdge    *masks,
                  OtoFapForm  form)
{
  const OtoMapShape *shape = &masks->shape;
  OtoFapLayer *self;

  g_assert (masks->layout == OTO_LAYOUT_ROWS && !masks->is_pending);

  self = oto_graph_add_layer (graph, &fap_layer_funcs, "", &masks, 1,
                              (OtoMapShape) { 1, 1, shape->n_channels });
  self->shape = (OtoFapShape) { shape->n_frames, shape->n_mels, shape->n_channels, form };
  self->parent.traits = OTO_LAYER_KEEPS_INPUTS | OTO_LAYER_SHOWS_INPUTS;
  if (is_bounded (self))
    self->parent.traits |= OTO_LAYER_KEEPS_OUTPUT;
  add_tensors (self);
  return (OtoHead) {
    .funcs = is_bounded (self) ? &fap_head_funcs : &fap_free_head_funcs,
    .layer = &self->parent, .clip_prob = &self->parent.out,
  };
}
