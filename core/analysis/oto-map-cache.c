/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "analysis/oto-map-cache.h"

typedef struct
{
  gconstpointer  owner;
  guint          window;
  size_t         n_bytes;
  OtoWindowMaps *maps;
} Entry;

static GMutex cache_lock;        /* guards the two below */
static GQueue cache_entries = G_QUEUE_INIT;      /* of Entry, the one used last first */
static size_t cache_n_bytes;

/* All of them are to be called with the lock held. */

static GList *
find_link (gconstpointer owner,
           guint         window)
{
  for (GList *l = cache_entries.head; l != NULL; l = l->next)
    {
      Entry *entry = l->data;

      if (entry->owner == owner && entry->window == window)
        return l;
    }
  return NULL;
}

static void
drop_link (GList *link)
{
  Entry *entry = link->data;

  cache_n_bytes -= entry->n_bytes;
  oto_window_maps_unref (entry->maps);
  g_free (entry);
  g_queue_delete_link (&cache_entries, link);
}

/**
 * oto_map_cache_lookup:
 * @owner: an analysis
 * @window: one of its windows
 *
 * Returns: (transfer full) (nullable): the window's maps, if they are still there
 */
OtoWindowMaps *
oto_map_cache_lookup (gconstpointer owner,
                      guint         window)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&cache_lock);
  GList *link = find_link (owner, window);

  if (link == NULL)
    return NULL;
  g_queue_unlink (&cache_entries, link);
  g_queue_push_head_link (&cache_entries, link);
  return oto_window_maps_ref (((Entry *) link->data)->maps);
}

/**
 * oto_map_cache_add:
 * @owner: an analysis
 * @window: one of its windows
 * @maps: what to keep
 *
 * Keeps @maps, and lets go of those not used for longest when there are too many.
 */
void
oto_map_cache_add (gconstpointer  owner,
                   guint          window,
                   OtoWindowMaps *maps)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&cache_lock);
  size_t n_maps = (maps->freq_att != NULL ? maps->n_classes : 0)
                 + (maps->mask != NULL ? maps->n_classes + 1 : 0);
  Entry *entry;

  if (find_link (owner, window) != NULL)
    return;

  entry = g_new (Entry, 1);
  *entry = (Entry) {
    .owner = owner,
    .window = window,
    .n_bytes = n_maps * maps->class_len * sizeof (float),
    .maps = oto_window_maps_ref (maps),
  };
  g_queue_push_head (&cache_entries, entry);
  cache_n_bytes += entry->n_bytes;
  while (cache_n_bytes > OTO_MAP_CACHE_MAX_BYTES && cache_entries.length > 1)
    drop_link (cache_entries.tail);
}

/**
 * oto_map_cache_forget:
 * @owner: an analysis that ends
 */
void
oto_map_cache_forget (gconstpointer owner)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&cache_lock);
  GList *next;

  for (GList *l = cache_entries.head; l != NULL; l = next)
    {
      next = l->next;
      if (((Entry *) l->data)->owner == owner)
        drop_link (l);
    }
}
