/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "datasets/oto-remix.h"
#include "io/oto-mixture.h"

G_BEGIN_DECLS

#define OTO_REMIX_RATE_HZ     32000
#define OTO_REMIX_CLIP_S      10.0
#define OTO_REMIX_CLIP_LEN    320000
#define OTO_REMIX_EVENT_MAX_S 2.0

/* What is synthesised has a name instead of a file: synth/CLASS/SEED, synth/BACKGROUND/SEED. */
#define OTO_REMIX_SYNTH_PREFIX "synth/"

/* Where the audio of a list is. */
typedef struct
{
  char *events_dir;
  char *scenes_dir;
} OtoRemixPlaces;

/* oto-remix-plan.c: from the lists of events and scenes to mixtures. */
GPtrArray *oto_remix_plan            (const OtoRemixConfig *config,
                                      const OtoRemixPlaces *places,
                                      GCancellable         *cancellable,
                                      GError              **error) G_GNUC_WARN_UNUSED_RESULT;

void       oto_remix_draw_onsets     (OtoRng               *rng,
                                      const double         *durations_s,
                                      guint                 n_events,
                                      double               *ret_onsets_s);

/* oto-remix-folds.c: which fold an event or a scene belongs to. */
typedef struct
{
  char     *name;                /* of its file */
  char     *label;               /* (nullable): of an event */
  char     *recording;           /* (nullable) */
  int       fold;                /* from 1; 0: any */
  gboolean  selected;            /* passed every filter */
} OtoRemixSource;

GPtrArray *oto_remix_load_events     (const OtoRemixConfig *config,
                                      int                  *ret_n_folds,
                                      GError              **error) G_GNUC_WARN_UNUSED_RESULT;
int        oto_remix_get_only_fold   (GPtrArray            *events);
GPtrArray *oto_remix_load_scenes     (const OtoRemixConfig *config,
                                      GPtrArray            *events,
                                      int                   n_folds,
                                      GError              **error) G_GNUC_WARN_UNUSED_RESULT;

/* oto-remix.c */
gboolean   oto_remix_check_list      (GPtrArray            *mixtures,
                                      const char           *path,
                                      GError              **error);
OtoEventList *
           oto_remix_list_labels     (GPtrArray            *mixtures) G_GNUC_WARN_UNUSED_RESULT;

/* oto-remix-render.c: from a mixture to samples. */
gboolean   oto_remix_get_event_len   (const OtoRemixPlaces *places,
                                      const char           *audio_name,
                                      const char           *label,
                                      double               *ret_duration_s,
                                      GError              **error);
float     *oto_remix_load_event      (const OtoRemixPlaces  *places,
                                      const OtoMixtureEvent *event,
                                      gint64                *ret_n_samples,
                                      GError               **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean   oto_remix_load_scene      (const OtoRemixPlaces *places,
                                      const char           *audio_name,
                                      float                *ret_samples,
                                      GError              **error);
gboolean   oto_remix_set_rms         (float                *samples,
                                      gint64                n_samples,
                                      double                target);
gboolean   oto_remix_fail_silent     (const char           *audio_name,
                                      GError              **error);
void       oto_remix_finish          (const float          *events,
                                      const float          *scene,
                                      float                *ret_samples);
gboolean   oto_remix_render          (const OtoRemixPlaces *places,
                                      const OtoMixture     *mixture,
                                      double                snr_db,
                                      float                *ret_samples,
                                      GError              **error);

G_END_DECLS
