/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "paint/oto-theme.h"

#include "geometry/oto-color-map.h"

const OtoTheme oto_theme_light = {
  .background = 0xffffff,
  .foreground = 0x1f1f1f,
  .dim = 0x5e5e5e,
  .grid = 0xc4c4c4,
  .track = 0xdedede,
  .badge = 0xdadada,
  .neutral = 0x6e6e6e,
  .outside = 0xe6e6e6,
  .invalid = 0xff00ff,
  .accent = 0x1c71d8,
  .is_dark = FALSE,
};

const OtoTheme oto_theme_dark = {
  .background = 0x242424,
  .foreground = 0xf2f2f2,
  .dim = 0xacacac,
  .grid = 0x4c4c4c,
  .track = 0x424242,
  .badge = 0x454545,
  .neutral = 0xb4b4b4,
  .outside = 0x303030,
  .invalid = 0xff00ff,
  .accent = 0x62a0ea,
  .is_dark = TRUE,
};

/* Okabe and Ito's colours for all kinds of colour vision: orange, sky blue, bluish green,
 * vermilion, blue, reddish purple, yellow, black. */
static const guint32 fills[OTO_N_CLASS_COLORS] = {
  0xe69f00, 0x56b4e9, 0x009e73, 0xd55e00, 0x0072b2, 0xcc79a7, 0xf0e442, 0x000000,
};

/* The same mixed with black by whole percents until the WCAG contrast with 0xfafafa is 4.6, and
 * with white against 0x303030; black itself becomes white. */
static const guint32 light_words[OTO_N_CLASS_COLORS] = {
  0x986900, 0x39779a, 0x00825e, 0xbb5300, 0x0072b2, 0x9d5d81, 0x7a7422, 0x000000,
};
static const guint32 dark_words[OTO_N_CLASS_COLORS] = {
  0xe69f00, 0x56b4e9, 0x24ac87, 0xdf833b, 0x54a1cb, 0xcf80ab, 0xf0e442, 0xf0f0f0,
};

struct _OtoClassColors
{
  gatomicrefcount ref_count;
  GMutex          lock;
  GHashTable     *slots;                /* class name -> slot + 1; under the lock */
};

/**
 * oto_class_colors_new:
 *
 * Returns: (transfer full): no class has a colour yet
 */
OtoClassColors *
oto_class_colors_new (void)
{
  OtoClassColors *self = g_new0 (OtoClassColors, 1);

  g_atomic_ref_count_init (&self->ref_count);
  g_mutex_init (&self->lock);
  self->slots = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  return self;
}

/**
 * oto_class_colors_copy:
 * @self: colours of a workspace
 *
 * Returns: (transfer full): the same slots, to be assigned apart from now on
 */
OtoClassColors *
oto_class_colors_copy (OtoClassColors *self)
{
  OtoClassColors *copy = oto_class_colors_new ();
  GHashTableIter iter;
  gpointer name, slot;

  g_return_val_if_fail (self != NULL, copy);

  g_mutex_lock (&self->lock);
  g_hash_table_iter_init (&iter, self->slots);
  while (g_hash_table_iter_next (&iter, &name, &slot))
    g_hash_table_insert (copy->slots, g_strdup (name), slot);
  g_mutex_unlock (&self->lock);
  return copy;
}

OtoClassColors *
oto_class_colors_ref (OtoClassColors *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
oto_class_colors_unref (OtoClassColors *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  g_hash_table_unref (self->slots);
  g_mutex_clear (&self->lock);
  g_free (self);
}

/**
 * oto_class_colors_assign:
 * @self: colours of a workspace
 * @class_name: a class as it is shown, without underscores
 *
 * Returns: the slot that the class has from now on
 */
int
oto_class_colors_assign (OtoClassColors *self,
                         const char     *class_name)
{
  int slot;

  g_return_val_if_fail (self != NULL && class_name != NULL, -1);

  g_mutex_lock (&self->lock);
  slot = GPOINTER_TO_INT (g_hash_table_lookup (self->slots, class_name)) - 1;
  if (slot < 0)
    {
      slot = (int) g_hash_table_size (self->slots);
      g_hash_table_insert (self->slots, g_strdup (class_name), GINT_TO_POINTER (slot + 1));
    }
  g_mutex_unlock (&self->lock);
  return slot;
}

/**
 * oto_class_colors_find:
 * @self: (nullable): colours of a workspace
 * @class_name: a class as it is shown, without underscores
 *
 * Returns: its slot, or -1 while it has none
 */
int
oto_class_colors_find (OtoClassColors *self,
                       const char     *class_name)
{
  int slot;

  g_return_val_if_fail (class_name != NULL, -1);

  if (self == NULL)
    return -1;
  g_mutex_lock (&self->lock);
  slot = GPOINTER_TO_INT (g_hash_table_lookup (self->slots, class_name)) - 1;
  g_mutex_unlock (&self->lock);
  return slot;
}

/**
 * oto_theme_get_class_rgb:
 * @self: a theme
 * @slot: of oto_class_colors_assign(), or -1
 *
 * Returns: the colour that fills bars and events
 */
guint32
oto_theme_get_class_rgb (const OtoTheme *self,
                         int             slot)
{
  if (slot < 0)
    return self->neutral;
  slot %= OTO_N_CLASS_COLORS;
  /* Black cannot be seen on dark ground. */
  return self->is_dark && fills[slot] == 0x000000 ? dark_words[slot] : fills[slot];
}

/**
 * oto_theme_get_class_text_rgb:
 * @self: a theme
 * @slot: of oto_class_colors_assign(), or -1
 *
 * Returns: the class colour made dark or light enough for words on the theme's background
 */
guint32
oto_theme_get_class_text_rgb (const OtoTheme *self,
                              int             slot)
{
  if (slot < 0)
    return self->dim;
  return (self->is_dark ? dark_words : light_words)[slot % OTO_N_CLASS_COLORS];
}

/**
 * oto_theme_get_text_on_rgb:
 * @fill_rgb: 0xRRGGBB
 *
 * Returns: black or white, whichever reads better on @fill_rgb
 */
guint32
oto_theme_get_text_on_rgb (guint32 fill_rgb)
{
  return oto_color_get_contrast (fill_rgb, 0x000000) >= oto_color_get_contrast (fill_rgb, 0xffffff)
           ? 0x000000 : 0xffffff;
}

/**
 * oto_theme_is_hatched:
 * @slot: of oto_class_colors_assign(), or -1
 *
 * Returns: whether the fill has stripes too, because its colour is in use already
 */
gboolean
oto_theme_is_hatched (int slot)
{
  return slot >= OTO_N_CLASS_COLORS && slot / OTO_N_CLASS_COLORS % 2 == 1;
}

/**
 * oto_theme_set_source:
 * @cr: a context
 * @rgb: 0xRRGGBB
 * @alpha: 1 covers
 */
void
oto_theme_set_source (cairo_t *cr,
                      guint32  rgb,
                      double   alpha)
{
  cairo_set_source_rgba (cr, (rgb >> 16 & 255) / 255.0, (rgb >> 8 & 255) / 255.0,
                         (rgb & 255) / 255.0, alpha);
}
