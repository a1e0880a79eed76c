/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-ui-test.h"

#include "oto-test-model.h"

#include <glib/gstdio.h>

static OtoPlayer *
player_new (double duration_s)
{
  g_autoptr (OtoClip) clip = oto_test_make_clip (duration_s, 16000, 2);
  OtoPlayer *player = oto_player_new ();

  oto_player_set_clip (player, clip);

  return player;
}

static gboolean
is_past (gpointer data)
{
  return oto_player_get_position_s (data) > 1.2;
}

static void
test_plays (void)
{
  OtoPlayer *player = player_new (4);
  gint64 start_us;
  double wall_s, played_s;

  oto_player_seek (player, 1);
  g_assert_cmpfloat_with_epsilon (oto_player_get_position_s (player), 1, 1e-6);
  oto_player_set_playing (player, TRUE);
  g_assert_true (oto_player_is_playing (player));
  oto_ui_test_wait (is_past, player);

  /* In real time, and still when paused. */
  start_us = g_get_monotonic_time ();
  played_s = -oto_player_get_position_s (player);
  oto_ui_test_spin (300);
  played_s += oto_player_get_position_s (player);
  wall_s = (g_get_monotonic_time () - start_us) / 1e6;
  g_assert_cmpfloat_with_epsilon (played_s, wall_s, 0.15);

  oto_player_set_playing (player, FALSE);
  oto_ui_test_spin (50);
  played_s = oto_player_get_position_s (player);
  oto_ui_test_spin (100);
  g_assert_cmpfloat_with_epsilon (oto_player_get_position_s (player), played_s, 1e-3);
  g_assert_finalize_object (player);
}

static gboolean
is_stopped (gpointer data)
{
  return !oto_player_is_playing (data);
}

static void
test_ends (void)
{
  OtoPlayer *player = player_new (0.5);

  oto_player_set_playing (player, TRUE);
  oto_ui_test_wait (is_stopped, player);
  g_assert_cmpfloat_with_epsilon (oto_player_get_position_s (player), 0.5, 1e-6);

  /* It begins again. */
  oto_player_set_playing (player, TRUE);
  g_assert_cmpfloat (oto_player_get_position_s (player), <, 0.4);
  g_assert_finalize_object (player);
}

static void
test_loops (void)
{
  OtoPlayer *player = player_new (2);

  oto_mixer_set_loop (oto_player_get_mixer (player), 8000, 12800);
  oto_player_seek (player, 0.5);
  oto_player_set_playing (player, TRUE);
  for (int i = 0; i < 20; i++)
    {
      double position_s;

      oto_ui_test_spin (50);
      position_s = oto_player_get_position_s (player);
      g_assert_cmpfloat (position_s, >=, 0.49);
      g_assert_cmpfloat (position_s, <=, 0.85);
    }
  g_assert_true (oto_player_is_playing (player));
  g_assert_finalize_object (player);
}

/* What reaches the sink is the clip, bit by bit, through the whole pipeline. */
static void
test_null (void)
{
  g_autofree char *dir = g_dir_make_tmp ("otoscope-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (dir, "out.raw", NULL);
  g_autofree char *sink = g_strdup (g_getenv ("OTO_AUDIO_SINK"));
  g_autofree char *file_sink = g_strdup_printf ("filesink location=%s", path);
  g_autoptr (OtoClip) clip = oto_test_make_clip (0.5, 16000, 2);
  g_autofree float *expected = g_new (float, 2 * 8000);
  g_autofree char *out = NULL;
  OtoPlayer *player;
  size_t len;

  g_setenv ("OTO_AUDIO_SINK", file_sink, TRUE);
  player = oto_player_new ();
  oto_player_set_clip (player, clip);
  oto_player_set_playing (player, TRUE);
  oto_ui_test_wait (is_stopped, player);
  g_assert_finalize_object (player);
  g_setenv ("OTO_AUDIO_SINK", sink, TRUE);

  g_assert_true (oto_clip_read (clip, 0, 8000, expected, NULL));
  g_assert_true (g_file_get_contents (path, &out, &len, NULL));
  g_assert_cmpmem (out, len, expected, 2 * 8000 * sizeof (float));
  g_assert_cmpint (g_remove (path), ==, 0);
  g_assert_cmpint (g_rmdir (dir), ==, 0);
}

static gboolean
has_problem (gpointer data)
{
  return oto_player_get_problem (data) != NULL;
}

/* A sink that fails ends playback with a reason; the rest goes on. */
static void
test_failing_sink (void)
{
  g_autofree char *sink = g_strdup (g_getenv ("OTO_AUDIO_SINK"));
  OtoPlayer *player;

  g_setenv ("OTO_AUDIO_SINK", "identity error-after=2 ! fakesink", TRUE);
  player = player_new (1);
  oto_player_set_playing (player, TRUE);
  oto_ui_test_wait (has_problem, player);
  g_assert_false (oto_player_is_playing (player));
  g_assert_false (oto_player_has_device (player));

  oto_player_set_playing (player, TRUE);
  g_assert_false (oto_player_is_playing (player));
  g_assert_finalize_object (player);

  g_setenv ("OTO_AUDIO_SINK", "no-such-element-at-all", TRUE);
  player = player_new (1);
  oto_player_set_playing (player, TRUE);
  g_assert_false (oto_player_is_playing (player));
  g_assert_nonnull (oto_player_get_problem (player));
  g_assert_finalize_object (player);
  g_setenv ("OTO_AUDIO_SINK", sink, TRUE);
}

static void
test_window_plays (OtoUiFixture  *fixture,
                   gconstpointer  data)
{
  g_autofree char *path = oto_ui_test_write_clip (fixture, "tone.wav", 3, 6);
  double before;

  oto_ui_test_open (fixture, path);
  oto_ui_test_settle (fixture);
  before = oto_view_state_get_playhead_s (fixture->page->view);
  oto_ui_test_activate (fixture, "win.play");
  oto_ui_test_spin (400);
  g_assert_cmpfloat (oto_view_state_get_playhead_s (fixture->page->view), >, before + 0.1);
  oto_ui_test_activate (fixture, "win.play");
  g_assert_false (oto_player_is_playing (oto_listening_get_player (fixture->page->listening)));
}

int
main (int    argc,
      char **argv)
{
  oto_ui_test_init (&argc, &argv);
  if (g_getenv ("OTO_AUDIO_SINK") == NULL)
    g_setenv ("OTO_AUDIO_SINK", "fakesink sync=true", TRUE);

  g_test_add_func ("/ui/player/plays-in-real-time", test_plays);
  g_test_add_func ("/ui/player/ends-and-begins-again", test_ends);
  g_test_add_func ("/ui/player/loops", test_loops);
  g_test_add_func ("/ui/player/plays-the-clip-bit-by-bit", test_null);
  g_test_add_func ("/ui/player/failing-sink-is-told", test_failing_sink);
  OTO_UI_TEST ("/ui/player/moves-the-playhead", test_window_plays);

  return g_test_run ();
}
