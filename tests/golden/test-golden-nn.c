/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "nn/oto-gru.h"
#include "nn/oto-gwrp.h"
#include "nn/oto-loss.h"
#include "nn/oto-two-step.h"
#include "oto-golden.h"
#include "training/oto-adam.h"

#include <string.h>

/* The reference README's limits for float32. */
#define POOLING_LIMIT        5e-6
#define POOLING_GRAD_LIMIT   5e-5
#define LOSS_LIMIT           2e-6
#define LOSS_GRAD_LIMIT      5e-6
#define ADAM_LIMIT           1e-6
#define GRU_LIMIT            5e-5
#define GRU_GRAD_LIMIT       5e-4

static char *
join (const char *prefix,
      const char *name)
{
  return g_strconcat (prefix, name, NULL);
}

static float *
dup_float (OtoSafetensors *file,
           const char     *prefix,
           const char     *name)
{
  g_autofree char *full = join (prefix, name);

  return oto_golden_dup_float (file, full);
}

static void
check (OtoSafetensors *file,
       const char     *prefix,
       const char     *name,
       const float    *values,
       double          limit)
{
  g_autofree char *full = join (prefix, name);

  oto_golden_check_rel (file, full, values, limit);
}

/* Pools every clip of a map (B, K, T, F) and compares with PREFIX.y and, when there is one,
 * PREFIX.d_map. */
static void
check_pooling (OtoSafetensors *file,
               const char     *map_name,
               const char     *prefix,
               double          decay)
{
  const gint64 *shape = oto_golden_find (file, map_name)->shape;
  const size_t n_maps = (size_t) (shape[0] * shape[1]), row_len = (size_t) (shape[2] * shape[3]);
  g_autofree float *map = oto_golden_dup_float (file, map_name);
  g_autofree float *d_y = oto_golden_dup_float (file, "dy");
  g_autofree float *y = g_new (float, n_maps);
  g_autofree float *d_map = g_new0 (float, n_maps * row_len);
  g_autofree guint32 *order = g_new (guint32, n_maps * row_len);
  g_autofree void *scratch = g_malloc (oto_gwrp_get_scratch_bytes (row_len));
  g_autofree char *d_map_name = join (prefix, ".d_map");

  /* The clips of a batch are as good as more classes. */
  oto_gwrp_forward (map, (int) n_maps, row_len, decay, y, order, scratch);
  check (file, prefix, ".y", y, decay == 0.0 ? 0.0 : POOLING_LIMIT);

  if (!oto_golden_has (file, d_map_name))
    return;
  oto_gwrp_backward (d_y, order, (int) n_maps, row_len, decay, d_map, scratch);
  check (file, prefix, ".d_map", d_map, decay == 0.0 ? 0.0 : POOLING_GRAD_LIMIT);
}

/* "gmp.y", "gap.y" and "gwrp_DECAY.y", plain or after "tie.". Returns whether the name is one of
 * them. */
static gboolean
check_pooling_of_name (OtoSafetensors *file,
                       const char     *name)
{
  const gboolean is_tie = g_str_has_prefix (name, "tie.");
  const char *method = is_tie ? name + strlen ("tie.") : name;
  g_autofree char *prefix = NULL;
  double decay;

  if (!g_str_has_suffix (name, ".y"))
    return FALSE;

  if (g_str_equal (method, "gmp.y"))
    decay = 0.0;
  else if (g_str_equal (method, "gap.y"))
    decay = 1.0;
  else if (g_str_has_prefix (method, "gwrp_"))
    decay = g_ascii_strtod (method + strlen ("gwrp_"), NULL);
  else
    return FALSE;

  prefix = g_strndup (name, strlen (name) - strlen (".y"));
  check_pooling (file, is_tie ? "tie.map" : "map", prefix, decay);
  return TRUE;
}

/* The maps and gradients of a batch under two-step attention. */
typedef struct
{
  int n_batch, n_classes, n_frames, n_mels;
  size_t map_len, row_len;               /* of a clip: K T F, K T */
  float *logits, *d_y, *d_logits;
  float *mel_att, *mel_prob, *mel_x, *time_att, *time_prob, *clip_raw, *clip;
  float *params[8], *grads[8];           /* in the order of OtoTwoStepParams */
  float *scratch;
} TwoStep;

/* The README's names of the parameters. */
static const char *const param_names[8] = {
  "mel_att.weight", "mel_att.bias", "mel_prob.weight", "mel_prob.bias",
  "time_att.weight", "time_att.bias", "time_prob.weight", "time_prob.bias",
};

static void
two_step_init (TwoStep        *self,
               OtoSafetensors *file,
               const char     *logits_name,
               const char     *param_prefix)
{
  const gint64 *shape = oto_golden_find (file, logits_name)->shape;
  size_t n;

  self->n_batch = (int) shape[0];
  self->n_classes = (int) shape[1];
  self->n_frames = (int) shape[2];
  self->n_mels = (int) shape[3];
  self->row_len = (size_t) self->n_classes * self->n_frames;
  self->map_len = self->row_len * self->n_mels;
  self->logits = oto_golden_dup_float (file, logits_name);
  self->d_y = oto_golden_dup_float (file, "dy");

  n = (size_t) self->n_batch;
  self->d_logits = g_new0 (float, n * self->map_len);
  self->mel_att = g_new0 (float, n * self->map_len);
  self->mel_prob = g_new0 (float, n * self->map_len);
  self->mel_x = g_new0 (float, n * self->row_len);
  self->time_att = g_new0 (float, n * self->row_len);
  self->time_prob = g_new0 (float, n * self->row_len);
  self->clip_raw = g_new0 (float, n * self->n_classes);
  self->clip = g_new0 (float, n * self->n_classes);
  for (int i = 0; i < 8; i++)
    {
      g_autofree char *name = join (param_prefix, param_names[i]);

      self->params[i] = oto_golden_dup_float (file, name);
      self->grads[i] = g_new0 (float, oto_golden_find (file, name)->len);
    }
  self->scratch = g_new (float, oto_two_step_get_scratch_len (self->n_classes, self->n_frames,
                                                              self->n_mels));
}

static void
two_step_clear (TwoStep *self)
{
  g_free (self->logits);
  g_free (self->d_y);
  g_free (self->d_logits);
  g_free (self->mel_att);
  g_free (self->mel_prob);
  g_free (self->mel_x);
  g_free (self->time_att);
  g_free (self->time_prob);
  g_free (self->clip_raw);
  g_free (self->clip);
  for (int i = 0; i < 8; i++)
    {
      g_free (self->params[i]);
      g_free (self->grads[i]);
    }
  g_free (self->scratch);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TwoStep, two_step_clear)

/* Exchanges the first axis of a clip's map with the others: (R, C) to (C, R). */
static void
transpose (float  *values,
           size_t  n_rows,
           size_t  n_columns)
{
  g_autofree float *copy = g_memdup2 (values, n_rows * n_columns * sizeof *values);

  for (size_t r = 0; r < n_rows; r++)
    for (size_t c = 0; c < n_columns; c++)
      values[c * n_rows + r] = copy[r * n_columns + c];
}

/* Runs clip @n forward and backward; the local pooling takes and gives channels-last maps. */
static void
two_step_run (TwoStep        *self,
              gboolean        is_local,
              OtoPoolingForm  form,
              int             n)
{
  const int k = self->n_classes, t = self->n_frames, f = self->n_mels;
  const size_t map = n * self->map_len, row = n * self->row_len, clip = (size_t) n * k;
  const OtoTwoStepMaps maps = {
    self->mel_att + map, self->mel_prob + map, self->mel_x + row, self->time_att + row,
    self->time_prob + row, self->clip_raw + clip, self->clip + clip,
  };
  OtoTwoStepParams params;
  OtoTwoStepGrads grads;

  memcpy (&params, self->params, sizeof params);
  memcpy (&grads, self->grads, sizeof grads);

  if (!is_local)
    {
      oto_two_step_forward (form, k, t, f, &params, self->logits + map, &maps, self->scratch);
      oto_two_step_backward (form, k, t, f, &params, self->logits + map, &maps, self->d_y + clip,
                             self->d_logits + map, &grads, self->scratch);
      return;
    }

  transpose (self->logits + map, k, (size_t) t * f);
  oto_two_step_local_forward (k, t, f, &params, self->logits + map, &maps, self->scratch);
  oto_two_step_local_backward (k, t, f, &params, self->logits + map, &maps, self->d_y + clip,
                               self->d_logits + map, &grads, self->scratch);
  transpose (self->d_logits + map, (size_t) t * f, k);
  transpose (maps.mel_att, (size_t) t * f, k);
  transpose (maps.mel_prob, (size_t) t * f, k);
  transpose (maps.mel_x, t, k);
  transpose (maps.time_att, t, k);
  transpose (maps.time_prob, t, k);
}

static void
two_step_check (const TwoStep  *self,
                OtoSafetensors *file,
                const char     *prefix,
                gboolean        is_local)
{
  check (file, prefix, "mel_attw", self->mel_att, POOLING_LIMIT);
  check (file, prefix, "mel_probs", self->mel_prob, POOLING_LIMIT);
  check (file, prefix, "mel_x", self->mel_x, POOLING_LIMIT);
  check (file, prefix, "time_attw", self->time_att, POOLING_LIMIT);
  check (file, prefix, "time_probs", self->time_prob, POOLING_LIMIT);
  if (!is_local)
    check (file, prefix, "time_x_unclamped", self->clip_raw, POOLING_LIMIT);
  check (file, prefix, "time_x", self->clip, POOLING_LIMIT);
  check (file, prefix, "d_class_x", self->d_logits, POOLING_GRAD_LIMIT);
  for (int i = 0; i < 8; i++)
    {
      g_autofree char *name = g_strconcat (prefix, "d_", param_names[i], NULL);

      /* The local pooling's attention biases cancel: their gradients are zero, and the reference
       * holds the rounding of its sums. */
      if (is_local && g_str_has_suffix (name, "att.bias"))
        oto_golden_check_abs (file, name, self->grads[i], 1e-9);
      else
        oto_golden_check_rel (file, name, self->grads[i], POOLING_GRAD_LIMIT);
    }
}

static void
check_two_step (OtoSafetensors *file,
                const char     *logits_name,
                const char     *param_prefix,
                const char     *prefix,
                gboolean        is_local,
                OtoPoolingForm  form)
{
  g_auto (TwoStep) self = { 0 };

  two_step_init (&self, file, logits_name, param_prefix);
  for (int n = 0; n < self.n_batch; n++)
    two_step_run (&self, is_local, form, n);
  two_step_check (&self, file, prefix, is_local);
}

static void
test_pooling (const char *path)
{
  g_autoptr (OtoSafetensors) file = oto_golden_load (path);
  guint n_checked = 0;

  g_assert_true (oto_blas_init (NULL));

  if (oto_golden_has (file, "param.mel_att.weight"))
    {
      check_two_step (file, "class_x", "param.", "", TRUE, OTO_POOLING_FORM_RELEASED);
      return;
    }

  for (guint i = 0; i < oto_safetensors_get_n (file); i++)
    n_checked += check_pooling_of_name (file, oto_safetensors_get (file, i)->name);
  g_assert_cmpuint (n_checked, >, 0);

  check_two_step (file, "twostep.class_x", "twostep.", "twostep.released.", FALSE,
                  OTO_POOLING_FORM_RELEASED);
  check_two_step (file, "twostep.class_x", "twostep.", "twostep.equations.", FALSE,
                  OTO_POOLING_FORM_EQUATIONS);
}

static void
check_bce (OtoSafetensors *file)
{
  const size_t n = (size_t) oto_golden_find (file, "bce.p")->len;
  g_autofree float *p = oto_golden_dup_float (file, "bce.p");
  g_autofree float *y = oto_golden_dup_float (file, "bce.y");
  g_autofree float *each = g_new (float, n);
  g_autofree float *d_p = g_new (float, n);
  float mean = (float) oto_loss_bce_forward (p, y, n, (double) n);

  for (size_t i = 0; i < n; i++)
    each[i] = (float) oto_loss_bce_forward (p + i, y + i, 1, 1.0);
  oto_loss_bce_backward (p, y, n, (double) n, d_p);

  check (file, "bce.", "elementwise", each, LOSS_LIMIT);
  check (file, "bce.", "mean", &mean, LOSS_LIMIT);
  check (file, "bce.", "d_p", d_p, LOSS_GRAD_LIMIT);
}

/* Runs the steps of PREFIX.grads (steps, n). */
static void
check_adam (OtoSafetensors *file,
            const char     *prefix,
            double          lr,
            double          weight_decay)
{
  g_autofree char *grads_name = join (prefix, ".grads");
  const size_t n_steps = (size_t) oto_golden_dim (file, grads_name, 0);
  const size_t n = (size_t) oto_golden_dim (file, grads_name, 1);
  g_autofree char *m_name = g_strdup_printf (".m_after%zu", n_steps);
  g_autofree char *v_name = g_strdup_printf (".v_after%zu", n_steps);
  g_autofree float *start = dup_float (file, prefix, ".p0");
  g_autofree float *params = dup_float (file, prefix, ".p0");
  g_autofree float *grads = dup_float (file, prefix, ".grads");
  g_autofree float *after = g_new (float, n_steps * n);
  g_auto (OtoAdam) adam = { 0 };

  g_assert_true (oto_adam_init (&adam, n, lr, NULL));
  adam.weight_decay = weight_decay;
  for (size_t step = 0; step < n_steps; step++)
    {
      oto_adam_begin_step (&adam);
      oto_adam_step_range (&adam, grads + step * n, 0, n, params);
      memcpy (after + step * n, params, n * sizeof *params);
    }

  check (file, prefix, ".p_after", after, ADAM_LIMIT);
  check (file, prefix, m_name, adam.m, ADAM_LIMIT);
  check (file, prefix, v_name, adam.v, ADAM_LIMIT);

  for (size_t i = 0; i < n && weight_decay == 0.0; i++)
    {
      gboolean has_gradient = FALSE;

      for (size_t step = 0; step < n_steps; step++)
        has_gradient |= grads[step * n + i] != 0.f;
      if (!has_gradient)
        g_assert_cmpmem (params + i, sizeof *params, start + i, sizeof *start);
    }
}

static void
test_losses (const char *path)
{
  g_autoptr (OtoSafetensors) file = oto_golden_load (path);

  check_bce (file);
  check_adam (file, "adam", 1e-3, 0.0);
  check_adam (file, "adam_wd", 2e-3, 0.01);
}

/* A bidirectional layer, as the README names it. */
typedef struct
{
  const char *name;
  OtoGruKind  kind;
  const char *params[4];         /* in the order of OtoGruParams */
  const char *directions[2];     /* forward, backward; %s is the parameter */
} GruVariant;

static const GruVariant gru_variants[] = {
  { "keras_linear", OTO_GRU_KIND_KERAS_LINEAR, { "W", "U", "b" }, { "fwd.%s", "bwd.%s" } },
  { "keras_sigmoid", OTO_GRU_KIND_KERAS_SIGMOID, { "W", "U", "b" }, { "fwd.%s", "bwd.%s" } },
  { "keras_tanh", OTO_GRU_KIND_KERAS_TANH, { "W", "U", "b" }, { "fwd.%s", "bwd.%s" } },
  { "torch", OTO_GRU_KIND_TORCH, { "weight_ih", "weight_hh", "bias_ih", "bias_hh" },
    { "%s_l0", "%s_l0_reverse" } },
};

/* "GROUP.VARIANT.DIRECTION" of parameter i, or NULL where the variant has none. */
static char *
name_gru_param (const GruVariant *variant,
                const char       *group,
                gboolean          is_reverse,
                int               i)
{
  g_auto (GStrv) around = g_strsplit (variant->directions[is_reverse], "%s", 2);

  if (variant->params[i] == NULL)
    return NULL;
  return g_strconcat (group, ".", variant->name, ".", around[0], variant->params[i], around[1],
                      NULL);
}

/* Runs one direction, compares the gradients of its parameters, writes its half of y (N, T, 2 u)
 * and adds to d_x. */
static void
check_gru_direction (OtoSafetensors   *file,
                     const GruVariant *variant,
                     gboolean          is_reverse,
                     const float      *x,
                     const float      *d_y,
                     float            *y,
                     float            *d_x)
{
  const int n = (int) oto_golden_dim (file, "x", 0), t = (int) oto_golden_dim (file, "x", 1);
  const int u = (int) oto_golden_dim (file, "dy", 2) / 2;
  const OtoGruConfig config = {
    variant->kind, is_reverse, (int) oto_golden_dim (file, "x", 2), u,
  };
  g_autofree float *prepared = g_new (float, oto_gru_get_prepared_len (&config, TRUE));
  g_autofree float *kept = g_new (float, oto_gru_get_kept_len (&config, n, t));
  g_autofree float *scratch = g_new (float, oto_gru_get_scratch_len (&config, n, t, TRUE));
  float *values[4] = { NULL }, *grads[4] = { NULL };
  const int half = is_reverse ? u : 0;
  OtoGruParams params;
  OtoGruGrads d_params;

  for (int i = 0; i < 4; i++)
    {
      g_autofree char *name = name_gru_param (variant, "param", is_reverse, i);

      if (name == NULL)
        continue;
      values[i] = oto_golden_dup_float (file, name);
      grads[i] = g_new0 (float, oto_golden_find (file, name)->len);
    }
  params = (OtoGruParams) { values[0], values[1], values[2], values[3] };
  d_params = (OtoGruGrads) { grads[0], grads[1], grads[2], grads[3] };

  oto_gru_prepare (&config, &params, TRUE, prepared);
  oto_gru_forward (&config, prepared, n, t, x, y + half, 2 * u, kept, scratch);
  oto_gru_backward (&config, &params, prepared, n, t, x, y + half, 2 * u, d_y + half, 2 * u, kept,
                    is_reverse, d_x, &d_params, scratch);

  for (int i = 0; i < 4; i++)
    {
      g_autofree char *name = name_gru_param (variant, "grad", is_reverse, i);

      if (name != NULL)
        oto_golden_check_rel (file, name, grads[i], GRU_GRAD_LIMIT);
      g_free (values[i]);
      g_free (grads[i]);
    }
}

static void
check_gru (OtoSafetensors   *file,
           const GruVariant *variant)
{
  g_autofree float *x = oto_golden_dup_float (file, "x");
  g_autofree float *d_y = oto_golden_dup_float (file, "dy");
  g_autofree float *y = g_new0 (float, oto_golden_find (file, "dy")->len);
  g_autofree float *d_x = g_new (float, oto_golden_find (file, "x")->len);
  g_autofree char *y_name = g_strconcat ("train.", variant->name, ".y", NULL);
  g_autofree char *d_x_name = g_strconcat ("grad.", variant->name, ".x", NULL);

  for (int is_reverse = 0; is_reverse < 2; is_reverse++)
    check_gru_direction (file, variant, is_reverse, x, d_y, y, d_x);
  oto_golden_check_rel (file, y_name, y, GRU_LIMIT);
  oto_golden_check_rel (file, d_x_name, d_x, GRU_GRAD_LIMIT);
}

static void
test_gru (const char *path)
{
  g_autoptr (OtoSafetensors) file = oto_golden_load (path);
  guint n_outputs = 0;

  g_assert_true (oto_blas_init (NULL));
  for (guint i = 0; i < G_N_ELEMENTS (gru_variants); i++)
    check_gru (file, &gru_variants[i]);

  /* No variant of the file is left out. */
  for (guint i = 0; i < oto_safetensors_get_n (file); i++)
    n_outputs += g_str_has_prefix (oto_safetensors_get (file, i)->name, "train.");
  g_assert_cmpuint (n_outputs, ==, G_N_ELEMENTS (gru_variants));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  oto_golden_add ("/golden/nn", "pooling*.safetensors", test_pooling);
  oto_golden_add ("/golden/nn", "losses*.safetensors", test_losses);
  oto_golden_add ("/golden/nn", "gru*.safetensors", test_gru);
  return g_test_run ();
}
