/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/oto-types.h"

OTO_BEGIN_DECLS

/**
 * OtoWindowPlan:
 * @n_frames: T, the clip's own frames
 * @n_window_frames: those of a window
 * @n_windows: at least one
 *
 * How windows of the length that a network takes cover a clip of any length. They start about half
 * a window apart; the last is shifted back to end with the clip. A clip shorter than a window has
 * one, whose end is padding: see oto_logmel_stream_pull_padding().
 */
typedef struct
{
  gint64 n_frames;
  int    n_window_frames;
  guint  n_windows;
} OtoWindowPlan;

void   oto_window_plan_init                (OtoWindowPlan       *self,
                                            gint64               n_frames,
                                            int                  n_window_frames);
gint64 oto_window_plan_get_n_padded_frames (const OtoWindowPlan *self);
gint64 oto_window_plan_get_first_frame     (const OtoWindowPlan *self,
                                            guint                window);
gint64 oto_window_plan_get_seam            (const OtoWindowPlan *self,
                                            guint                window);
float  oto_window_plan_get_fade            (const OtoWindowPlan *self,
                                            guint                window,
                                            gint64               frame);

OTO_END_DECLS
