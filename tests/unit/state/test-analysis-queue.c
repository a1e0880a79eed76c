/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test.h"
#include "oto-test-model.h"

#include "state/oto-analysis-queue.h"

#define N_CLASSES 3
#define WAIT_S    60

/* A queue and what it told. */
typedef struct
{
  char             *dir;
  OtoAnalysisQueue *queue;
  OtoAnalyzer      *analyzer;
  OtoClipItem      *begun_first;     /* weak */
  OtoClipItem      *ended_first;     /* weak */
} Fixture;

static void
job_changed_cb (OtoAnalysisQueue *queue,
                OtoClipItem      *item,
                OtoAnalyzer      *analyzer,
                int               state,
                OtoAnalysis      *analysis,
                const char       *message,
                Fixture          *fixture)
{
  g_assert_cmpint (analysis != NULL, ==, state == OTO_CLIP_STATE_DONE);
  g_assert_cmpint (message != NULL, ==, state == OTO_CLIP_STATE_FAILED);
  if (state == OTO_CLIP_STATE_RUNNING && fixture->begun_first == NULL)
    fixture->begun_first = item;
  if (state != OTO_CLIP_STATE_QUEUED && state != OTO_CLIP_STATE_RUNNING
      && fixture->ended_first == NULL)
    fixture->ended_first = item;
  oto_clip_item_set_state (item, (OtoClipState) state, message);
  oto_clip_item_set_analysis (item, analysis);
}

static OtoAnalyzer *
analyzer_new (const char *system)
{
  g_autoptr (OtoModelSnapshot) model = oto_test_make_snapshot (system, N_CLASSES, 311);
  g_autoptr (GError) error = NULL;
  OtoAnalyzer *analyzer = oto_analyzer_new (model, oto_test_get_engine (2), &error);

  g_assert_no_error (error);
  return analyzer;
}

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  fixture->dir = oto_test_make_dir ();
  fixture->queue = oto_analysis_queue_new ();
  fixture->analyzer = analyzer_new ("gap");
  g_signal_connect (fixture->queue, "job-changed", G_CALLBACK (job_changed_cb), fixture);
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  g_assert_finalize_object (fixture->queue);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_object_unref (fixture->analyzer);
  oto_test_remove_dir (fixture->dir);
}

static OtoClipItem *
item_new_at (Fixture    *fixture,
             const char *name,
             double      duration_s,
             int         rate_hz)
{
  g_autofree char *path = g_build_filename (fixture->dir, name, NULL);
  g_autoptr (OtoClip) clip = oto_test_make_clip (duration_s, rate_hz, 1);
  const gint64 n = oto_clip_get_n_samples (clip);
  g_autofree float *samples = g_new (float, n);
  g_autoptr (GError) error = NULL;

  g_assert_true (oto_clip_read (clip, 0, n, samples, NULL));
  oto_audio_file_save (path, OTO_AUDIO_FORMAT_WAV_FLOAT, samples, n, 1, rate_hz, &error);
  g_assert_no_error (error);

  return oto_clip_item_new (path);
}

static OtoClipItem *
item_new (Fixture    *fixture,
          const char *name,
          double      duration_s)
{
  return item_new_at (fixture, name, duration_s, 32000);
}

static gboolean
tick_cb (gpointer user_data)
{
  return G_SOURCE_CONTINUE;
}

/* Turns the main loop until the queue has nothing to do. */
static void
wait_for_all (Fixture *fixture)
{
  const gint64 end_us = g_get_monotonic_time () + WAIT_S * G_USEC_PER_SEC;
  const guint id = g_timeout_add (20, tick_cb, NULL);

  while (oto_analysis_queue_get_running (fixture->queue) != NULL)
    {
      g_assert_cmpint (g_get_monotonic_time (), <, end_us);
      g_main_context_iteration (NULL, TRUE);
    }
  g_source_remove (id);
}

/* A model that comes back finds what it heard, the very same. */
static void
test_keeps (Fixture       *fixture,
            gconstpointer  data)
{
  g_autoptr (OtoClipItem) item = item_new (fixture, "a.wav", 1);
  g_autoptr (OtoAnalyzer) other = analyzer_new ("gmp");
  g_autoptr (OtoAnalysis) first = NULL;

  oto_analysis_queue_add (fixture->queue, item, fixture->analyzer);
  wait_for_all (fixture);
  first = g_object_ref (oto_clip_item_get_analysis (item));
  oto_analysis_queue_add (fixture->queue, item, other);
  g_assert_null (oto_clip_item_get_analysis (item));
  wait_for_all (fixture);
  g_assert_true (oto_analysis_get_model (oto_clip_item_get_analysis (item))
                 == oto_analyzer_get_model (other));

  oto_analysis_queue_add (fixture->queue, item, fixture->analyzer);
  g_assert_null (oto_analysis_queue_get_running (fixture->queue));
  g_assert_true (oto_clip_item_get_analysis (item) == first);
}

/* One is stopped while it waits: the others go on. */
static void
test_cancels_one (Fixture       *fixture,
                  gconstpointer  data)
{
  g_autoptr (OtoClipItem) a = item_new (fixture, "a.wav", 1);
  g_autoptr (OtoClipItem) b = item_new (fixture, "b.wav", 1);
  g_autoptr (OtoClipItem) c = item_new (fixture, "c.wav", 1);

  oto_analysis_queue_add (fixture->queue, a, fixture->analyzer);
  oto_analysis_queue_add (fixture->queue, b, fixture->analyzer);
  oto_analysis_queue_add (fixture->queue, c, fixture->analyzer);
  g_assert_true (oto_analysis_queue_cancel (fixture->queue, b));
  g_assert_cmpint (oto_clip_item_get_state (b), ==, OTO_CLIP_STATE_STOPPED);
  g_assert_false (oto_analysis_queue_cancel (fixture->queue, b));
  wait_for_all (fixture);
  g_assert_cmpint (oto_clip_item_get_state (a), ==, OTO_CLIP_STATE_DONE);
  g_assert_cmpint (oto_clip_item_get_state (b), ==, OTO_CLIP_STATE_STOPPED);
  g_assert_cmpint (oto_clip_item_get_state (c), ==, OTO_CLIP_STATE_DONE);
}

/* So they do when it is at work; it can be asked for again before it has noticed. */
static void
test_cancels_running (Fixture       *fixture,
                      gconstpointer  data)
{
  g_autoptr (OtoClipItem) a = item_new (fixture, "a.wav", 60);
  g_autoptr (OtoClipItem) b = item_new (fixture, "b.wav", 1);

  oto_analysis_queue_add (fixture->queue, a, fixture->analyzer);
  oto_analysis_queue_add (fixture->queue, b, fixture->analyzer);
  g_assert_true (oto_analysis_queue_get_running (fixture->queue) == a);
  g_assert_true (oto_analysis_queue_cancel (fixture->queue, a));
  wait_for_all (fixture);
  g_assert_cmpint (oto_clip_item_get_state (a), ==, OTO_CLIP_STATE_STOPPED);
  g_assert_cmpint (oto_clip_item_get_state (b), ==, OTO_CLIP_STATE_DONE);

  oto_analysis_queue_add (fixture->queue, a, fixture->analyzer);
  g_assert_true (oto_analysis_queue_cancel (fixture->queue, a));
  oto_analysis_queue_add (fixture->queue, a, fixture->analyzer);
  wait_for_all (fixture);
  g_assert_cmpint (oto_clip_item_get_state (a), ==, OTO_CLIP_STATE_DONE);
}

/* Whoever is waited for does not wait for a long clip. */
static void
test_prefers (Fixture       *fixture,
              gconstpointer  data)
{
  g_autoptr (OtoClipItem) a = item_new (fixture, "a.wav", 120);
  g_autoptr (OtoClipItem) b = item_new (fixture, "b.wav", 1);
  g_autoptr (OtoClipItem) c = item_new (fixture, "c.wav", 1);

  oto_analysis_queue_add (fixture->queue, a, fixture->analyzer);
  oto_analysis_queue_add (fixture->queue, b, fixture->analyzer);
  oto_analysis_queue_add (fixture->queue, c, fixture->analyzer);
  oto_analysis_queue_prefer (fixture->queue, c);
  g_assert_cmpint (oto_clip_item_get_state (c), ==, OTO_CLIP_STATE_RUNNING);
  g_assert_true (oto_analysis_queue_get_running (fixture->queue) == c);
  wait_for_all (fixture);
  g_assert_true (fixture->begun_first == a);
  g_assert_true (fixture->ended_first == c);
  g_assert_cmpint (oto_clip_item_get_state (b), ==, OTO_CLIP_STATE_DONE);
}

/* A long clip takes nobody's turn, and waits for another. */
static void
test_long (Fixture       *fixture,
           gconstpointer  data)
{
  g_autoptr (OtoClipItem) a = item_new_at (fixture, "a.wav", OTO_ANALYSIS_QUEUE_LONG_S + 1.0, 8000);
  g_autoptr (OtoClipItem) b = item_new_at (fixture, "b.wav", OTO_ANALYSIS_QUEUE_LONG_S + 1.0, 8000);
  g_autoptr (OtoClipItem) c = item_new (fixture, "c.wav", 1);

  oto_analysis_queue_add (fixture->queue, a, fixture->analyzer);
  oto_analysis_queue_add (fixture->queue, b, fixture->analyzer);
  oto_analysis_queue_add (fixture->queue, c, fixture->analyzer);
  while (oto_clip_item_get_state (c) != OTO_CLIP_STATE_DONE)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpint (oto_clip_item_get_state (a), ==, OTO_CLIP_STATE_RUNNING);
  g_assert_cmpint (oto_clip_item_get_state (b), ==, OTO_CLIP_STATE_QUEUED);
  g_assert_nonnull (oto_clip_item_get_clip (b));

  oto_analysis_queue_cancel (fixture->queue, a);
  while (oto_clip_item_get_state (b) != OTO_CLIP_STATE_RUNNING)
    g_main_context_iteration (NULL, TRUE);
  oto_analysis_queue_cancel (fixture->queue, b);
  wait_for_all (fixture);
}

static void
part_analyzed_cb (OtoAnalysisQueue  *queue,
                  OtoClipItem       *item,
                  OtoAnalyzer       *analyzer,
                  OtoAnalysis       *analysis,
                  OtoAnalysis      **ret_analysis)
{
  g_assert_null (*ret_analysis);
  *ret_analysis = g_object_ref (analysis);
}

static void
wait_for_part (OtoAnalysis **part,
               double        start_s,
               double        end_s)
{
  gint64 begin, n;

  while (*part == NULL)
    g_main_context_iteration (NULL, TRUE);
  begin = oto_analysis_get_known_frames (*part, &n);
  g_assert_cmpint (begin, <=, oto_analysis_get_frame_at (*part, start_s));
  g_assert_cmpint (begin + n, >, oto_analysis_get_frame_at (*part, end_s));
  g_assert_cmpint (n, <, 4 * 311);
  g_clear_object (part);
}

/* What somebody looks at is heard, though nobody asked for the whole, and also when the whole is
 * stopped; another range takes its place. */
static void
test_shows_range (Fixture       *fixture,
                  gconstpointer  data)
{
  g_autoptr (OtoClipItem) a = item_new_at (fixture, "a.wav", OTO_ANALYSIS_QUEUE_LONG_S + 1.0, 8000);
  g_autoptr (OtoAnalysis) part = NULL;
  const OtoTimeRange first = { 10.0, 12.0 }, second = { 300.0, 302.0 }, behind = { 700.0, 701.0 };

  g_signal_connect (fixture->queue, "part-analyzed", G_CALLBACK (part_analyzed_cb), &part);
  oto_analysis_queue_add (fixture->queue, a, NULL);
  wait_for_all (fixture);
  oto_analysis_queue_show_range (fixture->queue, a, fixture->analyzer, &first);
  oto_analysis_queue_show_range (fixture->queue, a, fixture->analyzer, &second);
  wait_for_part (&part, 300.0, 302.0);
  g_assert_cmpint (oto_clip_item_get_state (a), ==, OTO_CLIP_STATE_OPEN);

  oto_analysis_queue_add (fixture->queue, a, fixture->analyzer);
  oto_analysis_queue_show_range (fixture->queue, a, fixture->analyzer, &first);
  oto_analysis_queue_cancel (fixture->queue, a);
  wait_for_part (&part, 10.0, 12.0);
  wait_for_all (fixture);
  g_assert_null (part);

  oto_analysis_queue_show_range (fixture->queue, a, fixture->analyzer, &behind);
  oto_analysis_queue_show_range (fixture->queue, a, fixture->analyzer, &first);
  oto_analysis_queue_show_range (fixture->queue, a, fixture->analyzer, NULL);
}

static void
test_fails (Fixture       *fixture,
            gconstpointer  data)
{
  g_autofree char *path = g_build_filename (fixture->dir, "bad.wav", NULL);
  g_autoptr (OtoClipItem) bad = oto_clip_item_new (path);
  g_autoptr (OtoClipItem) good = item_new (fixture, "good.wav", 1);

  g_assert_true (g_file_set_contents (path, "no audio", -1, NULL));
  oto_analysis_queue_add (fixture->queue, bad, fixture->analyzer);
  oto_analysis_queue_add (fixture->queue, good, fixture->analyzer);
  wait_for_all (fixture);
  g_assert_cmpint (oto_clip_item_get_state (bad), ==, OTO_CLIP_STATE_FAILED);
  g_assert_nonnull (strstr (oto_clip_item_get_message (bad), "bad.wav"));
  g_assert_cmpint (oto_clip_item_get_state (good), ==, OTO_CLIP_STATE_DONE);
}

/* Without a model a clip is only opened; while it is held, not even that. */
static void
test_opens (Fixture       *fixture,
            gconstpointer  data)
{
  g_autoptr (OtoClipItem) item = item_new (fixture, "a.wav", 1);

  oto_analysis_queue_set_held (fixture->queue, TRUE);
  oto_analysis_queue_add (fixture->queue, item, NULL);
  g_assert_cmpint (oto_clip_item_get_state (item), ==, OTO_CLIP_STATE_QUEUED);
  g_assert_null (oto_analysis_queue_get_running (fixture->queue));
  oto_analysis_queue_set_held (fixture->queue, FALSE);
  wait_for_all (fixture);
  g_assert_cmpint (oto_clip_item_get_state (item), ==, OTO_CLIP_STATE_OPEN);
  g_assert_nonnull (oto_clip_item_get_clip (item));
}

/* A model that goes takes its clips out of the queue, and leaves what it heard. */
static void
test_retires (Fixture       *fixture,
              gconstpointer  data)
{
  g_autoptr (OtoClipItem) a = item_new (fixture, "a.wav", 1);
  g_autoptr (OtoClipItem) b = item_new (fixture, "b.wav", 60);
  g_autoptr (OtoClipItem) c = item_new (fixture, "c.wav", 1);
  g_autoptr (OtoAnalyzer) other = analyzer_new ("gmp");

  oto_analysis_queue_add (fixture->queue, a, fixture->analyzer);
  wait_for_all (fixture);
  oto_analysis_queue_add (fixture->queue, b, fixture->analyzer);
  oto_analysis_queue_add (fixture->queue, c, fixture->analyzer);
  oto_analysis_queue_retire (fixture->queue, fixture->analyzer);
  oto_analysis_queue_add (fixture->queue, c, other);
  wait_for_all (fixture);
  g_assert_nonnull (oto_analysis_queue_find (fixture->queue, a,
                                             oto_analyzer_get_model (fixture->analyzer)));
  g_assert_null (oto_analysis_queue_find (fixture->queue, b,
                                          oto_analyzer_get_model (fixture->analyzer)));
  g_assert_null (oto_analysis_queue_find (fixture->queue, c,
                                          oto_analyzer_get_model (fixture->analyzer)));
  g_assert_nonnull (oto_analysis_queue_find (fixture->queue, c, oto_analyzer_get_model (other)));
}

/* The result used longest ago goes first. */
static void
test_is_bounded (Fixture       *fixture,
                 gconstpointer  data)
{
  OtoModelSnapshot *model = oto_analyzer_get_model (fixture->analyzer);
  g_autoptr (OtoClipItem) a = item_new (fixture, "a.wav", 1);
  g_autoptr (OtoClipItem) b = item_new (fixture, "b.wav", 1);
  g_autoptr (OtoClipItem) c = item_new (fixture, "c.wav", 1);
  size_t one_bytes;

  oto_analysis_queue_add (fixture->queue, a, fixture->analyzer);
  wait_for_all (fixture);
  one_bytes = (size_t) oto_analysis_get_n_frames (oto_clip_item_get_analysis (a)) * 2
              * (64 + N_CLASSES) * sizeof (float);
  oto_analysis_queue_set_max_bytes (fixture->queue, 2 * one_bytes);
  oto_analysis_queue_add (fixture->queue, b, fixture->analyzer);
  wait_for_all (fixture);
  g_assert_nonnull (oto_analysis_queue_find (fixture->queue, a, model));
  oto_analysis_queue_add (fixture->queue, c, fixture->analyzer);
  wait_for_all (fixture);
  g_assert_nonnull (oto_analysis_queue_find (fixture->queue, a, model));
  g_assert_null (oto_analysis_queue_find (fixture->queue, b, model));
  g_assert_nonnull (oto_analysis_queue_find (fixture->queue, c, model));
  oto_analysis_queue_set_max_bytes (fixture->queue, 0);
  g_assert_null (oto_analysis_queue_find (fixture->queue, c, model));
}

/* A queue that goes while it works stops its work. */
static void
test_goes (Fixture       *fixture,
           gconstpointer  data)
{
  g_autoptr (OtoClipItem) a = item_new (fixture, "a.wav", 60);
  g_autoptr (OtoClipItem) b = item_new (fixture, "b.wav", 1);

  oto_analysis_queue_add (fixture->queue, a, fixture->analyzer);
  oto_analysis_queue_add (fixture->queue, b, fixture->analyzer);
  g_assert_finalize_object (fixture->queue);
  fixture->queue = oto_analysis_queue_new ();
  while (G_OBJECT (a)->ref_count > 1)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpint (oto_clip_item_get_state (a), ==, OTO_CLIP_STATE_RUNNING);
}

#define ADD(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  ADD ("/state/analysis-queue/keeps-by-model", test_keeps);
  ADD ("/state/analysis-queue/cancels-one", test_cancels_one);
  ADD ("/state/analysis-queue/cancels-what-is-at-work", test_cancels_running);
  ADD ("/state/analysis-queue/prefers", test_prefers);
  ADD ("/state/analysis-queue/long-takes-no-turn", test_long);
  ADD ("/state/analysis-queue/shows-range", test_shows_range);
  ADD ("/state/analysis-queue/fails-and-goes-on", test_fails);
  ADD ("/state/analysis-queue/opens-without-a-model", test_opens);
  ADD ("/state/analysis-queue/retires-a-model", test_retires);
  ADD ("/state/analysis-queue/is-bounded", test_is_bounded);
  ADD ("/state/analysis-queue/goes-while-at-work", test_goes);

  return g_test_run ();
}
