/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "geometry/oto-pyramid.h"

#include "otoscope.h"

#include <math.h>

/* Halving stops here: a plot is wider than this, so no coarser level is ever drawn. */
#define LAST_LEVEL_LEN 512
#define MAX_LEVELS     32
#define BLOCK_FRAMES   64

struct _OtoPyramid
{
  gatomicrefcount ref_count;
  int             n_rows;
  gint64          n_frames;
  double          low;
  double          high;
  int             n_levels;
  gint64          len[MAX_LEVELS];      /* columns of each level */
  size_t          pos[MAX_LEVELS];      /* its first cell in the block */
  guint16        *cells;                /* all levels, each (rows, len) */
};

/* Until it ends, a builder is a pyramid whose upper levels are not there yet. */
struct _OtoPyramidBuilder
{
  OtoPyramid *pyramid;
};

static guint16
quantize (double value,
          double low,
          double steps)
{
  double pos;

  if (!isfinite (value))
    return OTO_PYRAMID_INVALID;
  pos = (value - low) * steps;
  return (guint16) (CLAMP (pos, 0.0, (double) OTO_PYRAMID_MAX) + 0.5);
}

/* Each level from the one below: the larger of two neighbours, the last alone where their number
 * is odd. */
static void
pool_levels (OtoPyramid *self)
{
  for (int k = 1; k < self->n_levels; k++)
    for (int row = 0; row < self->n_rows; row++)
      {
        const guint16 *from = self->cells + self->pos[k - 1] + (size_t) row * self->len[k - 1];
        guint16 *to = self->cells + self->pos[k] + (size_t) row * self->len[k];
        gint64 n_pairs = self->len[k - 1] / 2;

        for (gint64 i = 0; i < n_pairs; i++)
          to[i] = MAX (from[2 * i], from[2 * i + 1]);
        if (n_pairs < self->len[k])
          to[n_pairs] = from[2 * n_pairs];
      }
}

/**
 * oto_pyramid_builder_new:
 * @n_rows: mel bins or classes
 * @n_frames: frames (T)
 * @low: value stored as the least
 * @high: value stored as the largest; above @low
 *
 * Begins a pyramid whose values come in pieces; cells that never come are @low.
 *
 * Returns: (transfer full): a builder, or %NULL with %OTO_BASE_ERROR_MEMORY
 */
OtoPyramidBuilder *
oto_pyramid_builder_new (int      n_rows,
                         gint64   n_frames,
                         double   low,
                         double   high,
                         GError **error)
{
  OtoPyramidBuilder *self;
  OtoPyramid *pyramid;
  gint64 len = n_frames;
  size_t n_cells = 0;
  guint16 *cells;

  g_return_val_if_fail (n_rows > 0 && n_frames > 0, NULL);
  g_return_val_if_fail (low < high, NULL);

  pyramid = g_new0 (OtoPyramid, 1);
  g_atomic_ref_count_init (&pyramid->ref_count);
  pyramid->n_rows = n_rows;
  pyramid->n_frames = n_frames;
  pyramid->low = low;
  pyramid->high = high;
  for (int k = 0; k < MAX_LEVELS; k++)
    {
      pyramid->len[k] = len;
      pyramid->pos[k] = n_cells;
      pyramid->n_levels = k + 1;
      n_cells += (size_t) len * (size_t) n_rows;
      if (len <= LAST_LEVEL_LEN)
        break;
      len = (len + 1) / 2;
    }

  /* All levels together are at most twice the first and a rest; the product cannot overflow
   * unseen. */
  if (n_frames > G_MAXINT64 / 8 / n_rows
      || (cells = g_try_malloc0_n (n_cells, sizeof (guint16))) == NULL)
    {
      g_free (pyramid);
      g_set_error (error, OTO_BASE_ERROR, OTO_BASE_ERROR_MEMORY,
                   "There is not enough memory for a picture of %" G_GINT64_FORMAT
                   " frames. Open a shorter clip, or close other programs.", n_frames);
      return NULL;
    }
  pyramid->cells = cells;
  self = g_new0 (OtoPyramidBuilder, 1);
  self->pyramid = pyramid;
  return self;
}

/**
 * oto_pyramid_builder_put:
 * @self: a builder
 * @first_frame: where the piece begins
 * @n_frames: its length
 * @values: (n_frames, rows)
 * @gain: what is stored is @gain x value + @offset
 * @offset: see @gain
 */
void
oto_pyramid_builder_put (OtoPyramidBuilder *self,
                         gint64             first_frame,
                         gint64             n_frames,
                         const float       *values,
                         double             gain,
                         double             offset)
{
  OtoPyramid *pyramid = self->pyramid;
  int n_rows = pyramid->n_rows;
  double steps = OTO_PYRAMID_MAX / (pyramid->high - pyramid->low);

  g_return_if_fail (first_frame >= 0 && n_frames >= 0);
  g_return_if_fail (first_frame + n_frames <= pyramid->n_frames);
  g_return_if_fail (values != NULL);

  /* Turned block by block, so that what is read stays in the cache. */
  for (gint64 block = 0; block < n_frames; block += BLOCK_FRAMES)
    for (int row = 0; row < n_rows; row++)
      {
        gint64 end = MIN (block + BLOCK_FRAMES, n_frames);
        guint16 *to = pyramid->cells + (size_t) row * pyramid->n_frames + first_frame;

        for (gint64 t = block; t < end; t++)
          to[t] = quantize (gain * values[t * n_rows + row] + offset, pyramid->low, steps);
      }
}

/**
 * oto_pyramid_builder_put_row:
 * @self: a builder
 * @row: which row
 * @values: (T)
 * @gain: what is stored is @gain x value + @offset
 * @offset: see @gain
 */
void
oto_pyramid_builder_put_row (OtoPyramidBuilder *self,
                             int                row,
                             const float       *values,
                             double             gain,
                             double             offset)
{
  OtoPyramid *pyramid = self->pyramid;
  double steps = OTO_PYRAMID_MAX / (pyramid->high - pyramid->low);
  guint16 *to;

  g_return_if_fail (row >= 0 && row < pyramid->n_rows);
  g_return_if_fail (values != NULL);

  to = pyramid->cells + (size_t) row * pyramid->n_frames;
  for (gint64 t = 0; t < pyramid->n_frames; t++)
    to[t] = quantize (gain * values[t] + offset, pyramid->low, steps);
}

/**
 * oto_pyramid_builder_end:
 * @self: (transfer full): a builder
 *
 * Returns: (transfer full): the pyramid, all levels made
 */
OtoPyramid *
oto_pyramid_builder_end (OtoPyramidBuilder *self)
{
  OtoPyramid *pyramid = g_steal_pointer (&self->pyramid);

  g_free (self);
  pool_levels (pyramid);
  return pyramid;
}

void
oto_pyramid_builder_free (OtoPyramidBuilder *self)
{
  g_clear_pointer (&self->pyramid, oto_pyramid_unref);
  g_free (self);
}

/**
 * oto_pyramid_new:
 * @values: (T, rows) or (rows, T), as @order says
 * @order: how @values lie in memory
 * @n_rows: mel bins or classes
 * @n_frames: frames (T)
 * @low: value stored as the least
 * @high: value stored as the largest; above @low
 *
 * Returns: (transfer full): a pyramid of a whole map, or %NULL with %OTO_BASE_ERROR_MEMORY
 */
OtoPyramid *
oto_pyramid_new (const float      *values,
                 OtoPyramidOrder   order,
                 int               n_rows,
                 gint64            n_frames,
                 double            low,
                 double            high,
                 GError          **error)
{
  OtoPyramidBuilder *builder = oto_pyramid_builder_new (n_rows, n_frames, low, high, error);

  if (builder == NULL)
    return NULL;
  if (order == OTO_PYRAMID_FRAMES_FIRST)
    oto_pyramid_builder_put (builder, 0, n_frames, values, 1.0, 0.0);
  else
    for (int row = 0; row < n_rows; row++)
      oto_pyramid_builder_put_row (builder, row, values + row * n_frames, 1.0, 0.0);
  return oto_pyramid_builder_end (builder);
}

OtoPyramid *
oto_pyramid_ref (OtoPyramid *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
oto_pyramid_unref (OtoPyramid *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  g_free (self->cells);
  g_free (self);
}

int
oto_pyramid_get_n_rows (const OtoPyramid *self)
{
  return self->n_rows;
}

gint64
oto_pyramid_get_n_frames (const OtoPyramid *self)
{
  return self->n_frames;
}

double
oto_pyramid_get_low (const OtoPyramid *self)
{
  return self->low;
}

double
oto_pyramid_get_high (const OtoPyramid *self)
{
  return self->high;
}

/**
 * oto_pyramid_get_value:
 * @self: a pyramid
 * @row: a row
 * @frame: a frame
 *
 * Returns: the value of a cell, to half of (high - low) / %OTO_PYRAMID_MAX, or NaN where it is not
 *   finite
 */
double
oto_pyramid_get_value (const OtoPyramid *self,
                       int               row,
                       gint64            frame)
{
  guint16 cell;

  g_return_val_if_fail (row >= 0 && row < self->n_rows, NAN);
  g_return_val_if_fail (frame >= 0 && frame < self->n_frames, NAN);

  cell = self->cells[(size_t) row * self->n_frames + frame];
  if (cell == OTO_PYRAMID_INVALID)
    return NAN;
  return self->low + (self->high - self->low) * cell / OTO_PYRAMID_MAX;
}

int
oto_pyramid_get_n_levels (const OtoPyramid *self)
{
  return self->n_levels;
}

gint64
oto_pyramid_get_level_len (const OtoPyramid *self,
                           int               level)
{
  g_return_val_if_fail (level >= 0 && level < self->n_levels, 0);

  return self->len[level];
}

/**
 * oto_pyramid_get_row:
 * @self: a pyramid
 * @level: 0: single frames; each further one pools twice as many
 * @row: a row
 *
 * Returns: (transfer none): its cells
 */
const guint16 *
oto_pyramid_get_row (const OtoPyramid *self,
                     int               level,
                     int               row)
{
  g_return_val_if_fail (level >= 0 && level < self->n_levels, NULL);
  g_return_val_if_fail (row >= 0 && row < self->n_rows, NULL);

  return self->cells + self->pos[level] + (size_t) row * self->len[level];
}
