/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "dialogs/oto-train-dialog.h"
#include "otoscope.h"
#include "views/oto-curve-view.h"

G_BEGIN_DECLS

struct _OtoTrainDialog
{
  AdwWindow             parent_instance;

  /* Of the template. */
  GtkInfoBar           *error_bar;
  GtkLabel             *error_label;
  GtkStack             *stack;
  AdwComboRow          *system_row;
  AdwPreferencesGroup  *options_group;
  GtkSpinButton        *width_spin;
  AdwActionRow         *data_row;
  GtkSpinButton        *fold_spin;
  GtkSpinButton        *epochs_spin;
  GtkSpinButton        *batch_spin;
  AdwActionRow         *run_row;
  GtkButton            *start_button;
  GtkLabel             *run_label;
  GtkProgressBar       *progress_bar;
  OtoCurveView         *loss_view;
  OtoCurveView         *validation_view;
  GtkWidget            *use_button;
  GtkWidget            *again_button;
  GtkWidget            *pause_button;
  GtkWidget            *stop_button;
  GtkWidget            *cancel_button;

  /* Of the system's options: rows, and what in them holds the value. */
  guint                 n_options;
  GtkWidget            *option_rows[OTO_OPTION_MAX_N];
  GtkWidget            *option_controls[OTO_OPTION_MAX_N];

  char                 *data_dir;
  char                 *run_dir;
  GtkFileChooserNative *chooser;
  char                **chosen;        /* which of the two folders is being chosen */

  OtoEngine            *engine;
  OtoTrainer           *trainer;
  gboolean              is_starting;   /* the data set is being read */
  gboolean              is_running;
  gboolean              is_closing;    /* the dialog goes once the run has ended, */
  gboolean              closes_parent; /* and its window with it */
  guint                 progress_id;
  guint                 n_steps_shown;
  int                   n_epoch_steps; /* of a whole epoch */
};

/* Of oto-train-dialog-run.c. */
void oto_train_dialog_start_run    (OtoTrainDialog *self);
void oto_train_dialog_end_run      (OtoTrainDialog *self,
                                    gboolean        is_saved);

/* Of oto-train-dialog-options.c. */
void oto_train_dialog_fill_options  (OtoTrainDialog   *self);
void oto_train_dialog_apply_options (OtoTrainDialog   *self,
                                     OtoTrainerConfig *config);

/* Of oto-train-dialog.c. */
void oto_train_dialog_update_start (OtoTrainDialog *self);
void oto_train_dialog_show_error   (OtoTrainDialog *self,
                                    const char     *message);

G_END_DECLS
