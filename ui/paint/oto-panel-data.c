/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "paint/oto-panel-data.h"

#include "geometry/oto-reading.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

/* What lies far below any floor, and is still a number. */
#define NO_LEVEL_DB -1000.0

/* Frames of a large map in memory at a time. */
#define CHUNK_FRAMES 4096

/* The struct that callers see, and its count. */
typedef struct
{
  OtoPanelData    data;
  gatomicrefcount ref_count;
} Counted;

static OtoPanelData *
new_data (const OtoPanelSpec *spec)
{
  Counted *counted = g_new0 (Counted, 1);
  OtoPanelData *self = &counted->data;

  g_atomic_ref_count_init (&counted->ref_count);
  self->spec = *spec;
  self->info = oto_map_info_find (spec->map);
  self->is_available = TRUE;
  self->title = g_strdup (_(self->info->title));
  self->unit = g_strdup (oto_map_unit_get_words (self->info->unit));
  self->class_prob = NAN;
  self->map = OTO_COLOR_MAP_VIRIDIS;
  self->max = -INFINITY;
  self->shown_high = 1.0;
  return self;
}

OtoPanelData *
oto_panel_data_ref (OtoPanelData *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&((Counted *) self)->ref_count);
  return self;
}

void
oto_panel_data_unref (OtoPanelData *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&((Counted *) self)->ref_count))
    return;
  g_free (self->title);
  g_free (self->note);
  g_free (self->unit);
  g_free (self->class_name);
  g_clear_pointer (&self->pyramid, oto_pyramid_unref);
  g_free (self->row_classes);
  g_strfreev (self->row_names);
  g_free (self->row_probs);
  g_clear_pointer (&self->seams_s, g_array_unref);
  g_free (self);
}

static void
set_unavailable (OtoPanelData *self,
                 const char   *why)
{
  self->is_available = FALSE;
  g_free (self->note);
  self->note = g_strdup (why);
}

/* Small words after the title, after those that stand there. */
static void
add_note (OtoPanelData *self,
          const char   *words)
{
  g_autofree char *former = self->note;

  self->note = former == NULL ? g_strdup (words) : g_strdup_printf ("%s, %s", former, words);
}

/* A scale of attention reaches to twice uniform at least, so that uniform weights lie in its
 * middle. */
#define MIN_ATTENTION_SCALE 2.0

/* The least of 1, 1.5, 2, 3, 4, 5, 6, 8 times a power of ten that is not below @value. */
static double
round_up (double value)
{
  static const double factors[] = { 1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0 };
  double power;

  if (!(value > 0.0) || !isfinite (value))
    return 1.0;
  power = pow (10.0, floor (log10 (value)));
  for (guint i = 0; i < G_N_ELEMENTS (factors); i++)
    if (factors[i] * power >= value * (1.0 - 1e-9))
      return factors[i] * power;
  return 10.0 * power;
}

static void
widen (OtoPanelData *self,
       const float  *values,
       gint64        n,
       double        gain)
{
  double max = self->max;

  for (gint64 i = 0; i < n; i++)
    if (isfinite (values[i]))
      max = MAX (max, gain * values[i]);
  self->max = max;
}

/* The largest finite value, -INFINITY where there is none. */
static float
get_finite_max (const float *values,
                gint64       n)
{
  float max = -INFINITY;

  for (gint64 i = 0; i < n; i++)
    if (isfinite (values[i]))
      max = MAX (max, values[i]);
  return max;
}

/* The level that is 0 dB: the clip's largest; of a silent clip so far above that all of it lies on
 * the floor. */
static double
find_reference (const float           *logmel,
                gint64                 n,
                const OtoLogmelConfig *front_end,
                gboolean               is_silent)
{
  const double max = oto_logmel_config_get_level_db (front_end, get_finite_max (logmel, n));

  if (!isfinite (max))
    return 0.0;
  return is_silent ? max + OTO_PANEL_FLOOR_DB : max;
}

/* (T, F) as decibels below @reference; what is not finite stays so. */
static void
convert_to_db (const float           *values,
               gint64                 n,
               const OtoLogmelConfig *front_end,
               double                 reference,
               float                 *ret_levels)
{
  for (gint64 i = 0; i < n; i++)
    {
      const double level = oto_logmel_config_get_level_db (front_end, values[i]) - reference;

      ret_levels[i] = isfinite (values[i]) ? (float) MAX (level, NO_LEVEL_DB) : values[i];
    }
}

/* (T, F) of the front end as decibels below @reference, a piece at a time. */
static gboolean
fill_db (OtoPanelData           *self,
         const float            *values,
         gint64                  n_frames,
         const OtoLogmelConfig  *front_end,
         double                  reference,
         GError                **error)
{
  const size_t n_mels = front_end->n_mels;
  OtoPyramidBuilder *builder;
  g_autofree float *levels = NULL;
  double min = INFINITY, max = -INFINITY;

  builder = oto_pyramid_builder_new ((int) n_mels, n_frames, -OTO_PANEL_FLOOR_DB, 0.0, error);
  if (builder == NULL)
    return FALSE;
  levels = g_new (float, CHUNK_FRAMES * n_mels);
  for (gint64 first = 0; first < n_frames; first += CHUNK_FRAMES)
    {
      const gint64 n = MIN (CHUNK_FRAMES, n_frames - first);

      convert_to_db (values + first * n_mels, n * n_mels, front_end, reference, levels);
      for (size_t i = 0; i < n * n_mels; i++)
        if (isfinite (levels[i]))
          {
            min = MIN (min, levels[i]);
            max = MAX (max, levels[i]);
          }
      oto_pyramid_builder_put (builder, first, n, levels, 1.0, 0.0);
    }
  self->pyramid = oto_pyramid_builder_end (builder);

  self->n_rows = (int) n_mels;
  self->bottom_up = TRUE;
  self->map = OTO_COLOR_MAP_MAGMA;
  self->shown_low = -OTO_PANEL_FLOOR_DB;
  self->shown_high = 0.0;
  self->max = max;
  self->clips_low = min < self->shown_low - 1e-3;
  self->clips_high = max > 1e-3;
  return TRUE;
}

static void
set_mel_axis (OtoPanelData          *self,
              const OtoLogmelConfig *front_end)
{
  self->min_hz = front_end->min_hz;
  self->max_hz = front_end->max_hz;
  self->hop_s = (double) front_end->hop_len / front_end->sample_rate_hz;
  self->begin_s = oto_logmel_config_get_frame_begin_s (front_end, 0);
}

/* The log-mel spectrogram, or the reconstruction with the same zero. */
static gboolean
fill_spectrogram (OtoPanelData  *self,
                  OtoAnalysis   *analysis,
                  const float   *values,
                  GError       **error)
{
  const OtoLogmelConfig *front_end =
    oto_model_snapshot_get_front_end (oto_analysis_get_model (analysis));
  const gint64 n_frames = oto_analysis_get_n_frames (analysis);
  const double reference = find_reference (oto_analysis_get_logmel (analysis),
                                           n_frames * front_end->n_mels, front_end,
                                           oto_analysis_is_silent (analysis));

  return fill_db (self, values, n_frames, front_end, reference, error);
}

/* (T, F) of one class times @gain, which none is above @top, read a piece at a time. */
static gboolean
fill_bins (OtoPanelData  *self,
           OtoAnalysis   *analysis,
           double         gain,
           double         top,
           GCancellable  *cancellable,
           GError       **error)
{
  const gint64 n_frames = oto_analysis_get_n_frames (analysis);
  const int n_mels = oto_analysis_get_n_mels (analysis);
  g_autoptr (OtoPyramidBuilder) builder = NULL;
  g_autofree float *chunk = NULL;

  builder = oto_pyramid_builder_new (n_mels, n_frames, 0.0, top, error);
  if (builder == NULL)
    return FALSE;
  chunk = g_new (float, CHUNK_FRAMES * (size_t) n_mels);
  for (gint64 first = 0; first < n_frames; first += CHUNK_FRAMES)
    {
      gint64 n = MIN (CHUNK_FRAMES, n_frames - first);

      if (!oto_analysis_read_map (analysis, self->spec.map, self->spec.class_index, first, n,
                                  chunk, cancellable, error))
        return FALSE;
      oto_pyramid_builder_put (builder, first, n, chunk, gain, 0.0);
      widen (self, chunk, n * n_mels, gain);
    }
  self->pyramid = oto_pyramid_builder_end (g_steal_pointer (&builder));
  return TRUE;
}

/* Weight times F of one class. Weights sum to one over F, so none is above F times uniform. */
static gboolean
fill_freq_att (OtoPanelData *self,
               OtoAnalysis  *analysis,
               GCancellable *cancellable,
               GError      **error)
{
  const int n_mels = oto_analysis_get_n_mels (analysis);

  if (!fill_bins (self, analysis, n_mels, n_mels, cancellable, error))
    return FALSE;
  self->shown_high = MAX (round_up (self->max), MIN_ATTENTION_SCALE);
  return TRUE;
}

/* What each bin brings to the probability of one class: small numbers, on a scale of their own. */
static gboolean
fill_contribution (OtoPanelData  *self,
                   OtoAnalysis   *analysis,
                   GCancellable  *cancellable,
                   GError       **error)
{
  const double top = oto_analysis_get_contribution_top (analysis, self->spec.class_index);

  if (!fill_bins (self, analysis, 1.0, top > 0.0 ? top : 1.0, cancellable, error))
    return FALSE;
  self->shown_high = round_up (self->max);
  return TRUE;
}

/* (K, L) values times @gain, a row for each class asked for; on a scale from 0 to @high or more,
 * and from below 0 where values are. */
static gboolean
fill_rows (OtoPanelData *self,
           const float  *values,
           gint64        row_len,
           double        gain,
           double        high,
           GError      **error)
{
  OtoPyramidBuilder *builder;
  double min = 0.0;

  for (int row = 0; row < self->n_rows; row++)
    {
      const float *own = values + self->row_classes[row] * row_len;

      widen (self, own, row_len, gain);
      for (gint64 i = 0; i < row_len; i++)
        if (isfinite (own[i]))
          min = MIN (min, gain * own[i]);
    }
  if (!isfinite (self->max))
    self->max = 0.0;
  self->shown_low = min < 0.0 ? -round_up (-min) : 0.0;
  self->shown_high = MAX (high, round_up (self->max));

  builder = oto_pyramid_builder_new (self->n_rows, row_len, self->shown_low, self->shown_high,
                                     error);
  if (builder == NULL)
    return FALSE;
  for (int row = 0; row < self->n_rows; row++)
    oto_pyramid_builder_put_row (builder, row, values + self->row_classes[row] * row_len, gain,
                                 0.0);
  self->pyramid = oto_pyramid_builder_end (builder);
  return TRUE;
}

/* Scores of steps that are longer than a frame are held, and that is told. */
static void
note_steps (OtoPanelData         *self,
            const OtoModelConfig *config)
{
  const int step_frames = oto_model_config_get_step_frames (config);
  g_autofree char *length = NULL;
  g_autofree char *words = NULL;

  if (step_frames == 1)
    return;
  length = oto_reading_format_time (step_frames * self->hop_s);
  /* Translators: small words after the title of frame scores; %s is a time: “0.320 s”. */
  words = g_strdup_printf (_("steps of %s"), length);
  add_note (self, words);
}

/* One row for all classes. */
static void
set_shared (OtoPanelData *self)
{
  self->is_shared = TRUE;
  self->n_rows = 1;
  g_strfreev (self->row_names);
  self->row_names = g_new0 (char *, 2);
  /* Translators: the name of a row that all classes share. */
  self->row_names[0] = g_strdup (_("All classes"));
}

static gboolean
fill_time_att (OtoPanelData *self,
               OtoAnalysis  *analysis,
               GError      **error)
{
  const OtoModelConfig *config =
    oto_model_snapshot_get_config (oto_analysis_get_model (analysis));
  const gboolean is_shared = oto_model_config_has_shared_time_att (config);
  gboolean is_done;

  if (is_shared)
    {
      set_shared (self);
      add_note (self, _("shared by all classes"));
    }
  add_note (self, oto_model_config_has_learned_time_att (config) ? _("learned") : _("implied"));
  note_steps (self, config);
  is_done = fill_rows (self, oto_analysis_get_time_att (analysis),
                       oto_analysis_get_n_frames (analysis), config->n_frames, MIN_ATTENTION_SCALE,
                       error);
  if (is_shared)
    g_clear_pointer (&self->row_classes, g_free);
  return is_done;
}

static gboolean
fill_step1 (OtoPanelData *self,
            OtoAnalysis  *analysis,
            GError      **error)
{
  note_steps (self, oto_model_snapshot_get_config (oto_analysis_get_model (analysis)));
  return fill_rows (self, oto_analysis_get_step1 (analysis), oto_analysis_get_n_frames (analysis),
                    1.0, 1.0, error);
}

static gboolean
fill_mel_weights (OtoPanelData *self,
                  OtoAnalysis  *analysis,
                  GError      **error)
{
  const int n_mels = oto_analysis_get_n_mels (analysis);

  self->is_over_bins = TRUE;
  self->hop_s = 1.0;
  self->begin_s = 0.0;
  add_note (self, _("the same at all times"));
  return fill_rows (self, oto_analysis_get_mel_weights (analysis), n_mels, n_mels,
                    MIN_ATTENTION_SCALE, error);
}

static void
set_rows (OtoPanelData *self,
          OtoAnalysis  *analysis,
          const int    *classes,
          guint         n_classes)
{
  const char * const *names =
    oto_model_snapshot_get_class_names (oto_analysis_get_model (analysis));
  const float *probs = oto_analysis_get_clip_prob (analysis);

  self->n_rows = (int) n_classes;
  self->row_classes = g_memdup2 (classes, n_classes * sizeof (int));
  self->row_names = g_new0 (char *, n_classes + 1);
  self->row_probs = g_new (double, n_classes);
  for (guint i = 0; i < n_classes; i++)
    {
      self->row_names[i] = oto_reading_format_class (names[classes[i]]);
      self->row_probs[i] = probs[classes[i]];
    }
}

static void
set_class (OtoPanelData *self,
           OtoAnalysis  *analysis,
           int           class_index)
{
  const char * const *names =
    oto_model_snapshot_get_class_names (oto_analysis_get_model (analysis));

  self->class_name = oto_reading_format_class (names[class_index]);
  self->class_prob = oto_analysis_get_clip_prob (analysis)[class_index];
}

/* Weights are normalised a window; where windows meet a thin line says so. */
static void
set_seams (OtoPanelData *self,
           OtoAnalysis  *analysis)
{
  self->seams_s = g_array_new (FALSE, FALSE, sizeof (double));
  for (guint i = 1; i < oto_analysis_get_n_windows (analysis); i++)
    {
      double seam_s = oto_analysis_get_frame_begin_s (analysis,
                                                      oto_analysis_get_seam (analysis, i));

      g_array_append_val (self->seams_s, seam_s);
    }
}

static gboolean
fill (OtoPanelData *self,
      OtoAnalysis  *analysis,
      GCancellable *cancellable,
      GError      **error)
{
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;
  if (!oto_analysis_has_map (analysis, self->info->map))
    {
      set_unavailable (self, _(self->info->lacks));
      return TRUE;
    }

  if (oto_panel_spec_has_class (&self->spec) && self->spec.class_index < 0)
    {
      set_unavailable (self, _("No further class in this model"));
      return TRUE;
    }

  switch (self->spec.map)
    {
    case OTO_MAP_LOGMEL:
      return fill_spectrogram (self, analysis, oto_analysis_get_logmel (analysis), error);
    case OTO_MAP_RECON:
      return fill_spectrogram (self, analysis, oto_analysis_get_recon (analysis), error);
    case OTO_MAP_FREQ_ATT:
      return fill_freq_att (self, analysis, cancellable, error);
    case OTO_MAP_CONTRIBUTION:
      return fill_contribution (self, analysis, cancellable, error);
    case OTO_MAP_MASK:
      /* Translators: small words after the title of a mask: it is the model's own, as its paper
       * defines it, not the one that stems are made with. */
      add_note (self, _("published"));
      return fill_bins (self, analysis, 1.0, 1.0, cancellable, error);
    case OTO_MAP_STEP1:
      return fill_step1 (self, analysis, error);
    case OTO_MAP_TIME_ATT:
      return fill_time_att (self, analysis, error);
    case OTO_MAP_CLIP_PROB:
      return TRUE;
    case OTO_MAP_MEL_WEIGHTS:
      return fill_mel_weights (self, analysis, error);
    }
  g_return_val_if_reached (FALSE);
}

/**
 * oto_panel_data_new:
 * @analysis: what the model hears
 * @spec: which panel
 * @rows: (array length=n_rows): class indices in the order of rows, where classes have rows
 * @n_rows: at least 1
 *
 * Prepares a panel: dB below the clip's maximum with a floor at -80 dB, weights times F or T,
 * frame scores from 0 to 1. Long maps are read chunk by chunk. May take seconds: for a worker
 * thread. That this model lacks a panel is no error: see @is_available.
 *
 * Returns: (transfer full): the data, or %NULL with @error set: cancelled, no memory, or the clip
 *   cannot be read any more
 */
OtoPanelData *
oto_panel_data_new (OtoAnalysis         *analysis,
                    const OtoPanelSpec  *spec,
                    const int           *rows,
                    guint                n_rows,
                    GCancellable        *cancellable,
                    GError             **error)
{
  g_autoptr (OtoPanelData) self = NULL;
  OtoModelSnapshot *model;

  g_return_val_if_fail (OTO_IS_ANALYSIS (analysis), NULL);
  g_return_val_if_fail (spec != NULL, NULL);
  g_return_val_if_fail (spec->class_index < oto_analysis_get_n_classes (analysis), NULL);
  g_return_val_if_fail (rows != NULL && n_rows > 0, NULL);

  model = oto_analysis_get_model (analysis);
  self = new_data (spec);
  set_mel_axis (self, oto_model_snapshot_get_front_end (model));
  if (oto_panel_spec_has_class (spec))
    {
      self->n_rows = oto_analysis_get_n_mels (analysis);
      self->bottom_up = TRUE;
      if (spec->class_index >= 0 && oto_analysis_has_map (analysis, spec->map))
        set_class (self, analysis, spec->class_index);
    }
  if (oto_panel_spec_has_rows (spec))
    set_rows (self, analysis, rows, n_rows);
  if (spec->map != OTO_MAP_CLIP_PROB && spec->map != OTO_MAP_MEL_WEIGHTS
      && oto_map_info_has_classes (self->info))
    self->is_mixed = !oto_model_config_has_exact_positions (oto_model_snapshot_get_config (model));
  if (self->info->stitch == OTO_MAP_STITCH_SEAM)
    set_seams (self, analysis);

  if (!fill (self, analysis, cancellable, error))
    return NULL;
  return g_steal_pointer (&self);
}

/**
 * oto_panel_data_new_logmel:
 * @logmel: (T, F), of @front_end
 * @n_frames: frames (T)
 * @front_end: what @logmel was made with
 * @is_silent: all of it is drawn as floor
 *
 * Panel 1 of a clip before there is an analysis, or without a model.
 *
 * Returns: (transfer full): the data, or %NULL with @error set: no memory
 */
OtoPanelData *
oto_panel_data_new_logmel (const float           *logmel,
                           gint64                 n_frames,
                           const OtoLogmelConfig *front_end,
                           gboolean               is_silent,
                           GError               **error)
{
  g_autoptr (OtoPanelData) self = NULL;

  g_return_val_if_fail (logmel != NULL && n_frames > 0, NULL);
  g_return_val_if_fail (front_end != NULL, NULL);

  self = new_data (&(OtoPanelSpec) { OTO_MAP_LOGMEL, OTO_PANEL_NO_CLASS });
  set_mel_axis (self, front_end);
  if (!fill_db (self, logmel, n_frames, front_end,
                find_reference (logmel, n_frames * front_end->n_mels, front_end, is_silent), error))
    return NULL;
  return g_steal_pointer (&self);
}

/**
 * oto_panel_data_link:
 * @panels: (array length=n_panels) (element-type OtoPanelData): frequency attention or
 *   contribution of some classes; %NULL ones are skipped
 * @n_panels: their number
 *
 * Gives maps of one unit one common scale. Call it on the thread that draws them, before they are
 * drawn.
 */
void
oto_panel_data_link (OtoPanelData **panels,
                     guint          n_panels)
{
  double max = 0.0;

  for (guint i = 0; i < n_panels; i++)
    if (panels[i] != NULL && panels[i]->pyramid != NULL)
      max = MAX (max, panels[i]->max);
  for (guint i = 0; i < n_panels; i++)
    if (panels[i] != NULL)
      panels[i]->shown_high = panels[i]->info->unit == OTO_MAP_UNIT_WEIGHT
                              ? MAX (round_up (max), MIN_ATTENTION_SCALE) : round_up (max);
}

/**
 * oto_panel_data_dup_rows:
 * @analysis: whose classes
 * @focus: (array length=n_focus) (nullable): classes that come first: locked or chosen ones
 * @n_focus: their number
 * @max_rows: rows in all; 0: every class
 * @ret_n: (out): number of rows
 *
 * Returns: (transfer full) (array length=ret_n): class indices, @focus first, then by falling clip
 *   probability
 */
int *
oto_panel_data_dup_rows (OtoAnalysis *analysis,
                         const int   *focus,
                         guint        n_focus,
                         guint        max_rows,
                         guint       *ret_n)
{
  guint n_classes, n = 0;
  const int *ranking;
  g_autofree gboolean *is_taken = NULL;
  int *rows;

  g_return_val_if_fail (OTO_IS_ANALYSIS (analysis), NULL);
  g_return_val_if_fail (ret_n != NULL, NULL);

  n_classes = (guint) oto_analysis_get_n_classes (analysis);
  ranking = oto_analysis_get_ranking (analysis);
  is_taken = g_new0 (gboolean, n_classes);
  rows = g_new (int, n_classes);
  max_rows = max_rows == 0 ? n_classes : MIN (max_rows, n_classes);
  for (guint i = 0; i < n_focus + n_classes && n < max_rows; i++)
    {
      int class_index = i < n_focus ? focus[i] : ranking[i - n_focus];

      g_assert (class_index >= 0 && (guint) class_index < n_classes);
      if (!is_taken[class_index])
        rows[n++] = class_index;
      is_taken[class_index] = TRUE;
    }
  *ret_n = n;
  return rows;
}

/**
 * oto_panel_data_get_value:
 * @self: a panel
 * @row: mel bin or row of classes
 * @time_s: a time
 *
 * Returns: the value drawn there in @unit, clamped to what is stored; NaN outside, and where the
 *   value is not finite
 */
double
oto_panel_data_get_value (const OtoPanelData *self,
                          int                 row,
                          double              time_s)
{
  double frame;

  g_return_val_if_fail (self != NULL, NAN);

  if (self->pyramid == NULL || row < 0 || row >= self->n_rows)
    return NAN;
  frame = floor ((time_s - self->begin_s) / self->hop_s);
  if (!(frame >= 0.0) || frame >= (double) oto_pyramid_get_n_frames (self->pyramid))
    return NAN;
  return oto_pyramid_get_value (self->pyramid, row, (gint64) frame);
}

/**
 * oto_panel_data_row_from_y:
 * @self: a panel
 * @y_px: from the upper edge of the plot
 * @height_px: of the plot
 *
 * Returns: mel bin or row of classes, or -1 outside
 */
int
oto_panel_data_row_from_y (const OtoPanelData *self,
                           double              y_px,
                           double              height_px)
{
  int row;

  g_return_val_if_fail (self != NULL, -1);

  if (!(y_px >= 0.0) || !(y_px < height_px) || self->n_rows == 0)
    return -1;
  row = MIN ((int) (y_px / height_px * self->n_rows), self->n_rows - 1);
  return self->bottom_up ? self->n_rows - 1 - row : row;
}

/**
 * oto_panel_data_hz_from_row:
 * @self: a panel with a frequency axis
 * @row: a mel bin
 *
 * Returns: its centre in hertz, NaN where rows are no mel bins
 */
double
oto_panel_data_hz_from_row (const OtoPanelData *self,
                            int                 row)
{
  g_return_val_if_fail (self != NULL, NAN);

  if (!self->bottom_up || row < 0 || row >= self->n_rows)
    return NAN;
  return oto_mel_bank_get_center_hz (self->n_rows, self->min_hz, self->max_hz, row);
}

/**
 * oto_panel_data_format_value:
 * @self: a panel
 * @value: in its unit
 *
 * Returns: (transfer full): "−41.8 dB", "×2.9" or "0.912", with a full stop
 */
char *
oto_panel_data_format_value (const OtoPanelData *self,
                             double              value)
{
  g_return_val_if_fail (self != NULL, NULL);

  switch (self->info->unit)
    {
    case OTO_MAP_UNIT_LEVEL:
      return oto_reading_format_level (value);
    case OTO_MAP_UNIT_WEIGHT:
      return oto_reading_format_times (value);
    case OTO_MAP_UNIT_PROB:
      return oto_reading_format_prob (value);
    case OTO_MAP_UNIT_SHARE:
      return oto_reading_format_weight (value);
    }
  g_return_val_if_reached (NULL);
}
