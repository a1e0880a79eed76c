/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test-system.h"

#include <string.h>

/* Every flag has one row, and every name is one map's. */
static void
test_table (void)
{
  guint seen = 0, n = 0;

  for (const OtoMapInfo *info; (info = oto_map_info_get (n)) != NULL; n++)
    {
      g_assert_cmpuint (seen & info->map, ==, 0);
      seen |= info->map;
      g_assert_true (oto_map_info_find (info->map) == info);
      g_assert_true (oto_map_info_find_by_name (info->name) == info);
      g_assert_nonnull (oto_map_unit_get_words (info->unit));
      /* What every clip has cannot be lacked. */
      g_assert_cmpint (info->lacks == NULL, ==,
                       info->map == OTO_MAP_LOGMEL || info->map == OTO_MAP_CLIP_PROB);
    }
  g_assert_cmpuint (seen, ==, (1u << n) - 1);
  g_assert_null (oto_map_info_find_by_name ("none"));
}

static void
test_axes (void)
{
  for (guint i = 0; oto_map_info_get (i) != NULL; i++)
    {
      const OtoMapInfo *info = oto_map_info_get (i);
      const char *axes = oto_map_axes_get_words (info->axes);

      g_assert_cmpint (strstr (axes, "classes") != NULL, ==, oto_map_info_has_classes (info));
      g_assert_cmpint (strstr (axes, "frames") != NULL, ==, oto_map_info_has_frames (info));
      g_assert_cmpint (strstr (axes, "bins") != NULL, ==, oto_map_info_has_mels (info));
      if (info->sum == OTO_MAP_SUM_MELS)
        g_assert_true (oto_map_info_has_mels (info));
      if (info->sum == OTO_MAP_SUM_FRAMES)
        g_assert_true (oto_map_info_has_frames (info));
      if (info->sum == OTO_MAP_SUM_CLIP_PROB)
        g_assert_true (oto_map_info_has_classes (info));
    }
}

static void
test_names (void)
{
  g_autofree char *names = oto_map_info_dup_names ();

  g_assert_cmpstr (names, ==, "mel, recon, freq-att, step1, time-att, contribution, mask, "
                   "mel-weights");
}

static void
check_steps (const OtoSystem *system,
             int              expected)
{
  OtoModelConfig config;

  g_assert_true (oto_model_config_init (&config, system, 3, 32, 64, 0.0625, NULL));
  g_assert_cmpint (oto_model_config_get_step_frames (&config), ==, expected);
}

static void
test_steps (void)
{
  check_steps (oto_systems_find ("gap"), 1);
  check_steps (oto_systems_find ("2apae"), 1);
  check_steps (&oto_test_clip_system, 1);
  check_steps (&oto_test_shared_system, 4);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/heads/map/table", test_table);
  g_test_add_func ("/heads/map/axes", test_axes);
  g_test_add_func ("/heads/map/names", test_names);
  g_test_add_func ("/heads/map/steps", test_steps);
  return g_test_run ();
}
