/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test-graph.h"

#include "models/oto-model-private.h"

#include <math.h>
#include <string.h>

/* The systems "mmnet", "mmnet-ms" and "mmnet-ms-released". That their published forms compute what
 * they should is tested by tests/golden/test-golden-mmnet.c. */

#define N_BATCH   3
#define N_CLASSES 4
#define N_FRAMES  48
#define N_MELS    6

/* @options: "ep=off mu=0.3" */
static void
set_options (OtoModelConfig *config,
             const char     *options)
{
  g_auto (GStrv) list = g_strsplit (options, " ", -1);

  for (guint i = 0; list[i] != NULL && *list[i] != '\0'; i++)
    {
      g_auto (GStrv) parts = g_strsplit (list[i], "=", 2);
      g_autoptr (GError) error = NULL;

      oto_model_config_parse_option (config, parts[0], parts[1], &error);
      g_assert_no_error (error);
    }
}

/* systems.md 6.31 to 6.33: parameters exactly, MACs as they are rounded there. */
static void
test_sizes (void)
{
  const struct { const char *name, *options; int n_classes; guint64 n_params; double macs, unit; }
  rows[] =
  {
    { "mmnet", "", 17, 4182178, 0.610e9, 0.001e9 },
    { "mmnet", "ep=off", 17, 4182178, 0.610e9, 0.001e9 },
    { "mmnet", "kernel=1", 17, 3874210, 0.0, INFINITY },
    { "mmnet-ms", "", 17, 5239142, 0.855e9, 0.001e9 },
    { "mmnet-ms", "", 527, 7527002, 1.41e9, 0.01e9 },
    /* With what blocks write as maps: 9.58 M. */
    { "mmnet-ms", "taps=outputs", 527, 9582938, 0.0, INFINITY },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;
      OtoModelConfig config;

      oto_model_config_init (&config, oto_systems_find (rows[i].name), rows[i].n_classes, 896, 128,
                             1.0, &error);
      g_assert_no_error (error);
      set_options (&config, rows[i].options);
      g_assert_cmpuint (oto_model_config_get_n_params (&config), ==, rows[i].n_params);
      g_assert_cmpfloat (fabs (oto_model_config_get_n_macs (&config) - rows[i].macs), <=,
                         rows[i].unit / 2.0);
    }
}

/* The released file of several resolutions, by hand. */
static void
test_released_size (void)
{
  const guint64 trunk = 2 * 128 + (128 * 196 * 3 + 196) +
                        2 * 196 + 196 * 392 * 3 + 2 * 392 + 392 * 392 * 3 + 2 * 392 + 196 * 392 +
                        2 * 392 + 392 * 588 * 3 + 2 * 588 + 588 * 588 * 3 + 2 * 588 + 392 * 588 +
                        2 * 588 + 588 * 784 * 3 + 2 * 784 + 784 * 784 * 3 + 2 * 784 + 588 * 784 +
                        2 * 784;
  const guint64 heads = 3 * (196 * 196 + 392 * 392 + 784 * 784) + 3 * 17 * (196 + 392 + 784);
  const guint64 classifier = (1568 * 1024 + 1024) + 2 * 1024 + (1024 * 1024 + 1024) + 2 * 1024 +
                             1024 * 17 + 17;
  OtoModelConfig config;

  g_assert_true (oto_model_config_init (&config, oto_systems_find ("mmnet-ms-released"), 17, 896,
                                        128, 1.0, NULL));
  g_assert_cmpuint (oto_model_config_get_n_params (&config), ==, trunk + heads + classifier);
}

/* Floors of two poolings of four frames, and what the pyramid's sums need beyond. */
static void
test_windows (void)
{
  const struct { const char *name, *options; int n_frames; gboolean fits; } windows[] =
  {
    { "mmnet", "", 15, FALSE }, { "mmnet", "", 16, TRUE },
    { "mmnet-ms", "", 15, FALSE }, { "mmnet-ms", "", 16, TRUE }, { "mmnet-ms", "", 83, TRUE },
    { "mmnet-ms", "pyramid-add=on", 80, TRUE }, { "mmnet-ms", "pyramid-add=on", 83, FALSE },
    { "mmnet-ms-released", "", 83, TRUE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (windows); i++)
    {
      g_autoptr (GError) error = NULL;
      OtoModelConfig config;

      g_assert_true (oto_model_config_init (&config, oto_systems_find (windows[i].name), 3, 64, 9,
                                            0.03, NULL));
      set_options (&config, windows[i].options);
      config.n_frames = windows[i].n_frames;
      g_assert_cmpint (oto_model_config_validate (&config, &error), ==, windows[i].fits);
      if (!windows[i].fits)
        g_assert_error (error, OTO_MODELS_ERROR, OTO_MODELS_ERROR_MISMATCH);
    }
}

/* --- passes -------------------------------------------------------------------------------- */

static OtoModel *
model_new (const char   *name,
           const char   *options,
           OtoModelMode  mode)
{
  g_autoptr (GError) error = NULL;
  OtoModelConfig config;
  OtoModel *model;

  oto_model_config_init (&config, oto_systems_find (name), N_CLASSES, N_FRAMES, N_MELS, 0.02,
                         &error);
  g_assert_no_error (error);
  set_options (&config, options);
  model = oto_model_new (&config, 7, oto_test_get_engine (2), OTO_PRIORITY_BATCH, &error);
  g_assert_no_error (error);
  oto_model_keep_edges (model);
  oto_model_reserve (model, N_BATCH, mode, &error);
  g_assert_no_error (error);
  return model;
}

static float *
dup_input (void)
{
  float *x = g_new (float, N_BATCH * N_FRAMES * N_MELS);

  oto_test_fill (x, N_BATCH * N_FRAMES * N_MELS, 3);
  return x;
}

static double
sigmoid (double x)
{
  return 1.0 / (1.0 + exp (-x));
}

/* sum_t softmax_t (a) times the probabilities, or the logits, of class @k in map @i. */
static double
pool_map (OtoModel *model,
          int       i,
          int       n,
          int       k,
          gboolean  has_logits)
{
  g_autofree char *att_name = g_strdup_printf ("a%d", i);
  g_autofree char *det_name = g_strdup_printf ("det%d", i);
  size_t n_steps, len;
  g_autofree float *att = oto_model_dup_look (model, att_name, n, &n_steps);
  g_autofree float *det = oto_model_dup_look (model, det_name, n, &len);
  double sum = 0.0, whole = 0.0;

  g_assert_cmpuint (len, ==, n_steps * N_CLASSES);
  for (size_t t = 0; t < n_steps; t++)
    {
      const double logit = det[k * n_steps + t];

      sum += exp (att[t]) * (has_logits ? logit : sigmoid (logit));
      whole += exp (att[t]);
    }
  return sum / whole;
}

/* An ensemble of all maps gives each the same share of what mu leaves. */
static void
check_all_maps (const char *options,
                double      mu,
                gboolean    has_logits)
{
  g_autoptr (OtoModel) model = model_new ("mmnet-ms", options, OTO_MODEL_EVAL);
  g_autofree float *x = dup_input ();

  g_assert_true (oto_model_forward (model, x, N_BATCH, OTO_MODEL_EVAL,
                                    OTO_MAP_CLIP_PROB | OTO_MAP_STEP1));
  for (int n = 0; n < N_BATCH; n++)
    {
      size_t len;
      g_autofree float *logits = oto_model_dup_look (model, "logits", n, &len);

      for (int k = 0; k < N_CLASSES; k++)
        {
          double sum = mu * (has_logits ? logits[k] : sigmoid (logits[k]));
          float prob;

          for (int i = 1; i <= 5; i++)
            sum += (1.0 - mu) / 5.0 * pool_map (model, i, n, k, has_logits);
          oto_model_get_class_map (model, OTO_MAP_CLIP_PROB, n, k, &prob);
          g_assert_cmpfloat (fabs (prob - (has_logits ? sigmoid (sum) : sum)), <, 1e-5);
        }
    }
}

static void
test_all_maps (void)
{
  check_all_maps ("ep-maps=all mu=0.3", 0.3, TRUE);
  check_all_maps ("ep-maps=all mu=0", 0.0, TRUE);
  check_all_maps ("ep-maps=all mu=1", 1.0, TRUE);
  check_all_maps ("ep-maps=all ep-average=probabilities", 0.5, FALSE);
}

/* What is shown of five maps: the means of their scores, and of their attentions, each of which
 * sums to one. A step of the coarsest has 16 frames. */
static void
test_shown (void)
{
  static const int step_frames[] = { 1, 4, 16, 4, 1 };
  g_autoptr (OtoModel) model = model_new ("mmnet-ms", "loss=paper", OTO_MODEL_EVAL);
  g_autofree float *x = dup_input ();
  double expected_score[N_FRAMES] = { 0 }, expected_att[N_FRAMES] = { 0 };
  float score[N_FRAMES], att[N_FRAMES];

  g_assert_true (oto_model_forward (model, x, N_BATCH, OTO_MODEL_EVAL,
                                    OTO_MAP_STEP1 | OTO_MAP_TIME_ATT));
  for (int i = 0; i < 5; i++)
    {
      g_autofree char *att_name = g_strdup_printf ("a%d", i + 1);
      g_autofree char *det_name = g_strdup_printf ("det%d", i + 1);
      size_t n_steps, len;
      g_autofree float *weights = oto_model_dup_look (model, att_name, 1, &n_steps);
      g_autofree float *det = oto_model_dup_look (model, det_name, 1, &len);
      double sum = 0.0;

      g_assert_cmpuint (n_steps, ==, N_FRAMES / step_frames[i]);
      for (size_t t = 0; t < n_steps; t++)
        sum += weights[t];
      for (int t = 0; t < N_FRAMES; t++)
        {
          expected_score[t] += sigmoid (det[2 * n_steps + t / step_frames[i]]) / 5.0;
          expected_att[t] += weights[t / step_frames[i]] / sum / step_frames[i] / 5.0;
        }
    }
  oto_model_get_class_map (model, OTO_MAP_STEP1, 1, 2, score);
  oto_model_get_class_map (model, OTO_MAP_TIME_ATT, 1, 2, att);
  for (int t = 0; t < N_FRAMES; t++)
    {
      g_assert_cmpfloat (fabs (score[t] - expected_score[t]), <, 1e-6);
      g_assert_cmpfloat (fabs (att[t] - expected_att[t]), <, 1e-6);
    }
}

/* --- gradients ----------------------------------------------------------------------------- */

static const float labels[N_BATCH * N_CLASSES] = { 1, 0, 0, 1, 0, 1, 0, 0, 0, 0, 1, 1 };
static const float class_weights[N_CLASSES] = { 1.2f, 0.8f, 1.5f, 0.6f };

typedef struct
{
  OtoModel    *model;
  const float *x, *params, *direction;
} Line;

static double
get_loss_along (double   h,
                gpointer user_data)
{
  const Line *line = user_data;
  OtoModelLoss loss;

  for (size_t i = 0; i < line->model->params_len; i++)
    line->model->params[i] = (float) (line->params[i] + h * line->direction[i]);
  oto_model_weights_changed (line->model);
  g_assert_true (oto_model_train_step (line->model, line->x, labels, N_BATCH, &loss));
  return loss.total;
}

/* Along the gradient itself, the loss rises by its length. */
static void
check_slope (const char *name,
             const char *options)
{
  g_autoptr (OtoModel) model = model_new (name, options, OTO_MODEL_TRAIN);
  g_autofree float *x = dup_input ();
  g_autofree float *params = g_memdup2 (model->params, model->params_len * sizeof (float));
  g_autofree float *direction = NULL;
  OtoModelLoss loss;
  double length = 0.0;
  Line line;

  oto_model_set_class_weights (model, class_weights);
  g_assert_true (oto_model_train_step (model, x, labels, N_BATCH, &loss));
  direction = g_memdup2 (model->grads, model->params_len * sizeof (float));
  for (size_t i = 0; i < model->params_len; i++)
    length += (double) direction[i] * direction[i];
  length = sqrt (length);
  for (size_t i = 0; i < model->params_len; i++)
    direction[i] = (float) (direction[i] / length);

  g_assert_cmpfloat (length, >, 0.0);
  line = (Line) { model, x, params, direction };
  if (oto_test_is_slope (get_loss_along, &line, length, 1e-3, 1e-2 * length))
    return;
  g_test_message ("%s %s", name, options);
  g_test_fail ();
}

/* The paper's form is differentiated through everything. The others take attention for a constant
 * in the losses of segments, and only there. */
static void
test_slopes (void)
{
  check_slope ("mmnet", "loss=paper");
  check_slope ("mmnet", "loss=paper order=preact conv-bias=off kernel=1 lambda=0.3");
  check_slope ("mmnet-ms", "loss=paper ep-average=probabilities");
  check_slope ("mmnet-ms", "loss=paper taps=outputs pyramid-add=on");
  check_slope ("mmnet-ms", "loss=paper pyramid-add=on order=preact");
  check_slope ("mmnet-ms-released", "loss=paper dropout=0");
  check_slope ("mmnet", "lambda=0 mu=0.2");
  check_slope ("mmnet", "lambda=0 ep-average=probabilities");
  check_slope ("mmnet-ms", "lambda=0 ep-maps=all");
  check_slope ("mmnet-ms", "lambda=0 ep-maps=all ep-average=probabilities loss=music");
  check_slope ("mmnet-ms-released", "lambda=0 dropout=0.5");
}

static double
get_att_gradient (OtoModel *model)
{
  guint n;
  const OtoParam *list = oto_graph_get_params (model->network->graph, &n);
  double largest = 0.0;

  for (guint i = 0; i < n; i++)
    for (size_t j = 0; g_str_equal (list[i].name, "att.weight") && j < list[i].len; j++)
      largest = fmax (largest, fabs (model->grads[list[i].pos + j]));
  return largest;
}

/* As the model card says: what is not trained is not shown. */
static void
test_untrained_attention (void)
{
  const struct { const char *options; gboolean is_trained; } forms[] =
  {
    { "", TRUE }, { "loss=music", TRUE }, { "loss=paper", TRUE }, { "mu=1", FALSE },
    { "ep=off", FALSE }, { "ep=off loss=music", FALSE }, { "ep=off loss=paper", TRUE },
    { "loss=paper lambda=0", FALSE },
  };
  g_autofree float *x = dup_input ();

  for (guint i = 0; i < G_N_ELEMENTS (forms); i++)
    {
      g_autoptr (OtoModel) model = model_new ("mmnet", forms[i].options, OTO_MODEL_TRAIN);
      OtoModelLoss loss;

      g_assert_true (oto_model_train_step (model, x, labels, N_BATCH, &loss));
      g_assert_cmpint (get_att_gradient (model) > 0.0, ==, forms[i].is_trained);
      g_assert_cmpint (model->network->head.funcs->has_learned_time_att, ==, forms[i].is_trained);
    }
}

/* How many attentions the mean is of. */
static void
test_shown_attentions (void)
{
  const struct { const char *name, *options; guint n; } forms[] =
  {
    { "mmnet-ms", "", 1 }, { "mmnet-ms", "ep-maps=all", 5 }, { "mmnet-ms", "loss=paper", 5 },
    { "mmnet-ms", "ep=off", 0 }, { "mmnet-ms-released", "", 1 },
    { "mmnet-ms-released", "ep=off", 1 }, { "mmnet-ms-released", "loss=paper", 3 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (forms); i++)
    {
      g_autoptr (OtoModel) model = model_new (forms[i].name, forms[i].options, OTO_MODEL_EVAL);
      const OtoHead *head = &model->network->head;
      guint n = 0;

      for (guint j = 0; j < OTO_HEAD_MAX_SHOWN; j++)
        n += head->shown[j] != NULL && head->shown[j]->shape.n_channels == 1;
      g_assert_cmpuint (n, ==, forms[i].n);
      g_assert_cmpint (head->funcs->has_learned_time_att, ==, forms[i].n > 0);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/models/systems-mmnet/sizes-are-the-published-ones", test_sizes);
  g_test_add_func ("/models/systems-mmnet/released-file-has-its-size", test_released_size);
  g_test_add_func ("/models/systems-mmnet/windows-that-do-not-fit-are-refused", test_windows);
  g_test_add_func ("/models/systems-mmnet/all-maps-share-evenly", test_all_maps);
  g_test_add_func ("/models/systems-mmnet/maps-are-shown-as-their-mean", test_shown);
  g_test_add_func ("/models/systems-mmnet/gradients-are-slopes", test_slopes);
  g_test_add_func ("/models/systems-mmnet/attention-is-trained-or-not", test_untrained_attention);
  g_test_add_func ("/models/systems-mmnet/attention-is-shown-if-trained", test_shown_attentions);

  return g_test_run ();
}
