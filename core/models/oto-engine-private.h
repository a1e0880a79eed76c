/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/oto-arena.h"
#include "base/oto-workers.h"
#include "nn/oto-conv2d.h"

G_BEGIN_DECLS

/* What the parts of a network share: threads, the batch of the pass at work, and temporary memory.
 *
 * A job is cut into items; an item is a clip, or a part of its frames when the clips alone would
 * not keep every thread busy. The cut depends on batch and thread count only, and partial sums are
 * added in the order of the threads, so that the same numbers come out every time. */

typedef struct
{
  OtoWorkers    *workers;
  GCancellable  *cancellable;    /* (nullable) */
  int            n_checks;       /* for tests: how often it was looked at, and at which time it */
  int            cancelled_at;   /* seems cancelled; 0: never */
  int            n_threads;
  int            n_frames;       /* T */
  int            n_mels;         /* F */
  int            n_batch;        /* N of this pass */
  int            n_parts;        /* items of a clip */
  int            max_batch;      /* what the workspace holds */
  gboolean       is_training;    /* whether it holds what a backward pass needs */
  gboolean       keeps_gradients;        /* for tests: maps and their gradients outlive the
                                          * backward pass */
  float        **scratch;        /* one per thread */
  float        **d_filters;      /* training: prepared gradients of one layer, one per thread */
  float         *gradients_end;  /* training: where gradients of maps end */
} OtoEngine;

/* Where memory comes from; without an arena it only counts. */
typedef struct
{
  OtoArena *arena;               /* (nullable) */
  size_t    len;
} OtoPlan;

float   *oto_plan_take            (OtoPlan         *self,
                                   size_t           n_floats);
double  *oto_plan_take_doubles    (OtoPlan         *self,
                                   size_t           n_doubles);

size_t   oto_engine_get_map_len   (const OtoEngine *self,
                                   int              n_channels);
float   *oto_engine_get_gradient  (const OtoEngine *self,
                                   int              n_channels);
void     oto_engine_begin         (OtoEngine       *self,
                                   int              n_batch);
gboolean oto_engine_is_cancelled  (OtoEngine       *self);
size_t   oto_engine_get_n_items   (OtoEngine       *self);
int      oto_engine_get_n_active  (OtoEngine       *self,
                                   size_t           n_items);
void     oto_engine_add_up        (OtoEngine       *self,
                                   float          **parts,
                                   int              n_parts,
                                   size_t           len);

/* Walks through a thread's items as runs of rows, one for each clip that it has a part of. */
typedef struct
{
  const OtoEngine *engine;
  size_t           pos;          /* next item */
  size_t           end;
  int              grain;        /* runs begin at multiples of this row */

  int              clip;         /* the run: clip, and rows [begin, end) of it */
  int              row_begin;
  int              row_end;
} OtoFrameRuns;

void     oto_frame_runs_init      (OtoFrameRuns    *self,
                                   const OtoEngine *engine,
                                   size_t           begin,
                                   size_t           end,
                                   int              grain);
gboolean oto_frame_runs_next      (OtoFrameRuns    *self);

/* A map that a layer reads. */
typedef struct
{
  const float             *data;         /* (N, T, F, C) */
  const OtoConv2dPrologue *prologue;     /* (nullable) batch norm and ReLU still to be applied */
  int                      n_channels;   /* C */
} OtoFeatureMap;

G_END_DECLS
