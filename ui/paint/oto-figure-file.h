/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <cairo.h>
#include <glib.h>

G_BEGIN_DECLS

typedef void (*OtoFigurePaintFunc) (cairo_t  *cr,
                                    double    width,
                                    double    height,
                                    gpointer  user_data);

/**
 * OtoProvenance:
 * @title: what the picture shows
 * @facts: "name: value" lines that say how it was made; no times, no user, no paths
 *
 * What a picture tells about itself, inside the file.
 */
typedef struct
{
  const char *title;
  const char *facts;
} OtoProvenance;

/**
 * OtoFigurePage:
 * @width: in points
 * @height: in points
 * @scale: pixels a point in PNG
 * @paint: draws it
 * @user_data: for @paint
 */
typedef struct
{
  double             width;
  double             height;
  double             scale;
  OtoFigurePaintFunc paint;
  gpointer           user_data;
} OtoFigurePage;

gboolean  oto_figure_file_has_format (const char           *path);
GBytes   *oto_figure_file_render     (const char           *path,
                                      const OtoFigurePage  *page,
                                      const OtoProvenance  *provenance,
                                      GError              **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
