/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "geometry/oto-raster.h"
#include "oto-test-model.h"
#include "oto-test-system.h"
#include "paint/oto-panel-painter.h"

#include <math.h>

#define GROUND 0xabcdef

typedef struct
{
  cairo_surface_t *image;
  cairo_t         *cr;
  OtoPaintStyle    style;
  OtoClassColors  *colors;
} Canvas;

static void
canvas_init (Canvas *self,
             int     width,
             int     height,
             int     scale)
{
  self->image = cairo_image_surface_create (CAIRO_FORMAT_RGB24, width * scale, height * scale);
  cairo_surface_set_device_scale (self->image, scale, scale);
  self->cr = cairo_create (self->image);
  self->colors = oto_class_colors_new ();
  oto_paint_style_init (&self->style, &oto_theme_light, self->colors, 11.0, scale);
  oto_theme_set_source (self->cr, GROUND, 1.0);
  cairo_paint (self->cr);
}

static void
canvas_clear (Canvas *self)
{
  g_assert_cmpint (cairo_status (self->cr), ==, CAIRO_STATUS_SUCCESS);
  cairo_destroy (self->cr);
  cairo_surface_destroy (self->image);
  oto_class_colors_unref (self->colors);
}

static guint32
canvas_get (Canvas *self,
            int     x,
            int     y)
{
  cairo_surface_flush (self->image);
  return ((const guint32 *) (cairo_image_surface_get_data (self->image)
                             + y * cairo_image_surface_get_stride (self->image)))[x] & 0xffffff;
}

static OtoPanelData *
make (OtoMap map)
{
  static const int classes[] = { 2, 0, 1 };
  OtoPanelSpec spec = { map, OTO_PANEL_NO_CLASS };
  g_autoptr (OtoModelSnapshot) snapshot = oto_test_make_snapshot ("2apae-local", 3, 32);
  g_autoptr (OtoClip) clip = oto_test_make_clip (2.0, 32000, 1);
  g_autoptr (OtoAnalyzer) analyzer = oto_analyzer_new (snapshot, oto_test_get_engine (1), NULL);
  g_autoptr (OtoAnalysis) analysis = oto_analyzer_analyze (analyzer, clip, NULL, NULL, NULL, NULL);

  if (oto_panel_spec_has_class (&spec))
    spec.class_index = classes[0];
  return oto_panel_data_new (analysis, &spec, classes, 3, NULL, NULL);
}

/* On screen the body is the raster, device pixel by device pixel, and nothing outside the plot. */
static void
test_body_is_raster (gconstpointer user_data)
{
  const int scale = GPOINTER_TO_INT (user_data), width = 200 * scale, height = 50 * scale;
  const OtoRect plot = { 20.0, 10.0, 200.0, 50.0 };
  g_autoptr (OtoPanelData) data = make (OTO_MAP_LOGMEL);
  g_autofree OtoRasterLut *lut = g_new (OtoRasterLut, 1);
  g_autofree guint32 *pixels = g_new (guint32, width * height);
  Canvas canvas;

  canvas_init (&canvas, 240, 70, scale);
  oto_panel_painter_paint_body (canvas.cr, data, &plot, 0.3, 1.1, &canvas.style);
  oto_raster_lut_init (lut, data->pyramid, data->map, -80.0, 0.0, 0xff00ff);
  /* The first frame stands from 16 ms on. */
  oto_raster_fill (data->pyramid, (0.3 - 0.016) / 0.032, (1.1 - 0.016) / 0.032, TRUE, 0.0, 1.0,
                   lut, 0, pixels, width, width, height);
  for (int y = 0; y < 70 * scale; y++)
    for (int x = 0; x < 240 * scale; x++)
      {
        int px = x - 20 * scale, py = y - 10 * scale;
        gboolean is_inside = px >= 0 && px < width && py >= 0 && py < height;

        g_assert_cmphex (canvas_get (&canvas, x, y), ==,
                         is_inside ? pixels[py * width + px] & 0xffffff : GROUND);
      }
  canvas_clear (&canvas);
}

/* Zoomed in on frequencies, each row of pixels is that of the whole map drawn larger. */
static void
test_mel_zoom (void)
{
  const OtoRect plot = { 20.0, 10.0, 200.0, 32.0 };
  const OtoRect whole = { 20.0, 10.0, 200.0, 128.0 };
  g_autoptr (OtoPanelData) data = make (OTO_MAP_LOGMEL);
  Canvas part, all;

  canvas_init (&part, 240, 150, 1);
  canvas_init (&all, 240, 150, 1);
  oto_panel_painter_paint_body (all.cr, data, &whole, 0.0, 2.0, &all.style);
  part.style.mel_low = 0.25;
  part.style.mel_high = 0.5;
  oto_panel_painter_paint_body (part.cr, data, &plot, 0.0, 2.0, &part.style);
  /* From half of the axis down: the third quarter from above. */
  for (int y = 0; y < 32; y++)
    for (int x = 20; x < 220; x++)
      g_assert_cmphex (canvas_get (&part, x, 10 + y), ==, canvas_get (&all, x, 10 + 64 + y));
  canvas_clear (&part);
  canvas_clear (&all);
}

/* A map over mel bins fills its plot whatever the times, and its hertz stand below. */
static void
test_bins (void)
{
  static const int classes[] = { 2, 0, 1 };
  const OtoRect plot = { 60.0, 10.0, 128.0, 30.0 };
  g_autoptr (OtoModelSnapshot) snapshot =
    oto_test_make_snapshot_of (&oto_test_weights_system, 3, 32, &oto_logmel_config_default);
  g_autoptr (OtoClip) clip = oto_test_make_clip (1.0, 32000, 1);
  g_autoptr (OtoAnalyzer) analyzer = oto_analyzer_new (snapshot, oto_test_get_engine (1), NULL);
  g_autoptr (OtoAnalysis) analysis = oto_analyzer_analyze (analyzer, clip, NULL, NULL, NULL, NULL);
  const OtoPanelSpec spec = { OTO_MAP_MEL_WEIGHTS, OTO_PANEL_NO_CLASS };
  g_autoptr (OtoPanelData) data = oto_panel_data_new (analysis, &spec, classes, 3, NULL, NULL);
  g_autofree OtoRasterLut *lut = g_new (OtoRasterLut, 1);
  g_autofree guint32 *pixels = g_new (guint32, 128 * 30);
  guint n_below = 0;
  Canvas canvas;

  canvas_init (&canvas, 240, 70, 1);
  oto_panel_painter_paint_body (canvas.cr, data, &plot, 0.0, 0.0, &canvas.style);
  oto_panel_painter_paint_bin_axis (canvas.cr, data, &plot, &canvas.style);
  oto_raster_lut_init (lut, data->pyramid, data->map, data->shown_low, data->shown_high, 0xff00ff);
  oto_raster_fill (data->pyramid, 0.0, 64.0, FALSE, 0.0, 1.0, lut, 0, pixels, 128, 128, 30);
  for (int y = 0; y < 30; y++)
    for (int x = 0; x < 128; x++)
      g_assert_cmphex (canvas_get (&canvas, 60 + x, 10 + y), ==, pixels[y * 128 + x] & 0xffffff);
  for (int y = 40; y < 70; y++)
    for (int x = 0; x < 240; x++)
      n_below += canvas_get (&canvas, x, y) != GROUND;
  g_assert_cmpuint (n_below, >, 20);
  canvas_clear (&canvas);
}

/* Whatever stands around a plot leaves the plot alone. */
static void
test_surroundings_stay_outside (void)
{
  static const OtoMap maps[] = { OTO_MAP_LOGMEL, OTO_MAP_STEP1, OTO_MAP_TIME_ATT };
  const OtoRect plot = { 100.0, 40.0, 200.0, 100.0 }, bar = { 310.0, 40.0, 9.0, 100.0 };

  for (guint k = 0; k < G_N_ELEMENTS (maps); k++)
    {
      g_autoptr (OtoPanelData) data = make (maps[k]);
      guint n_left = 0, n_right = 0, n_below = 0;
      Canvas canvas;

      canvas_init (&canvas, 380, 200, 1);
      oto_panel_painter_paint_axis (canvas.cr, data, &plot, 90.0, &canvas.style);
      oto_panel_painter_paint_color_bar (canvas.cr, data, &bar, &canvas.style);
      oto_panel_painter_paint_time_axis (canvas.cr, &plot, 0.0, 2.0, OTO_AXIS_BELOW, "Time (s)",
                                         &canvas.style);
      for (int y = 0; y < 200; y++)
        for (int x = 0; x < 380; x++)
          {
            gboolean is_painted = canvas_get (&canvas, x, y) != GROUND;

            if (x >= 100 && x < 300 && y >= 40 && y < 140)
              g_assert_false (is_painted);
            n_left += is_painted && x < 100;
            n_right += is_painted && x >= 310;
            n_below += is_painted && y > 140;
          }
      g_assert_cmpuint (n_left, >, 100);
      g_assert_cmpuint (n_right, >, 900);
      g_assert_cmpuint (n_below, >, 200);
      canvas_clear (&canvas);
    }
}

/* The upper end of the bar has the last colour, the lower end the first. */
static void
test_color_bar (void)
{
  const OtoRect bar = { 10.0, 10.0, 10.0, 100.0 };
  const guint32 *viridis = oto_color_map_get_entries (OTO_COLOR_MAP_VIRIDIS);
  g_autoptr (OtoPanelData) data = make (OTO_MAP_STEP1);
  Canvas canvas;

  canvas_init (&canvas, 80, 120, 1);
  oto_panel_painter_paint_color_bar (canvas.cr, data, &bar, &canvas.style);
  g_assert_cmphex (canvas_get (&canvas, 15, 10), ==, viridis[254]);
  g_assert_cmphex (canvas_get (&canvas, 15, 109), ==, viridis[1]);
  canvas_clear (&canvas);
}

static void
test_probs (void)
{
  const OtoRect plot = { 100.0, 0.0, 200.0, 60.0 };
  g_autoptr (OtoPanelData) data = make (OTO_MAP_CLIP_PROB);
  Canvas canvas;

  canvas_init (&canvas, 360, 60, 1);
  data->row_probs[1] = 0.5;
  oto_class_colors_assign (canvas.colors, data->row_names[1]);
  oto_panel_painter_paint_probs (canvas.cr, data, &plot, 95.0, NAN, &canvas.style);
  g_assert_cmphex (canvas_get (&canvas, 110, 30), ==, 0xe69f00);
  g_assert_cmphex (canvas_get (&canvas, 198, 30), ==, 0xe69f00);
  g_assert_cmphex (canvas_get (&canvas, 202, 30), ==, oto_theme_light.track);
  canvas_clear (&canvas);
}

/* Sizes that windows pass through while they are made. */
static void
test_tiny (void)
{
  static const double sizes[] = { 0.0, 0.4, 1.0, 3.0, 10.0 };

  for (guint m = 0; oto_map_info_get (m) != NULL; m++)
    {
      g_autoptr (OtoPanelData) data = make (oto_map_info_get (m)->map);
      Canvas canvas;

      canvas_init (&canvas, 40, 40, 1);
      for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
        for (guint k = 0; k < G_N_ELEMENTS (sizes); k++)
          {
            const OtoRect plot = { 20.0, 20.0, sizes[i], sizes[k] };

            oto_panel_painter_paint_body (canvas.cr, data, &plot, 0.0, 2.0, &canvas.style);
            oto_panel_painter_paint_body (canvas.cr, data, &plot, 1.0, 1.0, &canvas.style);
            oto_panel_painter_paint_axis (canvas.cr, data, &plot, sizes[k], &canvas.style);
            oto_panel_painter_paint_color_bar (canvas.cr, data, &plot, &canvas.style);
            oto_panel_painter_paint_title (canvas.cr, data, "1", TRUE, &plot, &canvas.style);
            oto_panel_painter_paint_notice (canvas.cr, "There is nothing", &plot, &canvas.style);
            oto_panel_painter_paint_probs (canvas.cr, data, &plot, sizes[i], 0.1, &canvas.style);
            oto_panel_painter_paint_time_axis (canvas.cr, &plot, 0.0, 2.0, OTO_AXIS_ABOVE, NULL,
                                               &canvas.style);
          }
      canvas_clear (&canvas);
    }
}

/* However narrow its row, nothing of a title is drawn past its end. */
static void
test_title_fits (void)
{
  g_autoptr (OtoPanelData) data = make (OTO_MAP_FREQ_ATT);

  for (int width = 4; width < 390; width += 7)
    {
      const OtoRect row = { 10.0, 0.0, width, 24.0 };
      Canvas canvas;

      canvas_init (&canvas, 600, 24, 1);
      oto_panel_painter_paint_title (canvas.cr, data, NULL, FALSE, &row, &canvas.style);
      for (int y = 0; y < 24; y++)
        for (int x = 10 + width + 2; x < 600; x++)
          g_assert_cmphex (canvas_get (&canvas, x, y), ==, GROUND);
      canvas_clear (&canvas);
    }
}

/* What comes behind a title knows where it ends. */
static void
test_title_end (void)
{
  g_autoptr (OtoPanelData) data = make (OTO_MAP_RECON);
  const OtoRect row = { 10.0, 0.0, 380.0, 24.0 };
  Canvas canvas;
  double bare_end, end;

  canvas_init (&canvas, 400, 24, 1);
  bare_end = oto_panel_painter_paint_title (canvas.cr, data, NULL, FALSE, &row, &canvas.style);
  end = oto_panel_painter_paint_title (canvas.cr, data, "2", TRUE, &row, &canvas.style);
  g_assert_cmpfloat (bare_end, >, row.x + 40.0);
  g_assert_cmpfloat (end, >, bare_end + canvas.style.font_px);
  g_assert_cmpfloat (end, <, row.x + row.width);
  canvas_clear (&canvas);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/paint/panel-painter/title-end", test_title_end);
  g_test_add_data_func ("/paint/panel-painter/body-is-raster/1", GINT_TO_POINTER (1),
                        test_body_is_raster);
  g_test_add_data_func ("/paint/panel-painter/body-is-raster/2", GINT_TO_POINTER (2),
                        test_body_is_raster);
  g_test_add_func ("/paint/panel-painter/surroundings-stay-outside",
                   test_surroundings_stay_outside);
  g_test_add_func ("/paint/panel-painter/color-bar", test_color_bar);
  g_test_add_func ("/paint/panel-painter/probs", test_probs);
  g_test_add_func ("/paint/panel-painter/tiny", test_tiny);
  g_test_add_func ("/paint/panel-painter/mel-bins", test_bins);
  g_test_add_func ("/paint/panel-painter/title-fits", test_title_fits);
  g_test_add_func ("/paint/panel-painter/zoomed-frequencies", test_mel_zoom);
  return g_test_run ();
}
