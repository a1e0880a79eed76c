/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test.h"
#include "paint/oto-lane-painter.h"

#include <math.h>

static OtoEventList *
make_events (void)
{
  OtoEventList *events = oto_event_list_new ();

  oto_event_list_add (events, oto_event_new (NULL, "Meow", 4.0, 6.0, NAN));
  oto_event_list_add (events, oto_event_new (NULL, "Bark", 1.0, 5.0, NAN));
  oto_event_list_add (events, oto_event_new (NULL, "Crow", 6.0, 7.0, NAN));
  oto_event_list_add (events, oto_event_new (NULL, "Siren", NAN, NAN, NAN));
  return events;
}

static void
test_rows (void)
{
  g_autoptr (OtoEventList) events = make_events ();
  g_autoptr (OtoEventList) none = oto_event_list_new ();

  /* Bark and Meow overlap; Crow begins where Meow ends. */
  g_assert_cmpuint (oto_lane_painter_count_rows (events), ==, 2);
  g_assert_cmpuint (oto_lane_painter_count_rows (none), ==, 1);
  g_assert_cmpuint (oto_lane_painter_count_rows (NULL), ==, 1);
}

/* The first class goes first, in what order the events come; other classes are left out. */
static void
test_select (void)
{
  const char *labels[] = { "Meow", "Crow", "Bark" };
  g_autoptr (OtoEventList) events = make_events ();
  g_autoptr (OtoEventList) one = oto_lane_painter_select (events, labels, 3, 1);
  g_autoptr (OtoEventList) two = oto_lane_painter_select (events, labels, 3, 2);
  g_autoptr (OtoEventList) crow = oto_lane_painter_select (events, labels + 1, 1, 2);

  g_assert_cmpuint (oto_event_list_get_n (one), ==, 2);
  g_assert_cmpstr (oto_event_list_get (one, 0)->label, ==, "Meow");
  g_assert_cmpstr (oto_event_list_get (one, 1)->label, ==, "Crow");
  g_assert_cmpuint (oto_lane_painter_count_rows (one), ==, 1);
  g_assert_cmpuint (oto_event_list_get_n (two), ==, 3);
  g_assert_cmpuint (oto_lane_painter_count_rows (two), ==, 2);
  g_assert_cmpuint (oto_event_list_get_n (crow), ==, 1);
}

static void
assert_found (OtoEventList *events,
              double        start_s,
              double        end_s,
              double        x,
              double        y,
              const char   *label)
{
  const OtoRect lane = { 100.0, 50.0, 1000.0, 40.0 };
  const OtoEvent *event = oto_lane_painter_find (events, &lane, start_s, end_s, x, y);

  g_assert_cmpstr (event == NULL ? NULL : event->label, ==, label);
}

static void
test_find (void)
{
  g_autoptr (OtoEventList) events = make_events ();

  assert_found (events, 0.0, 10.0, 350.0, 60.0, "Bark");
  assert_found (events, 0.0, 10.0, 550.0, 80.0, "Meow");
  assert_found (events, 0.0, 10.0, 750.0, 60.0, "Crow");
  assert_found (events, 0.0, 10.0, 850.0, 60.0, NULL);
  /* Zoomed in on 6 to 7 s, Crow fills the lane. */
  assert_found (events, 6.0, 7.0, 1050.0, 60.0, "Crow");
}

/* An event is filled in its class's colour, between its ends and nowhere else. */
static void
test_paint (void)
{
  const OtoRect lane = { 20.0, 0.0, 100.0, 20.0 };
  g_autoptr (OtoEventList) events = oto_event_list_new ();
  g_autoptr (OtoClassColors) colors = oto_class_colors_new ();
  cairo_surface_t *image = cairo_image_surface_create (CAIRO_FORMAT_RGB24, 140, 20);
  cairo_t *cr = cairo_create (image);
  OtoPaintStyle style;
  const guint32 *row;

  oto_event_list_add (events, oto_event_new (NULL, "Church_bell", 2.0, 6.0, NAN));
  oto_class_colors_assign (colors, "Church bell");
  oto_paint_style_init (&style, &oto_theme_light, colors, 9.0, 1.0);
  oto_theme_set_source (cr, 0xffffff, 1.0);
  cairo_paint (cr);
  oto_lane_painter_paint (cr, events, NULL, OTO_LANE_EVENTS, NULL, &lane, 20.0, 0.0, 10.0, &style);
  g_assert_cmpint (cairo_status (cr), ==, CAIRO_STATUS_SUCCESS);
  cairo_surface_flush (image);
  /* Below the words. */
  row = (const guint32 *) (cairo_image_surface_get_data (image)
                           + 17 * cairo_image_surface_get_stride (image));
  for (int x = 0; x < 140; x++)
    if (x < 39 || x > 80)
      g_assert_cmphex (row[x] & 0xffffff, ==, 0xffffff);
    else if (x > 44 && x < 76)
      g_assert_cmphex (row[x] & 0xffffff, ==, 0xe69f00);
  cairo_destroy (cr);
  cairo_surface_destroy (image);
}

static void
test_match (void)
{
  g_autoptr (OtoEventList) labels = oto_event_list_new ();
  g_autoptr (OtoEvent) hit = oto_event_new (NULL, "church bell", 1.5, 3.0, NAN);
  g_autoptr (OtoEvent) touching = oto_event_new (NULL, "Church_bell", 2.0, 3.0, NAN);
  g_autoptr (OtoEvent) other_class = oto_event_new (NULL, "Bark", 1.0, 2.0, NAN);

  g_assert_false (oto_lane_painter_is_matched (hit, labels));
  oto_event_list_add (labels, oto_event_new (NULL, "Church_bell", 1.0, 2.0, NAN));
  oto_event_list_add (labels, oto_event_new (NULL, "Bark", NAN, NAN, NAN));
  g_assert_true (oto_lane_painter_is_matched (hit, labels));
  g_assert_false (oto_lane_painter_is_matched (touching, labels));
  g_assert_false (oto_lane_painter_is_matched (other_class, labels));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/paint/lane-painter/rows", test_rows);
  g_test_add_func ("/paint/lane-painter/select", test_select);
  g_test_add_func ("/paint/lane-painter/find", test_find);
  g_test_add_func ("/paint/lane-painter/paint", test_paint);
  g_test_add_func ("/paint/lane-painter/match", test_match);
  return g_test_run ();
}
