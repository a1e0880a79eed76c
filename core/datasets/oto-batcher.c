/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "datasets/oto-batcher.h"

#include "audio/oto-clip.h"
#include "base/oto-arena.h"
#include "base/oto-rng.h"
#include "base/oto-workers.h"
#include "datasets/oto-dataset.h"
#include "datasets/oto-feature-cache.h"
#include "features/oto-front-end.h"
#include "features/oto-window-plan.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define PROGRESS_MS 100
/* Clips that notices name one by one. */
#define MAX_NAMED   20

typedef struct
{
  guint   clip;
  gint64  n_frames;              /* at least a window */
  guint64 n_invalid;             /* values of the file that are no sound */
  float  *logmel;                /* (n_frames, F); NULL: beyond the budget */
} Item;

struct _OtoBatcher
{
  OtoDataset      *dataset;
  OtoFeatureCache *cache;
  int              n_window_frames;
  int              n_mels;
  OtoScalerRule    scaler_rule;
  gint64           n_bytes;       /* of the features that are kept */
  guint            n_items;
  Item            *items;

  /* What was told already. */
  gboolean         told_invalid;
  guint            n_damaged_told;
};

/* The loading of all items, shared by the pool's threads. */
typedef struct
{
  OtoBatcher   *batcher;
  gboolean      background;
  GCancellable *cancellable;
  gint64        budget_bytes;

  GMutex        lock;            /* guards what follows */
  GCond         advanced;
  gint64        n_bytes;         /* kept so far */
  guint         n_done;
  GError       *error;
} Load;

/* Of a file, from the cache; a mixture is as fast to make as to read. */
static float *
get_logmel (OtoBatcher  *self,
            guint        clip,
            gint64      *ret_n_frames,
            guint64     *ret_n_invalid,
            GError     **error)
{
  g_autofree char *path = NULL;
  g_autoptr (OtoClip) mixed = NULL;

  if (oto_dataset_get_mixture (self->dataset, clip) == NULL)
    {
      path = oto_dataset_dup_path (self->dataset, clip);
      return oto_feature_cache_get (self->cache, path, ret_n_frames, ret_n_invalid, error);
    }
  mixed = oto_dataset_open_clip (self->dataset, clip, error);
  if (mixed == NULL)
    return NULL;
  return oto_feature_cache_compute (self->cache, mixed, ret_n_frames, ret_n_invalid, error);
}

static void
load_item (Load      *load,
           guint      index,
           GError   **error)
{
  OtoBatcher *self = load->batcher;
  Item *item = &self->items[index];
  gint64 n_bytes;
  gboolean fits;
  float *logmel;

  logmel = get_logmel (self, item->clip, &item->n_frames, &item->n_invalid, error);
  if (logmel == NULL)
    {
      g_prefix_error (error, _("Clip “%s” of the data set: "),
                      oto_dataset_get_filename (self->dataset, item->clip));
      return;
    }
  n_bytes = item->n_frames * self->n_mels * (gint64) sizeof (float);
  g_mutex_lock (&load->lock);
  fits = load->n_bytes + n_bytes <= load->budget_bytes;
  load->n_bytes += fits ? n_bytes : 0;
  g_mutex_unlock (&load->lock);
  if (fits)
    item->logmel = logmel;
  else
    oto_free (logmel);
}

static void
load_worker (gpointer data,
             gpointer user_data)
{
  Load *load = user_data;
  g_autoptr (GError) error = NULL;
  gboolean failed;

  if (load->background)
    oto_workers_lower_priority ();
  g_mutex_lock (&load->lock);
  failed = load->error != NULL;
  g_mutex_unlock (&load->lock);
  if (!failed && !g_cancellable_set_error_if_cancelled (load->cancellable, &error))
    load_item (load, GPOINTER_TO_UINT (data) - 1, &error);

  g_mutex_lock (&load->lock);
  load->n_done++;
  if (error != NULL && load->error == NULL)
    load->error = g_steal_pointer (&error);
  g_cond_signal (&load->advanced);
  g_mutex_unlock (&load->lock);
}

static gboolean
load_all (Load             *load,
          int               n_threads,
          OtoProgressFunc   progress,
          gpointer          user_data,
          GError          **error)
{
  const guint n_items = load->batcher->n_items;
  /* The threads are the pool's own, so that their lower priority ends with them. */
  GThreadPool *pool = g_thread_pool_new (load_worker, load,
                                         n_threads > 0 ? n_threads : oto_workers_get_n_cores (),
                                         TRUE, NULL);
  guint n_done = 0;

  /* Some are enough. */
  if (g_thread_pool_get_num_threads (pool) == 0)
    {
      g_thread_pool_free (pool, TRUE, FALSE);
      return oto_workers_fail_refused (error);
    }
  for (guint i = 0; i < n_items; i++)
    g_thread_pool_push (pool, GUINT_TO_POINTER (i + 1), NULL);
  while (n_done < n_items)
    {
      gint64 deadline = g_get_monotonic_time () + PROGRESS_MS * 1000;

      g_mutex_lock (&load->lock);
      while (load->n_done < n_items
             && g_cond_wait_until (&load->advanced, &load->lock, deadline))
        ;
      n_done = load->n_done;
      g_mutex_unlock (&load->lock);
      if (progress != NULL)
        progress ((double) n_done / n_items, user_data);
    }
  g_thread_pool_free (pool, FALSE, TRUE);

  if (load->error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&load->error));
      return FALSE;
    }
  return TRUE;
}

/**
 * oto_batcher_new:
 * @dataset: a data set
 * @clips: (element-type guint32): its clips to hold, in this order
 * @front_end: the features
 * @n_window_frames: T, frames of a window
 * @budget_bytes: memory that features may take
 * @n_threads: 0: as many as there are cores
 * @background: at reduced priority
 * @progress: (nullable): told the share of clips ready, from the caller's thread
 * @user_data: for @progress
 * @cancellable: (nullable): looked at between clips
 * @error: return location for a #GError
 *
 * Gets the features of the clips.
 *
 * Returns: (transfer full): the batcher, or %NULL when a clip cannot be read
 */
OtoBatcher *
oto_batcher_new (OtoDataset             *dataset,
                 GArray                 *clips,
                 const OtoLogmelConfig  *front_end,
                 int                     n_window_frames,
                 gint64                  budget_bytes,
                 int                     n_threads,
                 gboolean                background,
                 OtoProgressFunc         progress,
                 gpointer                user_data,
                 GCancellable           *cancellable,
                 GError                **error)
{
  g_autoptr (OtoBatcher) self = NULL;
  Load load = { .background = background, .cancellable = cancellable,
                .budget_bytes = budget_bytes };
  const OtoFrontEnd *row;
  gboolean loaded;

  g_return_val_if_fail (OTO_IS_DATASET (dataset) && clips != NULL && front_end != NULL, NULL);
  g_return_val_if_fail (n_window_frames > 0, NULL);

  self = g_new0 (OtoBatcher, 1);
  self->dataset = g_object_ref (dataset);
  self->n_window_frames = n_window_frames;
  self->n_mels = front_end->n_mels;
  row = oto_front_end_find_by_config (front_end);
  self->scaler_rule = row != NULL ? row->scaler_rule : OTO_SCALER_RULE_ALL_FRAMES;
  self->n_items = clips->len;
  self->items = g_new0 (Item, clips->len);
  for (guint i = 0; i < clips->len; i++)
    self->items[i].clip = g_array_index (clips, guint32, i);
  self->cache = oto_feature_cache_new (front_end, n_window_frames, error);
  if (self->cache == NULL)
    return NULL;

  load.batcher = self;
  g_mutex_init (&load.lock);
  g_cond_init (&load.advanced);
  loaded = load_all (&load, n_threads, progress, user_data, error);
  g_cond_clear (&load.advanced);
  g_mutex_clear (&load.lock);
  self->n_bytes = load.n_bytes;
  return loaded ? g_steal_pointer (&self) : NULL;
}

void
oto_batcher_free (OtoBatcher *self)
{
  if (self == NULL)
    return;
  for (guint i = 0; i < self->n_items; i++)
    oto_free (self->items[i].logmel);
  g_free (self->items);
  oto_feature_cache_free (self->cache);
  g_object_unref (self->dataset);
  g_free (self);
}

guint
oto_batcher_get_n_items (OtoBatcher *self)
{
  return self->n_items;
}

guint
oto_batcher_get_n_classes (OtoBatcher *self)
{
  return oto_dataset_get_n_classes (self->dataset);
}

/**
 * oto_batcher_get_n_bytes:
 * @self: a batcher
 *
 * Returns: memory that its features take, at most the budget
 */
gint64
oto_batcher_get_n_bytes (OtoBatcher *self)
{
  return self->n_bytes;
}

/* The windows of an item, as in an analysis. */
static OtoWindowPlan
plan_windows (OtoBatcher *self,
              guint       item)
{
  OtoWindowPlan plan;

  oto_window_plan_init (&plan, self->items[item].n_frames, self->n_window_frames);
  return plan;
}

/**
 * oto_batcher_get_n_windows:
 * @self: a batcher
 * @item: which
 *
 * Returns: how many windows cover the clip, half overlapping as in an analysis
 */
guint
oto_batcher_get_n_windows (OtoBatcher *self,
                           guint       item)
{
  g_return_val_if_fail (item < self->n_items, 0);

  return plan_windows (self, item).n_windows;
}

/**
 * oto_batcher_get_window:
 * @self: a batcher
 * @item: which
 * @window: which of its windows
 *
 * Returns: the window's first frame; the last window ends with the clip
 */
gint64
oto_batcher_get_window (OtoBatcher *self,
                        guint       item,
                        guint       window)
{
  OtoWindowPlan plan;

  g_return_val_if_fail (item < self->n_items, 0);

  plan = plan_windows (self, item);
  return oto_window_plan_get_first_frame (&plan, window);
}

/**
 * oto_batcher_draw_window:
 * @self: a batcher
 * @item: which
 * @rng: a generator; draws only for clips longer than a window
 *
 * Returns: the first frame of a window anywhere in the clip
 */
gint64
oto_batcher_draw_window (OtoBatcher *self,
                         guint       item,
                         OtoRng     *rng)
{
  gint64 n_more;

  g_return_val_if_fail (item < self->n_items, 0);

  n_more = self->items[item].n_frames - self->n_window_frames;
  return n_more > 0 ? (gint64) oto_rng_below (rng, n_more + 1) : 0;
}

/* The item's features; @ret_owned says whether they must be freed. */
static float *
ref_logmel (OtoBatcher  *self,
            guint        index,
            gboolean    *ret_owned,
            GError     **error)
{
  Item *item = &self->items[index];
  guint64 n_invalid;
  gint64 n_frames;
  float *logmel;

  *ret_owned = item->logmel == NULL;
  if (!*ret_owned)
    return item->logmel;

  logmel = get_logmel (self, item->clip, &n_frames, &n_invalid, error);
  if (logmel != NULL && n_frames != item->n_frames)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED,
                   _("“%s” has changed while it was in use. Start again."),
                   oto_dataset_get_filename (self->dataset, item->clip));
      g_clear_pointer (&logmel, oto_free);
    }
  return logmel;
}

/**
 * oto_batcher_fit_scaler:
 * @self: a batcher of training clips
 * @scaler: (out caller-allocates): standardises their features
 * @error: return location for a #GError
 *
 * Fits a scaler to the frames that the front end's rule lets through: for most all, the padding of
 * short clips included, as the network meets it too.
 *
 * Returns: %FALSE when a clip cannot be read again
 */
gboolean
oto_batcher_fit_scaler (OtoBatcher  *self,
                        OtoScaler   *scaler,
                        GError     **error)
{
  oto_scaler_init (scaler, self->n_mels);
  for (guint i = 0; i < self->n_items; i++)
    {
      gboolean owned;
      float *logmel = ref_logmel (self, i, &owned, error);

      if (logmel == NULL)
        return FALSE;
      oto_scaler_add_by_rule (scaler, self->scaler_rule, logmel, self->items[i].n_frames);
      if (owned)
        oto_free (logmel);
    }
  oto_scaler_finish (scaler);
  return TRUE;
}

/**
 * oto_batcher_fill:
 * @self: a batcher
 * @item: which
 * @first_frame: where the window begins
 * @scaler: applied to the features
 * @ret_x: (out caller-allocates): (T, F), standardised
 * @error: return location for a #GError
 *
 * Returns: %FALSE when the clip must be read again and cannot
 */
gboolean
oto_batcher_fill (OtoBatcher       *self,
                  guint             item,
                  gint64            first_frame,
                  const OtoScaler  *scaler,
                  float            *ret_x,
                  GError          **error)
{
  gboolean owned;
  float *logmel;

  g_return_val_if_fail (item < self->n_items, FALSE);
  g_return_val_if_fail (first_frame >= 0 && first_frame + self->n_window_frames
                                            <= self->items[item].n_frames, FALSE);

  logmel = ref_logmel (self, item, &owned, error);
  if (logmel == NULL)
    return FALSE;
  oto_scaler_apply (scaler, logmel + first_frame * self->n_mels, self->n_window_frames, ret_x);
  if (owned)
    oto_free (logmel);
  return TRUE;
}

void
oto_batcher_fill_targets (OtoBatcher *self,
                          guint       item,
                          float      *ret_y)
{
  g_return_if_fail (item < self->n_items);

  oto_dataset_fill_targets (self->dataset, self->items[item].clip, ret_y);
}

static void
add_invalid (OtoBatcher   *self,
             GStrvBuilder *notices)
{
  guint n = 0;

  for (guint i = 0; i < self->n_items; i++)
    {
      const Item *item = &self->items[i];
      g_autofree char *notice = NULL;

      if (item->n_invalid == 0 || ++n > MAX_NAMED)
        continue;
      notice = oto_clip_format_invalid (oto_dataset_get_filename (self->dataset, item->clip),
                                        item->n_invalid);
      g_strv_builder_add (notices, notice);
    }
  if (n > MAX_NAMED)
    {
      g_autofree char *notice =
        g_strdup_printf (g_dngettext (GETTEXT_PACKAGE,
                                      "%u more clip holds values that are no sound.",
                                      "%u more clips hold values that are no sound.",
                                      n - MAX_NAMED), n - MAX_NAMED);

      g_strv_builder_add (notices, notice);
    }
}

/**
 * oto_batcher_take_notices:
 * @self: a batcher
 *
 * Tells what is wrong with its clips and with what was kept of them, and how it was mended; each
 * thing once.
 *
 * Returns: (transfer full) (array zero-terminated=1): whole sentences
 */
char **
oto_batcher_take_notices (OtoBatcher *self)
{
  g_autoptr (GStrvBuilder) notices = g_strv_builder_new ();
  guint n_damaged;

  g_return_val_if_fail (self != NULL, NULL);

  if (!self->told_invalid)
    add_invalid (self, notices);
  self->told_invalid = TRUE;
  n_damaged = oto_feature_cache_get_n_damaged (self->cache) - self->n_damaged_told;
  self->n_damaged_told += n_damaged;
  if (n_damaged > 0)
    {
      g_autofree char *notice =
        g_strdup_printf (g_dngettext (GETTEXT_PACKAGE,
                                      "%u file of the feature cache was damaged and has been made "
                                      "again. Check the disk if this comes back.",
                                      "%u files of the feature cache were damaged and have been "
                                      "made again. Check the disk if this comes back.",
                                      n_damaged), n_damaged);

      g_strv_builder_add (notices, notice);
    }
  return g_strv_builder_end (notices);
}
