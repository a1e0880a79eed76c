/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "state/oto-panel-loader.h"

#include "features/oto-logmel-stream.h"

#define MAX_ROWS 10              /* classes in panels 6 and 7 */

struct _OtoPanelLoader
{
  GObject       parent_instance;

  GCancellable *cancellable;     /* (nullable): of what is at work */
  OtoAnalysis  *analysis;        /* (nullable): none while a clip is previewed */
  int          *classes;
  guint         n_classes;
  guint         i;               /* into panel_order */
  OtoPanelData *waiting[OTO_N_FOCUS];
};

enum { LOADED, FAILED, DONE, N_SIGNALS };

static guint signals[N_SIGNALS];

/* What is ready soon comes first. */
static const OtoPanelKind panel_order[] = {
  OTO_PANEL_LOGMEL, OTO_PANEL_CLIP_PROB, OTO_PANEL_MEL_WEIGHTS, OTO_PANEL_STEP1,
  OTO_PANEL_TIME_ATT, OTO_PANEL_FREQ_ATT_1, OTO_PANEL_FREQ_ATT_2, OTO_PANEL_FREQ_ATT_3,
  OTO_PANEL_RECON,
};

G_DEFINE_FINAL_TYPE (OtoPanelLoader, oto_panel_loader, G_TYPE_OBJECT)

static void
oto_panel_loader_dispose (GObject *object)
{
  oto_panel_loader_stop (OTO_PANEL_LOADER (object));

  G_OBJECT_CLASS (oto_panel_loader_parent_class)->dispose (object);
}

static void
oto_panel_loader_class_init (OtoPanelLoaderClass *klass)
{
  GType type = G_TYPE_FROM_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = oto_panel_loader_dispose;

  signals[LOADED] = g_signal_new ("loaded", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 1, G_TYPE_POINTER);
  signals[FAILED] = g_signal_new ("failed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[DONE] = g_signal_new ("done", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                G_TYPE_NONE, 0);
}

static void
oto_panel_loader_init (OtoPanelLoader *self)
{
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

/**
 * oto_panel_loader_stop:
 * @self: a loader
 *
 * Drops what is on its way.
 */
void
oto_panel_loader_stop (OtoPanelLoader *self)
{
  g_return_if_fail (OTO_IS_PANEL_LOADER (self));

  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->analysis);
  g_clear_pointer (&self->classes, g_free);
  for (int i = 0; i < OTO_N_FOCUS; i++)
    g_clear_pointer (&self->waiting[i], oto_panel_data_unref);
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
  OtoPanelKind  kind;
  int          *classes;
  guint         n_classes;
} Job;

static void
job_free (Job *self)
{
  g_object_unref (self->analysis);
  g_free (self->classes);
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
  OtoPanelData *data = oto_panel_data_new (job->analysis, job->kind, job->classes, job->n_classes,
                                           cancellable, &error);

  if (data != NULL)
    g_task_return_pointer (task, data, (GDestroyNotify) oto_panel_data_unref);
  else
    g_task_return_error (task, error);
}

static void
tell_loaded (OtoPanelLoader *self,
             OtoPanelData   *data)
{
  g_signal_emit (self, signals[LOADED], 0, data);
}

/* The last of the three panels of frequency attention gives all of them their scale. */
static void
take_freq_att (OtoPanelLoader *self,
               OtoPanelData   *data)
{
  OtoPanelData *ready[OTO_N_FOCUS];
  guint n_ready = 0;

  self->waiting[data->kind - OTO_PANEL_FREQ_ATT_1] = oto_panel_data_ref (data);
  if (data->kind != OTO_PANEL_FREQ_ATT_3)
    return;

  for (int i = 0; i < OTO_N_FOCUS; i++)
    if (self->waiting[i] != NULL)
      ready[n_ready++] = g_steal_pointer (&self->waiting[i]);

  oto_panel_data_link (ready, n_ready);
  for (guint i = 0; i < n_ready; i++)
    {
      tell_loaded (self, ready[i]);
      oto_panel_data_unref (ready[i]);
    }
}

static void start_panel (OtoPanelLoader *self);

static void
panel_ready_cb (GObject      *source,
                GAsyncResult *result,
                gpointer      user_data)
{
  g_autoptr (OtoPanelLoader) self = user_data;
  GCancellable *cancellable = g_task_get_cancellable (G_TASK (result));
  g_autoptr (GError) error = NULL;
  g_autoptr (OtoPanelData) data = g_task_propagate_pointer (G_TASK (result), &error);

  /* Another clip or model came meanwhile. */
  if (cancellable != self->cancellable)
    return;

  if (data == NULL)
    g_signal_emit (self, signals[FAILED], 0, error->message);
  else if (data->kind >= OTO_PANEL_FREQ_ATT_1 && data->kind <= OTO_PANEL_FREQ_ATT_3)
    take_freq_att (self, data);
  else
    tell_loaded (self, data);

  /* Whoever was told may have asked for something else. */
  if (cancellable != self->cancellable)
    return;

  if (++self->i < G_N_ELEMENTS (panel_order))
    {
      start_panel (self);

      return;
    }

  oto_panel_loader_stop (self);
  g_signal_emit (self, signals[DONE], 0);
}

static void
start_panel (OtoPanelLoader *self)
{
  Job *job = g_new0 (Job, 1);
  g_autoptr (GTask) task = g_task_new (NULL, self->cancellable, panel_ready_cb,
                                         g_object_ref (self));

  job->analysis = g_object_ref (self->analysis);
  job->kind = panel_order[self->i];
  job->classes = g_memdup2 (self->classes, self->n_classes * sizeof (int));
  job->n_classes = self->n_classes;
  g_task_set_task_data (task, job, (GDestroyNotify) job_free);
  g_task_run_in_thread (task, panel_worker);
}

/**
 * oto_panel_loader_load:
 * @self: a loader
 * @analysis: what its panels are to be made of
 *
 * Starts to make all panels, in place of what was asked for before.
 */
void
oto_panel_loader_load (OtoPanelLoader *self,
                       OtoAnalysis    *analysis)
{
  g_return_if_fail (OTO_IS_PANEL_LOADER (self));
  g_return_if_fail (OTO_IS_ANALYSIS (analysis));

  oto_panel_loader_stop (self);
  self->cancellable = g_cancellable_new ();
  self->analysis = g_object_ref (analysis);
  self->classes = oto_panel_data_dup_rows (analysis, NULL, 0, MAX_ROWS, &self->n_classes);
  self->i = 0;
  start_panel (self);
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
