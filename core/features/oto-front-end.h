/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "features/oto-logmel.h"
#include "features/oto-scaler.h"

OTO_BEGIN_DECLS

/* The table of front ends: what published systems hear is one row. */

typedef struct
{
  const char      *name;             /* "F-K" */
  const char      *title;            /* one line for people */
  const char      *source;           /* paper, or program */
  OtoLogmelConfig  config;
  int              n_frames;         /* T of 10 s */
  OtoScalerRule    scaler_rule;
} OtoFrontEnd;

const OtoFrontEnd *oto_front_end_get            (guint                  i);
const OtoFrontEnd *oto_front_end_find           (const char            *name);
const OtoFrontEnd *oto_front_end_find_by_config (const OtoLogmelConfig *config);
char              *oto_front_end_dup_names      (void) G_GNUC_WARN_UNUSED_RESULT;

OTO_END_DECLS
