/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/oto-types.h"

G_BEGIN_DECLS

/* The table of systems: a published system is one row, a composition of encoder, head, auxiliary
 * loss and recipe. */

typedef enum { OTO_ENCODER_VGG8, OTO_ENCODER_VGG8_AP } OtoEncoderKind;

typedef enum
{
  OTO_HEAD_GMP,
  OTO_HEAD_GAP,
  OTO_HEAD_GWRP,
  OTO_HEAD_TWO_STEP,
  OTO_HEAD_TWO_STEP_LOCAL,
} OtoHeadKind;

/* What a network can show for a clip. Shapes are per clip. */
typedef enum
{
  OTO_MAP_RECON     = 1 << 0,    /* (T, F), standardised */
  OTO_MAP_MASK      = 1 << 1,    /* (K, T, F) in [0, 1], not yet divided by the sum over classes */
  OTO_MAP_FREQ_ATT  = 1 << 2,    /* (K, T, F), sums to one over F */
  OTO_MAP_STEP1     = 1 << 3,    /* (K, T): frame scores in [0, 1] */
  OTO_MAP_TIME_ATT  = 1 << 4,    /* (K, T), sums to one over T; learned or implied */
  OTO_MAP_CLIP_PROB = 1 << 5,    /* (K) */
} OtoMap;

struct _OtoSystem
{
  int            row;            /* row of the published tables; 0: ours */
  const char    *name;           /* what --system takes */
  const char    *title;          /* one line for people */
  const char    *source;         /* paper and row, or "ours" */
  OtoEncoderKind encoder;
  OtoHeadKind    head;
  gboolean       has_decoder;
  double         alpha;          /* weight of the reconstruction loss by default */
  double         gwrp_decay;     /* decay (r) of GWRP */
  guint          maps;           /* OtoMap flags it can show */
  gboolean       learned_time_att;   /* or implied weights */
  gboolean       exact_positions;    /* attention index = mel bin or frame (systems.md 6.0) */
};

const OtoSystem *oto_systems_get  (guint i);              /* (nullable): past the last */
const OtoSystem *oto_systems_find (const char *name);     /* (nullable) */
char            *oto_systems_dup_names (void);            /* "2apae-local, gap, …" for messages */

G_END_DECLS
