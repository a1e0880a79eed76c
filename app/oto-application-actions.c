/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-application.h"

#include "oto-window.h"
#include "state/oto-guide.h"

#include <glib/gi18n.h>

static void
new_window_cb (GSimpleAction *action,
               GVariant      *parameter,
               gpointer       user_data)
{
  OtoEngine *engine = oto_application_get_engine (user_data);

  gtk_window_present (GTK_WINDOW (oto_window_new (user_data, engine)));
}

/* Windows are closed one by one, so that each may ask about work that still runs. */
static void
quit_cb (GSimpleAction *action,
         GVariant      *parameter,
         gpointer       user_data)
{
  g_autoptr (GList) windows = g_list_copy (gtk_application_get_windows (user_data));

  for (GList *l = windows; l != NULL; l = l->next)
    if (OTO_IS_WINDOW (l->data))
      gtk_window_close (l->data);
}

static void
about_cb (GSimpleAction *action,
          GVariant      *parameter,
          gpointer       user_data)
{
  adw_show_about_window (gtk_application_get_active_window (user_data),
                         "application-name", _("Otoscope"),
                         "application-icon", OTO_APPLICATION_ID,
                         "version", OTO_VERSION,
                         "comments", _("Look into a listening network: what a sound event "
                                       "detection model attends to, and how that sounds."),
                         "license-type", GTK_LICENSE_GPL_3_0,
                         "developer-name", _("The Otoscope authors"),
                         NULL);
}

static void
help_cb (GSimpleAction *action,
         GVariant      *parameter,
         gpointer       user_data)
{
  GtkWindow *window = gtk_application_get_active_window (user_data);
  g_autofree char *uri = oto_guide_find_uri ();
  GtkWidget *dialog;

  if (uri != NULL)
    {
      gtk_show_uri (window, uri, GDK_CURRENT_TIME);
      return;
    }

  dialog = adw_message_dialog_new (window, _("There is No Guide"),
                                   _("Its files were not installed with the program. “man oto” and "
                                     "the shortcuts (Ctrl+?) tell much of it."));
  adw_message_dialog_add_response (ADW_MESSAGE_DIALOG (dialog), "close", _("_Close"));
  gtk_window_present (GTK_WINDOW (dialog));
}

/**
 * oto_application_add_actions:
 * @self: the application
 *
 * Adds the actions that belong to no window.
 */
void
oto_application_add_actions (OtoApplication *self)
{
  const GActionEntry entries[] = {
    { .name = "new-window", .activate = new_window_cb },
    { .name = "quit", .activate = quit_cb },
    { .name = "about", .activate = about_cb },
    { .name = "help", .activate = help_cb },
  };

  g_return_if_fail (OTO_IS_APPLICATION (self));

  g_action_map_add_action_entries (G_ACTION_MAP (self), entries, G_N_ELEMENTS (entries), self);
}
