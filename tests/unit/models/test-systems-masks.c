/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test.h"

#include "models/oto-model-private.h"

#include <math.h>
#include <string.h>

/* The systems "atrous" and "ddc-fap" with its losses on masks. That they compute what they should
 * is tested by tests/golden/test-golden-masks.c. */

static const char *const ddc_names[] = {
  "ddc-fap", "ddc-fap-segment", "ddc-fap-segment-k", "mtl-ddc-fap", "mtl-ddc-fap-k",
};

static void
init_config (OtoModelConfig *config,
             const char     *name,
             int             n_classes,
             int             n_frames,
             int             n_mels,
             double          width)
{
  const OtoSystem *system = oto_systems_find (name);
  g_autoptr (GError) error = NULL;

  g_assert_nonnull (system);
  oto_model_config_init (config, system, n_classes, n_frames, n_mels, width, &error);
  g_assert_no_error (error);
}

static void
parse_option (OtoModelConfig *config,
              const char     *name,
              const char     *text)
{
  g_autoptr (GError) error = NULL;

  oto_model_config_parse_option (config, name, text, &error);
  g_assert_no_error (error);
}

/* --- rows ---------------------------------------------------------------------------------- */

static void
test_rows (void)
{
  const struct { const char *name, *front_end, *recipe, *note; int row; OtoEvidence evidence; }
  rows[] =
  {
    { "atrous", "F-K", "T-000", "never exceed 0.5", 4, OTO_EVIDENCE_CODE },
    { "ddc-fap", "F-L", "seed-001", "Reconstructed", 8, OTO_EVIDENCE_RECONSTRUCTED },
    { "ddc-fap-segment", "F-L", "seed-001", "Reconstructed", 9, OTO_EVIDENCE_RECONSTRUCTED },
    { "ddc-fap-segment-k", "F-L", "seed-001", "Reconstructed", 10, OTO_EVIDENCE_RECONSTRUCTED },
    { "mtl-ddc-fap", "F-L", "seed-001", "Reconstructed", 13, OTO_EVIDENCE_RECONSTRUCTED },
    { "mtl-ddc-fap-k", "F-L", "seed-001", "Reconstructed", 14, OTO_EVIDENCE_RECONSTRUCTED },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const OtoSystem *system = oto_systems_find (rows[i].name);

      g_assert_nonnull (system);
      g_assert_cmpint (system->row, ==, rows[i].row);
      g_assert_cmpint (system->evidence, ==, rows[i].evidence);
      g_assert_cmpstr (system->front_end, ==, rows[i].front_end);
      g_assert_cmpstr (system->recipe, ==, rows[i].recipe);
      g_assert_nonnull (strstr (system->note, rows[i].note));
    }
}

static OtoModel *
make_model (const OtoModelConfig *config)
{
  g_autoptr (GError) error = NULL;
  OtoModel *model = oto_model_new (config, 3, oto_test_get_engine (2), OTO_PRIORITY_BATCH, &error);

  g_assert_no_error (error);
  oto_model_reserve (model, 2, OTO_MODEL_TRAIN, &error);
  g_assert_no_error (error);
  return model;
}

#define T 9
#define F 8
#define K 4

static void
train_step (OtoModel     *model,
            OtoModelLoss *ret_loss)
{
  const float y[2 * K] = { 1, 0, 1, 0, 0, 1, 0, 0 };
  float x[2 * T * F];

  oto_test_fill (x, G_N_ELEMENTS (x), 41);
  g_assert_true (oto_model_train_step (model, x, y, 2, ret_loss));
}

/* Terms, and that each adds its weight. */
static void
test_terms (void)
{
  static const char *const terms[] = { "bce", "segment", "silent" };
  static const guint n_terms[] = { 1, 2, 2, 3, 3 };

  for (guint i = 0; i < G_N_ELEMENTS (ddc_names); i++)
    {
      g_autoptr (OtoModel) model = NULL;
      OtoModelConfig config;
      OtoModelLoss loss;
      double total;

      init_config (&config, ddc_names[i], K, T, F, 0.125);
      model = make_model (&config);
      g_assert_cmpuint (oto_model_get_n_terms (model), ==, n_terms[i]);
      for (guint j = 0; j < n_terms[i]; j++)
        g_assert_cmpstr (oto_model_get_term_name (model, j), ==, terms[j]);
      train_step (model, &loss);
      total = loss.terms[0];
      for (guint j = 1; j < n_terms[i]; j++)
        {
          g_assert_cmpfloat (loss.terms[j], >, 0.0);
          total += 0.2 * loss.terms[j];
        }
      g_assert_cmpfloat_with_epsilon (loss.total, total, 1e-12);
    }
}

/* Masks of an untrained network are near 1/2. Two of them overlap by about 1/2, and every silent
 * class costs about 1/2: with k = 3 there are three pairs and one silent class, with the labels
 * three and two that are silent. */
static void
test_k_and_silent_set (void)
{
  const struct { const char *k, *pairs, *silent_set; double segment, silent; } rows[] =
  {
    { "2", "sum", "complement", 0.5, 1.0 }, { "3", "sum", "complement", 1.5, 0.5 },
    { "3", "mean", "complement", 0.5, 0.5 }, { "3", "sum", "labels", 1.5, 1.25 },
    { "4", "sum", "complement", 3.0, 0.0 }, { "9", "sum", "complement", 3.0, 0.0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (OtoModel) model = NULL;
      OtoModelConfig config;
      OtoModelLoss loss;
      size_t len;
      float *params;

      init_config (&config, "mtl-ddc-fap-k", K, T, F, 0.125);
      parse_option (&config, "k", rows[i].k);
      parse_option (&config, "pairs", rows[i].pairs);
      parse_option (&config, "silent-set", rows[i].silent_set);
      model = make_model (&config);
      params = oto_model_get_params (model, &len);
      for (size_t j = 0; j < len; j++)
        params[j] *= 1e-3f;
      oto_model_weights_changed (model);
      train_step (model, &loss);
      g_assert_cmpfloat_with_epsilon (loss.terms[1], rows[i].segment, 1e-2);
      g_assert_cmpfloat_with_epsilon (loss.terms[2], rows[i].silent, 1e-2);
    }
}

/* A residual and a ReLU inside change what is computed; dilations do. */
static void
test_options_reach_the_network (void)
{
  const struct { const char *name, *value; } options[] =
  {
    { "residual", "on" }, { "activation", "on" }, { "dilations", "1-1-1-1" },
    { "dilations", "1-2-3-4" },
  };
  g_autoptr (OtoModel) plain = NULL;
  OtoModelConfig config;
  OtoModelLoss loss;

  init_config (&config, "ddc-fap", K, T, F, 0.125);
  plain = make_model (&config);
  train_step (plain, &loss);
  for (guint i = 0; i < G_N_ELEMENTS (options); i++)
    {
      g_autoptr (OtoModel) model = NULL;
      OtoModelConfig other = config;
      OtoModelLoss other_loss;

      parse_option (&other, options[i].name, options[i].value);
      model = make_model (&other);
      train_step (model, &other_loss);
      g_assert_cmpfloat (fabs (other_loss.total - loss.total), >, 1e-7);
    }
}

/* The attention starts even: every frame and every bin counts the same. */
static void
test_atrous_starts_even (void)
{
  g_autoptr (OtoModel) model = NULL;
  OtoModelConfig config;
  float x[T * F], att[T], prob[K];

  init_config (&config, "atrous", K, T, F, 0.1);
  model = make_model (&config);
  oto_test_fill (x, G_N_ELEMENTS (x), 43);
  g_assert_true (oto_model_forward (model, x, 1, OTO_MODEL_EVAL,
                                    OTO_MAP_TIME_ATT | OTO_MAP_CLIP_PROB));
  for (int k = 0; k < K; k++)
    {
      oto_model_get_class_map (model, OTO_MAP_TIME_ATT, 0, k, att);
      for (int t = 0; t < T; t++)
        g_assert_cmpfloat_with_epsilon (att[t], 1.0 / T, 1e-6);
    }
  oto_model_get_map (model, OTO_MAP_CLIP_PROB, 0, prob);
  for (int k = 0; k < K; k++)
    g_assert_cmpfloat (prob[k], <=, 0.5f);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/models/systems-masks/rows", test_rows);
  g_test_add_func ("/models/systems-masks/terms", test_terms);
  g_test_add_func ("/models/systems-masks/k-and-silent-set", test_k_and_silent_set);
  g_test_add_func ("/models/systems-masks/options-reach-the-network",
                   test_options_reach_the_network);
  g_test_add_func ("/models/systems-masks/atrous-starts-even", test_atrous_starts_even);

  return g_test_run ();
}
