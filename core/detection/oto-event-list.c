/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "detection/oto-event-list.h"

#include <math.h>
#include <string.h>

struct _OtoEventList
{
  gatomicrefcount ref_count;
  GPtrArray      *events;        /* of OtoEvent */
};

/**
 * oto_event_list_new:
 *
 * Returns: (transfer full): an empty list
 */
OtoEventList *
oto_event_list_new (void)
{
  OtoEventList *self = g_new0 (OtoEventList, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->events = g_ptr_array_new_with_free_func ((GDestroyNotify) oto_event_free);
  return self;
}

/**
 * oto_event_list_ref:
 * @self: a list
 *
 * Returns: (transfer full): a new reference
 */
OtoEventList *
oto_event_list_ref (OtoEventList *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

/**
 * oto_event_list_unref:
 * @self: (nullable) (transfer full): a list
 */
void
oto_event_list_unref (OtoEventList *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_ptr_array_unref (self->events);
  g_free (self);
}

/**
 * oto_event_list_add:
 * @self: a list
 * @event: (transfer full): what to append
 */
void
oto_event_list_add (OtoEventList *self,
                    OtoEvent     *event)
{
  g_return_if_fail (event != NULL);

  g_ptr_array_add (self->events, event);
}

/**
 * oto_event_list_get_n:
 * @self: a list
 *
 * Returns: number of events
 */
guint
oto_event_list_get_n (const OtoEventList *self)
{
  return self->events->len;
}

/**
 * oto_event_list_get:
 * @self: a list
 * @i: less than oto_event_list_get_n()
 *
 * Returns: (transfer none): the event
 */
const OtoEvent *
oto_event_list_get (const OtoEventList *self,
                    guint               i)
{
  g_return_val_if_fail (i < self->events->len, NULL);

  return g_ptr_array_index (self->events, i);
}

static int
compare_events (gconstpointer a,
                gconstpointer b)
{
  const OtoEvent *x = *(OtoEvent * const *) a;
  const OtoEvent *y = *(OtoEvent * const *) b;
  int order = g_strcmp0 (x->filename, y->filename);

  /* Weak labels have no onset; they come first. */
  if (order == 0)
    order = isnan (y->onset_s) - isnan (x->onset_s);
  if (order == 0 && !isnan (x->onset_s))
    order = (x->onset_s > y->onset_s) - (x->onset_s < y->onset_s);
  return order != 0 ? order : strcmp (x->label, y->label);
}

/**
 * oto_event_list_sort:
 * @self: a list
 *
 * Sorts by file, onset and label.
 */
void
oto_event_list_sort (OtoEventList *self)
{
  g_ptr_array_sort (self->events, compare_events);
}

/**
 * oto_event_list_is_behind:
 * @self: events of one clip
 * @duration_s: length of the clip
 *
 * Returns: whether there are events with times, and all begin at the clip's end or behind it: they
 *   are of another clip, or in another unit
 */
gboolean
oto_event_list_is_behind (OtoEventList *self,
                          double        duration_s)
{
  guint n_timed = 0;

  for (guint i = 0; i < self->events->len; i++)
    {
      const OtoEvent *event = g_ptr_array_index (self->events, i);

      if (isnan (event->onset_s))
        continue;
      if (event->onset_s < duration_s)
        return FALSE;
      n_timed++;
    }
  return n_timed > 0;
}
