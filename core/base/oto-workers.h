/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/oto-types.h"

OTO_BEGIN_DECLS

/* OtoWorkers: the engine's threads. A job of n items is cut into one contiguous range per thread,
 * always the same for the same n and thread count, so that sums added in the order of the ranges
 * are reproducible. */

typedef void (*OtoWorkersFunc) (int      thread,
                                size_t   begin,
                                size_t   end,
                                gpointer user_data);

int         oto_workers_get_n_cores    (void);
void        oto_workers_lower_priority (void);
OtoWorkers *oto_workers_new            (int             n_threads,
                                        gboolean        background) G_GNUC_WARN_UNUSED_RESULT;
void        oto_workers_free           (OtoWorkers     *self);
int         oto_workers_get_n_threads  (OtoWorkers     *self);
gboolean    oto_workers_fail_refused   (GError        **error);
void        oto_workers_run            (OtoWorkers     *self,
                                        size_t          n_items,
                                        OtoWorkersFunc  func,
                                        gpointer        user_data);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OtoWorkers, oto_workers_free)

OTO_END_DECLS
