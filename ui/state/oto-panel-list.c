/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "state/oto-panel-list.h"

#include <string.h>

struct _OtoPanelList
{
  GObject       parent_instance;

  GPtrArray    *items;           /* of OtoPanelItem */
  OtoPanelItem *maximized;       /* (nullable): one of @items */
  char        **defaults;        /* the layout before anybody changed it */
  int           n_frozen;        /* above 0: changes are told later, as one */
};

enum { PROP_0, PROP_LAYOUT, PROP_MAXIMIZED, PROP_IS_WEIGHTED, N_PROPS };
enum { CHANGED, N_SIGNALS };

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (OtoPanelList, oto_panel_list, G_TYPE_OBJECT)

static void
tell_changed (OtoPanelList *self)
{
  if (self->n_frozen > 0)
    return;

  g_signal_emit (self, signals[CHANGED], 0);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LAYOUT]);
}

static void
oto_panel_list_get_property (GObject    *object,
                             guint       prop_id,
                             GValue     *value,
                             GParamSpec *pspec)
{
  OtoPanelList *self = OTO_PANEL_LIST (object);

  if (prop_id == PROP_LAYOUT)
    g_value_take_boxed (value, oto_panel_list_dup_layout (self));
  else if (prop_id == PROP_MAXIMIZED)
    g_value_set_object (value, self->maximized);
  else if (prop_id == PROP_IS_WEIGHTED)
    g_value_set_boolean (value, oto_panel_list_is_weighted (self));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
oto_panel_list_set_property (GObject      *object,
                             guint         prop_id,
                             const GValue *value,
                             GParamSpec   *pspec)
{
  OtoPanelList *self = OTO_PANEL_LIST (object);

  if (prop_id == PROP_LAYOUT)
    oto_panel_list_set_layout (self, g_value_get_boxed (value));
  else if (prop_id == PROP_MAXIMIZED)
    oto_panel_list_set_maximized (self, g_value_get_object (value));
  else if (prop_id == PROP_IS_WEIGHTED)
    oto_panel_list_set_weighted (self, g_value_get_boolean (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
oto_panel_list_finalize (GObject *object)
{
  OtoPanelList *self = OTO_PANEL_LIST (object);

  for (guint i = 0; i < self->items->len; i++)
    g_signal_handlers_disconnect_by_data (g_ptr_array_index (self->items, i), self);
  g_ptr_array_unref (self->items);
  g_strfreev (self->defaults);

  G_OBJECT_CLASS (oto_panel_list_parent_class)->finalize (object);
}

static void
oto_panel_list_class_init (OtoPanelListClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->get_property = oto_panel_list_get_property;
  object_class->set_property = oto_panel_list_set_property;
  object_class->finalize = oto_panel_list_finalize;

  properties[PROP_LAYOUT] = g_param_spec_boxed ("layout", NULL, NULL, G_TYPE_STRV, flags);
  properties[PROP_MAXIMIZED] = g_param_spec_object ("maximized", NULL, NULL, OTO_TYPE_PANEL_ITEM,
                                                    flags);
  properties[PROP_IS_WEIGHTED] = g_param_spec_boolean ("is-weighted", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  signals[CHANGED] = g_signal_new ("changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST,
                                   0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
oto_panel_list_init (OtoPanelList *self)
{
  self->items = g_ptr_array_new_with_free_func (g_object_unref);
}

/**
 * oto_panel_list_new:
 *
 * Returns: (transfer full): an empty list
 */
OtoPanelList *
oto_panel_list_new (void)
{
  return g_object_new (OTO_TYPE_PANEL_LIST, NULL);
}

/**
 * oto_panel_list_add:
 * @self: a list
 * @item: a panel, which stands last
 */
void
oto_panel_list_add (OtoPanelList *self,
                    OtoPanelItem *item)
{
  g_return_if_fail (OTO_IS_PANEL_LIST (self));
  g_return_if_fail (OTO_IS_PANEL_ITEM (item));

  g_ptr_array_add (self->items, g_object_ref (item));
  g_signal_connect_swapped (item, "notify", G_CALLBACK (tell_changed), self);
  g_strfreev (self->defaults);
  self->defaults = oto_panel_list_dup_layout (self);
  tell_changed (self);
}

/**
 * oto_panel_list_new_fig3:
 *
 * Returns: (transfer full): the panels of Fig. 3 that have a time axis, and the mask of the class
 *   in focus, which is hidden
 */
OtoPanelList *
oto_panel_list_new_fig3 (void)
{
  static const struct
  {
    const char    *name;
    const char    *badge;
    OtoMap         map;
    OtoPanelWhose  whose;
    guint          rank;
    int            height_px;
  } rows[] = {
    { "mel", "1", OTO_MAP_LOGMEL, OTO_PANEL_OF_CLIP, 0, 72 },
    { "recon", "2", OTO_MAP_RECON, OTO_PANEL_OF_CLIP, 0, 56 },
    { "freq-att-1", "3", OTO_MAP_FREQ_ATT, OTO_PANEL_OF_RANK, 0, 52 },
    { "freq-att-2", "4", OTO_MAP_FREQ_ATT, OTO_PANEL_OF_RANK, 1, 52 },
    { "freq-att-3", "5", OTO_MAP_FREQ_ATT, OTO_PANEL_OF_RANK, 2, 52 },
    { "step1", "6", OTO_MAP_STEP1, OTO_PANEL_OF_CLIP, 0, 120 },
    { "time-att", "7", OTO_MAP_TIME_ATT, OTO_PANEL_OF_CLIP, 0, 120 },
    { "mask", "M", OTO_MAP_MASK, OTO_PANEL_OF_FOCUS, 0, 64 },
  };
  OtoPanelList *self = oto_panel_list_new ();

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (OtoPanelItem) item =
        oto_panel_item_new (rows[i].name, rows[i].badge, rows[i].map, rows[i].whose, rows[i].rank,
                            rows[i].height_px);

      oto_panel_item_set_shown (item, rows[i].map != OTO_MAP_MASK);
      oto_panel_list_add (self, item);
    }

  return self;
}

guint
oto_panel_list_get_n (OtoPanelList *self)
{
  g_return_val_if_fail (OTO_IS_PANEL_LIST (self), 0);

  return self->items->len;
}

/**
 * oto_panel_list_get:
 * @self: a list
 * @i: a place
 *
 * Returns: (transfer none): what stands there
 */
OtoPanelItem *
oto_panel_list_get (OtoPanelList *self,
                    guint         i)
{
  g_return_val_if_fail (OTO_IS_PANEL_LIST (self), NULL);
  g_return_val_if_fail (i < self->items->len, NULL);

  return g_ptr_array_index (self->items, i);
}

/**
 * oto_panel_list_find:
 * @self: a list
 * @name: of a panel
 *
 * Returns: (transfer none) (nullable): the panel of that name
 */
OtoPanelItem *
oto_panel_list_find (OtoPanelList *self,
                     const char   *name)
{
  g_return_val_if_fail (OTO_IS_PANEL_LIST (self), NULL);
  g_return_val_if_fail (name != NULL, NULL);

  for (guint i = 0; i < self->items->len; i++)
    {
      OtoPanelItem *item = g_ptr_array_index (self->items, i);

      if (strcmp (oto_panel_item_get_name (item), name) == 0)
        return item;
    }

  return NULL;
}

static void
put (OtoPanelList *self,
     OtoPanelItem *item,
     guint         place)
{
  g_object_ref (item);
  g_ptr_array_remove (self->items, item);
  g_ptr_array_insert (self->items, (int) place, item);
}

/**
 * oto_panel_list_move:
 * @self: a list
 * @item: one of its panels
 * @by: above 0: down past so many that are shown
 *
 * Returns: whether it stands in another place
 */
gboolean
oto_panel_list_move (OtoPanelList *self,
                     OtoPanelItem *item,
                     int           by)
{
  const int step = by < 0 ? -1 : 1;
  guint from;
  int place;

  g_return_val_if_fail (OTO_IS_PANEL_LIST (self), FALSE);
  g_return_val_if_fail (g_ptr_array_find (self->items, item, &from), FALSE);

  place = (int) from;
  for (int n = by * step; n > 0; n--)
    {
      int next = place + step;

      while (next >= 0 && next < (int) self->items->len
             && !oto_panel_item_is_shown (g_ptr_array_index (self->items, next)))
        next += step;
      if (next < 0 || next >= (int) self->items->len)
        break;
      place = next;
    }
  if (place == (int) from)
    return FALSE;

  put (self, item, (guint) place);
  tell_changed (self);

  return TRUE;
}

OtoPanelItem *
oto_panel_list_get_maximized (OtoPanelList *self)
{
  g_return_val_if_fail (OTO_IS_PANEL_LIST (self), NULL);

  return self->maximized;
}

/**
 * oto_panel_list_set_maximized:
 * @self: a list
 * @item: (nullable): one of its panels, that alone is seen; %NULL: all that are shown
 */
void
oto_panel_list_set_maximized (OtoPanelList *self,
                              OtoPanelItem *item)
{
  g_return_if_fail (OTO_IS_PANEL_LIST (self));
  g_return_if_fail (item == NULL || g_ptr_array_find (self->items, item, NULL));

  if (self->maximized == item)
    return;

  self->maximized = item;
  g_signal_emit (self, signals[CHANGED], 0);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_MAXIMIZED]);
}

/**
 * oto_panel_list_is_weighted:
 * @self: a list
 *
 * Returns: whether a panel shows contribution in place of frequency attention
 */
gboolean
oto_panel_list_is_weighted (OtoPanelList *self)
{
  g_return_val_if_fail (OTO_IS_PANEL_LIST (self), FALSE);

  for (guint i = 0; i < self->items->len; i++)
    if (oto_panel_item_get_map (g_ptr_array_index (self->items, i)) == OTO_MAP_CONTRIBUTION)
      return TRUE;

  return FALSE;
}

/**
 * oto_panel_list_set_weighted:
 * @self: a list
 * @is_weighted: whether its panels of frequency attention show contribution
 */
void
oto_panel_list_set_weighted (OtoPanelList *self,
                             gboolean      is_weighted)
{
  const OtoMap from = is_weighted ? OTO_MAP_FREQ_ATT : OTO_MAP_CONTRIBUTION;
  const OtoMap to = is_weighted ? OTO_MAP_CONTRIBUTION : OTO_MAP_FREQ_ATT;

  g_return_if_fail (OTO_IS_PANEL_LIST (self));

  if (oto_panel_list_is_weighted (self) == is_weighted)
    return;

  self->n_frozen++;
  for (guint i = 0; i < self->items->len; i++)
    if (oto_panel_item_get_map (g_ptr_array_index (self->items, i)) == from)
      oto_panel_item_set_map (g_ptr_array_index (self->items, i), to);
  self->n_frozen--;
  tell_changed (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_IS_WEIGHTED]);
}

/**
 * oto_panel_list_dup_layout:
 * @self: a list
 *
 * Returns: (transfer full) (array zero-terminated=1): order, heights, and what is hidden
 */
char **
oto_panel_list_dup_layout (OtoPanelList *self)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  g_return_val_if_fail (OTO_IS_PANEL_LIST (self), NULL);

  for (guint i = 0; i < self->items->len; i++)
    {
      OtoPanelItem *item = g_ptr_array_index (self->items, i);
      g_autofree char *row = g_strdup_printf ("%s %d %s", oto_panel_item_get_name (item),
                                              oto_panel_item_get_height_px (item),
                                              oto_panel_item_is_shown (item) ? "shown" : "hidden");

      g_strv_builder_add (builder, row);
    }

  return g_strv_builder_end (builder);
}

/* Returns whether the row is of a panel. */
static gboolean
take_row (OtoPanelList *self,
          const char   *row,
          guint         place)
{
  g_auto (GStrv) parts = g_strsplit (row, " ", -1);
  OtoPanelItem *item = g_strv_length (parts) == 3 ? oto_panel_list_find (self, parts[0]) : NULL;
  gint64 height_px;

  if (item == NULL
      || !g_ascii_string_to_signed (parts[1], 10, OTO_PANEL_MIN_PX, OTO_PANEL_MAX_PX, &height_px,
                                    NULL))
    return FALSE;

  oto_panel_item_set_height_px (item, (int) height_px);
  oto_panel_item_set_shown (item, strcmp (parts[2], "hidden") != 0);
  put (self, item, MIN (place, self->items->len - 1));

  return TRUE;
}

/**
 * oto_panel_list_set_layout:
 * @self: a list
 * @layout: (nullable) (array zero-terminated=1): as of oto_panel_list_dup_layout(); what it does
 *   not know, or makes no sense, is passed over
 */
void
oto_panel_list_set_layout (OtoPanelList       *self,
                           const char * const *layout)
{
  g_auto (GStrv) former = NULL;
  g_auto (GStrv) now = NULL;
  guint place = 0;

  g_return_if_fail (OTO_IS_PANEL_LIST (self));

  former = oto_panel_list_dup_layout (self);
  self->n_frozen++;
  for (guint i = 0; layout != NULL && layout[i] != NULL; i++)
    if (take_row (self, layout[i], place))
      place++;
  self->n_frozen--;

  now = oto_panel_list_dup_layout (self);
  if (!g_strv_equal ((const char * const *) former, (const char * const *) now))
    tell_changed (self);
}

/**
 * oto_panel_list_reset:
 * @self: a list
 *
 * Puts everything where it was when the list was made.
 */
void
oto_panel_list_reset (OtoPanelList *self)
{
  g_return_if_fail (OTO_IS_PANEL_LIST (self));

  oto_panel_list_set_maximized (self, NULL);
  oto_panel_list_set_layout (self, (const char * const *) self->defaults);
}

/**
 * oto_panel_list_is_resized:
 * @self: a list
 *
 * Returns: whether somebody gave a panel another height; until then they share what room there is
 */
gboolean
oto_panel_list_is_resized (OtoPanelList *self)
{
  g_return_val_if_fail (OTO_IS_PANEL_LIST (self), FALSE);

  for (guint i = 0; i < self->items->len; i++)
    if (oto_panel_item_is_resized (g_ptr_array_index (self->items, i)))
      return TRUE;

  return FALSE;
}
