/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "paint/oto-panel-spec.h"

/**
 * oto_panel_spec_is_equal:
 * @a: a panel
 * @b: another
 *
 * Returns: whether both show the same
 */
gboolean
oto_panel_spec_is_equal (const OtoPanelSpec *a,
                         const OtoPanelSpec *b)
{
  g_return_val_if_fail (a != NULL && b != NULL, FALSE);

  return a->map == b->map && a->class_index == b->class_index;
}

/**
 * oto_panel_spec_has_class:
 * @self: a panel
 *
 * Returns: whether it shows one class, over bins and frames
 */
gboolean
oto_panel_spec_has_class (const OtoPanelSpec *self)
{
  g_return_val_if_fail (self != NULL, FALSE);

  return oto_map_info_find (self->map)->axes == OTO_MAP_AXES_KTF;
}

/**
 * oto_panel_spec_has_rows:
 * @self: a panel
 *
 * Returns: whether it has a row a class
 */
gboolean
oto_panel_spec_has_rows (const OtoPanelSpec *self)
{
  g_return_val_if_fail (self != NULL, FALSE);

  return !oto_panel_spec_has_class (self)
         && oto_map_info_has_classes (oto_map_info_find (self->map));
}

/**
 * oto_panel_spec_is_linked:
 * @self: a panel
 *
 * Returns: whether panels of its map have one scale for all classes
 */
gboolean
oto_panel_spec_is_linked (const OtoPanelSpec *self)
{
  g_return_val_if_fail (self != NULL, FALSE);

  return self->map == OTO_MAP_FREQ_ATT || self->map == OTO_MAP_CONTRIBUTION;
}

/**
 * oto_panel_spec_get_order:
 * @self: a panel
 *
 * Returns: a number that is smaller the sooner the panel can be had
 */
int
oto_panel_spec_get_order (const OtoPanelSpec *self)
{
  static const OtoMap maps[] = {
    OTO_MAP_LOGMEL, OTO_MAP_CLIP_PROB, OTO_MAP_MEL_WEIGHTS, OTO_MAP_STEP1, OTO_MAP_TIME_ATT,
    OTO_MAP_FREQ_ATT, OTO_MAP_CONTRIBUTION, OTO_MAP_RECON,
  };

  g_return_val_if_fail (self != NULL, 0);

  for (guint i = 0; i < G_N_ELEMENTS (maps); i++)
    if (maps[i] == self->map)
      return (int) i;

  return G_N_ELEMENTS (maps);
}
