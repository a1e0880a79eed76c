/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "io/oto-audio-header.h"

#include <string.h>

/* More chunks than any recorder writes before the sound. */
#define MAX_CHUNKS 4096
/* The chunk that holds the sizes of an RF64 file: its name, its length, three sizes, a count. */
#define DS64_LEN 36
#define DS64_SIZES_POS 8
#define ID_LEN 4

/* How a container writes chunks: a name, a size, what it holds. */
typedef struct
{
  const char *magic;
  const char *form;          /* at position 8; or NULL */
  const char *sound_id;
  int         first_pos;     /* of the chunks */
  int         id_len;
  int         size_len;
  gboolean    is_big_endian;
  int         n_counted;     /* bytes of its own name and size that a chunk's size counts */
  int         align;
  int         n_skipped;     /* bytes of the sound's chunk before the sound */
} Layout;

static const Layout layouts[] = {
  { "RIFF", "WAVE", "data", 12, 4, 4, FALSE, 0, 2, 0 },
  { "RIFX", "WAVE", "data", 12, 4, 4, TRUE, 0, 2, 0 },
  { "RF64", "WAVE", "data", 12, 4, 4, FALSE, 0, 2, 0 },
  { "BW64", "WAVE", "data", 12, 4, 4, FALSE, 0, 2, 0 },
  { "riff", NULL, "data", 40, 16, 8, FALSE, 24, 8, 0 },
  { "caff", NULL, "data", 8, 4, 8, TRUE, 0, 1, 4 },
  { "FORM", "AIFF", "SSND", 12, 4, 4, TRUE, 0, 2, 8 },
  { "FORM", "AIFC", "SSND", 12, 4, 4, TRUE, 0, 2, 8 },
  /* AU has one chunk, whose size stands behind its position. */
  { ".snd", NULL, NULL, 0, 0, 4, TRUE, 0, 1, 0 },
  { "dns.", NULL, NULL, 0, 0, 4, FALSE, 0, 1, 0 },
};

typedef struct
{
  const Layout *layout;
  gint64        data_pos;
  gint64        size_pos;
  guint64       size;        /* as it is written */
  gint64        format_pos;  /* of what a “fmt ” chunk holds; 0 if there is none */
  gint64        ds64_pos;    /* of the sizes of an RF64 file; 0 if there are none */
} Numbers;

static guint64
get_number (OtoAudioBytes *bytes,
            gint64         pos,
            int            n_bytes,
            gboolean       is_big_endian)
{
  guint8 digits[8] = { 0 };
  guint64 number = 0;

  oto_audio_bytes_get (bytes, pos, digits, (size_t) n_bytes);
  for (int i = 0; i < n_bytes; i++)
    number = number << 8 | digits[is_big_endian ? i : n_bytes - 1 - i];
  return number;
}

static void
put_number (guint8   *digits,
            int       n_bytes,
            gboolean  is_big_endian,
            guint64   number)
{
  for (int i = 0; i < n_bytes; i++, number >>= 8)
    digits[is_big_endian ? n_bytes - 1 - i : i] = (guint8) number;
}

static const Layout *
find_layout (OtoAudioBytes *bytes)
{
  char magic[12];

  if (oto_audio_bytes_get (bytes, 0, magic, sizeof magic) < sizeof magic)
    return NULL;
  for (guint i = 0; i < G_N_ELEMENTS (layouts); i++)
    if (memcmp (magic, layouts[i].magic, ID_LEN) == 0
        && (layouts[i].form == NULL || memcmp (magic + 8, layouts[i].form, ID_LEN) == 0))
      return &layouts[i];
  return NULL;
}

/* Where the chunk behind this one begins; -1 if its size is impossible. */
static gint64
get_next_pos (const Layout *layout,
              gint64        pos,
              guint64       size)
{
  gint64 end;

  if (size > G_MAXINT64 / 4 || size < (guint64) layout->n_counted)
    return -1;
  end = pos + layout->id_len + layout->size_len + (gint64) size - layout->n_counted;
  return (end + layout->align - 1) / layout->align * layout->align;
}

static gboolean
find_numbers (OtoAudioBytes *bytes,
              Numbers       *ret_numbers)
{
  const gint64 len = oto_audio_bytes_get_len (bytes);
  const Layout *layout = find_layout (bytes);
  gint64 pos;

  *ret_numbers = (Numbers) { .layout = layout };
  if (layout == NULL)
    return FALSE;
  if (layout->sound_id == NULL)
    {
      ret_numbers->data_pos = (gint64) get_number (bytes, 4, 4, layout->is_big_endian);
      ret_numbers->size_pos = 8;
      ret_numbers->size = get_number (bytes, 8, 4, layout->is_big_endian);
      return ret_numbers->data_pos < len;
    }

  pos = layout->first_pos;
  for (int i = 0; i < MAX_CHUNKS && pos >= 0 && pos < len; i++)
    {
      const gint64 size_pos = pos + layout->id_len;
      const gint64 body_pos = size_pos + layout->size_len;
      const guint64 size = get_number (bytes, size_pos, layout->size_len, layout->is_big_endian);
      char id[ID_LEN];

      if (oto_audio_bytes_get (bytes, pos, id, ID_LEN) < ID_LEN)
        return FALSE;
      if (memcmp (id, layout->sound_id, ID_LEN) == 0)
        {
          ret_numbers->data_pos = body_pos + layout->n_skipped;
          ret_numbers->size_pos = size_pos;
          ret_numbers->size = size;
          return TRUE;
        }
      if (memcmp (id, "fmt ", ID_LEN) == 0)
        ret_numbers->format_pos = body_pos;
      if (memcmp (id, "ds64", ID_LEN) == 0)
        ret_numbers->ds64_pos = body_pos;
      pos = get_next_pos (layout, pos, size);
    }
  return FALSE;
}

/* Whether chunks with proper names fill the file from here to its end. */
static gboolean
ends_in_chunks (OtoAudioBytes *bytes,
                const Layout  *layout,
                gint64         pos)
{
  const gint64 len = oto_audio_bytes_get_len (bytes);

  if (layout->sound_id == NULL)
    return FALSE;
  for (int i = 0; i < MAX_CHUNKS && pos >= 0 && pos < len; i++)
    {
      char id[ID_LEN] = { 0 };

      oto_audio_bytes_get (bytes, pos, id, ID_LEN);
      for (int c = 0; c < ID_LEN; c++)
        if (!g_ascii_isprint (id[c]))
          return FALSE;
      pos = get_next_pos (layout, pos, get_number (bytes, pos + layout->id_len, layout->size_len,
                                                   layout->is_big_endian));
    }
  return pos >= len && pos < len + layout->align;
}

/* Whether a size is none that a length was written into: programs begin with 0 or with a number as
 * large as their variable holds, rounded down to a block, and a recorder that is stopped leaves
 * that. A 32-bit size has also gone round when more is there than it can count. */
static gboolean
is_no_size (OtoAudioBytes *bytes,
            const Numbers *numbers,
            guint64        size,
            gint64         n_there)
{
  const Layout *layout = numbers->layout;
  const guint64 least = (guint64) (layout->n_skipped + layout->n_counted);

  if (size < least || size == 0 || size == least)
    return !ends_in_chunks (bytes, layout, numbers->data_pos);
  if (size - least <= (guint64) n_there)
    return n_there > G_MAXUINT32 && layout->size_len == 4 && numbers->ds64_pos == 0
           && !ends_in_chunks (bytes, layout, numbers->data_pos + (gint64) (size - least));
  if (layout->size_len == 4 && size <= G_MAXUINT32)
    return size >= 0xffff0000u || (size >= 0x7fff0000u && size <= 0x80010000u);
  return size > G_MAXINT64 / 4;
}

static void
measure (OtoAudioBytes  *bytes,
         const Numbers  *numbers,
         OtoAudioHeader *ret_header)
{
  const Layout *layout = numbers->layout;
  const gint64 n_there = MAX (oto_audio_bytes_get_len (bytes) - numbers->data_pos, 0);
  guint64 size = numbers->size;

  /* The true size of an RF64 file stands in its first chunk. */
  if (numbers->ds64_pos > 0 && size == G_MAXUINT32)
    size = get_number (bytes, numbers->ds64_pos + 8, 8, FALSE);

  *ret_header = (OtoAudioHeader) { .is_known = TRUE, .data_pos = numbers->data_pos };
  if (numbers->format_pos > 0)
    ret_header->wav_tag = (int) get_number (bytes, numbers->format_pos, 2, layout->is_big_endian);
  ret_header->is_unfinished = n_there > 0 && is_no_size (bytes, numbers, size, n_there);
  ret_header->n_data_bytes = n_there;
  ret_header->n_announced_bytes = n_there;
  if (ret_header->is_unfinished || size > G_MAXINT64 / 4)
    return;
  ret_header->n_announced_bytes = MAX ((gint64) size - layout->n_skipped - layout->n_counted, 0);
  ret_header->n_data_bytes = MIN (n_there, ret_header->n_announced_bytes);
}

/**
 * oto_audio_header_look:
 * @bytes: a file
 * @ret_header: (out caller-allocates): what its beginning tells
 *
 * Finds how long the sound of a file should be, and is. Reads names and sizes of chunks alone.
 */
void
oto_audio_header_look (OtoAudioBytes  *bytes,
                       OtoAudioHeader *ret_header)
{
  Numbers numbers;

  if (find_numbers (bytes, &numbers))
    measure (bytes, &numbers, ret_header);
  else
    *ret_header = (OtoAudioHeader) { .is_known = FALSE };
}

/* An RF64 file begins with a chunk of 64-bit sizes. */
static void
put_ds64 (guint8        *sizes,
          OtoAudioBytes *bytes,
          const Numbers *numbers,
          gint64         n_data_bytes)
{
  const guint64 n_block = numbers->format_pos > 0
                          ? get_number (bytes, numbers->format_pos + 12, 2, FALSE) : 0;

  put_number (sizes, 8, FALSE, (guint64) (oto_audio_bytes_get_len (bytes) - 8));
  put_number (sizes + 8, 8, FALSE, (guint64) n_data_bytes);
  put_number (sizes + 16, 8, FALSE, n_block > 0 ? (guint64) n_data_bytes / n_block : 0);
}

/* A WAV file that is too long for its sizes becomes RF64. */
static void
make_rf64 (GByteArray    *header,
           OtoAudioBytes *bytes,
           const Numbers *numbers,
           gint64         n_data_bytes)
{
  guint8 begin[12 + DS64_LEN] = { 0 };

  memcpy (begin, "RF64\xff\xff\xff\xffWAVEds64", 16);
  put_number (begin + 16, 4, FALSE, DS64_LEN - DS64_SIZES_POS);
  put_ds64 (begin + 12 + DS64_SIZES_POS, bytes, numbers, n_data_bytes);
  memset (header->data + numbers->size_pos, 0xff, 4);
  g_byte_array_remove_range (header, 0, 12);
  g_byte_array_prepend (header, begin, sizeof begin);
}

/**
 * oto_audio_header_mend:
 * @bytes: a file; if its header was never finished, or is that of a longer file, it begins with a
 *   right one from here on
 * @ret_header: (out caller-allocates): what its beginning told
 *
 * Gives a file whose writer was stopped, or wrote to a pipe, or that was cut off, the sizes that it
 * has, so that it is read to its end.
 */
void
oto_audio_header_mend (OtoAudioBytes  *bytes,
                       OtoAudioHeader *ret_header)
{
  GByteArray *header;
  Numbers numbers;
  guint64 size;

  *ret_header = (OtoAudioHeader) { .is_known = FALSE };
  if (!find_numbers (bytes, &numbers))
    return;
  measure (bytes, &numbers, ret_header);
  if ((!ret_header->is_unfinished && ret_header->n_announced_bytes <= ret_header->n_data_bytes)
      || numbers.data_pos > OTO_AUDIO_BYTES_MAX_HEADER)
    return;

  header = g_byte_array_new ();
  g_byte_array_set_size (header, (guint) numbers.data_pos);
  oto_audio_bytes_get (bytes, 0, header->data, header->len);
  size = (guint64) (ret_header->n_data_bytes + numbers.layout->n_skipped
                    + numbers.layout->n_counted);
  if (numbers.ds64_pos > 0 && numbers.ds64_pos + 24 <= numbers.data_pos)
    {
      put_ds64 (header->data + numbers.ds64_pos, bytes, &numbers, ret_header->n_data_bytes);
      memset (header->data + numbers.size_pos, 0xff, 4);
    }
  else if (size > G_MAXUINT32 && memcmp (header->data, "RIFF", ID_LEN) == 0)
    make_rf64 (header, bytes, &numbers, ret_header->n_data_bytes);
  else
    put_number (header->data + numbers.size_pos, numbers.layout->size_len,
                numbers.layout->is_big_endian,
                numbers.layout->size_len == 4 ? MIN (size, G_MAXUINT32) : size);
  oto_audio_bytes_set_header (bytes, header, numbers.data_pos);
}
