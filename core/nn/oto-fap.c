/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "nn/oto-fap.h"

#include "nn/oto-auto-pool.h"
#include "nn/oto-fap-private.h"
#include "nn/oto-time-attention.h"

#include <string.h>

static size_t
get_plane_len (const OtoFapShape *shape)
{
  return (size_t) shape->n_mels * shape->n_classes;
}

/* The arrays that share the scratch. */
typedef struct
{
  float *alpha, *d_alpha;        /* (F, K) */
  float *d_weights, *d_bands;    /* (F, K) */
  float *d_frames;               /* (T, K) */
} Scratch;

static Scratch
divide_scratch (const OtoFapShape *shape,
                float             *scratch)
{
  const size_t len = get_plane_len (shape);

  return (Scratch) {
    .alpha = scratch,
    .d_alpha = scratch + len,
    .d_weights = scratch + 2 * len,
    .d_bands = scratch + 3 * len,
    .d_frames = scratch + 4 * len,
  };
}

/**
 * oto_fap_get_n_pooled:
 * @shape: a shape
 *
 * Returns: how many columns are auto-pooled, each with its own alpha: F K with bands, K without
 */
size_t
oto_fap_get_n_pooled (const OtoFapShape *shape)
{
  return shape->form == OTO_FAP_FORM_BANDS ? get_plane_len (shape) : (size_t) shape->n_classes;
}

/**
 * oto_fap_get_scratch_len:
 * @shape: a shape
 *
 * Returns: floats of scratch that any of the functions below needs; one scratch per thread
 */
size_t
oto_fap_get_scratch_len (const OtoFapShape *shape)
{
  return 4 * get_plane_len (shape) + (size_t) shape->n_frames * shape->n_classes;
}

/* (K, F), the order of the parameters, to (F, K). */
static void
turn (const OtoFapShape *shape,
      const float       *values,
      float             *ret_turned)
{
  for (int f = 0; f < shape->n_mels; f++)
    for (int k = 0; k < shape->n_classes; k++)
      *ret_turned++ = values[(size_t) k * shape->n_mels + f];
}

static void
add_turned (const OtoFapShape *shape,
            const float       *turned,
            float             *values)
{
  for (int f = 0; f < shape->n_mels; f++)
    for (int k = 0; k < shape->n_classes; k++)
      values[(size_t) k * shape->n_mels + f] += *turned++;
}

/**
 * oto_fap_forward:
 * @shape: sizes and form
 * @masks: (T, F, K), read, in [0, 1]
 * @alpha: (K, F) with bands, (K) without, read
 * @w: (K, F), read; logits of the weights, or with %OTO_FAP_FORM_FREE the weights themselves
 * @maps: written; see OtoFapMaps
 * @scratch: oto_fap_get_scratch_len() floats
 *
 * In all forms frames[t,k] = sum_f weights[f,k] masks[t,f,k]. With bands
 *
 *   bands[f,k] = auto_pool_t (masks[t,f,k], alpha[k,f])     clip[k] = sum_f weights[f,k] bands[f,k]
 *
 * and without clip[k] = auto_pool_t (frames[t,k], alpha[k]). An alpha of 0 is the mean.
 */
void
oto_fap_forward (const OtoFapShape *shape,
                 const float       *masks,
                 const float       *alpha,
                 const float       *w,
                 const OtoFapMaps  *maps,
                 float             *scratch)
{
  const int n_mels = shape->n_mels, n_classes = shape->n_classes;
  const Scratch arrays = divide_scratch (shape, scratch);

  turn (shape, w, maps->weights);
  if (shape->form != OTO_FAP_FORM_FREE)
    oto_time_attention_softmax_forward (maps->weights, n_mels, n_classes, maps->weights);
  oto_fap_score_frames (masks, maps->weights, shape->n_frames, n_mels, n_classes, maps->frames);

  if (shape->form != OTO_FAP_FORM_BANDS)
    {
      oto_auto_pool_forward (maps->frames, shape->n_frames, n_classes, alpha, maps->clip,
                             maps->peak, maps->inv_sum);
      return;
    }

  turn (shape, alpha, arrays.alpha);
  oto_auto_pool_forward (masks, shape->n_frames, get_plane_len (shape), arrays.alpha, maps->bands,
                         maps->peak, maps->inv_sum);
  oto_time_attention_sum_forward (maps->weights, FALSE, maps->bands, n_mels, n_classes,
                                  maps->clip);
}

/* The gradient of the masks, and those of alpha and of the weights of the form with bands. */
static void
backward_bands (const OtoFapShape *shape,
                const float       *masks,
                const float       *alpha,
                const OtoFapMaps  *maps,
                const float       *d_clip,
                const float       *d_frames,
                gboolean           is_added,
                float             *d_masks,
                float             *d_alpha,
                const Scratch     *arrays)
{
  const int n_frames = shape->n_frames, n_mels = shape->n_mels, n_classes = shape->n_classes;
  const size_t len = get_plane_len (shape);

  turn (shape, alpha, arrays->alpha);
  memset (arrays->d_alpha, 0, len * sizeof (float));
  oto_time_attention_sum_backward (maps->weights, FALSE, maps->bands, d_clip, n_mels, n_classes,
                                   FALSE, arrays->d_weights, FALSE, arrays->d_bands);
  oto_auto_pool_backward (masks, n_frames, len, arrays->alpha, maps->bands, maps->peak,
                          maps->inv_sum, arrays->d_bands, is_added, d_masks, arrays->d_alpha);
  add_turned (shape, arrays->d_alpha, d_alpha);
  if (d_frames == NULL)
    return;

  oto_fap_add_weight_gradient (masks, d_frames, n_frames, n_mels, n_classes, arrays->d_weights);
  oto_fap_spread_frames (maps->weights, d_frames, n_frames, n_mels, n_classes, TRUE, d_masks);
}

/* The same of the forms that pool the scores of frames. */
static void
backward_frames (const OtoFapShape *shape,
                 const float       *masks,
                 const float       *alpha,
                 const OtoFapMaps  *maps,
                 const float       *d_clip,
                 const float       *d_frames,
                 gboolean           is_added,
                 float             *d_masks,
                 float             *d_alpha,
                 const Scratch     *arrays)
{
  const int n_frames = shape->n_frames, n_mels = shape->n_mels, n_classes = shape->n_classes;

  if (d_frames != NULL)
    memcpy (arrays->d_frames, d_frames, (size_t) n_frames * n_classes * sizeof (float));
  oto_auto_pool_backward (maps->frames, n_frames, n_classes, alpha, maps->clip, maps->peak,
                          maps->inv_sum, d_clip, d_frames != NULL, arrays->d_frames, d_alpha);
  memset (arrays->d_weights, 0, get_plane_len (shape) * sizeof (float));
  oto_fap_add_weight_gradient (masks, arrays->d_frames, n_frames, n_mels, n_classes,
                               arrays->d_weights);
  oto_fap_spread_frames (maps->weights, arrays->d_frames, n_frames, n_mels, n_classes, is_added,
                         d_masks);
}

/**
 * oto_fap_backward:
 * @shape: as in the forward pass
 * @masks: (T, F, K), read, of the forward pass
 * @alpha: as in the forward pass, read
 * @maps: read, of the forward pass
 * @d_clip: (K), read
 * @d_frames: (nullable): (T, K), read: what the frame scores' own readers hand back
 * @is_added: whether the gradient of the masks is added to @d_masks, and not written
 * @d_masks: (T, F, K); not in place
 * @d_alpha: like @alpha, added to
 * @d_w: (K, F), added to
 * @scratch: oto_fap_get_scratch_len() floats
 *
 * Gradients of oto_fap_forward().
 */
void
oto_fap_backward (const OtoFapShape *shape,
                  const float       *masks,
                  const float       *alpha,
                  const OtoFapMaps  *maps,
                  const float       *d_clip,
                  const float       *d_frames,
                  gboolean           is_added,
                  float             *d_masks,
                  float             *d_alpha,
                  float             *d_w,
                  float             *scratch)
{
  const Scratch arrays = divide_scratch (shape, scratch);

  if (shape->form == OTO_FAP_FORM_BANDS)
    backward_bands (shape, masks, alpha, maps, d_clip, d_frames, is_added, d_masks, d_alpha,
                    &arrays);
  else
    backward_frames (shape, masks, alpha, maps, d_clip, d_frames, is_added, d_masks, d_alpha,
                     &arrays);

  if (shape->form != OTO_FAP_FORM_FREE)
    oto_time_attention_softmax_backward (maps->weights, arrays.d_weights, shape->n_mels,
                                         shape->n_classes, FALSE, arrays.d_weights);
  add_turned (shape, arrays.d_weights, d_w);
}

/**
 * oto_fap_fill_time_att:
 * @shape: as in the forward pass
 * @masks: (T, F, K), read, of the forward pass
 * @alpha: as in the forward pass, read
 * @maps: read, of the forward pass
 * @ret_time_att: (T, K), written; each class sums to one over time
 * @scratch: oto_fap_get_scratch_len() floats
 *
 * How much each frame counts in the clip's score: the auto-pooling's weights, with bands their mean
 * under the weights of the bins.
 */
void
oto_fap_fill_time_att (const OtoFapShape *shape,
                       const float       *masks,
                       const float       *alpha,
                       const OtoFapMaps  *maps,
                       float             *ret_time_att,
                       float             *scratch)
{
  const Scratch arrays = divide_scratch (shape, scratch);

  if (shape->form != OTO_FAP_FORM_BANDS)
    {
      oto_auto_pool_fill_weights (maps->frames, shape->n_frames, shape->n_classes, alpha,
                                  maps->peak, maps->inv_sum, ret_time_att);
      return;
    }

  turn (shape, alpha, arrays.alpha);
  oto_fap_weigh_frames (masks, maps->weights, arrays.alpha, maps->peak, maps->inv_sum,
                        shape->n_frames, shape->n_mels, shape->n_classes, ret_time_att);
}
