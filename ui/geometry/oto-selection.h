/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "geometry/oto-rect.h"

G_BEGIN_DECLS

/**
 * OtoSelection:
 * @start_s: where it begins
 * @end_s: where it ends, not before @start_s
 * @low: its lower edge, as a fraction of the mel axis from below
 * @high: its upper edge, not below @low
 *
 * A range of time, or a box of time and frequency. A range has all of the mel axis.
 */
typedef struct
{
  double start_s;
  double end_s;
  double low;
  double high;
} OtoSelection;

/* What of a selection a pointer takes hold of; corners are two edges. */
typedef enum
{
  OTO_GRIP_NONE   = 0,
  OTO_GRIP_START  = 1 << 0,
  OTO_GRIP_END    = 1 << 1,
  OTO_GRIP_LOW    = 1 << 2,
  OTO_GRIP_HIGH   = 1 << 3,
  OTO_GRIP_INSIDE = 1 << 4,
} OtoGrip;

#define OTO_SELECTION_GRIP_PX 5.0

gboolean oto_selection_is_box    (const OtoSelection *self);
gboolean oto_selection_is_equal  (const OtoSelection *a,
                                  const OtoSelection *b);
void     oto_selection_normalize (OtoSelection       *self,
                                  double              duration_s);
OtoGrip  oto_selection_find_grip (const OtoRect      *place,
                                  gboolean            has_levels,
                                  double              x,
                                  double              y);
void     oto_selection_drag      (const OtoSelection *self,
                                  OtoGrip             grip,
                                  double              by_s,
                                  double              by_level,
                                  double              duration_s,
                                  OtoSelection       *ret_selection);
void     oto_selection_extend    (OtoSelection       *self,
                                  double              time_s,
                                  double              level);

G_END_DECLS
