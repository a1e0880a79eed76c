/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/oto-types.h"

OTO_BEGIN_DECLS

/* What a network can show for a clip. Shapes are per clip; (K, T) maps of a system whose own steps
 * are longer than a frame hold each step's value over its frames. */
typedef enum
{
  OTO_MAP_RECON       = 1 << 0,  /* (T, F), standardised */
  OTO_MAP_MASK        = 1 << 1,  /* (K, T, F) in [0, 1], not yet divided by the sum over classes */
  OTO_MAP_FREQ_ATT    = 1 << 2,  /* (K, T, F), sums to one over F */
  OTO_MAP_STEP1       = 1 << 3,  /* (K, T): frame scores in [0, 1] */
  OTO_MAP_TIME_ATT    = 1 << 4,  /* (K, T), sums to one over T; learned or implied */
  OTO_MAP_CLIP_PROB   = 1 << 5,  /* (K) */
  OTO_MAP_MEL_WEIGHTS = 1 << 6,  /* (K, F): what a class hears in each bin, the same at all times */
  OTO_MAP_LOGMEL      = 1 << 7,  /* (T, F): what it hears, of the front end; no network's own */
  OTO_MAP_CONTRIBUTION = 1 << 8, /* (K, T, F): frequency attention times frame score times time
                                  * attention, scaled to sum to the clip probability */
} OtoMap;

/* The axes of a map; K classes, T frames, F mel bins. */
typedef enum
{
  OTO_MAP_AXES_TF,
  OTO_MAP_AXES_KTF,
  OTO_MAP_AXES_KT,
  OTO_MAP_AXES_KF,
  OTO_MAP_AXES_K,
} OtoMapAxes;

/* The axis over which a map sums to one, or all of them to the clip probability. */
typedef enum
{
  OTO_MAP_SUM_NONE,
  OTO_MAP_SUM_MELS,
  OTO_MAP_SUM_FRAMES,
  OTO_MAP_SUM_CLIP_PROB,
} OtoMapSum;

typedef enum
{
  OTO_MAP_UNIT_LEVEL,            /* the front end's own; people read decibels */
  OTO_MAP_UNIT_PROB,             /* in [0, 1] */
  OTO_MAP_UNIT_WEIGHT,           /* people read multiples of the uniform weight */
  OTO_MAP_UNIT_SHARE,            /* what a place brings to the clip probability */
} OtoMapUnit;

/* How the windows of a long clip become one map. */
typedef enum
{
  OTO_MAP_STITCH_NONE,           /* it was never cut */
  OTO_MAP_STITCH_FADE,           /* cross-faded where windows overlap */
  OTO_MAP_STITCH_SEAM,           /* each window's own, from its seam on */
  OTO_MAP_STITCH_MEAN,           /* mean of the windows */
  OTO_MAP_STITCH_LARGEST,        /* largest of the windows */
} OtoMapStitch;

/**
 * OtoMapInfo:
 * @map: which one
 * @name: what commands, files and JSON call it
 * @title: as a heading; a message
 * @noun: in a sentence; a message
 * @axes: its axes
 * @unit: of its values
 * @sum: over what it sums to one, or to the clip probability
 * @stitch: how windows are joined
 * @lacks: (nullable): one line for a model without it; a message
 *
 * A row of the table of maps. Messages are as in the source; gettext() translates them.
 */
typedef struct
{
  OtoMap        map;
  const char   *name;
  const char   *title;
  const char   *noun;
  OtoMapAxes    axes;
  OtoMapUnit    unit;
  OtoMapSum     sum;
  OtoMapStitch  stitch;
  const char   *lacks;
} OtoMapInfo;

const OtoMapInfo *oto_map_info_get          (guint       i);      /* (nullable): past the last */
const OtoMapInfo *oto_map_info_find         (OtoMap      map);
const OtoMapInfo *oto_map_info_find_by_name (const char *name);   /* (nullable) */
char             *oto_map_info_dup_names    (void) G_GNUC_WARN_UNUSED_RESULT;
const char       *oto_map_unit_get_words    (OtoMapUnit  unit);
const char       *oto_map_axes_get_words    (OtoMapAxes  axes);

/* Whether it is a map over mel bins or over frames. */
gboolean          oto_map_info_has_mels     (const OtoMapInfo *self);
gboolean          oto_map_info_has_frames   (const OtoMapInfo *self);
gboolean          oto_map_info_has_classes  (const OtoMapInfo *self);

OTO_END_DECLS
