/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/oto-types.h"
#include "features/oto-logmel.h"

OTO_BEGIN_DECLS

/* OtoBatcher: the features and targets of some clips of a data set, as a network takes them:
 * windows of T frames. In memory as long as they fit the budget, otherwise read again from the
 * feature cache. Items count from 0. */
typedef struct _OtoBatcher OtoBatcher;

/* Memory for features; a window of 10 s takes 80 kB. */
#define OTO_BATCHER_BUDGET_BYTES (G_GINT64_CONSTANT (1) << 31)

OtoBatcher *oto_batcher_new          (OtoDataset             *dataset,
                                      GArray                 *clips,
                                      const OtoLogmelConfig  *front_end,
                                      int                     n_window_frames,
                                      gint64                  budget_bytes,
                                      int                     n_threads,
                                      gboolean                background,
                                      OtoProgressFunc         progress,
                                      gpointer                user_data,
                                      GCancellable           *cancellable,
                                      GError                **error) G_GNUC_WARN_UNUSED_RESULT;
void        oto_batcher_free         (OtoBatcher             *self);
guint       oto_batcher_get_n_items  (OtoBatcher             *self);
guint       oto_batcher_get_n_classes(OtoBatcher             *self);
gint64      oto_batcher_get_n_bytes  (OtoBatcher             *self);
guint       oto_batcher_get_n_windows(OtoBatcher             *self,
                                      guint                   item);
gint64      oto_batcher_get_window   (OtoBatcher             *self,
                                      guint                   item,
                                      guint                   window);
gint64      oto_batcher_draw_window  (OtoBatcher             *self,
                                      guint                   item,
                                      OtoRng                 *rng);
gboolean    oto_batcher_fit_scaler   (OtoBatcher             *self,
                                      OtoScaler              *scaler,
                                      GError                **error);
gboolean    oto_batcher_fill         (OtoBatcher             *self,
                                      guint                   item,
                                      gint64                  first_frame,
                                      const OtoScaler        *scaler,
                                      float                  *ret_x,
                                      GError                **error);
void        oto_batcher_fill_targets (OtoBatcher             *self,
                                      guint                   item,
                                      float                  *ret_y);
char      **oto_batcher_take_notices (OtoBatcher             *self) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OtoBatcher, oto_batcher_free)

OTO_END_DECLS
