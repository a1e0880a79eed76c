/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "otoscope.h"

G_BEGIN_DECLS

/**
 * OtoPanelSpec:
 * @map: what it shows
 * @class_index: the class whose map it shows, where every class has one over bins and frames;
 *   %OTO_PANEL_NO_CLASS elsewhere, and where the model has no such class
 *
 * Which panel it is. A number that it has in a figure, a place in a row of panels and a height on
 * the screen are no part of that.
 */
typedef struct
{
  OtoMap map;
  int    class_index;
} OtoPanelSpec;

#define OTO_PANEL_NO_CLASS (-1)

gboolean oto_panel_spec_is_equal  (const OtoPanelSpec *a,
                                   const OtoPanelSpec *b);
gboolean oto_panel_spec_has_class (const OtoPanelSpec *self);
gboolean oto_panel_spec_has_rows  (const OtoPanelSpec *self);
gboolean oto_panel_spec_is_linked (const OtoPanelSpec *self);
int      oto_panel_spec_get_order (const OtoPanelSpec *self);

G_END_DECLS
