/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "heads/oto-head.h"
#include "nn/oto-two-step.h"

G_BEGIN_DECLS

OtoHead oto_two_step_head_add       (OtoGraph       *graph,
                                     OtoEdge        *logits,
                                     OtoPoolingForm  form);
OtoHead oto_two_step_local_head_add (OtoGraph       *graph,
                                     OtoEdge        *logits);

G_END_DECLS
