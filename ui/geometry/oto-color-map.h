/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Colour maps of 256 entries, built in. The lightness of every map but the diverging one is
 * strictly monotonic. */
typedef enum
{
  OTO_COLOR_MAP_MAGMA,           /* log-mel and reconstruction */
  OTO_COLOR_MAP_VIRIDIS,         /* attention, first-step output */
  OTO_COLOR_MAP_INFERNO,
  OTO_COLOR_MAP_CIVIDIS,
  OTO_COLOR_MAP_GREYS,           /* black to white */
  OTO_COLOR_MAP_GREYS_REVERSED,  /* white to black */
  OTO_COLOR_MAP_DIVERGING,       /* blue, neutral, orange */
  OTO_N_COLOR_MAPS,
} OtoColorMap;

#define OTO_COLOR_MAP_LEN 256

const char    *oto_color_map_get_name      (OtoColorMap  map);
gboolean       oto_color_map_find          (const char  *name,
                                            OtoColorMap *ret_map);
const guint32 *oto_color_map_get_entries   (OtoColorMap  map);    /* 0xRRGGBB, from low to high */
double         oto_color_get_lightness     (guint32      rgb);    /* CIE L*, 0 to 100 */
double         oto_color_get_contrast      (guint32      rgb,     /* WCAG ratio, 1 to 21 */
                                            guint32      other_rgb);

G_END_DECLS
