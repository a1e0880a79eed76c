/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-golden-model.h"

#include <math.h>
#include <string.h>

#define N_THREADS 2

char *
oto_golden_dup_param_name (const OtoParam *param)
{
  const char *name = param->name;

  if (g_str_has_prefix (name, "enc.cb") || g_str_has_prefix (name, "dec.cb"))
    return g_strdup_printf ("%.3s.%d%s", name, name[6] - '1', name + 7);
  if (g_str_has_prefix (name, "block"))
    return g_strdup_printf ("block.%d%s", name[5] - '1', name + 6);
  if (g_str_has_prefix (name, "enc.class_conv"))
    return g_strdup (name + strlen ("enc."));
  if (g_str_has_prefix (name, "dsa.fc_"))
    return g_strdup (name + strlen ("dsa.fc_"));
  return g_strdup (name);
}

OtoModel *
oto_golden_make_model (const OtoModelConfig *config,
                       int                   n_batch)
{
  g_autoptr (GError) error = NULL;
  OtoModel *model;

  oto_model_config_validate (config, &error);
  g_assert_no_error (error);
  model = oto_model_new (config, 1, N_THREADS, FALSE, &error);
  g_assert_no_error (error);
  model->runs_idle_decoder = TRUE;
  model->engine.keeps_gradients = TRUE;
  oto_model_reserve (model, n_batch, OTO_MODEL_TRAIN, &error);
  g_assert_no_error (error);
  return model;
}

/* README, section 2: the generator of the large network's weights and input. */
static double
draw (guint64 *counter,
      guint64  seed)
{
  guint64 z = seed + ++*counter * G_GUINT64_CONSTANT (0x9E3779B97F4A7C15);

  z = (z ^ (z >> 30)) * G_GUINT64_CONSTANT (0xBF58476D1CE4E5B9);
  z = (z ^ (z >> 27)) * G_GUINT64_CONSTANT (0x94D049BB133111EB);
  z ^= z >> 31;
  return (double) (z >> 40) * 0x1p-23 - 1.0;
}

/* README, section 2: value = offset + factor u. */
static void
get_scaling (const OtoParam *param,
             double          bn_shift,
             double         *ret_offset,
             double         *ret_factor)
{
  const char *name = param->name;

  *ret_offset = 0.0;
  *ret_factor = 0.1;
  if (param->n_dims == 4)
    *ret_factor = sqrt (6.0 / (double) (param->len / param->shape[0]));
  else if (param->n_dims == 2)
    *ret_factor = (strstr (name, "time") != NULL ? 10.0 : 1.0) * sqrt (6.0 / param->shape[1]);
  else if (g_str_has_suffix (name, "running_var"))
    {
      *ret_offset = 1.0;
      *ret_factor = 0.5;
    }
  else if (strstr (name, ".bn") != NULL && g_str_has_suffix (name, ".weight"))
    {
      *ret_offset = 1.0;
      *ret_factor = 0.2;
    }
  else if (strstr (name, ".bn") != NULL && g_str_has_suffix (name, ".bias") && param->len > 1)
    *ret_offset = bn_shift;
}

/* The tensors of a network stand in the order of the draws. */
static void
draw_weights (OtoModel *model,
              guint64  *counter,
              guint64   seed,
              double    bn_shift)
{
  for (guint i = 0; i < model->n_list; i++)
    {
      const OtoParam *param = &model->list[i];
      float *values = (param->is_buffer ? model->buffers : model->params) + param->pos;
      double offset, factor;

      get_scaling (param, bn_shift, &offset, &factor);
      for (size_t j = 0; j < param->len; j++)
        values[j] = (float) (offset + factor * draw (counter, seed));
    }
  oto_model_weights_changed (model);
}

OtoModel *
oto_golden_draw_model (const OtoModelConfig *config,
                       int                   n_batch,
                       guint64               seed,
                       double                bn_shift,
                       guint64              *ret_n_param_draws,
                       float               **ret_x)
{
  const size_t n_bins = (size_t) n_batch * config->n_frames * config->n_mels;
  OtoModel *model = oto_golden_make_model (config, n_batch);
  guint64 counter = 0;

  draw_weights (model, &counter, seed, bn_shift);
  *ret_n_param_draws = counter;
  *ret_x = g_new (float, n_bins);
  for (size_t i = 0; i < n_bins; i++)
    (*ret_x)[i] = (float) (sqrt (3.0) * draw (&counter, seed));
  return model;
}

float *
oto_golden_dup_batch (OtoModel   *model,
                      const char *name,
                      gint64      len)
{
  const int n_batch = model->engine.n_batch;
  float *values = g_new (float, len);

  for (int n = 0; n < n_batch; n++)
    {
      size_t clip_len = 0;
      g_autofree float *clip = oto_model_dup_intermediate (model, name, n, &clip_len);

      if (clip == NULL || (gint64) clip_len * n_batch != len)
        {
          g_test_message ("%s is not what the network has", name);
          g_test_fail ();
          g_free (values);
          return NULL;
        }
      memcpy (values + n * clip_len, clip, clip_len * sizeof (float));
    }
  return values;
}

guint
oto_golden_check_tensors (OtoModel       *model,
                          OtoSafetensors *file,
                          const char     *prefix,
                          gboolean        is_buffer,
                          const float    *values,
                          double          limit)
{
  guint n_checked = 0;

  for (guint i = 0; i < model->n_list; i++)
    {
      g_autofree char *reference = oto_golden_dup_param_name (&model->list[i]);
      g_autofree char *name = g_strconcat (prefix, reference, NULL);

      if (model->list[i].is_buffer != is_buffer || !oto_golden_has (file, name))
        continue;
      oto_golden_check_rel (file, name, values + model->list[i].pos, limit);
      n_checked++;
    }
  return n_checked;
}
