/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "datasets/oto-sampler.h"

#include "base/oto-error.h"
#include "base/oto-rng.h"
#include "datasets/oto-dataset.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* A class has a turn more for every so many clips, up to so many turns (Xu et al.,
 * arXiv:1710.00343, released program). */
#define QUOTA_CLIPS 1000
#define MAX_QUOTA   5

/* The clips of a class, which its turns go through again and again, each pass in another order. */
typedef struct
{
  guint32 *clips;
  guint32 *order;
  guint32  n_clips;
  guint32  quota;                /* turns in a round; 0 without clips */
  guint32  n_turns;              /* in the round so far */
  guint64  pass;                 /* whose order @order is */
} Class;

struct _OtoSampler
{
  OtoSampling  sampling;
  guint64      seed;
  guint        n_clips, n_classes;
  Class       *classes;
  guint32     *clips;            /* of all classes, one after the other */
  guint32     *orders;
  guint32     *round;            /* classes in the order of their turns */
  guint64      round_len;
};

/* Every pair of numbers has a generator of its own. */
static void
init_rng (const OtoSampler *self,
          guint64           a,
          guint64           b,
          OtoRng           *ret_rng)
{
  OtoRng seeds;

  oto_rng_init (&seeds, self->seed);
  oto_rng_init (&seeds, oto_rng_next (&seeds) + a);
  oto_rng_init (ret_rng, oto_rng_next (&seeds) + b);
}

static guint32
get_quota (OtoSampling sampling,
           guint32     n_clips)
{
  if (n_clips == 0)
    return 0;
  return sampling == OTO_SAMPLING_QUOTA ? MIN (1 + n_clips / QUOTA_CLIPS, MAX_QUOTA) : 1;
}

/* Sorts clips by class. */
static void
fill_classes (OtoSampler  *self,
              const guint *label_ends,
              const guint *labels)
{
  const guint n_labels = label_ends[self->n_clips - 1];
  guint32 pos = 0;

  self->clips = g_new (guint32, n_labels + 1);
  self->orders = g_new (guint32, n_labels + 1);
  self->classes = g_new0 (Class, self->n_classes);
  for (guint i = 0; i < n_labels; i++)
    {
      g_assert (labels[i] < self->n_classes);
      self->classes[labels[i]].n_clips++;
    }
  for (guint k = 0; k < self->n_classes; k++)
    {
      Class *klass = &self->classes[k];

      klass->clips = self->clips + pos;
      klass->order = self->orders + pos;
      klass->quota = get_quota (self->sampling, klass->n_clips);
      klass->pass = G_MAXUINT64;
      pos += klass->n_clips;
      self->round_len += klass->quota;
      klass->n_clips = 0;
    }
  for (guint clip = 0, i = 0; clip < self->n_clips; clip++)
    for (; i < label_ends[clip]; i++)
      {
        Class *klass = &self->classes[labels[i]];

        klass->clips[klass->n_clips++] = clip;
      }
}

/**
 * oto_sampler_new:
 * @sampling: which clips make an epoch
 * @n_classes: classes
 * @n_clips: training clips
 * @label_ends: (array length=n_clips): past the last of each clip's labels
 * @labels: (array): classes of the first clip, of the second and so on
 * @seed: of all orders
 * @error: return location for a #GError
 *
 * Returns: (transfer full): a sampler, or %NULL when there is no clip, or none with a label and
 *   @sampling goes by labels
 */
OtoSampler *
oto_sampler_new (OtoSampling   sampling,
                 guint         n_classes,
                 guint         n_clips,
                 const guint  *label_ends,
                 const guint  *labels,
                 guint64       seed,
                 GError      **error)
{
  g_autoptr (OtoSampler) self = g_new0 (OtoSampler, 1);

  self->sampling = sampling;
  self->seed = seed;
  self->n_clips = n_clips;
  self->n_classes = n_classes;
  if (n_clips == 0)
    {
      g_set_error (error, OTO_DATASETS_ERROR, OTO_DATASETS_ERROR_FOLD,
                   _("There is no clip to train on. Add clips, or hold out another fold."));
      return NULL;
    }
  if (sampling == OTO_SAMPLING_SHUFFLE)
    return g_steal_pointer (&self);

  fill_classes (self, label_ends, labels);
  if (self->round_len == 0)
    {
      g_set_error (error, OTO_DATASETS_ERROR, OTO_DATASETS_ERROR_LAYOUT,
                   _("No clip to train on has a label, and this recipe chooses clips by label. Add "
                   "labels, or choose a recipe that takes every clip."));
      return NULL;
    }
  self->round = g_new (guint32, self->round_len);
  return g_steal_pointer (&self);
}

/**
 * oto_sampler_new_for_dataset:
 * @sampling: which clips make an epoch
 * @dataset: a data set
 * @clips: (element-type guint): clips of it; an order's items are places in this list
 * @seed: of all orders
 * @error: return location for a #GError
 *
 * oto_sampler_new() with the labels of a data set.
 *
 * Returns: (transfer full): a sampler, or %NULL
 */
OtoSampler *
oto_sampler_new_for_dataset (OtoSampling   sampling,
                             OtoDataset   *dataset,
                             GArray       *clips,
                             guint64       seed,
                             GError      **error)
{
  const guint n_classes = oto_dataset_get_n_classes (dataset);
  g_autoptr (GArray) labels = g_array_new (FALSE, FALSE, sizeof (guint));
  g_autofree guint *ends = g_new (guint, clips->len + 1);

  for (guint i = 0; i < clips->len; i++)
    {
      for (guint k = 0; k < n_classes; k++)
        if (oto_dataset_has_label (dataset, g_array_index (clips, guint, i), k))
          g_array_append_val (labels, k);
      ends[i] = labels->len;
    }
  return oto_sampler_new (sampling, n_classes, clips->len, ends,
                          (const guint *) (gconstpointer) labels->data, seed, error);
}

/**
 * oto_sampler_free:
 * @self: (transfer full) (nullable): a sampler
 */
void
oto_sampler_free (OtoSampler *self)
{
  if (self == NULL)
    return;
  g_free (self->classes);
  g_free (self->clips);
  g_free (self->orders);
  g_free (self->round);
  g_free (self);
}

/* The whole set in an order of its own; the same as the trainer has always drawn. */
static void
fill_shuffled (const OtoSampler *self,
               guint             epoch,
               size_t            n_items,
               guint32          *ret_order)
{
  g_autofree guint32 *all = g_new (guint32, self->n_clips);
  OtoRng rng;

  for (guint32 i = 0; i < self->n_clips; i++)
    all[i] = i;
  oto_rng_init (&rng, self->seed);
  oto_rng_init (&rng, oto_rng_next (&rng) + ((guint64) epoch << 32));
  oto_rng_shuffle (&rng, all, self->n_clips);
  memcpy (ret_order, all, n_items * sizeof *all);
}

/* Every class gets its turns, in an order that is another in each round. */
static void
begin_round (OtoSampler *self,
             guint64     round)
{
  size_t n = 0;
  OtoRng rng;

  for (guint k = 0; k < self->n_classes; k++)
    {
      self->classes[k].n_turns = 0;
      for (guint32 i = 0; i < self->classes[k].quota; i++)
        self->round[n++] = k;
    }
  init_rng (self, G_MAXUINT64, round, &rng);
  oto_rng_shuffle (&rng, self->round, n);
}

/* The clip of the class's next turn in @round. */
static guint32
take_turn (OtoSampler *self,
           guint32     k,
           guint64     round)
{
  Class *klass = &self->classes[k];
  const guint64 turn = round * klass->quota + klass->n_turns++;
  const guint64 pass = turn / klass->n_clips;

  if (klass->pass != pass)
    {
      OtoRng rng;

      memcpy (klass->order, klass->clips, klass->n_clips * sizeof *klass->clips);
      init_rng (self, k, pass, &rng);
      oto_rng_shuffle (&rng, klass->order, klass->n_clips);
      klass->pass = pass;
    }
  return klass->order[turn % klass->n_clips];
}

/**
 * oto_sampler_fill_epoch:
 * @self: a sampler
 * @epoch: which, from 1
 * @n_items: how many clips an epoch has, the same number for all epochs; with
 *   %OTO_SAMPLING_SHUFFLE at most all there are
 * @ret_order: (out caller-allocates) (array length=n_items): clips
 *
 * The clips of an epoch. With %OTO_SAMPLING_BALANCED and %OTO_SAMPLING_QUOTA classes have turns in
 * rounds, one each or one to five each, and a class comes to all of its clips before it comes to
 * one again; an epoch goes on where the one before ended. Clips without a label then never come,
 * and those with several come more often.
 */
void
oto_sampler_fill_epoch (OtoSampler *self,
                        guint       epoch,
                        size_t      n_items,
                        guint32    *ret_order)
{
  guint64 begin, round, pos;

  g_return_if_fail (epoch >= 1);

  if (self->sampling == OTO_SAMPLING_SHUFFLE)
    {
      g_return_if_fail (n_items <= self->n_clips);
      fill_shuffled (self, epoch, n_items, ret_order);
      return;
    }

  begin = (guint64) (epoch - 1) * n_items;
  round = begin / self->round_len;
  pos = begin % self->round_len;
  begin_round (self, round);
  for (guint64 i = 0; i < pos; i++)
    self->classes[self->round[i]].n_turns++;

  for (size_t i = 0; i < n_items; i++)
    {
      if (pos == self->round_len)
        {
          begin_round (self, ++round);
          pos = 0;
        }
      ret_order[i] = take_turn (self, self->round[pos++], round);
    }
}
