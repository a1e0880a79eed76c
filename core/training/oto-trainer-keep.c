/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "training/oto-trainer-private.h"

#include "base/oto-error.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <math.h>

/* Which weights a run leaves. */

/* Epochs whose probabilities are averaged. A run that ends before them has its last one alone. */
void
oto_trainer_get_averaged (OtoTrainer *self,
                          int        *ret_first,
                          int        *ret_last)
{
  *ret_last = MIN (self->recipe.keep_last, self->n_epochs);
  *ret_first = MIN (self->recipe.keep_first, *ret_last);
}

gboolean
oto_trainer_averages (OtoTrainer *self,
                      int         epoch)
{
  int first, last;

  if (self->recipe.keep != OTO_KEEP_MEAN)
    return FALSE;
  oto_trainer_get_averaged (self, &first, &last);
  return epoch >= first && epoch <= last;
}

/* What a record says about what is watched. */
double
oto_trainer_get_watched (const OtoEpochRecord *record,
                         OtoWatch              watch)
{
  switch (watch)
    {
    case OTO_WATCH_MICRO_AP:
      return record->micro_ap;
    case OTO_WATCH_MACRO_AP:
      return record->macro_ap;
    case OTO_WATCH_LOSS:
      return record->val_loss;
    }
  g_assert_not_reached ();
}

/* Whether a model is better than the best so far; the first one always is. */
static gboolean
is_best (OtoTrainer           *self,
         const OtoEpochRecord *record)
{
  const double value = oto_trainer_get_watched (record, self->recipe.keep_watch);
  const double best = self->state.best;

  if (isnan (best))
    return TRUE;
  return self->recipe.keep_watch == OTO_WATCH_LOSS ? value < best : value > best;
}

static gboolean
save (OtoTrainer        *self,
      OtoModelSnapshot  *snapshot,
      const char        *name,
      GError           **error)
{
  g_autofree char *path = oto_run_log_dup_path (self->config.run_dir, name);

  return oto_model_snapshot_save (snapshot, path, FALSE, error);
}

/* A model that stays, beside the one that is kept. */
static gboolean
pin (OtoTrainer        *self,
     OtoModelSnapshot  *snapshot,
     GError           **error)
{
  g_autofree char *dir = oto_run_log_dup_path (self->config.run_dir, "pinned");
  g_autofree char *name = g_strdup_printf ("pinned/%04d.safetensors", self->state.epoch);

  if (g_mkdir_with_parents (dir, 0777) != 0)
    {
      g_set_error (error, OTO_TRAINING_ERROR, OTO_TRAINING_ERROR_RUN,
                   _("The run folder “%s” cannot be written: %s. Make room on the disk and resume "
                     "the run."), self->config.run_dir, g_strerror (errno));
      return FALSE;
    }
  return save (self, snapshot, name, error);
}

/**
 * oto_trainer_keep: (skip)
 * @self: a trainer at the end of an epoch
 * @record: of the epoch
 * @ret_is_best: (out): whether the model is the best so far, where the best is kept
 * @error: return location for a #GError
 *
 * Writes best.safetensors and pinned models as the recipe says.
 *
 * Returns: %FALSE when they cannot be written
 */
gboolean
oto_trainer_keep (OtoTrainer            *self,
                  const OtoEpochRecord  *record,
                  gboolean              *ret_is_best,
                  GError               **error)
{
  const gboolean keeps_best = self->recipe.keep == OTO_KEEP_BEST;
  g_autoptr (OtoModelSnapshot) snapshot = NULL;
  int first, last;

  *ret_is_best = keeps_best && is_best (self, record);
  oto_trainer_get_averaged (self, &first, &last);
  if ((keeps_best && !*ret_is_best)
      || (self->recipe.keep == OTO_KEEP_MEAN && record->epoch > last))
    return TRUE;

  snapshot = oto_trainer_make_snapshot (self, record, error);
  if (snapshot == NULL
      || (oto_trainer_averages (self, record->epoch) && !pin (self, snapshot, error))
      || !save (self, snapshot, "best.safetensors", error))
    return FALSE;
  if (keeps_best)
    self->state.best = oto_trainer_get_watched (record, self->recipe.keep_watch);
  return TRUE;
}
