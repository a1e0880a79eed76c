/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/oto-types.h"

G_BEGIN_DECLS

/* What this machine can do, measured: the roof over every benchmark. Each measurement takes about a
 * tenth of a second and uses all threads of @workers. */

char   *oto_machine_dup_cpu_name         (void) G_GNUC_WARN_UNUSED_RESULT;
double  oto_machine_measure_peak_gflops  (OtoWorkers *workers);
double  oto_machine_measure_copy_gbs     (OtoWorkers *workers);
double  oto_machine_measure_gemm_gflops  (OtoWorkers *workers);

size_t  oto_machine_get_memory_bytes     (void);

/* Memory of this program. */
void    oto_machine_reset_peak_memory    (void);
double  oto_machine_get_peak_memory_mib  (void);

G_END_DECLS
