/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test.h"

#include <math.h>
#include <string.h>
#include <unistd.h>

#define TENSOR(dtype, shape, begin, end) \
  "{\"dtype\":\"" dtype "\",\"shape\":[" shape "],\"data_offsets\":[" begin "," end "]}"

static GBytes *
pack (const char *header,
      size_t      n_data_bytes)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  guint64 length = GUINT64_TO_LE (strlen (header));

  g_byte_array_append (bytes, (const guint8 *) &length, 8);
  g_byte_array_append (bytes, (const guint8 *) header, (guint) strlen (header));
  g_byte_array_set_size (bytes, (guint) (bytes->len + n_data_bytes));
  return g_byte_array_free_to_bytes (g_steal_pointer (&bytes));
}

static void
assert_refused (const char *header,
                size_t      n_data_bytes)
{
  g_autoptr (GBytes) bytes = pack (header, n_data_bytes);
  g_autofree char *shown = g_strescape (header, NULL);
  g_autoptr (GError) error = NULL;

  g_test_message ("%.80s", shown);
  g_assert_null (oto_safetensors_load_bytes (bytes, "model.safetensors", &error));
  g_assert_true (error->domain == OTO_IO_ERROR);
  g_assert_nonnull (strstr (error->message, "model.safetensors"));
}

static void
test_round_trip (void)
{
  const gint64 shape[] = { 2, 3 }, none[] = { 0, 5 };
  const float values[] = { 1.f, -2.5f, NAN, INFINITY, 1e-40f, 3e38f };
  const gint32 numbers[] = { G_MININT32, 0, 7 };
  const double wide[] = { G_PI };
  g_autoptr (OtoSafetensors) made = oto_safetensors_new ();
  g_autoptr (OtoSafetensors) read = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;
  float floats[6];
  double doubles[3];

  oto_safetensors_add (made, "a \"quoted\" näme", OTO_DTYPE_F32, 2, shape, values);
  oto_safetensors_add (made, "numbers", OTO_DTYPE_I32, 1, (const gint64[]) { 3 }, numbers);
  oto_safetensors_add (made, "scalar", OTO_DTYPE_F64, 0, NULL, wide);
  oto_safetensors_add (made, "nothing", OTO_DTYPE_F32, 2, none, NULL);
  oto_safetensors_set_meta (made, "system", "gap");
  oto_safetensors_set_meta (made, "system", "2apae");
  oto_safetensors_set_meta (made, "classes", "[\"Bark\",\n\"Meow\"]");

  bytes = oto_safetensors_to_bytes (made);
  read = oto_safetensors_load_bytes (bytes, "made", &error);
  g_assert_no_error (error);
  g_assert_cmpuint (oto_safetensors_get_n (read), ==, 4);
  g_assert_cmpuint (g_hash_table_size (oto_safetensors_get_metadata (read)), ==, 2);
  g_assert_cmpstr (oto_safetensors_get_meta (read, "system"), ==, "2apae");
  g_assert_cmpstr (oto_safetensors_get_meta (read, "classes"), ==, "[\"Bark\",\n\"Meow\"]");
  g_assert_null (oto_safetensors_get_meta (read, "none"));

  g_assert_true (oto_safetensors_copy_float (read, "a \"quoted\" näme", 6, floats, NULL));
  g_assert_cmpmem (floats, sizeof floats, values, sizeof values);
  g_assert_true (oto_safetensors_copy_double (read, "numbers", 3, doubles, NULL));
  g_assert_cmpfloat (doubles[0], ==, -2147483648.0);
  g_assert_true (oto_safetensors_copy_double (read, "scalar", 1, doubles, NULL));
  g_assert_cmpfloat (doubles[0], ==, G_PI);
  g_assert_true (oto_safetensors_copy_float (read, "nothing", 0, NULL, NULL));
  g_assert_cmpint (oto_safetensors_find (read, "nothing")->shape[1], ==, 5);

  g_assert_false (oto_safetensors_copy_float (read, "none", 1, floats, &error));
  g_assert_error (error, OTO_IO_ERROR, OTO_IO_ERROR_CORRUPT);
  g_clear_error (&error);
  g_assert_false (oto_safetensors_copy_float (read, "numbers", 2, floats, &error));
  g_assert_error (error, OTO_IO_ERROR, OTO_IO_ERROR_CORRUPT);
}

/* Header padded to 8, widest types first, so that every tensor is aligned. */
static void
test_layout (void)
{
  const float values[] = { 1.f, 2.f, 3.f };
  const double wide[] = { 1.0 };
  g_autoptr (OtoSafetensors) made = oto_safetensors_new ();
  g_autoptr (OtoSafetensors) read = NULL;
  g_autoptr (GBytes) bytes = NULL;
  const guint8 *contents;
  guint64 length;

  oto_safetensors_add (made, "half", OTO_DTYPE_F16, 1, (const gint64[]) { 3 }, values);
  oto_safetensors_add (made, "b", OTO_DTYPE_F32, 1, (const gint64[]) { 3 }, values);
  oto_safetensors_add (made, "a", OTO_DTYPE_F32, 1, (const gint64[]) { 1 }, values);
  oto_safetensors_add (made, "wide", OTO_DTYPE_F64, 1, (const gint64[]) { 1 }, wide);
  bytes = oto_safetensors_to_bytes (made);
  contents = g_bytes_get_data (bytes, NULL);
  memcpy (&length, contents, 8);
  g_assert_cmpuint (GUINT64_FROM_LE (length) % 8, ==, 0);
  g_assert_cmpuint (g_bytes_get_size (bytes), ==, 8 + GUINT64_FROM_LE (length) + 8 + 16 + 6);

  read = oto_safetensors_load_bytes (bytes, "made", NULL);
  g_assert_cmpstr (oto_safetensors_get (read, 0)->name, ==, "wide");
  g_assert_cmpstr (oto_safetensors_get (read, 1)->name, ==, "b");
  g_assert_cmpstr (oto_safetensors_get (read, 2)->name, ==, "a");
  g_assert_cmpstr (oto_safetensors_get (read, 3)->name, ==, "half");
}

/* Bits from NumPy's float16. */
static void
test_half (void)
{
  const float values[] = {
    1.f, 65504.f, 65519.f, 65520.f, 6.1e-5f, 5.96e-8f, 2.98e-8f, 2.99e-8f, 0.1f, -0.3333f,
    -0.f, 2049.f, 2051.f, INFINITY, -1e30f,
  };
  const guint16 expected[] = {
    15360, 31743, 31743, 31744, 1023, 1, 0, 1, 11878, 46421,
    0x8000, 0x6800, 0x6802, 0x7c00, 0xfc00,
  };
  const gint64 len = G_N_ELEMENTS (values);
  g_autoptr (OtoSafetensors) made = oto_safetensors_new ();
  const float not_a_number = NAN;
  float read;

  oto_safetensors_add (made, "half", OTO_DTYPE_F16, 1, &len, values);
  for (gint64 i = 0; i < len; i++)
    {
      guint16 bits;

      memcpy (&bits, (const guint8 *) oto_safetensors_find (made, "half")->data + 2 * i, 2);
      g_assert_cmpuint (GUINT16_FROM_LE (bits), ==, expected[i]);
    }
  oto_safetensors_add (made, "nan", OTO_DTYPE_F16, 0, NULL, &not_a_number);
  g_assert_true (oto_safetensors_copy_float (made, "nan", 1, &read, NULL));
  g_assert_true (isnan (read));
}

/* Every half comes back as itself. */
static void
test_every_half (void)
{
  const gint64 len = 65536;
  g_autofree guint16 *bits = g_new (guint16, len);
  g_autofree float *values = g_new (float, len);
  g_autoptr (GBytes) bytes = pack ("{\"h\":{\"dtype\":\"F16\",\"shape\":[65536],"
                                   "\"data_offsets\":[0,131072]}}", 131072);
  g_autoptr (GByteArray) contents = g_bytes_unref_to_array (g_steal_pointer (&bytes));
  g_autoptr (OtoSafetensors) read = NULL;
  g_autoptr (OtoSafetensors) again = oto_safetensors_new ();

  for (gint64 i = 0; i < len; i++)
    bits[i] = GUINT16_TO_LE ((guint16) i);
  memcpy (contents->data + contents->len - 131072, bits, 131072);
  bytes = g_byte_array_free_to_bytes (g_steal_pointer (&contents));
  read = oto_safetensors_load_bytes (bytes, "halves", NULL);
  g_assert_true (oto_safetensors_copy_float (read, "h", len, values, NULL));
  oto_safetensors_add (again, "h", OTO_DTYPE_F16, 1, &len, values);

  for (gint64 i = 0; i < len; i++)
    {
      guint16 result;

      memcpy (&result, (const guint8 *) oto_safetensors_find (again, "h")->data + 2 * i, 2);
      if ((i & 0x7fff) <= 0x7c00)
        g_assert_cmpuint (GUINT16_FROM_LE (result), ==, i);
      else
        g_assert_true (isnan (values[i]));
    }
}

static void
test_bfloat (void)
{
  /* Ties to even: 1 + 2^-8 goes down, 1 + 3 * 2^-8 up. */
  const float values[] = { 1.f, 1.f + 0x1p-8f, 1.f + 0x3p-8f, -3.4e38f, NAN };
  const float expected[] = { 1.f, 1.f, 1.f + 0x1p-6f, -INFINITY };
  g_autoptr (OtoSafetensors) made = oto_safetensors_new ();
  float read[5];

  oto_safetensors_add (made, "b", OTO_DTYPE_BF16, 1, (const gint64[]) { 5 }, values);
  g_assert_true (oto_safetensors_copy_float (made, "b", 5, read, NULL));
  g_assert_cmpmem (read, sizeof expected, expected, sizeof expected);
  g_assert_true (isnan (read[4]));
}

static void
test_small_types (void)
{
  g_autoptr (GBytes) bytes = pack ("{\"b\":" TENSOR ("BOOL", "1", "0", "1")
                                   ",\"u\":" TENSOR ("U8", "1", "1", "2")
                                   ",\"i\":" TENSOR ("I8", "1", "2", "3")
                                   ",\"s\":" TENSOR ("I16", "1", "3", "5")
                                   ",\"l\":" TENSOR ("I64", "1", "5", "13") "}  ", 13);
  const guint8 data[] = { 1, 200, 200, 0xfe, 0xff, 0xfd, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
  const struct { const char *name; double expected; } cases[] = {
    { "b", 1.0 }, { "u", 200.0 }, { "i", -56.0 }, { "s", -2.0 }, { "l", -3.0 },
  };
  g_autoptr (GByteArray) contents = g_bytes_unref_to_array (g_steal_pointer (&bytes));
  g_autoptr (OtoSafetensors) read = NULL;
  g_autoptr (GError) error = NULL;

  memcpy (contents->data + contents->len - sizeof data, data, sizeof data);
  bytes = g_byte_array_free_to_bytes (g_steal_pointer (&contents));
  read = oto_safetensors_load_bytes (bytes, "small", &error);
  g_assert_no_error (error);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      double value = 0.0;

      g_assert_true (oto_safetensors_copy_double (read, cases[i].name, 1, &value, NULL));
      g_assert_cmpfloat (value, ==, cases[i].expected);
    }
}

static void
test_hostile (void)
{
  assert_refused ("", 0);
  assert_refused ("{", 0);
  assert_refused ("[]", 0);
  assert_refused ("{]", 0);
  assert_refused ("{\"a\":1}", 0);
  assert_refused ("{\"a\":{}}", 0);
  assert_refused ("{\"a\":null}", 0);
  assert_refused ("{} x", 0);
  assert_refused ("{\"\xff\":1}", 0);

  /* Metadata that are not texts. */
  assert_refused ("{\"__metadata__\":{\"a\":1}}", 0);
  assert_refused ("{\"__metadata__\":[\"a\"]}", 0);
  assert_refused ("{\"__metadata__\":{\"a\":null}}", 0);

  /* Types. */
  assert_refused ("{\"a\":" TENSOR ("F31", "1", "0", "4") "}", 4);
  assert_refused ("{\"a\":{\"dtype\":4,\"shape\":[1],\"data_offsets\":[0,4]}}", 4);
  assert_refused ("{\"a\":{\"shape\":[1],\"data_offsets\":[0,4]}}", 4);

  /* Shapes. */
  assert_refused ("{\"a\":" TENSOR ("F32", "-1", "0", "4") "}", 4);
  assert_refused ("{\"a\":" TENSOR ("F32", "-1,-1", "0", "4") "}", 4);
  assert_refused ("{\"a\":" TENSOR ("F32", "1.0", "0", "4") "}", 4);
  assert_refused ("{\"a\":" TENSOR ("F32", "\"1\"", "0", "4") "}", 4);
  assert_refused ("{\"a\":" TENSOR ("F32", "4294967296,4294967296,4294967296", "0", "0") "}", 0);
  assert_refused ("{\"a\":" TENSOR ("F32", "4611686018427387904", "0", "0") "}", 0);
  assert_refused ("{\"a\":" TENSOR ("F32", "99999999999999999999999", "0", "4") "}", 4);
  assert_refused ("{\"a\":" TENSOR ("F32", "1,1,1,1,1,1,1,1,1", "0", "4") "}", 4);
  assert_refused ("{\"a\":{\"dtype\":\"F32\",\"data_offsets\":[0,4]}}", 4);
  assert_refused ("{\"a\":" TENSOR ("F32", "2", "0", "4") "}", 4);
  assert_refused ("{\"a\":" TENSOR ("F32", "1", "0", "8") "}", 8);

  /* Places. */
  assert_refused ("{\"a\":" TENSOR ("F32", "1", "0", "4") "}", 3);
  assert_refused ("{\"a\":" TENSOR ("F32", "1", "0", "4") "}", 5);
  assert_refused ("{\"a\":" TENSOR ("F32", "1", "4", "0") "}", 4);
  assert_refused ("{\"a\":" TENSOR ("F32", "1", "-4", "0") "}", 4);
  assert_refused ("{\"a\":" TENSOR ("F32", "1", "4", "8") "}", 8);
  assert_refused ("{\"a\":" TENSOR ("F32", "1", "0", "18446744073709551620") "}", 4);
  assert_refused ("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0]}}", 4);
  assert_refused ("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4,4]}}", 4);
  assert_refused ("{\"a\":" TENSOR ("F32", "2", "0", "8")
                  ",\"b\":" TENSOR ("F32", "1", "4", "8") "}", 8);
  assert_refused ("{\"a\":" TENSOR ("F32", "1", "0", "4")
                  ",\"b\":" TENSOR ("F32", "1", "0", "4") "}", 4);
  assert_refused ("{\"a\":" TENSOR ("F32", "1", "0", "4")
                  ",\"b\":" TENSOR ("F32", "1", "8", "12") "}", 12);

  /* Names. */
  assert_refused ("{\"a\":" TENSOR ("F32", "1", "0", "4")
                  ",\"a\":" TENSOR ("F32", "1", "4", "8") "}", 8);
  assert_refused ("{\"a\":" TENSOR ("F32", "1", "0", "4")
                  ",\"a\":" TENSOR ("F32", "1", "0", "4") "}", 4);
  assert_refused ("{\"__metadata__\":{\"k\":\"1\",\"k\":\"2\"}}", 0);
}

static void
test_deep (void)
{
  g_autoptr (GString) header = g_string_new ("{\"a\":");

  for (int i = 0; i < 1000000; i++)
    g_string_append_c (header, '[');
  assert_refused (header->str, 0);
}

static void
test_too_many (void)
{
  g_autoptr (GString) header = g_string_new ("{\"a\":{\"shape\":[1");

  for (int i = 0; i < 1000001; i++)
    g_string_append (header, ",1");
  g_string_append (header, "]}}");
  assert_refused (header->str, 0);
}

static void
test_header_length (void)
{
  const guint64 lengths[] = { 3, 1000, 100 * 1000 * 1000 + 1, G_MAXINT64, G_MAXUINT64 };

  for (guint i = 0; i < G_N_ELEMENTS (lengths); i++)
    {
      guint64 contents[2] = { GUINT64_TO_LE (lengths[i]), 0 };
      g_autoptr (GBytes) bytes = NULL;
      g_autoptr (GError) error = NULL;

      memcpy (contents + 1, "{}", 2);
      bytes = g_bytes_new (contents, 10);
      g_assert_null (oto_safetensors_load_bytes (bytes, "lengths", &error));
      g_assert_error (error, OTO_IO_ERROR, OTO_IO_ERROR_CORRUPT);
    }
}

/* No beginning of a good file, and no file with one byte changed, brings the program down. */
static void
test_damaged (void)
{
  const float values[] = { 1.f, 2.f, 3.f };
  g_autoptr (OtoSafetensors) made = oto_safetensors_new ();
  g_autoptr (GBytes) bytes = NULL;
  const guint8 *contents;
  size_t n_bytes;
  OtoRng rng;

  oto_safetensors_add (made, "first", OTO_DTYPE_F32, 1, (const gint64[]) { 3 }, values);
  oto_safetensors_add (made, "second", OTO_DTYPE_F16, 1, (const gint64[]) { 3 }, values);
  oto_safetensors_set_meta (made, "key", "text");
  bytes = oto_safetensors_to_bytes (made);
  contents = g_bytes_get_data (bytes, &n_bytes);

  for (size_t n = 0; n < n_bytes; n++)
    {
      g_autoptr (GBytes) part = g_bytes_new (contents, n);
      g_autoptr (GError) error = NULL;

      g_assert_null (oto_safetensors_load_bytes (part, "part", &error));
      g_assert_nonnull (error);
    }

  oto_rng_init (&rng, 1);
  for (int i = 0; i < 5000; i++)
    {
      g_autofree guint8 *copy = g_memdup2 (contents, n_bytes);
      g_autoptr (GBytes) changed = NULL;
      g_autoptr (OtoSafetensors) read = NULL;
      g_autoptr (GError) error = NULL;
      float copied[3];

      copy[oto_rng_below (&rng, n_bytes)] = (guint8) oto_rng_below (&rng, 256);
      changed = g_bytes_new_take (g_steal_pointer (&copy), n_bytes);
      read = oto_safetensors_load_bytes (changed, "changed", &error);
      g_assert_true ((read == NULL) == (error != NULL));
      if (read != NULL && oto_safetensors_find (read, "first") != NULL
          && oto_safetensors_find (read, "first")->len == 3)
        g_assert_true (oto_safetensors_copy_float (read, "first", 3, copied, NULL));
    }
}

static void
test_file (void)
{
  char *dir = oto_test_make_dir ();
  g_autofree char *path = g_build_filename (dir, "model.safetensors", NULL);
  g_autofree char *nowhere = g_build_filename (dir, "none", "model.safetensors", NULL);
  g_autoptr (OtoSafetensors) made = oto_safetensors_new ();
  g_autoptr (OtoSafetensors) read = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GDir) listing = NULL;
  const float value = 2.f;

  oto_safetensors_add (made, "value", OTO_DTYPE_F32, 0, NULL, &value);
  g_assert_true (oto_safetensors_save (made, path, &error));
  g_assert_no_error (error);
  read = oto_safetensors_load (path, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (oto_safetensors_get_n (read), ==, 1);

  g_assert_false (oto_safetensors_save (made, nowhere, &error));
  g_assert_error (error, OTO_IO_ERROR, OTO_IO_ERROR_WRITE);
  g_clear_error (&error);
  g_assert_null (oto_safetensors_load (nowhere, &error));
  g_assert_error (error, OTO_IO_ERROR, OTO_IO_ERROR_MISSING);
  g_clear_error (&error);
  g_assert_null (oto_safetensors_load (dir, &error));
  g_assert_error (error, OTO_IO_ERROR, OTO_IO_ERROR_FORMAT);

  listing = g_dir_open (dir, 0, NULL);
  g_assert_cmpstr (g_dir_read_name (listing), ==, "model.safetensors");
  g_assert_null (g_dir_read_name (listing));
  oto_test_remove_dir (dir);
}

/* A tensor that memory has no room for is told when the file would be written. */
static void
test_no_memory (void)
{
  char *dir = oto_test_make_dir ();
  g_autofree char *path = g_build_filename (dir, "model.safetensors", NULL);
  g_autoptr (OtoSafetensors) made = oto_safetensors_new ();
  g_autoptr (GError) error = NULL;
  const gint64 huge = G_GINT64_CONSTANT (1) << 50;
  const float value = 2.f;

  oto_safetensors_add (made, "huge", OTO_DTYPE_F32, 1, &huge, &value);
  oto_safetensors_add (made, "more", OTO_DTYPE_F32, 1, &huge, &value);
  oto_safetensors_add (made, "value", OTO_DTYPE_F32, 0, NULL, &value);
  g_assert_false (oto_safetensors_save (made, path, &error));
  g_assert_error (error, OTO_BASE_ERROR, OTO_BASE_ERROR_MEMORY);
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
  g_assert_null (oto_safetensors_to_bytes (made));
  oto_test_remove_dir (dir);
}

/* A terabyte of zeros is told from a model by its first bytes; there would be no memory for it. */
static void
test_first_bytes (void)
{
  char *dir = oto_test_make_dir ();
  g_autofree char *path = g_build_filename (dir, "large.safetensors", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_set_contents (path, "no model", -1, NULL));
  g_assert_cmpint (truncate (path, G_GINT64_CONSTANT (1) << 40), ==, 0);
  g_assert_null (oto_safetensors_load (path, &error));
  g_assert_error (error, OTO_IO_ERROR, OTO_IO_ERROR_FORMAT);
  oto_test_remove_dir (dir);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/io/safetensors/save/reads-back", test_round_trip);
  g_test_add_func ("/io/safetensors/save/aligned-and-padded", test_layout);
  g_test_add_func ("/io/safetensors/save/beside-and-renamed", test_file);
  g_test_add_func ("/io/safetensors/save/no-memory-is-an-error", test_no_memory);
  g_test_add_func ("/io/safetensors/half/rounds-as-numpy", test_half);
  g_test_add_func ("/io/safetensors/half/every-one-comes-back", test_every_half);
  g_test_add_func ("/io/safetensors/bfloat/rounds-to-even", test_bfloat);
  g_test_add_func ("/io/safetensors/load/small-types", test_small_types);
  g_test_add_func ("/io/safetensors/load/hostile-headers", test_hostile);
  g_test_add_func ("/io/safetensors/load/deep-nesting", test_deep);
  g_test_add_func ("/io/safetensors/load/too-many-items", test_too_many);
  g_test_add_func ("/io/safetensors/load/header-length", test_header_length);
  g_test_add_func ("/io/safetensors/load/cut-and-changed", test_damaged);
  g_test_add_func ("/io/safetensors/load/first-bytes-first", test_first_bytes);
  return g_test_run ();
}
