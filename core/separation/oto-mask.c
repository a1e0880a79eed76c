/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "separation/oto-mask.h"

#include <math.h>
#include <string.h>

/* In the order of #OtoMaskKind. */
static const char * const kind_names[] = { "published", "listening" };

/* A unit belongs to the events where they are stronger than this, relative to the scene. */
#define IDEAL_BINARY_DB -5.0

/**
 * oto_mask_kind_get_name:
 * @kind: which mask
 *
 * Returns: (transfer none): what commands and JSON call it
 */
const char *
oto_mask_kind_get_name (OtoMaskKind kind)
{
  g_return_val_if_fail (kind < G_N_ELEMENTS (kind_names), NULL);

  return kind_names[kind];
}

/**
 * oto_mask_kind_parse:
 * @name: a name
 * @ret_kind: (out): the mask of that name
 *
 * Returns: whether there is one
 */
gboolean
oto_mask_kind_parse (const char  *name,
                     OtoMaskKind *ret_kind)
{
  g_return_val_if_fail (name != NULL, FALSE);

  for (guint i = 0; i < G_N_ELEMENTS (kind_names); i++)
    if (strcmp (kind_names[i], name) == 0)
      {
        *ret_kind = i;
        return TRUE;
      }
  return FALSE;
}

/**
 * oto_mask_fill_ideal_binary:
 * @events_mag: (array length=n_units): magnitudes of the events alone
 * @scene_mag: (array length=n_units): magnitudes of the scene alone
 * @n_units: number of T-F units
 * @ret_mask: (out caller-allocates): 1 where 20 log10 (e / (s + 1e-8) + 1e-8) > -5 dB, 0 where it
 *   is less, 0.5 exactly on the limit
 */
void
oto_mask_fill_ideal_binary (const float *events_mag,
                            const float *scene_mag,
                            size_t       n_units,
                            float       *ret_mask)
{
  for (size_t i = 0; i < n_units; i++)
    {
      double ratio = events_mag[i] / (scene_mag[i] + 1e-8) + 1e-8;
      double excess_db = 20.0 * log10 (ratio) - IDEAL_BINARY_DB;

      ret_mask[i] = excess_db > 0.0 ? 1.f : excess_db < 0.0 ? 0.f : 0.5f;
    }
}

/**
 * oto_mask_fill_ideal_ratio:
 * @events_mag: (array length=n_units): magnitudes of the events alone
 * @scene_mag: (array length=n_units): magnitudes of the scene alone
 * @n_units: number of T-F units
 * @ret_mask: (out caller-allocates): e / (e + s), 0 where both are 0
 */
void
oto_mask_fill_ideal_ratio (const float *events_mag,
                           const float *scene_mag,
                           size_t       n_units,
                           float       *ret_mask)
{
  for (size_t i = 0; i < n_units; i++)
    {
      double sum = (double) events_mag[i] + scene_mag[i];

      ret_mask[i] = sum > 0.0 ? events_mag[i] / sum : 0.f;
    }
}

/**
 * oto_mask_limit_sum:
 * @mask: (inout): (K, units), in [0, 1]
 * @n_classes: K
 * @n_units: number of T-F units
 *
 * Divides by the sum over classes where that exceeds one, so that what is left for Background is
 * not negative.
 */
void
oto_mask_limit_sum (float *mask,
                    int    n_classes,
                    size_t n_units)
{
  g_autofree float *sum = g_new0 (float, n_units + 1);

  for (int k = 0; k < n_classes; k++)
    for (size_t i = 0; i < n_units; i++)
      sum[i] += mask[k * n_units + i];
  for (size_t i = 0; i < n_units; i++)
    sum[i] = sum[i] > 1.f ? 1.f / sum[i] : 1.f;
  for (int k = 0; k < n_classes; k++)
    for (size_t i = 0; i < n_units; i++)
      mask[k * n_units + i] *= sum[i];
}
