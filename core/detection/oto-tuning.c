/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "detection/oto-tuning.h"

#include "base/oto-error.h"
#include "io/oto-json.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

/* In JSON:
 *
 *   temperature   a number
 *   all           object: score, and the fields below, of classes that are not named
 *   classes       object: by name, the fields that differ from those of all
 *   record        object, optional
 */

#define MIN_TEMPERATURE 0.05
#define MAX_TEMPERATURE 20.0
#define MAX_RATIO 1e6

static const char *const score_names[] = {
  [OTO_EVENT_SCORE_PUBLISHED] = "published",
  [OTO_EVENT_SCORE_ATTENTION] = "attention",
};

/* The fields that are numbers. */
typedef struct
{
  const char *name;
  size_t      pos;
  gboolean    is_count;
  gboolean    may_be_off;        /* null: NaN */
  double      max;
} Field;

#define NUMBER(member, off, max) \
  { #member, G_STRUCT_OFFSET (OtoBinarizer, member), FALSE, (off), (max) }
#define COUNT(member) \
  { #member, G_STRUCT_OFFSET (OtoBinarizer, member), TRUE, FALSE, OTO_TUNING_MAX_FRAMES }

static const Field fields[] = {
  NUMBER (high, FALSE, 1.0),
  NUMBER (low, TRUE, 1.0),
  COUNT (gap_frames),
  COUNT (min_frames),
  NUMBER (clip_threshold, FALSE, 1.0),
  COUNT (median_frames),
  COUNT (box_frames),
  NUMBER (box_merge_abs, TRUE, MAX_RATIO),
  NUMBER (box_merge_rel, TRUE, MAX_RATIO),
};

/**
 * oto_event_score_get_name:
 * @score: a score
 *
 * Returns: (transfer none): what commands and model files call it
 */
const char *
oto_event_score_get_name (OtoEventScore score)
{
  return score_names[score];
}

/**
 * oto_event_score_find:
 * @name: what commands and model files call a score
 * @ret_score: (out): that score
 *
 * Returns: whether there is one of that name
 */
gboolean
oto_event_score_find (const char    *name,
                      OtoEventScore *ret_score)
{
  for (guint i = 0; i < G_N_ELEMENTS (score_names); i++)
    if (strcmp (score_names[i], name) == 0)
      {
        *ret_score = (OtoEventScore) i;
        return TRUE;
      }
  return FALSE;
}

/**
 * oto_tuning_new:
 * @n_classes: K
 *
 * Returns: (transfer full): the published settings for all classes
 */
OtoTuning *
oto_tuning_new (guint n_classes)
{
  OtoTuning *self = g_new0 (OtoTuning, 1);

  self->n_classes = n_classes;
  self->temperature = 1.0;
  self->common = oto_binarizer_default;
  self->classes = g_new (OtoBinarizer, n_classes + 1);
  for (guint k = 0; k < n_classes; k++)
    self->classes[k] = self->common;
  return self;
}

OtoTuning *
oto_tuning_copy (const OtoTuning *self)
{
  OtoTuning *copy = oto_tuning_new (self->n_classes);

  copy->temperature = self->temperature;
  copy->common = self->common;
  memcpy (copy->classes, self->classes, self->n_classes * sizeof (OtoBinarizer));
  copy->record_json = g_strdup (self->record_json);
  return copy;
}

void
oto_tuning_free (OtoTuning *self)
{
  if (self == NULL)
    return;
  g_free (self->classes);
  g_free (self->record_json);
  g_free (self);
}

/**
 * oto_tuning_calibrate:
 * @self: (nullable): a tuning; %NULL: none
 * @prob: a probability p of the network
 *
 * Returns: sigmoid (logit (p) / temperature); 0 and 1 stay
 */
float
oto_tuning_calibrate (const OtoTuning *self,
                      float            prob)
{
  const double p = prob;

  if (self == NULL || self->temperature == 1.0 || !(p > 0.0 && p < 1.0))
    return prob;
  return (float) (1.0 / (1.0 + exp (log ((1.0 - p) / p) / self->temperature)));
}

/* --- to JSON ------------------------------------------------------------------------------- */

static double
get_field (const OtoBinarizer *binarizer,
           const Field        *field)
{
  gconstpointer place = G_STRUCT_MEMBER_P (binarizer, field->pos);

  return field->is_count ? *(const int *) place : *(const double *) place;
}

static void
set_field (OtoBinarizer *binarizer,
           const Field  *field,
           double        value)
{
  gpointer place = G_STRUCT_MEMBER_P (binarizer, field->pos);

  if (field->is_count)
    *(int *) place = (int) value;
  else
    *(double *) place = value;
}

/* Fields that differ from those of @common; %NULL: all. */
static void
add_binarizer (JsonBuilder        *builder,
               const OtoBinarizer *binarizer,
               const OtoBinarizer *common)
{
  json_builder_begin_object (builder);
  if (common == NULL || binarizer->score != common->score)
    {
      json_builder_set_member_name (builder, "score");
      json_builder_add_string_value (builder, score_names[binarizer->score]);
    }
  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    {
      const double value = get_field (binarizer, &fields[i]);
      const double other = common != NULL ? get_field (common, &fields[i]) : NAN;

      if (common != NULL && (value == other || (isnan (value) && isnan (other))))
        continue;
      json_builder_set_member_name (builder, fields[i].name);
      if (isnan (value))
        json_builder_add_null_value (builder);
      else if (fields[i].is_count)
        json_builder_add_int_value (builder, (gint64) value);
      else
        json_builder_add_double_value (builder, value);
    }
  json_builder_end_object (builder);
}

static gboolean
is_same (const OtoBinarizer *a,
         const OtoBinarizer *b)
{
  gboolean same = a->score == b->score;

  for (guint i = 0; i < G_N_ELEMENTS (fields) && same; i++)
    {
      const double x = get_field (a, &fields[i]), y = get_field (b, &fields[i]);

      same = x == y || (isnan (x) && isnan (y));
    }
  return same;
}

/**
 * oto_tuning_dup_json:
 * @self: a tuning
 * @class_names: (array length=n_classes): what its classes are called
 *
 * Returns: (transfer full): a JSON object that oto_tuning_parse_json() reads
 */
char *
oto_tuning_dup_json (const OtoTuning    *self,
                     const char * const *class_names)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;
  JsonNode *record = self->record_json != NULL
                       ? oto_json_parse (self->record_json, strlen (self->record_json), NULL)
                       : NULL;

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "temperature");
  json_builder_add_double_value (builder, self->temperature);
  json_builder_set_member_name (builder, "all");
  add_binarizer (builder, &self->common, NULL);
  json_builder_set_member_name (builder, "classes");
  json_builder_begin_object (builder);
  for (guint k = 0; k < self->n_classes; k++)
    if (!is_same (&self->classes[k], &self->common))
      {
        json_builder_set_member_name (builder, class_names[k]);
        add_binarizer (builder, &self->classes[k], &self->common);
      }
  json_builder_end_object (builder);
  if (record != NULL)
    {
      json_builder_set_member_name (builder, "record");
      json_builder_add_value (builder, record);
    }
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  return oto_json_to_text (root, FALSE);
}

/* --- from JSON ----------------------------------------------------------------------------- */

static gboolean
fail (GError     **error,
      const char  *entry)
{
  g_set_error (error, OTO_IO_ERROR, OTO_IO_ERROR_FORMAT,
               _("The entry “%s” of what was found on validation data cannot be read. Tune the "
                 "model again with “oto tune”."), entry);
  return FALSE;
}

/* A number in [low, high] that may be missing. */
static gboolean
parse_number (JsonObject  *object,
              const char  *name,
              double       low,
              double       high,
              double      *value,
              GError     **error)
{
  JsonNode *node = json_object_get_member (object, name);
  GType type;
  double number;

  if (node == NULL)
    return TRUE;
  type = JSON_NODE_HOLDS_VALUE (node) ? json_node_get_value_type (node) : G_TYPE_INVALID;
  if (type != G_TYPE_INT64 && type != G_TYPE_DOUBLE)
    return fail (error, name);
  number = json_node_get_double (node);
  if (!(number >= low && number <= high))
    return fail (error, name);
  *value = number;
  return TRUE;
}

static gboolean
parse_field (JsonObject    *object,
             const Field   *field,
             OtoBinarizer  *binarizer,
             GError       **error)
{
  double value = get_field (binarizer, field);

  if (field->may_be_off && json_object_has_member (object, field->name)
      && json_object_get_null_member (object, field->name))
    value = NAN;
  else if (!parse_number (object, field->name, 0.0, field->max, &value, error))
    return FALSE;
  if (field->is_count && value != floor (value))
    return fail (error, field->name);
  set_field (binarizer, field, value);
  return TRUE;
}

static gboolean
parse_binarizer (JsonObject    *object,
                 OtoBinarizer  *binarizer,
                 GError       **error)
{
  JsonNode *score = json_object_get_member (object, "score");

  if (score != NULL
      && (!JSON_NODE_HOLDS_VALUE (score) || json_node_get_value_type (score) != G_TYPE_STRING
          || !oto_event_score_find (json_node_get_string (score), &binarizer->score)))
    return fail (error, "score");
  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    if (!parse_field (object, &fields[i], binarizer, error))
      return FALSE;
  return TRUE;
}

/* An object that may be missing; %FALSE when it is something else. */
static gboolean
find_object (JsonObject  *object,
             const char  *name,
             JsonObject **ret_member,
             GError     **error)
{
  JsonNode *node = json_object_get_member (object, name);

  *ret_member = NULL;
  if (node == NULL)
    return TRUE;
  if (!JSON_NODE_HOLDS_OBJECT (node))
    return fail (error, name);
  *ret_member = json_node_get_object (node);
  return TRUE;
}

static gboolean
parse_classes (OtoTuning           *self,
               JsonObject          *classes,
               const char * const  *class_names,
               GError             **error)
{
  guint n_known = 0;

  for (guint k = 0; k < self->n_classes; k++)
    {
      JsonObject *object;

      self->classes[k] = self->common;
      if (classes == NULL)
        continue;
      if (!find_object (classes, class_names[k], &object, error)
          || (object != NULL && !parse_binarizer (object, &self->classes[k], error)))
        return FALSE;
      n_known += object != NULL;
    }
  return classes == NULL || n_known == json_object_get_size (classes) || fail (error, "classes");
}

/**
 * oto_tuning_parse_json:
 * @text: JSON that anyone may have written
 * @class_names: (array zero-terminated=1): classes of the model, each once
 * @error: return location for a #GError
 *
 * Returns: (transfer full) (nullable): a tuning; %NULL with %OTO_IO_ERROR_FORMAT
 */
OtoTuning *
oto_tuning_parse_json (const char          *text,
                       const char * const  *class_names,
                       GError             **error)
{
  g_autoptr (JsonNode) root = oto_json_parse (text, strlen (text), NULL);
  g_autoptr (OtoTuning) self = oto_tuning_new (g_strv_length ((char **) class_names));
  JsonObject *object, *common, *classes, *record;

  if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root))
    {
      fail (error, "tuning");
      return NULL;
    }
  object = json_node_get_object (root);
  if (!parse_number (object, "temperature", MIN_TEMPERATURE, MAX_TEMPERATURE, &self->temperature,
                     error)
      || !find_object (object, "all", &common, error)
      || !find_object (object, "classes", &classes, error)
      || !find_object (object, "record", &record, error)
      || (common != NULL && !parse_binarizer (common, &self->common, error))
      || !parse_classes (self, classes, class_names, error))
    return NULL;
  if (record != NULL)
    self->record_json = oto_json_to_text (json_object_get_member (object, "record"), FALSE);
  return g_steal_pointer (&self);
}
