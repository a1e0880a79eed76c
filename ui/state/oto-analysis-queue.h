/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "state/oto-clip-item.h"

G_BEGIN_DECLS

#define OTO_TYPE_ANALYSIS_QUEUE (oto_analysis_queue_get_type ())
G_DECLARE_FINAL_TYPE (OtoAnalysisQueue, oto_analysis_queue, OTO, ANALYSIS_QUEUE, GObject)

/**
 * OtoAnalysisQueue:
 *
 * What is heard of which clip by which model, and in which order. One clip after another is opened
 * and analysed, off the main thread; the clip that somebody waits for starts at once, beside
 * another that is at work. Results are kept by clip and model, so that a model that comes back
 * finds what it heard; those used longest ago go when they need more than a bound. A long clip
 * takes nobody's turn: short ones go on beside it, and the range of it that somebody looks at is
 * heard at once. For the main thread.
 *
 * Signal "job-changed" (item, analyzer, state, analysis, message): how far a clip is under a model.
 * @analyzer is %NULL where it was only to be opened; @analysis comes with %OTO_CLIP_STATE_DONE,
 * @message with %OTO_CLIP_STATE_FAILED.
 *
 * Signal "part-analyzed" (item, analyzer, analysis): what was heard of the range that
 * oto_analysis_queue_show_range() asked for. It is not kept, and no state of the clip: the whole
 * may come or not.
 */

#define OTO_ANALYSIS_QUEUE_LONG_S 600.0

#define OTO_ANALYSIS_QUEUE_MAX_BYTES ((size_t) 256 << 20)

OtoAnalysisQueue *oto_analysis_queue_new           (void) G_GNUC_WARN_UNUSED_RESULT;
void              oto_analysis_queue_set_max_bytes (OtoAnalysisQueue *self,
                                                    size_t            max_bytes);
void              oto_analysis_queue_add           (OtoAnalysisQueue *self,
                                                    OtoClipItem      *item,
                                                    OtoAnalyzer      *analyzer);
void              oto_analysis_queue_renew         (OtoAnalysisQueue *self,
                                                    OtoClipItem      *item,
                                                    OtoAnalyzer      *analyzer);
void              oto_analysis_queue_prefer        (OtoAnalysisQueue *self,
                                                    OtoClipItem      *item);
void              oto_analysis_queue_show_range    (OtoAnalysisQueue   *self,
                                                    OtoClipItem        *item,
                                                    OtoAnalyzer        *analyzer,
                                                    const OtoTimeRange *range);
void              oto_analysis_queue_set_held      (OtoAnalysisQueue *self,
                                                    gboolean          is_held);

gboolean          oto_analysis_queue_cancel        (OtoAnalysisQueue *self,
                                                    OtoClipItem      *item);
void              oto_analysis_queue_cancel_all    (OtoAnalysisQueue *self);
void              oto_analysis_queue_retire        (OtoAnalysisQueue *self,
                                                    OtoAnalyzer      *analyzer);

OtoAnalysis      *oto_analysis_queue_find          (OtoAnalysisQueue *self,
                                                    OtoClipItem      *item,
                                                    OtoModelSnapshot *model);
OtoClipItem      *oto_analysis_queue_get_running   (OtoAnalysisQueue *self);

G_END_DECLS
