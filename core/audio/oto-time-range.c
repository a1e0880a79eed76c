/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "audio/oto-time-range.h"

#include "audio/oto-clip.h"
#include "base/oto-error.h"

#include <glib/gi18n-lib.h>
#include <math.h>

/* A time, or nothing, which is @missing. */
static gboolean
parse_time (const char *text,
            double      missing,
            double     *ret_time_s)
{
  char *end;

  *ret_time_s = *text != '\0' ? g_ascii_strtod (text, &end) : missing;
  return *text == '\0' || (end != text && *end == '\0' && isfinite (*ret_time_s));
}

/**
 * oto_time_range_parse:
 * @text: "2:5.5", two times in seconds; one that is left out is the clip's start or end
 * @ret_range: (out): the range
 *
 * Returns: whether it is a range: one that begins at 0 or later, and ends after it begins
 */
gboolean
oto_time_range_parse (const char   *text,
                      OtoTimeRange *ret_range)
{
  g_auto (GStrv) parts = NULL;
  OtoTimeRange range;

  g_return_val_if_fail (text != NULL && ret_range != NULL, FALSE);

  parts = g_strsplit (text, ":", -1);
  if (g_strv_length (parts) != 2
      || (*parts[0] == '\0' && *parts[1] == '\0')
      || !parse_time (parts[0], 0.0, &range.start_s)
      || !parse_time (parts[1], INFINITY, &range.end_s)
      || range.start_s < 0.0 || !(range.end_s > range.start_s))
    return FALSE;
  *ret_range = range;
  return TRUE;
}

/**
 * oto_time_range_fit:
 * @self: a range
 * @clip: a clip
 * @error: set to %OTO_ANALYSIS_ERROR_CLIP when the range begins behind the clip's end
 *
 * Cuts off what lies behind the end of the clip.
 *
 * Returns: whether anything is left
 */
gboolean
oto_time_range_fit (OtoTimeRange  *self,
                    OtoClip       *clip,
                    GError       **error)
{
  double duration_s;

  g_return_val_if_fail (self != NULL && OTO_IS_CLIP (clip), FALSE);

  duration_s = oto_clip_get_duration_s (clip);
  if (self->start_s >= duration_s)
    {
      /* Translators: seconds, the name of a file, and its length in seconds. */
      g_set_error (error, OTO_ANALYSIS_ERROR, OTO_ANALYSIS_ERROR_CLIP,
                   _("The range begins at %.3f s, after the end of “%s”, which is %.3f s long. "
                     "Choose an earlier one."),
                   self->start_s, oto_clip_get_name (clip), duration_s);
      return FALSE;
    }
  self->end_s = MIN (self->end_s, duration_s);
  return TRUE;
}

/**
 * oto_time_range_get_samples:
 * @self: a range that oto_time_range_fit() has seen
 * @clip: its clip
 * @ret_n_samples: (out): their number, per channel
 *
 * Returns: the first sample that it covers
 */
gint64
oto_time_range_get_samples (const OtoTimeRange *self,
                            OtoClip            *clip,
                            gint64             *ret_n_samples)
{
  const gint64 n = oto_clip_get_n_samples (clip);
  const double rate_hz = oto_clip_get_rate_hz (clip);
  const gint64 begin = MIN ((gint64) llround (self->start_s * rate_hz), n);
  const gint64 end = MIN ((gint64) llround (self->end_s * rate_hz), n);

  *ret_n_samples = end - begin;
  return begin;
}
