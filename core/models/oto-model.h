/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/oto-engine.h"
#include "models/oto-model-config.h"

OTO_BEGIN_DECLS

/* OtoModel: a network with its weights and workspace; belongs to one thread at a time, runs on an
 * engine that it shares with others. */

typedef enum { OTO_MODEL_EVAL, OTO_MODEL_TRAIN } OtoModelMode;

/**
 * OtoModelLoss:
 * @total: the weighted sum of the terms
 * @n_terms: their number
 * @terms: their values, without weights; oto_model_get_term_name(). 0 for a term of weight 0, which
 *   is not computed
 *
 * The loss of one batch.
 */
typedef struct
{
  double total;
  guint  n_terms;
  double terms[OTO_MODEL_MAX_TERMS];
} OtoModelLoss;

OtoModel             *oto_model_new                        (const OtoModelConfig *config,
                                                            guint64               seed,
                                                            OtoEngine            *engine,
                                                            OtoPriority           priority,
                                                            GError              **error)
                                                            G_GNUC_WARN_UNUSED_RESULT;
OtoModel             *oto_model_new_from_snapshot          (OtoModelSnapshot     *snapshot,
                                                            OtoEngine            *engine,
                                                            OtoPriority           priority,
                                                            GError              **error)
                                                            G_GNUC_WARN_UNUSED_RESULT;
void                  oto_model_free                       (OtoModel             *self);
const OtoModelConfig *oto_model_get_config                 (OtoModel             *self);
guint                 oto_model_get_n_terms                (OtoModel             *self);
const char           *oto_model_get_term_name              (OtoModel             *self,
                                                            guint                 i);
float                *oto_model_get_params                 (OtoModel             *self,
                                                            size_t               *ret_len);
float                *oto_model_get_grads                  (OtoModel             *self);
float                *oto_model_get_buffers                (OtoModel             *self,
                                                            size_t               *ret_len);
void                  oto_model_weights_changed            (OtoModel             *self);

size_t                oto_model_config_get_workspace_bytes (const OtoModelConfig *config,
                                                            int                   n_batch,
                                                            int                   n_threads,
                                                            OtoModelMode          mode);
gboolean              oto_model_reserve                    (OtoModel             *self,
                                                            int                   n_batch,
                                                            OtoModelMode          mode,
                                                            GError              **error);
void                  oto_model_set_priority               (OtoModel             *self,
                                                            OtoPriority           priority);
void                  oto_model_set_cancellable            (OtoModel             *self,
                                                            GCancellable         *cancellable);
void                  oto_model_set_class_weights          (OtoModel             *self,
                                                            const float          *weights);
void                  oto_model_set_step                   (OtoModel             *self,
                                                            guint64               seed,
                                                            guint64               step);

/* Both return FALSE only when cancelled. x is (N, T, F), standardised. */
gboolean              oto_model_forward                    (OtoModel             *self,
                                                            const float          *x,
                                                            int                   n_batch,
                                                            OtoModelMode          mode,
                                                            guint                 wanted_maps);
gboolean              oto_model_train_step                 (OtoModel             *self,
                                                            const float          *x,
                                                            const float          *y,
                                                            int                   n_batch,
                                                            OtoModelLoss         *ret_loss);

/* Of the last forward pass, clip @n. Clip probabilities are always there; after a training step
 * nothing is. */
void                  oto_model_get_map                    (OtoModel             *self,
                                                            OtoMap                map,
                                                            int                   n,
                                                            float                *ret_values);
void                  oto_model_get_class_map              (OtoModel             *self,
                                                            OtoMap                map,
                                                            int                   n,
                                                            int                   k,
                                                            float                *ret_values);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OtoModel, oto_model_free)

OTO_END_DECLS
