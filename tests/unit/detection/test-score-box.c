/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test.h"

#include <math.h>

#define N_FRAMES 40
#define HOP_S    0.125

/* The definition of the filter's output, frame by frame. */
static double
get_mean (const double *scores,
          double        begin_s,
          double        end_s)
{
  double sum = 0.0;

  for (int k = 0; k < N_FRAMES; k++)
    sum += scores[k] * fmax (0.0, fmin (end_s, (k + 1) * HOP_S) - fmax (begin_s, k * HOP_S));
  return sum / (end_s - begin_s);
}

static double
get_step (const double *scores,
          double        time_s,
          double        half_s)
{
  return get_mean (scores, time_s, time_s + half_s) - get_mean (scores, time_s - half_s, time_s);
}

/* Peaks and valleys on the grid on which all breakpoints lie, when half a filter is whole frames
 * and scores have few binary digits. */
static void
test_cuts_at_peaks_and_valleys (void)
{
  for (guint64 seed = 0; seed < 50; seed++)
    {
      const OtoScoreBoxConfig config = { 4 * HOP_S, NAN, NAN };
      float random[N_FRAMES];
      double scores[N_FRAMES], d[N_FRAMES + 1];
      g_autoptr (GArray) boxes = NULL;
      guint n = 0;
      int onset = -1;

      oto_test_fill (random, N_FRAMES, seed);
      for (int k = 0; k < N_FRAMES; k++)
        scores[k] = fabs (round (random[k] * 8.0)) / 8.0;
      for (int t = 0; t <= N_FRAMES; t++)
        d[t] = get_step (scores, t * HOP_S, 2 * HOP_S);
      boxes = oto_score_box_find (&config, scores, N_FRAMES, HOP_S, N_FRAMES * HOP_S);
      for (int t = 0; t < N_FRAMES; t++)
        if (onset < 0 && d[t + 1] <= d[t] && (t == 0 || d[t] > d[t - 1]))
          onset = t;
        else if (onset >= 0 && d[t + 1] > d[t] && d[t] <= d[t - 1])
          {
            const OtoScoreBox *box = &g_array_index (boxes, OtoScoreBox, n++);

            g_assert_cmpuint (n, <=, boxes->len);
            g_assert_cmpfloat (box->onset_s, ==, onset * HOP_S);
            g_assert_cmpfloat (box->offset_s, ==, t * HOP_S);
            g_assert_cmpfloat_with_epsilon (
              box->confidence, get_mean (scores, box->onset_s, box->offset_s), 1e-12);
            onset = -1;
          }
      n += onset >= 0;
      g_assert_cmpuint (boxes->len, ==, n);
    }
}

static void
test_flat_is_one_box (void)
{
  const OtoScoreBoxConfig config = { 1.0, NAN, NAN };
  const double scores[] = { 0.5, 0.5, 0.5, 0.5 };
  g_autoptr (GArray) boxes = oto_score_box_find (&config, scores, 4, 0.25, 0.9);
  g_autoptr (GArray) none = oto_score_box_find (&config, scores, 0, 0.25, 0.9);
  g_autoptr (GArray) cut = oto_score_box_find (&config, scores, 4, 0.25, 0.25);

  g_assert_cmpuint (boxes->len, ==, 1);
  g_assert_cmpfloat (g_array_index (boxes, OtoScoreBox, 0).onset_s, ==, 0.0);
  g_assert_cmpfloat (g_array_index (boxes, OtoScoreBox, 0).offset_s, ==, 0.9);
  g_assert_cmpfloat_with_epsilon (g_array_index (boxes, OtoScoreBox, 0).confidence, 0.5, 1e-12);
  g_assert_cmpuint (none->len, ==, 0);
  g_assert_cmpuint (cut->len, ==, 1);
  g_assert_cmpfloat (g_array_index (cut, OtoScoreBox, 0).offset_s, ==, 0.25);
}

static void
test_shallow_gaps_close (void)
{
  const double scores[] = {
    0.0, 0.0, 0.0, 0.75, 0.75, 0.75, 0.5, 0.5, 0.75, 0.75, 0.75, 0.0, 0.0, 0.0,
  };
  const struct { double abs, rel; guint n; } cases[] = {
    { NAN, NAN, 2 }, { 0.24, NAN, 2 }, { 0.26, NAN, 1 }, { NAN, 1.4, 2 }, { NAN, 1.6, 1 },
    { 0.26, 1.4, 2 }, { 0.26, 1.6, 1 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const OtoScoreBoxConfig config = { 2.0, cases[i].abs, cases[i].rel };
      g_autoptr (GArray) boxes = oto_score_box_find (&config, scores, G_N_ELEMENTS (scores), 1.0,
                                                     G_N_ELEMENTS (scores));
      guint n = 0;

      for (guint j = 0; j < boxes->len; j++)
        n += g_array_index (boxes, OtoScoreBox, j).confidence > 0.1;
      g_assert_cmpuint (n, ==, cases[i].n);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/detection/score-box/cuts-at-peaks-and-valleys",
                   test_cuts_at_peaks_and_valleys);
  g_test_add_func ("/detection/score-box/flat-is-one-box", test_flat_is_one_box);
  g_test_add_func ("/detection/score-box/shallow-gaps-close", test_shallow_gaps_close);
  return g_test_run ();
}
