/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "otoscope.h"

#include "geometry/oto-rect.h"
#include "paint/oto-text-painter.h"

G_BEGIN_DECLS

/* A lane of events along the time axis; events that overlap stand in rows below each other. Where
 * the other lane is given, a glyph and a pattern say what became of each: ✓ a label that was found,
 * ✗ one that was missed (dashed), ! an event that nobody labelled (hatched). An event finds a label
 * of its class when the two overlap in time. */
typedef enum
{
  OTO_LANE_EVENTS,               /* filled: what the model found */
  OTO_LANE_REFERENCE,            /* outlined: what somebody labelled */
} OtoLaneLook;

guint           oto_lane_painter_count_rows (OtoEventList        *events);
gboolean        oto_lane_painter_is_matched (const OtoEvent      *event,
                                             OtoEventList        *other);
OtoEventList   *oto_lane_painter_select     (OtoEventList        *events,
                                             const char * const  *labels,
                                             guint                n_labels,
                                             guint                n_rows) G_GNUC_WARN_UNUSED_RESULT;
const OtoEvent *oto_lane_painter_find       (OtoEventList        *events,
                                             const OtoRect       *lane,
                                             double               start_s,
                                             double               end_s,
                                             double               x,
                                             double               y);
void            oto_lane_painter_paint      (cairo_t             *cr,
                                             OtoEventList        *events,
                                             OtoEventList        *other,
                                             OtoLaneLook          look,
                                             const char          *title,
                                             const OtoRect       *lane,
                                             double               margin_px,
                                             double               start_s,
                                             double               end_s,
                                             const OtoPaintStyle *style);

G_END_DECLS
