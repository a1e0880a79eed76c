/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "nn/oto-conv2d.h"
#include "nn/oto-conv2d-kernels.h"

G_BEGIN_DECLS

/* Where the weights of a file stand, as a layer of @c_in and @c_out sees them. */
typedef struct
{
  const float *weights;
  ptrdiff_t    out_stride;
  ptrdiff_t    in_stride;
  ptrdiff_t    time_stride;
  ptrdiff_t    mel_stride;
} OtoConv2dWeights;

/* A path behind oto-conv2d.h. Each function takes the arguments of the public one of its name, of a
 * layer for which the path is possible; @prepare serves the adjoint, too, which is why it is told
 * where the weights stand. */
typedef struct
{
  const char *name;
  gboolean (*is_possible)      (const OtoConv2dShape    *shape);
  size_t   (*get_filters_len)  (const OtoConv2dShape    *shape);
  size_t   (*get_scratch_len)  (const OtoConv2dShape    *shape);
  void     (*prepare)          (const OtoConv2dShape    *shape,
                                const OtoConv2dWeights  *weights,
                                int                      in_begin,
                                int                      in_end,
                                float                   *ret_filters);
  void     (*forward)          (const OtoConv2dShape    *shape,
                                const float             *filters,
                                const OtoConv2dPrologue *prologue,
                                const float             *x,
                                int                      row_begin,
                                int                      row_end,
                                float                   *ret_y,
                                OtoConv2dRowsFunc        finish_rows,
                                gpointer                 user_data,
                                float                   *scratch);
  void     (*backward_weights) (const OtoConv2dShape    *shape,
                                const OtoConv2dPrologue *prologue,
                                const float             *x,
                                const float             *d_y,
                                int                      row_begin,
                                int                      row_end,
                                OtoConv2dRowsFunc        fill_rows,
                                gpointer                 user_data,
                                float                   *d_filters,
                                float                   *scratch);
  void     (*finish_weights)   (const OtoConv2dShape    *shape,
                                const float             *d_filters,
                                int                      in_begin,
                                int                      in_end,
                                float                   *d_weights);
} OtoConv2dFuncs;

extern const OtoConv2dFuncs oto_conv2d_direct;
extern const OtoConv2dFuncs oto_conv2d_winograd;
extern const OtoConv2dFuncs oto_conv2d_depthwise;

void     oto_conv2d_set_winograd_allowed     (gboolean allowed);

G_END_DECLS
