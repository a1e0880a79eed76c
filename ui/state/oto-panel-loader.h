/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "paint/oto-panel-data.h"

G_BEGIN_DECLS

#define OTO_TYPE_PANEL_LOADER (oto_panel_loader_get_type ())
G_DECLARE_FINAL_TYPE (OtoPanelLoader, oto_panel_loader, OTO, PANEL_LOADER, GObject)

/**
 * OtoPanelLoader:
 *
 * Makes what panels draw, off the main thread, one after the other: of an analysis, or of a clip
 * that has none yet. Asked for something else it drops what is on its way: nothing is ever told of
 * a clip that is not asked for any more. For the main thread.
 *
 * Signals: "loaded" (#OtoPanelData): a panel is ready; those of frequency attention come together,
 * on one scale. "failed" (message): a panel cannot be made. "done": all of an analysis were made.
 */

OtoPanelLoader *oto_panel_loader_new     (void) G_GNUC_WARN_UNUSED_RESULT;
void            oto_panel_loader_load    (OtoPanelLoader *self,
                                          OtoAnalysis    *analysis);
void            oto_panel_loader_preview (OtoPanelLoader *self,
                                          OtoClip        *clip);
void            oto_panel_loader_stop    (OtoPanelLoader *self);
gboolean        oto_panel_loader_is_busy (OtoPanelLoader *self);

G_END_DECLS
