/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "paint/oto-panel-painter.h"

#include "geometry/oto-raster.h"
#include "geometry/oto-reading.h"
#include "geometry/oto-ticks.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#define TICK_PX         4.0      /* length of a tick with a label */
#define MINOR_TICK_PX   2.5
#define GAP_PX          3.0      /* between a tick and its label */
#define VECTOR_SCALE    4.0      /* pixels a point of maps too fine to be embedded cell by cell */
#define MIN_SEAM_GAP_PX 6.0      /* denser seams would hide the map */
#define MAX_IMAGE_PX    32000    /* cairo's limit is 32767 */

static gboolean
is_vector (cairo_t *cr)
{
  cairo_surface_type_t type = cairo_surface_get_type (cairo_get_group_target (cr));

  return type == CAIRO_SURFACE_TYPE_PDF || type == CAIRO_SURFACE_TYPE_SVG
         || type == CAIRO_SURFACE_TYPE_PS;
}

static gboolean
is_svg (cairo_t *cr)
{
  return cairo_surface_get_type (cairo_get_group_target (cr)) == CAIRO_SURFACE_TYPE_SVG;
}

static void
paint_line (cairo_t             *cr,
            double               x0,
            double               y0,
            double               x1,
            double               y1,
            guint32              rgb,
            double               alpha,
            const OtoPaintStyle *style)
{
  oto_theme_set_source (cr, rgb, alpha);
  cairo_set_line_width (cr, style->line_px);
  cairo_move_to (cr, x0, y0);
  cairo_line_to (cr, x1, y1);
  cairo_stroke (cr);
}

static void
add_rounded_rect (cairo_t *cr,
                  double   x,
                  double   y,
                  double   width,
                  double   height,
                  double   radius)
{
  cairo_new_sub_path (cr);
  cairo_arc (cr, x + width - radius, y + radius, radius, -G_PI_2, 0.0);
  cairo_arc (cr, x + width - radius, y + height - radius, radius, 0.0, G_PI_2);
  cairo_arc (cr, x + radius, y + height - radius, radius, G_PI_2, G_PI);
  cairo_arc (cr, x + radius, y + radius, radius, G_PI, 1.5 * G_PI);
  cairo_close_path (cr);
}

/* (transfer full): frames @first_cell to @end_cell as an image, or an image in error when it is
 * too large. */
static cairo_surface_t *
raster (const OtoPanelData  *data,
        double               first_cell,
        double               end_cell,
        int                  width_px,
        int                  height_px,
        const OtoPaintStyle *style)
{
  const double low = data->bottom_up ? style->mel_low : 0.0;
  const double high = data->bottom_up ? style->mel_high : 1.0;
  cairo_surface_t *image = cairo_image_surface_create (CAIRO_FORMAT_RGB24, width_px, height_px);
  g_autofree OtoRasterLut *lut = NULL;

  if (cairo_surface_status (image) != CAIRO_STATUS_SUCCESS)
    return image;
  lut = g_new (OtoRasterLut, 1);
  oto_raster_lut_init (lut, data->pyramid, data->map, data->shown_low, data->shown_high,
                       style->theme->invalid);
  cairo_surface_flush (image);
  oto_raster_fill (data->pyramid, first_cell, end_cell, data->bottom_up, low, high, lut,
                   style->theme->outside, (guint32 *) cairo_image_surface_get_data (image),
                   cairo_image_surface_get_stride (image) / 4, width_px, height_px);
  cairo_surface_mark_dirty (image);
  return image;
}

/* An image in a place of a given size, its pixels as crisp blocks. */
static void
paint_image (cairo_t         *cr,
             cairo_surface_t *image,
             double           x,
             double           y,
             double           width,
             double           height)
{
  /* A scale of nothing would leave the context in error. */
  if (width <= 0.0 || height <= 0.0)
    return;
  cairo_save (cr);
  cairo_translate (cr, x, y);
  cairo_scale (cr, width / cairo_image_surface_get_width (image),
               height / cairo_image_surface_get_height (image));
  cairo_set_source_surface (cr, image, 0.0, 0.0);
  cairo_pattern_set_filter (cairo_get_source (cr), CAIRO_FILTER_NEAREST);
  /* Painted, not filled: SVG then holds an image instead of a pattern, which viewers would
   * smooth. */
  cairo_paint (cr);
  cairo_restore (cr);
}

/* On paper a map that is not much finer than points keeps its own cells; any other is made of
 * pixels. */
static void
paint_map (cairo_t             *cr,
           const OtoPanelData  *data,
           const OtoRect       *plot,
           double               first_cell,
           double               end_cell,
           const OtoPaintStyle *style)
{
  gboolean on_paper = is_vector (cr);
  double px_per_cell = plot->width / (end_cell - first_cell);
  double scale = on_paper ? VECTOR_SCALE : style->scale;
  cairo_surface_t *image;

  if (on_paper && end_cell - first_cell < 2.0 * plot->width)
    {
      /* Some viewers of SVG smooth every image; repeated rows of classes stay apart. */
      int n_copies = is_svg (cr) ? MAX ((int) (plot->height / data->n_rows), 1) : 1;
      double left = MAX (floor (first_cell + 1e-6), 0.0);
      double right = MIN (ceil (end_cell - 1e-6),
                          (double) oto_pyramid_get_n_frames (data->pyramid));

      oto_theme_set_source (cr, style->theme->outside, 1.0);
      cairo_rectangle (cr, plot->x, plot->y, plot->width, plot->height);
      cairo_fill (cr);
      if (right <= left)
        return;
      image = raster (data, left, right, (int) (right - left), data->n_rows * n_copies,
                      style);
      paint_image (cr, image, plot->x + (left - first_cell) * px_per_cell, plot->y,
                   (right - left) * px_per_cell, plot->height);
    }
  else
    {
      int width_px = CLAMP ((int) lround (plot->width * scale), 1, MAX_IMAGE_PX);
      int height_px = CLAMP ((int) lround (plot->height * scale), 1, MAX_IMAGE_PX);

      image = raster (data, first_cell, end_cell, width_px, height_px, style);
      paint_image (cr, image, plot->x, plot->y, plot->width, plot->height);
    }
  cairo_surface_destroy (image);
}

static void
paint_seams (cairo_t             *cr,
             const OtoPanelData  *data,
             const OtoRect       *plot,
             double               start_s,
             double               end_s,
             const OtoPaintStyle *style)
{
  double last_x = -INFINITY;

  for (guint i = 0; data->seams_s != NULL && i < data->seams_s->len; i++)
    {
      double seam_s = g_array_index (data->seams_s, double, i);
      double x = plot->x + floor ((seam_s - start_s) / (end_s - start_s) * plot->width) + 0.5;

      if (seam_s <= start_s || seam_s >= end_s || x - last_x < MIN_SEAM_GAP_PX)
        continue;
      paint_line (cr, x, plot->y, x, plot->y + plot->height, 0xffffff, 0.45, style);
      last_x = x;
    }
}

/**
 * oto_panel_painter_paint_body:
 * @cr: a context
 * @data: a panel
 * @plot: where the map goes
 * @start_s: time at its left edge
 * @end_s: time at its right edge
 * @style: colours and device pixels
 *
 * Draws the map of a panel and the seams between its windows, or the notice that there is none. A
 * map over mel bins is drawn as a whole, whatever the times.
 */
void
oto_panel_painter_paint_body (cairo_t             *cr,
                              const OtoPanelData  *data,
                              const OtoRect       *plot,
                              double               start_s,
                              double               end_s,
                              const OtoPaintStyle *style)
{
  g_return_if_fail (cr != NULL && data != NULL && plot != NULL && style != NULL);

  if (!data->is_available)
    oto_panel_painter_paint_notice (cr, data->note, plot, style);
  if (data->is_over_bins && data->pyramid != NULL)
    {
      start_s = 0.0;
      end_s = (double) oto_pyramid_get_n_frames (data->pyramid) * data->hop_s;
    }
  if (data->pyramid == NULL || !(end_s > start_s) || !(plot->width > 0.0) || !(plot->height > 0.0))
    return;

  cairo_save (cr);
  cairo_rectangle (cr, plot->x, plot->y, plot->width, plot->height);
  cairo_clip (cr);
  paint_map (cr, data, plot, (start_s - data->begin_s) / data->hop_s,
             (end_s - data->begin_s) / data->hop_s, style);
  paint_seams (cr, data, plot, start_s, end_s, style);
  cairo_restore (cr);
}

/**
 * oto_panel_painter_paint_notice:
 * @cr: a context
 * @text: one sentence
 * @plot: where the map would go
 * @style: colours
 *
 * Says why there is no map.
 */
void
oto_panel_painter_paint_notice (cairo_t             *cr,
                                const char          *text,
                                const OtoRect       *plot,
                                const OtoPaintStyle *style)
{
  OtoTextLook look = {
    .rgb = style->theme->dim, .size_px = style->font_px + 1.0, .max_width = plot->width - 16.0,
    .align_x = 0.5, .align_y = 0.5,
  };

  oto_theme_set_source (cr, style->theme->outside, 1.0);
  cairo_rectangle (cr, plot->x, plot->y, plot->width, plot->height);
  cairo_fill (cr);
  if (text == NULL || look.max_width <= 0.0)
    return;
  /* A layout with a width is as wide as that; alignment needs the text's own. */
  if (oto_text_painter_measure (cr, text, &(OtoTextLook) { .size_px = look.size_px }, style)
      <= look.max_width)
    look.max_width = 0.0;
  oto_text_painter_paint (cr, text, plot->x + plot->width / 2.0, plot->y + plot->height / 2.0,
                          &look, style);
}

static char *
localize (char                *number,
          const OtoPaintStyle *style)
{
  return style->use_locale ? oto_reading_localize (number) : number;
}

/* A number in a disc, as in the window, or "(a)", as in a figure. Returns its width. */
static double
paint_badge (cairo_t             *cr,
             const char          *badge,
             gboolean             is_disc,
             double               x,
             double               middle,
             const OtoPaintStyle *style)
{
  OtoTextLook look = {
    .rgb = style->theme->foreground, .size_px = style->font_px + (is_disc ? 0.0 : 1.5),
    .is_bold = TRUE, .align_x = is_disc ? 0.5 : 0.0, .align_y = 0.5,
  };
  double radius = style->font_px * 0.8;

  if (!is_disc)
    return oto_text_painter_paint (cr, badge, x, middle, &look, style);
  oto_theme_set_source (cr, style->theme->badge, 1.0);
  cairo_arc (cr, x + radius, middle, radius, 0.0, 2.0 * G_PI);
  cairo_fill (cr);
  oto_text_painter_paint (cr, badge, x + radius, middle, &look, style);
  return 2.0 * radius;
}

static double
paint_swatch (cairo_t             *cr,
              int                  slot,
              double               x,
              double               middle,
              const OtoPaintStyle *style)
{
  double size = style->font_px * 0.8;

  oto_theme_set_source (cr, oto_theme_get_class_rgb (style->theme, slot), 1.0);
  add_rounded_rect (cr, x, middle - size / 2.0, size, size, size / 4.0);
  cairo_fill (cr);
  return size;
}

/* Cut where it would go past @end, left out where hardly anything of it would be read. Returns its
 * width. */
static double
paint_fitting (cairo_t             *cr,
               const char          *text,
               double               x,
               double               end,
               double               middle,
               const OtoTextLook   *look,
               const OtoPaintStyle *style)
{
  const double width = oto_text_painter_measure (cr, text, look, style);
  const double room = end - x;
  OtoTextLook cut = *look;

  if (width <= room)
    return oto_text_painter_paint (cr, text, x, middle, look, style);
  if (room < 3.0 * look->size_px)
    return 0.0;
  cut.max_width = room;
  oto_text_painter_paint (cr, text, x, middle, &cut, style);
  return room;
}

/* Small words stand in full or not at all. Returns where they end. */
static double
paint_words (cairo_t             *cr,
             const char          *text,
             double               x,
             double               end,
             double               middle,
             const OtoTextLook   *look,
             const OtoPaintStyle *style)
{
  if (x + oto_text_painter_measure (cr, text, look, style) > end)
    return x;
  return x + oto_text_painter_paint (cr, text, x, middle, look, style) + style->font_px * 0.7;
}

/**
 * oto_panel_painter_paint_title:
 * @cr: a context
 * @data: a panel
 * @badge: (nullable): "1" or "(a)"
 * @badge_is_disc: draw it on a disc
 * @row: the line of the title
 * @style: colours and font
 *
 * Draws badge, title, the class with its colour and probability, and small notes from the left; the
 * unit at the right end. What finds no room in @row is left out.
 *
 * Returns: where what stands at the left ends
 */
double
oto_panel_painter_paint_title (cairo_t             *cr,
                               const OtoPanelData  *data,
                               const char          *badge,
                               gboolean             badge_is_disc,
                               const OtoRect       *row,
                               const OtoPaintStyle *style)
{
  const double end = row->x + row->width;
  double x = row->x, middle = row->y + row->height / 2.0, gap = style->font_px * 0.7;
  OtoTextLook bold = {
    .rgb = style->theme->foreground, .size_px = style->font_px + 1.5, .is_bold = TRUE,
    .align_y = 0.5,
  };
  OtoTextLook dim = { .rgb = style->theme->dim, .size_px = style->font_px + 0.5, .align_y = 0.5 };
  g_autofree char *title = g_strconcat (data->title, data->is_mixed ? "\u2009†" : "", NULL);

  if (badge != NULL)
    x += paint_badge (cr, badge, badge_is_disc, x, middle, style) + gap;
  x += paint_fitting (cr, title, x, end, middle, &bold, style) + gap;

  if (data->class_name != NULL)
    {
      int slot = oto_class_colors_find (style->colors, data->class_name);
      g_autofree char *prob = localize (oto_reading_format_prob (data->class_prob), style);

      x += gap;
      if (x + 2.0 * style->font_px < end)
        x += paint_swatch (cr, slot, x, middle, style) + gap;
      x += paint_fitting (cr, data->class_name, x, end, middle, &bold, style) + gap;
      x = paint_words (cr, prob, x, end, middle, &dim, style);
    }
  if (data->note != NULL && data->is_available)
    x = paint_words (cr, data->note, x, end, middle, &dim, style);

  dim.align_x = 1.0;
  if (data->unit != NULL && data->is_available
      && x + oto_text_painter_measure (cr, data->unit, &dim, style) < row->x + row->width)
    oto_text_painter_paint (cr, data->unit, row->x + row->width, middle, &dim, style);
  return x;
}

/* The longest of some names for an axis that fits beside it, turned by a quarter. */
static void
paint_turned (cairo_t             *cr,
              const char * const  *texts,
              double               x,
              double               middle,
              double               length,
              const OtoPaintStyle *style)
{
  OtoTextLook look = {
    .rgb = style->theme->dim, .size_px = style->font_px, .align_x = 0.5, .align_y = 0.5,
  };

  for (guint i = 0; texts[i] != NULL; i++)
    if (oto_text_painter_measure (cr, texts[i], &look, style) <= length)
      {
        cairo_save (cr);
        cairo_translate (cr, x, middle);
        cairo_rotate (cr, -G_PI_2);
        oto_text_painter_paint (cr, texts[i], 0.0, 0.0, &look, style);
        cairo_restore (cr);
        return;
      }
}

static void
paint_mel_axis (cairo_t             *cr,
                const OtoPanelData  *data,
                const OtoRect       *plot,
                double               margin_px,
                const OtoPaintStyle *style)
{
  const char * const titles[] = {
    _("Frequency (Hz, mel scale)"), _("Frequency (Hz, mel)"), _("Hz (mel)"), _("Hz"), NULL
  };
  const double axis_height = plot->height / (style->mel_high - style->mel_low);
  const double below = style->mel_low * axis_height;
  g_autoptr (GArray) ticks =
    oto_ticks_new_mel (data->min_hz, data->max_hz, data->n_rows, axis_height, style->label_gap_px);
  OtoTextLook look = {
    .rgb = style->theme->dim, .size_px = style->font_px, .align_x = 1.0, .align_y = 0.5,
  };
  double half = style->font_px * 0.45, widest = 0.0;

  for (guint i = 0; i < ticks->len; i++)
    {
      const OtoTick *tick = &g_array_index (ticks, OtoTick, i);
      double y = plot->y + plot->height - (tick->pos_px - below), width;
      double line_y = CLAMP (floor (y) + 0.5, plot->y + 0.5, plot->y + plot->height - 0.5);

      if (y < plot->y - 1.0 || y > plot->y + plot->height + 1.0)
        continue;
      paint_line (cr, plot->x - (tick->is_major ? TICK_PX : MINOR_TICK_PX), line_y, plot->x, line_y,
                  style->theme->dim, 1.0, style);
      if (*tick->label == '\0')
        continue;
      width = oto_text_painter_paint (cr, tick->label, plot->x - TICK_PX - GAP_PX,
                                      CLAMP (y, plot->y + half, plot->y + plot->height - half),
                                      &look, style);
      widest = MAX (widest, width);
    }
  if (margin_px >= TICK_PX + 2.0 * GAP_PX + widest + style->font_px * 1.3)
    paint_turned (cr, titles, plot->x - margin_px + style->font_px * 0.65,
                  plot->y + plot->height / 2.0, plot->height, style);
}

/* Names of classes, right-aligned; where rows are too thin, only those of coloured classes that
 * find room. */
static void
paint_row_names (cairo_t             *cr,
                 const OtoPanelData  *data,
                 const OtoRect       *plot,
                 double               margin_px,
                 const OtoPaintStyle *style)
{
  double row_height = plot->height / data->n_rows;
  double size_px = CLAMP (row_height * 0.95, style->font_px * 0.7, style->font_px);
  double next_y = -INFINITY;

  for (int row = 0; row < data->n_rows; row++)
    {
      int slot = oto_class_colors_find (style->colors, data->row_names[row]);
      double y = plot->y + (row + 0.5) * row_height;
      OtoTextLook look = {
        .rgb = oto_theme_get_class_text_rgb (style->theme, slot), .size_px = size_px,
        .is_bold = slot >= 0, .align_x = 1.0, .align_y = 0.5,
      };

      if (y < next_y || (slot < 0 && row_height < size_px * 0.9))
        continue;
      if (oto_text_painter_measure (cr, data->row_names[row], &look, style)
          > margin_px - TICK_PX - GAP_PX)
        look.max_width = MAX (margin_px - TICK_PX - GAP_PX, 1.0);
      oto_text_painter_paint (cr, data->row_names[row], plot->x - TICK_PX - GAP_PX, y, &look,
                              style);
      next_y = y + size_px * 0.9;
    }
}

/**
 * oto_panel_painter_paint_axis:
 * @cr: a context
 * @data: a panel
 * @plot: its map
 * @margin_px: room left of it
 * @style: colours and font
 *
 * Draws what stands left of a map: hertz with ticks and, where there is room, the axis's name; or
 * the names of classes.
 */
void
oto_panel_painter_paint_axis (cairo_t             *cr,
                              const OtoPanelData  *data,
                              const OtoRect       *plot,
                              double               margin_px,
                              const OtoPaintStyle *style)
{
  g_return_if_fail (cr != NULL && data != NULL && plot != NULL && style != NULL);

  if (data->pyramid == NULL || !(plot->height > 0.0))
    return;
  if (data->bottom_up)
    paint_mel_axis (cr, data, plot, margin_px, style);
  else
    paint_row_names (cr, data, plot, margin_px, style);
}

/**
 * oto_panel_painter_paint_bin_axis:
 * @cr: a context
 * @data: a panel over mel bins
 * @plot: its map
 * @style: colours and font
 *
 * Draws hertz below a map whose columns are mel bins.
 */
void
oto_panel_painter_paint_bin_axis (cairo_t             *cr,
                                  const OtoPanelData  *data,
                                  const OtoRect       *plot,
                                  const OtoPaintStyle *style)
{
  g_autoptr (GArray) ticks = NULL;
  const double y = plot->y + plot->height;
  OtoTextLook look = { .rgb = style->theme->dim, .size_px = style->font_px, .align_x = 0.5 };

  g_return_if_fail (cr != NULL && data != NULL && style != NULL);

  if (data->pyramid == NULL || !data->is_over_bins || !(plot->width > 0.0))
    return;
  ticks = oto_ticks_new_mel (data->min_hz, data->max_hz,
                             (int) oto_pyramid_get_n_frames (data->pyramid), plot->width,
                             style->font_px * 3.0);
  for (guint i = 0; i < ticks->len; i++)
    {
      const OtoTick *tick = &g_array_index (ticks, OtoTick, i);
      const double x = CLAMP (plot->x + floor (tick->pos_px) + 0.5, plot->x + 0.5,
                              plot->x + plot->width - 0.5);

      paint_line (cr, x, y, x, y + (tick->is_major ? TICK_PX : MINOR_TICK_PX), style->theme->dim,
                  1.0, style);
      if (*tick->label != '\0')
        oto_text_painter_paint (cr, tick->label, x, y + TICK_PX + 1.0, &look, style);
    }
}

/* A small triangle past an end of the bar: there are values beyond. */
static void
paint_clip_mark (cairo_t             *cr,
                 const OtoRect       *bar,
                 gboolean             at_top,
                 guint32              rgb,
                 const OtoPaintStyle *style)
{
  double half = bar->width / 2.0, y = at_top ? bar->y - 1.0 : bar->y + bar->height + 1.0;

  oto_theme_set_source (cr, rgb, 1.0);
  cairo_move_to (cr, bar->x, y);
  cairo_line_to (cr, bar->x + bar->width, y);
  cairo_line_to (cr, bar->x + half, at_top ? y - half : y + half);
  cairo_close_path (cr);
  cairo_fill_preserve (cr);
  oto_theme_set_source (cr, style->theme->dim, 1.0);
  cairo_set_line_width (cr, style->line_px / 2.0);
  cairo_stroke (cr);
}

static void
paint_gradient (cairo_t       *cr,
                const guint32 *entries,
                const OtoRect *bar)
{
  cairo_surface_t *image = cairo_image_surface_create (CAIRO_FORMAT_RGB24, 1, OTO_COLOR_MAP_LEN);
  unsigned char *pixels = cairo_image_surface_get_data (image);
  int stride = cairo_image_surface_get_stride (image);

  for (int i = 0; pixels != NULL && i < OTO_COLOR_MAP_LEN; i++)
    *(guint32 *) (pixels + i * stride) = 0xff000000u | entries[OTO_COLOR_MAP_LEN - 1 - i];
  cairo_surface_mark_dirty (image);
  paint_image (cr, image, bar->x, bar->y, bar->width, bar->height);
  cairo_surface_destroy (image);
}

static void
paint_bar_tick (cairo_t             *cr,
                const char          *label,
                double               y,
                const OtoRect       *bar,
                const OtoPaintStyle *style)
{
  double half = style->font_px * 0.45, right = bar->x + bar->width;
  double line_y = CLAMP (floor (y) + 0.5, bar->y + 0.5, bar->y + bar->height - 0.5);
  g_autofree char *text = localize (g_strdup (label), style);
  OtoTextLook look = { .rgb = style->theme->dim, .size_px = style->font_px, .align_y = 0.5 };

  paint_line (cr, right, line_y, right + MINOR_TICK_PX, line_y, style->theme->dim, 1.0, style);
  oto_text_painter_paint (cr, text, right + MINOR_TICK_PX + GAP_PX,
                          CLAMP (y, bar->y + half, bar->y + bar->height - half), &look, style);
}

/**
 * oto_panel_painter_paint_color_bar:
 * @cr: a context
 * @data: a panel with a map
 * @bar: the bar itself; numbers stand right of it
 * @style: colours and font
 *
 * Draws the scale of a map. Ends beyond which there are values have a triangle; 1 is marked where
 * the unit is "times uniform".
 */
void
oto_panel_painter_paint_color_bar (cairo_t             *cr,
                                   const OtoPanelData  *data,
                                   const OtoRect       *bar,
                                   const OtoPaintStyle *style)
{
  g_autoptr (GArray) ticks = NULL;
  const guint32 *entries;
  double one_px, nearest_px = INFINITY;

  g_return_if_fail (cr != NULL && data != NULL && bar != NULL && style != NULL);

  if (data->pyramid == NULL || !(bar->height > 0.0))
    return;
  entries = oto_color_map_get_entries (data->map);
  paint_gradient (cr, entries, bar);
  if (data->clips_high)
    paint_clip_mark (cr, bar, TRUE, entries[OTO_COLOR_MAP_LEN - 1], style);
  if (data->clips_low)
    paint_clip_mark (cr, bar, FALSE, entries[0], style);

  ticks = oto_ticks_new_value (data->shown_low, data->shown_high, bar->height,
                               style->label_gap_px);
  one_px = (1.0 - data->shown_low) / (data->shown_high - data->shown_low) * bar->height;
  for (guint i = 0; i < ticks->len; i++)
    {
      const OtoTick *tick = &g_array_index (ticks, OtoTick, i);

      paint_bar_tick (cr, tick->label, bar->y + bar->height - tick->pos_px, bar, style);
      nearest_px = MIN (nearest_px, fabs (tick->pos_px - one_px));
    }
  if (data->info->unit == OTO_MAP_UNIT_WEIGHT && one_px <= bar->height && nearest_px > 0.5)
    paint_bar_tick (cr, nearest_px >= style->font_px * 1.6 ? "1" : "",
                    bar->y + bar->height - one_px, bar, style);
}

/**
 * oto_panel_painter_paint_time_axis:
 * @cr: a context
 * @plot: the plot that the axis belongs to
 * @start_s: time at its left edge
 * @end_s: time at its right edge
 * @side: above or below @plot
 * @title: (nullable): name and unit of the axis, set beyond the labels
 * @style: colours and font
 *
 * Draws a line along an edge of a plot, ticks and labels.
 */
void
oto_panel_painter_paint_time_axis (cairo_t             *cr,
                                   const OtoRect       *plot,
                                   double               start_s,
                                   double               end_s,
                                   OtoAxisSide          side,
                                   const char          *title,
                                   const OtoPaintStyle *style)
{
  g_autoptr (GArray) ticks =
    oto_ticks_new_time (start_s, end_s, plot->width, MAX (OTO_TICKS_TIME_PX, style->font_px * 5.0));
  double away = side == OTO_AXIS_ABOVE ? -1.0 : 1.0;
  double edge = side == OTO_AXIS_ABOVE ? plot->y - 0.5 : plot->y + plot->height + 0.5;
  OtoTextLook look = {
    .rgb = style->theme->dim, .size_px = style->font_px, .align_x = 0.5,
    .align_y = side == OTO_AXIS_ABOVE ? 1.0 : 0.0,
  };

  paint_line (cr, plot->x, edge, plot->x + plot->width, edge, style->theme->grid, 1.0, style);
  for (guint i = 0; i < ticks->len; i++)
    {
      const OtoTick *tick = &g_array_index (ticks, OtoTick, i);
      double x = CLAMP (plot->x + floor (tick->pos_px) + 0.5, plot->x + 0.5,
                        plot->x + plot->width - 0.5);
      g_autofree char *label = localize (g_strdup (tick->label), style);

      paint_line (cr, x, edge, x, edge + away * (tick->is_major ? TICK_PX : MINOR_TICK_PX),
                  style->theme->dim, tick->is_major ? 1.0 : 0.6, style);
      if (*label != '\0')
        oto_text_painter_paint (cr, label, x, edge + away * (TICK_PX + 1.0), &look, style);
    }
  if (title != NULL)
    oto_text_painter_paint (cr, title, plot->x + plot->width / 2.0,
                            edge + away * (TICK_PX + 2.0 + style->font_px * 1.35), &look, style);
}

static void
paint_prob_row (cairo_t             *cr,
                const OtoPanelData  *data,
                int                  row,
                const OtoRect       *bar,
                double               margin_px,
                double               size_px,
                const OtoPaintStyle *style)
{
  int slot = oto_class_colors_find (style->colors, data->row_names[row]);
  double prob = data->row_probs[row], radius = bar->height / 2.0, middle = bar->y + radius;
  g_autofree char *number = localize (oto_reading_format_prob (prob), style);
  OtoTextLook name = {
    .rgb = slot >= 0 ? oto_theme_get_class_text_rgb (style->theme, slot)
                     : style->theme->foreground,
    .size_px = size_px, .is_bold = slot >= 0, .align_x = 1.0, .align_y = 0.5,
  };
  OtoTextLook dim = { .rgb = style->theme->dim, .size_px = size_px, .align_y = 0.5 };

  if (oto_text_painter_measure (cr, data->row_names[row], &name, style)
      > margin_px - TICK_PX - GAP_PX)
    name.max_width = MAX (margin_px - TICK_PX - GAP_PX, 1.0);
  oto_text_painter_paint (cr, data->row_names[row], bar->x - TICK_PX - GAP_PX, middle, &name,
                          style);
  oto_text_painter_paint (cr, number, bar->x + bar->width + GAP_PX + 2.0, middle, &dim, style);

  cairo_save (cr);
  add_rounded_rect (cr, bar->x, bar->y, bar->width, bar->height, radius);
  oto_theme_set_source (cr, style->theme->track, 1.0);
  cairo_fill_preserve (cr);
  cairo_clip (cr);
  if (prob > 0.0)
    {
      oto_theme_set_source (cr, oto_theme_get_class_rgb (style->theme, slot), 1.0);
      cairo_rectangle (cr, bar->x, bar->y, bar->width * MIN (prob, 1.0), bar->height);
      cairo_fill (cr);
    }
  cairo_restore (cr);
}

/**
 * oto_panel_painter_paint_probs:
 * @cr: a context
 * @data: panel 8
 * @plot: room of the bars; they span 0 to 1
 * @margin_px: room left of it, for names
 * @threshold: marked by a line; NaN: none
 * @style: colours and font
 *
 * Draws a bar for each class, its name left, its clip probability as a number right of it.
 */
void
oto_panel_painter_paint_probs (cairo_t             *cr,
                               const OtoPanelData  *data,
                               const OtoRect       *plot,
                               double               margin_px,
                               double               threshold,
                               const OtoPaintStyle *style)
{
  double row_height;

  g_return_if_fail (cr != NULL && data != NULL && plot != NULL && style != NULL);

  if (data->n_rows == 0 || data->row_probs == NULL)
    return;
  row_height = plot->height / data->n_rows;
  for (int row = 0; row < data->n_rows; row++)
    {
      double height = MIN (row_height * 0.6, style->font_px);
      double size_px = CLAMP (row_height * 0.9, style->font_px * 0.7, style->font_px);
      OtoRect bar = {
        plot->x, plot->y + (row + 0.5) * row_height - height / 2.0, plot->width, height
      };

      paint_prob_row (cr, data, row, &bar, margin_px, size_px, style);
    }
  if (threshold >= 0.0 && threshold <= 1.0)
    {
      double x = plot->x + floor (threshold * plot->width) + 0.5;

      paint_line (cr, x, plot->y, x, plot->y + plot->height, style->theme->foreground, 1.0, style);
    }
}
