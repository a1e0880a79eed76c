/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/oto-types.h"

OTO_BEGIN_DECLS

/* OtoDatasetSummary: what a data set holds, and what is wrong with it. */

/**
 * OtoDatasetProblemKind:
 *
 * Those before OTO_DATASET_SILENT make results wrong or files useless; the others should be known.
 */
typedef enum
{
  OTO_DATASET_UNLOADABLE,        /* training refuses the folder */
  OTO_DATASET_BAD_LINE,
  OTO_DATASET_MISSING,
  OTO_DATASET_AMBIGUOUS,         /* a name that may mean several files */
  OTO_DATASET_UNREADABLE,
  OTO_DATASET_CUT_OFF,           /* a part of the file is lost */
  OTO_DATASET_INVALID,           /* values that are no sound, as NaN */
  OTO_DATASET_BEHIND,            /* labels all behind the clip's end */
  OTO_DATASET_PAST_END,          /* a label that ends behind it */
  OTO_DATASET_LEAK,              /* the same sound in several folds */
  OTO_DATASET_LABELS_DIFFER,     /* the same sound with other labels */
  OTO_DATASET_SILENT,
  OTO_DATASET_CLIPPED,
  OTO_DATASET_SHORT,
  OTO_DATASET_CANCELLING,        /* channels whose mean is nearly silent */
  OTO_DATASET_DUPLICATE,         /* the same sound in one fold */
  OTO_DATASET_UNLABELLED,        /* a file that no list names */
  OTO_DATASET_ALIKE,             /* classes that differ in spelling alone */
  OTO_DATASET_RATES,             /* several sample rates */
  OTO_DATASET_CHANNELS,          /* several numbers of channels */
  OTO_DATASET_RENAMED,           /* names that differ from those of their files */
  OTO_DATASET_N_PROBLEMS,
} OtoDatasetProblemKind;

/**
 * OtoDatasetProblem:
 * @kind: which
 * @name: (nullable): the file, class or line
 * @text: (nullable): what there is to say of it
 */
typedef struct
{
  OtoDatasetProblemKind  kind;
  char                  *name;
  char                  *text;
} OtoDatasetProblem;

/**
 * OtoDatasetCount:
 * @name: a class, fold, sample rate or number of channels
 * @n_clips: clips that have it
 * @n_events: labels with times, of a class
 */
typedef struct
{
  char  *name;
  guint  n_clips;
  guint  n_events;
} OtoDatasetCount;

typedef struct _OtoDatasetSummary OtoDatasetSummary;

OtoDatasetSummary       *oto_dataset_summary_new            (void) G_GNUC_WARN_UNUSED_RESULT;
void                     oto_dataset_summary_free           (OtoDatasetSummary       *self);
void                     oto_dataset_summary_add_clip       (OtoDatasetSummary       *self,
                                                             const char              *name,
                                                             OtoClip                 *clip,
                                                             const char              *fold,
                                                             OtoEventList            *labels);
void                     oto_dataset_summary_add_problem    (OtoDatasetSummary       *self,
                                                             OtoDatasetProblemKind    kind,
                                                             const char              *name,
                                                             const char              *text);
void                     oto_dataset_summary_complete       (OtoDatasetSummary       *self);
guint                    oto_dataset_summary_get_n_clips    (const OtoDatasetSummary *self);
guint                    oto_dataset_summary_get_n_empty    (const OtoDatasetSummary *self);
const GArray            *oto_dataset_summary_get_classes    (const OtoDatasetSummary *self);
const GArray            *oto_dataset_summary_get_folds      (const OtoDatasetSummary *self);
const GArray            *oto_dataset_summary_get_rates      (const OtoDatasetSummary *self);
const GArray            *oto_dataset_summary_get_channels   (const OtoDatasetSummary *self);
double                   oto_dataset_summary_get_total_s    (const OtoDatasetSummary *self);
double                   oto_dataset_summary_get_quantile_s (const OtoDatasetSummary *self,
                                                             double                   share);
const GArray            *oto_dataset_summary_get_problems   (const OtoDatasetSummary *self);
guint                    oto_dataset_summary_count          (const OtoDatasetSummary *self,
                                                             OtoDatasetProblemKind    kind);
guint                    oto_dataset_summary_count_errors   (const OtoDatasetSummary *self);
gboolean                 oto_dataset_problem_kind_is_error  (OtoDatasetProblemKind    kind);
const char              *oto_dataset_problem_kind_get_name  (OtoDatasetProblemKind    kind);
const char              *oto_dataset_problem_kind_get_title (OtoDatasetProblemKind    kind);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OtoDatasetSummary, oto_dataset_summary_free)

OTO_END_DECLS
