/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-application.h"

#include "base/oto-engine.h"
#include "oto-shortcuts.h"
#include "oto-window.h"

#include <glib/gi18n.h>

struct _OtoApplication
{
  AdwApplication  parent_instance;

  OtoEngine      *engine;        /* of all windows */
  char           *trace_path;
  char           *screenshot_path;
  char           *model_name;
  char           *size;
  gboolean        wants_demo;
};

G_DEFINE_FINAL_TYPE (OtoApplication, oto_application, ADW_TYPE_APPLICATION)

static void
screenshot_saved_cb (OtoWindow *window,
                     gboolean   is_saved,
                     gpointer   user_data)
{
  GApplication *application = user_data;

  if (!is_saved)
    g_printerr (_("otoscope: the window could not be pictured\n"));

  g_application_quit (application);
}

static OtoWindow *
window_new (OtoApplication *self)
{
  OtoWindow *window = oto_window_new (ADW_APPLICATION (self), self->engine);
  g_autoptr (GError) error = NULL;
  int width, height;

  if (self->size != NULL && sscanf (self->size, "%dx%d", &width, &height) == 2)
    gtk_window_set_default_size (GTK_WINDOW (window), width, height);

  if (self->trace_path != NULL && !oto_window_start_trace (window, self->trace_path, &error))
    g_printerr ("otoscope: %s\n", error->message);

  if (self->model_name != NULL)
    oto_window_open_model (window, self->model_name);

  if (self->screenshot_path != NULL)
    oto_window_save_screenshot (window, self->screenshot_path,
                                screenshot_saved_cb, self);

  if (self->wants_demo)
    {
      oto_window_open_demo (window);
      self->wants_demo = FALSE;
    }

  return window;
}

static void
oto_application_activate (GApplication *application)
{
  OtoApplication *self = OTO_APPLICATION (application);
  GtkWindow *window = gtk_application_get_active_window (GTK_APPLICATION (application));

  if (window == NULL)
    window = GTK_WINDOW (window_new (self));

  gtk_window_present (window);
}

static void
oto_application_open (GApplication  *application,
                      GFile        **files,
                      int            n_files,
                      const char    *hint)
{
  GtkWindow *window;

  oto_application_activate (application);
  window = gtk_application_get_active_window (GTK_APPLICATION (application));
  oto_window_open_files (OTO_WINDOW (window), files, n_files);
}

static void
oto_application_startup (GApplication *application)
{
  G_APPLICATION_CLASS (oto_application_parent_class)->startup (application);

  gtk_window_set_default_icon_name (OTO_APPLICATION_ID);
  oto_application_add_actions (OTO_APPLICATION (application));
  oto_shortcuts_install (GTK_APPLICATION (application));
}

static int
oto_application_handle_local_options (GApplication *application,
                                      GVariantDict *options)
{
  OtoApplication *self = OTO_APPLICATION (application);

  g_variant_dict_lookup (options, "trace", "^ay", &self->trace_path);
  g_variant_dict_lookup (options, "screenshot", "^ay", &self->screenshot_path);
  g_variant_dict_lookup (options, "model", "^ay", &self->model_name);
  g_variant_dict_lookup (options, "size", "s", &self->size);
  self->wants_demo = g_variant_dict_contains (options, "demo");

  if (g_variant_dict_contains (options, "version"))
    {
      g_print ("otoscope %s\n", OTO_VERSION);

      return 0;
    }

  /* Wishes for one window of one process are not for an instance that runs already. */
  if (self->trace_path != NULL || self->screenshot_path != NULL
      || self->model_name != NULL || self->wants_demo)
    g_application_set_flags (application, g_application_get_flags (application)
                                          | G_APPLICATION_NON_UNIQUE);

  return -1;
}

static void
oto_application_finalize (GObject *object)
{
  OtoApplication *self = OTO_APPLICATION (object);

  oto_engine_unref (self->engine);
  g_free (self->trace_path);
  g_free (self->screenshot_path);
  g_free (self->model_name);
  g_free (self->size);

  G_OBJECT_CLASS (oto_application_parent_class)->finalize (object);
}

static void
oto_application_class_init (OtoApplicationClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GApplicationClass *application_class = G_APPLICATION_CLASS (klass);

  object_class->finalize = oto_application_finalize;
  application_class->activate = oto_application_activate;
  application_class->open = oto_application_open;
  application_class->startup = oto_application_startup;
  application_class->handle_local_options = oto_application_handle_local_options;
}

static void
oto_application_init (OtoApplication *self)
{
  const GOptionEntry entries[] = {
    { "model", 'm', 0, G_OPTION_ARG_FILENAME, NULL,
      N_("Analyse with this model: a file, or a name"), N_("MODEL") },
    { "demo", 0, 0, G_OPTION_ARG_NONE, NULL,
      N_("Open the demo's clips"), NULL },
    { "trace", 0, 0, G_OPTION_ARG_FILENAME, NULL,
      N_("Record frame times, one JSON object a line"), N_("FILE") },
    { "screenshot", 0, 0, G_OPTION_ARG_FILENAME, NULL,
      N_("Picture the window as PNG once all is analysed, and quit"), N_("FILE") },
    { "size", 0, 0, G_OPTION_ARG_STRING, NULL,
      N_("Size of the window"), N_("WIDTHxHEIGHT") },
    { "version", 0, 0, G_OPTION_ARG_NONE, NULL,
      N_("Print the version"), NULL },
    { NULL },
  };

  /* Its threads start with its first job. */
  self->engine = oto_engine_new (0, TRUE);
  g_application_add_main_option_entries (G_APPLICATION (self), entries);
  g_application_set_option_context_parameter_string (G_APPLICATION (self), _("[FILE…]"));
  g_application_set_option_context_summary (G_APPLICATION (self),
                                            _("Look into a sound event detection model."));
}

/**
 * oto_application_new:
 *
 * Returns: (transfer full): the application
 */
OtoApplication *
oto_application_new (void)
{
  return g_object_new (OTO_TYPE_APPLICATION,
                       "application-id", OTO_APPLICATION_ID,
                       "flags", G_APPLICATION_HANDLES_OPEN,
                       "resource-base-path", "/org/otoscope/Otoscope",
                       NULL);
}

/**
 * oto_application_get_engine:
 * @self: the application
 *
 * Returns: (transfer none): what all its windows compute with; trainings step behind in it
 */
OtoEngine *
oto_application_get_engine (OtoApplication *self)
{
  g_return_val_if_fail (OTO_IS_APPLICATION (self), NULL);

  return self->engine;
}
