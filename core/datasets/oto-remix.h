/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/oto-types.h"

OTO_BEGIN_DECLS

/**
 * OtoRemixConfig:
 * @events_csv: list of events: fname, label; optionally manually_verified, fold, recording,
 *   licence. With @list_yaml: (nullable), only says where the audio is
 * @scenes_csv: list of backgrounds: filename; optionally fold, recording, licence. With @list_yaml:
 *   (nullable)
 * @list_yaml: (nullable): render this list of mixtures instead of making one
 * @n_clips: N; a fold has N/4
 * @seed: of the recipe's Mersenne Twister, and of our own draws
 * @snr_min_db: level of the events over the scene
 * @snr_max_db: equal to @snr_min_db, or the upper end of a range that every clip draws from
 * @random_onsets: onsets anywhere, without overlap as long as the events fit side by side;
 *   otherwise 0.5, 3.0, 5.5 (and 8.0) s
 * @events_min: fewest events in a clip
 * @events_max: most events in a clip
 * @independent_permutations: shuffle anew for every repeat, instead of the released code's tiling
 *   of the last permutation
 * @synthetic: share of events, and of scenes, that are synthesised, where the class can be
 * @licences: (nullable) (array zero-terminated=1): use only events with such a licence,
 *   which is compared whole or up to a semicolon
 * @scene_licences: (nullable) (array zero-terminated=1): the same
 *   for scenes
 * @n_threads: 0: as many as there are cores
 *
 * The remix recipe, systems.md 7.1, with our own options beside it.
 */
typedef struct
{
  const char         *events_csv;
  const char         *scenes_csv;
  const char         *list_yaml;
  int                 n_clips;
  guint32             seed;
  double              snr_min_db;
  double              snr_max_db;
  gboolean            random_onsets;
  int                 events_min;
  int                 events_max;
  gboolean            independent_permutations;
  double              synthetic;
  const char * const *licences;
  const char * const *scene_licences;
  int                 n_threads;
} OtoRemixConfig;

extern const OtoRemixConfig oto_remix_config_default;

gboolean oto_remix_run (const OtoRemixConfig *config,
                        const char           *dir,
                        OtoProgressFunc       progress,
                        gpointer              user_data,
                        GCancellable         *cancellable,
                        GError              **error);

gboolean oto_remix_save_list (const OtoRemixConfig *config,
                              const char           *path,
                              GCancellable         *cancellable,
                              GError              **error);

OTO_END_DECLS
