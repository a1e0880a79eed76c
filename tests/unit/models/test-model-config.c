/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "models/oto-model-config-private.h"
#include "oto-test-model.h"

#include <math.h>
#include <string.h>

static OtoModelConfig
make_config (const char *system,
             int         n_classes,
             double      width)
{
  g_autoptr (GError) error = NULL;
  OtoModelConfig config;

  oto_model_config_init (&config, oto_systems_find (system), n_classes, 311, 64, width, &error);
  g_assert_no_error (error);
  return config;
}

/* The tensors fill both blocks without gap or overlap, and no name comes twice. */
static void
test_blocks (void)
{
  const OtoSystem *system;

  for (guint i = 0; (system = oto_systems_get (i)) != NULL; i++)
    {
      OtoModelConfig config;
      g_autoptr (GHashTable) names = g_hash_table_new (g_str_hash, g_str_equal);
      g_autofree OtoParam *params = NULL;
      size_t lens[2] = { 0, 0 }, params_len, buffers_len;
      guint n;

      oto_test_init_small_config (&config, system->name, 0, 5, 20, 8, 0.25);
      params = oto_model_config_list_params (&config, &n, &params_len, &buffers_len);
      for (guint j = 0; j < n; j++)
        {
          size_t len = 1;

          for (int d = 0; d < params[j].n_dims; d++)
            len *= params[j].shape[d];
          g_assert_cmpuint (params[j].len, ==, len);
          g_assert_cmpuint (params[j].pos, ==, lens[params[j].is_buffer]);
          g_assert_true (g_hash_table_add (names, params[j].name));
          lens[params[j].is_buffer] += len;
        }
      g_assert_cmpuint (lens[0], ==, params_len);
      g_assert_cmpuint (lens[1], ==, buffers_len);
    }
}

static void
test_width (void)
{
  const int widths[OTO_MODEL_MAX_WIDTHS] = { 8, 16, 32, 64, 32, 16, 8, 1 };
  const int least[OTO_MODEL_MAX_WIDTHS] = { 1, 1, 1, 1, 1, 1, 1, 1 };
  OtoModelConfig config = make_config ("2apae", 41, 0.25);

  g_assert_cmpmem (config.widths, sizeof config.widths, widths, sizeof widths);
  config = make_config ("2apae", 41, 1e-4);
  g_assert_cmpmem (config.widths, sizeof config.widths, least, sizeof least);
  /* The reconstruction has one channel at any width. */
  config = make_config ("2apae", 41, 2.0);
  g_assert_cmpint (config.widths[3], ==, 512);
  g_assert_cmpint (config.widths[7], ==, 1);
}

static const OtoParam *
find_param (const OtoParam *params,
            guint           n,
            const char     *name)
{
  for (guint i = 0; i < n; i++)
    if (g_str_equal (params[i].name, name))
      return &params[i];
  g_assert_not_reached ();
}

static void
check_uniform (const OtoParam *params,
               guint           n,
               const char     *name,
               double          bound)
{
  const OtoParam *param = find_param (params, n, name);
  g_autofree float *values = g_new (float, param->len);
  double largest = 0.0, sum = 0.0;
  OtoRng rng;

  oto_rng_init (&rng, 7);
  oto_param_init (param, &rng, values);
  for (size_t i = 0; i < param->len; i++)
    {
      largest = MAX (largest, fabs (values[i]));
      sum += values[i];
    }
  g_assert_cmpfloat (largest, <=, bound * (1.0 + 1e-6));
  g_assert_cmpfloat (largest, >, 0.9 * bound);
  g_assert_cmpfloat (fabs (sum / param->len), <, 5.0 * bound / sqrt (3.0 * param->len));
}

static void
check_constant (const OtoParam *params,
                guint           n,
                const char     *name,
                float           expected)
{
  const OtoParam *param = find_param (params, n, name);
  g_autofree float *values = g_new (float, param->len);
  OtoRng rng;

  oto_rng_init (&rng, 7);
  oto_param_init (param, &rng, values);
  for (size_t i = 0; i < param->len; i++)
    g_assert_cmpfloat (values[i], ==, expected);
}

static void
check_identity (const OtoParam *params,
                guint           n,
                const char     *name,
                double          diagonal)
{
  const OtoParam *param = find_param (params, n, name);
  const size_t size = param->shape[0];
  g_autofree float *values = g_new (float, param->len);
  OtoRng rng;

  oto_rng_init (&rng, 7);
  oto_param_init (param, &rng, values);
  for (size_t i = 0; i < param->len; i++)
    g_assert_cmpfloat (fabs (values[i] - (i / size == i % size ? diagonal : 0.0)), <=,
                       0.1 / sqrt (size) + 1e-6);
}

/* He for convolutions, PyTorch's default for linear maps, near the identity for local ones. */
static void
test_inits (void)
{
  const OtoModelConfig published = make_config ("2apae", 41, 1.0);
  const OtoModelConfig local = make_config ("2apae-local", 41, 1.0);
  g_autofree OtoParam *params = NULL;
  g_autofree OtoParam *local_params = NULL;
  guint n, n_local;

  params = oto_model_config_list_params (&published, &n, NULL, NULL);
  check_uniform (params, n, "enc.cb1.conv1.weight", sqrt (6.0 / 9.0));
  check_uniform (params, n, "enc.cb4.conv2.weight", sqrt (6.0 / (256 * 9.0)));
  check_uniform (params, n, "enc.class_conv.weight", sqrt (6.0 / 256.0));
  check_uniform (params, n, "dsa.fc_mel_att.weight", 1.0 / sqrt (64.0));
  check_uniform (params, n, "dsa.fc_time_prob.weight", 1.0 / sqrt (311.0));
  check_uniform (params, n, "dsa.fc_time_prob.bias", 1.0 / sqrt (311.0));
  check_constant (params, n, "enc.class_conv.bias", 0.f);
  check_constant (params, n, "dec.cb2.bn1.weight", 1.f);
  check_constant (params, n, "dec.cb2.bn1.bias", 0.f);
  check_constant (params, n, "dec.cb2.bn2.running_mean", 0.f);
  check_constant (params, n, "dec.cb2.bn2.running_var", 1.f);

  local_params = oto_model_config_list_params (&local, &n_local, NULL, NULL);
  check_identity (local_params, n_local, "dsa.fc_mel_att.weight", 1.0);
  check_identity (local_params, n_local, "dsa.fc_mel_prob.weight", 1.0);
  check_identity (local_params, n_local, "dsa.fc_time_att.weight", 4.0);
  check_identity (local_params, n_local, "dsa.fc_time_prob.weight", 4.0);
  check_constant (local_params, n_local, "dsa.fc_mel_att.bias", 0.f);
  check_constant (local_params, n_local, "dsa.fc_time_att.bias", 0.f);
  check_constant (local_params, n_local, "dsa.fc_mel_prob.bias", -2.f);
  check_constant (local_params, n_local, "dsa.fc_time_prob.bias", -2.f);
}

static void
expect_invalid (OtoModelConfig config,
                const char    *word)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (oto_model_config_validate (&config, &error));
  g_assert_true (error->domain == OTO_MODELS_ERROR);
  g_assert_nonnull (strstr (error->message, word));
}

#define EXPECT_INVALID(base, field, value, word) \
  G_STMT_START { \
    OtoModelConfig changed = (base); \
    changed.field = (value); \
    expect_invalid (changed, (word)); \
  } G_STMT_END

static void
test_invalid (void)
{
  const OtoModelConfig base = make_config ("2apae", 5, 0.25);
  const OtoModelConfig gap = make_config ("gap", 5, 0.25);
  const OtoModelConfig gwrp = make_config ("gwrp", 5, 0.25);
  const int alpha = oto_system_find_option (base.system, "alpha");
  const int form = oto_system_find_option (base.system, "form");
  g_autoptr (GError) error = NULL;
  OtoModelConfig config;

  EXPECT_INVALID (base, n_classes, 0, "classes");
  EXPECT_INVALID (base, n_classes, 5000, "classes");
  EXPECT_INVALID (base, n_frames, -1, "frames");
  EXPECT_INVALID (base, n_frames, G_MAXINT, "frames");
  EXPECT_INVALID (base, n_mels, 0, "mel");
  EXPECT_INVALID (base, n_mels, 100000, "mel");
  EXPECT_INVALID (base, widths[2], 0, "channels is 0");
  EXPECT_INVALID (base, widths[2], -4, "channels is -4");
  EXPECT_INVALID (base, widths[3], 1 << 30, "channels");
  EXPECT_INVALID (base, widths[5], 0, "channels is 0");
  EXPECT_INVALID (base, widths[5], -1, "channels is -1");
  EXPECT_INVALID (base, widths[4], 0, "decoder");
  EXPECT_INVALID (base, widths[7], 2, "must be 1");
  EXPECT_INVALID (base, widths[8], 1, "8 widths");
  EXPECT_INVALID (base, options[alpha], -0.1, "alpha");
  EXPECT_INVALID (base, options[alpha], NAN, "alpha");
  EXPECT_INVALID (base, options[alpha], INFINITY, "alpha");
  EXPECT_INVALID (base, options[form], 2.0, "form");
  EXPECT_INVALID (base, options[form], -1.0, "form");
  EXPECT_INVALID (base, options[form], 0.5, "form");
  EXPECT_INVALID (gwrp, options[0], 1.5, "decay");
  EXPECT_INVALID (base, width, INFINITY, "width");
  EXPECT_INVALID (base, width, NAN, "width");
  EXPECT_INVALID (gap, widths[4], 3, "4 widths");

  /* Each number is possible, their product is not. */
  config = base;
  config.n_frames = 4096;
  config.n_mels = 512;
  config.n_classes = 4096;
  expect_invalid (config, "too large");

  g_assert_false (oto_model_config_init (&config, oto_systems_find ("gap"), 5, 311, 64, 0.0,
                                         &error));
  g_assert_error (error, OTO_MODELS_ERROR, OTO_MODELS_ERROR_MISMATCH);
}

static void
expect_option (OtoModelConfig *config,
               const char     *name,
               const char     *text,
               const char     *word,
               const char     *other_word)
{
  const OtoModelConfig before = *config;
  g_autoptr (GError) error = NULL;

  g_assert_false (oto_model_config_parse_option (config, name, text, &error));
  g_assert_error (error, OTO_MODELS_ERROR, OTO_MODELS_ERROR_OPTION);
  if (strstr (error->message, word) == NULL || strstr (error->message, other_word) == NULL)
    {
      g_test_message ("“%s” names not both “%s” and “%s”", error->message, word, other_word);
      g_test_fail ();
    }
  g_assert_cmpmem (config, sizeof *config, &before, sizeof before);
}

/* What --set takes: a mistake is told with what there is to choose from, and changes nothing. */
static void
test_options (void)
{
  OtoModelConfig config = make_config ("2apae", 5, 0.25);
  OtoModelConfig gap = make_config ("gap", 5, 0.25);
  OtoModelConfig gwrp = make_config ("gwrp", 5, 0.25);
  g_autoptr (GError) error = NULL;

  g_assert_true (oto_model_config_has_option (&config, "alpha"));
  g_assert_false (oto_model_config_has_option (&config, "decay"));
  g_assert_cmpfloat (oto_model_config_get_option (&config, "alpha"), ==, 1e-3);
  g_assert_true (oto_model_config_parse_option (&config, "alpha", "0.25", &error));
  g_assert_no_error (error);
  g_assert_true (oto_model_config_parse_option (&config, "form", "equations", &error));
  g_assert_cmpfloat (oto_model_config_get_option (&config, "alpha"), ==, 0.25);
  g_assert_cmpfloat (oto_model_config_get_option (&config, "form"), ==, 1.0);

  expect_option (&config, "aplha", "0.25", "aplha", "alpha, form");
  expect_option (&config, "alpha", "-1", "alpha", "0 to 1e+06");
  expect_option (&config, "alpha", "much", "much", "0 to 1e+06");
  expect_option (&config, "form", "other", "other", "released, equations");
  expect_option (&config, "form", "1", "form", "released, equations");
  expect_option (&gwrp, "decay", "1.5", "1.5", "0 to 1");
  expect_option (&gap, "alpha", "0.1", "gap", "leave it out");

  g_assert_false (oto_model_config_set_option (&config, "form", 2.0, &error));
  g_assert_error (error, OTO_MODELS_ERROR, OTO_MODELS_ERROR_OPTION);
  g_clear_error (&error);
  g_assert_false (oto_model_config_set_option (&config, "alpha", NAN, &error));
  g_assert_error (error, OTO_MODELS_ERROR, OTO_MODELS_ERROR_OPTION);
  g_assert_cmpfloat (oto_model_config_get_option (&config, "alpha"), ==, 0.25);
}

/* Two configurations are of one network whatever width they were made with, but not with another
 * option. */
static void
test_is_same (void)
{
  const OtoSystem *system;

  for (guint i = 0; (system = oto_systems_get (i)) != NULL; i++)
    {
      OtoModelConfig config, other;

      oto_test_init_small_config (&config, system->name, 0, 3, 20, 8, 0.125);
      other = config;
      other.width = 3.0;
      g_assert_true (oto_model_config_is_same (&config, &other));
      for (guint form = 1; form < oto_test_count_forms (system); form++)
        {
          oto_test_init_small_config (&other, system->name, form, 3, 20, 8, 0.125);
          g_assert_false (oto_model_config_is_same (&config, &other));
        }
      other = config;
      other.n_classes++;
      g_assert_false (oto_model_config_is_same (&config, &other));
      other = config;
      other.widths[0]++;
      g_assert_false (oto_model_config_is_same (&config, &other));
    }
}

/* Options as a JSON object, and back, for every form of every system. */
static void
test_options_json (void)
{
  const OtoSystem *system;

  for (guint i = 0; (system = oto_systems_get (i)) != NULL; i++)
    for (guint form = 0; form < oto_test_count_forms (system); form++)
      {
        OtoModelConfig config, parsed;
        g_autoptr (GError) error = NULL;
        g_autoptr (JsonNode) node = NULL;
        g_autofree char *text = NULL;

        oto_test_init_small_config (&config, system->name, form, 3, 20, 8, 0.125);
        oto_test_init_small_config (&parsed, system->name, 0, 3, 20, 8, 0.125);
        /* No number at its default. */
        for (guint j = 0; j < system->n_options; j++)
          if (system->options[j].kind == OTO_OPTION_NUMBER)
            config.options[j] = 0.3 * system->options[j].min + 0.7 * config.options[j];
        text = oto_model_config_dup_options_json (&config);
        node = oto_json_parse (text, strlen (text), &error);
        g_assert_no_error (error);
        g_assert_cmpuint (json_object_get_size (json_node_get_object (node)), ==,
                          system->n_options);
        g_assert_true (oto_model_config_parse_options_json (&parsed, json_node_get_object (node),
                                                            &error));
        g_assert_no_error (error);
        g_assert_cmpmem (parsed.options, sizeof parsed.options, config.options,
                         sizeof config.options);
      }
}

static void
test_maps (void)
{
  OtoModelConfig config = make_config ("2apae", 5, 0.25);

  g_assert_true (oto_model_config_get_maps (&config) & OTO_MAP_RECON);
  g_assert_true (oto_model_config_has_decoder (&config));
  g_assert_true (oto_model_config_set_option (&config, "alpha", 0.0, NULL));
  g_assert_false (oto_model_config_get_maps (&config) & OTO_MAP_RECON);
  g_assert_true (oto_model_config_get_maps (&config) & OTO_MAP_FREQ_ATT);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/models/model-config/tensors-fill-their-blocks", test_blocks);
  g_test_add_func ("/models/model-config/width-scales-channels", test_width);
  g_test_add_func ("/models/model-config/initial-weights", test_inits);
  g_test_add_func ("/models/model-config/refuses-what-cannot-be", test_invalid);
  g_test_add_func ("/models/model-config/options-tell-what-there-is", test_options);
  g_test_add_func ("/models/model-config/options-as-json", test_options_json);
  g_test_add_func ("/models/model-config/same-network", test_is_same);
  g_test_add_func ("/models/model-config/untrained-decoder-shows-nothing", test_maps);

  return g_test_run ();
}
