/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-inspect-page-private.h"

#include "geometry/oto-reading.h"

#include <glib/gi18n.h>
#include <math.h>

#define N_SHOWN        5         /* classes with a row, unless all are asked for */
#define STATUS_MS      100
#define STEM_MAX_BYTES (G_GINT64_CONSTANT (512) << 20)
#define PREPARE_MAX_S  60.0      /* of longer clips no stems are made ahead */

static OtoStrip *
get_strip (OtoInspectPage *self,
           int             class_index)
{
  return &self->strips[class_index < 0 ? self->n_classes : class_index];
}

/* --- stems --- */

typedef struct
{
  OtoAnalysis    *analysis;
  int             class_index;
  OtoInspectPage *page;          /* only to tell progress; the task holds it */
} StemJob;

static void
stem_job_free (StemJob *self)
{
  g_object_unref (self->analysis);
  g_free (self);
}

static void
stem_progress (double   fraction,
               gpointer user_data)
{
  StemJob *job = user_data;

  g_atomic_int_set (&job->page->stem_permille, (int) (fraction * 1000));
}

static void
stem_worker (GTask        *task,
             gpointer      source,
             gpointer      task_data,
             GCancellable *cancellable)
{
  StemJob *job = task_data;
  OtoClip *clip = oto_analysis_get_clip (job->analysis);
  const size_t n_bytes = (size_t) oto_clip_get_n_samples (clip)
                        * (size_t) oto_clip_get_n_channels (clip) * sizeof (float);
  GError *error = NULL;
  float *stem = oto_stems_render (job->analysis, job->class_index, stem_progress, job, cancellable,
                                  &error);

  if (stem != NULL)
    g_task_return_pointer (task, g_bytes_new_with_free_func (stem, n_bytes, oto_free, stem),
                           (GDestroyNotify) g_bytes_unref);
  else
    g_task_return_error (task, error);
}

static void
stem_ready_cb (GObject      *source,
               GAsyncResult *result,
               gpointer      user_data)
{
  g_autoptr (OtoInspectPage) self = user_data;
  StemJob *job = g_task_get_task_data (G_TASK (result));
  OtoMixer *mixer = oto_player_get_mixer (self->player);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) stem = g_task_propagate_pointer (G_TASK (result), &error);

  if (g_task_get_cancellable (G_TASK (result)) != self->stem_cancellable)
    return;

  self->stem_class = -1;
  g_clear_object (&self->stem_cancellable);

  if (stem != NULL && mixer != NULL && job->analysis == self->analysis)
    {
      oto_mixer_set_stem (mixer, job->class_index, stem);
    }
  else if (error != NULL && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      g_hash_table_add (self->failed_stems, GINT_TO_POINTER (job->class_index));
      oto_inspect_page_set_notice (self, error->message);
    }

  oto_inspect_page_apply_strips (self);
}

static gboolean
status_cb (gpointer user_data)
{
  OtoInspectPage *self = user_data;

  oto_inspect_page_update_status (self);
  if (self->stem_class >= 0)
    return G_SOURCE_CONTINUE;

  self->status_id = 0;

  return G_SOURCE_REMOVE;
}

static void
start_stem (OtoInspectPage *self,
            int             class_index)
{
  OtoClip *clip = oto_analysis_get_clip (self->analysis);
  StemJob *job;
  g_autoptr (GTask) task = NULL;

  if (self->stem_class >= 0 || g_hash_table_contains (self->failed_stems,
                                                      GINT_TO_POINTER (class_index)))
    return;

  if (oto_clip_get_n_samples (clip) * oto_clip_get_n_channels (clip) * (gint64) sizeof (float)
      > STEM_MAX_BYTES)
    {
      g_hash_table_add (self->failed_stems, GINT_TO_POINTER (class_index));
      oto_inspect_page_set_notice (self, _("This clip is too long to be played by class. "
                                           "Its stems can still be saved."));

      return;
    }

  self->stem_class = class_index;
  self->stem_cancellable = g_cancellable_new ();
  g_atomic_int_set (&self->stem_permille, 0);

  job = g_new0 (StemJob, 1);
  job->analysis = g_object_ref (self->analysis);
  job->class_index = class_index;
  job->page = self;
  task = g_task_new (NULL, self->stem_cancellable, stem_ready_cb, g_object_ref (self));
  g_task_set_task_data (task, job, (GDestroyNotify) stem_job_free);
  g_task_run_in_thread (task, stem_worker);

  if (self->status_id == 0)
    self->status_id = g_timeout_add (STATUS_MS, status_cb, self);
}

/**
 * oto_inspect_page_stop_stems:
 * @self: a page
 *
 * Stops the stem that is being made.
 */
void
oto_inspect_page_stop_stems (OtoInspectPage *self)
{
  if (self->stem_cancellable != NULL)
    g_cancellable_cancel (self->stem_cancellable);
  g_clear_object (&self->stem_cancellable);
  self->stem_class = -1;
}

/* --- strips --- */

static double
get_gain (OtoInspectPage *self,
          int             class_index,
          gboolean        has_solo)
{
  const OtoStrip *strip = get_strip (self, class_index);
  const double blend = gtk_range_get_value (self->blend_scale);
  double gain = 0.0;

  if (!strip->is_muted && (!has_solo || strip->is_solo) && strip->gain_db > OTO_STRIP_MIN_DB)
    gain = pow (10, strip->gain_db / 20);

  return 1 + blend * (gain - 1);
}

/* Stems of the first classes are made before anybody asks, so that a solo is heard at once. */
static void
prepare_stems (OtoInspectPage *self,
               OtoMixer       *mixer)
{
  const int *ranking = oto_analysis_get_ranking (self->analysis);

  if (self->n_panels_left > 0 || oto_analysis_get_duration_s (self->analysis) > PREPARE_MAX_S
      || !oto_analysis_has_map (self->analysis, OTO_MAP_MASK))
    return;

  for (int i = 0; i < MIN (OTO_N_FOCUS, self->n_classes); i++)
    if (!oto_mixer_has_stem (mixer, ranking[i]))
      {
        start_stem (self, ranking[i]);

        return;
      }
}

/**
 * oto_inspect_page_apply_strips:
 * @self: a page
 *
 * Makes the mixer play what the strips say, as soon as the stems for it are there.
 */
void
oto_inspect_page_apply_strips (OtoInspectPage *self)
{
  OtoMixer *mixer = oto_player_get_mixer (self->player);
  g_autofree int *classes = NULL;
  g_autofree double *gains = NULL;
  gboolean has_solo = FALSE;
  double background;
  guint n = 0;

  if (mixer == NULL || self->analysis == NULL)
    return;

  for (int k = 0; k <= self->n_classes; k++)
    has_solo = has_solo || self->strips[k].is_solo;

  classes = g_new (int, self->n_classes);
  gains = g_new (double, self->n_classes);
  background = get_gain (self, OTO_MIXER_BACKGROUND, has_solo);
  for (int k = 0; k < self->n_classes; k++)
    {
      double gain = get_gain (self, k, has_solo);

      if (fabs (gain - background) < 1e-9)
        continue;

      if (!oto_mixer_has_stem (mixer, k))
        {
          start_stem (self, k);
          oto_inspect_page_update_status (self);

          return;
        }
      classes[n] = k;
      gains[n++] = gain;
    }

  oto_mixer_set_gains (mixer, background, classes, gains, n);
  oto_mixer_set_volume (mixer, gtk_range_get_value (self->volume_scale));
  oto_inspect_page_apply_loop (self);
  prepare_stems (self, mixer);
  oto_inspect_page_update_status (self);
}

/**
 * oto_inspect_page_reset_strips:
 * @self: a page whose analysis has changed
 *
 * Puts all strips to 0 dB and takes the stems of the former analysis from the mixer.
 */
void
oto_inspect_page_reset_strips (OtoInspectPage *self)
{
  OtoClip *clip = self->analysis != NULL ? oto_analysis_get_clip (self->analysis) : NULL;
  const double position_s = oto_player_get_position_s (self->player);

  oto_inspect_page_stop_stems (self);
  g_hash_table_remove_all (self->failed_stems);
  g_clear_pointer (&self->strips, g_free);
  g_clear_pointer (&self->former_strips, g_free);
  self->n_classes = self->analysis != NULL ? oto_analysis_get_n_classes (self->analysis) : 0;
  self->strips = g_new0 (OtoStrip, self->n_classes + 1);

  if (clip != NULL)
    {
      oto_player_set_clip (self->player, NULL);
      oto_player_set_clip (self->player, clip);
      oto_player_seek (self->player, position_s);
    }
}

static void
update_rows (OtoInspectPage *self)
{
  GtkListBoxRow *row;

  for (int i = 0; (row = gtk_list_box_get_row_at_index (self->class_list, i)) != NULL; i++)
    oto_class_row_set_strip (OTO_CLASS_ROW (row),
                             get_strip (self, oto_class_row_get_class_index (OTO_CLASS_ROW (row))));
}

static void
strip_changed_cb (OtoClassRow    *row,
                  OtoInspectPage *self)
{
  oto_class_row_get_strip (row, get_strip (self, oto_class_row_get_class_index (row)));
  g_clear_pointer (&self->former_strips, g_free);
  oto_inspect_page_apply_strips (self);
}

static void
add_class_row (OtoInspectPage *self,
               int             class_index,
               int             rank)
{
  g_autofree char *name = oto_inspect_page_dup_class_name (self, class_index);
  GtkWidget *row = oto_class_row_new (class_index);
  double prob = NAN;
  int slot = -1;

  if (class_index >= 0)
    {
      prob = oto_analysis_get_clip_prob (self->analysis)[class_index];
      slot = oto_class_colors_find (oto_view_state_get_colors (self->view), name);
    }

  oto_class_row_set_class (OTO_CLASS_ROW (row), name, prob, slot,
                           class_index >= 0 && rank < OTO_N_FOCUS);
  oto_class_row_set_strip (OTO_CLASS_ROW (row), get_strip (self, class_index));
  oto_class_row_set_audible (OTO_CLASS_ROW (row),
                             oto_analysis_has_map (self->analysis, OTO_MAP_MASK));
  g_signal_connect (row, "strip-changed", G_CALLBACK (strip_changed_cb), self);
  gtk_list_box_append (self->class_list, row);

  if (class_index == oto_view_state_get_focus_class (self->view))
    gtk_list_box_select_row (self->class_list, GTK_LIST_BOX_ROW (row));
}

/**
 * oto_inspect_page_fill_classes:
 * @self: a page
 *
 * Lists the first classes by rank, or all, the one in focus in any case, and Background; without
 * masks no class can be heard alone, and nothing is Background.
 */
void
oto_inspect_page_fill_classes (OtoInspectPage *self)
{
  const gboolean shows_all = gtk_toggle_button_get_active (self->all_button);
  const int focus_class = oto_view_state_get_focus_class (self->view);
  g_autofree char *text = NULL;
  const int *ranking;
  GtkListBoxRow *row;

  while ((row = gtk_list_box_get_row_at_index (self->class_list, 0)) != NULL)
    gtk_list_box_remove (self->class_list, GTK_WIDGET (row));
  oto_view_state_set_focus_class (self->view, focus_class);

  gtk_widget_set_visible (GTK_WIDGET (self->all_button), self->n_classes > N_SHOWN);
  if (self->analysis == NULL)
    return;

  ranking = oto_analysis_get_ranking (self->analysis);
  for (int i = 0; i < self->n_classes; i++)
    if (shows_all || i < N_SHOWN || ranking[i] == focus_class)
      add_class_row (self, ranking[i], i);
  if (oto_analysis_has_map (self->analysis, OTO_MAP_MASK))
    add_class_row (self, OTO_MIXER_BACKGROUND, 0);

  text = shows_all ? g_strdup (_("Show Fewer Classes"))
                   : g_strdup_printf (ngettext ("Show %d Class", "Show All %d Classes",
                                                self->n_classes), self->n_classes);
  gtk_button_set_label (GTK_BUTTON (self->all_button), text);
}

/**
 * oto_inspect_page_show_focus:
 * @self: a page
 *
 * Selects the class in focus; lists it where it has no row.
 */
void
oto_inspect_page_show_focus (OtoInspectPage *self)
{
  const int focus_class = oto_view_state_get_focus_class (self->view);
  GtkListBoxRow *row;

  for (int i = 0; (row = gtk_list_box_get_row_at_index (self->class_list, i)) != NULL; i++)
    if (oto_class_row_get_class_index (OTO_CLASS_ROW (row)) == focus_class)
      {
        gtk_list_box_select_row (self->class_list, row);

        return;
      }

  oto_inspect_page_fill_classes (self);
}

/* Whether classes can be heard alone; says so if not. */
static gboolean
need_masks (OtoInspectPage *self)
{
  if (self->analysis == NULL)
    return FALSE;
  if (oto_analysis_has_map (self->analysis, OTO_MAP_MASK))
    return TRUE;

  oto_inspect_page_set_notice (self, _(oto_map_info_find (OTO_MAP_MASK)->lacks));

  return FALSE;
}

/**
 * oto_inspect_page_toggle_solo:
 * @self: a page
 * @is_exclusive: alone; once more restores what was
 *
 * Solos the class in focus, or no longer.
 */
void
oto_inspect_page_toggle_solo (OtoInspectPage *self,
                              gboolean        is_exclusive)
{
  OtoStrip *strip;

  if (!need_masks (self))
    return;

  if (is_exclusive && self->former_strips != NULL)
    {
      g_free (self->strips);
      self->strips = g_steal_pointer (&self->former_strips);
    }
  else if (is_exclusive)
    {
      self->former_strips = g_memdup2 (self->strips,
                                       (size_t) (self->n_classes + 1) * sizeof (OtoStrip));
      for (int k = 0; k <= self->n_classes; k++)
        self->strips[k].is_solo = FALSE;
      get_strip (self, oto_view_state_get_focus_class (self->view))->is_solo = TRUE;
    }
  else
    {
      strip = get_strip (self, oto_view_state_get_focus_class (self->view));
      strip->is_solo = !strip->is_solo;
      g_clear_pointer (&self->former_strips, g_free);
    }

  update_rows (self);
  oto_inspect_page_apply_strips (self);
}

/**
 * oto_inspect_page_toggle_mute:
 * @self: a page
 *
 * Mutes the class in focus, or no longer.
 */
void
oto_inspect_page_toggle_mute (OtoInspectPage *self)
{
  OtoStrip *strip;

  if (!need_masks (self))
    return;

  strip = get_strip (self, oto_view_state_get_focus_class (self->view));
  strip->is_muted = !strip->is_muted;
  update_rows (self);
  oto_inspect_page_apply_strips (self);
}

/**
 * oto_inspect_page_clear_strips:
 * @self: a page
 *
 * No class is soloed or muted any more.
 */
void
oto_inspect_page_clear_strips (OtoInspectPage *self)
{
  if (self->analysis == NULL)
    return;

  for (int k = 0; k <= self->n_classes; k++)
    self->strips[k].is_solo = self->strips[k].is_muted = FALSE;
  g_clear_pointer (&self->former_strips, g_free);
  update_rows (self);
  oto_inspect_page_apply_strips (self);
}

/* --- transport --- */

/**
 * oto_inspect_page_apply_loop:
 * @self: a page
 *
 * Plays what is on show again and again, or no longer.
 */
void
oto_inspect_page_apply_loop (OtoInspectPage *self)
{
  OtoMixer *mixer = oto_player_get_mixer (self->player);
  OtoTimeScale *scale = oto_view_state_get_scale (self->view);
  int rate_hz;

  if (mixer == NULL)
    return;

  rate_hz = oto_clip_get_rate_hz (oto_clip_item_get_clip (self->item));
  if (oto_view_state_is_looping (self->view))
    oto_mixer_set_loop (mixer, llround (oto_time_scale_get_start_s (scale) * rate_hz),
                        llround (oto_time_scale_get_end_s (scale) * rate_hz));
  else
    oto_mixer_set_loop (mixer, 0, 0);
}

static gboolean
tick_cb (GtkWidget     *widget,
         GdkFrameClock *clock,
         gpointer       user_data)
{
  OtoInspectPage *self = user_data;

  oto_view_state_play_on (self->view, oto_player_get_position_s (self->player));
  oto_inspect_page_update_transport (self);

  return G_SOURCE_CONTINUE;
}

static void
set_text (GtkLabel   *label,
          const char *text)
{
  if (strcmp (gtk_label_get_text (label), text) != 0)
    gtk_label_set_text (label, text);
}

/**
 * oto_inspect_page_update_transport:
 * @self: a page
 *
 * Moves the playhead to what is heard.
 */
void
oto_inspect_page_update_transport (OtoInspectPage *self)
{
  OtoClip *clip = self->item != NULL ? oto_clip_item_get_clip (self->item) : NULL;
  const double position_s = oto_player_get_position_s (self->player);
  g_autofree char *position = oto_reading_localize (oto_reading_format_clock (position_s));
  g_autofree char *duration = NULL;
  g_autofree char *of_duration = NULL;

  oto_view_state_set_playhead_s (self->view, position_s);
  set_text (self->position_label, position);

  duration = oto_reading_localize (oto_reading_format_clock (
    clip != NULL ? oto_clip_get_duration_s (clip) : 0));
  of_duration = g_strdup_printf ("/\u2002%s", duration);
  set_text (self->duration_label, of_duration);
}

static void
player_changed_cb (OtoPlayer      *player,
                   OtoInspectPage *self)
{
  const gboolean is_playing = oto_player_is_playing (player);
  const char *problem = oto_player_get_problem (player);
  const char *name = is_playing ? _("Pause") : _("Play");

  gtk_button_set_icon_name (self->play_button, is_playing ? "media-playback-pause-symbolic"
                                                          : "media-playback-start-symbolic");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->play_button),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->play_button), problem != NULL ? problem : name);
  g_simple_action_set_enabled (
    G_SIMPLE_ACTION (g_action_map_lookup_action (G_ACTION_MAP (self->actions), "play")),
    problem == NULL && oto_player_get_mixer (player) != NULL);

  if (is_playing && self->tick_id == 0)
    {
      self->tick_id = gtk_widget_add_tick_callback (GTK_WIDGET (self), tick_cb, self, NULL);
    }
  else if (!is_playing && self->tick_id != 0)
    {
      gtk_widget_remove_tick_callback (GTK_WIDGET (self), self->tick_id);
      self->tick_id = 0;
    }

  oto_inspect_page_update_transport (self);
  oto_inspect_page_update_status (self);
}

/**
 * oto_inspect_page_init_listening:
 * @self: a page that is being made
 */
void
oto_inspect_page_init_listening (OtoInspectPage *self)
{
  self->strips = g_new0 (OtoStrip, 1);
  g_signal_connect (self->player, "changed", G_CALLBACK (player_changed_cb), self);
  g_signal_connect_object (oto_view_state_get_scale (self->view), "changed",
                           G_CALLBACK (oto_inspect_page_apply_loop), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->view, "notify::is-looping",
                           G_CALLBACK (oto_inspect_page_apply_loop), self, G_CONNECT_SWAPPED);
  player_changed_cb (self->player, self);
}
