/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "nn/oto-fap.h"
#include "oto-test.h"

#include <math.h>

#define N_FORMS 3

static const struct
{
  int n_frames, n_mels, n_classes;
} sizes[] = { { 1, 1, 1 }, { 5, 3, 2 }, { 7, 5, 3 }, { 3, 2, 67 }, { 9, 1, 4 }, { 1, 6, 5 } };

typedef struct
{
  OtoFapShape shape;
  size_t masks_len, w_len, frames_len, alpha_len;
  float *masks, *alpha, *w, *d_clip, *d_frames, *d_masks, *d_alpha, *d_w, *scratch;
  OtoFapMaps maps;
} Fap;

static void
fap_init (Fap       *self,
          int        n_frames,
          int        n_mels,
          int        n_classes,
          OtoFapForm form)
{
  *self = (Fap) { .shape = { n_frames, n_mels, n_classes, form } };
  self->w_len = (size_t) n_mels * n_classes;
  self->masks_len = n_frames * self->w_len;
  self->frames_len = (size_t) n_frames * n_classes;
  self->alpha_len = oto_fap_get_n_pooled (&self->shape);
  self->masks = g_new (float, self->masks_len);
  self->alpha = g_new (float, self->alpha_len);
  self->w = g_new (float, self->w_len);
  self->d_clip = g_new (float, n_classes);
  self->d_frames = g_new (float, self->frames_len);
  self->d_masks = g_new (float, self->masks_len);
  self->d_alpha = g_new0 (float, self->alpha_len);
  self->d_w = g_new0 (float, self->w_len);
  self->scratch = g_new (float, oto_fap_get_scratch_len (&self->shape));
  self->maps.weights = g_new (float, self->w_len);
  self->maps.frames = g_new (float, self->frames_len);
  self->maps.bands = g_new (float, self->w_len);
  self->maps.peak = g_new (float, self->alpha_len);
  self->maps.inv_sum = g_new (float, self->alpha_len);
  self->maps.clip = g_new (float, n_classes);

  oto_test_fill (self->masks, self->masks_len, 81);
  oto_test_fill (self->alpha, self->alpha_len, 82);
  oto_test_fill (self->w, self->w_len, 83);
  oto_test_fill (self->d_clip, n_classes, 84);
  oto_test_fill (self->d_frames, self->frames_len, 85);
  oto_test_fill (self->scratch, oto_fap_get_scratch_len (&self->shape), 86);
  oto_test_fill (self->d_masks, self->masks_len, 87);
  for (size_t i = 0; i < self->masks_len; i++)
    self->masks[i] = 0.5f + 0.49f * self->masks[i];
  for (size_t i = 0; i < self->alpha_len; i++)
    self->alpha[i] *= 6.f;
}

static void
fap_clear (Fap *self)
{
  g_free (self->masks);
  g_free (self->alpha);
  g_free (self->w);
  g_free (self->d_clip);
  g_free (self->d_frames);
  g_free (self->d_masks);
  g_free (self->d_alpha);
  g_free (self->d_w);
  g_free (self->scratch);
  g_free (self->maps.weights);
  g_free (self->maps.frames);
  g_free (self->maps.bands);
  g_free (self->maps.peak);
  g_free (self->maps.inv_sum);
  g_free (self->maps.clip);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Fap, fap_clear)

static void
fap_forward (Fap *self)
{
  oto_fap_forward (&self->shape, self->masks, self->alpha, self->w, &self->maps, self->scratch);
}

static void
fap_backward (Fap      *self,
              gboolean  has_d_frames,
              gboolean  is_added)
{
  oto_fap_backward (&self->shape, self->masks, self->alpha, &self->maps, self->d_clip,
                    has_d_frames ? self->d_frames : NULL, is_added, self->d_masks, self->d_alpha,
                    self->d_w, self->scratch);
}

/* A number of the inputs that the naive loops see moved. */
typedef struct
{
  const float *moved;
  double step;
} Move;

static double
read_naive (const float *value,
            Move         move)
{
  return *value + (value == move.moved ? move.step : 0.0);
}

static double
weight_naive (const Fap *self,
              int        k,
              int        f,
              Move       move)
{
  const float *w = self->w + (size_t) k * self->shape.n_mels;
  double sum = 0.0;

  if (self->shape.form == OTO_FAP_FORM_FREE)
    return read_naive (&w[f], move);
  for (int i = 0; i < self->shape.n_mels; i++)
    sum += exp (read_naive (&w[i], move));
  return exp (read_naive (&w[f], move)) / sum;
}

static double
mask_naive (const Fap *self,
            int        k,
            int        t,
            int        f,
            Move       move)
{
  const OtoFapShape *shape = &self->shape;

  return read_naive (&self->masks[((size_t) t * shape->n_mels + f) * shape->n_classes + k], move);
}

static double
frame_naive (const Fap *self,
             int        k,
             int        t,
             Move       move)
{
  double sum = 0.0;

  for (int f = 0; f < self->shape.n_mels; f++)
    sum += weight_naive (self, k, f, move) * mask_naive (self, k, t, f, move);
  return sum;
}

/* Auto-pooling of a bin's mask, or with @f < 0 of the frame scores. */
static double
pool_naive (const Fap *self,
            int        k,
            int        f,
            Move       move)
{
  const float *alpha = f < 0 ? &self->alpha[k] : &self->alpha[(size_t) k * self->shape.n_mels + f];
  double sum = 0.0, weight_sum = 0.0;

  for (int t = 0; t < self->shape.n_frames; t++)
    {
      const double x = f < 0 ? frame_naive (self, k, t, move) : mask_naive (self, k, t, f, move);
      const double weight = exp (read_naive (alpha, move) * x);

      sum += weight * x;
      weight_sum += weight;
    }
  return sum / weight_sum;
}

static double
clip_naive (const Fap *self,
            int        k,
            Move       move)
{
  double sum = 0.0;

  if (self->shape.form != OTO_FAP_FORM_BANDS)
    return pool_naive (self, k, -1, move);
  for (int f = 0; f < self->shape.n_mels; f++)
    sum += weight_naive (self, k, f, move) * pool_naive (self, k, f, move);
  return sum;
}

/* What the numbers of class @k contribute to sum d_clip clip + sum d_frames frames. */
static double
get_loss (const Fap *self,
          int        k,
          gboolean   has_d_frames,
          Move       move)
{
  double loss = self->d_clip[k] * clip_naive (self, k, move);

  for (int t = 0; has_d_frames && t < self->shape.n_frames; t++)
    loss += self->d_frames[(size_t) t * self->shape.n_classes + k]
            * frame_naive (self, k, t, move);
  return loss;
}

static void
check_slopes (const Fap   *self,
              gboolean     has_d_frames,
              const float *values,
              const float *d_values,
              size_t       n,
              gboolean     is_class_first)
{
  const double step = 1e-6;
  const size_t n_each = n / self->shape.n_classes;

  for (size_t i = 0; i < n; i++)
    {
      const int k = (int) (is_class_first ? i / n_each : i % self->shape.n_classes);
      const double above = get_loss (self, k, has_d_frames, (Move) { &values[i], step });
      const double below = get_loss (self, k, has_d_frames, (Move) { &values[i], -step });

      g_assert_cmpfloat_with_epsilon (d_values[i], (above - below) / (2.0 * step), 3e-6);
    }
}

static void
test_forward_matches_naive (void)
{
  const Move none = { NULL, 0.0 };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    for (int form = 0; form < N_FORMS; form++)
      {
        const int n_classes = sizes[i].n_classes;
        g_auto (Fap) fap = { 0 };

        fap_init (&fap, sizes[i].n_frames, sizes[i].n_mels, n_classes, form);
        fap_forward (&fap);
        for (int k = 0; k < n_classes; k++)
          {
            g_assert_cmpfloat_with_epsilon (fap.maps.clip[k], clip_naive (&fap, k, none), 2e-6);
            for (int t = 0; t < sizes[i].n_frames; t++)
              g_assert_cmpfloat_with_epsilon (fap.maps.frames[t * n_classes + k],
                                              frame_naive (&fap, k, t, none), 1e-6);
            for (int f = 0; f < sizes[i].n_mels; f++)
              {
                g_assert_cmpfloat_with_epsilon (fap.maps.weights[f * n_classes + k],
                                                weight_naive (&fap, k, f, none), 1e-6);
                if (form == OTO_FAP_FORM_BANDS)
                  g_assert_cmpfloat_with_epsilon (fap.maps.bands[f * n_classes + k],
                                                  pool_naive (&fap, k, f, none), 1e-6);
              }
          }
      }
}

static void
test_backward_matches_differences (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    for (int form = 0; form < N_FORMS; form++)
      for (int has_d_frames = 0; has_d_frames < 2; has_d_frames++)
        {
          g_auto (Fap) fap = { 0 };

          fap_init (&fap, sizes[i].n_frames, sizes[i].n_mels, sizes[i].n_classes, form);
          fap_forward (&fap);
          fap_backward (&fap, has_d_frames, FALSE);
          check_slopes (&fap, has_d_frames, fap.masks, fap.d_masks, fap.masks_len, FALSE);
          check_slopes (&fap, has_d_frames, fap.alpha, fap.d_alpha, fap.alpha_len, TRUE);
          check_slopes (&fap, has_d_frames, fap.w, fap.d_w, fap.w_len, TRUE);
        }
}

/* Parameters' gradients are added up over clips; that of the masks is, if asked to be. */
static void
test_backward_adds (void)
{
  for (int form = 0; form < N_FORMS; form++)
    {
      g_auto (Fap) fap = { 0 };
      g_autofree float *d_alpha = NULL, *d_w = NULL, *d_masks = NULL;

      fap_init (&fap, 7, 5, 3, form);
      fap_forward (&fap);
      fap_backward (&fap, TRUE, FALSE);
      d_masks = g_memdup2 (fap.d_masks, fap.masks_len * sizeof (float));
      d_alpha = g_memdup2 (fap.d_alpha, fap.alpha_len * sizeof (float));
      d_w = g_memdup2 (fap.d_w, fap.w_len * sizeof (float));
      fap_backward (&fap, TRUE, TRUE);
      for (size_t i = 0; i < fap.masks_len; i++)
        g_assert_cmpfloat_with_epsilon (fap.d_masks[i], 2.f * d_masks[i], 1e-7);
      for (size_t i = 0; i < fap.alpha_len; i++)
        g_assert_cmpfloat (fap.d_alpha[i], ==, 2.f * d_alpha[i]);
      for (size_t i = 0; i < fap.w_len; i++)
        g_assert_cmpfloat (fap.d_w[i], ==, 2.f * d_w[i]);
    }
}

/* With alphas of 0 the three forms are the weighed mean, the first and the last of them the same;
 * even weights, as at the start of training, make them the mean of the mask. */
static void
test_start_is_the_mean (void)
{
  for (int form = 0; form < N_FORMS; form++)
    {
      g_auto (Fap) fap = { 0 };

      fap_init (&fap, 9, 7, 3, form);
      for (size_t i = 0; i < fap.alpha_len; i++)
        fap.alpha[i] = 0.f;
      for (size_t i = 0; i < fap.w_len; i++)
        fap.w[i] = form == OTO_FAP_FORM_FREE ? 1.f / 7.f : 0.f;
      fap_forward (&fap);
      for (int k = 0; k < 3; k++)
        {
          double mean = 0.0;

          for (size_t i = k; i < fap.masks_len; i += 3)
            mean += fap.masks[i] / (9.0 * 7.0);
          g_assert_cmpfloat_with_epsilon (fap.maps.clip[k], mean, 1e-6);
        }
    }
}

/* It sums to one over time, and a frame's weight is that of its naive formula. */
static void
test_time_att (void)
{
  for (int form = 0; form < N_FORMS; form++)
    {
      const Move none = { NULL, 0.0 };
      const int n_frames = 7, n_mels = 5, n_classes = 3;
      g_auto (Fap) fap = { 0 };
      g_autofree float *time_att = g_new (float, n_frames * n_classes);

      fap_init (&fap, n_frames, n_mels, n_classes, form);
      fap_forward (&fap);
      oto_fap_fill_time_att (&fap.shape, fap.masks, fap.alpha, &fap.maps, time_att, fap.scratch);
      for (int k = 0; k < n_classes; k++)
        {
          double sum = 0.0, first = 0.0;

          for (int t = 0; t < n_frames; t++)
            sum += time_att[t * n_classes + k];
          g_assert_cmpfloat_with_epsilon (sum, 1.0, 1e-6);

          for (int f = 0; f < (form == OTO_FAP_FORM_BANDS ? n_mels : 1); f++)
            {
              const gboolean is_band = form == OTO_FAP_FORM_BANDS;
              const double alpha = fap.alpha[is_band ? k * n_mels + f : k];
              const double share = is_band ? weight_naive (&fap, k, f, none) : 1.0;
              double weight_sum = 0.0, weight = 0.0;

              for (int t = n_frames - 1; t >= 0; t--)
                {
                  weight = exp (alpha * (is_band ? mask_naive (&fap, k, t, f, none)
                                                 : frame_naive (&fap, k, t, none)));
                  weight_sum += weight;
                }
              first += share * weight / weight_sum;
            }
          g_assert_cmpfloat_with_epsilon (time_att[k], first, 1e-6);
        }
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/nn/fap/forward/matches-naive", test_forward_matches_naive);
  g_test_add_func ("/nn/fap/backward/matches-differences", test_backward_matches_differences);
  g_test_add_func ("/nn/fap/backward/adds", test_backward_adds);
  g_test_add_func ("/nn/fap/start-is-the-mean", test_start_is_the_mean);
  g_test_add_func ("/nn/fap/time-att", test_time_att);
  return g_test_run ();
}
