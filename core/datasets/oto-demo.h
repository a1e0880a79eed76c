/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/oto-types.h"

OTO_BEGIN_DECLS

/* The demo: clips of 10 s, each with three different synthesised events over a background. */

#define OTO_DEMO_SEED 1

guint    oto_demo_get_n_clips (void);
gboolean oto_demo_write       (const char       *dir,
                               guint64           seed,
                               OtoProgressFunc   progress,
                               gpointer          user_data,
                               GCancellable     *cancellable,
                               GError          **error);

OTO_END_DECLS
