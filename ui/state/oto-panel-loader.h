/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "otoscope.h"

#include "paint/oto-panel-data.h"

G_BEGIN_DECLS

#define OTO_TYPE_PANEL_LOADER (oto_panel_loader_get_type ())
G_DECLARE_FINAL_TYPE (OtoPanelLoader, oto_panel_loader, OTO, PANEL_LOADER, GObject)

/**
 * OtoPanelLoader:
 *
 * Makes what panels show, off the main thread, one after the other, what is ready soon first. For
 * the main thread.
 *
 * Signals: "loaded" (#OtoPanelData, borrowed): a panel is ready; those of frequency attention, or
 * of contribution, are told together, on one scale, and again when others join them; "failed"
 * (message): a panel cannot be made; "done": everything that was asked for of an analysis is ready
 * or failed.
 */

OtoPanelLoader *oto_panel_loader_new     (void) G_GNUC_WARN_UNUSED_RESULT;
void            oto_panel_loader_load    (OtoPanelLoader     *self,
                                          OtoAnalysis        *analysis,
                                          const OtoPanelSpec *specs,
                                          guint               n_specs,
                                          const int          *rows,
                                          guint               n_rows);
void            oto_panel_loader_preview (OtoPanelLoader     *self,
                                          OtoClip            *clip);
void            oto_panel_loader_stop    (OtoPanelLoader     *self);
gboolean        oto_panel_loader_is_busy (OtoPanelLoader     *self);

G_END_DECLS
