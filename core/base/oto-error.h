/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/oto-types.h"

OTO_BEGIN_DECLS

/* One error domain per folder that can fail on a user's input. Codes are what a caller can act
 * on. */

#define OTO_BASE_ERROR       (oto_base_error_quark ())
#define OTO_IO_ERROR         (oto_io_error_quark ())
#define OTO_MODELS_ERROR     (oto_models_error_quark ())
#define OTO_ANALYSIS_ERROR   (oto_analysis_error_quark ())
#define OTO_DATASETS_ERROR   (oto_datasets_error_quark ())
#define OTO_EVALUATION_ERROR (oto_evaluation_error_quark ())
#define OTO_TRAINING_ERROR   (oto_training_error_quark ())

typedef enum
{
  OTO_BASE_ERROR_MEMORY,          /* more memory than there is, or than the user allows */
  OTO_BASE_ERROR_BLAS,            /* OpenBLAS cannot be loaded */
  OTO_BASE_ERROR_THREAD,          /* the system refuses a thread */
} OtoBaseError;

typedef enum
{
  OTO_IO_ERROR_MISSING,           /* no such file, or no right to read it */
  OTO_IO_ERROR_FORMAT,            /* not a file of the kind asked for */
  OTO_IO_ERROR_CORRUPT,           /* of the right kind, but damaged or hostile */
  OTO_IO_ERROR_EMPTY,             /* holds nothing to work on */
  OTO_IO_ERROR_WRITE,             /* could not be written; nothing was left behind */
} OtoIoError;

typedef enum
{
  OTO_MODELS_ERROR_SYSTEM,        /* no such system, or one that lacks what was asked */
  OTO_MODELS_ERROR_MISMATCH,      /* tensors do not fit the configuration */
  OTO_MODELS_ERROR_NOT_FOUND,     /* no model of that name */
  OTO_MODELS_ERROR_OPTION,        /* no such option, or a value that it cannot have */
} OtoModelsError;

typedef enum
{
  OTO_ANALYSIS_ERROR_CLIP,        /* the clip cannot be analysed */
  OTO_ANALYSIS_ERROR_CLASS,       /* no such class in this model */
  OTO_ANALYSIS_ERROR_PANEL,       /* this model has no such panel */
} OtoAnalysisError;

typedef enum
{
  OTO_DATASETS_ERROR_LAYOUT,      /* a file or column of the data set is missing or wrong */
  OTO_DATASETS_ERROR_FOLD,        /* no such fold, or an empty one */
  OTO_DATASETS_ERROR_SPACE,       /* not enough room on the disk */
} OtoDatasetsError;

typedef enum
{
  OTO_EVALUATION_ERROR_CLASSES,   /* model and data set have no class in common */
  OTO_EVALUATION_ERROR_LABELS,    /* labels do not say what is asked of them */
  OTO_EVALUATION_ERROR_MODEL,     /* a model that cannot do what is asked of it */
} OtoEvaluationError;

typedef enum
{
  OTO_TRAINING_ERROR_CONFIG,      /* settings that cannot work */
  OTO_TRAINING_ERROR_DIVERGED,    /* the loss is no longer finite */
  OTO_TRAINING_ERROR_RUN,         /* the run folder cannot be used */
} OtoTrainingError;

GQuark oto_base_error_quark       (void);
GQuark oto_io_error_quark         (void);
GQuark oto_models_error_quark     (void);
GQuark oto_analysis_error_quark   (void);
GQuark oto_datasets_error_quark   (void);
GQuark oto_evaluation_error_quark (void);
GQuark oto_training_error_quark   (void);

OTO_END_DECLS
