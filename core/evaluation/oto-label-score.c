/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "evaluation/oto-label-score.h"

#include "audio/oto-clip.h"
#include "base/oto-error.h"
#include "io/oto-audio-file.h"
#include "labels/oto-label-index.h"
#include "metrics/oto-psds.h"
#include "metrics/oto-segment-score.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

/* Detections become frames, of a millisecond where so many fit. */
#define FRAME_S 0.001
#define MAX_FRAMES (1 << 22)

/* A clip of either side. */
typedef struct
{
  const char *name;              /* (nullable): labels of one clip do not name it */
  GArray     *refs;              /* of OtoInterval */
  GArray     *ests;              /* of OtoInterval */
  GArray     *scores;            /* of double: of each of ests */
  gboolean    is_of_reference;
  gboolean    is_of_estimate;
} Clip;

/* A comparison on its way. */
typedef struct
{
  OtoLabelScore             *self;
  const OtoLabelScoreConfig *config;
  OtoEventList              *refs;
  OtoEventList              *ests;
  GHashTable                *ref_classes;        /* label -> index + 1 */
  GHashTable                *est_classes;        /* label -> index + 1 */
  GPtrArray                 *clips;              /* of Clip */
  GHashTable                *ref_clips;          /* name, or "" -> Clip */
  GHashTable                *est_clips;          /* name, or "" -> Clip */
  gboolean                   has_scores;
} Run;

/**
 * oto_label_score_config_init:
 * @self: (out caller-allocates): set to the published criteria and segments of 1 s
 */
void
oto_label_score_config_init (OtoLabelScoreConfig *self)
{
  *self = (OtoLabelScoreConfig) {
    .criteria = oto_event_criteria_default,
    .segment_s = 1.0,
    .duration_s = NAN,
  };
}

/* --- classes ------------------------------------------------------------------------------- */

static int
compare_strings (gconstpointer a,
                 gconstpointer b)
{
  return strcmp (*(const char * const *) a, *(const char * const *) b);
}

/* Labels of a list, each once, sorted. */
static char **
list_labels (OtoEventList *events)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GPtrArray) names = g_ptr_array_new ();

  for (guint i = 0; i < oto_event_list_get_n (events); i++)
    {
      const char *label = oto_event_list_get (events, i)->label;

      if (g_hash_table_add (seen, (gpointer) label))
        g_ptr_array_add (names, g_strdup (label));
    }
  g_ptr_array_sort (names, compare_strings);
  g_ptr_array_add (names, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&names), FALSE);
}

static void
add_class (Run        *run,
           GPtrArray  *names,
           GPtrArray  *est_names,
           const char *name,
           const char *est_name)
{
  g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_add (est_names, g_strdup (est_name));
  if (est_name != NULL)
    g_hash_table_insert (run->est_classes, g_ptr_array_index (est_names, est_names->len - 1),
                         GUINT_TO_POINTER (names->len));
}

/* Classes of the reference, then those that the estimate alone has: events of these are wrong. */
static void
match_classes (Run *run)
{
  OtoLabelScore *self = run->self;
  g_auto (GStrv) ref_labels = list_labels (run->refs);
  g_auto (GStrv) est_labels = list_labels (run->ests);
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  g_autoptr (GPtrArray) est_names = g_ptr_array_new ();

  self->class_map = oto_class_map_new ((const char * const *) ref_labels,
                                       (const char * const *) est_labels, run->config->aliases);
  for (guint k = 0; ref_labels[k] != NULL; k++)
    {
      const int other = oto_class_map_get_other (self->class_map, k);

      add_class (run, names, est_names, ref_labels[k], other >= 0 ? est_labels[other] : NULL);
      g_hash_table_insert (run->ref_classes, g_ptr_array_index (names, k),
                           GUINT_TO_POINTER (k + 1));
    }
  self->n_ref_classes = names->len;
  for (guint k = 0; est_labels[k] != NULL; k++)
    if (!g_hash_table_contains (run->est_classes, est_labels[k]))
      add_class (run, names, est_names, est_labels[k], est_labels[k]);
  self->n_classes = names->len;
  g_ptr_array_add (names, NULL);
  g_ptr_array_add (est_names, NULL);
  self->class_names = (char **) g_ptr_array_free (g_steal_pointer (&names), FALSE);
  self->est_names = (char **) g_ptr_array_free (g_steal_pointer (&est_names), FALSE);
}

/* --- clips --------------------------------------------------------------------------------- */

static void
clip_free (gpointer data)
{
  Clip *self = data;

  g_array_unref (self->refs);
  g_array_unref (self->ests);
  g_array_unref (self->scores);
  g_free (self);
}

static const char *
get_key (const char *filename)
{
  return filename != NULL ? filename : "";
}

static Clip *
add_clip (Run        *run,
          GHashTable *table,
          const char *filename)
{
  Clip *clip = g_hash_table_lookup (table, get_key (filename));

  if (clip != NULL)
    return clip;
  clip = g_new0 (Clip, 1);
  clip->name = filename;
  clip->refs = g_array_new (FALSE, FALSE, sizeof (OtoInterval));
  clip->ests = g_array_new (FALSE, FALSE, sizeof (OtoInterval));
  clip->scores = g_array_new (FALSE, FALSE, sizeof (double));
  g_ptr_array_add (run->clips, clip);
  g_hash_table_insert (table, (gpointer) get_key (filename), clip);
  return clip;
}

/* A list of one event a clip, in which an index finds clips. */
static OtoEventList *
make_names (GPtrArray *clips)
{
  OtoEventList *list = oto_event_list_new ();

  for (guint i = 0; i < clips->len; i++)
    {
      Clip *clip = g_ptr_array_index (clips, i);

      if (clip->name != NULL)
        oto_event_list_add (list, oto_event_new (clip->name, "", NAN, NAN, NAN));
    }
  return list;
}

/* Joins a name of the estimate to the clip of the reference that it means. */
static void
join_clip (Run                 *run,
           const OtoLabelIndex *index,
           const char          *filename)
{
  g_autoptr (OtoEventList) found = NULL;
  Clip *clip = g_hash_table_lookup (run->ref_clips, get_key (filename));

  if (clip == NULL && filename != NULL)
    {
      found = oto_label_index_find (index, filename);
      if (oto_event_list_get_n (found) == 1)
        clip = g_hash_table_lookup (run->ref_clips, oto_event_list_get (found, 0)->filename);
    }
  if (clip != NULL)
    g_hash_table_insert (run->est_clips, (gpointer) get_key (filename), clip);
}

/* Names of the estimate that have no ending where the reference has one. */
static void
join_without_ending (Run *run)
{
  const guint n_clips = run->clips->len;
  g_autoptr (OtoLabelIndex) index = oto_label_index_new (run->ests, NULL);

  for (guint i = 0; i < n_clips; i++)
    {
      Clip *clip = g_ptr_array_index (run->clips, i);
      g_autoptr (OtoEventList) found = clip->name != NULL ? oto_label_index_find (index, clip->name)
                                                          : oto_event_list_new ();

      for (guint e = 0; e < oto_event_list_get_n (found); e++)
        {
          const char *name = oto_event_list_get (found, e)->filename;
          const char *key = name != NULL ? g_intern_string (name) : "";

          if (name != NULL && !g_hash_table_contains (run->est_clips, key))
            g_hash_table_insert (run->est_clips, (gpointer) key, clip);
        }
    }
}

/* Either side may be labels of one clip, which do not name it. */
static gboolean
check_names (Run     *run,
             guint    n_ref_names,
             guint    n_est_names,
             GError **error)
{
  const gboolean ref_is_of_clip = g_hash_table_contains (run->ref_clips, "");
  gboolean est_is_of_clip = FALSE;

  for (guint i = 0; i < oto_event_list_get_n (run->ests); i++)
    est_is_of_clip = est_is_of_clip || oto_event_list_get (run->ests, i)->filename == NULL;
  if ((ref_is_of_clip && n_est_names > 1) || (est_is_of_clip && n_ref_names > 1)
      || (ref_is_of_clip && n_ref_names > 0) || (est_is_of_clip && n_est_names > 0))
    {
      g_set_error (error, OTO_EVALUATION_ERROR, OTO_EVALUATION_ERROR_LABELS,
                   _("One of the two files names several clips and the other does not say which "
                     "one it means. Give labels that name their clips, or those of one clip."));
      return FALSE;
    }
  return TRUE;
}

static guint
count_names (OtoEventList *events)
{
  g_autoptr (GHashTable) names = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < oto_event_list_get_n (events); i++)
    if (oto_event_list_get (events, i)->filename != NULL)
      g_hash_table_add (names, oto_event_list_get (events, i)->filename);
  return g_hash_table_size (names);
}

/* The clips of the reference, those without events included, and what the estimate calls them. */
static gboolean
list_clips (Run                *run,
            const OtoLabelFile *reference,
            GError            **error)
{
  const char * const *empty = oto_label_file_get_empty_files (reference);
  const guint n_est_names = count_names (run->ests);
  g_autoptr (OtoEventList) names = NULL;
  g_autoptr (OtoLabelIndex) index = NULL;
  guint n_ref_names;

  for (guint i = 0; i < oto_event_list_get_n (run->refs); i++)
    add_clip (run, run->ref_clips, oto_event_list_get (run->refs, i)->filename);
  for (guint i = 0; empty[i] != NULL; i++)
    add_clip (run, run->ref_clips, empty[i]);
  for (guint i = 0; i < run->clips->len; i++)
    ((Clip *) g_ptr_array_index (run->clips, i))->is_of_reference = TRUE;
  if (run->clips->len == 0 && n_est_names == 0)
    add_clip (run, run->ref_clips, NULL)->is_of_reference = TRUE;
  n_ref_names = run->clips->len - g_hash_table_contains (run->ref_clips, "");
  if (!check_names (run, n_ref_names, n_est_names, error))
    return FALSE;

  names = make_names (run->clips);
  index = oto_label_index_new (names, NULL);
  for (guint i = 0; i < oto_event_list_get_n (run->ests); i++)
    {
      const char *filename = oto_event_list_get (run->ests, i)->filename;

      if (g_hash_table_contains (run->est_clips, get_key (filename)))
        continue;
      /* Where one side does not name its clip, both are of one. */
      if (run->clips->len == 1
          && (filename == NULL || g_hash_table_contains (run->ref_clips, "")))
        g_hash_table_insert (run->est_clips, (gpointer) get_key (filename),
                             g_ptr_array_index (run->clips, 0));
      else
        join_clip (run, index, filename);
    }
  join_without_ending (run);
  return TRUE;
}

/* --- events -------------------------------------------------------------------------------- */

static void
add_refs (Run *run)
{
  for (guint i = 0; i < oto_event_list_get_n (run->refs); i++)
    {
      const OtoEvent *event = oto_event_list_get (run->refs, i);
      Clip *clip = g_hash_table_lookup (run->ref_clips, get_key (event->filename));
      const guint k = GPOINTER_TO_UINT (g_hash_table_lookup (run->ref_classes, event->label));
      OtoInterval ref = { event->onset_s, event->offset_s, (int) k - 1 };

      if (event->offset_s >= event->onset_s)
        g_array_append_val (clip->refs, ref);
      else
        run->self->n_untimed++;
    }
}

static void
add_ests (Run *run)
{
  for (guint i = 0; i < oto_event_list_get_n (run->ests); i++)
    {
      const OtoEvent *event = oto_event_list_get (run->ests, i);
      Clip *clip = g_hash_table_lookup (run->est_clips, get_key (event->filename));
      const guint k = GPOINTER_TO_UINT (g_hash_table_lookup (run->est_classes, event->label));
      OtoInterval est = { event->onset_s, event->offset_s, (int) k - 1 };

      if (clip == NULL)
        clip = add_clip (run, run->est_clips, event->filename);
      clip->is_of_estimate = TRUE;
      if (!(event->offset_s >= event->onset_s))
        {
          run->self->n_untimed++;
          continue;
        }
      g_array_append_val (clip->ests, est);
      g_array_append_val (clip->scores, event->score);
      run->has_scores = run->has_scores && !isnan (event->score);
    }
}

static gboolean
find_duration (const Run  *run,
               const Clip *clip,
               double     *ret_duration_s,
               GError    **error)
{
  g_autofree char *path = NULL;
  g_autoptr (OtoClip) audio = NULL;

  *ret_duration_s = run->config->duration_s;
  if (run->config->clips_dir == NULL || clip->name == NULL)
    return TRUE;
  path = g_build_filename (run->config->clips_dir, clip->name, NULL);
  audio = oto_audio_file_open (path, error);
  if (audio == NULL)
    return FALSE;
  *ret_duration_s = oto_clip_get_duration_s (audio);
  return TRUE;
}

/* Detections as frame scores; a frame has the highest of those that hold its middle. */
static void
add_psds (Run        *run,
          const Clip *clip,
          double      duration_s,
          OtoPsds    *psds[2])
{
  const guint n_classes = run->self->n_classes;
  const double hop_s = fmax (FRAME_S, duration_s * n_classes / MAX_FRAMES);
  const size_t n_frames = (size_t) ceil (duration_s / hop_s);
  g_autofree double *scores = g_new (double, n_frames * n_classes + 1);

  for (size_t i = 0; i < n_frames * n_classes; i++)
    scores[i] = NAN;
  for (guint i = 0; i < clip->ests->len; i++)
    {
      const OtoInterval *est = &g_array_index (clip->ests, OtoInterval, i);
      const double score = g_array_index (clip->scores, double, i);
      const double end = fmin (round (est->offset_s / hop_s), (double) n_frames);
      double *row = scores + (size_t) est->class_index * n_frames;

      for (double t = fmax (round (est->onset_s / hop_s), 0.0); t < end; t++)
        row[(size_t) t] = fmax (score, row[(size_t) t]);
    }
  for (int i = 0; i < 2; i++)
    oto_psds_add_clip (psds[i], duration_s, (const OtoInterval *) clip->refs->data,
                       clip->refs->len, scores, n_frames, hop_s);
}

static void
compare_clip (Run        *run,
              const Clip *clip,
              double      duration_s)
{
  OtoLabelScore *self = run->self;
  const OtoInterval *refs = (const OtoInterval *) clip->refs->data;
  const OtoInterval *ests = (const OtoInterval *) clip->ests->data;
  const guint n_refs = clip->refs->len, n_ests = clip->ests->len;
  OtoEventCriteria criteria = run->config->criteria;

  criteria.matching = OTO_EVENT_MATCHING_OPTIMAL;
  oto_event_score_add_clip (&self->events, &criteria, refs, n_refs, ests, n_ests);
  criteria.matching = OTO_EVENT_MATCHING_GREEDY;
  oto_event_score_add_clip (&self->greedy_events, &criteria, refs, n_refs, ests, n_ests);
  if (isnan (duration_s))
    duration_s = oto_segment_score_find_length_s (refs, n_refs, ests, n_ests);
  oto_segment_score_add_clip (&self->segments, run->config->segment_s, duration_s, refs, n_refs,
                              ests, n_ests);
  oto_intersection_add_clip (&oto_intersection_criteria_f1, self->n_classes, refs, n_refs, ests,
                             n_ests, self->intersections, NULL);
  self->n_clips++;
}

static void
compute_psds (Run     *run,
              OtoPsds *psds[2])
{
  for (int i = 0; i < 2; i++)
    {
      g_auto (OtoPsdsResult) result = { 0 };

      oto_psds_compute (psds[i], NULL, 0, &result);
      run->self->psds[i] = result.psds;
    }
}

static const char *
find_psds_lack (const Run *run)
{
  if (!run->has_scores || oto_event_list_get_n (run->ests) == 0)
    return _("PSDS needs a score of every event of the estimate.");
  if (run->config->clips_dir == NULL && isnan (run->config->duration_s))
    return _("PSDS needs the lengths of clips.");
  return NULL;
}

static gboolean
compare_clips (Run     *run,
               GError **error)
{
  OtoLabelScore *self = run->self;
  g_autoptr (OtoPsds) psds_1 = oto_psds_new (&oto_psds_scenario_1, self->n_classes);
  g_autoptr (OtoPsds) psds_2 = oto_psds_new (&oto_psds_scenario_2, self->n_classes);
  OtoPsds *psds[] = { psds_1, psds_2 };

  self->psds_lack = g_strdup (find_psds_lack (run));
  for (guint i = 0; i < run->clips->len; i++)
    {
      const Clip *clip = g_ptr_array_index (run->clips, i);
      double duration_s;

      if (!clip->is_of_reference && clip->name != NULL)
        g_ptr_array_add (self->clips_not_in_reference, g_strdup (clip->name));
      if (!clip->is_of_estimate && clip->refs->len > 0 && clip->name != NULL)
        g_ptr_array_add (self->clips_not_in_estimate, g_strdup (clip->name));
      if (!clip->is_of_reference && !run->config->counts_all_clips)
        continue;
      if (!find_duration (run, clip, &duration_s, error))
        return FALSE;
      compare_clip (run, clip, duration_s);
      if (self->psds_lack == NULL && duration_s > 0.0)
        add_psds (run, clip, duration_s, psds);
    }
  self->psds[0] = self->psds[1] = NAN;
  if (self->psds_lack == NULL)
    compute_psds (run, psds);
  return TRUE;
}

/**
 * oto_label_score_new:
 * @reference: what is true
 * @estimate: what a detector says
 * @config: how they are compared
 * @error: return location for a #GError
 *
 * Compares two files of labels, clip by clip: clips are joined by their names, classes as
 * everywhere (#OtoClassMap). Labels that have no times take no part.
 *
 * Returns: (transfer full) (nullable): the scores; %NULL with %OTO_EVALUATION_ERROR_LABELS when it
 *   is not clear which clips are the same, or when a clip cannot be read
 */
OtoLabelScore *
oto_label_score_new (const OtoLabelFile         *reference,
                     const OtoLabelFile         *estimate,
                     const OtoLabelScoreConfig  *config,
                     GError                    **error)
{
  g_autoptr (OtoLabelScore) self = NULL;
  gboolean is_done;

  g_return_val_if_fail (reference != NULL && estimate != NULL, NULL);
  g_return_val_if_fail (config != NULL && config->segment_s > 0.0, NULL);

  self = g_new0 (OtoLabelScore, 1);
  self->clips_not_in_reference = g_ptr_array_new_with_free_func (g_free);
  self->clips_not_in_estimate = g_ptr_array_new_with_free_func (g_free);

  Run run = {
    .self = self, .config = config, .refs = oto_label_file_get_events (reference),
    .ests = oto_label_file_get_events (estimate),
    .ref_classes = g_hash_table_new (g_str_hash, g_str_equal),
    .est_classes = g_hash_table_new (g_str_hash, g_str_equal),
    .clips = g_ptr_array_new_with_free_func (clip_free),
    .ref_clips = g_hash_table_new (g_str_hash, g_str_equal),
    .est_clips = g_hash_table_new (g_str_hash, g_str_equal),
    .has_scores = TRUE,
  };

  match_classes (&run);
  oto_detection_score_init (&self->events, self->n_classes);
  oto_detection_score_init (&self->greedy_events, self->n_classes);
  oto_detection_score_init (&self->segments, self->n_classes);
  self->intersections = g_new0 (OtoIntersectionCounts, self->n_classes + 1);
  is_done = list_clips (&run, reference, error);
  if (is_done)
    {
      add_refs (&run);
      add_ests (&run);
      is_done = compare_clips (&run, error);
    }
  g_hash_table_unref (run.ref_classes);
  g_hash_table_unref (run.est_classes);
  g_hash_table_unref (run.ref_clips);
  g_hash_table_unref (run.est_clips);
  g_ptr_array_unref (run.clips);
  return is_done ? g_steal_pointer (&self) : NULL;
}

/**
 * oto_label_score_free:
 * @self: (nullable): scores
 */
void
oto_label_score_free (OtoLabelScore *self)
{
  if (self == NULL)
    return;
  for (guint k = 0; k < self->n_classes; k++)
    g_free (self->est_names[k]);
  g_free (self->est_names);
  g_strfreev (self->class_names);
  oto_detection_score_clear (&self->events);
  oto_detection_score_clear (&self->greedy_events);
  oto_detection_score_clear (&self->segments);
  g_free (self->intersections);
  g_free (self->psds_lack);
  g_clear_pointer (&self->clips_not_in_reference, g_ptr_array_unref);
  g_clear_pointer (&self->clips_not_in_estimate, g_ptr_array_unref);
  g_clear_pointer (&self->class_map, oto_class_map_free);
  g_free (self);
}
