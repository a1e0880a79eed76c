/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/oto-engine.h"
#include "analysis/oto-analysis.h"
#include "audio/oto-time-range.h"

OTO_BEGIN_DECLS

#define OTO_TYPE_ANALYZER (oto_analyzer_get_type ())
G_DECLARE_FINAL_TYPE (OtoAnalyzer, oto_analyzer, OTO, ANALYZER, GObject)

/* OtoAnalyzer: runs one model over clips and keeps the last analyses. Safe from any thread; clips
 * analysed at the same time share the model window by window, and the engine with all else that
 * runs on it. */

OtoAnalyzer      *oto_analyzer_new            (OtoModelSnapshot     *model,
                                               OtoEngine            *engine,
                                               GError              **error)
                                               G_GNUC_WARN_UNUSED_RESULT;
OtoAnalyzer      *oto_analyzer_new_for_maps   (OtoModelSnapshot     *model,
                                               guint                 wanted_maps,
                                               OtoEngine            *engine,
                                               GError              **error)
                                               G_GNUC_WARN_UNUSED_RESULT;
void              oto_analyzer_set_priority   (OtoAnalyzer          *self,
                                               OtoPriority           priority);
OtoModelSnapshot *oto_analyzer_get_model      (OtoAnalyzer          *self);
OtoAnalysis      *oto_analyzer_analyze        (OtoAnalyzer          *self,
                                               OtoClip              *clip,
                                               OtoProgressFunc       progress,
                                               gpointer              user_data,
                                               GCancellable         *cancellable,
                                               GError              **error)
                                               G_GNUC_WARN_UNUSED_RESULT;
OtoAnalysis      *oto_analyzer_analyze_range  (OtoAnalyzer          *self,
                                               OtoClip              *clip,
                                               const OtoTimeRange   *range,
                                               OtoProgressFunc       progress,
                                               gpointer              user_data,
                                               GCancellable         *cancellable,
                                               GError              **error)
                                               G_GNUC_WARN_UNUSED_RESULT;
void              oto_analyzer_analyze_range_async (OtoAnalyzer     *self,
                                               OtoClip              *clip,
                                               const OtoTimeRange   *range,
                                               OtoProgressFunc       progress,
                                               gpointer              progress_data,
                                               GCancellable         *cancellable,
                                               GAsyncReadyCallback   callback,
                                               gpointer              user_data);
void              oto_analyzer_analyze_async  (OtoAnalyzer          *self,
                                               OtoClip              *clip,
                                               OtoProgressFunc       progress,
                                               gpointer              progress_data,
                                               GCancellable         *cancellable,
                                               GAsyncReadyCallback   callback,
                                               gpointer              user_data);
OtoAnalysis      *oto_analyzer_analyze_finish (OtoAnalyzer          *self,
                                               GAsyncResult         *result,
                                               GError              **error)
                                               G_GNUC_WARN_UNUSED_RESULT;

OTO_END_DECLS
