/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-cli-test.h"

#include <string.h>

static void
test_systems (Cli           *self,
              gconstpointer  user_data)
{
  g_autoptr (JsonParser) parser = NULL;
  JsonArray *systems;
  guint n_checked = 0;

  /* Sizes of the published rows, systems.md 1.2. */
  g_assert_cmpint (cli_run (self, "systems --json"), ==, 0);
  systems = json_object_get_array_member (cli_parse_output (self, &parser), "systems");
  for (guint i = 0; i < json_array_get_length (systems); i++)
    {
      JsonObject *system = json_array_get_object_element (systems, i);
      const char *name = json_object_get_string_member (system, "name");
      gint64 n_params = json_object_get_int_member (system, "parameters");

      if (strcmp (name, "gap") == 0 || strcmp (name, "gmp") == 0 || strcmp (name, "gwrp") == 0)
        g_assert_cmpint (n_params, ==, 587593);
      else if (strcmp (name, "2apae") == 0)
        g_assert_cmpint (n_params, ==, 1967366);
      else
        continue;
      n_checked++;
    }
  g_assert_cmpuint (n_checked, ==, 4);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  cli_add ("/cli/systems/table", test_systems);
  return g_test_run ();
}
