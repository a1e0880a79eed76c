/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "models/oto-head.h"

#include "models/oto-head-kernels.h"
#include "models/oto-head-private.h"
#include "nn/oto-activation.h"
#include "nn/oto-gwrp.h"

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
    .c_in = config->enc_channels[3], .c_out = config->n_classes,
    .kernel_frames = 1, .kernel_mels = 1, .dilation = 1,
  };
  self->adjoint_shape = self->shape;
  self->adjoint_shape.c_in = self->shape.c_out;
  self->adjoint_shape.c_out = self->shape.c_in;
  if (oto_head_is_two_step (self))
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
  size_t len = oto_conv2d_get_scratch_len (&self->shape) +
               oto_conv2d_get_scratch_len (&self->adjoint_shape) + oto_head_get_x_row_len (self);

  if (oto_head_is_two_step (self))
    return MAX (len, oto_two_step_get_scratch_len (self->n_classes, self->engine->n_frames,
                                                   self->engine->n_mels));
  return MAX (len, oto_gwrp_get_scratch_bytes (oto_head_get_n_bins (self)) / sizeof (float) + 1);
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
  const OtoEngine *engine = self->engine;
  const size_t n = engine->max_batch;
  const size_t n_scores = (size_t) self->n_classes * engine->n_frames;

  /* A training step computes the first step again; for a look there is room for one clip. */
  self->n_kept = engine->is_training && !engine->keeps_gradients ? 1 : (int) n;
  self->mel_att = oto_plan_take (plan, self->n_kept * oto_head_get_clip_len (self));
  self->mel_prob = oto_plan_take (plan, self->n_kept * oto_head_get_clip_len (self));
  self->mel_x = oto_plan_take (plan, n * n_scores);
  self->time_att = oto_plan_take (plan, n * n_scores);
  self->time_prob = oto_plan_take (plan, n * n_scores);
  self->clip_raw = oto_plan_take (plan, n * self->n_classes);
}

/* What the backward pass needs, and the gradient in its place. */
static void
plan_training (OtoHead *self,
               OtoPlan *plan)
{
  const OtoEngine *engine = self->engine;
  const size_t maps_len = oto_engine_get_map_len (engine, self->n_classes);
  const size_t n_ranks = oto_gwrp_get_n_ranks (oto_head_get_n_bins (self), self->decay);

  self->adjoint = oto_plan_take (plan, oto_conv2d_get_filters_len (&self->adjoint_shape));
  self->d_clip = oto_plan_take (plan, (size_t) engine->max_batch * self->n_classes);
  self->d_maps = self->maps;
  if (oto_head_is_local (self))
    self->d_logits = self->logits;
  if (!oto_head_is_two_step (self))
    self->order = (guint32 *) (void *) oto_plan_take (plan, (size_t) engine->max_batch *
                                                      self->n_classes * n_ranks);
  if (engine->keeps_gradients)
    {
      self->d_mel_x = oto_plan_take (plan, (size_t) engine->max_batch * self->n_classes *
                                     engine->n_frames);
      if (oto_head_is_local (self))
        self->d_logits = oto_plan_take (plan, maps_len);
      else
        self->d_maps = oto_plan_take (plan, maps_len);
    }
  for (int i = 0; i < engine->n_threads; i++)
    {
      self->d_att[i] = oto_plan_take (plan, self->att_len);
      self->d_bias[i] = oto_plan_take_doubles (plan, self->n_classes);
    }
}

/**
 * oto_head_plan: (skip)
 * @self: a head
 * @plan: where the memory comes from
 *
 * Takes the head's memory, for the engine's batch and mode, but for what oto_head_place_logits()
 * is given.
 */
void
oto_head_plan (OtoHead *self,
               OtoPlan *plan)
{
  const OtoEngine *engine = self->engine;
  const size_t maps_len = oto_engine_get_map_len (engine, self->n_classes);

  self->filters = oto_plan_take (plan, oto_conv2d_get_filters_len (&self->shape));
  if (oto_head_is_local (self))
    self->logits = oto_plan_take (plan, maps_len);
  else
    self->maps = oto_plan_take (plan, maps_len);
  self->clip = oto_plan_take (plan, (size_t) engine->max_batch * self->n_classes);
  if (oto_head_is_two_step (self))
    plan_two_step (self, plan);
  if (engine->is_training)
    plan_training (self, plan);
}

/**
 * oto_head_get_logits_len: (skip)
 * @self: a head
 *
 * Returns: floats that oto_head_place_logits() wants
 */
size_t
oto_head_get_logits_len (const OtoHead *self)
{
  return oto_head_is_local (self) ? 0 : oto_engine_get_map_len (self->engine, self->n_classes);
}

/**
 * oto_head_place_logits: (skip)
 * @self: a head
 * @logits: (N, T, F, K): memory that is the head's while one of its passes runs
 *
 * The class maps before they are turned, and their gradient after, need no memory of their own.
 * Where the pooling is local they are the class maps themselves, and are kept elsewhere.
 */
void
oto_head_place_logits (OtoHead *self,
                       float   *logits)
{
  if (!oto_head_is_local (self))
    self->logits = self->d_logits = logits;
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
  oto_conv2d_prepare (&self->shape, params + self->weight_pos, 0, self->shape.c_in, self->filters);
  if (self->adjoint != NULL)
    oto_conv2d_prepare_adjoint (&self->shape, params + self->weight_pos, 0, self->shape.c_out,
                                self->adjoint);
}

/* A thread's clip on its way through the class convolution. */
typedef struct
{
  const OtoHeadJob *job;
  int               clip;
} LogitsPass;

/* Adds the bias to rows that the convolution has just written, and turns them where the pooling
 * knows one class at a time. */
static void
finish_logits_cb (int      row_begin,
                  int      row_end,
                  gpointer user_data)
{
  const LogitsPass *pass = user_data;
  const OtoHead *self = pass->job->head;
  const float *bias = pass->job->params + self->bias_pos;
  const size_t n_places = (size_t) (row_end - row_begin) * self->engine->n_mels;
  const size_t place = (size_t) row_begin * self->engine->n_mels;
  const size_t clip_pos = pass->clip * oto_head_get_clip_len (self);
  float *logits = self->logits + clip_pos + place * self->n_classes;

  if (oto_head_is_local (self))
    oto_head_add_bias (bias, n_places, self->n_classes, logits);
  else
    oto_head_rows_to_maps (logits, bias, n_places, self->n_classes, oto_head_get_n_bins (self),
                           self->maps + clip_pos + place);
}

static void
logits_worker (int      thread,
               size_t   begin,
               size_t   end,
               gpointer user_data)
{
  const OtoHeadJob *job = user_data;
  const OtoHead *self = job->head;
  const OtoConv2dShape *shape = &self->shape;
  LogitsPass pass = { job, 0 };
  OtoFrameRuns runs;

  oto_frame_runs_init (&runs, self->engine, begin, end, oto_conv2d_get_row_grain (shape));
  while (oto_frame_runs_next (&runs))
    {
      pass.clip = runs.clip;
      oto_conv2d_forward (shape, self->filters, job->x.prologue,
                          job->x.data + runs.clip * oto_head_get_n_bins (self) * shape->c_in,
                          runs.row_begin, runs.row_end,
                          self->logits + runs.clip * oto_head_get_clip_len (self),
                          finish_logits_cb, &pass, self->engine->scratch[thread]);
    }
}

/* Where a part of a clip begins: a class, or a frame where the pooling is local. Frames are cut
 * into whole blocks, so that products have the same sizes whatever the cut. */
static int
get_part_begin (const OtoHead *self,
                int            part,
                int            n_parts)
{
  const int n_frames = self->engine->n_frames;
  const size_t block =
    oto_two_step_local_get_block_frames (self->n_classes, self->engine->n_mels);

  if (!oto_head_is_local (self))
    return (int) ((gint64) self->n_classes * part / n_parts);
  if (part == n_parts)
    return n_frames;
  return (int) ((size_t) n_frames * part / n_parts / block * block);
}

/**
 * oto_head_pool_mel: (skip)
 * @self: a head with two-step attention, whose class maps are there
 * @params: the network's parameter block
 * @n: a clip of the batch
 * @part: which part of it
 * @n_parts: into how many it is cut
 * @maps: of the whole clip; those of the first step may be %NULL
 * @scratch: a thread's
 *
 * The first step of some classes, or of some frames where the pooling is local.
 */
void
oto_head_pool_mel (const OtoHead        *self,
                   const float          *params,
                   int                   n,
                   int                   part,
                   int                   n_parts,
                   const OtoTwoStepMaps *maps,
                   float                *scratch)
{
  const int n_frames = self->engine->n_frames, n_mels = self->engine->n_mels;
  const int n_classes = self->n_classes;
  const OtoTwoStepParams linears = oto_head_get_linears (self, params);
  const int begin = get_part_begin (self, part, n_parts);
  const int len = get_part_begin (self, part + 1, n_parts) - begin;
  const size_t clip_pos = n * oto_head_get_clip_len (self);
  const size_t score_pos = (size_t) begin * (oto_head_is_local (self) ? n_classes : n_frames);
  const size_t map_pos = score_pos * n_mels;
  const OtoTwoStepMaps shifted = {
    .mel_att = maps->mel_att != NULL ? maps->mel_att + map_pos : NULL,
    .mel_prob = maps->mel_prob != NULL ? maps->mel_prob + map_pos : NULL,
    .mel_x = maps->mel_x + score_pos,
  };

  if (len == 0)
    return;
  if (oto_head_is_local (self))
    oto_two_step_local_forward_mel (n_classes, len, n_mels, &linears,
                                    self->logits + clip_pos + map_pos, &shifted, scratch);
  else
    oto_two_step_forward_mel (self->form, len, n_frames, n_mels, &linears,
                              self->maps + clip_pos + map_pos, &shifted, scratch);
}

/* An item is a part of a clip. */
static void
mel_worker (int      thread,
            size_t   begin,
            size_t   end,
            gpointer user_data)
{
  const OtoHeadJob *job = user_data;
  const OtoHead *self = job->head;
  const int n_parts = self->engine->n_parts;

  for (size_t i = begin; i < end; i++)
    {
      const int n = (int) (i / n_parts);
      const OtoTwoStepMaps maps = oto_head_get_maps (self, n);

      oto_head_pool_mel (self, job->params, n, (int) (i % n_parts), n_parts, &maps,
                         self->engine->scratch[thread]);
    }
}

/* An item is a clip. */
static void
time_worker (int      thread,
             size_t   begin,
             size_t   end,
             gpointer user_data)
{
  const OtoHeadJob *job = user_data;
  const OtoHead *self = job->head;
  const OtoTwoStepParams linears = oto_head_get_linears (self, job->params);

  for (size_t n = begin; n < end; n++)
    {
      const OtoTwoStepMaps maps = oto_head_get_maps (self, (int) n);

      if (oto_head_is_local (self))
        oto_two_step_local_forward_time (self->n_classes, self->engine->n_frames, &linears, &maps,
                                         self->engine->scratch[thread]);
      else
        oto_two_step_forward_time (self->form, self->n_classes, self->engine->n_frames, &linears,
                                   &maps, self->engine->scratch[thread]);
    }
}

/* An item is one class of one clip. */
static void
rank_worker (int      thread,
             size_t   begin,
             size_t   end,
             gpointer user_data)
{
  const OtoHeadJob *job = user_data;
  const OtoHead *self = job->head;
  const size_t n_bins = oto_head_get_n_bins (self);
  const size_t n_ranks = oto_gwrp_get_n_ranks (n_bins, self->decay);
  float *masks = self->maps + begin * n_bins;

  oto_activation_sigmoid (masks, (end - begin) * n_bins, masks);
  oto_gwrp_forward (masks, (int) (end - begin), n_bins, self->decay, self->clip + begin,
                    self->order != NULL ? self->order + begin * n_ranks : NULL,
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
  OtoHeadJob job = { .head = self, .x = *x, .params = params };

  self->params = params;
  self->shown_clip = -1;
  if (oto_engine_is_cancelled (engine))
    return FALSE;
  oto_workers_run (engine->workers, oto_engine_get_n_items (engine), logits_worker, &job);

  if (oto_engine_is_cancelled (engine))
    return FALSE;
  if (oto_head_is_two_step (self))
    {
      oto_workers_run (engine->workers, oto_engine_get_n_items (engine), mel_worker, &job);
      oto_workers_run (engine->workers, engine->n_batch, time_worker, &job);
    }
  else
    oto_workers_run (engine->workers, (size_t) engine->n_batch * self->n_classes, rank_worker,
                     &job);
  return TRUE;
}
