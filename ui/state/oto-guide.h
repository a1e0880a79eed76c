/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Where the guide is: pages that a help viewer shows, and one HTML file for a browser. */

char *oto_guide_dup_uri  (const char * const *data_dirs,
                          const char         *fallback_dir,
                          gboolean            has_viewer) G_GNUC_WARN_UNUSED_RESULT;
char *oto_guide_find_uri (void) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
