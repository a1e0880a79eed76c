/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-golden-model.h"

#include "nn/oto-conv2d-private.h"

#include <string.h>

/* write-full-gradients FORWARD.safetensors OUT.safetensors BN_SHIFT [--direct]
 *
 * Writes the gradients of the large generated network after one training pass, for
 * compare-full-gradients.py: "grad." and the reference's names, and "loss" (BCE, MSE, total).
 * Sizes, seed and targets come from the reference file twoapae_full_forward. BN_SHIFT is
 * added to the batch norms' biases. With --direct no convolution goes through Winograd's
 * transform. */

#define ALPHA 1e-3

static void
add_gradients (OtoModel       *model,
               OtoSafetensors *out)
{
  guint n_list;
  const OtoParam *list = oto_golden_get_params (model, &n_list);
  for (guint i = 0; i < n_list; i++)
    {
      const OtoParam *param = &list[i];
      g_autofree char *reference = oto_golden_dup_param_name (param);
      g_autofree char *name = g_strconcat ("grad.", reference, NULL);

      if (!param->is_buffer)
        oto_safetensors_add (out, name, OTO_DTYPE_F32, param->n_dims, param->shape,
                             model->grads + param->pos);
    }
}

static gboolean
write_gradients (const char  *forward_path,
                 const char  *out_path,
                 double       bn_shift,
                 GError     **error)
{
  g_autoptr (OtoSafetensors) file = oto_safetensors_load (forward_path, error);
  g_autoptr (OtoSafetensors) out = oto_safetensors_new ();
  g_autoptr (OtoModel) model = NULL;
  g_autofree float *x = NULL, *y = NULL;
  const gint64 loss_shape[] = { 3 };
  OtoModelConfig config;
  OtoModelLoss loss;
  guint64 n_draws;
  float losses[3];
  int n_batch;

  if (file == NULL
      || !oto_model_config_init (&config, oto_systems_find ("2apae"),
                              (int) oto_golden_meta_int (file, "classes"),
                              (int) oto_golden_meta_int (file, "frames"),
                              (int) oto_golden_meta_int (file, "mel"), 1.0, error))
    return FALSE;

  if (!oto_model_config_set_option (&config, "alpha", ALPHA, error))
    return FALSE;
  n_batch = (int) oto_golden_dim (file, "y", 0);
  y = oto_golden_dup_float (file, "y");
  model = oto_golden_draw_model (&config, n_batch, oto_golden_meta_int (file, "seed"), bn_shift,
                                 &n_draws, &x);
  g_assert_true (oto_model_train_step (model, x, y, n_batch, &loss));

  losses[0] = (float) loss.terms[0];
  losses[1] = (float) loss.terms[1];
  losses[2] = (float) loss.total;
  oto_safetensors_add (out, "loss", OTO_DTYPE_F32, 1, loss_shape, losses);
  add_gradients (model, out);
  return oto_safetensors_save (out, out_path, error);
}

int
main (int    argc,
      char **argv)
{
  g_autoptr (GError) error = NULL;
  const gboolean is_direct = argc == 5 && strcmp (argv[4], "--direct") == 0;

  if (argc != 4 && !is_direct)
    {
      g_printerr ("Usage: write-full-gradients FORWARD.safetensors OUT.safetensors BN_SHIFT "
                  "[--direct]\n");
      return 2;
    }

  oto_conv2d_set_winograd_allowed (!is_direct);
  if (!oto_blas_init (&error)
      || !write_gradients (argv[1], argv[2], g_ascii_strtod (argv[3], NULL), &error))
    {
      g_printerr ("%s\n", error->message);
      return 1;
    }
  return 0;
}
