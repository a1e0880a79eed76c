/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/oto-types.h"

OTO_BEGIN_DECLS

/**
 * OtoScoreBox:
 * @onset_s: where it begins
 * @offset_s: where it ends
 * @confidence: mean score in it
 *
 * A sound event bounding box: an extent that no threshold moves, with one score (Ebbers et al.,
 * arXiv:2406.04212).
 */
typedef struct
{
  double onset_s;
  double offset_s;
  double confidence;
} OtoScoreBox;

/**
 * OtoScoreBoxConfig:
 * @filter_len_s: length of the step filter, positive; half of it lies at each side
 * @merge_abs: a gap goes when both neighbours rise above it by less; NaN: off
 * @merge_rel: and by a smaller ratio; NaN: off
 *
 * How boxes are cut and joined. A gap must be within both merging thresholds that are on; with
 * neither, nothing is joined.
 */
typedef struct
{
  double filter_len_s;
  double merge_abs;
  double merge_rel;
} OtoScoreBoxConfig;

GArray *oto_score_box_find (const OtoScoreBoxConfig *config,
                            const double            *scores,
                            size_t                   n_frames,
                            double                   hop_s,
                            double                   duration_s) G_GNUC_WARN_UNUSED_RESULT;

OTO_END_DECLS
