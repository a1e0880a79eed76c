/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test.h"

#include "analysis/oto-step-rows.h"

#include <math.h>

#define N_WINDOW 21
#define N_CLASSES 3
#define STEP 4

/* What is kept of steps is what cross-fading every frame gives, to the bit; a clip may be shorter
 * than a window, and the last step than the others. */
static void
test_as_frame_by_frame (void)
{
  static const gint64 lengths[] = { 1, 5, 21, 22, 40, 97 };
  OtoRng rng;

  oto_rng_init (&rng, 11);
  for (guint i = 0; i < G_N_ELEMENTS (lengths); i++)
    {
      g_autofree float *expected = g_new0 (float, N_CLASSES * lengths[i]);
      g_autofree float *row = g_new (float, lengths[i]);
      OtoWindowPlan plan;
      OtoStepRows *rows;

      oto_window_plan_init (&plan, lengths[i], N_WINDOW);
      rows = oto_step_rows_new (&plan, N_CLASSES);
      for (guint w = 0; w < plan.n_windows; w++)
        {
          const gint64 begin = oto_window_plan_get_first_frame (&plan, w);
          float values[N_CLASSES * N_WINDOW];

          for (int k = 0; k < N_CLASSES; k++)
            for (int t = 0; t < N_WINDOW; t++)
              {
                float *value = &values[k * N_WINDOW + t];

                *value = t % STEP == 0 ? (float) oto_rng_uniform (&rng) : value[-1];
                if (begin + t < lengths[i])
                  expected[k * lengths[i] + begin + t] +=
                    oto_window_plan_get_fade (&plan, w, begin + t) * *value;
              }
          g_assert_true (oto_step_rows_add_window (rows, w, values, NULL));
        }
      for (int k = 0; k < N_CLASSES; k++)
        {
          oto_step_rows_fill (rows, k, row);
          g_assert_cmpmem (row, lengths[i] * sizeof (float), expected + k * lengths[i],
                           lengths[i] * sizeof (float));
        }
      oto_step_rows_free (rows);
    }
}

/* Where a window is not there, nothing is known. */
static void
test_part (void)
{
  OtoWindowPlan plan;
  OtoStepRows *rows;
  float values[N_CLASSES * N_WINDOW] = { 0.f }, row[3 * N_WINDOW];
  gint64 begin;

  oto_window_plan_init (&plan, 3 * N_WINDOW, N_WINDOW);
  g_assert_cmpuint (plan.n_windows, >=, 4);
  rows = oto_step_rows_new (&plan, N_CLASSES);
  for (guint w = 2; w < plan.n_windows; w++)
    g_assert_true (oto_step_rows_add_window (rows, w, values, NULL));
  oto_step_rows_fill (rows, 1, row);
  begin = oto_window_plan_get_first_frame (&plan, 1) + N_WINDOW;
  for (gint64 t = 0; t < 3 * N_WINDOW; t++)
    g_assert_cmpint (isnan (row[t]) != 0, ==, t < begin);
  oto_step_rows_free (rows);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/analysis/step-rows/as-frame-by-frame", test_as_frame_by_frame);
  g_test_add_func ("/analysis/step-rows/part", test_part);
  return g_test_run ();
}
