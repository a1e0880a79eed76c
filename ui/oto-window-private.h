/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "state/oto-session.h"
#include "oto-window.h"
#include "pages/oto-inspect-page.h"

G_BEGIN_DECLS

struct _OtoWindow
{
  AdwApplicationWindow  parent_instance;

  /* Of the template. */
  AdwWindowTitle       *title;
  GtkLabel             *model_label;
  GtkLabel             *model_card;
  GtkListBox           *model_list;
  GtkPopover           *model_popover;
  GtkStack             *run_stack;
  GtkProgressBar       *progress_bar;
  GtkInfoBar           *info_bar;
  GtkLabel             *info_label;
  GtkStack             *stack;
  AdwFlap              *flap;
  GtkLabel             *count_label;
  GtkSearchEntry       *filter_entry;
  GtkListView          *clip_list;
  OtoInspectPage       *page;

  OtoSession           *session;
  GSettings            *settings;      /* (nullable): none where nothing is installed */
  GtkSingleSelection   *selection;
  OtoClipItem          *item;          /* on show */
  GtkFileChooserNative *chooser;
  GtkWindow            *train_dialog;  /* weak */
  gint64                busy_since_us; /* 0: idle */

  /* Frame times, if asked for. */
  FILE                 *trace;
  gint64                paint_start_us;
  gint64                last_frame_us;

  /* A picture of the window, if asked for. */
  char                 *screenshot_path;
  OtoWindowSavedFunc    screenshot_func;
  gpointer              screenshot_data;
  guint                 screenshot_id;
  guint                 n_settled;
};

/* Of oto-window-actions.c. */
void oto_window_add_actions    (OtoWindow *self);
void oto_window_update_channel (OtoWindow *self);
void oto_window_update_match   (OtoWindow *self);

/* Of oto-window-record.c. */
void oto_window_stop_trace   (OtoWindow *self);

/* Of oto-window.c. */
void oto_window_show_item    (OtoWindow *self,
                              int        step);     /* to the next or previous clip of the list */

G_END_DECLS
