/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * OtoShortcut:
 * @action: detailed action name
 * @accels: triggers as GTK reads them, separated by spaces
 * @group: heading in the Shortcuts window
 * @title: what the keys do
 * @is_single_key: acts wherever no text is being typed
 *
 * One row of the table behind the accelerators, the keys of canvases and the Shortcuts window.
 */
typedef struct
{
  const char *action;
  const char *accels;
  const char *group;
  const char *title;
  gboolean    is_single_key;
} OtoShortcut;

const OtoShortcut *oto_shortcuts_get        (guint           i);
void               oto_shortcuts_install    (GtkApplication *application);
void               oto_shortcuts_attach     (GtkWidget      *widget,
                                             gboolean        keeps_keys);
void               oto_shortcuts_watch      (GtkWindow      *window);
GtkWidget         *oto_shortcuts_window_new (GtkWindow      *parent);

G_END_DECLS
