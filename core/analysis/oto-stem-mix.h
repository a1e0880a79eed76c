/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "analysis/oto-analysis.h"
#include "io/oto-audio-writer.h"

OTO_BEGIN_DECLS

/**
 * OtoStemGain:
 * @class_index: a class
 * @gain: of its stem, as a factor; 0 mutes it
 *
 * How loud a class is in a mix.
 */
typedef struct
{
  int    class_index;
  double gain;
} OtoStemGain;

gboolean oto_stem_mix_save (OtoAnalysis        *analysis,
                            double              background_gain,
                            const OtoStemGain  *gains,
                            guint               n_gains,
                            const char         *path,
                            OtoAudioFormat      format,
                            const char         *comment,
                            double             *ret_peak,
                            OtoProgressFunc     progress,
                            gpointer            user_data,
                            GCancellable       *cancellable,
                            GError            **error);

OTO_END_DECLS
