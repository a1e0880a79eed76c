/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "analysis/oto-analysis-private.h"
#include "analysis/oto-map-cache.h"
#include "oto-test-model.h"
#include "oto-test-system.h"

#include <math.h>
#include <string.h>

#define N_CLASSES 3
#define N_WINDOW 24

static OtoAnalysis *
analyze (OtoClip *clip)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (OtoModelSnapshot) snapshot =
    oto_test_make_snapshot ("2apae-local", N_CLASSES, N_WINDOW);
  g_autoptr (OtoAnalyzer) analyzer = oto_analyzer_new (snapshot, oto_test_get_engine (1), &error);
  OtoAnalysis *analysis;

  g_assert_no_error (error);
  analysis = oto_analyzer_analyze (analyzer, clip, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  return analysis;
}

/* Blocks and resampling as a stream give the frames of the whole signal. */
static void
test_logmel (void)
{
  g_autoptr (OtoClip) clip = oto_test_make_clip (4.1, 44100, 2);
  g_autoptr (OtoAnalysis) analysis = analyze (clip);
  g_autoptr (OtoLogmel) logmel = oto_logmel_new (&oto_logmel_config_default, NULL);
  gint64 n_samples = oto_clip_get_n_samples (clip), n_resampled, n_frames;
  g_autofree float *mono = g_new (float, n_samples);
  g_autofree float *resampled = NULL;
  g_autofree float *expected = NULL;

  g_assert_true (oto_clip_read_mono (clip, 0, n_samples, mono, NULL));
  resampled = oto_resample (mono, n_samples, 1, 44100, 32000, &n_resampled, NULL);
  n_frames = oto_logmel_get_n_frames (logmel, n_resampled);
  expected = g_new (float, n_frames * 64);
  oto_logmel_compute (logmel, resampled, n_resampled, expected);

  g_assert_cmpint (oto_analysis_get_n_frames (analysis), ==, n_frames);
  oto_assert_abs_below (oto_analysis_get_logmel (analysis), expected, n_frames * 64, 1e-4);
  g_assert_false (oto_analysis_is_silent (analysis));
}

/* What is not wanted is not computed; what is, is the same to the bit. */
static void
test_wanted_maps (void)
{
  g_autoptr (OtoClip) clip = oto_test_make_clip (4.1, 32000, 1);
  g_autoptr (OtoAnalysis) all = analyze (clip);
  g_autoptr (GError) error = NULL;
  g_autofree float *values = g_new (float, oto_analysis_get_n_frames (all) * 64);
  g_autofree float *expected = g_new (float, oto_analysis_get_n_frames (all) * 64);
  const struct { OtoMap map; const char *message; } large[] = {
    { OTO_MAP_MASK, "analysed without the mask" },
    { OTO_MAP_FREQ_ATT, "analysed without the frequency attention" },
  };
  const size_t n = oto_analysis_get_n_frames (all) * N_CLASSES * sizeof (float);
  const size_t n_bins = oto_analysis_get_n_frames (all) * 64 * sizeof (float);

  for (guint wanted = 0; wanted < OTO_MAP_CLIP_PROB; wanted++)
    {
      g_autoptr (OtoAnalyzer) analyzer =
        oto_analyzer_new_for_maps (oto_analysis_get_model (all), wanted, oto_test_get_engine (1),
                                   NULL);
      g_autoptr (OtoAnalysis) some = oto_analyzer_analyze (analyzer, clip, NULL, NULL, NULL, NULL);

      g_assert_cmpmem (oto_analysis_get_clip_prob (some), N_CLASSES * sizeof (float),
                       oto_analysis_get_clip_prob (all), N_CLASSES * sizeof (float));
      g_assert_cmpint (oto_analysis_has_map (some, OTO_MAP_RECON), ==,
                       (wanted & OTO_MAP_RECON) != 0);
      g_assert_cmpint (oto_analysis_get_recon (some) != NULL, ==, (wanted & OTO_MAP_RECON) != 0);
      g_assert_cmpint (oto_analysis_get_step1 (some) != NULL, ==, (wanted & OTO_MAP_STEP1) != 0);
      g_assert_cmpint (oto_analysis_get_time_att (some) != NULL, ==,
                       (wanted & OTO_MAP_TIME_ATT) != 0);
      if (wanted & OTO_MAP_RECON)
        g_assert_cmpmem (oto_analysis_get_recon (some), n_bins, oto_analysis_get_recon (all),
                         n_bins);
      if (wanted & OTO_MAP_STEP1)
        g_assert_cmpmem (oto_analysis_get_step1 (some), n, oto_analysis_get_step1 (all), n);
      if (wanted & OTO_MAP_TIME_ATT)
        g_assert_cmpmem (oto_analysis_get_time_att (some), n, oto_analysis_get_time_att (all), n);

      for (guint i = 0; i < G_N_ELEMENTS (large); i++)
        {
          const gint64 n_frames = oto_analysis_get_n_frames (some);

          g_assert_cmpint (oto_analysis_read_map (some, large[i].map, 1, 0, n_frames, values, NULL,
                                                  &error), ==, (wanted & large[i].map) != 0);
          if (wanted & large[i].map)
            {
              g_assert_true (oto_analysis_read_map (all, large[i].map, 1, 0, n_frames, expected,
                                                    NULL, NULL));
              g_assert_cmpmem (values, n_bins, expected, n_bins);
              continue;
            }
          g_assert_error (error, OTO_ANALYSIS_ERROR, OTO_ANALYSIS_ERROR_PANEL);
          g_assert_nonnull (strstr (error->message, large[i].message));
          g_clear_error (&error);
        }
    }
}

/* What the network says about one window of an analysis. */
static void
run_window (OtoModel    *model,
            OtoAnalysis *analysis,
            guint        window)
{
  g_autofree float *x = g_new (float, N_WINDOW * 64);
  const OtoScaler *scaler = oto_model_snapshot_get_scaler (oto_analysis_get_model (analysis));

  oto_scaler_apply (scaler, oto_analysis_get_logmel (analysis)
                            + oto_analysis_get_window_frame (analysis, window) * 64, N_WINDOW, x);
  g_assert_true (oto_model_forward (model, x, 1, OTO_MODEL_EVAL, ~0u));
}

static void
test_windows (void)
{
  /* Frames 0, 12, 24, … and the last shifted back. */
  g_autoptr (OtoClip) clip = oto_test_make_clip (2.0, 32000, 1);
  g_autoptr (OtoAnalysis) analysis = analyze (clip);
  gint64 n_frames = oto_analysis_get_n_frames (analysis);
  guint n_windows = oto_analysis_get_n_windows (analysis);

  g_assert_cmpint (n_frames, ==, 61);
  g_assert_cmpuint (n_windows, ==, 5);
  for (guint w = 0; w < n_windows; w++)
    {
      gint64 begin = oto_analysis_get_window_frame (analysis, w);

      g_assert_cmpint (begin, ==, w < 4 ? 12 * w : 61 - N_WINDOW);
      g_assert_cmpint (oto_analysis_get_seam (analysis, w), >=, begin);
      g_assert_cmpint (oto_analysis_get_seam (analysis, w + 1), <=, begin + N_WINDOW);
      g_assert_cmpint (oto_analysis_get_seam (analysis, w + 1), >,
                       oto_analysis_get_seam (analysis, w));
    }
  for (gint64 t = 0; t < n_frames; t++)
    {
      double sum = 0.0;

      for (guint w = 0; w < n_windows; w++)
        sum += oto_window_plan_get_fade (&analysis->plan, w, t);
      g_assert_cmpfloat_with_epsilon (sum, 1.0, 1e-6);
    }
  /* Linear over the overlap of the first two. */
  for (int i = 0; i < 12; i++)
    g_assert_cmpfloat_with_epsilon (oto_window_plan_get_fade (&analysis->plan, 1, 12 + i),
                                    (i + 1) / 13.0, 1e-6);
}

static void
test_stitching (void)
{
  g_autoptr (OtoClip) clip = oto_test_make_clip (2.0, 32000, 1);
  g_autoptr (OtoAnalysis) analysis = analyze (clip);
  g_autoptr (OtoModel) model = oto_model_new_from_snapshot (oto_analysis_get_model (analysis),
                                                            oto_test_get_engine (1),
                                                            OTO_PRIORITY_BATCH, NULL);
  gint64 n_frames = oto_analysis_get_n_frames (analysis);
  g_autofree float *step1 = g_new0 (float, N_CLASSES * n_frames);
  g_autofree float *time_att = g_new0 (float, N_CLASSES * n_frames);
  float prob[N_CLASSES], max_prob[N_CLASSES] = { 0.f }, part[N_CLASSES * N_WINDOW];

  g_assert_true (oto_model_reserve (model, 1, OTO_MODEL_EVAL, NULL));
  for (guint w = 0; w < oto_analysis_get_n_windows (analysis); w++)
    {
      gint64 begin = oto_analysis_get_window_frame (analysis, w);

      run_window (model, analysis, w);
      oto_model_get_map (model, OTO_MAP_STEP1, 0, part);
      for (int k = 0; k < N_CLASSES; k++)
        for (int i = 0; i < N_WINDOW; i++)
          step1[k * n_frames + begin + i] += part[k * N_WINDOW + i]
                                             * oto_window_plan_get_fade (&analysis->plan, w,
                                                                         begin + i);
      oto_model_get_map (model, OTO_MAP_TIME_ATT, 0, part);
      for (int k = 0; k < N_CLASSES; k++)
        for (gint64 t = oto_analysis_get_seam (analysis, w);
             t < oto_analysis_get_seam (analysis, w + 1); t++)
          time_att[k * n_frames + t] = part[k * N_WINDOW + t - begin];
      oto_model_get_map (model, OTO_MAP_CLIP_PROB, 0, prob);
      oto_assert_abs_below (oto_analysis_get_window_prob (analysis, w), prob, N_CLASSES, 1e-6);
      for (int k = 0; k < N_CLASSES; k++)
        max_prob[k] = fmaxf (max_prob[k], prob[k]);
    }
  oto_assert_abs_below (oto_analysis_get_step1 (analysis), step1, N_CLASSES * n_frames, 1e-6);
  oto_assert_abs_below (oto_analysis_get_time_att (analysis), time_att, N_CLASSES * n_frames, 1e-6);
  oto_assert_abs_below (oto_analysis_get_clip_prob (analysis), max_prob, N_CLASSES, 1e-6);
  for (int k = 1; k < N_CLASSES; k++)
    g_assert_cmpfloat (max_prob[oto_analysis_get_ranking (analysis)[k - 1]], >=,
                       max_prob[oto_analysis_get_ranking (analysis)[k]]);
}

static void
test_recon (void)
{
  g_autoptr (OtoClip) clip = oto_test_make_clip (0.8, 32000, 1);
  g_autoptr (OtoAnalysis) analysis = analyze (clip);
  g_autoptr (OtoModel) model = oto_model_new_from_snapshot (oto_analysis_get_model (analysis),
                                                            oto_test_get_engine (1),
                                                            OTO_PRIORITY_BATCH, NULL);
  g_autofree float *expected = g_new (float, N_WINDOW * 64);

  g_assert_cmpint (oto_analysis_get_n_frames (analysis), ==, N_WINDOW);
  g_assert_true (oto_model_reserve (model, 1, OTO_MODEL_EVAL, NULL));
  run_window (model, analysis, 0);
  oto_model_get_map (model, OTO_MAP_RECON, 0, expected);
  oto_scaler_invert (oto_model_snapshot_get_scaler (oto_analysis_get_model (analysis)), expected,
                     N_WINDOW, expected);
  g_assert_nonnull (oto_analysis_get_recon (analysis));
  oto_assert_abs_below (oto_analysis_get_recon (analysis), expected, N_WINDOW * 64, 1e-5);
}

static void
test_maps (void)
{
  g_autoptr (OtoClip) clip = oto_test_make_clip (2.0, 32000, 1);
  g_autoptr (OtoAnalysis) analysis = analyze (clip);
  gint64 n = oto_analysis_get_n_frames (analysis) * 64;
  g_autofree float *att = g_new (float, n);
  g_autofree float *mask = g_new (float, n);
  g_autofree float *sum = g_new0 (float, n);
  g_autofree float *total = g_new (float, n);
  g_autofree float *again = g_new (float, n);
  GError *error = NULL;

  for (int k = 0; k < N_CLASSES; k++)
    {
      g_assert_true (oto_analysis_read_map (analysis, OTO_MAP_MASK, k, 0, n / 64, mask, NULL,
                                            &error));
      g_assert_true (oto_analysis_read_map (analysis, OTO_MAP_FREQ_ATT, k, 0, n / 64, att, NULL,
                                            &error));
      for (gint64 i = 0; i < n; i++)
        sum[i] += mask[i];
      for (gint64 t = 0; t < n / 64; t++)
        {
          double row = 0.0;

          for (int f = 0; f < 64; f++)
            row += att[t * 64 + f];
          g_assert_cmpfloat_with_epsilon (row, 1.0, 1e-5);
        }
    }
  for (gint64 i = 0; i < n; i++)
    {
      g_assert_cmpfloat (sum[i], <=, 1.0 + 1e-6);
      g_assert_cmpfloat (sum[i], >=, 0.0);
    }
  g_assert_true (oto_analysis_read_mask (analysis, OTO_MASK_PUBLISHED, N_CLASSES, 0, n / 64, total,
                                         NULL, &error));
  oto_assert_abs_below (total, sum, n, 1e-5);

  /* The same when the windows have to be computed again, and in parts. */
  oto_map_cache_forget (analysis);
  g_assert_null (oto_map_cache_lookup (analysis, 0));
  for (gint64 t = 0; t < n / 64; t += 7)
    g_assert_true (oto_analysis_read_map (analysis, OTO_MAP_MASK, N_CLASSES - 1, t,
                                          MIN (7, n / 64 - t), again + t * 64, NULL, &error));
  oto_assert_abs_below (again, mask, n, 0.0);
}

/* Contributions of the windows one after the other, each on its own scale. */
static void
test_contribution (void)
{
  g_autoptr (OtoClip) clip = oto_test_make_clip (2.0, 32000, 1);
  g_autoptr (OtoAnalysis) analysis = analyze (clip);
  g_autoptr (OtoModel) model = oto_model_new_from_snapshot (oto_analysis_get_model (analysis),
                                                            oto_test_get_engine (1),
                                                            OTO_PRIORITY_BATCH, NULL);
  const gint64 n_frames = oto_analysis_get_n_frames (analysis);
  g_autofree float *contribution = g_new (float, n_frames * 64);
  g_autofree float *freq_att = g_new (float, n_frames * 64);
  float prob[N_CLASSES], part[N_CLASSES * N_WINDOW], att[N_CLASSES * N_WINDOW];

  g_assert_true (oto_model_reserve (model, 1, OTO_MODEL_EVAL, NULL));
  for (int k = 0; k < N_CLASSES; k++)
    {
      g_assert_true (oto_analysis_read_map (analysis, OTO_MAP_FREQ_ATT, k, 0, n_frames, freq_att,
                                            NULL, NULL));
      g_assert_true (oto_analysis_read_map (analysis, OTO_MAP_CONTRIBUTION, k, 0, 20, contribution,
                                            NULL, NULL));
      g_assert_true (oto_analysis_read_map (analysis, OTO_MAP_CONTRIBUTION, k, 20, n_frames - 20,
                                            contribution + 20 * 64, NULL, NULL));
      for (gint64 i = 0; i < n_frames * 64; i++)
        g_assert_cmpfloat (contribution[i], <=,
                           oto_analysis_get_contribution_top (analysis, k) * (1.0 + 1e-6));
      for (guint w = 0; w < oto_analysis_get_n_windows (analysis); w++)
        {
          double sum = 0.0;

          run_window (model, analysis, w);
          oto_model_get_map (model, OTO_MAP_STEP1, 0, part);
          oto_model_get_map (model, OTO_MAP_TIME_ATT, 0, att);
          oto_model_get_map (model, OTO_MAP_CLIP_PROB, 0, prob);
          for (int i = 0; i < N_WINDOW; i++)
            sum += (double) part[k * N_WINDOW + i] * att[k * N_WINDOW + i];
          g_assert_cmpfloat (sum, >, 0.0);
          for (gint64 t = oto_analysis_get_seam (analysis, w);
               t < oto_analysis_get_seam (analysis, w + 1); t++)
            for (int f = 0; f < 64; f++)
              g_assert_cmpfloat_with_epsilon (contribution[t * 64 + f],
                                              freq_att[t * 64 + f]
                                              * oto_analysis_get_step1 (analysis)[k * n_frames + t]
                                              * oto_analysis_get_time_att (analysis)[k * n_frames
                                                                                     + t]
                                              * prob[k] / sum, 1e-7);
        }
    }
}

/* It wants what it is made of, and is the same as among all. */
static void
test_contribution_alone (void)
{
  g_autoptr (OtoClip) clip = oto_test_make_clip (0.8, 32000, 1);
  g_autoptr (OtoAnalysis) all = analyze (clip);
  g_autoptr (OtoAnalyzer) analyzer =
    oto_analyzer_new_for_maps (oto_analysis_get_model (all), OTO_MAP_CONTRIBUTION,
                               oto_test_get_engine (1), NULL);
  g_autoptr (OtoAnalysis) alone = oto_analyzer_analyze (analyzer, clip, NULL, NULL, NULL, NULL);
  float values[N_WINDOW * 64], expected[N_WINDOW * 64];

  g_assert_false (oto_analysis_has_map (alone, OTO_MAP_RECON));
  g_assert_false (oto_analysis_has_map (alone, OTO_MAP_MASK));
  for (int k = 0; k < N_CLASSES; k++)
    {
      double sum = 0.0;

      g_assert_true (oto_analysis_read_map (alone, OTO_MAP_CONTRIBUTION, k, 0, N_WINDOW, values,
                                            NULL, NULL));
      g_assert_true (oto_analysis_read_map (all, OTO_MAP_CONTRIBUTION, k, 0, N_WINDOW, expected,
                                            NULL, NULL));
      g_assert_cmpmem (values, sizeof values, expected, sizeof expected);
      for (int i = 0; i < N_WINDOW * 64; i++)
        sum += values[i];
      g_assert_cmpfloat_with_epsilon (sum, oto_analysis_get_clip_prob (all)[k], 1e-5);
    }
}

static void
assert_same_rows (const float *part,
                  const float *whole,
                  gint64       n_frames,
                  gint64       row_len,
                  gint64       begin,
                  gint64       end)
{
  g_assert_cmpmem (part + begin * row_len, (end - begin) * row_len * sizeof (float),
                   whole + begin * row_len, (end - begin) * row_len * sizeof (float));
  for (gint64 i = 0; i < n_frames * row_len; i++)
    if (i < begin * row_len || i >= end * row_len)
      g_assert_true (isnan (part[i]));
}

/* The frames of a range are those of the whole clip to the bit; there are no others. */
static void
check_range (OtoAnalysis *whole,
             double       start_s,
             double       end_s)
{
  OtoClip *clip = oto_analysis_get_clip (whole);
  g_autoptr (OtoAnalyzer) analyzer =
    oto_analyzer_new (oto_analysis_get_model (whole), oto_test_get_engine (1), NULL);
  const OtoTimeRange range = { start_s, end_s };
  g_autoptr (OtoAnalysis) part = oto_analyzer_analyze_range (analyzer, clip, &range, NULL, NULL,
                                                             NULL, NULL);
  const gint64 n_frames = oto_analysis_get_n_frames (whole);
  g_autofree float *mask = g_new (float, n_frames * 64);
  g_autofree float *expected = g_new (float, n_frames * 64);
  static const OtoMap large[] = { OTO_MAP_MASK, OTO_MAP_FREQ_ATT, OTO_MAP_CONTRIBUTION };
  gint64 begin, n;

  g_test_message ("%g to %g s", start_s, end_s);
  begin = oto_analysis_get_known_frames (part, &n);
  g_assert_cmpint (oto_analysis_get_n_frames (part), ==, n_frames);
  g_assert_cmpint (begin, <=, oto_analysis_get_frame_at (whole, start_s));
  g_assert_cmpint (begin + n, >, oto_analysis_get_frame_at (whole, end_s));
  g_assert_cmpmem (oto_analysis_get_logmel (part) + begin * 64, n * 64 * sizeof (float),
                   oto_analysis_get_logmel (whole) + begin * 64, n * 64 * sizeof (float));
  assert_same_rows (oto_analysis_get_recon (part), oto_analysis_get_recon (whole), n_frames, 64,
                    begin, begin + n);
  for (int k = 0; k < N_CLASSES; k++)
    {
      assert_same_rows (oto_analysis_get_step1 (part) + k * n_frames,
                        oto_analysis_get_step1 (whole) + k * n_frames, n_frames, 1, begin,
                        begin + n);
      assert_same_rows (oto_analysis_get_time_att (part) + k * n_frames,
                        oto_analysis_get_time_att (whole) + k * n_frames, n_frames, 1, begin,
                        begin + n);
      g_assert_cmpfloat (oto_analysis_get_clip_prob (part)[k], <=,
                         oto_analysis_get_clip_prob (whole)[k]);
    }

  /* Also when windows have to be computed again. */
  oto_map_cache_forget (part);
  for (guint i = 0; i < G_N_ELEMENTS (large); i++)
    {
      g_assert_true (oto_analysis_read_map (part, large[i], 1, 0, n_frames, mask, NULL, NULL));
      g_assert_true (oto_analysis_read_map (whole, large[i], 1, 0, n_frames, expected, NULL, NULL));
      assert_same_rows (mask, expected, n_frames, 64, begin, begin + n);
    }
}

static void
test_ranges (void)
{
  g_autoptr (OtoClip) clip = oto_test_make_clip (4.1, 32000, 2);
  g_autoptr (OtoAnalysis) whole = analyze (clip);
  static const double ranges[][2] = {
    { 0.0, 0.1 }, { 1.0, 1.01 }, { 1.3, 2.9 }, { 3.9, 4.1 }, { 0.0, 4.1 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (ranges); i++)
    check_range (whole, ranges[i][0], ranges[i][1]);
}

/* Nothing of the clip is read but what the windows hear; its end may be broken. */
static void
test_range_reads_itself (void)
{
  g_autoptr (OtoClip) clip = oto_test_make_clip (4.1, 32000, 1);
  g_autoptr (OtoAnalysis) whole = analyze (clip);
  g_autofree float *samples = g_new (float, oto_clip_get_n_samples (clip));
  g_autoptr (OtoClip) other = NULL;
  g_autoptr (OtoAnalyzer) analyzer =
    oto_analyzer_new (oto_analysis_get_model (whole), oto_test_get_engine (1), NULL);
  g_autoptr (OtoAnalysis) part = NULL;
  const OtoTimeRange range = { 2.0, 2.1 };
  gint64 begin, n;

  /* Half a second before and a second behind the range, all is otherwise. */
  g_assert_true (oto_clip_read (clip, 0, oto_clip_get_n_samples (clip), samples, NULL));
  for (gint64 i = 0; i < oto_clip_get_n_samples (clip); i++)
    if (i < 32000 * 0.5 || i > 32000 * 3.6)
      samples[i] = 0.9f;
  other = oto_clip_new_from_samples ("other.wav", samples, oto_clip_get_n_samples (clip), 1, 32000);
  part = oto_analyzer_analyze_range (analyzer, other, &range, NULL, NULL, NULL, NULL);
  begin = oto_analysis_get_known_frames (part, &n);
  g_assert_cmpmem (oto_analysis_get_step1 (part) + begin, n * sizeof (float),
                   oto_analysis_get_step1 (whole) + begin, n * sizeof (float));
}

static void
test_no_frequency_attention (void)
{
  g_autoptr (OtoModelSnapshot) snapshot = oto_test_make_snapshot ("gap", N_CLASSES, N_WINDOW);
  g_autoptr (OtoAnalyzer) analyzer = oto_analyzer_new (snapshot, oto_test_get_engine (1), NULL);
  g_autoptr (OtoClip) clip = oto_test_make_clip (1.0, 32000, 1);
  g_autoptr (OtoAnalysis) analysis = oto_analyzer_analyze (analyzer, clip, NULL, NULL, NULL, NULL);
  g_autoptr (GError) error = NULL;
  float values[64];

  g_assert_false (oto_analysis_has_map (analysis, OTO_MAP_FREQ_ATT));
  g_assert_false (oto_analysis_has_map (analysis, OTO_MAP_RECON));
  g_assert_null (oto_analysis_get_recon (analysis));
  g_assert_false (oto_analysis_read_map (analysis, OTO_MAP_FREQ_ATT, 0, 0, 1, values, NULL,
                                         &error));
  g_assert_error (error, OTO_ANALYSIS_ERROR, OTO_ANALYSIS_ERROR_PANEL);
  g_clear_error (&error);
  g_assert_false (oto_analysis_has_map (analysis, OTO_MAP_CONTRIBUTION));
  g_assert_false (oto_analysis_check_map (analysis, OTO_MAP_CONTRIBUTION, &error));
  g_assert_nonnull (strstr (error->message, "has no contribution map"));
  g_assert_true (oto_analysis_read_map (analysis, OTO_MAP_MASK, 0, 0, 1, values, NULL, NULL));
}

static void
test_short_clips (void)
{
  static const float one[] = { 0.5f, NAN, 0.25f };

  for (gint64 n = 1; n <= 3; n += 2)
    for (int rate_hz = 8000; rate_hz <= 192000; rate_hz *= 24)
      {
        g_autoptr (OtoClip) clip = oto_clip_new_from_samples ("one.wav", one, n, 1, rate_hz);
        g_autoptr (OtoAnalysis) analysis = analyze (clip);

        g_assert_cmpint (oto_analysis_get_n_frames (analysis), ==, 1);
        g_assert_cmpuint (oto_analysis_get_n_windows (analysis), ==, 1);
        for (int k = 0; k < N_CLASSES; k++)
          {
            g_assert_true (isfinite (oto_analysis_get_clip_prob (analysis)[k]));
            g_assert_true (isfinite (oto_analysis_get_step1 (analysis)[k]));
          }
        for (int f = 0; f < 64; f++)
          g_assert_cmpfloat (analysis->logmel[(N_WINDOW - 1) * 64 + f], ==, logf (1e-8f));
      }
}

static void
test_silence (void)
{
  g_autofree float *samples = g_new0 (float, 32000);
  g_autoptr (OtoClip) clip = oto_clip_new_from_samples ("silence.wav", samples, 32000, 1, 32000);
  g_autoptr (OtoAnalysis) analysis = analyze (clip);

  g_assert_true (oto_analysis_is_silent (analysis));
  for (int k = 0; k < N_CLASSES; k++)
    g_assert_true (isfinite (oto_analysis_get_clip_prob (analysis)[k]));
}

static void
cancel_on_progress (double   fraction,
                    gpointer user_data)
{
  g_cancellable_cancel (user_data);
}

static void
test_cancel (void)
{
  g_autoptr (OtoModelSnapshot) snapshot =
    oto_test_make_snapshot ("2apae-local", N_CLASSES, N_WINDOW);
  g_autoptr (OtoAnalyzer) analyzer = oto_analyzer_new (snapshot, oto_test_get_engine (1), NULL);
  g_autoptr (OtoClip) clip = oto_test_make_clip (20.0, 8000, 1);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (OtoAnalysis) analysis = NULL;

  g_assert_null (oto_analyzer_analyze (analyzer, clip, cancel_on_progress, cancellable, cancellable,
                                       &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);

  /* It works again afterwards. */
  g_cancellable_reset (cancellable);
  analysis = oto_analyzer_analyze (analyzer, clip, NULL, NULL, cancellable, &error);
  g_assert_no_error (error);
  g_assert_nonnull (analysis);
}

static void
test_keeps (void)
{
  g_autoptr (OtoModelSnapshot) snapshot =
    oto_test_make_snapshot ("2apae-local", N_CLASSES, N_WINDOW);
  g_autoptr (OtoAnalyzer) analyzer = oto_analyzer_new (snapshot, oto_test_get_engine (1), NULL);
  g_autoptr (OtoClip) clip = oto_test_make_clip (1.0, 32000, 1);
  g_autoptr (OtoClip) same = oto_test_make_clip (1.0, 32000, 1);
  g_autoptr (OtoClip) other = oto_test_make_clip (1.0, 44100, 1);
  g_autoptr (OtoAnalysis) a = oto_analyzer_analyze (analyzer, clip, NULL, NULL, NULL, NULL);
  g_autoptr (OtoAnalysis) b = oto_analyzer_analyze (analyzer, same, NULL, NULL, NULL, NULL);
  g_autoptr (OtoAnalysis) c = oto_analyzer_analyze (analyzer, other, NULL, NULL, NULL, NULL);

  g_assert_true (a == b);
  g_assert_true (a != c);
}

typedef struct
{
  OtoAnalyzer *analyzer;
  OtoAnalysis *analysis;
  OtoClip     *clip;
  const float *expected;         /* (T, F): mask of class 1 */
} Shared;

static gpointer
read_worker (gpointer data)
{
  Shared *shared = data;
  gint64 n = oto_analysis_get_n_frames (shared->analysis) * 64;
  g_autofree float *mask = g_new (float, n);

  for (int i = 0; i < 10; i++)
    {
      oto_map_cache_forget (shared->analysis);
      g_assert_true (oto_analysis_read_map (shared->analysis, OTO_MAP_MASK, 1, 0, n / 64, mask,
                                            NULL, NULL));
      oto_assert_abs_below (mask, shared->expected, n, 0.0);
    }
  return NULL;
}

static gpointer
analyze_worker (gpointer data)
{
  Shared *shared = data;

  return oto_analyzer_analyze (shared->analyzer, shared->clip, NULL, NULL, NULL, NULL);
}

/* Panels read while other clips are analysed, all with one engine. */
static void
test_threads (void)
{
  g_autoptr (OtoModelSnapshot) snapshot =
    oto_test_make_snapshot ("2apae-local", N_CLASSES, N_WINDOW);
  g_autoptr (OtoAnalyzer) analyzer = oto_analyzer_new (snapshot, oto_test_get_engine (2), NULL);
  g_autoptr (OtoClip) clip = oto_test_make_clip (2.0, 32000, 1);
  g_autoptr (OtoClip) other = oto_test_make_clip (3.0, 44100, 1);
  g_autoptr (OtoAnalysis) analysis = oto_analyzer_analyze (analyzer, clip, NULL, NULL, NULL, NULL);
  g_autoptr (OtoAnalysis) result = NULL;
  gint64 n = oto_analysis_get_n_frames (analysis) * 64;
  g_autofree float *expected = g_new (float, n);
  Shared shared = { analyzer, analysis, other, expected };
  GThread *threads[3];

  g_assert_true (oto_analysis_read_map (analysis, OTO_MAP_MASK, 1, 0, n / 64, expected, NULL,
                                        NULL));
  threads[0] = g_thread_new ("read", read_worker, &shared);
  threads[1] = g_thread_new ("read", read_worker, &shared);
  threads[2] = g_thread_new ("analyze", analyze_worker, &shared);
  g_thread_join (threads[0]);
  g_thread_join (threads[1]);
  result = g_thread_join (threads[2]);
  g_assert_nonnull (result);
  g_assert_true (oto_analysis_get_clip (result) == other);
}

/* One of several analyzers that run side by side. */
typedef struct
{
  OtoModelSnapshot *model;
  OtoEngine        *engine;
  OtoPriority       priority;
  OtoClip          *clip;
  OtoAnalysis      *alone;
  float            *stem_alone;
} Neighbour;

static OtoAnalysis *
analyze_on (const Neighbour *self,
            OtoEngine       *engine)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (OtoAnalyzer) analyzer = oto_analyzer_new (self->model, engine, &error);
  OtoAnalysis *analysis;

  g_assert_no_error (error);
  oto_analyzer_set_priority (analyzer, self->priority);
  analysis = oto_analyzer_analyze (analyzer, self->clip, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  return analysis;
}

static gpointer
neighbour_worker (gpointer data)
{
  const Neighbour *self = data;
  const size_t n_frames = oto_analysis_get_n_frames (self->alone);
  const size_t n_samples = oto_clip_get_n_samples (self->clip);

  for (int i = 0; i < 4; i++)
    {
      g_autoptr (OtoAnalysis) analysis = analyze_on (self, self->engine);
      float *stem = oto_stems_render (analysis, OTO_MASK_PUBLISHED, 1, NULL, NULL, NULL, NULL);

      g_assert_cmpmem (oto_analysis_get_clip_prob (analysis), N_CLASSES * sizeof (float),
                       oto_analysis_get_clip_prob (self->alone), N_CLASSES * sizeof (float));
      g_assert_cmpmem (oto_analysis_get_step1 (analysis), N_CLASSES * n_frames * sizeof (float),
                       oto_analysis_get_step1 (self->alone), N_CLASSES * n_frames * sizeof (float));
      g_assert_cmpmem (stem, n_samples * sizeof (float),
                       self->stem_alone, n_samples * sizeof (float));
      oto_free (stem);
    }
  return NULL;
}

/* Two analyzers and their stems on one engine, at two priorities, give what each gives on an engine
 * of its own with as many threads. */
static void
test_shared_engine (void)
{
  static const OtoPriority priorities[2] = { OTO_PRIORITY_INTERACTIVE, OTO_PRIORITY_BATCH };
  g_autoptr (OtoEngine) shared = oto_engine_new (2, FALSE);
  Neighbour neighbours[2];
  GThread *threads[2];

  for (int i = 0; i < 2; i++)
    {
      Neighbour *self = &neighbours[i];
      g_autoptr (OtoEngine) own = oto_engine_new (2, FALSE);

      self->model = oto_test_make_snapshot ("2apae-local", N_CLASSES, N_WINDOW + 8 * i);
      self->engine = shared;
      self->priority = priorities[i];
      self->clip = oto_test_make_clip (2.0 + i, i == 0 ? 32000 : 44100, 1);
      self->alone = analyze_on (self, own);
      self->stem_alone = oto_stems_render (self->alone, OTO_MASK_PUBLISHED, 1, NULL, NULL, NULL,
                                           NULL);
      g_assert_nonnull (self->stem_alone);
    }
  for (int i = 0; i < 2; i++)
    threads[i] = g_thread_new ("neighbour", neighbour_worker, &neighbours[i]);
  for (int i = 0; i < 2; i++)
    g_thread_join (threads[i]);
  for (int i = 0; i < 2; i++)
    {
      oto_free (neighbours[i].stem_alone);
      g_object_unref (neighbours[i].alone);
      g_object_unref (neighbours[i].clip);
      oto_model_snapshot_unref (neighbours[i].model);
    }
}

static void
analyzed_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  OtoAnalysis **analysis = user_data;
  g_autoptr (GError) error = NULL;

  *analysis = oto_analyzer_analyze_finish (OTO_ANALYZER (source), result, &error);
  g_assert_no_error (error);
}

static void
test_async (void)
{
  g_autoptr (OtoModelSnapshot) snapshot =
    oto_test_make_snapshot ("2apae-local", N_CLASSES, N_WINDOW);
  g_autoptr (OtoAnalyzer) analyzer = oto_analyzer_new (snapshot, oto_test_get_engine (1), NULL);
  g_autoptr (OtoClip) clip = oto_test_make_clip (1.0, 32000, 1);
  g_autoptr (OtoAnalysis) analysis = NULL;

  oto_analyzer_analyze_async (analyzer, clip, NULL, NULL, NULL, analyzed_cb, &analysis);
  while (analysis == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_true (oto_analysis_get_clip (analysis) == clip);
}

/* A frame stands around the centre of its window; what is before the first is nearest to it. */
static void
test_frame_at (void)
{
  g_autoptr (OtoClip) clip = oto_test_make_clip (2.0, 32000, 1);
  g_autoptr (OtoAnalysis) analysis = analyze (clip);

  g_assert_cmpfloat_with_epsilon (oto_analysis_get_frame_begin_s (analysis, 1), 0.048, 1e-12);
  g_assert_cmpint (oto_analysis_get_frame_at (analysis, 0.0), ==, 0);
  g_assert_cmpint (oto_analysis_get_frame_at (analysis, 0.047), ==, 0);
  g_assert_cmpint (oto_analysis_get_frame_at (analysis, 0.049), ==, 1);
  g_assert_cmpint (oto_analysis_get_frame_at (analysis, 1000.0), ==,
                   oto_analysis_get_n_frames (analysis) - 1);
}

static void
test_events (void)
{
  g_autoptr (OtoClip) clip = oto_test_make_clip (2.0, 32000, 1);
  g_autoptr (OtoAnalysis) analysis = analyze (clip);
  const OtoBinarizer binarizer = { .high = 0.0, .low = 0.0, .clip_threshold = 0.0 };
  const OtoBinarizer none = { .high = 0.0, .low = 0.0, .clip_threshold = 1.0 };
  g_autoptr (OtoEventList) list = oto_analysis_find_events (analysis, &binarizer);
  g_autoptr (OtoEventList) empty = oto_analysis_find_events (analysis, &none);

  /* Every class is active all the time. */
  g_assert_cmpuint (oto_event_list_get_n (list), ==, N_CLASSES);
  for (guint i = 0; i < N_CLASSES; i++)
    {
      const OtoEvent *event = oto_event_list_get (list, i);
      int k = oto_analysis_find_class (analysis, event->label);

      g_assert_cmpstr (event->filename, ==, "clip.wav");
      g_assert_cmpfloat (event->onset_s, ==, 0.0);
      g_assert_cmpfloat_with_epsilon (event->offset_s, 61 * 0.032, 1e-9);
      g_assert_cmpfloat (event->score, ==, oto_analysis_get_clip_prob (analysis)[k]);
    }
  g_assert_cmpuint (oto_event_list_get_n (empty), ==, 0);
}

static void
test_find_class (void)
{
  g_autoptr (OtoClip) clip = oto_test_make_clip (0.1, 32000, 1);
  g_autoptr (OtoAnalysis) analysis = analyze (clip);

  g_assert_cmpint (oto_analysis_find_class (analysis, "Church_bell"), ==, 1);
  g_assert_cmpint (oto_analysis_find_class (analysis, "church bell"), ==, 1);
  g_assert_cmpint (oto_analysis_find_class (analysis, "MEOW"), ==, 2);
  g_assert_cmpint (oto_analysis_find_class (analysis, "Gong"), ==, -1);
}

static void
test_save (void)
{
  char *dir = oto_test_make_dir ();
  g_autofree char *path = g_build_filename (dir, "clip.safetensors", NULL);
  g_autoptr (OtoClip) clip = oto_test_make_clip (2.0, 32000, 1);
  g_autoptr (OtoAnalysis) analysis = analyze (clip);
  gint64 n = N_CLASSES * oto_analysis_get_n_frames (analysis);
  g_autofree float *step1 = g_new (float, n);
  g_autofree char *hash = oto_clip_dup_hash (clip, NULL, NULL);
  g_autoptr (OtoSafetensors) file = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (oto_analysis_save (analysis, path, &error));
  file = oto_safetensors_load (path, &error);
  g_assert_no_error (error);
  g_assert_true (oto_safetensors_copy_float (file, "step1", n, step1, &error));
  oto_assert_abs_below (step1, oto_analysis_get_step1 (analysis), n, 0.0);
  g_assert_cmpint (oto_safetensors_find (file, "logmel")->shape[0], ==, 61);
  g_assert_cmpstr (oto_safetensors_get_meta (file, "clip_hash"), ==, hash);
  g_assert_cmpstr (oto_safetensors_get_meta (file, "classes"), ==,
                   "[\"Bark\",\"Church_bell\",\"Meow\"]");
  oto_test_remove_dir (dir);
}

static OtoAnalysis *
analyze_system (const OtoSystem *system,
                double           duration_s)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (OtoClip) clip = oto_test_make_clip (duration_s, 32000, 1);
  g_autoptr (OtoModelSnapshot) snapshot =
    oto_test_make_snapshot_of (system, 3, 32, &oto_logmel_config_default);
  g_autoptr (OtoAnalyzer) analyzer = oto_analyzer_new (snapshot, oto_test_get_engine (1), &error);
  OtoAnalysis *analysis = oto_analyzer_analyze (analyzer, clip, NULL, NULL, NULL, &error);

  g_assert_no_error (error);
  return analysis;
}

/* The same in every window, so that their mean is any of them. */
static void
test_mel_weights (void)
{
  g_autoptr (OtoAnalysis) analysis = analyze_system (&oto_test_weights_system, 4.0);
  g_autofree char *dir = oto_test_make_dir ();
  g_autofree char *path = g_build_filename (dir, "a.safetensors", NULL);
  g_autoptr (OtoSafetensors) file = NULL;
  const float *weights = oto_analysis_get_mel_weights (analysis);
  float saved[3 * 64];

  g_assert_cmpuint (oto_analysis_get_n_windows (analysis), >, 2);
  for (int k = 0; k < 3; k++)
    for (int f = 0; f < 64; f++)
      g_assert_cmpfloat_with_epsilon (weights[k * 64 + f], (k + 1) * (f + 1) / (64 * 65 / 2.0),
                                      1e-6);

  g_assert_true (oto_analysis_save (analysis, path, NULL));
  file = oto_safetensors_load (path, NULL);
  g_assert_true (oto_safetensors_copy_float (file, "mel_weights", 3 * 64, saved, NULL));
  g_assert_cmpmem (saved, sizeof saved, weights, sizeof saved);
  oto_test_remove_dir (g_steal_pointer (&dir));
}

/* Nothing crashes for what a model does not show, and each is told. */
static void
test_clip_prob_alone (void)
{
  g_autoptr (OtoAnalysis) analysis = analyze_system (&oto_test_clip_system, 1.5);
  const OtoBinarizer all = { .high = 0.0, .low = 0.0, .clip_threshold = 0.0 };
  g_autoptr (OtoEventList) events = oto_analysis_find_events (analysis, &all);

  g_assert_cmpuint (oto_event_list_get_n (events), ==, 0);
  g_assert_null (oto_analysis_get_step1 (analysis));
  g_assert_null (oto_analysis_get_time_att (analysis));
  for (guint i = 0; oto_map_info_get (i) != NULL; i++)
    {
      const OtoMapInfo *info = oto_map_info_get (i);
      g_autoptr (GError) error = NULL;

      if (oto_analysis_check_map (analysis, info->map, &error))
        {
          g_assert_null (info->lacks);
          continue;
        }
      g_assert_error (error, OTO_ANALYSIS_ERROR, OTO_ANALYSIS_ERROR_PANEL);
      g_assert_nonnull (strstr (error->message, info->noun));
    }
}

/* A score of four frames is held over them, in the windows' own frames. */
static void
test_steps (void)
{
  g_autoptr (OtoAnalysis) analysis = analyze_system (&oto_test_shared_system, 1.0);
  const gint64 n_frames = oto_analysis_get_n_frames (analysis);
  const float *step1 = oto_analysis_get_step1 (analysis);
  const float *time_att = oto_analysis_get_time_att (analysis);

  g_assert_cmpuint (oto_analysis_get_n_windows (analysis), ==, 1);
  for (gint64 t = 0; t < n_frames; t++)
    for (int k = 0; k < 3; k++)
      {
        g_assert_cmpfloat (step1[k * n_frames + t], ==, step1[k * n_frames + t / 4 * 4]);
        g_assert_cmpfloat (time_att[k * n_frames + t], ==, time_att[t]);
      }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/analysis/analyzer/logmel-is-that-of-the-whole", test_logmel);
  g_test_add_func ("/analysis/analyzer/wanted-maps", test_wanted_maps);
  g_test_add_func ("/analysis/analyzer/windows", test_windows);
  g_test_add_func ("/analysis/analyzer/stitching", test_stitching);
  g_test_add_func ("/analysis/analyzer/recon", test_recon);
  g_test_add_func ("/analysis/analyzer/maps", test_maps);
  g_test_add_func ("/analysis/analyzer/contribution", test_contribution);
  g_test_add_func ("/analysis/analyzer/contribution-alone", test_contribution_alone);
  g_test_add_func ("/analysis/analyzer/ranges", test_ranges);
  g_test_add_func ("/analysis/analyzer/range-reads-itself", test_range_reads_itself);
  g_test_add_func ("/analysis/analyzer/no-frequency-attention", test_no_frequency_attention);
  g_test_add_func ("/analysis/analyzer/short-clips", test_short_clips);
  g_test_add_func ("/analysis/analyzer/silence", test_silence);
  g_test_add_func ("/analysis/analyzer/cancel", test_cancel);
  g_test_add_func ("/analysis/analyzer/keeps", test_keeps);
  g_test_add_func ("/analysis/analyzer/async", test_async);
  g_test_add_func ("/analysis/analyzer/threads", test_threads);
  g_test_add_func ("/analysis/analyzer/shared-engine", test_shared_engine);
  g_test_add_func ("/analysis/analyzer/frame-at", test_frame_at);
  g_test_add_func ("/analysis/analyzer/events", test_events);
  g_test_add_func ("/analysis/analyzer/find-class", test_find_class);
  g_test_add_func ("/analysis/analyzer/save", test_save);

  g_test_add_func ("/analysis/analyzer/mel-weights", test_mel_weights);
  g_test_add_func ("/analysis/analyzer/clip-probabilities-alone", test_clip_prob_alone);
  g_test_add_func ("/analysis/analyzer/steps-are-held", test_steps);
  return g_test_run ();
}
