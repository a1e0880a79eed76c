/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-golden-network.h"

#include "features/oto-front-end.h"
#include "layers/oto-dropout-layer.h"

#include <string.h>

/* The systems of PANNs: reference README, section 15. */

#define N_BLOCKS 6
#define N_MASKS  (N_BLOCKS + 2)

/* (N, columns, rows) to (N, rows, columns). */
static void
turn (float *values,
      gint64 len,
      int    n_rows,
      int    n_columns)
{
  g_autofree float *from = g_memdup2 (values, len * sizeof (float));
  const gint64 clip_len = (gint64) n_rows * n_columns;

  for (gint64 i = 0; i < len; i++)
    values[i] = from[i - i % clip_len + i % n_columns * n_rows + i % clip_len / n_columns];
}

/* Frame scores are the head's. */
static float *
dup_frames (OtoModel *model,
            gint64    len)
{
  const int n_frames = model->config.n_frames, n_classes = model->config.n_classes;
  float *values = g_new (float, len);

  g_assert_cmpint (len, ==, (gint64) model->pass.n_batch * n_classes * n_frames);
  for (int n = 0; n < model->pass.n_batch; n++)
    for (int k = 0; k < n_classes; k++)
      oto_model_get_class_map (model, OTO_MAP_STEP1, n, k,
                               values + ((size_t) n * n_classes + k) * n_frames);
  turn (values, len, n_frames, n_classes);
  return values;
}

/* Segments stand one after the other in the file, (N, T, C); attention and maps do not. */
static float *
dup_batch (OtoModel   *model,
           const char *name,
           gint64      len)
{
  const char *edge_name = g_str_has_prefix (name, "grad.") ? name + strlen ("grad.") : name;
  const OtoEdge *edge = oto_graph_find_edge (model->network->graph, edge_name);
  float *values;

  if (g_str_equal (name, "frames"))
    return dup_frames (model, len);
  values = oto_golden_dup_batch (model, name, len);
  if (values != NULL && edge != NULL && edge->shape.n_mels == 1
      && !g_str_equal (edge_name, "norm_att"))
    turn (values, len, edge->shape.n_frames, edge->shape.n_channels);
  return values;
}

static OtoModel *
make_model (const char     *system,
            OtoSafetensors *file,
            gboolean        has_dropout)
{
  OtoModelConfig config;
  OtoModel *model;

  oto_golden_init_config (&config, system, file);
  for (int b = 0; b < N_BLOCKS; b++)
    {
      g_autofree char *name = g_strdup_printf ("param.conv_block%d.conv1.weight", b + 1);

      config.widths[b] = (int) oto_golden_dim (file, name, 0);
    }
  config.widths[N_BLOCKS] = (int) oto_golden_dim (file, "param.fc1.weight", 0);
  if (!has_dropout)
    {
      g_assert_true (oto_model_config_set_option (&config, "block-dropout", 0.0, NULL));
      g_assert_true (oto_model_config_set_option (&config, "dropout", 0.0, NULL));
    }
  model = oto_golden_make_model (&config, (int) oto_golden_dim (file, "x", 0));
  oto_golden_copy_weights (model, file);
  return model;
}

/* Gradients and a step of Adam from the stored weights. Returns how many tensors were compared. */
static guint
check_step (OtoModel       *model,
            OtoSafetensors *file,
            const char     *tag)
{
  g_autofree float *x = oto_golden_dup_float (file, "x");
  g_autofree float *y = oto_golden_dup_float (file, "y");
  const int n_batch = (int) oto_golden_dim (file, "x", 0);
  OtoModelLoss loss;

  oto_golden_copy_weights (model, file);
  g_assert_true (oto_model_train_step (model, x, y, n_batch, &loss));
  oto_golden_check_loss (model, file, tag, "total", "total", &loss);
  return 1 + oto_golden_check_grads (model, file, tag, tag == NULL ? "^drop\\." : NULL, dup_batch);
}

/* The network without dropout: every tensor but those of other forms. */
static guint
check_plain (const char     *system,
             OtoSafetensors *file)
{
  g_autofree float *x = oto_golden_dup_float (file, "x");
  g_autoptr (OtoModel) model = make_model (system, file, FALSE);
  const int n_batch = (int) oto_golden_dim (file, "x", 0);
  guint n;

  g_assert_true (oto_model_forward (model, x, n_batch, OTO_MODEL_EVAL,
                                    OTO_MAP_CLIP_PROB | OTO_MAP_STEP1));
  n = oto_golden_check_maps (model, file, "eval.", NULL, dup_batch);
  g_assert_true (oto_model_forward (model, x, n_batch, OTO_MODEL_TRAIN,
                                    OTO_MAP_CLIP_PROB | OTO_MAP_STEP1));
  n += oto_golden_check_maps (model, file, "train.", NULL, dup_batch);
  n += oto_golden_check_tensors (model, file, "train.buffer.", TRUE, model->buffers,
                                 OTO_GOLDEN_NETWORK_STATS_LIMIT);
  n += check_step (model, file, NULL);
  n += oto_golden_check_adam1 (model, file, NULL);
  return n;
}

static guint
set_masks (OtoModel  *model,
           GPtrArray *masks)
{
  OtoGraph *graph = model->network->graph;
  guint n = 0;

  for (guint i = 0; i < oto_graph_get_n_layers (graph); i++)
    if (n < masks->len && oto_dropout_layer_set_keep (oto_graph_get_layer (graph, i),
                                                      g_ptr_array_index (masks, n)))
      n++;
  return n;
}

/* What dropouts keep, as the network has its maps: channels last. */
static GPtrArray *
load_masks (OtoSafetensors *file)
{
  GPtrArray *masks = g_ptr_array_new_with_free_func (g_free);

  for (int i = 0; i < N_MASKS; i++)
    {
      g_autofree char *name = g_strdup_printf ("mask%d", i);
      const OtoSafetensor *mask = oto_golden_find (file, name);
      float *values = oto_golden_dup_float (file, name);
      const int n_channels = (int) mask->shape[1];

      /* The last stands segment by segment already. */
      if (i < N_MASKS - 1)
        turn (values, mask->len, (int) (mask->len / mask->shape[0] / n_channels), n_channels);
      g_ptr_array_add (masks, values);
    }
  return masks;
}

static guint
check_dropped (const char     *system,
               OtoSafetensors *file)
{
  g_autofree float *x = oto_golden_dup_float (file, "x");
  g_autoptr (GPtrArray) masks = load_masks (file);
  g_autoptr (OtoModel) model = make_model (system, file, TRUE);
  guint n;

  g_assert_cmpuint (set_masks (model, masks), ==, N_MASKS);
  g_assert_true (oto_model_forward (model, x, (int) oto_golden_dim (file, "x", 0),
                                    OTO_MODEL_TRAIN, OTO_MAP_CLIP_PROB | OTO_MAP_STEP1));
  n = oto_golden_check_maps (model, file, "train.drop.", NULL, dup_batch);
  n += check_step (model, file, "drop");
  return n;
}

static void
test_panns (const char *path)
{
  g_autoptr (OtoSafetensors) file = oto_golden_load (path);
  const char *kind = strrchr (path, '_') + 1;
  g_autofree char *system = g_strdup_printf ("panns-cnn14-%.3s", kind);
  guint n = check_plain (system, file);

  if (oto_golden_has (file, "mask0"))
    n += check_dropped (system, file);
  oto_golden_check_all_compared (file, "mask[0-9]$", n);
}

/* --- a released checkpoint ------------------------------------------------------------------ */

static void
convert (const char *checkpoint,
         const char *classes,
         const char *model,
         int         n_frames)
{
  g_autofree char *program = g_test_build_filename (G_TEST_DIST, "..", "data", "help",
                                                    "convert-panns.py", NULL);
  g_autofree char *frames = g_strdup_printf ("%d", n_frames);
  g_autoptr (GError) error = NULL;
  g_autofree char *messages = NULL;
  const char *argv[] = {
    "python3", program, checkpoint, classes, model, "--frames", frames, NULL,
  };
  int status;

  g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH | G_SPAWN_STDOUT_TO_DEV_NULL, NULL,
                NULL, NULL, &messages, &status, &error);
  g_assert_no_error (error);
  if (status != 0)
    g_test_message ("%s", messages);
  g_assert_cmpint (status, ==, 0);
}

static char *
write_classes (const char *dir,
               int         n_classes)
{
  g_autoptr (GString) text = g_string_new ("index,mid,display_name\n");
  char *path = g_build_filename (dir, "classes.csv", NULL);

  for (int k = 0; k < n_classes; k++)
    g_string_append_printf (text, "%d,/m/0%d,\"Sound, no. %d\"\n", k, k, k);
  g_assert_true (g_file_set_contents (path, text->str, -1, NULL));
  return path;
}

/* What PyTorch made of the same weights. */
static void
check_snapshot (OtoModelSnapshot *snapshot,
                OtoSafetensors   *file)
{
  g_autofree float *x = oto_golden_dup_float (file, "x");
  const int n_batch = (int) oto_golden_dim (file, "x", 0);
  g_autoptr (GError) error = NULL;
  g_autoptr (OtoModel) model = oto_model_new_from_snapshot (snapshot, oto_test_get_engine (2),
                                                            OTO_PRIORITY_BATCH, &error);

  g_assert_no_error (error);
  oto_model_keep_edges (model);
  oto_model_reserve (model, n_batch, OTO_MODEL_EVAL, &error);
  g_assert_no_error (error);
  g_assert_true (oto_model_forward (model, x, n_batch, OTO_MODEL_EVAL,
                                    OTO_MAP_CLIP_PROB | OTO_MAP_STEP1));
  g_assert_cmpuint (oto_golden_check_maps (model, file, "eval.", NULL, dup_batch), >=, 8);
}

static void
test_converted (const char *path)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *base = g_path_get_basename (path);
  g_autofree char *kind = g_strndup (base + strlen ("panns_checkpoint_"), 3);
  g_autofree char *name = g_strdup_printf ("panns_small_%s.safetensors", kind);
  g_autofree char *system = g_strdup_printf ("panns-cnn14-%s", kind);
  g_autofree char *reference = g_build_filename (folder, name, NULL);
  g_autoptr (OtoSafetensors) file = oto_golden_load (reference);
  const int n_classes = (int) oto_golden_dim (file, "y", 1);
  const int n_frames = (int) oto_golden_dim (file, "x", 1);
  char *dir = oto_test_make_dir ();
  g_autofree char *classes = write_classes (dir, n_classes);
  g_autofree char *model = g_build_filename (dir, "model.safetensors", NULL);
  g_autoptr (OtoModelSnapshot) snapshot = NULL;
  g_autoptr (GError) error = NULL;
  const OtoFrontEnd *front_end = oto_front_end_find ("PANNs");

  convert (path, classes, model, n_frames);
  snapshot = oto_model_snapshot_load (model, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (oto_model_snapshot_get_config (snapshot)->system->name, ==, system);
  g_assert_true (oto_front_end_find_by_config (oto_model_snapshot_get_front_end (snapshot))
                 == front_end);
  g_assert_cmpstr (oto_model_snapshot_get_class_names (snapshot)[1], ==, "Sound, no. 1");
  check_snapshot (snapshot, file);
  oto_test_remove_dir (dir);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  oto_golden_add ("/golden/panns", "panns_small_*.safetensors", test_panns);
  oto_golden_add_own ("/golden/panns/converted", "panns_checkpoint_att.pth", test_converted);
  oto_golden_add_own ("/golden/panns/converted", "panns_checkpoint_max.pth", test_converted);

  return g_test_run ();
}
