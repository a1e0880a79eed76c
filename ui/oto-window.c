/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-window.h"

struct _OtoWindow
{
  AdwApplicationWindow parent_instance;
};

G_DEFINE_FINAL_TYPE (OtoWindow, oto_window, ADW_TYPE_APPLICATION_WINDOW)

static void
oto_window_class_init (OtoWindowClass *klass)
{
  gtk_widget_class_set_template_from_resource (GTK_WIDGET_CLASS (klass),
                                               "/org/otoscope/Otoscope/ui/oto-window.ui");
}

static void
oto_window_init (OtoWindow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

OtoWindow *
oto_window_new (AdwApplication *application)
{
  return g_object_new (OTO_TYPE_WINDOW, "application", application, NULL);
}

void oto_window_open_files (OtoWindow *self, GFile **files, int n_files) { }
void oto_window_open_demo (OtoWindow *self) { }
void oto_window_open_model (OtoWindow *self, const char *name_or_path) { }
gboolean oto_window_start_trace (OtoWindow *self, const char *path, GError **error) { return TRUE; }
void oto_window_save_screenshot (OtoWindow *self, const char *path, OtoWindowSavedFunc func, gpointer user_data) { }
