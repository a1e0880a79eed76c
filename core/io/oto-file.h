/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/oto-types.h"

OTO_BEGIN_DECLS

/* Plain files, opened and written with care: what is not a regular file is refused (a pipe would
 * hang the program), and what is saved appears whole or not at all. */

char    *oto_file_dup_display_name (const char  *path) G_GNUC_WARN_UNUSED_RESULT;
int      oto_file_open             (const char  *path,
                                    gint64      *ret_n_bytes,
                                    GError     **error) G_GNUC_WARN_UNUSED_RESULT;
GBytes  *oto_file_load             (const char  *path,
                                    gint64       max_bytes,
                                    GError     **error) G_GNUC_WARN_UNUSED_RESULT;
void     oto_file_keep_standard    (void);
gboolean oto_file_check_target     (const char  *path,
                                    GError     **error);
gboolean oto_file_save             (const char  *path,
                                    GBytes      *bytes,
                                    GError     **error);

OTO_END_DECLS
