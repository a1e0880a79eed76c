/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "layers/oto-graph.h"

#include "layers/oto-graph-private.h"
#include "layers/oto-norm.h"

#include <stdlib.h>

/* Where everything stands in one arena. Time is counted in steps: layer i runs forward at 2 i, and
 * writes its plain values at 2 i + 1; the losses read at 2 n; layer i runs backward at two steps of
 * its own, in the first of which it reads its output's gradient and in the second of which it
 * writes those of its inputs. A block of memory is needed from its first use to its last; two
 * blocks may share a place if their times do not meet. */

/* Memory from its first use to its last. */
typedef struct
{
  size_t   len;                  /* in whole pieces of an arena */
  int      begin, end;           /* first and last step */
  size_t   pos;
  gboolean is_at_peak;           /* there when most memory is needed */
} Block;

/* What points to a block. */
typedef struct
{
  float **where;
  int     block;
} Pointer;

struct _OtoGraphPlan
{
  OtoGraph *graph;
  int       max_batch;
  int       n_threads;
  gboolean  has_backward;
  gboolean  keeps;               /* some edges are kept, and what the layers keep with them */
  GArray   *blocks;              /* Block */
  GArray   *pointers;            /* Pointer */
};

#define NO_BLOCK -1

static int
get_loss_time (const OtoGraphPlan *self)
{
  return 2 * (int) self->graph->layers->len;
}

static int
get_end (const OtoGraphPlan *self)
{
  return 2 * get_loss_time (self) + 1;
}

static int
get_forward_time (const OtoLayer *layer)
{
  return 2 * (int) layer->index;
}

/* The first of a layer's two steps back. */
static int
get_backward_time (const OtoGraphPlan *self,
                   const OtoLayer     *layer)
{
  return 2 * get_loss_time (self) - 1 - get_forward_time (layer);
}

static Block *
get_block (const OtoGraphPlan *self,
           int                 block)
{
  return &g_array_index (self->blocks, Block, block);
}

static void
touch (const OtoGraphPlan *self,
       int                 block,
       int                 time)
{
  if (block == NO_BLOCK)
    return;
  get_block (self, block)->begin = MIN (get_block (self, block)->begin, time);
  get_block (self, block)->end = MAX (get_block (self, block)->end, time);
}

static int
add_block (OtoGraphPlan *self,
           size_t        n_floats,
           int           time)
{
  const Block block = { oto_arena_round_up (n_floats), time, time, 0, FALSE };

  g_array_append_val (self->blocks, block);
  return (int) self->blocks->len - 1;
}

static void
point (OtoGraphPlan  *self,
       float        **where,
       int            block)
{
  const Pointer pointer = { where, block };

  *where = NULL;
  if (block != NO_BLOCK)
    g_array_append_val (self->pointers, pointer);
}

static int
add_map (OtoGraphPlan  *self,
         const OtoEdge *edge,
         int            time)
{
  return add_block (self, self->max_batch * oto_map_shape_get_len (&edge->shape), time);
}

/* --- readers ------------------------------------------------------------------------------- */

static gboolean
has_trait (const OtoLayer *layer,
           OtoLayerTraits  trait)
{
  return (layer->traits & trait) != 0;
}

static void
count_readers (OtoGraph *graph)
{
  for (guint i = 0; i <= graph->layers->len; i++)
    {
      OtoEdge *edge = oto_graph_get_edge (graph, i);

      edge->n_readers = 0;
      edge->n_plain_readers = edge->is_shown || edge->is_kept;
    }
  for (guint i = 0; i < graph->layers->len; i++)
    {
      const OtoLayer *layer = oto_graph_get_layer (graph, i);

      for (guint j = 0; j < layer->n_inputs; j++)
        {
          layer->inputs[j]->n_readers++;
          layer->inputs[j]->n_plain_readers += !has_trait (layer, OTO_LAYER_READS_PENDING);
        }
    }
}

/* Whether parameters stand before an edge, so that a gradient must go back through it. */
static void
find_wanted_gradients (OtoGraph *graph)
{
  graph->input.wants_d = graph->input.is_kept;
  for (guint i = 0; i < graph->layers->len; i++)
    {
      OtoLayer *layer = oto_graph_get_layer (graph, i);

      layer->out.wants_d = !layer->is_frozen && (layer->has_params || layer->out.is_kept);
      for (guint j = 0; j < layer->n_inputs && !layer->is_frozen; j++)
        layer->out.wants_d |= layer->inputs[j]->wants_d;
    }
}

/* The block of what a layer reads from an edge. */
static int
get_read_block (const OtoLayer *layer,
                const OtoEdge  *edge)
{
  return has_trait (layer, OTO_LAYER_READS_PENDING) ? edge->data_block : edge->plain_block;
}

/* --- values -------------------------------------------------------------------------------- */

/* Plain values take the place of the pending ones where nobody else needs those. */
static gboolean
can_resolve_in_place (const OtoGraphPlan *self,
                      const OtoEdge      *edge)
{
  const guint n_looks = edge->is_shown || edge->is_kept;

  return !self->has_backward && !self->keeps && !edge->prologue.has_pool
         && !has_trait (edge->writer, OTO_LAYER_VIEWS)
         && edge->n_plain_readers - n_looks == edge->n_readers;
}

static void
plan_values (OtoGraphPlan *self,
             OtoLayer     *layer)
{
  OtoEdge *edge = &layer->out;
  const int time = get_forward_time (layer);

  if (has_trait (layer, OTO_LAYER_VIEWS))
    edge->data_block = get_read_block (layer, layer->inputs[0]);
  else
    edge->data_block = add_map (self, edge, time);
  touch (self, edge->data_block, time + 1);
  edge->plain_block = edge->data_block;
  if (edge->is_pending && edge->n_plain_readers > 0 && !can_resolve_in_place (self, edge))
    edge->plain_block = add_map (self, edge, time + 1);
  if (edge->is_shown)
    touch (self, edge->plain_block, get_loss_time (self));
  if (edge->is_kept)
    {
      touch (self, edge->data_block, get_end (self));
      touch (self, edge->plain_block, get_end (self));
    }

  if (!has_trait (layer, OTO_LAYER_VIEWS))
    point (self, &edge->data, edge->data_block);
  point (self, &edge->plain, edge->plain_block);
}

/* When a layer reads its inputs, and its output. */
static void
plan_reads (OtoGraphPlan   *self,
            const OtoLayer *layer)
{
  const gboolean goes_back = self->has_backward && layer->out.wants_d;
  const int last = get_backward_time (self, layer) + 1;

  for (guint j = 0; j < layer->n_inputs; j++)
    {
      const int block = get_read_block (layer, layer->inputs[j]);

      touch (self, block, get_forward_time (layer));
      if (has_trait (layer, OTO_LAYER_SHOWS_INPUTS))
        touch (self, block, get_loss_time (self));
      if (goes_back && has_trait (layer, OTO_LAYER_KEEPS_INPUTS))
        touch (self, block, last);
    }
  if (goes_back && has_trait (layer, OTO_LAYER_KEEPS_OUTPUT))
    touch (self, layer->out.data_block, last);
}

/* --- gradients ----------------------------------------------------------------------------- */

/* When the first of those who write to an edge's gradient does; -1: nobody does. */
static int
get_first_gradient_time (const OtoGraphPlan *self,
                         const OtoEdge      *edge)
{
  const OtoGraph *graph = self->graph;

  if (edge->is_target)
    return get_loss_time (self);
  for (guint i = graph->layers->len; i-- > 0;)
    {
      const OtoLayer *layer = g_ptr_array_index (graph->layers, i);

      if (layer->out.d_block == NO_BLOCK)
        continue;
      for (guint j = 0; j < layer->n_inputs; j++)
        if (layer->inputs[j] == edge)
          return get_backward_time (self, layer) + has_trait (layer, OTO_LAYER_EARLY);
    }
  return -1;
}

/* Whether the only reader of an edge may write its gradient over its values. */
static gboolean
is_in_place (const OtoGraphPlan *self,
             const OtoEdge      *edge)
{
  const OtoLayer *reader = NULL;

  if (edge->writer == NULL || edge->n_readers != 1 || edge->is_pending || edge->is_shown
      || edge->is_kept || has_trait (edge->writer, OTO_LAYER_VIEWS | OTO_LAYER_KEEPS_OUTPUT))
    return FALSE;
  for (guint i = 0; i < self->graph->layers->len; i++)
    {
      const OtoLayer *layer = oto_graph_get_layer (self->graph, i);

      for (guint j = 0; j < layer->n_inputs; j++)
        if (layer->inputs[j] == edge)
          reader = layer;
    }
  return reader != NULL && has_trait (reader, OTO_LAYER_IN_PLACE);
}

/* From the last edge to the first, as the gradients go. */
static void
plan_gradient (OtoGraphPlan *self,
               OtoEdge      *edge)
{
  const OtoLayer *writer = edge->writer;
  int time = -1;

  edge->d_block = NO_BLOCK;
  if (self->has_backward && edge->wants_d)
    time = get_first_gradient_time (self, edge);
  if (time >= 0)
    {
      edge->d_block = is_in_place (self, edge) ? edge->data_block : add_map (self, edge, time);
      if (edge->is_kept)
        touch (self, edge->d_block, get_end (self));
      if (writer != NULL)
        touch (self, edge->d_block,
               get_backward_time (self, writer) + !has_trait (writer, OTO_LAYER_EARLY));
    }
  point (self, &edge->d, edge->d_block);
}

/* --- what layers ask for ------------------------------------------------------------------- */

/**
 * oto_graph_plan_take: (skip)
 * @plan: a plan
 * @layer: who asks
 * @use: when it is needed
 * @n_floats: how many
 * @ret_floats: (out): where the memory will stand; %NULL in a plan without backward pass if it is
 *   for that, and while a plan only counts
 */
void
oto_graph_plan_take (OtoGraphPlan  *plan,
                     OtoLayer      *layer,
                     OtoStoreUse    use,
                     size_t         n_floats,
                     float        **ret_floats)
{
  const int forward = get_forward_time (layer);
  const int backward = get_backward_time (plan, layer);
  int block = NO_BLOCK;

  if (use == OTO_STORE_BACKWARD && plan->has_backward)
    {
      block = add_block (plan, n_floats, backward);
      touch (plan, block, backward + 1);
    }
  else if (use != OTO_STORE_BACKWARD)
    block = add_block (plan, n_floats, use == OTO_STORE_ALWAYS ? 0 : forward);

  if (use == OTO_STORE_ALWAYS || (plan->keeps && use != OTO_STORE_BACKWARD))
    touch (plan, block, get_end (plan));
  if (use == OTO_STORE_SHOWN)
    touch (plan, block, get_loss_time (plan));
  if ((use == OTO_STORE_KEPT || use == OTO_STORE_SHOWN) && plan->has_backward)
    touch (plan, block, backward + 1);
  if (use == OTO_STORE_FORWARD)
    touch (plan, block, forward + 1);
  point (plan, ret_floats, block);
}

/**
 * oto_graph_plan_adds_d: (skip)
 * @plan: a plan
 * @layer: a reader of an edge
 * @edge: the edge
 *
 * Returns: whether somebody writes the edge's gradient before the layer's backward pass, which then
 *   adds to it
 */
gboolean
oto_graph_plan_adds_d (const OtoGraphPlan *plan,
                       const OtoLayer     *layer,
                       const OtoEdge      *edge)
{
  if (edge->is_target)
    return TRUE;
  for (guint i = layer->index + 1; i < plan->graph->layers->len; i++)
    {
      const OtoLayer *later = oto_graph_get_layer (plan->graph, i);

      for (guint j = 0; j < later->n_inputs && later->out.d_block != NO_BLOCK; j++)
        if (later->inputs[j] == edge)
          return TRUE;
    }
  return FALSE;
}

/**
 * oto_graph_plan_take_doubles: (skip)
 * @plan: a plan
 * @layer: who asks
 * @use: when it is needed
 * @n_doubles: how many
 * @ret_doubles: (out): as in oto_graph_plan_take()
 */
void
oto_graph_plan_take_doubles (OtoGraphPlan  *plan,
                             OtoLayer      *layer,
                             OtoStoreUse    use,
                             size_t         n_doubles,
                             double       **ret_doubles)
{
  oto_graph_plan_take (plan, layer, use, n_doubles * (sizeof (double) / sizeof (float)),
                       (float **) (void *) ret_doubles);
}

/**
 * oto_graph_plan_take_bytes: (skip)
 * @plan: a plan
 * @layer: who asks
 * @use: when it is needed
 * @n_bytes: how many
 * @ret_bytes: (out): as in oto_graph_plan_take()
 */
void
oto_graph_plan_take_bytes (OtoGraphPlan  *plan,
                           OtoLayer      *layer,
                           OtoStoreUse    use,
                           size_t         n_bytes,
                           guint8       **ret_bytes)
{
  oto_graph_plan_take (plan, layer, use, n_bytes / sizeof (float) + 1,
                       (float **) (void *) ret_bytes);
}

/**
 * oto_graph_plan_get_max_batch: (skip)
 * @plan: a plan
 *
 * Returns: clips of the largest pass (N)
 */
int
oto_graph_plan_get_max_batch (const OtoGraphPlan *plan)
{
  return plan->max_batch;
}

/**
 * oto_graph_plan_get_n_threads: (skip)
 * @plan: a plan
 *
 * Returns: how many threads work on it
 */
int
oto_graph_plan_get_n_threads (const OtoGraphPlan *plan)
{
  return plan->n_threads;
}

/**
 * oto_graph_plan_has_backward: (skip)
 * @plan: a plan
 *
 * Returns: whether it is for training
 */
gboolean
oto_graph_plan_has_backward (const OtoGraphPlan *plan)
{
  return plan->has_backward;
}

/* --- placing ------------------------------------------------------------------------------- */

static int
compare_pos (gconstpointer a,
             gconstpointer b)
{
  const Block *one = *(const Block *const *) a, *other = *(const Block *const *) b;

  return one->pos < other->pos ? -1 : one->pos > other->pos;
}

/* Orders in which blocks are placed. Ties are broken by address, which is the order of asking. */
static int
compare_addresses (const Block *one,
                   const Block *other)
{
  return one < other ? -1 : one > other;
}

static int
compare_sizes (gconstpointer a,
               gconstpointer b)
{
  const Block *one = *(const Block *const *) a, *other = *(const Block *const *) b;

  if (one->len != other->len)
    return one->len > other->len ? -1 : 1;
  return compare_addresses (one, other);
}

static int
compare_begins (gconstpointer a,
                gconstpointer b)
{
  const Block *one = *(const Block *const *) a, *other = *(const Block *const *) b;

  if (one->begin != other->begin)
    return one->begin < other->begin ? -1 : 1;
  return compare_addresses (one, other);
}

static int
compare_durations (gconstpointer a,
                   gconstpointer b)
{
  const Block *one = *(const Block *const *) a, *other = *(const Block *const *) b;
  const int duration = one->end - one->begin, other_duration = other->end - other->begin;

  if (duration != other_duration)
    return duration > other_duration ? -1 : 1;
  return compare_addresses (one, other);
}

/* What is there when most is, then the rest by size. */
static int
compare_peaks (gconstpointer a,
               gconstpointer b)
{
  const Block *one = *(const Block *const *) a, *other = *(const Block *const *) b;

  if (one->is_at_peak != other->is_at_peak)
    return one->is_at_peak ? -1 : 1;
  return one->is_at_peak ? compare_durations (a, b) : compare_sizes (a, b);
}

/* Marks the blocks of the step at which most memory is needed: no plan needs less. */
static void
find_peak (const OtoGraphPlan *self)
{
  size_t peak_len = 0;
  int peak = 0;

  for (int time = 0; time <= get_end (self); time++)
    {
      size_t len = 0;

      for (guint i = 0; i < self->blocks->len; i++)
        if (get_block (self, i)->begin <= time && time <= get_block (self, i)->end)
          len += get_block (self, i)->len;
      if (len > peak_len)
        peak = time;
      peak_len = MAX (peak_len, len);
    }
  for (guint i = 0; i < self->blocks->len; i++)
    get_block (self, i)->is_at_peak =
      get_block (self, i)->begin <= peak && peak <= get_block (self, i)->end;
}

/* The lowest place where a block meets none of those that stand already. */
static size_t
find_place (const Block *block,
            Block      **placed,
            guint        n_placed,
            Block      **scratch)
{
  size_t pos = 0;
  guint n = 0;

  for (guint i = 0; i < n_placed; i++)
    if (placed[i]->begin <= block->end && block->begin <= placed[i]->end)
      scratch[n++] = placed[i];
  qsort (scratch, n, sizeof *scratch, compare_pos);
  for (guint i = 0; i < n && scratch[i]->pos < pos + block->len; i++)
    pos = MAX (pos, scratch[i]->pos + scratch[i]->len);
  return pos;
}

static size_t
place_in_order (GArray       *blocks,
                GCompareFunc  compare)
{
  g_autofree Block **order = g_new (Block *, blocks->len + 1);
  g_autofree Block **scratch = g_new (Block *, blocks->len + 1);
  size_t len = 0;

  for (guint i = 0; i < blocks->len; i++)
    order[i] = &g_array_index (blocks, Block, i);
  qsort (order, blocks->len, sizeof *order, compare);
  for (guint i = 0; i < blocks->len; i++)
    {
      order[i]->pos = find_place (order[i], order, i, scratch);
      len = MAX (len, order[i]->pos + order[i]->len);
    }
  return len;
}

/* No order is the best for every network: the one that needs least is taken. */
static size_t
place_blocks (OtoGraphPlan *self)
{
  static const GCompareFunc orders[] = {
    compare_sizes, compare_begins, compare_durations, compare_peaks,
  };
  size_t best_len = G_MAXSIZE;
  guint best = 0;

  find_peak (self);
  for (guint i = 0; i < G_N_ELEMENTS (orders); i++)
    {
      const size_t len = place_in_order (self->blocks, orders[i]);

      if (len < best_len)
        best = i;
      best_len = MIN (best_len, len);
    }
  return place_in_order (self->blocks, orders[best]);
}

/* --- plans --------------------------------------------------------------------------------- */

static void
plan_init (OtoGraphPlan *self,
           OtoGraph     *graph,
           int           max_batch,
           int           n_threads,
           gboolean      has_backward)
{
  *self = (OtoGraphPlan) {
    .graph = graph, .max_batch = max_batch, .n_threads = n_threads, .has_backward = has_backward,
    .blocks = g_array_new (FALSE, FALSE, sizeof (Block)),
    .pointers = g_array_new (FALSE, FALSE, sizeof (Pointer)),
  };
  for (guint i = 0; i <= graph->layers->len; i++)
    self->keeps |= oto_graph_get_edge (graph, i)->is_kept;
}

static void
plan_clear (OtoGraphPlan *self)
{
  g_array_unref (self->blocks);
  g_array_unref (self->pointers);
}

static void
plan_threads (OtoGraphPlan *self)
{
  OtoGraph *graph = self->graph;
  size_t scratch_len = 1, partials_len = 1;

  for (guint i = 0; i < graph->layers->len; i++)
    {
      const OtoLayer *layer = oto_graph_get_layer (graph, i);

      if (layer->funcs->get_scratch_len != NULL)
        scratch_len = MAX (scratch_len, layer->funcs->get_scratch_len (layer));
      if (layer->funcs->get_partials_len != NULL)
        partials_len = MAX (partials_len, layer->funcs->get_partials_len (layer));
      scratch_len = MAX (scratch_len, oto_prologue_get_scratch_len (&layer->out.shape));
    }

  g_free (graph->scratch);
  g_free (graph->partials);
  graph->scratch = g_new0 (float *, self->n_threads);
  graph->partials = g_new0 (float *, self->n_threads);
  for (int i = 0; i < self->n_threads; i++)
    {
      const int scratch = add_block (self, scratch_len, 0);

      touch (self, scratch, get_end (self));
      point (self, &graph->scratch[i], scratch);
      if (!self->has_backward)
        continue;
      point (self, &graph->partials[i], add_block (self, partials_len, get_loss_time (self)));
      touch (self, (int) self->blocks->len - 1, get_end (self));
    }
}

static void
plan_all (OtoGraphPlan *self)
{
  OtoGraph *graph = self->graph;

  count_readers (graph);
  find_wanted_gradients (graph);
  graph->input.data_block = graph->input.plain_block = NO_BLOCK;
  for (guint i = 0; i < graph->layers->len; i++)
    plan_values (self, oto_graph_get_layer (graph, i));
  for (guint i = 0; i < graph->layers->len; i++)
    plan_reads (self, oto_graph_get_layer (graph, i));
  for (guint i = graph->layers->len + 1; i-- > 0;)
    plan_gradient (self, oto_graph_get_edge (graph, i));
  for (guint i = 0; i < graph->layers->len; i++)
    {
      OtoLayer *layer = oto_graph_get_layer (graph, i);

      if (layer->funcs->plan != NULL)
        layer->funcs->plan (layer, self);
    }
  plan_threads (self);
}

/**
 * oto_graph_keep_edge: (skip)
 * @self: a graph without memory
 * @edge: one of its edges
 *
 * Keeps the edge's values and gradient until the next pass, for those who want to look at them; and
 * what layers keep for their backward pass with them.
 */
void
oto_graph_keep_edge (OtoGraph *self,
                     OtoEdge  *edge)
{
  edge->is_kept = TRUE;
}

/**
 * oto_graph_get_workspace_bytes: (skip)
 * @self: a graph without memory
 * @n_batch: clips of a pass (N)
 * @n_threads: threads that work on it
 * @has_backward: whether it is for training
 *
 * Returns: what oto_graph_reserve() takes for it
 */
size_t
oto_graph_get_workspace_bytes (OtoGraph *self,
                               int       n_batch,
                               int       n_threads,
                               gboolean  has_backward)
{
  OtoGraphPlan plan;
  size_t len;

  g_assert (self->arena == NULL);

  plan_init (&plan, self, n_batch, n_threads, has_backward);
  plan_all (&plan);
  len = place_blocks (&plan);
  plan_clear (&plan);
  return len * sizeof (float);
}

/**
 * oto_graph_reserve: (skip)
 * @self: a graph
 * @pass: (inout): the passes that it will run; its threads are set, its memory will be
 * @n_batch: the largest batch (N) of the passes to come
 * @has_backward: whether they train
 * @error: return location
 *
 * Takes all memory that passes need; they take none themselves. What was there before is given
 * back.
 *
 * Returns: whether there was enough
 */
gboolean
oto_graph_reserve (OtoGraph  *self,
                   OtoPass   *pass,
                   int        n_batch,
                   gboolean   has_backward,
                   GError   **error)
{
  OtoGraphPlan plan;
  float *base;
  size_t len;

  g_clear_pointer (&self->arena, oto_arena_free);
  oto_graph_weights_changed (self);
  plan_init (&plan, self, n_batch, pass->n_threads, has_backward);
  plan_all (&plan);
  len = place_blocks (&plan);
  self->arena = oto_arena_new (len, error);
  if (self->arena != NULL)
    {
      base = oto_arena_take (self->arena, len);
      for (guint i = 0; i < plan.pointers->len; i++)
        {
          const Pointer *pointer = &g_array_index (plan.pointers, Pointer, i);

          *pointer->where = base + get_block (&plan, pointer->block)->pos;
        }
    }
  plan_clear (&plan);
  pass->max_batch = n_batch;
  pass->has_backward = has_backward;
  pass->scratch = self->scratch;
  pass->partials = self->partials;
  return self->arena != NULL;
}
