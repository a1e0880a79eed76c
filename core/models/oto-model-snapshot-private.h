/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "models/oto-model-config-private.h"
#include "models/oto-model-snapshot.h"

G_BEGIN_DECLS

struct _OtoModelSnapshot
{
  gatomicrefcount  ref_count;
  OtoModelConfig   config;
  char           **class_names;
  OtoLogmelConfig  front_end;
  OtoScaler        scaler;
  float           *params;       /* oto_free () */
  float           *buffers;      /* oto_free () */
  size_t           params_len;
  size_t           buffers_len;
  OtoModelSnapshot *base;        /* (nullable): whose weights they are */
  OtoTuning       *tuning;       /* (nullable) */
  char            *training_json;
  char            *name;
  char            *hash;
};

/* The metadata entry that holds the tuning. */
#define OTO_MODEL_SNAPSHOT_TUNING_KEY "tuning"

void      oto_model_snapshot_take_hash          (OtoModelSnapshot *self);  /* set all else first */

/* The metadata of a model file: everything but weights, scaler, name and hash. */
void      oto_model_snapshot_add_metadata       (OtoModelSnapshot *self,
                                                 OtoSafetensors   *file);
gboolean  oto_model_snapshot_parse_metadata     (OtoModelSnapshot *self,
                                                 OtoSafetensors   *file,
                                                 GError          **error);

/* The model file of a run folder: its best, else its last. */
char     *oto_model_snapshot_dup_run_path       (const char       *dir,
                                                 GError          **error);

/* Sets MISMATCH, with a next step behind @format, and returns FALSE. */
gboolean  oto_model_snapshot_fail               (GError          **error,
                                                 const char       *format,
                                                 ...) G_GNUC_PRINTF (2, 3);

G_END_DECLS
