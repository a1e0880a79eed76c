/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "io/oto-decoder.h"
#include "oto-test.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <math.h>
#include <sndfile.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

typedef struct
{
  char *dir;
} Fixture;

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  fixture->dir = oto_test_make_dir ();
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  oto_test_remove_dir (fixture->dir);
}

static void
append_number (GByteArray *bytes,
               guint32     value,
               guint       n_bytes)
{
  value = GUINT32_TO_LE (value);
  g_byte_array_append (bytes, (const guint8 *) &value, n_bytes);
}

/* Writes a WAV file byte by byte; its header promises @promised_bytes of samples. */
static char *
write_wav (Fixture      *fixture,
           const char   *name,
           int           tag,
           int           n_bits,
           int           n_channels,
           int           rate_hz,
           gconstpointer samples,
           guint32       n_bytes,
           guint32       promised_bytes)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  char *path = g_build_filename (fixture->dir, name, NULL);

  g_byte_array_append (bytes, (const guint8 *) "RIFF", 4);
  append_number (bytes, 36 + promised_bytes, 4);
  g_byte_array_append (bytes, (const guint8 *) "WAVEfmt ", 8);
  append_number (bytes, 16, 4);
  append_number (bytes, tag, 2);
  append_number (bytes, n_channels, 2);
  append_number (bytes, rate_hz, 4);
  append_number (bytes, (guint32) rate_hz * (guint32) (n_channels * n_bits / 8), 4);
  append_number (bytes, n_channels * n_bits / 8, 2);
  append_number (bytes, n_bits, 2);
  g_byte_array_append (bytes, (const guint8 *) "data", 4);
  append_number (bytes, promised_bytes, 4);
  if (n_bytes > 0)
    g_byte_array_append (bytes, samples, n_bytes);
  g_assert_true (g_file_set_contents (path, (const char *) bytes->data, bytes->len, NULL));
  return path;
}

static OtoClip *
open_clip (const char *path,
           int         rate_hz,
           int         n_channels,
           gint64      n_samples)
{
  g_autoptr (GError) error = NULL;
  OtoClip *clip = oto_audio_file_open (path, &error);

  g_assert_no_error (error);
  g_assert_cmpint (oto_clip_get_rate_hz (clip), ==, rate_hz);
  g_assert_cmpint (oto_clip_get_n_channels (clip), ==, n_channels);
  g_assert_cmpint (oto_clip_get_n_samples (clip), ==, n_samples);
  return clip;
}

/* A message must name the file and end as a sentence. */
static void
assert_refused (const char *path,
                OtoIoError  code)
{
  g_autofree char *name = g_filename_display_basename (path);
  g_autoptr (GError) error = NULL;

  g_assert_null (oto_audio_file_open (path, &error));
  g_assert_error (error, OTO_IO_ERROR, (int) code);
  g_assert_nonnull (strstr (error->message, name));
  g_assert_true (g_str_has_suffix (error->message, "."));
}

static void
test_missing (Fixture       *fixture,
              gconstpointer  data)
{
  g_autofree char *path = g_build_filename (fixture->dir, "missing.wav", NULL);

  assert_refused (path, OTO_IO_ERROR_MISSING);
}

static void
test_no_regular_file (Fixture       *fixture,
                      gconstpointer  data)
{
  g_autofree char *pipe = g_build_filename (fixture->dir, "pipe.wav", NULL);

  g_assert_cmpint (mkfifo (pipe, 0600), ==, 0);
  assert_refused (pipe, OTO_IO_ERROR_FORMAT);
  assert_refused (fixture->dir, OTO_IO_ERROR_FORMAT);
  assert_refused ("/dev/zero", OTO_IO_ERROR_FORMAT);
}

static void
test_empty (Fixture       *fixture,
            gconstpointer  data)
{
  g_autofree char *path = g_build_filename (fixture->dir, "empty.wav", NULL);
  g_autofree char *header = write_wav (fixture, "header.wav", 1, 16, 1, 32000, NULL, 0, 0);

  g_assert_true (g_file_set_contents (path, "", 0, NULL));
  assert_refused (path, OTO_IO_ERROR_EMPTY);
  assert_refused (header, OTO_IO_ERROR_EMPTY);
}

static void
test_text (Fixture       *fixture,
           gconstpointer  data)
{
  g_autofree char *path = g_build_filename (fixture->dir, "notes.wav", NULL);

  g_assert_true (g_file_set_contents (path, "A file about sounds.\n", -1, NULL));
  assert_refused (path, OTO_IO_ERROR_FORMAT);
}

/* Any beginning of a file opens with what is left or is refused; nothing hangs. */
static void
test_truncated (Fixture       *fixture,
                gconstpointer  data)
{
  const OtoAudioFormat formats[] = { OTO_AUDIO_FORMAT_WAV_PCM16, OTO_AUDIO_FORMAT_FLAC_PCM16 };
  g_autofree float *samples = g_new (float, 40000);

  oto_test_fill (samples, 40000, 1);
  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    {
      g_autofree char *path = g_build_filename (fixture->dir, "cut", NULL);
      g_autofree char *contents = NULL;
      gint64 longest = 0;
      size_t n_bytes;

      g_assert_true (oto_audio_file_save (path, formats[i], samples, 40000, 1, 32000, NULL));
      g_assert_true (g_file_get_contents (path, &contents, &n_bytes, NULL));
      for (size_t n = 0; n < n_bytes; n += n_bytes / 37)
        {
          g_autoptr (OtoClip) clip = NULL;
          g_autofree float *read = NULL;
          gint64 n_samples;

          g_assert_true (g_file_set_contents (path, contents, n, NULL));
          clip = oto_audio_file_open (path, NULL);
          if (clip == NULL)
            continue;

          n_samples = oto_clip_get_n_samples (clip);
          g_assert_cmpint (n_samples, >=, longest);
          longest = n_samples;
          read = g_new (float, n_samples);
          g_assert_true (oto_clip_read (clip, 0, n_samples, read, NULL));
          oto_assert_abs_below (read, samples, n_samples, 1.0 / 32768);
        }
      g_assert_cmpint (longest, >, 32000);
      g_assert_cmpint (longest, <, 40000);
    }
}

static void
test_false_promise (Fixture       *fixture,
                    gconstpointer  data)
{
  const gint16 samples[] = { 16384, -16384, 8192 };
  g_autofree char *path = write_wav (fixture, "promise.wav", 1, 16, 1, 32000, samples, 6,
                                     0x7ffffff0);
  g_autoptr (OtoClip) clip = open_clip (path, 32000, 1, 3);
  float read[3];

  g_assert_true (oto_clip_read (clip, 0, 3, read, NULL));
  g_assert_cmpfloat (read[2], ==, 0.25f);
}

/* Damage inside a file is told when it is met; what stands before it can be read. */
static void
test_damaged (Fixture       *fixture,
              gconstpointer  data)
{
  g_autofree char *path = g_build_filename (fixture->dir, "damaged.flac", NULL);
  g_autofree float *samples = g_new (float, 64000);
  g_autofree float *read = g_new (float, 64000);
  g_autofree char *contents = NULL;
  g_autoptr (OtoClip) clip = NULL;
  g_autoptr (GError) error = NULL;
  size_t n_bytes;

  oto_test_fill (samples, 64000, 1);
  g_assert_true (oto_audio_file_save (path, OTO_AUDIO_FORMAT_FLAC_PCM16, samples, 64000, 1, 32000,
                                      NULL));
  g_assert_true (g_file_get_contents (path, &contents, &n_bytes, NULL));
  memset (contents + n_bytes / 2, 0xaa, 300);
  g_assert_true (g_file_set_contents (path, contents, n_bytes, NULL));

  clip = open_clip (path, 32000, 1, 64000);
  g_assert_false (oto_clip_read (clip, 0, 64000, read, &error));
  g_assert_error (error, OTO_IO_ERROR, OTO_IO_ERROR_CORRUPT);
  g_assert_true (oto_clip_read (clip, 100, 8000, read, NULL));
  oto_assert_abs_below (read, samples + 100, 8000, 1.0 / 32768);
  g_assert_null (oto_clip_dup_hash (clip, NULL, NULL));
}

static void
append_text (GByteArray *bytes,
             const char *text,
             guint       n_bytes)
{
  g_byte_array_append (bytes, (const guint8 *) text, n_bytes);
}

static void
append_big (GByteArray *bytes,
            guint64     value,
            guint       n_bytes)
{
  value = GUINT64_TO_BE (value << (64 - 8 * n_bytes));
  g_byte_array_append (bytes, (const guint8 *) &value, n_bytes);
}

static void
append_long (GByteArray *bytes,
             guint64     value)
{
  value = GUINT64_TO_LE (value);
  g_byte_array_append (bytes, (const guint8 *) &value, 8);
}

#define N_UNFINISHED 5000

/* What stands before 16-bit samples of one channel at 8000 Hz. */
static void
append_wav_format (GByteArray *bytes)
{
  append_number (bytes, 16, 4);
  append_number (bytes, 0x00010001, 4);
  append_number (bytes, 8000, 4);
  append_number (bytes, 16000, 4);
  append_number (bytes, 0x00100002, 4);
}

static void
begin_riff (GByteArray *bytes,
            guint64     size)
{
  append_text (bytes, "RIFF", 4);
  append_number (bytes, (guint32) size, 4);
  append_text (bytes, "WAVEfmt ", 8);
  append_wav_format (bytes);
  append_text (bytes, "LIST\4\0\0\0INFOdata", 16);
  append_number (bytes, (guint32) size, 4);
}

static void
begin_rf64 (GByteArray *bytes,
            guint64     size)
{
  append_text (bytes, "RF64\xff\xff\xff\xffWAVEds64\x1c\0\0\0", 20);
  append_long (bytes, size);
  append_long (bytes, size);
  append_long (bytes, 0);
  append_number (bytes, 0, 4);
  append_text (bytes, "fmt ", 4);
  append_wav_format (bytes);
  append_text (bytes, "data\xff\xff\xff\xff", 8);
}

static void
begin_w64 (GByteArray *bytes,
           guint64     size)
{
  static const char tail[] = "\xf3\xac\xd3\x11\x8c\xd1\x00\xc0\x4f\x8e\xdb\x8a";

  append_text (bytes, "riff\x2e\x91\xcf\x11\xa5\xd6\x28\xdb\x04\xc1\x00\x00", 16);
  append_long (bytes, size);
  append_text (bytes, "wave", 4);
  append_text (bytes, tail, 12);
  append_text (bytes, "fmt ", 4);
  append_text (bytes, tail, 12);
  append_long (bytes, 40);
  g_byte_array_set_size (bytes, bytes->len - 4);
  append_number (bytes, 0, 4);
  append_number (bytes, 0x00010001, 4);
  append_number (bytes, 8000, 4);
  append_number (bytes, 16000, 4);
  append_number (bytes, 0x00100002, 4);
  append_text (bytes, "data", 4);
  append_text (bytes, tail, 12);
  append_long (bytes, size);
}

static void
begin_caf (GByteArray *bytes,
           guint64     size)
{
  double rate_hz = 8000.0;
  guint64 digits;

  append_text (bytes, "caff\0\1\0\0desc", 12);
  append_big (bytes, 32, 8);
  memcpy (&digits, &rate_hz, sizeof digits);
  append_big (bytes, digits, 8);
  append_text (bytes, "lpcm", 4);
  append_big (bytes, 0, 4);
  append_big (bytes, 2, 4);
  append_big (bytes, 1, 4);
  append_big (bytes, 1, 4);
  append_big (bytes, 16, 4);
  append_text (bytes, "data", 4);
  append_big (bytes, size, 8);
  append_big (bytes, 0, 4);
}

static void
begin_au (GByteArray *bytes,
          guint64     size)
{
  append_text (bytes, ".snd\0\0\0\x18", 8);
  append_big (bytes, size & G_MAXUINT32, 4);
  append_big (bytes, 3, 4);
  append_big (bytes, 8000, 4);
  append_big (bytes, 1, 4);
}

static void
begin_aiff (GByteArray *bytes,
            guint64     size)
{
  append_text (bytes, "FORM", 4);
  append_big (bytes, size & G_MAXUINT32, 4);
  append_text (bytes, "AIFFCOMM", 8);
  append_big (bytes, 18, 4);
  append_big (bytes, 1, 2);
  append_big (bytes, 0, 4);
  append_big (bytes, 16, 2);
  append_text (bytes, "\x40\x0b\xfa\0\0\0\0\0\0\0SSND", 14);
  append_big (bytes, size & G_MAXUINT32, 4);
  append_big (bytes, 0, 8);
}

typedef struct
{
  const char *name;
  void      (*begin) (GByteArray *bytes, guint64 size);
  gboolean    is_big_endian;
} Container;

static const Container containers[] = {
  { "WAV", begin_riff, FALSE }, { "RF64", begin_rf64, FALSE }, { "Wave64", begin_w64, FALSE },
  { "CAF", begin_caf, TRUE }, { "AU", begin_au, TRUE }, { "AIFF", begin_aiff, TRUE },
};

static char *
write_container (Fixture         *fixture,
                 const Container *container,
                 guint64          size)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  char *path = g_build_filename (fixture->dir, "unfinished", NULL);

  container->begin (bytes, size);
  for (int i = 0; i < N_UNFINISHED; i++)
    {
      gint16 value = (gint16) (i * 7 - 16000);

      value = container->is_big_endian ? GINT16_TO_BE (value) : GINT16_TO_LE (value);
      g_byte_array_append (bytes, (const guint8 *) &value, 2);
    }
  g_assert_true (g_file_set_contents (path, (const char *) bytes->data, bytes->len, NULL));
  return path;
}

static void
check_ramp (OtoClip *clip,
            gint64   first_sample,
            gint64   n_samples)
{
  g_autofree float *read = g_new (float, (size_t) n_samples);

  g_assert_true (oto_clip_read (clip, first_sample, n_samples, read, NULL));
  for (gint64 i = 0; i < n_samples; i++)
    g_assert_cmpfloat (read[i], ==, (float) ((first_sample + i) * 7 - 16000) / 32768.f);
}

/* A recorder that was stopped, or wrote to a pipe, left sizes that say nothing. */
static void
test_unfinished (Fixture       *fixture,
                 gconstpointer  data)
{
  const guint64 sizes[] = { 0, G_MAXUINT64 };

  for (guint c = 0; c < G_N_ELEMENTS (containers); c++)
    for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
      {
        g_autofree char *path = write_container (fixture, &containers[c], sizes[i]);
        g_autoptr (OtoClip) clip = NULL;
        g_autofree char *problem = NULL;

        g_test_message ("%s, %" G_GUINT64_FORMAT, containers[c].name, sizes[i]);
        clip = open_clip (path, 8000, 1, N_UNFINISHED);
        problem = oto_clip_dup_problem (clip);
        g_assert_null (problem);
        g_assert_true (g_str_has_prefix (oto_clip_get_format (clip), containers[c].name));
        g_assert_true (g_str_has_suffix (oto_clip_get_format (clip), "header never finished"));
        check_ramp (clip, 4000, 1000);
        check_ramp (clip, 0, N_UNFINISHED);
        check_ramp (clip, 17, 100);
      }
}

/* Sizes with which programs begin that write to a pipe. */
static void
test_placeholders (Fixture       *fixture,
                   gconstpointer  data)
{
  const guint64 sizes[] = { 0x7fffffff, 0x7ffff000, 0x7fff0000, 0x80000000, 0xfffffff0,
                            0xffffffdb };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autofree char *path = write_container (fixture, &containers[0], sizes[i]);
      g_autoptr (OtoClip) clip = open_clip (path, 8000, 1, N_UNFINISHED);
      g_autofree char *problem = oto_clip_dup_problem (clip);

      g_assert_null (problem);
      check_ramp (clip, 0, N_UNFINISHED);
    }
}

/* A size of 0 is true if whole chunks follow. */
static void
test_no_samples (Fixture       *fixture,
                 gconstpointer  data)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autofree char *path = g_build_filename (fixture->dir, "none.wav", NULL);

  begin_riff (bytes, 0);
  append_text (bytes, "LIST\x0a\0\0\0INFOIART\0\0bext\4\0\0\0abcd", 30);
  g_assert_true (g_file_set_contents (path, (const char *) bytes->data, bytes->len, NULL));
  assert_refused (path, OTO_IO_ERROR_EMPTY);
}

/* The file is mostly a hole: more sound than 32 bits count, behind a header that says nothing. */
static void
test_unfinished_long (Fixture       *fixture,
                      gconstpointer  data)
{
  const gint64 n_samples = 2200 * 1000 * 1000ll;
  const guint32 sizes[] = { 0, G_MAXUINT32, 1000 };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autoptr (GByteArray) bytes = g_byte_array_new ();
      g_autofree char *path = g_build_filename (fixture->dir, "long.wav", NULL);
      const gint16 last = GINT16_TO_LE (16384);
      g_autoptr (OtoClip) clip = NULL;
      float read[2];
      FILE *file;

      begin_riff (bytes, sizes[i]);
      g_assert_true (g_file_set_contents (path, (const char *) bytes->data, bytes->len, NULL));
      file = fopen (path, "r+b");
      if (fseeko (file, (off_t) bytes->len + 2 * n_samples - 2, SEEK_SET) != 0
          || fwrite (&last, 2, 1, file) != 1 || fclose (file) != 0)
        {
          g_test_skip ("the folder takes no files of 4 GB");
          return;
        }
      clip = open_clip (path, 8000, 1, n_samples);
      g_assert_true (oto_clip_read (clip, n_samples - 2, 2, read, NULL));
      g_assert_cmpfloat (read[0], ==, 0.f);
      g_assert_cmpfloat (read[1], ==, 0.5f);
    }
}

static void
check_cut (OtoClip *clip,
           gint64   n_announced)
{
  g_autofree char *problem = oto_clip_dup_problem (clip);
  g_autofree char *there = g_strdup_printf ("%.2f s", oto_clip_get_duration_s (clip));
  g_autofree char *announced =
    g_strdup_printf ("%.2f s", (double) n_announced / oto_clip_get_rate_hz (clip));

  g_assert_cmpint (oto_clip_get_n_announced (clip), ==, n_announced);
  g_assert_nonnull (problem);
  g_assert_nonnull (strstr (problem, oto_clip_get_name (clip)));
  g_assert_nonnull (strstr (problem, there));
  g_assert_nonnull (strstr (problem, announced));
}

/* What is missing of a file that was cut off is told. */
static void
test_cut_is_told (Fixture       *fixture,
                  gconstpointer  data)
{
  g_autofree char *flac = g_build_filename (fixture->dir, "cut.flac", NULL);
  g_autofree float *samples = g_new (float, 64000);
  g_autofree char *contents = NULL;
  g_autofree char *whole = NULL;
  g_autoptr (OtoClip) clip = NULL;
  g_autoptr (GError) error = NULL;
  size_t n_bytes;

  for (guint c = 0; c < G_N_ELEMENTS (containers); c++)
    {
      const int n_counted = c == 2 ? 24 : c == 3 ? 4 : c == 5 ? 8 : 0;
      g_autofree char *path = write_container (fixture, &containers[c],
                                               2 * 8000 + (guint64) n_counted);
      g_autoptr (OtoClip) cut = NULL;

      g_test_message ("%s", containers[c].name);
      cut = open_clip (path, 8000, 1, N_UNFINISHED);
      check_cut (cut, 8000);
      check_ramp (cut, 0, N_UNFINISHED);
    }

  oto_test_fill (samples, 64000, 1);
  g_assert_true (oto_audio_file_save (flac, OTO_AUDIO_FORMAT_FLAC_PCM16, samples, 64000, 1, 32000,
                                      NULL));
  clip = open_clip (flac, 32000, 1, 64000);
  whole = oto_clip_dup_problem (clip);
  g_assert_null (whole);
  g_clear_object (&clip);
  g_assert_true (g_file_get_contents (flac, &contents, &n_bytes, NULL));
  g_assert_true (g_file_set_contents (flac, contents, n_bytes / 2, NULL));
  clip = oto_audio_file_open (flac, &error);
  g_assert_no_error (error);
  check_cut (clip, 64000);
}

/* Writes tones of any format that libsndfile writes; FALSE if it does not write this one. */
static gboolean
write_tone (const char *path,
            int         format,
            int         rate_hz,
            int         n_samples,
            float       step)
{
  SF_INFO info = { .samplerate = rate_hz, .channels = 1, .format = format };
  SNDFILE *file = sf_open (path, SFM_WRITE, &info);
  int mode = SF_BITRATE_MODE_VARIABLE;

  if (file == NULL)
    return FALSE;
  sf_command (file, SFC_SET_BITRATE_MODE, &mode, sizeof mode);
  for (int i = 0; i < n_samples; i++)
    {
      /* Loud and soft by turns, so that the rate of bits changes. */
      const float gain = i / 8000 % 2 != 0 ? 0.5f : 0.001f;
      const float value = gain * sinf (step * (float) i * (float) (i % 997));

      sf_writef_float (file, &value, 1);
    }
  g_assert_cmpint (sf_close (file), ==, 0);
  return TRUE;
}

static void
append_file (GByteArray *bytes,
             const char *path,
             size_t      first)
{
  g_autofree char *contents = NULL;
  size_t n_bytes;

  g_assert_true (g_file_get_contents (path, &contents, &n_bytes, NULL));
  append_text (bytes, contents + first, (guint) (n_bytes - first));
}

/* Wherever a range is read, it is what reading on from the start gives. */
static void
check_ranges (const char *path,
              float       limit)
{
  g_autoptr (OtoClip) clip = oto_audio_file_open (path, NULL);
  const gint64 n_samples = oto_clip_get_n_samples (clip);
  g_autofree float *all = g_new (float, (size_t) n_samples);
  g_autofree float *part = g_new (float, 3000);

  g_assert_true (oto_clip_read (clip, 0, n_samples, all, NULL));
  for (int i = 0; i < 12; i++)
    {
      g_autoptr (OtoDecoder) decoder = oto_decoder_open (path, NULL, NULL);
      const gint64 first = (n_samples - 3000) * (i * 7 % 12) / 11;

      g_assert_true (oto_decoder_seek (decoder, first));
      g_assert_cmpint (oto_decoder_read (decoder, part, 3000), ==, 3000);
      oto_assert_abs_below (part, all + first, 3000, limit);
      g_assert_true (oto_decoder_seek (decoder, first / 2));
      g_assert_cmpint (oto_decoder_read (decoder, part, 3000), ==, 3000);
      oto_assert_abs_below (part, all + first / 2, 3000, limit);
    }
}

/* A radio program's recording is a chain of streams. */
static void
test_chain (Fixture       *fixture,
            gconstpointer  data)
{
  const int format = SF_FORMAT_OGG | SF_FORMAT_VORBIS;
  const int lens[] = { 30000, 12345, 20000 };
  g_autofree char *path = g_build_filename (fixture->dir, "chain.ogg", NULL);
  g_autofree char *part = g_build_filename (fixture->dir, "part.ogg", NULL);
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autofree float *read = g_new (float, 62345);
  g_autofree float *expected = g_new (float, 62345);
  g_autofree char *problem = NULL;
  g_autoptr (OtoClip) clip = NULL;
  gint64 pos = 0;

  for (guint i = 0; i < G_N_ELEMENTS (lens); i++)
    {
      g_autoptr (OtoClip) link = NULL;

      if (!write_tone (part, format, 16000, lens[i], 0.01f * (float) (i + 1)))
        {
          g_test_skip ("libsndfile does not write Vorbis here");
          return;
        }
      append_file (bytes, part, 0);
      link = open_clip (part, 16000, 1, lens[i]);
      g_assert_true (oto_clip_read (link, 0, lens[i], expected + pos, NULL));
      pos += lens[i];
    }
  g_assert_true (g_file_set_contents (path, (const char *) bytes->data, bytes->len, NULL));

  clip = open_clip (path, 16000, 1, 62345);
  problem = oto_clip_dup_problem (clip);
  g_assert_null (problem);
  g_assert_true (oto_clip_read (clip, 0, 62345, read, NULL));
  oto_assert_abs_below (read, expected, 62345, 0.0);
  check_ranges (path, 1e-4f);
}

/* What cannot be read on with is told. */
static void
test_chain_of_two_rates (Fixture       *fixture,
                         gconstpointer  data)
{
  const int format = SF_FORMAT_OGG | SF_FORMAT_VORBIS;
  g_autofree char *path = g_build_filename (fixture->dir, "chain.ogg", NULL);
  g_autofree char *part = g_build_filename (fixture->dir, "part.ogg", NULL);
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autofree char *problem = NULL;
  g_autoptr (OtoClip) clip = NULL;

  for (int i = 0; i < 2; i++)
    {
      if (!write_tone (part, format, i == 0 ? 16000 : 22050, 20000, 0.01f))
        {
          g_test_skip ("libsndfile does not write Vorbis here");
          return;
        }
      append_file (bytes, part, 0);
    }
  g_assert_true (g_file_set_contents (path, (const char *) bytes->data, bytes->len, NULL));
  clip = open_clip (path, 16000, 1, 20000);
  problem = oto_clip_dup_problem (clip);
  g_assert_nonnull (strstr (problem, "“chain.ogg” is a chain of streams, of which the last"));
}

/* The first frame of an MP3 file that an encoder could go back to says how many follow. */
static size_t
find_second_frame (const char *path)
{
  g_autofree char *contents = NULL;
  const char *next;
  size_t n_bytes;

  g_assert_true (g_file_get_contents (path, &contents, &n_bytes, NULL));
  g_assert_nonnull (memmem (contents, 200, "Xing", 4));
  next = memmem (contents + 4, n_bytes - 4, contents, 2);
  g_assert_nonnull (next);
  return (size_t) (next - contents);
}

/* Without that frame, libraries guess the length from the rate of bits of what they see first. */
static void
test_mp3 (Fixture       *fixture,
          gconstpointer  data)
{
  const int n_samples = 160000;
  g_autofree char *path = g_build_filename (fixture->dir, "whole.mp3", NULL);
  g_autofree char *headless = g_build_filename (fixture->dir, "headless.mp3", NULL);
  g_autofree char *joined = g_build_filename (fixture->dir, "joined.mp3", NULL);
  g_autofree char *cut = g_build_filename (fixture->dir, "cut.mp3", NULL);
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autoptr (OtoClip) clip = NULL;
  g_autofree char *problem = NULL;
  g_autofree char *problem_cut = NULL;
  size_t second;

  if (!write_tone (path, SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III, 16000, n_samples, 0.01f))
    {
      g_test_skip ("libsndfile does not write MP3 here");
      return;
    }
  clip = open_clip (path, 16000, 1, n_samples);
  g_assert_cmpstr (oto_clip_get_format (clip), ==, "MPEG, MP3");
  problem = oto_clip_dup_problem (clip);
  g_assert_null (problem);
  g_clear_object (&clip);
  check_ranges (path, 1e-4f);

  second = find_second_frame (path);
  append_text (bytes, "ID3\3\0\0\0\0\0\x10TIT2\0\0\0\6\0\0\0tone!", 26);
  append_file (bytes, path, second);
  g_assert_true (g_file_set_contents (headless, (const char *) bytes->data, bytes->len, NULL));
  clip = oto_audio_file_open (headless, NULL);
  g_assert_cmpint (oto_clip_get_n_samples (clip), >=, n_samples);
  g_assert_cmpint (oto_clip_get_n_samples (clip), <, n_samples + 4 * 1152);
  g_clear_object (&clip);
  check_ranges (headless, 1e-4f);

  g_byte_array_set_size (bytes, 0);
  append_file (bytes, path, 0);
  append_file (bytes, path, 0);
  g_assert_true (g_file_set_contents (joined, (const char *) bytes->data, bytes->len, NULL));
  clip = oto_audio_file_open (joined, NULL);
  g_assert_cmpint (oto_clip_get_n_samples (clip), >=, 2 * n_samples);
  g_clear_object (&clip);
  check_ranges (joined, 1e-4f);

  g_assert_true (g_file_set_contents (cut, (const char *) bytes->data, bytes->len / 4, NULL));
  clip = oto_audio_file_open (cut, NULL);
  g_assert_cmpint (oto_clip_get_n_samples (clip), <, n_samples);
  g_assert_cmpint (oto_clip_get_n_announced (clip), >=, n_samples);
  problem_cut = oto_clip_dup_problem (clip);
  g_assert_nonnull (problem_cut);
}

/* Files that were put together and have two rates end where the second begins; that is told. */
static void
test_mp3_of_two_rates (Fixture       *fixture,
                       gconstpointer  data)
{
  const int format = SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III;
  g_autofree char *first = g_build_filename (fixture->dir, "first.mp3", NULL);
  g_autofree char *second = g_build_filename (fixture->dir, "second.mp3", NULL);
  g_autofree char *joined = g_build_filename (fixture->dir, "joined.mp3", NULL);
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autoptr (OtoClip) clip = NULL;
  g_autofree char *problem = NULL;
  g_autofree float *read = NULL;

  if (!write_tone (first, format, 16000, 80000, 0.01f)
      || !write_tone (second, format, 44100, 80000, 0.01f))
    {
      g_test_skip ("libsndfile does not write MP3 here");
      return;
    }
  append_file (bytes, first, 0);
  append_file (bytes, second, 0);
  g_assert_true (g_file_set_contents (joined, (const char *) bytes->data, bytes->len, NULL));
  clip = oto_audio_file_open (joined, NULL);
  g_assert_cmpint (oto_clip_get_rate_hz (clip), ==, 16000);
  g_assert_cmpint (oto_clip_get_n_samples (clip), >=, 80000);
  g_assert_cmpint (oto_clip_get_n_samples (clip), <, 80000 + 4 * 1152);
  problem = oto_clip_dup_problem (clip);
  g_assert_nonnull (problem);
  read = g_new (float, (size_t) oto_clip_get_n_samples (clip));
  g_assert_true (oto_clip_read (clip, 0, oto_clip_get_n_samples (clip), read, NULL));
}

/* Decoders have words of their own for what they meet. */
static void
test_mp3_quiet (Fixture       *fixture,
                gconstpointer  data)
{
  g_autofree char *path = g_build_filename (fixture->dir, "quiet.mp3", NULL);
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autoptr (OtoClip) clip = NULL;
  g_autofree float *read = NULL;

  if (g_test_subprocess ())
    {
      clip = oto_audio_file_open (g_getenv ("OTO_TEST_QUIET"), NULL);
      g_assert_nonnull (clip);
      read = g_new (float, (size_t) oto_clip_get_n_samples (clip));
      g_assert_true (oto_clip_read (clip, 0, oto_clip_get_n_samples (clip), read, NULL));
      return;
    }
  if (!write_tone (path, SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III, 16000, 80000, 0.01f))
    {
      g_test_skip ("libsndfile does not write MP3 here");
      return;
    }
  append_file (bytes, path, 0);
  g_byte_array_set_size (bytes, bytes->len * 2 / 3);
  memset (bytes->data + bytes->len / 2, 0, 900);
  append_text (bytes, "TAGnothing that is sound", 24);
  g_assert_true (g_file_set_contents (path, (const char *) bytes->data, bytes->len, NULL));
  g_setenv ("OTO_TEST_QUIET", path, TRUE);
  g_test_trap_subprocess (NULL, 0, 0);
  g_test_trap_assert_passed ();
  g_test_trap_assert_stderr ("");
}

static void
append_element (GByteArray   *bytes,
                guint32       id,
                gconstpointer contents,
                size_t        n_bytes)
{
  append_big (bytes, id, id > 0xffffff ? 4 : id > 0xffff ? 3 : id > 0xff ? 2 : 1);
  append_big (bytes, 1ull << 56 | n_bytes, 8);
  g_byte_array_append (bytes, contents, (guint) n_bytes);
}

static void
append_uint (GByteArray *bytes,
             guint32     id,
             guint32     value)
{
  const guint32 digits = GUINT32_TO_BE (value);

  append_element (bytes, id, &digits, 4);
}

static void
append_double (GByteArray *bytes,
               guint32     id,
               double      value)
{
  guint64 digits;

  memcpy (&digits, &value, sizeof digits);
  digits = GUINT64_TO_BE (digits);
  append_element (bytes, id, &digits, 8);
}

#define N_MATROSKA 40000

/* Stereo at 16 kHz in blocks of a tenth of a second. */
static char *
write_matroska (Fixture    *fixture,
                const char *codec,
                int         n_samples)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autoptr (GByteArray) audio = g_byte_array_new ();
  g_autoptr (GByteArray) track = g_byte_array_new ();
  g_autoptr (GByteArray) tracks = g_byte_array_new ();
  g_autoptr (GByteArray) info = g_byte_array_new ();
  g_autoptr (GByteArray) segment = g_byte_array_new ();
  g_autoptr (GByteArray) head = g_byte_array_new ();
  char *path = g_build_filename (fixture->dir, "clip.mka", NULL);

  append_element (head, 0x4282, "matroska", 8);
  append_uint (head, 0x4287, 2);
  append_uint (head, 0x4285, 2);
  append_element (bytes, 0x1a45dfa3, head->data, head->len);
  append_uint (info, 0x2ad7b1, 1000000);
  append_double (info, 0x4489, N_MATROSKA / 16.0);
  append_element (segment, 0x1549a966, info->data, info->len);
  append_double (audio, 0xb5, 16000.0);
  append_uint (audio, 0x9f, 2);
  append_uint (audio, 0x6264, 16);
  append_uint (track, 0xd7, 1);
  append_uint (track, 0x73c5, 1);
  append_uint (track, 0x83, 2);
  append_element (track, 0x86, codec, strlen (codec));
  append_element (track, 0xe1, audio->data, audio->len);
  append_element (tracks, 0xae, track->data, track->len);
  append_element (segment, 0x1654ae6b, tracks->data, tracks->len);
  for (int i = 0; i < n_samples; i += 1600)
    {
      g_autoptr (GByteArray) cluster = g_byte_array_new ();
      g_autoptr (GByteArray) block = g_byte_array_new ();

      append_text (block, "\x81\0\0\x80", 4);
      for (int t = i; t < MIN (i + 1600, n_samples); t++)
        append_number (block, (guint32) (t % 30000) << 16 | (guint32) (t % 777), 4);
      append_uint (cluster, 0xe7, (guint32) (i / 16));
      append_element (cluster, 0xa3, block->data, block->len);
      append_element (segment, 0x1f43b675, cluster->data, cluster->len);
    }
  append_element (bytes, 0x18538067, segment->data, segment->len);
  g_assert_true (g_file_set_contents (path, (const char *) bytes->data, bytes->len, NULL));
  return path;
}

/* Opens a clip that GStreamer must read; NULL after skipping the test if it cannot here. */
static OtoClip *
open_by_gstreamer (const char *path)
{
  g_autoptr (GError) error = NULL;
  OtoClip *clip = oto_audio_file_open (path, &error);

  if (clip == NULL && strstr (error->message, "GStreamer") != NULL)
    {
      g_test_skip (error->message);
      return NULL;
    }
  g_assert_no_error (error);
  return clip;
}

static void
test_gstreamer (Fixture       *fixture,
                gconstpointer  data)
{
  g_autofree char *path = write_matroska (fixture, "A_PCM/INT/LIT", N_MATROSKA);
  g_autoptr (OtoClip) clip = open_by_gstreamer (path);
  g_autofree float *read = g_new (float, 2 * N_MATROSKA);
  g_autoptr (OtoDecoder) decoder = NULL;
  g_autofree char *problem = NULL;

  if (clip == NULL)
    return;
  g_assert_cmpint (oto_clip_get_n_samples (clip), ==, N_MATROSKA);
  g_assert_cmpint (oto_clip_get_n_channels (clip), ==, 2);
  g_assert_cmpint (oto_clip_get_rate_hz (clip), ==, 16000);
  g_assert_true (g_str_has_prefix (oto_clip_get_format (clip), "Matroska, "));
  g_assert_true (g_str_has_suffix (oto_clip_get_format (clip), ", by GStreamer"));
  problem = oto_clip_dup_problem (clip);
  g_assert_null (problem);
  g_assert_true (oto_clip_read (clip, 0, N_MATROSKA, read, NULL));
  for (int t = 0; t < N_MATROSKA; t++)
    {
      g_assert_cmpfloat (read[2 * t], ==, (float) (t % 777) / 32768.f);
      g_assert_cmpfloat (read[2 * t + 1], ==, (float) (t % 30000) / 32768.f);
    }

  /* Forward, back and to the end. */
  decoder = oto_decoder_open (path, NULL, NULL);
  for (int i = 0; i < 4; i++)
    {
      const int first = (int[]) { 31234, 17, 17 + 100, N_MATROSKA - 100 }[i];

      g_assert_true (oto_decoder_seek (decoder, first));
      g_assert_cmpint (oto_decoder_read (decoder, read, 100), ==, 100);
      for (int t = 0; t < 100; t++)
        g_assert_cmpfloat (read[2 * t], ==, (float) ((first + t) % 777) / 32768.f);
    }
  g_assert_cmpint (oto_decoder_read (decoder, read, 100), ==, 0);
}

static void
test_gstreamer_cut (Fixture       *fixture,
                    gconstpointer  data)
{
  g_autofree char *path = write_matroska (fixture, "A_PCM/INT/LIT", N_MATROSKA / 4);
  g_autoptr (OtoClip) clip = open_by_gstreamer (path);
  g_autofree char *problem = NULL;

  if (clip == NULL)
    return;
  g_assert_cmpint (oto_clip_get_n_samples (clip), ==, N_MATROSKA / 4);
  problem = oto_clip_dup_problem (clip);
  g_assert_nonnull (problem);
}

/* A coding that nobody has: the message says what would be needed. */
static void
test_gstreamer_missing (Fixture       *fixture,
                        gconstpointer  data)
{
  g_autofree char *path = write_matroska (fixture, "A_NOBODY/HAS/THIS", 4000);
  g_autoptr (GError) error = NULL;

  g_assert_null (oto_audio_file_open (path, &error));
  g_assert_true (error->domain == OTO_IO_ERROR);
  g_assert_nonnull (strstr (error->message, "“clip.mka” is Matroska"));
  g_assert_true (g_str_has_suffix (error->message, "."));
}

/* What of a folder is opened: no hidden files, among which are those that other systems leave. */
static void
test_names (Fixture       *fixture,
            gconstpointer  data)
{
  const char * const good[] = { "a.wav", "b.FLAC", "c.d.mp3", "e.m4a", "caf\xe9.wav", " .ogg" };
  const char * const bad[] = { ".a.wav", "._a.wav", ".wav", "wav", "a.txt", "a.", "", "a.wavx" };

  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    g_assert_true (oto_audio_file_has_name (good[i]));
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_false (oto_audio_file_has_name (bad[i]));
}

static void
test_cancelled (Fixture       *fixture,
                gconstpointer  data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autofree char *path = write_container (fixture, &containers[0], 10000);
  g_autoptr (GError) error = NULL;
  g_autoptr (OtoClip) clip = oto_audio_file_open_full (path, cancellable, &error);

  /* Once open, a clip is read whatever becomes of that. */
  g_assert_no_error (error);
  g_cancellable_cancel (cancellable);
  check_ramp (clip, 0, N_UNFINISHED);
  g_assert_null (oto_audio_file_open_full (path, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void
test_not_a_number (Fixture       *fixture,
                   gconstpointer  data)
{
  const float samples[] = { NAN, 0.5f, INFINITY, -INFINITY, 1e30f, -0.25f };
  const float expected[] = { 0.f, 0.5f, 0.f, 0.f, 0.f, -0.25f };
  g_autofree char *path = write_wav (fixture, "nan.wav", 3, 32, 2, 32000, samples, 24, 24);
  g_autoptr (OtoClip) clip = open_clip (path, 32000, 2, 3);
  float read[6];

  for (int i = 0; i < 2; i++)
    {
      g_assert_true (oto_clip_read (clip, 0, 3, read, NULL));
      g_assert_cmpmem (read, sizeof read, expected, sizeof expected);
      g_assert_cmpuint (oto_clip_get_n_invalid (clip), ==, 4);
    }
}

static void
test_one_sample (Fixture       *fixture,
                 gconstpointer  data)
{
  const gint16 sample = -32768;
  g_autofree char *path = write_wav (fixture, "one.wav", 1, 16, 1, 44100, &sample, 2, 2);
  g_autoptr (OtoClip) clip = open_clip (path, 44100, 1, 1);
  float read;

  g_assert_true (oto_clip_read_mono (clip, 0, 1, &read, NULL));
  g_assert_cmpfloat (read, ==, -1.f);
  g_assert_cmpfloat_with_epsilon (oto_clip_get_duration_s (clip), 1.0 / 44100, 1e-12);
}

static void
test_silence (Fixture       *fixture,
              gconstpointer  data)
{
  const gint16 samples[1000] = { 0 };
  g_autofree char *path = write_wav (fixture, "silence.wav", 1, 16, 1, 32000, samples, 2000, 2000);
  g_autoptr (OtoClip) clip = open_clip (path, 32000, 1, 1000);
  float read[1000];

  g_assert_true (oto_clip_read (clip, 0, 1000, read, NULL));
  for (int i = 0; i < 1000; i++)
    g_assert_cmpfloat (read[i], ==, 0.f);
  g_assert_cmpuint (oto_clip_get_n_invalid (clip), ==, 0);
}

/* 8 bits are unsigned, 24 bits packed; 8 kHz and 192 kHz are kept as they are. */
static void
test_sample_sizes (Fixture       *fixture,
                   gconstpointer  data)
{
  const guint8 eight[] = { 0, 128, 192 };
  const guint8 twenty_four[] = { 0, 0, 0xc0, 0, 0, 0, 1, 0, 0 };
  g_autofree char *path8 = write_wav (fixture, "8.wav", 1, 8, 1, 8000, eight, 3, 3);
  g_autofree char *path24 = write_wav (fixture, "24.wav", 1, 24, 1, 192000, twenty_four, 9, 9);
  g_autoptr (OtoClip) clip8 = open_clip (path8, 8000, 1, 3);
  g_autoptr (OtoClip) clip24 = open_clip (path24, 192000, 1, 3);
  float read[3];

  g_assert_cmpstr (oto_clip_get_format (clip8), ==, "WAV, 8 bit");
  g_assert_true (oto_clip_read (clip8, 0, 3, read, NULL));
  g_assert_cmpfloat (read[0], ==, -1.f);
  g_assert_cmpfloat (read[1], ==, 0.f);
  g_assert_cmpfloat (read[2], ==, 0.5f);

  g_assert_cmpstr (oto_clip_get_format (clip24), ==, "WAV, 24 bit");
  g_assert_true (oto_clip_read (clip24, 0, 3, read, NULL));
  g_assert_cmpfloat (read[0], ==, -0.5f);
  g_assert_cmpfloat (read[1], ==, 0.f);
  g_assert_cmpfloat (read[2], ==, 0x1p-23f);
}

static void
test_many_channels (Fixture       *fixture,
                    gconstpointer  data)
{
  const int counts[] = { 6, 1024 };

  for (guint i = 0; i < G_N_ELEMENTS (counts); i++)
    {
      const int n_channels = counts[i];
      g_autofree gint16 *samples = g_new (gint16, 300 * n_channels);
      g_autofree char *path = NULL;
      g_autoptr (OtoClip) clip = NULL;
      float mono[300];

      for (int t = 0; t < 300; t++)
        for (int c = 0; c < n_channels; c++)
          samples[t * n_channels + c] = (gint16) (32 * t + (c == 0 ? 1024 : 0));
      path = write_wav (fixture, "wide.wav", 1, 16, n_channels, 48000, samples,
                        600 * n_channels, 600 * n_channels);
      clip = open_clip (path, 48000, n_channels, 300);
      g_assert_true (oto_clip_read_mono (clip, 0, 300, mono, NULL));
      for (int t = 0; t < 300; t++)
        g_assert_cmpfloat_with_epsilon (mono[t], (32.0 * t + 1024.0 / n_channels) / 32768, 1e-6);
    }
}

static void
test_bad_rates (Fixture       *fixture,
                gconstpointer  data)
{
  const gint16 sample = 1;
  const int rates_hz[] = { 1, 999, 2000000000 };

  for (guint i = 0; i < G_N_ELEMENTS (rates_hz); i++)
    {
      g_autofree char *path = write_wav (fixture, "rate.wav", 1, 16, 1, rates_hz[i], &sample, 2, 2);

      assert_refused (path, OTO_IO_ERROR_CORRUPT);
    }
}

/* A clip too long to be kept is read from its file, at any place and in any order. */
static void
test_long (Fixture       *fixture,
           gconstpointer  data)
{
  const gint64 n_samples = 18 * 1000 * 1000;
  g_autofree guint8 *samples = g_malloc (n_samples);
  g_autofree char *path = NULL;
  g_autoptr (OtoClip) clip = NULL;
  const gint64 places[] = { 17999000, 0, 9000001, 9001001 };

  for (gint64 i = 0; i < n_samples; i++)
    samples[i] = (guint8) (i % 251);
  path = write_wav (fixture, "long.wav", 1, 8, 1, 8000, samples, n_samples, n_samples);
  clip = open_clip (path, 8000, 1, n_samples);
  for (guint p = 0; p < G_N_ELEMENTS (places); p++)
    {
      float read[1000];

      g_assert_true (oto_clip_read (clip, places[p], 1000, read, NULL));
      for (int i = 0; i < 1000; i++)
        g_assert_cmpfloat (read[i], ==, ((float) ((places[p] + i) % 251) - 128.f) / 128.f);
    }
}

static void
test_name_not_utf8 (Fixture       *fixture,
                    gconstpointer  data)
{
  const gint16 sample = 1;
  g_autofree char *path = write_wav (fixture, "caf\xe9.wav", 1, 16, 1, 32000, &sample, 2, 2);
  g_autoptr (OtoClip) clip = open_clip (path, 32000, 1, 1);

  g_assert_true (g_utf8_validate (oto_clip_get_name (clip), -1, NULL));
  g_assert_cmpstr (oto_clip_get_path (clip), ==, path);
}

static void
test_save (Fixture       *fixture,
           gconstpointer  data)
{
  const struct { OtoAudioFormat format; double limit; const char *name; } cases[] = {
    { OTO_AUDIO_FORMAT_WAV_FLOAT, 0.0, "WAV, 32 bit float" },
    { OTO_AUDIO_FORMAT_WAV_PCM16, 1.0 / 32768, "WAV, 16 bit" },
    { OTO_AUDIO_FORMAT_WAV_PCM24, 1.0 / 8388608, "WAV, 24 bit" },
    { OTO_AUDIO_FORMAT_FLAC_PCM16, 1.0 / 32768, "FLAC, 16 bit" },
  };
  float samples[1500], read[1500];

  oto_test_fill (samples, 1500, 1);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_build_filename (fixture->dir, "saved", NULL);
      g_autoptr (GError) error = NULL;
      g_autoptr (OtoClip) clip = NULL;

      g_assert_true (oto_audio_file_save (path, cases[i].format, samples, 500, 3, 22050, &error));
      g_assert_no_error (error);
      clip = open_clip (path, 22050, 3, 500);
      g_assert_cmpstr (oto_clip_get_format (clip), ==, cases[i].name);
      g_assert_true (oto_clip_read (clip, 0, 500, read, NULL));
      oto_assert_abs_below (read, samples, 1500, cases[i].limit);
    }
}

/* Loud samples clip instead of wrapping around, and stay as they are in float. */
static void
test_save_loud (Fixture       *fixture,
                gconstpointer  data)
{
  const float samples[] = { 1.5f, -1.5f };
  g_autofree char *path = g_build_filename (fixture->dir, "loud.wav", NULL);
  g_autoptr (OtoClip) pcm = NULL;
  g_autoptr (OtoClip) plain = NULL;
  float read[2];

  g_assert_true (oto_audio_file_save (path, OTO_AUDIO_FORMAT_WAV_PCM16, samples, 2, 1, 8000, NULL));
  pcm = open_clip (path, 8000, 1, 2);
  g_assert_true (oto_clip_read (pcm, 0, 2, read, NULL));
  g_assert_cmpfloat_with_epsilon (read[0], 1.0, 1e-4);
  g_assert_cmpfloat_with_epsilon (read[1], -1.0, 1e-4);

  g_assert_true (oto_audio_file_save (path, OTO_AUDIO_FORMAT_WAV_FLOAT, samples, 2, 1, 8000, NULL));
  plain = open_clip (path, 8000, 1, 2);
  g_assert_true (oto_clip_read (plain, 0, 2, read, NULL));
  g_assert_cmpmem (read, sizeof read, samples, sizeof samples);
}

/* A PEAK chunk would hold the time of writing. */
static void
test_save_no_time_stamp (Fixture       *fixture,
                         gconstpointer  data)
{
  g_autofree char *path = g_build_filename (fixture->dir, "same.wav", NULL);
  g_autofree char *contents = NULL;
  size_t n_bytes;
  float samples[100];

  oto_test_fill (samples, 100, 1);
  g_assert_true (oto_audio_file_save (path, OTO_AUDIO_FORMAT_WAV_FLOAT, samples, 100, 1, 8000,
                                      NULL));
  g_assert_true (g_file_get_contents (path, &contents, &n_bytes, NULL));
  g_assert_nonnull (memmem (contents, n_bytes, "data", 4));
  g_assert_null (memmem (contents, n_bytes, "PEAK", 4));
}

static void
test_save_nothing_left (Fixture       *fixture,
                        gconstpointer  data)
{
  g_autofree char *path = g_build_filename (fixture->dir, "out.flac", NULL);
  g_autofree char *nowhere = g_build_filename (fixture->dir, "none", "out.wav", NULL);
  const float samples[9] = { 0.f };
  g_autoptr (GError) error = NULL;
  OtoAudioWriter *writer;

  /* FLAC has at most eight channels. */
  g_assert_null (oto_audio_writer_new (path, OTO_AUDIO_FORMAT_FLAC_PCM16, 8000, 9, &error));
  g_assert_error (error, OTO_IO_ERROR, OTO_IO_ERROR_WRITE);
  g_clear_error (&error);

  g_assert_false (oto_audio_file_save (nowhere, OTO_AUDIO_FORMAT_WAV_FLOAT, samples, 9, 1, 8000,
                                       &error));
  g_assert_error (error, OTO_IO_ERROR, OTO_IO_ERROR_WRITE);
  g_clear_error (&error);

  /* A folder of that name cannot be replaced. */
  g_assert_cmpint (g_mkdir (path, 0700), ==, 0);
  g_assert_false (oto_audio_file_save (path, OTO_AUDIO_FORMAT_WAV_FLOAT, samples, 9, 1, 8000,
                                       &error));
  g_assert_error (error, OTO_IO_ERROR, OTO_IO_ERROR_WRITE);
  g_assert_cmpint (g_rmdir (path), ==, 0);

  writer = oto_audio_writer_new (path, OTO_AUDIO_FORMAT_FLAC_PCM16, 8000, 1, NULL);
  g_assert_true (oto_audio_writer_write (writer, samples, 9, NULL));
  oto_audio_writer_free (writer);
  g_assert_cmpuint (oto_test_count_files (fixture->dir), ==, 0);
}

/* The file may not grow, as on a full disk. */
static void
test_save_no_room (Fixture       *fixture,
                   gconstpointer  data)
{
  g_autofree char *path = g_build_filename (fixture->dir, "out.wav", NULL);
  g_autofree float *samples = g_new0 (float, 1 << 16);
  g_autofree char *expected = NULL;
  g_autoptr (GError) error = NULL;

  oto_test_set_file_limit (4096);
  oto_audio_file_save (path, OTO_AUDIO_FORMAT_WAV_FLOAT, samples, 1 << 16, 1, 8000, &error);
  oto_test_set_file_limit (RLIM_INFINITY);

  g_assert_error (error, OTO_IO_ERROR, OTO_IO_ERROR_WRITE);
  expected = g_strdup_printf ("“out.wav” cannot be written: %s. Check the folder and the room on "
                              "the disk.", g_strerror (EFBIG));
  g_assert_cmpstr (error->message, ==, expected);
  g_assert_cmpuint (oto_test_count_files (fixture->dir), ==, 0);
}

int
main (int   argc,
      char *argv[])
{
  const struct { const char *path; void (*func) (Fixture *, gconstpointer); } tests[] = {
    { "open/missing", test_missing },
    { "open/no-regular-file", test_no_regular_file },
    { "open/empty", test_empty },
    { "open/text", test_text },
    { "open/truncated", test_truncated },
    { "open/header-promises-too-much", test_false_promise },
    { "open/unfinished-header", test_unfinished },
    { "open/placeholders-for-sizes", test_placeholders },
    { "open/no-samples-before-other-chunks", test_no_samples },
    { "open/unfinished-header-and-4-gb", test_unfinished_long },
    { "open/cut-off-is-told", test_cut_is_told },
    { "open/chain-of-ogg-streams", test_chain },
    { "open/chain-of-two-rates", test_chain_of_two_rates },
    { "open/mp3-to-its-end", test_mp3 },
    { "open/mp3-of-two-rates", test_mp3_of_two_rates },
    { "open/mp3-without-words", test_mp3_quiet },
    { "open/gstreamer", test_gstreamer },
    { "open/gstreamer-cut-off", test_gstreamer_cut },
    { "open/gstreamer-missing-plug-in", test_gstreamer_missing },
    { "open/cancelled", test_cancelled },
    { "names", test_names },
    { "open/damaged-inside", test_damaged },
    { "open/not-a-number-reads-as-zero", test_not_a_number },
    { "open/one-sample", test_one_sample },
    { "open/silence", test_silence },
    { "open/8-and-24-bit-8-and-192-khz", test_sample_sizes },
    { "open/6-and-1024-channels", test_many_channels },
    { "open/impossible-rates", test_bad_rates },
    { "open/long-is-read-in-place", test_long },
    { "open/name-not-utf8", test_name_not_utf8 },
    { "save/reads-back", test_save },
    { "save/loud-clips", test_save_loud },
    { "save/no-time-stamp", test_save_no_time_stamp },
    { "save/failure-leaves-nothing", test_save_nothing_left },
    { "save/no-room", test_save_no_room },
  };

  g_test_init (&argc, &argv, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    {
      g_autofree char *path = g_strconcat ("/io/audio-file/", tests[i].path, NULL);

      g_test_add (path, Fixture, NULL, set_up, tests[i].func, tear_down);
    }
  return g_test_run ();
}
