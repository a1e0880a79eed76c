/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "layers/oto-context-layer.h"

#include "nn/oto-planes.h"

#include <string.h>

/* Every frame with those around it:
 *
 *   y[t][w C + c] = x[clamp (t + w - left, 0, T - 1)][c]    left = (W - 1) / 2, rounded down
 */

typedef struct
{
  OtoLayer parent;
  int      n_context;            /* W */
} OtoContextLayer;

static int
get_left (const OtoContextLayer *self)
{
  return (self->n_context - 1) / 2;
}

static void
forward_items (const OtoLayerJob *job,
               int                thread,
               size_t             begin,
               size_t             end)
{
  const OtoContextLayer *self = (const OtoContextLayer *) job->layer;
  const OtoEdge *x = self->parent.inputs[0], *out = &self->parent.out;
  const int n_frames = x->shape.n_frames, n_channels = x->shape.n_channels;
  const int left = get_left (self);
  OtoFrameRuns runs;

  oto_frame_runs_init (&runs, job->pass, n_frames, begin, end, 1);
  while (oto_frame_runs_next (&runs))
    {
      const float *from = x->plain + oto_edge_get_clip_pos (x, runs.clip);
      float *to = out->data + oto_edge_get_clip_pos (out, runs.clip) +
                  (size_t) runs.row_begin * out->shape.n_channels;

      for (int t = runs.row_begin; t < runs.row_end; t++)
        for (int w = 0; w < self->n_context; w++, to += n_channels)
          memcpy (to, from + (size_t) CLAMP (t + w - left, 0, n_frames - 1) * n_channels,
                  n_channels * sizeof (float));
    }
}

/* Adds to the gradient of frame @from what the windows have of it. The first and the last frame
 * stand in a window more than once. */
static void
add_frame (const OtoContextLayer *self,
           const float           *d_y,
           int                    from,
           float                 *d_frame)
{
  const OtoMapShape *shape = &self->parent.inputs[0]->shape;
  const int last = shape->n_frames - 1, n_channels = shape->n_channels;

  for (int w = 0; w < self->n_context; w++)
    {
      const int t = from - w + get_left (self);
      const int t_begin = from == 0 ? 0 : MAX (t, 0);
      const int t_end = from == last ? last : MIN (t, last);

      for (int i = t_begin; i <= t_end; i++)
        oto_rows_add (d_y + ((size_t) i * self->n_context + w) * n_channels, n_channels, d_frame);
    }
}

static void
backward_items (const OtoLayerJob *job,
                int                thread,
                size_t             begin,
                size_t             end)
{
  const OtoContextLayer *self = (const OtoContextLayer *) job->layer;
  const OtoEdge *x = self->parent.inputs[0], *out = &self->parent.out;
  const int n_channels = x->shape.n_channels;
  OtoFrameRuns runs;

  oto_frame_runs_init (&runs, job->pass, x->shape.n_frames, begin, end, 1);
  while (oto_frame_runs_next (&runs))
    {
      const float *d_y = out->d + oto_edge_get_clip_pos (out, runs.clip);
      float *d_x = x->d + oto_edge_get_clip_pos (x, runs.clip) +
                   (size_t) runs.row_begin * n_channels;

      if (!job->adds[0])
        memset (d_x, 0, (size_t) (runs.row_end - runs.row_begin) * n_channels * sizeof (float));
      for (int t = runs.row_begin; t < runs.row_end; t++, d_x += n_channels)
        add_frame (self, d_y, t, d_x);
    }
}

static const OtoLayerFuncs context_layer_funcs =
{
  .name = "context",
  .instance_size = sizeof (OtoContextLayer),
  .item = OTO_ITEM_PART,
  .forward_items = forward_items,
  .backward_items = backward_items,
};

/**
 * oto_context_layer_add: (skip)
 * @graph: a graph
 * @x: (T, 1, C)
 * @n_context: frames of a window (W); of an even number one more lies after the frame than before
 *
 * Beyond the ends of the map its first and last frame are repeated.
 *
 * Returns: (transfer none): (T, 1, W C): the window around each frame, frame after frame
 */
OtoEdge *
oto_context_layer_add (OtoGraph *graph,
                       OtoEdge  *x,
                       int       n_context)
{
  OtoContextLayer *self;

  g_assert (x->shape.n_mels == 1 && n_context > 0);

  self = oto_graph_add_layer (graph, &context_layer_funcs, "", &x, 1, (OtoMapShape) {
    x->shape.n_frames, 1, n_context * x->shape.n_channels,
  });
  self->n_context = n_context;
  return &self->parent.out;
}
