/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "detection/oto-binarizer.h"

OTO_BEGIN_DECLS

/* OtoTuning: what validation data say of a model: how its probabilities become shares, and how each
 * class's events are found. A model file may hold one. Immutable once it is shared. */

#define OTO_TUNING_MAX_FRAMES 10000

/**
 * OtoTuning:
 * @n_classes: K
 * @temperature: what logits of probabilities are divided by; 1: they stay as they are
 * @common: what makes events of classes that validation data say nothing of
 * @classes: (array length=n_classes): what makes events of each class
 * @record_json: (nullable): how it was found, a JSON object
 */
typedef struct
{
  guint         n_classes;
  double        temperature;
  OtoBinarizer  common;
  OtoBinarizer *classes;
  char         *record_json;
} OtoTuning;

OtoTuning  *oto_tuning_new             (guint                n_classes) G_GNUC_WARN_UNUSED_RESULT;
OtoTuning  *oto_tuning_copy            (const OtoTuning     *self) G_GNUC_WARN_UNUSED_RESULT;
void        oto_tuning_free            (OtoTuning           *self);
float       oto_tuning_calibrate       (const OtoTuning     *self,
                                        float                prob);
char       *oto_tuning_dup_json        (const OtoTuning     *self,
                                        const char * const  *class_names) G_GNUC_WARN_UNUSED_RESULT;
OtoTuning  *oto_tuning_parse_json      (const char          *text,
                                        const char * const  *class_names,
                                        GError             **error) G_GNUC_WARN_UNUSED_RESULT;
const char *oto_event_score_get_name   (OtoEventScore        score);
gboolean    oto_event_score_find       (const char          *name,
                                        OtoEventScore       *ret_score);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OtoTuning, oto_tuning_free)

OTO_END_DECLS
