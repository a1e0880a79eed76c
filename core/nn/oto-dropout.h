/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/oto-types.h"

G_BEGIN_DECLS

/* Dropout. Whether an element is kept follows from a key and from its place alone, so that threads
 * may split an array as they like and the backward pass needs no mask: both directions are the same
 * call. In evaluation mode it is left out. */

/**
 * OtoDropout:
 * @key: of one layer in one step
 * @threshold: draws of 32 bits below it drop their element
 * @scale: of what is kept, 1 / (1 - p)
 *
 * What oto_dropout_init() makes; nothing to clear.
 */
typedef struct
{
  guint64 key;
  guint32 threshold;
  float scale;
} OtoDropout;

void oto_dropout_init       (OtoDropout       *self,
                             double            prob,
                             guint64           seed,
                             guint64           layer,
                             guint64           step);
void oto_dropout_apply      (const OtoDropout *self,
                             guint64           first,
                             const float      *x,
                             size_t            n,
                             gboolean          is_added,
                             float            *y);
void oto_dropout_apply_mask (const OtoDropout *self,
                             const float      *keep,
                             const float      *x,
                             size_t            n,
                             gboolean          is_added,
                             float            *y);

G_END_DECLS
