/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "analysis/oto-analysis.h"
#include "evaluation/oto-evaluation.h"
#include "metrics/oto-interval.h"

G_BEGIN_DECLS

/* A group of measures is a row of the table in oto-measure-groups.c and, in a file of its own, what
 * it makes of a clip. Private to the folder. */

/* What a group cannot do without. */
enum
{
  OTO_MEASURE_NEEDS_TIMES = 1 << 0,      /* labels with onset and offset */
  OTO_MEASURE_NEEDS_PARTS = 1 << 1,      /* clips whose channels are events and scene */
};

/**
 * OtoMeasureContext:
 * @model: the model
 * @config: what was asked for
 * @binarizers: (K): what makes events of each class
 * @n_classes: K, the classes that data set and model share; below, classes are counted among them
 * @n_clips: N
 *
 * What is the same for all clips.
 */
typedef struct
{
  OtoModelSnapshot          *model;
  const OtoEvaluationConfig *config;
  const OtoBinarizer        *binarizers;
  guint                      n_classes;
  guint                      n_clips;
} OtoMeasureContext;

/**
 * OtoMeasureClip:
 * @index: which of the N
 * @analysis: what the model hears in it; its clip has all channels of the file
 * @duration_s: its length
 * @model_classes: (K): what the model calls each class
 * @probs: (K): clip probabilities
 * @targets: (K): 0 or 1
 * @refs: (array length=n_refs): events of the labels; none where they have no times
 * @ests: (array length=n_ests): events that the model finds, class by class
 * @has_other_events: whether the labels have classes that the model lacks
 *
 * A clip as measures read it.
 */
typedef struct
{
  guint              index;
  OtoAnalysis       *analysis;
  double             duration_s;
  const int         *model_classes;
  const float       *probs;
  const float       *targets;
  const OtoInterval *refs;
  guint              n_refs;
  const OtoInterval *ests;
  guint              n_ests;
  gboolean           has_other_events;
} OtoMeasureClip;

/**
 * OtoMeasureGroup:
 * @name: what commands and JSON call it
 * @measures: (array length=n_measures): what it measures
 * @n_measures: M
 * @maps: #OtoMap flags that it reads
 * @optional_maps: those that it reads where the model has them
 * @needs: what it cannot do without
 * @begin: (nullable): returns its own state
 * @add_clip: takes a clip; only those that have what it needs
 * @end: (nullable): sets values of all clips together
 * @resample: (nullable): fills (R) values of a measure of all clips together, of resamples (R, N)
 * @free: (nullable): frees the state
 */
typedef struct
{
  const char           *name;
  const OtoMeasureInfo *measures;
  guint                 n_measures;
  guint                 maps;
  guint                 optional_maps;
  guint                 needs;
  gpointer            (*begin)    (const OtoMeasureContext *context);
  gboolean            (*add_clip) (gpointer                 state,
                                   const OtoMeasureContext *context,
                                   const OtoMeasureClip    *clip,
                                   OtoMeasures             *measures,
                                   GCancellable            *cancellable,
                                   GError                 **error);
  void                (*end)      (gpointer                 state,
                                   const OtoMeasureContext *context,
                                   OtoMeasures             *measures);
  gboolean            (*resample) (gpointer                 state,
                                   guint                    measure,
                                   const guint32           *indices,
                                   guint                    n_resamples,
                                   double                  *ret_values);
  void                (*free)     (gpointer                 state);
} OtoMeasureGroup;

#define OTO_MEASURE_ROWS(rows) .measures = (rows), .n_measures = G_N_ELEMENTS (rows)

extern const OtoMeasureGroup oto_measure_clips;
extern const OtoMeasureGroup oto_measure_frames;
extern const OtoMeasureGroup oto_measure_bins;
extern const OtoMeasureGroup oto_measure_events;
extern const OtoMeasureGroup oto_measure_segments;
extern const OtoMeasureGroup oto_measure_psds;
extern const OtoMeasureGroup oto_measure_localisation;
extern const OtoMeasureGroup oto_measure_false_alarms;
extern const OtoMeasureGroup oto_measure_calibration;
extern const OtoMeasureGroup oto_measure_separation;

/* The table, in the order of output; (nullable): past the last. */
const OtoMeasureGroup *oto_measure_group_get (guint i);

/* All classes, in place of one. */
#define OTO_MEASURE_ALL -1

OtoMeasures *oto_measures_new       (const OtoMeasureGroup   *group,
                                     const OtoMeasureContext *context,
                                     const char              *lack) G_GNUC_WARN_UNUSED_RESULT;
void         oto_measures_free      (OtoMeasures             *self);
gboolean     oto_measures_add_clip  (OtoMeasures             *self,
                                     const OtoMeasureContext *context,
                                     const OtoMeasureClip    *clip,
                                     GCancellable            *cancellable,
                                     GError                 **error);
void         oto_measures_end       (OtoMeasures             *self,
                                     const OtoMeasureContext *context);
void         oto_measures_bootstrap (OtoMeasures             *self,
                                     const guint32           *indices,
                                     guint                    n_resamples,
                                     double                   level);
const double *oto_measures_get_resamples (const OtoMeasures  *self,
                                     guint                    i);

/* For groups: what a clip adds to a count or ratio, and values of all clips together. */
void         oto_measures_add       (OtoMeasures             *self,
                                     guint                    i,
                                     guint                    clip,
                                     int                      class_index,
                                     double                   value,
                                     double                   weight);
void         oto_measures_set       (OtoMeasures             *self,
                                     guint                    i,
                                     int                      class_index,
                                     double                   value);

G_END_DECLS
