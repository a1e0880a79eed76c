/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "otoscope.h"

G_BEGIN_DECLS

char *oto_class_name_dup (OtoAnalysis *analysis,
                          int          class_index) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
