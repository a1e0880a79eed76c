/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Numbers as people read them (interface.md A3): "3.264 s", "2.05 kHz", "-41.8 dB" with U+2212
 * for minus and U+202F before the unit. The decimal mark is a full stop; oto_reading_localize()
 * puts the locale's in its place, for the window. What is not finite reads as an en dash. New
 * strings, g_free(). */
char *oto_reading_format_time      (double  time_s);              /* "3.264 s" */
char *oto_reading_format_clock     (double  time_s);              /* "0:03.264" */
char *oto_reading_format_frequency (double  frequency_hz);        /* "820 Hz", "2.05 kHz" */
char *oto_reading_format_level     (double  level_db);            /* "-41.8 dB" */
char *oto_reading_format_prob      (double  prob);                /* "0.912" */
char *oto_reading_format_times     (double  factor);              /* "x2.9": times uniform */
char *oto_reading_format_weight    (double  weight);              /* "0.0453" */
char *oto_reading_format_share     (double  share);               /* "71 %" of 0.71 */
char *oto_reading_format_class     (const char *name);            /* "Church bell" */
char *oto_reading_localize         (char   *text);                /* (transfer full) */

G_END_DECLS
