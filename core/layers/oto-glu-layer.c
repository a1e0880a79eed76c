/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "layers/oto-glu-layer.h"

#include "layers/oto-norm.h"
#include "nn/oto-glu.h"
#include "nn/oto-planes.h"

/* Gated linear units: the second half of the channels gates the first. A norm before it is applied
 * on the way. */

typedef struct
{
  const OtoLayer *layer;
  OtoPass        *pass;
  OtoNorm        *norm;          /* (nullable) whose sums are made on the way */
  gboolean        adds;
} GluJob;

/* Values of the input that are worked on at a time: they stay in cache. */
#define TILE_LEN (16 * 1024)

static size_t
get_tile_places (const OtoLayer *layer)
{
  return MAX (1, TILE_LEN / layer->inputs[0]->shape.n_channels);
}

static size_t
get_scratch_len (const OtoLayer *layer)
{
  return get_tile_places (layer) * layer->inputs[0]->shape.n_channels;
}

/* Calls for the places of a thread, some at a time: the first place, their number. */
typedef void (*PlacesFunc) (const GluJob *job,
                            int           thread,
                            size_t        place,
                            size_t        n_places);

static void
for_places (const GluJob *job,
            int           thread,
            size_t        begin,
            size_t        end,
            PlacesFunc    func)
{
  const OtoMapShape *shape = &job->layer->out.shape;
  const size_t tile = get_tile_places (job->layer);
  OtoFrameRuns runs;

  oto_frame_runs_init (&runs, job->pass, shape->n_frames, begin, end, 1);
  while (oto_frame_runs_next (&runs))
    {
      const size_t first = ((size_t) runs.clip * shape->n_frames + runs.row_begin) * shape->n_mels;
      const size_t n_places = (size_t) (runs.row_end - runs.row_begin) * shape->n_mels;

      for (size_t i = 0; i < n_places; i += tile)
        func (job, thread, first + i, MIN (tile, n_places - i));
    }
}

static void
gate_places (const GluJob *job,
             int           thread,
             size_t        place,
             size_t        n_places)
{
  const OtoEdge *x = job->layer->inputs[0], *out = &job->layer->out;

  oto_glu_forward (x->data + place * x->shape.n_channels, n_places, out->shape.n_channels,
                   x->is_pending ? x->prologue.scale : NULL,
                   x->is_pending ? x->prologue.shift : NULL,
                   out->data + place * out->shape.n_channels);
}

static void
forward_worker (int      thread,
                size_t   begin,
                size_t   end,
                gpointer user_data)
{
  for_places (user_data, thread, begin, end, gate_places);
}

static void
forward (OtoLayer *layer,
         OtoPass  *pass)
{
  GluJob job = { layer, pass, NULL, FALSE };

  oto_pass_run (pass, oto_pass_get_n_items (pass), forward_worker, &job);
}

static void
gate_places_backward (const GluJob *job,
                      int           thread,
                      size_t        place,
                      size_t        n_places)
{
  const OtoEdge *x = job->layer->inputs[0], *out = &job->layer->out;
  const size_t pos = place * x->shape.n_channels;
  float *d_x = job->adds ? job->pass->scratch[thread] : x->d + pos;

  oto_glu_backward (x->data + pos, out->d + place * out->shape.n_channels, n_places,
                    out->shape.n_channels, x->is_pending ? x->prologue.scale : NULL,
                    x->is_pending ? x->prologue.shift : NULL, d_x);
  if (job->adds)
    oto_rows_add (d_x, n_places * x->shape.n_channels, x->d + pos);
  if (job->norm != NULL)
    oto_norm_add_sums (job->norm, thread, &x->prologue, x->data + pos, d_x, n_places);
}

static void
backward_worker (int      thread,
                 size_t   begin,
                 size_t   end,
                 gpointer user_data)
{
  const GluJob *job = user_data;

  if (job->norm != NULL)
    oto_norm_begin_sums (job->norm, thread);
  for_places (job, thread, begin, end, gate_places_backward);
}

static void
backward (OtoLayer *layer,
          OtoPass  *pass)
{
  OtoEdge *x = layer->inputs[0];
  GluJob job = { layer, pass, NULL, FALSE };

  if (!oto_edge_begin_d (x, &job.adds))
    return;
  if (x->n_readers == 1 && !job.adds)
    job.norm = x->norm;
  oto_pass_run (pass, oto_pass_get_n_items (pass), backward_worker, &job);
  if (job.norm != NULL)
    job.norm->has_sums = TRUE;
}

static const OtoLayerFuncs glu_layer_funcs =
{
  .name = "glu",
  .instance_size = sizeof (OtoLayer),
  .get_scratch_len = get_scratch_len,
  .forward = forward,
  .backward = backward,
};

/**
 * oto_glu_layer_add: (skip)
 * @graph: a graph
 * @x: (T, F, 2 C): what it reads; pending only what a norm made, without ReLU and pooling
 *
 * y = v sigmoid (g), v the first half of the channels and g the second.
 *
 * Returns: (transfer none): (T, F, C)
 */
OtoEdge *
oto_glu_layer_add (OtoGraph *graph,
                   OtoEdge  *x)
{
  OtoLayer *self = oto_graph_add_layer (graph, &glu_layer_funcs, "", &x, 1, (OtoMapShape) {
    x->shape.n_frames, x->shape.n_mels, x->shape.n_channels / 2,
  });

  g_assert (x->shape.n_channels % 2 == 0 && x->layout == OTO_LAYOUT_ROWS);
  g_assert (!x->is_pending || (x->prologue.is_linear && !x->prologue.has_pool));

  self->traits = OTO_LAYER_READS_PENDING | OTO_LAYER_KEEPS_INPUTS;
  return &self->out;
}
