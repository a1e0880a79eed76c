/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "base/oto-error.h"
#include "io/oto-decoder.h"

#include <glib/gi18n-lib.h>
#include <mpg123.h>
#include <string.h>

#define ID3_HEAD_LEN 10
#define ID3_FLAGS_POS 5
#define ID3_FLAG_FOOTER 0x10
/* Where behind tags a frame is searched for, and where in it an encoder's count of frames is. */
#define SEARCH_LEN 65536
#define INFO_LEN 200
/* A frame of layer III draws on up to 511 bytes of those before it, which low bit rates spread over
 * many frames. */
#define N_FRAMES_BEFORE 32

typedef struct
{
  OtoDecoder     parent;
  OtoAudioBytes *bytes;
  mpg123_handle *handle;
  gboolean       has_ended;   /* as another rate follows */
} MpegDecoder;

/* A header of a frame: eleven ones, then version, layer, rate of bits and rate of samples, each of
 * which has a value that is none. */
static gboolean
is_frame (const guint8 *head)
{
  const int version = head[1] >> 3 & 3, layer = head[1] >> 1 & 3;
  const int bit_rate = head[2] >> 4, sample_rate = head[2] >> 2 & 3;

  return head[0] == 0xff && (head[1] & 0xe0) == 0xe0 && version != 1 && layer != 0
         && bit_rate != 15 && sample_rate != 3;
}

static gboolean
is_like (const guint8 *head,
         const guint8 *first)
{
  return is_frame (head) && ((head[1] ^ first[1]) & 0xfe) == 0 && ((head[2] ^ first[2]) & 0xc) == 0;
}

/* Bytes of a frame whose rate of bits stands in its header; 0 for another. */
static int
get_frame_len (const guint8 *head)
{
  static const short kbits[5][15] = {
    { 0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448 },  /* 1, I */
    { 0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384 },     /* 1, II */
    { 0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320 },      /* 1, III */
    { 0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256 },     /* 2, I */
    { 0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160 },          /* 2, II and III */
  };
  static const int rates_hz[] = { 44100, 48000, 32000 };
  const int version = head[1] >> 3 & 3, layer = 4 - (head[1] >> 1 & 3), pad = head[2] >> 1 & 1;
  const int row = version == 3 ? layer - 1 : layer == 1 ? 3 : 4;
  const int rate_hz = rates_hz[head[2] >> 2 & 3] >> (version == 3 ? 0 : version == 2 ? 1 : 2);
  const int bits = 1000 * kbits[row][head[2] >> 4];

  if (layer == 1)
    return (12 * bits / rate_hz + pad) * 4;
  return (layer == 3 && version != 3 ? 72 : 144) * bits / rate_hz + pad;
}

/* Behind tags there may be padding; there the frame must be followed by another like it. */
static gint64
find_frame (OtoAudioBytes *bytes,
            gint64         begin)
{
  g_autofree guint8 *block = g_malloc (SEARCH_LEN);
  const size_t n = oto_audio_bytes_get (bytes, begin, block, SEARCH_LEN);

  for (size_t i = 0; i + 4 <= n; i++)
    {
      int len = is_frame (block + i) ? get_frame_len (block + i) : 0;
      guint8 next[4];

      if (len > 0
          && oto_audio_bytes_get (bytes, begin + (gint64) i + len, next, sizeof next) == sizeof next
          && is_like (next, block + i))
        return begin + (gint64) i;
    }
  return -1;
}

/**
 * oto_decoder_is_mpeg:
 * @bytes: a file
 * @ret_begin: (out): where the sound begins, behind tags
 *
 * Returns: whether it is MPEG audio, such as MP3
 */
gboolean
oto_decoder_is_mpeg (OtoAudioBytes *bytes,
                     gint64        *ret_begin)
{
  guint8 head[ID3_HEAD_LEN];
  gint64 begin = 0, found;

  while (oto_audio_bytes_get (bytes, begin, head, sizeof head) == sizeof head
         && memcmp (head, "ID3", 3) == 0)
    begin += ID3_HEAD_LEN + ((head[ID3_FLAGS_POS] & ID3_FLAG_FOOTER) != 0 ? ID3_HEAD_LEN : 0)
             + ((head[6] & 0x7f) << 21 | (head[7] & 0x7f) << 14 | (head[8] & 0x7f) << 7
                | (head[9] & 0x7f));
  if (oto_audio_bytes_get (bytes, begin, head, 4) < 4)
    return FALSE;
  *ret_begin = begin;
  if (is_frame (head))
    return TRUE;
  /* Other kinds of file carry tags as well. */
  if (begin == 0 || head[0] != 0)
    return FALSE;
  found = find_frame (bytes, begin);
  *ret_begin = MAX (found, 0);
  return found >= 0;
}

static mpg123_ssize_t
read_cb (void   *bytes,
         void   *ret_bytes,
         size_t  n_bytes)
{
  return (mpg123_ssize_t) oto_audio_bytes_read (bytes, ret_bytes, (gint64) n_bytes);
}

static off_t
seek_cb (void  *bytes,
         off_t  offset,
         int    whence)
{
  return oto_audio_bytes_seek (bytes, offset, whence);
}

static gint64
mpeg_read (OtoDecoder *decoder,
           float      *ret_samples,
           gint64      n_samples)
{
  MpegDecoder *self = (MpegDecoder *) decoder;
  const size_t sample_bytes = (size_t) decoder->n_channels * sizeof (float);
  size_t n_bytes = 0;
  int status = MPG123_NEW_FORMAT;

  while (status == MPG123_NEW_FORMAT && n_bytes == 0 && !self->has_ended)
    {
      int n_channels, encoding;
      long rate_hz;

      status = mpg123_read (self->handle, (unsigned char *) ret_samples,
                            (size_t) n_samples * sample_bytes, &n_bytes);
      self->has_ended = status == MPG123_NEW_FORMAT
                        && (mpg123_getformat (self->handle, &rate_hz, &n_channels,
                                              &encoding) != MPG123_OK
                            || rate_hz != decoder->rate_hz || n_channels != decoder->n_channels);
    }
  return (gint64) (n_bytes / sample_bytes);
}

static gboolean
mpeg_seek (OtoDecoder *decoder,
           gint64      sample)
{
  MpegDecoder *self = (MpegDecoder *) decoder;

  self->has_ended = FALSE;
  return mpg123_seek (self->handle, sample, SEEK_SET) == sample;
}

static void
mpeg_free (OtoDecoder *decoder)
{
  MpegDecoder *self = (MpegDecoder *) decoder;

  mpg123_delete (self->handle);
  oto_audio_bytes_free (self->bytes);
  g_free (self);
}

static const OtoDecoderFuncs mpeg_funcs = { mpeg_read, mpeg_seek, mpeg_free };

/* Frames that the encoder counted, told by the first of them; 0 if it does not. */
static gint64
get_announced_frames (OtoAudioBytes *bytes)
{
  guint8 frame[INFO_LEN];
  const size_t n = oto_audio_bytes_get (bytes, 0, frame, sizeof frame);

  for (size_t i = 4; i + 12 <= n; i++)
    if ((memcmp (frame + i, "Xing", 4) == 0 || memcmp (frame + i, "Info", 4) == 0)
        && (frame[i + 7] & 1) != 0)
      return (gint64) frame[i + 8] << 24 | frame[i + 9] << 16 | frame[i + 10] << 8 | frame[i + 11];
  return 0;
}

/* One that says nothing on standard error, and skips whatever stands between frames; of files that
 * were put together, it must not cut what the first file's encoder added at its end. */
static mpg123_handle *
open_handle (OtoAudioBytes *bytes,
             gboolean       is_joined)
{
  /* Nor must it turn another rate into the first one: it takes the nearest sample. */
  const long left_out = MPG123_AUTO_RESAMPLE | (is_joined ? MPG123_GAPLESS : 0);
  static size_t is_begun = 0;
  mpg123_handle *handle;

  if (g_once_init_enter (&is_begun))
    {
      mpg123_init ();
      g_once_init_leave (&is_begun, 1);
    }
  oto_audio_bytes_seek (bytes, 0, SEEK_SET);
  handle = mpg123_new (NULL, NULL);
  if (handle != NULL
      && mpg123_param (handle, MPG123_ADD_FLAGS, MPG123_QUIET | MPG123_FORCE_FLOAT,
                       0.0) == MPG123_OK
      && mpg123_param (handle, MPG123_REMOVE_FLAGS, left_out, 0.0) == MPG123_OK
      && mpg123_param (handle, MPG123_RESYNC_LIMIT, -1, 0.0) == MPG123_OK
      && mpg123_param (handle, MPG123_PREFRAMES, N_FRAMES_BEFORE, 0.0) == MPG123_OK
      && mpg123_replace_reader_handle (handle, read_cb, seek_cb, NULL) == MPG123_OK
      && mpg123_open_handle (handle, bytes) == MPG123_OK)
    return handle;
  mpg123_delete (handle);
  return NULL;
}

/* Any rate is taken, as the library would write on standard error that it is not; the number of
 * channels stays. */
static gboolean
fix_format (mpg123_handle *handle,
            int            n_channels)
{
  const long *rates_hz;
  size_t n_rates;

  if (mpg123_format_none (handle) != MPG123_OK)
    return FALSE;
  mpg123_rates (&rates_hz, &n_rates);
  for (size_t i = 0; i < n_rates; i++)
    if (mpg123_format (handle, rates_hz[i], n_channels == 1 ? MPG123_MONO : MPG123_STEREO,
                       MPG123_ENC_FLOAT_32) != MPG123_OK)
      return FALSE;
  return TRUE;
}

/* Begins, and keeps the format of the beginning. */
static gboolean
begin (MpegDecoder *self,
       gboolean     is_joined)
{
  OtoDecoder *decoder = &self->parent;
  struct mpg123_frameinfo info;
  int n_channels, encoding;
  long rate_hz;

  mpg123_delete (self->handle);
  self->handle = open_handle (self->bytes, is_joined);
  if (self->handle == NULL
      || mpg123_getformat (self->handle, &rate_hz, &n_channels, &encoding) != MPG123_OK
      || encoding != MPG123_ENC_FLOAT_32 || mpg123_info (self->handle, &info) != MPG123_OK
      || !fix_format (self->handle, n_channels))
    return FALSE;
  decoder->rate_hz = (int) rate_hz;
  decoder->n_channels = n_channels;
  g_free (decoder->format);
  decoder->format = g_strdup_printf ("MPEG, %s", info.layer == 3 ? "MP3"
                                                 : info.layer == 2 ? "layer II" : "layer I");
  return TRUE;
}

/* The length that the first frame tells is that of another file if this one was cut off or put
 * together, and without it there is but a guess. Only all the frames' headers tell. */
static gboolean
begin_and_scan (MpegDecoder *self)
{
  OtoDecoder *decoder = &self->parent;
  const gint64 n_announced = get_announced_frames (self->bytes);
  gint64 n_frames;

  if (!begin (self, FALSE) || mpg123_scan (self->handle) != MPG123_OK)
    return FALSE;
  n_frames = mpg123_framelength (self->handle);
  if (n_announced > 0 && n_frames > n_announced + 1
      && (!begin (self, TRUE) || mpg123_scan (self->handle) != MPG123_OK))
    return FALSE;
  decoder->n_samples = mpg123_length (self->handle);
  /* What the headers of all frames tell is missing as well if it cannot be decoded, as where the
   * rate changes. */
  decoder->n_announced = MAX (decoder->n_samples, 0);
  if (n_announced > n_frames + 1)
    decoder->n_announced = n_announced * (gint64) mpg123_spf (self->handle);
  return TRUE;
}

/**
 * oto_decoder_new_mpeg:
 * @bytes: (transfer full): MPEG audio
 * @name: what to call it
 * @error: return location for a #GError
 *
 * Opens MPEG audio with libmpg123: libsndfile takes its guess of a length for the truth, and lets
 * it write on standard error.
 *
 * Returns: (transfer full) (nullable): a decoder, or %NULL with %OTO_IO_ERROR_CORRUPT
 */
OtoDecoder *
oto_decoder_new_mpeg (OtoAudioBytes  *bytes,
                      const char     *name,
                      GError        **error)
{
  MpegDecoder *self = g_new0 (MpegDecoder, 1);
  g_autoptr (OtoDecoder) decoder = &self->parent;

  decoder->funcs = &mpeg_funcs;
  decoder->n_samples = -1;
  self->bytes = bytes;
  if (!begin_and_scan (self))
    {
      g_set_error (error, OTO_IO_ERROR, OTO_IO_ERROR_CORRUPT,
                   _("“%s” is damaged, or not an audio file. Fetch it again, or choose another."),
                   name);
      return NULL;
    }
  return g_steal_pointer (&decoder);
}
