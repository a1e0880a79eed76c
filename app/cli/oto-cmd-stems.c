/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "cli/oto-cli.h"

#include <stdio.h>
#include <string.h>

static const char description[] =
  "“--class all --background” sums to the clip. Columns: file, stem, path.\n"
  "With --json: {\"clips\": [{\"file\", \"mask\", \"stems\": [{\"name\",\n"
  "\"path\"}]}]}; a clip that failed has \"error\".\n"
  "\n"
  "The mask for listening, the default, is made for stems worth hearing: where the\n"
  "model hears a class, what is louder than the background, shared by how likely\n"
  "classes are. Every model has it. “--mask published” is the model's own mask as\n"
  "its paper defines it.\n"
  "\n"
  "Examples:\n"
  "  oto stems --class Bark,Meow -o stems park.wav\n"
  "  oto stems --class all --background -o stems park.wav";

typedef struct
{
  const OtoCliOptions *options;
  OtoMaskKind          kind;
  GArray              *classes;  /* of int */
  gboolean             background;
  const char          *dir;
  GStrv                names;    /* of the files, one after the other */
  guint                n_done;   /* of these */
  GHashTable          *used;     /* names of clips that were written */
  JsonBuilder         *json;     /* (nullable): instead of text */
} Output;

static void
progress_cb (double   fraction,
             gpointer user_data)
{
  oto_cli_progress (user_data, "Stems", fraction);
}

/* Two clips of one name are told apart by their folders; one that is named twice would overwrite
 * its own stems. */
static gboolean
claim_name (Output      *output,
            const char  *name,
            GError     **error)
{
  g_autofree char *stem = oto_stems_dup_safe_stem (name);

  if (g_hash_table_add (output->used, g_utf8_casefold (stem, -1)))
    return TRUE;

  g_set_error (error, OTO_IO_ERROR, OTO_IO_ERROR_WRITE,
               "The stems of “%s” would overwrite those of another clip. Choose another folder for "
               "them.", name);
  return FALSE;
}

static void
write_paths (Output      *output,
             const char  *file,
             OtoAnalysis *analysis,
             GStrv        paths)
{
  g_autofree char *display_name = g_filename_display_name (file);
  OtoModelSnapshot *model = oto_analysis_get_model (analysis);
  const char * const *names = oto_model_snapshot_get_class_names (model);

  if (output->json != NULL)
    {
      oto_cli_json_add_string (output->json, "mask", oto_mask_kind_get_name (output->kind));
      json_builder_set_member_name (output->json, "stems");
      json_builder_begin_array (output->json);
    }
  for (guint i = 0; paths[i] != NULL; i++)
    {
      const char *name = i < output->classes->len ? names[g_array_index (output->classes, int, i)]
                                                  : "Background";
      g_autofree char *path = g_filename_display_name (paths[i]);

      if (output->json != NULL)
        {
          json_builder_begin_object (output->json);
          oto_cli_json_add_string (output->json, "name", name);
          oto_cli_json_add_string (output->json, "path", path);
          json_builder_end_object (output->json);
          continue;
        }
      oto_cli_print_field (display_name);
      putchar ('\t');
      oto_cli_print_field (name);
      putchar ('\t');
      oto_cli_print_field (path);
      putchar ('\n');
    }
  if (output->json != NULL)
    json_builder_end_array (output->json);
}

static gboolean
write_clip (const char    *file,
            OtoAnalysis   *analysis,
            const GError  *analysis_error,
            gpointer       user_data,
            GError       **ret_error)
{
  Output *output = user_data;
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) paths = NULL;
  const char *path = output->names[output->n_done++];
  g_autofree char *name =
    strcmp (file, "-") == 0 && analysis != NULL
      ? g_strdup (oto_clip_get_name (oto_analysis_get_clip (analysis)))
      : g_filename_display_name (path);

  if (analysis != NULL && claim_name (output, name, &error))
    oto_stems_save (analysis, output->kind, (const int *) (gpointer) output->classes->data,
                    output->classes->len, output->background, output->dir, name, &paths,
                    progress_cb, (gpointer) output->options, oto_cli_watch_interrupt (), &error);

  if (output->json != NULL)
    oto_cli_json_begin_clip (output->json, file, analysis != NULL ? error : analysis_error);
  if (paths != NULL)
    write_paths (output, file, analysis, paths);
  if (output->json != NULL)
    json_builder_end_object (output->json);
  if (error != NULL)
    g_propagate_error (ret_error, g_steal_pointer (&error));
  return paths != NULL;
}

/* oto stems: every class on its own, as sound. */
int
oto_cmd_stems (int    argc,
               char **argv)
{
  g_autofree char *channel = NULL;
  g_autofree char *model = NULL, *class_names = NULL, *dir = NULL, *mask = NULL;
  g_auto (GStrv) files = NULL;
  g_autoptr (OtoAnalyzer) analyzer = NULL;
  g_autoptr (GArray) classes = NULL;
  g_auto (GStrv) names = NULL;
  g_autoptr (GHashTable) used = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (JsonBuilder) json = NULL;
  g_autoptr (GError) error = NULL;
  OtoMaskKind kind = OTO_MASK_LISTENING;
  gboolean background = FALSE;
  OtoCliOptions options;
  int code, n_threads = 0;
  const GOptionEntry entries[] = {
    { "model", 'm', 0, G_OPTION_ARG_FILENAME, &model, "Model: a path or a name", "M" },
    { "class", 'c', 0, G_OPTION_ARG_STRING, &class_names, "Classes: names, or all", "A,B" },
    { "background", 'b', 0, G_OPTION_ARG_NONE, &background,
      "Also the clip minus the stems of all classes", NULL },
    { "mask", 0, 0, G_OPTION_ARG_STRING, &mask, "listening (default) or published", "MASK" },
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &dir, "Folder for the files", "DIR" },
    { "threads", 0, 0, G_OPTION_ARG_INT, &n_threads, "Threads; 0: as many as cores", "N" },
    OTO_CLI_CHANNEL_ENTRY (&channel),
    G_OPTION_ENTRY_NULL
  };

  if (!oto_cli_parse (&argc, &argv, entries, "CLIP…",
                      "Writes every class through its mask as a float WAV file, as long as the\n"
                      "clip, at its rate and with its channels.",
                      description, &options, &files)
      || !oto_cli_take_channel (channel, &options)
      || !oto_cli_take_mask (mask, &kind)
      || !oto_cli_need_files (files, "clip"))
    return OTO_CLI_USAGE;
  if (dir == NULL || (class_names == NULL && !background))
    {
      oto_cli_error ("Say which stems with --class or --background, and where to with -o.");
      return OTO_CLI_USAGE;
    }

  analyzer = oto_cli_need_mask_analyzer (model, kind, n_threads);
  if (analyzer == NULL)
    return OTO_CLI_FAILED;
  classes = class_names != NULL
              ? oto_cli_parse_classes (oto_analyzer_get_model (analyzer), class_names, &error)
              : g_array_new (FALSE, FALSE, sizeof (int));
  if (classes == NULL)
    {
      oto_cli_gerror (error);
      return OTO_CLI_USAGE;
    }

  if (options.json)
    json = oto_cli_json_begin_clips ();
  else
    puts ("file\tstem\tpath");
  names = oto_file_names_dup ((const char * const *) files);
  Output output = { &options, kind, classes, background, dir, names, 0, used, json };
  code = oto_cli_for_each_clip (&options, analyzer, files, write_clip, &output);
  if (json != NULL)
    oto_cli_json_end_clips (json);
  return code;
}
