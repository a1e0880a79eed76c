/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "otoscope.h"

#include "paint/oto-theme.h"

G_BEGIN_DECLS

/**
 * OtoFigure:
 *
 * Fig. 3 of one clip under one model, ready to be drawn: panels (a) to (h), events and, where there
 * is one, the reference, on one time axis. Making and saving one is for a worker thread.
 */
typedef struct _OtoFigure OtoFigure;

/**
 * OtoFigureSpec:
 * @events: (nullable): %NULL: found with @binarizer
 * @reference: (nullable): labels of this clip
 * @binarizer: (nullable): %NULL: what the model's file says, or else the published settings
 * @classes: (array length=n_classes) (nullable): classes that come first; the first three have the
 *   frequency attention panels
 * @n_classes: their number
 * @start_s: left end of the time axis
 * @end_s: right end; not above @start_s: all of the clip
 * @theme: (nullable): %NULL: light
 * @colors: (nullable): the window's class colours, so that a class keeps its own; copied
 * @command: (nullable): the command that makes this figure, for its provenance
 * @width: in points; 0: default
 * @height: in points; 0: default
 * @scale: pixels a point in PNG; 0: 2
 * @has_mel_weights: weights of mel bins are a further panel, (i)
 * @has_contribution: panels of one class show its contribution in place of its frequency attention
 * @numbers: (array length=n_numbers) (nullable): panels from 1, (a), to 9, (i), which alone are
 *   shown, called by their numbers; %NULL: the figure
 * @n_numbers: their number
 */
typedef struct
{
  OtoEventList       *events;
  OtoEventList       *reference;
  const OtoBinarizer *binarizer;
  const int          *classes;
  guint               n_classes;
  double              start_s;
  double              end_s;
  const OtoTheme     *theme;
  OtoClassColors     *colors;
  const char         *command;
  double              width;
  double              height;
  double              scale;
  gboolean            has_mel_weights;
  gboolean            has_contribution;
  const int          *numbers;
  guint               n_numbers;
} OtoFigureSpec;

#define OTO_FIGURE_WIDTH  640.0
#define OTO_FIGURE_HEIGHT 920.0
#define OTO_FIGURE_N_PANELS 9

OtoFigure *oto_figure_new    (OtoAnalysis          *analysis,
                              const OtoFigureSpec  *spec,
                              GCancellable         *cancellable,
                              GError              **error) G_GNUC_WARN_UNUSED_RESULT;
void       oto_figure_free   (OtoFigure            *self);
void       oto_figure_paint  (OtoFigure            *self,
                              cairo_t              *cr,
                              double                width,
                              double                height);
GBytes    *oto_figure_render (OtoFigure            *self,
                              const char           *name,
                              GError              **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean   oto_figure_save   (OtoFigure            *self,
                              const char           *path,
                              GError              **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OtoFigure, oto_figure_free)

G_END_DECLS
