/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "layers/oto-graph-private.h"
#include "layers/oto-graph.h"
#include "oto-test.h"

G_BEGIN_DECLS

/* Tiny networks, to test a layer by: what it computes, and its gradients against differences of
 * what it computes.
 *
 * Before each pass all memory of the graph is filled with NaN, so that nothing can be read that has
 * not been written in it. */

/* Adds the layers under test behind @x, which wants a gradient as any layer's output does. Returns
 * what they come to; its plain values are read. */
typedef OtoEdge *(*OtoTestBuildFunc) (OtoGraph      *graph,
                                      OtoEdge       *x,
                                      gconstpointer  user_data);

typedef struct
{
  OtoGraph *graph;
  OtoPass   pass;
  OtoEdge  *out;                 /* what the function returned */
  float    *x;                   /* (N, T, F, C): the input, in [-1, 1) at first */
  float    *d_x;                 /* its gradient, of the last backward pass */
  float    *d_out;               /* the gradient that the backward pass begins with, in [-1, 1) */
  float    *params;              /* as their initialisers draw them, scales and shifts moved */
  float    *grads;
  float    *buffers;             /* those of the last pass */
  float    *first_buffers;       /* what every pass begins with: positive values */
  size_t    x_len, out_len;      /* of the whole batch */
  size_t    params_len, buffers_len;
} OtoTestGraph;

OtoTestGraph *oto_test_graph_new              (OtoTestBuildFunc  build,
                                               gconstpointer     user_data,
                                               OtoMapShape       shape,
                                               int               n_batch,
                                               int               n_threads,
                                               gboolean          has_backward)
                                               G_GNUC_WARN_UNUSED_RESULT;
/* The same in which no values share memory. */
OtoTestGraph *oto_test_graph_new_kept         (OtoTestBuildFunc  build,
                                               gconstpointer     user_data,
                                               OtoMapShape       shape,
                                               int               n_batch,
                                               int               n_threads,
                                               gboolean          has_backward)
                                               G_GNUC_WARN_UNUSED_RESULT;
void          oto_test_graph_free             (OtoTestGraph     *self);

/* Where a tensor of that name begins in the parameters, or in the buffers. */
size_t        oto_test_graph_get_pos          (OtoTestGraph     *self,
                                               const char       *name);

/* Returns the output, (N, T, F, C) or in planes, until the next pass. */
const float  *oto_test_graph_forward          (OtoTestGraph     *self,
                                               gboolean          is_training);
/* A training pass forward and back: fills @d_x and @grads. Returns sum (d_out * out). */
double        oto_test_graph_step             (OtoTestGraph     *self);

/* Compares the gradients of sum (d_out * out) with its slopes, of the input and of each tensor:
 * along random directions, along the gradient and along single elements. Then that the same numbers
 * come out with no memory shared, that inference has the same numbers for any number of threads and
 * in memory for training, and training nearly so. Returns how many tensors have a gradient other
 * than zero: those that stand before a norm that removes them have none. */
guint         oto_test_graph_check_gradients  (OtoTestBuildFunc  build,
                                               gconstpointer     user_data,
                                               OtoMapShape       shape,
                                               int               n_batch);

/* Fills all memory of a graph with NaN; its layers prepare themselves again. */
void          oto_test_graph_fill_memory      (OtoGraph         *graph);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OtoTestGraph, oto_test_graph_free)

/* Whether @slope is the derivative at 0 of a function: the difference to both sides, or to one of
 * them, for one of several steps. A step across a kink tells nothing; a shorter one is clear, until
 * rounding drowns it, and a kink that is nearer still leaves the other side. */
typedef double (*OtoTestValueFunc) (double   h,
                                    gpointer user_data);

gboolean      oto_test_is_slope               (OtoTestValueFunc  func,
                                               gpointer          user_data,
                                               double            slope,
                                               double            largest_step,
                                               double            limit);

G_END_DECLS
