/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "geometry/oto-pyramid.h"
#include "oto-test.h"

#include <math.h>

static void
test_values (void)
{
  const int n_rows = 5;
  const gint64 n_frames = 37;
  g_autofree float *values = g_new (float, n_rows * n_frames);
  g_autoptr (OtoPyramid) pyramid = NULL;

  oto_test_fill (values, n_rows * n_frames, 1);
  pyramid = oto_pyramid_new (values, OTO_PYRAMID_FRAMES_FIRST, n_rows, n_frames, -1.0, 1.0, NULL);
  g_assert_cmpint (oto_pyramid_get_n_levels (pyramid), ==, 1);
  for (int row = 0; row < n_rows; row++)
    for (gint64 t = 0; t < n_frames; t++)
      g_assert_cmpfloat_with_epsilon (oto_pyramid_get_value (pyramid, row, t),
                                      values[t * n_rows + row], 1.01 / OTO_PYRAMID_MAX);
}

static void
test_orders_agree (void)
{
  const int n_rows = 3;
  const gint64 n_frames = 1500;
  g_autofree float *values = g_new (float, n_rows * n_frames);
  g_autofree float *turned = g_new (float, n_rows * n_frames);
  g_autoptr (OtoPyramid) a = NULL, b = NULL;

  oto_test_fill (values, n_rows * n_frames, 2);
  for (int row = 0; row < n_rows; row++)
    for (gint64 t = 0; t < n_frames; t++)
      turned[row * n_frames + t] = values[t * n_rows + row];
  a = oto_pyramid_new (values, OTO_PYRAMID_FRAMES_FIRST, n_rows, n_frames, -1.0, 1.0, NULL);
  b = oto_pyramid_new (turned, OTO_PYRAMID_ROWS_FIRST, n_rows, n_frames, -1.0, 1.0, NULL);
  for (int level = 0; level < oto_pyramid_get_n_levels (a); level++)
    for (int row = 0; row < n_rows; row++)
      g_assert_cmpmem (oto_pyramid_get_row (a, level, row),
                       oto_pyramid_get_level_len (a, level) * sizeof (guint16),
                       oto_pyramid_get_row (b, level, row),
                       oto_pyramid_get_level_len (b, level) * sizeof (guint16));
}

/* Each cell of each level is the largest of the frames that it stands for, for odd lengths too. */
static void
test_levels_keep_maxima (void)
{
  const gint64 n_frames = 5003;
  g_autofree float *values = g_new (float, n_frames);
  g_autoptr (OtoPyramid) pyramid = NULL;
  int n_levels;

  oto_test_fill (values, n_frames, 3);
  pyramid = oto_pyramid_new (values, OTO_PYRAMID_ROWS_FIRST, 1, n_frames, -1.0, 1.0, NULL);
  n_levels = oto_pyramid_get_n_levels (pyramid);
  g_assert_cmpint (n_levels, ==, 5);
  g_assert_cmpint (oto_pyramid_get_level_len (pyramid, n_levels - 1), ==, 313);
  for (int level = 1; level < n_levels; level++)
    for (gint64 i = 0; i < oto_pyramid_get_level_len (pyramid, level); i++)
      {
        const guint16 *frames = oto_pyramid_get_row (pyramid, 0, 0);
        guint16 expected = 0;

        for (gint64 t = i << level; t < MIN ((i + 1) << level, n_frames); t++)
          expected = MAX (expected, frames[t]);
        g_assert_cmpuint (oto_pyramid_get_row (pyramid, level, 0)[i], ==, expected);
      }
}

static void
test_limits (void)
{
  const float values[] = { -5.f, 0.f, 1.f, 7.f, NAN, INFINITY, -INFINITY };
  g_autoptr (OtoPyramid) pyramid =
    oto_pyramid_new (values, OTO_PYRAMID_ROWS_FIRST, 1, G_N_ELEMENTS (values), 0.0, 1.0, NULL);
  const guint16 *row = oto_pyramid_get_row (pyramid, 0, 0);

  g_assert_cmpuint (row[0], ==, 0);
  g_assert_cmpuint (row[1], ==, 0);
  g_assert_cmpuint (row[2], ==, OTO_PYRAMID_MAX);
  g_assert_cmpuint (row[3], ==, OTO_PYRAMID_MAX);
  for (int i = 4; i < 7; i++)
    {
      g_assert_cmpuint (row[i], ==, OTO_PYRAMID_INVALID);
      g_assert_true (isnan (oto_pyramid_get_value (pyramid, 0, i)));
    }
}

static void
test_chunks (void)
{
  const int n_rows = 4;
  const gint64 n_frames = 1001;
  g_autofree float *values = g_new (float, n_rows * n_frames);
  g_autoptr (OtoPyramid) pyramid = NULL;
  OtoPyramidBuilder *builder = oto_pyramid_builder_new (n_rows, n_frames, -3.0, 5.0, NULL);

  oto_test_fill (values, n_rows * n_frames, 4);
  for (gint64 first = 0; first < n_frames; first += 77)
    oto_pyramid_builder_put (builder, first, MIN (77, n_frames - first), values + first * n_rows,
                             4.0, 1.0);
  pyramid = oto_pyramid_builder_end (builder);
  for (gint64 t = 0; t < n_frames; t += 13)
    g_assert_cmpfloat_with_epsilon (oto_pyramid_get_value (pyramid, 2, t),
                                    4.0 * values[t * n_rows + 2] + 1.0, 8.0 / OTO_PYRAMID_MAX);
}

static void
test_no_memory (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (oto_pyramid_builder_new (64, G_MAXINT64 / 4, 0.0, 1.0, &error));
  g_assert_error (error, OTO_BASE_ERROR, OTO_BASE_ERROR_MEMORY);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/geometry/pyramid/values", test_values);
  g_test_add_func ("/geometry/pyramid/orders-agree", test_orders_agree);
  g_test_add_func ("/geometry/pyramid/levels-keep-maxima", test_levels_keep_maxima);
  g_test_add_func ("/geometry/pyramid/limits", test_limits);
  g_test_add_func ("/geometry/pyramid/chunks", test_chunks);
  g_test_add_func ("/geometry/pyramid/no-memory", test_no_memory);
  return g_test_run ();
}
