/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/oto-rng.h"
#include "models/oto-model-config.h"

G_BEGIN_DECLS

/* Every encoder and decoder has four blocks of two convolutions. */
#define OTO_MODEL_N_BLOCKS 4

typedef enum
{
  OTO_PARAM_INIT_CONSTANT,       /* init_bound everywhere */
  OTO_PARAM_INIT_UNIFORM,        /* uniform in +- init_bound */
  OTO_PARAM_INIT_IDENTITY,       /* init_bound I + 0.1 uniform in +- 1 / sqrt (size) */
} OtoParamInit;

void oto_param_init (const OtoParam *self,
                     OtoRng         *rng,
                     float          *values);

G_END_DECLS
