/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "detection/oto-event-list.h"

G_BEGIN_DECLS

/* OtoLabelIndex: which events of a list are those of a clip. Immutable, safe from any thread. */

typedef struct _OtoLabelIndex OtoLabelIndex;

OtoLabelIndex *oto_label_index_new  (OtoEventList        *events,
                                     const char          *dir) G_GNUC_WARN_UNUSED_RESULT;
void           oto_label_index_free (OtoLabelIndex       *self);
OtoEventList  *oto_label_index_find (const OtoLabelIndex *self,
                                     const char          *path) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OtoLabelIndex, oto_label_index_free)

G_END_DECLS
