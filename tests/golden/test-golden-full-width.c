/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-golden-model.h"

#include "nn/oto-conv2d-private.h"

#include <math.h>
#include <string.h>

/* The network of the paper at full width, where Winograd's transform is at work. */

/* README, table of tolerances. */
#define LOSS_LIMIT       2e-6
#define GRAD_ALPHA_LIMIT 4e-4            /* with the reconstruction */
#define STATS_LIMIT      2e-5            /* BN running statistics */
#define FULL_LIMIT       3e-5
#define FULL_CLIP_LIMIT  1e-5            /* absolute */

static void
check_drawn (OtoModel       *model,
             OtoSafetensors *file)
{
  guint n_list;
  const OtoParam *list = oto_golden_get_params (model, &n_list);
  guint n_checked = 0;

  for (guint i = 0; i < n_list; i++)
    {
      const OtoParam *param = &list[i];
      g_autofree char *reference = oto_golden_dup_param_name (param);
      g_autofree char *name = g_strconcat ("check.first8.", reference, NULL);

      if (!oto_golden_has (file, name))
        continue;
      oto_golden_check_rel (file, name,
                            (param->is_buffer ? model->buffers : model->params) + param->pos, 1e-7);
      n_checked++;
    }
  g_assert_cmpuint (n_checked, >, 0);
}

/* Mean, deviation, least, largest and L2 norm. The first four are held to the limit beside the
 * norm, which is far larger. */
static void
check_stats (OtoModel       *model,
             OtoSafetensors *file,
             const char     *tensor_name,
             const char     *name)
{
  g_autofree double *expected = oto_golden_dup_double (file, tensor_name);
  double values[5] = { 0.0, 0.0, INFINITY, -INFINITY, 0.0 };
  double sum = 0.0, square_sum = 0.0, largest = 0.0;
  size_t len = 0, n = 0;

  for (int clip = 0; clip < model->pass.n_batch; clip++)
    {
      g_autofree float *map = oto_golden_dup_look (model, name, clip, &len);

      for (size_t i = 0; i < len; i++)
        {
          sum += map[i];
          square_sum += (double) map[i] * map[i];
          values[2] = MIN (values[2], map[i]);
          values[3] = MAX (values[3], map[i]);
        }
      n += len;
    }
  values[0] = sum / n;
  values[1] = sqrt (MAX (0.0, square_sum / n - values[0] * values[0]));
  values[4] = sqrt (square_sum);

  for (int i = 0; i < 4; i++)
    largest = MAX (largest, fabs (expected[i]));
  for (int i = 0; i < 5; i++)
    {
      const double error = fabs (values[i] - expected[i]) / (i < 4 ? largest : expected[4]);

      if (error <= FULL_LIMIT)
        continue;
      g_test_message ("%s: entry %d differs by %.3g", tensor_name, i, error);
      g_test_fail ();
    }
}

/* The channels of the last block at three places of clip 0. */
static void
check_probe (OtoModel       *model,
             OtoSafetensors *file,
             const char     *tensor_name)
{
  const int n_frames = model->config.n_frames, n_mels = model->config.n_mels;
  const int n_channels = (int) oto_golden_dim (file, tensor_name, 1);
  const size_t places[3] = {
    0,
    (size_t) (n_frames / 2) * n_mels + n_mels / 2 - 1,
    (size_t) n_frames * n_mels - 1,
  };
  g_autofree float *values = g_new (float, 3 * n_channels);
  g_autofree float *map = NULL;
  size_t len;

  map = oto_golden_dup_look (model, "enc4", 0, &len);
  for (int p = 0; p < 3; p++)
    for (int c = 0; c < n_channels; c++)
      values[p * n_channels + c] = map[(size_t) c * n_frames * n_mels + places[p]];
  oto_golden_check_rel (file, tensor_name, values, FULL_LIMIT);
}

/* "mel_attw_clip0_class7": one map of clip 0, or one class of it. */
static void
check_part (OtoModel       *model,
            OtoSafetensors *file,
            const char     *tensor_name,
            const char     *name)
{
  const char *clip_text = strstr (name, "_clip"), *class_text = strstr (name, "_class");
  g_autofree char *map_name = g_strndup (name, clip_text - name);
  const gint64 part_len = oto_golden_find (file, tensor_name)->len;
  const int clip = (int) g_ascii_strtoll (clip_text + strlen ("_clip"), NULL, 10);
  gint64 pos = 0;
  g_autofree float *map = NULL;
  size_t len;

  /* "class_x_clip0_class7" has the word twice. */
  class_text = strstr (clip_text, "_class");
  if (class_text != NULL)
    pos = part_len * g_ascii_strtoll (class_text + strlen ("_class"), NULL, 10);
  map = oto_golden_dup_look (model, map_name, clip, &len);
  g_assert_nonnull (map);
  g_assert_cmpint (pos + part_len, <=, len);
  oto_golden_check_rel (file, tensor_name, map + pos, FULL_LIMIT);
}

static guint
check_full_mode (OtoModel       *model,
                 OtoSafetensors *file,
                 const char     *mode)
{
  g_autofree char *prefix = g_strconcat (mode, ".", NULL);
  guint n_checked = 0;

  for (guint i = 0; i < oto_safetensors_get_n (file); i++)
    {
      const char *tensor_name = oto_safetensors_get (file, i)->name;
      const char *name = tensor_name + strlen (prefix);

      if (!g_str_has_prefix (tensor_name, prefix) || g_str_has_prefix (name, "buffer.")
          || g_str_has_prefix (name, "loss"))
        continue;
      if (g_str_has_prefix (name, "stats."))
        check_stats (model, file, tensor_name, name + strlen ("stats."));
      else if (g_str_equal (name, "enc4_probe"))
        check_probe (model, file, tensor_name);
      else if (strstr (name, "_clip") != NULL)
        check_part (model, file, tensor_name, name);
      else
        {
          const gint64 len = oto_golden_find (file, tensor_name)->len;
          g_autofree float *values = oto_golden_dup_batch (model, name, len);

          g_assert_nonnull (values);
          oto_golden_check_abs (file, tensor_name, values, FULL_CLIP_LIMIT);
        }
      n_checked++;
    }
  return n_checked;
}

static void
test_two_ape_full (const char *path)
{
  g_autoptr (OtoSafetensors) file = oto_golden_load (path);
  const guint64 seed = g_ascii_strtoull (oto_safetensors_get_meta (file, "seed"), NULL, 10);
  const int n_batch = (int) oto_golden_dim (file, "y", 0);
  const int n_classes = (int) oto_golden_dim (file, "eval.mel_x_clip0", 0);
  const int n_frames = (int) oto_golden_dim (file, "eval.x_rec_clip0", 0);
  const int n_mels = (int) oto_golden_dim (file, "eval.x_rec_clip0", 1);
  const double width = oto_golden_dim (file, "eval.enc4_probe", 1) / 256.0;
  const size_t n_bins = (size_t) n_batch * n_frames * n_mels;
  g_autofree float *y = oto_golden_dup_float (file, "y");
  g_autofree float *x = NULL;
  g_autoptr (OtoModel) model = NULL;
  g_autoptr (GError) error = NULL;
  OtoModelConfig config;
  OtoModelLoss loss;
  guint64 n_draws;
  float losses[2];

  oto_model_config_init (&config, oto_systems_find ("2apae"), n_classes, n_frames, n_mels, width,
                         &error);
  g_assert_no_error (error);
  model = oto_golden_draw_model (&config, n_batch, seed, 0.0, &n_draws, &x);
  g_assert_cmpuint (n_draws, ==, oto_golden_meta_int (file, "parameter_draws"));
  check_drawn (model, file);
  oto_golden_check_rel (file, "x_head", x, 1e-7);
  oto_golden_check_rel (file, "x_tail", x + n_bins - oto_golden_dim (file, "x_tail", 0), 1e-7);

  g_assert_true (oto_model_forward (model, x, n_batch, OTO_MODEL_EVAL, OTO_MAP_RECON));
  g_assert_cmpuint (check_full_mode (model, file, "eval"), >, 20);
  g_assert_true (oto_model_train_step (model, x, y, n_batch, &loss));
  g_assert_cmpuint (check_full_mode (model, file, "train"), >, 20);
  g_assert_cmpuint (oto_golden_check_tensors (model, file, "train.buffer.", TRUE, model->buffers,
                                              STATS_LIMIT), >, 0);
  losses[0] = (float) loss.terms[0];
  losses[1] = (float) loss.terms[1];
  oto_golden_check_rel (file, "train.loss_bce_mse", losses, LOSS_LIMIT);
}

/* Some elements of a gradient, as compare-full-gradients.py chose them, and its norm. */
static void
check_probed_gradient (OtoModel       *model,
                       const OtoParam *param,
                       OtoSafetensors *file)
{
  const float *grad = model->grads + param->pos;
  g_autofree char *reference = oto_golden_dup_param_name (param);
  g_autofree char *grad_name = g_strconcat ("grad.", reference, NULL);
  g_autofree char *scale_name = g_strconcat ("scale.", reference, NULL);
  g_autofree double *expected = oto_golden_dup_double (file, grad_name);
  g_autofree double *scale = oto_golden_dup_double (file, scale_name);
  const gint64 n = oto_golden_dim (file, grad_name, 0);
  double worst = 0.0, square_sum = 0.0, norm_error;

  for (gint64 i = 0; i < n; i++)
    worst = fmax (worst, fabs (grad[i * (gint64) param->len / n] - expected[i]));
  for (size_t i = 0; i < param->len; i++)
    square_sum += (double) grad[i] * grad[i];

  worst /= scale[0];
  norm_error = fabs (sqrt (square_sum) - scale[1]) / scale[1];
  g_test_message ("%s: %.3g, norm %.3g", reference, worst, norm_error);
  if (!(worst <= GRAD_ALPHA_LIMIT) || !(norm_error <= GRAD_ALPHA_LIMIT))
    g_test_fail_printf ("%s differs by %.3g, its norm by %.3g", reference, worst, norm_error);
}

/* Every gradient of the full-width network, where Winograd's transform is at work. Float32 in
 * PyTorch comes within 8e-5. */
static void
test_full_gradients (const char *path)
{
  g_autoptr (OtoSafetensors) file = oto_golden_load (path);
  const int n_batch = (int) oto_golden_dim (file, "y", 0);
  const int n_classes = (int) oto_golden_dim (file, "y", 1);
  g_autofree float *y = oto_golden_dup_float (file, "y");
  g_autofree float *x = NULL;
  g_autoptr (OtoModel) model = NULL;
  g_autoptr (GError) error = NULL;
  OtoModelConfig config;
  const OtoParam *list;
  guint n_list;
  OtoModelLoss loss;
  guint64 n_draws;
  float losses[3];

  oto_model_config_init (&config, oto_systems_find ("2apae"), n_classes,
                         (int) oto_golden_meta_int (file, "frames"),
                         (int) oto_golden_meta_int (file, "mel"), 1.0, &error);
  g_assert_no_error (error);
  oto_model_config_set_option (&config, "alpha", oto_golden_meta_double (file, "alpha"), NULL);
  model = oto_golden_draw_model (&config, n_batch, oto_golden_meta_int (file, "seed"),
                                 oto_golden_meta_double (file, "bn_shift"), &n_draws, &x);
  g_assert_cmpuint (n_draws, ==, oto_golden_meta_int (file, "parameter_draws"));

  g_assert_true (oto_model_train_step (model, x, y, n_batch, &loss));
  losses[0] = (float) loss.terms[0];
  losses[1] = (float) loss.terms[1];
  losses[2] = (float) loss.total;
  oto_golden_check_rel (file, "loss", losses, LOSS_LIMIT);
  list = oto_golden_get_params (model, &n_list);
  for (guint i = 0; i < n_list; i++)
    if (!list[i].is_buffer)
      check_probed_gradient (model, &list[i], file);
}

/* Natural weights have inputs of ReLUs so near to zero that float32 takes some for the other sign,
 * and moves gradients by up to a hundredth, whatever computes them: over all gradients, 6e-4 to
 * 1.1e-3 of their norm were measured against float64, with either path and in PyTorch. Two that are
 * so far off differ by 3e-3 at most; a ReLU mask or a pooling gone wrong, by much more. */
#define PATHS_LIMIT 3e-3

static void
test_paths_agree (const char *path)
{
  g_autoptr (OtoSafetensors) file = oto_golden_load (path);
  const int n_batch = (int) oto_golden_dim (file, "y", 0);
  g_autofree float *y = oto_golden_dup_float (file, "y");
  g_autofree float *winograd_grads = NULL;
  double square_sum = 0.0, error_sum = 0.0;

#if defined (__SANITIZE_ADDRESS__)
  g_test_skip ("two steps of the full network, which full-gradients has taken already");
  return;
#endif
  for (int allowed = 1; allowed >= 0; allowed--)
    {
      g_autofree float *x = NULL;
      g_autoptr (OtoModel) model = NULL;
      g_autoptr (GError) error = NULL;
      OtoModelConfig config;
      OtoModelLoss loss;
      guint64 n_draws;

      oto_model_config_init (&config, oto_systems_find ("2apae"),
                             (int) oto_golden_dim (file, "y", 1),
                             (int) oto_golden_meta_int (file, "frames"),
                             (int) oto_golden_meta_int (file, "mel"), 1.0, &error);
      g_assert_no_error (error);
      oto_conv2d_set_winograd_allowed (allowed);
      model = oto_golden_draw_model (&config, n_batch, oto_golden_meta_int (file, "seed"), 0.0,
                                     &n_draws, &x);
      g_assert_true (oto_model_train_step (model, x, y, n_batch, &loss));
      if (allowed)
        {
          winograd_grads = g_memdup2 (model->grads, model->params_len * sizeof (float));
          continue;
        }
      for (size_t i = 0; i < model->params_len; i++)
        {
          const double difference = (double) winograd_grads[i] - model->grads[i];

          square_sum += (double) model->grads[i] * model->grads[i];
          error_sum += difference * difference;
        }
    }
  oto_conv2d_set_winograd_allowed (TRUE);
  g_test_message ("all gradients by Winograd's transform and by direct sums: %.3g of their norm",
                  sqrt (error_sum / square_sum));
  g_assert_cmpfloat (error_sum, >, 0.0);
  g_assert_cmpfloat (sqrt (error_sum / square_sum), <, PATHS_LIMIT);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  oto_golden_add ("/golden/full-width", "twoapae_full_*.safetensors", test_two_ape_full);
  oto_golden_add_own ("/golden/full-width", "full_gradients.safetensors", test_full_gradients);
  oto_golden_add_own ("/golden/full-width/paths-agree", "full_gradients.safetensors",
                      test_paths_agree);

  return g_test_run ();
}
