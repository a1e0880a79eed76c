/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "otoscope.h"

#include "state/oto-player.h"
#include "state/oto-strips.h"
#include "state/oto-view-state.h"

G_BEGIN_DECLS

#define OTO_TYPE_LISTENING (oto_listening_get_type ())
G_DECLARE_FINAL_TYPE (OtoListening, oto_listening, OTO, LISTENING, GObject)

/**
 * OtoListening:
 *
 * What is heard of one clip: its player, the strips, and the stems that they ask for, made off the
 * main thread when they are first wanted. The selection, else the visible range, plays in a loop
 * where the view state says so, and what is heard goes where it seeks. For the main thread.
 *
 * Properties: "view-state" (construct-only), "strips" (read-only), "blend" (0: the mix as it is, 1:
 * what the strips make of it), "volume" (linear).
 *
 * Signals: "changed": a stem is begun or ready; "failed" (message): one cannot be made.
 */

OtoListening *oto_listening_new          (OtoViewState *view) G_GNUC_WARN_UNUSED_RESULT;
OtoPlayer    *oto_listening_get_player   (OtoListening *self);
OtoStrips    *oto_listening_get_strips   (OtoListening *self);
void          oto_listening_set_clip     (OtoListening *self,
                                          OtoClip      *clip);
void          oto_listening_set_analysis (OtoListening *self,
                                          OtoAnalysis  *analysis);
void          oto_listening_prepare      (OtoListening *self);
int           oto_listening_get_stem     (OtoListening *self,
                                          double       *ret_fraction);

G_END_DECLS
