/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test.h"

/* What the bundled default model must hear in the demo, on which it was never trained. */
#define MIN_HIT_SHARE      0.8          /* of the events are among the top n of their clip */
#define MIN_LOCATED_SHARE  (2.0 / 3.0)  /* of those stand out in the first-step output … */
#define MIN_CONTRAST       2.0          /* … by this factor, inside the event over outside */

typedef struct
{
  guint n_events;
  guint n_hits;
  guint n_located;
} Tally;

static gboolean
is_among_top (OtoAnalysis *analysis,
              int          class_index,
              guint        n_top)
{
  const int *ranking = oto_analysis_get_ranking (analysis);

  for (guint i = 0; i < n_top; i++)
    if (ranking[i] == class_index)
      return TRUE;
  return FALSE;
}

/* Mean first-step output inside the event over its mean outside. */
static double
measure_contrast (OtoAnalysis    *analysis,
                  const OtoEvent *event,
                  int             class_index)
{
  const gint64 n_frames = oto_analysis_get_n_frames (analysis);
  const float *step1 = oto_analysis_get_step1 (analysis) + class_index * n_frames;
  double inside = 0.0, outside = 0.0;
  guint n_inside = 0, n_outside = 0;

  for (gint64 t = 0; t < n_frames; t++)
    {
      double time_s = (t + 0.5) * oto_analysis_get_hop_s (analysis);

      if (time_s >= event->onset_s && time_s < event->offset_s)
        {
          inside += step1[t];
          n_inside++;
        }
      else
        {
          outside += step1[t];
          n_outside++;
        }
    }
  return (inside / n_inside) / (outside / n_outside);
}

static void
count_events (OtoAnalysis  *analysis,
              OtoEventList *events,
              Tally        *tally)
{
  for (guint i = 0; i < oto_event_list_get_n (events); i++)
    {
      const OtoEvent *event = oto_event_list_get (events, i);
      int class_index = oto_analysis_find_class (analysis, event->label);
      gboolean hit;
      double contrast;

      g_assert_cmpint (class_index, >=, 0);
      hit = is_among_top (analysis, class_index, oto_event_list_get_n (events));
      contrast = measure_contrast (analysis, event, class_index);
      g_test_message ("%s %s: probability %.3f, %s, first-step output × %.1f", event->filename,
                      event->label, oto_analysis_get_clip_prob (analysis)[class_index],
                      hit ? "hit" : "miss", contrast);
      tally->n_events++;
      tally->n_hits += hit;
      tally->n_located += hit && contrast >= MIN_CONTRAST;
    }
}

/* Analyses the demo of @seed with a bundled model. */
static Tally
tally_demo (const char *model,
            guint64     seed)
{
  char *dir = oto_test_make_dir ();
  g_autofree char *labels_path = g_build_filename (dir, "labels.tsv", NULL);
  g_autoptr (OtoLabelFile) labels = NULL;
  g_autoptr (OtoModelSnapshot) snapshot = NULL;
  g_autoptr (OtoAnalyzer) analyzer = NULL;
  g_autoptr (GError) error = NULL;
  Tally tally = { 0 };

  oto_demo_write (dir, seed, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  labels = oto_label_file_load (labels_path, NULL, &error);
  g_assert_no_error (error);
  snapshot = oto_model_snapshot_find (model, &error);
  g_assert_no_error (error);
  analyzer = oto_analyzer_new (snapshot, oto_test_get_engine (1), &error);
  g_assert_no_error (error);

  for (guint c = 0; c < oto_demo_get_n_clips (); c++)
    {
      g_autofree char *name = g_strdup_printf ("demo_%02u.wav", c + 1);
      g_autofree char *path = g_build_filename (dir, name, NULL);
      g_autoptr (OtoClip) clip = oto_audio_file_open (path, &error);
      g_autoptr (OtoEventList) events = oto_label_file_find_events (labels, path);
      g_autoptr (OtoAnalysis) analysis = NULL;

      g_assert_no_error (error);
      analysis = oto_analyzer_analyze (analyzer, clip, NULL, NULL, NULL, &error);
      g_assert_no_error (error);
      count_events (analysis, events, &tally);
    }
  oto_test_remove_dir (dir);
  g_test_message ("%s: %u of %u events among the top, %u of them located",
                  oto_model_snapshot_get_name (snapshot), tally.n_hits, tally.n_events,
                  tally.n_located);
  return tally;
}

static void
test_default_model_hears_the_demo (void)
{
  Tally tally = tally_demo (NULL, OTO_DEMO_SEED);

  g_assert_cmpuint (tally.n_events, >=, 24);
  g_assert_cmpfloat (tally.n_hits, >=, MIN_HIT_SHARE * tally.n_events);
  g_assert_cmpfloat (tally.n_located, >=, MIN_LOCATED_SHARE * tally.n_hits);
}

/* The published form finds the events too, but its first-step output is at no place in particular.
 */
static void
test_published_model_hears_the_demo (void)
{
  Tally tally = tally_demo ("2apae", OTO_DEMO_SEED);

  g_assert_cmpfloat (tally.n_hits, >=, MIN_HIT_SHARE * tally.n_events);
}

static void
test_default_is_local (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (OtoModelSnapshot) snapshot = oto_model_snapshot_find (NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (oto_model_snapshot_get_name (snapshot), ==, "2apae-local");
  g_assert_cmpstr (oto_model_snapshot_get_config (snapshot)->system->name, ==, "2apae-local");
  g_assert_cmpint (oto_model_snapshot_get_config (snapshot)->n_classes, ==, 28);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/analysis/demo/default-is-local", test_default_is_local);
  g_test_add_func ("/analysis/demo/default-model-hears-the-demo",
                   test_default_model_hears_the_demo);
  g_test_add_func ("/analysis/demo/published-model-hears-the-demo",
                   test_published_model_hears_the_demo);
  return g_test_run ();
}
