/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-cli-test.h"

#include <string.h>

static void
test_panel (Cli           *self,
            gconstpointer  user_data)
{
  static const char * const panels[] = { "mel", "recon", "freq-att", "step1", "time-att", "mask",
                                         "contribution" };
  g_autofree char *npy_path = g_build_filename (self->dir, "x.npy", NULL);
  g_autofree char *npy = NULL;
  size_t n_bytes;

  cli_save_clip (self, "a.wav", 1.0, 32000, 1);
  g_assert_cmpint (cli_run (self, "panel mell -m m.safetensors a.wav"), ==, 2);
  g_assert_nonnull (strstr (self->err, "no panel “mell”"));
  g_assert_nonnull (strstr (self->err, "time-att, contribution, mask, mel-weights."));
  for (guint i = 0; i < G_N_ELEMENTS (panels); i++)
    {
      gboolean is_of_class = i == 2 || i >= 5, is_over_bins = i != 3 && i != 4;
      g_autofree char *arguments =
        g_strdup_printf ("panel %s %s -m m.safetensors a.wav", panels[i],
                         is_of_class ? "--class church~bell" : "--quiet");
      g_auto (GStrv) lines = NULL;
      g_auto (GStrv) head = NULL;
      g_auto (GStrv) row = NULL;

      g_test_message ("%s", panels[i]);
      g_assert_cmpint (cli_run (self, arguments), ==, 0);
      lines = g_strsplit (self->out, "\n", -1);
      head = g_strsplit (lines[0], ",", -1);
      row = g_strsplit (lines[2], ",", -1);
      /* 30 frames, a heading, and what follows the last line end. */
      g_assert_cmpuint (g_strv_length (lines), ==, 32);
      g_assert_cmpuint (g_strv_length (head), ==, 1 + (is_over_bins ? 64 : CLI_N_CLASSES));
      g_assert_cmpuint (g_strv_length (row), ==, g_strv_length (head));
      g_assert_cmpstr (head[0], ==, "time (s)");
      g_assert_cmpstr (row[0], ==, "0.048000");
      if (is_over_bins)
        g_assert_true (g_str_has_suffix (head[1], " Hz"));
      else
        g_assert_cmpstr (head[1], ==, "Bark");
    }

  g_assert_cmpint (cli_run (self, "panel step1 -m m.safetensors --format npy -o x.npy a.wav"), ==,
                   0);
  g_assert_cmpstr (self->out, ==, "");
  g_assert_true (g_file_get_contents (npy_path, &npy, &n_bytes, NULL));
  g_assert_cmpuint (n_bytes, >, 30 * 3 * sizeof (float) + 10);
  g_assert_nonnull (strstr (npy + 10, "(30, 3)"));

  g_assert_cmpint (cli_run (self, "panel mask --class Barks -m m.safetensors a.wav"), ==, 2);
  g_assert_nonnull (strstr (self->err, "“Bark”"));
  g_assert_nonnull (strstr (self->err, "Church_bell"));
}

/* What a model lacks is told before a clip is read. */
static void
test_lacks (Cli           *self,
            gconstpointer  user_data)
{
  g_assert_cmpint (cli_run (self, "panel mel-weights -m m.safetensors none.wav"), ==, 1);
  g_assert_cmpstr (self->err, ==,
                   "oto: The model “m” has no weights of mel bins. “oto info MODEL” lists what it "
                   "can show.\n");
}

/* Of 44.1 kHz, centred, 128 bins, a front end that is not the default's. */
static void
test_front_end (Cli           *self,
                gconstpointer  user_data)
{
  const OtoLogmelConfig *front_end = &oto_front_end_find ("F-M")->config;
  g_autofree char *path = g_build_filename (self->dir, "fm.safetensors", NULL);
  g_autoptr (OtoModelSnapshot) snapshot =
    oto_test_make_snapshot_of (oto_systems_find ("gap"), CLI_N_CLASSES, 24, front_end);
  g_autoptr (JsonParser) parser = NULL;
  g_auto (GStrv) lines = NULL;
  JsonObject *panel;

  g_assert_true (oto_model_snapshot_save (snapshot, path, FALSE, NULL));
  cli_save_clip (self, "a.wav", 0.5, 44100, 1);
  g_assert_cmpint (cli_run (self, "panel mel -m fm.safetensors a.wav"), ==, 0);
  lines = g_strsplit (self->out, "\n", -1);
  g_assert_cmpuint (g_strv_length (lines), ==, 22050 / 492 + 2);
  g_assert_true (g_str_has_prefix (lines[3], "0.016735,"));

  g_assert_cmpint (cli_run (self, "panel time-att --json -m fm.safetensors a.wav"), ==, 0);
  panel = cli_parse_output (self, &parser);
  g_assert_cmpstr (json_object_get_string_member (panel, "unit"), ==, "weight");
  g_assert_cmpfloat_with_epsilon (json_object_get_double_member (panel, "hop_s"), 492.0 / 44100.0,
                                  1e-9);
  g_assert_cmpfloat (json_object_get_double_member (panel, "centre_s"), ==, 0.0);
  g_assert_false (json_object_get_boolean_member (panel, "shared"));
  g_assert_false (json_object_get_boolean_member (panel, "learned"));
}

/* One small model for each set of maps that a system of the table shows: every command shows what
 * it has, and says what it lacks. */
static void
check_maps (Cli                   *self,
            const OtoModelConfig  *config,
            const OtoLogmelConfig *front_end)
{
  const guint maps = oto_model_config_get_maps (config) | OTO_MAP_LOGMEL;
  g_autofree char *path = g_build_filename (self->dir, "s.safetensors", NULL);
  g_autoptr (OtoModelSnapshot) snapshot =
    oto_test_make_snapshot_of (config->system, CLI_N_CLASSES, config->n_frames, front_end);

  g_test_message ("%s", config->system->name);
  g_assert_true (oto_model_snapshot_save (snapshot, path, FALSE, NULL));
  for (guint i = 0; oto_map_info_get (i) != NULL; i++)
    {
      const OtoMapInfo *info = oto_map_info_get (i);
      g_autofree char *arguments =
        g_strdup_printf ("panel %s %s -m s.safetensors a.wav", info->name,
                         info->axes == OTO_MAP_AXES_KTF ? "--class Bark" : "--quiet");

      if (info->axes == OTO_MAP_AXES_K)
        continue;
      g_assert_cmpint (cli_run (self, arguments), ==, (maps & info->map) != 0 ? 0 : 1);
      if ((maps & info->map) == 0)
        g_assert_nonnull (strstr (self->err, info->noun));
    }
  g_assert_cmpint (cli_run (self, "events -m s.safetensors a.wav"), ==,
                   (maps & OTO_MAP_STEP1) != 0 ? 0 : 1);
  g_assert_cmpint (cli_run (self, "panel mask --mask listening --class Bark -m s.safetensors "
                                  "a.wav"), ==, 0);
  g_assert_cmpint (cli_run (self, "stems --class all -o out -m s.safetensors a.wav"), ==, 0);
  g_assert_cmpint (cli_run (self, "stems --mask published --class all -o published "
                                  "-m s.safetensors a.wav"), ==,
                   (maps & OTO_MAP_MASK) != 0 ? 0 : 1);
  g_assert_cmpint (cli_run (self, "info s.safetensors"), ==, 0);
  g_assert_cmpint (cli_run (self, "analyse -o results -m s.safetensors a.wav"), ==, 0);
  g_assert_cmpint (cli_run (self, "figure --layout all -m s.safetensors a.wav -o a.svg"), ==, 0);
}

static void
test_every_kind (Cli           *self,
                 gconstpointer  user_data)
{
  static const int lengths[] = { 24, 64, 128, 256, 512, 1024 };
  guint seen[64], n_seen = 0;

  cli_save_clip (self, "a.wav", 0.3, 32000, 1);
  for (guint i = 0; oto_systems_get (i) != NULL; i++)
    {
      const OtoSystem *system = oto_systems_get (i);
      const OtoLogmelConfig *front_end = &oto_front_end_find (system->front_end)->config;
      gboolean is_new = TRUE;
      OtoModelConfig config;
      guint key, j = 0;

      while (j < G_N_ELEMENTS (lengths)
             && !oto_model_config_init (&config, system, CLI_N_CLASSES, lengths[j],
                                        front_end->n_mels, 0.0625, NULL))
        j++;
      g_assert_cmpuint (j, <, G_N_ELEMENTS (lengths));
      key = oto_model_config_get_maps (&config) << 1 |
            oto_model_config_has_shared_time_att (&config);
      for (guint k = 0; k < n_seen; k++)
        is_new = is_new && seen[k] != key;
      /* Some kinds are enough where bytes are looked at. */
      if (!is_new || (OTO_TEST_IS_SANITIZED && n_seen == 4))
        continue;
      g_assert_cmpuint (n_seen, <, G_N_ELEMENTS (seen));
      seen[n_seen++] = key;
      check_maps (self, &config, front_end);
    }
  g_assert_cmpuint (n_seen, >, 1);
}

static void
test_full_disk (Cli           *self,
                gconstpointer  user_data)
{
  cli_save_clip (self, "a.wav", 0.2, 32000, 1);
  g_assert_cmpint (cli_run (self, "panel mel -m m.safetensors -o /dev/full a.wav"), ==, 1);
  g_assert_false (g_file_test ("/dev/full", G_FILE_TEST_IS_REGULAR));
  g_assert_cmpint (cli_run (self, "panel mel -m m.safetensors -o none/x.csv a.wav"), ==, 1);
  g_assert_true (g_str_has_prefix (self->err, "oto: "));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  cli_add ("/cli/panel/formats", test_panel);
  cli_add ("/cli/panel/lacks", test_lacks);
  cli_add ("/cli/panel/front-end", test_front_end);
  cli_add ("/cli/panel/every-kind-of-model", test_every_kind);
  cli_add ("/cli/panel/full-disk", test_full_disk);
  return g_test_run ();
}
