/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "models/oto-model-config-private.h"
#include "oto-test.h"

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

/* The published tables: parameters with biases and batch norm, multiply-adds. */
static void
test_published_sizes (void)
{
  const struct { const char *system; int n_classes; guint64 n_params; double giga_macs; } rows[] =
  {
    { "gap", 41, 587593, 11.67 },
    { "gmp", 41, 587593, 11.67 },
    { "gwrp", 41, 587593, 11.67 },
    { "gwrp", 10, 583594, 11.59 },
    { "2apae", 41, 1967366, 35.19 },
    { "2apae-local", 41, 1967366 - 202384 + 6888, 35.14 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const OtoModelConfig config = make_config (rows[i].system, rows[i].n_classes, 1.0);
      g_autofree OtoParam *params = NULL;
      size_t params_len;
      guint n;

      params = oto_model_config_list_params (&config, &n, &params_len, NULL);
      g_assert_cmpuint (params_len, ==, rows[i].n_params);
      g_assert_cmpfloat (fabs (oto_model_config_get_n_macs (&config) / 1e9 - rows[i].giga_macs),
                         <, 0.006);
    }
}

/* The tensors fill both blocks without gap or overlap, and no name comes twice. */
static void
test_blocks (void)
{
  const OtoSystem *system;

  for (guint i = 0; (system = oto_systems_get (i)) != NULL; i++)
    {
      const OtoModelConfig config = make_config (system->name, 5, 0.25);
      g_autoptr (GHashTable) names = g_hash_table_new (g_str_hash, g_str_equal);
      g_autofree OtoParam *params = NULL;
      size_t lens[2] = { 0, 0 }, params_len, buffers_len;
      guint n;

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
  const int enc[] = { 8, 16, 32, 64 }, dec[] = { 32, 16, 8, 1 }, least[] = { 1, 1, 1, 1 };
  OtoModelConfig config = make_config ("2apae", 41, 0.25);

  g_assert_cmpmem (config.enc_channels, sizeof config.enc_channels, enc, sizeof enc);
  g_assert_cmpmem (config.dec_channels, sizeof config.dec_channels, dec, sizeof dec);
  config = make_config ("2apae", 41, 1e-4);
  g_assert_cmpmem (config.enc_channels, sizeof config.enc_channels, least, sizeof least);
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
  g_autoptr (GError) error = NULL;
  OtoModelConfig config;

  EXPECT_INVALID (base, n_classes, 0, "classes");
  EXPECT_INVALID (base, n_classes, 5000, "classes");
  EXPECT_INVALID (base, n_frames, -1, "frames");
  EXPECT_INVALID (base, n_frames, G_MAXINT, "frames");
  EXPECT_INVALID (base, n_mels, 0, "mel");
  EXPECT_INVALID (base, n_mels, 100000, "mel");
  EXPECT_INVALID (base, enc_channels[2], 0, "encoder");
  EXPECT_INVALID (base, enc_channels[2], -4, "encoder");
  EXPECT_INVALID (base, enc_channels[3], 1 << 30, "encoder");
  EXPECT_INVALID (base, dec_channels[1], 0, "decoder");
  EXPECT_INVALID (base, dec_channels[3], 2, "reconstruction");
  EXPECT_INVALID (base, alpha, -0.1, "alpha");
  EXPECT_INVALID (base, alpha, NAN, "alpha");
  EXPECT_INVALID (base, gwrp_decay, 1.5, "decay");
  EXPECT_INVALID (base, width, INFINITY, "width");
  EXPECT_INVALID (gap, dec_channels[0], 3, "no decoder");
  EXPECT_INVALID (gap, pooling_form, OTO_POOLING_FORM_EQUATIONS, "pooling form");

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
test_maps (void)
{
  OtoModelConfig config = make_config ("2apae", 5, 0.25);

  g_assert_true (oto_model_config_get_maps (&config) & OTO_MAP_RECON);
  config.alpha = 0.0;
  g_assert_false (oto_model_config_get_maps (&config) & OTO_MAP_RECON);
  g_assert_true (oto_model_config_get_maps (&config) & OTO_MAP_FREQ_ATT);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/models/model-config/published-sizes", test_published_sizes);
  g_test_add_func ("/models/model-config/tensors-fill-their-blocks", test_blocks);
  g_test_add_func ("/models/model-config/width-scales-channels", test_width);
  g_test_add_func ("/models/model-config/initial-weights", test_inits);
  g_test_add_func ("/models/model-config/refuses-what-cannot-be", test_invalid);
  g_test_add_func ("/models/model-config/untrained-decoder-shows-nothing", test_maps);

  return g_test_run ();
}
