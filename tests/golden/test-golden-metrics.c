/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-golden.h"

#include <math.h>
#include <string.h>

/* Both sides sum the same terms in double; only the order differs. */
#define LIMIT 1e-9

static void
check_value (const char *what,
             double      value,
             double      expected)
{
  if (isnan (expected) ? isnan (value) : fabs (value - expected) <= LIMIT)
    return;
  g_test_message ("%s: %.17g, expected %.17g", what, value, expected);
  g_test_fail ();
}

/* A number; NaN for the record of an error, which stands where a value is not defined. */
static double
get_number (JsonNode *node)
{
  return JSON_NODE_HOLDS_VALUE (node) ? json_node_get_double (node) : NAN;
}

static float *
dup_matrix (JsonArray *rows,
            guint      n_columns)
{
  guint n_rows = json_array_get_length (rows);
  float *values = g_new (float, (size_t) n_rows * n_columns);

  for (guint n = 0; n < n_rows; n++)
    {
      JsonArray *row = json_array_get_array_element (rows, n);

      g_assert_cmpuint (json_array_get_length (row), ==, n_columns);
      for (guint k = 0; k < n_columns; k++)
        values[n * n_columns + k] = (float) json_array_get_double_element (row, k);
    }
  return values;
}

static void
check_case (JsonObject *object)
{
  const char *name = json_object_get_string_member (object, "name");
  JsonObject *expected = json_object_get_object_member (object, "expected");
  JsonArray *y = json_object_get_array_member (object, "y");
  guint n = json_array_get_length (y);
  guint n_classes = json_array_get_length (json_array_get_array_element (y, 0));
  g_autofree float *targets = dup_matrix (y, n_classes);
  g_autofree float *scores = dup_matrix (json_object_get_array_member (object, "score"),
                                         n_classes);
  g_autofree double *ap = g_new (double, n_classes);
  g_autofree double *auc = g_new (double, n_classes);
  JsonArray *expected_ap = json_object_get_array_member (expected, "average_precision_per_class");
  JsonArray *expected_auc = json_object_get_array_member (expected, "roc_auc_per_class");

  g_test_message ("%s", name);
  check_value ("macro average precision",
               oto_average_precision_macro (scores, targets, n, n_classes, ap),
               get_number (json_object_get_member (expected, "average_precision_macro")));
  check_value ("micro average precision",
               oto_average_precision_micro (scores, targets, n, n_classes),
               get_number (json_object_get_member (expected, "average_precision_micro")));
  check_value ("macro AUC", oto_auc_macro (scores, targets, n, n_classes, auc),
               get_number (json_object_get_member (expected, "roc_auc_macro")));
  check_value ("micro AUC", oto_auc (scores, targets, (size_t) n * n_classes, 1),
               get_number (json_object_get_member (expected, "roc_auc_micro")));
  for (guint k = 0; k < n_classes; k++)
    {
      check_value ("average precision of a class", ap[k],
                   get_number (json_array_get_element (expected_ap, k)));
      check_value ("AUC of a class", auc[k],
                   get_number (json_array_get_element (expected_auc, k)));
    }
}

static void
test_cases (const char *path)
{
  g_autoptr (JsonNode) root = oto_golden_load_json (path);
  JsonArray *cases = json_object_get_array_member (json_node_get_object (root), "cases");

  g_assert_cmpuint (json_array_get_length (cases), >, 0);
  for (guint i = 0; i < json_array_get_length (cases); i++)
    check_case (json_array_get_object_element (cases, i));
}

static double *
dup_values (OtoSafetensors *file,
            const char     *prefix,
            const char     *what)
{
  g_autofree char *name = g_strdup_printf ("%s.%s", prefix, what);

  return oto_golden_dup_double (file, name);
}

static void
check_big (OtoSafetensors *file,
           const char     *prefix)
{
  g_autofree char *y_name = g_strdup_printf ("%s.y", prefix);
  g_autofree char *score_name = g_strdup_printf ("%s.score", prefix);
  g_autofree float *targets = oto_golden_dup_float (file, y_name);
  g_autofree float *scores = oto_golden_dup_float (file, score_name);
  size_t n = (size_t) oto_golden_dim (file, y_name, 0);
  size_t n_classes = (size_t) oto_golden_dim (file, y_name, 1);
  g_autofree double *expected_auc = dup_values (file, prefix, "roc_auc_per_class");
  g_autofree double *expected_ap = dup_values (file, prefix, "average_precision_per_class");
  g_autofree double *expected = dup_values (file, prefix, "auc_macro_ap_macro_ap_micro");
  g_autofree double *auc = g_new (double, n_classes);
  g_autofree double *ap = g_new (double, n_classes);

  check_value ("macro AUC", oto_auc_macro (scores, targets, n, n_classes, auc), expected[0]);
  check_value ("macro average precision",
               oto_average_precision_macro (scores, targets, n, n_classes, ap), expected[1]);
  check_value ("micro average precision",
               oto_average_precision_micro (scores, targets, n, n_classes), expected[2]);
  for (size_t k = 0; k < n_classes; k++)
    {
      check_value ("AUC of a class", auc[k], expected_auc[k]);
      check_value ("average precision of a class", ap[k], expected_ap[k]);
    }
}

static void
test_big (const char *path)
{
  g_autoptr (OtoSafetensors) file = oto_golden_load (path);
  guint n_checked = 0;

  for (guint i = 0; i < oto_safetensors_get_n (file); i++)
    {
      const char *name = oto_safetensors_get (file, i)->name;

      if (g_str_has_suffix (name, ".y"))
        {
          g_autofree char *prefix = g_strndup (name, strlen (name) - 2);

          check_big (file, prefix);
          n_checked++;
        }
    }
  g_assert_cmpuint (n_checked, >, 0);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  oto_golden_add ("/golden/metrics", "metrics*.json", test_cases);
  oto_golden_add ("/golden/metrics", "metrics_big*.safetensors", test_big);
  return g_test_run ();
}
