/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test.h"

#include <math.h>

static void
test_sort (void)
{
  g_autoptr (OtoEventList) list = oto_event_list_new ();
  static const char * const expected[] = { "weak", "first", "a", "b", "other file" };

  oto_event_list_add (list, oto_event_new ("b.wav", "other file", 0.0, 1.0, NAN));
  oto_event_list_add (list, oto_event_new ("a.wav", "b", 2.0, 3.0, NAN));
  oto_event_list_add (list, oto_event_new ("a.wav", "a", 2.0, 3.0, NAN));
  oto_event_list_add (list, oto_event_new ("a.wav", "first", 1.0, 3.0, NAN));
  oto_event_list_add (list, oto_event_new ("a.wav", "weak", NAN, NAN, NAN));
  oto_event_list_sort (list);
  for (guint i = 0; i < G_N_ELEMENTS (expected); i++)
    g_assert_cmpstr (oto_event_list_get (list, i)->label, ==, expected[i]);
}

static void
test_is_behind (void)
{
  g_autoptr (OtoEventList) list = oto_event_list_new ();

  g_assert_false (oto_event_list_is_behind (list, 10.0));
  oto_event_list_add (list, oto_event_new (NULL, "weak", NAN, NAN, NAN));
  g_assert_false (oto_event_list_is_behind (list, 10.0));
  oto_event_list_add (list, oto_event_new (NULL, "milliseconds", 1000.0, 3000.0, NAN));
  g_assert_true (oto_event_list_is_behind (list, 10.0));
  g_assert_true (oto_event_list_is_behind (list, 1000.0));
  oto_event_list_add (list, oto_event_new (NULL, "seconds", 9.0, 3000.0, NAN));
  g_assert_false (oto_event_list_is_behind (list, 10.0));
}

static void
test_copy (void)
{
  g_autoptr (OtoEvent) event = oto_event_new ("a.wav", "Bark", 0.5, 1.0, 0.25);
  g_autoptr (OtoEvent) copy = NULL;

  g_assert_true (isnan (event->low_hz) && isnan (event->high_hz));
  event->low_hz = 100.0;
  event->high_hz = 200.0;
  event->fields = g_strsplit ("x,y", ",", -1);
  copy = oto_event_copy (event);
  g_assert_cmpfloat (copy->low_hz, ==, 100.0);
  g_assert_cmpfloat (copy->high_hz, ==, 200.0);
  g_assert_cmpfloat (copy->score, ==, 0.25);
  g_assert_true (copy->fields != event->fields);
  g_assert_cmpstr (copy->fields[1], ==, "y");
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/detection/event-list/sort", test_sort);
  g_test_add_func ("/detection/event-list/is-behind", test_is_behind);
  g_test_add_func ("/detection/event-list/copy", test_copy);

  return g_test_run ();
}
