/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "detection/oto-event.h"

OTO_BEGIN_DECLS

/* OtoEventList: events and, for weak labels, (file, label) pairs without times. Once filled and
 * sorted it may be read from any thread.
 *
 * Reads TSV (filename onset offset event_label; also without the file name, and without a heading),
 * weak TSV (filename event_labels, comma-separated), the same with commas, and Audacity labels. */

typedef enum
{
  OTO_EVENT_FORMAT_TSV,          /* filename onset offset event_label; weak ones: event_labels */
  OTO_EVENT_FORMAT_CSV,          /* the same columns, comma-separated */
  OTO_EVENT_FORMAT_AUDACITY,     /* onset offset label, tab-separated, no heading */
} OtoEventFormat;

OtoEventList   *oto_event_list_new      (void) G_GNUC_WARN_UNUSED_RESULT;
OtoEventList   *oto_event_list_load     (const char    *path,
                                         char         **ret_warnings,
                                         GError       **error) G_GNUC_WARN_UNUSED_RESULT;
OtoEventList   *oto_event_list_ref      (OtoEventList  *self) G_GNUC_WARN_UNUSED_RESULT;
void            oto_event_list_unref    (OtoEventList  *self);
void            oto_event_list_add      (OtoEventList  *self,
                                         OtoEvent      *event);
guint           oto_event_list_get_n    (OtoEventList  *self);
const OtoEvent *oto_event_list_get      (OtoEventList  *self,
                                         guint          i);
OtoEventList   *oto_event_list_filter   (OtoEventList  *self,
                                         const char    *filename) G_GNUC_WARN_UNUSED_RESULT;
void            oto_event_list_sort     (OtoEventList  *self);
char           *oto_event_list_to_text  (OtoEventList  *self,
                                         OtoEventFormat format) G_GNUC_WARN_UNUSED_RESULT;
char           *oto_event_list_to_tsv   (OtoEventList  *self) G_GNUC_WARN_UNUSED_RESULT;
gboolean        oto_event_list_save_tsv (OtoEventList  *self,
                                         const char    *path,
                                         GError       **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OtoEventList, oto_event_list_unref)

OTO_END_DECLS
