/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "nn/oto-batch-norm.h"

#include "base/oto-vector.h"
#include "nn/oto-lanes-private.h"

/* Sums are float over a block of this many rows of lanes (they stay in the first-level cache),
 * double beyond. */
#define BLOCK_ROWS 64

/* So many rows are added up before the lanes' sums are loaded and stored. */
#define UNROLLED_ROWS 4

/* Values at or below the limit are rectified to it, and have no gradient. */
#define RECTIFIED 0.f
#define LINEAR (-INFINITY)

static inline void
add_rows (const float *x,
          size_t       n_rows,
          size_t       stride,
          int          width,
          float       *sum)
{
#pragma GCC ivdep
  for (int l = 0; l < width; l++)
    {
      float rows_sum = 0.f;

      for (size_t r = 0; r < n_rows; r++)
        rows_sum += x[r * stride + l];
      sum[l] += rows_sum;
    }
}

static inline void
add_square_rows (const float *x,
                 size_t       n_rows,
                 size_t       stride,
                 int          width,
                 const float *mean,
                 float       *sum)
{
#pragma GCC ivdep
  for (int l = 0; l < width; l++)
    {
      float rows_sum = 0.f;

      for (size_t r = 0; r < n_rows; r++)
        {
          const float diff = x[r * stride + l] - mean[l];

          rows_sum += diff * diff;
        }
      sum[l] += rows_sum;
    }
}

/* Mean and sum of squared differences of a block.
 *
 * x         (R, stride)  read, the first width values of a row
 * mean, m2  (width)      written
 */
static OTO_VECTORISED (void, measure_block,
                       (const float *x,
                        size_t       n_rows,
                        size_t       stride,
                        int          width,
                        float       *mean,
                        float       *m2),
                       (x, n_rows, stride, width, mean, m2))
{
  const float inv_n = 1.f / (float) n_rows;
  size_t r = 0;

  for (int l = 0; l < width; l++)
    mean[l] = m2[l] = 0.f;

  for (; r + UNROLLED_ROWS <= n_rows; r += UNROLLED_ROWS)
    add_rows (x + r * stride, UNROLLED_ROWS, stride, width, mean);
  add_rows (x + r * stride, n_rows - r, stride, width, mean);
  for (int l = 0; l < width; l++)
    mean[l] *= inv_n;

  for (r = 0; r + UNROLLED_ROWS <= n_rows; r += UNROLLED_ROWS)
    add_square_rows (x + r * stride, UNROLLED_ROWS, stride, width, mean, m2);
  add_square_rows (x + r * stride, n_rows - r, stride, width, mean, m2);
}

/* Adds rows to the statistics of their channels, in one pass over memory.
 *
 *   delta = mean_b - mean     share = n_b / (n + n_b)
 *   mean += delta share       m2 += m2_b + delta^2 n share
 *
 * x      (rows, C)  read
 * stats             added to
 *
 * Blocks (b) are measured in float around their own mean and joined in double (Chan, Golub and
 * LeVeque's pairwise update), so that a large mean costs no digits of the variance.
 */
void
oto_batch_norm_add_stats (const float   *x,
                          size_t         n_rows,
                          int            n_channels,
                          OtoBatchStats *stats)
{
  const double n_before = stats->n;
  float mean[OTO_LANES_MAX], m2[OTO_LANES_MAX];

  for (OtoLanes lanes = { 0 }; oto_lanes_next (&lanes, n_rows, n_channels);)
    {
      /* Pieces of wide rows hold other channels, which have had no rows of this call yet. */
      double n = n_channels >= OTO_LANES_MIN ? n_before : stats->n;

      for (size_t r = 0; r < lanes.n_rows; r += BLOCK_ROWS)
        {
          const size_t n_block = lanes.n_rows - r < BLOCK_ROWS ? lanes.n_rows - r : BLOCK_ROWS;

          measure_block (x + lanes.pos + r * lanes.stride, n_block, lanes.stride, lanes.width,
                         mean, m2);
          for (int begin = 0; begin < lanes.width; begin += n_channels)
            {
              const int end = begin + n_channels < lanes.width ? begin + n_channels : lanes.width;
              const double share = n_block / (n + n_block);

              for (int l = begin; l < end; l++)
                {
                  const int c = lanes.channel + l - begin;
                  const double delta = mean[l] - stats->mean[c];

                  stats->mean[c] += delta * share;
                  stats->m2[c] += m2[l] + delta * delta * n * share;
                }
              n += n_block;
            }
        }
      stats->n = n;
    }
}

static OTO_VECTORISED (void, affine_lanes,
                       (const float    *x,
                        const OtoLanes *lanes,
                        const float    *scale,
                        const float    *shift,
                        float           limit,
                        float          *y),
                       (x, lanes, scale, shift, limit, y))
{
  for (size_t r = 0; r < lanes->n_rows; r++)
#pragma GCC ivdep
    for (int l = 0; l < lanes->width; l++)
      {
        const size_t i = lanes->pos + r * lanes->stride + l;
        const float value = scale[l] * x[i] + shift[l];

        y[i] = value < limit ? limit : value;
      }
}

static void
forward (const float *x,
         size_t       n_rows,
         int          n_channels,
         const float *scale,
         const float *shift,
         float        limit,
         float       *ret_y)
{
  float lane_scale[OTO_LANES_MAX], lane_shift[OTO_LANES_MAX];

  for (OtoLanes lanes = { 0 }; oto_lanes_next (&lanes, n_rows, n_channels);)
    {
      oto_lanes_spread (&lanes, scale, n_channels, lane_scale);
      oto_lanes_spread (&lanes, shift, n_channels, lane_shift);
      affine_lanes (x, &lanes, lane_scale, lane_shift, limit, ret_y);
    }
}

/* y = max (0, scale x + shift), channel by channel.
 *
 * x             (rows, C)  read
 * scale, shift  (C)        read, from oto_batch_norm_make_affine()
 * ret_y         (rows, C)  written; x itself is allowed
 */
void
oto_batch_norm_relu_forward (const float *x,
                             size_t       n_rows,
                             int          n_channels,
                             const float *scale,
                             const float *shift,
                             float       *ret_y)
{
  forward (x, n_rows, n_channels, scale, shift, RECTIFIED, ret_y);
}

/* y = scale x + shift, channel by channel; arrays as above. */
void
oto_batch_norm_forward (const float *x,
                        size_t       n_rows,
                        int          n_channels,
                        const float *scale,
                        const float *shift,
                        float       *ret_y)
{
  forward (x, n_rows, n_channels, scale, shift, LINEAR, ret_y);
}

static inline void
add_gradient_rows (const float *x,
                   const float *d_y,
                   size_t       n_rows,
                   size_t       stride,
                   int          width,
                   const float *scale,
                   const float *shift,
                   const float *mean,
                   float        limit,
                   float       *sum_g,
                   float       *sum_gx)
{
#pragma GCC ivdep
  for (int l = 0; l < width; l++)
    {
      float rows_g = 0.f, rows_gx = 0.f;

      for (size_t r = 0; r < n_rows; r++)
        {
          const float value = x[r * stride + l];
          const float g = scale[l] * value + shift[l] > limit ? d_y[r * stride + l] : 0.f;

          rows_g += g;
          rows_gx += g * (value - mean[l]);
        }
      sum_g[l] += rows_g;
      sum_gx[l] += rows_gx;
    }
}

/* sum_g = sum over a block of g, sum_gx = sum of g (x - mean), where g = d_y [scale x + shift >
 * limit]. */
static OTO_VECTORISED (void, sum_block,
                       (const float *x,
                        const float *d_y,
                        size_t       n_rows,
                        size_t       stride,
                        int          width,
                        const float *scale,
                        const float *shift,
                        const float *mean,
                        float        limit,
                        float       *sum_g,
                        float       *sum_gx),
                       (x, d_y, n_rows, stride, width, scale, shift, mean, limit, sum_g, sum_gx))
{
  size_t r = 0;

  for (int l = 0; l < width; l++)
    sum_g[l] = sum_gx[l] = 0.f;

  for (; r + UNROLLED_ROWS <= n_rows; r += UNROLLED_ROWS)
    add_gradient_rows (x + r * stride, d_y + r * stride, UNROLLED_ROWS, stride, width,
                       scale, shift, mean, limit, sum_g, sum_gx);
  add_gradient_rows (x + r * stride, d_y + r * stride, n_rows - r, stride, width,
                     scale, shift, mean, limit, sum_g, sum_gx);
}

static void
spread_double (const OtoLanes *lanes,
               const double   *values,
               int             n_channels,
               float          *ret_lanes)
{
  for (int l = 0; l < lanes->width; l++)
    ret_lanes[l] = (float) values[(lanes->channel + l) % n_channels];
}

static void
backward_sums (const float  *x,
               const float  *d_y,
               size_t        n_rows,
               int           n_channels,
               const float  *scale,
               const float  *shift,
               const double *mean,
               const double *inv_std,
               float         limit,
               double       *d_gamma,
               double       *d_beta)
{
  float lane_scale[OTO_LANES_MAX], lane_shift[OTO_LANES_MAX], lane_mean[OTO_LANES_MAX];
  float sum_g[OTO_LANES_MAX], sum_gx[OTO_LANES_MAX];

  for (OtoLanes lanes = { 0 }; oto_lanes_next (&lanes, n_rows, n_channels);)
    {
      oto_lanes_spread (&lanes, scale, n_channels, lane_scale);
      oto_lanes_spread (&lanes, shift, n_channels, lane_shift);
      spread_double (&lanes, mean, n_channels, lane_mean);

      for (size_t r = 0; r < lanes.n_rows; r += BLOCK_ROWS)
        {
          const size_t n_block = lanes.n_rows - r < BLOCK_ROWS ? lanes.n_rows - r : BLOCK_ROWS;
          const size_t pos = lanes.pos + r * lanes.stride;

          sum_block (x + pos, d_y + pos, n_block, lanes.stride, lanes.width,
                     lane_scale, lane_shift, lane_mean, limit, sum_g, sum_gx);
          for (int l = 0, c = lanes.channel; l < lanes.width; l++)
            {
              d_beta[c] += sum_g[l];
              d_gamma[c] += sum_gx[l] * inv_std[c];
              c = c + 1 < n_channels ? c + 1 : 0;
            }
        }
    }
}

/* Gradients of the layer's weight and bias, and the sums that the gradient of x needs.
 *
 *   g = d_y [scale x + shift > 0]     d_beta += sum g     d_gamma += sum g (x - mean) inv_std
 *
 * x, d_y           (rows, C)  read
 * scale, shift     (C)        read, of the forward pass
 * mean, inv_std    (C)        read, of the whole batch; inv_std = 1 / sqrt (var + eps)
 * d_gamma, d_beta  (C)        added to
 */
void
oto_batch_norm_relu_backward_sums (const float  *x,
                                   const float  *d_y,
                                   size_t        n_rows,
                                   int           n_channels,
                                   const float  *scale,
                                   const float  *shift,
                                   const double *mean,
                                   const double *inv_std,
                                   double       *d_gamma,
                                   double       *d_beta)
{
  backward_sums (x, d_y, n_rows, n_channels, scale, shift, mean, inv_std, RECTIFIED, d_gamma,
                 d_beta);
}

/* The same of a norm without the ReLU: g = d_y. */
void
oto_batch_norm_backward_sums (const float  *x,
                              const float  *d_y,
                              size_t        n_rows,
                              int           n_channels,
                              const float  *scale,
                              const float  *shift,
                              const double *mean,
                              const double *inv_std,
                              double       *d_gamma,
                              double       *d_beta)
{
  backward_sums (x, d_y, n_rows, n_channels, scale, shift, mean, inv_std, LINEAR, d_gamma, d_beta);
}

static OTO_VECTORISED (void, backward_lanes,
                       (const float    *x,
                        const float    *d_y,
                        const OtoLanes *lanes,
                        const float    *scale,
                        const float    *shift,
                        const float    *mean,
                        const float    *slope,
                        const float    *offset,
                        float           limit,
                        float          *d_x),
                       (x, d_y, lanes, scale, shift, mean, slope, offset, limit, d_x))
{
  for (size_t r = 0; r < lanes->n_rows; r++)
#pragma GCC ivdep
    for (int l = 0; l < lanes->width; l++)
      {
        const size_t i = lanes->pos + r * lanes->stride + l;
        const float g = scale[l] * x[i] + shift[l] > limit ? d_y[i] : 0.f;

        d_x[i] = scale[l] * g - (slope[l] * (x[i] - mean[l]) + offset[l]);
      }
}

static void
backward (const float  *x,
          const float  *d_y,
          size_t        n_rows,
          int           n_channels,
          const float  *scale,
          const float  *shift,
          const double *mean,
          const double *inv_std,
          const double *d_gamma,
          const double *d_beta,
          double        n_total,
          float         limit,
          float        *ret_d_x)
{
  float lane_scale[OTO_LANES_MAX], lane_shift[OTO_LANES_MAX], lane_mean[OTO_LANES_MAX];
  float slope[OTO_LANES_MAX], offset[OTO_LANES_MAX];

  for (OtoLanes lanes = { 0 }; oto_lanes_next (&lanes, n_rows, n_channels);)
    {
      oto_lanes_spread (&lanes, scale, n_channels, lane_scale);
      oto_lanes_spread (&lanes, shift, n_channels, lane_shift);
      spread_double (&lanes, mean, n_channels, lane_mean);
      for (int l = 0; l < lanes.width; l++)
        {
          const int c = (lanes.channel + l) % n_channels;

          slope[l] = (float) (scale[c] * inv_std[c] * d_gamma[c] / n_total);
          offset[l] = (float) (scale[c] * d_beta[c] / n_total);
        }
      backward_lanes (x, d_y, &lanes, lane_scale, lane_shift, lane_mean, slope, offset, limit,
                      ret_d_x);
    }
}

/* Gradient of the layer's input in training mode, where mean and variance depend on it.
 *
 *   g = d_y [scale x + shift > 0]
 *   d_x = scale (g - d_beta / n_total - (x - mean) inv_std d_gamma / n_total)
 *
 * x                (rows, C)  read
 * d_y              (rows, C)  read
 * scale, shift     (C)        read, of the forward pass; scale = gamma inv_std
 * mean, inv_std    (C)        read, of the whole batch
 * d_gamma, d_beta  (C)        read: the sums over the whole batch, n_total rows
 * ret_d_x          (rows, C)  written; d_y or x itself is allowed
 */
void
oto_batch_norm_relu_backward (const float  *x,
                              const float  *d_y,
                              size_t        n_rows,
                              int           n_channels,
                              const float  *scale,
                              const float  *shift,
                              const double *mean,
                              const double *inv_std,
                              const double *d_gamma,
                              const double *d_beta,
                              double        n_total,
                              float        *ret_d_x)
{
  backward (x, d_y, n_rows, n_channels, scale, shift, mean, inv_std, d_gamma, d_beta, n_total,
            RECTIFIED, ret_d_x);
}

/* The same of a norm without the ReLU: g = d_y. */
void
oto_batch_norm_backward (const float  *x,
                         const float  *d_y,
                         size_t        n_rows,
                         int           n_channels,
                         const float  *scale,
                         const float  *shift,
                         const double *mean,
                         const double *inv_std,
                         const double *d_gamma,
                         const double *d_beta,
                         double        n_total,
                         float        *ret_d_x)
{
  backward (x, d_y, n_rows, n_channels, scale, shift, mean, inv_std, d_gamma, d_beta, n_total,
            LINEAR, ret_d_x);
}
