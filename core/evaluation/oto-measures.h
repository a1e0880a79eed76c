/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "metrics/oto-bootstrap.h"

OTO_BEGIN_DECLS

/* OtoMeasures: the values of a group of measures, as those of events, over some clips. Whoever
 * prints them loops over their names. Once the evaluation is there it is immutable. */

typedef struct _OtoMeasures OtoMeasures;

/**
 * OtoMeasureKind:
 * @OTO_MEASURE_VALUE: of all clips together
 * @OTO_MEASURE_COUNT: a whole number, summed over clips
 * @OTO_MEASURE_RATIO: a ratio of two sums over clips; undefined where the second is 0
 */
typedef enum
{
  OTO_MEASURE_VALUE,
  OTO_MEASURE_COUNT,
  OTO_MEASURE_RATIO,
} OtoMeasureKind;

/**
 * OtoMeasureInfo:
 * @name: what commands and JSON call it
 * @kind: what it is made of
 */
typedef struct
{
  const char     *name;
  OtoMeasureKind  kind;
} OtoMeasureInfo;

const char                 *oto_measures_get_name        (const OtoMeasures *self);
const char                 *oto_measures_get_lack        (const OtoMeasures *self);
guint                       oto_measures_get_n           (const OtoMeasures *self);
const OtoMeasureInfo       *oto_measures_get_info        (const OtoMeasures *self,
                                                          guint              i);
double                      oto_measures_get_value       (const OtoMeasures *self,
                                                          guint              i);
double                      oto_measures_get_class_value (const OtoMeasures *self,
                                                          guint              i,
                                                          guint              class_index);
const OtoBootstrapInterval *oto_measures_get_interval    (const OtoMeasures *self,
                                                          guint              i);

OTO_END_DECLS
