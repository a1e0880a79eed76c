/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "paint/oto-panel-painter.h"

G_BEGIN_DECLS

typedef enum
{
  OTO_LANE_EVENTS,               /* filled */
  OTO_LANE_REFERENCE,            /* outlined */
} OtoLaneLook;

/* How many rows the lane needs so that no two events of a row overlap; at least 1. */
guint oto_lane_painter_count_rows (OtoEventList *events);
/* (nullable): the event under a point of the lane. */
const OtoEvent *oto_lane_painter_find (OtoEventList *events, const OtoRect *lane, double start_s, double end_s, double x, double y);
void  oto_lane_painter_paint      (cairo_t *cr, OtoEventList *events, OtoLaneLook look, const char *title, const OtoRect *lane, double margin_px, double start_s, double end_s, const OtoPaintStyle *style);

G_END_DECLS
