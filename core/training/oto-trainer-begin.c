/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "base/oto-error.h"
#include "detection/oto-class-map.h"
#include "models/oto-model-config-private.h"
#include "training/oto-trainer-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* A network and the weights that it begins with. */
typedef struct
{
  const OtoModelConfig *config;
  const char * const   *class_names;
  const float          *params, *buffers;
} Source;

static const OtoParam *
find_param (const OtoParam *params,
            guint           n,
            const char     *name)
{
  for (guint i = 0; i < n; i++)
    if (strcmp (params[i].name, name) == 0)
      return &params[i];
  return NULL;
}

/* Which of the dimensions count classes: those that one class more makes larger. */
static void
find_class_dims (const OtoModelConfig *config,
                 const OtoParam       *params,
                 guint                 n,
                 gboolean            (*ret_is_class)[OTO_PARAM_MAX_DIMS])
{
  OtoModelConfig larger = *config;
  g_autofree OtoParam *others = NULL;
  guint n_others;

  larger.n_classes++;
  others = oto_model_config_list_params (&larger, &n_others, NULL, NULL);
  for (guint i = 0; i < n; i++)
    for (int d = 0; d < OTO_PARAM_MAX_DIMS; d++)
      ret_is_class[i][d] = d < params[i].n_dims && params[i].shape[d] != others[i].shape[d];
}

static gboolean
fits (const OtoParam *param,
      const OtoParam *other,
      const gboolean *is_class)
{
  if (param->n_dims != other->n_dims || param->is_buffer != other->is_buffer)
    return FALSE;
  for (int d = 0; d < param->n_dims; d++)
    if (!is_class[d] && param->shape[d] != other->shape[d])
      return FALSE;
  return TRUE;
}

/* Copies from dimension @d on: where it counts classes, those that both networks know by name, from
 * where the other has them (@places: -1, nowhere) to where this one does. */
static void
copy_values (const OtoParam *param,
             const OtoParam *other,
             const gboolean *is_class,
             const int      *places,
             int             d,
             const float    *values,
             float          *ret_values)
{
  size_t n = 1, n_other = 1;

  if (d == param->n_dims)
    {
      *ret_values = *values;
      return;
    }
  for (int i = d + 1; i < param->n_dims; i++)
    {
      n *= (size_t) param->shape[i];
      n_other *= (size_t) other->shape[i];
    }
  for (int i = 0; i < param->shape[d]; i++)
    {
      const int place = is_class[d] ? places[i] : i;

      if (place >= 0)
        copy_values (param, other, is_class, places, d + 1, values + (size_t) place * n_other,
                     ret_values + (size_t) i * n);
    }
}

/* How many tensors were taken. */
static guint
copy_params (OtoTrainer   *self,
             const Source *source)
{
  const char * const *names = oto_dataset_get_class_names (self->dataset);
  g_autofree OtoParam *params = NULL, *others = NULL;
  g_autofree gboolean (*is_class)[OTO_PARAM_MAX_DIMS] = NULL;
  g_autofree int *places = g_new (int, self->model_config.n_classes);
  guint n, n_others, n_taken = 0;

  for (int k = 0; k < self->model_config.n_classes; k++)
    places[k] = oto_class_map_find (source->class_names, names[k]);
  params = oto_model_config_list_params (&self->model_config, &n, NULL, NULL);
  others = oto_model_config_list_params (source->config, &n_others, NULL, NULL);
  is_class = g_malloc_n (n, sizeof *is_class);
  find_class_dims (&self->model_config, params, n, is_class);
  for (guint i = 0; i < n; i++)
    {
      const OtoParam *param = &params[i];
      const OtoParam *other = find_param (others, n_others, param->name);
      float *values = param->is_buffer ? oto_model_get_buffers (self->model, NULL)
                                       : oto_model_get_params (self->model, NULL);

      if (other == NULL || !fits (param, other, is_class[i]))
        continue;
      copy_values (param, other, is_class[i], places, 0,
                   (other->is_buffer ? source->buffers : source->params) + other->pos,
                   values + param->pos);
      n_taken++;
    }
  return n_taken;
}

/**
 * oto_trainer_begin_with_model: (skip)
 * @self: a trainer with its network
 * @error: return location for a #GError
 *
 * Begins with the weights of another model instead of random ones: tensors of the same name and
 * shape, and of those that count classes what belongs to classes that both know by name. The other
 * model's standardisation of the features comes with them.
 *
 * Returns: %FALSE when there is no such model, when it hears otherwise, or when nothing fits
 */
gboolean
oto_trainer_begin_with_model (OtoTrainer  *self,
                              GError     **error)
{
  const char *name = self->config.init;
  g_autoptr (OtoModelSnapshot) model = oto_model_snapshot_find (name, error);
  Source source;

  if (model == NULL)
    return FALSE;
  if (!oto_logmel_config_is_equal (oto_model_snapshot_get_front_end (model), &self->front_end))
    {
      g_set_error (error, OTO_TRAINING_ERROR, OTO_TRAINING_ERROR_CONFIG,
                   _("“%s” hears with another front end, so its weights would mean nothing here. "
                     "Choose its front end, or another model."), name);
      return FALSE;
    }
  source = (Source) {
    .config = oto_model_snapshot_get_config (model),
    .class_names = oto_model_snapshot_get_class_names (model),
    .params = oto_model_snapshot_get_params (model, NULL),
    .buffers = oto_model_snapshot_get_buffers (model, NULL),
  };
  self->n_taken = copy_params (self, &source);
  if (self->n_taken == 0)
    {
      g_set_error (error, OTO_TRAINING_ERROR, OTO_TRAINING_ERROR_CONFIG,
                   _("No tensor of “%s” fits this network. Choose a model of the same system and "
                     "width."), name);
      return FALSE;
    }
  self->scaler = *oto_model_snapshot_get_scaler (model);
  oto_model_weights_changed (self->model);
  return TRUE;
}
