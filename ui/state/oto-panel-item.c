/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "state/oto-panel-item.h"

#include <glib/gi18n.h>

struct _OtoPanelItem
{
  GObject        parent_instance;

  char          *name;
  char          *badge;
  OtoMap         map;
  OtoPanelWhose  whose;
  guint          rank;
  gboolean       is_shown;
  int            height_px;
  int            default_px;
};

enum { PROP_0, PROP_MAP, PROP_IS_SHOWN, PROP_HEIGHT_PX, N_PROPS };

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (OtoPanelItem, oto_panel_item, G_TYPE_OBJECT)

static void
oto_panel_item_get_property (GObject    *object,
                             guint       prop_id,
                             GValue     *value,
                             GParamSpec *pspec)
{
  OtoPanelItem *self = OTO_PANEL_ITEM (object);

  if (prop_id == PROP_MAP)
    g_value_set_uint (value, self->map);
  else if (prop_id == PROP_IS_SHOWN)
    g_value_set_boolean (value, self->is_shown);
  else if (prop_id == PROP_HEIGHT_PX)
    g_value_set_int (value, self->height_px);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
oto_panel_item_set_property (GObject      *object,
                             guint         prop_id,
                             const GValue *value,
                             GParamSpec   *pspec)
{
  OtoPanelItem *self = OTO_PANEL_ITEM (object);

  if (prop_id == PROP_MAP)
    oto_panel_item_set_map (self, g_value_get_uint (value));
  else if (prop_id == PROP_IS_SHOWN)
    oto_panel_item_set_shown (self, g_value_get_boolean (value));
  else if (prop_id == PROP_HEIGHT_PX)
    oto_panel_item_set_height_px (self, g_value_get_int (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
oto_panel_item_finalize (GObject *object)
{
  g_free (OTO_PANEL_ITEM (object)->name);
  g_free (OTO_PANEL_ITEM (object)->badge);

  G_OBJECT_CLASS (oto_panel_item_parent_class)->finalize (object);
}

static void
oto_panel_item_class_init (OtoPanelItemClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->get_property = oto_panel_item_get_property;
  object_class->set_property = oto_panel_item_set_property;
  object_class->finalize = oto_panel_item_finalize;

  properties[PROP_MAP] = g_param_spec_uint ("map", NULL, NULL, 0, G_MAXUINT, 0, flags);
  properties[PROP_IS_SHOWN] = g_param_spec_boolean ("is-shown", NULL, NULL, TRUE, flags);
  properties[PROP_HEIGHT_PX] = g_param_spec_int ("height-px", NULL, NULL, OTO_PANEL_MIN_PX,
                                                 OTO_PANEL_MAX_PX, OTO_PANEL_MIN_PX, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
oto_panel_item_init (OtoPanelItem *self)
{
  self->is_shown = TRUE;
}

/**
 * oto_panel_item_new:
 * @name: in settings and actions
 * @badge: its number in Fig. 3, or a letter
 * @map: what it shows
 * @whose: of what
 * @rank: which of the first classes, for %OTO_PANEL_OF_RANK
 * @height_px: of its plot
 *
 * Returns: (transfer full): an item that is shown
 */
OtoPanelItem *
oto_panel_item_new (const char    *name,
                    const char    *badge,
                    OtoMap         map,
                    OtoPanelWhose  whose,
                    guint          rank,
                    int            height_px)
{
  OtoPanelItem *self = g_object_new (OTO_TYPE_PANEL_ITEM, NULL);

  self->name = g_strdup (name);
  self->badge = g_strdup (badge);
  self->map = map;
  self->whose = whose;
  self->rank = rank;
  self->height_px = CLAMP (height_px, OTO_PANEL_MIN_PX, OTO_PANEL_MAX_PX);
  self->default_px = self->height_px;

  return self;
}

const char *
oto_panel_item_get_name (OtoPanelItem *self)
{
  g_return_val_if_fail (OTO_IS_PANEL_ITEM (self), NULL);

  return self->name;
}

const char *
oto_panel_item_get_badge (OtoPanelItem *self)
{
  g_return_val_if_fail (OTO_IS_PANEL_ITEM (self), NULL);

  return self->badge;
}

/**
 * oto_panel_item_dup_title:
 * @self: an item
 *
 * Returns: (transfer full): what it is called whatever clip and model are on show
 */
char *
oto_panel_item_dup_title (OtoPanelItem *self)
{
  const char *title;

  g_return_val_if_fail (OTO_IS_PANEL_ITEM (self), NULL);

  title = _(oto_map_info_find (self->map)->title);
  if (self->whose == OTO_PANEL_OF_RANK)
    /* Translators: title of a panel, and which of the most probable classes it is of: 1 to 3. */
    return g_strdup_printf (_("%s, Class %u"), title, self->rank + 1);
  if (self->whose == OTO_PANEL_OF_FOCUS)
    /* Translators: the title of a panel; it shows the class that is in focus. */
    return g_strdup_printf (_("%s, Focused Class"), title);

  return g_strdup (title);
}

OtoPanelWhose
oto_panel_item_get_whose (OtoPanelItem *self)
{
  g_return_val_if_fail (OTO_IS_PANEL_ITEM (self), OTO_PANEL_OF_CLIP);

  return self->whose;
}

guint
oto_panel_item_get_rank (OtoPanelItem *self)
{
  g_return_val_if_fail (OTO_IS_PANEL_ITEM (self), 0);

  return self->rank;
}

OtoMap
oto_panel_item_get_map (OtoPanelItem *self)
{
  g_return_val_if_fail (OTO_IS_PANEL_ITEM (self), OTO_MAP_LOGMEL);

  return self->map;
}

/**
 * oto_panel_item_set_map:
 * @self: an item
 * @map: what it shows from now on
 */
void
oto_panel_item_set_map (OtoPanelItem *self,
                        OtoMap        map)
{
  g_return_if_fail (OTO_IS_PANEL_ITEM (self));

  if (self->map == map)
    return;

  self->map = map;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_MAP]);
}

gboolean
oto_panel_item_is_shown (OtoPanelItem *self)
{
  g_return_val_if_fail (OTO_IS_PANEL_ITEM (self), FALSE);

  return self->is_shown;
}

void
oto_panel_item_set_shown (OtoPanelItem *self,
                          gboolean      is_shown)
{
  g_return_if_fail (OTO_IS_PANEL_ITEM (self));

  if (self->is_shown == is_shown)
    return;

  self->is_shown = is_shown;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_IS_SHOWN]);
}

int
oto_panel_item_get_height_px (OtoPanelItem *self)
{
  g_return_val_if_fail (OTO_IS_PANEL_ITEM (self), OTO_PANEL_MIN_PX);

  return self->height_px;
}

/**
 * oto_panel_item_set_height_px:
 * @self: an item
 * @height_px: of its plot, cut to what can be read
 */
void
oto_panel_item_set_height_px (OtoPanelItem *self,
                              int           height_px)
{
  g_return_if_fail (OTO_IS_PANEL_ITEM (self));

  height_px = CLAMP (height_px, OTO_PANEL_MIN_PX, OTO_PANEL_MAX_PX);
  if (self->height_px == height_px)
    return;

  self->height_px = height_px;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_HEIGHT_PX]);
}

/**
 * oto_panel_item_is_resized:
 * @self: an item
 *
 * Returns: whether somebody gave it another height than it began with
 */
gboolean
oto_panel_item_is_resized (OtoPanelItem *self)
{
  g_return_val_if_fail (OTO_IS_PANEL_ITEM (self), FALSE);

  return self->height_px != self->default_px;
}

/**
 * oto_panel_item_resolve:
 * @self: an item
 * @classes: (array length=n_classes): those that have panels, by rank
 * @n_classes: how many
 * @focus_class: the class in focus, or below 0
 * @ret_spec: (out caller-allocates): what it shows of a clip with these classes
 */
void
oto_panel_item_resolve (OtoPanelItem *self,
                        const int    *classes,
                        guint         n_classes,
                        int           focus_class,
                        OtoPanelSpec *ret_spec)
{
  g_return_if_fail (OTO_IS_PANEL_ITEM (self));
  g_return_if_fail (ret_spec != NULL);

  *ret_spec = (OtoPanelSpec) { self->map, OTO_PANEL_NO_CLASS };
  if (self->whose == OTO_PANEL_OF_RANK && self->rank < n_classes)
    ret_spec->class_index = classes[self->rank];
  else if (self->whose == OTO_PANEL_OF_FOCUS && focus_class >= 0)
    ret_spec->class_index = focus_class;
  else if (self->whose == OTO_PANEL_OF_FOCUS && n_classes > 0)
    ret_spec->class_index = classes[0];
}
