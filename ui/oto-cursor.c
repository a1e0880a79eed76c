/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-cursor.h"

#include <math.h>

struct _OtoCursor
{
  GObject  parent_instance;

  double   time_s;
  double   height;
  int      panel;
  int      row;
  double   playhead_s;
};

enum { CHANGED, PLAYHEAD_CHANGED, N_SIGNALS };

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (OtoCursor, oto_cursor, G_TYPE_OBJECT)

static void
oto_cursor_class_init (OtoCursorClass *klass)
{
  GType type = G_TYPE_FROM_CLASS (klass);

  signals[CHANGED] = g_signal_new ("changed", type, G_SIGNAL_RUN_LAST,
                                   0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[PLAYHEAD_CHANGED] = g_signal_new ("playhead-changed", type, G_SIGNAL_RUN_LAST,
                                            0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
oto_cursor_init (OtoCursor *self)
{
  self->time_s = NAN;
  self->height = NAN;
  self->row = -1;
}

/**
 * oto_cursor_new:
 *
 * Returns: (transfer full): a cursor that is nowhere yet, with the playhead at the start
 */
OtoCursor *
oto_cursor_new (void)
{
  return g_object_new (OTO_TYPE_CURSOR, NULL);
}

/**
 * oto_cursor_get_time_s:
 * @self: a cursor
 *
 * Returns: where it is, or NaN where it is nowhere
 */
double
oto_cursor_get_time_s (OtoCursor *self)
{
  g_return_val_if_fail (OTO_IS_CURSOR (self), NAN);

  return self->time_s;
}

/**
 * oto_cursor_get_height:
 * @self: a cursor
 *
 * Returns: fraction of the mel axis from below, or NaN
 */
double
oto_cursor_get_height (OtoCursor *self)
{
  g_return_val_if_fail (OTO_IS_CURSOR (self), NAN);

  return self->height;
}

/**
 * oto_cursor_get_panel:
 * @self: a cursor
 *
 * Returns: number of the panel that it was last put in, or 0
 */
int
oto_cursor_get_panel (OtoCursor *self)
{
  g_return_val_if_fail (OTO_IS_CURSOR (self), 0);

  return self->panel;
}

/**
 * oto_cursor_get_row:
 * @self: a cursor
 *
 * Returns: row of that panel, or -1
 */
int
oto_cursor_get_row (OtoCursor *self)
{
  g_return_val_if_fail (OTO_IS_CURSOR (self), -1);

  return self->row;
}

static gboolean
is_same (double a,
         double b)
{
  return a == b || (isnan (a) && isnan (b));
}

/**
 * oto_cursor_set:
 * @self: a cursor
 * @time_s: where, or NaN
 * @height: fraction of the mel axis from below; NaN leaves it
 * @panel: number of the panel, or 0
 * @row: row of that panel, or -1
 */
void
oto_cursor_set (OtoCursor *self,
                double     time_s,
                double     height,
                int        panel,
                int        row)
{
  g_return_if_fail (OTO_IS_CURSOR (self));

  if (isnan (height))
    height = self->height;

  if (is_same (self->time_s, time_s) && is_same (self->height, height)
      && self->panel == panel && self->row == row)
    return;

  self->time_s = time_s;
  self->height = height;
  self->panel = panel;
  self->row = row;
  g_signal_emit (self, signals[CHANGED], 0);
}

/**
 * oto_cursor_set_time_s:
 * @self: a cursor
 * @time_s: where, or NaN
 *
 * Moves it along the time axis only.
 */
void
oto_cursor_set_time_s (OtoCursor *self,
                       double     time_s)
{
  g_return_if_fail (OTO_IS_CURSOR (self));

  oto_cursor_set (self, time_s, NAN, self->panel, self->row);
}

/**
 * oto_cursor_get_playhead_s:
 * @self: a cursor
 *
 * Returns: what is heard now, or would be first
 */
double
oto_cursor_get_playhead_s (OtoCursor *self)
{
  g_return_val_if_fail (OTO_IS_CURSOR (self), 0);

  return self->playhead_s;
}

/**
 * oto_cursor_set_playhead_s:
 * @self: a cursor
 * @time_s: what is heard
 */
void
oto_cursor_set_playhead_s (OtoCursor *self,
                           double     time_s)
{
  g_return_if_fail (OTO_IS_CURSOR (self));

  if (self->playhead_s == time_s)
    return;

  self->playhead_s = time_s;
  g_signal_emit (self, signals[PLAYHEAD_CHANGED], 0);
}
