/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/oto-types.h"

OTO_BEGIN_DECLS

/* Names by which files are told apart: those of one name tell the folders in which they differ. */

GStrv oto_file_names_dup (const char * const *paths) G_GNUC_WARN_UNUSED_RESULT;

OTO_END_DECLS
