/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "layers/oto-graph.h"

G_BEGIN_DECLS

OtoEdge *oto_dense_stack_add         (OtoGraph      *graph,
                                      OtoEdge       *x,
                                      const int     *hidden,
                                      guint          n_hidden,
                                      int            n_classes,
                                      const OtoEdge *twin);
OtoEdge *oto_dense_stack_add_dropped (OtoGraph      *graph,
                                      OtoEdge       *x,
                                      const int     *hidden,
                                      guint          n_hidden,
                                      int            n_classes,
                                      double         dropout);
OtoEdge *oto_dense_stack_add_named   (OtoGraph      *graph,
                                      OtoEdge       *x,
                                      const char    *name,
                                      const int     *hidden,
                                      guint          n_hidden,
                                      int            n_classes,
                                      const OtoEdge *twin);

G_END_DECLS
