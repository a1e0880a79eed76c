/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "geometry/oto-raster.h"
#include "oto-test.h"

#include <math.h>

#define INVALID 0x123456
#define OUTSIDE 0x654321

static OtoPyramid *
new_pyramid (int     n_rows,
             gint64  n_frames,
             guint64 seed)
{
  g_autofree float *values = g_new (float, n_rows * n_frames);

  oto_test_fill (values, n_rows * n_frames, seed);
  return oto_pyramid_new (values, OTO_PYRAMID_ROWS_FIRST, n_rows, n_frames, -1.0, 1.0, NULL);
}

static guint32 *
fill (const OtoPyramid *pyramid,
      double            first,
      double            end,
      gboolean          bottom_up,
      int               width,
      int               height)
{
  g_autofree OtoRasterLut *lut = g_new (OtoRasterLut, 1);
  guint32 *pixels = g_new0 (guint32, width * height);

  oto_raster_lut_init (lut, pyramid, OTO_COLOR_MAP_GREYS, -1.0, 1.0, INVALID);
  oto_raster_fill (pyramid, first, end, bottom_up, 0.0, 1.0, lut, OUTSIDE, pixels, width, width,
                   height);
  return pixels;
}

/* The grey of the largest of some frames of a row. */
static int
get_level (const OtoPyramid *pyramid,
           int               row,
           gint64            first,
           gint64            last)
{
  double largest = -1.0;

  for (gint64 t = MAX (first, 0); t <= MIN (last, oto_pyramid_get_n_frames (pyramid) - 1); t++)
    largest = MAX (largest, oto_pyramid_get_value (pyramid, row, t));
  return (int) MIN (floor ((largest + 1.0) / 2.0 * 256.0), 255.0);
}

/* Zoomed in, each pixel has the colour of the cell under its middle. */
static void
test_blocks (void)
{
  const int n_rows = 3, width = 60, height = 30;
  g_autoptr (OtoPyramid) pyramid = new_pyramid (n_rows, 10, 1);
  g_autofree guint32 *pixels = fill (pyramid, 2.5, 8.5, FALSE, width, height);

  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      {
        gint64 t = (gint64) floor (2.5 + (x + 0.5) / 10.0);

        g_assert_cmpint (ABS ((int) (pixels[y * width + x] & 255)
                              - get_level (pyramid, y / 10, t, t)), <=, 1);
        g_assert_cmphex (pixels[y * width + x] >> 24, ==, 0xff);
      }
}

/* Zoomed out, no pixel is darker than the largest frame it covers, and none brighter than the
 * largest within a pixel. */
static void
test_maxima_survive (void)
{
  const gint64 n_frames = 20011;
  const int width = 301;
  g_autoptr (OtoPyramid) pyramid = new_pyramid (2, n_frames, 2);
  static const double ranges[][2] = {
    { 0, 20011 }, { 100.3, 15000.7 }, { 3000, 3900.5 }, { 5, 400 }, { 7000, 7301 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (ranges); i++)
    {
      double first = ranges[i][0], step = (ranges[i][1] - first) / width;
      g_autofree guint32 *pixels = fill (pyramid, first, ranges[i][1], FALSE, width, 2);

      for (int row = 0; row < 2; row++)
        for (int x = 0; x < width; x++)
          {
            double left = first + step * x, right = left + step;
            int grey = pixels[row * width + x] & 255;

            if (step > 1.0)
              g_assert_cmpint (grey, >=, get_level (pyramid, row, (gint64) floor (left),
                                                    (gint64) ceil (right) - 1) - 1);
            g_assert_cmpint (grey, <=, get_level (pyramid, row, (gint64) floor (left - step),
                                                  (gint64) ceil (right + step) - 1) + 1);
          }
    }
}

static void
test_one_peak (void)
{
  const gint64 n_frames = 112500;
  g_autofree float *values = g_new0 (float, n_frames);
  g_autoptr (OtoPyramid) pyramid = NULL;
  g_autofree guint32 *pixels = NULL;
  int n_bright = 0;

  values[77777] = 1.f;
  pyramid = oto_pyramid_new (values, OTO_PYRAMID_ROWS_FIRST, 1, n_frames, -1.0, 1.0, NULL);
  pixels = fill (pyramid, 0.0, n_frames, FALSE, 1200, 1);
  for (int x = 0; x < 1200; x++)
    if ((pixels[x] & 255) == 255)
      {
        n_bright++;
        g_assert_cmpint (ABS (x - 77777 * 1200 / n_frames), <=, 1);
      }
  g_assert_cmpint (n_bright, >=, 1);
  g_assert_cmpint (n_bright, <=, 3);
}

static void
test_rows (void)
{
  const float values[] = { -1.f, 0.f, 1.f };
  g_autoptr (OtoPyramid) pyramid =
    oto_pyramid_new (values, OTO_PYRAMID_ROWS_FIRST, 3, 1, -1.0, 1.0, NULL);
  g_autofree guint32 *down = fill (pyramid, 0.0, 1.0, FALSE, 1, 7);
  g_autofree guint32 *up = fill (pyramid, 0.0, 1.0, TRUE, 1, 7);

  g_assert_cmphex (down[0], ==, 0xff000000);
  g_assert_cmphex (down[6], ==, 0xffffffff);
  for (int y = 0; y < 7; y++)
    g_assert_cmphex (up[y], ==, down[6 - y]);
}

static void
test_outside (void)
{
  g_autoptr (OtoPyramid) pyramid = new_pyramid (1, 10, 3);
  g_autofree guint32 *pixels = fill (pyramid, -5.0, 15.0, FALSE, 40, 1);

  for (int x = 0; x < 40; x++)
    {
      gboolean is_outside = x < 10 || x >= 30;

      g_assert_cmpint (pixels[x] == (0xff000000u | OUTSIDE), ==, is_outside);
    }
}

static void
test_invalid (void)
{
  g_autofree float *values = g_new0 (float, 4000);
  g_autoptr (OtoPyramid) pyramid = NULL;
  g_autofree guint32 *pixels = NULL;

  values[1000] = NAN;
  pyramid = oto_pyramid_new (values, OTO_PYRAMID_ROWS_FIRST, 1, 4000, -1.0, 1.0, NULL);
  /* A single broken frame shows through 16 frames a pixel. */
  pixels = fill (pyramid, 0.0, 4000.0, FALSE, 250, 1);
  g_assert_cmphex (pixels[62], ==, 0xff000000u | INVALID);
  g_assert_cmphex (pixels[100], !=, 0xff000000u | INVALID);
}

/* A narrower range than the stored one spreads the colours over it. */
static void
test_shown_range (void)
{
  const float values[] = { 0.f, 1.f, 1.5f, 2.f, 9.f };
  g_autoptr (OtoPyramid) pyramid =
    oto_pyramid_new (values, OTO_PYRAMID_ROWS_FIRST, 1, 5, 0.0, 64.0, NULL);
  g_autofree OtoRasterLut *lut = g_new (OtoRasterLut, 1);
  guint32 pixels[5];

  oto_raster_lut_init (lut, pyramid, OTO_COLOR_MAP_GREYS, 1.0, 2.0, INVALID);
  oto_raster_fill (pyramid, 0.0, 5.0, FALSE, 0.0, 1.0, lut, OUTSIDE, pixels, 5, 5, 1);
  g_assert_cmpint (pixels[0] & 255, ==, 0);
  g_assert_cmpint (pixels[1] & 255, <=, 1);
  g_assert_cmpint (ABS ((int) (pixels[2] & 255) - 128), <=, 1);
  g_assert_cmpint (pixels[3] & 255, >=, 254);
  g_assert_cmpint (pixels[4] & 255, ==, 255);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/geometry/raster/blocks", test_blocks);
  g_test_add_func ("/geometry/raster/maxima-survive", test_maxima_survive);
  g_test_add_func ("/geometry/raster/one-peak-of-an-hour", test_one_peak);
  g_test_add_func ("/geometry/raster/rows", test_rows);
  g_test_add_func ("/geometry/raster/outside", test_outside);
  g_test_add_func ("/geometry/raster/invalid", test_invalid);
  g_test_add_func ("/geometry/raster/shown-range", test_shown_range);
  return g_test_run ();
}
