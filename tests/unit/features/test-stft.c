/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test.h"

#include <math.h>
#include <sys/resource.h>

/* The transform by its definition, in double. */
static void
transform_naively (const float  *samples,
                   const double *window,
                   int           window_len,
                   float        *ret_spectrum)
{
  for (int b = 0; b <= window_len / 2; b++)
    {
      double re = 0.0, im = 0.0;

      for (int n = 0; n < window_len; n++)
        {
          double angle = 2.0 * G_PI * ((gint64) b * n % window_len) / window_len;

          re += samples[n] * window[n] * cos (angle);
          im -= samples[n] * window[n] * sin (angle);
        }
      ret_spectrum[2 * b] = (float) re;
      ret_spectrum[2 * b + 1] = (float) im;
    }
}

static void
test_forward (void)
{
  const int lens[] = { 2, 15, 64, 100, 1024 };

  for (guint i = 0; i < G_N_ELEMENTS (lens); i++)
    for (int kind = OTO_WINDOW_HAMMING; kind <= OTO_WINDOW_HANN; kind++)
      {
        const int len = lens[i];
        g_autoptr (OtoStft) stft = oto_stft_new (kind, len, 1, NULL);
        g_autofree float *samples = g_new (float, len + 1);
        g_autofree float *spectrum = g_new (float, len + 3);
        g_autofree float *expected = g_new (float, len + 2);

        /* Odd addresses: neither side needs to be aligned. */
        oto_test_fill (samples + 1, len, i);
        oto_stft_forward (stft, samples + 1, spectrum + 1);
        transform_naively (samples + 1, oto_stft_get_window (stft), len, expected);
        g_assert_cmpint (oto_stft_get_n_bins (stft), ==, len / 2 + 1);
        oto_assert_rel_below (spectrum + 1, expected, 2 * (len / 2 + 1), 1e-6);
      }
}

static void
test_aligned (void)
{
  g_autoptr (OtoStft) stft = oto_stft_new (OTO_WINDOW_HANN, 256, 128, NULL);
  g_autofree float *samples = g_new (float, 256);
  g_autofree float *other = g_new (float, 260);
  float *aligned = oto_try_alloc (258, sizeof (float), NULL);

  oto_test_fill (samples, 256, 1);
  oto_stft_forward (stft, samples, aligned);
  oto_stft_forward (stft, samples, other + 1);
  g_assert_cmpmem (aligned, 258 * sizeof (float), other + 1, 258 * sizeof (float));
  oto_free (aligned);
}

static void
test_inverse (void)
{
  const int lens[] = { 2, 15, 2048 };

  for (guint i = 0; i < G_N_ELEMENTS (lens); i++)
    {
      const int len = lens[i];
      g_autoptr (OtoStft) stft = oto_stft_new (OTO_WINDOW_HAMMING, len, 1, NULL);
      g_autofree float *samples = g_new (float, len);
      g_autofree float *spectrum = g_new (float, len + 2);
      g_autofree float *result = g_new (float, len);

      oto_test_fill (samples, len, i);
      oto_stft_forward (stft, samples, spectrum);
      oto_stft_inverse (stft, spectrum, result);
      for (int n = 0; n < len; n++)
        samples[n] *= (float) oto_stft_get_window (stft)[n];
      oto_assert_rel_below (result, samples, len, 1e-6);
    }
}

static void
test_n_frames (void)
{
  g_assert_cmpint (oto_stft_get_n_frames (320000, 2048, 1024), ==, 311);
  g_assert_cmpint (oto_stft_get_n_frames (2048, 2048, 1024), ==, 1);
  g_assert_cmpint (oto_stft_get_n_frames (2047, 2048, 1024), ==, 0);
  g_assert_cmpint (oto_stft_get_n_frames (0, 2048, 1024), ==, 0);
  g_assert_cmpint (oto_stft_get_n_frames (3071, 2048, 1024), ==, 1);
  g_assert_cmpint (oto_stft_get_n_frames (3072, 2048, 1024), ==, 2);
}

static void
test_reflect (void)
{
  static const gint64 of_four[] = { 2, 1, 0, 1, 2, 3, 2, 1, 0, 1, 2, 3, 2, 1 };   /* from -8 on */

  for (int i = 0; i < (int) G_N_ELEMENTS (of_four); i++)
    g_assert_cmpint (oto_stft_reflect (i - 8, 4), ==, of_four[i]);
  for (gint64 pos = -5; pos <= 5; pos++)
    {
      g_assert_cmpint (oto_stft_reflect (pos, 1), ==, 0);
      g_assert_cmpint (oto_stft_reflect (pos, 2), ==, ABS (pos) % 2);
    }
}

/* Symmetric Hamming: equal ends. Periodic Hann: shifted by half a window it adds up to 1. */
static void
test_windows (void)
{
  double window[64];

  oto_window_fill (OTO_WINDOW_HAMMING, 64, window);
  g_assert_cmpfloat_with_epsilon (window[0], 0.08, 1e-12);
  g_assert_cmpfloat_with_epsilon (window[63], 0.08, 1e-12);
  oto_window_fill (OTO_WINDOW_HANN, 64, window);
  for (int n = 0; n < 32; n++)
    g_assert_cmpfloat_with_epsilon (window[n] + window[n + 32], 1.0, 1e-12);
}

static gpointer
plan_worker (gpointer data)
{
  float samples[96], spectrum[2 * 49], expected[2 * 49];

  oto_test_fill (samples, 96, 5);
  for (int len = 8; len <= 96; len += 8)
    {
      g_autoptr (OtoStft) stft = oto_stft_new (OTO_WINDOW_HANN, len, 1, NULL);

      oto_stft_forward (stft, samples, spectrum);
      transform_naively (samples, oto_stft_get_window (stft), len, expected);
      oto_assert_rel_below (spectrum, expected, 2 * (len / 2 + 1), 1e-6);
    }
  return NULL;
}

static void
test_threads (void)
{
  GThread *threads[4];

  for (int i = 0; i < 4; i++)
    threads[i] = g_thread_new ("plan", plan_worker, NULL);
  for (int i = 0; i < 4; i++)
    g_thread_join (threads[i]);
}

/* A window length comes from a file. */
static void
test_no_memory (void)
{
  if (g_test_subprocess ())
    {
      struct rlimit limit;
      g_autoptr (OtoStft) stft = NULL;
      g_autoptr (GError) error = NULL;

      g_assert_cmpint (getrlimit (RLIMIT_AS, &limit), ==, 0);
      limit.rlim_cur = (rlim_t) 1 << 30;
      g_assert_cmpint (setrlimit (RLIMIT_AS, &limit), ==, 0);
      stft = oto_stft_new (OTO_WINDOW_HANN, 1 << 28, 1024, &error);
      g_assert_null (stft);
      g_assert_error (error, OTO_BASE_ERROR, OTO_BASE_ERROR_MEMORY);
      return;
    }
#if defined (__SANITIZE_ADDRESS__)
  g_test_skip ("the sanitizer needs all addresses");
#else
  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_passed ();
#endif
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/features/stft/forward/as-by-definition", test_forward);
  g_test_add_func ("/features/stft/forward/alignment-changes-nothing", test_aligned);
  g_test_add_func ("/features/stft/inverse/gives-windowed-samples", test_inverse);
  g_test_add_func ("/features/stft/n-frames/only-complete-ones", test_n_frames);
  g_test_add_func ("/features/stft/reflect/ends-are-not-repeated", test_reflect);
  g_test_add_func ("/features/stft/window/sums", test_windows);
  g_test_add_func ("/features/stft/new/no-memory-is-an-error", test_no_memory);
  g_test_add_func ("/features/stft/new/in-many-threads", test_threads);
  return g_test_run ();
}
