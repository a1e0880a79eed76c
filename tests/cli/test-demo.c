/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-cli-test.h"

static void
test_demo (Cli           *self,
           gconstpointer  user_data)
{
  g_autofree char *labels_path = g_build_filename (self->dir, "demo", "labels.tsv", NULL);
  g_autoptr (OtoLabelFile) file = NULL;
  OtoEventList *labels;

  g_assert_cmpint (cli_run (self, "demo -o demo"), ==, 0);
  file = oto_label_file_load (labels_path, NULL, NULL);
  g_assert_nonnull (file);
  labels = oto_label_file_get_events (file);
  g_assert_cmpuint (oto_event_list_get_n (labels), >=, 24);
  for (guint i = 0; i < oto_event_list_get_n (labels); i++)
    {
      g_autofree char *path = g_build_filename (self->dir, "demo",
                                                oto_event_list_get (labels, i)->filename, NULL);

      g_assert_true (g_file_test (path, G_FILE_TEST_IS_REGULAR));
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  cli_add ("/cli/demo/is-deterministic", test_demo);
  return g_test_run ();
}
