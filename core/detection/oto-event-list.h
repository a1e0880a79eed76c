/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "detection/oto-event.h"

OTO_BEGIN_DECLS

/* OtoEventList: events and, for weak labels, (file, label) pairs without times. Once filled and
 * sorted it may be read from any thread. */

OtoEventList   *oto_event_list_new       (void) G_GNUC_WARN_UNUSED_RESULT;
OtoEventList   *oto_event_list_ref       (OtoEventList       *self);
void            oto_event_list_unref     (OtoEventList       *self);
void            oto_event_list_add       (OtoEventList       *self,
                                          OtoEvent           *event);
guint           oto_event_list_get_n     (const OtoEventList *self);
const OtoEvent *oto_event_list_get       (const OtoEventList *self,
                                          guint               i);
void            oto_event_list_sort      (OtoEventList       *self);
gboolean        oto_event_list_is_behind (OtoEventList       *self,
                                          double              duration_s);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OtoEventList, oto_event_list_unref)

OTO_END_DECLS
