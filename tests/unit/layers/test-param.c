/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "layers/oto-param.h"
#include "oto-test.h"

#include <math.h>

static float *
draw (OtoParam *param,
      guint64   seed)
{
  float *values;
  OtoRng rng;

  param->len = 1;
  for (int d = 0; d < param->n_dims; d++)
    param->len *= (size_t) param->shape[d];
  values = g_new (float, param->len);
  oto_rng_init (&rng, seed);
  oto_param_init (param, &rng, values);
  return values;
}

static void
test_constant (void)
{
  OtoParam param = { .init = OTO_PARAM_INIT_CONSTANT, .init_scale = -2.0, .n_dims = 1,
                     .shape = { 7 } };
  g_autofree float *values = draw (&param, 1);

  for (int i = 0; i < 7; i++)
    g_assert_cmpfloat (values[i], ==, -2.f);
}

/* Mean, variance and bounds of the uniform distribution; another seed draws other values. */
static void
test_uniform (void)
{
  OtoParam param = { .init = OTO_PARAM_INIT_UNIFORM, .init_scale = 0.3, .n_dims = 4,
                     .shape = { 16, 8, 3, 3 } };
  g_autofree float *values = draw (&param, 1);
  g_autofree float *again = draw (&param, 1);
  g_autofree float *other = draw (&param, 2);
  double largest = 0.0, sum = 0.0, squares = 0.0;

  for (size_t i = 0; i < param.len; i++)
    {
      largest = fmax (largest, fabs (values[i]));
      sum += values[i];
      squares += (double) values[i] * values[i];
    }
  g_assert_cmpfloat (largest, <=, 0.3 * (1.0 + 1e-6));
  g_assert_cmpfloat (largest, >, 0.29);
  g_assert_cmpfloat (fabs (sum / param.len), <, 0.03);
  g_assert_cmpfloat (fabs (squares / param.len / (0.3 * 0.3 / 3.0) - 1.0), <, 0.1);
  g_assert_cmpmem (values, param.len * sizeof (float), again, param.len * sizeof (float));
  g_assert_cmpfloat (values[0], !=, other[0]);
}

static void
test_identity (void)
{
  OtoParam param = { .init = OTO_PARAM_INIT_IDENTITY, .init_scale = 4.0, .n_dims = 2,
                     .shape = { 9, 9 } };
  g_autofree float *values = draw (&param, 1);
  double largest = 0.0;

  for (int i = 0; i < 81; i++)
    largest = fmax (largest, fabs (values[i] - (i / 9 == i % 9 ? 4.0 : 0.0)));
  g_assert_cmpfloat (largest, <=, 0.1 / 3.0 + 1e-6);
  g_assert_cmpfloat (largest, >, 0.05 / 3.0);
}

/* Rows are orthonormal, times the scale, or columns where there are more rows than columns, as of
 * the three gates of a recurrent layer. */
static void
test_orthogonal (void)
{
  const struct { gint64 n_rows, n_columns; double scale; } cases[] =
  {
    { 5, 5, 1.0 }, { 4, 9, 1.0 }, { 27, 9, 1.0 }, { 13, 5, 0.5 }, { 1, 6, 2.0 }, { 3, 1, 1.0 },
    /* The last vectors of a square are what rounding would spoil. */
    { 150, 150, 1.0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const int n_rows = (int) cases[i].n_rows, n_columns = (int) cases[i].n_columns;
      const gboolean is_tall = n_rows > n_columns;
      const int n = MIN (n_rows, n_columns), len = MAX (n_rows, n_columns);
      const double square = cases[i].scale * cases[i].scale;
      OtoParam param = { .init = OTO_PARAM_INIT_ORTHOGONAL, .init_scale = cases[i].scale,
                         .n_dims = 2, .shape = { n_rows, n_columns } };
      g_autofree float *values = draw (&param, 3 + i);

      for (int a = 0; a < n; a++)
        for (int b = 0; b <= a; b++)
          {
            double dot = 0.0;

            for (int j = 0; j < len; j++)
              dot += is_tall ? (double) values[j * n_columns + a] * values[j * n_columns + b]
                             : (double) values[a * n_columns + j] * values[b * n_columns + j];
            g_assert_cmpfloat (fabs (dot - (a == b ? square : 0.0)), <, 1e-6 * MAX (1.0, square));
          }
    }
}

static void
test_bounds (void)
{
  g_assert_cmpfloat (fabs (oto_param_get_he_uniform (24.0) - 0.5), <, 1e-12);
  g_assert_cmpfloat (fabs (oto_param_get_glorot_uniform (16.0, 8.0) - 0.5), <, 1e-12);
  g_assert_cmpfloat (fabs (oto_param_get_glorot_relu (8.0, 4.0) - 1.0), <, 1e-12);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/layers/param/constant", test_constant);
  g_test_add_func ("/layers/param/uniform", test_uniform);
  g_test_add_func ("/layers/param/identity", test_identity);
  g_test_add_func ("/layers/param/orthogonal", test_orthogonal);
  g_test_add_func ("/layers/param/bounds", test_bounds);

  return g_test_run ();
}
