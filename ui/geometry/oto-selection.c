/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "geometry/oto-selection.h"

#include <math.h>

/**
 * oto_selection_is_box:
 * @self: a selection
 *
 * Returns: whether it has less than all of the mel axis
 */
gboolean
oto_selection_is_box (const OtoSelection *self)
{
  g_return_val_if_fail (self != NULL, FALSE);

  return self->low > 0.0 || self->high < 1.0;
}

/**
 * oto_selection_is_equal:
 * @a: a selection
 * @b: another
 *
 * Returns: whether both are the same
 */
gboolean
oto_selection_is_equal (const OtoSelection *a,
                        const OtoSelection *b)
{
  g_return_val_if_fail (a != NULL && b != NULL, FALSE);

  return a->start_s == b->start_s && a->end_s == b->end_s && a->low == b->low
         && a->high == b->high;
}

static void
sort (double *low,
      double *high)
{
  const double former = *low;

  if (*low <= *high)
    return;

  *low = *high;
  *high = former;
}

/**
 * oto_selection_normalize:
 * @self: a selection
 * @duration_s: of the clip
 *
 * Puts its edges in order and inside the clip.
 */
void
oto_selection_normalize (OtoSelection *self,
                         double        duration_s)
{
  g_return_if_fail (self != NULL);

  sort (&self->start_s, &self->end_s);
  sort (&self->low, &self->high);
  self->start_s = CLAMP (self->start_s, 0.0, duration_s);
  self->end_s = CLAMP (self->end_s, 0.0, duration_s);
  self->low = CLAMP (self->low, 0.0, 1.0);
  self->high = CLAMP (self->high, 0.0, 1.0);
}

static gboolean
is_near (double a,
         double b)
{
  return fabs (a - b) <= OTO_SELECTION_GRIP_PX;
}

/**
 * oto_selection_find_grip:
 * @place: where the selection is drawn
 * @has_levels: whether it is drawn with frequencies, so that they can be taken hold of
 * @x: a point
 * @y: likewise
 *
 * Of two edges that are near, as in a narrow selection, the nearer is taken.
 *
 * Returns: what of the selection is there
 */
OtoGrip
oto_selection_find_grip (const OtoRect *place,
                         gboolean       has_levels,
                         double         x,
                         double         y)
{
  const double right = place->x + place->width, bottom = place->y + place->height;
  OtoGrip grip = OTO_GRIP_NONE;

  if (x < place->x - OTO_SELECTION_GRIP_PX || x > right + OTO_SELECTION_GRIP_PX
      || (has_levels && (y < place->y - OTO_SELECTION_GRIP_PX
                         || y > bottom + OTO_SELECTION_GRIP_PX)))
    return OTO_GRIP_NONE;

  if (is_near (x, place->x) && fabs (x - place->x) <= fabs (x - right))
    grip |= OTO_GRIP_START;
  else if (is_near (x, right))
    grip |= OTO_GRIP_END;
  if (has_levels && is_near (y, place->y) && fabs (y - place->y) <= fabs (y - bottom))
    grip |= OTO_GRIP_HIGH;
  else if (has_levels && is_near (y, bottom))
    grip |= OTO_GRIP_LOW;

  return grip != OTO_GRIP_NONE ? grip : OTO_GRIP_INSIDE;
}

/**
 * oto_selection_drag:
 * @self: the selection where a drag began
 * @grip: what was taken hold of
 * @by_s: how far it is dragged, in time
 * @by_level: and on the mel axis
 * @duration_s: of the clip
 * @ret_selection: (out caller-allocates): what becomes of it; an edge may be dragged past the other
 */
void
oto_selection_drag (const OtoSelection *self,
                    OtoGrip             grip,
                    double              by_s,
                    double              by_level,
                    double              duration_s,
                    OtoSelection       *ret_selection)
{
  OtoSelection moved = *self;

  g_return_if_fail (ret_selection != NULL);

  if ((grip & OTO_GRIP_INSIDE) != 0)
    {
      by_s = CLAMP (by_s, -self->start_s, duration_s - self->end_s);
      by_level = CLAMP (by_level, -self->low, 1.0 - self->high);
    }
  if ((grip & (OTO_GRIP_START | OTO_GRIP_INSIDE)) != 0)
    moved.start_s += by_s;
  if ((grip & (OTO_GRIP_END | OTO_GRIP_INSIDE)) != 0)
    moved.end_s += by_s;
  if ((grip & (OTO_GRIP_LOW | OTO_GRIP_INSIDE)) != 0)
    moved.low += by_level;
  if ((grip & (OTO_GRIP_HIGH | OTO_GRIP_INSIDE)) != 0)
    moved.high += by_level;
  oto_selection_normalize (&moved, duration_s);
  *ret_selection = moved;
}

/**
 * oto_selection_extend:
 * @self: a selection
 * @time_s: a time that it is to reach to
 * @level: of the mel axis, likewise; NaN: none
 *
 * The edge that is nearer goes there.
 */
void
oto_selection_extend (OtoSelection *self,
                      double        time_s,
                      double        level)
{
  g_return_if_fail (self != NULL);

  if (fabs (time_s - self->start_s) < fabs (time_s - self->end_s))
    self->start_s = time_s;
  else
    self->end_s = time_s;
  if (isnan (level) || !oto_selection_is_box (self))
    return;

  if (fabs (level - self->low) < fabs (level - self->high))
    self->low = level;
  else
    self->high = level;
}
