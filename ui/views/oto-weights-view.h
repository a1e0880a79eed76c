/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "paint/oto-panel-data.h"
#include "paint/oto-theme.h"

G_BEGIN_DECLS

#define OTO_TYPE_WEIGHTS_VIEW (oto_weights_view_get_type ())
G_DECLARE_FINAL_TYPE (OtoWeightsView, oto_weights_view, OTO, WEIGHTS_VIEW, GtkWidget)

/* OtoWeightsView: panel 9, what classes hear in the mel bins: a row a class, hertz below. It has no
 * time, so that it stands beside the clip probabilities. */

void          oto_weights_view_set_data   (OtoWeightsView *self,
                                           OtoPanelData   *data);        /* (nullable) */
OtoPanelData *oto_weights_view_get_data   (OtoWeightsView *self);        /* (nullable) */
void          oto_weights_view_set_colors (OtoWeightsView *self,
                                           OtoClassColors *colors);

G_END_DECLS
