/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "cli/oto-cli.h"

/**
 * oto_cli_json_add_panels:
 * @json: the tree
 * @config: of a model
 *
 * Adds "panels": names of the maps that it can show, for `oto panel`.
 */
void
oto_cli_json_add_panels (JsonBuilder          *json,
                         const OtoModelConfig *config)
{
  const guint maps = oto_model_config_get_maps (config) | OTO_MAP_LOGMEL;

  json_builder_set_member_name (json, "panels");
  json_builder_begin_array (json);
  for (guint i = 0; oto_map_info_get (i) != NULL; i++)
    if ((maps & oto_map_info_get (i)->map) != 0
        && oto_map_info_get (i)->axes != OTO_MAP_AXES_K)
      json_builder_add_string_value (json, oto_map_info_get (i)->name);
  json_builder_end_array (json);
}

/**
 * oto_cli_json_add_loss:
 * @json: the tree
 * @config: of a model
 *
 * Adds "loss": its terms and their weights.
 */
void
oto_cli_json_add_loss (JsonBuilder          *json,
                       const OtoModelConfig *config)
{
  const char *names[OTO_MODEL_MAX_TERMS];
  double weights[OTO_MODEL_MAX_TERMS];
  const guint n_terms = oto_model_config_list_terms (config, names, weights);

  json_builder_set_member_name (json, "loss");
  json_builder_begin_object (json);
  for (guint i = 0; i < n_terms; i++)
    oto_cli_json_add_number (json, names[i], weights[i]);
  json_builder_end_object (json);
}

/**
 * oto_cli_json_add_system:
 * @json: the tree
 * @system: a system
 *
 * Adds what is known of it, from "title" to "note".
 */
void
oto_cli_json_add_system (JsonBuilder     *json,
                         const OtoSystem *system)
{
  oto_cli_json_add_string (json, "title", system->title);
  oto_cli_json_add_int (json, "row", system->row);
  oto_cli_json_add_string (json, "source", system->source);
  oto_cli_json_add_string (json, "evidence", oto_evidence_get_words (system->evidence));
  if (system->note != NULL)
    oto_cli_json_add_string (json, "note", system->note);
  oto_cli_json_add_string (json, "recipe", system->recipe);
}
