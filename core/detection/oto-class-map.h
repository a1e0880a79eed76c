/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/oto-types.h"

OTO_BEGIN_DECLS

/* OtoClassMap: which classes of two lists are the same. Names are, that are equal without regard
 * to case, where spaces, underscores and hyphens are one; so are those that a table of aliases
 * joins and, of what is left, words of data sets for one kind of sound (“dog”, “Bark”). Each class
 * has at most one counterpart: of several that differ in nothing else (“Dog” and “dog”), only equal
 * names are joined, and the others are told as ambiguous. Immutable, safe from any thread. */

typedef struct _OtoClassMap OtoClassMap;

OtoClassMap        *oto_class_map_new             (const char * const *names,
                                                   const char * const *other_names,
                                                   GHashTable         *aliases)
                                                   G_GNUC_WARN_UNUSED_RESULT;
void                oto_class_map_free            (OtoClassMap        *self);
int                 oto_class_map_get_other       (const OtoClassMap  *self,
                                                   guint               i);
gboolean            oto_class_map_is_synonym      (const OtoClassMap  *self,
                                                   guint               i);
guint               oto_class_map_get_n_matched   (const OtoClassMap  *self);
const char * const *oto_class_map_get_unmatched   (const OtoClassMap  *self);
const char * const *oto_class_map_get_unmatched_others (const OtoClassMap *self);
const char * const *oto_class_map_get_ambiguous   (const OtoClassMap  *self);

int                 oto_class_map_find            (const char * const *names,
                                                   const char         *name);
gboolean            oto_class_map_is_same         (const char         *name,
                                                   const char         *other_name);
GStrv               oto_class_map_list_alike      (const char * const *names)
                                                   G_GNUC_WARN_UNUSED_RESULT;
GHashTable         *oto_class_map_load_aliases    (const char         *path,
                                                   GError            **error)
                                                   G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OtoClassMap, oto_class_map_free)

OTO_END_DECLS
