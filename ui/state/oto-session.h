/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "state/oto-clip-item.h"

G_BEGIN_DECLS

#define OTO_TYPE_SESSION (oto_session_get_type ())
G_DECLARE_FINAL_TYPE (OtoSession, oto_session, OTO, SESSION, GObject)

/* OtoSession: the clips of a window, the model that hears them and the labels beside them. Clips
 * tell what the model of the window hears in them; while it is not heard yet they keep what the
 * former one heard. For the main thread.
 *
 * Signals: "model-changed", "labels-changed", "busy-changed", and "failed" with what failed and
 * why, for people. */

OtoSession       *oto_session_new          (void) G_GNUC_WARN_UNUSED_RESULT;
void              oto_session_set_engine   (OtoSession   *self,
                                            OtoEngine    *engine);
OtoEngine        *oto_session_get_engine   (OtoSession   *self);
GListModel       *oto_session_get_clips    (OtoSession   *self);

void              oto_session_add_files    (OtoSession   *self,
                                            GFile       **files,
                                            guint         n_files);
void              oto_session_add_demo     (OtoSession   *self);
void              oto_session_load_model   (OtoSession   *self,
                                            const char   *name_or_path);
OtoModelSnapshot *oto_session_get_model    (OtoSession   *self);
OtoEventList     *oto_session_dup_reference (OtoSession  *self,
                                            OtoClipItem  *item) G_GNUC_WARN_UNUSED_RESULT;

GStrv             oto_session_list_unmatched (OtoSession *self) G_GNUC_WARN_UNUSED_RESULT;
void              oto_session_set_alias    (OtoSession   *self,
                                            const char   *label,
                                            const char   *class_name);
const char       *oto_session_get_alias    (OtoSession   *self,
                                            const char   *label);
void              oto_session_set_channel  (OtoSession   *self,
                                            OtoClipItem  *item,
                                            int           channel);

void              oto_session_prefer       (OtoSession   *self,
                                            OtoClipItem  *item);
void              oto_session_run          (OtoSession   *self,
                                            OtoClipItem  *item);
void              oto_session_cancel       (OtoSession   *self,
                                            OtoClipItem  *item);
void              oto_session_cancel_all   (OtoSession   *self);
gboolean          oto_session_is_busy      (OtoSession   *self);
double            oto_session_get_progress (OtoSession   *self);

G_END_DECLS
