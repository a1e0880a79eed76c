/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "paint/oto-panel-data.h"
#include "paint/oto-theme.h"

G_BEGIN_DECLS

#define OTO_TYPE_PROBS_VIEW (oto_probs_view_get_type ())
G_DECLARE_FINAL_TYPE (OtoProbsView, oto_probs_view, OTO, PROBS_VIEW, GtkWidget)

/* OtoProbsView: panel 8, a bar a class, with the threshold across. */

void oto_probs_view_set_data      (OtoProbsView   *self,
                                   OtoPanelData   *data);        /* (nullable) */
void oto_probs_view_set_colors    (OtoProbsView   *self,
                                   OtoClassColors *colors);
void oto_probs_view_set_threshold (OtoProbsView   *self,
                                   double          threshold);

G_END_DECLS
