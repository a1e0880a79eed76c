/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "base/oto-error.h"
#include "io/oto-audio-file.h"
#include "io/oto-json.h"
#include "labels/oto-label-format-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

/* JAMS: annotations of one recording, each a namespace and observations of time, duration, value
 * and confidence. Values are labels where they are words; those of Scaper are objects with a label,
 * and its backgrounds are no events. What else a list has stands in an annotation's sandbox, in the
 * order of its observations.
 * Source: Humphrey et al., “JAMS: A JSON Annotated Music Specification”, ISMIR 2014; schema 0.3. */

/* JSON takes many times its size in memory. */
#define MAX_BYTES (8 * 1000 * 1000)

#define NAMESPACE "tag_open"
#define VERSION   "0.3.4"

/* Further members of the sandbox that are not columns. */
#define FILENAME  "filename"
#define LOW       "low_freq"
#define HIGH      "high_freq"
#define FIELDS    "fields"

typedef struct
{
  OtoLabelFile *file;
  const char   *filename;        /* (nullable): of the whole file */
  GHashTable   *columns;         /* name -> place among the fields, from 1 */
  guint         n;               /* observations so far */
} Reader;

/* --- reading ------------------------------------------------------------------------------- */

static JsonObject *
get_object (JsonObject *object,
            const char *member)
{
  JsonNode *node = object != NULL ? json_object_get_member (object, member) : NULL;

  return node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

static JsonArray *
get_array (JsonObject *object,
           const char *member)
{
  JsonNode *node = object != NULL ? json_object_get_member (object, member) : NULL;

  return node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
}

static const char *
get_text (JsonNode *node)
{
  return node != NULL && JSON_NODE_HOLDS_VALUE (node)
         && json_node_get_value_type (node) == G_TYPE_STRING ? json_node_get_string (node) : NULL;
}

/* NaN where there is no number. */
static double
get_number (JsonNode *node)
{
  GType type = node != NULL && JSON_NODE_HOLDS_VALUE (node) ? json_node_get_value_type (node)
                                                            : G_TYPE_NONE;

  return type == G_TYPE_DOUBLE || type == G_TYPE_INT64 ? json_node_get_double (node) : NAN;
}

static JsonNode *
get_element (JsonArray *array,
             guint      i)
{
  return array != NULL && i < json_array_get_length (array) ? json_array_get_element (array, i)
                                                            : NULL;
}

/* The label of an observation; NULL if its value is none. */
static const char *
get_label (JsonNode *value)
{
  JsonObject *object;
  const char *role;

  if (value == NULL || !JSON_NODE_HOLDS_OBJECT (value))
    return get_text (value);
  object = json_node_get_object (value);
  role = get_text (json_object_get_member (object, "role"));
  return g_strcmp0 (role, "background") != 0 ? get_text (json_object_get_member (object, "label"))
                                             : NULL;
}

/* Gives an event what stands of it in the sandbox. */
static void
add_beside (Reader     *reader,
            JsonObject *sandbox,
            guint       i,
            OtoEvent   *event)
{
  JsonObject *fields = get_object (sandbox, FIELDS);
  GHashTableIter iter;
  gpointer name, place;

  event->low_hz = get_number (get_element (get_array (sandbox, LOW), i));
  event->high_hz = get_number (get_element (get_array (sandbox, HIGH), i));
  if (g_hash_table_size (reader->columns) == 0)
    return;
  event->fields = g_new0 (char *, g_hash_table_size (reader->columns) + 1);
  g_hash_table_iter_init (&iter, reader->columns);
  while (g_hash_table_iter_next (&iter, &name, &place))
    {
      const char *text = get_text (get_element (get_array (fields, name), i));

      event->fields[GPOINTER_TO_UINT (place) - 1] = g_strdup (text != NULL ? text : "");
    }
}

static void
add_observation (Reader     *reader,
                 JsonNode   *time,
                 JsonNode   *duration,
                 JsonNode   *value,
                 JsonNode   *confidence,
                 JsonObject *sandbox,
                 guint       i)
{
  const double onset_s = get_number (time), duration_s = get_number (duration);
  const char *label = get_label (value);
  const char *filename = sandbox != NULL ? get_text (json_object_get_member (sandbox, FILENAME))
                                         : NULL;
  OtoEvent *event;

  reader->n++;
  if (label == NULL || label[0] == '\0')
    return;
  if (!(onset_s >= 0.0) || !(duration_s >= 0.0))
    {
      oto_label_file_add_problem (reader->file, reader->n,
                                  _("onset and offset must be seconds, at least 0"));
      return;
    }
  event = oto_event_new (filename != NULL ? filename : reader->filename, label, onset_s,
                         onset_s + duration_s, get_number (confidence));
  add_beside (reader, sandbox, i, event);
  oto_label_file_add_event (reader->file, event);
  oto_label_file_add_good (reader->file);
}

/* Names the columns of all sandboxes before the first event gets its fields. */
static void
collect_columns (Reader    *reader,
                 JsonArray *annotations)
{
  for (guint a = 0; a < json_array_get_length (annotations); a++)
    {
      JsonNode *node = json_array_get_element (annotations, a);
      JsonObject *object = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
      JsonObject *fields = get_object (get_object (object, "sandbox"), FIELDS);
      g_autoptr (GList) names = fields != NULL ? json_object_get_members (fields) : NULL;

      for (GList *l = names; l != NULL; l = l->next)
        if (!g_hash_table_contains (reader->columns, l->data))
          {
            guint place = oto_label_file_add_column (reader->file, l->data) + 1;

            g_hash_table_insert (reader->columns, g_strdup (l->data), GUINT_TO_POINTER (place));
          }
    }
}

/* Observations are a list of objects or, in older files, an object of lists. */
static void
read_annotation (Reader     *reader,
                 JsonObject *annotation)
{
  JsonObject *sandbox = get_object (annotation, "sandbox");
  JsonArray *data = get_array (annotation, "data");
  JsonObject *dense = get_object (annotation, "data");
  JsonArray *times = get_array (dense, "time"), *durations = get_array (dense, "duration");
  JsonArray *values = get_array (dense, "value"), *confidences = get_array (dense, "confidence");

  for (guint i = 0; data != NULL && i < json_array_get_length (data); i++)
    {
      JsonNode *node = json_array_get_element (data, i);
      JsonObject *object = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;

      if (object != NULL)
        add_observation (reader, json_object_get_member (object, "time"),
                         json_object_get_member (object, "duration"),
                         json_object_get_member (object, "value"),
                         json_object_get_member (object, "confidence"), sandbox, i);
    }
  for (guint i = 0; times != NULL && i < json_array_get_length (times); i++)
    add_observation (reader, get_element (times, i), get_element (durations, i),
                     get_element (values, i), get_element (confidences, i), sandbox, i);
}

static gboolean
sniff_jams (const OtoLabelSource *source)
{
  size_t i = 0;

  while (i < source->len && g_ascii_isspace (source->text[i]))
    i++;
  return i < source->len && source->text[i] == '{';
}

static gboolean
read_jams (const OtoLabelSource  *source,
           OtoLabelFile          *file,
           GError               **error)
{
  g_autoptr (JsonNode) root = NULL;
  g_autoptr (GError) cause = NULL;
  g_autoptr (GHashTable) columns = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  JsonObject *metadata;
  JsonArray *annotations = NULL;
  Reader reader = { .file = file, .columns = columns };

  if (source->len <= MAX_BYTES)
    root = oto_json_parse (source->text, source->len, &cause);
  if (root != NULL && JSON_NODE_HOLDS_OBJECT (root))
    annotations = get_array (json_node_get_object (root), "annotations");
  if (annotations == NULL)
    {
      g_set_error (error, OTO_IO_ERROR, OTO_IO_ERROR_FORMAT,
                   _("“%s” is no JAMS file of at most %d MB: %s."), source->name,
                   MAX_BYTES / 1000 / 1000,
                   cause != NULL ? cause->message : _("it has no list of annotations"));
      return FALSE;
    }

  metadata = get_object (json_node_get_object (root), "file_metadata");
  reader.filename = metadata != NULL ? get_text (json_object_get_member (metadata, "title")) : NULL;
  if (reader.filename != NULL && !oto_audio_file_has_name (reader.filename))
    reader.filename = NULL;
  collect_columns (&reader, annotations);
  for (guint a = 0; a < json_array_get_length (annotations); a++)
    {
      JsonNode *node = json_array_get_element (annotations, a);

      if (JSON_NODE_HOLDS_OBJECT (node))
        read_annotation (&reader, json_node_get_object (node));
    }
  return TRUE;
}

/* --- writing ------------------------------------------------------------------------------- */

static void
add_number (JsonBuilder *builder,
            const char  *member,
            double       value)
{
  if (member != NULL)
    json_builder_set_member_name (builder, member);
  if (isnan (value))
    json_builder_add_null_value (builder);
  else
    json_builder_add_double_value (builder, value);
}

static void
add_string (JsonBuilder *builder,
            const char  *member,
            const char  *value)
{
  json_builder_set_member_name (builder, member);
  json_builder_add_string_value (builder, value);
}

static void
begin_object (JsonBuilder *builder,
              const char  *member)
{
  json_builder_set_member_name (builder, member);
  json_builder_begin_object (builder);
}

/* To the microsecond: what a sum of onset and duration is then rounded to. */
static double
round_time (double seconds)
{
  return round (seconds * 1e6) / 1e6;
}

static void
add_metadata (JsonBuilder *builder)
{
  static const char * const texts[] = { "version", "corpus", "annotation_tools",
                                        "annotation_rules", "validation", "data_source" };

  begin_object (builder, "annotation_metadata");
  begin_object (builder, "curator");
  add_string (builder, "name", "");
  add_string (builder, "email", "");
  json_builder_end_object (builder);
  begin_object (builder, "annotator");
  json_builder_end_object (builder);
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    add_string (builder, texts[i], "");
  json_builder_end_object (builder);
}

/* Field @f of each event; -1 and -2: its edges. */
static void
add_list (JsonBuilder *builder,
          const char  *member,
          GPtrArray   *events,
          int          f)
{
  json_builder_set_member_name (builder, member);
  json_builder_begin_array (builder);
  for (guint i = 0; i < events->len; i++)
    {
      const OtoEvent *event = g_ptr_array_index (events, i);

      if (f < 0)
        add_number (builder, NULL, f == -1 ? event->low_hz : event->high_hz);
      else
        json_builder_add_string_value (builder, event->fields != NULL ? event->fields[f] : "");
    }
  json_builder_end_array (builder);
}

static void
add_sandbox (JsonBuilder        *builder,
             const OtoLabelFile *file,
             GPtrArray          *events)
{
  const char * const *columns = oto_label_file_get_columns (file);
  const OtoEvent *first = g_ptr_array_index (events, 0);
  gboolean has_frequencies = FALSE;

  for (guint i = 0; i < events->len; i++)
    {
      const OtoEvent *event = g_ptr_array_index (events, i);

      has_frequencies = has_frequencies || !isnan (event->low_hz) || !isnan (event->high_hz);
    }
  begin_object (builder, "sandbox");
  if (first->filename != NULL)
    add_string (builder, FILENAME, first->filename);
  if (has_frequencies)
    {
      add_list (builder, LOW, events, -1);
      add_list (builder, HIGH, events, -2);
    }
  if (columns[0] != NULL)
    {
      begin_object (builder, FIELDS);
      for (int f = 0; columns[f] != NULL; f++)
        add_list (builder, columns[f], events, f);
      json_builder_end_object (builder);
    }
  json_builder_end_object (builder);
}

static void
add_annotation (JsonBuilder        *builder,
                const OtoLabelFile *file,
                GPtrArray          *events)
{
  json_builder_begin_object (builder);
  add_metadata (builder);
  add_string (builder, "namespace", NAMESPACE);
  json_builder_set_member_name (builder, "data");
  json_builder_begin_array (builder);
  for (guint i = 0; i < events->len; i++)
    {
      const OtoEvent *event = g_ptr_array_index (events, i);

      json_builder_begin_object (builder);
      add_number (builder, "time", round_time (event->onset_s));
      add_number (builder, "duration", round_time (event->offset_s - event->onset_s));
      add_string (builder, "value", event->label);
      add_number (builder, "confidence",
                  oto_label_file_has_scores (file) ? event->score : NAN);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
  add_sandbox (builder, file, events);
  add_number (builder, "time", 0.0);
  add_number (builder, "duration", NAN);
  json_builder_end_object (builder);
}

static int
compare_onsets (gconstpointer a,
                gconstpointer b)
{
  const OtoEvent *x = *(const OtoEvent * const *) a, *y = *(const OtoEvent * const *) b;

  return (x->onset_s > y->onset_s) - (x->onset_s < y->onset_s);
}

/* The events with times, by clip, clips in the order of the list; each clip's by onset, as JAMS
 * keeps them. */
static GPtrArray *
split_by_clip (OtoEventList *events)
{
  g_autoptr (GHashTable) places = g_hash_table_new (g_str_hash, g_str_equal);
  GPtrArray *clips = g_ptr_array_new_with_free_func ((GDestroyNotify) g_ptr_array_unref);

  for (guint i = 0; i < oto_event_list_get_n (events); i++)
    {
      const OtoEvent *event = oto_event_list_get (events, i);
      const char *filename = event->filename != NULL ? event->filename : "";
      GPtrArray *clip = g_hash_table_lookup (places, filename);

      if (isnan (event->onset_s))
        continue;
      if (clip == NULL)
        {
          clip = g_ptr_array_new ();
          g_ptr_array_add (clips, clip);
          g_hash_table_insert (places, (char *) filename, clip);
        }
      g_ptr_array_add (clip, (gpointer) event);
    }
  for (guint c = 0; c < clips->len; c++)
    g_ptr_array_sort (g_ptr_array_index (clips, c), compare_onsets);
  return clips;
}

static gboolean
write_jams (const OtoLabelFile  *file,
            GString             *text,
            GError             **error)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (GPtrArray) clips = split_by_clip (oto_label_file_get_events (file));
  g_autoptr (JsonNode) root = NULL;
  g_autofree char *json = NULL;
  double end_s = 0.0;

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "annotations");
  json_builder_begin_array (builder);
  for (guint c = 0; c < clips->len; c++)
    {
      GPtrArray *clip = g_ptr_array_index (clips, c);

      add_annotation (builder, file, clip);
      for (guint i = 0; i < clip->len; i++)
        end_s = fmax (end_s, ((const OtoEvent *) g_ptr_array_index (clip, i))->offset_s);
    }
  json_builder_end_array (builder);

  /* The length of the recording is not known to a list; JAMS wants one. */
  begin_object (builder, "file_metadata");
  add_string (builder, "title", "");
  add_string (builder, "artist", "");
  add_string (builder, "release", "");
  add_number (builder, "duration", round_time (end_s));
  begin_object (builder, "identifiers");
  json_builder_end_object (builder);
  add_string (builder, "jams_version", VERSION);
  json_builder_end_object (builder);
  begin_object (builder, "sandbox");
  json_builder_end_object (builder);
  json_builder_end_object (builder);

  root = json_builder_get_root (builder);
  json = oto_json_to_text (root, TRUE);
  g_string_append (text, json);
  g_string_append_c (text, '\n');
  return TRUE;
}

const OtoLabelFormat oto_label_jams =
{
  .name = "jams",
  .title = "JAMS",
  .endings = (const char * const[]) { ".jams", ".json", NULL },
  .is_text = TRUE,
  .keeps = OTO_LABEL_KEEPS_SCORES | OTO_LABEL_KEEPS_FIELDS,
  .sniff = sniff_jams,
  .read = read_jams,
  .write = write_jams,
};
