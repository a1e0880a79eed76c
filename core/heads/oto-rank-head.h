/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "heads/oto-head.h"

G_BEGIN_DECLS

OtoHead oto_rank_head_add (OtoGraph *graph,
                           OtoEdge  *logits,
                           double    decay);

G_END_DECLS
