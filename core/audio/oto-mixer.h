/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/oto-types.h"

OTO_BEGIN_DECLS

/* OtoMixer: what is heard. Strips are classes and Background; the sum of all strips is the mix:
 *
 *   out = g_bg . mix + sum_k (g_k - g_bg) . stem_k
 *
 * so that only classes whose gain differs from Background's need a stem. A change of gain is a
 * linear ramp of OTO_MIXER_RAMP_S. One thread fills; any thread may call the rest. Positions count
 * samples per channel. */

typedef struct _OtoMixer OtoMixer;

#define OTO_MIXER_RAMP_S     0.02
#define OTO_MIXER_BACKGROUND (-1)

/* Reads @n_samples of the mix from @first_sample, interleaved; FALSE reads as silence. */
typedef gboolean (*OtoMixerReadFunc) (gint64    first_sample,
                                      gint64    n_samples,
                                      float    *ret_samples,
                                      gpointer  user_data);

OtoMixer *oto_mixer_new       (int                n_channels,
                               int                rate_hz,
                               gint64             n_samples,
                               OtoMixerReadFunc   read,
                               gpointer           user_data,
                               GDestroyNotify     destroy) G_GNUC_WARN_UNUSED_RESULT;
void      oto_mixer_free      (OtoMixer          *self);

void      oto_mixer_set_stem  (OtoMixer          *self,
                               int                strip,
                               GBytes            *stem);
gboolean  oto_mixer_has_stem  (OtoMixer          *self,
                               int                strip);
void      oto_mixer_set_gains (OtoMixer          *self,
                               double             background_gain,
                               const int         *strips,     /* all others follow Background */
                               const double      *gains,
                               guint              n_strips);
void      oto_mixer_set_volume (OtoMixer         *self,
                                double            volume);

void      oto_mixer_set_loop  (OtoMixer          *self,
                               gint64             begin,
                               gint64             end);       /* not above @begin: no loop */
void      oto_mixer_seek      (OtoMixer          *self,
                               gint64             pos);
gint64    oto_mixer_get_pos   (OtoMixer          *self);      /* next sample that will be filled */

/* Fills up to @n_samples; returns how many, 0 at the end. @ret_first: position of the first one. */
gint64    oto_mixer_fill      (OtoMixer          *self,
                               gint64             n_samples,
                               float             *ret_samples,
                               gint64            *ret_first);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OtoMixer, oto_mixer_free)

OTO_END_DECLS
