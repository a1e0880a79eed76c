/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "nn/oto-loss.h"
#include "nn/oto-weighted-bce.h"
#include "oto-test.h"

#include <math.h>

#define R 9             /* rows */
#define K 7             /* classes */
#define N (R * K)

typedef struct
{
  float logits[N], prob[N], y[N];
  float positive[K], negative[K];
  OtoBceWeights weights;
} Batch;

static void
fill_batch (Batch *batch)
{
  oto_test_fill (batch->logits, N, 61);
  oto_test_fill (batch->y, N, 62);
  oto_test_fill (batch->positive, K, 63);
  oto_test_fill (batch->negative, K, 64);
  for (int i = 0; i < N; i++)
    {
      batch->logits[i] *= 4.f;
      batch->prob[i] = 1.f / (1.f + expf (-batch->logits[i]));
      batch->y[i] = i % 5 == 0 ? fabsf (batch->y[i]) : batch->y[i] > 0.f;
    }
  for (int k = 0; k < K; k++)
    {
      batch->positive[k] = 1.5f + batch->positive[k];
      batch->negative[k] = 1.2f + batch->negative[k];
    }
  batch->weights = (OtoBceWeights) { batch->positive, batch->negative };
}

static double
compute_cost (double p,
              double y,
              double positive,
              double negative)
{
  return -(positive * y + negative * (1.0 - y)) * (y * log (p) + (1.0 - y) * log (1.0 - p));
}

static double
compute_sigmoid (double x)
{
  return 1.0 / (1.0 + exp (-x));
}

/* The mean over all rows, each with the labels of row r / @n_rows_per_label. */
static double
compute_mean (const Batch *batch,
              int          n_rows_per_label,
              gboolean     is_logit)
{
  double sum = 0.0;

  for (int r = 0; r < R; r++)
    for (int k = 0; k < K; k++)
      sum += compute_cost (is_logit ? compute_sigmoid (batch->logits[r * K + k])
                                    : batch->prob[r * K + k],
                           batch->y[r / n_rows_per_label * K + k], batch->positive[k],
                           batch->negative[k]);
  return sum / N;
}

static void
test_matches_naive (void)
{
  static const int shares[] = { 1, 3, 4, R };
  Batch batch;

  fill_batch (&batch);
  for (guint i = 0; i < G_N_ELEMENTS (shares); i++)
    {
      const size_t n = (size_t) shares[i];

      g_assert_cmpfloat_with_epsilon (
        oto_weighted_bce_prob_forward (&batch.weights, batch.prob, batch.y, R, n, K, N),
        compute_mean (&batch, shares[i], FALSE), 1e-12);
      g_assert_cmpfloat_with_epsilon (
        oto_weighted_bce_logit_forward (&batch.weights, batch.logits, batch.y, R, n, K, N),
        compute_mean (&batch, shares[i], TRUE), 1e-12);
    }
}

/* Backward adds, so the arrays begin with something in them. */
static void
check_slopes (int n_rows_per_label)
{
  const double h = 1e-5, weight = 0.3;
  float d_prob[N], d_logits[N];
  Batch batch;

  fill_batch (&batch);
  for (int i = 0; i < N; i++)
    d_prob[i] = d_logits[i] = 2.f;
  oto_weighted_bce_prob_backward (&batch.weights, batch.prob, batch.y, R, n_rows_per_label, K, N,
                                  weight, d_prob);
  oto_weighted_bce_logit_backward (&batch.weights, batch.logits, batch.y, R, n_rows_per_label, K,
                                   N, weight, d_logits);

  for (int i = 0; i < N; i++)
    {
      const int r = i / K, k = i % K;
      const double y = batch.y[r / n_rows_per_label * K + k], p = batch.prob[i];
      const double x = batch.logits[i], wp = batch.positive[k], wn = batch.negative[k];
      const double rise_p = compute_cost (p + h, y, wp, wn) - compute_cost (p - h, y, wp, wn);
      const double rise_x = compute_cost (compute_sigmoid (x + h), y, wp, wn)
                            - compute_cost (compute_sigmoid (x - h), y, wp, wn);
      const double slope_p = weight * rise_p / (2.0 * h) / N;

      g_assert_cmpfloat_with_epsilon (d_prob[i], 2.0 + slope_p, 1e-6 * (fabs (slope_p) + 1.0));
      g_assert_cmpfloat_with_epsilon (d_logits[i], 2.0 + weight * rise_x / (2.0 * h) / N, 1e-6);
    }
}

static void
test_finite_differences (void)
{
  check_slopes (1);
  check_slopes (4);
}

static void
test_without_weights_is_bce (void)
{
  const OtoBceWeights none = { NULL, NULL };
  float d_prob[N] = { 0.f }, expected[N];
  Batch batch;

  fill_batch (&batch);
  g_assert_cmpfloat_with_epsilon (
    oto_weighted_bce_prob_forward (&none, batch.prob, batch.y, R, 1, K, N),
    oto_loss_bce_forward (batch.prob, batch.y, N, N), 1e-14);
  oto_weighted_bce_prob_backward (&none, batch.prob, batch.y, R, 1, K, N, 1.0, d_prob);
  oto_loss_bce_backward (batch.prob, batch.y, N, N, expected);
  oto_assert_rel_below (d_prob, expected, N, 1e-7);
}

static void
test_parts_add_up (void)
{
  Batch batch;
  double whole, parts;

  fill_batch (&batch);
  whole = oto_weighted_bce_logit_forward (&batch.weights, batch.logits, batch.y, R, 3, K, N);
  parts = oto_weighted_bce_logit_forward (&batch.weights, batch.logits, batch.y, 3, 3, K, N)
          + oto_weighted_bce_logit_forward (&batch.weights, batch.logits + 3 * K, batch.y + K,
                                            R - 3, 3, K, N);
  g_assert_cmpfloat_with_epsilon (parts, whole, 1e-14);
}

/* A probability's wrong certainty costs 100, a logit's as much as the logit; a right one nothing
 * that a float could lose. */
static void
test_certainty (void)
{
  const OtoBceWeights none = { NULL, NULL };
  const float prob[4] = { 0.f, 1.f, 0.f, 1.f }, y[4] = { 1.f, 0.f, 0.f, 1.f };
  const float logits[4] = { -800.f, 800.f, -40.f, 40.f };
  float d_prob[4] = { 0.f }, d_logits[4] = { 0.f };

  oto_weighted_bce_prob_backward (&none, prob, y, 4, 1, 1, 1.0, 1.0, d_prob);
  oto_weighted_bce_logit_backward (&none, logits, y, 4, 1, 1, 1.0, 1.0, d_logits);
  for (int i = 0; i < 4; i++)
    {
      const double cost = oto_weighted_bce_logit_forward (&none, logits + i, y + i, 1, 1, 1, 1.0);

      g_assert_cmpfloat (oto_weighted_bce_prob_forward (&none, prob + i, y + i, 1, 1, 1, 1.0), ==,
                         i < 2 ? 100.0 : 0.0);
      g_assert_cmpfloat_with_epsilon (cost, i < 2 ? 800.0 : exp (-40.0), i < 2 ? 1e-12 : 1e-24);
    }
  g_assert_cmpfloat_with_epsilon (d_prob[0], -1e12, 1e6);
  g_assert_cmpfloat (d_prob[3], ==, 0.f);
  g_assert_cmpfloat (d_logits[0], ==, -1.f);
  g_assert_cmpfloat (d_logits[1], ==, 1.f);
  g_assert_cmpfloat_with_epsilon (d_logits[2], exp (-40.0), 1e-24);
  g_assert_cmpfloat_with_epsilon (d_logits[3], -exp (-40.0), 1e-24);
}

static void
test_keeps_nan (void)
{
  const OtoBceWeights none = { NULL, NULL };
  const float value = NAN, labels[2] = { 0.f, 1.f };

  for (int i = 0; i < 2; i++)
    {
      float d_prob = 0.f, d_logit = 0.f;

      g_assert_true (isnan (oto_weighted_bce_prob_forward (&none, &value, &labels[i], 1, 1, 1,
                                                           1.0)));
      g_assert_true (isnan (oto_weighted_bce_logit_forward (&none, &value, &labels[i], 1, 1, 1,
                                                            1.0)));
      oto_weighted_bce_prob_backward (&none, &value, &labels[i], 1, 1, 1, 1.0, 1.0, &d_prob);
      oto_weighted_bce_logit_backward (&none, &value, &labels[i], 1, 1, 1, 1.0, 1.0, &d_logit);
      g_assert_true (isnan (d_prob) && isnan (d_logit));
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/nn/weighted-bce/matches-naive", test_matches_naive);
  g_test_add_func ("/nn/weighted-bce/finite-differences", test_finite_differences);
  g_test_add_func ("/nn/weighted-bce/without-weights-is-bce", test_without_weights_is_bce);
  g_test_add_func ("/nn/weighted-bce/parts-add-up", test_parts_add_up);
  g_test_add_func ("/nn/weighted-bce/certainty", test_certainty);
  g_test_add_func ("/nn/weighted-bce/keeps-nan", test_keeps_nan);
  return g_test_run ();
}
