/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-golden-network.h"

#include "encoders/oto-vgg8.h"

#include <math.h>
#include <string.h>

/* Whole networks against the reference data: every intermediate, loss, gradient, optimiser step and
 * running statistic. The limits are those of the reference README, sections 2 and 4. */

/* README, table of tolerances. */
#define SMALL_LIMIT      1e-5
#define LOSS_LIMIT       2e-6
#define GRAD_LIMIT       5e-5            /* alpha 0 */
#define GRAD_ALPHA_LIMIT 4e-4            /* with the reconstruction */
#define STATS_LIMIT      2e-5            /* BN running statistics */
#define BASE_LIMIT       1e-5
#define BASE_GRAD_LIMIT  1e-4

/* Adam divides by the root of the second moment, so that an element without a gradient moves by
 * noise; hence one limit for all elements and one for nearly all. */
typedef struct
{
  double all;
  double most;
  double share;
} AdamLimit;

static const AdamLimit adam1_limit = { 5e-4, 2e-6, 0.999 };
static const AdamLimit adam3_limit = { 1.5e-3, 5e-5, 0.995 };

/* Channels of the blocks, from the shapes of their second convolutions. */
static void
read_channels (OtoSafetensors *file,
               const char     *prefix,
               int            *ret_channels)
{
  for (int b = 0; b < OTO_VGG8_N_BLOCKS; b++)
    {
      g_autofree char *name = g_strdup_printf ("param.%s.%d.conv2.weight", prefix, b);

      ret_channels[b] = (int) oto_golden_dim (file, name, 0);
    }
}

/* Everything called "eval.X" or "train.X" that is one map; returns how many there were. */
static guint
check_intermediates (OtoModel       *model,
                     OtoSafetensors *file,
                     const char     *mode,
                     const char     *skipped,
                     double          limit)
{
  g_autofree char *prefix = g_strconcat (mode, ".", NULL);
  guint n_checked = 0;

  for (guint i = 0; i < oto_safetensors_get_n (file); i++)
    {
      const char *tensor_name = oto_safetensors_get (file, i)->name;
      const char *name = tensor_name + strlen (prefix);

      if (!g_str_has_prefix (tensor_name, prefix) || g_str_has_prefix (name, "buffer.")
          || (skipped != NULL && g_regex_match_simple (skipped, name, 0, 0)))
        continue;
      oto_golden_check_map (model, file, tensor_name, name, limit);
      n_checked++;
    }
  return n_checked;
}

static void
check_loss (OtoSafetensors     *file,
            const char         *name,
            const OtoModelLoss *loss)
{
  const float values[3] = { (float) loss->terms[0], (float) loss->terms[1], (float) loss->total };

  oto_golden_check_rel (file, name, values, LOSS_LIMIT);
}

static void
check_gradients (OtoModel       *model,
                 OtoSafetensors *file,
                 const char     *alpha_name,
                 double          limit)
{
  guint n_list;
  const OtoParam *list = oto_golden_get_params (model, &n_list);
  static const char *const maps[] = { "x", "enc4", "class_x", "mel_x", "x_rec" };
  g_autofree char *prefix = g_strdup_printf ("grad.%s.", alpha_name);
  guint n_params = 0;

  for (guint i = 0; i < n_list; i++)
    n_params += !list[i].is_buffer;
  g_assert_cmpuint (oto_golden_check_tensors (model, file, prefix, FALSE, model->grads,
                                              limit), ==, n_params);
  for (guint i = 0; i < G_N_ELEMENTS (maps); i++)
    {
      g_autofree char *tensor_name = g_strconcat (prefix, maps[i], NULL);
      g_autofree char *name = g_strconcat ("grad.", maps[i], NULL);

      if (oto_golden_has (file, tensor_name))
        oto_golden_check_map (model, file, tensor_name, name, limit);
    }
}

static void
check_adam (OtoModel        *model,
            OtoSafetensors  *file,
            const char      *step_name,
            const char      *alpha_name,
            const AdamLimit *limit)
{
  guint n_list;
  const OtoParam *list = oto_golden_get_params (model, &n_list);
  size_t n_far = 0, n = 0;
  double worst = 0.0;

  for (guint i = 0; i < n_list; i++)
    {
      const OtoParam *param = &list[i];
      g_autofree char *reference = oto_golden_dup_param_name (param);
      g_autofree char *name = g_strdup_printf ("%s.%s.%s", step_name, alpha_name, reference);
      g_autofree float *expected = NULL;

      if (param->is_buffer)
        continue;
      expected = oto_golden_dup_float (file, name);
      for (size_t j = 0; j < param->len; j++)
        {
          const double difference = fabs ((double) model->params[param->pos + j] - expected[j]);

          worst = MAX (worst, difference);
          n_far += !(difference <= limit->most);
          n++;
        }
    }
  g_test_message ("%s.%s: largest difference %.3g, %.3f %% above %.1g", step_name, alpha_name,
                  worst, 100.0 * n_far / n, limit->most);
  if (!(worst <= limit->all) || n_far > (1.0 - limit->share) * n)
    g_test_fail ();
}

/* Three optimiser steps on one batch, with the gradients of the first looked at. */
static void
check_training (OtoModel       *model,
                OtoSafetensors *file,
                const char     *alpha_name,
                const float    *x,
                const float    *y,
                int             n_batch)
{
  g_autofree char *loss_name = g_strdup_printf ("loss.%s", alpha_name);
  g_autofree char *loss3_name = g_strdup_printf ("loss_step3.%s", alpha_name);
  g_autofree char *buffer_prefix = g_strdup_printf ("adam3.%s.buffer.", alpha_name);
  g_autoptr (GError) error = NULL;
  g_auto (OtoOptimizer) adam = { 0 };
  OtoModelLoss loss;

  model->network->terms[1].weight = g_ascii_strtod (alpha_name + strlen ("alpha"), NULL);
  oto_golden_copy_weights (model, file);
  oto_optimizer_init (&adam, &oto_recipe_find ("T-000")->optimizer, model->params_len, &error);
  g_assert_no_error (error);

  for (int step = 1; step <= 3; step++)
    {
      g_assert_true (oto_model_train_step (model, x, y, n_batch, &loss));
      if (step == 1)
        {
          check_loss (file, loss_name, &loss);
          check_gradients (model, file, alpha_name,
                           model->network->terms[1].weight == 0.0 ? GRAD_LIMIT : GRAD_ALPHA_LIMIT);
        }
      oto_golden_take_step (model, &adam);
      if (step == 1)
        check_adam (model, file, "adam1", alpha_name, &adam1_limit);
    }
  check_loss (file, loss3_name, &loss);
  check_adam (model, file, "adam3", alpha_name, &adam3_limit);
  g_assert_cmpuint (oto_golden_check_tensors (model, file, buffer_prefix, TRUE, model->buffers,
                                              STATS_LIMIT), >, 0);
}

static void
test_two_ape_small (const char *path)
{
  g_autoptr (OtoSafetensors) file = oto_golden_load (path);
  g_autofree float *x = oto_golden_dup_float (file, "x");
  g_autofree float *y = oto_golden_dup_float (file, "y");
  const int n_batch = (int) oto_golden_dim (file, "x", 0);
  g_autoptr (OtoModel) model = NULL;
  guint n_trainings = 0;
  OtoModelConfig config;

  oto_golden_init_config (&config, "2apae", file);
  if (g_strcmp0 (oto_safetensors_get_meta (file, "variant"), "equations") == 0)
    oto_model_config_set_option (&config, "form", 1, NULL);
  read_channels (file, "enc", config.widths);
  read_channels (file, "dec", config.widths + OTO_VGG8_N_BLOCKS);
  model = oto_golden_make_model (&config, n_batch);

  oto_golden_copy_weights (model, file);
  g_assert_true (oto_model_forward (model, x, n_batch, OTO_MODEL_EVAL, OTO_MAP_RECON));
  g_assert_cmpuint (check_intermediates (model, file, "eval", NULL, SMALL_LIMIT), >=, 8);
  g_assert_true (oto_model_forward (model, x, n_batch, OTO_MODEL_TRAIN, OTO_MAP_RECON));
  g_assert_cmpuint (check_intermediates (model, file, "train", NULL, SMALL_LIMIT), >=, 8);
  g_assert_cmpuint (oto_golden_check_tensors (model, file, "train.buffer.", TRUE, model->buffers,
                                              STATS_LIMIT), >, 0);

  for (guint i = 0; i < oto_safetensors_get_n (file); i++)
    {
      const char *name = oto_safetensors_get (file, i)->name;

      if (!g_str_has_prefix (name, "loss.alpha"))
        continue;
      check_training (model, file, name + strlen ("loss."), x, y, n_batch);
      n_trainings++;
    }
  g_assert_cmpuint (n_trainings, >, 0);
}

/* One pooling of the masks: "gmp", "gap", "gwrp" with the published decay, or "gwrp0.9". */
static void
check_baseline (OtoSafetensors *file,
                const char     *pool,
                const float    *x,
                const float    *y)
{
  const char *system_name = g_str_has_prefix (pool, "gwrp") ? "gwrp" : pool;
  const int n_batch = (int) oto_golden_dim (file, "x", 0);
  const char *others = "^g(mp|ap|wrp[0-9.]*)\\.(y|loss)$";
  g_autofree char *eval_name = g_strdup_printf ("eval.%s.y", pool);
  g_autofree char *train_name = g_strdup_printf ("train.%s.y", pool);
  g_autofree char *loss_name = g_strdup_printf ("train.%s.loss", pool);
  g_autofree char *grad_prefix = g_strdup_printf ("grad.%s.", pool);
  g_autoptr (OtoModel) model = NULL;
  OtoModelLoss loss;
  float total;
  OtoModelConfig config;

  oto_golden_init_config (&config, system_name, file);
  if (strlen (pool) > strlen (system_name))
    oto_model_config_set_option (&config, "decay",
                                 g_ascii_strtod (pool + strlen (system_name), NULL), NULL);
  read_channels (file, "block", config.widths);
  model = oto_golden_make_model (&config, n_batch);
  oto_golden_copy_weights (model, file);

  g_assert_true (oto_model_forward (model, x, n_batch, OTO_MODEL_EVAL, 0));
  g_assert_cmpuint (check_intermediates (model, file, "eval", others, BASE_LIMIT), >=, 5);
  oto_golden_check_rel (file, eval_name, model->network->head.clip_prob->data, BASE_LIMIT);

  g_assert_true (oto_model_train_step (model, x, y, n_batch, &loss));
  g_assert_cmpuint (check_intermediates (model, file, "train", others, BASE_LIMIT), >=, 5);
  oto_golden_check_rel (file, train_name, model->network->head.clip_prob->data, BASE_LIMIT);
  total = (float) loss.total;
  oto_golden_check_rel (file, loss_name, &total, BASE_LIMIT);
  g_assert_cmpuint (oto_golden_check_tensors (model, file, "train.buffer.", TRUE, model->buffers,
                                              BASE_LIMIT), >, 0);
  g_assert_cmpuint (oto_golden_check_tensors (model, file, grad_prefix, FALSE, model->grads,
                                              BASE_GRAD_LIMIT), ==, 26);
}

static void
test_baseline_vgg (const char *path)
{
  g_autoptr (OtoSafetensors) file = oto_golden_load (path);
  g_autofree float *x = oto_golden_dup_float (file, "x");
  g_autofree float *y = oto_golden_dup_float (file, "y");
  guint n_checked = 0;

  for (guint i = 0; i < oto_safetensors_get_n (file); i++)
    {
      const char *name = oto_safetensors_get (file, i)->name;
      g_autofree char *pool = NULL;

      if (!g_str_has_prefix (name, "eval.g") || !g_str_has_suffix (name, ".y"))
        continue;
      pool = g_strndup (name + strlen ("eval."), strlen (name) - strlen ("eval..y"));
      check_baseline (file, pool, x, y);
      n_checked++;
    }
  g_assert_cmpuint (n_checked, >, 0);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  oto_golden_add ("/golden/models", "twoapae_small_*.safetensors", test_two_ape_small);
  oto_golden_add ("/golden/models", "baseline_vgg_*.safetensors", test_baseline_vgg);

  return g_test_run ();
}
