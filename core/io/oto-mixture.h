/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/oto-types.h"

OTO_BEGIN_DECLS

/* OtoMixture: how one clip of a remixed data set is made. A file of them, mixture.yaml, has the
 * shape of the list that the remix recipe's authors released; “snr” is ours and optional:
 *
 *   - events:
 *     - event_audio_name: 19f45b13.wav
 *       event_label: Tambourine
 *       offset: 1.22
 *       onset: 0.5
 *     fold: 1
 *     mixture_name: 00000.wav
 *     scene_audio_name: metro_station-barcelona-62-1861-a.wav
 *     snr: 10.0
 */

/**
 * OtoMixtureEvent:
 * @audio_name: the event's file, as its list names it
 * @label: its class
 * @onset_s: where it begins in the clip
 * @offset_s: where it ends
 */
typedef struct
{
  char   *audio_name;
  char   *label;
  double  onset_s;
  double  offset_s;
} OtoMixtureEvent;

/**
 * OtoMixture:
 * @name: the clip's file
 * @fold: from 1
 * @scene_name: the background's file
 * @snr_db: level of the events over the scene; NaN where the list has none
 * @n_events: length of @events
 * @events: (array length=n_events): in the order of their onsets in the recipe
 */
typedef struct
{
  char            *name;
  int              fold;
  char            *scene_name;
  double           snr_db;
  guint            n_events;
  OtoMixtureEvent *events;
} OtoMixture;

OtoMixture *oto_mixture_new       (const char       *name,
                                   int               fold,
                                   const char       *scene_name,
                                   double            snr_db,
                                   guint             n_events) G_GNUC_WARN_UNUSED_RESULT;
void        oto_mixture_free      (OtoMixture       *self);
void        oto_mixture_set_event (OtoMixture       *self,
                                   guint             i,
                                   const char       *audio_name,
                                   const char       *label,
                                   double            onset_s,
                                   double            offset_s);
GPtrArray  *oto_mixture_load_list (const char       *path,
                                   GError          **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean    oto_mixture_save_list (GPtrArray        *mixtures,
                                   const char       *path,
                                   GError          **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OtoMixture, oto_mixture_free)

OTO_END_DECLS
