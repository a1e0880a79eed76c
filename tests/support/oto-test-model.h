/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "oto-test.h"

G_BEGIN_DECLS

/* A small untrained model with the default front end; its classes are Bark, Church_bell, Meow, … */
OtoModelSnapshot *oto_test_make_snapshot (const char *system,
                                          int         n_classes,
                                          int         n_frames) G_GNUC_WARN_UNUSED_RESULT;

/* Every system in every form that it has: its defaults first, then with one choice or switch set to
 * something else, the others as they are. */
guint             oto_test_count_forms    (const OtoSystem *system);
char             *oto_test_dup_form_name  (const OtoSystem *system,
                                           guint            form) G_GNUC_WARN_UNUSED_RESULT;

/* The smallest windows, of at least @n_frames and @n_mels, in which the system can be built, and
 * the smallest width from @width on: small enough for tests that run each system many times. */
void              oto_test_init_small_config (OtoModelConfig *config,
                                              const char     *system,
                                              guint           form,
                                              int             n_classes,
                                              int             n_frames,
                                              int             n_mels,
                                              double          width);

/* The same of any system and front end. */
OtoModelSnapshot *oto_test_make_snapshot_of (const OtoSystem       *system,
                                             int                    n_classes,
                                             int                    n_frames,
                                             const OtoLogmelConfig *front_end)
                                             G_GNUC_WARN_UNUSED_RESULT;

/* Tones that come and go over noise, a different mixture in every channel. */
OtoClip          *oto_test_make_clip     (double      duration_s,
                                          int         rate_hz,
                                          int         n_channels) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
