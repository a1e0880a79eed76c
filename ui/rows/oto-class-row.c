/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rows/oto-class-row.h"

#include "geometry/oto-reading.h"
#include "views/oto-swatch.h"

#include <glib/gi18n.h>
#include <math.h>

struct _OtoClassRow
{
  GtkListBoxRow    parent_instance;

  OtoSwatch       *swatch;
  GtkLabel        *name_label;
  GtkLabel        *prob_label;
  GtkToggleButton *lock_button;
  GtkToggleButton *solo_button;
  GtkToggleButton *mute_button;
  GtkScale        *gain_scale;
  GtkLabel        *gain_label;

  int              class_index;
  gboolean         is_setting;   /* the program moves the controls, not a person */
};

enum { STRIP_CHANGED, LOCK_TOGGLED, N_SIGNALS };

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (OtoClassRow, oto_class_row, GTK_TYPE_LIST_BOX_ROW)

static void
update_gain_label (OtoClassRow *self)
{
  double gain_db = gtk_range_get_value (GTK_RANGE (self->gain_scale));
  g_autofree char *text = NULL;

  if (gain_db <= OTO_STRIP_MIN_DB)
    text = g_strdup (_("off"));
  else
    /* Translators: a gain in decibels; the minus sign is U+2212. */
    text = g_strdup_printf (gain_db < -0.5 ? _("\u2212%.0f\u202fdB") : _("%.0f\u202fdB"),
                            fabs (round (gain_db)));
  gtk_label_set_text (self->gain_label, text);
}

static void
control_changed_cb (GtkWidget   *control,
                    OtoClassRow *self)
{
  update_gain_label (self);
  if (!self->is_setting)
    g_signal_emit (self, signals[STRIP_CHANGED], 0);
}

static void
solo_toggled_cb (GtkToggleButton *button,
                 OtoClassRow     *self)
{
  control_changed_cb (GTK_WIDGET (button), self);
}

static void
lock_toggled_cb (GtkToggleButton *button,
                 OtoClassRow     *self)
{
  if (!self->is_setting)
    g_signal_emit (self, signals[LOCK_TOGGLED], 0);
}

static void
gain_changed_cb (GtkRange    *range,
                 OtoClassRow *self)
{
  control_changed_cb (GTK_WIDGET (range), self);
}

static void
oto_class_row_dispose (GObject *object)
{
  gtk_widget_dispose_template (GTK_WIDGET (object), OTO_TYPE_CLASS_ROW);

  G_OBJECT_CLASS (oto_class_row_parent_class)->dispose (object);
}

static void
oto_class_row_class_init (OtoClassRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = oto_class_row_dispose;

  signals[STRIP_CHANGED] = g_signal_new ("strip-changed", G_TYPE_FROM_CLASS (klass),
                                         G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);

  signals[LOCK_TOGGLED] = g_signal_new ("lock-toggled", G_TYPE_FROM_CLASS (klass),
                                        G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);

  g_type_ensure (OTO_TYPE_SWATCH);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/otoscope/Otoscope/ui/oto-class-row.ui");
  gtk_widget_class_bind_template_child (widget_class, OtoClassRow, swatch);
  gtk_widget_class_bind_template_child (widget_class, OtoClassRow, name_label);
  gtk_widget_class_bind_template_child (widget_class, OtoClassRow, prob_label);
  gtk_widget_class_bind_template_child (widget_class, OtoClassRow, lock_button);
  gtk_widget_class_bind_template_child (widget_class, OtoClassRow, solo_button);
  gtk_widget_class_bind_template_child (widget_class, OtoClassRow, mute_button);
  gtk_widget_class_bind_template_child (widget_class, OtoClassRow, gain_scale);
  gtk_widget_class_bind_template_child (widget_class, OtoClassRow, gain_label);
  gtk_widget_class_bind_template_callback (widget_class, solo_toggled_cb);
  gtk_widget_class_bind_template_callback (widget_class, gain_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, lock_toggled_cb);
}

static void
oto_class_row_init (OtoClassRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * oto_class_row_new:
 * @class_index: of the model, or %OTO_MIXER_BACKGROUND
 *
 * Returns: (transfer floating): a row whose strip is at 0 dB
 */
GtkWidget *
oto_class_row_new (int class_index)
{
  OtoClassRow *self = g_object_new (OTO_TYPE_CLASS_ROW, NULL);

  self->class_index = class_index;
  /* What is left over has no panel. */
  gtk_widget_set_visible (GTK_WIDGET (self->lock_button), class_index >= 0);

  return GTK_WIDGET (self);
}

/**
 * oto_class_row_get_class_index:
 * @self: a row
 *
 * Returns: its class, or %OTO_MIXER_BACKGROUND
 */
int
oto_class_row_get_class_index (OtoClassRow *self)
{
  g_return_val_if_fail (OTO_IS_CLASS_ROW (self), -1);

  return self->class_index;
}

static void
name_control (GtkWidget  *control,
              const char *format,
              const char *name)
{
  g_autofree char *text = g_strdup_printf (format, name);

  gtk_accessible_update_property (GTK_ACCESSIBLE (control),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, text, -1);
  gtk_widget_set_tooltip_text (control, text);
}

/**
 * oto_class_row_set_class:
 * @self: a row
 * @name: its class as shown
 * @prob: its clip probability; NaN: none
 * @slot: of its colour
 * @is_top: whether it is one of the first three
 */
void
oto_class_row_set_class (OtoClassRow *self,
                         const char  *name,
                         double       prob,
                         int          slot,
                         gboolean     is_top)
{
  g_return_if_fail (OTO_IS_CLASS_ROW (self));
  g_return_if_fail (name != NULL);

  gtk_label_set_text (self->name_label, name);
  oto_swatch_set_slot (self->swatch, slot);
  if (isnan (prob))
    {
      gtk_label_set_text (self->prob_label, "");
    }
  else
    {
      g_autofree char *text = oto_reading_localize (oto_reading_format_prob (prob));

      gtk_label_set_text (self->prob_label, text);
    }

  if (is_top)
    gtk_widget_add_css_class (GTK_WIDGET (self), "top");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self), "top");

  /* Translators: name of a button; %s is a class of sound, or Background. */
  name_control (GTK_WIDGET (self->solo_button), _("Solo %s"), name);
  /* Translators: name of a button; %s is a class of sound, or Background. */
  name_control (GTK_WIDGET (self->mute_button), _("Mute %s"), name);
  /* Translators: name of a button; %s is a class of sound, which keeps its panel. */
  name_control (GTK_WIDGET (self->lock_button), _("Lock %s"), name);
  /* Translators: name of a slider; %s is a class of sound, or Background. */
  name_control (GTK_WIDGET (self->gain_scale), _("Gain of %s"), name);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
}

/**
 * oto_class_row_set_strip:
 * @self: a row
 * @strip: what its controls show; tells nobody
 */
void
oto_class_row_set_strip (OtoClassRow    *self,
                         const OtoStrip *strip)
{
  g_return_if_fail (OTO_IS_CLASS_ROW (self));
  g_return_if_fail (strip != NULL);

  self->is_setting = TRUE;
  gtk_toggle_button_set_active (self->solo_button, strip->is_solo);
  gtk_toggle_button_set_active (self->mute_button, strip->is_muted);
  gtk_range_set_value (GTK_RANGE (self->gain_scale), strip->gain_db);
  update_gain_label (self);
  self->is_setting = FALSE;
}

/**
 * oto_class_row_set_locked:
 * @self: a row
 * @is_locked: whether its class keeps its panel; tells nobody
 */
void
oto_class_row_set_locked (OtoClassRow *self,
                          gboolean     is_locked)
{
  g_return_if_fail (OTO_IS_CLASS_ROW (self));

  self->is_setting = TRUE;
  gtk_toggle_button_set_active (self->lock_button, is_locked);
  self->is_setting = FALSE;
}

/**
 * oto_class_row_set_audible:
 * @self: a row
 * @is_audible: whether it can be heard alone; it has no strip otherwise
 */
void
oto_class_row_set_audible (OtoClassRow *self,
                           gboolean     is_audible)
{
  g_return_if_fail (OTO_IS_CLASS_ROW (self));

  gtk_widget_set_visible (gtk_widget_get_parent (GTK_WIDGET (self->solo_button)), is_audible);
}

/**
 * oto_class_row_get_strip:
 * @self: a row
 * @ret_strip: (out caller-allocates): what its controls show
 */
void
oto_class_row_get_strip (OtoClassRow *self,
                         OtoStrip    *ret_strip)
{
  g_return_if_fail (OTO_IS_CLASS_ROW (self));
  g_return_if_fail (ret_strip != NULL);

  ret_strip->is_solo = gtk_toggle_button_get_active (self->solo_button);
  ret_strip->is_muted = gtk_toggle_button_get_active (self->mute_button);
  ret_strip->gain_db = gtk_range_get_value (GTK_RANGE (self->gain_scale));
}
