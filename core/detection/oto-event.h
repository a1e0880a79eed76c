/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/oto-types.h"

G_BEGIN_DECLS

/* OtoEvent: a labelled interval of a clip. */
struct _OtoEvent
{
  char   *filename;              /* (nullable) */
  char   *label;
  double  onset_s;
  double  offset_s;
  double  score;                 /* NaN where unknown */
};

OtoEvent *oto_event_new  (const char *filename, const char *label, double onset_s, double offset_s, double score) G_GNUC_WARN_UNUSED_RESULT;
OtoEvent *oto_event_copy (const OtoEvent *self) G_GNUC_WARN_UNUSED_RESULT;
void      oto_event_free (OtoEvent *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OtoEvent, oto_event_free)

G_END_DECLS
