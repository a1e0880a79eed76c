/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <math.h>
#include <signal.h>
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

static guint
count_files (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  guint n_files = 0;

  while (g_dir_read_name (dir) != NULL)
    n_files++;
  return n_files;
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
  g_assert_cmpuint (count_files (fixture->dir), ==, 0);
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
  struct rlimit old, small;

  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &old), ==, 0);
  small = (struct rlimit) { .rlim_cur = 4096, .rlim_max = old.rlim_max };
  signal (SIGXFSZ, SIG_IGN);
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &small), ==, 0);
  oto_audio_file_save (path, OTO_AUDIO_FORMAT_WAV_FLOAT, samples, 1 << 16, 1, 8000, &error);
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &old), ==, 0);
  signal (SIGXFSZ, SIG_DFL);

  g_assert_error (error, OTO_IO_ERROR, OTO_IO_ERROR_WRITE);
  expected = g_strdup_printf ("“out.wav” cannot be written: %s. Check the folder and the room on "
                              "the disk.", g_strerror (EFBIG));
  g_assert_cmpstr (error->message, ==, expected);
  g_assert_cmpuint (count_files (fixture->dir), ==, 0);
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
