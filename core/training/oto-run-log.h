/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "training/oto-trainer.h"

OTO_BEGIN_DECLS

/* OtoRunLog: the folder of a run, but for its models. */
typedef struct _OtoRunLog OtoRunLog;

gboolean   oto_run_log_check_free (const char              *dir,
                                   GError                 **error);
OtoRunLog *oto_run_log_create     (const OtoTrainerConfig  *config,
                                   const char * const      *term_names,
                                   GError                 **error) G_GNUC_WARN_UNUSED_RESULT;
OtoRunLog *oto_run_log_reopen     (const char              *dir,
                                   const char * const      *term_names,
                                   guint                    n_epochs,
                                   GArray                  *records,
                                   char                   **ret_notice,
                                   GError                 **error) G_GNUC_WARN_UNUSED_RESULT;
void       oto_run_log_free       (OtoRunLog               *self);
char      *oto_run_log_dup_path   (const char              *dir,
                                   const char              *name) G_GNUC_WARN_UNUSED_RESULT;
gboolean   oto_run_log_add_epoch  (OtoRunLog               *self,
                                   const OtoEpochRecord    *record,
                                   GError                 **error);
void       oto_run_log_print      (OtoRunLog               *self,
                                   const char              *format,
                                   ...) G_GNUC_PRINTF (2, 3);
GArray    *oto_run_log_load       (const char              *dir,
                                   char                  ***ret_term_names,
                                   GError                 **error) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OtoRunLog, oto_run_log_free)

OTO_END_DECLS
