/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "datasets/oto-augment.h"
#include "datasets/oto-batcher.h"
#include "datasets/oto-dataset.h"
#include "datasets/oto-remixer.h"
#include "datasets/oto-sampler.h"
#include "models/oto-model-snapshot.h"
#include "training/oto-checkpoint.h"
#include "training/oto-optimizer.h"
#include "training/oto-prob-mean.h"
#include "training/oto-run-lock.h"
#include "training/oto-run-log.h"
#include "training/oto-trainer.h"

G_BEGIN_DECLS

struct _OtoTrainer
{
  GObject             parent_instance;

  OtoTrainerConfig    config;              /* resolved */
  OtoRecipe           recipe;              /* with the changes of the settings */
  gboolean            resumes;
  OtoDataset         *dataset;
  OtoModelConfig      model_config;
  OtoLogmelConfig     front_end;
  char              **term_names;          /* of the loss */
  guint64             left_bytes;          /* memory for features */
  GArray             *train_clips;         /* guint32 */
  GArray             *val_clips;
  guint               n_items;             /* clips of a whole epoch */
  int                 n_steps;             /* of a whole epoch */
  int                 n_epochs;            /* the last one may end early */
  gint64              n_updates;           /* of the run */

  /* The rest of the run: only the thread that runs it touches it. */
  OtoAugment          augment;
  OtoBatcher         *train;               /* NULL: clips are mixed */
  OtoRemixer         *remixer;             /* (nullable): mixes them */
  OtoBatcher         *val;
  OtoScaler           scaler;
  guint               n_taken;             /* tensors of the model that it begins with */
  OtoEngine          *engine;
  OtoModel           *model;
  float              *class_weights;       /* (nullable) (K) */
  OtoOptimizer        optimizer;
  OtoProbMean         prob_mean;           /* empty unless the recipe averages */
  OtoTrainingState    state;
  GArray             *history;             /* OtoEpochRecord: of the epochs done */
  OtoRunLock         *lock_of_run;
  OtoRunLog          *log;
  OtoSampler         *sampler;
  guint32            *order;               /* (n_items): training items of this epoch */
  float              *x;                   /* (N, T, F) */
  float              *y;                   /* (N, K) */
  float              *scratch;             /* (T F + K) */
  float              *val_prob;            /* (clips, K) */
  float              *val_targets;         /* (clips, K) */
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
  GCond               changed;             /* a flag, or who waits for a snapshot */
  OtoTrainerProgress  progress;
  GArray             *records;             /* OtoEpochRecord: the history, for others */
  GPtrArray          *notices;             /* char * */
  GArray             *step_losses;         /* double */
  OtoModelSnapshot   *snapshot;            /* the last one handed out */
  GPtrArray          *waiting;             /* GTask: for the next one */
  gboolean            finished;
  GError             *error;

  /* Of a run in a thread of its own: only the owner's thread touches these. */
  GThread            *thread;
  GSource            *source;
  guint               n_emitted;
  guint               n_notices_emitted;
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

/* Of epoch @epoch; the run may end within it. */
static inline int
oto_trainer_get_n_steps (OtoTrainer *self,
                         int         epoch)
{
  return (int) CLAMP (self->n_updates - (gint64) (epoch - 1) * self->n_steps, 0, self->n_steps);
}

/* oto-trainer-keep.c */
void     oto_trainer_get_averaged (OtoTrainer           *self,
                                   int                  *ret_first,
                                   int                  *ret_last);
gboolean oto_trainer_averages     (OtoTrainer           *self,
                                   int                   epoch);
double   oto_trainer_get_watched  (const OtoEpochRecord *record,
                                   OtoWatch              watch);
gboolean oto_trainer_keep         (OtoTrainer           *self,
                                   const OtoEpochRecord *record,
                                   gboolean             *ret_is_best,
                                   GError              **error);

/* oto-trainer-snapshot.c */
OtoModelSnapshot *
         oto_trainer_make_snapshot   (OtoTrainer           *self,
                                      const OtoEpochRecord *record,
                                      GError              **error);
gboolean oto_trainer_is_awaited      (OtoTrainer           *self);
void     oto_trainer_serve_snapshots (OtoTrainer           *self,
                                      gboolean              always);
void     oto_trainer_end_snapshots   (OtoTrainer           *self);
gboolean oto_trainer_save_checkpoint (OtoTrainer           *self,
                                      GError              **error);

/* oto-trainer-begin.c */
gboolean oto_trainer_begin_with_model (OtoTrainer  *self,
                                       GError     **error);

/* oto-trainer-prepare.c */
gboolean oto_trainer_prepare (OtoTrainer  *self,
                              GError     **error);

/* oto-trainer-loop.c */
gboolean oto_trainer_loop (OtoTrainer  *self,
                           GError     **error);

/* oto-trainer.c, for the loop */
void oto_trainer_epoch_ended (OtoTrainer           *self,
                              const OtoEpochRecord *record);
void oto_trainer_add_notice  (OtoTrainer           *self,
                              const char           *text);
void oto_trainer_add_notices_of
                             (OtoTrainer           *self,
                              OtoBatcher           *batcher);

G_END_DECLS
