/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-golden-network.h"

#include <string.h>

/* The systems "mmnet", "mmnet-ms" and "mmnet-ms-released": reference README, section 14. */

/* --- names --------------------------------------------------------------------------------- */

/* Heads are numbered from 1 here, one alone is not; there all are, from 0. */
static char *
dup_head_name (const char *name)
{
  if (g_str_has_prefix (name, "att") || g_str_has_prefix (name, "det"))
    return g_strdup_printf ("%.3s.%d%s", name, name[3] == '.' ? 0 : name[3] - '1',
                            strchr (name, '.'));
  return g_strdup (name);
}

static char *
dup_name_without_trunk (const char *name)
{
  return dup_head_name (g_str_has_prefix (name, "trunk.") ? name + strlen ("trunk.") : name);
}

/* --- a network and its file ---------------------------------------------------------------- */

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

/* The published choices that the tags stand for; what the file has of other tags, and which
 * attentions inference leaves out, as nothing trains them. */
static const struct { const char *tag, *loss, *ep, *average, *skipped, *hidden; } tags[] =
{
  { "released", "released", "on", "logits", "^y_(paper|noep)$", "^a[1245]$" },
  { "noep", "released", "off", "logits", "^(ep_|ens_|y_(released|paper)$)", "^a[1-5]?$" },
  { "paper", "paper", "on", "probabilities", "^(ep_logits|ens_logits|y_(released|noep))$", "^$" },
};

static void
set_option (OtoModelConfig *config,
            const char     *name,
            const char     *text)
{
  g_autoptr (GError) error = NULL;

  oto_model_config_parse_option (config, name, text, &error);
  g_assert_no_error (error);
}

static OtoModel *
make_model (const OtoModelConfig *config,
            const Data           *data)
{
  OtoModel *model = oto_golden_make_model (config, data->n_batch);

  oto_golden_copy_weights (model, data->file);
  oto_model_set_class_weights (model, data->class_weights);
  return model;
}

static float *
look (OtoModel   *model,
      const char *name,
      gint64      len)
{
  return oto_golden_dup_batch (model, g_str_has_prefix (name, "y_") ? "y" : name, len);
}

static void
check_eval (OtoModel   *model,
            const Data *data,
            const char *skipped,
            const char *hidden,
            guint       n_maps)
{
  g_autofree char *pattern = g_strdup_printf ("%s|%s", skipped, hidden);
  const guint maps = OTO_MAP_CLIP_PROB | OTO_MAP_STEP1 | OTO_MAP_TIME_ATT;

  g_assert_true (oto_model_forward (model, data->x, data->n_batch, OTO_MODEL_EVAL, maps));
  g_assert_cmpuint (oto_golden_check_maps (model, data->file, "eval.", pattern, look), ==, n_maps);
}

static guint
count_tensors (OtoModel *model,
               gboolean  is_buffer)
{
  guint n, n_found = 0;
  const OtoParam *list = oto_golden_get_params (model, &n);

  for (guint i = 0; i < n; i++)
    n_found += list[i].is_buffer == is_buffer;
  return n_found;
}

/* What the file has no gradient of is not trained: it has one of exactly zero. Returns how many. */
static guint
check_untrained (OtoModel   *model,
                 const Data *data,
                 const char *prefix)
{
  guint n, n_found = 0;
  const OtoParam *list = oto_golden_get_params (model, &n);

  for (guint i = 0; i < n; i++)
    {
      g_autofree char *reference = oto_golden_dup_param_name (&list[i]);
      g_autofree char *name = g_strconcat (prefix, reference, NULL);

      if (list[i].is_buffer || oto_golden_has (data->file, name))
        continue;
      g_assert_true (g_str_has_prefix (reference, "att."));
      for (size_t j = 0; j < list[i].len; j++)
        g_assert_cmpfloat (model->grads[list[i].pos + j], ==, 0.f);
      n_found++;
    }
  return n_found;
}

/* The file's training maps, and its losses and gradients of a tag, of all terms of the network. */
static void
check_step (OtoModel   *model,
            const Data *data,
            const char *tag,
            const char *skipped,
            guint       n_maps)
{
  g_autofree char *prefix = tag != NULL ? g_strdup_printf ("grad.%s.", tag) : g_strdup ("grad.");
  OtoModelLoss loss;
  guint n_untrained;

  oto_golden_copy_weights (model, data->file);
  g_assert_true (oto_model_train_step (model, data->x, data->y, data->n_batch, &loss));
  g_assert_cmpuint (oto_golden_check_maps (model, data->file, "train.", skipped, look), ==, n_maps);
  g_assert_cmpuint (oto_golden_check_tensors (model, data->file, "train.buffer.", TRUE,
                                              model->buffers, OTO_GOLDEN_NETWORK_STATS_LIMIT), ==,
                    count_tensors (model, TRUE));
  for (guint i = 0; i < loss.n_terms; i++)
    oto_golden_check_loss (model, data->file, tag, oto_model_get_term_name (model, i),
                           oto_model_get_term_name (model, i), &loss);
  oto_golden_check_loss (model, data->file, tag, "total", "total", &loss);
  n_untrained = check_untrained (model, data, prefix);
  /* With those of the input and of X. */
  g_assert_cmpuint (oto_golden_check_grads (model, data->file, tag, NULL, look), ==,
                    count_tensors (model, FALSE) - n_untrained + 2);
}

/* --- mmnet, mmnet-ms ----------------------------------------------------------------------- */

static void
read_widths (OtoModelConfig *config,
             const Data     *data)
{
  for (int i = 0; i < 3; i++)
    {
      g_autofree char *name = g_strdup_printf ("param.trunk.blocks.%d.conv1.weight", i);

      config->widths[i] = (int) oto_golden_dim (data->file, name, 0);
    }
  config->widths[3] = (int) oto_golden_dim (data->file, "param.fcls.fc1.weight", 0);
  config->widths[4] = (int) oto_golden_dim (data->file, "param.fcls.fc2.weight", 0);
}

/* Returns how many tags the file has. */
static guint
check_tags (const char *path,
            const char *system,
            guint       n_maps)
{
  g_auto (Data) data = { 0 };
  guint n_found = 0;

  oto_golden_set_name_func (dup_head_name);
  data_init (&data, path);
  for (guint i = 0; i < G_N_ELEMENTS (tags); i++)
    {
      g_autofree char *total = g_strdup_printf ("loss.%s.total", tags[i].tag);
      g_autoptr (OtoModel) model = NULL;
      OtoModelConfig config;
      const guint n_ensemble = i == 0 ? 3 : i == 1 ? 0 : 1;
      const guint n_hidden = i == 0 ? n_maps - 1 : i == 1 ? n_maps : 0;

      if (!oto_golden_has (data.file, total))
        continue;
      n_found++;
      oto_golden_init_config (&config, system, data.file);
      read_widths (&config, &data);
      set_option (&config, "loss", tags[i].loss);
      set_option (&config, "ep", tags[i].ep);
      set_option (&config, "ep-average", tags[i].average);
      if (n_maps == 1)
        set_option (&config, "kernel",
                    oto_golden_dim (data.file, "param.att.0.weight", 2) == 1 ? "1" : "3");
      model = make_model (&config, &data);

      /* X, logits, a clip probability, maps and attentions; block3, or the pyramid. */
      check_eval (model, &data, tags[i].skipped, tags[i].hidden,
                  3 + 2 * n_maps + n_ensemble - n_hidden);
      check_step (model, &data, tags[i].tag, tags[i].skipped,
                  3 + 2 * n_maps + n_ensemble + (n_maps == 1 ? 1 : 2));
      if (i == 0)
        g_assert_cmpuint (oto_golden_check_adam1 (model, data.file, tags[i].tag), >=, 40);
    }
  return n_found;
}

static void
test_mmnet (const char *path)
{
  g_assert_cmpuint (check_tags (path, "mmnet", 1), ==, 3);
}

static void
test_kernel1 (const char *path)
{
  g_assert_cmpuint (check_tags (path, "mmnet", 1), ==, 1);
}

static void
test_ms (const char *path)
{
  g_assert_cmpuint (check_tags (path, "mmnet-ms", 5), ==, 3);
}

/* --- mmnet-ms-released --------------------------------------------------------------------- */

static void
test_ms_released (const char *path)
{
  g_auto (Data) data = { 0 };
  g_autoptr (OtoModel) model = NULL;
  g_autoptr (OtoModel) shown = NULL;
  OtoModelConfig config;

  oto_golden_set_name_func (dup_name_without_trunk);
  data_init (&data, path);
  oto_golden_init_config (&config, "mmnet-ms-released", data.file);
  config.widths[0] = (int) oto_golden_dim (data.file, "param.conv1.weight", 0);
  for (int i = 0; i < 3; i++)
    {
      g_autofree char *name = g_strdup_printf ("param.blocks.%d.conv1.weight", i);

      config.widths[i + 1] = (int) oto_golden_dim (data.file, name, 0);
    }
  config.widths[4] = (int) oto_golden_dim (data.file, "param.fcls.fc1.weight", 0);
  config.widths[5] = (int) oto_golden_dim (data.file, "param.fcls.fc2.weight", 0);
  set_option (&config, "dropout", "0");
  model = make_model (&config, &data);

  check_eval (model, &data, "^$", "^a[12]$", 9);
  check_step (model, &data, NULL, "^$", 11);

  /* The same weights where all attentions are shown. */
  set_option (&config, "loss", "paper");
  shown = make_model (&config, &data);
  check_eval (shown, &data, "^$", "^$", 11);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  oto_golden_add ("/golden/mmnet", "mmnet_small.safetensors", test_mmnet);
  oto_golden_add ("/golden/mmnet", "mmnet_kernel1_small.safetensors", test_kernel1);
  oto_golden_add ("/golden/mmnet", "mmnet_ms_small.safetensors", test_ms);
  oto_golden_add ("/golden/mmnet", "mmnet_ms_released_small.safetensors", test_ms_released);

  return g_test_run ();
}
