/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-ui-test.h"

#include "oto-shortcuts.h"

/* Whether an action of the table is there, under its prefix. */
static gboolean
has_action (OtoUiFixture *fixture,
            const char   *name)
{
  if (g_str_has_prefix (name, "win."))
    return g_action_group_has_action (G_ACTION_GROUP (fixture->window), name + 4);
  if (g_str_has_prefix (name, "app."))
    return g_action_group_has_action (G_ACTION_GROUP (fixture->application), name + 4);

  return g_str_equal (name, "window.close");
}

static void
test_actions (OtoUiFixture  *fixture,
              gconstpointer  data)
{
  const OtoShortcut *row;

  for (guint i = 0; (row = oto_shortcuts_get (i)) != NULL; i++)
    {
      g_autofree char *name = NULL;
      g_autoptr (GVariant) target = NULL;

      g_assert_true (g_action_parse_detailed_name (row->action, &name, &target, NULL));
      g_test_message ("%s", row->action);
      g_assert_true (has_action (fixture, name));
    }
}

static void
test_keys (OtoUiFixture  *fixture,
           gconstpointer  data)
{
  g_autoptr (GHashTable) keys = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  const OtoShortcut *row;

  for (guint i = 0; (row = oto_shortcuts_get (i)) != NULL; i++)
    {
      g_auto (GStrv) accels = g_strsplit (row->accels, " ", -1);

      for (guint j = 0; accels[j] != NULL; j++)
        {
          g_autoptr (GtkShortcutTrigger) trigger = gtk_shortcut_trigger_parse_string (accels[j]);

          g_test_message ("%s: %s", row->action, accels[j]);
          g_assert_nonnull (trigger);
          g_assert_true (g_hash_table_add (keys, gtk_shortcut_trigger_to_string (trigger)));
        }
    }
}

static void
test_accels (OtoUiFixture  *fixture,
             gconstpointer  data)
{
  const OtoShortcut *row;

  for (guint i = 0; (row = oto_shortcuts_get (i)) != NULL; i++)
    {
      g_auto (GStrv) accels =
        gtk_application_get_accels_for_action (GTK_APPLICATION (fixture->application), row->action);
      gboolean has_single = FALSE;

      /* A letter as an accelerator would act in the middle of a text field. */
      for (guint j = 0; accels[j] != NULL; j++)
        has_single = has_single || accels[j][1] == '\0';
      g_assert_false (has_single);
      if (!row->is_single_key)
        g_assert_cmpuint (g_strv_length (accels), >, 0);
    }
}

static guint
count_shortcuts (GtkWidget *widget)
{
  guint n = GTK_IS_SHORTCUTS_SHORTCUT (widget) ? 1 : 0;

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    n += count_shortcuts (child);

  return n;
}

static void
test_window (OtoUiFixture  *fixture,
             gconstpointer  data)
{
  GtkWidget *window = oto_shortcuts_window_new (GTK_WINDOW (fixture->window));
  GLogLevelFlags fatal;
  guint n_rows = 0;

  while (oto_shortcuts_get (n_rows) != NULL)
    n_rows++;

  /* GTK 4.8 warns of the page numbers of its own Shortcuts window. */
  fatal = g_log_set_always_fatal (G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_ERROR);
  gtk_window_present (GTK_WINDOW (window));
  gtk_test_widget_wait_for_draw (window);
  g_assert_cmpuint (count_shortcuts (window), >=, n_rows);
  oto_ui_test_picture (window, "shortcuts");
  gtk_window_destroy (GTK_WINDOW (window));
  g_log_set_always_fatal (fatal);
}

int
main (int    argc,
      char **argv)
{
  oto_ui_test_init (&argc, &argv);

  OTO_UI_TEST ("/ui/shortcuts/actions-exist", test_actions);
  OTO_UI_TEST ("/ui/shortcuts/keys-are-unique", test_keys);
  OTO_UI_TEST ("/ui/shortcuts/single-keys-are-no-accelerators", test_accels);
  OTO_UI_TEST ("/ui/shortcuts/window-lists-all", test_window);

  return g_test_run ();
}
