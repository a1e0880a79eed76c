/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "datasets/oto-remix-private.h"

#include "base/oto-error.h"
#include "base/oto-rng.h"
#include "io/oto-csv.h"
#include "io/oto-file.h"

#include <glib/gi18n-lib.h>
#include <stdlib.h>
#include <string.h>

/* The recipe's number of folds, used where a list has no fold column. */
#define N_FOLDS   4
#define MAX_FOLDS 1000

static void
source_free (gpointer data)
{
  OtoRemixSource *self = data;

  g_free (self->name);
  g_free (self->label);
  g_free (self->recording);
  g_free (self);
}

/* Whole, or up to a semicolon: “CC BY” is not “CC BY-NC”. */
static gboolean
matches_licence (const char         *licence,
                 const char * const *wanted)
{
  if (wanted == NULL || wanted[0] == NULL)
    return TRUE;
  for (guint i = 0; wanted[i] != NULL; i++)
    {
      const char *rest = licence + strlen (wanted[i]);

      if (g_str_has_prefix (licence, wanted[i])
          && (*rest == '\0' || *rest == ';' || g_str_has_suffix (wanted[i], ";")))
        return TRUE;
    }
  return FALSE;
}

static gboolean
fail (const char  *path,
      guint        line,
      GError     **error,
      const char  *what)
{
  g_autofree char *name = oto_file_dup_display_name (path);

  if (line > 0)
    g_set_error (error, OTO_DATASETS_ERROR, OTO_DATASETS_ERROR_LAYOUT,
                 /* Translators: a file, its line, then what is wrong, in small letters. */
                 _("“%s”, line %u: %s"), name, line, what);
  else
    g_set_error (error, OTO_DATASETS_ERROR, OTO_DATASETS_ERROR_LAYOUT, "“%s”: %s", name, what);
  return FALSE;
}

static gboolean
parse_fold (const char *text,
            int        *ret_fold)
{
  char *end;
  double value = g_ascii_strtod (text, &end);

  /* Tables from pandas write whole numbers with “.0” where a column has gaps. */
  if (end == text || *end != '\0' || value != (int) CLAMP (value, 1.0, MAX_FOLDS))
    return FALSE;
  *ret_fold = (int) value;
  return TRUE;
}

/* Indices of the columns of a list; -1: not there. */
typedef struct
{
  int name, label, fold, recording, licence, verified;
} Columns;

/* @name_column and @label_column (nullable) must be there, the others may be. */
static gboolean
find_columns (OtoCsv              *csv,
              const char          *path,
              const char          *name_column,
              const char          *label_column,
              const char * const  *licences,
              Columns             *ret_columns,
              GError             **error)
{
  Columns columns = {
    .name = oto_csv_find (csv, name_column),
    .label = label_column != NULL ? oto_csv_find (csv, label_column) : -1,
    .fold = oto_csv_find (csv, "fold"),
    .recording = oto_csv_find (csv, "recording"),
    .licence = oto_csv_find (csv, "licence"),
    .verified = oto_csv_find (csv, "manually_verified"),
  };

  if (columns.fold >= 0)
    columns.verified = -1;
  if (columns.name < 0 || (label_column != NULL && columns.label < 0))
    {
      g_autofree char *what =
        g_strdup_printf (_("there is no column “%s”. Its first line must name the columns: %s%s%s "
                           "and, if known, fold, recording, licence."),
                         columns.name < 0 ? name_column : label_column, name_column,
                         label_column != NULL ? ", " : "",
                         label_column != NULL ? label_column : "");

      return fail (path, 0, error, what);
    }
  if (licences != NULL && licences[0] != NULL && columns.licence < 0)
    return fail (path, 0, error, _("there is no column “licence” to choose by. Leave the choice "
                                   "out."));
  *ret_columns = columns;
  return TRUE;
}

static gboolean
read_source (OtoCsv              *csv,
             guint                row,
             const char          *path,
             const Columns       *columns,
             const char * const  *licences,
             OtoRemixSource      *ret_source,
             GError             **error)
{
  const char *name = oto_csv_get (csv, row, columns->name);
  const char *label = columns->label >= 0 ? oto_csv_get (csv, row, columns->label) : NULL;
  const char *recording = columns->recording >= 0 ? oto_csv_get (csv, row, columns->recording) : "";
  gboolean verified = TRUE, licensed = TRUE;

  if (*name == '\0' || (label != NULL && *label == '\0'))
    return fail (path, oto_csv_get_line (csv, row), error,
                 _("the file name or the label is empty. Fill it in or remove the line."));
  if (columns->fold >= 0
      && !parse_fold (oto_csv_get (csv, row, columns->fold), &ret_source->fold))
    return fail (path, oto_csv_get_line (csv, row), error,
                 _("the fold is not a whole number from 1 to 1000. Correct it."));

  if (columns->verified >= 0)
    verified = g_ascii_strtod (oto_csv_get (csv, row, columns->verified), NULL) == 1.0;
  if (columns->licence >= 0)
    licensed = matches_licence (oto_csv_get (csv, row, columns->licence), licences);
  ret_source->name = g_strdup (name);
  ret_source->label = g_strdup (label);
  ret_source->recording = *recording != '\0' ? g_strdup (recording) : NULL;
  ret_source->selected = verified && licensed;
  return TRUE;
}

/* Reads one list, see find_columns(). */
static GPtrArray *
load_sources (const char          *path,
              const char          *name_column,
              const char          *label_column,
              const char * const  *licences,
              gboolean            *ret_has_fold,
              GError             **error)
{
  g_autoptr (OtoCsv) csv = oto_csv_load (path, 0, TRUE, error);
  g_autoptr (GPtrArray) sources = g_ptr_array_new_with_free_func (source_free);
  Columns columns;

  if (csv == NULL
      || !find_columns (csv, path, name_column, label_column, licences, &columns, error))
    return NULL;
  for (guint row = 0; row < oto_csv_get_n_rows (csv); row++)
    {
      OtoRemixSource *source = g_new0 (OtoRemixSource, 1);

      g_ptr_array_add (sources, source);
      if (!read_source (csv, row, path, &columns, licences, source, error))
        return NULL;
    }
  *ret_has_fold = columns.fold >= 0;
  return g_steal_pointer (&sources);
}

/* The published folds: the shuffled indices are dealt out in turn, over all rows. */
static void
deal_folds (GPtrArray *sources,
            guint32    seed)
{
  g_autofree guint32 *order = g_new (guint32, sources->len);
  OtoMersenne mersenne;

  for (guint i = 0; i < sources->len; i++)
    order[i] = i;
  oto_mersenne_init (&mersenne, seed);
  oto_mersenne_shuffle (&mersenne, order, sources->len);
  for (guint n = 0; n < sources->len; n++)
    ((OtoRemixSource *) g_ptr_array_index (sources, order[n]))->fold = (int) (n % N_FOLDS) + 1;
}

/* Fold of every recording. One that is in two is refused: what is trained on would be tested. */
static gboolean
collect_recordings (GPtrArray   *sources,
                    const char  *path,
                    GHashTable  *folds,
                    GError     **error)
{
  for (guint i = 0; i < sources->len; i++)
    {
      OtoRemixSource *source = g_ptr_array_index (sources, i);
      int fold;

      if (source->recording == NULL || !source->selected || source->fold == 0)
        continue;
      fold = GPOINTER_TO_INT (g_hash_table_lookup (folds, source->recording));
      if (fold != 0 && fold != source->fold)
        {
          g_autofree char *what =
            g_strdup_printf (_("the recording “%s” is in fold %d and in fold %d, so a model would "
                               "be tested on what it was trained on. Give all rows of a recording "
                               "the same fold in a column “fold”."),
                             source->recording, fold, source->fold);

          return fail (path, 0, error, what);
        }
      g_hash_table_insert (folds, source->recording, GINT_TO_POINTER (source->fold));
    }
  return TRUE;
}

/**
 * oto_remix_get_only_fold:
 * @events: (element-type OtoRemixSource): events
 *
 * Returns: the fold in which all that are selected are, as in a list for evaluation; 0 if they are
 *   in several
 */
int
oto_remix_get_only_fold (GPtrArray *events)
{
  int fold = 0;

  for (guint i = 0; i < events->len; i++)
    {
      const OtoRemixSource *event = g_ptr_array_index (events, i);

      if (!event->selected)
        continue;
      if (fold != 0 && fold != event->fold)
        return 0;
      fold = event->fold;
    }
  return fold;
}

/**
 * oto_remix_load_events:
 * @config: the settings
 * @ret_n_folds: (out): how many folds there are
 * @error: return location for a #GError
 *
 * Reads the list of events. A column “fold” is used as it is, and “manually_verified” then
 * ignored; without it the folds are those of the published recipe. Each fold has events, unless
 * all are in one.
 *
 * Returns: (transfer full) (element-type OtoRemixSource): all rows, also those not selected
 */
GPtrArray *
oto_remix_load_events (const OtoRemixConfig  *config,
                       int                   *ret_n_folds,
                       GError               **error)
{
  g_autoptr (GPtrArray) events = NULL;
  g_autoptr (GHashTable) folds = NULL;
  g_autofree guint *n_selected = NULL;
  gboolean has_fold;
  int n_folds = N_FOLDS;

  events = load_sources (config->events_csv, "fname", "label", config->licences, &has_fold, error);
  if (events == NULL)
    return NULL;
  if (!has_fold)
    deal_folds (events, config->seed);

  folds = g_hash_table_new (g_str_hash, g_str_equal);
  if (!collect_recordings (events, config->events_csv, folds, error))
    return NULL;

  for (guint i = 0; i < events->len && has_fold; i++)
    {
      n_folds = i == 0 ? 1 : n_folds;
      n_folds = MAX (n_folds, ((OtoRemixSource *) g_ptr_array_index (events, i))->fold);
    }
  n_selected = g_new0 (guint, n_folds + 1);
  for (guint i = 0; i < events->len; i++)
    {
      const OtoRemixSource *event = g_ptr_array_index (events, i);

      n_selected[event->fold] += event->selected;
    }
  for (int fold = 1; fold <= n_folds; fold++)
    if (n_selected[fold] == 0 && (!has_fold || oto_remix_get_only_fold (events) == 0))
      {
        g_autofree char *what =
          g_strdup_printf (config->licences != NULL
                             ? _("fold %d of %d has no event with such a licence. Every fold needs "
                                 "at least one.")
                             : _("fold %d of %d has no event. Every fold needs at least one."),
                           fold, n_folds);

        fail (config->events_csv, 0, error, what);
        return NULL;
      }

  *ret_n_folds = n_folds;
  return g_steal_pointer (&events);
}

typedef struct
{
  const char *recording;
  guint       n_scenes;
  guint       order;             /* place in the shuffle, which settles ties */
} Recording;

static int
compare_recordings (gconstpointer a,
                    gconstpointer b)
{
  const Recording *x = a, *y = b;

  if (x->n_scenes != y->n_scenes)
    return x->n_scenes > y->n_scenes ? -1 : 1;
  return (x->order > y->order) - (x->order < y->order);
}

/* A scene without one is a recording of its own. */
static const char *
get_recording (const OtoRemixSource *scene)
{
  return scene->recording != NULL ? scene->recording : scene->name;
}

/* The recordings of the scenes that are selected, in order of appearance. */
static GArray *
list_recordings (GPtrArray *scenes)
{
  g_autoptr (GHashTable) places = g_hash_table_new (g_str_hash, g_str_equal);
  GArray *recordings = g_array_new (FALSE, TRUE, sizeof (Recording));

  for (guint i = 0; i < scenes->len; i++)
    {
      const OtoRemixSource *scene = g_ptr_array_index (scenes, i);
      const char *recording = get_recording (scene);
      guint place = GPOINTER_TO_UINT (g_hash_table_lookup (places, recording));

      if (!scene->selected)
        continue;
      if (place == 0)
        {
          Recording new_recording = { .recording = recording };

          g_array_append_val (recordings, new_recording);
          place = recordings->len;
          g_hash_table_insert (places, (gpointer) recording, GUINT_TO_POINTER (place));
        }
      g_array_index (recordings, Recording, place - 1).n_scenes++;
    }
  return recordings;
}

/* The largest first. */
static void
order_recordings (GArray  *recordings,
                  guint32  seed)
{
  g_autofree guint32 *order = g_new (guint32, recordings->len);
  OtoMersenne mersenne;

  for (guint i = 0; i < recordings->len; i++)
    order[i] = i;
  oto_mersenne_init (&mersenne, seed);
  oto_mersenne_shuffle (&mersenne, order, recordings->len);
  for (guint i = 0; i < recordings->len; i++)
    g_array_index (recordings, Recording, i).order = order[i];
  g_array_sort (recordings, compare_recordings);
}

/* Deals recordings to folds, the largest first and each to the fold with the fewest scenes so far.
 * A recording that the events know keeps their fold. */
static void
balance_folds (GPtrArray  *scenes,
               GHashTable *known,
               int         n_folds,
               guint32     seed)
{
  g_autoptr (GHashTable) folds = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GArray) recordings = list_recordings (scenes);
  g_autofree guint *n_scenes = g_new0 (guint, n_folds + 1);

  order_recordings (recordings, seed);

  for (int pass = 0; pass < 2; pass++)
    for (guint i = 0; i < recordings->len; i++)
      {
        const Recording *recording = &g_array_index (recordings, Recording, i);
        int fold = GPOINTER_TO_INT (g_hash_table_lookup (known, recording->recording));

        if ((fold != 0) != (pass == 0))
          continue;
        for (int f = 1; f <= n_folds && pass == 1; f++)
          if (fold == 0 || n_scenes[f] < n_scenes[fold])
            fold = f;
        n_scenes[fold] += recording->n_scenes;
        g_hash_table_insert (folds, (gpointer) recording->recording, GINT_TO_POINTER (fold));
      }

  for (guint i = 0; i < scenes->len; i++)
    {
      OtoRemixSource *scene = g_ptr_array_index (scenes, i);

      scene->fold = GPOINTER_TO_INT (g_hash_table_lookup (folds, get_recording (scene)));
    }
}

/**
 * oto_remix_load_scenes:
 * @config: the settings
 * @events: what oto_remix_load_events() returned
 * @n_folds: how many folds there are
 * @error: return location for a #GError
 *
 * Reads the list of scenes. A column “fold” is used as it is. Where all events are in one fold, all
 * scenes are too. Otherwise all scenes of a recording get the same fold, in equal shares. Only a
 * list without either that has a scene for every clip is used as published, each scene once,
 * whatever the fold: all folds are 0 then.
 *
 * Returns: (transfer full) (element-type OtoRemixSource): all rows, also those not selected
 */
GPtrArray *
oto_remix_load_scenes (const OtoRemixConfig  *config,
                       GPtrArray             *events,
                       int                    n_folds,
                       GError               **error)
{
  g_autoptr (GPtrArray) scenes = NULL;
  g_autoptr (GHashTable) folds = g_hash_table_new (g_str_hash, g_str_equal);
  const int only_fold = n_folds > 1 ? oto_remix_get_only_fold (events) : 0;
  gboolean has_fold, has_recording = FALSE;
  guint n_selected = 0;

  scenes = load_sources (config->scenes_csv, "filename", NULL, config->scene_licences, &has_fold,
                         error);
  if (scenes == NULL)
    return NULL;
  for (guint i = 0; i < scenes->len; i++)
    {
      const OtoRemixSource *scene = g_ptr_array_index (scenes, i);

      has_recording = has_recording || scene->recording != NULL;
      n_selected += scene->selected;
    }
  if (n_selected == 0)
    {
      fail (config->scenes_csv, 0, error, _("no scene is left to use. Add some, or choose more "
                                            "licences."));
      return NULL;
    }

  if (!collect_recordings (events, config->events_csv, folds, error))
    return NULL;
  for (guint i = 0; i < scenes->len && !has_fold && only_fold != 0; i++)
    ((OtoRemixSource *) g_ptr_array_index (scenes, i))->fold = only_fold;
  if (!has_fold && only_fold == 0 && (has_recording || n_selected < (guint) config->n_clips))
    balance_folds (scenes, folds, n_folds, config->seed);
  if (!collect_recordings (scenes, config->scenes_csv, folds, error))
    return NULL;
  return g_steal_pointer (&scenes);
}
