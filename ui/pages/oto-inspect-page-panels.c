/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-inspect-page-private.h"

#include "oto-shortcuts.h"
#include "views/oto-ruler-view.h"

#include <glib/gi18n.h>

#define MAX_ROWS        10       /* classes whose events are shown */
#define PREVIEW_MAX_S   120.0    /* longer clips wait for the analysis */

static void
clicked_cb (OtoPlotView    *view,
            double          time_s,
            int             n_press,
            OtoInspectPage *self)
{
  oto_player_seek (oto_listening_get_player (self->listening), time_s);
  oto_view_state_set_playhead_s (self->view, time_s);
  oto_inspect_page_update_transport (self);
}

static void
event_activated_cb (OtoLaneView    *lane,
                    const char     *label,
                    OtoInspectPage *self)
{
  int class_index = self->analysis != NULL ? oto_analysis_find_class (self->analysis, label) : -1;

  if (class_index < 0)
    return;

  oto_view_state_set_focus_class (self->view, class_index);
}

static void
add_plot (OtoInspectPage *self,
          OtoPlotView    *view,
          GtkBox         *box,
          GtkWidget      *clip)
{
  oto_plot_view_set_view (view, self->view);
  gtk_box_append (box, GTK_WIDGET (view));
  oto_cursor_overlay_add_plot (self->cursor_overlay, view, clip);
  g_signal_connect (view, "clicked", G_CALLBACK (clicked_cb), self);
}

/* --- their data --- */

static void
loaded_cb (OtoPanelLoader *loader,
           OtoPanelData   *data,
           OtoInspectPage *self)
{
  OtoClip *clip = oto_clip_item_get_clip (self->item);

  if (data->kind == OTO_PANEL_CLIP_PROB)
    {
      oto_probs_view_set_data (self->probs_view, data);
      gtk_widget_set_visible (self->probs_box, TRUE);
    }
  else if (data->kind == OTO_PANEL_MEL_WEIGHTS)
    {
      /* Few models have them: the others do without a word about it. */
      oto_weights_view_set_data (self->weights_view, data);
      gtk_widget_set_visible (self->weights_box, data->is_available);
    }
  else
    {
      oto_panel_view_set_data (self->panels[data->kind - 1], data);
    }

  /* Before there is an analysis the time axis is that of panel 1. */
  if (self->analysis == NULL)
    oto_view_state_set_clip (self->view, oto_clip_get_duration_s (clip), data->hop_s);
  oto_inspect_page_update_reading (self);
}

static void
failed_cb (OtoPanelLoader *loader,
           const char     *message,
           OtoInspectPage *self)
{
  oto_inspect_page_set_notice (self, message);
}

static void
set_notices (OtoInspectPage *self,
             const char     *notice)
{
  for (int i = 0; i < OTO_N_PLOTS; i++)
    oto_panel_view_set_notice (self->panels[i], notice);
}

/**
 * oto_inspect_page_fill_panels:
 * @self: a page with an analysis
 *
 * Starts to prepare all panels. Each is shown when it is ready; until then what the former model
 * heard in the clip stays.
 */
void
oto_inspect_page_fill_panels (OtoInspectPage *self)
{
  /* Translators: stands in the place of a panel whose map is being made. */
  set_notices (self, _("Preparing the panel"));
  oto_panel_loader_load (self->loader, self->analysis);
}

/**
 * oto_inspect_page_clear_panels:
 * @self: a page
 * @notice: (nullable): what stands in the panels' place
 *
 * Panels show nothing of what was there before. Panel 1, which needs no model, stays unless there
 * is nothing to say in its place.
 */
void
oto_inspect_page_clear_panels (OtoInspectPage *self,
                               const char     *notice)
{
  set_notices (self, notice);
  for (int i = notice == NULL ? 0 : 1; i < OTO_N_PLOTS; i++)
    oto_panel_view_set_data (self->panels[i], NULL);

  if (notice == NULL)
    oto_panel_loader_stop (self->loader);
  oto_probs_view_set_data (self->probs_view, NULL);
  oto_weights_view_set_data (self->weights_view, NULL);
  gtk_widget_set_visible (self->probs_box, FALSE);
}

/**
 * oto_inspect_page_preview:
 * @self: a page whose clip is open but has no analysis
 *
 * Shows panel 1, which needs no model, as soon as it can be had.
 */
void
oto_inspect_page_preview (OtoInspectPage *self)
{
  OtoClip *clip = oto_clip_item_get_clip (self->item);

  if (oto_panel_loader_is_busy (self->loader) || oto_panel_view_get_data (self->panels[0]) != NULL
      || oto_clip_get_duration_s (clip) > PREVIEW_MAX_S)
    return;

  oto_panel_loader_preview (self->loader, clip);
}

/* --- events --- */

/* Only of the classes of panels 6 and 7, and as many as find room. */
static void
show_events (OtoInspectPage *self)
{
  g_autoptr (OtoEventList) shown = NULL;
  g_autofree const char **labels = NULL;
  const char * const *names;
  const int *ranking;
  guint n_labels;

  if (self->events == NULL)
    {
      oto_lane_view_set_events (self->events_lane, NULL, 0, NULL);

      return;
    }

  names = oto_model_snapshot_get_class_names (oto_analysis_get_model (self->analysis));
  ranking = oto_analysis_get_ranking (self->analysis);
  n_labels = MIN (MAX_ROWS, oto_analysis_get_n_classes (self->analysis));
  labels = g_new (const char *, MAX (n_labels, 1));
  for (guint i = 0; i < n_labels; i++)
    labels[i] = names[ranking[i]];

  shown = oto_lane_painter_select (self->events, labels, n_labels, OTO_LANE_MAX_ROWS);
  oto_lane_view_set_events (self->events_lane, shown,
                            oto_event_list_get_n (self->events) - oto_event_list_get_n (shown),
                            self->reference);
}

/**
 * oto_inspect_page_update_events:
 * @self: a page
 *
 * Finds the events at the threshold and shows them above the labels.
 */
void
oto_inspect_page_update_events (OtoInspectPage *self)
{
  OtoBinarizer binarizer = oto_binarizer_default;

  binarizer.high = oto_view_state_get_threshold (self->view);
  binarizer.low = MIN (binarizer.low, binarizer.high);
  binarizer.is_centred = TRUE;
  binarizer.clip_threshold = oto_view_state_get_clip_threshold (self->view);

  g_clear_pointer (&self->events, oto_event_list_unref);
  if (self->analysis != NULL)
    self->events = oto_analysis_find_events (self->analysis, &binarizer);

  show_events (self);
  oto_lane_view_set_events (self->reference_lane, self->reference, 0, self->events);
  gtk_widget_set_visible (GTK_WIDGET (self->reference_lane), self->reference != NULL);
  oto_inspect_page_update_status (self);
}

/**
 * oto_inspect_page_init_panels:
 * @self: a page that is being made
 *
 * Makes ruler, panels and lanes.
 */
void
oto_inspect_page_init_panels (OtoInspectPage *self)
{
  GtkAdjustment *adjustment = gtk_scrolled_window_get_vadjustment (self->scroller);

  self->loader = oto_panel_loader_new ();
  g_signal_connect_object (self->loader, "loaded", G_CALLBACK (loaded_cb), self, 0);
  g_signal_connect_object (self->loader, "failed", G_CALLBACK (failed_cb), self, 0);
  g_signal_connect_object (self->loader, "done", G_CALLBACK (oto_listening_prepare),
                           self->listening, G_CONNECT_SWAPPED);
  oto_cursor_overlay_set_view (self->cursor_overlay, self->view);
  gtk_overlay_set_clip_overlay (self->overlay, GTK_WIDGET (self->cursor_overlay), TRUE);

  self->ruler = OTO_PLOT_VIEW (oto_ruler_view_new ());
  add_plot (self, self->ruler, self->plots_box, NULL);
  gtk_box_reorder_child_after (self->plots_box, GTK_WIDGET (self->ruler), NULL);

  for (int i = 0; i < OTO_N_PLOTS; i++)
    {
      self->panels[i] = OTO_PANEL_VIEW (oto_panel_view_new ((OtoPanelKind) (i + 1)));
      add_plot (self, OTO_PLOT_VIEW (self->panels[i]), self->panels_box,
                GTK_WIDGET (self->scroller));
    }

  self->events_lane = OTO_LANE_VIEW (oto_lane_view_new (OTO_LANE_EVENTS));
  self->reference_lane = OTO_LANE_VIEW (oto_lane_view_new (OTO_LANE_REFERENCE));
  add_plot (self, OTO_PLOT_VIEW (self->events_lane), self->lanes_box, NULL);
  add_plot (self, OTO_PLOT_VIEW (self->reference_lane), self->lanes_box, NULL);
  g_signal_connect (self->events_lane, "event-activated", G_CALLBACK (event_activated_cb), self);
  g_signal_connect (self->reference_lane, "event-activated", G_CALLBACK (event_activated_cb),
                    self);
  gtk_widget_set_visible (GTK_WIDGET (self->reference_lane), FALSE);

  oto_probs_view_set_view (self->probs_view, self->view);
  oto_weights_view_set_colors (self->weights_view, oto_view_state_get_colors (self->view));
  oto_shortcuts_attach (GTK_WIDGET (self->panels_box), FALSE);
  oto_shortcuts_attach (GTK_WIDGET (self->class_list), TRUE);
  g_signal_connect_object (adjustment, "value-changed", G_CALLBACK (gtk_widget_queue_draw),
                           self->cursor_overlay, G_CONNECT_SWAPPED);
}
