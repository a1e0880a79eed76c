/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "layers/oto-relu-layer.h"

#include "layers/oto-norm.h"
#include "nn/oto-planes.h"

/* max (0, x) of what a norm has made, where the norm has another reader without it. It writes
 * nothing: its output is what the norm read, with the ReLU in the prologue. */

#define TILE_LEN (16 * 1024)

static size_t
get_tile_places (const OtoLayer *layer)
{
  return MAX (1, TILE_LEN / layer->out.shape.n_channels);
}

static size_t
get_scratch_len (const OtoLayer *layer)
{
  return 2 * get_tile_places (layer) * layer->out.shape.n_channels;
}

static void
forward (OtoLayer *layer,
         OtoPass  *pass)
{
  layer->out.prologue.scale = layer->inputs[0]->prologue.scale;
  layer->out.prologue.shift = layer->inputs[0]->prologue.shift;
}

/* The gradient of what the norm made: that of the output where the value is positive. */
static void
backward_items (const OtoLayerJob *job,
                int                thread,
                size_t             begin,
                size_t             end)
{
  const OtoEdge *out = &job->layer->out, *x = job->layer->inputs[0];
  const int n_channels = out->shape.n_channels;
  const size_t row_len = oto_map_shape_get_row_len (&out->shape);
  const size_t tile = get_tile_places (job->layer);
  float *values = job->pass->scratch[thread];
  float *masked = values + tile * n_channels;
  OtoFrameRuns runs;

  oto_frame_runs_init (&runs, job->pass, out->shape.n_frames, begin, end, 1);
  while (oto_frame_runs_next (&runs))
    {
      const size_t first = ((size_t) runs.clip * out->shape.n_frames + runs.row_begin) * row_len;
      const size_t n_places = (size_t) (runs.row_end - runs.row_begin) * out->shape.n_mels;

      for (size_t place = 0; place < n_places; place += tile)
        {
          const size_t n = MIN (tile, n_places - place);
          const size_t pos = first + place * n_channels;

          oto_batch_norm_relu_forward (out->data + pos, n, n_channels, out->prologue.scale,
                                       out->prologue.shift, values);
          oto_rows_rectify_backward (values, out->d + pos, n * n_channels,
                                     job->adds[0] ? masked : x->d + pos);
          if (job->adds[0])
            oto_rows_add (masked, n * n_channels, x->d + pos);
        }
    }
}

static const OtoLayerFuncs relu_layer_funcs =
{
  .name = "relu",
  .instance_size = sizeof (OtoLayer),
  .get_scratch_len = get_scratch_len,
  .forward = forward,
  .item = OTO_ITEM_PART,
  .backward_items = backward_items,
};

/**
 * oto_relu_layer_add: (skip)
 * @graph: a graph
 * @x: (T, F, C): pending and linear: what a norm made
 *
 * For a norm that is read both with and without its ReLU.
 *
 * Returns: (transfer none): (T, F, C), pending
 */
OtoEdge *
oto_relu_layer_add (OtoGraph *graph,
                    OtoEdge  *x)
{
  OtoLayer *self = oto_graph_add_layer (graph, &relu_layer_funcs, "", &x, 1, x->shape);

  g_assert (x->is_pending && x->prologue.is_linear && !x->prologue.has_pool);

  self->traits = OTO_LAYER_READS_PENDING | OTO_LAYER_VIEWS | OTO_LAYER_KEEPS_INPUTS;
  self->out.is_pending = TRUE;
  return &self->out;
}
