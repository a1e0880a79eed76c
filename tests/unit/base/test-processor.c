/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test.h"

#include "base/oto-blas.h"
#include "base/oto-processor.h"
#include "nn/oto-conv2d.h"

/* What the processor itself has. */
static OtoProcessorLevel
detect_level (void)
{
#if defined (OTO_PROCESSOR_HAS_LEVELS)
  if (__builtin_cpu_supports ("avx512f") && __builtin_cpu_supports ("avx512vl")
      && __builtin_cpu_supports ("avx512bw") && __builtin_cpu_supports ("avx512dq")
      && __builtin_cpu_supports ("avx512cd"))
    return OTO_PROCESSOR_AVX512;
  if (__builtin_cpu_supports ("avx2") && __builtin_cpu_supports ("fma")
      && __builtin_cpu_supports ("bmi2"))
    return OTO_PROCESSOR_AVX2;
#endif
  return OTO_PROCESSOR_PORTABLE;
}

/* What a process may use that finds @portable in its environment, or nothing if that is NULL. */
static void
check_limit (const char        *portable,
             OtoProcessorLevel  limit)
{
  if (g_test_subprocess ())
    {
      if (portable != NULL)
        g_setenv ("OTO_PORTABLE", portable, TRUE);
      else
        g_unsetenv ("OTO_PORTABLE");
      g_assert_cmpint (oto_processor_get_level (), ==, MIN (limit, detect_level ()));
      g_assert_cmpint (oto_processor_get_limit (), ==, limit);

      /* It stays. */
      g_setenv ("OTO_PORTABLE", limit == OTO_PROCESSOR_PORTABLE ? "0" : "1", TRUE);
      g_assert_cmpint (oto_processor_get_limit (), ==, limit);
      g_assert_cmpint (oto_processor_get_level (), ==, MIN (limit, detect_level ()));
      return;
    }

  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_passed ();
}

static void
test_unset (void)
{
  check_limit (NULL, OTO_PROCESSOR_AVX512);
}

static void
test_empty (void)
{
  check_limit ("", OTO_PROCESSOR_AVX512);
}

static void
test_0 (void)
{
  check_limit ("0", OTO_PROCESSOR_AVX512);
}

static void
test_avx2 (void)
{
  check_limit ("avx2", OTO_PROCESSOR_AVX2);
}

static void
test_1 (void)
{
  check_limit ("1", OTO_PROCESSOR_PORTABLE);
}

static void
test_other (void)
{
  check_limit ("yes", OTO_PROCESSOR_PORTABLE);
}

/* In this process, so that the set-up 'portable' proves what it runs. */
static void
test_kernels_follow (void)
{
  const char *const names[] = { "portable", "avx2", "avx512" };
  const char *portable = g_getenv ("OTO_PORTABLE");
  g_autoptr (GError) error = NULL;

  oto_blas_init (&error);
  g_assert_no_error (error);

  g_assert_cmpstr (oto_conv2d_get_kernel_set (), ==, names[oto_processor_get_level ()]);
  if (portable == NULL)
    g_assert_cmpint (oto_processor_get_level (), ==, detect_level ());
  else if (strcmp (portable, "1") == 0)
    {
      g_assert_cmpint (oto_processor_get_level (), ==, OTO_PROCESSOR_PORTABLE);
#if defined (OTO_PROCESSOR_HAS_LEVELS)
      g_assert_cmpstr (oto_blas_get_kernel_set (), ==, "Prescott");
#endif
    }
}

static gpointer
get_level_worker (gpointer data)
{
  return GINT_TO_POINTER ((int) oto_processor_get_level ());
}

static void
test_many_threads (void)
{
  GThread *threads[8];

  if (g_test_subprocess ())
    {
      g_setenv ("OTO_PORTABLE", "avx2", TRUE);
      for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
        threads[i] = g_thread_new ("level", get_level_worker, NULL);
      for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
        g_assert_cmpint (GPOINTER_TO_INT (g_thread_join (threads[i])), ==,
                         MIN (OTO_PROCESSOR_AVX2, detect_level ()));
      return;
    }

  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_passed ();
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/processor/portable/unset-allows-all", test_unset);
  g_test_add_func ("/base/processor/portable/empty-allows-all", test_empty);
  g_test_add_func ("/base/processor/portable/0-allows-all", test_0);
  g_test_add_func ("/base/processor/portable/avx2-allows-no-avx512", test_avx2);
  g_test_add_func ("/base/processor/portable/1-allows-no-avx", test_1);
  g_test_add_func ("/base/processor/portable/other-values-are-1", test_other);
  g_test_add_func ("/base/processor/level/kernels-follow", test_kernels_follow);
  g_test_add_func ("/base/processor/level/many-threads", test_many_threads);
  return g_test_run ();
}
