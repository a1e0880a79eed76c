/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test.h"

#include "base/oto-vector.h"
#include "nn/oto-batch-norm.h"

/* VALUE^2 = ROUNDED + LOST: processors of x86-64-v3 and above multiply and add without rounding in
 * between, lesser ones lose the last term. */
#define VALUE   (1.f + 0x1p-12f)
#define ROUNDED (1.f + 0x1p-11f)
#define LOST    0x1p-24f

/* Enough for whole vectors of every level and a rest. */
#define N 83

static inline float
multiply_add (float x,
              float factor,
              float term)
{
  return x * factor + term;
}

static OTO_VECTORISED (void, multiply_add_all,
                       (const float *x,
                        size_t       n,
                        float        factor,
                        float        term,
                        float       *y),
                       (x, n, factor, term, y))
{
  for (size_t i = 0; i < n; i++)
    y[i] = multiply_add (x[i], factor, term);
}

/* One of a kernel that is given back a value. */
static OTO_VECTORISED (float, find_largest,
                       (const float *x,
                        size_t       n),
                       (x, n))
{
  return oto_vector_max (x, n);
}

static void
assert_all (const float *values,
            float        expected)
{
  for (int i = 0; i < N; i++)
    g_assert_cmpfloat (values[i], ==, expected);
}

/* Which instructions run, told by their rounding: in a function of this file and one of the
 * library. */
G_GNUC_UNUSED static void
check_rounding (const char *portable,
                float       expected)
{
  const float scale = VALUE, shift = -ROUNDED;
  float x[N], y[N];

  if (g_test_subprocess ())
    {
      g_setenv ("OTO_PORTABLE", portable, TRUE);
      for (int i = 0; i < N; i++)
        x[i] = VALUE;

      multiply_add_all (x, N, scale, shift, y);
      assert_all (y, expected);
      g_assert_cmpfloat (find_largest (y, N), ==, expected);

      oto_batch_norm_relu_forward (x, N, 1, &scale, &shift, y);
      assert_all (y, expected);
      return;
    }

  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_passed ();
}

static void
test_portable (void)
{
#if defined (__x86_64__) && !defined (__FMA__)
  check_rounding ("1", 0.f);
#else
  g_test_skip ("the least processor of this build multiplies and adds at once");
#endif
}

static void
test_avx2 (void)
{
#if !defined (OTO_PROCESSOR_HAS_LEVELS)
  g_test_skip ("this build has one level");
#elif !defined (OTO_TEST_OPTIMISED)
  g_test_skip ("this build does not join multiplications and additions");
#else
  if (__builtin_cpu_supports ("x86-64-v3"))
    check_rounding ("avx2", LOST);
  else
    g_test_skip ("this processor has no AVX2");
#endif
}

static void
test_avx512 (void)
{
#if !defined (OTO_PROCESSOR_HAS_LEVELS)
  g_test_skip ("this build has one level");
#elif !defined (OTO_TEST_OPTIMISED)
  g_test_skip ("this build does not join multiplications and additions");
#else
  if (__builtin_cpu_supports ("x86-64-v4"))
    check_rounding ("0", LOST);
  else
    g_test_skip ("this processor has no AVX-512");
#endif
}

static OTO_VECTORISED (void, fill_tanh,
                       (const float *x,
                        size_t       n,
                        float       *y),
                       (x, n, y))
{
#pragma GCC ivdep
  for (size_t i = 0; i < n; i++)
    y[i] = oto_vector_tanh (x[i]);
}

static void
test_tanh (void)
{
  enum { LEN = 200001 };
  g_autofree float *x = g_new (float, LEN), *y = g_new (float, LEN);
  const float special[] = { 0.f, -0.f, 1e-30f, 100.f, -100.f, INFINITY, -INFINITY, NAN };
  float values[G_N_ELEMENTS (special)];

  for (int i = 0; i < LEN; i++)
    x[i] = 12.f * (i - LEN / 2) / (LEN / 2);
  fill_tanh (x, LEN, y);
  for (int i = 0; i < LEN; i++)
    {
      const double expected = tanh ((double) x[i]);

      g_assert_cmpfloat (fabs (y[i] - expected), <=, 4e-7 * fabs (expected));
      g_assert_cmpfloat (fabsf (y[i]), <=, 1.f);
    }

  fill_tanh (special, G_N_ELEMENTS (special), values);
  for (guint i = 0; i < 3; i++)
    g_assert_cmpfloat (values[i], ==, special[i]);
  for (guint i = 3; i < 7; i++)
    g_assert_cmpfloat (values[i], ==, i % 2 == 1 ? 1.f : -1.f);
  g_assert_true (isnan (values[7]));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/vector/vectorised/portable-rounds-product", test_portable);
  g_test_add_func ("/base/vector/vectorised/avx2-keeps-product", test_avx2);
  g_test_add_func ("/base/vector/vectorised/avx512-keeps-product", test_avx512);
  g_test_add_func ("/base/vector/tanh", test_tanh);
  return g_test_run ();
}
