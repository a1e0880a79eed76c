/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "views/oto-panel-stack.h"

#include "geometry/oto-reading.h"
#include "oto-shortcuts.h"
#include "state/oto-panel-loader.h"
#include "views/oto-cursor-overlay.h"
#include "views/oto-lane-view.h"
#include "views/oto-panel-view.h"
#include "views/oto-ruler-view.h"

#include <glib/gi18n.h>
#include <string.h>

#define MAX_ROWS      10         /* classes in panels that have rows */
#define PREVIEW_MAX_S 120.0      /* longer clips wait for the analysis */
#define STALE_OPACITY 0.5
#define DESCRIBE_MS   250        /* assistive technology is told at most four times a second */

struct _OtoPanelStack
{
  GtkWidget           parent_instance;

  /* Of the template. */
  GtkWidget          *overlay;
  OtoPlotView        *ruler;
  GtkScrolledWindow  *scroller;
  GtkScrolledWindow  *lanes_scroller;
  GtkBox             *panels_box;
  OtoLaneView        *events_lane;
  OtoLaneView        *reference_lane;
  OtoCursorOverlay   *cursor_overlay;

  OtoViewState       *view;
  OtoPanelList       *panels;
  OtoDetection       *detection;
  OtoClip            *clip;
  OtoAnalysis        *analysis;
  OtoPanelLoader     *loader;
  GPtrArray          *views;         /* of OtoPanelView, as they were added to the list */
  char               *notice;
  char               *reading;
  gboolean            is_stale;
  guint               describe_id;
};

enum
{
  PROP_0,
  PROP_VIEW_STATE,
  PROP_PANELS,
  PROP_DETECTION,
  PROP_CLIP,
  PROP_ANALYSIS,
  PROP_NOTICE,
  PROP_READING,
  PROP_IS_STALE,
  N_PROPS
};

enum { LOADED, SETTLED, FAILED, N_SIGNALS };

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (OtoPanelStack, oto_panel_stack, GTK_TYPE_WIDGET)

/* --- what the panels show --- */

static void
resolve (OtoPanelStack *self,
         OtoPanelItem  *item,
         OtoPanelSpec  *ret_spec)
{
  const int n_classes = oto_analysis_get_n_classes (self->analysis);
  const int focus_class = oto_view_state_get_focus_class (self->view);
  int classes[OTO_N_FOCUS];

  oto_class_locks_arrange (oto_view_state_get_locks (self->view), self->analysis, classes);
  oto_panel_item_resolve (item, classes, OTO_N_FOCUS,
                          focus_class < n_classes ? focus_class : OTO_VIEW_BACKGROUND, ret_spec);
}

/* The spectrogram is read at the cursor, whether it is seen or not. */
static gboolean
is_needed (OtoPanelItem *item)
{
  return oto_panel_item_is_shown (item) || oto_panel_item_get_map (item) == OTO_MAP_LOGMEL;
}

static void
load (OtoPanelStack *self)
{
  g_autoptr (GArray) specs = g_array_new (FALSE, FALSE, sizeof (OtoPanelSpec));
  g_autofree int *rows = NULL;
  guint n_rows;

  if (self->analysis == NULL || self->view == NULL || self->panels == NULL)
    return;

  for (guint i = 0; i < oto_panel_list_get_n (self->panels); i++)
    {
      OtoPanelItem *item = oto_panel_list_get (self->panels, i);
      OtoPanelSpec spec;

      if (!is_needed (item))
        continue;
      resolve (self, item, &spec);
      g_array_append_val (specs, spec);
    }

  rows = oto_class_locks_dup_rows (oto_view_state_get_locks (self->view), self->analysis, MAX_ROWS,
                                   &n_rows);
  oto_panel_loader_load (self->loader, self->analysis, (const OtoPanelSpec *) specs->data,
                         specs->len, rows, n_rows);
}

static void
loaded_cb (OtoPanelLoader *loader,
           OtoPanelData   *data,
           OtoPanelStack  *self)
{
  for (guint i = 0; i < self->views->len; i++)
    {
      OtoPanelView *view = g_ptr_array_index (self->views, i);
      OtoPanelSpec spec = { oto_panel_item_get_map (oto_panel_view_get_item (view)),
                            OTO_PANEL_NO_CLASS };

      if (self->analysis != NULL)
        resolve (self, oto_panel_view_get_item (view), &spec);
      if (oto_panel_spec_is_equal (&spec, &data->spec))
        oto_panel_view_set_data (view, data);
    }

  /* Before there is an analysis the time axis is that of the spectrogram. */
  if (self->analysis == NULL && self->clip != NULL)
    oto_view_state_set_clip (self->view, oto_clip_get_duration_s (self->clip), data->hop_s);
  g_signal_emit (self, signals[LOADED], 0);
}

static void
failed_cb (OtoPanelLoader *loader,
           const char     *message,
           OtoPanelStack  *self)
{
  g_signal_emit (self, signals[FAILED], 0, message);
}

static void
done_cb (OtoPanelLoader *loader,
         OtoPanelStack  *self)
{
  g_signal_emit (self, signals[SETTLED], 0);
}

/* Nothing of what is not on show any more stays. @keeps_spectrogram: which needs no model. */
static void
clear_data (OtoPanelStack *self,
            gboolean       keeps_spectrogram)
{
  for (guint i = 0; i < self->views->len; i++)
    {
      OtoPanelView *view = g_ptr_array_index (self->views, i);

      if (!keeps_spectrogram
          || oto_panel_item_get_map (oto_panel_view_get_item (view)) != OTO_MAP_LOGMEL)
        oto_panel_view_set_data (view, NULL);
    }
}

static void
preview (OtoPanelStack *self)
{
  if (self->clip == NULL || self->analysis != NULL || self->view == NULL
      || oto_clip_get_duration_s (self->clip) > PREVIEW_MAX_S)
    return;

  oto_panel_loader_preview (self->loader, self->clip);
}

/* --- lanes --- */

/* As many as find room; the class in focus first, then the most probable ones. */
static OtoEventList *
dup_shown_events (OtoPanelStack *self,
                  OtoEventList  *events)
{
  const char * const *names =
    oto_model_snapshot_get_class_names (oto_analysis_get_model (self->analysis));
  const int *ranking = oto_analysis_get_ranking (self->analysis);
  const int focus_class = oto_view_state_get_focus_class (self->view);
  const int n_classes = oto_analysis_get_n_classes (self->analysis);
  g_autofree const char **labels = g_new (const char *, n_classes + 1);
  guint n_labels = 0;

  if (focus_class >= 0 && focus_class < n_classes)
    labels[n_labels++] = names[focus_class];
  for (int i = 0; i < n_classes; i++)
    if (ranking[i] != focus_class)
      labels[n_labels++] = names[ranking[i]];

  return oto_lane_painter_select (events, labels, n_labels, OTO_LANE_MAX_ROWS);
}

static void
update_lanes (OtoPanelStack *self)
{
  OtoEventList *events = NULL;
  OtoEventList *reference = NULL;
  g_autoptr (OtoEventList) shown = NULL;

  if (self->detection != NULL)
    {
      events = oto_detection_get_events (self->detection);
      reference = oto_detection_get_reference (self->detection);
    }
  if (events != NULL && self->analysis != NULL)
    shown = dup_shown_events (self, events);

  oto_lane_view_set_events (self->events_lane, shown,
                            shown != NULL ? oto_event_list_get_n (events)
                                            - oto_event_list_get_n (shown) : 0, reference);
  oto_lane_view_set_events (self->reference_lane, reference, 0, events);
  gtk_widget_set_visible (GTK_WIDGET (self->reference_lane), reference != NULL);
}

static void
set_analysis (OtoPanelStack *self,
              OtoAnalysis   *analysis)
{
  if (!g_set_object (&self->analysis, analysis))
    return;

  if (analysis != NULL)
    {
      load (self);
    }
  else
    {
      oto_panel_loader_stop (self->loader);
      clear_data (self, TRUE);
      if (oto_panel_stack_find_data (self, "mel") == NULL)
        preview (self);
    }

  update_lanes (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ANALYSIS]);
}

/* --- the list of panels --- */

static OtoPanelView *
find_view (OtoPanelStack *self,
           OtoPanelItem  *item)
{
  for (guint i = 0; i < self->views->len; i++)
    if (oto_panel_view_get_item (g_ptr_array_index (self->views, i)) == item)
      return g_ptr_array_index (self->views, i);

  return NULL;
}

/* Order, heights, what is seen, and what is to be shown. */
static void
update_panels (OtoPanelStack *self)
{
  GtkWidget *before = NULL;

  for (guint i = 0; i < oto_panel_list_get_n (self->panels); i++)
    {
      OtoPanelView *view = find_view (self, oto_panel_list_get (self->panels, i));

      if (gtk_widget_get_prev_sibling (GTK_WIDGET (view)) != before)
        gtk_box_reorder_child_after (self->panels_box, GTK_WIDGET (view), before);
      oto_panel_view_update (view);
      before = GTK_WIDGET (view);
    }

  load (self);
  gtk_widget_queue_draw (GTK_WIDGET (self->cursor_overlay));
}

/* Panels that share what room there is keep what each has of it when one is resized. */
static void
resize_begin_cb (OtoPanelView  *view,
                 OtoPanelStack *self)
{
  g_autofree int *heights_px = g_new (int, MAX (self->views->len, 1));

  for (guint i = 0; i < self->views->len; i++)
    heights_px[i] = oto_panel_view_get_plot_px (g_ptr_array_index (self->views, i));

  for (guint i = 0; i < self->views->len; i++)
    {
      OtoPanelView *other = g_ptr_array_index (self->views, i);

      if (gtk_widget_get_vexpand (GTK_WIDGET (other))
          && oto_panel_list_get_maximized (self->panels) == NULL)
        oto_panel_item_set_height_px (oto_panel_view_get_item (other), heights_px[i]);
    }
}

static void
add_panel (OtoPanelStack      *self,
           OtoPanelItem       *item,
           GSimpleActionGroup *actions)
{
  GtkWidget *view = oto_panel_view_new (self->panels, item);
  g_autoptr (GPropertyAction) action =
    g_property_action_new (oto_panel_item_get_name (item), item, "is-shown");

  g_object_bind_property (self, "view-state", view, "view-state", G_BINDING_SYNC_CREATE);
  oto_panel_view_set_notice (OTO_PANEL_VIEW (view), self->notice);
  g_signal_connect (view, "resize-begin", G_CALLBACK (resize_begin_cb), self);
  g_ptr_array_add (self->views, view);
  gtk_box_append (self->panels_box, view);
  oto_cursor_overlay_add_plot (self->cursor_overlay, OTO_PLOT_VIEW (view),
                               GTK_WIDGET (self->scroller));
  g_action_map_add_action (G_ACTION_MAP (actions), G_ACTION (action));
}

static void
set_panels (OtoPanelStack *self,
            OtoPanelList  *panels)
{
  g_autoptr (GSimpleActionGroup) actions = g_simple_action_group_new ();

  /* A stack has its panels for life. */
  g_return_if_fail (self->panels == NULL || self->panels == panels);

  if (panels == NULL || !g_set_object (&self->panels, panels))
    return;

  for (guint i = 0; i < oto_panel_list_get_n (panels); i++)
    add_panel (self, oto_panel_list_get (panels, i), actions);
  gtk_widget_insert_action_group (GTK_WIDGET (self), "panels", G_ACTION_GROUP (actions));
  g_signal_connect_object (panels, "changed", G_CALLBACK (update_panels), self, G_CONNECT_SWAPPED);
  update_panels (self);
}

/* --- events --- */

static void
set_detection (OtoPanelStack *self,
               OtoDetection  *detection)
{
  if (self->detection == detection)
    return;

  if (self->detection != NULL)
    g_signal_handlers_disconnect_by_func (self->detection, update_lanes, self);
  g_set_object (&self->detection, detection);
  if (detection != NULL)
    g_signal_connect_object (detection, "changed", G_CALLBACK (update_lanes), self,
                             G_CONNECT_SWAPPED);
  update_lanes (self);
}

static void
event_activated_cb (OtoLaneView   *lane,
                    const char    *label,
                    OtoPanelStack *self)
{
  const int class_index = self->analysis != NULL ? oto_analysis_find_class (self->analysis, label)
                                                 : -1;

  if (class_index >= 0)
    oto_view_state_set_focus_class (self->view, class_index);
}

/* --- the view --- */

static void
focus_changed_cb (OtoViewState  *view,
                  GParamSpec    *pspec,
                  OtoPanelStack *self)
{
  load (self);
  update_lanes (self);
}

/* What the panels tell assistive technology: name with class, reading, range. */
static gboolean
describe_cb (gpointer user_data)
{
  OtoPanelStack *self = user_data;
  OtoTimeScale *scale = oto_view_state_get_scale (self->view);
  g_autofree char *start =
    oto_reading_localize (g_strdup_printf ("%.2f", oto_time_scale_get_start_s (scale)));
  g_autofree char *end =
    oto_reading_localize (g_strdup_printf ("%.2f", oto_time_scale_get_end_s (scale)));
  g_autofree char *description = NULL;

  /* Translators: what is read at the cursor; then the range of time on show, in seconds. */
  description = g_strdup_printf (_("%s; shows %s to %s s"),
                                 self->reading != NULL ? self->reading : "", start, end);
  oto_plot_view_describe (self->ruler, _("Time axis"), description);

  for (guint i = 0; i < self->views->len; i++)
    {
      OtoPanelView *view = g_ptr_array_index (self->views, i);
      OtoPanelData *data = oto_panel_view_get_data (view);
      g_autofree char *label = NULL;

      if (data != NULL && data->class_name != NULL)
        /* Translators: the title of a panel, and the class that it shows. */
        label = g_strdup_printf (_("%s, %s"), data->title, data->class_name);
      else if (data != NULL)
        label = g_strdup (data->title);
      else
        label = oto_panel_item_dup_title (oto_panel_view_get_item (view));

      oto_plot_view_describe (OTO_PLOT_VIEW (view), label, description);
    }

  self->describe_id = 0;

  return G_SOURCE_REMOVE;
}

static void
describe_later (OtoPanelStack *self)
{
  if (self->describe_id == 0 && self->view != NULL)
    self->describe_id = g_timeout_add (DESCRIBE_MS, describe_cb, self);
}

static void
set_view (OtoPanelStack *self,
          OtoViewState  *view)
{
  if (self->view == view)
    return;

  if (self->view != NULL)
    {
      g_signal_handlers_disconnect_by_data (oto_view_state_get_scale (self->view), self);
      g_signal_handlers_disconnect_by_data (oto_view_state_get_locks (self->view), self);
      g_signal_handlers_disconnect_by_data (self->view, self);
      g_clear_handle_id (&self->describe_id, g_source_remove);
    }
  g_set_object (&self->view, view);
  oto_cursor_overlay_set_view (self->cursor_overlay, view);
  if (view != NULL)
    {
      g_signal_connect_object (view, "notify::focus-class", G_CALLBACK (focus_changed_cb), self,
                               0);
      g_signal_connect_object (oto_view_state_get_locks (view), "changed", G_CALLBACK (load), self,
                               G_CONNECT_SWAPPED);
      g_signal_connect_object (oto_view_state_get_scale (view), "changed",
                               G_CALLBACK (describe_later), self, G_CONNECT_SWAPPED);
    }
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_VIEW_STATE]);
}

/* --- the widget --- */

static void
set_text (char       **member,
          const char  *text)
{
  g_free (*member);
  *member = g_strdup (text);
}

static void
oto_panel_stack_get_property (GObject    *object,
                              guint       prop_id,
                              GValue     *value,
                              GParamSpec *pspec)
{
  OtoPanelStack *self = OTO_PANEL_STACK (object);

  switch (prop_id)
    {
    case PROP_VIEW_STATE:
      g_value_set_object (value, self->view);
      break;
    case PROP_PANELS:
      g_value_set_object (value, self->panels);
      break;
    case PROP_DETECTION:
      g_value_set_object (value, self->detection);
      break;
    case PROP_CLIP:
      g_value_set_object (value, self->clip);
      break;
    case PROP_ANALYSIS:
      g_value_set_object (value, self->analysis);
      break;
    case PROP_NOTICE:
      g_value_set_string (value, self->notice);
      break;
    case PROP_READING:
      g_value_set_string (value, self->reading);
      break;
    case PROP_IS_STALE:
      g_value_set_boolean (value, self->is_stale);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
oto_panel_stack_set_property (GObject      *object,
                              guint         prop_id,
                              const GValue *value,
                              GParamSpec   *pspec)
{
  OtoPanelStack *self = OTO_PANEL_STACK (object);

  switch (prop_id)
    {
    case PROP_VIEW_STATE:
      set_view (self, g_value_get_object (value));
      break;
    case PROP_PANELS:
      set_panels (self, g_value_get_object (value));
      break;
    case PROP_DETECTION:
      set_detection (self, g_value_get_object (value));
      break;
    case PROP_CLIP:
      oto_panel_stack_set_clip (self, g_value_get_object (value));
      break;
    case PROP_ANALYSIS:
      set_analysis (self, g_value_get_object (value));
      break;
    case PROP_NOTICE:
      oto_panel_stack_set_notice (self, g_value_get_string (value));
      break;
    case PROP_READING:
      set_text (&self->reading, g_value_get_string (value));
      describe_later (self);
      break;
    case PROP_IS_STALE:
      self->is_stale = g_value_get_boolean (value);
      gtk_widget_set_opacity (self->overlay, self->is_stale ? STALE_OPACITY : 1.0);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static gboolean
oto_panel_stack_grab_focus (GtkWidget *widget)
{
  OtoPanelStack *self = OTO_PANEL_STACK (widget);

  for (GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (self->panels_box));
       child != NULL; child = gtk_widget_get_next_sibling (child))
    if (gtk_widget_get_visible (child))
      return gtk_widget_grab_focus (child);

  return gtk_widget_grab_focus (GTK_WIDGET (self->ruler));
}

static void
oto_panel_stack_dispose (GObject *object)
{
  OtoPanelStack *self = OTO_PANEL_STACK (object);

  if (self->loader != NULL)
    {
      oto_panel_loader_stop (self->loader);
      g_signal_handlers_disconnect_by_data (self->loader, self);
    }
  g_clear_object (&self->loader);
  if (self->cursor_overlay != NULL)
    set_view (self, NULL);
  if (self->detection != NULL)
    g_signal_handlers_disconnect_by_func (self->detection, update_lanes, self);
  g_clear_object (&self->detection);
  g_clear_object (&self->panels);
  g_clear_object (&self->clip);
  g_clear_object (&self->analysis);
  if (self->views != NULL)
    g_ptr_array_set_size (self->views, 0);
  g_clear_pointer (&self->overlay, gtk_widget_unparent);
  gtk_widget_dispose_template (GTK_WIDGET (self), OTO_TYPE_PANEL_STACK);

  G_OBJECT_CLASS (oto_panel_stack_parent_class)->dispose (object);
}

static void
oto_panel_stack_finalize (GObject *object)
{
  OtoPanelStack *self = OTO_PANEL_STACK (object);

  g_ptr_array_unref (self->views);
  g_free (self->notice);
  g_free (self->reading);

  G_OBJECT_CLASS (oto_panel_stack_parent_class)->finalize (object);
}

static void
install_properties (GObjectClass *klass)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  properties[PROP_VIEW_STATE] = g_param_spec_object ("view-state", NULL, NULL, OTO_TYPE_VIEW_STATE,
                                                     flags);
  properties[PROP_PANELS] = g_param_spec_object ("panels", NULL, NULL, OTO_TYPE_PANEL_LIST, flags);
  properties[PROP_DETECTION] = g_param_spec_object ("detection", NULL, NULL, OTO_TYPE_DETECTION,
                                                    flags);
  properties[PROP_CLIP] = g_param_spec_object ("clip", NULL, NULL, OTO_TYPE_CLIP, flags);
  properties[PROP_ANALYSIS] = g_param_spec_object ("analysis", NULL, NULL, OTO_TYPE_ANALYSIS,
                                                   flags);
  properties[PROP_NOTICE] = g_param_spec_string ("notice", NULL, NULL, NULL, flags);
  properties[PROP_READING] = g_param_spec_string ("reading", NULL, NULL, NULL, flags);
  properties[PROP_IS_STALE] = g_param_spec_boolean ("is-stale", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (klass, N_PROPS, properties);
}

#define BIND(name) gtk_widget_class_bind_template_child (widget_class, OtoPanelStack, name)

static void
oto_panel_stack_class_init (OtoPanelStackClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GType type = G_TYPE_FROM_CLASS (klass);

  object_class->get_property = oto_panel_stack_get_property;
  object_class->set_property = oto_panel_stack_set_property;
  object_class->dispose = oto_panel_stack_dispose;
  object_class->finalize = oto_panel_stack_finalize;
  widget_class->grab_focus = oto_panel_stack_grab_focus;
  install_properties (object_class);

  signals[LOADED] = g_signal_new ("loaded", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 0);
  signals[SETTLED] = g_signal_new ("settled", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 0);
  signals[FAILED] = g_signal_new ("failed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 1, G_TYPE_STRING);

  g_type_ensure (OTO_TYPE_CURSOR_OVERLAY);
  g_type_ensure (OTO_TYPE_LANE_VIEW);
  g_type_ensure (OTO_TYPE_RULER_VIEW);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/otoscope/Otoscope/ui/oto-panel-stack.ui");
  BIND (overlay);
  BIND (ruler);
  BIND (scroller);
  BIND (lanes_scroller);
  BIND (panels_box);
  BIND (events_lane);
  BIND (reference_lane);
  BIND (cursor_overlay);
  gtk_widget_class_bind_template_callback (widget_class, event_activated_cb);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_css_name (widget_class, "panels");
}

static void
watch_scrolling (OtoPanelStack     *self,
                 GtkScrolledWindow *scroller)
{
  g_signal_connect_object (gtk_scrolled_window_get_vadjustment (scroller), "value-changed",
                           G_CALLBACK (gtk_widget_queue_draw), self->cursor_overlay,
                           G_CONNECT_SWAPPED);
}

static void
oto_panel_stack_init (OtoPanelStack *self)
{
  GtkWidget *lanes;

  self->views = g_ptr_array_new ();
  self->loader = oto_panel_loader_new ();
  g_signal_connect (self->loader, "loaded", G_CALLBACK (loaded_cb), self);
  g_signal_connect (self->loader, "failed", G_CALLBACK (failed_cb), self);
  g_signal_connect (self->loader, "done", G_CALLBACK (done_cb), self);

  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_overlay_set_clip_overlay (GTK_OVERLAY (self->overlay), GTK_WIDGET (self->cursor_overlay),
                                TRUE);
  lanes = GTK_WIDGET (self->lanes_scroller);
  oto_cursor_overlay_add_plot (self->cursor_overlay, self->ruler, NULL);
  oto_cursor_overlay_add_plot (self->cursor_overlay, OTO_PLOT_VIEW (self->events_lane), lanes);
  oto_cursor_overlay_add_plot (self->cursor_overlay, OTO_PLOT_VIEW (self->reference_lane), lanes);
  watch_scrolling (self, self->scroller);
  watch_scrolling (self, self->lanes_scroller);
  oto_shortcuts_attach (GTK_WIDGET (self->panels_box), FALSE);
}

/**
 * oto_panel_stack_new:
 *
 * Returns: (transfer floating): a stack without panels
 */
GtkWidget *
oto_panel_stack_new (void)
{
  return g_object_new (OTO_TYPE_PANEL_STACK, NULL);
}

/**
 * oto_panel_stack_set_clip:
 * @self: a stack
 * @clip: (nullable): what is shown; of another clip nothing stays. Its spectrogram needs no
 *   analysis
 */
void
oto_panel_stack_set_clip (OtoPanelStack *self,
                          OtoClip       *clip)
{
  g_return_if_fail (OTO_IS_PANEL_STACK (self));

  if (!g_set_object (&self->clip, clip))
    return;

  if (self->analysis == NULL || oto_analysis_get_clip (self->analysis) != clip)
    {
      oto_panel_loader_stop (self->loader);
      clear_data (self, FALSE);
      preview (self);
    }
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CLIP]);
}

/**
 * oto_panel_stack_set_notice:
 * @self: a stack
 * @notice: (nullable): words in place of maps that are not there
 */
void
oto_panel_stack_set_notice (OtoPanelStack *self,
                            const char    *notice)
{
  g_return_if_fail (OTO_IS_PANEL_STACK (self));

  if (g_strcmp0 (self->notice, notice) == 0)
    return;

  set_text (&self->notice, notice);
  for (guint i = 0; i < self->views->len; i++)
    oto_panel_view_set_notice (g_ptr_array_index (self->views, i), notice);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_NOTICE]);
}

/**
 * oto_panel_stack_is_busy:
 * @self: a stack
 *
 * Returns: whether panels are on their way
 */
gboolean
oto_panel_stack_is_busy (OtoPanelStack *self)
{
  g_return_val_if_fail (OTO_IS_PANEL_STACK (self), FALSE);

  return oto_panel_loader_is_busy (self->loader);
}

/**
 * oto_panel_stack_get_focus:
 * @self: a stack
 *
 * Returns: (transfer none) (nullable): the panel that has the keyboard; else the one that has all
 *   of the room
 */
OtoPanelItem *
oto_panel_stack_get_focus (OtoPanelStack *self)
{
  GtkRoot *root;
  GtkWidget *focus;
  GtkWidget *view = NULL;

  g_return_val_if_fail (OTO_IS_PANEL_STACK (self), NULL);

  root = gtk_widget_get_root (GTK_WIDGET (self));
  focus = root != NULL ? gtk_root_get_focus (root) : NULL;
  if (focus != NULL && gtk_widget_is_ancestor (focus, GTK_WIDGET (self)))
    view = gtk_widget_get_ancestor (focus, OTO_TYPE_PANEL_VIEW);

  return view != NULL ? oto_panel_view_get_item (OTO_PANEL_VIEW (view))
                      : oto_panel_list_get_maximized (self->panels);
}

/**
 * oto_panel_stack_dup_data:
 * @self: a stack
 *
 * Returns: (transfer full) (element-type OtoPanelData): what is shown
 */
GPtrArray *
oto_panel_stack_dup_data (OtoPanelStack *self)
{
  GPtrArray *all;

  g_return_val_if_fail (OTO_IS_PANEL_STACK (self), NULL);

  all = g_ptr_array_new_with_free_func ((GDestroyNotify) oto_panel_data_unref);
  for (guint i = 0; i < self->views->len; i++)
    {
      OtoPanelData *data = oto_panel_view_get_data (g_ptr_array_index (self->views, i));

      if (data != NULL)
        g_ptr_array_add (all, oto_panel_data_ref (data));
    }

  return all;
}

/**
 * oto_panel_stack_get_plot:
 * @self: a stack
 * @name: of a panel, or "ruler", "events", "reference"
 *
 * Returns: (transfer none) (nullable): where it is drawn
 */
GtkWidget *
oto_panel_stack_get_plot (OtoPanelStack *self,
                          const char    *name)
{
  OtoPanelItem *item;

  g_return_val_if_fail (OTO_IS_PANEL_STACK (self), NULL);
  g_return_val_if_fail (name != NULL, NULL);

  if (strcmp (name, "ruler") == 0)
    return GTK_WIDGET (self->ruler);
  if (strcmp (name, "events") == 0)
    return GTK_WIDGET (self->events_lane);
  if (strcmp (name, "reference") == 0)
    return GTK_WIDGET (self->reference_lane);

  item = self->panels != NULL ? oto_panel_list_find (self->panels, name) : NULL;

  return item != NULL ? GTK_WIDGET (find_view (self, item)) : NULL;
}

/**
 * oto_panel_stack_find_data:
 * @self: a stack
 * @name: of a panel
 *
 * Returns: (transfer none) (nullable): what it shows
 */
OtoPanelData *
oto_panel_stack_find_data (OtoPanelStack *self,
                           const char    *name)
{
  GtkWidget *plot = oto_panel_stack_get_plot (self, name);

  return plot != NULL ? oto_panel_view_get_data (OTO_PANEL_VIEW (plot)) : NULL;
}
