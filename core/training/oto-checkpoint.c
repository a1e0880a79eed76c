/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "training/oto-checkpoint.h"

#include "base/oto-error.h"
#include "io/oto-file.h"
#include "io/oto-safetensors.h"
#include "training/oto-epoch-record.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

/* A checkpoint is a model file with more in it: the optimiser's arrays under their names, as
 * “train.m”, “train.step_losses”, “train.records”, “train.prob_sum”, and the numbers of
 * OtoTrainingState as text under “train.state”, a name and a value a line. */
#define STATE_KEY     OTO_MODEL_SNAPSHOT_TRAIN_PREFIX "state"
#define RECIPE_KEY    OTO_MODEL_SNAPSHOT_TRAIN_PREFIX "recipe"
#define LOSSES_NAME   OTO_MODEL_SNAPSHOT_TRAIN_PREFIX "step_losses"
#define RECORDS_NAME  OTO_MODEL_SNAPSHOT_TRAIN_PREFIX "records"
#define PROB_SUM_NAME OTO_MODEL_SNAPSHOT_TRAIN_PREFIX "prob_sum"
#define TERM_PREFIX   "sum."

#define MAX_BYTES     (G_GINT64_CONSTANT (4) << 30)

/* The numbers of a state in a file. */
typedef struct
{
  const char *name;
  double      low, high;
  gboolean    may_be_undefined;
} Number;

enum
{
  EPOCH, STEP, N_UPDATES, DATA_KEY, LABEL_KEY, OPTIMIZER_STEPS, LR, BEST_OF_SCHEDULE, N_BAD,
  N_COOLING, BEST, N_CLIPS, LOSS_SUM, TRAIN_S, N_AVERAGED, N_NUMBERS
};

static const Number numbers[N_NUMBERS] =
{
  [EPOCH]            = { "epoch", 1.0, 1e9, FALSE },
  [STEP]             = { "step", 0.0, 1e9, FALSE },
  [N_UPDATES]        = { "updates", 0.0, 1e15, FALSE },
  [DATA_KEY]         = { "data_key", 0.0, G_MAXUINT32, FALSE },
  [LABEL_KEY]        = { "label_key", 0.0, G_MAXUINT32, FALSE },
  [OPTIMIZER_STEPS]  = { "optimizer_steps", 0.0, 1e15, FALSE },
  [LR]               = { "lr", 0.0, 1e6, FALSE },
  [BEST_OF_SCHEDULE] = { "schedule_best", -INFINITY, INFINITY, FALSE },
  [N_BAD]            = { "schedule_bad", 0.0, 1e9, FALSE },
  [N_COOLING]        = { "schedule_cooling", 0.0, 1e9, FALSE },
  [BEST]             = { "best", -INFINITY, INFINITY, TRUE },
  [N_CLIPS]          = { "clips", 0.0, 1e15, FALSE },
  [LOSS_SUM]         = { "loss_sum", -G_MAXDOUBLE, G_MAXDOUBLE, FALSE },
  [TRAIN_S]          = { "seconds", 0.0, G_MAXDOUBLE, FALSE },
  [N_AVERAGED]       = { "averaged", 0.0, 1e9, FALSE },
};

static void
add_number (GString    *text,
            const char *prefix,
            const char *name,
            double      value)
{
  char number[G_ASCII_DTOSTR_BUF_SIZE];

  g_string_append_printf (text, "%s%s %s\n", prefix, name,
                          g_ascii_dtostr (number, sizeof number, value));
}

static char *
format_state (const OtoCheckpoint *self)
{
  const OtoTrainingState *state = self->state;
  const double values[N_NUMBERS] = {
    [EPOCH] = state->epoch,
    [STEP] = state->step,
    [N_UPDATES] = (double) state->n_updates,
    [DATA_KEY] = state->data_key,
    [LABEL_KEY] = state->label_key,
    [OPTIMIZER_STEPS] = (double) self->optimizer->t,
    [LR] = state->schedule.lr,
    [BEST_OF_SCHEDULE] = state->schedule.best,
    [N_BAD] = state->schedule.n_bad,
    [N_COOLING] = state->schedule.n_cooling,
    [BEST] = state->best,
    [N_CLIPS] = state->n_clips,
    [LOSS_SUM] = state->loss_sum,
    [TRAIN_S] = state->train_s,
    [N_AVERAGED] = self->prob_mean != NULL ? self->prob_mean->n_added : 0,
  };
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < N_NUMBERS; i++)
    add_number (text, "", numbers[i].name, values[i]);
  for (guint i = 0; self->term_names[i] != NULL; i++)
    add_number (text, TERM_PREFIX, self->term_names[i], state->term_sums[i]);
  return g_string_free (text, FALSE);
}

/* Names and values of a state's text. */
static GHashTable *
split_state (const char *text)
{
  GHashTable *values = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    {
      const char *space = strchr (lines[i], ' ');

      if (space != NULL)
        g_hash_table_insert (values, g_strndup (lines[i], space - lines[i]), g_strdup (space + 1));
    }
  return values;
}

static gboolean
find_number (GHashTable *values,
             const char *name,
             double      low,
             double      high,
             gboolean    may_be_undefined,
             double     *ret_value)
{
  const char *text = g_hash_table_lookup (values, name);
  char *end;

  if (text == NULL)
    return FALSE;
  *ret_value = g_ascii_strtod (text, &end);
  return end != text && *end == '\0'
         && ((*ret_value >= low && *ret_value <= high) || (isnan (*ret_value) && may_be_undefined));
}

static gboolean
parse_state (OtoCheckpoint *self,
             const char    *text)
{
  g_autoptr (GHashTable) values = split_state (text);
  OtoTrainingState state = { 0 };
  double n[N_NUMBERS] = { 0.0 };

  /* Runs of before did not look at the labels. */
  for (guint i = 0; i < N_NUMBERS; i++)
    if ((i != LABEL_KEY || g_hash_table_contains (values, numbers[i].name))
        && !find_number (values, numbers[i].name, numbers[i].low, numbers[i].high,
                         numbers[i].may_be_undefined, &n[i]))
      return FALSE;
  for (guint i = 0; self->term_names[i] != NULL; i++)
    {
      g_autofree char *name = g_strconcat (TERM_PREFIX, self->term_names[i], NULL);

      if (!find_number (values, name, -G_MAXDOUBLE, G_MAXDOUBLE, FALSE, &state.term_sums[i]))
        return FALSE;
    }
  state.epoch = (int) n[EPOCH];
  state.step = (int) n[STEP];
  state.n_updates = (guint64) n[N_UPDATES];
  state.data_key = (guint32) n[DATA_KEY];
  state.label_key = (guint32) n[LABEL_KEY];
  state.schedule = (OtoSchedule) { .lr = n[LR], .best = n[BEST_OF_SCHEDULE],
                                   .n_bad = (int) n[N_BAD], .n_cooling = (int) n[N_COOLING] };
  state.best = n[BEST];
  state.n_clips = n[N_CLIPS];
  state.loss_sum = n[LOSS_SUM];
  state.train_s = n[TRAIN_S];
  *self->state = state;
  self->optimizer->t = (guint64) n[OPTIMIZER_STEPS];
  if (self->prob_mean != NULL)
    self->prob_mean->n_added = (guint) n[N_AVERAGED];
  return TRUE;
}

/* A row an epoch, as in metrics.csv, but exact and without times, so that runs with the same
 * numbers have the same checkpoint. */
static void
add_records (const OtoCheckpoint *self,
             OtoSafetensors      *file)
{
  const guint n_columns = oto_epoch_record_get_n_columns (self->term_names);
  const guint n_kept = n_columns - OTO_EPOCH_RECORD_N_TIMES, n = self->records->len;
  const gint64 shape[2] = { n, n_kept };
  g_autofree double *rows = g_new (double, (size_t) n * n_kept + 1);
  double row[OTO_EPOCH_RECORD_N_FIXED + OTO_MODEL_MAX_TERMS];

  for (guint i = 0; i < n; i++)
    {
      oto_epoch_record_get_row (&g_array_index (self->records, OtoEpochRecord, i), n_columns, row);
      memcpy (rows + (size_t) i * n_kept, row, n_kept * sizeof *row);
    }
  oto_safetensors_add (file, RECORDS_NAME, OTO_DTYPE_F64, 2, shape, rows);
}

/**
 * oto_checkpoint_save:
 * @self: what to save
 * @path: where to; written beside and renamed
 * @error: return location for a #GError
 *
 * Returns: %FALSE when it cannot be written; the old checkpoint stays
 */
gboolean
oto_checkpoint_save (const OtoCheckpoint  *self,
                     const char           *path,
                     GError              **error)
{
  g_autoptr (OtoSafetensors) file = oto_model_snapshot_to_safetensors (self->snapshot, FALSE);
  const guint n_losses = self->step_losses->len;
  g_autofree char *text = format_state (self);
  g_autofree float *losses = g_new (float, n_losses + 1);
  gint64 len = n_losses;

  oto_safetensors_set_meta (file, RECIPE_KEY, self->recipe);
  oto_safetensors_set_meta (file, STATE_KEY, text);
  for (guint i = 0; i < n_losses; i++)
    losses[i] = (float) g_array_index (self->step_losses, double, i);
  oto_safetensors_add (file, LOSSES_NAME, OTO_DTYPE_F32, 1, &len, losses);

  add_records (self, file);
  len = (gint64) self->optimizer->n;
  for (guint i = 0; i < oto_optimizer_get_n_arrays (self->optimizer); i++)
    {
      const char *array_name;
      const float *array = oto_optimizer_get_array (self->optimizer, i, &array_name);
      g_autofree char *name = g_strconcat (OTO_MODEL_SNAPSHOT_TRAIN_PREFIX, array_name, NULL);

      oto_safetensors_add (file, name, OTO_DTYPE_F32, 1, &len, array);
    }
  if (self->prob_mean != NULL)
    {
      len = (gint64) self->prob_mean->n;
      oto_safetensors_add (file, PROB_SUM_NAME, OTO_DTYPE_F64, 1, &len, self->prob_mean->sum);
    }
  return oto_safetensors_save (file, path, error);
}

static gboolean
load_losses (OtoSafetensors *file,
             GArray         *ret_step_losses)
{
  const OtoSafetensor *losses = oto_safetensors_find (file, LOSSES_NAME);

  if (losses == NULL || losses->n_dims != 1)
    return FALSE;
  g_array_set_size (ret_step_losses, (guint) losses->len);
  return losses->len == 0
         || oto_safetensors_copy_double (file, LOSSES_NAME, losses->len,
                                         (double *) (gpointer) ret_step_losses->data, NULL);
}

/* All epochs before the one that runs, or none, as before there were records. */
static gboolean
load_records (OtoCheckpoint  *self,
              OtoSafetensors *file)
{
  const OtoSafetensor *tensor = oto_safetensors_find (file, RECORDS_NAME);
  const guint n_columns = oto_epoch_record_get_n_columns (self->term_names);
  const guint n_kept = n_columns - OTO_EPOCH_RECORD_N_TIMES;
  double row[OTO_EPOCH_RECORD_N_FIXED + OTO_MODEL_MAX_TERMS];
  g_autofree double *rows = NULL;

  g_array_set_size (self->records, 0);
  if (tensor == NULL)
    return TRUE;
  if (tensor->n_dims != 2 || tensor->shape[0] != self->state->epoch - 1
      || tensor->shape[1] != n_kept)
    return FALSE;
  rows = g_new (double, (size_t) tensor->len + 1);
  if (!oto_safetensors_copy_double (file, RECORDS_NAME, tensor->len, rows, NULL))
    return FALSE;
  for (int i = 0; i < self->state->epoch - 1; i++)
    {
      OtoEpochRecord record;

      memcpy (row, rows + (size_t) i * n_kept, n_kept * sizeof *row);
      for (guint column = n_kept; column < n_columns; column++)
        row[column] = NAN;
      if (!oto_epoch_record_set_row (&record, n_columns, row)
          || record.epoch != i + 1)
        return FALSE;
      g_array_append_val (self->records, record);
    }
  return TRUE;
}

static gboolean
load_optimizer (OtoSafetensors *file,
                OtoOptimizer   *optimizer)
{
  for (guint i = 0; i < oto_optimizer_get_n_arrays (optimizer); i++)
    {
      const char *array_name;
      float *array = oto_optimizer_get_array (optimizer, i, &array_name);
      g_autofree char *name = g_strconcat (OTO_MODEL_SNAPSHOT_TRAIN_PREFIX, array_name, NULL);

      if (!oto_safetensors_copy_float (file, name, (gint64) optimizer->n, array, NULL))
        return FALSE;
    }
  return oto_optimizer_is_sound (optimizer);
}

static gboolean
load_prob_mean (OtoSafetensors *file,
                OtoProbMean    *prob_mean)
{
  if (prob_mean == NULL)
    return TRUE;
  if (!oto_safetensors_copy_double (file, PROB_SUM_NAME, (gint64) prob_mean->n, prob_mean->sum,
                                    NULL))
    return FALSE;
  for (size_t i = 0; i < prob_mean->n; i++)
    if (!(prob_mean->sum[i] >= 0.0 && isfinite (prob_mean->sum[i])))
      return FALSE;
  return TRUE;
}

static gboolean G_GNUC_PRINTF (2, 3)
fail (GError     **error,
      const char  *format,
      ...)
{
  g_autofree char *message = NULL;
  va_list args;

  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error_literal (error, OTO_TRAINING_ERROR, OTO_TRAINING_ERROR_RUN, message);
  return FALSE;
}

/**
 * oto_checkpoint_load:
 * @self: (inout): network, recipe, names and arrays are set, the rest is filled
 * @path: a checkpoint
 * @error: return location for a #GError
 *
 * Returns: %FALSE when it cannot be read, does not hold together, or is of another network, of
 *   another recipe or of a version without recipes; the arrays may have changed then
 */
gboolean
oto_checkpoint_load (OtoCheckpoint  *self,
                     const char     *path,
                     GError        **error)
{
  g_autoptr (GBytes) bytes = oto_file_load (path, MAX_BYTES, error);
  g_autofree char *name = oto_file_dup_display_name (path);
  g_autoptr (OtoSafetensors) file = NULL;
  g_autoptr (OtoModelSnapshot) snapshot = NULL;
  const char *state, *recipe;

  if (bytes == NULL
      || (snapshot = oto_model_snapshot_load_bytes (bytes, name, error)) == NULL
      || (file = oto_safetensors_load_bytes (bytes, name, error)) == NULL)
    return FALSE;

  state = oto_safetensors_get_meta (file, STATE_KEY);
  recipe = oto_safetensors_get_meta (file, RECIPE_KEY);
  if (state != NULL && recipe == NULL)
    return fail (error, _("“%s” was begun by an older version of this program, which cannot be "
                          "taken up again. Start a new run."), name);
  if (recipe != NULL && strcmp (recipe, self->recipe) != 0)
    return fail (error, _("“%s” was begun with recipe “%s”, not “%s”. Start a new run."), name,
                 recipe, self->recipe);
  if (self->model != NULL
      && !oto_model_config_is_same (oto_model_snapshot_get_config (snapshot), self->model))
    return fail (error, _("“%s” is of another network than config.json tells. Start a new run."),
                 name);
  if (state == NULL || !parse_state (self, state)
      || !load_losses (file, self->step_losses)
      || !load_records (self, file)
      || !load_optimizer (file, self->optimizer)
      || !load_prob_mean (file, self->prob_mean))
    return fail (error, _("“%s” is no checkpoint of a run, or is damaged. Start a new run."), name);
  self->snapshot = g_steal_pointer (&snapshot);
  return TRUE;
}
