/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "cli/oto-cli.h"

#include "training/oto-adam.h"

G_BEGIN_DECLS

/* The measurements of oto bench. */

typedef enum
{
  OTO_BENCH_INFER  = 1 << 0,
  OTO_BENCH_TRAIN  = 1 << 1,
  OTO_BENCH_LOGMEL = 1 << 2,
  OTO_BENCH_GEMM   = 1 << 3,
  OTO_BENCH_LAYERS = 1 << 4,
} OtoBenchWhat;

typedef struct
{
  const OtoSystem *system;
  OtoBenchWhat     what;
  double           width;
  int              batch;        /* 0: as it suits */
  int              n_threads;
} OtoBenchSettings;

/* Numbers that do not apply are 0. The roof over a row is what the machine's multiply-adds and its
 * copying allow at the row's intensity. */
typedef struct
{
  const char *what;
  const char *system;            /* (nullable) */
  double      width;
  int         batch;
  int         n_threads;
  int         c_in, c_out;
  int         n_runs;
  gboolean    is_cpu_time;       /* not real time: other programs hardly count; for one thread */
  double      median_s, min_s, max_s;    /* of a clip */
  double      gflops;
  double      peak_share;
  double      peak_mib;
  char        layer[64];         /* of the whole network; as its weights are called in files */
  double      intensity;         /* operations a byte of maps read and written */
  double      roof_gflops;
  gboolean    is_memory_bound;   /* which of the two roofs is the lower one */
  double      pass_share;        /* of the time of the whole pass */
} OtoBenchResult;

/* A network with a batch. */
typedef struct
{
  OtoModelConfig  config;
  OtoEngine      *engine;
  OtoModel       *model;
  OtoAdam         adam;
  float          *x;             /* (N, T, F) */
  float          *y;             /* (N, K) */
  int             batch;
  guint           wanted_maps;   /* of inference */
} OtoBenchNetwork;

typedef gboolean (*OtoBenchFunc) (gpointer data);

typedef struct
{
  const OtoBenchSettings *settings;
  const OtoCliOptions    *options;
  double                  peak_gflops;   /* all threads at once */
  double                  copy_gbs;
  double                  core_peak_gflops;      /* one thread alone */
  double                  core_copy_gbs;
  GArray                 *results;       /* of OtoBenchResult */
} OtoBench;

gboolean oto_bench_network     (OtoBench             *self,
                                const char           *what,
                                GError              **error);
gboolean oto_bench_logmel      (OtoBench             *self,
                                GError              **error);
gboolean oto_bench_gemm        (OtoBench             *self,
                                GError              **error);
gboolean oto_bench_layers      (OtoBench             *self,
                                GError              **error);

/* For the files of the benchmark, oto-bench.c. */
gboolean oto_bench_measure       (OtoBenchFunc            func,
                                  gpointer                data,
                                  int                     n_clips,
                                  double                  wanted_s,
                                  OtoBenchResult         *result);
gboolean oto_bench_network_open  (OtoBenchNetwork        *network,
                                  const OtoBenchSettings *settings,
                                  int                     batch,
                                  int                     n_threads,
                                  gboolean                training,
                                  GError                **error);
void     oto_bench_network_close (OtoBenchNetwork        *network);
gboolean oto_bench_network_infer (gpointer                network);
gboolean oto_bench_network_train (gpointer                network);
void     oto_bench_fill          (float                  *values,
                                  size_t                  len);

/* Keeps the result, and prints it unless JSON is wanted; oto-cmd-bench.c. */
void     oto_bench_take_result (OtoBench             *self,
                                const OtoBenchResult *result);

G_END_DECLS
