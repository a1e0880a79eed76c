/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/oto-types.h"

OTO_BEGIN_DECLS

/* OtoLabelFormat: a kind of file that holds labels. What it can do is a table of functions in a
 * file of its own; this is the list of all. */

typedef struct _OtoLabelFormat OtoLabelFormat;

const OtoLabelFormat * const *oto_label_format_list       (void);
const OtoLabelFormat         *oto_label_format_find       (const char           *name,
                                                           GError              **error);
const OtoLabelFormat         *oto_label_format_guess      (const char           *path);
const char                   *oto_label_format_get_name   (const OtoLabelFormat *self);
const char                   *oto_label_format_get_title  (const OtoLabelFormat *self);
gboolean                      oto_label_format_can_write  (const OtoLabelFormat *self);
gboolean                      oto_label_format_is_of_clip (const OtoLabelFormat *self);

OTO_END_DECLS
