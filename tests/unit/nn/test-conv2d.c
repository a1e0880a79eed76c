/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test-conv2d.h"

#include "base/oto-processor.h"
#include "nn/oto-conv2d-private.h"

#include <math.h>
#include <string.h>

/* Rounding of one layer, relative to its largest output. Eight layers in a row are to stay below
 * 1e-5. */
#define FORWARD_LIMIT 2e-6

static size_t
get_x_len (const OtoConv2dShape *shape)
{
  return (size_t) shape->n_frames * shape->n_mels * shape->c_in;
}

/* Frames or bins of the output, and zeros before the input, along an axis. */
static int
get_out_len (const OtoConv2dShape *shape,
             int                   len,
             int                   kernel)
{
  const int reach = (kernel - 1) * shape->dilation;

  return shape->padding == OTO_CONV2D_SAME ? len
         : shape->padding == OTO_CONV2D_VALID ? len - reach : len + reach;
}

static int
get_n_before (const OtoConv2dShape *shape,
              int                   kernel)
{
  const int reach = (kernel - 1) * shape->dilation;

  return shape->padding == OTO_CONV2D_SAME ? reach / 2
         : shape->padding == OTO_CONV2D_VALID ? 0 : reach;
}

static int
get_out_frames (const OtoConv2dShape *shape)
{
  return get_out_len (shape, shape->n_frames, shape->kernel_frames);
}

static size_t
get_out_row_len (const OtoConv2dShape *shape)
{
  return (size_t) get_out_len (shape, shape->n_mels, shape->kernel_mels) * shape->c_out;
}

static size_t
get_y_len (const OtoConv2dShape *shape)
{
  return get_out_frames (shape) * get_out_row_len (shape);
}

/* Input channels that an output channel reads. */
static int
get_n_read (const OtoConv2dShape *shape)
{
  return shape->is_depthwise ? 1 : shape->c_in;
}

static size_t
get_weights_len (const OtoConv2dShape *shape)
{
  return (size_t) shape->c_out * get_n_read (shape) * shape->kernel_frames * shape->kernel_mels;
}

static OtoConv2dWeights
view_weights (const OtoConv2dShape *shape,
              const float          *weights)
{
  const int n_taps = shape->kernel_frames * shape->kernel_mels;

  return (OtoConv2dWeights) { weights, get_n_read (shape) * n_taps, n_taps, shape->kernel_mels, 1 };
}

static double
get_value (const OtoConv2dShape    *shape,
           const OtoConv2dPrologue *prologue,
           const float             *x,
           int                      t,
           int                      f,
           int                      c)
{
  double value;

  if (t < 0 || t >= shape->n_frames || f < 0 || f >= shape->n_mels)
    return 0.0;
  value = x[((size_t) t * shape->n_mels + f) * shape->c_in + c];
  if (prologue == NULL)
    return value;
  value = (double) prologue->scale[c] * value + (double) prologue->shift[c];
  return prologue->is_linear ? value : MAX (0.0, value);
}

/* Input (t, f, c) as the layer sees it. */
static double
get_input (const OtoConv2dShape    *shape,
           const OtoConv2dPrologue *prologue,
           const float             *x,
           int                      t,
           int                      f,
           int                      c)
{
  double sum = 0.0;

  if (prologue == NULL || !prologue->has_pool
      || t < 0 || t >= shape->n_frames || f < 0 || f >= shape->n_mels)
    return get_value (shape, prologue, x, t, f, c);
  for (int i = -1; i <= 1; i++)
    for (int j = -1; j <= 1; j++)
      sum += get_value (shape, prologue, x, t + i, f + j, c);
  return sum / 9.0;
}

/* Rows that a function has called back for. */
typedef struct
{
  int          next_row;
  size_t       row_len;
  const float *from;             /* backward: what the rows are filled with */
  float       *to;
} Called;

static void
called_cb (int      row_begin,
           int      row_end,
           gpointer user_data)
{
  Called *called = user_data;
  const size_t pos = row_begin * called->row_len;

  g_assert_cmpint (row_begin, ==, called->next_row);
  g_assert_cmpint (row_end, >, row_begin);
  called->next_row = row_end;
  if (called->from != NULL)
    memcpy (called->to + pos, called->from + pos,
            (row_end - row_begin) * called->row_len * sizeof (float));
  else
    for (size_t i = pos; i < row_end * called->row_len; i++)
      g_assert_false (called->to[i] == OTO_TEST_UNTOUCHED);
}

typedef enum { AS_IT_IS, BATCH_NORM, POOLED, LINEAR, LINEAR_POOLED, N_PROLOGUES } Prologue;

static OtoConv2dPrologue
make_prologue (Prologue     kind,
               const float *scale,
               const float *shift)
{
  return (OtoConv2dPrologue)
    {
      scale, shift,
      .has_pool = kind == POOLED || kind == LINEAR_POOLED,
      .is_linear = kind == LINEAR || kind == LINEAR_POOLED,
    };
}

/* Calls for every product of the convolution: adds to y where it is given, to d_weights otherwise.
 * */
static void
compute_reference (const OtoConv2dShape    *shape,
                   const OtoConv2dPrologue *prologue,
                   const float             *x,
                   const float             *weights,
                   const float             *d_y,
                   double                  *y,
                   double                  *d_weights)
{
  const int n_taps = shape->kernel_frames * shape->kernel_mels;
  const int halo = get_n_before (shape, shape->kernel_frames);
  const int margin = get_n_before (shape, shape->kernel_mels);
  const int n_mels = get_out_len (shape, shape->n_mels, shape->kernel_mels);

  for (int t = 0; t < get_out_frames (shape); t++)
    for (int f = 0; f < n_mels; f++)
      for (int co = 0; co < shape->c_out; co++)
        {
          const size_t to = ((size_t) t * n_mels + f) * shape->c_out + co;

          for (int ci = 0; ci < get_n_read (shape); ci++)
            for (int i = 0; i < shape->kernel_frames; i++)
              for (int j = 0; j < shape->kernel_mels; j++)
                {
                  const size_t w = ((size_t) co * get_n_read (shape) + ci) * n_taps +
                                   i * shape->kernel_mels + j;
                  const double value = get_input (shape, prologue, x,
                                                  t + i * shape->dilation - halo,
                                                  f + j * shape->dilation - margin,
                                                  shape->is_depthwise ? co : ci);

                  if (y != NULL)
                    y[to] += (double) weights[w] * value;
                  else
                    d_weights[w] += (double) d_y[to] * value;
                }
        }
}

static double
get_error (const float  *values,
           const double *expected,
           size_t        n)
{
  double worst = 0.0, largest = 0.0;

  for (size_t i = 0; i < n; i++)
    {
      const double error = fabs (values[i] - expected[i]);

      worst = isnan (error) ? INFINITY : MAX (worst, error);
      largest = MAX (largest, fabs (expected[i]));
    }
  return worst / MAX (largest, 1e-9);
}

static void
check_forward (const OtoConv2dFuncs *path,
               const OtoConv2dShape *shape,
               Prologue              kind)
{
  const size_t y_len = get_y_len (shape);
  const int n_frames = get_out_frames (shape);
  const size_t filters_len = path->get_filters_len (shape);
  const size_t scratch_len = path->get_scratch_len (shape);
  const int grain = path == &oto_conv2d_winograd ? 4 : 1;
  g_autofree float *x = oto_test_make_values (get_x_len (shape), 1);
  g_autofree float *weights = oto_test_make_values (get_weights_len (shape), 2);
  g_autofree float *scale = oto_test_make_values (shape->c_in, 3);
  g_autofree float *shift = oto_test_make_values (shape->c_in, 4);
  g_autofree float *filters = oto_test_make_untouched (filters_len + 1);
  g_autofree float *scratch = oto_test_make_untouched (scratch_len + 1);
  g_autofree float *y = oto_test_make_untouched (y_len + 1);
  g_autofree float *pieces = oto_test_make_untouched (y_len + 1);
  g_autofree double *expected = g_new0 (double, y_len);
  const OtoConv2dPrologue some = make_prologue (kind, scale, shift);
  const OtoConv2dPrologue *prologue = kind != AS_IT_IS ? &some : NULL;
  const OtoConv2dWeights view = view_weights (shape, weights);
  Called called = { 0, get_out_row_len (shape), NULL, y };
  double error;

  path->prepare (shape, &view, 0, shape->c_in / 2, filters);
  path->prepare (shape, &view, shape->c_in / 2, shape->c_in, filters);
  path->forward (shape, filters, prologue, x, 0, n_frames, y, called_cb, &called, scratch);
  g_assert_cmpint (called.next_row, ==, n_frames);
  oto_test_check_untouched (filters + filters_len, 1);
  oto_test_check_untouched (scratch + scratch_len, 1);
  oto_test_check_untouched (y + y_len, 1);

  compute_reference (shape, prologue, x, weights, NULL, expected, NULL);
  error = get_error (y, expected, y_len);
  g_test_message ("%s, %d x %d, %d to %d, kernel %d x %d, dilation %d: error %.2g", path->name,
                  shape->n_frames, shape->n_mels, shape->c_in, shape->c_out, shape->kernel_frames,
                  shape->kernel_mels, shape->dilation, error);
  g_assert_cmpfloat (error, <=, FORWARD_LIMIT);

  /* The same bits, however the frames are cut, and no others written. */
  for (int begin = 0; begin < n_frames; begin += 2 * grain)
    {
      const int end = MIN (begin + 2 * grain, n_frames);
      const size_t pos = end * get_out_row_len (shape);

      path->forward (shape, filters, prologue, x, begin, end, pieces, NULL, NULL, scratch);
      oto_test_check_untouched (pieces + pos, y_len - pos + 1);
    }
  g_assert_cmpmem (pieces, y_len * sizeof (float), y, y_len * sizeof (float));
}

static void
check_backward (const OtoConv2dFuncs *path,
                const OtoConv2dShape *shape,
                Prologue              kind)
{
  const size_t n = get_weights_len (shape);
  const size_t filters_len = path->get_filters_len (shape);
  const size_t scratch_len = path->get_scratch_len (shape);
  const int n_frames = get_out_frames (shape), middle = n_frames / 2 / 4 * 4;
  g_autofree float *x = oto_test_make_values (get_x_len (shape), 5);
  g_autofree float *d_y = oto_test_make_values (get_y_len (shape), 6);
  g_autofree float *filled = oto_test_make_untouched (get_y_len (shape));
  g_autofree float *scale = oto_test_make_values (shape->c_in, 7);
  g_autofree float *shift = oto_test_make_values (shape->c_in, 8);
  g_autofree float *d_filters = g_new0 (float, filters_len + 1);
  g_autofree float *scratch = oto_test_make_untouched (scratch_len + 1);
  g_autofree float *d_weights = oto_test_make_values (n, 9);
  g_autofree double *expected = g_new0 (double, n);
  const OtoConv2dPrologue some = make_prologue (kind, scale, shift);
  const OtoConv2dPrologue *prologue = kind != AS_IT_IS ? &some : NULL;
  Called called = { 0, get_out_row_len (shape), d_y, filled };

  /* Both are added to. */
  for (size_t i = 0; i < n; i++)
    expected[i] = d_weights[i];
  d_filters[filters_len] = OTO_TEST_UNTOUCHED;
  path->backward_weights (shape, prologue, x, filled, 0, middle, called_cb, &called, d_filters,
                          scratch);
  g_assert_cmpint (called.next_row, ==, middle);
  path->backward_weights (shape, prologue, x, d_y, middle, n_frames, NULL, NULL, d_filters,
                          scratch);
  path->finish_weights (shape, d_filters, 0, shape->c_in / 2, d_weights);
  path->finish_weights (shape, d_filters, shape->c_in / 2, shape->c_in, d_weights);
  oto_test_check_untouched (d_filters + filters_len, 1);
  oto_test_check_untouched (scratch + scratch_len, 1);

  compute_reference (shape, prologue, x, NULL, d_y, NULL, expected);
  g_assert_cmpfloat (get_error (d_weights, expected, n), <=, FORWARD_LIMIT);
}

/* A list that ends with a layer of no frames, after every prologue. */
static void
check_forward_all (const OtoConv2dFuncs *path,
                   const OtoConv2dShape *shapes)
{
  for (; shapes->n_frames > 0; shapes++)
    for (int kind = AS_IT_IS; kind < N_PROLOGUES; kind++)
      check_forward (path, shapes, (Prologue) kind);
}

static void
check_backward_all (const OtoConv2dFuncs *path,
                    const OtoConv2dShape *shapes)
{
  for (; shapes->n_frames > 0; shapes++)
    for (int kind = AS_IT_IS; kind < N_PROLOGUES; kind++)
      check_backward (path, shapes, (Prologue) kind);
}

static void
test_direct_forward (void)
{
  check_forward_all (&oto_conv2d_direct, oto_test_conv2d_direct);
}

static void
test_direct_backward (void)
{
  check_backward_all (&oto_conv2d_direct, oto_test_conv2d_direct);
}

static void
test_padded_forward (void)
{
  check_forward_all (&oto_conv2d_direct, oto_test_conv2d_padded);
}

static void
test_padded_backward (void)
{
  check_backward_all (&oto_conv2d_direct, oto_test_conv2d_padded);
}

static void
test_winograd_forward (void)
{
  check_forward_all (&oto_conv2d_winograd, oto_test_conv2d_winograd);
}

static void
test_winograd_backward (void)
{
  check_backward_all (&oto_conv2d_winograd, oto_test_conv2d_winograd);
}

static void
test_depthwise_forward (void)
{
  check_forward_all (&oto_conv2d_depthwise, oto_test_conv2d_depthwise);
}

static void
test_depthwise_backward (void)
{
  check_backward_all (&oto_conv2d_depthwise, oto_test_conv2d_depthwise);
}

/* What the public functions say of a layer's output, and of the layer that goes back. */
static void
test_padded_shapes (void)
{
  OtoConv2dShape large = oto_test_conv2d_large;

  for (int i = 0; oto_test_conv2d_padded[i].n_frames > 0; i++)
    {
      const OtoConv2dShape *shape = &oto_test_conv2d_padded[i];
      const OtoConv2dShape adjoint = oto_conv2d_get_adjoint_shape (shape);
      const OtoConv2dShape again = oto_conv2d_get_adjoint_shape (&adjoint);

      g_assert_cmpint (oto_conv2d_get_out_frames (shape), ==, get_out_frames (shape));
      g_assert_cmpint (oto_conv2d_get_out_mels (shape) * shape->c_out, ==,
                       get_out_row_len (shape));
      g_assert_cmpint (adjoint.n_frames, ==, get_out_frames (shape));
      g_assert_cmpint (oto_conv2d_get_row_grain (shape), ==, 1);
      g_assert_cmpmem (&again, sizeof again, shape, sizeof *shape);
    }

  /* Winograd's tiles have a border all around: a layer without it is summed. */
  large.padding = OTO_CONV2D_VALID;
  g_assert_cmpint (oto_conv2d_choose_path (&large), ==, OTO_CONV2D_DIRECT);
  g_assert_cmpint (oto_conv2d_get_row_grain (&large), ==, 1);
}

/* A map that is too short for its kernel says so, before anything is computed. */
static void
test_padded_too_short (void)
{
  const OtoConv2dShape shape = { 3, 9, 4, 4, 5, 5, 1, FALSE, OTO_CONV2D_VALID };

  g_assert_cmpint (oto_conv2d_get_out_frames (&shape), ==, -1);
  g_assert_cmpint (oto_conv2d_get_out_mels (&shape), ==, 5);
  if (g_test_subprocess ())
    {
      oto_conv2d_choose_path (&shape);
      return;
    }
  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_failed ();
}

/* Half a place of padding does not exist. */
static void
test_padded_even_kernel (void)
{
  const OtoConv2dShape shape = { 3, 9, 4, 4, 2, 3, 1 };

  if (g_test_subprocess ())
    {
      oto_conv2d_choose_path (&shape);
      return;
    }
  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_failed ();
}

/* The kernels for lesser processors meet the same references: the tests above, once more. */
static void
check_kernel_set (const char *portable,
                  const char *name)
{
  if (g_test_subprocess ())
    {
      g_setenv ("OTO_PORTABLE", portable, TRUE);
      g_assert_cmpstr (oto_conv2d_get_kernel_set (), ==, name);
      test_direct_forward ();
      test_direct_backward ();
      test_padded_forward ();
      test_padded_backward ();
      test_winograd_forward ();
      test_winograd_backward ();
      test_depthwise_forward ();
      test_depthwise_backward ();
      return;
    }

  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_passed ();
}

static void
test_portable (void)
{
  check_kernel_set ("1", "portable");
}

static void
test_avx2 (void)
{
#if defined (OTO_PROCESSOR_HAS_LEVELS)
  if (__builtin_cpu_supports ("x86-64-v3"))
    {
      check_kernel_set ("avx2", "avx2");
      return;
    }
#endif
  g_test_skip ("this processor has no AVX2");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/nn/conv2d/direct/forward-matches-sum", test_direct_forward);
  g_test_add_func ("/nn/conv2d/direct/backward-matches-sum", test_direct_backward);
  g_test_add_func ("/nn/conv2d/padded/forward-matches-sum", test_padded_forward);
  g_test_add_func ("/nn/conv2d/padded/backward-matches-sum", test_padded_backward);
  g_test_add_func ("/nn/conv2d/padded/shapes", test_padded_shapes);
  g_test_add_func ("/nn/conv2d/padded/too-short-is-refused", test_padded_too_short);
  g_test_add_func ("/nn/conv2d/padded/even-kernel-is-refused", test_padded_even_kernel);
  g_test_add_func ("/nn/conv2d/winograd/forward-matches-sum", test_winograd_forward);
  g_test_add_func ("/nn/conv2d/winograd/backward-matches-sum", test_winograd_backward);
  g_test_add_func ("/nn/conv2d/depthwise/forward-matches-sum", test_depthwise_forward);
  g_test_add_func ("/nn/conv2d/depthwise/backward-matches-sum", test_depthwise_backward);
  g_test_add_func ("/nn/conv2d/kernels/portable-matches-sum", test_portable);
  g_test_add_func ("/nn/conv2d/kernels/avx2-matches-sum", test_avx2);
  return g_test_run ();
}
