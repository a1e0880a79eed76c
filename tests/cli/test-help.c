/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-cli-test.h"

#include <string.h>

static void
test_help (Cli           *self,
           gconstpointer  user_data)
{
  static const char * const commands[] = {
    "info", "labels", "probs", "panel", "analyse", "events", "stems", "systems", "demo",
  };

  g_assert_cmpint (cli_run (self, "--help"), ==, 0);
  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    {
      g_autofree char *arguments = g_strdup_printf ("%s --help", commands[i]);

      g_assert_nonnull (strstr (self->out, commands[i]));
      g_free (self->out);
      self->out = NULL;
      g_assert_cmpint (cli_run (self, arguments), ==, 0);
      g_assert_nonnull (strstr (self->out, "Example"));
      g_assert_nonnull (strstr (self->out, "--json"));
      g_assert_cmpint (cli_run (self, "--help"), ==, 0);
    }
  g_assert_cmpint (cli_run (self, "--version"), ==, 0);
  g_assert_nonnull (strstr (self->out, OTO_VERSION));
}

static void
test_usage (Cli           *self,
            gconstpointer  user_data)
{
  static const char * const wrong[] = {
    "evnets", "probs", "probs --no-such-option x.wav", "events --format xml x.wav",
    "events --threshold high x.wav", "events --low x x.wav", "events --min-frames -1 x.wav",
    "events --format audacity a.wav b.wav", "panel x.wav", "panel mel", "panel mask x.wav",
    "panel mel --format xml x.wav", "stems x.wav", "stems --class all x.wav", "analyse x.wav",
    "analyse --jobs 0 -o out x.wav", "demo", "systems x",
  };

  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_test_message ("%s", wrong[i]);
      g_assert_cmpint (cli_run (self, wrong[i]), ==, 2);
      g_assert_cmpstr (self->out, ==, "");
      g_assert_true (g_str_has_prefix (self->err, "oto: "));
    }
  cli_run (self, "evnets");
  g_assert_nonnull (strstr (self->err, "“events”"));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  cli_add ("/cli/help/every-command", test_help);
  cli_add ("/cli/help/wrong-usage", test_usage);
  return g_test_run ();
}
