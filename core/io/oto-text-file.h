/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/oto-types.h"

OTO_BEGIN_DECLS

/* Whole text files as people have them: UTF-8 or UTF-16, with or without a byte order mark. */

char *oto_text_file_load (const char  *path,
                          gint64       max_bytes,
                          size_t      *ret_len,
                          GError     **error) G_GNUC_WARN_UNUSED_RESULT;

OTO_END_DECLS
