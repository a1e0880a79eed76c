/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/oto-types.h"
#include "models/oto-model.h"

G_BEGIN_DECLS

#define OTO_TYPE_TRAINER (oto_trainer_get_type ())
G_DECLARE_FINAL_TYPE (OtoTrainer, oto_trainer, OTO, TRAINER, GObject)

typedef struct
{
  char          *system;
  OtoPoolingForm pooling_form;
  char          *data_dir;
  char          *run_dir;
  int            fold;                   /* held out for validation */
  int            n_epochs;
  int            batch;
  double         width;
  double         alpha;                  /* negative: the system's default */
  double         lr;
  guint64        seed;
  int            n_threads;              /* 0: all cores */
  gboolean       background;             /* at reduced priority */
} OtoTrainerConfig;

typedef enum { OTO_TRAINER_IDLE, OTO_TRAINER_PREPARING, OTO_TRAINER_RUNNING, OTO_TRAINER_STOPPED, OTO_TRAINER_DONE, OTO_TRAINER_FAILED } OtoTrainerState;

/* One row of metrics.csv. Undefined values are NaN. */
typedef struct
{
  int    epoch;                          /* from 1 */
  double loss, bce, mse;                 /* means over the training clips of the epoch */
  double val_bce, micro_ap, macro_ap, auc;
  double lr, seconds, clips_per_s;
} OtoEpochRecord;

typedef struct
{
  OtoTrainerState state;
  int             epoch, n_epochs;       /* the one running, from 1 */
  int             step, n_steps;
  double          loss;                  /* of the last step */
  double          clips_per_s;
  double          elapsed_s, left_s;     /* left is NaN until known */
  double          prepare_fraction;      /* features ready while PREPARING */
} OtoTrainerProgress;

void        oto_trainer_config_init    (OtoTrainerConfig *config);       /* defaults: 2apae-local, batch 24, 50 epochs, lr 1e-3, width 1 */
void        oto_trainer_config_clear   (OtoTrainerConfig *config);

OtoTrainer *oto_trainer_new            (const OtoTrainerConfig *config, GError **error) G_GNUC_WARN_UNUSED_RESULT;
OtoTrainer *oto_trainer_new_resumed    (const char *run_dir, int n_threads, gboolean background, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean    oto_trainer_run            (OtoTrainer *self, GError **error);     /* in this thread, to the end or a stop; TRUE also when stopped */
void        oto_trainer_start          (OtoTrainer *self);                     /* in a thread of its own; signals arrive in the main context of the caller: "epoch" (per epoch), "finished" (GError or NULL) */
void        oto_trainer_stop           (OtoTrainer *self);                     /* saves at the next step boundary and ends; from any thread, also a signal handler's */
void        oto_trainer_cancel         (OtoTrainer *self);                     /* ends at the next step boundary; the last checkpoint stays */
void        oto_trainer_set_paused     (OtoTrainer *self, gboolean paused);
void        oto_trainer_get_progress   (OtoTrainer *self, OtoTrainerProgress *ret_progress);
GArray     *oto_trainer_dup_records    (OtoTrainer *self) G_GNUC_WARN_UNUSED_RESULT;     /* of OtoEpochRecord */
GArray     *oto_trainer_dup_step_losses(OtoTrainer *self) G_GNUC_WARN_UNUSED_RESULT;     /* of double, all steps so far */
const OtoTrainerConfig *oto_trainer_get_config (OtoTrainer *self);
OtoModelSnapshot *oto_trainer_ref_snapshot (OtoTrainer *self) G_GNUC_WARN_UNUSED_RESULT; /* weights at the last step boundary; waits for it at most one step */

G_END_DECLS
