/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "state/oto-clip-item.h"

#include "geometry/oto-reading.h"

#include <glib/gi18n.h>

struct _OtoClipItem
{
  GObject       parent_instance;

  char         *path;
  int           channel;             /* that is listened to */
  char         *tail;                /* of the path, that tells it from others */
  char         *name;
  char         *message;
  OtoClipState  state;
  OtoClip      *clip;
  OtoAnalysis  *analysis;
  int           progress_permille;   /* atomic */
};

enum { PROP_NAME = 1, N_PROPS };
enum { CHANGED, N_SIGNALS };

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (OtoClipItem, oto_clip_item, G_TYPE_OBJECT)

static void
oto_clip_item_get_property (GObject    *object,
                            guint       prop_id,
                            GValue     *value,
                            GParamSpec *pspec)
{
  if (prop_id == PROP_NAME)
    g_value_set_string (value, OTO_CLIP_ITEM (object)->name);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
oto_clip_item_finalize (GObject *object)
{
  OtoClipItem *self = OTO_CLIP_ITEM (object);

  g_free (self->path);
  g_free (self->tail);
  g_free (self->name);
  g_free (self->message);
  g_clear_object (&self->clip);
  g_clear_object (&self->analysis);

  G_OBJECT_CLASS (oto_clip_item_parent_class)->finalize (object);
}

static void
oto_clip_item_class_init (OtoClipItemClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = oto_clip_item_get_property;
  object_class->finalize = oto_clip_item_finalize;

  properties[PROP_NAME] = g_param_spec_string ("name", NULL, NULL, NULL,
                                               G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  signals[CHANGED] = g_signal_new ("changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST,
                                   0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
oto_clip_item_init (OtoClipItem *self)
{
}

static void
tell (OtoClipItem *self)
{
  g_signal_emit (self, signals[CHANGED], 0);
}

static void
make_name (OtoClipItem *self)
{
  g_autofree char *channel = NULL;
  g_autofree char *shown = g_filename_display_name (self->tail);

  g_free (self->name);
  if (self->channel == OTO_CHANNEL_MEAN)
    {
      self->name = g_steal_pointer (&shown);
    }
  else
    {
      channel = oto_channel_dup_name (self->channel);
      /* Translators: a clip, then which of its channels is listened to. */
      self->name = g_strdup_printf (_("%s (%s)"), shown, channel);
    }
  /* A name may hold line breaks and marks that would turn the row around. */
  g_strdelimit (self->name, "\n\r\t\v\f", ' ');
}

/**
 * oto_clip_item_new:
 * @path: a file that may be a clip
 *
 * Returns: (transfer full): a row that waits for its turn
 */
OtoClipItem *
oto_clip_item_new (const char *path)
{
  return oto_clip_item_new_channel (path, OTO_CHANNEL_MEAN);
}

/**
 * oto_clip_item_new_channel:
 * @path: a file that may be a clip
 * @channel: which of its channels is listened to, as oto_channel_parse() gives it
 *
 * Returns: (transfer full): a row that waits for its turn
 */
OtoClipItem *
oto_clip_item_new_channel (const char *path,
                           int         channel)
{
  OtoClipItem *self;

  g_return_val_if_fail (path != NULL, NULL);

  self = g_object_new (OTO_TYPE_CLIP_ITEM, NULL);
  self->path = g_strdup (path);
  self->channel = channel;
  self->tail = g_path_get_basename (path);
  make_name (self);

  return self;
}

/**
 * oto_clip_item_get_channel:
 * @self: a row
 *
 * Returns: which channel of its file is listened to
 */
int
oto_clip_item_get_channel (OtoClipItem *self)
{
  g_return_val_if_fail (OTO_IS_CLIP_ITEM (self), OTO_CHANNEL_MEAN);

  return self->channel;
}

/**
 * oto_clip_item_set_tail:
 * @self: a row
 * @tail: the end of its path by which it is called
 *
 * Tells clips of one name apart.
 */
void
oto_clip_item_set_tail (OtoClipItem *self,
                        const char  *tail)
{
  g_return_if_fail (OTO_IS_CLIP_ITEM (self) && tail != NULL);

  if (strcmp (self->tail, tail) == 0)
    return;

  g_free (self->tail);
  self->tail = g_strdup (tail);
  make_name (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_NAME]);
  tell (self);
}

/**
 * oto_clip_item_get_path:
 * @self: a row
 *
 * Returns: (transfer none): the file
 */
const char *
oto_clip_item_get_path (OtoClipItem *self)
{
  g_return_val_if_fail (OTO_IS_CLIP_ITEM (self), NULL);

  return self->path;
}

/**
 * oto_clip_item_get_name:
 * @self: a row
 *
 * Returns: (transfer none): the file's base name, fit for display in one line
 */
const char *
oto_clip_item_get_name (OtoClipItem *self)
{
  g_return_val_if_fail (OTO_IS_CLIP_ITEM (self), NULL);

  return self->name;
}

/**
 * oto_clip_item_get_state:
 * @self: a row
 *
 * Returns: how far it is
 */
OtoClipState
oto_clip_item_get_state (OtoClipItem *self)
{
  g_return_val_if_fail (OTO_IS_CLIP_ITEM (self), OTO_CLIP_STATE_FAILED);

  return self->state;
}

/**
 * oto_clip_item_set_state:
 * @self: a row
 * @state: how far it is
 * @message: (nullable): why it failed
 */
void
oto_clip_item_set_state (OtoClipItem  *self,
                         OtoClipState  state,
                         const char   *message)
{
  g_return_if_fail (OTO_IS_CLIP_ITEM (self));

  self->state = state;
  g_free (self->message);
  self->message = g_strdup (message);
  tell (self);
}

/**
 * oto_clip_item_get_message:
 * @self: a row
 *
 * Returns: (transfer none) (nullable): why it failed
 */
const char *
oto_clip_item_get_message (OtoClipItem *self)
{
  g_return_val_if_fail (OTO_IS_CLIP_ITEM (self), NULL);

  return self->message;
}

/**
 * oto_clip_item_get_clip:
 * @self: a row
 *
 * Returns: (transfer none) (nullable): the clip, once it was opened
 */
OtoClip *
oto_clip_item_get_clip (OtoClipItem *self)
{
  g_return_val_if_fail (OTO_IS_CLIP_ITEM (self), NULL);

  return self->clip;
}

/**
 * oto_clip_item_set_clip:
 * @self: a row
 * @clip: the opened clip
 */
void
oto_clip_item_set_clip (OtoClipItem *self,
                        OtoClip     *clip)
{
  g_return_if_fail (OTO_IS_CLIP_ITEM (self));

  if (g_set_object (&self->clip, clip))
    tell (self);
}

/**
 * oto_clip_item_get_analysis:
 * @self: a row
 *
 * Returns: (transfer none) (nullable): what the model hears in it
 */
OtoAnalysis *
oto_clip_item_get_analysis (OtoClipItem *self)
{
  g_return_val_if_fail (OTO_IS_CLIP_ITEM (self), NULL);

  return self->analysis;
}

/**
 * oto_clip_item_set_analysis:
 * @self: a row
 * @analysis: (nullable): what the model hears in it
 */
void
oto_clip_item_set_analysis (OtoClipItem *self,
                            OtoAnalysis *analysis)
{
  g_return_if_fail (OTO_IS_CLIP_ITEM (self));

  if (g_set_object (&self->analysis, analysis))
    tell (self);
}

/**
 * oto_clip_item_get_progress:
 * @self: a row
 *
 * Returns: how much of its analysis is done, in [0, 1]
 */
double
oto_clip_item_get_progress (OtoClipItem *self)
{
  g_return_val_if_fail (OTO_IS_CLIP_ITEM (self), 0);

  return g_atomic_int_get (&self->progress_permille) / 1000.0;
}

/**
 * oto_clip_item_set_progress:
 * @self: a row
 * @fraction: in [0, 1]
 *
 * Notes how much is done. From any thread; the owner looks at it now and then and calls
 * oto_clip_item_tell_progress().
 */
void
oto_clip_item_set_progress (OtoClipItem *self,
                            double       fraction)
{
  g_return_if_fail (OTO_IS_CLIP_ITEM (self));

  g_atomic_int_set (&self->progress_permille, (int) (CLAMP (fraction, 0, 1) * 1000));
}

/**
 * oto_clip_item_tell_progress:
 * @self: a row
 *
 * Emits "changed", on the main thread.
 */
void
oto_clip_item_tell_progress (OtoClipItem *self)
{
  g_return_if_fail (OTO_IS_CLIP_ITEM (self));

  tell (self);
}

static char *
dup_top_class (OtoAnalysis *analysis)
{
  const int top = oto_analysis_get_ranking (analysis)[0];
  OtoModelSnapshot *model = oto_analysis_get_model (analysis);
  g_autofree char *name =
    oto_reading_format_class (oto_model_snapshot_get_class_names (model)[top]);

  return g_steal_pointer (&name);
}

/* Why it failed, without the name that stands above it. */
static char *
dup_reason (OtoClipItem *self)
{
  g_autofree char *prefix = g_strdup_printf ("“%s” ", self->name);

  if (self->message == NULL)
    return g_strdup (_("cannot be opened"));

  return g_strdup (g_str_has_prefix (self->message, prefix) ? self->message + strlen (prefix)
                                                            : self->message);
}

/**
 * oto_clip_item_dup_text:
 * @self: a row
 *
 * Returns: (transfer full): its state in words: "queued", "45 %", the top class, or why it failed
 */
char *
oto_clip_item_dup_text (OtoClipItem *self)
{
  g_return_val_if_fail (OTO_IS_CLIP_ITEM (self), NULL);

  switch (self->state)
    {
    case OTO_CLIP_STATE_QUEUED:
      return g_strdup (_("queued"));
    case OTO_CLIP_STATE_RUNNING:
      /* Translators: how much of an analysis is done. */
      return g_strdup_printf (_("%d\u202f%%"),
                              g_atomic_int_get (&self->progress_permille) / 10);
    case OTO_CLIP_STATE_OPEN:
      return g_strdup (_("no model"));
    case OTO_CLIP_STATE_DONE:
      return self->analysis != NULL ? dup_top_class (self->analysis) : g_strdup ("");
    case OTO_CLIP_STATE_STOPPED:
      return g_strdup (_("stopped"));
    case OTO_CLIP_STATE_FAILED:
      return dup_reason (self);
    }

  g_assert_not_reached ();
}
