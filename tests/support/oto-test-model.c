/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test-model.h"

#include <math.h>

#define TEST_WIDTH 0.0625

OtoModelSnapshot *
oto_test_make_snapshot (const char *system,
                        int         n_classes,
                        int         n_frames)
{
  static const char * const names[] = {
    "Bark", "Church_bell", "Meow", "Siren", "Laughter", "Knock", NULL
  };
  g_autoptr (GError) error = NULL;
  g_autoptr (OtoModel) model = NULL;
  g_autofree const char **class_names = g_new0 (const char *, n_classes + 1);
  OtoScaler scaler;
  float mean[OTO_SCALER_MAX_MELS], std[OTO_SCALER_MAX_MELS];
  OtoModelConfig config;

  g_assert_cmpint (n_classes, <, (int) G_N_ELEMENTS (names));
  for (int k = 0; k < n_classes; k++)
    class_names[k] = names[k];
  for (int f = 0; f < oto_logmel_config_default.n_mels; f++)
    {
      mean[f] = -6.f;
      std[f] = 2.f;
    }
  oto_scaler_set (&scaler, oto_logmel_config_default.n_mels, mean, std);

  oto_model_config_init (&config, oto_systems_find (system), n_classes, n_frames,
                         oto_logmel_config_default.n_mels, TEST_WIDTH, &error);
  g_assert_no_error (error);
  model = oto_model_new (&config, 7, oto_test_get_engine (1), OTO_PRIORITY_BATCH, &error);
  g_assert_no_error (error);
  return oto_model_snapshot_new (&config, class_names, &oto_logmel_config_default, &scaler,
                                 oto_model_get_params (model, NULL),
                                 oto_model_get_buffers (model, NULL), NULL, "test", NULL);
}

OtoClip *
oto_test_make_clip (double duration_s,
                    int    rate_hz,
                    int    n_channels)
{
  gint64 n_samples = duration_s * rate_hz;
  g_autofree float *samples = g_new (float, n_samples * n_channels);

  oto_test_fill (samples, n_samples * n_channels, 3);
  for (gint64 i = 0; i < n_samples; i++)
    for (int c = 0; c < n_channels; c++)
      {
        double t = (double) i / rate_hz;
        double gain = 0.15 * (1.0 + sin (2.0 * G_PI * (0.7 + 0.4 * c) * t));

        samples[i * n_channels + c] = 0.05f * samples[i * n_channels + c]
                                      + gain * sin (2.0 * G_PI * (440.0 + 700.0 * c) * t);
      }
  return oto_clip_new_from_samples ("clip.wav", samples, n_samples, n_channels, rate_hz);
}
