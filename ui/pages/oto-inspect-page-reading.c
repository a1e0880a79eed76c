/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-inspect-page-private.h"

#include "paint/oto-class-name.h"
#include "state/oto-cursor-reading.h"

#include <glib/gi18n.h>

#define STATUS_MS 100

/**
 * oto_inspect_page_update_reading:
 * @self: a page
 *
 * Writes what the cursor reads.
 */
void
oto_inspect_page_update_reading (OtoInspectPage *self)
{
  g_autoptr (GPtrArray) panels = oto_panel_stack_dup_data (self->stack);
  g_autofree char *text = oto_cursor_reading_dup (self->view, self->analysis, panels,
                                                  oto_plot_view_get_theme ());

  if (*text != '\0' || self->item == NULL)
    oto_reading_strip_set_reading (self->reading_strip, text);
  else
    oto_reading_strip_set_reading (self->reading_strip,
                                   _("Point at a panel to read its values"));
}

/* --- status --- */

static char *
dup_status (OtoInspectPage *self)
{
  const char *problem = oto_player_get_problem (oto_listening_get_player (self->listening));
  OtoClip *clip = self->item != NULL ? oto_clip_item_get_clip (self->item) : NULL;
  OtoEventList *reference = oto_detection_get_reference (self->detection);
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
  if (clip != NULL && reference != NULL
      && oto_event_list_is_behind (reference, oto_clip_get_duration_s (clip)))
    return g_strdup (_("All labels begin behind the clip's end; are their times milliseconds?"));
  if (clip != NULL && oto_clip_get_n_invalid (clip) > 0)
    return g_strdup_printf (ngettext ("%d sample is not a number and plays as silence",
                                      "%d samples are not numbers and play as silence",
                                      (int) oto_clip_get_n_invalid (clip)),
                            (int) oto_clip_get_n_invalid (clip));
  if (stem >= 0 && self->analysis != NULL)
    {
      g_autofree char *name = oto_class_name_dup (self->analysis, stem);

      /* Translators: a class of sound, and how much of its waveform is made. */
      return g_strdup_printf (_("Preparing the sound of %s, %d\u202f%%"), name,
                              (int) (100 * fraction));
    }

  return g_strdup ("");
}

static void
update_note (OtoInspectPage *self)
{
  OtoEventList *events = oto_detection_get_events (self->detection);
  const guint n = events != NULL ? oto_event_list_get_n (events) : 0;
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
  g_object_set (self->class_list, "note", text->str, NULL);
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

/* Looks at a stem on its way until it is there. */
static gboolean
status_cb (gpointer user_data)
{
  OtoInspectPage *self = user_data;

  oto_inspect_page_update_status (self);
  if (oto_listening_get_stem (self->listening, NULL) >= 0)
    return G_SOURCE_CONTINUE;

  self->status_id = 0;

  return G_SOURCE_REMOVE;
}

static void
listening_changed_cb (OtoListening   *listening,
                      OtoInspectPage *self)
{
  oto_inspect_page_update_status (self);
  if (self->status_id == 0 && oto_listening_get_stem (listening, NULL) >= 0)
    self->status_id = g_timeout_add (STATUS_MS, status_cb, self);
}

static void
listening_failed_cb (OtoListening   *listening,
                     const char     *message,
                     OtoInspectPage *self)
{
  oto_inspect_page_set_notice (self, message);
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
  g_signal_connect_object (self->view, "notify::focus-class",
                           G_CALLBACK (oto_inspect_page_update_reading), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->detection, "changed",
                           G_CALLBACK (oto_inspect_page_update_status), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->listening, "changed", G_CALLBACK (listening_changed_cb), self, 0);
  g_signal_connect_object (self->listening, "failed", G_CALLBACK (listening_failed_cb), self, 0);
  g_signal_connect_object (oto_listening_get_player (self->listening), "changed",
                           G_CALLBACK (oto_inspect_page_update_status), self, G_CONNECT_SWAPPED);
  oto_inspect_page_update_reading (self);
}
