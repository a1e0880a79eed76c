/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/oto-types.h"

OTO_BEGIN_DECLS

/* OtoSynth: sound events and backgrounds from physical and signal models (voices with formants,
 * struck modes, filtered noise, engines), so that the demo needs nobody's recordings. The same
 * seed gives the same samples. */

/* Seeds from here on belong to the demo; training draws below. */
#define OTO_SYNTH_FIRST_DEMO_SEED (G_GUINT64_CONSTANT (1) << 40)

typedef enum
{
  OTO_SYNTH_WIND,
  OTO_SYNTH_RAIN,
  OTO_SYNTH_ROOM,
  OTO_SYNTH_TRAFFIC,
  OTO_SYNTH_STREAM,
  OTO_SYNTH_N_BACKGROUNDS,
} OtoSynthBackground;

const char * const *oto_synth_get_class_names     (void);
gboolean            oto_synth_has_class           (const char         *class_name);
float              *oto_synth_event               (const char         *class_name,
                                                   guint64             seed,
                                                   int                 rate_hz,
                                                   gint64             *ret_n_samples)
                                                   G_GNUC_WARN_UNUSED_RESULT;
const char         *oto_synth_get_background_name (OtoSynthBackground  kind);
void                oto_synth_background          (OtoSynthBackground  kind,
                                                   guint64             seed,
                                                   int                 rate_hz,
                                                   gint64              n_samples,
                                                   float              *ret_samples);

OTO_END_DECLS
