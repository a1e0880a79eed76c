/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-window-private.h"

#include "dialogs/oto-train-dialog.h"
#include "oto-shortcuts.h"
#include "rows/oto-clip-row.h"

#include <glib/gi18n.h>

#define PROGRESS_AFTER_US 200000       /* what is done sooner shows no progress */

G_DEFINE_FINAL_TYPE (OtoWindow, oto_window, ADW_TYPE_APPLICATION_WINDOW)

/* --- the clip list --- */

static void
update_reference (OtoWindow *self)
{
  g_autoptr (OtoEventList) reference = NULL;

  if (self->item == NULL)
    return;

  reference = oto_session_dup_reference (self->session, self->item);
  oto_inspect_page_set_reference (self->page, reference);
}

static void
selection_changed_cb (GtkSingleSelection *selection,
                      GParamSpec         *pspec,
                      OtoWindow          *self)
{
  OtoClipItem *item = gtk_single_selection_get_selected_item (selection);

  if (self->item == item)
    return;

  g_set_object (&self->item, item);
  oto_session_prefer (self->session, item);
  oto_inspect_page_set_item (self->page, item);
  update_reference (self);
  oto_window_update_channel (self);
  adw_window_title_set_subtitle (self->title, item != NULL ? oto_clip_item_get_name (item) : "");
}

static void
clips_changed_cb (GListModel *clips,
                  guint       position,
                  guint       n_removed,
                  guint       n_added,
                  OtoWindow  *self)
{
  const guint n = g_list_model_get_n_items (clips);
  g_autofree char *count = g_strdup_printf ("%u", n);

  gtk_label_set_text (self->count_label, count);
  gtk_stack_set_visible_child_name (self->stack, n > 0 ? "inspect" : "welcome");

  /* With the first clip the keys of the canvas act at once. */
  if (n > 0 && n == n_added)
    gtk_widget_grab_focus (GTK_WIDGET (self->page));
}

/**
 * oto_window_show_item:
 * @self: a window
 * @step: how many clips further down the list
 */
void
oto_window_show_item (OtoWindow *self,
                      int        step)
{
  const guint n = g_list_model_get_n_items (G_LIST_MODEL (self->selection));
  const gint64 at = gtk_single_selection_get_selected (self->selection);

  if (n > 0)
    gtk_single_selection_set_selected (self->selection,
                                       (guint) CLAMP (at + step, 0, (gint64) n - 1));
}

static void
setup_row_cb (GtkSignalListItemFactory *factory,
              GtkListItem              *list_item,
              gpointer                  user_data)
{
  gtk_list_item_set_child (list_item, oto_clip_row_new ());
}

static void
bind_row_cb (GtkSignalListItemFactory *factory,
             GtkListItem              *list_item,
             gpointer                  user_data)
{
  oto_clip_row_set_item (OTO_CLIP_ROW (gtk_list_item_get_child (list_item)),
                         gtk_list_item_get_item (list_item));
}

static void
unbind_row_cb (GtkSignalListItemFactory *factory,
               GtkListItem              *list_item,
               gpointer                  user_data)
{
  oto_clip_row_set_item (OTO_CLIP_ROW (gtk_list_item_get_child (list_item)), NULL);
}

static void
init_clip_list (OtoWindow *self)
{
  GListModel *clips = oto_session_get_clips (self->session);
  GtkExpression *name = gtk_property_expression_new (OTO_TYPE_CLIP_ITEM, NULL, "name");
  GtkStringFilter *filter = gtk_string_filter_new (name);
  GtkFilterListModel *filtered = gtk_filter_list_model_new (g_object_ref (clips),
                                                            GTK_FILTER (filter));
  g_autoptr (GtkListItemFactory) factory = gtk_signal_list_item_factory_new ();

  g_object_bind_property (self->filter_entry, "text", filter, "search", G_BINDING_DEFAULT);
  g_signal_connect (factory, "setup", G_CALLBACK (setup_row_cb), NULL);
  g_signal_connect (factory, "bind", G_CALLBACK (bind_row_cb), NULL);
  g_signal_connect (factory, "unbind", G_CALLBACK (unbind_row_cb), NULL);

  self->selection = gtk_single_selection_new (G_LIST_MODEL (filtered));
  gtk_list_view_set_factory (self->clip_list, factory);
  gtk_list_view_set_model (self->clip_list, GTK_SELECTION_MODEL (self->selection));
  g_signal_connect_object (self->selection, "notify::selected-item",
                           G_CALLBACK (selection_changed_cb), self, 0);
  g_signal_connect_object (clips, "items-changed", G_CALLBACK (clips_changed_cb), self, 0);
  oto_shortcuts_attach (GTK_WIDGET (self->clip_list), TRUE);
}

/* --- the model --- */

static char *
dup_model_card (OtoModelSnapshot *model)
{
  const OtoModelConfig *config = oto_model_snapshot_get_config (model);
  const OtoLogmelConfig *front_end = oto_model_snapshot_get_front_end (model);
  g_autofree char *hash = g_strndup (oto_model_snapshot_get_hash (model), 12);

  /* Translators: what a model is: title of its system; number of classes; rate, mel bins and limits
   * of its front end; how wide its layers are; the first digits of its hash. */
  return g_strdup_printf (_("%s\n%d classes · %d Hz, %d mel bins, %.0f to %.0f Hz\n"
                            "width %g · hash %s"),
                          config->system->title, config->n_classes, front_end->sample_rate_hz,
                          config->n_mels, front_end->min_hz, front_end->max_hz, config->width,
                          hash);
}

static void
fill_models (OtoWindow *self)
{
  OtoModelSnapshot *model = oto_session_get_model (self->session);
  g_auto (GStrv) names = oto_model_snapshot_list ();
  GtkListBoxRow *row;

  while ((row = gtk_list_box_get_row_at_index (self->model_list, 0)) != NULL)
    gtk_list_box_remove (self->model_list, GTK_WIDGET (row));

  for (guint i = 0; names != NULL && names[i] != NULL; i++)
    {
      GtkWidget *name_row = adw_action_row_new ();
      const gboolean is_chosen = model != NULL
                                 && strcmp (oto_model_snapshot_get_name (model), names[i]) == 0;

      adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (name_row), FALSE);
      adw_preferences_row_set_title (ADW_PREFERENCES_ROW (name_row), names[i]);
      gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (name_row), TRUE);
      if (is_chosen)
        adw_action_row_add_suffix (ADW_ACTION_ROW (name_row),
                                   gtk_image_new_from_icon_name ("object-select-symbolic"));
      gtk_list_box_append (self->model_list, name_row);
    }
}

static void
model_activated_cb (GtkListBox    *list,
                    GtkListBoxRow *row,
                    OtoWindow     *self)
{
  gtk_popover_popdown (self->model_popover);
  oto_session_load_model (self->session,
                          adw_preferences_row_get_title (ADW_PREFERENCES_ROW (row)));
}

static void
model_changed_cb (OtoSession *session,
                  OtoWindow  *self)
{
  OtoModelSnapshot *model = oto_session_get_model (session);
  g_autofree char *card = dup_model_card (model);
  g_autofree char *text = NULL;

  /* Translators: %s is the name of a model. */
  text = g_strdup_printf (_("Model: %s"), oto_model_snapshot_get_name (model));
  gtk_label_set_text (self->model_label, text);
  gtk_label_set_text (self->model_card, card);
  gtk_info_bar_set_revealed (self->info_bar, FALSE);
  fill_models (self);
  oto_window_update_match (self);
}

/* --- progress and failures --- */

static void
busy_changed_cb (OtoSession *session,
                 OtoWindow  *self)
{
  const gboolean is_busy = oto_session_is_busy (session);
  const gint64 now_us = g_get_monotonic_time ();

  if (!is_busy)
    self->busy_since_us = 0;
  else if (self->busy_since_us == 0)
    self->busy_since_us = now_us;

  gtk_widget_set_visible (GTK_WIDGET (self->progress_bar),
                          is_busy && now_us - self->busy_since_us > PROGRESS_AFTER_US);
  gtk_progress_bar_set_fraction (self->progress_bar, oto_session_get_progress (session));
  gtk_stack_set_visible_child_name (self->run_stack, is_busy ? "cancel" : "run");
  g_simple_action_set_enabled (
    G_SIMPLE_ACTION (g_action_map_lookup_action (G_ACTION_MAP (self), "cancel")), is_busy);
  g_simple_action_set_enabled (
    G_SIMPLE_ACTION (g_action_map_lookup_action (G_ACTION_MAP (self), "cancel-all")), is_busy);
  g_simple_action_set_enabled (
    G_SIMPLE_ACTION (g_action_map_lookup_action (G_ACTION_MAP (self), "run")),
    !is_busy && self->item != NULL);
}

static void
failed_cb (OtoSession *session,
           const char *title,
           const char *message,
           OtoWindow  *self)
{
  g_autofree char *text = g_markup_printf_escaped ("<b>%s</b>\n%s", title, message);

  gtk_label_set_markup (self->info_label, text);
  gtk_info_bar_set_revealed (self->info_bar, TRUE);
}

static void
info_response_cb (GtkInfoBar *info_bar,
                  int         response,
                  OtoWindow  *self)
{
  gtk_info_bar_set_revealed (info_bar, FALSE);
}

/* --- drop --- */

static gboolean
drop_cb (GtkDropTarget *target,
         const GValue  *value,
         double         x,
         double         y,
         OtoWindow     *self)
{
  GSList *files = g_value_get_boxed (value);
  g_autoptr (GPtrArray) array = g_ptr_array_new ();

  for (GSList *l = files; l != NULL; l = l->next)
    g_ptr_array_add (array, l->data);
  oto_window_open_files (self, (GFile **) array->pdata, (int) array->len);

  return TRUE;
}

/* --- what is kept from one start to the next --- */

/* Not installed, there may be no schema; the window then begins with its defaults. */
static GSettings *
settings_new (void)
{
  GSettingsSchemaSource *source = g_settings_schema_source_get_default ();
  g_autoptr (GSettingsSchema) schema =
    source != NULL ? g_settings_schema_source_lookup (source, OTO_APPLICATION_ID, TRUE) : NULL;

  return schema != NULL ? g_settings_new (OTO_APPLICATION_ID) : NULL;
}

static void
restore_state (OtoWindow *self)
{
  g_auto (GStrv) layout = NULL;
  GSettings *settings = settings_new ();

  if (settings == NULL)
    return;

  self->settings = settings;
  layout = g_settings_get_strv (settings, "panels");
  gtk_window_set_default_size (GTK_WINDOW (self), g_settings_get_int (settings, "window-width"),
                               g_settings_get_int (settings, "window-height"));
  if (g_settings_get_boolean (settings, "window-maximized"))
    gtk_window_maximize (GTK_WINDOW (self));
  adw_flap_set_reveal_flap (self->flap, g_settings_get_boolean (settings, "show-sidebar"));
  oto_panel_list_set_layout (oto_inspect_page_get_panels (self->page),
                             (const char * const *) layout);
}

static void
save_state (OtoWindow *self)
{
  g_auto (GStrv) layout = oto_panel_list_dup_layout (oto_inspect_page_get_panels (self->page));
  GSettings *settings = self->settings;
  int width, height;

  if (settings == NULL)
    return;

  g_settings_set_strv (settings, "panels", (const char * const *) layout);

  gtk_window_get_default_size (GTK_WINDOW (self), &width, &height);
  g_settings_set_int (settings, "window-width", MAX (width, 360));
  g_settings_set_int (settings, "window-height", MAX (height, 480));
  g_settings_set_boolean (settings, "window-maximized",
                          gtk_window_is_maximized (GTK_WINDOW (self)));
  g_settings_set_boolean (settings, "show-sidebar", adw_flap_get_reveal_flap (self->flap));
}

/* --- the object --- */

static gboolean
oto_window_close_request (GtkWindow *window)
{
  OtoWindow *self = OTO_WINDOW (window);

  /* The dialog asks what is to become of its training, and closes this window too once that is
   * settled. */
  if (self->train_dialog != NULL)
    oto_train_dialog_close_all (OTO_TRAIN_DIALOG (self->train_dialog));
  if (self->train_dialog != NULL)
    return GDK_EVENT_STOP;

  save_state (self);
  oto_session_cancel_all (self->session);

  return GTK_WINDOW_CLASS (oto_window_parent_class)->close_request (window);
}

static void
oto_window_dispose (GObject *object)
{
  OtoWindow *self = OTO_WINDOW (object);

  g_clear_handle_id (&self->screenshot_id, g_source_remove);
  oto_window_stop_trace (self);
  g_clear_weak_pointer (&self->train_dialog);
  g_clear_object (&self->chooser);
  if (self->session != NULL)
    {
      g_signal_handlers_disconnect_by_data (self->session, self);
      oto_session_cancel_all (self->session);
    }
  g_clear_object (&self->session);
  g_clear_object (&self->settings);
  g_clear_object (&self->item);
  gtk_widget_dispose_template (GTK_WIDGET (self), OTO_TYPE_WINDOW);

  G_OBJECT_CLASS (oto_window_parent_class)->dispose (object);
}

static void
oto_window_finalize (GObject *object)
{
  g_free (OTO_WINDOW (object)->screenshot_path);

  G_OBJECT_CLASS (oto_window_parent_class)->finalize (object);
}

#define BIND(name) gtk_widget_class_bind_template_child (widget_class, OtoWindow, name)

static void
oto_window_class_init (OtoWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = oto_window_dispose;
  G_OBJECT_CLASS (klass)->finalize = oto_window_finalize;
  GTK_WINDOW_CLASS (klass)->close_request = oto_window_close_request;

  g_type_ensure (OTO_TYPE_INSPECT_PAGE);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/otoscope/Otoscope/ui/oto-window.ui");
  BIND (title);
  BIND (model_label);
  BIND (model_card);
  BIND (model_list);
  BIND (model_popover);
  BIND (run_stack);
  BIND (progress_bar);
  BIND (info_bar);
  BIND (info_label);
  BIND (stack);
  BIND (flap);
  BIND (count_label);
  BIND (filter_entry);
  BIND (clip_list);
  BIND (page);
  gtk_widget_class_bind_template_callback (widget_class, model_activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, info_response_cb);
}

static void
oto_window_init (OtoWindow *self)
{
  GtkDropTarget *drop = gtk_drop_target_new (GDK_TYPE_FILE_LIST, GDK_ACTION_COPY);

  self->session = oto_session_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
  oto_window_add_actions (self);
  init_clip_list (self);
  oto_shortcuts_watch (GTK_WINDOW (self));

  g_signal_connect (self->session, "model-changed", G_CALLBACK (model_changed_cb), self);
  g_signal_connect (self->session, "busy-changed", G_CALLBACK (busy_changed_cb), self);
  g_signal_connect (self->session, "failed", G_CALLBACK (failed_cb), self);
  g_signal_connect_swapped (self->session, "labels-changed", G_CALLBACK (update_reference), self);
  g_signal_connect_swapped (self->session, "labels-changed", G_CALLBACK (oto_window_update_match),
                            self);
  g_signal_connect (drop, "drop", G_CALLBACK (drop_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (drop));

  fill_models (self);
  busy_changed_cb (self->session, self);
  oto_window_update_channel (self);
  oto_window_update_match (self);
  restore_state (self);
}

/**
 * oto_window_new:
 * @application: what it belongs to
 * @engine: (nullable): what its models and trainings run on; %NULL: one of its own
 *
 * Returns: (transfer floating): an empty window that loads the default model
 */
OtoWindow *
oto_window_new (AdwApplication *application,
                OtoEngine      *engine)
{
  OtoWindow *self = g_object_new (OTO_TYPE_WINDOW, "application", application, NULL);

  if (engine != NULL)
    oto_session_set_engine (self->session, engine);
  oto_session_load_model (self->session, NULL);

  return self;
}

/**
 * oto_window_open_files:
 * @self: a window
 * @files: (array length=n_files): clips, folders, models, label files
 * @n_files: their number
 */
void
oto_window_open_files (OtoWindow  *self,
                       GFile     **files,
                       int         n_files)
{
  g_return_if_fail (OTO_IS_WINDOW (self));

  oto_session_add_files (self->session, files, (guint) MAX (n_files, 0));
}

/**
 * oto_window_open_demo:
 * @self: a window
 *
 * Opens the demo's clips with their labels.
 */
void
oto_window_open_demo (OtoWindow *self)
{
  g_return_if_fail (OTO_IS_WINDOW (self));

  oto_session_add_demo (self->session);
}

/**
 * oto_window_open_model:
 * @self: a window
 * @name_or_path: a name among the user's or the bundled models, a file, or a run folder
 */
void
oto_window_open_model (OtoWindow  *self,
                       const char *name_or_path)
{
  g_return_if_fail (OTO_IS_WINDOW (self));

  oto_session_load_model (self->session, name_or_path);
}
