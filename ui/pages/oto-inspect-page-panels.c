/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-inspect-page-private.h"

#include "features/oto-logmel-stream.h"
#include "oto-shortcuts.h"
#include "views/oto-ruler-view.h"

#include <glib/gi18n.h>

#define MAX_ROWS        10       /* classes in panels 6 and 7 */
#define PREVIEW_MAX_S   120.0    /* longer clips wait for the analysis */

static void
clicked_cb (OtoPlotView    *view,
            double          time_s,
            int             n_press,
            OtoInspectPage *self)
{
  oto_player_seek (self->player, time_s);
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

/* --- panels from an analysis, one after the other --- */

typedef struct
{
  OtoAnalysis *analysis;
  int         *classes;
  guint        n_classes;
  guint        i;                /* into panel_order */
} PanelJob;

/* What is ready soon comes first. */
static const OtoPanelKind panel_order[] = {
  OTO_PANEL_LOGMEL, OTO_PANEL_CLIP_PROB, OTO_PANEL_MEL_WEIGHTS, OTO_PANEL_STEP1,
  OTO_PANEL_TIME_ATT, OTO_PANEL_FREQ_ATT_1, OTO_PANEL_FREQ_ATT_2, OTO_PANEL_FREQ_ATT_3,
  OTO_PANEL_RECON,
};

static void
panel_job_free (PanelJob *self)
{
  g_object_unref (self->analysis);
  g_free (self->classes);
  g_free (self);
}

static void
panel_worker (GTask        *task,
              gpointer      source,
              gpointer      task_data,
              GCancellable *cancellable)
{
  PanelJob *job = task_data;
  GError *error = NULL;
  OtoPanelData *data = oto_panel_data_new (job->analysis, panel_order[job->i], job->classes,
                                           job->n_classes, cancellable, &error);

  if (data != NULL)
    g_task_return_pointer (task, data, (GDestroyNotify) oto_panel_data_unref);
  else
    g_task_return_error (task, error);
}

static void start_panel (OtoInspectPage *self,
                         PanelJob       *job);

static void
show_panel (OtoInspectPage *self,
            OtoPanelData   *data)
{
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
  else if (data->kind >= OTO_PANEL_FREQ_ATT_1 && data->kind <= OTO_PANEL_FREQ_ATT_3)
    {
      /* The last of the three gives all of them their scale. */
      self->waiting[data->kind - OTO_PANEL_FREQ_ATT_1] = oto_panel_data_ref (data);
      if (data->kind == OTO_PANEL_FREQ_ATT_3)
        {
          oto_panel_data_link (self->waiting, OTO_N_FOCUS);
          for (int i = 0; i < OTO_N_FOCUS; i++)
            {
              oto_panel_view_set_data (self->panels[OTO_PANEL_FREQ_ATT_1 - 1 + i],
                                       self->waiting[i]);
              g_clear_pointer (&self->waiting[i], oto_panel_data_unref);
            }
        }
    }
  else
    {
      oto_panel_view_set_data (self->panels[data->kind - 1], data);
    }

  oto_inspect_page_update_reading (self);
}

static void
panel_ready_cb (GObject      *source,
                GAsyncResult *result,
                gpointer      user_data)
{
  g_autoptr (OtoInspectPage) self = user_data;
  PanelJob *job = g_task_get_task_data (G_TASK (result));
  g_autoptr (GError) error = NULL;
  g_autoptr (OtoPanelData) data = g_task_propagate_pointer (G_TASK (result), &error);

  /* Another clip or model came meanwhile. */
  if (g_task_get_cancellable (G_TASK (result)) != self->panels_cancellable)
    return;

  self->n_panels_left--;
  if (data != NULL)
    show_panel (self, data);
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    oto_inspect_page_set_notice (self, error->message);

  if (job->i + 1 < G_N_ELEMENTS (panel_order))
    {
      PanelJob *next = g_new0 (PanelJob, 1);

      next->analysis = g_object_ref (job->analysis);
      next->classes = g_memdup2 (job->classes, job->n_classes * sizeof (int));
      next->n_classes = job->n_classes;
      next->i = job->i + 1;
      start_panel (self, next);
    }
  else
    {
      oto_inspect_page_apply_strips (self);
    }
}

static void
start_panel (OtoInspectPage *self,
             PanelJob       *job)
{
  g_autoptr (GTask) task = g_task_new (NULL, self->panels_cancellable, panel_ready_cb,
                                         g_object_ref (self));

  g_task_set_task_data (task, job, (GDestroyNotify) panel_job_free);
  g_task_run_in_thread (task, panel_worker);
}

static void
stop_panels (OtoInspectPage *self)
{
  if (self->panels_cancellable != NULL)
    g_cancellable_cancel (self->panels_cancellable);
  g_clear_object (&self->panels_cancellable);
  self->n_panels_left = 0;
  self->is_previewing = FALSE;
  for (int i = 0; i < OTO_N_FOCUS; i++)
    g_clear_pointer (&self->waiting[i], oto_panel_data_unref);
}

/**
 * oto_inspect_page_fill_panels:
 * @self: a page with an analysis
 *
 * Starts to prepare all panels. Each is shown when it is ready; until then what was there stays.
 */
void
oto_inspect_page_fill_panels (OtoInspectPage *self)
{
  PanelJob *job = g_new0 (PanelJob, 1);

  stop_panels (self);
  self->panels_cancellable = g_cancellable_new ();
  self->n_panels_left = G_N_ELEMENTS (panel_order);
  job->analysis = g_object_ref (self->analysis);
  job->classes = oto_panel_data_dup_rows (self->analysis, NULL, 0, MAX_ROWS, &job->n_classes);
  start_panel (self, job);
}

/**
 * oto_inspect_page_clear_panels:
 * @self: a page
 * @notice: (nullable): what stands in the panels' place
 */
void
oto_inspect_page_clear_panels (OtoInspectPage *self,
                               const char     *notice)
{
  const gboolean had_preview = self->is_previewing
                               || oto_panel_view_get_data (self->panels[0]) != NULL;

  for (int i = 0; i < OTO_N_PLOTS; i++)
    {
      oto_panel_view_set_notice (self->panels[i], notice);
      if (i > 0 || notice == NULL)
        oto_panel_view_set_data (self->panels[i], NULL);
    }

  if (notice == NULL || !had_preview)
    stop_panels (self);
  oto_probs_view_set_data (self->probs_view, NULL);
  oto_weights_view_set_data (self->weights_view, NULL);
  gtk_widget_set_visible (self->probs_box, FALSE);
}

/* --- panel 1 before there is an analysis --- */

typedef struct
{
  OtoClip         *clip;
  OtoLogmelConfig  front_end;
} Preview;

static void
preview_free (Preview *self)
{
  g_object_unref (self->clip);
  g_free (self);
}

static OtoPanelData *
preview_compute (Preview       *self,
                 GCancellable  *cancellable,
                 GError       **error)
{
  const gint64 n_frames = oto_logmel_stream_get_n_clip_frames (&self->front_end, self->clip);
  g_autoptr (OtoLogmel) extractor = oto_logmel_new (&self->front_end, error);
  OtoPanelData *data = NULL;
  gboolean is_silent;
  float *logmel;

  if (extractor == NULL || n_frames == 0)
    return NULL;

  logmel = oto_try_alloc (n_frames * self->front_end.n_mels, sizeof (float), error);
  if (logmel != NULL
      && oto_logmel_stream_read_clip (extractor, self->clip, n_frames, logmel, &is_silent, NULL,
                                      NULL, cancellable, error))
    data = oto_panel_data_new_logmel (logmel, n_frames, &self->front_end, is_silent, error);
  oto_free (logmel);
  return data;
}

static void
preview_worker (GTask        *task,
                gpointer      source,
                gpointer      task_data,
                GCancellable *cancellable)
{
  GError *error = NULL;
  OtoPanelData *data = preview_compute (task_data, cancellable, &error);

  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, data, (GDestroyNotify) oto_panel_data_unref);
}

static void
preview_ready_cb (GObject      *source,
                  GAsyncResult *result,
                  gpointer      user_data)
{
  g_autoptr (OtoInspectPage) self = user_data;
  Preview *preview = g_task_get_task_data (G_TASK (result));
  g_autoptr (OtoPanelData) data = g_task_propagate_pointer (G_TASK (result), NULL);

  if (g_task_get_cancellable (G_TASK (result)) != self->panels_cancellable)
    return;

  self->is_previewing = FALSE;
  if (data == NULL || self->analysis != NULL)
    return;

  oto_view_state_set_clip (self->view, oto_clip_get_duration_s (preview->clip),
                           (double) preview->front_end.hop_len
                           / preview->front_end.sample_rate_hz);
  oto_panel_view_set_data (self->panels[0], data);
  oto_inspect_page_update_reading (self);
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
  Preview *preview;
  g_autoptr (GTask) task = NULL;

  if (self->is_previewing || oto_panel_view_get_data (self->panels[0]) != NULL
      || oto_clip_get_duration_s (clip) > PREVIEW_MAX_S)
    return;

  stop_panels (self);
  self->is_previewing = TRUE;
  self->panels_cancellable = g_cancellable_new ();
  preview = g_new0 (Preview, 1);
  preview->clip = g_object_ref (clip);
  preview->front_end = oto_logmel_config_default;
  task = g_task_new (NULL, self->panels_cancellable, preview_ready_cb, g_object_ref (self));
  g_task_set_task_data (task, preview, (GDestroyNotify) preview_free);
  g_task_run_in_thread (task, preview_worker);
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
  n_labels = MIN (MAX_ROWS, self->n_classes);
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
