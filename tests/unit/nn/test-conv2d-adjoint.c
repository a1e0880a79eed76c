/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test-conv2d.h"

#include "nn/oto-conv2d-private.h"

#include <math.h>
#include <string.h>

/* Convolutions and what goes back through them, by the public functions and the paths that they
 * choose. */

static size_t
get_x_len (const OtoConv2dShape *shape)
{
  return (size_t) shape->n_frames * shape->n_mels * shape->c_in;
}

static size_t
get_y_len (const OtoConv2dShape *shape)
{
  return (size_t) oto_conv2d_get_out_frames (shape) * oto_conv2d_get_out_mels (shape) *
         shape->c_out;
}

static size_t
get_weights_len (const OtoConv2dShape *shape)
{
  return (size_t) shape->c_out * (shape->is_depthwise ? 1 : shape->c_in) *
         shape->kernel_frames * shape->kernel_mels;
}

static double
dot (const float *a,
     const float *b,
     size_t       n)
{
  double sum = 0.0;

  for (size_t i = 0; i < n; i++)
    sum += (double) a[i] * (double) b[i];
  return sum;
}

/* <conv (x), d_y> = <x, adjoint (d_y)> = <weights, d_weights>. */
static void
check_adjoint (const OtoConv2dShape *shape)
{
  const OtoConv2dShape adjoint = oto_conv2d_get_adjoint_shape (shape);
  const int n_frames = oto_conv2d_get_out_frames (shape);
  const size_t x_len = get_x_len (shape), y_len = get_y_len (shape);
  const size_t filters_len = oto_conv2d_get_filters_len (shape);
  const size_t scratch_len = oto_conv2d_get_scratch_len (shape);
  g_autofree float *x = oto_test_make_values (x_len, 10);
  g_autofree float *d_y = oto_test_make_values (y_len, 11);
  g_autofree float *weights = oto_test_make_values (get_weights_len (shape), 12);
  g_autofree float *filters = oto_test_make_untouched (filters_len + 1);
  g_autofree float *scratch = oto_test_make_untouched (scratch_len + 1);
  g_autofree float *y = g_new (float, y_len);
  g_autofree float *d_x = g_new (float, x_len);
  g_autofree float *d_weights = g_new0 (float, get_weights_len (shape));
  double forward, backward, by_weights, size;

  g_assert_cmpuint (oto_conv2d_get_filters_len (&adjoint), ==, filters_len);
  g_assert_cmpuint (oto_conv2d_get_scratch_len (&adjoint), ==, scratch_len);

  oto_conv2d_prepare (shape, weights, 0, shape->c_in, filters);
  oto_conv2d_forward (shape, filters, NULL, x, 0, n_frames, y, NULL, NULL, scratch);
  oto_conv2d_prepare_adjoint (shape, weights, 0, shape->c_out, filters);
  oto_conv2d_forward (&adjoint, filters, NULL, d_y, 0, shape->n_frames, d_x, NULL, NULL,
                      scratch);
  memset (filters, 0, filters_len * sizeof (float));
  oto_conv2d_backward_weights (shape, NULL, x, d_y, 0, n_frames, NULL, NULL, filters, scratch);
  oto_conv2d_finish_weights (shape, filters, 0, shape->c_in, d_weights);
  oto_test_check_untouched (filters + filters_len, 1);
  oto_test_check_untouched (scratch + scratch_len, 1);

  forward = dot (y, d_y, y_len);
  backward = dot (x, d_x, x_len);
  by_weights = dot (weights, d_weights, get_weights_len (shape));
  size = sqrt (dot (y, y, y_len) * dot (d_y, d_y, y_len));
  g_assert_cmpfloat (fabs (forward - backward), <=, 1e-6 * size);
  g_assert_cmpfloat (fabs (forward - by_weights), <=, 1e-6 * size);
}

static void
check_adjoint_all (const OtoConv2dShape *shapes,
                   OtoConv2dPath         path)
{
  for (; shapes->n_frames > 0; shapes++)
    {
      g_assert_cmpint (oto_conv2d_choose_path (shapes), ==, path);
      check_adjoint (shapes);
    }
}

static void
test_adjoint (void)
{
  OtoConv2dShape large = oto_test_conv2d_large;

  check_adjoint_all (oto_test_conv2d_direct, OTO_CONV2D_DIRECT);
  check_adjoint_all (oto_test_conv2d_padded, OTO_CONV2D_DIRECT);
  check_adjoint_all (oto_test_conv2d_depthwise, OTO_CONV2D_DEPTHWISE);

  /* Small maps are summed directly, whatever their channels. */
  check_adjoint_all (oto_test_conv2d_winograd, OTO_CONV2D_DIRECT);
  g_assert_cmpint (oto_conv2d_choose_path (&large), ==, OTO_CONV2D_WINOGRAD);
  check_adjoint (&large);
  large.padding = OTO_CONV2D_VALID;
  g_assert_cmpint (oto_conv2d_choose_path (&large), ==, OTO_CONV2D_DIRECT);
  check_adjoint (&large);
}

static void
test_winograd_refused (void)
{
  oto_conv2d_set_winograd_allowed (FALSE);
  g_assert_cmpint (oto_conv2d_choose_path (&oto_test_conv2d_large), ==, OTO_CONV2D_DIRECT);
  check_adjoint (&oto_test_conv2d_large);
  oto_conv2d_set_winograd_allowed (TRUE);
  g_assert_cmpint (oto_conv2d_choose_path (&oto_test_conv2d_large), ==, OTO_CONV2D_WINOGRAD);
}

/* d <y, d_y> / d value by central differences, where value is one of a layer's weights or inputs;
 * the layer is linear in either, so only rounding remains. */
static double
compute_difference (const OtoConv2dShape *shape,
                    const float          *x,
                    const float          *weights,
                    const float          *d_y,
                    float                *value)
{
  const size_t y_len = get_y_len (shape);
  const int n_frames = oto_conv2d_get_out_frames (shape);
  g_autofree float *filters = g_new (float, oto_conv2d_get_filters_len (shape));
  g_autofree float *scratch = g_new (float, oto_conv2d_get_scratch_len (shape));
  g_autofree float *y = g_new (float, y_len);
  const float old = *value;
  double loss[2];

  for (int sign = 0; sign < 2; sign++)
    {
      *value = old + (sign ? 1.f : -1.f);
      oto_conv2d_prepare (shape, weights, 0, shape->c_in, filters);
      oto_conv2d_forward (shape, filters, NULL, x, 0, n_frames, y, NULL, NULL, scratch);
      loss[sign] = dot (y, d_y, y_len);
    }
  *value = old;
  return (loss[1] - loss[0]) / 2.0;
}

static void
check_finite_differences (const OtoConv2dShape *shape)
{
  const OtoConv2dShape adjoint = oto_conv2d_get_adjoint_shape (shape);
  const int n_frames = oto_conv2d_get_out_frames (shape);
  const size_t n = get_weights_len (shape), x_len = get_x_len (shape), y_len = get_y_len (shape);
  g_autofree float *x = oto_test_make_values (x_len, 13);
  g_autofree float *d_y = oto_test_make_values (y_len, 14);
  g_autofree float *weights = oto_test_make_values (n, 15);
  g_autofree float *filters = g_new0 (float, oto_conv2d_get_filters_len (shape));
  g_autofree float *scratch = g_new (float, oto_conv2d_get_scratch_len (shape));
  g_autofree float *d_x = g_new (float, x_len);
  g_autofree float *d_weights = g_new0 (float, n);
  const double limit = 1e-6 * sqrt ((double) y_len) * shape->c_in * shape->kernel_mels;

  oto_conv2d_backward_weights (shape, NULL, x, d_y, 0, n_frames, NULL, NULL, filters, scratch);
  oto_conv2d_finish_weights (shape, filters, 0, shape->c_in, d_weights);
  for (size_t i = 0; i < n; i += MAX (1, n / 20))
    {
      const double expected = compute_difference (shape, x, weights, d_y, &weights[i]);

      g_assert_cmpfloat (fabs (expected - d_weights[i]), <=, limit);
    }

  oto_conv2d_prepare_adjoint (shape, weights, 0, shape->c_out, filters);
  oto_conv2d_forward (&adjoint, filters, NULL, d_y, 0, shape->n_frames, d_x, NULL, NULL,
                      scratch);
  for (size_t i = 0; i < x_len; i += MAX (1, x_len / 20))
    {
      const double expected = compute_difference (shape, x, weights, d_y, &x[i]);

      g_assert_cmpfloat (fabs (expected - d_x[i]), <=, limit);
    }
}

static void
test_finite_differences (void)
{
  const OtoConv2dShape shapes[] =
  {
    { 6, 7, 3, 5, 3, 3, 1 }, { 33, 1, 24, 17, 3, 1, 1 }, { 17, 9, 3, 5, 5, 5, 2 },
    { 9, 35, 1, 11, 5, 5, 1 }, { 29, 7, 5, 3, 1, 1, 1 }, oto_test_conv2d_large,
    { 11, 13, 19, 19, 3, 3, 1, TRUE }, { 21, 17, 9, 9, 3, 3, 8, TRUE },
    { 21, 19, 5, 3, 5, 5, 4 }, { 5, 37, 3, 7, 5, 5, 8 }, { 1, 9, 5, 3, 3, 3, 1 },
    { 9, 1, 5, 7, 1, 1, 1 }, { 14, 2, 9, 11, 2, 2, 1, FALSE, OTO_CONV2D_VALID },
    { 7, 33, 3, 5, 2, 2, 1, FALSE, OTO_CONV2D_VALID },
    { 4, 6, 5, 3, 2, 2, 3, FALSE, OTO_CONV2D_FULL },
  };

  for (guint s = 0; s < G_N_ELEMENTS (shapes); s++)
    check_finite_differences (&shapes[s]);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/nn/conv2d/adjoint/inner-products-agree", test_adjoint);
  g_test_add_func ("/nn/conv2d/adjoint/winograd-refused", test_winograd_refused);
  g_test_add_func ("/nn/conv2d/adjoint/finite-differences", test_finite_differences);
  return g_test_run ();
}
