/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test.h"

#include <string.h>

static OtoCsv *
load (const char  *text,
      gssize       n_bytes,
      char         separator,
      gboolean     has_header,
      GError     **error)
{
  char *dir = oto_test_make_dir ();
  g_autofree char *path = g_build_filename (dir, "table.csv", NULL);
  OtoCsv *csv;

  g_assert_true (g_file_set_contents (path, text, n_bytes, NULL));
  csv = oto_csv_load (path, separator, has_header, error);
  oto_test_remove_dir (dir);
  return csv;
}

static void
test_plain (void)
{
  const char *line_ends[] = { "\n", "\r\n", "\r" };

  for (guint i = 0; i < G_N_ELEMENTS (line_ends); i++)
    for (int last = 0; last < 2; last++)
      {
        g_autofree char *text = g_strconcat ("\xef\xbb\xbf" "fname, label ,fold", line_ends[i],
                                             "a.wav,Bark,1", line_ends[i], line_ends[i],
                                             "b.wav,,2,more", line_ends[i],
                                             "c.wav", last ? line_ends[i] : "", NULL);
        g_autoptr (GError) error = NULL;
        g_autoptr (OtoCsv) csv = load (text, -1, 0, TRUE, &error);

        g_assert_no_error (error);
        g_assert_cmpuint (oto_csv_get_n_rows (csv), ==, 3);
        g_assert_cmpuint (oto_csv_get_n_columns (csv), ==, 3);
        g_assert_cmpint (oto_csv_find (csv, "fname"), ==, 0);
        g_assert_cmpint (oto_csv_find (csv, "label"), ==, 1);
        g_assert_cmpint (oto_csv_find (csv, "none"), ==, -1);
        g_assert_cmpstr (oto_csv_get (csv, 0, 1), ==, "Bark");
        g_assert_cmpstr (oto_csv_get (csv, 1, 1), ==, "");
        g_assert_cmpstr (oto_csv_get (csv, 1, 3), ==, "more");
        g_assert_cmpstr (oto_csv_get (csv, 2, 0), ==, "c.wav");
        g_assert_cmpstr (oto_csv_get (csv, 2, 2), ==, "");
        g_assert_cmpstr (oto_csv_get (csv, 2, -1), ==, "");
        g_assert_cmpuint (oto_csv_get_line (csv, 0), ==, 2);
        g_assert_cmpuint (oto_csv_get_line (csv, 1), ==, 4);
        g_assert_cmpuint (oto_csv_get_line (csv, 2), ==, 5);
      }
}

static void
test_quotes (void)
{
  g_autoptr (OtoCsv) csv = load ("a,b\n\"one, \"\"two\"\"\",\"x\ny\"\n\"\",\" z \"\n", -1, ',',
                                 TRUE, NULL);

  g_assert_cmpstr (oto_csv_get (csv, 0, 0), ==, "one, \"two\"");
  g_assert_cmpstr (oto_csv_get (csv, 0, 1), ==, "x\ny");
  g_assert_cmpstr (oto_csv_get (csv, 1, 1), ==, " z ");
  g_assert_cmpuint (oto_csv_get_line (csv, 1), ==, 4);
}

/* Labels with tabs: commas and quotes are text. */
static void
test_tabs (void)
{
  g_autoptr (OtoCsv) csv = load ("0.5\t1.25\tBark, \"loud\"\n2\t3\t\n", -1, 0, FALSE, NULL);

  g_assert_cmpuint (oto_csv_get_n_rows (csv), ==, 2);
  g_assert_cmpuint (oto_csv_get_n_columns (csv), ==, 3);
  g_assert_cmpstr (oto_csv_get (csv, 0, 2), ==, "Bark, \"loud\"");
  g_assert_cmpstr (oto_csv_get (csv, 1, 2), ==, "");
  g_assert_cmpuint (oto_csv_get_line (csv, 0), ==, 1);
  g_assert_cmpint (oto_csv_find (csv, "0.5"), ==, -1);
}

/* Between tabs a cell is quoted if its quotes are closed at its end, as R writes them. */
static void
test_quoted_tabs (void)
{
  g_autoptr (OtoCsv) csv = load ("\"file\"\t\"label\"\n\"a\tb\"\t\"Bark \"\"big\"\"\"\n"
                                 "\"open\t\"half\" x\n\"\"\t\"\n", -1, 0, TRUE, NULL);

  g_assert_cmpint (oto_csv_find (csv, "label"), ==, 1);
  g_assert_cmpstr (oto_csv_get (csv, 0, 0), ==, "a\tb");
  g_assert_cmpstr (oto_csv_get (csv, 0, 1), ==, "Bark \"big\"");
  g_assert_cmpstr (oto_csv_get (csv, 1, 0), ==, "\"open");
  g_assert_cmpstr (oto_csv_get (csv, 1, 1), ==, "\"half\" x");
  g_assert_cmpstr (oto_csv_get (csv, 2, 0), ==, "");
  g_assert_cmpstr (oto_csv_get (csv, 2, 1), ==, "\"");
}

/* Semicolons where commas are decimal ones; spaces before a quote. */
static void
test_separators (void)
{
  const struct { const char *text; char separator; guint n_cells; } cases[] = {
    { "file;start;end;label\n", ';', 4 }, { "a.wav;0,1;0,3;Bark\n", ';', 4 },
    { "a.wav,Bark;Meow\n", ',', 2 }, { "a.wav,0.1,0.3,Bark;Meow;Gong\n", ',', 4 },
    { "a;b\tc\n", '\t', 2 }, { "a, 1.0, \"b,c\"\n", ',', 3 }, { "word\n", ',', 1 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (OtoCsv) csv = load (cases[i].text, -1, 0, FALSE, NULL);

      g_assert_cmpint (oto_csv_get_separator (csv), ==, cases[i].separator);
      g_assert_cmpuint (oto_csv_get_n_cells (csv, 0), ==, cases[i].n_cells);
    }
}

static void
test_write_and_read (void)
{
  const char *fields[] = { "plain", "with,comma", "with \"quotes\"", "two\nlines", "tab\there",
                           "é" };
  g_autoptr (GString) text = g_string_new ("a,b,c,d,e,f\n");
  g_autoptr (OtoCsv) csv = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    {
      g_autofree char *quoted = oto_csv_quote (fields[i]);

      g_string_append_printf (text, "%s%s", i > 0 ? "," : "", quoted);
    }
  csv = load (text->str, -1, 0, TRUE, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    g_assert_cmpstr (oto_csv_get (csv, 0, (int) i), ==, fields[i]);
}

static void
test_bad (void)
{
  const struct { const char *text; gssize n_bytes; OtoIoError code; } cases[] = {
    { "", 0, OTO_IO_ERROR_EMPTY },
    { "\n\n", 2, OTO_IO_ERROR_EMPTY },
    { "\xef\xbb\xbf", 3, OTO_IO_ERROR_EMPTY },
    { "a\n\"open", 7, OTO_IO_ERROR_CORRUPT },
    { "\"", 1, OTO_IO_ERROR_CORRUPT },
    { "a\nb\xe9\n", 5, OTO_IO_ERROR_FORMAT },
    { "RIFF\0\0", 6, OTO_IO_ERROR_FORMAT },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (load (cases[i].text, cases[i].n_bytes, 0, TRUE, &error));
      g_assert_error (error, OTO_IO_ERROR, (int) cases[i].code);
      g_assert_nonnull (strstr (error->message, "table.csv"));
    }
}

static void
test_no_rows (void)
{
  g_autoptr (OtoCsv) headed = load ("a,b", -1, 0, TRUE, NULL);
  g_autoptr (OtoCsv) empty = load ("", -1, 0, FALSE, NULL);

  g_assert_cmpuint (oto_csv_get_n_rows (headed), ==, 0);
  g_assert_cmpuint (oto_csv_get_n_rows (empty), ==, 0);
  g_assert_cmpuint (oto_csv_get_n_columns (empty), ==, 0);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/io/csv/load/any-line-end", test_plain);
  g_test_add_func ("/io/csv/load/quotes", test_quotes);
  g_test_add_func ("/io/csv/load/tabs", test_tabs);
  g_test_add_func ("/io/csv/load/quoted-tabs", test_quoted_tabs);
  g_test_add_func ("/io/csv/load/separators", test_separators);
  g_test_add_func ("/io/csv/load/no-rows", test_no_rows);
  g_test_add_func ("/io/csv/load/bad-tables", test_bad);
  g_test_add_func ("/io/csv/quote/reads-back", test_write_and_read);
  return g_test_run ();
}
