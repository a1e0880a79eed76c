/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "nn/oto-time-attention.h"
#include "oto-test.h"

#include <math.h>

static const struct
{
  int n_frames, n_channels;
} sizes[] = { { 1, 1 }, { 1, 5 }, { 7, 1 }, { 5, 3 }, { 9, 64 }, { 11, 41 }, { 3, 131 } };

/* What is done to the frames. Softmax and join have (T, C) and (T) outputs, the others (C). */
typedef enum
{
  SOFTMAX,
  SUM,
  SUM_SHARED,
  MEAN,
  JOIN,
  N_KINDS
} Kind;

typedef struct
{
  Kind kind;
  int n_frames, n_channels;
  size_t att_len, x_len, y_len;
  double *att, *x;                       /* what the naive loops read; floats, or moved ones */
  float *att_f, *x_f;
  float *y, *d_y, *d_att, *d_x;
} Attention;

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
attention_init (Attention *self,
                Kind       kind,
                int        n_frames,
                int        n_channels)
{
  *self = (Attention) { .kind = kind, .n_frames = n_frames, .n_channels = n_channels };
  self->x_len = (size_t) n_frames * n_channels;
  self->att_len = kind == SUM_SHARED ? n_frames : self->x_len;
  self->y_len = kind == SOFTMAX ? self->x_len : kind == JOIN ? n_frames : n_channels;
  self->att_f = g_new (float, self->att_len);
  self->x_f = g_new (float, self->x_len);
  self->y = g_new (float, self->y_len);
  self->d_y = g_new (float, self->y_len);
  self->d_att = g_new (float, self->att_len);
  self->d_x = g_new (float, self->x_len);
  oto_test_fill (self->att_f, self->att_len, 61);
  oto_test_fill (self->x_f, self->x_len, 62);
  oto_test_fill (self->d_y, self->y_len, 63);
  oto_test_fill (self->d_att, self->att_len, 64);
  oto_test_fill (self->d_x, self->x_len, 65);

  /* Weights in [0, 1], some of which lie below the clip. */
  if (kind == MEAN)
    for (size_t i = 0; i < self->att_len; i++)
      self->att_f[i] = self->att_f[i] < -0.5f ? 5e-8f : 0.4f + 0.5f * self->att_f[i];
  if (kind == SOFTMAX)
    for (size_t i = 0; i < self->att_len; i++)
      self->att_f[i] *= 5.f;
  self->att = dup_double (self->att_f, self->att_len);
  self->x = dup_double (self->x_f, self->x_len);
}

static void
attention_clear (Attention *self)
{
  g_free (self->att);
  g_free (self->x);
  g_free (self->att_f);
  g_free (self->x_f);
  g_free (self->y);
  g_free (self->d_y);
  g_free (self->d_att);
  g_free (self->d_x);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Attention, attention_clear)

static void
attention_forward (Attention *self)
{
  const int n = self->n_frames, c = self->n_channels;

  switch (self->kind)
    {
    case SOFTMAX:
      oto_time_attention_softmax_forward (self->att_f, n, c, self->y);
      break;
    case SUM:
    case SUM_SHARED:
      oto_time_attention_sum_forward (self->att_f, self->kind == SUM_SHARED, self->x_f, n, c,
                                      self->y);
      break;
    case MEAN:
      oto_time_attention_mean_forward (self->att_f, self->x_f, n, c, self->y);
      break;
    case JOIN:
    case N_KINDS:
      oto_time_attention_join_forward (self->att_f, n, c, 0.25f, self->y);
    }
}

static void
attention_backward (Attention *self,
                    gboolean   is_added,
                    float     *d_att,
                    float     *d_x)
{
  const int n = self->n_frames, c = self->n_channels;

  switch (self->kind)
    {
    case SOFTMAX:
      oto_time_attention_softmax_backward (self->y, self->d_y, n, c, is_added, d_att);
      break;
    case SUM:
    case SUM_SHARED:
      oto_time_attention_sum_backward (self->att_f, self->kind == SUM_SHARED, self->x_f, self->d_y,
                                       n, c, is_added, d_att, is_added, d_x);
      break;
    case MEAN:
      oto_time_attention_mean_backward (self->att_f, self->x_f, self->d_y, n, c, is_added, d_att,
                                        is_added, d_x);
      break;
    case JOIN:
    case N_KINDS:
      oto_time_attention_join_backward (self->d_y, n, c, 0.25f, is_added, d_att);
    }
}

static gboolean
has_x (Kind kind)
{
  return kind == SUM || kind == SUM_SHARED || kind == MEAN;
}

/* Sums over frames (all, one channel) of att x, of the clipped att, or of exp (att). */
static double
output_naive (const Attention *self,
              size_t           pos)
{
  const int c = self->n_channels, column = (int) (pos % c);
  double sum = 0.0, divisor = 0.0;

  if (self->kind == JOIN)
    {
      for (int i = 0; i < c; i++)
        sum += 0.25 * self->att[pos * c + i];
      return sum;
    }

  for (int t = 0; t < self->n_frames; t++)
    {
      const double att = self->att[self->kind == SUM_SHARED ? t : t * c + column];

      divisor += self->kind == SOFTMAX ? exp (att) : CLAMP (att, 1e-7, 1.0);
      sum += att * self->x[t * c + column];
    }
  if (self->kind == SOFTMAX)
    return exp (self->att[pos]) / divisor;
  return self->kind == MEAN ? sum / divisor : sum;
}

static double
get_loss (const Attention *self)
{
  double loss = 0.0;

  for (size_t pos = 0; pos < self->y_len; pos++)
    loss += self->d_y[pos] * output_naive (self, pos);
  return loss;
}

/* The slope of the loss along one of the naive loops' numbers. */
static double
get_slope (const Attention *self,
           double          *value)
{
  const double step = 1e-8 + 1e-6 * fabs (*value), start = *value;
  double slope;

  *value = start + step;
  slope = get_loss (self);
  *value = start - step;
  slope = (slope - get_loss (self)) / (2.0 * step);
  *value = start;
  return slope;
}

static void
test_forward_matches_naive (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    for (int kind = 0; kind < N_KINDS; kind++)
      {
        g_auto (Attention) attention = { 0 };

        attention_init (&attention, kind, sizes[i].n_frames, sizes[i].n_channels);
        attention_forward (&attention);
        for (size_t pos = 0; pos < attention.y_len; pos++)
          {
            const double expected = output_naive (&attention, pos);

            g_assert_cmpfloat_with_epsilon (attention.y[pos], expected,
                                            1e-6 * (1.0 + fabs (expected)));
          }
      }
}

static void
test_backward_matches_differences (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    for (int kind = 0; kind < N_KINDS; kind++)
      {
        g_auto (Attention) attention = { 0 };

        attention_init (&attention, kind, sizes[i].n_frames, sizes[i].n_channels);
        attention_forward (&attention);
        attention_backward (&attention, FALSE, attention.d_att, attention.d_x);
        for (size_t pos = 0; pos < attention.att_len; pos++)
          {
            const double expected = get_slope (&attention, &attention.att[pos]);

            g_assert_cmpfloat_with_epsilon (attention.d_att[pos], expected,
                                            1e-5 * (1.0 + fabs (expected)));
          }
        for (size_t pos = 0; has_x (kind) && pos < attention.x_len; pos++)
          g_assert_cmpfloat_with_epsilon (attention.d_x[pos],
                                          get_slope (&attention, &attention.x[pos]), 1e-5);
      }
}

/* Gradients are added on request and left out on request. */
static void
test_backward_adds (void)
{
  for (int kind = 0; kind < N_KINDS; kind++)
    {
      g_auto (Attention) attention = { 0 };
      g_autofree float *d_att = NULL, *d_x = NULL;

      attention_init (&attention, kind, 9, 67);
      attention_forward (&attention);
      d_att = g_memdup2 (attention.d_att, attention.att_len * sizeof (float));
      d_x = g_memdup2 (attention.d_x, attention.x_len * sizeof (float));
      attention_backward (&attention, TRUE, d_att, d_x);
      for (size_t pos = 0; pos < attention.att_len; pos++)
        d_att[pos] -= attention.d_att[pos];
      for (size_t pos = 0; pos < attention.x_len; pos++)
        d_x[pos] -= attention.d_x[pos];

      if (has_x (kind))
        {
          attention_backward (&attention, FALSE, NULL, attention.d_x);
          oto_assert_abs_below (d_x, attention.d_x, attention.x_len, 1e-6);
          attention_backward (&attention, FALSE, attention.d_att, NULL);
        }
      else
        {
          attention_backward (&attention, FALSE, attention.d_att, NULL);
        }
      oto_assert_rel_below (d_att, attention.d_att, attention.att_len, 1e-6);
    }
}

static void
test_softmax_in_place (void)
{
  g_auto (Attention) attention = { 0 };
  const size_t bytes = 9 * 67 * sizeof (float);

  attention_init (&attention, SOFTMAX, 9, 67);
  attention_forward (&attention);
  attention_backward (&attention, FALSE, attention.d_att, NULL);
  oto_time_attention_softmax_forward (attention.att_f, 9, 67, attention.att_f);
  g_assert_cmpmem (attention.att_f, bytes, attention.y, bytes);
  oto_time_attention_softmax_backward (attention.y, attention.d_y, 9, 67, FALSE, attention.d_y);
  g_assert_cmpmem (attention.d_y, bytes, attention.d_att, bytes);
}

/* However large the logits, weights sum to one; NaN stays in its channel. */
static void
test_softmax_limits (void)
{
  const float logits[] = { 1e30f, -1e30f, NAN, -1e30f, -1e30f, 0.f };   /* (2, 3) */
  float att[6];

  oto_time_attention_softmax_forward (logits, 2, 3, att);
  g_assert_cmpfloat (att[0], ==, 1.0);
  g_assert_cmpfloat (att[3], ==, 0.0);
  g_assert_cmpfloat (att[1], ==, 0.5);
  g_assert_cmpfloat (att[4], ==, 0.5);
  g_assert_true (isnan (att[2]));
  g_assert_true (isnan (att[5]));
}

/* A channel whose weights are all below the clip is divided by T times the clip. */
static void
test_clip_is_in_the_divisor_only (void)
{
  const float att[] = { 1e-9f, 1e-9f }, x[] = { 0.5f, 0.5f };
  float y;

  oto_time_attention_mean_forward (att, x, 2, 1, &y);
  g_assert_cmpfloat_with_epsilon (y, 0.005, 1e-8);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/nn/time-attention/forward/matches-naive", test_forward_matches_naive);
  g_test_add_func ("/nn/time-attention/backward/matches-differences",
                   test_backward_matches_differences);
  g_test_add_func ("/nn/time-attention/backward/adds", test_backward_adds);
  g_test_add_func ("/nn/time-attention/softmax/in-place", test_softmax_in_place);
  g_test_add_func ("/nn/time-attention/softmax/limits", test_softmax_limits);
  g_test_add_func ("/nn/time-attention/mean/clip-is-in-the-divisor-only",
                   test_clip_is_in_the_divisor_only);
  return g_test_run ();
}
