/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/oto-types.h"
#include "features/oto-logmel.h"

G_BEGIN_DECLS

/* OtoRemixer: training clips that nobody has heard before: every step new mixtures of the events
 * and scenes of a list, which are held in memory. What a step gets follows from seed, epoch and
 * step alone, so that a run resumes without a saved state. The next step's clips are mixed by
 * threads of its own while a network trains on this one's. For one thread at a time. */
typedef struct _OtoRemixer OtoRemixer;

/**
 * OtoRemixerConfig:
 * @augment: what is drawn, and what is changed about it
 * @front_end: the features
 * @n_window_frames: T, frames of a clip
 * @n_max_clips: most clips of a step
 * @seed: of everything drawn
 * @budget_bytes: memory that the sounds may take
 * @n_threads: 0: as many as there are cores
 * @background: at reduced priority
 */
typedef struct
{
  const OtoAugment      *augment;
  const OtoLogmelConfig *front_end;
  int                    n_window_frames;
  int                    n_max_clips;
  guint64                seed;
  gint64                 budget_bytes;
  int                    n_threads;
  gboolean               background;
} OtoRemixerConfig;

OtoRemixer *oto_remixer_new          (OtoDataset             *dataset,
                                      GArray                 *clips,
                                      const OtoRemixerConfig *config,
                                      OtoProgressFunc         progress,
                                      gpointer                user_data,
                                      GCancellable           *cancellable,
                                      GError                **error) G_GNUC_WARN_UNUSED_RESULT;
void        oto_remixer_free         (OtoRemixer             *self);
gint64      oto_remixer_get_n_bytes  (OtoRemixer             *self);
guint64     oto_remixer_get_wait_us  (OtoRemixer             *self);
gboolean    oto_remixer_mix          (OtoRemixer             *self,
                                      OtoRng                 *rng,
                                      float                  *ret_samples,
                                      float                  *ret_y,
                                      GError                **error);
gboolean    oto_remixer_fit_scaler   (OtoRemixer             *self,
                                      OtoScaler              *scaler,
                                      GError                **error);
void        oto_remixer_request      (OtoRemixer             *self,
                                      int                     epoch,
                                      int                     step,
                                      int                     n_clips);
gboolean    oto_remixer_take         (OtoRemixer             *self,
                                      int                     epoch,
                                      int                     step,
                                      int                     n_clips,
                                      const OtoScaler        *scaler,
                                      float                  *ret_x,
                                      float                  *ret_y,
                                      GError                **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OtoRemixer, oto_remixer_free)

G_END_DECLS
