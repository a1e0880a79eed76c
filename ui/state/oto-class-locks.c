/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "state/oto-class-locks.h"

#include "paint/oto-class-name.h"

#include <string.h>

#define NO_PLACE (-1)            /* locked, but all panels are taken: its row comes first */

typedef struct
{
  char *name;
  int   place;
} Lock;

struct _OtoClassLocks
{
  GObject  parent_instance;

  GArray  *locks;                /* of Lock, as they came */
};

enum { CHANGED, N_SIGNALS };

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (OtoClassLocks, oto_class_locks, G_TYPE_OBJECT)

static void
lock_clear (gpointer data)
{
  g_free (((Lock *) data)->name);
}

static void
oto_class_locks_finalize (GObject *object)
{
  g_array_unref (OTO_CLASS_LOCKS (object)->locks);

  G_OBJECT_CLASS (oto_class_locks_parent_class)->finalize (object);
}

static void
oto_class_locks_class_init (OtoClassLocksClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = oto_class_locks_finalize;

  signals[CHANGED] = g_signal_new ("changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST,
                                   0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
oto_class_locks_init (OtoClassLocks *self)
{
  self->locks = g_array_new (FALSE, FALSE, sizeof (Lock));
  g_array_set_clear_func (self->locks, lock_clear);
}

/**
 * oto_class_locks_new:
 *
 * Returns: (transfer full): no locks
 */
OtoClassLocks *
oto_class_locks_new (void)
{
  return g_object_new (OTO_TYPE_CLASS_LOCKS, NULL);
}

static int
find (OtoClassLocks *self,
      const char    *name)
{
  for (guint i = 0; i < self->locks->len; i++)
    if (strcmp (g_array_index (self->locks, Lock, i).name, name) == 0)
      return (int) i;

  return -1;
}

/**
 * oto_class_locks_has:
 * @self: locks
 * @name: a class as shown
 *
 * Returns: whether it is locked
 */
gboolean
oto_class_locks_has (OtoClassLocks *self,
                     const char    *name)
{
  g_return_val_if_fail (OTO_IS_CLASS_LOCKS (self), FALSE);
  g_return_val_if_fail (name != NULL, FALSE);

  return find (self, name) >= 0;
}

/* The class of the model that is called so, or -1. */
static int
find_class (OtoAnalysis *analysis,
            const char  *name)
{
  for (int k = 0; k < oto_analysis_get_n_classes (analysis); k++)
    {
      g_autofree char *candidate = oto_class_name_dup (analysis, k);

      if (strcmp (candidate, name) == 0)
        return k;
    }

  return -1;
}

static gboolean
is_among (const int *classes,
          guint      n,
          int        class_index)
{
  for (guint i = 0; i < n; i++)
    if (classes[i] == class_index)
      return TRUE;

  return FALSE;
}

/* Where a class has its panel now; else the last one that no lock has. */
static int
choose_place (OtoClassLocks *self,
              OtoAnalysis   *analysis,
              int            class_index)
{
  gboolean is_taken[OTO_N_FOCUS] = { FALSE };
  int classes[OTO_N_FOCUS];

  oto_class_locks_arrange (self, analysis, classes);
  for (int i = 0; i < OTO_N_FOCUS; i++)
    if (classes[i] == class_index)
      return i;

  for (guint i = 0; i < self->locks->len; i++)
    if (g_array_index (self->locks, Lock, i).place >= 0)
      is_taken[g_array_index (self->locks, Lock, i).place] = TRUE;
  for (int i = OTO_N_FOCUS - 1; i >= 0; i--)
    if (!is_taken[i])
      return i;

  return NO_PLACE;
}

/**
 * oto_class_locks_toggle:
 * @self: locks
 * @analysis: what is on show
 * @class_index: one of its classes
 *
 * Locks the class where it is, or no longer.
 */
void
oto_class_locks_toggle (OtoClassLocks *self,
                        OtoAnalysis   *analysis,
                        int            class_index)
{
  g_autofree char *name = NULL;
  int i;

  g_return_if_fail (OTO_IS_CLASS_LOCKS (self));
  g_return_if_fail (class_index >= 0 && class_index < oto_analysis_get_n_classes (analysis));

  name = oto_class_name_dup (analysis, class_index);
  i = find (self, name);
  if (i >= 0)
    {
      g_array_remove_index (self->locks, (guint) i);
    }
  else
    {
      const Lock lock = { name, choose_place (self, analysis, class_index) };

      g_array_append_val (self->locks, lock);
      name = NULL;
    }
  g_signal_emit (self, signals[CHANGED], 0);
}

/**
 * oto_class_locks_arrange:
 * @self: locks
 * @analysis: what is on show
 * @ret_classes: (out caller-allocates) (array fixed-size=3): classes that have panels, in their
 *   places: locked ones where they were locked, the most probable others between them; -1 where
 *   there are no more
 */
void
oto_class_locks_arrange (OtoClassLocks *self,
                         OtoAnalysis   *analysis,
                         int           *ret_classes)
{
  const int n_classes = oto_analysis_get_n_classes (analysis);
  const int *ranking = oto_analysis_get_ranking (analysis);
  int rank = 0;

  g_return_if_fail (OTO_IS_CLASS_LOCKS (self));

  for (int i = 0; i < OTO_N_FOCUS; i++)
    ret_classes[i] = OTO_PANEL_NO_CLASS;
  for (guint i = 0; i < self->locks->len; i++)
    {
      const Lock *lock = &g_array_index (self->locks, Lock, i);

      if (lock->place >= 0)
        ret_classes[lock->place] = find_class (analysis, lock->name);
    }

  for (int i = 0; i < OTO_N_FOCUS; i++)
    {
      if (ret_classes[i] >= 0)
        continue;
      while (rank < n_classes && is_among (ret_classes, OTO_N_FOCUS, ranking[rank]))
        rank++;
      if (rank < n_classes)
        ret_classes[i] = ranking[rank++];
    }
}

/**
 * oto_class_locks_dup_rows:
 * @self: locks
 * @analysis: what is on show
 * @max_rows: rows in all; 0: every class
 * @ret_n: (out): number of rows
 *
 * Returns: (transfer full) (array length=ret_n): classes for panels that have rows, locked ones
 *   first
 */
int *
oto_class_locks_dup_rows (OtoClassLocks *self,
                          OtoAnalysis   *analysis,
                          guint          max_rows,
                          guint         *ret_n)
{
  g_autofree int *locked = NULL;
  guint n_locked = 0;

  g_return_val_if_fail (OTO_IS_CLASS_LOCKS (self), NULL);

  locked = g_new (int, MAX (self->locks->len, 1));
  for (guint i = 0; i < self->locks->len; i++)
    {
      const int k = find_class (analysis, g_array_index (self->locks, Lock, i).name);

      if (k >= 0)
        locked[n_locked++] = k;
    }

  return oto_panel_data_dup_rows (analysis, locked, n_locked, max_rows, ret_n);
}

/**
 * oto_class_locks_save:
 * @self: locks
 *
 * Returns: (transfer floating): all of them
 */
GVariant *
oto_class_locks_save (OtoClassLocks *self)
{
  GVariantBuilder builder;

  g_return_val_if_fail (OTO_IS_CLASS_LOCKS (self), NULL);

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a(si)"));
  for (guint i = 0; i < self->locks->len; i++)
    {
      const Lock *lock = &g_array_index (self->locks, Lock, i);

      g_variant_builder_add (&builder, "(si)", lock->name, lock->place);
    }

  return g_variant_builder_end (&builder);
}

/**
 * oto_class_locks_restore:
 * @self: locks
 * @state: of oto_class_locks_save()
 */
void
oto_class_locks_restore (OtoClassLocks *self,
                         GVariant      *state)
{
  GVariantIter iter;
  Lock lock;

  g_return_if_fail (OTO_IS_CLASS_LOCKS (self));

  g_array_set_size (self->locks, 0);
  g_variant_iter_init (&iter, state);
  while (g_variant_iter_next (&iter, "(si)", &lock.name, &lock.place))
    {
      lock.place = CLAMP (lock.place, NO_PLACE, OTO_N_FOCUS - 1);
      g_array_append_val (self->locks, lock);
    }
  g_signal_emit (self, signals[CHANGED], 0);
}
