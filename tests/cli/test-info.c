/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-cli-test.h"

#include <string.h>

/* Sizes are those of the workspace, which the engine takes at once. */
static void
check_model_memory (Cli        *self,
                    JsonObject *model)
{
  g_autofree char *path = g_build_filename (self->dir, "m.safetensors", NULL);
  g_autoptr (OtoModelSnapshot) snapshot = oto_model_snapshot_load (path, NULL);
  const OtoModelConfig *config = oto_model_snapshot_get_config (snapshot);
  gint64 bytes = json_object_get_int_member (model, "activation_bytes_train");
  gint64 clip_bytes = json_object_get_int_member (model, "activation_bytes_train_per_clip");
  gint64 expected = oto_model_config_get_workspace_bytes (config, 16, 0, OTO_MODEL_TRAIN);

  g_assert_cmpint (json_object_get_int_member (model, "parameter_bytes"), ==,
                   4 * json_object_get_int_member (model, "parameters"));
  g_assert_cmpint (json_object_get_int_member (model, "activation_bytes_infer"), ==,
                   oto_model_config_get_workspace_bytes (config, 1, 0, OTO_MODEL_EVAL));
  g_assert_cmpint (bytes, ==, oto_model_config_get_workspace_bytes (config, 8, 0, OTO_MODEL_TRAIN));
  /* Memory grows by as much with every clip, but for what rounds pieces up. */
  g_assert_cmpint (ABS (bytes + 8 * clip_bytes - expected), <=, 65536);
}

/* What must be known to read its results. */
static void
check_meaning (JsonObject *model)
{
  JsonArray *panels = json_object_get_array_member (model, "panels");
  JsonObject *options = json_object_get_object_member (model, "options");
  JsonObject *front_end = json_object_get_object_member (model, "front_end");
  JsonObject *loss = json_object_get_object_member (model, "loss");

  g_assert_cmpuint (json_array_get_length (panels), ==, 7);
  g_assert_cmpstr (json_array_get_string_element (panels, 0), ==, "mel");
  g_assert_cmpstr (json_array_get_string_element (panels, 5), ==, "contribution");
  g_assert_cmpstr (json_array_get_string_element (panels, 6), ==, "mask");
  g_assert_cmpfloat (json_object_get_double_member (options, "alpha"), ==, 1e-3);
  g_assert_cmpfloat (json_object_get_double_member (loss, "bce"), ==, 1.0);
  g_assert_cmpfloat (json_object_get_double_member (loss, "mse"), ==, 1e-3);
  g_assert_cmpstr (json_object_get_string_member (front_end, "name"), ==, "F-K");
  g_assert_cmpstr (json_object_get_string_member (front_end, "unit"), ==, "ln magnitude");
  g_assert_false (json_object_get_boolean_member (model, "time_attention_shared"));
  g_assert_cmpint (json_object_get_int_member (model, "step_frames"), ==, 1);
  g_assert_nonnull (strstr (json_object_get_string_member (model, "evidence"), "ours"));
}

static void
test_info (Cli           *self,
           gconstpointer  user_data)
{
  g_autoptr (JsonParser) parser = NULL;
  JsonArray *files;
  JsonObject *clip, *model;

  cli_save_clip (self, "a.wav", 1.5, 44100, 2);
  g_assert_cmpint (cli_run (self, "info --json a.wav m.safetensors missing.wav"), ==, 3);
  files = json_object_get_array_member (cli_parse_output (self, &parser), "files");
  clip = json_array_get_object_element (files, 0);
  model = json_array_get_object_element (files, 1);
  g_assert_cmpint (json_object_get_int_member (clip, "rate_hz"), ==, 44100);
  g_assert_cmpint (json_object_get_int_member (clip, "channels"), ==, 2);
  g_assert_cmpfloat (json_object_get_double_member (clip, "duration_s"), ==, 1.5);
  g_assert_cmpstr (json_object_get_string_member (model, "system"), ==, "2apae-local");
  g_assert_cmpint (json_object_get_int_member (model, "frames"), ==, 24);
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (model, "classes")), ==,
                    CLI_N_CLASSES);
  check_model_memory (self, model);
  check_meaning (model);
  g_assert_true (json_object_has_member (json_array_get_object_element (files, 2), "error"));
  g_assert_cmpint (cli_run (self, "info a.wav m.safetensors"), ==, 0);
  g_assert_nonnull (strstr (self->out, "\nsystem: 2apae-local\n"));
  g_assert_nonnull (strstr (self->out, "\nactivation_bytes_train: "));
  g_assert_nonnull (strstr (self->out, " MiB)\n"));
  g_assert_nonnull (strstr (self->out, "\npanels: mel, recon, freq-att, step1, time-att, "
                                       "contribution, mask\n"));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  cli_add ("/cli/info/clip-and-model", test_info);
  return g_test_run ();
}
