/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/oto-engine.h"
#include "models/oto-model-snapshot.h"

G_BEGIN_DECLS

/* OtoWindowRunner: a model that answers for one window of frames at a time, from any thread;
 * private to the folder. */
typedef struct _OtoWindowRunner OtoWindowRunner;

/**
 * OtoWindowMaps:
 * @n_classes: K
 * @class_len: T F, values of one class
 * @freq_att: (nullable): (K, T, F), sums to one over F
 * @mask: (nullable): (K + 1, T, F), divided by the sum over classes where that exceeds one; the
 *   last is their sum
 *
 * The large maps of a window; immutable.
 */
typedef struct
{
  gatomicrefcount ref_count;
  int             n_classes;
  size_t          class_len;
  float          *freq_att;
  float          *mask;
} OtoWindowMaps;

/**
 * OtoWindowOutput:
 * @recon: (T, F), in the front end's unit
 * @step1: (K, T)
 * @time_att: (K, T)
 * @mel_weights: (K, F)
 * @clip_prob: (K)
 * @gain: (K): of contributions, see oto_contribution_get_gain()
 *
 * Caller's memory for the small results of a window. What the runner does not show is untouched.
 */
typedef struct
{
  float *recon;
  float *step1;
  float *time_att;
  float *mel_weights;
  float *clip_prob;
  float *gain;
} OtoWindowOutput;

OtoWindowRunner *oto_window_runner_new   (OtoModelSnapshot  *snapshot,
                                          guint              wanted_maps,
                                          OtoEngine         *engine,
                                          GError           **error) G_GNUC_WARN_UNUSED_RESULT;
OtoWindowRunner *oto_window_runner_ref   (OtoWindowRunner   *self) G_GNUC_WARN_UNUSED_RESULT;
void             oto_window_runner_unref (OtoWindowRunner   *self);
OtoEngine       *oto_window_runner_get_engine (OtoWindowRunner *self);
void             oto_window_runner_set_priority (OtoWindowRunner *self,
                                                 OtoPriority      priority);
guint            oto_window_runner_get_maps (OtoWindowRunner *self);
size_t           oto_window_runner_get_map_bytes (OtoWindowRunner *self);
gboolean         oto_window_runner_run   (OtoWindowRunner   *self,
                                          const float       *logmel,
                                          OtoWindowOutput   *ret_output,
                                          OtoWindowMaps    **ret_maps,
                                          GCancellable      *cancellable,
                                          GError           **error);

OtoWindowMaps   *oto_window_maps_ref     (OtoWindowMaps     *self) G_GNUC_WARN_UNUSED_RESULT;
void             oto_window_maps_unref   (OtoWindowMaps     *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OtoWindowRunner, oto_window_runner_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OtoWindowMaps, oto_window_maps_unref)

G_END_DECLS
