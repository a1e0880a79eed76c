/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test.h"

#include "audio/oto-synth.h"
#include "datasets/oto-demo.h"

#include <math.h>

static void
write_demo (const char *dir,
            guint64     seed)
{
  g_autoptr (GError) error = NULL;

  oto_demo_write (dir, seed, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
}

static OtoEventList *
load_labels (const char *dir)
{
  g_autofree char *path = g_build_filename (dir, "labels.tsv", NULL);
  g_autoptr (GError) error = NULL;
  OtoEventList *labels = oto_event_list_load (path, NULL, &error);

  g_assert_no_error (error);
  return labels;
}

/* Every clip lasts 10 s and has three events of different classes that do not overlap. */
static void
test_three_events_a_clip (void)
{
  char *dir = oto_test_make_dir ();
  g_autoptr (OtoEventList) labels = NULL;

  write_demo (dir, OTO_DEMO_SEED);
  labels = load_labels (dir);
  g_assert_cmpuint (oto_demo_get_n_clips (), >=, 8);
  g_assert_cmpuint (oto_event_list_get_n (labels), ==, 3 * oto_demo_get_n_clips ());

  for (guint c = 0; c < oto_demo_get_n_clips (); c++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (OtoClip) clip = NULL;
      g_autofree char *name = g_strdup_printf ("demo_%02u.wav", c + 1);
      g_autofree char *path = g_build_filename (dir, name, NULL);

      clip = oto_audio_file_open (path, &error);
      g_assert_no_error (error);
      g_assert_cmpfloat (oto_clip_get_duration_s (clip), ==, 10.0);
      for (guint e = 0; e < 3; e++)
        {
          const OtoEvent *event = oto_event_list_get (labels, 3 * c + e);

          g_assert_cmpstr (event->filename, ==, name);
          g_assert_true (oto_synth_has_class (event->label));
          g_assert_cmpfloat (event->offset_s - event->onset_s, <=, 2.0 + 1e-3);
          g_assert_cmpfloat (event->offset_s, <=, 10.0);
          if (e > 0)
            {
              const OtoEvent *before = oto_event_list_get (labels, 3 * c + e - 1);

              g_assert_cmpfloat (event->onset_s, >, before->offset_s);
              g_assert_cmpstr (event->label, !=, before->label);
            }
        }
    }
  oto_test_remove_dir (dir);
}

static void
test_same_seed_same_bytes (void)
{
  char *first = oto_test_make_dir (), *again = oto_test_make_dir (), *other = oto_test_make_dir ();
  static const char * const names[] = { "demo_01.wav", "demo_07.wav", "labels.tsv" };

  write_demo (first, 5);
  write_demo (again, 5);
  write_demo (other, 6);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path1 = g_build_filename (first, names[i], NULL);
      g_autofree char *path2 = g_build_filename (again, names[i], NULL);
      g_autofree char *path3 = g_build_filename (other, names[i], NULL);
      g_autofree char *bytes1 = NULL, *bytes2 = NULL, *bytes3 = NULL;
      gsize len1, len2, len3;

      g_assert_true (g_file_get_contents (path1, &bytes1, &len1, NULL));
      g_assert_true (g_file_get_contents (path2, &bytes2, &len2, NULL));
      g_assert_true (g_file_get_contents (path3, &bytes3, &len3, NULL));
      g_assert_cmpmem (bytes1, len1, bytes2, len2);
      g_assert_true (len1 != len3 || memcmp (bytes1, bytes3, len1) != 0);
    }
  oto_test_remove_dir (first);
  oto_test_remove_dir (again);
  oto_test_remove_dir (other);
}

static void
test_unwritable_folder (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (oto_demo_write ("/proc/otoscope-demo", 1, NULL, NULL, NULL, &error));
  g_assert_error (error, OTO_IO_ERROR, OTO_IO_ERROR_WRITE);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/datasets/demo/three-events-a-clip", test_three_events_a_clip);
  g_test_add_func ("/datasets/demo/same-seed-same-bytes", test_same_seed_same_bytes);
  g_test_add_func ("/datasets/demo/unwritable-folder", test_unwritable_folder);
  return g_test_run ();
}
