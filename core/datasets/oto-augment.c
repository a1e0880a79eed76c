/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "datasets/oto-augment.h"

#include "audio/oto-shaper.h"
#include "base/oto-error.h"
#include "base/oto-rng.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

/* Masks of each kind in a clip (Park et al.: SpecAugment, 2019). */
#define N_MASKS 2

static const OtoOption options[OTO_AUGMENT_N] = {
  [OTO_AUGMENT_TIME_MASK] = { "time-mask", OTO_OPTION_NUMBER, 0.0, 0.0, 0.5, NULL,
    "longest share of the frames that each of two masks hides" },
  [OTO_AUGMENT_MEL_MASK] = { "mel-mask", OTO_OPTION_NUMBER, 0.0, 0.0, 0.5, NULL,
    "largest share of the mel bins that each of two masks hides" },
  [OTO_AUGMENT_MIXUP] = { "mixup", OTO_OPTION_NUMBER, 0.0, 0.0, 1.0, NULL,
    "clips and labels are mixed with others' by a weight of Beta (mixup, mixup)" },
  [OTO_AUGMENT_SNR_MIN] = { "snr-min", OTO_OPTION_NUMBER, 0.0, -60.0, 60.0, NULL,
    "lowest level of an event over its scene in decibels, with --remix" },
  [OTO_AUGMENT_SNR_MAX] = { "snr-max", OTO_OPTION_NUMBER, 20.0, -60.0, 60.0, NULL,
    "highest level of an event over its scene in decibels, with --remix" },
  [OTO_AUGMENT_EVENTS_MIN] = { "events-min", OTO_OPTION_INTEGER, 0.0, 0.0,
    OTO_AUGMENT_MAX_EVENTS, NULL,
    "fewest events of a clip, with --remix" },
  [OTO_AUGMENT_EVENTS_MAX] = { "events-max", OTO_OPTION_INTEGER, 4.0, 1.0,
    OTO_AUGMENT_MAX_EVENTS, NULL,
    "most events of a clip, with --remix" },
  [OTO_AUGMENT_LEVEL] = { "level", OTO_OPTION_NUMBER, 0.0, 0.0, 60.0, NULL,
    "clips are up to this many decibels quieter, with --remix" },
  [OTO_AUGMENT_EQUALISER] = { "equaliser", OTO_OPTION_NUMBER, 0.0, 0.0,
    OTO_SHAPER_MAX_GAIN_DB, NULL,
    "octaves of sounds are raised and lowered by up to this many decibels, with --remix" },
  [OTO_AUGMENT_SPEED] = { "speed", OTO_OPTION_NUMBER, 0.0, 0.0, 0.5, NULL,
    "events are played faster or slower by up to this share, with --remix" },
  [OTO_AUGMENT_ROOM] = { "room", OTO_OPTION_NUMBER, 0.0, 0.0, 1.0, NULL,
    "share of the events that sound in a synthetic room, with --remix" },
  [OTO_AUGMENT_SECOND_SCENE] = { "second-scene", OTO_OPTION_NUMBER, 0.0, 0.0, 1.0, NULL,
    "share of the clips whose scene is mixed of two, with --remix" },
};

/**
 * oto_augment_get_option:
 * @i: from 0
 *
 * Returns: (nullable): the option, an #OtoAugmentKind, or %NULL behind the last one
 */
const OtoOption *
oto_augment_get_option (guint i)
{
  return i < OTO_AUGMENT_N ? &options[i] : NULL;
}

void
oto_augment_init (OtoAugment *self)
{
  for (guint i = 0; i < OTO_AUGMENT_N; i++)
    self->values[i] = options[i].value;
}

static gboolean
fail_unknown (const char  *setting,
              GError     **error)
{
  g_autoptr (GString) names = g_string_new (NULL);

  for (guint i = 0; i < OTO_AUGMENT_N; i++)
    g_string_append_printf (names, "%s%s", i > 0 ? ", " : "", options[i].name);
  g_set_error (error, OTO_DATASETS_ERROR, OTO_DATASETS_ERROR_LAYOUT,
               _("“%s” is no augmentation. Write one of %s as name=value."), setting, names->str);
  return FALSE;
}

static gboolean
parse_one (OtoAugment  *self,
           const char  *setting,
           gboolean     remix,
           GError     **error)
{
  const char *equals = strchr (setting, '=');
  guint i = 0;

  while (i < OTO_AUGMENT_N
         && (equals == NULL || strlen (options[i].name) != (size_t) (equals - setting)
             || !g_str_has_prefix (setting, options[i].name)))
    i++;
  if (i == OTO_AUGMENT_N)
    return fail_unknown (setting, error);
  if (i >= OTO_AUGMENT_FIRST_REMIX && !remix)
    {
      g_set_error (error, OTO_DATASETS_ERROR, OTO_DATASETS_ERROR_LAYOUT,
                   _("The augmentation “%s” is of the sounds that mixtures are made of, so it "
                     "needs a list of mixtures as data and --remix."), options[i].name);
      return FALSE;
    }
  return oto_option_parse (&options[i], equals + 1, &self->values[i], error);
}

/**
 * oto_augment_parse:
 * @self: (inout): the values that @settings leaves out stay
 * @settings: (nullable) (array zero-terminated=1): “name=value”
 * @remix: whether clips are mixed on the way, and what they are made of can be changed
 * @error: return location for a #GError
 *
 * Returns: %FALSE with a #OtoDatasetsError or #OtoModelsError that names the option and its range
 */
gboolean
oto_augment_parse (OtoAugment  *self,
                   char       **settings,
                   gboolean     remix,
                   GError     **error)
{
  for (guint i = 0; settings != NULL && settings[i] != NULL; i++)
    if (!parse_one (self, settings[i], remix, error))
      return FALSE;
  if (self->values[OTO_AUGMENT_SNR_MIN] <= self->values[OTO_AUGMENT_SNR_MAX]
      && self->values[OTO_AUGMENT_EVENTS_MIN] <= self->values[OTO_AUGMENT_EVENTS_MAX])
    return TRUE;
  g_set_error_literal (error, OTO_DATASETS_ERROR, OTO_DATASETS_ERROR_LAYOUT,
                       _("Of snr-min and snr-max, and of events-min and events-max, the first must "
                         "not be the larger one."));
  return FALSE;
}

/* --- features ------------------------------------------------------------------------------ */

/* A stretch of at most @share of @n, anywhere; the end is not part of it. */
static void
draw_mask (OtoRng *rng,
           double  share,
           int     n,
           int    *ret_begin,
           int    *ret_end)
{
  const int longest = (int) (share * n);
  const int len = (int) oto_rng_below (rng, (guint64) longest + 1);

  *ret_begin = (int) oto_rng_below (rng, (guint64) (n - len) + 1);
  *ret_end = *ret_begin + len;
}

/* Hidden is what stands at the mean of its mel bin: 0 after the scaler. */
static void
mask_clip (const OtoAugment *self,
           OtoRng           *rng,
           int               n_frames,
           int               n_mels,
           float            *x)
{
  int begin, end;

  for (int i = 0; i < N_MASKS && self->values[OTO_AUGMENT_TIME_MASK] > 0.0; i++)
    {
      draw_mask (rng, self->values[OTO_AUGMENT_TIME_MASK], n_frames, &begin, &end);
      memset (x + (size_t) begin * n_mels, 0, (size_t) (end - begin) * n_mels * sizeof *x);
    }
  for (int i = 0; i < N_MASKS && self->values[OTO_AUGMENT_MEL_MASK] > 0.0; i++)
    {
      draw_mask (rng, self->values[OTO_AUGMENT_MEL_MASK], n_mels, &begin, &end);
      for (int t = 0; t < n_frames; t++)
        memset (x + (size_t) t * n_mels + begin, 0, (size_t) (end - begin) * sizeof *x);
    }
}

/* Beta (a, a) for a <= 1 by Jöhnk's method; the larger one of it and its rest, so that a clip stays
 * the louder part of itself. */
static double
draw_mixup_weight (OtoRng *rng,
                   double  a)
{
  double u, v, weight;

  do
    {
      u = pow (oto_rng_uniform (rng), 1.0 / a);
      v = pow (oto_rng_uniform (rng), 1.0 / a);
    }
  while (u + v > 1.0 || u + v == 0.0);
  weight = u / (u + v);
  return MAX (weight, 1.0 - weight);
}

static void
mix (double       weight,
     const float *other,
     size_t       n,
     float       *values)
{
  const float w = (float) weight, rest = (float) (1.0 - weight);

  for (size_t i = 0; i < n; i++)
    values[i] = w * values[i] + rest * other[i];
}

/* Each clip with the one behind it, as that was before (Zhang et al.: mixup, 2018). */
static void
mix_up (const OtoAugment *self,
        OtoRng           *rng,
        int               n_clips,
        size_t            n_bins,
        size_t            n_classes,
        float            *x,
        float            *y,
        float            *scratch)
{
  memcpy (scratch, x, n_bins * sizeof *x);
  memcpy (scratch + n_bins, y, n_classes * sizeof *y);
  for (int i = 0; i < n_clips; i++)
    {
      const double weight = draw_mixup_weight (rng, self->values[OTO_AUGMENT_MIXUP]);
      const gboolean is_last = i == n_clips - 1;

      mix (weight, is_last ? scratch : x + (i + 1) * n_bins, n_bins, x + i * n_bins);
      mix (weight, is_last ? scratch + n_bins : y + (i + 1) * n_classes, n_classes,
           y + i * n_classes);
    }
}

/**
 * oto_augment_apply:
 * @self: what to change
 * @rng: draws how
 * @n_clips: N
 * @n_frames: T
 * @n_mels: F
 * @n_classes: K
 * @x: (inout): (N, T, F), standardised
 * @y: (inout): (N, K)
 * @scratch: (T F + K)
 *
 * Changes the clips of a step: masks in time and mel, then mixup.
 */
void
oto_augment_apply (const OtoAugment *self,
                   OtoRng           *rng,
                   int               n_clips,
                   int               n_frames,
                   int               n_mels,
                   int               n_classes,
                   float            *x,
                   float            *y,
                   float            *scratch)
{
  const size_t n_bins = (size_t) n_frames * n_mels;

  for (int i = 0; i < n_clips; i++)
    mask_clip (self, rng, n_frames, n_mels, x + i * n_bins);
  if (self->values[OTO_AUGMENT_MIXUP] > 0.0 && n_clips > 1)
    mix_up (self, rng, n_clips, n_bins, n_classes, x, y, scratch);
}
