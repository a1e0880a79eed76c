/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "oto-test.h"

G_BEGIN_DECLS

/* Small systems that stand in no table, for what published ones show only here and there. */

/* Frame scores in steps of 4 frames; one learned time attention for all classes. */
extern const OtoSystem oto_test_shared_system;

/* Clip probabilities alone. */
extern const OtoSystem oto_test_clip_system;

/* Clip probabilities, and weights of mel bins: of class k and bin f (k + 1) (f + 1) over their sum
 * over f. */
extern const OtoSystem oto_test_weights_system;

G_END_DECLS
