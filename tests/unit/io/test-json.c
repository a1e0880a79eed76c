/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test.h"

#include "io/oto-json.h"

#include <math.h>
#include <string.h>
#include <sys/resource.h>

/* json-glib 1.6 writes 1e-08 as 1e-08.0, which no JSON reader takes. */
static void
test_numbers (void)
{
  const struct { double value; const char *text; } rows[] = {
    { 1e-08, "1e-08" }, { 1e300, "1e+300" }, { 1.0, "1" }, { -0.25, "-0.25" }, { 0.1, "0.1" },
    { NAN, "null" }, { INFINITY, "null" }, { -INFINITY, "null" }, { 5e-324, NULL },
    { 1.0 / 3.0, NULL }, { 9007199254740991.0, NULL }, { G_MAXDOUBLE, NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *text = oto_json_format_number (rows[i].value);
      g_autoptr (JsonNode) node = oto_json_parse (text, strlen (text), NULL);

      if (rows[i].text != NULL)
        g_assert_cmpstr (text, ==, rows[i].text);
      g_assert_nonnull (node);
      if (isfinite (rows[i].value))
        g_assert_true (json_node_get_double (node) == rows[i].value);
      else
        g_assert_true (JSON_NODE_HOLDS_NULL (node));
    }
}

static void
test_text (void)
{
  const char *plain = "{\"a\":[1e-08,true,null,{}],\"b “\\\"\\n\":{\"c\":\"\",\"d\":[]},\"e\":-7}";
  const char *pretty = "{\n  \"a\": [\n    1e-08,\n    true,\n    null,\n    {}\n  ],\n"
                       "  \"b “\\\"\\n\": {\n    \"c\": \"\",\n    \"d\": []\n  },\n  \"e\": -7\n}";
  g_autoptr (JsonNode) node = oto_json_parse (plain, strlen (plain), NULL);
  g_autofree char *plain_text = oto_json_to_text (node, FALSE);
  g_autofree char *pretty_text = oto_json_to_text (node, TRUE);

  g_assert_cmpstr (plain_text, ==, plain);
  g_assert_cmpstr (pretty_text, ==, pretty);
}

static void
test_strings (void)
{
  const char *strings[] = { "dog", "a \"b\"", "Säge", NULL };
  g_autofree char *text = oto_json_format_strings (strings);
  g_autofree char *none = oto_json_format_strings (strings + 3);

  g_assert_cmpstr (text, ==, "[\"dog\",\"a \\\"b\\\"\",\"Säge\"]");
  g_assert_cmpstr (none, ==, "[]");
}

/* What is no JSON, or nests so deep that reading it would overflow the stack. */
static void
test_refused (void)
{
  g_autofree char *deep = g_strnfill (1000000, '[');
  const char *texts[] = { "", " ", "{", "[1,]", "{\"a\":1e-08.0}", deep };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (oto_json_parse (texts[i], strlen (texts[i]), &error));
      g_assert_error (error, OTO_IO_ERROR, OTO_IO_ERROR_FORMAT);
    }
}

static void
test_file (void)
{
  char *dir = oto_test_make_dir ();
  g_autofree char *path = g_build_filename (dir, "a.json", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) array = oto_json_parse ("[1]", 3, NULL);
  g_autoptr (JsonNode) object = oto_json_parse ("{\"lr\":1e-08}", 12, NULL);
  g_autoptr (JsonNode) loaded = NULL;

  g_assert_true (oto_json_save (object, path, NULL));
  loaded = oto_json_load (path, NULL);
  g_assert_nonnull (loaded);
  g_assert_true (json_object_get_double_member (json_node_get_object (loaded), "lr") == 1e-08);

  g_assert_true (oto_json_save (array, path, NULL));
  g_assert_null (oto_json_load (path, &error));
  g_assert_error (error, OTO_IO_ERROR, OTO_IO_ERROR_FORMAT);
  oto_test_remove_dir (dir);
}

static long
get_peak_kib (void)
{
  struct rusage usage;

  g_assert_cmpint (getrusage (RUSAGE_SELF, &usage), ==, 0);
  return usage.ru_maxrss;
}

/* Memory stays within a factor of the text, whether that is refused or not. */
static void
test_memory (void)
{
  static const char * const items[] = { "1,", "[],", "{\"a\":1},", "\"\"," };

  for (size_t n_bytes = 1 << 20; n_bytes <= 16 << 20; n_bytes *= 4)
    for (guint i = 0; i < G_N_ELEMENTS (items); i++)
      {
        g_autoptr (GString) text = g_string_new ("[");
        g_autoptr (JsonNode) node = NULL;
        g_autoptr (GError) error = NULL;
        long before_kib;

        while (text->len < n_bytes)
          g_string_append (text, items[i]);
        g_string_append (text, "1]");
        before_kib = get_peak_kib ();
        node = oto_json_parse (text->str, text->len, &error);
        g_assert_null (node);
        g_assert_error (error, OTO_IO_ERROR, OTO_IO_ERROR_FORMAT);
        g_assert_cmpint (get_peak_kib () - before_kib, <, 4 * (long) n_bytes / 1024 + 10000);
      }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/io/json/numbers", test_numbers);
  g_test_add_func ("/io/json/text", test_text);
  g_test_add_func ("/io/json/strings", test_strings);
  g_test_add_func ("/io/json/refused", test_refused);
  g_test_add_func ("/io/json/file", test_file);
  g_test_add_func ("/io/json/memory-is-bounded", test_memory);
  return g_test_run ();
}
