/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "geometry/oto-raster.h"

#include <math.h>
#include <string.h>

#define LUT_SHIFT (16 - OTO_RASTER_LUT_BITS)

/**
 * oto_raster_lut_init:
 * @self: a table to fill
 * @pyramid: whose values are looked up
 * @map: colours
 * @shown_low: value of the first colour; what is below has it too
 * @shown_high: value of the last colour; not below @shown_low
 * @invalid_rgb: colour of values that are not finite
 */
void
oto_raster_lut_init (OtoRasterLut     *self,
                     const OtoPyramid *pyramid,
                     OtoColorMap       map,
                     double            shown_low,
                     double            shown_high,
                     guint32           invalid_rgb)
{
  const guint32 *entries = oto_color_map_get_entries (map);
  const int n = OTO_RASTER_LUT_LEN - 1;
  double low = oto_pyramid_get_low (pyramid);
  double step = (oto_pyramid_get_high (pyramid) - low) / OTO_PYRAMID_MAX * (1 << LUT_SHIFT);
  double gain = shown_high > shown_low ? OTO_COLOR_MAP_LEN / (shown_high - shown_low) : 0.0;

  for (int i = 0; i < n; i++)
    {
      /* The middle of the values that share this entry. */
      double pos = (low + (i + 0.5) * step - shown_low) * gain;

      self->pixels[i] = 0xff000000u | entries[(int) CLAMP (pos, 0.0, OTO_COLOR_MAP_LEN - 1.0)];
    }
  self->pixels[n] = 0xff000000u | invalid_rgb;
}

/* Which cells of a level a pixel column touches: first[x] to last[x]; first is -1 where there
 * are none. */
static void
map_columns (double  first_cell,
             double  end_cell,
             double  level_scale,
             gint64  n_frames,
             gint64  level_len,
             int     width_px,
             gint64 *ret_first,
             gint64 *ret_last)
{
  double step = (end_cell - first_cell) / width_px;

  for (int x = 0; x < width_px; x++)
    {
      double left = first_cell + step * x, right = left + step, middle = left + 0.5 * step;
      gint64 first, last;

      if (middle < 0.0 || middle >= (double) n_frames)
        {
          ret_first[x] = -1;
          continue;
        }
      /* Zoomed in, a pixel shows the cell under its middle; zoomed out, the largest of all it
       * touches. */
      first = (gint64) floor ((step > 1.0 ? left : middle) * level_scale);
      last = step > 1.0 ? (gint64) ceil (right * level_scale) - 1 : first;
      ret_first[x] = CLAMP (first, 0, level_len - 1);
      ret_last[x] = CLAMP (last, ret_first[x], level_len - 1);
    }
}

static void
fill_row (const guint16      *cells,
          const gint64       *first,
          const gint64       *last,
          const OtoRasterLut *lut,
          guint32             outside,
          guint32            *ret_pixels,
          int                 width_px)
{
  for (int x = 0; x < width_px; x++)
    {
      guint16 largest;

      if (first[x] < 0)
        {
          ret_pixels[x] = outside;
          continue;
        }
      largest = cells[first[x]];
      for (gint64 i = first[x] + 1; i <= last[x]; i++)
        largest = MAX (largest, cells[i]);
      ret_pixels[x] = largest == OTO_PYRAMID_INVALID ? lut->pixels[OTO_RASTER_LUT_LEN - 1]
                                                     : lut->pixels[largest >> LUT_SHIFT];
    }
}

/**
 * oto_raster_fill:
 * @pyramid: the map
 * @first_cell: frame at the left edge; fractions and places outside the clip are allowed
 * @end_cell: frame at the right edge; above @first_cell
 * @bottom_up: row 0 is the lowest
 * @low: the share of rows that lies below the lower edge; 0: none
 * @high: the share below the upper edge; 1: all
 * @lut: made for @pyramid
 * @outside_rgb: colour where there are no frames
 * @ret_pixels: (height, stride): 0xFFRRGGBB, all written but what lies past the width
 * @stride_px: pixels from one row to the next
 * @width_px: columns
 * @height_px: rows
 *
 * Draws a map pixel by pixel. Zoomed out, a pixel has the colour of the largest cell that it
 * touches at the level with one or two cells a pixel, so that no peak is lost and none grows by
 * more than a pixel to either side; zoomed in, cells are crisp blocks. Pure; for any thread.
 */
void
oto_raster_fill (const OtoPyramid   *pyramid,
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
                 int                 height_px)
{
  g_autofree gint64 *first = NULL, *last = NULL;
  int n_rows = oto_pyramid_get_n_rows (pyramid);
  double per_pixel = (end_cell - first_cell) / width_px, level_scale = 1.0;
  int level = 0, shown_row = -1;

  g_return_if_fail (end_cell > first_cell);
  g_return_if_fail (low >= 0.0 && high > low && high <= 1.0);
  g_return_if_fail (width_px > 0 && height_px > 0 && stride_px >= width_px);

  for (; per_pixel >= 2.0 && level + 1 < oto_pyramid_get_n_levels (pyramid); level++)
    {
      per_pixel /= 2.0;
      level_scale /= 2.0;
    }
  first = g_new (gint64, width_px);
  last = g_new (gint64, width_px);
  map_columns (first_cell, end_cell, level_scale, oto_pyramid_get_n_frames (pyramid),
               oto_pyramid_get_level_len (pyramid, level), width_px, first, last);

  for (int y = 0; y < height_px; y++)
    {
      guint32 *pixels = ret_pixels + (size_t) y * stride_px;
      const double from_top = (1.0 - high) * n_rows
                              + (2 * y + 1) * (high - low) * n_rows / (2.0 * height_px);
      int row = CLAMP ((int) from_top, 0, n_rows - 1);

      if (bottom_up)
        row = n_rows - 1 - row;
      if (row == shown_row)
        memcpy (pixels, pixels - stride_px, sizeof (guint32) * width_px);
      else
        fill_row (oto_pyramid_get_row (pyramid, level, row), first, last, lut,
                  0xff000000u | outside_rgb, pixels, width_px);
      shown_row = row;
    }
}
