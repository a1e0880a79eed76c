/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "datasets/oto-batcher.h"
#include "datasets/oto-dataset.h"
#include "models/oto-model-snapshot.h"
#include "training/oto-adam.h"
#include "training/oto-checkpoint.h"
#include "training/oto-run-log.h"
#include "training/oto-trainer.h"

G_BEGIN_DECLS

struct _OtoTrainer
{
  GObject             parent_instance;

  OtoTrainerConfig    config;
  gboolean            resumes;
  OtoDataset         *dataset;
  OtoModelConfig      model_config;
  OtoLogmelConfig     front_end;
  guint64             left_bytes;          /* memory for features */

  /* The rest of the run: only the thread that runs it touches it. */
  GArray             *train_clips;         /* guint32 */
  GArray             *val_clips;
  OtoBatcher         *train;
  OtoBatcher         *val;
  OtoScaler           scaler;
  OtoEngine          *engine;
  OtoModel           *model;
  OtoAdam             adam;
  OtoTrainingState    state;
  OtoRunLog          *log;
  guint32            *order;               /* of training items in this epoch */
  float              *x;                   /* (N, T, F) */
  float              *y;                   /* (N, K) */
  float              *val_prob;            /* (clips, K) */
  float              *val_targets;         /* (clips, K) */
  int                 n_steps;
  gint64              begin_us;
  gint64              saved_us;
  double              step_s;              /* smoothed */
  double              val_s;               /* of the last validation */
  guint               n_session_steps;

  /* Flags: atomic. */
  int                 stop_flag;
  int                 cancel_flag;
  int                 pause_flag;
  GCancellable       *cancellable;         /* ends preparation, and a step within */

  GMutex              lock;                /* guards what follows */
  GCond               changed;             /* a flag or a snapshot */
  OtoTrainerProgress  progress;
  GArray             *records;             /* OtoEpochRecord */
  GArray             *step_losses;         /* double */
  OtoModelSnapshot   *snapshot;
  gboolean            snapshot_wanted;
  gboolean            finished;
  GError             *error;

  /* Of a run in a thread of its own: only the owner's thread touches the first three. */
  GThread            *thread;
  GSource            *source;
  guint               n_emitted;
};

static inline double
oto_trainer_get_seconds_since (gint64 begin_us)
{
  return (double) (g_get_monotonic_time () - begin_us) / G_USEC_PER_SEC;
}

/* Whether the run is to end before its time. */
static inline gboolean
oto_trainer_is_ending (OtoTrainer *self)
{
  return g_atomic_int_get (&self->stop_flag) || g_atomic_int_get (&self->cancel_flag);
}

/* oto-trainer-prepare.c */
gboolean oto_trainer_prepare      (OtoTrainer           *self,
                                   GError              **error);

/* oto-trainer-loop.c */
gboolean oto_trainer_loop         (OtoTrainer           *self,
                                   GError              **error);

/* oto-trainer.c, for the loop */
void     oto_trainer_epoch_ended  (OtoTrainer           *self,
                                   const OtoEpochRecord *record);

G_END_DECLS
