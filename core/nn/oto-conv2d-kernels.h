/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stddef.h>

/* The inner loops of the convolution, compiled for several kinds of processors. Plain C.
 *
 * Right-hand matrices are packed: B (K, N) stands in panels of OTO_CONV2D_PANEL columns, the last one narrower, its
 * width rounded up to a multiple of OTO_CONV2D_LANES; each panel is (K, width). A panel begins at K times its first column. */

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

/* Rows of the left-hand matrix A (M, K): row m is the segments one after the other, each of segment_len floats that
 * begin at segments[s] + m * stride. Rows may overlap. */
typedef struct
{
  const float *segments[OTO_CONV2D_MAX_SEGMENTS];
  int          n_segments;
  int          segment_len;
  int          stride;
} OtoConv2dRows;

/* One tile row of a map (T, F, C), C a multiple of OTO_CONV2D_LANES: tile j covers frames row ... row + 3, mel bins
 * 4 j ... 4 j + 3. Its transform (36, tiles, C) has plane_len floats between planes. */
typedef struct
{
  int          n_frames;
  int          n_mels;
  int          n_channels;
  int          row;
  int          n_tiles;
  size_t       plane_len;
} OtoConv2dTiles;

typedef struct
{
  const char *name;

  /* C = A B;  A (m, K) rows, read;  B (K, n) packed, read;  c (m, n) written, ldc floats from row to row. */
  void (*multiply)              (const OtoConv2dRows *rows, int m, int n, const float *b, float *c, int ldc);

  /* C += A^T D;  A (m, K) rows, read;  d (m, n) read, ldd floats from row to row, n a multiple of OTO_CONV2D_LANES;
   * C (K, n) packed, added to. */
  void (*multiply_transposed)   (const OtoConv2dRows *rows, int m, int n, const float *d, int ldd, float *c);

  /* y[i] = max (0, scale[i mod period] x[i] + shift[i mod period]) */
  void (*scale_and_rectify)     (const float *x, size_t n, const float *scale, const float *shift, size_t period,
                                 float *y);

  /* Winograd F(4x4, 3x3), the formulas are in oto-conv2d-winograd.c. x (T, F, C), y (T, F, C): whole maps. */
  void (*transform_input)       (const OtoConv2dTiles *tiles, const float *x, const float *scale, const float *shift,
                                 float *v);
  void (*transform_output)      (const OtoConv2dTiles *tiles, const float *products, float *y);
  void (*transform_gradient)    (const OtoConv2dTiles *tiles, const float *d_y, float *d_products);
} OtoConv2dKernels;

/* Those that suit this processor. */
const OtoConv2dKernels *oto_conv2d_get_kernels (void);

/* The points of the Winograd transform besides 0 and infinity are +-A and +-B. */
#define OTO_WINOGRAD_A 0.75f
#define OTO_WINOGRAD_B 1.5f
