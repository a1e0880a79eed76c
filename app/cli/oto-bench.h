/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "cli/oto-cli.h"

G_BEGIN_DECLS

/* The measurements of oto bench. */

/* The published data set: clips of 10 s at 32 kHz, 41 classes. */
#define OTO_BENCH_N_CLASSES 41
#define OTO_BENCH_N_FRAMES 311
#define OTO_BENCH_N_MELS 64

typedef enum
{
  OTO_BENCH_INFER  = 1 << 0,
  OTO_BENCH_TRAIN  = 1 << 1,
  OTO_BENCH_LOGMEL = 1 << 2,
  OTO_BENCH_GEMM   = 1 << 3,
} OtoBenchWhat;

typedef struct
{
  const OtoSystem *system;
  OtoBenchWhat     what;
  double           width;
  int              batch;        /* 0: as it suits */
  int              n_threads;
} OtoBenchSettings;

/* Numbers that do not apply are 0. */
typedef struct
{
  const char *what;
  const char *system;            /* (nullable) */
  double      width;
  int         batch;
  int         n_threads;
  int         c_in, c_out;
  int         n_runs;
  double      median_s, min_s, max_s;    /* of a clip */
  double      gflops;
  double      peak_share;
  double      peak_mib;
} OtoBenchResult;

typedef struct
{
  const OtoBenchSettings *settings;
  const OtoCliOptions    *options;
  double                  peak_gflops;   /* all threads */
  double                  copy_gbs;
  GArray                 *results;       /* of OtoBenchResult */
} OtoBench;

gboolean oto_bench_network     (OtoBench             *self,
                                gboolean              training,
                                GError              **error);
gboolean oto_bench_logmel      (OtoBench             *self,
                                GError              **error);
gboolean oto_bench_layers      (OtoBench             *self,
                                GError              **error);

/* Keeps the result, and prints it unless JSON is wanted; oto-cmd-bench.c. */
void     oto_bench_take_result (OtoBench             *self,
                                const OtoBenchResult *result);

G_END_DECLS
