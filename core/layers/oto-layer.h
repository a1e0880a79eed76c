/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "layers/oto-param.h"
#include "layers/oto-pass.h"
#include "nn/oto-conv2d.h"

G_BEGIN_DECLS

/* What a network is made of: layers, each of which reads some edges and writes one. A kind of layer
 * is one file with one table of functions; a graph (oto-graph.h) holds the layers in the order in
 * which they run, finds memory for their edges and runs them. */

typedef struct _OtoGraph     OtoGraph;
typedef struct _OtoLayer     OtoLayer;
typedef struct _OtoEdge      OtoEdge;
typedef struct _OtoGraphPlan OtoGraphPlan;
typedef struct _OtoNorm      OtoNorm;

/* (T, F, C) of one clip; of an edge, not of the network. A vector over channels is (1, 1, C). */
typedef struct
{
  int n_frames;
  int n_mels;
  int n_channels;
} OtoMapShape;

typedef enum
{
  OTO_LAYOUT_ROWS,               /* (N, T, F, C) */
  OTO_LAYOUT_PLANES,             /* (N, C, T, F): what knows one class at a time */
} OtoLayout;

/* Values on their way from the layer that writes them to those that read them.
 *
 * Values may be pending: what stands in data still lacks a prologue (batch norm, ReLU, average
 * pooling), which a reader applies as it reads. For readers that do not, the graph writes plain
 * values once. The gradient is always that of the plain values. */
struct _OtoEdge
{
  char               name[48];
  OtoMapShape        shape;
  OtoLayout          layout;
  OtoLayer          *writer;     /* NULL: the network's input */
  gboolean           is_pending;
  OtoConv2dPrologue  prologue;   /* where pending */
  OtoNorm           *norm;       /* (nullable) whose prologue it is, if it is the writer's own */

  float             *data;       /* as the writer left them */
  float             *plain;      /* data, unless pending and wanted without prologue */
  float             *d;          /* training: gradient of the plain values */
  gboolean           has_d;      /* whether the backward pass has written to it */

  /* Of the planner. */
  gboolean           is_shown;   /* stays until the results are read */
  gboolean           is_target;  /* a loss begins its gradient */
  gboolean           is_kept;    /* stays, with its gradient, until the next pass: for tests */
  gboolean           wants_d;    /* whether parameters stand before it */
  guint              n_readers;
  guint              n_plain_readers;
  int                data_block, plain_block, d_block;
};

/* What the planner must know of a layer. */
typedef enum
{
  OTO_LAYER_READS_PENDING = 1 << 0,  /* applies prologues itself */
  OTO_LAYER_VIEWS         = 1 << 1,  /* its output is its input's values, with another prologue or
                                      * shape */
  OTO_LAYER_KEEPS_INPUTS  = 1 << 2,  /* backward reads the inputs' values */
  OTO_LAYER_KEEPS_OUTPUT  = 1 << 3,  /* backward reads, or overwrites, the output's values */
  OTO_LAYER_IN_PLACE      = 1 << 4,  /* backward may write the input's gradient over its values */
  OTO_LAYER_EARLY         = 1 << 5,  /* backward is done with its output's gradient before it writes
                                      * its inputs' */
  OTO_LAYER_SHOWS_INPUTS  = 1 << 6,  /* its inputs' values can be looked at after the pass */
} OtoLayerTraits;

#define OTO_LAYER_MAX_INPUTS 8

/* What a pass of a layer is cut into; a thread gets a range. */
typedef enum
{
  OTO_ITEM_PART,                 /* rows of a clip: oto_pass_get_n_items(), #OtoFrameRuns */
  OTO_ITEM_CLIP,
  OTO_ITEM_FRAME,                /* of the output, of any clip; the rest likewise */
  OTO_ITEM_PLACE,
  OTO_ITEM_VALUE,
} OtoItem;

/* A layer in a pass, as its threads see it. */
typedef struct
{
  OtoLayer *layer;
  OtoPass  *pass;
  gboolean  wants[OTO_LAYER_MAX_INPUTS];   /* backward: a gradient of the input */
  gboolean  adds[OTO_LAYER_MAX_INPUTS];    /* the input has one, which is added to */
} OtoLayerJob;

typedef void (*OtoItemsFunc) (const OtoLayerJob *job,
                              int                thread,
                              size_t             begin,
                              size_t             end);

/**
 * OtoLayerFuncs:
 * @name: of the kind: messages, benchmarks, model card
 * @instance_size: of its struct, which begins with #OtoLayer
 * @clear: (nullable): frees what the layer holds besides planned memory
 * @get_scratch_len: (nullable): floats of scratch that a thread needs
 * @get_partials_len: (nullable): floats of parameter gradients that a thread sums up
 * @plan: (nullable): asks for memory with oto_graph_plan_take() and its siblings
 * @prepare: (nullable): after a change of the weights
 * @forward: (nullable): reads the inputs, writes the output
 * @backward: (nullable): reads the output's gradient, writes or adds those of the inputs that want
 *   one (oto_edge_begin_d()), adds those of the parameters
 * @item: what @forward_items and @backward_items count
 * @forward_items: (nullable): in place of @forward: does it for some items, in one of the threads
 * @backward_items: (nullable): in place of @backward: likewise; not called where no input wants a
 *   gradient
 * @look: (nullable): what the layer keeps under a name of the reference data, of all clips of the
 *   last pass; for tests. Returns floats of a clip, or 0 for another name
 * @count_macs: (nullable): multiply-adds of convolutions and products for one clip
 *
 * A kind of layer.
 */
typedef struct
{
  const char   *name;
  size_t        instance_size;
  void        (*clear)            (OtoLayer       *self);
  size_t      (*get_scratch_len)  (const OtoLayer *self);
  size_t      (*get_partials_len) (const OtoLayer *self);
  void        (*plan)             (OtoLayer       *self,
                                   OtoGraphPlan   *plan);
  void        (*prepare)          (OtoLayer       *self,
                                   OtoPass        *pass);
  void        (*forward)          (OtoLayer       *self,
                                   OtoPass        *pass);
  void        (*backward)         (OtoLayer       *self,
                                   OtoPass        *pass);
  OtoItem       item;
  OtoItemsFunc  forward_items;
  OtoItemsFunc  backward_items;
  size_t      (*look)             (const OtoLayer *self,
                                   const char     *name,
                                   const float   **ret_values);
  guint64     (*count_macs)       (const OtoLayer *self);
} OtoLayerFuncs;

struct _OtoLayer
{
  const OtoLayerFuncs *funcs;
  OtoGraph            *graph;
  char                 name[48];         /* of its parameters; may be empty */
  guint                index;            /* its place in the order */
  OtoLayerTraits       traits;
  OtoEdge             *inputs[OTO_LAYER_MAX_INPUTS];
  guint                n_inputs;
  OtoEdge              out;
  gboolean             has_params;
  gboolean             is_frozen;        /* no gradient goes back from here */
  gboolean             is_wanted;        /* in this pass */
  gboolean             is_prepared;      /* its filters are those of the weights */
};

static inline size_t
oto_map_shape_get_len (const OtoMapShape *self)
{
  return (size_t) self->n_frames * self->n_mels * self->n_channels;
}

/* Floats of a row (F, C). */
static inline size_t
oto_map_shape_get_row_len (const OtoMapShape *self)
{
  return (size_t) self->n_mels * self->n_channels;
}

/* Where the values of a clip begin. */
static inline size_t
oto_edge_get_clip_pos (const OtoEdge *self,
                       int            clip)
{
  return clip * oto_map_shape_get_len (&self->shape);
}

/* Whether a gradient with respect to the edge is wanted, and if so whether it has one already, to
 * which the caller adds. Asked once per backward pass of a reader. */
static inline gboolean
oto_edge_begin_d (OtoEdge  *self,
                  gboolean *ret_adds)
{
  if (self->d == NULL)
    return FALSE;
  *ret_adds = self->has_d;
  self->has_d = TRUE;
  return TRUE;
}

/* What a reader that applies prologues is to apply; NULL: nothing. */
static inline const OtoConv2dPrologue *
oto_edge_get_prologue (const OtoEdge *self)
{
  return self->is_pending ? &self->prologue : NULL;
}

G_END_DECLS
