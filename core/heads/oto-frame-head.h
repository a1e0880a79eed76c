/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "heads/oto-head.h"

G_BEGIN_DECLS

/* Maps of scores that a system may have, each of its own number of steps. */
#define OTO_FRAME_HEAD_MAX_MAPS 5

/**
 * OtoFrameHeadSpec:
 * @clip_prob: (1, 1, K): clip probabilities
 * @frames: (array zero-terminated=1): (T', 1, K) each: scores of steps in [0, 1]; the frame score
 *   is their mean. None: the system has no scores in time
 * @is_derived: whether @frames are no output of the system, but what its classifier says of each
 *   step alone
 * @att: (nullable): (T', 1, K), or (T', 1, 1) where all classes share it: weights of steps, not
 *   negative; shown divided by their sum
 * @more_atts: (array zero-terminated=1): the same of maps with other numbers of steps; shown is the
 *   mean of all
 * @is_att_learned: whether @att is learned; %NULL @att: the frame scores divided by their sum are
 *   shown as what the pooling implies
 * @step_frames: frames between the beginnings of two steps; 0: as many as there are for each step
 *   of a map, rounded down to a power of two
 * @support_frames: frames that a step covers: a frame's score is the largest of the steps that
 *   cover it; 0: only its own
 *
 * A head whose scores are frames', or those of longer steps, held over their frames. What lies
 * behind the last step has its value.
 */
typedef struct
{
  OtoEdge  *clip_prob;
  OtoEdge  *frames[OTO_FRAME_HEAD_MAX_MAPS];
  gboolean  is_derived;
  OtoEdge  *att;
  OtoEdge  *more_atts[OTO_FRAME_HEAD_MAX_MAPS - 1];
  gboolean  is_att_learned;
  int       step_frames;
  int       support_frames;
} OtoFrameHeadSpec;

OtoHead oto_frame_head_new (OtoGraph               *graph,
                            const OtoFrameHeadSpec *spec);

G_END_DECLS
