/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "base/oto-arena.h"

#include "base/oto-error.h"
#include "base/oto-machine.h"

#include <glib/gi18n-lib.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

/* A cache line, and the widest vector register. */
#define ALIGNMENT_BYTES 64
#define ALIGNMENT_FLOATS (ALIGNMENT_BYTES / sizeof (float))

/* Blocks from this size on are mapped by themselves and ask for pages of 2 MiB: maps are walked
 * through with strides of many small pages, whose translations do not fit a processor's tables. */
#define MAPPED_MIN_BYTES (8 * 1024 * 1024)
#define HUGE_PAGE_BYTES  (2 * 1024 * 1024)

#if defined (__SANITIZE_ADDRESS__)
/* The sanitizer watches the ends of what comes from the heap. */
#undef MAPPED_MIN_BYTES
#define MAPPED_MIN_BYTES SIZE_MAX
#endif

/* Stands just before what oto_try_alloc() returns. */
typedef struct
{
  gpointer block;
  size_t   mapped_bytes;         /* 0: from the heap */
} Header;

G_STATIC_ASSERT (sizeof (Header) <= ALIGNMENT_BYTES);

struct _OtoArena
{
  float  *floats;
  size_t  len;
  size_t  pos;
};

static gpointer
align_up (gpointer pointer,
          size_t   alignment)
{
  return (gpointer) (((uintptr_t) pointer + alignment - 1) & ~(uintptr_t) (alignment - 1));
}

static gpointer
alloc_on_heap (size_t n_bytes)
{
  gpointer block = calloc (1, n_bytes + 2 * ALIGNMENT_BYTES);
  gpointer aligned;

  if (block == NULL)
    return NULL;
  aligned = align_up ((char *) block + sizeof (Header), ALIGNMENT_BYTES);
  ((Header *) aligned)[-1] = (Header) { .block = block };
  return aligned;
}

/* The page before the memory holds the header. */
static gpointer
alloc_mapped (size_t n_bytes)
{
  const size_t mapped_bytes = n_bytes + 2 * HUGE_PAGE_BYTES;
  gpointer block = mmap (NULL, mapped_bytes, PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  gpointer aligned;

  if (block == MAP_FAILED)
    return NULL;
  aligned = align_up ((char *) block + sizeof (Header), HUGE_PAGE_BYTES);
#ifdef MADV_HUGEPAGE
  /* Only faster: a system that refuses uses small pages. */
  if (madvise (aligned, n_bytes, MADV_HUGEPAGE) != 0)
    g_debug ("Memory is in small pages");
#endif
  ((Header *) aligned)[-1] = (Header) { block, mapped_bytes };
  return aligned;
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
  size_t n_bytes;
  gpointer memory = NULL;

  if (__builtin_mul_overflow (n_items, item_bytes, &n_bytes))
    n_bytes = SIZE_MAX;
  else if (n_bytes <= oto_machine_get_memory_bytes () && n_bytes < SIZE_MAX - 2 * HUGE_PAGE_BYTES)
    memory = n_bytes < MAPPED_MIN_BYTES ? alloc_on_heap (n_bytes) : alloc_mapped (n_bytes);

  if (memory == NULL)
    g_set_error (error, OTO_BASE_ERROR, OTO_BASE_ERROR_MEMORY,
                 _("There is not enough memory for %.1f MiB. Close other programs, or work on less "
                   "at once."), n_bytes / 1048576.0);
  return memory;
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
  const Header *header = memory;

  if (memory == NULL)
    return;
  header--;
  if (header->mapped_bytes > 0)
    munmap (header->block, header->mapped_bytes);
  else
    free (header->block);
}

/**
 * oto_arena_new:
 * @n_floats: length of the arena; what is taken from it is rounded up to multiples of 16
 * @error: return location for a #GError
 *
 * Makes a block of memory that is given out piece by piece.
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
 * oto_arena_round_up:
 * @n_floats: how many
 *
 * Returns: what a piece of an arena takes, so that the next one is aligned, too
 */
size_t
oto_arena_round_up (size_t n_floats)
{
  return (n_floats + ALIGNMENT_FLOATS - 1) / ALIGNMENT_FLOATS * ALIGNMENT_FLOATS;
}

/**
 * oto_arena_take:
 * @self: an arena
 * @n_floats: how many
 *
 * Takes the next floats; their contents are undefined. That they fit is the caller's promise.
 *
 * Returns: (transfer none): memory aligned to 64 bytes, as long as the arena is
 */
float *
oto_arena_take (OtoArena *self,
                size_t    n_floats)
{
  size_t pos;

  g_assert (self != NULL);
  g_assert (n_floats <= self->len - self->pos);

  pos = self->pos;
  self->pos = MIN (pos + oto_arena_round_up (n_floats), self->len);
  return self->floats + pos;
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
