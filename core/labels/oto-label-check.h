/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "labels/oto-label-file.h"

OTO_BEGIN_DECLS

/* OtoLabelCheck: labels held against the clips of a folder. Immutable, safe from any thread. */

typedef struct _OtoLabelCheck OtoLabelCheck;

OtoLabelCheck      *oto_label_check_new             (const OtoLabelFile   *labels,
                                                     const char           *dir,
                                                     OtoProgressFunc       progress,
                                                     gpointer              user_data,
                                                     GCancellable         *cancellable,
                                                     GError              **error)
                                                     G_GNUC_WARN_UNUSED_RESULT;
void                oto_label_check_free            (OtoLabelCheck        *self);
const char * const *oto_label_check_get_missing     (const OtoLabelCheck  *self);
const char * const *oto_label_check_get_unreadable  (const OtoLabelCheck  *self);
const char * const *oto_label_check_get_unlabelled  (const OtoLabelCheck  *self);
const char * const *oto_label_check_get_behind      (const OtoLabelCheck  *self);
guint               oto_label_check_get_n_past_end  (const OtoLabelCheck  *self);
guint               oto_label_check_get_past_end    (const OtoLabelCheck  *self,
                                                     guint                 i);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OtoLabelCheck, oto_label_check_free)

OTO_END_DECLS
