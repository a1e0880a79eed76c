/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "otoscope.h"

G_BEGIN_DECLS

#define OTO_TYPE_CLIP_ITEM (oto_clip_item_get_type ())
G_DECLARE_FINAL_TYPE (OtoClipItem, oto_clip_item, OTO, CLIP_ITEM, GObject)

/* OtoClipItem: one row of the clip list: a file, how far its analysis is, and what came of it.
 * "changed" tells of everything but its name. For the main thread, except for its progress. */

typedef enum
{
  OTO_CLIP_STATE_QUEUED,
  OTO_CLIP_STATE_RUNNING,
  OTO_CLIP_STATE_OPEN,           /* read, but there is no model to hear it */
  OTO_CLIP_STATE_DONE,
  OTO_CLIP_STATE_STOPPED,
  OTO_CLIP_STATE_FAILED,
} OtoClipState;

OtoClipItem  *oto_clip_item_new           (const char   *path) G_GNUC_WARN_UNUSED_RESULT;
OtoClipItem  *oto_clip_item_new_channel   (const char   *path,
                                           int           channel) G_GNUC_WARN_UNUSED_RESULT;
const char   *oto_clip_item_get_path      (OtoClipItem  *self);
int           oto_clip_item_get_channel   (OtoClipItem  *self);
const char   *oto_clip_item_get_name      (OtoClipItem  *self);
void          oto_clip_item_set_tail      (OtoClipItem  *self,
                                           const char   *tail);
OtoClipState  oto_clip_item_get_state     (OtoClipItem  *self);
void          oto_clip_item_set_state     (OtoClipItem  *self,
                                           OtoClipState  state,
                                           const char   *message);
const char   *oto_clip_item_get_message   (OtoClipItem  *self);
OtoClip      *oto_clip_item_get_clip      (OtoClipItem  *self);
void          oto_clip_item_set_clip      (OtoClipItem  *self,
                                           OtoClip      *clip);
OtoAnalysis  *oto_clip_item_get_analysis  (OtoClipItem  *self);
void          oto_clip_item_set_analysis  (OtoClipItem  *self,
                                           OtoAnalysis  *analysis);
double        oto_clip_item_get_progress  (OtoClipItem  *self);
void          oto_clip_item_set_progress  (OtoClipItem  *self,
                                           double        fraction);
void          oto_clip_item_tell_progress (OtoClipItem  *self);
char         *oto_clip_item_dup_text      (OtoClipItem  *self);

G_END_DECLS
