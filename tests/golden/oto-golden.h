/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "oto-test.h"

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* Reference files: found by pattern in the folder OTO_REFERENCE_DIR, or else in tests/golden/data.
 * Nothing about their sizes or seeds is built into a test. A missing tensor, key or file fails the
 * test that asks for it. */

typedef void (*OtoGoldenFunc) (const char *path);

/* One test for every file, named after it: "/golden/features" and "logmel_32k_2s.safetensors" make
 * "/golden/features/logmel-32k-2s". No file that matches is a failing test. */
void oto_golden_add     (const char    *test_path,
                         const char    *pattern,
                         OtoGoldenFunc  func);

/* One test for a file that is ours, not of the reference: always in tests/golden/data. */
void oto_golden_add_own (const char    *test_path,
                         const char    *name,
                         OtoGoldenFunc  func);

/* All that match, sorted; none is a failure. Listing and loading print paths as TAP comments. */
GPtrArray      *oto_golden_list      (const char *pattern);
OtoSafetensors *oto_golden_load      (const char *path);
JsonNode       *oto_golden_load_json (const char *path);

/* Tensors, copied for g_free(); a scalar is a tensor of one value. */
gboolean             oto_golden_has         (OtoSafetensors *file,
                                             const char     *name);
const OtoSafetensor *oto_golden_find        (OtoSafetensors *file,
                                             const char     *name);
gint64               oto_golden_dim         (OtoSafetensors *file,
                                             const char     *name,
                                             int             axis);
float               *oto_golden_dup_float   (OtoSafetensors *file,
                                             const char     *name);
double              *oto_golden_dup_double  (OtoSafetensors *file,
                                             const char     *name);
double               oto_golden_scalar      (OtoSafetensors *file,
                                             const char     *name);
double               oto_golden_meta_double (OtoSafetensors *file,
                                             const char     *key);
gint64               oto_golden_meta_int    (OtoSafetensors *file,
                                             const char     *key);

/* Compare with a tensor: largest difference over largest magnitude (with a tensor of zeros: 1e-9
 * absolute), or largest difference. On failure they name the tensor and both figures and let the
 * test go on. */
void oto_golden_check_rel (OtoSafetensors *file,
                           const char     *name,
                           const float    *values,
                           double          limit);
void oto_golden_check_abs (OtoSafetensors *file,
                           const char     *name,
                           const float    *values,
                           double          limit);
/* That nothing in @file was passed over but x, y, param.*, buffer.* and what matches @given. */
void                 oto_golden_check_all_compared (OtoSafetensors *file,
                                                    const char     *given,
                                                    guint           n_compared);

G_END_DECLS
