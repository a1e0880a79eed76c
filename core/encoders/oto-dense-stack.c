/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "encoders/oto-dense-stack.h"

#include "encoders/oto-resnet1d.h"
#include "layers/oto-dropout-layer.h"

/* The layer of another stack that stands as far from its end. */
static const OtoEdge *
get_twin (const OtoEdge *last,
          guint          n_behind)
{
  for (; last != NULL && n_behind > 0; n_behind--)
    last = last->writer->inputs[0];
  return last;
}

/* A stack whose layers are called NAME1, NAME2 …, LAST; their norms NORM_NAME1 …. */
static OtoEdge *
add_stack (OtoGraph      *graph,
           OtoEdge       *x,
           const char    *name,
           const char    *norm_name,
           const char    *last,
           const int     *hidden,
           guint          n_hidden,
           int            n_classes,
           double         dropout,
           const OtoEdge *twin)
{
  g_assert (twin == NULL || dropout == 0.0);

  for (guint i = 0; i < n_hidden; i++)
    {
      g_autofree char *layer_name = g_strdup_printf ("%s%u", name, i + 1);
      g_autofree char *layer_norm_name = g_strdup_printf ("%s%u", norm_name, i + 1);

      x = oto_dropout_layer_add (graph, x, dropout);
      x = oto_resnet1d_add_conv (graph, x, &(OtoConvSpec) {
        .name = layer_name, .norm_name = layer_norm_name, .n_channels = hidden[i],
        .is_dense = TRUE, .has_bias = TRUE, .activation = OTO_CONV_RELU,
        .twin = get_twin (twin, n_hidden - i),
      });
    }
  x = oto_dropout_layer_add (graph, x, dropout);
  return oto_resnet1d_add_conv (graph, x, &(OtoConvSpec) {
    .name = last, .n_channels = n_classes, .is_dense = TRUE, .has_bias = TRUE, .twin = twin,
  });
}

/**
 * oto_dense_stack_add: (skip)
 * @graph: a graph
 * @x: (T, 1, C): segments, or with T = 1 one vector a clip
 * @hidden: (array length=n_hidden): outputs of the layers before the last
 * @n_hidden: their number
 * @n_classes: K
 * @twin: (nullable): what another stack of the same sizes wrote: its tensors are read, its running
 *   statistics normalise, and no gradient goes back
 *
 * The classifier of the 1-D networks (f_cls): dense layers, all but the last with batch norm, whose
 * statistics are over clips and segments, and ReLU. Names are those of the released program:
 * "den1", "dbn1", …, "prd".
 *
 * Returns: (transfer none): (T, 1, K): logits
 */
OtoEdge *
oto_dense_stack_add (OtoGraph      *graph,
                     OtoEdge       *x,
                     const int     *hidden,
                     guint          n_hidden,
                     int            n_classes,
                     const OtoEdge *twin)
{
  return add_stack (graph, x, "den", "dbn", "prd", hidden, n_hidden, n_classes, 0.0, twin);
}

/**
 * oto_dense_stack_add_dropped: (skip)
 * @graph: a graph
 * @x: as in oto_dense_stack_add()
 * @hidden: (array length=n_hidden): as in oto_dense_stack_add()
 * @n_hidden: their number
 * @n_classes: K
 * @dropout: probability of a dropout before each layer
 *
 * The same with dropout, as in the released program for music.
 *
 * Returns: (transfer none): (T, 1, K): logits
 */
OtoEdge *
oto_dense_stack_add_dropped (OtoGraph  *graph,
                             OtoEdge   *x,
                             const int *hidden,
                             guint      n_hidden,
                             int        n_classes,
                             double     dropout)
{
  return add_stack (graph, x, "den", "dbn", "prd", hidden, n_hidden, n_classes, dropout, NULL);
}

/**
 * oto_dense_stack_add_named: (skip)
 * @graph: a graph
 * @x: as in oto_dense_stack_add()
 * @name: what the names of its tensors begin with
 * @hidden: (array length=n_hidden): as in oto_dense_stack_add()
 * @n_hidden: their number
 * @n_classes: K
 * @twin: (nullable): as in oto_dense_stack_add()
 *
 * For systems of which no program is known. Names are "NAME.fc1", "NAME.bn1", ….
 *
 * Returns: (transfer none): (T, 1, K): logits
 */
OtoEdge *
oto_dense_stack_add_named (OtoGraph      *graph,
                           OtoEdge       *x,
                           const char    *name,
                           const int     *hidden,
                           guint          n_hidden,
                           int            n_classes,
                           const OtoEdge *twin)
{
  g_autofree char *layer_name = g_strdup_printf ("%s.fc", name);
  g_autofree char *norm_name = g_strdup_printf ("%s.bn", name);
  g_autofree char *last = g_strdup_printf ("%s.fc%u", name, n_hidden + 1);

  return add_stack (graph, x, layer_name, norm_name, last, hidden, n_hidden, n_classes, 0.0,
                    twin);
}
