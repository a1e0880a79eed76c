/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/oto-types.h"

OTO_BEGIN_DECLS

/* What of a clip's channels is listened to: a number from 1 is that channel. */
enum
{
  OTO_CHANNEL_MEAN = 0,     /* of all */
  OTO_CHANNEL_LEFT = -1,    /* the first */
  OTO_CHANNEL_RIGHT = -2,   /* the second */
  OTO_CHANNEL_MID = -3,     /* half the sum of two */
  OTO_CHANNEL_SIDE = -4,    /* half their difference */
};

gboolean  oto_channel_parse    (const char  *text,
                                int         *ret_channel);
char     *oto_channel_dup_name (int          channel) G_GNUC_WARN_UNUSED_RESULT;
OtoClip  *oto_channel_take     (OtoClip     *clip,
                                int          channel,
                                GError     **error) G_GNUC_WARN_UNUSED_RESULT;

OTO_END_DECLS
