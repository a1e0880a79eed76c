/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "analysis/oto-stems.h"
#include "analysis/oto-stem-stream.h"
#include "audio/oto-clip.h"
#include "base/oto-arena.h"
#include "base/oto-error.h"
#include "io/oto-audio-writer.h"
#include "io/oto-draft.h"
#include "models/oto-model-snapshot.h"

#include <string.h>

/* Together with an underscore, ".wav" and a number they stay below the 255 bytes of a file name. */
#define MAX_CLIP_NAME_BYTES 160
#define MAX_CLASS_NAME_BYTES 60

typedef struct
{
  float *samples;
  size_t len;
  int    n_channels;
} RenderSink;

static gboolean
sink_to_memory (guint         stem,
                const float  *samples,
                gint64        n_samples,
                gpointer      user_data,
                GError      **error)
{
  RenderSink *sink = user_data;
  size_t n = n_samples * sink->n_channels;

  memcpy (sink->samples + sink->len, samples, n * sizeof (float));
  sink->len += n;
  return TRUE;
}

/**
 * oto_stems_render:
 * @analysis: an analysis
 * @kind: through which mask classes pass
 * @class_index: a class, or -1 for Background
 * @progress: (nullable) (scope call): called on this thread
 * @user_data: for @progress
 * @cancellable: (nullable): cancels
 * @error: set on failure
 *
 * Renders one stem as a whole.
 *
 * Returns: (transfer full) (nullable): interleaved samples at the clip's rate and channels, as
 *   many as the clip has; oto_free()
 */
float *
oto_stems_render (OtoAnalysis      *analysis,
                  OtoMaskKind       kind,
                  int               class_index,
                  OtoProgressFunc   progress,
                  gpointer          user_data,
                  GCancellable     *cancellable,
                  GError          **error)
{
  RenderSink sink = { NULL };
  gboolean is_background = class_index < 0;
  OtoClip *clip;

  g_return_val_if_fail (OTO_IS_ANALYSIS (analysis), NULL);
  g_return_val_if_fail (class_index < oto_analysis_get_n_classes (analysis), NULL);

  if (!oto_analysis_check_mask (analysis, kind, error))
    return NULL;

  clip = oto_analysis_get_clip (analysis);
  sink.n_channels = oto_clip_get_n_channels (clip);
  sink.samples = oto_try_alloc (oto_clip_get_n_samples (clip), sizeof (float) * sink.n_channels,
                                error);
  if (sink.samples == NULL)
    return NULL;
  if (!oto_stem_stream_run (analysis, kind, &class_index, is_background ? 0 : 1, is_background,
                            sink_to_memory, &sink, progress, user_data, cancellable, error))
    g_clear_pointer (&sink.samples, oto_free);
  return sink.samples;
}

static gboolean
sink_to_files (guint         stem,
               const float  *samples,
               gint64        n_samples,
               gpointer      user_data,
               GError      **error)
{
  GPtrArray *writers = user_data;

  return oto_audio_writer_write (g_ptr_array_index (writers, stem), samples, n_samples, error);
}

/* A name that none of the stems before has, also where case does not matter. */
static char *
dup_unique_name (const char *clip_name,
                 const char *class_name,
                 GHashTable *used)
{
  for (guint i = 1; ; i++)
    {
      g_autofree char *numbered = i == 1 ? g_strdup (class_name)
                                         : g_strdup_printf ("%.*s_%u", MAX_CLASS_NAME_BYTES - 8,
                                                            class_name, i);
      g_autofree char *name = oto_stems_dup_file_name (clip_name, numbered);

      if (g_hash_table_add (used, g_utf8_casefold (name, -1)))
        return g_steal_pointer (&name);
    }
}

/* Opens a writer for every stem. */
static gboolean
open_writers (OtoAnalysis  *analysis,
              GPtrArray    *writers,
              const char   *dir,
              char        **names,
              GError      **error)
{
  OtoClip *clip = oto_analysis_get_clip (analysis);

  for (guint i = 0; names[i] != NULL; i++)
    {
      g_autofree char *path = g_build_filename (dir, names[i], NULL);
      OtoAudioWriter *writer = oto_audio_writer_new (path, OTO_AUDIO_FORMAT_WAV_FLOAT,
                                                     oto_clip_get_rate_hz (clip),
                                                     oto_clip_get_n_channels (clip), error);

      if (writer == NULL)
        return FALSE;
      g_ptr_array_add (writers, writer);
    }
  return TRUE;
}

static char **
dup_paths (const char  *dir,
           char       **names)
{
  g_autoptr (GStrvBuilder) paths = g_strv_builder_new ();

  for (guint i = 0; names[i] != NULL; i++)
    {
      g_autofree char *path = g_build_filename (dir, names[i], NULL);

      g_strv_builder_add (paths, path);
    }
  return g_strv_builder_end (paths);
}

/**
 * oto_stems_save:
 * @analysis: an analysis
 * @kind: through which mask classes pass
 * @classes: (array length=n_classes): the classes to write
 * @n_classes: their number
 * @background: whether to write Background, the clip minus all classes of the model
 * @dir: folder for the files; made if it is missing
 * @name: (nullable): what the clip is called in the names of the files; %NULL: its name
 * @ret_paths: (out) (optional) (transfer full): the files, in the order of @classes, Background
 *   last
 * @progress: (nullable) (scope call): called on this thread
 * @user_data: for @progress
 * @cancellable: (nullable): cancels
 * @error: set on failure; no file is left behind then, and none is replaced
 *
 * Writes float WAV files block by block, so that long clips need no more memory than short ones.
 *
 * Returns: whether all were written
 */
gboolean
oto_stems_save (OtoAnalysis      *analysis,
                OtoMaskKind       kind,
                const int        *classes,
                guint             n_classes,
                gboolean          background,
                const char       *dir,
                const char       *name,
                GStrv            *ret_paths,
                OtoProgressFunc   progress,
                gpointer          user_data,
                GCancellable     *cancellable,
                GError          **error)
{
  g_autoptr (GPtrArray) writers =
    g_ptr_array_new_with_free_func ((GDestroyNotify) oto_audio_writer_free);
  g_autoptr (GHashTable) used = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_auto (GStrv) names = g_new0 (char *, n_classes + 2);
  g_autoptr (OtoDraft) draft = NULL;
  const char * const *class_names;
  const char *clip_name;

  g_return_val_if_fail (OTO_IS_ANALYSIS (analysis), FALSE);
  g_return_val_if_fail (dir != NULL, FALSE);

  if (!oto_analysis_check_mask (analysis, kind, error))
    return FALSE;
  draft = oto_draft_new_folder (dir, error);
  if (draft == NULL)
    return FALSE;

  class_names = oto_model_snapshot_get_class_names (oto_analysis_get_model (analysis));
  clip_name = name != NULL ? name : oto_clip_get_name (oto_analysis_get_clip (analysis));
  for (guint i = 0; i < n_classes; i++)
    names[i] = dup_unique_name (clip_name, class_names[classes[i]], used);
  if (background)
    names[n_classes] = dup_unique_name (clip_name, "Background", used);

  if (!open_writers (analysis, writers, oto_draft_get_path (draft), names, error)
      || !oto_stem_stream_run (analysis, kind, classes, n_classes, background, sink_to_files,
                               writers, progress, user_data, cancellable, error))
    return FALSE;
  while (writers->len > 0)
    if (!oto_audio_writer_close (g_ptr_array_steal_index (writers, writers->len - 1), error))
      return FALSE;
  if (!oto_draft_publish (g_steal_pointer (&draft), error))
    return FALSE;

  if (ret_paths != NULL)
    *ret_paths = dup_paths (dir, names);
  return TRUE;
}

/* Appends at most @max_bytes of a name, with an underscore for each character that some file system
 * does not take or that would hide what the name says. */
static void
append_safe (GString    *out,
             const char *name,
             size_t      max_bytes)
{
  g_autofree char *valid = g_utf8_make_valid (name, -1);
  size_t end = out->len + max_bytes;

  for (const char *c = valid; *c != '\0'; c = g_utf8_next_char (c))
    {
      gunichar character = g_utf8_get_char (c);
      GUnicodeType type = g_unichar_type (character);
      gboolean is_safe = type != G_UNICODE_CONTROL && type != G_UNICODE_FORMAT
                         && type != G_UNICODE_LINE_SEPARATOR
                         && type != G_UNICODE_PARAGRAPH_SEPARATOR
                         && (character > 127 || strchr ("/\\:*?\"<>|", character) == NULL);

      if (out->len + 6 > end)
        break;
      if (is_safe)
        g_string_append_unichar (out, character);
      else
        g_string_append_c (out, '_');
    }
}

/* Windows reserves these names, whatever follows the first point. */
static gboolean
is_reserved (const char *name)
{
  static const char * const reserved[] = { "con", "prn", "aux", "nul", "com", "lpt" };
  size_t len = strcspn (name, ".");

  for (guint i = 0; i < G_N_ELEMENTS (reserved); i++)
    if (g_ascii_strncasecmp (name, reserved[i], 3) == 0
        && (i < 4 ? len == 3 : len == 4 && g_ascii_isdigit (name[3])))
      return TRUE;
  return FALSE;
}

/**
 * oto_stems_dup_safe_stem:
 * @clip_name: a clip's name
 *
 * Returns: (transfer full): the name without its extension, as the beginning of a file name that
 *   is safe on any file system: no separators, control characters, leading points or reserved
 *   names, and not too long
 */
char *
oto_stems_dup_safe_stem (const char *clip_name)
{
  g_autofree char *stem = NULL;
  GString *out;
  char *dot;

  g_return_val_if_fail (clip_name != NULL, NULL);

  stem = g_strdup (clip_name);
  dot = strrchr (stem, '.');
  if (dot != NULL && dot != stem && strchr (dot, '/') == NULL)
    *dot = '\0';

  out = g_string_new (NULL);
  append_safe (out, stem, MAX_CLIP_NAME_BYTES);
  for (size_t i = 0; out->str[i] == '.' || out->str[i] == ' '; i++)
    out->str[i] = '_';
  if (out->len == 0 || is_reserved (out->str))
    g_string_prepend_c (out, '_');
  return g_string_free (out, FALSE);
}

/**
 * oto_stems_dup_file_name:
 * @clip_name: the clip's name, its extension is left out
 * @class_name: the class
 *
 * Returns: (transfer full): "CLIP_Class.wav", safe on any file system
 */
char *
oto_stems_dup_file_name (const char *clip_name,
                         const char *class_name)
{
  g_autofree char *stem = NULL;
  GString *out;

  g_return_val_if_fail (clip_name != NULL, NULL);
  g_return_val_if_fail (class_name != NULL, NULL);

  stem = oto_stems_dup_safe_stem (clip_name);
  out = g_string_new (stem);
  g_string_append_c (out, '_');
  append_safe (out, class_name, MAX_CLASS_NAME_BYTES);
  g_string_append (out, ".wav");
  return g_string_free (out, FALSE);
}
