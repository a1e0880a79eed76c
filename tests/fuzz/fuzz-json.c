/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-fuzz.h"

#include <json-glib/json-glib.h>

int
LLVMFuzzerTestOneInput (const uint8_t *bytes,
                        size_t         n_bytes)
{
  JsonNode *node = oto_json_parse ((const char *) bytes, n_bytes, NULL);

  if (node == NULL)
    return 0;
  g_free (oto_json_to_text (node, FALSE));
  json_node_unref (node);
  return 0;
}
