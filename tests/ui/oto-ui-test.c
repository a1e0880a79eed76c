/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-ui-test.h"

#include "oto-test-model.h"

#include <gst/gst.h>

#define WAIT_S    60
#define N_CLASSES 5

void
oto_ui_test_init (int    *argc,
                  char ***argv)
{
  gtk_test_init (argc, argv, NULL);
  adw_init ();
  gst_init (NULL, NULL);
}

OtoModelSnapshot *
oto_ui_test_make_model (const char *system)
{
  return oto_test_make_snapshot (system, N_CLASSES, 311);
}

/* Registered, not run: the tests turn the main loop themselves. One for all tests of a process, as
 * only running it to its end would release it. */
static OtoApplication *
get_application (void)
{
  static OtoApplication *application;
  g_autoptr (GError) error = NULL;

  if (application == NULL)
    {
      application = oto_application_new ();
      g_application_set_flags (G_APPLICATION (application), G_APPLICATION_NON_UNIQUE);
      g_application_register (G_APPLICATION (application), NULL, &error);
      g_assert_no_error (error);
    }

  return application;
}

void
oto_ui_test_set_up (OtoUiFixture  *fixture,
                    gconstpointer  data)
{
  g_autoptr (OtoModelSnapshot) model = oto_ui_test_make_model ("2apae-local");
  g_autoptr (GError) error = NULL;

  fixture->dir = oto_test_make_dir ();
  fixture->model_path = g_build_filename (fixture->dir, "test.safetensors", NULL);
  oto_model_snapshot_save (model, fixture->model_path, FALSE, &error);
  g_assert_no_error (error);

  fixture->application = get_application ();
  fixture->window = oto_window_new (ADW_APPLICATION (fixture->application), NULL);
  fixture->page = fixture->window->page;
  oto_window_open_model (fixture->window, fixture->model_path);
  gtk_window_present (GTK_WINDOW (fixture->window));
  gtk_test_widget_wait_for_draw (GTK_WIDGET (fixture->window));
}

void
oto_ui_test_tear_down (OtoUiFixture  *fixture,
                       gconstpointer  data)
{
  g_object_add_weak_pointer (G_OBJECT (fixture->window), (gpointer *) &fixture->window);
  gtk_window_destroy (GTK_WINDOW (fixture->window));
  for (int i = 0; i < 100 && fixture->window != NULL; i++)
    oto_ui_test_spin (20);
  g_assert_null (fixture->window);

  oto_test_remove_dir (fixture->dir);
  g_free (fixture->model_path);
}

char *
oto_ui_test_write_clip (OtoUiFixture *fixture,
                        const char   *name,
                        double        duration_s,
                        int           n_channels)
{
  g_autofree char *path = g_build_filename (fixture->dir, name, NULL);
  g_autoptr (OtoClip) clip = oto_test_make_clip (duration_s, 32000, n_channels);
  const gint64 n = oto_clip_get_n_samples (clip);
  g_autofree float *samples = g_new (float, n * n_channels);
  g_autoptr (GError) error = NULL;

  g_assert_true (oto_clip_read (clip, 0, n, samples, NULL));
  oto_audio_file_save (path, OTO_AUDIO_FORMAT_WAV_FLOAT, samples, n, n_channels, 32000, &error);
  g_assert_no_error (error);

  return g_steal_pointer (&path);
}

void
oto_ui_test_open (OtoUiFixture *fixture,
                  const char   *path)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);

  oto_window_open_files (fixture->window, &file, 1);
}

void
oto_ui_test_wait (OtoUiTestFunc is_true,
                  gpointer      data)
{
  const gint64 end_us = g_get_monotonic_time () + WAIT_S * G_USEC_PER_SEC;

  while (!is_true (data))
    {
      g_assert_cmpint (g_get_monotonic_time (), <, end_us);
      oto_ui_test_spin (5);
    }
}

static gboolean
is_settled (gpointer data)
{
  OtoUiFixture *fixture = data;

  return !oto_session_is_busy (fixture->window->session)
         && oto_inspect_page_is_settled (fixture->page);
}

void
oto_ui_test_settle (OtoUiFixture *fixture)
{
  oto_ui_test_wait (is_settled, fixture);
  gtk_test_widget_wait_for_draw (GTK_WIDGET (fixture->window));
}

static gboolean
quit_cb (gpointer user_data)
{
  g_main_loop_quit (user_data);

  return G_SOURCE_REMOVE;
}

void
oto_ui_test_spin (guint ms)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);

  g_timeout_add (ms, quit_cb, loop);
  g_main_loop_run (loop);
}

void
oto_ui_test_activate (OtoUiFixture *fixture,
                      const char   *detailed_name)
{
  g_autofree char *name = NULL;
  g_autoptr (GVariant) target = NULL;

  g_assert_true (g_action_parse_detailed_name (detailed_name, &name, &target, NULL));
  g_assert_true (gtk_widget_activate_action_variant (GTK_WIDGET (fixture->page), name, target));
}

/* GTK tells the test back-end's value only by comparing; it hands out the one that differs. */
char *
oto_ui_test_describe (GtkWidget *widget)
{
  return gtk_test_accessible_check_property (GTK_ACCESSIBLE (widget),
                                             GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, "\001");
}

static GdkTexture *
take_picture (GtkWidget *widget)
{
  GtkWidget *root = GTK_WIDGET (gtk_widget_get_root (widget));
  g_autoptr (GdkPaintable) paintable = gtk_widget_paintable_new (widget);
  const int width = gtk_widget_get_width (widget);
  const int height = gtk_widget_get_height (widget);
  GtkSnapshot *snapshot = gtk_snapshot_new ();
  GskRenderNode *node = NULL;
  GdkTexture *texture = NULL;

  gdk_paintable_snapshot (paintable, snapshot, width, height);
  node = gtk_snapshot_free_to_node (snapshot);
  g_assert_nonnull (node);
  texture = gsk_renderer_render_texture (gtk_native_get_renderer (GTK_NATIVE (root)), node,
                                         &GRAPHENE_RECT_INIT (0, 0, width, height));
  gsk_render_node_unref (node);

  return texture;
}

guint
oto_ui_test_count_colors (GtkWidget *widget)
{
  g_autoptr (GdkTexture) texture = take_picture (widget);
  g_autoptr (GHashTable) colors = g_hash_table_new (NULL, NULL);
  const size_t n = (size_t) gdk_texture_get_width (texture) * gdk_texture_get_height (texture);
  g_autofree guint32 *pixels = g_new (guint32, n);

  gdk_texture_download (texture, (guchar *) pixels, gdk_texture_get_width (texture) * 4);
  for (size_t i = 0; i < n; i++)
    g_hash_table_add (colors, GUINT_TO_POINTER (pixels[i]));

  return g_hash_table_size (colors);
}

void
oto_ui_test_picture (GtkWidget  *widget,
                     const char *name)
{
  const char *dir = g_getenv ("OTO_TEST_PICTURES");
  g_autoptr (GdkTexture) texture = NULL;
  g_autofree char *path = NULL;

  if (dir == NULL)
    return;

  texture = take_picture (widget);
  path = g_strdup_printf ("%s/%s.png", dir, name);
  gdk_texture_save_to_png (texture, path);
}
