/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test-conv2d.h"

/* T, F, C_in, C_out, kernel along T and F, dilation, whether depthwise, padding. */
const OtoConv2dShape oto_test_conv2d_direct[] =
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
  { 0 },
};

/* Without padding, and their adjoints. */
const OtoConv2dShape oto_test_conv2d_padded[] =
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
  { 0 },
};

const OtoConv2dShape oto_test_conv2d_winograd[] =
{
  { 1, 1, 8, 8, 3, 3, 1 },     { 4, 4, 8, 16, 3, 3, 1 },    { 5, 6, 16, 8, 3, 3, 1 },
  { 3, 9, 16, 16, 3, 3, 1 },   { 13, 7, 24, 40, 3, 3, 1 },  { 9, 64, 32, 32, 3, 3, 1 },
  { 23, 10, 48, 64, 3, 3, 1 }, { 2, 31, 128, 8, 3, 3, 1 },
  { 0 },
};

const OtoConv2dShape oto_test_conv2d_depthwise[] =
{
  { 1, 1, 1, 1, 3, 3, 1, TRUE },     { 1, 1, 8, 8, 3, 3, 8, TRUE },
  { 7, 5, 3, 3, 3, 3, 1, TRUE },     { 4, 9, 16, 16, 3, 3, 1, TRUE },
  { 9, 13, 41, 41, 3, 3, 1, TRUE },  { 5, 11, 31, 31, 3, 3, 2, TRUE },
  { 13, 7, 24, 24, 3, 3, 4, TRUE },  { 3, 2, 12, 12, 3, 3, 4, TRUE },
  { 21, 19, 32, 32, 3, 3, 8, TRUE }, { 23, 1, 9, 9, 3, 3, 2, TRUE },
  { 65, 64, 16, 16, 3, 3, 1, TRUE }, { 7, 11, 5, 5, 3, 3, 3, TRUE },
  { 9, 5, 20, 20, 3, 3, 5, TRUE },   { 2, 17, 7, 7, 3, 3, 6, TRUE },
  { 1, 3, 33, 33, 3, 3, 7, TRUE },
  { 0 },
};

const OtoConv2dShape oto_test_conv2d_large = { 65, 64, 16, 8, 3, 3, 1 };

float *
oto_test_make_values (size_t  n,
                      guint64 seed)
{
  float *values = g_new (float, n);

  oto_test_fill (values, n, seed);
  return values;
}

float *
oto_test_make_untouched (size_t n)
{
  float *values = g_new (float, n);

  for (size_t i = 0; i < n; i++)
    values[i] = OTO_TEST_UNTOUCHED;
  return values;
}

void
oto_test_check_untouched (const float *values,
                          size_t       n)
{
  for (size_t i = 0; i < n; i++)
    g_assert_true (values[i] == OTO_TEST_UNTOUCHED);
}
