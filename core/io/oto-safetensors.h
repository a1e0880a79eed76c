/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/oto-types.h"

OTO_BEGIN_DECLS

/* OtoSafetensors: named arrays and string metadata in one file, in the format described at
 * https://github.com/huggingface/safetensors. Loading trusts nothing: header length, JSON, types,
 * shapes, products, offsets (gapless, in bounds, no overlap). */

#define OTO_SAFETENSORS_MAX_DIMS 8

typedef enum
{
  OTO_DTYPE_F64, OTO_DTYPE_F32, OTO_DTYPE_F16, OTO_DTYPE_BF16,
  OTO_DTYPE_I64, OTO_DTYPE_I32, OTO_DTYPE_I16, OTO_DTYPE_I8, OTO_DTYPE_U8, OTO_DTYPE_BOOL,
} OtoDtype;

typedef struct
{
  const char   *name;
  OtoDtype      dtype;
  int           n_dims;
  gint64        shape[OTO_SAFETENSORS_MAX_DIMS];
  gint64        len;             /* elements */
  gconstpointer data;            /* raw little-endian, not aligned: copy, do not cast */
} OtoSafetensor;

OtoSafetensors *oto_safetensors_new        (void) G_GNUC_WARN_UNUSED_RESULT;
OtoSafetensors *oto_safetensors_load       (const char      *path,
                                            GError         **error) G_GNUC_WARN_UNUSED_RESULT;
OtoSafetensors *oto_safetensors_load_bytes (GBytes          *bytes,
                                            const char      *name,
                                            GError         **error) G_GNUC_WARN_UNUSED_RESULT;
OtoSafetensors *oto_safetensors_ref        (OtoSafetensors  *self) G_GNUC_WARN_UNUSED_RESULT;
void            oto_safetensors_unref      (OtoSafetensors  *self);

guint                oto_safetensors_get_n        (OtoSafetensors *self);
const OtoSafetensor *oto_safetensors_get          (OtoSafetensors *self,
                                                   guint           i);
const OtoSafetensor *oto_safetensors_find         (OtoSafetensors *self,
                                                   const char     *name);
const char          *oto_safetensors_get_meta     (OtoSafetensors *self,
                                                   const char     *key);
GHashTable          *oto_safetensors_get_metadata (OtoSafetensors *self);

gboolean oto_safetensors_copy_float  (OtoSafetensors  *self,
                                      const char      *name,
                                      gint64           len,
                                      float           *ret_values,
                                      GError         **error);
gboolean oto_safetensors_copy_double (OtoSafetensors  *self,
                                      const char      *name,
                                      gint64           len,
                                      double          *ret_values,
                                      GError         **error);

void     oto_safetensors_set_meta (OtoSafetensors  *self,
                                   const char      *key,
                                   const char      *value);
void     oto_safetensors_add      (OtoSafetensors  *self,
                                   const char      *name,
                                   OtoDtype         dtype,
                                   int              n_dims,
                                   const gint64    *shape,
                                   gconstpointer    values);
GBytes  *oto_safetensors_to_bytes (OtoSafetensors  *self) G_GNUC_WARN_UNUSED_RESULT;
gboolean oto_safetensors_save     (OtoSafetensors  *self,
                                   const char      *path,
                                   GError         **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OtoSafetensors, oto_safetensors_unref)

OTO_END_DECLS
