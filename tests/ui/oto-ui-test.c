/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-ui-test.h"

#include "oto-test-model.h"

#include <gdk/x11/gdkx.h>
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

GtkWidget *
oto_ui_test_get_plot (OtoUiFixture *fixture,
                      const char   *name)
{
  GtkWidget *plot = oto_panel_stack_get_plot (fixture->page->stack, name);

  g_assert_nonnull (plot);

  return plot;
}

OtoPanelData *
oto_ui_test_get_data (OtoUiFixture *fixture,
                      const char   *name)
{
  return oto_panel_view_get_data (OTO_PANEL_VIEW (oto_ui_test_get_plot (fixture, name)));
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

/* --- keys and buttons --- */

static void
run_xdotool (const char * const *arguments)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) argv = NULL;
  g_autoptr (GError) error = NULL;
  int status = 0;

  g_strv_builder_add (builder, "xdotool");
  g_strv_builder_addv (builder, (const char **) arguments);
  argv = g_strv_builder_end (builder);
  g_spawn_sync (NULL, argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, &status, &error);
  g_assert_no_error (error);
  g_assert_cmpint (status, ==, 0);
  /* The server has sent the events; here they are read. */
  for (int i = 0; i < 3; i++)
    oto_ui_test_spin (20);
}

static char *
dup_xid (GtkWidget *widget)
{
  GdkSurface *surface = gtk_native_get_surface (gtk_widget_get_native (widget));

  return g_strdup_printf ("%lu", (gulong) gdk_x11_surface_get_xid (surface));
}

gboolean
oto_ui_test_has_input (OtoUiFixture *fixture)
{
  g_autofree char *program = g_find_program_in_path ("xdotool");
  g_autofree char *xid = dup_xid (GTK_WIDGET (fixture->window));

  if (program == NULL)
    {
      g_test_skip ("xdotool is missing");

      return FALSE;
    }

  /* There is no window manager to give the window the keyboard. */
  run_xdotool ((const char * const []) { "windowfocus", xid, NULL });

  return TRUE;
}

void
oto_ui_test_press (OtoUiFixture *fixture,
                   const char   *key)
{
  run_xdotool ((const char * const []) { "key", key, NULL });
}

void
oto_ui_test_point (GtkWidget *widget,
                   double     x,
                   double     y)
{
  GtkNative *native = gtk_widget_get_native (widget);
  g_autofree char *xid = dup_xid (widget);
  g_autofree char *x_text = NULL;
  g_autofree char *y_text = NULL;
  double left, top, place_x, place_y;

  g_assert_true (gtk_widget_translate_coordinates (widget, GTK_WIDGET (native), x, y, &place_x,
                                                   &place_y));
  gtk_native_get_surface_transform (native, &left, &top);
  x_text = g_strdup_printf ("%d", (int) (place_x + left));
  y_text = g_strdup_printf ("%d", (int) (place_y + top));
  run_xdotool ((const char * const []) { "mousemove", "--window", xid, x_text, y_text, NULL });
}

void
oto_ui_test_click (guint button)
{
  g_autofree char *number = g_strdup_printf ("%u", button);

  run_xdotool ((const char * const []) { "click", number, NULL });
}

/* A double click of its own: GTK forgets the press before when its time is over. */
void
oto_ui_test_double_click (void)
{
  int time_ms;

  g_object_get (gtk_settings_get_default (), "gtk-double-click-time", &time_ms, NULL);
  oto_ui_test_spin (time_ms);
  run_xdotool ((const char * const []) { "click", "--repeat", "2", "--delay", "40", "1", NULL });
}

static void
run_with (const char *modifiers,
          const char *verb,
          const char *argument)
{
  g_auto (GStrv) keys = g_strsplit (modifiers != NULL ? modifiers : "", "+", -1);

  for (guint i = 0; keys[i] != NULL && *keys[i] != '\0'; i++)
    run_xdotool ((const char * const []) { "keydown", keys[i], NULL });
  run_xdotool ((const char * const []) { verb, argument, NULL });
  for (guint i = 0; keys[i] != NULL && *keys[i] != '\0'; i++)
    run_xdotool ((const char * const []) { "keyup", keys[i], NULL });
}

void
oto_ui_test_click_with (const char *modifiers,
                        guint       button)
{
  g_autofree char *number = g_strdup_printf ("%u", button);

  run_with (modifiers, "click", number);
}

void
oto_ui_test_drag (const char *modifiers,
                  int         dx,
                  int         dy)
{
  const int n_steps = 5;
  g_auto (GStrv) keys = g_strsplit (modifiers != NULL ? modifiers : "", "+", -1);

  for (guint i = 0; keys[i] != NULL && *keys[i] != '\0'; i++)
    run_xdotool ((const char * const []) { "keydown", keys[i], NULL });
  run_xdotool ((const char * const []) { "mousedown", "1", NULL });
  for (int i = 0; i < n_steps; i++)
    {
      g_autofree char *x = g_strdup_printf ("%d", dx * (i + 1) / n_steps - dx * i / n_steps);
      g_autofree char *y = g_strdup_printf ("%d", dy * (i + 1) / n_steps - dy * i / n_steps);

      run_xdotool ((const char * const []) { "mousemove_relative", "--", x, y, NULL });
    }
  run_xdotool ((const char * const []) { "mouseup", "1", NULL });
  for (guint i = 0; keys[i] != NULL && *keys[i] != '\0'; i++)
    run_xdotool ((const char * const []) { "keyup", keys[i], NULL });
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
