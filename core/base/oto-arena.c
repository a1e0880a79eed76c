/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "base/oto-arena.h"

#include "base/oto-error.h"

#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

/* A cache line, and the widest vector register. */
#define ALIGNMENT_BYTES 64
#define ALIGNMENT_FLOATS (ALIGNMENT_BYTES / sizeof (float))

struct _OtoArena
{
  float  *floats;
  size_t  len;
  size_t  pos;
};

static size_t
get_physical_bytes (void)
{
  long n_pages = sysconf (_SC_PHYS_PAGES);
  long page_bytes = sysconf (_SC_PAGESIZE);

  if (n_pages <= 0 || page_bytes <= 0)
    return SIZE_MAX;
  return (size_t) n_pages * (size_t) page_bytes;
}

/**
 * oto_try_alloc:
 * @n_items: number of items, from a file or a user
 * @item_bytes: size of one item
 * @error: return location for a #GError
 *
 * Takes memory that is zeroed and aligned to 64 bytes. Unlike g_malloc() it fails when the product
 * overflows or is more than the machine has, with %OTO_BASE_ERROR_MEMORY.
 *
 * Returns: (transfer full) (nullable): the memory, for oto_free(); never %NULL for zero items
 */
gpointer
oto_try_alloc (size_t   n_items,
               size_t   item_bytes,
               GError **error)
{
  const size_t extra_bytes = ALIGNMENT_BYTES + sizeof (gpointer);
  size_t n_bytes;
  gpointer block = NULL;
  uintptr_t aligned;

  if (__builtin_mul_overflow (n_items, item_bytes, &n_bytes) ||
      n_bytes > SIZE_MAX - extra_bytes)
    n_bytes = SIZE_MAX;
  else if (n_bytes <= get_physical_bytes ())
    block = calloc (1, n_bytes + extra_bytes);

  if (block == NULL)
    {
      g_set_error (error, OTO_BASE_ERROR, OTO_BASE_ERROR_MEMORY,
                   "There is not enough memory for %.1f MiB. Close other programs, or work on less "
                   "at once.", n_bytes / 1048576.0);
      return NULL;
    }

  /* The block's own address stands just before the aligned one, for oto_free(). */
  aligned = ((uintptr_t) block + sizeof (gpointer) + ALIGNMENT_BYTES - 1)
            & ~(uintptr_t) (ALIGNMENT_BYTES - 1);
  ((gpointer *) aligned)[-1] = block;
  return (gpointer) aligned;
}

/**
 * oto_free:
 * @memory: (transfer full) (nullable): from oto_try_alloc()
 *
 * Gives memory back.
 */
void
oto_free (gpointer memory)
{
  if (memory != NULL)
    free (((gpointer *) memory)[-1]);
}

/**
 * oto_arena_new:
 * @n_floats: length of the arena; what is taken from it is rounded up to multiples of 16
 * @error: return location for a #GError
 *
 * Makes a stack of temporary memory.
 *
 * Returns: (transfer full) (nullable): an arena, or %NULL with %OTO_BASE_ERROR_MEMORY
 */
OtoArena *
oto_arena_new (size_t   n_floats,
               GError **error)
{
  float *floats = oto_try_alloc (n_floats, sizeof (float), error);
  OtoArena *self;

  if (floats == NULL)
    return NULL;

  self = g_new0 (OtoArena, 1);
  self->floats = floats;
  self->len = n_floats;
  return self;
}

/**
 * oto_arena_free:
 * @self: (transfer full) (nullable): an arena
 *
 * Frees the arena and all that was taken from it.
 */
void
oto_arena_free (OtoArena *self)
{
  if (self == NULL)
    return;
  oto_free (self->floats);
  g_free (self);
}

/**
 * oto_arena_take:
 * @self: an arena
 * @n_floats: how many
 *
 * Takes the next floats; their contents are undefined. That they fit is the caller's promise.
 *
 * Returns: (transfer none): memory aligned to 64 bytes, until it is released
 */
float *
oto_arena_take (OtoArena *self,
                size_t    n_floats)
{
  size_t pos;

  g_assert (self != NULL);
  g_assert (n_floats <= self->len - self->pos);

  pos = self->pos;
  self->pos = MIN (pos + (n_floats + ALIGNMENT_FLOATS - 1) / ALIGNMENT_FLOATS * ALIGNMENT_FLOATS,
                   self->len);
  return self->floats + pos;
}

/**
 * oto_arena_mark:
 * @self: an arena
 *
 * Returns: the present position, for oto_arena_release()
 */
size_t
oto_arena_mark (OtoArena *self)
{
  g_assert (self != NULL);

  return self->pos;
}

/**
 * oto_arena_release:
 * @self: an arena
 * @mark: from oto_arena_mark()
 *
 * Releases everything taken since the mark.
 */
void
oto_arena_release (OtoArena *self,
                   size_t    mark)
{
  g_assert (self != NULL);
  g_assert (mark <= self->pos);

  self->pos = mark;
}

/**
 * oto_arena_get_len:
 * @self: an arena
 *
 * Returns: length in floats, taken or not
 */
size_t
oto_arena_get_len (OtoArena *self)
{
  g_assert (self != NULL);

  return self->len;
}
