/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test.h"

#include "base/oto-processor.h"
#include "nn/oto-conv2d-private.h"

#include <math.h>
#include <string.h>

/* Where nothing may be written, memory keeps this. */
#define UNTOUCHED 12345.f

/* Rounding of one layer, relative to its largest output. Eight layers in a row are to stay below
 * 1e-5. */
#define FORWARD_LIMIT 2e-6

/* T, F, C_in, C_out, kernel along T and F, dilation, whether depthwise, padding. */
static const OtoConv2dShape direct_shapes[] =
{
  { 1, 1, 1, 1, 3, 3, 1 },     { 1, 1, 1, 1, 1, 1, 1 },     { 2, 3, 1, 8, 3, 3, 1 },
  { 7, 5, 3, 2, 3, 3, 1 },     { 9, 13, 8, 8, 3, 3, 1 },    { 5, 17, 16, 1, 3, 3, 1 },
  { 6, 11, 5, 41, 1, 1, 1 },   { 4, 8, 64, 41, 1, 1, 1 },   { 7, 16, 8, 24, 3, 3, 1 },
  { 5, 9, 33, 65, 3, 3, 1 },   { 1, 21, 12, 40, 3, 3, 1 },  { 23, 1, 7, 9, 3, 3, 1 },
  { 12, 9, 3, 10, 5, 5, 1 },   { 12, 9, 4, 11, 5, 5, 2 },   { 3, 4, 9, 17, 5, 5, 4 },
  { 20, 7, 2, 8, 5, 5, 8 },

  /* Many bins: every frame is a product. */
  { 5, 64, 1, 8, 3, 3, 1 },    { 3, 65, 5, 9, 3, 3, 1 },    { 6, 37, 3, 16, 5, 5, 1 },
  { 7, 33, 4, 11, 5, 5, 2 },   { 5, 41, 3, 7, 5, 5, 4 },    { 11, 32, 2, 8, 5, 5, 8 },
  { 3, 33, 16, 10, 1, 1, 1 },  { 2, 131, 9, 8, 1, 1, 1 },

  /* Few bins and many frames: several blocks. */
  { 77, 2, 16, 24, 3, 3, 1 },  { 141, 4, 5, 11, 3, 3, 1 },  { 131, 3, 2, 9, 5, 5, 2 },

  /* Along time only. */
  { 1, 1, 3, 5, 3, 1, 1 },     { 2, 1, 16, 8, 3, 1, 1 },    { 56, 1, 33, 17, 3, 1, 1 },
  { 129, 1, 24, 40, 3, 1, 1 }, { 300, 1, 9, 7, 3, 1, 1 },   { 131, 1, 5, 12, 3, 1, 4 },
  { 257, 1, 8, 10, 1, 1, 1 },  { 13, 1, 1024, 17, 1, 1, 1 }, { 9, 1, 17, 1024, 3, 1, 1 },

  /* Along one axis of a map. */
  { 13, 11, 4, 9, 3, 1, 1 },   { 40, 35, 3, 8, 5, 1, 2 },   { 6, 13, 5, 8, 1, 3, 1 },
  { 4, 33, 3, 10, 1, 5, 2 },

  /* Fewer frames than the kernel reaches. */
  { 1, 7, 3, 5, 5, 5, 8 },     { 1, 40, 3, 5, 5, 5, 4 },    { 2, 33, 5, 7, 3, 3, 1 },
  { 1, 40, 3, 9, 1, 1, 1 },    { 1, 1, 7, 3, 5, 1, 2 },     { 2, 9, 5, 3, 5, 5, 2 },
};

/* Without padding, and their adjoints. */
static const OtoConv2dShape padded_shapes[] =
{
  { 2, 2, 3, 5, 2, 2, 1, FALSE, OTO_CONV2D_VALID },
  { 14, 2, 33, 17, 2, 2, 1, FALSE, OTO_CONV2D_VALID },
  { 131, 3, 5, 9, 2, 2, 1, FALSE, OTO_CONV2D_VALID },
  { 5, 40, 3, 9, 2, 2, 1, FALSE, OTO_CONV2D_VALID },
  { 9, 17, 4, 8, 2, 2, 1, FALSE, OTO_CONV2D_VALID },
  { 9, 16, 4, 8, 2, 2, 1, FALSE, OTO_CONV2D_VALID },
  { 7, 20, 3, 5, 3, 3, 1, FALSE, OTO_CONV2D_VALID },
  { 20, 25, 2, 9, 5, 5, 2, FALSE, OTO_CONV2D_VALID },
  { 19, 14, 5, 7, 4, 2, 3, FALSE, OTO_CONV2D_VALID },
  { 300, 1, 8, 5, 4, 1, 1, FALSE, OTO_CONV2D_VALID },
  { 6, 5, 3, 4, 1, 1, 1, FALSE, OTO_CONV2D_VALID },
  { 8, 37, 3, 11, 1, 2, 1, FALSE, OTO_CONV2D_VALID },

  { 1, 1, 5, 3, 2, 2, 1, FALSE, OTO_CONV2D_FULL },
  { 13, 1, 17, 33, 2, 2, 1, FALSE, OTO_CONV2D_FULL },
  { 130, 2, 9, 5, 2, 2, 1, FALSE, OTO_CONV2D_FULL },
  { 4, 39, 9, 3, 2, 2, 1, FALSE, OTO_CONV2D_FULL },
  { 8, 15, 8, 4, 2, 2, 1, FALSE, OTO_CONV2D_FULL },
  { 5, 3, 3, 4, 5, 5, 2, FALSE, OTO_CONV2D_FULL },
  { 297, 1, 5, 8, 4, 1, 1, FALSE, OTO_CONV2D_FULL },
};

static const OtoConv2dShape winograd_shapes[] =
{
  { 1, 1, 8, 8, 3, 3, 1 },     { 4, 4, 8, 16, 3, 3, 1 },    { 5, 6, 16, 8, 3, 3, 1 },
  { 3, 9, 16, 16, 3, 3, 1 },   { 13, 7, 24, 40, 3, 3, 1 },  { 9, 64, 32, 32, 3, 3, 1 },
  { 23, 10, 48, 64, 3, 3, 1 }, { 2, 31, 128, 8, 3, 3, 1 },
};

static const OtoConv2dShape depthwise_shapes[] =
{
  { 1, 1, 1, 1, 3, 3, 1, TRUE },     { 1, 1, 8, 8, 3, 3, 8, TRUE },
  { 7, 5, 3, 3, 3, 3, 1, TRUE },     { 4, 9, 16, 16, 3, 3, 1, TRUE },
  { 9, 13, 41, 41, 3, 3, 1, TRUE },  { 5, 11, 31, 31, 3, 3, 2, TRUE },
  { 13, 7, 24, 24, 3, 3, 4, TRUE },  { 3, 2, 12, 12, 3, 3, 4, TRUE },
  { 21, 19, 32, 32, 3, 3, 8, TRUE }, { 23, 1, 9, 9, 3, 3, 2, TRUE },
  { 65, 64, 16, 16, 3, 3, 1, TRUE }, { 7, 11, 5, 5, 3, 3, 3, TRUE },
  { 9, 5, 20, 20, 3, 3, 5, TRUE },   { 2, 17, 7, 7, 3, 3, 6, TRUE },
  { 1, 3, 33, 33, 3, 3, 7, TRUE },
};

/* Large enough for Winograd to be chosen. */
static const OtoConv2dShape large_shape = { 65, 64, 16, 8, 3, 3, 1 };

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

  if (prologue == NULL || !prologue->has_pool ||
      t < 0 || t >= shape->n_frames || f < 0 || f >= shape->n_mels)
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
      g_assert_false (called->to[i] == UNTOUCHED);
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

static float *
make_values (size_t  n,
             guint64 seed)
{
  float *values = g_new (float, n);

  oto_test_fill (values, n, seed);
  return values;
}

static float *
make_untouched (size_t n)
{
  float *values = g_new (float, n);

  for (size_t i = 0; i < n; i++)
    values[i] = UNTOUCHED;
  return values;
}

static void
check_untouched (const float *values,
                 size_t       n)
{
  for (size_t i = 0; i < n; i++)
    g_assert_true (values[i] == UNTOUCHED);
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
  g_autofree float *x = make_values (get_x_len (shape), 1);
  g_autofree float *weights = make_values (get_weights_len (shape), 2);
  g_autofree float *scale = make_values (shape->c_in, 3);
  g_autofree float *shift = make_values (shape->c_in, 4);
  g_autofree float *filters = make_untouched (filters_len + 1);
  g_autofree float *scratch = make_untouched (scratch_len + 1);
  g_autofree float *y = make_untouched (y_len + 1);
  g_autofree float *pieces = make_untouched (y_len + 1);
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
  check_untouched (filters + filters_len, 1);
  check_untouched (scratch + scratch_len, 1);
  check_untouched (y + y_len, 1);

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
      check_untouched (pieces + pos, y_len - pos + 1);
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
  g_autofree float *x = make_values (get_x_len (shape), 5);
  g_autofree float *d_y = make_values (get_y_len (shape), 6);
  g_autofree float *filled = make_untouched (get_y_len (shape));
  g_autofree float *scale = make_values (shape->c_in, 7);
  g_autofree float *shift = make_values (shape->c_in, 8);
  g_autofree float *d_filters = g_new0 (float, filters_len + 1);
  g_autofree float *scratch = make_untouched (scratch_len + 1);
  g_autofree float *d_weights = make_values (n, 9);
  g_autofree double *expected = g_new0 (double, n);
  const OtoConv2dPrologue some = make_prologue (kind, scale, shift);
  const OtoConv2dPrologue *prologue = kind != AS_IT_IS ? &some : NULL;
  Called called = { 0, get_out_row_len (shape), d_y, filled };

  /* Both are added to. */
  for (size_t i = 0; i < n; i++)
    expected[i] = d_weights[i];
  d_filters[filters_len] = UNTOUCHED;
  path->backward_weights (shape, prologue, x, filled, 0, middle, called_cb, &called, d_filters,
                          scratch);
  g_assert_cmpint (called.next_row, ==, middle);
  path->backward_weights (shape, prologue, x, d_y, middle, n_frames, NULL, NULL, d_filters,
                          scratch);
  path->finish_weights (shape, d_filters, 0, shape->c_in / 2, d_weights);
  path->finish_weights (shape, d_filters, shape->c_in / 2, shape->c_in, d_weights);
  check_untouched (d_filters + filters_len, 1);
  check_untouched (scratch + scratch_len, 1);

  compute_reference (shape, prologue, x, NULL, d_y, NULL, expected);
  g_assert_cmpfloat (get_error (d_weights, expected, n), <=, FORWARD_LIMIT);
}

static void
test_direct_forward (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (direct_shapes); i++)
    for (int kind = AS_IT_IS; kind < N_PROLOGUES; kind++)
      check_forward (&oto_conv2d_direct, &direct_shapes[i], (Prologue) kind);
}

static void
test_direct_backward (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (direct_shapes); i++)
    for (int kind = AS_IT_IS; kind < N_PROLOGUES; kind++)
      check_backward (&oto_conv2d_direct, &direct_shapes[i], (Prologue) kind);
}

static void
test_padded_forward (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (padded_shapes); i++)
    for (int kind = AS_IT_IS; kind < N_PROLOGUES; kind++)
      check_forward (&oto_conv2d_direct, &padded_shapes[i], (Prologue) kind);
}

static void
test_padded_backward (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (padded_shapes); i++)
    for (int kind = AS_IT_IS; kind < N_PROLOGUES; kind++)
      check_backward (&oto_conv2d_direct, &padded_shapes[i], (Prologue) kind);
}

static void
test_winograd_forward (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (winograd_shapes); i++)
    for (int kind = AS_IT_IS; kind < N_PROLOGUES; kind++)
      check_forward (&oto_conv2d_winograd, &winograd_shapes[i], (Prologue) kind);
}

static void
test_winograd_backward (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (winograd_shapes); i++)
    for (int kind = AS_IT_IS; kind < N_PROLOGUES; kind++)
      check_backward (&oto_conv2d_winograd, &winograd_shapes[i], (Prologue) kind);
}

static void
test_depthwise_forward (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (depthwise_shapes); i++)
    for (int kind = AS_IT_IS; kind < N_PROLOGUES; kind++)
      check_forward (&oto_conv2d_depthwise, &depthwise_shapes[i], (Prologue) kind);
}

static void
test_depthwise_backward (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (depthwise_shapes); i++)
    for (int kind = AS_IT_IS; kind < N_PROLOGUES; kind++)
      check_backward (&oto_conv2d_depthwise, &depthwise_shapes[i], (Prologue) kind);
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

/* <conv (x), d_y> = <x, adjoint (d_y)> = <weights, d_weights>, through the public functions and
 * their choice of path. */
static void
check_adjoint (const OtoConv2dShape *shape)
{
  const OtoConv2dShape adjoint = oto_conv2d_get_adjoint_shape (shape);
  const size_t x_len = get_x_len (shape), y_len = get_y_len (shape);
  const size_t filters_len = oto_conv2d_get_filters_len (shape);
  const size_t scratch_len = oto_conv2d_get_scratch_len (shape);
  g_autofree float *x = make_values (x_len, 10);
  g_autofree float *d_y = make_values (y_len, 11);
  g_autofree float *weights = make_values (get_weights_len (shape), 12);
  g_autofree float *filters = make_untouched (filters_len + 1);
  g_autofree float *scratch = make_untouched (scratch_len + 1);
  g_autofree float *y = g_new (float, y_len);
  g_autofree float *d_x = g_new (float, x_len);
  g_autofree float *d_weights = g_new0 (float, get_weights_len (shape));
  double forward, backward, by_weights, size;

  g_assert_cmpuint (oto_conv2d_get_filters_len (&adjoint), ==, filters_len);
  g_assert_cmpuint (oto_conv2d_get_scratch_len (&adjoint), ==, scratch_len);

  oto_conv2d_prepare (shape, weights, 0, shape->c_in, filters);
  oto_conv2d_forward (shape, filters, NULL, x, 0, get_out_frames (shape), y, NULL, NULL, scratch);
  oto_conv2d_prepare_adjoint (shape, weights, 0, shape->c_out, filters);
  oto_conv2d_forward (&adjoint, filters, NULL, d_y, 0, shape->n_frames, d_x, NULL, NULL,
                      scratch);
  memset (filters, 0, filters_len * sizeof (float));
  oto_conv2d_backward_weights (shape, NULL, x, d_y, 0, get_out_frames (shape), NULL, NULL, filters,
                               scratch);
  oto_conv2d_finish_weights (shape, filters, 0, shape->c_in, d_weights);
  check_untouched (filters + filters_len, 1);
  check_untouched (scratch + scratch_len, 1);

  forward = dot (y, d_y, y_len);
  backward = dot (x, d_x, x_len);
  by_weights = dot (weights, d_weights, get_weights_len (shape));
  size = sqrt (dot (y, y, y_len) * dot (d_y, d_y, y_len));
  g_assert_cmpfloat (fabs (forward - backward), <=, 1e-6 * size);
  g_assert_cmpfloat (fabs (forward - by_weights), <=, 1e-6 * size);
}

static void
test_adjoint (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (direct_shapes); i++)
    check_adjoint (&direct_shapes[i]);
  for (guint i = 0; i < G_N_ELEMENTS (padded_shapes); i++)
    check_adjoint (&padded_shapes[i]);
  for (guint i = 0; i < G_N_ELEMENTS (winograd_shapes); i++)
    check_adjoint (&winograd_shapes[i]);
  for (guint i = 0; i < G_N_ELEMENTS (depthwise_shapes); i++)
    {
      g_assert_cmpint (oto_conv2d_choose_path (&depthwise_shapes[i]), ==, OTO_CONV2D_DEPTHWISE);
      check_adjoint (&depthwise_shapes[i]);
    }

  g_assert_cmpint (oto_conv2d_choose_path (&large_shape), ==, OTO_CONV2D_WINOGRAD);
  check_adjoint (&large_shape);
}

/* What the public functions say of a layer's output, and of the layer that goes back. */
static void
test_padded_shapes (void)
{
  OtoConv2dShape large = large_shape;

  for (guint i = 0; i < G_N_ELEMENTS (padded_shapes); i++)
    {
      const OtoConv2dShape *shape = &padded_shapes[i];
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
  check_adjoint (&large);
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

static void
test_winograd_refused (void)
{
  oto_conv2d_set_winograd_allowed (FALSE);
  g_assert_cmpint (oto_conv2d_choose_path (&large_shape), ==, OTO_CONV2D_DIRECT);
  check_adjoint (&large_shape);
  oto_conv2d_set_winograd_allowed (TRUE);
  g_assert_cmpint (oto_conv2d_choose_path (&large_shape), ==, OTO_CONV2D_WINOGRAD);
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
  const int n_frames = get_out_frames (shape);
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
  const size_t n = get_weights_len (shape), x_len = get_x_len (shape), y_len = get_y_len (shape);
  g_autofree float *x = make_values (x_len, 13);
  g_autofree float *d_y = make_values (y_len, 14);
  g_autofree float *weights = make_values (n, 15);
  g_autofree float *filters = g_new0 (float, oto_conv2d_get_filters_len (shape));
  g_autofree float *scratch = g_new (float, oto_conv2d_get_scratch_len (shape));
  g_autofree float *d_x = g_new (float, x_len);
  g_autofree float *d_weights = g_new0 (float, n);
  const double limit = 1e-6 * sqrt ((double) y_len) * shape->c_in * shape->kernel_mels;

  oto_conv2d_backward_weights (shape, NULL, x, d_y, 0, get_out_frames (shape), NULL, NULL, filters,
                               scratch);
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
    { 9, 35, 1, 11, 5, 5, 1 }, { 29, 7, 5, 3, 1, 1, 1 }, large_shape,
    { 11, 13, 19, 19, 3, 3, 1, TRUE }, { 21, 17, 9, 9, 3, 3, 8, TRUE },
    { 21, 19, 5, 3, 5, 5, 4 }, { 5, 37, 3, 7, 5, 5, 8 }, { 1, 9, 5, 3, 3, 3, 1 },
    { 9, 1, 5, 7, 1, 1, 1 }, { 14, 2, 9, 11, 2, 2, 1, FALSE, OTO_CONV2D_VALID },
    { 7, 33, 3, 5, 2, 2, 1, FALSE, OTO_CONV2D_VALID },
    { 4, 6, 5, 3, 2, 2, 3, FALSE, OTO_CONV2D_FULL },
  };

  for (guint s = 0; s < G_N_ELEMENTS (shapes); s++)
    check_finite_differences (&shapes[s]);
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
  g_test_add_func ("/nn/conv2d/adjoint/inner-products-agree", test_adjoint);
  g_test_add_func ("/nn/conv2d/winograd/refused", test_winograd_refused);
  g_test_add_func ("/nn/conv2d/gradients/finite-differences", test_finite_differences);
  g_test_add_func ("/nn/conv2d/kernels/portable-matches-sum", test_portable);
  g_test_add_func ("/nn/conv2d/kernels/avx2-matches-sum", test_avx2);
  return g_test_run ();
}
