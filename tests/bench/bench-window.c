/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-ui-test.h"

/* Pan and zoom over all panels, a step a frame, as somebody at the wheel would. */

#define N_FRAMES 200

typedef struct
{
  OtoUiFixture *fixture;
  GMainLoop    *loop;
  GArray       *paint_ms;
  GArray       *interval_ms;
  gint64        start_us;
  gint64        last_us;
  int           n;
} Bench;

static void
before_paint_cb (GdkFrameClock *clock,
                 Bench         *bench)
{
  bench->start_us = g_get_monotonic_time ();
}

static void
after_paint_cb (GdkFrameClock *clock,
                Bench         *bench)
{
  const gint64 frame_us = gdk_frame_clock_get_frame_time (clock);
  double ms = (g_get_monotonic_time () - bench->start_us) / 1e3;

  g_array_append_val (bench->paint_ms, ms);
  if (bench->last_us > 0)
    {
      ms = (frame_us - bench->last_us) / 1e3;
      g_array_append_val (bench->interval_ms, ms);
    }
  bench->last_us = frame_us;
}

static gboolean
step_cb (GtkWidget     *widget,
         GdkFrameClock *clock,
         gpointer       user_data)
{
  Bench *bench = user_data;
  OtoTimeScale *scale = oto_view_state_get_scale (bench->fixture->page->view);

  if (bench->n++ == N_FRAMES)
    {
      g_main_loop_quit (bench->loop);

      return G_SOURCE_REMOVE;
    }

  if (bench->n % 50 < 20)
    oto_time_scale_zoom_at (scale, 3, bench->n % 100 < 50 ? 1.05 : 1 / 1.05);
  else
    oto_time_scale_pan (scale, (bench->n % 100 < 75 ? 1 : -1) * 0.02
                               * oto_time_scale_get_span_s (scale));

  return G_SOURCE_CONTINUE;
}

static int
compare_doubles (gconstpointer a,
                 gconstpointer b)
{
  const double x = *(const double *) a, y = *(const double *) b;

  return x < y ? -1 : x > y;
}

static double
get_quantile (GArray *values,
              double  quantile)
{
  g_array_sort (values, compare_doubles);

  return g_array_index (values, double, (guint) (quantile * (values->len - 1)));
}

static void
bench_clip (double duration_s)
{
  OtoUiFixture fixture = { 0 };
  Bench bench = { 0 };
  GdkFrameClock *clock;
  g_autofree char *path = NULL;

  oto_ui_test_set_up (&fixture, NULL);
  path = oto_ui_test_write_clip (&fixture, "tone.wav", duration_s, 1);
  oto_ui_test_open (&fixture, path);
  oto_ui_test_settle (&fixture);

  bench.fixture = &fixture;
  bench.loop = g_main_loop_new (NULL, FALSE);
  bench.paint_ms = g_array_new (FALSE, FALSE, sizeof (double));
  bench.interval_ms = g_array_new (FALSE, FALSE, sizeof (double));
  clock = gtk_widget_get_frame_clock (GTK_WIDGET (fixture.window));
  g_signal_connect (clock, "before-paint", G_CALLBACK (before_paint_cb), &bench);
  g_signal_connect_after (clock, "after-paint", G_CALLBACK (after_paint_cb), &bench);
  gtk_widget_add_tick_callback (GTK_WIDGET (fixture.page), step_cb, &bench, NULL);
  g_main_loop_run (bench.loop);
  g_signal_handlers_disconnect_by_data (clock, &bench);

  g_print ("{\"bench\": \"window-pan-zoom\", \"clip_s\": %g, \"frames\": %u, "
           "\"paint_ms\": {\"median\": %.2f, \"p95\": %.2f, \"p99\": %.2f}, "
           "\"interval_ms\": {\"median\": %.2f, \"p95\": %.2f}}\n",
           duration_s, bench.paint_ms->len, get_quantile (bench.paint_ms, 0.5),
           get_quantile (bench.paint_ms, 0.95), get_quantile (bench.paint_ms, 0.99),
           get_quantile (bench.interval_ms, 0.5), get_quantile (bench.interval_ms, 0.95));

  g_array_unref (bench.paint_ms);
  g_array_unref (bench.interval_ms);
  g_main_loop_unref (bench.loop);
  oto_ui_test_tear_down (&fixture, NULL);
}

int
main (int    argc,
      char **argv)
{
  oto_ui_test_init (&argc, &argv);
  bench_clip (10);
  bench_clip (120);

  return 0;
}
