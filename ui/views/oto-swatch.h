/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "paint/oto-theme.h"

G_BEGIN_DECLS

#define OTO_TYPE_SWATCH (oto_swatch_get_type ())
G_DECLARE_FINAL_TYPE (OtoSwatch, oto_swatch, OTO, SWATCH, GtkWidget)

/* OtoSwatch: the colour of a class, as a small square. */

void oto_swatch_set_slot (OtoSwatch *self,
                          int        slot);       /* of OtoClassColors; -1: neutral */

G_END_DECLS
