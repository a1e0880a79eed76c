/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test.h"

#include "base/oto-machine.h"

#include <string.h>

static void
test_cpu_has_a_name (void)
{
  g_autofree char *name = oto_machine_dup_cpu_name ();

  g_assert_cmpuint (strlen (name), >, 0);
  g_assert_null (strchr (name, '\n'));
}

/* No number is promised, and a build for tests may be slow; but none is absurd. */
static void
test_speeds_are_plausible (void)
{
  g_autoptr (OtoWorkers) workers = oto_workers_new (1, FALSE);
  g_autoptr (GError) error = NULL;
  double peak = oto_machine_measure_peak_gflops (workers);
  double copy = oto_machine_measure_copy_gbs (workers);
  double gemm;

  oto_blas_init (&error);
  g_assert_no_error (error);
  gemm = oto_machine_measure_gemm_gflops (workers);
  g_test_message ("peak %.1f, products %.1f GFLOP/s, copy %.1f GB/s", peak, gemm, copy);
  g_assert_cmpfloat (peak, >, 1e-3);
  g_assert_cmpfloat (peak, <, 1e4);
  g_assert_cmpfloat (copy, >, 1e-3);
  g_assert_cmpfloat (copy, <, 1e4);
  g_assert_cmpfloat (gemm, >, 1e-3);
  g_assert_cmpfloat (gemm, <, 1e4);
}

static void
test_peak_memory_follows (void)
{
  const size_t len = 48 * 1024 * 1024;
  double before;
  char *memory;

  oto_machine_reset_peak_memory ();
  before = oto_machine_get_peak_memory_mib ();
  memory = g_malloc (len);
  memset (memory, 1, len);
  g_assert_cmpint (memory[len / 2], ==, 1);
  g_assert_cmpfloat (oto_machine_get_peak_memory_mib (), >=, before + 40.0);
  g_free (memory);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/machine/cpu-has-a-name", test_cpu_has_a_name);
  g_test_add_func ("/base/machine/speeds-are-plausible", test_speeds_are_plausible);
  g_test_add_func ("/base/machine/peak-memory-follows", test_peak_memory_follows);
  return g_test_run ();
}
