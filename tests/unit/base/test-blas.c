/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test.h"

#include "base/oto-blas.h"

static void
init_blas (void)
{
  g_autoptr (GError) error = NULL;

  oto_blas_init (&error);
  g_assert_no_error (error);
}

/* What OpenBLAS calls the kernels for this processor, or for the lesser one that @portable makes of
 * it; NULL: it chooses. */
static const char *
get_expected_kernel_set (const char *portable)
{
#if defined (__x86_64__)
  if (g_strcmp0 (portable, "1") == 0)
    return "Prescott";
  if (__builtin_cpu_supports ("avx512f") && __builtin_cpu_supports ("avx512vl")
      && __builtin_cpu_supports ("avx512bw") && __builtin_cpu_supports ("avx512dq")
      && portable == NULL)
    return "SkylakeX";
  if (__builtin_cpu_supports ("avx2") && __builtin_cpu_supports ("fma"))
    return __builtin_cpu_is ("amd") ? "Zen" : "Haswell";
#endif
  return NULL;
}

/* What a process finds that is told @portable and, by its user, @core_type. */
static void
check_kernel_set (const char *portable,
                  const char *core_type,
                  const char *expected)
{
  g_autofree char *pattern = g_strdup_printf ("*kernels: %s\n*", expected);

  if (expected == NULL)
    {
      g_test_skip ("OpenBLAS chooses by itself on this processor");
      return;
    }

  if (g_test_subprocess ())
    {
      g_unsetenv ("OTO_PORTABLE");
      g_unsetenv ("OPENBLAS_CORETYPE");
      if (portable != NULL)
        g_setenv ("OTO_PORTABLE", portable, TRUE);
      if (core_type != NULL)
        g_setenv ("OPENBLAS_CORETYPE", core_type, TRUE);
      init_blas ();
      g_print ("kernels: %s\n", oto_blas_get_kernel_set ());
      return;
    }

  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_passed ();
  g_test_trap_assert_stdout (pattern);
}

static void
test_kernel_set_suits_processor (void)
{
  check_kernel_set (NULL, NULL, get_expected_kernel_set (NULL));
}

static void
test_user_may_choose (void)
{
#if defined (__x86_64__)
  check_kernel_set (NULL, "NEHALEM", "Nehalem");
#else
  g_test_skip ("kernel sets are named for x86-64");
#endif
}

static void
test_portable_forces (void)
{
  check_kernel_set ("1", "HASWELL", get_expected_kernel_set ("1"));
}

static void
test_avx2_suits_processor (void)
{
  check_kernel_set ("avx2", NULL, get_expected_kernel_set ("avx2"));
}

static void
test_avx2_lets_user_choose (void)
{
#if defined (__x86_64__)
  check_kernel_set ("avx2", "NEHALEM", "Nehalem");
#else
  g_test_skip ("kernel sets are named for x86-64");
#endif
}

static guint
count_threads (void)
{
  g_autoptr (GDir) dir = g_dir_open ("/proc/self/task", 0, NULL);
  guint n = 0;

  while (dir != NULL && g_dir_read_name (dir) != NULL)
    n++;
  return n;
}

static void
test_starts_no_threads (void)
{
  float a[4] = { 1.f, 2.f, 3.f, 4.f }, c[4];

  if (g_test_subprocess ())
    {
      guint before = count_threads ();

      g_setenv ("OPENBLAS_NUM_THREADS", "4", TRUE);
      init_blas ();
      oto_blas_gemm (FALSE, FALSE, 2, 2, 2, 1.f, a, 2, a, 2, 0.f, c, 2);
      g_assert_cmpuint (count_threads (), ==, before);
      return;
    }

  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_passed ();
}

static gpointer
init_worker (gpointer data)
{
  init_blas ();
  return (gpointer) oto_blas_get_version ();
}

static void
test_init_from_many_threads (void)
{
  GThread *threads[8];

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("init", init_worker, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    {
      const char *version = g_thread_join (threads[i]);

      g_assert_true (g_ascii_isdigit (version[0]));
      g_assert_true (version == oto_blas_get_version ());
    }
}

static void
test_gemm_matches_sum (void)
{
  enum { M = 5, N = 7, K = 3 };
  float a[M * K], b[K * N], c[M * N], expected[M * N];

  init_blas ();
  for (int trans_a = 0; trans_a < 2; trans_a++)
    for (int trans_b = 0; trans_b < 2; trans_b++)
      {
        oto_test_fill (a, M * K, 1);
        oto_test_fill (b, K * N, 2);
        oto_test_fill (c, M * N, 3);
        for (int i = 0; i < M; i++)
          for (int j = 0; j < N; j++)
            {
              double sum = 0.0;

              for (int l = 0; l < K; l++)
                sum += (double) (trans_a ? a[l * M + i] : a[i * K + l]) *
                       (double) (trans_b ? b[j * K + l] : b[l * N + j]);
              expected[i * N + j] = 2.0 * sum - 0.5 * c[i * N + j];
            }
        oto_blas_gemm (trans_a, trans_b, M, N, K, 2.f, a, trans_a ? M : K, b, trans_b ? K : N,
                       -0.5f, c, N);
        oto_assert_rel_below (c, expected, M * N, 1e-6);
      }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/blas/init/kernel-set-suits-processor", test_kernel_set_suits_processor);
  g_test_add_func ("/base/blas/init/user-may-choose", test_user_may_choose);
  g_test_add_func ("/base/blas/init/portable-forces", test_portable_forces);
  g_test_add_func ("/base/blas/init/avx2-suits-processor", test_avx2_suits_processor);
  g_test_add_func ("/base/blas/init/avx2-lets-user-choose", test_avx2_lets_user_choose);
  g_test_add_func ("/base/blas/init/starts-no-threads", test_starts_no_threads);
  g_test_add_func ("/base/blas/init/many-threads", test_init_from_many_threads);
  g_test_add_func ("/base/blas/gemm/matches-sum", test_gemm_matches_sum);
  return g_test_run ();
}
