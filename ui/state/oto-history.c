/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "state/oto-history.h"

#define MAX_STEPS 200
#define MERGE_US  (G_GINT64_CONSTANT (700000))

typedef struct
{
  OtoHistory            *history;
  GObject               *object;
  char                  *name;
  OtoHistoryScope        scope;
  OtoHistorySaveFunc     save;
  OtoHistoryRestoreFunc  restore;
  GVariant              *state;        /* as it was last seen */
} Watched;

typedef struct
{
  Watched  *watched;
  GVariant *before;
  GVariant *after;
} Step;

struct _OtoHistory
{
  GObject    parent_instance;

  GPtrArray *watched;            /* of Watched */
  GArray    *steps;              /* of Step */
  guint      n_done;             /* the others were undone */
  gint64     changed_us;         /* when the last step grew; 0: it grows no more */
  gboolean   is_restoring;
};

enum { PROP_0, PROP_UNDO_NAME, PROP_REDO_NAME, N_PROPS };

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (OtoHistory, oto_history, G_TYPE_OBJECT)

static void
watched_free (gpointer data)
{
  Watched *self = data;

  if (self->object != NULL)
    {
      g_signal_handlers_disconnect_by_data (self->object, self);
      g_object_remove_weak_pointer (self->object, (gpointer *) &self->object);
    }
  g_free (self->name);
  g_variant_unref (self->state);
  g_free (self);
}

static void
step_clear (gpointer data)
{
  g_variant_unref (((Step *) data)->before);
  g_variant_unref (((Step *) data)->after);
}

static void
oto_history_get_property (GObject    *object,
                          guint       prop_id,
                          GValue     *value,
                          GParamSpec *pspec)
{
  if (prop_id == PROP_UNDO_NAME)
    g_value_set_string (value, oto_history_get_undo_name (OTO_HISTORY (object)));
  else if (prop_id == PROP_REDO_NAME)
    g_value_set_string (value, oto_history_get_redo_name (OTO_HISTORY (object)));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
oto_history_finalize (GObject *object)
{
  g_array_unref (OTO_HISTORY (object)->steps);
  g_ptr_array_unref (OTO_HISTORY (object)->watched);

  G_OBJECT_CLASS (oto_history_parent_class)->finalize (object);
}

static void
oto_history_class_init (OtoHistoryClass *klass)
{
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  G_OBJECT_CLASS (klass)->get_property = oto_history_get_property;
  G_OBJECT_CLASS (klass)->finalize = oto_history_finalize;

  properties[PROP_UNDO_NAME] = g_param_spec_string ("undo-name", NULL, NULL, NULL, flags);
  properties[PROP_REDO_NAME] = g_param_spec_string ("redo-name", NULL, NULL, NULL, flags);
  g_object_class_install_properties (G_OBJECT_CLASS (klass), N_PROPS, properties);
}

static void
oto_history_init (OtoHistory *self)
{
  self->watched = g_ptr_array_new_with_free_func (watched_free);
  self->steps = g_array_new (FALSE, FALSE, sizeof (Step));
  g_array_set_clear_func (self->steps, step_clear);
}

/**
 * oto_history_new:
 *
 * Returns: (transfer full): a history that watches nothing
 */
OtoHistory *
oto_history_new (void)
{
  return g_object_new (OTO_TYPE_HISTORY, NULL);
}

static void
tell (OtoHistory *self)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_UNDO_NAME]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_REDO_NAME]);
}

static Step *
get_step (OtoHistory *self,
          guint       i)
{
  return &g_array_index (self->steps, Step, i);
}

static GVariant *
take_down (Watched *watched)
{
  return g_variant_ref_sink (watched->save (watched->object));
}

static void
add_step (OtoHistory *self,
          Watched    *watched,
          GVariant   *before,
          GVariant   *after)
{
  const Step step = { watched, g_variant_ref (before), g_variant_ref (after) };

  g_array_set_size (self->steps, self->n_done);
  if (self->steps->len == MAX_STEPS)
    g_array_remove_index (self->steps, 0);
  g_array_append_val (self->steps, step);
  self->n_done = self->steps->len;
}

/* Whether the last step is one of the same object that still grows. */
static gboolean
is_growing (OtoHistory *self,
            Watched    *watched,
            gint64      now_us)
{
  return self->n_done > 0 && self->n_done == self->steps->len && self->changed_us > 0
         && now_us - self->changed_us < MERGE_US
         && get_step (self, self->n_done - 1)->watched == watched;
}

static void
changed_cb (Watched *watched)
{
  OtoHistory *self = watched->history;
  const gint64 now_us = g_get_monotonic_time ();
  g_autoptr (GVariant) before = NULL;
  GVariant *after;

  after = take_down (watched);
  if (g_variant_equal (watched->state, after))
    {
      g_variant_unref (after);

      return;
    }

  before = watched->state;
  watched->state = after;
  if (self->is_restoring)
    return;

  if (is_growing (self, watched, now_us))
    {
      Step *step = get_step (self, self->n_done - 1);

      g_variant_unref (step->after);
      step->after = g_variant_ref (after);
    }
  else
    {
      add_step (self, watched, before, after);
    }
  self->changed_us = now_us;
  tell (self);
}

/**
 * oto_history_watch:
 * @self: a history
 * @object: what changes
 * @signal: that tells of it
 * @name: what a step changes, in words
 * @scope: how long a step can be undone
 * @save: takes down its state
 * @restore: puts a state back
 */
void
oto_history_watch (OtoHistory            *self,
                   GObject               *object,
                   const char            *signal,
                   const char            *name,
                   OtoHistoryScope        scope,
                   OtoHistorySaveFunc     save,
                   OtoHistoryRestoreFunc  restore)
{
  Watched *watched;

  g_return_if_fail (OTO_IS_HISTORY (self));
  g_return_if_fail (G_IS_OBJECT (object));

  watched = g_new0 (Watched, 1);
  watched->history = self;
  watched->object = object;
  watched->name = g_strdup (name);
  watched->scope = scope;
  watched->save = save;
  watched->restore = restore;
  watched->state = take_down (watched);
  g_object_add_weak_pointer (object, (gpointer *) &watched->object);
  g_signal_connect_swapped (object, signal, G_CALLBACK (changed_cb), watched);
  g_ptr_array_add (self->watched, watched);
}

const char *
oto_history_get_undo_name (OtoHistory *self)
{
  g_return_val_if_fail (OTO_IS_HISTORY (self), NULL);

  return self->n_done > 0 ? get_step (self, self->n_done - 1)->watched->name : NULL;
}

const char *
oto_history_get_redo_name (OtoHistory *self)
{
  g_return_val_if_fail (OTO_IS_HISTORY (self), NULL);

  return self->n_done < self->steps->len ? get_step (self, self->n_done)->watched->name : NULL;
}

static void
restore (OtoHistory *self,
         Watched    *watched,
         GVariant   *state)
{
  if (watched->object == NULL)
    return;

  self->is_restoring = TRUE;
  watched->restore (watched->object, state);
  self->is_restoring = FALSE;
  self->changed_us = 0;
}

/**
 * oto_history_undo:
 * @self: a history
 *
 * Returns: whether there was a step to undo
 */
gboolean
oto_history_undo (OtoHistory *self)
{
  Step *step;

  g_return_val_if_fail (OTO_IS_HISTORY (self), FALSE);

  if (self->n_done == 0)
    return FALSE;

  step = get_step (self, --self->n_done);
  restore (self, step->watched, step->before);
  tell (self);

  return TRUE;
}

/**
 * oto_history_redo:
 * @self: a history
 *
 * Returns: whether there was a step to do again
 */
gboolean
oto_history_redo (OtoHistory *self)
{
  Step *step;

  g_return_val_if_fail (OTO_IS_HISTORY (self), FALSE);

  if (self->n_done == self->steps->len)
    return FALSE;

  step = get_step (self, self->n_done++);
  restore (self, step->watched, step->after);
  tell (self);

  return TRUE;
}

/**
 * oto_history_settle:
 * @self: a history
 *
 * What changes from now on is another step.
 */
void
oto_history_settle (OtoHistory *self)
{
  g_return_if_fail (OTO_IS_HISTORY (self));

  self->changed_us = 0;
}

/**
 * oto_history_forget_clip:
 * @self: a history
 *
 * Another clip is on show: what belonged to the former cannot be undone any more.
 */
void
oto_history_forget_clip (OtoHistory *self)
{
  g_return_if_fail (OTO_IS_HISTORY (self));

  for (guint i = self->steps->len; i-- > 0; )
    if (get_step (self, i)->watched->scope == OTO_HISTORY_OF_CLIP)
      {
        g_array_remove_index (self->steps, i);
        if (i < self->n_done)
          self->n_done--;
      }

  self->changed_us = 0;
  for (guint i = 0; i < self->watched->len; i++)
    {
      Watched *watched = g_ptr_array_index (self->watched, i);

      if (watched->object == NULL || watched->scope != OTO_HISTORY_OF_CLIP)
        continue;
      g_variant_unref (watched->state);
      watched->state = take_down (watched);
    }
  tell (self);
}
