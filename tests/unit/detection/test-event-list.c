/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test.h"

#include <math.h>
#include <string.h>

static OtoEventList *
load_text (const char  *text,
           char       **ret_warnings,
           GError     **error)
{
  char *dir = oto_test_make_dir ();
  g_autofree char *path = g_build_filename (dir, "labels.txt", NULL);
  OtoEventList *list;

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  list = oto_event_list_load (path, ret_warnings, error);
  oto_test_remove_dir (dir);
  return list;
}

static void
assert_event (OtoEventList *list,
              guint         i,
              const char   *filename,
              double        onset_s,
              double        offset_s,
              const char   *label)
{
  const OtoEvent *event = oto_event_list_get (list, i);

  g_assert_cmpstr (event->filename, ==, filename);
  g_assert_cmpstr (event->label, ==, label);
  if (isnan (onset_s))
    g_assert_true (isnan (event->onset_s) && isnan (event->offset_s));
  else
    {
      g_assert_cmpfloat (event->onset_s, ==, onset_s);
      g_assert_cmpfloat (event->offset_s, ==, offset_s);
    }
}

static void
test_load_strong (void)
{
  static const char * const texts[] = {
    "filename\tonset\toffset\tevent_label\na.wav\t0.5\t1.25\tBark\nb.wav\t2\t3\tMeow\n",
    "event_label\tfilename\toffset\tonset\nBark\ta.wav\t1.25\t0.5\nMeow\tb.wav\t3\t2\n",
    "a.wav\t0.5\t1.25\tBark\nb.wav\t2\t3\tMeow\n",
    "filename,onset,offset,event_label\r\na.wav,0.5,1.25,\"Bark\"\r\nb.wav,2,3,Meow\r\n",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *warnings = NULL;
      g_autoptr (OtoEventList) list = load_text (texts[i], &warnings, &error);

      g_assert_no_error (error);
      g_assert_null (warnings);
      g_assert_cmpuint (oto_event_list_get_n (list), ==, 2);
      assert_event (list, 0, "a.wav", 0.5, 1.25, "Bark");
      assert_event (list, 1, "b.wav", 2.0, 3.0, "Meow");
    }
}

static void
test_load_without_file_name (void)
{
  static const char * const texts[] = {
    "onset\toffset\tevent_label\n0.5\t1.25\tBark\n2\t3\tMeow\n",
    "0.5\t1.25\tBark\n2\t3\tMeow\n",
    "0.500000\t1.250000\tBark\n\\\t100.0\t4000.0\n2.0\t3.0\tMeow\n\\\t-1.0\t-1.0\n",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (OtoEventList) list = load_text (texts[i], NULL, &error);

      g_assert_no_error (error);
      g_assert_cmpuint (oto_event_list_get_n (list), ==, 2);
      assert_event (list, 0, NULL, 0.5, 1.25, "Bark");
      assert_event (list, 1, NULL, 2.0, 3.0, "Meow");
    }
}

static void
test_load_weak (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (OtoEventList) list =
    load_text ("filename\tevent_labels\na.wav\tBark, Meow\nempty.wav\t\nb.wav\tGong\n", NULL,
               &error);

  g_assert_no_error (error);
  g_assert_cmpuint (oto_event_list_get_n (list), ==, 3);
  assert_event (list, 0, "a.wav", NAN, NAN, "Bark");
  assert_event (list, 1, "a.wav", NAN, NAN, "Meow");
  assert_event (list, 2, "b.wav", NAN, NAN, "Gong");
}

static void
test_load_lists_malformed_lines (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *warnings = NULL;
  g_autoptr (OtoEventList) list =
    load_text ("filename\tonset\toffset\tevent_label\n"
               "a.wav\t0.5\t1.25\tBark\n"
               "a.wav\tsoon\t1.25\tBark\n"
               "a.wav\t2\t1\tBark\n"
               "a.wav\tnan\t1\tBark\n"
               "a.wav\t2\t3\t\n"
               "b.wav\t\t\t\n", &warnings, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (oto_event_list_get_n (list), ==, 1);
  g_assert_nonnull (warnings);
  g_assert_nonnull (strstr (warnings, "line 3: "));
  g_assert_nonnull (strstr (warnings, "line 4: "));
  g_assert_nonnull (strstr (warnings, "line 5: "));
  g_assert_nonnull (strstr (warnings, "line 6: "));
  g_assert_null (strstr (warnings, "line 7: "));
}

static void
test_load_refuses_other_text (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (load_text ("Dear diary,\ntoday I heard a dog.\n", NULL, &error));
  g_assert_error (error, OTO_IO_ERROR, OTO_IO_ERROR_FORMAT);
}

static void
test_round_trip (void)
{
  char *dir = oto_test_make_dir ();
  g_autofree char *path = g_build_filename (dir, "events.tsv", NULL);
  g_autoptr (OtoEventList) list = oto_event_list_new ();
  g_autoptr (OtoEventList) loaded = NULL;
  g_autoptr (GError) error = NULL;

  oto_event_list_add (list, oto_event_new ("b.wav", "Bark", 1.0 / 3.0, 2.0 / 3.0, 0.5));
  oto_event_list_add (list, oto_event_new ("a.wav", "Meow", 3600.000001, 3601.0, 0.5));
  oto_event_list_add (list, oto_event_new ("a.wav", "Gong", 12.25, 13.5, 0.5));
  oto_event_list_sort (list);
  g_assert_true (oto_event_list_save_tsv (list, path, &error));
  g_assert_no_error (error);
  loaded = oto_event_list_load (path, NULL, &error);
  g_assert_no_error (error);

  g_assert_cmpuint (oto_event_list_get_n (loaded), ==, 3);
  for (guint i = 0; i < 3; i++)
    {
      const OtoEvent *a = oto_event_list_get (list, i);
      const OtoEvent *b = oto_event_list_get (loaded, i);

      g_assert_cmpstr (a->filename, ==, b->filename);
      g_assert_cmpstr (a->label, ==, b->label);
      g_assert_cmpfloat_with_epsilon (a->onset_s, b->onset_s, 5.1e-7);
      g_assert_cmpfloat_with_epsilon (a->offset_s, b->offset_s, 5.1e-7);
    }
  assert_event (loaded, 0, "a.wav", 12.25, 13.5, "Gong");
  oto_test_remove_dir (dir);
}

static void
test_to_text (void)
{
  g_autoptr (OtoEventList) list = oto_event_list_new ();
  g_autofree char *tsv = NULL;
  g_autofree char *csv = NULL;
  g_autofree char *audacity = NULL;

  oto_event_list_add (list, oto_event_new ("a,\tb.wav", "Bark", 0.5, 2.032, NAN));
  tsv = oto_event_list_to_text (list, OTO_EVENT_FORMAT_TSV);
  csv = oto_event_list_to_text (list, OTO_EVENT_FORMAT_CSV);
  audacity = oto_event_list_to_text (list, OTO_EVENT_FORMAT_AUDACITY);

  g_assert_cmpstr (tsv, ==, "filename\tonset\toffset\tevent_label\na, b.wav\t0.500\t2.032\tBark\n");
  g_assert_cmpstr (csv, ==,
                   "filename,onset,offset,event_label\n\"a,\tb.wav\",0.500,2.032,Bark\n");
  g_assert_cmpstr (audacity, ==, "0.500\t2.032\tBark\n");
}

static void
test_weak_round_trip (void)
{
  const char *text = "filename\tevent_labels\na.wav\tBark,Meow\nb.wav\tGong\n";
  g_autoptr (OtoEventList) list = load_text (text, NULL, NULL);
  g_autofree char *tsv = oto_event_list_to_tsv (list);

  g_assert_cmpstr (tsv, ==, text);
}

static void
test_filter (void)
{
  g_autoptr (OtoEventList) list = oto_event_list_new ();
  g_autoptr (OtoEventList) found = NULL;

  oto_event_list_add (list, oto_event_new ("audio/a.wav", "path", 0.0, 1.0, NAN));
  oto_event_list_add (list, oto_event_new ("a", "stem", 0.0, 1.0, NAN));
  oto_event_list_add (list, oto_event_new (NULL, "any", 0.0, 1.0, NAN));
  oto_event_list_add (list, oto_event_new ("a.flac", "other format", 0.0, 1.0, NAN));
  oto_event_list_add (list, oto_event_new ("b.wav", "other clip", 0.0, 1.0, NAN));
  found = oto_event_list_filter (list, "/tmp/a.wav");

  g_assert_cmpuint (oto_event_list_get_n (found), ==, 3);
  g_assert_cmpstr (oto_event_list_get (found, 0)->label, ==, "path");
  g_assert_cmpstr (oto_event_list_get (found, 1)->label, ==, "stem");
  g_assert_cmpstr (oto_event_list_get (found, 2)->label, ==, "any");
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/detection/event-list/load/strong", test_load_strong);
  g_test_add_func ("/detection/event-list/load/without-file-name", test_load_without_file_name);
  g_test_add_func ("/detection/event-list/load/weak", test_load_weak);
  g_test_add_func ("/detection/event-list/load/lists-malformed-lines",
                   test_load_lists_malformed_lines);
  g_test_add_func ("/detection/event-list/load/refuses-other-text", test_load_refuses_other_text);
  g_test_add_func ("/detection/event-list/round-trip", test_round_trip);
  g_test_add_func ("/detection/event-list/to-text", test_to_text);
  g_test_add_func ("/detection/event-list/weak-round-trip", test_weak_round_trip);
  g_test_add_func ("/detection/event-list/filter", test_filter);

  return g_test_run ();
}
