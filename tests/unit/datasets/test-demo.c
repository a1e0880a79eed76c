/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test.h"

#include "audio/oto-synth.h"
#include "datasets/oto-demo.h"

#include <glib/gstdio.h>
#include <math.h>

/* Written once, as it takes a second or two. */
static char *demo_dir = NULL;

static void
cancel_cb (double   fraction,
           gpointer user_data)
{
  g_cancellable_cancel (user_data);
}

static char *
write_demo (guint64 seed)
{
  char *dir = oto_test_make_dir ();
  g_autoptr (GError) error = NULL;

  g_assert_true (oto_demo_write (dir, seed, NULL, NULL, NULL, &error));
  g_assert_no_error (error);
  return dir;
}

/* What is stopped leaves nothing behind: the folder stays as empty as it was. */
static void
test_cancelled (void)
{
  char *dir = oto_test_make_dir ();
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  g_assert_false (oto_demo_write (dir, OTO_DEMO_SEED, cancel_cb, cancellable, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpint (g_rmdir (dir), ==, 0);
  g_free (dir);
}

static OtoEventList *
load_labels (const char *dir)
{
  g_autofree char *path = g_build_filename (dir, "labels.tsv", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (OtoLabelFile) labels = oto_label_file_load (path, NULL, &error);

  g_assert_no_error (error);
  return oto_event_list_ref (oto_label_file_get_events (labels));
}

/* Every clip lasts 10 s and has three events of different classes that do not overlap. */
static void
test_three_events_a_clip (void)
{
  g_autoptr (OtoEventList) labels = load_labels (demo_dir);

  g_assert_cmpuint (oto_demo_get_n_clips (), >=, 8);
  g_assert_cmpuint (oto_event_list_get_n (labels), ==, 3 * oto_demo_get_n_clips ());

  for (guint c = 0; c < oto_demo_get_n_clips (); c++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (OtoClip) clip = NULL;
      g_autofree char *name = g_strdup_printf ("demo_%02u.wav", c + 1);
      g_autofree char *path = g_build_filename (demo_dir, name, NULL);

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
}

static void
test_same_seed_same_bytes (void)
{
  char *same = write_demo (OTO_DEMO_SEED), *other = write_demo (OTO_DEMO_SEED + 1);
  const char *dirs[] = { demo_dir, same, other };
  char *bytes[3];
  size_t lens[3];

  for (guint i = 0; i < 3; i++)
    {
      g_autofree char *path = g_build_filename (dirs[i], "demo_01.wav", NULL);

      g_assert_true (g_file_get_contents (path, &bytes[i], &lens[i], NULL));
    }
  g_assert_cmpmem (bytes[0], lens[0], bytes[1], lens[1]);
  g_assert_true (lens[0] != lens[2] || memcmp (bytes[0], bytes[2], lens[0]) != 0);
  for (guint i = 0; i < 3; i++)
    g_free (bytes[i]);
  oto_test_remove_dir (same);
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
  g_autoptr (GError) error = NULL;
  int status;

  g_test_init (&argc, &argv, NULL);

  demo_dir = oto_test_make_dir ();
  oto_demo_write (demo_dir, OTO_DEMO_SEED, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  g_test_add_func ("/datasets/demo/three-events-a-clip", test_three_events_a_clip);
  g_test_add_func ("/datasets/demo/same-seed-same-bytes", test_same_seed_same_bytes);
  g_test_add_func ("/datasets/demo/cancelled", test_cancelled);
  g_test_add_func ("/datasets/demo/unwritable-folder", test_unwritable_folder);
  status = g_test_run ();
  oto_test_remove_dir (demo_dir);
  return status;
}
