/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-golden-network.h"

#include <string.h>

/* Recurrent networks against the reference data: every tensor of the files. The formulas of their
 * heads alone ("head.*") are in test-golden-heads.c. */

static void
copy_weights (OtoModel       *model,
              OtoSafetensors *file)
{
  guint n;
  const OtoParam *list = oto_golden_get_params (model, &n);

  for (guint i = 0; i < n; i++)
    {
      g_autofree char *name = g_strconcat (list[i].is_buffer ? "buffer." : "param.", list[i].name,
                                           NULL);
      g_autofree float *values = oto_golden_dup_float (file, name);

      g_assert_cmpint (oto_golden_find (file, name)->len, ==, list[i].len);
      for (int d = 0; d < list[i].n_dims; d++)
        g_assert_cmpint (oto_golden_dim (file, name, d), ==, list[i].shape[d]);
      memcpy ((list[i].is_buffer ? model->buffers : model->params) + list[i].pos, values,
              list[i].len * sizeof (float));
    }
  oto_model_weights_changed (model);
}

/* Sequences stand frame by frame in the files, (N, T, C), and are looked at as maps, (N, C, T). */
static float *
dup_batch (OtoModel   *model,
           const char *name,
           gint64      len)
{
  const char *edge_name = g_str_has_prefix (name, "grad.") ? name + strlen ("grad.") : name;
  const OtoEdge *edge = oto_graph_find_edge (model->network->graph, edge_name);
  float *values = oto_golden_dup_batch (model, name, len);
  g_autofree float *planes = NULL;
  size_t clip_len;

  if (values == NULL || edge == NULL || edge->shape.n_mels > 1)
    return values;
  planes = g_memdup2 (values, len * sizeof (float));
  clip_len = oto_map_shape_get_len (&edge->shape);
  for (size_t i = 0; i < (size_t) len; i++)
    {
      const size_t pos = i % clip_len, c = pos % edge->shape.n_channels;

      values[i] = planes[i - pos + c * edge->shape.n_frames + pos / edge->shape.n_channels];
    }
  return values;
}

/* One form of a network. Forms whose maps have a tag share all but @own (nullable), a pattern of
 * names, with the one that has none. Returns how many tensors were compared. */
static guint
check_network (const OtoModelConfig *config,
               OtoSafetensors       *file,
               const char           *tag,
               const char           *own)
{
  g_autofree float *x = oto_golden_dup_float (file, "x");
  g_autofree float *y = oto_golden_dup_float (file, "y");
  const int n_batch = (int) oto_golden_dim (file, "x", 0);
  g_autoptr (OtoModel) model = oto_golden_make_model (config, n_batch);
  g_autofree char *eval = g_strdup_printf ("eval.%s.", tag);
  g_autofree char *train = g_strdup_printf ("train.%s.", tag);
  OtoModelLoss loss;
  guint n = 0;

  copy_weights (model, file);
  g_assert_true (oto_model_forward (model, x, n_batch, OTO_MODEL_EVAL, 0));
  n += oto_golden_check_maps (model, file, own != NULL ? eval : "eval.", NULL, dup_batch);
  if (own != NULL)
    oto_golden_check_maps (model, file, "eval.", own, dup_batch);

  g_assert_true (oto_model_train_step (model, x, y, n_batch, &loss));
  n += oto_golden_check_maps (model, file, own != NULL ? train : "train.", NULL, dup_batch);
  if (own != NULL)
    oto_golden_check_maps (model, file, "train.", own, dup_batch);
  n += oto_golden_check_tensors (model, file, "train.buffer.", TRUE, model->buffers,
                                 OTO_GOLDEN_NETWORK_STATS_LIMIT) * (own == NULL);
  oto_golden_check_loss (model, file, tag, "total", "total", &loss);
  n++;
  n += oto_golden_check_grads (model, file, tag, NULL, dup_batch);
  n += oto_golden_check_adam1 (model, file, tag);
  return n;
}

static void
test_gated_crnn (const char *path)
{
  g_autoptr (OtoSafetensors) file = oto_golden_load (path);
  OtoModelConfig config;
  guint n;

  oto_golden_init_config (&config, "gated-crnn", file);
  config.widths[0] = (int) oto_golden_dim (file, "param.block.0.conv.weight", 0) / 2;
  config.widths[1] = (int) oto_golden_dim (file, "param.conv.weight", 0);
  config.widths[2] = (int) oto_golden_dim (file, "param.gru_linear.fwd.U", 1);

  n = check_network (&config, file, "code", NULL);
  g_assert_true (oto_model_config_parse_option (&config, "attention", "paper", NULL));
  n += check_network (&config, file, "paper", "^(att|y)$");
  oto_golden_check_all_compared (file, "head\\.", n);
}

/* Channels of every @step'th convolution. */
static void
read_channels (OtoSafetensors *file,
               int             step,
               int             n,
               int            *ret_channels)
{
  for (int b = 0; b < n; b++)
    {
      g_autofree char *name = g_strdup_printf ("param.conv.%d.weight", step * b);

      ret_channels[b] = (int) oto_golden_dim (file, name, 0);
    }
}

static void
test_talnet (const char *path)
{
  g_autoptr (OtoSafetensors) file = oto_golden_load (path);
  OtoModelConfig config;

  oto_golden_init_config (&config, "talnet", file);
  read_channels (file, 2, 5, config.widths);
  config.widths[5] = (int) oto_golden_dim (file, "param.gru.weight_hh_l0", 1);
  oto_golden_check_all_compared (file, "head\\.", check_network (&config, file, "", NULL));
}

static void
test_talnet_small (const char *path)
{
  g_autoptr (OtoSafetensors) file = oto_golden_load (path);
  OtoModelConfig config;

  oto_golden_init_config (&config, "talnet-small", file);
  read_channels (file, 1, 3, config.widths);
  config.widths[3] = (int) oto_golden_dim (file, "param.gru.weight_hh_l0", 1);
  oto_golden_check_all_compared (file, "head\\.", check_network (&config, file, "", NULL));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  oto_golden_add ("/golden/crnn", "gated_crnn_*.safetensors", test_gated_crnn);
  oto_golden_add ("/golden/crnn", "talnet_small.safetensors", test_talnet);
  oto_golden_add ("/golden/crnn", "talnet_dcase_*.safetensors", test_talnet_small);

  return g_test_run ();
}
