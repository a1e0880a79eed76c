/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "nn/oto-activation.h"
#include "nn/oto-gwrp.h"
#include "oto-test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const size_t row_lens[] = { 1, 2, 15, 16, 17, 31, 33, 999, 5001 };
static const double decays[] = { 0.0, 0.1, 0.5, 0.9, 0.99, 0.999, 0.9998, 1.0 };

/* What a row may hold. */
typedef enum
{
  UNIFORM,                       /* in [-1, 1) */
  NEGATIVE,
  MASK,                          /* sigmoids of about -4 */
  SATURATED,                     /* mostly 0 or 1 */
  TIES,                          /* one of five values */
  EQUAL,
  N_KINDS
} Kind;

/* The least that a rank may weigh together with all after it. */
static const double forgotten = 1.0 / (1 << 30);

/* K maps under one decay. */
typedef struct
{
  int n_classes;
  size_t row_len;
  double decay;
  float *map, *y;
  guint32 *order;
  void *scratch;
} Pool;

static void
pool_init (Pool  *self,
           int    n_classes,
           size_t row_len,
           double decay)
{
  *self = (Pool) { .n_classes = n_classes, .row_len = row_len, .decay = decay };
  self->map = g_new (float, n_classes * row_len);
  self->y = g_new (float, n_classes);
  self->order = g_new0 (guint32, n_classes * row_len);
  self->scratch = g_malloc (oto_gwrp_get_scratch_bytes (row_len));
  oto_test_fill (self->map, n_classes * row_len, 61);
}

static void
pool_clear (Pool *self)
{
  g_free (self->map);
  g_free (self->y);
  g_free (self->order);
  g_free (self->scratch);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Pool, pool_clear)

static void
pool_run (Pool *self)
{
  oto_gwrp_forward (self->map, self->n_classes, self->row_len, self->decay, self->y, self->order,
                    self->scratch);
}

static void
pool_fill (Pool *self,
           Kind  kind)
{
  const size_t len = self->n_classes * self->row_len;

  for (size_t i = 0; i < len; i++)
    {
      float *value = &self->map[i];

      switch (kind)
        {
        case NEGATIVE:
          *value -= 1.5f;
          break;
        case MASK:
          *value = 1.f / (1.f + expf (4.f - 5.f * *value));
          break;
        case SATURATED:
          *value = CLAMP (3.f * *value, 0.f, 1.f);
          break;
        case TIES:
          *value = floorf (2.5f * *value + 2.5f) / 8.f - 0.25f;
          break;
        case EQUAL:
          *value = 0.375f;
          break;
        case UNIFORM:
        case N_KINDS:
          break;
        }
    }
}

typedef struct
{
  double  value;
  guint32 index;
} Ranked;

static int
compare_ranked (const void *a,
                const void *b)
{
  const Ranked *x = a, *y = b;

  if (x->value != y->value)
    return x->value < y->value ? 1 : -1;
  return x->index < y->index ? -1 : 1;
}

/* All of a row in descending order; of equal values the first comes first. */
static Ranked *
rank_naive (const double *row,
            size_t        row_len)
{
  Ranked *ranked = g_new (Ranked, row_len);

  for (size_t i = 0; i < row_len; i++)
    ranked[i] = (Ranked) { row[i], (guint32) i };
  qsort (ranked, row_len, sizeof *ranked, compare_ranked);
  return ranked;
}

/* The sum of the first n ranks, weighed by decay^rank over the sum of all powers. */
static double
pool_ranks_naive (const double *row,
                  size_t        row_len,
                  size_t        n_ranks,
                  double        decay)
{
  g_autofree Ranked *ranked = rank_naive (row, row_len);
  double sum = 0.0, weight_sum = 0.0;

  for (size_t j = 0; j < row_len; j++)
    {
      const double weight = pow (decay, (double) j);

      sum += j < n_ranks ? weight * ranked[j].value : 0.0;
      weight_sum += weight;
    }
  return sum / weight_sum;
}

static double
pool_naive (const double *row,
            size_t        row_len,
            double        decay)
{
  return pool_ranks_naive (row, row_len, row_len, decay);
}

static double *
dup_row (const Pool *self,
         int         k)
{
  double *row = g_new (double, self->row_len);

  for (size_t i = 0; i < self->row_len; i++)
    row[i] = self->map[k * self->row_len + i];
  return row;
}

static void
check_forward (size_t row_len,
               double decay,
               Kind   kind)
{
  g_auto (Pool) pool = { 0 };
  size_t n_ranks;

  pool_init (&pool, 2, row_len, decay);
  pool_fill (&pool, kind);
  pool_run (&pool);
  n_ranks = oto_gwrp_get_n_ranks (row_len, decay);
  for (int k = 0; k < 2; k++)
    {
      g_autofree double *row = dup_row (&pool, k);
      g_autofree Ranked *ranked = rank_naive (row, row_len);

      g_assert_cmpfloat_with_epsilon (pool.y[k], pool_naive (row, row_len, decay), 2e-7);
      for (size_t j = 0; j < n_ranks; j++)
        g_assert_cmpuint (pool.order[k * n_ranks + j], ==, ranked[j].index);
    }
}

static void
test_forward_matches_naive (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (row_lens); i++)
    for (guint d = 0; d < G_N_ELEMENTS (decays); d++)
      for (int kind = 0; kind < N_KINDS; kind++)
        check_forward (row_lens[i], decays[d], kind);
}

static void
test_n_ranks_are_the_fewest (void)
{
  g_assert_cmpuint (oto_gwrp_get_n_ranks (19904, 0.0), ==, 1);
  g_assert_cmpuint (oto_gwrp_get_n_ranks (19904, 1e-30), ==, 1);
  g_assert_cmpuint (oto_gwrp_get_n_ranks (19904, 0.5), ==, 30);
  g_assert_cmpuint (oto_gwrp_get_n_ranks (19904, 0.9), ==, 198);
  g_assert_cmpuint (oto_gwrp_get_n_ranks (19904, 0.9998), ==, 19904);
  g_assert_cmpuint (oto_gwrp_get_n_ranks (19904, 1.0 - 1e-16), ==, 19904);
  g_assert_cmpuint (oto_gwrp_get_n_ranks (19904, 1.0), ==, 0);
  g_assert_cmpuint (oto_gwrp_get_n_ranks (197, 0.9), ==, 197);
  g_assert_cmpuint (oto_gwrp_get_n_ranks (1, 0.9), ==, 1);

  for (int i = 1; i < 80; i++)
    {
      const double decay = i / 80.0;
      const size_t n_ranks = oto_gwrp_get_n_ranks (19904, decay);

      g_assert_cmpfloat (pow (decay, (double) n_ranks), <=, forgotten * (1.0 + 1e-12));
      g_assert_cmpfloat (pow (decay, (double) n_ranks - 1.0), >, forgotten);
    }
}

/* What is said of the ranks that are left out. The naive sums are exact to about 1e-15. */
static void
check_forgotten (size_t row_len,
                 double decay,
                 Kind   kind)
{
  const size_t n_ranks = oto_gwrp_get_n_ranks (row_len, decay);
  g_auto (Pool) pool = { 0 };
  g_autofree double *row = NULL;
  g_autofree Ranked *ranked = NULL;
  double all, kept, largest = 0.0;

  pool_init (&pool, 1, row_len, decay);
  pool_fill (&pool, kind);
  row = dup_row (&pool, 0);
  ranked = rank_naive (row, row_len);
  for (size_t j = n_ranks; j < row_len; j++)
    largest = MAX (largest, fabs (ranked[j].value));

  all = pool_naive (row, row_len, decay);
  kept = pool_ranks_naive (row, row_len, n_ranks, decay);
  g_assert_cmpfloat (fabs (all - kept), <=, forgotten * largest + 1e-14);
  if (kind != UNIFORM && kind != NEGATIVE && kind != TIES)
    {
      g_assert_cmpfloat (all - kept, >=, -1e-14);
      g_assert_cmpfloat (all - kept, <=, forgotten / (1.0 - forgotten) * kept + 1e-14);
      /* Less than a sixtieth of a step from one float to the next. */
      g_assert_cmpfloat (all - kept, <, (nextafterf ((float) kept, 2.f) - (float) kept) / 60.0);
    }
}

static void
test_forward_forgets_nothing_visible (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (row_lens); i++)
    for (guint d = 1; d + 1 < G_N_ELEMENTS (decays); d++)
      for (int kind = 0; kind < N_KINDS; kind++)
        check_forgotten (row_lens[i], decays[d], kind);
}

static void
test_forward_limits (void)
{
  g_auto (Pool) pool = { 0 };
  float max = -INFINITY;
  double mean = 0.0;

  pool_init (&pool, 1, 777, 0.0);
  for (size_t i = 0; i < 777; i++)
    {
      max = MAX (max, pool.map[i]);
      mean += pool.map[i] / 777.0;
    }

  pool_run (&pool);
  g_assert_cmpfloat (pool.y[0], ==, max);
  pool.decay = 1e-30;
  pool_run (&pool);
  g_assert_cmpfloat (pool.y[0], ==, max);

  pool.decay = 1.0;
  pool_run (&pool);
  g_assert_cmpfloat_with_epsilon (pool.y[0], mean, 1e-7);
  pool.decay = 1.0 - 1e-12;
  pool_run (&pool);
  g_assert_cmpfloat_with_epsilon (pool.y[0], mean, 1e-7);
}

static void
test_order_is_stable (void)
{
  const float values[9] = { 0.25f, 0.5f, -0.f, 0.5f, 0.25f, 0.f, -1.f, 0.5f, -2.f };
  const guint32 expected[9] = { 1, 3, 7, 0, 4, 2, 5, 6, 8 };
  g_auto (Pool) pool = { 0 };

  pool_init (&pool, 1, 9, 0.5);
  memcpy (pool.map, values, sizeof values);
  pool_run (&pool);
  g_assert_cmpmem (pool.order, sizeof expected, expected, sizeof expected);

  /* The maximum is the first of its equals. */
  pool.decay = 0.0;
  pool_run (&pool);
  g_assert_cmpuint (pool.order[0], ==, 1);
}

static void
test_order_sorts (void)
{
  g_auto (Pool) pool = { 0 };

  pool_init (&pool, 2, 19904, 0.9998);
  for (size_t i = 0; i < 2 * pool.row_len; i++)
    pool.map[i] *= powf (10.f, (float) (i % 20) - 10.f);
  pool_run (&pool);
  for (int k = 0; k < 2; k++)
    {
      const float *row = pool.map + k * pool.row_len;
      const guint32 *order = pool.order + k * pool.row_len;
      g_autofree gboolean *is_seen = g_new0 (gboolean, pool.row_len);

      for (size_t j = 0; j < pool.row_len; j++)
        {
          g_assert_cmpuint (order[j], <, pool.row_len);
          g_assert_false (is_seen[order[j]]);
          is_seen[order[j]] = TRUE;
          if (j > 0)
            g_assert_cmpfloat (row[order[j - 1]], >=, row[order[j]]);
        }
    }
}

/* As many values above a gap as there are ranks, or about so many: the choice of the largest first
 * divides the range within the gap. */
static void
test_order_crosses_a_gap (void)
{
  const size_t n_ranks = oto_gwrp_get_n_ranks (5000, 0.9);

  for (size_t n_above = n_ranks - 2; n_above <= n_ranks + 2; n_above++)
    {
      g_auto (Pool) pool = { 0 };
      g_autofree double *row = NULL;
      g_autofree Ranked *ranked = NULL;

      pool_init (&pool, 1, 5000, 0.9);
      for (size_t i = 0; i < 5000; i++)
        pool.map[i] += i % 10 == 0 && i / 10 < n_above ? 3.f : -3.f;
      pool_run (&pool);
      row = dup_row (&pool, 0);
      ranked = rank_naive (row, 5000);
      for (size_t j = 0; j < n_ranks; j++)
        g_assert_cmpuint (pool.order[j], ==, ranked[j].index);
    }
}

static void
test_order_may_be_left_out (void)
{
  for (guint d = 0; d < G_N_ELEMENTS (decays); d++)
    {
      g_auto (Pool) pool = { 0 };
      float y[2];

      pool_init (&pool, 2, 333, decays[d]);
      pool_run (&pool);
      oto_gwrp_forward (pool.map, 2, pool.row_len, pool.decay, y, NULL, pool.scratch);
      g_assert_cmpmem (y, sizeof y, pool.y, sizeof y);
    }
}

static void
test_equal_values (void)
{
  for (guint d = 0; d < G_N_ELEMENTS (decays); d++)
    {
      g_auto (Pool) pool = { 0 };

      pool_init (&pool, 1, 500, decays[d]);
      for (size_t i = 0; i < 500; i++)
        pool.map[i] = 0.375f;
      pool_run (&pool);
      g_assert_cmpfloat_with_epsilon (pool.y[0], 0.375, 1e-7);
    }
}

static void
test_nan_stays_nan (void)
{
  for (guint d = 0; d < G_N_ELEMENTS (decays); d++)
    {
      g_auto (Pool) pool = { 0 };

      pool_init (&pool, 1, 40, decays[d]);
      for (size_t i = 0; i < 40; i++)
        pool.map[i] = NAN;
      pool_run (&pool);
      g_assert_true (isnan (pool.y[0]));
    }
}

/* One value that is not finite among 1000, of which some decays leave few. */
static void
run_with (Pool  *pool,
          double decay,
          float  value)
{
  pool_init (pool, 1, 1000, decay);
  pool->map[700] = value;
  pool_run (pool);
  for (size_t j = 0; j < oto_gwrp_get_n_ranks (1000, decay); j++)
    g_assert_cmpuint (pool->order[j], <, 1000);
}

static void
test_nan_is_never_forgotten (void)
{
  for (guint d = 1; d < G_N_ELEMENTS (decays); d++)
    for (int sign = -1; sign <= 1; sign += 2)
      {
        g_auto (Pool) pool = { 0 };

        run_with (&pool, decays[d], copysignf (NAN, (float) sign));
        g_assert_true (isnan (pool.y[0]));
        if (decays[d] < 1.0)
          g_assert_cmpuint (pool.order[0], ==, 700);
      }
}

static void
test_infinity_has_its_rank (void)
{
  for (guint d = 0; d < G_N_ELEMENTS (decays); d++)
    {
      const size_t n_ranks = oto_gwrp_get_n_ranks (1000, decays[d]);
      g_auto (Pool) above = { 0 };
      g_auto (Pool) below = { 0 };

      run_with (&above, decays[d], INFINITY);
      g_assert_true (above.y[0] == INFINITY);
      run_with (&below, decays[d], -INFINITY);
      if (n_ranks == 1000 || decays[d] == 1.0)
        g_assert_true (below.y[0] == -INFINITY);
      else
        g_assert_true (isfinite (below.y[0]));
    }
}

static void
test_backward_finite_differences (void)
{
  const double h = 1e-7;
  const float d_y[2] = { 0.75f, -1.5f };

  for (guint d = 0; d < G_N_ELEMENTS (decays); d++)
    {
      g_auto (Pool) pool = { 0 };
      float d_map[2 * 61];

      pool_init (&pool, 2, 61, decays[d]);
      pool_run (&pool);

      /* The gradient is added to what is there. */
      for (int i = 0; i < 2 * 61; i++)
        d_map[i] = 2.f;
      oto_gwrp_backward (d_y, pool.order, 2, 61, pool.decay, d_map, pool.scratch);

      for (int k = 0; k < 2; k++)
        {
          g_autofree double *row = dup_row (&pool, k);

          for (int i = 0; i < 61; i++)
            {
              const double value = row[i];
              double above, below;

              row[i] = value + h;
              above = pool_naive (row, 61, pool.decay);
              row[i] = value - h;
              below = pool_naive (row, 61, pool.decay);
              row[i] = value;
              g_assert_cmpfloat_with_epsilon (d_map[k * 61 + i] - 2.f,
                                              d_y[k] * (above - below) / (2.0 * h), 1e-6);
            }
        }
    }
}

static double
sigmoid (double x)
{
  return 1.0 / (1.0 + exp (-x));
}

static double
pool_logits_naive (const double *logits,
                   size_t        row_len,
                   double        decay)
{
  g_autofree double *masks = g_new (double, row_len);

  for (size_t i = 0; i < row_len; i++)
    masks[i] = sigmoid (logits[i]);
  return pool_naive (masks, row_len, decay);
}

static void
test_backward_logits_finite_differences (void)
{
  const double h = 1e-6;
  const float d_y[2] = { 0.75f, -1.5f };

  for (guint d = 0; d < G_N_ELEMENTS (decays); d++)
    {
      g_auto (Pool) pool = { 0 };
      g_autofree double *logits = g_new (double, 2 * 61);

      pool_init (&pool, 2, 61, decays[d]);
      for (int i = 0; i < 2 * 61; i++)
        {
          logits[i] = 4.0 * pool.map[i];
          pool.map[i] = (float) sigmoid (logits[i]);
        }
      pool_run (&pool);
      oto_gwrp_backward_logits (d_y, pool.map, pool.order, 2, 61, pool.decay, pool.map,
                                pool.scratch);

      for (int i = 0; i < 2 * 61; i++)
        {
          const double logit = logits[i], *row = logits + i / 61 * 61;
          double above, below;

          logits[i] = logit + h;
          above = pool_logits_naive (row, 61, pool.decay);
          logits[i] = logit - h;
          below = pool_logits_naive (row, 61, pool.decay);
          logits[i] = logit;
          g_assert_cmpfloat_with_epsilon (pool.map[i], d_y[i / 61] * (above - below) / (2.0 * h),
                                          1e-6);
        }
    }
}

/* In two steps or in one, in place or not. */
static void
check_backward_logits (size_t row_len,
                       double decay,
                       Kind   kind)
{
  const float d_y[2] = { 0.75f, -1.5f };
  const size_t len = 2 * row_len;
  g_auto (Pool) pool = { 0 };
  g_autofree float *d_map = g_new0 (float, len);
  g_autofree float *d_logits = g_new (float, len);

  pool_init (&pool, 2, row_len, decay);
  pool_fill (&pool, kind);
  pool_run (&pool);
  oto_gwrp_backward (d_y, pool.order, 2, row_len, decay, d_map, pool.scratch);
  oto_activation_sigmoid_backward (pool.map, d_map, len, d_map);

  oto_gwrp_backward_logits (d_y, pool.map, pool.order, 2, row_len, decay, d_logits, pool.scratch);
  oto_gwrp_backward_logits (d_y, pool.map, pool.order, 2, row_len, decay, pool.map, pool.scratch);
  oto_assert_rel_below (pool.map, d_map, len, 3e-7);
  g_assert_cmpmem (d_logits, len * sizeof (float), pool.map, len * sizeof (float));
}

static void
test_backward_logits_is_two_steps_in_one (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (row_lens); i++)
    for (guint d = 0; d < G_N_ELEMENTS (decays); d++)
      for (int kind = 0; kind < N_KINDS; kind++)
        check_backward_logits (row_lens[i], decays[d], kind);
}

static void
test_backward_leaves_the_rest (void)
{
  g_auto (Pool) pool = { 0 };
  g_autofree float *d_map = g_new0 (float, 19904);
  const float one = 1.f;
  size_t n_touched = 0, n_masks = 0;

  pool_init (&pool, 1, 19904, 0.9);
  pool_fill (&pool, MASK);
  pool_run (&pool);
  oto_gwrp_backward (&one, pool.order, 1, 19904, 0.9, d_map, pool.scratch);
  oto_gwrp_backward_logits (&one, pool.map, pool.order, 1, 19904, 0.9, pool.map, pool.scratch);
  for (size_t i = 0; i < 19904; i++)
    {
      n_touched += d_map[i] != 0.f;
      n_masks += pool.map[i] != 0.f;
    }
  g_assert_cmpuint (n_touched, ==, 198);
  g_assert_cmpuint (n_masks, ==, 198);
}

static void
test_implied_weights_match_naive (void)
{
  const int n_frames = 13, n_mels = 7;

  for (guint d = 0; d < G_N_ELEMENTS (decays); d++)
    {
      g_auto (Pool) pool = { 0 };
      float weights[2 * 13], d_map[2 * 13 * 7] = { 0.f };
      const float ones[2] = { 1.f, 1.f };

      pool_init (&pool, 2, n_frames * n_mels, decays[d]);
      pool_run (&pool);
      oto_gwrp_fill_implied_weights (pool.order, 2, n_frames, n_mels, pool.decay, weights,
                                     pool.scratch);

      /* A bin's weight is the derivative of the pooled value, which the test above checks. */
      oto_gwrp_backward (ones, pool.order, 2, pool.row_len, pool.decay, d_map, pool.scratch);
      for (int k = 0; k < 2; k++)
        {
          double sum = 0.0;

          for (int t = 0; t < n_frames; t++)
            {
              double expected = 0.0;

              for (int f = 0; f < n_mels; f++)
                expected += d_map[(k * n_frames + t) * n_mels + f];
              g_assert_cmpfloat_with_epsilon (weights[k * n_frames + t], expected, 1e-6);
              sum += weights[k * n_frames + t];
            }
          g_assert_cmpfloat_with_epsilon (sum, 1.0, 1e-6);
        }
    }
}

static void
test_implied_weights_limits (void)
{
  g_auto (Pool) pool = { 0 };
  float weights[5];

  pool_init (&pool, 1, 5 * 4, 0.0);
  pool.map[13] = 2.f;
  pool_run (&pool);
  oto_gwrp_fill_implied_weights (pool.order, 1, 5, 4, 0.0, weights, pool.scratch);
  for (int t = 0; t < 5; t++)
    g_assert_cmpfloat (weights[t], ==, t == 13 / 4 ? 1.f : 0.f);

  oto_gwrp_fill_implied_weights (NULL, 1, 5, 4, 1.0, weights, pool.scratch);
  for (int t = 0; t < 5; t++)
    g_assert_cmpfloat (weights[t], ==, 0.2f);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/nn/gwrp/forward/matches-naive", test_forward_matches_naive);
  g_test_add_func ("/nn/gwrp/forward/zero-is-max-one-is-mean", test_forward_limits);
  g_test_add_func ("/nn/gwrp/forward/equal-values", test_equal_values);
  g_test_add_func ("/nn/gwrp/forward/nan-stays-nan", test_nan_stays_nan);
  g_test_add_func ("/nn/gwrp/forward/nan-is-never-forgotten", test_nan_is_never_forgotten);
  g_test_add_func ("/nn/gwrp/forward/infinity-has-its-rank", test_infinity_has_its_rank);
  g_test_add_func ("/nn/gwrp/forward/forgets-nothing-visible",
                   test_forward_forgets_nothing_visible);
  g_test_add_func ("/nn/gwrp/n-ranks/are-the-fewest", test_n_ranks_are_the_fewest);
  g_test_add_func ("/nn/gwrp/order/is-stable", test_order_is_stable);
  g_test_add_func ("/nn/gwrp/order/sorts", test_order_sorts);
  g_test_add_func ("/nn/gwrp/order/crosses-a-gap", test_order_crosses_a_gap);
  g_test_add_func ("/nn/gwrp/order/may-be-left-out", test_order_may_be_left_out);
  g_test_add_func ("/nn/gwrp/backward/finite-differences", test_backward_finite_differences);
  g_test_add_func ("/nn/gwrp/backward/leaves-the-rest", test_backward_leaves_the_rest);
  g_test_add_func ("/nn/gwrp/backward-logits/finite-differences",
                   test_backward_logits_finite_differences);
  g_test_add_func ("/nn/gwrp/backward-logits/is-two-steps-in-one",
                   test_backward_logits_is_two_steps_in_one);
  g_test_add_func ("/nn/gwrp/implied-weights/match-naive", test_implied_weights_match_naive);
  g_test_add_func ("/nn/gwrp/implied-weights/limits", test_implied_weights_limits);
  return g_test_run ();
}
