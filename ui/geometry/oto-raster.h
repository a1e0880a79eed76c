/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "geometry/oto-color-map.h"
#include "geometry/oto-pyramid.h"

G_BEGIN_DECLS

/* From a stored 16-bit value to a pixel: the upper bits index a table that is made anew for each
 * frame, so that another colour map or shown range costs nothing. */
#define OTO_RASTER_LUT_BITS 14
#define OTO_RASTER_LUT_LEN  ((1 << OTO_RASTER_LUT_BITS) + 1)      /* the last entry: not finite */

typedef struct
{
  guint32 pixels[OTO_RASTER_LUT_LEN];                             /* 0xFFRRGGBB */
} OtoRasterLut;

void oto_raster_lut_init (OtoRasterLut     *self,
                          const OtoPyramid *pyramid,
                          OtoColorMap       map,
                          double            shown_low,
                          double            shown_high,
                          guint32           invalid_rgb);

void oto_raster_fill     (const OtoPyramid   *pyramid,
                          double              first_cell,
                          double              end_cell,
                          gboolean            bottom_up,
                          double              low,
                          double              high,
                          const OtoRasterLut *lut,
                          guint32             outside_rgb,
                          guint32            *ret_pixels,
                          int                 stride_px,
                          int                 width_px,
                          int                 height_px);

G_END_DECLS
