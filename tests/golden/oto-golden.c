/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-golden.h"

#include <math.h>
#include <string.h>

typedef struct
{
  OtoGoldenFunc  func;
  char          *path;
} Case;

static void
case_free (gpointer data)
{
  Case *item = data;

  g_free (item->path);
  g_free (item);
}

static char *
dup_own_folder (void)
{
  return g_test_build_filename (G_TEST_DIST, "golden", "data", NULL);
}

static char *
dup_folder (void)
{
  const char *folder = g_getenv ("OTO_REFERENCE_DIR");

  return folder != NULL && *folder != '\0' ? g_strdup (folder) : dup_own_folder ();
}

static int
compare_paths (gconstpointer a,
               gconstpointer b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

static GPtrArray *
find_files (const char *pattern)
{
  g_autoptr (GPatternSpec) spec = g_pattern_spec_new (pattern);
  g_autofree char *folder = dup_folder ();
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  GPtrArray *paths = g_ptr_array_new_with_free_func (g_free);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (g_pattern_spec_match_string (spec, name))
      g_ptr_array_add (paths, g_build_filename (folder, name, NULL));
  g_ptr_array_sort (paths, compare_paths);
  return paths;
}

static void
fail_without_files (gconstpointer data)
{
  g_autofree char *folder = dup_folder ();

  g_test_fail_printf ("No file in %s matches %s", folder, (const char *) data);
}

static void
run_case (gconstpointer data)
{
  const Case *item = data;

  item->func (item->path);
}

static void
add_case (const char    *test_path,
          const char    *path,
          OtoGoldenFunc  func)
{
  Case *item = g_new0 (Case, 1);
  g_autofree char *stem = g_path_get_basename (path);
  g_autofree char *name = NULL;

  *strrchr (stem, '.') = '\0';
  name = g_strconcat (test_path, "/", g_strdelimit (stem, "_", '-'), NULL);
  item->func = func;
  item->path = g_strdup (path);
  g_test_add_data_func_full (name, item, run_case, case_free);
}

void
oto_golden_add (const char    *test_path,
                const char    *pattern,
                OtoGoldenFunc  func)
{
  g_autoptr (GPtrArray) paths = find_files (pattern);

  if (paths->len == 0)
    {
      g_autofree char *name = g_strconcat (test_path, "/", pattern, NULL);

      g_test_add_data_func_full (name, g_strdup (pattern), fail_without_files, g_free);
    }

  for (guint i = 0; i < paths->len; i++)
    add_case (test_path, paths->pdata[i], func);
}

void
oto_golden_add_own (const char    *test_path,
                    const char    *name,
                    OtoGoldenFunc  func)
{
  g_autofree char *folder = dup_own_folder ();
  g_autofree char *path = g_build_filename (folder, name, NULL);

  add_case (test_path, path, func);
}

GPtrArray *
oto_golden_list (const char *pattern)
{
  GPtrArray *paths = find_files (pattern);

  if (paths->len == 0)
    fail_without_files (pattern);
  for (guint i = 0; i < paths->len; i++)
    g_test_message ("%s", (const char *) paths->pdata[i]);
  return paths;
}

OtoSafetensors *
oto_golden_load (const char *path)
{
  g_autoptr (GError) error = NULL;
  OtoSafetensors *file;

  g_test_message ("%s", path);
  file = oto_safetensors_load (path, &error);
  g_assert_no_error (error);
  return file;
}

JsonNode *
oto_golden_load_json (const char *path)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GError) error = NULL;

  g_test_message ("%s", path);
  json_parser_load_from_file (parser, path, &error);
  g_assert_no_error (error);
  return json_parser_steal_root (parser);
}

gboolean
oto_golden_has (OtoSafetensors *file,
                const char     *name)
{
  return oto_safetensors_find (file, name) != NULL;
}

const OtoSafetensor *
oto_golden_find (OtoSafetensors *file,
                 const char     *name)
{
  const OtoSafetensor *tensor = oto_safetensors_find (file, name);

  if (tensor == NULL)
    g_error ("The reference file has no tensor “%s”", name);
  return tensor;
}

gint64
oto_golden_dim (OtoSafetensors *file,
                const char     *name,
                int             axis)
{
  const OtoSafetensor *tensor = oto_golden_find (file, name);

  g_assert_cmpint (axis, <, tensor->n_dims);
  return tensor->shape[axis];
}

float *
oto_golden_dup_float (OtoSafetensors *file,
                      const char     *name)
{
  gint64 len = oto_golden_find (file, name)->len;
  float *values = g_new0 (float, MAX (len, 1));

  g_assert_true (oto_safetensors_copy_float (file, name, len, values, NULL));
  return values;
}

double *
oto_golden_dup_double (OtoSafetensors *file,
                       const char     *name)
{
  gint64 len = oto_golden_find (file, name)->len;
  double *values = g_new0 (double, MAX (len, 1));

  g_assert_true (oto_safetensors_copy_double (file, name, len, values, NULL));
  return values;
}

double
oto_golden_scalar (OtoSafetensors *file,
                   const char     *name)
{
  g_autofree double *values = oto_golden_dup_double (file, name);

  g_assert_cmpint (oto_golden_find (file, name)->len, ==, 1);
  return values[0];
}

double
oto_golden_meta_double (OtoSafetensors *file,
                        const char     *key)
{
  const char *text = oto_safetensors_get_meta (file, key);

  if (text == NULL)
    g_error ("The reference file has no metadata “%s”", key);
  return g_ascii_strtod (text, NULL);
}

gint64
oto_golden_meta_int (OtoSafetensors *file,
                     const char     *key)
{
  return (gint64) oto_golden_meta_double (file, key);
}

static void
check (OtoSafetensors *file,
       const char     *name,
       const float    *values,
       double          limit,
       const char     *kind,
       double        (*measure) (const float *, const float *, size_t))
{
  g_autofree float *expected = oto_golden_dup_float (file, name);
  double error = measure (values, expected, (size_t) oto_golden_find (file, name)->len);

  if (!(error <= limit))
    g_test_fail_printf ("%s: %s error %.3g exceeds %.3g", name, kind, error, limit);
  else if (g_test_verbose ())
    g_test_message ("%s: %s error %.3g of %.3g", name, kind, error, limit);
}

static double
measure_rel (const float *values,
             const float *expected,
             size_t       n)
{
  for (size_t i = 0; i < n; i++)
    if (expected[i] != 0.f)
      return oto_test_rel_error (values, expected, n);

  /* A tensor of zeros: 1e-9 absolute, whatever the limit. */
  return oto_test_abs_error (values, expected, n) <= 1e-9 ? 0.0 : INFINITY;
}

void
oto_golden_check_rel (OtoSafetensors *file,
                      const char     *name,
                      const float    *values,
                      double          limit)
{
  check (file, name, values, limit, "relative", measure_rel);
}

void
oto_golden_check_abs (OtoSafetensors *file,
                      const char     *name,
                      const float    *values,
                      double          limit)
{
  check (file, name, values, limit, "absolute", oto_test_abs_error);
}

void
oto_golden_check_all_compared (OtoSafetensors *file,
                               const char     *given,
                               guint           n_compared)
{
  g_autofree char *pattern = g_strdup_printf ("^(x$|y$|param\\.|buffer\\.|%s)", given);
  guint n_given = 0;

  for (guint i = 0; i < oto_safetensors_get_n (file); i++)
    n_given += g_regex_match_simple (pattern, oto_safetensors_get (file, i)->name, 0, 0);
  g_assert_cmpuint (n_given + n_compared, ==, oto_safetensors_get_n (file));
}
