/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

#define OTO_TYPE_HISTORY (oto_history_get_type ())
G_DECLARE_FINAL_TYPE (OtoHistory, oto_history, OTO, HISTORY, GObject)

/**
 * OtoHistory:
 *
 * Undo of what people change in objects that know nothing of it. An object is watched: a function
 * takes down its state as a value, another puts it back; a signal says that it changed. Changes of
 * one object that follow each other closely, as in a drag, are one step. For the main thread.
 *
 * Properties: "undo-name", "redo-name" (what the next step changes, in words; %NULL: there is
 * none).
 */

/* How long a step can be undone: what belongs to a clip goes with it. */
typedef enum
{
  OTO_HISTORY_OF_WINDOW,
  OTO_HISTORY_OF_CLIP,
} OtoHistoryScope;

typedef GVariant *(*OtoHistorySaveFunc)    (GObject  *object);       /* may be floating */
typedef void      (*OtoHistoryRestoreFunc) (GObject  *object,
                                            GVariant *state);

OtoHistory *oto_history_new           (void) G_GNUC_WARN_UNUSED_RESULT;
void        oto_history_watch         (OtoHistory            *self,
                                       GObject               *object,
                                       const char            *signal,
                                       const char            *name,
                                       OtoHistoryScope        scope,
                                       OtoHistorySaveFunc     save,
                                       OtoHistoryRestoreFunc  restore);
const char *oto_history_get_undo_name (OtoHistory            *self);
const char *oto_history_get_redo_name (OtoHistory            *self);
gboolean    oto_history_undo          (OtoHistory            *self);
gboolean    oto_history_redo          (OtoHistory            *self);
void        oto_history_settle        (OtoHistory            *self);
void        oto_history_forget_clip   (OtoHistory            *self);

G_END_DECLS
