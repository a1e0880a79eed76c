/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test.h"

#include <glib/gstdio.h>
#include <math.h>
#include <signal.h>
#include <sys/resource.h>

char *
oto_test_make_dir (void)
{
  g_autoptr (GError) error = NULL;
  char *dir = g_dir_make_tmp ("otoscope-test-XXXXXX", &error);

  g_assert_no_error (error);
  return dir;
}

guint
oto_test_count_files (const char *dir)
{
  g_autoptr (GDir) listing = g_dir_open (dir, 0, NULL);
  guint n = 0;

  while (g_dir_read_name (listing) != NULL)
    n++;
  return n;
}

void
oto_test_set_file_limit (guint64 n_bytes)
{
  struct rlimit limit;

  signal (SIGXFSZ, SIG_IGN);
  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &limit), ==, 0);
  limit.rlim_cur = n_bytes;
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &limit), ==, 0);
}

static void
remove_tree (const char *path)
{
  g_autoptr (GDir) dir = NULL;
  const char *name;

  if (!g_file_test (path, G_FILE_TEST_IS_SYMLINK) && (dir = g_dir_open (path, 0, NULL)) != NULL)
    while ((name = g_dir_read_name (dir)) != NULL)
      {
        g_autofree char *child = g_build_filename (path, name, NULL);

        remove_tree (child);
      }
  g_remove (path);
}

void
oto_test_remove_dir (char *dir)
{
  remove_tree (dir);
  g_free (dir);
}

void
oto_test_fill (float  *values,
               size_t  n,
               guint64 seed)
{
  OtoRng rng;

  oto_rng_init (&rng, seed);
  for (size_t i = 0; i < n; i++)
    values[i] = (float) oto_rng_range (&rng, -1.0, 1.0);
}

double
oto_test_abs_error (const float *values,
                    const float *expected,
                    size_t       n)
{
  double worst = 0.0;

  for (size_t i = 0; i < n; i++)
    {
      double error = fabs ((double) values[i] - (double) expected[i]);

      /* A NaN compares as the worst there is. */
      if (!(error <= worst))
        worst = isnan (error) ? INFINITY : error;
    }
  return worst;
}

double
oto_test_rel_error (const float *values,
                    const float *expected,
                    size_t       n)
{
  double largest = 0.0;

  for (size_t i = 0; i < n; i++)
    largest = MAX (largest, fabs ((double) expected[i]));
  if (largest == 0.0)
    return oto_test_abs_error (values, expected, n) / 1e-9;
  return oto_test_abs_error (values, expected, n) / largest;
}

OtoEngine *
oto_test_get_engine (int n_threads)
{
  static OtoEngine *engines[16];

  g_assert_cmpint (n_threads, <, (int) G_N_ELEMENTS (engines));
  if (engines[n_threads] == NULL)
    engines[n_threads] = oto_engine_new (n_threads, FALSE);
  return engines[n_threads];
}
