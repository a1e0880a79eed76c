/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test.h"

#include <math.h>
#include <string.h>
#include <unistd.h>

/* Small front ends of every framing; the hop is longer than half a window, and odd. */
static OtoLogmelConfig
make_config (OtoFramingKind framing,
             int            hop_len)
{
  return (OtoLogmelConfig) {
    .sample_rate_hz = 8000, .window_len = 64, .hop_len = hop_len, .n_mels = 5, .min_hz = 100.0,
    .max_hz = 3900.0, .window = OTO_WINDOW_HANN, .floor = 1e-6, .framing = framing,
  };
}

/* Frames from pieces of @piece_len samples, pulled at most @n_pulled at a time, and more than once
 * only where there is more. */
static gint64
stream_frames (OtoLogmel   *extractor,
               int          rate_hz,
               const float *samples,
               gint64       n_samples,
               gint64       piece_len,
               gint64       n_pulled,
               float       *ret_logmel)
{
  const int n_mels = oto_logmel_get_config (extractor)->n_mels;
  g_autoptr (GError) error = NULL;
  g_autoptr (OtoLogmelStream) stream = oto_logmel_stream_new (extractor, rate_hz, &error);
  gint64 n_frames = 0, n;

  g_assert_no_error (error);
  for (gint64 pos = 0; pos < n_samples; pos += piece_len)
    {
      oto_logmel_stream_push (stream, samples + pos, MIN (piece_len, n_samples - pos));
      n_frames += oto_logmel_stream_pull (stream, n_pulled, ret_logmel + n_frames * n_mels);
    }
  oto_logmel_stream_push (stream, NULL, 0);
  do
    {
      n = oto_logmel_stream_pull (stream, n_pulled, ret_logmel + n_frames * n_mels);
      n_frames += n;
    }
  while (n > 0);
  return n_frames;
}

/* However it is cut, a stream gives the frames of the whole signal, to the bit. */
static void
check_pieces (const OtoLogmelConfig *config,
              int                    rate_hz,
              gint64                 n_samples,
              const gint64          *piece_lens)
{
  g_autoptr (OtoLogmel) extractor = oto_logmel_new (config, NULL);
  g_autofree float *samples = g_new (float, n_samples + 1);
  g_autofree float *resampled = NULL;
  g_autofree float *expected = NULL;
  g_autofree float *values = NULL;
  gint64 n_resampled, n_frames;
  size_t n_bytes;

  oto_test_fill (samples, n_samples, n_samples);
  resampled = oto_resample (samples, n_samples, 1, rate_hz, config->sample_rate_hz, &n_resampled,
                            NULL);
  n_frames = oto_logmel_get_n_frames (extractor, n_resampled);
  n_bytes = n_frames * config->n_mels * sizeof (float);
  expected = g_malloc (n_bytes + 1);
  values = g_malloc (n_bytes + 1);
  oto_logmel_compute (extractor, resampled, n_resampled, expected);

  for (; *piece_lens > 0; piece_lens++)
    for (gint64 n_pulled = 1; n_pulled <= 100; n_pulled *= 100)
      {
        memset (values, 0xff, n_bytes);
        g_assert_cmpint (stream_frames (extractor, rate_hz, samples, n_samples, *piece_lens,
                                        n_pulled, values), ==, n_frames);
        g_assert_cmpmem (values, n_bytes, expected, n_bytes);
      }
}

static void
test_pieces (void)
{
  static const gint64 lens[] = { 0, 1, 2, 31, 32, 33, 63, 64, 65, 100, 777 };
  static const gint64 piece_lens[] = { 1, 17, 33, 129, 10000, 0 };
  static const gint64 resampled_piece_lens[] = { 1, 129, 0 };
  static const int hop_lens[] = { 7, 32, 47, 64 };

  for (int framing = 0; framing <= OTO_FRAMING_CENTRED_HOPS; framing++)
    for (guint h = 0; h < G_N_ELEMENTS (hop_lens); h++)
      for (guint i = 0; i < G_N_ELEMENTS (lens); i++)
        {
          OtoLogmelConfig config = make_config (framing, hop_lens[h]);

          check_pieces (&config, 8000, lens[i], piece_lens);
          check_pieces (&config, 11025, lens[i], resampled_piece_lens);
        }
}

/* The published front ends, from a rate that is none of theirs. */
static void
test_front_ends (void)
{
  static const gint64 piece_lens[] = { 331, 4097, 0 };
  const OtoFrontEnd *row;

  for (guint i = 0; (row = oto_front_end_get (i)) != NULL; i++)
    {
      check_pieces (&row->config, 48000, 20011, piece_lens);
      check_pieces (&row->config, row->config.sample_rate_hz, 700, piece_lens);
    }
}

/* Frames come as soon as they can be told, not at the end. */
static void
test_early (void)
{
  for (int framing = 0; framing <= OTO_FRAMING_CENTRED_HOPS; framing++)
    {
      OtoLogmelConfig config = make_config (framing, 16);
      g_autoptr (OtoLogmel) extractor = oto_logmel_new (&config, NULL);
      g_autoptr (OtoLogmelStream) stream = oto_logmel_stream_new (extractor, 8000, NULL);
      const int lead_len = oto_logmel_config_get_lead_len (&config);
      float samples[1], logmel[8 * 5];

      for (int n = 1; n <= 200; n++)
        {
          oto_test_fill (samples, 1, n);
          oto_logmel_stream_push (stream, samples, 1);
          /* Frame t reaches up to sample 16 t + 64 - lead; the mirror needs one more. */
          g_assert_cmpint (oto_logmel_stream_pull (stream, 8, logmel), ==,
                           n + lead_len >= 64 && (n + lead_len) % 16 == 0
                             && !(lead_len > 0 && n == 32)
                             ? 1 : lead_len > 0 && n == 33);
        }
    }
}

/* --- whole clips --------------------------------------------------------------------------- */

static float *
read_clip (const OtoLogmelConfig *config,
           OtoClip               *clip,
           gint64                 n_frames,
           gboolean              *ret_is_silent)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (OtoLogmel) extractor = oto_logmel_new (config, &error);
  float *logmel = g_new (float, n_frames * config->n_mels);

  g_assert_no_error (error);
  g_assert_true (oto_logmel_stream_read_clip (extractor, clip, n_frames, logmel, ret_is_silent,
                                              NULL, NULL, NULL, &error));
  g_assert_no_error (error);
  return logmel;
}

/* Channels are averaged before they are resampled, over several blocks of reading. */
static void
test_clip (void)
{
  const gint64 n_samples = 150001;
  g_autofree float *samples = g_new (float, 3 * n_samples);
  g_autofree float *mono = g_new (float, n_samples);
  g_autoptr (OtoClip) clip = NULL;

  oto_test_fill (samples, 3 * n_samples, 1);
  for (gint64 i = 0; i < n_samples; i++)
    mono[i] = (samples[3 * i] + samples[3 * i + 1] + samples[3 * i + 2]) / 3.f;
  clip = oto_clip_new_from_samples ("three", samples, n_samples, 3, 44100);

  for (int framing = 0; framing <= OTO_FRAMING_CENTRED_HOPS; framing++)
    {
      OtoLogmelConfig config = make_config (framing, 32);
      g_autoptr (OtoLogmel) extractor = oto_logmel_new (&config, NULL);
      gint64 n_frames = oto_logmel_stream_get_n_clip_frames (&config, clip), n_resampled;
      g_autofree float *resampled = oto_resample (mono, n_samples, 1, 44100, 8000, &n_resampled,
                                                  NULL);
      g_autofree float *expected = g_new (float, n_frames * 5);
      g_autofree float *values = read_clip (&config, clip, n_frames, NULL);

      g_assert_cmpint (n_frames, ==, oto_logmel_get_n_frames (extractor, n_resampled));
      oto_logmel_compute (extractor, resampled, n_resampled, expected);
      g_assert_cmpmem (values, n_frames * 5 * sizeof (float), expected,
                       n_frames * 5 * sizeof (float));
    }
}

static gint64
fill_expected (OtoLogmel   *extractor,
               const float *samples,
               gint64       n_samples,
               gint64       n_frames,
               float       *ret_expected)
{
  const OtoLogmelConfig *config = oto_logmel_get_config (extractor);
  gint64 n_own = oto_logmel_get_n_frames (extractor, n_samples);

  if (config->framing == OTO_FRAMING_INSIDE)
    {
      gint64 n_padded = config->window_len + (n_frames - 1) * config->hop_len;
      g_autofree float *padded = g_new0 (float, n_padded);

      memcpy (padded, samples, n_samples * sizeof (float));
      oto_logmel_compute (extractor, padded, n_padded, ret_expected);
      return n_own;
    }
  oto_logmel_compute (extractor, samples, n_samples, ret_expected);
  oto_logmel_fill_silence (extractor, n_frames - n_own, ret_expected + n_own * config->n_mels);
  return n_own;
}

/* Behind a clip inside frames find zeros after its last sample, centred ones are silence. Clips of
 * no sample, of one, shorter than half a window and than a window, and of just a frame. */
static void
test_padding (void)
{
  static const gint64 lens[] = { 0, 1, 20, 33, 63, 64, 65, 95, 96, 200 };
  const gint64 n_frames = 12;
  float samples[200], expected[12 * 5];

  oto_test_fill (samples, 200, 3);
  for (int framing = 0; framing <= OTO_FRAMING_CENTRED_HOPS; framing++)
    for (guint i = 0; i < G_N_ELEMENTS (lens); i++)
      {
        OtoLogmelConfig config = make_config (framing, 32);
        g_autoptr (OtoLogmel) extractor = oto_logmel_new (&config, NULL);
        g_autoptr (OtoClip) clip = oto_clip_new_from_samples ("a", samples, lens[i], 1, 8000);
        g_autofree float *values = read_clip (&config, clip, n_frames, NULL);
        gint64 n_own = fill_expected (extractor, samples, lens[i], n_frames, expected);

        g_assert_cmpint (oto_logmel_stream_get_n_clip_frames (&config, clip), ==, n_own);
        g_assert_cmpmem (values, sizeof expected, expected, sizeof expected);
      }
}

/* The padding of F-M is 0, so that its standardisation can tell it from sound. */
static void
test_zero_padding (void)
{
  const OtoFrontEnd *row = oto_front_end_find ("F-M");
  g_autofree float *samples = g_new (float, 44100);
  g_autoptr (OtoClip) clip = NULL;
  g_autofree float *values = NULL;

  oto_test_fill (samples, 44100, 4);
  clip = oto_clip_new_from_samples ("second", samples, 44100, 1, 44100);
  values = read_clip (&row->config, clip, row->n_frames, NULL);
  for (int i = 0; i < row->n_frames * 128; i++)
    if (i < 89 * 128)
      g_assert_cmpfloat (values[i], >, 0.f);
    else
      g_assert_cmpfloat (values[i], ==, 0.f);
}

/* -90 dBFS is 10^(-4.5) = 3.1623e-5. */
static void
test_silence (void)
{
  static const struct { float peak; gboolean is_silent; } cases[] = {
    { 0.f, TRUE }, { 3.16e-5f, TRUE }, { -3.16e-5f, TRUE }, { 3.17e-5f, FALSE }, { -1.f, FALSE },
  };
  OtoLogmelConfig config = make_config (OTO_FRAMING_INSIDE, 32);
  float samples[99] = { 0.f };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (OtoClip) clip = NULL;
      gboolean is_silent = !cases[i].is_silent;

      samples[98] = cases[i].peak;
      clip = oto_clip_new_from_samples ("quiet", samples, 99, 1, 8000);
      g_free (read_clip (&config, clip, 3, &is_silent));
      g_assert_cmpint (is_silent, ==, cases[i].is_silent);
    }
}

typedef struct
{
  GCancellable *cancellable;
  guint         n_calls;
} Progress;

static void
progress_cb (double   fraction,
             gpointer user_data)
{
  Progress *progress = user_data;

  g_assert_cmpfloat (fraction, >, 0.0);
  g_assert_cmpfloat (fraction, <=, 1.0);
  progress->n_calls++;
  if (progress->cancellable != NULL)
    g_cancellable_cancel (progress->cancellable);
}

static void
test_cancel (void)
{
  const gint64 n_samples = 200000;
  g_autofree float *samples = g_new0 (float, n_samples);
  g_autoptr (OtoClip) clip = oto_clip_new_from_samples ("long", samples, n_samples, 1, 8000);
  OtoLogmelConfig config = make_config (OTO_FRAMING_INSIDE, 32);
  g_autoptr (OtoLogmel) extractor = oto_logmel_new (&config, NULL);
  gint64 n_frames = oto_logmel_stream_get_n_clip_frames (&config, clip);
  g_autofree float *logmel = g_new (float, n_frames * 5);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  Progress progress = { NULL, 0 };
  gboolean is_silent = 77;

  g_assert_true (oto_logmel_stream_read_clip (extractor, clip, n_frames, logmel, &is_silent,
                                              progress_cb, &progress, cancellable, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (progress.n_calls, >=, 1);
  g_assert_true (is_silent == TRUE);

  progress.cancellable = cancellable;
  is_silent = 77;
  g_assert_false (oto_logmel_stream_read_clip (extractor, clip, n_frames, logmel, &is_silent,
                                               progress_cb, &progress, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpint (is_silent, ==, 77);
}

/* A file that is cut while it is open is an error of reading, not frames of something else. */
static void
test_unreadable (void)
{
  const gint64 n_samples = 200000;
  char *dir = oto_test_make_dir ();
  g_autofree char *path = g_build_filename (dir, "a.wav", NULL);
  g_autofree float *samples = g_new (float, n_samples);
  OtoLogmelConfig config = make_config (OTO_FRAMING_CENTRED, 32);
  g_autoptr (OtoLogmel) extractor = oto_logmel_new (&config, NULL);
  g_autofree float *logmel = NULL;
  g_autoptr (OtoClip) clip = NULL;
  g_autoptr (GError) error = NULL;
  gint64 n_frames;

  oto_test_fill (samples, n_samples, 5);
  g_assert_true (oto_audio_file_save (path, OTO_AUDIO_FORMAT_WAV_FLOAT, samples, n_samples, 1,
                                      8000, &error));
  clip = oto_audio_file_open (path, &error);
  g_assert_no_error (error);
  n_frames = oto_logmel_stream_get_n_clip_frames (&config, clip);
  logmel = g_new (float, n_frames * 5);
  g_assert_cmpint (truncate (path, 400000), ==, 0);
  g_assert_false (oto_logmel_stream_read_clip (extractor, clip, n_frames, logmel, NULL, NULL, NULL,
                                               NULL, &error));
  g_assert_nonnull (error);
  g_assert_cmpint (error->domain, ==, OTO_IO_ERROR);
  oto_test_remove_dir (dir);
}

/* Some frames of a clip are those of the whole: to the bit, or, where it is resampled, but for
 * rounding; also at its ends, and behind. */
static void
check_frames (const OtoLogmelConfig *config,
              int                    rate_hz)
{
  /* Single precision resamples to about 1e-7 of full scale; the values are logarithms of 1e-2 and
   * more. */
  const double tolerance = rate_hz == config->sample_rate_hz ? 0.0 : 2e-4;
  g_autoptr (OtoLogmel) extractor = oto_logmel_new (config, NULL);
  const gint64 n_samples = 9 * rate_hz + 17;
  g_autofree float *samples = g_new (float, n_samples);
  g_autoptr (OtoClip) clip = NULL;
  g_autofree float *whole = NULL;
  g_autofree float *part = NULL;
  gint64 n_frames;

  oto_test_fill (samples, n_samples, 5);
  clip = oto_clip_new_from_samples ("clip.wav", samples, n_samples, 1, rate_hz);
  n_frames = oto_logmel_stream_get_n_clip_frames (config, clip) + 3;
  whole = read_clip (config, clip, n_frames, NULL);
  part = g_new (float, n_frames * config->n_mels);
  for (gint64 first = 0; first < n_frames; first += 211)
    for (gint64 n = 1; n <= n_frames - first; n += 307)
      {
        g_assert_true (oto_logmel_stream_read_frames (extractor, clip, first, n, part, NULL, NULL,
                                                      NULL, NULL, NULL));
        oto_assert_abs_below (part, whole + first * config->n_mels, n * config->n_mels, tolerance);
      }
  g_assert_true (oto_logmel_stream_read_frames (extractor, clip, n_frames - 5, 5, part, NULL, NULL,
                                                NULL, NULL, NULL));
  oto_assert_abs_below (part, whole + (n_frames - 5) * config->n_mels, 5 * config->n_mels,
                        tolerance);
}

static void
test_frames (void)
{
  static const int rates[] = { 8000, 11025, 44100 };

  for (guint i = 0; i < G_N_ELEMENTS (rates); i++)
    for (int framing = 0; framing <= OTO_FRAMING_CENTRED_HOPS; framing++)
      {
        const OtoLogmelConfig config = make_config (framing, 37);

        check_frames (&config, rates[i]);
      }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/features/logmel-stream/pieces/change-nothing", test_pieces);
  g_test_add_func ("/features/logmel-stream/pieces/of-every-front-end", test_front_ends);
  g_test_add_func ("/features/logmel-stream/pull/as-soon-as-can-be", test_early);
  g_test_add_func ("/features/logmel-stream/clip/mean-then-resampled", test_clip);
  g_test_add_func ("/features/logmel-stream/clip/frames-are-those-of-the-whole", test_frames);
  g_test_add_func ("/features/logmel-stream/clip/silence-behind", test_padding);
  g_test_add_func ("/features/logmel-stream/clip/padding-is-zero", test_zero_padding);
  g_test_add_func ("/features/logmel-stream/clip/silence-is-below-90-db", test_silence);
  g_test_add_func ("/features/logmel-stream/clip/is-cancelled", test_cancel);
  g_test_add_func ("/features/logmel-stream/clip/cut-file-is-an-error", test_unreadable);
  return g_test_run ();
}
