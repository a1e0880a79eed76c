/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/oto-engine.h"

G_BEGIN_DECLS

/* OtoPass: a batch on its way through a network, and what its layers share: threads, weights and
 * temporary memory.
 *
 * A job is cut into items; an item is a clip, or a part of its frames when the clips alone would
 * not keep every thread busy. The cut depends on batch and thread count only, and partial sums are
 * added in the order of the threads, so that the same numbers come out every time. */
typedef struct
{
  OtoEngine    *engine;
  OtoPriority   priority;
  GCancellable *cancellable;     /* (nullable) */
  int           n_checks;        /* for tests: how often it was looked at, and at which time it */
  int           cancelled_at;    /* seems cancelled; 0: never */
  gboolean      was_cancelled;   /* this pass */
  int           n_threads;

  int           max_batch;       /* what the memory holds */
  gboolean      has_backward;    /* whether it holds what a backward pass needs */
  int           n_batch;         /* N of this pass */
  int           n_parts;         /* items of a clip */
  gboolean      is_training;     /* this pass: statistics of the batch, dropout */
  guint64       step;            /* of the training, and its seed: what dropout draws from */
  guint64       seed;

  const float  *params;          /* the network's blocks */
  float        *buffers;
  float        *grads;           /* (nullable) added to */
  const float  *y;               /* (nullable) (N, K): labels */
  const float  *class_weights;   /* (nullable) (K): of positive examples */
  const float  *negative_weights;        /* (nullable) (K): of negative ones, if they have any */

  float       **scratch;         /* one per thread */
  float       **partials;        /* one per thread: gradients of one layer's parameters */
} OtoPass;

void     oto_pass_begin        (OtoPass        *self,
                                int             n_batch);
gboolean oto_pass_is_cancelled (OtoPass        *self);
void     oto_pass_run          (OtoPass        *self,
                                size_t          n_items,
                                OtoWorkersFunc  func,
                                gpointer        user_data);
size_t   oto_pass_get_n_items  (const OtoPass  *self);
int      oto_pass_get_n_active (const OtoPass  *self,
                                size_t          n_items);
void     oto_pass_add_up       (OtoPass        *self,
                                float         **parts,
                                int             n_parts,
                                size_t          len);

/* Walks through a thread's items as runs of rows, one for each clip that it has a part of. */
typedef struct
{
  int    n_parts;
  int    n_frames;
  int    grain;                  /* runs begin at multiples of this row */
  size_t pos;                    /* next item */
  size_t end;

  int    clip;                   /* the run: clip, and rows [begin, end) of it */
  int    row_begin;
  int    row_end;
} OtoFrameRuns;

void     oto_frame_runs_init   (OtoFrameRuns   *self,
                                const OtoPass  *pass,
                                int             n_frames,
                                size_t          begin,
                                size_t          end,
                                int             grain);
gboolean oto_frame_runs_next   (OtoFrameRuns   *self);

G_END_DECLS
