/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "pages/oto-inspect-page.h"
#include "state/oto-detection.h"
#include "state/oto-history.h"
#include "state/oto-listening.h"
#include "state/oto-panel-list.h"
#include "state/oto-view-state.h"
#include "views/oto-class-list.h"
#include "views/oto-panel-stack.h"
#include "views/oto-reading-strip.h"
#include "views/oto-transport-bar.h"

G_BEGIN_DECLS

struct _OtoInspectPage
{
  GtkWidget             parent_instance;

  /* Of the template. */
  GtkWidget            *content;
  AdwFlap              *class_flap;
  GtkStack             *pages;
  AdwStatusPage        *problem_page;
  OtoPanelStack        *stack;
  OtoClassList         *class_list;
  OtoTransportBar      *transport_bar;
  OtoReadingStrip      *reading_strip;
  OtoViewState         *view;
  OtoDetection         *detection;
  OtoListening         *listening;

  OtoPanelList         *panels;
  GSimpleActionGroup   *actions;
  OtoHistory           *history;
  OtoHistory           *view_history;  /* of where one looks */
  GtkFileChooserNative *chooser;

  /* What is shown. */
  OtoClipItem          *item;
  OtoAnalysis          *analysis;

  char                 *notice;        /* (nullable): what went wrong last, or was saved */
  guint                 status_id;
};

/* Of oto-inspect-page-actions.c. */
void oto_inspect_page_init_actions   (OtoInspectPage *self);

/* Of oto-inspect-page-history.c. */
void oto_inspect_page_init_history   (OtoInspectPage *self);

/* Of oto-inspect-page-select.c. */
void oto_inspect_page_add_select_actions (OtoInspectPage *self);

/* Of oto-inspect-page-reading.c. */
void oto_inspect_page_init_reading   (OtoInspectPage *self);
void oto_inspect_page_update_reading (OtoInspectPage *self);
void oto_inspect_page_update_status  (OtoInspectPage *self);
void oto_inspect_page_set_notice     (OtoInspectPage *self,
                                      const char     *notice);

/* Of oto-inspect-page-save.c. */
void oto_inspect_page_save_figure    (OtoInspectPage *self);
void oto_inspect_page_save_stems     (OtoInspectPage *self,
                                      gboolean        is_all);

G_END_DECLS
