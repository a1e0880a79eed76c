/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/oto-types.h"

G_BEGIN_DECLS

/* Global weighted rank pooling of one clip's class maps (K, M), M = T F. A decay of 0 is global
 * max pooling, of 1 global average pooling; both take a short way. */

size_t oto_gwrp_get_scratch_bytes    (size_t         row_len);   /* per thread, for any below */
size_t oto_gwrp_get_n_ranks          (size_t         row_len,
                                      double         decay);
void   oto_gwrp_forward              (const float   *map,
                                      int            n_classes,
                                      size_t         row_len,
                                      double         decay,
                                      float         *ret_y,
                                      guint32       *ret_order,  /* (nullable) (K, n ranks) */
                                      void          *scratch);
void   oto_gwrp_backward             (const float   *d_y,
                                      const guint32 *order,      /* (nullable) when decay is 1 */
                                      int            n_classes,
                                      size_t         row_len,
                                      double         decay,
                                      float         *d_map,
                                      void          *scratch);
void   oto_gwrp_backward_logits      (const float   *d_y,
                                      const float   *masks,
                                      const guint32 *order,      /* (nullable) */
                                      int            n_classes,
                                      size_t         row_len,
                                      double         decay,
                                      float         *ret_d_logits, /* (K, M), masks allowed */
                                      void          *scratch);
void   oto_gwrp_fill_implied_weights (const guint32 *order,      /* (nullable) when decay is 1 */
                                      int            n_classes,
                                      int            n_frames,
                                      int            n_mels,
                                      double         decay,
                                      float         *ret_weights, /* (K, T) */
                                      void          *scratch);

G_END_DECLS
