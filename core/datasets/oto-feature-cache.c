/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "datasets/oto-feature-cache.h"

#include "audio/oto-clip.h"
#include "base/oto-arena.h"
#include "base/oto-error.h"
#include "features/oto-logmel-stream.h"
#include "io/oto-audio-file.h"
#include "io/oto-draft.h"
#include "io/oto-file.h"
#include "io/oto-safetensors.h"

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

/* Raised when the same file and front end give other numbers than before, or entries have another
 * form. */
#define VERSION      "2"

#define BLOCK_LEN    65536

/* Two sizes: pruning begins above the first and ends below the second. */
#define MAX_BYTES    (4 * G_GINT64_CONSTANT (1000000000))
#define PRUNED_BYTES (3 * G_GINT64_CONSTANT (1000000000))

#define TENSOR_NAME  "logmel"

/* Metadata of an entry: a hash of its features, and what is to be told of the clip. */
#define SUM_KEY      "sha256"
#define INVALID_KEY  "invalid"

struct _OtoFeatureCache
{
  OtoLogmelConfig  front_end;
  gint64           min_frames;
  char            *dir;            /* of this front end; NULL: no folder can be made */
  GAsyncQueue     *extractors;     /* OtoLogmel: idle ones */
  int              n_damaged;      /* atomic: entries that were made again */
};

/* --- the folder ---------------------------------------------------------------------------- */

typedef struct
{
  char   *path;
  gint64  n_bytes;
  gint64  time_s;
} Entry;

static void
entry_clear (gpointer data)
{
  g_free (((Entry *) data)->path);
}

static int
compare_ages (gconstpointer a,
              gconstpointer b)
{
  const Entry *x = a, *y = b;

  return (x->time_s > y->time_s) - (x->time_s < y->time_s);
}

static void
list_entries (const char *dir_path,
              GArray     *entries,
              int         depth)
{
  g_autoptr (GDir) dir = g_dir_open (dir_path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (dir_path, name, NULL);
      GStatBuf info;

      if (g_lstat (path, &info) != 0)
        continue;
      if (S_ISDIR (info.st_mode) && depth == 0)
        list_entries (path, entries, depth + 1);
      else if (S_ISREG (info.st_mode) && depth == 1)
        {
          Entry entry = { g_steal_pointer (&path), info.st_size, info.st_mtime };

          g_array_append_val (entries, entry);
        }
    }
}

/* Removes the oldest files of all front ends when the cache has grown too large. */
static void
prune (const char *root)
{
  g_autoptr (GArray) entries = g_array_new (FALSE, FALSE, sizeof (Entry));
  gint64 n_bytes = 0;

  g_array_set_clear_func (entries, entry_clear);
  list_entries (root, entries, 0);
  for (guint i = 0; i < entries->len; i++)
    n_bytes += g_array_index (entries, Entry, i).n_bytes;
  if (n_bytes <= MAX_BYTES)
    return;
  g_array_sort (entries, compare_ages);
  for (guint i = 0; i < entries->len && n_bytes > PRUNED_BYTES; i++)
    {
      const Entry *entry = &g_array_index (entries, Entry, i);

      if (g_unlink (entry->path) == 0)
        n_bytes -= entry->n_bytes;
    }
}

static char *
make_dir (OtoFeatureCache *self)
{
  g_autofree char *front_end = oto_logmel_config_dup_json (&self->front_end);
  g_autofree char *key = NULL, *hash = NULL, *dir = NULL;
  g_autofree char *root = g_build_filename (g_get_user_cache_dir (), "otoscope", "features", NULL);

  key = g_strdup_printf (VERSION " %s %" G_GINT64_FORMAT, front_end, self->min_frames);
  hash = g_compute_checksum_for_string (G_CHECKSUM_SHA256, key, -1);
  hash[16] = '\0';
  dir = g_build_filename (root, hash, NULL);
  if (g_mkdir_with_parents (dir, 0700) != 0)
    return NULL;
  prune (root);
  return g_steal_pointer (&dir);
}

/**
 * oto_feature_cache_new:
 * @front_end: what to compute
 * @min_frames: shorter clips are padded with silence to so many frames, as
 *   oto_logmel_stream_pull_padding() does
 * @error: return location for a #GError
 *
 * Opens the cache in the user's cache folder, and makes room in it. Without a folder everything is
 * computed.
 *
 * Returns: (transfer full): the cache, or %NULL for a front end that cannot work
 */
OtoFeatureCache *
oto_feature_cache_new (const OtoLogmelConfig  *front_end,
                       gint64                  min_frames,
                       GError                **error)
{
  OtoFeatureCache *self;

  g_return_val_if_fail (front_end != NULL && min_frames > 0, NULL);

  if (!oto_logmel_config_validate (front_end, error))
    return NULL;
  self = g_new0 (OtoFeatureCache, 1);
  self->front_end = *front_end;
  self->min_frames = min_frames;
  self->dir = make_dir (self);
  self->extractors = g_async_queue_new_full ((GDestroyNotify) oto_logmel_free);
  return self;
}

void
oto_feature_cache_free (OtoFeatureCache *self)
{
  if (self == NULL)
    return;
  g_async_queue_unref (self->extractors);
  g_free (self->dir);
  g_free (self);
}

/* --- entries ------------------------------------------------------------------------------- */

/* Hash of a file's bytes, in hexadecimal. */
static char *
hash_file (const char  *path,
           GError     **error)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autofree guint8 *block = g_malloc (BLOCK_LEN);
  gssize n;
  int fd = oto_file_open (path, NULL, error);

  if (fd < 0)
    return NULL;
  while ((n = read (fd, block, BLOCK_LEN)) > 0)
    g_checksum_update (checksum, block, n);
  close (fd);
  if (n < 0)
    {
      g_autofree char *name = oto_file_dup_display_name (path);

      g_set_error (error, OTO_IO_ERROR, OTO_IO_ERROR_MISSING,
                   _("“%s” cannot be read to its end. Check the disk."), name);
      return NULL;
    }
  return g_strdup (g_checksum_get_string (checksum));
}

/* Of what an entry holds: its size, its features, and the count of values that are no sound. */
static char *
get_sum (const OtoSafetensor *tensor,
         const char          *invalid)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autofree char *head = g_strdup_printf ("%" G_GINT64_FORMAT " %" G_GINT64_FORMAT " %s\n",
                                           tensor->shape[0], tensor->shape[1], invalid);

  g_checksum_update (checksum, (const guchar *) head, -1);
  g_checksum_update (checksum, tensor->data, tensor->len * (gssize) sizeof (float));
  return g_strdup (g_checksum_get_string (checksum));
}

/* The features of an entry that is as it was written, or %NULL. */
static const OtoSafetensor *
check_entry (OtoFeatureCache *self,
             OtoSafetensors  *file,
             guint64         *ret_n_invalid)
{
  const OtoSafetensor *tensor = oto_safetensors_find (file, TENSOR_NAME);
  const char *sum = oto_safetensors_get_meta (file, SUM_KEY);
  const char *invalid = oto_safetensors_get_meta (file, INVALID_KEY);
  g_autofree char *expected = NULL;

  if (tensor == NULL || sum == NULL || invalid == NULL
      || tensor->dtype != OTO_DTYPE_F32 || tensor->n_dims != 2
      || tensor->shape[0] < self->min_frames || tensor->shape[1] != self->front_end.n_mels
      || !g_ascii_string_to_unsigned (invalid, 10, 0, G_MAXUINT64, ret_n_invalid, NULL))
    return NULL;
  expected = get_sum (tensor, invalid);
  return strcmp (sum, expected) == 0 ? tensor : NULL;
}

/* An entry that a disk or a power cut damaged is as if it were not there, but for being counted. */
static float *
load_entry (OtoFeatureCache *self,
            const char      *path,
            gint64          *ret_n_frames,
            guint64         *ret_n_invalid)
{
  g_autoptr (OtoSafetensors) file = NULL;
  const OtoSafetensor *tensor;
  float *logmel;

  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    return NULL;
  file = oto_safetensors_load (path, NULL);
  tensor = file != NULL ? check_entry (self, file, ret_n_invalid) : NULL;
  if (tensor == NULL)
    {
      g_atomic_int_inc (&self->n_damaged);
      return NULL;
    }
  logmel = oto_try_alloc (tensor->len, sizeof (float), NULL);
  if (logmel == NULL)
    return NULL;
  memcpy (logmel, tensor->data, tensor->len * sizeof (float));
  *ret_n_frames = tensor->shape[0];
  return logmel;
}

/* The cache is a convenience: that it cannot be written is no failure, and nobody waits for the
 * disk; an entry that a power cut damaged is found out when it is read. */
static void
save_entry (OtoFeatureCache *self,
            const char      *path,
            const float     *logmel,
            gint64           n_frames,
            guint64          n_invalid)
{
  g_autoptr (OtoSafetensors) file = oto_safetensors_new ();
  g_autofree char *invalid = g_strdup_printf ("%" G_GUINT64_FORMAT, n_invalid);
  g_autofree char *sum = NULL;
  const gint64 shape[2] = { n_frames, self->front_end.n_mels };
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (OtoDraft) draft = NULL;
  const char *contents;
  size_t len;

  oto_safetensors_add (file, TENSOR_NAME, OTO_DTYPE_F32, 2, shape, logmel);
  sum = get_sum (oto_safetensors_find (file, TENSOR_NAME), invalid);
  oto_safetensors_set_meta (file, SUM_KEY, sum);
  oto_safetensors_set_meta (file, INVALID_KEY, invalid);
  bytes = oto_safetensors_to_bytes (file);
  draft = bytes != NULL ? oto_draft_new (path, NULL) : NULL;
  if (draft == NULL)
    return;
  contents = g_bytes_get_data (bytes, &len);
  oto_draft_set_volatile (draft);
  if (oto_draft_write (draft, contents, len, NULL))
    oto_draft_publish (g_steal_pointer (&draft), NULL);
}

/* --- computing ----------------------------------------------------------------------------- */

/**
 * oto_feature_cache_compute:
 * @self: a cache
 * @clip: a clip
 * @ret_n_frames: (out): T, at least the cache's fewest
 * @ret_n_invalid: (out): values of the clip that are no sound and were read as silence
 * @error: return location for a #GError
 *
 * Computes the features of a clip, (T, F), from oto_logmel_stream_read_clip(); for clips that are
 * no files, and would not be met again.
 *
 * Returns: (transfer full): freed with oto_free(); %NULL when the clip cannot be read
 */
float *
oto_feature_cache_compute (OtoFeatureCache  *self,
                           OtoClip          *clip,
                           gint64           *ret_n_frames,
                           guint64          *ret_n_invalid,
                           GError          **error)
{
  OtoLogmel *extractor = g_async_queue_try_pop (self->extractors);
  gint64 n_frames;
  float *logmel;

  if (extractor == NULL)
    extractor = oto_logmel_new (&self->front_end, error);
  if (extractor == NULL)
    return NULL;

  n_frames = MAX (oto_logmel_stream_get_n_clip_frames (&self->front_end, clip), self->min_frames);
  logmel = oto_try_alloc (n_frames * self->front_end.n_mels, sizeof (float), error);
  if (logmel != NULL
      && !oto_logmel_stream_read_clip (extractor, clip, n_frames, logmel, NULL, NULL, NULL, NULL,
                                       error))
    g_clear_pointer (&logmel, oto_free);
  g_async_queue_push (self->extractors, extractor);
  if (logmel != NULL)
    {
      *ret_n_frames = n_frames;
      *ret_n_invalid = oto_clip_get_n_invalid (clip);
    }
  return logmel;
}

static float *
compute_file (OtoFeatureCache  *self,
              const char       *path,
              gint64           *ret_n_frames,
              guint64          *ret_n_invalid,
              GError          **error)
{
  g_autoptr (OtoClip) clip = oto_audio_file_open (path, error);

  if (clip == NULL)
    return NULL;
  return oto_feature_cache_compute (self, clip, ret_n_frames, ret_n_invalid, error);
}

/**
 * oto_feature_cache_get:
 * @self: a cache
 * @path: an audio file
 * @ret_n_frames: (out): T
 * @ret_n_invalid: (out): values of the file that are no sound and were read as silence
 * @error: return location for a #GError
 *
 * Gets the features of a file, (T, F), from oto_logmel_stream_read_clip().
 *
 * Returns: (transfer full): freed with oto_free(); %NULL when the file cannot be read
 */
float *
oto_feature_cache_get (OtoFeatureCache  *self,
                       const char       *path,
                       gint64           *ret_n_frames,
                       guint64          *ret_n_invalid,
                       GError          **error)
{
  g_autofree char *hash = NULL, *entry_name = NULL, *entry = NULL;
  float *logmel = NULL;

  g_return_val_if_fail (self != NULL && path != NULL, NULL);

  if (self->dir == NULL)
    return compute_file (self, path, ret_n_frames, ret_n_invalid, error);

  hash = hash_file (path, error);
  if (hash == NULL)
    return NULL;
  entry_name = g_strconcat (hash, ".safetensors", NULL);
  entry = g_build_filename (self->dir, entry_name, NULL);
  logmel = load_entry (self, entry, ret_n_frames, ret_n_invalid);
  if (logmel != NULL)
    return logmel;
  logmel = compute_file (self, path, ret_n_frames, ret_n_invalid, error);
  if (logmel != NULL)
    save_entry (self, entry, logmel, *ret_n_frames, *ret_n_invalid);
  return logmel;
}

/**
 * oto_feature_cache_get_n_damaged:
 * @self: a cache
 *
 * Returns: how many entries were not as they had been written, and were made again; from any thread
 */
guint
oto_feature_cache_get_n_damaged (OtoFeatureCache *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return (guint) g_atomic_int_get (&self->n_damaged);
}
