/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "analysis/oto-analyzer.h"

G_BEGIN_DECLS

/* OtoAnalysisFeed: analyses of some clips of a data set, one after the other. While one is looked
 * at, the next ones are read and run, so that reading never waits for the network; no more than a
 * few are held. */
typedef struct _OtoAnalysisFeed OtoAnalysisFeed;

OtoAnalysisFeed *oto_analysis_feed_new  (OtoAnalyzer      *analyzer,
                                         OtoDataset       *dataset,
                                         GArray           *clips,
                                         int               n_threads,
                                         GCancellable     *cancellable) G_GNUC_WARN_UNUSED_RESULT;
void             oto_analysis_feed_free (OtoAnalysisFeed  *self);
OtoAnalysis     *oto_analysis_feed_pull (OtoAnalysisFeed  *self,
                                         GError          **error) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OtoAnalysisFeed, oto_analysis_feed_free)

G_END_DECLS
