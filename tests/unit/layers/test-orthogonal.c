/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test.h"

#include "layers/oto-param.h"

#include <math.h>

/* A matrix whose rows, or columns where there are more rows, have products of scale squared with
 * themselves and none with each other. */
static void
check_orthogonal (int    n_rows,
                  int    n_columns,
                  double scale)
{
  const OtoParam param = {
    .n_dims = 2, .shape = { n_rows, n_columns }, .len = (size_t) n_rows * n_columns,
    .init = OTO_PARAM_INIT_ORTHOGONAL, .init_scale = scale,
  };
  const gboolean is_tall = n_rows > n_columns;
  const int n = MIN (n_rows, n_columns), len = MAX (n_rows, n_columns);
  g_autofree float *values = g_new (float, param.len);
  OtoRng rng;

  oto_rng_init (&rng, 7);
  oto_param_init (&param, &rng, values);
  for (int a = 0; a < n; a++)
    for (int b = 0; b <= a; b++)
      {
        double dot = 0.0;

        for (int i = 0; i < len; i++)
          dot += is_tall ? (double) values[i * n_columns + a] * values[i * n_columns + b]
                         : (double) values[a * n_columns + i] * values[b * n_columns + i];
        g_assert_cmpfloat (fabs (dot - (a == b ? scale * scale : 0.0)), <,
                           1e-6 * scale * scale);
      }
}

static void
test_orthogonal (void)
{
  check_orthogonal (1, 1, 1.0);
  check_orthogonal (7, 7, 1.0);
  check_orthogonal (5, 12, 2.0);
  check_orthogonal (51, 17, 1.0);
  check_orthogonal (9, 1, 0.5);
  /* The last vectors of a square are what rounding would spoil. */
  check_orthogonal (150, 150, 1.0);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/layers/orthogonal/orthogonal", test_orthogonal);

  return g_test_run ();
}
