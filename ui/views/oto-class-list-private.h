/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rows/oto-class-row.h"
#include "views/oto-class-list.h"
#include "views/oto-probs-view.h"
#include "views/oto-weights-view.h"

#include "otoscope.h"

G_BEGIN_DECLS

struct _OtoClassList
{
  GtkWidget        parent_instance;

  /* Of the template. */
  GtkWidget       *content;
  GtkListBox      *list;
  GtkToggleButton *all_button;
  GtkWidget       *probs_box;
  OtoProbsView    *probs_view;
  GtkWidget       *weights_box;
  OtoWeightsView  *weights_view;
  GtkLabel        *note_label;
  GtkRange        *clip_threshold_scale;

  OtoViewState    *view;
  OtoAnalysis     *analysis;
  OtoStrips       *strips;
  char            *note;
  GBinding        *threshold_binding;
  gboolean         is_filling;     /* rows come and go; nobody chooses one */
};

G_END_DECLS
