/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "base/oto-error.h"
#include "labels/oto-label-format-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

/* ELAN's annotation format (EAF): time slots in milliseconds, and tiers of annotations between two
 * of them. Tiers whose annotations refer to others have no times of their own and are passed over.
 * Source: EAF 3.0, “ELAN Annotation Format”, Max Planck Institute for Psycholinguistics. */

typedef struct
{
  OtoLabelFile *file;
  GHashTable   *slots;           /* id -> double *, in seconds */
  GString      *value;           /* text of the annotation that is read */
  char         *media;           /* (nullable): name of the first media file */
  char         *tier;
  double        onset_s;
  double        offset_s;
  gboolean      is_elan;
  gboolean      is_aligned;      /* within an annotation with times */
  gboolean      is_value;
} Reader;

static const char *
find_attribute (const char         *name,
                const char * const *names,
                const char * const *values)
{
  for (guint i = 0; names[i] != NULL; i++)
    if (strcmp (names[i], name) == 0)
      return values[i];
  return "";
}

static double
find_slot (const Reader *reader,
           const char   *id)
{
  const double *seconds = g_hash_table_lookup (reader->slots, id);

  return seconds != NULL ? *seconds : NAN;
}

static void
start_element (GMarkupParseContext  *context,
               const char           *element,
               const char          **names,
               const char          **values,
               gpointer              user_data,
               GError              **error)
{
  Reader *reader = user_data;
  const char * const *keys = (const char * const *) names;
  const char * const *texts = (const char * const *) values;
  double ms;

  if (strcmp (element, "ANNOTATION_DOCUMENT") == 0)
    reader->is_elan = TRUE;
  else if (strcmp (element, "MEDIA_DESCRIPTOR") == 0 && reader->media == NULL)
    {
      g_autofree char *url =
        g_uri_unescape_string (find_attribute ("MEDIA_URL", keys, texts), NULL);

      if (url != NULL && url[0] != '\0' && g_utf8_validate (url, -1, NULL))
        reader->media = g_path_get_basename (url);
    }
  else if (strcmp (element, "TIME_SLOT") == 0
           && oto_label_parse_number (find_attribute ("TIME_VALUE", keys, texts), &ms))
    {
      double *seconds = g_new (double, 1);

      *seconds = ms / 1000.0;
      g_hash_table_insert (reader->slots, g_strdup (find_attribute ("TIME_SLOT_ID", keys, texts)),
                           seconds);
    }
  else if (strcmp (element, "TIER") == 0)
    {
      g_free (reader->tier);
      reader->tier = g_strdup (find_attribute ("TIER_ID", keys, texts));
    }
  else if (strcmp (element, "ALIGNABLE_ANNOTATION") == 0)
    {
      reader->is_aligned = TRUE;
      reader->onset_s = find_slot (reader, find_attribute ("TIME_SLOT_REF1", keys, texts));
      reader->offset_s = find_slot (reader, find_attribute ("TIME_SLOT_REF2", keys, texts));
    }
  else if (strcmp (element, "ANNOTATION_VALUE") == 0)
    {
      reader->is_value = reader->is_aligned;
      g_string_truncate (reader->value, 0);
    }
}

static void
add_annotation (Reader *reader,
                guint   line)
{
  g_autofree char *label = g_strstrip (g_strdup (reader->value->str));
  OtoEvent *event;
  const char *problem = NULL;

  if (isnan (reader->onset_s) || isnan (reader->offset_s))
    problem = _("the annotation has no times");
  else if (reader->onset_s < 0.0 || reader->offset_s < reader->onset_s)
    problem = _("the offset is before the onset");
  else if (label[0] == '\0')
    problem = _("the label is missing");
  if (problem != NULL)
    {
      oto_label_file_add_problem (reader->file, line, problem);
      return;
    }
  event = oto_event_new (reader->media, label, reader->onset_s, reader->offset_s, NAN);
  event->fields = g_new0 (char *, 2);
  event->fields[0] = g_strdup (reader->tier != NULL ? reader->tier : "");
  oto_label_file_set_line (reader->file, line);
  oto_label_file_add_event (reader->file, event);
  oto_label_file_add_good (reader->file);
}

static void
end_element (GMarkupParseContext  *context,
             const char           *element,
             gpointer              user_data,
             GError              **error)
{
  Reader *reader = user_data;
  int line;

  if (strcmp (element, "ANNOTATION_VALUE") == 0)
    reader->is_value = FALSE;
  else if (strcmp (element, "ALIGNABLE_ANNOTATION") == 0)
    {
      g_markup_parse_context_get_position (context, &line, NULL);
      add_annotation (reader, (guint) line);
      reader->is_aligned = FALSE;
      g_string_truncate (reader->value, 0);
    }
}

static void
add_text (GMarkupParseContext  *context,
          const char           *text,
          size_t                len,
          gpointer              user_data,
          GError              **error)
{
  Reader *reader = user_data;

  if (reader->is_value)
    g_string_append_len (reader->value, text, (gssize) len);
}

static gboolean
sniff_elan (const OtoLabelSource *source)
{
  return source->text[0] == '<'
         && g_strstr_len (source->text, MIN (source->len, 4000), "<ANNOTATION_DOCUMENT") != NULL;
}

static gboolean
read_elan (const OtoLabelSource  *source,
           OtoLabelFile          *file,
           GError               **error)
{
  static const GMarkupParser parser = { start_element, end_element, add_text, NULL, NULL };
  g_autoptr (GHashTable) slots = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr (GString) value = g_string_new (NULL);
  g_autoptr (GError) cause = NULL;
  Reader reader = { .file = file, .slots = slots, .value = value, .onset_s = NAN, .offset_s = NAN };
  g_autoptr (GMarkupParseContext) context = g_markup_parse_context_new (&parser, 0, &reader, NULL);
  gboolean is_read;

  oto_label_file_add_column (file, "tier");
  is_read = g_markup_parse_context_parse (context, source->text, (gssize) source->len, &cause)
            && g_markup_parse_context_end_parse (context, &cause) && reader.is_elan;
  g_free (reader.media);
  g_free (reader.tier);
  if (!is_read)
    g_set_error (error, OTO_IO_ERROR, OTO_IO_ERROR_CORRUPT,
                 _("“%s” is no whole annotation of ELAN: %s. Save it anew."), source->name,
                 cause != NULL ? cause->message : _("it holds something else"));
  return is_read;
}

const OtoLabelFormat oto_label_elan =
{
  .name = "elan",
  .title = "annotations of ELAN",
  .endings = (const char * const[]) { ".eaf", NULL },
  .is_text = TRUE,
  .sniff = sniff_elan,
  .read = read_elan,
};
