/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "io/oto-safetensors.h"

G_BEGIN_DECLS

/* What loading and saving see of a collection. */

/* Before the header stands its length. */
#define OTO_SAFETENSORS_LENGTH_BYTES 8
#define OTO_SAFETENSORS_METADATA_KEY "__metadata__"
#define OTO_N_DTYPES                 (OTO_DTYPE_BOOL + 1)

struct _OtoSafetensors
{
  gatomicrefcount  ref_count;
  GBytes          *bytes;         /* of the file, which the tensors point into; or NULL */
  GPtrArray       *tensors;       /* OtoSafetensorEntry */
  GHashTable      *index;         /* name to OtoSafetensorEntry */
  GHashTable      *metadata;      /* string to string */
  GError          *problem;       /* why a tensor could not be added, or NULL */
};

typedef struct
{
  OtoSafetensor  tensor;
  char          *name;
  gpointer       values;          /* of a tensor that was added; else NULL */
  gint64         begin;           /* in the data section */
  gint64         end;
} OtoSafetensorEntry;

typedef struct
{
  const char *name;
  int         item_bytes;
} OtoDtypeInfo;

const OtoDtypeInfo *oto_dtype_get_info          (OtoDtype        dtype);

/* (transfer none): a new entry, with a name that @self does not have yet and nothing else. */
OtoSafetensorEntry *oto_safetensors_add_entry   (OtoSafetensors *self,
                                                 const char     *name);

/* The value of one little-endian item. */
double              oto_safetensors_read_value  (OtoDtype        dtype,
                                                 const guint8   *item);

/* Little-endian items from the host's, as oto_safetensors_add() takes them. */
void                oto_safetensors_pack_values (OtoDtype        dtype,
                                                 gconstpointer   values,
                                                 size_t          len,
                                                 guint8         *ret_data);

G_END_DECLS
