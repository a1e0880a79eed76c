/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-fuzz.h"

#include <unistd.h>

/* A table, each of its cells, and its columns under other names. */
int
LLVMFuzzerTestOneInput (const uint8_t *bytes,
                        size_t         n_bytes)
{
  g_autofree char *path = NULL;
  int fd = oto_fuzz_open_file (bytes, n_bytes, &path);

  for (int has_header = 0; has_header <= 1; has_header++)
    {
      g_autoptr (OtoCsv) csv = oto_csv_load (path, 0, has_header, NULL);
      g_autoptr (OtoLabelFile) labels =
        oto_label_file_load_full (path, NULL, "filename=1,label=2", NULL);

      for (guint row = 0; csv != NULL && row < oto_csv_get_n_rows (csv); row++)
        for (guint i = 0; i < oto_csv_get_n_cells (csv, row); i++)
          g_free (oto_csv_quote (oto_csv_get (csv, row, (int) i)));
    }
  close (fd);
  return 0;
}
