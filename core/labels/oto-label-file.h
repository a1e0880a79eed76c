/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "detection/oto-event-list.h"
#include "labels/oto-label-format.h"

OTO_BEGIN_DECLS

/* OtoLabelFile: what a file of labels holds: events and weak labels, further columns, clips without
 * events, and the lines that were not understood. Immutable, safe from any thread. */

typedef struct _OtoLabelFile OtoLabelFile;

OtoLabelFile         *oto_label_file_load             (const char            *path,
                                                       const OtoLabelFormat  *format,
                                                       GError               **error)
                                                       G_GNUC_WARN_UNUSED_RESULT;
OtoLabelFile         *oto_label_file_load_full        (const char            *path,
                                                       const OtoLabelFormat  *format,
                                                       const char            *columns,
                                                       GError               **error)
                                                       G_GNUC_WARN_UNUSED_RESULT;
OtoLabelFile         *oto_label_file_new              (OtoEventList          *events,
                                                       gboolean               has_scores)
                                                       G_GNUC_WARN_UNUSED_RESULT;
OtoLabelFile         *oto_label_file_select           (const OtoLabelFile    *self,
                                                       const char            *path)
                                                       G_GNUC_WARN_UNUSED_RESULT;
void                  oto_label_file_free             (OtoLabelFile          *self);
char                 *oto_label_file_to_text          (const OtoLabelFile    *self,
                                                       const OtoLabelFormat  *format,
                                                       GError               **error)
                                                       G_GNUC_WARN_UNUSED_RESULT;
char                **oto_label_file_list_losses      (const OtoLabelFile    *self,
                                                       const OtoLabelFormat  *format)
                                                       G_GNUC_WARN_UNUSED_RESULT;
gboolean              oto_label_file_save             (const OtoLabelFile    *self,
                                                       const char            *path,
                                                       const OtoLabelFormat  *format,
                                                       GError               **error);
gboolean              oto_label_file_save_events      (OtoEventList          *events,
                                                       const char            *path,
                                                       GError               **error);

const OtoLabelFormat *oto_label_file_get_format       (const OtoLabelFile    *self);
OtoEventList         *oto_label_file_get_events       (const OtoLabelFile    *self);
OtoEventList         *oto_label_file_find_events      (const OtoLabelFile    *self,
                                                       const char            *path)
                                                       G_GNUC_WARN_UNUSED_RESULT;
guint                 oto_label_file_get_event_line   (const OtoLabelFile    *self,
                                                       guint                  i);
const char * const   *oto_label_file_get_columns      (const OtoLabelFile    *self);
const char * const   *oto_label_file_get_empty_files  (const OtoLabelFile    *self);
const char           *oto_label_file_get_fold         (const OtoLabelFile    *self,
                                                       const char            *filename);
gboolean              oto_label_file_has_scores       (const OtoLabelFile    *self);
guint                 oto_label_file_get_n_good       (const OtoLabelFile    *self);
guint                 oto_label_file_get_n_problems   (const OtoLabelFile    *self);
const char           *oto_label_file_get_problem      (const OtoLabelFile    *self,
                                                       guint                  i,
                                                       guint                 *ret_line);
char                 *oto_label_file_describe_problems (const OtoLabelFile   *self,
                                                       guint                  n_max)
                                                       G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OtoLabelFile, oto_label_file_free)

OTO_END_DECLS
