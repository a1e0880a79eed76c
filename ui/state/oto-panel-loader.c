/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "state/oto-panel-loader.h"

#include "features/oto-logmel-stream.h"

#include <string.h>

/* A panel that was asked for, and what became of it. */
typedef struct
{
  OtoPanelSpec  spec;
  OtoPanelData *data;            /* (nullable): not there yet, or it cannot be */
  gboolean      is_settled;
} Wanted;

struct _OtoPanelLoader
{
  GObject       parent_instance;

  GCancellable *cancellable;     /* (nullable): of what is at work */
  OtoAnalysis  *analysis;        /* (nullable): none while a clip is previewed */
  int          *rows;
  guint         n_rows;
  GArray       *wanted;          /* of Wanted, what is ready soon first */
  OtoPanelSpec  at_work;         /* while there is @cancellable */
};

enum { LOADED, FAILED, DONE, N_SIGNALS };

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (OtoPanelLoader, oto_panel_loader, G_TYPE_OBJECT)

static void
wanted_clear (gpointer data)
{
  g_clear_pointer (&((Wanted *) data)->data, oto_panel_data_unref);
}

static void
oto_panel_loader_dispose (GObject *object)
{
  oto_panel_loader_stop (OTO_PANEL_LOADER (object));

  G_OBJECT_CLASS (oto_panel_loader_parent_class)->dispose (object);
}

static void
oto_panel_loader_finalize (GObject *object)
{
  g_array_unref (OTO_PANEL_LOADER (object)->wanted);

  G_OBJECT_CLASS (oto_panel_loader_parent_class)->finalize (object);
}

static void
oto_panel_loader_class_init (OtoPanelLoaderClass *klass)
{
  GType type = G_TYPE_FROM_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = oto_panel_loader_dispose;
  G_OBJECT_CLASS (klass)->finalize = oto_panel_loader_finalize;

  signals[LOADED] = g_signal_new ("loaded", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 1, G_TYPE_POINTER);
  signals[FAILED] = g_signal_new ("failed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[DONE] = g_signal_new ("done", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                G_TYPE_NONE, 0);
}

static GArray *
wanted_new (void)
{
  GArray *wanted = g_array_new (FALSE, TRUE, sizeof (Wanted));

  g_array_set_clear_func (wanted, wanted_clear);

  return wanted;
}

static void
oto_panel_loader_init (OtoPanelLoader *self)
{
  self->wanted = wanted_new ();
}

/**
 * oto_panel_loader_new:
 *
 * Returns: (transfer full): a loader that nothing was asked of
 */
OtoPanelLoader *
oto_panel_loader_new (void)
{
  return g_object_new (OTO_TYPE_PANEL_LOADER, NULL);
}

static void
stop_work (OtoPanelLoader *self)
{
  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
}

/**
 * oto_panel_loader_stop:
 * @self: a loader
 *
 * Drops what is on its way, and what is there.
 */
void
oto_panel_loader_stop (OtoPanelLoader *self)
{
  g_return_if_fail (OTO_IS_PANEL_LOADER (self));

  stop_work (self);
  g_clear_object (&self->analysis);
  g_clear_pointer (&self->rows, g_free);
  self->n_rows = 0;
  g_array_set_size (self->wanted, 0);
}

/**
 * oto_panel_loader_is_busy:
 * @self: a loader
 *
 * Returns: whether anything is on its way
 */
gboolean
oto_panel_loader_is_busy (OtoPanelLoader *self)
{
  g_return_val_if_fail (OTO_IS_PANEL_LOADER (self), FALSE);

  return self->cancellable != NULL;
}

/* --- panels of an analysis --- */

typedef struct
{
  OtoAnalysis  *analysis;
  OtoPanelSpec  spec;
  int          *rows;
  guint         n_rows;
} Job;

static void
job_free (Job *self)
{
  g_object_unref (self->analysis);
  g_free (self->rows);
  g_free (self);
}

static void
panel_worker (GTask        *task,
              gpointer      source,
              gpointer      task_data,
              GCancellable *cancellable)
{
  Job *job = task_data;
  GError *error = NULL;
  OtoPanelData *data = oto_panel_data_new (job->analysis, &job->spec, job->rows, job->n_rows,
                                           cancellable, &error);

  if (data != NULL)
    g_task_return_pointer (task, data, (GDestroyNotify) oto_panel_data_unref);
  else
    g_task_return_error (task, error);
}

static Wanted *
find_wanted (GArray             *wanted,
             const OtoPanelSpec *spec)
{
  for (guint i = 0; i < wanted->len; i++)
    {
      Wanted *candidate = &g_array_index (wanted, Wanted, i);

      if (oto_panel_spec_is_equal (&candidate->spec, spec))
        return candidate;
    }

  return NULL;
}

static void
tell_loaded (OtoPanelLoader *self,
             OtoPanelData   *data)
{
  g_signal_emit (self, signals[LOADED], 0, data);
}

/* Panels that have one scale wait for each other. */
static void
tell_linked (OtoPanelLoader *self,
             OtoMap          map)
{
  g_autoptr (GPtrArray) ready =
    g_ptr_array_new_with_free_func ((GDestroyNotify) oto_panel_data_unref);

  for (guint i = 0; i < self->wanted->len; i++)
    {
      const Wanted *wanted = &g_array_index (self->wanted, Wanted, i);

      if (wanted->spec.map != map)
        continue;
      if (!wanted->is_settled)
        return;
      if (wanted->data != NULL)
        g_ptr_array_add (ready, oto_panel_data_ref (wanted->data));
    }

  oto_panel_data_link ((OtoPanelData **) ready->pdata, ready->len);
  for (guint i = 0; i < ready->len; i++)
    tell_loaded (self, g_ptr_array_index (ready, i));
}

static void start_next (OtoPanelLoader *self);

static void
panel_ready_cb (GObject      *source,
                GAsyncResult *result,
                gpointer      user_data)
{
  g_autoptr (OtoPanelLoader) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (OtoPanelData) data = g_task_propagate_pointer (G_TASK (result), &error);
  g_autoptr (GCancellable) cancellable = NULL;
  Wanted *wanted;

  /* Something else was asked for meanwhile. */
  if (g_task_get_cancellable (G_TASK (result)) != self->cancellable)
    return;

  cancellable = g_object_ref (self->cancellable);
  wanted = find_wanted (self->wanted, &self->at_work);
  g_assert (wanted != NULL);
  wanted->is_settled = TRUE;
  wanted->data = data != NULL ? oto_panel_data_ref (data) : NULL;

  if (data == NULL)
    g_signal_emit (self, signals[FAILED], 0, error->message);
  else if (oto_panel_spec_is_linked (&data->spec))
    tell_linked (self, data->spec.map);
  else
    tell_loaded (self, data);

  /* Whoever was told may have asked for something else. */
  if (cancellable == self->cancellable)
    {
      g_clear_object (&self->cancellable);
      start_next (self);
    }
}

static void
start (OtoPanelLoader     *self,
       const OtoPanelSpec *spec)
{
  Job *job = g_new0 (Job, 1);
  g_autoptr (GTask) task = NULL;

  self->cancellable = g_cancellable_new ();
  self->at_work = *spec;
  job->analysis = g_object_ref (self->analysis);
  job->spec = *spec;
  job->rows = g_memdup2 (self->rows, self->n_rows * sizeof (int));
  job->n_rows = self->n_rows;
  task = g_task_new (NULL, self->cancellable, panel_ready_cb, g_object_ref (self));
  g_task_set_task_data (task, job, (GDestroyNotify) job_free);
  g_task_run_in_thread (task, panel_worker);
}

static void
start_next (OtoPanelLoader *self)
{
  for (guint i = 0; i < self->wanted->len; i++)
    {
      const Wanted *wanted = &g_array_index (self->wanted, Wanted, i);

      if (!wanted->is_settled)
        {
          start (self, &wanted->spec);

          return;
        }
    }

  g_signal_emit (self, signals[DONE], 0);
}

static int
compare_orders (gconstpointer a,
                gconstpointer b)
{
  return oto_panel_spec_get_order (&((const Wanted *) a)->spec)
         - oto_panel_spec_get_order (&((const Wanted *) b)->spec);
}

/* What is there of the same analysis, with the same rows, is kept. */
static void
keep_settled (OtoPanelLoader *self,
              Wanted         *wanted,
              gboolean        has_same_rows)
{
  const Wanted *former = find_wanted (self->wanted, &wanted->spec);

  if (former == NULL || !former->is_settled
      || (oto_panel_spec_has_rows (&wanted->spec) && !has_same_rows))
    return;

  wanted->is_settled = TRUE;
  wanted->data = former->data != NULL ? oto_panel_data_ref (former->data) : NULL;
}

/* (transfer full): @specs, each once, in the order in which they are made. */
static GArray *
dup_wanted (OtoPanelLoader     *self,
            const OtoPanelSpec *specs,
            guint               n_specs,
            gboolean            has_same_rows)
{
  GArray *all = wanted_new ();

  for (guint i = 0; i < n_specs; i++)
    {
      Wanted wanted = { .spec = specs[i] };

      if (find_wanted (all, &specs[i]) != NULL)
        continue;
      keep_settled (self, &wanted, has_same_rows);
      g_array_append_val (all, wanted);
    }
  g_array_sort (all, compare_orders);

  return all;
}

/**
 * oto_panel_loader_load:
 * @self: a loader
 * @analysis: what its panels are to be made of
 * @specs: (array length=n_specs): which panels
 * @n_specs: how many
 * @rows: (array length=n_rows): classes in the order of rows, where panels have rows
 * @n_rows: at least 1
 *
 * Asks for panels in place of what was asked for before. What is there of them already is not made
 * again, nor told; what nobody asks for any more is dropped.
 */
void
oto_panel_loader_load (OtoPanelLoader     *self,
                       OtoAnalysis        *analysis,
                       const OtoPanelSpec *specs,
                       guint               n_specs,
                       const int          *rows,
                       guint               n_rows)
{
  g_autoptr (GArray) wanted = NULL;
  gboolean has_same_rows;

  g_return_if_fail (OTO_IS_PANEL_LOADER (self));
  g_return_if_fail (OTO_IS_ANALYSIS (analysis));
  g_return_if_fail (rows != NULL && n_rows > 0);

  if (self->analysis != analysis)
    oto_panel_loader_stop (self);
  has_same_rows = self->n_rows == n_rows
                  && memcmp (self->rows, rows, n_rows * sizeof (int)) == 0;
  wanted = dup_wanted (self, specs, n_specs, has_same_rows);

  g_set_object (&self->analysis, analysis);
  g_free (self->rows);
  self->rows = g_memdup2 (rows, n_rows * sizeof (int));
  self->n_rows = n_rows;
  g_array_unref (self->wanted);
  self->wanted = g_steal_pointer (&wanted);

  /* What is at work goes on, if it is still of use. */
  if (self->cancellable != NULL && find_wanted (self->wanted, &self->at_work) != NULL
      && (has_same_rows || !oto_panel_spec_has_rows (&self->at_work)))
    return;
  stop_work (self);
  start_next (self);
}

/* --- panel 1 of a clip without an analysis --- */

typedef struct
{
  OtoClip         *clip;
  OtoLogmelConfig  front_end;
} Preview;

static void
preview_free (Preview *self)
{
  g_object_unref (self->clip);
  g_free (self);
}

static OtoPanelData *
preview_compute (Preview       *self,
                 GCancellable  *cancellable,
                 GError       **error)
{
  const gint64 n_frames = oto_logmel_stream_get_n_clip_frames (&self->front_end, self->clip);
  g_autoptr (OtoLogmel) extractor = oto_logmel_new (&self->front_end, error);
  OtoPanelData *data = NULL;
  gboolean is_silent;
  float *logmel;

  if (extractor == NULL || n_frames == 0)
    return NULL;

  logmel = oto_try_alloc (n_frames * self->front_end.n_mels, sizeof (float), error);
  if (logmel != NULL
      && oto_logmel_stream_read_clip (extractor, self->clip, n_frames, logmel, &is_silent, NULL,
                                      NULL, cancellable, error))
    data = oto_panel_data_new_logmel (logmel, n_frames, &self->front_end, is_silent, error);
  oto_free (logmel);

  return data;
}

static void
preview_worker (GTask        *task,
                gpointer      source,
                gpointer      task_data,
                GCancellable *cancellable)
{
  GError *error = NULL;
  OtoPanelData *data = preview_compute (task_data, cancellable, &error);

  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, data, (GDestroyNotify) oto_panel_data_unref);
}

static void
preview_ready_cb (GObject      *source,
                  GAsyncResult *result,
                  gpointer      user_data)
{
  g_autoptr (OtoPanelLoader) self = user_data;
  g_autoptr (OtoPanelData) data = g_task_propagate_pointer (G_TASK (result), NULL);

  if (g_task_get_cancellable (G_TASK (result)) != self->cancellable)
    return;

  /* Where there is none the analysis will say why. */
  oto_panel_loader_stop (self);
  if (data != NULL)
    tell_loaded (self, data);
}

/**
 * oto_panel_loader_preview:
 * @self: a loader
 * @clip: a clip
 *
 * Starts to make panel 1, which needs no model, in place of what was asked for before.
 */
void
oto_panel_loader_preview (OtoPanelLoader *self,
                          OtoClip        *clip)
{
  Preview *preview;
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (OTO_IS_PANEL_LOADER (self));
  g_return_if_fail (OTO_IS_CLIP (clip));

  oto_panel_loader_stop (self);
  self->cancellable = g_cancellable_new ();
  preview = g_new0 (Preview, 1);
  preview->clip = g_object_ref (clip);
  preview->front_end = oto_logmel_config_default;
  task = g_task_new (NULL, self->cancellable, preview_ready_cb, g_object_ref (self));
  g_task_set_task_data (task, preview, (GDestroyNotify) preview_free);
  g_task_run_in_thread (task, preview_worker);
}
