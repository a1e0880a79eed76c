/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "nn/oto-fap-private.h"

#include "base/oto-vector.h"
#include "nn/oto-columns-private.h"

/* Scores of frames: frames[t,k] = sum_f weights[f,k] masks[t,f,k].
 *
 * masks       (T, F, K)  read
 * weights     (F, K)     read
 * ret_frames  (T, K)     written
 *
 * Source: eq. 1 of the paper that introduces MTL-DDC-FAP.
 */
OTO_VECTORISED (void, oto_fap_score_frames,
                (const float *masks,
                 const float *weights,
                 int          n_frames,
                 int          n_mels,
                 int          n_classes,
                 float       *ret_frames),
                (masks, weights, n_frames, n_mels, n_classes, ret_frames))
{
  for (int t = 0; t < n_frames; t++, ret_frames += n_classes)
    {
      const float *w = weights;

      memset (ret_frames, 0, n_classes * sizeof *ret_frames);
      for (int f = 0; f < n_mels; f++, masks += n_classes, w += n_classes)
#pragma GCC ivdep
        for (int k = 0; k < n_classes; k++)
          ret_frames[k] += w[k] * masks[k];
    }
}

/* The gradient of the scores with respect to the masks:
 * d_masks[t,f,k] = weights[f,k] d_frames[t,k].
 *
 * weights   (F, K)     read
 * d_frames  (T, K)     read
 * d_masks   (T, F, K)  written or added to
 */
OTO_VECTORISED (void, oto_fap_spread_frames,
                (const float *weights,
                 const float *d_frames,
                 int          n_frames,
                 int          n_mels,
                 int          n_classes,
                 int          is_added,
                 float       *d_masks),
                (weights, d_frames, n_frames, n_mels, n_classes, is_added, d_masks))
{
  for (int t = 0; t < n_frames; t++, d_frames += n_classes)
    {
      const float *w = weights;

      for (int f = 0; f < n_mels; f++, d_masks += n_classes, w += n_classes)
#pragma GCC ivdep
        for (int k = 0; k < n_classes; k++)
          d_masks[k] = oto_columns_add (is_added, d_masks, k, w[k] * d_frames[k]);
    }
}

/* The gradient of the scores with respect to the weights:
 * d_weights[f,k] += sum_t d_frames[t,k] masks[t,f,k].
 *
 * masks      (T, F, K)  read
 * d_frames   (T, K)     read
 * d_weights  (F, K)     added to
 */
OTO_VECTORISED (void, oto_fap_add_weight_gradient,
                (const float *masks,
                 const float *d_frames,
                 int          n_frames,
                 int          n_mels,
                 int          n_classes,
                 float       *d_weights),
                (masks, d_frames, n_frames, n_mels, n_classes, d_weights))
{
  const size_t stride = (size_t) n_mels * n_classes;

  for (int f = 0; f < n_mels; f++)
    for (int begin = 0; begin < n_classes; begin += OTO_COLUMNS_LEN)
      {
        const int width = oto_columns_get_width (n_classes, begin);
        const float *column = masks + (size_t) f * n_classes + begin;
        const float *d_row = d_frames + begin;
        float *d_column = d_weights + (size_t) f * n_classes + begin;
        double sum[OTO_COLUMNS_LEN];

        oto_columns_fill (sum, width, 0.0);
        for (int t = 0; t < n_frames; t++, column += stride, d_row += n_classes)
#pragma GCC ivdep
          for (int k = 0; k < width; k++)
            sum[k] += (double) d_row[k] * column[k];
        for (int k = 0; k < width; k++)
          d_column[k] += (float) sum[k];
      }
}

/* How much each frame counts in the clip's score: the bins' weights of the auto-pooling, weighed as
 * the bins are. Over time they sum to sum_f weights[f,k], which is one.
 *
 *   time_att[t,k] = sum_f weights[f,k] exp (alpha[f,k] masks[t,f,k] - peak[f,k]) inv_sum[f,k]
 *
 * masks                          (T, F, K)  read
 * weights, alpha, peak, inv_sum  (F, K)     read
 * ret_time_att                   (T, K)     written
 */
OTO_VECTORISED (void, oto_fap_weigh_frames,
                (const float *masks,
                 const float *weights,
                 const float *alpha,
                 const float *peak,
                 const float *inv_sum,
                 int          n_frames,
                 int          n_mels,
                 int          n_classes,
                 float       *ret_time_att),
                (masks, weights, alpha, peak, inv_sum, n_frames, n_mels, n_classes, ret_time_att))
{
  for (int t = 0; t < n_frames; t++, ret_time_att += n_classes)
    {
      memset (ret_time_att, 0, n_classes * sizeof *ret_time_att);
      for (int f = 0; f < n_mels; f++, masks += n_classes)
        {
          const size_t pos = (size_t) f * n_classes;

#pragma GCC ivdep
          for (int k = 0; k < n_classes; k++)
            ret_time_att[k] += weights[pos + k] * inv_sum[pos + k]
                               * oto_vector_exp (alpha[pos + k] * masks[k] - peak[pos + k]);
        }
    }
}
