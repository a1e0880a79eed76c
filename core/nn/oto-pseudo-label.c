/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "nn/oto-pseudo-label.h"

/**
 * oto_pseudo_label_compute:
 * @form: hard or soft labels
 * @cam: (array): (T, K): a clip's class activation map, raw
 * @y: (array length=n_classes): its labels
 * @n_segments: segments (T)
 * @n_classes: classes (K)
 * @ret_scaled: (out caller-allocates): (T, K): the map, scaled over time to [0, 1] for each class
 * @ret_y: (out caller-allocates): (T, K): labels of the segments
 *
 * |[
 * scaled = (cam - min_t cam) / (max_t cam - min_t cam)     ret_y = y [scaled > 0.5]  or  y scaled
 * ]|
 *
 * A class whose map is flat, as that of a single segment is, has no place to prefer: its scaled map
 * is 1, and every segment takes the clip's label. The source, Chou et al., Learning to Recognize
 * Transient Sound Events Using Attentional Supervision, names the method but no formula.
 */
void
oto_pseudo_label_compute (OtoPseudoLabelForm  form,
                          const float        *cam,
                          const float        *y,
                          int                 n_segments,
                          int                 n_classes,
                          float              *ret_scaled,
                          float              *ret_y)
{
  for (int k = 0; k < n_classes; k++)
    {
      float min = cam[k], max = cam[k];

      for (int t = 1; t < n_segments; t++)
        {
          const float value = cam[(size_t) t * n_classes + k];

          min = value < min ? value : min;
          max = value > max ? value : max;
        }
      for (int t = 0; t < n_segments; t++)
        {
          const size_t i = (size_t) t * n_classes + k;
          const float scaled = max > min ? (cam[i] - min) / (max - min) : 1.f;
          const float hard = scaled > (float) OTO_PSEUDO_LABEL_THRESHOLD ? 1.f : 0.f;

          ret_scaled[i] = scaled;
          ret_y[i] = y[k] * (form == OTO_PSEUDO_LABEL_SOFT ? scaled : hard);
        }
    }
}
