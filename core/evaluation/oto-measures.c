/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "evaluation/oto-measures.h"

#include "evaluation/oto-measure-group.h"

#include <math.h>

/* What is added up: a ratio's two sides; of a count the first. */
typedef struct
{
  double value;
  double weight;
} Parts;

struct _OtoMeasures
{
  const OtoMeasureGroup *group;
  gpointer               state;
  char                  *lack;
  guint                  n_classes;      /* K */
  guint                  n_clips;        /* N */
  guint                  n_resamples;    /* R; 0: none were drawn */
  double                *values;         /* (M) */
  double                *class_values;   /* (M, K) */
  Parts                 *parts;          /* (M, N) */
  Parts                 *class_parts;    /* (M, K) */
  double                *resamples;      /* (M, R) */
  OtoBootstrapInterval  *intervals;      /* (M) */
};

/**
 * oto_measures_new:
 * @group: a row of the table
 * @context: of the evaluation
 * @lack: (nullable): why none of it can be measured
 *
 * Returns: (transfer full): measures of no clip, all undefined
 */
OtoMeasures *
oto_measures_new (const OtoMeasureGroup   *group,
                  const OtoMeasureContext *context,
                  const char              *lack)
{
  OtoMeasures *self = g_new0 (OtoMeasures, 1);
  const size_t n_class_values = (size_t) group->n_measures * context->n_classes;

  self->group = group;
  self->lack = g_strdup (lack);
  self->n_classes = context->n_classes;
  self->n_clips = context->n_clips;
  self->values = g_new (double, group->n_measures);
  self->class_values = g_new (double, n_class_values + 1);
  for (guint i = 0; i < group->n_measures; i++)
    self->values[i] = NAN;
  for (size_t i = 0; i < n_class_values; i++)
    self->class_values[i] = NAN;
  if (lack != NULL)
    return self;
  self->parts = g_new0 (Parts, (size_t) group->n_measures * context->n_clips + 1);
  self->class_parts = g_new0 (Parts, n_class_values + 1);
  self->state = group->begin != NULL ? group->begin (context) : NULL;
  return self;
}

/**
 * oto_measures_free:
 * @self: (nullable): measures
 */
void
oto_measures_free (OtoMeasures *self)
{
  if (self == NULL)
    return;
  if (self->group->free != NULL && self->lack == NULL)
    self->group->free (self->state);
  g_free (self->lack);
  g_free (self->values);
  g_free (self->class_values);
  g_free (self->parts);
  g_free (self->class_parts);
  g_free (self->resamples);
  g_free (self->intervals);
  g_free (self);
}

/**
 * oto_measures_add_clip:
 * @self: measures
 * @context: of the evaluation
 * @clip: a clip that has what the group needs
 * @cancellable: (nullable): to stop it
 * @error: return location for a #GError
 *
 * Returns: whether it could be measured
 */
gboolean
oto_measures_add_clip (OtoMeasures             *self,
                       const OtoMeasureContext *context,
                       const OtoMeasureClip    *clip,
                       GCancellable            *cancellable,
                       GError                 **error)
{
  return self->lack != NULL
         || self->group->add_clip (self->state, context, clip, self, cancellable, error);
}

/**
 * oto_measures_add:
 * @self: measures
 * @i: a count or ratio
 * @clip: a clip
 * @class_index: a class, or %OTO_MEASURE_ALL, which is added apart
 * @value: what the clip adds to the count, or to the upper side of the ratio
 * @weight: and to the lower side
 */
void
oto_measures_add (OtoMeasures *self,
                  guint        i,
                  guint        clip,
                  int          class_index,
                  double       value,
                  double       weight)
{
  Parts *parts = class_index == OTO_MEASURE_ALL
                   ? &self->parts[(size_t) i * self->n_clips + clip]
                   : &self->class_parts[(size_t) i * self->n_classes + class_index];

  parts->value += value;
  parts->weight += weight;
}

/**
 * oto_measures_set:
 * @self: measures
 * @i: one of all clips together
 * @class_index: a class, or %OTO_MEASURE_ALL
 * @value: its value; NaN: undefined
 */
void
oto_measures_set (OtoMeasures *self,
                  guint        i,
                  int          class_index,
                  double       value)
{
  if (class_index == OTO_MEASURE_ALL)
    self->values[i] = value;
  else
    self->class_values[(size_t) i * self->n_classes + class_index] = value;
}

static double
get_sum (OtoMeasureKind  kind,
         const Parts    *sum)
{
  if (kind == OTO_MEASURE_COUNT)
    return sum->value;
  return sum->weight != 0.0 ? sum->value / sum->weight : NAN;
}

/* Of the clips that @indices names; %NULL: each once. */
static double
sum_clips (const OtoMeasures *self,
           guint              i,
           const guint32     *indices)
{
  const Parts *parts = self->parts + (size_t) i * self->n_clips;
  Parts sum = { 0.0, 0.0 };

  for (guint n = 0; n < self->n_clips; n++)
    {
      const Parts *clip = &parts[indices != NULL ? indices[n] : n];

      sum.value += clip->value;
      sum.weight += clip->weight;
    }
  return get_sum (self->group->measures[i].kind, &sum);
}

/**
 * oto_measures_end:
 * @self: measures of all clips
 * @context: of the evaluation
 *
 * Computes what is not there yet.
 */
void
oto_measures_end (OtoMeasures             *self,
                  const OtoMeasureContext *context)
{
  if (self->lack != NULL)
    return;
  for (guint i = 0; i < self->group->n_measures; i++)
    {
      const OtoMeasureKind kind = self->group->measures[i].kind;

      if (kind == OTO_MEASURE_VALUE)
        continue;
      self->values[i] = sum_clips (self, i, NULL);
      for (guint k = 0; k < self->n_classes; k++)
        self->class_values[(size_t) i * self->n_classes + k] =
          get_sum (kind, &self->class_parts[(size_t) i * self->n_classes + k]);
    }
  if (self->group->end != NULL)
    self->group->end (self->state, context, self);
}

static void
clear_values (double *values,
              guint   n)
{
  for (guint r = 0; r < n; r++)
    values[r] = NAN;
}

/**
 * oto_measures_bootstrap:
 * @self: measures that are there
 * @indices: (R, N): see oto_bootstrap_draw()
 * @n_resamples: R
 * @level: share of resamples inside the intervals
 *
 * Finds intervals of the ratios, and of other measures that know how.
 */
void
oto_measures_bootstrap (OtoMeasures   *self,
                        const guint32 *indices,
                        guint          n_resamples,
                        double         level)
{
  const guint n_measures = self->group->n_measures;

  if (self->lack != NULL)
    return;
  self->n_resamples = n_resamples;
  self->resamples = g_new (double, (size_t) n_measures * n_resamples + 1);
  self->intervals = g_new (OtoBootstrapInterval, n_measures);
  for (guint i = 0; i < n_measures; i++)
    {
      double *values = self->resamples + (size_t) i * n_resamples;

      if (self->group->measures[i].kind == OTO_MEASURE_RATIO)
        for (guint r = 0; r < n_resamples; r++)
          values[r] = sum_clips (self, i, indices + (size_t) r * self->n_clips);
      else if (self->group->resample == NULL
               || !self->group->resample (self->state, i, indices, n_resamples, values))
        clear_values (values, n_resamples);
      oto_bootstrap_get_interval (values, n_resamples, level, &self->intervals[i]);
    }
}

/**
 * oto_measures_get_resamples:
 * @self: measures
 * @i: a measure
 *
 * Returns: (transfer none) (nullable): (R), its values; %NULL: none were drawn
 */
const double *
oto_measures_get_resamples (const OtoMeasures *self,
                            guint              i)
{
  return self->resamples != NULL ? self->resamples + (size_t) i * self->n_resamples : NULL;
}

/**
 * oto_measures_get_name:
 * @self: measures
 *
 * Returns: (transfer none): what commands and JSON call the group
 */
const char *
oto_measures_get_name (const OtoMeasures *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->group->name;
}

/**
 * oto_measures_get_lack:
 * @self: measures
 *
 * Returns: (transfer none) (nullable): why none of them is there, as a sentence
 */
const char *
oto_measures_get_lack (const OtoMeasures *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->lack;
}

/**
 * oto_measures_get_n:
 * @self: measures
 *
 * Returns: how many they are
 */
guint
oto_measures_get_n (const OtoMeasures *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->group->n_measures;
}

/**
 * oto_measures_get_info:
 * @self: measures
 * @i: one of them
 *
 * Returns: (transfer none): what it is
 */
const OtoMeasureInfo *
oto_measures_get_info (const OtoMeasures *self,
                       guint              i)
{
  g_return_val_if_fail (self != NULL && i < self->group->n_measures, NULL);

  return &self->group->measures[i];
}

/**
 * oto_measures_get_value:
 * @self: measures
 * @i: one of them
 *
 * Returns: its value over all classes; NaN: undefined
 */
double
oto_measures_get_value (const OtoMeasures *self,
                        guint              i)
{
  g_return_val_if_fail (self != NULL && i < self->group->n_measures, NAN);

  return self->values[i];
}

/**
 * oto_measures_get_class_value:
 * @self: measures
 * @i: one of them
 * @class_index: a class, among those that data set and model share
 *
 * Returns: its value of that class; NaN: undefined, or not of single classes
 */
double
oto_measures_get_class_value (const OtoMeasures *self,
                              guint              i,
                              guint              class_index)
{
  g_return_val_if_fail (self != NULL && i < self->group->n_measures, NAN);
  g_return_val_if_fail (class_index < self->n_classes, NAN);

  return self->class_values[(size_t) i * self->n_classes + class_index];
}

/**
 * oto_measures_get_interval:
 * @self: measures
 * @i: one of them
 *
 * Returns: (transfer none) (nullable): how far it would differ on other clips; %NULL: not asked for
 */
const OtoBootstrapInterval *
oto_measures_get_interval (const OtoMeasures *self,
                           guint              i)
{
  g_return_val_if_fail (self != NULL && i < self->group->n_measures, NULL);

  return self->intervals != NULL ? &self->intervals[i] : NULL;
}
