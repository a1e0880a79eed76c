/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "io/oto-audio-file.h"

#include "audio/oto-clip.h"
#include "base/oto-arena.h"
#include "base/oto-error.h"
#include "io/oto-file.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <sndfile.h>
#include <string.h>
#include <unistd.h>

/* A clip whose samples take no more than this keeps them once it was read. */
#define MAX_KEPT_BYTES (64 * 1024 * 1024)
/* Floats that are decoded at once where a file is passed through. */
#define BLOCK_FLOATS 65536
/* Outside of these limits a "rate" is damage, and resampling from it would fill the memory. */
#define MIN_RATE_HZ 1000
#define MAX_RATE_HZ 1000000

#define OTO_TYPE_FILE_CLIP (oto_file_clip_get_type ())
G_DECLARE_FINAL_TYPE (OtoFileClip, oto_file_clip, OTO, FILE_CLIP, OtoClip)

struct _OtoFileClip
{
  OtoClip  parent_instance;

  /* Guards the fields below. */
  GMutex   lock;
  SNDFILE *file;          /* NULL if it must be opened anew, and once the samples are kept */
  gint64   pos;           /* of the file; -1 if unknown */
  float   *samples;       /* all of them; or NULL */
  gboolean is_long;       /* or damaged: samples are not kept */
};

G_DEFINE_FINAL_TYPE (OtoFileClip, oto_file_clip, OTO_TYPE_CLIP)

static void
fail_open (int          failure,
           const char  *name,
           GError     **error)
{
  switch (failure)
    {
    case SF_ERR_UNRECOGNISED_FORMAT:
      g_set_error (error, OTO_IO_ERROR, OTO_IO_ERROR_FORMAT,
                   _("“%s” is not an audio file. Choose a WAV, FLAC, Ogg, Opus, MP3, AIFF or CAF "
                     "file."), name);
      break;
    case SF_ERR_UNSUPPORTED_ENCODING:
      g_set_error (error, OTO_IO_ERROR, OTO_IO_ERROR_FORMAT,
                   _("“%s” "
                     "is coded in a way that cannot be read. Convert it to WAV or FLAC."), name);
      break;
    default:
      g_set_error (error, OTO_IO_ERROR, OTO_IO_ERROR_CORRUPT,
                   _("“%s” is damaged, or not an audio file. Fetch it again, or choose another."),
                   name);
    }
}

static SNDFILE *
open_sndfile (const char  *path,
              const char  *name,
              SF_INFO     *ret_info,
              GError     **error)
{
  gint64 n_bytes = 0;
  SNDFILE *file;
  int fd = oto_file_open (path, &n_bytes, error);

  if (fd < 0)
    return NULL;

  if (n_bytes == 0)
    {
      g_set_error (error, OTO_IO_ERROR, OTO_IO_ERROR_EMPTY,
                   _("“%s” is empty. Choose a file with sound."), name);
      close (fd);
      return NULL;
    }

  memset (ret_info, 0, sizeof *ret_info);
  file = sf_open_fd (fd, SFM_READ, ret_info, SF_TRUE);
  if (file == NULL)
    fail_open (sf_error (NULL), name, error);
  else if (ret_info->samplerate < MIN_RATE_HZ || ret_info->samplerate > MAX_RATE_HZ)
    {
      g_set_error (error, OTO_IO_ERROR, OTO_IO_ERROR_CORRUPT,
                   _("“%s” claims %d samples a second, which is outside of %d to %d. Convert it to "
                     "a common rate."), name, ret_info->samplerate, MIN_RATE_HZ, MAX_RATE_HZ);
      g_clear_pointer (&file, sf_close);
    }
  return file;
}

static gboolean
fail_decode (OtoFileClip  *self,
             gint64        pos,
             GError      **error)
{
  OtoClip *clip = OTO_CLIP (self);

  g_clear_pointer (&self->file, sf_close);
  g_set_error (error, OTO_IO_ERROR, OTO_IO_ERROR_CORRUPT,
               _("“%s” is damaged: decoding ends at %.2f s of %.2f s. Fetch the file again, or "
                 "convert it to WAV first."), oto_clip_get_name (clip),
               (double) pos / oto_clip_get_rate_hz (clip), oto_clip_get_duration_s (clip));
  return FALSE;
}

/* Decodes a range of the file. Damage in the middle is an error: silence put in its place would be
 * taken for a finding. */
static gboolean
decode (OtoFileClip  *self,
        gint64        first_sample,
        gint64        n_samples,
        float        *ret_samples,
        GError      **error)
{
  OtoClip *clip = OTO_CLIP (self);
  const int n_channels = oto_clip_get_n_channels (clip);
  gint64 n_done = 0;

  /* A decoder that has failed stays lost: begin afresh. */
  if (self->file == NULL)
    {
      SF_INFO info;

      self->file = open_sndfile (oto_clip_get_path (clip), oto_clip_get_name (clip), &info, error);
      if (self->file == NULL)
        return FALSE;
      self->pos = 0;
      if (info.channels != n_channels)
        return fail_decode (self, 0, error);
    }

  if (self->pos == first_sample || sf_seek (self->file, first_sample, SEEK_SET) == first_sample)
    while (n_done < n_samples)
      {
        sf_count_t n = sf_readf_float (self->file, ret_samples + n_done * n_channels,
                                       n_samples - n_done);

        if (n <= 0)
          break;
        n_done += n;
      }

  if (n_done < n_samples)
    return fail_decode (self, first_sample + n_done, error);
  self->pos = first_sample + n_samples;
  return TRUE;
}

/* Decodes a short clip at once and closes its file; a failure is told by the read that meets it. */
static void
keep_samples (OtoFileClip *self)
{
  OtoClip *clip = OTO_CLIP (self);
  const gint64 n_samples = oto_clip_get_n_samples (clip);
  const int n_channels = oto_clip_get_n_channels (clip);
  float *samples;

  self->is_long = TRUE;
  if (n_samples > MAX_KEPT_BYTES / (gint64) sizeof (float) / n_channels)
    return;

  samples = oto_try_alloc ((size_t) (n_samples * n_channels), sizeof (float), NULL);
  if (samples == NULL)
    return;
  if (!decode (self, 0, n_samples, samples, NULL))
    {
      oto_free (samples);
      return;
    }
  self->samples = samples;
  g_clear_pointer (&self->file, sf_close);
}

static gboolean
oto_file_clip_read (OtoClip  *clip,
                    gint64    first_sample,
                    gint64    n_samples,
                    float    *ret_samples,
                    GError  **error)
{
  OtoFileClip *self = OTO_FILE_CLIP (clip);
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  const size_t n_channels = (size_t) oto_clip_get_n_channels (clip);

  if (self->samples == NULL && !self->is_long)
    keep_samples (self);
  if (self->samples == NULL)
    return decode (self, first_sample, n_samples, ret_samples, error);

  memcpy (ret_samples, self->samples + first_sample * n_channels,
          n_samples * n_channels * sizeof (float));
  return TRUE;
}

static void
oto_file_clip_finalize (GObject *object)
{
  OtoFileClip *self = OTO_FILE_CLIP (object);

  g_clear_pointer (&self->file, sf_close);
  oto_free (self->samples);
  g_mutex_clear (&self->lock);
  G_OBJECT_CLASS (oto_file_clip_parent_class)->finalize (object);
}

static void
oto_file_clip_class_init (OtoFileClipClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = oto_file_clip_finalize;
  OTO_CLIP_CLASS (klass)->read = oto_file_clip_read;
}

static void
oto_file_clip_init (OtoFileClip *self)
{
  g_mutex_init (&self->lock);
}

static const char *
get_container_name (int format)
{
  switch (format & SF_FORMAT_TYPEMASK)
    {
    case SF_FORMAT_WAV:
    case SF_FORMAT_WAVEX:
      return "WAV";
    case SF_FORMAT_RF64:
      return "RF64";
    case SF_FORMAT_W64:
      return "Wave64";
    case SF_FORMAT_AIFF:
      return "AIFF";
    case SF_FORMAT_AU:
      return "AU";
    case SF_FORMAT_CAF:
      return "CAF";
    case SF_FORMAT_FLAC:
      return "FLAC";
    case SF_FORMAT_OGG:
      return "Ogg";
    case SF_FORMAT_MPEG:
      return "MPEG";
    default:
      return "Audio";
    }
}

static const char *
get_coding_name (int format)
{
  switch (format & SF_FORMAT_SUBMASK)
    {
    case SF_FORMAT_PCM_S8:
    case SF_FORMAT_PCM_U8:
      return "8 bit";
    case SF_FORMAT_PCM_16:
      return "16 bit";
    case SF_FORMAT_PCM_24:
      return "24 bit";
    case SF_FORMAT_PCM_32:
      return "32 bit";
    case SF_FORMAT_FLOAT:
      return "32 bit float";
    case SF_FORMAT_DOUBLE:
      return "64 bit float";
    case SF_FORMAT_ULAW:
      return "µ-law";
    case SF_FORMAT_ALAW:
      return "A-law";
    case SF_FORMAT_VORBIS:
      return "Vorbis";
    case SF_FORMAT_OPUS:
      return "Opus";
    case SF_FORMAT_MPEG_LAYER_I:
      return "layer I";
    case SF_FORMAT_MPEG_LAYER_II:
      return "layer II";
    case SF_FORMAT_MPEG_LAYER_III:
      return "MP3";
    default:
      return "compressed";
    }
}

static gint64
count_samples (SNDFILE *file,
               int      n_channels)
{
  const sf_count_t block_samples = MAX (BLOCK_FLOATS / n_channels, 1);
  g_autofree float *block = g_new (float, (size_t) block_samples * n_channels);
  gint64 n_samples = 0;
  sf_count_t n;

  while ((n = sf_readf_float (file, block, block_samples)) > 0)
    n_samples += n;
  return n_samples;
}

static gboolean
has_last_sample (SNDFILE       *file,
                 const SF_INFO *info)
{
  g_autofree float *last = g_new (float, (size_t) info->channels);

  return info->frames > 0 && info->frames < SF_COUNT_MAX
         && sf_seek (file, info->frames - 1, SEEK_SET) == info->frames - 1
         && sf_readf_float (file, last, 1) == 1;
}

/**
 * oto_audio_file_open:
 * @path: a file in any format libsndfile reads
 * @error: return location for a #GError
 *
 * Opens an audio file. A file that was cut off gives the samples that are left; damage inside is
 * told when it is read.
 *
 * Returns: (transfer full) (nullable): a clip, or %NULL with an error of %OTO_IO_ERROR
 */
OtoClip *
oto_audio_file_open (const char  *path,
                     GError     **error)
{
  g_autofree char *name = NULL;
  g_autofree char *format = NULL;
  OtoFileClip *self;
  gint64 n_samples;
  SNDFILE *file;
  SF_INFO info;

  g_return_val_if_fail (path != NULL, NULL);

  name = oto_file_dup_display_name (path);
  file = open_sndfile (path, name, &info, error);
  if (file == NULL)
    return NULL;

  /* Headers promise more than a cut-off file holds, and the lengths of MP3 and Ogg files may be
   * guesses. If the last sample promised is not there, decoding everything gives the true length.
   * A decoder that has failed stays lost, so each step opens the file anew. */
  n_samples = info.frames;
  if (!has_last_sample (file, &info))
    {
      sf_close (file);
      file = open_sndfile (path, name, &info, error);
      if (file == NULL)
        return NULL;
      n_samples = count_samples (file, info.channels);
      g_clear_pointer (&file, sf_close);
    }

  if (n_samples <= 0)
    {
      g_set_error (error, OTO_IO_ERROR, OTO_IO_ERROR_EMPTY,
                   _("“%s” holds no samples. Choose a file with sound."), name);
      g_clear_pointer (&file, sf_close);
      return NULL;
    }

  format = g_strdup_printf ("%s, %s", get_container_name (info.format),
                            get_coding_name (info.format));
  self = g_object_new (OTO_TYPE_FILE_CLIP, "name", name, "path", path, "format", format,
                       "rate-hz", info.samplerate, "n-channels", info.channels,
                       "n-samples", n_samples, NULL);
  self->file = file;
  self->pos = -1;
  return OTO_CLIP (self);
}

/**
 * oto_audio_file_save:
 * @path: where to
 * @format: container and coding
 * @samples: (array): (n_samples, n_channels)
 * @n_samples: samples per channel
 * @n_channels: number of channels
 * @rate_hz: sample rate
 * @error: return location for a #GError
 *
 * Writes a whole audio file.
 *
 * Returns: %TRUE, or %FALSE with %OTO_IO_ERROR_WRITE
 */
gboolean
oto_audio_file_save (const char      *path,
                     OtoAudioFormat   format,
                     const float     *samples,
                     gint64           n_samples,
                     int              n_channels,
                     int              rate_hz,
                     GError         **error)
{
  g_autoptr (OtoAudioWriter) writer = oto_audio_writer_new (path, format, rate_hz, n_channels,
                                                            error);

  if (writer == NULL || !oto_audio_writer_write (writer, samples, n_samples, error))
    return FALSE;
  return oto_audio_writer_close (g_steal_pointer (&writer), error);
}
