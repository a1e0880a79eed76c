/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "heads/oto-head.h"
#include "nn/oto-att2d.h"

G_BEGIN_DECLS

OtoHead oto_att2d_head_add (OtoGraph     *graph,
                            OtoEdge      *att_logits,
                            OtoEdge      *cla_logits,
                            OtoAtt2dForm  form,
                            gboolean      has_offset);

G_END_DECLS
