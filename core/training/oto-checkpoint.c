/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "training/oto-checkpoint.h"

#include "base/oto-arena.h"
#include "base/oto-error.h"
#include "io/oto-file.h"
#include "io/oto-safetensors.h"

#include <glib/gi18n-lib.h>
#include <math.h>

/* A checkpoint is a model file with more in it: “train.m” and “train.v” (the optimiser's moments),
 * “train.step_losses”, and the numbers of OtoTrainingState as text under “train.state”. */
#define STATE_KEY   "train.state"
#define M_NAME      OTO_MODEL_SNAPSHOT_TRAIN_PREFIX "m"
#define V_NAME      OTO_MODEL_SNAPSHOT_TRAIN_PREFIX "v"
#define LOSSES_NAME OTO_MODEL_SNAPSHOT_TRAIN_PREFIX "step_losses"

#define N_NUMBERS   12
#define MAX_BYTES   (G_GINT64_CONSTANT (4) << 30)

static char *
format_state (const OtoTrainingState *state)
{
  const double numbers[N_NUMBERS] = {
    state->epoch, state->step, state->data_key, (double) state->adam_t, state->schedule.lr,
    state->schedule.best, state->schedule.n_bad, state->best_micro_ap, state->loss_sum,
    state->bce_sum, state->mse_sum, state->train_s,
  };
  GString *text = g_string_new (NULL);
  char number[G_ASCII_DTOSTR_BUF_SIZE];

  for (guint i = 0; i < N_NUMBERS; i++)
    g_string_append_printf (text, "%s%s", i > 0 ? " " : "",
                            g_ascii_dtostr (number, sizeof number, numbers[i]));
  return g_string_free (text, FALSE);
}

static gboolean
parse_state (const char       *text,
             OtoTrainingState *ret_state)
{
  double n[N_NUMBERS];

  for (guint i = 0; i < N_NUMBERS; i++)
    {
      char *end;

      n[i] = text != NULL ? g_ascii_strtod (text, &end) : NAN;
      if (text == NULL || end == text)
        return FALSE;
      text = end;
    }
  if (!(n[0] >= 1 && n[0] <= 1e9 && n[1] >= 0 && n[1] <= 1e9 && n[2] >= 0 && n[2] <= G_MAXUINT32
        && n[3] >= 0 && n[3] <= 1e15 && n[4] > 0.0 && n[4] <= 1e6 && n[6] >= 0 && n[6] <= 1e9
        && isfinite (n[8]) && isfinite (n[9]) && isfinite (n[10]) && n[11] >= 0.0
        && isfinite (n[11])))
    return FALSE;
  *ret_state = (OtoTrainingState) {
    .epoch = (int) n[0], .step = (int) n[1], .data_key = (guint32) n[2], .adam_t = (guint64) n[3],
    .schedule = { .lr = n[4], .best = n[5], .n_bad = (int) n[6] },
    .best_micro_ap = n[7], .loss_sum = n[8], .bce_sum = n[9], .mse_sum = n[10], .train_s = n[11],
  };
  return TRUE;
}

/**
 * oto_checkpoint_save:
 * @path: where to; written beside and renamed
 * @snapshot: the model now
 * @adam: its optimiser
 * @state: where the run is
 * @step_losses: (element-type double): of all steps so far
 * @error: return location for a #GError
 *
 * Returns: %FALSE when it cannot be written; the old checkpoint stays
 */
gboolean
oto_checkpoint_save (const char              *path,
                     OtoModelSnapshot        *snapshot,
                     const OtoAdam           *adam,
                     const OtoTrainingState  *state,
                     GArray                  *step_losses,
                     GError                 **error)
{
  g_autoptr (OtoSafetensors) file = oto_model_snapshot_to_safetensors (snapshot, FALSE);
  g_autofree char *text = format_state (state);
  g_autofree float *losses = g_new (float, step_losses->len + 1);
  const gint64 n = (gint64) adam->n, n_losses = step_losses->len;

  for (guint i = 0; i < step_losses->len; i++)
    losses[i] = (float) g_array_index (step_losses, double, i);
  oto_safetensors_set_meta (file, STATE_KEY, text);
  oto_safetensors_add (file, M_NAME, OTO_DTYPE_F32, 1, &n, adam->m);
  oto_safetensors_add (file, V_NAME, OTO_DTYPE_F32, 1, &n, adam->v);
  oto_safetensors_add (file, LOSSES_NAME, OTO_DTYPE_F32, 1, &n_losses, losses);
  return oto_safetensors_save (file, path, error);
}

static gboolean
check_moments (const OtoAdam *adam)
{
  for (size_t i = 0; i < adam->n; i++)
    if (!isfinite (adam->m[i]) || !(adam->v[i] >= 0.f) || !isfinite (adam->v[i]))
      return FALSE;
  return TRUE;
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

/**
 * oto_checkpoint_load:
 * @path: a checkpoint
 * @ret_snapshot: (out) (transfer full): the model
 * @ret_adam: (out caller-allocates): its optimiser; oto_adam_clear() it when this succeeded
 * @ret_state: (out caller-allocates): where the run was
 * @ret_step_losses: (element-type double): filled
 * @error: return location for a #GError
 *
 * Returns: %FALSE when it cannot be read or does not hold together
 */
gboolean
oto_checkpoint_load (const char        *path,
                     OtoModelSnapshot **ret_snapshot,
                     OtoAdam           *ret_adam,
                     OtoTrainingState  *ret_state,
                     GArray            *ret_step_losses,
                     GError           **error)
{
  g_autoptr (GBytes) bytes = oto_file_load (path, MAX_BYTES, error);
  g_autofree char *name = oto_file_dup_display_name (path);
  g_autoptr (OtoSafetensors) file = NULL;
  g_autoptr (OtoModelSnapshot) snapshot = NULL;
  g_auto (OtoAdam) adam = { 0 };
  OtoTrainingState state;
  size_t n;

  if (bytes == NULL
      || (snapshot = oto_model_snapshot_load_bytes (bytes, name, error)) == NULL
      || (file = oto_safetensors_load_bytes (bytes, name, error)) == NULL)
    return FALSE;
  oto_model_snapshot_get_params (snapshot, &n);
  if (!oto_adam_init (&adam, n, 1e-3, error))
    return FALSE;
  if (!parse_state (oto_safetensors_get_meta (file, STATE_KEY), &state)
      || !load_losses (file, ret_step_losses)
      || !oto_safetensors_copy_float (file, M_NAME, (gint64) n, adam.m, NULL)
      || !oto_safetensors_copy_float (file, V_NAME, (gint64) n, adam.v, NULL)
      || !check_moments (&adam))
    {
      g_set_error (error, OTO_TRAINING_ERROR, OTO_TRAINING_ERROR_RUN,
                   _("“%s” is no checkpoint of a run, or is damaged. Start a new run."), name);
      return FALSE;
    }
  adam.t = state.adam_t;
  adam.lr = state.schedule.lr;
  *ret_snapshot = g_steal_pointer (&snapshot);
  *ret_adam = adam;
  *ret_state = state;
  adam = (OtoAdam) { 0 };
  return TRUE;
}
