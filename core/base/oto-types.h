/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib-object.h>
#include <gio/gio.h>

/* What stands between these is exported from the library: the declarations of the headers that
 * otoscope.h includes. All else is hidden. */
#define OTO_BEGIN_DECLS G_BEGIN_DECLS _Pragma ("GCC visibility push(default)")
#define OTO_END_DECLS   _Pragma ("GCC visibility pop") G_END_DECLS

OTO_BEGIN_DECLS

/* Forward declarations of every public type, so that a header includes this and little else. */

typedef struct _OtoRng           OtoRng;
typedef struct _OtoWorkers       OtoWorkers;
typedef struct _OtoEngine        OtoEngine;
typedef struct _OtoClip          OtoClip;
typedef struct _OtoSafetensors   OtoSafetensors;
typedef struct _OtoLogmel        OtoLogmel;
typedef struct _OtoLogmelConfig  OtoLogmelConfig;
typedef struct _OtoScaler        OtoScaler;
typedef struct _OtoSystem        OtoSystem;
typedef struct _OtoModelConfig   OtoModelConfig;
typedef struct _OtoModel         OtoModel;
typedef struct _OtoModelSnapshot OtoModelSnapshot;
typedef struct _OtoEvent         OtoEvent;
typedef struct _OtoEventList     OtoEventList;
typedef struct _OtoAnalysis      OtoAnalysis;
typedef struct _OtoAnalyzer      OtoAnalyzer;
typedef struct _OtoDataset       OtoDataset;
typedef struct _OtoAugment       OtoAugment;
typedef struct _OtoTrainer       OtoTrainer;

/**
 * OtoProgressFunc:
 * @fraction: how much is done, in [0, 1]
 * @user_data: what the caller gave
 *
 * Called on the worker's own thread, at most about ten times a second.
 */
typedef void (*OtoProgressFunc) (double   fraction,
                                 gpointer user_data);

OTO_END_DECLS
