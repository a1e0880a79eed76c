/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "io/oto-audio-bytes.h"

G_BEGIN_DECLS

GArray *oto_ogg_find_links (OtoAudioBytes *bytes) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
