/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/oto-rng.h"

G_BEGIN_DECLS

/* OtoCanvas: what a synthesised sound is drawn on, and the sources that it is made of. Each adds to
 * the samples and stops at their end. */
typedef struct
{
  float  *samples;
  gint64  n_samples;
  int     rate_hz;
  OtoRng  rng;
} OtoCanvas;

/* A resonance of a vocal tract, at the start and at the end of the sound. */
typedef struct
{
  double from_hz;
  double to_hz;
  double width_hz;
  double gain;
} OtoFormant;

/* A pitched source. */
typedef struct
{
  double            onset_s;
  double            duration_s;
  const double     *f0_hz;              /* evenly spaced points of the pitch contour */
  int               n_f0;
  const OtoFormant *formants;
  int               n_formants;
  double            tilt;               /* harmonic h falls as h^-tilt */
  double            vibrato_hz;
  double            vibrato;            /* relative depth of pitch */
  double            roughness_hz;
  double            roughness;          /* depth of amplitude modulation, 0 to 1 */
  double            breath;             /* noise beside the harmonics */
  double            attack_s;
  double            release_s;
  double            gain;
} OtoVoice;

/* Noise through a two-pole resonance. */
typedef struct
{
  double onset_s;
  double duration_s;
  double from_hz;                       /* the resonance moves from here … */
  double to_hz;                         /* … to here */
  double width_hz;
  double attack_s;
  double decay_s;                       /* the level falls by e in this time; 0: not at all */
  double gain;
} OtoNoise;

double oto_canvas_between       (OtoCanvas      *self,
                                 double          low,
                                 double          high);
int    oto_canvas_count_between (OtoCanvas      *self,
                                 int             low,
                                 int             high);
void   oto_canvas_add_voice     (OtoCanvas      *self,
                                 const OtoVoice *voice);
void   oto_canvas_add_noise     (OtoCanvas      *self,
                                 const OtoNoise *noise);
void   oto_canvas_add_mode      (OtoCanvas      *self,
                                 double          onset_s,
                                 double          hz,
                                 double          decay_s,
                                 double          gain);

G_END_DECLS
