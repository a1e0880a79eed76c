/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "nn/oto-glu.h"
#include "oto-test.h"

#include <math.h>

static const struct
{
  size_t n_rows;
  int n_channels;
} sizes[] = { { 1, 1 }, { 3, 1 }, { 5, 7 }, { 2, 16 }, { 7, 33 }, { 3, 64 }, { 1, 131 } };

typedef struct
{
  size_t n_rows;
  int n_channels;
  gboolean has_affine;
  float *x, *y, *scale, *shift, *d_y, *d_x;
} Gate;

static void
gate_init (Gate     *self,
           size_t    n_rows,
           int       n_channels,
           gboolean  has_affine)
{
  const size_t len = n_rows * n_channels;

  *self = (Gate) { .n_rows = n_rows, .n_channels = n_channels, .has_affine = has_affine };
  self->x = g_new (float, 2 * len);
  self->y = g_new (float, len);
  self->scale = g_new (float, 2 * n_channels);
  self->shift = g_new (float, 2 * n_channels);
  self->d_y = g_new (float, len);
  self->d_x = g_new (float, 2 * len);
  oto_test_fill (self->x, 2 * len, 41);
  oto_test_fill (self->scale, 2 * n_channels, 42);
  oto_test_fill (self->shift, 2 * n_channels, 43);
  oto_test_fill (self->d_y, len, 44);
  for (size_t i = 0; i < 2 * len; i++)
    self->x[i] *= 3.f;
}

static void
gate_clear (Gate *self)
{
  g_free (self->x);
  g_free (self->y);
  g_free (self->scale);
  g_free (self->shift);
  g_free (self->d_y);
  g_free (self->d_x);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Gate, gate_clear)

/* The value after the affine map, moved by @step. */
static double
read_naive (const Gate *self,
            size_t      r,
            int         c,
            double      step)
{
  const double x = self->x[r * 2 * self->n_channels + c];

  return (self->has_affine ? self->scale[c] * x + self->shift[c] : x) + step;
}

static double
gate_naive (const Gate *self,
            size_t      r,
            int         c,
            double      value_step,
            double      gate_step)
{
  return read_naive (self, r, c, value_step)
         / (1.0 + exp (-read_naive (self, r, self->n_channels + c, gate_step)));
}

static void
gate_run (Gate *self)
{
  const float *scale = self->has_affine ? self->scale : NULL;
  const float *shift = self->has_affine ? self->shift : NULL;

  oto_glu_forward (self->x, self->n_rows, self->n_channels, scale, shift, self->y);
  oto_glu_backward (self->x, self->d_y, self->n_rows, self->n_channels, scale, shift, self->d_x);
}

static void
test_forward_matches_naive (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    for (int has_affine = 0; has_affine < 2; has_affine++)
      {
        g_auto (Gate) gate = { 0 };

        gate_init (&gate, sizes[i].n_rows, sizes[i].n_channels, has_affine);
        gate_run (&gate);
        for (size_t r = 0; r < gate.n_rows; r++)
          for (int c = 0; c < gate.n_channels; c++)
            g_assert_cmpfloat_with_epsilon (gate.y[r * gate.n_channels + c],
                                            gate_naive (&gate, r, c, 0.0, 0.0), 2e-6);
      }
}

static void
test_backward_matches_differences (void)
{
  const double step = 1e-5;

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    for (int has_affine = 0; has_affine < 2; has_affine++)
      {
        g_auto (Gate) gate = { 0 };

        gate_init (&gate, sizes[i].n_rows, sizes[i].n_channels, has_affine);
        gate_run (&gate);
        for (size_t r = 0; r < gate.n_rows; r++)
          for (int c = 0; c < gate.n_channels; c++)
            {
              const double d_y = gate.d_y[r * gate.n_channels + c] / (2.0 * step);
              const float *d_x = gate.d_x + r * 2 * gate.n_channels;

              g_assert_cmpfloat_with_epsilon (d_x[c],
                                              d_y * (gate_naive (&gate, r, c, step, 0.0)
                                                     - gate_naive (&gate, r, c, -step, 0.0)),
                                              2e-6);
              g_assert_cmpfloat_with_epsilon (d_x[gate.n_channels + c],
                                              d_y * (gate_naive (&gate, r, c, 0.0, step)
                                                     - gate_naive (&gate, r, c, 0.0, -step)),
                                              2e-6);
            }
      }
}

static void
test_backward_in_place (void)
{
  g_auto (Gate) gate = { 0 };
  const size_t bytes = 2 * 5 * 37 * sizeof (float);

  gate_init (&gate, 5, 37, TRUE);
  gate_run (&gate);
  oto_glu_backward (gate.x, gate.d_y, 5, 37, gate.scale, gate.shift, gate.x);
  g_assert_cmpmem (gate.x, bytes, gate.d_x, bytes);
}

/* Far from 0 a gate is open or shut, and its slope 0. */
static void
test_limits (void)
{
  const float x[] = { 2.f, 2.f, 2.f, 1e4f, -1e4f, NAN }, d_y[] = { 1.f, 1.f, 1.f };
  float y[3], d_x[6];

  oto_glu_forward (x, 1, 3, NULL, NULL, y);
  oto_glu_backward (x, d_y, 1, 3, NULL, NULL, d_x);
  g_assert_cmpfloat (y[0], ==, 2.0);
  g_assert_cmpfloat_with_epsilon (y[1], 0.0, 1e-30);
  g_assert_true (isnan (y[2]));
  g_assert_cmpfloat (d_x[0], ==, 1.0);
  g_assert_cmpfloat_with_epsilon (d_x[1], 0.0, 1e-30);
  g_assert_cmpfloat (d_x[3], ==, 0.0);
  g_assert_cmpfloat_with_epsilon (d_x[4], 0.0, 1e-30);
  g_assert_true (isnan (d_x[5]));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/nn/glu/forward/matches-naive", test_forward_matches_naive);
  g_test_add_func ("/nn/glu/backward/matches-differences", test_backward_matches_differences);
  g_test_add_func ("/nn/glu/backward/in-place", test_backward_in_place);
  g_test_add_func ("/nn/glu/limits", test_limits);
  return g_test_run ();
}
