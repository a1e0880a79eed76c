/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test.h"

#include <string.h>

static void
test_rows (void)
{
  const struct { const char *name; int row; } rows[] =
  {
    { "2apae-local", 0 }, { "gap", 1 }, { "gmp", 2 }, { "gwrp", 3 }, { "2apae", 6 },
  };
  g_autofree char *names = oto_systems_dup_names ();

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const OtoSystem *system = oto_systems_find (rows[i].name);

      g_assert_nonnull (system);
      g_assert_true (system == oto_systems_get (i));
      g_assert_cmpint (system->row, ==, rows[i].row);
      g_assert_nonnull (strstr (names, rows[i].name));
    }
  g_assert_null (oto_systems_get (G_N_ELEMENTS (rows)));
  g_assert_null (oto_systems_find ("2APAE"));
}

static void
test_shown_maps (void)
{
  const OtoSystem *system;

  for (guint i = 0; (system = oto_systems_get (i)) != NULL; i++)
    {
      const gboolean is_two_step = system->head == OTO_HEAD_TWO_STEP ||
                                   system->head == OTO_HEAD_TWO_STEP_LOCAL;

      g_assert_cmpint ((system->maps & OTO_MAP_FREQ_ATT) != 0, ==, is_two_step);
      g_assert_cmpint ((system->maps & OTO_MAP_RECON) != 0, ==, system->has_decoder);
      g_assert_cmpint (system->learned_time_att, ==, is_two_step);
      g_assert_cmpint (system->exact_positions, ==, system->head != OTO_HEAD_TWO_STEP);
      g_assert_true (system->maps & OTO_MAP_CLIP_PROB);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/models/systems/rows-have-their-names", test_rows);
  g_test_add_func ("/models/systems/maps-follow-the-composition", test_shown_maps);

  return g_test_run ();
}
