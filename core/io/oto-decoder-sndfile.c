/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "base/oto-error.h"
#include "io/oto-audio-header.h"
#include "io/oto-decoder.h"
#include "io/oto-ogg.h"

#include <glib/gi18n-lib.h>
#include <sndfile.h>
#include <string.h>

/* A file, or a link of a chain of Ogg streams. */
typedef struct
{
  gint64 begin;
  gint64 end;
  gint64 n_samples;
} Part;

typedef struct
{
  OtoDecoder     parent;
  OtoAudioBytes *bytes;
  SNDFILE       *file;         /* of the part; NULL once it failed */
  GArray        *parts;        /* of Part; none in a file that is one */
  guint          part;
  gint64         n_left;       /* samples of the part that are not read yet */
} SndfileDecoder;

static sf_count_t
get_len_cb (void *user_data)
{
  return oto_audio_bytes_get_len (user_data);
}

static sf_count_t
seek_cb (sf_count_t  offset,
         int         whence,
         void       *user_data)
{
  return oto_audio_bytes_seek (user_data, offset, whence);
}

static sf_count_t
read_cb (void       *bytes,
         sf_count_t  n_bytes,
         void       *user_data)
{
  return oto_audio_bytes_read (user_data, bytes, n_bytes);
}

static sf_count_t
tell_cb (void *user_data)
{
  return oto_audio_bytes_tell (user_data);
}

static SNDFILE *
open_bytes (OtoAudioBytes *bytes,
            SF_INFO       *ret_info)
{
  SF_VIRTUAL_IO io = {
    .get_filelen = get_len_cb, .seek = seek_cb, .read = read_cb, .tell = tell_cb,
  };

  memset (ret_info, 0, sizeof *ret_info);
  oto_audio_bytes_seek (bytes, 0, SEEK_SET);
  return sf_open_virtual (&io, SFM_READ, ret_info, bytes);
}

/* Opens a part anew, as a decoder that has failed stays lost. */
static gboolean
open_part (SndfileDecoder *self,
           guint           part,
           SF_INFO        *ret_info)
{
  g_clear_pointer (&self->file, sf_close);
  if (self->parts->len > 0)
    {
      const Part *wanted = &g_array_index (self->parts, Part, part);

      oto_audio_bytes_set_range (self->bytes, wanted->begin, wanted->end);
      self->n_left = wanted->n_samples;
    }
  self->part = part;
  self->file = open_bytes (self->bytes, ret_info);
  return self->file != NULL;
}

static gint64
sndfile_read (OtoDecoder *decoder,
              float      *ret_samples,
              gint64      n_samples)
{
  SndfileDecoder *self = (SndfileDecoder *) decoder;
  SF_INFO info;
  gint64 n;

  if (self->parts->len == 0)
    return self->file != NULL ? sf_readf_float (self->file, ret_samples, n_samples) : 0;

  while (self->n_left == 0 && self->part + 1 < self->parts->len)
    if (!open_part (self, self->part + 1, &info))
      return 0;
  if (self->file == NULL || self->n_left == 0)
    return 0;
  n = sf_readf_float (self->file, ret_samples, MIN (n_samples, self->n_left));
  self->n_left -= n;
  return n;
}

static gboolean
sndfile_seek (OtoDecoder *decoder,
              gint64      sample)
{
  SndfileDecoder *self = (SndfileDecoder *) decoder;
  guint part = 0;
  SF_INFO info;

  if (self->parts->len == 0)
    return self->file != NULL && sf_seek (self->file, sample, SEEK_SET) == sample;

  while (part + 1 < self->parts->len
         && sample >= g_array_index (self->parts, Part, part).n_samples)
    sample -= g_array_index (self->parts, Part, part++).n_samples;
  if ((part != self->part || self->file == NULL) && !open_part (self, part, &info))
    return FALSE;
  if (sf_seek (self->file, sample, SEEK_SET) != sample)
    return FALSE;
  self->n_left = g_array_index (self->parts, Part, part).n_samples - sample;
  return TRUE;
}

static void
sndfile_free (OtoDecoder *decoder)
{
  SndfileDecoder *self = (SndfileDecoder *) decoder;

  g_clear_pointer (&self->file, sf_close);
  oto_audio_bytes_free (self->bytes);
  g_array_unref (self->parts);
  g_free (self);
}

static const OtoDecoderFuncs sndfile_funcs = { sndfile_read, sndfile_seek, sndfile_free };

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
    default:
      return "compressed";
    }
}

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

/* Samples of a link, which are counted if the last one is not there. */
static gint64
count_part (SndfileDecoder *self,
            guint           part,
            SF_INFO        *info,
            GCancellable   *cancellable)
{
  OtoDecoder *decoder = &self->parent;
  g_autofree float *last = g_new (float, (size_t) info->channels);
  gint64 n_samples;

  if (info->frames > 0 && info->frames < SF_COUNT_MAX
      && sf_seek (self->file, info->frames - 1, SEEK_SET) == info->frames - 1
      && sf_readf_float (self->file, last, 1) == 1)
    return info->frames;

  g_array_index (self->parts, Part, part).n_samples = G_MAXINT64;
  n_samples = open_part (self, part, info) ? oto_decoder_count (decoder, cancellable) : 0;
  return n_samples;
}

/* A chain is read on as long as its streams are alike. */
static gboolean
take_links (SndfileDecoder *self,
            GArray         *links,
            const char     *name,
            GCancellable   *cancellable)
{
  const gint64 len = oto_audio_bytes_get_len (self->bytes);
  guint n_left_out = 0;
  gint64 n_all = 0;

  for (guint i = 0; i < links->len && !g_cancellable_is_cancelled (cancellable); i++)
    {
      Part part = { g_array_index (links, gint64, i),
                    i + 1 < links->len ? g_array_index (links, gint64, i + 1) : len, 0 };
      SF_INFO info;

      g_array_append_val (self->parts, part);
      if (!open_part (self, self->parts->len - 1, &info)
          || (i > 0 && (info.channels != self->parent.n_channels
                        || info.samplerate != self->parent.rate_hz)))
        {
          g_array_set_size (self->parts, self->parts->len - 1);
          n_left_out = links->len - i;
          break;
        }
      self->parent.rate_hz = info.samplerate;
      self->parent.n_channels = info.channels;
      part.n_samples = count_part (self, i, &info, cancellable);
      g_array_index (self->parts, Part, i).n_samples = part.n_samples;
      n_all += part.n_samples;
    }

  if (n_left_out > 0)
    self->parent.note =
      g_strdup_printf (g_dngettext (GETTEXT_PACKAGE,
                                    "“%s” is a chain of streams, of which the last %u is left out, "
                                    "since it has another rate, other channels or damage. Cut the "
                                    "file into its streams to read it.",
                                    "“%s” is a chain of streams, of which the last %u are left "
                                    "out, since they have another rate, other channels or damage. "
                                    "Cut the file into its streams to read them.", n_left_out),
                       name, n_left_out);
  self->parent.n_samples = n_all;
  return self->parts->len > 0;
}

static void
take_lengths (SndfileDecoder       *self,
              const SF_INFO        *info,
              const OtoAudioHeader *header)
{
  OtoDecoder *decoder = &self->parent;

  decoder->rate_hz = info->samplerate;
  decoder->n_channels = info->channels;
  decoder->n_samples = info->frames < SF_COUNT_MAX ? info->frames : -1;
  if ((info->format & SF_FORMAT_TYPEMASK) == SF_FORMAT_FLAC)
    decoder->n_announced = MAX (decoder->n_samples, 0);
  /* Half a sample more than there is comes of padding, not of a cut. */
  if (header->is_known && header->n_announced_bytes > header->n_data_bytes
      && header->n_data_bytes > 0)
    decoder->n_announced = (gint64) ((double) info->frames / (double) header->n_data_bytes
                                     * (double) header->n_announced_bytes + 1e-3);
}

/**
 * oto_decoder_new_sndfile:
 * @bytes: (transfer full): a file
 * @name: what to call it
 * @cancellable: (nullable): to stop it
 * @error: return location for a #GError
 *
 * Opens a file with libsndfile. Sizes that its writer never wrote are mended, and chained Ogg
 * streams are read one after the other.
 *
 * Returns: (transfer full) (nullable): a decoder, or %NULL with %OTO_IO_ERROR_FORMAT or
 *   %OTO_IO_ERROR_CORRUPT
 */
OtoDecoder *
oto_decoder_new_sndfile (OtoAudioBytes  *bytes,
                         const char     *name,
                         GCancellable   *cancellable,
                         GError        **error)
{
  g_autoptr (GArray) links = oto_ogg_find_links (bytes);
  SndfileDecoder *self = g_new0 (SndfileDecoder, 1);
  g_autoptr (OtoDecoder) decoder = &self->parent;
  OtoAudioHeader header;
  SF_INFO info;

  decoder->funcs = &sndfile_funcs;
  self->bytes = bytes;
  self->parts = g_array_new (FALSE, TRUE, sizeof (Part));
  oto_audio_header_mend (bytes, &header);
  if (!open_part (self, 0, &info))
    {
      fail_open (sf_error (NULL), name, error);
      return NULL;
    }

  take_lengths (self, &info, &header);
  if (links->len > 1
      && (!take_links (self, links, name, cancellable) || !open_part (self, 0, &info)))
    {
      fail_open (SF_ERR_MALFORMED_FILE, name, error);
      return NULL;
    }
  decoder->format = g_strdup_printf (header.is_unfinished ? _("%s, %s, header never finished")
                                                          : "%s, %s",
                                     get_container_name (info.format),
                                     get_coding_name (info.format));
  return g_steal_pointer (&decoder);
}
