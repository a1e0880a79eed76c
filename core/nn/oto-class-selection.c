/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "nn/oto-class-selection.h"

#include <math.h>

/**
 * oto_class_selection_of_labels:
 * @y: (array length=n_classes): a clip's labels
 * @n_classes: classes (K)
 * @ret_selected: (out caller-allocates): room for K indices
 *
 * Selects the classes whose label is not 0.
 *
 * Returns: how many
 */
int
oto_class_selection_of_labels (const float *y,
                               int          n_classes,
                               int         *ret_selected)
{
  int n = 0;

  for (int k = 0; k < n_classes; k++)
    if (y[k] > 0.f)
      ret_selected[n++] = k;
  return n;
}

/* Whether class @a comes before class @b: more probable, or as probable and first. */
static int
comes_before (const float *clip_prob,
              int          a,
              int          b)
{
  const float prob_a = isnan (clip_prob[a]) ? -INFINITY : clip_prob[a];
  const float prob_b = isnan (clip_prob[b]) ? -INFINITY : clip_prob[b];

  return prob_a > prob_b || (prob_a == prob_b && a < b);
}

/**
 * oto_class_selection_of_top:
 * @clip_prob: (array length=n_classes): a clip's probabilities
 * @n_classes: classes (K)
 * @n_top: how many to select (k); all, where there are not so many
 * @ret_selected: (out caller-allocates): room for K indices
 *
 * Selects the classes with the highest probabilities; of equal ones the first. NaN counts
 * as the lowest.
 *
 * Returns: how many
 */
int
oto_class_selection_of_top (const float *clip_prob,
                            int          n_classes,
                            int          n_top,
                            int         *ret_selected)
{
  int n = 0;

  for (int k = 0; k < n_classes; k++)
    {
      int n_before = 0;

      for (int other = 0; other < n_classes; other++)
        n_before += comes_before (clip_prob, other, k);
      if (n_before < n_top)
        ret_selected[n++] = k;
    }
  return n;
}

/**
 * oto_class_selection_invert:
 * @selected: (array length=n_selected): ascending
 * @n_selected: how many
 * @n_classes: classes (K)
 * @ret_others: (out caller-allocates): room for K indices; not @selected
 *
 * Selects all other classes.
 *
 * Returns: how many
 */
int
oto_class_selection_invert (const int *selected,
                            int        n_selected,
                            int        n_classes,
                            int       *ret_others)
{
  int n = 0, next = 0;

  for (int k = 0; k < n_classes; k++)
    if (next < n_selected && selected[next] == k)
      next++;
    else
      ret_others[n++] = k;
  return n;
}
