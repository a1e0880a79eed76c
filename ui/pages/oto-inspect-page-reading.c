/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-inspect-page-private.h"

#include "geometry/oto-reading.h"

#include <glib/gi18n.h>
#include <math.h>

#define DESCRIBE_MS 250          /* assistive technology is told at most four times a second */
#define SEPARATOR   "\u2003"

/* A reading in the locale's notation, escaped for markup. */
static char *
local (char *text)
{
  g_autofree char *localized = oto_reading_localize (text);

  return g_markup_escape_text (localized, -1);
}

static int
get_mel_row (OtoInspectPage *self,
             OtoPanelData   *data)
{
  const double level = oto_view_state_get_height (self->view);

  if (data == NULL || !data->bottom_up || isnan (level))
    return -1;

  return CLAMP ((int) floor (level * data->n_rows), 0, data->n_rows - 1);
}

/* The class that the reading is about: that of the row or panel under the cursor, else the one in
 * focus, else the first. */
static int
get_read_class (OtoInspectPage *self)
{
  const int panel = oto_view_state_get_panel (self->view);
  const int row = oto_view_state_get_row (self->view);
  const int focus_class = oto_view_state_get_focus_class (self->view);
  OtoPanelData *data = panel >= 1 && panel <= OTO_N_PLOTS
                       ? oto_panel_view_get_data (self->panels[panel - 1]) : NULL;

  if (data != NULL && data->class_index >= 0)
    return data->class_index;
  if (data != NULL && data->row_classes != NULL && row >= 0 && row < data->n_rows)
    return data->row_classes[row];

  return focus_class >= 0 ? focus_class : oto_analysis_get_ranking (self->analysis)[0];
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

static OtoPanelData *
find_attention (OtoInspectPage *self,
                int             class_index)
{
  for (int kind = OTO_PANEL_FREQ_ATT_1; kind <= OTO_PANEL_FREQ_ATT_3; kind++)
    {
      OtoPanelData *data = oto_panel_view_get_data (self->panels[kind - 1]);

      if (data != NULL && data->is_available && data->class_index == class_index)
        return data;
    }

  return NULL;
}

static void
append_attention (OtoInspectPage *self,
                  GString        *text,
                  int             class_index,
                  double          time_s)
{
  OtoPanelData *data = find_attention (self, class_index);
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

/* What the model has of one class and one frame; any of it may be missing. */
static void
append_frame (OtoInspectPage *self,
              GString        *text,
              int             class_index,
              double          time_s)
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
append_bin (OtoInspectPage *self,
            GString        *text,
            int             class_index)
{
  const float *weights = oto_analysis_get_mel_weights (self->analysis);
  const int n_mels = oto_analysis_get_n_mels (self->analysis);
  const int row = get_mel_row (self, oto_panel_view_get_data (self->panels[0]));

  if (weights != NULL && row >= 0)
    /* Translators: what a class hears in a mel bin, as a multiple of the uniform weight, and raw in
     * parentheses. */
    append_weight (text, _("weight of the bin <b>%s</b> (%s)"),
                   weights[(size_t) class_index * n_mels + row], n_mels);
}

static void
append_place (OtoInspectPage *self,
              GString        *text,
              double          time_s)
{
  OtoPanelData *data = oto_panel_view_get_data (self->panels[0]);
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
append_class (OtoInspectPage *self,
              GString        *text,
              int             class_index)
{
  g_autofree char *name = oto_inspect_page_dup_class_name (self, class_index);
  g_autofree char *escaped = g_markup_escape_text (name, -1);
  const int slot = oto_class_colors_find (oto_view_state_get_colors (self->view), name);

  g_string_append_printf (text, SEPARATOR "<span color=\"#%06x\">■</span>\u2002<b>%s</b>",
                          oto_theme_get_class_rgb (oto_plot_view_get_theme (), slot), escaped);
}

/* What the panels tell assistive technology: name with class, reading, range. */
static gboolean
describe_cb (gpointer user_data)
{
  OtoInspectPage *self = user_data;
  OtoTimeScale *scale = oto_view_state_get_scale (self->view);
  const char *reading = oto_reading_strip_get_reading (self->reading_strip);
  g_autofree char *start =
    oto_reading_localize (g_strdup_printf ("%.2f", oto_time_scale_get_start_s (scale)));
  g_autofree char *end =
    oto_reading_localize (g_strdup_printf ("%.2f", oto_time_scale_get_end_s (scale)));
  g_autofree char *description = NULL;

  /* Translators: what is read at the cursor; then the range of time on show, in seconds. */
  description = g_strdup_printf (_("%s; shows %s to %s s"), reading, start, end);
  oto_plot_view_describe (self->ruler, _("Time axis"), description);

  for (int i = 0; i < OTO_N_PLOTS; i++)
    {
      OtoPanelData *data = oto_panel_view_get_data (self->panels[i]);
      g_autofree char *label = NULL;

      if (data != NULL && data->class_name != NULL)
        /* Translators: the title of a panel, and the class that it shows. */
        label = g_strdup_printf (_("%s, %s"), data->title, data->class_name);
      else if (data != NULL)
        label = g_strdup (data->title);
      else
        /* Translators: a panel that shows nothing yet; its number. */
        label = g_strdup_printf (_("Panel %d"), i + 1);

      oto_plot_view_describe (OTO_PLOT_VIEW (self->panels[i]), label, description);
    }

  self->describe_id = 0;

  return G_SOURCE_REMOVE;
}

/**
 * oto_inspect_page_update_reading:
 * @self: a page
 *
 * Writes what the cursor reads.
 */
void
oto_inspect_page_update_reading (OtoInspectPage *self)
{
  const double time_s = oto_view_state_get_time_s (self->view);
  g_autoptr (GString) text = g_string_new (NULL);

  if (isnan (time_s))
    {
      g_string_append (text, self->item != NULL ? _("Point at a panel to read its values") : "");
    }
  else
    {
      append_place (self, text, time_s);
      if (self->analysis != NULL)
        {
          int class_index = get_read_class (self);

          append_class (self, text, class_index);
          append_attention (self, text, class_index, time_s);
          append_bin (self, text, class_index);
          append_frame (self, text, class_index, time_s);
        }
    }

  oto_reading_strip_set_reading (self->reading_strip, text->str);
  if (self->describe_id == 0)
    self->describe_id = g_timeout_add (DESCRIBE_MS, describe_cb, self);
}

/* The class whose name takes most room. */
static char *
dup_longest_name (OtoInspectPage *self)
{
  g_autofree char *longest = g_strdup ("");

  for (int k = 0; k < oto_analysis_get_n_classes (self->analysis); k++)
    {
      g_autofree char *name = oto_inspect_page_dup_class_name (self, k);

      if (g_utf8_strlen (name, -1) > g_utf8_strlen (longest, -1))
        {
          g_free (longest);
          longest = g_steal_pointer (&name);
        }
    }

  return g_markup_escape_text (longest, -1);
}

/**
 * oto_inspect_page_take_room:
 * @self: a page with an analysis
 *
 * Takes the room that the longest reading of this model can need: numbers of most digits, the
 * longest class name, and all maps that it has.
 */
void
oto_inspect_page_take_room (OtoInspectPage *self)
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
  g_autofree char *name = dup_longest_name (self);

  g_string_append_printf (text, "<b>%s</b>" SEPARATOR "<b>%s</b>" SEPARATOR "%s" SEPARATOR
                          "■\u2002<b>%s</b>", time, frequency, level, name);
  for (guint i = 0; i < G_N_ELEMENTS (weights); i++)
    if (oto_analysis_has_map (self->analysis, weights[i].map))
      append_weight (text, _(weights[i].format), 8.88e-5, 100);
  if (oto_analysis_has_map (self->analysis, OTO_MAP_STEP1))
    {
      g_string_append (text, SEPARATOR);
      g_string_append_printf (text, _("frame score <b>%s</b>"), "0.888");
    }

  oto_reading_strip_set_room (self->reading_strip, text->str);
}

/* --- status --- */

static char *
dup_status (OtoInspectPage *self)
{
  const char *problem = oto_player_get_problem (oto_listening_get_player (self->listening));
  OtoClip *clip = self->item != NULL ? oto_clip_item_get_clip (self->item) : NULL;
  double fraction = 0.0;
  const int stem = oto_listening_get_stem (self->listening, &fraction);

  if (self->item != NULL && oto_clip_item_get_state (self->item) == OTO_CLIP_STATE_RUNNING)
    /* Translators: how much of the analysis is done. */
    return g_strdup_printf (_("Analysing, %.0f\u202f%%"),
                            100 * oto_clip_item_get_progress (self->item));
  if (self->notice != NULL)
    return g_strdup (self->notice);
  if (problem != NULL)
    return g_strdup (problem);
  if (clip != NULL && oto_clip_is_cancelling (clip))
    return g_strdup (_("Channels cancel each other: their mean is next to silent"));
  if (self->analysis != NULL && oto_analysis_is_silent (self->analysis))
    return g_strdup (_("Clip is silent"));
  if (clip != NULL && self->reference != NULL
      && oto_event_list_is_behind (self->reference, oto_clip_get_duration_s (clip)))
    return g_strdup (_("All labels begin behind the clip's end; are their times milliseconds?"));
  if (clip != NULL && oto_clip_get_n_invalid (clip) > 0)
    return g_strdup_printf (ngettext ("%d sample is not a number and plays as silence",
                                      "%d samples are not numbers and play as silence",
                                      (int) oto_clip_get_n_invalid (clip)),
                            (int) oto_clip_get_n_invalid (clip));
  if (stem >= 0 && self->analysis != NULL)
    {
      g_autofree char *name = oto_inspect_page_dup_class_name (self, stem);

      /* Translators: a class of sound, and how much of its waveform is made. */
      return g_strdup_printf (_("Preparing the sound of %s, %d\u202f%%"), name,
                              (int) (100 * fraction));
    }

  return g_strdup ("");
}

static void
update_note (OtoInspectPage *self)
{
  const guint n = self->events != NULL ? oto_event_list_get_n (self->events) : 0;
  OtoClip *clip = self->item != NULL ? oto_clip_item_get_clip (self->item) : NULL;
  g_autofree char *problem = clip != NULL ? oto_clip_dup_problem (clip) : NULL;
  g_autoptr (GString) text = g_string_new (NULL);

  if (self->analysis != NULL)
    {
      const int model_hz = oto_model_snapshot_get_front_end (
        oto_analysis_get_model (self->analysis))->sample_rate_hz;

      if (oto_analysis_has_map (self->analysis, OTO_MAP_STEP1))
        g_string_append_printf (text, ngettext ("%u event at this threshold",
                                                "%u events at this threshold", n), n);
      else
        g_string_append (text, _("no frame scores, so that no event has a place"));
      if (clip != NULL && oto_clip_get_rate_hz (clip) != model_hz)
        /* Translators: the clip was resampled for the model, from and to these rates. */
        g_string_append_printf (text, _("\nresampled, %d → %d Hz"), oto_clip_get_rate_hz (clip),
                                model_hz);
      if (clip != NULL && oto_clip_get_n_channels (clip) > 1)
        g_string_append_printf (text, ngettext ("\nheard as the mean of %d channel",
                                                "\nheard as the mean of %d channels",
                                                oto_clip_get_n_channels (clip)),
                                oto_clip_get_n_channels (clip));
    }

  if (problem != NULL)
    g_string_append_printf (text, "%s%s", text->len > 0 ? "\n" : "", problem);
  gtk_label_set_text (self->note_label, text->str);
}

/**
 * oto_inspect_page_update_status:
 * @self: a page
 *
 * Says what is at work, or what is wrong.
 */
void
oto_inspect_page_update_status (OtoInspectPage *self)
{
  g_autofree char *status = dup_status (self);

  oto_reading_strip_set_status (self->reading_strip, status);
  update_note (self);
}

/**
 * oto_inspect_page_set_notice:
 * @self: a page
 * @notice: (nullable): what went wrong last, or was saved
 */
void
oto_inspect_page_set_notice (OtoInspectPage *self,
                             const char     *notice)
{
  g_free (self->notice);
  self->notice = g_strdup (notice);
  oto_inspect_page_update_status (self);
}

/**
 * oto_inspect_page_init_reading:
 * @self: a page that is being made
 */
void
oto_inspect_page_init_reading (OtoInspectPage *self)
{
  g_signal_connect_object (self->view, "cursor-changed",
                           G_CALLBACK (oto_inspect_page_update_reading), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (oto_view_state_get_scale (self->view), "changed",
                           G_CALLBACK (oto_inspect_page_update_reading), self, G_CONNECT_SWAPPED);
  oto_inspect_page_update_reading (self);
}
