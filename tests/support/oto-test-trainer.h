/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "oto-test.h"

G_BEGIN_DECLS

/* Runs of tiny networks on a tiny data set. */

#define OTO_TEST_TRAINER_N_CLIPS 8

/* A folder with a data set of eight clips, two of them in fold 2, which is held out; settings of a
 * run of four epochs of two steps. The feature cache is in the folder, too. */
typedef struct
{
  char             *dir;
  char             *data;
  char             *cache;
  OtoTrainerConfig  config;
} OtoTestTrainer;

void        oto_test_trainer_set_up      (OtoTestTrainer  *self,
                                          gconstpointer    data);
void        oto_test_trainer_tear_down   (OtoTestTrainer  *self,
                                          gconstpointer    data);
void        oto_test_trainer_write_lists (OtoTestTrainer  *self,
                                          int              n_clips);
/* A run in a folder of the fixture's; the fixture's settings then name it. */
OtoTrainer *oto_test_trainer_new         (OtoTestTrainer  *self,
                                          const char      *run) G_GNUC_WARN_UNUSED_RESULT;
OtoTrainer *oto_test_trainer_resume      (OtoTestTrainer  *self) G_GNUC_WARN_UNUSED_RESULT;
void        oto_test_trainer_run         (OtoTrainer      *trainer,
                                          OtoTrainerState  expected);
/* Runs until @epoch ends, which stops it. */
void        oto_test_trainer_run_until   (OtoTrainer      *trainer,
                                          int              epoch);
/* Runs in a thread until so many steps more are done, then stops; whether the run is done. */
gboolean    oto_test_trainer_start_and_stop (OtoTrainer   *trainer,
                                             guint         n_steps);
guint       oto_test_trainer_get_n_steps (OtoTrainer      *trainer);
OtoModelSnapshot *
            oto_test_trainer_load        (OtoTestTrainer  *self,
                                          const char      *run,
                                          const char      *name) G_GNUC_WARN_UNUSED_RESULT;
/* Everything but the times; both are done. */
void        oto_test_trainer_assert_same (OtoTestTrainer  *self,
                                          const char      *run_a,
                                          const char      *run_b);

/* A trainer's signals. */
typedef struct
{
  guint n_epochs;
  guint n_finished;
  char *message;
} OtoTestHeard;

void        oto_test_trainer_start       (OtoTrainer      *trainer,
                                          OtoTestHeard    *ret_heard);
/* oto_trainer_ref_snapshot_async(), and the wait for it in the main context. */
OtoModelSnapshot *
            oto_test_trainer_ref_snapshot (OtoTrainer     *trainer,
                                           GError        **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
