/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

#define OTO_TYPE_CURSOR (oto_cursor_get_type ())
G_DECLARE_FINAL_TYPE (OtoCursor, oto_cursor, OTO, CURSOR, GObject)

/* OtoCursor: where the page looks and where it plays. The views of a page share one; whoever moved
 * it last, pointer or keys, decides. Its height is a fraction of the mel axis, from the lowest
 * frequency up. Signals: "changed", "playhead-changed". */

OtoCursor *oto_cursor_new            (void) G_GNUC_WARN_UNUSED_RESULT;
double     oto_cursor_get_time_s     (OtoCursor *self);
double     oto_cursor_get_height     (OtoCursor *self);
int        oto_cursor_get_panel      (OtoCursor *self);
int        oto_cursor_get_row        (OtoCursor *self);
void       oto_cursor_set            (OtoCursor *self,
                                      double     time_s,
                                      double     height,
                                      int        panel,
                                      int        row);
void       oto_cursor_set_time_s     (OtoCursor *self,
                                      double     time_s);
double     oto_cursor_get_playhead_s (OtoCursor *self);
void       oto_cursor_set_playhead_s (OtoCursor *self,
                                      double     time_s);

G_END_DECLS
