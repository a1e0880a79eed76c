/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "nn/oto-micro-loss.h"
#include "oto-test.h"

#include <math.h>

#define T 11
#define K 7
#define N (T * K)

typedef struct
{
  float logits[N], att[T], y[K], positive[K], negative[K];
  OtoBceWeights weights;
} Clip;

static void
fill_clip (Clip *clip)
{
  oto_test_fill (clip->logits, N, 81);
  oto_test_fill (clip->att, T, 82);
  oto_test_fill (clip->positive, K, 83);
  oto_test_fill (clip->negative, K, 84);
  for (int i = 0; i < N; i++)
    clip->logits[i] *= 3.f;
  for (int t = 0; t < T; t++)
    clip->att[t] = 6.f + 5.f * clip->att[t];
  for (int k = 0; k < K; k++)
    {
      clip->y[k] = k % 3 == 0 ? 1.f : k == 4 ? 0.3f : 0.f;
      clip->positive[k] = 1.5f + clip->positive[k];
      clip->negative[k] = 1.1f + clip->negative[k];
    }
  clip->weights = (OtoBceWeights) { clip->positive, clip->negative };
}

/* The loss with logit @at and attention @at_att raised by @h. */
static double
compute_loss (const Clip   *clip,
              OtoMicroForm  form,
              int           at,
              int           at_att,
              double        h)
{
  double sum = 0.0;

  for (int t = 0; t < T; t++)
    for (int k = 0; k < K; k++)
      {
        const double x = clip->logits[t * K + k] + (t * K + k == at ? h : 0.0);
        const double a = clip->att[t] + (t == at_att ? h : 0.0), y = clip->y[k];
        const double p = 1.0 / (1.0 + exp (-x));
        const double cost = -y * log (p) - (1.0 - y) * log (1.0 - p);

        if (form == OTO_MICRO_RELEASED)
          sum += (a * clip->positive[k] * y + clip->negative[k] * (1.0 - y)) * cost;
        else
          sum += a * (clip->positive[k] * y + clip->negative[k] * (1.0 - y)) * cost;
      }
  return sum;
}

static void
check_form (OtoMicroForm form)
{
  const double h = 1e-5, weight = 0.5, n_total = 40.0;
  float d_logits[N], d_att[T];
  Clip clip;

  fill_clip (&clip);
  g_assert_cmpfloat_with_epsilon (
    oto_micro_loss_forward (form, &clip.weights, clip.logits, clip.y, clip.att, T, K, n_total),
    compute_loss (&clip, form, -1, -1, 0.0) / n_total, 1e-11);

  for (int i = 0; i < N; i++)
    d_logits[i] = 1.f;
  for (int t = 0; t < T; t++)
    d_att[t] = 1.f;
  oto_micro_loss_backward (form, &clip.weights, clip.logits, clip.y, clip.att, T, K, n_total,
                           weight, d_logits, d_att);
  for (int i = 0; i < N; i++)
    {
      const double rise = compute_loss (&clip, form, i, -1, h)
                          - compute_loss (&clip, form, i, -1, -h);

      g_assert_cmpfloat_with_epsilon (d_logits[i], 1.0 + weight / n_total * rise / (2.0 * h), 1e-6);
    }
  for (int t = 0; t < T; t++)
    {
      const double rise = compute_loss (&clip, form, -1, t, h)
                          - compute_loss (&clip, form, -1, t, -h);
      const double slope = form == OTO_MICRO_PAPER ? weight / n_total * rise / (2.0 * h) : 0.0;

      g_assert_cmpfloat_with_epsilon (d_att[t], 1.0 + slope, 1e-6);
    }
}

static void
test_released (void)
{
  check_form (OTO_MICRO_RELEASED);
}

static void
test_music (void)
{
  check_form (OTO_MICRO_MUSIC);
}

static void
test_paper (void)
{
  check_form (OTO_MICRO_PAPER);
}

/* Without weights, with attention 1 everywhere, it is the loss of segments against the label. */
static void
test_flat_attention_is_segment_loss (void)
{
  const OtoBceWeights none = { NULL, NULL };
  float d_logits[N] = { 0.f }, expected[N] = { 0.f };
  Clip clip;

  fill_clip (&clip);
  for (int t = 0; t < T; t++)
    clip.att[t] = 1.f;
  oto_weighted_bce_logit_backward (&none, clip.logits, clip.y, T, T, K, N, 1.0, expected);
  for (int form = OTO_MICRO_RELEASED; form <= OTO_MICRO_PAPER; form++)
    {
      const double n_total = oto_micro_loss_get_n_total (form, 1, K, T, T);

      g_assert_cmpfloat_with_epsilon (
        oto_micro_loss_forward (form, &none, clip.logits, clip.y, clip.att, T, K, n_total),
        oto_weighted_bce_logit_forward (&none, clip.logits, clip.y, T, T, K, N), 1e-13);
      for (int i = 0; i < N; i++)
        d_logits[i] = 0.f;
      oto_micro_loss_backward (form, &none, clip.logits, clip.y, clip.att, T, K, n_total, 1.0,
                               d_logits, NULL);
      oto_assert_rel_below (d_logits, expected, N, 1e-7);
    }
}

static void
test_n_total (void)
{
  g_assert_cmpfloat (oto_micro_loss_get_n_total (OTO_MICRO_RELEASED, 3, 5, 7, 11), ==, 105.0);
  g_assert_cmpfloat (oto_micro_loss_get_n_total (OTO_MICRO_MUSIC, 3, 5, 7, 11), ==, 105.0);
  g_assert_cmpfloat (oto_micro_loss_get_n_total (OTO_MICRO_PAPER, 3, 5, 7, 11), ==, 165.0);
}

static void
test_keeps_nan (void)
{
  Clip clip;

  fill_clip (&clip);
  clip.logits[N - 1] = NAN;
  for (int form = OTO_MICRO_RELEASED; form <= OTO_MICRO_PAPER; form++)
    g_assert_true (isnan (oto_micro_loss_forward (form, &clip.weights, clip.logits, clip.y,
                                                  clip.att, T, K, 1.0)));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/nn/micro-loss/released", test_released);
  g_test_add_func ("/nn/micro-loss/music", test_music);
  g_test_add_func ("/nn/micro-loss/paper", test_paper);
  g_test_add_func ("/nn/micro-loss/flat-attention-is-segment-loss",
                   test_flat_attention_is_segment_loss);
  g_test_add_func ("/nn/micro-loss/n-total", test_n_total);
  g_test_add_func ("/nn/micro-loss/keeps-nan", test_keeps_nan);
  return g_test_run ();
}
