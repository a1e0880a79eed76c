/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "layers/oto-graph.h"

#include "layers/oto-graph-private.h"
#include "layers/oto-norm.h"

/**
 * oto_graph_weights_changed: (skip)
 * @self: a graph
 *
 * The next pass prepares the layers that it runs again.
 */
void
oto_graph_weights_changed (OtoGraph *self)
{
  for (guint i = 0; i < self->layers->len; i++)
    oto_graph_get_layer (self, i)->is_prepared = FALSE;
}

/**
 * oto_graph_want_none: (skip)
 * @self: a graph
 *
 * Begins to say what the next pass is for: oto_graph_want().
 */
void
oto_graph_want_none (OtoGraph *self)
{
  for (guint i = 0; i < self->layers->len; i++)
    oto_graph_get_layer (self, i)->is_wanted = FALSE;
}

/**
 * oto_graph_want: (skip)
 * @self: a graph
 * @edge: what the next pass computes, with all that it needs for it
 */
void
oto_graph_want (OtoGraph *self,
                OtoEdge  *edge)
{
  OtoLayer *layer = edge->writer;

  if (layer == NULL || layer->is_wanted)
    return;
  layer->is_wanted = TRUE;
  for (guint i = 0; i < layer->n_inputs; i++)
    oto_graph_want (self, layer->inputs[i]);
}

typedef struct
{
  const OtoPass *pass;
  const OtoEdge *edge;
} ResolveJob;

static void
resolve_worker (int      thread,
                size_t   begin,
                size_t   end,
                gpointer user_data)
{
  const ResolveJob *job = user_data;
  const OtoEdge *edge = job->edge;
  const size_t row_len = oto_map_shape_get_row_len (&edge->shape);
  OtoFrameRuns runs;

  oto_frame_runs_init (&runs, job->pass, edge->shape.n_frames, begin, end, 1);
  while (oto_frame_runs_next (&runs))
    oto_prologue_resolve (&edge->prologue, &edge->shape,
                          edge->data + oto_edge_get_clip_pos (edge, runs.clip), runs.row_begin,
                          runs.row_end,
                          edge->plain + oto_edge_get_clip_pos (edge, runs.clip) +
                          runs.row_begin * row_len,
                          job->pass->scratch[thread]);
}

/* Plain values of an edge, for readers that apply no prologues. */
static void
resolve (OtoEdge *edge,
         OtoPass *pass)
{
  ResolveJob job = { pass, edge };

  if (edge->is_pending && edge->n_plain_readers > 0)
    oto_pass_run (pass, oto_pass_get_n_items (pass), resolve_worker, &job);
  else if (!edge->is_pending)
    edge->plain = edge->data;
}

/* What a view shows stands where its input's values do. */
static void
point_view (OtoLayer *layer)
{
  const OtoEdge *input = layer->inputs[0];

  if (layer->traits & OTO_LAYER_VIEWS)
    layer->out.data = layer->traits & OTO_LAYER_READS_PENDING ? input->data : input->plain;
}

static size_t
count_items (const OtoLayer *layer,
             const OtoPass  *pass)
{
  const OtoMapShape *shape = &layer->out.shape;

  switch (layer->funcs->item)
    {
    case OTO_ITEM_PART:
      return oto_pass_get_n_items (pass);
    case OTO_ITEM_CLIP:
      return pass->n_batch;
    case OTO_ITEM_FRAME:
      return (size_t) pass->n_batch * shape->n_frames;
    case OTO_ITEM_PLACE:
      return (size_t) pass->n_batch * shape->n_frames * shape->n_mels;
    case OTO_ITEM_VALUE:
      return pass->n_batch * oto_map_shape_get_len (shape);
    }
  g_return_val_if_reached (0);
}

static void
forward_worker (int      thread,
                size_t   begin,
                size_t   end,
                gpointer user_data)
{
  const OtoLayerJob *job = user_data;

  job->layer->funcs->forward_items (job, thread, begin, end);
}

static void
forward (OtoLayer *layer,
         OtoPass  *pass)
{
  OtoLayerJob job = { .layer = layer, .pass = pass };

  if (layer->funcs->forward != NULL)
    layer->funcs->forward (layer, pass);
  else if (layer->funcs->forward_items != NULL)
    oto_pass_run (pass, count_items (layer, pass), forward_worker, &job);
}

static void
backward_worker (int      thread,
                 size_t   begin,
                 size_t   end,
                 gpointer user_data)
{
  const OtoLayerJob *job = user_data;

  job->layer->funcs->backward_items (job, thread, begin, end);
}

static void
backward_items (OtoLayer *layer,
                OtoPass  *pass)
{
  OtoLayerJob job = { .layer = layer, .pass = pass };
  gboolean wants_any = FALSE;

  for (guint i = 0; i < layer->n_inputs; i++)
    {
      job.wants[i] = oto_edge_begin_d (layer->inputs[i], &job.adds[i]);
      wants_any |= job.wants[i];
    }
  if (wants_any)
    oto_pass_run (pass, count_items (layer, pass), backward_worker, &job);
}

/**
 * oto_graph_forward: (skip)
 * @self: a graph with memory, of which something is wanted
 * @pass: the pass; oto_pass_begin() has been called
 * @x: (N, T, F, C): what the network reads; must stay until the results have been read
 *
 * Runs the wanted layers.
 *
 * Returns: %FALSE when cancelled
 */
gboolean
oto_graph_forward (OtoGraph    *self,
                   OtoPass     *pass,
                   const float *x)
{
  self->input.data = self->input.plain = (float *) x;
  for (guint i = 0; i < self->layers->len; i++)
    {
      OtoLayer *layer = oto_graph_get_layer (self, i);

      if (!layer->is_wanted)
        continue;
      if (oto_pass_is_cancelled (pass))
        return FALSE;
      if (!layer->is_prepared && layer->funcs->prepare != NULL)
        layer->funcs->prepare (layer, pass);
      layer->is_prepared = TRUE;
      point_view (layer);
      forward (layer, pass);
      resolve (&layer->out, pass);
    }
  return !oto_pass_is_cancelled (pass);
}

/**
 * oto_graph_backward: (skip)
 * @self: a graph after a forward pass, on whose edges losses have begun gradients
 * @pass: the same pass
 *
 * Goes back through the layers that a gradient reaches; adds those of the parameters.
 *
 * Returns: %FALSE when cancelled; the gradients are incomplete then
 */
gboolean
oto_graph_backward (OtoGraph *self,
                    OtoPass  *pass)
{
  for (guint i = self->layers->len; i-- > 0;)
    {
      OtoLayer *layer = oto_graph_get_layer (self, i);

      if (!layer->is_wanted || !layer->out.has_d)
        continue;
      if (oto_pass_is_cancelled (pass))
        return FALSE;
      if (layer->funcs->backward != NULL)
        layer->funcs->backward (layer, pass);
      else if (layer->funcs->backward_items != NULL)
        backward_items (layer, pass);
    }
  return !oto_pass_is_cancelled (pass);
}

/**
 * oto_graph_begin_backward: (skip)
 * @self: a graph after a forward pass
 *
 * No edge has a gradient; losses begin them.
 */
void
oto_graph_begin_backward (OtoGraph *self)
{
  for (guint i = 0; i <= self->layers->len; i++)
    oto_graph_get_edge (self, i)->has_d = FALSE;
}
