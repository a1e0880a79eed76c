/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-fuzz.h"

#include <unistd.h>

int
LLVMFuzzerTestOneInput (const uint8_t *bytes,
                        size_t         n_bytes)
{
  g_autofree char *path = NULL;
  int fd = oto_fuzz_open_file (bytes, n_bytes, &path);
  g_autoptr (GBytes) copy = g_bytes_new (bytes, n_bytes);
  g_autoptr (OtoSafetensors) from_file = oto_safetensors_load (path, NULL);
  g_autoptr (OtoSafetensors) from_bytes = oto_safetensors_load_bytes (copy, "fuzz", NULL);

  close (fd);
  return 0;
}
