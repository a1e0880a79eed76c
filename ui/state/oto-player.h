/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "audio/oto-clip.h"
#include "audio/oto-mixer.h"

G_BEGIN_DECLS

#define OTO_TYPE_PLAYER (oto_player_get_type ())
G_DECLARE_FINAL_TYPE (OtoPlayer, oto_player, OTO, PLAYER, GObject)

/* OtoPlayer: plays what a mixer makes of one clip. The output is a GStreamer sink: the one
 * described by OTO_AUDIO_SINK, else the system's. For the main thread. Signal: "changed" (playing,
 * paused, ended, device). */

OtoPlayer  *oto_player_new            (void) G_GNUC_WARN_UNUSED_RESULT;
void        oto_player_set_clip       (OtoPlayer  *self,
                                       OtoClip    *clip);
OtoMixer   *oto_player_get_mixer      (OtoPlayer  *self);
void        oto_player_set_playing    (OtoPlayer  *self,
                                       gboolean    is_playing);
gboolean    oto_player_is_playing     (OtoPlayer  *self);
void        oto_player_seek           (OtoPlayer  *self,
                                       double      time_s);
void        oto_player_play_range     (OtoPlayer  *self,
                                       double      start_s,
                                       double      end_s);
void        oto_player_refresh        (OtoPlayer  *self);
double      oto_player_get_position_s (OtoPlayer  *self);
gboolean    oto_player_has_device     (OtoPlayer  *self);
const char *oto_player_get_problem    (OtoPlayer  *self);

G_END_DECLS
