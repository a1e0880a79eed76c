/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "io/oto-audio-file.h"

#include "audio/oto-clip.h"
#include "base/oto-arena.h"
#include "base/oto-error.h"
#include "io/oto-decoder.h"
#include "io/oto-file.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* A clip whose samples take no more than this keeps them once it was read. */
#define MAX_KEPT_BYTES (64 * 1024 * 1024)
#define MAX_DEPTH      8               /* of folders in a folder of clips */

#define OTO_TYPE_FILE_CLIP (oto_file_clip_get_type ())
G_DECLARE_FINAL_TYPE (OtoFileClip, oto_file_clip, OTO, FILE_CLIP, OtoClip)

struct _OtoFileClip
{
  OtoClip     parent_instance;

  /* Guards the fields below. */
  GMutex      lock;
  OtoDecoder *decoder;    /* NULL if it must be opened anew, and once the samples are kept */
  gint64      pos;        /* of the decoder; -1 if unknown */
  float      *samples;    /* all of them; or NULL */
  gboolean    is_long;    /* or damaged: samples are not kept */
};

G_DEFINE_FINAL_TYPE (OtoFileClip, oto_file_clip, OTO_TYPE_CLIP)

static gboolean
fail_decode (OtoFileClip  *self,
             gint64        pos,
             GError      **error)
{
  OtoClip *clip = OTO_CLIP (self);

  g_clear_pointer (&self->decoder, oto_decoder_free);
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
  gint64 n_done = 0;

  /* A decoder that has failed stays lost: begin afresh. */
  if (self->decoder == NULL)
    {
      self->decoder = oto_decoder_open (oto_clip_get_path (clip), NULL, error);
      if (self->decoder == NULL)
        return FALSE;
      self->pos = 0;
      if (self->decoder->n_channels != oto_clip_get_n_channels (clip))
        return fail_decode (self, 0, error);
    }

  if (self->pos == first_sample || oto_decoder_seek (self->decoder, first_sample))
    n_done = oto_decoder_read (self->decoder, ret_samples, n_samples);
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
  g_clear_pointer (&self->decoder, oto_decoder_free);
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

  g_clear_pointer (&self->decoder, oto_decoder_free);
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

/* Opens a file and finds how many samples it has. */
static OtoDecoder *
open_decoder (const char    *path,
              GCancellable  *cancellable,
              GError       **error)
{
  g_autoptr (OtoDecoder) decoder = oto_decoder_open (path, cancellable, error);
  gint64 n_samples;

  if (decoder == NULL || (decoder->n_samples >= 0 && oto_decoder_has_last (decoder)))
    return g_steal_pointer (&decoder);

  /* If the last sample promised is not there, decoding everything gives the true length. A decoder
   * that has failed stays lost, so it is opened anew. */
  if (decoder->n_samples > 0)
    {
      oto_decoder_free (g_steal_pointer (&decoder));
      decoder = oto_decoder_open (path, cancellable, error);
      if (decoder == NULL)
        return NULL;
    }
  n_samples = oto_decoder_count (decoder, cancellable);
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;
  decoder->n_samples = n_samples;
  return g_steal_pointer (&decoder);
}

/**
 * oto_audio_file_has_name:
 * @name: name of a file in a folder, without the folder
 *
 * Tells which files of a folder are meant to be heard. Hidden ones are not: what other systems keep
 * beside a file is called “._” and its name.
 *
 * Returns: whether this one is
 */
gboolean
oto_audio_file_has_name (const char *name)
{
  static const char * const endings[] = {
    "wav", "flac", "ogg", "oga", "opus", "mp3", "mp2", "aiff", "aif", "aifc", "caf", "w64", "rf64",
    "au", "snd", "m4a", "mp4", "aac", "wma", "mka", "mkv", "webm", "mov", "amr", "wv", NULL
  };
  const char *dot;

  g_return_val_if_fail (name != NULL, FALSE);

  dot = strrchr (name, '.');
  if (name[0] == '.' || dot == NULL)
    return FALSE;
  for (guint i = 0; endings[i] != NULL; i++)
    if (g_ascii_strcasecmp (dot + 1, endings[i]) == 0)
      return TRUE;
  return FALSE;
}

static void
list_folder (GPtrArray  *names,
             const char *dir,
             const char *prefix,
             int         depth)
{
  g_autoptr (GDir) listing = g_dir_open (dir, 0, NULL);
  const char *name;

  while (listing != NULL && (name = g_dir_read_name (listing)) != NULL)
    {
      g_autofree char *path = g_build_filename (dir, name, NULL);
      g_autofree char *filename = g_strconcat (prefix, name, NULL);

      if (name[0] != '.' && depth < MAX_DEPTH && g_file_test (path, G_FILE_TEST_IS_DIR))
        {
          g_autofree char *inner = g_strconcat (filename, "/", NULL);

          list_folder (names, path, inner, depth + 1);
        }
      else if (oto_audio_file_has_name (name))
        g_ptr_array_add (names, g_steal_pointer (&filename));
    }
}

static int
compare_names (gconstpointer a,
               gconstpointer b)
{
  return strcmp (*(const char * const *) a, *(const char * const *) b);
}

/**
 * oto_audio_file_list:
 * @dir: a folder
 *
 * Lists the audio files in a folder and in those within it, up to eight deep, by
 * oto_audio_file_has_name(). What cannot be listed is empty.
 *
 * Returns: (transfer full) (element-type filename): names relative to @dir, sorted
 */
GPtrArray *
oto_audio_file_list (const char *dir)
{
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);

  g_return_val_if_fail (dir != NULL, names);

  list_folder (names, dir, "", 0);
  g_ptr_array_sort (names, compare_names);
  return names;
}

/**
 * oto_audio_file_open:
 * @path: an audio file
 * @error: return location for a #GError
 *
 * As oto_audio_file_open_full(), without a way to stop it.
 *
 * Returns: (transfer full) (nullable): a clip, or %NULL with an error of %OTO_IO_ERROR
 */
OtoClip *
oto_audio_file_open (const char  *path,
                     GError     **error)
{
  return oto_audio_file_open_full (path, NULL, error);
}

/**
 * oto_audio_file_open_full:
 * @path: a file in any format that libsndfile, libmpg123 or a plug-in of GStreamer reads
 * @cancellable: (nullable): to stop it, as files that do not tell their length are decoded to find
 *   it
 * @error: return location for a #GError
 *
 * Opens an audio file. A file that was cut off gives the samples that are left, and
 * oto_clip_get_n_announced() how many there should be; damage inside is told when it is read.
 *
 * Returns: (transfer full) (nullable): a clip, or %NULL with an error of %OTO_IO_ERROR or
 *   %G_IO_ERROR_CANCELLED
 */
OtoClip *
oto_audio_file_open_full (const char    *path,
                          GCancellable  *cancellable,
                          GError       **error)
{
  g_autofree char *name = NULL;
  g_autoptr (OtoDecoder) decoder = NULL;
  OtoFileClip *self;

  g_return_val_if_fail (path != NULL, NULL);

  name = oto_file_dup_display_name (path);
  decoder = open_decoder (path, cancellable, error);
  if (decoder == NULL)
    return NULL;

  if (decoder->n_samples <= 0)
    {
      g_set_error (error, OTO_IO_ERROR, OTO_IO_ERROR_EMPTY,
                   _("“%s” holds no samples. Choose a file with sound."), name);
      return NULL;
    }

  self = g_object_new (OTO_TYPE_FILE_CLIP, "name", name, "path", path, "format", decoder->format,
                       "rate-hz", decoder->rate_hz, "n-channels", decoder->n_channels,
                       "n-samples", decoder->n_samples, "n-announced", decoder->n_announced,
                       "note", decoder->note, NULL);
  /* What can be cancelled may have been by the time that the clip is read. */
  if (cancellable == NULL)
    self->decoder = g_steal_pointer (&decoder);
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
