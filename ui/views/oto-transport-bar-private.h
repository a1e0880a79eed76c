/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "views/oto-transport-bar.h"

G_BEGIN_DECLS

struct _OtoTransportBar
{
  GtkWidget     parent_instance;

  /* Of the template. */
  GtkWidget    *content;
  GtkButton    *play_button;
  GtkLabel     *position_label;
  GtkLabel     *duration_label;
  GtkRange     *blend_scale;
  GtkRange     *volume_scale;
  GtkRange     *threshold_scale;
  GtkLabel     *threshold_label;

  OtoViewState *view;
  OtoListening *listening;
  GPtrArray    *bindings;        /* of GBinding */
  guint         tick_id;
};

G_END_DECLS
