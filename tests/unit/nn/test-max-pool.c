/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "nn/oto-max-pool.h"
#include "oto-test.h"

#include <math.h>
#include <string.h>

/* The windows of the published systems and others, with and without dropped frames and bins. */
static const OtoPoolShape shapes[] = {
  { 1, 1, 1, 1, 1 }, { 7, 5, 3, 2, 2 }, { 8, 4, 33, 2, 2 }, { 5, 9, 17, 1, 2 }, { 3, 9, 64, 1, 4 },
  { 9, 3, 130, 2, 1 }, { 11, 1, 41, 4, 1 }, { 3, 2, 5, 4, 1 }, { 2, 3, 5, 1, 4 },
  { 10, 7, 2, 3, 3 }, { 18, 35, 1, 16, 16 },
};

typedef enum
{
  PLAIN,
  LINEAR,
  RELU,
  N_READINGS
} Reading;

typedef struct
{
  OtoPoolShape shape;
  int n_rows, n_bins;
  size_t x_len, y_len;
  float *x, *y, *scale, *shift;
  guint8 *index;
  OtoPoolPrologue prologue;
  Reading reading;
} Pool;

static void
pool_init (Pool               *self,
           const OtoPoolShape *shape,
           Reading             reading)
{
  *self = (Pool) { .shape = *shape, .reading = reading };
  self->n_rows = shape->n_frames / shape->kernel_frames;
  self->n_bins = shape->n_mels / shape->kernel_mels;
  self->x_len = (size_t) shape->n_frames * shape->n_mels * shape->n_channels;
  self->y_len = (size_t) self->n_rows * self->n_bins * shape->n_channels;
  self->x = g_new (float, self->x_len);
  self->y = g_new0 (float, self->y_len);
  self->index = g_new0 (guint8, self->y_len);
  self->scale = g_new (float, shape->n_channels);
  self->shift = g_new (float, shape->n_channels);
  oto_test_fill (self->x, self->x_len, 31);
  oto_test_fill (self->scale, shape->n_channels, 32);
  oto_test_fill (self->shift, shape->n_channels, 33);
  self->prologue = (OtoPoolPrologue) { self->scale, self->shift, reading == LINEAR };
}

static void
pool_clear (Pool *self)
{
  g_free (self->x);
  g_free (self->y);
  g_free (self->index);
  g_free (self->scale);
  g_free (self->shift);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Pool, pool_clear)

static void
pool_run (Pool *self)
{
  oto_max_pool_forward (&self->shape, self->reading == PLAIN ? NULL : &self->prologue, self->x,
                        0, self->n_rows, self->y, self->index);
}

/* The value at a place of the window of an output, after the prologue. */
static double
read_naive (const Pool *self,
            size_t      y_pos,
            int         place)
{
  const OtoPoolShape *shape = &self->shape;
  const int c = (int) (y_pos % shape->n_channels);
  const int f = (int) (y_pos / shape->n_channels % self->n_bins) * shape->kernel_mels
                + place % shape->kernel_mels;
  const int t = (int) (y_pos / shape->n_channels / self->n_bins) * shape->kernel_frames
                + place / shape->kernel_mels;
  double value = self->x[((size_t) t * shape->n_mels + f) * shape->n_channels + c];

  if (self->reading != PLAIN)
    value = (double) self->scale[c] * value + self->shift[c];
  return self->reading == RELU && value < 0.0 ? 0.0 : value;
}

static void
test_forward_matches_naive (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (shapes); i++)
    for (int reading = 0; reading < N_READINGS; reading++)
      {
        g_auto (Pool) pool = { 0 };

        pool_init (&pool, &shapes[i], reading);
        pool_run (&pool);
        for (size_t pos = 0; pos < pool.y_len; pos++)
          {
            double max = read_naive (&pool, pos, 0);
            int first = 0;

            for (int p = 1; p < shapes[i].kernel_frames * shapes[i].kernel_mels; p++)
              if (read_naive (&pool, pos, p) > max)
                max = read_naive (&pool, pos, first = p);
            g_assert_cmpfloat_with_epsilon (pool.y[pos], max, 2e-7);
            g_assert_cmpint (pool.index[pos], ==, first);
          }
      }
}

/* Of equal values, zeros of a ReLU for instance, the first is the maximum. */
static void
test_ties_go_to_the_first (void)
{
  const OtoPoolShape shape = { 4, 4, 19, 2, 2 };
  g_auto (Pool) pool = { 0 };

  pool_init (&pool, &shape, RELU);
  for (int c = 0; c < shape.n_channels; c++)
    {
      pool.scale[c] = 1.f;
      pool.shift[c] = -2.f;
    }
  memset (pool.index, 0xff, pool.y_len);
  pool_run (&pool);
  for (size_t pos = 0; pos < pool.y_len; pos++)
    {
      g_assert_cmpfloat (pool.y[pos], ==, 0.0);
      g_assert_cmpuint (pool.index[pos], ==, 0);
    }

  /* The last two of four are equal and larger. */
  pool_clear (&pool);
  pool_init (&pool, &shape, PLAIN);
  for (size_t pos = 0; pos < pool.x_len; pos++)
    pool.x[pos] = pos / (4 * 19) % 2 == 1 ? 0.5f : -0.5f;
  pool_run (&pool);
  for (size_t pos = 0; pos < pool.y_len; pos++)
    g_assert_cmpuint (pool.index[pos], ==, 2);
}

/* NaN is seen wherever it stands in its window, and nowhere else. */
static void
test_nan_is_kept (void)
{
  const OtoPoolShape shape = { 2, 2, 21, 2, 2 };

  for (int reading = 0; reading < N_READINGS; reading++)
    for (int place = 0; place < 4; place++)
      for (int c = 0; c < shape.n_channels; c++)
        {
          g_auto (Pool) pool = { 0 };

          pool_init (&pool, &shape, reading);
          pool.x[place * shape.n_channels + c] = NAN;
          pool_run (&pool);
          for (int other = 0; other < shape.n_channels; other++)
            g_assert_true (isnan (pool.y[other]) == (other == c));
          g_assert_cmpint (pool.index[c], ==, place);
        }
}

static void
test_row_ranges_agree (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (shapes); i++)
    {
      g_auto (Pool) pool = { 0 };
      g_autofree float *y = NULL, *whole = NULL, *parts = NULL;
      g_autofree guint8 *index = NULL;
      int middle;

      pool_init (&pool, &shapes[i], RELU);
      pool_run (&pool);
      middle = pool.n_rows / 2;
      y = g_new (float, pool.y_len);
      index = g_new (guint8, pool.y_len);
      oto_max_pool_forward (&pool.shape, &pool.prologue, pool.x, middle, pool.n_rows, y, index);
      oto_max_pool_forward (&pool.shape, &pool.prologue, pool.x, 0, middle, y, index);
      g_assert_cmpmem (y, pool.y_len * sizeof *y, pool.y, pool.y_len * sizeof *y);
      g_assert_cmpmem (index, pool.y_len, pool.index, pool.y_len);

      whole = g_new (float, pool.x_len);
      parts = g_new (float, pool.x_len);
      oto_test_fill (parts, pool.x_len, 34);
      oto_max_pool_backward (&pool.shape, y, index, 0, pool.n_rows, FALSE, whole);
      oto_max_pool_backward (&pool.shape, y, index, middle, pool.n_rows, FALSE, parts);
      oto_max_pool_backward (&pool.shape, y, index, 0, middle, FALSE, parts);
      g_assert_cmpmem (parts, pool.x_len * sizeof (float), whole, pool.x_len * sizeof (float));
    }
}

/* sum d_y y, of doubles. */
static double
get_loss (const Pool  *self,
          const float *d_y)
{
  double loss = 0.0;

  for (size_t pos = 0; pos < self->y_len; pos++)
    {
      double max = read_naive (self, pos, 0);

      for (int p = 1; p < self->shape.kernel_frames * self->shape.kernel_mels; p++)
        max = MAX (max, read_naive (self, pos, p));
      loss += d_y[pos] * max;
    }
  return loss;
}

/* Differences are exact but for rounding: the loss is linear as long as no maximum moves. */
static void
test_backward_matches_differences (void)
{
  const OtoPoolShape small[] = { { 5, 7, 3, 2, 2 }, { 3, 9, 2, 1, 4 }, { 9, 1, 5, 4, 1 } };
  const float step = 1e-4f;

  for (guint i = 0; i < G_N_ELEMENTS (small); i++)
    {
      g_auto (Pool) pool = { 0 };
      g_autofree float *d_y = NULL, *d_x = NULL;

      pool_init (&pool, &small[i], PLAIN);
      pool_run (&pool);
      d_y = g_new (float, pool.y_len);
      d_x = g_new (float, pool.x_len);
      oto_test_fill (d_y, pool.y_len, 35);
      oto_test_fill (d_x, pool.x_len, 36);
      oto_max_pool_backward (&pool.shape, d_y, pool.index, 0, pool.n_rows, FALSE, d_x);

      for (size_t pos = 0; pos < pool.x_len; pos++)
        {
          const float x = pool.x[pos], above = x + step, below = x - step;
          double slope;

          pool.x[pos] = above;
          slope = get_loss (&pool, d_y);
          pool.x[pos] = below;
          slope = (slope - get_loss (&pool, d_y)) / ((double) above - below);
          pool.x[pos] = x;
          g_assert_cmpfloat_with_epsilon (d_x[pos], slope, 1e-6);
        }
    }
}

static void
test_backward_adds (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (shapes); i++)
    {
      g_auto (Pool) pool = { 0 };
      g_autofree float *before = NULL, *written = NULL, *added = NULL;

      pool_init (&pool, &shapes[i], PLAIN);
      pool_run (&pool);
      before = g_new (float, pool.x_len);
      written = g_new (float, pool.x_len);
      oto_test_fill (before, pool.x_len, 37);
      added = g_memdup2 (before, pool.x_len * sizeof *before);
      oto_max_pool_backward (&pool.shape, pool.y, pool.index, 0, pool.n_rows, FALSE, written);
      oto_max_pool_backward (&pool.shape, pool.y, pool.index, 0, pool.n_rows, TRUE, added);
      for (size_t pos = 0; pos < pool.x_len; pos++)
        g_assert_cmpfloat (added[pos], ==, before[pos] + written[pos]);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/nn/max-pool/forward/matches-naive", test_forward_matches_naive);
  g_test_add_func ("/nn/max-pool/forward/ties-go-to-the-first", test_ties_go_to_the_first);
  g_test_add_func ("/nn/max-pool/forward/nan-is-kept", test_nan_is_kept);
  g_test_add_func ("/nn/max-pool/row-ranges/agree", test_row_ranges_agree);
  g_test_add_func ("/nn/max-pool/backward/matches-differences", test_backward_matches_differences);
  g_test_add_func ("/nn/max-pool/backward/adds", test_backward_adds);
  return g_test_run ();
}
