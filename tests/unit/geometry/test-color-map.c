/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "geometry/oto-color-map.h"
#include "oto-test.h"

/* First, middle and last colours as published. */
static void
test_published_colors (void)
{
  static const struct { OtoColorMap map; guint32 first, middle, last; } known[] = {
    { OTO_COLOR_MAP_VIRIDIS, 0x440154, 0x21918c, 0xfde725 },
    { OTO_COLOR_MAP_MAGMA, 0x000004, 0xb73779, 0xfcfdbf },
    { OTO_COLOR_MAP_INFERNO, 0x000004, 0xbc3754, 0xfcffa4 },
    { OTO_COLOR_MAP_CIVIDIS, 0x00224e, 0x7d7c78, 0xfee838 },
    { OTO_COLOR_MAP_GREYS, 0x000000, 0x808080, 0xffffff },
  };

  for (guint i = 0; i < G_N_ELEMENTS (known); i++)
    {
      const guint32 *entries = oto_color_map_get_entries (known[i].map);

      g_assert_cmphex (entries[0], ==, known[i].first);
      g_assert_cmphex (entries[128], ==, known[i].middle);
      g_assert_cmphex (entries[255], ==, known[i].last);
    }
}

static void
test_lightness_is_monotonic (void)
{
  for (int map = 0; map < OTO_N_COLOR_MAPS; map++)
    {
      const guint32 *entries = oto_color_map_get_entries (map);
      double sign = map == OTO_COLOR_MAP_GREYS_REVERSED ? -1.0 : 1.0;

      for (int i = 1; i < OTO_COLOR_MAP_LEN; i++)
        {
          double step = oto_color_get_lightness (entries[i])
                        - oto_color_get_lightness (entries[i - 1]);

          /* The diverging map rises to its middle and falls behind it. */
          if (map == OTO_COLOR_MAP_DIVERGING)
            sign = i <= 127 ? 1.0 : i == 128 ? 0.0 : -1.0;
          if (sign != 0.0)
            g_assert_cmpfloat (sign * step, >, 0.0);
        }
    }
}

static void
test_lightness (void)
{
  g_assert_cmpfloat_with_epsilon (oto_color_get_lightness (0x000000), 0.0, 1e-9);
  g_assert_cmpfloat_with_epsilon (oto_color_get_lightness (0xffffff), 100.0, 1e-6);
  g_assert_cmpfloat_with_epsilon (oto_color_get_lightness (0x777777), 50.03, 0.01);
  g_assert_cmpfloat_with_epsilon (oto_color_get_contrast (0xffffff, 0x000000), 21.0, 1e-6);
  g_assert_cmpfloat_with_epsilon (oto_color_get_contrast (0x767676, 0xffffff), 4.54, 0.01);
}

static void
test_names (void)
{
  OtoColorMap map = OTO_COLOR_MAP_MAGMA;

  for (int i = 0; i < OTO_N_COLOR_MAPS; i++)
    {
      g_assert_true (oto_color_map_find (oto_color_map_get_name (i), &map));
      g_assert_cmpint (map, ==, i);
    }
  g_assert_false (oto_color_map_find ("jet", &map));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/geometry/color-map/published-colors", test_published_colors);
  g_test_add_func ("/geometry/color-map/lightness-is-monotonic", test_lightness_is_monotonic);
  g_test_add_func ("/geometry/color-map/lightness", test_lightness);
  g_test_add_func ("/geometry/color-map/names", test_names);
  return g_test_run ();
}
