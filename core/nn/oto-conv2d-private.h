/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "nn/oto-conv2d.h"
#include "nn/oto-conv2d-kernels.h"

G_BEGIN_DECLS

/* The paths behind oto-conv2d.h; each takes the arguments of the public function of its name.
 * */

/* Where the weights of a file stand, as a layer of @c_in and @c_out sees them. */
typedef struct
{
  const float *weights;
  ptrdiff_t    out_stride;
  ptrdiff_t    in_stride;
  ptrdiff_t    time_stride;
  ptrdiff_t    mel_stride;
} OtoConv2dWeights;

size_t   oto_conv2d_direct_get_filters_len   (const OtoConv2dShape *shape);
size_t   oto_conv2d_direct_get_scratch_len   (const OtoConv2dShape *shape);
void     oto_conv2d_direct_prepare           (const OtoConv2dShape   *shape,
                                              const OtoConv2dWeights *weights,
                                              int                     in_begin,
                                              int                     in_end,
                                              float                  *ret_filters);
void     oto_conv2d_direct_forward           (const OtoConv2dShape    *shape,
                                              const float             *filters,
                                              const OtoConv2dPrologue *prologue,
                                              const float             *x,
                                              int                      row_begin,
                                              int                      row_end,
                                              float                   *ret_y,
                                              OtoConv2dRowsFunc        finish_rows,
                                              gpointer                 user_data,
                                              float                   *scratch);
void     oto_conv2d_direct_backward_weights  (const OtoConv2dShape    *shape,
                                              const OtoConv2dPrologue *prologue,
                                              const float             *x,
                                              const float             *d_y,
                                              int                      row_begin,
                                              int                      row_end,
                                              OtoConv2dRowsFunc        fill_rows,
                                              gpointer                 user_data,
                                              float                   *d_filters,
                                              float                   *scratch);
void     oto_conv2d_direct_finish_weights    (const OtoConv2dShape *shape,
                                              const float          *d_filters,
                                              int                   in_begin,
                                              int                   in_end,
                                              float                *d_weights);

/* For tests. */
void     oto_conv2d_set_winograd_allowed     (gboolean allowed);

gboolean oto_conv2d_winograd_is_possible     (const OtoConv2dShape *shape);
size_t   oto_conv2d_winograd_get_filters_len (const OtoConv2dShape *shape);
size_t   oto_conv2d_winograd_get_scratch_len (const OtoConv2dShape *shape);
void     oto_conv2d_winograd_prepare         (const OtoConv2dShape   *shape,
                                              const OtoConv2dWeights *weights,
                                              int                     in_begin,
                                              int                     in_end,
                                              float                  *ret_filters);
void     oto_conv2d_winograd_forward         (const OtoConv2dShape    *shape,
                                              const float             *filters,
                                              const OtoConv2dPrologue *prologue,
                                              const float             *x,
                                              int                      row_begin,
                                              int                      row_end,
                                              float                   *ret_y,
                                              OtoConv2dRowsFunc        finish_rows,
                                              gpointer                 user_data,
                                              float                   *scratch);
void     oto_conv2d_winograd_backward_weights (const OtoConv2dShape    *shape,
                                               const OtoConv2dPrologue *prologue,
                                               const float             *x,
                                               const float             *d_y,
                                               int                      row_begin,
                                               int                      row_end,
                                               OtoConv2dRowsFunc        fill_rows,
                                               gpointer                 user_data,
                                               float                   *d_filters,
                                               float                   *scratch);
void     oto_conv2d_winograd_finish_weights  (const OtoConv2dShape *shape,
                                              const float          *d_filters,
                                              int                   in_begin,
                                              int                   in_end,
                                              float                *d_weights);

gboolean oto_conv2d_depthwise_is_possible    (const OtoConv2dShape *shape);
size_t   oto_conv2d_depthwise_get_filters_len (const OtoConv2dShape *shape);
size_t   oto_conv2d_depthwise_get_scratch_len (const OtoConv2dShape *shape);
void     oto_conv2d_depthwise_prepare        (const OtoConv2dShape   *shape,
                                              const OtoConv2dWeights *weights,
                                              int                     in_begin,
                                              int                     in_end,
                                              float                  *ret_filters);
void     oto_conv2d_depthwise_forward        (const OtoConv2dShape    *shape,
                                              const float             *filters,
                                              const OtoConv2dPrologue *prologue,
                                              const float             *x,
                                              int                      row_begin,
                                              int                      row_end,
                                              float                   *ret_y,
                                              OtoConv2dRowsFunc        finish_rows,
                                              gpointer                 user_data,
                                              float                   *scratch);
void     oto_conv2d_depthwise_backward_weights (const OtoConv2dShape    *shape,
                                                const OtoConv2dPrologue *prologue,
                                                const float             *x,
                                                const float             *d_y,
                                                int                      row_begin,
                                                int                      row_end,
                                                OtoConv2dRowsFunc        fill_rows,
                                                gpointer                 user_data,
                                                float                   *d_filters,
                                                float                   *scratch);
void     oto_conv2d_depthwise_finish_weights (const OtoConv2dShape *shape,
                                              const float          *d_filters,
                                              int                   in_begin,
                                              int                   in_end,
                                              float                *d_weights);

G_END_DECLS
