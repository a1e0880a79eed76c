/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "paint/oto-text-painter.h"

#include <math.h>
#include <pango/pangocairo.h>

/* What the program installs with itself, then whatever the system has. */
#define FONT_FAMILY "Cantarell, Noto Sans, DejaVu Sans, Sans"

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
    .font_family = FONT_FAMILY,
    .font_px = font_px,
    .line_px = 1.0,
    .scale = scale,
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
  PangoLayout *layout = find_layout (cr, text, look, style);
  double width, height;

  get_size (layout, &width, &height);
  oto_theme_set_source (cr, look->rgb, 1.0);
  cairo_move_to (cr, x - look->align_x * width, y - look->align_y * height);
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
