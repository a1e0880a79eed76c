/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "base/oto-blas.h"

#include "base/oto-error.h"
#include "base/oto-processor.h"

#include <cblas.h>
#include <dlfcn.h>
#include <glib/gi18n-lib.h>
#include <string.h>

#define LIBRARY "libopenblas.so.0"

static struct
{
  __typeof__ (&cblas_sgemm) sgemm;
  const char *kernel_set;
  char       *version;
} blas;

/* The OpenBLAS of Debian 12 does not know processors that are newer than itself and falls back to
 * SSE3 kernels, at a sixth of the speed: its own name for what this processor can do is therefore
 * given to it. OTO_PORTABLE=1 forces, as it is to find out what other processors compute. */
static void
set_core_type (void)
{
#if defined (__x86_64__)
  if (oto_processor_get_limit () == OTO_PROCESSOR_PORTABLE)
    {
      g_setenv ("OPENBLAS_CORETYPE", "PRESCOTT", TRUE);
      return;
    }

  switch (oto_processor_get_level ())
    {
    case OTO_PROCESSOR_AVX512:
      g_setenv ("OPENBLAS_CORETYPE", "SKYLAKEX", FALSE);
      break;
    case OTO_PROCESSOR_AVX2:
      g_setenv ("OPENBLAS_CORETYPE", __builtin_cpu_is ("amd") ? "ZEN" : "HASWELL", FALSE);
      break;
    case OTO_PROCESSOR_PORTABLE:
      /* An old processor, which OpenBLAS knows. */
      break;
    }
#endif
}

static gboolean
find_symbol (gpointer     library,
             const char  *name,
             gpointer    *ret_symbol,
             GError     **error)
{
  *ret_symbol = dlsym (library, name);
  if (*ret_symbol != NULL)
    return TRUE;

  g_set_error (error, OTO_BASE_ERROR, OTO_BASE_ERROR_BLAS,
               _("%s has no %s, so it is not OpenBLAS. Install OpenBLAS (Debian: "
                 "libopenblas0-pthread)."), LIBRARY, name);
  return FALSE;
}

static gboolean
load_library (GError **error)
{
  char *(*get_corename) (void);
  char *(*get_config) (void);
  gpointer sgemm, library;

  /* Read once, while the library is being loaded. The engine splits the work itself. */
  set_core_type ();
  g_setenv ("OPENBLAS_NUM_THREADS", "1", TRUE);

  library = dlopen (LIBRARY, RTLD_NOW | RTLD_LOCAL);
  if (library == NULL)
    {
      const char *problem = dlerror ();

      g_set_error (error, OTO_BASE_ERROR, OTO_BASE_ERROR_BLAS,
                   _("OpenBLAS cannot be loaded: %s. Install it (Debian: libopenblas0-pthread)."),
                   problem);
      return FALSE;
    }

  if (!find_symbol (library, "cblas_sgemm", &sgemm, error)
      || !find_symbol (library, "openblas_get_corename", (gpointer *) &get_corename, error)
      || !find_symbol (library, "openblas_get_config", (gpointer *) &get_config, error))
    {
      dlclose (library);
      return FALSE;
    }

  /* The configuration reads "OpenBLAS 0.3.21 NO_AFFINITY ...". */
  blas.version = g_strdup (get_config ());
  if (g_str_has_prefix (blas.version, "OpenBLAS "))
    memmove (blas.version, blas.version + 9, strlen (blas.version + 9) + 1);
  blas.version[strcspn (blas.version, " ")] = '\0';
  blas.kernel_set = get_corename ();
  blas.sgemm = (__typeof__ (blas.sgemm)) sgemm;
  return TRUE;
}

/**
 * oto_blas_init:
 * @error: return location for an error, or %NULL
 *
 * Loads OpenBLAS with the kernels that suit this processor, unless `OPENBLAS_CORETYPE` says
 * otherwise, and with one thread. `OTO_PORTABLE=1` decides before both, `OTO_PORTABLE=avx2` before
 * the processor. May be called often and by several threads at once; after a
 * failure the next call tries again. As the choice goes through the environment, programs call it
 * before they start other threads.
 *
 * Returns: %FALSE with %OTO_BASE_ERROR_BLAS if the library is missing or another one
 */
gboolean
oto_blas_init (GError **error)
{
  static GMutex lock;
  static int loaded;
  gboolean ok = TRUE;

  if (g_atomic_int_get (&loaded))
    return TRUE;

  g_mutex_lock (&lock);
  if (!loaded)
    {
      ok = load_library (error);
      g_atomic_int_set (&loaded, ok);
    }
  g_mutex_unlock (&lock);
  return ok;
}

/**
 * oto_blas_get_kernel_set:
 *
 * Returns: (transfer none): OpenBLAS' own name for the kernels in use, "SkylakeX"
 */
const char *
oto_blas_get_kernel_set (void)
{
  g_assert (blas.sgemm != NULL);
  return blas.kernel_set;
}

/**
 * oto_blas_get_version:
 *
 * Returns: (transfer none): the version of OpenBLAS, "0.3.21"
 */
const char *
oto_blas_get_version (void)
{
  g_assert (blas.sgemm != NULL);
  return blas.version;
}

/**
 * oto_blas_gemm: (skip)
 * @trans_a: whether @a is stored as (k, m)
 * @trans_b: whether @b is stored as (n, k)
 * @m: rows of @c
 * @n: columns of @c
 * @k: length of the sums
 * @alpha: factor of the product
 * @a: (m, k), read
 * @lda: floats from one stored row of @a to the next
 * @b: (k, n), read
 * @ldb: the same for @b
 * @beta: factor of what stands in @c; with 0 it is written only
 * @c: (m, n), written or added to
 * @ldc: the same for @c
 *
 * Computes C = alpha op(A) op(B) + beta C, row-major, on the calling thread.
 */
void
oto_blas_gemm (gboolean     trans_a,
               gboolean     trans_b,
               int          m,
               int          n,
               int          k,
               float        alpha,
               const float *a,
               int          lda,
               const float *b,
               int          ldb,
               float        beta,
               float       *c,
               int          ldc)
{
  g_assert (blas.sgemm != NULL);
  blas.sgemm (CblasRowMajor, trans_a ? CblasTrans : CblasNoTrans,
              trans_b ? CblasTrans : CblasNoTrans, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
}
