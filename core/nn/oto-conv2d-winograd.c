/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "nn/oto-conv2d-frames.h"
#include "nn/oto-conv2d-private.h"

#include <string.h>

/* Winograd F(4x4, 3x3): a tile of 4x4 outputs from 6x6 inputs x and 3x3 weights w by 36 products
 * instead of 144.
 *
 *   y = A^T ((G w G^T) . (B^T x B)) A        . is elementwise, summed over C_in
 *
 * The columns of A^T and the rows of G and B^T belong to the points 0, a, -a, b, -b and infinity:
 *
 *   A^T = | 1  1    1    1    1   0 |    G = | 1/(a^2 b^2)  0    0     |
 *         | 0  a   -a    b   -b   0 |        | u            u a  u a^2 |
 *         | 0  a^2  a^2  b^2  b^2 0 |        | u           -u a  u a^2 |
 *         | 0  a^3 -a^3  b^3 -b^3 1 |        | v            v b  v b^2 |
 *                                            | v           -v b  v b^2 |
 *                                            | 0            0    1     |
 *   B^T = | a^2 b^2  0        -(a^2+b^2)   0          1  0 |
 *         | 0       -a b^2    -b^2         a          1  0 |    u = 1 / (2 a^2 (a^2 - b^2))
 *         | 0        a b^2    -b^2        -a          1  0 |    v = 1 / (2 b^2 (b^2 - a^2))
 *         | 0       -a^2 b    -a^2         b          1  0 |
 *         | 0        a^2 b    -a^2        -b          1  0 |
 *         | 0        a^2 b^2   0         -(a^2+b^2)   0  1 |
 *
 * For each of the 36 elements, the sum over C_in is a product (tiles, C_in) (C_in, C_out). Its
 * adjoint gives the gradient of the weights, by products (C_in, tiles) (tiles, C_out):
 *
 *   d_w = G^T (sum over tiles of (B^T x B) . (A d_y A^T)) G
 *
 * Source: Lavin and Gray, arXiv:1509.09308, for the method. With a = 0.75 and b = 1.5 rounding is a
 * quarter of that with 1 and 2: at 256 channels, 2e-6 of the largest output at most.
 *
 * Filters: 36 packed matrices (C_in, C_out). */

#define N_POINTS 36

/* Floats of the transformed tiles of one block. The fewest stay in a second cache of 1 MiB. A block
 * reads all filters and adds to all of their gradients: where those do not fit beside the tiles,
 * blocks are longer, so that there are fewer, up to where the tiles cost more than that spares. */
#define MIN_BLOCK_FLOATS (160 * 1024)
#define MAX_BLOCK_FLOATS (640 * 1024)

/* A row more keeps planes of a power of two in length from sharing the sets of a cache. */
#define PLANE_PADDING 16

static gboolean
is_possible (const OtoConv2dShape *shape)
{
  return !shape->is_depthwise && shape->padding == OTO_CONV2D_SAME
         && shape->kernel_frames == 3 && shape->kernel_mels == 3 && shape->dilation == 1
         && shape->c_in % OTO_CONV2D_LANES == 0 && shape->c_out % OTO_CONV2D_LANES == 0;
}

static size_t
get_filters_len (const OtoConv2dShape *shape)
{
  return N_POINTS * (size_t) shape->c_in * shape->c_out;
}

static int
get_n_tile_columns (const OtoConv2dShape *shape)
{
  return (shape->n_mels + 3) / 4;
}

/* Tile rows that are worked on together. */
static int
get_block_rows (const OtoConv2dShape *shape)
{
  const size_t n_channels = (size_t) shape->c_in + shape->c_out;
  const size_t row_len = N_POINTS * n_channels * get_n_tile_columns (shape);
  const size_t block_len = CLAMP (get_filters_len (shape),
                                  MIN_BLOCK_FLOATS, MAX_BLOCK_FLOATS);
  const int n_tile_rows = (shape->n_frames + 3) / 4;

  return CLAMP ((int) (block_len / row_len), 1, n_tile_rows);
}

static size_t
get_plane_len (const OtoConv2dShape *shape,
               int                   n_channels)
{
  return (size_t) get_block_rows (shape) * get_n_tile_columns (shape) * n_channels + PLANE_PADDING;
}

/* Frames that a row of tiles reads. */
#define N_FRAMES 6

/* The last tile reads one bin more than it covers. */
static int
get_margin (const OtoConv2dShape *shape)
{
  return 4 * get_n_tile_columns (shape) - shape->n_mels + 1;
}

static size_t
get_scratch_len (const OtoConv2dShape *shape)
{
  return N_POINTS * (get_plane_len (shape, shape->c_in) + get_plane_len (shape, shape->c_out)) +
         oto_conv2d_frames_get_scratch_len (shape, N_FRAMES, get_margin (shape));
}

static void
prepare (const OtoConv2dShape   *shape,
         const OtoConv2dWeights *weights,
         int                     in_begin,
         int                     in_end,
         float                  *ret_filters)
{
  const OtoConv2dKernels *kernels = oto_conv2d_get_kernels ();
  const size_t plane_len = (size_t) shape->c_in * shape->c_out;

  for (int ci = in_begin; ci < in_end; ci++)
    for (int co = 0; co < shape->c_out; co += OTO_CONV2D_LANES)
      {
        const float *w = weights->weights + co * weights->out_stride + ci * weights->in_stride;
        const size_t pos = oto_conv2d_packed_pos (ci, co, shape->c_in, shape->c_out);
        float taps[9 * OTO_CONV2D_LANES];

        for (int l = 0; l < OTO_CONV2D_LANES; l++, w += weights->out_stride)
          for (int i = 0; i < 3; i++)
            for (int j = 0; j < 3; j++)
              taps[(3 * i + j) * OTO_CONV2D_LANES + l] =
                w[i * weights->time_stride + j * weights->mel_stride];
        kernels->transform_filters (taps, ret_filters + pos, plane_len);
      }
}

static OtoConv2dTiles
get_tiles (const OtoConv2dShape *shape,
           int                   n_channels)
{
  return (OtoConv2dTiles)
    {
      .n_mels = shape->n_mels,
      .n_channels = n_channels,
      .n_tiles = get_n_tile_columns (shape),
      .plane_len = get_plane_len (shape, n_channels),
    };
}

/* What both passes share: the frames of the input, and blocks of transformed tiles. */
typedef struct
{
  const OtoConv2dKernels *kernels;
  OtoConv2dFrames         frames;
  OtoConv2dTiles          in, out;
  float                  *inputs;        /* (36, tiles, C_in) */
  float                  *products;      /* (36, tiles, C_out), or their gradient */
} Blocks;

static void
blocks_init (Blocks                  *self,
             const OtoConv2dShape    *shape,
             const OtoConv2dPrologue *prologue,
             int                      row_begin,
             float                   *scratch)
{
  self->kernels = oto_conv2d_get_kernels ();
  self->in = get_tiles (shape, shape->c_in);
  self->out = get_tiles (shape, shape->c_out);
  self->inputs = scratch;
  self->products = self->inputs + N_POINTS * self->in.plane_len;
  oto_conv2d_frames_init (&self->frames, shape, prologue, N_FRAMES, get_margin (shape),
                          row_begin - 1, self->products + N_POINTS * self->out.plane_len);
}

/* Transforms the inputs of the row of tiles from frame @row on, tile @pos of the block. */
static void
blocks_transform_input (Blocks      *self,
                        const float *x,
                        int          row,
                        int          pos)
{
  const float *rows[N_FRAMES];

  oto_conv2d_frames_advance (&self->frames, x, row + N_FRAMES - 2);
  for (int i = 0; i < N_FRAMES; i++)
    rows[i] = oto_conv2d_frames_get_row (&self->frames, row - 1 + i) - self->in.n_channels;
  self->kernels->transform_input (&self->in, rows, self->inputs + (size_t) pos *
                                  self->in.n_channels);
}

static void
forward (const OtoConv2dShape    *shape,
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
  const int c_in = shape->c_in, c_out = shape->c_out;
  const int block_frames = 4 * get_block_rows (shape);
  const size_t row_len = (size_t) shape->n_mels * c_out;
  Blocks blocks;

  blocks_init (&blocks, shape, prologue, row_begin, scratch);
  for (int begin = row_begin; begin < row_end; begin += block_frames)
    {
      const int end = MIN (begin + block_frames, row_end);
      const int row_tiles = blocks.in.n_tiles, n_tiles = (end - begin + 3) / 4 * row_tiles;

      for (int row = begin, pos = 0; row < end; row += 4, pos += row_tiles)
        blocks_transform_input (&blocks, x, row, pos);

      for (int p = 0; p < N_POINTS; p++)
        {
          OtoConv2dRows rows = { { blocks.inputs + p * blocks.in.plane_len }, 1, c_in, c_in };

          blocks.kernels->multiply (&rows, n_tiles, c_out, filters + (size_t) p * c_in * c_out,
                                    blocks.products + p * blocks.out.plane_len, c_out);
        }

      for (int row = begin, pos = 0; row < end; row += 4, pos += row_tiles)
        {
          blocks.out.n_rows = MIN (4, end - row);
          blocks.kernels->transform_output (&blocks.out, blocks.products + (size_t) pos * c_out,
                                            ret_y + row * row_len);
        }
      if (finish_rows != NULL)
        finish_rows (begin, end, user_data);
    }
}

static void
backward_weights (const OtoConv2dShape    *shape,
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
  const int c_in = shape->c_in, c_out = shape->c_out;
  const int block_frames = 4 * get_block_rows (shape);
  const size_t row_len = (size_t) shape->n_mels * c_out;
  Blocks blocks;

  blocks_init (&blocks, shape, prologue, row_begin, scratch);
  for (int begin = row_begin; begin < row_end; begin += block_frames)
    {
      const int end = MIN (begin + block_frames, row_end);
      const int row_tiles = blocks.in.n_tiles, n_tiles = (end - begin + 3) / 4 * row_tiles;

      for (int row = begin, pos = 0; row < end; row += 4, pos += row_tiles)
        {
          blocks.out.n_rows = MIN (4, end - row);
          if (fill_rows != NULL)
            fill_rows (row, row + blocks.out.n_rows, user_data);
          blocks_transform_input (&blocks, x, row, pos);
          blocks.kernels->transform_gradient (&blocks.out, d_y + row * row_len,
                                              blocks.products + (size_t) pos * c_out);
        }

      for (int p = 0; p < N_POINTS; p++)
        {
          OtoConv2dRows rows = { { blocks.inputs + p * blocks.in.plane_len }, 1, c_in, c_in };

          blocks.kernels->multiply_transposed (&rows, n_tiles, c_out,
                                               blocks.products + p * blocks.out.plane_len, c_out,
                                               d_filters + (size_t) p * c_in * c_out);
        }
    }
}

static void
finish_weights (const OtoConv2dShape *shape,
                const float          *d_filters,
                int                   in_begin,
                int                   in_end,
                float                *d_weights)
{
  const OtoConv2dKernels *kernels = oto_conv2d_get_kernels ();
  const size_t plane_len = (size_t) shape->c_in * shape->c_out;

  for (int ci = in_begin; ci < in_end; ci++)
    for (int co = 0; co < shape->c_out; co += OTO_CONV2D_LANES)
      {
        const size_t pos = oto_conv2d_packed_pos (ci, co, shape->c_in, shape->c_out);
        float taps[9 * OTO_CONV2D_LANES];

        kernels->transform_filters_back (d_filters + pos, plane_len, taps);
        for (int l = 0; l < OTO_CONV2D_LANES; l++)
          {
            float *d_w = d_weights + ((size_t) (co + l) * shape->c_in + ci) * 9;

            for (int k = 0; k < 9; k++)
              d_w[k] += taps[k * OTO_CONV2D_LANES + l];
          }
      }
}

const OtoConv2dFuncs oto_conv2d_winograd =
{
  "winograd",
  is_possible,
  get_filters_len,
  get_scratch_len,
  prepare,
  forward,
  backward_weights,
  finish_weights,
};
