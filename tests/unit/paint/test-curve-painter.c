/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test.h"
#include "paint/oto-curve-painter.h"

#include <math.h>

#define WIDTH  400
#define HEIGHT 300

static void
test_fit (void)
{
  const double values[] = { 3, NAN, 1, 2, INFINITY };
  const OtoCurve curves[] = { { "a", values, 5, 10, 2, 0, FALSE, FALSE } };
  OtoCurveRange range;

  oto_curve_painter_fit (curves, 1, &range);
  g_assert_cmpfloat (range.x_low, ==, 10);
  g_assert_cmpfloat (range.x_high, ==, 16);
  g_assert_cmpfloat (range.y_low, <, 1);
  g_assert_cmpfloat (range.y_low, >, 0.8);
  g_assert_cmpfloat (range.y_high, >, 3);
  g_assert_cmpfloat (range.y_high, <, 3.2);
}

/* Nothing, one value and constant values still make a plot. */
static void
test_fit_flat (void)
{
  const double values[] = { 0.5, 0.5 };
  OtoCurve curve = { "a", values, 0, 1, 1, 0, FALSE, TRUE };
  OtoCurveRange range;

  for (guint n = 0; n <= 2; n++)
    {
      curve.n_values = n;
      oto_curve_painter_fit (&curve, 1, &range);
      g_assert_cmpfloat (range.x_high, >, range.x_low);
      g_assert_cmpfloat (range.y_high, >, range.y_low);
    }
}

static cairo_surface_t *
paint (const OtoCurve *curve)
{
  const OtoRect rect = { 0, 0, WIDTH, HEIGHT };
  cairo_surface_t *image = cairo_image_surface_create (CAIRO_FORMAT_RGB24, WIDTH, HEIGHT);
  cairo_t *cr = cairo_create (image);
  OtoCurveRange range;
  OtoPaintStyle style;

  oto_paint_style_init (&style, &oto_theme_light, NULL, 9.0, 1.0);
  oto_theme_set_source (cr, 0xffffff, 1.0);
  cairo_paint (cr);
  oto_curve_painter_fit (curve, 1, &range);
  oto_curve_painter_paint (cr, curve, 1, &range, "Loss", "Step", &rect, &style);
  g_assert_cmpint (cairo_status (cr), ==, CAIRO_STATUS_SUCCESS);
  cairo_destroy (cr);
  cairo_surface_flush (image);

  return image;
}

/* The first row with colour in a column, as only the curve has; HEIGHT where there is none. */
static int
find_curve (cairo_surface_t *image,
            int              x)
{
  for (int y = 60; y < HEIGHT - 40; y++)
    {
      const guint32 *row = (const guint32 *) (cairo_image_surface_get_data (image)
                                              + y * cairo_image_surface_get_stride (image));

      if (abs ((int) (row[x] >> 16 & 255) - (int) (row[x] & 255)) > 50)
        return y;
    }

  return HEIGHT;
}

/* A falling curve falls. */
static void
test_paint (void)
{
  const double values[] = { 4, 3, 2, 1 };
  const OtoCurve curve = { "a", values, 4, 1, 1, 0, FALSE, FALSE };
  cairo_surface_t *image = paint (&curve);
  int last = 0;

  for (int x = 80; x < WIDTH - 20; x += 40)
    {
      int y = find_curve (image, x);

      g_assert_cmpint (y, >=, last);
      g_assert_cmpint (y, <, HEIGHT);
      last = y;
    }
  cairo_surface_destroy (image);
}

/* What is not finite ends the line. */
static void
test_paint_nan (void)
{
  const double values[] = { 4, 3, NAN, 1, 2, 3, 4 };
  const OtoCurve curve = { "a", values, 7, 1, 1, 0, FALSE, FALSE };
  cairo_surface_t *image = paint (&curve);

  g_assert_cmpint (find_curve (image, 70), <, HEIGHT);
  g_assert_cmpint (find_curve (image, 250), ==, HEIGHT);
  cairo_surface_destroy (image);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/paint/curve-painter/fits-finite-values", test_fit);
  g_test_add_func ("/paint/curve-painter/fits-flat-curves", test_fit_flat);
  g_test_add_func ("/paint/curve-painter/draws-the-line", test_paint);
  g_test_add_func ("/paint/curve-painter/not-a-number-ends-it", test_paint_nan);

  return g_test_run ();
}
