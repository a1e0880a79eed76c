/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/oto-types.h"

G_BEGIN_DECLS

/* Classes of one clip, for the losses on its masks: indices in ascending order. */

int oto_class_selection_of_labels (const float *y,
                                   int          n_classes,
                                   int         *ret_selected);
int oto_class_selection_of_top    (const float *clip_prob,
                                   int          n_classes,
                                   int          n_top,
                                   int         *ret_selected);
int oto_class_selection_invert    (const int   *selected,
                                   int          n_selected,
                                   int          n_classes,
                                   int         *ret_others);

G_END_DECLS
