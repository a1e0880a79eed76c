/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "analysis/oto-analysis.h"
#include "analysis/oto-step-rows.h"
#include "analysis/oto-window-runner.h"
#include "features/oto-window-plan.h"
#include "separation/oto-listening-mask.h"

G_BEGIN_DECLS

/* What the analyzer fills in and the stems read. */
struct _OtoAnalysis
{
  GObject           parent_instance;

  OtoClip          *clip;
  OtoModelSnapshot *model;
  OtoWindowRunner  *runner;

  gint64            n_frames;            /* T of the clip, without padding */
  int               n_window_frames;     /* T of one window */
  int               n_mels;
  int               n_classes;
  double            hop_s;
  gboolean          is_silent;

  float            *logmel;              /* (max (T, window), F): a short clip's padding behind */
  float            *recon;               /* (nullable) (T, F) */
  float            *step1;               /* (nullable) (K, T); of long steps when asked for */
  OtoStepRows      *step_rows;           /* (nullable): step1 of long steps */
  float            *time_att;            /* (nullable) (K, T) */
  float            *mel_weights;         /* (nullable) (K, F) */
  float            *clip_prob;           /* (K) */
  int              *ranking;             /* (K) */

  OtoWindowPlan     plan;
  guint             first_window;        /* of those that were run … */
  guint             end_window;          /* … and one past the last */
  float            *window_prob;         /* (windows, K) */
  float            *window_gain;         /* (nullable) (windows, K): of contributions */

  OtoListeningMask *listening;           /* (nullable): made once, when it is first asked for */
};

OtoAnalysis *oto_analysis_new               (OtoClip          *clip,
                                             OtoWindowRunner  *runner,
                                             OtoModelSnapshot *model,
                                             GError          **error) G_GNUC_WARN_UNUSED_RESULT;
void         oto_analysis_rank              (OtoAnalysis      *self);
void         oto_analysis_fill_unknown      (float            *values,
                                             gint64            n);
gint64       oto_analysis_get_known_begin   (OtoAnalysis      *self);
gint64       oto_analysis_get_known_end     (OtoAnalysis      *self);
gboolean     oto_analysis_has_step1         (OtoAnalysis      *self);
gboolean     oto_analysis_need_step1        (OtoAnalysis      *self,   /* FALSE: memory is short */
                                             GError          **error);
const float *oto_analysis_get_window_logmel (OtoAnalysis      *self,
                                             guint             window);

/* As oto_analysis_read_map() of MASK, with @class_index K for the sum over classes. */
gboolean     oto_analysis_read_published_mask (OtoAnalysis      *self,
                                               int               class_index,
                                               gint64            first_frame,
                                               gint64            n_frames,
                                               float            *ret_values,
                                               GCancellable     *cancellable,
                                               GError          **error);

G_END_DECLS
