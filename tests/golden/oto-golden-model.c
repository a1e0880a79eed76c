/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-golden-model.h"

#include <math.h>
#include <string.h>

#define N_THREADS 2

/* README, section 14: names of the 1-D networks; NULL: it is none. */
static char *
dup_resnet_name (const char *name)
{
  static const struct { const char *released, *reference; } names[] =
  {
    { "bnf.", "trunk.bnf." }, { "conv1.", "trunk.conv1." }, { "den1.", "fcls.fc1." },
    { "dbn1.", "fcls.bn1." }, { "den2.", "fcls.fc2." }, { "dbn2.", "fcls.bn2." },
    { "prd.", "fcls.fc3." },
  };
  char *end;
  gint64 block;

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (g_str_has_prefix (name, names[i].released))
      return g_strconcat (names[i].reference, name + strlen (names[i].released), NULL);
  if (g_str_has_prefix (name, "bn.") && !g_ascii_isdigit (name[3]))
    return g_strconcat ("trunk.", name, NULL);
  if (*name != 'b' || !g_ascii_isdigit (name[1]))
    return NULL;
  block = g_ascii_strtoll (name + 1, &end, 10) - 1;
  if (g_str_has_prefix (end, ".sk."))
    return g_strdup_printf ("trunk.blocks.%d.skip.%s", (int) block, end + strlen (".sk."));
  return g_strdup_printf ("trunk.blocks.%d%s", (int) block, end);
}

static OtoGoldenNameFunc name_func;

void
oto_golden_set_name_func (OtoGoldenNameFunc func)
{
  name_func = func;
}

static char *
dup_usual_name (const char *name)
{
  char *resnet_name = dup_resnet_name (name);

  if (resnet_name != NULL)
    return resnet_name;

  if (g_str_has_prefix (name, "enc.cb") || g_str_has_prefix (name, "dec.cb"))
    return g_strdup_printf ("%.3s.%d%s", name, name[6] - '1', name + 7);
  if (g_str_has_prefix (name, "block") && name[5] != '.')
    return g_strdup_printf ("block.%d%s", name[5] - '1', name + 6);
  if (g_str_has_prefix (name, "enc.class_conv"))
    return g_strdup (name + strlen ("enc."));
  if (g_str_has_prefix (name, "dsa.fc_"))
    return g_strdup (name + strlen ("dsa.fc_"));
  return g_strdup (name);
}

char *
oto_golden_dup_param_name (const OtoParam *param)
{
  g_autofree char *name = dup_usual_name (param->name);

  return name_func != NULL ? name_func (name) : g_steal_pointer (&name);
}

OtoModel *
oto_golden_make_model (const OtoModelConfig *config,
                       int                   n_batch)
{
  g_autoptr (GError) error = NULL;
  OtoModel *model;

  oto_model_config_validate (config, &error);
  g_assert_no_error (error);
  model = oto_model_new (config, 1, oto_test_get_engine (N_THREADS), OTO_PRIORITY_BATCH, &error);
  g_assert_no_error (error);
  oto_model_keep_edges (model);
  oto_model_reserve (model, n_batch, OTO_MODEL_TRAIN, &error);
  g_assert_no_error (error);
  return model;
}

const OtoParam *
oto_golden_get_params (OtoModel *model,
                       guint    *ret_n)
{
  return oto_graph_get_params (model->network->graph, ret_n);
}

void
oto_golden_copy_weights (OtoModel       *model,
                         OtoSafetensors *file)
{
  guint n_list;
  const OtoParam *list = oto_golden_get_params (model, &n_list);

  for (guint i = 0; i < n_list; i++)
    {
      const OtoParam *param = &list[i];
      g_autofree char *reference = oto_golden_dup_param_name (param);
      const char *prefix = param->is_buffer ? "buffer." : "param.";
      g_autofree char *name = g_strconcat (prefix, reference, NULL);
      g_autofree float *values = oto_golden_dup_float (file, name);

      g_assert_cmpint (oto_golden_find (file, name)->len, ==, param->len);
      memcpy ((param->is_buffer ? model->buffers : model->params) + param->pos, values,
              param->len * sizeof (float));
    }
  oto_model_weights_changed (model);
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

/* Tensors of a block in the order of the draws. */
static int
get_rank (const char *name)
{
  static const char *const order[] = {
    "conv1.weight", "conv2.weight", "bn1.weight", "bn1.bias", "bn2.weight", "bn2.bias",
    "bn1.running_mean", "bn1.running_var", "bn2.running_mean", "bn2.running_var",
  };

  for (int i = 0; i < (int) G_N_ELEMENTS (order); i++)
    if (g_str_has_suffix (name, order[i]))
      return i;
  return -1;
}

/* README, section 2: convolutions of a block first, then norms, then running statistics. What
 * belongs to no block stands where it is. */
static void
sort_block (const OtoParam **params,
            guint            n)
{
  for (guint i = 1; i < n; i++)
    for (guint j = i; j > 0 && get_rank (params[j]->name) < get_rank (params[j - 1]->name); j--)
      {
        const OtoParam *param = params[j];

        params[j] = params[j - 1];
        params[j - 1] = param;
      }
}

static void
draw_weights (OtoModel *model,
              guint64  *counter,
              guint64   seed,
              double    bn_shift)
{
  guint n;
  const OtoParam *list = oto_golden_get_params (model, &n);
  g_autofree const OtoParam **order = g_new (const OtoParam *, n);

  for (guint i = 0; i < n; i++)
    order[i] = &list[i];
  for (guint begin = 0, end; begin < n; begin = end)
    {
      const size_t len = strcspn (list[begin].name, ".") + strlen (".cb1");

      for (end = begin + 1; end < n && get_rank (list[begin].name) >= 0
           && strncmp (list[begin].name, list[end].name, len) == 0
           && get_rank (list[end].name) >= 0; end++)
        ;
      sort_block (order + begin, end - begin);
    }

  for (guint i = 0; i < n; i++)
    {
      const OtoParam *param = order[i];
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

/* What the network calls a map of the reference: "enc1.bn2" is a step on the way of edge "enc1". */
static char *
dup_look_name (OtoModel   *model,
               const char *name)
{
  static const struct { const char *reference, *edge; } names[] =
  {
    { "x_rec", "dec4" }, { "grad.x_rec", "grad.dec4" }, { "mask", "class_x" }, { "time_x", "y" },
  };
  const char *dot = strchr (name, '.');
  static const char *const steps[] = { "conv", "bn", "relu" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (g_str_equal (names[i].reference, name)
        && oto_graph_find_edge (model->network->graph, name) == NULL)
      return g_strdup (names[i].edge);
  for (guint i = 0; i < G_N_ELEMENTS (steps) && dot != NULL; i++)
    if (g_str_has_prefix (dot + 1, steps[i]))
      return g_strdup_printf ("%.*s%s:%s", (int) (dot - name), name,
                              g_str_has_suffix (name, "1") ? ".conv1" : "", steps[i]);
  return g_strdup (name);
}

float *
oto_golden_dup_look (OtoModel   *model,
                     const char *name,
                     int         n,
                     size_t     *ret_len)
{
  g_autofree char *look_name = dup_look_name (model, name);

  return oto_model_dup_look (model, look_name, n, ret_len);
}

float *
oto_golden_dup_batch (OtoModel   *model,
                      const char *name,
                      gint64      len)
{
  const int n_batch = model->pass.n_batch;
  float *values = g_new (float, len);

  for (int n = 0; n < n_batch; n++)
    {
      size_t clip_len = 0;
      g_autofree float *clip = oto_golden_dup_look (model, name, n, &clip_len);

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

void
oto_golden_check_map (OtoModel       *model,
                      OtoSafetensors *file,
                      const char     *tensor_name,
                      const char     *name,
                      double          limit)
{
  const gint64 len = oto_golden_find (file, tensor_name)->len;
  g_autofree float *values = oto_golden_dup_batch (model, name, len);

  if (values != NULL)
    oto_golden_check_rel (file, tensor_name, values, limit);
}

void
oto_golden_take_step (OtoModel     *model,
                      OtoOptimizer *optimizer)
{
  oto_optimizer_begin_step (optimizer);
  oto_optimizer_step_range (optimizer, model->grads, 0, model->params_len, model->params);
  oto_model_weights_changed (model);
}

guint
oto_golden_check_tensors (OtoModel       *model,
                          OtoSafetensors *file,
                          const char     *prefix,
                          gboolean        is_buffer,
                          const float    *values,
                          double          limit)
{
  guint n_checked = 0, n;
  const OtoParam *list = oto_golden_get_params (model, &n);

  for (guint i = 0; i < n; i++)
    {
      g_autofree char *reference = oto_golden_dup_param_name (&list[i]);
      g_autofree char *name = g_strconcat (prefix, reference, NULL);

      if (list[i].is_buffer != is_buffer || !oto_golden_has (file, name))
        continue;
      oto_golden_check_rel (file, name, values + list[i].pos, limit);
      n_checked++;
    }
  return n_checked;
}

static gboolean
is_zero (const float *values,
         gint64       len)
{
  for (gint64 i = 0; i < len; i++)
    if (values[i] != 0.f)
      return FALSE;
  return TRUE;
}

guint
oto_golden_check_gradients (OtoModel       *model,
                            OtoSafetensors *file,
                            const char     *prefix,
                            double          limit,
                            double          zero_limit)
{
  guint n_checked = 0, n;
  const OtoParam *list = oto_golden_get_params (model, &n);

  for (guint i = 0; i < n; i++)
    {
      g_autofree char *reference = oto_golden_dup_param_name (&list[i]);
      g_autofree char *name = g_strconcat (prefix, reference, NULL);
      g_autofree float *expected = NULL;

      if (list[i].is_buffer || !oto_golden_has (file, name))
        continue;
      expected = oto_golden_dup_float (file, name);
      g_assert_cmpint (oto_golden_find (file, name)->len, ==, list[i].len);
      if (is_zero (expected, list[i].len))
        oto_golden_check_abs (file, name, model->grads + list[i].pos, zero_limit);
      else
        oto_golden_check_rel (file, name, model->grads + list[i].pos, limit);
      n_checked++;
    }
  return n_checked;
}
