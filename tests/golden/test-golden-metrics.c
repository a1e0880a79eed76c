/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-golden-json.h"

#include <math.h>
#include <string.h>

/* Both sides sum the same terms in double; only the order differs. */
#define LIMIT 1e-9

static void
check_value (const char *what,
             double      value,
             double      expected)
{
  oto_golden_check_abs_value (what, value, expected, LIMIT);
}

static void
check_f1 (JsonObject  *expected,
          const OtoF1 *f1)
{
  check_value ("precision", f1->precision, oto_golden_json_number (expected, "precision"));
  check_value ("recall", f1->recall, oto_golden_json_number (expected, "recall"));
  check_value ("F1", f1->f1, oto_golden_json_number (expected, "f1"));
}

static void
check_classes (JsonObject  *expected,
               const OtoF1 *classes,
               guint        n_classes)
{
  JsonArray *precision = json_object_get_array_member (expected, "precision");
  JsonArray *recall = json_object_get_array_member (expected, "recall");
  JsonArray *f1 = json_object_get_array_member (expected, "f1");
  JsonArray *positives = json_object_get_array_member (expected, "positives");

  for (guint k = 0; k < n_classes; k++)
    {
      check_value ("precision", classes[k].precision,
                   json_array_get_double_element (precision, k));
      check_value ("recall", classes[k].recall, json_array_get_double_element (recall, k));
      check_value ("F1", classes[k].f1, json_array_get_double_element (f1, k));
      g_assert_cmpuint (classes[k].n_hits + classes[k].n_missed, ==,
                        json_array_get_int_element (positives, k));
    }
}

static void
check_threshold (JsonObject  *expected,
                 const float *scores,
                 const float *targets,
                 guint        n,
                 guint        n_classes)
{
  JsonObject *counts = json_object_get_object_member (expected, "counts");
  const double threshold = json_object_get_double_member (expected, "threshold");
  g_autofree OtoF1 *classes = g_new (OtoF1, n_classes + 1);
  OtoF1 micro, macro, all;

  for (guint k = 0; k < n_classes; k++)
    oto_f1_compute (scores + k, targets + k, n, n_classes, threshold, &classes[k]);
  oto_f1_sum (classes, n_classes, &all);
  /* Of a single class scikit-learn makes two: its absence, then its presence. */
  if (n_classes == 1)
    {
      classes[1] = classes[0];
      oto_f1_set_counts (&classes[0], n - all.n_hits - all.n_false - all.n_missed, all.n_missed,
                         all.n_false);
      n_classes = 2;
    }
  oto_f1_sum (classes, n_classes, &micro);
  oto_f1_mean (classes, n_classes, &macro);
  check_classes (json_object_get_object_member (expected, "per_class"), classes, n_classes);
  check_f1 (json_object_get_object_member (expected, "micro"), &micro);
  check_f1 (json_object_get_object_member (expected, "macro"), &macro);
  g_assert_cmpuint (all.n_hits, ==, json_object_get_int_member (counts, "tp"));
  g_assert_cmpuint (all.n_false, ==, json_object_get_int_member (counts, "fp"));
  g_assert_cmpuint (all.n_missed, ==, json_object_get_int_member (counts, "fn"));
}

static void
check_case (JsonObject *root,
            JsonObject *object)
{
  JsonObject *expected = json_object_get_object_member (object, "expected");
  JsonArray *thresholds = json_object_get_array_member (expected, "at_threshold");
  guint n, n_classes;
  g_autofree float *targets =
    oto_golden_dup_rows (json_object_get_array_member (object, "y"), &n, &n_classes);
  g_autofree float *scores =
    oto_golden_dup_rows (json_object_get_array_member (object, "score"), &n, &n_classes);
  g_autofree double *ap = g_new (double, n_classes);
  g_autofree double *auc = g_new (double, n_classes);
  JsonArray *expected_ap = json_object_get_array_member (expected, "average_precision_per_class");
  JsonArray *expected_auc = json_object_get_array_member (expected, "roc_auc_per_class");

  check_value ("macro average precision",
               oto_average_precision_macro (scores, targets, n, n_classes, ap),
               oto_golden_json_number (expected, "average_precision_macro"));
  check_value ("micro average precision",
               oto_average_precision_micro (scores, targets, n, n_classes),
               oto_golden_json_number (expected, "average_precision_micro"));
  check_value ("macro AUC", oto_auc_macro (scores, targets, n, n_classes, auc),
               oto_golden_json_number (expected, "roc_auc_macro"));
  check_value ("micro AUC", oto_auc (scores, targets, (size_t) n * n_classes, 1),
               oto_golden_json_number (expected, "roc_auc_micro"));
  for (guint k = 0; k < n_classes; k++)
    {
      check_value ("average precision of a class", ap[k],
                   oto_golden_json_value (json_array_get_element (expected_ap, k)));
      check_value ("AUC of a class", auc[k],
                   oto_golden_json_value (json_array_get_element (expected_auc, k)));
    }
  for (guint i = 0; i < json_array_get_length (thresholds); i++)
    check_threshold (json_array_get_object_element (thresholds, i), scores, targets, n, n_classes);
}

static void
test_cases (const char *path)
{
  g_autoptr (JsonNode) root = oto_golden_load_json (path);

  oto_golden_for_each_case (root, "cases", check_case);
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
check_big_f1 (OtoSafetensors *file,
              const char     *prefix,
              const float    *scores,
              const float    *targets,
              size_t          n,
              size_t          n_classes)
{
  g_autofree double *expected = dup_values (file, prefix, "prf_macro_prf_micro_at_0.5");
  g_autofree OtoF1 *classes = g_new (OtoF1, n_classes);
  OtoF1 both[2];

  for (size_t k = 0; k < n_classes; k++)
    oto_f1_compute (scores + k, targets + k, n, n_classes, 0.5, &classes[k]);
  oto_f1_mean (classes, n_classes, &both[0]);
  oto_f1_sum (classes, n_classes, &both[1]);
  for (int i = 0; i < 2; i++)
    {
      check_value ("precision", both[i].precision, expected[3 * i]);
      check_value ("recall", both[i].recall, expected[3 * i + 1]);
      check_value ("F1", both[i].f1, expected[3 * i + 2]);
    }
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

  check_big_f1 (file, prefix, scores, targets, n, n_classes);
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
