/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/* OtoStrip: how a class is heard. */
typedef struct
{
  gboolean is_solo;
  gboolean is_muted;
  double   gain_db;
} OtoStrip;

#define OTO_STRIP_MIN_DB (-60.0)   /* and below: not at all */
#define OTO_STRIP_MAX_DB 12.0

/**
 * OtoStrips:
 *
 * A strip a class, and one of Background: which are soloed or muted, and their gains. Solo is
 * additive, mute wins over solo, and an exclusive solo asked for again restores what was before.
 * For the main thread. Signal "changed": any of them.
 */
#define OTO_TYPE_STRIPS (oto_strips_get_type ())
G_DECLARE_FINAL_TYPE (OtoStrips, oto_strips, OTO, STRIPS, GObject)

OtoStrips      *oto_strips_new           (void) G_GNUC_WARN_UNUSED_RESULT;
void            oto_strips_reset         (OtoStrips      *self,
                                          int             n_classes);
int             oto_strips_get_n_classes (OtoStrips      *self);
const OtoStrip *oto_strips_get           (OtoStrips      *self,
                                          int             class_index);   /* -1: Background */
void            oto_strips_set           (OtoStrips      *self,
                                          int             class_index,
                                          const OtoStrip *strip);
void            oto_strips_toggle_solo   (OtoStrips      *self,
                                          int             class_index,
                                          gboolean        is_exclusive);
void            oto_strips_toggle_mute   (OtoStrips      *self,
                                          int             class_index);
void            oto_strips_clear         (OtoStrips      *self);
double          oto_strips_get_gain      (OtoStrips      *self,
                                          int             class_index);

G_END_DECLS
