/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "analysis/oto-analysis.h"

G_BEGIN_DECLS

/* The stems of a clip as streams in bounded memory; private to the folder. One STFT a channel
 * serves all of them. */

/* Takes the next @n_samples of stem @stem, interleaved; all stems advance together. */
typedef gboolean (*OtoStemSink) (guint        stem,
                                 const float *samples,
                                 gint64       n_samples,
                                 gpointer     user_data,
                                 GError     **error);

gboolean oto_stem_stream_run (OtoAnalysis      *analysis,
                              OtoMaskKind       kind,
                              const int        *classes,
                              guint             n_classes,
                              gboolean          background,
                              OtoStemSink       sink,
                              gpointer          sink_data,
                              OtoProgressFunc   progress,
                              gpointer          progress_data,
                              GCancellable     *cancellable,
                              GError          **error);

G_END_DECLS
