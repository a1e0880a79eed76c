/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "otoscope.h"

G_BEGIN_DECLS

/* What tests share. */

/* The address sanitizer is about memory and ten times slower: what is about numbers can be less. */
#if defined (__SANITIZE_ADDRESS__)
#define OTO_TEST_IS_SANITIZED TRUE
#else
#define OTO_TEST_IS_SANITIZED FALSE
#endif

/* A fresh folder in the temporary one, for oto_test_remove_dir (). */
char  *oto_test_make_dir   (void) G_GNUC_WARN_UNUSED_RESULT;
void   oto_test_remove_dir (char *dir);                        /* (transfer full) */
guint  oto_test_count_files (const char *dir);                 /* folders and hidden ones too */
/* Files that this program writes can have no more bytes, which is an error of the write alone. */
void   oto_test_set_file_limit (guint64 n_bytes);
/* An engine of so many threads, shared by all tests of a program. */
OtoEngine *oto_test_get_engine (int n_threads);
void   oto_test_fill       (float *values, size_t n, guint64 seed);   /* uniform in [-1, 1) */

/* Largest absolute difference divided by the largest magnitude of @expected; where that is 0, the
 * absolute difference over 1e-9. */
double oto_test_rel_error  (const float *values, const float *expected, size_t n);
double oto_test_abs_error  (const float *values, const float *expected, size_t n);

#define oto_assert_rel_below(values, expected, n, limit) \
  g_assert_cmpfloat (oto_test_rel_error ((values), (expected), (n)), <=, (limit))
#define oto_assert_abs_below(values, expected, n, limit) \
  g_assert_cmpfloat (oto_test_abs_error ((values), (expected), (n)), <=, (limit))

G_END_DECLS
