/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/oto-types.h"
#include "io/oto-mixture.h"

OTO_BEGIN_DECLS

#define OTO_TYPE_DATASET (oto_dataset_get_type ())
G_DECLARE_FINAL_TYPE (OtoDataset, oto_dataset, OTO, DATASET, GObject)

/* OtoDataset: a folder with audio/, labels.tsv (strong: filename onset offset event_label; weak:
 * filename event_labels) and optionally folds.tsv (filename fold). Without a folder audio/ the
 * clips are sought beside labels.tsv, as oto_demo_write() puts them. Clips in the order of their
 * names; classes sorted. Or a list of mixtures of events and scenes, whose clips are mixed when
 * they are opened. Immutable, safe from any thread. */

OtoDataset         *oto_dataset_load             (const char  *dir,
                                                  GError     **error) G_GNUC_WARN_UNUSED_RESULT;
OtoDataset         *oto_dataset_load_mixtures    (const char  *path,
                                                  GError     **error) G_GNUC_WARN_UNUSED_RESULT;
const OtoMixture   *oto_dataset_get_mixture      (OtoDataset  *self,
                                                  guint        clip);
OtoClip            *oto_dataset_open_clip        (OtoDataset  *self,
                                                  guint        clip,
                                                  GError     **error) G_GNUC_WARN_UNUSED_RESULT;
const char         *oto_dataset_get_dir          (OtoDataset  *self);
guint               oto_dataset_get_n_clips      (OtoDataset  *self);
guint               oto_dataset_get_n_unlabelled (OtoDataset  *self);
const char         *oto_dataset_get_note         (OtoDataset  *self);
const char         *oto_dataset_get_filename     (OtoDataset  *self,
                                                  guint        clip);
char               *oto_dataset_dup_path         (OtoDataset  *self,
                                                  guint        clip);
int                 oto_dataset_get_fold         (OtoDataset  *self,
                                                  guint        clip);
int                 oto_dataset_get_n_folds      (OtoDataset  *self);
GArray             *oto_dataset_list_clips       (OtoDataset  *self,
                                                  int          fold,
                                                  gboolean     inside,
                                                  GError     **error) G_GNUC_WARN_UNUSED_RESULT;
guint               oto_dataset_get_n_classes    (OtoDataset  *self);
const char * const *oto_dataset_get_class_names  (OtoDataset  *self);
gboolean            oto_dataset_has_label        (OtoDataset  *self,
                                                  guint        clip,
                                                  guint        class_index);
void                oto_dataset_fill_targets     (OtoDataset  *self,
                                                  guint        clip,
                                                  float       *ret_y);
OtoEventList       *oto_dataset_get_events       (OtoDataset  *self);
const guint32      *oto_dataset_get_clip_events  (OtoDataset  *self,
                                                  guint        clip,
                                                  guint       *ret_n);
gboolean            oto_dataset_has_parts        (OtoDataset  *self);

OTO_END_DECLS
