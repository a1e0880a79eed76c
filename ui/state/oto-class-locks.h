/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "otoscope.h"

#include "paint/oto-panel-data.h"

G_BEGIN_DECLS

#define OTO_TYPE_CLASS_LOCKS (oto_class_locks_get_type ())
G_DECLARE_FINAL_TYPE (OtoClassLocks, oto_class_locks, OTO, CLASS_LOCKS, GObject)

/**
 * OtoClassLocks:
 *
 * Classes that keep their panel, by name, when the ranking changes: of another clip, by another
 * model. Those that a model does not know wait for one that does. For the main thread. Signal
 * "changed".
 */

OtoClassLocks *oto_class_locks_new      (void) G_GNUC_WARN_UNUSED_RESULT;
gboolean       oto_class_locks_has      (OtoClassLocks *self,
                                         const char    *name);
void           oto_class_locks_toggle   (OtoClassLocks *self,
                                         OtoAnalysis   *analysis,
                                         int            class_index);
void           oto_class_locks_arrange  (OtoClassLocks *self,
                                         OtoAnalysis   *analysis,
                                         int           *ret_classes);
int           *oto_class_locks_dup_rows (OtoClassLocks *self,
                                         OtoAnalysis   *analysis,
                                         guint          max_rows,
                                         guint         *ret_n) G_GNUC_WARN_UNUSED_RESULT;
GVariant      *oto_class_locks_save     (OtoClassLocks *self);
void           oto_class_locks_restore  (OtoClassLocks *self,
                                         GVariant      *state);

G_END_DECLS
