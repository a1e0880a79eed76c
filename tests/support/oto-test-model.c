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
  return oto_test_make_snapshot_of (oto_systems_find (system), n_classes, n_frames,
                                    &oto_logmel_config_default);
}

OtoModelSnapshot *
oto_test_make_snapshot_of (const OtoSystem       *system,
                           int                    n_classes,
                           int                    n_frames,
                           const OtoLogmelConfig *front_end)
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
  for (int f = 0; f < front_end->n_mels; f++)
    {
      mean[f] = -6.f;
      std[f] = 2.f;
    }
  oto_scaler_set (&scaler, front_end->n_mels, mean, std);

  oto_model_config_init (&config, system, n_classes, n_frames, front_end->n_mels, TEST_WIDTH,
                         &error);
  g_assert_no_error (error);
  model = oto_model_new (&config, 7, oto_test_get_engine (1), OTO_PRIORITY_BATCH, &error);
  g_assert_no_error (error);
  return oto_model_snapshot_new (&config, class_names, front_end, &scaler,
                                 oto_model_get_params (model, NULL),
                                 oto_model_get_buffers (model, NULL), NULL, "test", NULL);
}

/* --- small networks ------------------------------------------------------------------------- */

/* A form is a choice or switch with a value that is not its default; form 0 is none. Returns how
 * many forms there are up to @form, the options before it, and its option and value. */
static guint
find_form (const OtoSystem *system,
           guint            form,
           guint           *ret_option,
           double          *ret_value)
{
  guint n = 1;

  for (guint i = 0; i < system->n_options; i++)
    {
      const OtoOption *option = &system->options[i];
      guint n_values = option->kind == OTO_OPTION_SWITCH ? 2 : 0;

      if (option->kind == OTO_OPTION_CHOICE)
        n_values = g_strv_length ((char **) option->choices);
      for (guint value = 0; value < n_values; value++)
        {
          if (value == option->value)
            continue;
          if (n == form)
            {
              *ret_option = i;
              *ret_value = value;
              return n;
            }
          n++;
        }
    }
  return n;
}

guint
oto_test_count_forms (const OtoSystem *system)
{
  return find_form (system, 0, NULL, NULL);
}

char *
oto_test_dup_form_name (const OtoSystem *system,
                        guint            form)
{
  g_autofree char *text = NULL;
  double value = 0.0;
  guint option = 0;

  if (form == 0)
    return g_strdup (system->name);
  find_form (system, form, &option, &value);
  text = oto_option_format (&system->options[option], value);
  return g_strdup_printf ("%s, %s=%s", system->name, system->options[option].name, text);
}

static gboolean
try_config (OtoModelConfig  *config,
            const OtoSystem *system,
            guint            form,
            int              n_classes,
            int              n_frames,
            int              n_mels,
            double           width)
{
  double value = 0.0;
  guint option = 0;

  if (!oto_model_config_init (config, system, n_classes, n_frames, n_mels, width, NULL))
    return FALSE;
  if (form == 0)
    return TRUE;
  find_form (system, form, &option, &value);
  config->options[option] = value;
  return oto_model_config_validate (config, NULL);
}

static gboolean
try_shapes (OtoModelConfig  *config,
            const OtoSystem *system,
            guint            form,
            int              n_classes,
            int              min_frames,
            int              min_mels,
            double           width)
{
  const int frames[] = { min_frames, 16, 24, 32, 40, 64, 96, 128, 192, 240, 320, 640, 1024 };
  const int mels[] = { min_mels, 8, 16, 32, 40, 64, 80, 128 };
  int least = G_MAXINT;

  for (guint t = 0; t < G_N_ELEMENTS (frames); t++)
    for (guint f = 0; f < G_N_ELEMENTS (mels); f++)
      {
        OtoModelConfig tried;

        if (frames[t] < min_frames || mels[f] < min_mels || frames[t] * mels[f] >= least
            || !try_config (&tried, system, form, n_classes, frames[t], mels[f], width))
          continue;
        least = frames[t] * mels[f];
        *config = tried;
      }
  return least < G_MAXINT;
}

void
oto_test_init_small_config (OtoModelConfig *config,
                            const char     *system,
                            guint           form,
                            int             n_classes,
                            int             n_frames,
                            int             n_mels,
                            double          width)
{
  const OtoSystem *row = oto_systems_find (system);

  g_assert_nonnull (row);
  for (; width <= 2.0; width *= 2.0)
    if (try_shapes (config, row, form, n_classes, n_frames, n_mels, width))
      return;
  g_error ("The system “%s” cannot be built in any small window", system);
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
