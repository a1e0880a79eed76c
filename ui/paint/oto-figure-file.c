/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "paint/oto-figure-file.h"

#include "io/oto-file.h"
#include "otoscope.h"
#include "paint/oto-text-painter.h"

#include <cairo-pdf.h>
#include <cairo-svg.h>
#include <math.h>
#include <png.h>
#include <setjmp.h>
#include <string.h>

#define PROGRAM         "Otoscope " OTO_VERSION
#define MAX_SIDE_PX     32000    /* cairo's limit is 32767 */
#define POINTS_PER_INCH 72.0
#define M_PER_INCH      0.0254

static const char *
find_ending (const char *path)
{
  static const char * const endings[] = { ".pdf", ".svg", ".png" };
  size_t len = strlen (path);

  for (guint i = 0; i < G_N_ELEMENTS (endings); i++)
    if (len > 4 && g_ascii_strcasecmp (path + len - 4, endings[i]) == 0)
      return endings[i];
  return NULL;
}

/**
 * oto_figure_file_has_format:
 * @path: a file name
 *
 * Returns: whether it ends in .pdf, .svg or .png
 */
gboolean
oto_figure_file_has_format (const char *path)
{
  g_return_val_if_fail (path != NULL, FALSE);

  return find_ending (path) != NULL;
}

static cairo_status_t
append (void                *closure,
        const unsigned char *data,
        unsigned int         len)
{
  g_byte_array_append (closure, data, len);
  return CAIRO_STATUS_SUCCESS;
}

static void
set_cairo_error (GError         **error,
                 cairo_status_t   status)
{
  g_set_error (error, OTO_IO_ERROR, OTO_IO_ERROR_WRITE,
               "The picture cannot be drawn: %s. Choose a smaller size or scale.",
               cairo_status_to_string (status));
}

/* Draws the page on a surface and ends it. */
static gboolean
paint_page (cairo_surface_t      *surface,
            const OtoFigurePage  *page,
            GError              **error)
{
  cairo_t *cr = cairo_create (surface);
  cairo_status_t status;

  page->paint (cr, page->width, page->height, page->user_data);
  status = cairo_status (cr);
  cairo_destroy (cr);
  cairo_surface_flush (surface);
  if (status == CAIRO_STATUS_SUCCESS)
    status = cairo_surface_status (surface);
  if (status != CAIRO_STATUS_SUCCESS)
    {
      set_cairo_error (error, status);
      return FALSE;
    }
  return TRUE;
}

/* Cairo dates every PDF. Here the date is the environment's
 * (reproducible-builds.org/specs/source-date-epoch), or always the same one. */
static void
set_pdf_date (cairo_surface_t *surface)
{
  const char *epoch = g_getenv ("SOURCE_DATE_EPOCH");
  g_autoptr (GDateTime) date = NULL;
  g_autofree char *text = NULL;
  gint64 seconds = 0;

  if (epoch != NULL)
    g_ascii_string_to_signed (epoch, 10, 0, G_MAXINT64, &seconds, NULL);
  date = g_date_time_new_from_unix_utc (seconds);
  if (date == NULL)
    date = g_date_time_new_from_unix_utc (0);
  text = g_date_time_format (date, "%Y-%m-%dT%H:%M:%SZ");
  cairo_pdf_surface_set_metadata (surface, CAIRO_PDF_METADATA_CREATE_DATE, text);
  cairo_pdf_surface_set_metadata (surface, CAIRO_PDF_METADATA_MOD_DATE, text);
}

/* Ends a surface that writes: what fails then would be missing from the file. */
static gboolean
finish_surface (cairo_surface_t  *surface,
                gboolean          is_painted,
                GError          **error)
{
  cairo_status_t status;

  cairo_surface_finish (surface);
  status = cairo_surface_status (surface);
  cairo_surface_destroy (surface);
  if (!is_painted || status == CAIRO_STATUS_SUCCESS)
    return is_painted;
  set_cairo_error (error, status);
  return FALSE;
}

static GByteArray *
render_pdf (const OtoFigurePage  *page,
            const OtoProvenance  *provenance,
            GError              **error)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  cairo_surface_t *surface =
    cairo_pdf_surface_create_for_stream (append, bytes, page->width, page->height);
  gboolean done;

  cairo_pdf_surface_set_metadata (surface, CAIRO_PDF_METADATA_TITLE, provenance->title);
  cairo_pdf_surface_set_metadata (surface, CAIRO_PDF_METADATA_SUBJECT, provenance->facts);
  cairo_pdf_surface_set_metadata (surface, CAIRO_PDF_METADATA_CREATOR, PROGRAM);
  set_pdf_date (surface);
  done = finish_surface (surface, paint_page (surface, page, error), error);
  return done ? g_steal_pointer (&bytes) : NULL;
}

/* Cairo numbers its elements through the life of the program; here they are counted from 0 in
 * each file. */
static gboolean
renumber (const GMatchInfo *match,
          GString          *result,
          gpointer          user_data)
{
  GHashTable *numbers = user_data;
  char *id = g_match_info_fetch (match, 0);
  gpointer number;

  if (!g_hash_table_lookup_extended (numbers, id, NULL, &number))
    {
      number = GUINT_TO_POINTER (g_hash_table_size (numbers));
      g_hash_table_insert (numbers, g_strdup (id), number);
    }
  g_string_append_printf (result, "oto-%u", GPOINTER_TO_UINT (number));
  g_free (id);
  return FALSE;
}

/* Cairo's SVG with fixed names, cells as crisp blocks, words as text and the provenance. */
static char *
finish_svg (const char          *svg,
            size_t               len,
            const char          *texts,
            const OtoProvenance *provenance)
{
  /* Names stand in id="...", "#..." and "url(#...)"; base64 data has no '#' and no blank. */
  g_autoptr (GRegex) names =
    g_regex_new ("(?<= id=\"|\"#|\\(#)[a-z]+[0-9]+(?:-[0-9]+)*(?=[\")])", 0, 0, NULL);
  g_autoptr (GHashTable) numbers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autofree char *renamed =
    g_regex_replace_eval (names, svg, (gssize) len, 0, 0, renumber, numbers, NULL);
  g_auto (GStrv) parts = NULL;
  g_autofree char *fixed = NULL;
  g_autofree char *title = g_markup_escape_text (provenance->title, -1);
  g_autofree char *facts = g_markup_escape_text (provenance->facts, -1);
  const char *begin, *end;

  g_return_val_if_fail (renamed != NULL, NULL);
  parts = g_strsplit (renamed, "<image ", -1);
  fixed = g_strjoinv ("<image image-rendering=\"optimizeSpeed\""
                      " style=\"image-rendering:pixelated\" ", parts);
  begin = strstr (fixed, "<svg");
  begin = begin == NULL ? NULL : strchr (begin, '>');
  end = g_strrstr (fixed, "</svg>");
  g_return_val_if_fail (begin != NULL && end != NULL && begin < end, NULL);

  return g_strdup_printf ("%.*s>\n<title>%s</title>\n<metadata>\n%s: %s\n%s</metadata>%.*s"
                          "<g font-family=\"%s, sans-serif\""
                          " xml:space=\"preserve\">\n%s</g>\n</svg>\n",
                          (int) (begin - fixed), fixed, title, "program", PROGRAM, facts,
                          (int) (end - begin - 1), begin + 1, OTO_FONT_FAMILY, texts);
}

static GByteArray *
render_svg (const OtoFigurePage  *page,
            const OtoProvenance  *provenance,
            GError              **error)
{
  g_autoptr (GByteArray) raw = g_byte_array_new ();
  g_autoptr (GString) texts = g_string_new (NULL);
  GByteArray *bytes;
  cairo_surface_t *surface =
    cairo_svg_surface_create_for_stream (append, raw, page->width, page->height);
  g_autofree char *svg = NULL;
  gboolean done;

  oto_text_painter_collect (surface, texts);
  done = paint_page (surface, page, error);
  oto_text_painter_collect (surface, NULL);
  if (!finish_surface (surface, done, error))
    return NULL;

  svg = finish_svg ((const char *) raw->data, raw->len, texts->str, provenance);
  bytes = g_byte_array_new ();
  g_byte_array_append (bytes, (const guint8 *) svg, (guint) strlen (svg));
  return bytes;
}

static void
append_png (png_structp png,
            png_bytep   data,
            png_size_t  len)
{
  g_byte_array_append (png_get_io_ptr (png), data, (guint) len);
}

static void
flush_png (png_structp png)
{
}

static void
set_png_texts (png_structp          png,
               png_infop            info,
               const OtoProvenance *provenance)
{
  png_text texts[] = {
    { .compression = PNG_ITXT_COMPRESSION_NONE, .key = (char *) "Title",
      .text = (char *) provenance->title },
    { .compression = PNG_ITXT_COMPRESSION_NONE, .key = (char *) "Software",
      .text = (char *) PROGRAM },
    { .compression = PNG_ITXT_COMPRESSION_NONE, .key = (char *) "Description",
      .text = (char *) provenance->facts },
  };

  png_set_text (png, info, texts, G_N_ELEMENTS (texts));
}

/* RGB rows of a surface; @row: one row of them. Returns FALSE when libpng gives up. */
static gboolean
write_png (cairo_surface_t     *surface,
           double               scale,
           const OtoProvenance *provenance,
           guint8              *row,
           GByteArray          *bytes)
{
  png_structp png = png_create_write_struct (PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
  png_infop info = png == NULL ? NULL : png_create_info_struct (png);
  int width = cairo_image_surface_get_width (surface);
  int height = cairo_image_surface_get_height (surface);
  int stride = cairo_image_surface_get_stride (surface);
  const guint8 *data = cairo_image_surface_get_data (surface);
  png_uint_32 px_per_m = (png_uint_32) lround (scale * POINTS_PER_INCH / M_PER_INCH);

  if (info == NULL || setjmp (png_jmpbuf (png)))
    {
      png_destroy_write_struct (&png, &info);
      return FALSE;
    }
  png_set_write_fn (png, bytes, append_png, flush_png);
  png_set_IHDR (png, info, (png_uint_32) width, (png_uint_32) height, 8, PNG_COLOR_TYPE_RGB,
                PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  png_set_pHYs (png, info, px_per_m, px_per_m, PNG_RESOLUTION_METER);
  set_png_texts (png, info, provenance);
  png_write_info (png, info);
  for (int y = 0; y < height; y++)
    {
      const guint32 *pixels = (const guint32 *) (data + (size_t) y * stride);

      for (int x = 0; x < width; x++)
        {
          row[3 * x] = pixels[x] >> 16 & 255;
          row[3 * x + 1] = pixels[x] >> 8 & 255;
          row[3 * x + 2] = pixels[x] & 255;
        }
      png_write_row (png, row);
    }
  png_write_end (png, info);
  png_destroy_write_struct (&png, &info);
  return TRUE;
}

static GByteArray *
render_png (const OtoFigurePage  *page,
            const OtoProvenance  *provenance,
            GError              **error)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autofree guint8 *row = NULL;
  double width_px = ceil (page->width * page->scale - 1e-6);
  double height_px = ceil (page->height * page->scale - 1e-6);
  cairo_surface_t *surface;
  gboolean done;

  if (!(width_px >= 1.0 && height_px >= 1.0 && width_px <= MAX_SIDE_PX && height_px <= MAX_SIDE_PX))
    {
      set_cairo_error (error, CAIRO_STATUS_INVALID_SIZE);
      return NULL;
    }
  surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, (int) width_px, (int) height_px);
  cairo_surface_set_device_scale (surface, page->scale, page->scale);
  done = paint_page (surface, page, error);
  if (done)
    {
      row = g_malloc (3 * (size_t) width_px);
      done = write_png (surface, page->scale, provenance, row, bytes);
      if (!done)
        set_cairo_error (error, CAIRO_STATUS_WRITE_ERROR);
    }
  cairo_surface_destroy (surface);
  return done ? g_steal_pointer (&bytes) : NULL;
}

/**
 * oto_figure_file_render:
 * @path: its ending chooses the format: .pdf, .svg or .png
 * @page: size and painter
 * @provenance: what the file tells about itself
 *
 * Makes a picture in memory; the same inputs give the same bytes. In PDF and SVG words stay text.
 *
 * Returns: (transfer full): the file's content, or %NULL with %OTO_IO_ERROR_FORMAT or
 *   %OTO_IO_ERROR_WRITE
 */
GBytes *
oto_figure_file_render (const char           *path,
                        const OtoFigurePage  *page,
                        const OtoProvenance  *provenance,
                        GError              **error)
{
  const char *ending;
  GByteArray *bytes;

  g_return_val_if_fail (path != NULL && page != NULL && provenance != NULL, NULL);

  ending = find_ending (path);
  if (ending == NULL)
    {
      g_autofree char *name = oto_file_dup_display_name (path);

      g_set_error (error, OTO_IO_ERROR, OTO_IO_ERROR_FORMAT,
                   "“%s” does not say which kind of picture it is. "
                   "Give it a name that ends in .pdf, .svg or .png.", name);
      return NULL;
    }
  if (g_str_equal (ending, ".pdf"))
    bytes = render_pdf (page, provenance, error);
  else if (g_str_equal (ending, ".svg"))
    bytes = render_svg (page, provenance, error);
  else
    bytes = render_png (page, provenance, error);
  return bytes == NULL ? NULL : g_byte_array_free_to_bytes (bytes);
}
