/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "nn/oto-att2d.h"
#include "oto-test.h"

#include <math.h>

#define N_FORMS 3

static const struct
{
  int n_frames, n_mels, n_classes;
} sizes[] = { { 1, 1, 1 }, { 5, 3, 2 }, { 3, 5, 7 }, { 1, 2, 67 }, { 7, 1, 16 }, { 1, 3, 41 } };

typedef struct
{
  OtoAtt2dShape shape;
  size_t n_bins, len;
  float *att_logits, *cla_logits, *d_clip, *d_att, *d_cla, *scratch;
  OtoAtt2dMaps maps;
} Pool;

/* Attention logits from -4 to 4, of which some are clamped on either side. */
static void
pool_init (Pool        *self,
           int          n_frames,
           int          n_mels,
           int          n_classes,
           OtoAtt2dForm form,
           gboolean     has_offset)
{
  *self = (Pool) { .shape = { n_frames, n_mels, n_classes, form, has_offset } };
  self->n_bins = (size_t) n_frames * n_mels;
  self->len = self->n_bins * n_classes;
  self->att_logits = g_new (float, self->len);
  self->cla_logits = g_new (float, self->len);
  self->d_clip = g_new (float, n_classes);
  self->d_att = g_new (float, self->len);
  self->d_cla = g_new (float, self->len);
  self->scratch = g_new (float, n_classes);
  self->maps.att = g_new (float, self->len);
  self->maps.cla = g_new (float, self->len);
  self->maps.att_sum = g_new (float, n_classes);
  self->maps.score = g_new (float, n_classes);
  self->maps.clip = g_new (float, n_classes);

  oto_test_fill (self->att_logits, self->len, 91);
  oto_test_fill (self->cla_logits, self->len, 92);
  oto_test_fill (self->d_clip, n_classes, 93);
  oto_test_fill (self->d_att, self->len, 94);
  oto_test_fill (self->d_cla, self->len, 95);
  for (size_t i = 0; i < self->len; i++)
    {
      self->att_logits[i] *= 4.f;
      self->cla_logits[i] *= 3.f;
    }
}

static void
pool_clear (Pool *self)
{
  g_free (self->att_logits);
  g_free (self->cla_logits);
  g_free (self->d_clip);
  g_free (self->d_att);
  g_free (self->d_cla);
  g_free (self->scratch);
  g_free (self->maps.att);
  g_free (self->maps.cla);
  g_free (self->maps.att_sum);
  g_free (self->maps.score);
  g_free (self->maps.clip);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Pool, pool_clear)

static void
pool_forward (Pool *self)
{
  oto_att2d_forward (&self->shape, self->att_logits, self->cla_logits, &self->maps);
}

static void
pool_backward (Pool *self)
{
  oto_att2d_backward (&self->shape, &self->maps, self->d_clip, self->d_att, self->d_cla,
                      self->scratch);
}

/* A logit that the naive loops see moved. */
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
att_naive (const Pool *self,
           size_t      bin,
           int         k,
           Move        move)
{
  const double logit = read_naive (&self->att_logits[bin * self->shape.n_classes + k], move);
  const double att = 1.0 / (1.0 + exp (-logit)) + (self->shape.has_offset ? 0.1 : 0.0);

  return CLAMP (att, 0.1, 0.9);
}

/* The probability of a class in a bin. */
static double
prob_naive (const Pool *self,
            size_t      bin,
            int         k,
            Move        move)
{
  const float *row = self->cla_logits + bin * self->shape.n_classes;
  double sum = 0.0;

  if (self->shape.form == OTO_ATT2D_SIGMOID)
    return 1.0 / (1.0 + exp (-read_naive (&row[k], move)));
  for (int i = 0; i < self->shape.n_classes; i++)
    sum += exp (read_naive (&row[i], move));
  return exp (read_naive (&row[k], move)) / sum;
}

static double
clip_naive (const Pool *self,
            int         k,
            Move        move)
{
  const gboolean is_log = self->shape.form == OTO_ATT2D_LOG_SOFTMAX;
  double att_sum = 0.0, sum = 0.0;

  for (size_t bin = 0; bin < self->n_bins; bin++)
    {
      const double att = att_naive (self, bin, k, move), prob = prob_naive (self, bin, k, move);

      att_sum += att;
      sum += att * (is_log ? log (prob) : prob);
    }
  return is_log ? 1.0 / (1.0 + exp (-sum / att_sum)) : sum / att_sum;
}

static double
get_loss (const Pool *self,
          Move        move)
{
  double loss = 0.0;

  for (int k = 0; k < self->shape.n_classes; k++)
    loss += self->d_clip[k] * clip_naive (self, k, move);
  return loss;
}

typedef void (*CheckFunc) (Pool *pool);

/* All sizes in all forms, with the pooling run forward. */
static void
check_all (CheckFunc func)
{
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    for (int form = 0; form < N_FORMS; form++)
      for (int has_offset = 0; has_offset < 2; has_offset++)
        {
          g_auto (Pool) pool = { 0 };

          pool_init (&pool, sizes[i].n_frames, sizes[i].n_mels, sizes[i].n_classes, form,
                     has_offset);
          pool_forward (&pool);
          func (&pool);
        }
}

static void
check_forward (Pool *pool)
{
  const Move none = { NULL, 0.0 };

  for (int k = 0; k < pool->shape.n_classes; k++)
    g_assert_cmpfloat_with_epsilon (pool->maps.clip[k], clip_naive (pool, k, none), 1e-6);
}

static void
test_forward_matches_naive (void)
{
  check_all (check_forward);
}

static void
check_slopes (const Pool  *pool,
              const float *logits,
              const float *d_logits)
{
  const double step = 1e-6;

  for (size_t i = 0; i < pool->len; i++)
    {
      const double above = get_loss (pool, (Move) { &logits[i], step });
      const double below = get_loss (pool, (Move) { &logits[i], -step });

      g_assert_cmpfloat_with_epsilon (d_logits[i], (above - below) / (2.0 * step), 1e-6);
    }
}

static void
check_backward (Pool *pool)
{
  pool_backward (pool);
  check_slopes (pool, pool->att_logits, pool->d_att);
  check_slopes (pool, pool->cla_logits, pool->d_cla);
}

static void
test_backward_matches_differences (void)
{
  check_all (check_backward);
}

/* The maps may take the place of the logits, and one gradient that of a map. */
static void
test_in_place (void)
{
  for (int form = 0; form < N_FORMS; form++)
    {
      g_auto (Pool) pool = { 0 };
      g_autofree float *d_att = NULL, *d_cla = NULL;
      OtoAtt2dMaps maps;

      pool_init (&pool, 3, 5, 37, form, TRUE);
      pool_forward (&pool);
      pool_backward (&pool);
      d_att = g_memdup2 (pool.d_att, pool.len * sizeof (float));
      d_cla = g_memdup2 (pool.d_cla, pool.len * sizeof (float));

      maps = pool.maps;
      maps.att = pool.att_logits;
      maps.cla = pool.cla_logits;
      oto_att2d_forward (&pool.shape, pool.att_logits, pool.cla_logits, &maps);
      g_assert_cmpmem (maps.att, pool.len * sizeof (float), pool.maps.att,
                       pool.len * sizeof (float));
      g_assert_cmpmem (maps.cla, pool.len * sizeof (float), pool.maps.cla,
                       pool.len * sizeof (float));
      oto_att2d_backward (&pool.shape, &maps, pool.d_clip, pool.d_att, maps.cla, pool.scratch);
      g_assert_cmpmem (pool.d_att, pool.len * sizeof (float), d_att, pool.len * sizeof (float));
      g_assert_cmpmem (maps.cla, pool.len * sizeof (float), d_cla, pool.len * sizeof (float));
    }
}

static void
check_shown (Pool *pool)
{
  const OtoAtt2dShape *shape = &pool->shape;
  const Move none = { NULL, 0.0 };
  const int n_classes = shape->n_classes;
  const size_t n_frames = (size_t) shape->n_frames * n_classes;
  g_autofree float *norm_att = g_new (float, pool->len);
  g_autofree float *contribution = g_new (float, pool->len);
  g_autofree float *frames = g_new (float, n_frames);
  g_autofree float *time_att = g_new (float, n_frames);

  oto_att2d_fill_norm_att (shape, &pool->maps, norm_att);
  oto_att2d_fill_contribution (shape, &pool->maps, contribution);
  oto_att2d_fill_frames (shape, &pool->maps, frames, time_att);
  for (int k = 0; k < n_classes; k++)
    {
      double att_sum = 0.0, all = 0.0;

      for (size_t bin = 0; bin < pool->n_bins; bin++)
        att_sum += att_naive (pool, bin, k, none);
      for (int t = 0; t < shape->n_frames; t++)
        {
          double frame_att = 0.0, frame = 0.0;

          for (int f = 0; f < shape->n_mels; f++)
            {
              const size_t bin = (size_t) t * shape->n_mels + f;
              const double att = att_naive (pool, bin, k, none);
              const double prob = prob_naive (pool, bin, k, none);

              g_assert_cmpfloat_with_epsilon (norm_att[bin * n_classes + k], att / att_sum, 1e-6);
              g_assert_cmpfloat_with_epsilon (contribution[bin * n_classes + k],
                                              att * prob / att_sum, 1e-6);
              all += contribution[bin * n_classes + k];
              frame_att += att;
              frame += att * prob;
            }
          g_assert_cmpfloat_with_epsilon (frames[t * n_classes + k], frame / frame_att, 1e-6);
          g_assert_cmpfloat_with_epsilon (time_att[t * n_classes + k], frame_att / att_sum, 1e-6);
        }

      if (shape->form != OTO_ATT2D_LOG_SOFTMAX)
        g_assert_cmpfloat_with_epsilon (all, pool->maps.clip[k], 1e-6);
    }
}

static void
test_what_is_shown (void)
{
  check_all (check_shown);
}

/* Far logits: the released form stays finite and at most 1/2, and the softmax of a certain bin is
 * one. */
static void
test_limits (void)
{
  const float far[] = { 1e4f, -1e4f, -1e4f, 1e4f };   /* two bins, two classes */

  for (int form = 0; form < N_FORMS; form++)
    {
      g_auto (Pool) pool = { 0 };

      pool_init (&pool, 2, 1, 2, form, FALSE);
      for (int i = 0; i < 4; i++)
        pool.att_logits[i] = pool.cla_logits[i] = far[i];
      pool_forward (&pool);
      pool_backward (&pool);
      for (int k = 0; k < 2; k++)
        {
          g_assert_cmpfloat (pool.maps.clip[k], >=, 0.0);
          g_assert_cmpfloat (pool.maps.clip[k], <=, form == OTO_ATT2D_LOG_SOFTMAX ? 0.5 : 1.0);
          if (form != OTO_ATT2D_LOG_SOFTMAX)
            g_assert_cmpfloat_with_epsilon (pool.maps.clip[k], 0.9, 1e-6);
        }
      for (int i = 0; i < 4; i++)
        {
          g_assert_cmpfloat (pool.d_att[i], ==, 0.0);
          g_assert_true (isfinite (pool.d_cla[i]));
        }
    }
}

static void
test_nan_is_kept (void)
{
  for (int form = 0; form < N_FORMS; form++)
    {
      g_auto (Pool) pool = { 0 };

      pool_init (&pool, 3, 5, 20, form, FALSE);
      pool.att_logits[7 * 20 + 11] = NAN;
      pool_forward (&pool);
      for (int k = 0; k < 20; k++)
        g_assert_true (isnan (pool.maps.clip[k]) == (k == 11));
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/nn/att2d/forward/matches-naive", test_forward_matches_naive);
  g_test_add_func ("/nn/att2d/backward/matches-differences", test_backward_matches_differences);
  g_test_add_func ("/nn/att2d/in-place", test_in_place);
  g_test_add_func ("/nn/att2d/what-is-shown", test_what_is_shown);
  g_test_add_func ("/nn/att2d/limits", test_limits);
  g_test_add_func ("/nn/att2d/nan/is-kept", test_nan_is_kept);
  return g_test_run ();
}
