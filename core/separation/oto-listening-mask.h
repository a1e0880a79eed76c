/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "features/oto-logmel.h"
#include "features/oto-window-plan.h"

G_BEGIN_DECLS

/**
 * OtoListeningSource:
 * @front_end: what the log-mel values are
 * @plan: the windows of the clip; T is its own frames
 * @n_classes: K
 * @logmel: (T, F): what the model heard
 * @scores: (nullable): (K, T), frame scores in [0, 1]; %NULL where a score has no place in time
 * @time_att: (nullable): (K, T), learned time attention, each window's own from its seam on
 * @window_prob: (windows, K), in [0, 1]
 *
 * What a listening mask is made of. All of it is borrowed and must outlive the mask.
 */
typedef struct
{
  const OtoLogmelConfig *front_end;
  const OtoWindowPlan   *plan;
  int                    n_classes;
  const float           *logmel;
  const float           *scores;
  const float           *time_att;
  const float           *window_prob;
} OtoListeningSource;

/* OtoListeningMask: the masks that stems are made with unless those of the model are asked for,
 * found by how well stems sound. Where a class is active is told by the model, what of a frame is
 * more than its surroundings by the clip. Immutable, for any thread. */
typedef struct _OtoListeningMask OtoListeningMask;

OtoListeningMask *oto_listening_mask_new  (const OtoListeningSource *source)
                                           G_GNUC_WARN_UNUSED_RESULT;
void              oto_listening_mask_free (OtoListeningMask         *self);
void              oto_listening_mask_read (const OtoListeningMask   *self,
                                           int                       class_index,
                                           gint64                    first_frame,
                                           gint64                    n_frames,
                                           float                    *ret_mask);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OtoListeningMask, oto_listening_mask_free)

G_END_DECLS
