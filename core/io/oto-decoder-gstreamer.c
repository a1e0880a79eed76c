/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "base/oto-error.h"
#include "io/oto-decoder.h"
#include "io/oto-file.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* What only GStreamer may read. Its own search for a kind would take text for something. */
static const struct
{
  const char *name;
  int         pos;
  int         magic_len;
  const char *magic;
} containers[] = {
  { "MP4", 4, 4, "ftyp" },
  { "QuickTime", 4, 4, "moov" },
  { "QuickTime", 4, 4, "mdat" },
  { "QuickTime", 4, 4, "wide" },
  { "Matroska", 0, 4, "\x1a\x45\xdf\xa3" },
  { "ASF", 0, 8, "\x30\x26\xb2\x75\x8e\x66\xcf\x11" },
  { "AVI", 8, 4, "AVI " },
  { "Ogg", 0, 4, "OggS" },
  { "WAV", 8, 4, "WAVE" },
  { "CAF", 0, 4, "caff" },
  { "AIFF", 8, 4, "AIFC" },
  { "Flash", 0, 3, "FLV" },
  { "RealMedia", 0, 4, ".RMF" },
  { "AMR", 0, 5, "#!AMR" },
  { "WavPack", 0, 4, "wvpk" },
  { "Monkey's Audio", 0, 4, "MAC " },
  { "Musepack", 0, 4, "MPCK" },
  { "Musepack", 0, 3, "MP+" },
  { "True Audio", 0, 4, "TTA1" },
  { "DSD", 0, 4, "DSD " },
  { "MPEG", 0, 4, "\0\0\x01\xba" },
  { "AC-3", 0, 2, "\x0b\x77" },
  { "DTS", 0, 4, "\x7f\xfe\x80\x01" },
  { "AAC", 0, 2, "\xff\xf1" },
  { "AAC", 0, 2, "\xff\xf9" },
  { "AAC", 0, 4, "ADIF" },
  { "MPEG", 188, 1, "\x47" },
};

#define MAGIC_LEN 192
#define TS_SYNC 0x47

/**
 * oto_decoder_get_container:
 * @bytes: a file
 *
 * Returns: (nullable): name of its kind if GStreamer may know it
 */
const char *
oto_decoder_get_container (OtoAudioBytes *bytes)
{
  char begin[MAGIC_LEN] = { 0 };
  const int n = (int) oto_audio_bytes_get (bytes, 0, begin, sizeof begin);

  for (guint i = 0; i < G_N_ELEMENTS (containers); i++)
    if (containers[i].pos + containers[i].magic_len <= n
        && memcmp (begin + containers[i].pos, containers[i].magic, containers[i].magic_len) == 0
        && (containers[i].magic_len > 1 || begin[0] == TS_SYNC))
      return containers[i].name;
  return NULL;
}

#ifdef HAVE_GSTREAMER

#include <gst/app/gstappsink.h>
#include <gst/audio/audio.h>

/* Between looks whether the user has given up. */
#define WAIT (100 * GST_MSECOND)
/* A pipeline that has said nothing for so long has come to a stop. */
#define MAX_WAITS 300
/* One in which nothing runs any more has come to a stop as well: decodebin swallows errors of
 * elements that fail while it puts them in. */
#define MAX_IDLE_WAITS 5
/* Buffers that wait for being read. */
#define MAX_BUFFERS 8
/* A stream's stated length is one of its last packet, more or less. */
#define MIN_MISSING_S 1.0
#define SKIP_FLOATS 65536

typedef struct
{
  OtoDecoder    parent;
  char         *path;
  char         *name;
  GCancellable *cancellable;
  GstElement   *pipeline;     /* NULL once it has failed or ended */
  GstAppSink   *sink;
  GstSample    *sample;       /* of which n_used bytes were given; or NULL */
  size_t        n_used;
  gint64        pos;
  char         *coding;       /* as tags tell; or NULL */
  char         *missing;      /* plug-in; or NULL */
  GError       *error;
} GstDecoder;

static void
stop (GstDecoder *self)
{
  if (self->pipeline != NULL)
    gst_element_set_state (self->pipeline, GST_STATE_NULL);
  g_clear_pointer (&self->sample, gst_sample_unref);
  g_clear_object (&self->pipeline);
  self->sink = NULL;
}

static void
pad_added_cb (GstElement *decoder,
              GstPad     *pad,
              GstElement *convert)
{
  g_autoptr (GstPad) sink = gst_element_get_static_pad (convert, "sink");

  /* The first sound of a file that has several. */
  if (!gst_pad_is_linked (sink))
    gst_pad_link (pad, sink);
}

static gboolean
add (GstDecoder   *self,
     const char   *factory,
     GstElement  **ret_element)
{
  *ret_element = gst_element_factory_make (factory, NULL);
  if (*ret_element != NULL)
    return gst_bin_add (GST_BIN (self->pipeline), *ret_element);
  g_free (self->missing);
  self->missing = g_strdup (factory);
  return FALSE;
}

/* filesrc ! decodebin ! audioconvert ! audioresample ! appsink */
static gboolean
build (GstDecoder *self)
{
  g_autoptr (GstCaps) raw = gst_caps_new_empty_simple ("audio/x-raw");
  g_autoptr (GstCaps) floats =
    gst_caps_new_simple ("audio/x-raw", "format", G_TYPE_STRING, GST_AUDIO_NE (F32),
                         "layout", G_TYPE_STRING, "interleaved", NULL);
  GstElement *source, *decoder, *convert, *resample, *sink;

  self->pipeline = g_object_ref_sink (gst_pipeline_new (NULL));
  if (!add (self, "filesrc", &source) || !add (self, "decodebin", &decoder)
      || !add (self, "audioconvert", &convert) || !add (self, "audioresample", &resample)
      || !add (self, "appsink", &sink))
    return FALSE;
  g_object_set (source, "location", self->path, NULL);
  /* Pictures are not decoded. */
  g_object_set (decoder, "caps", raw, "expose-all-streams", FALSE, NULL);
  g_signal_connect_object (decoder, "pad-added", G_CALLBACK (pad_added_cb), convert, 0);
  g_object_set (sink, "caps", floats, "sync", FALSE, "max-buffers", MAX_BUFFERS,
                "enable-last-sample", FALSE, NULL);
  self->sink = GST_APP_SINK (sink);
  return gst_element_link (source, decoder)
         && gst_element_link_many (convert, resample, sink, NULL);
}

static void
take_tags (GstDecoder *self,
           GstMessage *message)
{
  g_autoptr (GstTagList) tags = NULL;

  gst_message_parse_tag (message, &tags);
  if (self->coding == NULL)
    gst_tag_list_get_string (tags, GST_TAG_AUDIO_CODEC, &self->coding);
}

/* Returns FALSE once the pipeline has failed. */
static gboolean
take_messages (GstDecoder *self)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (self->pipeline);
  const GstMessageType types = GST_MESSAGE_ERROR | GST_MESSAGE_ELEMENT | GST_MESSAGE_TAG;
  GstMessage *message;

  while ((message = gst_bus_pop_filtered (bus, types)) != NULL)
    {
      if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_TAG)
        take_tags (self, message);
      else if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR && self->error == NULL)
        gst_message_parse_error (message, &self->error, NULL);
      else if (gst_message_has_name (message, "missing-plugin") && self->missing == NULL)
        self->missing = g_strdup (gst_structure_get_string (gst_message_get_structure (message),
                                                            "name"));
      gst_message_unref (message);
    }
  return self->error == NULL;
}

static gboolean
is_running (GstDecoder *self)
{
  g_autoptr (GstIterator) elements = gst_bin_iterate_recurse (GST_BIN (self->pipeline));
  g_auto (GValue) value = G_VALUE_INIT;
  gboolean is_any = FALSE;

  while (!is_any && gst_iterator_next (elements, &value) == GST_ITERATOR_OK)
    {
      GstElement *element = g_value_get_object (&value);

      GST_OBJECT_LOCK (element);
      for (GList *l = element->pads; l != NULL; l = l->next)
        is_any = is_any || gst_pad_get_task_state (l->data) == GST_TASK_STARTED;
      GST_OBJECT_UNLOCK (element);
      g_value_unset (&value);
    }
  return is_any;
}

/* The next buffer; FALSE at the end, on failure and when cancelled. */
static gboolean
pull (GstDecoder *self)
{
  int n_idle = 0;

  g_clear_pointer (&self->sample, gst_sample_unref);
  self->n_used = 0;
  for (int i = 0; i < MAX_WAITS && self->pipeline != NULL; i++)
    {
      gboolean is_ended;

      if (g_cancellable_is_cancelled (self->cancellable))
        return FALSE;
      self->sample = gst_app_sink_try_pull_sample (self->sink, WAIT);
      if (self->sample != NULL)
        return TRUE;
      is_ended = gst_app_sink_is_eos (self->sink);
      n_idle = is_running (self) ? 0 : n_idle + 1;
      if (!take_messages (self) || is_ended || n_idle > MAX_IDLE_WAITS)
        return FALSE;
    }
  return FALSE;
}

static gboolean
start (GstDecoder *self)
{
  stop (self);
  self->pos = 0;
  g_clear_error (&self->error);
  return build (self)
         && gst_element_set_state (self->pipeline, GST_STATE_PLAYING) != GST_STATE_CHANGE_FAILURE
         && pull (self);
}

/* Whatever follows in the file is converted to what it begins with. */
static gboolean
fix_format (GstDecoder *self)
{
  OtoDecoder *decoder = &self->parent;
  GstCaps *caps = gst_sample_get_caps (self->sample);
  GstAudioInfo info;

  if (caps == NULL || !gst_audio_info_from_caps (&info, caps) || info.rate <= 0
      || info.channels <= 0)
    return FALSE;
  gst_app_sink_set_caps (self->sink, caps);
  decoder->rate_hz = info.rate;
  decoder->n_channels = info.channels;
  return TRUE;
}

static gint64
gst_read (OtoDecoder *decoder,
          float      *ret_samples,
          gint64      n_samples)
{
  GstDecoder *self = (GstDecoder *) decoder;
  const size_t sample_bytes = (size_t) decoder->n_channels * sizeof (float);
  GstBuffer *buffer;
  GstMapInfo map;
  gint64 n;

  while (self->sample == NULL
         || (buffer = gst_sample_get_buffer (self->sample)) == NULL
         || self->n_used + sample_bytes > gst_buffer_get_size (buffer))
    if (!pull (self))
      return 0;
  if (!gst_buffer_map (buffer, &map, GST_MAP_READ))
    return 0;
  n = MIN (n_samples, (gint64) ((map.size - self->n_used) / sample_bytes));
  memcpy (ret_samples, map.data + self->n_used, (size_t) n * sample_bytes);
  gst_buffer_unmap (buffer, &map);
  self->n_used += (size_t) n * sample_bytes;
  self->pos += n;
  return n;
}

/* Positions of these containers are rounded, and decoders take up again with other samples than
 * those that they would have come to: what lies before is decoded and thrown away. */
static gboolean
gst_seek (OtoDecoder *decoder,
          gint64      sample)
{
  GstDecoder *self = (GstDecoder *) decoder;
  const gint64 block_samples = MAX (SKIP_FLOATS / decoder->n_channels, 1);
  g_autofree float *block = NULL;

  if (sample < self->pos && (!start (self) || !fix_format (self)))
    return FALSE;
  block = g_new (float, (size_t) (block_samples * decoder->n_channels));
  while (self->pos < sample)
    if (gst_read (decoder, block, MIN (block_samples, sample - self->pos)) <= 0)
      return FALSE;
  return TRUE;
}

static void
gst_free (OtoDecoder *decoder)
{
  GstDecoder *self = (GstDecoder *) decoder;

  stop (self);
  g_clear_object (&self->cancellable);
  g_clear_error (&self->error);
  g_free (self->path);
  g_free (self->name);
  g_free (self->coding);
  g_free (self->missing);
  g_free (self);
}

static const OtoDecoderFuncs gst_funcs = { gst_read, gst_seek, gst_free };

static void
fail_open (GstDecoder  *self,
           const char  *container,
           GError     **error)
{
  if (self->missing != NULL)
    g_set_error (error, OTO_IO_ERROR, OTO_IO_ERROR_FORMAT,
                 _("“%s” is %s, which needs GStreamer's plug-in “%s”. Install it (Debian: the "
                   "packages gstreamer1.0-plugins-good, -ugly and gstreamer1.0-libav), or convert "
                   "the file to WAV or FLAC."), self->name, container, self->missing);
  else if (g_error_matches (self->error, GST_CORE_ERROR, GST_CORE_ERROR_MISSING_PLUGIN)
           || g_error_matches (self->error, GST_STREAM_ERROR, GST_STREAM_ERROR_WRONG_TYPE)
           || g_error_matches (self->error, GST_STREAM_ERROR, GST_STREAM_ERROR_TYPE_NOT_FOUND)
           || self->error == NULL)
    g_set_error (error, OTO_IO_ERROR, OTO_IO_ERROR_EMPTY,
                 _("“%s” is %s and holds no sound that can be read. Choose another file."),
                 self->name, container);
  else
    g_set_error (error, OTO_IO_ERROR, OTO_IO_ERROR_CORRUPT,
                 _("“%s” is %s, but damaged: %s Fetch it again, or choose another."), self->name,
                 container, self->error->message);
}

/* Streams of the container, whichever are decoded. */
static guint
count_streams (GstDecoder *self)
{
  g_autoptr (GstIterator) elements = gst_bin_iterate_recurse (GST_BIN (self->pipeline));
  g_auto (GValue) value = G_VALUE_INIT;
  guint n_streams = 0;

  while (gst_iterator_next (elements, &value) == GST_ITERATOR_OK)
    {
      GstElement *element = g_value_get_object (&value);
      const char *klass = gst_element_get_metadata (element, GST_ELEMENT_METADATA_KLASS);

      if (klass != NULL && strstr (klass, "Demuxer") != NULL)
        n_streams += element->numsrcpads;
      g_value_unset (&value);
    }
  return n_streams;
}

/* What the file says of its length counts if the sound is all that it holds. */
static void
take_duration (GstDecoder *self)
{
  gint64 duration_ns = 0;

  take_messages (self);
  if (self->pipeline != NULL && count_streams (self) == 1
      && gst_element_query_duration (self->pipeline, GST_FORMAT_TIME, &duration_ns)
      && duration_ns > MIN_MISSING_S * GST_SECOND)
    self->parent.n_announced =
      (gint64) gst_util_uint64_scale ((guint64) duration_ns
                                      - (guint64) (MIN_MISSING_S * GST_SECOND),
                                      (guint64) self->parent.rate_hz, GST_SECOND);
}

/**
 * oto_decoder_new_gstreamer:
 * @path: a file
 * @container: what it is, as oto_decoder_get_container() says
 * @cancellable: (nullable): to stop the reading
 * @error: return location for a #GError
 *
 * Opens a file with GStreamer, with the plug-ins that there are.
 *
 * Returns: (transfer full) (nullable): a decoder, or %NULL with an error of %OTO_IO_ERROR that says
 *   which plug-in is missing
 */
OtoDecoder *
oto_decoder_new_gstreamer (const char    *path,
                           const char    *container,
                           GCancellable  *cancellable,
                           GError       **error)
{
  GstDecoder *self = g_new0 (GstDecoder, 1);
  g_autoptr (OtoDecoder) decoder = &self->parent;
  g_autoptr (GError) init_error = NULL;

  decoder->funcs = &gst_funcs;
  decoder->n_samples = -1;
  self->path = g_strdup (path);
  self->name = oto_file_dup_display_name (path);
  self->cancellable = cancellable != NULL ? g_object_ref (cancellable) : NULL;
  if (!gst_init_check (NULL, NULL, &init_error) || !start (self) || !fix_format (self))
    {
      fail_open (self, container, error);
      return NULL;
    }
  take_duration (self);
  /* Translators: container, coding; the last part stays. */
  decoder->format = g_strdup_printf (_("%s, %s, by GStreamer"), container,
                                     self->coding != NULL ? self->coding : _("compressed"));
  return g_steal_pointer (&decoder);
}

#else

OtoDecoder *
oto_decoder_new_gstreamer (const char    *path,
                           const char    *container,
                           GCancellable  *cancellable,
                           GError       **error)
{
  g_autofree char *name = oto_file_dup_display_name (path);

  g_set_error (error, OTO_IO_ERROR, OTO_IO_ERROR_FORMAT,
               _("“%s” is %s, which this build of Otoscope cannot read: it was made without "
                 "GStreamer. Convert the file to WAV or FLAC."), name, container);
  return NULL;
}

#endif
