/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test-model.h"

#include "state/oto-view-state.h"

#include <math.h>

#define DURATION_S 10.0
#define HOP_S      0.032

static void
count_cb (guint *n)
{
  (*n)++;
}

static OtoViewState *
state_new (void)
{
  OtoViewState *state = oto_view_state_new ();

  oto_view_state_set_clip (state, DURATION_S, HOP_S);
  return state;
}

static void
test_nothing (void)
{
  OtoViewState *state = oto_view_state_new ();

  g_assert_false (oto_view_state_has_clip (state));
  g_assert_true (isnan (oto_view_state_get_time_s (state)));
  g_assert_true (isnan (oto_view_state_get_height (state)));
  g_assert_cmpint (oto_view_state_get_read_class (state), ==, OTO_VIEW_ANY_CLASS);
  g_assert_cmpint (oto_view_state_get_focus_class (state), ==, OTO_VIEW_BACKGROUND);

  /* Without a clip there is nowhere to go. */
  oto_view_state_move_to (state, 1.0);
  oto_view_state_move_frames (state, 3);
  oto_view_state_move_screens (state, 1);
  oto_view_state_move_bins (state, 1, 64);
  oto_view_state_zoom (state, 2.0);
  g_assert_true (isnan (oto_view_state_get_time_s (state)));
  g_assert_finalize_object (state);
}

static void
test_moves (void)
{
  OtoViewState *state = state_new ();
  OtoTimeScale *scale = oto_view_state_get_scale (state);

  /* The first step comes in at the left edge. */
  oto_view_state_move_frames (state, 1);
  g_assert_cmpfloat_with_epsilon (oto_view_state_get_time_s (state), HOP_S, 1e-12);
  oto_view_state_move_frames (state, -5);
  g_assert_cmpfloat (oto_view_state_get_time_s (state), ==, 0.0);
  oto_view_state_move_by (state, 1.5);
  g_assert_cmpfloat_with_epsilon (oto_view_state_get_time_s (state), 1.5, 1e-12);
  oto_view_state_move_to (state, INFINITY);
  g_assert_cmpfloat (oto_view_state_get_time_s (state), ==, DURATION_S);
  oto_view_state_move_to (state, NAN);
  g_assert_cmpfloat (oto_view_state_get_time_s (state), ==, DURATION_S);

  /* The view goes where the cursor goes. */
  oto_time_scale_set_range (scale, 0.0, 2.0);
  oto_view_state_move_to (state, 5.0);
  g_assert_cmpfloat (oto_time_scale_get_start_s (scale), <=, 5.0);
  g_assert_cmpfloat (oto_time_scale_get_end_s (scale), >=, 5.0);
  g_assert_cmpfloat_with_epsilon (oto_time_scale_get_span_s (scale), 2.0, 1e-9);

  oto_time_scale_set_range (scale, 4.0, 6.0);
  oto_view_state_move_screens (state, 1);
  g_assert_cmpfloat_with_epsilon (oto_view_state_get_time_s (state), 7.0, 1e-9);
  g_assert_cmpfloat_with_epsilon (oto_time_scale_get_start_s (scale), 6.0, 1e-9);
  g_assert_finalize_object (state);
}

static void
test_bins (void)
{
  OtoViewState *state = state_new ();

  oto_view_state_move_bins (state, 1, 64);
  g_assert_cmpfloat_with_epsilon (oto_view_state_get_height (state), 0.5 / 64.0, 1e-12);
  oto_view_state_move_bins (state, 1, 64);
  g_assert_cmpfloat_with_epsilon (oto_view_state_get_height (state), 1.5 / 64.0, 1e-12);
  oto_view_state_move_bins (state, 100, 64);
  g_assert_cmpfloat_with_epsilon (oto_view_state_get_height (state), 63.5 / 64.0, 1e-12);
  oto_view_state_move_bins (state, -100, 64);
  g_assert_cmpfloat_with_epsilon (oto_view_state_get_height (state), 0.5 / 64.0, 1e-12);
  g_assert_cmpfloat (oto_view_state_get_time_s (state), ==, 0.0);
  g_assert_finalize_object (state);
}

/* What is pointed at decides: a row of classes has no frequency, whatever was pointed at before. */
static void
test_points (void)
{
  OtoViewState *state = state_new ();
  guint n = 0;

  g_signal_connect_swapped (state, "cursor-changed", G_CALLBACK (count_cb), &n);
  oto_view_state_point (state, 1.0, 0.25, OTO_VIEW_ANY_CLASS);
  g_assert_cmpuint (n, ==, 1);
  oto_view_state_point (state, 1.0, 0.25, OTO_VIEW_ANY_CLASS);
  g_assert_cmpuint (n, ==, 1);
  oto_view_state_point (state, 2.0, NAN, 3);
  g_assert_cmpuint (n, ==, 2);
  g_assert_true (isnan (oto_view_state_get_height (state)));
  g_assert_cmpint (oto_view_state_get_read_class (state), ==, 3);
  oto_view_state_point (state, 2.0, NAN, 3);
  g_assert_cmpuint (n, ==, 2);

  /* Keys move it along the time axis and leave it with its class. */
  oto_view_state_move_by (state, 0.5);
  g_assert_cmpuint (n, ==, 3);
  g_assert_cmpint (oto_view_state_get_read_class (state), ==, 3);
  g_assert_finalize_object (state);
}

static void
take_time (OtoViewState *state,
           double        time_s,
           double       *ret_time_s)
{
  *ret_time_s = time_s;
}

/* Whoever plays is told where to go on, once, inside the clip. */
static void
test_seeks (void)
{
  OtoViewState *state = state_new ();
  double told_s = NAN;

  g_signal_connect (state, "seek", G_CALLBACK (take_time), &told_s);
  oto_view_state_seek (state, 3.5);
  g_assert_cmpfloat (told_s, ==, 3.5);
  g_assert_cmpfloat (oto_view_state_get_playhead_s (state), ==, 3.5);
  oto_view_state_seek (state, -1.0);
  g_assert_cmpfloat (told_s, ==, 0.0);
  oto_view_state_seek (state, 1e9);
  g_assert_cmpfloat (told_s, ==, 10.0);
  oto_view_state_seek (state, NAN);
  g_assert_cmpfloat (told_s, ==, 10.0);
  g_assert_finalize_object (state);
}

/* A selection stays inside the clip; one without extent is none; what is told is told once. */
static void
test_selects (void)
{
  OtoViewState *state = state_new ();
  OtoSelection selection = { 8.0, 2.0, 0.0, 1.0 };
  guint n = 0;

  g_signal_connect_swapped (state, "selection-changed", G_CALLBACK (count_cb), &n);
  g_assert_false (oto_view_state_get_selection (state, &selection));
  oto_view_state_set_selection (state, &selection);
  oto_view_state_set_selection (state, &selection);
  g_assert_cmpuint (n, ==, 1);
  g_assert_true (oto_view_state_get_selection (state, &selection));
  g_assert_cmpfloat (selection.start_s, ==, 2.0);
  g_assert_cmpfloat (selection.end_s, ==, 8.0);

  oto_view_state_move_to (state, 5.0);
  oto_view_state_select_edge (state, TRUE);
  oto_view_state_get_selection (state, &selection);
  g_assert_cmpfloat (selection.end_s, ==, 5.0);
  oto_view_state_move_to (state, 6.0);
  oto_view_state_select_edge (state, FALSE);
  oto_view_state_get_selection (state, &selection);
  g_assert_cmpfloat (selection.start_s, ==, 6.0);
  g_assert_cmpfloat (selection.end_s, ==, 10.0);

  oto_view_state_zoom_to_selection (state);
  g_assert_cmpfloat (oto_time_scale_get_start_s (oto_view_state_get_scale (state)), ==, 6.0);
  oto_view_state_select_all (state);
  oto_view_state_get_selection (state, &selection);
  g_assert_cmpfloat (selection.start_s, ==, 0.0);
  g_assert_cmpfloat (selection.end_s, ==, 10.0);
  selection.end_s = 0.0;
  oto_view_state_set_selection (state, &selection);
  g_assert_false (oto_view_state_get_selection (state, NULL));

  /* Of another clip nothing is selected. */
  oto_view_state_select_all (state);
  oto_view_state_set_clip (state, 0.0, 0.0);
  g_assert_false (oto_view_state_get_selection (state, NULL));
  g_assert_finalize_object (state);
}

/* Shift and the cursor keys take the edge at the cursor along, to and fro. */
static void
test_extends (void)
{
  OtoViewState *state = state_new ();
  OtoSelection selection;

  oto_view_state_move_to (state, 5.0);
  oto_view_state_extend_frames (state, 2);
  oto_view_state_extend_frames (state, 1);
  g_assert_true (oto_view_state_get_selection (state, &selection));
  g_assert_cmpfloat (selection.start_s, ==, 5.0);
  g_assert_cmpfloat (selection.end_s, ==, oto_view_state_get_time_s (state));
  oto_view_state_extend_frames (state, -3);
  oto_view_state_extend_frames (state, -3);
  if (oto_view_state_get_selection (state, &selection))
    g_assert_cmpfloat (selection.start_s, ==, oto_view_state_get_time_s (state));
  g_assert_finalize_object (state);
}

/* Edges are those of frames as they are drawn. */
static void
test_snaps (void)
{
  OtoViewState *state = oto_view_state_new ();

  g_assert_cmpfloat (oto_view_state_snap_s (state, 1.234), ==, 1.234);
  oto_view_state_set_clip (state, 10.0, 0.1);
  oto_view_state_set_begin_s (state, 0.05);
  g_assert_cmpfloat_with_epsilon (oto_view_state_snap_s (state, 1.234), 1.25, 1e-9);
  g_assert_cmpfloat_with_epsilon (oto_view_state_snap_s (state, -3.0), 0.0, 1e-9);
  g_assert_cmpfloat_with_epsilon (oto_view_state_snap_s (state, 30.0), 10.0, 1e-9);
  g_assert_finalize_object (state);
}

static void
test_mel_zoom (void)
{
  OtoViewState *state = state_new ();
  OtoSelection box = { 1.0, 2.0, 0.5, 0.75 };
  double low, high;
  guint n = 0;

  g_signal_connect_swapped (state, "mel-changed", G_CALLBACK (count_cb), &n);
  g_assert_false (oto_view_state_get_mel_range (state, NULL, NULL));
  oto_view_state_zoom_mel (state, 0.25, 2.0);
  g_assert_true (oto_view_state_get_mel_range (state, &low, &high));
  /* The place keeps its place. */
  g_assert_cmpfloat_with_epsilon ((0.25 - low) / (high - low), 0.25, 1e-9);
  g_assert_cmpfloat_with_epsilon (high - low, 0.5, 1e-9);
  oto_view_state_pan_mel (state, 100.0);
  oto_view_state_get_mel_range (state, &low, &high);
  g_assert_cmpfloat_with_epsilon (low, 0.5, 1e-9);
  g_assert_cmpfloat_with_epsilon (high, 1.0, 1e-9);
  oto_view_state_zoom_mel (state, NAN, 1e9);
  oto_view_state_get_mel_range (state, &low, &high);
  g_assert_cmpfloat (high - low, >, 0.01);
  g_assert_cmpuint (n, ==, 3);
  oto_view_state_zoom_mel (state, NAN, 1e-9);
  g_assert_false (oto_view_state_get_mel_range (state, NULL, NULL));

  oto_view_state_set_selection (state, &box);
  oto_view_state_zoom_to_selection (state);
  oto_view_state_get_mel_range (state, &low, &high);
  g_assert_cmpfloat_with_epsilon (low, 0.5, 1e-9);
  g_assert_cmpfloat_with_epsilon (high, 0.75, 1e-9);
  oto_view_state_fit (state);
  g_assert_false (oto_view_state_get_mel_range (state, NULL, NULL));
  g_assert_finalize_object (state);
}

static void
test_zooms (void)
{
  OtoViewState *state = state_new ();
  OtoTimeScale *scale = oto_view_state_get_scale (state);

  oto_view_state_move_to (state, 2.5);
  oto_view_state_zoom (state, 2.0);
  g_assert_cmpfloat_with_epsilon (oto_time_scale_get_span_s (scale), 5.0, 1e-9);
  g_assert_cmpfloat_with_epsilon (oto_time_scale_x_from_s (scale, 2.5, 100.0), 25.0, 1e-6);

  /* About the middle, where the cursor cannot be seen. */
  oto_time_scale_set_range (scale, 5.0, 9.0);
  oto_view_state_zoom (state, 2.0);
  g_assert_cmpfloat_with_epsilon (oto_time_scale_get_start_s (scale), 6.0, 1e-9);
  g_assert_cmpfloat_with_epsilon (oto_time_scale_get_end_s (scale), 8.0, 1e-9);
  g_assert_finalize_object (state);
}

static void
test_clips (void)
{
  OtoViewState *state = state_new ();
  OtoTimeScale *scale = oto_view_state_get_scale (state);

  /* The same clip under another model keeps its view. */
  oto_time_scale_set_range (scale, 2.0, 4.0);
  oto_view_state_set_clip (state, DURATION_S, HOP_S / 2.0);
  g_assert_cmpfloat (oto_time_scale_get_start_s (scale), ==, 2.0);

  /* Another one does not, and no clip has neither cursor nor playhead. */
  oto_view_state_move_to (state, 3.0);
  oto_view_state_set_playhead_s (state, 3.0);
  oto_view_state_set_clip (state, 0.0, 0.0);
  g_assert_true (isnan (oto_view_state_get_time_s (state)));
  g_assert_cmpfloat (oto_view_state_get_playhead_s (state), ==, 0.0);
  oto_view_state_set_clip (state, 0.01, HOP_S);
  g_assert_cmpfloat (oto_time_scale_get_start_s (scale), ==, 0.0);
  g_assert_cmpfloat (oto_time_scale_get_end_s (scale), ==, 0.01);
  g_assert_finalize_object (state);
}

static void
test_plays_on (void)
{
  OtoViewState *state = state_new ();
  OtoTimeScale *scale = oto_view_state_get_scale (state);

  oto_time_scale_set_range (scale, 0.0, 2.0);
  oto_view_state_play_on (state, 1.99);
  g_assert_cmpfloat (oto_time_scale_get_start_s (scale), ==, 0.0);
  oto_view_state_play_on (state, 2.01);
  g_assert_cmpfloat_with_epsilon (oto_time_scale_get_start_s (scale), 2.0, 1e-9);

  /* Somebody looks elsewhere while it plays. */
  oto_time_scale_set_range (scale, 6.0, 8.0);
  oto_view_state_play_on (state, 2.05);
  g_assert_cmpfloat_with_epsilon (oto_time_scale_get_start_s (scale), 6.0, 1e-9);
  g_assert_finalize_object (state);
}

/* Two states can be linked, property by property. */
static void
test_binds (void)
{
  OtoViewState *a = state_new ();
  OtoViewState *b = state_new ();
  guint n = 0;

  g_object_bind_property (a, "threshold", b, "threshold", G_BINDING_BIDIRECTIONAL);
  g_object_bind_property (a, "clip-threshold", b, "clip-threshold", G_BINDING_BIDIRECTIONAL);
  g_object_bind_property (a, "focus-class", b, "focus-class", G_BINDING_BIDIRECTIONAL);
  g_object_bind_property (a, "playhead-s", b, "playhead-s", G_BINDING_BIDIRECTIONAL);
  g_object_bind_property (a, "is-looping", b, "is-looping", G_BINDING_BIDIRECTIONAL);
  g_signal_connect_swapped (b, "notify::threshold", G_CALLBACK (count_cb), &n);

  oto_view_state_set_threshold (a, 0.625);
  g_assert_cmpfloat (oto_view_state_get_threshold (b), ==, 0.625);
  g_assert_cmpfloat (oto_view_state_get_clip_threshold (b), !=, 0.625);
  oto_view_state_set_threshold (a, 0.625);
  g_assert_cmpuint (n, ==, 1);
  oto_view_state_set_clip_threshold (b, 2.0);
  g_assert_cmpfloat (oto_view_state_get_clip_threshold (a), ==, 1.0);
  g_assert_cmpfloat (oto_view_state_get_threshold (a), ==, 0.625);
  oto_view_state_set_threshold (a, NAN);
  g_assert_cmpfloat (oto_view_state_get_threshold (a), ==, 0.625);
  oto_view_state_set_focus_class (a, 4);
  g_assert_cmpint (oto_view_state_get_focus_class (b), ==, 4);
  oto_view_state_set_playhead_s (b, 1.25);
  g_assert_cmpfloat (oto_view_state_get_playhead_s (a), ==, 1.25);
  oto_view_state_set_looping (a, TRUE);
  g_assert_true (oto_view_state_is_looping (b));
  g_assert_finalize_object (a);
  g_assert_finalize_object (b);
}

/* Thresholds that nobody moved leave each class what the model's file says. */
static void
test_binarizers (void)
{
  g_autoptr (OtoViewState) view = oto_view_state_new ();
  g_autoptr (OtoModelSnapshot) model = oto_test_make_snapshot ("gap", 2, 16);
  g_autoptr (OtoModelSnapshot) tuned = NULL;
  g_autoptr (OtoTuning) tuning = oto_tuning_new (2);
  OtoBinarizer *binarizers;

  tuning->classes[1].high = 0.7;
  tuning->classes[1].low = 0.6;
  tuned = oto_model_snapshot_with_tuning (model, tuning);
  binarizers = oto_view_state_dup_binarizers (view, tuned);
  g_assert_cmpfloat (binarizers[0].high, ==, oto_binarizer_default.high);
  g_assert_cmpfloat (binarizers[1].high, ==, 0.7);
  g_assert_true (binarizers[1].is_centred);
  g_free (binarizers);

  oto_view_state_set_threshold (view, 0.5);
  oto_view_state_set_clip_threshold (view, 0.3);
  binarizers = oto_view_state_dup_binarizers (view, tuned);
  g_assert_cmpfloat (binarizers[0].high, ==, 0.5);
  g_assert_cmpfloat (binarizers[1].high, ==, 0.5);
  g_assert_cmpfloat (binarizers[1].low, ==, 0.5);
  g_assert_cmpfloat (binarizers[1].clip_threshold, ==, 0.3);
  g_free (binarizers);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/state/view-state/events-are-the-models", test_binarizers);
  g_test_add_func ("/state/view-state/begins-with-nothing", test_nothing);
  g_test_add_func ("/state/view-state/moves-along-time", test_moves);
  g_test_add_func ("/state/view-state/moves-along-bins", test_bins);
  g_test_add_func ("/state/view-state/points", test_points);
  g_test_add_func ("/state/view-state/seeks", test_seeks);
  g_test_add_func ("/state/view-state/selects", test_selects);
  g_test_add_func ("/state/view-state/extends", test_extends);
  g_test_add_func ("/state/view-state/snaps", test_snaps);
  g_test_add_func ("/state/view-state/zooms-frequency", test_mel_zoom);
  g_test_add_func ("/state/view-state/zooms", test_zooms);
  g_test_add_func ("/state/view-state/takes-clips", test_clips);
  g_test_add_func ("/state/view-state/plays-on", test_plays_on);
  g_test_add_func ("/state/view-state/binds", test_binds);

  return g_test_run ();
}
