/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-window-private.h"

#include "dialogs/oto-class-map-dialog.h"
#include "dialogs/oto-dataset-dialog.h"
#include "dialogs/oto-train-dialog.h"
#include "oto-shortcuts.h"

#include <glib/gi18n.h>

/* --- choosing files --- */

static void
chosen_cb (GtkNativeDialog *dialog,
           int              response,
           OtoWindow       *self)
{
  if (response == GTK_RESPONSE_ACCEPT)
    {
      g_autoptr (GListModel) files = gtk_file_chooser_get_files (GTK_FILE_CHOOSER (dialog));
      g_autoptr (GPtrArray) array = g_ptr_array_new_with_free_func (g_object_unref);

      for (guint i = 0; i < g_list_model_get_n_items (files); i++)
        g_ptr_array_add (array, g_list_model_get_item (files, i));
      oto_window_open_files (self, (GFile **) array->pdata, (int) array->len);
    }

  g_clear_object (&self->chooser);
}

static void
choose (OtoWindow            *self,
        const char           *title,
        GtkFileChooserAction  action)
{
  g_clear_object (&self->chooser);
  self->chooser = gtk_file_chooser_native_new (title, GTK_WINDOW (self), action, _("_Open"), NULL);
  gtk_file_chooser_set_select_multiple (GTK_FILE_CHOOSER (self->chooser), TRUE);
  g_signal_connect (self->chooser, "response", G_CALLBACK (chosen_cb), self);
}

static void
add_filter (OtoWindow  *self,
            const char *name,
            const char *mime_type,
            const char *patterns)
{
  g_auto (GStrv) list = g_strsplit (patterns, " ", -1);
  g_autoptr (GtkFileFilter) filter = gtk_file_filter_new ();

  gtk_file_filter_set_name (filter, name);
  if (mime_type != NULL)
    gtk_file_filter_add_mime_type (filter, mime_type);
  for (guint i = 0; list[i] != NULL; i++)
    gtk_file_filter_add_pattern (filter, list[i]);
  gtk_file_chooser_add_filter (GTK_FILE_CHOOSER (self->chooser), filter);
}

static void
open_cb (GSimpleAction *action,
         GVariant      *parameter,
         gpointer       user_data)
{
  OtoWindow *self = user_data;

  choose (self, _("Open Clips"), GTK_FILE_CHOOSER_ACTION_OPEN);
  add_filter (self, _("Audio and label files"), "audio/*",
              "*.wav *.flac *.ogg *.opus *.mp3 *.m4a *.aiff *.caf *.mp4 *.webm *.tsv *.csv *.txt "
              "*.jams *.TextGrid *.eaf");
  add_filter (self, _("All files"), NULL, "*");
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (self->chooser));
}

static void
open_labels_cb (GSimpleAction *action,
                GVariant      *parameter,
                gpointer       user_data)
{
  OtoWindow *self = user_data;

  choose (self, _("Open Labels"), GTK_FILE_CHOOSER_ACTION_OPEN);
  add_filter (self, _("Label files"), NULL, "*.tsv *.csv *.txt *.jams *.TextGrid *.eaf");
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (self->chooser));
}

static void
open_folder_cb (GSimpleAction *action,
                GVariant      *parameter,
                gpointer       user_data)
{
  OtoWindow *self = user_data;

  choose (self, _("Open a Folder of Clips"), GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (self->chooser));
}

static void
open_model_cb (GSimpleAction *action,
               GVariant      *parameter,
               gpointer       user_data)
{
  OtoWindow *self = user_data;

  gtk_popover_popdown (self->model_popover);
  choose (self, _("Open a Model"), GTK_FILE_CHOOSER_ACTION_OPEN);
  gtk_file_chooser_set_select_multiple (GTK_FILE_CHOOSER (self->chooser), FALSE);
  add_filter (self, _("Models"), NULL, "*.safetensors");
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (self->chooser));
}

static void
demo_cb (GSimpleAction *action,
         GVariant      *parameter,
         gpointer       user_data)
{
  oto_window_open_demo (user_data);
}

/* --- the list and its analysis --- */

static void
run_cb (GSimpleAction *action,
        GVariant      *parameter,
        gpointer       user_data)
{
  OtoWindow *self = user_data;

  if (self->item != NULL)
    oto_session_run (self->session, self->item);
}

static void
cancel_cb (GSimpleAction *action,
           GVariant      *parameter,
           gpointer       user_data)
{
  OtoWindow *self = user_data;

  oto_session_cancel (self->session, self->item);
}

/* What hinders most goes first: an analysis that nobody waits for any more, then the selection. */
static void
escape_cb (GSimpleAction *action,
           GVariant      *parameter,
           gpointer       user_data)
{
  OtoWindow *self = user_data;

  if (oto_session_is_busy (self->session))
    oto_session_cancel (self->session, self->item);
  else
    g_action_group_activate_action (G_ACTION_GROUP (self), "clear-selection", NULL);
}

static void
cancel_all_cb (GSimpleAction *action,
               GVariant      *parameter,
               gpointer       user_data)
{
  oto_session_cancel_all (OTO_WINDOW (user_data)->session);
}

static void
next_clip_cb (GSimpleAction *action,
              GVariant      *parameter,
              gpointer       user_data)
{
  oto_window_show_item (user_data, 1);
}

static void
previous_clip_cb (GSimpleAction *action,
                  GVariant      *parameter,
                  gpointer       user_data)
{
  oto_window_show_item (user_data, -1);
}

/* --- the window --- */

static void
fullscreen_cb (GSimpleAction *action,
               GVariant      *parameter,
               gpointer       user_data)
{
  if (gtk_window_is_fullscreen (user_data))
    gtk_window_unfullscreen (user_data);
  else
    gtk_window_fullscreen (user_data);
}

static void
shortcuts_cb (GSimpleAction *action,
              GVariant      *parameter,
              gpointer       user_data)
{
  gtk_window_present (GTK_WINDOW (oto_shortcuts_window_new (user_data)));
}

static void
trained_cb (OtoTrainDialog *dialog,
            const char     *run_dir,
            OtoWindow      *self)
{
  oto_window_open_model (self, run_dir);
}

static void
train_cb (GSimpleAction *action,
          GVariant      *parameter,
          gpointer       user_data)
{
  OtoWindow *self = user_data;

  if (self->train_dialog == NULL)
    {
      g_set_weak_pointer (&self->train_dialog,
                          oto_train_dialog_new (GTK_WINDOW (self),
                                                oto_session_get_engine (self->session)));
      g_signal_connect_object (self->train_dialog, "use-model", G_CALLBACK (trained_cb), self, 0);
    }

  gtk_window_present (self->train_dialog);
}

static void
import_dataset_cb (GSimpleAction *action,
                   GVariant      *parameter,
                   gpointer       user_data)
{
  gtk_window_present (oto_dataset_dialog_new (user_data));
}

static void
match_classes_cb (GSimpleAction *action,
                  GVariant      *parameter,
                  gpointer       user_data)
{
  OtoWindow *self = user_data;

  gtk_window_present (oto_class_map_dialog_new (GTK_WINDOW (self), self->session));
}

/* Which channel of the clip on show is listened to. */
static void
channel_cb (GSimpleAction *action,
            GVariant      *parameter,
            gpointer       user_data)
{
  OtoWindow *self = user_data;
  int channel;

  if (self->item != NULL && oto_channel_parse (g_variant_get_string (parameter, NULL), &channel))
    oto_session_set_channel (self->session, self->item, channel);
  oto_window_update_channel (self);
}

/**
 * oto_window_update_channel:
 * @self: a window
 *
 * Lets the menu show which channel of the clip is listened to.
 */
void
oto_window_update_channel (OtoWindow *self)
{
  GSimpleAction *action =
    G_SIMPLE_ACTION (g_action_map_lookup_action (G_ACTION_MAP (self), "channel"));
  const int channel =
    self->item != NULL ? oto_clip_item_get_channel (self->item) : OTO_CHANNEL_MEAN;
  g_autofree char *name = oto_channel_dup_name (channel);

  g_simple_action_set_state (action, g_variant_new_string (name));
  g_simple_action_set_enabled (action, self->item != NULL);
}

/**
 * oto_window_update_match:
 * @self: a window
 *
 * Lets class names be matched where the labels have some that the model does not know.
 */
void
oto_window_update_match (OtoWindow *self)
{
  g_auto (GStrv) names = oto_session_list_unmatched (self->session);

  g_simple_action_set_enabled (
    G_SIMPLE_ACTION (g_action_map_lookup_action (G_ACTION_MAP (self), "match-classes")),
    names[0] != NULL);
}

/**
 * oto_window_add_actions:
 * @self: a window that is being made
 *
 * Adds the window's actions and those of its page.
 */
void
oto_window_add_actions (OtoWindow *self)
{
  const GActionEntry entries[] = {
    { .name = "open", .activate = open_cb },
    { .name = "open-labels", .activate = open_labels_cb },
    { .name = "open-folder", .activate = open_folder_cb },
    { .name = "open-model", .activate = open_model_cb },
    { .name = "demo", .activate = demo_cb },
    { .name = "run", .activate = run_cb },
    { .name = "cancel", .activate = cancel_cb },
    { .name = "cancel-all", .activate = cancel_all_cb },
    { .name = "escape", .activate = escape_cb },
    { .name = "next-clip", .activate = next_clip_cb },
    { .name = "previous-clip", .activate = previous_clip_cb },
    { .name = "fullscreen", .activate = fullscreen_cb },
    { .name = "show-help-overlay", .activate = shortcuts_cb },
    { .name = "train", .activate = train_cb },
    { .name = "import-dataset", .activate = import_dataset_cb },
    { .name = "match-classes", .activate = match_classes_cb },
    { .name = "channel", .activate = channel_cb, .parameter_type = "s", .state = "'mean'" },
  };
  g_autoptr (GPropertyAction) sidebar =
    g_property_action_new ("sidebar", self->flap, "reveal-flap");

  g_action_map_add_action_entries (G_ACTION_MAP (self), entries, G_N_ELEMENTS (entries), self);
  g_action_map_add_action (G_ACTION_MAP (self), G_ACTION (sidebar));
  oto_inspect_page_add_actions (self->page, G_ACTION_MAP (self));
}
