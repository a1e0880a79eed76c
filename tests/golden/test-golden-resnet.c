/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-golden-network.h"

#include "encoders/oto-resnet1d.h"

#include <string.h>

/* "convnet", "resnet" and their heads: reference README, section 14. */

#define SGD_LIMIT 2e-5           /* README, table of tolerances */

/* A reference file and what all its tests read of it. */
typedef struct
{
  OtoSafetensors *file;
  float          *x, *y, *class_weights;
  int             n_batch;
} Data;

static void
data_init (Data       *self,
           const char *path)
{
  self->file = oto_golden_load (path);
  self->x = oto_golden_dup_float (self->file, "x");
  self->y = oto_golden_dup_float (self->file, "y");
  self->class_weights = oto_golden_dup_float (self->file, "class_weight");
  self->n_batch = (int) oto_golden_dim (self->file, "x", 0);
}

static void
data_clear (Data *self)
{
  g_free (self->x);
  g_free (self->y);
  g_free (self->class_weights);
  oto_safetensors_unref (self->file);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Data, data_clear)

/* The last block of each stage, and the dense layers. */
static void
read_widths (Data       *data,
             int         n_stage_blocks,
             const char *stack,
             int        *ret_widths)
{
  for (int s = 0; s < OTO_RESNET1D_N_STAGES; s++)
    {
      g_autofree char *name = g_strdup_printf ("param.trunk.blocks.%d.conv2.weight",
                                               (s + 1) * n_stage_blocks - 1);

      *ret_widths++ = (int) oto_golden_dim (data->file, name, 0);
    }
  for (int i = 1; i <= 2; i++)
    {
      g_autofree char *name = g_strdup_printf ("param.%s.fc%d.weight", stack, i);

      *ret_widths++ = (int) oto_golden_dim (data->file, name, 0);
    }
}

/* A network with the file's weights, and the options "name=value name=value". */
static OtoModel *
make_model (Data       *data,
            const char *system,
            const char *stack,
            int         n_stage_blocks,
            const char *options)
{
  g_auto (GStrv) list = g_strsplit (options, " ", -1);
  OtoModelConfig config;
  OtoModel *model;

  oto_golden_init_config (&config, system, data->file);
  if (g_str_equal (system, "convnet"))
    for (int i = 0; i <= OTO_CONVNET1D_N_CONVS; i++)
      {
        g_autofree char *name = i < OTO_CONVNET1D_N_CONVS
                                ? g_strdup_printf ("param.trunk.conv.%d.weight", i)
                                : g_strdup ("param.fcls.fc1.weight");

        config.widths[i] = (int) oto_golden_dim (data->file, name, 0);
      }
  else
    read_widths (data, n_stage_blocks, stack, config.widths);
  for (guint i = 0; list[i] != NULL; i++)
    {
      g_auto (GStrv) parts = g_strsplit (list[i], "=", 2);
      g_autoptr (GError) error = NULL;

      oto_model_config_parse_option (&config, parts[0], parts[1], &error);
      g_assert_no_error (error);
    }
  model = oto_golden_make_model (&config, data->n_batch);
  oto_golden_copy_weights (model, data->file);
  oto_model_set_class_weights (model, data->class_weights);
  return model;
}

#define MAPS (OTO_MAP_CLIP_PROB | OTO_MAP_STEP1)

/* What a layer keeps stands channels-last; the file has (N, K, T). */
static float *
dup_turned (OtoModel   *model,
            const char *name,
            gint64      len)
{
  g_autofree float *kept = oto_golden_dup_batch (model, name, len);
  const int n_batch = model->pass.n_batch, n_classes = model->config.n_classes;
  const int n_steps = (int) (len / n_batch / n_classes);
  float *values = g_new (float, len);

  for (int n = 0; n < n_batch; n++)
    for (int k = 0; k < n_classes; k++)
      for (int t = 0; t < n_steps; t++)
        values[(n * n_classes + k) * n_steps + t] = kept[(n * n_steps + t) * n_classes + k];
  return values;
}

/* Maps go by other names; taps are no edges of these networks. */
static float *
look (OtoModel   *model,
      const char *name,
      gint64      len)
{
  const gboolean is_convnet = g_str_equal (model->config.system->name, "convnet");

  if (is_convnet && g_str_equal (name, "X"))
    return oto_golden_dup_batch (model, "stage3", len);
  if (is_convnet && g_str_equal (name, "grad.X"))
    return oto_golden_dup_batch (model, "grad.stage3", len);
  if (g_str_equal (name, "cam_scaled"))
    return dup_turned (model, name, len);
  if (g_str_has_prefix (name, "tap"))
    {
      g_autofree char *norm_name = g_strdup_printf ("norm%s", name + strlen ("tap"));
      float *values = oto_golden_dup_batch (model, norm_name, len);

      for (gint64 i = 0; i < len && values != NULL; i++)
        values[i] = MAX (values[i], 0.f);
      return values;
    }
  return oto_golden_dup_batch (model, name, len);
}

/* "train.TAG." of the mode "train"; without @tag "train.". */
static char *
dup_prefix (const char *mode,
            const char *tag,
            const char *rest)
{
  return tag != NULL ? g_strdup_printf ("%s.%s.%s", mode, tag, rest)
                     : g_strdup_printf ("%s.%s", mode, rest);
}

/* Maps in inference, and running statistics after one training pass. */
static void
check_forward (OtoModel   *model,
               Data       *data,
               const char *tag,
               const char *skipped,
               guint       n_eval,
               guint       n_buffers)
{
  g_autofree char *eval = dup_prefix ("eval", tag, "");
  g_autofree char *buffers = dup_prefix ("train", tag, "buffer.");

  g_assert_true (oto_model_forward (model, data->x, data->n_batch, OTO_MODEL_EVAL, MAPS));
  g_assert_cmpuint (oto_golden_check_maps (model, data->file, eval, skipped, look), ==, n_eval);
  g_assert_true (oto_model_forward (model, data->x, data->n_batch, OTO_MODEL_TRAIN, MAPS));
  g_assert_cmpuint (oto_golden_check_tensors (model, data->file, buffers, TRUE, model->buffers,
                                              OTO_GOLDEN_NETWORK_STATS_LIMIT), ==, n_buffers);
}

/* Maps, loss and gradients of a training step. */
static void
check_step (OtoModel   *model,
            Data       *data,
            const char *tag,
            guint       n_train,
            guint       n_grads)
{
  g_autofree char *train = dup_prefix ("train", tag, "");
  OtoModelLoss loss;

  oto_golden_copy_weights (model, data->file);
  g_assert_true (oto_model_train_step (model, data->x, data->y, data->n_batch, &loss));
  g_assert_cmpuint (oto_golden_check_maps (model, data->file, train, NULL, look), ==, n_train);
  oto_golden_check_loss (model, data->file, tag, "total", "total", &loss);
  if (model->network->n_terms > 1)
    {
      oto_golden_check_loss (model, data->file, tag, "macro", "macro", &loss);
      oto_golden_check_loss (model, data->file, tag, "micro", "micro", &loss);
    }
  g_assert_cmpuint (oto_golden_check_grads (model, data->file, tag, NULL, look), ==, n_grads);
}

/* --- convnet ------------------------------------------------------------------------------- */

static void
test_convnet (const char *path)
{
  g_auto (Data) data = { 0 };
  g_autoptr (OtoModel) model = NULL;

  data_init (&data, path);
  model = make_model (&data, "convnet", "fcls", 0, "pooling=mean");
  check_forward (model, &data, NULL, NULL, 6, 16);
  check_step (model, &data, NULL, 7, 34);
  g_assert_cmpuint (oto_golden_check_adam1 (model, data.file, NULL), ==, 25);
}

/* --- resnet -------------------------------------------------------------------------------- */

/* Parameters of the trunk with so many blocks, with biases; x and X besides. */
static guint
count_trunk_tensors (guint n_blocks)
{
  return 2 + 2 + 2 + n_blocks * 12;
}

#define N_STACK_TENSORS 10

static void
check_sgd (OtoModel   *model,
           Data       *data,
           const char *tag)
{
  g_autofree char *prefix = g_strdup_printf ("sgd2.%s.", tag);
  g_autoptr (GError) error = NULL;
  g_auto (OtoOptimizer) sgd = { 0 };
  OtoModelLoss loss;

  oto_golden_copy_weights (model, data->file);
  oto_optimizer_init (&sgd, &oto_recipe_find ("mmnet")->optimizer, model->params_len, &error);
  g_assert_no_error (error);
  for (int step = 0; step < 2; step++)
    {
      g_assert_true (oto_model_train_step (model, data->x, data->y, data->n_batch, &loss));
      oto_golden_take_step (model, &sgd);
    }
  g_assert_cmpuint (oto_golden_check_tensors (model, data->file, prefix, FALSE, model->params,
                                              SGD_LIMIT), ==,
                    count_trunk_tensors (3) + N_STACK_TENSORS);
}

static void
test_resnet (const char *path)
{
  static const struct { const char *tag, *system, *options; guint n_eval, n_train, n_maps; }
  cases[] =
  {
    { "released.mean", "resnet", "order=released", 8, 10, 2 },
    { "released.max", "resnet-max", "order=released", 1, 2, 1 },
    { "preact.mean", "resnet", "order=preact", 1, 2, 2 },
    { "preact.max", "resnet-max", "order=preact", 1, 2, 1 },
  };
  g_auto (Data) data = { 0 };

  data_init (&data, path);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (OtoModel) model =
        make_model (&data, cases[i].system, "fcls", 1, cases[i].options);
      const gboolean is_max = g_str_has_suffix (cases[i].tag, "max");

      check_forward (model, &data, cases[i].tag, NULL, cases[i].n_eval,
                     is_max ? 0 : 2 * (2 + 9 + 2));
      check_step (model, &data, cases[i].tag, cases[i].n_train,
                  count_trunk_tensors (3) + N_STACK_TENSORS + cases[i].n_maps);
      if (i == 0)
        check_sgd (model, &data, cases[i].tag);
    }
}

static void
test_resnet28 (const char *path)
{
  g_auto (Data) data = { 0 };
  g_autoptr (OtoModel) model = NULL;

  data_init (&data, path);
  model = make_model (&data, "resnet-28", "fcls", 4, "pooling=mean");
  check_forward (model, &data, NULL, NULL, 9, 2 * (2 + 36 + 2));
  check_step (model, &data, NULL, 10, count_trunk_tensors (12) + N_STACK_TENSORS + 2);
}

/* --- heads --------------------------------------------------------------------------------- */

static void
check_head (Data       *data,
            const char *tag,
            const char *system,
            const char *options,
            guint       n_maps,
            guint       n_own_tensors)
{
  const char *stack = g_str_equal (tag, "spda") ? "fcls_part" : "fcls";
  const gboolean is_plat = g_str_equal (tag, "plat");
  g_autoptr (OtoModel) model = make_model (data, system, stack, 1, options);

  /* Labels of segments are made in training only, and the map that they come from otherwise, too,
   * if it is asked for. */
  if (is_plat)
    model->network->head.shown[OTO_HEAD_MAX_SHOWN - 1] =
      oto_graph_find_edge (model->network->graph, "cam");
  check_forward (model, data, tag, is_plat ? "^cam_scaled$" : NULL, n_maps, 4);
  check_step (model, data, tag, n_maps + (is_plat ? 2 : 0),
              count_trunk_tensors (3) + N_STACK_TENSORS + n_own_tensors + 2);
}

static void
check_soft_labels (Data *data)
{
  g_autoptr (OtoModel) model = make_model (data, "resnet-plat", "fcls", 1, "labels=soft");
  OtoModelLoss loss;

  g_assert_true (oto_model_train_step (model, data->x, data->y, data->n_batch, &loss));
  oto_golden_check_loss (model, data->file, "plat", "option_soft_micro", "micro", &loss);
}

static void
test_heads (const char *path)
{
  g_auto (Data) data = { 0 };
  g_autofree char *parts = NULL;

  data_init (&data, path);
  parts = g_strdup_printf ("parts=%d", (int) oto_golden_dim (data.file, "param.part.weight", 0));
  check_head (&data, "wlat", "resnet-wlat", "order=released", 3, 0);
  check_head (&data, "slat", "resnet-slat", "order=released", 2, 0);
  check_head (&data, "plat", "resnet-plat", "labels=hard", 4, 2);
  check_head (&data, "att", "resnet-att", "att=decision", 3, 2);
  check_head (&data, "att_feature", "resnet-att", "att=feature", 4, 2);
  check_head (&data, "spda", "resnet-spda", parts, 4, 2);
  check_soft_labels (&data);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  oto_golden_add ("/golden/resnet", "convnet_small.safetensors", test_convnet);
  oto_golden_add ("/golden/resnet", "resnet_small.safetensors", test_resnet);
  oto_golden_add ("/golden/resnet", "resnet28_small.safetensors", test_resnet28);
  oto_golden_add ("/golden/resnet", "resnet_heads_small.safetensors", test_heads);

  return g_test_run ();
}
