/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "dialogs/oto-train-dialog-private.h"

#include <math.h>

/* What can be chosen of a system: a loop over its table of options. */

#define NUMBER_DIGITS 9

/* A number as short as it is exact, in the locale's notation. */
static gboolean
output_cb (GtkSpinButton *spin,
           gpointer       user_data)
{
  g_autofree char *text = g_strdup_printf ("%.*g", NUMBER_DIGITS, gtk_spin_button_get_value (spin));

  if (strcmp (gtk_editable_get_text (GTK_EDITABLE (spin)), text) != 0)
    gtk_editable_set_text (GTK_EDITABLE (spin), text);

  return TRUE;
}

static GtkWidget *
make_spin (const OtoOption *option)
{
  const gboolean is_number = option->kind == OTO_OPTION_NUMBER;
  /* A tenth of the default's own size. */
  const double step = !is_number ? 1
                      : option->value != 0 ? pow (10, floor (log10 (fabs (option->value))) - 1)
                                           : 0.01;
  GtkWidget *spin = gtk_spin_button_new (gtk_adjustment_new (option->value, option->min,
                                                             option->max, step, 10 * step, 0),
                                         1, is_number ? NUMBER_DIGITS : 0);

  if (is_number)
    {
      g_signal_connect (spin, "output", G_CALLBACK (output_cb), NULL);
      gtk_spin_button_update (GTK_SPIN_BUTTON (spin));
    }
  gtk_editable_set_width_chars (GTK_EDITABLE (spin), 10);

  return spin;
}

static GtkWidget *
make_switch (const OtoOption *option)
{
  GtkWidget *toggle = gtk_switch_new ();

  gtk_switch_set_active (GTK_SWITCH (toggle), option->value != 0);

  return toggle;
}

static GtkWidget *
make_control (const OtoOption *option)
{
  GtkWidget *list;

  switch (option->kind)
    {
    case OTO_OPTION_NUMBER:
    case OTO_OPTION_INTEGER:
      return make_spin (option);
    case OTO_OPTION_SWITCH:
      return make_switch (option);
    case OTO_OPTION_CHOICE:
      list = gtk_drop_down_new_from_strings (option->choices);
      gtk_drop_down_set_selected (GTK_DROP_DOWN (list), (guint) option->value);

      return list;
    }

  g_return_val_if_reached (NULL);
}

/* The row; @ret_control holds the value. */
static GtkWidget *
make_row (const OtoOption  *option,
          GtkWidget       **ret_control)
{
  GtkWidget *row = adw_action_row_new ();
  GtkWidget *control = make_control (option);

  gtk_widget_set_valign (control, GTK_ALIGN_CENTER);
  gtk_accessible_update_property (GTK_ACCESSIBLE (control),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, option->name,
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, option->help, -1);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), control);
  adw_action_row_set_activatable_widget (ADW_ACTION_ROW (row), control);
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), option->name);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), option->help);
  adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (row), 0);
  *ret_control = control;

  return row;
}

static double
get_value (const OtoOption *option,
           GtkWidget       *control)
{
  switch (option->kind)
    {
    case OTO_OPTION_NUMBER:
    case OTO_OPTION_INTEGER:
      return gtk_spin_button_get_value (GTK_SPIN_BUTTON (control));
    case OTO_OPTION_SWITCH:
      return gtk_switch_get_active (GTK_SWITCH (control));
    case OTO_OPTION_CHOICE:
      return gtk_drop_down_get_selected (GTK_DROP_DOWN (control));
    }

  g_return_val_if_reached (option->value);
}

/**
 * oto_train_dialog_fill_options:
 * @self: a dialog
 *
 * Offers the options of the system that is chosen, at their defaults, and says what it is.
 */
void
oto_train_dialog_fill_options (OtoTrainDialog *self)
{
  const OtoSystem *system;
  g_autofree char *about = NULL;

  /* The row may be on its way out. */
  if (self->system_row == NULL || self->options_group == NULL)
    return;

  system = oto_systems_get (adw_combo_row_get_selected (self->system_row));
  for (guint i = 0; i < self->n_options; i++)
    {
      adw_preferences_group_remove (self->options_group, self->option_rows[i]);
      self->option_rows[i] = NULL;
    }
  self->n_options = system != NULL ? system->n_options : 0;
  if (system == NULL)
    return;

  about = g_markup_printf_escaped (system->note != NULL ? "%s.\n%s" : "%s.", system->title,
                                   system->note);
  adw_preferences_group_set_title (self->options_group, system->name);
  adw_preferences_group_set_description (self->options_group, about);
  for (guint i = 0; i < self->n_options; i++)
    {
      self->option_rows[i] = make_row (&system->options[i], &self->option_controls[i]);
      adw_preferences_group_add (self->options_group, self->option_rows[i]);
    }
}

/**
 * oto_train_dialog_apply_options:
 * @self: a dialog
 * @config: (inout): settings of a run
 *
 * Sets the options that are not at their defaults.
 */
void
oto_train_dialog_apply_options (OtoTrainDialog   *self,
                                OtoTrainerConfig *config)
{
  const OtoSystem *system = oto_systems_find (config->system);

  for (guint i = 0; system != NULL && i < self->n_options; i++)
    {
      const OtoOption *option = &system->options[i];
      const double value = get_value (option, self->option_controls[i]);
      g_autofree char *text = oto_option_format (option, value);

      if (value != option->value)
        oto_trainer_config_set_option (config, option->name, text);
    }
}
