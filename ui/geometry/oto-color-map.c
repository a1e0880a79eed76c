/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "geometry/oto-color-map.h"

#include "geometry/oto-color-map-tables.h"

#include <math.h>

static const char * const names[OTO_N_COLOR_MAPS] = {
  [OTO_COLOR_MAP_MAGMA] = "magma",
  [OTO_COLOR_MAP_VIRIDIS] = "viridis",
  [OTO_COLOR_MAP_INFERNO] = "inferno",
  [OTO_COLOR_MAP_CIVIDIS] = "cividis",
  [OTO_COLOR_MAP_GREYS] = "greys",
  [OTO_COLOR_MAP_GREYS_REVERSED] = "greys-reversed",
  [OTO_COLOR_MAP_DIVERGING] = "diverging",
};

static guint32 maps[OTO_N_COLOR_MAPS][OTO_COLOR_MAP_LEN];

/**
 * oto_color_map_get_name:
 * @map: a colour map
 *
 * Returns: its name, as options and provenance take it
 */
const char *
oto_color_map_get_name (OtoColorMap map)
{
  g_return_val_if_fail (map < OTO_N_COLOR_MAPS, NULL);

  return names[map];
}

/**
 * oto_color_map_find:
 * @name: what oto_color_map_get_name() returns
 * @ret_map: (out): the map; untouched when there is none
 *
 * Returns: %FALSE when no map has that name
 */
gboolean
oto_color_map_find (const char  *name,
                    OtoColorMap *ret_map)
{
  g_return_val_if_fail (name != NULL && ret_map != NULL, FALSE);

  for (int i = 0; i < OTO_N_COLOR_MAPS; i++)
    if (g_str_equal (names[i], name))
      {
        *ret_map = i;
        return TRUE;
      }
  return FALSE;
}

static void
read_table (const char *hex,
            guint32    *ret_entries)
{
  for (int i = 0; i < OTO_COLOR_MAP_LEN; i++)
    {
      guint32 rgb = 0;

      for (int k = 0; k < 6; k++)
        rgb = rgb << 4 | (guint32) g_ascii_xdigit_value (hex[6 * i + k]);
      ret_entries[i] = rgb;
    }
}

static guint32
mix (guint32 a,
     guint32 b,
     double  amount)
{
  guint32 rgb = 0;

  for (int shift = 16; shift >= 0; shift -= 8)
    {
      double from = a >> shift & 255, to = b >> shift & 255;

      rgb |= (guint32) lround (from + (to - from) * amount) << shift;
    }
  return rgb;
}

/* Straight lines through evenly spaced colours. */
static void
mix_stops (const guint32 *stops,
           int            n_stops,
           guint32       *ret_entries)
{
  for (int i = 0; i < OTO_COLOR_MAP_LEN; i++)
    {
      double pos = (double) i / (OTO_COLOR_MAP_LEN - 1) * (n_stops - 1);
      int k = MIN ((int) pos, n_stops - 2);

      ret_entries[i] = mix (stops[k], stops[k + 1], pos - k);
    }
}

/**
 * oto_color_map_get_entries:
 * @map: a colour map
 *
 * Safe from any thread.
 *
 * Returns: (array fixed-size=256): 0xRRGGBB, from low to high
 */
const guint32 *
oto_color_map_get_entries (OtoColorMap map)
{
  static const guint32 greys[] = { 0x000000, 0xffffff };
  static const guint32 greys_reversed[] = { 0xffffff, 0x000000 };
  static const guint32 diverging[] = { 0x08306b, 0x5b9bd5, 0xf2f2f2, 0xf0a050, 0x7f3b08 };
  static size_t is_ready;

  g_return_val_if_fail (map < OTO_N_COLOR_MAPS, NULL);

  if (g_once_init_enter (&is_ready))
    {
      read_table (magma_table, maps[OTO_COLOR_MAP_MAGMA]);
      read_table (viridis_table, maps[OTO_COLOR_MAP_VIRIDIS]);
      read_table (inferno_table, maps[OTO_COLOR_MAP_INFERNO]);
      read_table (cividis_table, maps[OTO_COLOR_MAP_CIVIDIS]);
      mix_stops (greys, G_N_ELEMENTS (greys), maps[OTO_COLOR_MAP_GREYS]);
      mix_stops (greys_reversed, G_N_ELEMENTS (greys_reversed),
                 maps[OTO_COLOR_MAP_GREYS_REVERSED]);
      mix_stops (diverging, G_N_ELEMENTS (diverging), maps[OTO_COLOR_MAP_DIVERGING]);
      g_once_init_leave (&is_ready, 1);
    }
  return maps[map];
}

/* Relative luminance of sRGB, IEC 61966-2-1. */
static double
get_luminance (guint32 rgb)
{
  static const double weights[] = { 0.2126, 0.7152, 0.0722 };
  double sum = 0.0;

  for (int i = 0; i < 3; i++)
    {
      double value = (rgb >> (16 - 8 * i) & 255) / 255.0;

      value = value <= 0.04045 ? value / 12.92 : pow ((value + 0.055) / 1.055, 2.4);
      sum += weights[i] * value;
    }
  return sum;
}

/**
 * oto_color_get_lightness:
 * @rgb: 0xRRGGBB
 *
 * Returns: CIE 1976 lightness (L*), 0 for black to 100 for white
 */
double
oto_color_get_lightness (guint32 rgb)
{
  double y = get_luminance (rgb);

  return y > 216.0 / 24389.0 ? 116.0 * cbrt (y) - 16.0 : y * 24389.0 / 27.0;
}

/**
 * oto_color_get_contrast:
 * @rgb: 0xRRGGBB
 * @other_rgb: another
 *
 * Returns: the contrast ratio of WCAG 2.1, 1 to 21; words need 4.5
 */
double
oto_color_get_contrast (guint32 rgb,
                        guint32 other_rgb)
{
  double a = get_luminance (rgb) + 0.05, b = get_luminance (other_rgb) + 0.05;

  return MAX (a, b) / MIN (a, b);
}
