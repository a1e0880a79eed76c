/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "analysis/oto-window-runner.h"

G_BEGIN_DECLS

/* The large maps of the windows looked at last, of all analyses together; private to the folder.
 * Safe from any thread. */

#define OTO_MAP_CACHE_MAX_BYTES ((size_t) 256 << 20)

OtoWindowMaps *oto_map_cache_lookup (gconstpointer  owner,
                                     guint          window) G_GNUC_WARN_UNUSED_RESULT;
void           oto_map_cache_add    (gconstpointer  owner,
                                     guint          window,
                                     OtoWindowMaps *maps);
void           oto_map_cache_forget (gconstpointer  owner);

G_END_DECLS
