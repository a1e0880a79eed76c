/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "encoders/oto-dense-stack.h"

#include "encoders/oto-resnet1d.h"

/* The layer of another stack that stands as far from its end. */
static const OtoEdge *
get_twin (const OtoEdge *last,
          guint          n_behind)
{
  for (; last != NULL && n_behind > 0; n_behind--)
    last = last->writer->inputs[0];
  return last;
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
 * statistics are over clips and segments, and ReLU. Names are those of the released program: "den1",
 * "dbn1", …, "prd".
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
  for (guint i = 0; i < n_hidden; i++)
    {
      g_autofree char *name = g_strdup_printf ("den%u", i + 1);
      g_autofree char *norm_name = g_strdup_printf ("dbn%u", i + 1);

      x = oto_resnet1d_add_conv (graph, x, &(OtoConvSpec) {
        .name = name, .norm_name = norm_name, .n_channels = hidden[i], .is_dense = TRUE,
        .has_bias = TRUE, .activation = OTO_CONV_RELU, .twin = get_twin (twin, n_hidden - i),
      });
    }
  return oto_resnet1d_add_conv (graph, x, &(OtoConvSpec) {
    .name = "prd", .n_channels = n_classes, .is_dense = TRUE, .has_bias = TRUE, .twin = twin,
  });
}
