/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "nn/oto-two-step.h"
#include "oto-test.h"

#include <math.h>
#include <string.h>

#define N_PARAMS 8               /* in the order of OtoTwoStepParams: weight, bias, weight, … */

/* Stands behind the scratch, where nothing may be written. */
#define UNTOUCHED 12345.f

typedef enum { RELEASED, EQUATIONS, LOCAL } Kind;

/* One clip under one kind of pooling, in float as the kernels have it and in double for the
 * reference. Logits are (K, T, F), for the local pooling (T, F, K). */
typedef struct
{
  Kind kind;
  int n_classes, n_frames, n_mels;
  size_t map_len, row_len;
  size_t param_len[N_PARAMS];

  float *logits, *params[N_PARAMS], *d_clip;
  OtoTwoStepMaps maps;
  float *d_logits, *grads[N_PARAMS];
  float *scratch;
  size_t scratch_len;

  double *logits64, *params64[N_PARAMS];
} Clip;

static float *
dup_random (size_t  n,
            guint64 seed,
            float   size)
{
  float *values = g_new (float, n);

  oto_test_fill (values, n, seed);
  for (size_t i = 0; i < n; i++)
    values[i] *= size;
  return values;
}

static double *
dup_double (const float *values,
            size_t       n)
{
  double *copy = g_new (double, n);

  for (size_t i = 0; i < n; i++)
    copy[i] = values[i];
  return copy;
}

static void
clip_init (Clip *self,
           Kind  kind,
           int   n_classes,
           int   n_frames,
           int   n_mels)
{
  *self = (Clip) { .kind = kind, .n_classes = n_classes, .n_frames = n_frames, .n_mels = n_mels };
  self->row_len = (size_t) n_classes * n_frames;
  self->map_len = self->row_len * n_mels;
  self->logits = dup_random (self->map_len, 71, 3.f);
  self->logits64 = dup_double (self->logits, self->map_len);
  self->d_clip = dup_random (n_classes, 72, 1.f);
  for (int i = 0; i < N_PARAMS; i++)
    {
      const size_t n = kind == LOCAL ? n_classes : i < 4 ? n_mels : n_frames;

      self->param_len[i] = i % 2 == 0 ? n * n : n;
      self->params[i] = dup_random (self->param_len[i], 80 + i, i % 2 == 0 ? 2.f / sqrtf (n) : 1.f);
      self->params64[i] = dup_double (self->params[i], self->param_len[i]);
      self->grads[i] = g_new0 (float, self->param_len[i]);
    }
  self->maps.mel_att = g_new (float, self->map_len);
  self->maps.mel_prob = g_new (float, self->map_len);
  self->maps.mel_x = g_new (float, self->row_len);
  self->maps.time_att = g_new (float, self->row_len);
  self->maps.time_prob = g_new (float, self->row_len);
  self->maps.clip_raw = g_new (float, n_classes);
  self->maps.clip = g_new (float, n_classes);
  self->d_logits = g_new (float, self->map_len);
  self->scratch_len = oto_two_step_get_scratch_len (n_classes, n_frames, n_mels);
  self->scratch = g_new (float, 2 * self->scratch_len);
  for (size_t i = self->scratch_len; i < 2 * self->scratch_len; i++)
    self->scratch[i] = UNTOUCHED;
}

static void
clip_clear (Clip *self)
{
  g_free (self->logits);
  g_free (self->logits64);
  g_free (self->d_clip);
  for (int i = 0; i < N_PARAMS; i++)
    {
      g_free (self->params[i]);
      g_free (self->params64[i]);
      g_free (self->grads[i]);
    }
  g_free (self->maps.mel_att);
  g_free (self->maps.mel_prob);
  g_free (self->maps.mel_x);
  g_free (self->maps.time_att);
  g_free (self->maps.time_prob);
  g_free (self->maps.clip_raw);
  g_free (self->maps.clip);
  g_free (self->d_logits);
  for (size_t i = self->scratch_len; i < 2 * self->scratch_len; i++)
    g_assert_true (self->scratch[i] == UNTOUCHED);
  g_free (self->scratch);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Clip, clip_clear)

static void
clip_forward (Clip *self)
{
  OtoTwoStepParams params;

  memcpy (&params, self->params, sizeof params);
  if (self->kind == LOCAL)
    oto_two_step_local_forward (self->n_classes, self->n_frames, self->n_mels, &params,
                                self->logits, &self->maps, self->scratch);
  else
    oto_two_step_forward (self->kind == RELEASED ? OTO_POOLING_FORM_RELEASED
                                                 : OTO_POOLING_FORM_EQUATIONS,
                          self->n_classes, self->n_frames, self->n_mels, &params,
                          self->logits, &self->maps, self->scratch);
}

static void
clip_backward (Clip *self)
{
  OtoTwoStepParams params;
  OtoTwoStepGrads grads;

  memcpy (&params, self->params, sizeof params);
  memcpy (&grads, self->grads, sizeof grads);
  if (self->kind == LOCAL)
    oto_two_step_local_backward (self->n_classes, self->n_frames, self->n_mels, &params,
                                 self->logits, &self->maps, self->d_clip, self->d_logits, &grads,
                                 self->scratch);
  else
    oto_two_step_backward (self->kind == RELEASED ? OTO_POOLING_FORM_RELEASED
                                                  : OTO_POOLING_FORM_EQUATIONS,
                           self->n_classes, self->n_frames, self->n_mels, &params, self->logits,
                           &self->maps, self->d_clip, self->d_logits, &grads, self->scratch);
}

static double
sigmoid (double x)
{
  return 1.0 / (1.0 + exp (-x));
}

/* One row of a step: y = sum_l att[l] value[l], from the logits of both branches. */
static double
pool_row (gboolean      is_equations,
          const double *att_logits,
          const double *prob_logits,
          int           row_len,
          double       *ret_att,
          double       *ret_prob)
{
  double sum = 0.0, y = 0.0;

  for (int l = 0; l < row_len; l++)
    sum += exp (is_equations ? sigmoid (att_logits[l]) : att_logits[l]);
  for (int l = 0; l < row_len; l++)
    {
      ret_att[l] = exp (is_equations ? sigmoid (att_logits[l]) : att_logits[l]) / sum;
      ret_prob[l] = is_equations ? prob_logits[l] : sigmoid (prob_logits[l]);
      y += ret_att[l] * ret_prob[l];
    }
  return y;
}

/* sum_i w[o,i] x[i stride] + b[o] */
static double
apply_linear (const double *w,
              const double *b,
              int           n_in,
              int           o,
              const double *x,
              size_t        stride)
{
  double sum = b[o];

  for (int i = 0; i < n_in; i++)
    sum += w[(size_t) o * n_in + i] * x[i * stride];
  return sum;
}

/* A step over rows (R, L), whose maps act along L; or, with is_local, over (G, L, K), whose maps
 * act over K. Rows of the result are those of the kernels. */
static void
pool_naive (const Clip    *self,
            int            first_param,
            size_t         n_groups,
            int            row_len,
            const double  *x,
            double        *att,
            double        *prob,
            double        *y)
{
  double *const *p = self->params64 + first_param;
  const int n_classes = self->kind == LOCAL ? self->n_classes : 1;
  g_autofree double *a = g_new (double, row_len), *c = g_new (double, row_len);
  g_autofree double *row_att = g_new (double, row_len), *row_prob = g_new (double, row_len);

  for (size_t g = 0; g < n_groups; g++)
    for (int k = 0; k < n_classes; k++)
      {
        for (int l = 0; l < row_len; l++)
          {
            const double *bin = x + (g * row_len + (self->kind == LOCAL ? l : 0)) * n_classes;
            const int n_in = self->kind == LOCAL ? n_classes : row_len;
            const int o = self->kind == LOCAL ? k : l;

            a[l] = apply_linear (p[0], p[1], n_in, o, bin, 1);
            c[l] = apply_linear (p[2], p[3], n_in, o, bin, 1);
          }
        y[g * n_classes + k] = pool_row (self->kind == EQUATIONS, a, c, row_len, row_att, row_prob);
        for (int l = 0; l < row_len; l++)
          {
            att[(g * row_len + l) * n_classes + k] = row_att[l];
            prob[(g * row_len + l) * n_classes + k] = row_prob[l];
          }
      }
}

typedef struct
{
  double *mel_att, *mel_prob, *mel_x, *time_att, *time_prob, *clip_raw;
} NaiveMaps;

static void
naive_maps_init (NaiveMaps  *self,
                 const Clip *clip)
{
  self->mel_att = g_new (double, clip->map_len);
  self->mel_prob = g_new (double, clip->map_len);
  self->mel_x = g_new (double, clip->row_len);
  self->time_att = g_new (double, clip->row_len);
  self->time_prob = g_new (double, clip->row_len);
  self->clip_raw = g_new (double, clip->n_classes);
}

static void
naive_maps_clear (NaiveMaps *self)
{
  g_free (self->mel_att);
  g_free (self->mel_prob);
  g_free (self->mel_x);
  g_free (self->time_att);
  g_free (self->time_prob);
  g_free (self->clip_raw);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (NaiveMaps, naive_maps_clear)

static void
run_naive (const Clip *clip,
           NaiveMaps  *maps)
{
  const gboolean is_local = clip->kind == LOCAL;

  pool_naive (clip, 0, is_local ? (size_t) clip->n_frames : clip->row_len, clip->n_mels,
              clip->logits64, maps->mel_att, maps->mel_prob, maps->mel_x);
  pool_naive (clip, 4, is_local ? 1 : (size_t) clip->n_classes, clip->n_frames, maps->mel_x,
              maps->time_att, maps->time_prob, maps->clip_raw);
}

/* sum_k d_clip[k] clip[k] in double. */
static double
compute_loss (const Clip *clip,
              NaiveMaps  *maps)
{
  double loss = 0.0;

  run_naive (clip, maps);
  for (int k = 0; k < clip->n_classes; k++)
    loss += clip->d_clip[k] * CLAMP (maps->clip_raw[k], 0.0, 1.0);
  return loss;
}

static void
assert_close (const float  *values,
              const double *expected,
              size_t        n)
{
  double largest = 0.0;

  for (size_t i = 0; i < n; i++)
    largest = MAX (largest, fabs (expected[i]));
  for (size_t i = 0; i < n; i++)
    g_assert_cmpfloat_with_epsilon (values[i], expected[i], 5e-6 * largest);
}

static void
check_forward (Kind kind,
               int  n_classes,
               int  n_frames,
               int  n_mels)
{
  g_auto (Clip) clip = { 0 };
  g_auto (NaiveMaps) maps = { 0 };

  clip_init (&clip, kind, n_classes, n_frames, n_mels);
  naive_maps_init (&maps, &clip);
  clip_forward (&clip);
  run_naive (&clip, &maps);
  assert_close (clip.maps.mel_att, maps.mel_att, clip.map_len);
  assert_close (clip.maps.mel_prob, maps.mel_prob, clip.map_len);
  assert_close (clip.maps.mel_x, maps.mel_x, clip.row_len);
  assert_close (clip.maps.time_att, maps.time_att, clip.row_len);
  assert_close (clip.maps.time_prob, maps.time_prob, clip.row_len);
  assert_close (clip.maps.clip_raw, maps.clip_raw, n_classes);
  for (int k = 0; k < n_classes; k++)
    g_assert_cmpfloat (clip.maps.clip[k], ==, CLAMP (clip.maps.clip_raw[k], 0.f, 1.f));
}

static void
check_gradient (Clip        *clip,
                NaiveMaps   *maps,
                double      *variables,
                const float *gradients,
                size_t       n,
                int          n_checked)
{
  const double h = 1e-5;
  OtoRng rng;

  oto_rng_init (&rng, n);
  for (int i = 0; i < n_checked; i++)
    {
      const size_t pos = oto_rng_below (&rng, n);
      const double value = variables[pos];
      double above, below;

      variables[pos] = value + h;
      above = compute_loss (clip, maps);
      variables[pos] = value - h;
      below = compute_loss (clip, maps);
      variables[pos] = value;
      g_assert_cmpfloat_with_epsilon (gradients[pos], (above - below) / (2.0 * h), 2e-6);
    }
}

static void
check_backward (Kind kind,
                int  n_classes,
                int  n_frames,
                int  n_mels,
                int  n_checked)
{
  g_auto (Clip) clip = { 0 };
  g_auto (NaiveMaps) maps = { 0 };

  clip_init (&clip, kind, n_classes, n_frames, n_mels);
  naive_maps_init (&maps, &clip);
  clip_forward (&clip);
  clip_backward (&clip);
  check_gradient (&clip, &maps, clip.logits64, clip.d_logits, clip.map_len, n_checked);
  for (int i = 0; i < N_PARAMS; i++)
    check_gradient (&clip, &maps, clip.params64[i], clip.grads[i], clip.param_len[i], n_checked);
}

static void
check_kind (Kind kind)
{
  check_forward (kind, 1, 1, 1);
  check_forward (kind, 3, 5, 7);
  check_forward (kind, 17, 33, 16);
  check_backward (kind, 1, 1, 1, 1);
  check_backward (kind, 3, 5, 7, 20);
  check_backward (kind, 5, 18, 16, 20);
}

static void
test_released (void)
{
  check_kind (RELEASED);
}

static void
test_equations (void)
{
  check_kind (EQUATIONS);
}

static void
test_local (void)
{
  check_kind (LOCAL);
}

/* More than a block of rows, and rows longer than a block. */
static void
test_blocks (void)
{
  check_forward (RELEASED, 3, 97, 64);
  check_forward (LOCAL, 5, 97, 64);
  check_backward (RELEASED, 3, 97, 64, 2);
  check_backward (EQUATIONS, 3, 97, 64, 2);
  check_backward (LOCAL, 5, 97, 64, 2);
  check_forward (LOCAL, 4, 3, 5000);
  check_backward (LOCAL, 4, 3, 5000, 2);
}

static void
check_sums_to_one (const float *att,
                   size_t       n_groups,
                   int          row_len,
                   int          n_columns)
{
  for (size_t g = 0; g < n_groups; g++)
    for (int k = 0; k < n_columns; k++)
      {
        double sum = 0.0;

        for (int l = 0; l < row_len; l++)
          sum += att[(g * row_len + l) * n_columns + k];
        g_assert_cmpfloat_with_epsilon (sum, 1.0, 2e-6);
      }
}

static void
test_sums_to_one (void)
{
  for (Kind kind = RELEASED; kind <= LOCAL; kind++)
    {
      g_auto (Clip) clip = { 0 };

      clip_init (&clip, kind, 4, 31, 9);
      for (size_t i = 0; i < clip.map_len; i++)
        clip.logits[i] *= 1000.f;
      clip_forward (&clip);
      check_sums_to_one (clip.maps.mel_att, kind == LOCAL ? 31 : 4 * 31, 9, kind == LOCAL ? 4 : 1);
      check_sums_to_one (clip.maps.time_att, kind == LOCAL ? 1 : 4, 31, kind == LOCAL ? 4 : 1);
      for (int k = 0; k < 4; k++)
        {
          g_assert_cmpfloat (clip.maps.clip[k], >=, 0.f);
          g_assert_cmpfloat (clip.maps.clip[k], <=, 1.f);
        }
    }
}

/* Outside [0, 1] the equations' output is clamped and passes no gradient on. */
static void
test_clamp_stops_gradient (void)
{
  g_auto (Clip) clip = { 0 };

  clip_init (&clip, EQUATIONS, 2, 4, 3);
  for (size_t i = 0; i < clip.param_len[7]; i++)
    clip.params[7][i] = 9.f;
  clip_forward (&clip);
  clip_backward (&clip);
  for (int k = 0; k < 2; k++)
    {
      g_assert_cmpfloat (clip.maps.clip_raw[k], >, 1.f);
      g_assert_cmpfloat (clip.maps.clip[k], ==, 1.f);
    }
  for (size_t i = 0; i < clip.map_len; i++)
    g_assert_cmpfloat (clip.d_logits[i], ==, 0.f);
  for (size_t i = 0; i < clip.param_len[0]; i++)
    g_assert_cmpfloat (clip.grads[0][i], ==, 0.f);
}

static void
test_gradients_are_added (void)
{
  for (Kind kind = RELEASED; kind <= LOCAL; kind++)
    {
      g_auto (Clip) clip = { 0 };
      g_autofree float *once = NULL;
      float *grads[N_PARAMS];

      clip_init (&clip, kind, 3, 6, 5);
      clip_forward (&clip);
      clip_backward (&clip);
      once = g_memdup2 (clip.d_logits, clip.map_len * sizeof (float));
      for (int i = 0; i < N_PARAMS; i++)
        grads[i] = g_memdup2 (clip.grads[i], clip.param_len[i] * sizeof (float));

      /* The gradient of the logits is written, those of the parameters are added to. */
      clip_backward (&clip);
      g_assert_cmpmem (clip.d_logits, clip.map_len * sizeof (float),
                       once, clip.map_len * sizeof (float));
      for (int i = 0; i < N_PARAMS; i++)
        {
          for (size_t j = 0; j < clip.param_len[i]; j++)
            g_assert_cmpfloat_with_epsilon (clip.grads[i][j], 2.f * grads[i][j], 1e-6);
          g_free (grads[i]);
        }
    }
}

/* In the local pooling a place is a place: frames that change places take their maps with them. */
/* Without maps of the first step, and with the gradient in the place of the logits, all is the
 * same to the bit. */
static void
test_first_step_again (void)
{
  for (int kind = 0; kind <= LOCAL; kind++)
    {
      g_auto (Clip) kept = { 0 }, again = { 0 };

      /* More than one block of rows, the last one shorter. */
      clip_init (&kept, (Kind) kind, 3, 151, 67);
      clip_init (&again, (Kind) kind, 3, 151, 67);
      clip_forward (&kept);
      clip_backward (&kept);

      g_clear_pointer (&again.maps.mel_att, g_free);
      g_clear_pointer (&again.maps.mel_prob, g_free);
      g_free (again.d_logits);
      again.d_logits = again.logits;
      clip_forward (&again);
      clip_backward (&again);
      again.d_logits = NULL;

      g_assert_cmpmem (again.maps.clip, 3 * sizeof (float), kept.maps.clip, 3 * sizeof (float));
      g_assert_cmpmem (again.logits, again.map_len * sizeof (float),
                       kept.d_logits, kept.map_len * sizeof (float));
      for (int i = 0; i < N_PARAMS; i++)
        g_assert_cmpmem (again.grads[i], again.param_len[i] * sizeof (float),
                         kept.grads[i], kept.param_len[i] * sizeof (float));
    }
}

static void
test_local_has_no_places (void)
{
  g_auto (Clip) clip = { 0 }, moved = { 0 };
  const size_t frame_len = 4 * 5;

  clip_init (&clip, LOCAL, 4, 6, 5);
  clip_init (&moved, LOCAL, 4, 6, 5);
  for (int t = 0; t < 6; t++)
    memcpy (moved.logits + t * frame_len, clip.logits + (5 - t) * frame_len,
            frame_len * sizeof (float));
  clip_forward (&clip);
  clip_forward (&moved);
  oto_assert_abs_below (moved.maps.clip, clip.maps.clip, 4, 1e-6);
  for (int t = 0; t < 6; t++)
    oto_assert_abs_below (moved.maps.time_att + t * 4, clip.maps.time_att + (5 - t) * 4, 4, 1e-6);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_true (oto_blas_init (NULL));
  g_test_add_func ("/nn/two-step/released/matches-naive", test_released);
  g_test_add_func ("/nn/two-step/equations/matches-naive", test_equations);
  g_test_add_func ("/nn/two-step/local/matches-naive", test_local);
  g_test_add_func ("/nn/two-step/local/has-no-places", test_local_has_no_places);
  g_test_add_func ("/nn/two-step/blocks", test_blocks);
  g_test_add_func ("/nn/two-step/sums-to-one", test_sums_to_one);
  g_test_add_func ("/nn/two-step/clamp-stops-gradient", test_clamp_stops_gradient);
  g_test_add_func ("/nn/two-step/gradients-are-added", test_gradients_are_added);
  g_test_add_func ("/nn/two-step/first-step-again", test_first_step_again);
  return g_test_run ();
}
