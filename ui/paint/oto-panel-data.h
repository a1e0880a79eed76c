/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "otoscope.h"

#include "geometry/oto-color-map.h"
#include "geometry/oto-pyramid.h"

G_BEGIN_DECLS

/* The panels of Fig. 3, by the number that they have there. */
typedef enum
{
  OTO_PANEL_LOGMEL = 1,
  OTO_PANEL_RECON,
  OTO_PANEL_FREQ_ATT_1,          /* of the first class asked for */
  OTO_PANEL_FREQ_ATT_2,
  OTO_PANEL_FREQ_ATT_3,
  OTO_PANEL_STEP1,
  OTO_PANEL_TIME_ATT,
  OTO_PANEL_CLIP_PROB,
} OtoPanelKind;

#define OTO_N_PANELS       8
#define OTO_N_FOCUS        3     /* classes with a frequency attention panel */
#define OTO_PANEL_FLOOR_DB 80.0

/**
 * OtoPanelData:
 * @kind: which panel
 * @is_available: %FALSE where the model cannot show this; @note then says so and there is no pyramid
 * @title: "Log-mel spectrogram"
 * @note: (nullable): small words after the title: "learned", "implied"
 * @unit: (nullable): what the colour bar counts: "dB re clip maximum"
 * @class_index: the class of panels 3 to 5, or -1
 * @class_prob: its clip probability
 * @pyramid: (nullable): the map; none in panel 8
 * @bottom_up: row 0 is the lowest (mel bins); otherwise rows are classes, the first on top
 * @map: default colour map
 * @shown_low: value of the first colour
 * @shown_high: value of the last colour; oto_panel_data_link() makes it common
 * @clips_low: there are values below @shown_low
 * @max: largest value
 * @n_rows: mel bins or classes; bars in panel 8
 * @row_classes: (nullable): class index of each row
 * @row_names: (nullable): their names as shown, without underscores
 * @row_probs: (nullable): their clip probabilities
 * @min_hz: lower edge of the mel axis
 * @max_hz: upper edge of the mel axis
 * @hop_s: seconds a frame
 * @seams_s: (element-type double): where windows meet, for panels whose weights are normalised a window
 *
 * Everything that drawing a panel needs, made in a worker thread. Immutable but for oto_panel_data_link(); counted.
 */
typedef struct
{
  OtoPanelKind  kind;
  gboolean      is_available;
  char         *title;
  char         *note;
  char         *unit;
  int           class_index;
  double        class_prob;
  char         *class_name;      /* as shown */
  OtoPyramid   *pyramid;
  gboolean      bottom_up;
  OtoColorMap   map;
  double        shown_low;
  double        shown_high;
  gboolean      clips_low;
  double        max;
  int           n_rows;
  int          *row_classes;
  char        **row_names;
  double       *row_probs;
  double        min_hz;
  double        max_hz;
  double        hop_s;
  GArray       *seams_s;
} OtoPanelData;

/**
 * oto_panel_data_new:
 * @analysis: what the model hears
 * @kind: which panel
 * @classes: (array length=n_classes): class indices in the order of rows; the first three have panels 3 to 5
 * @n_classes: at least 1
 *
 * Prepares a panel; long maps are read chunk by chunk. May take seconds: for a worker thread. A panel that this model
 * lacks is no error: see @is_available.
 *
 * Returns: (transfer full): the data, or %NULL with @error set (cancelled, no memory, the clip cannot be read any more)
 */
OtoPanelData *oto_panel_data_new   (OtoAnalysis   *analysis,
                                    OtoPanelKind   kind,
                                    const int     *classes,
                                    guint          n_classes,
                                    GCancellable  *cancellable,
                                    GError       **error) G_GNUC_WARN_UNUSED_RESULT;
/* Panel 1 of a clip before there is an analysis, or without a model: (T, F) natural-log values. */
OtoPanelData *oto_panel_data_new_logmel (const float *logmel,
                                         gint64       n_frames,
                                         const OtoLogmelConfig *front_end,
                                         gboolean     is_silent,
                                         GError     **error) G_GNUC_WARN_UNUSED_RESULT;
OtoPanelData *oto_panel_data_ref   (OtoPanelData  *self) G_GNUC_WARN_UNUSED_RESULT;
void          oto_panel_data_unref (OtoPanelData  *self);

/* Gives panels 3 to 5 one common scale; call it before they are drawn, on the thread that draws them. NULLs are skipped. */
void          oto_panel_data_link  (OtoPanelData **panels,
                                    guint          n_panels);

/* The classes of rows: @focus first (locked or chosen classes), then by rank, @max_rows in all (0: every class). */
int          *oto_panel_data_dup_rows (OtoAnalysis *analysis,
                                       const int   *focus,
                                       guint        n_focus,
                                       guint        max_rows,
                                       guint       *ret_n) G_GNUC_WARN_UNUSED_RESULT;

/* What the cursor reads. */
double        oto_panel_data_get_value    (const OtoPanelData *self,      /* in @unit; NaN outside */
                                           int                 row,
                                           double              time_s);
int           oto_panel_data_row_from_y   (const OtoPanelData *self,      /* -1 outside */
                                           double              y_px,
                                           double              height_px);
double        oto_panel_data_hz_from_row  (const OtoPanelData *self,      /* bin centre */
                                           int                 row);
char         *oto_panel_data_format_value (const OtoPanelData *self,      /* "-41.8 dB", "x2.9", "0.912" */
                                           double              value);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OtoPanelData, oto_panel_data_unref)

G_END_DECLS
