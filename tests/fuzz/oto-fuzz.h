/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "otoscope.h"

#include <stdint.h>

G_BEGIN_DECLS

/* What fuzzed readers share: bytes as a file that has a path, and what libFuzzer calls. */

int  LLVMFuzzerTestOneInput (const uint8_t *bytes,
                             size_t         n_bytes);

int  oto_fuzz_open_file (const uint8_t *bytes,
                         size_t         n_bytes,
                         char         **ret_path);

G_END_DECLS
