/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "state/oto-strips.h"
#include "state/oto-view-state.h"

G_BEGIN_DECLS

#define OTO_TYPE_CLASS_LIST (oto_class_list_get_type ())
G_DECLARE_FINAL_TYPE (OtoClassList, oto_class_list, OTO, CLASS_LIST, GtkWidget)

/* OtoClassList: the classes of an analysis by rank, with the strip of each, their clip
 * probabilities, and the weights of mel bins where a model has them.
 *
 * Properties: "view-state", "analysis", "strips" (all nullable), "note" (small words below). */

GtkWidget *oto_class_list_new (void);

G_END_DECLS
