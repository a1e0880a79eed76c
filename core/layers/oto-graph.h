/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "layers/oto-layer.h"

G_BEGIN_DECLS

/* OtoGraph: layers in the order in which they run. A builder adds them, one after the other, with
 * the functions of their kinds; what does not fit (a map too short to be pooled) is told by
 * oto_graph_fail() and found by whoever asked for the network, so that builders need not look. */

OtoGraph       *oto_graph_new                 (void) G_GNUC_WARN_UNUSED_RESULT;
void            oto_graph_free                (OtoGraph            *self);

/* For builders. */
OtoEdge        *oto_graph_add_input           (OtoGraph            *self,
                                               OtoMapShape          shape);
gpointer        oto_graph_add_layer           (OtoGraph            *self,
                                               const OtoLayerFuncs *funcs,
                                               const char          *name,
                                               OtoEdge *const      *inputs,
                                               guint                n_inputs,
                                               OtoMapShape          shape);
size_t          oto_layer_add_param           (OtoLayer            *self,
                                               const char          *name,
                                               OtoParamInit         init,
                                               double               init_scale,
                                               int                  n_dims,
                                               const gint64        *shape);
size_t          oto_layer_add_vector          (OtoLayer            *self,
                                               const char          *name,
                                               double               value,
                                               int                  len);
size_t          oto_layer_add_buffer          (OtoLayer            *self,
                                               const char          *name,
                                               double               value,
                                               int                  len);
void            oto_graph_init_as_he          (OtoGraph            *self);
OtoEdge        *oto_graph_name_edge           (OtoGraph            *self,
                                               OtoEdge             *edge,
                                               const char          *name);
void            oto_graph_show_edge           (OtoGraph            *self,
                                               OtoEdge             *edge);
void            oto_graph_target_edge         (OtoGraph            *self,
                                               OtoEdge             *edge);
void            oto_graph_fail                (OtoGraph            *self,
                                               const char          *format,
                                               ...) G_GNUC_PRINTF (2, 3);

/* What was built. */
gboolean        oto_graph_check               (OtoGraph            *self,
                                               GError             **error);
OtoEdge        *oto_graph_get_input           (OtoGraph            *self);
guint           oto_graph_get_n_layers        (OtoGraph            *self);
OtoLayer       *oto_graph_get_layer           (OtoGraph            *self,
                                               guint                i);
OtoEdge        *oto_graph_find_edge           (OtoGraph            *self,
                                               const char          *name);
const OtoParam *oto_graph_get_params          (OtoGraph            *self,
                                               guint               *ret_n);
size_t          oto_graph_get_params_len      (OtoGraph            *self);
size_t          oto_graph_get_buffers_len     (OtoGraph            *self);
guint64         oto_graph_count_macs          (OtoGraph            *self);
size_t          oto_graph_get_largest_map_len (OtoGraph            *self);

/* Memory: oto-graph-plan.c. */
typedef enum
{
  OTO_STORE_ALWAYS,              /* from pass to pass */
  OTO_STORE_SHOWN,               /* from the layer's forward pass until the results are read */
  OTO_STORE_KEPT,                /* from its forward to its backward pass */
  OTO_STORE_FORWARD,             /* during its forward pass */
  OTO_STORE_BACKWARD,            /* during its backward pass */
} OtoStoreUse;

void            oto_graph_keep_edge           (OtoGraph            *self,
                                               OtoEdge             *edge);
void            oto_graph_plan_take           (OtoGraphPlan        *plan,
                                               OtoLayer            *layer,
                                               OtoStoreUse          use,
                                               size_t               n_floats,
                                               float              **ret_floats);
void            oto_graph_plan_take_doubles   (OtoGraphPlan        *plan,
                                               OtoLayer            *layer,
                                               OtoStoreUse          use,
                                               size_t               n_doubles,
                                               double             **ret_doubles);
void            oto_graph_plan_take_bytes     (OtoGraphPlan        *plan,
                                               OtoLayer            *layer,
                                               OtoStoreUse          use,
                                               size_t               n_bytes,
                                               guint8             **ret_bytes);
gboolean        oto_graph_plan_adds_d         (const OtoGraphPlan  *plan,
                                               const OtoLayer      *layer,
                                               const OtoEdge       *edge);
int             oto_graph_plan_get_max_batch  (const OtoGraphPlan  *plan);
int             oto_graph_plan_get_n_threads  (const OtoGraphPlan  *plan);
gboolean        oto_graph_plan_has_backward   (const OtoGraphPlan  *plan);
size_t          oto_graph_get_workspace_bytes (OtoGraph            *self,
                                               int                  n_batch,
                                               int                  n_threads,
                                               gboolean             has_backward);
gboolean        oto_graph_reserve             (OtoGraph            *self,
                                               OtoPass             *pass,
                                               int                  n_batch,
                                               gboolean             has_backward,
                                               GError             **error);

/* Passes: oto-graph-pass.c. */
void            oto_graph_weights_changed     (OtoGraph            *self);
void            oto_graph_want_none           (OtoGraph            *self);
void            oto_graph_want                (OtoGraph            *self,
                                               OtoEdge             *edge);
gboolean        oto_graph_forward             (OtoGraph            *self,
                                               OtoPass             *pass,
                                               const float         *x);
void            oto_graph_begin_backward      (OtoGraph            *self);
gboolean        oto_graph_backward            (OtoGraph            *self,
                                               OtoPass             *pass);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OtoGraph, oto_graph_free)

G_END_DECLS
