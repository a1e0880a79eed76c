/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "cli/oto-cli.h"

#include "datasets/oto-demo.h"

#include <stdio.h>

static void
progress_cb (double   fraction,
             gpointer user_data)
{
  oto_cli_progress (user_data, "Demo", fraction);
}

/* oto demo: the synthesised clips and their labels. */
int
oto_cmd_demo (int    argc,
              char **argv)
{
  g_autofree char *dir = NULL;
  g_auto (GStrv) files = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonBuilder) json = json_builder_new ();
  g_autofree char *labels = NULL;
  OtoCliOptions options;
  gint64 seed = OTO_DEMO_SEED;
  const GOptionEntry entries[] = {
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &dir, "Folder for the files", "DIR" },
    { "seed", 0, 0, G_OPTION_ARG_INT64, &seed, "Other clips", "N" },
    G_OPTION_ENTRY_NULL
  };

  if (!oto_cli_parse (&argc, &argv, entries, NULL,
                      "Synthesises the demo: clips of 10 s with three events each, and labels.tsv.",
                      "labels.tsv has the columns filename, onset (s), offset (s), event_label.\n"
                      "The same seed gives the same bytes.\n\n"
                      "Example:\n"
                      "  oto demo -o demo && oto events demo/*.wav",
                      &options, &files))
    return OTO_CLI_USAGE;
  if (dir == NULL || files[0] != NULL)
    {
      oto_cli_error ("Say where to write the demo with -o, and nothing else.");
      return OTO_CLI_USAGE;
    }

  if (!oto_demo_write (dir, seed, progress_cb, &options, oto_cli_watch_interrupt (), &error))
    {
      oto_cli_gerror (error);
      return OTO_CLI_FAILED;
    }
  oto_cli_progress_end (&options);
  labels = g_build_filename (dir, "labels.tsv", NULL);
  if (!options.json)
    {
      puts (labels);
      return OTO_CLI_DONE;
    }
  json_builder_begin_object (json);
  oto_cli_json_add_string (json, "dir", dir);
  oto_cli_json_add_string (json, "labels", labels);
  oto_cli_json_add_int (json, "n_clips", oto_demo_get_n_clips ());
  oto_cli_json_add_int (json, "seed", seed);
  json_builder_end_object (json);
  oto_cli_print_json (json);
  return OTO_CLI_DONE;
}
