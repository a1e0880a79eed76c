/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/oto-types.h"

G_BEGIN_DECLS

/* OtoClipFinder: the files of a folder, by the names that lists have for them. Immutable, safe from
 * any thread. */

typedef struct _OtoClipFinder OtoClipFinder;

/* What oto_clip_finder_find() returns instead of a place. */
#define OTO_CLIP_FINDER_NONE      (-1)
#define OTO_CLIP_FINDER_AMBIGUOUS (-2)

/**
 * OtoClipFinderMatch:
 * @OTO_CLIP_FINDER_EXACT: the name as it is, or below audio/
 * @OTO_CLIP_FINDER_ALIKE: also without ending, and with accents written in another way
 * @OTO_CLIP_FINDER_LOOSE: also with other folders before it, or another ending
 * @OTO_CLIP_FINDER_YOUTUBE: also by the identifier of a video, with times behind it or not
 *
 * How far a name may differ from that of its file.
 */
typedef enum
{
  OTO_CLIP_FINDER_EXACT,
  OTO_CLIP_FINDER_ALIKE,
  OTO_CLIP_FINDER_LOOSE,
  OTO_CLIP_FINDER_YOUTUBE,
} OtoClipFinderMatch;

OtoClipFinder *oto_clip_finder_new  (GPtrArray           *filenames) G_GNUC_WARN_UNUSED_RESULT;
void           oto_clip_finder_free (OtoClipFinder       *self);
int            oto_clip_finder_find (const OtoClipFinder *self,
                                     const char          *name,
                                     OtoClipFinderMatch   furthest,
                                     const char          *hint,
                                     OtoClipFinderMatch  *ret_match);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OtoClipFinder, oto_clip_finder_free)

G_END_DECLS
