/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "cli/oto-cli.h"

#include "io/oto-json.h"

#include <stdio.h>
#include <string.h>

/* Clips of a training step whose memory is told. */
#define TRAIN_BATCH 8

/* Seconds of a clip that are looked at for channels that cancel each other. */
#define LOOK_S 60
#define BLOCK_FLOATS 65536

/* Damage is for whoever reads all of it to tell. */
static gboolean
is_cancelling (OtoClip *clip)
{
  const int n_channels = oto_clip_get_n_channels (clip);
  const gint64 block_samples = MAX (BLOCK_FLOATS / n_channels, 1);
  const gint64 n_samples = MIN (oto_clip_get_n_samples (clip),
                                (gint64) LOOK_S * oto_clip_get_rate_hz (clip));
  g_autofree float *block = g_new (float, (size_t) (block_samples * n_channels));

  if (n_channels == 1)
    return FALSE;
  for (gint64 pos = 0; pos < n_samples; pos += block_samples)
    if (!oto_clip_read (clip, pos, MIN (block_samples, n_samples - pos), block, NULL))
      break;
  return oto_clip_is_cancelling (clip);
}

static void
add_clip (JsonBuilder *json,
          OtoClip     *clip,
          int          channel)
{
  g_autofree char *channel_name = oto_channel_dup_name (channel);
  g_autofree char *problem = oto_clip_dup_problem (clip);

  oto_cli_json_add_string (json, "kind", "clip");
  oto_cli_json_add_string (json, "format", oto_clip_get_format (clip));
  oto_cli_json_add_int (json, "rate_hz", oto_clip_get_rate_hz (clip));
  oto_cli_json_add_int (json, "channels", oto_clip_get_n_channels (clip));
  oto_cli_json_add_string (json, "channel", channel_name);
  json_builder_set_member_name (json, "channels_cancel");
  json_builder_add_boolean_value (json, is_cancelling (clip));
  oto_cli_json_add_int (json, "samples", oto_clip_get_n_samples (clip));
  oto_cli_json_add_number (json, "duration_s", oto_clip_get_duration_s (clip));
  if (oto_clip_get_n_announced (clip) > 0)
    oto_cli_json_add_number (json, "announced_s", (double) oto_clip_get_n_announced (clip)
                                                  / oto_clip_get_rate_hz (clip));
  if (problem != NULL)
    oto_cli_json_add_string (json, "problem", problem);
}

static void
add_front_end (JsonBuilder           *json,
               const OtoLogmelConfig *front_end)
{
  const OtoFrontEnd *known = oto_front_end_find_by_config (front_end);

  json_builder_set_member_name (json, "front_end");
  json_builder_begin_object (json);
  if (known != NULL)
    oto_cli_json_add_string (json, "name", known->name);
  oto_cli_json_add_int (json, "rate_hz", front_end->sample_rate_hz);
  oto_cli_json_add_int (json, "window_len", front_end->window_len);
  oto_cli_json_add_int (json, "hop_len", front_end->hop_len);
  oto_cli_json_add_string (json, "window",
                           front_end->window == OTO_WINDOW_HAMMING ? "hamming" : "hann");
  oto_cli_json_add_int (json, "mels", front_end->n_mels);
  oto_cli_json_add_number (json, "min_hz", front_end->min_hz);
  oto_cli_json_add_number (json, "max_hz", front_end->max_hz);
  oto_cli_json_add_string (json, "framing",
                           front_end->framing == OTO_FRAMING_INSIDE ? "inside" : "centred");
  oto_cli_json_add_string (json, "unit", oto_logmel_config_get_unit (front_end));
  json_builder_end_object (json);
}

static void
add_tuning (JsonBuilder      *json,
            OtoModelSnapshot *model)
{
  const OtoTuning *tuning = oto_model_snapshot_get_tuning (model);
  g_autofree char *text = NULL;

  json_builder_set_member_name (json, "tuning");
  if (tuning == NULL)
    {
      json_builder_add_null_value (json);
      return;
    }
  text = oto_tuning_dup_json (tuning, oto_model_snapshot_get_class_names (model));
  json_builder_add_value (json, json_from_string (text, NULL));
}

static void
add_training (JsonBuilder *json,
              const char  *training_json)
{
  g_autoptr (JsonNode) training =
    training_json != NULL ? json_from_string (training_json, NULL) : NULL;

  json_builder_set_member_name (json, "training");
  if (training != NULL)
    json_builder_add_value (json, g_steal_pointer (&training));
  else
    json_builder_add_null_value (json);
}

/* Memory of a pass: inference of one clip; training, in all and what a clip more takes. */
static void
add_memory (JsonBuilder          *json,
            const OtoModelConfig *config,
            size_t                n_weights)
{
  const size_t train_bytes =
    oto_model_config_get_workspace_bytes (config, TRAIN_BATCH, 0, OTO_MODEL_TRAIN);
  const size_t smaller_bytes =
    oto_model_config_get_workspace_bytes (config, TRAIN_BATCH / 2, 0, OTO_MODEL_TRAIN);

  oto_cli_json_add_int (json, "parameter_bytes", (gint64) (n_weights * sizeof (float)));
  oto_cli_json_add_int (json, "activation_bytes_infer",
                        (gint64) oto_model_config_get_workspace_bytes (config, 1, 0,
                                                                       OTO_MODEL_EVAL));
  oto_cli_json_add_int (json, "activation_bytes_train", (gint64) train_bytes);
  oto_cli_json_add_int (json, "activation_bytes_train_per_clip",
                        (gint64) ((train_bytes - smaller_bytes) / (TRAIN_BATCH / 2)));
  oto_cli_json_add_int (json, "activation_train_batch", TRAIN_BATCH);
}

static void
add_options (JsonBuilder          *json,
             const OtoModelConfig *config)
{
  g_autofree char *text = oto_model_config_dup_options_json (config);

  json_builder_set_member_name (json, "options");
  json_builder_add_value (json, json_from_string (text, NULL));
}

/* What it can show, and what must be known to read that. */
static void
add_maps (JsonBuilder          *json,
          const OtoModelConfig *config)
{
  const guint maps = oto_model_config_get_maps (config);

  oto_cli_json_add_panels (json, config);
  if (maps & OTO_MAP_TIME_ATT)
    {
      oto_cli_json_add_string (json, "time_attention",
                               oto_model_config_has_learned_time_att (config) ? "learned"
                                                                              : "implied");
      json_builder_set_member_name (json, "time_attention_shared");
      json_builder_add_boolean_value (json, oto_model_config_has_shared_time_att (config));
    }
  if (maps & OTO_MAP_STEP1)
    oto_cli_json_add_int (json, "step_frames", oto_model_config_get_step_frames (config));
}

static void
add_model (JsonBuilder      *json,
           OtoModelSnapshot *model)
{
  const OtoModelConfig *config = oto_model_snapshot_get_config (model);
  const OtoLogmelConfig *front_end = oto_model_snapshot_get_front_end (model);
  const char * const *names = oto_model_snapshot_get_class_names (model);
  size_t n_params;

  oto_model_snapshot_get_params (model, &n_params);
  oto_cli_json_add_string (json, "kind", "model");
  oto_cli_json_add_string (json, "name", oto_model_snapshot_get_name (model));
  oto_cli_json_add_string (json, "system", config->system->name);
  oto_cli_json_add_system (json, config->system);
  oto_cli_json_add_number (json, "width", config->width);
  add_options (json, config);
  oto_cli_json_add_int (json, "frames", config->n_frames);
  oto_cli_json_add_number (json, "window_s",
                           oto_logmel_config_get_window_s (front_end, config->n_frames));
  oto_cli_json_add_int (json, "parameters", n_params);
  oto_cli_json_add_int (json, "multiply_adds", oto_model_config_get_n_macs (config));
  add_memory (json, config, n_params);
  oto_cli_json_add_string (json, "hash", oto_model_snapshot_get_hash (model));
  add_maps (json, config);
  oto_cli_json_add_loss (json, config);
  add_front_end (json, front_end);
  json_builder_set_member_name (json, "classes");
  json_builder_begin_array (json);
  for (int k = 0; k < config->n_classes; k++)
    json_builder_add_string_value (json, names[k]);
  json_builder_end_array (json);
  add_tuning (json, model);
  add_training (json, oto_model_snapshot_get_training_json (model));
}

/* A model is a folder, a file of that kind, or a name that is no file. */
static gboolean
is_model (const char *file)
{
  g_auto (GStrv) names = NULL;

  if (g_file_test (file, G_FILE_TEST_IS_DIR) || g_str_has_suffix (file, ".safetensors"))
    return TRUE;
  if (strcmp (file, "-") == 0 || g_file_test (file, G_FILE_TEST_EXISTS))
    return FALSE;
  names = oto_model_snapshot_list ();
  return g_strv_contains ((const char * const *) names, file);
}

static gboolean
add_file (JsonBuilder          *json,
          const char           *file,
          const OtoCliOptions  *options,
          GError              **error)
{
  OtoCliOptions all = *options;

  if (is_model (file))
    {
      g_autoptr (OtoModelSnapshot) model = oto_model_snapshot_find (file, error);

      if (model != NULL)
        add_model (json, model);
      return model != NULL;
    }

  /* Facts are those of the file. */
  all.channel = OTO_CHANNEL_MEAN;

  g_autoptr (OtoClip) clip = oto_cli_open_clip (&all, file, error);
  g_autoptr (OtoClip) heard = NULL;

  if (clip != NULL)
    heard = oto_channel_take (clip, options->channel, error);
  if (heard == NULL)
    return FALSE;
  add_clip (json, clip, options->channel);
  if (options->channel == OTO_CHANNEL_MEAN)
    oto_cli_report_clip (file, clip);
  return TRUE;
}

/* Bytes of a model are easier to take in as MiB. */
static void
print_number (const char *name,
              JsonNode   *value)
{
  g_autofree char *text = oto_json_to_text (value, FALSE);

  if (strstr (name, "_bytes") != NULL)
    printf (" %s (%.1f MiB)", text, json_node_get_double (value) / 1048576.0);
  else
    printf (" %s", text);
}

/* "name: value" lines of an object; what is in it is indented. */
static void
print_object (JsonObject *object,
              int         indent)
{
  g_autoptr (GList) names = json_object_get_members (object);

  for (GList *l = names; l != NULL; l = l->next)
    {
      JsonNode *value = json_object_get_member (object, l->data);

      if (JSON_NODE_HOLDS_NULL (value))
        continue;
      printf ("%*s%s:", indent, "", (const char *) l->data);
      if (JSON_NODE_HOLDS_OBJECT (value))
        {
          putchar ('\n');
          print_object (json_node_get_object (value), indent + 2);
          continue;
        }
      if (JSON_NODE_HOLDS_ARRAY (value))
        {
          JsonArray *array = json_node_get_array (value);

          for (guint i = 0; i < json_array_get_length (array); i++)
            {
              JsonNode *element = json_array_get_element (array, i);
              g_autofree char *item = json_node_get_value_type (element) == G_TYPE_STRING
                                      ? json_node_dup_string (element)
                                      : oto_json_to_text (element, FALSE);

              printf ("%s", i == 0 ? " " : ", ");
              oto_cli_print_field (item);
            }
        }
      else if (json_node_get_value_type (value) == G_TYPE_STRING)
        {
          putchar (' ');
          oto_cli_print_field (json_node_get_string (value));
        }
      else
        print_number (l->data, value);
      putchar ('\n');
    }
}

static void
print_text (JsonBuilder *json)
{
  g_autoptr (JsonNode) root = json_builder_get_root (json);
  JsonArray *files = json_object_get_array_member (json_node_get_object (root), "files");

  for (guint i = 0; i < json_array_get_length (files); i++)
    {
      JsonObject *file = json_array_get_object_element (files, i);

      if (json_object_has_member (file, "error"))
        continue;
      if (i > 0)
        putchar ('\n');
      print_object (file, 0);
    }
}

/* oto info: what a clip or a model is. */
int
oto_cmd_info (int    argc,
              char **argv)
{
  g_autofree char *channel = NULL;
  g_auto (GStrv) files = NULL;
  g_autoptr (JsonBuilder) json = json_builder_new ();
  OtoCliOptions options;
  guint n_files, n_failed = 0;
  const GOptionEntry entries[] = {
    OTO_CLI_CHANNEL_ENTRY (&channel),
    G_OPTION_ENTRY_NULL
  };

  if (!oto_cli_parse (&argc, &argv, entries, "FILE…",
                      "Prints facts about clips, models and run folders.",
                      "A model is a .safetensors file, a run folder or a name. “note” is what\n"
                      "must be known to read its results, “panels” what “oto panel” can show,\n"
                      "“loss” the terms that it was trained on and their weights; “oto systems\n"
                      "NAME” tells what its options mean. Its activations\n"
                      "are the memory that maps take: of one clip in inference, of a batch of 8\n"
                      "clips in training. “announced_s” is the length that a clip's file tells,\n"
                      "“problem” what of it is missing; “channels_cancel” whether the mean of\n"
                      "its channels is next to silent (its first minute). With --json:\n"
                      "{\"files\": [{\"file\", \"kind\": \"clip\" or \"model\", …}]}.\n\n"
                      "Examples:\n"
                      "  oto info dog.wav\n"
                      "  oto info --json 2apae-local",
                      &options, &files)
      || !oto_cli_take_channel (channel, &options)
      || !oto_cli_need_files (files, "clip or model"))
    return OTO_CLI_USAGE;

  n_files = g_strv_length (files);
  json_builder_begin_object (json);
  json_builder_set_member_name (json, "files");
  json_builder_begin_array (json);
  for (guint i = 0; i < n_files; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *name = g_filename_display_name (files[i]);

      json_builder_begin_object (json);
      oto_cli_json_add_string (json, "file", name);
      if (!add_file (json, files[i], &options, &error))
        {
          oto_cli_json_add_string (json, "error", error->message);
          oto_cli_gerror (error);
          n_failed++;
        }
      json_builder_end_object (json);
    }
  json_builder_end_array (json);
  json_builder_end_object (json);
  if (options.json)
    oto_cli_print_json (json);
  else
    print_text (json);
  return oto_cli_get_exit_code (n_files - n_failed, n_failed);
}
