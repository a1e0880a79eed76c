/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "heads/oto-head.h"
#include "nn/oto-fap.h"

G_BEGIN_DECLS

OtoHead oto_fap_head_add (OtoGraph   *graph,
                          OtoEdge    *masks,
                          OtoFapForm  form);

G_END_DECLS
