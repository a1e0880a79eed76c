/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * OtoPyramid:
 *
 * A (rows, T) map as a heat map needs it: 16-bit values, each row contiguous in time, and above it
 * levels that keep the largest of two neighbours in time, so that a peak survives at every zoom.
 * Immutable once ready, reference counted, safe from any thread; 4 bytes a cell.
 *
 * A value v is stored as round ((v - low) / (high - low) x OTO_PYRAMID_MAX), clamped; one that is
 * not finite as OTO_PYRAMID_INVALID, the largest of all, so that it survives pooling too.
 */
typedef struct _OtoPyramid        OtoPyramid;
typedef struct _OtoPyramidBuilder OtoPyramidBuilder;

#define OTO_PYRAMID_MAX     65534
#define OTO_PYRAMID_INVALID 65535

/* How values lie in memory: frame after frame, or row after row. */
typedef enum
{
  OTO_PYRAMID_FRAMES_FIRST,      /* (T, rows): log-mel, attention of one class */
  OTO_PYRAMID_ROWS_FIRST,        /* (rows, T) */
} OtoPyramidOrder;

OtoPyramid    *oto_pyramid_new              (const float      *values,
                                             OtoPyramidOrder   order,
                                             int               n_rows,
                                             gint64            n_frames,
                                             double            low,
                                             double            high,
                                             GError          **error) G_GNUC_WARN_UNUSED_RESULT;
OtoPyramid    *oto_pyramid_ref              (OtoPyramid       *self) G_GNUC_WARN_UNUSED_RESULT;
void           oto_pyramid_unref            (OtoPyramid       *self);

int            oto_pyramid_get_n_rows       (const OtoPyramid *self);
gint64         oto_pyramid_get_n_frames     (const OtoPyramid *self);
double         oto_pyramid_get_low          (const OtoPyramid *self);
double         oto_pyramid_get_high         (const OtoPyramid *self);
double         oto_pyramid_get_value        (const OtoPyramid *self,  /* NaN where not finite */
                                             int               row,
                                             gint64            frame);

int            oto_pyramid_get_n_levels     (const OtoPyramid *self);
gint64         oto_pyramid_get_level_len    (const OtoPyramid *self,
                                             int               level);
const guint16 *oto_pyramid_get_row          (const OtoPyramid *self,
                                             int               level,
                                             int               row);

/* Chunk by chunk in time, for maps that are never whole in memory as floats. */
OtoPyramidBuilder *oto_pyramid_builder_new     (int                n_rows,
                                                gint64             n_frames,
                                                double             low,
                                                double             high,
                                                GError           **error) G_GNUC_WARN_UNUSED_RESULT;
void               oto_pyramid_builder_put     (OtoPyramidBuilder *self,
                                                gint64             first_frame,
                                                gint64             n_frames,
                                                const float       *values,
                                                double             gain,
                                                double             offset);
void               oto_pyramid_builder_put_row (OtoPyramidBuilder *self,
                                                int                row,
                                                const float       *values,
                                                double             gain,
                                                double             offset);
OtoPyramid        *oto_pyramid_builder_end     (OtoPyramidBuilder *self) G_GNUC_WARN_UNUSED_RESULT;
void               oto_pyramid_builder_free    (OtoPyramidBuilder *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OtoPyramid, oto_pyramid_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OtoPyramidBuilder, oto_pyramid_builder_free)

G_END_DECLS
