/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/oto-types.h"

G_BEGIN_DECLS

/* OtoDraft: a file or a folder that is written beside its target, under a hidden name, and takes
 * the target's name when it is whole and on the disk. This is how everything is written that shall
 * not be found half done after a failure, a kill or a power cut. A draft is locked as long as its
 * program lives; one that a killed program left is removed by the next that writes there. */
typedef struct _OtoDraft OtoDraft;

OtoDraft   *oto_draft_new          (const char     *path,
                                    GError        **error) G_GNUC_WARN_UNUSED_RESULT;
OtoDraft   *oto_draft_new_folder   (const char     *path,
                                    GError        **error) G_GNUC_WARN_UNUSED_RESULT;
void        oto_draft_sweep        (const char     *dir_path);
gboolean    oto_draft_check_new_folder (const char *path,
                                    GError        **error);
void        oto_draft_free         (OtoDraft       *self);
void        oto_draft_set_volatile (OtoDraft       *self);
const char *oto_draft_get_path     (OtoDraft       *self);
int         oto_draft_get_fd       (OtoDraft       *self);
gboolean    oto_draft_write        (OtoDraft       *self,
                                    gconstpointer   bytes,
                                    size_t          n_bytes,
                                    GError        **error);
gboolean    oto_draft_publish      (OtoDraft       *self,
                                    GError        **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OtoDraft, oto_draft_free)

G_END_DECLS
