/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test.h"

#include "io/oto-draft.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void
save (const char *dir,
      const char *name,
      const char *text)
{
  g_autofree char *path = g_build_filename (dir, name, NULL);
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
  g_autoptr (GError) error = NULL;

  oto_file_save (path, bytes, &error);
  g_assert_no_error (error);
}

static void
assert_contents (const char *dir,
                 const char *name,
                 const char *expected)
{
  g_autofree char *path = g_build_filename (dir, name, NULL);
  g_autofree char *text = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, expected);
}

/* The name is there when all is written, and not before; what was private stays it. */
static void
test_file (void)
{
  char *dir = oto_test_make_dir ();
  g_autofree char *path = g_build_filename (dir, "a.txt", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (OtoDraft) draft = oto_draft_new (path, &error);
  struct stat info;

  g_assert_no_error (error);
  g_assert_true (oto_draft_write (draft, "new", 3, &error));
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
  g_assert_cmpuint (oto_test_count_files (dir), ==, 1);
  g_assert_true (oto_draft_publish (g_steal_pointer (&draft), &error));
  assert_contents (dir, "a.txt", "new");
  g_assert_cmpuint (oto_test_count_files (dir), ==, 1);

  g_assert_cmpint (chmod (path, 0600), ==, 0);
  save (dir, "a.txt", "newer");
  g_assert_cmpint (stat (path, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 0777, ==, 0600);

  draft = oto_draft_new (path, &error);
  g_assert_true (oto_draft_write (draft, "x", 1, &error));
  g_clear_pointer (&draft, oto_draft_free);
  assert_contents (dir, "a.txt", "newer");
  g_assert_cmpuint (oto_test_count_files (dir), ==, 1);
  oto_test_remove_dir (dir);
}

/* The longest names that a file system takes, and one that is cut within a letter. */
static void
test_long_names (void)
{
  char *dir = oto_test_make_dir ();
  g_autofree char *ascii = g_strnfill (255, 'a');
  g_autoptr (GString) letters = g_string_new ("a");

  while (letters->len < 254)
    g_string_append (letters, "ü");
  save (dir, ascii, "1");
  save (dir, letters->str, "2");
  assert_contents (dir, ascii, "1");
  assert_contents (dir, letters->str, "2");
  g_assert_cmpuint (oto_test_count_files (dir), ==, 2);
  oto_test_remove_dir (dir);
}

/* A file that somebody cut while it was written is not whole. */
static void
test_cut (void)
{
  char *dir = oto_test_make_dir ();
  g_autofree char *path = g_build_filename (dir, "a.txt", NULL);
  g_autoptr (OtoDraft) draft = oto_draft_new (path, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_true (oto_draft_write (draft, "abcdef", 6, &error));
  g_assert_cmpint (ftruncate (oto_draft_get_fd (draft), 3), ==, 0);
  g_assert_false (oto_draft_publish (g_steal_pointer (&draft), &error));
  g_assert_error (error, OTO_IO_ERROR, OTO_IO_ERROR_WRITE);
  g_assert_cmpuint (oto_test_count_files (dir), ==, 0);
  oto_test_remove_dir (dir);
}

/* libsndfile writes the header, and all of a short FLAC file, when it closes, and says nothing when
 * that fails. */
static void
test_audio_close (void)
{
  static const OtoAudioFormat formats[] = { OTO_AUDIO_FORMAT_WAV_FLOAT, OTO_AUDIO_FORMAT_WAV_PCM16,
                                            OTO_AUDIO_FORMAT_WAV_PCM24,
                                            OTO_AUDIO_FORMAT_FLAC_PCM16 };
  static const float samples[1000];
  char *dir = oto_test_make_dir ();
  g_autofree char *path = g_build_filename (dir, "a.wav", NULL);

  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    {
      g_autoptr (GError) error = NULL;
      OtoAudioWriter *writer = oto_audio_writer_new (path, formats[i], 8000, 1, &error);
      gboolean done;

      g_assert_no_error (error);
      g_assert_true (oto_audio_writer_write (writer, samples, G_N_ELEMENTS (samples), &error));
      oto_test_set_file_limit (0);
      done = oto_audio_writer_close (writer, &error);
      oto_test_set_file_limit (RLIM_INFINITY);
      g_assert_false (done);
      g_assert_error (error, OTO_IO_ERROR, OTO_IO_ERROR_WRITE);
      g_assert_nonnull (strstr (error->message, g_strerror (EFBIG)));
      g_assert_cmpuint (oto_test_count_files (dir), ==, 0);
    }
  oto_test_remove_dir (dir);
}

/* --- folders ------------------------------------------------------------------------------- */

static void
test_folder (void)
{
  char *dir = oto_test_make_dir ();
  g_autofree char *path = g_build_filename (dir, "some", "where", "set", NULL);
  g_autofree char *parent = g_path_get_dirname (path);
  g_autoptr (GError) error = NULL;
  g_autoptr (OtoDraft) draft = oto_draft_new_folder (path, &error);

  g_assert_no_error (error);
  save (oto_draft_get_path (draft), "a", "1");
  save (oto_draft_get_path (draft), "b", "2");
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
  g_assert_true (oto_draft_publish (g_steal_pointer (&draft), &error));
  assert_contents (path, "a", "1");
  assert_contents (path, "b", "2");
  g_assert_cmpuint (oto_test_count_files (path), ==, 2);
  g_assert_cmpuint (oto_test_count_files (parent), ==, 1);

  /* Into one that is there. */
  draft = oto_draft_new_folder (path, &error);
  g_assert_no_error (error);
  save (oto_draft_get_path (draft), "b", "3");
  save (oto_draft_get_path (draft), "c", "4");
  assert_contents (path, "b", "2");
  g_assert_true (oto_draft_publish (g_steal_pointer (&draft), &error));
  assert_contents (path, "a", "1");
  assert_contents (path, "b", "3");
  assert_contents (path, "c", "4");
  g_assert_cmpuint (oto_test_count_files (path), ==, 3);
  oto_test_remove_dir (dir);
}

/* Either all of the files are there afterwards, or what was there before. */
static void
test_folder_all_or_none (void)
{
  char *dir = oto_test_make_dir ();
  g_autofree char *file = g_build_filename (dir, "a", NULL);
  g_autofree char *blocker = g_build_filename (dir, "c", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (OtoDraft) draft = NULL;

  save (dir, "a", "old a");
  save (dir, "b", "old b");
  draft = oto_draft_new_folder (dir, &error);
  g_assert_no_error (error);
  save (oto_draft_get_path (draft), "a", "new a");
  save (oto_draft_get_path (draft), "b", "new b");
  save (oto_draft_get_path (draft), "c", "new c");
  g_assert_cmpint (g_mkdir (blocker, 0777), ==, 0);
  g_assert_false (oto_draft_publish (g_steal_pointer (&draft), &error));
  g_assert_error (error, OTO_IO_ERROR, OTO_IO_ERROR_WRITE);
  assert_contents (dir, "a", "old a");
  assert_contents (dir, "b", "old b");
  g_assert_cmpuint (oto_test_count_files (dir), ==, 3);
  g_clear_error (&error);

  /* A file is no folder. */
  g_assert_null (oto_draft_new_folder (file, &error));
  g_assert_error (error, OTO_IO_ERROR, OTO_IO_ERROR_WRITE);
  oto_test_remove_dir (dir);
}

/* --- kills --------------------------------------------------------------------------------- */

/* A program that has a file and a folder half written in @dir when it can be killed. */
static pid_t
fork_writer (const char *dir)
{
  g_autofree char *file = g_build_filename (dir, "file", NULL);
  g_autofree char *folder = g_build_filename (dir, "folder", NULL);
  int ready[2];
  char byte;
  pid_t pid;

  g_assert_cmpint (pipe (ready), ==, 0);
  pid = fork ();
  if (pid == 0)
    {
      alarm (20);
      close (STDOUT_FILENO);
      OtoDraft *a = oto_draft_new (file, NULL);
      OtoDraft *b = oto_draft_new_folder (folder, NULL);
      g_autofree char *within = g_build_filename (oto_draft_get_path (b), "x", NULL);
      OtoDraft *c = oto_draft_new (within, NULL);

      if (oto_draft_write (a, "half", 4, NULL) && oto_draft_write (c, "half", 4, NULL)
          && write (ready[1], "x", 1) == 1)
        pause ();
      _exit (1);
    }
  g_assert_cmpint (pid, >, 0);
  close (ready[1]);
  g_assert_cmpint (read (ready[0], &byte, 1), ==, 1);
  close (ready[0]);
  return pid;
}

/* What a killed program left goes with the next that writes there; what a living one writes, or a
 * person has, stays. */
static void
test_killed (void)
{
  char *dead_dir = oto_test_make_dir (), *live_dir = oto_test_make_dir ();
  g_autofree char *mine = g_build_filename (dead_dir, ".mine", NULL);
  pid_t dead = fork_writer (dead_dir), live = fork_writer (live_dir);

  g_assert_true (g_file_set_contents (mine, "mine", -1, NULL));
  g_assert_cmpint (kill (dead, SIGKILL), ==, 0);
  g_assert_cmpint (waitpid (dead, NULL, 0), ==, dead);
  g_assert_cmpuint (oto_test_count_files (dead_dir), ==, 3);
  g_assert_cmpuint (oto_test_count_files (live_dir), ==, 2);
  save (dead_dir, "next", "");
  save (live_dir, "next", "");
  assert_contents (dead_dir, ".mine", "mine");
  g_assert_cmpuint (oto_test_count_files (dead_dir), ==, 2);
  g_assert_cmpuint (oto_test_count_files (live_dir), ==, 3);

  g_assert_cmpint (kill (live, SIGKILL), ==, 0);
  g_assert_cmpint (waitpid (live, NULL, 0), ==, live);
  oto_draft_sweep (live_dir);
  g_assert_cmpuint (oto_test_count_files (live_dir), ==, 1);
  oto_test_remove_dir (dead_dir);
  oto_test_remove_dir (live_dir);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/io/draft/file", test_file);
  g_test_add_func ("/io/draft/long-names", test_long_names);
  g_test_add_func ("/io/draft/cut-is-not-whole", test_cut);
  g_test_add_func ("/io/draft/audio-close-is-checked", test_audio_close);
  g_test_add_func ("/io/draft/folder", test_folder);
  g_test_add_func ("/io/draft/folder-all-or-none", test_folder_all_or_none);
  g_test_add_func ("/io/draft/killed-programs-leave-nothing", test_killed);
  return g_test_run ();
}
