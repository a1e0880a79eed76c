/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define OTO_TYPE_READING_STRIP (oto_reading_strip_get_type ())
G_DECLARE_FINAL_TYPE (OtoReadingStrip, oto_reading_strip, OTO, READING_STRIP, GtkWidget)

/* OtoReadingStrip: what the cursor reads, and below it what is at work. It has room for the longest
 * reading at all times: nothing around it moves when the pointer does. */

void        oto_reading_strip_set_room    (OtoReadingStrip *self,
                                           const char      *longest);     /* markup */
void        oto_reading_strip_set_reading (OtoReadingStrip *self,
                                           const char      *reading);     /* markup */
const char *oto_reading_strip_get_reading (OtoReadingStrip *self);
void        oto_reading_strip_set_status  (OtoReadingStrip *self,
                                           const char      *status);
const char *oto_reading_strip_get_status  (OtoReadingStrip *self);

G_END_DECLS
