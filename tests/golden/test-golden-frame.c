/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-golden-network.h"

#include "layers/oto-dropout-layer.h"

#include <string.h>

/* The systems "dnn", "wld-cnn" and "framecnn": reference README, section 13. */

/* A reference file and what all its tests read of it. */
typedef struct
{
  OtoSafetensors *file;
  float          *x, *y;
  int             n_batch;
  GPtrArray      *masks;         /* what the network's dropouts keep, in their order */
} Data;

static void
data_init (Data       *self,
           const char *path)
{
  self->file = oto_golden_load (path);
  self->x = oto_golden_dup_float (self->file, "x");
  self->y = oto_golden_dup_float (self->file, "y");
  self->n_batch = (int) oto_golden_dim (self->file, "x", 0);
  self->masks = g_ptr_array_new_with_free_func (g_free);
}

static void
data_clear (Data *self)
{
  g_ptr_array_unref (self->masks);
  g_free (self->x);
  g_free (self->y);
  oto_safetensors_unref (self->file);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Data, data_clear)

/* (N, A, B) to (N, B, A). */
static float *
dup_turned (const float *values,
            int          n_batch,
            int          n_rows,
            int          n_columns)
{
  float *turned = g_new (float, (size_t) n_batch * n_rows * n_columns);

  for (int n = 0; n < n_batch; n++)
    for (int r = 0; r < n_rows; r++)
      for (int c = 0; c < n_columns; c++)
        turned[((size_t) n * n_columns + c) * n_rows + r] =
          values[((size_t) n * n_rows + r) * n_columns + c];
  return turned;
}

/* Hands the masks to the dropouts. Returns how many took one. */
static guint
set_masks (OtoModel *model,
           Data     *data)
{
  OtoGraph *graph = model->network->graph;
  guint n = 0;

  for (guint i = 0; i < oto_graph_get_n_layers (graph); i++)
    if (n < data->masks->len
        && oto_dropout_layer_set_keep (oto_graph_get_layer (graph, i),
                                    g_ptr_array_index (data->masks, n)))
      n++;
  return n;
}

static OtoModel *
make_model (const OtoModelConfig *config,
            Data                 *data)
{
  OtoModel *model = oto_golden_make_model (config, data->n_batch);

  oto_golden_copy_weights (model, data->file);
  return model;
}

#define MAPS (OTO_MAP_CLIP_PROB | OTO_MAP_STEP1)

static void
run_forward (OtoModel     *model,
             Data         *data,
             OtoModelMode  mode)
{
  g_assert_true (oto_model_forward (model, data->x, data->n_batch, mode, MAPS));
}

static void
run_step (OtoModel     *model,
          Data         *data,
          OtoModelLoss *ret_loss)
{
  oto_golden_copy_weights (model, data->file);
  g_assert_true (oto_model_train_step (model, data->x, data->y, data->n_batch, ret_loss));
}

/* --- dnn ----------------------------------------------------------------------------------- */

/* The reference has its maps of frames channels-last. */
static float *
look_at_frames (OtoModel   *model,
                const char *name,
                gint64      len)
{
  g_autofree float *values = oto_golden_dup_batch (model, name, len);
  const int n_batch = model->pass.n_batch, n_frames = model->config.n_frames;

  if (values == NULL || (!g_str_has_prefix (name, "hidden") && !g_str_equal (name, "frames")))
    return g_steal_pointer (&values);
  return dup_turned (values, n_batch, (int) (len / n_batch / n_frames), n_frames);
}

/* Three windows of the first clip. */
static void
check_windows (OtoModel *model,
               Data     *data)
{
  static const char name[] = "eval.windows_clip0_frames_0_7_last";
  const int n_frames = model->config.n_frames;
  const int frames[3] = { 0, 7, n_frames - 1 };
  const int len = (int) oto_golden_dim (data->file, name, 1);
  size_t clip_len;
  g_autofree float *clip = oto_model_dup_look (model, "windows", 0, &clip_len);
  g_autofree float *rows = g_new (float, 3 * (size_t) len);

  g_assert_cmpuint (clip_len, ==, (size_t) n_frames * len);
  g_assert_cmpint (oto_golden_dim (data->file, name, 0), ==, 3);
  for (int i = 0; i < 3; i++)
    for (int w = 0; w < len; w++)
      rows[i * len + w] = clip[(size_t) w * n_frames + frames[i]];
  oto_golden_check_rel (data->file, name, rows, 0.0);
}

static void
check_dnn (Data       *data,
           const char *tag,
           int         loss_form)
{
  g_autoptr (OtoModel) model = NULL;
  OtoModelConfig config;
  OtoModelLoss loss;

  oto_golden_init_config (&config, "dnn", data->file);
  config.widths[0] = (int) oto_golden_dim (data->file, "param.fc.0.weight", 0);
  oto_model_config_set_option (&config, "loss", loss_form, NULL);
  model = make_model (&config, data);
  g_assert_cmpuint (set_masks (model, data), ==, 4);

  run_forward (model, data, OTO_MODEL_EVAL);
  check_windows (model, data);
  g_assert_cmpuint (oto_golden_check_maps (model, data->file, "eval.", "^windows", look_at_frames),
                    ==, 5);
  run_forward (model, data, OTO_MODEL_TRAIN);
  g_assert_cmpuint (oto_golden_check_maps (model, data->file, "train.", NULL, look_at_frames),
                    ==, 5);
  run_step (model, data, &loss);
  oto_golden_check_loss (model, data->file, tag, "total", "total", &loss);
  g_assert_cmpuint (oto_golden_check_grads (model, data->file, tag, NULL, look_at_frames), ==, 9);
  if (loss_form == 0)
    g_assert_cmpuint (oto_golden_check_adam1 (model, data->file, tag), ==, 8);
}

static void
test_dnn (const char *path)
{
  g_auto (Data) data = { 0 };

  data_init (&data, path);
  for (int i = 0; i < 4; i++)
    {
      g_autofree char *name = g_strdup_printf ("mask%d", i);

      g_ptr_array_add (data.masks, oto_golden_dup_float (data.file, name));
    }
  check_dnn (&data, "frame_loss", 0);
  check_dnn (&data, "clip_loss", 1);
}

/* --- wld-cnn ------------------------------------------------------------------------------- */

static float *
look_at_segments (OtoModel   *model,
                  const char *name,
                  gint64      len)
{
  return oto_golden_dup_batch (model, g_str_has_prefix (name, "segm")
                               && !g_str_equal (name, "segments") ? "y" : name, len);
}

static void
check_wld (Data       *data,
           const char *tag,
           const char *other,
           int         pooling)
{
  g_autofree char *skipped = g_strdup_printf ("^%s$", other);
  g_autoptr (OtoModel) model = NULL;
  OtoModelConfig config;
  OtoModelLoss loss;

  oto_golden_init_config (&config, "wld-cnn", data->file);
  for (int i = 0; i < 7; i++)
    {
      g_autofree char *name = g_strdup_printf ("param.conv.%d.weight", i < 6 ? 2 * i : 11);

      config.widths[i] = (int) oto_golden_dim (data->file, name, 0);
    }
  oto_model_config_set_option (&config, "pooling", pooling, NULL);
  model = make_model (&config, data);

  run_forward (model, data, OTO_MODEL_EVAL);
  g_assert_cmpuint (oto_golden_check_maps (model, data->file, "eval.", skipped, look_at_segments),
                    >=, 6);
  run_forward (model, data, OTO_MODEL_TRAIN);
  g_assert_cmpuint (oto_golden_check_maps (model, data->file, "train.", skipped, look_at_segments),
                    >=, 7);
  g_assert_cmpuint (oto_golden_check_tensors (model, data->file, "train.buffer.", TRUE,
                                              model->buffers, OTO_GOLDEN_NETWORK_STATS_LIMIT),
                    ==, 24);
  run_step (model, data, &loss);
  oto_golden_check_loss (model, data->file, tag, "total", "total", &loss);
  /* Tensors of parameters, "emb", "segments". */
  g_assert_cmpuint (oto_golden_check_grads (model, data->file, tag, NULL, look_at_segments),
                    ==, 52);
  if (pooling == 0)
    g_assert_cmpuint (oto_golden_check_adam1 (model, data->file, tag), ==, 38);
}

static void
test_wld (const char *path)
{
  g_auto (Data) data = { 0 };

  data_init (&data, path);
  check_wld (&data, "segmax", "segmean", 0);
  check_wld (&data, "segmean", "segmax", 1);
}

/* --- framecnn ------------------------------------------------------------------------------ */

/* Frame scores are the head's. */
static float *
look_at_levels (OtoModel   *model,
                const char *name,
                gint64      len)
{
  const int n_frames = model->config.n_frames, n_classes = model->config.n_classes;
  float *values;

  if (!g_str_equal (name, "frames"))
    return oto_golden_dup_batch (model, name, len);
  g_assert_cmpint (len, ==, (gint64) model->pass.n_batch * n_classes * n_frames);
  values = g_new (float, len);
  for (int n = 0; n < model->pass.n_batch; n++)
    for (int k = 0; k < n_classes; k++)
      oto_model_get_class_map (model, OTO_MAP_STEP1, n, k,
                               values + ((size_t) n * n_classes + k) * n_frames);
  return values;
}

static OtoModel *
make_framecnn (Data       *data,
               gboolean    has_dropout,
               const char *form)
{
  OtoModelConfig config;

  oto_golden_init_config (&config, "framecnn", data->file);
  for (int i = 0; i < 4; i++)
    {
      g_autofree char *name = i < 3 ? g_strdup_printf ("param.conv.%d.weight", i)
                                    : g_strdup ("param.fc1.weight");

      config.widths[i] = (int) oto_golden_dim (data->file, name, 0);
    }
  oto_model_config_parse_option (&config, "dropout-form", form, NULL);
  if (!has_dropout)
    oto_model_config_set_option (&config, "dropout", 0.0, NULL);
  return make_model (&config, data);
}

static void
check_framecnn_step (OtoModel   *model,
                     Data       *data,
                     const char *tag,
                     guint       n_grads)
{
  OtoModelLoss loss;

  run_step (model, data, &loss);
  oto_golden_check_loss (model, data->file, tag, "clip", "bce", &loss);
  oto_golden_check_loss (model, data->file, tag, "slat1", "slat1", &loss);
  oto_golden_check_loss (model, data->file, tag, "slat2", "slat2", &loss);
  oto_golden_check_loss (model, data->file, tag, "slat3", "slat3", &loss);
  oto_golden_check_loss (model, data->file, tag, "total", "total", &loss);
  g_assert_cmpuint (oto_golden_check_grads (model, data->file, tag, NULL, look_at_levels),
                    >=, n_grads);
}

static void
check_framecnn_plain (Data *data)
{
  g_autoptr (OtoModel) model = make_framecnn (data, FALSE, "all");

  g_assert_cmpuint (set_masks (model, data), ==, 0);
  run_forward (model, data, OTO_MODEL_EVAL);
  g_assert_cmpuint (oto_golden_check_maps (model, data->file, "eval.", NULL, look_at_levels),
                    >=, 8);
  run_forward (model, data, OTO_MODEL_TRAIN);
  g_assert_cmpuint (oto_golden_check_maps (model, data->file, "train.", NULL, look_at_levels),
                    ==, 10);
  g_assert_cmpuint (oto_golden_check_tensors (model, data->file, "train.buffer.", TRUE,
                                              model->buffers, OTO_GOLDEN_NETWORK_STATS_LIMIT),
                    ==, 10);
  check_framecnn_step (model, data, "nodrop", 32);
  g_assert_cmpuint (oto_golden_check_adam1 (model, data->file, "nodrop"), ==, 23);
}

static void
check_framecnn_dropped (Data       *data,
                        const char *tag,
                        const char *form,
                        guint       n_masks)
{
  g_autofree char *prefix = g_strdup_printf ("train.%s.", tag);
  g_autoptr (OtoModel) model = make_framecnn (data, TRUE, form);

  g_assert_cmpuint (set_masks (model, data), ==, n_masks);
  run_forward (model, data, OTO_MODEL_EVAL);
  g_assert_cmpuint (oto_golden_check_maps (model, data->file, "eval.", NULL, look_at_levels),
                    >=, 8);
  run_forward (model, data, OTO_MODEL_TRAIN);
  g_assert_cmpuint (oto_golden_check_maps (model, data->file, prefix, NULL, look_at_levels),
                    >=, 2);
  check_framecnn_step (model, data, tag, 28);
}

static void
test_framecnn (const char *path)
{
  g_auto (Data) data = { 0 };

  data_init (&data, path);
  for (int i = 0; i < 6; i++)
    {
      g_autofree char *name = g_strdup_printf ("mask%d", i);
      const OtoSafetensor *mask = oto_golden_find (data.file, name);
      g_autofree float *values = oto_golden_dup_float (data.file, name);
      const int n_channels = (int) oto_golden_dim (data.file, name, 1);

      g_ptr_array_add (data.masks,
                       dup_turned (values, data.n_batch, n_channels,
                                   (int) (mask->len / data.n_batch / n_channels)));
    }
  check_framecnn_plain (&data);
  check_framecnn_dropped (&data, "drop", "all", 6);
  check_framecnn_dropped (&data, "drop_released", "released", 5);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  oto_golden_add ("/golden/frame", "dnn_small.safetensors", test_dnn);
  oto_golden_add ("/golden/frame", "wld_cnn_small_*.safetensors", test_wld);
  oto_golden_add ("/golden/frame", "framecnn_small.safetensors", test_framecnn);

  return g_test_run ();
}
