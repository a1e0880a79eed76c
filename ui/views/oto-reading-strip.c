/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "views/oto-reading-strip.h"

struct _OtoReadingStrip
{
  GtkWidget  parent_instance;

  GtkWidget *content;
  GtkLabel  *room_label;         /* not seen: it takes the room of the longest reading */
  GtkLabel  *reading_label;
  GtkLabel  *status_label;
};

enum { PROP_0, PROP_READING, N_PROPS };

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (OtoReadingStrip, oto_reading_strip, GTK_TYPE_WIDGET)

static void
oto_reading_strip_get_property (GObject    *object,
                                guint       prop_id,
                                GValue     *value,
                                GParamSpec *pspec)
{
  if (prop_id == PROP_READING)
    g_value_set_string (value, oto_reading_strip_get_reading (OTO_READING_STRIP (object)));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
oto_reading_strip_dispose (GObject *object)
{
  g_clear_pointer (&OTO_READING_STRIP (object)->content, gtk_widget_unparent);
  gtk_widget_dispose_template (GTK_WIDGET (object), OTO_TYPE_READING_STRIP);

  G_OBJECT_CLASS (oto_reading_strip_parent_class)->dispose (object);
}

static void
oto_reading_strip_class_init (OtoReadingStripClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->get_property = oto_reading_strip_get_property;
  G_OBJECT_CLASS (klass)->dispose = oto_reading_strip_dispose;

  properties[PROP_READING] = g_param_spec_string ("reading", NULL, NULL, "",
                                                  G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (G_OBJECT_CLASS (klass), N_PROPS, properties);

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/otoscope/Otoscope/ui/oto-reading-strip.ui");
  gtk_widget_class_bind_template_child (widget_class, OtoReadingStrip, content);
  gtk_widget_class_bind_template_child (widget_class, OtoReadingStrip, room_label);
  gtk_widget_class_bind_template_child (widget_class, OtoReadingStrip, reading_label);
  gtk_widget_class_bind_template_child (widget_class, OtoReadingStrip, status_label);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
}

static void
oto_reading_strip_init (OtoReadingStrip *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * oto_reading_strip_set_room:
 * @self: a strip
 * @longest: markup as long as a reading can be here
 *
 * Takes the room that @longest needs; it wraps as readings do.
 */
void
oto_reading_strip_set_room (OtoReadingStrip *self,
                            const char      *longest)
{
  g_return_if_fail (OTO_IS_READING_STRIP (self));

  gtk_label_set_markup (self->room_label, longest);
}

/**
 * oto_reading_strip_set_reading:
 * @self: a strip
 * @reading: markup: what the cursor reads
 */
void
oto_reading_strip_set_reading (OtoReadingStrip *self,
                               const char      *reading)
{
  g_return_if_fail (OTO_IS_READING_STRIP (self));

  gtk_label_set_markup (self->reading_label, reading);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_READING]);
}

/**
 * oto_reading_strip_get_reading:
 * @self: a strip
 *
 * Returns: (transfer none): what the cursor reads, as plain text
 */
const char *
oto_reading_strip_get_reading (OtoReadingStrip *self)
{
  g_return_val_if_fail (OTO_IS_READING_STRIP (self), "");

  return gtk_label_get_text (self->reading_label);
}

/**
 * oto_reading_strip_set_status:
 * @self: a strip
 * @status: what is at work, or wrong; in full in the tooltip
 */
void
oto_reading_strip_set_status (OtoReadingStrip *self,
                              const char      *status)
{
  g_return_if_fail (OTO_IS_READING_STRIP (self));

  if (strcmp (gtk_label_get_text (self->status_label), status) == 0)
    return;

  gtk_label_set_text (self->status_label, status);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->status_label), status);
}

/**
 * oto_reading_strip_get_status:
 * @self: a strip
 *
 * Returns: (transfer none): what is at work, or wrong
 */
const char *
oto_reading_strip_get_status (OtoReadingStrip *self)
{
  g_return_val_if_fail (OTO_IS_READING_STRIP (self), "");

  return gtk_label_get_text (self->status_label);
}
