/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "state/oto-listening.h"

G_BEGIN_DECLS

#define OTO_TYPE_TRANSPORT_BAR (oto_transport_bar_get_type ())
G_DECLARE_FINAL_TYPE (OtoTransportBar, oto_transport_bar, OTO, TRANSPORT_BAR, GtkWidget)

/* OtoTransportBar: play, loop, where it plays, blend, volume and frame threshold. While it plays it
 * moves the playhead of the view state.
 *
 * Properties: "view-state", "listening" (both nullable). */

GtkWidget *oto_transport_bar_new (void);

G_END_DECLS
