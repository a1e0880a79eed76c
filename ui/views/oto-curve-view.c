/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "views/oto-curve-view.h"

#include "views/oto-plot-view.h"

#include <adwaita.h>

#define FONT_PX   11.5
#define MIN_PX    180
#define MARGIN_PX 4

struct _OtoCurveView
{
  GtkWidget  parent_instance;

  char      *title;
  char      *x_title;
  GArray    *curves;             /* of OtoCurve; names and values are the view's own */
};

G_DEFINE_FINAL_TYPE (OtoCurveView, oto_curve_view, GTK_TYPE_WIDGET)

static void
curve_clear (gpointer data)
{
  OtoCurve *curve = data;

  g_free ((char *) curve->name);
  g_free ((double *) curve->values);
}

static void
oto_curve_view_snapshot (GtkWidget   *widget,
                         GtkSnapshot *snapshot)
{
  OtoCurveView *self = OTO_CURVE_VIEW (widget);
  const int width = gtk_widget_get_width (widget);
  const int height = gtk_widget_get_height (widget);
  const OtoRect rect = { MARGIN_PX, 0, width - 2 * MARGIN_PX, height };
  OtoCurveRange range;
  OtoPaintStyle style;
  cairo_t *cr;

  if (width < MIN_PX / 2 || height < MIN_PX / 2 || self->title == NULL)
    return;

  oto_plot_view_init_style (widget, NULL, FONT_PX, &style);
  oto_curve_painter_fit ((const OtoCurve *) self->curves->data, self->curves->len, &range);
  cr = gtk_snapshot_append_cairo (snapshot, &GRAPHENE_RECT_INIT (0, 0, width, height));
  oto_curve_painter_paint (cr, (const OtoCurve *) self->curves->data, self->curves->len, &range,
                           self->title, self->x_title, &rect, &style);
  cairo_destroy (cr);
}

static void
oto_curve_view_finalize (GObject *object)
{
  OtoCurveView *self = OTO_CURVE_VIEW (object);

  g_array_unref (self->curves);
  g_free (self->title);
  g_free (self->x_title);

  G_OBJECT_CLASS (oto_curve_view_parent_class)->finalize (object);
}

static void
oto_curve_view_class_init (OtoCurveViewClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = oto_curve_view_finalize;
  GTK_WIDGET_CLASS (klass)->snapshot = oto_curve_view_snapshot;
  gtk_widget_class_set_accessible_role (GTK_WIDGET_CLASS (klass), GTK_ACCESSIBLE_ROLE_IMG);
}

static void
oto_curve_view_init (OtoCurveView *self)
{
  self->curves = g_array_new (FALSE, TRUE, sizeof (OtoCurve));
  g_array_set_clear_func (self->curves, curve_clear);
  gtk_widget_set_size_request (GTK_WIDGET (self), MIN_PX, MIN_PX);
  g_signal_connect_object (adw_style_manager_get_default (), "notify::dark",
                           G_CALLBACK (gtk_widget_queue_draw), self, G_CONNECT_SWAPPED);
}

/**
 * oto_curve_view_set_titles:
 * @self: a view
 * @title: name of the plot
 * @x_title: what the x axis counts
 */
void
oto_curve_view_set_titles (OtoCurveView *self,
                           const char   *title,
                           const char   *x_title)
{
  g_return_if_fail (OTO_IS_CURVE_VIEW (self));

  g_free (self->title);
  g_free (self->x_title);
  self->title = g_strdup (title);
  self->x_title = g_strdup (x_title);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, title, -1);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/* The last value of every curve in words. */
static void
describe (OtoCurveView *self)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < self->curves->len; i++)
    {
      const OtoCurve *curve = &g_array_index (self->curves, OtoCurve, i);

      if (!curve->is_faint && curve->n_values > 0)
        g_string_append_printf (text, "%s%s %.4g", text->len > 0 ? "; " : "", curve->name,
                                curve->values[curve->n_values - 1]);
    }

  gtk_accessible_update_property (GTK_ACCESSIBLE (self),
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, text->str, -1);
}

/**
 * oto_curve_view_set_curve:
 * @self: a view
 * @i: number of an existing curve, or of the next
 * @name: in the legend
 * @values: (array length=n_values): copied
 * @n_values: their number
 * @first_x: x of the first value
 * @step_x: from one value to the next
 * @is_faint: raw data behind another curve
 * @higher_is_better: which value is the best
 */
void
oto_curve_view_set_curve (OtoCurveView *self,
                          guint         i,
                          const char   *name,
                          const double *values,
                          guint         n_values,
                          double        first_x,
                          double        step_x,
                          gboolean      is_faint,
                          gboolean      higher_is_better)
{
  OtoCurve curve = { 0 };

  g_return_if_fail (OTO_IS_CURVE_VIEW (self));
  g_return_if_fail (i <= self->curves->len);

  curve.name = g_strdup (name);
  curve.values = g_memdup2 (values, n_values * sizeof (double));
  curve.n_values = n_values;
  curve.first_x = first_x;
  curve.step_x = step_x;
  curve.slot = (int) i;
  curve.is_faint = is_faint;
  curve.higher_is_better = higher_is_better;

  if (i < self->curves->len)
    {
      curve_clear (&g_array_index (self->curves, OtoCurve, i));
      g_array_index (self->curves, OtoCurve, i) = curve;
    }
  else
    {
      g_array_append_val (self->curves, curve);
    }

  describe (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/**
 * oto_curve_view_clear:
 * @self: a view
 */
void
oto_curve_view_clear (OtoCurveView *self)
{
  g_return_if_fail (OTO_IS_CURVE_VIEW (self));

  g_array_set_size (self->curves, 0);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}
