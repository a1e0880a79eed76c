/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "models/oto-head.h"

#include "models/oto-head-kernels.h"
#include "nn/oto-activation.h"
#include "nn/oto-attention.h"
#include "nn/oto-gwrp.h"

#include <string.h>

static gboolean
is_two_step (const OtoHead *self)
{
  return self->kind == OTO_HEAD_TWO_STEP || self->kind == OTO_HEAD_TWO_STEP_LOCAL;
}

static gboolean
is_local (const OtoHead *self)
{
  return self->kind == OTO_HEAD_TWO_STEP_LOCAL;
}

static size_t
get_n_bins (const OtoHead *self)
{
  return (size_t) self->engine->n_frames * self->engine->n_mels;
}

static size_t
get_clip_len (const OtoHead *self)
{
  return get_n_bins (self) * self->n_classes;
}

static const OtoParam *
find_param (const OtoParam *params,
            guint           n_params,
            const char     *name)
{
  for (guint i = 0; i < n_params; i++)
    if (g_str_equal (params[i].name, name))
      return &params[i];
  g_assert_not_reached ();
}

/* The linear maps stand together at the end of the parameters. */
static void
find_linears (OtoHead        *self,
              const OtoParam *params,
              guint           n_params)
{
  static const char *const names[] = { "mel_att", "mel_prob", "time_att", "time_prob" };

  self->att_pos = G_MAXSIZE;
  for (int i = 0; i < 8; i++)
    {
      g_autofree char *name = g_strdup_printf ("dsa.fc_%s.%s", names[i / 2],
                                               i % 2 == 0 ? "weight" : "bias");
      const OtoParam *param = find_param (params, n_params, name);

      self->linear_pos[i] = param->pos;
      self->att_pos = MIN (self->att_pos, param->pos);
      self->att_len += param->len;
    }
  for (int i = 0; i < 8; i++)
    self->linear_pos[i] -= self->att_pos;
}

/**
 * oto_head_init: (skip)
 * @self: (out caller-allocates): a head
 * @engine: what it runs on; must outlive it
 * @config: the network's configuration
 * @params: (array length=n_params): the network's tensors
 * @n_params: their number
 */
void
oto_head_init (OtoHead              *self,
               OtoEngine            *engine,
               const OtoModelConfig *config,
               const OtoParam       *params,
               guint                 n_params)
{
  const gboolean is_vgg8 = config->system->encoder == OTO_ENCODER_VGG8;
  const char *prefix = is_vgg8 ? "final_conv" : "enc.class_conv";
  g_autofree char *weight_name = g_strconcat (prefix, ".weight", NULL);
  g_autofree char *bias_name = g_strconcat (prefix, ".bias", NULL);

  *self = (OtoHead) {
    .engine = engine,
    .kind = config->system->head,
    .form = config->pooling_form,
    .decay = config->gwrp_decay,
    .n_classes = config->n_classes,
    .weight_pos = find_param (params, n_params, weight_name)->pos,
    .bias_pos = find_param (params, n_params, bias_name)->pos,
    .d_att = g_new0 (float *, engine->n_threads),
    .d_bias = g_new0 (double *, engine->n_threads),
  };
  self->shape = (OtoConv2dShape) {
    .n_frames = engine->n_frames, .n_mels = engine->n_mels,
    .c_in = config->enc_channels[3], .c_out = config->n_classes, .kernel = 1, .dilation = 1,
  };
  self->adjoint_shape = self->shape;
  self->adjoint_shape.c_in = self->shape.c_out;
  self->adjoint_shape.c_out = self->shape.c_in;
  if (is_two_step (self))
    find_linears (self, params, n_params);
}

/**
 * oto_head_clear: (skip)
 * @self: a head
 */
void
oto_head_clear (OtoHead *self)
{
  g_clear_pointer (&self->d_att, g_free);
  g_clear_pointer (&self->d_bias, g_free);
}

/**
 * oto_head_get_scratch_len: (skip)
 * @self: a head
 *
 * Returns: floats of scratch that a thread needs
 */
size_t
oto_head_get_scratch_len (const OtoHead *self)
{
  size_t len = MAX (oto_conv2d_get_scratch_len (&self->shape),
                    oto_conv2d_get_scratch_len (&self->adjoint_shape));

  if (is_two_step (self))
    return MAX (len, oto_two_step_get_scratch_len (self->n_classes, self->engine->n_frames,
                                                   self->engine->n_mels));
  return MAX (len, oto_gwrp_get_scratch_bytes (get_n_bins (self)) / sizeof (float) + 1);
}

/**
 * oto_head_get_filters_len: (skip)
 * @self: a head
 *
 * Returns: floats of the prepared gradient
 */
size_t
oto_head_get_filters_len (const OtoHead *self)
{
  return oto_conv2d_get_filters_len (&self->shape);
}

static void
plan_two_step (OtoHead *self,
               OtoPlan *plan)
{
  const size_t n = self->engine->max_batch;
  const size_t n_scores = (size_t) self->n_classes * self->engine->n_frames;

  self->mel_att = oto_plan_take (plan, n * get_clip_len (self));
  self->mel_prob = oto_plan_take (plan, n * get_clip_len (self));
  self->mel_x = oto_plan_take (plan, n * n_scores);
  self->time_att = oto_plan_take (plan, n * n_scores);
  self->time_prob = oto_plan_take (plan, n * n_scores);
  self->clip_raw = oto_plan_take (plan, n * self->n_classes);
}

/**
 * oto_head_plan: (skip)
 * @self: a head
 * @plan: where the memory comes from
 *
 * Takes the head's memory, for the engine's batch and mode.
 */
void
oto_head_plan (OtoHead *self,
               OtoPlan *plan)
{
  const OtoEngine *engine = self->engine;
  const size_t maps_len = (size_t) engine->max_batch * get_clip_len (self);

  self->filters = oto_plan_take (plan, oto_conv2d_get_filters_len (&self->shape));
  self->logits = oto_plan_take (plan, maps_len);
  self->maps = is_local (self) ? NULL : oto_plan_take (plan, maps_len);
  self->clip = oto_plan_take (plan, (size_t) engine->max_batch * self->n_classes);
  if (is_two_step (self))
    plan_two_step (self, plan);
  if (!engine->is_training)
    return;

  self->adjoint = oto_plan_take (plan, oto_conv2d_get_filters_len (&self->adjoint_shape));
  self->d_clip = oto_plan_take (plan, (size_t) engine->max_batch * self->n_classes);
  /* The logits are read once only, unless the pooling is local. */
  self->d_logits = is_local (self) ? oto_plan_take (plan, maps_len) : self->logits;
  self->d_maps = is_local (self) ? NULL : oto_plan_take (plan, maps_len);
  if (!is_two_step (self))
    self->order = (guint32 *) (void *) oto_plan_take (plan, maps_len);
  if (engine->keeps_gradients)
    self->d_mel_x = oto_plan_take (plan, (size_t) engine->max_batch * self->n_classes *
                                   engine->n_frames);
  for (int i = 0; i < engine->n_threads; i++)
    {
      self->d_att[i] = oto_plan_take (plan, self->att_len);
      self->d_bias[i] = oto_plan_take_doubles (plan, self->n_classes);
    }
}

/**
 * oto_head_prepare: (skip)
 * @self: a head
 * @params: the network's parameter block
 *
 * Prepares the filters; after every change of the weights.
 */
void
oto_head_prepare (OtoHead     *self,
                  const float *params)
{
  oto_conv2d_prepare (&self->shape, params + self->weight_pos, self->filters);
  if (self->adjoint != NULL)
    oto_conv2d_prepare_adjoint (&self->shape, params + self->weight_pos, self->adjoint);
}

static OtoTwoStepMaps
get_maps (const OtoHead *self,
          int            n)
{
  const size_t n_scores = (size_t) self->n_classes * self->engine->n_frames;

  return (OtoTwoStepMaps) {
    .mel_att = self->mel_att + n * get_clip_len (self),
    .mel_prob = self->mel_prob + n * get_clip_len (self),
    .mel_x = self->mel_x + n * n_scores,
    .time_att = self->time_att + n * n_scores,
    .time_prob = self->time_prob + n * n_scores,
    .clip_raw = self->clip_raw + (size_t) n * self->n_classes,
    .clip = self->clip + (size_t) n * self->n_classes,
  };
}

static OtoTwoStepParams
get_linears (const OtoHead *self,
             const float   *params)
{
  const float *base = params + self->att_pos;
  const size_t *pos = self->linear_pos;

  return (OtoTwoStepParams) {
    .mel_att_w = base + pos[0], .mel_att_b = base + pos[1],
    .mel_prob_w = base + pos[2], .mel_prob_b = base + pos[3],
    .time_att_w = base + pos[4], .time_att_b = base + pos[5],
    .time_prob_w = base + pos[6], .time_prob_b = base + pos[7],
  };
}

typedef struct
{
  OtoHead       *head;
  OtoFeatureMap  x;
  const float   *params;
  float         *d_x;            /* (N, T, F, C): written */
  const float   *d_x_other;      /* (nullable): added to it */
} HeadJob;

/* Class maps of a range of rows. */
static void
logits_worker (int      thread,
               size_t   begin,
               size_t   end,
               gpointer user_data)
{
  const HeadJob *job = user_data;
  const OtoHead *self = job->head;
  const OtoConv2dShape *shape = &self->shape;
  const size_t row_len = (size_t) shape->n_mels * shape->c_out;
  const float *bias = job->params + self->bias_pos;
  OtoTiles tiles;

  oto_tiles_init (&tiles, self->engine, begin, end, oto_conv2d_get_row_grain (shape), row_len);
  while (oto_tiles_next (&tiles))
    {
      const size_t n_places = (size_t) (tiles.row_end - tiles.row_begin) * shape->n_mels;
      const size_t place = (size_t) tiles.row_begin * shape->n_mels;
      float *logits = self->logits + tiles.clip * get_clip_len (self);

      oto_conv2d_forward (shape, self->filters, job->x.prologue,
                          job->x.data + tiles.clip * get_n_bins (self) * shape->c_in,
                          tiles.row_begin, tiles.row_end, logits, self->engine->scratch[thread]);
      if (is_local (self))
        oto_head_add_bias (bias, n_places, self->n_classes, logits + tiles.row_begin * row_len);
      else
        oto_head_rows_to_maps (logits + tiles.row_begin * row_len, bias, n_places, self->n_classes,
                               get_n_bins (self),
                               self->maps + tiles.clip * get_clip_len (self) + place);
    }
}

static void
two_step_worker (int      thread,
                 size_t   begin,
                 size_t   end,
                 gpointer user_data)
{
  const HeadJob *job = user_data;
  const OtoHead *self = job->head;
  const OtoEngine *engine = self->engine;
  const OtoTwoStepParams linears = get_linears (self, job->params);

  for (size_t n = begin; n < end; n++)
    {
      const OtoTwoStepMaps maps = get_maps (self, (int) n);

      if (is_local (self))
        oto_two_step_local_forward (self->n_classes, engine->n_frames, engine->n_mels, &linears,
                                    self->logits + n * get_clip_len (self), &maps,
                                    engine->scratch[thread]);
      else
        oto_two_step_forward (self->form, self->n_classes, engine->n_frames, engine->n_mels,
                              &linears, self->maps + n * get_clip_len (self), &maps,
                              engine->scratch[thread]);
    }
}

/* An item is one class of one clip. */
static void
rank_worker (int      thread,
             size_t   begin,
             size_t   end,
             gpointer user_data)
{
  const HeadJob *job = user_data;
  const OtoHead *self = job->head;
  const size_t n_bins = get_n_bins (self);
  float *masks = self->maps + begin * n_bins;

  oto_activation_sigmoid (masks, (end - begin) * n_bins, masks);
  oto_gwrp_forward (masks, (int) (end - begin), n_bins, self->decay, self->clip + begin,
                    self->order != NULL ? self->order + begin * n_bins : NULL,
                    self->engine->scratch[thread]);
}

/**
 * oto_head_forward: (skip)
 * @self: a head whose filters are prepared
 * @x: what it reads
 * @params: the network's parameter block
 *
 * Returns: %FALSE when cancelled
 */
gboolean
oto_head_forward (OtoHead             *self,
                  const OtoFeatureMap *x,
                  const float         *params)
{
  OtoEngine *engine = self->engine;
  HeadJob job = { .head = self, .x = *x, .params = params };

  if (oto_engine_is_cancelled (engine))
    return FALSE;
  oto_workers_run (engine->workers, oto_engine_get_n_items (engine), logits_worker, &job);

  if (oto_engine_is_cancelled (engine))
    return FALSE;
  if (is_two_step (self))
    oto_workers_run (engine->workers, engine->n_batch, two_step_worker, &job);
  else
    oto_workers_run (engine->workers, (size_t) engine->n_batch * self->n_classes, rank_worker,
                     &job);
  return TRUE;
}

static void
two_step_backward_worker (int      thread,
                          size_t   begin,
                          size_t   end,
                          gpointer user_data)
{
  const HeadJob *job = user_data;
  const OtoHead *self = job->head;
  const OtoEngine *engine = self->engine;
  const OtoTwoStepParams linears = get_linears (self, job->params);
  const size_t *pos = self->linear_pos;
  float *base = self->d_att[thread];
  const OtoTwoStepGrads grads = {
    .mel_att_w = base + pos[0], .mel_att_b = base + pos[1],
    .mel_prob_w = base + pos[2], .mel_prob_b = base + pos[3],
    .time_att_w = base + pos[4], .time_att_b = base + pos[5],
    .time_prob_w = base + pos[6], .time_prob_b = base + pos[7],
  };

  memset (base, 0, self->att_len * sizeof (float));
  for (size_t n = begin; n < end; n++)
    {
      const OtoTwoStepMaps maps = get_maps (self, (int) n);
      const float *d_clip = self->d_clip + n * self->n_classes;
      const size_t clip_pos = n * get_clip_len (self);

      if (is_local (self))
        oto_two_step_local_backward (self->n_classes, engine->n_frames, engine->n_mels, &linears,
                                     self->logits + clip_pos, &maps, d_clip,
                                     self->d_logits + clip_pos, &grads, engine->scratch[thread]);
      else
        oto_two_step_backward (self->form, self->n_classes, engine->n_frames, engine->n_mels,
                               &linears, self->maps + clip_pos, &maps, d_clip,
                               self->d_maps + clip_pos, &grads, engine->scratch[thread]);

      /* What the published pooling leaves at the beginning of its scratch. */
      if (self->d_mel_x != NULL && !is_local (self))
        memcpy (self->d_mel_x + n * self->n_classes * engine->n_frames, engine->scratch[thread],
                (size_t) self->n_classes * engine->n_frames * sizeof (float));
    }
}

static void
rank_backward_worker (int      thread,
                      size_t   begin,
                      size_t   end,
                      gpointer user_data)
{
  const HeadJob *job = user_data;
  const OtoHead *self = job->head;
  const size_t n_bins = get_n_bins (self);
  const size_t len = (end - begin) * n_bins;
  float *d_masks = self->d_maps + begin * n_bins;

  memset (d_masks, 0, len * sizeof (float));
  oto_gwrp_backward (self->d_clip + begin, self->order + begin * n_bins, (int) (end - begin),
                     n_bins, self->decay, d_masks, self->engine->scratch[thread]);
  oto_activation_sigmoid_backward (self->maps + begin * n_bins, d_masks, len, d_masks);
}

/* Back through the class convolution. It has no halo, so that all is done while a tile is hot. */
static void
conv_backward_worker (int      thread,
                      size_t   begin,
                      size_t   end,
                      gpointer user_data)
{
  const HeadJob *job = user_data;
  const OtoHead *self = job->head;
  const OtoEngine *engine = self->engine;
  const OtoConv2dShape *shape = &self->shape;
  const size_t n_bins = get_n_bins (self), d_x_row_len = (size_t) shape->n_mels * shape->c_in;
  float *d_filters = engine->d_filters[thread], *scratch = engine->scratch[thread];
  OtoTiles tiles;

  memset (d_filters, 0, oto_conv2d_get_filters_len (shape) * sizeof (float));
  memset (self->d_bias[thread], 0, self->n_classes * sizeof (double));
  oto_tiles_init (&tiles, engine, begin, end, oto_conv2d_get_row_grain (shape),
                  (size_t) shape->n_mels * MAX (shape->c_in, shape->c_out));
  while (oto_tiles_next (&tiles))
    {
      const size_t n_rows = tiles.row_end - tiles.row_begin;
      const size_t place = (size_t) tiles.row_begin * shape->n_mels;
      const size_t clip_pos = tiles.clip * get_clip_len (self);
      const size_t d_x_clip_pos = tiles.clip * n_bins * shape->c_in;
      const size_t d_x_pos = d_x_clip_pos + tiles.row_begin * d_x_row_len;
      float *d_logits = self->d_logits + clip_pos, *tile = d_logits + place * self->n_classes;

      if (!is_local (self))
        oto_head_maps_to_rows (self->d_maps + clip_pos + place, n_rows * shape->n_mels,
                               self->n_classes, n_bins, tile);
      oto_head_add_columns (tile, n_rows * shape->n_mels, self->n_classes, self->d_bias[thread]);
      oto_conv2d_backward_weights (shape, job->x.prologue, job->x.data + d_x_clip_pos, d_logits,
                                   tiles.row_begin, tiles.row_end, d_filters, scratch);
      oto_conv2d_forward (&self->adjoint_shape, self->adjoint, NULL, d_logits, tiles.row_begin,
                          tiles.row_end, job->d_x + d_x_clip_pos, scratch);
      if (job->d_x_other != NULL)
        oto_head_add (job->d_x_other + d_x_pos, n_rows * d_x_row_len, job->d_x + d_x_pos);
    }
}

static void
take_att_grads (OtoHead *self,
                int      n_active,
                float   *grads)
{
  oto_engine_add_up (self->engine, self->d_att, n_active, self->att_len);
  for (size_t i = 0; i < self->att_len; i++)
    grads[self->att_pos + i] += self->d_att[0][i];
}

static void
take_conv_grads (OtoHead *self,
                 int      n_active,
                 float   *grads)
{
  oto_engine_add_up (self->engine, self->engine->d_filters, n_active,
                     oto_conv2d_get_filters_len (&self->shape));
  oto_conv2d_finish_weights (&self->shape, self->engine->d_filters[0], grads + self->weight_pos);
  for (int k = 0; k < self->n_classes; k++)
    {
      double sum = 0.0;

      for (int i = 0; i < n_active; i++)
        sum += self->d_bias[i][k];
      grads[self->bias_pos + k] += (float) sum;
    }
}

/**
 * oto_head_backward: (skip)
 * @self: a head, after a forward pass, with its d_clip filled in
 * @x: what it read
 * @params: the network's parameter block
 * @adds_d_x: whether the engine's map of this turn holds a gradient of @x to add
 * @grads: the network's gradients; added to
 * @turn: (inout): which of the engine's maps that is, and at the end which one holds that of @x
 *
 * Returns: %FALSE when cancelled
 */
gboolean
oto_head_backward (OtoHead             *self,
                   const OtoFeatureMap *x,
                   const float         *params,
                   gboolean             adds_d_x,
                   float               *grads,
                   int                 *turn)
{
  OtoEngine *engine = self->engine;
  const size_t n_items = oto_engine_get_n_items (engine);
  HeadJob job = {
    .head = self,
    .x = *x,
    .params = params,
    .d_x = engine->maps[*turn ^ 1],
    .d_x_other = adds_d_x ? engine->maps[*turn] : NULL,
  };

  if (oto_engine_is_cancelled (engine))
    return FALSE;
  if (is_two_step (self))
    {
      oto_workers_run (engine->workers, engine->n_batch, two_step_backward_worker, &job);
      take_att_grads (self, oto_engine_get_n_active (engine, engine->n_batch), grads);
    }
  else
    oto_workers_run (engine->workers, (size_t) engine->n_batch * self->n_classes,
                     rank_backward_worker, &job);

  if (oto_engine_is_cancelled (engine))
    return FALSE;
  oto_workers_run (engine->workers, n_items, conv_backward_worker, &job);
  take_conv_grads (self, oto_engine_get_n_active (engine, n_items), grads);
  *turn ^= 1;
  return TRUE;
}

/* Copies class @k out of (L, K) when the pooling is local, out of (K, L) otherwise. */
static void
copy_class (const OtoHead *self,
            const float   *values,
            size_t         len,
            int            k,
            float         *ret_values)
{
  if (!is_local (self))
    memcpy (ret_values, values + k * len, len * sizeof (float));
  else
    for (size_t i = 0; i < len; i++)
      ret_values[i] = values[i * self->n_classes + k];
}

static void
clamp (float  *values,
       size_t  len)
{
  for (size_t i = 0; i < len; i++)
    values[i] = CLAMP (values[i], 0.f, 1.f);
}

/* The mask of two-step attention: q_k(t) c / max_f c, c = value times weight of the first step. */
static void
get_two_step_mask (const OtoHead *self,
                   int            n,
                   int            k,
                   float         *ret_mask)
{
  const int n_frames = self->engine->n_frames, n_mels = self->engine->n_mels;
  const OtoTwoStepMaps maps = get_maps (self, n);
  const size_t stride = is_local (self) ? self->n_classes : 1;
  const size_t first = is_local (self) ? (size_t) k : k * get_n_bins (self);
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
get_implied_time_att (OtoHead *self,
                      int      n,
                      int      k,
                      float   *ret_weights)
{
  const size_t n_bins = get_n_bins (self);
  const float *mask = self->maps + n * get_clip_len (self) + k * n_bins;
  float *scratch = self->engine->scratch[0];
  g_autofree guint32 *order = g_new (guint32, n_bins);
  float y;

  oto_gwrp_forward (mask, 1, n_bins, self->decay, &y, order, scratch);
  oto_gwrp_fill_implied_weights (order, 1, self->engine->n_frames, self->engine->n_mels,
                                 self->decay, ret_weights, scratch);
}

/* Mean over mel of a class's mask. */
static void
get_mask_scores (const OtoHead *self,
                 int            n,
                 int            k,
                 float         *ret_scores)
{
  const int n_mels = self->engine->n_mels;
  const float *mask = self->maps + n * get_clip_len (self) + k * get_n_bins (self);

  for (int t = 0; t < self->engine->n_frames; t++)
    {
      double sum = 0.0;

      for (int f = 0; f < n_mels; f++)
        sum += mask[(size_t) t * n_mels + f];
      ret_scores[t] = (float) (sum / n_mels);
    }
}

/**
 * oto_head_get_class_map: (skip)
 * @self: a head, after a forward pass
 * @map: one that the head can show
 * @n: a clip of the batch
 * @k: a class
 * @ret_values: (out caller-allocates): (T, F), (T) or one value
 *
 * Copies one class of a map.
 */
void
oto_head_get_class_map (OtoHead *self,
                        OtoMap   map,
                        int      n,
                        int      k,
                        float   *ret_values)
{
  const size_t n_bins = get_n_bins (self), n_frames = self->engine->n_frames;

  switch (map)
    {
    case OTO_MAP_MASK:
      if (is_two_step (self))
        get_two_step_mask (self, n, k, ret_values);
      else
        copy_class (self, self->maps + n * get_clip_len (self), n_bins, k, ret_values);
      break;
    case OTO_MAP_FREQ_ATT:
      copy_class (self, get_maps (self, n).mel_att, n_bins, k, ret_values);
      break;
    case OTO_MAP_STEP1:
      if (is_two_step (self))
        copy_class (self, get_maps (self, n).mel_x, n_frames, k, ret_values);
      else
        get_mask_scores (self, n, k, ret_values);
      /* The form of the equations does not bound its values. */
      clamp (ret_values, n_frames);
      break;
    case OTO_MAP_TIME_ATT:
      if (is_two_step (self))
        copy_class (self, get_maps (self, n).time_att, n_frames, k, ret_values);
      else
        get_implied_time_att (self, n, k, ret_values);
      break;
    case OTO_MAP_CLIP_PROB:
      *ret_values = self->clip[(size_t) n * self->n_classes + k];
      break;
    case OTO_MAP_RECON:
    default:
      g_assert_not_reached ();
    }
}
