/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <math.h>
#include <stddef.h>

/* The inner loops of the convolution, compiled for several kinds of processors. Plain C.
 *
 * Right-hand matrices are packed: B (K, N) stands in panels of OTO_CONV2D_PANEL columns, the last
 * one narrower, its width rounded up to a multiple of OTO_CONV2D_LANES. A panel is (K, width) and
 * begins at K times its first column. */

#define OTO_CONV2D_LANES 8
#define OTO_CONV2D_PANEL 32
#define OTO_CONV2D_MAX_SEGMENTS 25

static inline int
oto_conv2d_pad (int n)
{
  return (n + OTO_CONV2D_LANES - 1) / OTO_CONV2D_LANES * OTO_CONV2D_LANES;
}

/* Where element (k, n) of a packed matrix (K, N) stands. */
static inline size_t
oto_conv2d_packed_pos (int k,
                       int n,
                       int n_k,
                       int n_n)
{
  const int first = n / OTO_CONV2D_PANEL * OTO_CONV2D_PANEL;
  const int rest = oto_conv2d_pad (n_n) - first;
  const int width = rest < OTO_CONV2D_PANEL ? rest : OTO_CONV2D_PANEL;

  return (size_t) n_k * first + (size_t) k * width + (n - first);
}

/* Rows of the left-hand matrix A (M, K): row m is the segments one after the other, each of
 * segment_len floats that begin at segments[s] + m * stride. Rows may overlap. */
typedef struct
{
  const float *segments[OTO_CONV2D_MAX_SEGMENTS];
  int          n_segments;
  int          segment_len;
  int          stride;
} OtoConv2dRows;

/* One row of 4x4 tiles of a map (T, F, C), C a multiple of OTO_CONV2D_LANES: tile j covers four
 * frames and mel bins 4 j ... 4 j + 3. What it is transformed to is (36, tiles, C), with plane_len
 * floats from plane to plane. */
typedef struct
{
  int    n_mels;
  int    n_channels;
  int    n_rows;                 /* frames of the map in this row of tiles: 4, at its end fewer */
  int    n_tiles;
  size_t plane_len;
} OtoConv2dTiles;

/* What a depthwise 3x3 convolution reads for a frame (F, C): three frames with @dilation zero bins
 * on either side, from the first of these on. */
typedef struct
{
  const float *rows[3];
  int          n_mels;
  int          n_channels;
  int          dilation;
} OtoConv2dTaps;

/* The limit of a rectified value, and of one that stays as it is. */
#define OTO_CONV2D_RECTIFIED 0.f
#define OTO_CONV2D_LINEAR (-INFINITY)

/* @multiply: C = A B
 *   A (m, K)        rows, read
 *   B (K, n)        packed, read
 *   c (m, n)        written, ldc floats from row to row
 *
 * @multiply_transposed: C += A^T D
 *   A (m, K)        rows, read
 *   d (m, n)        read, ldd floats from row to row; n a multiple of OTO_CONV2D_LANES
 *   C (K, n)        packed, added to
 *
 * @scale_and_limit: y[i] = max (limit, scale[i mod period] x[i] + shift[i mod period])
 *   x (n)           read
 *   scale, shift (period)  read
 *   limit           OTO_CONV2D_RECTIFIED or OTO_CONV2D_LINEAR
 *   y (n)           written
 *
 * @transform_input, @transform_output, @transform_gradient: a row of tiles for Winograd F(4x4,
 * 3x3), formulas in oto-conv2d-winograd.c
 *   rows (6) of (4 tiles + 2, C)   read: frames and bins from one before the tiles to one behind
 *   y, d_y (n_rows, F, C)          written and read, from the tiles' first frame on
 *   v, products, d_products (36, tiles, C)  written, read, written
 *
 * @transform_filters, @transform_filters_back: G w G^T and its adjoint, for OTO_CONV2D_LANES pairs
 * of channels, in double
 *   taps (9, lanes)        read, written
 *   points                 36 runs of lanes, plane_len floats apart; written, read
 *
 * @depthwise_forward: y[f,c] = sum_{i,j} rows[i][f + j dilation, c] w[i,j,c]
 * @depthwise_backward: d_w[i,j,c] += sum_f rows[i][f + j dilation, c] d_y[f,c]
 *   w (3, 3, C)     read
 *   y (F, C)        written
 *   d_y (F, C)      read
 *   d_w (3, 3, C)   added to */
typedef struct
{
  const char *name;
  void (*multiply)            (const OtoConv2dRows  *rows,
                               int                   m,
                               int                   n,
                               const float          *b,
                               float                *c,
                               int                   ldc);
  void (*multiply_transposed) (const OtoConv2dRows  *rows,
                               int                   m,
                               int                   n,
                               const float          *d,
                               int                   ldd,
                               float                *c);
  void (*scale_and_limit)     (const float          *x,
                               size_t                n,
                               const float          *scale,
                               const float          *shift,
                               size_t                period,
                               float                 limit,
                               float                *y);
  void (*transform_input)     (const OtoConv2dTiles *tiles,
                               const float *const   *rows,
                               float                *v);
  void (*transform_output)    (const OtoConv2dTiles *tiles,
                               const float          *products,
                               float                *y);
  void (*transform_gradient)  (const OtoConv2dTiles *tiles,
                               const float          *d_y,
                               float                *d_products);
  void (*transform_filters)   (const float          *taps,
                               float                *points,
                               size_t                plane_len);
  void (*transform_filters_back) (const float       *points,
                                  size_t             plane_len,
                                  float             *taps);
  void (*depthwise_forward)   (const OtoConv2dTaps  *taps,
                               const float          *w,
                               float                *y);
  void (*depthwise_backward)  (const OtoConv2dTaps  *taps,
                               const float          *d_y,
                               float                *d_w);
} OtoConv2dKernels;

/* Those that suit this processor. */
const OtoConv2dKernels *oto_conv2d_get_kernels (void);

/* The points of the Winograd transform besides 0 and infinity are +-a and +-b. */
#define OTO_WINOGRAD_A 0.75f
#define OTO_WINOGRAD_B 1.5f
