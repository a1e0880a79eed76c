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

/* Orthonormal rows by Gram and Schmidt, from normal draws: (n_rows, n_columns), rows not more than
 * columns. */
static void
fill_orthonormal (OtoRng *rng,
                  size_t  n_rows,
                  size_t  n_columns,
                  double *ret_rows)
{
  for (size_t r = 0; r < n_rows; r++)
    {
      double *row = ret_rows + r * n_columns, norm = 0.0;

      for (size_t i = 0; i < n_columns; i++)
        row[i] = oto_rng_normal (rng);
      /* Twice: once leaves what rounding has put back. */
      for (int pass = 0; pass < 2; pass++)
        for (size_t p = 0; p < r; p++)
          {
            const double *previous = ret_rows + p * n_columns;
            double dot = 0.0;

            for (size_t i = 0; i < n_columns; i++)
              dot += row[i] * previous[i];
            for (size_t i = 0; i < n_columns; i++)
              row[i] -= dot * previous[i];
          }
      for (size_t i = 0; i < n_columns; i++)
        norm += row[i] * row[i];
      norm = sqrt (norm);
      for (size_t i = 0; i < n_columns; i++)
        row[i] /= norm;
    }
}

/* (n_rows, n_columns) in blocks of at most as many rows as there are columns. */
static void
fill_orthogonal (const OtoParam *self,
                 OtoRng         *rng,
                 float          *values)
{
  const size_t n_columns = (size_t) self->shape[self->n_dims - 1];
  const size_t n_rows = self->len / n_columns;
  g_autofree double *rows = g_new (double, n_columns * n_columns);

  for (size_t begin = 0; begin < n_rows; begin += n_columns)
    {
      const size_t n = MIN (n_columns, n_rows - begin);

      fill_orthonormal (rng, n, n_columns, rows);
      for (size_t i = 0; i < n * n_columns; i++)
        values[begin * n_columns + i] = (float) (self->init_scale * rows[i]);
    }
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
