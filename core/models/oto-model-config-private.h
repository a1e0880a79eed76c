/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "io/oto-json.h"
#include "layers/oto-param.h"
#include "models/oto-model-config.h"

G_BEGIN_DECLS

OtoParam *oto_model_config_list_params (const OtoModelConfig *self,
                                        guint                *ret_n,
                                        size_t               *ret_params_len,
                                        size_t               *ret_buffers_len);

gboolean  oto_model_config_parse_options_json (OtoModelConfig  *self,
                                               JsonObject      *object,
                                               GError         **error);

G_END_DECLS
