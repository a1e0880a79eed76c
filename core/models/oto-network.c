/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "models/oto-network.h"

#include "models/oto-systems.h"

/**
 * oto_network_new: (skip)
 * @config: a configuration, possibly one that does not fit together: oto_graph_check()
 *
 * Has the configuration's system build its network.
 *
 * Returns: (transfer full): the network; oto_network_free()
 */
OtoNetwork *
oto_network_new (const OtoModelConfig *config)
{
  OtoNetwork *self = g_new0 (OtoNetwork, 1);

  self->graph = oto_graph_new ();
  self->x = oto_graph_add_input (self->graph,
                                 (OtoMapShape) { config->n_frames, config->n_mels, 1 });
  config->system->build (self, config);
  g_assert (self->head.clip_prob != NULL && self->n_terms > 0);
  if (oto_model_config_has_option (config, "init")
      && oto_model_config_get_option (config, "init") == 1.0)
    oto_graph_init_as_he (self->graph);
  if (*self->head.clip_prob->name == '\0')
    oto_graph_name_edge (self->graph, self->head.clip_prob, "y");
  oto_graph_show_edge (self->graph, self->head.clip_prob);
  return self;
}

/**
 * oto_network_free: (skip)
 * @self: (nullable) (transfer full): a network
 */
void
oto_network_free (OtoNetwork *self)
{
  if (self == NULL)
    return;
  oto_graph_free (self->graph);
  g_free (self);
}

/**
 * oto_network_add_term: (skip)
 * @self: a network that is being built
 * @term: a part of the loss
 */
void
oto_network_add_term (OtoNetwork  *self,
                      OtoLossTerm  term)
{
  g_assert (self->n_terms < OTO_NETWORK_MAX_TERMS);

  for (guint i = 0; i < term.n_edges; i++)
    if (term.edges[i] != self->x)
      oto_graph_target_edge (self->graph, term.edges[i]);
  self->terms[self->n_terms++] = term;
}

/**
 * oto_network_set_recon: (skip)
 * @self: a network that is being built
 * @recon: (T, F, 1): the reconstruction of its input
 */
void
oto_network_set_recon (OtoNetwork *self,
                       OtoEdge    *recon)
{
  self->recon = recon;
  oto_graph_show_edge (self->graph, recon);
}

/**
 * oto_network_get_maps: (skip)
 * @self: a network
 *
 * A decoder that was left out of training has nothing to show.
 *
 * Returns: the #OtoMap flags that it can show
 */
guint
oto_network_get_maps (const OtoNetwork *self)
{
  guint maps = oto_head_get_maps (&self->head);

  for (guint i = 0; i < self->n_terms; i++)
    if (self->recon != NULL && self->terms[i].edges[0] == self->recon
        && self->terms[i].weight > 0.0)
      maps |= OTO_MAP_RECON;
  return maps;
}
