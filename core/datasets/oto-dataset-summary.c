/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "datasets/oto-dataset-summary.h"

#include "audio/oto-clip.h"
#include "detection/oto-class-map.h"
#include "detection/oto-event-list.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

/* What rounding of times and of a clip's last samples can amount to. */
#define TOLERANCE_S 0.01

/* Counts by name, in an array for the reader and a table for the writer. */
typedef struct
{
  GArray     *counts;            /* OtoDatasetCount */
  GHashTable *places;            /* of names, from 1 */
} Counter;

struct _OtoDatasetSummary
{
  Counter  classes;
  Counter  folds;
  Counter  rates;
  Counter  channels;
  GArray  *durations_s;          /* double; sorted when complete */
  GArray  *problems;             /* OtoDatasetProblem; by kind when complete */
  guint    n_of_kind[OTO_DATASET_N_PROBLEMS];
  guint    n_empty;
  double   total_s;
};

static const struct
{
  const char *name;
  const char *title;
} kinds[OTO_DATASET_N_PROBLEMS] =
{
  [OTO_DATASET_UNLOADABLE] = { "unloadable", N_("Training would refuse it") },
  [OTO_DATASET_BAD_LINE] = { "bad-line", N_("Lines that are no labels") },
  [OTO_DATASET_MISSING] = { "missing", N_("Files that are not there") },
  [OTO_DATASET_AMBIGUOUS] = { "ambiguous", N_("Names that may mean several files") },
  [OTO_DATASET_UNREADABLE] = { "unreadable", N_("Files that cannot be read") },
  [OTO_DATASET_CUT_OFF] = { "cut-off", N_("Files that were cut off") },
  [OTO_DATASET_INVALID] = { "invalid", N_("Files with values that are no sound") },
  [OTO_DATASET_BEHIND] = { "behind",
                           N_("Files whose labels are all behind the end (milliseconds?)") },
  [OTO_DATASET_PAST_END] = { "past-end", N_("Labels that end behind the file’s end") },
  [OTO_DATASET_LEAK] = { "leak", N_("The same sound in several folds") },
  [OTO_DATASET_LABELS_DIFFER] = { "labels-differ", N_("The same sound with other labels") },
  [OTO_DATASET_SILENT] = { "silent", N_("Silent files") },
  [OTO_DATASET_CLIPPED] = { "clipped", N_("Clipped files") },
  [OTO_DATASET_SHORT] = { "short", N_("Very short files") },
  [OTO_DATASET_CANCELLING] = { "cancelling", N_("Files whose channels cancel each other") },
  [OTO_DATASET_DUPLICATE] = { "duplicate", N_("The same sound twice in a fold") },
  [OTO_DATASET_UNLABELLED] = { "unlabelled", N_("Files that no list names") },
  [OTO_DATASET_ALIKE] = { "alike",
                          N_("Classes that differ in case, spaces, underscores or hyphens alone") },
  [OTO_DATASET_RATES] = { "rates", N_("Several sample rates") },
  [OTO_DATASET_CHANNELS] = { "channels", N_("Several numbers of channels") },
  [OTO_DATASET_RENAMED] = { "renamed", N_("Names that differ from those of their files") },
};

/* --- counting ------------------------------------------------------------------------------ */

static void
clear_count (gpointer data)
{
  g_free (((OtoDatasetCount *) data)->name);
}

static void
clear_problem (gpointer data)
{
  OtoDatasetProblem *problem = data;

  g_free (problem->name);
  g_free (problem->text);
}

static void
counter_init (Counter *counter)
{
  counter->counts = g_array_new (FALSE, FALSE, sizeof (OtoDatasetCount));
  g_array_set_clear_func (counter->counts, clear_count);
  counter->places = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

static void
counter_clear (Counter *counter)
{
  g_array_unref (counter->counts);
  g_hash_table_unref (counter->places);
}

static OtoDatasetCount *
counter_get (Counter    *counter,
             const char *name)
{
  guint place = GPOINTER_TO_UINT (g_hash_table_lookup (counter->places, name));

  if (place == 0)
    {
      g_array_append_val (counter->counts, ((OtoDatasetCount) { .name = g_strdup (name) }));
      place = counter->counts->len;
      g_hash_table_insert (counter->places, g_strdup (name), GUINT_TO_POINTER (place));
    }
  return &g_array_index (counter->counts, OtoDatasetCount, place - 1);
}

static void
count_number (Counter *counter,
              int      number)
{
  g_autofree char *name = g_strdup_printf ("%d", number);

  counter_get (counter, name)->n_clips++;
}

/**
 * oto_dataset_summary_new:
 *
 * Returns: (transfer full): what is known of nothing
 */
OtoDatasetSummary *
oto_dataset_summary_new (void)
{
  OtoDatasetSummary *self = g_new0 (OtoDatasetSummary, 1);

  counter_init (&self->classes);
  counter_init (&self->folds);
  counter_init (&self->rates);
  counter_init (&self->channels);
  self->durations_s = g_array_new (FALSE, FALSE, sizeof (double));
  self->problems = g_array_new (FALSE, FALSE, sizeof (OtoDatasetProblem));
  g_array_set_clear_func (self->problems, clear_problem);
  return self;
}

/**
 * oto_dataset_summary_free:
 * @self: (nullable) (transfer full): a summary
 *
 * Frees it.
 */
void
oto_dataset_summary_free (OtoDatasetSummary *self)
{
  if (self == NULL)
    return;
  counter_clear (&self->classes);
  counter_clear (&self->folds);
  counter_clear (&self->rates);
  counter_clear (&self->channels);
  g_array_unref (self->durations_s);
  g_array_unref (self->problems);
  g_free (self);
}

/* Holds labels against the length of their clip. */
static void
check_times (OtoDatasetSummary *self,
             const char        *name,
             double             duration_s,
             OtoEventList      *labels)
{
  if (oto_event_list_is_behind (labels, duration_s))
    {
      oto_dataset_summary_add_problem (self, OTO_DATASET_BEHIND, name, NULL);
      return;
    }
  for (guint i = 0; i < oto_event_list_get_n (labels); i++)
    {
      const OtoEvent *event = oto_event_list_get (labels, i);
      g_autofree char *text = NULL;

      if (!(event->offset_s > duration_s + TOLERANCE_S))
        continue;
      /* Translators: a class, then times in seconds. */
      text = g_strdup_printf (_("“%s” ends at %.3f s, the file at %.3f s"), event->label,
                              event->offset_s, duration_s);
      oto_dataset_summary_add_problem (self, OTO_DATASET_PAST_END, name, text);
    }
}

/**
 * oto_dataset_summary_add_clip:
 * @self: a summary
 * @name: what to call it
 * @clip: a clip
 * @fold: (nullable): its fold
 * @labels: its labels
 *
 * Counts a clip, and notes what its header and the times of its labels show.
 */
void
oto_dataset_summary_add_clip (OtoDatasetSummary *self,
                              const char        *name,
                              OtoClip           *clip,
                              const char        *fold,
                              OtoEventList      *labels)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  double duration_s;

  g_return_if_fail (self != NULL && OTO_IS_CLIP (clip) && labels != NULL);

  duration_s = oto_clip_get_duration_s (clip);
  g_array_append_val (self->durations_s, duration_s);
  self->total_s += duration_s;
  count_number (&self->rates, oto_clip_get_rate_hz (clip));
  count_number (&self->channels, oto_clip_get_n_channels (clip));
  if (fold != NULL)
    counter_get (&self->folds, fold)->n_clips++;
  if (oto_clip_get_n_announced (clip) > oto_clip_get_n_samples (clip))
    {
      g_autofree char *text = oto_clip_dup_problem (clip);

      oto_dataset_summary_add_problem (self, OTO_DATASET_CUT_OFF, name, text);
    }
  check_times (self, name, duration_s, labels);
  self->n_empty += oto_event_list_get_n (labels) == 0;
  for (guint i = 0; i < oto_event_list_get_n (labels); i++)
    {
      const OtoEvent *event = oto_event_list_get (labels, i);
      OtoDatasetCount *count = counter_get (&self->classes, event->label);

      count->n_events += !isnan (event->onset_s);
      if (g_hash_table_add (seen, event->label))
        count->n_clips++;
    }
}

/**
 * oto_dataset_summary_add_problem:
 * @self: a summary
 * @kind: what is wrong
 * @name: (nullable): with which file, class or line
 * @text: (nullable): what there is to say of it
 *
 * Notes a problem.
 */
void
oto_dataset_summary_add_problem (OtoDatasetSummary     *self,
                                 OtoDatasetProblemKind  kind,
                                 const char            *name,
                                 const char            *text)
{
  g_return_if_fail (self != NULL && kind < OTO_DATASET_N_PROBLEMS);

  g_array_append_val (self->problems, ((OtoDatasetProblem) { kind, g_strdup (name),
                                                             g_strdup (text) }));
  self->n_of_kind[kind]++;
}

/* --- completing ---------------------------------------------------------------------------- */

static int
compare_doubles (gconstpointer a,
                 gconstpointer b)
{
  const double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

/* Numbers by their value, then words by their letters. */
static int
compare_names (const char *x,
               const char *y)
{
  guint64 p, q;
  const gboolean is_number = g_ascii_string_to_unsigned (x, 10, 0, G_MAXUINT64, &p, NULL);
  const gboolean is_other = g_ascii_string_to_unsigned (y, 10, 0, G_MAXUINT64, &q, NULL);

  if (is_number && is_other)
    return (p > q) - (p < q);
  return is_number != is_other ? is_other - is_number : strcmp (x, y);
}

static int
compare_counts (gconstpointer a,
                gconstpointer b)
{
  return compare_names (((const OtoDatasetCount *) a)->name, ((const OtoDatasetCount *) b)->name);
}

static int
compare_problems (gconstpointer a,
                  gconstpointer b)
{
  const OtoDatasetProblem *x = a, *y = b;

  if (x->kind != y->kind)
    return x->kind < y->kind ? -1 : 1;
  return compare_names (x->name != NULL ? x->name : "", y->name != NULL ? y->name : "");
}

/* Tells that there are several of what should be the same. */
static void
add_variety (OtoDatasetSummary     *self,
             const Counter         *counter,
             OtoDatasetProblemKind  kind)
{
  for (guint i = 0; counter->counts->len > 1 && i < counter->counts->len; i++)
    {
      const OtoDatasetCount *count = &g_array_index (counter->counts, OtoDatasetCount, i);
      g_autofree char *text =
        g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%u file", "%u files", count->n_clips),
                         count->n_clips);

      oto_dataset_summary_add_problem (self, kind, count->name, text);
    }
}

static void
add_alike_classes (OtoDatasetSummary *self)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  g_auto (GStrv) alike = NULL;

  for (guint i = 0; i < self->classes.counts->len; i++)
    g_ptr_array_add (names, g_array_index (self->classes.counts, OtoDatasetCount, i).name);
  g_ptr_array_add (names, NULL);
  alike = oto_class_map_list_alike ((const char * const *) names->pdata);
  for (guint i = 0; alike[i] != NULL; i++)
    oto_dataset_summary_add_problem (self, OTO_DATASET_ALIKE, alike[i], NULL);
}

/**
 * oto_dataset_summary_complete:
 * @self: a summary to which all was added
 *
 * Sorts what it holds, and adds what shows in the whole alone. To be called once.
 */
void
oto_dataset_summary_complete (OtoDatasetSummary *self)
{
  Counter *counters[] = { &self->classes, &self->folds, &self->rates, &self->channels };

  g_return_if_fail (self != NULL);

  for (guint i = 0; i < G_N_ELEMENTS (counters); i++)
    g_array_sort (counters[i]->counts, compare_counts);
  g_array_sort (self->durations_s, compare_doubles);
  add_alike_classes (self);
  add_variety (self, &self->rates, OTO_DATASET_RATES);
  add_variety (self, &self->channels, OTO_DATASET_CHANNELS);
  g_array_sort (self->problems, compare_problems);
}

/* --- what it holds ------------------------------------------------------------------------- */

guint
oto_dataset_summary_get_n_clips (const OtoDatasetSummary *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->durations_s->len;
}

/**
 * oto_dataset_summary_get_n_empty:
 * @self: a summary
 *
 * Returns: how many clips have no label
 */
guint
oto_dataset_summary_get_n_empty (const OtoDatasetSummary *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->n_empty;
}

/**
 * oto_dataset_summary_get_classes:
 * @self: a summary
 *
 * Returns: (transfer none) (element-type OtoDatasetCount): the classes, sorted
 */
const GArray *
oto_dataset_summary_get_classes (const OtoDatasetSummary *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->classes.counts;
}

/**
 * oto_dataset_summary_get_folds:
 * @self: a summary
 *
 * Returns: (transfer none) (element-type OtoDatasetCount): the folds, sorted
 */
const GArray *
oto_dataset_summary_get_folds (const OtoDatasetSummary *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->folds.counts;
}

/**
 * oto_dataset_summary_get_rates:
 * @self: a summary
 *
 * Returns: (transfer none) (element-type OtoDatasetCount): sample rates in Hz, sorted
 */
const GArray *
oto_dataset_summary_get_rates (const OtoDatasetSummary *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->rates.counts;
}

/**
 * oto_dataset_summary_get_channels:
 * @self: a summary
 *
 * Returns: (transfer none) (element-type OtoDatasetCount): numbers of channels, sorted
 */
const GArray *
oto_dataset_summary_get_channels (const OtoDatasetSummary *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->channels.counts;
}

double
oto_dataset_summary_get_total_s (const OtoDatasetSummary *self)
{
  g_return_val_if_fail (self != NULL, 0.0);

  return self->total_s;
}

/**
 * oto_dataset_summary_get_quantile_s:
 * @self: a complete summary
 * @share: 0: the shortest clip, 0.5: the middle one, 1: the longest
 *
 * Returns: a duration in seconds; 0 without clips
 */
double
oto_dataset_summary_get_quantile_s (const OtoDatasetSummary *self,
                                    double                   share)
{
  g_return_val_if_fail (self != NULL, 0.0);

  if (self->durations_s->len == 0)
    return 0.0;
  return g_array_index (self->durations_s, double,
                        (guint) lround (CLAMP (share, 0.0, 1.0) * (self->durations_s->len - 1)));
}

/**
 * oto_dataset_summary_get_problems:
 * @self: a summary
 *
 * Returns: (transfer none) (element-type OtoDatasetProblem): the problems, by kind and name
 */
const GArray *
oto_dataset_summary_get_problems (const OtoDatasetSummary *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->problems;
}

/**
 * oto_dataset_summary_count:
 * @self: a summary
 * @kind: a kind of problem
 *
 * Returns: how many there are
 */
guint
oto_dataset_summary_count (const OtoDatasetSummary *self,
                           OtoDatasetProblemKind    kind)
{
  g_return_val_if_fail (self != NULL && kind < OTO_DATASET_N_PROBLEMS, 0);

  return self->n_of_kind[kind];
}

/**
 * oto_dataset_summary_count_errors:
 * @self: a summary
 *
 * Returns: how many problems make results wrong, or files useless
 */
guint
oto_dataset_summary_count_errors (const OtoDatasetSummary *self)
{
  guint n = 0;

  g_return_val_if_fail (self != NULL, 0);

  for (guint kind = 0; kind < OTO_DATASET_N_PROBLEMS; kind++)
    if (oto_dataset_problem_kind_is_error (kind))
      n += self->n_of_kind[kind];
  return n;
}

gboolean
oto_dataset_problem_kind_is_error (OtoDatasetProblemKind kind)
{
  return kind < OTO_DATASET_SILENT;
}

/**
 * oto_dataset_problem_kind_get_name:
 * @kind: a kind of problem
 *
 * Returns: (transfer none): its name for programs
 */
const char *
oto_dataset_problem_kind_get_name (OtoDatasetProblemKind kind)
{
  g_return_val_if_fail (kind < OTO_DATASET_N_PROBLEMS, NULL);

  return kinds[kind].name;
}

/**
 * oto_dataset_problem_kind_get_title:
 * @kind: a kind of problem
 *
 * Returns: (transfer none): what it is, in words
 */
const char *
oto_dataset_problem_kind_get_title (OtoDatasetProblemKind kind)
{
  g_return_val_if_fail (kind < OTO_DATASET_N_PROBLEMS, NULL);

  return _(kinds[kind].title);
}
