/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/oto-types.h"
#include "heads/oto-map.h"
#include "models/oto-systems.h"

OTO_BEGIN_DECLS

/* Numbers of channels that a system may have, and terms of its loss. */
#define OTO_MODEL_MAX_WIDTHS 16
#define OTO_MODEL_MAX_TERMS  8

/**
 * OtoModelConfig:
 * @system: a row of the table of systems
 * @n_classes: K
 * @n_frames: T of one window
 * @n_mels: F
 * @width: factor on the published numbers of channels that @widths were made with; for people
 * @widths: numbers of channels, in the order of the system's table
 * @options: values of the system's options, in the order of its table
 *
 * Everything that fixes a network's shape and loss. A value type: copied by assignment.
 */
struct _OtoModelConfig
{
  const OtoSystem *system;
  int              n_classes;
  int              n_frames;
  int              n_mels;
  double           width;
  int              widths[OTO_MODEL_MAX_WIDTHS];
  double           options[OTO_OPTION_MAX_N];
};

gboolean    oto_model_config_init             (OtoModelConfig       *self,
                                               const OtoSystem      *system,
                                               int                   n_classes,
                                               int                   n_frames,
                                               int                   n_mels,
                                               double                width,
                                               GError              **error);
gboolean    oto_model_config_init_published   (OtoModelConfig       *self,
                                               const OtoSystem      *system,
                                               double                width,
                                               GError              **error);
gboolean    oto_model_config_validate         (const OtoModelConfig *self,
                                               GError              **error);
double      oto_model_config_get_option       (const OtoModelConfig *self,
                                               const char           *name);
gboolean    oto_model_config_has_option       (const OtoModelConfig *self,
                                               const char           *name);
gboolean    oto_model_config_set_option       (OtoModelConfig       *self,
                                               const char           *name,
                                               double                value,
                                               GError              **error);
gboolean    oto_model_config_parse_option     (OtoModelConfig       *self,
                                               const char           *name,
                                               const char           *text,
                                               GError              **error);
char       *oto_model_config_dup_options_json (const OtoModelConfig *self);
gboolean    oto_model_config_is_same          (const OtoModelConfig *self,
                                               const OtoModelConfig *other);
gboolean    oto_model_config_has_decoder      (const OtoModelConfig *self);
guint       oto_model_config_get_maps         (const OtoModelConfig *self);
gboolean    oto_model_config_has_learned_time_att (const OtoModelConfig *self);
gboolean    oto_model_config_has_shared_time_att  (const OtoModelConfig *self);
gboolean    oto_model_config_has_exact_positions  (const OtoModelConfig *self);
int         oto_model_config_get_step_frames  (const OtoModelConfig *self);
guint       oto_model_config_list_terms       (const OtoModelConfig *self,
                                               const char          **ret_names,
                                               double               *ret_weights);
guint64     oto_model_config_get_n_macs       (const OtoModelConfig *self);
guint64     oto_model_config_get_n_params     (const OtoModelConfig *self);

OTO_END_DECLS
