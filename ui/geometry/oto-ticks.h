/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Where an axis has ticks and what they say (interface.md A1, A2). Positions are in pixels from
 * the start of the axis: its left end, or its lower end for frequencies and values. */
typedef struct
{
  double   value;                /* seconds, hertz, or the axis's unit */
  double   pos_px;
  gboolean is_major;             /* minor ticks are shorter */
  char     label[24];            /* empty for ticks without one */
} OtoTick;

#define OTO_TICKS_TIME_PX 64     /* labels of a time axis are at least so far apart */
#define OTO_TICKS_MEL_PX  18

/* All return a new array of OtoTick by rising position, g_array_unref(). */
GArray *oto_ticks_new_time  (double start_s,
                             double end_s,
                             double width_px,
                             double min_label_px);
GArray *oto_ticks_new_mel   (double min_hz,      /* edges of the model's filters */
                             double max_hz,
                             int    n_mels,
                             double height_px,
                             double min_label_px);
GArray *oto_ticks_new_value (double low,
                             double high,
                             double length_px,
                             double min_label_px);

G_END_DECLS
