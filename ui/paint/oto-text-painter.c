/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "paint/oto-text-painter.h"

#include <math.h>
#include <pango/pangocairo.h>

/* Laid-out texts kept a thread; labels of axes come again in every frame. */
#define MAX_CACHED 1024

static void
free_cache (gpointer cache)
{
  g_hash_table_unref (cache);
}

static GPrivate cached_layouts = G_PRIVATE_INIT (free_cache);

/**
 * oto_paint_style_init:
 * @self: a style to fill
 * @theme: colours
 * @colors: (nullable) (transfer none): which class has which colour
 * @font_px: size of tick labels
 * @scale: device pixels a unit
 *
 * The usual style: thin lines, the program's font, full stops in numbers.
 */
void
oto_paint_style_init (OtoPaintStyle  *self,
                      const OtoTheme *theme,
                      OtoClassColors *colors,
                      double          font_px,
                      double          scale)
{
  *self = (OtoPaintStyle) {
    .theme = theme,
    .colors = colors,
    .font_family = OTO_FONT_FAMILY,
    .font_px = font_px,
    .line_px = 1.0,
    .label_gap_px = 18.0,
    .scale = scale,
    .mel_high = 1.0,
  };
}

static PangoLayout *
lay_out (cairo_t             *cr,
         const char          *text,
         const OtoTextLook   *look,
         const OtoPaintStyle *style)
{
  PangoLayout *layout = pango_cairo_create_layout (cr);
  PangoFontDescription *font = pango_font_description_from_string (style->font_family);
  PangoAttrList *attributes = pango_attr_list_new ();
  cairo_font_options_t *options = cairo_font_options_create ();

  /* Widths that do not depend on the surface, so that a figure is laid out alike in all formats. */
  cairo_font_options_set_hint_metrics (options, CAIRO_HINT_METRICS_OFF);
  pango_cairo_context_set_font_options (pango_layout_get_context (layout), options);
  cairo_font_options_destroy (options);
  pango_context_set_round_glyph_positions (pango_layout_get_context (layout), FALSE);
  pango_font_description_set_absolute_size (font, look->size_px * PANGO_SCALE);
  if (look->is_bold)
    pango_font_description_set_weight (font, PANGO_WEIGHT_BOLD);
  pango_layout_set_font_description (layout, font);
  /* Digits of one width, so that columns of numbers stand still. */
  pango_attr_list_insert (attributes, pango_attr_font_features_new ("tnum=1"));
  pango_layout_set_attributes (layout, attributes);
  pango_layout_set_single_paragraph_mode (layout, TRUE);
  if (look->max_width > 0.0)
    {
      pango_layout_set_width (layout, (int) (look->max_width * PANGO_SCALE));
      pango_layout_set_ellipsize (layout, PANGO_ELLIPSIZE_END);
    }
  pango_layout_set_text (layout, text, -1);
  pango_attr_list_unref (attributes);
  pango_font_description_free (font);
  return layout;
}

/* (transfer none): a layout of @text that fits @cr, valid until the next call. */
static PangoLayout *
find_layout (cairo_t             *cr,
             const char          *text,
             const OtoTextLook   *look,
             const OtoPaintStyle *style)
{
  GHashTable *cache = g_private_get (&cached_layouts);
  g_autofree char *key = g_strdup_printf ("%s\n%g %d %g\n%s", style->font_family, look->size_px,
                                          look->is_bold, look->max_width, text);
  PangoLayout *layout;

  if (cache == NULL)
    {
      cache = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
      g_private_set (&cached_layouts, cache);
    }
  layout = g_hash_table_lookup (cache, key);
  if (layout != NULL)
    {
      pango_cairo_update_layout (cr, layout);
      return layout;
    }
  if (g_hash_table_size (cache) >= MAX_CACHED)
    g_hash_table_remove_all (cache);
  layout = lay_out (cr, text, look, style);
  g_hash_table_insert (cache, g_steal_pointer (&key), layout);
  return layout;
}

static void
get_size (PangoLayout *layout,
          double      *ret_width,
          double      *ret_height)
{
  int width, height;

  pango_layout_get_size (layout, &width, &height);
  *ret_width = (double) width / PANGO_SCALE;
  *ret_height = (double) height / PANGO_SCALE;
}

static const cairo_user_data_key_t svg_key;

/**
 * oto_text_painter_collect:
 * @surface: an SVG surface
 * @svg: (nullable): what to append to; %NULL ends it
 *
 * From now on words painted on @surface are appended to @svg as text elements in the units of the
 * surface instead: cairo itself would turn them into outlines.
 */
void
oto_text_painter_collect (cairo_surface_t *surface,
                          GString         *svg)
{
  cairo_surface_set_user_data (surface, &svg_key, svg, NULL);
}

/* @text cut to @look's width, with an ellipsis, as Pango would draw it. */
static char *
cut (cairo_t             *cr,
     const char          *text,
     const OtoTextLook   *look,
     const OtoPaintStyle *style)
{
  OtoTextLook free_look = *look;
  glong n = g_utf8_strlen (text, -1);

  free_look.max_width = 0.0;
  if (look->max_width <= 0.0
      || oto_text_painter_measure (cr, text, &free_look, style) <= look->max_width)
    return g_strdup (text);
  for (; n > 0; n--)
    {
      g_autofree char *head = g_utf8_substring (text, 0, n - 1);
      g_autofree char *candidate = g_strconcat (g_strchomp (head), "\u2026", NULL);

      if (oto_text_painter_measure (cr, candidate, &free_look, style) <= look->max_width)
        return g_steal_pointer (&candidate);
    }
  return g_strdup ("\u2026");
}

static void
append_number (GString    *svg,
               const char *name,
               double      value)
{
  char number[G_ASCII_DTOSTR_BUF_SIZE];

  g_ascii_formatd (number, sizeof number, "%.2f", value);
  g_string_append_printf (svg, " %s=\"%s\"", name, number);
}

/* A text element whose baseline begins at (@x, @y) of the user space. */
static void
append_svg (cairo_t             *cr,
            GString             *svg,
            const char          *text,
            double               x,
            double               y,
            const OtoTextLook   *look,
            const OtoPaintStyle *style)
{
  g_autofree char *shown = cut (cr, text, look, style);
  g_autofree char *escaped = g_markup_escape_text (shown, -1);
  OtoTextLook free_look = *look;
  double dx = 1.0, dy = 0.0, size;
  double width;

  free_look.max_width = 0.0;
  width = oto_text_painter_measure (cr, shown, &free_look, style);
  cairo_user_to_device (cr, &x, &y);
  cairo_user_to_device_distance (cr, &dx, &dy);
  size = hypot (dx, dy);

  g_string_append (svg, "<text");
  append_number (svg, "x", x);
  append_number (svg, "y", y);
  if (fabs (dy) > 1e-9)
    {
      char angle[3][G_ASCII_DTOSTR_BUF_SIZE];

      g_ascii_formatd (angle[0], sizeof angle[0], "%.2f", atan2 (dy, dx) * 180.0 / G_PI);
      g_ascii_formatd (angle[1], sizeof angle[1], "%.2f", x);
      g_ascii_formatd (angle[2], sizeof angle[2], "%.2f", y);
      g_string_append_printf (svg, " transform=\"rotate(%s %s %s)\"", angle[0], angle[1], angle[2]);
    }
  append_number (svg, "font-size", look->size_px * size);
  append_number (svg, "textLength", width * size);
  g_string_append_printf (svg, "%s fill=\"#%06x\">%s</text>\n",
                          look->is_bold ? " font-weight=\"bold\"" : "", look->rgb, escaped);
}

/**
 * oto_text_painter_paint:
 * @cr: a context
 * @text: one line of UTF-8
 * @x: place of the text
 * @y: likewise
 * @look: colour, size and which point of the text stands at (@x, @y)
 * @style: font
 *
 * Returns: the width of the text
 */
double
oto_text_painter_paint (cairo_t             *cr,
                        const char          *text,
                        double               x,
                        double               y,
                        const OtoTextLook   *look,
                        const OtoPaintStyle *style)
{
  GString *svg = cairo_surface_get_user_data (cairo_get_target (cr), &svg_key);
  PangoLayout *layout = find_layout (cr, text, look, style);
  double width, height;

  get_size (layout, &width, &height);
  x -= look->align_x * width;
  y -= look->align_y * height;
  if (svg != NULL)
    {
      append_svg (cr, svg, text, x, y + (double) pango_layout_get_baseline (layout) / PANGO_SCALE,
                  look, style);
      return width;
    }
  oto_theme_set_source (cr, look->rgb, 1.0);
  cairo_move_to (cr, x, y);
  /* Cairo puts the letters of an image on whole pixels, which tears words apart; outlines are
   * exact. */
  if (cairo_surface_get_type (cairo_get_target (cr)) == CAIRO_SURFACE_TYPE_IMAGE)
    {
      pango_cairo_layout_path (cr, layout);
      cairo_fill (cr);
    }
  else
    pango_cairo_show_layout (cr, layout);
  cairo_new_path (cr);
  return width;
}

/**
 * oto_text_painter_measure:
 * @cr: a context
 * @text: one line of UTF-8
 * @look: size
 * @style: font
 *
 * Returns: the width that @text will have
 */
double
oto_text_painter_measure (cairo_t             *cr,
                          const char          *text,
                          const OtoTextLook   *look,
                          const OtoPaintStyle *style)
{
  double width, height;

  get_size (find_layout (cr, text, look, style), &width, &height);
  return width;
}
