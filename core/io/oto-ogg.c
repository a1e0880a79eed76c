/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "io/oto-ogg.h"

#include <string.h>

/* A page: a head, the lengths of its segments, and what they hold. RFC 3533. */
#define HEAD_LEN 27
#define FLAGS_POS 5
#define N_SEGMENTS_POS 26
#define FLAG_BEGINS_STREAM 2
/* Bytes that are searched at once for the next page behind damage. */
#define SEARCH_LEN 4096
/* A day of a radio station has some hundreds. */
#define MAX_LINKS 65536

/* Returns -1 if there is none. */
static gint64
find_page (OtoAudioBytes *bytes,
           gint64         pos)
{
  char block[SEARCH_LEN];
  size_t n;

  while ((n = oto_audio_bytes_get (bytes, pos, block, sizeof block)) >= HEAD_LEN)
    {
      const char *found = memmem (block, n, "OggS", 4);

      if (found != NULL)
        return pos + (found - block);
      pos += (gint64) n - 3;
    }
  return -1;
}

/**
 * oto_ogg_find_links:
 * @bytes: a file
 *
 * Finds the chained streams of an Ogg file, one behind the other, as recordings of radio have them.
 * Reads the heads of its pages alone.
 *
 * Returns: (transfer full) (element-type gint64): where each begins; none if it is no Ogg file
 */
GArray *
oto_ogg_find_links (OtoAudioBytes *bytes)
{
  GArray *links = g_array_new (FALSE, FALSE, sizeof (gint64));
  gboolean is_in_heads = FALSE;
  gint64 pos = 0;
  guint8 head[HEAD_LEN + 255];
  size_t n;

  while ((n = oto_audio_bytes_get (bytes, pos, head, sizeof head)) >= HEAD_LEN)
    {
      gboolean begins = (head[FLAGS_POS] & FLAG_BEGINS_STREAM) != 0;

      if (memcmp (head, "OggS", 4) != 0)
        {
          gint64 next = links->len > 0 ? find_page (bytes, pos) : -1;

          if (next < 0)
            break;
          pos = next;
          continue;
        }
      /* Streams that run side by side begin together. */
      if (begins && !is_in_heads && links->len < MAX_LINKS)
        g_array_append_val (links, pos);
      is_in_heads = begins;
      pos += HEAD_LEN + head[N_SEGMENTS_POS];
      for (size_t i = HEAD_LEN; i < MIN (n, (size_t) HEAD_LEN + head[N_SEGMENTS_POS]); i++)
        pos += head[i];
    }
  return links;
}
