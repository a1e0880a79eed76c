/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "state/oto-strips.h"

#include <math.h>

struct _OtoStrips
{
  GObject   parent_instance;

  int       n_classes;
  OtoStrip *strips;              /* one a class, and Background last */
  OtoStrip *former;              /* (nullable): before an exclusive solo */
};

enum { CHANGED, N_SIGNALS };

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (OtoStrips, oto_strips, G_TYPE_OBJECT)

static void
oto_strips_finalize (GObject *object)
{
  g_free (OTO_STRIPS (object)->strips);
  g_free (OTO_STRIPS (object)->former);

  G_OBJECT_CLASS (oto_strips_parent_class)->finalize (object);
}

static void
oto_strips_class_init (OtoStripsClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = oto_strips_finalize;

  signals[CHANGED] = g_signal_new ("changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST,
                                   0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
oto_strips_init (OtoStrips *self)
{
  self->strips = g_new0 (OtoStrip, 1);
}

/**
 * oto_strips_new:
 *
 * Returns: (transfer full): Background alone, at 0 dB
 */
OtoStrips *
oto_strips_new (void)
{
  return g_object_new (OTO_TYPE_STRIPS, NULL);
}

static OtoStrip *
get_strip (OtoStrips *self,
           int        class_index)
{
  return &self->strips[class_index < 0 ? self->n_classes : class_index];
}

static void
tell (OtoStrips *self)
{
  g_signal_emit (self, signals[CHANGED], 0);
}

/**
 * oto_strips_reset:
 * @self: strips
 * @n_classes: how many there are from now on
 *
 * Puts all of them to 0 dB.
 */
void
oto_strips_reset (OtoStrips *self,
                  int        n_classes)
{
  g_return_if_fail (OTO_IS_STRIPS (self));
  g_return_if_fail (n_classes >= 0);

  g_free (self->strips);
  g_clear_pointer (&self->former, g_free);
  self->n_classes = n_classes;
  self->strips = g_new0 (OtoStrip, (size_t) n_classes + 1);
  tell (self);
}

/**
 * oto_strips_get_n_classes:
 * @self: strips
 *
 * Returns: how many classes have one, Background aside
 */
int
oto_strips_get_n_classes (OtoStrips *self)
{
  g_return_val_if_fail (OTO_IS_STRIPS (self), 0);

  return self->n_classes;
}

/**
 * oto_strips_get:
 * @self: strips
 * @class_index: a class; below 0: Background
 *
 * Returns: (transfer none): its strip, until any is changed
 */
const OtoStrip *
oto_strips_get (OtoStrips *self,
                int        class_index)
{
  g_return_val_if_fail (OTO_IS_STRIPS (self), NULL);
  g_return_val_if_fail (class_index < self->n_classes, NULL);

  return get_strip (self, class_index);
}

/**
 * oto_strips_set:
 * @self: strips
 * @class_index: a class; below 0: Background
 * @strip: what its strip becomes
 */
void
oto_strips_set (OtoStrips      *self,
                int             class_index,
                const OtoStrip *strip)
{
  g_return_if_fail (OTO_IS_STRIPS (self));
  g_return_if_fail (class_index < self->n_classes);
  g_return_if_fail (strip != NULL);

  *get_strip (self, class_index) = *strip;
  g_clear_pointer (&self->former, g_free);
  tell (self);
}

/**
 * oto_strips_toggle_solo:
 * @self: strips
 * @class_index: a class; below 0: Background
 * @is_exclusive: alone; once more restores what was
 */
void
oto_strips_toggle_solo (OtoStrips *self,
                        int        class_index,
                        gboolean   is_exclusive)
{
  OtoStrip *strip;

  g_return_if_fail (OTO_IS_STRIPS (self));
  g_return_if_fail (class_index < self->n_classes);

  strip = get_strip (self, class_index);
  if (is_exclusive && self->former != NULL)
    {
      g_free (self->strips);
      self->strips = g_steal_pointer (&self->former);
    }
  else if (is_exclusive)
    {
      self->former = g_memdup2 (self->strips, ((size_t) self->n_classes + 1) * sizeof (OtoStrip));
      for (int k = 0; k <= self->n_classes; k++)
        self->strips[k].is_solo = FALSE;
      strip->is_solo = TRUE;
    }
  else
    {
      strip->is_solo = !strip->is_solo;
      g_clear_pointer (&self->former, g_free);
    }

  tell (self);
}

/**
 * oto_strips_toggle_mute:
 * @self: strips
 * @class_index: a class; below 0: Background
 */
void
oto_strips_toggle_mute (OtoStrips *self,
                        int        class_index)
{
  OtoStrip *strip;

  g_return_if_fail (OTO_IS_STRIPS (self));
  g_return_if_fail (class_index < self->n_classes);

  strip = get_strip (self, class_index);
  strip->is_muted = !strip->is_muted;
  tell (self);
}

/**
 * oto_strips_clear:
 * @self: strips
 *
 * None is soloed or muted any more; gains stay.
 */
void
oto_strips_clear (OtoStrips *self)
{
  g_return_if_fail (OTO_IS_STRIPS (self));

  for (int k = 0; k <= self->n_classes; k++)
    self->strips[k].is_solo = self->strips[k].is_muted = FALSE;
  g_clear_pointer (&self->former, g_free);
  tell (self);
}

/**
 * oto_strips_get_gain:
 * @self: strips
 * @class_index: a class; below 0: Background
 *
 * Returns: its linear gain, with all solos and mutes
 */
double
oto_strips_get_gain (OtoStrips *self,
                     int        class_index)
{
  const OtoStrip *strip;
  gboolean has_solo = FALSE;

  g_return_val_if_fail (OTO_IS_STRIPS (self), 0.0);
  g_return_val_if_fail (class_index < self->n_classes, 0.0);

  for (int k = 0; k <= self->n_classes; k++)
    has_solo = has_solo || self->strips[k].is_solo;

  strip = get_strip (self, class_index);
  if (strip->is_muted || (has_solo && !strip->is_solo) || strip->gain_db <= OTO_STRIP_MIN_DB)
    return 0.0;

  return pow (10.0, strip->gain_db / 20.0);
}
