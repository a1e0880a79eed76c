/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "paint/oto-lane-painter.h"
#include "views/oto-plot-view.h"

G_BEGIN_DECLS

#define OTO_TYPE_LANE_VIEW (oto_lane_view_get_type ())
G_DECLARE_FINAL_TYPE (OtoLaneView, oto_lane_view, OTO, LANE_VIEW, OtoPlotView)

#define OTO_LANE_MAX_ROWS 3      /* more would take the panels' room */

/* OtoLaneView: events on the time axis, found or labelled. "event-activated" (label): somebody
 * clicked on one. Property: "is-reference" (construct-only). */

void oto_lane_view_set_events (OtoLaneView  *self,
                               OtoEventList *events,       /* (nullable) */
                               guint         n_hidden,     /* that it has no room for */
                               OtoEventList *other);       /* (nullable): of the other lane */

G_END_DECLS
