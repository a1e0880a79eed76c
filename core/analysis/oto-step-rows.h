/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "features/oto-window-plan.h"

G_BEGIN_DECLS

/* OtoStepRows: frame scores of a system whose steps are longer than a frame, kept as they are: a
 * value a step of each window, not one a frame of the clip. With 527 classes and an hour that is
 * 50 MB in place of 760. */
typedef struct _OtoStepRows OtoStepRows;

OtoStepRows *oto_step_rows_new        (const OtoWindowPlan *plan,
                                       int                  n_classes) G_GNUC_WARN_UNUSED_RESULT;
void         oto_step_rows_free       (OtoStepRows         *self);
gboolean     oto_step_rows_add_window (OtoStepRows         *self,
                                       guint                window,
                                       const float         *values,
                                       GError             **error);
void         oto_step_rows_fill       (const OtoStepRows   *self,
                                       int                  class_index,
                                       float               *ret_row);

G_END_DECLS
