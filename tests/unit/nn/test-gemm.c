/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "nn/oto-gemm.h"
#include "oto-test.h"

#include <math.h>
#include <string.h>

/* The products' sums are of at most 300 terms in [-1, 1). */
#define LIMIT 2e-6

static const int sizes[][3] = {          /* m, k, n */
  { 1, 1, 1 }, { 1, 7, 3 }, { 5, 3, 7 }, { 3, 1, 9 }, { 8, 16, 32 }, { 13, 17, 33 },
  { 1, 64, 192 }, { 9, 31, 100 }, { 25, 300, 41 }, { 24, 100, 1 },
};

typedef enum { NN, NT, TN, PACKED, PACKED_TRANSPOSED, N_FORMS } Form;

/* Matrices that lie in wider ones, so that leading dimensions count. */
typedef struct
{
  int m, k, n;
  int lda, ldb, ldc;
  float *a, *b, *c, *expected, *packed;
} Product;

static void
product_init (Product *self,
              Form     form,
              int      m,
              int      k,
              int      n)
{
  const int n_rows_a = form == TN ? k : m;
  const gboolean is_transposed = form == NT || form == PACKED_TRANSPOSED;
  const int n_rows_b = is_transposed ? n : k;

  *self = (Product) { .m = m, .k = k, .n = n };
  self->lda = (form == TN ? m : k) + 3;
  self->ldb = (is_transposed ? k : n) + 2;
  self->ldc = n + 5;
  self->a = g_new (float, n_rows_a * self->lda);
  self->b = g_new (float, n_rows_b * self->ldb);
  self->c = g_new (float, m * self->ldc);
  self->packed = g_new (float, oto_gemm_get_packed_len (k, n));
  oto_test_fill (self->a, n_rows_a * self->lda, 1);
  oto_test_fill (self->b, n_rows_b * self->ldb, 2);
  oto_test_fill (self->c, m * self->ldc, 3);
  self->expected = g_memdup2 (self->c, m * self->ldc * sizeof (float));
}

static void
product_clear (Product *self)
{
  g_free (self->a);
  g_free (self->b);
  g_free (self->c);
  g_free (self->expected);
  g_free (self->packed);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Product, product_clear)

static void
product_run (Product  *self,
             Form      form,
             gboolean  adds)
{
  const int m = self->m, k = self->k, n = self->n;

  switch (form)
    {
    case NN:
      oto_gemm_nn (m, k, n, self->a, self->lda, self->b, self->ldb, adds, self->c, self->ldc);
      return;
    case NT:
      oto_gemm_nt (m, k, n, self->a, self->lda, self->b, self->ldb, adds, self->c, self->ldc);
      return;
    case TN:
      oto_gemm_tn (m, k, n, self->a, self->lda, self->b, self->ldb, adds, self->c, self->ldc);
      return;
    case PACKED:
      oto_gemm_pack (k, n, self->b, self->ldb, self->packed);
      break;
    case PACKED_TRANSPOSED:
      oto_gemm_pack_transposed (k, n, self->b, self->ldb, self->packed);
      break;
    case N_FORMS:
      g_assert_not_reached ();
    }
  oto_gemm_packed (m, k, n, self->a, self->lda, self->packed, self->c, self->ldc);
}

/* Fills only the n columns; what lies between rows is as it was. */
static void
product_run_naive (Product  *self,
                   Form      form,
                   gboolean  adds)
{
  const gboolean is_transposed = form == NT || form == PACKED_TRANSPOSED;

  for (int i = 0; i < self->m; i++)
    for (int j = 0; j < self->n; j++)
      {
        float *c = &self->expected[i * self->ldc + j];
        double sum = adds ? *c : 0.0;

        for (int l = 0; l < self->k; l++)
          sum += (double) self->a[form == TN ? l * self->lda + i : i * self->lda + l] *
                 (double) self->b[is_transposed ? j * self->ldb + l : l * self->ldb + j];
        *c = (float) sum;
      }
}

static void
check_form (Form     form,
            gboolean adds)
{
  for (guint s = 0; s < G_N_ELEMENTS (sizes); s++)
    {
      g_auto (Product) product = { 0 };
      const int *size = sizes[s];

      product_init (&product, form, size[0], size[1], size[2]);
      product_run (&product, form, adds);
      product_run_naive (&product, form, adds);
      oto_assert_rel_below (product.c, product.expected, size[0] * product.ldc, LIMIT);
      for (int i = 0; i < size[0]; i++)
        g_assert_cmpmem (product.c + i * product.ldc + size[2], 5 * sizeof (float),
                         product.expected + i * product.ldc + size[2], 5 * sizeof (float));
    }
}

static void
test_written (void)
{
  for (Form form = NN; form < N_FORMS; form++)
    check_form (form, FALSE);
}

static void
test_added (void)
{
  for (Form form = NN; form <= TN; form++)
    check_form (form, TRUE);
}

/* What is written only may be anything before. */
static void
test_written_over_nan (void)
{
  for (Form form = NN; form < N_FORMS; form++)
    {
      g_auto (Product) product = { 0 };

      product_init (&product, form, 13, 17, 33);
      for (int i = 0; i < product.m * product.ldc; i++)
        product.c[i] = NAN;
      product_run (&product, form, FALSE);
      for (int i = 0; i < product.m; i++)
        for (int j = 0; j < product.n; j++)
          g_assert_true (isfinite (product.c[i * product.ldc + j]));
    }
}

static void
test_packed_rows_are_alike (void)
{
  for (guint s = 0; s < G_N_ELEMENTS (sizes); s++)
    {
      g_auto (Product) product = { 0 };
      const int *size = sizes[s];
      g_autofree float *row = g_new (float, size[2]);

      product_init (&product, PACKED, size[0], size[1], size[2]);
      product_run (&product, PACKED, FALSE);
      for (int i = 0; i < size[0]; i++)
        {
          oto_gemm_packed (1, size[1], size[2], product.a + i * product.lda, product.lda,
                           product.packed, row, size[2]);
          g_assert_cmpmem (row, size[2] * sizeof *row,
                           product.c + i * product.ldc, size[2] * sizeof *row);
        }
    }
}

static void
test_biases (void)
{
  enum { N_ROWS = 21, ROW_LEN = 19, LD = 23 };
  float b[ROW_LEN], c[N_ROWS * LD], expected[N_ROWS * LD], sum[ROW_LEN], expected_sum[ROW_LEN];

  oto_test_fill (b, ROW_LEN, 1);
  oto_test_fill (c, N_ROWS * LD, 2);
  oto_test_fill (sum, ROW_LEN, 3);
  memcpy (expected, c, sizeof c);
  for (int l = 0; l < ROW_LEN; l++)
    {
      double total = sum[l];

      for (int r = 0; r < N_ROWS; r++)
        {
          expected[r * LD + l] += b[l];
          total += (double) expected[r * LD + l];
        }
      expected_sum[l] = (float) total;
    }

  oto_gemm_add_to_rows (b, N_ROWS, ROW_LEN, c, LD);
  g_assert_cmpmem (c, sizeof c, expected, sizeof expected);
  oto_gemm_add_column_sums (c, LD, N_ROWS, ROW_LEN, sum);
  oto_assert_rel_below (sum, expected_sum, ROW_LEN, LIMIT);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_true (oto_blas_init (NULL));
  g_test_add_func ("/nn/gemm/written", test_written);
  g_test_add_func ("/nn/gemm/added", test_added);
  g_test_add_func ("/nn/gemm/written-over-nan", test_written_over_nan);
  g_test_add_func ("/nn/gemm/packed/rows-are-alike", test_packed_rows_are_alike);
  g_test_add_func ("/nn/gemm/biases", test_biases);
  return g_test_run ();
}
