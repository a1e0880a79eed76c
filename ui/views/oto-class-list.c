/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "views/oto-class-list-private.h"

#include "oto-shortcuts.h"
#include "paint/oto-class-name.h"
#include "paint/oto-panel-data.h"

#include <glib/gi18n.h>
#include <math.h>

#define N_SHOWN  5               /* classes with a row, unless all are asked for */
#define MAX_ROWS 10              /* bars of probability */

enum { PROP_0, PROP_VIEW_STATE, PROP_ANALYSIS, PROP_STRIPS, PROP_NOTE, N_PROPS };

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (OtoClassList, oto_class_list, GTK_TYPE_WIDGET)

/* --- a row a class --- */

static OtoClassRow *
get_row (OtoClassList *self,
         int           i)
{
  return (OtoClassRow *) gtk_list_box_get_row_at_index (self->list, i);
}

static void
strips_changed_cb (OtoStrips    *strips,
                   OtoClassList *self)
{
  OtoClassRow *row;

  for (int i = 0; (row = get_row (self, i)) != NULL; i++)
    {
      const int class_index = oto_class_row_get_class_index (row);

      /* Rows of another model are about to go. */
      if (class_index < oto_strips_get_n_classes (strips))
        oto_class_row_set_strip (row, oto_strips_get (strips, class_index));
    }
}

static void
strip_changed_cb (OtoClassRow  *row,
                  OtoClassList *self)
{
  const int class_index = oto_class_row_get_class_index (row);
  OtoStrip strip;

  oto_class_row_get_strip (row, &strip);
  if (self->strips != NULL && class_index < oto_strips_get_n_classes (self->strips))
    oto_strips_set (self->strips, class_index, &strip);
}

static gboolean
is_locked (OtoClassList *self,
           int           class_index)
{
  g_autofree char *name = oto_class_name_dup (self->analysis, class_index);

  return class_index >= 0 && oto_class_locks_has (oto_view_state_get_locks (self->view), name);
}

static void
locks_changed_cb (OtoClassLocks *locks,
                  OtoClassList  *self)
{
  OtoClassRow *row;

  for (int i = 0; (row = get_row (self, i)) != NULL; i++)
    oto_class_row_set_locked (row, is_locked (self, oto_class_row_get_class_index (row)));
}

static void
lock_toggled_cb (OtoClassRow  *row,
                 OtoClassList *self)
{
  oto_class_locks_toggle (oto_view_state_get_locks (self->view), self->analysis,
                          oto_class_row_get_class_index (row));
}

static void
add_row (OtoClassList *self,
         int           class_index,
         int           rank)
{
  g_autofree char *name = oto_class_name_dup (self->analysis, class_index);
  GtkWidget *row = oto_class_row_new (class_index);
  double prob = NAN;
  int slot = -1;

  if (class_index >= 0)
    {
      prob = oto_analysis_get_clip_prob (self->analysis)[class_index];
      slot = oto_class_colors_find (oto_view_state_get_colors (self->view), name);
    }

  oto_class_row_set_class (OTO_CLASS_ROW (row), name, prob, slot,
                           class_index >= 0 && rank < OTO_N_FOCUS);
  if (self->strips != NULL && class_index < oto_strips_get_n_classes (self->strips))
    oto_class_row_set_strip (OTO_CLASS_ROW (row), oto_strips_get (self->strips, class_index));
  oto_class_row_set_audible (OTO_CLASS_ROW (row),
                             oto_analysis_has_mask (self->analysis, OTO_MASK_LISTENING));
  oto_class_row_set_locked (OTO_CLASS_ROW (row), is_locked (self, class_index));
  g_signal_connect (row, "strip-changed", G_CALLBACK (strip_changed_cb), self);
  g_signal_connect (row, "lock-toggled", G_CALLBACK (lock_toggled_cb), self);
  gtk_list_box_append (self->list, row);

  if (class_index == oto_view_state_get_focus_class (self->view))
    gtk_list_box_select_row (self->list, GTK_LIST_BOX_ROW (row));
}

/* The first classes by rank, or all, the one in focus in any case, and Background; without masks no
 * class can be heard alone, and nothing is Background. */
static void
fill_rows (OtoClassList *self)
{
  const gboolean shows_all = gtk_toggle_button_get_active (self->all_button);
  const int focus_class = oto_view_state_get_focus_class (self->view);
  const int n_classes = self->analysis != NULL ? oto_analysis_get_n_classes (self->analysis) : 0;
  g_autofree char *text = NULL;
  const int *ranking;
  OtoClassRow *row;

  self->is_filling = TRUE;
  while ((row = get_row (self, 0)) != NULL)
    gtk_list_box_remove (self->list, GTK_WIDGET (row));

  ranking = self->analysis != NULL ? oto_analysis_get_ranking (self->analysis) : NULL;
  for (int i = 0; i < n_classes; i++)
    if (shows_all || i < N_SHOWN || ranking[i] == focus_class || is_locked (self, ranking[i]))
      add_row (self, ranking[i], i);
  if (self->analysis != NULL && oto_analysis_has_mask (self->analysis, OTO_MASK_LISTENING))
    add_row (self, OTO_MIXER_BACKGROUND, 0);
  self->is_filling = FALSE;

  text = shows_all ? g_strdup (_("Show Fewer Classes"))
                   : g_strdup_printf (ngettext ("Show %d Class", "Show All %d Classes",
                                                n_classes), n_classes);
  gtk_button_set_label (GTK_BUTTON (self->all_button), text);
  gtk_widget_set_visible (GTK_WIDGET (self->all_button), n_classes > N_SHOWN);
}

static void
all_toggled_cb (GtkToggleButton *button,
                OtoClassList    *self)
{
  if (self->view != NULL)
    fill_rows (self);
}

static void
selected_cb (GtkListBox    *list,
             GtkListBoxRow *row,
             OtoClassList  *self)
{
  if (row == NULL || self->is_filling)
    return;

  oto_view_state_set_focus_class (self->view, oto_class_row_get_class_index (OTO_CLASS_ROW (row)));
}

/* Selects the class in focus; lists it where it has no row. */
static void
focus_changed_cb (OtoViewState *view,
                  GParamSpec   *pspec,
                  OtoClassList *self)
{
  const int focus_class = oto_view_state_get_focus_class (view);
  OtoClassRow *row;

  for (int i = 0; (row = get_row (self, i)) != NULL; i++)
    if (oto_class_row_get_class_index (row) == focus_class)
      {
        gtk_list_box_select_row (self->list, GTK_LIST_BOX_ROW (row));

        return;
      }

  fill_rows (self);
}

/* --- what is the same at all times --- */

static OtoPanelData *
dup_data (OtoClassList *self,
          OtoMap        map)
{
  const OtoPanelSpec spec = { map, OTO_PANEL_NO_CLASS };
  guint n_rows;
  g_autofree int *rows = oto_panel_data_dup_rows (self->analysis, NULL, 0, MAX_ROWS, &n_rows);

  return oto_panel_data_new (self->analysis, &spec, rows, n_rows, NULL, NULL);
}

static void
fill_panels (OtoClassList *self)
{
  g_autoptr (OtoPanelData) probs = NULL;
  g_autoptr (OtoPanelData) weights = NULL;

  if (self->analysis != NULL)
    {
      probs = dup_data (self, OTO_MAP_CLIP_PROB);
      weights = dup_data (self, OTO_MAP_MEL_WEIGHTS);
    }

  oto_probs_view_set_data (self->probs_view, probs);
  gtk_widget_set_visible (self->probs_box, probs != NULL);
  /* Few models have them: the others do without a word about it. */
  oto_weights_view_set_data (self->weights_view, weights);
  gtk_widget_set_visible (self->weights_box, weights != NULL && weights->is_available);
}

static void
set_analysis (OtoClassList *self,
              OtoAnalysis  *analysis)
{
  if (!g_set_object (&self->analysis, analysis) || self->view == NULL)
    return;

  fill_rows (self);
  fill_panels (self);
}

static void
set_view (OtoClassList *self,
          OtoViewState *view)
{
  if (self->view == view)
    return;

  if (self->view != NULL)
    {
      g_signal_handlers_disconnect_by_data (self->view, self);
      g_signal_handlers_disconnect_by_data (oto_view_state_get_locks (self->view), self);
    }
  g_clear_object (&self->threshold_binding);
  g_set_object (&self->view, view);
  if (view != NULL)
    {
      oto_weights_view_set_colors (self->weights_view, oto_view_state_get_colors (view));
      self->threshold_binding = g_object_ref (
        g_object_bind_property (view, "clip-threshold",
                                gtk_range_get_adjustment (self->clip_threshold_scale), "value",
                                G_BINDING_BIDIRECTIONAL | G_BINDING_SYNC_CREATE));
      g_signal_connect_object (view, "notify::focus-class", G_CALLBACK (focus_changed_cb), self,
                               0);
      g_signal_connect_object (oto_view_state_get_locks (view), "changed",
                               G_CALLBACK (locks_changed_cb), self, 0);
      fill_rows (self);
      fill_panels (self);
    }
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_VIEW_STATE]);
}

static void
set_strips (OtoClassList *self,
            OtoStrips    *strips)
{
  if (self->strips == strips)
    return;

  if (self->strips != NULL)
    g_signal_handlers_disconnect_by_data (self->strips, self);
  g_set_object (&self->strips, strips);
  if (strips != NULL)
    {
      g_signal_connect_object (strips, "changed", G_CALLBACK (strips_changed_cb), self, 0);
      strips_changed_cb (strips, self);
    }
}

/* --- the widget --- */

static void
oto_class_list_get_property (GObject    *object,
                             guint       prop_id,
                             GValue     *value,
                             GParamSpec *pspec)
{
  OtoClassList *self = OTO_CLASS_LIST (object);

  switch (prop_id)
    {
    case PROP_VIEW_STATE:
      g_value_set_object (value, self->view);
      break;
    case PROP_ANALYSIS:
      g_value_set_object (value, self->analysis);
      break;
    case PROP_STRIPS:
      g_value_set_object (value, self->strips);
      break;
    case PROP_NOTE:
      g_value_set_string (value, self->note);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
oto_class_list_set_property (GObject      *object,
                             guint         prop_id,
                             const GValue *value,
                             GParamSpec   *pspec)
{
  OtoClassList *self = OTO_CLASS_LIST (object);

  switch (prop_id)
    {
    case PROP_VIEW_STATE:
      set_view (self, g_value_get_object (value));
      break;
    case PROP_ANALYSIS:
      set_analysis (self, g_value_get_object (value));
      break;
    case PROP_STRIPS:
      set_strips (self, g_value_get_object (value));
      break;
    case PROP_NOTE:
      g_free (self->note);
      self->note = g_value_dup_string (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static gboolean
oto_class_list_grab_focus (GtkWidget *widget)
{
  OtoClassList *self = OTO_CLASS_LIST (widget);
  GtkListBoxRow *row = gtk_list_box_get_selected_row (self->list);

  return gtk_widget_grab_focus (row != NULL ? GTK_WIDGET (row) : GTK_WIDGET (self->list));
}

static void
oto_class_list_dispose (GObject *object)
{
  OtoClassList *self = OTO_CLASS_LIST (object);

  if (self->view != NULL)
    g_signal_handlers_disconnect_by_data (self->view, self);
  g_clear_object (&self->threshold_binding);
  g_clear_object (&self->view);
  g_clear_object (&self->analysis);
  g_clear_object (&self->strips);
  g_clear_pointer (&self->content, gtk_widget_unparent);
  gtk_widget_dispose_template (GTK_WIDGET (self), OTO_TYPE_CLASS_LIST);

  G_OBJECT_CLASS (oto_class_list_parent_class)->dispose (object);
}

static void
oto_class_list_finalize (GObject *object)
{
  g_free (OTO_CLASS_LIST (object)->note);

  G_OBJECT_CLASS (oto_class_list_parent_class)->finalize (object);
}

static void
install_properties (GObjectClass *klass)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS;

  properties[PROP_VIEW_STATE] =
    g_param_spec_object ("view-state", NULL, NULL, OTO_TYPE_VIEW_STATE,
                         flags | G_PARAM_EXPLICIT_NOTIFY);
  properties[PROP_ANALYSIS] = g_param_spec_object ("analysis", NULL, NULL, OTO_TYPE_ANALYSIS,
                                                   flags);
  properties[PROP_STRIPS] = g_param_spec_object ("strips", NULL, NULL, OTO_TYPE_STRIPS, flags);
  properties[PROP_NOTE] = g_param_spec_string ("note", NULL, NULL, NULL, flags);
  g_object_class_install_properties (klass, N_PROPS, properties);
}

#define BIND(name) gtk_widget_class_bind_template_child (widget_class, OtoClassList, name)

static void
oto_class_list_class_init (OtoClassListClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = oto_class_list_get_property;
  object_class->set_property = oto_class_list_set_property;
  object_class->dispose = oto_class_list_dispose;
  object_class->finalize = oto_class_list_finalize;
  widget_class->grab_focus = oto_class_list_grab_focus;
  install_properties (object_class);

  g_type_ensure (OTO_TYPE_PROBS_VIEW);
  g_type_ensure (OTO_TYPE_WEIGHTS_VIEW);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/otoscope/Otoscope/ui/oto-class-list.ui");
  BIND (content);
  BIND (list);
  BIND (all_button);
  BIND (probs_box);
  BIND (probs_view);
  BIND (weights_box);
  BIND (weights_view);
  BIND (note_label);
  BIND (clip_threshold_scale);
  gtk_widget_class_bind_template_callback (widget_class, all_toggled_cb);
  gtk_widget_class_bind_template_callback (widget_class, selected_cb);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
}

static void
oto_class_list_init (OtoClassList *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  oto_shortcuts_attach (GTK_WIDGET (self->list), TRUE);
}

/**
 * oto_class_list_new:
 *
 * Returns: (transfer floating): an empty list
 */
GtkWidget *
oto_class_list_new (void)
{
  return g_object_new (OTO_TYPE_CLASS_LIST, NULL);
}
