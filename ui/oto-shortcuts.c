/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-shortcuts.h"

#include <glib/gi18n.h>

#define FILES   N_("Files")
#define VIEW    N_("View")
#define CURSOR  N_("Cursor")
#define LISTEN  N_("Listening")
#define CLASSES N_("Classes")
#define GENERAL N_("General")

static const OtoShortcut shortcuts[] = {
  { "win.open", "<Control>o", FILES, N_("Open clips"), FALSE },
  { "win.open-folder", "<Control><Shift>o", FILES, N_("Open a folder of clips"), FALSE },
  { "win.open-model", "<Control>m", FILES, N_("Open a model file"), FALSE },
  { "win.save-figure", "<Control><Shift>f", FILES, N_("Save Fig. 3"), FALSE },
  { "win.save-stem", "<Control><Shift>e", FILES, N_("Save the stem of the focused class"), FALSE },
  { "win.run", "F5", FILES, N_("Run the analysis again"), FALSE },
  { "win.escape", "Escape", FILES, N_("Stop the analysis of the clip, else clear the selection"),
    TRUE },
  { "win.cancel-all", "<Shift>Escape", FILES, N_("Stop all analyses"), TRUE },
  { "win.next-clip", "n", FILES, N_("Next clip"), TRUE },
  { "win.previous-clip", "p", FILES, N_("Previous clip"), TRUE },

  { "win.zoom-in", "<Control>plus <Control>equal <Control>KP_Add", VIEW, N_("Zoom in"), FALSE },
  { "win.zoom-out", "<Control>minus <Control>KP_Subtract", VIEW, N_("Zoom out"), FALSE },
  { "win.zoom-fit", "<Control>0 <Control>KP_0", VIEW, N_("Show the whole clip"), FALSE },
  { "win.zoom-fit", "f", VIEW, N_("Fit all"), TRUE },
  { "win.zoom-selection", "z", VIEW, N_("Zoom to the selection"), TRUE },
  { "win.view-back", "<Alt>Left", VIEW, N_("Back to where one looked before"), TRUE },
  { "win.view-forward", "<Alt>Right", VIEW, N_("Forward again"), TRUE },
  { "win.mel-in", "<Control>Up", VIEW, N_("Zoom in on frequencies"), TRUE },
  { "win.mel-out", "<Control>Down", VIEW, N_("Zoom out of frequencies"), TRUE },
  { "win.panel-mel", "<Control>1", VIEW, N_("Show or hide panel 1"), FALSE },
  { "win.panel-recon", "<Control>2", VIEW, N_("Show or hide panel 2"), FALSE },
  { "win.panel-freq-att-1", "<Control>3", VIEW, N_("Show or hide panel 3"), FALSE },
  { "win.panel-freq-att-2", "<Control>4", VIEW, N_("Show or hide panel 4"), FALSE },
  { "win.panel-freq-att-3", "<Control>5", VIEW, N_("Show or hide panel 5"), FALSE },
  { "win.panel-step1", "<Control>6", VIEW, N_("Show or hide panel 6"), FALSE },
  { "win.panel-time-att", "<Control>7", VIEW, N_("Show or hide panel 7"), FALSE },
  { "win.panel-mask", "<Control><Shift>m", VIEW, N_("Show or hide the mask of the focused class"),
    FALSE },
  { "win.weighted", "c", VIEW, N_("Attention weighted by what it brings, or raw"), TRUE },
  { "win.maximize-panel", "<Shift>F11", VIEW, N_("Give one panel all of the room, and back"),
    FALSE },
  { "win.panel-up", "<Control><Shift>Up", VIEW, N_("Move the panel up"), FALSE },
  { "win.panel-down", "<Control><Shift>Down", VIEW, N_("Move the panel down"), FALSE },
  { "win.sidebar", "F9", VIEW, N_("Show or hide the clip list"), FALSE },
  { "win.fullscreen", "F11", VIEW, N_("Full screen"), FALSE },

  { "win.frame-back", "Left", CURSOR, N_("One frame back"), TRUE },
  { "win.frame-forward", "Right", CURSOR, N_("One frame forward"), TRUE },
  { "win.second-back", "<Control>Left", CURSOR, N_("One second back"), TRUE },
  { "win.second-forward", "<Control>Right", CURSOR, N_("One second forward"), TRUE },
  { "win.bin-up", "Up", CURSOR, N_("One mel bin up"), TRUE },
  { "win.bin-down", "Down", CURSOR, N_("One mel bin down"), TRUE },
  { "win.screen-back", "Page_Up", CURSOR, N_("One screen back"), TRUE },
  { "win.screen-forward", "Page_Down", CURSOR, N_("One screen forward"), TRUE },
  { "win.go-start", "Home", CURSOR, N_("Start of the clip"), TRUE },
  { "win.go-end", "End", CURSOR, N_("End of the clip"), TRUE },
  { "win.go-playhead", "g", CURSOR, N_("Jump to the playhead"), TRUE },

  { "win.next-event", "e", CURSOR, N_("Next event of the focused class"), TRUE },
  { "win.previous-event", "<Shift>e", CURSOR, N_("Previous event of the focused class"), TRUE },
  { "win.select-start", "bracketleft", CURSOR, N_("Begin the selection at the cursor"), TRUE },
  { "win.select-end", "bracketright", CURSOR, N_("End the selection at the cursor"), TRUE },
  { "win.select-all", "<Control>a", CURSOR, N_("Select the whole clip"), TRUE },
  { "win.extend-back", "<Shift>Left", CURSOR, N_("Extend the selection one frame back"), TRUE },
  { "win.extend-forward", "<Shift>Right", CURSOR, N_("Extend the selection one frame forward"),
    TRUE },
  { "win.copy-reading", "<Control>c", CURSOR, N_("Copy what the cursor reads"), TRUE },

  { "win.play", "space", LISTEN, N_("Play or pause"), TRUE },
  { "win.play", "<Control>space", LISTEN, N_("Play or pause, anywhere"), FALSE },
  { "win.play-selection", "<Shift>space", LISTEN, N_("Play the selection once"), TRUE },
  { "win.play-here", "<Shift>g", LISTEN, N_("Play from the cursor"), TRUE },
  { "win.loop", "l", LISTEN, N_("Play the selection, or what is visible, in a loop"), TRUE },
  { "win.solo", "s", LISTEN, N_("Solo the focused class"), TRUE },
  { "win.solo-only", "<Shift>s", LISTEN, N_("Solo the focused class alone, and back"), TRUE },
  { "win.mute", "m", LISTEN, N_("Mute the focused class"), TRUE },
  { "win.unsolo", "u", LISTEN, N_("Clear solo and mute"), TRUE },

  { "win.focus-rank(1)", "1", CLASSES, N_("Focus the first class"), TRUE },
  { "win.focus-rank(2)", "2", CLASSES, N_("Focus the second class"), TRUE },
  { "win.focus-rank(3)", "3", CLASSES, N_("Focus the third class"), TRUE },
  { "win.focus-rank(4)", "4", CLASSES, N_("Focus the fourth class"), TRUE },
  { "win.focus-rank(5)", "5", CLASSES, N_("Focus the fifth class"), TRUE },
  { "win.focus-rank(6)", "6", CLASSES, N_("Focus the sixth class"), TRUE },
  { "win.focus-rank(7)", "7", CLASSES, N_("Focus the seventh class"), TRUE },
  { "win.focus-rank(8)", "8", CLASSES, N_("Focus the eighth class"), TRUE },
  { "win.focus-rank(9)", "9", CLASSES, N_("Focus the ninth class"), TRUE },
  { "win.focus-rank(0)", "0", CLASSES, N_("Focus Background"), TRUE },
  { "win.lock", "k", CLASSES, N_("Lock the focused class to its panel"), TRUE },
  { "win.threshold-down", "comma", CLASSES, N_("Lower the threshold by 0.01"), TRUE },
  { "win.threshold-up", "period", CLASSES, N_("Raise the threshold by 0.01"), TRUE },

  { "win.undo", "<Control>z", GENERAL, N_("Undo"), TRUE },
  { "win.redo", "<Control><Shift>z", GENERAL, N_("Redo"), TRUE },
  { "app.help", "F1", GENERAL, N_("Guide"), FALSE },
  { "win.show-help-overlay", "<Control>question", GENERAL, N_("Keyboard shortcuts"), FALSE },
  { "app.new-window", "<Control>n", GENERAL, N_("New window"), FALSE },
  { "window.close", "<Control>w", GENERAL, N_("Close the window"), FALSE },
  { "app.quit", "<Control>q", GENERAL, N_("Quit"), FALSE },
};

/**
 * oto_shortcuts_get:
 * @i: a row
 *
 * Returns: (nullable): row @i of the table, or %NULL past the last
 */
const OtoShortcut *
oto_shortcuts_get (guint i)
{
  return i < G_N_ELEMENTS (shortcuts) ? &shortcuts[i] : NULL;
}

/**
 * oto_shortcuts_install:
 * @application: gets the accelerators that act anywhere in a window
 */
void
oto_shortcuts_install (GtkApplication *application)
{
  g_return_if_fail (GTK_IS_APPLICATION (application));

  for (guint i = 0; i < G_N_ELEMENTS (shortcuts); i++)
    {
      g_auto (GStrv) accels = g_strsplit (shortcuts[i].accels, " ", -1);

      if (!shortcuts[i].is_single_key)
        gtk_application_set_accels_for_action (application, shortcuts[i].action,
                                               (const char * const *) accels);
    }
}

static GtkShortcut *
shortcut_new (const OtoShortcut *row,
              const char        *accel)
{
  g_autofree char *name = NULL;
  g_autoptr (GVariant) target = NULL;
  GtkShortcut *shortcut;

  if (!g_action_parse_detailed_name (row->action, &name, &target, NULL))
    g_assert_not_reached ();

  shortcut = gtk_shortcut_new (gtk_shortcut_trigger_parse_string (accel),
                               gtk_named_action_new (name));
  gtk_shortcut_set_arguments (shortcut, target);

  return shortcut;
}

/* Whether a list moves in itself by a key. */
static gboolean
is_of_lists (const char *accel)
{
  static const char * const keys[] = { "Up", "Down", "Page_Up", "Page_Down", "Home", "End", NULL };

  return g_strv_contains (keys, accel);
}

static GtkEventController *
attach (GtkWidget *widget,
        gboolean   keeps_keys)
{
  GtkEventController *controller = gtk_shortcut_controller_new ();

  gtk_event_controller_set_propagation_phase (controller, GTK_PHASE_BUBBLE);

  for (guint i = 0; i < G_N_ELEMENTS (shortcuts); i++)
    {
      g_auto (GStrv) accels = g_strsplit (shortcuts[i].accels, " ", -1);

      if (shortcuts[i].is_single_key)
        for (guint j = 0; accels[j] != NULL; j++)
          if (!keeps_keys || !is_of_lists (accels[j]))
            gtk_shortcut_controller_add_shortcut (GTK_SHORTCUT_CONTROLLER (controller),
                                                  shortcut_new (&shortcuts[i], accels[j]));
    }

  gtk_widget_add_controller (widget, controller);

  return controller;
}

/**
 * oto_shortcuts_attach:
 * @widget: a canvas, a list, or a box that holds nothing else
 * @keeps_keys: it is a list, and goes on to move in itself by its own keys
 *
 * Makes the single keys of the table act in @widget before it, or a pane that scrolls it, takes
 * them.
 */
void
oto_shortcuts_attach (GtkWidget *widget,
                      gboolean   keeps_keys)
{
  g_return_if_fail (GTK_IS_WIDGET (widget));

  attach (widget, keeps_keys);
}

/* While text is typed every key belongs to it. */
static void
focus_changed_cb (GtkWindow          *window,
                  GParamSpec         *pspec,
                  GtkEventController *controller)
{
  GtkWidget *focus = gtk_window_get_focus (window);

  gtk_event_controller_set_propagation_phase (controller,
                                              focus != NULL && GTK_IS_EDITABLE (focus)
                                              ? GTK_PHASE_NONE : GTK_PHASE_BUBBLE);
}

/**
 * oto_shortcuts_watch:
 * @window: a window
 *
 * Makes the single keys of the table act anywhere in @window where no text is being typed and
 * nobody else wants them: a button keeps its own Space, a list its Up and Down.
 */
void
oto_shortcuts_watch (GtkWindow *window)
{
  g_return_if_fail (GTK_IS_WINDOW (window));

  g_signal_connect_object (window, "notify::focus-widget", G_CALLBACK (focus_changed_cb),
                           attach (GTK_WIDGET (window), FALSE), 0);
}

/**
 * oto_shortcuts_window_new:
 * @parent: the window that it belongs to
 *
 * Returns: (transfer floating): the Shortcuts window, made from the same table
 */
GtkWidget *
oto_shortcuts_window_new (GtkWindow *parent)
{
  g_autoptr (GString) xml = g_string_new ("<interface><object class=\"GtkShortcutsWindow\" "
                                          "id=\"shortcuts\"><property name=\"modal\">1</property>"
                                          "<child><object class=\"GtkShortcutsSection\">"
                                          "<property name=\"section-name\">all</property>");
  g_autoptr (GtkBuilder) builder = NULL;
  const char *group = NULL;
  GtkWidget *window;

  for (guint i = 0; i < G_N_ELEMENTS (shortcuts); i++)
    {
      g_auto (GStrv) accels = g_strsplit (shortcuts[i].accels, " ", -1);
      g_autofree char *item = NULL;

      if (g_strcmp0 (group, shortcuts[i].group) != 0)
        {
          g_autofree char *heading = g_markup_escape_text (_(shortcuts[i].group), -1);

          g_string_append_printf (xml, "%s<child><object class=\"GtkShortcutsGroup\">"
                                  "<property name=\"title\">%s</property>",
                                  group != NULL ? "</object></child>" : "", heading);
          group = shortcuts[i].group;
        }

      item = g_markup_printf_escaped ("<child><object class=\"GtkShortcutsShortcut\">"
                                      "<property name=\"title\">%s</property>"
                                      "<property name=\"accelerator\">%s</property>"
                                      "</object></child>",
                                      _(shortcuts[i].title), accels[0]);
      g_string_append (xml, item);
    }

  g_string_append (xml, "</object></child></object></child></object></interface>");
  builder = gtk_builder_new_from_string (xml->str, -1);
  window = GTK_WIDGET (gtk_builder_get_object (builder, "shortcuts"));
  gtk_window_set_transient_for (GTK_WINDOW (window), parent);

  return window;
}
