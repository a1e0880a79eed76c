/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test.h"

#include <stdint.h>

static void
test_alloc_zeroed (void)
{
  g_autoptr (GError) error = NULL;
  guint8 *memory = oto_try_alloc (1000, 3, &error);

  g_assert_no_error (error);
  g_assert_cmpuint ((uintptr_t) memory % 64, ==, 0);
  for (int i = 0; i < 3000; i++)
    g_assert_cmpint (memory[i], ==, 0);
  oto_free (memory);
}

static void
test_alloc_nothing (void)
{
  gpointer memory = oto_try_alloc (0, 8, NULL);

  g_assert_nonnull (memory);
  oto_free (memory);
  oto_free (NULL);
}

static void
test_alloc_too_much (void)
{
  const struct { size_t n_items; size_t item_bytes; } cases[] = {
    { SIZE_MAX, 1 }, { SIZE_MAX / 2, 3 }, { SIZE_MAX - 70, 1 }, { (size_t) 1 << 50, 4 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (oto_try_alloc (cases[i].n_items, cases[i].item_bytes, &error));
      g_assert_error (error, OTO_BASE_ERROR, OTO_BASE_ERROR_MEMORY);
    }
}

static void
test_take (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (OtoArena) arena = oto_arena_new (64, &error);
  float *first, *second;

  g_assert_no_error (error);
  g_assert_cmpuint (oto_arena_get_len (arena), ==, 64);

  first = oto_arena_take (arena, 3);
  second = oto_arena_take (arena, 17);
  g_assert_cmpuint ((uintptr_t) first % 64, ==, 0);
  g_assert_cmpuint ((uintptr_t) second % 64, ==, 0);
  g_assert_true (second >= first + 3);
  g_assert_true (oto_arena_take (arena, 16) >= second + 17);
}

static void
test_overflow_aborts (void)
{
  if (g_test_subprocess ())
    {
      g_autoptr (OtoArena) arena = oto_arena_new (16, NULL);

      oto_arena_take (arena, 16);
      oto_arena_take (arena, 1);
      return;
    }
  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_failed ();
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/base/arena/alloc/is-zeroed-and-aligned", test_alloc_zeroed);
  g_test_add_func ("/base/arena/alloc/nothing-is-memory", test_alloc_nothing);
  g_test_add_func ("/base/arena/alloc/too-much-is-an-error", test_alloc_too_much);
  g_test_add_func ("/base/arena/take/pieces-are-apart-and-aligned", test_take);
  g_test_add_func ("/base/arena/take/beyond-the-end-aborts", test_overflow_aborts);
  return g_test_run ();
}
