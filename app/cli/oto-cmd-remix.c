/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "cli/oto-cli.h"

#include <stdio.h>
#include <string.h>

static const char description[] =
  "The recipe of the papers: in every clip of 10 s, events at 0.5, 3.0 and 5.5 s,\n"
  "at most 2 s long, over a scene. EVENTS.csv has the columns fname and label,\n"
  "and may have manually_verified, fold, recording and licence; SCENES.csv has\n"
  "filename, and may have fold, recording and licence. Audio is sought beside its\n"
  "list: at its name, in events/LABEL/ or in scenes/. A fold column is used as it\n"
  "is; a recording is never in two folds.\n"
  "\n"
  "DIR: audio/NNNNN.flac (stereo: events, scene), labels.tsv (filename, onset,\n"
  "offset, event_label), folds.tsv (filename, fold) and mixture.yaml, from which\n"
  "--list makes the same clips again.\n"
  "\n"
  "Examples:\n"
  "  oto remix --events events.csv --scenes scenes.csv --snr 20 --clips 1200 -o data\n"
  "  oto remix --events events.csv --scenes scenes.csv --onsets random \\\n"
  "            --events-per-clip 0:4 --snr 0:20 --clips 1200 -o data\n"
  "  oto remix --events events.csv --scenes scenes.csv --licence 'clip CC0' \\\n"
  "            --licence 'clip CC BY' --scene-licence CC0 --synthetic 0.5 -o data\n"
  "  oto remix --list data/mixture.yaml --events events.csv --scenes scenes.csv \\\n"
  "            --snr 0 -o data-0db\n";

/* “A:B”, or “A” for both. */
static gboolean
parse_range (const char *text,
             double     *ret_low,
             double     *ret_high)
{
  char *end;

  *ret_low = *ret_high = g_ascii_strtod (text, &end);
  if (end == text)
    return FALSE;
  if (*end == ':')
    {
      const char *second = end + 1;

      *ret_high = g_ascii_strtod (second, &end);
      if (end == second)
        return FALSE;
    }
  return *end == '\0';
}

static gboolean
apply_texts (OtoRemixConfig *config,
             const char     *snr,
             const char     *onsets,
             const char     *per_clip,
             gint64          seed)
{
  double low, high;

  if (snr != NULL && !parse_range (snr, &config->snr_min_db, &config->snr_max_db))
    {
      oto_cli_error ("“--snr %s” is no level. Give decibels, as 10, or a range, as 0:20.", snr);
      return FALSE;
    }
  if (onsets != NULL && strcmp (onsets, "fixed") != 0 && strcmp (onsets, "random") != 0)
    {
      oto_cli_error ("“--onsets %s” is not known. Choose fixed or random.", onsets);
      return FALSE;
    }
  config->random_onsets = g_strcmp0 (onsets, "random") == 0;
  if (per_clip != NULL)
    {
      if (!parse_range (per_clip, &low, &high) || low != (int) CLAMP (low, -1.0, 1e6)
          || high != (int) CLAMP (high, -1.0, 1e6))
        {
          oto_cli_error ("“--events-per-clip %s” is no number of events. Give one, as 3, or a "
                         "range, as 0:4.", per_clip);
          return FALSE;
        }
      config->events_min = (int) low;
      config->events_max = (int) high;
    }
  if (seed < 0 || seed > G_MAXUINT32)
    {
      oto_cli_error ("The seed must be from 0 to 4294967295.");
      return FALSE;
    }
  config->seed = (guint32) seed;
  return TRUE;
}

static void
progress_cb (double   fraction,
             gpointer user_data)
{
  oto_cli_progress (user_data, "Mixing", fraction);
}

static int
print_result (const OtoCliOptions *options,
              const char          *dir)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (OtoDataset) dataset = oto_dataset_load (dir, &error);

  if (dataset == NULL)
    {
      oto_cli_gerror (error);
      return OTO_CLI_FAILED;
    }
  if (options->json)
    {
      g_autoptr (JsonBuilder) builder = json_builder_new ();

      json_builder_begin_object (builder);
      json_builder_set_member_name (builder, "dir");
      json_builder_add_string_value (builder, dir);
      json_builder_set_member_name (builder, "n_clips");
      json_builder_add_int_value (builder, oto_dataset_get_n_clips (dataset));
      json_builder_set_member_name (builder, "n_classes");
      json_builder_add_int_value (builder, oto_dataset_get_n_classes (dataset));
      json_builder_end_object (builder);
      oto_cli_print_json (builder);
    }
  else
    printf ("%s: %u clips, %u classes\n", dir, oto_dataset_get_n_clips (dataset),
            oto_dataset_get_n_classes (dataset));
  return OTO_CLI_DONE;
}

static int
mix (const OtoRemixConfig *config,
     const char           *dir,
     const OtoCliOptions  *options)
{
  g_autoptr (GError) error = NULL;
  gboolean done = oto_remix_run (config, dir, progress_cb, (gpointer) options,
                                 oto_cli_watch_interrupt (), &error);

  oto_cli_progress_end (options);
  if (done)
    return print_result (options, dir);
  oto_cli_gerror (error);
  return OTO_CLI_FAILED;
}

static int
save_list (const OtoRemixConfig *config,
           const char           *path)
{
  g_autoptr (GError) error = NULL;

  if (oto_remix_save_list (config, path, oto_cli_watch_interrupt (), &error))
    return OTO_CLI_DONE;
  oto_cli_gerror (error);
  return OTO_CLI_FAILED;
}

int
oto_cmd_remix (int    argc,
               char **argv)
{
  OtoRemixConfig config = oto_remix_config_default;
  g_autofree char *events = NULL, *scenes = NULL, *list = NULL, *dir = NULL;
  g_autofree char *snr = NULL, *onsets = NULL, *per_clip = NULL;
  g_auto (GStrv) licences = NULL, scene_licences = NULL, files = NULL;
  gint64 seed = config.seed;
  gboolean list_only = FALSE;
  OtoCliOptions options;
  const GOptionEntry entries[] = {
    { "events", 0, 0, G_OPTION_ARG_FILENAME, &events, "List of events", "EVENTS.csv" },
    { "scenes", 0, 0, G_OPTION_ARG_FILENAME, &scenes, "List of scenes", "SCENES.csv" },
    { "list", 0, 0, G_OPTION_ARG_FILENAME, &list,
      "Make the clips of this list; --events and --scenes then only say beside which files the "
      "audio is", "mixture.yaml" },
    { "list-only", 0, 0, G_OPTION_ARG_NONE, &list_only,
      "Write the list of mixtures to -o FILE and no audio, for “oto train --remix”; FILE must lie "
      "beside the audio", NULL },
    { "clips", 0, 0, G_OPTION_ARG_INT, &config.n_clips, "Number of clips (8000)", "N" },
    { "snr", 0, 0, G_OPTION_ARG_STRING, &snr,
      "Level of events over the scene in decibels (10), or a range", "A[:B]" },
    { "onsets", 0, 0, G_OPTION_ARG_STRING, &onsets,
      "fixed as published, or random without overlap", "fixed|random" },
    { "events-per-clip", 0, 0, G_OPTION_ARG_STRING, &per_clip,
      "Number of events (3), or a range", "A[:B]" },
    { "seed", 0, 0, G_OPTION_ARG_INT64, &seed, "Of everything random (1234)", "N" },
    { "independent-permutations", 0, 0, G_OPTION_ARG_NONE, &config.independent_permutations,
      "Shuffle events anew for every repeat; the released code repeats one order", NULL },
    { "synthetic", 0, 0, G_OPTION_ARG_DOUBLE, &config.synthetic,
      "Share of events and scenes that are synthesised, where they can be (0)", "P" },
    { "licence", 0, 0, G_OPTION_ARG_STRING_ARRAY, &licences,
      "Use only events with this licence, compared whole or up to a semicolon; may be repeated",
      "LICENCE" },
    { "scene-licence", 0, 0, G_OPTION_ARG_STRING_ARRAY, &scene_licences,
      "Use only scenes with this licence; may be repeated", "LICENCE" },
    { "threads", 0, 0, G_OPTION_ARG_INT, &config.n_threads, "Number of threads (all cores)", "N" },
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &dir, "Folder to make", "DIR" },
    G_OPTION_ENTRY_NULL
  };

  if (!oto_cli_parse (&argc, &argv, entries, NULL, "Mixes events and scenes into a data set.",
                      description, &options, &files)
      || !apply_texts (&config, snr, onsets, per_clip, seed))
    return OTO_CLI_USAGE;
  if (files[0] != NULL || dir == NULL || (list != NULL && list_only)
      || (list == NULL && (events == NULL || scenes == NULL)))
    {
      oto_cli_error ("Give --events and --scenes (or --list), and -o DIR. “oto remix --help” shows "
                     "examples.");
      return OTO_CLI_USAGE;
    }

  config.events_csv = events;
  config.scenes_csv = scenes;
  config.list_yaml = list;
  config.licences = (const char * const *) licences;
  config.scene_licences = (const char * const *) scene_licences;
  return list_only ? save_list (&config, dir) : mix (&config, dir, &options);
}
