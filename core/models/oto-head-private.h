/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "models/oto-head.h"
#include "nn/oto-two-step.h"

G_BEGIN_DECLS

/* What the passes of a head share. */

static inline gboolean
oto_head_is_two_step (const OtoHead *self)
{
  return self->kind == OTO_HEAD_TWO_STEP || self->kind == OTO_HEAD_TWO_STEP_LOCAL;
}

static inline gboolean
oto_head_is_local (const OtoHead *self)
{
  return self->kind == OTO_HEAD_TWO_STEP_LOCAL;
}

static inline size_t
oto_head_get_n_bins (const OtoHead *self)
{
  return (size_t) self->engine->n_frames * self->engine->n_mels;
}

static inline size_t
oto_head_get_clip_len (const OtoHead *self)
{
  return oto_head_get_n_bins (self) * self->n_classes;
}

/* Floats of a row of what the head reads. */
static inline size_t
oto_head_get_x_row_len (const OtoHead *self)
{
  return (size_t) self->engine->n_mels * self->shape.c_in;
}

static inline OtoTwoStepMaps
oto_head_get_maps (const OtoHead *self,
                   int            n)
{
  const size_t n_scores = (size_t) self->n_classes * self->engine->n_frames;
  const gboolean is_kept = self->n_kept == self->engine->max_batch;

  return (OtoTwoStepMaps) {
    .mel_att = is_kept ? self->mel_att + n * oto_head_get_clip_len (self) : NULL,
    .mel_prob = is_kept ? self->mel_prob + n * oto_head_get_clip_len (self) : NULL,
    .mel_x = self->mel_x + n * n_scores,
    .time_att = self->time_att + n * n_scores,
    .time_prob = self->time_prob + n * n_scores,
    .clip_raw = self->clip_raw + (size_t) n * self->n_classes,
    .clip = self->clip + (size_t) n * self->n_classes,
  };
}

static inline OtoTwoStepParams
oto_head_get_linears (const OtoHead *self,
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
  float         *d_x;            /* backward: (N, T, F, C), written or added to */
  gboolean       adds_d_x;
} OtoHeadJob;

void oto_head_pool_mel (const OtoHead        *self,
                        const float          *params,
                        int                   n,
                        int                   part,
                        int                   n_parts,
                        const OtoTwoStepMaps *maps,
                        float                *scratch);

G_END_DECLS
