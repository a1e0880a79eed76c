/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* OtoRanking: scores with their targets in falling order, as both ranking metrics walk them. */

typedef struct
{
  float    score;
  gboolean positive;
} OtoRanked;

OtoRanked *oto_ranking_new (const float *scores,
                            const float *targets,
                            size_t       n,
                            size_t       stride) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
