/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/oto-types.h"

G_BEGIN_DECLS

/* The remix recipe, systems.md 7.1, from events.csv and scenes.csv; with our own options beside it. */
typedef struct
{
  const char *events_csv;
  const char *scenes_csv;
  const char *list_yaml;                 /* (nullable): mixture.yaml instead of the two */
  int         n_clips;                   /* N; a fold has N/4 */
  guint32     seed;
  double      snr_min_db, snr_max_db;    /* equal: fixed */
  gboolean    random_onsets;
  int         events_min, events_max;    /* 3, 3 in the recipe */
  gboolean    independent_permutations;  /* instead of legacy tiling */
} OtoRemixConfig;

extern const OtoRemixConfig oto_remix_config_default;

gboolean oto_remix_run (const OtoRemixConfig *config, const char *dir, OtoProgressFunc progress, gpointer user_data, GCancellable *cancellable, GError **error);

G_END_DECLS
