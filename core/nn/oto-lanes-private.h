/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Channels-last rows (rows, C) as loops of a good length, whatever C is: rows of few channels are
 * joined until a row has at least OTO_LANES_MIN values, rows of many channels are cut into pieces
 * of at most OTO_LANES_MAX. Lane l of a piece holds channel (channel + l) mod C. */

#define OTO_LANES_MIN 64
#define OTO_LANES_MAX 128

typedef struct
{
  size_t pos;                    /* first value of the piece */
  size_t n_rows;                 /* joined or cut rows */
  size_t stride;                 /* from one of them to the next */
  int    channel;                /* of lane 0 */
  int    width;                  /* lanes */
} OtoLanes;

/* Moves to the next piece; false after the last. Begins with a struct of zeros. */
static inline bool
oto_lanes_next (OtoLanes *self,
                size_t    n_rows,
                int       n_channels)
{
  const size_t n = n_rows * (size_t) n_channels;
  const size_t joined = (size_t) n_channels * ((OTO_LANES_MIN + n_channels - 1) / n_channels);
  const size_t end = self->pos + self->n_rows * self->stride;

  if (n_channels >= OTO_LANES_MIN)
    {
      const int c = self->channel + self->width;

      if (c >= n_channels || n_rows == 0)
        return false;
      *self = (OtoLanes) { c, n_rows, n_channels, c,
                           n_channels - c < OTO_LANES_MAX ? n_channels - c : OTO_LANES_MAX };
      return true;
    }

  if (end >= n)
    return false;
  if (n - end >= joined)
    *self = (OtoLanes) { end, (n - end) / joined, joined, 0, (int) joined };
  else
    *self = (OtoLanes) { end, 1, n - end, 0, (int) (n - end) };
  return true;
}

/* Repeats values (C) over the lanes. */
static inline void
oto_lanes_spread (const OtoLanes *self,
                  const float    *values,
                  int             n_channels,
                  float          *ret_lanes)
{
  for (int l = 0, c = self->channel; l < self->width; l++)
    {
      ret_lanes[l] = values[c];
      c = c + 1 < n_channels ? c + 1 : 0;
    }
}
