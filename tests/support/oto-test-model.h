/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "oto-test.h"

G_BEGIN_DECLS

/* A small untrained model with the default front end; its classes are Bark, Church_bell, Meow, … */
OtoModelSnapshot *oto_test_make_snapshot (const char *system,
                                          int         n_classes,
                                          int         n_frames) G_GNUC_WARN_UNUSED_RESULT;

/* Tones that come and go over noise, a different mixture in every channel. */
OtoClip          *oto_test_make_clip     (double      duration_s,
                                          int         rate_hz,
                                          int         n_channels) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
