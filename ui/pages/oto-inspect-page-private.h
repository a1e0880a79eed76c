/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "state/oto-listening.h"
#include "state/oto-panel-loader.h"
#include "state/oto-view-state.h"
#include "pages/oto-inspect-page.h"
#include "rows/oto-class-row.h"
#include "views/oto-cursor-overlay.h"
#include "views/oto-lane-view.h"
#include "views/oto-panel-view.h"
#include "views/oto-probs-view.h"
#include "views/oto-reading-strip.h"
#include "views/oto-weights-view.h"

G_BEGIN_DECLS

#define OTO_N_PLOTS 7            /* panels 1 to 7; those without time stand with the classes */

struct _OtoInspectPage
{
  GtkWidget           parent_instance;

  /* Of the template. */
  GtkWidget          *content;
  AdwFlap            *class_flap;
  GtkStack           *stack;
  AdwStatusPage      *problem_page;
  GtkOverlay         *overlay;
  GtkBox             *plots_box;
  GtkScrolledWindow  *scroller;
  GtkBox             *panels_box;
  GtkBox             *lanes_box;
  OtoCursorOverlay   *cursor_overlay;
  GtkListBox         *class_list;
  GtkToggleButton    *all_button;
  GtkWidget          *probs_box;
  OtoProbsView       *probs_view;
  GtkWidget          *weights_box;
  OtoWeightsView     *weights_view;
  GtkLabel           *note_label;
  GtkButton          *play_button;
  GtkLabel           *position_label;
  GtkLabel           *duration_label;
  GtkRange           *blend_scale;
  GtkRange           *volume_scale;
  GtkRange           *threshold_scale;
  GtkRange           *clip_threshold_scale;
  GtkLabel           *threshold_label;
  OtoReadingStrip    *reading_strip;

  OtoPlotView        *ruler;
  OtoPanelView       *panels[OTO_N_PLOTS];
  OtoLaneView        *events_lane;
  OtoLaneView        *reference_lane;

  OtoViewState       *view;
  OtoListening       *listening;
  GSimpleActionGroup *actions;
  GtkFileChooserNative *chooser;

  /* What is shown. */
  OtoClipItem        *item;
  OtoAnalysis        *analysis;
  OtoEventList       *reference;
  OtoEventList       *events;

  OtoPanelLoader     *loader;

  char               *notice;         /* (nullable): what went wrong last, or was saved */

  guint               tick_id;
  guint               describe_id;
  guint               status_id;
};

/* Of oto-inspect-page-actions.c. */
void oto_inspect_page_init_actions     (OtoInspectPage *self);

/* Of oto-inspect-page-listen.c. */
void oto_inspect_page_init_listening   (OtoInspectPage *self);
void oto_inspect_page_fill_classes     (OtoInspectPage *self);
void oto_inspect_page_show_focus       (OtoInspectPage *self);
void oto_inspect_page_toggle_solo      (OtoInspectPage *self,
                                        gboolean        is_exclusive);
void oto_inspect_page_toggle_mute      (OtoInspectPage *self);
void oto_inspect_page_update_transport (OtoInspectPage *self);

/* Of oto-inspect-page-reading.c. */
void oto_inspect_page_init_reading     (OtoInspectPage *self);
void oto_inspect_page_update_reading   (OtoInspectPage *self);
void oto_inspect_page_take_room        (OtoInspectPage *self);
void oto_inspect_page_update_status    (OtoInspectPage *self);
void oto_inspect_page_set_notice       (OtoInspectPage *self,
                                        const char     *notice);

/* Of oto-inspect-page-panels.c. */
void oto_inspect_page_init_panels      (OtoInspectPage *self);
void oto_inspect_page_fill_panels      (OtoInspectPage *self);
void oto_inspect_page_clear_panels     (OtoInspectPage *self,
                                        const char     *notice);
void oto_inspect_page_preview          (OtoInspectPage *self);
void oto_inspect_page_update_events    (OtoInspectPage *self);

/* Of oto-inspect-page-save.c. */
void oto_inspect_page_save_figure      (OtoInspectPage *self);
void oto_inspect_page_save_stems       (OtoInspectPage *self,
                                        gboolean        is_all);

/* The name of a class as shown; Background has one too. */
char *oto_inspect_page_dup_class_name  (OtoInspectPage *self,
                                        int             class_index) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
