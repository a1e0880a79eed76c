/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-fuzz.h"

#include <unistd.h>

/* Lists of mixtures are YAML. */
int
LLVMFuzzerTestOneInput (const uint8_t *bytes,
                        size_t         n_bytes)
{
  g_autofree char *path = NULL;
  int fd = oto_fuzz_open_file (bytes, n_bytes, &path);
  g_autoptr (GPtrArray) mixtures = oto_mixture_load_list (path, NULL);

  close (fd);
  return 0;
}
