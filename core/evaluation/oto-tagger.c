/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "evaluation/oto-tagger.h"

#include "base/oto-arena.h"
#include "features/oto-scaler.h"

#include <glib/gi18n-lib.h>
#include <math.h>

/* The loss of a pair is cut off where the network is exactly wrong, as in training. */
#define MAX_BCE 100.0

/* Windows on their way through the network. */
typedef struct
{
  OtoModel *model;
  int       n_classes;
  float    *x;                   /* (N, T, F) */
  guint    *items;               /* (N): whose windows they are */
  int       n;
  float    *prob;                /* (K): of one window */
} Batch;

/* Raises the probabilities of the batch's clips to those of their windows. */
static gboolean
flush (Batch *batch,
       float *ret_prob)
{
  if (batch->n == 0)
    return TRUE;
  if (!oto_model_forward (batch->model, batch->x, batch->n, OTO_MODEL_EVAL, 0))
    return FALSE;
  for (int n = 0; n < batch->n; n++)
    {
      float *clip_prob = ret_prob + (size_t) batch->items[n] * batch->n_classes;

      oto_model_get_map (batch->model, OTO_MAP_CLIP_PROB, n, batch->prob);
      for (int k = 0; k < batch->n_classes; k++)
        clip_prob[k] = fmaxf (clip_prob[k], batch->prob[k]);
    }
  batch->n = 0;
  return TRUE;
}

static gboolean
fail_stopped (GError **error)
{
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, _("The work was stopped."));
  return FALSE;
}

static gboolean
run_windows (Batch            *batch,
             OtoBatcher       *batcher,
             const OtoScaler  *scaler,
             int               n_batch,
             OtoTaggerFunc     func,
             gpointer          user_data,
             float            *ret_prob,
             GError          **error)
{
  const OtoModelConfig *config = oto_model_get_config (batch->model);
  const size_t window_len = (size_t) config->n_frames * config->n_mels;
  const guint n_items = oto_batcher_get_n_items (batcher);

  for (guint item = 0; item < n_items; item++)
    for (guint w = 0; w < oto_batcher_get_n_windows (batcher, item); w++)
      {
        if (!oto_batcher_fill (batcher, item, oto_batcher_get_window (batcher, item, w), scaler,
                               batch->x + batch->n * window_len, error))
          return FALSE;
        batch->items[batch->n++] = item;
        if (batch->n < n_batch)
          continue;
        if (!flush (batch, ret_prob)
            || (func != NULL && !func ((double) item / n_items, user_data)))
          return fail_stopped (error);
      }
  return flush (batch, ret_prob) || fail_stopped (error);
}

/**
 * oto_tagger_run:
 * @model: a network with memory for @n_batch windows
 * @batcher: clips
 * @scaler: of the model
 * @n_batch: windows of a forward pass
 * @func: (nullable): told the share done between passes; may end the work
 * @user_data: for @func
 * @ret_prob: (out caller-allocates): (clips, K): maximum over the windows of each clip
 * @error: return location for a #GError
 *
 * Computes clip probabilities.
 *
 * Returns: %FALSE when a clip cannot be read, or with %G_IO_ERROR_CANCELLED when stopped
 */
gboolean
oto_tagger_run (OtoModel         *model,
                OtoBatcher       *batcher,
                const OtoScaler  *scaler,
                int               n_batch,
                OtoTaggerFunc     func,
                gpointer          user_data,
                float            *ret_prob,
                GError          **error)
{
  const OtoModelConfig *config = oto_model_get_config (model);
  Batch batch = { .model = model, .n_classes = config->n_classes };
  gboolean done = FALSE;

  for (size_t i = 0; i < (size_t) oto_batcher_get_n_items (batcher) * config->n_classes; i++)
    ret_prob[i] = 0.f;
  batch.x = oto_try_alloc ((size_t) n_batch * config->n_frames * config->n_mels, sizeof (float),
                           error);
  if (batch.x != NULL)
    {
      batch.items = g_new (guint, n_batch);
      batch.prob = g_new (float, config->n_classes);
      done = run_windows (&batch, batcher, scaler, n_batch, func, user_data, ret_prob, error);
      g_free (batch.items);
      g_free (batch.prob);
    }
  oto_free (batch.x);
  return done;
}

/**
 * oto_tagger_get_bce:
 * @prob: probabilities
 * @targets: as many, 0 or 1
 * @len: how many
 *
 * Returns: the mean binary cross-entropy
 */
double
oto_tagger_get_bce (const float *prob,
                    const float *targets,
                    size_t       len)
{
  double sum = 0.0;

  for (size_t i = 0; i < len; i++)
    sum += fmin (-log (targets[i] > 0.5f ? (double) prob[i] : 1.0 - (double) prob[i]), MAX_BCE);
  return len > 0 ? sum / (double) len : NAN;
}
