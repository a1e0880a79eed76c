/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "state/oto-cursor-reading.h"

#include "geometry/oto-reading.h"
#include "paint/oto-class-name.h"

#include <glib/gi18n.h>
#include <math.h>

#define SEPARATOR "\u2003"

/* What a reading is made of. */
typedef struct
{
  OtoViewState   *view;
  OtoAnalysis    *analysis;
  GPtrArray      *panels;
  const OtoTheme *theme;
} Reading;

static const OtoPanelData *
find_panel (const Reading *self,
            OtoMap         map,
            int            class_index)
{
  const OtoPanelSpec spec = { map, class_index };

  for (guint i = 0; i < self->panels->len; i++)
    {
      const OtoPanelData *data = g_ptr_array_index (self->panels, i);

      if (data->is_available && oto_panel_spec_is_equal (&data->spec, &spec))
        return data;
    }

  return NULL;
}

/* A reading in the locale's notation, escaped for markup. */
static char *
local (char *text)
{
  g_autofree char *localized = oto_reading_localize (text);

  return g_markup_escape_text (localized, -1);
}

static int
get_mel_row (const Reading      *self,
             const OtoPanelData *data)
{
  const double level = oto_view_state_get_height (self->view);

  if (data == NULL || !data->bottom_up || isnan (level))
    return -1;

  return CLAMP ((int) floor (level * data->n_rows), 0, data->n_rows - 1);
}

/* The class that the reading is about: that of the row or panel under the cursor, else the one in
 * focus, else the first. */
static int
get_read_class (const Reading *self)
{
  const int read_class = oto_view_state_get_read_class (self->view);
  const int focus_class = oto_view_state_get_focus_class (self->view);
  const int n_classes = oto_analysis_get_n_classes (self->analysis);

  if (read_class >= 0 && read_class < n_classes)
    return read_class;

  return focus_class >= 0 && focus_class < n_classes
         ? focus_class : oto_analysis_get_ranking (self->analysis)[0];
}

/* A weight as a multiple of the uniform one, and raw. */
static void
append_weight (GString    *text,
               const char *format,
               double      weight,
               int         n)
{
  g_autofree char *times = local (oto_reading_format_times (weight * n));
  g_autofree char *raw = local (oto_reading_format_weight (weight));

  g_string_append (text, SEPARATOR);
  g_string_append_printf (text, format, times, raw);
}

static void
append_attention (const Reading *self,
                  GString       *text,
                  int            class_index,
                  double         time_s)
{
  const OtoPanelData *data = find_panel (self, OTO_MAP_FREQ_ATT, class_index);
  const int row = get_mel_row (self, data);
  double factor;

  if (row < 0)
    return;

  factor = oto_panel_data_get_value (data, row, time_s);
  if (!isnan (factor))
    /* Translators: frequency attention, as a multiple of the uniform weight, and raw in
     * parentheses. */
    append_weight (text, _("frequency attention <b>%s</b> (%s)"), factor / data->n_rows,
                   data->n_rows);
}

/* What the place brings to the clip probability of the class. */
static void
append_contribution (const Reading *self,
                     GString       *text,
                     int            class_index,
                     double         time_s)
{
  const OtoPanelData *data = find_panel (self, OTO_MAP_CONTRIBUTION, class_index);
  const int row = get_mel_row (self, data);
  g_autofree char *share = NULL;
  double value;

  if (row < 0)
    return;

  value = oto_panel_data_get_value (data, row, time_s);
  if (isnan (value))
    return;

  share = local (oto_panel_data_format_value (data, value));
  g_string_append (text, SEPARATOR);
  /* Translators: what a place in the spectrogram brings to the clip probability of a class. */
  g_string_append_printf (text, _("contribution <b>%s</b>"), share);
}

/* What the model has of one class and one frame; any of it may be missing. */
static void
append_frame (const Reading *self,
              GString       *text,
              int            class_index,
              double         time_s)
{
  const gint64 n_frames = oto_analysis_get_n_frames (self->analysis);
  const gint64 frame = oto_analysis_get_frame_at (self->analysis, time_s);
  const size_t pos = (size_t) class_index * n_frames + frame;
  const float *step1 = oto_analysis_get_step1 (self->analysis);
  const float *time_att = oto_analysis_get_time_att (self->analysis);
  const int n_window = oto_model_snapshot_get_config (
    oto_analysis_get_model (self->analysis))->n_frames;

  if (step1 != NULL)
    {
      g_autofree char *prob = local (oto_reading_format_prob (step1[pos]));

      g_string_append (text, SEPARATOR);
      /* Translators: the model's output for one class and one frame. */
      g_string_append_printf (text, _("frame score <b>%s</b>"), prob);
    }
  if (time_att != NULL)
    /* Translators: time attention, as a multiple of the uniform weight, and raw in parentheses. */
    append_weight (text, _("time attention <b>%s</b> (%s)"), time_att[pos], n_window);
}

/* What the class hears in the mel bin, at all times. */
static void
append_bin (const Reading *self,
            GString       *text,
            int            class_index)
{
  const float *weights = oto_analysis_get_mel_weights (self->analysis);
  const int n_mels = oto_analysis_get_n_mels (self->analysis);
  const int row = get_mel_row (self, find_panel (self, OTO_MAP_LOGMEL, OTO_PANEL_NO_CLASS));

  if (weights != NULL && row >= 0)
    /* Translators: what a class hears in a mel bin, as a multiple of the uniform weight, and raw in
     * parentheses. */
    append_weight (text, _("weight of the bin <b>%s</b> (%s)"),
                   weights[(size_t) class_index * n_mels + row], n_mels);
}

static void
append_place (const Reading *self,
              GString       *text,
              double         time_s)
{
  const OtoPanelData *data = find_panel (self, OTO_MAP_LOGMEL, OTO_PANEL_NO_CLASS);
  const int row = get_mel_row (self, data);
  g_autofree char *time = local (oto_reading_format_time (time_s));

  g_string_append_printf (text, "<b>%s</b>", time);
  if (row >= 0)
    {
      g_autofree char *frequency =
        local (oto_reading_format_frequency (oto_panel_data_hz_from_row (data, row)));
      g_autofree char *level =
        local (oto_reading_format_level (oto_panel_data_get_value (data, row, time_s)));

      g_string_append_printf (text, SEPARATOR "<b>%s</b>" SEPARATOR "%s", frequency, level);
    }
}

static void
append_class (const Reading *self,
              GString       *text,
              int            class_index)
{
  g_autofree char *name = oto_class_name_dup (self->analysis, class_index);
  g_autofree char *escaped = g_markup_escape_text (name, -1);
  const int slot = oto_class_colors_find (oto_view_state_get_colors (self->view), name);

  g_string_append_printf (text, SEPARATOR "<span color=\"#%06x\">■</span>\u2002<b>%s</b>",
                          oto_theme_get_class_rgb (self->theme, slot), escaped);
}

/**
 * oto_cursor_reading_dup:
 * @view: has the cursor
 * @analysis: (nullable): what the model hears
 * @panels: (element-type OtoPanelData): what is on show
 * @theme: colours of classes
 *
 * Returns: (transfer full): time, frequency and level, the class, and what the model has of it
 *   there; "" while the cursor is nowhere
 */
char *
oto_cursor_reading_dup (OtoViewState   *view,
                        OtoAnalysis    *analysis,
                        GPtrArray      *panels,
                        const OtoTheme *theme)
{
  const Reading reading = { view, analysis, panels, theme };
  g_autoptr (GString) text = g_string_new (NULL);
  double time_s;

  g_return_val_if_fail (OTO_IS_VIEW_STATE (view), NULL);
  g_return_val_if_fail (panels != NULL, NULL);

  time_s = oto_view_state_get_time_s (view);
  if (isnan (time_s))
    return g_strdup ("");

  append_place (&reading, text, time_s);
  if (analysis != NULL)
    {
      const int class_index = get_read_class (&reading);

      append_class (&reading, text, class_index);
      append_attention (&reading, text, class_index, time_s);
      append_contribution (&reading, text, class_index, time_s);
      append_bin (&reading, text, class_index);
      append_frame (&reading, text, class_index, time_s);
    }

  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* The class whose name takes most room. */
static char *
dup_longest_name (OtoAnalysis *analysis)
{
  g_autofree char *longest = g_strdup ("");

  for (int k = 0; k < oto_analysis_get_n_classes (analysis); k++)
    {
      g_autofree char *name = oto_class_name_dup (analysis, k);

      if (g_utf8_strlen (name, -1) > g_utf8_strlen (longest, -1))
        {
          g_free (longest);
          longest = g_steal_pointer (&name);
        }
    }

  return g_markup_escape_text (longest, -1);
}

/**
 * oto_cursor_reading_dup_longest:
 * @analysis: what a model hears
 *
 * Returns: (transfer full): a reading that takes as much room as any of this model: numbers of most
 *   digits, the longest class name, and all maps that it has
 */
char *
oto_cursor_reading_dup_longest (OtoAnalysis *analysis)
{
  static const struct { OtoMap map; const char *format; } weights[] = {
    { OTO_MAP_FREQ_ATT, N_("frequency attention <b>%s</b> (%s)") },
    { OTO_MAP_MEL_WEIGHTS, N_("weight of the bin <b>%s</b> (%s)") },
    { OTO_MAP_TIME_ATT, N_("time attention <b>%s</b> (%s)") },
  };
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *time = local (oto_reading_format_time (88888.888));
  g_autofree char *frequency = local (oto_reading_format_frequency (18888));
  g_autofree char *level = local (oto_reading_format_level (-188.8));
  g_autofree char *name = dup_longest_name (analysis);

  g_string_append_printf (text, "<b>%s</b>" SEPARATOR "<b>%s</b>" SEPARATOR "%s" SEPARATOR
                          "■\u2002<b>%s</b>", time, frequency, level, name);
  for (guint i = 0; i < G_N_ELEMENTS (weights); i++)
    if (oto_analysis_has_map (analysis, weights[i].map))
      append_weight (text, _(weights[i].format), 8.88e-5, 100);
  if (oto_analysis_has_map (analysis, OTO_MAP_STEP1))
    {
      g_string_append (text, SEPARATOR);
      g_string_append_printf (text, _("frame score <b>%s</b>"), "0.888");
    }

  return g_string_free (g_steal_pointer (&text), FALSE);
}
