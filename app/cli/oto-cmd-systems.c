/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "cli/oto-cli.h"

#include <stdio.h>

/* The published data set, for which sizes are given. */
#define N_CLASSES 41
#define N_FRAMES 311
#define N_MELS 64

typedef struct
{
  guint64 n_params;
  guint64 n_macs;
} Size;

static Size
get_size (const OtoSystem *system)
{
  OtoModelConfig config;

  if (!oto_model_config_init (&config, system, N_CLASSES, N_FRAMES, N_MELS, 1.0, NULL))
    return (Size) { 0 };
  return (Size) {
    oto_model_config_get_n_params (&config), oto_model_config_get_n_macs (&config),
  };
}

static void
print_system (const OtoSystem *system)
{
  Size size = get_size (system);

  printf ("%s\t%d\t%s\t%s\t%" G_GUINT64_FORMAT "\t%" G_GUINT64_FORMAT "\t%s\n", system->name,
          system->row, system->source, oto_evidence_get_words (system->evidence), size.n_params,
          size.n_macs, system->title);
}

static void
add_system (JsonBuilder     *json,
            const OtoSystem *system)
{
  Size size = get_size (system);

  json_builder_begin_object (json);
  oto_cli_json_add_string (json, "name", system->name);
  oto_cli_json_add_int (json, "row", system->row);
  oto_cli_json_add_string (json, "source", system->source);
  oto_cli_json_add_string (json, "evidence", oto_evidence_get_words (system->evidence));
  oto_cli_json_add_int (json, "parameters", size.n_params);
  oto_cli_json_add_int (json, "multiply_adds", size.n_macs);
  oto_cli_json_add_string (json, "title", system->title);
  json_builder_end_object (json);
}

/* oto systems: what can be trained. */
int
oto_cmd_systems (int    argc,
                 char **argv)
{
  g_auto (GStrv) files = NULL;
  g_autoptr (JsonBuilder) json = json_builder_new ();
  OtoCliOptions options;

  if (!oto_cli_parse (&argc, &argv, NULL, NULL, "Lists the systems that can be trained.",
                      "Columns: name, row of the published tables (0: ours), source, what it is\n"
                      "known from, parameters, multiply-adds (of one 10 s window, 41 classes, width 1),\n"
                      "title.\n\n"
                      "Example:\n"
                      "  oto systems --json", &options, &files))
    return OTO_CLI_USAGE;
  if (files[0] != NULL)
    {
      oto_cli_error ("“oto systems” takes no files.");
      return OTO_CLI_USAGE;
    }

  if (!options.json)
    puts ("name\trow\tsource\tevidence\tparameters\tmultiply_adds\ttitle");
  json_builder_begin_object (json);
  json_builder_set_member_name (json, "systems");
  json_builder_begin_array (json);
  for (guint i = 0; oto_systems_get (i) != NULL; i++)
    if (options.json)
      add_system (json, oto_systems_get (i));
    else
      print_system (oto_systems_get (i));
  json_builder_end_array (json);
  json_builder_end_object (json);
  if (options.json)
    oto_cli_print_json (json);
  return OTO_CLI_DONE;
}
