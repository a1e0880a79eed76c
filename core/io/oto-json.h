/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/oto-types.h"

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* Small JSON files that anyone may have written. */

JsonNode *oto_json_load (const char  *path,
                         GError     **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean  oto_json_save (JsonNode    *node,
                         const char  *path,
                         GError     **error);

G_END_DECLS
