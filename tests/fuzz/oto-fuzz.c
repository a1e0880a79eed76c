/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-fuzz.h"

#include <sys/mman.h>
#include <unistd.h>

/* Returns the descriptor of a file in memory, to be closed, and its path. */
int
oto_fuzz_open_file (const uint8_t  *bytes,
                    size_t          n_bytes,
                    char          **ret_path)
{
  int fd = memfd_create ("fuzz", MFD_CLOEXEC);

  if (fd < 0 || write (fd, bytes, n_bytes) != (ssize_t) n_bytes)
    g_error ("There is no memory for a file.");
  *ret_path = g_strdup_printf ("/proc/self/fd/%d", fd);
  return fd;
}
