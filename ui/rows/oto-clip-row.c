/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rows/oto-clip-row.h"

#include "geometry/oto-reading.h"

#include <glib/gi18n.h>

struct _OtoClipRow
{
  GtkWidget       parent_instance;

  GtkWidget      *box;
  GtkLabel       *name_label;
  GtkImage       *state_image;
  GtkProgressBar *progress_bar;
  GtkLabel       *text_label;
  GtkLabel       *prob_label;

  OtoClipItem    *item;
};

G_DEFINE_FINAL_TYPE (OtoClipRow, oto_clip_row, GTK_TYPE_WIDGET)

static void
update (OtoClipRow *self)
{
  OtoClipState state = oto_clip_item_get_state (self->item);
  OtoAnalysis *analysis = oto_clip_item_get_analysis (self->item);
  const char *name = oto_clip_item_get_name (self->item);
  g_autofree char *text = oto_clip_item_dup_text (self->item);
  g_autofree char *path = g_filename_display_name (oto_clip_item_get_path (self->item));
  g_autofree char *prob = NULL;

  if (state == OTO_CLIP_STATE_DONE && analysis != NULL)
    prob = oto_reading_localize (oto_reading_format_prob (
      oto_analysis_get_clip_prob (analysis)[oto_analysis_get_ranking (analysis)[0]]));

  gtk_label_set_text (self->name_label, name);
  gtk_label_set_text (self->text_label, text);
  gtk_label_set_text (self->prob_label, prob != NULL ? prob : "");
  gtk_progress_bar_set_fraction (self->progress_bar, oto_clip_item_get_progress (self->item));
  gtk_widget_set_visible (GTK_WIDGET (self->progress_bar), state == OTO_CLIP_STATE_RUNNING);
  gtk_widget_set_visible (GTK_WIDGET (self->state_image), state == OTO_CLIP_STATE_FAILED);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self), state == OTO_CLIP_STATE_FAILED
                               ? oto_clip_item_get_message (self->item)
                               : path);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, name,
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, text, -1);
}

static void
oto_clip_row_dispose (GObject *object)
{
  OtoClipRow *self = OTO_CLIP_ROW (object);

  oto_clip_row_set_item (self, NULL);
  g_clear_pointer (&self->box, gtk_widget_unparent);
  gtk_widget_dispose_template (GTK_WIDGET (self), OTO_TYPE_CLIP_ROW);

  G_OBJECT_CLASS (oto_clip_row_parent_class)->dispose (object);
}

static void
oto_clip_row_class_init (OtoClipRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = oto_clip_row_dispose;

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/otoscope/Otoscope/ui/oto-clip-row.ui");
  gtk_widget_class_bind_template_child (widget_class, OtoClipRow, box);
  gtk_widget_class_bind_template_child (widget_class, OtoClipRow, name_label);
  gtk_widget_class_bind_template_child (widget_class, OtoClipRow, state_image);
  gtk_widget_class_bind_template_child (widget_class, OtoClipRow, progress_bar);
  gtk_widget_class_bind_template_child (widget_class, OtoClipRow, text_label);
  gtk_widget_class_bind_template_child (widget_class, OtoClipRow, prob_label);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
}

static void
oto_clip_row_init (OtoClipRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * oto_clip_row_new:
 *
 * Returns: (transfer floating): an empty row
 */
GtkWidget *
oto_clip_row_new (void)
{
  return g_object_new (OTO_TYPE_CLIP_ROW, NULL);
}

/**
 * oto_clip_row_set_item:
 * @self: a row
 * @item: (nullable): the clip that it follows
 */
void
oto_clip_row_set_item (OtoClipRow  *self,
                       OtoClipItem *item)
{
  g_return_if_fail (OTO_IS_CLIP_ROW (self));

  if (self->item == item)
    return;

  if (self->item != NULL)
    g_signal_handlers_disconnect_by_data (self->item, self);

  g_set_object (&self->item, item);
  if (item != NULL)
    {
      g_signal_connect_swapped (item, "changed", G_CALLBACK (update), self);
      update (self);
    }
}
