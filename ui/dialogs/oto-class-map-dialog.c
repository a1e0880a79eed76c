/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "dialogs/oto-class-map-dialog.h"

#include <glib/gi18n.h>

struct _OtoClassMapDialog
{
  AdwWindow   parent_instance;

  OtoSession *session;
  GPtrArray  *rows;              /* AdwComboRow; its title is the label */
};

G_DEFINE_FINAL_TYPE (OtoClassMapDialog, oto_class_map_dialog, ADW_TYPE_WINDOW)

static void
selected_cb (AdwComboRow       *row,
             GParamSpec        *pspec,
             OtoClassMapDialog *self)
{
  const guint place = adw_combo_row_get_selected (row);
  GtkStringList *names = GTK_STRING_LIST (adw_combo_row_get_model (row));

  if (place == GTK_INVALID_LIST_POSITION)
    return;
  oto_session_set_alias (self->session,
                         adw_preferences_row_get_title (ADW_PREFERENCES_ROW (row)),
                         place > 0 ? gtk_string_list_get_string (names, place) : NULL);
}

/* The place of a name in the list of a row; 0, which is no class, if it is not there. */
static guint
find_place (GtkStringList *names,
            const char    *name)
{
  for (guint i = 1; name != NULL && i < g_list_model_get_n_items (G_LIST_MODEL (names)); i++)
    if (strcmp (gtk_string_list_get_string (names, i), name) == 0)
      return i;

  return 0;
}

static GtkWidget *
make_row (OtoClassMapDialog *self,
          GtkStringList     *names,
          const char        *label)
{
  GtkWidget *row = adw_combo_row_new ();

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), label);
  adw_combo_row_set_model (ADW_COMBO_ROW (row), G_LIST_MODEL (names));
  adw_combo_row_set_selected (ADW_COMBO_ROW (row),
                              find_place (names, oto_session_get_alias (self->session, label)));
  g_signal_connect_object (row, "notify::selected", G_CALLBACK (selected_cb), self, 0);
  g_ptr_array_add (self->rows, row);

  return row;
}

static void
fill (OtoClassMapDialog *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *page = adw_preferences_page_new ();
  GtkWidget *group = adw_preferences_group_new ();
  OtoModelSnapshot *model = oto_session_get_model (self->session);
  g_auto (GStrv) labels = oto_session_list_unmatched (self->session);
  g_autoptr (GtkStringList) names = gtk_string_list_new (NULL);

  /* Translators: in place of a class. */
  gtk_string_list_append (names, _("None"));
  gtk_string_list_splice (names, 1, 0, oto_model_snapshot_get_class_names (model));
  adw_preferences_group_set_title (ADW_PREFERENCES_GROUP (group), _("Classes of the Labels"));
  adw_preferences_group_set_description (ADW_PREFERENCES_GROUP (group),
                                         _("The model does not know these names. Which of its "
                                           "classes do they mean?"));
  for (guint i = 0; labels[i] != NULL; i++)
    adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), make_row (self, names, labels[i]));

  adw_preferences_page_add (ADW_PREFERENCES_PAGE (page), ADW_PREFERENCES_GROUP (group));
  gtk_widget_set_vexpand (page, TRUE);
  gtk_box_append (GTK_BOX (box), adw_header_bar_new ());
  gtk_box_append (GTK_BOX (box), page);
  adw_window_set_content (ADW_WINDOW (self), box);
}

/**
 * oto_class_map_dialog_choose:
 * @self: a dialog
 * @label: one of its names
 * @class_name: (nullable): a class of the model; %NULL: none
 *
 * Chooses what a name means, as its row does.
 */
void
oto_class_map_dialog_choose (OtoClassMapDialog *self,
                             const char        *label,
                             const char        *class_name)
{
  g_return_if_fail (OTO_IS_CLASS_MAP_DIALOG (self) && label != NULL);

  for (guint i = 0; i < self->rows->len; i++)
    {
      AdwComboRow *row = g_ptr_array_index (self->rows, i);

      GtkStringList *names = GTK_STRING_LIST (adw_combo_row_get_model (row));

      if (strcmp (adw_preferences_row_get_title (ADW_PREFERENCES_ROW (row)), label) == 0)
        adw_combo_row_set_selected (row, find_place (names, class_name));
    }
}

static void
oto_class_map_dialog_finalize (GObject *object)
{
  OtoClassMapDialog *self = OTO_CLASS_MAP_DIALOG (object);

  g_clear_object (&self->session);
  g_ptr_array_unref (self->rows);

  G_OBJECT_CLASS (oto_class_map_dialog_parent_class)->finalize (object);
}

static void
oto_class_map_dialog_class_init (OtoClassMapDialogClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = oto_class_map_dialog_finalize;
}

static void
oto_class_map_dialog_init (OtoClassMapDialog *self)
{
  self->rows = g_ptr_array_new ();
}

/**
 * oto_class_map_dialog_new:
 * @parent: the window that it belongs to
 * @session: whose labels and model are held together; it has a model
 *
 * Returns: (transfer floating): the dialog, a row for each name that the model does not know
 */
GtkWindow *
oto_class_map_dialog_new (GtkWindow  *parent,
                          OtoSession *session)
{
  OtoClassMapDialog *self =
    g_object_new (OTO_TYPE_CLASS_MAP_DIALOG, "transient-for", parent,
                  "title", _("Match Class Names"), "default-width", 520, "default-height", 560,
                  NULL);

  self->session = g_object_ref (session);
  fill (self);

  return GTK_WINDOW (self);
}
