/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/oto-types.h"

#include <json-glib/json-glib.h>

OTO_BEGIN_DECLS

/* Small JSON texts that anyone may have written, and JSON that every program can read. */

JsonNode *oto_json_parse          (const char          *text,
                                   size_t               len,
                                   GError             **error) G_GNUC_WARN_UNUSED_RESULT;
JsonNode *oto_json_load           (const char          *path,
                                   GError             **error) G_GNUC_WARN_UNUSED_RESULT;
char     *oto_json_format_number  (double               value) G_GNUC_WARN_UNUSED_RESULT;
char     *oto_json_format_strings (const char * const  *strings) G_GNUC_WARN_UNUSED_RESULT;
char     *oto_json_to_text        (JsonNode            *node,
                                   gboolean             pretty) G_GNUC_WARN_UNUSED_RESULT;
gboolean  oto_json_save           (JsonNode            *node,
                                   const char          *path,
                                   GError             **error);

OTO_END_DECLS
