/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "state/oto-detection.h"

#include "geometry/oto-reading.h"
#include "paint/oto-class-name.h"
#include "paint/oto-panel-data.h"

struct _OtoDetection
{
  GObject       parent_instance;

  OtoViewState *view;
  OtoAnalysis  *analysis;
  OtoEventList *reference;
  OtoEventList *events;
};

enum { PROP_0, PROP_VIEW_STATE, PROP_ANALYSIS, N_PROPS };
enum { CHANGED, N_SIGNALS };

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (OtoDetection, oto_detection, G_TYPE_OBJECT)

/* The first classes of the clip have colours, and those that somebody labelled. */
static void
assign_colors (OtoDetection *self)
{
  OtoClassColors *colors = oto_view_state_get_colors (self->view);
  const int n_classes = self->analysis != NULL ? oto_analysis_get_n_classes (self->analysis) : 0;

  for (int i = 0; i < MIN (OTO_N_FOCUS, n_classes); i++)
    {
      g_autofree char *name =
        oto_class_name_dup (self->analysis, oto_analysis_get_ranking (self->analysis)[i]);

      oto_class_colors_assign (colors, name);
    }

  for (guint i = 0; self->reference != NULL && i < oto_event_list_get_n (self->reference); i++)
    {
      g_autofree char *name =
        oto_reading_format_class (oto_event_list_get (self->reference, i)->label);

      oto_class_colors_assign (colors, name);
    }
}

static void
find_events (OtoDetection *self)
{
  g_autofree OtoBinarizer *binarizers = NULL;

  g_clear_pointer (&self->events, oto_event_list_unref);
  if (self->analysis != NULL)
    {
      binarizers = oto_view_state_dup_binarizers (self->view,
                                                  oto_analysis_get_model (self->analysis));
      self->events = oto_analysis_find_class_events (self->analysis, binarizers);
    }
  g_signal_emit (self, signals[CHANGED], 0);
}

static void
oto_detection_get_property (GObject    *object,
                            guint       prop_id,
                            GValue     *value,
                            GParamSpec *pspec)
{
  OtoDetection *self = OTO_DETECTION (object);

  if (prop_id == PROP_VIEW_STATE)
    g_value_set_object (value, self->view);
  else if (prop_id == PROP_ANALYSIS)
    g_value_set_object (value, self->analysis);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
oto_detection_set_property (GObject      *object,
                            guint         prop_id,
                            const GValue *value,
                            GParamSpec   *pspec)
{
  OtoDetection *self = OTO_DETECTION (object);

  if (prop_id == PROP_VIEW_STATE)
    self->view = g_value_dup_object (value);
  else if (prop_id == PROP_ANALYSIS)
    oto_detection_set_analysis (self, g_value_get_object (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
oto_detection_constructed (GObject *object)
{
  OtoDetection *self = OTO_DETECTION (object);

  G_OBJECT_CLASS (oto_detection_parent_class)->constructed (object);

  g_assert (self->view != NULL);
  g_signal_connect_object (self->view, "notify::threshold", G_CALLBACK (find_events), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->view, "notify::clip-threshold", G_CALLBACK (find_events), self,
                           G_CONNECT_SWAPPED);
}

static void
oto_detection_dispose (GObject *object)
{
  OtoDetection *self = OTO_DETECTION (object);

  g_clear_object (&self->view);
  g_clear_object (&self->analysis);

  G_OBJECT_CLASS (oto_detection_parent_class)->dispose (object);
}

static void
oto_detection_finalize (GObject *object)
{
  g_clear_pointer (&OTO_DETECTION (object)->reference, oto_event_list_unref);
  g_clear_pointer (&OTO_DETECTION (object)->events, oto_event_list_unref);

  G_OBJECT_CLASS (oto_detection_parent_class)->finalize (object);
}

static void
oto_detection_class_init (OtoDetectionClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = oto_detection_get_property;
  object_class->set_property = oto_detection_set_property;
  object_class->constructed = oto_detection_constructed;
  object_class->dispose = oto_detection_dispose;
  object_class->finalize = oto_detection_finalize;

  properties[PROP_VIEW_STATE] =
    g_param_spec_object ("view-state", NULL, NULL, OTO_TYPE_VIEW_STATE,
                         G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  properties[PROP_ANALYSIS] =
    g_param_spec_object ("analysis", NULL, NULL, OTO_TYPE_ANALYSIS,
                         G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  signals[CHANGED] = g_signal_new ("changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST,
                                   0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
oto_detection_init (OtoDetection *self)
{
}

/**
 * oto_detection_new:
 * @view: has the thresholds and the colours
 *
 * Returns: (transfer full): a detection of nothing
 */
OtoDetection *
oto_detection_new (OtoViewState *view)
{
  g_return_val_if_fail (OTO_IS_VIEW_STATE (view), NULL);

  return g_object_new (OTO_TYPE_DETECTION, "view-state", view, NULL);
}

/**
 * oto_detection_set_analysis:
 * @self: a detection
 * @analysis: (nullable): whose frame scores
 */
void
oto_detection_set_analysis (OtoDetection *self,
                            OtoAnalysis  *analysis)
{
  g_return_if_fail (OTO_IS_DETECTION (self));

  if (!g_set_object (&self->analysis, analysis))
    return;

  assign_colors (self);
  find_events (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ANALYSIS]);
}

/**
 * oto_detection_get_analysis:
 * @self: a detection
 *
 * Returns: (transfer none) (nullable): whose frame scores
 */
OtoAnalysis *
oto_detection_get_analysis (OtoDetection *self)
{
  g_return_val_if_fail (OTO_IS_DETECTION (self), NULL);

  return self->analysis;
}

/**
 * oto_detection_set_reference:
 * @self: a detection
 * @reference: (nullable): labels of the clip
 */
void
oto_detection_set_reference (OtoDetection *self,
                             OtoEventList *reference)
{
  g_return_if_fail (OTO_IS_DETECTION (self));

  if (self->reference == reference)
    return;

  g_clear_pointer (&self->reference, oto_event_list_unref);
  self->reference = reference != NULL ? oto_event_list_ref (reference) : NULL;
  assign_colors (self);
  g_signal_emit (self, signals[CHANGED], 0);
}

/**
 * oto_detection_get_reference:
 * @self: a detection
 *
 * Returns: (transfer none) (nullable): labels of the clip
 */
OtoEventList *
oto_detection_get_reference (OtoDetection *self)
{
  g_return_val_if_fail (OTO_IS_DETECTION (self), NULL);

  return self->reference;
}

/**
 * oto_detection_get_events:
 * @self: a detection
 *
 * Returns: (transfer none) (nullable): all that was found, at the middle of its frames; none
 *   without an analysis
 */
OtoEventList *
oto_detection_get_events (OtoDetection *self)
{
  g_return_val_if_fail (OTO_IS_DETECTION (self), NULL);

  return self->events;
}
