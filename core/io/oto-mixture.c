/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "io/oto-mixture.h"

#include "base/oto-error.h"
#include "io/oto-file.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>
#include <yaml.h>

/* 8000 mixtures take 3 MB; the parsed document takes some fifty times as much memory. */
#define MAX_BYTES  (32 * 1000 * 1000)
#define MAX_EVENTS 1000
#define MAX_FOLD   1000000
#define MAX_TIME_S 86400.0

/* An alias of a few bytes stands for a whole mixture, and libyaml seeks each among all anchors: a
 * list may have a few, as PyYAML writes them where a program used a value twice. What is read takes
 * at most this factor of the file's size. */
#define MAX_ANCHORS 1000
#define MAX_FACTOR  4
#define ITEM_BYTES  64

/**
 * oto_mixture_new:
 * @name: the clip's file
 * @fold: from 1
 * @scene_name: the background's file
 * @snr_db: level of the events; NaN: not given
 * @n_events: how many events it has; each is then set
 *
 * Returns: (transfer full): a mixture; oto_mixture_free()
 */
OtoMixture *
oto_mixture_new (const char *name,
                 int         fold,
                 const char *scene_name,
                 double      snr_db,
                 guint       n_events)
{
  OtoMixture *self = g_new0 (OtoMixture, 1);

  self->name = g_strdup (name);
  self->fold = fold;
  self->scene_name = g_strdup (scene_name);
  self->snr_db = snr_db;
  self->n_events = n_events;
  self->events = g_new0 (OtoMixtureEvent, n_events);
  return self;
}

void
oto_mixture_free (OtoMixture *self)
{
  if (self == NULL)
    return;
  for (guint i = 0; i < self->n_events; i++)
    {
      g_free (self->events[i].audio_name);
      g_free (self->events[i].label);
    }
  g_free (self->events);
  g_free (self->name);
  g_free (self->scene_name);
  g_free (self);
}

/**
 * oto_mixture_set_event:
 * @self: a mixture
 * @i: which event
 * @audio_name: its file
 * @label: its class
 * @onset_s: its begin in the clip
 * @offset_s: its end
 *
 * Sets an event.
 */
void
oto_mixture_set_event (OtoMixture *self,
                       guint       i,
                       const char *audio_name,
                       const char *label,
                       double      onset_s,
                       double      offset_s)
{
  OtoMixtureEvent *event;

  g_return_if_fail (self != NULL && i < self->n_events);

  event = &self->events[i];
  g_free (event->audio_name);
  g_free (event->label);
  event->audio_name = g_strdup (audio_name);
  event->label = g_strdup (label);
  event->onset_s = onset_s;
  event->offset_s = offset_s;
}

/* --- reading ------------------------------------------------------------------------------- */

/* What a message needs to name the place. */
typedef struct
{
  const char      *path;
  yaml_document_t *document;
  gint64          *left_bytes;   /* that mixtures may still take */
} Reader;

static gboolean
fail (const Reader      *reader,
      const yaml_node_t *node,
      GError           **error,
      const char        *what)
{
  g_autofree char *name = oto_file_dup_display_name (reader->path);

  g_set_error (error, OTO_IO_ERROR, OTO_IO_ERROR_CORRUPT,
               _("“%s”, line %zu: %s. Correct the line, or make the list again."),
               name, node->start_mark.line + 1, what);
  return FALSE;
}

static const yaml_node_t *
find_member (const Reader      *reader,
             const yaml_node_t *mapping,
             const char        *key)
{
  for (const yaml_node_pair_t *pair = mapping->data.mapping.pairs.start;
       pair < mapping->data.mapping.pairs.top; pair++)
    {
      const yaml_node_t *node = yaml_document_get_node (reader->document, pair->key);

      if (node != NULL && node->type == YAML_SCALAR_NODE
          && strcmp ((const char *) node->data.scalar.value, key) == 0)
        return yaml_document_get_node (reader->document, pair->value);
    }
  return NULL;
}

static gboolean
read_text (const Reader       *reader,
           const yaml_node_t  *mapping,
           const char         *key,
           const char        **ret_text,
           GError            **error)
{
  const yaml_node_t *node = find_member (reader, mapping, key);
  g_autofree char *message = NULL;

  if (node != NULL && node->type == YAML_SCALAR_NODE && node->data.scalar.length > 0
      && strlen ((const char *) node->data.scalar.value) == node->data.scalar.length)
    {
      *ret_text = (const char *) node->data.scalar.value;
      return TRUE;
    }
  message = g_strdup_printf (_("“%s” is missing or not a plain value"), key);
  return fail (reader, mapping, error, message);
}

static gboolean
read_number (const Reader       *reader,
             const yaml_node_t  *mapping,
             const char         *key,
             double              low,
             double              high,
             double             *ret_value,
             GError            **error)
{
  g_autofree char *message = NULL;
  const char *text;
  char *end;
  double value;

  if (!read_text (reader, mapping, key, &text, error))
    return FALSE;
  value = g_ascii_strtod (text, &end);
  if (end != text && *end == '\0' && value >= low && value <= high)
    {
      *ret_value = value;
      return TRUE;
    }
  message = g_strdup_printf (_("“%s” is not a number from %g to %g"), key, low, high);
  return fail (reader, mapping, error, message);
}

/* Counts what a mixture or an event takes. */
static gboolean
charge (const Reader       *reader,
        const yaml_node_t  *node,
        const char         *text,
        const char         *other_text,
        GError            **error)
{
  *reader->left_bytes -= ITEM_BYTES + (gint64) (strlen (text) + strlen (other_text));
  return *reader->left_bytes >= 0
         || fail (reader, node, error, _("aliases make it many times longer than it is"));
}

static gboolean
read_event (const Reader       *reader,
            const yaml_node_t  *node,
            OtoMixture         *mixture,
            guint               i,
            GError            **error)
{
  const char *audio_name, *label;
  double onset_s, offset_s;

  if (node == NULL || node->type != YAML_MAPPING_NODE)
    return fail (reader, node != NULL ? node : yaml_document_get_root_node (reader->document),
                 error, _("an event is not a mapping"));
  if (!read_text (reader, node, "event_audio_name", &audio_name, error)
      || !read_text (reader, node, "event_label", &label, error)
      || !read_number (reader, node, "onset", 0.0, MAX_TIME_S, &onset_s, error)
      || !read_number (reader, node, "offset", 0.0, MAX_TIME_S, &offset_s, error)
      || !charge (reader, node, audio_name, label, error))
    return FALSE;
  if (offset_s <= onset_s)
    return fail (reader, node, error, _("an event ends before it begins"));
  oto_mixture_set_event (mixture, i, audio_name, label, onset_s, offset_s);
  return TRUE;
}

static OtoMixture *
read_mixture (const Reader       *reader,
              const yaml_node_t  *node,
              GError            **error)
{
  g_autoptr (OtoMixture) mixture = NULL;
  const yaml_node_t *events;
  const char *name, *scene_name;
  double fold, snr_db = NAN;
  guint n_events = 0;

  if (node == NULL || node->type != YAML_MAPPING_NODE)
    {
      fail (reader, node != NULL ? node : yaml_document_get_root_node (reader->document), error,
            _("a mixture is not a mapping"));
      return NULL;
    }
  if (!read_text (reader, node, "mixture_name", &name, error)
      || !read_text (reader, node, "scene_audio_name", &scene_name, error)
      || !read_number (reader, node, "fold", 1.0, MAX_FOLD, &fold, error)
      || !charge (reader, node, name, scene_name, error))
    return NULL;
  if (find_member (reader, node, "snr") != NULL
      && !read_number (reader, node, "snr", -200.0, 200.0, &snr_db, error))
    return NULL;

  events = find_member (reader, node, "events");
  if (events == NULL || events->type != YAML_SEQUENCE_NODE)
    {
      fail (reader, node, error, _("“events” is missing or not a list"));
      return NULL;
    }
  n_events = (guint) MIN (events->data.sequence.items.top - events->data.sequence.items.start,
                          MAX_EVENTS + 1);
  if (n_events > MAX_EVENTS)
    {
      fail (reader, events, error, _("a mixture has more than 1000 events"));
      return NULL;
    }

  mixture = oto_mixture_new (name, (int) fold, scene_name, snr_db, n_events);
  for (guint i = 0; i < n_events; i++)
    if (!read_event (reader,
                     yaml_document_get_node (reader->document,
                                             events->data.sequence.items.start[i]),
                     mixture, i, error))
      return NULL;
  return g_steal_pointer (&mixture);
}

static GPtrArray *
read_document (const Reader  *reader,
               GError       **error)
{
  g_autoptr (GPtrArray) mixtures = NULL;
  const yaml_node_t *root = yaml_document_get_root_node (reader->document);

  if (root == NULL || root->type != YAML_SEQUENCE_NODE
      || root->data.sequence.items.top == root->data.sequence.items.start)
    {
      g_autofree char *name = oto_file_dup_display_name (reader->path);

      g_set_error (error, OTO_IO_ERROR, OTO_IO_ERROR_FORMAT,
                   _("“%s” "
                     "is not a list of mixtures. Give a mixture.yaml as “oto remix” writes it."),
                   name);
      return NULL;
    }

  mixtures = g_ptr_array_new_with_free_func ((GDestroyNotify) oto_mixture_free);
  for (const yaml_node_item_t *item = root->data.sequence.items.start;
       item < root->data.sequence.items.top; item++)
    {
      OtoMixture *mixture = read_mixture (reader, yaml_document_get_node (reader->document, *item),
                                          error);

      if (mixture == NULL)
        return NULL;
      g_ptr_array_add (mixtures, mixture);
    }
  return g_steal_pointer (&mixtures);
}

static gboolean
fail_memory (const char  *path,
             GError     **error)
{
  g_autofree char *name = oto_file_dup_display_name (path);

  g_set_error (error, OTO_BASE_ERROR, OTO_BASE_ERROR_MEMORY,
               _("There is not enough memory for the list “%s”. Close other programs, or make a "
                 "shorter list."), name);
  return FALSE;
}

static gboolean
begin_parser (yaml_parser_t  *parser,
              const char     *path,
              GBytes         *bytes,
              GError        **error)
{
  if (yaml_parser_initialize (parser) == 0)
    return fail_memory (path, error);
  yaml_parser_set_input_string (parser, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  return TRUE;
}

static gboolean
has_anchor (const yaml_event_t *event)
{
  return (event->type == YAML_SCALAR_EVENT && event->data.scalar.anchor != NULL)
         || (event->type == YAML_SEQUENCE_START_EVENT && event->data.sequence_start.anchor != NULL)
         || (event->type == YAML_MAPPING_START_EVENT && event->data.mapping_start.anchor != NULL);
}

/* What is no YAML, the loader will say. */
static gboolean
check_anchors (const char  *path,
               GBytes      *bytes,
               GError     **error)
{
  g_autofree char *name = oto_file_dup_display_name (path);
  gboolean goes_on = TRUE;
  yaml_parser_t parser;
  yaml_event_t event;
  guint n_anchors = 0;

  if (!begin_parser (&parser, path, bytes, error))
    return FALSE;
  while (goes_on && yaml_parser_parse (&parser, &event) != 0)
    {
      n_anchors += has_anchor (&event);
      goes_on = event.type != YAML_STREAM_END_EVENT && n_anchors <= MAX_ANCHORS;
      yaml_event_delete (&event);
    }
  yaml_parser_delete (&parser);
  if (n_anchors <= MAX_ANCHORS)
    return TRUE;
  g_set_error (error, OTO_IO_ERROR, OTO_IO_ERROR_CORRUPT,
               _("“%s” has more than %d anchors. Write the list without anchors."), name,
               MAX_ANCHORS);
  return FALSE;
}

/**
 * oto_mixture_load_list:
 * @path: a mixture.yaml
 * @error: return location for a #GError
 *
 * Reads a list of mixtures.
 *
 * Returns: (transfer full) (element-type OtoMixture): at least one mixture, or %NULL with an
 *   #OtoIoError
 */
GPtrArray *
oto_mixture_load_list (const char  *path,
                       GError     **error)
{
  g_autoptr (GBytes) bytes = NULL;
  GPtrArray *mixtures = NULL;
  yaml_parser_t parser;
  yaml_document_t document;
  gint64 left_bytes;
  Reader reader = { path, &document, &left_bytes };

  g_return_val_if_fail (path != NULL, NULL);

  bytes = oto_file_load (path, MAX_BYTES, error);
  if (bytes == NULL)
    return NULL;

  left_bytes = MAX_FACTOR * (gint64) g_bytes_get_size (bytes);
  if (!check_anchors (path, bytes, error) || !begin_parser (&parser, path, bytes, error))
    return NULL;
  if (yaml_parser_load (&parser, &document) != 0)
    {
      mixtures = read_document (&reader, error);
      yaml_document_delete (&document);
    }
  else
    {
      g_autofree char *name = oto_file_dup_display_name (path);

      g_set_error (error, OTO_IO_ERROR, OTO_IO_ERROR_FORMAT,
                   _("“%s” is not YAML: line %zu: %s. Correct the line, or make the list again."),
                   name, parser.problem_mark.line + 1,
                   parser.problem != NULL ? parser.problem : _("it cannot be read"));
    }
  yaml_parser_delete (&parser);
  return mixtures;
}

/* --- writing ------------------------------------------------------------------------------- */

static int
append_bytes (void          *data,
              unsigned char *buffer,
              size_t         size)
{
  g_byte_array_append (data, buffer, (guint) size);
  return 1;
}

/* An emitter, and whether it ran out of memory: nothing else can fail when writing to memory. */
typedef struct
{
  yaml_emitter_t yaml;
  gboolean       has_failed;
} Emitter;

/* Takes what one of libyaml's functions made, and whether it did. */
static void
emit (Emitter      *emitter,
      int           is_made,
      yaml_event_t *event)
{
  if (is_made == 0)
    emitter->has_failed = TRUE;
  else if (emitter->has_failed)
    yaml_event_delete (event);
  else
    emitter->has_failed = yaml_emitter_emit (&emitter->yaml, event) == 0;
}

static void
emit_text (Emitter    *emitter,
           const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  yaml_event_t event;

  emit (emitter, yaml_scalar_event_initialize (&event, NULL, NULL, (yaml_char_t *) valid,
                                               (int) strlen (valid), 1, 1, YAML_ANY_SCALAR_STYLE),
        &event);
}

static void
emit_number (Emitter    *emitter,
             const char *key,
             double      value)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];
  size_t len;

  /* Microseconds: less than a sample; the shortest form with a decimal point, as PyYAML writes it.
   * */
  g_ascii_formatd (text, sizeof text, "%.6f", value);
  for (len = strlen (text); text[len - 1] == '0' && text[len - 2] != '.'; len--)
    text[len - 1] = '\0';
  emit_text (emitter, key);
  emit_text (emitter, text);
}

static void
emit_begin_mapping (Emitter *emitter)
{
  yaml_event_t event;

  emit (emitter,
        yaml_mapping_start_event_initialize (&event, NULL, NULL, 1, YAML_BLOCK_MAPPING_STYLE),
        &event);
}

static void
emit_end_mapping (Emitter *emitter)
{
  yaml_event_t event;

  emit (emitter, yaml_mapping_end_event_initialize (&event), &event);
}

static void
emit_begin_list (Emitter *emitter)
{
  yaml_event_t event;

  emit (emitter,
        yaml_sequence_start_event_initialize (&event, NULL, NULL, 1, YAML_BLOCK_SEQUENCE_STYLE),
        &event);
}

static void
emit_end_list (Emitter *emitter)
{
  yaml_event_t event;

  emit (emitter, yaml_sequence_end_event_initialize (&event), &event);
}

static void
emit_mixture (Emitter          *emitter,
              const OtoMixture *mixture)
{
  char fold[16];

  emit_begin_mapping (emitter);
  emit_text (emitter, "events");
  emit_begin_list (emitter);
  for (guint i = 0; i < mixture->n_events; i++)
    {
      const OtoMixtureEvent *event = &mixture->events[i];

      emit_begin_mapping (emitter);
      emit_text (emitter, "event_audio_name");
      emit_text (emitter, event->audio_name);
      emit_text (emitter, "event_label");
      emit_text (emitter, event->label);
      emit_number (emitter, "offset", event->offset_s);
      emit_number (emitter, "onset", event->onset_s);
      emit_end_mapping (emitter);
    }
  emit_end_list (emitter);
  emit_text (emitter, "fold");
  g_snprintf (fold, sizeof fold, "%d", mixture->fold);
  emit_text (emitter, fold);
  emit_text (emitter, "mixture_name");
  emit_text (emitter, mixture->name);
  emit_text (emitter, "scene_audio_name");
  emit_text (emitter, mixture->scene_name);
  if (!isnan (mixture->snr_db))
    emit_number (emitter, "snr", mixture->snr_db);
  emit_end_mapping (emitter);
}

static void
emit_list (Emitter   *emitter,
           GPtrArray *mixtures)
{
  yaml_event_t event;

  emit (emitter, yaml_stream_start_event_initialize (&event, YAML_UTF8_ENCODING), &event);
  emit (emitter, yaml_document_start_event_initialize (&event, NULL, NULL, NULL, 1), &event);
  emit_begin_list (emitter);
  for (guint i = 0; i < mixtures->len; i++)
    emit_mixture (emitter, g_ptr_array_index (mixtures, i));
  emit_end_list (emitter);
  emit (emitter, yaml_document_end_event_initialize (&event, 1), &event);
  emit (emitter, yaml_stream_end_event_initialize (&event), &event);
}

/**
 * oto_mixture_save_list:
 * @mixtures: (element-type OtoMixture): the list
 * @path: where to
 * @error: return location for a #GError
 *
 * Writes a list of mixtures; times and levels to the millionth.
 *
 * Returns: %FALSE with %OTO_IO_ERROR_WRITE or %OTO_BASE_ERROR_MEMORY; nothing is left behind then
 */
gboolean
oto_mixture_save_list (GPtrArray   *mixtures,
                       const char  *path,
                       GError     **error)
{
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GByteArray) text = g_byte_array_new ();
  Emitter emitter = { 0 };

  g_return_val_if_fail (mixtures != NULL && path != NULL, FALSE);

  if (yaml_emitter_initialize (&emitter.yaml) == 0)
    return fail_memory (path, error);
  yaml_emitter_set_output (&emitter.yaml, append_bytes, text);
  yaml_emitter_set_unicode (&emitter.yaml, 1);
  emit_list (&emitter, mixtures);
  yaml_emitter_delete (&emitter.yaml);
  if (emitter.has_failed)
    return fail_memory (path, error);

  bytes = g_byte_array_free_to_bytes (g_steal_pointer (&text));
  return oto_file_save (path, bytes, error);
}
