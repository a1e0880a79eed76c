/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-inspect-page-private.h"

#include "geometry/oto-reading.h"

#include <glib/gi18n.h>

#define STALE_OPACITY 0.5

G_DEFINE_FINAL_TYPE (OtoInspectPage, oto_inspect_page, GTK_TYPE_WIDGET)

/**
 * oto_inspect_page_dup_class_name:
 * @self: a page with an analysis
 * @class_index: of the model, or %OTO_MIXER_BACKGROUND
 *
 * Returns: (transfer full): its name as shown
 */
char *
oto_inspect_page_dup_class_name (OtoInspectPage *self,
                                 int             class_index)
{
  if (class_index < 0)
    return g_strdup (_("Background"));

  return oto_reading_format_class (oto_model_snapshot_get_class_names (
    oto_analysis_get_model (self->analysis))[class_index]);
}

static void
show_problem (OtoInspectPage *self)
{
  const char *message = oto_clip_item_get_message (self->item);
  /* Translators: %s is the name of a file. */
  g_autofree char *title = g_markup_printf_escaped (_("“%s” cannot be opened"),
                                                    oto_clip_item_get_name (self->item));
  g_autofree char *description = g_markup_escape_text (message != NULL ? message : "", -1);

  adw_status_page_set_title (self->problem_page, title);
  adw_status_page_set_description (self->problem_page, description);
  gtk_stack_set_visible_child_name (self->stack, "problem");
}

/* The first classes of the clip have colours, and those that somebody labelled. */
static void
assign_colors (OtoInspectPage *self)
{
  const int n_classes = self->analysis != NULL ? oto_analysis_get_n_classes (self->analysis) : 0;

  for (int i = 0; i < MIN (OTO_N_FOCUS, n_classes); i++)
    {
      g_autofree char *name = oto_inspect_page_dup_class_name (
        self, oto_analysis_get_ranking (self->analysis)[i]);

      oto_class_colors_assign (oto_view_state_get_colors (self->view), name);
    }

  for (guint i = 0; self->reference != NULL && i < oto_event_list_get_n (self->reference); i++)
    {
      g_autofree char *name =
        oto_reading_format_class (oto_event_list_get (self->reference, i)->label);

      oto_class_colors_assign (oto_view_state_get_colors (self->view), name);
    }
}

static void
set_analysis (OtoInspectPage *self,
              OtoAnalysis    *analysis)
{
  if (!g_set_object (&self->analysis, analysis))
    return;

  oto_listening_set_analysis (self->listening, analysis);
  if (analysis != NULL)
    {
      oto_view_state_set_focus_class (self->view, oto_analysis_get_ranking (analysis)[0]);
      assign_colors (self);
      oto_view_state_set_clip (self->view, oto_analysis_get_duration_s (analysis),
                               oto_analysis_get_hop_s (analysis));
      oto_inspect_page_take_room (self);
      oto_inspect_page_fill_panels (self);
    }
  else
    {
      oto_panel_loader_stop (self->loader);
    }

  oto_inspect_page_fill_classes (self);
  oto_inspect_page_update_events (self);
  oto_inspect_page_update_reading (self);
}

static const char *
get_waiting_notice (OtoInspectPage *self)
{
  switch (oto_clip_item_get_state (self->item))
    {
    case OTO_CLIP_STATE_OPEN:
      return _("Choose a model");
    case OTO_CLIP_STATE_STOPPED:
      return _("The analysis was stopped. Run starts it again.");
    case OTO_CLIP_STATE_QUEUED:
    case OTO_CLIP_STATE_RUNNING:
    case OTO_CLIP_STATE_DONE:
    case OTO_CLIP_STATE_FAILED:
      return _("Waiting for the analysis");
    }

  g_assert_not_reached ();
}

static void
item_changed_cb (OtoClipItem    *item,
                 OtoInspectPage *self)
{
  OtoAnalysis *analysis = oto_clip_item_get_analysis (item);
  OtoClip *clip = oto_clip_item_get_clip (item);

  if (oto_clip_item_get_state (item) == OTO_CLIP_STATE_FAILED)
    {
      show_problem (self);
      set_analysis (self, NULL);
      oto_inspect_page_update_status (self);

      return;
    }

  gtk_stack_set_visible_child_name (self->stack, "plots");
  /* What the former model heard stays until there is more, and is seen to be of yesterday. */
  gtk_widget_set_opacity (GTK_WIDGET (self->overlay),
                          analysis != NULL && oto_clip_item_get_state (item) != OTO_CLIP_STATE_DONE
                          ? STALE_OPACITY : 1);
  oto_listening_set_clip (self->listening, clip);
  if (analysis == NULL)
    {
      set_analysis (self, NULL);
      oto_inspect_page_clear_panels (self, get_waiting_notice (self));
      if (clip != NULL)
        oto_inspect_page_preview (self);
    }
  else
    {
      set_analysis (self, analysis);
    }

  oto_inspect_page_update_transport (self);
  oto_inspect_page_update_status (self);
}

/**
 * oto_inspect_page_set_item:
 * @self: a page
 * @item: (nullable): the clip to show; the page follows its analysis
 */
void
oto_inspect_page_set_item (OtoInspectPage *self,
                           OtoClipItem    *item)
{
  g_return_if_fail (OTO_IS_INSPECT_PAGE (self));

  if (self->item == item)
    return;

  if (self->item != NULL)
    g_signal_handlers_disconnect_by_data (self->item, self);
  g_set_object (&self->item, item);

  oto_inspect_page_set_notice (self, NULL);
  oto_listening_set_clip (self->listening, NULL);
  oto_view_state_set_clip (self->view, 0, 0);
  oto_inspect_page_set_reference (self, NULL);

  /* Nothing of another clip stays on show. */
  set_analysis (self, NULL);
  oto_inspect_page_clear_panels (self, NULL);

  if (item != NULL)
    {
      g_signal_connect (item, "changed", G_CALLBACK (item_changed_cb), self);
      item_changed_cb (item, self);
    }
}

/**
 * oto_inspect_page_set_reference:
 * @self: a page
 * @reference: (nullable): labels of the clip on show
 */
void
oto_inspect_page_set_reference (OtoInspectPage *self,
                                OtoEventList   *reference)
{
  g_return_if_fail (OTO_IS_INSPECT_PAGE (self));

  if (reference != NULL && self->reference == reference)
    return;

  g_clear_pointer (&self->reference, oto_event_list_unref);
  self->reference = reference != NULL ? oto_event_list_ref (reference) : NULL;
  assign_colors (self);
  oto_inspect_page_update_events (self);
}

/**
 * oto_inspect_page_is_settled:
 * @self: a page
 *
 * Returns: whether all panels of the clip are drawn
 */
gboolean
oto_inspect_page_is_settled (OtoInspectPage *self)
{
  g_return_val_if_fail (OTO_IS_INSPECT_PAGE (self), FALSE);

  return !oto_panel_loader_is_busy (self->loader);
}

static gboolean
oto_inspect_page_grab_focus (GtkWidget *widget)
{
  return gtk_widget_grab_focus (GTK_WIDGET (OTO_INSPECT_PAGE (widget)->panels[0]));
}

static void
oto_inspect_page_dispose (GObject *object)
{
  OtoInspectPage *self = OTO_INSPECT_PAGE (object);

  if (self->view != NULL)
    oto_inspect_page_set_item (self, NULL);
  if (self->loader != NULL)
    oto_panel_loader_stop (self->loader);
  g_clear_object (&self->loader);
  if (self->tick_id != 0)
    gtk_widget_remove_tick_callback (GTK_WIDGET (self), self->tick_id);
  self->tick_id = 0;
  g_clear_handle_id (&self->describe_id, g_source_remove);
  g_clear_handle_id (&self->status_id, g_source_remove);
  g_clear_object (&self->chooser);
  g_clear_object (&self->listening);
  g_clear_object (&self->actions);

  g_clear_pointer (&self->content, gtk_widget_unparent);
  gtk_widget_dispose_template (GTK_WIDGET (self), OTO_TYPE_INSPECT_PAGE);

  g_clear_object (&self->view);

  G_OBJECT_CLASS (oto_inspect_page_parent_class)->dispose (object);
}

static void
oto_inspect_page_finalize (GObject *object)
{
  OtoInspectPage *self = OTO_INSPECT_PAGE (object);

  g_clear_object (&self->analysis);
  g_clear_pointer (&self->events, oto_event_list_unref);
  g_clear_pointer (&self->reference, oto_event_list_unref);
  g_free (self->notice);

  G_OBJECT_CLASS (oto_inspect_page_parent_class)->finalize (object);
}

static void
threshold_changed_cb (OtoViewState   *view,
                      GParamSpec     *pspec,
                      OtoInspectPage *self)
{
  g_autofree char *text =
    oto_reading_localize (g_strdup_printf ("%.2f", oto_view_state_get_threshold (view)));

  gtk_label_set_text (self->threshold_label, text);
  oto_inspect_page_update_events (self);
}

static void
focus_changed_cb (OtoViewState   *view,
                  GParamSpec     *pspec,
                  OtoInspectPage *self)
{
  oto_inspect_page_show_focus (self);
  oto_inspect_page_update_reading (self);
}

static void
all_toggled_cb (GtkToggleButton *button,
                OtoInspectPage  *self)
{
  oto_inspect_page_fill_classes (self);
}

static void
class_selected_cb (GtkListBox     *list,
                   GtkListBoxRow  *row,
                   OtoInspectPage *self)
{
  if (row == NULL)
    return;

  oto_view_state_set_focus_class (self->view, oto_class_row_get_class_index (OTO_CLASS_ROW (row)));
}

#define BIND(name) gtk_widget_class_bind_template_child (widget_class, OtoInspectPage, name)

static void
oto_inspect_page_class_init (OtoInspectPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = oto_inspect_page_dispose;
  G_OBJECT_CLASS (klass)->finalize = oto_inspect_page_finalize;
  widget_class->grab_focus = oto_inspect_page_grab_focus;

  g_type_ensure (OTO_TYPE_CURSOR_OVERLAY);
  g_type_ensure (OTO_TYPE_PROBS_VIEW);
  g_type_ensure (OTO_TYPE_READING_STRIP);
  g_type_ensure (OTO_TYPE_WEIGHTS_VIEW);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/otoscope/Otoscope/ui/oto-inspect-page.ui");
  BIND (content);
  BIND (class_flap);
  BIND (stack);
  BIND (problem_page);
  BIND (overlay);
  BIND (plots_box);
  BIND (scroller);
  BIND (panels_box);
  BIND (lanes_box);
  BIND (cursor_overlay);
  BIND (class_list);
  BIND (all_button);
  BIND (probs_box);
  BIND (probs_view);
  BIND (weights_box);
  BIND (weights_view);
  BIND (note_label);
  BIND (play_button);
  BIND (position_label);
  BIND (duration_label);
  BIND (blend_scale);
  BIND (volume_scale);
  BIND (threshold_scale);
  BIND (clip_threshold_scale);
  BIND (threshold_label);
  BIND (reading_strip);
  gtk_widget_class_bind_template_callback (widget_class, all_toggled_cb);
  gtk_widget_class_bind_template_callback (widget_class, class_selected_cb);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
}

static void
oto_inspect_page_init (OtoInspectPage *self)
{
  self->view = oto_view_state_new ();
  self->listening = oto_listening_new (self->view);

  gtk_widget_init_template (GTK_WIDGET (self));
  oto_inspect_page_init_actions (self);
  oto_inspect_page_init_panels (self);
  oto_inspect_page_init_listening (self);
  oto_inspect_page_init_reading (self);
  g_object_bind_property (self->view, "threshold",
                          gtk_range_get_adjustment (self->threshold_scale), "value",
                          G_BINDING_BIDIRECTIONAL | G_BINDING_SYNC_CREATE);
  g_object_bind_property (self->view, "clip-threshold",
                          gtk_range_get_adjustment (self->clip_threshold_scale), "value",
                          G_BINDING_BIDIRECTIONAL | G_BINDING_SYNC_CREATE);
  g_signal_connect_object (self->view, "notify::threshold", G_CALLBACK (threshold_changed_cb), self,
                           0);
  g_signal_connect_object (self->view, "notify::clip-threshold",
                           G_CALLBACK (threshold_changed_cb), self, 0);
  g_signal_connect_object (self->view, "notify::focus-class", G_CALLBACK (focus_changed_cb), self,
                           0);
  threshold_changed_cb (self->view, NULL, self);
}
