/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "paint/oto-class-name.h"

#include "geometry/oto-reading.h"

#include <glib/gi18n-lib.h>

/**
 * oto_class_name_dup:
 * @analysis: what a model hears
 * @class_index: one of its classes, or %OTO_MIXER_BACKGROUND
 *
 * Returns: (transfer full): its name as shown
 */
char *
oto_class_name_dup (OtoAnalysis *analysis,
                    int          class_index)
{
  g_return_val_if_fail (OTO_IS_ANALYSIS (analysis), NULL);
  g_return_val_if_fail (class_index < oto_analysis_get_n_classes (analysis), NULL);

  if (class_index < 0)
    return g_strdup (_("Background"));

  return oto_reading_format_class (oto_model_snapshot_get_class_names (
    oto_analysis_get_model (analysis))[class_index]);
}
