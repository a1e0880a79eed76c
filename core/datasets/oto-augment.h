/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "models/oto-option.h"

OTO_BEGIN_DECLS

/* What training changes at random about its clips, so that a network meets more than was recorded.
 * Every option is off unless it is set: the published recipes use none. */
typedef enum
{
  /* Of the features, for any data set. */
  OTO_AUGMENT_TIME_MASK,
  OTO_AUGMENT_MEL_MASK,
  OTO_AUGMENT_MIXUP,

  /* Of the sounds that mixtures are made of: OTO_AUGMENT_FIRST_REMIX and following. */
  OTO_AUGMENT_SNR_MIN,
  OTO_AUGMENT_SNR_MAX,
  OTO_AUGMENT_EVENTS_MIN,
  OTO_AUGMENT_EVENTS_MAX,
  OTO_AUGMENT_LEVEL,
  OTO_AUGMENT_EQUALISER,
  OTO_AUGMENT_SPEED,
  OTO_AUGMENT_ROOM,
  OTO_AUGMENT_SECOND_SCENE,

  OTO_AUGMENT_N
} OtoAugmentKind;

#define OTO_AUGMENT_FIRST_REMIX OTO_AUGMENT_SNR_MIN

/* Most events of a clip. */
#define OTO_AUGMENT_MAX_EVENTS 20

struct _OtoAugment
{
  double values[OTO_AUGMENT_N];
};

const OtoOption *oto_augment_get_option (guint              i);
void             oto_augment_init       (OtoAugment        *self);
gboolean         oto_augment_parse      (OtoAugment        *self,
                                         char             **settings,
                                         gboolean           remix,
                                         GError           **error);
void             oto_augment_apply      (const OtoAugment  *self,
                                         OtoRng            *rng,
                                         int                n_clips,
                                         int                n_frames,
                                         int                n_mels,
                                         int                n_classes,
                                         float             *x,
                                         float             *y,
                                         float             *scratch);

OTO_END_DECLS
