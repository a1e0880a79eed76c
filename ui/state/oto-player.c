/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "state/oto-player.h"

#include <glib/gi18n.h>
#include <gst/app/gstappsrc.h>
#include <gst/audio/audio.h>
#include <gst/gst.h>
#include <math.h>

#define BLOCK_LEN   512
#define N_MARKS     1024         /* blocks whose position in the clip is remembered: 6 s or more */
#define BUFFER_US   G_GINT64_CONSTANT (40000)
#define LATENCY_US  G_GINT64_CONSTANT (10000)

/* Where in the clip a block of the output comes from; a loop makes the two differ. */
typedef struct
{
  gint64 output;                 /* samples since the pipeline's zero */
  gint64 clip;
} Mark;

struct _OtoPlayer
{
  GObject           parent_instance;

  OtoClip          *clip;
  OtoMixer         *mixer;
  GstElement       *pipeline;
  guint             bus_id;
  double            start_s;     /* where a pipeline that is not there yet will begin */
  gboolean          is_playing;
  gboolean          is_ended;
  char             *problem;

  GstDeviceMonitor *monitor;
  guint             monitor_id;

  /* The streaming thread's own. */
  gint64            n_output;

  double            range_s;     /* where a range that plays began; it is gone back to */

  /* Guarded by the lock: what the streaming thread tells, and is told. */
  GMutex            lock;
  gint64            stop;        /* first sample that is not played any more; 0: all are */
  Mark              marks[N_MARKS];
  guint             n_marks;     /* ever written since the last seek */
};

enum { CHANGED, N_SIGNALS };

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (OtoPlayer, oto_player, G_TYPE_OBJECT)

static void
tell (OtoPlayer *self)
{
  g_signal_emit (self, signals[CHANGED], 0);
}

static const char *
get_sink_description (void)
{
  const char *description = g_getenv ("OTO_AUDIO_SINK");

  return description != NULL && *description != '\0' ? description : "autoaudiosink";
}

/* --- the streaming thread --- */

static gboolean
read_clip (gint64    first_sample,
           gint64    n_samples,
           float    *ret_samples,
           gpointer  user_data)
{
  return oto_clip_read (user_data, first_sample, n_samples, ret_samples, NULL);
}

/* How much of a block is to be filled: less at the end of a range. */
static gint64
get_room (OtoPlayer *self)
{
  const gint64 pos = oto_mixer_get_pos (self->mixer);
  gint64 stop;

  g_mutex_lock (&self->lock);
  stop = self->stop;
  g_mutex_unlock (&self->lock);

  return stop > 0 ? CLAMP (stop - pos, 0, BLOCK_LEN) : BLOCK_LEN;
}

static void
need_data_cb (GstAppSrc *src,
              guint      length,
              gpointer   user_data)
{
  OtoPlayer *self = user_data;
  const int rate_hz = oto_clip_get_rate_hz (self->clip);
  const size_t frame_bytes = (size_t) oto_clip_get_n_channels (self->clip) * sizeof (float);
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, BLOCK_LEN * frame_bytes, NULL);
  const gint64 room = get_room (self);
  GstMapInfo map;
  gint64 first = 0, n = 0;

  if (room > 0 && buffer != NULL && gst_buffer_map (buffer, &map, GST_MAP_WRITE))
    {
      n = oto_mixer_fill (self->mixer, room, (float *) map.data, &first);
      gst_buffer_unmap (buffer, &map);
    }

  if (n == 0)
    {
      g_clear_pointer (&buffer, gst_buffer_unref);
      gst_app_src_end_of_stream (src);

      return;
    }

  gst_buffer_set_size (buffer, (gssize) (n * frame_bytes));
  GST_BUFFER_PTS (buffer) = gst_util_uint64_scale (self->n_output, GST_SECOND, rate_hz);
  GST_BUFFER_DURATION (buffer) = gst_util_uint64_scale (n, GST_SECOND, rate_hz);

  g_mutex_lock (&self->lock);
  self->marks[self->n_marks++ % N_MARKS] = (Mark) { self->n_output, first };
  g_mutex_unlock (&self->lock);

  self->n_output += n;
  gst_app_src_push_buffer (src, buffer);
}

static gboolean
seek_data_cb (GstAppSrc *src,
              guint64    time_ns,
              gpointer   user_data)
{
  OtoPlayer *self = user_data;
  gint64 pos = (gint64) gst_util_uint64_scale_round (time_ns, oto_clip_get_rate_hz (self->clip),
                                                     GST_SECOND);

  g_mutex_lock (&self->lock);
  self->n_marks = 0;
  g_mutex_unlock (&self->lock);

  oto_mixer_seek (self->mixer, pos);
  self->n_output = pos;

  return TRUE;
}

/* --- the pipeline --- */

static void
set_problem (OtoPlayer  *self,
             const char *problem)
{
  if (g_strcmp0 (self->problem, problem) == 0)
    return;

  g_free (self->problem);
  self->problem = g_strdup (problem);
  tell (self);
}

static void
close_pipeline (OtoPlayer *self)
{
  g_clear_handle_id (&self->bus_id, g_source_remove);
  if (self->pipeline != NULL)
    gst_element_set_state (self->pipeline, GST_STATE_NULL);
  gst_clear_object (&self->pipeline);
  self->is_playing = FALSE;
}

static void
lose_device (OtoPlayer  *self,
             const char *problem)
{
  self->start_s = oto_player_get_position_s (self);
  close_pipeline (self);
  set_problem (self, problem);
  tell (self);
}

static gboolean
bus_cb (GstBus     *bus,
        GstMessage *message,
        gpointer    user_data)
{
  OtoPlayer *self = user_data;
  g_autoptr (GError) error = NULL;

  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_EOS)
    {
      gst_element_set_state (self->pipeline, GST_STATE_PAUSED);
      self->is_playing = FALSE;
      self->is_ended = self->stop == 0;
      if (!self->is_ended)
        oto_player_seek (self, self->range_s);
      tell (self);
    }
  else if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_WARNING)
    {
      /* What autoaudiosink says before it falls back to a silent sink. */
      gst_message_parse_warning (message, &error, NULL);
      self->bus_id = 0;
      lose_device (self, _("No audio device: nothing can be heard. Stems can still be saved."));

      return G_SOURCE_REMOVE;
    }
  else if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR)
    {
      g_autofree char *problem = NULL;

      gst_message_parse_error (message, &error, NULL);
      /* Translators: the audio system's own words follow. */
      problem = g_strdup_printf (_("The audio device failed: %s"), error->message);
      self->bus_id = 0;
      lose_device (self, problem);

      return G_SOURCE_REMOVE;
    }

  return G_SOURCE_CONTINUE;
}

/* The usual buffer of 200 ms would let a solo wait. */
static void
element_added_cb (GstBin     *bin,
                  GstBin     *sub_bin,
                  GstElement *element,
                  gpointer    user_data)
{
  GObjectClass *klass = G_OBJECT_GET_CLASS (element);

  if (g_object_class_find_property (klass, "buffer-time") != NULL
      && g_object_class_find_property (klass, "latency-time") != NULL)
    g_object_set (element, "buffer-time", BUFFER_US, "latency-time", LATENCY_US, NULL);
}

static GstCaps *
caps_new (OtoClip *clip)
{
  const int n_channels = oto_clip_get_n_channels (clip);
  GstCaps *caps = gst_caps_new_simple ("audio/x-raw",
                                       "format", G_TYPE_STRING, GST_AUDIO_NE (F32),
                                       "layout", G_TYPE_STRING, "interleaved",
                                       "rate", G_TYPE_INT, oto_clip_get_rate_hz (clip),
                                       "channels", G_TYPE_INT, n_channels,
                                       NULL);

  if (n_channels > 2)
    gst_caps_set_simple (caps, "channel-mask", GST_TYPE_BITMASK,
                         gst_audio_channel_get_fallback_mask (n_channels), NULL);

  return caps;
}

static gboolean
open_pipeline (OtoPlayer *self)
{
  GstAppSrcCallbacks callbacks = { .need_data = need_data_cb, .seek_data = seek_data_cb };
  const int rate_hz = oto_clip_get_rate_hz (self->clip);
  const size_t frame_bytes = (size_t) oto_clip_get_n_channels (self->clip) * sizeof (float);
  g_autofree char *description = g_strdup_printf ("appsrc name=src ! audioconvert ! audioresample "
                                                  "! %s", get_sink_description ());
  g_autoptr (GError) error = NULL;
  g_autoptr (GstElement) src = NULL;
  g_autoptr (GstCaps) caps = NULL;
  g_autoptr (GstBus) bus = NULL;

  self->pipeline = gst_parse_launch_full (description, NULL, GST_PARSE_FLAG_FATAL_ERRORS, &error);
  if (self->pipeline == NULL)
    {
      set_problem (self, error->message);

      return FALSE;
    }

  g_signal_connect (self->pipeline, "deep-element-added", G_CALLBACK (element_added_cb), NULL);
  src = gst_bin_get_by_name (GST_BIN (self->pipeline), "src");
  caps = caps_new (self->clip);
  g_object_set (src, "caps", caps, "format", GST_FORMAT_TIME,
                "stream-type", GST_APP_STREAM_TYPE_SEEKABLE,
                "max-bytes", (guint64) (2 * BLOCK_LEN * frame_bytes), NULL);
  gst_app_src_set_duration (GST_APP_SRC (src),
                            gst_util_uint64_scale (oto_clip_get_n_samples (self->clip),
                                                   GST_SECOND, rate_hz));
  gst_app_src_set_callbacks (GST_APP_SRC (src), &callbacks, self, NULL);

  bus = gst_element_get_bus (self->pipeline);
  self->bus_id = gst_bus_add_watch (bus, bus_cb, self);
  self->n_output = 0;
  self->n_marks = 0;
  oto_mixer_seek (self->mixer, 0);

  return TRUE;
}

/* --- devices --- */

static void
update_device (OtoPlayer *self)
{
  GList *devices = gst_device_monitor_get_devices (self->monitor);

  if (devices == NULL)
    set_problem (self, _("No audio device: nothing can be heard. Stems can still be saved."));
  else
    set_problem (self, NULL);

  g_list_free_full (devices, gst_object_unref);
}

static gboolean
monitor_cb (GstBus     *bus,
            GstMessage *message,
            gpointer    user_data)
{
  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_DEVICE_ADDED
      || GST_MESSAGE_TYPE (message) == GST_MESSAGE_DEVICE_REMOVED)
    update_device (user_data);

  return G_SOURCE_CONTINUE;
}

static void
monitor_worker (GTask        *task,
                gpointer      source,
                gpointer      task_data,
                GCancellable *cancellable)
{
  g_task_return_boolean (task, gst_device_monitor_start (task_data));
}

static void
monitor_started_cb (GObject      *source,
                    GAsyncResult *result,
                    gpointer      user_data)
{
  g_autoptr (OtoPlayer) self = user_data;
  g_autoptr (GstBus) bus = NULL;

  /* Where devices cannot be listed, the first attempt to play will tell. */
  if (!g_task_propagate_boolean (G_TASK (result), NULL) || self->monitor == NULL)
    return;

  bus = gst_device_monitor_get_bus (self->monitor);
  self->monitor_id = gst_bus_add_watch (bus, monitor_cb, self);
  update_device (self);
}

static void
watch_devices (OtoPlayer *self)
{
  g_autoptr (GTask) task = NULL;

  self->monitor = gst_device_monitor_new ();
  gst_device_monitor_add_filter (self->monitor, "Audio/Sink", NULL);
  task = g_task_new (NULL, NULL, monitor_started_cb, g_object_ref (self));
  g_task_set_task_data (task, gst_object_ref (self->monitor), gst_object_unref);
  g_task_run_in_thread (task, monitor_worker);
}

/* --- the object --- */

static void
oto_player_dispose (GObject *object)
{
  OtoPlayer *self = OTO_PLAYER (object);

  close_pipeline (self);
  g_clear_handle_id (&self->monitor_id, g_source_remove);
  if (self->monitor != NULL)
    gst_device_monitor_stop (self->monitor);
  gst_clear_object (&self->monitor);
  g_clear_pointer (&self->mixer, oto_mixer_free);
  g_clear_object (&self->clip);

  G_OBJECT_CLASS (oto_player_parent_class)->dispose (object);
}

static void
oto_player_finalize (GObject *object)
{
  OtoPlayer *self = OTO_PLAYER (object);

  g_free (self->problem);
  g_mutex_clear (&self->lock);

  G_OBJECT_CLASS (oto_player_parent_class)->finalize (object);
}

static void
oto_player_class_init (OtoPlayerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = oto_player_dispose;
  object_class->finalize = oto_player_finalize;

  signals[CHANGED] = g_signal_new ("changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST,
                                   0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
oto_player_init (OtoPlayer *self)
{
  g_mutex_init (&self->lock);
}

/**
 * oto_player_new:
 *
 * Returns: (transfer full): a player without a clip
 */
OtoPlayer *
oto_player_new (void)
{
  OtoPlayer *self = g_object_new (OTO_TYPE_PLAYER, NULL);

  /* A sink that somebody chose needs no device. */
  if (strcmp (get_sink_description (), "autoaudiosink") == 0)
    watch_devices (self);

  return self;
}

static void
set_stop (OtoPlayer *self,
          gint64     stop)
{
  g_mutex_lock (&self->lock);
  self->stop = stop;
  g_mutex_unlock (&self->lock);
}

static void
seek (OtoPlayer *self,
      double     time_s)
{
  time_s = CLAMP (time_s, 0, oto_clip_get_duration_s (self->clip));
  self->start_s = time_s;
  self->is_ended = FALSE;
  if (self->pipeline != NULL)
    gst_element_seek_simple (self->pipeline, GST_FORMAT_TIME,
                             GST_SEEK_FLAG_FLUSH | GST_SEEK_FLAG_ACCURATE,
                             (gint64) (time_s * GST_SECOND));
}

/**
 * oto_player_set_clip:
 * @self: a player
 * @clip: (nullable): what will be heard
 *
 * Stops, and makes a new mixer with all gains at 1.
 */
void
oto_player_set_clip (OtoPlayer *self,
                     OtoClip   *clip)
{
  g_return_if_fail (OTO_IS_PLAYER (self));

  if (self->clip == clip)
    return;

  close_pipeline (self);
  g_clear_pointer (&self->mixer, oto_mixer_free);
  g_set_object (&self->clip, clip);
  self->start_s = 0;
  self->is_ended = FALSE;
  set_stop (self, 0);

  if (clip != NULL)
    self->mixer = oto_mixer_new (oto_clip_get_n_channels (clip), oto_clip_get_rate_hz (clip),
                                 oto_clip_get_n_samples (clip), read_clip,
                                 g_object_ref (clip), g_object_unref);
  tell (self);
}

/**
 * oto_player_get_mixer:
 * @self: a player
 *
 * Returns: (transfer none) (nullable): the mixer of the clip
 */
OtoMixer *
oto_player_get_mixer (OtoPlayer *self)
{
  g_return_val_if_fail (OTO_IS_PLAYER (self), NULL);

  return self->mixer;
}

/**
 * oto_player_set_playing:
 * @self: a player
 * @is_playing: whether it plays or pauses
 *
 * After the end it begins at the start again.
 */
void
oto_player_set_playing (OtoPlayer *self,
                        gboolean   is_playing)
{
  g_return_if_fail (OTO_IS_PLAYER (self));

  if (self->clip == NULL || self->is_playing == is_playing
      || (is_playing && self->problem != NULL))
    return;

  if (self->pipeline == NULL)
    {
      double start_s = self->start_s;

      if (!open_pipeline (self))
        return;

      gst_element_set_state (self->pipeline, GST_STATE_PAUSED);
      gst_element_get_state (self->pipeline, NULL, NULL, GST_SECOND);
      if (start_s > 0.0)
        seek (self, start_s);
    }
  else if (is_playing && self->is_ended)
    {
      oto_player_seek (self, 0);
    }

  self->is_ended = FALSE;
  self->is_playing = is_playing;
  gst_element_set_state (self->pipeline, is_playing ? GST_STATE_PLAYING : GST_STATE_PAUSED);
  tell (self);
}

/**
 * oto_player_is_playing:
 * @self: a player
 *
 * Returns: whether it plays
 */
gboolean
oto_player_is_playing (OtoPlayer *self)
{
  g_return_val_if_fail (OTO_IS_PLAYER (self), FALSE);

  return self->is_playing;
}

/**
 * oto_player_seek:
 * @self: a player
 * @time_s: what is heard next, and all that follows
 */
void
oto_player_seek (OtoPlayer *self,
                 double     time_s)
{
  g_return_if_fail (OTO_IS_PLAYER (self));

  if (self->clip == NULL)
    return;

  set_stop (self, 0);
  seek (self, time_s);
}

/**
 * oto_player_play_range:
 * @self: a player
 * @start_s: where it begins
 * @end_s: where it ends
 *
 * Plays these samples, and no others, once; then the player is paused at @start_s. Whatever seeks
 * meanwhile lets it play on.
 */
void
oto_player_play_range (OtoPlayer *self,
                       double     start_s,
                       double     end_s)
{
  g_return_if_fail (OTO_IS_PLAYER (self));

  if (self->clip == NULL || self->problem != NULL || !(end_s > start_s))
    return;

  oto_player_set_playing (self, FALSE);
  self->range_s = start_s;
  set_stop (self, llround (end_s * oto_clip_get_rate_hz (self->clip)));
  seek (self, start_s);
  oto_player_set_playing (self, TRUE);
}

/**
 * oto_player_refresh:
 * @self: a player whose mixer has new gains
 *
 * Makes what waits in the queue of the output anew, unless it plays: what is heard next has the new
 * gains from its first sample on. While it plays the mixer fades.
 */
void
oto_player_refresh (OtoPlayer *self)
{
  g_return_if_fail (OTO_IS_PLAYER (self));

  if (self->pipeline != NULL && !self->is_playing && !self->is_ended)
    seek (self, oto_player_get_position_s (self));
}

/* From a place in the output to one in the clip, through the mark of its block. */
static double
find_position_s (OtoPlayer *self,
                 gint64     output)
{
  gint64 pos = output;

  g_mutex_lock (&self->lock);
  for (guint i = 0; i < MIN (self->n_marks, N_MARKS); i++)
    {
      const Mark *mark = &self->marks[(self->n_marks - 1 - i) % N_MARKS];

      if (mark->output <= output)
        {
          pos = mark->clip + output - mark->output;
          break;
        }
    }
  g_mutex_unlock (&self->lock);

  return (double) pos / oto_clip_get_rate_hz (self->clip);
}

/**
 * oto_player_get_position_s:
 * @self: a player
 *
 * Returns: what is heard now
 */
double
oto_player_get_position_s (OtoPlayer *self)
{
  gint64 time_ns;

  g_return_val_if_fail (OTO_IS_PLAYER (self), 0);

  if (self->clip == NULL)
    return 0;
  if (self->is_ended)
    return oto_clip_get_duration_s (self->clip);
  if (self->pipeline == NULL
      || !gst_element_query_position (self->pipeline, GST_FORMAT_TIME, &time_ns))
    return self->start_s;

  return MIN (find_position_s (self, (gint64) gst_util_uint64_scale (
                                       time_ns, oto_clip_get_rate_hz (self->clip), GST_SECOND)),
              oto_clip_get_duration_s (self->clip));
}

/**
 * oto_player_has_device:
 * @self: a player
 *
 * Returns: whether something can be heard
 */
gboolean
oto_player_has_device (OtoPlayer *self)
{
  g_return_val_if_fail (OTO_IS_PLAYER (self), FALSE);

  return self->problem == NULL;
}

/**
 * oto_player_get_problem:
 * @self: a player
 *
 * Returns: (transfer none) (nullable): why nothing can be heard
 */
const char *
oto_player_get_problem (OtoPlayer *self)
{
  g_return_val_if_fail (OTO_IS_PLAYER (self), NULL);

  return self->problem;
}
