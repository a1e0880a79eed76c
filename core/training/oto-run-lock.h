/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/oto-types.h"

G_BEGIN_DECLS

/* OtoRunLock: the right to write into the folder of a run, which one trainer has at a time. It ends
 * with the program, however that ends; the file “lock” in the folder tells who has it. */
typedef struct _OtoRunLock OtoRunLock;

/* In the folder of a run, and no part of the run. */
#define OTO_RUN_LOCK_NAME "lock"

OtoRunLock *oto_run_lock_new  (const char  *dir,
                               GError     **error) G_GNUC_WARN_UNUSED_RESULT;
void        oto_run_lock_free (OtoRunLock  *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OtoRunLock, oto_run_lock_free)

G_END_DECLS
