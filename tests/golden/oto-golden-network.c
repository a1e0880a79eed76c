/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-golden-network.h"

#include <math.h>
#include <string.h>

/* README, table of tolerances, files of sections 9 to 16. */
#define ZERO_GRAD_LIMIT    5e-4          /* what a later norm removes */
#define ADAM_LIMIT         1e-5
#define ADAM_NOISE_LIMIT   2.1e-3        /* where the gradient is noise */
#define ADAM_CLEAR_GRAD    1e-6
#define ADAM_RATE          1e-3

/* "KIND.TAG.NAME", or "KIND.NAME" where there is no tag. */
static char *
dup_name (const char *kind,
          const char *tag,
          const char *name)
{
  if (tag == NULL || *tag == '\0')
    return g_strdup_printf ("%s.%s", kind, name);
  return g_strdup_printf ("%s.%s.%s", kind, tag, name);
}

void
oto_golden_init_config (OtoModelConfig *config,
                        const char     *system,
                        OtoSafetensors *file)
{
  *config = (OtoModelConfig) {
    .system = oto_systems_find (system),
    .n_classes = (int) oto_golden_dim (file, "y", 1),
    .n_frames = (int) oto_golden_dim (file, "x", 1),
    .n_mels = (int) oto_golden_dim (file, "x", 2),
    .width = 1.0,
  };
  g_assert_nonnull (config->system);
  for (guint i = 0; i < config->system->n_options; i++)
    config->options[i] = config->system->options[i].value;
}

guint
oto_golden_check_maps (OtoModel          *model,
                       OtoSafetensors    *file,
                       const char        *prefix,
                       const char        *skipped,
                       OtoGoldenLookFunc  look)
{
  guint n_checked = 0;

  for (guint i = 0; i < oto_safetensors_get_n (file); i++)
    {
      const OtoSafetensor *tensor = oto_safetensors_get (file, i);
      const char *name = tensor->name + strlen (prefix);
      g_autofree float *values = NULL;

      if (!g_str_has_prefix (tensor->name, prefix) || strchr (name, '.') != NULL
          || (skipped != NULL && g_regex_match_simple (skipped, name, 0, 0)))
        continue;
      values = look (model, name, tensor->len);
      if (values != NULL)
        oto_golden_check_rel (file, tensor->name, values, OTO_GOLDEN_NETWORK_LIMIT);
      n_checked++;
    }
  return n_checked;
}

void
oto_golden_check_loss (OtoModel           *model,
                       OtoSafetensors     *file,
                       const char         *tag,
                       const char         *name,
                       const char         *term_name,
                       const OtoModelLoss *loss)
{
  g_autofree char *tensor_name = dup_name ("loss", tag, name);
  float value = (float) loss->total;

  if (g_strcmp0 (term_name, "total") != 0)
    {
      guint i = 0;

      while (g_strcmp0 (oto_model_get_term_name (model, i), term_name) != 0)
        i++;
      value = (float) loss->terms[i];
    }
  oto_golden_check_rel (file, tensor_name, &value, OTO_GOLDEN_NETWORK_LOSS_LIMIT);
}

/* The parameter that the reference calls @name. */
static const OtoParam *
find_param (OtoModel   *model,
            const char *name)
{
  guint n;
  const OtoParam *list = oto_golden_get_params (model, &n);

  for (guint i = 0; i < n; i++)
    {
      g_autofree char *reference = oto_golden_dup_param_name (&list[i]);

      if (!list[i].is_buffer && g_str_equal (reference, name))
        return &list[i];
    }
  return NULL;
}

static gboolean
is_zero (OtoSafetensors *file,
         const char     *name)
{
  const gint64 len = oto_golden_find (file, name)->len;
  g_autofree float *values = oto_golden_dup_float (file, name);

  for (gint64 i = 0; i < len; i++)
    if (values[i] != 0.f)
      return FALSE;
  return TRUE;
}

guint
oto_golden_check_grads (OtoModel          *model,
                        OtoSafetensors    *file,
                        const char        *tag,
                        const char        *skipped,
                        OtoGoldenLookFunc  look)
{
  g_autofree char *prefix = dup_name ("grad", tag, "");
  guint n_checked = 0;

  for (guint i = 0; i < oto_safetensors_get_n (file); i++)
    {
      const OtoSafetensor *tensor = oto_safetensors_get (file, i);
      const char *name = tensor->name + strlen (prefix);
      g_autofree char *look_name = NULL;
      g_autofree float *values = NULL;
      const OtoParam *param;

      if (!g_str_has_prefix (tensor->name, prefix)
          || (skipped != NULL && g_regex_match_simple (skipped, name, 0, 0)))
        continue;
      n_checked++;
      param = find_param (model, name);
      look_name = g_strconcat ("grad.", name, NULL);
      if (param == NULL)
        values = look (model, look_name, tensor->len);
      else if ((gint64) param->len == tensor->len)
        values = g_memdup2 (model->grads + param->pos, param->len * sizeof (float));
      g_assert_nonnull (values);
      if (is_zero (file, tensor->name))
        oto_golden_check_abs (file, tensor->name, values, ZERO_GRAD_LIMIT);
      else
        oto_golden_check_rel (file, tensor->name, values, OTO_GOLDEN_NETWORK_GRAD_LIMIT);
    }
  return n_checked;
}

static void
check_adam_tensor (OtoSafetensors *file,
                   const char     *tag,
                   const char     *name,
                   const float    *values,
                   gint64          len)
{
  g_autofree char *adam_name = dup_name ("adam1", tag, name);
  g_autofree char *grad_name = dup_name ("grad", tag, name);
  g_autofree float *expected = oto_golden_dup_float (file, adam_name);
  g_autofree float *gradient = oto_golden_dup_float (file, grad_name);

  g_assert_cmpint (oto_golden_find (file, adam_name)->len, ==, len);
  for (gint64 i = 0; i < len; i++)
    {
      const double difference = fabs ((double) values[i] - expected[i]);
      const double limit = fabsf (gradient[i]) >= ADAM_CLEAR_GRAD ? ADAM_LIMIT : ADAM_NOISE_LIMIT;

      if (difference <= limit)
        continue;
      g_test_message ("%s: element %" G_GINT64_FORMAT " differs by %.3g, above %.3g", adam_name, i,
                      difference, limit);
      g_test_fail ();
    }
}

guint
oto_golden_check_adam1 (OtoModel       *model,
                        OtoSafetensors *file,
                        const char     *tag)
{
  g_autofree char *prefix = dup_name ("adam1", tag, "");
  g_autoptr (GError) error = NULL;
  g_auto (OtoOptimizer) adam = { 0 };
  OtoOptimizerConfig optimizer = oto_recipe_find ("T-000")->optimizer;
  guint n_checked = 0;

  optimizer.lr = ADAM_RATE;
  oto_optimizer_init (&adam, &optimizer, model->params_len, &error);
  g_assert_no_error (error);
  oto_golden_take_step (model, &adam);

  for (guint i = 0; i < oto_safetensors_get_n (file); i++)
    {
      const char *name = oto_safetensors_get (file, i)->name;
      const OtoParam *param;

      if (!g_str_has_prefix (name, prefix))
        continue;
      n_checked++;
      param = find_param (model, name + strlen (prefix));
      g_assert_nonnull (param);
      check_adam_tensor (file, tag, name + strlen (prefix), model->params + param->pos,
                         (gint64) param->len);
    }
  return n_checked;
}
