/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-golden-model.h"

#include "nn/oto-class-selection.h"
#include "training/oto-adam.h"

#include <math.h>
#include <string.h>

/* Networks whose masks are pooled by learned weights: dilated convolutions with attention over all
 * bins, and separable ones with frequency-dependent auto-pooling and the losses on masks. */

/* README, table of tolerances: baselines, and the files of section 9. */
#define BASE_LIMIT      1e-5
#define BASE_GRAD_LIMIT 1e-4
#define MAP_LIMIT       5e-5
#define LOSS_LIMIT      1e-5
#define GRAD_LIMIT      5e-4
#define ZERO_GRAD_LIMIT 5e-4
#define STATS_LIMIT     2e-5
#define ADAM_LIMIT      1e-5             /* where the gradient is at least ADAM_MIN_GRAD */
#define ADAM_MIN_GRAD   1e-6
#define ADAM_NOISE      2.1e-3           /* elsewhere */

/* The batch of a file. */
typedef struct
{
  OtoSafetensors *file;
  int             n_batch, n_classes, n_frames, n_mels;
  float          *x, *y;
} Batch;

static void
batch_init (Batch      *self,
            const char *path)
{
  self->file = oto_golden_load (path);
  self->x = oto_golden_dup_float (self->file, "x");
  self->y = oto_golden_dup_float (self->file, "y");
  self->n_batch = (int) oto_golden_dim (self->file, "x", 0);
  self->n_frames = (int) oto_golden_dim (self->file, "x", 1);
  self->n_mels = (int) oto_golden_dim (self->file, "x", 2);
  self->n_classes = (int) oto_golden_dim (self->file, "y", 1);
}

static void
batch_clear (Batch *self)
{
  oto_safetensors_unref (self->file);
  g_free (self->x);
  g_free (self->y);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Batch, batch_clear)

/* The system's defaults in the sizes of the file; the caller sets the widths. */
static void
fill_config (const Batch    *batch,
             const char     *system,
             OtoModelConfig *ret_config)
{
  g_autoptr (GError) error = NULL;

  g_assert_nonnull (oto_systems_find (system));
  oto_model_config_init (ret_config, oto_systems_find (system), batch->n_classes, batch->n_frames,
                         batch->n_mels, 1.0, &error);
  g_assert_no_error (error);
}

static void
set_option (OtoModelConfig *config,
            const char     *name,
            double          value)
{
  g_autoptr (GError) error = NULL;

  oto_model_config_set_option (config, name, value, &error);
  g_assert_no_error (error);
}

/* A map of all clips, one class after the other, as the head shows it. */
static float *
dup_shown (OtoModel    *model,
           const Batch *batch,
           OtoMap       map,
           size_t       class_len)
{
  const size_t clip_len = batch->n_classes * class_len;
  float *values = g_new (float, batch->n_batch * clip_len);

  for (int n = 0; n < batch->n_batch; n++)
    oto_model_get_map (model, map, n, values + n * clip_len);
  return values;
}

/* --- attention over bins ------------------------------------------------------------------- */

/* The reference's attention is not clamped yet. */
static void
check_attention (OtoModel    *model,
                 const Batch *batch,
                 const char  *name)
{
  const gint64 len = oto_golden_find (batch->file, name)->len;
  g_autofree float *expected = oto_golden_dup_float (batch->file, name);
  g_autofree float *values = oto_golden_dup_batch (model, "att", len);

  g_assert_nonnull (values);
  for (gint64 i = 0; i < len; i++)
    g_assert_cmpfloat_with_epsilon (values[i], CLAMP (expected[i], 0.1f, 0.9f), BASE_LIMIT);
}

/* The two factors that are shown make the attention over time and mel bins. */
static void
check_shown_attention (OtoModel    *model,
                       const Batch *batch)
{
  const size_t n_bins = (size_t) batch->n_frames * batch->n_mels;
  const size_t n_rows = (size_t) batch->n_batch * batch->n_classes * batch->n_frames;
  g_autofree float *att = dup_shown (model, batch, OTO_MAP_FREQ_ATT, n_bins);
  g_autofree float *share = dup_shown (model, batch, OTO_MAP_TIME_ATT, batch->n_frames);

  for (size_t r = 0; r < n_rows; r++)
    {
      double sum = 0.0;

      for (int f = 0; f < batch->n_mels; f++)
        {
          sum += att[r * batch->n_mels + f];
          att[r * batch->n_mels + f] *= share[r];
        }
      g_assert_cmpfloat_with_epsilon (sum, 1.0, 1e-6);
    }
  oto_golden_check_rel (batch->file, "eval.norm_att", att, BASE_LIMIT);
}

static void
check_atrous_maps (OtoModel    *model,
                   const Batch *batch,
                   const char  *mode)
{
  static const char *const maps[] = { "emb1", "emb2", "emb3", "cla", "score", "y" };
  g_autofree char *att_name = g_strdup_printf ("%s.att", mode);

  for (guint i = 0; i < G_N_ELEMENTS (maps); i++)
    {
      g_autofree char *name = g_strdup_printf ("%s.%s", mode, maps[i]);

      oto_golden_check_map (model, batch->file, name, maps[i], BASE_LIMIT);
    }
  check_attention (model, batch, att_name);
}

static void
test_atrous (const char *path)
{
  g_auto (Batch) batch = { 0 };
  g_autoptr (OtoModel) model = NULL;
  OtoModelConfig config;
  OtoModelLoss loss;
  float total;

  batch_init (&batch, path);
  fill_config (&batch, "atrous", &config);
  for (int i = 0; i < 3; i++)
    {
      g_autofree char *name = g_strdup_printf ("param.conv.%d.weight", i);

      config.widths[i] = (int) oto_golden_dim (batch.file, name, 0);
    }
  model = oto_golden_make_model (&config, batch.n_batch);
  oto_golden_copy_weights (model, batch.file);

  g_assert_true (oto_model_forward (model, batch.x, batch.n_batch, OTO_MODEL_EVAL,
                                    OTO_MAP_FREQ_ATT));
  check_atrous_maps (model, &batch, "eval");
  check_shown_attention (model, &batch);

  g_assert_true (oto_model_train_step (model, batch.x, batch.y, batch.n_batch, &loss));
  check_atrous_maps (model, &batch, "train");
  total = (float) loss.total;
  oto_golden_check_rel (batch.file, "train.loss", &total, LOSS_LIMIT);
  g_assert_cmpuint (oto_golden_check_tensors (model, batch.file, "train.buffer.", TRUE,
                                              model->buffers, BASE_LIMIT), ==, 6);
  g_assert_cmpuint (oto_golden_check_tensors (model, batch.file, "grad.", FALSE, model->grads,
                                              BASE_GRAD_LIMIT), ==, 13);
}

/* --- frequency-dependent auto-pooling ------------------------------------------------------ */

/* "bce", "seg_label", "seg_top2", with or without "_sil": the system, and its k. */
static void
fill_ddc_config (const Batch    *batch,
                 const char     *tag,
                 OtoModelConfig *ret_config)
{
  static const char *const names[] = {
    "param.conv.weight", "param.sep.1.pw.weight", "param.sep.3.pw.weight", "param.sep.5.pw.weight",
  };
  const gboolean has_silent = g_str_has_suffix (tag, "_sil");
  const gboolean has_top = g_str_has_prefix (tag, "seg_top");
  const char *system = has_top ? (has_silent ? "mtl-ddc-fap-k" : "ddc-fap-segment-k")
                               : (has_silent ? "mtl-ddc-fap" : "ddc-fap-segment");

  fill_config (batch, g_str_equal (tag, "bce") ? "ddc-fap" : system, ret_config);
  if (has_top)
    set_option (ret_config, "k", g_ascii_strtod (tag + strlen ("seg_top"), NULL));
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    ret_config->widths[i] = (int) oto_golden_dim (batch->file, names[i], 0);
}

static OtoModel *
make_ddc (const Batch          *batch,
          const OtoModelConfig *config)
{
  OtoModel *model = oto_golden_make_model (config, batch->n_batch);

  oto_golden_copy_weights (model, batch->file);
  return model;
}

/* What the pooling keeps has places before classes: turned, clip by clip. */
static void
check_pooled (OtoModel    *model,
              const Batch *batch,
              const char  *tensor_name,
              const char  *name,
              int          n_places)
{
  const size_t clip_len = (size_t) n_places * batch->n_classes;
  const gint64 len = oto_golden_find (batch->file, tensor_name)->len;
  g_autofree float *turned = g_new (float, batch->n_batch * clip_len);

  g_assert_cmpint (len % clip_len, ==, 0);
  for (int n = 0; n < batch->n_batch; n++)
    {
      size_t look_len = 0;
      g_autofree float *clip = oto_golden_dup_look (model, name, n, &look_len);

      g_assert_cmpuint (look_len, ==, clip_len);
      for (size_t i = 0; i < clip_len; i++)
        turned[n * clip_len + i % batch->n_classes * n_places + i / batch->n_classes] = clip[i];
    }
  oto_golden_check_rel (batch->file, tensor_name, turned, MAP_LIMIT);
}

static void
check_ddc_maps (OtoModel    *model,
                const Batch *batch,
                const char  *mode)
{
  static const char *const maps[] = { "conv", "sep0", "sep2", "sep4", "sep6", "mask", "y" };
  g_autofree char *bands = g_strdup_printf ("%s.bands", mode);
  g_autofree char *frames = g_strdup_printf ("%s.frames", mode);
  guint n_checked = 0;

  for (guint i = 0; i < G_N_ELEMENTS (maps); i++)
    {
      g_autofree char *name = g_strdup_printf ("%s.%s", mode, maps[i]);

      if (!oto_golden_has (batch->file, name))
        continue;
      oto_golden_check_map (model, batch->file, name, maps[i], MAP_LIMIT);
      n_checked++;
    }
  g_assert_cmpuint (n_checked, >=, 3);
  check_pooled (model, batch, bands, "bands", batch->n_mels);
  check_pooled (model, batch, frames, "frames", batch->n_frames);
}

static void
check_shown_ddc (OtoModel    *model,
                 const Batch *batch)
{
  const size_t n_bins = (size_t) batch->n_frames * batch->n_mels;
  g_autofree float *mask = dup_shown (model, batch, OTO_MAP_MASK, n_bins);
  g_autofree float *weights = dup_shown (model, batch, OTO_MAP_MEL_WEIGHTS, batch->n_mels);
  g_autofree float *att = dup_shown (model, batch, OTO_MAP_FREQ_ATT, n_bins);
  g_autofree float *frames = dup_shown (model, batch, OTO_MAP_STEP1, batch->n_frames);

  oto_golden_check_rel (batch->file, "eval.mask", mask, MAP_LIMIT);
  oto_golden_check_rel (batch->file, "eval.w", weights, MAP_LIMIT);
  oto_golden_check_rel (batch->file, "eval.frames", frames, MAP_LIMIT);
  for (int k = 0; k < batch->n_classes; k++)
    for (size_t i = 0; i < n_bins; i++)
      g_assert_cmpfloat (att[k * n_bins + i], ==,
                         weights[k * batch->n_mels + i % batch->n_mels]);
}

/* The mean over clips of "loss.TAG.NAME_per_clip". */
static void
check_term (const Batch *batch,
            const char  *name,
            double       value)
{
  g_autofree float *per_clip = oto_golden_dup_float (batch->file, name);
  double mean = 0.0;

  for (int n = 0; n < batch->n_batch; n++)
    mean += per_clip[n] / batch->n_batch;
  g_assert_cmpfloat_with_epsilon (value / mean, 1.0, LOSS_LIMIT);
}

static void
check_loss (const Batch        *batch,
            const char         *tag,
            const OtoModelLoss *loss)
{
  static const char *const names[] = { "bce", "segment_per_clip", "silent_per_clip" };
  const float values[] = { (float) loss->terms[0], (float) loss->total };
  g_autofree char *bce = g_strdup_printf ("loss.%s.bce", tag);
  g_autofree char *total = g_strdup_printf ("loss.%s.total", tag);

  oto_golden_check_rel (batch->file, bce, &values[0], LOSS_LIMIT);
  oto_golden_check_rel (batch->file, total, &values[1], LOSS_LIMIT);
  for (guint i = 1; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *name = g_strdup_printf ("loss.%s.%s", tag, names[i]);

      g_assert_cmpint (oto_golden_has (batch->file, name), ==, i < loss->n_terms);
      if (i < loss->n_terms)
        check_term (batch, name, loss->terms[i]);
    }
}

/* Parameters after one step, those left out whose gradient is a shift that a norm removes. */
static guint
check_adam (OtoModel    *model,
            const Batch *batch,
            const char  *tag)
{
  guint n_checked = 0, n;
  const OtoParam *list = oto_golden_get_params (model, &n);

  for (guint i = 0; i < n; i++)
    {
      g_autofree char *name = g_strdup_printf ("adam1.%s.%s", tag, list[i].name);
      g_autofree char *grad_name = g_strdup_printf ("grad.%s.%s", tag, list[i].name);
      g_autofree float *expected = NULL, *grad = NULL;

      if (list[i].is_buffer || !oto_golden_has (batch->file, name))
        continue;
      expected = oto_golden_dup_float (batch->file, name);
      grad = oto_golden_dup_float (batch->file, grad_name);
      for (size_t j = 0; j < list[i].len; j++)
        g_assert_cmpfloat_with_epsilon (model->params[list[i].pos + j], expected[j],
                                        fabsf (grad[j]) >= ADAM_MIN_GRAD ? ADAM_LIMIT
                                                                         : ADAM_NOISE);
      n_checked++;
    }
  return n_checked;
}

static void
take_adam_step (OtoModel *model)
{
  g_autoptr (GError) error = NULL;
  g_auto (OtoAdam) adam = { 0 };

  oto_adam_init (&adam, model->params_len, 1e-3, &error);
  g_assert_no_error (error);
  oto_adam_begin_step (&adam);
  oto_adam_step_range (&adam, model->grads, 0, model->params_len, model->params);
  oto_model_weights_changed (model);
}

static guint
count_tensors (const Batch *batch,
               const char  *prefix)
{
  guint n = 0;

  for (guint i = 0; i < oto_safetensors_get_n (batch->file); i++)
    n += g_str_has_prefix (oto_safetensors_get (batch->file, i)->name, prefix);
  return n;
}

static void
check_tag (const Batch *batch,
           const char  *tag)
{
  static const char *const maps[] = { "x", "mask" };
  g_autofree char *prefix = g_strdup_printf ("grad.%s.", tag);
  g_autofree char *adam_prefix = g_strdup_printf ("adam1.%s.", tag);
  g_autoptr (OtoModel) model = NULL;
  OtoModelConfig config;
  OtoModelLoss loss;
  guint n_checked;

  fill_ddc_config (batch, tag, &config);
  model = make_ddc (batch, &config);
  g_assert_true (oto_model_train_step (model, batch->x, batch->y, batch->n_batch, &loss));
  check_ddc_maps (model, batch, "train");
  check_loss (batch, tag, &loss);
  g_assert_cmpuint (oto_golden_check_tensors (model, batch->file, "train.buffer.", TRUE,
                                              model->buffers, STATS_LIMIT), ==, 30);

  n_checked = oto_golden_check_gradients (model, batch->file, prefix, GRAD_LIMIT, ZERO_GRAD_LIMIT);
  for (guint i = 0; i < G_N_ELEMENTS (maps); i++)
    {
      g_autofree char *tensor_name = g_strconcat (prefix, maps[i], NULL);
      g_autofree char *name = g_strconcat ("grad.", maps[i], NULL);

      if (!oto_golden_has (batch->file, tensor_name))
        continue;
      oto_golden_check_map (model, batch->file, tensor_name, name, GRAD_LIMIT);
      n_checked++;
    }
  g_assert_cmpuint (n_checked, ==, count_tensors (batch, prefix));

  take_adam_step (model);
  g_assert_cmpuint (check_adam (model, batch, tag), ==, count_tensors (batch, adam_prefix));
}

/* "set.topK": the classes that the network's probabilities choose. */
static void
check_sets (const Batch *batch)
{
  g_autofree float *prob = oto_golden_dup_float (batch->file, "train.y");
  g_autofree int *selected = g_new (int, batch->n_classes);
  guint n_checked = 0;

  for (int n_top = 1; n_top <= batch->n_classes; n_top++)
    {
      g_autofree char *name = g_strdup_printf ("set.top%d", n_top);
      g_autofree float *expected = NULL;

      if (!oto_golden_has (batch->file, name))
        continue;
      expected = oto_golden_dup_float (batch->file, name);
      for (int n = 0; n < batch->n_batch; n++)
        {
          oto_class_selection_of_top (prob + (size_t) n * batch->n_classes, batch->n_classes, n_top,
                                      selected);
          for (int i = 0; i < n_top; i++)
            g_assert_cmpint (selected[i], ==, (int) expected[n * n_top + i]);
        }
      n_checked++;
    }
  g_assert_cmpuint (n_checked, >, 0);
}

/* The other reading of a term, as an option of the system. */
static void
check_option (const Batch *batch,
              const char  *tag,
              const char  *option,
              guint        term,
              const char  *tensor_name)
{
  g_autoptr (OtoModel) model = NULL;
  OtoModelConfig config;
  OtoModelLoss loss;

  fill_ddc_config (batch, tag, &config);
  set_option (&config, option, 1.0);
  model = make_ddc (batch, &config);
  g_assert_true (oto_model_train_step (model, batch->x, batch->y, batch->n_batch, &loss));
  check_term (batch, tensor_name, loss.terms[term]);
}

static void
check_eval (const Batch *batch)
{
  g_autoptr (OtoModel) model = NULL;
  OtoModelConfig config;

  fill_ddc_config (batch, "bce", &config);
  model = make_ddc (batch, &config);
  g_assert_true (oto_model_forward (model, batch->x, batch->n_batch, OTO_MODEL_EVAL,
                                    OTO_MAP_FREQ_ATT));
  check_ddc_maps (model, batch, "eval");
  check_shown_ddc (model, batch);
}

/* The first norm is called as that of the 1-D networks, which stands elsewhere in their files. */
static char *
dup_name_without_trunk (const char *name)
{
  return g_strdup (name + (g_str_has_prefix (name, "trunk.") ? strlen ("trunk.") : 0));
}

static void
test_ddc (const char *path)
{
  g_auto (Batch) batch = { 0 };
  guint n_tags = 0;

  oto_golden_set_name_func (dup_name_without_trunk);
  batch_init (&batch, path);
  check_eval (&batch);
  check_sets (&batch);
  for (guint i = 0; i < oto_safetensors_get_n (batch.file); i++)
    {
      const char *name = oto_safetensors_get (batch.file, i)->name;
      g_autofree char *tag = NULL;

      if (!g_str_has_prefix (name, "loss.") || !g_str_has_suffix (name, ".total"))
        continue;
      tag = g_strndup (name + strlen ("loss."), strlen (name) - strlen ("loss..total"));
      check_tag (&batch, tag);
      n_tags++;
    }
  g_assert_cmpuint (n_tags, ==, 7);

  check_option (&batch, "seg_top3", "pairs", 1, "loss.option.seg_top3_mean_over_pairs_per_clip");
  check_option (&batch, "seg_top3_sil", "silent-set", 2,
                "loss.option.silent_outside_labels_per_clip");
  oto_golden_set_name_func (NULL);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  oto_golden_add ("/golden/masks", "baseline_atrous_*.safetensors", test_atrous);
  oto_golden_add ("/golden/masks", "ddc_fap_*.safetensors", test_ddc);

  return g_test_run ();
}
