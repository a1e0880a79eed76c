/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "training/oto-trainer-config.h"

#include "base/oto-error.h"
#include "base/oto-machine.h"
#include "models/oto-model-config-private.h"
#include "models/oto-model.h"
#include "training/oto-optimizer.h"

#include <glib/gi18n-lib.h>

/* The program, its libraries and the buffers of OpenBLAS: about 20 MiB were measured. */
#define PROGRAM_BYTES ((guint64) 32 << 20)

/* Copies of the weights: they and their gradients; two snapshots, the one that is handed out and
 * the one on its way to a file; there, it twice. */
#define N_WEIGHT_COPIES 6

/* Copies of an array of the optimiser: it, and twice on its way to a file. */
#define N_ARRAY_COPIES  3

/* A width is halved this often in search of one that fits. */
#define N_HALVINGS 6

/**
 * oto_trainer_config_get_memory_bytes:
 * @config: settings
 * @model: the network of oto_trainer_config_make_model()
 * @n_train_clips: clips of the other folds
 * @n_val_clips: clips of the fold that is held out
 *
 * Validation uses the workspace of training. Features are not counted: they take what is left, and
 * what does not fit is read again from the feature cache.
 *
 * Returns: memory without which the run cannot be
 */
guint64
oto_trainer_config_get_memory_bytes (const OtoTrainerConfig *config,
                                     const OtoModelConfig   *model,
                                     guint                   n_train_clips,
                                     guint                   n_val_clips)
{
  const guint64 n_classes = model->n_classes;
  const guint64 n_bins = (guint64) model->n_frames * model->n_mels;
  g_autofree OtoParam *params = NULL;
  size_t params_len, buffers_len;
  guint64 n_floats, n_doubles = 0;
  OtoRecipe recipe;
  guint n;

  g_return_val_if_fail (oto_trainer_config_make_recipe (config, &recipe, NULL), 0);

  params = oto_model_config_list_params (model, &n, &params_len, &buffers_len);
  n_floats = N_WEIGHT_COPIES * ((guint64) params_len + buffers_len)
             + (guint64) N_ARRAY_COPIES * oto_optimizer_config_get_n_arrays (&recipe.optimizer)
               * params_len;
  /* Inputs of a step and of a validation pass, targets of a step; a clip of it while it is mixed
   * with another; the step that is mixed meanwhile. */
  n_floats += (recipe.batch * 2 + 1) * (n_bins + n_classes);
  if (config->remix)
    n_floats += recipe.batch * (n_bins + n_classes);
  /* Probabilities and targets of the held-out fold; the order of the other clips, which may have
   * several turns in an epoch. */
  n_floats += 2 * n_val_clips * n_classes
              + MAX (n_train_clips, (guint64) recipe.n_epoch_updates * recipe.batch);
  if (recipe.keep == OTO_KEEP_MEAN)
    n_doubles = n_val_clips * n_classes;
  return PROGRAM_BYTES + n_floats * sizeof (float) + n_doubles * sizeof (double)
         + oto_model_config_get_workspace_bytes (model, recipe.batch, config->n_threads,
                                                 OTO_MODEL_TRAIN);
}

/* The largest batch that needs at most @cap_bytes, or 0. */
static int
find_batch (const OtoTrainerConfig *config,
            const OtoModelConfig   *model,
            guint                   n_train_clips,
            guint                   n_val_clips,
            guint64                 cap_bytes)
{
  OtoTrainerConfig trial = *config;
  int fits = 0, exceeds = OTO_TRAINER_MAX_BATCH + 1;

  while (exceeds - fits > 1)
    {
      trial.batch = fits + (exceeds - fits) / 2;
      if (oto_trainer_config_get_memory_bytes (&trial, model, n_train_clips, n_val_clips)
          <= cap_bytes)
        fits = trial.batch;
      else
        exceeds = trial.batch;
    }
  return fits;
}

/* The width that somebody types who reads it in a message. */
static double
round_as_shown (double width)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  return g_ascii_strtod (g_ascii_formatd (text, sizeof text, "%g", width), NULL);
}

/* What would fit instead; a run that has begun would have to begin anew. */
static char *
describe_way_out (const OtoTrainerConfig *config,
                  const OtoModelConfig   *model,
                  guint                   n_train_clips,
                  guint                   n_val_clips,
                  guint64                 cap_bytes)
{
  OtoTrainerConfig trial = *config;
  OtoModelConfig trial_model;
  double tried = config->width;
  int batch = find_batch (config, model, n_train_clips, n_val_clips, cap_bytes);

  if (batch > 0)
    return g_strdup_printf (_("The largest batch that fits is %d."), batch);
  for (int i = 0; i < N_HALVINGS; i++)
    {
      trial.width = round_as_shown (trial.width / 2.0);
      if (trial.width < OTO_TRAINER_MIN_WIDTH
          || !oto_trainer_config_make_model (&trial, model->n_classes, &trial_model, NULL))
        break;
      tried = trial.width;
      batch = find_batch (&trial, &trial_model, n_train_clips, n_val_clips, cap_bytes);
      if (batch > 0)
        return g_strdup_printf (_("No batch fits at width %g; at width %g the largest one is %d."),
                                config->width, trial.width, batch);
    }
  return tried < config->width
         ? g_strdup_printf (_("No batch fits at width %g, nor at %g. Allow more memory."),
                            config->width, tried)
         : g_strdup_printf (_("No batch fits at width %g. Allow more memory."), config->width);
}

/* In the unit that people compare it in. */
static char *
format_bytes (guint64 n_bytes)
{
  const double mib = n_bytes / 1048576.0;

  return mib >= 1024.0 ? g_strdup_printf ("%.2f GiB", mib / 1024.0)
                       : g_strdup_printf ("%.1f MiB", mib);
}

/**
 * oto_trainer_config_check_memory:
 * @config: settings
 * @model: the network of oto_trainer_config_make_model()
 * @n_train_clips: clips of the other folds
 * @n_val_clips: clips of the fold that is held out
 * @ret_left_bytes: (out): what is left for features
 * @error: return location for a #GError
 *
 * Compares what a run needs with what it may have: its cap, and never more than the machine has.
 *
 * Returns: %FALSE with %OTO_BASE_ERROR_MEMORY and a way out when it does not fit
 */
gboolean
oto_trainer_config_check_memory (const OtoTrainerConfig  *config,
                                 const OtoModelConfig    *model,
                                 guint                    n_train_clips,
                                 guint                    n_val_clips,
                                 guint64                 *ret_left_bytes,
                                 GError                 **error)
{
  const guint64 machine_bytes = oto_machine_get_memory_bytes ();
  const guint64 wanted_bytes = (guint64) config->memory_cap_bytes;
  const gboolean has_cap = wanted_bytes > 0 && wanted_bytes < machine_bytes;
  const guint64 cap_bytes = has_cap ? wanted_bytes : machine_bytes;
  const guint64 need_bytes =
    oto_trainer_config_get_memory_bytes (config, model, n_train_clips, n_val_clips);
  g_autofree char *need = NULL, *cap = NULL, *way_out = NULL;
  OtoRecipe recipe;

  if (need_bytes <= cap_bytes)
    {
      *ret_left_bytes = cap_bytes - need_bytes;
      return TRUE;
    }

  g_return_val_if_fail (oto_trainer_config_make_recipe (config, &recipe, NULL), FALSE);

  need = format_bytes (need_bytes);
  cap = format_bytes (cap_bytes);
  way_out = describe_way_out (config, model, n_train_clips, n_val_clips, cap_bytes);
  g_set_error (error, OTO_BASE_ERROR, OTO_BASE_ERROR_MEMORY,
               /* Translators: the last part is a sentence that says what would fit. */
               has_cap ? _("Training with batches of %d at width %g needs %s, but may take only "
                           "%s. %s")
                       : _("Training with batches of %d at width %g needs %s, but this machine has "
                           "only %s. %s"), recipe.batch, config->width, need, cap, way_out);
  return FALSE;
}
