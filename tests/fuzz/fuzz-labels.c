/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-fuzz.h"

#include <unistd.h>

/* The first byte chooses a format, or what the rest looks like; what is read is written in every
 * format and looked up. */
int
LLVMFuzzerTestOneInput (const uint8_t *bytes,
                        size_t         n_bytes)
{
  const OtoLabelFormat * const *formats = oto_label_format_list ();
  const guint n_formats = g_strv_length ((char **) formats);
  g_autofree char *path = NULL;
  g_autoptr (OtoLabelFile) labels = NULL;
  guint chosen;
  int fd;

  if (n_bytes == 0)
    return 0;
  chosen = bytes[0] % (n_formats + 1);
  fd = oto_fuzz_open_file (bytes + 1, n_bytes - 1, &path);
  labels = oto_label_file_load (path, chosen < n_formats ? formats[chosen] : NULL, NULL);
  close (fd);
  for (guint i = 0; labels != NULL && i < n_formats; i++)
    {
      g_autoptr (OtoEventList) events = oto_label_file_find_events (labels, "a/b.wav");
      g_auto (GStrv) losses = oto_label_file_list_losses (labels, formats[i]);
      g_autofree char *text = oto_label_format_can_write (formats[i])
                                ? oto_label_file_to_text (labels, formats[i], NULL) : NULL;
    }
  return 0;
}
