/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "models/oto-head-kernels.h"
#include "models/oto-head-private.h"
#include "nn/oto-gwrp.h"

#include <string.h>

static void
two_step_backward_worker (int      thread,
                          size_t   begin,
                          size_t   end,
                          gpointer user_data)
{
  const OtoHeadJob *job = user_data;
  const OtoHead *self = job->head;
  const OtoEngine *engine = self->engine;
  const OtoTwoStepParams linears = oto_head_get_linears (self, job->params);
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
      const OtoTwoStepMaps maps = oto_head_get_maps (self, (int) n);
      const float *d_clip = self->d_clip + n * self->n_classes;
      const size_t clip_pos = n * oto_head_get_clip_len (self);

      if (oto_head_is_local (self))
        oto_two_step_local_backward (self->n_classes, engine->n_frames, engine->n_mels, &linears,
                                     self->logits + clip_pos, &maps, d_clip,
                                     self->d_logits + clip_pos, &grads, engine->scratch[thread]);
      else
        oto_two_step_backward (self->form, self->n_classes, engine->n_frames, engine->n_mels,
                               &linears, self->maps + clip_pos, &maps, d_clip,
                               self->d_maps + clip_pos, &grads, engine->scratch[thread]);

      /* What the published pooling leaves at the beginning of its scratch. */
      if (self->d_mel_x != NULL && !oto_head_is_local (self))
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
  const OtoHeadJob *job = user_data;
  const OtoHead *self = job->head;
  const size_t n_bins = oto_head_get_n_bins (self);
  const size_t n_ranks = oto_gwrp_get_n_ranks (n_bins, self->decay);

  oto_gwrp_backward_logits (self->d_clip + begin, self->maps + begin * n_bins,
                            self->order + begin * n_ranks, (int) (end - begin), n_bins, self->decay,
                            self->d_maps + begin * n_bins, self->engine->scratch[thread]);
}

/* A thread's clip on its way back through the class convolution. */
typedef struct
{
  const OtoHeadJob *job;
  int               thread;
  int               clip;
} ConvPass;

/* The gradient of the input, in one row. */
static void
add_row_d_x (const OtoHeadJob *job,
             const float      *d_logits,
             float            *d_x,
             float            *scratch)
{
  const OtoHead *self = job->head;
  const size_t row_len = oto_head_get_x_row_len (self);
  OtoConv2dShape shape = self->adjoint_shape;

  shape.n_frames = 1;
  oto_conv2d_forward (&shape, self->adjoint, NULL, d_logits, 0, 1, job->adds_d_x ? scratch : d_x,
                      NULL, NULL, scratch + row_len);
  if (job->adds_d_x)
    oto_head_add (scratch, row_len, d_x);
}

/* The class convolution has no halo: while a row is hot, all but the gradient of the weights is
 * done, which reads it next. */
static void
fill_logits_gradient_cb (int      row_begin,
                         int      row_end,
                         gpointer user_data)
{
  const ConvPass *pass = user_data;
  const OtoHeadJob *job = pass->job;
  const OtoHead *self = job->head;
  const int n_mels = self->engine->n_mels;
  const size_t n_bins = oto_head_get_n_bins (self);
  const size_t clip_pos = pass->clip * oto_head_get_clip_len (self);
  float *scratch = self->engine->scratch[pass->thread] + oto_conv2d_get_scratch_len (&self->shape);

  for (int row = row_begin; row < row_end; row++)
    {
      const size_t place = (size_t) row * n_mels;
      float *d_logits = self->d_logits + clip_pos + place * self->n_classes;

      if (!oto_head_is_local (self))
        oto_head_maps_to_rows (self->d_maps + clip_pos + place, n_mels, self->n_classes, n_bins,
                               d_logits);
      oto_head_add_columns (d_logits, n_mels, self->n_classes, self->d_bias[pass->thread]);
      add_row_d_x (job, d_logits,
                   job->d_x + (pass->clip * n_bins + place) * self->shape.c_in, scratch);
    }
}

static void
conv_backward_worker (int      thread,
                      size_t   begin,
                      size_t   end,
                      gpointer user_data)
{
  const OtoHeadJob *job = user_data;
  const OtoHead *self = job->head;
  const OtoEngine *engine = self->engine;
  const OtoConv2dShape *shape = &self->shape;
  ConvPass pass = { job, thread, 0 };
  float *d_filters = engine->d_filters[thread];
  OtoFrameRuns runs;

  memset (d_filters, 0, oto_conv2d_get_filters_len (shape) * sizeof (float));
  memset (self->d_bias[thread], 0, self->n_classes * sizeof (double));
  oto_frame_runs_init (&runs, engine, begin, end, oto_conv2d_get_row_grain (shape));
  while (oto_frame_runs_next (&runs))
    {
      pass.clip = runs.clip;
      oto_conv2d_backward_weights (shape, job->x.prologue,
                                   job->x.data + runs.clip * oto_head_get_n_bins (self) *
                                   shape->c_in,
                                   self->d_logits + runs.clip * oto_head_get_clip_len (self),
                                   runs.row_begin, runs.row_end, fill_logits_gradient_cb, &pass,
                                   d_filters, engine->scratch[thread]);
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
  oto_conv2d_finish_weights (&self->shape, self->engine->d_filters[0], 0, self->shape.c_in,
                             grads + self->weight_pos);
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
 * @adds_d_x: whether the engine's gradient of @x is added to, or written
 * @grads: the network's gradients; added to
 *
 * The class maps are overwritten by their gradients, unless the engine keeps them.
 *
 * Returns: %FALSE when cancelled
 */
gboolean
oto_head_backward (OtoHead             *self,
                   const OtoFeatureMap *x,
                   const float         *params,
                   gboolean             adds_d_x,
                   float               *grads)
{
  OtoEngine *engine = self->engine;
  const size_t n_items = oto_engine_get_n_items (engine);
  OtoHeadJob job = {
    .head = self,
    .x = *x,
    .params = params,
    .d_x = oto_engine_get_gradient (engine, self->shape.c_in),
    .adds_d_x = adds_d_x,
  };

  if (oto_engine_is_cancelled (engine))
    return FALSE;
  if (oto_head_is_two_step (self))
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
  return TRUE;
}
