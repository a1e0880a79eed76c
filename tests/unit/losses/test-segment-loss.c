/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "losses/oto-segment-loss.h"
#include "oto-test.h"

#include <math.h>
#include <string.h>

#define T 3
#define F 5
#define K 4
#define N 5
#define M (T * F)

#define WEIGHT 0.3

/* Clips with none, one, two, three and four classes. */
static const float y[N * K] = { 0, 0, 0, 0,  0, 1, 0, 0,  1, 0, 0, 1,  1, 1, 0, 1,  1, 1, 1, 1 };
static const float prob[N * K] = {
  .1f, .2f, .3f, .4f,  .9f, .2f, .8f, .1f,  .3f, .3f, .2f, .4f,  .5f, .6f, .7f, .1f,
  .4f, .3f, .2f, .1f,
};
/* The classes of the two, and the three, highest of them: of equal ones the first. */
static const gboolean top2[N * K] = {
  0, 0, 1, 1,  1, 0, 1, 0,  1, 0, 0, 1,  0, 1, 1, 0,  1, 1, 0, 0,
};
static const gboolean top3[N * K] = {
  0, 1, 1, 1,  1, 1, 1, 0,  1, 1, 0, 1,  1, 1, 1, 0,  1, 1, 1, 0,
};

typedef struct
{
  float   masks[N * M * K], d_masks[N * M * K];
  float   clip_prob[N * K];
  OtoEdge masks_edge, clip_prob_edge;
  OtoPass pass;
} Batch;

static void
batch_init (Batch *self,
            int    n_threads)
{
  oto_test_fill (self->masks, G_N_ELEMENTS (self->masks), 31);
  for (guint i = 0; i < G_N_ELEMENTS (self->masks); i++)
    {
      self->masks[i] = 0.5f + 0.49f * self->masks[i];
      self->d_masks[i] = NAN;
    }
  memcpy (self->clip_prob, prob, sizeof prob);
  self->masks_edge = (OtoEdge) {
    .shape = { T, F, K }, .data = self->masks, .plain = self->masks, .d = self->d_masks,
  };
  self->clip_prob_edge = (OtoEdge) {
    .shape = { 1, 1, K }, .data = self->clip_prob, .plain = self->clip_prob,
  };
  self->pass = (OtoPass) {
    .engine = oto_test_get_engine (n_threads), .priority = OTO_PRIORITY_BATCH,
    .n_threads = n_threads, .n_batch = N, .max_batch = N, .y = y,
  };
}

static gboolean
is_selected (int n_top,
             int n,
             int k)
{
  if (n_top == 0)
    return y[n * K + k] > 0.f;
  return n_top == 2 ? top2[n * K + k] : top3[n * K + k];
}

/* The loss with the mask's value at @at raised by @h; at -1 as it is. */
static double
get_naive (const Batch *self,
           int          n_top,
           OtoDiceForm  form,
           int          at,
           double       h)
{
  double loss = 0.0;

  for (int n = 0; n < N; n++)
    {
      double clip_loss = 0.0;
      int n_pairs = 0;

      for (int i = 0; i < K; i++)
        for (int j = 0; j < i; j++)
          {
            double product = 0.0, sum = 0.0;

            if (!is_selected (n_top, n, i) || !is_selected (n_top, n, j))
              continue;
            for (int m = 0; m < M; m++)
              {
                const int a = (n * M + m) * K + i, b = (n * M + m) * K + j;
                const double value_a = self->masks[a] + (a == at ? h : 0.0);
                const double value_b = self->masks[b] + (b == at ? h : 0.0);

                product += value_a * value_b;
                sum += value_a + value_b;
              }
            clip_loss += 2.0 * product / (sum + OTO_DICE_LOSS_EPS);
            n_pairs++;
          }
      if (n_pairs > 0)
        loss += (form == OTO_DICE_MEAN ? clip_loss / n_pairs : clip_loss) / N;
    }
  return loss;
}

static void
check (int         n_top,
       OtoDiceForm form,
       int         n_threads,
       gboolean    adds)
{
  const double h = 1e-4;
  Batch batch;
  OtoLossTerm term;

  batch_init (&batch, n_threads);
  term = oto_segment_loss (&batch.masks_edge, &batch.clip_prob_edge, n_top, form, WEIGHT);
  g_assert_cmpstr (term.name, ==, "segment");
  for (int i = 0; i < N * M * K && adds; i++)
    batch.d_masks[i] = 0.5f;
  batch.masks_edge.has_d = adds;
  g_assert_cmpfloat_with_epsilon (term.funcs->compute (&term, &batch.pass),
                                  get_naive (&batch, n_top, form, -1, 0.0), 1e-12);
  g_assert_true (batch.masks_edge.has_d);
  for (int i = 0; i < N * M * K; i++)
    {
      const double rise = get_naive (&batch, n_top, form, i, h)
                          - get_naive (&batch, n_top, form, i, -h);

      g_assert_cmpfloat_with_epsilon (batch.d_masks[i],
                                      (adds ? 0.5 : 0.0) + WEIGHT * rise / 2.0 / h, 2e-7);
    }
}

static void
test_slopes (void)
{
  static const int tops[] = { 0, 2, 3 };

  for (guint i = 0; i < G_N_ELEMENTS (tops); i++)
    for (int n_threads = 1; n_threads <= 3; n_threads++)
      for (int adds = 0; adds < 2; adds++)
        {
          check (tops[i], OTO_DICE_SUM, n_threads, adds);
          check (tops[i], OTO_DICE_MEAN, n_threads, adds);
        }
}

/* There is a value to look at, and no gradient. */
static void
test_without_weight (void)
{
  Batch batch;
  OtoLossTerm term;

  batch_init (&batch, 2);
  term = oto_segment_loss (&batch.masks_edge, &batch.clip_prob_edge, 0, OTO_DICE_SUM, 0.0);
  g_assert_cmpfloat_with_epsilon (term.funcs->compute (&term, &batch.pass),
                                  get_naive (&batch, 0, OTO_DICE_SUM, -1, 0.0), 1e-12);
  g_assert_false (batch.masks_edge.has_d);
  for (int i = 0; i < N * M * K; i++)
    g_assert_true (isnan (batch.d_masks[i]));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/losses/segment-loss/slopes", test_slopes);
  g_test_add_func ("/losses/segment-loss/without-weight", test_without_weight);

  return g_test_run ();
}
