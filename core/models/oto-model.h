/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/oto-types.h"
#include "models/oto-model-config.h"

G_BEGIN_DECLS

/* OtoModel: a network with its weights and workspace; belongs to one thread at a time, runs on its own workers. */

typedef enum { OTO_MODEL_EVAL, OTO_MODEL_TRAIN } OtoModelMode;

typedef struct
{
  double total;                  /* bce + alpha mse */
  double bce;
  double mse;                    /* 0 when the decoder does not run */
} OtoModelLoss;

OtoModel             *oto_model_new            (const OtoModelConfig *config, guint64 seed, int n_threads, gboolean background, GError **error) G_GNUC_WARN_UNUSED_RESULT; /* initialised by seed */
OtoModel             *oto_model_new_from_snapshot (OtoModelSnapshot *snapshot, int n_threads, gboolean background, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void                  oto_model_free           (OtoModel *self);
const OtoModelConfig *oto_model_get_config     (OtoModel *self);
float                *oto_model_get_params     (OtoModel *self, size_t *ret_len);    /* live weights */
float                *oto_model_get_grads      (OtoModel *self);                     /* same layout; NULL before a training reserve */
float                *oto_model_get_buffers    (OtoModel *self, size_t *ret_len);
void                  oto_model_weights_changed (OtoModel *self);                    /* after writing params: prepared filters are made again */

size_t                oto_model_config_get_workspace_bytes (const OtoModelConfig *config, int n_batch, int n_threads, OtoModelMode mode);
gboolean              oto_model_reserve        (OtoModel *self, int n_batch, OtoModelMode mode, GError **error); /* plans and takes the workspace; nothing is allocated in a step */
void                  oto_model_set_cancellable (OtoModel *self, GCancellable *cancellable);   /* (nullable); looked at between layers */

/* Both return FALSE only when cancelled. x is (N, T, F), standardised. */
gboolean              oto_model_forward        (OtoModel *self, const float *x, int n_batch, OtoModelMode mode, guint wanted_maps);
gboolean              oto_model_train_step     (OtoModel *self, const float *x, const float *y, int n_batch, OtoModelLoss *ret_loss); /* y (N, K); forward in training mode, gradients of the total loss written to grads, running statistics updated */

/* Of the last forward pass, clip @n. (T, F), (K, T, F), (K, T) or (K), see OtoMap; clip probabilities are always there. */
void                  oto_model_get_map        (OtoModel *self, OtoMap map, int n, float *ret_values);
void                  oto_model_get_class_map  (OtoModel *self, OtoMap map, int n, int k, float *ret_values);   /* one class of a (K, T, F) map */

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OtoModel, oto_model_free)

G_END_DECLS
