/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "analysis/oto-analysis.h"

OTO_BEGIN_DECLS

/* Stems: every class through its mask, at the clip's own rate and channels, as long as the clip;
 * Background is the clip minus all of them (interface.md P1). */

float    *oto_stems_render        (OtoAnalysis     *analysis,
                                   OtoMaskKind      kind,
                                   int              class_index,
                                   OtoProgressFunc  progress,
                                   gpointer         user_data,
                                   GCancellable    *cancellable,
                                   GError         **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean  oto_stems_save          (OtoAnalysis     *analysis,
                                   OtoMaskKind      kind,
                                   const int       *classes,
                                   guint            n_classes,
                                   gboolean         background,
                                   const char      *dir,
                                   const char      *name,
                                   GStrv           *ret_paths,
                                   OtoProgressFunc  progress,
                                   gpointer         user_data,
                                   GCancellable    *cancellable,
                                   GError         **error);
char     *oto_stems_dup_safe_stem (const char      *clip_name) G_GNUC_WARN_UNUSED_RESULT;
char     *oto_stems_dup_file_name (const char      *clip_name,
                                   const char      *class_name) G_GNUC_WARN_UNUSED_RESULT;

OTO_END_DECLS
