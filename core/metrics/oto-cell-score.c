/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "metrics/oto-cell-score.h"

#include "metrics/oto-auc.h"
#include "metrics/oto-average-precision.h"

#include <math.h>

struct _OtoCellScore
{
  guint    n_classes;
  GArray **scores;               /* (K): of float */
  GArray **targets;              /* (K): of float, 0 or 1 */
};

/**
 * oto_cell_score_new:
 * @n_classes: K
 *
 * Returns: (transfer full): scores of no cell
 */
OtoCellScore *
oto_cell_score_new (guint n_classes)
{
  OtoCellScore *self = g_new0 (OtoCellScore, 1);

  self->n_classes = n_classes;
  self->scores = g_new (GArray *, n_classes);
  self->targets = g_new (GArray *, n_classes);
  for (guint k = 0; k < n_classes; k++)
    {
      self->scores[k] = g_array_new (FALSE, TRUE, sizeof (float));
      self->targets[k] = g_array_new (FALSE, FALSE, sizeof (float));
    }
  return self;
}

/**
 * oto_cell_score_free:
 * @self: (nullable): scores
 */
void
oto_cell_score_free (OtoCellScore *self)
{
  if (self == NULL)
    return;
  for (guint k = 0; k < self->n_classes; k++)
    {
      g_array_unref (self->scores[k]);
      g_array_unref (self->targets[k]);
    }
  g_free (self->scores);
  g_free (self->targets);
  g_free (self);
}

/**
 * oto_cell_score_add:
 * @self: scores
 * @class_index: below K
 * @scores: (array length=n_cells) (nullable): what the network says; %NULL: 0 everywhere, as for a
 *   class whose clip probability does not reach its threshold
 * @targets: (array length=n_cells): 1 where the class is active; a positive is above one half, so
 *   that bins on the limit of an ideal binary mask are negative
 * @n_cells: how many
 *
 * Adds cells of one clip.
 */
void
oto_cell_score_add (OtoCellScore *self,
                    guint         class_index,
                    const float  *scores,
                    const float  *targets,
                    size_t        n_cells)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (class_index < self->n_classes);
  g_return_if_fail (n_cells < G_MAXUINT - self->targets[class_index]->len);

  g_array_append_vals (self->targets[class_index], targets, (guint) n_cells);
  if (scores != NULL)
    g_array_append_vals (self->scores[class_index], scores, (guint) n_cells);
  else
    g_array_set_size (self->scores[class_index], self->targets[class_index]->len);
}

/**
 * oto_cell_score_get_class:
 * @self: scores
 * @class_index: below K
 * @threshold: a cell above it is active
 * @ret_scores: (out caller-allocates): those of the class
 */
void
oto_cell_score_get_class (const OtoCellScore *self,
                          guint               class_index,
                          double              threshold,
                          OtoCellScores      *ret_scores)
{
  const float *scores, *targets;
  size_t n;

  g_return_if_fail (self != NULL);
  g_return_if_fail (class_index < self->n_classes);

  scores = (const float *) self->scores[class_index]->data;
  targets = (const float *) self->targets[class_index]->data;
  n = self->targets[class_index]->len;
  oto_f1_compute (scores, targets, n, 1, threshold, &ret_scores->f1);
  ret_scores->auc = oto_auc (scores, targets, n, 1);
  ret_scores->ap = ret_scores->f1.n_hits + ret_scores->f1.n_missed > 0
                     ? oto_average_precision (scores, targets, n, 1) : NAN;
}

/**
 * oto_cell_score_get_mean:
 * @self: scores
 * @threshold: a cell above it is active
 * @ret_scores: (out caller-allocates): unweighted means over the classes that occur, NaN when none
 *   does; that of the areas over those that are absent somewhere, too
 *
 * Returns: how many classes occur
 */
guint
oto_cell_score_get_mean (const OtoCellScore *self,
                         double              threshold,
                         OtoCellScores      *ret_scores)
{
  g_autofree OtoF1 *f1 = NULL;
  double auc_sum = 0.0, ap_sum = 0.0;
  guint n = 0, n_aucs = 0;

  g_return_val_if_fail (self != NULL, 0);

  f1 = g_new (OtoF1, self->n_classes);
  for (guint k = 0; k < self->n_classes; k++)
    {
      OtoCellScores scores;

      oto_cell_score_get_class (self, k, threshold, &scores);
      if (isnan (scores.ap))
        continue;
      f1[n++] = scores.f1;
      ap_sum += scores.ap;
      if (!isnan (scores.auc))
        {
          auc_sum += scores.auc;
          n_aucs++;
        }
    }
  oto_f1_mean (f1, n, &ret_scores->f1);
  ret_scores->auc = n_aucs > 0 ? auc_sum / n_aucs : NAN;
  ret_scores->ap = n > 0 ? ap_sum / n : NAN;
  return n;
}

/**
 * oto_cell_score_fill_frames:
 * @intervals: (array length=n_intervals): a clip's events
 * @n_intervals: how many
 * @class_index: the class to take
 * @frames_per_s: rate of frames
 * @n_frames: T
 * @ret_targets: (out caller-allocates): (T): 1 in the frames from the whole number of onset times
 *   rate to that of offset times rate, the last one included; 0 in others
 *
 * Makes frames of strong labels as the released program of 003 does.
 */
void
oto_cell_score_fill_frames (const OtoInterval *intervals,
                            guint              n_intervals,
                            int                class_index,
                            double             frames_per_s,
                            size_t             n_frames,
                            float             *ret_targets)
{
  for (size_t t = 0; t < n_frames; t++)
    ret_targets[t] = 0.f;
  for (guint i = 0; i < n_intervals; i++)
    if (intervals[i].class_index == class_index)
      {
        double begin = floor (intervals[i].onset_s * frames_per_s);
        double end = fmin (floor (intervals[i].offset_s * frames_per_s) + 1.0, (double) n_frames);

        for (double t = begin; t < end; t++)
          ret_targets[(size_t) t] = 1.f;
      }
}
