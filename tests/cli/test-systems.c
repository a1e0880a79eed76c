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

/* A row a system, at its own protocol, in columns that programs read. */
static void
test_columns (Cli           *self,
              gconstpointer  user_data)
{
  g_auto (GStrv) lines = NULL;

  g_assert_cmpint (cli_run (self, "systems"), ==, 0);
  lines = g_strsplit (self->out, "\n", -1);
  g_assert_cmpstr (lines[0], ==, "name\trow\tsource\tevidence\tparameters\tmultiply_adds\ttitle\t"
                                 "front_end\trecipe");
  for (guint i = 0; oto_systems_get (i) != NULL; i++)
    {
      const OtoSystem *system = oto_systems_get (i);
      const OtoFrontEnd *front_end = oto_front_end_find (system->front_end);
      g_auto (GStrv) fields = g_strsplit (lines[1 + i], "\t", -1);
      g_autofree char *n_macs = NULL;
      OtoModelConfig config;

      g_assert_true (oto_model_config_init (&config, system, system->n_classes,
                                            front_end->n_frames, front_end->config.n_mels, 1.0,
                                            NULL));
      n_macs = g_strdup_printf ("%" G_GUINT64_FORMAT, oto_model_config_get_n_macs (&config));
      g_assert_cmpuint (g_strv_length (fields), ==, 9);
      g_assert_cmpstr (fields[0], ==, system->name);
      g_assert_cmpstr (fields[5], ==, n_macs);
      g_assert_cmpstr (fields[7], ==, system->front_end);
      g_assert_cmpstr (fields[8], ==, system->recipe);
    }
}

/* Every option with its default, range and help. */
static void
test_options (Cli           *self,
              gconstpointer  user_data)
{
  g_autoptr (JsonParser) parser = NULL;
  JsonArray *systems;

  g_assert_cmpint (cli_run (self, "systems --json"), ==, 0);
  systems = json_object_get_array_member (cli_parse_output (self, &parser), "systems");
  for (guint i = 0; oto_systems_get (i) != NULL; i++)
    {
      const OtoSystem *system = oto_systems_get (i);
      JsonArray *options = json_object_get_array_member (
        json_array_get_object_element (systems, i), "options");

      g_assert_cmpuint (json_array_get_length (options), ==, system->n_options);
      for (guint j = 0; j < system->n_options; j++)
        {
          JsonObject *option = json_array_get_object_element (options, j);

          g_assert_cmpstr (json_object_get_string_member (option, "name"), ==,
                           system->options[j].name);
          g_assert_cmpstr (json_object_get_string_member (option, "help"), ==,
                           system->options[j].help);
          g_assert_true (json_object_has_member (option, "default"));
        }
    }

  g_assert_cmpint (cli_run (self, "systems 2apae gwrp"), ==, 0);
  g_assert_nonnull (strstr (self->out, "name: 2apae\n"));
  g_assert_nonnull (strstr (self->out, "\nloss: 1 × bce + 0.001 × mse\n"));
  g_assert_nonnull (strstr (self->out, "\nnote: Its linear maps are dense"));
  g_assert_nonnull (strstr (self->out, "\n  form=released  (released, equations)\n"));
  g_assert_nonnull (strstr (self->out, "\n  decay=0.9998  (a number from 0 to 1)\n"));
  g_assert_cmpint (cli_run (self, "systems 2apae-loca"), ==, 2);
  g_assert_nonnull (strstr (self->err, "Did you mean “2apae-local”?"));
  g_assert_cmpstr (self->out, ==, "");
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  cli_add ("/cli/systems/table", test_systems);
  cli_add ("/cli/systems/columns", test_columns);
  cli_add ("/cli/systems/options", test_options);
  return g_test_run ();
}
