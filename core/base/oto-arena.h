/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/oto-types.h"

OTO_BEGIN_DECLS

/* Memory whose size comes from a file or a user, and temporary memory of the engine. */

typedef struct _OtoArena OtoArena;

gpointer oto_try_alloc (size_t     n_items,
                        size_t     item_bytes,
                        GError   **error) G_GNUC_WARN_UNUSED_RESULT;
void     oto_free      (gpointer   memory);

OtoArena *oto_arena_new      (size_t     n_floats,
                              GError   **error) G_GNUC_WARN_UNUSED_RESULT;
void      oto_arena_free     (OtoArena  *self);
size_t    oto_arena_round_up (size_t     n_floats);
float    *oto_arena_take     (OtoArena  *self,
                              size_t     n_floats);
size_t    oto_arena_get_len  (OtoArena  *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OtoArena, oto_arena_free)

OTO_END_DECLS
