/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "audio/oto-clip.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

/* 180 dB above full scale: no sound, but integers taken for floats. Spectra still fit a float. */
#define MAX_MAGNITUDE 1e9f
/* Power of the mean of channels that cancel each other, of their own. */
#define MAX_CANCELLED 0.01
/* Floats that are read at once where a clip is passed through. */
#define BLOCK_FLOATS 65536

typedef struct
{
  char    *name;
  char    *path;
  char    *format;
  char    *note;          /* what the file holds and the clip does not; or NULL */
  int      rate_hz;
  int      n_channels;
  gint64   n_samples;
  gint64   n_announced;   /* by the file; 0 if it tells nothing */

  /* Guards the fields below. */
  GMutex   lock;
  char    *hash;
  guint64  n_invalid;
  double   power;         /* summed squares of all channels */
  double   mean_power;    /* and of their mean */
  gint64   n_inspected;   /* samples from the start of which these tell */
} OtoClipPrivate;

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (OtoClip, oto_clip, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_NAME,
  PROP_PATH,
  PROP_FORMAT,
  PROP_RATE_HZ,
  PROP_N_CHANNELS,
  PROP_N_SAMPLES,
  PROP_N_ANNOUNCED,
  PROP_NOTE,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

static void
oto_clip_get_property (GObject    *object,
                       guint       id,
                       GValue     *value,
                       GParamSpec *pspec)
{
  OtoClipPrivate *priv = oto_clip_get_instance_private (OTO_CLIP (object));

  switch (id)
    {
    case PROP_NAME:
      g_value_set_string (value, priv->name);
      break;
    case PROP_PATH:
      g_value_set_string (value, priv->path);
      break;
    case PROP_FORMAT:
      g_value_set_string (value, priv->format);
      break;
    case PROP_RATE_HZ:
      g_value_set_int (value, priv->rate_hz);
      break;
    case PROP_N_CHANNELS:
      g_value_set_int (value, priv->n_channels);
      break;
    case PROP_N_SAMPLES:
      g_value_set_int64 (value, priv->n_samples);
      break;
    case PROP_N_ANNOUNCED:
      g_value_set_int64 (value, priv->n_announced);
      break;
    case PROP_NOTE:
      g_value_set_string (value, priv->note);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
oto_clip_set_property (GObject      *object,
                       guint         id,
                       const GValue *value,
                       GParamSpec   *pspec)
{
  OtoClipPrivate *priv = oto_clip_get_instance_private (OTO_CLIP (object));

  switch (id)
    {
    case PROP_NAME:
      priv->name = g_value_dup_string (value);
      break;
    case PROP_PATH:
      priv->path = g_value_dup_string (value);
      break;
    case PROP_FORMAT:
      priv->format = g_value_dup_string (value);
      break;
    case PROP_RATE_HZ:
      priv->rate_hz = g_value_get_int (value);
      break;
    case PROP_N_CHANNELS:
      priv->n_channels = g_value_get_int (value);
      break;
    case PROP_N_SAMPLES:
      priv->n_samples = g_value_get_int64 (value);
      break;
    case PROP_N_ANNOUNCED:
      priv->n_announced = g_value_get_int64 (value);
      break;
    case PROP_NOTE:
      priv->note = g_value_dup_string (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
oto_clip_finalize (GObject *object)
{
  OtoClipPrivate *priv = oto_clip_get_instance_private (OTO_CLIP (object));

  g_free (priv->name);
  g_free (priv->path);
  g_free (priv->format);
  g_free (priv->note);
  g_free (priv->hash);
  g_mutex_clear (&priv->lock);
  G_OBJECT_CLASS (oto_clip_parent_class)->finalize (object);
}

static void
oto_clip_class_init (OtoClipClass *klass)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS;
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = oto_clip_get_property;
  object_class->set_property = oto_clip_set_property;
  object_class->finalize = oto_clip_finalize;

  props[PROP_NAME] = g_param_spec_string ("name", NULL, NULL, "", flags);
  props[PROP_PATH] = g_param_spec_string ("path", NULL, NULL, NULL, flags);
  props[PROP_FORMAT] = g_param_spec_string ("format", NULL, NULL, NULL, flags);
  props[PROP_RATE_HZ] = g_param_spec_int ("rate-hz", NULL, NULL, 1, G_MAXINT, 1, flags);
  props[PROP_N_CHANNELS] = g_param_spec_int ("n-channels", NULL, NULL, 1, G_MAXINT, 1, flags);
  props[PROP_N_SAMPLES] = g_param_spec_int64 ("n-samples", NULL, NULL, 0, G_MAXINT64, 0, flags);
  props[PROP_N_ANNOUNCED] = g_param_spec_int64 ("n-announced", NULL, NULL, 0, G_MAXINT64, 0, flags);
  props[PROP_NOTE] = g_param_spec_string ("note", NULL, NULL, NULL, flags);
  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
oto_clip_init (OtoClip *self)
{
  OtoClipPrivate *priv = oto_clip_get_instance_private (self);

  g_mutex_init (&priv->lock);
}

/* A clip whose samples are in memory. */

#define OTO_TYPE_MEMORY_CLIP (oto_memory_clip_get_type ())
G_DECLARE_FINAL_TYPE (OtoMemoryClip, oto_memory_clip, OTO, MEMORY_CLIP, OtoClip)

struct _OtoMemoryClip
{
  OtoClip  parent_instance;
  float   *samples;
};

G_DEFINE_FINAL_TYPE (OtoMemoryClip, oto_memory_clip, OTO_TYPE_CLIP)

static gboolean
oto_memory_clip_read (OtoClip  *clip,
                      gint64    first_sample,
                      gint64    n_samples,
                      float    *ret_samples,
                      GError  **error)
{
  const size_t n_channels = (size_t) oto_clip_get_n_channels (clip);

  memcpy (ret_samples, OTO_MEMORY_CLIP (clip)->samples + first_sample * n_channels,
          n_samples * n_channels * sizeof (float));
  return TRUE;
}

static void
oto_memory_clip_finalize (GObject *object)
{
  g_free (OTO_MEMORY_CLIP (object)->samples);
  G_OBJECT_CLASS (oto_memory_clip_parent_class)->finalize (object);
}

static void
oto_memory_clip_class_init (OtoMemoryClipClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = oto_memory_clip_finalize;
  OTO_CLIP_CLASS (klass)->read = oto_memory_clip_read;
}

static void
oto_memory_clip_init (OtoMemoryClip *self)
{
}

/**
 * oto_clip_new_from_samples:
 * @name: what to call it
 * @samples: (array): (n_samples, n_channels), copied
 * @n_samples: samples per channel
 * @n_channels: at least 1
 * @rate_hz: at least 1
 *
 * Makes a clip from samples in memory.
 *
 * Returns: (transfer full): a clip
 */
OtoClip *
oto_clip_new_from_samples (const char  *name,
                           const float *samples,
                           gint64       n_samples,
                           int          n_channels,
                           int          rate_hz)
{
  OtoMemoryClip *self;

  g_return_val_if_fail (name != NULL, NULL);
  g_return_val_if_fail (n_samples >= 0 && n_channels > 0 && rate_hz > 0, NULL);
  g_return_val_if_fail (samples != NULL || n_samples == 0, NULL);

  self = g_object_new (OTO_TYPE_MEMORY_CLIP, "name", name, "n-samples", n_samples,
                       "n-channels", n_channels, "rate-hz", rate_hz, NULL);
  self->samples = g_memdup2 (samples, (size_t) n_samples * n_channels * sizeof (float));
  return OTO_CLIP (self);
}

/**
 * oto_clip_get_name:
 * @self: a clip
 *
 * Returns: (transfer none): base name of the file or the given name, valid UTF-8
 */
const char *
oto_clip_get_name (OtoClip *self)
{
  g_return_val_if_fail (OTO_IS_CLIP (self), NULL);

  return ((OtoClipPrivate *) oto_clip_get_instance_private (self))->name;
}

/**
 * oto_clip_get_path:
 * @self: a clip
 *
 * Returns: (transfer none) (nullable): path of the file, in the encoding of the file system
 */
const char *
oto_clip_get_path (OtoClip *self)
{
  g_return_val_if_fail (OTO_IS_CLIP (self), NULL);

  return ((OtoClipPrivate *) oto_clip_get_instance_private (self))->path;
}

/**
 * oto_clip_get_format:
 * @self: a clip
 *
 * Returns: (transfer none) (nullable): format of the file for people, such as "WAV, 16 bit"
 */
const char *
oto_clip_get_format (OtoClip *self)
{
  g_return_val_if_fail (OTO_IS_CLIP (self), NULL);

  return ((OtoClipPrivate *) oto_clip_get_instance_private (self))->format;
}

/**
 * oto_clip_get_rate_hz:
 * @self: a clip
 *
 * Returns: its own sample rate
 */
int
oto_clip_get_rate_hz (OtoClip *self)
{
  g_return_val_if_fail (OTO_IS_CLIP (self), 0);

  return ((OtoClipPrivate *) oto_clip_get_instance_private (self))->rate_hz;
}

/**
 * oto_clip_get_n_channels:
 * @self: a clip
 *
 * Returns: number of channels
 */
int
oto_clip_get_n_channels (OtoClip *self)
{
  g_return_val_if_fail (OTO_IS_CLIP (self), 0);

  return ((OtoClipPrivate *) oto_clip_get_instance_private (self))->n_channels;
}

/**
 * oto_clip_get_n_samples:
 * @self: a clip
 *
 * Returns: samples per channel
 */
gint64
oto_clip_get_n_samples (OtoClip *self)
{
  g_return_val_if_fail (OTO_IS_CLIP (self), 0);

  return ((OtoClipPrivate *) oto_clip_get_instance_private (self))->n_samples;
}

/**
 * oto_clip_get_duration_s:
 * @self: a clip
 *
 * Returns: length in seconds
 */
double
oto_clip_get_duration_s (OtoClip *self)
{
  g_return_val_if_fail (OTO_IS_CLIP (self), 0.0);

  return (double) oto_clip_get_n_samples (self) / oto_clip_get_rate_hz (self);
}

/**
 * oto_clip_get_n_announced:
 * @self: a clip
 *
 * Returns: samples per channel of which the file tells, more than there are if it was cut off; 0 if
 *   it does not tell
 */
gint64
oto_clip_get_n_announced (OtoClip *self)
{
  g_return_val_if_fail (OTO_IS_CLIP (self), 0);

  return ((OtoClipPrivate *) oto_clip_get_instance_private (self))->n_announced;
}

/**
 * oto_clip_dup_problem:
 * @self: a clip
 *
 * Says what of the file is not in the clip.
 *
 * Returns: (transfer full) (nullable): a sentence that names the clip, or %NULL if nothing is known
 *   to be missing
 */
char *
oto_clip_dup_problem (OtoClip *self)
{
  OtoClipPrivate *priv;

  g_return_val_if_fail (OTO_IS_CLIP (self), NULL);

  priv = oto_clip_get_instance_private (self);
  if (priv->note != NULL)
    return g_strdup (priv->note);
  if (priv->n_announced <= priv->n_samples)
    return NULL;
  /* Translators: a file name, then seconds. */
  return g_strdup_printf (_("“%s” is cut off: of the %.2f s that it announces %.2f s are there. "
                            "Fetch it again if you need the rest."), priv->name,
                          (double) priv->n_announced / priv->rate_hz,
                          oto_clip_get_duration_s (self));
}

/**
 * oto_clip_get_n_invalid:
 * @self: a clip
 *
 * Counts values that are NaN, infinite or beyond 180 dB above full scale, and therefore read as 0,
 * in the part that was read from the start without a gap; after oto_clip_dup_hash() in all.
 *
 * Returns: their number
 */
guint64
oto_clip_get_n_invalid (OtoClip *self)
{
  OtoClipPrivate *priv;
  g_autoptr (GMutexLocker) locker = NULL;

  g_return_val_if_fail (OTO_IS_CLIP (self), 0);

  priv = oto_clip_get_instance_private (self);
  locker = g_mutex_locker_new (&priv->lock);
  return priv->n_invalid;
}

/**
 * oto_clip_format_invalid:
 * @name: what to call the clip
 * @n_invalid: how many of its values are no sound; not 0
 *
 * Returns: (transfer full): a sentence that tells so
 */
char *
oto_clip_format_invalid (const char *name,
                         guint64     n_invalid)
{
  g_return_val_if_fail (name != NULL, NULL);

  return g_strdup_printf (g_dngettext (GETTEXT_PACKAGE,
                                       "“%s” holds %llu value that is no sound (not a number, "
                                       "infinite or far beyond full scale); read as silence.",
                                       "“%s” holds %llu values that are no sound (not a number, "
                                       "infinite or far beyond full scale); read as silence.",
                                       (gulong) n_invalid), name, (unsigned long long) n_invalid);
}

static guint64
count_invalid (const float *values,
               size_t       len)
{
  guint64 n_invalid = 0;

  /* NaN fails every comparison. */
  for (size_t i = 0; i < len; i++)
    n_invalid += !(fabsf (values[i]) <= MAX_MAGNITUDE);
  return n_invalid;
}

static void
add_power (OtoClipPrivate *priv,
           const float    *samples,
           gint64          n_samples)
{
  const int n_channels = priv->n_channels;

  for (gint64 i = 0; i < n_samples; i++)
    {
      double sum = 0.0;

      for (int c = 0; c < n_channels; c++)
        {
          const double value = samples[i * n_channels + c];

          sum += value;
          priv->power += value * value;
        }
      priv->mean_power += sum * sum / n_channels / n_channels;
    }
}

/* Puts 0 for values that are no sound, and takes note of what was not looked at before. */
static void
inspect (OtoClipPrivate *priv,
         gint64          first_sample,
         gint64          n_samples,
         float          *samples)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&priv->lock);
  const gint64 end = first_sample + n_samples;
  const size_t len = (size_t) (n_samples * priv->n_channels);
  gboolean is_new = first_sample <= priv->n_inspected && end > priv->n_inspected;
  size_t pos = is_new ? (size_t) ((priv->n_inspected - first_sample) * priv->n_channels) : 0;

  if (count_invalid (samples, len) > 0)
    {
      if (is_new)
        priv->n_invalid += count_invalid (samples + pos, len - pos);
      for (size_t i = 0; i < len; i++)
        if (!(fabsf (samples[i]) <= MAX_MAGNITUDE))
          samples[i] = 0.f;
    }
  if (!is_new)
    return;
  if (priv->n_channels > 1)
    add_power (priv, samples + pos, end - priv->n_inspected);
  priv->n_inspected = end;
}

/**
 * oto_clip_is_cancelling:
 * @self: a clip
 *
 * Tells whether the channels cancel each other, as those of a cable with crossed wires do: their
 * mean, as which a clip is heard, is 20 dB weaker than they are, and 10 dB weaker than that of
 * sounds that have nothing to do with each other. Tells of what oto_clip_get_n_invalid() tells.
 *
 * Returns: whether a channel should be chosen, see oto_channel_take()
 */
gboolean
oto_clip_is_cancelling (OtoClip *self)
{
  OtoClipPrivate *priv;
  g_autoptr (GMutexLocker) locker = NULL;

  g_return_val_if_fail (OTO_IS_CLIP (self), FALSE);

  priv = oto_clip_get_instance_private (self);
  locker = g_mutex_locker_new (&priv->lock);
  return priv->mean_power < priv->power / priv->n_channels
                            * MIN (MAX_CANCELLED, MAX_CANCELLED * 10.0 / priv->n_channels);
}

/**
 * oto_clip_read:
 * @self: a clip
 * @first_sample: position per channel
 * @n_samples: samples per channel; the range must lie inside the clip
 * @ret_samples: (out caller-allocates): (n_samples, n_channels), in [-1, 1] for integer formats
 * @error: return location for a #GError
 *
 * Reads samples. Values that are NaN, infinite or absurdly large read as 0 and are counted.
 *
 * Returns: %TRUE, or %FALSE with an error of %OTO_IO_ERROR
 */
gboolean
oto_clip_read (OtoClip  *self,
               gint64    first_sample,
               gint64    n_samples,
               float    *ret_samples,
               GError  **error)
{
  OtoClipPrivate *priv;

  g_return_val_if_fail (OTO_IS_CLIP (self), FALSE);

  priv = oto_clip_get_instance_private (self);
  g_return_val_if_fail (first_sample >= 0 && n_samples >= 0, FALSE);
  g_return_val_if_fail (n_samples <= priv->n_samples - first_sample, FALSE);

  if (n_samples == 0)
    return TRUE;
  if (!OTO_CLIP_GET_CLASS (self)->read (self, first_sample, n_samples, ret_samples, error))
    return FALSE;
  inspect (priv, first_sample, n_samples, ret_samples);
  return TRUE;
}

/**
 * oto_clip_read_mono:
 * @self: a clip
 * @first_sample: position per channel
 * @n_samples: the range must lie inside the clip
 * @ret_samples: (out caller-allocates): (n_samples), the mean of the channels
 * @error: return location for a #GError
 *
 * Reads samples as one channel.
 *
 * Returns: %TRUE, or %FALSE with an error of %OTO_IO_ERROR
 */
gboolean
oto_clip_read_mono (OtoClip  *self,
                    gint64    first_sample,
                    gint64    n_samples,
                    float    *ret_samples,
                    GError  **error)
{
  g_autofree float *block = NULL;
  gint64 block_samples;
  int n_channels;

  g_return_val_if_fail (OTO_IS_CLIP (self), FALSE);

  n_channels = oto_clip_get_n_channels (self);
  if (n_channels == 1)
    return oto_clip_read (self, first_sample, n_samples, ret_samples, error);

  block_samples = MAX (BLOCK_FLOATS / n_channels, 1);
  block = g_new (float, (size_t) block_samples * n_channels);
  for (gint64 pos = 0; pos < n_samples; pos += block_samples)
    {
      gint64 n = MIN (block_samples, n_samples - pos);

      if (!oto_clip_read (self, first_sample + pos, n, block, error))
        return FALSE;

      for (gint64 i = 0; i < n; i++)
        {
          float sum = 0.f;

          for (int c = 0; c < n_channels; c++)
            sum += block[i * n_channels + c];
          ret_samples[pos + i] = sum / (float) n_channels;
        }
    }
  return TRUE;
}

static char *
compute_hash (OtoClip       *self,
              GCancellable  *cancellable,
              GError       **error)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  OtoClipPrivate *priv = oto_clip_get_instance_private (self);
  const gint64 block_samples = MAX (BLOCK_FLOATS / priv->n_channels, 1);
  const guint32 facts[2] = { GUINT32_TO_LE ((guint32) priv->rate_hz),
                             GUINT32_TO_LE ((guint32) priv->n_channels) };
  g_autofree float *block = g_new (float, (size_t) block_samples * priv->n_channels);

  g_checksum_update (checksum, (const guchar *) facts, sizeof facts);
  for (gint64 pos = 0; pos < priv->n_samples; pos += block_samples)
    {
      gint64 n = MIN (block_samples, priv->n_samples - pos);

      if (g_cancellable_set_error_if_cancelled (cancellable, error)
          || !oto_clip_read (self, pos, n, block, error))
        return NULL;
      g_checksum_update (checksum, (const guchar *) block,
                         (gssize) (n * priv->n_channels * (gint64) sizeof (float)));
    }
  return g_strdup (g_checksum_get_string (checksum));
}

/**
 * oto_clip_dup_hash:
 * @self: a clip
 * @cancellable: (nullable): to stop it
 * @error: return location for a #GError
 *
 * Computes what tells clips apart; reads the whole clip the first time.
 *
 * Returns: (transfer full) (nullable): SHA-256 of rate, channels and samples, in hexadecimal digits
 */
char *
oto_clip_dup_hash (OtoClip       *self,
                   GCancellable  *cancellable,
                   GError       **error)
{
  OtoClipPrivate *priv;
  g_autofree char *hash = NULL;

  g_return_val_if_fail (OTO_IS_CLIP (self), NULL);

  priv = oto_clip_get_instance_private (self);
  g_mutex_lock (&priv->lock);
  hash = g_strdup (priv->hash);
  g_mutex_unlock (&priv->lock);
  if (hash != NULL)
    return g_steal_pointer (&hash);

  hash = compute_hash (self, cancellable, error);
  if (hash == NULL)
    return NULL;

  g_mutex_lock (&priv->lock);
  if (priv->hash == NULL)
    priv->hash = g_strdup (hash);
  g_mutex_unlock (&priv->lock);
  return g_steal_pointer (&hash);
}
