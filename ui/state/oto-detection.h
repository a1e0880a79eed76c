/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "otoscope.h"

#include "state/oto-view-state.h"

G_BEGIN_DECLS

#define OTO_TYPE_DETECTION (oto_detection_get_type ())
G_DECLARE_FINAL_TYPE (OtoDetection, oto_detection, OTO, DETECTION, GObject)

/**
 * OtoDetection:
 *
 * The events that an analysis has at the thresholds of a view state, and the labels that they are
 * held against; gives both their colours. For the main thread.
 *
 * Properties: "view-state" (construct-only), "analysis". Signal "changed": other events, or other
 * labels.
 */

OtoDetection *oto_detection_new           (OtoViewState *view) G_GNUC_WARN_UNUSED_RESULT;
void          oto_detection_set_analysis  (OtoDetection *self,
                                           OtoAnalysis  *analysis);      /* (nullable) */
OtoAnalysis  *oto_detection_get_analysis  (OtoDetection *self);
void          oto_detection_set_reference (OtoDetection *self,
                                           OtoEventList *reference);     /* (nullable) */
OtoEventList *oto_detection_get_reference (OtoDetection *self);
OtoEventList *oto_detection_get_events    (OtoDetection *self);

G_END_DECLS
