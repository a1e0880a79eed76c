/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "nn/oto-conv2d.h"

#include "nn/oto-conv2d-private.h"

/* Places that a kernel reaches beyond one. */
static int
get_reach (int kernel,
           int dilation)
{
  return (kernel - 1) * dilation;
}

static int
get_out_len (int              len,
             int              reach,
             OtoConv2dPadding padding)
{
  switch (padding)
    {
    case OTO_CONV2D_SAME:
      break;
    case OTO_CONV2D_VALID:
      return len - reach;
    case OTO_CONV2D_FULL:
      return len + reach;
    }
  return len;
}

/**
 * oto_conv2d_get_out_frames: (skip)
 * @shape: a layer
 *
 * Returns: T_out, frames of its output; below 1 for an input that is too short
 */
int
oto_conv2d_get_out_frames (const OtoConv2dShape *shape)
{
  return get_out_len (shape->n_frames, get_reach (shape->kernel_frames, shape->dilation),
                      shape->padding);
}

/**
 * oto_conv2d_get_out_mels: (skip)
 * @shape: a layer
 *
 * Returns: F_out, mel bins of its output; below 1 for an input that is too narrow
 */
int
oto_conv2d_get_out_mels (const OtoConv2dShape *shape)
{
  return get_out_len (shape->n_mels, get_reach (shape->kernel_mels, shape->dilation),
                      shape->padding);
}

/**
 * oto_conv2d_get_adjoint_shape: (skip)
 * @shape: a layer
 *
 * Returns: the layer that computes d_x from d_y: inputs and outputs exchanged. Its own adjoint is
 *   @shape.
 */
OtoConv2dShape
oto_conv2d_get_adjoint_shape (const OtoConv2dShape *shape)
{
  OtoConv2dShape adjoint = *shape;

  adjoint.n_frames = oto_conv2d_get_out_frames (shape);
  adjoint.n_mels = oto_conv2d_get_out_mels (shape);
  adjoint.c_in = shape->c_out;
  adjoint.c_out = shape->c_in;
  if (shape->padding != OTO_CONV2D_SAME)
    adjoint.padding = shape->padding == OTO_CONV2D_VALID ? OTO_CONV2D_FULL : OTO_CONV2D_VALID;
  return adjoint;
}

/* Maps of fewer bins are small: Winograd's filters, four times as long, are read for few products,
 * and border tiles make up much of them. With many channels it is worth while down to a smaller
 * map, if that fills its tiles. */
#define WINOGRAD_MIN_BINS      4096
#define WINOGRAD_MIN_DEEP_BINS 192
#define WINOGRAD_DEEP_CHANNELS 64

static gboolean
is_worth_winograd (const OtoConv2dShape *shape)
{
  const gint64 n_bins = (gint64) shape->n_frames * shape->n_mels;
  const gint64 n_covered = 16 * (gint64) ((shape->n_frames + 3) / 4) * ((shape->n_mels + 3) / 4);
  const gboolean is_deep = MIN (shape->c_in, shape->c_out) >= WINOGRAD_DEEP_CHANNELS;

  return n_bins >= WINOGRAD_MIN_BINS
         || (is_deep && n_bins >= WINOGRAD_MIN_DEEP_BINS && 3 * n_covered <= 4 * n_bins);
}

static gboolean winograd_allowed = TRUE;

/**
 * oto_conv2d_set_winograd_allowed: (skip)
 * @allowed: %FALSE to sum directly wherever Winograd would be chosen
 *
 * For tests that tell the rounding of both paths apart. It holds for the process; networks made
 * before keep filters of the other path, so it is set before any is made.
 */
void
oto_conv2d_set_winograd_allowed (gboolean allowed)
{
  winograd_allowed = allowed;
}

/**
 * oto_conv2d_choose_path: (skip)
 * @shape: a layer
 *
 * From 8 to 256 channels at 311 x 64, Winograd was never slower where it is possible
 * (bench-conv2d); from 64 to 1024 channels at 250 x 16, 125 x 8 and 62 x 4 it was 1.5 to 3 times as
 * fast, and at 31 x 2 slower. Small maps of few channels gain nothing from it, and the direct sum
 * rounds less: in small networks that decides fewer ReLUs the other way. Only the direct sum knows
 * other padding than SAME.
 *
 * Returns: how its outputs and the gradient of its weights are computed; its input gradient goes
 *   the way of oto_conv2d_get_adjoint_shape()
 */
OtoConv2dPath
oto_conv2d_choose_path (const OtoConv2dShape *shape)
{
  if (shape->is_depthwise)
    {
      g_assert (oto_conv2d_depthwise.is_possible (shape));
      return OTO_CONV2D_DEPTHWISE;
    }
  g_assert (oto_conv2d_direct.is_possible (shape));
  if (!winograd_allowed || !is_worth_winograd (shape))
    return OTO_CONV2D_DIRECT;
  return oto_conv2d_winograd.is_possible (shape) ? OTO_CONV2D_WINOGRAD : OTO_CONV2D_DIRECT;
}

static const OtoConv2dFuncs *
get_funcs (const OtoConv2dShape *shape)
{
  static const OtoConv2dFuncs *const funcs[] =
  {
    [OTO_CONV2D_DIRECT] = &oto_conv2d_direct,
    [OTO_CONV2D_WINOGRAD] = &oto_conv2d_winograd,
    [OTO_CONV2D_DEPTHWISE] = &oto_conv2d_depthwise,
  };

  return funcs[oto_conv2d_choose_path (shape)];
}

/**
 * oto_conv2d_get_kernel_set: (skip)
 *
 * Returns: (transfer none): the kind of processor that the kernels in use are for
 */
const char *
oto_conv2d_get_kernel_set (void)
{
  return oto_conv2d_get_kernels ()->name;
}

/**
 * oto_conv2d_get_filters_len: (skip)
 * @shape: a layer
 *
 * Returns: floats of its prepared filters, of those of its adjoint, or of prepared gradients
 */
size_t
oto_conv2d_get_filters_len (const OtoConv2dShape *shape)
{
  const OtoConv2dShape adjoint = oto_conv2d_get_adjoint_shape (shape);

  return MAX (get_funcs (shape)->get_filters_len (shape),
              get_funcs (&adjoint)->get_filters_len (&adjoint));
}

/**
 * oto_conv2d_get_scratch_len: (skip)
 * @shape: a layer
 *
 * Returns: floats of temporary memory for any function of the layer or of its adjoint, per thread
 */
size_t
oto_conv2d_get_scratch_len (const OtoConv2dShape *shape)
{
  const OtoConv2dShape adjoint = oto_conv2d_get_adjoint_shape (shape);

  return MAX (get_funcs (shape)->get_scratch_len (shape),
              get_funcs (&adjoint)->get_scratch_len (&adjoint));
}

/**
 * oto_conv2d_get_row_grain: (skip)
 * @shape: a layer
 *
 * Returns: ranges of rows begin at multiples of this, for all functions of the layer and of its
 *   adjoint
 */
int
oto_conv2d_get_row_grain (const OtoConv2dShape *shape)
{
  return oto_conv2d_winograd.is_possible (shape) ? 4 : 1;
}

/**
 * oto_conv2d_prepare: (skip)
 * @shape: a layer
 * @weights: (C_out, C_in, kernel_frames, kernel_mels), or (C, 1, 3, 3), read
 * @in_begin: the first input channel
 * @in_end: the one after the last; C_in
 * @ret_filters: (out caller-allocates): what the forward pass reads, oto_conv2d_get_filters_len()
 *
 * Packs or transforms weights, once per load or optimiser step. Ranges of channels are independent.
 */
void
oto_conv2d_prepare (const OtoConv2dShape *shape,
                    const float          *weights,
                    int                   in_begin,
                    int                   in_end,
                    float                *ret_filters)
{
  const int n_taps = shape->kernel_frames * shape->kernel_mels;
  const int n_read = shape->is_depthwise ? 1 : shape->c_in;
  const OtoConv2dWeights view =
  {
    weights, (ptrdiff_t) n_read * n_taps, n_taps, shape->kernel_mels, 1
  };

  get_funcs (shape)->prepare (shape, &view, in_begin, in_end, ret_filters);
}

/**
 * oto_conv2d_prepare_adjoint: (skip)
 * @shape: a layer
 * @weights: (C_out, C_in, kernel_frames, kernel_mels), read
 * @in_begin: the first channel of d_y
 * @in_end: the one after the last; C_out
 * @ret_filters: (out caller-allocates): filters of the layer with channels exchanged and the kernel
 *   turned by 180 degrees
 *
 * With these and oto_conv2d_get_adjoint_shape(), oto_conv2d_forward() computes d_x from d_y.
 */
void
oto_conv2d_prepare_adjoint (const OtoConv2dShape *shape,
                            const float          *weights,
                            int                   in_begin,
                            int                   in_end,
                            float                *ret_filters)
{
  const OtoConv2dShape adjoint = oto_conv2d_get_adjoint_shape (shape);
  const int n_taps = shape->kernel_frames * shape->kernel_mels;
  const OtoConv2dWeights view =
  {
    weights + n_taps - 1, n_taps, (ptrdiff_t) shape->c_in * n_taps, -shape->kernel_mels, -1
  };

  get_funcs (&adjoint)->prepare (&adjoint, &view, in_begin, in_end, ret_filters);
}

/**
 * oto_conv2d_forward: (skip)
 * @shape: a layer
 * @filters: what oto_conv2d_prepare() made
 * @prologue: (nullable): what is done to every value of @x first
 * @x: (T, F, C_in), read
 * @row_begin: the first frame of @ret_y to write, a multiple of oto_conv2d_get_row_grain()
 * @row_end: the frame after the last, such a multiple or T_out
 * @ret_y: (T_out, F_out, C_out); frames in the range are written
 * @finish_rows: (nullable): called for the frames of the range as they have been written
 * @user_data: for @finish_rows
 * @scratch: oto_conv2d_get_scratch_len() floats
 *
 * Computes the convolution of one clip. Ranges are independent: the same numbers come out however
 * the frames are cut.
 */
void
oto_conv2d_forward (const OtoConv2dShape    *shape,
                    const float             *filters,
                    const OtoConv2dPrologue *prologue,
                    const float             *x,
                    int                      row_begin,
                    int                      row_end,
                    float                   *ret_y,
                    OtoConv2dRowsFunc        finish_rows,
                    gpointer                 user_data,
                    float                   *scratch)
{
  get_funcs (shape)->forward (shape, filters, prologue, x, row_begin, row_end, ret_y, finish_rows,
                              user_data, scratch);
}

/**
 * oto_conv2d_backward_weights: (skip)
 * @shape: a layer
 * @prologue: (nullable): as in the forward pass
 * @x: (T, F, C_in), read
 * @d_y: (T_out, F_out, C_out), read
 * @row_begin: the first frame of @d_y to count, a multiple of oto_conv2d_get_row_grain()
 * @row_end: the frame after the last, such a multiple or T_out
 * @fill_rows: (nullable): called for the frames of the range before @d_y is read there: it may
 *   write them
 * @user_data: for @fill_rows
 * @d_filters: oto_conv2d_get_filters_len() floats, added to; in an order of its own, for
 *   oto_conv2d_finish_weights()
 * @scratch: oto_conv2d_get_scratch_len() floats
 *
 * Adds the gradient of the weights over a range of frames of one clip.
 */
void
oto_conv2d_backward_weights (const OtoConv2dShape    *shape,
                             const OtoConv2dPrologue *prologue,
                             const float             *x,
                             const float             *d_y,
                             int                      row_begin,
                             int                      row_end,
                             OtoConv2dRowsFunc        fill_rows,
                             gpointer                 user_data,
                             float                   *d_filters,
                             float                   *scratch)
{
  get_funcs (shape)->backward_weights (shape, prologue, x, d_y, row_begin, row_end, fill_rows,
                                       user_data, d_filters, scratch);
}

/**
 * oto_conv2d_finish_weights: (skip)
 * @shape: a layer
 * @d_filters: what oto_conv2d_backward_weights() summed up, read
 * @in_begin: the first input channel
 * @in_end: the one after the last; C_in
 * @d_weights: (C_out, C_in, kernel_frames, kernel_mels), added to
 *
 * Ranges of channels are independent.
 */
void
oto_conv2d_finish_weights (const OtoConv2dShape *shape,
                           const float          *d_filters,
                           int                   in_begin,
                           int                   in_end,
                           float                *d_weights)
{
  get_funcs (shape)->finish_weights (shape, d_filters, in_begin, in_end, d_weights);
}
