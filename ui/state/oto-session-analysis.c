/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "state/oto-session-private.h"

/* --- one clip: open, then analyse --- */

static void
item_progress (double   fraction,
               gpointer user_data)
{
  oto_clip_item_set_progress (user_data, fraction);
}

static void
end_item (OtoSession   *self,
          OtoClipState  state,
          const char   *message)
{
  g_autoptr (OtoClipItem) item = g_steal_pointer (&self->running);

  g_clear_object (&self->cancellable);
  oto_clip_item_set_state (item, state, message);
  oto_session_start_next (self);
}

static void
fail_item (OtoSession *self,
           GError     *error)
{
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    end_item (self, OTO_CLIP_STATE_STOPPED, NULL);
  else
    end_item (self, OTO_CLIP_STATE_FAILED, error->message);
}

static void
analyzed_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr (OtoSession) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (OtoAnalysis) analysis =
    oto_analyzer_analyze_finish (OTO_ANALYZER (source), result, &error);

  if (self->running == NULL)
    return;

  if (analysis == NULL)
    {
      fail_item (self, error);
    }
  else if (self->analyzer != OTO_ANALYZER (source))
    {
      /* Another model came meanwhile. */
      end_item (self, OTO_CLIP_STATE_QUEUED, NULL);
    }
  else
    {
      oto_clip_item_set_analysis (self->running, analysis);
      end_item (self, OTO_CLIP_STATE_DONE, NULL);
    }
}

static void
analyze_running (OtoSession *self)
{
  if (self->analyzer == NULL)
    {
      end_item (self, OTO_CLIP_STATE_OPEN, NULL);

      return;
    }

  oto_analyzer_analyze_async (self->analyzer, oto_clip_item_get_clip (self->running),
                              item_progress, self->running, self->cancellable,
                              analyzed_cb, g_object_ref (self));
}

static void
open_worker (GTask        *task,
             gpointer      source,
             gpointer      task_data,
             GCancellable *cancellable)
{
  GError *error = NULL;
  OtoClip *clip = oto_audio_file_open (task_data, &error);

  if (clip != NULL)
    g_task_return_pointer (task, clip, g_object_unref);
  else
    g_task_return_error (task, error);
}

static void
opened_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (OtoSession) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (OtoClip) clip = g_task_propagate_pointer (G_TASK (result), &error);

  if (self->running == NULL)
    return;

  if (clip == NULL)
    {
      fail_item (self, error);

      return;
    }

  oto_clip_item_set_clip (self->running, clip);
  analyze_running (self);
}

static OtoClipItem *
find_queued (OtoSession *self)
{
  const guint n = g_list_model_get_n_items (G_LIST_MODEL (self->clips));

  if (self->preferred != NULL
      && oto_clip_item_get_state (self->preferred) == OTO_CLIP_STATE_QUEUED)
    return g_object_ref (self->preferred);

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (OtoClipItem) item = g_list_model_get_item (G_LIST_MODEL (self->clips), i);

      if (oto_clip_item_get_state (item) == OTO_CLIP_STATE_QUEUED)
        return g_steal_pointer (&item);
    }

  return NULL;
}

void
oto_session_start_next (OtoSession *self)
{
  /* While a model loads nothing starts, so that nothing is heard by the wrong one. */
  if (self->running == NULL && self->n_loading == 0)
    self->running = find_queued (self);
  else
    {
      oto_session_update_timeout (self);

      return;
    }

  if (self->running != NULL)
    {
      self->cancellable = g_cancellable_new ();
      oto_clip_item_set_progress (self->running, 0);
      oto_clip_item_set_state (self->running, OTO_CLIP_STATE_RUNNING, NULL);

      if (oto_clip_item_get_clip (self->running) != NULL)
        {
          analyze_running (self);
        }
      else
        {
          g_autoptr (GTask) task = g_task_new (NULL, self->cancellable, opened_cb,
                                                 g_object_ref (self));

          g_task_set_task_data (task, g_strdup (oto_clip_item_get_path (self->running)), g_free);
          g_task_run_in_thread (task, open_worker);
        }
    }

  oto_session_update_timeout (self);
}

/* --- the queue --- */

/**
 * oto_session_prefer:
 * @self: a session
 * @item: (nullable): the clip on show, which goes first
 */
void
oto_session_prefer (OtoSession  *self,
                    OtoClipItem *item)
{
  g_return_if_fail (OTO_IS_SESSION (self));

  g_set_object (&self->preferred, item);
}

/**
 * oto_session_run:
 * @self: a session
 * @item: a clip
 *
 * Puts a clip into the queue once more, whatever came of it.
 */
void
oto_session_run (OtoSession  *self,
                 OtoClipItem *item)
{
  g_return_if_fail (OTO_IS_SESSION (self));
  g_return_if_fail (OTO_IS_CLIP_ITEM (item));

  if (item == self->running)
    return;

  oto_clip_item_set_analysis (item, NULL);
  oto_clip_item_set_state (item, OTO_CLIP_STATE_QUEUED, NULL);
  oto_session_start_next (self);
}

/**
 * oto_session_cancel:
 * @self: a session
 *
 * Stops the clip at work and takes the others out of the queue; results so far are kept.
 */
void
oto_session_cancel (OtoSession *self)
{
  const guint n = g_list_model_get_n_items (G_LIST_MODEL (self->clips));

  g_return_if_fail (OTO_IS_SESSION (self));

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (OtoClipItem) item = g_list_model_get_item (G_LIST_MODEL (self->clips), i);

      if (oto_clip_item_get_state (item) == OTO_CLIP_STATE_QUEUED)
        oto_clip_item_set_state (item, OTO_CLIP_STATE_STOPPED, NULL);
    }

  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  if (self->demo_cancellable != NULL)
    g_cancellable_cancel (self->demo_cancellable);
}
