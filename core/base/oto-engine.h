/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/oto-workers.h"

OTO_BEGIN_DECLS

/* OtoEngine: the threads that networks run on, shared by everything that computes. A job is short,
 * a layer or a part of one; where several callers wait, the most urgent is served first, so that a
 * clip that the user waits for goes before a batch, and a batch before a training. */

typedef enum
{
  OTO_PRIORITY_INTERACTIVE,      /* somebody waits for it */
  OTO_PRIORITY_BATCH,            /* many clips */
  OTO_PRIORITY_TRAINING,
} OtoPriority;

#define OTO_N_PRIORITIES (OTO_PRIORITY_TRAINING + 1)

OtoEngine *oto_engine_new           (int             n_threads,
                                     gboolean        background) G_GNUC_WARN_UNUSED_RESULT;
OtoEngine *oto_engine_ref           (OtoEngine      *self) G_GNUC_WARN_UNUSED_RESULT;
void       oto_engine_unref         (OtoEngine      *self);
int        oto_engine_get_n_threads (OtoEngine      *self);
void       oto_engine_run           (OtoEngine      *self,
                                     OtoPriority     priority,
                                     size_t          n_items,
                                     OtoWorkersFunc  func,
                                     gpointer        user_data);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OtoEngine, oto_engine_unref)

OTO_END_DECLS
