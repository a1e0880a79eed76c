/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "nn/oto-average-pool.h"
#include "oto-test.h"

#include <math.h>

/* Windows with and without dropped frames and bins. */
static const OtoPoolShape shapes[] = {
  { 1, 1, 1, 1, 1 }, { 7, 5, 3, 2, 2 }, { 8, 4, 33, 2, 2 }, { 5, 9, 17, 1, 2 }, { 9, 3, 130, 2, 1 },
  { 11, 1, 41, 4, 1 }, { 3, 2, 5, 4, 1 }, { 2, 3, 5, 1, 4 }, { 10, 7, 2, 3, 3 }, { 4, 8, 16, 1, 8 },
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
  self->scale = g_new (float, shape->n_channels);
  self->shift = g_new (float, shape->n_channels);
  oto_test_fill (self->x, self->x_len, 111);
  oto_test_fill (self->scale, shape->n_channels, 112);
  oto_test_fill (self->shift, shape->n_channels, 113);
  self->prologue = (OtoPoolPrologue) { self->scale, self->shift, reading == LINEAR };
}

static void
pool_clear (Pool *self)
{
  g_free (self->x);
  g_free (self->y);
  g_free (self->scale);
  g_free (self->shift);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Pool, pool_clear)

static void
pool_rows (const Pool *self,
           int         row_begin,
           int         row_end,
           float      *y)
{
  oto_average_pool_forward (&self->shape, self->reading == PLAIN ? NULL : &self->prologue, self->x,
                            row_begin, row_end, y);
}

static double
pool_naive (const Pool *self,
            size_t      y_pos)
{
  const OtoPoolShape *shape = &self->shape;
  const int c = (int) (y_pos % shape->n_channels);
  const int f = (int) (y_pos / shape->n_channels % self->n_bins) * shape->kernel_mels;
  const int t = (int) (y_pos / shape->n_channels / self->n_bins) * shape->kernel_frames;
  double sum = 0.0;

  for (int i = 0; i < shape->kernel_frames; i++)
    for (int j = 0; j < shape->kernel_mels; j++)
      {
        double value = self->x[((size_t) (t + i) * shape->n_mels + f + j) * shape->n_channels + c];

        if (self->reading != PLAIN)
          value = (double) self->scale[c] * value + self->shift[c];
        sum += self->reading == RELU && value < 0.0 ? 0.0 : value;
      }
  return sum / (shape->kernel_frames * shape->kernel_mels);
}

static void
test_forward_matches_naive (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (shapes); i++)
    for (int reading = 0; reading < N_READINGS; reading++)
      {
        g_auto (Pool) pool = { 0 };

        pool_init (&pool, &shapes[i], reading);
        pool_rows (&pool, 0, pool.n_rows, pool.y);
        for (size_t pos = 0; pos < pool.y_len; pos++)
          g_assert_cmpfloat_with_epsilon (pool.y[pos], pool_naive (&pool, pos), 3e-7);
      }
}

/* The pooling of plain maps is linear: d_x of sum d_y y is what a unit at x makes of it. */
static void
test_backward_is_the_adjoint (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (shapes); i++)
    {
      g_auto (Pool) pool = { 0 };
      g_autofree float *d_y = NULL, *d_x = NULL;

      if (shapes[i].n_channels > 5)
        continue;
      pool_init (&pool, &shapes[i], PLAIN);
      d_y = g_new (float, pool.y_len);
      d_x = g_new (float, pool.x_len);
      oto_test_fill (d_y, pool.y_len, 114);
      oto_test_fill (d_x, pool.x_len, 115);
      oto_average_pool_backward (&pool.shape, d_y, 0, pool.n_rows, FALSE, d_x);

      for (size_t unit = 0; unit < pool.x_len; unit++)
        {
          double expected = 0.0;

          for (size_t pos = 0; pos < pool.x_len; pos++)
            pool.x[pos] = pos == unit;
          for (size_t pos = 0; pos < pool.y_len; pos++)
            expected += d_y[pos] * pool_naive (&pool, pos);
          g_assert_cmpfloat_with_epsilon (d_x[unit], expected, 1e-7);
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
      pool_rows (&pool, 0, pool.n_rows, pool.y);
      before = g_new (float, pool.x_len);
      written = g_new (float, pool.x_len);
      oto_test_fill (before, pool.x_len, 116);
      added = g_memdup2 (before, pool.x_len * sizeof *before);
      oto_average_pool_backward (&pool.shape, pool.y, 0, pool.n_rows, FALSE, written);
      oto_average_pool_backward (&pool.shape, pool.y, 0, pool.n_rows, TRUE, added);
      for (size_t pos = 0; pos < pool.x_len; pos++)
        g_assert_cmpfloat_with_epsilon (added[pos], (double) before[pos] + written[pos], 2e-7);
    }
}

static void
test_row_ranges_agree (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (shapes); i++)
    {
      g_auto (Pool) pool = { 0 };
      g_autofree float *y = NULL, *whole = NULL, *parts = NULL;
      int middle;

      pool_init (&pool, &shapes[i], RELU);
      pool_rows (&pool, 0, pool.n_rows, pool.y);
      middle = pool.n_rows / 2;
      y = g_new (float, pool.y_len);
      pool_rows (&pool, middle, pool.n_rows, y);
      pool_rows (&pool, 0, middle, y);
      g_assert_cmpmem (y, pool.y_len * sizeof *y, pool.y, pool.y_len * sizeof *y);

      whole = g_new (float, pool.x_len);
      parts = g_new (float, pool.x_len);
      oto_test_fill (parts, pool.x_len, 117);
      oto_average_pool_backward (&pool.shape, y, 0, pool.n_rows, FALSE, whole);
      oto_average_pool_backward (&pool.shape, y, middle, pool.n_rows, FALSE, parts);
      oto_average_pool_backward (&pool.shape, y, 0, middle, FALSE, parts);
      g_assert_cmpmem (parts, pool.x_len * sizeof (float), whole, pool.x_len * sizeof (float));
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/nn/average-pool/forward/matches-naive", test_forward_matches_naive);
  g_test_add_func ("/nn/average-pool/backward/is-the-adjoint", test_backward_is_the_adjoint);
  g_test_add_func ("/nn/average-pool/backward/adds", test_backward_adds);
  g_test_add_func ("/nn/average-pool/row-ranges/agree", test_row_ranges_agree);
  return g_test_run ();
}
