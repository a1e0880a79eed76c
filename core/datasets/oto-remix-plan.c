/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "datasets/oto-remix-private.h"

#include "audio/oto-synth.h"
#include "base/oto-error.h"
#include "base/oto-rng.h"
#include "io/oto-file.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The recipe's onsets: 0.5, 3.0, 5.5 s; a fourth event of 2 s still ends with the clip. */
#define FIRST_ONSET_S   0.5
#define ONSET_SPACING_S 2.5

/* Seeds of a fold's synthesised sounds: no two folds share one, and all are below the demo's. */
#define SYNTH_FOLD_BITS 28

typedef struct
{
  const OtoRemixConfig *config;
  const OtoRemixPlaces *places;
  GPtrArray            *events;
  GPtrArray            *scenes;
  GHashTable           *durations;   /* of audio names, in seconds (double) */
  int                   n_folds;
  int                   only_fold;   /* that has events; 0: each has some */
  OtoMersenne           mersenne;    /* draws what the recipe draws, in its order */
} Plan;

static void
plan_clear (Plan *self)
{
  g_clear_pointer (&self->events, g_ptr_array_unref);
  g_clear_pointer (&self->scenes, g_ptr_array_unref);
  g_clear_pointer (&self->durations, g_hash_table_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Plan, plan_clear)

/* Classes that can be synthesised but have no recording take part too, in each fold as often as an
 * average class. */
static void
add_synthetic_classes (Plan *self)
{
  const char * const *names = oto_synth_get_class_names ();
  g_autoptr (GHashTable) labels = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GPtrArray) added = g_ptr_array_new ();
  guint n_selected = 0, n_each;

  for (guint i = 0; i < self->events->len; i++)
    {
      const OtoRemixSource *event = g_ptr_array_index (self->events, i);

      if (event->selected)
        {
          g_hash_table_add (labels, event->label);
          n_selected++;
        }
    }
  n_each = MAX (1, n_selected / (g_hash_table_size (labels) * self->n_folds));

  for (guint i = 0; names[i] != NULL; i++)
    if (!g_hash_table_contains (labels, names[i]))
      for (guint n = 0; n < n_each * self->n_folds; n++)
        {
          OtoRemixSource *event = g_new0 (OtoRemixSource, 1);

          event->name = g_strdup (OTO_REMIX_SYNTH_PREFIX);
          event->label = g_strdup (names[i]);
          event->fold =
            self->only_fold != 0 ? self->only_fold : (int) (n % self->n_folds) + 1;
          event->selected = TRUE;
          g_ptr_array_add (added, event);
        }
  for (guint i = 0; i < added->len; i++)
    g_ptr_array_add (self->events, g_ptr_array_index (added, i));
}

/* Indices of what is selected in a fold, ascending. */
static GArray *
list_fold (GPtrArray *sources,
           int        fold)
{
  GArray *indices = g_array_new (FALSE, FALSE, sizeof (guint32));

  for (guint32 i = 0; i < sources->len; i++)
    {
      const OtoRemixSource *source = g_ptr_array_index (sources, i);

      if (source->selected && (source->fold == fold || source->fold == 0))
        g_array_append_val (indices, i);
    }
  return indices;
}

/* The fold's events in the order of use, @n_uses of them. The released code concatenates one array
 * that it shuffles in place for every repeat, so all repeats are its last permutation; the
 * generator advances all the same. */
static guint32 *
order_events (Plan    *self,
              GArray  *indices,
              size_t   n_uses)
{
  guint32 *order = g_new (guint32, MAX (n_uses, 1));
  guint32 *items = (guint32 *) indices->data;
  const size_t n_repeats = n_uses / indices->len + 1;

  for (size_t repeat = 0; repeat < n_repeats; repeat++)
    {
      const size_t begin = repeat * indices->len;

      oto_mersenne_shuffle (&self->mersenne, items, indices->len);
      for (size_t i = begin; i < MIN (begin + indices->len, n_uses); i++)
        order[i] = items[i - begin];
    }
  for (size_t i = 0; i < n_uses && !self->config->independent_permutations; i++)
    order[i] = items[i % indices->len];
  return order;
}

static char *
name_synthesised (OtoRng     *rng,
                  const char *what,
                  int         fold)
{
  guint64 seed = ((guint64) fold << SYNTH_FOLD_BITS)
                 + oto_rng_below (rng, (guint64) 1 << SYNTH_FOLD_BITS);

  return g_strdup_printf (OTO_REMIX_SYNTH_PREFIX "%s/%" G_GUINT64_FORMAT, what, seed);
}

static gboolean
get_duration (Plan        *self,
              const char  *audio_name,
              const char  *label,
              double      *ret_duration_s,
              GError     **error)
{
  g_autofree char *key = g_strdup_printf ("%s/%s", label, audio_name);
  const double *known = g_hash_table_lookup (self->durations, key);

  if (known != NULL)
    {
      *ret_duration_s = *known;
      return TRUE;
    }
  if (!oto_remix_get_event_len (self->places, audio_name, label, ret_duration_s, error))
    return FALSE;
  *ret_duration_s = MIN (*ret_duration_s, OTO_REMIX_EVENT_MAX_S);
  g_hash_table_insert (self->durations, g_steal_pointer (&key),
                       g_memdup2 (ret_duration_s, sizeof *ret_duration_s));
  return TRUE;
}

/* Microseconds, the precision of a list: rendering the list gives the same samples. */
static double
round_time (double seconds)
{
  return round (seconds * 1e6) / 1e6;
}

static int
compare_doubles (gconstpointer a,
                 gconstpointer b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

/* Onsets of events that do not overlap, every such arrangement equally likely; should they not fit
 * side by side, each is anywhere in the clip. */
void
oto_remix_draw_onsets (OtoRng       *rng,
                       const double *durations_s,
                       guint         n_events,
                       double       *ret_onsets_s)
{
  double free_s = OTO_REMIX_CLIP_S, before_s = 0.0;

  for (guint i = 0; i < n_events; i++)
    free_s -= durations_s[i];
  if (free_s < 0.0)
    {
      for (guint i = 0; i < n_events; i++)
        ret_onsets_s[i] = oto_rng_range (rng, 0.0, OTO_REMIX_CLIP_S - durations_s[i]);
      return;
    }

  for (guint i = 0; i < n_events; i++)
    ret_onsets_s[i] = oto_rng_range (rng, 0.0, free_s);
  qsort (ret_onsets_s, n_events, sizeof (double), compare_doubles);
  for (guint i = 0; i < n_events; i++)
    {
      ret_onsets_s[i] += before_s;
      before_s += durations_s[i];
    }
}

/* Sets the events of a mixture: a file or a synthesis for each, its length, its onset. */
static gboolean
place_events (Plan           *self,
              OtoMixture     *mixture,
              const guint32  *order,
              OtoRng         *rng,
              GError        **error)
{
  g_autofree double *durations_s = g_new (double, mixture->n_events + 1);
  g_autofree double *onsets_s = g_new (double, mixture->n_events + 1);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < mixture->n_events; i++)
    {
      const OtoRemixSource *event = g_ptr_array_index (self->events, order[i]);
      gboolean has_file = !g_str_has_prefix (event->name, OTO_REMIX_SYNTH_PREFIX);
      char *name;

      if (!has_file || (oto_rng_uniform (rng) < self->config->synthetic
                        && oto_synth_has_class (event->label)))
        name = name_synthesised (rng, event->label, mixture->fold);
      else
        name = g_strdup (event->name);
      g_ptr_array_add (names, name);
      if (!get_duration (self, name, event->label, &durations_s[i], error))
        return FALSE;
      onsets_s[i] = FIRST_ONSET_S + ONSET_SPACING_S * i;
    }
  if (self->config->random_onsets)
    oto_remix_draw_onsets (rng, durations_s, mixture->n_events, onsets_s);

  for (guint i = 0; i < mixture->n_events; i++)
    {
      const OtoRemixSource *event = g_ptr_array_index (self->events, order[i]);
      double onset_s = round_time (onsets_s[i]);

      oto_mixture_set_event (mixture, i, g_ptr_array_index (names, i), event->label, onset_s,
                             round_time (onset_s + durations_s[i]));
    }
  return TRUE;
}

static char *
choose_scene (Plan   *self,
              GArray *indices,
              guint   n,
              int     fold,
              OtoRng *rng)
{
  const OtoRemixSource *scene;

  if (oto_rng_uniform (rng) < self->config->synthetic)
    {
      OtoSynthBackground kind = oto_rng_below (rng, OTO_SYNTH_N_BACKGROUNDS);

      return name_synthesised (rng, oto_synth_get_background_name (kind), fold);
    }
  scene = g_ptr_array_index (self->scenes, g_array_index (indices, guint32, n % indices->len));
  return g_strdup (scene->name);
}

static gboolean
plan_fold (Plan          *self,
           int            fold,
           GPtrArray     *mixtures,
           GCancellable  *cancellable,
           GError       **error)
{
  const OtoRemixConfig *config = self->config;
  const int n_parts = self->only_fold != 0 ? 1 : self->n_folds;
  const int part = self->only_fold != 0 ? 1 : fold;
  const guint begin = (guint) ((gint64) config->n_clips * (part - 1) / n_parts);
  const guint end = (guint) ((gint64) config->n_clips * part / n_parts);
  const OtoRemixSource *first_scene = g_ptr_array_index (self->scenes, 0);
  g_autoptr (GArray) events = list_fold (self->events, fold);
  g_autoptr (GArray) scenes = list_fold (self->scenes, fold);
  g_autofree guint32 *order = NULL;
  size_t n_used = 0;

  if (scenes->len == 0)
    {
      g_set_error (error, OTO_DATASETS_ERROR, OTO_DATASETS_ERROR_LAYOUT,
                   _("Fold %d has no scene: %d folds need scenes of at least %d recordings. Add "
                     "scenes, or choose more licences."), fold, self->n_folds, self->n_folds);
      return FALSE;
    }
  order = order_events (self, events, (size_t) (end - begin) * config->events_max);

  for (guint i = begin; i < end; i++)
    {
      g_autofree char *name = g_strdup_printf ("%05u.flac", i);
      g_autofree char *scene = NULL;
      OtoMixture *mixture;
      guint n_events;
      double snr_db = NAN;
      OtoRng rng;

      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      oto_rng_init (&rng, ((guint64) config->seed << 32) + i);
      n_events = config->events_min
                 + oto_rng_below (&rng, config->events_max - config->events_min + 1);
      if (config->snr_max_db > config->snr_min_db)
        snr_db = round_time (oto_rng_range (&rng, config->snr_min_db, config->snr_max_db));
      scene = choose_scene (self, scenes, first_scene->fold > 0 ? i - begin : i, fold, &rng);
      mixture = oto_mixture_new (name, fold, scene, snr_db, n_events);
      g_ptr_array_add (mixtures, mixture);
      if (!place_events (self, mixture, order + n_used, &rng, error))
        return FALSE;
      n_used += n_events;
    }
  return TRUE;
}

/* The scenes are shuffled once, all of them, before any event is drawn. */
static void
shuffle_scenes (Plan *self)
{
  g_autoptr (GPtrArray) selected = g_ptr_array_new ();
  g_autofree guint32 *order = NULL;
  GPtrArray *shuffled;

  for (guint i = 0; i < self->scenes->len; i++)
    {
      OtoRemixSource *scene = g_ptr_array_index (self->scenes, i);

      if (scene->selected)
        g_ptr_array_add (selected, scene);
    }
  order = g_new (guint32, selected->len);
  for (guint i = 0; i < selected->len; i++)
    order[i] = i;
  oto_mersenne_shuffle (&self->mersenne, order, selected->len);

  shuffled = g_ptr_array_new ();
  for (guint i = 0; i < selected->len; i++)
    g_ptr_array_add (shuffled, g_ptr_array_index (selected, order[i]));
  for (guint i = 0; i < self->scenes->len; i++)
    {
      OtoRemixSource *scene = g_ptr_array_index (self->scenes, i);

      if (!scene->selected)
        g_ptr_array_add (shuffled, scene);
    }
  /* The items move to the new order, and who frees them with them. */
  memcpy (self->scenes->pdata, shuffled->pdata, shuffled->len * sizeof (gpointer));
  g_ptr_array_unref (shuffled);
}

/**
 * oto_remix_plan:
 * @config: the settings
 * @places: where the audio is
 * @cancellable: (nullable): looked at between clips
 * @error: return location for a #GError
 *
 * Makes the list of mixtures of systems.md 7.1. What the recipe draws comes from its own
 * generator, in its order; what our options draw comes from another one, so that they change
 * nothing else.
 *
 * Returns: (transfer full) (element-type OtoMixture): the list
 */
GPtrArray *
oto_remix_plan (const OtoRemixConfig  *config,
                const OtoRemixPlaces  *places,
                GCancellable          *cancellable,
                GError               **error)
{
  g_autoptr (GPtrArray) mixtures = NULL;
  g_auto (Plan) plan = { .config = config, .places = places };

  mixtures = g_ptr_array_new_with_free_func ((GDestroyNotify) oto_mixture_free);
  plan.events = oto_remix_load_events (config, &plan.n_folds, error);
  if (plan.events == NULL)
    return NULL;
  plan.only_fold = plan.n_folds > 1 ? oto_remix_get_only_fold (plan.events) : 0;
  plan.scenes = oto_remix_load_scenes (config, plan.events, plan.n_folds, error);
  if (plan.scenes == NULL)
    return NULL;
  if (config->synthetic > 0.0)
    add_synthetic_classes (&plan);

  plan.durations = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  oto_mersenne_init (&plan.mersenne, config->seed);
  shuffle_scenes (&plan);
  for (int fold = 1; fold <= plan.n_folds; fold++)
    if ((plan.only_fold == 0 || fold == plan.only_fold)
        && !plan_fold (&plan, fold, mixtures, cancellable, error))
      return NULL;
  return g_steal_pointer (&mixtures);
}
