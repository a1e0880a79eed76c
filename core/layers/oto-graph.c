/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "layers/oto-graph.h"

#include "base/oto-error.h"
#include "layers/oto-graph-private.h"

#include <stdarg.h>
#include <string.h>

static void
layer_free (gpointer data)
{
  OtoLayer *layer = data;

  if (layer->funcs->clear != NULL)
    layer->funcs->clear (layer);
  g_free (layer);
}

/**
 * oto_graph_new: (skip)
 *
 * Returns: (transfer full): a graph without layers; oto_graph_free()
 */
OtoGraph *
oto_graph_new (void)
{
  OtoGraph *self = g_new0 (OtoGraph, 1);

  self->layers = g_ptr_array_new_with_free_func (layer_free);
  self->params = g_array_new (FALSE, FALSE, sizeof (OtoParam));
  return self;
}

/**
 * oto_graph_free: (skip)
 * @self: (nullable) (transfer full): a graph that does not run
 */
void
oto_graph_free (OtoGraph *self)
{
  if (self == NULL)
    return;

  g_ptr_array_unref (self->layers);
  g_array_unref (self->params);
  g_clear_error (&self->error);
  oto_arena_free (self->arena);
  g_free (self->scratch);
  g_free (self->partials);
  g_free (self);
}

/**
 * oto_graph_add_input: (skip)
 * @self: a graph without layers
 * @shape: of what the network reads
 *
 * Returns: (transfer none): the network's input
 */
OtoEdge *
oto_graph_add_input (OtoGraph    *self,
                     OtoMapShape  shape)
{
  self->input.shape = shape;
  g_strlcpy (self->input.name, "x", sizeof self->input.name);
  return &self->input;
}

/**
 * oto_graph_add_layer: (skip)
 * @self: a graph
 * @funcs: the kind of layer
 * @name: what the names of its parameters begin with; may be empty
 * @inputs: (array length=n_inputs): what it reads
 * @n_inputs: their number
 * @shape: of what it writes; sizes below 1 are a mistake of the caller's, who has told it with
 *   oto_graph_fail(), and count as 1
 *
 * For the functions of the kinds, which then set traits and add parameters.
 *
 * Returns: (transfer none): the layer, of which all but #OtoLayer is zero
 */
gpointer
oto_graph_add_layer (OtoGraph            *self,
                     const OtoLayerFuncs *funcs,
                     const char          *name,
                     OtoEdge *const      *inputs,
                     guint                n_inputs,
                     OtoMapShape          shape)
{
  OtoLayer *layer = g_malloc0 (funcs->instance_size);

  g_assert (n_inputs > 0 && n_inputs <= OTO_LAYER_MAX_INPUTS);

  layer->funcs = funcs;
  layer->graph = self;
  g_strlcpy (layer->name, name, sizeof layer->name);
  layer->index = self->layers->len;
  layer->n_inputs = n_inputs;
  for (guint i = 0; i < n_inputs; i++)
    layer->inputs[i] = inputs[i];
  layer->out.shape = (OtoMapShape) {
    MAX (shape.n_frames, 1), MAX (shape.n_mels, 1), MAX (shape.n_channels, 1),
  };
  layer->out.writer = layer;
  g_ptr_array_add (self->layers, layer);
  return layer;
}

static size_t
add_tensor (OtoLayer       *self,
            const OtoParam *tensor,
            const char     *name)
{
  OtoGraph *graph = self->graph;
  OtoParam param = *tensor;
  size_t *len = param.is_buffer ? &graph->buffers_len : &graph->params_len;

  g_snprintf (param.name, sizeof param.name, "%s%s%s", self->name,
              *self->name != '\0' && *name != '\0' ? "." : "", name);
  param.pos = *len;
  param.len = 1;
  for (int d = 0; d < param.n_dims; d++)
    param.len *= (size_t) param.shape[d];
  *len += param.len;
  g_array_append_val (graph->params, param);
  self->has_params |= !param.is_buffer;
  return param.pos;
}

/**
 * oto_layer_add_param: (skip)
 * @self: a layer
 * @name: what follows the layer's name and a dot
 * @init: how it begins
 * @init_scale: the scale of @init
 * @n_dims: length of @shape
 * @shape: as in PyTorch
 *
 * Returns: where the parameter begins in the network's parameter block
 */
size_t
oto_layer_add_param (OtoLayer     *self,
                     const char   *name,
                     OtoParamInit  init,
                     double        init_scale,
                     int           n_dims,
                     const gint64 *shape)
{
  OtoParam param = { .init = init, .init_scale = init_scale, .n_dims = n_dims };

  memcpy (param.shape, shape, n_dims * sizeof *shape);
  return add_tensor (self, &param, name);
}

/**
 * oto_layer_add_vector: (skip)
 * @self: a layer
 * @name: what follows the layer's name and a dot
 * @value: of all its elements at first
 * @len: their number
 *
 * Returns: where the parameter begins in the network's parameter block
 */
size_t
oto_layer_add_vector (OtoLayer   *self,
                      const char *name,
                      double      value,
                      int         len)
{
  const gint64 shape[1] = { len };

  return oto_layer_add_param (self, name, OTO_PARAM_INIT_CONSTANT, value, 1, shape);
}

/**
 * oto_layer_add_buffer: (skip)
 * @self: a layer
 * @name: what follows the layer's name and a dot
 * @value: of all its elements at first
 * @len: their number
 *
 * Returns: where the running statistic begins in the network's buffer block
 */
size_t
oto_layer_add_buffer (OtoLayer   *self,
                      const char *name,
                      double      value,
                      int         len)
{
  const OtoParam param = { .init_scale = value, .n_dims = 1, .shape = { len }, .is_buffer = TRUE };

  return add_tensor (self, &param, name);
}

/**
 * oto_graph_init_as_he: (skip)
 * @self: a graph that was built
 *
 * Lets all weights of convolutions and dense layers begin by He's uniform distribution, whatever
 * their layers chose.
 */
void
oto_graph_init_as_he (OtoGraph *self)
{
  for (guint i = 0; i < self->params->len; i++)
    {
      OtoParam *param = &g_array_index (self->params, OtoParam, i);

      if (param->n_dims < 2 || param->init != OTO_PARAM_INIT_UNIFORM)
        continue;
      param->init_scale = oto_param_get_he_uniform ((double) (param->len / param->shape[0]));
    }
}

/**
 * oto_graph_name_edge: (skip)
 * @self: a graph
 * @edge: one of its edges
 * @name: what oto_graph_find_edge() finds it by
 *
 * Returns: (transfer none): @edge
 */
OtoEdge *
oto_graph_name_edge (OtoGraph   *self,
                     OtoEdge    *edge,
                     const char *name)
{
  g_strlcpy (edge->name, name, sizeof edge->name);
  return edge;
}

/**
 * oto_graph_show_edge: (skip)
 * @self: a graph that is being built
 * @edge: whose plain values stay until the results have been read
 */
void
oto_graph_show_edge (OtoGraph *self,
                     OtoEdge  *edge)
{
  edge->is_shown = TRUE;
}

/**
 * oto_graph_target_edge: (skip)
 * @self: a graph that is being built
 * @edge: whose plain values a loss reads, and whose gradient it begins
 */
void
oto_graph_target_edge (OtoGraph *self,
                       OtoEdge  *edge)
{
  edge->is_shown = TRUE;
  edge->is_target = TRUE;
}

/**
 * oto_graph_fail: (skip)
 * @self: a graph that is being built
 * @format: what does not fit, and what to do
 *
 * Tells that the network cannot be built as it was configured. The first message counts.
 */
void
oto_graph_fail (OtoGraph   *self,
                const char *format,
                ...)
{
  g_autofree char *message = NULL;
  va_list args;

  if (self->error != NULL)
    return;
  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error_literal (&self->error, OTO_MODELS_ERROR, OTO_MODELS_ERROR_MISMATCH, message);
}

/**
 * oto_graph_check: (skip)
 * @self: a graph that was built
 * @error: return location
 *
 * Returns: whether everything fits
 */
gboolean
oto_graph_check (OtoGraph  *self,
                 GError   **error)
{
  if (self->error == NULL)
    return TRUE;
  g_propagate_error (error, g_error_copy (self->error));
  return FALSE;
}

/**
 * oto_graph_get_input: (skip)
 * @self: a graph
 *
 * Returns: (transfer none): its input
 */
OtoEdge *
oto_graph_get_input (OtoGraph *self)
{
  return &self->input;
}

/**
 * oto_graph_get_n_layers: (skip)
 * @self: a graph
 *
 * Returns: the number of its layers
 */
guint
oto_graph_get_n_layers (OtoGraph *self)
{
  return self->layers->len;
}

/**
 * oto_graph_get_layer: (skip)
 * @self: a graph
 * @i: below oto_graph_get_n_layers()
 *
 * Returns: (transfer none): a layer
 */
OtoLayer *
oto_graph_get_layer (OtoGraph *self,
                     guint     i)
{
  return g_ptr_array_index (self->layers, i);
}

/**
 * oto_graph_find_edge: (skip)
 * @self: a graph
 * @name: what oto_graph_name_edge() called it
 *
 * Returns: (transfer none) (nullable): the edge
 */
OtoEdge *
oto_graph_find_edge (OtoGraph   *self,
                     const char *name)
{
  for (guint i = 0; i <= self->layers->len; i++)
    {
      OtoEdge *edge = oto_graph_get_edge (self, i);

      if (g_str_equal (edge->name, name))
        return edge;
    }
  return NULL;
}

/**
 * oto_graph_get_params: (skip)
 * @self: a graph
 * @ret_n: (out): length of the list
 *
 * Returns: (transfer none) (array length=ret_n): every tensor of the network, in the order in which
 *   it was added
 */
const OtoParam *
oto_graph_get_params (OtoGraph *self,
                      guint    *ret_n)
{
  *ret_n = self->params->len;
  return (const OtoParam *) (const void *) self->params->data;
}

/**
 * oto_graph_get_params_len: (skip)
 * @self: a graph
 *
 * Returns: floats of the parameter block
 */
size_t
oto_graph_get_params_len (OtoGraph *self)
{
  return self->params_len;
}

/**
 * oto_graph_get_buffers_len: (skip)
 * @self: a graph
 *
 * Returns: floats of the buffer block
 */
size_t
oto_graph_get_buffers_len (OtoGraph *self)
{
  return self->buffers_len;
}

/**
 * oto_graph_count_macs: (skip)
 * @self: a graph
 *
 * Layers that read the tensors of others only show something, and do not count.
 *
 * Returns: multiply-adds of convolutions, products and recurrent products, for one clip forward
 */
guint64
oto_graph_count_macs (OtoGraph *self)
{
  guint64 n_macs = 0;

  for (guint i = 0; i < self->layers->len; i++)
    {
      const OtoLayer *layer = oto_graph_get_layer (self, i);

      if (layer->funcs->count_macs != NULL && !layer->is_frozen)
        n_macs += layer->funcs->count_macs (layer);
    }
  return n_macs;
}

/**
 * oto_graph_get_largest_map_len: (skip)
 * @self: a graph
 *
 * Returns: floats of the largest map of one clip
 */
size_t
oto_graph_get_largest_map_len (OtoGraph *self)
{
  size_t len = 0;

  for (guint i = 0; i <= self->layers->len; i++)
    len = MAX (len, oto_map_shape_get_len (&oto_graph_get_edge (self, i)->shape));
  return len;
}
