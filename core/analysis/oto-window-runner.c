/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "analysis/oto-window-runner.h"
#include "base/oto-arena.h"
#include "heads/oto-contribution.h"
#include "models/oto-model.h"
#include "separation/oto-mask.h"

#include <glib/gi18n-lib.h>
#include <string.h>

struct _OtoWindowRunner
{
  gatomicrefcount   ref_count;
  OtoModelSnapshot *snapshot;
  OtoEngine        *engine;
  guint             maps;        /* OtoMap flags */

  GMutex            lock;        /* guards the fields below */
  OtoModel         *model;
  float            *x;           /* (T, F), standardised */
};

/**
 * oto_window_runner_new:
 * @snapshot: the model
 * @wanted_maps: #OtoMap flags of what will be asked for
 * @engine: what it runs on
 * @error: set on failure
 *
 * Returns: (transfer full) (nullable): a runner with its workspace taken
 */
OtoWindowRunner *
oto_window_runner_new (OtoModelSnapshot  *snapshot,
                       guint              wanted_maps,
                       OtoEngine         *engine,
                       GError           **error)
{
  g_autoptr (OtoWindowRunner) self = g_new0 (OtoWindowRunner, 1);
  const OtoModelConfig *config = oto_model_snapshot_get_config (snapshot);

  g_atomic_ref_count_init (&self->ref_count);
  g_mutex_init (&self->lock);
  self->snapshot = oto_model_snapshot_ref (snapshot);
  self->engine = oto_engine_ref (engine);
  self->maps = (oto_model_config_get_maps (config) & oto_contribution_add_parts (wanted_maps))
               | OTO_MAP_CLIP_PROB;

  self->x = oto_try_alloc ((size_t) config->n_frames * config->n_mels, sizeof (float), error);
  if (self->x == NULL)
    return NULL;
  self->model = oto_model_new_from_snapshot (snapshot, engine, OTO_PRIORITY_INTERACTIVE, error);
  if (self->model == NULL || !oto_model_reserve (self->model, 1, OTO_MODEL_EVAL, error))
    return NULL;
  return g_steal_pointer (&self);
}

/**
 * oto_window_runner_ref:
 * @self: a runner
 *
 * Returns: (transfer full): a new reference
 */
OtoWindowRunner *
oto_window_runner_ref (OtoWindowRunner *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

/**
 * oto_window_runner_unref:
 * @self: (nullable) (transfer full): a runner
 */
void
oto_window_runner_unref (OtoWindowRunner *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_clear_pointer (&self->model, oto_model_free);
  oto_engine_unref (self->engine);
  oto_model_snapshot_unref (self->snapshot);
  oto_free (self->x);
  g_mutex_clear (&self->lock);
  g_free (self);
}

/**
 * oto_window_runner_get_engine:
 * @self: a runner
 *
 * Returns: (transfer none): what it runs on
 */
OtoEngine *
oto_window_runner_get_engine (OtoWindowRunner *self)
{
  return self->engine;
}

/**
 * oto_window_runner_set_priority:
 * @self: a runner
 * @priority: of its windows from the next one on
 */
void
oto_window_runner_set_priority (OtoWindowRunner *self,
                                OtoPriority      priority)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  oto_model_set_priority (self->model, priority);
}

/**
 * oto_window_runner_get_maps:
 * @self: a runner
 *
 * Returns: #OtoMap flags of what the model can show and what is wanted of it
 */
guint
oto_window_runner_get_maps (OtoWindowRunner *self)
{
  return self->maps;
}

static size_t
get_class_len (OtoWindowRunner *self)
{
  const OtoModelConfig *config = oto_model_snapshot_get_config (self->snapshot);

  return (size_t) config->n_frames * config->n_mels;
}

/**
 * oto_window_runner_get_map_bytes:
 * @self: a runner
 *
 * Returns: memory of the large maps of one window
 */
size_t
oto_window_runner_get_map_bytes (OtoWindowRunner *self)
{
  const OtoModelConfig *config = oto_model_snapshot_get_config (self->snapshot);
  size_t n_maps = 0;

  if (self->maps & OTO_MAP_FREQ_ATT)
    n_maps += config->n_classes;
  if (self->maps & OTO_MAP_MASK)
    n_maps += config->n_classes + 1;
  return n_maps * get_class_len (self) * sizeof (float);
}

/* Copies the large maps of the last pass; to be called with the lock held. */
static OtoWindowMaps *
copy_maps (OtoWindowRunner  *self,
           GError          **error)
{
  g_autoptr (OtoWindowMaps) maps = g_new0 (OtoWindowMaps, 1);
  int n_classes = oto_model_snapshot_get_config (self->snapshot)->n_classes;
  size_t len = get_class_len (self);

  g_atomic_ref_count_init (&maps->ref_count);
  maps->n_classes = n_classes;
  maps->class_len = len;
  if (self->maps & OTO_MAP_FREQ_ATT)
    {
      maps->freq_att = oto_try_alloc (n_classes * len, sizeof (float), error);
      if (maps->freq_att == NULL)
        return NULL;
      oto_model_get_map (self->model, OTO_MAP_FREQ_ATT, 0, maps->freq_att);
    }
  if (self->maps & OTO_MAP_MASK)
    {
      float *sum;

      maps->mask = oto_try_alloc ((n_classes + 1) * len, sizeof (float), error);
      if (maps->mask == NULL)
        return NULL;
      oto_model_get_map (self->model, OTO_MAP_MASK, 0, maps->mask);
      oto_mask_limit_sum (maps->mask, n_classes, len);
      sum = maps->mask + n_classes * len;
      for (int k = 0; k < n_classes; k++)
        for (size_t i = 0; i < len; i++)
          sum[i] += maps->mask[k * len + i];
    }
  return g_steal_pointer (&maps);
}

static void
copy_output (OtoWindowRunner *self,
             OtoWindowOutput *ret_output)
{
  const OtoModelConfig *config = oto_model_snapshot_get_config (self->snapshot);

  if (self->maps & OTO_MAP_RECON)
    {
      oto_model_get_map (self->model, OTO_MAP_RECON, 0, ret_output->recon);
      oto_scaler_invert (oto_model_snapshot_get_scaler (self->snapshot), ret_output->recon,
                         config->n_frames, ret_output->recon);
    }
  if (self->maps & OTO_MAP_STEP1)
    oto_model_get_map (self->model, OTO_MAP_STEP1, 0, ret_output->step1);
  if (self->maps & OTO_MAP_TIME_ATT)
    oto_model_get_map (self->model, OTO_MAP_TIME_ATT, 0, ret_output->time_att);
  if (self->maps & OTO_MAP_MEL_WEIGHTS)
    oto_model_get_map (self->model, OTO_MAP_MEL_WEIGHTS, 0, ret_output->mel_weights);
  oto_model_get_map (self->model, OTO_MAP_CLIP_PROB, 0, ret_output->clip_prob);
  for (int k = 0; k < config->n_classes && (self->maps & OTO_MAP_CONTRIBUTION) != 0; k++)
    {
      const gint64 pos = (gint64) k * config->n_frames;

      ret_output->gain[k] = oto_contribution_get_gain (ret_output->step1 + pos,
                                                       ret_output->time_att + pos,
                                                       config->n_frames, ret_output->clip_prob[k]);
    }
}

/**
 * oto_window_runner_run:
 * @self: a runner
 * @logmel: (T, F) of a whole window, padding included
 * @ret_output: (optional): filled with the small results
 * @ret_maps: (out) (optional) (transfer full): the large maps
 * @cancellable: (nullable): looked at between layers
 * @error: set on failure
 *
 * Runs the network on one window. Threads that ask at the same time wait for each other.
 *
 * Returns: whether it ran to its end
 */
gboolean
oto_window_runner_run (OtoWindowRunner  *self,
                       const float      *logmel,
                       OtoWindowOutput  *ret_output,
                       OtoWindowMaps   **ret_maps,
                       GCancellable     *cancellable,
                       GError          **error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  const guint large = OTO_MAP_FREQ_ATT | OTO_MAP_MASK;
  const OtoModelConfig *config = oto_model_snapshot_get_config (self->snapshot);
  guint wanted = self->maps & ((ret_output != NULL ? ~large : 0) | (ret_maps != NULL ? large : 0));
  gboolean done;

  oto_scaler_apply (oto_model_snapshot_get_scaler (self->snapshot), logmel, config->n_frames,
                    self->x);
  oto_model_set_cancellable (self->model, cancellable);
  done = oto_model_forward (self->model, self->x, 1, OTO_MODEL_EVAL, wanted);
  oto_model_set_cancellable (self->model, NULL);
  if (!done)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, _("The "
                                                                      "analysis was cancelled."));
      return FALSE;
    }

  if (ret_maps != NULL)
    {
      OtoWindowMaps *maps = copy_maps (self, error);

      if (maps == NULL)
        return FALSE;
      *ret_maps = maps;
    }
  if (ret_output != NULL)
    copy_output (self, ret_output);
  return TRUE;
}

/**
 * oto_window_maps_ref:
 * @self: the maps of a window
 *
 * Returns: (transfer full): a new reference
 */
OtoWindowMaps *
oto_window_maps_ref (OtoWindowMaps *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

/**
 * oto_window_maps_unref:
 * @self: (nullable) (transfer full): the maps of a window
 */
void
oto_window_maps_unref (OtoWindowMaps *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->ref_count))
    return;

  oto_free (self->freq_att);
  oto_free (self->mask);
  g_free (self);
}
