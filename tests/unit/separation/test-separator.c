/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test.h"

#include <math.h>
#include <string.h>

/* Every sample of a signal comes back when no mask is applied. */
static void
test_identity (void)
{
  const OtoLogmelConfig *config = &oto_logmel_config_default;
  enum { N_HOPS = 5 };
  g_autoptr (GError) error = NULL;
  g_autoptr (OtoSeparator) separator = oto_separator_new (config, &error);
  int hop = config->hop_len, window = config->window_len, lead = window - hop;
  g_autofree float *signal = g_new0 (float, N_HOPS * hop + 2 * lead);
  g_autofree float *spectrum = g_new (float, 2 * oto_separator_get_n_bins (separator));
  g_autofree float *overlap = g_new0 (float, window);
  g_autofree float *output = g_new (float, (N_HOPS + 1) * hop);

  g_assert_no_error (error);
  oto_test_fill (signal + lead, N_HOPS * hop, 1);
  for (int t = 0; t <= N_HOPS; t++)
    {
      oto_separator_forward (separator, signal + t * hop, spectrum);
      oto_separator_inverse_add (separator, spectrum, NULL, overlap);
      oto_separator_normalize (separator, overlap, output + t * hop);
      memmove (overlap, overlap + hop, (window - hop) * sizeof *overlap);
      memset (overlap + window - hop, 0, hop * sizeof *overlap);
    }
  oto_assert_abs_below (output + hop, signal + lead, N_HOPS * hop, 1e-6);
}

/* What the mel bank does not cover is in no stem. */
static void
test_mel_limits (void)
{
  OtoLogmelConfig config = oto_logmel_config_default;
  g_autoptr (OtoSeparator) separator = NULL;
  g_autofree float *ones = NULL;
  g_autofree float *mask = NULL;
  int n_bins;

  config.min_hz = 1000.0;
  config.max_hz = 8000.0;
  separator = oto_separator_new (&config, NULL);
  n_bins = oto_separator_get_n_bins (separator);
  ones = g_new (float, config.n_mels);
  mask = g_new (float, n_bins);
  for (int f = 0; f < config.n_mels; f++)
    ones[f] = 1.f;
  oto_separator_expand (separator, ones, 1, mask);

  for (int i = 0; i < n_bins; i++)
    {
      double hz = (double) i * config.sample_rate_hz / config.window_len;

      if (hz <= config.min_hz || hz >= config.max_hz)
        g_assert_cmpfloat (mask[i], ==, 0.0);
      else
        g_assert_cmpfloat_with_epsilon (mask[i], 1.0, 1e-4);
    }
}

static void
test_gaps (void)
{
  OtoLogmelConfig config = oto_logmel_config_default;
  g_autoptr (GError) error = NULL;

  config.window = OTO_WINDOW_HANN;
  config.hop_len = config.window_len;
  g_assert_null (oto_separator_new (&config, &error));
  g_assert_error (error, OTO_ANALYSIS_ERROR, OTO_ANALYSIS_ERROR_CLIP);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/separation/separator/identity-without-mask", test_identity);
  g_test_add_func ("/separation/separator/nothing-outside-mel-limits", test_mel_limits);
  g_test_add_func ("/separation/separator/refuses-gaps", test_gaps);

  return g_test_run ();
}
