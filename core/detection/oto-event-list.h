/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "detection/oto-event.h"

G_BEGIN_DECLS

/* OtoEventList: events and, for weak labels, (file, label) pairs without times (onset and offset NaN).
 * Reads and writes: TSV (filename onset offset event_label; also 3 columns and header-less), weak TSV (filename
 * event_labels, comma-separated), Audacity labels, CSV. Malformed lines are listed, good ones loaded. */

OtoEventList   *oto_event_list_new      (void) G_GNUC_WARN_UNUSED_RESULT;
OtoEventList   *oto_event_list_load     (const char *path, char **ret_warnings, GError **error) G_GNUC_WARN_UNUSED_RESULT; /* @ret_warnings: (nullable out) one line per malformed line */
OtoEventList   *oto_event_list_ref      (OtoEventList *self) G_GNUC_WARN_UNUSED_RESULT;
void            oto_event_list_unref    (OtoEventList *self);
void            oto_event_list_add      (OtoEventList *self, OtoEvent *event);     /* (transfer full) */
guint           oto_event_list_get_n    (OtoEventList *self);
const OtoEvent *oto_event_list_get      (OtoEventList *self, guint i);
OtoEventList   *oto_event_list_filter   (OtoEventList *self, const char *filename) G_GNUC_WARN_UNUSED_RESULT;  /* of that file (by base name, extension ignored when the list has none), or without any file name */
void            oto_event_list_sort     (OtoEventList *self);                      /* by file, onset, label */
char           *oto_event_list_to_tsv   (OtoEventList *self) G_GNUC_WARN_UNUSED_RESULT;
gboolean        oto_event_list_save_tsv (OtoEventList *self, const char *path, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OtoEventList, oto_event_list_unref)

G_END_DECLS
