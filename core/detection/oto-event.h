/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/oto-types.h"

OTO_BEGIN_DECLS

/**
 * OtoEvent:
 * @filename: (nullable): the clip it belongs to
 * @label: class name
 * @onset_s: start in seconds; NaN for a weak label, which has no times
 * @offset_s: end in seconds; NaN for a weak label
 * @score: clip probability of the class; NaN where unknown
 * @low_hz: lower edge of its box; NaN where unknown
 * @high_hz: upper edge of its box; NaN where unknown
 * @fields: (nullable) (array zero-terminated=1): what a label file says of it in further columns
 *
 * A labelled interval of a clip.
 */
struct _OtoEvent
{
  char   *filename;
  char   *label;
  double  onset_s;
  double  offset_s;
  double  score;
  double  low_hz;
  double  high_hz;
  char  **fields;
};

OtoEvent *oto_event_new  (const char     *filename,
                          const char     *label,
                          double          onset_s,
                          double          offset_s,
                          double          score) G_GNUC_WARN_UNUSED_RESULT;
OtoEvent *oto_event_copy (const OtoEvent *self) G_GNUC_WARN_UNUSED_RESULT;
void      oto_event_free (OtoEvent       *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OtoEvent, oto_event_free)

OTO_END_DECLS
