/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "metrics/oto-score-histogram.h"

#include <math.h>
#include <string.h>

/* Of a float's 23 bits behind the first. */
#define N_BITS 9
/* Exponents of 2^-64 to 2^0, and one place for what is less. */
#define N_EXPONENTS 64
#define N_PLACES ((N_EXPONENTS << N_BITS) + 2)
#define FIRST_EXPONENT (127 - N_EXPONENTS)

typedef struct
{
  guint64 n_positive;
  guint64 n_negative;
} Place;

struct _OtoScoreHistogram
{
  guint  n_classes;
  Place *places;                 /* (K, places) */
};

/**
 * oto_score_histogram_new:
 * @n_classes: K
 *
 * Returns: (transfer full): one of no cell
 */
OtoScoreHistogram *
oto_score_histogram_new (guint n_classes)
{
  OtoScoreHistogram *self = g_new0 (OtoScoreHistogram, 1);

  self->n_classes = n_classes;
  self->places = g_new0 (Place, (size_t) n_classes * N_PLACES + 1);
  return self;
}

/**
 * oto_score_histogram_free:
 * @self: (nullable): a histogram
 */
void
oto_score_histogram_free (OtoScoreHistogram *self)
{
  if (self == NULL)
    return;
  g_free (self->places);
  g_free (self);
}

/* NaN ranks last, as nothing; the order of floats above 0 is that of their bits. */
static guint32
find_place (float score)
{
  const guint32 first = (guint32) FIRST_EXPONENT << N_BITS;
  guint32 bits;

  if (!(score > 0.f))
    return 0;
  score = fminf (score, 1.f);
  memcpy (&bits, &score, sizeof bits);
  bits >>= 23 - N_BITS;
  return bits < first ? 0 : bits - first + 1;
}

/**
 * oto_score_histogram_add:
 * @self: a histogram
 * @class_index: which class
 * @scores: (array length=n_cells): in [0, 1]
 * @targets: (array length=n_cells): 0 or 1
 * @n_cells: how many
 */
void
oto_score_histogram_add (OtoScoreHistogram *self,
                         guint              class_index,
                         const float       *scores,
                         const float       *targets,
                         size_t             n_cells)
{
  Place *places;

  g_return_if_fail (self != NULL && class_index < self->n_classes);

  places = self->places + (size_t) class_index * N_PLACES;
  for (size_t i = 0; i < n_cells; i++)
    {
      Place *place = &places[find_place (scores[i])];

      place->n_positive += targets[i] > 0.5f;
      place->n_negative += !(targets[i] > 0.5f);
    }
}

static Place
sum_places (const Place *places)
{
  Place sum = { 0, 0 };

  for (guint i = 0; i < N_PLACES; i++)
    {
      sum.n_positive += places[i].n_positive;
      sum.n_negative += places[i].n_negative;
    }
  return sum;
}

/**
 * oto_score_histogram_get_ap:
 * @self: a histogram
 * @class_index: which class
 *
 * Returns: average precision, see oto_average_precision(); NaN without positives
 */
double
oto_score_histogram_get_ap (const OtoScoreHistogram *self,
                            guint                    class_index)
{
  const Place *places = self->places + (size_t) class_index * N_PLACES;
  const Place sum = sum_places (places);
  double ap = 0.0, n_hits = 0.0, n = 0.0;

  for (guint i = N_PLACES; i-- > 0; )
    {
      n_hits += (double) places[i].n_positive;
      n += (double) (places[i].n_positive + places[i].n_negative);
      if (places[i].n_positive > 0)
        ap += (double) places[i].n_positive / (double) sum.n_positive * n_hits / n;
    }
  return sum.n_positive > 0 ? ap : NAN;
}

/**
 * oto_score_histogram_get_auc:
 * @self: a histogram
 * @class_index: which class
 *
 * Returns: area under the ROC curve, see oto_auc(); NaN without positives or negatives
 */
double
oto_score_histogram_get_auc (const OtoScoreHistogram *self,
                             guint                    class_index)
{
  const Place *places = self->places + (size_t) class_index * N_PLACES;
  const Place sum = sum_places (places);
  double pairs = 0.0, below = 0.0;

  for (guint i = 0; i < N_PLACES; i++)
    {
      pairs += (double) places[i].n_positive * (below + 0.5 * (double) places[i].n_negative);
      below += (double) places[i].n_negative;
    }
  return sum.n_positive > 0 && sum.n_negative > 0
           ? pairs / ((double) sum.n_positive * (double) sum.n_negative) : NAN;
}
