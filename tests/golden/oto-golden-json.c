/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-golden-json.h"

#include <math.h>

double
oto_golden_json_value (JsonNode *node)
{
  if (!JSON_NODE_HOLDS_VALUE (node))
    return NAN;
  if (json_node_get_value_type (node) == G_TYPE_STRING)
    {
      const char *text = json_node_get_string (node);

      g_assert_true (g_str_equal (text, "inf") || g_str_equal (text, "-inf"));
      return text[0] == '-' ? -INFINITY : INFINITY;
    }
  return json_node_get_double (node);
}

double
oto_golden_json_number (JsonObject *object,
                        const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  if (node == NULL)
    g_error ("The reference file has no “%s”", name);
  return oto_golden_json_value (node);
}

static void
check (const char *what,
       double      value,
       double      expected,
       double      limit)
{
  if (isfinite (expected) ? fabs (value - expected) <= limit
                          : isnan (expected) ? isnan (value) : value == expected)
    return;
  g_test_message ("%s: %.17g, expected %.17g", what, value, expected);
  g_test_fail ();
}

void
oto_golden_check_abs_value (const char *what,
                            double      value,
                            double      expected,
                            double      limit)
{
  check (what, value, expected, limit);
}

void
oto_golden_check_rel_value (const char *what,
                            double      value,
                            double      expected,
                            double      limit)
{
  check (what, value, expected, limit * fabs (expected));
}

int
oto_golden_find_label (JsonArray  *labels,
                       const char *label)
{
  for (guint k = 0; k < json_array_get_length (labels); k++)
    if (g_str_equal (json_array_get_string_element (labels, k), label))
      return (int) k;
  g_error ("The reference file has no class “%s”", label);
}

GArray *
oto_golden_dup_intervals (JsonArray *events,
                          JsonArray *labels)
{
  GArray *intervals = g_array_new (FALSE, FALSE, sizeof (OtoInterval));

  for (guint i = 0; i < json_array_get_length (events); i++)
    {
      JsonNode *node = json_array_get_element (events, i);
      OtoInterval interval;
      const char *label;

      if (JSON_NODE_HOLDS_ARRAY (node))
        {
          JsonArray *row = json_node_get_array (node);

          interval.onset_s = json_array_get_double_element (row, 0);
          interval.offset_s = json_array_get_double_element (row, 1);
          label = json_array_get_string_element (row, 2);
        }
      else
        {
          JsonObject *event = json_node_get_object (node);

          interval.onset_s = json_object_get_double_member (event, "onset");
          interval.offset_s = json_object_get_double_member (event, "offset");
          label = json_object_get_string_member (event, "label");
        }
      interval.class_index = oto_golden_find_label (labels, label);
      g_array_append_val (intervals, interval);
    }
  return intervals;
}

void
oto_golden_for_each_case (JsonNode    *root,
                          const char  *member,
                          void       (*func) (JsonObject *root, JsonObject *item))
{
  JsonObject *object = json_node_get_object (root);
  JsonArray *cases = json_object_get_array_member (object, member);

  g_assert_nonnull (cases);
  g_assert_cmpuint (json_array_get_length (cases), >, 0);
  for (guint i = 0; i < json_array_get_length (cases); i++)
    {
      JsonObject *item = json_array_get_object_element (cases, i);

      if (json_object_has_member (item, "name"))
        g_test_message ("%s", json_object_get_string_member (item, "name"));
      func (object, item);
    }
}

float *
oto_golden_dup_rows (JsonArray *rows,
                     guint     *ret_n_rows,
                     guint     *ret_n_columns)
{
  const guint n_rows = json_array_get_length (rows);
  const guint n_columns =
    n_rows > 0 ? json_array_get_length (json_array_get_array_element (rows, 0)) : 0;
  float *values = g_new (float, (size_t) n_rows * n_columns + 1);

  for (guint n = 0; n < n_rows; n++)
    {
      JsonArray *row = json_array_get_array_element (rows, n);

      g_assert_cmpuint (json_array_get_length (row), ==, n_columns);
      for (guint k = 0; k < n_columns; k++)
        values[(size_t) n * n_columns + k] = (float) json_array_get_double_element (row, k);
    }
  *ret_n_rows = n_rows;
  *ret_n_columns = n_columns;
  return values;
}
