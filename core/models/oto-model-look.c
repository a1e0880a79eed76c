/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "models/oto-model-private.h"

#include "layers/oto-norm.h"
#include "nn/oto-planes.h"

#include <string.h>

/**
 * oto_model_keep_edges: (skip)
 * @self: a network without memory
 *
 * Keeps all named edges, their gradients and what layers keep with them until the next pass, and
 * runs also what has no weight in the loss. For tests.
 */
void
oto_model_keep_edges (OtoModel *self)
{
  OtoGraph *graph = self->network->graph;

  self->runs_idle = TRUE;
  oto_graph_keep_edge (graph, oto_graph_get_input (graph));
  for (guint i = 0; i < oto_graph_get_n_layers (graph); i++)
    {
      OtoLayer *layer = oto_graph_get_layer (graph, i);

      if (*layer->out.name != '\0' || &layer->out == self->network->head.clip_prob)
        oto_graph_keep_edge (graph, &layer->out);
    }
}

/* A clip of an edge's values or gradient, (C, T, F). */
static float *
dup_map (const OtoEdge *edge,
         const float   *values,
         int            n,
         size_t        *ret_len)
{
  const size_t n_places = (size_t) edge->shape.n_frames * edge->shape.n_mels;
  const int n_channels = edge->shape.n_channels;
  const float *clip = values + oto_edge_get_clip_pos (edge, n);
  g_autofree float *zeros = g_new0 (float, n_channels);
  float *copy;

  *ret_len = n_places * n_channels;
  if (edge->layout == OTO_LAYOUT_PLANES)
    return g_memdup2 (clip, *ret_len * sizeof (float));
  copy = g_new (float, *ret_len);
  oto_rows_to_planes (clip, zeros, n_places, n_channels, n_places, copy);
  return copy;
}

/* A step on the way from an edge's pending values to its plain ones: "conv", "bn" or "relu". */
static float *
dup_step (const OtoModel *self,
          const OtoEdge  *edge,
          const char     *step,
          int             n,
          size_t         *ret_len)
{
  OtoConv2dPrologue prologue = edge->prologue;
  const size_t len = oto_map_shape_get_len (&edge->shape);
  g_autofree float *values = NULL;
  OtoEdge copy = *edge;

  if (g_str_equal (step, "conv") || !edge->is_pending)
    return dup_map (edge, edge->data, n, ret_len);
  prologue.has_pool = FALSE;
  prologue.is_linear |= g_str_equal (step, "bn");
  values = g_new (float, len);
  oto_prologue_resolve (&prologue, &edge->shape, edge->data + n * len, 0, edge->shape.n_frames,
                        values, self->pass.scratch[0]);
  return dup_map (&copy, values, 0, ret_len);
}

/* What the layers keep under a name. */
static float *
dup_kept (const OtoModel *self,
          const char     *name,
          int             n,
          size_t         *ret_len)
{
  OtoGraph *graph = self->network->graph;

  for (guint i = 0; i < oto_graph_get_n_layers (graph); i++)
    {
      const OtoLayer *layer = oto_graph_get_layer (graph, i);
      const float *values;

      if (layer->funcs->look == NULL)
        continue;
      *ret_len = layer->funcs->look (layer, name, &values);
      if (*ret_len > 0)
        return g_memdup2 (values + n * *ret_len, *ret_len * sizeof (float));
    }
  return NULL;
}

/**
 * oto_model_dup_look: (skip)
 * @self: a network that keeps its edges, after a pass
 * @name: an edge's name, "grad." and an edge's name, an edge's name, ":" and a step of its
 *   ("enc1:bn"), or what a layer keeps
 * @n: a clip of the batch
 * @ret_len: (out): number of values
 *
 * Looks at what the network computed on its way. For tests.
 *
 * Returns: (transfer full) (nullable): (C, T, F) or what the layer keeps; %NULL for another name
 */
float *
oto_model_dup_look (OtoModel   *self,
                    const char *name,
                    int         n,
                    size_t     *ret_len)
{
  OtoGraph *graph = self->network->graph;
  g_auto (GStrv) parts = g_strsplit (name, ":", 2);
  const gboolean is_gradient = g_str_has_prefix (name, "grad.");
  OtoEdge *edge;

  g_return_val_if_fail (self->has_forward && self->runs_idle, NULL);

  edge = oto_graph_find_edge (graph, parts[0] + (is_gradient ? strlen ("grad.") : 0));
  if (edge == NULL)
    return dup_kept (self, name, n, ret_len);
  if (is_gradient)
    return dup_map (edge, edge->d, n, ret_len);
  if (parts[1] != NULL)
    return dup_step (self, edge, parts[1], n, ret_len);
  return dup_map (edge, edge->plain, n, ret_len);
}
