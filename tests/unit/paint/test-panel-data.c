/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test-model.h"
#include "oto-test-system.h"
#include "paint/oto-panel-data.h"

#include <math.h>
#include <string.h>

#define N_CLASSES 5
#define N_WINDOW  32
#define HOP_S     0.032
/* The middle of a frame's window, which is two hops long. */
#define CENTRE_S(t) (((t) + 1.0) * HOP_S)

static OtoAnalysis *
analyze_of (const OtoSystem       *system,
            const OtoLogmelConfig *front_end,
            OtoClip               *clip)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (OtoModelSnapshot) snapshot =
    oto_test_make_snapshot_of (system, N_CLASSES, N_WINDOW, front_end);
  g_autoptr (OtoAnalyzer) analyzer = oto_analyzer_new (snapshot, oto_test_get_engine (1), &error);
  OtoAnalysis *analysis;

  g_assert_no_error (error);
  analysis = oto_analyzer_analyze (analyzer, clip, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  return analysis;
}

static OtoAnalysis *
analyze (const char *system,
         OtoClip    *clip)
{
  return analyze_of (oto_systems_find (system), &oto_logmel_config_default, clip);
}

static OtoAnalysis *
analyze_tones (const char *system,
               double      duration_s)
{
  g_autoptr (OtoClip) clip = oto_test_make_clip (duration_s, 32000, 1);

  return analyze (system, clip);
}

static OtoPanelData *
make_of_class (OtoAnalysis *analysis,
               OtoMap       map,
               int          class_index)
{
  static const int rows[] = { 4, 0, 2, 1 };
  const OtoPanelSpec spec = { map, class_index };
  g_autoptr (GError) error = NULL;
  OtoPanelData *data = oto_panel_data_new (analysis, &spec, rows, G_N_ELEMENTS (rows), NULL,
                                           &error);

  g_assert_no_error (error);
  g_assert_true (oto_panel_spec_is_equal (&data->spec, &spec));
  return data;
}

static OtoPanelData *
make (OtoAnalysis *analysis,
      OtoMap       map)
{
  return make_of_class (analysis, map, OTO_PANEL_NO_CLASS);
}

/* 0 dB is the clip's largest value, the floor 80 dB below; the reconstruction has the same zero. */
static void
test_levels (void)
{
  g_autoptr (OtoAnalysis) analysis = analyze_tones ("2apae-local", 2.0);
  gint64 n_frames = oto_analysis_get_n_frames (analysis);
  int n_mels = oto_analysis_get_n_mels (analysis);
  const float *maps[] = { oto_analysis_get_logmel (analysis), oto_analysis_get_recon (analysis) };
  double reference = -INFINITY;

  for (gint64 i = 0; i < n_frames * n_mels; i++)
    reference = MAX (reference, maps[0][i]);
  for (int k = 0; k < 2; k++)
    {
      g_autoptr (OtoPanelData) data = make (analysis, k == 0 ? OTO_MAP_LOGMEL : OTO_MAP_RECON);

      g_assert_true (data->is_available);
      g_assert_true (data->bottom_up);
      g_assert_cmpint (data->n_rows, ==, n_mels);
      g_assert_cmpfloat (data->shown_low, ==, -80.0);
      g_assert_cmpfloat (data->shown_high, ==, 0.0);
      g_assert_cmpstr (data->unit, ==, "dB re clip maximum");
      for (gint64 t = 0; t < n_frames; t++)
        for (int f = 0; f < n_mels; f++)
          {
            double db = 20.0 / log (10.0) * (maps[k][t * n_mels + f] - reference);

            g_assert_cmpfloat_with_epsilon (
              oto_panel_data_get_value (data, f, CENTRE_S (t)), CLAMP (db, -80.0, 0.0), 0.002);
          }
      if (k == 0)
        g_assert_cmpfloat_with_epsilon (data->max, 0.0, 1e-5);
    }
}

static void
test_freq_att (void)
{
  static const int classes[] = { 4, 0, 2 };
  g_autoptr (OtoAnalysis) analysis = analyze_tones ("2apae-local", 3.0);
  gint64 n_frames = oto_analysis_get_n_frames (analysis);
  int n_mels = oto_analysis_get_n_mels (analysis);
  g_autofree float *map = g_new (float, n_frames * n_mels);
  OtoPanelData *panels[3];
  double max = 0.0;

  for (int k = 0; k < 3; k++)
    {
      double sum = 0.0, own_max = 0.0;

      panels[k] = make_of_class (analysis, OTO_MAP_FREQ_ATT, classes[k]);
      g_assert_cmpfloat (panels[k]->class_prob, ==,
                         oto_analysis_get_clip_prob (analysis)[classes[k]]);
      g_assert_true (oto_analysis_read_map (analysis, OTO_MAP_FREQ_ATT, classes[k], 0, n_frames,
                                            map, NULL, NULL));
      for (gint64 t = 0; t < n_frames; t++)
        for (int f = 0; f < n_mels; f++)
          {
            double expected = map[t * n_mels + f] * n_mels;
            double value = oto_panel_data_get_value (panels[k], f, CENTRE_S (t));

            g_assert_cmpfloat_with_epsilon (value, expected, 0.001);
            own_max = MAX (own_max, expected);
            sum += value;
          }
      /* The mean over mel bins is 1, times uniform. */
      g_assert_cmpfloat_with_epsilon (sum / (n_frames * n_mels), 1.0, 0.002);
      g_assert_cmpfloat_with_epsilon (panels[k]->max, own_max, 1e-4);
      max = MAX (max, own_max);
    }

  oto_panel_data_link (panels, 3);
  for (int k = 0; k < 3; k++)
    {
      g_assert_cmpfloat (panels[k]->shown_high, ==, panels[0]->shown_high);
      g_assert_cmpfloat (panels[k]->shown_high, >=, max * 0.999);
    }
  for (int k = 0; k < 3; k++)
    oto_panel_data_unref (panels[k]);
}

/* What a class takes of every place, from nothing to all. */
static void
test_mask (void)
{
  g_autoptr (OtoAnalysis) analysis = analyze_tones ("2apae-local", 2.0);
  g_autoptr (OtoPanelData) data = make_of_class (analysis, OTO_MAP_MASK, 2);
  const gint64 n_frames = oto_analysis_get_n_frames (analysis);
  const int n_mels = oto_analysis_get_n_mels (analysis);
  g_autofree float *map = g_new (float, n_frames * n_mels);

  g_assert_true (oto_analysis_read_map (analysis, OTO_MAP_MASK, 2, 0, n_frames, map, NULL, NULL));
  g_assert_true (data->bottom_up);
  g_assert_cmpfloat (data->shown_low, ==, 0.0);
  g_assert_cmpfloat (data->shown_high, ==, 1.0);
  g_assert_nonnull (data->class_name);
  for (gint64 t = 0; t < n_frames; t++)
    for (int f = 0; f < n_mels; f++)
      g_assert_cmpfloat_with_epsilon (oto_panel_data_get_value (data, f, CENTRE_S (t)),
                                      map[t * n_mels + f], 2e-5);
}

/* What places bring sums up to the clip probability, and scales of classes are one. */
static void
test_contribution (void)
{
  static const int classes[] = { 4, 0 };
  g_autoptr (OtoAnalysis) analysis = analyze_tones ("2apae-local", 2.0);
  const gint64 n_frames = oto_analysis_get_n_frames (analysis);
  const int n_mels = oto_analysis_get_n_mels (analysis);
  g_autofree float *map = g_new (float, n_frames * n_mels);
  OtoPanelData *panels[2];
  double max = 0.0;

  for (int k = 0; k < 2; k++)
    {
      panels[k] = make_of_class (analysis, OTO_MAP_CONTRIBUTION, classes[k]);
      g_assert_true (panels[k]->is_available);
      g_assert_true (oto_analysis_read_map (analysis, OTO_MAP_CONTRIBUTION, classes[k], 0, n_frames,
                                            map, NULL, NULL));
      /* Small numbers are kept as well as large ones. */
      for (gint64 t = 0; t < n_frames; t++)
        for (int f = 0; f < n_mels; f++)
          g_assert_cmpfloat_with_epsilon (oto_panel_data_get_value (panels[k], f, CENTRE_S (t)),
                                          map[t * n_mels + f], 1e-3 * panels[k]->max);
      max = MAX (max, panels[k]->max);
    }
  oto_panel_data_link (panels, 2);
  g_assert_cmpfloat (max, >, 0.0);
  for (int k = 0; k < 2; k++)
    {
      g_assert_cmpfloat (panels[k]->shown_high, >=, 0.999 * max);
      g_assert_cmpfloat (panels[k]->shown_high, <=, 2.0 * max);
      oto_panel_data_unref (panels[k]);
    }
}

/* A panel of a class that there is none of says so. */
static void
test_no_class (void)
{
  g_autoptr (OtoAnalysis) analysis = analyze_tones ("2apae-local", 1.0);
  g_autoptr (OtoPanelData) data = make (analysis, OTO_MAP_FREQ_ATT);

  g_assert_false (data->is_available);
  g_assert_cmpstr (data->note, ==, "No further class in this model");
}

static void
test_rows (void)
{
  static const int classes[] = { 4, 0, 2, 1 };
  g_autoptr (OtoAnalysis) analysis = analyze_tones ("2apae-local", 3.0);
  gint64 n_frames = oto_analysis_get_n_frames (analysis);
  g_autoptr (OtoPanelData) step1 = make (analysis, OTO_MAP_STEP1);
  g_autoptr (OtoPanelData) time_att = make (analysis, OTO_MAP_TIME_ATT);
  g_autoptr (OtoPanelData) probs = make (analysis, OTO_MAP_CLIP_PROB);

  g_assert_cmpfloat (step1->shown_low, ==, 0.0);
  g_assert_cmpfloat (step1->shown_high, ==, 1.0);
  g_assert_cmpstr (time_att->note, ==, "learned");
  g_assert_null (probs->pyramid);
  g_assert_cmpstr (step1->row_names[1], ==, "Bark");
  g_assert_cmpstr (step1->row_names[3], ==, "Church bell");
  for (int row = 0; row < 4; row++)
    {
      g_assert_cmpint (step1->row_classes[row], ==, classes[row]);
      g_assert_cmpfloat (probs->row_probs[row], ==,
                         oto_analysis_get_clip_prob (analysis)[classes[row]]);
      for (gint64 t = 0; t < n_frames; t++)
        {
          gint64 i = classes[row] * n_frames + t;

          g_assert_cmpfloat_with_epsilon (
            oto_panel_data_get_value (step1, row, CENTRE_S (t)),
            oto_analysis_get_step1 (analysis)[i], 2e-5);
          g_assert_cmpfloat_with_epsilon (
            oto_panel_data_get_value (time_att, row, CENTRE_S (t)),
            oto_analysis_get_time_att (analysis)[i] * N_WINDOW, 1e-3);
        }
    }
}

static void
test_what_a_model_lacks (void)
{
  g_autoptr (OtoAnalysis) gap = analyze_tones ("gap", 1.0);
  g_autoptr (OtoAnalysis) dense = analyze_tones ("2apae", 1.0);
  g_autoptr (OtoAnalysis) local = analyze_tones ("2apae-local", 1.0);
  g_autoptr (OtoPanelData) recon = make (gap, OTO_MAP_RECON);
  g_autoptr (OtoPanelData) freq_att = make_of_class (gap, OTO_MAP_FREQ_ATT, 0);
  g_autoptr (OtoPanelData) time_att = make (gap, OTO_MAP_TIME_ATT);
  g_autoptr (OtoPanelData) dense_att = make_of_class (dense, OTO_MAP_FREQ_ATT, 4);
  g_autoptr (OtoPanelData) local_att = make_of_class (local, OTO_MAP_FREQ_ATT, 4);

  g_assert_false (recon->is_available);
  g_assert_cmpstr (recon->note, ==, "No decoder in this model");
  g_assert_false (freq_att->is_available);
  g_assert_null (freq_att->pyramid);
  g_assert_cmpstr (freq_att->note, ==, "No frequency attention in this model");
  g_assert_true (isnan (oto_panel_data_get_value (freq_att, 0, 0.1)));
  g_assert_cmpstr (time_att->note, ==, "implied");
  g_assert_true (dense_att->is_mixed);
  g_assert_false (local_att->is_mixed);
}

/* Every panel of a model with clip probabilities alone says why it is empty, in one line. */
static void
test_clip_prob_alone (void)
{
  g_autoptr (OtoClip) clip = oto_test_make_clip (1.0, 32000, 1);
  g_autoptr (OtoAnalysis) analysis =
    analyze_of (&oto_test_clip_system, &oto_logmel_config_default, clip);

  for (guint i = 0; oto_map_info_get (i) != NULL; i++)
    {
      const OtoMap map = oto_map_info_get (i)->map;
      g_autoptr (OtoPanelData) data = make (analysis, map);
      const gboolean is_there = map == OTO_MAP_LOGMEL || map == OTO_MAP_CLIP_PROB;

      g_assert_cmpint (data->is_available, ==, is_there);
      if (is_there)
        continue;
      g_assert_cmpstr (data->note, ==, data->info->lacks);
      g_assert_null (strchr (data->note, '\n'));
      g_assert_null (data->pyramid);
    }
}

/* One attention for all classes is one row; long steps are told. */
static void
test_shared (void)
{
  g_autoptr (OtoClip) clip = oto_test_make_clip (1.0, 32000, 1);
  g_autoptr (OtoAnalysis) analysis =
    analyze_of (&oto_test_shared_system, &oto_logmel_config_default, clip);
  g_autoptr (OtoPanelData) time_att = make (analysis, OTO_MAP_TIME_ATT);
  g_autoptr (OtoPanelData) step1 = make (analysis, OTO_MAP_STEP1);

  g_assert_true (time_att->is_shared);
  g_assert_cmpint (time_att->n_rows, ==, 1);
  g_assert_null (time_att->row_classes);
  g_assert_cmpstr (time_att->row_names[0], ==, "All classes");
  g_assert_cmpstr (time_att->note, ==,
                   "shared by all classes, learned, steps of 0.128\u202fs");
  g_assert_cmpstr (step1->note, ==, "steps of 0.128\u202fs");
  g_assert_false (step1->is_shared);
  g_assert_cmpint (step1->n_rows, ==, 4);
  for (gint64 t = 0; t < oto_analysis_get_n_frames (analysis); t++)
    {
      const double first = t / 4 * 4;

      g_assert_cmpfloat (oto_panel_data_get_value (step1, 2, CENTRE_S (t)), ==,
                         oto_panel_data_get_value (step1, 2, CENTRE_S (first)));
      g_assert_cmpfloat_with_epsilon (
        oto_panel_data_get_value (time_att, 0, CENTRE_S (t)),
        oto_analysis_get_time_att (analysis)[t] * N_WINDOW, 1e-3);
    }
}

static void
test_mel_weights (void)
{
  static const int classes[] = { 4, 0, 2, 1 };
  g_autoptr (OtoClip) clip = oto_test_make_clip (1.0, 32000, 1);
  g_autoptr (OtoAnalysis) analysis =
    analyze_of (&oto_test_weights_system, &oto_logmel_config_default, clip);
  g_autoptr (OtoPanelData) data = make (analysis, OTO_MAP_MEL_WEIGHTS);

  g_assert_true (data->is_available);
  g_assert_true (data->is_over_bins);
  g_assert_cmpint (data->n_rows, ==, 4);
  g_assert_cmpint (oto_pyramid_get_n_frames (data->pyramid), ==, 64);
  g_assert_cmpfloat (data->shown_low, ==, 0.0);
  for (int row = 0; row < 4; row++)
    for (int f = 0; f < 64; f++)
      g_assert_cmpfloat_with_epsilon (oto_panel_data_get_value (data, row, f + 0.5),
                                      64.0 * (classes[row] + 1) * (f + 1) / (64 * 65 / 2.0), 1e-3);
  g_assert_true (isnan (oto_panel_data_get_value (data, 0, 64.5)));
}

/* 44.1 kHz, 128 bins, frames centred every 492 samples, ln (1 + 10000 m) of the power. */
static void
test_front_end (void)
{
  const OtoLogmelConfig *front_end = &oto_front_end_find ("F-M")->config;
  g_autoptr (OtoClip) clip = oto_test_make_clip (0.7, 44100, 1);
  g_autoptr (OtoAnalysis) analysis = analyze_of (oto_systems_find ("gap"), front_end, clip);
  g_autoptr (OtoPanelData) data = make (analysis, OTO_MAP_LOGMEL);
  const double hop_s = 492.0 / 44100.0;
  const gint64 n_frames = oto_analysis_get_n_frames (analysis);
  const float *logmel = oto_analysis_get_logmel (analysis);
  double reference = -INFINITY;

  g_assert_cmpint (n_frames, ==, (int) (0.7 * 44100) / 492);
  g_assert_cmpint (data->n_rows, ==, 128);
  g_assert_cmpfloat_with_epsilon (data->hop_s, hop_s, 1e-12);
  g_assert_cmpfloat (data->max_hz, ==, 22050.0);
  for (gint64 i = 0; i < n_frames * 128; i++)
    reference = MAX (reference, 10.0 * log10 (expm1 (logmel[i])));
  for (gint64 t = 0; t < n_frames; t++)
    for (int f = 0; f < 128; f++)
      {
        const double db = 10.0 * log10 (expm1 (logmel[t * 128 + f])) - reference;

        g_assert_cmpfloat_with_epsilon (oto_panel_data_get_value (data, f, t * hop_s),
                                        CLAMP (db, -80.0, 0.0), 0.002);
      }
}

/* Silence is 0 there, which has no level, and is drawn as floor all the same. */
static void
test_front_end_silence (void)
{
  g_autofree float *zeros = g_new0 (float, 44100);
  g_autoptr (OtoClip) clip = oto_clip_new_from_samples ("zeros.wav", zeros, 44100, 1, 44100);
  g_autoptr (OtoAnalysis) analysis =
    analyze_of (oto_systems_find ("gap"), &oto_front_end_find ("F-M")->config, clip);
  g_autoptr (OtoPanelData) data = make (analysis, OTO_MAP_LOGMEL);

  for (int f = 0; f < data->n_rows; f++)
    g_assert_cmpfloat_with_epsilon (oto_panel_data_get_value (data, f, 0.5), -80.0, 0.01);
}

static void
test_seams (void)
{
  g_autoptr (OtoAnalysis) analysis = analyze_tones ("2apae-local", 4.0);
  g_autoptr (OtoPanelData) data = make_of_class (analysis, OTO_MAP_FREQ_ATT, 4);
  g_autoptr (OtoPanelData) logmel = make (analysis, OTO_MAP_LOGMEL);
  guint n_windows = oto_analysis_get_n_windows (analysis);

  g_assert_cmpuint (n_windows, >, 2);
  g_assert_cmpuint (data->seams_s->len, ==, n_windows - 1);
  for (guint i = 1; i < n_windows; i++)
    g_assert_cmpfloat_with_epsilon (g_array_index (data->seams_s, double, i - 1),
                                    (oto_analysis_get_seam (analysis, i) + 0.5) * HOP_S, 1e-9);
  g_assert_null (logmel->seams_s);
}

/* All of a silent clip is floor. */
static void
test_silence (void)
{
  g_autofree float *zeros = g_new0 (float, 32000);
  g_autoptr (OtoClip) clip = oto_clip_new_from_samples ("zeros.wav", zeros, 32000, 1, 32000);
  g_autoptr (OtoAnalysis) analysis = analyze ("2apae-local", clip);
  g_autoptr (OtoPanelData) data = make (analysis, OTO_MAP_LOGMEL);

  g_assert_true (oto_analysis_is_silent (analysis));
  for (int f = 0; f < data->n_rows; f++)
    g_assert_cmpfloat_with_epsilon (oto_panel_data_get_value (data, f, 0.5), -80.0, 0.01);
}

static void
test_without_model (void)
{
  g_autoptr (OtoAnalysis) analysis = analyze_tones ("2apae-local", 1.0);
  g_autoptr (OtoPanelData) with = make (analysis, OTO_MAP_LOGMEL);
  g_autoptr (OtoPanelData) without =
    oto_panel_data_new_logmel (oto_analysis_get_logmel (analysis),
                               oto_analysis_get_n_frames (analysis), &oto_logmel_config_default,
                               FALSE, NULL);

  g_assert_cmpfloat_with_epsilon (without->hop_s, HOP_S, 1e-12);
  for (int f = 0; f < with->n_rows; f++)
    g_assert_cmpfloat (oto_panel_data_get_value (with, f, 0.3), ==,
                       oto_panel_data_get_value (without, f, 0.3));
}

static void
test_order_of_rows (void)
{
  static const int focus[] = { 3, 1 };
  g_autoptr (OtoAnalysis) analysis = analyze_tones ("2apae-local", 1.0);
  const int *ranking = oto_analysis_get_ranking (analysis);
  guint n;
  g_autofree int *all = oto_panel_data_dup_rows (analysis, NULL, 0, 0, &n);
  g_autofree int *some = NULL;

  g_assert_cmpuint (n, ==, N_CLASSES);
  g_assert_cmpmem (all, n * sizeof (int), ranking, N_CLASSES * sizeof (int));
  some = oto_panel_data_dup_rows (analysis, focus, 2, 4, &n);
  g_assert_cmpuint (n, ==, 4);
  g_assert_cmpint (some[0], ==, 3);
  g_assert_cmpint (some[1], ==, 1);
  for (guint i = 2; i < n; i++)
    g_assert_true (some[i] != 3 && some[i] != 1);
}

static void
test_cursor (void)
{
  g_autoptr (OtoAnalysis) analysis = analyze_tones ("2apae-local", 1.0);
  g_autoptr (OtoPanelData) mel = make (analysis, OTO_MAP_LOGMEL);
  g_autoptr (OtoPanelData) rows = make (analysis, OTO_MAP_STEP1);
  g_autofree char *level = oto_panel_data_format_value (mel, -41.83);

  g_assert_cmpint (oto_panel_data_row_from_y (mel, 0.0, 128.0), ==, 63);
  g_assert_cmpint (oto_panel_data_row_from_y (mel, 127.9, 128.0), ==, 0);
  g_assert_cmpint (oto_panel_data_row_from_y (mel, 128.0, 128.0), ==, -1);
  g_assert_cmpint (oto_panel_data_row_from_y (rows, 0.0, 40.0), ==, 0);
  g_assert_cmpint (oto_panel_data_row_from_y (rows, 39.0, 40.0), ==, 3);
  g_assert_cmpfloat (oto_panel_data_hz_from_row (mel, 10), ==,
                     oto_mel_bank_get_center_hz (64, 50.0, 16000.0, 10));
  g_assert_true (isnan (oto_panel_data_hz_from_row (rows, 1)));
  g_assert_true (isnan (oto_panel_data_get_value (mel, 0, -0.1)));
  g_assert_true (isnan (oto_panel_data_get_value (mel, 0, 0.015)));
  g_assert_false (isnan (oto_panel_data_get_value (mel, 0, 0.017)));
  g_assert_true (isnan (oto_panel_data_get_value (mel, 0, 1000.0)));
  g_assert_cmpstr (level, ==, "\u221241.8\u202fdB");
}

/* A click is seen where it is heard: the mean time of its power is its own. */
static void
test_click (void)
{
  const gint64 n_samples = 2 * 32000;
  const double click_s = 1.008;
  g_autofree float *samples = g_new0 (float, n_samples);
  g_autoptr (OtoClip) clip = NULL;
  g_autoptr (OtoAnalysis) analysis = NULL;
  g_autoptr (OtoPanelData) data = NULL;
  double sum = 0.0, moment = 0.0;

  samples[(gint64) (click_s * 32000)] = 0.9f;
  clip = oto_clip_new_from_samples ("click", samples, n_samples, 1, 32000);
  analysis = analyze_of (oto_systems_find ("gap"), &oto_logmel_config_default, clip);
  data = make (analysis, OTO_MAP_LOGMEL);
  for (double time_s = 0.0005; time_s < 2.0; time_s += 0.001)
    for (int f = 0; f < data->n_rows; f++)
      {
        double db = oto_panel_data_get_value (data, f, time_s);
        double power = db > -60.0 ? pow (10.0, db / 10.0) : 0.0;

        sum += power;
        moment += power * time_s;
      }
  g_assert_cmpfloat_with_epsilon (moment / sum, click_s, 0.004);
}

static void
test_cancelled (void)
{
  static const int classes[] = { 0 };
  g_autoptr (OtoAnalysis) analysis = analyze_tones ("2apae-local", 1.0);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  g_cancellable_cancel (cancellable);
  g_assert_null (oto_panel_data_new (analysis, &(OtoPanelSpec) { OTO_MAP_FREQ_ATT, 0 }, classes, 1,
                                     cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/paint/panel-data/levels", test_levels);
  g_test_add_func ("/paint/panel-data/frequency-attention", test_freq_att);
  g_test_add_func ("/paint/panel-data/mask", test_mask);
  g_test_add_func ("/paint/panel-data/contribution", test_contribution);
  g_test_add_func ("/paint/panel-data/no-further-class", test_no_class);
  g_test_add_func ("/paint/panel-data/rows", test_rows);
  g_test_add_func ("/paint/panel-data/what-a-model-lacks", test_what_a_model_lacks);
  g_test_add_func ("/paint/panel-data/clip-probabilities-alone", test_clip_prob_alone);
  g_test_add_func ("/paint/panel-data/shared-time-attention", test_shared);
  g_test_add_func ("/paint/panel-data/mel-weights", test_mel_weights);
  g_test_add_func ("/paint/panel-data/front-end", test_front_end);
  g_test_add_func ("/paint/panel-data/front-end-silence", test_front_end_silence);
  g_test_add_func ("/paint/panel-data/seams", test_seams);
  g_test_add_func ("/paint/panel-data/silence", test_silence);
  g_test_add_func ("/paint/panel-data/without-model", test_without_model);
  g_test_add_func ("/paint/panel-data/order-of-rows", test_order_of_rows);
  g_test_add_func ("/paint/panel-data/cursor", test_cursor);
  g_test_add_func ("/paint/panel-data/click-stands-where-it-is", test_click);
  g_test_add_func ("/paint/panel-data/cancelled", test_cancelled);
  return g_test_run ();
}
