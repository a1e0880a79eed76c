/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test.h"

#include <string.h>

/* What numpy.save() writes for float32 arrays of these shapes. */
static void
test_bytes (void)
{
  const struct { int n_dims; gint64 shape[3]; gint64 len; const char *header; } cases[] = {
    { 0, { 0 }, 1, "{'descr': '<f4', 'fortran_order': False, 'shape': (), }" },
    { 1, { 3 }, 3, "{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }" },
    { 3, { 2, 1, 3 }, 6, "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 1, 3), }" },
    { 2, { 0, 5 }, 0, "{'descr': '<f4', 'fortran_order': False, 'shape': (0, 5), }" },
  };
  const float values[] = { 0.f, 1.f, -2.5f, 3.f, 4.f, 1e-40f };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GBytes) bytes = oto_npy_to_bytes (values, cases[i].n_dims, cases[i].shape);
      size_t n_bytes;
      const char *contents = g_bytes_get_data (bytes, &n_bytes);
      const size_t header_bytes = strlen (cases[i].header);

      g_assert_cmpuint (n_bytes, ==, 128 + 4 * cases[i].len);
      g_assert_cmpmem (contents, 10, "\x93NUMPY\x01\x00\x76\x00", 10);
      g_assert_cmpmem (contents + 10, header_bytes, cases[i].header, header_bytes);
      for (size_t n = 10 + header_bytes; n < 127; n++)
        g_assert_cmpint (contents[n], ==, ' ');
      g_assert_cmpint (contents[127], ==, '\n');
      g_assert_cmpmem (contents + 128, n_bytes - 128, values, n_bytes - 128);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/io/npy/bytes/as-numpy", test_bytes);
  return g_test_run ();
}
