/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "labels/oto-label-format-private.h"

G_BEGIN_DECLS

/* Tables whose heading names their columns. */

/**
 * OtoLabelTableKind:
 * @is_raven: whether selections are numbered, and each may be listed once a view
 */
typedef struct
{
  gboolean is_raven;
} OtoLabelTableKind;

gboolean oto_label_table_read  (const OtoLabelSource    *source,
                                const OtoLabelTableKind *kind,
                                OtoLabelFile            *file,
                                GError                 **error);
void     oto_label_table_write (const OtoLabelFile      *file,
                                char                     separator,
                                GString                 *text);

G_END_DECLS
