/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Included by oto-conv2d-kernels.c once for each kind of processor, with
 *   KERNEL(name)  the name with that kind's ending
 *   WIDE          1 if a vector of 16 floats is a register
 *   BLOCK_ROWS    rows of a register block of products
 * No include guard, no includes. */

#if WIDE
#define PAIR_VECTOR Vec16        /* a register block has two of them side by side */
#else
#define PAIR_VECTOR Vec8
#endif

/* --- products --- */

/* One block of BLOCK rows and COUNT vectors of C = A B; the sums stay in registers. */
#define DEFINE_MULTIPLY_BLOCK(name, Vector, COUNT, BLOCK) \
  static inline ALWAYS_INLINE void \
  KERNEL (name) (const OtoConv2dRows *rows, size_t pos, const float *b, int ldb, float *c, int ldc) \
  { \
    const size_t stride = rows->stride; \
    Vector sums[BLOCK][COUNT] = { 0 }; \
    for (int s = 0; s < rows->n_segments; s++) \
      { \
        const float *a = rows->segments[s] + pos * stride; \
        const float *end = a + rows->segment_len; \
        for (; a < end; a++, b += ldb) \
          { \
            Vector right[COUNT]; \
            UNROLL for (int j = 0; j < COUNT; j++) \
              right[j] = ((const Vector *) b)[j]; \
            UNROLL for (int i = 0; i < BLOCK; i++) \
              UNROLL for (int j = 0; j < COUNT; j++) \
                sums[i][j] += a[i * stride] * right[j]; \
          } \
      } \
    UNROLL for (int i = 0; i < BLOCK; i++) \
      UNROLL for (int j = 0; j < COUNT; j++) \
        ((Vector *) (c + i * (size_t) ldc))[j] = sums[i][j]; \
  }

/* All rows of a strip of COUNT vectors. */
#define DEFINE_MULTIPLY_STRIP(name, Vector, COUNT, BLOCK) \
  DEFINE_MULTIPLY_BLOCK (name##_block, Vector, COUNT, BLOCK) \
  DEFINE_MULTIPLY_BLOCK (name##_four, Vector, COUNT, 4) \
  DEFINE_MULTIPLY_BLOCK (name##_one, Vector, COUNT, 1) \
  static void \
  KERNEL (name) (const OtoConv2dRows *rows, int m, const float *b, int ldb, float *c, int ldc) \
  { \
    int i = 0; \
    for (; i + BLOCK <= m; i += BLOCK) \
      KERNEL (name##_block) (rows, i, b, ldb, c + i * (size_t) ldc, ldc); \
    for (; i + 4 <= m; i += 4) \
      KERNEL (name##_four) (rows, i, b, ldb, c + i * (size_t) ldc, ldc); \
    for (; i < m; i++) \
      KERNEL (name##_one) (rows, i, b, ldb, c + i * (size_t) ldc, ldc); \
  }

DEFINE_MULTIPLY_STRIP (multiply_pair, PAIR_VECTOR, 2, BLOCK_ROWS)
#if WIDE
DEFINE_MULTIPLY_STRIP (multiply_wide, Vec16, 1, BLOCK_ROWS)
#endif
DEFINE_MULTIPLY_STRIP (multiply_narrow, Vec8, 1, BLOCK_ROWS)

/* The last columns, fewer than a vector. */
static void
KERNEL (multiply_rest) (const OtoConv2dRows *rows,
                        int                  m,
                        int                  n,
                        const float         *b,
                        int                  ldb,
                        float               *c,
                        int                  ldc)
{
  float block[BLOCK_ROWS * 8];

  for (int i = 0; i < m; i += BLOCK_ROWS)
    {
      const int n_rows = m - i < BLOCK_ROWS ? m - i : BLOCK_ROWS;

      if (n_rows == BLOCK_ROWS)
        KERNEL (multiply_narrow_block) (rows, i, b, ldb, block, 8);
      else
        for (int j = 0; j < n_rows; j++)
          KERNEL (multiply_narrow_one) (rows, i + j, b, ldb, block + j * 8, 8);
      for (int j = 0; j < n_rows; j++)
        for (int l = 0; l < n; l++)
          c[(size_t) (i + j) * ldc + l] = block[j * 8 + l];
    }
}

static void
KERNEL (multiply) (const OtoConv2dRows *rows,
                   int                  m,
                   int                  n,
                   const float         *b,
                   float               *c,
                   int                  ldc)
{
  const int n_k = rows->n_segments * rows->segment_len;

  for (int first = 0; first < n; first += OTO_CONV2D_PANEL)
    {
      const int len = n - first < OTO_CONV2D_PANEL ? n - first : OTO_CONV2D_PANEL;
      const int width = oto_conv2d_pad (len);
      const float *panel = b + (size_t) n_k * first;
      int j = 0;

      for (; j + 2 * (int) (sizeof (PAIR_VECTOR) / 4) <= len; j += 2 * (int) (sizeof (PAIR_VECTOR) / 4))
        KERNEL (multiply_pair) (rows, m, panel + j, width, c + first + j, ldc);
#if WIDE
      for (; j + 16 <= len; j += 16)
        KERNEL (multiply_wide) (rows, m, panel + j, width, c + first + j, ldc);
#endif
      for (; j + 8 <= len; j += 8)
        KERNEL (multiply_narrow) (rows, m, panel + j, width, c + first + j, ldc);
      if (j < len)
        KERNEL (multiply_rest) (rows, m, len - j, panel + j, width, c + first + j, ldc);
    }
}

/* BLOCK rows, beginning with float pos of one segment, and COUNT vectors of C += A^T D. */
#define DEFINE_TRANSPOSED_BLOCK(name, Vector, COUNT, BLOCK) \
  static inline ALWAYS_INLINE void \
  KERNEL (name) (const float *a, size_t stride, int m, const float *d, size_t ldd, float *c, int ldc) \
  { \
    Vector sums[BLOCK][COUNT] = { 0 }; \
    for (const float *end = a + m * stride; a < end; a += stride, d += ldd) \
      { \
        Vector right[COUNT]; \
        UNROLL for (int j = 0; j < COUNT; j++) \
          right[j] = ((const Vector *) d)[j]; \
        UNROLL for (int i = 0; i < BLOCK; i++) \
          UNROLL for (int j = 0; j < COUNT; j++) \
            sums[i][j] += a[i] * right[j]; \
      } \
    UNROLL for (int i = 0; i < BLOCK; i++) \
      UNROLL for (int j = 0; j < COUNT; j++) \
        ((Vector *) (c + i * (size_t) ldc))[j] += sums[i][j]; \
  }

#define DEFINE_TRANSPOSED_STRIP(name, Vector, COUNT, BLOCK) \
  DEFINE_TRANSPOSED_BLOCK (name##_block, Vector, COUNT, BLOCK) \
  DEFINE_TRANSPOSED_BLOCK (name##_one, Vector, COUNT, 1) \
  static void \
  KERNEL (name) (const OtoConv2dRows *rows, int m, const float *d, int ldd, float *c, int ldc) \
  { \
    for (int s = 0; s < rows->n_segments; s++) \
      { \
        int i = 0; \
        for (; i + BLOCK <= rows->segment_len; i += BLOCK, c += BLOCK * ldc) \
          KERNEL (name##_block) (rows->segments[s] + i, rows->stride, m, d, ldd, c, ldc); \
        for (; i < rows->segment_len; i++, c += ldc) \
          KERNEL (name##_one) (rows->segments[s] + i, rows->stride, m, d, ldd, c, ldc); \
      } \
  }

DEFINE_TRANSPOSED_STRIP (transposed_pair, PAIR_VECTOR, 2, TRANSPOSED_ROWS)
#if WIDE
DEFINE_TRANSPOSED_STRIP (transposed_wide, Vec16, 1, TRANSPOSED_ROWS)
#endif
DEFINE_TRANSPOSED_STRIP (transposed_narrow, Vec8, 1, TRANSPOSED_ROWS)

static void
KERNEL (multiply_transposed) (const OtoConv2dRows *rows,
                              int                  m,
                              int                  n,
                              const float         *d,
                              int                  ldd,
                              float               *c)
{
  const int n_k = rows->n_segments * rows->segment_len;

  for (int first = 0; first < n; first += OTO_CONV2D_PANEL)
    {
      const int width = n - first < OTO_CONV2D_PANEL ? n - first : OTO_CONV2D_PANEL;
      float *panel = c + (size_t) n_k * first;
      int j = 0;

      for (; j + 2 * (int) (sizeof (PAIR_VECTOR) / 4) <= width; j += 2 * (int) (sizeof (PAIR_VECTOR) / 4))
        KERNEL (transposed_pair) (rows, m, d + first + j, ldd, panel + j, width);
#if WIDE
      for (; j + 16 <= width; j += 16)
        KERNEL (transposed_wide) (rows, m, d + first + j, ldd, panel + j, width);
#endif
      for (; j < width; j += 8)
        KERNEL (transposed_narrow) (rows, m, d + first + j, ldd, panel + j, width);
    }
}

/* --- the layer before --- */

static void
KERNEL (scale_and_rectify) (const float *x,
                            size_t       n,
                            const float *scale,
                            const float *shift,
                            size_t       period,
                            float       *y)
{
  for (size_t begin = 0; begin < n; begin += period)
    {
      const size_t len = n - begin < period ? n - begin : period;

      for (size_t i = 0; i < len; i++)
        {
          const float value = scale[i] * x[begin + i] + shift[i];

          y[begin + i] = value > 0.f ? value : 0.f;
        }
    }
}

/* --- Winograd --- */

#define DEFINE_WINOGRAD(Vector, LEN) \
  \
  /* x (6) -> B^T x (6), a row or column of a tile. */ \
  static inline ALWAYS_INLINE void \
  KERNEL (input_points_##LEN) (const Vector *x, int step, Vector *v, int v_step) \
  { \
    const float a = OTO_WINOGRAD_A, b = OTO_WINOGRAD_B; \
    const Vector x1 = x[step], x2 = x[2 * step], x3 = x[3 * step], x4 = x[4 * step]; \
    const Vector even_a = x4 - b * b * x2, odd_a = x3 - b * b * x1; \
    const Vector even_b = x4 - a * a * x2, odd_b = x3 - a * a * x1; \
    v[0] = a * a * b * b * x[0] - (a * a + b * b) * x2 + x4; \
    v[v_step] = even_a + a * odd_a; \
    v[2 * v_step] = even_a - a * odd_a; \
    v[3 * v_step] = even_b + b * odd_b; \
    v[4 * v_step] = even_b - b * odd_b; \
    v[5 * v_step] = a * a * b * b * x1 - (a * a + b * b) * x3 + x[5 * step]; \
  } \
  \
  /* m (6) -> A^T m (4) */ \
  static inline ALWAYS_INLINE void \
  KERNEL (output_points_##LEN) (const Vector *m, int step, Vector *y, int y_step) \
  { \
    const float a = OTO_WINOGRAD_A, b = OTO_WINOGRAD_B; \
    const Vector even_a = m[step] + m[2 * step], odd_a = m[step] - m[2 * step]; \
    const Vector even_b = m[3 * step] + m[4 * step], odd_b = m[3 * step] - m[4 * step]; \
    y[0] = m[0] + even_a + even_b; \
    y[y_step] = a * odd_a + b * odd_b; \
    y[2 * y_step] = a * a * even_a + b * b * even_b; \
    y[3 * y_step] = a * a * a * odd_a + b * b * b * odd_b + m[5 * step]; \
  } \
  \
  /* y (4) -> A y (6), the adjoint of the above. */ \
  static inline ALWAYS_INLINE void \
  KERNEL (gradient_points_##LEN) (const Vector *y, int step, Vector *m, int m_step) \
  { \
    const float a = OTO_WINOGRAD_A, b = OTO_WINOGRAD_B; \
    const Vector y0 = y[0], y1 = y[step], y2 = y[2 * step], y3 = y[3 * step]; \
    const Vector even_a = y0 + a * a * y2, odd_a = a * (y1 + a * a * y3); \
    const Vector even_b = y0 + b * b * y2, odd_b = b * (y1 + b * b * y3); \
    m[0] = y0; \
    m[m_step] = even_a + odd_a; \
    m[2 * m_step] = even_a - odd_a; \
    m[3 * m_step] = even_b + odd_b; \
    m[4 * m_step] = even_b - odd_b; \
    m[5 * m_step] = y3; \
  } \
  \
  /* SIZE x SIZE values around (row, column) of LEN channels; zero outside the map. */ \
  static inline ALWAYS_INLINE void \
  KERNEL (gather_##LEN) (const OtoConv2dTiles *tiles, const float *x, int row, int column, int size, \
                         const float *scale, const float *shift, Vector *ret_patch) \
  { \
    const ptrdiff_t c = tiles->n_channels, row_len = c * tiles->n_mels; \
    const int inside = row >= 0 && row + size <= tiles->n_frames && \
                       column >= 0 && column + size <= tiles->n_mels; \
    const float *origin = x + row * row_len + column * c; \
    if (inside) \
      { \
        UNROLL for (int i = 0; i < size; i++) \
          UNROLL for (int j = 0; j < size; j++) \
            ret_patch[i * size + j] = *(const Vector *) (origin + i * row_len + j * c); \
        if (scale != NULL) \
          { \
            const Vector scales = *(const Vector *) scale, shifts = *(const Vector *) shift; \
            UNROLL for (int i = 0; i < size * size; i++) \
              { \
                const Vector value = scales * ret_patch[i] + shifts; \
                ret_patch[i] = RECTIFY (Vector, value); \
              } \
          } \
        return; \
      } \
    for (int i = 0; i < size; i++) \
      for (int j = 0; j < size; j++) \
        { \
          Vector value = { 0 }; \
          if (row + i >= 0 && row + i < tiles->n_frames && column + j >= 0 && column + j < tiles->n_mels) \
            { \
              value = *(const Vector *) (origin + i * row_len + j * c); \
              if (scale != NULL) \
                { \
                  value = *(const Vector *) scale * value + *(const Vector *) shift; \
                  value = RECTIFY (Vector, value); \
                } \
            } \
          ret_patch[i * size + j] = value; \
        } \
  } \
  \
  static inline ALWAYS_INLINE void \
  KERNEL (transform_input_##LEN) (const OtoConv2dTiles *tiles, const float *x, const float *scale, \
                                  const float *shift, float *v) \
  { \
    const int c = tiles->n_channels; \
    for (int tile = 0; tile < tiles->n_tiles; tile++) \
      for (int channel = 0; channel < c; channel += LEN) \
        { \
          Vector patch[36], half[36], points[6]; \
          float *to = v + (size_t) tile * c + channel; \
          KERNEL (gather_##LEN) (tiles, x + channel, tiles->row - 1, 4 * tile - 1, 6, \
                                 scale != NULL ? scale + channel : NULL, \
                                 scale != NULL ? shift + channel : NULL, patch); \
          UNROLL for (int j = 0; j < 6; j++) \
            KERNEL (input_points_##LEN) (patch + j, 6, half + j, 6); \
          UNROLL for (int i = 0; i < 6; i++) \
            { \
              KERNEL (input_points_##LEN) (half + 6 * i, 1, points, 1); \
              UNROLL for (int j = 0; j < 6; j++) \
                *(Vector *) (to + (6 * i + j) * tiles->plane_len) = points[j]; \
            } \
        } \
  } \
  \
  static void \
  KERNEL (transform_plain_input_##LEN) (const OtoConv2dTiles *tiles, const float *x, float *v) \
  { \
    KERNEL (transform_input_##LEN) (tiles, x, NULL, NULL, v); \
  } \
  \
  static void \
  KERNEL (transform_scaled_input_##LEN) (const OtoConv2dTiles *tiles, const float *x, const float *scale, \
                                         const float *shift, float *v) \
  { \
    KERNEL (transform_input_##LEN) (tiles, x, scale, shift, v); \
  } \
  \
  static void \
  KERNEL (transform_output_##LEN) (const OtoConv2dTiles *tiles, const float *products, float *y) \
  { \
    const ptrdiff_t c = tiles->n_channels, row_len = c * tiles->n_mels; \
    for (int tile = 0; tile < tiles->n_tiles; tile++) \
      for (int channel = 0; channel < c; channel += LEN) \
        { \
          const float *from = products + (size_t) tile * c + channel; \
          float *to = y + tiles->row * row_len + 4 * tile * c + channel; \
          const int n_rows = tiles->n_frames - tiles->row < 4 ? tiles->n_frames - tiles->row : 4; \
          const int n_columns = tiles->n_mels - 4 * tile < 4 ? tiles->n_mels - 4 * tile : 4; \
          Vector half[24], points[6], out[16]; \
          UNROLL for (int j = 0; j < 6; j++) \
            { \
              UNROLL for (int i = 0; i < 6; i++) \
                points[i] = *(const Vector *) (from + (6 * i + j) * tiles->plane_len); \
              KERNEL (output_points_##LEN) (points, 1, half + j, 6); \
            } \
          UNROLL for (int i = 0; i < 4; i++) \
            KERNEL (output_points_##LEN) (half + 6 * i, 1, out + 4 * i, 1); \
          if (n_rows == 4 && n_columns == 4) \
            { \
              UNROLL for (int i = 0; i < 4; i++) \
                UNROLL for (int j = 0; j < 4; j++) \
                  *(Vector *) (to + i * row_len + j * c) = out[4 * i + j]; \
            } \
          else \
            { \
              for (int i = 0; i < n_rows; i++) \
                for (int j = 0; j < n_columns; j++) \
                  *(Vector *) (to + i * row_len + j * c) = out[4 * i + j]; \
            } \
        } \
  } \
  \
  static void \
  KERNEL (transform_gradient_##LEN) (const OtoConv2dTiles *tiles, const float *d_y, float *d_products) \
  { \
    const int c = tiles->n_channels; \
    for (int tile = 0; tile < tiles->n_tiles; tile++) \
      for (int channel = 0; channel < c; channel += LEN) \
        { \
          Vector patch[16], half[24], points[6]; \
          float *to = d_products + (size_t) tile * c + channel; \
          KERNEL (gather_##LEN) (tiles, d_y + channel, tiles->row, 4 * tile, 4, NULL, NULL, patch); \
          UNROLL for (int j = 0; j < 4; j++) \
            KERNEL (gradient_points_##LEN) (patch + j, 4, half + j, 4); \
          UNROLL for (int i = 0; i < 6; i++) \
            { \
              KERNEL (gradient_points_##LEN) (half + 4 * i, 1, points, 1); \
              UNROLL for (int j = 0; j < 6; j++) \
                *(Vector *) (to + (6 * i + j) * tiles->plane_len) = points[j]; \
            } \
        } \
  }

DEFINE_WINOGRAD (Vec8, 8)
#if WIDE
DEFINE_WINOGRAD (Vec16, 16)
#endif

static void
KERNEL (transform_input) (const OtoConv2dTiles *tiles,
                          const float          *x,
                          const float          *scale,
                          const float          *shift,
                          float                *v)
{
#if WIDE
  if (tiles->n_channels % 16 == 0)
    {
      if (scale != NULL)
        KERNEL (transform_scaled_input_16) (tiles, x, scale, shift, v);
      else
        KERNEL (transform_plain_input_16) (tiles, x, v);
      return;
    }
#endif
  if (scale != NULL)
    KERNEL (transform_scaled_input_8) (tiles, x, scale, shift, v);
  else
    KERNEL (transform_plain_input_8) (tiles, x, v);
}

static void
KERNEL (transform_output) (const OtoConv2dTiles *tiles,
                           const float          *products,
                           float                *y)
{
#if WIDE
  if (tiles->n_channels % 16 == 0)
    {
      KERNEL (transform_output_16) (tiles, products, y);
      return;
    }
#endif
  KERNEL (transform_output_8) (tiles, products, y);
}

static void
KERNEL (transform_gradient) (const OtoConv2dTiles *tiles,
                             const float          *d_y,
                             float                *d_products)
{
#if WIDE
  if (tiles->n_channels % 16 == 0)
    {
      KERNEL (transform_gradient_16) (tiles, d_y, d_products);
      return;
    }
#endif
  KERNEL (transform_gradient_8) (tiles, d_y, d_products);
}

static const OtoConv2dKernels KERNEL (kernels) =
{
  KERNEL_NAME,
  KERNEL (multiply),
  KERNEL (multiply_transposed),
  KERNEL (scale_and_rectify),
  KERNEL (transform_input),
  KERNEL (transform_output),
  KERNEL (transform_gradient),
};

#undef PAIR_VECTOR
#undef DEFINE_MULTIPLY_BLOCK
#undef DEFINE_MULTIPLY_STRIP
#undef DEFINE_TRANSPOSED_BLOCK
#undef DEFINE_TRANSPOSED_STRIP
#undef DEFINE_WINOGRAD
