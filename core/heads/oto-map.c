/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "heads/oto-map.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* In the order of the panels. */
static const OtoMapInfo infos[] =
{
  {
    OTO_MAP_LOGMEL, "mel", N_("Log-mel spectrogram"), N_("log-mel spectrogram"),
    OTO_MAP_AXES_TF, OTO_MAP_UNIT_LEVEL, OTO_MAP_SUM_NONE, OTO_MAP_STITCH_NONE, NULL,
  },
  {
    OTO_MAP_RECON, "recon", N_("Reconstruction"), N_("reconstruction"),
    OTO_MAP_AXES_TF, OTO_MAP_UNIT_LEVEL, OTO_MAP_SUM_NONE, OTO_MAP_STITCH_FADE,
    N_("No decoder in this model"),
  },
  {
    OTO_MAP_FREQ_ATT, "freq-att", N_("Frequency attention"), N_("frequency attention"),
    OTO_MAP_AXES_KTF, OTO_MAP_UNIT_WEIGHT, OTO_MAP_SUM_MELS, OTO_MAP_STITCH_SEAM,
    N_("No frequency attention in this model"),
  },
  {
    OTO_MAP_STEP1, "step1", N_("Frame scores"), N_("frame scores"),
    OTO_MAP_AXES_KT, OTO_MAP_UNIT_PROB, OTO_MAP_SUM_NONE, OTO_MAP_STITCH_FADE,
    N_("No frame scores in this model, which judges clips as a whole"),
  },
  {
    OTO_MAP_TIME_ATT, "time-att", N_("Time attention"), N_("time attention"),
    OTO_MAP_AXES_KT, OTO_MAP_UNIT_WEIGHT, OTO_MAP_SUM_FRAMES, OTO_MAP_STITCH_SEAM,
    N_("No time attention in this model"),
  },
  {
    OTO_MAP_CONTRIBUTION, "contribution", N_("Contribution"), N_("contribution map"),
    OTO_MAP_AXES_KTF, OTO_MAP_UNIT_SHARE, OTO_MAP_SUM_CLIP_PROB, OTO_MAP_STITCH_SEAM,
    N_("No contribution map in this model, which has no frequency attention"),
  },
  {
    OTO_MAP_MASK, "mask", N_("Mask"), N_("mask"),
    OTO_MAP_AXES_KTF, OTO_MAP_UNIT_PROB, OTO_MAP_SUM_NONE, OTO_MAP_STITCH_FADE,
    N_("No mask in this model, so that no class can be heard alone"),
  },
  {
    OTO_MAP_MEL_WEIGHTS, "mel-weights", N_("Weights of mel bins"), N_("weights of mel bins"),
    OTO_MAP_AXES_KF, OTO_MAP_UNIT_WEIGHT, OTO_MAP_SUM_MELS, OTO_MAP_STITCH_MEAN,
    N_("No weights of mel bins in this model"),
  },
  {
    OTO_MAP_CLIP_PROB, "clip-prob", N_("Clip probability"), N_("clip probability"),
    OTO_MAP_AXES_K, OTO_MAP_UNIT_PROB, OTO_MAP_SUM_NONE, OTO_MAP_STITCH_LARGEST, NULL,
  },
};

/**
 * oto_map_info_get:
 * @i: a position in the table
 *
 * Returns: (transfer none) (nullable): a map, %NULL past the last
 */
const OtoMapInfo *
oto_map_info_get (guint i)
{
  return i < G_N_ELEMENTS (infos) ? &infos[i] : NULL;
}

/**
 * oto_map_info_find:
 * @map: one map
 *
 * Returns: (transfer none): what it is
 */
const OtoMapInfo *
oto_map_info_find (OtoMap map)
{
  for (guint i = 0; i < G_N_ELEMENTS (infos); i++)
    if (infos[i].map == map)
      return &infos[i];
  g_return_val_if_reached (NULL);
}

/**
 * oto_map_info_find_by_name:
 * @name: a name
 *
 * Returns: (transfer none) (nullable): the map of that name
 */
const OtoMapInfo *
oto_map_info_find_by_name (const char *name)
{
  g_return_val_if_fail (name != NULL, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (infos); i++)
    if (strcmp (infos[i].name, name) == 0)
      return &infos[i];
  return NULL;
}

/**
 * oto_map_info_dup_names:
 *
 * Returns: (transfer full): the names of all maps with more than one axis, for messages
 */
char *
oto_map_info_dup_names (void)
{
  GString *names = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (infos); i++)
    if (infos[i].axes != OTO_MAP_AXES_K)
      g_string_append_printf (names, "%s%s", names->len > 0 ? ", " : "", infos[i].name);
  return g_string_free (names, FALSE);
}

/**
 * oto_map_unit_get_words:
 * @unit: a unit
 *
 * Returns: (transfer none): what a scale of it counts
 */
const char *
oto_map_unit_get_words (OtoMapUnit unit)
{
  switch (unit)
    {
    case OTO_MAP_UNIT_LEVEL:
      return _("dB re clip maximum");
    case OTO_MAP_UNIT_PROB:
      return _("probability");
    case OTO_MAP_UNIT_WEIGHT:
      return _("× uniform");
    case OTO_MAP_UNIT_SHARE:
      /* Translators: what each place of a map brings to the probability of its class. */
      return _("share of clip probability");
    }
  g_return_val_if_reached (NULL);
}

/**
 * oto_map_axes_get_words:
 * @axes: axes
 *
 * Returns: (transfer none): them for JSON: "classes, frames"
 */
const char *
oto_map_axes_get_words (OtoMapAxes axes)
{
  switch (axes)
    {
    case OTO_MAP_AXES_TF:
      return "frames, bins";
    case OTO_MAP_AXES_KTF:
      return "classes, frames, bins";
    case OTO_MAP_AXES_KT:
      return "classes, frames";
    case OTO_MAP_AXES_KF:
      return "classes, bins";
    case OTO_MAP_AXES_K:
      return "classes";
    }
  g_return_val_if_reached (NULL);
}

/**
 * oto_map_info_has_mels:
 * @self: a map
 *
 * Returns: whether mel bins are one of its axes
 */
gboolean
oto_map_info_has_mels (const OtoMapInfo *self)
{
  return self->axes == OTO_MAP_AXES_TF || self->axes == OTO_MAP_AXES_KTF
         || self->axes == OTO_MAP_AXES_KF;
}

/**
 * oto_map_info_has_frames:
 * @self: a map
 *
 * Returns: whether frames are one of its axes
 */
gboolean
oto_map_info_has_frames (const OtoMapInfo *self)
{
  return self->axes == OTO_MAP_AXES_TF || self->axes == OTO_MAP_AXES_KTF
         || self->axes == OTO_MAP_AXES_KT;
}

/**
 * oto_map_info_has_classes:
 * @self: a map
 *
 * Returns: whether classes are one of its axes
 */
gboolean
oto_map_info_has_classes (const OtoMapInfo *self)
{
  return self->axes != OTO_MAP_AXES_TF;
}
