/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "layers/oto-pseudo-label-layer.h"

/* Labels of segments. They need the labels of the clips, which are not known before the loss: that
 * fills them. */

typedef struct
{
  OtoLayer            parent;
  OtoPseudoLabelForm  form;
  float              *scaled;    /* (N, T, K) */
} OtoPseudoLabelLayer;

typedef struct
{
  const OtoPseudoLabelLayer *layer;
  const OtoPass             *pass;
} FillJob;

static void
plan (OtoLayer     *layer,
      OtoGraphPlan *graph_plan)
{
  oto_graph_plan_take (graph_plan, layer, OTO_STORE_SHOWN,
                       oto_graph_plan_get_max_batch (graph_plan) *
                       oto_map_shape_get_len (&layer->out.shape),
                       &((OtoPseudoLabelLayer *) layer)->scaled);
}

/* An item is a clip. */
static void
fill_worker (int      thread,
             size_t   begin,
             size_t   end,
             gpointer user_data)
{
  const FillJob *job = user_data;
  const OtoPseudoLabelLayer *self = job->layer;
  const OtoEdge *out = &self->parent.out;

  for (size_t n = begin; n < end; n++)
    {
      const size_t pos = oto_edge_get_clip_pos (out, (int) n);

      oto_pseudo_label_compute (self->form, self->parent.inputs[0]->plain + pos,
                                job->pass->y + n * out->shape.n_channels, out->shape.n_frames,
                                out->shape.n_channels, self->scaled + pos, out->data + pos);
    }
}

static size_t
look (const OtoLayer  *layer,
      const char      *name,
      const float    **ret_values)
{
  *ret_values = ((const OtoPseudoLabelLayer *) layer)->scaled;
  return g_str_equal (name, "cam_scaled") ? oto_map_shape_get_len (&layer->out.shape) : 0;
}

static const OtoLayerFuncs pseudo_label_layer_funcs =
{
  .name = "pseudo labels",
  .instance_size = sizeof (OtoPseudoLabelLayer),
  .plan = plan,
  .look = look,
};

/**
 * oto_pseudo_label_layer_add: (skip)
 * @graph: a graph
 * @cam: (T, 1, K): class activation map
 * @form: hard or soft labels
 *
 * oto_pseudo_label_compute() of each clip. No gradient goes back.
 *
 * Returns: (transfer none): (T, 1, K): written by oto_pseudo_label_layer_fill()
 */
OtoEdge *
oto_pseudo_label_layer_add (OtoGraph           *graph,
                            OtoEdge            *cam,
                            OtoPseudoLabelForm  form)
{
  OtoPseudoLabelLayer *self = oto_graph_add_layer (graph, &pseudo_label_layer_funcs, "", &cam, 1,
                                                   cam->shape);

  g_assert (cam->shape.n_mels == 1 && cam->layout == OTO_LAYOUT_ROWS);

  self->form = form;
  self->parent.is_frozen = TRUE;
  self->parent.traits = OTO_LAYER_SHOWS_INPUTS;
  return &self->parent.out;
}

/**
 * oto_pseudo_label_layer_fill: (skip)
 * @layer: the layer that oto_pseudo_label_layer_add() has made
 * @pass: after a forward pass, with labels
 *
 * Writes the labels of the segments.
 */
void
oto_pseudo_label_layer_fill (OtoLayer *layer,
                             OtoPass  *pass)
{
  FillJob job = { (const OtoPseudoLabelLayer *) layer, pass };

  g_assert (layer->funcs == &pseudo_label_layer_funcs);

  oto_pass_run (pass, pass->n_batch, fill_worker, &job);
}
