/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "state/oto-listening.h"

#include "analysis/oto-stems.h"

#include <glib/gi18n.h>
#include <math.h>

#define STEM_MAX_BYTES (G_GINT64_CONSTANT (512) << 20)
#define PREPARE_MAX_S  60.0      /* of longer clips no stems are made ahead */
#define MIN_LOOP_S     0.05      /* shorter ones are a tone, not a sound */
#define N_PREPARED     3         /* classes whose stems are made ahead */

/* A stem that is being made; counted, as the worker tells its progress. */
typedef struct
{
  OtoAnalysis *analysis;
  int          class_index;
  int          permille;         /* atomic */
} Job;

struct _OtoListening
{
  GObject       parent_instance;

  OtoViewState *view;
  OtoPlayer    *player;
  OtoStrips    *strips;
  OtoClip      *clip;
  OtoAnalysis  *analysis;
  double        blend;
  double        volume;
  gboolean      prepares;

  Job          *job;             /* (nullable) */
  GCancellable *cancellable;     /* of that job */
  GHashTable   *failed;          /* classes that could not be rendered */

  double        heard_background;
  double       *heard;           /* gains that the mixer has, one a class */
};

enum { PROP_0, PROP_VIEW_STATE, PROP_STRIPS, PROP_BLEND, PROP_VOLUME, N_PROPS };
enum { CHANGED, FAILED, N_SIGNALS };

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (OtoListening, oto_listening, G_TYPE_OBJECT)

static void apply (OtoListening *self);

/* --- stems --- */

static void
job_clear (gpointer data)
{
  g_object_unref (((Job *) data)->analysis);
}

static void
job_unref (Job *self)
{
  g_atomic_rc_box_release_full (self, job_clear);
}

static void
tell_progress (double   fraction,
               gpointer user_data)
{
  g_atomic_int_set (&((Job *) user_data)->permille, (int) (fraction * 1000));
}

static void
stem_worker (GTask        *task,
             gpointer      source,
             gpointer      task_data,
             GCancellable *cancellable)
{
  Job *job = task_data;
  OtoClip *clip = oto_analysis_get_clip (job->analysis);
  const size_t n_bytes = (size_t) oto_clip_get_n_samples (clip)
                        * (size_t) oto_clip_get_n_channels (clip) * sizeof (float);
  GError *error = NULL;
  float *stem = oto_stems_render (job->analysis, OTO_MASK_LISTENING, job->class_index,
                                  tell_progress, job, cancellable, &error);

  if (stem != NULL)
    g_task_return_pointer (task, g_bytes_new_with_free_func (stem, n_bytes, oto_free, stem),
                           (GDestroyNotify) g_bytes_unref);
  else
    g_task_return_error (task, error);
}

static void
stop_stem (OtoListening *self)
{
  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->job, job_unref);
}

static void
fail_stem (OtoListening *self,
           int           class_index,
           const char   *message)
{
  g_hash_table_add (self->failed, GINT_TO_POINTER (class_index));
  g_signal_emit (self, signals[FAILED], 0, message);
}

static void
stem_ready_cb (GObject      *source,
               GAsyncResult *result,
               gpointer      user_data)
{
  g_autoptr (OtoListening) self = user_data;
  Job *job = g_task_get_task_data (G_TASK (result));
  OtoMixer *mixer = oto_player_get_mixer (self->player);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) stem = g_task_propagate_pointer (G_TASK (result), &error);

  if (job != self->job)
    return;

  stop_stem (self);
  if (stem != NULL && mixer != NULL)
    oto_mixer_set_stem (mixer, job->class_index, stem);
  else if (error != NULL && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    fail_stem (self, job->class_index, error->message);

  apply (self);
  g_signal_emit (self, signals[CHANGED], 0);
}

static void
start_stem (OtoListening *self,
            int           class_index)
{
  OtoClip *clip = oto_analysis_get_clip (self->analysis);
  g_autoptr (GTask) task = NULL;

  if (self->job != NULL || g_hash_table_contains (self->failed, GINT_TO_POINTER (class_index)))
    return;

  if (oto_clip_get_n_samples (clip) * oto_clip_get_n_channels (clip) * (gint64) sizeof (float)
      > STEM_MAX_BYTES)
    {
      fail_stem (self, class_index, _("This clip is too long to be played by class. "
                                      "Its stems can still be saved."));

      return;
    }

  self->job = g_atomic_rc_box_new0 (Job);
  self->job->analysis = g_object_ref (self->analysis);
  self->job->class_index = class_index;
  self->cancellable = g_cancellable_new ();
  task = g_task_new (NULL, self->cancellable, stem_ready_cb, g_object_ref (self));
  g_task_set_task_data (task, g_atomic_rc_box_acquire (self->job), (GDestroyNotify) job_unref);
  g_task_run_in_thread (task, stem_worker);
  g_signal_emit (self, signals[CHANGED], 0);
}

/* Stems of the first classes are made before anybody asks, so that a solo is heard at once. */
static void
prepare_next (OtoListening *self,
              OtoMixer     *mixer)
{
  const int *ranking = oto_analysis_get_ranking (self->analysis);

  if (!self->prepares || oto_analysis_get_duration_s (self->analysis) > PREPARE_MAX_S
      || !oto_analysis_has_mask (self->analysis, OTO_MASK_LISTENING))
    return;

  for (int i = 0; i < MIN (N_PREPARED, oto_analysis_get_n_classes (self->analysis)); i++)
    if (!oto_mixer_has_stem (mixer, ranking[i]))
      {
        start_stem (self, ranking[i]);

        return;
      }
}

/* --- gains --- */

static double
get_gain (OtoListening *self,
          int           class_index)
{
  return 1.0 + self->blend * (oto_strips_get_gain (self->strips, class_index) - 1.0);
}

/* Gives the mixer its gains, where they are others than it has. What is in the output's queue
 * already is made anew, unless it is being heard. */
static void
set_gains (OtoListening *self,
           OtoMixer     *mixer,
           double        background,
           const int    *classes,
           const double *gains,
           guint         n)
{
  const int n_classes = oto_strips_get_n_classes (self->strips);
  g_autofree double *heard = g_new (double, MAX (n_classes, 1));

  for (int k = 0; k < n_classes; k++)
    heard[k] = background;
  for (guint i = 0; i < n; i++)
    heard[classes[i]] = gains[i];

  if (background == self->heard_background
      && memcmp (heard, self->heard, (size_t) n_classes * sizeof (double)) == 0)
    return;

  self->heard_background = background;
  memcpy (self->heard, heard, (size_t) n_classes * sizeof (double));
  oto_mixer_set_gains (mixer, background, classes, gains, n);
  oto_player_refresh (self->player);
}

/* Makes the mixer play what the strips say, as soon as the stems for it are there. */
static void
apply (OtoListening *self)
{
  OtoMixer *mixer = oto_player_get_mixer (self->player);
  const int n_classes = oto_strips_get_n_classes (self->strips);
  const double background = get_gain (self, -1);
  g_autofree int *classes = g_new (int, MAX (n_classes, 1));
  g_autofree double *gains = g_new (double, MAX (n_classes, 1));
  guint n = 0;

  if (mixer == NULL || self->analysis == NULL)
    return;

  for (int k = 0; k < n_classes; k++)
    {
      const double gain = get_gain (self, k);

      if (fabs (gain - background) < 1e-9)
        continue;

      if (!oto_mixer_has_stem (mixer, k))
        {
          start_stem (self, k);

          return;
        }
      classes[n] = k;
      gains[n++] = gain;
    }

  set_gains (self, mixer, background, classes, gains, n);
  prepare_next (self, mixer);
}

static void
apply_loop (OtoListening *self)
{
  OtoMixer *mixer = oto_player_get_mixer (self->player);
  OtoTimeScale *scale = oto_view_state_get_scale (self->view);
  OtoSelection loop = { oto_time_scale_get_start_s (scale), oto_time_scale_get_end_s (scale), 0.0,
                        1.0 };
  int rate_hz;

  if (mixer == NULL || self->clip == NULL)
    return;

  oto_view_state_get_selection (self->view, &loop);
  if (loop.end_s - loop.start_s < MIN_LOOP_S)
    loop.end_s = loop.start_s + MIN_LOOP_S;
  rate_hz = oto_clip_get_rate_hz (self->clip);
  if (oto_view_state_is_looping (self->view))
    oto_mixer_set_loop (mixer, llround (loop.start_s * rate_hz), llround (loop.end_s * rate_hz));
  else
    oto_mixer_set_loop (mixer, 0, 0);
}

static void
apply_volume (OtoListening *self)
{
  OtoMixer *mixer = oto_player_get_mixer (self->player);

  if (mixer != NULL)
    oto_mixer_set_volume (mixer, self->volume);
}

/* --- the object --- */

static void
oto_listening_get_property (GObject    *object,
                            guint       prop_id,
                            GValue     *value,
                            GParamSpec *pspec)
{
  OtoListening *self = OTO_LISTENING (object);

  if (prop_id == PROP_VIEW_STATE)
    g_value_set_object (value, self->view);
  else if (prop_id == PROP_STRIPS)
    g_value_set_object (value, self->strips);
  else if (prop_id == PROP_BLEND)
    g_value_set_double (value, self->blend);
  else if (prop_id == PROP_VOLUME)
    g_value_set_double (value, self->volume);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
oto_listening_set_property (GObject      *object,
                            guint         prop_id,
                            const GValue *value,
                            GParamSpec   *pspec)
{
  OtoListening *self = OTO_LISTENING (object);

  if (prop_id == PROP_VIEW_STATE)
    {
      self->view = g_value_dup_object (value);
    }
  else if (prop_id == PROP_BLEND)
    {
      self->blend = g_value_get_double (value);
      apply (self);
    }
  else if (prop_id == PROP_VOLUME)
    {
      self->volume = g_value_get_double (value);
      apply_volume (self);
    }
  else
    {
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
seek_cb (OtoViewState *view,
         double        time_s,
         OtoListening *self)
{
  oto_player_seek (self->player, time_s);
}

static void
oto_listening_constructed (GObject *object)
{
  OtoListening *self = OTO_LISTENING (object);

  G_OBJECT_CLASS (oto_listening_parent_class)->constructed (object);

  g_assert (self->view != NULL);
  g_signal_connect_object (self->view, "notify::is-looping", G_CALLBACK (apply_loop), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (oto_view_state_get_scale (self->view), "changed",
                           G_CALLBACK (apply_loop), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->view, "selection-changed", G_CALLBACK (apply_loop), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->view, "seek", G_CALLBACK (seek_cb), self, 0);
}

static void
oto_listening_dispose (GObject *object)
{
  OtoListening *self = OTO_LISTENING (object);

  stop_stem (self);
  g_clear_object (&self->player);
  g_clear_object (&self->strips);
  g_clear_object (&self->view);
  g_clear_object (&self->clip);
  g_clear_object (&self->analysis);

  G_OBJECT_CLASS (oto_listening_parent_class)->dispose (object);
}

static void
oto_listening_finalize (GObject *object)
{
  g_hash_table_unref (OTO_LISTENING (object)->failed);
  g_free (OTO_LISTENING (object)->heard);

  G_OBJECT_CLASS (oto_listening_parent_class)->finalize (object);
}

static void
oto_listening_class_init (OtoListeningClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GType type = G_TYPE_FROM_CLASS (klass);

  object_class->get_property = oto_listening_get_property;
  object_class->set_property = oto_listening_set_property;
  object_class->constructed = oto_listening_constructed;
  object_class->dispose = oto_listening_dispose;
  object_class->finalize = oto_listening_finalize;

  properties[PROP_VIEW_STATE] =
    g_param_spec_object ("view-state", NULL, NULL, OTO_TYPE_VIEW_STATE,
                         G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  properties[PROP_STRIPS] = g_param_spec_object ("strips", NULL, NULL, OTO_TYPE_STRIPS,
                                                 G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  properties[PROP_BLEND] = g_param_spec_double ("blend", NULL, NULL, 0.0, 1.0, 1.0,
                                                G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  properties[PROP_VOLUME] = g_param_spec_double ("volume", NULL, NULL, 0.0, 1.0, 1.0,
                                                 G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  signals[CHANGED] = g_signal_new ("changed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 0);
  signals[FAILED] = g_signal_new ("failed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
oto_listening_init (OtoListening *self)
{
  self->player = oto_player_new ();
  self->strips = oto_strips_new ();
  self->failed = g_hash_table_new (NULL, NULL);
  self->blend = self->volume = 1.0;
  self->heard_background = 1.0;
  g_signal_connect_object (self->strips, "changed", G_CALLBACK (apply), self, G_CONNECT_SWAPPED);
}

/**
 * oto_listening_new:
 * @view: says whether the visible range plays in a loop
 *
 * Returns: (transfer full): nothing to hear yet
 */
OtoListening *
oto_listening_new (OtoViewState *view)
{
  g_return_val_if_fail (OTO_IS_VIEW_STATE (view), NULL);

  return g_object_new (OTO_TYPE_LISTENING, "view-state", view, NULL);
}

/**
 * oto_listening_get_player:
 * @self: a listening
 *
 * Returns: (transfer none): what plays
 */
OtoPlayer *
oto_listening_get_player (OtoListening *self)
{
  g_return_val_if_fail (OTO_IS_LISTENING (self), NULL);

  return self->player;
}

/**
 * oto_listening_get_strips:
 * @self: a listening
 *
 * Returns: (transfer none): the strips
 */
OtoStrips *
oto_listening_get_strips (OtoListening *self)
{
  g_return_val_if_fail (OTO_IS_LISTENING (self), NULL);

  return self->strips;
}

/**
 * oto_listening_set_clip:
 * @self: a listening
 * @clip: (nullable): what is heard
 */
void
oto_listening_set_clip (OtoListening *self,
                        OtoClip      *clip)
{
  g_return_if_fail (OTO_IS_LISTENING (self));

  if (!g_set_object (&self->clip, clip))
    return;

  oto_player_set_clip (self->player, clip);
  apply_volume (self);
  apply_loop (self);
}

/**
 * oto_listening_set_analysis:
 * @self: a listening
 * @analysis: (nullable): what stems are made of; its clip is heard
 *
 * Puts all strips to 0 dB and forgets the stems of the former analysis; without one the clip is
 * heard as it is.
 */
void
oto_listening_set_analysis (OtoListening *self,
                            OtoAnalysis  *analysis)
{
  const int n_classes = analysis != NULL ? oto_analysis_get_n_classes (analysis) : 0;
  OtoMixer *mixer;
  double position_s;

  g_return_if_fail (OTO_IS_LISTENING (self));

  if (!g_set_object (&self->analysis, analysis))
    return;

  stop_stem (self);
  self->prepares = FALSE;
  g_hash_table_remove_all (self->failed);
  g_free (self->heard);
  self->heard = g_new (double, MAX (n_classes, 1));
  for (int k = 0; k < n_classes; k++)
    self->heard[k] = 1.0;
  self->heard_background = 1.0;

  if (analysis != NULL)
    {
      /* A mixer without stems, where the clip is. */
      position_s = oto_player_get_position_s (self->player);
      oto_listening_set_clip (self, NULL);
      oto_listening_set_clip (self, oto_analysis_get_clip (analysis));
      oto_player_seek (self->player, position_s);
    }
  else if ((mixer = oto_player_get_mixer (self->player)) != NULL)
    {
      /* Nothing is soloed any more. */
      oto_mixer_set_gains (mixer, 1.0, NULL, NULL, 0);
      oto_player_refresh (self->player);
    }
  oto_strips_reset (self->strips, n_classes);
}

/**
 * oto_listening_prepare:
 * @self: a listening
 *
 * Makes the stems of the first classes before anybody asks, now that there is time for it.
 */
void
oto_listening_prepare (OtoListening *self)
{
  g_return_if_fail (OTO_IS_LISTENING (self));

  self->prepares = TRUE;
  apply (self);
}

/**
 * oto_listening_get_stem:
 * @self: a listening
 * @ret_fraction: (out) (nullable): how much of it is done
 *
 * Returns: the class whose stem is being made, or -1
 */
int
oto_listening_get_stem (OtoListening *self,
                        double       *ret_fraction)
{
  g_return_val_if_fail (OTO_IS_LISTENING (self), -1);

  if (self->job == NULL)
    return -1;

  if (ret_fraction != NULL)
    *ret_fraction = g_atomic_int_get (&self->job->permille) / 1000.0;

  return self->job->class_index;
}
