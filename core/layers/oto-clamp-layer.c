/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "layers/oto-clamp-layer.h"

/* Values are held between two bounds; what lies outside passes no gradient on. */

typedef struct
{
  OtoLayer parent;
  float    min, max;
} OtoClampLayer;

/* NaN stays NaN. */
static void
forward_items (const OtoLayerJob *job,
               int                thread,
               size_t             begin,
               size_t             end)
{
  const OtoClampLayer *self = (const OtoClampLayer *) job->layer;
  const float *x = self->parent.inputs[0]->plain;
  float *y = self->parent.out.data;

  for (size_t i = begin; i < end; i++)
    y[i] = x[i] < self->min ? self->min : x[i] > self->max ? self->max : x[i];
}

static void
backward_items (const OtoLayerJob *job,
                int                thread,
                size_t             begin,
                size_t             end)
{
  const OtoClampLayer *self = (const OtoClampLayer *) job->layer;
  const OtoEdge *x = self->parent.inputs[0];
  const float *d_y = self->parent.out.d;

  for (size_t i = begin; i < end; i++)
    {
      const float d = x->plain[i] < self->min || x->plain[i] > self->max ? 0.f : d_y[i];

      x->d[i] = job->adds[0] ? x->d[i] + d : d;
    }
}

static const OtoLayerFuncs clamp_layer_funcs =
{
  .name = "clamp",
  .instance_size = sizeof (OtoClampLayer),
  .item = OTO_ITEM_VALUE,
  .forward_items = forward_items,
  .backward_items = backward_items,
};

/**
 * oto_clamp_layer_add: (skip)
 * @graph: a graph
 * @x: (T, F, C)
 * @min: the least value
 * @max: the greatest value
 *
 * Returns: (transfer none): (T, F, C), in the layout of @x
 */
OtoEdge *
oto_clamp_layer_add (OtoGraph *graph,
                     OtoEdge  *x,
                     double    min,
                     double    max)
{
  OtoClampLayer *self = oto_graph_add_layer (graph, &clamp_layer_funcs, "", &x, 1, x->shape);

  g_assert (min <= max);

  self->min = (float) min;
  self->max = (float) max;
  self->parent.traits = OTO_LAYER_KEEPS_INPUTS;
  self->parent.out.layout = x->layout;
  return &self->parent.out;
}
