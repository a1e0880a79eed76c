/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "layers/oto-param.h"

#include <math.h>

/**
 * oto_param_get_he_uniform: (skip)
 * @fan_in: values that one output reads
 *
 * Returns: the bound of He's uniform distribution, sqrt (6 / fan in)
 */
double
oto_param_get_he_uniform (double fan_in)
{
  return sqrt (6.0 / fan_in);
}

/**
 * oto_param_get_glorot_uniform: (skip)
 * @fan_in: values that one output reads
 * @fan_out: outputs that read one value
 *
 * Returns: the bound of Glorot's (Xavier's) uniform distribution, sqrt (6 / (fan in + fan out))
 */
double
oto_param_get_glorot_uniform (double fan_in,
                              double fan_out)
{
  return sqrt (6.0 / (fan_in + fan_out));
}

/**
 * oto_param_get_glorot_relu: (skip)
 * @fan_in: as in oto_param_get_glorot_uniform()
 * @fan_out: likewise
 *
 * Returns: that bound times the gain of a ReLU, sqrt (2)
 */
double
oto_param_get_glorot_relu (double fan_in,
                           double fan_out)
{
  return G_SQRT2 * oto_param_get_glorot_uniform (fan_in, fan_out);
}

/* Sums that go on side by side, so that the additions need not wait for each other. */
#define N_SUMS 8

static double
multiply (const double *a,
          const double *b,
          size_t        n)
{
  double sums[N_SUMS] = { 0.0 };

  for (size_t i = 0; i < n; i += N_SUMS)
    for (size_t j = 0; j < N_SUMS && i + j < n; j++)
      sums[j] += a[i + j] * b[i + j];
  for (int j = 1; j < N_SUMS; j++)
    sums[0] += sums[j];
  return sums[0];
}

/* Takes away what a vector has of earlier ones, which are orthonormal. Returns its new length. */
static double
make_orthogonal (double       *vector,
                 const double *earlier,
                 size_t        n_earlier,
                 size_t        len)
{
  for (size_t p = 0; p < n_earlier; p++)
    {
      const double *other = earlier + p * len;
      const double dot = multiply (vector, other, len);

      for (size_t i = 0; i < len; i++)
        vector[i] -= dot * other[i];
    }
  return sqrt (multiply (vector, vector, len));
}

/* Orthonormal vectors by Gram and Schmidt, from normal draws: (n, len), n not more than len. */
static void
fill_orthonormal (OtoRng *rng,
                  size_t  n,
                  size_t  len,
                  double *ret_vectors)
{
  for (size_t v = 0; v < n; v++)
    {
      double *vector = ret_vectors + v * len, before, after;

      for (size_t i = 0; i < len; i++)
        vector[i] = oto_rng_normal (rng);
      /* Where little is left, rounding has put back too much: once more. */
      before = sqrt (multiply (vector, vector, len));
      after = make_orthogonal (vector, ret_vectors, v, len);
      if (after < 0.5 * before)
        after = make_orthogonal (vector, ret_vectors, v, len);
      for (size_t i = 0; i < len; i++)
        vector[i] /= after;
    }
}

/* As PyTorch and Keras have it: the whole matrix, not each gate's part of it. */
static void
fill_orthogonal (const OtoParam *self,
                 OtoRng         *rng,
                 float          *values)
{
  const size_t n_columns = (size_t) self->shape[self->n_dims - 1];
  const size_t n_rows = self->len / n_columns;
  const size_t n = MIN (n_rows, n_columns), len = MAX (n_rows, n_columns);
  g_autofree double *vectors = g_new (double, n * len);

  fill_orthonormal (rng, n, len, vectors);
  for (size_t r = 0; r < n_rows; r++)
    for (size_t c = 0; c < n_columns; c++)
      values[r * n_columns + c] =
        (float) (self->init_scale * (n == n_rows ? vectors[r * len + c] : vectors[c * len + r]));
}

/**
 * oto_param_init: (skip)
 * @self: a tensor
 * @rng: where random values come from
 * @values: (out caller-allocates) (array): its values
 *
 * Draws the initial values of one tensor.
 */
void
oto_param_init (const OtoParam *self,
                OtoRng         *rng,
                float          *values)
{
  const size_t size = self->n_dims > 1 ? (size_t) self->shape[1] : 1;
  const double noise = 0.1 / sqrt ((double) size);

  switch (self->init)
    {
    case OTO_PARAM_INIT_CONSTANT:
      for (size_t i = 0; i < self->len; i++)
        values[i] = (float) self->init_scale;
      break;
    case OTO_PARAM_INIT_UNIFORM:
      for (size_t i = 0; i < self->len; i++)
        values[i] = (float) oto_rng_range (rng, -self->init_scale, self->init_scale);
      break;
    case OTO_PARAM_INIT_IDENTITY:
      for (size_t i = 0; i < self->len; i++)
        values[i] = (float) ((i / size == i % size ? self->init_scale : 0.0) +
                             oto_rng_range (rng, -noise, noise));
      break;
    case OTO_PARAM_INIT_ORTHOGONAL:
      fill_orthogonal (self, rng, values);
      break;
    }
}
