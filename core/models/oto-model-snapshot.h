/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/oto-types.h"
#include "detection/oto-tuning.h"
#include "features/oto-logmel.h"
#include "features/oto-scaler.h"
#include "models/oto-model-config.h"

OTO_BEGIN_DECLS

#define OTO_TYPE_MODEL_SNAPSHOT (oto_model_snapshot_get_type ())

/* OtoModelSnapshot: a trained model as a value: configuration, class names, front end, scaler,
 * weights. Immutable, reference counted, safe from any thread. This is what a model file holds. */

/* Names of tensors that belong to the training of a checkpoint, not to the model, begin so. */
#define OTO_MODEL_SNAPSHOT_TRAIN_PREFIX "train."

GType             oto_model_snapshot_get_type       (void);
OtoModelSnapshot *oto_model_snapshot_new            (const OtoModelConfig  *config,
                                                     const char * const    *class_names,
                                                     const OtoLogmelConfig *front_end,
                                                     const OtoScaler       *scaler,
                                                     const float           *params,
                                                     const float           *buffers,
                                                     const char            *training_json,
                                                     const char            *name,
                                                     GError               **error)
                                                     G_GNUC_WARN_UNUSED_RESULT;
OtoModelSnapshot *oto_model_snapshot_load           (const char            *path,
                                                     GError               **error)
                                                     G_GNUC_WARN_UNUSED_RESULT;
OtoModelSnapshot *oto_model_snapshot_load_bytes     (GBytes                *bytes,
                                                     const char            *name,
                                                     GError               **error)
                                                     G_GNUC_WARN_UNUSED_RESULT;
OtoModelSnapshot *oto_model_snapshot_find           (const char            *name_or_path,
                                                     GError               **error)
                                                     G_GNUC_WARN_UNUSED_RESULT;
char            **oto_model_snapshot_list           (void);
char             *oto_model_snapshot_dup_user_dir   (void);
OtoSafetensors   *oto_model_snapshot_to_safetensors (OtoModelSnapshot      *self,
                                                     gboolean               half)
                                                     G_GNUC_WARN_UNUSED_RESULT;
gboolean          oto_model_snapshot_save           (OtoModelSnapshot      *self,
                                                     const char            *path,
                                                     gboolean               half,
                                                     GError               **error);
gboolean          oto_model_snapshot_save_tuning    (const char            *name_or_path,
                                                     OtoModelSnapshot      *tuned,
                                                     const char            *path,
                                                     GError               **error);
OtoModelSnapshot *oto_model_snapshot_with_tuning    (OtoModelSnapshot      *self,
                                                     const OtoTuning       *tuning)
                                                     G_GNUC_WARN_UNUSED_RESULT;
OtoModelSnapshot *oto_model_snapshot_ref            (OtoModelSnapshot      *self)
                                                     G_GNUC_WARN_UNUSED_RESULT;
void              oto_model_snapshot_unref          (OtoModelSnapshot      *self);

const OtoModelConfig  *oto_model_snapshot_get_config        (OtoModelSnapshot *self);
const OtoLogmelConfig *oto_model_snapshot_get_front_end     (OtoModelSnapshot *self);
const OtoScaler       *oto_model_snapshot_get_scaler        (OtoModelSnapshot *self);
const char * const    *oto_model_snapshot_get_class_names   (OtoModelSnapshot *self);
const float           *oto_model_snapshot_get_params        (OtoModelSnapshot *self,
                                                             size_t           *ret_len);
const float           *oto_model_snapshot_get_buffers       (OtoModelSnapshot *self,
                                                             size_t           *ret_len);
const char            *oto_model_snapshot_get_training_json (OtoModelSnapshot *self);
const OtoTuning       *oto_model_snapshot_get_tuning        (OtoModelSnapshot *self);
OtoBinarizer          *oto_model_snapshot_dup_binarizers    (OtoModelSnapshot *self)
                                                             G_GNUC_WARN_UNUSED_RESULT;
const char            *oto_model_snapshot_get_name          (OtoModelSnapshot *self);
const char            *oto_model_snapshot_get_hash          (OtoModelSnapshot *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OtoModelSnapshot, oto_model_snapshot_unref)

OTO_END_DECLS
