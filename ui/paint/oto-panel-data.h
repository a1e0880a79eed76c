/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "otoscope.h"

#include "geometry/oto-color-map.h"
#include "geometry/oto-pyramid.h"
#include "paint/oto-panel-spec.h"

G_BEGIN_DECLS

#define OTO_N_FOCUS        3     /* classes with a frequency attention panel of their own */
#define OTO_PANEL_FLOOR_DB 80.0

/**
 * OtoPanelData:
 * @spec: which panel
 * @info: the map that it shows
 * @is_available: %FALSE where the model cannot show this; @note then says so and there is no
 *   pyramid
 * @title: "Log-mel spectrogram"
 * @is_mixed: positions are mixtures of bins and frames (a dense two-step map): titles carry a mark
 * @note: (nullable): small words after the title: "learned", "implied", "steps of 0.32 s"
 * @unit: (nullable): what the colour bar counts: "dB re clip maximum"
 * @class_prob: clip probability of the class of @spec
 * @class_name: (nullable): its name as shown
 * @pyramid: (nullable): the map; none in panel 8
 * @is_over_bins: columns are mel bins, not frames: @hop_s is 1 and times are bins
 * @is_shared: all classes share the one row
 * @bottom_up: row 0 is the lowest (mel bins); otherwise rows are classes, the first on top
 * @map: default colour map
 * @shown_low: value of the first colour
 * @shown_high: value of the last colour; oto_panel_data_link() makes it common
 * @clips_low: there are values below @shown_low
 * @clips_high: there are values above @shown_high
 * @max: largest value
 * @n_rows: mel bins or classes; bars in panel 8
 * @row_classes: (nullable): class index of each row; none where the row is shared
 * @row_names: (nullable): their names as shown, without underscores
 * @row_probs: (nullable): their clip probabilities
 * @min_hz: lower edge of the mel axis
 * @max_hz: upper edge of the mel axis
 * @hop_s: seconds a frame
 * @begin_s: where the first frame begins
 * @seams_s: (element-type double): where windows meet, for panels whose weights are normalised a
 *   window
 *
 * Everything that drawing a panel needs, made in a worker thread. Immutable but for
 * oto_panel_data_link(); counted.
 */
typedef struct
{
  OtoPanelSpec      spec;
  const OtoMapInfo *info;
  gboolean          is_available;
  gboolean          is_mixed;
  char             *title;
  char             *note;
  char             *unit;
  double            class_prob;
  char             *class_name;      /* as shown */
  OtoPyramid       *pyramid;
  gboolean          is_over_bins;
  gboolean          is_shared;
  gboolean          bottom_up;
  OtoColorMap       map;
  double            shown_low;
  double            shown_high;
  gboolean          clips_low;
  gboolean          clips_high;
  double            max;
  int               n_rows;
  int              *row_classes;
  char            **row_names;
  double           *row_probs;
  double            min_hz;
  double            max_hz;
  double            hop_s;
  double            begin_s;
  GArray           *seams_s;
} OtoPanelData;

OtoPanelData *oto_panel_data_new          (OtoAnalysis           *analysis,
                                           const OtoPanelSpec    *spec,
                                           const int             *rows,
                                           guint                  n_rows,
                                           GCancellable          *cancellable,
                                           GError               **error) G_GNUC_WARN_UNUSED_RESULT;
OtoPanelData *oto_panel_data_new_logmel   (const float           *logmel,
                                           gint64                 n_frames,
                                           const OtoLogmelConfig *front_end,
                                           gboolean               is_silent,
                                           GError               **error) G_GNUC_WARN_UNUSED_RESULT;
OtoPanelData *oto_panel_data_ref          (OtoPanelData          *self) G_GNUC_WARN_UNUSED_RESULT;
void          oto_panel_data_unref        (OtoPanelData          *self);
void          oto_panel_data_link         (OtoPanelData         **panels,
                                           guint                  n_panels);

int          *oto_panel_data_dup_rows     (OtoAnalysis           *analysis,
                                           const int             *focus,
                                           guint                  n_focus,
                                           guint                  max_rows,
                                           guint                 *ret_n) G_GNUC_WARN_UNUSED_RESULT;

/* What the cursor reads. */
double        oto_panel_data_get_value    (const OtoPanelData    *self,
                                           int                    row,
                                           double                 time_s);
int           oto_panel_data_row_from_y   (const OtoPanelData    *self,
                                           double                 y_px,
                                           double                 height_px);
double        oto_panel_data_hz_from_row  (const OtoPanelData    *self,
                                           int                    row);
char         *oto_panel_data_format_value (const OtoPanelData    *self,
                                           double                 value) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OtoPanelData, oto_panel_data_unref)

G_END_DECLS
