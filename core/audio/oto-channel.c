/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "audio/oto-channel.h"

#include "audio/oto-clip.h"
#include "base/oto-error.h"

#include <glib/gi18n-lib.h>

/* Floats that are read at once. */
#define BLOCK_FLOATS 65536

static const char * const names[] = {
  [-OTO_CHANNEL_MEAN] = "mean",
  [-OTO_CHANNEL_LEFT] = "left",
  [-OTO_CHANNEL_RIGHT] = "right",
  [-OTO_CHANNEL_MID] = "mid",
  [-OTO_CHANNEL_SIDE] = "side",
};

/* A clip of one channel, made of another clip's. */

#define OTO_TYPE_CHANNEL_CLIP (oto_channel_clip_get_type ())
G_DECLARE_FINAL_TYPE (OtoChannelClip, oto_channel_clip, OTO, CHANNEL_CLIP, OtoClip)

struct _OtoChannelClip
{
  OtoClip  parent_instance;
  OtoClip *clip;
  int      first;         /* a channel, from 0 */
  float    first_gain;
  float    second_gain;   /* of the channel behind it; 0: that is left alone */
};

G_DEFINE_FINAL_TYPE (OtoChannelClip, oto_channel_clip, OTO_TYPE_CLIP)

static gboolean
oto_channel_clip_read (OtoClip  *clip,
                       gint64    first_sample,
                       gint64    n_samples,
                       float    *ret_samples,
                       GError  **error)
{
  OtoChannelClip *self = OTO_CHANNEL_CLIP (clip);
  const int n_channels = oto_clip_get_n_channels (self->clip);
  const gint64 block_samples = MAX (BLOCK_FLOATS / n_channels, 1);
  g_autofree float *block = g_new (float, (size_t) (block_samples * n_channels));

  for (gint64 pos = 0; pos < n_samples; pos += block_samples)
    {
      const gint64 n = MIN (block_samples, n_samples - pos);

      /* As the file has them: what is no number there is counted here. */
      if (!OTO_CLIP_GET_CLASS (self->clip)->read (self->clip, first_sample + pos, n, block, error))
        return FALSE;
      for (gint64 i = 0; i < n; i++)
        {
          const float *sample = block + i * n_channels + self->first;

          ret_samples[pos + i] = self->first_gain * sample[0];
          if (self->second_gain != 0.f)
            ret_samples[pos + i] += self->second_gain * sample[1];
        }
    }
  return TRUE;
}

static void
oto_channel_clip_dispose (GObject *object)
{
  g_clear_object (&OTO_CHANNEL_CLIP (object)->clip);
  G_OBJECT_CLASS (oto_channel_clip_parent_class)->dispose (object);
}

static void
oto_channel_clip_class_init (OtoChannelClipClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = oto_channel_clip_dispose;
  OTO_CLIP_CLASS (klass)->read = oto_channel_clip_read;
}

static void
oto_channel_clip_init (OtoChannelClip *self)
{
}

/**
 * oto_channel_parse:
 * @text: "mean", "left", "right", "mid", "side", or a number from 1
 * @ret_channel: (out): what it says
 *
 * Returns: whether it says anything
 */
gboolean
oto_channel_parse (const char *text,
                   int        *ret_channel)
{
  guint64 number;

  g_return_val_if_fail (text != NULL, FALSE);

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (g_ascii_strcasecmp (text, names[i]) == 0)
      {
        *ret_channel = -(int) i;
        return TRUE;
      }
  if (!g_ascii_string_to_unsigned (text, 10, 1, G_MAXINT, &number, NULL))
    return FALSE;
  *ret_channel = (int) number;
  return TRUE;
}

/**
 * oto_channel_dup_name:
 * @channel: what oto_channel_parse() gave
 *
 * Returns: (transfer full): what was parsed
 */
char *
oto_channel_dup_name (int channel)
{
  g_return_val_if_fail (channel > -(int) G_N_ELEMENTS (names), NULL);

  return channel > 0 ? g_strdup_printf ("%d", channel) : g_strdup (names[-channel]);
}

static gboolean
is_there (int channel,
          int n_channels)
{
  switch (channel)
    {
    case OTO_CHANNEL_LEFT:
      return TRUE;
    case OTO_CHANNEL_RIGHT:
      return n_channels >= 2;
    case OTO_CHANNEL_MID:
    case OTO_CHANNEL_SIDE:
      return n_channels == 2;
    default:
      return channel <= n_channels;
    }
}

/**
 * oto_channel_take:
 * @clip: a clip
 * @channel: what of it
 * @error: return location for a #GError
 *
 * Makes a clip that is one channel of another, under the same name. The mean is what every clip is
 * heard as already, so that it gives @clip itself, with all its channels.
 *
 * Returns: (transfer full) (nullable): a clip, or %NULL with %OTO_ANALYSIS_ERROR_CLIP if there is
 *   no such channel
 */
OtoClip *
oto_channel_take (OtoClip  *clip,
                  int       channel,
                  GError  **error)
{
  OtoChannelClip *self;
  g_autofree char *note = NULL;
  gint64 n_announced;

  g_return_val_if_fail (OTO_IS_CLIP (clip), NULL);
  g_return_val_if_fail (channel > -(int) G_N_ELEMENTS (names), NULL);

  if (channel == OTO_CHANNEL_MEAN)
    return g_object_ref (clip);
  if (!is_there (channel, oto_clip_get_n_channels (clip)))
    {
      const int n_channels = oto_clip_get_n_channels (clip);
      g_autofree char *name = oto_channel_dup_name (channel);

      g_set_error (error, OTO_ANALYSIS_ERROR, OTO_ANALYSIS_ERROR_CLIP,
                   g_dngettext (GETTEXT_PACKAGE,
                                "“%s” has %d channel and therefore no channel “%s”. Choose "
                                "another.",
                                "“%s” has %d channels and therefore no channel “%s”. Choose "
                                "another.", (gulong) n_channels),
                   oto_clip_get_name (clip), n_channels, name);
      return NULL;
    }

  g_object_get (clip, "note", &note, "n-announced", &n_announced, NULL);
  self = g_object_new (OTO_TYPE_CHANNEL_CLIP, "name", oto_clip_get_name (clip),
                       "path", oto_clip_get_path (clip), "format", oto_clip_get_format (clip),
                       "rate-hz", oto_clip_get_rate_hz (clip), "n-channels", 1,
                       "n-samples", oto_clip_get_n_samples (clip), "n-announced", n_announced,
                       "note", note, NULL);
  self->clip = g_object_ref (clip);
  self->first = channel > 0 ? channel - 1 : channel == OTO_CHANNEL_RIGHT ? 1 : 0;
  self->first_gain = channel == OTO_CHANNEL_MID || channel == OTO_CHANNEL_SIDE ? 0.5f : 1.f;
  self->second_gain = channel == OTO_CHANNEL_MID ? 0.5f : channel == OTO_CHANNEL_SIDE ? -0.5f : 0.f;
  return OTO_CLIP (self);
}
