/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test.h"
#include "oto-test-model.h"

#include "state/oto-listening.h"

#include <gst/gst.h>
#include <math.h>

#define N_CLASSES  4
#define DURATION_S 1.0
#define RATE_HZ    32000
#define N_SAMPLES  ((gint64) (DURATION_S * RATE_HZ))

/* What is heard of a clip; the output goes to a file. */
typedef struct
{
  char         *dir;
  char         *path;
  OtoViewState *view;
  OtoListening *listening;
  OtoAnalysis  *analysis;
  int           first;           /* class */
} Fixture;

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  g_autoptr (OtoModelSnapshot) model = oto_test_make_snapshot ("2apae-local", N_CLASSES, 311);
  g_autoptr (OtoAnalyzer) analyzer = oto_analyzer_new (model, oto_test_get_engine (2), NULL);
  g_autoptr (OtoClip) clip = oto_test_make_clip (DURATION_S, RATE_HZ, 1);
  g_autofree char *sink = NULL;
  g_autoptr (GError) error = NULL;

  fixture->dir = oto_test_make_dir ();
  fixture->path = g_build_filename (fixture->dir, "out.raw", NULL);
  sink = g_strdup_printf ("filesink sync=true location=\"%s\"", fixture->path);
  g_setenv ("OTO_AUDIO_SINK", sink, TRUE);

  fixture->analysis = oto_analyzer_analyze (analyzer, clip, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  fixture->first = oto_analysis_get_ranking (fixture->analysis)[0];
  fixture->view = oto_view_state_new ();
  oto_view_state_set_clip (fixture->view, DURATION_S, 0.032);
  fixture->listening = oto_listening_new (fixture->view);
  oto_listening_set_clip (fixture->listening, clip);
  oto_listening_set_analysis (fixture->listening, fixture->analysis);
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  while (G_OBJECT (fixture->listening)->ref_count > 1)
    g_main_context_iteration (NULL, TRUE);
  g_assert_finalize_object (fixture->listening);
  g_assert_finalize_object (fixture->view);
  g_object_unref (fixture->analysis);
  g_free (fixture->path);
  oto_test_remove_dir (fixture->dir);
}

static gboolean
quit_cb (gpointer user_data)
{
  *(gboolean *) user_data = TRUE;

  return G_SOURCE_REMOVE;
}

static void
spin (guint ms)
{
  gboolean is_over = FALSE;

  g_timeout_add (ms, quit_cb, &is_over);
  while (!is_over)
    g_main_context_iteration (NULL, TRUE);
}

static void
wait_for_stems (Fixture *fixture)
{
  while (oto_listening_get_stem (fixture->listening, NULL) >= 0)
    g_main_context_iteration (NULL, TRUE);
}

static void
fill (Fixture *fixture,
      float   *ret_samples)
{
  OtoMixer *mixer = oto_player_get_mixer (oto_listening_get_player (fixture->listening));
  gint64 n = 0, n_more;

  oto_mixer_seek (mixer, 0);
  while ((n_more = oto_mixer_fill (mixer, N_SAMPLES - n, ret_samples + n, NULL)) > 0)
    if ((n += n_more) == N_SAMPLES)
      break;
  g_assert_cmpint (n, ==, N_SAMPLES);
}

/* The stem of a soloed class is made when it is wanted, and is what is heard. */
static void
test_solo (Fixture       *fixture,
           gconstpointer  data)
{
  OtoMixer *mixer = oto_player_get_mixer (oto_listening_get_player (fixture->listening));
  OtoStrips *strips = oto_listening_get_strips (fixture->listening);
  g_autofree float *mix = g_new (float, N_SAMPLES);
  g_autofree float *heard = g_new (float, N_SAMPLES);
  float *stem;

  g_assert_true (oto_clip_read (oto_analysis_get_clip (fixture->analysis), 0, N_SAMPLES, mix,
                                NULL));
  fill (fixture, heard);
  oto_assert_abs_below (heard, mix, N_SAMPLES, 1e-7);

  g_assert_false (oto_mixer_has_stem (mixer, fixture->first));
  oto_strips_toggle_solo (strips, fixture->first, FALSE);
  g_assert_cmpint (oto_listening_get_stem (fixture->listening, NULL), ==, fixture->first);
  wait_for_stems (fixture);
  stem = oto_stems_render (fixture->analysis, OTO_MASK_LISTENING, fixture->first, NULL, NULL, NULL,
                           NULL);
  fill (fixture, heard);
  oto_assert_abs_below (heard, stem, N_SAMPLES, 1e-5);
  oto_free (stem);

  /* Nothing of the strips is heard of a mix as it is. */
  g_object_set (fixture->listening, "blend", 0.0, NULL);
  fill (fixture, heard);
  oto_assert_abs_below (heard, mix, N_SAMPLES, 1e-5);

  /* Nor where the analysis is gone. */
  g_object_set (fixture->listening, "blend", 1.0, NULL);
  oto_listening_set_analysis (fixture->listening, NULL);
  fill (fixture, heard);
  oto_assert_abs_below (heard, mix, N_SAMPLES, 1e-5);
}

static void
test_prepares (Fixture       *fixture,
               gconstpointer  data)
{
  OtoMixer *mixer = oto_player_get_mixer (oto_listening_get_player (fixture->listening));
  const int *ranking = oto_analysis_get_ranking (fixture->analysis);

  oto_listening_prepare (fixture->listening);
  wait_for_stems (fixture);
  for (int i = 0; i < 3; i++)
    g_assert_true (oto_mixer_has_stem (mixer, ranking[i]));
  g_assert_false (oto_mixer_has_stem (mixer, ranking[3]));
}

/* Paused at the start, then soloed: the solo is heard from the first sample on. The recorded output
 * says so. */
static void
test_no_mix_first (Fixture       *fixture,
                   gconstpointer  data)
{
  OtoPlayer *player = oto_listening_get_player (fixture->listening);
  OtoStrips *strips = oto_listening_get_strips (fixture->listening);
  g_autofree char *out = NULL;
  const float *samples;
  float *stem;
  size_t n_bytes;
  gint64 n;

  oto_listening_prepare (fixture->listening);
  wait_for_stems (fixture);
  oto_player_set_playing (player, TRUE);
  spin (200);
  oto_player_set_playing (player, FALSE);
  oto_player_seek (player, 0);
  spin (100);
  oto_strips_toggle_solo (strips, fixture->first, FALSE);
  spin (100);
  oto_player_set_playing (player, TRUE);
  while (oto_player_is_playing (player))
    g_main_context_iteration (NULL, TRUE);
  oto_listening_set_clip (fixture->listening, NULL);

  /* The sink begins its file anew where the player jumps: it holds the whole clip. */
  g_assert_true (g_file_get_contents (fixture->path, &out, &n_bytes, NULL));
  n = (gint64) (n_bytes / sizeof (float));
  g_assert_cmpint (n, ==, N_SAMPLES);
  samples = (const float *) (gpointer) out;
  stem = oto_stems_render (fixture->analysis, OTO_MASK_LISTENING, fixture->first, NULL, NULL, NULL,
                           NULL);
  oto_assert_abs_below (samples, stem, N_SAMPLES, 1e-5);
  oto_free (stem);
}

#define ADD(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gst_init (NULL, NULL);

  ADD ("/state/listening/solo-is-the-stem", test_solo);
  ADD ("/state/listening/prepares-the-first", test_prepares);
  ADD ("/state/listening/no-mix-before-a-solo", test_no_mix_first);

  return g_test_run ();
}
