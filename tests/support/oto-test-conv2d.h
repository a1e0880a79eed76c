/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "nn/oto-conv2d.h"
#include "oto-test.h"

G_BEGIN_DECLS

/* What tests of convolutions share. */

/* Layers for each path; each list ends with a layer of no frames. */
extern const OtoConv2dShape oto_test_conv2d_direct[];
extern const OtoConv2dShape oto_test_conv2d_padded[];      /* VALID and FULL */
extern const OtoConv2dShape oto_test_conv2d_winograd[];
extern const OtoConv2dShape oto_test_conv2d_depthwise[];

/* Large enough for Winograd to be chosen. */
extern const OtoConv2dShape oto_test_conv2d_large;

/* Where nothing may be written, memory keeps this. */
#define OTO_TEST_UNTOUCHED 12345.f

float *oto_test_make_values      (size_t       n,
                                  guint64      seed) G_GNUC_WARN_UNUSED_RESULT;
float *oto_test_make_untouched   (size_t       n) G_GNUC_WARN_UNUSED_RESULT;
void   oto_test_check_untouched  (const float *values,
                                  size_t       n);

G_END_DECLS
