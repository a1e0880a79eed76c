/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "state/oto-view-state.h"

G_BEGIN_DECLS

struct _OtoViewState
{
  GObject         parent_instance;

  OtoTimeScale   *scale;
  OtoClassColors *colors;
  OtoClassLocks  *locks;
  double          hop_s;         /* a step of the cursor */
  double          begin_s;       /* where the first frame is drawn from */

  double          time_s;
  double          height;
  int             read_class;

  double          playhead_s;
  int             focus_class;
  double          threshold;
  double          clip_threshold;
  gboolean        is_looping;

  gboolean        has_selection;
  OtoSelection    selection;
  double          mel_low;       /* of the mel axis, what is visible */
  double          mel_high;
};

/* Of oto-view-state-selection.c. */
void oto_view_state_install_selection (OtoViewStateClass *klass);
void oto_view_state_tell_view         (OtoViewState      *self);

G_END_DECLS
