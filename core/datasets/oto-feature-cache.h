/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "features/oto-logmel.h"

OTO_BEGIN_DECLS

/* OtoFeatureCache: log-mel features of audio files, kept on disk by the content of the file and
 * the front end. What is read from disk is checked; where it is missing, damaged or cannot be
 * written, the features are computed. Safe from any thread. */
typedef struct _OtoFeatureCache OtoFeatureCache;

OtoFeatureCache *oto_feature_cache_new           (const OtoLogmelConfig  *front_end,
                                                  gint64                  min_frames,
                                                  GError                **error)
                                                  G_GNUC_WARN_UNUSED_RESULT;
void             oto_feature_cache_free          (OtoFeatureCache        *self);
float           *oto_feature_cache_get           (OtoFeatureCache        *self,
                                                  const char             *path,
                                                  gint64                 *ret_n_frames,
                                                  guint64                *ret_n_invalid,
                                                  GError                **error)
                                                  G_GNUC_WARN_UNUSED_RESULT;
float           *oto_feature_cache_compute       (OtoFeatureCache        *self,
                                                  OtoClip                *clip,
                                                  gint64                 *ret_n_frames,
                                                  guint64                *ret_n_invalid,
                                                  GError                **error)
                                                  G_GNUC_WARN_UNUSED_RESULT;
guint            oto_feature_cache_get_n_damaged (OtoFeatureCache        *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OtoFeatureCache, oto_feature_cache_free)

OTO_END_DECLS
