/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test-model.h"

#include <math.h>
#include <string.h>

/* --- what is published ---------------------------------------------------------------------- */

/*
 * Published:
 * @name: of a system
 * @options: (nullable): options that differ from the defaults, "name=value name=value"
 * @n_classes: K of the table
 * @n_frames: T
 * @n_mels: F
 * @n_params: parameters with biases and batch norm
 * @giga_macs: multiply-adds of a window, as printed
 * @macs_limit: half of the last printed digit, and what rounding adds
 */
typedef struct
{
  const char *name;
  const char *options;
  int         n_classes, n_frames, n_mels;
  guint64     n_params;
  double      giga_macs, macs_limit;
} Published;

/* Systems on VGG-8; the other families have tests of their own. */
static const Published published[] =
{
  { "gap", NULL, 41, 311, 64, 587593, 11.67, 0.006 },
  { "gmp", NULL, 41, 311, 64, 587593, 11.67, 0.006 },
  { "gwrp", NULL, 41, 311, 64, 587593, 11.67, 0.006 },
  { "gwrp", NULL, 10, 311, 64, 583594, 11.59, 0.006 },
  { "2apae", NULL, 41, 311, 64, 1967366, 35.19, 0.006 },
  { "2apae", "form=equations", 41, 311, 64, 1967366, 35.19, 0.006 },
  { "2apae-local", NULL, 41, 311, 64, 1967366 - 202384 + 6888, 35.14, 0.006 },
  { "atrous", NULL, 41, 311, 64, 1047570, 20.83, 0.006 },
  { "atrous", "layers=4", 41, 311, 64, 4346386, 86.5, 0.06 },
  { "ddc-fap", NULL, 41, 311, 64, 83081, 1.50, 0.006 },
  { "ddc-fap", NULL, 10, 311, 64, 75114, 1.42, 0.006 },
  { "ddc-fap", "fap=A", 41, 311, 64, 83081 - 41 * 63, 1.50, 0.006 },
  { "ddc-fap", "fap=B", 41, 311, 64, 83081 - 41 * 63, 1.50, 0.006 },
  { "ddc-fap", "residual=on activation=on dilations=1-1-1-1", 41, 311, 64, 83081, 1.50, 0.006 },
  { "ddc-fap-segment", NULL, 41, 311, 64, 83081, 1.50, 0.006 },
  { "ddc-fap-segment-k", "k=5", 41, 311, 64, 83081, 1.50, 0.006 },
  { "mtl-ddc-fap", NULL, 41, 311, 64, 83081, 1.50, 0.006 },
  { "mtl-ddc-fap", NULL, 10, 311, 64, 75114, 1.42, 0.006 },
  { "mtl-ddc-fap-k", "k=5", 41, 311, 64, 83081, 1.50, 0.006 },
  { "convnet", NULL, 17, 896, 128, 1549073, 0.196, 0.0006 },
  { "resnet-max", NULL, 17, 896, 128, 3719825, 0.584, 0.0006 },
  { "resnet", NULL, 17, 896, 128, 3719825, 0.584, 0.0006 },
  { "resnet", NULL, 527, 896, 128, 4242575, 0.584, 0.0016 },
  { "resnet-wlat", NULL, 17, 896, 128, 3719825, 0.664, 0.0006 },
  { "resnet-slat", NULL, 17, 896, 128, 3719825, 0.664, 0.0006 },
  { "resnet-plat", NULL, 17, 896, 128, 3739426, 0.585, 0.0006 },
  { "resnet-att", NULL, 17, 896, 128, 4162577, 0.689, 0.0006 },
  { "resnet-att", "att=feature", 17, 896, 128, 4162577, 0.609, 0.0006 },
  { "resnet-spda", NULL, 17, 896, 128, 6868633, 0.587, 0.0006 },
  /* Printed as 16.4 M and 20.9 M. */
  { "resnet-28", NULL, 527, 896, 128, 16401295, 3.16, 0.006 },
  { "resnet-50", NULL, 527, 896, 128, 20933391, 5.43, 0.006 },
};

static void
set_options (OtoModelConfig *config,
             const char     *options)
{
  g_auto (GStrv) list = g_strsplit (options, " ", -1);

  for (guint i = 0; list[i] != NULL; i++)
    {
      g_auto (GStrv) parts = g_strsplit (list[i], "=", 2);
      g_autoptr (GError) error = NULL;

      oto_model_config_parse_option (config, parts[0], parts[1], &error);
      g_assert_no_error (error);
    }
}

static void
test_published_sizes (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (published); i++)
    {
      const Published *row = &published[i];
      const OtoSystem *system = oto_systems_find (row->name);
      g_autoptr (GError) error = NULL;
      OtoModelConfig config;
      double giga_macs;

      g_assert_nonnull (system);
      oto_model_config_init (&config, system, row->n_classes, row->n_frames, row->n_mels, 1.0,
                             &error);
      g_assert_no_error (error);
      if (row->options != NULL)
        set_options (&config, row->options);
      oto_model_config_validate (&config, &error);
      g_assert_no_error (error);

      giga_macs = oto_model_config_get_n_macs (&config) / 1e9;
      g_test_message ("%s: %" G_GUINT64_FORMAT " parameters, %.4f G", row->name,
                      oto_model_config_get_n_params (&config), giga_macs);
      g_assert_cmpuint (oto_model_config_get_n_params (&config), ==, row->n_params);
      g_assert_cmpfloat (fabs (giga_macs - row->giga_macs), <, row->macs_limit);
    }
}

/* --- rows ------------------------------------------------------------------------------------ */

static void
test_rows (void)
{
  const struct { const char *name; int row; } rows[] =
  {
    { "2apae-local", 0 }, { "gap", 1 }, { "gmp", 2 }, { "gwrp", 3 }, { "2apae", 6 },
  };
  g_autofree char *names = oto_systems_dup_names ();
  const OtoSystem *system;
  guint n = 0;

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      system = oto_systems_find (rows[i].name);
      g_assert_nonnull (system);
      g_assert_cmpint (system->row, ==, rows[i].row);
      g_assert_nonnull (strstr (names, rows[i].name));
    }
  for (; (system = oto_systems_get (n)) != NULL; n++)
    {
      g_assert_true (oto_systems_find (system->name) == system);
      g_assert_nonnull (strstr (names, system->name));
    }
  g_assert_null (oto_systems_get (n + 1));
  g_assert_null (oto_systems_find ("2APAE"));
}

static gboolean
is_name (const char *text)
{
  return strspn (text, "abcdefghijklmnopqrstuvwxyz0123456789-") == strlen (text) && *text != '\0';
}

static void
check_option (const OtoSystem *system,
              guint            i)
{
  const OtoOption *option = &system->options[i];
  g_autoptr (GError) error = NULL;
  g_autofree char *text = oto_option_format (option, option->value);
  double value = -1.0;

  g_assert_true (is_name (option->name));
  g_assert_cmpint (oto_system_find_option (system, option->name), ==, i);
  g_assert_nonnull (option->help);
  g_assert_cmpuint (strlen (option->help), >, 10);
  oto_option_check (option, option->value, &error);
  g_assert_no_error (error);
  oto_option_parse (option, text, &value, &error);
  g_assert_no_error (error);
  g_assert_cmpfloat (value, ==, option->value);
  if (option->kind == OTO_OPTION_CHOICE)
    g_assert_cmpuint (g_strv_length ((char **) option->choices), >=, 2);
  else if (option->kind != OTO_OPTION_SWITCH)
    g_assert_cmpfloat (option->min, <, option->max);
}

/* A row names only what there is, says what it is known from, and can be built, in each of its
 * forms. */
static void
test_rows_are_whole (void)
{
  const OtoSystem *system;

  for (guint i = 0; (system = oto_systems_get (i)) != NULL; i++)
    {
      g_test_message ("%s", system->name);
      g_assert_true (is_name (system->name));
      g_assert_cmpuint (strlen (system->title), >, 10);
      g_assert_cmpuint (strlen (system->source), >, 3);
      g_assert_cmpuint (strlen (oto_evidence_get_words (system->evidence)), >, 3);
      g_assert_nonnull (oto_front_end_find (system->front_end));
      g_assert_nonnull (oto_recipe_find (system->recipe));
      g_assert_cmpint (system->n_classes, >, 0);
      g_assert_cmpuint (system->n_widths, >, 0);
      g_assert_cmpuint (system->n_widths, <=, OTO_MODEL_MAX_WIDTHS);
      g_assert_cmpuint (system->n_optional, <, system->n_widths);
      g_assert_cmpuint (system->n_options, <=, OTO_OPTION_MAX_N);
      for (guint j = 0; j < system->n_widths; j++)
        g_assert_cmpint (system->widths[j], >, 0);
      for (guint j = 0; j < system->n_options; j++)
        check_option (system, j);
      for (guint form = 0; form < oto_test_count_forms (system); form++)
        {
          OtoModelConfig config;

          oto_test_init_small_config (&config, system->name, form, 3, 9, 6, 0.1);
        }
    }
}

/* A row is trained on windows of its own front end at its published size. */
static void
test_published_windows (void)
{
  const OtoSystem *system;

  for (guint i = 0; (system = oto_systems_get (i)) != NULL; i++)
    {
      const OtoFrontEnd *front_end = oto_front_end_find (system->front_end);
      g_autoptr (GError) error = NULL;
      OtoModelConfig config;

      oto_model_config_init (&config, system, system->n_classes, front_end->n_frames,
                             front_end->config.n_mels, 1.0, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (oto_model_config_get_n_params (&config), >, 0);
      g_assert_cmpuint (oto_model_config_get_n_macs (&config), >, 0);
    }
}

/* --- what it shows --------------------------------------------------------------------------- */

static void
test_shown_maps (void)
{
  const struct { const char *name; gboolean is_two_step, has_decoder, is_exact; } rows[] =
  {
    { "2apae-local", TRUE, TRUE, TRUE }, { "gap", FALSE, FALSE, TRUE },
    { "gmp", FALSE, FALSE, TRUE }, { "gwrp", FALSE, FALSE, TRUE },
    { "2apae", TRUE, TRUE, FALSE },
  };
  const OtoSystem *system;

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      OtoModelConfig config;
      guint maps;

      oto_test_init_small_config (&config, rows[i].name, 0, 3, 20, 8, 0.125);
      maps = oto_model_config_get_maps (&config);
      g_assert_cmpint ((maps & OTO_MAP_FREQ_ATT) != 0, ==, rows[i].is_two_step);
      g_assert_cmpint ((maps & OTO_MAP_RECON) != 0, ==, rows[i].has_decoder);
      g_assert_true (maps & OTO_MAP_MASK);
      g_assert_cmpint (oto_model_config_has_learned_time_att (&config), ==, rows[i].is_two_step);
      g_assert_cmpint (oto_model_config_has_exact_positions (&config), ==, rows[i].is_exact);
    }
  for (guint i = 0; (system = oto_systems_get (i)) != NULL; i++)
    {
      OtoModelConfig config;
      guint maps;

      oto_test_init_small_config (&config, system->name, 0, 3, 20, 8, 0.125);
      maps = oto_model_config_get_maps (&config);
      g_assert_true (maps & OTO_MAP_CLIP_PROB);
      /* An attention over time that is learned, or shared, can be seen. */
      if (oto_model_config_has_learned_time_att (&config)
          || oto_model_config_has_shared_time_att (&config))
        g_assert_true (maps & OTO_MAP_TIME_ATT);
      if (maps & OTO_MAP_RECON)
        g_assert_true (oto_model_config_has_decoder (&config));
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/models/systems/rows-have-their-names", test_rows);
  g_test_add_func ("/models/systems/rows-are-whole", test_rows_are_whole);
  g_test_add_func ("/models/systems/published-sizes", test_published_sizes);
  g_test_add_func ("/models/systems/published-windows", test_published_windows);
  g_test_add_func ("/models/systems/maps-follow-the-composition", test_shown_maps);

  return g_test_run ();
}
