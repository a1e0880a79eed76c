/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "state/oto-analysis-queue.h"
#include "state/oto-session.h"

G_BEGIN_DECLS

struct _OtoSession
{
  GObject           parent_instance;

  GListStore       *clips;
  GPtrArray        *labels;          /* of OtoLabelFile */
  GHashTable       *aliases;         /* of their classes: those of the model */
  OtoModelSnapshot *model;
  OtoEngine        *engine;          /* of all analyzers */
  OtoAnalyzer      *analyzer;
  OtoAnalysisQueue *queue;
  GCancellable     *demo_cancellable;
  guint             progress_id;
  guint             n_asked;         /* models asked for so far, */
  guint             model_number;    /* and which of them is in use */
  guint             n_loading;       /* models, folders and demos on their way */
  int               demo_permille;   /* atomic */
};

/* Of oto-session.c. */
void oto_session_begin_loading       (OtoSession *self);
void oto_session_end_loading         (OtoSession *self);
void oto_session_tell_labels_changed (OtoSession *self);
void oto_session_tell_failed         (OtoSession *self,
                                      const char *title,
                                      const char *message);

/* Of oto-session-files.c. */
void oto_session_name_clips          (OtoSession *self);

G_END_DECLS
