/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "paint/oto-figure.h"

#include "geometry/oto-reading.h"
#include "geometry/oto-ticks.h"
#include "io/oto-file.h"
#include "paint/oto-class-name.h"
#include "paint/oto-figure-file.h"
#include "paint/oto-lane-painter.h"
#include "paint/oto-panel-painter.h"

#include <glib/gi18n-lib.h>
#include <math.h>

/* Sizes in points; letters of 9 points read well when the figure fills a page. */
#define FONT_PT       9.0
#define EDGE_PT       12.0
#define NAMES_PT      104.0     /* left of plots: names of classes, hertz */
#define BARS_PT       56.0      /* right of plots: colour bars and their numbers */
#define BAR_GAP_PT    9.0
#define BAR_PT        9.0
#define HEADER_PT     24.0
#define TITLE_PT      19.0
#define PANEL_GAP_PT  5.0
#define NOTICE_PT     20.0      /* of a panel that this model lacks */
#define ONE_ROW_PT    26.0      /* of a row that all classes share */
#define TIME_AXIS_PT  32.0
#define PROB_AXIS_PT  20.0
#define LANE_ROW_PT   14.0
#define MAX_LANE_ROWS 8
#define FOOTNOTE_PT   14.0
#define MAX_ROWS      10        /* classes in panels 6 to 8 */
#define MIN_MAP_PT    0.65      /* a point of share; smaller figures are drawn smaller as a whole */

#define N_PANELS      OTO_FIGURE_N_PANELS       /* of Fig. 3, and weights of mel bins */

/* The panels in their order, and how their maps share what height there is; @rank: which of the
 * first classes it shows. */
static const struct
{
  const char *letter;
  OtoMap      map;
  guint       rank;
  double      share;
} panels[N_PANELS] = {
  { "(a)", OTO_MAP_LOGMEL, 0, 105.0 },
  { "(b)", OTO_MAP_RECON, 0, 80.0 },
  { "(c)", OTO_MAP_FREQ_ATT, 0, 52.0 },
  { "(d)", OTO_MAP_FREQ_ATT, 1, 52.0 },
  { "(e)", OTO_MAP_FREQ_ATT, 2, 52.0 },
  { "(f)", OTO_MAP_STEP1, 0, 100.0 },
  { "(g)", OTO_MAP_TIME_ATT, 0, 100.0 },
  { "(h)", OTO_MAP_CLIP_PROB, 0, 104.0 },
  { "(i)", OTO_MAP_MEL_WEIGHTS, 0, 100.0 },
};

struct _OtoFigure
{
  OtoPanelData   *panels[N_PANELS];
  int             places[N_PANELS];     /* of each in the table above */
  int             n_panels;
  gboolean        is_numbered;
  char          **focus_names;          /* of the first classes */
  OtoEventList   *events;
  OtoEventList   *reference;            /* (nullable) */
  OtoClassColors *colors;
  const OtoTheme *theme;
  double          clip_threshold;
  double          start_s;
  double          end_s;
  double          width;
  double          height;
  double          scale;
  char           *heading;
  char           *subheading;
  char           *facts;
};

static OtoPanelData *
find_panel (OtoFigure *self,
            OtoMap     map)
{
  for (int i = 0; i < self->n_panels; i++)
    if (self->panels[i]->spec.map == map)
      return self->panels[i];

  return NULL;
}

/* Focus classes first, then those that have events, then whatever else the reference names. */
static void
assign_colors (OtoFigure *self)
{
  OtoEventList *lists[] = { self->events, self->reference };

  for (guint i = 0; self->focus_names[i] != NULL; i++)
    oto_class_colors_assign (self->colors, self->focus_names[i]);
  for (guint k = 0; k < G_N_ELEMENTS (lists); k++)
    for (guint i = 0; lists[k] != NULL && i < oto_event_list_get_n (lists[k]); i++)
      {
        g_autofree char *name = oto_reading_format_class (oto_event_list_get (lists[k], i)->label);

        oto_class_colors_assign (self->colors, name);
      }
}

/* Which panels there are, in the order of the table. */
static void
choose_panels (OtoFigure           *self,
               const OtoFigureSpec *spec)
{
  self->is_numbered = spec->numbers != NULL;
  for (int place = 0; place < N_PANELS; place++)
    {
      gboolean is_chosen = spec->numbers == NULL
                           && (spec->has_mel_weights || panels[place].map != OTO_MAP_MEL_WEIGHTS);

      for (guint i = 0; i < spec->n_numbers; i++)
        is_chosen = is_chosen || spec->numbers[i] == place + 1;
      if (is_chosen)
        self->places[self->n_panels++] = place;
    }
}

static OtoPanelSpec
get_panel_spec (OtoFigure           *self,
                const OtoFigureSpec *spec,
                int                  i,
                const int           *rows,
                guint                n_rows)
{
  const int place = self->places[i];
  OtoPanelSpec panel = { panels[place].map, OTO_PANEL_NO_CLASS };

  if (panel.map == OTO_MAP_FREQ_ATT && spec->has_contribution)
    panel.map = OTO_MAP_CONTRIBUTION;
  if (oto_panel_spec_has_class (&panel) && panels[place].rank < n_rows)
    panel.class_index = rows[panels[place].rank];
  return panel;
}

/* What the line across the bars of probabilities means. */
static void
note_threshold (OtoFigure   *self,
                OtoAnalysis *analysis)
{
  OtoPanelData *probs = find_panel (self, OTO_MAP_CLIP_PROB);
  g_autofree char *threshold = oto_reading_format_prob (self->clip_threshold);

  /* Translators: small words after the title of the bars of probabilities. */
  if (probs != NULL && oto_analysis_has_map (analysis, OTO_MAP_STEP1))
    probs->note = g_strdup_printf (_("the line, %s, must be passed to have events"), threshold);
}

static gboolean
load_panels (OtoFigure           *self,
             OtoAnalysis         *analysis,
             const OtoFigureSpec *spec,
             GCancellable        *cancellable,
             GError             **error)
{
  guint n_rows, n_linked = 0;
  g_autofree int *rows = oto_panel_data_dup_rows (analysis, spec->classes, spec->n_classes,
                                                  MAX (MAX_ROWS, spec->n_classes), &n_rows);
  OtoPanelData *linked[N_PANELS];

  self->focus_names = g_new0 (char *, OTO_N_FOCUS + 1);
  for (guint i = 0; i < MIN (OTO_N_FOCUS, n_rows); i++)
    self->focus_names[i] = oto_class_name_dup (analysis, rows[i]);
  choose_panels (self, spec);
  for (int i = 0; i < self->n_panels; i++)
    {
      const OtoPanelSpec panel = get_panel_spec (self, spec, i, rows, n_rows);

      self->panels[i] = oto_panel_data_new (analysis, &panel, rows, n_rows, cancellable, error);
      if (self->panels[i] == NULL)
        return FALSE;
      if (oto_panel_spec_has_class (&panel))
        linked[n_linked++] = self->panels[i];
    }
  oto_panel_data_link (linked, n_linked);
  note_threshold (self, analysis);
  return TRUE;
}

static void
append_number (GString    *facts,
               const char *name,
               double      value,
               const char *unit)
{
  char number[G_ASCII_DTOSTR_BUF_SIZE];

  g_ascii_formatd (number, sizeof number, "%.9g", value);
  g_string_append_printf (facts, "%s: %s%s\n", name, number, unit);
}

static void
append_binarizer (GString            *facts,
                  const OtoBinarizer *binarizer)
{
  append_number (facts, "event threshold", binarizer->high, "");
  append_number (facts, "event low threshold", binarizer->low, "");
  g_string_append_printf (facts, "event least frames: %d\nevent gap frames: %d\n",
                          binarizer->min_frames, binarizer->gap_frames);
  append_number (facts, "clip threshold", binarizer->clip_threshold, "");
}

/* Events stand where the panels above show them. */
static OtoEventList *
find_events (OtoAnalysis        *analysis,
             const OtoBinarizer *binarizer)
{
  OtoModelSnapshot *model = oto_analysis_get_model (analysis);
  g_autofree OtoBinarizer *binarizers = oto_model_snapshot_dup_binarizers (model);

  for (int k = 0; k < oto_analysis_get_n_classes (analysis); k++)
    {
      if (binarizer != NULL)
        binarizers[k] = *binarizer;
      binarizers[k].is_centred = TRUE;
    }
  return oto_analysis_find_class_events (analysis, binarizers);
}

/* What made the picture: no user, no path, no time. Without @binarizer events are as tuned. */
static gboolean
describe (OtoFigure           *self,
          OtoAnalysis         *analysis,
          const OtoBinarizer  *binarizer,
          const char          *command,
          GCancellable        *cancellable,
          GError             **error)
{
  OtoClip *clip = oto_analysis_get_clip (analysis);
  OtoModelSnapshot *model = oto_analysis_get_model (analysis);
  const OtoLogmelConfig *front_end = oto_model_snapshot_get_front_end (model);
  const OtoSystem *system = oto_model_snapshot_get_config (model)->system;
  g_autofree char *clip_hash = oto_clip_dup_hash (clip, cancellable, error);
  g_autofree char *seconds = oto_reading_format_time (oto_clip_get_duration_s (clip));
  g_autofree char *rate = oto_reading_format_frequency (oto_clip_get_rate_hz (clip));
  int n_channels = oto_clip_get_n_channels (clip);
  GString *facts;

  if (clip_hash == NULL)
    return FALSE;

  self->heading = g_strdup (oto_clip_get_name (clip));
  self->subheading =
    g_strdup_printf (ngettext ("%s, %s, %d channel  ·  model %s (%s)",
                               "%s, %s, %d channels  ·  model %s (%s)", n_channels),
                     seconds, rate, n_channels, oto_model_snapshot_get_name (model), system->name);

  facts = g_string_new (NULL);
  g_string_append_printf (facts, "clip: %s\nclip sha256: %s\n", oto_clip_get_name (clip),
                          clip_hash);
  g_string_append_printf (facts, "model: %s\nmodel sha256: %s\nsystem: %s\n",
                          oto_model_snapshot_get_name (model), oto_model_snapshot_get_hash (model),
                          system->name);
  g_string_append_printf (facts, "front end: %d Hz, window %d, hop %d, %d mel bins\n",
                          front_end->sample_rate_hz, front_end->window_len, front_end->hop_len,
                          front_end->n_mels);
  append_number (facts, "from", self->start_s, " s");
  append_number (facts, "to", self->end_s, " s");
  append_number (facts, "level floor", -OTO_PANEL_FLOOR_DB, " dB re clip maximum");
  if (binarizer != NULL)
    append_binarizer (facts, binarizer);
  else
    g_string_append (facts, "events: as the model was tuned\n");
  if (command != NULL)
    g_string_append_printf (facts, "command: %s\n", command);
  self->facts = g_string_free (facts, FALSE);
  return TRUE;
}

/**
 * oto_figure_new:
 * @analysis: what a model hears in a clip
 * @spec: (nullable): what to show and how; %NULL: all of the clip, its three likeliest classes,
 *   light
 *
 * Prepares all panels. May take seconds for long clips.
 *
 * Returns: (transfer full): a figure, or %NULL with @error set: cancelled, no memory, or the clip
 *   cannot be read any more
 */
OtoFigure *
oto_figure_new (OtoAnalysis          *analysis,
                const OtoFigureSpec  *spec,
                GCancellable         *cancellable,
                GError              **error)
{
  static const OtoFigureSpec defaults;
  g_autoptr (OtoFigure) self = NULL;
  const OtoBinarizer *binarizer;
  const OtoTuning *tuning;
  double duration_s;

  g_return_val_if_fail (OTO_IS_ANALYSIS (analysis), NULL);

  spec = spec == NULL ? &defaults : spec;
  tuning = oto_model_snapshot_get_tuning (oto_analysis_get_model (analysis));
  binarizer = spec->binarizer != NULL || tuning != NULL ? spec->binarizer : &oto_binarizer_default;
  duration_s = oto_analysis_get_duration_s (analysis);

  self = g_new0 (OtoFigure, 1);
  self->theme = spec->theme == NULL ? &oto_theme_light : spec->theme;
  self->colors = spec->colors == NULL ? oto_class_colors_new ()
                                      : oto_class_colors_copy (spec->colors);
  self->clip_threshold = binarizer != NULL ? binarizer->clip_threshold
                                           : tuning->common.clip_threshold;
  self->start_s = spec->end_s > spec->start_s ? MAX (spec->start_s, 0.0) : 0.0;
  self->end_s = spec->end_s > spec->start_s ? MIN (spec->end_s, duration_s) : duration_s;
  self->width = spec->width > 0.0 ? spec->width : OTO_FIGURE_WIDTH;
  self->height = spec->height > 0.0 ? spec->height : OTO_FIGURE_HEIGHT;
  self->scale = spec->scale > 0.0 ? spec->scale : 2.0;
  self->events = spec->events != NULL ? oto_event_list_ref (spec->events)
                                      : find_events (analysis, binarizer);
  self->reference = spec->reference != NULL ? oto_event_list_ref (spec->reference) : NULL;

  if (!load_panels (self, analysis, spec, cancellable, error)
      || !describe (self, analysis, binarizer, spec->command, cancellable, error))
    return NULL;
  assign_colors (self);
  return g_steal_pointer (&self);
}

void
oto_figure_free (OtoFigure *self)
{
  for (int i = 0; i < self->n_panels; i++)
    g_clear_pointer (&self->panels[i], oto_panel_data_unref);
  g_clear_pointer (&self->events, oto_event_list_unref);
  g_clear_pointer (&self->reference, oto_event_list_unref);
  g_clear_pointer (&self->colors, oto_class_colors_unref);
  g_strfreev (self->focus_names);
  g_free (self->heading);
  g_free (self->subheading);
  g_free (self->facts);
  g_free (self);
}

static double
get_lane_height (OtoEventList *events)
{
  return LANE_ROW_PT * MIN (oto_lane_painter_count_rows (events), MAX_LANE_ROWS);
}

static gboolean
has_footnote (OtoFigure *self)
{
  for (int i = 0; i < self->n_panels; i++)
    if (self->panels[i]->is_mixed && self->panels[i]->is_available)
      return TRUE;
  return FALSE;
}

/* Weights of mel bins have an axis of their own. */
static gboolean
has_bin_axis (OtoFigure *self)
{
  const OtoPanelData *weights = find_panel (self, OTO_MAP_MEL_WEIGHTS);

  return weights != NULL && weights->is_available;
}

/* A map of one row does not stretch; 0: it does. */
static double
get_fixed_map (OtoFigure *self,
               int        i)
{
  return self->panels[i]->is_shared ? ONE_ROW_PT : 0.0;
}

/* Height of all that does not stretch. */
static double
get_fixed_height (OtoFigure *self)
{
  double height = HEADER_PT + TIME_AXIS_PT + EDGE_PT;

  for (int i = 0; i < self->n_panels; i++)
    height += TITLE_PT + PANEL_GAP_PT + (self->panels[i]->is_available ? get_fixed_map (self, i)
                                                                       : NOTICE_PT);
  if (find_panel (self, OTO_MAP_CLIP_PROB) != NULL)
    height += PROB_AXIS_PT;
  if (has_bin_axis (self))
    height += PROB_AXIS_PT;
  height += get_lane_height (self->events) + 2.0 * PANEL_GAP_PT;
  if (self->reference != NULL)
    height += get_lane_height (self->reference) + PANEL_GAP_PT;
  if (has_footnote (self))
    height += FOOTNOTE_PT;
  return height;
}

static void
paint_header (OtoFigure           *self,
              cairo_t             *cr,
              double               width,
              const OtoPaintStyle *style)
{
  double middle = HEADER_PT / 2.0 + 3.0, room = width - 2.0 * EDGE_PT, left_width;
  OtoTextLook bold = {
    .rgb = self->theme->foreground, .size_px = FONT_PT + 2.5, .is_bold = TRUE, .align_y = 0.5,
  };
  OtoTextLook dim = {
    .rgb = self->theme->dim, .size_px = FONT_PT, .align_x = 1.0, .align_y = 0.5,
  };

  left_width = oto_text_painter_measure (cr, self->heading, &bold, style);
  if (left_width > room * 0.5)
    {
      bold.max_width = room * 0.5;
      left_width = bold.max_width;
    }
  oto_text_painter_paint (cr, self->heading, EDGE_PT, middle, &bold, style);

  room -= left_width + 2.0 * FONT_PT;
  if (oto_text_painter_measure (cr, self->subheading, &dim, style) > room)
    dim.max_width = MAX (room, 1.0);
  oto_text_painter_paint (cr, self->subheading, width - EDGE_PT, middle, &dim, style);
}

/* Draws a panel from @y downwards, its map @height high. */
static void
paint_panel (OtoFigure           *self,
             cairo_t             *cr,
             int                  i,
             double               y,
             double               height,
             double               width,
             const OtoPaintStyle *style)
{
  const OtoPanelData *data = self->panels[i];
  OtoRect title = { EDGE_PT, y, width - 2.0 * EDGE_PT, TITLE_PT };
  OtoRect plot = {
    EDGE_PT + NAMES_PT, y + TITLE_PT, width - 2.0 * EDGE_PT - NAMES_PT - BARS_PT, height
  };
  OtoRect bar = { plot.x + plot.width + BAR_GAP_PT, plot.y, BAR_PT, height };

  g_autofree char *mark = self->is_numbered ? g_strdup_printf ("%d", self->places[i] + 1)
                                            : g_strdup (panels[self->places[i]].letter);

  oto_panel_painter_paint_title (cr, data, mark, FALSE, &title, style);
  if (data->spec.map == OTO_MAP_CLIP_PROB)
    {
      oto_panel_painter_paint_probs (cr, data, &plot, NAMES_PT, self->clip_threshold, style);
      return;
    }
  oto_panel_painter_paint_body (cr, data, &plot, self->start_s, self->end_s, style);
  if (!data->is_available)
    return;
  oto_panel_painter_paint_axis (cr, data, &plot, NAMES_PT, style);
  if (data->is_over_bins)
    oto_panel_painter_paint_bin_axis (cr, data, &plot, style);
  oto_panel_painter_paint_color_bar (cr, data, &bar, style);
}

static double
paint_lanes (OtoFigure           *self,
             cairo_t             *cr,
             double               y,
             double               width,
             const OtoPaintStyle *style)
{
  OtoRect lane = {
    EDGE_PT + NAMES_PT, y + PANEL_GAP_PT, width - 2.0 * EDGE_PT - NAMES_PT - BARS_PT,
    get_lane_height (self->events)
  };

  oto_lane_painter_paint (cr, self->events, self->reference, OTO_LANE_EVENTS, _("Events"), &lane,
                          NAMES_PT,
                          self->start_s, self->end_s, style);
  if (self->reference != NULL)
    {
      lane.y += lane.height + PANEL_GAP_PT;
      lane.height = get_lane_height (self->reference);
      oto_lane_painter_paint (cr, self->reference, self->events, OTO_LANE_REFERENCE,
                              _("Reference"), &lane,
                              NAMES_PT, self->start_s, self->end_s, style);
    }
  oto_panel_painter_paint_time_axis (cr, &(OtoRect) {
                                       lane.x, y, lane.width,
                                       lane.y + lane.height + PANEL_GAP_PT - y,
                                     }, self->start_s, self->end_s, OTO_AXIS_BELOW,
                                     self->end_s < 60.0 ? _("Time (s)")
                                     : self->end_s < 3600.0 ? _("Time (min:s)")
                                                            : _("Time (h:min:s)"),
                                     style);
  return lane.y + lane.height + PANEL_GAP_PT + TIME_AXIS_PT;
}

/* 0 to 1 below the bars of panel 8. */
static void
paint_prob_axis (cairo_t             *cr,
                 double               y,
                 double               width,
                 const OtoPaintStyle *style)
{
  double left = EDGE_PT + NAMES_PT, length = width - 2.0 * EDGE_PT - NAMES_PT - BARS_PT;
  g_autoptr (GArray) ticks = oto_ticks_new_value (0.0, 1.0, length, OTO_TICKS_TIME_PX);
  OtoTextLook look = { .rgb = style->theme->dim, .size_px = style->font_px, .align_x = 0.5 };

  oto_theme_set_source (cr, style->theme->dim, 1.0);
  cairo_set_line_width (cr, style->line_px);
  for (guint i = 0; i < ticks->len; i++)
    {
      const OtoTick *tick = &g_array_index (ticks, OtoTick, i);

      cairo_move_to (cr, left + tick->pos_px, y);
      cairo_line_to (cr, left + tick->pos_px, y + 3.0);
      cairo_stroke (cr);
      oto_text_painter_paint (cr, tick->label, left + tick->pos_px, y + 4.0, &look, style);
      oto_theme_set_source (cr, style->theme->dim, 1.0);
    }
}

static gboolean
is_stretched (OtoFigure *self,
              int        i)
{
  return self->panels[i]->is_available && get_fixed_map (self, i) == 0.0;
}

static double
get_all_shares (OtoFigure *self)
{
  double sum = 0.0;

  for (int i = 0; i < self->n_panels; i++)
    sum += is_stretched (self, i) ? panels[self->places[i]].share : 0.0;
  return sum;
}

/* How high the map of a panel is, where those that stretch share @free_height. */
static double
get_map_height (OtoFigure *self,
                int        i,
                double     free_height)
{
  if (!self->panels[i]->is_available)
    return NOTICE_PT;
  if (!is_stretched (self, i))
    return get_fixed_map (self, i);
  return free_height * panels[self->places[i]].share / get_all_shares (self);
}

/* The first panel below the stack that shares the time axis. */
static int
find_end_of_stack (OtoFigure *self)
{
  int i = 0;

  while (i < self->n_panels && self->panels[i]->spec.map != OTO_MAP_CLIP_PROB
         && self->panels[i]->spec.map != OTO_MAP_MEL_WEIGHTS)
    i++;
  return i;
}

static void
paint_footnote (OtoFigure           *self,
                cairo_t             *cr,
                double               height,
                const OtoPaintStyle *style)
{
  const OtoTextLook look = {
    .rgb = self->theme->dim, .size_px = FONT_PT - 1.0, .align_y = 1.0,
  };

  if (has_footnote (self))
    oto_text_painter_paint (cr, _("† In this model positions along these axes are mixtures of bins "
                                  "and frames."),
                            EDGE_PT, height - EDGE_PT / 2.0, &look, style);
}

static void
paint_all (OtoFigure           *self,
           cairo_t             *cr,
           double               width,
           double               height,
           const OtoPaintStyle *style)
{
  const double free_height = height - get_fixed_height (self);
  const int end = find_end_of_stack (self);
  double y = HEADER_PT;

  paint_header (self, cr, width, style);
  for (int i = 0; i < self->n_panels; i++)
    {
      const double map_height = get_map_height (self, i, free_height);

      /* The lanes close the stack. */
      if (i == end)
        y = paint_lanes (self, cr, y, width, style);
      paint_panel (self, cr, i, y, map_height, width, style);
      y += TITLE_PT + map_height + PANEL_GAP_PT;
      if (self->panels[i]->spec.map == OTO_MAP_CLIP_PROB)
        {
          paint_prob_axis (cr, y - PANEL_GAP_PT, width, style);
          y += PROB_AXIS_PT;
        }
    }
  if (end == self->n_panels)
    paint_lanes (self, cr, y, width, style);
  paint_footnote (self, cr, height, style);
}

/**
 * oto_figure_paint:
 * @self: a figure
 * @cr: a context
 * @width: of the figure, from the origin
 * @height: likewise
 *
 * Draws the figure; one that is too small for its words is drawn smaller as a whole.
 */
void
oto_figure_paint (OtoFigure *self,
                  cairo_t   *cr,
                  double     width,
                  double     height)
{
  double least_width = EDGE_PT * 2.0 + NAMES_PT + BARS_PT + 160.0;
  double least_height = get_fixed_height (self) + MIN_MAP_PT * get_all_shares (self);
  double shrink = MIN (1.0, MIN (width / least_width, height / least_height));
  OtoPaintStyle style;

  g_return_if_fail (width > 0.0 && height > 0.0);

  oto_paint_style_init (&style, self->theme, self->colors, FONT_PT, self->scale * shrink);
  style.line_px = 0.75;
  style.label_gap_px = FONT_PT * 1.45;
  cairo_save (cr);
  oto_theme_set_source (cr, self->theme->background, 1.0);
  cairo_rectangle (cr, 0.0, 0.0, width, height);
  cairo_fill (cr);
  cairo_scale (cr, shrink, shrink);
  paint_all (self, cr, width / shrink, height / shrink, &style);
  cairo_restore (cr);
}

static void
paint_page (cairo_t  *cr,
            double    width,
            double    height,
            gpointer  user_data)
{
  oto_figure_paint (user_data, cr, width, height);
}

/**
 * oto_figure_render:
 * @self: a figure
 * @name: its ending chooses the format: .pdf, .svg or .png
 *
 * Returns: (transfer full): what oto_figure_save() would write, or %NULL with %OTO_IO_ERROR_FORMAT
 *   or %OTO_IO_ERROR_WRITE
 */
GBytes *
oto_figure_render (OtoFigure   *self,
                   const char  *name,
                   GError     **error)
{
  OtoFigurePage page = { self->width, self->height, self->scale, paint_page, self };
  OtoProvenance provenance = { self->heading, self->facts };

  return oto_figure_file_render (name, &page, &provenance, error);
}

/**
 * oto_figure_save:
 * @self: a figure
 * @path: its ending chooses the format: .pdf, .svg or .png
 *
 * Writes the figure beside @path and renames it. The same inputs give the same bytes; inside the
 * file stands how it was made.
 *
 * Returns: %FALSE with %OTO_IO_ERROR_FORMAT or %OTO_IO_ERROR_WRITE
 */
gboolean
oto_figure_save (OtoFigure   *self,
                 const char  *path,
                 GError     **error)
{
  g_autoptr (GBytes) bytes = oto_figure_render (self, path, error);

  return bytes != NULL && oto_file_save (path, bytes, error);
}
