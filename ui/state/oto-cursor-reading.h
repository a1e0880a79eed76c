/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "otoscope.h"

#include "paint/oto-panel-data.h"
#include "state/oto-view-state.h"

G_BEGIN_DECLS

/* What is under the cursor, in words. Readings are Pango markup, in the notation of the locale. */

char *oto_cursor_reading_dup         (OtoViewState   *view,
                                      OtoAnalysis    *analysis,      /* (nullable) */
                                      GPtrArray      *panels,
                                      const OtoTheme *theme) G_GNUC_WARN_UNUSED_RESULT;
char *oto_cursor_reading_dup_longest (OtoAnalysis    *analysis) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
