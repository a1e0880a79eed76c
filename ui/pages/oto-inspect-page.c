/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-inspect-page-private.h"

#include "state/oto-cursor-reading.h"

#include <glib/gi18n.h>

G_DEFINE_FINAL_TYPE (OtoInspectPage, oto_inspect_page, GTK_TYPE_WIDGET)

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
  gtk_stack_set_visible_child_name (self->pages, "problem");
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
      g_autofree char *longest = oto_cursor_reading_dup_longest (analysis);

      oto_view_state_set_focus_class (self->view, oto_analysis_get_ranking (analysis)[0]);
      oto_view_state_set_clip (self->view, oto_analysis_get_duration_s (analysis),
                               oto_analysis_get_hop_s (analysis));
      oto_view_state_set_begin_s (self->view, oto_analysis_get_frame_begin_s (analysis, 0));
      oto_reading_strip_set_room (self->reading_strip, longest);
      /* Translators: stands in the place of a panel whose map is being made. */
      oto_panel_stack_set_notice (self->stack, _("Preparing the panel"));
    }
  oto_detection_set_analysis (self->detection, analysis);
  oto_history_forget_clip (self->history);
  oto_history_forget_clip (self->view_history);
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

/* Without an analysis there are at least the clip's sound and its time axis. */
static void
show_clip (OtoInspectPage *self,
           OtoClip        *clip)
{
  set_analysis (self, NULL);
  oto_panel_stack_set_notice (self->stack, get_waiting_notice (self));
  if (clip != NULL && !oto_view_state_has_clip (self->view))
    oto_view_state_set_clip (self->view, oto_clip_get_duration_s (clip), 0.0);
  oto_panel_stack_set_clip (self->stack, clip);
}

static void
item_changed_cb (OtoClipItem    *item,
                 OtoInspectPage *self)
{
  OtoAnalysis *analysis = oto_clip_item_get_analysis (item);
  const OtoClipState state = oto_clip_item_get_state (item);

  if (state == OTO_CLIP_STATE_FAILED)
    {
      show_problem (self);
      set_analysis (self, NULL);
      oto_inspect_page_update_status (self);

      return;
    }

  gtk_stack_set_visible_child_name (self->pages, "plots");
  /* What the former model heard stays until there is more, and is seen to be of yesterday. */
  g_object_set (self->stack, "is-stale", analysis != NULL && state != OTO_CLIP_STATE_DONE, NULL);
  oto_listening_set_clip (self->listening, oto_clip_item_get_clip (item));
  if (analysis == NULL)
    show_clip (self, oto_clip_item_get_clip (item));
  else
    set_analysis (self, analysis);
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
  oto_detection_set_reference (self->detection, NULL);

  /* Nothing of another clip stays on show. */
  set_analysis (self, NULL);
  oto_panel_stack_set_notice (self->stack, NULL);
  oto_panel_stack_set_clip (self->stack, NULL);

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

  oto_detection_set_reference (self->detection, reference);
}

/**
 * oto_inspect_page_get_panels:
 * @self: a page
 *
 * Returns: (transfer none): its panels, whose layout is remembered
 */
OtoPanelList *
oto_inspect_page_get_panels (OtoInspectPage *self)
{
  g_return_val_if_fail (OTO_IS_INSPECT_PAGE (self), NULL);

  return self->panels;
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

  return !oto_panel_stack_is_busy (self->stack);
}

static gboolean
oto_inspect_page_grab_focus (GtkWidget *widget)
{
  return gtk_widget_grab_focus (GTK_WIDGET (OTO_INSPECT_PAGE (widget)->stack));
}

static void
loaded_cb (OtoPanelStack  *stack,
           OtoInspectPage *self)
{
  oto_inspect_page_update_reading (self);
}

/* Stems of the first classes are made when nobody waits for panels. */
static void
settled_cb (OtoPanelStack  *stack,
            OtoInspectPage *self)
{
  oto_listening_prepare (self->listening);
}

static void
failed_cb (OtoPanelStack  *stack,
           const char     *message,
           OtoInspectPage *self)
{
  oto_inspect_page_set_notice (self, message);
}

static void
oto_inspect_page_dispose (GObject *object)
{
  OtoInspectPage *self = OTO_INSPECT_PAGE (object);

  if (self->content != NULL)
    {
      oto_inspect_page_set_item (self, NULL);
      g_signal_handlers_disconnect_by_data (self->view, self);
      g_signal_handlers_disconnect_by_data (self->detection, self);
    }
  g_clear_handle_id (&self->status_id, g_source_remove);
  g_clear_object (&self->chooser);
  g_clear_object (&self->actions);
  g_clear_object (&self->history);
  g_clear_object (&self->view_history);

  g_clear_pointer (&self->content, gtk_widget_unparent);
  gtk_widget_dispose_template (GTK_WIDGET (self), OTO_TYPE_INSPECT_PAGE);
  g_clear_object (&self->panels);

  G_OBJECT_CLASS (oto_inspect_page_parent_class)->dispose (object);
}

static void
oto_inspect_page_finalize (GObject *object)
{
  OtoInspectPage *self = OTO_INSPECT_PAGE (object);

  g_clear_object (&self->analysis);
  g_free (self->notice);

  G_OBJECT_CLASS (oto_inspect_page_parent_class)->finalize (object);
}

#define BIND(name) gtk_widget_class_bind_template_child (widget_class, OtoInspectPage, name)

static void
oto_inspect_page_class_init (OtoInspectPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = oto_inspect_page_dispose;
  G_OBJECT_CLASS (klass)->finalize = oto_inspect_page_finalize;
  widget_class->grab_focus = oto_inspect_page_grab_focus;

  g_type_ensure (OTO_TYPE_CLASS_LIST);
  g_type_ensure (OTO_TYPE_DETECTION);
  g_type_ensure (OTO_TYPE_LISTENING);
  g_type_ensure (OTO_TYPE_PANEL_STACK);
  g_type_ensure (OTO_TYPE_READING_STRIP);
  g_type_ensure (OTO_TYPE_TRANSPORT_BAR);
  g_type_ensure (OTO_TYPE_VIEW_STATE);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/otoscope/Otoscope/ui/oto-inspect-page.ui");
  BIND (content);
  BIND (class_flap);
  BIND (pages);
  BIND (problem_page);
  BIND (stack);
  BIND (class_list);
  BIND (transport_bar);
  BIND (reading_strip);
  BIND (view);
  BIND (detection);
  BIND (listening);
  gtk_widget_class_bind_template_callback (widget_class, loaded_cb);
  gtk_widget_class_bind_template_callback (widget_class, settled_cb);
  gtk_widget_class_bind_template_callback (widget_class, failed_cb);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
}

static void
oto_inspect_page_init (OtoInspectPage *self)
{
  self->panels = oto_panel_list_new_fig3 ();
  gtk_widget_init_template (GTK_WIDGET (self));
  g_object_set (self->stack, "panels", self->panels, NULL);
  oto_inspect_page_init_actions (self);
  oto_inspect_page_init_history (self);
  oto_inspect_page_init_reading (self);
}
